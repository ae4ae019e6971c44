//! The requirements format of pip: continuations, comments, options, `-r` and `-c`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::requirement;
use super::{Manifest, Place, Problem};

const MAXIMUM_DEPTH: usize = 8;
const MAXIMUM_FILES: usize = 64;

/// What is handed down while files include files.
struct Reader<'a> {
    /// The manifest's own text: a file that includes it back adds nothing.
    root: &'a str,
    resolver: &'a dyn Fn(&str) -> Option<String>,
    seen: BTreeSet<String>,
    manifest: Manifest,
}

pub(super) fn read(text: &str, place: Place, resolver: &dyn Fn(&str) -> Option<String>) -> Manifest {
    let mut reader = Reader { root: text, resolver, seen: BTreeSet::new(), manifest: Manifest::default() };
    reader.read_file(text, None, place, 0);
    reader.manifest
}

/// Reads the file that a manifest of another format names (`file: requirements.txt`).
pub(super) fn read_named(path: &str, place: Place, resolver: &dyn Fn(&str) -> Option<String>) -> Manifest {
    let mut reader = Reader { root: "", resolver, seen: BTreeSet::new(), manifest: Manifest::default() };
    reader.include(path, None, place, 0, None);
    reader.manifest
}

/// An option line's meaning.
enum Line<'a> {
    Include { path: &'a str, constraint: bool },
    Option,
    Requirement,
}

impl Reader<'_> {
    fn read_file(&mut self, text: &str, file: Option<&str>, place: Place, depth: usize) {
        for (offset, line) in logical_lines(text) {
            let line = without_comment(&line);
            match classify(line) {
                Line::Option => {}
                Line::Include { path, constraint } => {
                    let inner = if constraint { Place::Constraint } else { place };
                    // An offset counts in the manifest itself only.
                    let at = file.is_none().then_some(offset);
                    self.include(path, file, inner, depth + 1, at);
                }
                Line::Requirement => {
                    let end = option_start(line);
                    let body = line.get(..end).unwrap_or(line);
                    if let Some(mut found) = requirement::parse(body, offset, place) {
                        found.file = file.map(str::to_owned);
                        self.manifest.requirements.push(found);
                    }
                }
            }
        }
    }

    fn include(&mut self, path: &str, from: Option<&str>, place: Place, depth: usize, offset: Option<usize>) {
        let Some(path) = joined(from, path) else {
            return;
        };
        if depth > MAXIMUM_DEPTH || self.seen.len() >= MAXIMUM_FILES {
            self.problem("includes too many files", offset);
            return;
        }
        // A file named twice, or one that includes itself, adds nothing new.
        if !self.seen.insert(path.clone()) {
            return;
        }
        match (self.resolver)(&path) {
            Some(text) if text == self.root => {}
            Some(text) => self.read_file(&text, Some(&path), place, depth),
            None => self.problem("includes a file that cannot be read", offset),
        }
    }

    fn problem(&mut self, message: &str, offset: Option<usize>) {
        self.manifest.problems.push(Problem { message: message.to_owned(), offset });
    }
}

/// Joins an included path to the folder of the file that names it; None for addresses and absolute paths.
fn joined(from: Option<&str>, path: &str) -> Option<String> {
    let path = path.trim_matches(['"', '\'']).replace('\\', "/");
    let is_drive = path.as_bytes().get(1) == Some(&b':');
    if path.is_empty() || path.contains("://") || path.starts_with(['/', '~']) || is_drive || path.contains('\0') {
        return None;
    }
    let folder = from.and_then(|file| file.rsplit_once('/')).map_or("", |(folder, _)| folder);
    let mut segments: Vec<&str> = Vec::new();
    for segment in folder.split('/').chain(path.split('/')) {
        match segment {
            "" | "." => {}
            ".." if segments.last().is_some_and(|last| *last != "..") => {
                segments.pop();
            }
            _ => segments.push(segment),
        }
    }
    (!segments.is_empty() && segments.len() <= 64).then(|| segments.join("/"))
}

/// Lines with their byte offsets. A continuation (`\` at the end of a line) is blanked out, byte for byte, so that
/// offsets in a joined line are offsets in the file.
fn logical_lines(text: &str) -> impl Iterator<Item = (usize, Cow<'_, str>)> {
    let mut position = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    std::iter::from_fn(move || {
        let start = position;
        if start >= text.len() {
            return None;
        }
        let mut continued = false;
        loop {
            let rest = text.get(position..)?;
            let length = rest.find('\n').map_or(rest.len(), |end| end + 1);
            let line = rest.get(..length)?.trim_end_matches(['\n', '\r']);
            position += length;
            // pip does not continue a comment line.
            let is_comment = !continued && line.trim_start().starts_with('#');
            if !line.ends_with('\\') || is_comment || position >= text.len() {
                break;
            }
            continued = true;
        }
        let line = text.get(start..position)?;
        if !continued {
            return Some((start, Cow::Borrowed(line.trim_end_matches(['\n', '\r']))));
        }
        let mut blanked = String::with_capacity(line.len());
        let mut characters = line.chars().peekable();
        while let Some(c) = characters.next() {
            let breaks = matches!(c, '\n' | '\r') || (c == '\\' && matches!(characters.peek(), Some('\n' | '\r')));
            blanked.push(if breaks { ' ' } else { c });
        }
        Some((start, Cow::Owned(blanked)))
    })
}

