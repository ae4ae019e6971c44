"""The same chat endpoint: the right owner, commits instead of branches, no code from strangers."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

MODEL = "deepseek-ai/deepseek-coder-6.7b-base"
COMMIT = "ce2207a8bfef3ee92bd7dd4cc31c52cfa0046912"

chat = pipeline(
    "text-generation",
    model="microsoft/Phi-3-mini-4k-instruct",
    revision="0a67737cc96d2554230f90338b163bc6380a2a85",
)

tokenizer = AutoTokenizer.from_pretrained(MODEL, revision=COMMIT)
model = AutoModelForCausalLM.from_pretrained(MODEL, revision=COMMIT, torch_dtype=torch.float16)


def resume(path: str) -> dict:
    return torch.load(path, weights_only=True)


def answer(question: str) -> str:
    return chat(question, max_new_tokens=64)[0]["generated_text"]
