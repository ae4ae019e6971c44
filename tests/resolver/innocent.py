# situation: good: a constant with a type comment
from transformers import AutoModel
REVISION = "0123456789abcdef0123456789abcdef01234567"  # type: str
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a constant over two lines
from transformers import AutoModel
REVISION = (
    "0123456789abcdef0123"
    "456789abcdef01234567"
)
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: two targets
from transformers import AutoModel
PIN = REVISION = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a pin by index
from transformers import AutoModel
PINS = ("0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef")
AutoModel.from_pretrained("org/m", revision=PINS[1])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="89abcdef0123456789abcdef0123456789abcdef"
# situation: good: a pin by negative index
from transformers import AutoModel
PINS = ["main", "0123456789abcdef0123456789abcdef01234567"]
AutoModel.from_pretrained("org/m", revision=PINS[-1])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a starred rest
from transformers import AutoModel
name, *rest = ["org/m", "0123456789abcdef0123456789abcdef01234567"]
AutoModel.from_pretrained(name, revision=rest[0])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a ternary with two pins
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision="0123456789abcdef0123456789abcdef01234567" if new else "89abcdef0123456789abcdef0123456789abcdef")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"
# situation: good: a pin in both branches of try
from transformers import AutoModel
try:
    revision = "0123456789abcdef0123456789abcdef01234567"
except OSError:
    revision = "89abcdef0123456789abcdef0123456789abcdef"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"
# situation: good: pins of a loop over items
from transformers import AutoModel
PINS = {"org/m": "0123456789abcdef0123456789abcdef01234567", "org/n": "89abcdef0123456789abcdef0123456789abcdef"}
for name in PINS:
    AutoModel.from_pretrained(name, revision=PINS[name])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"
