//! Folding: operators and methods of texts, bytes, numbers, lists and paths on known values.
//!
//! Only what CPython would give, exactly; anything else is unknown.

mod codec;
mod path;
mod standard;
mod text;

pub use codec::{bytes_method, character, decode_base64, decode_codec, decode_hex, ordinal, to_bytes, unquote};
pub use path::{joined_path, path_method};
pub use standard::is_standard;
pub use text::{display, display_thing, format, is_blank, join, text_method};

use std::rc::Rc;

use path::join_two;

use crate::python::ast::Operator;
use crate::python::format::percent;
use crate::python::things::{ALTERNATIVES, Resolved, Sequence, SequenceKind, Source, Thing, is_download};
use crate::usage::{Origin, Why};

/// Longer texts are not folded.
const LONGEST: usize = 1 << 16;

/// A result for every pair of alternatives.
fn pairwise(
    left: &Resolved,
    right: &Resolved,
    source: Option<Source>,
    function: impl Fn(&Thing, &Thing) -> Option<Thing>,
) -> Rc<Resolved> {
    if left.things.len().saturating_mul(right.things.len()) > ALTERNATIVES {
        return Resolved::unknown(Why::Bound);
    }
    if left.things.is_empty() || right.things.is_empty() {
        return Resolved::unknown(left.unknown.or(right.unknown).unwrap_or(Why::Expression));
    }
    let mut parts = Vec::with_capacity(left.things.len() * right.things.len() + 1);
    for first in &left.things {
        for second in &right.things {
            parts.push(match function(first, second) {
                Some(thing) => Resolved::known(thing, source),
                None => Resolved::unknown(Why::Expression),
            });
        }
    }
    if let Some(why) = left.unknown.or(right.unknown) {
        parts.push(Resolved::unknown(why));
    }
    Resolved::join(&parts).with_origin(beyond_constant(left.origin)).with_origin(beyond_constant(right.origin))
}

/// What is computed from constants is itself written here.
fn beyond_constant(origin: Origin) -> Origin {
    match origin {
        Origin::Constant => Origin::Literal,
        other => other,
    }
}

/// `left operator right`
pub fn binary(operator: Operator, left: &Resolved, right: &Resolved, source: Option<Source>) -> Rc<Resolved> {
    // A path joined with anything is a path.
    if operator == Operator::Divide {
        let is_path =
            |value: &Resolved| !value.things.is_empty() && value.things.iter().all(|thing| matches!(thing, Thing::Path(_)));
        if (is_path(left) && right.things.is_empty()) || (is_path(right) && left.things.is_empty()) {
            return Resolved::known(Thing::Path(None), source);
        }
    }
    // So is a path with something unknown behind it; and what lies below a download came with it.
    if matches!(operator, Operator::Add | Operator::Divide)
        && right.things.is_empty()
        && let Some(thing @ (Thing::Path(_) | Thing::Result(_))) = left.only()
    {
        match thing {
            Thing::Path(_) => return Resolved::known(Thing::Path(None), source),
            Thing::Result(result) if is_download(result) => return Resolved::known(thing.clone(), source),
            _ => {}
        }
    }
    pairwise(left, right, source, |first, second| operate(operator, first, second))
}

