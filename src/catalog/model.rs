//! The shape of a fact: what the resolver, the surfaces and the rules ask about an API.
//!
//! Shared with the build script, which compiles `rules/` into tables: nothing here may need another part of the crate
//! than `usage`.

use crate::usage::{Confidence, Literal, Role};

/// Which fact: a library and an entry in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EntryId {
    /// Index of the library.
    pub library: u16,
    /// Index of the entry in that library.
    pub entry: u16,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum EntryKind {
    /// A Python function, class or method (`[[callable]]`).
    Callable,
    /// A command line (`[[command]]`).
    Command,
    /// An environment variable (`[[environment]]`).
    Environment,
    /// A file of configuration with keys that a tool reads (`[[config]]`).
    Config,
    /// A word that switches something on wherever it is given a value (`[[switch]]`): `trust_remote_code`.
    Switch,
}

/// What kind of repository an id names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RepoKind {
    /// A model on the Hub.
    Model,
    /// A dataset on the Hub.
    Dataset,
    /// A Space on the Hub.
    Space,
    /// A kernel on the Hub.
    Kernel,
    /// Model, dataset or Space, by another argument (`repo_type=`).
    Any,
    /// `owner/repo` on GitHub (`torch.hub`).
    Github,
    /// An address.
    Url,
    /// A local file or stream.
    File,
    /// A registry that is not the Hub (mlflow, tensorflow_hub, ModelScope, ...): no look-alike or revision rule applies.
    Other,
}

/// How a load can be pinned.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pin {
    /// By a parameter with role `revision` (keyword or nested).
    Keyword,
    /// A `**kwargs` may forward `revision`; not proven: no fix, low confidence.
    Unproven,
    /// `id@revision`
    At,
    /// `owner/repo:ref`
    Colon,
    /// Inside an `hf://` or `/resolve/<revision>/` address.
    Address,
    /// By a hash of the file.
    Hash,
    /// Not at all: download with `snapshot_download(revision=...)` and pass the folder.
    Impossible,
    /// There is nothing to pin.
    None,
}

/// When code of the repository runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RunsCode {
    /// Never.
    No,
    /// When the parameter with role `remote_code` is true.
    OptIn,
    /// When it is true; when it is unset the library asks on standard input.
    Prompt,
    /// Unless it is false.
    DefaultOn,
    /// Always; there is no switch.
    Always,
}

/// When a pickle of the repository or file is executed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Unpickles {
    /// Never.
    No,
    /// Only by torch's restricted unpickler.
    Restricted,
    /// When a parameter (allow_pickle, safe_mode=False, ...) says so.
    OptIn,
    /// As `torch.load` without `weights_only` does: by the version of torch.
    ByVersion,
    /// When the file or repository carries a pickle.
    ByFormat,
    /// Unless a parameter says otherwise.
    Default,
    /// Always.
    Always,
}

/// How the API tells a local path from a repository id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LocalTest {
    /// A directory (or file) of that name that exists is local; else the Hub is asked.
    Exists,
    /// Never local.
    Never,
    /// Only with a scheme or prefix in the id: anything else is a local path or a built-in name.
    Scheme,
    /// A built-in name, else as `Exists`.
    Builtin,
}

/// One place where a parameter can be given.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// 0-based position at the call site (or among the positional words of a command).
    pub position: Option<u16>,
    /// The keyword; for a command the option with its dashes; for a configuration file the key.
    pub keyword: Option<String>,
    /// A path of keys under a dict-valued keyword: `["model_kwargs", "revision"]`. Then `keyword` and `position` are empty.
    pub nested: Vec<String>,
}

/// A parameter that plays a role.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its role.
    pub role: Role,
    /// Where it can be given, the usual place first.
    pub places: Vec<Place>,
    /// Its default where that matters.
    pub default: Option<Literal>,
    /// For an option of a command: it takes no value, its presence means true.
    pub flag: bool,
}

/// One fact: a callable, command, variable or configuration.
#[derive(Clone, Debug, PartialEq)]
pub struct Entry {
    /// What it is.
    pub kind: EntryKind,
    /// Callables: dotted names, `*` stands for one or more segments. Commands: words. Environment, switch: the name.
    /// Config: globs of file names.
    pub names: Vec<String>,
    /// Also matches a method of this name on a receiver that cannot be resolved, in a file that imports the library.
    pub any_receiver: bool,
    /// The parameters by role.
    pub parameters: Vec<Parameter>,
    /// What the id names.
    pub repo: Option<RepoKind>,
    /// How it can be pinned.
    pub pin: Pin,
    /// When code of the repository runs.
    pub runs_code: RunsCode,
    /// When a pickle is executed.
    pub unpickles: Unpickles,
    /// Local path or id.
    pub local: LocalTest,
    /// The organisation that a bare name stands for (`sentence-transformers`).
    pub default_organisation: Option<String>,
    /// Only from this version of the library on (inclusive).
    pub since: Option<String>,
    /// Only before this version (exclusive).
    pub until: Option<String>,
    /// What to do instead, in one sentence, where the general help is not enough.
    pub advice: Option<String>,
    /// How sure the facts are: `Low` must not drive an error.
    pub confidence: Confidence,
    /// For a config entry: keys of which one must be present for the file to be this tool's.
    pub signature: Vec<String>,
}

impl Entry {
    /// An entry that says nothing.
    #[must_use]
    pub const fn nothing() -> Self {
        Self {
            kind: EntryKind::Callable,
            names: Vec::new(),
            any_receiver: false,
            parameters: Vec::new(),
            repo: None,
            pin: Pin::None,
            runs_code: RunsCode::No,
            unpickles: Unpickles::No,
            local: LocalTest::Never,
            default_organisation: None,
            since: None,
            until: None,
            advice: None,
            confidence: Confidence::Low,
            signature: Vec::new(),
        }
    }

    /// The parameter of a role.
    #[must_use]
    pub fn parameter(&self, role: Role) -> Option<&Parameter> {
        self.parameters.iter().find(|parameter| parameter.role == role)
    }
}

/// The facts of one library or tool.
#[derive(Clone, Debug, PartialEq)]
pub struct Library {
    /// The file's stem.
    pub id: String,
    /// The distribution on PyPI, for version questions.
    pub package: String,
    /// Import roots (`sentence_transformers`); empty for a command-line tool.
    pub imports: Vec<String>,
    /// The version whose source was read.
    pub checked_against: String,
    /// Its entries.
    pub entries: Vec<Entry>,
}
