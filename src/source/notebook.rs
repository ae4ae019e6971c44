//! Jupyter notebooks (nbformat 3 and 4): the only code that touches JSON escapes of cells.
//!
//! Every string of the JSON text is borrowed from the file, so its byte offset is known; it is decoded here and each
//! escape leaves two anchors in the [`OffsetMap`]. Lines that are no Python (`%`, `!`, `?`) are replaced by text of equal
//! length, so that the map still holds, and become units of their own language.

use std::collections::HashMap;

use serde_json::value::RawValue;

use super::{Cell, CellExtent, Language, OffsetMap, Source, Unit, UnitKind};

/// An object whose keys may come twice: the last wins, as in Python. A value of any type is kept as its raw text.
type Object<'a> = HashMap<String, &'a RawValue>;

/// Cuts a notebook into units. What cannot be read is reported in `source.problems`.
pub(super) fn read(source: &mut Source) {
    source.notebook = true;
    let bytes = std::mem::take(&mut source.bytes);
    read_bytes(source, &bytes);
    source.bytes = bytes;
}

fn read_bytes(source: &mut Source, bytes: &[u8]) {
    let body_start = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
    let text = match std::str::from_utf8(bytes.get(body_start..).unwrap_or_default()) {
        Ok(text) => text,
        Err(error) => {
            let message = format!(
                "not UTF-8 at byte {}: a notebook must be; its cells were not checked (tokens were looked for)",
                body_start + error.valid_up_to()
            );
            source.problem(&message, false);
            return;
        }
    };
    if text.trim_ascii().is_empty() {
        // An empty file is what `touch` leaves; Jupyter opens it as a new notebook.
        return;
    }
    let reader = Reader { text, base: body_start };
    match serde_json::from_str::<Object>(text) {
        Ok(notebook) => reader.notebook(&notebook, source),
        Err(error) => {
            source.problems.push(crate::finding::Problem {
                path: source.path.clone(),
                line: u32::try_from(error.line()).ok(),
                message: format!(
                    "this notebook is not valid JSON ({error}); its cells were not checked (tokens were looked for)"
                ),
                partial: false,
            });
        }
    }
}

struct Reader<'a> {
    text: &'a str,
    /// Bytes before `text` in the file (a byte-order mark).
    base: usize,
}

impl<'a> Reader<'a> {
    /// The file byte at which a raw value starts: it is borrowed from `text`.
    fn offset(&self, raw: &str) -> usize {
        self.base + (raw.as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize)
    }

    fn range(&self, raw: &RawValue) -> std::ops::Range<usize> {
        let start = self.offset(raw.get());
        start..start + raw.get().len()
    }

    fn notebook(&self, notebook: &Object<'a>, source: &mut Source) {
        let kernel = kernel_language(notebook);
        let mut cells: Vec<&'a RawValue> = Vec::new();
        match (notebook.get("cells").map(|raw| list(raw)), notebook.get("worksheets").map(|raw| list(raw))) {
            (Some(Some(found)), _) => cells = found,
            (None, Some(Some(sheets))) => {
                // nbformat 3: the cells lie in worksheets.
                for sheet in sheets {
                    cells.extend(object(sheet).and_then(|sheet| list(sheet.get("cells")?)).unwrap_or_default());
                }
            }
            _ => source.problem("this is JSON but no notebook: there is no list of cells", false),
        }
        for (index, raw) in cells.into_iter().enumerate() {
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            let Some(fields) = object(raw) else {
                source.problem(&format!("cell {number} is not a JSON object; it was not checked"), true);
                continue;
            };
            let cell = Cell { number, id: fields.get("id").and_then(|raw| string(raw)), output: None };
            let outputs = fields.get("outputs").and_then(|raw| list(raw)).unwrap_or_default();
            source.cells.push(CellExtent {
                cell: cell.clone(),
                bytes: self.range(raw),
                outputs: outputs.iter().map(|output| self.range(output)).collect(),
            });
            let kind = fields.get("cell_type").and_then(|raw| string(raw)).unwrap_or_default();
            let Some(raw_source) = fields.get("source").or_else(|| fields.get("input")) else { continue };
            let Some((text, map)) = self.joined(raw_source) else {
                source.problem(
                    &format!("the source of cell {number} is neither text nor a list of texts; it was not checked"),
                    true,
                );
                continue;
            };
            if kind == "code" {
                let language = fields.get("language").and_then(|raw| string(raw)).unwrap_or_else(|| kernel.clone());
                code_units(source, text, &map, &cell, &language);
            } else {
                let language = if kind == "markdown" { Language::Markdown } else { Language::Text };
                source.units.push(Unit { text, language, kind: UnitKind::Prose, cell: Some(cell), map });
            }
        }
    }