fn operate(operator: Operator, left: &Thing, right: &Thing) -> Option<Thing> {
    match (operator, left, right) {
        (Operator::Divide, Thing::Path(first), second) => {
            let second = match second {
                Thing::Path(second) => second.clone(),
                other => Some(other.as_str()?.into()),
            };
            Some(Thing::Path(match (first, second) {
                (Some(first), Some(second)) => Some(join_two(first, &second).into()),
                _ => None,
            }))
        }
        (Operator::Divide, first, Thing::Path(second)) => {
            let first = first.as_str()?;
            Some(Thing::Path(second.as_ref().map(|second| join_two(first, second).into())))
        }
        (Operator::Add, Thing::Str(first), Thing::Str(second)) => {
            (first.len() + second.len() <= LONGEST).then(|| Thing::Str(format!("{first}{second}").into()))
        }
        (Operator::Add, Thing::Bytes(first), Thing::Bytes(second)) => {
            (first.len() + second.len() <= LONGEST).then(|| Thing::Bytes([&**first, &**second].concat().into()))
        }
        // A local path with something after it stays one.
        (Operator::Add, Thing::Path(first), Thing::Str(second)) => {
            Some(Thing::Path(first.as_ref().map(|first| format!("{first}{second}").into())))
        }
        (Operator::Add, Thing::Path(first), Thing::Path(second)) => Some(Thing::Path(match (first, second) {
            (Some(first), Some(second)) => Some(format!("{first}{second}").into()),
            _ => None,
        })),
        // An f-string that begins with a path.
        (Operator::Add, Thing::Str(first), Thing::Path(_)) if first.is_empty() => Some(right.clone()),
        // Something below a downloaded folder.
        (Operator::Add | Operator::Divide, Thing::Result(first), Thing::Str(_)) if is_download(first) => Some(left.clone()),
        (Operator::Add, Thing::Str(first), Thing::Result(second)) if first.is_empty() && is_download(second) => {
            Some(right.clone())
        }
        (Operator::Add, Thing::Sequence(first), Thing::Sequence(second))
            if first.kind == second.kind && first.kind != SequenceKind::Set =>
        {
            (first.items.len() + second.items.len() <= 4096).then(|| {
                Thing::Sequence(Rc::new(Sequence {
                    kind: first.kind,
                    items: first.items.iter().chain(&second.items).cloned().collect(),
                    open: first.open || second.open,
                }))
            })
        }
        (Operator::Multiply, Thing::Str(text), Thing::Int(count)) | (Operator::Multiply, Thing::Int(count), Thing::Str(text)) => {
            let count = usize::try_from(*count).unwrap_or(0);
            (text.len().checked_mul(count)? <= LONGEST).then(|| Thing::Str(text.repeat(count).into()))
        }
        (Operator::Modulo, Thing::Str(template), argument) => {
            let text = percent(template, argument)?;
            (text.len() <= LONGEST).then(|| Thing::Str(text.into()))
        }
        (Operator::BitOr, Thing::Mapping(first), Thing::Mapping(second)) => {
            let mut mapping = (**first).clone();
            mapping.merge(second);
            Some(Thing::Mapping(Rc::new(mapping)))
        }
        (_, Thing::Int(first), Thing::Int(second)) => integer(operator, *first, *second),
        (Operator::BitAnd, Thing::Bool(first), Thing::Bool(second)) => Some(Thing::Bool(first & second)),
        (Operator::BitOr, Thing::Bool(first), Thing::Bool(second)) => Some(Thing::Bool(first | second)),
        (Operator::BitXor, Thing::Bool(first), Thing::Bool(second)) => Some(Thing::Bool(first ^ second)),
        _ => None,
    }
}

fn integer(operator: Operator, left: i64, right: i64) -> Option<Thing> {
    let number = match operator {
        Operator::Add => left.checked_add(right)?,
        Operator::Subtract => left.checked_sub(right)?,
        Operator::Multiply => left.checked_mul(right)?,
        Operator::FloorDivide => {
            let quotient = left.checked_div(right)?;
            let inexact = left.checked_rem(right)? != 0;
            if inexact && (left < 0) != (right < 0) { quotient - 1 } else { quotient }
        }
        Operator::Modulo => {
            let rest = left.checked_rem(right)?;
            if rest != 0 && (rest < 0) != (right < 0) { rest + right } else { rest }
        }
        Operator::BitAnd => left & right,
        Operator::BitOr => left | right,
        Operator::BitXor => left ^ right,
        _ => return None,
    };
    Some(Thing::Int(number))
}

