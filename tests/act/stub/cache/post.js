// Keeps the folder, as the real action does when the job has succeeded and the key is new.
const fs = require('node:fs');
const path = require('node:path');
const kept = path.join(process.env.STUB_CACHE, process.env.INPUT_KEY);
if (!fs.existsSync(kept)) {
  fs.cpSync(process.env.INPUT_PATH, kept, { recursive: true });
  console.log('STUB CACHE saved');
}
