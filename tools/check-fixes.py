#!/usr/bin/env python3
"""Repairs copies of real packages and proves that nothing else changed.

    tools/check-fixes.py HUBLINT FOLDER...

Each folder is copied. A cache is made up that knows every repository that hublint's JSON output names (a commit is the SHA-1
of its name). Then `hublint pin`, and on a second copy `hublint check --fix --unsafe-fixes`, repair the copies. Afterwards:

- every Python file that CPython parsed still parses, and its syntax tree differs only in arguments that a repair may add,
  remove or change;
- every notebook is the same notebook outside of the sources of its cells;
- no other file changed in more than a commit;
- a second run changes nothing.

Prints the share of the `unpinned-revision` findings that `hublint pin` closed, and exits with 1 when a file was harmed.
"""

import ast
import collections
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import warnings

COMMIT = re.compile(r"[0-9a-f]{40}")
PINS = re.compile(r"(\w+_)?revision$")
# What `--unsafe-fixes` may add, change or take away.
SWITCHES = {
    "trust_remote_code", "weights_only", "use_safetensors", "safe_serialization", "allow_pickle", "safe_mode", "trust_repo",
    "allow_dangerous_deserialization", "token", "use_auth_token", "local_files_only", "Loader", "skip_validation",
}
KINDS = ("models", "datasets", "spaces", "kernels")


def run(hublint, arguments, folder, cache):
    environment = {"PATH": os.environ["PATH"], "HOME": str(cache), "HF_HUB_CACHE": str(cache), "NO_COLOR": "1"}
    command = [hublint, *arguments]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, timeout=900, check=False)


def findings(hublint, folder, cache):
    done = run(hublint, ["check", ".", "--isolated", "--format", "json"], folder, cache)
    if done.returncode not in (0, 1):
        sys.exit(done.stderr.decode())
    return json.loads(done.stdout)["findings"]


def know(cache, finding):
    """Puts the repository of a finding into the cache, at `main` and at the branch that the message names."""
    repo = finding.get("repo") or next(iter(re.findall(r"`([\w.-]+/[\w.-]+)`", finding["message"])), None)
    if not repo:
        return
    named = re.match(r"`([^`]+)` is a branch", finding["message"])
    for reference in {"main", *(named.groups() if named else ())}:
        commit = hashlib.sha1(f"{repo}@{reference}".encode()).hexdigest()
        for kind in KINDS:
            folder = cache / f"{kind}--{repo.replace('/', '--')}"
            try:
                (folder / "refs" / reference).parent.mkdir(parents=True, exist_ok=True)
                (folder / "refs" / reference).write_text(commit)
                (folder / "snapshots" / commit).mkdir(parents=True, exist_ok=True)
                (folder / "snapshots" / commit / "config.json").write_text("{}")
            except OSError:
                pass


def tree_of(data):
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return ast.parse(data)
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return None


def differences(old, new, allowed, path=""):
    """Where two trees differ in more than the allowed arguments."""
    if type(old) is not type(new):
        if allowed_value(old, new):
            return
        yield f"{path}: {type(old).__name__} became {type(new).__name__}"
    elif isinstance(old, ast.Constant):
        if old.value != new.value and not allowed_value(old, new):
            yield f"{path}: {old.value!r} became {new.value!r}"
    elif isinstance(old, ast.Call):
        yield from differences(old.func, new.func, allowed, path + ".func")
        yield from sequence(old.args, new.args, allowed, path + ".args")
        before = {keyword.arg: keyword for keyword in old.keywords}
        after = {keyword.arg: keyword for keyword in new.keywords}
        for name in after.keys() - before.keys():
            value = after[name].value
            pin = PINS.match(name or "") and isinstance(value, ast.Constant) and COMMIT.fullmatch(str(value.value))
            if not pin and name not in allowed:
                yield f"{path}: argument {name} was added"
        for name in before.keys() - after.keys():
            if name not in allowed:
                yield f"{path}: argument {name} was lost"
        kept = [keyword.arg for keyword in new.keywords if keyword.arg in before]
        if kept != [keyword.arg for keyword in old.keywords if keyword.arg in after]:
            yield f"{path}: arguments changed places"
        for name in before.keys() & after.keys():
            if name not in allowed:
                yield from differences(before[name].value, after[name].value, allowed, f"{path}.{name}")
    elif isinstance(old, ast.AST):
        for field in old._fields:
            yield from differences(getattr(old, field, None), getattr(new, field, None), allowed, f"{path}.{field}")
    elif isinstance(old, list):
        yield from sequence(old, new, allowed, path)
    elif old != new:
        yield f"{path}: {old!r} became {new!r}"


