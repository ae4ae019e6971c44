#!/usr/bin/env python3
"""Reads the signatures of newly downloaded packages and prints which facts in rules/apis/ no longer hold.

Nothing is imported or run: packages are unpacked and parsed. Standard library only.

    tools/check-signatures.py transformers peft        # download the newest, compare
    tools/check-signatures.py --all
    tools/check-signatures.py --source DIR transformers   # an unpacked package instead of a download

Prints one line for each fact that does not hold: parameter gone, position or default changed, callable not found.
Exit code 1 when there is one, 2 when the job could not be done. What hides in **kwargs cannot be seen in a signature: it is
looked for as a string in the function's body and in the module, and reported as "only in **kwargs" with --verbose.
"""

import argparse
import ast
import pathlib
import re
import subprocess
import sys
import tarfile
import tempfile
import tomllib
import zipfile

ROOT = pathlib.Path(__file__).resolve().parent.parent
APIS = ROOT / "rules" / "apis"
# A re-export or a base class is followed so many times at most.
DEPTH = 12


def unpack(archive, target):
    """Unpacks a wheel or source distribution; members that would leave the folder are skipped."""
    if archive.suffix in (".whl", ".zip"):
        with zipfile.ZipFile(archive) as opened:
            for name in opened.namelist():
                if name.endswith(".py") and ".." not in name.split("/") and not name.startswith("/"):
                    opened.extract(name, target)
    else:
        with tarfile.open(archive) as opened:
            opened.extractall(target, members=[m for m in opened if m.name.endswith(".py")], filter="data")


def download(package, target):
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--dest", str(target), package]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else "pip download failed")
    archives = [path for path in target.iterdir() if path.is_file()]
    for archive in archives:
        unpack(archive, target / "unpacked")
    version = re.search(r"-(\d[^-]*?)(?:-|\.tar|\.zip)", archives[0].name)
    return target / "unpacked", version.group(1) if version else "?"


class Source:
    """The modules of an unpacked package, parsed when they are asked for."""

    def __init__(self, folder, roots):
        self.roots = {}
        for root in roots:
            # A namespace package (`llama_index`, `pyannote`) has no file of its own at the top.
            found = [p for p in folder.rglob(root) if p.is_dir() and next(p.rglob("*.py"), None)]
            found += [p for p in folder.rglob(f"{root}.py")]
            if found:
                self.roots[root] = min(found, key=lambda path: (len(path.parts), str(path)))
        self.trees = {}
        self.definitions = None

    def module(self, dotted):
        """The file of a module and its tree."""
        first, *rest = dotted.split(".")
        base = self.roots.get(first)
        if base is None:
            return None
        if base.suffix == ".py":
            return base if not rest else None
        path = base.joinpath(*rest)
        for candidate in (path / "__init__.py", path.with_suffix(".py") if rest else None):
            if candidate and candidate.is_file():
                return candidate
        return None

    def tree(self, path):
        if path not in self.trees:
            try:
                self.trees[path] = ast.parse(path.read_text(encoding="utf-8", errors="replace"))
            except (SyntaxError, RecursionError, ValueError):
                self.trees[path] = ast.Module(body=[], type_ignores=[])
        return self.trees[path]

    def everywhere(self, name):
        """Definitions of a name anywhere at the top of a module: for lazy re-exports that only run-time code knows."""
        if self.definitions is None:
            self.definitions = {}
            for base in self.roots.values():
                files = [base] if base.suffix == ".py" else sorted(base.rglob("*.py"))
                for path in files:
                    if "test" in path.parts or "tests" in path.parts:
                        continue
                    # A quick look first: parsing whole packages takes minutes.
                    text = path.read_text(encoding="utf-8", errors="replace")
                    for found in re.findall(r"^(?:async )?(?:def|class) (\w+)", text, re.MULTILINE):
                        self.definitions.setdefault(found, []).append(path)
        # The shortest path first: `trainer/x.py` before `experimental/x/y.py`.
        return sorted(self.definitions.get(name, []), key=lambda path: (len(path.parts), str(path)))

    def find(self, dotted, depth=0):
        """The node that a dotted name stands for, with its file."""
        if depth > DEPTH:
            return None
        parts = dotted.split(".")
        for cut in range(len(parts), 0, -1):
            path = self.module(".".join(parts[:cut]))
            if path is None:
                continue
            if cut == len(parts):
                # `mlx_lm.convert` is a module, and the function of that name that the package imports from it.
                parent = self.module(".".join(parts[:-1])) if cut > 1 else None
                named = self.in_module(parent, parts[:-1], parts[-1:], depth) if parent and depth < DEPTH - 1 else None
                return named if named and not isinstance(named[1], ast.Module) else (path, self.tree(path))
            found = self.in_module(path, parts[:cut], parts[cut:], depth)
            if found:
                return found
        # A lazy export: the only definition of that name in the package.
        for index in range(1, len(parts)):
            places = self.everywhere(parts[index])
            if places:
                node = self.definition(self.tree(places[0]), parts[index])
                return self.member(places[0], node, parts[index + 1 :], depth) if node else None
        return None

    @staticmethod
    def definition(tree, name):
        for node in ast.walk(tree):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
                return node
        return None

    def in_module(self, path, module, rest, depth):
        name, *after = rest
        for node in self.tree(path).body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and node.name == name:
                return self.member(path, node, after, depth)
            if isinstance(node, ast.ImportFrom):
                for alias in node.names:
                    if (alias.asname or alias.name) != name:
                        continue
                    base = module if path.name == "__init__.py" else module[:-1]
                    if node.level:
                        base = base[: len(base) - node.level + 1]
                        origin = ".".join([*base, *(node.module.split(".") if node.module else [])])
                    else:
                        origin = node.module or ""
                    found = self.find(".".join([origin, alias.name, *after]), depth + 1)
                    if found:
                        return found
            if isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == name for t in node.targets):
                value = node.value
                while isinstance(value, ast.Attribute):
                    value = value.value if isinstance(value.value, ast.Attribute) else value
                    break
                if isinstance(node.value, ast.Name):
                    return self.in_module(path, module, [node.value.id, *after], depth + 1)
                if isinstance(node.value, ast.Attribute) and isinstance(node.value.value, ast.Name):
                    owner, attribute = node.value.value.id, node.value.attr
                    # `download = _downloader.download` after `_downloader = Downloader()`: the method.
                    made = [
                        n.value.func.id
                        for n in self.tree(path).body
                        if isinstance(n, ast.Assign)
                        and isinstance(n.value, ast.Call)
                        and isinstance(n.value.func, ast.Name)
                        and any(isinstance(t, ast.Name) and t.id == owner for t in n.targets)
                    ]
                    return self.in_module(path, module, [(made or [owner])[0], attribute, *after], depth + 1)
        return None

    def member(self, path, node, rest, depth):
        if not rest:
            return (path, node)
        if not isinstance(node, ast.ClassDef) or depth > DEPTH:
            return None
        for child in node.body:
            if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)) and child.name == rest[0]:
                return self.member(path, child, rest[1:], depth)
        for base in node.bases:
            name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", None)
            own = self.definition(self.tree(path), name) if name else None
            places = [(path, own)] if own is not None and own is not node else []
            places += [(p, self.definition(self.tree(p), name)) for p in self.everywhere(name or "")[:3]]
            for place, definition in places:
                found = self.member(place, definition, rest, depth + 1) if definition else None
                if found:
                    return found
        return None


