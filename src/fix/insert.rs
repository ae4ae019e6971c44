//! Arguments into and out of Python calls, where a person would put them, and comments at the end of a line.

use super::Splice;
use super::outlines::Outlines;
use crate::span::Span;
use crate::usage::CallSite;

/// What an insertion consists of.
#[derive(Debug, Default)]
pub struct Insertion {
    /// The changes.
    pub splices: Vec<Splice>,
}

/// Puts `argument` (`keyword=value`) at the end of a call: on a line of its own when the arguments have lines of their
/// own. `comment` goes behind it, or to the end of the physical line, where nothing forbids it.
#[must_use]
pub fn argument(
    outlines: &Outlines<'_>,
    unit: usize,
    site: &CallSite,
    argument: &str,
    comment: Option<&str>,
) -> Option<Insertion> {
    let text = outlines.text(unit)?;
    let open = site.parentheses.start();
    let close = site.parentheses.end().checked_sub(1)?;
    text.get(open..close)?;
    let mut made = Insertion::default();
    let Some(last) = site.last_argument else {
        made.splices.push(Splice::insert(unit, close, argument));
        made.splices.extend(comment.and_then(|comment| comment_at_line_end(outlines, unit, close, comment)));
        return Some(made);
    };
    if last.end() > close {
        return None;
    }
    let generator = is_lone_generator(text, open, last);
    if generator {
        // `f(x for x in y)` shares the parentheses with the call; beside another argument it needs its own.
        let start = open + 1 + blanks(text.get(open + 1..last.end())?);
        made.splices.push(Splice::insert(unit, start, "("));
        made.splices.push(Splice::insert(unit, last.end(), ")"));
    }
    let comma = if site.trailing_comma { Some(next_comma(text, last.end(), close)?) } else { None };
    let line_start = text.get(..last.start())?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = text.get(line_start..last.start())?;
    let own_line = line_start > open && indent.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let newline = if text.get(..line_start).is_some_and(|before| before.ends_with("\r\n")) { "\r\n" } else { "\n" };
    if !own_line {
        let at = comma.map_or(last.end(), |comma| comma + 1);
        let new = if comma.is_some() { format!(" {argument},") } else { format!(", {argument}") };
        made.splices.push(Splice::insert(unit, at, new));
        made.splices.extend(comment.and_then(|comment| comment_at_line_end(outlines, unit, at, comment)));
        return Some(made);
    }
    // Behind a comment that belongs to the last argument's line, if nothing else stands there.
    let after = comma.map_or(last.end(), |comma| comma + 1);
    let rest = text.get(after..)?;
    let rest = rest.get(..rest.find(['\n', '\r']).unwrap_or(rest.len()))?;
    let ends_line = rest.trim_start().is_empty() || rest.trim_start().starts_with('#');
    if ends_line {
        let at = if rest.trim_start().is_empty() { after } else { after + rest.trim_end().len() };
        if comma.is_none() {
            made.splices.push(Splice::insert(unit, last.end(), ","));
        }
        let tail = if comma.is_some() { "," } else { "" };
        let comment = comment.map_or_else(String::new, |comment| format!("  # {comment}"));
        made.splices.push(Splice::insert(unit, at, format!("{newline}{indent}{argument}{tail}{comment}")));
        return Some(made);
    }
    // `b)`: the parenthesis closes on the last argument's line.
    let new = if comma.is_some() { format!("{newline}{indent}{argument},") } else { format!(",{newline}{indent}{argument}") };
    made.splices.push(Splice::insert(unit, after, new));
    made.splices.extend(comment.and_then(|comment| comment_at_line_end(outlines, unit, after, comment)));
    Some(made)
}

/// A comment at the end of the physical line on which `at` stands; `None` where one stands already, or where the line
/// ends inside a string or with a continuation.
#[must_use]
pub fn comment_at_line_end(outlines: &Outlines<'_>, unit: usize, at: usize, comment: &str) -> Option<Splice> {
    let text = outlines.text(unit)?;
    let rest = text.get(at..)?;
    let end = at + rest.find(['\n', '\r']).unwrap_or(rest.len());
    let start = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line = text.get(start..end)?;
    if line.trim_end().ends_with('\\') || outlines.has_comment(unit, Span::new(start, end)) {
        return None;
    }
    if outlines.is_inside_string(unit, Span::new(end, end)) {
        return None;
    }
    let kept = start + line.trim_end().len();
    Some(Splice { unit, span: Span::new(kept.max(at), end), text: format!("  # {comment}") })
}

/// An argument with the comma and blanks that go with it.
#[must_use]
pub fn removal(text: &str, site: &CallSite, span: Span) -> Option<Span> {
    let inner = site.parentheses.start() + 1..site.parentheses.end().checked_sub(1)?;
    let before = text.get(inner.start..span.start())?;
    let after = text.get(span.end()..inner.end)?;
    let lead = before.trim_end_matches([' ', '\t']);
    let alone = lead.ends_with(['\n', '\r']);
    let comma_before = before.trim_end().strip_suffix(',').map(|rest| inner.start + rest.len());
    if let Some(tail) = after.trim_start().strip_prefix(',') {
        let behind = inner.end - tail.len();
        let line = tail.get(..tail.find(['\n', '\r']).unwrap_or(tail.len()))?;
        if !line.trim().is_empty() {
            return Some(Span::new(span.start(), behind + blanks(line)));
        }
        if alone && line.len() < tail.len() {
            // On a line of its own: the whole line goes, its end too.
            let rest = tail.get(line.len()..)?;
            let length = if rest.starts_with("\r\n") { 2 } else { 1 };
            return Some(Span::new(inner.start + lead.len(), behind + line.len() + length));
        }
        return Some(Span::new(comma_before.map_or(span.start(), |comma| comma + 1), behind));
    }
    Some(comma_before.map_or(span, |comma| Span::new(comma, span.end())))
}

/// The comma behind the last argument, comments in between skipped.
fn next_comma(text: &str, from: usize, close: usize) -> Option<usize> {
    let between = text.get(from..close)?.as_bytes();
    let mut at = 0;
    loop {
        match between.get(at)? {
            b',' => return Some(from + at),
            b'#' => at += memchr::memchr2(b'\n', b'\r', between.get(at..)?)?,
            _ => at += 1,
        }
    }
}

/// `f(x for x in y)`: the one argument is a generator without parentheses of its own.
fn is_lone_generator(text: &str, open: usize, last: Span) -> bool {
    // The span of such an argument may hold the call's own parentheses.
    let start = last.start().max(open + 1);
    let before = text.get(open + 1..start).unwrap_or("");
    if !before.trim().is_empty() {
        return false;
    }
    let (mut depth, mut quote, mut at) = (0_usize, None, start);
    let bytes = text.as_bytes();
    while at < last.end() {
        let Some(&byte) = bytes.get(at) else { return false };
        match (quote, byte) {
            (Some(_), b'\\') => at += 1,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'"' | b'\'') => quote = Some(byte),
            (None, b'(' | b'[' | b'{') => depth += 1,
            (None, b')' | b']' | b'}') => depth = depth.saturating_sub(1),
            (None, b'f')
                if depth == 0
                    && bytes.get(at..at + 3) == Some(b"for")
                    && at > start
                    && bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace)
                    && bytes.get(at + 3).is_some_and(u8::is_ascii_whitespace) =>
            {
                return true;
            }
            _ => {}
        }
        at += 1;
    }
    false
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}
