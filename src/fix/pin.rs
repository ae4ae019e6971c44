//! A commit into the text: every form of place that a pin can have.

use super::insert::{argument, comment_at_line_end};
use super::key;
use super::outlines::Outlines;
use super::style::{Style, Target, looked_up, styled};
use super::{Splice, comment, edits};
use crate::finding::Edit;
use crate::judge::{PinPlace, PinPlan};
use crate::reference::parse_address;
use crate::source::Language;
use crate::span::Span;

/// What is written: 40 digits, and a note that keeps the branch (`main 2026-11-21`).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// Exactly 40 lower-case hexadecimal digits.
    pub commit: String,
    /// For the comment, without `#`.
    pub note: Option<String>,
}

/// The edits that write a commit at the place of a plan; `None` where the text does not have the expected form. `rest` are
/// the stamps of the other ids that a plan names.
#[must_use]
pub fn pin(
    plan: &PinPlan,
    stamp: &Stamp,
    rest: &[Stamp],
    style: Style,
    outlines: &Outlines<'_>,
    unit: usize,
) -> Option<Vec<Edit>> {
    // Nothing else ever gets into a file (pins.md: "a value is written only after it matched").
    if !std::iter::once(stamp).chain(rest).all(|stamp| crate::hub::Commit::parse(&stamp.commit).is_some()) {
        return None;
    }
    let source = outlines.source();
    let found = source.units.get(unit)?;
    let text = found.text.as_str();
    let note = stamp.note.as_deref();
    let splices = match &plan.place {
        PinPlace::Argument { site, keyword } => {
            let call = site.parentheses.text(text);
            let quote = call.chars().find(|character| matches!(character, '"' | '\'')).unwrap_or('"');
            if outlines.is_inside_string(unit, site.parentheses) {
                argument(outlines, unit, site, &format!("{keyword}={quote}{}{quote}", stamp.commit), None)?.splices
            } else if let Some(made) = styled(style, &Target { plan, stamp, outlines, unit, site, keyword }) {
                made
            } else {
                argument(outlines, unit, site, &format!("{keyword}={quote}{}{quote}", stamp.commit), note)?.splices
            }
        }
        PinPlace::Value { span, quoted } => {
            let made = value(plan, outlines, unit, *span, *quoted, stamp)?;
            commented(made, outlines, unit, plan, stamp)
        }
        PinPlace::Definition { unit, span } => value(plan, outlines, *unit, *span, true, stamp)?,
        PinPlace::BehindId { at, separator } => {
            commented(vec![behind_id(text, unit, *at, *separator, plan, stamp)?], outlines, unit, plan, stamp)
        }
        PinPlace::Address { span } => commented(vec![address(text, unit, *span, plan, stamp)?], outlines, unit, plan, stamp),
        PinPlace::Or { given } => {
            let quote = text.get(..given.start())?.chars().rfind(|character| matches!(character, '"' | '\'')).unwrap_or('"');
            let mut made = vec![or(text, unit, *given, &format!("{quote}{}{quote}", stamp.commit))?];
            made.extend(note.and_then(|note| comment_at_line_end(outlines, unit, given.end(), note)));
            made
        }
        PinPlace::Table { site, keyword, name, given, rest: keys } => {
            let target = Target { plan, stamp, outlines, unit, site, keyword };
            let others = keys.iter().zip(rest).map(|(key, stamp)| (key.text.as_str(), stamp));
            let ids: Vec<_> = std::iter::once((plan.id_text.as_str(), stamp)).chain(others).collect();
            looked_up(&target, *name, *given, &ids).filter(|_| keys.len() == rest.len())?
        }
        PinPlace::Key { entry, key } => key::insert(found.language, text, unit, *entry, key, stamp)?,
        PinPlace::Option { at, option, list_quote } => match list_item(text, found.language, at.start(), option, stamp) {
            Some(item) => vec![Splice { unit, ..item }],
            None => {
                let made = command_option(outlines, unit, *at, option, *list_quote, stamp)?;
                commented(vec![made], outlines, unit, plan, stamp)
            }
        },
        PinPlace::Field { span } => {
            let end = span.end() - usize::from(span.text(text).ends_with(['"', '\'']));
            commented(vec![Splice::insert(unit, end, format!(" {}", stamp.commit))], outlines, unit, plan, stamp)
        }
    };
    edits(source, splices)
}

