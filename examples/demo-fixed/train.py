"""The same training: pinned, and the head is stored as data that cannot run."""

import argparse

from datasets import load_dataset
from huggingface_hub import hf_hub_download
from safetensors.numpy import load_file
from sentence_transformers import SentenceTransformer

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
parser.add_argument("--revision", default="c9745ed1d9f207416be6d2e6f8de32d1f16199bf")
args = parser.parse_args()

encoder = SentenceTransformer(args.model, revision=args.revision)
data = load_dataset("stanfordnlp/imdb", split="train", revision="e6281661ce1c48d982bc483cf8a173c1bbeb5d31")
head = load_file(
    hf_hub_download(
        "acme-research/sentiment-head",
        "head.safetensors",
        revision="5d0f3d7c1c8b4a7e9f2b6a1d3c5e7f9081a2b3c4",
    )
)
