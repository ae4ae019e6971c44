//! `vulnerable-dependency`: a version with a hole, in a project whose own code uses the API that the hole is in.
//!
//! In two steps, because the manifest and the call stand in different files: each file says which holes its uses could
//! reach ([`reached`]), and when all files are done the manifests decide ([`judge`]).

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Arc;

use super::{Repair, RepairPlan, Spot, Verdict, path};
use crate::finding::Level;
use crate::source::Source;
use crate::span::Span;
use crate::usage::{Confidence, Definition, Literal, Role, Use, UseKind};
use crate::versions::advisory::{Advisory, AdvisoryConfidence, AdvisoryLevel, Match, advisories, clear_version, matching, worst};
use crate::versions::{Admission, Answer, Known, Place, ProjectVersions, Requirement, VersionKnowledge, raised_floor};

/// The rule's id.
pub const RULE: &str = "vulnerable-dependency";

/// A use that reaches a hole, if the version has it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reached {
    /// Tests and examples are named last.
    low_stakes: bool,
    /// The file, relative to the project root.
    pub path: String,
    /// Physical line, from 1.
    pub line: u32,
    /// How the API is written.
    pub api: String,
    /// Index of the row in the table of advisories.
    advisory: usize,
}

/// The holes that the uses of a file could reach: the first use for each.
#[must_use]
pub fn reached(source: &Source, uses: &[Use]) -> Vec<Reached> {
    let Ok(rows) = advisories() else { return Vec::new() };
    let mut first: BTreeMap<usize, &Use> = BTreeMap::new();
    let mut known: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for usage in uses {
        if !matches!(usage.kind, UseKind::Call | UseKind::Reference | UseKind::Command) {
            continue;
        }
        let indices = known.entry(usage.qualified.as_str()).or_insert_with(|| {
            let triggered = |(index, row): (usize, &Advisory)| row.is_triggered_by(&usage.qualified).then_some(index);
            rows.iter().enumerate().filter_map(triggered).collect()
        });
        for index in indices.iter() {
            if !rows.get(*index).is_some_and(|row| narrowed(row, usage, source)) {
                continue;
            }
            let place = |usage: &Use| (usage.unit, usage.callee.start());
            if first.get(index).is_none_or(|earlier| place(usage) < place(earlier)) {
                first.insert(*index, usage);
            }
        }
    }
    let low_stakes = path::is_low_stakes(&source.path);
    let line = |usage: &Use| {
        let byte = source.units.get(usage.unit).map_or(0, |unit| unit.map.file_offset(usage.callee.start()));
        let before = source.bytes.get(..byte).unwrap_or_default();
        u32::try_from(memchr::memchr_iter(b'\n', before).count() + 1).unwrap_or(u32::MAX)
    };
    first
        .into_iter()
        .map(|(advisory, usage)| Reached {
            low_stakes,
            path: source.path.clone(),
            line: line(usage),
            api: usage.name.clone(),
            advisory,
        })
        .collect()
}

/// Does the use meet what narrows the row's triggers?
fn narrowed(row: &Advisory, usage: &Use, source: &Source) -> bool {
    let Some(condition) = &row.when else { return true };
    let text = source.units.get(usage.unit).and_then(|unit| unit.text.get(usage.whole.range())).unwrap_or("");
    let keyword = condition.keyword.as_ref().is_none_or(|keyword| passes(text, keyword));
    let suffix = condition.suffixes.is_empty()
        || usage.arguments.iter().any(|(role, argument)| {
            matches!(role, Role::Path | Role::RepoId | Role::Filename)
                && argument.value.literals().iter().any(|literal| {
                    let text = match literal {
                        Literal::Str(text) | Literal::LocalPath(Some(text)) => text.to_ascii_lowercase(),
                        _ => return false,
                    };
                    condition.suffixes.iter().any(|suffix| text.ends_with(suffix.as_str()))
                })
        });
    keyword && suffix
}

/// Is `keyword=` written in a call, and not as False or None? The keyword need not have a role, so the text is asked.
fn passes(call: &str, keyword: &str) -> bool {
    call.match_indices(keyword).any(|(at, _)| {
        let whole = !call.get(..at).unwrap_or("").ends_with(|character: char| character.is_alphanumeric() || character == '_');
        let rest = call.get(at + keyword.len()..).unwrap_or("").trim_start();
        let value = rest.strip_prefix('=').filter(|rest| !rest.starts_with('=')).map(str::trim_start);
        whole && value.is_some_and(|value| !(value.starts_with("False") || value.starts_with("None")))
    })
}

/// The project as the judge asks it.
pub trait Manifests {
    /// The versions that the file at a path gets.
    fn versions(&self, path: &str) -> Arc<ProjectVersions>;
    /// The text of a manifest.
    fn text(&self, path: &str) -> Option<String>;
}

