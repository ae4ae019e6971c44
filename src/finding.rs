//! What is reported: findings, problems, fixes. Positions are computed here once; reports only print them.

mod context;
mod level;

use crate::usage::Confidence;

pub(crate) use context::floor;
pub use context::{Draft, FindingContext, window_around};
pub use level::Level;

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

/// The lines of the statement that a finding belongs to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Scope {
    /// Index of the unit in its source.
    pub unit: u32,
    /// First line in the unit's text, from 1.
    pub first_line: u32,
    /// Last line in the unit's text.
    pub last_line: u32,
    /// The line of the finding itself.
    pub line: u32,
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
    /// The line for human output (a window of at most 240 characters when it is long), masked and without its line end:
    /// the physical line, in a notebook the line of the cell.
    pub line_text: String,
    /// Number of Unicode scalar values of the line before `line_text`.
    pub line_text_offset: u32,
    /// What to underline in `line_text`: first character and one past the last, counted from 0 in Unicode scalar values.
    pub mark: (u32, u32),
    /// The statement that the finding belongs to, for suppressions.
    pub scope: Scope,
    /// GitHub's `primaryLocationLineHash` of the physical line: `hash:ordinal`. Empty unless the context was asked for it.
    pub line_hash: String,
    /// Hex SHA-256 over rule, path, cell and normalised text: equal for equal copies in one file. Baselines count these.
    pub identity: String,
    /// Stable identity of this one finding: hex SHA-256 over `identity` and its ordinal in the file.
    pub fingerprint: String,
    /// Other places.
    pub related: Vec<Related>,
    /// A repair, when there is one.
    pub fix: Option<Fix>,
    /// Where the edits of `fix` stand, one pair (first, one past the last character) for each edit.
    pub fix_places: Vec<(Position, Position)>,
    /// Set when a comment, the configuration or the baseline silences it.
    pub suppressed: Option<Suppression>,
    /// It is about a secret: texts are masked, and baselines hold nothing but its digest.
    pub secret: bool,
    /// The repository concerned, for grouping.
    pub repo: Option<String>,
    /// Further facts for SARIF properties and JSON: token kind, decode chain, ...
    pub properties: std::collections::BTreeMap<String, String>,
}

impl Finding {
    /// What findings are sorted by: path, place, rule, then the text.
    #[must_use]
    pub fn order(&self, other: &Self) -> std::cmp::Ordering {
        self.location.cmp(&other.location).then_with(|| self.rule.cmp(&other.rule)).then_with(|| self.message.cmp(&other.message))
    }
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
