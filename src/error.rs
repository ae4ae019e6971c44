//! Why the job could not be done: usage, configuration, rule files. What cannot be checked in a file is a
//! [`crate::finding::Problem`] instead. How an error looks is decided in `report/text.rs`.

use std::fmt;
use std::ops::Range;
use std::path::PathBuf;

use crate::finding::floor;

/// The job could not be done. Exit code 2.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The command line asks for something that is not possible.
    #[error("{message}")]
    Usage {
        /// What is wrong.
        message: String,
        /// What to do.
        help: String,
    },
    /// A path given on the command line is not there.
    #[error("{}: no such file or folder", .0.display())]
    Missing(PathBuf),
    /// A file that is needed cannot be read.
    #[error("{}: cannot be read: {source}", .path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("{}: cannot be written: {source}", .path.display())]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of the user (configuration, rules, baseline) holds something wrong.
    #[error(transparent)]
    InFile(Box<InFile>),
}

impl Error {
    /// A usage error.
    #[must_use]
    pub fn usage(message: impl Into<String>, help: impl Into<String>) -> Self {
        Self::Usage { message: message.into(), help: help.into() }
    }

    /// What to do about it; empty when there is nothing to say.
    #[must_use]
    pub fn help(&self) -> &str {
        match self {
            Self::Usage { help, .. } => help,
            Self::InFile(error) => &error.help,
            Self::Missing(_) => "paths are relative to the current folder",
            Self::Read { .. } | Self::Write { .. } => "",
        }
    }

    /// The place in a user's file, when there is one.
    #[must_use]
    pub fn place(&self) -> Option<&InFile> {
        match self {
            Self::InFile(error) => Some(error),
            _ => None,
        }
    }
}

/// An error at a place of a user's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InFile {
    /// The file as the user knows it.
    pub path: PathBuf,
    /// 1-based line.
    pub line: u32,
    /// 1-based column in Unicode scalar values.
    pub column: u32,
    /// The line of the file.
    pub line_text: String,
    /// What to underline in `line_text`, in Unicode scalar values from 0.
    pub mark: (u32, u32),
    /// What is wrong.
    pub message: String,
    /// What to do, with the legal words.
    pub help: String,
}

impl InFile {
    /// An error at bytes of a text. The range is cut to its first line.
    #[must_use]
    pub fn new(
        path: impl Into<PathBuf>,
        text: &str,
        range: Range<usize>,
        message: impl Into<String>,
        help: impl Into<String>,
    ) -> Self {
        let start = floor(text, range.start);
        let before = text.get(..start).unwrap_or("");
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let line_text = text.get(line_start..).and_then(|rest| rest.lines().next()).unwrap_or("");
        let end = floor(text, range.end).clamp(start, (line_start + line_text.len()).max(start));
        let count = |text: Option<&str>| u32::try_from(text.unwrap_or("").chars().count()).unwrap_or(u32::MAX);
        let lead = count(text.get(line_start..start));
        Self {
            path: path.into(),
            line: u32::try_from(before.matches('\n').count()).unwrap_or(u32::MAX).saturating_add(1),
            column: lead.saturating_add(1),
            line_text: line_text.to_owned(),
            mark: (lead, lead + count(text.get(start..end))),
            message: message.into(),
            help: help.into(),
        }
    }
}

impl From<InFile> for Error {
    fn from(error: InFile) -> Self {
        Self::InFile(Box::new(error))
    }
}

impl fmt::Display for InFile {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}: {}", self.path.display(), self.line, self.column, self.message)
    }
}

impl std::error::Error for InFile {}

/// The word of a list that is meant by a misspelt one: at most two edits away.
#[must_use]
pub fn nearest<'a>(word: &str, words: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    words
        .into_iter()
        .map(|candidate| (distance(word, candidate), candidate))
        .filter(|(edits, _)| *edits <= 2)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Levenshtein distance; 99 for words that are too long to be slips of each other.
fn distance(left: &str, right: &str) -> usize {
    if left.len() > 64 || right.len() > 64 {
        return 99;
    }
    let mut row: Vec<usize> = (0..=right.chars().count()).collect();
    for (index, a) in left.chars().enumerate() {
        let mut diagonal = index;
        let mut last = index + 1;
        if let Some(first) = row.first_mut() {
            *first = last;
        }
        for (cell, b) in row.iter_mut().skip(1).zip(right.chars()) {
            let substitution = diagonal + usize::from(a != b);
            diagonal = *cell;
            *cell = substitution.min(*cell + 1).min(last + 1);
            last = *cell;
        }
    }
    row.last().copied().unwrap_or(99)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn the_place_is_on_one_line() {
        let text = "a = 1\né = [\n 2 ]\n";
        let error = InFile::new("x.toml", text, 6..15, "is wrong", "");
        assert_eq!((error.line, error.column, error.mark), (2, 1, (0, 5)));
        assert_eq!(error.line_text, "é = [");
        let last = InFile::new("x.toml", text, 90..99, "is wrong", "");
        assert_eq!((last.line, last.mark), (4, (0, 0)));
    }

    #[test]
    fn slips_are_recognised() {
        assert_eq!(nearest("selct", ["ignore", "select"]), Some("select"));
        assert_eq!(nearest("banana", ["ignore", "select"]), None);
        assert_eq!(distance("kitten", "sitting"), 3);
    }
}
