//! A word of a command line, with what it stands for and where it is written.

use super::piece::Piece;
use crate::span::Span;
use crate::usage::{Definition, Literal, Origin, Value, Why};

/// A word of a command line. Words come from shell text, from arrays in YAML and JSON, and from lists in Python.
#[derive(Clone, Debug)]
pub struct Word {
    /// What it stands for: a known text, one of several, or unknown.
    pub value: Value,
    /// The whole word in the unit, quotes included.
    pub span: Span,
    /// The text alone, without quotes: what a fix replaces.
    pub text_span: Span,
    /// Where the value comes from.
    pub origin: Origin,
    /// Where it is defined, when by a variable.
    pub definition: Option<Definition>,
    /// `text_span` is the text as it is.
    pub replaceable: bool,
    /// The text before the first unknown part: `--model=` of `--model=$MODEL`.
    pub head: String,
    /// The last part of the text, when it stands in quotes of its own: its first byte in the text, and its place.
    pub tail: Option<(usize, Span)>,
    /// The places of the text, when it is not one run of the unit: a block of YAML, a string with escapes.
    pub piece: Option<Box<Piece>>,
    /// It may turn into several words or none (`$ARGS`, `"$@"`).
    pub many: bool,
}

impl Word {
    /// A word that is written out. `text_span` is the text without quotes.
    #[must_use]
    pub fn literal(text: &str, span: Span, text_span: Span) -> Self {
        Self {
            value: Value::Known(Literal::Str(text.to_owned())),
            span,
            text_span,
            origin: Origin::Literal,
            definition: None,
            replaceable: text_span.end - text_span.start == u32::try_from(text.len()).unwrap_or(u32::MAX),
            head: String::new(),
            tail: None,
            piece: None,
            many: false,
        }
    }

    /// A word with a value from elsewhere (a list in Python).
    #[must_use]
    pub fn of(value: Value, span: Span, text_span: Span, origin: Origin) -> Self {
        Self {
            value,
            span,
            text_span,
            origin,
            definition: None,
            replaceable: false,
            head: String::new(),
            tail: None,
            piece: None,
            many: false,
        }
    }

    /// A word that is not known.
    #[must_use]
    pub fn unknown(why: Why, span: Span, head: &str) -> Self {
        Self {
            value: Value::Unknown(why),
            span,
            text_span: span,
            origin: Origin::Literal,
            definition: None,
            replaceable: false,
            head: head.to_owned(),
            tail: None,
            piece: None,
            many: false,
        }
    }

    /// The text, when there is exactly one.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match &self.value {
            Value::Known(Literal::Str(text)) => Some(text),
            _ => None,
        }
    }

    /// The text as far as it is known from its start; for alternatives the first.
    #[must_use]
    pub fn start(&self) -> &str {
        match self.value.literals().first() {
            Some(literal) => literal.as_str().unwrap_or(""),
            None => &self.head,
        }
    }

    /// The word behind its first `bytes` bytes: the value of `--model=org/m`.
    #[must_use]
    pub fn behind(&self, bytes: usize) -> Self {
        let cut = |literal: &Literal| match literal {
            Literal::Str(text) => Literal::Str(text.get(bytes..).unwrap_or("").to_owned()),
            other => other.clone(),
        };
        let value = match &self.value {
            Value::Known(literal) => Value::Known(cut(literal)),
            Value::OneOf(literals) => Value::OneOf(literals.iter().map(cut).collect()),
            Value::Unknown(why) => Value::Unknown(*why),
        };
        let (text_span, replaceable) = match self.tail {
            // `--model="org/m"`: the value has quotes of its own.
            Some((at, place)) if at == bytes => (place, true),
            _ if self.replaceable => (Span::new(self.text_span.start() + bytes, self.text_span.end()), true),
            _ => (self.text_span, false),
        };
        Self { value, text_span, replaceable, piece: None, head: self.head.get(bytes..).unwrap_or("").to_owned(), ..self.clone() }
    }
}
