# situation: good: a dot path
from transformers import AutoModel
AutoModel.from_pretrained("./model")  # use: transformers.AutoModel.from_pretrained repo_id="./model"
# situation: good: a path object
from pathlib import Path
from transformers import AutoModel
AutoModel.from_pretrained(Path("models") / "m")  # use: transformers.AutoModel.from_pretrained repo_id=path("models/m")
# situation: good: str of a path object
from pathlib import Path
from transformers import AutoModel
AutoModel.from_pretrained(str(Path("models") / "m"))  # use: transformers.AutoModel.from_pretrained repo_id=path("models/m")
# situation: good: a path from __file__
from pathlib import Path
from transformers import AutoModel
HERE = Path(__file__).resolve().parent
AutoModel.from_pretrained(HERE / "model")  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: os.path.join
import os
from transformers import AutoModel
AutoModel.from_pretrained(os.path.join("models", "m"))  # use: transformers.AutoModel.from_pretrained repo_id=path("models/m")
# situation: good: os.path.join with something unknown
import os
from transformers import AutoModel
def load(folder):
    return AutoModel.from_pretrained(os.path.join(folder, "m"))  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: a path with a part that is not known
from pathlib import Path
from transformers import AutoModel
def load(name):
    return AutoModel.from_pretrained(Path("models") / name)  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: several components
from transformers import AutoModel
AutoModel.from_pretrained("runs/1/model")  # use: transformers.AutoModel.from_pretrained repo_id="runs/1/model"
# situation: good: offline
from transformers import AutoModel
AutoModel.from_pretrained("org/m", local_files_only=True)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" local_files_only=True
# situation: good: offline by a dict
from transformers import AutoModel
OFFLINE = {"local_files_only": True}
AutoModel.from_pretrained("org/m", **OFFLINE)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" local_files_only=True
# situation: good: saved before
from transformers import AutoModel
model.save_pretrained("my-model")
AutoModel.from_pretrained("my-model")  # use: transformers.AutoModel.from_pretrained repo_id="my-model" saved
# situation: good: saved before, by name
from transformers import AutoModel
def roundtrip(model, folder="out/x"):
    model.save_pretrained(folder)
    return AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id="out/x"@default saved
# situation: bad: saved somewhere else
from transformers import AutoModel
model.save_pretrained("my-model")
AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a temporary directory
import tempfile
from transformers import AutoModel
with tempfile.TemporaryDirectory() as folder:
    AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: mkdtemp
import tempfile
from transformers import AutoModel
folder = tempfile.mkdtemp()
AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: the folder of a download
from huggingface_hub import snapshot_download
from transformers import AutoModel
folder = snapshot_download("org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.snapshot_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id=<huggingface_hub.snapshot_download>
# situation: good: a packaged builder
from datasets import load_dataset
load_dataset("csv", data_files="x.csv")  # use: datasets.load_dataset repo_id="csv" data_files="x.csv"
# situation: good: a packaged builder by constant
from datasets import load_dataset
KIND = "json"
load_dataset(KIND, data_files="x.json")  # use: datasets.load_dataset repo_id="json" data_files="x.json"
# situation: good: seaborn
import seaborn as sns
sns.load_dataset("tips")
# situation: good: seaborn beside datasets
import datasets
import seaborn as sns
sns.load_dataset("tips")
# situation: good: paddlenlp
from paddlenlp.transformers import AutoModel
AutoModel.from_pretrained("org/m")
# situation: good: a function of one's own
import datasets
def load_dataset(name):
    return name
load_dataset("org/d")
# situation: good: a class of one's own
import transformers
class Model:
    @classmethod
    def from_pretrained(cls, name):
        return cls()
Model.from_pretrained("org/m")
# situation: good: a class of one's own, through cls
import transformers
class Model:
    @classmethod
    def from_pretrained(cls, name):
        return cls()
    @classmethod
    def default(cls):
        return cls.from_pretrained("org/m")
# situation: good: a method of one's own
import huggingface_hub
class Store:
    def snapshot_download(self, name):
        return name
Store().snapshot_download("org/m")
# situation: good: the method of a parameter whose class is one's own
import huggingface_hub
class Store:
    def hf_hub_download(self, name):
        return name
def f(store: Store):
    store.hf_hub_download("org/m")
# situation: good: the name is a parameter
from transformers import AutoModel
def f(AutoModel):
    AutoModel.from_pretrained("org/m")
# situation: good: the name is a loop variable
from datasets import load_dataset
for load_dataset in [print]:
    load_dataset("org/d")
# situation: good: the name is a comprehension variable
from datasets import load_dataset
[load_dataset("org/d") for load_dataset in [print]]
# situation: good: the name is a parameter of a lambda
from datasets import load_dataset
f = lambda load_dataset: load_dataset("org/d")
# situation: bad: the comprehension variable is another name
from datasets import load_dataset
[load_dataset("org/d") for name in [print]]  # use: datasets.load_dataset repo_id="org/d"
# situation: good: deleted
from datasets import load_dataset
del load_dataset
load_dataset("org/d")
# situation: bad: global
from datasets import load_dataset as fetch
def f():
    global fetch
    fetch("org/d")  # use: datasets.load_dataset repo_id="org/d"
# situation: good: global that is bound again
from datasets import load_dataset as fetch
def f():
    global fetch
    fetch = print
f()
def g():
    fetch = print
    fetch("org/d")
# situation: good: a class scope does not reach into methods
import transformers
class A:
    from datasets import load_dataset
    def f(self):
        load_dataset("org/d")
# situation: good: a name of another function
def f():
    from datasets import load_dataset
def g():
    load_dataset("org/d")
# situation: bad: a closure
def f():
    from datasets import load_dataset
    def g():
        load_dataset("org/d")  # use: datasets.load_dataset repo_id="org/d"
    return g
# situation: good: nonlocal that is bound again
def f():
    fetch = print
    def g():
        nonlocal fetch
        fetch("org/d")
    return g
from datasets import load_dataset as fetch
# situation: good: mock
from unittest import mock
with mock.patch("datasets.load_dataset") as load_dataset:
    load_dataset("org/d")
# situation: good: only a type
from sentence_transformers import SentenceTransformer
def f(model: SentenceTransformer) -> SentenceTransformer:
    return isinstance(model, SentenceTransformer)
# situation: good: a class that is handed on
from sentence_transformers import SentenceTransformer
register(SentenceTransformer)
# situation: good: checked to exist
import os
from transformers import AutoModel
def load(path):
    if os.path.isdir(path):
        return AutoModel.from_pretrained(path, local_files_only=True)  # use: transformers.AutoModel.from_pretrained repo_id=?parameter local_files_only=True guard:exists
# situation: good: the working directory
import os
from transformers import AutoModel
AutoModel.from_pretrained(os.getcwd() + "/model")  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
