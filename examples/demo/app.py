"""A chat endpoint, the way it is often written in a hurry."""

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer, pipeline

MODEL = "deepseek-ai/deepseek-coder-6.7b-base"

# The organisation is called meta-llama; this name is somebody else's.
chat = pipeline("text-generation", model="M1crosoft/Llama-3-8B")

tokenizer = AutoTokenizer.from_pretrained(MODEL)
model = AutoModelForCausalLM.from_pretrained(
    MODEL,
    torch_dtype=torch.float16,
    trust_remote_code=True,
)


def resume(path: str) -> dict:
    return torch.load(path, weights_only=False)


def answer(question: str) -> str:
    return chat(question, max_new_tokens=64)[0]["generated_text"]
