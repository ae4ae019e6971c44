//! conda's `environment.yml`: its own specifiers, and the `pip:` section.

use saphyr_parser::{Event, Parser};

use super::requirement::{self, name_length, normalise_name};
use super::{Manifest, Place, Problem, Requirement, VersionKnowledge, requirements_file};

/// conda's names for packages that PyPI calls otherwise. Source: the conda-forge and pytorch channels.
const RENAMED: &[(&str, &str)] = &[("pytorch", "torch"), ("pytorch-cpu", "torch"), ("pytorch-gpu", "torch")];

/// Where the walk is: the nesting of the collections, and what the innermost mapping is about to hold.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Level {
    Root,
    Dependencies,
    /// A mapping inside the list; holds `pip:`.
    Entry,
    Pip,
    Other,
}

pub(super) fn read(text: &str, resolver: &dyn Fn(&str) -> Option<String>) -> Manifest {
    let mut manifest = Manifest::default();
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let shift = text.len() - body.len();
    let mut offsets = Offsets { text: body, character: 0, byte: 0 };
    let mut levels: Vec<(Level, Option<String>)> = Vec::new();
    let mut parser = Parser::new_from_str(body);
    while let Some(event) = parser.next_event() {
        let (event, span) = match event {
            Ok(event) => event,
            Err(error) => {
                let offset = shift + offsets.byte_of(error.marker().index());
                manifest.problems.push(Problem { message: "is not valid YAML".to_owned(), offset: Some(offset) });
                break;
            }
        };
        match event {
            Event::MappingStart(..) | Event::SequenceStart(..) => {
                let is_mapping = matches!(event, Event::MappingStart(..));
                let parent = levels.last_mut().map(|(level, key)| (*level, key.take()));
                let level = match parent {
                    None if is_mapping => Level::Root,
                    Some((Level::Root, key)) if !is_mapping && key.as_deref() == Some("dependencies") => Level::Dependencies,
                    Some((Level::Dependencies, _)) if is_mapping => Level::Entry,
                    Some((Level::Entry, key)) if !is_mapping && key.as_deref() == Some("pip") => Level::Pip,
                    _ => Level::Other,
                };
                levels.push((level, None));
            }
            Event::MappingEnd | Event::SequenceEnd => {
                levels.pop();
            }
            Event::Scalar(value, ..) => {
                let start = offsets.advance_to(span.start.index());
                let end = offsets.byte_of(span.end.index());
                match levels.last_mut() {
                    Some((Level::Root | Level::Entry, key)) => {
                        *key = if key.is_some() { None } else { Some(value.into_owned()) };
                    }
                    Some((level @ (Level::Dependencies | Level::Pip), _)) => {
                        // A plain or simply quoted scalar stands in the text as it is.
                        let raw = body.get(start..end).unwrap_or("");
                        let at = raw.find(value.as_ref()).map(|at| shift + start + at);
                        let place = (at, shift + start..shift + end);
                        push(value.as_ref(), place, *level == Level::Pip, resolver, &mut manifest);
                    }
                    _ => {}
                }
            }
            Event::Alias(_) => {
                if let Some((_, key)) = levels.last_mut() {
                    key.take();
                }
            }
            _ => {}
        }
    }
    manifest
}

fn push(
    value: &str,
    (at, token): (Option<usize>, std::ops::Range<usize>),
    is_pip: bool,
    resolver: &dyn Fn(&str) -> Option<String>,
    manifest: &mut Manifest,
) {
    if is_pip {
        for option in ["--requirement", "-r"] {
            if let Some(path) = value.strip_prefix(option) {
                let path = path.trim_start_matches(['=', ' ', '\t']).trim();
                let mut inner = requirements_file::read_named(path, Place::Main, resolver);
                manifest.requirements.append(&mut inner.requirements);
                manifest.problems.append(&mut inner.problems);
                return;
            }
        }
    }
    let offset = at.unwrap_or(token.start);
    let found = if is_pip { requirement::parse(value, offset, Place::Main) } else { parse(value, offset, Place::Main) };
    let Some(mut found) = found else { return };
    if at.is_none() {
        found.span = token.clone();
        found.specifier_span = token.end..token.end;
    }
    manifest.requirements.push(found);
}

