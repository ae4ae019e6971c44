//! Lines and columns of byte offsets, and the hash of a line as GitHub computes it.
//!
//! Everything is linear in the size of the file plus (number of questions × logarithm): a single line of 20 MB with
//! 100,000 findings costs one pass, because long lines carry checkpoints.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};

use crate::finding::Position;

/// Distance in bytes between checkpoints on a long line.
const STRIDE: usize = 1024;
/// Units that GitHub's hash of a line looks at.
const WINDOW: usize = 100;
/// Multiplier of GitHub's rolling hash.
const MULTIPLIER: u64 = 37;

/// A place inside a long line whose columns are known.
#[derive(Clone, Copy, Debug)]
struct Checkpoint {
    byte: usize,
    scalars: u32,
    utf16: u32,
}

/// The lines of a file's bytes. Lines end with LF, CRLF or a lone CR; nothing else ends a line.
///
/// Invalid UTF-8 counts as one U+FFFD per maximal subpart, as decoders count it. A byte-order mark is an ordinary character of line 1.
#[derive(Debug)]
pub struct LineIndex<'a> {
    bytes: &'a [u8],
    starts: Vec<u32>,
    checkpoints: Vec<Checkpoint>,
    hashes: OnceCell<Vec<LineHash>>,
}

/// GitHub's hash of a line, with the ordinal of this value in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct LineHash {
    value: u64,
    ordinal: u32,
}

impl<'a> LineIndex<'a> {
    /// Reads the bytes once.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let mut starts = vec![0];
        let mut checkpoints = Vec::new();
        let mut start = 0;
        for end in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            let byte = bytes.get(end).copied();
            if byte == Some(b'\r') && bytes.get(end + 1) == Some(&b'\n') {
                continue;
            }
            mark_long_line(bytes, start, end, &mut checkpoints);
            start = end + 1;
            starts.push(u32::try_from(start).unwrap_or(u32::MAX));
        }
        mark_long_line(bytes, start, bytes.len(), &mut checkpoints);
        Self { bytes, starts, checkpoints, hashes: OnceCell::new() }
    }

    /// Number of lines; a file that ends in a newline has one more, empty line. At least 1.
    #[must_use]
    pub fn line_count(&self) -> u32 {
        u32::try_from(self.starts.len()).unwrap_or(u32::MAX)
    }

    /// The 1-based line of a byte offset. Offsets behind the end belong to the last line.
    #[must_use]
    pub fn line(&self, offset: usize) -> u32 {
        let lines = self.starts.partition_point(|start| *start as usize <= offset);
        u32::try_from(lines).unwrap_or(u32::MAX).max(1)
    }

    /// The bytes of a 1-based line without its line end; empty behind the last line.
    #[must_use]
    pub fn line_range(&self, line: u32) -> std::ops::Range<usize> {
        let index = (line as usize).saturating_sub(1);
        let Some(start) = self.starts.get(index).map(|start| *start as usize) else {
            return self.bytes.len()..self.bytes.len();
        };
        let mut end = self.starts.get(index + 1).map_or(self.bytes.len(), |next| *next as usize);
        if self.starts.get(index + 1).is_some() {
            end = end.saturating_sub(1);
            let is_crlf = end > start && self.bytes.get(end) == Some(&b'\n') && self.bytes.get(end - 1) == Some(&b'\r');
            if is_crlf {
                end -= 1;
            }
        }
        start..end.max(start)
    }

    /// Line and columns of a byte offset. Inside a character: the character's place. Inside a line end: the end of the line's text.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let line = self.line(offset.min(self.bytes.len()));
        let range = self.line_range(line);
        let offset = offset.clamp(range.start, range.end);
        let (scalars, utf16) = self.columns(range, offset);
        Position { line, column: scalars.saturating_add(1), column_utf16: utf16.saturating_add(1) }
    }

    /// Scalar values and UTF-16 units between the start of a line and an offset on it.
    fn columns(&self, line: std::ops::Range<usize>, offset: usize) -> (u32, u32) {
        let before = self.checkpoints.partition_point(|checkpoint| checkpoint.byte <= offset);
        let (start, scalars, utf16) = before
            .checked_sub(1)
            .and_then(|index| self.checkpoints.get(index))
            .filter(|checkpoint| checkpoint.byte >= line.start)
            .map_or((line.start, 0, 0), |checkpoint| (checkpoint.byte, checkpoint.scalars, checkpoint.utf16));
        let mut count = Count { scalars, utf16 };
        let mut place = start;
        // The text runs to the end of the line so that a cut inside a character is seen as such.
        let stop = line.end.min(offset.saturating_add(4));
        for character in characters(self.bytes.get(start..stop).unwrap_or_default()) {
            if place + character.bytes > offset {
                break;
            }
            place += character.bytes;
            count.add(character);
        }
        (count.scalars, count.utf16)
    }

    /// GitHub's `primaryLocationLineHash` of a 1-based line: `hash:ordinal`. The table of the whole file is made at the
    /// first question, because ordinals need every line. `None` behind the last line.
    #[must_use]
    pub fn line_hash(&self, line: u32) -> Option<String> {
        let hashes = self.hashes.get_or_init(|| hash_lines(self.bytes));
        let hash = hashes.get((line as usize).checked_sub(1)?)?;
        Some(format!("{:x}:{}", hash.value, hash.ordinal))
    }
}

