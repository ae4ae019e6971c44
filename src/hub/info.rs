//! What the Hub says about a repo at one commit, whoever asks it: the API, or a fake in a test.

use std::collections::BTreeMap;

use super::cache::RemoteCode;
use super::{Commit, Date, Gated, RepoRequest, ResolveError};

/// What is known of one file of a commit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FileFacts {
    /// Size in bytes.
    pub size: Option<u64>,
    /// The sha256 of the content, 64 lower-case hex digits. Hub and cache know it for large files only: small ones are
    /// addressed by their git hash.
    pub sha256: Option<String>,
}

/// A repo at one commit. `None` means "the Hub did not say", never "no".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoInfo {
    /// The id under which the repo answers. Differs from the id asked for when the repo was renamed.
    pub id: String,
    /// The commit of the reference asked for.
    pub commit: Commit,
    /// The day of the repo's last change.
    pub last_modified: Option<Date>,
    /// Whether downloading needs consent.
    pub gated: Option<Gated>,
    /// Whether the Hub has switched the repo off.
    pub disabled: Option<bool>,
    /// The licence of the model card.
    pub license: Option<String>,
    /// The files by name.
    pub files: Option<BTreeMap<String, FileFacts>>,
    /// Code that the repo asks the libraries to run. `None` when the reply says nothing of it, which is no proof.
    pub code: Option<RemoteCode>,
    /// The Hub's scan of the files, if it is finished.
    pub scan: Option<Scan>,
}

/// The result of the Hub's own malware scan.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scan {
    /// Files with a finding and its level, `pytorch_model.bin: unsafe`, sorted. Empty: no finding, which is no proof.
    pub issues: Vec<String>,
}

/// Something that knows the current state of repos.
pub trait InfoSource {
    /// The repo at the reference asked for, with files, licence and scan.
    ///
    /// # Errors
    /// Why there is no answer.
    fn info(&self, request: &RepoRequest) -> Result<RepoInfo, ResolveError>;

    /// How many commits the reference is ahead of `pinned`; `None` when that cannot be told (too many, or another line
    /// of history).
    ///
    /// # Errors
    /// Why there is no answer.
    fn commits_behind(&self, request: &RepoRequest, pinned: &Commit) -> Result<Option<usize>, ResolveError> {
        let _ = (request, pinned);
        Ok(None)
    }
}
