//! Texts that are put together: `"hf_" + rest`, `"".join([...])`, reversed slices, base64, hex, `chr` lists, rot13.
//!
//! For whoever looks for something in texts (tokens): a text that stands nowhere as it is.

use std::collections::BTreeSet;

use crate::python::ast::{Expr, ExprKind, JoinedPart, Operator, Stmt, StmtKind};
use crate::python::module::{LineIndex, Module};
use crate::python::scope::is_header;
use crate::python::things::{Resolved, Thing};
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::span::Span;

/// Longer texts are of no interest.
const LONGEST: usize = 4096;

/// At most so many per unit.
const MOST: usize = 4096;

/// A text that is put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folded {
    /// The expression.
    pub span: Span,
    /// Its text; a part that is not known is a NUL.
    pub text: String,
}

/// What makes a line worth a look.
const SIGNS: [&str; 14] = [
    ".join(",
    "[::-1]",
    "b64decode",
    "fromhex",
    "unhexlify",
    "rot13",
    "rot_13",
    "chr(",
    "bytes(",
    ".format(",
    "+=",
    "reversed(",
    "b16decode",
    "unquote(",
];

/// At most so many names of first parts, and lines with one of them.
const MOST_NAMES: usize = 64;

/// The names of literals that may begin what somebody looks for: `PREFIX = "hf_"`.
pub(super) fn first_parts(module: &Module<'_>, is_first: &dyn Fn(&str) -> bool) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for string in module.strings() {
        let text =
            string.text(module.text()).trim_start_matches(|sign: char| sign.is_ascii_alphabetic()).trim_matches(['"', '\'']);
        if names.len() >= MOST_NAMES || !is_first(text) {
            continue;
        }
        let Some(line) = module.line_at(string.start()) else { continue };
        for statement in module.statements(line).iter() {
            let mut take = |target: &Expr| match &target.kind {
                ExprKind::Name(name) => drop(names.insert(name.to_string())),
                ExprKind::Attribute { attribute, .. } => drop(names.insert(attribute.name.to_string())),
                ExprKind::Tuple(items) | ExprKind::List(items) => {
                    names.extend(items.iter().filter_map(|item| match &item.kind {
                        ExprKind::Name(name) => Some(name.to_string()),
                        _ => None,
                    }));
                }
                _ => {}
            };
            match &statement.kind {
                StmtKind::Assign { targets, .. } => targets.iter().for_each(&mut take),
                StmtKind::AnnotatedAssign { target, .. } => take(target),
                _ => {}
            }
        }
    }
    names
}

/// The texts that a module puts together; `names` begin some of them.
pub(super) fn folded(module: &Module<'_>, resolver: &Resolver<'_>, id: u32, names: &BTreeSet<String>) -> Vec<Folded> {
    let mut found = Vec::new();
    let mut lines = lines(module);
    for name in names {
        // `a + b` has no literal: it is found by the name of its first part.
        lines.extend(module.occurrences(name).map(|(_, line)| line).take(MOST));
    }
    for line in lines {
        let statements = module.statements(line);
        let compound = statements.first().is_some_and(is_header);
        for (index, statement) in statements.iter().enumerate() {
            let at = At { module: id, line, inline: compound && index > 0, scope: module.scope(line), locals: None };
            in_statement(resolver, statement, module, at, &mut found);
            if found.len() >= MOST {
                return found;
            }
        }
    }
    found
}

/// The lines that put texts together.
fn lines(module: &Module<'_>) -> BTreeSet<LineIndex> {
    let text = module.text();
    let bytes = text.as_bytes();
    let mut lines = BTreeSet::new();
    for sign in SIGNS {
        for (offset, _) in text.match_indices(sign) {
            if module.in_code(offset)
                && let Some(line) = module.line_at(offset)
            {
                lines.insert(line);
            }
        }
    }
    // Two strings with nothing, a `+` or a `%` between or behind them; f-strings with fields.
    let mut before: Option<Span> = None;
    for string in module.strings() {
        let prefix = bytes.get(string.start()).copied().unwrap_or(0);
        let after = text.get(string.end()..).unwrap_or("").trim_start_matches([' ', '\t', '\n', '\\', '\r']);
        let gap = before.and_then(|before| text.get(before.end()..string.start())).unwrap_or("x").trim();
        let joined = gap.is_empty() || gap == "\\" || gap == "+" || after.starts_with(['+', '%']);
        let formatted = matches!(prefix, b'f' | b'F')
            || (matches!(prefix, b'r' | b'R') && matches!(bytes.get(string.start() + 1), Some(b'f' | b'F')));
        let added = text
            .get(..string.start())
            .is_some_and(|before| before.trim_end_matches([' ', '\t', '\n', '(', '\\', '\r']).ends_with('+'));
        if (joined || formatted || added)
            && let Some(line) = module.line_at(string.start())
        {
            lines.insert(line);
        }
        before = Some(*string);
    }
    lines
}

