//! Which lines of a module can hold a use: those with a word of the catalogue.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::catalog::Catalog;
use crate::python::commands::{ROOTS, STARTERS};
use crate::python::module::{LineIndex, Module};
use crate::python::scope::line_text;
use crate::words::{self, WordSet, is_word};

/// The lines to look at.
pub struct Triggers {
    /// In order.
    pub lines: BTreeSet<LineIndex>,
    /// The words.
    pub words: Arc<WordSet>,
}

impl Triggers {
    /// Looks for the words of the catalogue in a module that imports these roots.
    pub fn find(module: &Module<'_>, catalog: &Catalog, imports: &BTreeSet<String>) -> Self {
        let words = catalog.words(imports.iter().map(String::as_str));
        let text = module.text();
        let bytes = text.as_bytes();
        let mut lines = BTreeSet::new();
        // Lines on which a name of Python itself stands bare; worth a look only when the module imports another thing by it.
        let mut bare: Vec<(LineIndex, &str)> = Vec::new();
        let mut taken: BTreeSet<&str> = BTreeSet::new();
        let mut look = |start: usize, end: usize| {
            let Some(word) = bytes.get(start..end).and_then(|word| words.find(word)).and_then(|_| text.get(start..end)) else {
                return;
            };
            let in_code = module.in_code(start);
            if !in_code && !is_whole_string(bytes, start, end) {
                return;
            }
            let Some(line) = module.line_at(start) else {
                return;
            };
            if !in_code {
                if string_matters(module, line, catalog, word) {
                    lines.insert(line);
                }
            } else if BUILTINS.contains(&word) && !follows_dot(bytes, start) {
                bare.push((line, word));
                if line_text(module, line).contains("import") {
                    taken.insert(word);
                }
            } else {
                lines.insert(line);
            }
        };
        words::each(bytes, |start, end| {
            look(start, end);
            true
        });
        lines.extend(bare.into_iter().filter(|(_, word)| taken.contains(word)).map(|(line, _)| line));
        // Words with dashes in option strings (`--trust-remote-code`) are found by their option call.
        for (_, line) in module.occurrences("add_argument").chain(module.occurrences("option")) {
            let code = line_text(module, line);
            let hit = catalog.switch_words().any(|word| code.contains(word) || code.contains(&word.replace('_', "-")));
            if hit {
                lines.insert(line);
            }
        }
        // `getattr(torch, name)`: the word may stand anywhere.
        for (offset, line) in module.occurrences("getattr") {
            let rest = text.get(offset + "getattr".len()..).unwrap_or("").trim_start_matches(['(', ' ', '\n']);
            let end = rest.bytes().position(|byte| !is_word(byte)).unwrap_or(rest.len());
            if rest.get(..end).is_some_and(|root| imports.contains(root) && catalog.is_root(root)) {
                lines.insert(line);
            }
        }
        Self { lines, words }
    }
}

/// True when one of the words stands in the text as a word of its own, wherever that is.
pub fn holds_word(bytes: &[u8], words: &WordSet) -> bool {
    let mut found = false;
    words::each(bytes, |start, end| {
        let is_one = |start: usize| {
            bytes.get(start..end).is_some_and(|word| {
                words.find(word).is_some()
                    && (!BUILTINS.iter().any(|builtin| builtin.as_bytes() == word) || may_be_meant(bytes, start))
            })
        };
        // An escape of a notebook's JSON may stick to a word: `\\nload`.
        let escaped = || start.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'\\');
        found = is_one(start) || (escaped() && is_one(start + 1));
        !found
    });
    found
}

/// Names of Python itself that are the last word of a catalogued callable (`torch.hub.list`), too: bare, they are Python's.
const BUILTINS: &[&str] =
    &["list", "help", "open", "type", "id", "map", "filter", "format", "input", "set", "dict", "iter", "print"];

