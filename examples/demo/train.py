"""Fine-tunes on a data set; the defaults come from the command line."""

import argparse

from datasets import load_dataset
from huggingface_hub import hf_hub_download
from sentence_transformers import SentenceTransformer
import joblib

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="sentence-transformers/all-MiniLM-L6-v2")
args = parser.parse_args()

encoder = SentenceTransformer(args.model)
data = load_dataset("stanfordnlp/imdb", split="train")
head = joblib.load(hf_hub_download("acme-research/sentiment-head", "head.joblib"))
