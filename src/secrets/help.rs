//! What to tell somebody whose token leaked. hublint never calls any of these addresses, and never prints a token
//! into a command: the commands read it from an environment variable.

/// What the holder of a Hugging Face token can do.
pub const WHAT_IT_ALLOWS: &str = "Whoever reads this token can act as its owner on the Hugging Face Hub: read private models and \
datasets, and, if it has write scope, replace model files that others download and run.";

/// How to revoke a Hugging Face token.
pub const REVOKE: &str = "Revoke it first: https://huggingface.co/settings/tokens, or without logging in (works for anybody's leaked \
token): curl -X POST https://huggingface.co/api/credentials/revoke -H 'Content-Type: application/json' \
-d '{\"credentials\": [\"'\"$LEAKED_HF_TOKEN\"'\"]}'. hublint never does this for you.";

/// Where a token should live.
pub const LOAD_INSTEAD: &str = "Load it at run time: set HF_TOKEN in the environment or run `hf auth login` once, and leave the token \
argument out. In Colab use the Secrets panel with google.colab.userdata.get('HF_TOKEN'), on Kaggle UserSecretsClient, in CI a \
repository secret.";

/// Why deleting the line is not enough.
pub const HISTORY: &str = "Deleting the line is not enough: the token stays in every earlier commit, fork and cache. Rewriting \
history (git filter-repo --replace-text) helps only after the token has been revoked.";

/// For findings in the outputs of a notebook.
pub const CLEAR_OUTPUT: &str = "The token stands in a saved output or in metadata of the notebook. Clear it (jupyter nbconvert \
--clear-output --inplace NOTEBOOK.ipynb), clear widget state, and revoke the token all the same.";

/// For tokens that are public on purpose.
pub const PUBLIC_ON_PURPOSE: &str = "A token that is public on purpose (a sandboxed CI account) can be allowed by its fingerprint in \
hublint.toml, or on its line with `# hublint: ignore[leaked-token] reason`.";

/// How to write an example that is never reported.
pub const PLACEHOLDER: &str = "In documentation write a short form such as hf_..., which never matches.";

/// For keys of other services.
pub const OTHER_SERVICE: &str = "Whoever reads this key can use the service at its owner's cost and read what the account holds. \
Revoke it in the service's console, issue a new one, and load it from the environment.";