/// `-x`, `+x`, `~x`
pub fn unary(operator: Operator, value: &Rc<Resolved>, source: Option<Source>) -> Rc<Resolved> {
    let mapped = value.map(|thing| match (operator, thing) {
        (Operator::Negate, Thing::Int(number)) => number.checked_neg().map(Thing::Int),
        (Operator::Negate, Thing::Number(number)) => match number.strip_prefix('-') {
            Some(rest) => Some(Thing::Number(rest.into())),
            None => Some(Thing::Number(format!("-{number}").into())),
        },
        (Operator::Plus, Thing::Int(_) | Thing::Number(_)) => Some(thing.clone()),
        (Operator::Invert, Thing::Int(number)) => Some(Thing::Int(!number)),
        _ => None,
    });
    match source {
        Some(source) => mapped.with_source(source),
        None => mapped,
    }
}

/// A comparison of two known things.
pub fn compare(operator: &str, left: &Thing, right: &Thing) -> Option<bool> {
    let plain = |thing: &Thing| matches!(thing, Thing::Str(_) | Thing::Int(_) | Thing::Bool(_) | Thing::None | Thing::Bytes(_));
    let equal = || -> Option<bool> {
        if !plain(left) || !plain(right) {
            return None;
        }
        Some(match (left, right) {
            (Thing::Bool(truth), Thing::Int(number)) | (Thing::Int(number), Thing::Bool(truth)) => i64::from(*truth) == *number,
            _ => left == right,
        })
    };
    match operator {
        "==" => equal(),
        "!=" => equal().map(|equal| !equal),
        "is" | "is not" => {
            // Only of the singletons.
            let singleton = |thing: &Thing| matches!(thing, Thing::None | Thing::Bool(_));
            if !(singleton(left) || singleton(right)) || matches!(left, Thing::Result(_)) || matches!(right, Thing::Result(_)) {
                return None;
            }
            if !plain(left) || !plain(right) {
                return None;
            }
            Some((left == right) == (operator == "is"))
        }
        "in" | "not in" => {
            let inside = match right {
                Thing::Str(text) => text.contains(left.as_str()?),
                Thing::Sequence(sequence) if !sequence.open && plain(left) => {
                    let mut inside = false;
                    for item in &sequence.items {
                        inside |= compare("==", left, item.only()?)?;
                    }
                    inside
                }
                Thing::Mapping(mapping) if !mapping.open && plain(left) => mapping.items.iter().any(|(key, _)| key == left),
                _ => return None,
            };
            Some(inside == (operator == "in"))
        }
        "<" | ">" | "<=" | ">=" => match (left, right) {
            (Thing::Int(left), Thing::Int(right)) => Some(match operator {
                "<" => left < right,
                ">" => left > right,
                "<=" => left <= right,
                _ => left >= right,
            }),
            _ => None,
        },
        _ => None,
    }
}

/// The elements of a text between bounds.
pub fn slice(
    container: &Resolved,
    lower: Option<Rc<Resolved>>,
    upper: Option<Rc<Resolved>>,
    step: Option<Rc<Resolved>>,
) -> Rc<Resolved> {
    let bound = |part: &Option<Rc<Resolved>>| -> Result<Option<i64>, Why> {
        match part {
            None => Ok(None),
            Some(value) => match value.only() {
                Some(Thing::Int(number)) => Ok(Some(*number)),
                Some(Thing::None) => Ok(None),
                _ => Err(value.why()),
            },
        }
    };
    let (lower, upper, step) = match (bound(&lower), bound(&upper), bound(&step)) {
        (Ok(lower), Ok(upper), Ok(step)) => (lower, upper, step.unwrap_or(1)),
        (lower, upper, step) => {
            let why = [lower.err(), upper.err(), step.err()].into_iter().flatten().next();
            return Resolved::unknown(why.unwrap_or(Why::Expression));
        }
    };
    Rc::new((*container).clone()).map(|thing| match thing {
        Thing::Str(text) => {
            let characters: Vec<char> = text.chars().collect();
            let taken = taken(characters.len(), lower, upper, step)?;
            Some(Thing::Str(taken.iter().filter_map(|index| characters.get(*index)).collect::<String>().into()))
        }
        Thing::Bytes(bytes) => {
            let taken = taken(bytes.len(), lower, upper, step)?;
            Some(Thing::Bytes(taken.iter().filter_map(|index| bytes.get(*index)).copied().collect()))
        }
        Thing::Sequence(sequence) if !sequence.open && sequence.kind != SequenceKind::Set => {
            let taken = taken(sequence.items.len(), lower, upper, step)?;
            Some(Thing::Sequence(Rc::new(Sequence {
                kind: sequence.kind,
                items: taken.iter().filter_map(|index| sequence.items.get(*index)).cloned().collect(),
                open: false,
            })))
        }
        Thing::Path(_) => Some(Thing::Path(None)),
        _ => None,
    })
}

