//! The comments of a unit, for suppressions (`# hublint: ignore[id] reason`).

use crate::source::{Language, Unit};
use crate::span::Span;

/// The comments of a unit that is no Python, markers included, in order.
///
/// `#` starts a comment at the start of a line or after a blank, outside of quotes that are closed on the same line.
#[must_use]
pub fn comments(unit: &Unit) -> Vec<Span> {
    let text = unit.text.as_str();
    match unit.language {
        Language::Python => Vec::new(),
        Language::Markdown => between(text, "<!--", "-->"),
        Language::Json => marked(text, "//"),
        Language::Shell | Language::Makefile | Language::Dockerfile | Language::Yaml | Language::Toml | Language::Text => marked(text, "#"),
    }
}

fn marked(text: &str, marker: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\n', '\r']);
        if content.contains(marker)
            && let Some(start) = start_of(content, marker)
        {
            found.push(Span::new(at + start, at + content.len()));
        }
        at += line.len();
    }
    found
}

/// Where the comment of a line starts.
fn start_of(line: &str, marker: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let mut quote: Option<u8> = None;
    let mut at = 0;
    let mut fallback = None;
    while let Some(byte) = bytes.get(at).copied() {
        let starts = bytes.get(at..).is_some_and(|rest| rest.starts_with(marker.as_bytes()))
            && (at == 0 || bytes.get(at - 1).is_some_and(|before| matches!(before, b' ' | b'\t' | b';')));
        match (byte, quote) {
            _ if starts && quote.is_none() => return Some(at),
            _ if starts => fallback = Some(at),
            (b'\\', _) => at += 1,
            (b'"' | b'\'', None) => quote = Some(byte),
            (_, Some(open)) if byte == open => {
                quote = None;
                fallback = None;
            }
            _ => {}
        }
        at += 1;
    }
    // A quote without an end on this line (an apostrophe in prose) hides nothing.
    quote.and(fallback)
}

fn between(text: &str, start: &str, end: &str) -> Vec<Span> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(open) = text.get(at..).and_then(|rest| rest.find(start)).map(|found| at + found) {
        let Some(close) = text.get(open..).and_then(|rest| rest.find(end)).map(|found| open + found + end.len()) else { break };
        found.push(Span::new(open, close));
        at = close;
    }
    found
}
