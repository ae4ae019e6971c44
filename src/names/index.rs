//! What unknown names are compared with: protected namespaces, protected repo names and bare ids, by skeleton and by halves.
//!
//! One edit leaves either the first or the second half of a target untouched (a swap across the middle is tried by
//! itself). So two keys a target are enough, where deleting each character in turn would need one a character: the whole
//! index is built in well under a millisecond, and a name costs seven look-ups.

use std::collections::BTreeSet;
use std::sync::OnceLock;

use super::chains::{Chains, NOTHING, extend, hash, tagged};
use super::edit::{Edit, one_edit};
use super::list::{BARE, NAMESPACES, REPOS};
use super::namespace_checks::is_plausible_slip;
use super::skeleton::{Reading, Separators, Skeleton, look_alike, readings_of};
use super::words::normal_byte;

/// Number of projects from which on a namespace or id is protected.
pub(super) const PROTECTED: u16 = 2;
/// Namespaces of so many projects are brands: affixes to them are looked at.
pub(super) const BRAND: u16 = 5;
/// Longest text that is looked up; ids are at most 96 characters long.
const LONGEST: usize = 96;

/// One thing that may have been meant.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    /// The namespace, repo name or bare id, in display case.
    pub(super) shown: &'static str,
    /// What to write: for a repo name the most popular whole id, else the same as `shown`.
    pub(super) id: &'static str,
    /// Number of projects that name it.
    pub(super) weight: u16,
}

/// Targets of one sort.
#[derive(Debug)]
pub(super) struct Matcher {
    separators: Separators,
    /// What is compared has no separators at all.
    glued: bool,
    targets: Vec<Target>,
    /// What is compared, end to end: lower-case, and for repo names with unified separators.
    plain: String,
    ends: Vec<u32>,
    /// Equal but for case and separators.
    same: Chains,
    skeletons: Chains,
    halves: Chains,
}

const FIRST_HALF: usize = 0x100;
const SECOND_HALF: usize = 0x200;

impl Matcher {
    fn new(separators: Separators, capacity: usize) -> Self {
        Self {
            separators,
            glued: false,
            targets: Vec::with_capacity(capacity),
            plain: String::with_capacity(capacity * 20),
            ends: Vec::with_capacity(capacity),
            same: Chains::with_capacity(capacity),
            skeletons: Chains::with_capacity(capacity * 2),
            halves: Chains::with_capacity(capacity * 2),
        }
    }

    fn same_key(&self, plain: &str) -> u64 {
        let dropped = self.separators == Separators::Dropped;
        hash(plain.bytes().filter(|byte| !dropped || !matches!(byte, b'-' | b'_' | b'.')))
    }

    fn skeleton_key(&self, text: &str, reading: Reading) -> u64 {
        hash(Skeleton::new(text, reading, self.separators).map(|glyph| glyph.seen))
    }

    /// Adds a target, or raises the one that is equal but for case and separators if names are being told apart by those.
    fn add(&mut self, target: Target) {
        let start = self.plain.len();
        let unified = self.separators == Separators::Unified;
        let fold = |byte: u8| {
            if unified { normal_byte(byte) } else { byte.to_ascii_lowercase() }
        };
        let kept = |byte: &u8| !(self.glued && matches!(byte, b'-' | b'_' | b'.'));
        self.plain.extend(target.shown.bytes().filter(kept).map(|byte| char::from(fold(byte))));
        let plain = self.plain.get(start..).unwrap_or_default();
        let same = self.same_key(plain);
        if unified {
            let twin = self.same.get(same).find(|number| self.plain(*number) == plain);
            if let Some(twin) = twin {
                self.plain.truncate(start);
                if let Some(old) = self.targets.get_mut(twin as usize).filter(|old| target.weight > old.weight) {
                    *old = target;
                }
                return;
            }
        }
        let Ok(number) = u32::try_from(self.targets.len()) else {
            return;
        };
        let bytes = plain.as_bytes();
        let (length, half) = (bytes.len(), bytes.len() / 2);
        let first = hash(bytes.iter().take(half).copied());
        let second = hash(bytes.iter().skip(half).rev().copied());
        self.halves.insert(tagged(first, FIRST_HALF + length), number);
        self.halves.insert(tagged(second, SECOND_HALF + length), number);
        self.same.insert(same, number);
        for reading in readings_of(target.shown) {
            self.skeletons.insert(self.skeleton_key(target.shown, *reading), number);
        }
        self.ends.push(u32::try_from(self.plain.len()).unwrap_or(u32::MAX));
        self.targets.push(target);
    }

    /// The target with this number.
    pub(super) fn target(&self, number: u32) -> Option<Target> {
        self.targets.get(number as usize).copied()
    }

    /// All targets.
    pub(super) fn targets(&self) -> &[Target] {
        &self.targets
    }

