import pandas as pd
from datasets import load_dataset

questions = load_dataset("squad")
rows = load_dataset("json", data_files="data/rows.json")
reviews = pd.read_parquet("hf://datasets/stanfordnlp/imdb@main/plain_text/train-00000-of-00001.parquet")
