#!/usr/bin/env python3
"""Lists the calls that are given something like a repository id and that no catalogued callable covers.

Nothing is imported or run: the files are parsed. Standard library only.

    tools/find-unknown-loaders.py FOLDER...            # the most frequent callees, with how often and where
    tools/find-unknown-loaders.py --definitions FOLDER # instead: public functions whose body reaches a loader with a parameter

A call counts when its first argument, or a keyword that usually holds an id, is a text of the shape `owner/name`. What is
printed is material for a reader: a path such as `data/train` has the same shape.
"""

import argparse
import ast
import collections
import pathlib
import re
import sys
import tomllib
import warnings

ROOT = pathlib.Path(__file__).resolve().parent.parent
APIS = ROOT / "rules" / "apis"
ID = re.compile(r"[A-Za-z0-9][\w.-]{1,60}/[A-Za-z0-9][\w.-]{2,80}")
KEYWORDS = {
    "repo_id", "model_id", "model", "model_name", "model_name_or_path", "pretrained_model_name_or_path", "pretrained",
    "checkpoint", "repo", "repository", "tokenizer", "embedding_model", "dataset_name", "hub_id", "hf_model", "base_model",
}  # fmt: skip
# First words of a path far more often than owners of a repository.
FOLDERS = {
    "data", "model", "models", "tests", "test", "src", "docs", "assets", "output", "outputs", "results", "logs", "tmp",
    "checkpoints", "application", "text", "image", "images", "audio", "video", "train", "val", "eval", "config", "configs",
    "api", "v1", "usr", "etc", "path", "fixtures", "resources", "loss", "metrics", "and", "or", "examples",
}  # fmt: skip
# Sinks whose callers may be loaders themselves.
SINKS = {
    "hf_hub_download", "snapshot_download", "from_pretrained", "cached_download", "load_dataset", "load_state_dict_from_url",
    "unpickle", "hf_hub_url", "cached_file",
}  # fmt: skip
SINK_NAMES = {"torch.load", "pickle.load", "pickle.loads", "joblib.load", "dill.load", "cloudpickle.load", "torch.hub.load"}


def catalogue():
    """Names and patterns of callables, and the methods that any receiver may have."""
    patterns, methods = [], set()
    for path in sorted(APIS.glob("*.toml")):
        for entry in tomllib.loads(path.read_text(encoding="utf-8")).get("callable", []):
            patterns += entry["match"]
            if entry.get("any_receiver"):
                methods |= {name.rsplit(".", 1)[-1] for name in entry["match"]}
    exact = {name for name in patterns if "*" not in name}
    stars = []
    for pattern in (pattern for pattern in patterns if "*" in pattern):
        # A segment `*` is one or more segments; a `*` inside one stays in it.
        segments = [r"[\w.]+" if part == "*" else re.escape(part).replace(r"\*", r"\w*") for part in pattern.split(".")]
        stars.append(re.compile(r"\.".join(segments) + "$"))
    return exact, stars, methods


def imports_of(tree):
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                names[alias.asname or alias.name.split(".")[0]] = alias.name if alias.asname else alias.name.split(".")[0]
        elif isinstance(node, ast.ImportFrom):
            for alias in node.names:
                names[alias.asname or alias.name] = "." * node.level + ".".join(filter(None, [node.module, alias.name]))
    return names


def dotted(node):
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        return [node.id, *reversed(parts)]
    return ["?", *reversed(parts)]


def qualified(function, names):
    first, *rest = dotted(function)
    return ".".join([names.get(first, first), *rest])


def given_id(call):
    candidates = call.args[:1] + [k.value for k in call.keywords if k.arg in KEYWORDS]
    for node in candidates:
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and ID.fullmatch(node.value):
            if node.value.split("/")[0].lower() not in FOLDERS and not re.search(r"\.(py|json|txt|ya?ml|csv|md|html)$", node.value):
                return node.value
    return None


def files(folders, wanted):
    """Files that hold what is looked for, parsed: parsing all of a large tree takes minutes."""
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*.py")):
            try:
                text = path.read_text(encoding="utf-8", errors="replace")
                if not wanted.search(text):
                    continue
                yield path, text, ast.parse(text)
            except (SyntaxError, RecursionError, ValueError, OSError):
                continue


def usages(folders):
    exact, stars, methods = catalogue()
    seen = collections.defaultdict(list)
    for path, _, tree in files(folders, re.compile(r"""[(=]\s*["']""" + ID.pattern + r"""["']""")):
        names = imports_of(tree)
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call):
                continue
            found = given_id(node)
            if not found:
                continue
            name = qualified(node.func, names)
            if name in exact or any(star.match(name) for star in stars) or name.rsplit(".", 1)[-1] in methods:
                continue
            seen[name].append((path, node.lineno, found))
    for name, places in sorted(seen.items(), key=lambda item: -len(item[1])):
        path, line, found = places[0]
        print(f"{len(places):5} {name:60} {path}:{line} {found}")


def definitions(folders):
    """Public functions and classes in which a parameter reaches a sink."""
    words = SINKS | {"torch.load", "pickle.load", "joblib.load"}
    for path, _, tree in files(folders, re.compile("|".join(map(re.escape, sorted(words))))):
        if any(part in ("tests", "test", "examples", "docs") for part in path.parts):
            continue
        names = imports_of(tree)
        for owner, function in functions(tree):
            if function.name.startswith("_") and function.name != "__init__" or owner.startswith("_"):
                continue
            arguments = function.args
            parameters = {a.arg for a in [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs]} - {"self", "cls"}
            if arguments.kwarg:
                parameters.add(arguments.kwarg.arg)
            for node in ast.walk(function):
                if not isinstance(node, ast.Call):
                    continue
                name = qualified(node.func, names)
                if name.rsplit(".", 1)[-1] not in SINKS and name not in SINK_NAMES:
                    continue
                used = {n.id for a in [*node.args, *[k.value for k in node.keywords]] for n in ast.walk(a) if isinstance(n, ast.Name)}
                if used & parameters:
                    label = f"{owner}.{function.name}" if owner else function.name
                    print(f"{path}:{function.lineno} {label}({', '.join(sorted(used & parameters))}) -> {name}:{node.lineno}")
                    break


def functions(tree):
    for node in tree.body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            yield "", node
        elif isinstance(node, ast.ClassDef):
            for child in node.body:
                if isinstance(child, (ast.FunctionDef, ast.AsyncFunctionDef)):
                    yield node.name, child


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folders", nargs="+")
    parser.add_argument("--definitions", action="store_true")
    options = parser.parse_args()
    warnings.simplefilter("ignore")
    (definitions if options.definitions else usages)(options.folders)
    return 0


if __name__ == "__main__":
    sys.exit(main())
