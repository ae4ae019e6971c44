from vllm import LLM

engine = LLM(model="Qwen/Qwen2.5-7B-Instruct", trust_remote_code=True)
