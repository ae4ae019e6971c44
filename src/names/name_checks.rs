//! Whether the name of a repo resembles a popular one.

use super::edit::one_edit;
use super::index::{Matcher, NameIndex, PROTECTED, Target};
use super::list::{REPOS, Row};
use super::reason;
use super::skeleton::{Separators, look_alike};
use super::words::{is_plausible_look_alike, is_plausible_slip, normal};

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
    "arrow", "audiofolder", "csv", "generator", "imagefolder", "json", "pandas", "parquet", "pdffolder", "spark", "sql", "text",
    "videofolder", "webdataset",
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
            let target = matcher.target(number).filter(long_enough)?;
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
    let whole = format!("{namespace}/{name}");
    if REPOS.find(&whole).is_some() {
        return None;
    }
    let plain = normal(name);
    let mut found: Vec<(Row, &'static str, String)> = Vec::new();
    for row in REPOS.rows_with_prefix(&format!("{namespace}/")) {
        let Some((_, target)) = row.key().split_once('/') else { continue };
        // The cheap tests first: most repos of a namespace are neither near nor of the right length.
        if target.len() < 6 || target.len().abs_diff(name.len()) > 3 || row.number(2) < PROTECTED {
            continue;
        }
        let theirs = normal(target);
        if theirs == plain {
            // Only case or separators differ: names may differ by case, and the Hub tells which is right.
            return None;
        }
        if let Some(readings) = look_alike(name, target, Separators::Unified) {
            if is_plausible_look_alike(name, target, readings, false) {
                found.push((row, target, reason::of_look_alike(name, target, readings, Separators::Unified)));
            }
        } else if let Some(edit) = one_edit(plain.as_bytes(), theirs.as_bytes())
            && is_plausible_slip(edit, name, &theirs, false)
        {
            found.push((row, target, reason::of_edit(name, target, edit)));
        }
    }
    let candidates = found.len();
    let best = found.into_iter().reduce(|best, next| if next.0.number(2) > best.0.number(2) { next } else { best });
    best.map(|(row, name, reason)| Slip { name, id: row.key(), candidates, reason })
}