    /// A string, or a list of strings joined, decoded with its map.
    fn joined(&self, raw: &'a RawValue) -> Option<(String, OffsetMap)> {
        let mut decoded = Decoded::default();
        let end = self.range(raw).end;
        match raw.get().as_bytes().first()? {
            b'"' => decoded.push(raw.get(), self.offset(raw.get())),
            b'[' => {
                for part in list(raw)? {
                    if !part.get().starts_with('"') {
                        return None;
                    }
                    decoded.push(part.get(), self.offset(part.get()));
                }
            }
            b'n' => {}
            _ => return None,
        }
        Some((decoded.text, OffsetMap::new(decoded.anchors, u32::try_from(end).unwrap_or(u32::MAX))))
    }
}

fn object(raw: &RawValue) -> Option<Object<'_>> {
    serde_json::from_str(raw.get()).ok()
}

fn list(raw: &RawValue) -> Option<Vec<&RawValue>> {
    serde_json::from_str(raw.get()).ok()
}

fn string(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}

/// `python` unless the notebook says otherwise.
fn kernel_language(notebook: &Object<'_>) -> String {
    let named = |outer: &str, inner: &str| {
        let metadata = object(notebook.get("metadata")?)?;
        let table = object(metadata.get(outer)?)?;
        string(table.get(inner)?)
    };
    named("language_info", "name")
        .or_else(|| named("kernelspec", "language"))
        .unwrap_or_else(|| "python".to_owned())
        .to_lowercase()
}

/// Text decoded from JSON strings, with anchors.
#[derive(Default)]
struct Decoded {
    text: String,
    anchors: Vec<(u32, u32)>,
}

impl Decoded {
    fn anchor(&mut self, file: usize) {
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let anchor = (clamp(self.text.len()), clamp(file));
        // An escape right after another shares its anchor; a list's next string replaces the anchor at the same text byte.
        match self.anchors.last_mut() {
            Some(last) if last.0 == anchor.0 => *last = anchor,
            _ => self.anchors.push(anchor),
        }
    }

    /// Decodes one raw JSON string (quotes included) that stands at file byte `start`.
    fn push(&mut self, raw: &str, start: usize) {
        let body = raw.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')).unwrap_or("");
        let base = start + 1;
        self.anchor(base);
        let mut done = 0;
        for at in memchr::memchr_iter(b'\\', body.as_bytes()) {
            // The second half of a surrogate pair, or an escaped backslash, is passed already.
            if at < done {
                continue;
            }
            self.text.push_str(body.get(done..at).unwrap_or(""));
            self.anchor(base + at);
            let (character, length) = escape(body.get(at..).unwrap_or(""));
            self.text.push(character);
            done = at + length;
            self.anchor(base + done);
        }
        self.text.push_str(body.get(done..).unwrap_or(""));
    }
}

/// Decodes the escape at the start of `text`: the character and the bytes it took. The JSON was valid.
fn escape(text: &str) -> (char, usize) {
    let unit = |at: usize| text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    match text.as_bytes().get(1) {
        Some(b'n') => ('\n', 2),
        Some(b't') => ('\t', 2),
        Some(b'r') => ('\r', 2),
        Some(b'b') => ('\u{8}', 2),
        Some(b'f') => ('\u{c}', 2),
        Some(b'u') => match unit(2) {
            Some(high @ 0xD800..0xDC00) => match unit(8).filter(|_| text.get(6..8) == Some("\\u")) {
                Some(low @ 0xDC00..0xE000) => {
                    let scalar = 0x1_0000 + ((high - 0xD800) << 10) + (low - 0xDC00);
                    (char::from_u32(scalar).unwrap_or('\u{FFFD}'), 12)
                }
                _ => ('\u{FFFD}', 6),
            },
            Some(scalar) => (char::from_u32(scalar).unwrap_or('\u{FFFD}'), 6),
            None => ('\u{FFFD}', 2),
        },
        Some(byte) => (char::from(*byte), 2),
        None => ('\u{FFFD}', 1),
    }
}