/// `revision` becomes `revision or <new>`.
pub(super) fn or(text: &str, unit: usize, given: Span, new: &str) -> Option<Splice> {
    super::style::is_plain(given.text(text)).then(|| Splice::insert(unit, given.end(), format!(" or {new}")))
}

/// Adds the comment that keeps the branch, where the language has a place for it. Python has ways of its own.
fn commented(mut splices: Vec<Splice>, outlines: &Outlines<'_>, unit: usize, plan: &PinPlan, stamp: &Stamp) -> Vec<Splice> {
    let at = splices.iter().map(|splice| splice.span.end()).max();
    let own = at.and_then(|at| comment::beside(outlines, unit, plan, at, stamp));
    // Two splices at one place would be joined in the order of the list: the comment comes last.
    splices.extend(own);
    splices
}

/// The value that is there becomes the commit, with the quotes that are there.
fn value(plan: &PinPlan, outlines: &Outlines<'_>, unit: usize, span: Span, quoted: bool, stamp: &Stamp) -> Option<Vec<Splice>> {
    let found = outlines.source().units.get(unit)?;
    let text = found.text.as_str();
    let old = text.get(span.range())?;
    let bare = old.trim_start_matches(|character: char| character.is_ascii_alphabetic());
    let own_quote = bare.chars().next().filter(|character| matches!(character, '"' | '\''));
    let new = match own_quote {
        Some(quote) => {
            // Two literals side by side, or a quote inside: not the plain literal that was promised.
            let inner = bare.trim_matches(quote);
            if !bare.ends_with(quote) || inner.contains(['"', '\'', '\n']) || old.len() - bare.len() > 2 {
                return None;
            }
            format!("{quote}{}{quote}", stamp.commit)
        }
        None if quoted && old == "None" => {
            let line = text.get(..span.start())?.rfind('\n').map_or(0, |at| at + 1);
            let before = text.get(line..span.start())?;
            let quote = before.chars().rfind(|character| matches!(character, '"' | '\'')).unwrap_or('"');
            format!("{quote}{}{quote}", stamp.commit)
        }
        None if quoted => return None,
        None => stamp.commit.clone(),
    };
    let mut splices = vec![Splice { unit, span, text: new }];
    if quoted
        && found.language == Language::Python
        && let Some(note) = &stamp.note
        && !outlines.is_inside_string(unit, span)
    {
        let old = plan.moved_from.as_ref().and_then(|_| own_note(text, span.end()));
        match old {
            // The day of the commit that is replaced would be a lie.
            Some(place) => splices.push(Splice { unit, span: place, text: format!("# {note}") }),
            None => splices.extend(comment_at_line_end(outlines, unit, span.end(), note)),
        }
    }
    Some(splices)
}

/// The comment at the end of a line, if it is one that hublint wrote: a branch and a day.
fn own_note(text: &str, at: usize) -> Option<Span> {
    let line = comment::line_of(text, at)?;
    let rest = text.get(at..line.end())?;
    let start = at + rest.rfind("# ")?;
    let mut words = text.get(start + 2..line.end())?.split_ascii_whitespace();
    let (_, day) = (words.next()?, words.next()?);
    (words.next().is_none() && crate::hub::Date::parse_start(day).is_some()).then(|| Span::new(start, line.end()))
}