    /// The compared form of a target.
    pub(super) fn plain(&self, number: u32) -> &str {
        let number = number as usize;
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0) as usize;
        let end = self.ends.get(number).copied().unwrap_or(0) as usize;
        self.plain.get(start..end).unwrap_or_default()
    }

    /// Targets that are equal but for case and separators. `plain` is the compared form.
    pub(super) fn same(&self, plain: &str) -> impl Iterator<Item = u32> {
        fn letters(text: &str) -> impl Iterator<Item = u8> + '_ {
            text.bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b'.'))
        }
        let unified = self.separators == Separators::Unified;
        self.same.get(self.same_key(plain)).filter(move |number| {
            let theirs = self.plain(*number);
            if unified { theirs == plain } else { letters(theirs).eq(letters(plain)) }
        })
    }

    /// Namespaces that are, but for case and separators, these letters and this tail.
    pub(super) fn with_tail(&self, letters: &str, tail: &str) -> impl Iterator<Item = Target> {
        let whole = || letters.bytes().chain(tail.bytes());
        self.same.get(hash(whole())).filter_map(move |number| {
            let theirs = self.plain(number).bytes().filter(|byte| !matches!(byte, b'-' | b'_' | b'.'));
            theirs.eq(whole()).then(|| self.target(number)).flatten()
        })
    }

    /// Targets that look like a text in display case, with the readings under which they do.
    pub(super) fn look_alikes(&self, text: &str) -> Vec<(u32, (Reading, Reading))> {
        let mut found: Vec<(u32, (Reading, Reading))> = Vec::new();
        for reading in readings_of(text) {
            for number in self.skeletons.get(self.skeleton_key(text, *reading)) {
                if found.iter().any(|(other, _)| *other == number) {
                    continue;
                }
                let readings = self.target(number).and_then(|target| look_alike(text, target.shown, self.separators));
                found.extend(readings.map(|readings| (number, readings)));
            }
        }
        found
    }

    /// Targets one edit away from a compared form, in the order of their numbers.
    pub(super) fn one_edit(&self, plain: &str) -> Vec<(u32, Edit)> {
        let bytes = plain.as_bytes();
        let length = bytes.len();
        if length > LONGEST + 1 {
            return Vec::new();
        }
        // Hashes of the first and of the last n bytes, for every n.
        let mut first = [NOTHING; LONGEST + 2];
        let mut last = [NOTHING; LONGEST + 2];
        let (mut forward, mut backward) = (NOTHING, NOTHING);
        for (slots, (front, back)) in first.iter_mut().zip(last.iter_mut()).skip(1).zip(bytes.iter().zip(bytes.iter().rev())) {
            forward = extend(forward, *front);
            backward = extend(backward, *back);
            (*slots.0, *slots.1) = (forward, backward);
        }
        let mut numbers: Vec<u32> = Vec::new();
        let mut probe = |key: u64| {
            for number in self.halves.get(key) {
                if !numbers.contains(&number) {
                    numbers.push(number);
                }
            }
        };
        for target in length.saturating_sub(1)..=length + 1 {
            let half = target / 2;
            if let Some(key) = first.get(half).filter(|_| half <= length) {
                probe(tagged(*key, FIRST_HALF + target));
            }
            if let Some(key) = last.get(target - half).filter(|_| target - half <= length) {
                probe(tagged(*key, SECOND_HALF + target));
            }
        }
        // A swap across the middle leaves neither half alone: undo it.
        let half = length / 2;
        if let (Some(before), Some(middle)) = (half.checked_sub(1).and_then(|at| first.get(at)), bytes.get(half)) {
            probe(tagged(extend(*before, *middle), FIRST_HALF + length));
        }
        numbers.sort_unstable();
        let edit = |number: u32| one_edit(bytes, self.plain(number).as_bytes()).map(|edit| (number, edit));
        numbers.into_iter().filter_map(edit).collect()
    }
}

/// Everything an unknown namespace is compared with.
#[derive(Debug)]
pub struct NameIndex {
    pub(super) namespaces: Matcher,
    pub(super) names: Matcher,
    /// Namespaces of at least eight letters without their separators.
    pub(super) glued: Matcher,
    /// Long, very popular namespaces, which two edits are looked for from.
    pub(super) popular: Vec<Target>,
}

static INDEX: OnceLock<NameIndex> = OnceLock::new();
static BARE_INDEX: OnceLock<Matcher> = OnceLock::new();

