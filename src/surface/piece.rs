//! A text of another language inside a unit (a `run: |` block, a JSON string, a `RUN` line) with an exact map back to it.

use crate::span::Span;
use crate::usage::Surface;

/// Stands for a template (`{{ .Values.model }}`, `${{ inputs.model }}`): whatever holds it is not known.
pub const HOLE: char = '\u{E000}';

/// The longest template that is taken for one.
const MAX_TEMPLATE: usize = 512;

/// One run of the text.
#[derive(Clone, Copy, Debug)]
struct Segment {
    /// Bytes of the piece.
    text: Span,
    /// Bytes of the unit; of equal length when the run stands there as it is.
    unit: Span,
}

/// A text with its places in a unit.
#[derive(Clone, Debug)]
pub struct Piece {
    /// The text.
    pub text: String,
    /// Index of the unit.
    pub unit: usize,
    /// The language around it.
    pub surface: Surface,
    segments: Vec<Segment>,
}

impl Piece {
    /// An empty piece, to push to.
    #[must_use]
    pub fn new(unit: usize, surface: Surface) -> Self {
        Self { text: String::new(), unit, surface, segments: Vec::new() }
    }

    /// A part of the unit's text as it is.
    #[must_use]
    pub fn verbatim(unit: usize, surface: Surface, text: &str, at: usize) -> Self {
        let mut piece = Self::new(unit, surface);
        piece.push(text, at);
        piece
    }

    /// Appends text that stands in the unit as it is, from byte `at`.
    pub fn push(&mut self, text: &str, at: usize) {
        self.push_for(text, Span::new(at, at + text.len()));
    }

    /// Appends text that stands for other bytes of the unit (an escape, a folded line break).
    pub fn push_for(&mut self, text: &str, unit: Span) {
        if text.is_empty() {
            return;
        }
        let start = self.text.len();
        self.text.push_str(text);
        let span = Span::new(start, self.text.len());
        let verbatim = |segment: &Segment| segment.text.end - segment.text.start == segment.unit.end - segment.unit.start;
        let new = Segment { text: span, unit };
        if let Some(last) = self.segments.last_mut()
            && verbatim(last)
            && verbatim(&new)
            && last.unit.end == unit.start
        {
            last.text.end = span.end;
            last.unit.end = unit.end;
            return;
        }
        self.segments.push(new);
    }

    fn segment(&self, offset: usize) -> Option<&Segment> {
        let index = self.segments.partition_point(|segment| segment.text.start() <= offset).checked_sub(1)?;
        self.segments.get(index)
    }

    /// The bytes of the unit that a span of the piece stands for.
    #[must_use]
    pub fn place(&self, span: Span) -> Span {
        let is_verbatim = |segment: &Segment| segment.text.end - segment.text.start == segment.unit.end - segment.unit.start;
        let Some(first) = self.segment(span.start()).or(self.segments.first()) else { return Span::default() };
        let start = if is_verbatim(first) {
            (first.unit.start() + span.start().saturating_sub(first.text.start())).min(first.unit.end())
        } else {
            first.unit.start()
        };
        if span.end <= span.start {
            return Span::new(start, start);
        }
        let last = self.segment(span.end() - 1).unwrap_or(first);
        let end = if is_verbatim(last) {
            (last.unit.start() + (span.end() - last.text.start())).min(last.unit.end())
        } else {
            last.unit.end()
        };
        Span::new(start, end)
    }

    /// The piece from a byte on, which must be a boundary of characters.
    #[must_use]
    pub fn from_byte(&self, from: usize) -> Self {
        self.slice(Span::new(from, self.text.len()))
    }

    /// A part of the piece; its ends must be boundaries of characters.
    #[must_use]
    pub fn slice(&self, part: Span) -> Self {
        let mut made = Self::new(self.unit, self.surface);
        let first = self.segments.partition_point(|segment| segment.text.end <= part.start);
        for segment in self.segments.get(first..).unwrap_or_default() {
            let (start, end) = (segment.text.start.max(part.start), segment.text.end.min(part.end));
            if start >= end {
                break;
            }
            let span = Span { start, end };
            made.push_for(span.text(&self.text), self.place(span));
        }
        made
    }

    /// True when the text stands in the unit as it is, in one run.
    #[must_use]
    pub fn is_verbatim(&self) -> bool {
        matches!(self.segments.as_slice(), [only] if only.text.end - only.text.start == only.unit.end - only.unit.start)
    }

    /// A piece whose places count in the text of another piece, with places in the unit instead.
    #[must_use]
    pub fn through(&self, outer: &Self) -> Self {
        let mut made = Self::new(outer.unit, outer.surface);
        for segment in &self.segments {
            let text = segment.text.text(&self.text);
            let inner = outer.slice(segment.unit);
            if inner.text == text {
                for part in &inner.segments {
                    made.push_for(part.text.text(text), part.unit);
                }
            } else {
                made.push_for(text, outer.place(segment.unit));
            }
        }
        made
    }

    /// The whole piece.
    #[must_use]
    pub fn whole(&self) -> Span {
        self.place(Span::new(0, self.text.len()))
    }
}

