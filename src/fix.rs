//! Repairs: from a plan in terms of a unit's text to edits of the file's bytes, and from edits to a file that is written
//! whole or not at all. Nothing here knows where a commit comes from (see `pin.rs`) or what a rule says.

mod apply;
mod comment;
mod diff;
mod environment;
mod insert;
mod key;
mod outlines;
mod parse;
mod pin;
mod repair;
mod style;
mod write;

pub use apply::{Applied, apply};
pub use diff::unified;
pub use outlines::Outlines;
pub use parse::{Broken, still_parses};
pub use pin::{Stamp, pin};
pub use repair::{MAX_PASSES, Refusal, Repaired, repair};
pub use style::Style;
pub use write::{WriteError, replace_file};

use crate::finding::{Edit, Fix};
use crate::judge::{Repair, RepairPlan};
use crate::source::Source;
use crate::source::notebook::escape_for_json;
use crate::span::Span;

/// Put `text` in the place of a span of a unit's text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Splice {
    /// Index of the unit.
    pub unit: usize,
    /// What is replaced; empty to insert.
    pub span: Span,
    /// The new text, not escaped.
    pub text: String,
}

impl Splice {
    /// Puts text before the byte `at`.
    #[must_use]
    pub fn insert(unit: usize, at: usize, text: impl Into<String>) -> Self {
        Self { unit, span: Span::new(at, at), text: text.into() }
    }
}

/// The repair of a plan; `None` when it needs what is not known here (a commit hash) or does not fit the text.
#[must_use]
pub fn fix(plan: &RepairPlan, outlines: &Outlines<'_>, unit: usize) -> Option<Fix> {
    let source = outlines.source();
    let text = &source.units.get(unit)?.text;
    let splices = match &plan.repair {
        Repair::Replace { span, text: new } => {
            vec![Splice { unit, span: *span, text: keep_quotes(span.text(text), new) }]
        }
        Repair::ReadEnvironment { span, variable } => environment::read(outlines, unit, *span, variable)?,
        Repair::InsertArgument { site, keyword, value } => {
            insert::argument(outlines, unit, site, &format!("{keyword}={value}"), None)?.splices
        }
        Repair::RemoveArgument { site, span } => {
            vec![Splice { unit, span: insert::removal(text, site, *span)?, text: String::new() }]
        }
        Repair::Pin(_) => return None,
    };
    Some(Fix { safe: plan.safe, description: plan.description.clone(), edits: edits(source, splices)? })
}

/// Edits of the file for splices of its units: sorted, joined where they meet. `None` if one does not fit.
#[must_use]
pub fn edits(source: &Source, mut splices: Vec<Splice>) -> Option<Vec<Edit>> {
    // Stable: two insertions at one place stay in the order in which they were made.
    splices.sort_by_key(|splice| (splice.unit, splice.span.start, splice.span.end));
    let mut edits: Vec<Edit> = Vec::new();
    for splice in splices {
        let unit = source.units.get(splice.unit)?;
        unit.text.get(splice.span.range())?;
        let range = unit.map.file_range(splice.span);
        let text = if source.notebook { in_notebook(&source.bytes, range.start, &splice.text)? } else { splice.text };
        match edits.last_mut() {
            Some(last) if last.end > range.start => return None,
            Some(last) if last.end == range.start && (last.start == last.end || range.is_empty()) => {
                last.text.push_str(&text);
                last.end = range.end;
            }
            _ => edits.push(Edit { start: range.start, end: range.end, text }),
        }
    }
    edits.sort();
    Some(edits)
}

/// New text for a string of a notebook's JSON: escaped, and where the source is a list of lines, each line an element.
fn in_notebook(bytes: &[u8], at: usize, text: &str) -> Option<String> {
    let escaped = escape_for_json(text);
    if !text.contains('\n') {
        return Some(escaped);
    }
    let open = opening_quote(bytes, at)?;
    let before = bytes.get(..open)?;
    let blanks = before.iter().rev().take_while(|byte| byte.is_ascii_whitespace()).count();
    let mark = before.len().checked_sub(blanks + 1).and_then(|last| before.get(last))?;
    if !matches!(mark, b'[' | b',') {
        return Some(escaped);
    }
    let blanks = std::str::from_utf8(before.get(before.len() - blanks..)?).ok()?;
    // `\n` ends an element as nbformat writes it. A text that ends with one needs no empty element behind it, but there is
    // none here: every insertion stands before a line's own end.
    let lines: Vec<&str> = escaped.split("\\n").collect();
    Some(lines.join(&format!("\\n\",{blanks}\"")))
}

/// The quote that opens the JSON string in which the byte `at` stands: a raw string has no line end inside.
fn opening_quote(bytes: &[u8], at: usize) -> Option<usize> {
    let mut end = at;
    loop {
        let quote = memchr::memrchr2(b'"', b'\n', bytes.get(..end)?)?;
        if bytes.get(quote) == Some(&b'\n') {
            return None;
        }
        let slashes = bytes.get(..quote)?.iter().rev().take_while(|byte| **byte == b'\\').count();
        if slashes % 2 == 0 {
            return Some(quote);
        }
        end = quote;
    }
}

/// A new literal with the quotes of the old one: `'a'` stays `'b'`.
fn keep_quotes(old: &str, new: &str) -> String {
    let inner = new.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match inner {
        Some(inner) if old.starts_with('\'') && old.ends_with('\'') && old.len() >= 2 && !inner.contains('\'') => {
            format!("'{inner}'")
        }
        _ => new.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests;