fn in_statement(resolver: &Resolver<'_>, statement: &Stmt, module: &Module<'_>, at: At<'_>, found: &mut Vec<Folded>) {
    if let StmtKind::AugmentedAssign { target, operator: Operator::Add, value } = &statement.kind
        && let ExprKind::Name(name) = &target.kind
    {
        let before = resolver.name(name, target.span.start, at);
        let after = resolver.value(value, at);
        if let (Some(before), Some(after)) = (before.only_str(), after.only_str()) {
            add(found, statement.span, format!("{before}{after}"));
        }
    }
    let mut outer = Vec::new();
    walk::statement_expressions(statement, &mut |expression| outer.push(expression));
    let mut stack: Vec<(&Expr, u32)> = outer.into_iter().map(|expression| (expression, 0)).collect();
    while let Some((expression, depth)) = stack.pop() {
        if depth > 100 || found.len() >= MOST {
            continue;
        }
        if puts_together(expression, module)
            && let Some(text) = text_of(resolver, expression, at, 0)
        {
            // Its parts are in it.
            add(found, expression.span, text);
            continue;
        }
        walk::children(expression, &mut |child| stack.push((child, depth + 1)));
    }
}

fn add(found: &mut Vec<Folded>, span: Span, text: String) {
    if !text.is_empty() && text.len() <= LONGEST {
        found.push(Folded { span, text });
    }
}

/// True for expressions that make a text out of others.
fn puts_together(expression: &Expr, module: &Module<'_>) -> bool {
    match &expression.kind {
        ExprKind::Binary { operator, .. } => matches!(operator, Operator::Add | Operator::Modulo),
        ExprKind::Call(_) | ExprKind::Subscript { .. } | ExprKind::Joined(_) => true,
        // Adjacent literals.
        ExprKind::Str(_) | ExprKind::Bytes(_) => {
            let strings = module.strings();
            let first = strings.partition_point(|string| string.start < expression.span.start);
            strings.get(first + 1).is_some_and(|second| expression.span.covers(*second))
        }
        _ => false,
    }
}

/// The text of an expression, with NUL for parts that are not known; `None` when nothing of it is known.
fn text_of(resolver: &Resolver<'_>, expression: &Expr, at: At<'_>, depth: u32) -> Option<String> {
    if depth > 12 {
        return None;
    }
    match &expression.kind {
        ExprKind::Joined(parts) => {
            let mut text = String::new();
            let mut known = false;
            for part in parts {
                match part {
                    JoinedPart::Literal(literal) => {
                        known = true;
                        text.push_str(literal);
                    }
                    JoinedPart::Field { value, .. } => match text_of(resolver, value, at, depth + 1) {
                        Some(field) => {
                            known = true;
                            text.push_str(&field);
                        }
                        None => text.push('\0'),
                    },
                }
            }
            known.then_some(text)
        }
        ExprKind::Binary { operator: Operator::Add, left, right } => {
            let value = resolver.value(expression, at);
            if let Some(text) = only_text(&value) {
                return Some(text);
            }
            let parts = [text_of(resolver, left, at, depth + 1), text_of(resolver, right, at, depth + 1)];
            match parts {
                [None, None] => None,
                [first, second] => Some(first.unwrap_or_else(|| "\0".to_owned()) + &second.unwrap_or_else(|| "\0".to_owned())),
            }
        }
        _ => only_text(&resolver.value(expression, at)),
    }
}

fn only_text(value: &Resolved) -> Option<String> {
    match value.only()? {
        Thing::Bytes(bytes) => String::from_utf8(bytes.to_vec()).ok(),
        thing => thing.as_str().map(str::to_owned),
    }
}
