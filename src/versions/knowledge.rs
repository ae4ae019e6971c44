//! What a project's files say about one package's version, and what follows from it.

use std::ops::Bound;

use pep440_rs::Version;

use super::set::{VersionSet, clause_set, clauses, parse_version, split_operator};

/// What is known about the version that will be installed.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum VersionKnowledge {
    /// One version: a `==` pin or a lock entry; a local label such as `+cu118` is kept.
    Exact(Version),
    /// A range that names no single version.
    Range(VersionRange),
    /// The package is named, or not even that, and nothing bounds its version.
    #[default]
    Unknown,
}

/// A specifier with the set of versions that it allows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionRange {
    /// The specifier as it stands in the file, for messages.
    pub text: String,
    /// The versions it allows.
    pub set: VersionSet,
}

/// How a requirement meets the affected versions of an advisory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Admission {
    /// No affected version is let in, or nothing is known.
    Never,
    /// Affected and unaffected versions are let in, and an end of the range is affected.
    Maybe,
    /// Whatever is installed is affected.
    Always,
}

/// A question with an honest third answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It holds for every version that can be installed.
    Yes,
    /// It holds for none.
    No,
    /// It depends, or nothing is known.
    Unknown,
}

impl VersionKnowledge {
    /// Reads PEP 440 specifiers (`>=1.13,<2.6`). Empty, unreadable and contradictory text is Unknown.
    pub fn from_specifiers(text: &str) -> Self {
        let text = text.trim();
        let Some(parts) = clauses(text) else {
            return Self::Unknown;
        };
        let mut set = VersionSet::all();
        let mut exact = None;
        for part in &parts {
            let Some(one) = clause_set(part) else {
                return Self::Unknown;
            };
            set = set.intersection(&one);
            if let ("==" | "===", version) = split_operator(part) {
                exact = exact.or_else(|| parse_version(version));
            }
        }
        match exact {
            Some(version) if set.contains(&version) => Self::Exact(version),
            _ => Self::from_set(set, text),
        }
    }

    /// Reads Poetry's constraints: PEP 440, `^2.1`, `~2.1`, `2.1.0` (exact), `*`, spaces as "and", `||` as "or".
    pub fn from_poetry(text: &str) -> Self {
        Self::from_alternatives(text, "||", poetry_set)
    }

    /// Reads conda's version part: `2.0` after one `=` is a prefix, `==2.0` is exact, `|` is "or".
    pub fn from_conda(text: &str) -> Self {
        Self::from_alternatives(text, "|", conda_set)
    }

    /// One version from a lock file.
    pub fn from_locked(text: &str) -> Self {
        parse_version(text).map_or(Self::Unknown, Self::Exact)
    }

    /// The knowledge that a set carries: one version is Exact, nothing or everything is Unknown.
    pub fn from_set(set: VersionSet, text: &str) -> Self {
        if let Some(version) = set.single() {
            return Self::Exact(version.clone());
        }
        if set.is_empty() || set == VersionSet::all() {
            return Self::Unknown;
        }
        Self::Range(VersionRange { text: text.to_owned(), set })
    }

    /// The versions that can be installed; None when unknown.
    pub fn set(&self) -> Option<VersionSet> {
        match self {
            Self::Exact(version) => Some(VersionSet::point(version)),
            Self::Range(range) => Some(range.set.clone()),
            Self::Unknown => None,
        }
    }

    /// Words for a message: `2.1.0+cu118`, `>=1.13,<2.6`; empty when unknown.
    pub fn describe(&self) -> String {
        match self {
            Self::Exact(version) => version.to_string(),
            Self::Range(range) => range.text.clone(),
            Self::Unknown => String::new(),
        }
    }

    fn from_alternatives(text: &str, separator: &str, read: fn(&str) -> Option<VersionSet>) -> Self {
        let text = text.trim();
        if text.len() > 1024 {
            return Self::Unknown;
        }
        let mut set = VersionSet::default();
        for alternative in text.split(separator) {
            match read(alternative.trim()) {
                Some(one) => set = set.union(&one),
                None => return Self::Unknown,
            }
        }
        match (set.single().is_some(), parse_version(text.trim_start_matches('='))) {
            (true, Some(version)) => Self::Exact(version),
            _ => Self::from_set(set, text),
        }
    }
}

