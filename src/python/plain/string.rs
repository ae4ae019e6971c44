//! String literals: adjacent ones are one, and fields of f-strings are expressions.

use crate::python::ast::{ExprKind, JoinedPart};
use crate::python::literal::{Decoded, decode_string};
use crate::python::syntax::push_literal;
use crate::span::Span;

use super::cursor::Cursor;
use super::expression::Part;

impl Cursor<'_> {
    /// One string or several side by side.
    pub(super) fn strings(&mut self) -> Option<Part> {
        let start = self.position();
        let mut end = start;
        let mut parts: Vec<JoinedPart> = Vec::new();
        let mut bytes: Option<Vec<u8>> = None;
        let (mut joined, mut texts) = (false, false);
        loop {
            self.skip();
            let prefix = self.prefix()?;
            let Some(prefix) = prefix else { break };
            if prefix.contains('b') {
                let text = self.literal()?;
                if let Decoded::Bytes(more) = decode_string(text, &prefix) {
                    bytes.get_or_insert_default().extend(more);
                }
            } else {
                texts = true;
                joined |= prefix.contains('f');
                joined |= if prefix.contains('f') {
                    self.formatted(&prefix, &mut parts)?
                } else {
                    push_literal(&mut parts, self.literal()?, &prefix)
                };
            }
            end = self.position();
        }
        let kind = match bytes {
            Some(bytes) if !texts => ExprKind::Bytes(bytes),
            Some(_) => return None,
            None if joined => ExprKind::Joined(parts),
            None => match parts.pop() {
                Some(JoinedPart::Literal(text)) => ExprKind::Str(text),
                _ => ExprKind::Str(String::new()),
            },
        };
        let extent = Span::new(start, end);
        Some(Part { expression: crate::python::ast::Expr { span: extent, kind }, extent })
    }

    /// The prefix of a string that begins here, in lower case; `Some(None)`: no string begins here.
    fn prefix(&mut self) -> Option<Option<String>> {
        let word = self.peek_word();
        if !matches!(self.ahead(word.len()), b'"' | b'\'') {
            return Some(None);
        }
        let prefix = word.to_ascii_lowercase();
        if !matches!(prefix.as_str(), "" | "r" | "b" | "u" | "f" | "rb" | "br" | "rf" | "fr") {
            return None;
        }
        self.go(self.position() + prefix.len());
        Some(Some(prefix))
    }

    /// Takes the quotes; gives the quote and how many there are.
    fn quotes(&mut self) -> (u8, usize) {
        let quote = self.peek();
        let count = if self.ahead(1) == quote && self.ahead(2) == quote { 3 } else { 1 };
        self.go(self.position() + count);
        (quote, count)
    }

    /// The text between the quotes.
    fn literal(&mut self) -> Option<&'_ str> {
        let (quote, count) = self.quotes();
        let rest = self.rest();
        let mut at = 0;
        loop {
            at += memchr::memchr3(quote, b'\\', if count == 1 { b'\n' } else { quote }, rest.get(at..)?)?;
            match rest.get(at)? {
                // Names of characters are read by tree-sitter in ways of its own.
                b'\\' if rest.get(at + 1) == Some(&b'N') => return None,
                b'\\' => at += 2,
                b'\n' => return None,
                _ if count == 1 || (rest.get(at + 1) == Some(&quote) && rest.get(at + 2) == Some(&quote)) => break,
                _ => at += 1,
            }
        }
        let start = self.position();
        self.go(start + at + count);
        self.text().get(start..start + at)
    }

    /// An f-string; true when it holds a character that is not known. Fields are plain expressions without format.
    fn formatted(&mut self, prefix: &str, parts: &mut Vec<JoinedPart>) -> Option<bool> {
        let (quote, count) = self.quotes();
        if self.depth > 8 {
            return None;
        }
        let mut unknown = false;
        let mut from = self.position();
        loop {
            let stop = self.rest().iter().position(|byte| matches!(byte, b'{' | b'}' | b'\\' | b'\n') || *byte == quote)?;
            let at = self.position() + stop;
            self.go(at);
            match self.peek() {
                b'{' | b'}' if self.ahead(1) == self.peek() => self.go(at + 2),
                b'{' => {
                    unknown |= push_literal(parts, self.text().get(from..at)?, prefix);
                    self.step();
                    let rest = self.rest();
                    let length =
                        rest.iter().position(|byte| matches!(byte, b'{' | b'}' | b'\\' | b'\n' | b'#') || *byte == quote)?;
                    if rest.get(length) != Some(&b'}') || self.peek() == b'}' {
                        return None;
                    }
                    let close = at + 1 + length;
                    let value = self.expression()?.expression;
                    self.skip();
                    // A conversion, a format, `=` or a comma.
                    if self.position() != close {
                        return None;
                    }
                    parts.push(JoinedPart::Field { value, plain: true });
                    self.step();
                    from = self.position();
                }
                b'\\' if matches!(self.ahead(1), b'N' | b'{' | b'}') => return None,
                b'\\' => self.go(at + 2),
                b'\n' if count == 3 => self.step(),
                byte if byte == quote => {
                    if count == 3 && !(self.ahead(1) == quote && self.ahead(2) == quote) {
                        self.step();
                        continue;
                    }
                    unknown |= push_literal(parts, self.text().get(from..at)?, prefix);
                    self.go(at + count);
                    return Some(unknown);
                }
                _ => return None,
            }
        }
    }
}
