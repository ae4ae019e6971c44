//! Baselines: findings that were there when hublint came. Entries are digests of rule, path and normalised text with a
//! count and a reason, so that lines may move, while new copies of an old finding are new.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::discover;
use crate::error::{Error, InFile};
use crate::finding::{Draft, Finding, FindingContext, Level, Suppression};
use crate::printable::printable;
use crate::report::Report;
use crate::source::{Language, Source};
use crate::span::Span;

/// Version of the format.
const VERSION: u32 = 1;
/// No baseline is larger.
const MOST_BYTES: u64 = 64 << 20;

/// Equal findings in one file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Path relative to the project root.
    pub path: String,
    /// The rule.
    pub rule: String,
    /// [`Finding::identity`]
    pub digest: String,
    /// How many copies.
    pub count: u32,
    /// The matched text, for reviewers; empty for secrets.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub text: String,
    /// Why it is accepted. Kept when the baseline is written anew.
    #[serde(default)]
    pub reason: String,
}

/// The file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    version: u32,
    findings: Vec<Entry>,
}

/// A baseline.
#[derive(Clone, Debug, Default)]
pub struct Baseline {
    /// Where it was read.
    pub file: PathBuf,
    text: String,
    entries: BTreeMap<String, Entry>,
}

/// What a baseline leaves.
#[derive(Clone, Debug, Default)]
pub struct Compared {
    /// Findings that are new.
    pub new: Vec<Finding>,
    /// Findings that the baseline holds, with [`Finding::suppressed`] set.
    pub known: Vec<Finding>,
    /// Entries with the number of their copies that are gone.
    pub stale: Vec<(Entry, u32)>,
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// When it cannot be read or is no baseline.
    pub fn read(path: &Path) -> Result<Self, Error> {
        let failed = |source| Error::Read { path: path.to_path_buf(), source };
        let found = std::fs::metadata(path).map_err(failed)?;
        if !found.is_file() || found.len() > MOST_BYTES {
            return Err(Error::usage(format!("{} is no baseline", path.display()), "write one with --write-baseline"));
        }
        Self::parse(path, std::fs::read_to_string(path).map_err(failed)?)
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// What is wrong in it, with its line.
    pub fn parse(path: &Path, text: String) -> Result<Self, Error> {
        let file: File = serde_json::from_str(&text).map_err(|error| {
            let start: usize = text.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
            let at = start + error.column().saturating_sub(1);
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or("").to_owned();
            InFile::new(path, &text, at..at + 1, message, "baselines are written by --write-baseline; only reasons are edited")
        })?;
        if file.version != VERSION {
            return Err(Error::usage(
                format!("{}: version {} is not known", path.display(), file.version),
                "write the baseline anew with --write-baseline",
            ));
        }
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for entry in file.findings {
            // A merge of two branches may hold an entry twice: the larger count stands for both.
            match entries.get_mut(&entry.digest) {
                Some(known) => {
                    known.count = known.count.max(entry.count);
                    if known.reason.is_empty() {
                        known.reason = entry.reason;
                    }
                }
                None => {
                    entries.insert(entry.digest.clone(), entry);
                }
            }
        }
        Ok(Self { file: path.to_path_buf(), text, entries })
    }

    /// A baseline of these findings. Reasons of an older one are kept.
    #[must_use]
    pub fn of(findings: &[Finding], old: Option<&Baseline>) -> Self {
        let mut entries: BTreeMap<String, Entry> = BTreeMap::new();
        for finding in findings {
            let entry = entries.entry(finding.identity.clone()).or_insert_with(|| Entry {
                path: finding.location.path.clone(),
                rule: finding.rule.clone(),
                digest: finding.identity.clone(),
                count: 0,
                text: if finding.secret { String::new() } else { printable(&finding.snippet).into_owned() },
                reason: old
                    .and_then(|old| old.entries.get(&finding.identity))
                    .map(|entry| entry.reason.clone())
                    .unwrap_or_default(),
            });
            entry.count += 1;
        }
        Self { entries, ..Self::default() }
    }

    /// The entries, sorted by path, rule and digest.
    #[must_use]
    pub fn entries(&self) -> BTreeSet<&Entry> {
        self.entries.values().collect()
    }

    /// The text of the file: an entry a line, sorted, so that changes read well in a review.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut text = format!("{{\n  \"version\": {VERSION},\n  \"findings\": [");
        for (index, entry) in self.entries().into_iter().enumerate() {
            text.push_str(if index == 0 { "\n    " } else { ",\n    " });
            // An entry is texts and a number: it always serialises.
            text.push_str(&serde_json::to_string(entry).unwrap_or_default());
        }
        text.push_str("\n  ]\n}\n");
        text
    }