/// Whether what is known lets affected versions in. `affected` is what the advisory calls affected, up to the fix;
/// `released` is the same cut at the last affected release where that is known, so that `>2.5.1` is not accused of
/// admitting versions between 2.5.1 and 2.6.0 that were never released.
///
/// A range is accused only when one of its ends is affected or it has no floor: `keras>=3.12.1` admits an affected
/// 3.13.0 in theory, but an installer takes the newest and the floor is sound.
pub fn admits(knowledge: &VersionKnowledge, affected: &VersionSet, released: &VersionSet) -> Admission {
    let set = match knowledge {
        VersionKnowledge::Unknown => return Admission::Never,
        VersionKnowledge::Exact(version) => {
            return if affected.contains(version) { Admission::Always } else { Admission::Never };
        }
        VersionKnowledge::Range(range) => &range.set,
    };
    if set.is_subset_of(affected) {
        return Admission::Always;
    }
    if set.intersection(released).is_empty() {
        return Admission::Never;
    }
    let end_is_affected = match (set.lower_bound(), set.upper_bound()) {
        (Some(lower), Some(upper)) => lower_is_affected(lower, released) || upper_is_affected(upper, released),
        _ => false,
    };
    if end_is_affected || set.is_points() { Admission::Maybe } else { Admission::Never }
}

fn lower_is_affected(lower: &Bound<Version>, affected: &VersionSet) -> bool {
    match lower {
        Bound::Unbounded => true,
        Bound::Included(version) => affected.contains(version),
        // Just above the bound; the set algebra knows which side of an affected run that is.
        Bound::Excluded(_) => {
            let above = VersionSet::between(lower.clone(), Bound::Unbounded);
            let met = above.intersection(affected);
            met.lower_bound() == Some(lower)
        }
    }
}

fn upper_is_affected(upper: &Bound<Version>, affected: &VersionSet) -> bool {
    match upper {
        Bound::Unbounded => affected.upper_bound() == Some(&Bound::Unbounded),
        Bound::Included(version) => affected.contains(version),
        Bound::Excluded(_) => {
            let below = VersionSet::between(Bound::Unbounded, upper.clone());
            below.intersection(affected).upper_bound() == Some(upper)
        }
    }
}

/// Whether every version that can be installed is at least `floor`. A pre-release of the floor itself is Unknown:
/// it may or may not hold the change.
pub fn at_least(knowledge: &VersionKnowledge, floor: &Version) -> Answer {
    let Some(set) = knowledge.set() else {
        return Answer::Unknown;
    };
    let reached = VersionSet::between(Bound::Included(floor.clone()), Bound::Unbounded);
    let below = super::set::first_development(&floor.only_release());
    let missed = VersionSet::between(Bound::Unbounded, Bound::Excluded(below));
    if set.is_empty() {
        Answer::Unknown
    } else if set.is_subset_of(&reached) {
        Answer::Yes
    } else if set.is_subset_of(&missed) {
        Answer::No
    } else {
        Answer::Unknown
    }
}

/// The specifier with its floor raised to `floor`, for a fix: `>=4.36,<5` becomes `>=4.48.0,<5`. None when the rest of
/// the specifier does not let `floor` in (`>=4.36,<4.40`), or when it is a pin or no plain range: raising it would then
/// be a decision, not a repair.
pub fn raised_floor(specifier: &str, floor: &Version) -> Option<String> {
    let mut parts = clauses(specifier)?.into_iter().map(str::to_owned).collect::<Vec<_>>();
    let mut raised = false;
    for part in &mut parts {
        let (operator, _) = split_operator(part);
        match operator {
            ">=" | ">" if !raised => {
                *part = format!(">={floor}");
                raised = true;
            }
            "<" | "<=" | "!=" => {}
            _ => return None,
        }
    }
    if !raised {
        parts.insert(0, format!(">={floor}"));
    }
    let separator = if specifier.contains(", ") { ", " } else { "," };
    let text = parts.join(separator);
    let set = VersionKnowledge::from_specifiers(&text).set()?;
    set.contains(floor).then_some(text)
}

fn poetry_set(text: &str) -> Option<VersionSet> {
    let mut set = VersionSet::all();
    for part in joined_parts(text)? {
        set = set.intersection(&poetry_clause(&part)?);
    }
    Some(set)
}

/// Splits at commas and blanks, and joins an operator with the version that stands apart from it (`>= 2.0`).
fn joined_parts(text: &str) -> Option<Vec<String>> {
    let mut parts: Vec<String> = Vec::new();
    for word in text.split([',', ' ', '\t']).filter(|word| !word.is_empty()) {
        match parts.last_mut() {
            Some(last) if split_operator(last).1.is_empty() => last.push_str(word),
            _ => parts.push(word.to_owned()),
        }
    }
    (parts.len() <= 64).then_some(parts)
}

