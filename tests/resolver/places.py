# situation: good: a folder beside the script
from pathlib import Path
from transformers import AutoModel
HERE = Path(__file__).resolve().parent
AutoModel.from_pretrained(HERE / "model")  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: an f-string that begins with a path
from pathlib import Path
from transformers import AutoModel
AutoModel.from_pretrained(f"{Path.home()}/models/m")  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: a path that an option begins
import os
from transformers import AutoModel
def load(args):
    return AutoModel.from_pretrained(os.path.join(args.output, "last"))  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: tmp_path of pytest
from transformers import AutoModel
def test_it(tmp_path):
    AutoModel.from_pretrained(tmp_path / "org")  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: str of tmp_path
from transformers import AutoModel
def test_it(tmp_path):
    AutoModel.from_pretrained(str(tmp_path / "m"))  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: saved by the trainer
from transformers import AutoModel, Trainer
OUT = "out/m"
Trainer(model).save_model(OUT)
AutoModel.from_pretrained(OUT)  # use: transformers.AutoModel.from_pretrained repo_id="out/m" saved
# situation: good: saved in an earlier cell
OUT = "out/m"
model.save_pretrained(OUT)
# cell
from transformers import AutoModel
AutoModel.from_pretrained(OUT)  # use: transformers.AutoModel.from_pretrained repo_id="out/m" saved
# situation: good: saved in an earlier cell, by text
model.save_pretrained("out/m")
# cell
from transformers import AutoModel
AutoModel.from_pretrained("out/m")  # use: transformers.AutoModel.from_pretrained repo_id="out/m" saved
# situation: bad: saved in a later cell only
from transformers import AutoModel
AutoModel.from_pretrained("out/m")  # use: transformers.AutoModel.from_pretrained repo_id="out/m"
# cell
model.save_pretrained("out/m")
# situation: good: the folder of a pinned snapshot
from huggingface_hub import snapshot_download
from transformers import AutoModel
folder = snapshot_download("org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.snapshot_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained(folder)  # use: transformers.AutoModel.from_pretrained repo_id=<huggingface_hub.snapshot_download>
# situation: good: a builder by keyword and constant
from datasets import load_dataset
KIND = "csv"
load_dataset(path=KIND, data_files="a.csv")  # use: datasets.load_dataset repo_id="csv" data_files="a.csv"
# situation: good: seaborn under another name
from seaborn import load_dataset as fetch
fetch("org/tips")
# situation: good: a class of a relative module
from .models import AutoModel
AutoModel.from_pretrained("org/m")
# situation: good: a package of one's own that is called like a library
# file: evaluate/__init__.py
def load(name):
    return name
# file: main.py
import evaluate
evaluate.load("org/metric")
# situation: good: a module beside the script that is called like a library
# file: scripts/evaluate.py
def load(name):
    return name
# file: scripts/main.py
from evaluate import load
load("org/metric")
# situation: good: a package of one's own, by item
# file: datasets/__init__.py
from .mine import load_dataset
# file: datasets/mine.py
def load_dataset(name):
    return name
# file: main.py
from datasets import load_dataset
load_dataset("org/d")
# situation: bad: a data folder is no package
# file: datasets/readme.py
X = 1
# file: main.py
from datasets import load_dataset
load_dataset("org/d")  # use: datasets.load_dataset repo_id="org/d"
# situation: bad: a module of the same package does not hide the library
# file: pkg/__init__.py
# file: pkg/datasets.py
X = 1
# file: pkg/main.py
from datasets import load_dataset
load_dataset("org/d")  # use: datasets.load_dataset repo_id="org/d"
# situation: good: local_files_only in a partial
from functools import partial
from transformers import AutoModel
load = partial(AutoModel.from_pretrained, local_files_only=True)
load("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m" local_files_only=True
# situation: good: the folder of an environment variable
import os
from transformers import AutoModel
AutoModel.from_pretrained(os.path.join(os.environ["MODELS"], "org/m"))  # use: transformers.AutoModel.from_pretrained repo_id=path(?)
# situation: good: the value of a parsed path
import argparse
from pathlib import Path
from transformers import AutoModel
parser = argparse.ArgumentParser()
parser.add_argument("--out", type=Path, default=Path("out/m"))
args = parser.parse_args()
AutoModel.from_pretrained(args.out)  # use: transformers.AutoModel.from_pretrained repo_id=path("out/m")@default