    /// Tells new findings from known ones. Copies are counted in the order of the findings, which should be sorted.
    /// `checked` says whether a path was part of this run: entries of other files are not stale.
    #[must_use]
    pub fn compare(&self, findings: Vec<Finding>, checked: &dyn Fn(&str) -> bool) -> Compared {
        let mut left: BTreeMap<&str, u32> = self.entries.iter().map(|(digest, entry)| (digest.as_str(), entry.count)).collect();
        let mut compared = Compared::default();
        for mut finding in findings {
            let room = left.get_mut(finding.identity.as_str()).filter(|count| **count > 0);
            let Some(count) = room else {
                compared.new.push(finding);
                continue;
            };
            *count -= 1;
            let reason = self.entries.get(&finding.identity).map(|entry| entry.reason.clone()).unwrap_or_default();
            finding.suppressed = Some(Suppression { in_source: false, reason });
            compared.known.push(finding);
        }
        compared.stale = self
            .entries()
            .into_iter()
            .filter(|entry| checked(&entry.path))
            .filter_map(|entry| {
                let gone = *left.get(entry.digest.as_str())?;
                (gone > 0).then(|| (entry.clone(), gone))
            })
            .collect();
        compared
    }

    /// Compares the findings of a report: what is known goes, counted and kept as suppressed when `keep` says so; stale
    /// entries come in as findings of the rule `unused-ignore`.
    pub fn apply(&self, report: &mut Report, keep: bool, checked: &dyn Fn(&str) -> bool, root: &Path) {
        let compared = self.compare(std::mem::take(&mut report.findings), checked);
        report.statistics.in_baseline += compared.known.len() as u64;
        report.findings = compared.new;
        report.findings.extend(self.stale_findings(&compared.stale, root));
        if keep {
            report.suppressed.extend(compared.known);
        }
        report.sort();
    }

