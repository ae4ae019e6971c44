# situation: bad: keyword
from transformers import AutoModel
AutoModel.from_pretrained("org/m", trust_remote_code=True, revision="0123456789abcdef0123456789abcdef01234567")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" remote_code=True
# situation: good: keyword False
from transformers import AutoModel
AutoModel.from_pretrained("org/m", trust_remote_code=False, revision="0123456789abcdef0123456789abcdef01234567")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" remote_code=False
# situation: bad: over several lines
from transformers import AutoModel
model = AutoModel.from_pretrained(  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" remote_code=True
    "org/m",
    trust_remote_code=True,
    revision="0123456789abcdef0123456789abcdef01234567",
)
# situation: bad: a truthy number
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=1)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=1
# situation: bad: a truthy text
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code="1")  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code="1"
# situation: bad: a constant
from transformers import AutoModel
TRUST = True
AutoModel.from_pretrained("./m", trust_remote_code=TRUST)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: a constant False
from transformers import AutoModel
TRUST = False
AutoModel.from_pretrained("./m", trust_remote_code=TRUST)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: bad: an unpacked dict at the call
from transformers import AutoModel
AutoModel.from_pretrained("./m", **{"trust_remote_code": True})  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: an unpacked dict by name
from transformers import AutoModel
kwargs = {"trust_remote_code": True}
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: dict()
from transformers import AutoModel
kwargs = dict(trust_remote_code=True)
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: item assignment
from transformers import AutoModel
kwargs = {}
kwargs["trust_remote_code"] = True
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: item assignment that takes it back
from transformers import AutoModel
kwargs = {"trust_remote_code": True}
kwargs["trust_remote_code"] = False
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: bad: item assignment on an unknown dict
def f(kwargs):
    kwargs["trust_remote_code"] = True  # use: switch trust_remote_code remote_code=True
    return kwargs
# situation: bad: setdefault
def f(**kwargs):
    kwargs.setdefault("trust_remote_code", True)  # use: switch trust_remote_code remote_code=True
    return kwargs
