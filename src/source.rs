//! Bytes of a file -> [`Source`] with [`Unit`]s of one language each, every one with an exact map back to the file's bytes.

pub mod notebook;
pub mod position;

use std::borrow::Cow;

use crate::finding::Problem;
use crate::span::Span;

/// The language of a unit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Language {
    /// Python.
    Python,
    /// Shell (sh, bash).
    Shell,
    /// A Makefile.
    Makefile,
    /// A Dockerfile.
    Dockerfile,
    /// YAML.
    Yaml,
    /// TOML.
    Toml,
    /// JSON.
    Json,
    /// Markdown.
    Markdown,
    /// Anything else: only texts are looked at.
    Text,
}

/// What a unit is in its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UnitKind {
    /// A whole file.
    File,
    /// A code cell of a notebook.
    Code,
    /// A Markdown or raw cell.
    Prose,
    /// An output of a cell.
    Output,
    /// Metadata of a cell or notebook.
    Metadata,
}

/// A cell of a notebook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cell {
    /// Number in the notebook, all kinds counted, from 1.
    pub number: u32,
    /// Its id, when it has one.
    pub id: Option<String>,
    /// Number of the output from 1, for outputs.
    pub output: Option<u32>,
}

/// Text of one language, with its place in the file.
#[derive(Clone, Debug)]
pub struct Unit {
    /// The text: decoded, and for code cells with `%` and `!` lines blanked by blanks of equal length.
    pub text: String,
    /// Its language.
    pub language: Language,
    /// What it is.
    pub kind: UnitKind,
    /// The cell.
    pub cell: Option<Cell>,
    /// Where its bytes stand in the file.
    pub map: OffsetMap,
}

/// Maps bytes of a unit's text to bytes of the file.
///
/// A sorted list of anchors: between two anchors both sides advance byte by byte. A decoded escape (one character of
/// text, several bytes of file) has an anchor at its start and one after it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OffsetMap {
    anchors: Vec<(u32, u32)>,
    file_end: u32,
}

impl OffsetMap {
    /// The map of a text that stands in the file as it is, from byte `start`.
    #[must_use]
    pub fn identity(start: usize, length: usize) -> Self {
        let span = Span::new(start, start + length);
        Self { anchors: vec![(0, span.start)], file_end: span.end }
    }

    /// A map from anchors `(text byte, file byte)`, sorted by both, and the file byte after the last one.
    #[must_use]
    pub fn new(anchors: Vec<(u32, u32)>, file_end: u32) -> Self {
        Self { anchors, file_end }
    }

    /// The file byte of a text byte. Inside a decoded escape: the start of the escape.
    #[must_use]
    pub fn file_offset(&self, offset: usize) -> usize {
        let wanted = u32::try_from(offset).unwrap_or(u32::MAX);
        let index = self.anchors.partition_point(|(text, _)| *text <= wanted);
        let Some((text, file)) = index.checked_sub(1).and_then(|before| self.anchors.get(before)) else {
            return self.anchors.first().map_or(0, |(_, file)| *file as usize);
        };
        let next = self.anchors.get(index).map_or(self.file_end, |(_, file)| *file);
        file.saturating_add(wanted - text).min(next) as usize
    }

    /// The text byte that stands at a file byte; `None` before the text or behind its end (`length` bytes of text).
    #[must_use]
    pub fn text_offset(&self, file: usize, length: usize) -> Option<usize> {
        let wanted = u32::try_from(file).unwrap_or(u32::MAX);
        let index = self.anchors.partition_point(|(_, at)| *at <= wanted);
        let (text, at) = self.anchors.get(index.checked_sub(1)?)?;
        let next = self.anchors.get(index).map_or(length, |(text, _)| *text as usize);
        let offset = (*text as usize).saturating_add((wanted - at) as usize).min(next);
        (offset < length && self.file_offset(offset) <= file).then_some(offset)
    }

    /// The file bytes of a span of the text.
    #[must_use]
    pub fn file_range(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.file_offset(span.start());
        start..self.file_offset(span.end()).max(start)
    }
}

/// Where a cell of a notebook, and each of its outputs, stands in the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellExtent {
    /// The cell; `output` is `None`.
    pub cell: Cell,
    /// The bytes of the whole cell object in the file.
    pub bytes: std::ops::Range<usize>,
    /// The bytes of each output, in order.
    pub outputs: Vec<std::ops::Range<usize>>,
}