/// What a folder gets of a package, and the rows that this version meets.
type Asked = (Known, Vec<Match>);

/// What one install command of a file is accused of.
type OwnAccused = (Known, Vec<(Match, Reached)>);

/// What one requirement is accused of.
struct Accused<'a> {
    known: Known,
    matches: Vec<(Match, &'a Reached)>,
}

/// Verdicts about requirements, by the path of the file that holds them. The spots are bytes of that file.
#[must_use]
pub fn judge(reached: &BTreeSet<Reached>, manifests: &dyn Manifests) -> BTreeMap<String, Vec<Verdict>> {
    let Ok(rows) = advisories() else { return BTreeMap::new() };
    let mut accused: BTreeMap<(String, usize, String), Accused<'_>> = BTreeMap::new();
    let mut asked: BTreeMap<(&str, &str), Option<Asked>> = BTreeMap::new();
    for one in reached {
        let Some(row) = rows.get(one.advisory) else { continue };
        let folder = one.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        let answer = asked.entry((folder, &row.package)).or_insert_with(|| {
            let known = manifests.versions(&one.path).lookup(&row.package, folder)?;
            let matches = matching(&row.package, &known.knowledge).ok()?;
            (!matches.is_empty()).then_some((known, matches))
        });
        let Some((known, matches)) = answer else { continue };
        let Some(found) = matches.iter().find(|found| std::ptr::eq(found.advisory, row)) else { continue };
        // A hole that needs a companion which no manifest names is not open as far as can be seen.
        if row.companion_holds(&manifests.versions(&one.path), folder) != Answer::Yes {
            continue;
        }
        let entry = accused
            .entry((known.path.clone(), known.span.start, row.package.clone()))
            .or_insert_with(|| Accused { known: known.clone(), matches: Vec::new() });
        if !entry.matches.iter().any(|(present, _)| std::ptr::eq(present.advisory, found.advisory)) {
            entry.matches.push((*found, one));
        }
    }
    let mut verdicts: BTreeMap<String, Vec<Verdict>> = BTreeMap::new();
    for ((path, _, package), accused) in accused {
        let Some(text) = manifests.text(&path) else { continue };
        if let Some(verdict) = verdict(&package, &accused, &text) {
            verdicts.entry(path).or_default().push(verdict);
        }
    }
    verdicts
}

/// What the file installs itself (`!pip install torch==2.1.0` in a notebook, `RUN pip install` before `CMD`) counts for it
/// before any manifest: verdicts about its own install commands, and the holes that are left for the manifests. `installed`
/// are requirements with their units, in the order of the file.
#[must_use]
pub fn judge_own(reached: Vec<Reached>, installed: &[(usize, Requirement)], source: &Source) -> (Vec<Verdict>, Vec<Reached>) {
    let Ok(rows) = advisories() else { return (Vec::new(), reached) };
    if installed.is_empty() {
        return (Vec::new(), reached);
    }
    let mut accused: BTreeMap<(usize, usize, &str), OwnAccused> = BTreeMap::new();
    let mut rest = Vec::new();
    for one in reached {
        // What needs a companion is for the manifests: they know all that is installed.
        let Some(row) = rows.get(one.advisory).filter(|row| row.companion.is_none()) else {
            rest.push(one);
            continue;
        };
        let Some((unit, known)) = installed_version(&row.package, installed, source) else {
            rest.push(one);
            continue;
        };
        let Ok(matches) = matching(&row.package, &known.knowledge) else { continue };
        if let Some(found) = matches.iter().find(|found| std::ptr::eq(found.advisory, row)) {
            let entry = accused.entry((unit, known.span.start, &row.package)).or_insert_with(|| (known, Vec::new()));
            entry.1.push((*found, one));
        }
    }
    let mut verdicts = Vec::new();
    for ((unit, _, package), (known, matches)) in accused {
        let text = source.units.get(unit).map_or("", |unit| unit.text.as_str());
        let matches = matches.iter().map(|(found, one)| (*found, one)).collect();
        if let Some(mut verdict) = verdict(package, &Accused { known, matches }, text) {
            verdict.spot.unit = unit;
            // A version that is set for one notebook is raised by whoever runs it again.
            verdict.repair = None;
            verdicts.push(verdict);
        }
    }
    (verdicts, rest)
}

/// What the last install command that names a version says of a package.
fn installed_version(package: &str, installed: &[(usize, Requirement)], source: &Source) -> Option<(usize, Known)> {
    installed.iter().rev().find_map(|(unit, requirement)| {
        let known = Known::from_requirements(&source.path, std::slice::from_ref(requirement), package)?;
        (!matches!(known.knowledge, VersionKnowledge::Unknown)).then_some((*unit, known))
    })
}