# situation: bad: update
from transformers import AutoModel
kwargs = {}
kwargs.update(trust_remote_code=True)
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: update with a dict
from transformers import AutoModel
kwargs = {}
kwargs.update({"trust_remote_code": True})
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: union of dicts
from transformers import AutoModel
base = {"local_files_only": True}
AutoModel.from_pretrained("org/m", **(base | {"trust_remote_code": True}))  # use: transformers.AutoModel.from_pretrained repo_id="org/m" remote_code=True local_files_only=True
# situation: bad: a dict in a dict display
from transformers import AutoModel
base = {"trust_remote_code": True}
kwargs = {**base, "local_files_only": True}
AutoModel.from_pretrained("org/m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" remote_code=True local_files_only=True
# situation: bad: nested in model_kwargs of another library
from sentence_transformers import SentenceTransformer
SentenceTransformer("./m", model_kwargs={"trust_remote_code": True})  # use: sentence_transformers.SentenceTransformer repo_id="./m" remote_code=True
# situation: bad: the keyword of a function of one's own
def load(name):
    return make(name, trust_remote_code=True)  # use: switch trust_remote_code remote_code=True
# situation: good: the keyword of a function of one's own, False
def load(name):
    return make(name, trust_remote_code=False)  # use: switch trust_remote_code remote_code=False
# situation: bad: default of a parameter
def load(name, trust_remote_code=True):  # use: switch trust_remote_code remote_code=True
    return name
# situation: good: default False of a parameter
def load(name, trust_remote_code=False):  # use: switch trust_remote_code remote_code=False
    return name
# situation: bad: default of a keyword-only parameter with annotation
def load(name, *, trust_remote_code: bool = True):  # use: switch trust_remote_code remote_code=True
    return name
# situation: bad: default of a lambda
load = lambda name, trust_remote_code=True: name  # use: switch trust_remote_code remote_code=True
# situation: bad: default that reaches the call
from transformers import AutoModel
def load(name, trust_remote_code=True):
    return AutoModel.from_pretrained(name, trust_remote_code=trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id=?parameter remote_code=True@default
# situation: bad: field of a data class
from dataclasses import dataclass
@dataclass
class Arguments:
    trust_remote_code: bool = True  # use: switch trust_remote_code remote_code=True
# situation: bad: field() of a data class
from dataclasses import dataclass, field
@dataclass
class Arguments:
    trust_remote_code: bool = field(default=True, metadata={"help": "x"})  # use: switch trust_remote_code remote_code=True@default
# situation: good: field() with default False
from dataclasses import dataclass, field
@dataclass
class Arguments:
    trust_remote_code: bool = field(default=False)  # use: switch trust_remote_code remote_code=False@default
# situation: bad: Field of pydantic
from pydantic import BaseModel, Field
class Settings(BaseModel):
    trust_remote_code: bool = Field(True, description="x")  # use: switch trust_remote_code remote_code=True@default
# situation: bad: data class that reaches the call
from dataclasses import dataclass
from transformers import AutoModel
@dataclass
class Arguments:
    trust_remote_code: bool = True
arguments = Arguments()
AutoModel.from_pretrained("./m", trust_remote_code=arguments.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: data class that is constructed with False
from dataclasses import dataclass
from transformers import AutoModel
@dataclass
class Arguments:
    trust: bool = True
arguments = Arguments(trust=False)
AutoModel.from_pretrained("./m", trust_remote_code=arguments.trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: bad: default of argparse
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--trust-remote-code", default=True)
args = parser.parse_args()
AutoModel.from_pretrained("./m", trust_remote_code=args.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: bad: default of argparse alone
import argparse
parser = argparse.ArgumentParser()
parser.add_argument("--trust_remote_code", type=bool, default=True)  # use: switch trust_remote_code remote_code=True
# situation: bad: store_true with default True
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--trust", action="store_true", default=True)
args = parser.parse_args()
AutoModel.from_pretrained("./m", trust_remote_code=args.trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: good: store_true
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--trust-remote-code", action="store_true")
args = parser.parse_args()
AutoModel.from_pretrained("./m", trust_remote_code=args.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
# situation: good: arguments handed to a function
import argparse
from transformers import AutoModel
def main(args):
    AutoModel.from_pretrained("./m", trust_remote_code=args.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
parser = argparse.ArgumentParser()
parser.add_argument("--trust_remote_code", action="store_true")
main(parser.parse_args())
# situation: bad: default of click
import click
from transformers import AutoModel
@click.command()
@click.option("--trust", default=True)
def main(trust):
    AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: good: flag of click
import click
from transformers import AutoModel
@click.command()
@click.option("--trust", is_flag=True)
def main(trust):
    AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
# situation: bad: option of typer
import typer
from transformers import AutoModel
def main(trust: bool = typer.Option(True, help="x")):
    AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: good: option of typer
import typer
from transformers import AutoModel
def main(trust: bool = typer.Option(False)):
    AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
# situation: unknown: from the environment
import os
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=os.environ["TRUST"])  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=?environment
# situation: unknown: from a configuration
from transformers import AutoModel
def load(config):
    AutoModel.from_pretrained("./m", trust_remote_code=config.trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=?attribute
# situation: bad: conditional expression
import os
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=True if os.getpid() else False)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True | False
# situation: bad: one of two branches
import os
from transformers import AutoModel
if os.getpid():
    trust = True
else:
    trust = False
AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True | False
# situation: good: assigned again before the call
from transformers import AutoModel
trust = True
trust = False
AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: good: assigned after the call
from transformers import AutoModel
def f():
    trust = False
    AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
    trust = True
# situation: bad: not False
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=not False)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: attribute of a configuration object
config.trust_remote_code = True  # use: switch trust_remote_code remote_code=True
# situation: good: attribute of a configuration object, False
config.trust_remote_code = False  # use: switch trust_remote_code remote_code=False
# situation: bad: attribute of the instance
from transformers import AutoModel
class Loader:
    def __init__(self, trust=True):
        self.trust = trust
    def load(self):
        return AutoModel.from_pretrained("./m", trust_remote_code=self.trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: good: constant of the class
from transformers import AutoModel
class Loader:
    TRUST = False
    def load(self):
        return AutoModel.from_pretrained("./m", trust_remote_code=self.TRUST)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: bad: entry of a dict that goes somewhere
engine(args={"trust_remote_code": True})  # use: switch trust_remote_code remote_code=True
# situation: good: entry of a dict that says no
engine(args={"trust_remote_code": False})  # use: switch trust_remote_code remote_code=False
# situation: good: it is only read
if config.get("trust_remote_code"):
    print("x")
# situation: good: it is compared
if config.trust_remote_code == True:
    print("x")
# situation: good: it is passed on
def load(name, trust_remote_code):
    return other(name, trust_remote_code=trust_remote_code)
# situation: bad: tuple assignment
from transformers import AutoModel
name, trust = "./m", True
AutoModel.from_pretrained(name, trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: partial
from functools import partial
from transformers import AutoModel
load = partial(AutoModel.from_pretrained, trust_remote_code=True)
load("./m")  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: the environment variable says no
import os
os.environ["HF_DATASETS_TRUST_REMOTE_CODE"] = ""  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code=""
# situation: bad: the environment variable
import os
os.environ["HF_DATASETS_TRUST_REMOTE_CODE"] = "1"  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code="1"
# situation: bad: the environment of a child
import os, subprocess
subprocess.run(["serve"], env={**os.environ, "HF_DATASETS_TRUST_REMOTE_CODE": "1"})  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code="1" medium
# situation: good: HfArgumentParser with default False
from dataclasses import dataclass, field
from transformers import AutoModel, HfArgumentParser
@dataclass
class ModelArguments:
    trust_remote_code: bool = field(default=False)  # use: switch trust_remote_code remote_code=False@default
def main():
    parser = HfArgumentParser((ModelArguments,))
    (model_args,) = parser.parse_args_into_dataclasses()
    AutoModel.from_pretrained("./m", trust_remote_code=model_args.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
