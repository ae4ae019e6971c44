"""Everything that the application loads."""

import torch
from diffusers import StableDiffusionPipeline
from huggingface_hub import hf_hub_download
from transformers import AutoModel, AutoModelForCausalLM, AutoTokenizer, pipeline

from app.constants import MODEL_ID, MODEL_REVISION, MODELS


def language_model():
    tokenizer = AutoTokenizer.from_pretrained(MODEL_ID)
    model = AutoModelForCausalLM.from_pretrained(MODEL_ID, revision=MODEL_REVISION)
    return tokenizer, model


def classifier():
    return AutoModel.from_pretrained("bert-base-uncased", trust_remote_code=True)


def old_weights():
    path = hf_hub_download("gpt2", filename="pytorch_model.bin")
    return torch.load(path)


def chat():
    return pipeline("text-generation", model="M1crosoft/Llama-3-8B")


def embedding():
    entry = MODELS["embedding"]
    return AutoModel.from_pretrained(entry["id"], revision=entry["sha"], use_safetensors=True)


def pictures():
    return StableDiffusionPipeline.from_pretrained("runwayml/stable-diffusion-v1-5", revision="main")


def backbone():
    return torch.hub.load("pytorch/vision:v0.10.0", "resnet18")


def own():
    return AutoModel.from_pretrained("./local_dir")