    /// Notes about entries whose findings are gone, at their lines in the baseline.
    #[must_use]
    pub fn stale_findings(&self, stale: &[(Entry, u32)], root: &Path) -> Vec<Finding> {
        if stale.is_empty() {
            return Vec::new();
        }
        let path = discover::relative(root, &discover::canonical(&self.file))
            .unwrap_or_else(|| self.file.to_string_lossy().into_owned());
        let source = Source::verbatim(&path, self.text.clone(), Language::Json);
        let context = FindingContext::new(&source);
        // One pass: where each digest stands.
        let mut places: BTreeMap<&str, usize> = BTreeMap::new();
        let key = "\"digest\":";
        for (at, _) in self.text.match_indices(key) {
            let rest = self.text.get(at + key.len()..).unwrap_or("");
            let blanks = rest.len() - rest.trim_start_matches([' ', '"']).len();
            let digest = rest.trim_start_matches([' ', '"']).split('"').next().unwrap_or("");
            places.insert(digest, at + key.len() + blanks);
        }
        let findings = stale
            .iter()
            .map(|(entry, gone)| {
                let at = places.get(entry.digest.as_str()).copied().unwrap_or(0);
                let what = if *gone == entry.count { "is gone".to_owned() } else { format!("has {gone} fewer copies") };
                let mut draft = Draft::new(
                    "unused-ignore",
                    Level::Note,
                    0,
                    Span::new(at, at + entry.digest.len()),
                    format!("the baseline holds a finding of {} in {} that {what}", entry.rule, entry.path),
                );
                draft.help = "write the baseline anew with --write-baseline".to_owned();
                context.finding(draft)
            })
            .collect();
        context.finish(findings)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn source(text: &str) -> Source {
        Source::verbatim("a.py", text.to_owned(), Language::Python)
    }

    fn findings(text: &str) -> Vec<Finding> {
        let source = source(text);
        let context = FindingContext::new(&source);
        let found = text
            .match_indices("load")
            .map(|(at, _)| {
                let end = text[at..].find(')').unwrap() + at + 1;
                context.finding(Draft::new("unsafe-torch-load", Level::Warning, 0, Span::new(at, end), "unpickles"))
            })
            .collect();
        context.finish(found)
    }

    fn everywhere(_: &str) -> bool {
        true
    }

    #[test]
    fn lines_and_blanks_may_move_but_a_new_copy_is_new() {
        let old = findings("load(a)\nload(a)\nload(b,\n  c)\n");
        assert_eq!(old.len(), 3);
        let json = Baseline::of(&old, None).to_json();
        let baseline = Baseline::parse(Path::new("b.json"), json).unwrap();
        let moved = findings("\n\nload(b, c)\n\nload(a)\nload(a)\n");
        let compared = baseline.compare(moved, &everywhere);
        assert_eq!((compared.new.len(), compared.known.len()), (0, 3));
        assert!(compared.stale.is_empty());
        let more = findings("load(a)\nload(a)\nload(a)\nload(b, c)\n");
        let compared = baseline.compare(more, &everywhere);
        assert_eq!((compared.new.len(), compared.known.len()), (1, 3));
        assert_eq!(compared.new[0].location.start.line, 3);
    }

    #[test]
    fn stale_entries_are_reported_at_their_line_only_for_checked_files() {
        let json = Baseline::of(&findings("load(a)\nload(a)\nload(b)\n"), None).to_json();
        let baseline = Baseline::parse(Path::new("/p/b.json"), json).unwrap();
        let compared = baseline.compare(findings("load(a)\n"), &everywhere);
        assert_eq!(compared.stale.len(), 2);
        let notes = baseline.stale_findings(&compared.stale, Path::new("/p"));
        assert_eq!(notes.len(), 2);
        assert!(notes.iter().all(|note| note.location.path == "b.json" && note.level == Level::Note));
        assert!(notes.iter().all(|note| note.location.start.line > 3));
        assert!(notes.iter().any(|note| note.message.contains("1 fewer")));
        let other = baseline.compare(Vec::new(), &|path| path != "a.py");
        assert!(other.stale.is_empty());
    }

    #[test]
    fn reasons_survive_a_rewrite_and_the_text_is_stable() {
        let found = findings("load(a)\nload(b)\n");
        let json = Baseline::of(&found, None).to_json();
        let edited = json.replacen("\"reason\":\"\"", "\"reason\":\"vendored\"", 1);
        let old = Baseline::parse(Path::new("b.json"), edited.clone()).unwrap();
        assert_eq!(Baseline::of(&found, Some(&old)).to_json(), edited);
        assert_eq!(json.lines().count(), 6 + 1);
    }

    #[test]
    fn secrets_leave_only_a_digest() {
        let text = "token = \"abcdefghijklmnop\"\n";
        let source = source(text);
        let context = FindingContext::new(&source);
        let mut draft = Draft::new("leaked-token", Level::Error, 0, Span::new(9, 25), "leaked");
        draft.identity = Some("digest".to_owned());
        let json = Baseline::of(&[context.finding(draft)], None).to_json();
        assert!(!json.contains("abcdefgh") && !json.contains("\"text\""), "{json}");
    }

    #[test]
    fn a_broken_file_is_an_error_with_its_line() {
        let text = "{\n \"version\": 1,\n \"findings\": [{\"rul\": 1}]\n}";
        let error = Baseline::parse(Path::new("b.json"), text.to_owned()).unwrap_err();
        let place = error.place().unwrap();
        assert_eq!(place.line, 3);
        assert!(place.message.contains("unknown field `rul`"), "{place}");
        assert!(Baseline::parse(Path::new("b.json"), "[".repeat(100_000)).is_err());
    }
}
