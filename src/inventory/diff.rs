//! What changed between two inventories, by repository: lines may move, terms may not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde::Serialize;

use super::markdown::escaped;
use super::{Inventory, Kind, Repository, Row, counted};
use crate::printable::printable;

/// The terms on which a repository is used at some place; without line numbers, which move with every edit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Terms {
    /// The revision as written.
    pub revision: Option<String>,
    /// The commit, where known.
    pub commit: Option<String>,
    /// Whether it can move.
    pub pinned: &'static str,
    /// Whether code runs.
    pub remote_code: &'static str,
    /// The revision of the code.
    pub code_revision: Option<String>,
    /// The revision of the tokenizer.
    pub tokenizer_revision: Option<String>,
    /// The format that is asked for.
    pub format: Option<String>,
    /// Broken terms of the policy.
    pub policy: Vec<String>,
    /// What loads it.
    pub loader: String,
    /// The file.
    pub path: String,
}

/// A repository in a difference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The id; `None` for uses whose id is not known.
    pub id: Option<String>,
    /// What there is now and was not.
    pub added: Vec<Terms>,
    /// What there was and is not now.
    pub removed: Vec<Terms>,
}

/// The difference of two inventories.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// Repositories that are new.
    pub added: Vec<Change>,
    /// Repositories that are gone.
    pub removed: Vec<Change>,
    /// Repositories on other terms, or at other files.
    pub changed: Vec<Change>,
}

impl Difference {
    /// From the old inventory to the new one.
    #[must_use]
    pub fn between(old: &Inventory, new: &Inventory) -> Self {
        let before = by_repository(old);
        let after = by_repository(new);
        let keys: BTreeSet<&(Kind, Option<String>)> = before.keys().chain(after.keys()).collect();
        let mut difference = Self::default();
        let none = BTreeMap::new();
        for key in keys {
            let (was, is) = (before.get(key).unwrap_or(&none), after.get(key).unwrap_or(&none));
            let change = Change { kind: key.0, id: key.1.clone(), added: more(is, was), removed: more(was, is) };
            if change.added.is_empty() && change.removed.is_empty() {
                continue;
            }
            match (was.is_empty(), is.is_empty()) {
                (true, _) => difference.added.push(change),
                (_, true) => difference.removed.push(change),
                _ => difference.changed.push(change),
            }
        }
        difference
    }

    /// True when nothing changed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.added.is_empty() && self.removed.is_empty() && self.changed.is_empty()
    }

    fn summary(&self) -> String {
        if self.is_empty() {
            return "no repository came, went or changed its terms".to_owned();
        }
        format!(
            "{} new, {} gone, {} on other terms or at other files",
            counted(self.added.len(), "repository", "repositories"),
            self.removed.len(),
            self.changed.len()
        )
    }
}

/// Terms with how often they occur: a second load of the same kind in the same file is a change too.
type Counted = BTreeMap<Terms, usize>;

fn by_repository(inventory: &Inventory) -> BTreeMap<(Kind, Option<String>), Counted> {
    let mut found: BTreeMap<(Kind, Option<String>), Counted> = BTreeMap::new();
    for Repository { kind, id, rows, .. } in &inventory.repositories {
        let counted = found.entry((*kind, id.clone())).or_default();
        for row in rows {
            *counted.entry(terms(row)).or_default() += 1;
        }
    }
    found
}

fn terms(row: &Row) -> Terms {
    Terms {
        revision: row.revision.clone(),
        commit: row.commit.clone(),
        pinned: row.pinned.word(),
        remote_code: row.remote_code.word(),
        code_revision: row.code_revision.clone(),
        tokenizer_revision: row.tokenizer_revision.clone(),
        format: row.format.clone(),
        policy: row.policy.clone(),
        loader: row.loader.clone(),
        path: row.path.clone(),
    }
}

/// What one has more often than the other.
fn more(one: &Counted, other: &Counted) -> Vec<Terms> {
    one.iter()
        .filter(|(terms, count)| **count > other.get(*terms).copied().unwrap_or(0))
        .map(|(terms, _)| terms.clone())
        .collect()
}

impl Terms {
    fn describe(&self) -> String {
        let mut parts = vec![match (&self.revision, self.pinned) {
            (Some(revision), "yes") => format!("pinned at {}", revision.get(..12).unwrap_or(revision)),
            (Some(revision), pinned) => format!("revision {revision}, pinned: {pinned}"),
            (None, "n/a") => "nothing to pin".to_owned(),
            (None, "lock") => "commit from the lock".to_owned(),
            (None, "unknown") => "revision not known".to_owned(),
            (None, _) => "no revision".to_owned(),
        }];
        if self.remote_code != "off" {
            parts.push(format!("remote code {}", self.remote_code));
        }
        if let Some(format) = &self.format {
            parts.push(format.clone());
        }
        parts.extend(self.policy.iter().cloned());
        format!("{} by {} in {}", parts.join(", "), self.loader, self.path)
    }
}

/// Prints the difference for people.
///
/// # Errors
/// When it cannot be written.
pub fn write_text(difference: &Difference, colour: bool, out: &mut dyn Write) -> io::Result<()> {
    let paint = |code: &str, text: String| if colour { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text };
    for (sign, code, changes) in
        [("+", "32", &difference.added), ("-", "31", &difference.removed), ("~", "33", &difference.changed)]
    {
        for change in changes {
            let id = change.id.as_deref().unwrap_or("(dynamic)");
            writeln!(out, "{}", paint(code, format!("{sign} {} {}", change.kind.word(), printable(id))))?;
            for (sign, terms) in signed(change) {
                writeln!(out, "    {sign} {}", printable(&terms.describe()))?;
            }
        }
    }
    writeln!(out, "{}", difference.summary())
}

/// Prints the difference as Markdown.
///
/// # Errors
/// When it cannot be written.
pub fn write_markdown(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "## Changed models, datasets and other repositories\n\n{}", difference.summary())?;
    for (title, changes) in
        [("New", &difference.added), ("Gone", &difference.removed), ("On other terms or at other files", &difference.changed)]
    {
        if changes.is_empty() {
            continue;
        }
        writeln!(out, "\n### {title}\n")?;
        for change in changes {
            writeln!(out, "- {} **{}**", change.kind.word(), escaped(change.id.as_deref().unwrap_or("(dynamic)")))?;
            for (sign, terms) in signed(change) {
                let word = if sign == '+' { "now" } else { "before" };
                writeln!(out, "  - {word}: {}", escaped(&terms.describe()))?;
            }
        }
    }
    Ok(())
}

/// Prints the difference as JSON, version 1.
///
/// # Errors
/// When it cannot be written.
pub fn write_json(difference: &Difference, out: &mut dyn Write) -> io::Result<()> {
    #[derive(Serialize)]
    struct Written<'a> {
        version: u32,
        #[serde(flatten)]
        difference: &'a Difference,
    }
    serde_json::to_writer_pretty(&mut *out, &Written { version: super::json::VERSION, difference })?;
    writeln!(out)
}

fn signed(change: &Change) -> impl Iterator<Item = (char, &Terms)> {
    change.removed.iter().map(|terms| ('-', terms)).chain(change.added.iter().map(|terms| ('+', terms)))
}
