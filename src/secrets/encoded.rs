//! Base64, hex and lists of character codes. All start at a gate, so only the neighbourhood of a possible token is
//! decoded: the length of the blob around it does not matter.

use super::class::{at, before, slice};
use super::kind::Decoding;
use super::mapped::Mapped;

/// Bytes that a token may consist of.
const fn is_token_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.')
}

const fn sextet(byte: u8) -> Option<u32> {
    Some(match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' | b'-' => 62,
        b'/' | b'_' => 63,
        _ => return None,
    } as u32)
}

/// The longest encoded stretch that is read for one token: enough for a signed token of 3,000 bytes.
const LONGEST_STRETCH: usize = 4096;

/// Whether the two groups from `group` on can be the beginning of a token. Most gates of three letters stand in blobs
/// by chance; this refuses them without any allocation.
pub(super) fn may_go_on(text: &[u8], group: usize, offset: usize) -> bool {
    let head = slice(text, group, group + 8);
    let mut value = 0_u64;
    for byte in head {
        match sextet(*byte) {
            Some(bits) => value = (value << 6) | u64::from(bits),
            // A line break, the end of a literal, or the end of the blob: the full reading decides.
            None => return true,
        }
    }
    // The literal's first whole byte: 0, 1 or 2 for the places 0, 2 and 3.
    let first = offset.saturating_sub(1).min(2);
    head.len() == 8 && (first..6).all(|index| is_token_byte(((value >> (40 - 8 * index)) & 0xff) as u8))
}

/// What became of a base64 stretch.
pub(super) struct Stretch {
    pub(super) mapped: Mapped,
    /// The stretch ended because the source did, not because the decoded text did: a token may go on elsewhere.
    pub(super) cut: bool,
}

/// Decodes from the group that the gate's literal at `literal` lies in, until a byte that no token holds.
/// `offset` is the literal's place in its group. Line breaks inside the blob are skipped, as in mail and YAML.
/// With `wide`, the decoded text is UTF-16 and its NUL bytes are dropped.
pub(super) fn base64(text: &[u8], literal: usize, offset: usize, wide: bool) -> Option<Stretch> {
    let group = literal.checked_sub(offset)?;
    let mut mapped = Mapped::default();
    // The group before gives the left neighbour of the token; it may be missing.
    let has_previous = group >= 4 && slice(text, group - 4, group).iter().all(|byte| sextet(*byte).is_some());
    let mut position = if has_previous { group - 4 } else { group };
    let limit = (position + LONGEST_STRETCH).min(text.len());
    let mut pending = 0_u32;
    let mut bits = 0;
    let mut first = position;
    let mut cut = true;
    'read: while position < limit {
        let byte = at(text, position);
        let Some(value) = sextet(byte) else {
            match line_break(text, position) {
                Some(after) => {
                    position = after;
                    continue;
                }
                None => {
                    // Padding says that the decoded text is whole.
                    cut = byte != b'=';
                    break;
                }
            }
        };
        if bits == 0 {
            first = position;
        }
        pending = (pending << 6) | value;
        bits += 6;
        position += 1;
        if bits >= 8 {
            bits -= 8;
            let decoded = ((pending >> bits) & 0xff) as u8;
            pending &= (1 << bits) - 1;
            if !(wide && decoded == 0) {
                mapped.push(decoded, first, position);
            }
            first = position - 1;
            if position > literal + 3 && !is_token_byte(decoded) && !(wide && decoded == 0) {
                cut = false;
                break 'read;
            }
        }
    }
    mapped.read_to = position;
    Some(Stretch { mapped, cut })
}

/// Decodes a whole blob of up to 64 KiB that starts at `literal`.
pub(super) fn base64_document(text: &[u8], literal: usize) -> Mapped {
    const LONGEST_DOCUMENT: usize = 64 * 1024;
    let mut mapped = Mapped::default();
    let mut position = literal;
    let limit = (literal + LONGEST_DOCUMENT).min(text.len());
    let (mut pending, mut bits) = (0_u32, 0);
    while position < limit {
        let Some(value) = sextet(at(text, position)) else {
            match line_break(text, position) {
                Some(after) => {
                    position = after;
                    continue;
                }
                None => break,
            }
        };
        pending = (pending << 6) | value;
        bits += 6;
        position += 1;
        if bits >= 8 {
            bits -= 8;
            let decoded = ((pending >> bits) & 0xff) as u8;
            // Signatures and images are no documents.
            if !decoded.is_ascii() {
                mapped = Mapped::default();
                break;
            }
            mapped.push(decoded, position - 2, position);
            pending &= (1 << bits) - 1;
        }
    }
    mapped.read_to = position;
    mapped
}

