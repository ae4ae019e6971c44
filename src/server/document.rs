//! Documents as the client holds them: texts with versions, notebooks of cells, and places in the client's units.

use serde_json::{Value, json};

use crate::source::position::LineIndex;

/// The unit in which the client counts characters of a line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// Bytes.
    Utf8,
    /// UTF-16 units; what every client knows.
    #[default]
    Utf16,
    /// Unicode scalar values.
    Utf32,
}

impl Encoding {
    /// The first of the client's units that is known.
    #[must_use]
    pub fn negotiated(offered: &[Value]) -> Self {
        let known = |word: &Value| match word.as_str()? {
            "utf-8" => Some(Self::Utf8),
            "utf-16" => Some(Self::Utf16),
            "utf-32" => Some(Self::Utf32),
            _ => None,
        };
        offered.iter().find_map(known).unwrap_or_default()
    }

    /// The word of the protocol.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Utf16 => "utf-16",
            Self::Utf32 => "utf-32",
        }
    }

    fn width(self, character: char) -> usize {
        match self {
            Self::Utf8 => character.len_utf8(),
            Self::Utf16 => character.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

/// A point between two characters. Lines and characters count from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Line.
    pub line: u32,
    /// In units of the encoding.
    pub character: u32,
}

impl Point {
    /// Reads a `Position`.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        let number = |key: &str| Some(u32::try_from(value.get(key)?.as_u64()?).unwrap_or(u32::MAX));
        Some(Self { line: number("line")?, character: number("character")? })
    }

    fn json(self) -> Value {
        json!({ "line": self.line, "character": self.character })
    }
}

/// From one point to another; the end is not in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Range {
    /// First.
    pub start: Point,
    /// One past the last.
    pub end: Point,
}

impl Range {
    /// Reads a `Range`.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self { start: Point::read(value.get("start")?)?, end: Point::read(value.get("end")?)? })
    }

    /// As the protocol writes it.
    #[must_use]
    pub fn json(self) -> Value {
        json!({ "start": self.start.json(), "end": self.end.json() })
    }

    /// True when a point is in it or at its end.
    #[must_use]
    pub fn touches(self, point: Point) -> bool {
        self.start <= point && point <= self.end
    }

    /// True when the two share a line.
    #[must_use]
    pub fn shares_line(self, other: Self) -> bool {
        self.start.line <= other.end.line && other.start.line <= self.end.line
    }
}

/// The point of a byte of a text.
#[must_use]
pub fn point(lines: &LineIndex<'_>, offset: usize, encoding: Encoding) -> Point {
    let place = lines.position(offset);
    let character = match encoding {
        Encoding::Utf8 => {
            let line = lines.line_range(place.line);
            u32::try_from(offset.clamp(line.start, line.end) - line.start).unwrap_or(u32::MAX)
        }
        Encoding::Utf16 => place.column_utf16.saturating_sub(1),
        Encoding::Utf32 => place.column.saturating_sub(1),
    };
    Point { line: place.line.saturating_sub(1), character }
}

/// The byte of a point; points behind the end of a line or of the text are its end.
#[must_use]
pub fn offset(text: &str, lines: &LineIndex<'_>, point: Point, encoding: Encoding) -> usize {
    let line = lines.line_range(point.line.saturating_add(1));
    let mut left = point.character as usize;
    let mut at = line.start;
    for character in text.get(line).unwrap_or("").chars() {
        let width = encoding.width(character);
        if left < width {
            break;
        }
        left -= width;
        at += character.len_utf8();
    }
    at
}

/// A text that is open in the client: a file or a cell.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TextDocument {
    /// Its address, exactly as the client writes it.
    pub uri: String,
    /// What the client thinks it is.
    pub language: String,
    /// Counts up with each change.
    pub version: i64,
    /// The text.
    pub text: String,
}

impl TextDocument {
    /// Reads a `TextDocumentItem`.
    #[must_use]
    pub fn read(value: &Value) -> Option<Self> {
        Some(Self {
            uri: value.get("uri")?.as_str()?.to_owned(),
            language: value.get("languageId").and_then(Value::as_str).unwrap_or("").to_owned(),
            version: value.get("version").and_then(Value::as_i64).unwrap_or(0),
            text: value.get("text")?.as_str()?.to_owned(),
        })
    }

