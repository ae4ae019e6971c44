# situation: bad: union in place
from transformers import AutoModel
kwargs = {"device_map": "auto"}
kwargs |= {"trust_remote_code": True}
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: union with dict()
from transformers import AutoModel
kwargs = {"device_map": "auto"}
kwargs = kwargs | dict(trust_remote_code=True)
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: bad: an entry of a dict of the instance
from transformers import AutoModel
class Loader:
    def __init__(self):
        self.kw = {}
        self.kw["trust_remote_code"] = True
    def load(self):
        return AutoModel.from_pretrained("./m", **self.kw)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: an entry of a dict of the instance that says no
from transformers import AutoModel
class Loader:
    def __init__(self):
        self.kw = {"trust_remote_code": False}
    def load(self):
        return AutoModel.from_pretrained("./m", **self.kw)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False
# situation: good: a pin in a dict of the instance
from transformers import AutoModel
class Loader:
    def __init__(self):
        self.kw = dict()
        self.kw["revision"] = "0123456789abcdef0123456789abcdef01234567"
    def load(self):
        return AutoModel.from_pretrained("org/m", **self.kw)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: defaults with options over them
from transformers import AutoModel
DEFAULTS = {"trust_remote_code": True}
def load(**options):
    return AutoModel.from_pretrained("./m", **{**DEFAULTS, **options})  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True open
# situation: good: options with a fixed entry over them
from transformers import AutoModel
def load(**options):
    return AutoModel.from_pretrained("./m", **{**options, "trust_remote_code": False})  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False open
# situation: bad: a flag in model_kwargs
from sentence_transformers import SentenceTransformer
FLAG = True
SentenceTransformer("./m", config_kwargs={"trust_remote_code": FLAG})  # use: sentence_transformers.SentenceTransformer repo_id="./m" remote_code=True
# situation: bad: a partial handed to map
from functools import partial
from transformers import AutoModel
list(map(partial(AutoModel.from_pretrained, trust_remote_code=True), paths))  # use: reference transformers.AutoModel.from_pretrained remote_code=True
# situation: bad: BooleanOptionalAction with default True
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--trust-remote-code", action=argparse.BooleanOptionalAction, default=True)
args = parser.parse_args()
AutoModel.from_pretrained("./m", trust_remote_code=args.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: good: type=bool with default False
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--trust", dest="trust_remote_code", type=bool, default=False)
args = parser.parse_args()
AutoModel.from_pretrained("./m", trust_remote_code=args.trust_remote_code)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False@default
# situation: bad: set_defaults
import argparse
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--remote", action="store_true")
parser.set_defaults(remote=True)
args = parser.parse_args()
AutoModel.from_pretrained("./m", trust_remote_code=args.remote)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=False | True@default
# situation: bad: a function that gives keyword arguments
from transformers import AutoModel
def common():
    return {"trust_remote_code": True}
AutoModel.from_pretrained("./m", **common())  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: a function that gives a pin
from transformers import AutoModel
def pinned():
    return dict(revision="0123456789abcdef0123456789abcdef01234567")
AutoModel.from_pretrained("org/m", **pinned())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: a loop over both
from transformers import AutoModel
for flag in (True, False):
    AutoModel.from_pretrained("./m", trust_remote_code=flag)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True | False
# situation: bad: update of the environment with a dict
import os
os.environ.update({"HF_DATASETS_TRUST_REMOTE_CODE": "true"})  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code="true" medium
# situation: bad: union of the environment in place
import os
os.environ |= {"HF_DATASETS_TRUST_REMOTE_CODE": "1"}  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code="1" medium
# situation: bad: the environment by str of a number
import os
os.environ["HF_DATASETS_TRUST_REMOTE_CODE"] = str(1)  # use: environment HF_DATASETS_TRUST_REMOTE_CODE remote_code="1"
# situation: bad: a class attribute is spread
from transformers import AutoModel
class Loader:
    defaults = dict(trust_remote_code=True)
    def load(self):
        return AutoModel.from_pretrained("./m", **self.defaults)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: good: pop before the call
from transformers import AutoModel
kwargs = {"trust_remote_code": True, "device_map": "auto"}
kwargs.pop("trust_remote_code", None)
AutoModel.from_pretrained("./m", **kwargs)  # use: transformers.AutoModel.from_pretrained repo_id="./m"
# situation: bad: a keyword of a class
from transformers import AutoModel
class Loader:
    def __init__(self, trust=True):
        self.trust = trust
    def load(self):
        return AutoModel.from_pretrained("./m", trust_remote_code=self.trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: bad: bool of a number
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=bool(1))  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True
# situation: unknown: and with False
from transformers import AutoModel
AutoModel.from_pretrained("./m", trust_remote_code=allowed and False)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=?unbound
# situation: bad: or with True
from transformers import AutoModel
def load(flag):
    return AutoModel.from_pretrained("./m", trust_remote_code=flag or True)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@default
# situation: bad: nested by item assignment
from sentence_transformers import SentenceTransformer
options = {"model_kwargs": {}}
options["model_kwargs"] = {"trust_remote_code": True}
SentenceTransformer("./m", **options)  # use: sentence_transformers.SentenceTransformer repo_id="./m" remote_code=True
# situation: bad: a flag from a match
from transformers import AutoModel
match kind:
    case "custom":
        trust = True
    case _:
        trust = False
AutoModel.from_pretrained("./m", trust_remote_code=trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True | False
# situation: unknown: a configuration whose roles cannot be read
from trl import SFTTrainer
def train(config):
    SFTTrainer(model="org/m", args=config)  # use: trl.SFTTrainer repo_id="org/m" open
