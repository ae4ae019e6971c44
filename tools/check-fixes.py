#!/usr/bin/env python3
"""Repairs copies of real packages and proves that nothing else changed.

    tools/check-fixes.py HUBLINT FOLDER...

Each folder is copied. A cache is made up that knows every repository that hublint's JSON output names (a commit is the SHA-1
of its name). Then `hublint pin`, and on a second copy `hublint check --fix --unsafe-fixes`, repair the copies. Afterwards:

- every Python file that CPython parsed still parses, and its syntax tree differs only in arguments that a repair may add,
  remove or change, in one table of revisions, and in commits inside of ids and addresses;
- every notebook is the same notebook outside of the sources of its cells, and its cells that CPython parsed are compared
  as Python files are;
- YAML, TOML and JSON load to the same documents, apart from commits, keys that hold one, and pairs of items
  (`--revision`, commit) in lists of words; a commit is a text for every loader;
- a shell script that `bash -n` accepted is accepted still; lines of all other files differ only in commits, in options that
  hold one, and in comments that name a branch;
- a second run changes nothing.

PyYAML is used where it is installed. Prints which findings about pins `hublint pin` closed, by kind of file, with the reasons
of the rest, and exits with 1 when a file was harmed.
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
import tomllib
import warnings

try:
    import yaml
except ImportError:
    yaml = None

COMMIT = re.compile(r"[0-9a-f]{40}")
OPTION = re.compile(r"--[\w-]*revision$")
KEY = re.compile(r"(\w+_)?revision(_of_model)?$")
NOTE = re.compile(r"  # [^\s#]+( [^\s#]+)?( \d{4}-\d\d-\d\d)?$")
NOTE_LINE = re.compile(r"\s*# [\w.-]+(/[\w.-]+)?: \S+( \d{4}-\d\d-\d\d)?$")
TABLE = "HF_REVISIONS"
RULES = ("unpinned-revision", "malformed-revision", "partial-pin")
PINS = re.compile(r"(\w+_)?revision$")
# What `--unsafe-fixes` may add, change or take away.
SWITCHES = {
    "trust_remote_code", "weights_only", "use_safetensors", "safe_serialization", "allow_pickle", "safe_mode", "trust_repo",
    "allow_dangerous_deserialization", "token", "use_auth_token", "local_files_only", "Loader", "skip_validation",
}
MANIFESTS = {"pyproject.toml", "setup.py", "setup.cfg", "environment.yml", "environment.yaml", "Pipfile", "poetry.lock", "uv.lock"}
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
    # One of several ids of a call is named by the reason alone.
    other = re.match(r"([\w.-]+/[\w.-]+): not in the local cache", finding.get("properties", {}).get("pin-reason", ""))
    if other:
        know(cache, {"repo": other.group(1), "message": ""})
    repo = finding.get("repo") or next(iter(re.findall(r"`([\w.-]+/[\w.-]+)`", finding["message"])), None)
    if not repo:
        return
    named = re.match(r"`([^`]+)` is a branch", finding["message"])
    short = re.match(r"`([0-9a-f]{7,39})` is an abbreviated commit", finding["message"])
    for reference in {"main", *(named.groups() if named else ()), *(short.groups() if short else ())}:
        commit = hashlib.sha1(f"{repo}@{reference}".encode()).hexdigest()
        if short and reference == short.group(1):
            commit = reference + commit[len(reference) :]
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
            pin = PINS.match(name or "") and (is_commit(value) or is_looked_up(value, new))
            if not pin and name not in allowed:
                yield f"{path}: argument {name} was added"
        for name in before.keys() - after.keys():
            if name not in allowed:
                yield f"{path}: argument {name} was lost"
        kept = [keyword.arg for keyword in new.keywords if keyword.arg in before]
        if kept != [keyword.arg for keyword in old.keywords if keyword.arg in after]:
            yield f"{path}: arguments changed places"
        for name in before.keys() & after.keys():
            if PINS.match(name or "") and is_fallback(before[name].value, after[name].value, new):
                continue
            if name not in allowed:
                yield from differences(before[name].value, after[name].value, allowed, f"{path}.{name}")
    elif isinstance(old, ast.Module):
        body = [statement for statement in new.body if not is_table(statement)]
        yield from sequence(old.body, new.body if has_table(old) else body, allowed, path)
    elif isinstance(old, ast.Dict) and is_commits(old, new):
        return
    elif isinstance(old, ast.Dict) and allowed and len(old.keys) == len(new.keys):
        # `loader_kwargs={"trust_remote_code": True}`: the key is the argument.
        yield from sequence(old.keys, new.keys, allowed, f"{path}.keys")
        for key, before, after in zip(old.keys, old.values, new.values):
            if not (isinstance(key, ast.Constant) and key.value in allowed):
                yield from differences(before, after, allowed, f"{path}.values")
    elif isinstance(old, (ast.List, ast.Tuple)) and len(new.elts) > len(old.elts):
        yield from sequence(old.elts, without_options(new.elts), allowed, path)
    elif isinstance(old, ast.AST):
        for field in old._fields:
            yield from differences(getattr(old, field, None), getattr(new, field, None), allowed, f"{path}.{field}")
    elif isinstance(old, list):
        yield from sequence(old, new, allowed, path)
    elif old != new:
        yield f"{path}: {old!r} became {new!r}"


def is_commit(node):
    return isinstance(node, ast.Constant) and bool(COMMIT.fullmatch(str(node.value)))


def is_table(statement):
    """`HF_REVISIONS = {"org/m": "<commit>"}`"""
    return (
        isinstance(statement, ast.Assign)
        and isinstance(statement.targets[0], ast.Name)
        and statement.targets[0].id == TABLE
        and isinstance(statement.value, ast.Dict)
        and all(isinstance(key, ast.Constant) for key in statement.value.keys)
        and all(is_commit(value) for value in statement.value.values)
    )


def has_table(module):
    return any(is_table(statement) for statement in module.body)


def is_commits(old, new):
    """A table that got more entries."""
    before, after = ast.unparse(old)[1:-1], ast.unparse(new)[1:-1]
    return isinstance(new, ast.Dict) and all(is_commit(value) for value in new.values) and before in after


def is_looked_up(node, call):
    """`HF_REVISIONS.get(name)` where the call is given `name`, too; `HF_REVISIONS["org/m"]`."""
    given = {ast.unparse(argument) for argument in [*call.args, *(keyword.value for keyword in call.keywords)]}
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "get":
        return ast.unparse(node.func.value) == TABLE and len(node.args) == 1 and ast.unparse(node.args[0]) in given
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) == TABLE and ast.unparse(node.slice) in given


def is_fallback(old, new, call):
    """`revision` became `revision or <commit>`, or the same with a look-up."""
    return (
        isinstance(new, ast.BoolOp)
        and isinstance(new.op, ast.Or)
        and len(new.values) == 2
        and ast.unparse(new.values[0]) == ast.unparse(old)
        and (is_commit(new.values[1]) or is_looked_up(new.values[1], call))
    )


def without_options(items):
    """A list of words without the pairs of an option and a commit."""
    kept = []
    for item in items:
        value = item.value if isinstance(item, ast.Constant) else item
        last = kept[-1].value if kept and isinstance(kept[-1], ast.Constant) else kept[-1] if kept else None
        if isinstance(value, str) and COMMIT.fullmatch(value) and isinstance(last, str) and OPTION.match(last):
            kept.pop()
        else:
            kept.append(item)
    return kept


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
    return isinstance(old.value, str) and (new.value == f"./{old.value}" or same_text(old.value, new.value))


def same_text(old, new):
    """True when a text differs only in commits, options that hold one, and comments that name a branch."""
    if old == new:
        return True
    if len(old.splitlines()) > 1 or len(new.splitlines()) > 1:
        before = old.splitlines()
        after = [line for line in new.splitlines() if line in before or not NOTE_LINE.match(line)]
        return len(before) == len(after) and all(same_text(*pair) for pair in zip(before, after))
    new = new if NOTE.search(old) else NOTE.sub("", new)
    shape, at = "", 0
    for found in re.finditer(r"(?: --[\w-]*revision[ =]| |@|:)?(" + COMMIT.pattern + ")", new):
        if found.group(1) in old:
            continue
        # What stood there: nothing, a branch, a short or wrong commit, with the same mark before it or without.
        shape += re.escape(new[at : found.start()]) + r"[^\"'\s]{0,120}( [^\"'\s]{0,60}){0,2}?"
        at = found.end()
    return at > 0 and bool(re.fullmatch(shape + re.escape(new[at:]), old)) or new == old


def same_document(old, new, path="$"):
    """Where two loaded documents differ in more than commits."""
    if isinstance(old, dict) and isinstance(new, dict):
        for key in new.keys() - old.keys():
            if not (KEY.match(str(key)) and COMMIT.fullmatch(str(new[key]))):
                yield f"{path}: key {key} was added"
        if [key for key in new if key in old] != list(old):
            yield f"{path}: keys were lost or changed places"
        for key in old.keys() & new.keys():
            yield from same_document(old[key], new[key], f"{path}.{key}")
    elif isinstance(old, list) and isinstance(new, list):
        kept = []
        for item in new if len(new) > len(old) else []:
            if isinstance(item, str) and COMMIT.fullmatch(item) and kept and OPTION.match(str(kept[-1])):
                kept.pop()
            else:
                kept.append(item)
        kept = kept or new
        if len(kept) != len(old):
            yield f"{path}: {len(old)} became {len(new)} items"
        for index, pair in enumerate(zip(old, kept)):
            yield from same_document(*pair, f"{path}[{index}]")
    elif old != new:
        text = isinstance(new, str) and (isinstance(old, str) or old is None)
        if not text or not (same_text(old or "", new) or COMMIT.fullmatch(new) or new == f"./{old}"):
            yield f"{path}: {old!r} became {new!r}"


def documents(path, data):
    """The documents in a file; `None` when it has none that can be loaded."""
    try:
        if path.suffix == ".json":
            return [json.loads(data)]
        if path.suffix == ".toml":
            return [tomllib.loads(data.decode())]
        if path.suffix in (".yml", ".yaml") and yaml:
            # Every scalar as a text, and again with the types of its tag where all tags are known.
            loaded = list(yaml.load_all(data, yaml.BaseLoader))
            try:
                return [loaded, list(yaml.safe_load_all(data))]
            except yaml.YAMLError:
                return [loaded]
    except (ValueError, RecursionError, *((yaml.YAMLError,) if yaml else ())):
        return None
    return None


def is_shell(path, data):
    return path.suffix in (".sh", ".bash") or data.startswith((b"#!/bin/bash", b"#!/usr/bin/env bash", b"#!/bin/sh"))


def bash_accepts(data):
    return subprocess.run(["bash", "-n"], input=data, capture_output=True, timeout=60, check=False).returncode == 0


def python_differences(old, new, allowed):
    before = tree_of(old)
    if before is None:
        return []
    after = tree_of(new)
    return ["does not parse any more"] if after is None else list(differences(before, after, allowed))


def compare_notebooks(old, new, allowed):
    def parts(data):
        notebook, sources = json.loads(data), []
        for cell in notebook.get("cells", []):
            source = cell.pop("source", "")
            cell["is_list"] = isinstance(source, list)
            if isinstance(source, list):
                lines = "".join(source).splitlines(keepends=True)
                cell["lines"] = source == lines
            sources.append("".join(source))
        return notebook, sources

    (before, old_sources), (after, new_sources) = parts(old), parts(new)
    if before != after:
        return ["changed outside of the sources of its cells"]
    problems = []
    for number, pair in enumerate(zip(old_sources, new_sources)):
        if pair[0] == pair[1]:
            continue
        if tree_of(pair[0]) is not None:
            problems += [f"cell {number}: {problem}" for problem in python_differences(*pair, allowed)]
        elif pair[0].lstrip().startswith("%%") and not same_text(*pair):
            problems.append(f"cell {number}: lines changed in more than a commit")
    return problems


def compare(path, old, new, allowed):
    if path.suffix == ".py":
        return python_differences(old, new, allowed)
    if path.suffix == ".ipynb":
        return compare_notebooks(old, new, allowed)
    if allowed and path.name in MANIFESTS or allowed and path.name.startswith("requirements"):
        # Versions are raised on purpose.
        return [] if len(old.splitlines()) == len(new.splitlines()) else ["lines were added or lost"]
    before, after = documents(path, old), documents(path, new)
    if before is not None:
        return ["does not load any more"] if after is None else list(same_document(before, after))
    problems = []
    if is_shell(path, old) and bash_accepts(old) and not bash_accepts(new):
        problems.append("bash does not accept it any more")
    if not same_text(old.decode("utf-8", "surrogateescape"), new.decode("utf-8", "surrogateescape")):
        problems.append("lines changed in more than a commit")
    return problems


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


def kind_of(path):
    name = path.rsplit("/", 1)[-1]
    if "ockerfile" in name:
        return "Dockerfile"
    return pathlib.PurePath(name).suffix.lstrip(".") or name


def is_open(finding):
    """A finding about a pin that is missing."""
    return finding["rule"] in RULES or "pin" in finding.get("properties", {})


def main():
    if len(sys.argv) < 3:
        sys.exit(__doc__)
    hublint = str(pathlib.Path(sys.argv[1]).resolve())
    total, closed, told, harmed = 0, 0, 0, 0
    why = collections.Counter()
    for argument in sys.argv[2:]:
        original = pathlib.Path(argument).resolve()
        with tempfile.TemporaryDirectory() as work:
            work = pathlib.Path(work)
            cache = work / "cache"
            cache.mkdir()
            # The reason of a call with several ids names one after the other.
            for _ in range(4):
                for finding in findings(hublint, original, cache):
                    know(cache, finding)
            first = [finding for finding in findings(hublint, original, cache) if is_open(finding)]
            folder, changed, bad, output = repaired(hublint, original, work, cache, ["pin", ".", "--isolated"], set(), "pin")
            harmed += bad
            left = [finding for finding in findings(hublint, folder, cache) if is_open(finding)]
            before = collections.Counter(kind_of(finding["path"]) for finding in first)
            after = collections.Counter(kind_of(finding["path"]) for finding in left)
            reasons = collections.Counter(
                finding["properties"].get("pin-trap", finding["properties"].get("pin", "?")) for finding in left
            )
            why += reasons
            total += len(first)
            closed += len(first) - len(left)
            told += sum(count for reason, count in reasons.items() if reason not in ("?", "refused", "form", "cache", "online", "unknown"))
            kinds = ", ".join(f"{kind} {count - after[kind]}/{count}" for kind, count in sorted(before.items()))
            said = ", ".join(f"{reason} {count}" for reason, count in sorted(reasons.items()))
            print(f"{original.name}: {changed} files changed, {len(first) - len(left)} of {len(first)} pins made ({kinds}); left: {said or 'none'}", flush=True)
            if "-v" in os.environ.get("CHECK_FIXES", ""):
                print(output)
            everything = ["check", ".", "--isolated", "--fix", "--unsafe-fixes", "--format", "concise", "--exit-zero"]
            _, changed, bad, _ = repaired(hublint, original, work, cache, everything, SWITCHES, "all")
            harmed += bad
            print(f"{original.name}: {changed} files changed by --fix --unsafe-fixes", flush=True)
    for reason, count in why.most_common():
        print(f"{count:6} left: {reason}")
    right = total - told
    print(f"{closed} of {total} missing pins made; {told} are told why not, of the other {right}: {100 * closed / max(right, 1):.1f} %")
    print(f"{harmed} harmed")
    sys.exit(1 if harmed else 0)


if __name__ == "__main__":
    main()
