//! Sets of versions as sorted, disjoint intervals: what a specifier allows, what an advisory affects.
//!
//! Local version labels (`2.1.0+cu118`) are cut off: installers ignore them in every comparison but `==` with a
//! label, and an advisory never names one. Pre-releases sort where PEP 440 puts them; an open upper bound `<2.6`
//! leaves out the pre-releases of 2.6, as pip does.

use std::cmp::Ordering;
use std::ops::Bound;
use std::str::FromStr;

use pep440_rs::{Operator, Version, VersionSpecifier};

/// More clauses than this in one specifier is hostile input, not a requirement.
const MAXIMUM_CLAUSES: usize = 64;
/// No released version is longer; a megabyte of digits is not worth a parse.
const MAXIMUM_LENGTH: usize = 1024;

/// One unbroken run of versions.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Interval {
    lower: Bound<Version>,
    upper: Bound<Version>,
}

/// A set of versions. The default is the empty set.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct VersionSet {
    intervals: Vec<Interval>,
}

impl VersionSet {
    /// Every version.
    pub fn all() -> Self {
        Self::between(Bound::Unbounded, Bound::Unbounded)
    }

    /// Exactly one version, whatever its local label.
    pub fn point(version: &Version) -> Self {
        let public = version.clone().without_local();
        Self::between(Bound::Included(public.clone()), Bound::Included(public))
    }

    /// All versions between two bounds; empty when the bounds cross.
    pub fn between(lower: Bound<Version>, upper: Bound<Version>) -> Self {
        let interval = Interval { lower, upper };
        if interval.is_empty() { Self::default() } else { Self { intervals: vec![interval] } }
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        self.intervals.is_empty()
    }

    /// Whether the version (its local label aside) is in the set.
    pub fn contains(&self, version: &Version) -> bool {
        let public = version.clone().without_local();
        self.intervals.iter().any(|interval| interval.contains(&public))
    }

    /// The versions in both sets.
    pub fn intersection(&self, other: &Self) -> Self {
        let mut intervals = Vec::new();
        let (mut left, mut right) = (self.intervals.iter().peekable(), other.intervals.iter().peekable());
        while let (Some(one), Some(two)) = (left.peek(), right.peek()) {
            let both = Interval {
                lower: higher_lower(&one.lower, &two.lower).clone(),
                upper: lower_upper(&one.upper, &two.upper).clone(),
            };
            if !both.is_empty() {
                intervals.push(both);
            }
            if compare_upper(&one.upper, &two.upper) == Ordering::Less {
                left.next();
            } else {
                right.next();
            }
        }
        Self { intervals }
    }

    /// The versions in either set.
    pub fn union(&self, other: &Self) -> Self {
        let mut all: Vec<Interval> = self.intervals.iter().chain(&other.intervals).cloned().collect();
        all.sort_by(|one, two| compare_lower(&one.lower, &two.lower));
        let mut merged: Vec<Interval> = Vec::with_capacity(all.len());
        for interval in all {
            match merged.last_mut() {
                Some(last) if touches(&last.upper, &interval.lower) => {
                    if compare_upper(&last.upper, &interval.upper) == Ordering::Less {
                        last.upper = interval.upper;
                    }
                }
                _ => merged.push(interval),
            }
        }
        Self { intervals: merged }
    }

    /// The versions that are not in the set.
    pub fn complement(&self) -> Self {
        let mut intervals = Vec::new();
        let mut lower = Bound::Unbounded;
        for interval in &self.intervals {
            match &interval.lower {
                Bound::Unbounded => {}
                Bound::Included(version) => {
                    push_filled(&mut intervals, lower.clone(), Bound::Excluded(version.clone()));
                }
                Bound::Excluded(version) => {
                    push_filled(&mut intervals, lower.clone(), Bound::Included(version.clone()));
                }
            }
            lower = match &interval.upper {
                Bound::Unbounded => return Self { intervals },
                Bound::Included(version) => Bound::Excluded(version.clone()),
                Bound::Excluded(version) => Bound::Included(version.clone()),
            };
        }
        push_filled(&mut intervals, lower, Bound::Unbounded);
        Self { intervals }
    }

    /// Whether every version of this set is in the other one.
    pub fn is_subset_of(&self, other: &Self) -> bool {
        self.intersection(&other.complement()).is_empty()
    }