    /// Applies changes in their order: parts, or the whole text. One that cannot be read ends it.
    pub fn change(&mut self, version: Option<i64>, changes: &[Value], encoding: Encoding) {
        if let Some(version) = version {
            self.version = version;
        }
        for change in changes {
            let Some(text) = change.get("text").and_then(Value::as_str) else { return };
            let Some(range) = change.get("range").filter(|range| !range.is_null()) else {
                text.clone_into(&mut self.text);
                continue;
            };
            let Some(range) = Range::read(range) else { return };
            let lines = LineIndex::new(self.text.as_bytes());
            let start = offset(&self.text, &lines, range.start, encoding);
            let end = offset(&self.text, &lines, range.end, encoding).max(start);
            drop(lines);
            self.text.replace_range(start..end, text);
        }
    }
}

/// A notebook that is open in the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Notebook {
    /// Its address.
    pub uri: String,
    /// The cells in order.
    pub cells: Vec<Cell>,
}

/// A cell of a notebook.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Code, or else text.
    pub code: bool,
    /// Its text.
    pub document: TextDocument,
}

impl Notebook {
    /// Reads the parameters of `notebookDocument/didOpen`.
    #[must_use]
    pub fn read(parameters: &Value) -> Option<Self> {
        let notebook = parameters.get("notebookDocument")?;
        let texts = documents(parameters.get("cellTextDocuments"));
        let mut found = Self { uri: notebook.get("uri")?.as_str()?.to_owned(), cells: Vec::new() };
        for cell in notebook.get("cells").and_then(Value::as_array).into_iter().flatten() {
            found.cells.push(cell_of(cell, &texts)?);
        }
        Some(found)
    }

    /// Applies the `cells` of a `notebookDocument/didChange`.
    pub fn change(&mut self, cells: &Value, encoding: Encoding) {
        if let Some(structure) = cells.get("structure") {
            self.restructure(structure);
        }
        for data in cells.get("data").and_then(Value::as_array).into_iter().flatten() {
            let uri = data.get("document").and_then(Value::as_str).unwrap_or("");
            if let Some(cell) = self.cell_mut(uri) {
                cell.code = is_code(data);
            }
        }
        for content in cells.get("textContent").and_then(Value::as_array).into_iter().flatten() {
            let document = content.get("document");
            let uri = document.and_then(|document| document.get("uri")).and_then(Value::as_str).unwrap_or("");
            let version = document.and_then(|document| document.get("version")).and_then(Value::as_i64);
            let changes = content.get("changes").and_then(Value::as_array).cloned().unwrap_or_default();
            if let Some(cell) = self.cell_mut(uri) {
                cell.document.change(version, &changes, encoding);
            }
        }
    }

    fn restructure(&mut self, structure: &Value) {
        let Some(array) = structure.get("array") else { return };
        let number =
            |key: &str| array.get(key).and_then(Value::as_u64).and_then(|number| usize::try_from(number).ok()).unwrap_or(0);
        let start = number("start").min(self.cells.len());
        let end = start.saturating_add(number("deleteCount")).min(self.cells.len());
        // A cell that moves is deleted at one place and comes again at another, without its text.
        let mut texts = documents(structure.get("didOpen"));
        texts.extend(self.cells.iter().map(|cell| cell.document.clone()));
        let new: Vec<Cell> =
            array.get("cells").and_then(Value::as_array).into_iter().flatten().filter_map(|cell| cell_of(cell, &texts)).collect();
        self.cells.splice(start..end, new);
    }

    fn cell_mut(&mut self, uri: &str) -> Option<&mut Cell> {
        self.cells.iter_mut().find(|cell| cell.document.uri == uri)
    }
}

fn documents(value: Option<&Value>) -> Vec<TextDocument> {
    value.and_then(Value::as_array).into_iter().flatten().filter_map(TextDocument::read).collect()
}