/// The units of a code cell: Python with the lines of other languages blanked, and a unit for each of those.
fn code_units(source: &mut Source, text: String, map: &OffsetMap, cell: &Cell, language: &str) {
    let unit = |text: String, language: Language, map: OffsetMap| Unit {
        text,
        language,
        kind: UnitKind::Code,
        cell: Some(cell.clone()),
        map,
    };
    let shell = matches!(language, "bash" | "sh" | "shell");
    if !shell && !language.starts_with("python") && !language.starts_with("ipython") && language != "sage" {
        source.units.push(unit(text, Language::Text, map.clone()));
        return;
    }
    if shell {
        source.units.push(unit(text, Language::Shell, map.clone()));
        return;
    }
    let (body_start, body_language) = cell_magic(&text);
    if body_language != Language::Python {
        let body = text.get(body_start..).unwrap_or("").to_owned();
        let map = map.shifted(body_start);
        source.units.push(unit(body, body_language, map));
        return;
    }
    let mut python = text.into_bytes();
    let mut others = Vec::new();
    blank(&mut python, 0..body_start);
    for piece in magic_lines(&python, body_start) {
        let (kept, language) = (piece.kept.clone(), piece.language);
        if let Some(language) = language
            && let Some(text) = python.get(kept.clone()).and_then(|bytes| std::str::from_utf8(bytes).ok())
        {
            others.push(unit(text.to_owned(), language, map.shifted(kept.start)));
        }
        blank(&mut python, piece.replaced.clone());
        if let Some(target) = python.get_mut(piece.replaced.clone()) {
            for (to, from) in target.iter_mut().zip(piece.placeholder.bytes()) {
                *to = from;
            }
            if piece.assigns
                && let Some(last) = target.last_mut()
            {
                *last = b'=';
            }
        }
    }
    // Only whole characters were replaced by ASCII, so this is UTF-8.
    let python = String::from_utf8(python).unwrap_or_default();
    source.units.push(unit(python, Language::Python, map.clone()));
    source.units.append(&mut others);
}

/// Replaces everything but line ends by blanks.
fn blank(text: &mut [u8], range: std::ops::Range<usize>) {
    for byte in text.get_mut(range).unwrap_or_default() {
        if !matches!(byte, b'\n' | b'\r') {
            *byte = b' ';
        }
    }
}

/// `%%name` at the start of a cell: where its body starts and in what language it is.
fn cell_magic(text: &str) -> (usize, Language) {
    let lead = text.len() - text.trim_start().len();
    let Some(rest) = text.get(lead..).and_then(|rest| rest.strip_prefix("%%")) else { return (0, Language::Python) };
    let line = rest.lines().next().unwrap_or("");
    let body_start = (lead + 2 + line.len() + 1).min(text.len());
    let mut words = line.split_ascii_whitespace();
    let language = match words.next().unwrap_or("") {
        "time" | "timeit" | "capture" | "prun" | "memit" | "mprun" | "lprun" | "python" | "python3" | "px" | "scalene"
        | "heat" | "debug" | "local" | "spark" | "pyspark" | "wandb" | "snakeviz" | "run_and_measure" | "skip" | "cache" => {
            Language::Python
        }
        "bash" | "sh" | "system" | "sx" | "!" | "shell" | "cmd" => Language::Shell,
        "script" => match words.find(|word| !word.starts_with('-')) {
            Some("bash" | "sh" | "zsh" | "env") => Language::Shell,
            Some(word) if word.starts_with("python") => Language::Python,
            _ => Language::Text,
        },
        "writefile" | "file" => {
            let name = words.rfind(|word| !word.starts_with('-')).unwrap_or("");
            match super::language_of(name, b"") {
                super::FileLanguage::Plain(language) => language,
                super::FileLanguage::Notebook => Language::Json,
            }
        }
        "markdown" => Language::Markdown,
        "html" | "HTML" | "javascript" | "js" | "svg" | "SVG" | "latex" | "R" | "sql" | "bigquery" | "perl" | "ruby"
        | "cython" | "julia" | "css" | "cpp" | "cu" | "cuda" | "mermaid" => Language::Text,
        // An extension's magic: its body is far more often Python than not.
        _ => Language::Python,
    };
    (body_start, language)
}

/// A part of a cell that is no Python.
struct Piece {
    /// The bytes to replace.
    replaced: std::ops::Range<usize>,
    /// What to put at their start.
    placeholder: &'static str,
    /// End them with `=`: `%time x` becomes `_    =x`.
    assigns: bool,
    /// The bytes that are a text of their own.
    kept: std::ops::Range<usize>,
    /// The language of that text.
    language: Option<Language>,
}

