//! Whether the name of a repo resembles a popular one.

use super::edit::{Edit, one_edit_folded};
use super::index::{Matcher, NameIndex, PROTECTED, Target};
use super::list::{REPOS, Row};
use super::reason;
use super::skeleton::{Reading, Separators, Skeleton, look_alike, looks_like};
use super::words::{is_plausible_look_alike, is_plausible_slip, normal, normal_byte};

/// What a check of the name found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Slip {
    /// The name that was probably meant.
    pub(super) name: &'static str,
    /// A whole id with that name.
    pub(super) id: &'static str,
    pub(super) candidates: usize,
    pub(super) reason: String,
}

/// Names of loaders inside the datasets library: bare words that are no repos.
const BUILDERS: [&str; 14] = [
    "arrow",
    "audiofolder",
    "csv",
    "generator",
    "imagefolder",
    "json",
    "pandas",
    "parquet",
    "pdffolder",
    "spark",
    "sql",
    "text",
    "videofolder",
    "webdataset",
];

/// The most popular target among those that look like a name or, failing those, are one edit from it.
fn nearest(matcher: &Matcher, name: &str, shortest: usize, bare: bool) -> Option<Slip> {
    let plain = normal(name);
    let long_enough = |target: &Target| target.shown.len() >= shortest;
    let alike = matcher.look_alikes(name).into_iter().filter_map(|(number, readings)| {
        let target = matcher.target(number).filter(long_enough)?;
        is_plausible_look_alike(name, target.shown, readings, bare)
            .then(|| (target, reason::of_look_alike(name, target.shown, readings, Separators::Unified)))
    });
    let mut found: Vec<(Target, String)> = alike.collect();
    if found.is_empty() {
        let edits = matcher.one_edit(&plain).into_iter().filter_map(|(number, edit)| {
            // `gtp2` is too natural a slip to be lost to the length.
            let short_swap = |target: &Target| {
                bare && target.shown.len() == 4 && target.shown.ends_with('2') && matches!(edit, Edit::Swapped { .. })
            };
            let target = matcher.target(number).filter(|target| long_enough(target) || short_swap(target))?;
            is_plausible_slip(edit, name, matcher.plain(number), bare)
                .then(|| (target, reason::of_edit(name, target.shown, edit)))
        });
        found.extend(edits);
    }
    let candidates = found.len();
    let best = found.into_iter().reduce(|best, next| if next.0.weight > best.0.weight { next } else { best });
    best.map(|(target, reason)| Slip { name: target.shown, id: target.id, candidates, reason })
}

/// R1: a bare id that resembles a legal bare id. Known bare ids and loaders of the datasets library are silent.
pub(super) fn bare(id: &str) -> Option<Slip> {
    let matcher = NameIndex::bare();
    if BUILDERS.contains(&id) || matcher.same(&normal(id)).next().is_some() {
        return None;
    }
    nearest(matcher, id, 5, true)
}

/// S1: the name is, but for case and separators, a protected one.
pub(super) fn is_protected(name: &str, index: &'static NameIndex) -> bool {
    index.names.same(&normal(name)).next().is_some()
}

/// R3: the name under an unknown namespace resembles a protected name.
pub(super) fn of_unknown_namespace(name: &str, index: &'static NameIndex) -> Option<Slip> {
    if name.len() < 10 || is_protected(name, index) {
        return None;
    }
    nearest(&index.names, name, 6, false)
}

/// R2: the name resembles a repo of its own, known namespace. Looks at that namespace's repos one by one.
pub(super) fn of_known_namespace(namespace: &str, name: &str) -> Option<Slip> {
    let mut found: Vec<(Row, &'static str, String)> = Vec::new();
    // A slip is not in the first letter, but the first two may be swapped, and `rn` stands for `m`.
    let bytes = name.as_bytes();
    let pair = Skeleton::new(name, Reading::El, Separators::Unified).next().map(|glyph| glyph.seen);
    let seen = |byte: Option<u8>| byte.map(|byte| looks_like(byte, Reading::El));
    let first = [pair, seen(bytes.first().copied()), seen(bytes.get(1).copied())];
    for row in REPOS.rows_under(namespace) {
        let theirs = seen(row.byte(namespace.len() + 1));
        if !first.contains(&theirs) && !matches!(theirs, Some(b'i' | b'l' | b'r' | b'v' | b'c')) {
            continue;
        }
        let Some(target) = row.key().get(namespace.len() + 1..) else {
            continue;
        };
        // The cheap tests first: most repos of a namespace are neither near nor of the right length.
        if target.len().abs_diff(name.len()) > 3 {
            continue;
        }
        if target.len() == name.len() && name.bytes().map(normal_byte).eq(target.bytes().map(normal_byte)) {
            // The repo itself, or only case and separators differ: names may, and the Hub tells which is right.
            return None;
        }
        if target.len() < 6 {
            continue;
        }
        if let Some(edit) = one_edit_folded(name.as_bytes(), target.as_bytes(), normal_byte)
            && is_plausible_slip(edit, name, &normal(target), false)
        {
            found.push((row, target, reason::of_edit(name, target, edit)));
        } else if let Some(readings) = look_alike(name, target, Separators::Unified)
            && is_plausible_look_alike(name, target, readings, false)
        {
            found.push((row, target, reason::of_look_alike(name, target, readings, Separators::Unified)));
        }
    }
    found.retain(|(row, ..)| row.number(2) >= PROTECTED);
    let candidates = found.len();
    let best = found.into_iter().reduce(|best, next| if next.0.number(2) > best.0.number(2) { next } else { best });
    best.map(|(row, name, reason)| Slip { name, id: row.key(), candidates, reason })
}