fn poetry_clause(clause: &str) -> Option<VersionSet> {
    let (operator, version) = split_operator(clause);
    if version == "*" && matches!(operator, "" | "==" | "=") {
        return Some(VersionSet::all());
    }
    match operator {
        "^" | "~" => {
            let version = parse_version(version.trim_end_matches(".*"))?;
            let release = version.release();
            // Caret: the leftmost number that is not zero may not change; tilde: the second one may not.
            let kept = match operator {
                "^" => release.iter().position(|number| *number != 0).map_or(release.len(), |first| first + 1),
                _ => release.len().min(2),
            };
            let prefix = Version::new(release.iter().copied().take(kept)).with_epoch(version.epoch());
            let below = clause_set(&format!("=={prefix}.*"))?.upper_bound()?.clone();
            Some(VersionSet::between(Bound::Included(version), below))
        }
        "" | "=" => clause_set(&format!("=={version}")),
        _ => clause_set(clause),
    }
}

fn conda_set(text: &str) -> Option<VersionSet> {
    let mut set = VersionSet::all();
    for part in clauses(text)? {
        let (operator, version) = split_operator(part);
        let bare = version.strip_suffix(".*").or_else(|| version.strip_suffix('*')).unwrap_or(version);
        let bare = bare.trim_end_matches('.');
        if bare.is_empty() {
            continue;
        }
        set = set.intersection(&match operator {
            "=" => clause_set(&format!("=={bare}.*"))?,
            "" | "==" if bare.len() == version.len() => clause_set(&format!("=={bare}"))?,
            "" | "==" => clause_set(&format!("=={bare}.*"))?,
            "!=" | "~=" => clause_set(part)?,
            // conda reads `>=2.0.*` as `>=2.0`.
            _ => clause_set(&format!("{operator}{bare}"))?,
        });
    }
    Some(set)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn judged(specifier: &str, affected: &str) -> Admission {
        let affected = VersionSet::parse_ordered(affected).unwrap();
        admits(&VersionKnowledge::from_specifiers(specifier), &affected, &affected)
    }

    #[test]
    fn a_range_is_accused_by_its_ends() {
        for (specifier, affected, wanted) in [
            ("==2.1.0", "<2.6.0", Admission::Always),
            ("==2.1.0+cu118", "<2.6.0", Admission::Always),
            ("==2.5.1.post1", "<2.6.0", Admission::Always),
            ("===2.1.0", "<2.6.0", Admission::Always),
            ("==2.6.0", "<2.6.0", Admission::Never),
            ("==2.6.0+cu124", "<2.6.0", Admission::Never),
            ("==2.6.0rc1", "<2.6.0", Admission::Always),
            ("==1!1.0", "<2.6.0", Admission::Never),
            ("<2.5", "<2.6.0", Admission::Always),
            ("<2.6", "<2.6.0", Admission::Always),
            ("<=2.5.1", "<2.6.0", Admission::Always),
            (">=1.13,<2.6", "<2.6.0", Admission::Always),
            (">=1.13,<3", "<2.6.0", Admission::Maybe),
            ("~=2.1", "<2.6.0", Admission::Maybe),
            ("~=2.5.0", "<2.6.0", Admission::Always),
            ("==2.*", "<2.6.0", Admission::Maybe),
            ("==2.4.*", "<2.6.0", Admission::Always),
            (">=2.6", "<2.6.0", Admission::Never),
            (">=2.7,<3", "<2.6.0", Admission::Never),
            ("!=2.5.1", "<2.6.0", Admission::Maybe),
            ("<3", "<2.6.0", Admission::Maybe),
            ("", "<2.6.0", Admission::Never),
            (">=3.12.1", ">=3.13.0,<3.14.0", Admission::Never),
            (">=3.12.1,<3.14", ">=3.13.0,<3.14.0", Admission::Maybe),
            (">=3.13", ">=3.13.0,<3.14.0", Admission::Maybe),
            ("==3.8.*", ">=3.0.0,<3.9.0", Admission::Always),
            ("==3.0.*", ">=3.0.0,<3.9.0", Admission::Always),
            ("<4", ">=3.0.0,<3.9.0", Admission::Maybe),
            ("<3", ">=3.0.0,<3.9.0", Admission::Never),
            (">=4.36,<4.50", "<4.48.0", Admission::Maybe),
            (">=4.57,<5", "<5.0.0rc3", Admission::Always),
            (">=9,<8", "<2.6.0", Admission::Never),
        ] {
            assert_eq!(judged(specifier, affected), wanted, "{specifier} against {affected}");
        }
    }

    #[test]
    fn a_gap_without_releases_is_no_accusation() {
        let affected = VersionSet::parse_ordered("<2.6.0").unwrap();
        let released = VersionSet::parse_ordered("<=2.5.1").unwrap();
        let above = VersionKnowledge::from_specifiers(">2.5.1");
        assert_eq!(admits(&above, &affected, &released), Admission::Never);
        let at = VersionKnowledge::from_specifiers(">=2.5.1");
        assert_eq!(admits(&at, &affected, &released), Admission::Maybe);
        assert_eq!(admits(&VersionKnowledge::from_specifiers("~=2.5.1"), &affected, &released), Admission::Always);
        assert_eq!(admits(&VersionKnowledge::from_specifiers(">2.4"), &affected, &released), Admission::Maybe);
    }

    #[test]
    fn floors() {
        for (specifier, wanted) in [
            (">=2.6", Answer::Yes),
            (">=2.6.0,<3", Answer::Yes),
            ("==2.6.0+cu124", Answer::Yes),
            ("~=2.7", Answer::Yes),
            ("<2.6", Answer::No),
            ("==2.5.1+cu121", Answer::No),
            ("==2.*", Answer::Unknown),
            (">=2.0", Answer::Unknown),
            ("!=2.7.0", Answer::Unknown),
            ("==2.6.0rc1", Answer::Unknown),
            ("==2.6.0a0+git123", Answer::Unknown),
            ("", Answer::Unknown),
        ] {
            let knowledge = VersionKnowledge::from_specifiers(specifier);
            assert_eq!(at_least(&knowledge, &"2.6".parse().unwrap()), wanted, "{specifier}");
        }
    }

    #[test]
    fn floors_are_raised_where_that_is_a_repair() {
        for (specifier, floor, wanted) in [
            (">=4.36", "4.48.0", Some(">=4.48.0")),
            (">=4.36,<5", "4.48.0", Some(">=4.48.0,<5")),
            ("<5, >4.36", "4.48.0", Some("<5, >=4.48.0")),
            ("<3", "2.6.0", Some(">=2.6.0,<3")),
            ("!=2.5.0", "2.6.0", Some(">=2.6.0,!=2.5.0")),
            (">=4.36,<4.40", "4.48.0", None),
            (">=4.36,!=4.48.0", "4.48.0", None),
            ("==4.36", "4.48.0", None),
            ("~=4.36", "4.48.0", None),
            ("^4.36", "4.48.0", None),
            ("==4.*", "4.48.0", None),
        ] {
            assert_eq!(raised_floor(specifier, &floor.parse().unwrap()).as_deref(), wanted, "{specifier}");
        }
    }

    #[test]
    fn poetry_constraints_mean_what_poetry_means() {
        for (constraint, specifiers) in [
            ("^2.1", ">=2.1,<3"),
            ("^2.1.3", ">=2.1.3,<3"),
            ("^0.2.3", ">=0.2.3,<0.3"),
            ("^0.0.3", ">=0.0.3,<0.0.4"),
            ("^0", ">=0,<1"),
            ("~2.1.3", ">=2.1.3,<2.2"),
            ("~2.1", ">=2.1,<2.2"),
            ("~2", ">=2,<3"),
            (">=2.0 <2.6", ">=2.0,<2.6"),
            (">= 2.0, < 2.6", ">=2.0,<2.6"),
            ("2.*", "==2.*"),
        ] {
            let one = VersionKnowledge::from_poetry(constraint).set();
            assert_eq!(one, VersionKnowledge::from_specifiers(specifiers).set(), "{constraint}");
            assert!(one.is_some());
        }
        assert_eq!(VersionKnowledge::from_poetry("2.1.0"), VersionKnowledge::from_locked("2.1.0"));
        assert_eq!(VersionKnowledge::from_poetry("2.1.0+cu118"), VersionKnowledge::from_locked("2.1.0+cu118"));
        assert_eq!(VersionKnowledge::from_poetry("*"), VersionKnowledge::Unknown);
        let either = VersionKnowledge::from_poetry("^1.13 || ^2.6").set().unwrap();
        assert!(either.contains(&"1.13.1".parse().unwrap()) && !either.contains(&"2.5".parse().unwrap()));
    }

    #[test]
    fn conda_equals_is_a_prefix() {
        assert_eq!(VersionKnowledge::from_conda("=2.0").set(), VersionKnowledge::from_specifiers("==2.0.*").set());
        assert_eq!(VersionKnowledge::from_conda("==2.0"), VersionKnowledge::from_locked("2.0"));
        assert_eq!(VersionKnowledge::from_conda("2.0.1"), VersionKnowledge::from_locked("2.0.1"));
        assert_eq!(VersionKnowledge::from_conda(">=2.0.*,<2.6").set(), VersionKnowledge::from_specifiers(">=2.0,<2.6").set());
        assert!(VersionKnowledge::from_conda("2.0.*|2.1.*").set().is_some());
        assert_eq!(VersionKnowledge::from_conda("*"), VersionKnowledge::Unknown);
    }

    #[test]
    fn unreadable_specifiers_are_unknown() {
        for text in ["==${TORCH}", "latest", ">=1.x", "==", ">=1,,<2,foo", "\0"] {
            assert_eq!(VersionKnowledge::from_specifiers(text), VersionKnowledge::Unknown, "{text:?}");
        }
    }
}