class Signature:
    """Parameters as they are given at the call site."""

    def __init__(self, source, path, node, depth=0):
        self.positions, self.defaults, self.names, self.open, self.text = {}, {}, set(), False, ""
        if isinstance(node, ast.ClassDef):
            self.of_class(source, path, node, depth)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            self.of_function(node)
        self.text += ast.unparse(node) if not isinstance(node, ast.Module) else ""

    def of_function(self, node):
        arguments = node.args
        positional = [*arguments.posonlyargs, *arguments.args]
        static = any(isinstance(d, ast.Name) and d.id == "staticmethod" for d in node.decorator_list)
        if positional and positional[0].arg in ("self", "cls", "mcs") and not static:
            positional = positional[1:]
        for index, argument in enumerate(positional):
            self.positions[argument.arg] = index
            self.names.add(argument.arg)
        for argument, default in zip(reversed(positional), reversed(arguments.defaults), strict=False):
            self.defaults[argument.arg] = default
        for argument, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True):
            self.names.add(argument.arg)
            if default is not None:
                self.defaults[argument.arg] = default
        self.open = arguments.kwarg is not None

    def of_class(self, source, path, node, depth):
        for child in node.body:
            if isinstance(child, ast.FunctionDef) and child.name in ("__init__", "__new__"):
                self.of_function(child)
                return
        fields = [c for c in node.body if isinstance(c, ast.AnnAssign) and isinstance(c.target, ast.Name)]
        inherited = source.member(path, node, ["__init__"], depth)
        if inherited:
            self.of_function(inherited[1])
        for field in fields:
            self.names.add(field.target.id)
            if field.value is not None:
                self.defaults[field.target.id] = field.value
        # Fields of base classes: their names are enough.
        for base in node.bases if depth < DEPTH else []:
            name = base.attr if isinstance(base, ast.Attribute) else getattr(base, "id", None)
            for place in source.everywhere(name or "")[:1]:
                other = source.definition(source.tree(place), name)
                if isinstance(other, ast.ClassDef) and other is not node:
                    self.names |= Signature(source, place, other, depth + 1).names


def literal(node):
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError, SyntaxError):
        return ...


def concrete(pattern, source):
    """A name for a pattern with `*`: a class of the package that fits."""
    if "*" not in pattern:
        return pattern
    root, *parts = pattern.split(".")
    wanted = [p for p in parts[:-1] if p != "*"] or ["*"]
    expression = re.compile(re.escape(wanted[-1]).replace(r"\*", r"\w*") + "$")
    source.everywhere("")
    # Of all classes of a package a model is what most facts are about.
    for name in sorted(source.definitions or {}, key=lambda name: ("Model" not in name, name)):
        if name[0].isupper() and expression.match(name):
            found = source.find(f"{root}.{name}.{parts[-1]}")
            if found and isinstance(found[1], ast.FunctionDef):
                return f"{root}.{name}.{parts[-1]}"
    return None


