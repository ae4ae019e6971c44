//! Look-alike repo ids: lists, skeletons, one-edit index. Knows nothing of rules.
//!
//! A repo id is `namespace/name`. Nobody can publish under somebody else's namespace, so the namespace is what a squatter
//! fakes; a slip in the name under a known namespace is a plain mistake. Known namespaces are silent. An unknown one is
//! compared with the protected ones, those that at least two independent projects name: by what they look like, by one
//! edit, by separators and by added words. The order of the checks and most guards come from measurements on real ids.
//!
//! Everything is offline: embedded lists, and tables that the build script has made of them. Both are searched in place:
//! nothing is read or built at run time.

mod ascii;
mod checks;
mod edit;
mod extra;
mod index;
mod keys;
mod list;
mod name_checks;
mod namespace_checks;
mod normalise;
mod placeholder;
mod reason;
mod skeleton;
mod table;
mod words;

pub use checks::{explain, judge};
pub use extra::ExtraNames;
pub use index::neighbours;
pub use normalise::{RepoName, normalise};
pub use placeholder::is_placeholder;

/// What the build script has made of the lists (`compile.rs`).
mod tables {
    use super::table::Table;

    include!(concat!(env!("OUT_DIR"), "/names.rs"));
}

/// What kind of repo the call, prefix or URL says an id is. The lists are wrong about kinds in 3 of 100 ids, so no check
/// rests on it alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RepoKind {
    /// A model repo.
    Model,
    /// A data set.
    Dataset,
    /// A Space.
    Space,
    /// A kernel.
    Kernel,
    /// Not known.
    Any,
}

/// Which check spoke. The names are stable: `explain` prints them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameCode {
    /// Named in a public report.
    HB,
    /// Characters outside ASCII or invisible ones.
    N0,
    /// The namespace looks like a protected one.
    N1,
    /// The namespace is one edit from a protected one.
    N2,
    /// The namespace differs from a protected one in separators or in the order of its words only.
    N3,
    /// The namespace is a brand with a word added.
    N4,
    /// The namespace is two edits from a very popular one, and the name belongs to a popular repo.
    N5,
    /// The client refuses such an id.
    G,
    /// A bare id like a legal bare id.
    R1,
    /// Known namespace, name one slip from a repo of it.
    R2,
    /// Unknown namespace, name one slip from a popular one.
    R3,
}

impl NameCode {
    /// The code as it is printed.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HB => "HB",
            Self::N0 => "N0",
            Self::N1 => "N1",
            Self::N2 => "N2",
            Self::N3 => "N3",
            Self::N4 => "N4",
            Self::N5 => "N5",
            Self::G => "G",
            Self::R1 => "R1",
            Self::R2 => "R2",
            Self::R3 => "R3",
        }
    }
}

/// What a verdict is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameProblem {
    /// The id resembles another one.
    Typosquatted,
    /// No repo can have this id.
    InvalidId,
    /// A public report names the id.
    KnownMalicious,
}

/// How sure a verdict is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum NameLevel {
    /// Worth a look.
    Note,
    /// Very probably a slip.
    Warning,
    /// A slip or a deception.
    Error,
}

/// What is wrong with a repo id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameVerdict {
    /// Which check spoke.
    pub code: NameCode,
    /// What the verdict is about.
    pub rule: NameProblem,
    /// How sure it is.
    pub level: NameLevel,
    /// The id that was probably meant, whole.
    pub target: Option<String>,
    /// How many ids it may have been; a fix should be offered for exactly one.
    pub candidates: usize,
    /// Why, in plain words, without a final stop. Printable ASCII only.
    pub reason: String,
    /// Who named the id, for known-bad ones.
    pub report: Option<String>,
}

/// Folder names that stand before the slash in local paths: `checkpoints/x` falls through to the Hub namespace
/// `checkpoints` when the folder is missing (Checkmarx Zero, 2026-01). Sorted.
const FOLDER_NAMES: [&str; 34] = [
    "artifacts",
    "cache",
    "checkpoint",
    "checkpoints",
    "ckpt",
    "ckpts",
    "data",
    "exp",
    "experiments",
    "exps",
    "finetuned_models",
    "local_models",
    "logs",
    "model",
    "model_output",
    "model_weights",
    "models",
    "out",
    "output",
    "outputs",
    "pretrained",
    "pretrained_models",
    "pretrained_weights",
    "result",
    "results",
    "runs",
    "save",
    "saved_model",
    "saved_models",
    "saves",
    "tmp",
    "trained_models",
    "weights",
    "work_dirs",
];

/// True for a first segment that is far more often a local folder than a Hub namespace. In any case.
#[must_use]
pub fn is_folder_name(segment: &str) -> bool {
    FOLDER_NAMES.binary_search(&segment.to_ascii_lowercase().as_str()).is_ok()
}

/// True for a namespace of ModelScope that the Hub does not have.
#[must_use]
pub fn is_modelscope_namespace(namespace: &str) -> bool {
    list::MODELSCOPE.find(namespace).is_some()
}

/// True for a namespace of the embedded lists.
#[must_use]
pub fn is_known_namespace(namespace: &str) -> bool {
    list::NAMESPACES.find(namespace).is_some()
}

/// True for an id of the embedded lists: repos that at least two projects name, and bare ids. Most real ids are not in it.
#[must_use]
pub fn is_known_id(id: &str) -> bool {
    list::REPOS.find(id).is_some() || list::BARE.find(id).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folder_names_are_sorted_and_no_namespaces() {
        let mut sorted = FOLDER_NAMES;
        sorted.sort_unstable();
        assert_eq!(sorted, FOLDER_NAMES);
        for name in FOLDER_NAMES {
            assert!(!is_known_namespace(name), "{name}");
        }
        assert!(is_folder_name("Checkpoints") && !is_folder_name("openai") && !is_folder_name(""));
    }

    #[test]
    fn lists_are_asked_in_any_case() {
        assert!(is_known_namespace("qwen") && is_known_namespace("OPENAI") && !is_known_namespace("qwenn"));
        assert!(is_known_id("openai/whisper-large-v3") && is_known_id("gpt2") && !is_known_id(""));
        assert!(is_modelscope_namespace("LLM-Research") && !is_modelscope_namespace("openai"));
    }
}