/// Finds `%magic`, `!command` and `?help` lines that stand outside of strings, brackets and continuations.
fn magic_lines(text: &[u8], from: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut state = LineState::default();
    let mut start = from;
    while start < text.len() {
        let mut end = line_end(text, start);
        if state.fresh() {
            let indent = text.get(start..end).unwrap_or_default().iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            let first = start + indent;
            let line = text.get(first..end).unwrap_or_default();
            let shell_at = if line.starts_with(b"!") { Some(first) } else { assigned_shell(line).map(|at| first + at) };
            if let Some(at) = shell_at {
                // A shell line goes on after a backslash, as in IPython.
                while text.get(start..end).is_some_and(|line| line.ends_with(b"\\")) && end < text.len() {
                    end = line_end(text, end + 1);
                }
                let bang = if text.get(at + 1) == Some(&b'!') { 2 } else { 1 };
                pieces.push(Piece {
                    replaced: at..end,
                    placeholder: if at == first { placeholder(end - at) } else { "0" },
                    assigns: false,
                    kept: (at + bang).min(end)..end,
                    language: Some(Language::Shell),
                });
                start = end + 1;
                continue;
            }
            if line.starts_with(b"%") {
                pieces.push(magic(text, first, end));
                start = end + 1;
                continue;
            }
            if line.starts_with(b"?") || (line.ends_with(b"?") && !line.contains(&b'#') && !line.contains(&b'"')) {
                pieces.push(Piece {
                    replaced: first..end,
                    placeholder: placeholder(end - first),
                    assigns: false,
                    kept: 0..0,
                    language: None,
                });
                start = end + 1;
                continue;
            }
        }
        state.advance(text.get(start..end).unwrap_or_default());
        start = end + 1;
    }
    pieces
}

fn placeholder(length: usize) -> &'static str {
    if length >= 4 { "pass" } else { "0" }
}

/// The end of the line that starts at `start`, its `\r` or `\n` not included.
fn line_end(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest).map_or(text.len(), |at| start + at);
    if end > start && text.get(end - 1) == Some(&b'\r') && end < text.len() { end - 1 } else { end }
}

/// `files = !ls`: where the `!` stands in the line.
fn assigned_shell(line: &[u8]) -> Option<usize> {
    let equals = memchr::memchr(b'=', line)?;
    let name = line.get(..equals)?;
    let plain =
        !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b' ' | b',' | b'.'));
    let blanks = line.get(equals + 1..)?.iter().take_while(|byte| **byte == b' ').count();
    let at = equals + 1 + blanks;
    (plain && line.get(at) == Some(&b'!') && line.get(at + 1) != Some(&b'=')).then_some(at)
}

/// A `%` line: code behind `%time` stays Python, `%pip` and `%env` are shell, the rest is nothing.
fn magic(text: &[u8], first: usize, end: usize) -> Piece {
    let line = text.get(first..end).unwrap_or_default();
    let name_length = line.iter().skip(1).take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    let name = line.get(1..=name_length).unwrap_or_default();
    let rest_at = |from: usize| {
        let blanks = text.get(from..end).unwrap_or_default().iter().take_while(|byte| **byte == b' ').count();
        (from + blanks).min(end)
    };
    let mut rest = rest_at(first + 1 + name_length);
    let nothing =
        Piece { replaced: first..end, placeholder: placeholder(end - first), assigns: false, kept: 0..0, language: None };
    match name {
        b"time" | b"timeit" | b"prun" | b"memit" | b"lprun" | b"mprun" => {
            // Options: `-n 10 -r3 -f name`. A lone number or name after a bare option letter belongs to it.
            while text.get(rest) == Some(&b'-') {
                let word = text.get(rest..end).unwrap_or_default().iter().take_while(|byte| **byte != b' ').count();
                let bare = word == 2
                    && matches!(text.get(rest + 1), Some(b'n' | b'r' | b't' | b'p' | b'f' | b's' | b'l' | b'm' | b'T' | b'D'));
                rest = rest_at(rest + word);
                if bare {
                    let value = text.get(rest..end).unwrap_or_default().iter().take_while(|byte| **byte != b' ').count();
                    rest = rest_at(rest + value);
                }
            }
            if rest >= end {
                return nothing;
            }
            Piece { replaced: first..rest, placeholder: "_", assigns: true, kept: 0..0, language: None }
        }
        b"pip" | b"conda" | b"mamba" | b"uv" => Piece { kept: first + 1..end, language: Some(Language::Shell), ..nothing },
        b"sx" | b"system" => Piece { kept: rest..end, language: Some(Language::Shell), ..nothing },
        b"env" | b"set_env" => Piece { kept: rest..end, language: Some(Language::Shell), ..nothing },
        _ => nothing,
    }
}

