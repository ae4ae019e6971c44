//! Repairs: from a plan in terms of a unit's text to edits of the file's bytes.

use crate::finding::{Edit, Fix};
use crate::judge::{Repair, RepairPlan};
use crate::source::notebook::escape_for_json;
use crate::source::{Source, Unit};
use crate::span::Span;
use crate::usage::CallSite;

/// The edits of a plan; `None` when it needs what is not known here (a commit hash) or does not fit the text.
#[must_use]
pub fn fix(plan: &RepairPlan, source: &Source, unit: usize) -> Option<Fix> {
    let found = source.units.get(unit)?;
    let (span, text) = match &plan.repair {
        Repair::Replace { span, text } => (*span, text.clone()),
        Repair::InsertArgument { site, keyword, value } => insertion(&found.text, site, keyword, value)?,
        Repair::RemoveArgument { site, span } => (removal(&found.text, site, *span)?, String::new()),
        Repair::Pin(_) => return None,
    };
    let edit = edit(source, found, span, &text)?;
    Some(Fix { safe: plan.safe, description: plan.description.clone(), edits: vec![edit] })
}

/// An edit of the file for an edit of a unit.
#[must_use]
pub fn edit(source: &Source, unit: &Unit, span: Span, text: &str) -> Option<Edit> {
    unit.text.get(span.range())?;
    let range = unit.map.file_range(span);
    let text = if source.notebook { escape_for_json(text) } else { text.to_owned() };
    Some(Edit { start: range.start, end: range.end, text })
}

/// Where `keyword=value` goes into a call, and how: on a line of its own when the arguments have lines of their own.
#[must_use]
pub fn insertion(text: &str, site: &CallSite, keyword: &str, value: &str) -> Option<(Span, String)> {
    let close = site.parentheses.end().checked_sub(1)?;
    let Some(last) = site.last_argument else {
        return Some((Span::new(close, close), format!("{keyword}={value}")));
    };
    let line_start = text.get(..last.start())?.rfind('\n').map_or(0, |at| at + 1);
    let indent = text.get(line_start..last.start())?;
    let own_line = indent.chars().all(|character| character == ' ' || character == '\t') && line_start > site.parentheses.start();
    let newline = if text.get(..last.start())?.ends_with(&format!("\r\n{indent}")) { "\r\n" } else { "\n" };
    if own_line {
        let after = last.end();
        if site.trailing_comma {
            // Behind the comma, and behind a comment that belongs to the argument's line.
            let comma = after + text.get(after..close)?.find(',')? + 1;
            let line_end = text.get(comma..close)?.find(['\r', '\n']).map_or(comma, |at| comma + at);
            return Some((Span::new(line_end, line_end), format!("{newline}{indent}{keyword}={value},")));
        }
        return Some((Span::new(after, after), format!(",{newline}{indent}{keyword}={value}")));
    }
    if site.trailing_comma {
        let comma = last.end() + text.get(last.end()..close)?.find(',')? + 1;
        return Some((Span::new(comma, comma), format!(" {keyword}={value},")));
    }
    Some((Span::new(last.end(), last.end()), format!(", {keyword}={value}")))
}

/// An argument with the comma and blanks that go with it.
fn removal(text: &str, site: &CallSite, span: Span) -> Option<Span> {
    let inner = site.parentheses.start() + 1..site.parentheses.end().checked_sub(1)?;
    let before = text.get(inner.start..span.start())?;
    let after = text.get(span.end()..inner.end)?;
    if let Some(comma) = before.trim_end().strip_suffix(',') {
        return Some(Span::new(inner.start + comma.len(), span.end()));
    }
    let blanks = after.len() - after.trim_start().len();
    if after.trim_start().starts_with(',') {
        let rest = after.trim_start().get(1..)?;
        let more = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        return Some(Span::new(span.start(), span.end() + blanks + 1 + more));
    }
    Some(span)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn site(text: &str, last: Option<&str>) -> CallSite {
        let open = text.find('(').unwrap();
        let close = text.rfind(')').unwrap();
        let last = last.map(|last| {
            let at = text.find(last).unwrap();
            Span::new(at, at + last.len())
        });
        let tail = last.map_or("", |last| &text[last.end()..close]);
        CallSite { parentheses: Span::new(open, close + 1), last_argument: last, trailing_comma: tail.contains(','), open: false }
    }

    fn inserted(text: &str, last: Option<&str>) -> String {
        let (span, new) = insertion(text, &site(text, last), "k", "v").unwrap();
        format!("{}{new}{}", &text[..span.start()], &text[span.end()..])
    }

    #[test]
    fn an_argument_goes_where_a_person_would_put_it() {
        assert_eq!(inserted("f()", None), "f(k=v)");
        assert_eq!(inserted("f(a)", Some("a")), "f(a, k=v)");
        assert_eq!(inserted("f(a,)", Some("a")), "f(a, k=v,)");
        assert_eq!(inserted("f(\n    a,  # why\n)", Some("a")), "f(\n    a,  # why\n    k=v,\n)");
        assert_eq!(inserted("f(\r\n    a\r\n)", Some("a")), "f(\r\n    a,\r\n    k=v\r\n)");
    }

    #[test]
    fn an_argument_leaves_with_its_comma() {
        let removed = |text: &str, argument: &str| {
            let at = text.find(argument).unwrap();
            let span = removal(text, &site(text, Some(argument)), Span::new(at, at + argument.len())).unwrap();
            format!("{}{}", &text[..span.start()], &text[span.end()..])
        };
        assert_eq!(removed("f(a, k=1)", "k=1"), "f(a)");
        assert_eq!(removed("f(k=1, a)", "k=1"), "f(a)");
        assert_eq!(removed("f(k=1)", "k=1"), "f()");
        assert_eq!(removed("f(\n  a,\n  k=1,\n)", "k=1"), "f(\n  a,\n)");
    }
}
