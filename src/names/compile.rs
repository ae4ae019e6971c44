//! Part of the build script, not of the library: what a look-up of names needs, as constant tables.
//!
//! Values are places in the texts of the lists: a row says the rest.

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;

use super::keys::{halves, letters, normal_byte, row_key, same_key, skeleton_key};
use super::skeleton::{Separators, readings_of};
use super::table::fill;

/// Number of projects from which on a namespace or id is protected. `index.rs` says the same of rows.
const PROTECTED: u16 = 2;

/// The lists, by the names of their constants.
const LISTS: [(&str, &str); 7] = [
    ("NAMESPACES", "namespaces.tsv"),
    ("REPOS", "repos.tsv"),
    ("BARE", "bare-ids.tsv"),
    ("KNOWN_BAD", "known-bad.tsv"),
    ("MODELSCOPE", "modelscope-namespaces.txt"),
    ("WORDS", "words.txt"),
    ("NEAR_WORDS", "near-words.txt"),
];

/// A row and where it begins.
struct Row<'t> {
    at: usize,
    cells: Vec<&'t str>,
}

impl<'t> Row<'t> {
    fn key(&self) -> &'t str {
        self.cells.first().copied().unwrap_or_default()
    }

    fn weight(&self, cell: usize) -> u16 {
        self.cells.get(cell).and_then(|cell| cell.parse().ok()).unwrap_or(0)
    }
}

fn rows(text: &str) -> Vec<Row<'_>> {
    let mut rows = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        if !line.starts_with('#') {
            rows.push(Row { at, cells: line.trim_end_matches('\n').split('\t').collect() });
        }
        at += line.len();
    }
    rows
}

/// Something that may have been meant: its place, how it is shown, and how many projects name it.
struct Target<'t> {
    at: usize,
    shown: &'t str,
    weight: u16,
}

/// The tables of one sort of targets.
struct Tables {
    same: Vec<(u64, usize)>,
    skeletons: Vec<(u64, usize)>,
    halves: Vec<(u64, usize)>,
}

