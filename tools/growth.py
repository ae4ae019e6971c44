#!/usr/bin/env python3
"""How the work grows with the size of a file that keeps the resolver busy.

    python3 tools/growth.py target/release/hublint [--most 1.1]

Counts instructions with valgrind's callgrind over files of 1, 2, 4 and 8 times the same kind of code (other names each
time), takes off what an empty file costs, and compares each count with the one before: twice the code may cost at most
twice as much, times `--most`. The count does not depend on what else the machine does.
"""

import argparse
import pathlib
import re
import subprocess
import sys
import tempfile

HEAD = """\
import functools, os, pickle
import torch
from dataclasses import dataclass
from transformers import AutoModel, AutoTokenizer
from huggingface_hub import hf_hub_download

PINS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
"""

# {n} is another number in each copy: constants, classes with fields, dicts that are changed, branches, loops, closures.
PART = """
MODEL_{n} = "org" + "/" + "m{n}"
DEFAULTS_{n} = {{"trust_remote_code": False, "revision": "main"}}


@dataclass
class Settings_{n}:
    name: str = MODEL_{n}
    revision: str = PINS["org/m"]


class Loader_{n}:
    load = staticmethod(functools.partial(torch.load, map_location="cpu"))

    def __init__(self, settings=Settings_{n}()):
        self.settings = settings
        self.options = dict(DEFAULTS_{n})
        self.options["revision"] = settings.revision

    def tokenizer(self, name=None):
        name = name or self.settings.name
        if name.endswith("-base"):
            options = {{**self.options, "use_fast": True}}
        else:
            options = dict(self.options)
            options.update(use_fast=False)
        return AutoTokenizer.from_pretrained(name, **options)

    def models(self):
        found = []
        for name in [MODEL_{n}, f"{{MODEL_{n}}}-base", "/".join(("org", "n{n}"))]:
            revision = PINS.get(name, "main")
            found.append(AutoModel.from_pretrained(name, revision=revision))
        return found

    def state(self, path):
        path = hf_hub_download(self.settings.name, "m.pkl", revision=self.settings.revision)
        with open(path, "rb") as stream:
            return pickle.load(stream), self.load(path)


def main_{n}():
    loader = Loader_{n}(Settings_{n}(name="org/x{n}"))
    model = AutoModel.from_pretrained(loader.settings.name, revision=os.environ.get("REVISION", "main"))
    return model, torch.load("m{n}.pt", weights_only=False)
"""


def instructions(program, text):
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        (folder / "main.py").write_text(text)
        (folder / "hublint.toml").write_text("")
        command = [
            "valgrind", "--tool=callgrind", f"--callgrind-out-file={folder}/out", program,
            "check", "--threads", "1", "--exit-zero", "--quiet", "--output", f"json={folder}/found", "main.py",
        ]
        run = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
        found = re.search(r"Collected : (\d+)", run.stderr)
        if run.returncode or not found:
            sys.exit(f"{' '.join(command)} failed:\n{run.stdout}{run.stderr}")
        return int(found.group(1))


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program")
    parser.add_argument("--most", type=float, default=1.1, help="how much more than twice, as a factor")
    parser.add_argument("--parts", type=int, default=10, help="copies of the code in the smallest file")
    arguments = parser.parse_args()
    program = str(pathlib.Path(arguments.program).resolve())
    empty = instructions(program, HEAD)
    before = None
    worst = 0.0
    for times in (1, 2, 4, 8):
        text = HEAD + "".join(PART.format(n=number) for number in range(arguments.parts * times))
        count = instructions(program, text) - empty
        growth = count / before / 2 if before else 1.0
        worst = max(worst, growth)
        print(f"{times} times: {len(text.splitlines())} lines, {count / 1e6:.1f} million instructions, {growth:.3f} of linear")
        before = count
    return worst > arguments.most


if __name__ == "__main__":
    sys.exit(main())
