# situation: bad: a walrus in a condition binds the function
import torch
if (load := getattr(torch, "load", None)):
    load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: match chooses the function
import torch
match mode:
    case "lazy":
        load = torch.load
    case _:
        load = torch.jit.load
load("model.pt")  # use: torch.load path="model.pt"
# situation: good: a partial that is extended twice
from functools import partial
import torch
load = torch.load
load = partial(load, map_location="cpu")
load = partial(load, weights_only=True)
load("model.pt")  # use: torch.load weights_only=True path="model.pt"
# situation: bad: a static method of a base class holds the function
import torch
class Base:
    loader = staticmethod(torch.load)  # use: reference torch.load
class Child(Base):
    def run(self, path):
        return self.loader(path)
# situation: bad: getattr with a computed name
import torch
getattr(torch, "lo" + "ad")("model.pt")  # use: torch.load path="model.pt"
# situation: bad: __import__
__import__("torch").load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: import_module of a submodule
import importlib
serialization = importlib.import_module("torch.serialization")
serialization.load("model.pt")  # use: torch.serialization.load path="model.pt"
# situation: bad: attrgetter
from operator import attrgetter
import torch
attrgetter("load")(torch)("model.pt")  # use: torch.load path="model.pt"
# situation: bad: a comprehension over functions
import torch
models = [f("model.pt") for f in (torch.load,)]  # use: torch.load path="model.pt"
# situation: bad: get on a table of functions
import torch
LOADERS = {"pt": torch.load}
LOADERS.get("pt")("model.pt")  # use: torch.load path="model.pt"
# situation: bad: an unknown entry of a table of functions
import json
import torch
LOADERS = {".pt": torch.load, ".json": json.load}
def read(path, ext):
    return LOADERS[ext](path)  # use: torch.load path=?parameter medium
# situation: bad: the target of a thread
import threading
import torch
threading.Thread(target=torch.load, args=("model.pt",)).start()  # use: reference torch.load
# situation: bad: a partial handed to a pool
from functools import partial
from multiprocessing import Pool
import torch
with Pool() as pool:
    pool.map(partial(torch.load, map_location="cpu"), files)  # use: reference torch.load
# situation: good: a safe partial handed to a pool by name
import functools
import torch
safe = functools.partial(torch.load, weights_only=True)
with Pool() as pool:
    pool.starmap(safe, files)  # use: reference torch.load weights_only=True
# situation: bad: replaced by setattr
import functools
import torch
setattr(torch, "load", functools.partial(torch.load, weights_only=False))  # use: switch weights_only weights_only=False
# situation: bad: replaced by a function that sets the argument
import torch
_original = torch.load
def _patched(*args, **kwargs):
    kwargs["weights_only"] = False
    return _original(*args, **kwargs)  # use: torch.load weights_only=False open
torch.load = _patched  # use: patch torch.load weights_only=False
# situation: good: replaced by a function that makes it safe
import torch
_original = torch.load
def _patched(*args, **kwargs):
    kwargs["weights_only"] = True
    return _original(*args, **kwargs)  # use: torch.load weights_only=True open
torch.load = _patched  # use: patch torch.load weights_only=True
# situation: bad: HfApi from a property
from huggingface_hub import HfApi
class Hub:
    @property
    def api(self):
        return HfApi()  # use: huggingface_hub.HfApi
    def get(self):
        return self.api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: HfApi as a class attribute of a base
from huggingface_hub import HfApi
class Base:
    api = HfApi()  # use: huggingface_hub.HfApi
class Hub(Base):
    def get(self):
        return self.api.hf_hub_download("org/m", "config.json")  # use: huggingface_hub.HfApi.hf_hub_download repo_id="org/m" filename="config.json"
# situation: bad: HfApi as default of a parameter
import huggingface_hub
def get(api=huggingface_hub.HfApi()):  # use: huggingface_hub.HfApi
    return api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: HfApi in the annotation as text
from __future__ import annotations
from huggingface_hub import HfApi
def get(api: "HfApi | None" = None):
    return api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
# situation: bad: an import of the outer function
def outer():
    from transformers import AutoModel as AM
    def inner():
        return AM.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
    return inner
# situation: bad: a function that imports lazily
def _transformers():
    import transformers
    return transformers
_transformers().AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: a cached function that gives the class
from functools import lru_cache
@lru_cache(maxsize=None)
def model_class():
    from transformers import AutoModel
    return AutoModel
model_class().from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a class of one's own when the import fails
try:
    from mylib import AutoModel
except ImportError:
    class AutoModel:
        @classmethod
        def from_pretrained(cls, name):
            return cls()
AutoModel.from_pretrained("org/m")
# situation: bad: the library when the import of one's own fails
try:
    from mylib.fast import AutoModel
except ImportError:
    from transformers import AutoModel
AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" medium
# situation: bad: global binds the loader
from transformers import AutoTokenizer
loader = None
def setup():
    global loader
    loader = AutoTokenizer.from_pretrained
def run():
    return loader("org/m")  # use: transformers.AutoTokenizer.from_pretrained repo_id="org/m"
# situation: good: the loop variable of a comprehension is called load
from torch import load
values = [load("model.pt") for load in handlers]
# situation: good: a nested function has a parameter of that name
import torch
def outer():
    def inner(torch):
        return torch.load("model.pt")
    return inner
# situation: bad: a mixin of the hub
import torch.nn as nn
from huggingface_hub import PyTorchModelHubMixin
class Net(nn.Module, PyTorchModelHubMixin):
    pass
net = Net.from_pretrained("org/m")  # use: huggingface_hub.PyTorchModelHubMixin.from_pretrained repo_id="org/m" medium
# situation: bad: a method of the base's base
from transformers import PreTrainedModel
class A(PreTrainedModel):
    pass
class B(A):
    @classmethod
    def get(cls):
        return super().from_pretrained("org/m")  # use: transformers.PreTrainedModel.from_pretrained repo_id="org/m"
# situation: bad: the class is an attribute of the class
from transformers import AutoModel
class Wrapper:
    model_class = AutoModel
    def load(self):
        return self.model_class.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: the class is chosen by a conditional expression
import transformers
cls = transformers.AutoModelForCausalLM if causal else transformers.AutoModel
cls.from_pretrained("org/m")  # use: transformers.AutoModelForCausalLM.from_pretrained repo_id="org/m"
# situation: bad: an async function
import asyncio
from transformers import AutoModel
async def main():
    return await asyncio.to_thread(AutoModel.from_pretrained, "org/m")  # use: reference transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: bad: run_in_executor with a partial
import asyncio, functools
from transformers import AutoModel
async def main():
    loop = asyncio.get_running_loop()
    return await loop.run_in_executor(None, functools.partial(AutoModel.from_pretrained, "org/m"))  # use: reference transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a decorator replaces nothing
import torch
@torch.no_grad()
def load(path):
    return path
load("model.pt")
# situation: bad: a lambda is bound
import torch
load = lambda path: torch.load(path, map_location="cpu")  # use: torch.load path=?parameter
# situation: good: contextlib.suppress around an own module
import contextlib
torch = None
with contextlib.suppress(ImportError):
    import mytorch as torch
torch.load("model.pt")
