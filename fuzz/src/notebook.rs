//! The notebook decoder against a naive reader: every character of every unit stands in the file where its map says, and
//! the texts are those that serde_json decodes.

use hublint::source::{FileLanguage, Language, Source, Unit, UnitKind};
use serde_json::Value;

/// Checks one file.
pub fn check(data: &[u8]) {
    let source = Source::new("n.ipynb", data.to_vec(), FileLanguage::Notebook);
    assert_eq!(source.bytes, data, "the bytes of the file stay as they are");
    for unit in &source.units {
        places(&source, unit);
    }
    for extent in &source.cells {
        assert!(extent.bytes.start <= extent.bytes.end && extent.bytes.end <= data.len(), "{extent:?}");
        for output in &extent.outputs {
            assert!(extent.bytes.start <= output.start && output.end <= extent.bytes.end, "{extent:?}");
        }
    }
    let utf16 = data.starts_with(&[0xFF, 0xFE]) || data.starts_with(&[0xFE, 0xFF]);
    if !utf16 {
        texts(data, &source);
    }
    super::engine::check("n.ipynb", data);
}

/// Every character of a unit maps to its own bytes in the file; what was blanked maps to whatever it stands for.
fn places(source: &Source, unit: &Unit) {
    let mut last = 0;
    for (offset, character) in unit.text.char_indices() {
        let at = unit.map.file_offset(offset);
        assert!(last <= at && at <= source.bytes.len(), "{offset} maps to {at}, behind {last}");
        last = at;
        if unit.kind == UnitKind::File {
            continue;
        }
        let written = decoded(&source.bytes, at);
        // Magic lines are replaced byte for byte: `_`, `=`, `pass`, `0` and blanks stand for what was there.
        let placeholder = unit.kind == UnitKind::Code && unit.language == Language::Python && " _=0pas".contains(character);
        assert!(
            written == Some(character)
                || placeholder
                || written.is_none_or(|written| is_surrogate(written) && character == '\u{FFFD}'),
            "{character:?} at {offset} maps to {at}, which holds {written:?}"
        );
        assert_eq!(unit.map.text_offset(at, unit.text.len()).map(|found| unit.map.file_offset(found)), Some(at));
    }
    let end = unit.map.file_offset(unit.text.len());
    assert!(last <= end && end <= source.bytes.len());
}

fn is_surrogate(character: char) -> bool {
    character == '\u{FFFD}'
}

/// The character that the JSON string holds at a byte of the file; U+FFFD for half of a surrogate pair.
fn decoded(bytes: &[u8], at: usize) -> Option<char> {
    if bytes.get(at)? != &b'\\' {
        let rest = bytes.get(at..bytes.len().min(at + 4))?;
        return rest.utf8_chunks().next()?.valid().chars().next();
    }
    let unit = |at: usize| -> Option<u16> {
        let digits = std::str::from_utf8(bytes.get(at..at + 6)?).ok()?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    Some(match bytes.get(at + 1)? {
        b'n' => '\n',
        b't' => '\t',
        b'r' => '\r',
        b'b' => '\u{8}',
        b'f' => '\u{c}',
        b'u' => {
            let units = [unit(at), unit(at + 6)];
            char::decode_utf16(units.into_iter().flatten()).next()?.unwrap_or('\u{FFFD}')
        }
        other => char::from(*other),
    })
}

/// The texts of the cells, as serde_json reads them: prose equal, code of equal length and equal where it was not blanked.
fn texts(data: &[u8], source: &Source) {
    let body = data.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(data);
    // Halves of surrogate pairs are no JSON for serde_json; Jupyter writes them and we read them.
    let Ok(Value::Object(notebook)) = serde_json::from_slice::<Value>(body) else { return };
    let Some(Value::Array(cells)) = notebook.get("cells") else { return };
    for (index, cell) in cells.iter().enumerate() {
        let Some(wanted) = cell.get("source").or_else(|| cell.get("input")).and_then(joined) else { continue };
        let number = u32::try_from(index + 1).unwrap();
        let mut units =
            source.units.iter().filter(|unit| unit.cell.as_ref().is_some_and(|cell| cell.number == number)).peekable();
        if cell.get("cell_type").and_then(Value::as_str) != Some("code") {
            assert_eq!(units.next().map(|unit| unit.text.as_str()), Some(wanted.as_str()), "cell {number}");
            continue;
        }
        if wanted.is_empty() {
            continue;
        }
        // The first unit is the cell itself, or the part of it behind a `%%` line.
        let first = units.next().unwrap_or_else(|| panic!("cell {number} has no unit"));
        assert!(wanted.len() >= first.text.len(), "cell {number}");
        let tail = wanted.get(wanted.len() - first.text.len()..).unwrap_or_default();
        for (left, right) in first.text.bytes().zip(tail.bytes()) {
            assert!(left == right || b" _=0pas".contains(&left), "cell {number}: {:?} for {tail:?}", first.text);
        }
        if !first.text.is_empty() && first.language == Language::Python {
            let lines = |text: &str| text.bytes().filter(|byte| *byte == b'\n').count();
            assert_eq!(lines(&first.text), lines(tail), "cell {number}: {:?} for {tail:?}", first.text);
        }
    }
}

fn joined(source: &Value) -> Option<String> {
    match source {
        Value::String(text) => Some(text.clone()),
        Value::Array(parts) => parts.iter().map(|part| part.as_str()).collect(),
        _ => None,
    }
}
