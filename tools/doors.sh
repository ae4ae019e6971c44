# Sourced by the check-*.sh scripts: installs tools under target/doors, counts what passed, failed and was skipped.
# shellcheck shell=bash
passed=0 failed=0 skipped=0
venv=$root/target/doors/venv
node=$root/target/doors/node
bin=$venv/bin

good() { passed=$((passed + 1)); echo "ok      $*"; }
bad() { failed=$((failed + 1)); echo "FAILED  $*"; }
skip() { skipped=$((skipped + 1)); echo "SKIPPED $*"; }

# step NAME COMMAND... : passes when the command does; its output is shown only when it does not.
step() {
  local name=$1 log
  shift
  if log=$("$@" 2>&1); then good "$name"; else echo "$log"; bad "$name"; fi
}

# tool NAME==VERSION : installs a Python package into the environment of the checks, once.
tool() {
  local mark
  mark=$venv/.installed-${1//[^A-Za-z0-9.]/-}
  [ -e "$mark" ] && return 0
  command -v python3 > /dev/null || return 1
  [ -x "$bin/pip" ] || python3 -m venv "$venv" > /dev/null 2>&1 || return 1
  "$bin/pip" install --quiet --disable-pip-version-check "$1" > /dev/null 2>&1 || return 1
  : > "$mark"
}

# node_tool NAME VERSION : installs an npm package, once, without running scripts of its own.
node_tool() {
  [ -d "$node/node_modules/$1" ] && return 0
  command -v npm > /dev/null || return 1
  npm install --prefix "$node" --no-audit --no-fund --ignore-scripts --silent "$1@$2" > /dev/null 2>&1
}

summary() {
  echo "$passed passed, $failed failed, $skipped skipped"
  [ "$failed" -eq 0 ]
}