    /// The one version in the set, if it holds exactly one.
    pub fn single(&self) -> Option<&Version> {
        match self.intervals.as_slice() {
            [interval] => interval.point(),
            _ => None,
        }
    }

    /// Whether the set is a list of single versions (locks with forks by platform give such sets).
    pub fn is_points(&self) -> bool {
        !self.is_empty() && self.intervals.iter().all(|interval| interval.point().is_some())
    }

    /// Whether the set reaches down without end.
    pub fn is_open_below(&self) -> bool {
        self.intervals.first().is_some_and(|interval| interval.lower == Bound::Unbounded)
    }

    /// The lowest run of versions in the set, as a set.
    pub fn lowest_run(&self) -> Self {
        Self { intervals: self.intervals.first().cloned().into_iter().collect() }
    }

    /// The lower bound of the whole set; None for the empty set.
    pub fn lower_bound(&self) -> Option<&Bound<Version>> {
        self.intervals.first().map(|interval| &interval.lower)
    }

    /// The upper bound of the whole set; None for the empty set.
    pub fn upper_bound(&self) -> Option<&Bound<Version>> {
        self.intervals.last().map(|interval| &interval.upper)
    }

    /// Orders two sets by where they begin.
    pub fn compare_start(&self, other: &Self) -> Ordering {
        match (self.lower_bound(), other.lower_bound()) {
            (Some(one), Some(two)) => compare_lower(one, two),
            (one, two) => one.is_some().cmp(&two.is_some()),
        }
    }

    /// Reads the range of an advisory: comma-separated `<`, `<=`, `>`, `>=`, `==` in plain PEP 440 order (a release
    /// candidate of the fixed version counts as affected, as advisory databases count it). None if it does not parse.
    pub fn parse_ordered(text: &str) -> Option<Self> {
        let mut set = Self::all();
        for clause in clauses(text)? {
            let (operator, version) = split_operator(clause);
            let version = parse_version(version)?;
            set = set.intersection(&match operator {
                "<" => Self::between(Bound::Unbounded, Bound::Excluded(version)),
                "<=" => Self::between(Bound::Unbounded, Bound::Included(version)),
                ">" => Self::between(Bound::Excluded(version), Bound::Unbounded),
                ">=" => Self::between(Bound::Included(version), Bound::Unbounded),
                "==" => Self::point(&version),
                _ => return None,
            });
        }
        Some(set)
    }
}

impl Interval {
    fn is_empty(&self) -> bool {
        match (&self.lower, &self.upper) {
            (Bound::Unbounded, _) | (_, Bound::Unbounded) => false,
            (Bound::Included(lower), Bound::Included(upper)) => lower > upper,
            (Bound::Included(lower) | Bound::Excluded(lower), Bound::Included(upper) | Bound::Excluded(upper)) => lower >= upper,
        }
    }

    fn contains(&self, version: &Version) -> bool {
        let above = match &self.lower {
            Bound::Unbounded => true,
            Bound::Included(lower) => version >= lower,
            Bound::Excluded(lower) => version > lower,
        };
        above
            && match &self.upper {
                Bound::Unbounded => true,
                Bound::Included(upper) => version <= upper,
                Bound::Excluded(upper) => version < upper,
            }
    }

    fn point(&self) -> Option<&Version> {
        match (&self.lower, &self.upper) {
            (Bound::Included(lower), Bound::Included(upper)) if lower == upper => Some(lower),
            _ => None,
        }
    }
}

fn push_filled(intervals: &mut Vec<Interval>, lower: Bound<Version>, upper: Bound<Version>) {
    let interval = Interval { lower, upper };
    if !interval.is_empty() {
        intervals.push(interval);
    }
}

fn compare_lower(one: &Bound<Version>, two: &Bound<Version>) -> Ordering {
    match (one, two) {
        (Bound::Unbounded, Bound::Unbounded) => Ordering::Equal,
        (Bound::Unbounded, _) => Ordering::Less,
        (_, Bound::Unbounded) => Ordering::Greater,
        (Bound::Included(one), Bound::Excluded(two)) => one.cmp(two).then(Ordering::Less),
        (Bound::Excluded(one), Bound::Included(two)) => one.cmp(two).then(Ordering::Greater),
        (Bound::Included(one), Bound::Included(two)) | (Bound::Excluded(one), Bound::Excluded(two)) => one.cmp(two),
    }
}

