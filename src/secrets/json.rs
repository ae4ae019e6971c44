//! Notebooks and other JSON: every string decoded, lists of strings joined, JSON inside strings decoded again, and
//! every place mapped back to the bytes of the file.

use serde::de::IgnoredAny;

use super::class::{at, slice};
use super::kind::Decoding;
use super::mapped::Segments;
use super::scanner::{Found, ScanContext, find, tidy};
use super::{SecretMatch, publish};

/// JSON in a string in a string: deeper nesting is not read.
const DEEPEST: usize = 2;

/// Finds every credential in a JSON text, a notebook or JSON lines. Spans are byte ranges of the raw text.
/// A text that is no JSON is scanned as it stands.
#[must_use]
pub fn scan_json(text: &str) -> Vec<SecretMatch> {
    let raw = find(text.as_bytes(), ScanContext::Source);
    let mut found = raw.found;
    // Nothing but finished base64 blobs: decoding the strings cannot show more.
    if raw.open {
        decode(text.as_bytes(), 0, &mut found);
        tidy(&mut found);
    }
    publish(text.as_bytes(), found)
}

/// Adds what the decoded strings of `text` hold, with spans in `text`.
fn decode(text: &[u8], depth: usize, found: &mut Vec<Found>) {
    if is_json(text) {
        document(text, 0, depth, found);
        return;
    }
    if depth > 0 {
        return;
    }
    // JSON lines with a broken one among them, or a log with JSON in it: each good line by itself.
    let mut start = 0;
    for end in memchr::memchr_iter(b'\n', text).chain(std::iter::once(text.len())) {
        let line = slice(text, start, end);
        let first = line.trim_ascii_start().first().copied();
        if matches!(first, Some(b'{' | b'[')) && memchr::memchr(b'\\', line).is_some() && is_json(line) {
            document(line, start, depth, found);
        }
        start = end + 1;
    }
}

fn is_json(text: &[u8]) -> bool {
    let text = text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text);
    serde_json::Deserializer::from_slice(text).into_iter::<IgnoredAny>().all(|value| value.is_ok())
}

fn document(text: &[u8], offset: usize, depth: usize, found: &mut Vec<Found>) {
    let strings = Strings::of(text);
    let place =
        |range: &std::ops::Range<usize>| strings.segments.source(range).map(|source| source.start + offset..source.end + offset);
    for mut item in find(&strings.decoded, ScanContext::Source).found {
        let Some(span) = place(&item.span) else {
            continue;
        };
        if !strings.segments.is_copy(&item.span) && item.chain.is_empty() && span.len() != item.span.len() {
            item.chain.push(Decoding::Escape);
        }
        item.span = span;
        item.also = item.also.iter().filter_map(place).collect();
        found.push(item);
    }
    if depth >= DEEPEST {
        return;
    }
    for nested in &strings.nested {
        let mut inner = Vec::new();
        let text = slice(&strings.decoded, nested.start, nested.end);
        if is_json(text) {
            document(text, nested.start, depth + 1, &mut inner);
        }
        for mut item in inner {
            let Some(span) = place(&item.span) else {
                continue;
            };
            item.span = span;
            item.also = item.also.iter().filter_map(place).collect();
            if !item.chain.contains(&Decoding::NestedJson) {
                item.chain.push(Decoding::NestedJson);
            }
            found.push(item);
        }
    }
}

/// All strings of a document, decoded into one text with NUL between them: NUL ends every token.
#[derive(Default)]
struct Strings {
    decoded: Vec<u8>,
    segments: Segments,
    /// Parts of `decoded` that look like JSON with escapes of its own.
    nested: Vec<std::ops::Range<usize>>,
}

impl Strings {
    /// Reads the strings of a text that is known to be JSON.
    fn of(text: &[u8]) -> Self {
        let mut strings = Self { decoded: Vec::with_capacity(text.len()), ..Self::default() };
        let mut lists: Vec<bool> = Vec::new();
        let mut position = 0;
        // The start of the unit that is open: several items of a list make one unit.
        let mut unit: Option<usize> = None;
        while let Some(byte) = text.get(position).copied() {
            match byte {
                b'"' => {
                    let start = match unit {
                        Some(start) => start,
                        None => {
                            strings.decoded.push(0);
                            *unit.insert(strings.decoded.len())
                        }
                    };
                    position = strings.string(text, position + 1);
                    if lists.last() != Some(&true) {
                        strings.close(start);
                        unit = None;
                    }
                }
                b'[' | b'{' => {
                    if let Some(start) = unit.take() {
                        strings.close(start);
                    }
                    lists.push(byte == b'[');
                    position += 1;
                }
                b']' | b'}' => {
                    if let Some(start) = unit.take() {
                        strings.close(start);
                    }
                    lists.pop();
                    position += 1;
                }
                _ => position += 1,
            }
        }
        if let Some(start) = unit {
            strings.close(start);
        }
        strings
    }

    fn close(&mut self, start: usize) {
        let unit = slice(&self.decoded, start, self.decoded.len());
        if matches!(unit.trim_ascii_start().first(), Some(b'{' | b'[' | b'"')) && memchr::memchr(b'\\', unit).is_some() {
            self.nested.push(start..self.decoded.len());
        }
    }

    /// Decodes the string whose content starts at `position`; gives the place after its closing quote.
    fn string(&mut self, text: &[u8], mut position: usize) -> usize {
        loop {
            let rest = slice(text, position, text.len());
            let Some(length) = memchr::memchr2(b'"', b'\\', rest) else {
                return text.len();
            };
            if length > 0 {
                self.segments.copied(self.decoded.len(), position);
                self.decoded.extend_from_slice(slice(rest, 0, length));
            }
            position += length;
            if at(text, position) == b'"' {
                return position + 1;
            }
            let (character, spelled) = escape(text, position);
            self.segments.replaced(self.decoded.len(), position, spelled);
            let mut buffer = [0; 4];
            self.decoded.extend_from_slice(character.encode_utf8(&mut buffer).as_bytes());
            position += spelled;
        }
    }
}

/// The character that the escape at `position` stands for, and the length of its spelling.
fn escape(text: &[u8], position: usize) -> (char, usize) {
    match at(text, position + 1) {
        b'n' => ('\n', 2),
        b't' => ('\t', 2),
        b'r' => ('\r', 2),
        b'b' => ('\u{8}', 2),
        b'f' => ('\u{c}', 2),
        b'u' => {
            let high = unit(text, position + 2);
            if (0xd800..0xdc00).contains(&high) && slice(text, position + 6, position + 8) == b"\\u" {
                let low = unit(text, position + 8);
                if (0xdc00..0xe000).contains(&low) {
                    let scalar = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
                    return (char::from_u32(scalar).unwrap_or('\u{fffd}'), 12);
                }
            }
            (char::from_u32(high).unwrap_or('\u{fffd}'), 6)
        }
        other => (char::from(other), 2),
    }
}

fn unit(text: &[u8], position: usize) -> u32 {
    std::str::from_utf8(slice(text, position, position + 4))
        .ok()
        .and_then(|digits| u32::from_str_radix(digits, 16).ok())
        .unwrap_or(0xfffd)
}