/// Replaces every `{{ ... }}` on one line by a hole of equal length, so that places stay and parsers do not stumble.
#[must_use]
pub fn without_templates(text: &str) -> std::borrow::Cow<'_, str> {
    if memchr::memmem::find(text.as_bytes(), b"{{").is_none() {
        return std::borrow::Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("{{") {
        let (before, tail) = rest.split_at(at);
        out.push_str(before);
        // A template is short and stands on one line.
        let mut limit = tail.len().min(MAX_TEMPLATE);
        while !tail.is_char_boundary(limit) {
            limit -= 1;
        }
        let head = tail.get(..limit).unwrap_or("");
        let line = head.find('\n').unwrap_or(head.len());
        match head.get(..line).and_then(|line| line.find("}}")) {
            Some(end) => {
                let length = end + 2;
                out.push(HOLE);
                out.extend(std::iter::repeat_n('_', length.saturating_sub(HOLE.len_utf8())));
                rest = tail.get(length..).unwrap_or("");
            }
            None => {
                out.push_str("{{");
                rest = tail.get(2..).unwrap_or("");
            }
        }
    }
    out.push_str(rest);
    std::borrow::Cow::Owned(out)
}

/// Aligns a decoded scalar with the bytes that it was written as (quotes left out): escapes, folded lines and doubled
/// quotes are followed. When they cannot be followed the rest maps to what is left as a whole.
#[must_use]
pub fn aligned(unit: usize, surface: Surface, value: &str, raw: &str, at: usize) -> Piece {
    let mut piece = Piece::new(unit, surface);
    if value == raw {
        piece.push(value, at);
        return piece;
    }
    let bytes = raw.as_bytes();
    let mut raw_at = 0;
    let mut rest = value;
    while let Some(character) = rest.chars().next() {
        let length = character.len_utf8();
        let (one, tail) = rest.split_at(length);
        let here = raw.get(raw_at..).unwrap_or("");
        let skip = match bytes.get(raw_at) {
            Some(b'\\') if !(character == '\\' && bytes.get(raw_at + 1) != Some(&b'\\')) => escape_length(here),
            Some(b'\'') if here.starts_with("''") && character == '\'' => 2,
            _ if here.starts_with(character) => length,
            Some(b' ' | b'\t' | b'\r' | b'\n') if character.is_whitespace() => {
                here.len() - here.trim_start_matches([' ', '\t', '\r', '\n']).len()
            }
            _ => 0,
        };
        // A line that is folded away: blanks of the raw text that stand for nothing.
        if skip == 0 {
            let trimmed = here.trim_start_matches(['\r', '\n', ' ', '\t']);
            let blanks = here.len() - trimmed.len();
            if blanks > 0 && trimmed.starts_with(character) {
                raw_at += blanks;
                continue;
            }
            piece.push_for(rest, Span::new(at + raw_at, at + raw.len()));
            return piece;
        }
        // An escaped line break stands for nothing at all.
        if here.starts_with("\\\n") {
            let trimmed = here.get(2..).unwrap_or("").trim_start_matches([' ', '\t']);
            raw_at += here.len() - trimmed.len();
            continue;
        }
        piece.push_for(one, Span::new(at + raw_at, at + raw_at + skip));
        raw_at += skip;
        rest = tail;
    }
    piece
}

fn escape_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    match bytes.get(1) {
        Some(b'x') => 4,
        // A pair of surrogates is one character.
        Some(b'u') if text.get(2..3).is_some_and(|digit| digit.eq_ignore_ascii_case("d")) && text.get(6..8) == Some("\\u") => 12,
        Some(b'u') => 6,
        Some(b'U') => 10,
        Some(byte) if !byte.is_ascii() => 1 + text.get(1..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8),
        Some(_) => 2,
        None => 1,
    }
    .min(text.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn escapes_and_folded_lines_keep_their_places() {
        let raw = r#"hf \"a\" \u0041 x"#;
        let piece = aligned(0, Surface::Config, "hf \"a\" A x", raw, 10);
        let at = piece.text.find('A').unwrap();
        assert_eq!(piece.place(Span::new(at, at + 1)), Span::new(19, 25));
        let end = piece.text.len();
        assert_eq!(piece.place(Span::new(end - 1, end)), Span::new(26, 27));

        let folded = aligned(0, Surface::Config, "hf download org/m", "hf download\n      org/m", 0);
        assert_eq!(folded.place(Span::new(12, 17)), Span::new(18, 23));
    }

    #[test]
    fn the_end_of_a_line_is_not_the_start_of_the_next() {
        let mut piece = Piece::new(0, Surface::Shell);
        piece.push("abc", 4);
        piece.push("\n", 7);
        piece.push("def", 12);
        assert_eq!(piece.place(Span::new(0, 3)), Span::new(4, 7));
        assert_eq!(piece.place(Span::new(4, 7)), Span::new(12, 15));
    }

    #[test]
    fn templates_become_holes_of_equal_length() {
        let text = "model: {{ .Values.model }} # {{ open\n";
        let masked = without_templates(text);
        assert_eq!(masked.len(), text.len());
        assert!(masked.contains(HOLE) && masked.ends_with("# {{ open\n"));
    }
}
