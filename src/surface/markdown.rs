//! Markdown: front matter of cards and Spaces, and code fences as units of their language.

use crate::source::{Language, OffsetMap, Unit, UnitKind};
use crate::span::Span;
use crate::usage::Surface;

use super::document;
use super::{Reading, config_file};

/// The front matter of a card, as configuration.
pub(super) fn front_matter(reading: &mut Reading<'_>, unit: usize, text: &str, path: &str) {
    // Cards are named so; other documents hold no more than a title.
    if !path.rsplit('/').next().is_some_and(|name| name.eq_ignore_ascii_case("README.md")) {
        return;
    }
    let Some(range) = front_matter_range(text) else { return };
    // Blanks of equal length before it, and a line break, keep every place.
    let mut masked = " ".repeat(range.start().saturating_sub(1));
    masked.push('\n');
    masked.push_str(range.text(text));
    match document::yaml(unit, Surface::Markdown, &masked) {
        Ok(tree) => config_file::read(reading, &tree, path, Surface::Markdown),
        Err(broken) => reading.broken.push((unit, broken.at, broken.reason)),
    }
}

/// The bytes between the `---` lines at the start.
fn front_matter_range(text: &str) -> Option<Span> {
    let first = text.split_inclusive('\n').next().filter(|line| line.trim_end() == "---")?;
    let mut at = first.len();
    for line in text.get(first.len()..)?.split_inclusive('\n').take(2000) {
        if line.trim_end() == "---" {
            return Some(Span::new(first.len(), at));
        }
        at += line.len();
    }
    None
}

/// The code fences of a Markdown unit, each a unit of its own: to be added to the source when documentation is checked.
#[must_use]
pub fn code_units(unit: &Unit) -> Vec<Unit> {
    let mut found = Vec::new();
    let text = unit.text.as_str();
    let mut at = 0;
    let mut open: Option<Fence> = None;
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let indent = line.len() - trimmed.len();
        let marker = if trimmed.starts_with("```") { '`' } else { '~' };
        let length = trimmed.len() - trimmed.trim_start_matches(marker).len();
        match &mut open {
            Some(fence)
                if marker == fence.marker && length >= fence.length && trimmed.trim_start_matches(marker).trim().is_empty() =>
            {
                if let Some(fence) = open.take() {
                    found.extend(fence.unit(unit));
                }
            }
            Some(fence) => {
                let strip = indent.min(fence.indent);
                fence.push(line.get(strip..).unwrap_or(line), at + strip);
            }
            None if length >= 3 && (marker == '~' || !trimmed.trim_start_matches('`').contains('`')) => {
                let words = trimmed.trim_start_matches(marker).trim();
                open = Some(Fence {
                    marker,
                    length,
                    indent,
                    language: language_of(words),
                    text: String::new(),
                    anchors: Vec::new(),
                    end: at,
                });
            }
            None => {}
        }
        at += line.len();
    }
    if let Some(fence) = open {
        found.extend(fence.unit(unit));
    }
    found
}

struct Fence {
    marker: char,
    length: usize,
    indent: usize,
    language: Option<Language>,
    text: String,
    /// Byte of the text, byte of the Markdown.
    anchors: Vec<(usize, usize)>,
    end: usize,
}

impl Fence {
    fn push(&mut self, line: &str, at: usize) {
        self.anchors.push((self.text.len(), at));
        // Prompts of a console are no part of the command.
        self.text.push_str(line);
        self.end = at + line.len();
    }

    fn unit(self, outer: &Unit) -> Option<Unit> {
        let language = self.language?;
        let clamp = |offset: usize| u32::try_from(offset).unwrap_or(u32::MAX);
        let anchors = self.anchors.iter().map(|(text, at)| (clamp(*text), clamp(outer.map.file_offset(*at)))).collect();
        let end = outer.map.file_offset(self.end);
        // A prompt becomes a blank: `$ hf download org/m`.
        let text = if language == Language::Shell { without_prompts(&self.text) } else { self.text };
        Some(Unit { text, language, kind: UnitKind::Code, cell: None, map: OffsetMap::new(anchors, clamp(end)) })
    }
}

fn without_prompts(text: &str) -> String {
    text.split_inclusive('\n')
        .map(|line| match line.trim_start().strip_prefix("$ ") {
            Some(rest) => format!("{}  {rest}", " ".repeat(line.len() - rest.len() - 2)),
            None => line.to_owned(),
        })
        .collect()
}

/// The language of a fence by its first word.
fn language_of(words: &str) -> Option<Language> {
    let word = words.trim_start_matches('{').split([' ', ',', '}', ':']).next().unwrap_or("").trim_start_matches('.');
    Some(match word.to_ascii_lowercase().as_str() {
        "python" | "py" | "python3" | "ipython" | "pycon" => Language::Python,
        "bash" | "sh" | "shell" | "console" | "zsh" | "shell-session" | "terminal" => Language::Shell,
        "dockerfile" | "docker" => Language::Dockerfile,
        "yaml" | "yml" => Language::Yaml,
        "json" | "jsonc" => Language::Json,
        "toml" => Language::Toml,
        "makefile" | "make" => Language::Makefile,
        _ => return None,
    })
}