def compare(name, entry, source, say, note):
    found = source.find(name)
    if found is None or isinstance(found[1], ast.Module):
        say(f"{name}: not found")
        return
    path, node = found
    signature = Signature(source, path, node)
    module = None
    for role, places in entry.get("params", {}).items():
        places = places if isinstance(places, list) else [places]
        held, reasons = False, []
        for place in places:
            keyword = place.get("keyword") or place.get("nested", "").split(".")[0]
            if not keyword:
                held = True
                continue
            if keyword not in signature.names:
                if module is None:
                    module = path.read_text(encoding="utf-8", errors="replace")
                if signature.open and re.search(rf"""["']{re.escape(keyword)}["']|\b{re.escape(keyword)}\b""", module):
                    held = True
                    note(f"{name}: {role}: {keyword} only in **kwargs")
                elif signature.open:
                    held = True
                    note(f"{name}: {role}: {keyword} would go to **kwargs, and the module never names it")
                else:
                    reasons.append(f"{name}: {role}: there is no parameter {keyword}")
                continue
            held = True
            position = place.get("position")
            if position is not None and signature.positions.get(keyword) != position:
                now = signature.positions.get(keyword, "keyword only")
                say(f"{name}: {role}: {keyword} was at position {position}, is {now}")
            elif position is None and place.get("keyword") and keyword in signature.positions:
                note(f"{name}: {role}: {keyword} can be given by position {signature.positions[keyword]}")
            if "default" in place and keyword in signature.defaults:
                now = literal(signature.defaults[keyword])
                was = None if place["default"] == "None" else place["default"]
                if now is not ... and now != was:
                    say(f"{name}: {role}: the default of {keyword} was {was!r}, is {now!r}")
        # Of several places one is enough: the others are former names.
        if not held:
            for reason in reasons:
                say(reason)


def numbers(version):
    return [int(part) for part in re.findall(r"\d+", version)][:3]


def check(library, facts, source, version, verbose):
    problems = []
    checked = 0

    def note(text):
        if verbose:
            print(f"  note: {text}")

    for entry in facts.get("callable", []):
        if "until" in entry and (version == "?" or numbers(version) >= numbers(entry["until"])):
            continue
        if "since" in entry and version != "?" and numbers(version) < numbers(entry["since"]):
            continue
        names = [concrete(name, source) for name in entry["match"]]
        names = [name for name in names if name and name.split(".")[0] in source.roots]
        if not names:
            if any("*" not in name for name in entry["match"]):
                problems.append(f"{entry['match'][0]}: not found")
            continue
        checked += 1
        # Several names of one thing: it is enough that one of them is found.
        failures = []
        for name in names:
            here = []
            compare(name, entry, source, here.append, note)
            failures.append(here)
        gone = [here for here in failures if here and here[0].endswith(": not found")]
        if len(gone) == len(failures):
            problems.extend(gone[0])
        else:
            for here in failures:
                if here and not here[0].endswith(": not found"):
                    problems.extend(here)
    print(f"{library}: {checked} entries read in {version} (facts from {facts.get('checked_against', '?')}), {len(problems)} do not hold")
    for problem in sorted(set(problems)):
        print(f"  {problem}")
    return checked, len(problems)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("libraries", nargs="*", help="stems of files in rules/apis/")
    parser.add_argument("--all", action="store_true", help="every library with a package")
    parser.add_argument("--source", type=pathlib.Path, help="an unpacked package instead of a download")
    parser.add_argument("--version", default="?", help="the version of --source")
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    names = sorted(path.stem for path in APIS.glob("*.toml")) if options.all else options.libraries
    if not names:
        parser.error("name libraries, or --all")
    wrong = failed = libraries = entries = 0
    for name in names:
        path = APIS / f"{name}.toml"
        if not path.is_file():
            print(f"{name}: rules/apis/{name}.toml does not exist", file=sys.stderr)
            return 2
        facts = tomllib.loads(path.read_text(encoding="utf-8"))
        if not facts.get("callable") or not (facts.get("package") or options.source):
            continue
        libraries += 1
        with tempfile.TemporaryDirectory() as folder:
            try:
                if options.source:
                    unpacked, version = options.source, options.version
                else:
                    unpacked, version = download(facts["package"], pathlib.Path(folder))
                read, faults = check(name, facts, Source(unpacked, facts["imports"]), version, options.verbose)
                entries += read
                wrong += faults
            except (RuntimeError, RecursionError, OSError, zipfile.BadZipFile, tarfile.TarError) as error:
                print(f"{name}: {error}", file=sys.stderr)
                failed += 1
    print(f"{entries} entries of {libraries - failed} libraries read, {wrong} facts do not hold, {failed} libraries not to be had")
    return 2 if failed else int(wrong > 0)


if __name__ == "__main__":
    sys.exit(main())