/// One requirement, one finding: the worst hole, with the others named.
fn verdict(package: &str, accused: &Accused<'_>, text: &str) -> Option<Verdict> {
    let matches: Vec<Match> = accused.matches.iter().map(|(found, _)| *found).collect();
    let worst = worst(&matches)?;
    let (_, by) = accused.matches.iter().find(|(found, _)| std::ptr::eq(found.advisory, worst.advisory))?;
    let known = &accused.known;
    let case = if worst.admission == Admission::Always { "affected" } else { "admitted" };
    let span = on_one_line(text, known.span.clone());
    let mut verdict = Verdict::at(RULE, case, Spot { unit: 0, span });
    verdict.confidence = match worst.advisory.confidence {
        AdvisoryConfidence::High => Confidence::High,
        AdvisoryConfidence::Medium => Confidence::Medium,
        AdvisoryConfidence::Low => Confidence::Low,
    };
    if worst.advisory.level == AdvisoryLevel::Note {
        verdict = verdict.capped(Level::Note);
    }
    let specifier = text.get(known.specifier_span.clone()).unwrap_or("").trim();
    let version = match (&known.knowledge, specifier) {
        (VersionKnowledge::Exact(version), _) => version.to_string(),
        (_, "") => String::new(),
        (_, written) => written.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect(),
    };
    let others: Vec<&str> = matches
        .iter()
        .filter(|found| !std::ptr::eq(found.advisory, worst.advisory))
        .map(|found| found.advisory.id.as_str())
        .collect();
    let reason = match others.as_slice() {
        [] => worst.advisory.summary.clone(),
        others => format!("{} (also {})", worst.advisory.summary, others.join(", ")),
    };
    let target = clear_version(&matches);
    let closes = worst.advisory.fix_release();
    let raise = match (&target, &closes) {
        (Some(target), Some(closes)) if target != closes => {
            format!("raise `{package}` to {target} ({closes} closes {} alone)", worst.advisory.id)
        }
        (Some(target), _) => format!("raise `{package}` to {target} or later"),
        (None, Some(closes)) => format!("raise `{package}` to {closes} or later for {}", worst.advisory.id),
        (None, None) => format!("no release of `{package}` with a fix is known: do not load files of strangers with it"),
    };
    verdict.related.push((
        format!("`{}` is used here", by.api),
        Definition { path: Some(by.path.clone()), unit: 0, span: Span::default(), line: by.line },
    ));
    verdict.identity = Some(format!("{package} {}", worst.advisory.id));
    verdict.properties.insert("package".to_owned(), package.to_owned());
    verdict.properties.insert("advisory".to_owned(), worst.advisory.id.clone());
    if let Some(floor) = target.or(closes) {
        verdict.properties.insert("fixed".to_owned(), floor.to_string());
        // A pin or a lock is somebody's decision: only a floor is raised, and only where the text is what the manifest holds.
        let raised =
            (known.place != Place::Lock && !text.contains('\u{FFFD}')).then(|| raised_floor(specifier, &floor)).flatten();
        if let Some(raised) = raised.filter(|_| !specifier.is_empty()) {
            verdict = verdict.repaired(Some(RepairPlan {
                safe: false,
                description: format!("raise the floor of {package} to {floor}"),
                repair: Repair::Replace { span: Span::from(known.specifier_span.clone()), text: raised },
            }));
        }
    }
    Some(
        verdict
            .with("package", package)
            .with("version", version)
            .with("advisory", worst.advisory.id.clone())
            .with("api", by.api.clone())
            .with("reason", reason)
            .with("target", raise),
    )
}

/// The part of a requirement on its first line that is not blank: entries of lock files span several.
fn on_one_line(text: &str, range: Range<usize>) -> Span {
    let written = text.get(range.clone()).unwrap_or("");
    let blank = written.len() - written.trim_start().len();
    let line = written.trim_start().split(['\r', '\n']).next().unwrap_or("").trim_end();
    Span::new(range.start + blank, range.start + blank + line.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_keyword_counts_when_it_is_passed() {
        assert!(passes("get_file(\"a\", url, extract=True)", "extract"));
        assert!(passes("get_file(\"a\", url, extract = flag)", "extract"));
        assert!(!passes("get_file(\"a\", url, extract=False)", "extract"));
        assert!(!passes("get_file(\"a\", url, no_extract=True)", "extract"));
        assert!(!passes("get_file(\"extract\", url)", "extract"));
        assert!(!passes("f(extract == 1)", "extract"));
    }

    #[test]
    fn a_finding_stands_on_one_line() {
        let text = "\n  torch==1.0 \\\n  --hash=x\n";
        let span = on_one_line(text, 0..text.len());
        assert_eq!(span.text(text), "torch==1.0 \\");
    }
}