/// The indices that a slice takes.
fn taken(length: usize, lower: Option<i64>, upper: Option<i64>, step: i64) -> Option<Vec<usize>> {
    let length = i64::try_from(length).ok()?;
    if step == 0 {
        return None;
    }
    let (least, most) = if step > 0 { (0, length) } else { (-1, length - 1) };
    let clamp = |bound: i64| {
        let bound = if bound < 0 { bound.saturating_add(length) } else { bound };
        bound.clamp(least, most)
    };
    let from = lower.map_or(if step > 0 { 0 } else { length - 1 }, clamp);
    let to = upper.map_or(if step > 0 { length } else { -1 }, clamp);
    let mut indices = Vec::new();
    let mut index = from;
    while (step > 0 && index < to) || (step < 0 && index > to) {
        indices.push(usize::try_from(index).ok()?);
        index = index.checked_add(step)?;
    }
    Some(indices)
}

/// `text[index]`
pub fn index(thing: &Thing, key: &Resolved, source: Option<Source>) -> Rc<Resolved> {
    let (Thing::Str(text), Some(Thing::Int(index))) = (thing, key.only()) else {
        return Resolved::unknown(key.why());
    };
    let length = i64::try_from(text.chars().count()).unwrap_or(i64::MAX);
    let index = if *index < 0 { index.saturating_add(length) } else { *index };
    match usize::try_from(index).ok().and_then(|index| text.chars().nth(index)) {
        Some(character) => Resolved::text(character.to_string(), source),
        None => Resolved::unknown(Why::Expression),
    }
}

/// `range(..)`
pub fn range(arguments: &[Rc<Resolved>], source: Option<Source>) -> Rc<Resolved> {
    let numbers: Option<Vec<i64>> = arguments
        .iter()
        .map(|argument| match argument.only() {
            Some(Thing::Int(number)) => Some(*number),
            _ => None,
        })
        .collect();
    let (from, to, step) = match numbers.as_deref() {
        Some([to]) => (0, *to, 1),
        Some([from, to]) => (*from, *to, 1),
        Some([from, to, step]) if *step != 0 => (*from, *to, *step),
        _ => return Resolved::unknown(Why::Call),
    };
    let mut items = Vec::new();
    let mut number = from;
    while (step > 0 && number < to) || (step < 0 && number > to) {
        if items.len() >= 1024 {
            return Resolved::unknown(Why::Bound);
        }
        items.push(Resolved::known(Thing::Int(number), source));
        number = match number.checked_add(step) {
            Some(number) => number,
            None => break,
        };
    }
    Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open: false })), source)
}

/// Sorts texts; false when it cannot be said how.
pub fn sort(items: &mut [Rc<Resolved>], with_key: bool) -> bool {
    if with_key || !items.iter().all(|item| item.only_str().is_some()) {
        return false;
    }
    items.sort_by(|left, right| left.only_str().cmp(&right.only_str()));
    true
}
