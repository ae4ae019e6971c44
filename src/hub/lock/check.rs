//! `lock --check`: does the source code say what the lock says? Offline, for CI.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use super::{Entry, Lock};
use crate::hub::repo::{DEFAULT_REFERENCE, is_lower_hex};
use crate::hub::{Commit, RepoRequest, RepoType};

/// One place in the source code that names a repo.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// What kind of repo.
    pub repo_type: RepoType,
    /// The id as written.
    pub id: String,
    /// The revision as written; `None` when there is none (or `None`, or an empty text).
    pub written: Option<String>,
    /// The branch that the comment beside a pin names (`# main 2026-11-21`).
    pub branch: Option<String>,
    /// Where it stands, for the message: `src/a.py:12`.
    pub place: String,
}

/// How source and lock differ.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// The lock has no entry for the repo or for this reference of it: new in this change, or invented.
    NotInLock {
        /// An id in the lock that differs in case only.
        similar: Option<String>,
    },
    /// The source follows a branch although the lock knows the commit.
    NotPinned {
        /// The lock's commit.
        expected: Commit,
    },
    /// The source is pinned to another commit.
    Differs {
        /// The lock's commit.
        expected: Commit,
    },
    /// No source refers to the lock's entry.
    Unused,
}

/// One difference between source and lock.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drift {
    /// Where; empty for an unused entry.
    pub place: String,
    /// What kind of repo.
    pub repo_type: RepoType,
    /// The id.
    pub id: String,
    /// The revision as written, or the entry's reference for an unused entry.
    pub written: Option<String>,
    /// How they differ.
    pub kind: DriftKind,
}

impl Drift {
    /// Whether `lock --check` fails for it. A left-over entry does no harm: it is only mentioned.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        self.kind != DriftKind::Unused
    }
}

impl fmt::Display for Drift {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { place, repo_type, id, .. } = self;
        let written = self.written.as_deref().map(crate::hub::repo::visible);
        let written = written.as_deref().unwrap_or(DEFAULT_REFERENCE);
        let id = crate::hub::repo::visible(id);
        match &self.kind {
            DriftKind::NotInLock { similar } => {
                write!(formatter, "{place}: {repo_type} {id} at {written} is not in the lock")?;
                match similar {
                    Some(similar) => {
                        write!(formatter, " (it has {similar}: ids are case-sensitive)")
                    }
                    None => Ok(()),
                }
            }
            DriftKind::NotPinned { expected } => {
                write!(formatter, "{place}: {repo_type} {id} follows {written}; the lock has {expected}")
            }
            DriftKind::Differs { expected } => {
                write!(formatter, "{place}: {repo_type} {id} is pinned to {written}; the lock has {expected}")
            }
            DriftKind::Unused => write!(formatter, "{repo_type} {id} at {written} is in the lock, but nothing uses it"),
        }
    }
}

/// Every difference, sorted by place; entries without use at the front.
#[must_use]
pub fn check(lock: &Lock, references: &[Reference]) -> Vec<Drift> {
    let index = Index::new(lock);
    let mut used = BTreeSet::new();
    let mut drifts: BTreeSet<Drift> = references
        .iter()
        .filter_map(|reference| {
            let kind = index.compare(reference, &mut used)?;
            Some(Drift {
                place: reference.place.clone(),
                repo_type: reference.repo_type,
                id: reference.id.clone(),
                written: reference.written.clone(),
                kind,
            })
        })
        .collect();
    drifts.extend(lock.entries().filter(|entry| !used.contains(&entry.request())).map(|entry| Drift {
        place: String::new(),
        repo_type: entry.repo_type,
        id: entry.id.clone(),
        written: Some(entry.reference.clone()),
        kind: DriftKind::Unused,
    }));
    drifts.into_iter().collect()
}

/// The lock by repo, so that a project with many references is checked in one pass.
struct Index<'a> {
    repos: BTreeMap<(RepoType, &'a str), Vec<&'a Entry>>,
    folded: BTreeMap<(RepoType, String), &'a str>,
    code: BTreeMap<&'a str, BTreeSet<&'a Commit>>,
}

impl<'a> Index<'a> {
    fn new(lock: &'a Lock) -> Self {
        let mut index = Self { repos: BTreeMap::new(), folded: BTreeMap::new(), code: BTreeMap::new() };
        for entry in lock.entries() {
            index.repos.entry((entry.repo_type, &entry.id)).or_default().push(entry);
            index.folded.insert((entry.repo_type, entry.id.to_ascii_lowercase()), &entry.id);
            if let Some(code) = &entry.code {
                index.code.entry(&code.repo).or_default().insert(&code.revision);
            }
        }
        index
    }

    /// `None` if they agree. Notes which entries were needed.
    fn compare(&self, reference: &Reference, used: &mut BTreeSet<RepoRequest>) -> Option<DriftKind> {
        let not_in_lock = |similar: Option<&str>| Some(DriftKind::NotInLock { similar: similar.map(str::to_owned) });
        let commit = reference.written.as_deref().and_then(Commit::parse);
        // `code_revision` pins a repo that stands in another entry's block.
        let locked_code = self.code.get(reference.id.as_str()).filter(|_| reference.repo_type == RepoType::Model);
        if let (Some(commits), Some(commit)) = (locked_code, &commit)
            && commits.contains(commit)
        {
            self.mark_pinned(reference, commit, used);
            return None;
        }
        let Some(entries) = self.repos.get(&(reference.repo_type, reference.id.as_str())) else {
            if let (Some(expected), Some(_)) = (locked_code.and_then(|commits| commits.first()), &commit) {
                return Some(DriftKind::Differs { expected: (*expected).clone() });
            }
            let folded = (reference.repo_type, reference.id.to_ascii_lowercase());
            return not_in_lock(self.folded.get(&folded).copied());
        };
        if let Some(commit) = &commit {
            if self.mark_pinned(reference, commit, used) {
                return None;
            }
            let branch = reference.branch.as_deref().unwrap_or(DEFAULT_REFERENCE);
            let entry = entries.iter().find(|entry| entry.reference == branch).or(entries.first())?;
            used.insert(entry.request());
            return Some(DriftKind::Differs { expected: entry.revision.clone() });
        }
        let written = reference.written.as_deref().unwrap_or(DEFAULT_REFERENCE);
        if (7..40).contains(&written.len()) && is_lower_hex(written) {
            let entry = entries.iter().find(|entry| entry.revision.as_str().starts_with(written));
            if let Some(entry) = entry {
                used.insert(entry.request());
                return Some(DriftKind::NotPinned { expected: entry.revision.clone() });
            }
        }
        let Some(entry) = entries.iter().find(|entry| entry.reference == written) else {
            return not_in_lock(None);
        };
        used.insert(entry.request());
        Some(DriftKind::NotPinned { expected: entry.revision.clone() })
    }

    /// Notes the entries that hold this pin: the one of the branch in the comment if it does, else all of them.
    fn mark_pinned(&self, reference: &Reference, commit: &Commit, used: &mut BTreeSet<RepoRequest>) -> bool {
        let entries = self.repos.get(&(reference.repo_type, reference.id.as_str()));
        let pinned: Vec<&Entry> = entries.into_iter().flatten().filter(|entry| entry.revision == *commit).copied().collect();
        let named = pinned.iter().find(|entry| Some(entry.reference.as_str()) == reference.branch.as_deref());
        match named {
            Some(entry) => {
                used.insert(entry.request());
            }
            None => used.extend(pinned.iter().map(|entry| entry.request())),
        }
        !pinned.is_empty()
    }
}
