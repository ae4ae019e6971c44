//! Bytes, encodings and characters.

use super::LONGEST;
use crate::python::things::{Resolved, SequenceKind, Thing};
use crate::usage::Why;
use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};
use std::rc::Rc;

/// Methods of bytes.
pub fn bytes_method(bytes: &Rc<[u8]>, name: &str, arguments: &[Rc<Resolved>]) -> Rc<Resolved> {
    let encoding = match arguments {
        [] => Some("utf-8"),
        [encoding] => encoding.only_str(),
        _ => None,
    };
    let text = match (name, encoding) {
        ("decode", Some("utf-8" | "utf8" | "UTF-8")) => std::str::from_utf8(bytes).ok(),
        ("decode", Some("ascii")) => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
        ("hex", _) if arguments.is_empty() => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            return Resolved::text(hex, None);
        }
        _ => None,
    };
    match text {
        Some(text) => Resolved::text(text, None),
        None => Resolved::unknown(Why::Call),
    }
}

/// `base64.b64decode(..)`, standard or for addresses.
pub fn decode_base64(thing: &Thing) -> Option<Thing> {
    let bytes = bytes_of(thing)?;
    if bytes.len() > LONGEST {
        return None;
    }
    let standard: Vec<u8> = bytes
        .iter()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    engine.decode(standard).ok().map(|bytes| Thing::Bytes(bytes.into()))
}

/// `bytes.fromhex(..)`, `unhexlify(..)`
pub fn decode_hex(thing: &Thing) -> Option<Thing> {
    let bytes = bytes_of(thing)?;
    let digits: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !digits.len().is_multiple_of(2) || digits.len() > LONGEST {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()
        .map(|bytes| Thing::Bytes(bytes.into()))
}

/// `codecs.decode(text, encoding)`
pub fn decode_codec(thing: &Thing, encoding: &str) -> Option<Thing> {
    match encoding {
        "rot13" | "rot_13" => {
            let rotated: String = thing
                .as_str()?
                .chars()
                .map(|character| {
                    let shift = |first: u8| {
                        let from = u8::try_from(character).unwrap_or(first) - first;
                        char::from(first + (from + 13) % 26)
                    };
                    match character {
                        'a'..='z' => shift(b'a'),
                        'A'..='Z' => shift(b'A'),
                        other => other,
                    }
                })
                .collect();
            Some(Thing::Str(rotated.into()))
        }
        "hex" | "hex_codec" => decode_hex(thing),
        _ => None,
    }
}

/// `urllib.parse.unquote(..)`
pub fn unquote(thing: &Thing) -> Option<Thing> {
    let text = thing.as_str()?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first == b'%'
            && let Some(pair) = more.get(..2)
            && let Some(value) = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        {
            bytes.push(value);
            rest = more.get(2..).unwrap_or(&[]);
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok().map(|text| Thing::Str(text.into()))
}

pub(super) fn bytes_of(thing: &Thing) -> Option<Vec<u8>> {
    match thing {
        Thing::Bytes(bytes) => Some(bytes.to_vec()),
        other => Some(other.as_str()?.as_bytes().to_vec()),
    }
}

/// `bytes([..])`
pub fn to_bytes(thing: &Thing) -> Option<Thing> {
    match thing {
        Thing::Bytes(_) => Some(thing.clone()),
        Thing::Sequence(sequence) if !sequence.open && sequence.kind != SequenceKind::Set => sequence
            .items
            .iter()
            .map(|item| match item.only() {
                Some(Thing::Int(number)) => u8::try_from(*number).ok(),
                _ => None,
            })
            .collect::<Option<Vec<u8>>>()
            .map(|bytes| Thing::Bytes(bytes.into())),
        _ => None,
    }
}

/// `chr(..)`
pub fn character(thing: &Thing) -> Option<Thing> {
    match thing {
        Thing::Int(number) => {
            u32::try_from(*number).ok().and_then(char::from_u32).map(|character| Thing::Str(character.to_string().into()))
        }
        _ => None,
    }
}

/// `ord(..)`
pub fn ordinal(thing: &Thing) -> Option<Thing> {
    let text = thing.as_str()?;
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then(|| Thing::Int(i64::from(u32::from(first))))
}
