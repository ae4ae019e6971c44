//! `os.environ["HF_TOKEN"]` in the place of a literal, with `import os` where the file has none.

use super::outlines::Outlines;
use super::style::newline;
use super::{Splice, keep_quotes};
use crate::python::module::Module;
use crate::source::Language;
use crate::span::Span;

/// The splices that read a variable of the environment in the place of `span`.
pub(super) fn read(outlines: &Outlines<'_>, unit: usize, span: Span, variable: &str) -> Option<Vec<Splice>> {
    let module = outlines.module(unit)?;
    let text = module.text();
    let single = span.text(text).ends_with('\'');
    let name = keep_quotes(if single { "''" } else { "\"\"" }, &format!("\"{variable}\""));
    // Inside the quotes of an f-string, or of a string that is code itself, nothing is written.
    if outlines.is_inside_string(unit, span) {
        return None;
    }
    let mut splices = vec![Splice { unit, span, text: format!("os.environ[{name}]") }];
    let imported = (0..=unit).any(|index| {
        let is_python = outlines.source().units.get(index).is_some_and(|unit| unit.language == Language::Python);
        is_python && outlines.module(index).is_some_and(|module| imports_os(module, (index == unit).then_some(span)))
    });
    if !imported {
        splices.push(Splice::insert(unit, place(module)?, format!("import os{}", newline(text))));
    }
    Some(splices)
}

/// True when the top of the module binds `os` to the module of that name, before a place if one is given.
fn imports_os(module: &Module<'_>, before: Option<Span>) -> bool {
    let text = module.text();
    module.lines().iter().take_while(|line| before.is_none_or(|place| line.span.start < place.start)).any(|line| {
        let code = line.span.text(text);
        // An import in a block or function does not hold for the whole module.
        let top = line.span.start() == 0
            || text.as_bytes().get(line.span.start() - 1).is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
        top && code.split(';').any(|statement| {
            statement.trim_start().strip_prefix("import ").is_some_and(|names| names.split(',').any(|name| name.trim() == "os"))
        })
    })
}

/// Where an import can be added: before the first line of code that is no docstring and no import of the future.
fn place(module: &Module<'_>) -> Option<usize> {
    let text = module.text();
    let starts_line =
        |start: usize| start == 0 || text.as_bytes().get(start - 1).is_some_and(|byte| matches!(byte, b'\n' | b'\r'));
    let first = module.lines().iter().find(|line| {
        let code = line.span.text(text);
        // `pass` and `0` stand for the `%%time` and `!pip` lines of a cell: the first must stay first.
        !code.starts_with("from __future__") && !is_docstring(code) && !matches!(code.trim_end(), "pass" | "0")
    })?;
    // `from __future__ import a; login(...)` is one line: there is no place before its second statement.
    starts_line(first.span.start()).then(|| first.span.start())
}

/// A string alone on a line, before any code.
fn is_docstring(code: &str) -> bool {
    code.trim_start_matches(['r', 'R', 'u', 'U']).starts_with(['"', '\''])
}
