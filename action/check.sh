#!/usr/bin/env bash
# Runs hublint once: annotations to the log, SARIF and JSON to files, a table to the summary of the step. Never fails for
# findings: gate.sh does, after the upload. Writes sarif-file, findings, exit-code and upload to GITHUB_OUTPUT.
set -euo pipefail

fail() { echo "::error title=hublint::$*"; exit 2; }
say() { printf '%s=%s\n' "$1" "$2" >> "$GITHUB_OUTPUT"; }

case $HUBLINT_FAIL_ON in never | note | warning | error) ;; *) fail "the input fail-on is never, note, warning or error" ;; esac
case $HUBLINT_MIN_LEVEL in note | warning | error) ;; *) fail "the input min-level is note, warning or error" ;; esac
case $HUBLINT_UPLOAD in auto | true | false) ;; *) fail "the input upload is auto, true or false" ;; esac
[[ $HUBLINT_CATEGORY =~ ^[A-Za-z0-9._:/\ -]+$ ]] || fail "the input category holds letters, digits, blanks and . _ : / - only"

temporary=$(mktemp -d "${RUNNER_TEMP:-${TMPDIR:-/tmp}}/hublint-XXXXXX")
sarif=${HUBLINT_SARIF_FILE:-$temporary/hublint.sarif}
case $sarif in *$'\n'*) fail "the input sarif-file is one path" ;; esac
case $sarif in */*) mkdir -p "${sarif%/*}" ;; esac

arguments=(check --format github --output "sarif=$sarif" --output "markdown=$temporary/summary.md"
  --output "json=$temporary/hublint.json" --fail-on "$HUBLINT_FAIL_ON" --min-level "$HUBLINT_MIN_LEVEL")
if [ -n "$HUBLINT_CONFIG" ]; then arguments+=(--config "$HUBLINT_CONFIG"); fi
if [[ $HUBLINT_ARGS == *$'\n'* ]]; then
  while IFS= read -r line || [ -n "$line" ]; do
    line=${line%$'\r'}
    if [ -n "$line" ]; then arguments+=("$line"); fi
  done <<< "$HUBLINT_ARGS"
else
  read -r -a words <<< "$HUBLINT_ARGS"
  arguments+=("${words[@]+"${words[@]}"}")
fi
arguments+=(--)
given=${#arguments[@]}
while IFS= read -r line || [ -n "$line" ]; do
  line=${line%$'\r'}
  if [ -n "$line" ]; then arguments+=("$line"); fi
done <<< "$HUBLINT_PATHS"
if [ "${#arguments[@]}" -eq "$given" ]; then arguments+=(.); fi

# The verdict is that of this one run; no second program reads the report to find it out.
code=0
"$HUBLINT_PROGRAM" "${arguments[@]}" || code=$?
say exit-code "$code"

if [ "$code" -gt 1 ] && ! [ -s "$sarif" ]; then
  say upload false
  say findings ""
  say sarif-file ""
  echo "::error title=hublint::the check could not be done (exit code $code): see the log of this step"
  exit 0
fi
findings=$(grep -o '"statistics":{[^}]*"findings": *[0-9]*' "$temporary/hublint.json" | tail -n 1 | grep -o '[0-9]*$')
say findings "$findings"
say sarif-file "$sarif"

# GitHub takes the category from the file, whatever the upload action is told.
sed "s|^\"automationDetails\":{\"id\":\"[^\"]*\"}|\"automationDetails\":{\"id\":\"$HUBLINT_CATEGORY/\"}|" "$sarif" > "$temporary/renamed"
cat "$temporary/renamed" > "$sarif"

if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then cat "$temporary/summary.md" >> "$GITHUB_STEP_SUMMARY"; fi

upload=$HUBLINT_UPLOAD
if [ "$upload" = auto ]; then
  upload=true
  # The token of a pull request from a fork may not write alerts.
  if [ "${HUBLINT_FROM_FORK:-false}" = true ]; then
    echo "::notice title=hublint::no upload to code scanning from a fork; the annotations and the summary show the findings"
    upload=false
  fi
fi
say upload "$upload"