impl NameIndex {
    /// The index of the embedded lists, built when it is first asked for.
    pub fn get() -> &'static Self {
        INDEX.get_or_init(Self::build)
    }

    /// Builds an index; `get` is what a caller wants, this one is for measuring.
    #[must_use]
    pub fn build() -> Self {
        let mut namespaces = Matcher::new(Separators::Dropped, 1_000);
        let mut glued = Matcher { glued: true, ..Matcher::new(Separators::Dropped, 500) };
        for row in NAMESPACES.rows() {
            let weight = row.number(1);
            if weight >= PROTECTED {
                let target = Target { shown: row.key(), id: row.key(), weight };
                namespaces.add(target);
                if target.shown.len() >= 8 {
                    glued.add(target);
                }
            }
        }
        let mut names = Matcher::new(Separators::Unified, 4_500);
        for row in REPOS.rows() {
            let weight = row.number(2);
            if let Some((_, name)) = row.key().split_once('/').filter(|_| weight >= PROTECTED) {
                names.add(Target { shown: name, id: row.key(), weight });
            }
        }
        for row in BARE.rows() {
            names.add(Target { shown: row.key(), id: row.key(), weight: PROTECTED });
        }
        let popular = namespaces.targets().iter().filter(|target| target.shown.len() >= 8 && target.weight >= 10);
        let popular = popular.copied().collect();
        Self { namespaces, names, glued, popular }
    }

    /// Protected namespaces other than this one that it resembles (N1, N2 or N3), with their number of projects: whether
    /// a name may be put on the lists is asked with this.
    #[must_use]
    pub fn neighbours(&self, namespace: &str) -> Vec<(&'static str, u16)> {
        let lower = namespace.to_ascii_lowercase();
        let alike = self.namespaces.look_alikes(namespace).into_iter().map(|(number, _)| number);
        let same = self.namespaces.same(&lower).filter(|number| self.namespaces.plain(*number).len() >= 5);
        let edits = self.namespaces.one_edit(&lower).into_iter().filter(|(number, edit)| {
            let weight = self.namespaces.target(*number).map_or(0, |target| target.weight);
            is_plausible_slip(*edit, self.namespaces.plain(*number), weight)
        });
        let numbers: BTreeSet<u32> = alike.chain(same).chain(edits.map(|(number, _)| number)).collect();
        let targets = numbers.into_iter().filter_map(|number| self.namespaces.target(number));
        targets
            .filter(|target| !target.shown.eq_ignore_ascii_case(namespace))
            .map(|target| (target.shown, target.weight))
            .collect()
    }

    /// How many namespaces and names are protected.
    #[must_use]
    pub fn sizes(&self) -> (usize, usize) {
        (self.namespaces.targets().len(), self.names.targets().len())
    }

    /// Legal ids without a namespace: the legacy ones and the models that `SentenceTransformer` completes.
    pub(super) fn bare() -> &'static Matcher {
        BARE_INDEX.get_or_init(|| {
            let mut bare = Matcher::new(Separators::Unified, 256);
            for row in BARE.rows() {
                bare.add(Target { shown: row.key(), id: row.key(), weight: PROTECTED });
            }
            for row in REPOS.rows_under("sentence-transformers") {
                if let Some((_, name)) = row.key().split_once('/').filter(|_| row.number(2) >= PROTECTED) {
                    bare.add(Target { shown: name, id: name, weight: row.number(2) });
                }
            }
            bare
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_find_what_trying_every_target_finds() {
        let index = NameIndex::build();
        for matcher in [&index.namespaces, &index.names] {
            let step = matcher.targets().len() / 60;
            for number in (0..matcher.targets().len()).step_by(step) {
                let plain = matcher.plain(u32::try_from(number).unwrap_or(0)).to_owned();
                let mut queries = Vec::new();
                for at in 0..plain.len() {
                    queries.push(format!("{}{}", &plain[..at], &plain[at + 1..]));
                    queries.push(format!("{}q{}", &plain[..at], &plain[at..]));
                    queries.push(format!("{}q{}", &plain[..at], &plain[at + 1..]));
                    if at + 1 < plain.len() {
                        queries.push(format!(
                            "{}{}{}{}",
                            &plain[..at],
                            &plain[at + 1..=at + 1],
                            &plain[at..=at],
                            &plain[at + 2..]
                        ));
                    }
                }
                for query in queries {
                    let mut slow = Vec::new();
                    for other in 0..matcher.targets().len() {
                        let other = u32::try_from(other).unwrap_or(0);
                        slow.extend(one_edit(query.as_bytes(), matcher.plain(other).as_bytes()).map(|edit| (other, edit)));
                    }
                    assert_eq!(matcher.one_edit(&query), slow, "{query}");
                }
            }
        }
    }

    #[test]
    fn every_target_is_the_same_as_itself_and_looks_like_itself() {
        let index = NameIndex::build();
        let (namespaces, names) = index.sizes();
        assert!(namespaces > 900 && names > 4_000, "{namespaces} {names}");
        for matcher in [&index.namespaces, &index.names, NameIndex::bare()] {
            for number in 0..u32::try_from(matcher.targets().len()).unwrap_or(0) {
                let shown = matcher.target(number).map(|target| target.shown).unwrap_or_default();
                assert!(matcher.same(matcher.plain(number)).any(|other| other == number), "{shown}");
                assert!(matcher.look_alikes(shown).iter().any(|(other, _)| *other == number), "{shown}");
            }
        }
    }
}
