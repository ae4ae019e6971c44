#!/usr/bin/env python3
"""Writes a small tree that is the same each time: code full of triggers, code without, notebooks, data.

    tools/make-tree.py FOLDER
"""

import json
import pathlib
import sys

CODE = '''"""Loads things. torch.load("in a docstring") is no call."""

import os
import pickle
from dataclasses import dataclass

import torch
from datasets import load_dataset
from transformers import AutoModelForCausalLM, AutoTokenizer

NAME = "org/model-{n}"
DEFAULTS = {{"trust_remote_code": True, "device_map": "auto"}}


@dataclass
class Config:
    name: str = NAME
    revision: str = "main"

    def task_name(self):
        return f"task_{{self.name}}_mask"


def batches(items, size={n}):
    """Splits a list: list({n})."""
    found = list(items)
    for start in range(0, len(found), size):
        yield [value * 2 for value in found[start : start + size] if value is not None]


class Loader:
    def __init__(self, config: Config, path=os.environ.get("CHECKPOINT", "checkpoint.pt")):
        self.config, self.path = config, path
        self.hidden = torch.nn.Linear({n}, 64)

    def model(self, **options):
        options = {{**DEFAULTS, **options}}
        return AutoModelForCausalLM.from_pretrained(self.config.name, revision=self.config.revision, **options)

    def weights(self):
        try:
            return torch.load(self.path, map_location="cpu", weights_only=True)
        except pickle.UnpicklingError:
            return torch.load(self.path, map_location="cpu", weights_only=False)

    def forward(self, hidden, mask=None):
        hidden = self.hidden(hidden)
        if mask is not None:
            hidden = hidden.masked_fill(mask == 0, float("-inf"))
        return torch.softmax(hidden / (hidden.shape[-1] ** 0.5), dim=-1)


def main():
    tokenizer = AutoTokenizer.from_pretrained(NAME)
    data = load_dataset("org/data-{n}", split="train")
    for batch in batches(data):
        print(tokenizer(batch), Loader(Config()).forward(batch))
'''

PLAIN = '''"""Arithmetic of the kind {n}."""

import math
from collections import defaultdict

TABLE = {{"one": 1, "two": 2, "three": 3}}


class Matrix:
    def __init__(self, rows):
        self.rows = [list(map(float, row)) for row in rows]

    def multiply(self, other):
        result = defaultdict(float)
        for i, row in enumerate(self.rows):
            for j in range(len(other.rows[0])):
                result[i, j] = sum(a * other.rows[k][j] for k, a in enumerate(row))  # the plain way
        return result

    def norm(self, order={n}):
        return math.pow(sum(abs(value) ** order for row in self.rows for value in row), 1 / order)


def describe(matrix, name="matrix {n}"):
    return f"{{name}}: {{matrix.norm():.3f}} of {{len(matrix.rows)}} rows, {{TABLE!r}}"
'''


def notebook(number):
    def cell(kind, text, outputs=None):
        one = {"cell_type": kind, "metadata": {}, "source": text.splitlines(keepends=True)}
        return one | {"execution_count": 1, "outputs": outputs or []} if kind == "code" else one

    image = [{"output_type": "display_data", "metadata": {}, "data": {"image/png": "iVBORw0KGgo" + "AbC9dEf8" * 4000}}]
    cells = [
        cell("markdown", f"# Notebook {number}\nSee https://huggingface.co/org/model"),
        cell("code", "!pip install torch\nimport torch\nfrom transformers import pipeline\n"),
        cell("code", f"pipe = pipeline('text-generation', 'org/model-{number}', trust_remote_code=True)\n"),
    ]
    cells += [cell("code", f"x{i} = [value + {i} for value in range({number})]\nprint(x{i})\n", image) for i in range(8)]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}, indent=1)


def main():
    root = pathlib.Path(sys.argv[1])
    for folder in ("one", "code", "plain", "notebook", "data"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    (root / "one" / "one.py").write_text(CODE.format(n=1), encoding="utf-8")
    for n in range(40):
        (root / "code" / f"code_{n}.py").write_text(CODE.format(n=n) * 2, encoding="utf-8")
        (root / "plain" / f"plain_{n}.py").write_text(PLAIN.format(n=n) * 8, encoding="utf-8")
    for n in range(6):
        (root / "notebook" / f"book_{n}.ipynb").write_text(notebook(n), encoding="utf-8")
    rows = [{"hf_subset": "default", "languages": ["eng-Latn"], "main_score": i / 7, "task_name": f"Task{i}"} for i in range(4000)]
    (root / "data" / "results.json").write_text(json.dumps({"scores": rows}, indent=2), encoding="utf-8")
    (root / "data" / "compose.yaml").write_text(
        "services:\n  llm:\n    image: vllm\n    command: vllm serve org/model --trust-remote-code\n", encoding="utf-8"
    )


if __name__ == "__main__":
    main()
