//! Where the digits of a pin stand: at the call, in a constant beside a constant id, or in one table of the file.

use super::Splice;
use super::insert::argument;
use super::outlines::Outlines;
use super::pin::Stamp;
use crate::judge::PinPlan;
use crate::span::Span;
use crate::usage::CallSite;

/// The name of the table.
const REGISTRY: &str = "HF_REVISIONS";

/// Where the digits stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Style {
    /// At the call.
    #[default]
    Inline,
    /// `MODEL_ID_REVISION` beside a constant `MODEL_ID`; at the call where the id is no constant.
    Constant,
    /// One dict `HF_REVISIONS` in each file.
    Registry,
}

/// The splices for a style other than inline; `None` when the code has no place for it and the pin goes to the call.
#[must_use]
pub fn styled(
    style: Style,
    plan: &PinPlan,
    stamp: &Stamp,
    outlines: &Outlines<'_>,
    unit: usize,
    site: &CallSite,
    keyword: &str,
) -> Option<Vec<Splice>> {
    match style {
        Style::Inline => None,
        Style::Constant => constant(plan, stamp, outlines, unit, site, keyword),
        Style::Registry => registry(plan, stamp, outlines, unit, site, keyword),
    }
}

fn is_name(text: &str) -> bool {
    let mut characters = text.chars();
    characters.next().is_some_and(|first| first.is_ascii_alphabetic() || first == '_')
        && characters.all(|character| character.is_ascii_alphanumeric() || character == '_')
}

fn note(stamp: &Stamp) -> String {
    stamp.note.as_ref().map_or_else(String::new, |note| format!("  # {note}"))
}

pub(super) fn newline(text: &str) -> &'static str {
    if text.contains("\r\n") { "\r\n" } else { "\n" }
}

/// The physical line that holds a byte, without its end.
fn line_of(text: &str, at: usize) -> Option<Span> {
    let start = text.get(..at)?.rfind(['\n', '\r']).map_or(0, |before| before + 1);
    let end = at + text.get(at..)?.find(['\n', '\r']).unwrap_or(text.len() - at);
    Some(Span::new(start, end))
}

/// `MODEL_ID = "org/m"` gets a neighbour, and the call names it.
fn constant(
    plan: &PinPlan,
    stamp: &Stamp,
    outlines: &Outlines<'_>,
    unit: usize,
    site: &CallSite,
    keyword: &str,
) -> Option<Vec<Splice>> {
    let module = outlines.module(unit)?;
    let text = module.text();
    let name = plan.id_written.text(text);
    let definition = plan.id_definition.filter(|_| is_name(name))?;
    let line = line_of(text, definition.start())?;
    let written = line.text(text);
    let indent = written.get(..written.len() - written.trim_start().len())?;
    // A plain assignment of one literal on one line: `NAME = "org/m"`, `NAME: str = "org/m"`.
    let target = text.get(line.start() + indent.len()..definition.start())?;
    let after = text.get(definition.end()..line.end())?.trim();
    let plain = target.strip_prefix(name).is_some_and(|rest| {
        let rest = rest.trim();
        rest.ends_with('=') && !rest.ends_with("==") && (rest.len() == 1 || rest.starts_with(':')) && !rest.contains('"')
    });
    if !plain || !(after.is_empty() || after.starts_with('#')) || line.end() < definition.end() {
        return None;
    }
    let upper = !name.bytes().any(|byte| byte.is_ascii_lowercase());
    let new_name = format!("{name}{}", if upper { "_REVISION" } else { "_revision" });
    let quote = definition.text(text).chars().next().filter(|first| matches!(first, '"' | '\'')).unwrap_or('"');
    let declaration = format!("{indent}{new_name} = {quote}{}{quote}", stamp.commit);
    let mut splices = argument(outlines, unit, site, &format!("{keyword}={new_name}"), None)?.splices;
    let present = module.occurrences(&new_name).next();
    match present {
        // Written by an earlier pass or an earlier run.
        Some(_) if text.lines().any(|line| line.starts_with(&declaration)) => {}
        Some(_) => return None,
        None => {
            if written.trim_end().ends_with('\\') || !module.in_code(line.end()) && !after.starts_with('#') {
                return None;
            }
            splices.push(Splice::insert(unit, line.end(), format!("{}{declaration}{}", newline(text), note(stamp))));
        }
    }
    Some(splices)
}

/// `revision=HF_REVISIONS["org/m"]`, with the table behind the imports.
fn registry(
    plan: &PinPlan,
    stamp: &Stamp,
    outlines: &Outlines<'_>,
    unit: usize,
    site: &CallSite,
    keyword: &str,
) -> Option<Vec<Splice>> {
    let module = outlines.module(unit)?;
    let text = module.text();
    let newline = newline(text);
    let written = plan.id_written.text(text);
    let key = if is_name(written) && plan.id_definition.is_some() { written.to_owned() } else { format!("\"{}\"", plan.id) };
    let entry = format!("\"{}\": \"{}\",", plan.id, stamp.commit);
    let mut splices = argument(outlines, unit, site, &format!("{keyword}={REGISTRY}[{key}]"), None)?.splices;
    let opening = format!("{REGISTRY} = {{");
    let table = text
        .match_indices(&opening)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with('\n')));
    if let Some(table) = table {
        let inside = table + opening.len();
        let end = inside + text.get(inside..)?.find('}')?;
        let content = text.get(inside..end)?;
        if content.contains(&entry) {
            return Some(splices);
        }
        // The id is there with another commit, or the table has a form of its own.
        if content.contains(&format!("\"{}\"", plan.id)) || !content.starts_with(['\n', '\r']) {
            return None;
        }
        splices.push(Splice::insert(unit, inside, format!("{newline}    {entry}{}", note(stamp))));
        return Some(splices);
    }
    if module.occurrences(REGISTRY).next().is_some() {
        return None;
    }
    let whole = format!("{REGISTRY} = {{{newline}    {entry}{}{newline}}}", note(stamp));
    let mut last = None;
    for line in module.lines() {
        let code = line.span.text(text);
        let header = code.starts_with("import ") || code.starts_with("from ") || code.starts_with(['"', '\'']) && last.is_none();
        if !header || line_of(text, line.span.start())?.start() != line.span.start() {
            break;
        }
        last = Some(line.span.end());
    }
    let place = match last {
        Some(end) => Splice::insert(unit, line_of(text, end)?.end(), format!("{newline}{newline}{whole}")),
        None => {
            let first = module.lines().first()?.span.start();
            Splice::insert(unit, line_of(text, first)?.start(), format!("{whole}{newline}{newline}"))
        }
    };
    splices.push(place);
    Some(splices)
}