def sequence(old, new, allowed, path):
    if len(old) != len(new):
        yield f"{path}: {len(old)} became {len(new)} items"
        return
    for index, (left, right) in enumerate(zip(old, new)):
        yield from differences(left, right, allowed, f"{path}[{index}]")


def allowed_value(old, new):
    """A revision, or the revision inside an id or address, that became a commit."""
    if not (isinstance(old, ast.Constant) and isinstance(new, ast.Constant) and isinstance(new.value, str)):
        return False
    if old.value is None:
        return bool(COMMIT.fullmatch(new.value))
    if not isinstance(old.value, str):
        return False
    if COMMIT.fullmatch(new.value):
        return True
    if new.value == f"./{old.value}":
        return True
    found = [commit for commit in COMMIT.findall(new.value) if commit not in old.value]
    if not found:
        return False
    shape = re.escape(new.value)
    for commit in found:
        shape = re.sub(r"(?:@|\\@|:)?" + commit, r".{0,120}", shape)
    return bool(re.fullmatch(shape, old.value, re.DOTALL))


def compare(path, old, new, allowed):
    if path.suffix == ".py":
        before = tree_of(old)
        if before is None:
            return []
        after = tree_of(new)
        if after is None:
            return ["does not parse any more"]
        return list(differences(before, after, allowed))
    if path.suffix == ".ipynb":
        def strip(data):
            notebook = json.loads(data)
            for cell in notebook.get("cells", []):
                source = cell.pop("source", "")
                cell["is_list"] = isinstance(source, list)
                if isinstance(source, list):
                    lines = "".join(source).splitlines(keepends=True)
                    cell["lines"] = source == lines
            return notebook
        return [] if strip(old) == strip(new) else ["changed outside of the sources of its cells"]
    shape = re.escape(new)
    if COMMIT.search(new.decode("utf-8", "replace")) or shape != re.escape(old):
        # Lines may only have become longer by a commit or have a revision replaced.
        before, after = old.splitlines(), new.splitlines()
        return [] if len(before) == len(after) else ["lines were added or lost"]
    return []


def files_of(folder):
    return {
        path.relative_to(folder): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file() and not path.is_symlink()
    }


def repaired(hublint, original, work, cache, arguments, allowed, name):
    folder = work / name
    shutil.copytree(original, folder, symlinks=True)
    before = files_of(folder)
    done = run(hublint, arguments, folder, cache)
    if done.returncode not in (0, 1):
        print(done.stderr.decode(), done.stdout.decode()[-2000:])
    after = files_of(folder)
    harmed, changed = 0, 0
    for path in sorted(before.keys() | after.keys()):
        if before.get(path) == after.get(path):
            continue
        changed += 1
        if path not in before or path not in after:
            problems = ["appeared or disappeared"]
        else:
            problems = compare(path, before[path], after[path], allowed)
        for problem in problems:
            harmed += 1
            print(f"HARMED {original.name}/{path}: {problem}")
    run(hublint, arguments, folder, cache)
    if files_of(folder) != after:
        harmed += 1
        print(f"HARMED {original.name}: a second run changed files again")
    return folder, changed, harmed, done.stdout.decode()


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    hublint = str(pathlib.Path(sys.argv[1]).resolve())
    total, closed, harmed = 0, 0, 0
    why = collections.Counter()
    for argument in sys.argv[2:]:
        original = pathlib.Path(argument).resolve()
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)
            cache = work / "cache"
            cache.mkdir()
            first = findings(hublint, original, cache)
            for finding in first:
                know(cache, finding)
            folder, changed, bad, output = repaired(hublint, original, work, cache, ["pin", ".", "--isolated"], set(), "pin")
            harmed += bad
            before = sum(finding["rule"] == "unpinned-revision" for finding in first)
            left = [finding for finding in findings(hublint, folder, cache) if finding["rule"] == "unpinned-revision"]
            total += before
            closed += before - len(left)
            for line in output.splitlines():
                if " stays unpinned: " in line:
                    why[line.split(" stays unpinned: ")[1]] += 1
            print(f"{original.name}: {changed} files changed, {before - len(left)} of {before} unpinned-revision findings closed")
            if "-v" in os.environ.get("CHECK_FIXES", ""):
                print(output)
            everything = ["check", ".", "--isolated", "--fix", "--unsafe-fixes", "--format", "concise", "--exit-zero"]
            _, changed, bad, _ = repaired(hublint, original, work, cache, everything, SWITCHES, "all")
            harmed += bad
            print(f"{original.name}: {changed} files changed by --fix --unsafe-fixes")
    for reason, count in why.most_common():
        print(f"{count:6} left: {reason}")
    print(f"{closed} of {total} unpinned-revision findings closed ({100 * closed / max(total, 1):.1f} %), {harmed} harmed")
    sys.exit(1 if harmed else 0)


if __name__ == "__main__":
    main()
