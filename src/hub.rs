//! Where a commit hash comes from: the lock file, the local cache, the Hub. Knows nothing of rules, uses or findings.
//!
//! A source answers one question, "which commit does this reference of this repo stand for?" ([`CommitSource`]), and
//! says in plain words why it cannot ([`ResolveError`]). [`Chain`] asks the sources in order and keeps every reason.
//! Nothing here reads the environment or the clock: both are parameters, so that each answer can be tested.
//! The network is touched by [`api::HubApi`] alone, and only a caller that was told `--online` builds one.

pub mod api;
pub mod cache;
pub mod chain;
pub mod date;
pub mod error;
pub mod info;
pub mod lock;
pub mod percent;
pub mod repo;

pub use chain::{Chain, Miss, Tally, Unresolved};
pub use date::Date;
pub use error::ResolveError;
pub use info::{FileFacts, InfoSource, RepoInfo, Scan};
pub use repo::{Commit, Gated, RepoRequest, RepoType};

/// Looks up an environment variable by name. The library core never reads the process environment itself.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Where a commit hash was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Source {
    /// `hublint.lock`.
    Lock,
    /// The Hugging Face cache on this machine.
    Cache,
    /// The Hub's API.
    Hub,
}

impl Source {
    /// The word used on the command line (`--from`), in the lock file and in messages.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Lock => "lock",
            Self::Cache => "cache",
            Self::Hub => "hub",
        }
    }
}

/// The commit that a reference stands for, with what the source knew about the repo. `None` means "not known".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resolved {
    /// The commit.
    pub commit: Commit,
    /// Which source answered.
    pub source: Source,
    /// The day on which the reference pointed to this commit: the lock's `resolved_at` or the day the cache wrote the ref.
    pub resolved_at: Option<Date>,
    /// The day of the repo's last change, as the Hub states it.
    pub last_modified: Option<Date>,
    /// The repo answers under this id now; the id that was asked for is an old name or another spelling.
    pub renamed_to: Option<String>,
    /// Whether downloading needs consent or approval.
    pub gated: Option<Gated>,
    /// Whether the Hub has switched the repo off. A source refuses a disabled repo, so this is never `Some(true)`.
    pub disabled: Option<bool>,
}

impl Resolved {
    /// A bare answer: the commit and where it came from.
    #[must_use]
    pub fn new(commit: Commit, source: Source) -> Self {
        Self { commit, source, resolved_at: None, last_modified: None, renamed_to: None, gated: None, disabled: None }
    }
}

/// Something that knows commits: the lock, the cache, the Hub, a chain of them, or a fake in a test.
pub trait CommitSource {
    /// The commit that `request` stands for.
    ///
    /// # Errors
    /// One [`ResolveError`] that says why this source has no answer.
    fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError>;
}
