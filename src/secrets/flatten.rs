//! Writes out a stretch of source text as the program that reads it would see it: escapes decoded, literals that
//! stand side by side joined, invisible characters left out. Not tied to any language, so it also works where
//! nothing parses the file.

use super::class::{at, is_url_safe, slice};
use super::kind::Decoding;
use super::mapped::Mapped;

/// The longest stretch of source that is read for one token.
const LONGEST: usize = 2400;

/// What the source spells at one place.
enum Piece {
    /// One character, and the length of its spelling.
    Byte(u8, usize, Decoding),
    /// Nothing at all, for so many bytes.
    Nothing(usize, Decoding),
}

/// Flattens from a little before `gate` until something that is neither part of a token nor an escape.
/// `gate_end` is the end of the literal that led here: up to there nothing ends the stretch.
pub(super) fn flatten(text: &[u8], gate: usize, gate_end: usize) -> Mapped {
    let mut mapped = Mapped::default();
    let mut position = gate.saturating_sub(16);
    let limit = (gate + LONGEST).min(text.len());
    while position < limit {
        match piece(text, position) {
            Some(Piece::Byte(byte, length, decoding)) => {
                mapped.step(decoding);
                mapped.push(byte, position, position + length);
                position += length;
                if position >= gate_end && !(is_url_safe(byte) || byte == b'.') {
                    break;
                }
            }
            Some(Piece::Nothing(length, decoding)) => {
                mapped.step(decoding);
                position += length;
            }
            None => {
                let byte = at(text, position);
                mapped.push(byte, position, position + 1);
                position += 1;
                if position > gate_end && !(is_url_safe(byte) || byte == b'.') {
                    break;
                }
            }
        }
    }
    mapped.read_to = position;
    mapped
}

/// Whether the source at `position` goes on after an interruption that `flatten` can bridge.
pub(super) fn is_bridge(text: &[u8], position: usize) -> bool {
    piece(text, position).is_some()
}

fn piece(text: &[u8], position: usize) -> Option<Piece> {
    match at(text, position) {
        b'\\' => backslash(text, position).or_else(|| glue(text, position)),
        b'"' | b'\'' | b'`' => glue(text, position),
        b'%' => {
            let value = number(text, position + 1, 2, 16)?;
            Some(Piece::Byte(value, 3, Decoding::Percent))
        }
        b'&' => entity(text, position),
        b'=' if matches!(slice(text, position, position + 3), b"=5F") => Some(Piece::Byte(b'_', 3, Decoding::Escape)),
        b'=' if at(text, position + 1) == b'\n' => Some(Piece::Nothing(2, Decoding::Escape)),
        b'=' if slice(text, position + 1, position + 3) == b"\r\n" => Some(Piece::Nothing(3, Decoding::Escape)),
        b'<' if slice(text, position, position + 5).eq_ignore_ascii_case(b"<wbr>") => Some(Piece::Nothing(5, Decoding::Escape)),
        // An underscore in TeX.
        b'{' if slice(text, position, position + 4) == b"{\\_}" => Some(Piece::Byte(b'_', 4, Decoding::Escape)),
        // Zero-width space, non-joiner, joiner, word joiner, byte order mark, soft hyphen.
        0xe2 if matches!(
            slice(text, position, position + 3),
            b"\xe2\x80\x8b" | b"\xe2\x80\x8c" | b"\xe2\x80\x8d" | b"\xe2\x81\xa0"
        ) =>
        {
            Some(Piece::Nothing(3, Decoding::Escape))
        }
        0xef if slice(text, position, position + 3) == b"\xef\xbb\xbf" => Some(Piece::Nothing(3, Decoding::Escape)),
        0xc2 if at(text, position + 1) == 0xad => Some(Piece::Nothing(2, Decoding::Escape)),
        _ => None,
    }
}

/// The value of exactly `length` digits.
fn number(text: &[u8], start: usize, length: usize, radix: u32) -> Option<u8> {
    let digits = slice(text, start, start + length);
    let fits = digits.len() == length && digits.iter().all(|byte| char::from(*byte).is_digit(radix));
    let value = fits.then(|| std::str::from_utf8(digits).ok().and_then(|digits| u32::from_str_radix(digits, radix).ok()))??;
    // Whatever lies outside ASCII ends a token just as well as a question mark does.
    Some(u8::try_from(value).ok().filter(u8::is_ascii).unwrap_or(b'?'))
}

