//! A commit into the text: every form of place that a pin can have.

use super::insert::{argument, comment_at_line_end};
use super::outlines::Outlines;
use super::style::{Style, styled};
use super::{Splice, edits};
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

/// The edits that write a commit at the place of a plan; `None` where the text does not have the expected form.
#[must_use]
pub fn pin(plan: &PinPlan, stamp: &Stamp, style: Style, outlines: &Outlines<'_>, unit: usize) -> Option<Vec<Edit>> {
    // Nothing else ever gets into a file (pins.md: "a value is written only after it matched").
    crate::hub::Commit::parse(&stamp.commit)?;
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
            } else if let Some(made) = styled(style, plan, stamp, outlines, unit, site, keyword) {
                made
            } else {
                argument(outlines, unit, site, &format!("{keyword}={quote}{}{quote}", stamp.commit), note)?.splices
            }
        }
        PinPlace::Value { span, quoted } => value(outlines, unit, *span, *quoted, stamp)?,
        PinPlace::Definition { unit, span } => value(outlines, *unit, *span, true, stamp)?,
        PinPlace::BehindId { at, separator } => vec![behind_id(text, unit, *at, *separator, plan, stamp)?],
        PinPlace::Address { span } => vec![address(text, unit, *span, plan, stamp)?],
        PinPlace::Option { at, option, list_quote } => vec![command_option(text, unit, *at, option, *list_quote, stamp)?],
    };
    edits(source, splices)
}

/// The value that is there becomes the commit, with the quotes that are there.
fn value(outlines: &Outlines<'_>, unit: usize, span: Span, quoted: bool, stamp: &Stamp) -> Option<Vec<Splice>> {
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
        splices.extend(comment_at_line_end(outlines, unit, span.end(), note));
    }
    Some(splices)
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
            (Some(_), Some(revision)) if crate::hub::Commit::parse(revision).is_some() => {}
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

/// ` --revision <commit>` behind a word of a command, or two more elements of a list of words.
fn command_option(text: &str, unit: usize, at: Span, option: &str, list_quote: Option<char>, stamp: &Stamp) -> Option<Splice> {
    let mut at = at.start();
    // The word may be quoted and the place inside of the quotes.
    let inside_quotes = text.get(at..)?.starts_with(['"', '\'']) && {
        let quote = text.get(at..=at)?;
        let line = text.get(..at)?.rfind('\n').map_or(0, |line| line + 1);
        text.get(line..at)?.matches(quote).count() % 2 == 1
    };
    if inside_quotes {
        at += 1;
    }
    let commit = &stamp.commit;
    let new = match list_quote.or_else(|| quote_of_list(text, at)) {
        Some(quote) => format!(", {quote}{option}{quote}, {quote}{commit}{quote}"),
        None if option.ends_with('=') => format!(" {option}{commit}"),
        None => format!(" {option} {commit}"),
    };
    Some(Splice::insert(unit, at, new))
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
