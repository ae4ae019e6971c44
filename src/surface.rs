//! Languages other than Python, and addresses in all of them: from units to uses.

pub mod address;

use crate::catalog::Catalog;
use crate::prefilter::Hits;
use crate::source::{FileLanguage, Language, Source};
use crate::usage::Use;

/// True when a file of this language can hold uses that are not Python's, by what the first pass found in it.
#[must_use]
pub fn wants(_path: &str, language: FileLanguage, _bytes: &[u8], hits: Hits, include_docs: bool) -> bool {
    match language {
        FileLanguage::Notebook => hits.address,
        FileLanguage::Plain(Language::Markdown) => include_docs && hits.address,
        FileLanguage::Plain(Language::Text | Language::Python) => false,
        FileLanguage::Plain(_) => hits.address,
    }
}

/// The uses of all units that are not Python.
#[must_use]
pub fn uses(source: &Source, _catalog: &Catalog) -> Vec<Use> {
    let mut found = Vec::new();
    for (index, unit) in source.units.iter().enumerate() {
        match unit.language {
            Language::Python | Language::Markdown | Language::Text => {}
            _ => found.extend(address::in_text(index, &unit.text, unit.language)),
        }
    }
    found
}
