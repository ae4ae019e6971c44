//! The embedded lists, searched in place: nothing is parsed or built for any name.

use super::keys::{NOTHING, continued, normal_byte, row_key};
use super::table::Table;
use super::tables;

/// Namespaces with the number of projects that name them.
pub(super) static NAMESPACES: List =
    List { text: include_str!("../../rules/data/names/namespaces.tsv"), places: &tables::NAMESPACES_ROWS };
/// Repos that at least two projects name, and single ones that resemble such a repo: id, kind, projects.
pub(super) static REPOS: List = List { text: include_str!("../../rules/data/names/repos.tsv"), places: &tables::REPOS_ROWS };
/// Legal ids without a namespace: id, kind, namespaced home.
pub(super) static BARE: List = List { text: include_str!("../../rules/data/names/bare-ids.tsv"), places: &tables::BARE_ROWS };
/// Ids named in public reports: id, scope, class, who named it.
pub(super) static KNOWN_BAD: List =
    List { text: include_str!("../../rules/data/names/known-bad.tsv"), places: &tables::KNOWN_BAD_ROWS };
/// Namespaces of ModelScope that the Hub does not have.
pub(super) static MODELSCOPE: List =
    List { text: include_str!("../../rules/data/names/modelscope-namespaces.txt"), places: &tables::MODELSCOPE_ROWS };
/// Words that occur in at least two known ids.
pub(super) static WORDS: List = List { text: include_str!("../../rules/data/names/words.txt"), places: &tables::WORDS_ROWS };
/// Words and personal names that happen to be one edit from a protected namespace.
pub(super) static NEAR_WORDS: List =
    List { text: include_str!("../../rules/data/names/near-words.txt"), places: &tables::NEAR_WORDS_ROWS };

/// A list of rows, after a header of `#` lines; the build script has noted where each row begins.
pub(super) struct List {
    text: &'static str,
    places: &'static Table,
}

impl List {
    /// Bytes of the whole list.
    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    /// The row that begins at a place.
    pub(super) fn at(&self, place: usize) -> Row {
        let rest = self.text.get(place..).unwrap_or_default();
        let end = memchr::memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        Row(rest.get(..end).unwrap_or_default())
    }

    /// The first cell of the row that begins at a place.
    pub(super) fn key_at(&self, place: usize) -> &'static str {
        let rest = self.text.get(place..).unwrap_or_default();
        let end = memchr::memchr2(b'\t', b'\n', rest.as_bytes()).unwrap_or(rest.len());
        rest.get(..end).unwrap_or_default()
    }

    /// Where each row begins, found without the table.
    #[cfg(test)]
    pub(super) fn places(&self) -> impl Iterator<Item = usize> + use<> {
        let lines = self.text.split_inclusive('\n').scan(0, |at, line| {
            let start = *at;
            *at += line.len();
            Some((start, line))
        });
        lines.filter(|(_, line)| !line.starts_with('#')).map(|(at, _)| at)
    }

    /// The row whose first cell is `key`, in any case.
    pub(super) fn find(&self, key: &str) -> Option<Row> {
        self.find_by(row_key(key), key)
    }

    /// The same if its `row_key` has been computed already.
    pub(super) fn find_by(&self, row_key: u64, key: &str) -> Option<Row> {
        self.places.get(row_key).map(|place| self.at(place)).find(|row| row.has_key(key))
    }

    /// The rows whose key is, but for case and the kind of separators, `namespace/name`.
    pub(super) fn alike<'a>(&self, namespace: &'a str, name: &'a str) -> impl Iterator<Item = Row> + use<'a, '_> {
        let key = continued(continued(continued(NOTHING, namespace), "/"), name);
        let whole = move || [namespace, "/", name].into_iter().flat_map(str::bytes).map(normal_byte);
        self.places.get(key).map(|place| self.at(place)).filter(move |row| row.key().bytes().map(normal_byte).eq(whole()))
    }
}

/// One row; cells are parted by tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row(&'static str);

impl Row {
    /// True when the first cell is this text, in any case.
    pub(super) fn has_key(self, key: &str) -> bool {
        let (bytes, key) = (self.0.as_bytes(), key.as_bytes());
        bytes.get(..key.len()).is_some_and(|start| start.eq_ignore_ascii_case(key))
            && matches!(bytes.get(key.len()), None | Some(b'\t'))
    }

    /// The first cell, in display case.
    pub(super) fn key(self) -> &'static str {
        let end = memchr::memchr(b'\t', self.0.as_bytes()).unwrap_or(self.0.len());
        self.0.get(..end).unwrap_or_default()
    }

    /// The cell with this number, the key being 0; empty if there is none.
    pub(super) fn cell(self, number: usize) -> &'static str {
        self.0.split('\t').nth(number).unwrap_or_default()
    }

    /// The cell as a number of projects; 0 if it is none.
    pub(super) fn number(self, cell: usize) -> u16 {
        self.cell(cell).parse().unwrap_or(0)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_sorted_and_every_row_is_found() {
        for list in [&NAMESPACES, &REPOS, &BARE, &KNOWN_BAD, &MODELSCOPE, &WORDS, &NEAR_WORDS] {
            let mut last = String::new();
            let mut count = 0;
            for row in list.places().map(|place| list.at(place)) {
                let key = row.key().to_ascii_lowercase();
                assert!(key.starts_with(|first: char| first.is_ascii_alphanumeric()), "{key}");
                assert!(key > last, "{key} after {last}");
                assert_eq!(list.find(&row.key().to_ascii_uppercase()), Some(row));
                assert_eq!(list.find(&format!("{key}\u{1}")), None);
                last = key;
                count += 1;
            }
            let header = list.text.lines().find_map(|line| line.strip_prefix("# count: ")).unwrap();
            assert_eq!(header.parse::<usize>().unwrap(), count);
            assert!(list.text.contains("\n# source: ") && list.text.contains("\n# date: "));
        }
    }

    #[test]
    fn separators_do_not_matter_where_they_are_not_asked_for() {
        let rows: Vec<Row> = REPOS.alike("qwen", "qwen2-5.7b_instruct").collect();
        assert!(rows.iter().any(|row| row.key() == "Qwen/Qwen2.5-7B-Instruct"), "{rows:?}");
        assert_eq!(REPOS.find("Qwen/Qwen2-5-7B-Instruct"), None);
        assert_eq!(REPOS.alike("zzzz", "x").count(), 0);
    }

    #[test]
    fn all_that_is_embedded_stays_within_its_budget() {
        let lists: usize =
            [&NAMESPACES, &REPOS, &BARE, &KNOWN_BAD, &MODELSCOPE, &WORDS, &NEAR_WORDS].iter().map(|list| list.text.len()).sum();
        let size = lists + tables::bytes();
        assert!(size < 600_000, "{size}");
    }
}
