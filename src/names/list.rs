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
    /// Where, among the rows, those whose first two bytes are of a pair of classes, or of a later one, begin; found by
    /// the compiler too. It saves most steps of a search.
    starts: [u32; PAIRS + 1],
}

/// Classes of bytes, in the order of the bytes: what precedes the digits, each digit, what lies between, each letter (in
/// any case), the rest. Rows begin with a digit or a letter.
const CLASSES: usize = 39;
const PAIRS: usize = CLASSES * CLASSES;

const fn class(byte: u8) -> usize {
    match byte.to_ascii_lowercase() {
        0..b'0' => 0,
        digit @ b'0'..=b'9' => 1 + (digit - b'0') as usize,
        letter @ b'a'..=b'z' => 12 + (letter - b'a') as usize,
        b'{'.. => 38,
        _ => 11,
    }
}

impl List {
    #[allow(long_running_const_eval)]
    const fn new(text: &'static str) -> Self {
        let bytes = text.as_bytes();
        let mut body = 0;
        while body < bytes.len() && bytes[body] == b'#' {
            while body < bytes.len() && bytes[body] != b'\n' {
                body += 1;
            }
            body += 1;
        }
        let mut starts = [0; PAIRS + 1];
        let (mut at, mut filled) = (body, 0);
        while at < bytes.len() {
            let second = if at + 1 < bytes.len() { class(bytes[at + 1]) } else { 0 };
            let pair = class(bytes[at]) * CLASSES + second;
            while filled <= pair {
                starts[filled] = (at - body) as u32;
                filled += 1;
            }
            while at < bytes.len() && bytes[at] != b'\n' {
                at += 1;
            }
            at += 1;
        }
        while filled <= PAIRS {
            starts[filled] = (bytes.len() - body) as u32;
            filled += 1;
        }
        Self { text, body, starts }
    }

    fn rows_text(&self) -> &'static str {
        self.text.get(self.body..).unwrap_or_default()
    }

    /// Every row.
    pub(super) fn rows(&self) -> Rows {
        Rows(self.rows_text())
    }

    /// The first row whose key is `key`, in any case.
    pub(super) fn find(&self, key: &str) -> Option<Row> {
        self.rows_from(key, "").next().filter(|row| row.key().eq_ignore_ascii_case(key))
    }

    /// The rows whose key begins with `start` and a slash, in any case. The rows after them begin with `start` and a byte
    /// not less than `0`, which follows the slash in ASCII.
    pub(super) fn rows_under(&self, start: &str) -> Rows {
        let (from, to) = (self.rows_from(start, "/").0, self.rows_from(start, "0").0);
        Rows(from.get(..from.len() - to.len().min(from.len())).unwrap_or_default())
    }

    /// The rows from the first one whose key is not less than `key` and `more` together, by binary search over the text.
    fn rows_from(&self, key: &str, more: &str) -> Rows {
        let text = self.rows_text();
        let bytes = text.as_bytes();
        // Both ends always stand at the start of a row.
        let mut classes = key.bytes().chain(more.bytes()).map(class);
        let pair = classes.next().unwrap_or(0) * CLASSES + classes.next().unwrap_or(0);
        let start = |pair: usize| self.starts.get(pair).map_or(bytes.len(), |start| *start as usize);
        let (mut low, mut high) = (start(pair), start(pair + 1));
        while low < high {
            let middle = low + (high - low) / 2;
            let before = bytes.get(low..middle).unwrap_or_default();
            let start = memchr::memrchr(b'\n', before).map_or(low, |found| low + found + 1);
            let line = bytes.get(start..high).unwrap_or_default();
            let end = memchr::memchr(b'\n', line).map_or(high, |found| start + found + 1);
            let row = line.get(..end - start).unwrap_or_default();
            if compare(row, key.as_bytes(), more.as_bytes()) == Ordering::Less {
                low = end;
            } else {
                high = start;
            }
        }
        Rows(text.get(low..).unwrap_or_default())
    }
}

/// Rows of a list, in order.
pub(super) struct Rows(&'static str);

impl Iterator for Rows {
    type Item = Row;

    fn next(&mut self) -> Option<Row> {
        let end = memchr::memchr(b'\n', self.0.as_bytes()).or_else(|| Some(self.0.len()).filter(|length| *length > 0))?;
        let row = self.0.get(..end).unwrap_or_default();
        self.0 = self.0.get(end + 1..).unwrap_or_default();
        Some(Row(row))
    }
}

/// Compares the lower-case key of a row with a key in any case.
fn compare(row: &[u8], key: &[u8], more: &[u8]) -> Ordering {
    let mut rest = row;
    for wanted in [key, more] {
        let (head, tail) = rest.split_at_checked(wanted.len()).unwrap_or((rest, &[]));
        for (byte, wanted) in head.iter().zip(wanted) {
            if byte == wanted {
                continue;
            }
            if *byte == b'\t' {
                return Ordering::Less;
            }
            match byte.to_ascii_lowercase().cmp(&wanted.to_ascii_lowercase()) {
                Ordering::Equal => {}
                other => return other,
            }
        }
        if head.len() < wanted.len() {
            return Ordering::Less;
        }
        rest = tail;
    }
    match rest.first() {
        None | Some(b'\t') => Ordering::Equal,
        Some(_) => Ordering::Greater,
    }
}

/// One row; cells are parted by tabs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Row(&'static str);

impl Row {
    /// The byte at an offset of the row.
    pub(super) fn byte(self, at: usize) -> Option<u8> {
        self.0.as_bytes().get(at).copied()
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
            for row in list.rows() {
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
    fn prefixes_give_the_repos_of_one_namespace() {
        let qwen: Vec<Row> = REPOS.rows_under("qwen").collect();
        let all = REPOS.rows().filter(|row| row.key().to_ascii_lowercase().starts_with("qwen/")).count();
        assert!(all > 20);
        assert_eq!(qwen.len(), all);
        assert_eq!(REPOS.rows_under("zzzz").count(), 0);
        assert_eq!(REPOS.rows_under("").count(), 0);
    }

    #[test]
    fn the_lists_stay_within_their_budget() {
        let size: usize =
            [&NAMESPACES, &REPOS, &BARE, &KNOWN_BAD, &MODELSCOPE, &WORDS, &NEAR_WORDS].iter().map(|list| list.text.len()).sum();
        assert!(size < 550_000, "{size}");
    }
}
