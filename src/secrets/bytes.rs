//! Files as bytes: UTF-16 with or without its mark, invalid UTF-8, Latin-1. Spans are byte offsets of the file.

use super::SecretMatch;
use super::scanner::ScanContext;

/// How the text of a file is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Surface {
    /// Any text.
    Text,
    /// Shell, `.env`, Dockerfile, YAML, make: variables of the file are put in.
    ShellLike,
    /// JSON, notebooks, JSON lines: strings are decoded.
    Json,
}

/// So many bytes tell whether a file is text.
const HEAD: usize = 4096;

/// UTF-16 text without a mark has a zero in every second byte of its ASCII part.
fn wide(bytes: &[u8]) -> Option<bool> {
    match bytes {
        [0xff, 0xfe, ..] => return Some(false),
        [0xfe, 0xff, ..] => return Some(true),
        _ => {}
    }
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    let zeros = |odd: usize| head.iter().skip(odd).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let enough = head.len() >= 16 && (even + odd) * 5 >= head.len() * 2;
    match (even, odd) {
        (0, _) if enough => Some(false),
        (_, 0) if enough => Some(true),
        _ => None,
    }
}

/// Whether a file is no text: a NUL in its first 4,096 bytes that is not explained by UTF-16.
#[must_use]
pub fn is_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(HEAD)).unwrap_or_default();
    memchr::memchr(0, head).is_some() && wide(bytes).is_none()
}

/// Finds every credential in a file's bytes. A binary file gives nothing. Spans are byte offsets of `bytes`.
#[must_use]
pub fn scan_bytes(bytes: &[u8], surface: Surface) -> Vec<SecretMatch> {
    if let Some(big_endian) = wide(bytes) {
        return scan_wide(bytes, big_endian, surface);
    }
    if is_binary(bytes) {
        return Vec::new();
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => scan_text(text, surface),
        Err(_) => {
            // One question mark for each byte that is no UTF-8 keeps every offset as it is.
            let mut text = String::with_capacity(bytes.len());
            for chunk in bytes.utf8_chunks() {
                text.push_str(chunk.valid());
                text.extend(chunk.invalid().iter().map(|_| '?'));
            }
            scan_text(&text, surface)
        }
    }
}

fn scan_text(text: &str, surface: Surface) -> Vec<SecretMatch> {
    match surface {
        Surface::Text => super::scan(text, ScanContext::Source),
        Surface::ShellLike => super::scan_shell_like(text),
        Surface::Json => super::scan_json(text),
    }
}

fn scan_wide(bytes: &[u8], big_endian: bool, surface: Surface) -> Vec<SecretMatch> {
    let units = bytes.chunks_exact(2).map(|pair| match (pair, big_endian) {
        ([high, low], true) | ([low, high], false) => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    let mut text = String::with_capacity(bytes.len() / 2);
    // The offset in the file of each byte of the text, and of its end.
    let mut offsets: Vec<usize> = Vec::with_capacity(bytes.len() / 2 + 1);
    let mut position = 0;
    for character in char::decode_utf16(units) {
        let (character, width) = character.map_or(('?', 2), |character| (character, character.len_utf16() * 2));
        text.push(character);
        offsets.extend(std::iter::repeat_n(position, character.len_utf8()));
        position += width;
    }
    offsets.push(position);
    let place = |range: &std::ops::Range<usize>| {
        let start = offsets.get(range.start).copied().unwrap_or(position);
        let end = offsets.get(range.end).copied().unwrap_or(position);
        start..end
    };
    let mut matches = scan_text(&text, surface);
    for item in &mut matches {
        item.span = place(&item.span);
        item.also = item.also.iter().map(place).collect();
    }
    matches
}
