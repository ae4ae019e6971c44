//! What unknown names are compared with: protected namespaces, protected repo names and bare ids, by skeleton and by halves.
//!
//! The build script has written the tables; here they are searched.

use std::collections::BTreeSet;

use super::edit::{Edit, one_edit_folded};
use super::keys::{hash, letters, near_keys, normal_byte, same_key, skeleton_key};
use super::list::{BARE, NAMESPACES, REPOS, Row};
use super::namespace_checks::is_plausible_slip;
use super::skeleton::{Reading, Separators, look_alike, readings_of};
use super::table::Table;
use super::tables;

/// Number of projects from which on a namespace or id is protected.
pub(super) const PROTECTED: u16 = 2;
/// Namespaces of so many projects are brands: affixes to them are looked at.
pub(super) const BRAND: u16 = 5;
/// Longest text that is looked up; ids are at most 96 characters long.
const LONGEST: usize = 96;

/// One thing that may have been meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Target {
    /// The namespace, repo name or bare id, in display case.
    pub(super) shown: &'static str,
    /// What to write: for a repo name the most popular whole id, else the same as `shown`.
    pub(super) id: &'static str,
    /// Number of projects that name it.
    pub(super) weight: u16,
}

/// Targets of one sort. Each is known by its place in the text of its list.
#[derive(Debug)]
pub(super) struct Matcher {
    sort: Sort,
    /// Equal but for case and separators.
    same: &'static Table,
    skeletons: &'static Table,
    halves: &'static Table,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Namespaces,
    /// Names of repos under any namespace, and bare ids.
    Names,
    /// Bare ids, and what follows `sentence-transformers/`.
    Bare,
}

/// Protected namespaces.
pub(super) static PROTECTED_NAMESPACES: Matcher = Matcher {
    sort: Sort::Namespaces,
    same: &tables::NAMESPACES_SAME,
    skeletons: &tables::NAMESPACES_SKELETONS,
    halves: &tables::NAMESPACES_HALVES,
};

/// Names of protected repos.
pub(super) static PROTECTED_NAMES: Matcher =
    Matcher { sort: Sort::Names, same: &tables::NAMES_SAME, skeletons: &tables::NAMES_SKELETONS, halves: &tables::NAMES_HALVES };

/// Legal ids without a namespace: the legacy ones and the models that `SentenceTransformer` completes.
pub(super) static BARE_IDS: Matcher =
    Matcher { sort: Sort::Bare, same: &tables::BARE_SAME, skeletons: &tables::BARE_SKELETONS, halves: &tables::BARE_HALVES };

impl Matcher {
    fn separators(&self) -> Separators {
        if self.sort == Sort::Namespaces { Separators::Dropped } else { Separators::Unified }
    }

    /// How bytes are compared.
    fn fold(&self) -> impl Fn(u8) -> u8 + Copy + use<> {
        let unified = self.sort != Sort::Namespaces;
        move |byte| if unified { normal_byte(byte) } else { byte.to_ascii_lowercase() }
    }

    /// The target at a place.
    pub(super) fn target(&self, place: usize) -> Target {
        let (row, listed) = self.row(place);
        let key = row.key();
        if !listed {
            return Target { shown: key, id: key, weight: PROTECTED };
        }
        match self.sort {
            Sort::Namespaces => Target { shown: key, id: key, weight: row.number(1) },
            Sort::Names => Target { shown: name_of(key), id: key, weight: row.number(2) },
            Sort::Bare => Target { shown: name_of(key), id: name_of(key), weight: row.number(2) },
        }
    }

    /// The row at a place, and false if it is one of the bare ids, which have no number of projects.
    fn row(&self, place: usize) -> (Row, bool) {
        match self.sort {
            Sort::Namespaces => (NAMESPACES.at(place), true),
            // The list of bare ids follows that of repos.
            _ => match place.checked_sub(REPOS.len()) {
                Some(place) => (BARE.at(place), false),
                None => (REPOS.at(place), true),
            },
        }
    }

