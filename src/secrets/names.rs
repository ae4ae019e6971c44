//! Names that Hub tokens go by: environment variables, keys of secret stores, variables named after the Hub.

/// Names of environment variables and secrets, as literals for the first pass over a file. By their frequency in public
/// code; `HF_TOKEN` and `HUGGING_FACE_HUB_TOKEN` are the two that `huggingface_hub` reads.
pub const TOKEN_NAMES: &[&str] = &[
    "HF_TOKEN",
    "HF_HUB_TOKEN",
    "HF_API_TOKEN",
    "HF_API_KEY",
    "HF_AUTH_TOKEN",
    "HF_ACCESS_TOKEN",
    "HF_READ_TOKEN",
    "HF_WRITE_TOKEN",
    "HUGGING_FACE_HUB_TOKEN",
    "HUGGING_FACE_TOKEN",
    "HUGGING_FACE_API_KEY",
    "HUGGING_FACE_API_TOKEN",
    "HUGGINGFACE_TOKEN",
    "HUGGINGFACE_HUB_TOKEN",
    "HUGGINGFACE_API_KEY",
    "HUGGINGFACE_API_TOKEN",
    "HUGGINGFACE_ACCESS_TOKEN",
    "HUGGINGFACE_AUTH_TOKEN",
    "HUGGINGFACEHUB_API_TOKEN",
];

/// How much of a token a piece of code shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exposure {
    /// The whole token.
    Token,
    /// So many of its first characters.
    Start(i64),
    /// Some other part of it.
    Part,
    /// All variables of the environment.
    Environment,
}

/// The longest beginning of a token, prefix included, that shows no more than four characters of its body.
const HARMLESS_START: i64 = 7;

/// The longest part from elsewhere.
const HARMLESS_PART: i64 = 4;

/// Characters of a user token.
const WHOLE: i64 = 37;

impl Exposure {
    /// What `token[lower:upper]` shows, by Python's rules for bounds; nothing when that is next to nothing.
    #[must_use]
    pub fn slice(lower: Option<i64>, upper: Option<i64>) -> Option<Self> {
        let index = |bound: i64| if bound < 0 { WHOLE.saturating_add(bound).max(0) } else { bound.min(WHOLE) };
        let (first, last) = (index(lower.unwrap_or(0)), upper.map_or(WHOLE, index));
        match (first, last) {
            (0, ..=HARMLESS_START) => None,
            (0, WHOLE..) => Some(Self::Token),
            (0, last) => Some(Self::Start(last)),
            (first, last) if last - first <= HARMLESS_PART => None,
            _ => Some(Self::Part),
        }
    }
}

/// Words of a name that say whose token it is.
const OWNERS: &[&[&str]] = &[
    &["hf", "hub"],
    &["hf"],
    &["huggingface", "hub"],
    &["huggingface"],
    &["hugging", "face", "hub"],
    &["hugging", "face"],
    &["huggingfacehub"],
];

/// What follows them.
const ENDS: &[&[&str]] = &[
    &["token"],
    &["api", "token"],
    &["api", "key"],
    &["auth", "token"],
    &["access", "token"],
    &["read", "token"],
    &["write", "token"],
    &["user", "token"],
    &["secret", "token"],
];

/// True for a name that says both whose token it is and that it is one: `HF_TOKEN`, `MY_HF_TOKEN`, `hf_api_key`,
/// `huggingface-token`. False for `hf_tokens` and `hf_tokenizer` (texts cut into tokens), `HF_TOKEN_PATH` and `token`.
#[must_use]
pub fn is_token_name(name: &str) -> bool {
    if name.len() > 60 {
        return false;
    }
    let lower = name.to_ascii_lowercase();
    let words: Vec<&str> = lower.split(['_', '-', '.']).filter(|word| !word.is_empty()).collect();
    ENDS.iter().any(|end| words.strip_suffix(*end).is_some_and(|before| OWNERS.iter().any(|owner| before.ends_with(owner))))
        || matches!(lower.as_str(), "hftoken" | "huggingfacetoken" | "huggingface_hub_token" | "hub_token")
}

/// True when one of [`TOKEN_NAMES`] stands in the text.
#[must_use]
pub fn names_token(text: &str) -> bool {
    // All of them but those with KEY hold TOKEN: two searches instead of nineteen.
    let bytes = text.as_bytes();
    let holds = |needle: &[u8]| memchr::memmem::find(bytes, needle).is_some();
    (holds(b"TOKEN") || holds(b"API_KEY")) && TOKEN_NAMES.iter().any(|name| holds(name.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_tokens() {
        for name in TOKEN_NAMES {
            assert!(is_token_name(name), "{name}");
            assert!(names_token(&format!("x = os.environ[\"{name}\"]")), "{name}");
        }
        for name in
            ["hf_token", "hfToken", "MY_HF_TOKEN", "huggingface-token", "hub_token", "HF_USER_TOKEN", "huggingface_api_key"]
        {
            assert!(is_token_name(name), "{name}");
        }
        for name in [
            "token",
            "tokens",
            "hf_tokens",
            "hf_tokenizer",
            "HF_TOKEN_PATH",
            "hf_token_ids",
            "HF_HOME",
            "eos_token",
            "pad_token",
            "bos_token_id",
            "OPENAI_API_KEY",
            "half_token",
            "self_token",
            "GITHUB_TOKEN",
            "use_hf_tokenizer",
        ] {
            assert!(!is_token_name(name), "{name}");
            assert!(!names_token("x = tokens[0]"));
        }
    }
}
