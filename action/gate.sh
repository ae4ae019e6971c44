#!/usr/bin/env bash
# The last word of the action: says what became of the upload, then fails as the check decided.
set -euo pipefail

refused=false
if [ "${HUBLINT_UPLOADED:-}" = failure ] && [ "${HUBLINT_UPLOAD:-auto}" = true ]; then
  echo "::error title=hublint::the alerts were not uploaded, and \`upload: true\` demands it: see the log of the upload"
  refused=true
elif [ "${HUBLINT_UPLOADED:-}" = failure ]; then
  echo "::notice title=hublint::the alerts were not uploaded: code scanning is off for this repository, or the job lacks \`security-events: write\`. The annotations and the summary show the findings. \`upload: false\` stops trying"
fi
case ${HUBLINT_EXIT_CODE:-} in
  0)
    echo "hublint: nothing at or above ${HUBLINT_FAIL_ON} (${HUBLINT_FINDINGS:-0} findings)"
    if $refused; then exit 2; fi
    ;;
  1)
    echo "::error title=hublint::findings at or above ${HUBLINT_FAIL_ON} (${HUBLINT_FINDINGS} in all): see the annotations and the summary"
    exit 1
    ;;
  *) exit 2 ;;
esac
