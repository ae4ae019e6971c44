//! Hub addresses in text: `https://huggingface.co/org/name/resolve/main/file`, `hf://org/name/file`.
//!
//! Only addresses that fetch are uses (`resolve`, `raw`, `hf://`); a link to a page is not.

use std::collections::BTreeMap;

use memchr::memmem;

use crate::reference::{Address, parse_address};
use crate::source::Language;
use crate::span::Span;
use crate::usage::{Argument, Confidence, Literal, Origin, Role, Surface, Use, UseKind, Value};

/// Addresses in a text that is no Python; comment lines are left out.
#[must_use]
pub fn in_text(unit: usize, text: &str, language: Language) -> Vec<Use> {
    let surface = match language {
        Language::Shell | Language::Makefile => Surface::Shell,
        Language::Dockerfile => Surface::Dockerfile,
        Language::Yaml | Language::Toml | Language::Json => Surface::Config,
        Language::Markdown => Surface::Markdown,
        Language::Python | Language::Text => Surface::Text,
    };
    let comments = language != Language::Json && language != Language::Markdown;
    let mut uses = Vec::new();
    for start in starts(text) {
        let line_start = text.get(..start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let before = text.get(line_start..start).unwrap_or("");
        let commented = comments && (before.trim_start().starts_with('#') || before.contains(" #"));
        if !commented {
            uses.extend(at(unit, text, start, surface));
        }
    }
    uses
}

/// The address that a string literal of Python is, if it is one; `span` is the literal, prefix and quotes included. An
/// address somewhere inside a longer text is documentation far more often than a download.
#[must_use]
pub fn in_literal(unit: usize, text: &str, span: Span) -> Vec<Use> {
    let literal = span.text(text);
    let quotes = literal.find(['"', '\'']).unwrap_or(0);
    let content = quotes + literal.get(quotes..).map_or(0, |rest| rest.len() - rest.trim_start_matches(['"', '\'']).len());
    starts(literal)
        .into_iter()
        .filter(|start| *start == content)
        .filter_map(|start| at(unit, text, span.start() + start, Surface::Python))
        .collect()
}

/// The bytes at which an address may start.
fn starts(text: &str) -> Vec<usize> {
    let mut found: Vec<usize> = memmem::find_iter(text.as_bytes(), b"hf://").collect();
    for host in ["huggingface.co/", "hf.co/"] {
        for at in memmem::find_iter(text.as_bytes(), host.as_bytes()) {
            let before = text.get(..at).unwrap_or("");
            let before = before.strip_suffix("www.").unwrap_or(before);
            // With the scheme, and without a user part in between.
            if let Some(scheme) = ["https://", "http://"].iter().find(|scheme| before.ends_with(**scheme)) {
                found.push(before.len() - scheme.len());
            }
        }
    }
    found.sort_unstable();
    found.dedup();
    found
}

/// The use at an address that fetches.
fn at(unit: usize, text: &str, start: usize, surface: Surface) -> Option<Use> {
    let rest = text.get(start..)?;
    let limit = rest.find(|character: char| {
        character.is_whitespace() || matches!(character, '"' | '\'' | '`' | '<' | '>' | ')' | ']' | '}' | ',' | ';' | '|' | '\\')
    });
    let written = rest.get(..limit.unwrap_or(rest.len()))?.trim_end_matches(['.', ':']);
    let address = parse_address(written)?;
    if !fetches(&address, written) || written.contains(['{', '$', '*']) {
        return None;
    }
    let span = Span::new(start, start + written.len());
    let value_span = address.revision_range.as_ref().map_or(span, |range| Span::new(start + range.start, start + range.end));
    let argument = |value: &str, value_span: Span| Argument {
        value: Value::Known(Literal::Str(value.to_owned())),
        span,
        value_span,
        origin: Origin::Literal,
        definition: None,
        replaceable: true,
    };
    let mut arguments = BTreeMap::new();
    arguments.insert(Role::RepoId, argument(written, span));
    if let Some(revision) = &address.revision {
        arguments.insert(Role::Revision, argument(revision, value_span));
    }
    Some(Use {
        kind: UseKind::Address,
        entry: None,
        name: if address.action == "hf" { "hf://".to_owned() } else { format!("/{}/", address.action) },
        qualified: String::new(),
        surface,
        unit,
        callee: span,
        statement: span,
        whole: span,
        site: None,
        arguments,
        confidence: Confidence::High,
        retry_of: None,
        saved_before: false,
        guarded: None,
    })
}

/// True for addresses of files, not of pages; pictures and sounds for a demonstration are no models and no data sets.
fn fetches(address: &Address, written: &str) -> bool {
    const MEDIA: &[&str] = &[
        ".png", ".jpg", ".jpeg", ".gif", ".webp", ".svg", ".bmp", ".mp3", ".wav", ".flac", ".ogg", ".mp4", ".webm", ".mov",
        ".pdf", ".md",
    ];
    let path = written.split(['?', '#']).next().unwrap_or(written).to_ascii_lowercase();
    matches!(address.action.as_str(), "resolve" | "raw" | "hf") && !MEDIA.iter().any(|ending| path.ends_with(ending))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn files_are_fetched_and_pages_are_read() {
        let text = "curl -L https://huggingface.co/org/name/resolve/main/a.bin -o a.bin\n# https://huggingface.co/o/n/resolve/main/x\necho https://huggingface.co/org/name\nx hf://org/name/file\n";
        let found = in_text(0, text, Language::Shell);
        let texts: Vec<&str> = found.iter().map(|usage| usage.callee.text(text)).collect();
        assert_eq!(texts, ["https://huggingface.co/org/name/resolve/main/a.bin", "hf://org/name/file"]);
        assert_eq!(found.first().unwrap().argument(Role::Revision).unwrap().value_span.text(text), "main");
    }

    #[test]
    fn templates_are_left_alone() {
        assert!(in_text(0, "curl https://huggingface.co/$REPO/resolve/main/a", Language::Shell).is_empty());
        assert!(in_literal(0, "f'https://huggingface.co/{r}/resolve/main/a'", Span::new(0, 45)).is_empty());
    }
}
