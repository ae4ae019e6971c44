//! String and number literals -> their values, as CPython reads them.

use crate::python::ast::ExprKind;

/// The value of a string literal.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Decoded {
    /// Text in pieces; `None` is a character that text cannot hold or that is not known (a lone surrogate, `\N{name}`).
    Text(Vec<Option<String>>),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Decodes what stands between the quotes (or between two fields) of a literal with this prefix (lower case).
pub(crate) fn decode_string(text: &str, prefix: &str) -> Decoded {
    let raw = prefix.contains('r');
    if prefix.contains('b') {
        return Decoded::Bytes(decode_bytes(text, raw));
    }
    let formatted = prefix.contains('f');
    let simple = |byte: &u8| !matches!(byte, b'\\' | b'\r' | b'{' | b'}');
    if text.bytes().all(|byte| simple(&byte)) {
        return Decoded::Text(vec![Some(text.to_owned())]);
    }
    let mut pieces = Vec::new();
    let mut current = String::with_capacity(text.len());
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '\r' => {
                characters.next_if_eq(&'\n');
                current.push('\n');
            }
            '{' | '}' if formatted => {
                characters.next_if_eq(&character);
                current.push(character);
            }
            '\\' if !raw => match escape(&mut characters) {
                Escape::Character(value) => current.push(value),
                Escape::Nothing => {}
                Escape::Unknown => {
                    pieces.push(Some(std::mem::take(&mut current)));
                    pieces.push(None);
                }
                Escape::Not => current.push('\\'),
            },
            other => current.push(other),
        }
    }
    pieces.push(Some(current));
    Decoded::Text(pieces)
}

enum Escape {
    Character(char),
    /// A continued line.
    Nothing,
    Unknown,
    /// No escape at all: the backslash stands for itself, nothing was consumed.
    Not,
}

type Characters<'a> = std::iter::Peekable<std::str::Chars<'a>>;

fn escape(characters: &mut Characters<'_>) -> Escape {
    let Some(next) = characters.peek().copied() else {
        return Escape::Not;
    };
    let simple = match next {
        '\\' | '\'' | '"' => next,
        'a' => '\x07',
        'b' => '\x08',
        'f' => '\x0c',
        'n' => '\n',
        'r' => '\r',
        't' => '\t',
        'v' => '\x0b',
        '\n' => {
            characters.next();
            return Escape::Nothing;
        }
        '\r' => {
            characters.next();
            characters.next_if_eq(&'\n');
            return Escape::Nothing;
        }
        '0'..='7' => {
            let mut value = 0;
            for _ in 0..3 {
                match characters.peek().and_then(|digit| digit.to_digit(8)) {
                    Some(digit) => value = value * 8 + digit,
                    None => break,
                }
                characters.next();
            }
            return character(value);
        }
        'x' => return hexadecimal(characters, 2),
        'u' => return hexadecimal(characters, 4),
        'U' => return hexadecimal(characters, 8),
        'N' => {
            let mut ahead = characters.clone();
            ahead.next();
            if ahead.next() != Some('{') {
                return Escape::Not;
            }
            if !ahead.by_ref().take(128).any(|character| character == '}') {
                return Escape::Not;
            }
            *characters = ahead;
            return Escape::Unknown;
        }
        _ => return Escape::Not,
    };
    characters.next();
    Escape::Character(simple)
}

fn character(value: u32) -> Escape {
    char::from_u32(value).map_or(Escape::Unknown, Escape::Character)
}

fn hexadecimal(characters: &mut Characters<'_>, digits: u32) -> Escape {
    let mut ahead = characters.clone();
    ahead.next();
    let mut value = 0u32;
    for _ in 0..digits {
        match ahead.next().and_then(|digit| digit.to_digit(16)) {
            Some(digit) => value = (value << 4) | digit,
            None => return Escape::Not,
        }
    }
    *characters = ahead;
    character(value)
}

fn decode_bytes(text: &str, raw: bool) -> Vec<u8> {
    let mut decoded = Vec::with_capacity(text.len());
    let mut bytes = text.bytes().peekable();
    while let Some(byte) = bytes.next() {
        if byte == b'\r' {
            bytes.next_if_eq(&b'\n');
            decoded.push(b'\n');
            continue;
        }
        if byte != b'\\' || raw {
            decoded.push(byte);
            continue;
        }
        let Some(next) = bytes.peek().copied() else {
            decoded.push(byte);
            break;
        };
        let simple = match next {
            b'\\' | b'\'' | b'"' => next,
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'v' => 11,
            b'\n' => {
                bytes.next();
                continue;
            }
            b'\r' => {
                bytes.next();
                bytes.next_if_eq(&b'\n');
                continue;
            }
            b'0'..=b'7' => {
                let mut value = 0u32;
                for _ in 0..3 {
                    match bytes.peek() {
                        Some(digit @ b'0'..=b'7') => value = value * 8 + u32::from(digit - b'0'),
                        _ => break,
                    }
                    bytes.next();
                }
                decoded.push((value & 0xff) as u8);
                continue;
            }
            b'x' => {
                let mut ahead = bytes.clone();
                ahead.next();
                let digit = |byte: Option<u8>| byte.and_then(|byte| char::from(byte).to_digit(16));
                match (digit(ahead.next()), digit(ahead.next())) {
                    (Some(high), Some(low)) => {
                        decoded.push((high * 16 + low) as u8);
                        bytes = ahead;
                    }
                    _ => decoded.push(b'\\'),
                }
                continue;
            }
            _ => {
                decoded.push(b'\\');
                continue;
            }
        };
        bytes.next();
        decoded.push(simple);
    }
    decoded
}

/// A number literal. Integers of all bases that fit are `Int`; all other numbers stay as written.
pub(crate) fn decode_number(text: &str) -> ExprKind {
    let digits: String = text.chars().filter(|digit| *digit != '_').collect();
    let digits = digits.strip_suffix(['l', 'L']).unwrap_or(&digits);
    let lower = digits.to_ascii_lowercase();
    let value = if let Some(digits) = lower.strip_prefix("0x") {
        i64::from_str_radix(digits, 16).ok()
    } else if let Some(digits) = lower.strip_prefix("0o") {
        i64::from_str_radix(digits, 8).ok()
    } else if let Some(digits) = lower.strip_prefix("0b") {
        i64::from_str_radix(digits, 2).ok()
    } else if lower.len() > 1 && lower.starts_with('0') && lower.bytes().all(|byte| byte.is_ascii_digit()) {
        // Python 2 reads 0755 as octal; Python 3 allows zeros only.
        i64::from_str_radix(&lower, 8).ok()
    } else {
        lower.parse().ok()
    };
    value.map_or_else(|| ExprKind::Number(text.into()), ExprKind::Int)
}
