//! Documents as whole files: YAML, JSON, TOML, and the few text files with a meaning of their own.

use crate::reference::parse_address;
use crate::span::Span;
use crate::usage::{Surface, UseKind};

use super::Reading;
use super::command::{self, Place, Word};
use super::document::{self, Broken, Tree};
use super::piece::Piece;
use super::shell::{Dialect, Variables};
use super::{config_file, pipeline};

/// A YAML file: what runs in it, and what a tool reads from it.
pub fn yaml(reading: &mut Reading<'_>, unit: usize, text: &str, path: &str) {
    let surface = surface_of(path);
    match document::yaml(unit, surface, text) {
        Ok(tree) => tree_uses(reading, &tree, path, surface),
        Err(broken) => {
            by_lines(reading, unit, text, surface);
            reading.broken.push((unit, broken.at, broken.reason));
        }
    }
}

fn tree_uses(reading: &mut Reading<'_>, tree: &Tree, path: &str, surface: Surface) {
    pipeline::read(reading, tree, surface);
    config_file::read(reading, tree, path, surface);
}

/// A JSON file. Lines of JSON (`.jsonl`) are data, not configuration.
pub fn json(reading: &mut Reading<'_>, unit: usize, text: &str, path: &str) {
    match document::json(unit, Surface::Config, text) {
        Ok(tree) => tree_uses(reading, &tree, path, Surface::Config),
        Err(Broken { at, reason }) => {
            let reason = if reason.contains("YAML") { "is not valid JSON" } else { reason };
            reading.broken.push((unit, at, reason));
        }
    }
}

/// A TOML file; what can be read of a broken one is.
pub fn toml(reading: &mut Reading<'_>, unit: usize, text: &str, path: &str) {
    let (tree, broken) = document::toml(unit, Surface::Config, text);
    tree_uses(reading, &tree, path, Surface::Config);
    if let Some(broken) = broken {
        reading.broken.push((unit, broken.at, broken.reason));
    }
}

/// A pipeline is told from configuration by its place, for words in messages only.
fn surface_of(path: &str) -> Surface {
    let name = path.rsplit('/').next().unwrap_or(path);
    let is_pipeline = path.contains(".github/")
        || path.contains(".gitlab")
        || path.contains(".circleci/")
        || matches!(name, "action.yml" | "action.yaml")
        || name.contains("compose")
        || name.contains("pipelines");
    if is_pipeline { Surface::Workflow } else { Surface::Config }
}

/// YAML that does not parse: every line as a command of its own.
fn by_lines(reading: &mut Reading<'_>, unit: usize, text: &str, surface: Surface) {
    let mut at = 0;
    let mut piece = Piece::new(unit, surface);
    for line in text.split_inclusive('\n') {
        let trimmed = line.trim_start();
        let lead = line.len() - trimmed.len();
        let body = trimmed.strip_prefix("- ").unwrap_or(trimmed);
        let body = match body.split_once(": ") {
            Some((key, value)) if !key.contains([' ', '"', '\'']) => value,
            _ => body,
        };
        let skipped = lead + (trimmed.len() - body.len());
        let goes_on = line.trim_end().ends_with('\\');
        piece.push(body, at + skipped);
        at += line.len();
        if !goes_on {
            reading.shell(&piece, Dialect::default(), &mut Variables::new(), None);
            piece = Piece::new(unit, surface);
        }
    }
    reading.shell(&piece, Dialect::default(), &mut Variables::new(), None);
}

/// `.gitmodules`, `.env`, `Modelfile`, `Procfile`.
pub fn text(reading: &mut Reading<'_>, unit: usize, text: &str, path: &str) {
    let name = path.rsplit('/').next().unwrap_or(path);
    if name == ".gitmodules" {
        lines(text, |at, line| {
            if let Some((key, value)) = line.split_once('=')
                && key.trim() == "url"
            {
                let start = at + key.len() + 1 + (value.len() - value.trim_start().len());
                submodule(reading, unit, value.trim(), start);
            }
        });
    } else if is_dotenv(name) {
        let piece = Piece::verbatim(unit, Surface::Shell, text, 0);
        reading.shell(&piece, Dialect { notebook: true }, &mut Variables::new(), None);
    } else if name == "Modelfile" || name.ends_with(".modelfile") {
        lines(text, |at, line| {
            if let Some(rest) = line.strip_prefix("FROM ").or_else(|| line.strip_prefix("from ")) {
                let start = at + 5 + (rest.len() - rest.trim_start().len());
                let value = rest.trim();
                let span = Span::new(start, start + value.len());
                let whole = Span::new(at, span.end());
                let place = Place { unit, surface: Surface::Config, whole, statement: whole };
                let keyword = Span::new(at, at + 4);
                let words = [
                    Word::literal("ollama", keyword, keyword),
                    Word::literal("pull", keyword, keyword),
                    Word::literal(value, span, span),
                ];
                reading.commands.command(&words, &[], place, 0);
            }
        });
    } else if name == "Procfile" {
        lines(text, |at, line| {
            if let Some((kind, command)) = line.split_once(':') {
                let piece = Piece::verbatim(unit, Surface::Shell, command, at + kind.len() + 1);
                reading.shell(&piece, Dialect::default(), &mut Variables::new(), None);
            }
        });
    }
}

/// True for `.env` and its relatives.
pub fn is_dotenv(name: &str) -> bool {
    name == ".env" || name.ends_with(".env") || name.starts_with(".env.")
}

fn lines(text: &str, mut each: impl FnMut(usize, &str)) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        each(at, line.trim_end_matches(['\n', '\r']));
        at += line.len();
    }
}

/// A submodule is pinned by the commit that git keeps: its address matters for names and the inventory alone.
fn submodule(reading: &mut Reading<'_>, unit: usize, address: &str, start: usize) {
    if parse_address(address).is_none() {
        return;
    }
    let Some((_, id)) = reading.catalog.configs().find(|(glob, _)| *glob == ".gitmodules") else { return };
    let span = Span::new(start, start + address.len());
    let place = Place { unit, surface: Surface::Config, whole: span, statement: span };
    let mut made = command::blank(UseKind::ConfigEntry, Some(id), "url", place);
    made.arguments.insert(crate::usage::Role::RepoId, command::argument(&Word::literal(address, span, span), span));
    reading.uses.push(made);
}
