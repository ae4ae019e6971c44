# situation: bad: plain call without the argument
import torch
torch.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: alias of the module at import
import torch as t
t.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: function imported by name
from torch import load
load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: function imported under another name
from torch import load as read
read("model.pt")  # use: torch.load path="model.pt"
# situation: bad: from the submodule
from torch.serialization import load
load("model.pt")  # use: torch.serialization.load path="model.pt"
# situation: bad: only a submodule is imported
import torch.nn
torch.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: module bound to another name
import torch
t = torch
t.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: function bound to another name
import torch
fetch = torch.load
fetch("model.pt")  # use: torch.load path="model.pt"
# situation: bad: bound twice
import torch
fetch = torch.load
again = fetch
again("model.pt")  # use: torch.load path="model.pt"
# situation: bad: getattr with a literal
import torch
getattr(torch, "load")("model.pt")  # use: torch.load path="model.pt"
# situation: bad: getattr bound to a name
import torch
fetch = getattr(torch, "load")
fetch("model.pt")  # use: torch.load path="model.pt"
# situation: bad: getattr with a constant
import torch
WHAT = "load"
getattr(torch, WHAT)("model.pt")  # use: torch.load path="model.pt"
# situation: bad: import_module
import importlib
importlib.import_module("torch").load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: import_module bound to a name
from importlib import import_module
lib = import_module("torch")
lib.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: partial without the argument
import torch
from functools import partial
load = partial(torch.load, map_location="cpu")
load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: partial with False
import functools, torch
load = functools.partial(torch.load, weights_only=False)
load("model.pt")  # use: torch.load weights_only=False path="model.pt"
# situation: good: partial with True
import functools, torch
load = functools.partial(torch.load, weights_only=True)
load("model.pt")  # use: torch.load weights_only=True path="model.pt"
# situation: good: partial of a partial
import functools, torch
cpu = functools.partial(torch.load, map_location="cpu")
safe = functools.partial(cpu, weights_only=True)
safe("model.pt")  # use: torch.load weights_only=True path="model.pt"
# situation: bad: partial with True that the call overrides
import functools, torch
load = functools.partial(torch.load, weights_only=True)  # use: switch weights_only weights_only=True
load("model.pt", weights_only=False)  # use: torch.load weights_only=False path="model.pt"
# situation: good: partial called at once
import functools, torch
functools.partial(torch.load, weights_only=True)("model.pt")  # use: torch.load weights_only=True path="model.pt"
# situation: bad: handed to map
import torch
states = list(map(torch.load, ["a.pt", "b.pt"]))  # use: reference torch.load
# situation: bad: handed to an executor
import torch
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as pool:
    future = pool.submit(torch.load, "a.pt")  # use: reference torch.load path="a.pt"
# situation: good: handed to an executor with the argument
import torch
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor() as pool:
    future = pool.submit(torch.load, "a.pt", weights_only=True)  # use: reference torch.load weights_only=True path="a.pt"
# situation: good: a safe partial handed to map
import functools, torch
states = list(map(functools.partial(torch.load, weights_only=True), ["a.pt"]))  # use: reference torch.load weights_only=True
# situation: bad: replaced globally by a partial
import functools, torch
torch.load = functools.partial(torch.load, weights_only=False)  # use: patch torch.load weights_only=False
# situation: good: replaced globally by a safe partial
import functools, torch
torch.load = functools.partial(torch.load, weights_only=True)  # use: patch torch.load weights_only=True
# situation: bad: replaced by a lambda
import torch
_load = torch.load
torch.load = lambda *args, **kwargs: _load(*args, weights_only=False)  # use: patch torch.load weights_only=False
# situation: bad: explicit False
import torch
torch.load("model.pt", weights_only=False)  # use: torch.load weights_only=False path="model.pt"
# situation: bad: False by constant
import torch
SAFE = False
torch.load("model.pt", weights_only=SAFE)  # use: torch.load weights_only=False path="model.pt"
# situation: good: True by constant
import torch
SAFE = True
torch.load("model.pt", weights_only=SAFE)  # use: torch.load weights_only=True path="model.pt"
# situation: bad: False in an unpacked dict
import torch
options = {"weights_only": False}
torch.load("model.pt", **options)  # use: torch.load weights_only=False path="model.pt"
# situation: good: True in an unpacked dict
import torch
options = {"weights_only": True, "map_location": "cpu"}
torch.load("model.pt", **options)  # use: torch.load weights_only=True path="model.pt"
# situation: good: True in a dict at the call
import torch
torch.load("model.pt", **{"weights_only": True})  # use: torch.load weights_only=True path="model.pt"
# situation: good: True by item assignment
import torch
options = dict(map_location="cpu")
options["weights_only"] = True
torch.load("model.pt", **options)  # use: torch.load weights_only=True path="model.pt"
# situation: unknown: keyword arguments of a wrapper
import torch
def load(path, **kwargs):
    return torch.load(path, **kwargs)  # use: torch.load path=?parameter open
