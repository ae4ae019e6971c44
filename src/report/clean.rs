//! JSON without raw control characters and bidirectional marks.

use std::io;

use serde_json::ser::{CharEscape, CompactFormatter, Formatter};

use crate::printable::is_unsafe;

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
    value.serialize(&mut serializer).map_err(|error| match error.io_error_kind() {
        Some(kind) => io::Error::from(kind),
        None => io::Error::other(error),
    })
}

/// Writes a value as safe JSON over several lines.
///
/// # Errors
/// Those of the writer.
pub fn write_json_pretty(out: &mut dyn io::Write, value: &impl serde::Serialize) -> io::Result<()> {
    let plain = serde_json::to_string_pretty(value)?;
    let mut text = String::with_capacity(plain.len());
    let mut units = [0; 2];
    for character in plain.chars() {
        // Only strings hold such characters, and none of them is part of an escape.
        if (character == '#' && text.ends_with('#')) || (is_unsafe(character) && character != '\n') {
            for unit in character.encode_utf16(&mut units) {
                text.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            text.push(character);
        }
    }
    out.write_all(text.as_bytes())
}