/// `org/m` -> `org/m@<commit>`; a revision that is there is replaced, and what follows it (`:function`) stays.
fn behind_id(text: &str, unit: usize, at: Span, separator: char, plan: &PinPlan, stamp: &Stamp) -> Option<Splice> {
    const ENDS: [char; 11] = ['"', '\'', ' ', '\t', '\n', '\r', ',', '`', '=', '(', ')'];
    let end_of_word = at.start() + text.get(at.start()..)?.find(ENDS).unwrap_or(text.len() - at.start());
    let start = text.get(..at.start())?.rfind(ENDS).map_or(0, |before| before + 1);
    let word = text.get(start..end_of_word)?;
    // The id as written may lack the default organisation that the plan's id has.
    let name = plan.id.rsplit('/').next()?;
    let id_at = word.find(plan.id.as_str()).map(|at| at + plan.id.len()).or_else(|| word.find(name).map(|at| at + name.len()))?;
    let rest = word.get(id_at..)?;
    let from = start + id_at;
    let new = format!("{separator}{}", stamp.commit);
    match rest.chars().next() {
        None => Some(Splice::insert(unit, from, new)),
        Some(first) if first == separator => {
            // `org/k@v1:function`: the part behind `:` is no revision.
            let tail = rest.get(1..)?;
            let length = if separator == '@' { tail.find(':').unwrap_or(tail.len()) } else { tail.len() };
            Some(Splice { unit, span: Span::new(from, from + 1 + length), text: new })
        }
        Some(':') if separator == '@' => Some(Splice::insert(unit, from, new)),
        Some(_) => None,
    }
}

/// The revision of the first address of the plan's repository in a text that is not a commit yet.
fn address(text: &str, unit: usize, span: Span, plan: &PinPlan, stamp: &Stamp) -> Option<Splice> {
    const SCHEMES: [&str; 3] = ["hf://", "https://", "http://"];
    let slice = text.get(span.range())?;
    let mut from = 0;
    loop {
        let rest = slice.get(from..)?;
        let start = from + SCHEMES.iter().filter_map(|scheme| rest.find(scheme)).min()?;
        let word = slice.get(start..)?;
        let end = word.find(['"', '\'', ' ', '\n', '`', '<', '>']).unwrap_or(word.len());
        from = start + 1;
        let Some(found) = parse_address(word.get(..end)?).filter(|found| found.id == plan.id) else { continue };
        let base = span.start() + start;
        match (&found.revision_range, &found.revision) {
            (Some(_), Some(revision))
                if crate::hub::Commit::parse(revision).is_some() && plan.moved_from.as_ref() != Some(revision) => {}
            (Some(range), _) => {
                return Some(Splice { unit, span: Span::new(base + range.start, base + range.end), text: stamp.commit.clone() });
            }
            (None, _) if found.action == "hf" => {
                return Some(Splice::insert(unit, base + found.id_end, format!("@{}", stamp.commit)));
            }
            (None, _) => {}
        }
    }
}

/// Two more items of a list of words in YAML: `- --revision` and the commit on lines of their own, or behind commas.
fn list_item(text: &str, language: Language, at: usize, option: &str, stamp: &Stamp) -> Option<Splice> {
    if language != Language::Yaml {
        return None;
    }
    let line = comment::line_of(text, at)?;
    let (before, rest) = (text.get(line.start()..at)?, text.get(at..line.end())?);
    let quote = rest.chars().next().filter(|first| matches!(first, '"' | '\''));
    let quoted = |word: &str| quote.map_or_else(|| word.to_owned(), |quote| format!("{quote}{word}{quote}"));
    let (option, commit) = match option.strip_suffix('=') {
        Some(_) => (None, quoted(&format!("{option}{}", stamp.commit))),
        None => (Some(quoted(option)), quote.map_or_else(|| scalar(&stamp.commit), |_| quoted(&stamp.commit))),
    };
    let end = at + quote.map_or(0, char::len_utf8);
    let rest = text.get(end..line.end())?.trim();
    let lead = before.len() - before.trim_start_matches(' ').len();
    if let Some(item) = before.get(lead..)?.strip_prefix("- ") {
        let word = item.trim_start().trim_start_matches(['"', '\'']);
        // An item of several words is a text that somebody takes apart: it stays one.
        if word.is_empty() || word.contains([' ', '[', '{', ',']) || !(rest.is_empty() || rest.starts_with('#')) {
            return None;
        }
        let newline = if text.get(line.end()..)?.starts_with("\r\n") { "\r\n" } else { "\n" };
        let indent = " ".repeat(lead);
        let item = option.map_or_else(String::new, |option| format!("{newline}{indent}- {option}"));
        let new = format!("{item}{newline}{indent}- {commit}{}", key::comment(stamp));
        return Some(Splice::insert(0, line.end(), new));
    }
    let start = before.trim_end_matches(|character: char| !matches!(character, ',' | '[' | ' ' | '"' | '\''));
    let start = start.trim_end_matches(['"', '\'']).trim_end();
    if start.ends_with(['[', ',']) && rest.starts_with([',', ']']) {
        let option = option.map_or_else(String::new, |option| format!(", {option}"));
        return Some(Splice::insert(0, end, format!("{option}, {commit}")));
    }
    None
}

