#!/bin/sh
# Checks the CycloneDX bill of the sample project against the public schema and reads it with cyclonedx-python-lib,
# in a virtual environment under target/. Skips with a reason where the library cannot be installed.
set -eu
root=$(cd "$(dirname "$0")/.." && pwd)
environment="$root/target/inventory-venv"
if ! "$environment/bin/python" -c "import cyclonedx, jsonschema" 2>/dev/null; then
    if ! { python3 -m venv "$environment" && "$environment/bin/pip" -q install "cyclonedx-python-lib[json-validation]==11.*"; }; then
        echo "skipped: cyclonedx-python-lib cannot be installed here"
        exit 0
    fi
fi
cd "$root"
HUBLINT_PYTHON="$environment/bin/python" cargo test --test inventory outside_tools_accept_the_bill -- --nocapture
