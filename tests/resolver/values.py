# situation: bad: match gives the id
from transformers import AutoModel
match size:
    case "small":
        repo = "org/m"
    case _:
        repo = "org/n"
AutoModel.from_pretrained(repo)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: good: match gives pins only
from transformers import AutoModel
match size:
    case "small":
        revision = "0123456789abcdef0123456789abcdef01234567"
    case _:
        revision = "89abcdef0123456789abcdef0123456789abcdef"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"
# situation: bad: a name that match captures
from transformers import AutoModel
revision = "main"
match config:
    case {"other": value}:
        pass
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: unknown: the name itself is captured by match
from transformers import AutoModel
match config:
    case {"revision": revision}:
        AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?expression
# situation: bad: a walrus in an argument
from transformers import AutoModel
AutoModel.from_pretrained(name := "org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
print(name)
# situation: good: a constant of the base class
from transformers import AutoModel
class Base:
    REVISION = "0123456789abcdef0123456789abcdef01234567"
class Child(Base):
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: a constant that the subclass overrides
from transformers import AutoModel
class Base:
    REVISION = "0123456789abcdef0123456789abcdef01234567"
class Child(Base):
    REVISION = "main"
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: dataclasses.replace
import dataclasses
from transformers import AutoModel
@dataclasses.dataclass
class Spec:
    repo: str = "org/m"
    revision: str = "main"
spec = dataclasses.replace(Spec(), revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(spec.repo, revision=spec.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: dataclasses.replace with a branch
from dataclasses import dataclass, replace
from transformers import AutoModel
@dataclass(frozen=True)
class Spec:
    repo: str
    revision: str = "0123456789abcdef0123456789abcdef01234567"
spec = replace(Spec("org/m"), revision="main")
AutoModel.from_pretrained(spec.repo, revision=spec.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: SimpleNamespace
from types import SimpleNamespace
from transformers import AutoModel
cfg = SimpleNamespace(repo="org/m", revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(cfg.repo, revision=cfg.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an attribute that is set later
from types import SimpleNamespace
from transformers import AutoModel
cfg = SimpleNamespace(repo="org/m", revision="main")
cfg.revision = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained(cfg.repo, revision=cfg.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: SimpleNamespace of a dict
import types
from transformers import AutoModel
cfg = types.SimpleNamespace(**{"repo": "org/m"})
AutoModel.from_pretrained(cfg.repo)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: Final
from typing import Final
from transformers import AutoModel
REVISION: Final[str] = "0123456789abcdef0123456789abcdef01234567"
REPO: Final = "org/m"
AutoModel.from_pretrained(REPO, revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: the value of a member
import enum
from transformers import AutoModel
class Pin(enum.Enum):
    MODEL = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=Pin.MODEL.value)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a member with two values
from enum import Enum
from transformers import AutoModel
class Model(Enum):
    M = ("org/m", "0123456789abcdef0123456789abcdef01234567")
repo, revision = Model.M.value
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: collections.namedtuple
from collections import namedtuple
from transformers import AutoModel
Spec = namedtuple("Spec", "repo revision")
spec = Spec("org/m", "0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(spec.repo, revision=spec.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: a field of typing.NamedTuple by position
from typing import NamedTuple
from transformers import AutoModel
class Spec(NamedTuple):
    repo: str
    revision: str = "0123456789abcdef0123456789abcdef01234567"
spec = Spec("org/m", "main")
AutoModel.from_pretrained(spec.repo, revision=spec.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: a NamedTuple is unpacked
from typing import NamedTuple
from transformers import AutoModel
class Spec(NamedTuple):
    repo: str
    revision: str
repo, revision = Spec("org/m", "0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a closure over a pin
from transformers import AutoModel
def outer():
    revision = "0123456789abcdef0123456789abcdef01234567"
    def inner():
        return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
    return inner
# situation: bad: default of a lambda
from transformers import AutoModel
load = lambda revision="main": AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"@default
# situation: bad: items of a dict in a comprehension
from transformers import AutoModel
models = [AutoModel.from_pretrained(name, revision=revision) for name, revision in {"org/m": "main"}.items()]  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: zip of ids and pins
from transformers import AutoModel
REPOS = ["org/m", "org/n"]
PINS = ["0123456789abcdef0123456789abcdef01234567", "89abcdef0123456789abcdef0123456789abcdef"]
for name, revision in zip(REPOS, PINS):
    AutoModel.from_pretrained(name, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"
# situation: good: nested unpacking
from transformers import AutoModel
(repo, revision), size = ("org/m", "0123456789abcdef0123456789abcdef01234567"), 1
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a dict that extends another
from transformers import AutoModel
BASE = {"torch_dtype": "auto", "revision": "main"}
cfg = {**BASE, "revision": "0123456789abcdef0123456789abcdef01234567"}
AutoModel.from_pretrained("org/m", **cfg)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: strip
from transformers import AutoModel
revision = " 0123456789abcdef0123456789abcdef01234567\n".strip()
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: split with unpacking
from transformers import AutoModel
repo, revision = "org/m@main".split("@")
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: split with a limit
from transformers import AutoModel
repo, revision = "org/m@0123456789abcdef0123456789abcdef01234567".split("@", 1)
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: partition
from transformers import AutoModel
repo, _, revision = "org/m@0123456789abcdef0123456789abcdef01234567".partition("@")
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: rsplit
from transformers import AutoModel
repo, revision = "org/m@0123456789abcdef0123456789abcdef01234567".rsplit("@", maxsplit=1)
AutoModel.from_pretrained(repo, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: an f-string with a conversion
from transformers import AutoModel
ORG, NAME = "org", "m"
AutoModel.from_pretrained(f"{ORG!s}/{NAME}")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: percent with a dict
from transformers import AutoModel
AutoModel.from_pretrained("%(org)s/%(name)s" % {"org": "org", "name": "m"})  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: format with an unpacked dict
from transformers import AutoModel
PARTS = {"org": "org", "name": "m"}
AutoModel.from_pretrained("{org}/{name}".format(**PARTS))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: format_map
from transformers import AutoModel
PARTS = dict(org="org", name="m")
AutoModel.from_pretrained("{org}/{name}".format_map(PARTS))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: join of a tuple of names
from transformers import AutoModel
ORG = "org"
AutoModel.from_pretrained("/".join((ORG, "m")))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a cached function that gives a constant
import functools
from transformers import AutoModel
@functools.cache
def revision():
    return "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=revision())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an async function that gives a constant
from transformers import AutoModel
async def revision():
    return "0123456789abcdef0123456789abcdef01234567"
async def main():
    return AutoModel.from_pretrained("org/m", revision=await revision())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a static method that gives a constant
from transformers import AutoModel
class Pins:
    @staticmethod
    def of_m():
        return "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=Pins.of_m())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: assigned again at the end of a loop
from transformers import AutoModel
revision = "0123456789abcdef0123456789abcdef01234567"
for _ in range(2):
    AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "main"
    revision = "main"
# situation: bad: the handler has another value
from transformers import AutoModel
try:
    revision = "0123456789abcdef0123456789abcdef01234567"
    check(revision)
except ValueError:
    revision = "main"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "main"
# situation: good: try and else
from transformers import AutoModel
try:
    check()
except ValueError:
    raise
else:
    revision = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: finally has the last word
from transformers import AutoModel
revision = "main"
try:
    check()
finally:
    revision = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: unknown: a configuration of hydra
import hydra
from transformers import AutoModel
@hydra.main(config_path=None)
def main(cfg):
    AutoModel.from_pretrained(cfg.model, revision=cfg.revision)  # use: transformers.AutoModel.from_pretrained repo_id=?attribute revision=?attribute
# situation: good: getattr with a default
from transformers import AutoModel
def load(args):
    return AutoModel.from_pretrained("org/m", revision=getattr(args, "revision", "0123456789abcdef0123456789abcdef01234567"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: bad: getattr with a branch as default
from transformers import AutoModel
def load(args):
    return AutoModel.from_pretrained("org/m", revision=getattr(args, "revision", "main"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"@default
# situation: bad: vars of the arguments
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--model", default="org/m")
options = vars(parser.parse_args())
AutoModel.from_pretrained(options["model"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default
# situation: bad: an argument of click
import click
from transformers import AutoModel
@click.command()
@click.argument("model", default="org/m")
def main(model):
    AutoModel.from_pretrained(model)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default
# situation: bad: an annotated option of typer
from typing import Annotated
import typer
from transformers import AutoModel
def main(model: Annotated[str, typer.Option(help="which")] = "org/m"):
    AutoModel.from_pretrained(model)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default
# situation: bad: fire
import fire
from transformers import AutoModel
def main(model="org/m", revision="main"):
    AutoModel.from_pretrained(model, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default revision="main"@default
fire.Fire(main)
# situation: good: a settings class of pydantic
from pydantic import Field
from pydantic_settings import BaseSettings
from transformers import AutoModel
class Settings(BaseSettings):
    model: str = Field(default="org/m")
    revision: str = Field("0123456789abcdef0123456789abcdef01234567", alias="REV")
settings = Settings()
AutoModel.from_pretrained(settings.model, revision=settings.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: good: attr.s
import attr
from transformers import AutoModel
@attr.s(auto_attribs=False)
class Spec:
    revision = attr.ib(default="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained("org/m", revision=Spec().revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: bad: the environment with or
import os
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision=os.environ.get("REV") or "main")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"@default
# situation: good: the environment with a pin as default
from os import getenv
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision=getenv("REV", "0123456789abcdef0123456789abcdef01234567"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@environment
# situation: bad: a conditional with itself
from transformers import AutoModel
def load(name=None):
    return AutoModel.from_pretrained(name if name else "org/m", revision="main")  # use: transformers.AutoModel.from_pretrained repo_id=None | "org/m"@default revision="main"
# situation: bad: a local value or a default
from transformers import AutoModel
def load(path):
    found = find(path)
    return AutoModel.from_pretrained(found or "org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default
# situation: good: a nested table of dicts
from transformers import AutoModel
MODELS = {"a": {"id": "org/m", "revision": "0123456789abcdef0123456789abcdef01234567"}}
AutoModel.from_pretrained(MODELS["a"]["id"], revision=MODELS["a"]["revision"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a list of dicts
from transformers import AutoModel
MODELS = [{"id": "org/m", "rev": "0123456789abcdef0123456789abcdef01234567"}, {"id": "org/n", "rev": "89abcdef0123456789abcdef0123456789abcdef"}]
for model in MODELS:
    AutoModel.from_pretrained(model["id"], revision=model["rev"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"
# situation: bad: get with an unknown key and a branch
from transformers import AutoModel
PINS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
def load(name):
    return AutoModel.from_pretrained("org/m", revision=PINS.get(name, "main"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "main"
# situation: good: a table of the class
from transformers import AutoModel
class Loader:
    PINS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.PINS["org/m"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: dict of zip
from transformers import AutoModel
PINS = dict(zip(["org/m"], ["0123456789abcdef0123456789abcdef01234567"]))
AutoModel.from_pretrained("org/m", revision=PINS["org/m"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: a chain of lists
import itertools
from transformers import AutoModel
for name in itertools.chain(["org/m"], ["org/n"]):
    AutoModel.from_pretrained(name)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: bad: an index of a range
from transformers import AutoModel
MODELS = ["org/m", "org/n"]
for index in range(len(MODELS)):
    AutoModel.from_pretrained(MODELS[index])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: bad: next of iter
from transformers import AutoModel
MODELS = ("org/m",)
AutoModel.from_pretrained(next(iter(MODELS)))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: the members of an enum
from enum import Enum
from transformers import AutoModel
class Repo(Enum):
    M = "org/m"
    N = "org/n"
for repo in Repo:
    AutoModel.from_pretrained(repo.value)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: bad: augmented assignment
from transformers import AutoModel
REPO: str = "org/m"
REPO += "-base"
AutoModel.from_pretrained(REPO)  # use: transformers.AutoModel.from_pretrained repo_id="org/m-base"
# situation: unknown: a template
from string import Template
from transformers import AutoModel
AutoModel.from_pretrained(Template("$org/m").substitute(org="org"))  # use: transformers.AutoModel.from_pretrained repo_id=?call
# situation: good: a property of a base class
from transformers import AutoModel
class Base:
    @property
    def revision(self):
        return "0123456789abcdef0123456789abcdef01234567"
class Child(Base):
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a default that the factory gives
from dataclasses import dataclass, field
from transformers import AutoModel
@dataclass
class Spec:
    options: dict = field(default_factory=lambda: {"revision": "0123456789abcdef0123456789abcdef01234567"})
AutoModel.from_pretrained("org/m", **Spec().options)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: unknown: a resolved revision
from huggingface_hub import HfApi
from transformers import AutoModel
revision = HfApi().model_info("org/m").sha  # use: huggingface_hub.HfApi ;; huggingface_hub.HfApi.model_info repo_id="org/m"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?imported
# situation: unknown: a deleted name
from transformers import AutoModel
revision = "0123456789abcdef0123456789abcdef01234567"
del revision
from somewhere import revision
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?imported
# situation: bad: a default that is set on one way only
from transformers import AutoModel
def load(revision="", fast=False):
    if fast:
        if not revision:
            revision = "0123456789abcdef0123456789abcdef01234567"
    return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="" | "0123456789abcdef0123456789abcdef01234567"@default
# situation: good: a default that is set on the way to the call
from transformers import AutoModel
def load(revision=None, fast=False):
    if fast:
        if revision is None:
            revision = "0123456789abcdef0123456789abcdef01234567"
        return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
