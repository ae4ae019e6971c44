//! Known holes of libraries by version: the table `rules/data/advisories.toml` and its questions.
//!
//! The table is parsed at the first question about a package that stands in it; a project without such a package
//! never pays for it.

use std::cmp::Reverse;
use std::ops::Bound;
use std::sync::OnceLock;

use pep440_rs::Version;
use serde::Deserialize;

use super::requirement::normalise_name;
use super::set::{VersionSet, clauses, parse_version, split_operator};
use super::{Admission, Answer, ProjectVersions, VersionKnowledge, admits};

const TABLE: &str = include_str!("../../rules/data/advisories.toml");

/// The packages of the table, known without parsing it (a test compares).
const LISTED: &[&str] = &[
    "joblib",
    "keras",
    "langgraph-checkpoint",
    "llama-cpp-python",
    "nemo-toolkit",
    "numpy",
    "onnx",
    "pytorch-lightning",
    "sglang",
    "skops",
    "torch",
    "transformers",
    "vllm",
];

/// The table could not be read: a defect of the program, not of the project.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AdvisoryError {
    /// The file is no TOML of the right shape.
    #[error("advisories.toml: {0}")]
    Shape(String),
    /// A row makes no sense.
    #[error("advisories.toml: {id}: {problem}")]
    Row {
        /// The row's advisory.
        id: String,
        /// What is wrong with it.
        problem: &'static str,
    },
}

/// The most that a finding may be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdvisoryLevel {
    /// Never fails a run.
    Note,
    /// A hole that a reader should close.
    Warning,
}

/// How well the row is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdvisoryConfidence {
    /// Unverified; at most a note.
    Low,
    /// One good source.
    Medium,
    /// Read in released packages, or several sources agree.
    High,
}

/// What narrows a trigger.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Condition {
    /// This keyword must be passed to the call, and not as a literal False.
    #[serde(default)]
    pub keyword: Option<String>,
    /// An argument of the call must end in one of these.
    #[serde(default)]
    pub suffixes: Vec<String>,
}

/// Another package that must be there for the hole to be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Companion {
    /// PEP 503 name.
    pub package: String,
    /// The versions of it with which the hole is open.
    pub affected: VersionSet,
}

/// One row of the table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Advisory {
    /// PEP 503 name.
    pub package: String,
    /// The name to show: a CVE or GHSA id.
    pub id: String,
    /// Other names of the same hole.
    pub also: Vec<String>,
    /// The ranges as written.
    pub ranges: Vec<String>,
    /// First version without the hole, where known.
    pub fixed: Option<Version>,
    /// The most that a finding may be.
    pub level: AdvisoryLevel,
    /// How well the row is known.
    pub confidence: AdvisoryConfidence,
    /// APIs that reach the hole; `*` stands for any text.
    pub triggers: Vec<String>,
    /// What narrows the triggers.
    pub when: Option<Condition>,
    /// Another package that the hole needs.
    pub companion: Option<Companion>,
    /// Where the row comes from.
    pub evidence: String,
    /// One sentence without a full stop.
    pub summary: String,
    /// Affected, up to the fix.
    affected: VersionSet,
    /// Affected and released: ends at the last affected release where it is known.
    released: VersionSet,
}

/// A row that a known version meets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The row.
    pub advisory: &'static Advisory,
    /// Always or Maybe.
    pub admission: Admission,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Table {
    advisory: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    package: String,
    id: String,
    #[serde(default)]
    also: Vec<String>,
    affected: Vec<String>,
    fixed: Option<String>,
    level: AdvisoryLevel,
    confidence: AdvisoryConfidence,
    triggers: Vec<String>,
    when: Option<Condition>,
    companion: Option<CompanionRow>,
    evidence: String,
    summary: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct CompanionRow {
    package: String,
    affected: String,
}

/// All rows, parsed once.
pub fn advisories() -> Result<&'static [Advisory], &'static AdvisoryError> {
    static PARSED: OnceLock<Result<Vec<Advisory>, AdvisoryError>> = OnceLock::new();
    PARSED.get_or_init(|| parse(TABLE)).as_deref()
}

/// Whether the table has a row for the package; costs no parse.
pub fn is_listed(package: &str) -> bool {
    LISTED.contains(&normalise_name(package).as_str())
}

/// The rows that the known version meets, the worst first. Companions and triggers are the caller's to check:
/// [`Advisory::companion_holds`], [`Advisory::is_triggered_by`].
pub fn matching(package: &str, knowledge: &VersionKnowledge) -> Result<Vec<Match>, &'static AdvisoryError> {
    if *knowledge == VersionKnowledge::Unknown || !is_listed(package) {
        return Ok(Vec::new());
    }
    let package = normalise_name(package);
    let mut found: Vec<Match> = advisories()?
        .iter()
        .filter(|advisory| advisory.package == package)
        .map(|advisory| Match { advisory, admission: advisory.admission(knowledge) })
        .filter(|found| found.admission != Admission::Never)
        .collect();
    found.sort_by(|one, two| {
        let key = |found: &Match| {
            let advisory = found.advisory;
            Reverse((found.admission, advisory.level, advisory.confidence, advisory.fixed.clone()))
        };
        key(one).cmp(&key(two)).then_with(|| one.advisory.id.cmp(&two.advisory.id))
    });
    Ok(found)
}

