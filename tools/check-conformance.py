#!/usr/bin/env python3
"""Runs hublint over the tests of other tools and compares: check-conformance.py [HUBLINT]

bandit: its example files, line by line. transformers-mlinter: the sources in the tests of its rule TRF014, the example in
that rule's text, and one line for every form that the rule says it covers or leaves out.

The files come from the source packages on PyPI (nothing of them is kept in this repository) and are unpacked under
target/. Where hublint differs on purpose, the line stands in DEVIATIONS with its reason; anything else fails.
Without PyPI it prints the reason and exits with 0; HUBLINT_TEST_REQUIRE_PYTHON=1 makes that a failure.
"""
import ast
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tarfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent
FOLDER = ROOT / "target" / "conformance"
BANDIT = ("bandit", "1.9.4", "b589e5de2afe70bd4d53fa0c1da6199f4085af666fde00e8a034f152a52cd628")
MLINTER = ("transformers-mlinter", "0.1.5", "d77ea804f20ea9bdd840e64f83b54a7200a1d8c1183a59119a4839efc3b01fcb")
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


# transformers-mlinter's TRF014 flags every mention of the switch in a call, hublint what switches it on.
# code: (does TRF014 flag it, does hublint, why they differ). The forms are those that its rule names.
SWITCH = "trust_remote_code"
FORMS = {
    f"AutoModel.from_pretrained('org/m', {SWITCH}=True)": (True, True, ""),
    f"AutoModel.from_pretrained('org/m', **{{'{SWITCH}': True}})": (True, True, ""),
    f"AutoModel.from_pretrained('org/m', **dict({SWITCH}=True))": (True, True, ""),
    f"keywords = {{'{SWITCH}': True}}; AutoModel.from_pretrained('org/m', **keywords)":
        (False, True, "a dictionary with a name is followed"),
    f"AutoModel.from_pretrained('org/m', {SWITCH}=False)": (True, False, "False switches it off"),
    f"AutoModel.from_pretrained('org/m', {SWITCH}=trust)": (True, False, "what is passed on is judged where it is given a value"),
    "AutoModel.from_pretrained('org/m', torch_dtype='auto')": (False, False, ""),
}


def download(package):
    """The archive of a package; None where it cannot be had."""
    name, version, digest = package
    FOLDER.mkdir(parents=True, exist_ok=True)
    archive = FOLDER / f"{name.replace('-', '_')}-{version}.tar.gz"
    if not archive.exists():
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", name, "--dest", str(FOLDER), f"{name}=={version}"]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode or not archive.exists():
            return None
    if hashlib.sha256(archive.read_bytes()).hexdigest() != digest:
        sys.exit(f"{archive.name} is not the file whose lines are written here")
    return tarfile.open(archive)


def check(program, folder):
    """The findings in the files of a folder."""
    command = [program, "check", "--isolated", "--no-ignore-comments", "--format", "json", "--exit-zero", "."]
    run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=True)
    return json.loads(run.stdout)["findings"]


def mlinter_cases(packed):
    """(where it stands, source, does the rule flag it) of TRF014's tests and of the example in its text."""
    stem = "transformers_mlinter-" + MLINTER[1]
    tests = ast.parse(packed.extractfile(f"{stem}/tests/test_trf014.py").read())
    for test in ast.walk(tests):
        if isinstance(test, ast.FunctionDef) and test.name.startswith("test_"):
            sources = [node.value.value for node in test.body if isinstance(node, ast.Assign) and node.targets[0].id == "source"]
            # `assertEqual(len(found), 1)`, or `assertEqual(found, [])`.
            counts = [len(call.args[1].elts) if isinstance(call.args[1], ast.List) else call.args[1].value
                      for call in ast.walk(test)
                      if isinstance(call, ast.Call) and getattr(call.func, "attr", "") == "assertEqual"]
            if len(sources) != 1 or not counts:
                sys.exit(f"{test.name} has another form than the one that is read here")
            yield test.name, sources[0], counts[0] > 0
    rules = tomllib.loads(packed.extractfile(f"{stem}/mlinter/rules.toml").read().decode())
    lines = rules["rules"]["TRF014"]["explanation"]["diff"].strip("\n").splitlines()
    for name, mark in [("the example before", "-"), ("the example after", "+")]:
        yield name, "\n".join(line[1:] for line in lines if line.startswith((" ", mark))) + "\n", mark == "-"


def mlinter(program):
    """How many cases were compared, and how many are wrong; None without the package."""
    packed = download(MLINTER)
    if packed is None:
        return None
    with packed:
        cases = [(name, source, flagged, flagged, "") for name, source, flagged in mlinter_cases(packed)]
    cases += [(code, f"from transformers import AutoModel\n{code}\n", theirs, ours, why) for code, (theirs, ours, why) in FORMS.items()]
    folder = FOLDER / "mlinter"
    folder.mkdir(exist_ok=True)
    for index, (_, source, *_) in enumerate(cases):
        (folder / f"case{index}.py").write_text(source)
    flagged = {finding["path"].rsplit("/", 1)[-1] for finding in check(program, folder) if finding["rule"] == "trust-remote-code"}
    wrong = 0
    for index, (name, _, theirs, ours, why) in enumerate(cases):
        found = f"case{index}.py" in flagged
        if found != ours:
            print(f"transformers-mlinter, {name}: {'a false alarm' if found else 'missed'}")
            wrong += 1
        elif ours != theirs:
            print(f"transformers-mlinter, {name}: differs on purpose: {why}")
    return len(cases), wrong


def unpack():
    name, version, _ = BANDIT
    packed = download(BANDIT)
    if packed is None:
        return None
    target = FOLDER / "examples"
    target.mkdir(exist_ok=True)
    with packed:
        for file in EXPECTED:
            member = packed.extractfile(f"{name}-{version}/examples/{file}")
            (target / file).write_bytes(member.read())
    return target


def call_starts(path):
    """The first line of the innermost statement for each line."""
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
    others = mlinter(program)
    if target is None or others is None:
        print("skipped: the source packages of bandit and transformers-mlinter cannot be had here")
        return 1 if os.environ.get("HUBLINT_TEST_REQUIRE_PYTHON") == "1" else 0
    findings = check(program, target)
    checked, wrong = others
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