/// A file, decoded and cut into units.
#[derive(Clone, Debug)]
pub struct Source {
    /// Path relative to the project root, with `/`.
    pub path: String,
    /// The bytes of the file.
    pub bytes: Vec<u8>,
    /// True for a notebook.
    pub notebook: bool,
    /// The units in document order.
    pub units: Vec<Unit>,
    /// The cells of a notebook in document order; empty for other files.
    pub cells: Vec<CellExtent>,
    /// What could not be read.
    pub problems: Vec<Problem>,
}

impl Source {
    /// Decodes a file and cuts it into units. `path` is relative to the project root.
    ///
    /// Never fails: what cannot be read is in `problems`, and what can be read is in `units`.
    #[must_use]
    pub fn new(path: &str, bytes: Vec<u8>, language: FileLanguage) -> Self {
        let mut source =
            Self { path: path.to_owned(), bytes, notebook: false, units: Vec::new(), cells: Vec::new(), problems: Vec::new() };
        if is_utf16(&source.bytes) {
            source.units.push(decode_utf16(&source.bytes));
            // Tokens in UTF-16 files are found; code in UTF-16 is legal nowhere that we look.
            if language != FileLanguage::Plain(Language::Text) {
                source.problem("this file is UTF-16; save it as UTF-8 to have its code checked (tokens were looked for)", true);
            }
            return source;
        }
        match language {
            FileLanguage::Notebook => notebook::read(&mut source),
            FileLanguage::Plain(language) => {
                let (unit, invalid_at) = decode(&source.bytes, language);
                if let Some(line) = invalid_at.filter(|_| language == Language::Python && !has_coding_cookie(&source.bytes)) {
                    source.problems.push(Problem {
                        path: source.path.clone(),
                        line: Some(line),
                        message: "invalid UTF-8 and no coding line: the bytes were replaced and the rest was checked".to_owned(),
                        partial: true,
                    });
                }
                source.units.push(unit);
            }
        }
        source
    }

    /// A text of our own as one unit, as it is: the manifest, configuration or baseline that a finding is about.
    #[must_use]
    pub fn verbatim(path: &str, text: String, language: Language) -> Self {
        let map = OffsetMap::identity(0, text.len());
        Self {
            path: path.to_owned(),
            bytes: text.clone().into_bytes(),
            notebook: false,
            units: vec![Unit { text, language, kind: UnitKind::File, cell: None, map }],
            cells: Vec::new(),
            problems: Vec::new(),
        }
    }

    fn problem(&mut self, message: &str, partial: bool) {
        self.problems.push(Problem { path: self.path.clone(), line: None, message: message.to_owned(), partial });
    }

    /// The unit and span that show bytes of the file. Bytes outside of every unit (outputs and metadata of a notebook) get a
    /// unit of their own: their physical line.
    pub fn place(&mut self, range: std::ops::Range<usize>) -> (usize, Span) {
        for (index, unit) in self.units.iter().enumerate() {
            let length = unit.text.len();
            if let Some(start) = unit.map.text_offset(range.start, length)
                && unit.map.file_range(Span::new(start, start + 1)).contains(&range.start)
                && let Some(last) = unit.map.text_offset(range.end.saturating_sub(1), length)
                && last >= start
            {
                let mut end = last + 1;
                while !unit.text.is_char_boundary(end) && end < length {
                    end += 1;
                }
                return (index, Span::new(start, end));
            }
        }
        let before = self.bytes.get(..range.start).unwrap_or_default();
        let start = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
        let after = self.bytes.get(range.start..).unwrap_or_default();
        let end = memchr::memchr(b'\n', after).map_or(self.bytes.len(), |at| range.start + at);
        let text = String::from_utf8_lossy(self.bytes.get(start..end).unwrap_or_default()).into_owned();
        let cell = self.cell_at(range.start);
        let kind = if cell.as_ref().is_some_and(|cell| cell.output.is_some()) { UnitKind::Output } else { UnitKind::Metadata };
        let map = OffsetMap::identity(start, text.len());
        self.units.push(Unit { text, language: Language::Text, kind, cell, map });
        (self.units.len() - 1, Span::new(range.start - start, range.end.min(end) - start))
    }

