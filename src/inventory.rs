//! `hublint inventory`: which repositories the code uses, and on what terms. Rows come from the same references and verdicts as
//! the findings of `check` ([`rows`]); one file each prints them.

pub mod csv;
pub mod cyclonedx;
pub mod diff;
pub mod json;
pub mod markdown;
pub mod online;
pub mod rows;
pub mod table;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

pub use online::Online;
pub use rows::{Kind, Pinned, Row, RowFinding, Switch};

use crate::finding::{Level, Problem};

/// Everything that a run found, grouped by repository.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// The name of the project: that of its root folder.
    pub project: String,
    /// The repositories, the riskiest first.
    pub repositories: Vec<Repository>,
    /// What could not be read, sorted.
    pub problems: Vec<Problem>,
    /// The Hub was asked.
    pub online: bool,
}

/// One repository, or everything of one kind whose id is not known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Repository {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The id in its own case; `None` for uses whose id is not known.
    pub id: Option<String>,
    /// The worst finding of its rows; `None` when there is none.
    pub risk: Option<Risk>,
    /// What the Hub says; `None` when it was not asked.
    #[serde(default)]
    pub online: Option<Online>,
    /// One for each revision, loader and place, sorted by place.
    pub rows: Vec<Row>,
}

/// A level as a word of the output.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Risk {
    /// Never fails a run.
    Note,
    /// A warning.
    Warning,
    /// An error.
    Error,
}

impl Risk {
    /// The word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl From<Level> for Risk {
    fn from(level: Level) -> Self {
        match level {
            Level::Note => Self::Note,
            Level::Warning => Self::Warning,
            Level::Error => Self::Error,
        }
    }
}

impl Repository {
    /// How many of its places have a pin state.
    #[must_use]
    pub fn count(&self, pinned: Pinned) -> usize {
        self.rows.iter().filter(|row| row.pinned == pinned).count()
    }

    /// True when some row runs code of the repository.
    #[must_use]
    pub fn runs_code(&self) -> bool {
        self.rows.iter().any(|row| row.remote_code == Switch::On)
    }
}

/// Sums over all repositories.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Totals {
    /// Repositories with a known id.
    pub repositories: usize,
    /// Rows.
    pub places: usize,
    /// Rows at a commit, or in the lock.
    pub pinned: usize,
    /// Rows that can move.
    pub floating: usize,
    /// Rows of which it cannot be said.
    pub unknown: usize,
    /// Rows that run code of the repository.
    pub remote_code: usize,
    /// Rows that break the policy.
    pub policy_violations: usize,
}

impl Inventory {
    /// Groups rows by repository. Rows need no order and may hold the same place twice.
    #[must_use]
    pub fn new(project: String, mut rows: Vec<Row>, mut problems: Vec<Problem>) -> Self {
        rows.sort();
        rows.dedup();
        problems.sort();
        let mut groups: BTreeMap<(Kind, Option<String>), Vec<Row>> = BTreeMap::new();
        for row in rows {
            groups.entry((row.kind, row.id.clone())).or_default().push(row);
        }
        let mut repositories: Vec<Repository> = groups
            .into_iter()
            .map(|((kind, id), rows)| Repository { kind, id, risk: rows.iter().filter_map(Row::risk).max(), online: None, rows })
            .collect();
        // The riskiest first; what is not known comes last, because nothing can be said of it.
        repositories.sort_by(|one, other| {
            let key = |repository: &Repository| (repository.id.is_some(), repository.risk, repository.count(Pinned::No) > 0);
            key(other).cmp(&key(one)).then_with(|| (one.kind, &one.id).cmp(&(other.kind, &other.id)))
        });
        Self { project, repositories, problems, online: false }
    }

    /// All rows.
    pub fn rows(&self) -> impl Iterator<Item = &Row> {
        self.repositories.iter().flat_map(|repository| &repository.rows)
    }

    /// The sums.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let mut totals = Totals {
            repositories: self.repositories.iter().filter(|repository| repository.id.is_some()).count(),
            ..Totals::default()
        };
        for row in self.rows() {
            totals.places += 1;
            match row.pinned {
                Pinned::Yes | Pinned::Lock => totals.pinned += 1,
                Pinned::No => totals.floating += 1,
                Pinned::Unknown => totals.unknown += 1,
                Pinned::NotApplicable => {}
            }
            totals.remote_code += usize::from(row.remote_code == Switch::On);
            totals.policy_violations += usize::from(!row.policy.is_empty());
        }
        totals
    }
}

/// `1 place`, `2 places`
#[must_use]
pub fn counted(count: usize, one: &str, many: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {many}") }
}

/// The sums in words.
#[must_use]
pub fn summary(inventory: &Inventory) -> String {
    let totals = inventory.totals();
    let mut parts = vec![
        format!(
            "{} at {}",
            counted(totals.repositories, "repository", "repositories"),
            counted(totals.places, "place", "places")
        ),
        format!("{} pinned", totals.pinned),
        format!("{} floating", totals.floating),
    ];
    if totals.unknown > 0 {
        parts.push(format!("{} unknown", totals.unknown));
    }
    if totals.remote_code > 0 {
        parts.push(format!("{} with remote code", totals.remote_code));
    }
    if totals.policy_violations > 0 {
        parts.push(format!("{} against the policy", totals.policy_violations));
    }
    parts.join(", ")
}
