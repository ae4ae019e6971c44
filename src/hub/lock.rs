//! `hublint.lock`: which commit each reference of each repo stood for, and what was known of it on that day.
//!
//! JSON, one repo a block, one field a line, one file a line, keys always in the same order: a change of a pin reads
//! like a change ticket, and a regular expression can edit it (Renovate). Unknown values are `null`, never guessed.

mod build;
mod check;
mod kernels;
mod upgrade;
mod verify;
mod write;

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use thiserror::Error;

use super::cache::is_sha256;
use super::repo::{is_valid_id, is_valid_reference};
use super::{Commit, CommitSource, Date, FileFacts, Gated, RepoRequest, RepoType, ResolveError, Resolved, Source};

pub use build::{Built, Disagreement, Wanted, build};
pub use check::{Drift, DriftKind, Reference, check};
pub use kernels::{KERNELS_LOCK_FILE_NAME, parse_kernels_lock};
pub use upgrade::{Change, Failed, Held, Outdated, Upgrade, UpgradeOptions, outdated, upgrade};
pub use verify::{FileState, RepoVerification, VerifyReport, verify, verify_folder};

/// The usual name of the file.
pub const LOCK_FILE_NAME: &str = "hublint.lock";

/// The format that this code reads and writes.
const VERSION: u64 = 1;

/// Largest lock that is read. One of 1,000 repos with 100 files each has some 15 megabytes.
const MAX_LOCK_BYTES: u64 = 64 << 20;

/// Where an entry's commit came from.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum EntrySource {
    /// The local cache.
    Cache,
    /// The Hub's API.
    Hub,
    /// Written by a person, or taken from the source code without confirmation.
    #[default]
    Manual,
}

/// The code that a repo runs from another repo.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CodePin {
    /// The repo that holds the code.
    pub repo: String,
    /// The commit of that repo.
    pub revision: Commit,
}

#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct FileWire {
    sha256: Option<String>,
    size: Option<u64>,
}

/// One block of the lock. `None` means "not known".
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// What kind of repo.
    pub repo_type: RepoType,
    /// Its id.
    pub id: String,
    /// The branch or tag that the source code follows; a commit if it names none.
    pub reference: String,
    /// The commit that it stood for.
    pub revision: Commit,
    /// The day on which it did.
    pub resolved_at: Option<Date>,
    /// Who said so.
    pub source: EntrySource,
    /// The commit's files.
    pub files: Option<BTreeMap<String, FileFacts>>,
    /// Code from another repo.
    pub code: Option<CodePin>,
    /// Whether the repo asks for code to be run.
    pub remote_code: Option<bool>,
    /// Formats of the weights, sorted: `pickle`, `safetensors`, `gguf`, ...
    pub formats: Option<Vec<String>>,
    /// Whether downloading needs consent.
    pub gated: Option<Gated>,
    /// The licence of the model card.
    pub license: Option<String>,
    /// The result of the Hub's scan in words.
    pub scan: Option<String>,
}

impl Entry {
    /// An entry of which only the pin is known.
    #[must_use]
    pub fn new(request: &RepoRequest, revision: Commit, source: EntrySource) -> Self {
        Self {
            repo_type: request.repo_type,
            id: request.id.clone(),
            reference: request.reference.clone(),
            revision,
            resolved_at: None,
            source,
            files: None,
            code: None,
            remote_code: None,
            formats: None,
            gated: None,
            license: None,
            scan: None,
        }
    }

