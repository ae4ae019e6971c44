# situation: bad: open of a download
import pickle
from huggingface_hub import hf_hub_download
with open(hf_hub_download("org/m", "m.pkl", revision="0123456789abcdef0123456789abcdef01234567"), "rb") as f:  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.pkl"
    pickle.load(f)  # use: pickle.load path=<huggingface_hub.hf_hub_download>
# situation: bad: Path.open of a download
import pickle
from pathlib import Path
from huggingface_hub import hf_hub_download
with Path(hf_hub_download("org/m", "m.pkl", revision="0123456789abcdef0123456789abcdef01234567")).open("rb") as f:  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.pkl"
    model = pickle.load(f)  # use: pickle.load path=<huggingface_hub.hf_hub_download.open>
# situation: bad: the path has a name
import pickle
from huggingface_hub import hf_hub_download
path = hf_hub_download("org/m", "m.pkl", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.pkl"
with open(path, "rb") as f:
    model = pickle.load(f)  # use: pickle.load path=<huggingface_hub.hf_hub_download>
# situation: bad: the content of a request
import pickle, requests
model = pickle.loads(requests.get("https://example.com/m.pkl").content)  # use: pickle.loads path=<requests.get.content>
# situation: bad: the content of a session
import pickle, requests
with requests.Session() as session:
    response = session.get("https://example.com/m.pkl")
    model = pickle.loads(response.content)  # use: pickle.loads path=<requests.Session.get.content>
# situation: bad: an address that is opened
import pickle
from urllib.request import urlopen
model = pickle.load(urlopen("https://example.com/m.pkl"))  # use: pickle.load path=<urllib.request.urlopen>
# situation: bad: an address that is opened, read at once
import pickle
import urllib.request
with urllib.request.urlopen("https://example.com/m.pkl") as response:
    model = pickle.loads(response.read())  # use: pickle.loads path=<urllib.request.urlopen.read>
# situation: bad: bytes of a request in memory
import io, requests, torch
model = torch.load(io.BytesIO(requests.get("https://example.com/m.pt").content))  # use: torch.load path=<requests.get.content>
# situation: bad: joblib of a download
import joblib
from huggingface_hub import hf_hub_download
model = joblib.load(hf_hub_download("org/m", "m.joblib", revision="0123456789abcdef0123456789abcdef01234567"))  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.joblib" ;; joblib.load path=<huggingface_hub.hf_hub_download>
# situation: bad: numpy with pickles of a download
import numpy as np
from huggingface_hub import hf_hub_download
data = np.load(hf_hub_download("org/m", "m.npy", revision="0123456789abcdef0123456789abcdef01234567"), allow_pickle=True)  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.npy" ;; numpy.load allow_pickle=True path=<huggingface_hub.hf_hub_download>
# situation: bad: an archive of a download
import pickle, zipfile
from huggingface_hub import hf_hub_download
with zipfile.ZipFile(hf_hub_download("org/m", "m.zip", revision="0123456789abcdef0123456789abcdef01234567")) as archive:  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.zip"
    model = pickle.load(archive.open("m.pkl"))  # use: pickle.load path=<huggingface_hub.hf_hub_download.open>
# situation: bad: a file of a tar archive
import pickle, tarfile
from huggingface_hub import hf_hub_download
archive = tarfile.open(hf_hub_download("org/m", "m.tar", revision="0123456789abcdef0123456789abcdef01234567"))  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.tar"
member = archive.extractfile("m.pkl")
model = pickle.load(member)  # use: pickle.load path=<huggingface_hub.hf_hub_download.extractfile>
# situation: bad: a file below a snapshot
import os, pickle
from huggingface_hub import snapshot_download
folder = snapshot_download("org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.snapshot_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
with open(os.path.join(folder, "m.pkl"), "rb") as f:
    model = pickle.load(f)  # use: pickle.load path=<huggingface_hub.snapshot_download>
# situation: bad: an f-string below a snapshot
import torch
from huggingface_hub import snapshot_download
folder = snapshot_download("org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.snapshot_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
state = torch.load(f"{folder}/pytorch_model.bin", weights_only=False)  # use: torch.load weights_only=False path=<huggingface_hub.snapshot_download>
# situation: bad: a compressed download
import gzip, pickle
from huggingface_hub import hf_hub_download
with gzip.open(hf_hub_download("org/m", "m.pkl.gz", revision="0123456789abcdef0123456789abcdef01234567"), "rb") as f:  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.pkl.gz"
    model = pickle.load(f)  # use: pickle.load path=<huggingface_hub.hf_hub_download>
# situation: bad: a file of one's own
import pickle
with open("state.pkl", "rb") as f:
    state = pickle.load(f)  # use: pickle.load path=<builtins.open>
# situation: good: json of a download
import json
from huggingface_hub import hf_hub_download
with open(hf_hub_download("org/m", "config.json", revision="0123456789abcdef0123456789abcdef01234567")) as f:  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="config.json"
    config = json.load(f)
# situation: good: safetensors of a download
from safetensors.torch import load_file
from huggingface_hub import hf_hub_download
state = load_file(hf_hub_download("org/m", "m.safetensors", revision="0123456789abcdef0123456789abcdef01234567"))  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.safetensors" ;; safetensors.torch.load_file path=<huggingface_hub.hf_hub_download>
# situation: good: numpy of a download without pickles
import numpy as np
from huggingface_hub import hf_hub_download
data = np.load(hf_hub_download("org/m", "m.npy", revision="0123456789abcdef0123456789abcdef01234567"), allow_pickle=False)  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="m.npy" ;; numpy.load allow_pickle=False path=<huggingface_hub.hf_hub_download>
# situation: good: weights of a request
import io, requests, torch
state = torch.load(io.BytesIO(requests.get("https://example.com/m.pt").content), weights_only=True)  # use: torch.load weights_only=True path=<requests.get.content>
# situation: good: a model below a snapshot
from huggingface_hub import snapshot_download
from transformers import AutoModel
folder = snapshot_download("org/m", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.snapshot_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567"
AutoModel.from_pretrained(f"{folder}/sub")  # use: transformers.AutoModel.from_pretrained repo_id=<huggingface_hub.snapshot_download>
# situation: good: the folder of a download
import os
from transformers import AutoModel
from huggingface_hub import hf_hub_download
config = hf_hub_download("org/m", "config.json", revision="0123456789abcdef0123456789abcdef01234567")  # use: huggingface_hub.hf_hub_download repo_id="org/m" revision="0123456789abcdef0123456789abcdef01234567" filename="config.json"
AutoModel.from_pretrained(os.path.dirname(config))  # use: transformers.AutoModel.from_pretrained repo_id=<huggingface_hub.hf_hub_download>
