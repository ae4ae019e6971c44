//! A module whose lines and statements come from one parse of the whole text.

use super::{Line, MAX_WHOLE, Module, is_header};
use crate::python::ast::Stmt;
use crate::python::outline::{NONE, Outline};
use crate::python::syntax::{Flat, Parsed, parse_whole};
use crate::span::Span;
use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::sync::Arc;

/// The length of what follows the last statement of a line, to the end of the physical line; continued ones count.
pub(super) fn tail_length(rest: &[u8]) -> usize {
    let mut offset = 0;
    while let Some(byte) = rest.get(offset) {
        match byte {
            b'\n' | b'\r' => return offset,
            b'#' => {
                let comment = rest.get(offset..).unwrap_or_default();
                let length = memchr::memchr2(b'\n', b'\r', comment);
                return offset + length.unwrap_or(comment.len());
            }
            b'\\' if rest.get(offset + 1) == Some(&b'\r') && rest.get(offset + 2) == Some(&b'\n') => {
                offset += 3;
            }
            b'\\' => offset += 2,
            _ => offset += 1,
        }
    }
    rest.len()
}

/// Parses a whole text; `None` when it is too large, too costly or has syntax errors.
pub(super) fn parse_whole_cleanly(text: &str) -> Option<Parsed> {
    if text.len() > MAX_WHOLE {
        return None;
    }
    let parsed = parse_whole(text);
    (!parsed.gave_up && parsed.error.is_none()).then_some(parsed)
}

pub(super) fn statements_of(flats: Vec<Flat>) -> Vec<Stmt> {
    flats.into_iter().map(|flat| flat.statement).collect()
}

impl Module<'_> {
    /// Replaces the outline by what a whole parse says.
    pub(super) fn use_whole(&mut self, parsed: Parsed) {
        let mut outline = Outline {
            comments: parsed.comments,
            strings: parsed.strings,
            dark: parsed.dark,
            trouble: self.outline.trouble,
            ..Outline::default()
        };
        let mut cache: HashMap<u32, Rc<[Stmt]>> = HashMap::new();
        // The line of every statement, to find the line of a header.
        let mut line_of: Vec<u32> = Vec::with_capacity(parsed.statements.len());
        let mut group: Vec<Stmt> = Vec::new();
        for flat in parsed.statements {
            let number = u32::try_from(outline.lines.len()).unwrap_or(NONE);
            let statement = flat.statement;
            let joined = group.last().is_some_and(|before: &Stmt| self.on_one_line(before.span, statement.span));
            if !joined {
                if !group.is_empty() {
                    let before = number.saturating_sub(1);
                    cache.insert(before, std::mem::take(&mut group).into());
                }
                let parent = flat.parent.and_then(|parent| line_of.get(parent)).copied().unwrap_or(NONE);
                outline.parents.push(parent);
                outline.ends.push(number.saturating_add(1));
                outline.tails.push(0);
                outline.lines.push(Line { span: statement.span, indent: self.indent_at(statement.span.start()), header: false });
            }
            let number = u32::try_from(outline.lines.len().saturating_sub(1)).unwrap_or(NONE);
            line_of.push(number);
            if let Some(line) = outline.lines.last_mut() {
                let end = self.end_of_code(statement.span.end());
                line.span = Span::new(line.span.start(), end);
                line.header = is_header(&statement.kind);
            }
            group.push(statement);
        }
        if let Some(last) = outline.lines.len().checked_sub(1) {
            cache.insert(u32::try_from(last).unwrap_or(NONE), group.into());
        }
        let bytes = self.text.as_bytes();
        for (tail, line) in outline.tails.iter_mut().zip(&outline.lines) {
            let end = line.span.end();
            let length = tail_length(bytes.get(end..).unwrap_or_default());
            *tail = Span::new(end + length, end + length).start;
        }
        // A block ends where its last line ends; parents come before their lines.
        for number in (0..outline.lines.len()).rev() {
            let end = outline.ends.get(number).copied().unwrap_or(0);
            let parent = outline.parents.get(number).copied().unwrap_or(NONE);
            if let Some(parent_end) = outline.ends.get_mut(parent as usize) {
                *parent_end = (*parent_end).max(end);
            }
        }
        self.outline = Arc::new(outline);
        self.cache = Rc::new(RefCell::new(cache));
        // All is in the cache; what is not asks for nothing.
        let _ = self.whole.set(Some(Vec::new()));
    }

    /// True when no newline, other than a continued one, stands between two statements.
    pub(super) fn on_one_line(&self, before: Span, after: Span) -> bool {
        let Some(between) = self.text.get(before.end()..after.start()) else {
            // They overlap: broken code.
            return true;
        };
        let bytes = between.as_bytes();
        let mut offset = 0;
        while let Some(byte) = bytes.get(offset) {
            match byte {
                b'\\' => {
                    offset += 2;
                    if bytes.get(offset - 1) == Some(&b'\r') && bytes.get(offset) == Some(&b'\n') {
                        offset += 1;
                    }
                }
                b'\n' | b'\r' | b'#' => return false,
                _ => offset += 1,
            }
        }
        true
    }

    /// The end of a line whose last statement ends here: a semicolon belongs to it.
    pub(super) fn end_of_code(&self, end: usize) -> usize {
        let rest = self.text.as_bytes().get(end..).unwrap_or_default();
        let blanks = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x0c)).unwrap_or(rest.len());
        if rest.get(blanks) == Some(&b';') { end + blanks + 1 } else { end }
    }

    /// The columns of indentation of the physical line that holds this byte.
    pub(super) fn indent_at(&self, offset: usize) -> u32 {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |newline| newline + 1);
        let mut column = 0u32;
        for byte in before.get(start..).unwrap_or_default() {
            match byte {
                b' ' => column = column.saturating_add(1),
                b'\t' => column = (column | 7).saturating_add(1),
                0x0c => column = 0,
                0xef | 0xbb | 0xbf if start == 0 => {}
                _ => break,
            }
        }
        column
    }
}
