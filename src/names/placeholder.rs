//! Ids that stand for an id: `your-username/your-model`, `<org>/<model>`, `MODEL_HUB_ID`. Nobody loads them.
//!
//! Only what cannot be taken for a real id counts: no namespace of the embedded lists, and no bare id, is one.

/// What placeholders are made of, besides `your` and `my`. Sorted.
const NOUNS: [&str; 37] = [
    "account",
    "adapter",
    "author",
    "awesome",
    "checkpoint",
    "company",
    "dataset",
    "datasets",
    "finetuned",
    "folder",
    "handle",
    "hf",
    "hub",
    "huggingface",
    "id",
    "kernel",
    "lora",
    "model",
    "models",
    "name",
    "namespace",
    "org",
    "organisation",
    "organization",
    "owner",
    "path",
    "profile",
    "project",
    "repo",
    "repository",
    "space",
    "team",
    "tokenizer",
    "user",
    "userid",
    "username",
    "workspace",
];

/// Owners that are placeholders whatever follows them. Sorted.
const OWNERS: [&str; 18] = [
    "hfusername",
    "mycompany",
    "mygroup",
    "myhandle",
    "myhforg",
    "myhfusername",
    "myname",
    "myorg",
    "myorganisation",
    "myorganization",
    "myteam",
    "myuser",
    "myusername",
    "namespace",
    "orgname",
    "theirusername",
    "username",
    "xxx",
];

/// Owners that are placeholders if the name is one too. Sorted.
const WEAK_OWNERS: [&str; 8] = ["author", "company", "foo", "organisation", "organization", "owner", "team", "user"];

/// True for an id, whole or bare, that stands for one. Linear in the length of the id.
#[must_use]
pub fn is_placeholder(id: &str) -> bool {
    let (owner, name) = match id.split_once('/') {
        Some((owner, name)) => (Some(owner), name),
        None => (None, id),
    };
    if id.is_empty() || id.len() > 200 || name.contains('/') {
        return false;
    }
    let bracketed = |part: &str| part.starts_with(['<', '[']) && part.ends_with(['>', ']']);
    if owner.is_some_and(bracketed) || bracketed(name) {
        return true;
    }
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/')) {
        return false;
    }
    let Some(owner) = owner else {
        // `my-awesome-model`, `YOUR_MODEL`, `MODEL_HUB_ID`; one capital word alone (`BERT`) may be a name.
        return is_personal(name) || (name.contains('_') && is_shouted(name) && words(name).any(|word| is_noun(&word)));
    };
    if super::is_known_namespace(owner) {
        return false;
    }
    let letters: String = super::keys::letters(owner).map(char::from).collect();
    let yours =
        letters.strip_prefix("your").is_some_and(is_noun) || words(owner).any(|word| word == "your" || word == "username");
    if yours || OWNERS.binary_search(&letters.as_str()).is_ok() {
        return true;
    }
    let weak = WEAK_OWNERS.binary_search(&letters.as_str()).is_ok() || is_personal(owner);
    let shouted = is_shouted(owner) && words(owner).all(|word| is_noun(&word) || word == "your" || word == "my");
    (weak || shouted) && (is_personal(name) || words(name).all(|word| is_noun(&word) || word == "bar"))
}

/// `your-...` and `my_...`, if nouns of placeholders follow; `yourmodel`.
fn is_personal(part: &str) -> bool {
    let mut words = words(part);
    match words.next().as_deref() {
        Some("your") => true,
        Some("my") => {
            let mut rest = words.peekable();
            rest.peek().is_some() && rest.all(|word| is_noun(&word))
        }
        Some(first) => {
            ["your", "my"].iter().any(|start| first.strip_prefix(start).is_some_and(is_noun)) && words.next().is_none()
        }
        None => false,
    }
}

fn is_noun(word: &str) -> bool {
    NOUNS.binary_search(&word).is_ok()
}

/// Capitals, digits and underscores only.
fn is_shouted(part: &str) -> bool {
    part.bytes().any(|byte| byte.is_ascii_uppercase())
        && part.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_')
}

/// Lower-case words between separators.
fn words(part: &str) -> impl Iterator<Item = String> + '_ {
    part.split(['-', '_', '.']).filter(|word| !word.is_empty()).map(str::to_ascii_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_sorted() {
        assert!(NOUNS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(OWNERS.windows(2).all(|pair| pair[0] < pair[1]));
        assert!(WEAK_OWNERS.windows(2).all(|pair| pair[0] < pair[1]));
    }

    #[test]
    fn what_stands_for_an_id_is_none() {
        for id in [
            "MODEL_HUB_ID",
            "YOUR_MODEL",
            "MODEL_NAME",
            "YOUR_USERNAME/YOUR_MODEL",
            "ORG/MODEL",
            "<org>/<model>",
            "<your-model>",
            "username/repo",
            "your-username/my-model",
            "your-org/llama-lora",
            "user/model",
            "my-org/llama-3-8b",
            "my-username/my-awesome-model",
            "namespace/repo",
            "your_model",
            "my-awesome-model",
            "my_dataset",
            "yourusername/x",
            "hf-username/bert",
            "username/bert-finetuned",
            "organization/model-name",
            "foo/bar",
            "YOUR_ORG/model",
            "[org]/[model]",
            "your-model-id",
            "my-model",
        ] {
            assert!(is_placeholder(id), "{id}");
        }
    }

    #[test]
    fn real_ids_are_no_placeholders() {
        for id in [
            "gpt2",
            "bert-base-uncased",
            "BAAI/bge-m3",
            "THUDM/chatglm3-6b",
            "BERT",
            "SQuAD",
            "T5",
            "CLIP_VIT",
            "MIT/ast",
            "myshell-ai/MeloTTS-English",
            "namespace-Pt/projects",
            "User01110/x",
            "my0919175/x",
            "authormist/x",
            "ORG-X/bert",
            "acme/my-model",
            "user/llama-3-8b",
            "mydata/x",
            "myself/x",
            "amazon_polarity",
            "myanmar_news",
            "",
            "/",
            "a/b/c",
            "example/llama",
            "org/model",
            "org/lora",
            "example-org/example-name",
            "someuser/some-lora",
            "team-x/repo",
            "usernamed/x",
            "PUBMED_title",
            "openai/your-model",
        ] {
            assert!(!is_placeholder(id), "{id}");
        }
    }
}