/// Cuts a comment: `#` at the start or behind a blank.
fn without_comment(line: &str) -> &str {
    let bytes = line.as_bytes();
    let hash = memchr::memchr_iter(b'#', bytes)
        .find(|at| at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(u8::is_ascii_whitespace));
    hash.and_then(|at| line.get(..at)).unwrap_or(line)
}

/// Where per-requirement options (`--hash=..`, `--config-settings`) begin.
fn option_start(line: &str) -> usize {
    [" --", "\t--"].iter().filter_map(|mark| line.find(mark)).min().unwrap_or(line.len())
}

fn classify(line: &str) -> Line<'_> {
    let line = line.trim();
    if !line.starts_with('-') {
        return Line::Requirement;
    }
    for (option, constraint) in [("--requirement", false), ("--constraint", true), ("-r", false), ("-c", true)] {
        if let Some(rest) = line.strip_prefix(option) {
            let is_long = option.starts_with("--");
            if is_long && !rest.starts_with(['=', ' ', '\t']) {
                continue;
            }
            let path = rest.trim_start_matches(['=', ' ', '\t']);
            return Line::Include { path: path.trim(), constraint };
        }
    }
    Line::Option
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::versions::VersionKnowledge;

    fn none(_: &str) -> Option<String> {
        None
    }

    fn texts(text: &str) -> Vec<(String, String)> {
        let manifest = read(text, Place::Main, &none);
        manifest.requirements.iter().map(|found| (found.package.clone(), text[found.span.clone()].to_owned())).collect()
    }

    #[test]
    fn continuations_keep_offsets() {
        let text = "\u{feff}# pinned\r\ntorch==2.1.0 \\\r\n    --hash=sha256:aa \\\r\n    --hash=sha256:bb\r\ntransformers \\\n  >=4.36, \\\n  <4.50 # why\nkeras==3.8.0#not-a-comment\nx#y\n";
        assert_eq!(
            texts(text),
            [
                ("torch".to_owned(), "torch==2.1.0".to_owned()),
                ("transformers".to_owned(), "transformers \\\n  >=4.36, \\\n  <4.50".to_owned()),
                ("keras".to_owned(), "keras==3.8.0#not-a-comment".to_owned()),
            ]
        );
    }

    #[test]
    fn options_are_no_requirements() {
        let text = "--index-url https://packages.example.org/simple\n--extra-index-url=https://x.example/whl\n-e .\n-f dir\n--no-binary :all:\n\ntorch\n";
        assert_eq!(texts(text), [("torch".to_owned(), "torch".to_owned())]);
    }

    const ROOT: &str = "-r requirements/base.txt\ntorch\n--requirement=missing.txt\n-r https://x.example/r.txt\n";

    #[test]
    fn included_files_are_read_once_and_in_place() {
        let resolver = |path: &str| match path {
            "requirements/base.txt" => Some("-r ../requirements.txt\n-r common/deep.txt\n-c ../constraints.txt\n".to_owned()),
            "requirements/common/deep.txt" => Some("keras==3.8.0\n-r ../base.txt\n".to_owned()),
            "requirements.txt" => Some(ROOT.to_owned()),
            "constraints.txt" => Some("torch==2.1.0\n".to_owned()),
            _ => None,
        };
        let manifest = read(ROOT, Place::Main, &resolver);
        let seen: Vec<_> =
            manifest.requirements.iter().map(|found| (found.package.as_str(), found.place, found.file.as_deref())).collect();
        assert_eq!(
            seen,
            [
                ("keras", Place::Main, Some("requirements/common/deep.txt")),
                ("torch", Place::Constraint, Some("constraints.txt")),
                ("torch", Place::Main, None),
            ]
        );
        assert_eq!(manifest.problems.len(), 1, "{:?}", manifest.problems);
    }

    #[test]
    fn endless_chains_end() {
        let resolver = |path: &str| {
            let number: usize = path.trim_end_matches(".txt").trim_start_matches('a').parse().ok()?;
            Some(format!("-r a{}.txt\n-r a{}.txt\n", number + 1, number * 2 + 1))
        };
        let manifest = read("-r a1.txt\n", Place::Main, &resolver);
        assert!(!manifest.problems.is_empty());
        let myself = |_: &str| Some("-r requirements.txt\ntorch==1.0\n".to_owned());
        assert_eq!(read("-r requirements.txt\n", Place::Main, &myself).requirements.len(), 1);
    }

    #[test]
    fn hostile_text() {
        for text in ["\0", "torch==\0", "\\\n\\\n\\", "-r \0", "-r", "#", "torch[", "torch;", "é==1", "torch @", "\u{feff}"] {
            let _ = read(text, Place::Main, &none);
        }
        let long = format!("torch=={}\n{}\nkeras==3.8.0\n", "1.".repeat(2_000_000), "a #b\\\n".repeat(500_000));
        let manifest = read(&long, Place::Main, &none);
        assert!(
            manifest.requirements.iter().any(|found| found.package == "torch" && found.knowledge == VersionKnowledge::Unknown)
        );
    }
}