/// True when the word that starts here is an attribute.
fn follows_dot(bytes: &[u8], start: usize) -> bool {
    let before = bytes.get(..start).unwrap_or_default();
    before.iter().rev().take(200).find(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\\')) == Some(&b'.')
}

/// A name of Python itself in raw text: an attribute, or perhaps an item of an import.
fn may_be_meant(bytes: &[u8], start: usize) -> bool {
    let window = bytes.get(start.saturating_sub(300)..start).unwrap_or_default();
    follows_dot(bytes, start)
        || memchr::memmem::rfind(window, b"import").is_some_and(|at| {
            let between = window.get(at + 6..).unwrap_or_default();
            // The items of an import are names, commas and comments.
            !between.iter().any(|byte| matches!(byte, b'=' | b':' | b'[' | b'{'))
        })
}

/// The lines that may start a command.
pub fn starter_lines(module: &Module<'_>, imports: &BTreeSet<String>) -> BTreeSet<LineIndex> {
    let mut lines = BTreeSet::new();
    if !ROOTS.iter().any(|root| imports.contains(*root)) {
        return lines;
    }
    let text = module.text();
    let imports_names = ["from subprocess import", "from os import", "from shlex import", "from asyncio import"]
        .iter()
        .any(|import| text.contains(import));
    for word in STARTERS {
        for (offset, line) in module.occurrences(word) {
            let after = text.get(offset + word.len()..).unwrap_or("").trim_start_matches(' ');
            let before = text.get(..offset).unwrap_or("");
            let owned = match before.strip_suffix('.') {
                Some(before) => {
                    let owner = before.rsplit(|character: char| !is_word_character(character)).next().unwrap_or("");
                    ROOTS.contains(&owner) || owner == "sp"
                }
                None => imports_names,
            };
            if owned && after.starts_with('(') {
                lines.insert(line);
            }
        }
    }
    lines
}

/// A string that is a word matters as a key or the name of an attribute.
fn string_matters(module: &Module<'_>, line: LineIndex, catalog: &Catalog, word: &str) -> bool {
    if catalog.switch(word).is_some() || catalog.environment(word).is_some() {
        return true;
    }
    let code = line_text(module, line);
    ["getattr", "methodcaller", "attrgetter"].iter().any(|name| code.contains(name))
}

fn is_word_character(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

fn is_whole_string(bytes: &[u8], start: usize, end: usize) -> bool {
    let quote = |byte: Option<&u8>| matches!(byte, Some(b'"' | b'\''));
    quote(start.checked_sub(1).and_then(|before| bytes.get(before))) && quote(bytes.get(end))
}

/// The roots of all imports of a module, read from the text of its lines.
pub fn import_roots<'m>(module: &'m Module<'_>) -> &'m BTreeSet<String> {
    module.roots(|| read_roots(module))
}

fn read_roots(module: &Module<'_>) -> BTreeSet<String> {
    let mut roots = BTreeSet::new();
    let mut add = |dotted: &str| {
        let root = dotted.trim().split(['.', ' ', '\t', '\\']).next().unwrap_or("");
        if !root.is_empty() && !roots.contains(root) {
            roots.insert(root.to_owned());
        }
    };
    for (offset, line) in module.occurrences("import") {
        let text = line_text(module, line);
        // After another statement of its line.
        let code = match text.split(';').find(|part| part.contains("import")) {
            Some(part) => part.trim_start(),
            None => text,
        };
        let code = code.rsplit_once(": ").map_or(code, |(_, body)| if body.contains("import") { body } else { code });
        if let Some(rest) = code.strip_prefix("from") {
            add(rest.trim_start());
        } else if let Some(rest) = code.strip_prefix("import") {
            rest.split(',').for_each(&mut add);
        } else {
            // `x = 1; import y` in an odd form: what follows the word.
            let rest = module.text().get(offset + "import".len()..).unwrap_or("");
            add(rest.lines().next().unwrap_or(""));
        }
    }
    for word in ["import_module", "__import__", "importorskip", "lazy_import"] {
        for (offset, _) in module.occurrences(word) {
            let rest = module.text().get(offset + word.len()..).unwrap_or("");
            let rest = rest.trim_start_matches(['(', ' ']);
            if let Some(quoted) = rest.strip_prefix(['"', '\'']) {
                add(quoted.split(['"', '\'']).next().unwrap_or(""));
            }
        }
    }
    roots
}
