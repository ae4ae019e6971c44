//! The embedded lists, searched in place: nothing is parsed or built for a name that is known.

use std::cmp::Ordering;

/// Namespaces with the number of projects that name them.
pub(super) static NAMESPACES: List = List::new(include_str!("../../rules/data/names/namespaces.tsv"));
/// Repos that at least two projects name, and single ones that resemble such a repo: id, kind, projects.
pub(super) static REPOS: List = List::new(include_str!("../../rules/data/names/repos.tsv"));
/// Legal ids without a namespace: id, kind, namespaced home.
pub(super) static BARE: List = List::new(include_str!("../../rules/data/names/bare-ids.tsv"));
/// Ids named in public reports: id, scope, class, who named it.
pub(super) static KNOWN_BAD: List = List::new(include_str!("../../rules/data/names/known-bad.tsv"));
/// Namespaces of ModelScope that the Hub does not have.
pub(super) static MODELSCOPE: List = List::new(include_str!("../../rules/data/names/modelscope-namespaces.txt"));
/// Words that occur in at least two known ids.
pub(super) static WORDS: List = List::new(include_str!("../../rules/data/names/words.txt"));
/// Words and personal names that happen to be one edit from a protected namespace.
pub(super) static NEAR_WORDS: List = List::new(include_str!("../../rules/data/names/near-words.txt"));

/// A list of rows sorted by the bytes of their lower-case first cell, after a header of `#` lines.
pub(super) struct List {
    text: &'static str,
    /// Where the rows begin; found by the compiler.
    body: usize,
}

impl List {
    const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut body = 0;
        while body < bytes.len() && bytes[body] == b'#' {
            while body < bytes.len() && bytes[body] != b'\n' {
                body += 1;
            }
            body += 1;
        }
        Self { text, body }
    }

    fn rows_text(&self) -> &'static str {
        self.text.get(self.body..).unwrap_or_default()
    }

    /// Every row.
    pub(super) fn rows(&self) -> impl Iterator<Item = Row> + use<> {
        self.rows_text().lines().map(Row)
    }

    /// The first row whose key is `key`, in any case.
    pub(super) fn find(&self, key: &str) -> Option<Row> {
        self.rows_from(key).next().filter(|row| row.key().eq_ignore_ascii_case(key))
    }

    /// The rows whose key begins with `prefix`, in any case.
    pub(super) fn rows_with_prefix(&self, prefix: &str) -> impl Iterator<Item = Row> + use<'_> {
        let length = prefix.len();
        let wanted = prefix.to_ascii_lowercase();
        self.rows_from(prefix).take_while(move |row| {
            row.key().as_bytes().get(..length).is_some_and(|start| start.eq_ignore_ascii_case(wanted.as_bytes()))
        })
    }

    /// The rows from the first one whose key is not less than `key`, by binary search over the text.
    fn rows_from(&self, key: &str) -> impl Iterator<Item = Row> + use<> {
        let text = self.rows_text();
        let bytes = text.as_bytes();
        // Both ends always stand at the start of a row.
        let (mut low, mut high) = (0, bytes.len());
        while low < high {
            let middle = low + (high - low) / 2;
            let before = bytes.get(low..middle).unwrap_or_default();
            let start = memchr::memrchr(b'\n', before).map_or(low, |found| low + found + 1);
            let line = bytes.get(start..high).unwrap_or_default();
            let end = memchr::memchr(b'\n', line).map_or(high, |found| start + found + 1);
            let row = line.get(..end - start).unwrap_or_default();
            if compare(row, key.as_bytes()) == Ordering::Less {
                low = end;
            } else {
                high = start;
            }
        }
        text.get(low..).unwrap_or_default().lines().map(Row)
    }
}

/// Compares the lower-case key of a row with a key in any case.
fn compare(row: &[u8], key: &[u8]) -> Ordering {
    let cell = row.iter().take_while(|byte| !matches!(byte, b'\t' | b'\n')).map(u8::to_ascii_lowercase);
    cell.cmp(key.iter().map(u8::to_ascii_lowercase))
}

/// One row; cells are parted by tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row(&'static str);

impl Row {
    /// The first cell, in display case.
    pub(super) fn key(self) -> &'static str {
        self.0.split('\t').next().unwrap_or_default()
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
            for row in list.rows() {
                let key = row.key().to_ascii_lowercase();
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
    fn prefixes_give_the_repos_of_one_namespace() {
        let qwen: Vec<Row> = REPOS.rows_with_prefix("qwen/").collect();
        let all = REPOS.rows().filter(|row| row.key().to_ascii_lowercase().starts_with("qwen/")).count();
        assert!(all > 20);
        assert_eq!(qwen.len(), all);
        assert_eq!(REPOS.rows_with_prefix("zzzz/").count(), 0);
        assert_eq!(REPOS.rows_with_prefix("").count(), REPOS.rows().count());
    }

    #[test]
    fn the_lists_stay_within_their_budget() {
        let size: usize = [&NAMESPACES, &REPOS, &BARE, &KNOWN_BAD, &MODELSCOPE, &WORDS, &NEAR_WORDS]
            .iter()
            .map(|list| list.text.len())
            .sum();
        assert!(size < 550_000, "{size}");
    }
}
