//! What is asked for: repo type, repo id, reference; and the one legal form of an answer, a full commit hash.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::ResolveError;

/// The reference that the libraries use when none is given.
pub const DEFAULT_REFERENCE: &str = "main";

/// Longest reference that is looked up, in bytes. Git servers refuse longer ones.
const MAX_REFERENCE_BYTES: usize = 255;

/// The kinds of repos that the Hub versions with git.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RepoType {
    /// A model.
    Model,
    /// A dataset.
    Dataset,
    /// A Space.
    Space,
    /// A kernel (compiled code).
    Kernel,
}

impl RepoType {
    /// All of them, in the order in which lists are sorted.
    pub const ALL: [Self; 4] = [Self::Model, Self::Dataset, Self::Space, Self::Kernel];

    /// The singular word: `model`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Dataset => "dataset",
            Self::Space => "space",
            Self::Kernel => "kernel",
        }
    }

    /// The plural that stands in API addresses and cache folder names: `models`.
    #[must_use]
    pub fn plural(self) -> &'static str {
        match self {
            Self::Model => "models",
            Self::Dataset => "datasets",
            Self::Space => "spaces",
            Self::Kernel => "kernels",
        }
    }
}

impl fmt::Display for RepoType {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word())
    }
}

/// A commit hash: exactly 40 lower-case hexadecimal digits, the only form that the client library treats as immutable
/// (`REGEX_COMMIT_HASH` in huggingface_hub 2.4.0, file_download.py). A value of this type is always valid.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Commit(String);

impl Commit {
    /// The hash, if `text` is one exactly: no white space, no upper case, no short form.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 40 && is_lower_hex(text)).then(|| Self(text.to_owned()))
    }

    /// The 40 digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The first 12 digits, for tables and messages; never for a pin.
    #[must_use]
    pub fn short(&self) -> &str {
        self.0.get(..12).unwrap_or(&self.0)
    }
}

impl fmt::Display for Commit {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl FromStr for Commit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Self::parse(text).ok_or("a commit is exactly 40 lower-case hexadecimal digits")
    }
}

impl TryFrom<String> for Commit {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<Commit> for String {
    fn from(commit: Commit) -> Self {
        commit.0
    }
}

/// Whether `text` consists of lower-case hexadecimal digits only (true for the empty string).
pub(crate) fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Whether downloading a repo's files needs consent. The Hub writes it as `false`, `"auto"` or `"manual"`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "GatedWire", into = "GatedWire")]
pub enum Gated {
    /// Open to all.
    No,
    /// Granted at once after a click.
    Automatic,
    /// Granted by the owner, one by one.
    Manual,
}

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum GatedWire {
    Flag(bool),
    Word(String),
}

impl TryFrom<GatedWire> for Gated {
    type Error = String;

    fn try_from(wire: GatedWire) -> Result<Self, Self::Error> {
        match wire {
            GatedWire::Flag(false) => Ok(Self::No),
            // Older replies and mirrors say only that there is a gate; the stricter reading is the honest one.
            GatedWire::Flag(true) => Ok(Self::Manual),
            GatedWire::Word(word) => match word.as_str() {
                "auto" => Ok(Self::Automatic),
                "manual" => Ok(Self::Manual),
                _ => Err("`gated` is false, \"auto\" or \"manual\"".to_owned()),
            },
        }
    }
}

impl From<Gated> for GatedWire {
    fn from(gated: Gated) -> Self {
        match gated {
            Gated::No => Self::Flag(false),
            Gated::Automatic => Self::Word("auto".to_owned()),
            Gated::Manual => Self::Word("manual".to_owned()),
        }
    }
}

/// One question: which commit is `reference` of this repo?
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RepoRequest {
    /// What kind of repo.
    pub repo_type: RepoType,
    /// The id as the libraries spell it: `namespace/name`, or a legacy name alone. Case matters.
    pub id: String,
    /// A branch, a tag, `refs/pr/N`, `refs/convert/<name>` or a full commit.
    pub reference: String,
}

impl RepoRequest {
    /// A question about `reference`.
    pub fn new(repo_type: RepoType, id: impl Into<String>, reference: impl Into<String>) -> Self {
        Self { repo_type, id: id.into(), reference: reference.into() }
    }

    /// A question about the default branch of a model.
    pub fn model(id: impl Into<String>) -> Self {
        Self::new(RepoType::Model, id, DEFAULT_REFERENCE)
    }

