//! The outline of a Python text: logical lines, blocks, strings and comments, by one pass over the bytes and without a tree.
//!
//! It follows CPython's tokenizer as of 3.12 (nested f-strings) and tolerates what older versions allow. What it cannot
//! make sense of is [`Trouble`]: the caller then asks tree-sitter for the whole text.

use std::collections::BTreeMap;

use crate::python::module::Line;
use crate::span::Span;

/// No line: the parent of a line at module level.
pub(crate) const NONE: u32 = u32::MAX;

/// Why the outline of a text cannot be trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TroubleKind {
    /// A bracket without its partner.
    Bracket,
    /// A string without an end, or a brace in an f-string without its partner.
    String,
    /// A line that is indented more than its block, or less than any.
    Indentation,
    /// A backslash that does not end a line, or a character that no token starts with.
    Character,
}

/// The first thing in a text that the outline could not make sense of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What it is.
    pub kind: TroubleKind,
    /// Where it was noticed, in bytes.
    pub offset: usize,
}

/// The outline of a text.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// The logical lines, in order.
    pub lines: Vec<Line>,
    /// For every line the header whose block holds it, or [`NONE`].
    pub(crate) parents: Vec<u32>,
    /// For every line one past the last line of its block (its own number plus one when it has none).
    pub(crate) ends: Vec<u32>,
    /// For every line the end of the physical line on which it ends, newline not included.
    pub(crate) tails: Vec<u32>,
    /// The comments, from `#` to the end of the line.
    pub comments: Vec<Span>,
    /// The string tokens with prefix and quotes, by their start; those inside fields of f-strings too.
    pub strings: Vec<Span>,
    /// Comments and the literal parts of strings: what is not code. Sorted, disjoint.
    pub(crate) dark: Vec<Span>,
    /// The first trouble.
    pub trouble: Option<Trouble>,
    /// What would close the brackets and strings that a line leaves open, by line; only when recovering.
    pub(crate) closers: BTreeMap<u32, String>,
}

impl Outline {
    /// Outlines a text. Linear in its length.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self::scan(text, false)
    }

    /// Outlines a broken text: a bracket or string without an end does not swallow the statements that follow.
    #[must_use]
    pub fn recovering(text: &str) -> Self {
        Self::scan(text, true)
    }

    fn scan(text: &str, recovering: bool) -> Self {
        let mut scanner = Scanner {
            recoveries: if recovering { Some(MAX_RECOVERIES) } else { None },
            closers: String::new(),
            bytes: text.as_bytes(),
            position: 0,
            frames: Vec::new(),
            blocks: Blocks::default(),
            outline: Self { lines: Vec::with_capacity(text.len() / 48), ..Self::default() },
        };
        scanner.run();
        scanner.finish()
    }
}

/// The blocks that are open while lines arrive one by one.
#[derive(Default)]
struct Blocks {
    /// Indentation and header of every open block, outermost first; the module itself is not in it.
    open: Vec<(u32, u32)>,
    /// The line before, when it was a header.
    header: Option<u32>,
}

/// What surrounds the code that is being scanned.
enum Frame {
    /// A bracket that waits for this closing byte.
    Bracket(u8),
    /// A field of an f-string. `nested` when it stands in the format of the field below it.
    Field { string: Literal, nested: bool },
}

/// A string whose literal text is being scanned.
#[derive(Clone, Copy)]
struct Literal {
    quote: u8,
    triple: bool,
    raw: bool,
    formatted: bool,
    /// Its place in `Outline::strings`.
    index: usize,
}

struct Scanner<'s> {
    bytes: &'s [u8],
    /// How many strings without an end may still be given up; `None` when not recovering.
    recoveries: Option<u32>,
    /// What closes the frames that the last line left open.
    closers: String,
    position: usize,
    frames: Vec<Frame>,
    blocks: Blocks,
    outline: Outline,
}

/// Names of characters (`\N{..}`) are far shorter. Without a bound the search for the end of many would be quadratic.
pub(crate) const MAX_CHARACTER_NAME: usize = 128;

/// Every string that is given up costs a scan to the end of the text.
const MAX_RECOVERIES: u32 = 8;

