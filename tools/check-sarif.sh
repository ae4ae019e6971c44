#!/usr/bin/env bash
# Checks SARIF files with the validators of others: Microsoft's multitool with the rules of GitHub, the JSON schema, and
# sarif-tools as a reader. Fails on any error or warning. Usage: tools/check-sarif.sh FILE...
#
# The validators are installed into $HUBLINT_VALIDATORS (default: target/validators). What cannot be installed is skipped
# and said so; with HUBLINT_VALIDATORS_REQUIRED=1 that is a failure.
set -euo pipefail

multitool_version=5.7.0
schema_version=0.39.0
sarif_tools_version=3.0.5

root=$(cd "$(dirname "$0")/.." && pwd)
home=${HUBLINT_VALIDATORS:-$root/target/validators}
[ $# -gt 0 ] || { echo "usage: $0 FILE..." >&2; exit 2; }
mkdir -p "$home"
home=$(cd "$home" && pwd)
failed=0
skipped=()

fail() { echo "FAIL $*" >&2; failed=1; }

# The multitool: a program of its own inside an npm package.
package=$home/node_modules/@microsoft/sarif-multitool-linux
multitool=$package/Sarif.Multitool
if [ ! -f "$multitool" ]; then
  if ! command -v npm >/dev/null; then
    skipped+=("sarif-multitool and the JSON schema: npm is missing")
  elif ! npm install --prefix "$home" --no-audit --no-fund --ignore-scripts --silent \
      "@microsoft/sarif-multitool-linux@$multitool_version" >&2; then
    skipped+=("sarif-multitool and the JSON schema: npm install failed")
  fi
fi

# The two Python tools, in an environment of their own.
if [ ! -x "$home/python/bin/sarif" ] || [ ! -x "$home/python/bin/check-jsonschema" ]; then
  if ! command -v python3 >/dev/null; then
    skipped+=("check-jsonschema, sarif-tools: python3 is missing")
  elif ! { python3 -m venv "$home/python" &&
      "$home/python/bin/pip" install --quiet --disable-pip-version-check \
        "check-jsonschema==$schema_version" "sarif-tools==$sarif_tools_version"; } >&2; then
    skipped+=("check-jsonschema, sarif-tools: pip install failed")
  fi
fi

# GH1001 to GH1007 are off until a file turns them on. GH1004 stays off: its limits are not those of GitHub.
rules=$home/ghas.xml
{
  echo '<?xml version="1.0" encoding="utf-8"?>'
  echo '<Properties>'
  while read -r rule level; do
    echo "  <Properties Key=\"$rule.Options\"><Property Key=\"RuleEnabled\" Value=\"$level\" /></Properties>"
  done <<'RULES'
GH1001.ProvideRequiredLocationProperties Error
GH1002.InlineThreadFlowLocations Error
GH1003.ProvideRequiredRegionProperties Error
GH1005.LocationsMustBeRelativeUrisOrFilePaths Error
GH1006.ProvideCheckoutPath Error
GH1007.ProvideFullyFormattedMessageStrings Error
SARIF2007.ExpressPathsRelativeToRepoRoot Warning
RULES
  echo '</Properties>'
} > "$rules"

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

for file in "$@"; do
  if [ -f "$multitool" ]; then
    chmod u+x "$multitool"
    # It exits with 0 whatever it finds: its report is what counts. Microsoft's telemetry stays off.
    if ! DOTNET_CLI_TELEMETRY_OPTOUT=1 "$multitool" validate "$file" -c "$rules" \
        --rule-kind "Sarif;Ghas" --level "Error;Warning" --kind Fail --log ForceOverwrite \
        -o "$work/report.sarif" > "$work/log" 2>&1; then
      cat "$work/log" >&2
      fail "sarif-multitool could not run on $file"
    elif ! python3 - "$work/report.sarif" "$file" <<'PYTHON'
import json
import sys

run = json.load(open(sys.argv[1], encoding="utf-8-sig"))["runs"][0]
results = run["results"]
for result in results[:20]:
    message = result.get("message", {})
    print(result.get("ruleId"), result.get("level"), message.get("arguments") or message.get("text"), file=sys.stderr)
notes = [
    note
    for invocation in run.get("invocations", [])
    for kind in ("toolExecutionNotifications", "toolConfigurationNotifications")
    for note in invocation.get(kind, [])
    if note.get("level", "warning") == "error"
]
for note in notes[:20]:
    print(note.get("message"), file=sys.stderr)
print(f"sarif-multitool: {len(results)} errors and warnings in {sys.argv[2]}")
sys.exit(bool(results or notes))
PYTHON
    then
      fail "sarif-multitool finds errors or warnings in $file"
    fi
  fi
  schema=$(find "$package" -name sarif-2.1.0.json 2>/dev/null | head -n 1 || true)
  if [ -n "$schema" ] && [ -x "$home/python/bin/check-jsonschema" ]; then
    "$home/python/bin/check-jsonschema" --schemafile "$schema" "$file" || fail "the JSON schema refuses $file"
  fi
  if [ -x "$home/python/bin/sarif" ]; then
    for command in summary ls codeclimate csv; do
      case $command in
        codeclimate | csv) arguments=(--output "$work/out") ;;
        *) arguments=() ;;
      esac
      "$home/python/bin/sarif" "$command" "${arguments[@]}" "$file" > "$work/log" 2>&1 ||
        { cat "$work/log" >&2; fail "sarif $command cannot read $file"; }
    done
    echo "sarif-tools: reads $file"
  fi
done

for reason in "${skipped[@]+"${skipped[@]}"}"; do
  echo "SKIPPED $reason"
  if [ "${HUBLINT_VALIDATORS_REQUIRED:-0}" = 1 ]; then failed=1; fi
done
exit "$failed"
