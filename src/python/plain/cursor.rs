//! A place in a logical line, and the tokens that begin there.

use crate::python::ast::{Identifier, Operator};
use crate::span::Span;
use crate::words::is_word;

/// Words that name nothing.
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue", "def", "del", "elif", "else",
    "except", "finally", "for", "from", "global", "if", "import", "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise",
    "return", "try", "while", "with", "yield",
];

/// True for words that name nothing.
pub(super) fn is_keyword(word: &str) -> bool {
    matches!(word.len(), 2..=8) && KEYWORDS.binary_search(&word).is_ok()
}

/// A place in a logical line.
pub(super) struct Cursor<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    end: usize,
    /// Brackets that are open: newlines and comments count as blanks in them.
    brackets: u32,
    /// How deep the expression at hand is nested.
    pub(super) depth: u32,
}

impl<'t> Cursor<'t> {
    /// `None` for lines with carriage returns, which tree-sitter has its own ways with.
    pub(super) fn new(text: &'t str, line: Span) -> Option<Self> {
        let bytes = text.as_bytes().get(..line.end())?;
        if memchr::memchr(b'\r', bytes.get(line.start()..)?).is_some() {
            return None;
        }
        Some(Self { text, bytes, at: line.start(), end: line.end(), brackets: 0, depth: 0 })
    }

    pub(super) fn text(&self) -> &'t str {
        self.text
    }

    pub(super) fn rest(&self) -> &'t [u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    /// The byte at hand, 0 at the end.
    pub(super) fn peek(&self) -> u8 {
        self.bytes.get(self.at).copied().unwrap_or(0)
    }

    /// The byte so far ahead, 0 behind the end.
    pub(super) fn ahead(&self, count: usize) -> u8 {
        self.bytes.get(self.at + count).copied().unwrap_or(0)
    }

    pub(super) fn position(&self) -> usize {
        self.at
    }

    pub(super) fn go(&mut self, to: usize) {
        self.at = to.min(self.end);
    }

    pub(super) fn step(&mut self) {
        self.go(self.at + 1);
    }

    /// From a place up to here.
    pub(super) fn span_from(&self, start: usize) -> Span {
        Span::new(start, self.at)
    }

    /// Skips blanks; newlines and comments, too, in brackets.
    pub(super) fn skip(&mut self) {
        loop {
            match self.peek() {
                b' ' | b'\t' => self.at += 1,
                b'\\' if self.ahead(1) == b'\n' => self.at += 2,
                b'\n' if self.brackets > 0 => self.at += 1,
                b'#' if self.brackets > 0 => {
                    let rest = self.rest();
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                _ => return,
            }
        }
    }

    pub(super) fn is_at_end(&mut self) -> bool {
        self.skip();
        self.at >= self.end
    }

    /// True when this byte comes next, blanks aside.
    pub(super) fn next_is(&mut self, byte: u8) -> bool {
        self.skip();
        self.peek() == byte
    }

    pub(super) fn next_is_word(&mut self) -> bool {
        is_word(self.peek())
    }

    /// Takes a byte.
    pub(super) fn byte(&mut self, byte: u8) -> bool {
        let is = self.next_is(byte);
        if is {
            self.at += 1;
        }
        is
    }

    /// Takes an opening bracket.
    pub(super) fn open(&mut self, byte: u8) -> bool {
        let is = self.byte(byte);
        self.brackets += u32::from(is);
        is
    }

    /// Takes a closing bracket.
    pub(super) fn close(&mut self, byte: u8) -> bool {
        let is = self.byte(byte);
        self.brackets -= u32::from(is && self.brackets > 0);
        is
    }

    /// The word that comes next, without taking it; empty when there is none.
    pub(super) fn peek_word(&mut self) -> &'t str {
        self.skip();
        let length = self.rest().iter().position(|byte| !is_word(*byte)).unwrap_or(self.end - self.at.min(self.end));
        self.text.get(self.at..self.at + length).unwrap_or_default()
    }

    /// Takes a keyword.
    pub(super) fn keyword(&mut self, keyword: &str) -> bool {
        let word = self.peek_word();
        let is = !keyword.is_empty() && word == keyword;
        if is {
            self.at += word.len();
        }
        is
    }

    /// Takes a name.
    pub(super) fn identifier(&mut self) -> Option<Identifier> {
        let word = self.peek_word();
        let first = word.as_bytes().first()?;
        if first.is_ascii_digit() || !word.is_ascii() || is_keyword(word) {
            return None;
        }
        let start = self.at;
        self.at += word.len();
        // The prefix of a string.
        if matches!(self.peek(), b'"' | b'\'') {
            return None;
        }
        Some(Identifier { name: word.into(), span: self.span_from(start) })
    }

    /// Takes the `=` of an assignment.
    pub(super) fn assigns(&mut self) -> bool {
        self.next_is(b'=') && self.ahead(1) != b'=' && self.byte(b'=')
    }

    /// Takes `->`.
    pub(super) fn arrow(&mut self) -> bool {
        let is = self.next_is(b'-') && self.ahead(1) == b'>';
        if is {
            self.at += 2;
        }
        is
    }

    /// Takes `+=` and the like.
    pub(super) fn augmented(&mut self) -> Option<Operator> {
        self.skip();
        let (operator, length) = super::augmented_operator(self.rest())?;
        self.at += length;
        Some(operator)
    }
}
