//! Bytes of a file -> [`Source`] with [`Unit`]s of one language each, every one with an exact map back to the file's bytes.

pub mod position;

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
        Self {
            anchors: vec![(0, span.start)],
            file_end: span.end,
        }
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
        let Some((text, file)) = index
            .checked_sub(1)
            .and_then(|before| self.anchors.get(before))
        else {
            return self.anchors.first().map_or(0, |(_, file)| *file as usize);
        };
        let next = self
            .anchors
            .get(index)
            .map_or(self.file_end, |(_, file)| *file);
        file.saturating_add(wanted - text).min(next) as usize
    }

    /// The file bytes of a span of the text.
    #[must_use]
    pub fn file_range(&self, span: Span) -> std::ops::Range<usize> {
        let start = self.file_offset(span.start());
        start..self.file_offset(span.end()).max(start)
    }
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
}
