//! Methods of texts, and what puts texts together.

use super::{LONGEST, binary};
use crate::python::ast::Operator;
use crate::python::format::{Spec, replacement_fields};
use crate::python::things::{Resolved, Sequence, SequenceKind, Source, Thing, is_download};
use crate::usage::Why;
use std::rc::Rc;

/// `str(value)` and plain fields of f-strings.
pub fn display(value: &Rc<Resolved>) -> Rc<Resolved> {
    value.map(display_thing)
}

/// `str(thing)`
pub fn display_thing(thing: &Thing) -> Option<Thing> {
    Some(match thing {
        Thing::Str(_) | Thing::Path(_) => thing.clone(),
        Thing::Result(result) if is_download(result) => thing.clone(),
        Thing::Int(number) => Thing::Str(number.to_string().into()),
        Thing::Bool(true) => Thing::Str("True".into()),
        Thing::Bool(false) => Thing::Str("False".into()),
        Thing::None => Thing::Str("None".into()),
        // The text of a member differs between versions of Python and kinds of enum.
        _ => return None,
    })
}

/// `separator.join(items)`
pub fn join(separator: &str, items: &[Rc<Resolved>], source: Option<Source>) -> Rc<Resolved> {
    let mut joined = Resolved::text("", source);
    for (index, item) in items.iter().enumerate() {
        if index > 0 && !separator.is_empty() {
            joined = binary(Operator::Add, &joined, &Resolved::text(separator, source), source);
        }
        joined = binary(Operator::Add, &joined, item, source);
        if joined.things.is_empty() {
            break;
        }
    }
    joined
}

/// `text.format(..)`
pub fn format(text: &str, positional: &[Rc<Resolved>], named: &[(&str, &Rc<Resolved>)], source: Option<Source>) -> Rc<Resolved> {
    let Some(fields) = replacement_fields(text) else {
        return Resolved::unknown(Why::Expression);
    };
    let mut joined = Resolved::text("", source);
    let mut next = 0;
    for field in fields {
        let part = match field {
            Spec::Literal(literal) => Resolved::text(literal, source),
            Spec::Field(name) => {
                let value = if name.is_empty() {
                    next += 1;
                    positional.get(next - 1)
                } else if let Ok(index) = name.parse::<usize>() {
                    positional.get(index)
                } else {
                    named.iter().find(|(have, _)| *have == name).map(|(_, value)| *value)
                };
                match value {
                    Some(value) => display(value),
                    None => return Resolved::unknown(Why::Expression),
                }
            }
        };
        joined = binary(Operator::Add, &joined, &part, source);
        if joined.things.is_empty() {
            return joined;
        }
    }
    joined
}

/// Methods of a text with arguments by position.
pub fn text_method(text: &str, name: &str, arguments: &[Rc<Resolved>], source: Option<Source>) -> Rc<Resolved> {
    match text_method_inner(text, name, arguments, source) {
        Some(value) => value,
        None => Resolved::unknown(arguments.iter().find_map(|argument| argument.unknown).unwrap_or(Why::Call)),
    }
}

pub(super) fn text_method_inner(
    text: &str,
    name: &str,
    arguments: &[Rc<Resolved>],
    source: Option<Source>,
) -> Option<Rc<Resolved>> {
    let texts: Option<Vec<&str>> = arguments.iter().map(|argument| argument.only_str()).collect();
    let known = |text: String| Some(Resolved::text(text, source));
    let list = |items: Vec<String>| {
        let items = items.into_iter().map(|item| Resolved::text(item, source)).collect();
        Some(Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open: false })), source))
    };
    let truth = |value: bool| Some(Resolved::known(Thing::Bool(value), source));
    // Case and blanks are what Unicode says; both sides agree on ASCII.
    if !text.is_ascii()
        && !matches!(name, "replace" | "split" | "startswith" | "endswith" | "removeprefix" | "removesuffix" | "encode")
    {
        return None;
    }
    match (name, texts?.as_slice()) {
        ("lower" | "casefold", []) => known(text.to_ascii_lowercase()),
        ("upper", []) => known(text.to_ascii_uppercase()),
        ("strip", []) => known(text.trim_matches(is_blank).to_owned()),
        ("lstrip", []) => known(text.trim_start_matches(is_blank).to_owned()),
        ("rstrip", []) => known(text.trim_end_matches(is_blank).to_owned()),
        ("strip", [set]) => known(text.trim_matches(|character| set.contains(character)).to_owned()),
        ("lstrip", [set]) => known(text.trim_start_matches(|character| set.contains(character)).to_owned()),
        ("rstrip", [set]) => known(text.trim_end_matches(|character| set.contains(character)).to_owned()),
        ("replace", [from, to]) if !from.is_empty() => {
            let replaced = text.replace(from, to);
            (replaced.len() <= LONGEST).then(|| Resolved::text(replaced, source))
        }
        ("removeprefix", [prefix]) => known(text.strip_prefix(prefix).unwrap_or(text).to_owned()),
        ("removesuffix", [suffix]) => known(text.strip_suffix(suffix).unwrap_or(text).to_owned()),
        ("startswith", [prefix]) => truth(text.starts_with(prefix)),
        ("endswith", [suffix]) => truth(text.ends_with(suffix)),
        ("split", [separator]) if !separator.is_empty() => list(text.split(separator).map(str::to_owned).collect()),
        ("split", []) => list(text.split(is_blank).filter(|part| !part.is_empty()).map(str::to_owned).collect()),
        ("encode", []) | ("encode", ["utf-8" | "utf8"]) => Some(Resolved::known(Thing::Bytes(text.as_bytes().into()), source)),
        ("encode", ["ascii"]) if text.is_ascii() => Some(Resolved::known(Thing::Bytes(text.as_bytes().into()), source)),
        ("title" | "capitalize", []) if name == "capitalize" => {
            let mut lower = text.to_ascii_lowercase();
            if let Some(first) = lower.get_mut(..1) {
                first.make_ascii_uppercase();
            }
            known(lower)
        }
        _ => None,
    }
}

/// Blanks of ASCII as Python's `strip` sees them.
pub fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1f')
}