/// What is open at the end of a line: enough of Python's lexical rules to know whether the next line starts a statement.
#[derive(Default)]
struct LineState {
    triple: Option<u8>,
    depth: usize,
    continued: bool,
}

impl LineState {
    fn fresh(&self) -> bool {
        self.triple.is_none() && self.depth == 0 && !self.continued
    }

    fn advance(&mut self, line: &[u8]) {
        self.continued = false;
        let mut at = 0;
        while let Some(&byte) = line.get(at) {
            if let Some(quote) = self.triple {
                if byte == b'\\' {
                    at += 2;
                    continue;
                }
                if line.get(at..at + 3) == Some(&[quote; 3]) {
                    self.triple = None;
                    at += 3;
                    continue;
                }
                at += 1;
                continue;
            }
            match byte {
                b'#' => return,
                b'\'' | b'"' if line.get(at..at + 3) == Some(&[byte; 3]) => {
                    self.triple = Some(byte);
                    at += 3;
                    continue;
                }
                b'\'' | b'"' => at = closing_quote(line, at + 1, byte),
                b'(' | b'[' | b'{' => self.depth += 1,
                b')' | b']' | b'}' => self.depth = self.depth.saturating_sub(1),
                b'\\' if at + 1 == line.len() => self.continued = true,
                _ => {}
            }
            at += 1;
        }
    }
}

/// The byte of the quote that closes a one-line string, or the end of the line.
fn closing_quote(line: &[u8], mut at: usize, quote: u8) -> usize {
    while let Some(&byte) = line.get(at) {
        match byte {
            b'\\' => at += 2,
            _ if byte == quote => return at,
            _ => at += 1,
        }
    }
    line.len()
}

impl OffsetMap {
    /// The map of the rest of the text from byte `from` on.
    #[must_use]
    fn shifted(&self, from: usize) -> Self {
        let cut = u32::try_from(from).unwrap_or(u32::MAX);
        let start = u32::try_from(self.file_offset(from)).unwrap_or(u32::MAX);
        let later = self.anchors.iter().filter(|(text, _)| *text > cut).map(|(text, file)| (text - cut, *file));
        Self { anchors: std::iter::once((0, start)).chain(later).collect(), file_end: self.file_end }
    }
}

