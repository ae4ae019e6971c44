//! Where the digits of a pin stand: at the call, in a constant beside a constant id, or in one table of the file.

use super::Splice;
use super::comment::line_of;
use super::insert::argument;
use super::outlines::Outlines;
use super::pin::Stamp;
use crate::judge::PinPlan;
use crate::python::module::Module;
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

/// A call that gets a revision, for all the styles.
pub struct Target<'t, 's> {
    /// What is to be pinned.
    pub plan: &'t PinPlan,
    /// What is written.
    pub stamp: &'t Stamp,
    /// The file.
    pub outlines: &'t Outlines<'s>,
    /// Index of the unit.
    pub unit: usize,
    /// The call.
    pub site: &'t CallSite,
    /// The keyword of the revision.
    pub keyword: &'t str,
}

impl<'s> Target<'_, 's> {
    /// The unit as Python.
    fn module(&self) -> Option<&Module<'s>> {
        self.outlines.module(self.unit)
    }

    /// The argument itself: `keyword=value`.
    fn argument(&self, value: &str) -> Option<Vec<Splice>> {
        Some(argument(self.outlines, self.unit, self.site, &format!("{}={value}", self.keyword), None)?.splices)
    }
}

/// The splices for a style other than inline; `None` when the code has no place for it and the pin goes to the call.
#[must_use]
pub fn styled(style: Style, target: &Target<'_, '_>) -> Option<Vec<Splice>> {
    match style {
        Style::Inline => None,
        Style::Constant => constant(target),
        Style::Registry => registry(target),
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

/// `name`, `self.name`, `names["key"]`, `names[key]`: written twice it is evaluated twice, and does nothing by it.
pub(super) fn is_plain(text: &str) -> bool {
    let mut rest = text;
    let mut first = true;
    loop {
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let (name, behind) = rest.split_at(length);
        if first && !is_name(name) {
            return false;
        }
        first = false;
        rest = behind;
        while let Some(inner) = rest.strip_prefix('[') {
            let Some((key, behind)) = inner.split_once(']') else { return false };
            let quoted = key.len() >= 2
                && ['"', '\''].iter().any(|quote| key.starts_with(*quote) && key.ends_with(*quote))
                && key.trim_matches(['"', '\'']).bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./ ".contains(&byte));
            if !(quoted || is_name(key) || !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_digit())) {
                return false;
            }
            rest = behind;
        }
        match rest.strip_prefix('.') {
            Some(next) if next.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') => rest = next,
            _ => return rest.is_empty(),
        }
    }
}

/// `MODEL_ID = "org/m"` gets a neighbour, and the call names it.
fn constant(target: &Target<'_, '_>) -> Option<Vec<Splice>> {
    let (plan, stamp, module) = (target.plan, target.stamp, target.module()?);
    let text = module.text();
    let name = plan.id_written.text(text);
    let definition = plan.id_definition.filter(|_| is_name(name))?;
    let line = line_of(text, definition.start())?;
    let written = line.text(text);
    let indent = written.get(..written.len() - written.trim_start().len())?;
    // A plain assignment of one literal on one line: `NAME = "org/m"`, `NAME: str = "org/m"`.
    let left = text.get(line.start() + indent.len()..definition.start())?;
    let after = text.get(definition.end()..line.end())?.trim();
    let plain = left.strip_prefix(name).is_some_and(|rest| {
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
    let mut splices = target.argument(&new_name)?;
    let present = module.occurrences(&new_name).next();
    match present {
        // Written by an earlier pass or an earlier run.
        Some(_) if text.lines().any(|line| line.starts_with(&declaration)) => {}
        Some(_) => return None,
        None => {
            if written.trim_end().ends_with('\\') || !module.in_code(line.end()) && !after.starts_with('#') {
                return None;
            }
            splices.push(Splice::insert(target.unit, line.end(), format!("{}{declaration}{}", newline(text), note(stamp))));
        }
    }
    Some(splices)
}

/// `revision=HF_REVISIONS["org/m"]`, with the table behind the imports.
fn registry(target: &Target<'_, '_>) -> Option<Vec<Splice>> {
    let plan = target.plan;
    let written = plan.id_written.text(target.module()?.text());
    let key = plan.id_text.as_str();
    if key.is_empty() {
        return None;
    }
    let name = if is_name(written) && plan.id_definition.is_some() { written.to_owned() } else { literal(key)? };
    let mut splices = target.argument(&format!("{REGISTRY}[{name}]"))?;
    splices.extend(entries(target, &[(key, target.stamp)])?);
    Some(splices)
}

/// `revision=HF_REVISIONS.get(name)` for a name that stands for one of several ids: the ids of the table are pinned, and
/// any other id is loaded as before.
#[must_use]
pub fn looked_up(target: &Target<'_, '_>, name: Span, given: Option<Span>, ids: &[(&str, &Stamp)]) -> Option<Vec<Splice>> {
    let text = target.module()?.text();
    let name = name.text(text);
    if !is_plain(name) {
        return None;
    }
    let found = format!("{REGISTRY}.get({name})");
    let mut splices = match given {
        Some(given) => vec![super::pin::or(text, target.unit, given, &found)?],
        None => target.argument(&found)?,
    };
    splices.extend(entries(target, ids)?);
    Some(splices)
}

/// A Python literal of a plain id.
fn literal(text: &str) -> Option<String> {
    let plain = text.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'"' | b'\\'));
    plain.then(|| format!("\"{text}\""))
}

/// What makes sure that the table holds these ids.
fn entries(target: &Target<'_, '_>, ids: &[(&str, &Stamp)]) -> Option<Vec<Splice>> {
    // Cells run in any order, and each would bring a table of its own under the one name.
    if target.outlines.source().notebook {
        return None;
    }
    let (module, unit) = (target.module()?, target.unit);
    let text = module.text();
    let newline = newline(text);
    let opening = format!("{REGISTRY} = {{");
    let table = text
        .match_indices(&opening)
        .map(|(at, _)| at)
        .find(|at| *at == 0 || text.get(..*at).is_some_and(|before| before.ends_with('\n')));
    let mut lines = Vec::new();
    for (id, stamp) in ids {
        lines.push((literal(id)?, format!("{}: \"{}\",", literal(id)?, stamp.commit), note(stamp)));
    }
    if let Some(table) = table {
        let inside = table + opening.len();
        let end = inside + text.get(inside..)?.find('}')?;
        let content = text.get(inside..end)?;
        let mut splices = Vec::new();
        for (key, entry, note) in lines {
            if content.contains(&entry) {
                continue;
            }
            // The id is there with another commit, or the table has a form of its own.
            if content.contains(&key) || !content.starts_with(['\n', '\r']) {
                return None;
            }
            splices.push(Splice::insert(unit, inside, format!("{newline}    {entry}{note}")));
        }
        return Some(splices);
    }
    if module.occurrences(REGISTRY).next().is_some() {
        return None;
    }
    let content: String = lines.iter().map(|(_, entry, note)| format!("    {entry}{note}{newline}")).collect();
    let whole = format!("{opening}{newline}{content}}}");
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
    Some(vec![place])
}
