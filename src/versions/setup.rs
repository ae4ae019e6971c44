//! `setup.cfg`, and the literals of `setup.py`.

use std::collections::BTreeSet;
use std::ops::Range;

use super::requirement;
use super::{Manifest, Place, Requirement, requirements_file};

pub(super) fn read_cfg(text: &str, resolver: &dyn Fn(&str) -> Option<String>) -> Manifest {
    let mut manifest = Manifest::default();
    let mut section = "";
    let mut place: Option<Place> = None;
    let mut offset = 0;
    for raw in text.split_inclusive('\n') {
        let start = offset;
        offset += raw.len();
        let line = raw.trim_end();
        let trimmed = line.trim_start();
        if trimmed.is_empty() || trimmed.starts_with(['#', ';']) {
            continue;
        }
        if line.starts_with('[') {
            section = line.trim_start_matches('[').split(']').next().unwrap_or("").trim();
            place = None;
            continue;
        }
        let mut value_start = line.len() - trimmed.len();
        if value_start == 0 {
            // A key: what stands behind it and on the indented lines below is its value.
            let Some(equals) = line.find(['=', ':']) else {
                place = None;
                continue;
            };
            let key = line.get(..equals).unwrap_or("").trim().replace('-', "_");
            place = match (section, key.as_str()) {
                ("options", "install_requires") => Some(Place::Main),
                ("options", "tests_require") | ("options.extras_require", _) => Some(Place::Optional),
                _ => None,
            };
            value_start = equals + 1;
        }
        let (Some(place), Some(value)) = (place, line.get(value_start..)) else {
            continue;
        };
        if let Some(files) = value.trim().strip_prefix("file:") {
            for file in files.split(',').take(16) {
                let mut inner = requirements_file::read_named(file.trim(), place, resolver);
                manifest.requirements.append(&mut inner.requirements);
                manifest.problems.append(&mut inner.problems);
            }
            continue;
        }
        let value = value.split(" #").next().unwrap_or(value);
        manifest.requirements.extend(requirement::parse(value, start + value_start, place));
    }
    manifest
}