fn compare_upper(one: &Bound<Version>, two: &Bound<Version>) -> Ordering {
    match (one, two) {
        (Bound::Unbounded, Bound::Unbounded) => Ordering::Equal,
        (Bound::Unbounded, _) => Ordering::Greater,
        (_, Bound::Unbounded) => Ordering::Less,
        (Bound::Included(one), Bound::Excluded(two)) => one.cmp(two).then(Ordering::Greater),
        (Bound::Excluded(one), Bound::Included(two)) => one.cmp(two).then(Ordering::Less),
        (Bound::Included(one), Bound::Included(two)) | (Bound::Excluded(one), Bound::Excluded(two)) => one.cmp(two),
    }
}

fn higher_lower<'a>(one: &'a Bound<Version>, two: &'a Bound<Version>) -> &'a Bound<Version> {
    if compare_lower(one, two) == Ordering::Less { two } else { one }
}

fn lower_upper<'a>(one: &'a Bound<Version>, two: &'a Bound<Version>) -> &'a Bound<Version> {
    if compare_upper(one, two) == Ordering::Less { one } else { two }
}

/// Whether a run that ends at `upper` and one that starts at `lower` (not before the first one's start) leave no gap.
fn touches(upper: &Bound<Version>, lower: &Bound<Version>) -> bool {
    match (upper, lower) {
        (Bound::Unbounded, _) | (_, Bound::Unbounded) => true,
        (Bound::Excluded(upper), Bound::Excluded(lower)) => upper > lower,
        (Bound::Included(upper) | Bound::Excluded(upper), Bound::Included(lower) | Bound::Excluded(lower)) => upper >= lower,
    }
}

/// Splits a specifier at its commas, leaving out empty parts; None when it is too large to be one.
pub(super) fn clauses(text: &str) -> Option<Vec<&str>> {
    if text.len() > MAXIMUM_LENGTH {
        return None;
    }
    let parts: Vec<&str> = text.split(',').map(str::trim).filter(|part| !part.is_empty()).collect();
    (parts.len() <= MAXIMUM_CLAUSES).then_some(parts)
}

/// The leading comparison signs and the rest of a clause.
pub(super) fn split_operator(clause: &str) -> (&str, &str) {
    let end = clause.find(|c: char| !matches!(c, '<' | '>' | '=' | '!' | '~' | '^')).unwrap_or(clause.len());
    let (operator, rest) = clause.split_at(end);
    (operator, rest.trim())
}

/// A PEP 440 version, or None.
pub(super) fn parse_version(text: &str) -> Option<Version> {
    if text.len() > MAXIMUM_LENGTH {
        return None;
    }
    Version::from_str(text.trim()).ok()
}

/// What a PEP 440 clause such as `>=2.0` or `==2.*` allows, as pip reads it.
pub(super) fn clause_set(clause: &str) -> Option<VersionSet> {
    let specifier = VersionSpecifier::from_str(clause).ok()?;
    let version = specifier.version().clone().without_local();
    Some(match specifier.operator() {
        Operator::Equal | Operator::ExactEqual => VersionSet::point(&version),
        Operator::NotEqual => VersionSet::point(&version).complement(),
        // The lower end is the release itself, not its first pre-release: pip takes pre-releases only when nothing
        // else fits, and an advisory that begins at the release must still cover the whole family.
        Operator::EqualStar => family(&version, version.clone())?,
        Operator::NotEqualStar => family(&version, first_development(&version))?.complement(),
        Operator::TildeEqual => {
            let parent = parent_release(&version)?;
            VersionSet::between(Bound::Included(version), family_end(&parent)?)
        }
        Operator::LessThan => {
            let bound = if version.pre().is_some() || version.dev().is_some() { version } else { first_development(&version) };
            VersionSet::between(Bound::Unbounded, Bound::Excluded(bound))
        }
        Operator::LessThanEqual => VersionSet::between(Bound::Unbounded, Bound::Included(version)),
        Operator::GreaterThan => {
            // `>2.5.1` leaves out 2.5.1.post1; a development release has no post-releases of its own.
            let bound =
                if version.post().is_some() || version.dev().is_some() { version } else { version.with_post(Some(u64::MAX)) };
            VersionSet::between(Bound::Excluded(bound), Bound::Unbounded)
        }
        Operator::GreaterThanEqual => VersionSet::between(Bound::Included(version), Bound::Unbounded),
    })
}

