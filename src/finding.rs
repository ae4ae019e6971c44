//! What is reported: findings, problems, fixes. Positions are computed here once; reports only print them.

use crate::usage::Confidence;

/// How bad a finding is. Notes never fail a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// For information.
    Note,
    /// Should be looked at.
    Warning,
    /// Must be looked at.
    Error,
}

impl Level {
    /// `note`, `warning` or `error`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Note => "note",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// A point in a file. Lines and columns count from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Physical line of the file.
    pub line: u32,
    /// Column in Unicode scalar values.
    pub column: u32,
    /// Column in UTF-16 units.
    pub column_utf16: u32,
}

/// Where a cell's text stands.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CellPlace {
    /// Number of the cell in the notebook, all kinds counted, from 1.
    pub number: u32,
    /// The cell's id, when it has one.
    pub id: Option<String>,
    /// Line in the cell's text (or in the output), from 1.
    pub line: u32,
    /// Column in the cell's text, from 1, in Unicode scalar values.
    pub column: u32,
    /// Number of the output in the cell from 1, when the place is in an output.
    pub output: Option<u32>,
}

/// A region of a file.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Location {
    /// Path relative to the project root, with `/`.
    pub path: String,
    /// First byte in the file.
    pub start_byte: usize,
    /// One past the last byte in the file.
    pub end_byte: usize,
    /// First character.
    pub start: Position,
    /// One past the last character.
    pub end: Position,
    /// The cell, in a notebook.
    pub cell: Option<CellPlace>,
}

/// Something that belongs to a finding at another place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Related {
    /// What is there.
    pub message: String,
    /// Where.
    pub location: Location,
}

/// Replace the bytes `start..end` of the file by `text`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edit {
    /// First byte in the file.
    pub start: usize,
    /// One past the last byte in the file.
    pub end: usize,
    /// The new text, already escaped for the file (a JSON string in a notebook).
    pub text: String,
}

/// A repair.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// `--fix` applies it; otherwise only `--unsafe-fixes` does.
    pub safe: bool,
    /// What it does, imperative, no full stop.
    pub description: String,
    /// The edits, sorted, not overlapping, all in the finding's file.
    pub edits: Vec<Edit>,
}

/// Why a finding is not shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suppression {
    /// `inSource` (a comment) or `external` (configuration, baseline).
    pub in_source: bool,
    /// The reason given.
    pub reason: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule's id.
    pub rule: String,
    /// How bad.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// One line, lower case or a code span first, no full stop.
    pub message: String,
    /// What to do, one or two sentences.
    pub help: String,
    /// The primary place; on one line.
    pub location: Location,
    /// The matched text; masked when it holds a secret. At most 240 characters.
    pub snippet: String,
    /// The physical line (a window of it when it is long), masked and without its line end, for human output.
    pub line_text: String,
    /// Number of Unicode scalar values of the line before `line_text`.
    pub line_text_offset: u32,
    /// GitHub's `primaryLocationLineHash` of the physical line: `hash:ordinal`.
    pub line_hash: String,
    /// Stable identity for baselines: hex SHA-256 over rule, path, normalised text and ordinal.
    pub fingerprint: String,
    /// Other places.
    pub related: Vec<Related>,
    /// A repair, when there is one.
    pub fix: Option<Fix>,
    /// Set when a comment, the configuration or the baseline silences it.
    pub suppressed: Option<Suppression>,
    /// The repository concerned, for grouping.
    pub repo: Option<String>,
    /// Further facts for SARIF properties and JSON: token kind, decode chain, ...
    pub properties: std::collections::BTreeMap<String, String>,
}

/// A file (or part of one) that could not be checked. Never silent.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Problem {
    /// Path relative to the project root.
    pub path: String,
    /// 1-based line, when it is known.
    pub line: Option<u32>,
    /// What is wrong and what to do.
    pub message: String,
    /// A part only: the rest of the file was checked.
    pub partial: bool,
}
