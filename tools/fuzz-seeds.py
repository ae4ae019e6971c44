#!/usr/bin/env python3
"""Makes seeds and a dictionary for the fuzz targets: fuzz-seeds.py OUT [FOLDER]...

The seeds come from this repository: examples of the rules, files of the demo, fixtures, and the texts in the tests. Each
FOLDER (an unpacked package, say) adds its own files. Writes OUT/<target>/ and OUT/words.dict; the same on every run.
"""
import hashlib
import json
import pathlib
import random
import re
import sys
try:
    import tomllib
except ImportError:  # Python before 3.11: without the examples of the rules
    tomllib = None

ROOT = pathlib.Path(__file__).resolve().parent.parent
LARGEST = 8 * 1024
TARGETS = ["python", "fragments", "notebook", "fixer", "surfaces", "outline", "suppressions", "secrets", "names", "rules", "config", "readers"]
# The lists of fuzz/src/engine.rs, fixer.rs, suppressions.rs and documents.rs: the first byte of an input is an index.
SURFACES = ["run.sh", "Dockerfile", "Makefile", "a.yaml", ".github/workflows/ci.yml", ".gitlab-ci.yml", "docker-compose.yml",
            "deploy/k8s.yaml", "a.json", "adapter_config.json", "a.toml", "pyproject.toml", "README.md", ".env", ".gitmodules",
            "requirements.txt", "environment.yml", "setup.cfg", "conf/config.yaml", "notes.txt", "uv.lock", "a.jsonl", "script",
            ".pre-commit-config.yaml"]
FIXED = [".py", ".py", ".ipynb", ".py", "Dockerfile", ".sh", ".yaml", ".md", ".json", ".toml"]
SILENCED = [".py", ".sh", ".yaml", ".md", ".ipynb", ".toml"]
MANIFESTS = ["requirements.txt", "requirements-dev.txt", "requirements.lock", "constraints.txt", "pyproject.toml", "setup.cfg",
             "setup.py", "Pipfile", "Pipfile.lock", "uv.lock", "pylock.toml", "environment.yml"]
RUST_STRING = re.compile(r'r#"(.*?)"#|"((?:[^"\\]|\\.)*)"', re.S)
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'"}


class Seeds:
    def __init__(self, out):
        self.out = out
        self.random = random.Random(1)

    def add(self, target, data):
        if isinstance(data, str):
            data = data.encode("utf-8", "surrogatepass")
        if len(data) > LARGEST:
            data = data[: data.rfind(b"\n", 0, LARGEST) + 1] or data[:LARGEST]
        folder = self.out / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / hashlib.sha256(data).hexdigest()[:16]).write_bytes(data)

    def chosen(self, target, names, name, data):
        """The first byte says what kind of file it is."""
        for index, known in enumerate(names):
            if name.endswith(known):
                return self.add(target, bytes([index]) + data)
        return None

    def file(self, name, data):
        """A file under every target that reads such."""
        text = data.decode("utf-8", "replace")
        if name.endswith(".ipynb"):
            self.add("notebook", data)
        elif name.endswith((".py", ".pyi")):
            self.add("python", data)
            self.add("outline", data)
            # One block of lines each: small inputs are mutated best.
            for part in re.split(r"\n(?=\S)", text)[:40]:
                self.add("outline", part)
            for number in range(3):
                self.add("fixer", bytes([number]) + data)
            self.notebooks(text)
        else:
            self.surface(name, data)
        for style in range(3):
            for index, known in enumerate(FIXED):
                if name.endswith(known) and not name.endswith(".py"):
                    self.add("fixer", bytes([index * 3 + style]) + data)
        self.chosen("suppressions", SILENCED, name, data)
        self.chosen("readers", MANIFESTS, pathlib.PurePosixPath(name).name, data)
        self.add("secrets", data)

    def surface(self, name, data):
        base = pathlib.PurePosixPath(name).name
        same = [index for index, known in enumerate(SURFACES) if pathlib.PurePosixPath(known).name == base]
        suffix = pathlib.PurePosixPath(name).suffix
        alike = [index for index, known in enumerate(SURFACES) if pathlib.PurePosixPath(known).suffix == suffix]
        for index in (same or alike or [19])[:3]:
            self.add("surfaces", bytes([index]) + data)

    def notebooks(self, text):
        """A text as a notebook: as Jupyter writes it, on one line with all escaped, and in the old format."""
        cells = re.split(r"\n\n+", text)[:8]
        lines = [cell.splitlines(keepends=True) for cell in cells]
        new = [{"cell_type": "code", "id": f"c{index}", "metadata": {}, "outputs": [], "source": line} for index, line in enumerate(lines)]
        new.append({"cell_type": "markdown", "metadata": {}, "source": "# \u00e9 \U0001f917"})
        whole = {"cells": new, "metadata": {"kernelspec": {"language": "python"}}, "nbformat": 4, "nbformat_minor": 5}
        self.add("notebook", json.dumps(whole, indent=1, ensure_ascii=False))
        self.add("notebook", json.dumps({"cells": [{"cell_type": "code", "source": "%%time\n" + text[:2000]}]}))
        magic = "!pip install x\n%time " + "\n%time ".join(text[:800].splitlines())
        old = {"nbformat": 3, "worksheets": [{"cells": [{"cell_type": "code", "language": "python", "input": magic}]}]}
        self.add("notebook", json.dumps(old))
        self.add("fixer", bytes([6]) + json.dumps(whole, indent=1).encode()[:LARGEST])
        self.add("suppressions", bytes([4]) + json.dumps(whole).encode()[:LARGEST])

    def token(self, prefix, length, letters):
        return prefix + "".join(self.random.choice(letters) for _ in range(length))