/// The match to report when a package gets one finding: of those that the caller has kept, the worst.
pub fn worst(matches: &[Match]) -> Option<Match> {
    matches.iter().copied().min_by_key(|found| {
        Reverse((found.admission, found.advisory.level, found.advisory.confidence, found.advisory.fixed.clone()))
    })
}

/// The version to move to: the lowest release that has the fixes of all these rows and is in no other row of the
/// package (transformers 5.0.0 closes one hole of 4.49 and lies in the range of the next). None when a row has no known
/// fix. [`Advisory::fix_release`] alone is the lighter step that closes one row.
pub fn clear_version(matches: &[Match]) -> Option<Version> {
    let package = &matches.first()?.advisory.package;
    let wanted = matches.iter().map(|found| found.advisory.fix_release()).collect::<Option<Vec<_>>>()?;
    let floor = wanted.into_iter().max()?;
    let rows: Vec<&Advisory> = advisories().ok()?.iter().filter(|row| row.package == *package).collect();
    let mut candidates: Vec<Version> = rows.iter().filter_map(|row| row.fix_release()).filter(|fix| *fix >= floor).collect();
    candidates.sort();
    candidates.into_iter().find(|version| rows.iter().all(|row| !row.affected.contains(version)))
}

impl Advisory {
    /// The first final release with the fix: nobody should be sent to a release candidate.
    pub fn fix_release(&self) -> Option<Version> {
        self.fixed.as_ref().map(|fixed| if fixed.any_prerelease() { fixed.only_release() } else { fixed.clone() })
    }

    /// How a known version meets this row.
    pub fn admission(&self, knowledge: &VersionKnowledge) -> Admission {
        admits(knowledge, &self.affected, &self.released)
    }

    /// Whether a use of this API (`torch.load`, `vllm serve`) reaches the hole; [`Advisory::when`] may narrow it.
    pub fn is_triggered_by(&self, api: &str) -> bool {
        self.triggers.iter().any(|trigger| glob_matches(trigger, api))
    }

    /// Whether the other package that the hole needs is there, as far as the manifests tell. Yes when it needs none;
    /// Unknown when no manifest names it.
    pub fn companion_holds(&self, versions: &ProjectVersions, from: &str) -> Answer {
        let Some(companion) = &self.companion else {
            return Answer::Yes;
        };
        let Some(known) = versions.lookup(&companion.package, from) else {
            return Answer::Unknown;
        };
        match known.knowledge.set() {
            // Named without a version: it is installed, in the newest version.
            None if companion.affected.upper_bound() == Some(&Bound::Unbounded) => Answer::Yes,
            None => Answer::Unknown,
            Some(set) if set.is_subset_of(&companion.affected) => Answer::Yes,
            Some(set) if set.intersection(&companion.affected).is_empty() => Answer::No,
            Some(_) => Answer::Unknown,
        }
    }
}

fn parse(text: &str) -> Result<Vec<Advisory>, AdvisoryError> {
    let table: Table = toml::from_str(text).map_err(|error| AdvisoryError::Shape(error.to_string()))?;
    table.advisory.into_iter().map(row).collect()
}

