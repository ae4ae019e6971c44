//! Makes text of strangers harmless: no control character, no bidirectional mark and no runner command leaves hublint raw.

use std::borrow::Cow;
use std::io;

use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

/// True for characters that steer a terminal, turn the direction of text or hide in it.
#[must_use]
fn is_unsafe(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Bidirectional controls, line and paragraph separators, zero-width and tag characters. Joiners stay: scripts and emoji need them.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}

/// The picture of an unsafe character, one for one.
fn picture(character: char) -> char {
    match u32::from(character) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or('\u{FFFD}'),
        0x7F => '\u{2421}',
        _ => '\u{FFFD}',
    }
}

/// Text for a terminal or a log, on one line, character for character: control characters become their pictures, hidden
/// ones `�`, and `##[` and `##vso[`, which CI runners obey anywhere in a line, lose their second `#` to `♯`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut before = ' ';
    while let Some(character) = rest.next() {
        let next = if is_unsafe(character) {
            picture(character)
        } else if character == '#' && before == '#' && opens_command(rest.as_str()) {
            '♯'
        } else {
            character
        };
        result.push(next);
        before = next;
    }
    Cow::Owned(result)
}

/// True when the text after `##` makes a command of it: letters and an opening bracket.
fn opens_command(rest: &str) -> bool {
    rest.bytes()
        .take(32)
        .find(|byte| !byte.is_ascii_alphabetic())
        .is_some_and(|byte| byte == b'[')
}

/// As [`printable`], and also without a `::` that would open a workflow command where the text begins a line.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    if text.trim_start().starts_with("::") {
        Cow::Owned(text.replacen("::", ":\u{FFFD}", 1))
    } else {
        text
    }
}

/// Compact JSON whose strings hold no unsafe character: what serde would write raw is written as `\uXXXX`. The value is unchanged.
#[derive(Clone, Debug, Default)]
pub struct SafeJson(CompactFormatter);

impl Formatter for SafeJson {
    fn write_string_fragment<W>(&mut self, writer: &mut W, fragment: &str) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        if fragment.is_ascii() && !fragment.contains("##") && !fragment.contains('\u{7F}') {
            return writer.write_all(fragment.as_bytes());
        }
        let mut buffer = [0; 4];
        let mut units = [0; 2];
        let mut before = ' ';
        for character in fragment.chars() {
            let command = character == '#' && before == '#';
            if command || is_unsafe(character) {
                for unit in character.encode_utf16(&mut units) {
                    write!(writer, "\\u{unit:04x}")?;
                }
            } else {
                writer.write_all(character.encode_utf8(&mut buffer).as_bytes())?;
            }
            before = character;
        }
        Ok(())
    }

    fn write_char_escape<W>(&mut self, writer: &mut W, escape: CharEscape) -> io::Result<()>
    where
        W: ?Sized + io::Write,
    {
        self.0.write_char_escape(writer, escape)
    }
}

/// Writes a value as compact safe JSON.
///
/// # Errors
/// Those of the writer.
pub fn write_json(out: &mut dyn io::Write, value: &impl serde::Serialize) -> io::Result<()> {
    let mut serializer = serde_json::Serializer::with_formatter(out, SafeJson::default());
    value
        .serialize(&mut serializer)
        .map_err(|error| match error.io_error_kind() {
            Some(kind) => io::Error::from(kind),
            None => io::Error::other(error),
        })
}
