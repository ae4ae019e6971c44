//! Whether the name of a repo resembles a popular one.

use super::edit::{Edit, one_edit_folded};
use super::index::{BARE_IDS, Matcher, PROTECTED, PROTECTED_NAMES, Target};
use super::keys::normal_byte;
use super::list::{REPOS, Row};
use super::reason;
use super::skeleton::{Separators, look_alike};
use super::words::{is_plausible_look_alike, is_plausible_slip};

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
    let long_enough = |target: &Target| target.shown.len() >= shortest;
    let alike = matcher
        .look_alikes(name)
        .into_iter()
        .filter(|(target, readings)| long_enough(target) && is_plausible_look_alike(name, target.shown, *readings, bare));
    let alike = alike.map(|(target, readings)| {
        let reason = reason::of_look_alike(name, target.shown, readings, Separators::Unified);
        (target, reason)
    });
    let mut found: Vec<(Target, String)> = alike.collect();
    if found.is_empty() {
        let edits = matcher.one_edit(name).into_iter().filter(|(target, edit)| {
            // `gtp2` is too natural a slip to be lost to the length.
            let short_swap =
                bare && target.shown.len() == 4 && target.shown.ends_with('2') && matches!(edit, Edit::Swapped { .. });
            (long_enough(target) || short_swap) && is_plausible_slip(*edit, name, target.shown, bare)
        });
        let edits = edits.map(|(target, edit)| (target, reason::of_edit(name, target.shown, edit)));
        found.extend(edits);
    }
    let candidates = found.len();
    let best = found.into_iter().reduce(|best, next| if next.0.weight > best.0.weight { next } else { best });
    best.map(|(target, reason)| Slip { name: target.shown, id: target.id, candidates, reason })
}

/// R1: a bare id that resembles a legal bare id. Known bare ids and loaders of the datasets library are silent.
pub(super) fn bare(id: &str) -> Option<Slip> {
    if BUILDERS.contains(&id) || BARE_IDS.same(id).next().is_some() {
        return None;
    }
    nearest(&BARE_IDS, id, 5, true).or_else(|| differs_in_digits(id))
}

/// `gpt-2` for `gpt2`, `t5base` for `t5-base`: a separator more or less before a digit or behind it. Others are folders as
/// often as slips.
fn differs_in_digits(id: &str) -> Option<Slip> {
    let edit = |target: &Target| {
        let edit = one_edit_folded(id.as_bytes(), target.shown.as_bytes(), normal_byte)?;
        let beside = |at: Option<usize>| at.and_then(|at| target.shown.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        let (before, behind) = match edit {
            Edit::Inserted { query: b'-', at } => (at.checked_sub(1), at),
            Edit::Omitted { target: b'-', at } => (at.checked_sub(1), at + 1),
            _ => return None,
        };
        (beside(before) || beside(Some(behind))).then_some(edit)
    };
    let found = BARE_IDS.one_edit(id).into_iter().find_map(|(target, _)| edit(&target).map(|edit| (target, edit)));
    found.map(|(target, edit)| Slip {
        name: target.shown,
        id: target.id,
        candidates: 1,
        reason: reason::of_edit(id, target.shown, edit),
    })
}

/// S1: the most popular id whose name is, but for case and separators, this one.
pub(super) fn protected(name: &str) -> Option<&'static str> {
    PROTECTED_NAMES.same(name).next().map(|target| target.id)
}

/// R3: the name under an unknown namespace resembles a protected name.
pub(super) fn of_unknown_namespace(name: &str) -> Option<Slip> {
    if name.len() < 10 || protected(name).is_some() {
        return None;
    }
    nearest(&PROTECTED_NAMES, name, 6, false)
}

/// R2: the name resembles a repo of its own, known namespace.
pub(super) fn of_known_namespace(namespace: &str, name: &str) -> Option<Slip> {
    if REPOS.alike(namespace, name).next().is_some() {
        // The repo itself, or only case and separators differ: names may, and the Hub tells which is right.
        return None;
    }
    // Names that resemble this one under any namespace, then the repos of this namespace that have one of them.
    let edits = PROTECTED_NAMES.one_edit(name).into_iter().map(|(target, _)| target);
    let alike = PROTECTED_NAMES.look_alikes(name).into_iter().map(|(target, _)| target);
    let mut rows: Vec<Row> = edits.chain(alike).flat_map(|target| REPOS.alike(namespace, target.shown)).collect();
    rows.sort_by_cached_key(|row| row.key().to_ascii_lowercase());
    rows.dedup();
    let mut found: Vec<(Row, &'static str, String)> = Vec::new();
    for row in rows {
        let Some(target) = row.key().get(namespace.len() + 1..).filter(|target| target.len() >= 6) else { continue };
        if let Some(edit) = one_edit_folded(name.as_bytes(), target.as_bytes(), normal_byte)
            && is_plausible_slip(edit, name, target, false)
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