fn backslash(text: &[u8], position: usize) -> Option<Piece> {
    let byte = |value, length| Some(Piece::Byte(value, length, Decoding::Escape));
    match at(text, position + 1) {
        b'x' => byte(number(text, position + 2, 2, 16)?, 4),
        b'u' if at(text, position + 2) == b'{' => {
            let length = slice(text, position + 3, position + 9).iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            (length > 0 && at(text, position + 3 + length) == b'}').then_some(())?;
            byte(number(text, position + 3, length, 16)?, length + 4)
        }
        b'u' => byte(number(text, position + 2, 4, 16)?, 6),
        b'U' => byte(number(text, position + 2, 8, 16)?, 10),
        b'0'..=b'3' => byte(number(text, position + 1, 3, 8)?, 4),
        b'_' => byte(b'_', 2),
        b'-' => byte(b'-', 2),
        // A doubled backslash before an underscore or an escape: the same text, quoted once more.
        b'\\' => matches!(at(text, position + 2), b'_' | b'x' | b'u').then_some(Piece::Nothing(1, Decoding::Escape)),
        b'\n' => Some(Piece::Nothing(2, Decoding::Joined)),
        b'\r' if at(text, position + 2) == b'\n' => Some(Piece::Nothing(3, Decoding::Joined)),
        b'n' | b't' | b'r' => byte(b'\n', 2),
        _ => None,
    }
}

fn entity(text: &[u8], position: usize) -> Option<Piece> {
    if slice(text, position, position + 8) == b"&lowbar;" {
        return Some(Piece::Byte(b'_', 8, Decoding::Escape));
    }
    if at(text, position + 1) != b'#' {
        return None;
    }
    let (from, radix) = if matches!(at(text, position + 2), b'x' | b'X') { (position + 3, 16) } else { (position + 2, 10) };
    let length = slice(text, from, from + 6).iter().take_while(|byte| char::from(**byte).is_digit(radix)).count();
    (length > 0 && at(text, from + length) == b';').then_some(())?;
    Some(Piece::Byte(number(text, from, length, radix)?, from + length + 1 - position, Decoding::Escape))
}

/// The end of one literal and the start of the next, with an operator, a comma or nothing but blanks between:
/// `" + "`, `" "`, `', '`, `" .. "`, `" <> f"`.
fn glue(text: &[u8], position: usize) -> Option<Piece> {
    const WIDEST: usize = 48;
    let opened = quote(text, position)?;
    let mut next = opened;
    while next < position + WIDEST
        && matches!(
            at(text, next),
            b' ' | b'\t' | b'\r' | b'\n' | b'+' | b'.' | b',' | b'&' | b'|' | b'<' | b'>' | b'^' | b'~' | b'(' | b')'
        )
    {
        next += 1;
    }
    // A line that ends in a backslash, in shell and in Python; and the `\n` of a string that holds source code.
    while next < position + WIDEST && at(text, next) == b'\\' && matches!(at(text, next + 1), b'\n' | b'\r' | b' ') {
        next += 2;
        next += slice(text, next, position + WIDEST).iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    }
    let letters =
        slice(text, next, next + 2).iter().take_while(|byte| byte.is_ascii_alphabetic() || matches!(byte, b'@' | b'$')).count();
    let prefix_is_known = slice(text, next, next + letters).iter().all(|byte| b"fFbBrRuUL@$".contains(byte));
    let closed = if prefix_is_known { quote(text, next + letters) } else { None }?;
    // Two quotes and nothing else is a doubled quote or an empty string, unless the two are of different sorts.
    (closed > opened).then_some(Piece::Nothing(closed - position, Decoding::Joined))
}

/// The end of a quote sign at `position`, which may itself stand escaped in undecoded text.
fn quote(text: &[u8], position: usize) -> Option<usize> {
    match at(text, position) {
        b'"' | b'\'' | b'`' => Some(position + 1),
        b'\\' if matches!(at(text, position + 1), b'"' | b'\'') => Some(position + 2),
        _ => None,
    }
}