# situation: good: a wrapper that sets the argument
import torch
def load(path, **kwargs):
    kwargs["weights_only"] = True
    return torch.load(path, **kwargs)  # use: torch.load weights_only=True path=?parameter open
# situation: unknown: a parameter without default
import torch
def load(path, safe):
    return torch.load(path, weights_only=safe)  # use: torch.load weights_only=?parameter path=?parameter
# situation: bad: a parameter with default False
import torch
def load(path, safe=False):
    return torch.load(path, weights_only=safe)  # use: torch.load weights_only=False@default path=?parameter
# situation: good: a parameter with default True
import torch
def load(path, safe=True):
    return torch.load(path, weights_only=safe)  # use: torch.load weights_only=True@default path=?parameter
# situation: bad: a conditional expression
import torch, sys
torch.load("model.pt", weights_only=True if sys.platform == "linux" else False)  # use: torch.load weights_only=True | False path="model.pt"
# situation: good: a comment that mentions it
import torch
# torch.load("model.pt")
# situation: good: a docstring that mentions it
import torch
def f():
    """torch.load("model.pt")"""
# situation: good: an object of one's own that is called torch
class Torch:
    def load(self, path):
        return path
torch = Torch()
torch.load("model.pt")
# situation: good: a parameter called torch
def f(torch):
    return torch.load("model.pt")
import torch
# situation: good: a method called load
import torch
class Store:
    def load(self, path):
        return path
Store().load("model.pt")
# situation: good: json.load
import json, torch
json.load(open("x.json"))
# situation: good: a function called load
import torch
def load(path):
    return path
load("model.pt")
# situation: good: the name is bound again
from torch import load
def load(path):
    return path
load("model.pt")
# situation: bad: import inside a function
def f():
    import torch
    return torch.load("model.pt")  # use: torch.load path="model.pt"
# situation: good: the import belongs to another function
def f():
    from torch import load
def g():
    load("model.pt")
# situation: bad: import in try
try:
    import torch
except ImportError:
    torch = None
torch.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: class attribute holds the function
import torch
class Reader:
    fetch = torch.load
Reader.fetch("model.pt")  # use: torch.load path="model.pt"
# situation: bad: instance attribute holds the function
import torch
class Reader:
    def __init__(self):
        self.fetch = torch.load
    def read(self):
        return self.fetch("model.pt")  # use: torch.load path="model.pt"
# situation: bad: a table of functions
import json, torch
READERS = {"pt": torch.load, "json": json.load}
READERS["pt"]("model.pt")  # use: torch.load path="model.pt"
# situation: good: another entry of the table
import json, torch
READERS = {"pt": torch.load, "json": json.load}
READERS["json"](open("x.json"))
# situation: bad: default of a parameter
import torch
def read(path, loader=torch.load):
    return loader(path)  # use: torch.load path=?parameter
# situation: bad: nested in another call
import torch
model.load_state_dict(torch.load("model.pt"))  # use: torch.load path="model.pt"
# situation: bad: in a lambda
import torch
read = lambda path: torch.load(path)  # use: torch.load path=?parameter
# situation: bad: in a comprehension
import torch
states = [torch.load(path) for path in ["a.pt", "b.pt"]]  # use: torch.load path="a.pt" | "b.pt"
# situation: bad: retry with False
import torch
try:
    state = torch.load("model.pt", weights_only=True)  # use: torch.load weights_only=True path="model.pt"
except Exception:
    state = torch.load("model.pt", weights_only=False)  # use: torch.load weights_only=False path="model.pt" retry
# situation: bad: pickle module
import dill, torch
torch.load("model.pt", pickle_module=dill)  # use: torch.load pickle_module=dill path="model.pt"
# situation: bad: environment variable
import os
os.environ["TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"] = "1"  # use: environment TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD allow_pickle="1"
# situation: bad: environment variable by setdefault
import os
os.environ.setdefault("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "1")  # use: environment TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD allow_pickle="1"
# situation: bad: environment variable by update
from os import environ
environ.update({"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"})  # use: environment TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD allow_pickle="1" medium
# situation: good: environment variable is only read
import os
if os.environ.get("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD"):
    raise SystemExit
# situation: bad: the walrus
import torch
if (fetch := torch.load):
    fetch("model.pt")  # use: torch.load path="model.pt"
# situation: bad: Python 2 print beside it
import torch
print "loading"
torch.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: asyncio.to_thread
import asyncio, torch
async def f():
    return await asyncio.to_thread(torch.load, "model.pt")  # use: reference torch.load path="model.pt"
# situation: bad: star import
from torch import *
load("model.pt")  # use: torch.load path="model.pt"