def rust_strings(path):
    """The string literals of a file of tests, decoded."""
    for raw, plain in RUST_STRING.findall(path.read_text(encoding="utf-8")):
        text = raw or re.sub(r"\\\n\s*", "", plain)
        text = text if raw else re.sub(r"\\(u\{([0-9a-fA-F]+)\}|.)", lambda m: chr(int(m[2], 16)) if m[2] else ESCAPES.get(m[1], m[1]), text)
        if len(text) >= 8:
            yield text


def from_repository(seeds):
    for path in sorted((ROOT / "rules").rglob("*.toml")):
        text = path.read_text(encoding="utf-8")
        seeds.add("rules", text)
        if tomllib is None:
            continue
        for example in tomllib.loads(text).get("example", []):
            seeds.file(example.get("file", "example.py"), example["code"].encode())
            for name, beside in example.get("beside", {}).items():
                seeds.file(name, beside.encode())
    for folder in ["examples", "tests/fixtures", "tests/resolver", "tests/conformance/line-hash", "tests/inventory", ".github", "docs", "action"]:
        from_folder(seeds, ROOT / folder)
    for name in ["surfaces", "agreement", "resolver", "outline", "differential", "discover"]:
        for text in rust_strings(ROOT / "tests" / f"{name}.rs"):
            index = int(hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:4], 16) % len(SURFACES)
            seeds.add("surfaces", bytes([index]) + text.encode("utf-8", "replace"))
            seeds.add("python", text)
            seeds.add("outline", text)
    for text in rust_strings(ROOT / "src/fix/tests.rs"):
        for style in range(3):
            seeds.add("fixer", bytes([style]) + text.encode())
    for text in rust_strings(ROOT / "tests/pin.rs"):
        imports = "from transformers import AutoModel, AutoTokenizer, pipeline\n"
        for first in (0, 1, 2, 12, 15, 18):
            seeds.add("fixer", bytes([first]) + text.replace("{T}", imports).encode("utf-8", "replace"))
    for text in rust_strings(ROOT / "tests/suppress.rs"):
        for kind in range(4):
            seeds.add("suppressions", bytes([kind]) + text.encode("utf-8", "replace"))
    for text in rust_strings(ROOT / "tests/config.rs"):
        seeds.add("config", bytes([0]) + text.encode("utf-8", "replace"))
        seeds.add("config", bytes([1]) + b"[tool.hublint]\n" + text.encode("utf-8", "replace"))
    for text in rust_strings(ROOT / "tests/versions.rs"):
        for kind in range(len(MANIFESTS)):
            seeds.add("readers", bytes([kind]) + text.encode("utf-8", "replace"))
    for fence in re.findall(r"```toml\n(.*?)```", "".join(path.read_text() for path in sorted((ROOT / "docs").glob("*.md"))), re.S):
        seeds.add("config", b"\0" + fence.encode())
        seeds.add("rules", fence)
    for path in sorted((ROOT / "tests/data/names").glob("*.tsv")):
        rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
        for row in seeds.random.sample(rows, min(len(rows), 60)):
            seeds.add("names", "\n".join(cell for cell in row if "/" in cell)[:200])
    lock = {"version": 1, "repos": [{"type": "model", "id": "org/m", "ref": "main", "revision": "0123456789" * 4}]}
    baseline = {"version": 1, "findings": [{"path": "a.py", "rule": "unpinned-revision", "digest": "0" * 64, "count": 1, "text": "x", "reason": ""}]}
    kernels = [{"repo_id": "org/k", "sha": "0123456789" * 4, "variants": {}}]
    for index, document in enumerate([lock, kernels, baseline]):
        seeds.add("readers", bytes([len(MANIFESTS) + index]) + json.dumps(document, indent=1).encode())
    for number in range(150):
        seeds.add("fragments", bytes(seeds.random.randrange(256) for _ in range(seeds.random.randrange(4, 60))))
        seeds.add("fragments", bytes([0, 4, 5] + [seeds.random.randrange(128) for _ in range(20)]))
        del number
    letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
    digits = letters + "0123456789"
    for shape in [("hf" + "_", 34, letters), ("api" + "_org_", 34, letters), ("sk-" + "ant-", 95, digits), ("sk-" + "proj-", 48, digits),
                  ("gsk" + "_", 52, digits), ("r8" + "_", 37, digits), ("hf" + "_jwt_ey", 120, digits), ("AKIA", 16, "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567")]:
        for template in ["%s", 'token = "%s"', "export HF_TOKEN=%s\n", '{"a": "%s\\n"}', "https://user:%s@huggingface.co/x", "login(\n  '%s' # x\n)"]:
            seeds.add("secrets", template % seeds.token(*shape))
        split = seeds.token(*shape)
        seeds.add("secrets", f'"{split[:9]}" + "{split[9:]}"\n\'{split[:20]}\' \\\n  \'{split[20:]}\'')