/// `2.1.*`: everything from `start` to before the first pre-release of the next family.
fn family(prefix: &Version, start: Version) -> Option<VersionSet> {
    Some(VersionSet::between(Bound::Included(start), family_end(prefix)?))
}

fn family_end(prefix: &Version) -> Option<Bound<Version>> {
    let mut release = prefix.release().to_vec();
    let last = release.last_mut()?;
    *last = last.checked_add(1)?;
    Some(Bound::Excluded(first_development(&Version::new(release).with_epoch(prefix.epoch()))))
}

fn parent_release(version: &Version) -> Option<Version> {
    let (_, parent) = version.release().split_last()?;
    (!parent.is_empty()).then(|| Version::new(parent.iter().copied()).with_epoch(version.epoch()))
}

/// The version that sorts first among all that share the release numbers.
pub(super) fn first_development(version: &Version) -> Version {
    version.clone().with_dev(Some(0))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn set(text: &str) -> VersionSet {
        text.split(',').map(|part| clause_set(part).unwrap()).fold(VersionSet::all(), |a, b| a.intersection(&b))
    }

    fn version(text: &str) -> Version {
        text.parse().unwrap()
    }

    #[test]
    fn clauses_hold_what_pip_would_install() {
        for (specifier, inside, outside) in [
            (">=1.13,<2.6", &["1.13", "2.5.1", "2.5.1+cu118", "2.5.1.post1"][..], &["1.12.1", "2.6.0", "2.6rc1"][..]),
            ("~=2.1", &["2.1", "2.9"], &["2.0.9", "3.0", "3.0rc1"]),
            ("~=2.1.3", &["2.1.3", "2.1.99"], &["2.1.2", "2.2"]),
            ("==2.*", &["2.0", "2.99.1"], &["1.9", "3.0", "3.0.dev1"]),
            ("!=2.5.*,>=2.4", &["2.4.1", "2.6"], &["2.5.0", "2.5.1", "2.5rc1"]),
            (">2.5.1", &["2.6"], &["2.5.1", "2.5.1+cu118", "2.5.1.post1"]),
            ("<=2.5.1", &["2.5.1", "2.5.1+cpu", "2.5.1rc1"], &["2.5.1.post1", "2.6"]),
            ("<2.6rc2", &["2.6rc1"], &["2.6rc2", "2.6"]),
            (">=1!2.0", &["1!2.0"], &["2.0", "9.0"]),
        ] {
            for wanted in inside {
                assert!(set(specifier).contains(&version(wanted)), "{specifier} admits {wanted}");
            }
            for unwanted in outside {
                assert!(!set(specifier).contains(&version(unwanted)), "{specifier} refuses {unwanted}");
            }
        }
    }

    #[test]
    fn algebra_is_exact_at_the_ends() {
        assert!(set(">=2.0,<2.5").is_subset_of(&set("<2.6")));
        assert!(!set(">=2.0,<2.7").is_subset_of(&set("<2.6")));
        assert!(set("==2.5.*").is_subset_of(&VersionSet::parse_ordered(">=2.5.0,<2.6.0").unwrap()));
        assert!(set(">=3.9").intersection(&VersionSet::parse_ordered("<3.9.0").unwrap()).is_empty());
        assert_eq!(set("!=2.0").complement().single(), Some(&version("2.0")));
        assert_eq!(set("!=2.0,!=2.1").complement().complement(), set("!=2.0,!=2.1"));
        assert_eq!(set("<2.0").union(&set(">=2.0")).complement().complement(), set("<2.0").union(&set(">=2.0")));
        assert_eq!(VersionSet::all().complement(), VersionSet::default());
        assert_eq!(VersionSet::default().complement(), VersionSet::all());
        assert!(set(">=2").union(&set("<=2")).complement().is_empty());
    }

    #[test]
    fn hostile_specifiers_give_nothing() {
        assert!(clauses(&"!=1,".repeat(500)).is_none());
        assert!(parse_version(&"9".repeat(100_000)).is_none());
        assert!(clause_set("==99999999999999999999999").is_none());
        assert!(clause_set("~=2").is_none());
        assert!(VersionSet::parse_ordered("!=2").is_none());
    }
}
