import argparse
import os

import timm
from peft import PeftModel
from transformers import AutoModelForCausalLM, AutoModelForSeq2SeqLM

parser = argparse.ArgumentParser()
parser.add_argument("--model", default="meta-llama/Llama-3.1-8B-Instruct")
arguments = parser.parse_args()

base = AutoModelForCausalLM.from_pretrained(arguments.model)
tuned = PeftModel.from_pretrained(base, "someuser/some-lora")

summariser = AutoModelForSeq2SeqLM.from_pretrained(os.environ.get("SUMMARISER", "google/flan-t5-base"))
vision = timm.create_model("hf_hub:timm/resnet50.a1_in1k", pretrained=True)


def load_any(name):
    return AutoModelForCausalLM.from_pretrained(name)