/// Notes checkpoints on a line that is longer than the stride.
fn mark_long_line(bytes: &[u8], start: usize, end: usize, checkpoints: &mut Vec<Checkpoint>) {
    if end.saturating_sub(start) <= STRIDE {
        return;
    }
    let line = bytes.get(start..end).unwrap_or_default();
    if line.is_ascii() {
        // The pictures of a notebook, mostly: every byte is a column.
        checkpoints.extend((1..line.len().div_ceil(STRIDE)).map(|number| {
            let columns = u32::try_from(number * STRIDE).unwrap_or(u32::MAX);
            Checkpoint { byte: start + number * STRIDE, scalars: columns, utf16: columns }
        }));
        return;
    }
    let mut count = Count::default();
    let mut place = start;
    let mut next = start + STRIDE;
    for character in characters(line) {
        if place >= next {
            checkpoints.push(Checkpoint { byte: place, scalars: count.scalars, utf16: count.utf16 });
            next = place + STRIDE;
        }
        place += character.bytes;
        count.add(character);
    }
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    scalars: u32,
    utf16: u32,
}

impl Count {
    fn add(&mut self, character: Character) {
        self.scalars = self.scalars.saturating_add(1);
        self.utf16 = self.utf16.saturating_add(character.utf16);
    }
}

/// One decoded character and the bytes that it takes in the file.
#[derive(Clone, Copy, Debug)]
struct Character {
    value: char,
    bytes: usize,
    utf16: u32,
}

/// Decodes as UTF-8, with U+FFFD for each maximal invalid subpart.
fn characters(bytes: &[u8]) -> impl Iterator<Item = Character> + '_ {
    bytes.utf8_chunks().flat_map(|chunk| {
        let invalid = chunk.invalid().len();
        chunk
            .valid()
            .chars()
            .map(|value| Character { value, bytes: value.len_utf8(), utf16: if value.len_utf16() == 2 { 2 } else { 1 } })
            .chain((invalid > 0).then_some(Character { value: char::REPLACEMENT_CHARACTER, bytes: invalid, utf16: 1 }))
    })
}

/// GitHub's hashes of all lines (github/codeql-action, `src/fingerprints.ts`, 4.36.3): a rolling hash over the 100
/// UTF-16 units from the line's start, blanks and tabs left out, CR and CRLF read as LF, then one unit 0xFFFF and zeros.
fn hash_lines(bytes: &[u8]) -> Vec<LineHash> {
    let mut hasher = LineHasher::default();
    let mut units = [0; 2];
    for character in characters(bytes) {
        for unit in character.value.encode_utf16(&mut units) {
            hasher.take(*unit);
        }
    }
    hasher.finish()
}

struct LineHasher {
    window: [u16; WINDOW],
    slot: usize,
    value: u64,
    leaving: u64,
    kept: usize,
    at_line_start: bool,
    after_cr: bool,
    /// Kept-unit numbers at which lines began whose window is not yet full.
    open: VecDeque<usize>,
    hashes: Vec<LineHash>,
    ordinals: HashMap<u64, u32>,
}

impl Default for LineHasher {
    fn default() -> Self {
        let leaving = (0..WINDOW).fold(1_u64, |power, _| power.wrapping_mul(MULTIPLIER));
        Self {
            window: [0; WINDOW],
            slot: 0,
            value: 0,
            leaving,
            kept: 0,
            at_line_start: true,
            after_cr: false,
            open: VecDeque::new(),
            hashes: Vec::new(),
            ordinals: HashMap::new(),
        }
    }
}

impl LineHasher {
    fn take(&mut self, unit: u16) {
        const BLANK: u16 = b' ' as u16;
        const TAB: u16 = b'\t' as u16;
        const LF: u16 = b'\n' as u16;
        const CR: u16 = b'\r' as u16;
        if unit == BLANK || unit == TAB || (self.after_cr && unit == LF) {
            self.after_cr = false;
            return;
        }
        self.after_cr = unit == CR;
        let unit = if unit == CR { LF } else { unit };
        if self.at_line_start {
            self.open.push_back(self.kept);
        }
        self.at_line_start = unit == LF;
        self.push(unit);
    }