    /// The cell and output that hold a byte of a notebook.
    #[must_use]
    pub fn cell_at(&self, byte: usize) -> Option<Cell> {
        let index = self.cells.partition_point(|extent| extent.bytes.start <= byte).checked_sub(1)?;
        let extent = self.cells.get(index).filter(|extent| extent.bytes.contains(&byte))?;
        let output = extent.outputs.iter().position(|range| range.contains(&byte));
        Some(Cell { output: output.and_then(|index| u32::try_from(index + 1).ok()), ..extent.cell.clone() })
    }
}

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FileLanguage {
    /// One unit of one language.
    Plain(Language),
    /// A Jupyter notebook.
    Notebook,
}

/// The language of a file, by its name and, for names that say nothing, its first line.
#[must_use]
pub fn language_of(path: &str, head: &[u8]) -> FileLanguage {
    let name = path.rsplit('/').next().unwrap_or(path);
    let lower = name.to_ascii_lowercase();
    let extension = lower.rsplit_once('.').map_or("", |(_, extension)| extension);
    let language = match extension {
        "ipynb" => return FileLanguage::Notebook,
        "py" | "pyi" | "pyw" | "pyx" | "bzl" => Language::Python,
        "sh" | "bash" | "zsh" | "ksh" | "envrc" | "sbatch" | "slurm" => Language::Shell,
        "yml" | "yaml" => Language::Yaml,
        "toml" => Language::Toml,
        "json" | "jsonc" | "json5" => Language::Json,
        "md" | "markdown" | "mdx" | "qmd" | "rmd" => Language::Markdown,
        "mk" => Language::Makefile,
        "dockerfile" | "containerfile" => Language::Dockerfile,
        _ if lower == "makefile" || lower == "gnumakefile" => Language::Makefile,
        _ if lower == "pipfile" || lower == "poetry.lock" || lower == "uv.lock" || lower == "pdm.lock" => Language::Toml,
        _ if lower == "pipfile.lock" => Language::Json,
        _ if lower.starts_with("dockerfile") || lower.starts_with("containerfile") => Language::Dockerfile,
        "" => match shebang(head) {
            Some(program) if program.starts_with("python") => Language::Python,
            Some("sh" | "bash" | "zsh" | "dash" | "ksh") => Language::Shell,
            _ => Language::Text,
        },
        _ => Language::Text,
    };
    FileLanguage::Plain(language)
}

/// The program of a `#!` line: `bash`, `python3`.
fn shebang(head: &[u8]) -> Option<&str> {
    let line = head.strip_prefix(b"#!")?.split(|byte| *byte == b'\n').next()?;
    let line = std::str::from_utf8(line.get(..line.len().min(200))?).ok()?;
    let mut words = line.split_ascii_whitespace().filter(|word| !word.starts_with('-'));
    let first = words.next()?.rsplit('/').next()?;
    if first == "env" { words.next() } else { Some(first) }
}

/// Decodes UTF-16 with a mark as text without a language; every character has its place.
fn decode_utf16(bytes: &[u8]) -> Unit {
    let big_endian = bytes.starts_with(&[0xFE, 0xFF]);
    let words = bytes.chunks_exact(2).skip(1).map(|pair| match (pair, big_endian) {
        ([high, low], true) | ([low, high], false) => u16::from_be_bytes([*high, *low]),
        _ => 0,
    });
    let (mut text, mut anchors, mut file) = (String::new(), Vec::new(), 2_u32);
    for character in char::decode_utf16(words) {
        let character = character.unwrap_or('\u{FFFD}');
        anchors.push((u32::try_from(text.len()).unwrap_or(u32::MAX), file));
        text.push(character);
        file = file.saturating_add(if character.len_utf16() == 2 { 4 } else { 2 });
    }
    Unit { text, language: Language::Text, kind: UnitKind::File, cell: None, map: OffsetMap::new(anchors, file) }
}

fn is_utf16(bytes: &[u8]) -> bool {
    bytes.starts_with(&[0xFF, 0xFE]) || bytes.starts_with(&[0xFE, 0xFF])
}

/// PEP 263: a comment in the first two lines names the encoding.
fn has_coding_cookie(bytes: &[u8]) -> bool {
    bytes.split(|byte| *byte == b'\n').take(2).any(|line| {
        line.starts_with(b"#") && memchr::memmem::find(line.get(..line.len().min(200)).unwrap_or(line), b"coding").is_some()
    })
}

/// As `from_utf8_lossy`, which is slow on text without a fault.
fn readable(body: &[u8]) -> std::borrow::Cow<'_, str> {
    match std::str::from_utf8(body) {
        Ok(text) => text.into(),
        Err(_) => String::from_utf8_lossy(body),
    }
}

