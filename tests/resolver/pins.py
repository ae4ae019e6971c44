# situation: bad: no revision
from transformers import AutoModel
AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a full hash
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a full hash by constant
from transformers import AutoModel
REV = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=REV)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: a branch by constant
from transformers import AutoModel
REV = "main"
AutoModel.from_pretrained("org/m", revision=REV)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: bad: None
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision=None)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=None
# situation: bad: a tag
from datasets import load_dataset
load_dataset("org/d", revision="v1.0")  # use: datasets.load_dataset repo_id="org/d" revision="v1.0"
# situation: bad: a pull request
from datasets import load_dataset
load_dataset("org/d", revision="refs/pr/3")  # use: datasets.load_dataset repo_id="org/d" revision="refs/pr/3"
# situation: bad: a short hash
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision="0123456")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456"
# situation: good: an unpacked dict
from transformers import AutoModel
pin = {"revision": "0123456789abcdef0123456789abcdef01234567"}
AutoModel.from_pretrained("org/m", **pin)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: two unpacked dicts
from transformers import AutoModel
a = {"local_files_only": False}
b = {"revision": "0123456789abcdef0123456789abcdef01234567"}
AutoModel.from_pretrained("org/m", **a, **b)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" local_files_only=False
# situation: good: a registry indexed by a constant
from transformers import AutoModel
REVISIONS = {"org/m": "0123456789abcdef0123456789abcdef01234567", "org/n": "main"}
MODEL = "org/m"
AutoModel.from_pretrained(MODEL, revision=REVISIONS[MODEL])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: the other entry of the registry
from transformers import AutoModel
REVISIONS = {"org/m": "0123456789abcdef0123456789abcdef01234567", "org/n": "main"}
AutoModel.from_pretrained("org/n", revision=REVISIONS["org/n"])  # use: transformers.AutoModel.from_pretrained repo_id="org/n" revision="main"
# situation: good: a loop over the registry
from transformers import AutoModel
REVISIONS = {
    "org/m": "0123456789abcdef0123456789abcdef01234567",
    "org/n": "76543210fedcba9876543210fedcba9876543210",
}
for name, revision in REVISIONS.items():
    AutoModel.from_pretrained(name, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n" revision="0123456789abcdef0123456789abcdef01234567" | "76543210fedcba9876543210fedcba9876543210"
# situation: bad: a loop over a registry with a branch
from transformers import AutoModel
REVISIONS = {"org/m": "0123456789abcdef0123456789abcdef01234567", "org/n": "main"}
for name, revision in REVISIONS.items():
    AutoModel.from_pretrained(name, revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n" revision="0123456789abcdef0123456789abcdef01234567" | "main"
# situation: good: get on a registry
from transformers import AutoModel
REVISIONS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
AutoModel.from_pretrained("org/m", revision=REVISIONS.get("org/m", "main"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: get on a registry that does not have it
from transformers import AutoModel
REVISIONS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
AutoModel.from_pretrained("org/n", revision=REVISIONS.get("org/n", "main"))  # use: transformers.AutoModel.from_pretrained repo_id="org/n" revision="main"
# situation: good: nested registry
from transformers import AutoModel
MODELS = {"base": {"id": "org/m", "rev": "0123456789abcdef0123456789abcdef01234567"}}
AutoModel.from_pretrained(MODELS["base"]["id"], revision=MODELS["base"]["rev"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a class as registry
from transformers import AutoModel
class Pins:
    MODEL = "org/m"
    REVISION = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained(Pins.MODEL, revision=Pins.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an enum
from enum import Enum
from transformers import AutoModel
class Revision(Enum):
    BASE = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=Revision.BASE.value)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: an enum with a branch
from enum import Enum
from transformers import AutoModel
class Revision(str, Enum):
    BASE = "main"
AutoModel.from_pretrained("org/m", revision=Revision.BASE)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: a NamedTuple
from typing import NamedTuple
from transformers import AutoModel
class Model(NamedTuple):
    name: str
    revision: str
model = Model("org/m", "0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(model.name, revision=model.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a data class by keyword
from dataclasses import dataclass
from transformers import AutoModel
@dataclass
class Model:
    name: str
    revision: str = "main"
model = Model(name="org/m", revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(model.name, revision=model.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: a data class with its default
from dataclasses import dataclass
from transformers import AutoModel
@dataclass
class Model:
    name: str
    revision: str = "main"
model = Model(name="org/m")
AutoModel.from_pretrained(model.name, revision=model.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"
# situation: good: pydantic
from pydantic import BaseModel
from transformers import AutoModel
class Settings(BaseModel):
    revision: str = "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=Settings().revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: attrs
import attr
from transformers import AutoModel
@attr.s
class Settings:
    revision = attr.ib(default="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained("org/m", revision=Settings().revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: good: constructor arguments
from transformers import AutoModel
class Loader:
    def __init__(self, name, revision="main"):
        self.name = name
        self.revision = revision
loader = Loader("org/m", revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained(loader.name, revision=loader.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: an instance attribute
from transformers import AutoModel
class Loader:
    def __init__(self):
        self.revision = "0123456789abcdef0123456789abcdef01234567"
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: an instance attribute with a default
from transformers import AutoModel
class Loader:
    def __init__(self, name="org/m", revision="main"):
        self.name, self.other = name, 1
        self.revision = revision
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"@default
# situation: unknown: an instance attribute without a default
from transformers import AutoModel
class Loader:
    def __init__(self, revision):
        self.revision = revision
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?parameter
# situation: good: a function that returns it
from transformers import AutoModel
def revision():
    return "0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained("org/m", revision=revision())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: unknown: a function that computes it
from transformers import AutoModel
import json
def revision():
    return json.load(open("pins.json"))["org/m"]
AutoModel.from_pretrained("org/m", revision=revision())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?call
# situation: good: a property
from transformers import AutoModel
class Loader:
    @property
    def revision(self):
        return "0123456789abcdef0123456789abcdef01234567"
    def load(self):
        return AutoModel.from_pretrained("org/m", revision=self.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: default of argparse
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--model", default="org/m")
parser.add_argument("--revision", "-r", type=str, default="main")
args = parser.parse_args()
AutoModel.from_pretrained(args.model, revision=args.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default revision="main"@default
# situation: good: a hash as default of argparse
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--model", default="org/m")
parser.add_argument("--revision", default="0123456789abcdef0123456789abcdef01234567")
args = parser.parse_args()
AutoModel.from_pretrained(args.model, revision=args.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: unknown: an option without default
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--revision")
args = parser.parse_args()
AutoModel.from_pretrained("org/m", revision=args.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?commandline@default
# situation: unknown: an option that is required
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--model", required=True)
args = parser.parse_args()
AutoModel.from_pretrained(args.model)  # use: transformers.AutoModel.from_pretrained repo_id=?commandline@default
# situation: bad: default of the environment
import os
from transformers import AutoModel
AutoModel.from_pretrained(os.environ.get("MODEL", "org/m"), revision=os.getenv("REVISION", "main"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@environment revision="main"@environment
# situation: unknown: the environment without default
import os
from transformers import AutoModel
AutoModel.from_pretrained("org/m", revision=os.environ["REVISION"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?environment
# situation: bad: or with a default
import os
from transformers import AutoModel
AutoModel.from_pretrained(os.environ.get("MODEL") or "org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@default
# situation: good: a default of None that is replaced
from transformers import AutoModel
def load(revision=None):
    if revision is None:
        revision = "0123456789abcdef0123456789abcdef01234567"
    return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: good: a default of None that is replaced by or
from transformers import AutoModel
def load(revision=None):
    revision = revision or "0123456789abcdef0123456789abcdef01234567"
    return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default
# situation: bad: a parameter with a branch as default
from transformers import AutoModel
def load(revision="main"):
    return AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"@default
# situation: bad: one of two branches is not a pin
import sys
from transformers import AutoModel
if len(sys.argv) > 1:
    revision = "0123456789abcdef0123456789abcdef01234567"
else:
    revision = "main"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "main"
# situation: good: both branches are pins
import sys
from transformers import AutoModel
if len(sys.argv) > 1:
    revision = "0123456789abcdef0123456789abcdef01234567"
else:
    revision = "76543210fedcba9876543210fedcba9876543210"
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "76543210fedcba9876543210fedcba9876543210"
# situation: good: the branch that is not a pin does not arrive
import sys
from transformers import AutoModel
revision = "0123456789abcdef0123456789abcdef01234567"
if len(sys.argv) > 1:
    revision = "main"
    raise SystemExit(revision)
AutoModel.from_pretrained("org/m", revision=revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: f-string of constants
from transformers import AutoModel
ORG = "org"
SIZE = 7
AutoModel.from_pretrained(f"{ORG}/m-{SIZE}b")  # use: transformers.AutoModel.from_pretrained repo_id="org/m-7b"
# situation: bad: concatenation
from transformers import AutoModel
AutoModel.from_pretrained("org" + "/" + "m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: adjacent literals
from transformers import AutoModel
AutoModel.from_pretrained("org/" "m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: percent
from transformers import AutoModel
AutoModel.from_pretrained("%s/%s" % ("org", "m"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: format
from transformers import AutoModel
AutoModel.from_pretrained("{}/{name}".format("org", name="m"))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: join
from transformers import AutoModel
AutoModel.from_pretrained("/".join(["org", "m"]))  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: unknown: an f-string with something unknown
from transformers import AutoModel
def load(size):
    return AutoModel.from_pretrained(f"org/m-{size}")  # use: transformers.AutoModel.from_pretrained repo_id=?parameter
# situation: bad: a loop over ids
from transformers import AutoModel
for name in ("org/m", "org/n"):
    AutoModel.from_pretrained(name)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: bad: a loop over pairs
from datasets import load_dataset
for name, split in [("org/d", "train"), ("org/e", "test")]:
    load_dataset(name, split=split)  # use: datasets.load_dataset repo_id="org/d" | "org/e"
# situation: bad: a list comprehension
from transformers import AutoModel
models = [AutoModel.from_pretrained(name) for name in ["org/m", "org/n"]]  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: bad: a dict comprehension over a registry
from transformers import AutoModel
NAMES = {"a": "org/m", "b": "org/n"}
models = {key: AutoModel.from_pretrained(value) for key, value in NAMES.items()}  # use: transformers.AutoModel.from_pretrained repo_id="org/m" | "org/n"
# situation: bad: starred arguments
from transformers import AutoModel
arguments = ["org/m"]
AutoModel.from_pretrained(*arguments)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: revision by position
from datasets import load_dataset
load_dataset("org/d", None, None, None, None, None, None, None, None, None, None, None, "0123456789abcdef0123456789abcdef01234567")  # use: datasets.load_dataset repo_id="org/d" revision="0123456789abcdef0123456789abcdef01234567" data_files=None
# situation: unknown: keyword arguments of a wrapper
from transformers import AutoModel
def load(**kwargs):
    return AutoModel.from_pretrained("org/m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" open
# situation: good: keyword arguments of a wrapper with a pin
from transformers import AutoModel
def load(**kwargs):
    kwargs.setdefault("revision", "0123456789abcdef0123456789abcdef01234567")
    return AutoModel.from_pretrained("org/m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@default open
# situation: bad: HfApi
from huggingface_hub import HfApi
api = HfApi()  # use: huggingface_hub.HfApi
api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: HfApi in an attribute
from huggingface_hub import HfApi
class Store:
    def __init__(self):
        self.api = HfApi(token=None)  # use: huggingface_hub.HfApi token=None
    def get(self):
        return self.api.hf_hub_download("org/m", "config.json")  # use: huggingface_hub.HfApi.hf_hub_download repo_id="org/m" filename="config.json"
# situation: bad: HfApi as a class attribute
from huggingface_hub import HfApi
class Store:
    api = HfApi()  # use: huggingface_hub.HfApi
    def get(self):
        return self.api.snapshot_download(repo_id="org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: HfApi from a function
from huggingface_hub import HfApi
def client():
    return HfApi()  # use: huggingface_hub.HfApi
client().snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: HfApi called at once
import huggingface_hub as hub
hub.HfApi().snapshot_download("org/m")  # use: huggingface_hub.HfApi ;; huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: a parameter with an annotation
from huggingface_hub import HfApi
def get(api: HfApi):
    return api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: an optional parameter
from typing import Optional
from huggingface_hub import HfApi
def get(api: Optional[HfApi] = None):
    return api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: an alias of a class
import transformers
Model = transformers.AutoModel
Model.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: a class in a table
import transformers
CLASSES = {"model": transformers.AutoModel, "tokenizer": transformers.AutoTokenizer}
CLASSES["model"].from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: a loop over classes
from transformers import AutoModel, AutoTokenizer
for cls in (AutoModel, AutoTokenizer):
    cls.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: a subclass
from transformers import PreTrainedModel
class Mine(PreTrainedModel):
    pass
Mine.from_pretrained("org/m")  # use: transformers.PreTrainedModel.from_pretrained repo_id="org/m"
# situation: good: a subclass with a loader of its own
from transformers import PreTrainedModel
class Mine(PreTrainedModel):
    @classmethod
    def from_pretrained(cls, name):
        return cls()
Mine.from_pretrained("org/m")
# situation: bad: cls in a subclass
from transformers import PreTrainedModel
class Mine(PreTrainedModel):
    @classmethod
    def load(cls):
        return cls.from_pretrained("org/m")  # use: transformers.PreTrainedModel.from_pretrained repo_id="org/m"
# situation: bad: super in a subclass
from transformers import PreTrainedModel
class Mine(PreTrainedModel):
    @classmethod
    def from_pretrained(cls, name):
        return super().from_pretrained("org/m")  # use: transformers.PreTrainedModel.from_pretrained repo_id="org/m"
# situation: bad: type(self)
from transformers import PreTrainedModel
class Mine(PreTrainedModel):
    def again(self):
        return type(self).from_pretrained("org/m")  # use: transformers.PreTrainedModel.from_pretrained repo_id="org/m"
# situation: bad: getattr on the library
import transformers
def load(name):
    return getattr(transformers, name).from_pretrained("org/m")  # use: transformers.*.from_pretrained repo_id="org/m" medium
# situation: bad: conditional import
try:
    from transformers import AutoModel
except ImportError:
    AutoModel = None
AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: import in a function
def load():
    from datasets import load_dataset
    return load_dataset("org/d")  # use: datasets.load_dataset repo_id="org/d"
# situation: bad: a subclass of SentenceTransformer
from sentence_transformers import SentenceTransformer
class Mine(SentenceTransformer):
    pass
Mine("org/m")  # use: sentence_transformers.SentenceTransformer repo_id="org/m"
# situation: bad: a method of a receiver that is not known
import diffusers
def f(pipe):
    pipe.load_lora_weights("org/lora")  # use: diffusers.*.load_lora_weights adapter_id="org/lora" medium
# situation: bad: a method of a pipeline
from diffusers import DiffusionPipeline
pipe = DiffusionPipeline.from_pretrained("./m").to("cuda")  # use: diffusers.DiffusionPipeline.from_pretrained repo_id="./m"
pipe.load_lora_weights("org/lora")  # use: diffusers.DiffusionPipeline.from_pretrained.to.load_lora_weights adapter_id="org/lora"