    fn push(&mut self, unit: u16) {
        if let Some(place) = self.window.get_mut(self.slot) {
            let gone = u64::from(*place);
            *place = unit;
            self.value =
                self.value.wrapping_mul(MULTIPLIER).wrapping_add(u64::from(unit)).wrapping_sub(self.leaving.wrapping_mul(gone));
        }
        self.slot = (self.slot + 1) % WINDOW;
        self.kept += 1;
        if self.open.front().is_some_and(|start| start + WINDOW == self.kept) {
            self.open.pop_front();
            let ordinal = self.ordinals.entry(self.value).or_insert(0);
            *ordinal += 1;
            self.hashes.push(LineHash { value: self.value, ordinal: *ordinal });
        }
    }

    fn finish(mut self) -> Vec<LineHash> {
        self.take(0xFFFF);
        for _ in 0..WINDOW {
            self.push(0);
        }
        self.hashes
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn line_hashes_equal_every_vector() {
        let root = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance");
        let text = std::fs::read_to_string(format!("{root}/line-hash-vectors.json")).unwrap();
        let vectors: BTreeMap<String, BTreeMap<String, String>> = serde_json::from_str(&text).unwrap();
        assert_eq!(vectors.len(), 13);
        let mut entries = 0;
        for (file, expected) in &vectors {
            let bytes = std::fs::read(format!("{root}/line-hash/{file}")).unwrap();
            let index = LineIndex::new(&bytes);
            let found: BTreeMap<String, String> =
                (1..).map_while(|line| Some((line.to_string(), index.line_hash(line)?))).collect();
            assert_eq!(&found, expected, "{file}");
            assert_eq!(index.line_count() as usize, expected.len(), "{file}");
            entries += expected.len();
        }
        assert_eq!(entries, 300);
    }

    /// Decodes everything and counts from the start, the slow and plain way.
    fn naive(bytes: &[u8], offset: usize) -> (u32, u32, u32) {
        let (mut line, mut column, mut column_utf16) = (1, 1, 1);
        let mut place = 0;
        let mut rest = characters(bytes).peekable();
        while let Some(character) = rest.next() {
            if place + character.bytes > offset {
                break;
            }
            place += character.bytes;
            let crlf = character.value == '\r' && rest.peek().is_some_and(|next| next.value == '\n');
            if crlf {
                // Inside the line end: still the end of the text.
                if place >= offset {
                    break;
                }
            } else if matches!(character.value, '\n' | '\r') {
                line += 1;
                column = 1;
                column_utf16 = 1;
            } else {
                column += 1;
                column_utf16 += character.utf16;
            }
        }
        (line, column, column_utf16)
    }

    #[test]
    fn positions_equal_a_naive_count_at_every_byte() {
        let long: Vec<u8> = "aé🤗\t".as_bytes().iter().copied().cycle().take(5003).collect();
        let cases: Vec<Vec<u8>> = vec![
            b"".to_vec(),
            b"\n".to_vec(),
            b"a\r\nb\rc\n\n\rd\n\r".to_vec(),
            "\u{feff}é = '🤗'\t# x\r\n中\n".as_bytes().to_vec(),
            b"ab\xffcd\xe2\x82ef\xf0\x9f\x98\n\xc3".to_vec(),
            [b"x\n".as_slice(), &long, b"\r\nlast \xf0\x9f\xa4\x97"].concat(),
        ];
        for bytes in &cases {
            let index = LineIndex::new(bytes);
            for offset in 0..=bytes.len() {
                let position = index.position(offset);
                assert_eq!(
                    (position.line, position.column, position.column_utf16),
                    naive(bytes, offset),
                    "offset {offset} of {:?}",
                    String::from_utf8_lossy(bytes).chars().take(40).collect::<String>()
                );
            }
        }
    }

    #[test]
    fn three_units_of_columns_on_one_line() {
        let text = "é = '🤗'; torch.load(p)";
        let offset = text.find("torch").unwrap();
        let index = LineIndex::new(text.as_bytes());
        let position = index.position(offset);
        assert_eq!(offset, 13);
        assert_eq!((position.column, position.column_utf16), (10, 11));
    }

    #[test]
    fn a_long_line_with_many_questions_stays_linear() {
        let bytes = "é".repeat(2_000_000).into_bytes();
        let index = LineIndex::new(&bytes);
        let started = std::time::Instant::now();
        let mut last = 0;
        for question in 0..100_000 {
            last = index.position(question * 40).column;
        }
        assert_eq!(last, 99_999 * 20 + 1);
        assert!(started.elapsed().as_secs() < 20);
    }

    #[test]
    fn line_ranges_leave_line_ends_out() {
        let index = LineIndex::new(b"ab\r\nc\rd\n");
        let ranges: Vec<_> = (1..=5).map(|line| index.line_range(line)).collect();
        assert_eq!(ranges, [0..2, 4..5, 6..7, 8..8, 8..8]);
    }
}
