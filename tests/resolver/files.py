# situation: good: a constant of another module
# file: config.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: main.py
from transformers import AutoModel
from config import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@config.py
# situation: bad: a branch of another module
# file: config.py
REVISION = "main"
# file: main.py
from transformers import AutoModel
import config
AutoModel.from_pretrained("org/m", revision=config.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="main"@config.py
# situation: good: a relative import
# file: pkg/config.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: pkg/main.py
from transformers import AutoModel
from .config import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pkg/config.py
# situation: bad: a relative import of the module
# file: pkg/config.py
MODEL = "org/m"
# file: pkg/sub/main.py
from transformers import AutoModel
from .. import config
AutoModel.from_pretrained(config.MODEL)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@pkg/config.py
# situation: good: a re-export of a package
# file: pkg/constants.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: pkg/__init__.py
from .constants import REVISION
# file: main.py
from transformers import AutoModel
from pkg import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pkg/constants.py
# situation: good: a star re-export
# file: pkg/constants.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: pkg/__init__.py
from .constants import *
# file: main.py
from transformers import AutoModel
import pkg
AutoModel.from_pretrained("org/m", revision=pkg.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pkg/constants.py
# situation: bad: src layout
# file: src/pkg/config.py
MODEL = "org/m"
# file: scripts/run.py
from transformers import AutoModel
from pkg.config import MODEL
AutoModel.from_pretrained(MODEL)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@src/pkg/config.py
# situation: good: a function of another module
# file: pins.py
PINS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
def revision_of_m():
    return PINS["org/m"]
# file: main.py
from transformers import AutoModel
from pins import revision_of_m
AutoModel.from_pretrained("org/m", revision=revision_of_m())  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pins.py
# situation: good: a registry of another module
# file: pins.py
PINS = {"org/m": "0123456789abcdef0123456789abcdef01234567"}
# file: main.py
from transformers import AutoModel
from pins import PINS
AutoModel.from_pretrained("org/m", revision=PINS["org/m"])  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pins.py
# situation: good: a data class of another module
# file: settings.py
from dataclasses import dataclass
@dataclass
class Settings:
    revision: str = "0123456789abcdef0123456789abcdef01234567"
SETTINGS = Settings()
# file: main.py
from transformers import AutoModel
from settings import SETTINGS
AutoModel.from_pretrained("org/m", revision=SETTINGS.revision)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@settings.py
# situation: unknown: a module that is not there
# file: pkg/main.py
from transformers import AutoModel
from .config import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?imported
# situation: unknown: an installed module
# file: main.py
from transformers import AutoModel
from company.config import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?imported
# situation: unknown: two modules that import each other
# file: a.py
from b import REVISION
# file: b.py
from a import REVISION
# file: main.py
from transformers import AutoModel
from a import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?bound
# situation: bad: a class that another module gives
# file: compat.py
try:
    from transformers import AutoModel
except ImportError:
    AutoModel = None
# file: main.py
import transformers
from compat import AutoModel
AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a module of one's own that is called like a loader
# file: loading.py
def load_dataset(name):
    return name
# file: main.py
import datasets
from loading import load_dataset
load_dataset("org/d")
# situation: bad: a subclass of another module
# file: models.py
from transformers import PreTrainedModel
class Mine(PreTrainedModel):
    pass
# file: main.py
import transformers
from models import Mine
Mine.from_pretrained("org/m")  # use: transformers.PreTrainedModel.from_pretrained repo_id="org/m"
# situation: bad: names carry over from cell to cell
from transformers import AutoModel
NAME = "org/m"
# cell
model = AutoModel.from_pretrained(NAME)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a later cell pins
from transformers import AutoModel
REVISION = "main"
# cell
REVISION = "0123456789abcdef0123456789abcdef01234567"
# cell
model = AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
# situation: bad: the import stands in a later cell
model = AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# cell
from transformers import AutoModel
# situation: good: saved in an earlier line of the cell
from transformers import AutoModel
model.save_pretrained("mine")
model = AutoModel.from_pretrained("mine")  # use: transformers.AutoModel.from_pretrained repo_id="mine" saved
# situation: good: a notebook imports from the project
# file: pins.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: notebook.ipynb
from transformers import AutoModel
from pins import REVISION
# cell
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pins.py