fn row(row: Row) -> Result<Advisory, AdvisoryError> {
    let fail = |problem| AdvisoryError::Row { id: row.id.clone(), problem };
    if row.package != normalise_name(&row.package) || row.package.is_empty() {
        return Err(fail("the package name is not in its normal form"));
    }
    if row.triggers.is_empty() || row.affected.is_empty() {
        return Err(fail("needs at least one trigger and one range"));
    }
    if row.confidence == AdvisoryConfidence::Low && row.level != AdvisoryLevel::Note {
        return Err(fail("an unverified row may give a note at most"));
    }
    let fixed = match &row.fixed {
        Some(text) => Some(parse_version(text).ok_or_else(|| fail("`fixed` is no version"))?),
        None => None,
    };
    let (mut affected, mut released) = (VersionSet::default(), VersionSet::default());
    for range in &row.affected {
        let set = VersionSet::parse_ordered(range).filter(|set| !set.is_empty());
        let set = set.ok_or_else(|| fail("a range does not parse"))?;
        released = released.union(&set);
        affected = affected.union(&up_to_fix(range, set, fixed.as_ref()));
    }
    if fixed.as_ref().is_some_and(|fixed| affected.contains(fixed)) {
        return Err(fail("`fixed` is inside the affected versions"));
    }
    let companion = match row.companion {
        Some(companion) => {
            let set = VersionSet::parse_ordered(&companion.affected).filter(|set| !set.is_empty());
            let affected =
                set.ok_or(AdvisoryError::Row { id: row.id.clone(), problem: "the companion's range does not parse" })?;
            Some(Companion { package: normalise_name(&companion.package), affected })
        }
        None => None,
    };
    Ok(Advisory {
        package: row.package,
        id: row.id,
        also: row.also,
        ranges: row.affected,
        fixed,
        level: row.level,
        confidence: row.confidence,
        triggers: row.triggers,
        when: row.when,
        companion,
        evidence: row.evidence,
        summary: row.summary,
        affected,
        released,
    })
}

/// `<=2.5.1` with the fix in 2.6.0: a pinned 2.5.1.post1 is affected too.
fn up_to_fix(range: &str, set: VersionSet, fixed: Option<&Version>) -> VersionSet {
    let last = clauses(range).unwrap_or_default().into_iter().find_map(|clause| match split_operator(clause) {
        ("<=", version) => parse_version(version),
        _ => None,
    });
    match (last, fixed) {
        (Some(last), Some(fixed)) if last < *fixed => {
            set.union(&VersionSet::between(Bound::Excluded(last), Bound::Excluded(fixed.clone())))
        }
        _ => set,
    }
}

