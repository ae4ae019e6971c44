#!/bin/sh
# Are the findings of two builds the same, byte for byte, and those of parsing on demand and whole?
#
#   tools/same-findings.sh OLD NEW TREE...      two binaries
#   tools/same-findings.sh --whole NEW TREE...  one binary, on demand against `--whole-parse`
#
# For changes that must not change anything but the time. Prints what differs; exits 1 when something does.
set -eu

if [ $# -lt 3 ]; then
    sed -n '2,6s/^# \{0,1\}//p' "$0" >&2
    exit 2
fi
old=$1
new=$2
shift 2
extra=
if [ "$old" = --whole ]; then
    old=$new
    extra=--whole-parse
fi
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
status=0

# The duration is the only thing that may differ from run to run.
findings() {
    "$@" | python3 -c '
import json, sys
report = json.load(sys.stdin)
for key in ("duration", "seconds", "milliseconds", "elapsed"):
    report.get("statistics", {}).pop(key, None)
json.dump(report, sys.stdout, indent=1)
'
}

for tree in "$@"; do
    common="check --isolated --exit-zero --report-unknown --report-suppressed --format json"
    # shellcheck disable=SC2086 # The words are meant to be split.
    findings "$old" $common $extra "$tree" >"$folder/old.json"
    # shellcheck disable=SC2086
    findings "$new" $common "$tree" >"$folder/new.json"
    count=$(grep -c '"rule":' "$folder/new.json" || true)
    if cmp -s "$folder/old.json" "$folder/new.json"; then
        echo "same: $tree ($count findings)"
    else
        echo "DIFFERENT: $tree ($count findings)"
        diff "$folder/old.json" "$folder/new.json" | head -40 || true
        status=1
    fi
done
exit $status
