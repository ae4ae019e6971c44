//! What is asked of a file again and again while its repairs are made: where its strings and comments are. Made once.

use std::cell::OnceCell;

use crate::python::module::{Module, ParseMode};
use crate::source::{Language, Source};
use crate::span::Span;

/// The outlines of the units of one file, made at the first question.
pub struct Outlines<'s> {
    source: &'s Source,
    modules: Vec<OnceCell<Module<'s>>>,
    imports_peft: OnceCell<bool>,
}

impl<'s> Outlines<'s> {
    /// Nothing is read yet.
    #[must_use]
    pub fn new(source: &'s Source) -> Self {
        Self { source, modules: source.units.iter().map(|_| OnceCell::new()).collect(), imports_peft: OnceCell::new() }
    }

    /// The file.
    #[must_use]
    pub fn source(&self) -> &'s Source {
        self.source
    }

    /// The text of a unit.
    #[must_use]
    pub fn text(&self, unit: usize) -> Option<&'s str> {
        Some(self.source.units.get(unit)?.text.as_str())
    }

    /// A unit as Python.
    #[must_use]
    pub fn module(&self, unit: usize) -> Option<&Module<'s>> {
        let text = self.text(unit)?;
        Some(self.modules.get(unit)?.get_or_init(|| Module::new(text, ParseMode::OnDemand)))
    }

    /// True when a string literal (also an f-string) reaches over both ends of a span.
    #[must_use]
    pub fn is_inside_string(&self, unit: usize, span: Span) -> bool {
        let Some(module) = self.module(unit) else { return false };
        let strings = module.strings();
        let behind = strings.partition_point(|string| string.start < span.start);
        // Strings inside the fields of an f-string follow it: the enclosing one is among the few before.
        strings.get(behind.saturating_sub(NESTED)..behind).unwrap_or_default().iter().any(|string| string.end > span.end)
    }

    /// True when a comment starts in a span.
    #[must_use]
    pub fn has_comment(&self, unit: usize, span: Span) -> bool {
        let Some(module) = self.module(unit) else { return false };
        let comments = module.comments();
        let first = comments.partition_point(|comment| comment.start < span.start);
        comments.get(first).is_some_and(|comment| comment.start <= span.end)
    }

    /// `import peft`, `from peft import ...` somewhere in the file.
    #[must_use]
    pub fn imports_peft(&self) -> bool {
        *self.imports_peft.get_or_init(|| {
            self.source.units.iter().filter(|unit| unit.language == Language::Python).any(|unit| unit.text.lines().any(is_peft))
        })
    }
}

/// How many strings before a place are looked at: more are not written in the fields of one f-string.
const NESTED: usize = 256;

fn is_peft(line: &str) -> bool {
    let line = line.trim_start();
    let module = line.strip_prefix("from ").or_else(|| line.strip_prefix("import "));
    let rest = module.and_then(|module| module.trim_start().strip_prefix("peft"));
    rest.is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric() || next == '_'))
}