    /// The question that this entry answers.
    #[must_use]
    pub fn request(&self) -> RepoRequest {
        RepoRequest::new(self.repo_type, self.id.clone(), self.reference.clone())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct EntryWire {
    #[serde(rename = "type")]
    repo_type: RepoType,
    id: String,
    #[serde(rename = "ref")]
    reference: String,
    revision: Commit,
    resolved_at: Option<Date>,
    #[serde(default)]
    source: EntrySource,
    files: Option<BTreeMap<String, FileWire>>,
    code: Option<CodePin>,
    remote_code: Option<bool>,
    formats: Option<Vec<String>>,
    gated: Option<Gated>,
    license: Option<String>,
    scan: Option<String>,
}

/// Why a lock file cannot be read or written.
#[derive(Debug, Error)]
pub enum LockError {
    /// The file system said no.
    #[error("{what}: {error}")]
    Io {
        /// What was tried.
        what: &'static str,
        /// What it said.
        error: io::Error,
    },
    /// The content is not a lock.
    #[error("line {line}: {why}")]
    Content {
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        why: String,
    },
}

/// The whole file. Entries are unique by type, id and reference, and sorted by them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Lock {
    entries: BTreeMap<RepoRequest, Entry>,
}

impl Lock {
    /// Reads a lock's text.
    ///
    /// # Errors
    /// [`LockError::Content`] with the line.
    pub fn parse(text: &str) -> Result<Self, LockError> {
        #[derive(Deserialize)]
        struct Version {
            version: u64,
        }
        #[derive(Deserialize)]
        #[serde(deny_unknown_fields)]
        struct File<'a> {
            #[allow(dead_code)] // read above; named here so that it is not unknown
            version: u64,
            #[serde(borrow)]
            repos: Vec<&'a RawValue>,
        }
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        if let Some(index) = text.lines().position(|line| line.starts_with("<<<<<<< ")) {
            return Err(content(index + 1, "an unresolved merge conflict".to_owned()));
        }
        let json = |error: serde_json::Error| content(error.line(), message(&error));
        // The version first: a newer file may have any shape.
        let version = serde_json::from_str::<Version>(text).map_err(json)?.version;
        if version != VERSION {
            let why = format!("version {version} of the lock format; this hublint knows version {VERSION}");
            return Err(content(1, why));
        }
        let mut lock = Self::default();
        let mut lines = LineCounter { text, offset: 0, line: 1 };
        for raw in serde_json::from_str::<File<'_>>(text).map_err(json)?.repos {
            let start = lines.line_of(raw.get());
            let wire: EntryWire = serde_json::from_str(raw.get())
                .map_err(|error| content(start + error.line().saturating_sub(1), message(&error)))?;
            let entry = wire.check().map_err(|why| content(start, why))?;
            if let Some(earlier) = lock.entries.insert(entry.request(), entry) {
                let why = format!("a second entry for {} {} at {}", earlier.repo_type, earlier.id, earlier.reference);
                return Err(content(start, why));
            }
        }
        Ok(lock)
    }

    /// Reads a lock file. `Ok(None)` if there is none.
    ///
    /// # Errors
    /// Unreadable, or not a lock.
    pub fn read(path: &Path) -> Result<Option<Self>, LockError> {
        let io = |error| LockError::Io { what: "cannot read the lock file", error };
        let bytes = match crate::discover::read_plain(path, MAX_LOCK_BYTES) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(io(error)),
        };
        let text = String::from_utf8(bytes).map_err(|_| content(1, "it is not UTF-8".to_owned()))?;
        Self::parse(&text).map(Some)
    }

    /// The entries, sorted by type, id and reference.
    pub fn entries(&self) -> impl Iterator<Item = &Entry> {
        self.entries.values()
    }

    /// The entry for exactly this question.
    #[must_use]
    pub fn get(&self, request: &RepoRequest) -> Option<&Entry> {
        self.entries.get(request)
    }

    /// Adds an entry, or replaces the one for the same question.
    pub fn insert(&mut self, entry: Entry) {
        self.entries.insert(entry.request(), entry);
    }

    /// Whether there are no entries.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }
}

impl CommitSource for Lock {
    /// The entry's revision. A full commit is answered by any entry of the repo that is pinned to it.
    fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError> {
        request.validate()?;
        let entry = self.entries.get(request).or_else(|| {
            let commit = Commit::parse(&request.reference)?;
            self.entries()
                .find(|entry| (entry.repo_type, entry.id.as_str(), &entry.revision) == (request.repo_type, &request.id, &commit))
        });
        let entry = entry.ok_or(ResolveError::NotInLock)?;
        let mut resolved = Resolved::new(entry.revision.clone(), Source::Lock);
        resolved.resolved_at = entry.resolved_at;
        resolved.gated = entry.gated;
        Ok(resolved)
    }
}

impl EntryWire {
    fn check(self) -> Result<Entry, String> {
        if !is_valid_id(&self.id) {
            return Err("`id` is not a legal repo id".to_owned());
        }
        if !is_valid_reference(&self.reference) {
            return Err("`ref` is not a legal branch or tag".to_owned());
        }
        if self.code.as_ref().is_some_and(|code| !is_valid_id(&code.repo)) {
            return Err("`code.repo` is not a legal repo id".to_owned());
        }
        let files = self.files.map(|files| {
            files
                .into_iter()
                .map(|(name, FileWire { sha256, size })| match &sha256 {
                    Some(hash) if !is_sha256(hash) => {
                        Err("`sha256` is exactly 64 lower-case hexadecimal digits or null".to_owned())
                    }
                    _ => Ok((name, FileFacts { size, sha256 })),
                })
                .collect::<Result<BTreeMap<_, _>, _>>()
        });
        Ok(Entry {
            repo_type: self.repo_type,
            id: self.id,
            reference: self.reference,
            revision: self.revision,
            resolved_at: self.resolved_at,
            source: self.source,
            files: files.transpose()?,
            code: self.code,
            remote_code: self.remote_code,
            formats: self.formats,
            gated: self.gated,
            license: self.license,
            scan: self.scan,
        })
    }
}

/// Finds the lines of slices of one text, front to back, in one pass.
struct LineCounter<'a> {
    text: &'a str,
    offset: usize,
    line: usize,
}

impl LineCounter<'_> {
    fn line_of(&mut self, slice: &str) -> usize {
        let offset = (slice.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize);
        let between = self.text.as_bytes().get(self.offset..offset).unwrap_or_default();
        self.line += between.iter().filter(|byte| **byte == b'\n').count();
        self.offset = self.offset.max(offset);
        self.line
    }
}

fn content(line: usize, why: String) -> LockError {
    LockError::Content { line: line.max(1), why }
}

/// serde's message without its own position, which counts from the start of a block.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let end = text.rfind(" at line ").unwrap_or(text.len());
    super::repo::visible(text.get(..end).unwrap_or(&text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