    /// How the target at a place is shown.
    fn shown(&self, place: usize) -> &'static str {
        let (key, listed) = match self.sort {
            Sort::Namespaces => (NAMESPACES.key_at(place), false),
            _ => match place.checked_sub(REPOS.len()) {
                Some(place) => (BARE.key_at(place), false),
                None => (REPOS.key_at(place), true),
            },
        };
        if listed { name_of(key) } else { key }
    }

    /// Targets that are equal but for case and separators.
    pub(super) fn same(&self, text: &str) -> impl Iterator<Item = Target> {
        let unified = self.separators() == Separators::Unified;
        self.same.get(same_key(text, self.separators())).map(|place| self.target(place)).filter(move |target| {
            let theirs = target.shown;
            if unified {
                theirs.bytes().map(normal_byte).eq(text.bytes().map(normal_byte))
            } else {
                letters(theirs).eq(letters(text))
            }
        })
    }

    /// Namespaces that are, but for case and separators, these letters and this tail, both lower-case.
    pub(super) fn with_tail(&self, start: &str, tail: &str) -> impl Iterator<Item = Target> {
        let whole = move || start.bytes().chain(tail.bytes());
        self.same.get(hash(whole())).map(|place| self.target(place)).filter(move |target| letters(target.shown).eq(whole()))
    }

    /// Targets that look like a text in display case, with the readings under which they do.
    pub(super) fn look_alikes(&self, text: &str) -> Vec<(Target, (Reading, Reading))> {
        let mut found: Vec<(Target, (Reading, Reading))> = Vec::new();
        for reading in readings_of(text) {
            for place in self.skeletons.get(skeleton_key(text, *reading, self.separators())) {
                let target = self.target(place);
                if !found.iter().any(|(other, _)| *other == target) {
                    found.extend(look_alike(text, target.shown, self.separators()).map(|readings| (target, readings)));
                }
            }
        }
        found
    }

    /// Targets one edit away from a text, in the order of the list.
    pub(super) fn one_edit(&self, text: &str) -> Vec<(Target, Edit)> {
        let fold = self.fold();
        near(self, self.halves, text.as_bytes(), fold, |theirs, ours| one_edit_folded(ours, theirs.as_bytes(), fold))
    }
}