def from_folder(seeds, folder):
    wanted = (".py", ".ipynb", ".sh", ".yaml", ".yml", ".toml", ".json", ".md", ".txt", ".cfg", ".lock", "Dockerfile", "Makefile")
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink() and path.name.endswith(wanted) and path.stat().st_size < 200_000:
            seeds.file(path.relative_to(folder.parent).as_posix(), path.read_bytes())


def words():
    """The words of the catalogue: names, parameters, keys of the formats."""
    found = set()
    for path in sorted((ROOT / "rules").rglob("*.toml")):
        for quoted in re.findall(r'"([^"\\\n]{3,40})"', path.read_text(encoding="utf-8")):
            found.add(quoted)
            found.update(part for part in re.split(r"[.\s]", quoted) if len(part) > 2)
    by_use = sorted(word for word in found if re.fullmatch(r"[\x21-\x7e]+", word))
    random.Random(2).shuffle(by_use)
    fixed = ["import ", "from ", " import ", "def ", "class ", "lambda ", "async ", "await ", "return ", "with ", "\"\"\"", "'''", "f'{", "# hublint: ignore[",
             "ignore-file[", "# nosec B614", "noqa: TOR102", "%%bash\n", "!pip install ", "%time ", "\\n\",\n    \"", "\\u00e9", "\\ud83e\\udd17",
             "\"cell_type\": \"code\"", "\"source\": [", "\"outputs\": [", "<<EOF\n", "$(", "${A:-", "RUN ", "ENV ", "- run: |\n", "&a ", "*a", "!!binary ",
             "[[allow]]\n", "[tool.hublint]\n", "[[example]]\n", "[[callable]]\n", "kind = \"", "\r\n", "\ufeff", "\u202e", "hf://", "https://huggingface.co/",
             "/resolve/main/", "trust_remote_code=True", "revision=", "weights_only=False", "--revision ", "==2.5.1", " ; python_version", "-r a.txt"]
    for word in fixed + by_use[:900]:
        yield '"' + "".join(chr(b) if 0x20 <= b < 0x7F and b not in b'"\\' else f"\\x{b:02X}" for b in word.encode()) + '"'


def main():
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    out = pathlib.Path(sys.argv[1])
    seeds = Seeds(out)
    from_repository(seeds)
    for folder in sys.argv[2:]:
        from_folder(seeds, pathlib.Path(folder).resolve())
    (out / "words.dict").write_text("\n".join(words()) + "\n")
    print(", ".join(f"{target} {len(list((out / target).glob('*')))}" for target in TARGETS))


if __name__ == "__main__":
    main()