/// A commit as a text of YAML: digits alone, or with one `e`, would be a number.
pub(super) fn scalar(commit: &str) -> String {
    let is_number = commit.bytes().filter(|byte| !byte.is_ascii_digit()).all(|byte| byte == b'e');
    if is_number { format!("\"{commit}\"") } else { commit.to_owned() }
}

/// ` --revision <commit>` behind a word of a command, or two more elements of a list of words.
fn command_option(
    outlines: &Outlines<'_>,
    unit: usize,
    at: Span,
    option: &str,
    list_quote: Option<char>,
    stamp: &Stamp,
) -> Option<Splice> {
    let found = outlines.source().units.get(unit)?;
    let text = found.text.as_str();
    let mut at = at.start();
    // The word may be quoted and the place inside of the quotes; a quoted text of several words is a command of its own.
    let inside_quotes = text.get(at..)?.starts_with(['"', '\'']) && {
        let quote = text.get(at..=at)?;
        let line = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
        let before = text.get(line..at)?;
        let word = before.rfind(quote).and_then(|open| before.get(open + 1..)).unwrap_or("");
        before.matches(quote).count() % 2 == 1 && !word.contains([' ', '\t'])
    };
    if inside_quotes {
        at += 1;
    }
    let commit = &stamp.commit;
    let name_of_list = || {
        // `["vllm", "serve", MODEL]` of Python: an item without quotes.
        let item = text.get(at..)?.trim_start().starts_with([',', ']']);
        let code = found.language == Language::Python && !outlines.is_inside_string(unit, Span::new(at, at));
        (item && code).then_some('"')
    };
    let new = match list_quote.or_else(|| quote_of_list(text, at)).or_else(name_of_list) {
        Some(quote) => {
            let comma = comma_of_list(text, at)?;
            let word = |word: &str| format!("{comma}{quote}{word}{quote}");
            match option.strip_suffix('=') {
                Some(_) => word(&format!("{option}{commit}")),
                None => word(option) + &word(commit),
            }
        }
        None if option.ends_with('=') => format!(" {option}{commit}"),
        None => format!(" {option} {commit}"),
    };
    Some(Splice::insert(unit, at, new))
}

/// What separates the items of a list: a comma and a blank, or a new line where the item at `at` has one of its own.
fn comma_of_list(text: &str, at: usize) -> Option<String> {
    let line = comment::line_of(text, at)?;
    let written = text.get(line.start()..at)?;
    let indent = written.get(..written.len() - written.trim_start().len())?;
    let behind = text.get(at..line.end())?.trim();
    // Alone: no other item before it, and at most the comma behind it.
    let alone = !written.contains(',') && !written.contains('[') && matches!(behind, "" | ",");
    let newline = if text.get(line.end()..)?.starts_with("\r\n") { "\r\n" } else { "\n" };
    Some(if alone { format!(",{newline}{indent}") } else { ", ".to_owned() })
}

/// The quote of a word in a list of words that ends at `at`: `["vllm", "serve", "org/m"]`.
fn quote_of_list(text: &str, at: usize) -> Option<char> {
    let before = text.get(..at)?;
    let quote = before.chars().next_back().filter(|last| matches!(last, '"' | '\''))?;
    let word = before.get(..at - 1)?;
    let list_before = word.get(..word.rfind(quote)?)?.trim_end().ends_with(['[', ',']);
    let list_after = text.get(at..)?.trim_start().starts_with([',', ']']);
    (list_before && list_after).then_some(quote)
}