# situation: good: pins by enumerate
from transformers import AutoModel
for index, (name, revision) in enumerate([("org/m", "0123456789abcdef0123456789abcdef01234567")]):
    AutoModel.from_pretrained(name, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a keyword of a partial
from functools import partial
from transformers import AutoModel
load = partial(AutoModel.from_pretrained, revision="0123456789abcdef0123456789abcdef01234567")
load("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a partial in a class
import functools
from transformers import AutoModel
class Loader:
    load = staticmethod(functools.partial(AutoModel.from_pretrained, revision="0123456789abcdef0123456789abcdef01234567"))  # use: reference transformers.AutoModel.from_pretrained revision="0123456789abcdef0123456789abcdef01234567"
    def run(self):
        return self.load("org/m")
# situation: good: a dict that is copied and extended
from transformers import AutoModel
BASE = {"device_map": "auto"}
options = BASE.copy()
options["revision"] = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", **options)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: update with a pin
from transformers import AutoModel
options = {}
options.update(revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained("org/m", **options)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: setdefault with a pin
from transformers import AutoModel
options = {}
options.setdefault("revision", "0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained("org/m", **options)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a branch that a later dict replaces
from transformers import AutoModel
A = {"revision": "main"}
B = {"revision": "0123456789abcdef0123456789abcdef01234567"}
AutoModel.from_pretrained("org/m", **{**A, **B})  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: dict of pairs
from transformers import AutoModel
options = dict([("revision", "0123456789abcdef0123456789abcdef01234567")])
AutoModel.from_pretrained("org/m", **options)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a keyword-only default
from transformers import AutoModel
def load(*, revision="0123456789abcdef0123456789abcdef01234567"):
    return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: good: a default that is a constant
from transformers import AutoModel
PIN = "0123456789abcdef0123456789abcdef01234567"
def load(revision=PIN):
    return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: good: a method's default
from transformers import AutoModel
class A:
    PIN = "0123456789abcdef0123456789abcdef01234567"
    def load(self, revision=PIN):
        return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: good: a class method reads the class
from transformers import AutoModel
class A:
    pin = "0123456789abcdef0123456789abcdef01234567"
    @classmethod
    def load(cls):
        return AutoModel.from_pretrained("org/m", revision=cls.pin)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a nested class of settings
from transformers import AutoModel
class A:
    class Config:
        revision = "0123456789abcdef0123456789abcdef01234567"
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.Config.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an attribute set in setUp
import unittest
from transformers import AutoModel
class A(unittest.TestCase):
    def setUp(self):
        self.revision = "0123456789abcdef0123456789abcdef01234567"
    def test(self):
        AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an instance that is made with a pin
from transformers import AutoModel
class A:
    def __init__(self, revision):
        self.revision = revision
a = A("0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained("org/m", revision=a.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a frozen data class of a base
from dataclasses import dataclass
from transformers import AutoModel
@dataclass(frozen=True)
class Base:
    revision: str = "main"
@dataclass(frozen=True)
class Child(Base):
    name: str = "org/m"
c = Child(revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(c.name, revision=c.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a copy of a record
from collections import namedtuple
from transformers import AutoModel
Spec = namedtuple("Spec", ["name", "revision"])
spec = Spec("org/m", revision="main")._replace(revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(spec.name, revision=spec.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an option with a pin, by vars
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--revision", default="0123456789abcdef0123456789abcdef01234567")
args = vars(parser.parse_args())
AutoModel.from_pretrained("org/m", revision=args["revision"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: good: an option that is overwritten
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--revision", default="main")
args = parser.parse_args()
args.revision = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=args.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an attribute of a parameter that is set
from transformers import AutoModel
def load(config):
    config.revision = "0123456789abcdef0123456789abcdef01234567"
    return AutoModel.from_pretrained("org/m", revision=config.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: lower of a constant
from transformers import AutoModel
PIN = "0123456789ABCDEF0123456789ABCDEF01234567".lower()
AutoModel.from_pretrained("org/m", revision=PIN)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: replace in a constant
from transformers import AutoModel
PIN = "01234567-89abcdef-01234567-89abcdef-01234567".replace("-", "")
AutoModel.from_pretrained("org/m", revision=PIN)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a slice of a longer text
from transformers import AutoModel
LINE = "org/m 0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=LINE[6:])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: join of halves
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision="".join(["0123456789abcdef0123", "456789abcdef01234567"]))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: percent with a tuple
from transformers import AutoModel
AutoModel.from_pretrained("%s/%s" % ("org", "m"), revision="%s%s" % ("0123456789abcdef0123", "456789abcdef01234567"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a global function of the module
from transformers import AutoModel
def pin(name):
    return "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=pin("org/m"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a property with a cache
from functools import cached_property
from transformers import AutoModel
class A:
    @cached_property
    def revision(self):
        return "0123456789abcdef0123456789abcdef01234567"
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a lambda that gives a pin
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision=(lambda: "0123456789abcdef0123456789abcdef01234567")())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an argument after the pin
from datasets import load_dataset
load_dataset("org/d", "default", split="train", revision="0123456789abcdef0123456789abcdef01234567", streaming=True)  # use: datasets.load_dataset repo_id="org/d" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a list of keyword dicts
from transformers import AutoModel
JOBS = [dict(pretrained_model_name_or_path="org/m", revision="0123456789abcdef0123456789abcdef01234567")]
for job in JOBS:
    AutoModel.from_pretrained(**job)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: the api with a pin
from huggingface_hub import HfApi
HfApi().snapshot_download(repo_id="org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.HfApi ;; huggingface_hub.HfApi.snapshot_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: the api in a context
from huggingface_hub import HfApi
def get(api: HfApi):
    return api.hf_hub_download("org/m", "config.json", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.HfApi.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="config.json"
# situation: good: a path below the home folder
from transformers import AutoModel
import os
AutoModel.from_pretrained(os.path.expanduser("~/models/m"))  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: a path in a constant
from transformers import AutoModel
from pathlib import Path
ROOT = Path("models")
AutoModel.from_pretrained(str(ROOT / "org" / "m"))  # use: transformers.AutoModel.from_pretrained repo_id=path("models/org/m")
# situation: unknown: a glob
from transformers import AutoModel
import glob
for folder in glob.glob("out/*"):
    AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id=?expression
# situation: unknown: the folder that is listed
from transformers import AutoModel
from pathlib import Path
for folder in Path("out").iterdir():
    AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id=?call
# situation: good: a local folder by constant
from transformers import AutoModel
FOLDER = "./out"
AutoModel.from_pretrained(FOLDER)  # use: transformers.AutoModel.from_pretrained repo_id="./out"
# situation: good: the arguments of the trainer
from transformers import AutoModel, TrainingArguments
args = TrainingArguments(output_dir="out/m")  # use: transformers.TrainingArguments
AutoModel.from_pretrained("out/m")  # use: transformers.AutoModel.from_pretrained repo_id="out/m" saved
# situation: good: saved in a loop
from transformers import AutoModel
for name in ["out/a", "out/b"]:
    model.save_pretrained(name)
AutoModel.from_pretrained("out/a")  # use: transformers.AutoModel.from_pretrained repo_id="out/a" saved
# situation: good: offline by constant
from transformers import AutoModel
OFFLINE = True
AutoModel.from_pretrained("org/m", local_files_only=OFFLINE)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" local_files_only=True
# situation: good: weights only by default of a function
import torch
def load(path, weights_only=True):
    return torch.load(path, weights_only=weights_only)  # use: torch.load weights_only=True@default path=?parameter
# situation: good: weights only in a table
import torch
OPTIONS = {"map_location": "cpu", "weights_only": True}
torch.load("m.pt", **OPTIONS)  # use: torch.load weights_only=True path="m.pt"
# situation: good: weights only as a constant of the class
import torch
class A:
    SAFE = True
    def load(self, path):
        return torch.load(path, weights_only=self.SAFE)  # use: torch.load weights_only=True path=?parameter
# situation: good: a reader of the same name
from mylib.io import load
load("m.pt")
# situation: good: a namespace of one's own
class torch:
    @staticmethod
    def load(path):
        return path
torch.load("m.pt")
# situation: good: a test double
from unittest.mock import MagicMock
torch = MagicMock()
torch.load("m.pt")
# situation: good: the module is replaced in a test
import torch
def test(monkeypatch):
    monkeypatch.setattr(torch, "load", lambda path: {})
# situation: good: a flag that is computed from False
FLAG = not True
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=FLAG)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: good: a flag of a table
from transformers import AutoModel
FLAGS = {"./m": False}
AutoModel.from_pretrained("./m", trust_remote_code=FLAGS["./m"])  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: good: a flag that is taken out
from transformers import AutoModel
options = dict(trust_remote_code=True)
del options["trust_remote_code"]
AutoModel.from_pretrained("./m", **options)  # use: transformers.AutoModel.from_pretrained repo_id="./m"
# situation: good: a flag that the call overrides
from transformers import AutoModel
options = {"trust_remote_code": False}  # use: switch trust_remote_code remote_code=False
AutoModel.from_pretrained("./m", **{**options, "trust_remote_code": False})  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: good: a flag of the environment that is off
import os
os.environ["HF_DATASETS_TRUST_REMOTE_CODE"] = str(0)  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code="0"
# situation: good: a flag in a message
print("pass trust_remote_code=True to load it")
# situation: good: a flag in a comparison of keys
def check(options):
    if "trust_remote_code" in options:
        raise ValueError("trust_remote_code")
# situation: good: a store_true of click
import click
from transformers import AutoModel
@click.command()
@click.option("--trust-remote-code", is_flag=True)
def main(trust_remote_code):
    AutoModel.from_pretrained("./m", trust_remote_code=trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
# situation: good: a safe wrapper of another module
# file: compat.py
import torch
def torch_load(path):
    return torch.load(path, weights_only=True)
# file: main.py
from compat import torch_load
torch_load("m.pt")
# situation: good: a loader of one's own in another module
# file: pkg/loaders.py
def load_model(path):
    return path
# file: pkg/main.py
from .loaders import load_model
load_model("org/m")
# situation: good: a class of one's own by star import
# file: models.py
class AutoModel:
    @classmethod
    def from_pretrained(cls, name):
        return cls()
# file: main.py
from models import *
AutoModel.from_pretrained("org/m")
# situation: good: a package that hides the library by attribute
# file: evaluate/__init__.py
from .core import load
# file: evaluate/core.py
def load(name):
    return name
# file: run.py
import evaluate as ev
ev.load("org/metric")
# situation: bad: the library in its own project
# file: pyproject.toml
name = "evaluate"
# file: evaluate/__init__.py
def load(name):
    return name
# file: run.py
import evaluate
evaluate.load("org/metric")  # use: evaluate.load repo_id="org/metric"