/// Words after which an expression goes on, or with which it goes on.
const INFIX: &[&[u8]] = &[
    b"and", b"or", b"not", b"in", b"is", b"if", b"else", b"for", b"as", b"from", b"async", b"await", b"lambda", b"yield",
    b"import",
];

/// Words that begin a statement and never stand inside brackets.
const STATEMENTS: &[&[u8]] = &[
    b"def",
    b"class",
    b"import",
    b"return",
    b"while",
    b"try",
    b"except",
    b"finally",
    b"with",
    b"raise",
    b"assert",
    b"del",
    b"global",
    b"nonlocal",
    b"pass",
    b"break",
    b"continue",
    b"elif",
];

/// Bytes at which the scan of code must stop and look.
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    let stops = b"'\"#()[]{}\n\r\\:";
    let mut index = 0;
    while index < stops.len() {
        table[stops[index] as usize] = true;
        index += 1;
    }
    table
};

/// True for bytes of which names and numbers are made; bytes of non-ASCII characters count as such.
pub(crate) fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

impl Scanner<'_> {
    fn peek(&self, ahead: usize) -> u8 {
        self.bytes.get(self.position + ahead).copied().unwrap_or(0)
    }

    fn trouble(&mut self, kind: TroubleKind, offset: usize) {
        if self.outline.trouble.is_none() {
            self.outline.trouble = Some(Trouble { kind, offset });
        }
    }

    /// The length of the newline at the position: 0 when there is none, 2 for CR LF.
    fn newline(&self) -> usize {
        match self.peek(0) {
            b'\n' => 1,
            b'\r' if self.peek(1) == b'\n' => 2,
            b'\r' => 1,
            _ => 0,
        }
    }

    fn run(&mut self) {
        if self.bytes.starts_with(b"\xef\xbb\xbf") {
            self.position = 3;
        }
        while self.position < self.bytes.len() {
            let Some(indent) = self.indentation() else {
                continue;
            };
            let start = self.position;
            let (end, tail) = self.logical_line();
            self.push_line(start, end, tail, indent);
        }
    }

    /// Skips the indentation; `None` when the line is blank or holds nothing but a comment, which is skipped too.
    fn indentation(&mut self) -> Option<u32> {
        let mut column = 0u32;
        let mut continued = None;
        loop {
            match self.peek(0) {
                b' ' => column = column.saturating_add(1),
                b'\t' => column = (column | 7).saturating_add(1),
                0x0c => column = 0,
                b'\\' => {
                    // CPython: a backslash in the indentation keeps the columns counted up to the first one.
                    self.position += 1;
                    let newline = self.newline();
                    if newline == 0 {
                        self.position -= 1;
                        return Some(continued.unwrap_or(column));
                    }
                    continued = continued.or(Some(column));
                    self.position += newline;
                    continue;
                }
                b'#' => {
                    self.comment();
                    self.position += self.newline();
                    return None;
                }
                b'\n' | b'\r' => {
                    self.position += self.newline();
                    return None;
                }
                _ if self.position >= self.bytes.len() => return None,
                _ => return Some(continued.unwrap_or(column)),
            }
            self.position += 1;
        }
    }

    fn comment(&mut self) {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let length = memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len());
        let span = Span::new(self.position, self.position + length);
        self.outline.comments.push(span);
        self.outline.dark.push(span);
        self.position = span.end();
    }

    /// Scans to the end of the logical line; gives the end of its code and the end of the physical line.
    fn logical_line(&mut self) -> (usize, usize) {
        let mut code_end = None;
        loop {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            let skipped = rest.iter().position(|byte| STOPS[*byte as usize]);
            let Some(skipped) = skipped else {
                let end = self.bytes.len();
                self.position = end;
                if !self.frames.is_empty() {
                    self.trouble(TroubleKind::Bracket, end);
                    self.close_frames();
                }
                return (code_end.unwrap_or(end), end);
            };
            self.position += skipped;
            match self.peek(0) {
                b'\n' | b'\r' => {
                    let end = self.position;
                    self.position += self.newline();
                    if self.frames.is_empty() {
                        return (code_end.unwrap_or(end), end);
                    }
                    if self.recoveries.is_some() && self.begins_statement(end) {
                        self.close_frames();
                        return (code_end.unwrap_or(end), end);
                    }
                }
                b'#' => {
                    if self.frames.is_empty() {
                        code_end = Some(self.position);
                    }
                    self.comment();
                }
                b'\'' | b'"' => self.string(),
                b'(' => self.open(b')'),
                b'[' => self.open(b']'),
                b'{' => self.open(b'}'),
                byte @ (b')' | b']' | b'}') => self.close(byte),
                b':' => {
                    let end = self.position + 1;
                    match self.frames.last() {
                        Some(Frame::Field { string, .. }) => {
                            let string = *string;
                            self.position = end;
                            self.literal(string, true, end);
                        }
                        _ => self.position = end,
                    }
                }
                _ => {
                    let offset = self.position;
                    self.position += 1;
                    let newline = self.newline();
                    if newline == 0 && self.position < self.bytes.len() {
                        self.trouble(TroubleKind::Character, offset);
                    }
                    self.position += newline;
                }
            }
        }
    }

    fn open(&mut self, closing: u8) {
        self.frames.push(Frame::Bracket(closing));
        self.position += 1;
    }

    fn close(&mut self, byte: u8) {
        self.position += 1;
        match self.frames.pop() {
            Some(Frame::Bracket(expected)) if expected == byte => {}
            Some(Frame::Field { string, nested }) if byte == b'}' => {
                self.literal(string, nested, self.position - 1);
            }
            Some(frame) => {
                self.trouble(TroubleKind::Bracket, self.position - 1);
                self.frames.push(frame);
            }
            None => self.trouble(TroubleKind::Bracket, self.position - 1),
        }
    }

    /// A quote in code: scans the string up to its end, or up to its first field.
    fn string(&mut self) {
        let quote = self.peek(0);
        let mut start = self.position;
        while start > 0 && self.position - start < 3 && self.bytes.get(start - 1).copied().is_some_and(is_word) {
            start -= 1;
        }
        let (mut raw, mut formatted) = (false, false);
        let prefix = self.bytes.get(start..self.position).unwrap_or_default();
        let lower = |index: usize| prefix.get(index).map(u8::to_ascii_lowercase);
        match (prefix.len(), lower(0), lower(1)) {
            (1, Some(b'u' | b'b'), None) => {}
            (1, Some(b'r'), None) => raw = true,
            (1, Some(b'f' | b't'), None) => formatted = true,
            (2, Some(b'r'), Some(b'b')) | (2, Some(b'b' | b'u'), Some(b'r')) => raw = true,
            (2, Some(b'r'), Some(b'f' | b't')) | (2, Some(b'f' | b't'), Some(b'r')) => {
                raw = true;
                formatted = true;
            }
            // A keyword just before the quote: `else"x"`.
            _ => start = self.position,
        }
        let triple = self.peek(1) == quote && self.peek(2) == quote;
        self.position += if triple { 3 } else { 1 };
        let index = self.outline.strings.len();
        self.outline.strings.push(Span::new(start, start));
        let string = Literal { quote, triple, raw, formatted, index };
        self.literal(string, false, start);
    }

    fn end_string(&mut self, string: Literal, piece: usize) {
        self.outline.dark.push(Span::new(piece, self.position));
        if let Some(span) = self.outline.strings.get_mut(string.index) {
            *span = Span::new(span.start(), self.position);
        }
    }

    /// Scans literal text of a string from the position to the string's end or to the next field, whichever is first.
    /// `format`: inside the format of the field on top of the frames. `piece`: where this piece of text began.
    fn literal(&mut self, string: Literal, format: bool, piece: usize) {
        let mut format = format;
        let mut piece = piece;
        loop {
            let rest = self.bytes.get(self.position..).unwrap_or_default();
            let quote = string.quote;
            let skipped = if string.formatted {
                rest.iter().position(|byte| *byte == quote || matches!(byte, b'\\' | b'{' | b'}' | b'\n' | b'\r'))
            } else if string.triple {
                memchr::memchr2(quote, b'\\', rest)
            } else {
                rest.iter().position(|byte| *byte == quote || matches!(byte, b'\\' | b'\n' | b'\r'))
            };
            let Some(skipped) = skipped else {
                self.trouble(TroubleKind::String, piece);
                self.give_up_string(string, piece);
                return;
            };
            self.position += skipped;
            match self.peek(0) {
                b'\\' => self.escape(string),
                b'\n' | b'\r' if string.triple => self.position += 1,
                b'\n' | b'\r' => {
                    self.trouble(TroubleKind::String, piece);
                    self.end_string(string, piece);
                    self.closers.push(char::from(string.quote));
                    self.close_frames();
                    return;
                }
                b'{' => {
                    if !format && self.peek(1) == b'{' {
                        self.position += 2;
                        continue;
                    }
                    self.outline.dark.push(Span::new(piece, self.position));
                    self.position += 1;
                    self.frames.push(Frame::Field { string, nested: format });
                    return;
                }
                b'}' if format => {
                    self.outline.dark.push(Span::new(piece, self.position));
                    piece = self.position;
                    self.position += 1;
                    match self.frames.pop() {
                        Some(Frame::Field { nested, .. }) => format = nested,
                        _ => format = false,
                    }
                }
                b'}' => {
                    if self.peek(1) == b'}' {
                        self.position += 1;
                    } else {
                        self.trouble(TroubleKind::String, self.position);
                    }
                    self.position += 1;
                }
                _ => {
                    let ends = !string.triple || (self.peek(1) == quote && self.peek(2) == quote);
                    if !ends {
                        self.position += 1;
                        continue;
                    }
                    self.position += if string.triple { 3 } else { 1 };
                    if format {
                        self.trouble(TroubleKind::String, piece);
                        while let Some(Frame::Field { string: below, .. }) = self.frames.last() {
                            if below.index != string.index {
                                break;
                            }
                            self.frames.pop();
                        }
                    }
                    self.end_string(string, piece);
                    return;
                }
            }
        }
    }

    /// A string that has no end: it swallows the rest of the text, or of its line when recovering.
    fn give_up_string(&mut self, string: Literal, piece: usize) {
        self.position = self.bytes.len();
        if let Some(left) = self.recoveries.filter(|left| *left > 0) {
            self.recoveries = Some(left - 1);
            let rest = self.bytes.get(piece..).unwrap_or_default();
            if let Some(length) = memchr::memchr2(b'\n', b'\r', rest) {
                self.position = piece + length;
            }
        }
        self.end_string(string, piece);
        let quote = char::from(string.quote);
        self.closers.extend(std::iter::repeat_n(quote, if string.triple { 3 } else { 1 }));
        self.close_frames();
    }

    /// Closes what is open; what would have closed it is kept for the line.
    fn close_frames(&mut self) {
        let end = self.position;
        while let Some(frame) = self.frames.pop() {
            match frame {
                Frame::Bracket(closing) => self.closers.push(char::from(closing)),
                Frame::Field { string, nested } => {
                    self.closers.push('}');
                    if !nested {
                        let quote = char::from(string.quote);
                        self.closers.extend(std::iter::repeat_n(quote, if string.triple { 3 } else { 1 }));
                    }
                    if let Some(span) = self.outline.strings.get_mut(string.index)
                        && span.end() < end
                    {
                        *span = Span::new(span.start(), end);
                    }
                }
            }
        }
    }

    /// True when the line at the position cannot go on with the expression in brackets that ends before `end`: no
    /// Python puts two operands side by side.
    fn begins_statement(&self, end: usize) -> bool {
        let rest = self.bytes.get(self.position..).unwrap_or_default();
        let Some(indent) = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t')) else {
            return false;
        };
        let rest = rest.get(indent..).unwrap_or_default();
        let length = rest.iter().position(|byte| !is_word(*byte)).unwrap_or(rest.len());
        let word = rest.get(..length).unwrap_or_default();
        if word.is_empty() {
            return false;
        }
        if STATEMENTS.contains(&word) {
            return true;
        }
        if INFIX.contains(&word) {
            return false;
        }
        let mut end = end;
        let comments = &self.outline.comments;
        let mut comment = comments.len();
        loop {
            let before = self.bytes.get(..end).unwrap_or_default();
            let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | 0x0c | b'\r' | b'\n' | b'\\');
            end = before.iter().rposition(|byte| !blank(byte)).map_or(0, |last| last + 1);
            match comment.checked_sub(1).and_then(|last| comments.get(last)) {
                Some(last) if last.end() >= end && last.start() < end => {
                    end = last.start();
                    comment -= 1;
                }
                _ => break,
            }
        }
        let before = self.bytes.get(..end).unwrap_or_default();
        match before.last() {
            Some(b')' | b']' | b'}') => true,
            Some(b'"' | b'\'') => !matches!(rest.get(length), Some(b'"' | b'\'')),
            Some(last) if is_word(*last) => {
                let from = before.len().saturating_sub(16);
                let near = before.get(from..).unwrap_or_default();
                let start = near.iter().rposition(|byte| !is_word(*byte)).map_or(0, |at| at + 1);
                !INFIX.contains(&near.get(start..).unwrap_or_default())
            }
            _ => false,
        }
    }

    /// A backslash in a string: what follows cannot end the string.
    fn escape(&mut self, string: Literal) {
        self.position += 1;
        let newline = self.newline();
        if newline > 0 {
            self.position += newline;
            return;
        }
        match self.peek(0) {
            // The brace opens a field all the same.
            b'{' | b'}' if string.formatted => {}
            b'N' if string.formatted && !string.raw && self.peek(1) == b'{' => {
                let rest = self.bytes.get(self.position..).unwrap_or_default();
                let end =
                    rest.iter().take(MAX_CHARACTER_NAME).position(|byte| matches!(byte, b'}' | b'\n' | b'\r' | b'"' | b'\''));
                self.position += match end {
                    Some(end) if rest.get(end) == Some(&b'}') => end + 1,
                    _ => 2,
                };
            }
            _ => self.position = (self.position + 1).min(self.bytes.len()),
        }
    }

    fn push_line(&mut self, start: usize, end: usize, tail: usize, indent: u32) {
        let code = self.bytes.get(start..end).unwrap_or_default();
        let blank = |byte: &u8| matches!(byte, b' ' | b'\t' | 0x0c | b'\r' | b'\n' | b'\\');
        let length = code.iter().rposition(|byte| !blank(byte)).map_or(0, |last| last + 1);
        if length == 0 {
            return;
        }
        let span = Span::new(start, start + length);
        let header = code.get(length - 1) == Some(&b':');
        let line = Line { span, indent, header };
        let tail = Span::new(tail, tail).start;
        let closers = std::mem::take(&mut self.closers);
        if self.recoveries.is_some() && !closers.is_empty() {
            let number = u32::try_from(self.outline.lines.len()).unwrap_or(NONE);
            self.outline.closers.insert(number, closers);
        }
        if let Some(kind) = self.blocks.push(&mut self.outline, line, tail) {
            self.trouble(kind, start);
        }
    }

    fn finish(mut self) -> Outline {
        let count = self.outline.lines.len();
        for (_, header) in self.blocks.open.drain(..) {
            if let Some(end) = self.outline.ends.get_mut(header as usize) {
                *end = u32::try_from(count).unwrap_or(NONE);
            }
        }
        self.outline
    }
}

impl Blocks {
    /// Adds a line to the outline in the block that its indentation says.
    fn push(&mut self, outline: &mut Outline, line: Line, tail: u32) -> Option<TroubleKind> {
        let number = u32::try_from(outline.lines.len()).unwrap_or(NONE);
        let mut trouble = None;
        let current = |open: &[(u32, u32)]| open.last().map_or(0, |(indent, _)| *indent);
        let indented = line.indent > current(&self.open);
        match self.header.take() {
            Some(header) if indented => self.open.push((line.indent, header)),
            _ if indented => trouble = Some(TroubleKind::Indentation),
            // A header without a body (the end of a notebook cell, often) is an empty block.
            _ => {
                while line.indent < current(&self.open) {
                    if let Some((_, header)) = self.open.pop()
                        && let Some(end) = outline.ends.get_mut(header as usize)
                    {
                        *end = number;
                    }
                }
                if line.indent > current(&self.open) {
                    trouble = Some(TroubleKind::Indentation);
                }
            }
        }
        self.header = line.header.then_some(number);
        outline.parents.push(self.open.last().map_or(NONE, |(_, header)| *header));
        outline.ends.push(number.saturating_add(1));
        outline.tails.push(tail);
        outline.lines.push(line);
        trouble
    }
}
