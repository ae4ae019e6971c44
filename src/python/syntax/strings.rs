//! String literals, adjacent ones and f-strings: tree -> `ast.rs`.

use tree_sitter::Node;

use super::grammar::{GRAMMAR, Kind};
use super::{Lowering, MAX_DEPTH, kind};
use crate::python::ast::{Expr, ExprKind, JoinedPart};
use crate::python::literal::{Decoded, decode_string};
use crate::span::Span;

impl<'t> Lowering<'t> {
    pub(super) fn string(&mut self, node: Node<'t>) -> ExprKind {
        let strings = if kind(node) == Kind::ConcatenatedString { self.named(node) } else { vec![node] };
        let mut parts: Vec<JoinedPart> = Vec::new();
        let mut bytes: Option<Vec<u8>> = None;
        let mut joined = false;
        for string in &strings {
            let written = self.text_of(*string);
            let quote = written.bytes().position(|byte| matches!(byte, b'\'' | b'"'));
            let Some(quote) = quote else {
                // Python 2: `x` in backticks.
                return ExprKind::Other(Vec::new());
            };
            let prefix = written.get(..quote).unwrap_or_default().to_ascii_lowercase();
            if prefix.contains('t') {
                // A template is no string: what becomes of it is up to whom it is given.
                return ExprKind::Other(self.fields_of(*string));
            }
            let fields = self.interpolations(*string);
            let opening =
                if written.get(quote..quote + 3).is_some_and(|quotes| quotes == "\"\"\"" || quotes == "'''") { 3 } else { 1 };
            let start = string.start_byte() + quote + opening;
            let end = string.end_byte().saturating_sub(if string.has_error() { 0 } else { opening });
            if prefix.contains('b') {
                let text = self.text.get(start..end).unwrap_or_default();
                if let Decoded::Bytes(more) = decode_string(text, &prefix) {
                    bytes.get_or_insert_default().extend(more);
                }
                continue;
            }
            joined |= prefix.contains('f');
            let mut from = start;
            for field in fields {
                let text = self.text.get(from..field.start_byte()).unwrap_or_default();
                joined |= push_literal(&mut parts, text, &prefix);
                self.interpolation(field, &mut parts);
                from = field.end_byte();
            }
            let text = self.text.get(from..end).unwrap_or_default();
            joined |= push_literal(&mut parts, text, &prefix);
        }
        match bytes {
            Some(bytes) if parts.is_empty() => return ExprKind::Bytes(bytes),
            Some(_) => return ExprKind::Other(Vec::new()),
            None => {}
        }
        if joined {
            return ExprKind::Joined(parts);
        }
        match parts.pop() {
            Some(JoinedPart::Literal(text)) => ExprKind::Str(text),
            _ => ExprKind::Str(String::new()),
        }
    }

    pub(super) fn interpolations(&mut self, string: Node<'t>) -> Vec<Node<'t>> {
        let mut children = self.named(string);
        children.retain(|child| kind(*child) == Kind::Interpolation);
        children
    }

    /// The expressions in the fields of a string.
    pub(super) fn fields_of(&mut self, string: Node<'t>) -> Vec<Expr> {
        let mut parts = Vec::new();
        for field in self.interpolations(string) {
            self.interpolation(field, &mut parts);
        }
        parts
            .into_iter()
            .filter_map(|part| match part {
                JoinedPart::Field { value, .. } => Some(value),
                JoinedPart::Literal(_) => None,
            })
            .collect()
    }

    pub(super) fn interpolation(&mut self, node: Node<'t>, parts: &mut Vec<JoinedPart>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let expression = node.child_by_field_id(GRAMMAR.fields.expression);
        let format =
            expression.filter(|value| kind(*value) == Kind::Named).and_then(|value| value.child_by_field_id(GRAMMAR.fields.name));
        // `{x:=10}` is `x` with the format `=10`, whatever tree-sitter says.
        let mut plain = format.is_none();
        let value = match format.or(expression) {
            Some(value) => self.expression(value),
            None => self.other(node),
        };
        let mut formats = Vec::new();
        for child in self.children(node) {
            match kind(child) {
                Kind::TypeConversion | Kind::Equals => plain = false,
                Kind::FormatSpecifier => {
                    plain = false;
                    formats.extend(self.named(child));
                }
                _ => {}
            }
        }
        parts.push(JoinedPart::Field { value, plain });
        // A field in the format is not part of the value, but it may hold a call.
        for format in formats {
            if matches!(kind(format), Kind::FormatExpression | Kind::Interpolation) {
                let mut nested = Vec::new();
                self.interpolation(format, &mut nested);
                for part in nested {
                    if let JoinedPart::Field { value, .. } = part {
                        parts.push(JoinedPart::Field { value, plain: false });
                    }
                }
            }
        }
        self.depth -= 1;
    }
}

/// Adds decoded text to the parts; true when it holds something that only a `Joined` can say (an unknown character).
pub(in crate::python) fn push_literal(parts: &mut Vec<JoinedPart>, text: &str, prefix: &str) -> bool {
    let Decoded::Text(pieces) = decode_string(text, prefix) else {
        return false;
    };
    let mut unknown = false;
    for piece in pieces {
        match piece {
            Some(text) => match parts.last_mut() {
                Some(JoinedPart::Literal(before)) => before.push_str(&text),
                _ if text.is_empty() => {}
                _ => parts.push(JoinedPart::Literal(text)),
            },
            None => {
                unknown = true;
                parts.push(JoinedPart::Field {
                    value: Expr { span: Span::default(), kind: ExprKind::Other(Vec::new()) },
                    plain: false,
                });
            }
        }
    }
    unknown
}