/// The text of a span of a unit, JSON-escaped, to stand at the same place of a notebook file.
#[must_use]
pub fn escape_for_json(text: &str) -> String {
    let quoted = serde_json::Value::String(text.to_owned()).to_string();
    quoted.get(1..quoted.len() - 1).unwrap_or("").to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::source::FileLanguage;
    use crate::span::Span;

    fn notebook(cells: &serde_json::Value) -> Source {
        let text = serde_json::to_string_pretty(&serde_json::json!({"cells": cells, "metadata": {}, "nbformat": 4})).unwrap();
        Source::new("n.ipynb", text.into_bytes(), FileLanguage::Notebook)
    }

    fn code(source: &str) -> Source {
        notebook(&serde_json::json!([{"cell_type": "code", "source": source, "outputs": []}]))
    }

    fn python(source: &Source) -> &str {
        &source.units.iter().find(|unit| unit.language == Language::Python).unwrap().text
    }

    #[test]
    fn escapes_and_lists_map_to_the_bytes_of_the_file() {
        let raw = r#"{"cells":[{"cell_type":"code","source":["a = \"\u00e9\ud83e\udd17\"\n","b\t= 2"]}]}"#;
        let source = Source::new("n.ipynb", raw.as_bytes().to_vec(), FileLanguage::Notebook);
        let unit = source.units.first().unwrap();
        assert_eq!(unit.text, "a = \"é🤗\"\nb\t= 2");
        let at = |needle: &str| unit.map.file_offset(unit.text.find(needle).unwrap());
        assert_eq!(at("é"), raw.find("\\u00e9").unwrap());
        assert_eq!(at("🤗"), raw.find("\\ud83e").unwrap());
        assert_eq!(at("b\t"), raw.find("b\\t").unwrap());
        assert_eq!(at("= 2"), raw.find("= 2").unwrap());
        let whole = unit.map.file_range(Span::new(0, unit.text.len()));
        assert_eq!(whole.start, raw.find("a = ").unwrap());
    }

    #[test]
    fn shell_and_magic_lines_become_units_and_the_rest_still_parses() {
        let source = code(
            "!pip install torch==2.1.0\nif True:\n    !hf download a/b\nx = !ls\n%time y = torch.load('f')\n%pip install -U x\n",
        );
        let text = python(&source);
        assert_eq!(
            text,
            "pass                     \nif True:\n    pass            \nx = 0  \n_    =y = torch.load('f')\npass             \n"
        );
        let shells: Vec<_> =
            source.units.iter().filter(|unit| unit.language == Language::Shell).map(|unit| unit.text.as_str()).collect();
        assert_eq!(shells, ["pip install torch==2.1.0", "hf download a/b", "ls", "pip install -U x"]);
        let file = String::from_utf8(source.bytes.clone()).unwrap();
        for unit in &source.units {
            let first_word = unit.text.split_ascii_whitespace().next().unwrap();
            if unit.language == Language::Shell {
                assert!(file[unit.map.file_offset(0)..].starts_with(first_word));
            }
        }
    }

    #[test]
    fn percent_inside_strings_and_brackets_is_python() {
        let text = "s = \"\"\"\n%matplotlib\n!rm\n\"\"\"\nprint(\"%d\"\n  % 3)\nz = 7 \\\n  % 4\n";
        assert_eq!(python(&code(text)), text);
    }

    #[test]
    fn a_continued_shell_line_is_one_text() {
        let source = code("!hf download a/b \\\n  --revision main\nx = 1");
        assert!(
            source
                .units
                .iter()
                .any(|unit| unit.language == Language::Shell && unit.text == "hf download a/b \\\n  --revision main")
        );
        assert!(python(&source).ends_with("\nx = 1"));
    }

    #[test]
    fn cell_magics_give_the_cell_to_its_language() {
        let language = |text: &str| code(text).units.first().unwrap().language;
        assert_eq!(language("%%bash\nhf download a/b"), Language::Shell);
        assert_eq!(language("%%time\nx = 1"), Language::Python);
        assert_eq!(language("%%html\n<b>"), Language::Text);
        assert_eq!(language("%%writefile app/main.py\nimport torch"), Language::Python);
        assert_eq!(language("%%writefile Dockerfile\nFROM x"), Language::Dockerfile);
        assert_eq!(code("%%bash\nhf download a/b").units.first().unwrap().text, "hf download a/b");
    }

    #[test]
    fn wrong_types_everywhere_are_problems_not_crashes() {
        for cells in [
            serde_json::json!(3),
            serde_json::json!([1, null, "x"]),
            serde_json::json!([{"cell_type": 3, "source": {"a": 1}, "outputs": 4, "id": []}]),
            serde_json::json!([{"cell_type": "code", "source": [1, 2]}]),
        ] {
            assert!(!notebook(&cells).problems.is_empty(), "{cells}");
        }
        let source = Source::new("n.ipynb", b"{\"cells\": [".to_vec(), FileLanguage::Notebook);
        assert_eq!(source.problems.len(), 1);
    }

    #[test]
    fn old_worksheets_are_read() {
        let raw =
            r#"{"worksheets":[{"cells":[{"cell_type":"code","input":["import torch"],"language":"python"}]}],"nbformat":3}"#;
        let source = Source::new("n.ipynb", raw.as_bytes().to_vec(), FileLanguage::Notebook);
        assert_eq!(source.units.first().unwrap().text, "import torch");
    }

    #[test]
    fn cells_and_outputs_know_their_bytes() {
        let source = notebook(&serde_json::json!([
            {"cell_type": "markdown", "source": "a"},
            {"cell_type": "code", "id": "x1", "source": "b", "outputs": [{"text": "first"}, {"text": "second"}]}
        ]));
        let file = String::from_utf8(source.bytes.clone()).unwrap();
        let cell = source.cell_at(file.find("second").unwrap()).unwrap();
        assert_eq!((cell.number, cell.id.as_deref(), cell.output), (2, Some("x1"), Some(2)));
        assert_eq!(source.cell_at(0), None);
    }
}
