# situation: bad: a re-export of a function of a library
# file: pkg/compat.py
from torch import load as torch_load
# file: pkg/main.py
from .compat import torch_load
torch_load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: an alias of a function of a library
# file: pkg/utils.py
import torch
load_weights = torch.load
# file: pkg/main.py
from .utils import load_weights
load_weights("model.pt")  # use: torch.load path="model.pt"
# situation: bad: a partial of another module
# file: utils.py
import functools, torch
cpu_load = functools.partial(torch.load, map_location="cpu")
# file: main.py
import utils
utils.cpu_load("model.pt")  # use: torch.load path="model.pt"
# situation: good: a safe partial of another module
# file: utils.py
import functools, torch
cpu_load = functools.partial(torch.load, weights_only=True)
# file: main.py
import utils
utils.cpu_load("model.pt")  # use: torch.load weights_only=True@utils.py path="model.pt"
# situation: bad: the library through a module of one's own
# file: compat.py
try:
    import torch
except ImportError:
    torch = None
# file: main.py
from compat import torch
torch.load("model.pt")  # use: torch.load path="model.pt"
# situation: bad: a star import of the library's names
# file: base.py
from transformers import AutoModel
__all__ = ["AutoModel"]
# file: main.py
from base import *
AutoModel.from_pretrained("org/m")  # use: transformers.AutoModel.from_pretrained repo_id="org/m"
# situation: good: a star import of pins
# file: pins.py
__all__ = ["REVISION"]
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: main.py
from transformers import AutoModel
from pins import *
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pins.py
# situation: unknown: a module with __getattr__
# file: lazy.py
def __getattr__(name):
    return name
# file: main.py
from transformers import AutoModel
from lazy import REVISION
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision=?imported
# situation: good: an enum of another module
# file: pkg/pins.py
import enum
class Pin(str, enum.Enum):
    M = "0123456789abcdef0123456789abcdef01234567"
# file: pkg/main.py
from transformers import AutoModel
from .pins import Pin
AutoModel.from_pretrained("org/m", revision=Pin.M.value)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@pkg/pins.py
# situation: bad: a setting object of another module
# file: settings.py
from dataclasses import dataclass
@dataclass
class Settings:
    model: str = "org/m"
settings = Settings()
# file: main.py
from transformers import AutoModel
from settings import settings
AutoModel.from_pretrained(settings.model)  # use: transformers.AutoModel.from_pretrained repo_id="org/m"@settings.py
# situation: good: a conditional import of pins
# file: pins.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: main.py
from transformers import AutoModel
try:
    from pins import REVISION
except ImportError:
    REVISION = "89abcdef0123456789abcdef0123456789abcdef"
AutoModel.from_pretrained("org/m", revision=REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" | "89abcdef0123456789abcdef0123456789abcdef"@pins.py
# situation: bad: a base class of another module with its own flag
# file: base.py
class Base:
    trust = True
# file: main.py
from transformers import AutoModel
from base import Base
class Child(Base):
    def load(self):
        return AutoModel.from_pretrained("./m", trust_remote_code=self.trust)  # use: transformers.AutoModel.from_pretrained repo_id="./m" remote_code=True@base.py
# situation: good: dotted import of a package
# file: app/config/pins.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: app/config/__init__.py
# file: app/main.py
from transformers import AutoModel
import app.config.pins
AutoModel.from_pretrained("org/m", revision=app.config.pins.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@app/config/pins.py
# situation: good: dotted import under another name
# file: app/config/pins.py
REVISION = "0123456789abcdef0123456789abcdef01234567"
# file: app/config/__init__.py
# file: app/main.py
from transformers import AutoModel
import app.config.pins as pins
AutoModel.from_pretrained("org/m", revision=pins.REVISION)  # use: transformers.AutoModel.from_pretrained repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"@app/config/pins.py
# situation: bad: the api of another module
# file: clients.py
from huggingface_hub import HfApi
api = HfApi()
# file: main.py
from clients import api
api.snapshot_download("org/m")  # use: huggingface_hub.HfApi.snapshot_download repo_id="org/m"