/// Targets under the keys of a text of which `edit` makes an edit.
fn near(
    matcher: &Matcher,
    table: &Table,
    text: &[u8],
    fold: impl Fn(u8) -> u8,
    edit: impl Fn(&'static str, &[u8]) -> Option<Edit>,
) -> Vec<(Target, Edit)> {
    let mut plain = [0_u8; LONGEST + 1];
    let Some(plain) = plain.get_mut(..text.len()) else { return Vec::new() };
    for (slot, byte) in plain.iter_mut().zip(text) {
        *slot = fold(*byte);
    }
    let mut found: Vec<(usize, Edit)> = Vec::new();
    for key in near_keys(plain).into_iter().flatten() {
        for place in table.get(key) {
            if let Some(edit) = edit(matcher.shown(place), plain) {
                found.push((place, edit));
            }
        }
    }
    if found.len() > 1 {
        found.sort_unstable_by_key(|(place, _)| *place);
        found.dedup_by_key(|(place, _)| *place);
    }
    found.into_iter().map(|(place, edit)| (matcher.target(place), edit)).collect()
}

/// What follows the namespace.
fn name_of(id: &'static str) -> &'static str {
    memchr::memchr(b'/', id.as_bytes()).and_then(|slash| id.get(slash + 1..)).unwrap_or(id)
}

/// Protected namespaces of at least eight letters that are one edit away if separators do not count. `ours` are letters,
/// lower-case.
pub(super) fn one_edit_of_letters(ours: &str) -> Vec<(Target, Edit)> {
    // The shortest target has seven letters and a separator.
    if ours.len() < 6 {
        return Vec::new();
    }
    near(
        &PROTECTED_NAMESPACES,
        &tables::GLUED_HALVES,
        ours.as_bytes(),
        |byte| byte,
        |theirs, ours| {
            let mut glued = [0_u8; LONGEST];
            let mut length = 0;
            for (slot, letter) in glued.iter_mut().zip(letters(theirs)) {
                *slot = letter;
                length += 1;
            }
            one_edit_folded(ours, glued.get(..length)?, |byte| byte)
        },
    )
}

/// Long, very popular namespaces, which two edits are looked for from.
pub(super) fn popular(wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = Target> {
    let places = tables::POPULAR.iter().map(|place| *place as usize);
    let places = places.filter(move |place| wanted(PROTECTED_NAMESPACES.shown(*place)));
    places.map(|place| PROTECTED_NAMESPACES.target(place))
}

/// Protected namespaces other than this one that it resembles (N1, N2 or N3), with their number of projects: whether a
/// name may be put on the lists is asked with this.
#[must_use]
pub fn neighbours(namespace: &str) -> Vec<(&'static str, u16)> {
    let matcher = &PROTECTED_NAMESPACES;
    let alike = matcher.look_alikes(namespace).into_iter().map(|(target, _)| target);
    let same = matcher.same(namespace).filter(|target| target.shown.len() >= 5);
    let edits = matcher.one_edit(namespace).into_iter();
    let edits = edits.filter(|(target, edit)| is_plausible_slip(*edit, target.shown, target.weight));
    let found: BTreeSet<(&'static str, u16)> =
        alike.chain(same).chain(edits.map(|(target, _)| target)).map(|target| (target.shown, target.weight)).collect();
    found.into_iter().filter(|(shown, _)| !shown.eq_ignore_ascii_case(namespace)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// All targets of a sort, by their places, found without tables.
    fn all(matcher: &Matcher) -> BTreeSet<usize> {
        let mut found = BTreeSet::new();
        match matcher.sort {
            Sort::Namespaces => found.extend(NAMESPACES.places()),
            _ => {
                found.extend(BARE.places().map(|place| REPOS.len() + place));
                let wanted =
                    |place: &usize| matcher.sort == Sort::Names || REPOS.at(*place).key().starts_with("sentence-transformers/");
                found.extend(REPOS.places().filter(wanted));
            }
        }
        found.retain(|place| matcher.target(*place).weight >= PROTECTED);
        found
    }

    #[test]
    fn halves_find_what_trying_every_target_finds() {
        for matcher in [&PROTECTED_NAMESPACES, &PROTECTED_NAMES, &BARE_IDS] {
            let places: Vec<usize> = all(matcher).into_iter().collect();
            let fold = matcher.fold();
            let normal = |text: &str| -> String { text.bytes().map(|byte| char::from(fold(byte))).collect() };
            let targets: BTreeSet<String> = places.iter().map(|place| normal(matcher.shown(*place))).collect();
            assert!(targets.len() > 190, "{}", targets.len());
            for plain in targets.iter().step_by(targets.len() / 60) {
                let mut queries = Vec::new();
                for at in 0..plain.len() {
                    queries.push(format!("{}{}", &plain[..at], &plain[at + 1..]));
                    queries.push(format!("{}q{}", &plain[..at], &plain[at..]));
                    queries.push(format!("{}q{}", &plain[..at], &plain[at + 1..]));
                    if at + 1 < plain.len() {
                        let (one, two) = (&plain[at..=at], &plain[at + 1..=at + 1]);
                        queries.push(format!("{}{two}{one}{}", &plain[..at], &plain[at + 2..]));
                    }
                }
                for query in queries {
                    let edit = |target: &String| one_edit_folded(query.as_bytes(), target.as_bytes(), fold);
                    let slow: BTreeSet<String> = targets.iter().filter(|target| edit(target).is_some()).cloned().collect();
                    let fast: BTreeSet<String> =
                        matcher.one_edit(&query).into_iter().map(|(target, _)| normal(target.shown)).collect();
                    assert_eq!(fast, slow, "{query}");
                }
            }
        }
    }

    #[test]
    fn every_target_is_the_same_as_itself_and_looks_like_itself() {
        for matcher in [&PROTECTED_NAMESPACES, &PROTECTED_NAMES, &BARE_IDS] {
            for place in all(matcher) {
                let target = matcher.target(place);
                let same: Vec<Target> = matcher.same(target.shown).collect();
                // Of names that are equal but for case and separators the most popular one stands for all.
                assert!(same.iter().any(|other| *other == target || other.weight >= target.weight), "{}", target.shown);
                let alike = matcher.look_alikes(target.shown);
                assert!(alike.iter().any(|(other, _)| same.contains(other)), "{}", target.shown);
            }
        }
        assert!(popular(|_| true).count() > 50 && all(&PROTECTED_NAMES).len() > 4_000);
    }
}
