//! `verify`: are the files on this machine the files that the lock recorded?

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::{Entry, Lock};
use crate::hub::cache::{Cache, is_plain_file_name};
use crate::hub::{FileFacts, RepoRequest, ResolveError};

/// Files are read in pieces of this size, so that a model of any size needs no more memory.
const BUFFER_BYTES: usize = 1 << 20;

/// What became of one recorded file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileState {
    /// Size and sha256 agree.
    Same,
    /// The content differs. This is the finding.
    Different {
        /// What differs, in words.
        why: String,
    },
    /// Not on this machine: the client downloads only what it needs.
    Absent,
    /// The lock has no sha256 for it.
    NotRecorded,
    /// It is there, but cannot be read, or it is a link that leads elsewhere.
    Unreadable {
        /// Why.
        why: String,
    },
}

/// One entry of the lock against the files on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoVerification {
    /// The entry.
    pub request: RepoRequest,
    /// Every recorded file with its state, sorted by name; or why nothing could be compared.
    pub files: Result<Vec<(String, FileState)>, ResolveError>,
}

/// All entries, in the order of the lock.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct VerifyReport {
    /// One for each entry.
    pub repos: Vec<RepoVerification>,
}

impl VerifyReport {
    /// How many files are in a state.
    pub fn count(&self, is_counted: impl Fn(&FileState) -> bool) -> usize {
        let files = self.repos.iter().filter_map(|repo| repo.files.as_ref().ok()).flatten();
        files.filter(|(_, state)| is_counted(state)).count()
    }

    /// Whether any file differs or cannot be read: then the command fails. Absent files do no harm.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.count(|state| matches!(state, FileState::Different { .. } | FileState::Unreadable { .. })) > 0
    }
}

/// Compares the cached files of every entry with the lock. An entry that is not cached is reported as such.
#[must_use]
pub fn verify(lock: &Lock, cache: &Cache) -> VerifyReport {
    let repos = lock.entries().map(|entry| {
        let (repo_type, id, commit) = (entry.repo_type, &entry.id, &entry.revision);
        let files = cache.snapshot(repo_type, id, commit).map(|_| {
            compare(entry, |name| match cache.file(repo_type, id, commit, name) {
                Ok(path) => Ok(Some(path)),
                Err(ResolveError::NotInCache) => Ok(None),
                Err(error) => Err(error.to_string()),
            })
        });
        RepoVerification { request: entry.request(), files }
    });
    VerifyReport { repos: repos.collect() }
}

/// Compares the files of a folder (`snapshot_download(local_dir=...)`, a checkout, an image layer) with one entry.
#[must_use]
pub fn verify_folder(entry: &Entry, folder: &Path) -> RepoVerification {
    let files = match std::fs::canonicalize(folder) {
        Ok(root) => Ok(compare(entry, |name| file_below(&root, name))),
        Err(error) => Err(ResolveError::BrokenCache { why: crate::hub::repo::visible(&error.to_string()) }),
    };
    RepoVerification { request: entry.request(), files }
}

fn file_below(root: &Path, name: &str) -> Result<Option<PathBuf>, String> {
    if !is_plain_file_name(name) {
        return Err("the name leads out of the folder".to_owned());
    }
    match std::fs::canonicalize(root.join(name)) {
        Ok(path) if !path.starts_with(root) => Err("a link leads out of the folder".to_owned()),
        Ok(path) => Ok(path.is_file().then_some(path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.to_string()),
    }
}

fn compare(entry: &Entry, find: impl Fn(&str) -> Result<Option<PathBuf>, String>) -> Vec<(String, FileState)> {
    let files = entry.files.iter().flatten();
    files.map(|(name, facts)| (name.clone(), state_of(facts, find(name)))).collect()
}

fn state_of(facts: &FileFacts, found: Result<Option<PathBuf>, String>) -> FileState {
    let path = match found {
        Ok(Some(path)) => path,
        Ok(None) => return FileState::Absent,
        Err(why) => return FileState::Unreadable { why },
    };
    let Some(expected) = &facts.sha256 else {
        return FileState::NotRecorded;
    };
    // The size first: it costs nothing and says more than two hashes.
    if let (Some(expected), Ok(metadata)) = (facts.size, path.metadata())
        && metadata.len() != expected
    {
        return FileState::Different { why: format!("{} bytes instead of {expected}", metadata.len()) };
    }
    match sha256_of(&path, u64::MAX) {
        Ok((hash, _)) if hash == *expected => FileState::Same,
        Ok((hash, _)) => FileState::Different { why: format!("sha256 {hash} instead of {expected}") },
        Err(error) => FileState::Unreadable { why: crate::hub::repo::visible(&error.to_string()) },
    }
}

/// The sha256 of a regular file in lower-case hexadecimal digits, and its size; an error if it is longer than `limit`.
pub(super) fn sha256_of(path: &Path, limit: u64) -> io::Result<(String, u64)> {
    if !path.metadata()?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut file = File::open(path)?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0_u8; BUFFER_BYTES];
    let mut total = 0_u64;
    loop {
        let count = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        total += count as u64;
        if total > limit {
            return Err(io::Error::other("longer than the limit"));
        }
        hasher.update(buffer.get(..count).unwrap_or_default());
    }
    let hash = hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
    Ok((hash, total))
}
