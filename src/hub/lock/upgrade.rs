//! `lock --upgrade` and `outdated`: where the branches stand today.

use std::fmt;

use super::build::entry_from_hub;
use super::{Entry, Lock};
use crate::hub::{Commit, Date, InfoSource, RepoInfo, RepoRequest, ResolveError};

/// What to upgrade.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UpgradeOptions {
    /// Only the repo with this id, if given.
    pub only: Option<String>,
    /// A head whose repo changed fewer days ago is left alone: most malicious uploads are found within days.
    pub min_age_days: u64,
}

/// A pin that moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The entry.
    pub request: RepoRequest,
    /// Before.
    pub from: Commit,
    /// After.
    pub to: Commit,
    /// The day of the repo's last change.
    pub last_modified: Option<Date>,
    /// The repo answers under this id now.
    pub renamed_to: Option<String>,
}

/// A pin that stayed although the branch moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// The entry.
    pub request: RepoRequest,
    /// The commit that it would have moved to.
    pub newest: Commit,
    /// How many days ago the repo changed; `None` if the Hub does not say, which is not old enough either.
    pub age_days: Option<u64>,
}

/// A pin that stayed because there was no answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failed {
    /// The entry.
    pub request: RepoRequest,
    /// Why.
    pub error: ResolveError,
}

/// The new lock and what happened to each entry. Entries that were up to date are in no list.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Upgrade {
    /// The lock after the upgrade.
    pub lock: Lock,
    /// Moved.
    pub changes: Vec<Change>,
    /// Not moved, but what was recorded does not fit the pinned commit (a tool edited only the commit): recorded anew.
    pub refreshed: Vec<RepoRequest>,
    /// Too young.
    pub held: Vec<Held>,
    /// No answer.
    pub failed: Vec<Failed>,
    /// `only` named no repo of the lock.
    pub unknown_id: bool,
}

impl fmt::Display for Change {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RepoRequest { repo_type, id, reference } = &self.request;
        write!(formatter, "{repo_type} {id} {reference}: {} -> {}", self.from.short(), self.to.short())?;
        if let Some(date) = self.last_modified {
            write!(formatter, " (changed {date})")?;
        }
        match &self.renamed_to {
            Some(name) => write!(formatter, ", now called {name}"),
            None => Ok(()),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let RepoRequest { repo_type, id, reference } = &self.request;
        write!(formatter, "{repo_type} {id} {reference}: {} is ", self.newest.short())?;
        match self.age_days {
            Some(1) => formatter.write_str("1 day old: left as it is"),
            Some(days) => write!(formatter, "{days} days old: left as it is"),
            None => formatter.write_str("of unknown age: left as it is"),
        }
    }
}

/// Moves each pin to the head of its branch, if the head is old enough.
#[must_use]
pub fn upgrade(lock: &Lock, hub: &dyn InfoSource, options: &UpgradeOptions, today: Date) -> Upgrade {
    let mut result = Upgrade { lock: lock.clone(), ..Upgrade::default() };
    let is_chosen = |entry: &&Entry| options.only.as_ref().is_none_or(|id| *id == entry.id);
    result.unknown_id = options.only.is_some() && !lock.entries().any(|entry| is_chosen(&entry));
    for entry in lock.entries().filter(is_chosen).filter(|entry| !follows_a_commit(entry)) {
        let request = entry.request();
        let info = match hub.info(&request) {
            Ok(info) if info.commit == entry.revision => {
                if !files_fit(entry, &info) {
                    result.lock.insert(entry_from_hub(&request, info, Some(today), hub));
                    result.refreshed.push(request);
                }
                continue;
            }
            Ok(info) => info,
            Err(error) => {
                result.failed.push(Failed { request, error });
                continue;
            }
        };
        let age_days = info.last_modified.map(|changed| today.days_since(changed));
        if options.min_age_days > 0 && age_days.is_none_or(|age| age < options.min_age_days) {
            result.held.push(Held { request, newest: info.commit, age_days });
            continue;
        }
        result.changes.push(Change {
            from: entry.revision.clone(),
            to: info.commit.clone(),
            last_modified: info.last_modified,
            renamed_to: renamed(&info, &request),
            request: request.clone(),
        });
        result.lock.insert(entry_from_hub(&request, info, Some(today), hub));
    }
    result
}

/// Whether no recorded file contradicts the Hub's list for the same commit. Unknown values contradict nothing.
fn files_fit(entry: &Entry, info: &RepoInfo) -> bool {
    let (Some(recorded), Some(current)) = (&entry.files, &info.files) else {
        return true;
    };
    recorded.iter().all(|(name, old)| {
        current.get(name).is_some_and(|new| {
            let same = |old: Option<&str>, new: Option<&str>| old.is_none() || new.is_none() || old == new;
            same(old.sha256.as_deref(), new.sha256.as_deref())
                && (old.size.is_none() || new.size.is_none() || old.size == new.size)
        })
    })
}

/// The state of one pin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outdated {
    /// The entry.
    pub request: RepoRequest,
    /// Its pin.
    pub pinned: Commit,
    /// The head of its branch, or why it is not known.
    pub head: Result<Commit, ResolveError>,
    /// Days since the pin was the head.
    pub age_days: Option<u64>,
    /// The day of the repo's last change.
    pub last_modified: Option<Date>,
    /// How many commits the head is ahead; `None` if that cannot be told.
    pub commits_behind: Option<usize>,
    /// The repo answers under this id now.
    pub renamed_to: Option<String>,
}

impl Outdated {
    /// Whether the branch is known to have moved on.
    #[must_use]
    pub fn is_outdated(&self) -> bool {
        self.head.as_ref().is_ok_and(|head| *head != self.pinned)
    }
}

/// The state of every pin, in the order of the lock. A pin without a branch has nothing to be compared with and is
/// left out.
#[must_use]
pub fn outdated(lock: &Lock, hub: &dyn InfoSource, today: Date) -> Vec<Outdated> {
    let state = |entry: &Entry| {
        let request = entry.request();
        let info = hub.info(&request);
        let known = info.as_ref().ok();
        let commits_behind = match known {
            Some(info) if info.commit == entry.revision => Some(0),
            Some(_) => hub.commits_behind(&request, &entry.revision).ok().flatten(),
            None => None,
        };
        Outdated {
            pinned: entry.revision.clone(),
            age_days: entry.resolved_at.map(|date| today.days_since(date)),
            last_modified: known.and_then(|info| info.last_modified),
            commits_behind,
            renamed_to: known.and_then(|info| renamed(info, &request)),
            head: info.map(|info| info.commit),
            request,
        }
    };
    lock.entries().filter(|entry| !follows_a_commit(entry)).map(state).collect()
}

fn follows_a_commit(entry: &Entry) -> bool {
    Commit::parse(&entry.reference).is_some()
}

fn renamed(info: &RepoInfo, request: &RepoRequest) -> Option<String> {
    (info.id != request.id).then(|| info.id.clone())
}
