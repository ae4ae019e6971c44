"""Names and commits of the models, for the whole application."""

MODEL_ID = "mistralai/Mistral-7B-v0.1"
MODEL_REVISION = "7231864981174d9bee8c7687c24c8344414eae6b"

MODELS = {
    "embedding": {
        "id": "BAAI/bge-small-en-v1.5",
        "sha": "5c38ec7c405ec4b44b94cc5a9bb96e735b38267a",
    },
}
