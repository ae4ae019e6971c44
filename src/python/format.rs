//! Templates of Python: `%` and `str.format`, as far as they are plain.

use crate::python::fold::display_thing;
use crate::python::things::{SequenceKind, Thing};

/// A piece of a `str.format` template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Spec {
    /// Text.
    Literal(String),
    /// A field without conversion, format, attribute or index: its name or number, or nothing.
    Field(String),
}

/// The pieces of a template; `None` when a field is not plain or the template is wrong.
pub fn replacement_fields(template: &str) -> Option<Vec<Spec>> {
    let mut pieces = Vec::new();
    let mut literal = String::new();
    let mut characters = template.chars().peekable();
    let mut numbered = false;
    let mut automatic = false;
    while let Some(character) = characters.next() {
        match character {
            '{' if characters.peek() == Some(&'{') => {
                characters.next();
                literal.push('{');
            }
            '}' if characters.peek() == Some(&'}') => {
                characters.next();
                literal.push('}');
            }
            '{' => {
                let mut name = String::new();
                loop {
                    match characters.next()? {
                        '}' => break,
                        next if next.is_alphanumeric() || next == '_' => name.push(next),
                        _ => return None,
                    }
                }
                automatic |= name.is_empty();
                numbered |= name.starts_with(|first: char| first.is_ascii_digit());
                if !literal.is_empty() {
                    pieces.push(Spec::Literal(std::mem::take(&mut literal)));
                }
                pieces.push(Spec::Field(name));
            }
            '}' => return None,
            other => literal.push(other),
        }
    }
    if automatic && numbered {
        return None;
    }
    if !literal.is_empty() {
        pieces.push(Spec::Literal(literal));
    }
    Some(pieces)
}

/// `template % argument` with plain `%s`, `%d`, `%(name)s` and `%%`.
pub fn percent(template: &str, argument: &Thing) -> Option<String> {
    let mut result = String::new();
    let mut characters = template.chars();
    let mut used = 0;
    let mut by_name = false;
    let positional: Vec<Thing> = match argument {
        Thing::Sequence(sequence) if sequence.kind == SequenceKind::Tuple => {
            if sequence.open {
                return None;
            }
            sequence.items.iter().map(|item| item.only().cloned()).collect::<Option<Vec<Thing>>>()?
        }
        other => vec![other.clone()],
    };
    while let Some(character) = characters.next() {
        if character != '%' {
            result.push(character);
            continue;
        }
        let mut kind = characters.next()?;
        if kind == '%' {
            result.push('%');
            continue;
        }
        let value = if kind == '(' {
            let mut name = String::new();
            loop {
                match characters.next()? {
                    ')' => break,
                    next => name.push(next),
                }
            }
            kind = characters.next()?;
            by_name = true;
            let Thing::Mapping(mapping) = argument else {
                return None;
            };
            mapping.get(&name)?.only()?.clone()
        } else {
            let value = positional.get(used)?.clone();
            used += 1;
            value
        };
        match (kind, &value) {
            ('s', _) => match display_thing(&value)? {
                Thing::Str(text) => result.push_str(&text),
                _ => return None,
            },
            ('d' | 'i', Thing::Int(number)) => result.push_str(&number.to_string()),
            _ => return None,
        }
    }
    // Too many arguments are an error, but for a dict.
    let all = by_name || used == positional.len() || matches!(argument, Thing::Mapping(_));
    all.then_some(result)
}