    /// Refuses ids and references that can never be legal, before any of them becomes part of a path or an address.
    ///
    /// # Errors
    /// [`ResolveError::InvalidId`] or [`ResolveError::InvalidReference`].
    pub fn validate(&self) -> Result<(), ResolveError> {
        if !is_valid_id(&self.id) {
            return Err(ResolveError::InvalidId { id: visible(&self.id) });
        }
        if !is_valid_reference(&self.reference) {
            return Err(ResolveError::InvalidReference { reference: visible(&self.reference) });
        }
        Ok(())
    }
}

/// The id grammar of huggingface_hub 2.4.0 (`utils/_validators.py`): one or two parts of 1 to 96 of `[A-Za-z0-9_.-]`,
/// each beginning and ending with a word character; no `--`, no `..`, not ending in `.git`.
#[must_use]
pub fn is_valid_id(id: &str) -> bool {
    let word = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
    let part_is_valid = |part: &str| {
        let bytes = part.as_bytes();
        (1..=96).contains(&bytes.len())
            && bytes.first().is_some_and(word)
            && bytes.last().is_some_and(word)
            && bytes.iter().all(|byte| word(byte) || matches!(byte, b'-' | b'.'))
    };
    let mut parts = id.splitn(3, '/');
    let first = parts.next().is_some_and(part_is_valid);
    let second = parts.next().is_none_or(part_is_valid);
    first && second && parts.next().is_none() && !id.contains("--") && !id.contains("..") && !id.ends_with(".git")
}

/// A reference that git would take: no empty, dotted or `.lock` component, no control or glob characters. The same
/// rules keep it from leaving the `refs/` folder of a cache.
#[must_use]
pub fn is_valid_reference(reference: &str) -> bool {
    if reference.is_empty() || reference.len() > MAX_REFERENCE_BYTES || reference == "@" {
        return false;
    }
    let forbidden = |character: char| {
        character.is_control() || character.is_whitespace() || matches!(character, '~' | '^' | ':' | '?' | '*' | '[' | '\\')
    };
    !reference.contains(forbidden)
        && !reference.contains("..")
        && !reference.contains("@{")
        && reference
            .split('/')
            .all(|part| !part.is_empty() && !part.starts_with('.') && !part.ends_with('.') && !part.ends_with(".lock"))
}

/// Foreign text made fit for a message: at most 120 characters, nothing that a terminal would act on.
pub(crate) fn visible(text: &str) -> String {
    let mut result: String =
        text.chars().take(120).map(|character| if is_unprintable(character) { '\u{fffd}' } else { character }).collect();
    if text.chars().nth(120).is_some() {
        result.push('…');
    }
    result
}

/// Control characters, and the direction marks that make a line read as something else.
fn is_unprintable(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_commit_is_exactly_forty_lower_case_hexadecimal_digits() {
        let good = "0123456789abcdef".repeat(3)[..40].to_owned();
        assert_eq!(Commit::parse(&good).unwrap().as_str(), good);
        for bad in [
            String::new(),
            "main".to_owned(),
            good[..39].to_owned(),
            format!("{good}0"),
            format!("{good}\n"),
            good.to_uppercase(),
            "g".repeat(40),
            "é".repeat(20),
            "a".repeat(64),
        ] {
            assert_eq!(Commit::parse(&bad), None, "{bad:?}");
            assert!(serde_json::from_value::<Commit>(serde_json::json!(bad)).is_err());
        }
    }

    #[test]
    fn ids_follow_the_grammar_of_the_client() {
        for good in ["gpt2", "google/flan-t5-base", "_x", "x_", "_", "models/x", "a.b/c.d"] {
            assert!(is_valid_id(good), "{good}");
        }
        assert!(is_valid_id(&format!("{}/{}", "a".repeat(96), "b".repeat(96))));
        for bad in [
            "",
            "-x",
            "x-",
            ".x",
            "x.",
            "a/",
            "/a",
            "datasets/a/b",
            "org/m@main",
            "org/m:q4",
            "./x",
            "../x",
            "~/x",
            "hf://a/b",
            "a--b",
            "a..b",
            "a/b.git",
            "a b",
            "café/x",
            "a/b\n",
            "a/b\0",
            "C:\\x",
        ] {
            assert!(!is_valid_id(bad), "{bad:?}");
        }
        assert!(!is_valid_id(&"a".repeat(97)));
    }

    #[test]
    fn references_cannot_leave_the_folder() {
        for good in ["main", "fp16", "v1.0", "refs/pr/3", "refs/convert/parquet", "feature/x-y", "é"] {
            assert!(is_valid_reference(good), "{good}");
        }
        let long = "a".repeat(256);
        for bad in [
            "",
            "..",
            "../x",
            "a/../b",
            "/etc/passwd",
            "a//b",
            "a/",
            ".hidden",
            "a/.b",
            "a\\b",
            "a b",
            "a\nb",
            "a\0b",
            "a:b",
            "a~1",
            "a^",
            "@",
            "a@{1}",
            "x.lock",
            "a.",
            &long,
        ] {
            assert!(!is_valid_reference(bad), "{bad:?}");
        }
    }

    #[test]
    fn gated_reads_and_writes_the_words_of_the_hub() {
        for (json, gated) in [("false", Gated::No), ("\"auto\"", Gated::Automatic), ("\"manual\"", Gated::Manual)] {
            assert_eq!(serde_json::from_str::<Gated>(json).unwrap(), gated);
            assert_eq!(serde_json::to_string(&gated).unwrap(), json);
        }
        assert_eq!(serde_json::from_str::<Gated>("true").unwrap(), Gated::Manual);
        assert!(serde_json::from_str::<Gated>("\"no\"").is_err());
        assert!(serde_json::from_str::<Gated>("3").is_err());
    }

    #[test]
    fn foreign_text_is_made_harmless() {
        assert_eq!(visible("a\u{1b}[31mb\u{202e}c"), "a\u{fffd}[31mb\u{fffd}c");
        assert_eq!(visible(&"x".repeat(500)).chars().count(), 121);
    }
}