/// Decodes a whole file as UTF-8. Invalid bytes become U+FFFD with the map kept exact; then the 1-based line of the first.
fn decode(bytes: &[u8], language: Language) -> (Unit, Option<u32>) {
    let body_start = if bytes.starts_with(&[0xEF, 0xBB, 0xBF]) { 3 } else { 0 };
    let body = bytes.get(body_start..).unwrap_or_default();
    let (text, map, invalid) = match readable(body) {
        Cow::Borrowed(text) => (text.to_owned(), OffsetMap::identity(body_start, text.len()), None),
        Cow::Owned(text) => {
            let (anchors, first) = lossy_anchors(body, body_start);
            let before = bytes.get(..first).unwrap_or_default();
            let line = memchr::memchr_iter(b'\n', before).count() + 1;
            let map = OffsetMap::new(anchors, u32::try_from(bytes.len()).unwrap_or(u32::MAX));
            (text, map, u32::try_from(line).ok())
        }
    };
    (Unit { text, language, kind: UnitKind::File, cell: None, map }, invalid)
}

/// Anchors for the text that `from_utf8_lossy` makes of `body`, and the file byte of the first invalid sequence.
fn lossy_anchors(body: &[u8], base: usize) -> (Vec<(u32, u32)>, usize) {
    let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
    let mut anchors = vec![(0, clamp(base))];
    let (mut text, mut file, mut first) = (0, base, None);
    for chunk in body.utf8_chunks() {
        text += chunk.valid().len();
        file += chunk.valid().len();
        if !chunk.invalid().is_empty() {
            first.get_or_insert(file);
            anchors.push((clamp(text), clamp(file)));
            text += '\u{FFFD}'.len_utf8();
            file += chunk.invalid().len();
            anchors.push((clamp(text), clamp(file)));
        }
    }
    (anchors, first.unwrap_or(base))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn a_byte_order_mark_is_not_text_but_counts_as_bytes() {
        let source = Source::new("a.py", b"\xEF\xBB\xBFx = 1\n".to_vec(), FileLanguage::Plain(Language::Python));
        let unit = source.units.first().unwrap();
        assert_eq!(unit.text, "x = 1\n");
        assert_eq!(unit.map.file_range(Span::new(0, 1)), 3..4);
        assert!(source.problems.is_empty());
    }

    #[test]
    fn invalid_bytes_keep_the_places_behind_them() {
        let source = Source::new("a.py", b"# \xE9t\xE9\nx = 1\n".to_vec(), FileLanguage::Plain(Language::Python));
        let unit = source.units.first().unwrap();
        let start = unit.text.find('x').unwrap();
        assert_eq!(unit.map.file_range(Span::new(start, start + 1)), 6..7);
        assert_eq!(source.problems.len(), 1);
        assert_eq!(source.problems.first().unwrap().line, Some(1));
    }

    #[test]
    fn a_coding_line_makes_other_encodings_legal() {
        let bytes = b"# -*- coding: latin-1 -*-\n# \xE9\nx = 1\n".to_vec();
        assert!(Source::new("a.py", bytes, FileLanguage::Plain(Language::Python)).problems.is_empty());
    }

    #[test]
    fn utf16_code_is_a_problem() {
        let source = Source::new("a.py", b"\xFF\xFEx\0".to_vec(), FileLanguage::Plain(Language::Python));
        assert_eq!(source.units.first().map(|unit| (unit.text.as_str(), unit.language)), Some(("x", Language::Text)));
        assert_eq!(source.problems.len(), 1);
    }

    #[test]
    fn names_and_shebangs_tell_the_language() {
        let language = |path: &str, head: &[u8]| match language_of(path, head) {
            FileLanguage::Plain(language) => language,
            FileLanguage::Notebook => panic!("{path} is no notebook"),
        };
        assert_eq!(language("a/b.py", b""), Language::Python);
        assert_eq!(language("bin/run", b"#!/usr/bin/env python3\n"), Language::Python);
        assert_eq!(language("bin/run", b"#! /bin/bash -e\n"), Language::Shell);
        assert_eq!(language("docker/Dockerfile.gpu", b""), Language::Dockerfile);
        assert_eq!(language("gpu.Dockerfile", b""), Language::Dockerfile);
        assert_eq!(language("notes", b"hello"), Language::Text);
        assert_eq!(language_of("n.ipynb", b""), FileLanguage::Notebook);
    }
}