/// Names that are equal but for case and the kind of separators are one target under `Unified`: the one that most projects
/// name. What each of them looks like leads to it.
fn tables(targets: &[Target<'_>], separators: Separators) -> Tables {
    let normal = |text: &str| -> Vec<u8> {
        match separators {
            Separators::Unified => text.bytes().map(normal_byte).collect(),
            Separators::Dropped => text.to_ascii_lowercase().into_bytes(),
        }
    };
    let mut twins: BTreeMap<Vec<u8>, Vec<&Target<'_>>> = BTreeMap::new();
    for target in targets {
        twins.entry(normal(target.shown)).or_default().push(target);
    }
    let mut made = Tables { same: Vec::new(), skeletons: Vec::new(), halves: Vec::new() };
    for (plain, twins) in &twins {
        let Some(best) = twins.iter().copied().reduce(|best, next| if next.weight > best.weight { next } else { best }) else {
            continue;
        };
        made.same.push((same_key(best.shown, separators), best.at));
        made.halves.extend(halves(plain).map(|key| (key, best.at)));
        let keys: BTreeSet<u64> = twins
            .iter()
            .flat_map(|twin| readings_of(twin.shown).iter().map(|reading| skeleton_key(twin.shown, *reading, separators)))
            .collect();
        made.skeletons.extend(keys.into_iter().map(|key| (key, best.at)));
    }
    made
}

/// The text of the tables, as Rust.
pub fn generate(folder: &Path) -> Result<String, Box<dyn Error>> {
    let mut out = String::from("// Written by build.rs from rules/data/names/.\n");
    let mut texts = BTreeMap::new();
    for (name, file) in LISTS {
        texts.insert(name, std::fs::read_to_string(folder.join(file))?);
    }
    let list = |name: &str| rows(texts.get(name).map(String::as_str).unwrap_or_default());
    for (name, _) in LISTS {
        let pairs: Vec<(u64, usize)> = list(name).iter().map(|row| (row_key(row.key()), row.at)).collect();
        write_table(&mut out, &format!("{name}_ROWS"), &pairs)?;
    }

    let namespaces = list("NAMESPACES");
    let protected: Vec<Target<'_>> = namespaces
        .iter()
        .map(|row| Target { at: row.at, shown: row.key(), weight: row.weight(1) })
        .filter(|target| target.weight >= PROTECTED)
        .collect();
    let made = tables(&protected, Separators::Dropped);
    write_table(&mut out, "NAMESPACES_SAME", &made.same)?;
    write_table(&mut out, "NAMESPACES_SKELETONS", &made.skeletons)?;
    write_table(&mut out, "NAMESPACES_HALVES", &made.halves)?;
    let mut glued = Vec::new();
    for target in protected.iter().filter(|target| target.shown.len() >= 8) {
        let plain: Vec<u8> = letters(target.shown).collect();
        glued.extend(halves(&plain).map(|key| (key, target.at)));
    }
    write_table(&mut out, "GLUED_HALVES", &glued)?;
    // Long, very popular namespaces, which two edits are looked for from.
    let popular: Vec<usize> =
        protected.iter().filter(|target| target.shown.len() >= 8 && target.weight >= 10).map(|target| target.at).collect();
    writeln!(out, "pub(super) static POPULAR: &[u32] = &{popular:?};")?;

    // Places in the list of bare ids count from the end of the list of repos.
    let (repos, bare) = (list("REPOS"), list("BARE"));
    let behind = texts.get("REPOS").map_or(0, String::len);
    let legacy = || bare.iter().map(|row| Target { at: behind + row.at, shown: row.key(), weight: PROTECTED });
    let mut names: Vec<Target<'_>> = Vec::new();
    let mut bare_names: Vec<Target<'_>> = legacy().collect();
    for row in &repos {
        if let Some((owner, name)) = row.key().split_once('/').filter(|_| row.weight(2) >= PROTECTED) {
            names.push(Target { at: row.at, shown: name, weight: row.weight(2) });
            if owner.eq_ignore_ascii_case("sentence-transformers") {
                bare_names.push(Target { at: row.at, shown: name, weight: row.weight(2) });
            }
        }
    }
    names.extend(legacy());
    for (name, targets) in [("NAMES", names), ("BARE", bare_names)] {
        let made = tables(&targets, Separators::Unified);
        write_table(&mut out, &format!("{name}_SAME"), &made.same)?;
        write_table(&mut out, &format!("{name}_SKELETONS"), &made.skeletons)?;
        write_table(&mut out, &format!("{name}_HALVES"), &made.halves)?;
    }

    // Code points that look like an ASCII character: the point and, in the lowest byte, the character.
    let mut confusables = Vec::new();
    for row in rows(&std::fs::read_to_string(folder.join("confusables.tsv"))?) {
        let ascii =
            row.key().bytes().next().filter(u8::is_ascii_graphic).ok_or("confusables.tsv: a row begins with no character")?;
        for point in row.cells.get(1).into_iter().flat_map(|points| points.split(' ')) {
            confusables.push(u32::from_str_radix(point, 16)? << 8 | u32::from(ascii));
        }
    }
    confusables.sort_unstable();
    writeln!(out, "pub(super) static CONFUSABLES: &[u32] = &{confusables:?};")?;
    // For the test of the budget: every number takes four bytes at most.
    let bytes = out.matches(", ").count() * 4;
    writeln!(out, "#[cfg(test)]\npub(super) fn bytes() -> usize {{\n    {bytes}\n}}")?;
    Ok(out)
}

fn write_table(out: &mut String, name: &str, pairs: &[(u64, usize)]) -> Result<(), Box<dyn Error>> {
    let (shift, starts, entries) = fill(pairs).ok_or_else(|| format!("{name}: more than a table holds"))?;
    writeln!(out, "pub(super) static {name}: Table = Table {{ shift: {shift}, starts: &{starts:?}, entries: &{entries:?} }};")?;
    Ok(())
}