/// The end of a line break (with the blanks around it, also as the two characters `\n`) at `position`.
fn line_break(text: &[u8], position: usize) -> Option<usize> {
    let mut after = position;
    let mut broken = false;
    while after < position + 64 {
        match at(text, after) {
            b'\n' | b'\r' => broken = true,
            b' ' | b'\t' => {}
            b'\\' if matches!(at(text, after + 1), b'n' | b'r' | b'\n') => {
                broken = true;
                after += 1;
            }
            // Adjacent literals, one a line, or joined by a sign.
            b'"' | b'\'' | b'+' if after > position || matches!(at(text, after), b'"' | b'\'') => {}
            _ => break,
        }
        after += 1;
    }
    let quotes = slice(text, position, after).iter().filter(|byte| matches!(byte, b'"' | b'\'')).count();
    (sextet(at(text, after)).is_some() && ((broken && quotes == 0) || quotes == 2)).then_some(after)
}

/// The whole encoded piece around a decoded one, up to 400 characters to each side, with its padding.
pub(super) fn base64_piece(text: &[u8], start: usize, end: usize) -> (usize, usize) {
    const WIDEST: usize = 400;
    let head = slice(text, start.saturating_sub(WIDEST), start);
    let left = head.iter().rev().take_while(|byte| sextet(**byte).is_some()).count();
    let tail = slice(text, end, end + WIDEST);
    let right = tail.iter().take_while(|byte| sextet(**byte).is_some()).count();
    let padding = slice(text, end + right, end + right + 2).iter().take_while(|byte| **byte == b'=').count();
    // A piece that is longer than that is some blob: then the token's own characters say more.
    (if left == WIDEST { start } else { start - left }, if right == WIDEST { end } else { end + right + padding })
}

fn hex_pair(text: &[u8], position: usize) -> Option<u8> {
    let high = char::from(at(text, position)).to_digit(16)?;
    let low = char::from(at(text, position + 1)).to_digit(16)?;
    u8::try_from(high * 16 + low).ok()
}

/// Decodes hex pairs from the gate on, until a byte that no token holds.
pub(super) fn hex(text: &[u8], literal: usize) -> Mapped {
    let mut mapped = Mapped::default();
    if literal >= 2
        && let Some(byte) = hex_pair(text, literal - 2)
    {
        mapped.push(byte, literal - 2, literal);
    } else if before(text, literal, 1).is_ascii_hexdigit() {
        // An odd digit before the pairs: not this alignment.
        return mapped;
    }
    let mut position = literal;
    while position < literal + LONGEST_STRETCH {
        let Some(byte) = hex_pair(text, position) else {
            break;
        };
        mapped.push(byte, position, position + 2);
        position += 2;
        if !is_token_byte(byte) {
            break;
        }
    }
    mapped.read_to = position;
    mapped
}

/// Reads numbers that are separated by a few characters (`104, 102`, `chr(104)+chr(102)`, `68:66`) while they are
/// codes of characters that a token may hold.
pub(super) fn codes(text: &[u8], literal: usize, radix: u32) -> Mapped {
    const MOST_NUMBERS: usize = 600;
    let mut mapped = Mapped::default();
    let mut position = literal;
    let mut gap = 0;
    while mapped.bytes.len() < MOST_NUMBERS {
        let byte = at(text, position);
        if byte == 0 || gap > 24 {
            break;
        }
        // A word such as `chr` must not be read as hex digits.
        let digit = if radix == 16 { byte.is_ascii_hexdigit() } else { byte.is_ascii_digit() };
        if !digit {
            gap += 1;
            position += 1;
            continue;
        }
        gap = 0;
        let start = position;
        let (from, base) =
            if byte == b'0' && matches!(at(text, position + 1), b'x' | b'X') { (position + 2, 16) } else { (position, radix) };
        let length = slice(text, from, from + 4).iter().take_while(|byte| char::from(**byte).is_digit(base)).count();
        let value =
            std::str::from_utf8(slice(text, from, from + length)).ok().and_then(|digits| u32::from_str_radix(digits, base).ok());
        position = from + length;
        match value.and_then(|value| u8::try_from(value).ok()) {
            Some(value) if is_token_byte(value) => {
                mapped.step(Decoding::CharacterCodes);
                mapped.push(value, start, position);
            }
            _ => break,
        }
    }
    mapped.read_to = position;
    mapped
}