fn cell_of(cell: &Value, texts: &[TextDocument]) -> Option<Cell> {
    let uri = cell.get("document")?.as_str()?;
    let document = texts.iter().find(|document| document.uri == uri).cloned();
    let document = document.unwrap_or_else(|| TextDocument { uri: uri.to_owned(), ..TextDocument::default() });
    Some(Cell { code: is_code(cell), document })
}

/// `NotebookCellKind`: 1 is text, 2 code.
fn is_code(cell: &Value) -> bool {
    cell.get("kind").and_then(Value::as_u64) == Some(2)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const TEXT: &str = "a\u{e9}🤗b\r\n\tc\rlast";

    #[test]
    fn points_go_there_and_back_in_every_encoding() {
        let lines = LineIndex::new(TEXT.as_bytes());
        for encoding in [Encoding::Utf8, Encoding::Utf16, Encoding::Utf32] {
            for (at, character) in TEXT.char_indices() {
                if matches!(character, '\r' | '\n') {
                    continue;
                }
                let place = point(&lines, at, encoding);
                assert_eq!(offset(TEXT, &lines, place, encoding), at, "{encoding:?} {at} {place:?}");
            }
        }
        let b = TEXT.find('b').unwrap();
        assert_eq!(point(&lines, b, Encoding::Utf8), Point { line: 0, character: 7 });
        assert_eq!(point(&lines, b, Encoding::Utf16), Point { line: 0, character: 4 });
        assert_eq!(point(&lines, b, Encoding::Utf32), Point { line: 0, character: 3 });
        // Behind the end of a line, inside a character, behind the text.
        assert_eq!(offset(TEXT, &lines, Point { line: 0, character: 99 }, Encoding::Utf16), b + 1);
        assert_eq!(offset(TEXT, &lines, Point { line: 0, character: 3 }, Encoding::Utf16), 3);
        assert_eq!(offset(TEXT, &lines, Point { line: 9, character: 0 }, Encoding::Utf16), TEXT.len());
    }

    #[test]
    fn changes_are_applied_in_their_order() {
        let mut document = TextDocument { text: "one 🤗 two\nthree".to_owned(), ..TextDocument::default() };
        let range = |a: u32, b: u32, c: u32, d: u32| json!({ "start": { "line": a, "character": b }, "end": { "line": c, "character": d } });
        document.change(
            Some(4),
            &[json!({ "range": range(0, 7, 1, 5), "text": "2" }), json!({ "range": range(0, 0, 0, 3), "text": "é" })],
            Encoding::Utf16,
        );
        assert_eq!((document.text.as_str(), document.version), ("é 🤗 2", 4));
        document.change(None, &[json!({ "text": "new" }), json!({ "nothing": 1 }), json!({ "text": "never" })], Encoding::Utf16);
        assert_eq!(document.text, "new");
    }

    #[test]
    fn cells_come_go_move_and_change() {
        let item = |name: &str, text: &str| json!({ "uri": name, "languageId": "python", "version": 1, "text": text });
        let cell = |name: &str| json!({ "kind": 2, "document": name });
        let mut notebook = Notebook::read(&json!({
            "notebookDocument": { "uri": "n", "cells": [cell("a"), cell("b")] },
            "cellTextDocuments": [item("a", "A"), item("b", "B")],
        }))
        .unwrap();
        notebook.change(
            &json!({ "structure": { "array": { "start": 0, "deleteCount": 2, "cells": [cell("b"), cell("c"), cell("a")] },
                "didOpen": [item("c", "C")] } }),
            Encoding::Utf16,
        );
        notebook.change(
            &json!({ "data": [{ "kind": 1, "document": "a" }], "textContent": [{ "document": { "uri": "c", "version": 7 },
                "changes": [{ "text": "CC" }] }] }),
            Encoding::Utf16,
        );
        let texts: Vec<_> = notebook.cells.iter().map(|cell| (cell.document.text.as_str(), cell.code)).collect();
        assert_eq!(texts, [("B", true), ("CC", true), ("A", false)]);
        notebook.change(&json!({ "structure": { "array": { "start": 9, "deleteCount": 99 } } }), Encoding::Utf16);
        assert_eq!(notebook.cells.len(), 3);
    }
}