/// A token of Python, as far as lists of strings need it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token<'t> {
    Name(&'t str),
    /// A plain string literal: its content without quotes, and where the content starts.
    Text(&'t str, usize),
    /// A string whose content is computed (f-string) or has escapes.
    Opaque,
    Sign(u8),
}

/// Finds `install_requires = [..]`, `extras_require = {..}` (as keyword, key or variable, also through one variable)
/// and reads the string literals that are elements by themselves. Computed elements are left out: they are unknown.
pub(super) fn read_py(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let tokens = tokens(text);
    // Literals inside a literal that was read, and variables that were followed, are not read again: hostile files
    // nest and repeat them.
    let mut read_until = 0;
    let mut followed: BTreeSet<&str> = BTreeSet::new();
    for (index, token) in tokens.iter().enumerate() {
        if index < read_until {
            continue;
        }
        let (name, place) = match token {
            Token::Name(name) | Token::Text(name, _) => match *name {
                "install_requires" => (*name, Place::Main),
                "extras_require" | "tests_require" => (*name, Place::Optional),
                _ => continue,
            },
            _ => continue,
        };
        let Some(value) = value_index(&tokens, index) else {
            continue;
        };
        match tokens.get(value) {
            Some(Token::Sign(b'[' | b'{' | b'(')) => {
                read_until = collect(&tokens, value, place, &mut manifest.requirements);
            }
            Some(Token::Name(variable)) if *variable != name => {
                let is_plain = matches!(tokens.get(value + 1), Some(Token::Sign(b',' | b')' | b'}' | b'\n')) | None);
                if is_plain && followed.len() < 16 && followed.insert(variable) {
                    collect_variable(&tokens, variable, place, &mut manifest.requirements);
                }
            }
            _ => {}
        }
    }
    manifest.requirements.sort_by_key(|found| (found.span.start, found.place));
    manifest.requirements.dedup_by_key(|found| found.span.start);
    manifest
}

/// The index of the token behind `=` or `:` (or `: list[str] =`) that follows a name.
fn value_index(tokens: &[Token<'_>], name: usize) -> Option<usize> {
    let mut index = name + 1;
    match tokens.get(index)? {
        Token::Sign(b'=') => Some(index + 1),
        Token::Sign(b':') if matches!(tokens.get(name), Some(Token::Text(..))) => Some(index + 1),
        Token::Sign(b':') => {
            // An annotation: the value is behind the `=` on the same logical line.
            for _ in 0..16 {
                index += 1;
                match tokens.get(index)? {
                    Token::Sign(b'=') => return Some(index + 1),
                    Token::Sign(b'\n') => return None,
                    _ => {}
                }
            }
            None
        }
        _ => None,
    }
}

/// `NAME = [..]` and `NAME["extra"] = [..]` anywhere in the file.
fn collect_variable(tokens: &[Token<'_>], variable: &str, place: Place, found: &mut Vec<Requirement>) {
    let mut read_until = 0;
    for (index, token) in tokens.iter().enumerate() {
        if index < read_until || *token != Token::Name(variable) {
            continue;
        }
        let starts_line = index.checked_sub(1).is_none_or(|before| tokens.get(before) == Some(&Token::Sign(b'\n')));
        if !starts_line {
            continue;
        }
        let value = match tokens.get(index + 1..) {
            Some([Token::Sign(b'['), Token::Text(..), Token::Sign(b']'), Token::Sign(b'='), ..]) => Some(index + 5),
            _ => value_index(tokens, index),
        };
        if let Some(value) = value
            && matches!(tokens.get(value), Some(Token::Sign(b'[' | b'{' | b'(')))
        {
            read_until = collect(tokens, value, place, found);
        }
    }
}

/// Reads the elements of a bracketed literal that begins at `start`; gives the index of its end.
fn collect(tokens: &[Token<'_>], start: usize, place: Place, found: &mut Vec<Requirement>) -> usize {
    let mut depth = 0usize;
    // Depth at which a subscript or call opened: nothing inside is an element.
    let mut closed_to: Option<usize> = None;
    let mut previous = Token::Sign(b'\n');
    for (index, token) in tokens.iter().enumerate().skip(start) {
        if *token == Token::Sign(b'\n') {
            continue;
        }
        match token {
            Token::Sign(b'[' | b'(' | b'{') => {
                depth += 1;
                // `deps["torch"]`, `read("x")`, `"a".join(..)`: inside stands an argument, not an element.
                let is_access = matches!(previous, Token::Name(_) | Token::Text(..) | Token::Opaque)
                    || matches!(previous, Token::Sign(b']' | b')'));
                if is_access && closed_to.is_none() {
                    closed_to = Some(depth);
                }
            }
            Token::Sign(b']' | b')' | b'}') => {
                if closed_to == Some(depth) {
                    closed_to = None;
                }
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return index;
                }
            }
            Token::Text(value, offset) if closed_to.is_none() => {
                let begins = matches!(previous, Token::Sign(b'[' | b'(' | b'{' | b',' | b':'));
                let next = tokens.get(index + 1..).unwrap_or(&[]).iter().find(|next| **next != Token::Sign(b'\n'));
                let ends = matches!(next, Some(Token::Sign(b',' | b']' | b')' | b'}')));
                if begins && ends {
                    found.extend(requirement::parse(value, *offset, place));
                }
            }
            _ => {}
        }
        previous = *token;
    }
    tokens.len()
}

/// Cuts Python into tokens; comments and blanks vanish, line ends stay as `\n` signs.
fn tokens(text: &str) -> Vec<Token<'_>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut position = 0;
    while let Some(byte) = bytes.get(position).copied() {
        match byte {
            b'#' => {
                position = memchr::memchr(b'\n', bytes.get(position..).unwrap_or(&[])).map_or(bytes.len(), |at| position + at)
            }
            b'"' | b'\'' => {
                let (token, end) = string(text, position);
                found.push(token);
                position = end;
            }
            b'A'..=b'Z' | b'a'..=b'z' | b'_' | 0x80.. => {
                let start = position;
                while bytes.get(position).is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_' || *byte >= 0x80) {
                    position += 1;
                }
                let name = text.get(start..position).unwrap_or("");
                let is_prefix = name.len() <= 2 && matches!(bytes.get(position), Some(b'"' | b'\''));
                if is_prefix {
                    let (token, end) = string(text, position);
                    // Raw strings have no escapes to undo; `u` changes nothing.
                    let is_plain = matches!(name, "r" | "R" | "u" | "U");
                    found.push(if is_plain { token } else { Token::Opaque });
                    position = end;
                } else {
                    found.push(Token::Name(name));
                }
            }
            b' ' | b'\t' | b'\r' => position += 1,
            b'\\' => position += 2,
            _ => {
                found.push(Token::Sign(byte));
                position += 1;
            }
        }
    }
    found
}

/// Reads the string literal whose opening quote stands at `start`; gives the token and the place behind it.
fn string(text: &str, start: usize) -> (Token<'_>, usize) {
    let bytes = text.as_bytes();
    let quote = bytes.get(start).copied().unwrap_or(b'"');
    let is_triple = bytes.get(start..start + 3).is_some_and(|three| three.iter().all(|byte| *byte == quote));
    let width = if is_triple { 3 } else { 1 };
    let content = start + width;
    let mut position = content;
    let mut has_escape = false;
    loop {
        match bytes.get(position) {
            None => return (Token::Opaque, bytes.len()),
            Some(b'\\') => {
                has_escape = true;
                position += 2;
            }
            Some(b'\n') if !is_triple => return (Token::Opaque, position),
            Some(byte) if *byte == quote => {
                let closes =
                    !is_triple || bytes.get(position..position + 3).is_some_and(|three| three.iter().all(|byte| *byte == quote));
                if closes {
                    let range: Range<usize> = content..position;
                    let token = match text.get(range) {
                        Some(value) if !has_escape => Token::Text(value, content),
                        _ => Token::Opaque,
                    };
                    return (token, position + width);
                }
                position += 1;
            }
            Some(_) => position += 1,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn packages(text: &str) -> Vec<(String, Place)> {
        let manifest = read_py(text);
        manifest.requirements.iter().map(|found| (text[found.span.clone()].to_owned(), found.place)).collect()
    }

    fn main(list: &[&str]) -> Vec<(String, Place)> {
        list.iter().map(|text| ((*text).to_owned(), Place::Main)).collect()
    }

    #[test]
    fn literals_of_setup() {
        assert_eq!(
            packages(
                "setup(\n  name='x',\n  install_requires=[\n    'torch>=1.13', # why\n    \"keras==3.8.0\",\n    r'numpy',\n  ],\n)"
            ),
            main(&["torch>=1.13", "keras==3.8.0", "numpy"])
        );
        assert_eq!(packages("REQ = [\n 'torch==2.1']\nsetup(install_requires=REQ)"), main(&["torch==2.1"]));
        assert_eq!(packages("REQ: list[str] = ['torch==2.1']\nsetup(install_requires=REQ,)"), main(&["torch==2.1"]));
        assert_eq!(packages("kw = {'install_requires': ['torch==2.1']}"), main(&["torch==2.1"]));
        let extras =
            "extras = {}\nextras['a'] = ['torch==2.1']\nextras['b'] = extras['a'] + ['keras']\nsetup(extras_require=extras)";
        assert_eq!(packages(extras), [("torch==2.1".to_owned(), Place::Optional)]);
        let dict = "setup(extras_require={'gpu': ['torch==2.1'], \"all\": (\"keras\",)})";
        assert_eq!(packages(dict), [("torch==2.1".to_owned(), Place::Optional), ("keras".to_owned(), Place::Optional)]);
    }

    #[test]
    fn computed_elements_are_unknown() {
        for text in [
            "install_requires = [deps['torch'], deps[\"keras\"]]",
            "install_requires = [f'torch=={v}', 'keras' + pin, 'num' 'py']",
            "install_requires = read('requirements.txt')",
            "install_requires = [line for line in open('torch')]",
            "install_requires = [x.strip('torch') for x in y]",
            "install_requires == ['torch']",
            "# install_requires = ['torch']",
            "\"\"\"install_requires = ['torch']\"\"\"",
            "install_requires",
            "install_requires = install_requires",
        ] {
            assert_eq!(packages(text), [], "{text}");
        }
    }

    #[test]
    fn sections_of_setup_cfg() {
        let text = "[metadata]\nname = x\n[options]\npackages = find:\ninstall_requires =\n    torch>=1.13,<2.6\n    # note\n    transformers[torch] ; python_version>'3.8'\npython_requires = >=3.8\n\n[options.extras_require]\ngpu = keras==3.8.0\nall =\n  vllm\n[tool:pytest]\nx = torch\n";
        let manifest = read_cfg(text, &|_| None);
        let seen: Vec<_> = manifest.requirements.iter().map(|found| (&text[found.span.clone()], found.place)).collect();
        assert_eq!(
            seen,
            [
                ("torch>=1.13,<2.6", Place::Main),
                ("transformers[torch]", Place::Main),
                ("keras==3.8.0", Place::Optional),
                ("vllm", Place::Optional),
            ]
        );
        let file = read_cfg("[options]\ninstall_requires = file: requirements.txt\n", &|path| {
            (path == "requirements.txt").then(|| "torch==2.1.0".to_owned())
        });
        assert_eq!(file.requirements.len(), 1);
    }

    #[test]
    fn hostile_python() {
        for text in ["'", "\"\"\"", "install_requires=[", "install_requires=['\\", "\\", "é'x", "install_requires=['torch\0'"] {
            let _ = read_py(text);
        }
        let many = format!("{}install_requires=[{}", "[".repeat(500_000), "'torch',".repeat(100_000));
        assert_eq!(read_py(&many).requirements.len(), 100_000);
        // Many mentions of one list must not be read many times over.
        let mentions = format!("R = ['torch']\n{}", "f(install_requires=R)\n".repeat(20_000));
        assert_eq!(read_py(&mentions).requirements.len(), 1);
    }
}
