"""Runs the test hub_cache_real with the real huggingface_hub, in an old and the current version.

    python3 tests/hub_cache_real.py

Makes one virtual environment per version under target/ (kept for the next run), installs huggingface_hub from PyPI and
starts `cargo test --test hub_cache_real` with them. Prints a reason and ends with 0 if an installation is not possible,
unless HUBLINT_TEST_REQUIRE_PYTHON is set; ends with cargo's exit code otherwise.
"""

import os
import subprocess
import sys
from pathlib import Path

# 0.36: the last of the old line (no trees/ listing, `requests`); the newest: whatever users install today.
VERSIONS = ("huggingface_hub==0.36.2", "huggingface_hub")
INSTALL_SECONDS = 240


def python_with(requirement: str, root: Path) -> Path:
    folder = root / "target" / "hub-cache-real" / requirement.replace("==", "-")
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, timeout=INSTALL_SECONDS)
    found = subprocess.run([str(python), "-c", "import huggingface_hub"], capture_output=True)
    if found.returncode != 0:
        install = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", requirement]
        subprocess.run(install, check=True, timeout=INSTALL_SECONDS)
    return python


def main() -> int:
    root = Path(__file__).resolve().parent.parent
    try:
        pythons = [str(python_with(requirement, root)) for requirement in VERSIONS]
    except (OSError, subprocess.SubprocessError) as error:
        print(f"skipped: huggingface_hub cannot be installed: {error}", file=sys.stderr)
        return 1 if os.environ.get("HUBLINT_TEST_REQUIRE_PYTHON") else 0
    environment = dict(os.environ, HUBLINT_TEST_PYTHON=os.pathsep.join(pythons), HUBLINT_TEST_REQUIRE_PYTHON="1")
    command = ["cargo", "test", "--test", "hub_cache_real", "--", "--nocapture"]
    return subprocess.run(command, cwd=root, env=environment).returncode


if __name__ == "__main__":
    sys.exit(main())
