#!/usr/bin/env python3
"""Runs hublint over the test files of other tools and compares lines: check-conformance.py [HUBLINT]

The files come from the source packages on PyPI (nothing of them is kept in this repository) and are unpacked under
target/. Where hublint differs on purpose, the line stands in DEVIATIONS with its reason; anything else fails.
Without PyPI it prints the reason and exits with 0; HUBLINT_TEST_REQUIRE_PYTHON=1 makes that a failure.
"""
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "conformance"
BANDIT = ("bandit", "1.9.4", "b589e5de2afe70bd4d53fa0c1da6199f4085af666fde00e8a034f152a52cd628")
PINS = {"unpinned-revision", "malformed-revision"}
PICKLES = {"unsafe-deserialization", "unsafe-torch-load"}

# file: (rules that count, lines that bandit expects). A finding on any line of a call counts for the line it begins on.
EXPECTED = {
    "pytorch_load.py": ({"unsafe-torch-load"}, [10, 18, 22]),
    "huggingface_unsafe_download.py": (PINS, [10, 13, 19, 28, 31, 37, 46, 49, 52, 58, 64, 71, 81, 84, 90]),
    "pickle_deserialize.py": (PICKLES, [7, 12, 15]),
    "dill.py": (PICKLES, [6, 11, 14]),
    "shelve_open.py": (PICKLES, [8, 11]),
    "jsonpickle.py": (PICKLES, [6, 8, 10]),
    "pandas_read_pickle.py": (PICKLES, [12]),
    "marshal_deserialize.py": (PICKLES, [6, 11]),
}
# (file, line): why hublint says something else there.
DEVIATIONS = {
    ("huggingface_unsafe_download.py", 154): "a constant that holds 10 digits is no pin: Hub clients treat only 40 as fixed",
    ("huggingface_unsafe_download.py", 161): "a dict entry that holds 10 digits is no pin",
}


def unpack():
    name, version, digest = BANDIT
    FOLDER.mkdir(parents=True, exist_ok=True)
    archive = FOLDER / f"{name}-{version}.tar.gz"
    if not archive.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "--dest", str(FOLDER), f"{name}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not archive.exists():
            return None
    if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
        sys.exit(f"{archive.name} is not the file whose lines are written here")
    target = FOLDER / "examples"
    target.mkdir(exist_ok=True)
    with tarfile.open(archive) as packed:
        for file in EXPECTED:
            member = packed.extractfile(f"{name}-{version}/examples/{file}")
            (target / file).write_bytes(member.read())
    return target


def call_starts(path):
    """The first line of the innermost statement for each line."""
    import ast

    starts = {}
    tree = ast.parse(path.read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.stmt):
            for line in range(node.lineno, node.end_lineno + 1):
                starts[line] = max(starts.get(line, 0), node.lineno)
    return starts


def main():
    program = sys.argv[1] if len(sys.argv) > 1 else str(ROOT / "target" / "debug" / "hublint")
    program = str(pathlib.Path(program).resolve())
    target = unpack()
    if target is None:
        print("skipped: the source package of bandit cannot be had here")
        return 1 if os.environ.get("HUBLINT_TEST_REQUIRE_PYTHON") == "1" else 0
    run = subprocess.run(
        [program, "check", "--isolated", "--no-ignore-comments", "--format", "json", "--exit-zero", "."],
        cwd=target, capture_output=True, text=True, check=True)
    findings = json.loads(run.stdout)["findings"]
    wrong = checked = 0
    for file, (rules, wanted) in sorted(EXPECTED.items()):
        starts = call_starts(target / file)
        found = {
            starts.get(finding["start"]["line"], finding["start"]["line"])
            for finding in findings if pathlib.PurePosixPath(finding["path"]).name == file and finding["rule"] in rules
        }
        for line in sorted(found | set(wanted)):
            checked += 1
            agree = (line in found) == (line in wanted)
            reason = DEVIATIONS.get((file, line))
            if agree and reason:
                print(f"{file}:{line}: agrees now; take it out of DEVIATIONS")
                wrong += 1
            elif not agree and reason:
                print(f"{file}:{line}: differs on purpose: {reason}")
            elif not agree:
                print(f"{file}:{line}: {'missed' if line in wanted else 'a false alarm'}")
                wrong += 1
    print(f"{checked - wrong} passed, {wrong} failed")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