/// Reads conda's `channel::name=version=build`, `name ==version`, `name >=1,<2`, `name[version='..']`.
pub(super) fn parse(text: &str, offset: usize, place: Place) -> Option<Requirement> {
    let mut start = text.len() - text.trim_start().len();
    if let Some(at) = text.find("::") {
        start = at + 2;
    }
    let body = text.get(start..)?;
    let length = name_length(body);
    if length == 0 {
        return None;
    }
    let written = normalise_name(body.get(..length)?);
    let package = RENAMED.iter().find(|(conda, _)| *conda == written).map_or(written, |(_, name)| (*name).to_owned());
    let rest = body.get(length..)?;
    let blanks = rest.len() - rest.trim_start().len();
    let rest = rest.get(blanks..)?;
    // `name=1.0=build`, `name 1.0 build`: the third part is a build label; with one, the version is complete.
    let version_end = if rest.starts_with('[') { rest.len() } else { end_of_version(rest) };
    let version = rest.get(..version_end)?;
    let tail = rest.get(version_end..)?.trim_start();
    let has_build = !tail.is_empty() && !tail.starts_with([',', '|', '#']);
    let knowledge = if version.starts_with('[') || tail.starts_with([',', '|']) {
        VersionKnowledge::Unknown
    } else if has_build && !tail.trim_start_matches('=').starts_with('*') {
        VersionKnowledge::from_conda(&format!("=={}", version.trim_start_matches('=').trim()))
    } else {
        VersionKnowledge::from_conda(version)
    };
    let specifier_start = offset + start + if version.is_empty() { length } else { length + blanks };
    let specifier_span = specifier_start..specifier_start + version.len();
    Some(Requirement {
        package,
        knowledge,
        span: offset + start..specifier_span.end,
        specifier_span,
        place,
        marker: None,
        file: None,
    })
}

/// Where the version part ends: at a blank or `=` that is not part of an operator.
fn end_of_version(rest: &str) -> usize {
    rest.char_indices()
        .skip_while(|(_, c)| matches!(c, '<' | '>' | '=' | '!' | '~'))
        .skip_while(|(_, c)| c.is_whitespace())
        .find(|(at, c)| {
            let before = rest.get(..*at).and_then(|head| head.chars().next_back());
            let joins = before.is_some_and(|before| matches!(before, ',' | '|' | '<' | '>' | '!' | '~' | '='));
            (*c == '=' || c.is_whitespace()) && !joins
        })
        .map_or(rest.len(), |(at, _)| at)
}

/// Turns the parser's character counts into bytes. The start of scalars only grows, so the text is walked once.
struct Offsets<'t> {
    text: &'t str,
    character: usize,
    byte: usize,
}

impl Offsets<'_> {
    /// Moves to a character that is not before the last one asked for.
    fn advance_to(&mut self, character: usize) -> usize {
        self.byte = self.byte_of(character);
        self.character = self.character.max(character);
        self.byte
    }

    /// The byte of a character at or behind the current place.
    fn byte_of(&self, character: usize) -> usize {
        let rest = self.text.get(self.byte..).unwrap_or("");
        let wanted = character.saturating_sub(self.character);
        self.byte + rest.char_indices().nth(wanted).map_or(rest.len(), |(at, _)| at)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn specifiers_of_conda() {
        for (text, package, specifier, wanted) in [
            ("pytorch=2.0", "torch", "=2.0", VersionKnowledge::from_specifiers("==2.0.*").set()),
            ("pytorch==2.0.1", "torch", "==2.0.1", VersionKnowledge::from_locked("2.0.1").set()),
            ("pytorch::pytorch=2.0.1=py3.10_cuda11.7_0", "torch", "=2.0.1", VersionKnowledge::from_locked("2.0.1").set()),
            ("pytorch=2.0.1=*cuda*", "torch", "=2.0.1", VersionKnowledge::from_specifiers("==2.0.1.*").set()),
            (
                "conda-forge::transformers >=4.36,<4.50",
                "transformers",
                ">=4.36,<4.50",
                VersionKnowledge::from_specifiers(">=4.36,<4.50").set(),
            ),
            ("pytorch >= 2.0", "torch", ">= 2.0", VersionKnowledge::from_specifiers(">=2.0").set()),
            ("keras 3.8.0", "keras", "3.8.0", VersionKnowledge::from_locked("3.8.0").set()),
            ("keras 3.8.0 py310_0", "keras", "3.8.0", VersionKnowledge::from_locked("3.8.0").set()),
            ("numpy", "numpy", "", None),
            ("pytorch[version='>=2']", "torch", "[version='>=2']", None),
            ("pytorch-cuda=11.8", "pytorch-cuda", "=11.8", VersionKnowledge::from_specifiers("==11.8.*").set()),
        ] {
            let found = parse(text, 0, Place::Main).unwrap();
            assert_eq!(found.package, package, "{text}");
            assert_eq!(&text[found.specifier_span.clone()], specifier, "{text}");
            assert_eq!(found.knowledge.set(), wanted, "{text}");
        }
    }
}
