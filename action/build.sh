#!/usr/bin/env bash
# Builds the program from the action's own checkout into HUBLINT_FOLDER, which is cached afterwards.
set -euo pipefail

action=${HUBLINT_ACTION_PATH%/}
# Not in the checkout: it may be read-only, or be the very project that is checked.
CARGO_TARGET_DIR=${RUNNER_TEMP:-${TMPDIR:-/tmp}}/hublint-target
export CARGO_TARGET_DIR
cargo install --locked --quiet --no-track --force --path "$action" --root "$HUBLINT_FOLDER"
