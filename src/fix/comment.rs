//! Comments that keep the branch, in the languages other than Python: only where it is certain that the text is a comment
//! there and changes nothing else.

use super::Splice;
use super::outlines::Outlines;
use super::pin::Stamp;
use crate::judge::PinPlan;
use crate::source::Language;
use crate::span::Span;

/// Documents above this size are not read again for the sake of a comment (bytes).
const MOST_BYTES: usize = 256 << 10;

/// The comment for an edit at byte `at` of a unit; `None` where the syntax has none, or where one stands already.
#[must_use]
pub fn beside(outlines: &Outlines<'_>, unit: usize, plan: &PinPlan, at: usize, stamp: &Stamp) -> Option<Splice> {
    let note = stamp.note.as_deref()?;
    let found = outlines.source().units.get(unit)?;
    let text = found.text.as_str();
    if found.language == Language::Dockerfile {
        return above(text, unit, plan, note);
    }
    let line = line_of(text, at)?;
    let rest = text.get(at..line.end())?;
    if rest.contains('#') {
        return None;
    }
    let written = line.text(text);
    let end = line.start() + written.trim_end().len();
    let splice = || Some(Splice { unit, span: Span::new(end.max(at), line.end()), text: format!("  # {note}") });
    let is_comment = match found.language {
        Language::Shell => ends_command(text, line, plan.statement, at),
        // Elsewhere in a Makefile a comment may end up in a value.
        Language::Makefile => written.starts_with('\t') && ends_command(text, line, plan.statement, at),
        // A magic of a notebook hands the line to a shell.
        Language::Python => written.trim_start().starts_with('!') && ends_command(text, line, plan.statement, at),
        Language::Yaml => {
            same_document(text, end, note, &yaml) || in_literal_block(text, line) && ends_command(text, line, plan.statement, at)
        }
        Language::Toml => same_document(text, end, note, &|text| text.parse::<toml::Table>().ok()),
        _ => false,
    };
    if is_comment { splice() } else { None }
}

/// The physical line that holds a byte, without its end.
pub(super) fn line_of(text: &str, at: usize) -> Option<Span> {
    let start = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |before| before + 1);
    let end = at + text.get(at..)?.find(['\n', '\r']).unwrap_or(text.len() - at);
    Some(Span::new(start, end))
}

/// True when a shell would take what is added at the end of the line for a comment: the command stands wholly on this line
/// and outside of quotes, and nothing behind the edit is quoted, escaped or goes on.
fn ends_command(text: &str, line: Span, statement: Span, at: usize) -> bool {
    let (Some(before), Some(rest)) = (text.get(line.start()..at), text.get(at..line.end())) else { return false };
    let quoted = |quote: char| before.matches(quote).count() % 2 == 1;
    line.start <= statement.start
        && statement.end <= line.end
        && !quoted('"')
        && !quoted('\'')
        && !in_heredoc(text, line.start())
        && !rest.contains(['"', '\'', '`', '\\', '#', ')', '}', '<'])
}

/// True when a byte stands in a here-document: what is there is data, not a command.
fn in_heredoc(text: &str, at: usize) -> bool {
    let mut end: Option<&str> = None;
    for line in text.get(..at).unwrap_or("").lines() {
        match end {
            Some(word) if line.trim() == word => end = None,
            Some(_) => {}
            None => {
                let Some((before, after)) = line.split_once("<<") else { continue };
                let word = after.trim_start_matches('-').trim_start().trim_start_matches(['"', '\'', '\\']);
                let length = word.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
                let named = word.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_');
                if named && !after.starts_with('<') && !before.trim_start().starts_with('#') {
                    end = word.get(..length);
                }
            }
        }
    }
    end.is_some()
}

/// The line stands in a block of YAML that keeps its line ends (`run: |`).
fn in_literal_block(text: &str, line: Span) -> bool {
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let own = indent(line.text(text));
    let before = text.get(..line.start()).unwrap_or("");
    let header = before.lines().rev().take(2000).find(|above| !above.trim().is_empty() && indent(above) < own);
    header.is_some_and(|header| {
        let header = header.split(" #").next().unwrap_or(header).trim_end();
        header.ends_with('|') || header.ends_with("|-") || header.ends_with("|+")
    })
}

/// True when a comment at `end` leaves the document as it is.
fn same_document<T: PartialEq>(text: &str, end: usize, note: &str, read: &dyn Fn(&str) -> Option<T>) -> bool {
    if text.len() > MOST_BYTES {
        return false;
    }
    let (Some(before), Some(after)) = (text.get(..end), text.get(end..)) else { return false };
    let old = read(text);
    old.is_some() && old == read(&format!("{before}  # {note}{after}"))
}

/// The texts and shapes of a YAML document in order.
fn yaml(text: &str) -> Option<Vec<String>> {
    use saphyr_parser::Event;
    saphyr_parser::Parser::new_from_str(text)
        .map(|event| {
            Some(match event.ok()?.0 {
                Event::Scalar(value, style, ..) => format!("{style:?} {value}"),
                Event::MappingStart(..) => "{".to_owned(),
                Event::MappingEnd => "}".to_owned(),
                Event::SequenceStart(..) => "[".to_owned(),
                Event::SequenceEnd => "]".to_owned(),
                Event::Alias(number) => format!("*{number}"),
                Event::DocumentStart(_) => "---".to_owned(),
                _ => String::new(),
            })
        })
        .collect()
}

/// A Dockerfile knows whole lines of comment only: one above the instruction that says of which repository it speaks.
fn above(text: &str, unit: usize, plan: &PinPlan, note: &str) -> Option<Splice> {
    let line = line_of(text, plan.statement.start())?;
    let indent = text.get(line.start()..plan.statement.start())?;
    let previous = text.get(..line.start())?.trim_end_matches(['\n', '\r']).rsplit(['\n', '\r']).next().unwrap_or("").trim();
    let comment = format!("# {}: {note}", plan.id);
    // A directive of ours must stay right above what it is about.
    let taken = previous.contains("hublint:") || previous == comment;
    if taken || !indent.bytes().all(|byte| matches!(byte, b' ' | b'\t')) || plan.id.contains(char::is_control) {
        return None;
    }
    let newline = if text.get(line.end()..).is_some_and(|rest| rest.starts_with("\r\n")) { "\r\n" } else { "\n" };
    Some(Splice::insert(unit, line.start(), format!("{indent}{comment}{newline}")))
}
