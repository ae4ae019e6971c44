#!/bin/sh
# Does a run over a small fixed tree take more instructions than it may? Counts do not depend on the neighbours, so this can
# stand in continuous integration, where times cannot.
#
#   tools/check-instructions.sh [HUBLINT]            compare with the ceilings in tools/instructions.txt
#   tools/check-instructions.sh --update [HUBLINT]   write new ceilings: what was counted and a tenth
#
# HUBLINT is what `cargo build` makes (default: target/debug/hublint): continuous integration has it already. Code that is
# not optimised takes some ten times the instructions, but twice the work still counts twice. Another compiler makes other
# code: with another rustc than the one of the ceilings, a fifth more is allowed. Skips, and says why, without valgrind.
set -eu
cd "$(dirname "$0")/.."

update=
if [ "${1:-}" = --update ]; then
    update=1
    shift
fi
hublint=${1:-target/debug/hublint}
ceilings=tools/instructions.txt

if ! command -v valgrind >/dev/null 2>&1; then
    echo "check-instructions: skipped, valgrind is not installed"
    exit 0
fi
if [ ! -x "$hublint" ]; then
    echo "check-instructions: skipped, $hublint is not built (cargo build)"
    exit 0
fi
if [ "$(uname -m)" != x86_64 ]; then
    echo "check-instructions: skipped, the ceilings are those of x86_64"
    exit 0
fi
compiler=$(rustc --version 2>/dev/null || echo unknown)
spare=0
if ! grep -qF "$compiler" "$ceilings" 2>/dev/null; then
    spare=20
fi
tree=$(mktemp -d)
trap 'rm -rf "$tree"' EXIT
python3 tools/make-tree.py "$tree"

status=0
new=
for kind in one code plain notebook data; do
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null "$hublint" check --isolated --exit-zero --threads 1 --format json \
        "$tree/$kind" >"$tree/out.json" 2>"$tree/err.txt"
    count=$(sed -n 's/.*refs: *//p' "$tree/err.txt" | tr -d ',')
    if [ -z "$count" ]; then
        echo "check-instructions: valgrind counted nothing:"
        tail -5 "$tree/err.txt"
        exit 1
    fi
    findings=$(grep -o '"rule":"' "$tree/out.json" | wc -l | tr -d ' ')
    ceiling=$(sed -n "s/^$kind //p" "$ceilings" 2>/dev/null || true)
    ceiling=$((${ceiling:-0} + ${ceiling:-0} / 100 * spare))
    new="$new$kind $((count + count / 10))
"
    echo "$kind: $count instructions, $findings findings, ceiling $ceiling"
    if [ "$kind" != plain ] && [ "$findings" -eq 0 ]; then
        echo "check-instructions: $kind: nothing was found, so nothing was measured"
        status=1
    fi
    if [ -z "$update" ] && [ "$count" -gt "$ceiling" ]; then
        echo "check-instructions: $kind: more than the ceiling; make it cheaper, or say in the commit why it may cost that and run --update"
        status=1
    fi
done
if [ -n "$update" ]; then
    printf '# Instructions that a run over each part of tools/make-tree.py may take (dev profile, x86_64, one thread), counted with\n# %s. `tools/check-instructions.sh --update` writes this file.\n%s' "$compiler" "$new" >"$ceilings"
fi
exit $status