/// Whether a text fits a pattern in which `*` stands for any text. Takes time proportional to pattern times text.
fn glob_matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let Some(last) = pattern.contains('*').then(|| pattern.rsplit('*').next().unwrap_or("")) else {
        return rest.is_empty();
    };
    let middle: Vec<&str> = parts.collect();
    for part in middle.iter().take(middle.len().saturating_sub(1)) {
        match rest.find(part) {
            Some(at) => rest = rest.get(at + part.len()..).unwrap_or(""),
            None => return false,
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn ids(package: &str, specifier: &str) -> Vec<(String, Admission)> {
        let found = matching(package, &VersionKnowledge::from_specifiers(specifier)).unwrap();
        found.iter().map(|found| (found.advisory.id.clone(), found.admission)).collect()
    }

    #[test]
    fn the_table_is_sound() {
        let rows = advisories().unwrap();
        let packages: BTreeSet<&str> = rows.iter().map(|row| row.package.as_str()).collect();
        assert_eq!(packages.into_iter().collect::<Vec<_>>(), LISTED);
        let mut names = BTreeSet::new();
        for row in rows {
            assert!(!row.summary.ends_with('.') && row.summary.len() < 140, "{}", row.id);
            assert!(!row.evidence.is_empty(), "{}", row.id);
            for name in std::iter::once(&row.id).chain(&row.also) {
                assert!(name.starts_with("CVE-") || name.starts_with("GHSA-"), "{name}");
                assert!(names.insert(name.clone()), "{name} stands twice");
            }
        }
    }

    #[test]
    fn rows_that_make_no_sense_are_refused() {
        let good = "[[advisory]]\npackage='torch'\nid='CVE-1'\naffected=['<2']\nfixed='2'\nlevel='note'\nconfidence='low'\ntriggers=['torch.load']\nevidence='x'\nsummary='y'\n";
        assert!(parse(good).is_ok());
        for (from, to) in [
            ("'torch'", "'Torch'"),
            ("['<2']", "[]"),
            ("['<2']", "['<2,>3']"),
            ("['<2']", "['!=2']"),
            ("fixed='2'", "fixed='1'"),
            ("fixed='2'", "fixed='two'"),
            ("level='note'", "level='warning'"),
            ("level='note'", "level='error'"),
            ("['torch.load']", "[]"),
            ("summary", "sumary"),
        ] {
            assert!(parse(&good.replacen(from, to, 1)).is_err(), "{to}");
        }
    }

    #[test]
    fn boundaries_of_every_row() {
        for row in advisories().unwrap() {
            for range in &row.ranges {
                for clause in range.split(',') {
                    let (operator, version) = split_operator(clause);
                    let pin = VersionKnowledge::from_locked(version);
                    let wanted = if matches!(operator, "<=" | ">=") { Admission::Always } else { Admission::Never };
                    assert_eq!(row.admission(&pin), wanted, "{} {clause}", row.id);
                }
            }
            if let Some(fixed) = &row.fixed {
                assert_eq!(row.admission(&VersionKnowledge::Exact(fixed.clone())), Admission::Never, "{}", row.id);
            }
        }
    }

    #[test]
    fn pins_and_ranges() {
        assert_eq!(
            ids("torch", "==2.5.1"),
            [("CVE-2025-32434".to_owned(), Admission::Always), ("CVE-2026-24747".to_owned(), Admission::Always)]
        );
        assert_eq!(ids("torch", "==2.5.1.post1+cu118").len(), 2);
        assert_eq!(ids("Torch", ">2.5.1"), [("CVE-2026-24747".to_owned(), Admission::Maybe)]);
        assert_eq!(ids("torch", ">=2.10"), []);
        assert_eq!(ids("torch", ""), []);
        assert_eq!(ids("requests", "==1.0"), []);
        assert!(ids("transformers", ">=4.36,<4.50").contains(&("CVE-2024-11392".to_owned(), Admission::Maybe)));
        assert!(ids("vllm", "==0.10.2").iter().any(|(id, _)| id == "CVE-2026-22807"));
        assert!(ids("vllm", "==0.10.0").iter().all(|(id, _)| id != "CVE-2026-22807"));
        assert_eq!(ids("keras", "==3.13.2"), [("GHSA-hqp4-2352-xf5r".to_owned(), Admission::Always)]);
    }

    #[test]
    fn the_worst_first_and_a_version_that_clears_all() {
        let found = matching("keras", &VersionKnowledge::from_specifiers("==3.8.0")).unwrap();
        assert_eq!(worst(&found).unwrap().advisory.id, found.first().unwrap().advisory.id);
        assert_eq!(worst(&found).unwrap().advisory.level, AdvisoryLevel::Warning);
        assert_eq!(clear_version(&found).unwrap(), "3.14.0".parse().unwrap());
        let torch = matching("torch", &VersionKnowledge::from_specifiers("==2.5.1")).unwrap();
        assert_eq!(clear_version(&torch).unwrap(), "2.10.0".parse().unwrap());
        let old = matching("transformers", &VersionKnowledge::from_specifiers("==4.49.0")).unwrap();
        assert_eq!(old.first().unwrap().advisory.fix_release().unwrap(), "5.0.0".parse().unwrap());
        assert_eq!(clear_version(&old).unwrap(), "5.5.0".parse().unwrap());
        assert!(clear_version(&matching("onnx", &VersionKnowledge::from_specifiers("==1.16.1")).unwrap()).is_none());
        assert!(worst(&[]).is_none());
    }

    #[test]
    fn triggers_match_whole_names() {
        assert!(glob_matches("torch.load", "torch.load"));
        assert!(!glob_matches("torch.load", "torch.loads"));
        assert!(!glob_matches("torch.load", "mytorch.load"));
        assert!(glob_matches("transformers.*.from_pretrained", "transformers.AutoModel.from_pretrained"));
        assert!(!glob_matches("transformers.*.from_pretrained", "transformers.from_pretrained"));
        assert!(!glob_matches("transformers.Auto*.from_pretrained", "transformers.BertModel.from_pretrained"));
        assert!(glob_matches("torch.jit.*", "torch.jit.load"));
        assert!(glob_matches("a*b*c", "abbc") && !glob_matches("a*b*c", "acb"));
        assert!(!glob_matches("a*aa", "aa") && glob_matches("*", ""));
    }

    #[test]
    fn companions() {
        let rows = advisories().unwrap();
        let kernels = rows.iter().find(|row| row.id == "CVE-2026-4372").unwrap();
        let trainer = rows.iter().find(|row| row.id == "CVE-2026-1839").unwrap();
        let project = |text: &str| {
            let manifest = crate::versions::read(crate::versions::ManifestKind::Requirements, text, &|_| None);
            ProjectVersions::new([("requirements.txt".to_owned(), manifest)])
        };
        assert_eq!(kernels.companion_holds(&project("kernels\n"), ""), Answer::Yes);
        assert_eq!(kernels.companion_holds(&project("torch\n"), ""), Answer::Unknown);
        assert_eq!(trainer.companion_holds(&project("torch==2.5.1"), ""), Answer::Yes);
        assert_eq!(trainer.companion_holds(&project("torch>=2.6"), ""), Answer::No);
        assert_eq!(trainer.companion_holds(&project("torch"), ""), Answer::Unknown);
    }
}
