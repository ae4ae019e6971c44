//! Folding: operators and methods of texts, bytes, numbers, lists and paths on known values.
//!
//! Only what CPython would give, exactly; anything else is unknown.

use std::rc::Rc;

use base64::Engine as _;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig};

use crate::python::ast::Operator;
use crate::python::format::{Spec, percent, replacement_fields};
use crate::python::things::{ALTERNATIVES, Resolved, Sequence, SequenceKind, Source, Thing};
use crate::usage::{Origin, Why};

/// Longer texts are not folded.
const LONGEST: usize = 1 << 16;

/// Roots of the standard library that the resolver knows functions of, or that never are a module of the project.
const STANDARD: &[&str] = &[
    "__future__",
    "abc",
    "argparse",
    "ast",
    "asyncio",
    "atexit",
    "base64",
    "binascii",
    "builtins",
    "codecs",
    "collections",
    "concurrent",
    "contextlib",
    "copy",
    "csv",
    "ctypes",
    "dataclasses",
    "datetime",
    "decimal",
    "dis",
    "enum",
    "functools",
    "gc",
    "getpass",
    "glob",
    "gzip",
    "hashlib",
    "heapq",
    "importlib",
    "inspect",
    "io",
    "itertools",
    "json",
    "logging",
    "marshal",
    "math",
    "multiprocessing",
    "operator",
    "os",
    "pathlib",
    "pickle",
    "platform",
    "posixpath",
    "pprint",
    "queue",
    "random",
    "re",
    "secrets",
    "shelve",
    "shlex",
    "shutil",
    "signal",
    "socket",
    "sqlite3",
    "ssl",
    "statistics",
    "string",
    "struct",
    "subprocess",
    "sys",
    "tarfile",
    "tempfile",
    "textwrap",
    "threading",
    "time",
    "traceback",
    "types",
    "typing",
    "typing_extensions",
    "unittest",
    "urllib",
    "uuid",
    "warnings",
    "weakref",
    "xml",
    "zipfile",
    "zlib",
];

/// True for modules of the standard library.
pub fn is_standard(dotted: &str) -> bool {
    let root = dotted.split('.').next().unwrap_or(dotted);
    STANDARD.binary_search(&root).is_ok()
}

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

/// `str(value)` and plain fields of f-strings.
pub fn display(value: &Rc<Resolved>) -> Rc<Resolved> {
    value.map(display_thing)
}

/// `str(thing)`
pub fn display_thing(thing: &Thing) -> Option<Thing> {
    Some(match thing {
        Thing::Str(_) | Thing::Path(_) => thing.clone(),
        Thing::Int(number) => Thing::Str(number.to_string().into()),
        Thing::Bool(true) => Thing::Str("True".into()),
        Thing::Bool(false) => Thing::Str("False".into()),
        Thing::None => Thing::Str("None".into()),
        // The text of a member differs between versions of Python and kinds of enum.
        _ => return None,
    })
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

fn join_two(first: &str, second: &str) -> String {
    if second.starts_with('/') || first.is_empty() {
        return second.to_owned();
    }
    if second.is_empty() {
        return first.to_owned();
    }
    format!("{}/{second}", first.trim_end_matches('/'))
}

/// The text of `os.path.join(..)`, `Path(..)`, where all parts are known.
pub fn joined_path(parts: &[Rc<Resolved>], open: bool) -> Option<Rc<str>> {
    if open || parts.is_empty() {
        return None;
    }
    let mut joined = String::new();
    for part in parts {
        let next = match part.only()? {
            Thing::Str(text) => text.clone(),
            Thing::Path(Some(text)) => text.clone(),
            _ => return None,
        };
        joined = join_two(&joined, &next);
        if joined.len() > LONGEST {
            return None;
        }
    }
    Some(joined.into())
}

/// Methods of a path.
pub fn path_method(text: Option<&Rc<str>>, name: &str, arguments: &[Rc<Resolved>]) -> Rc<Resolved> {
    let path = |text: Option<Rc<str>>| Resolved::known(Thing::Path(text), None);
    match name {
        "resolve" | "absolute" | "expanduser" | "with_suffix" | "with_name" | "with_stem" | "relative_to" | "as_uri"
        | "rename" | "readlink" => path(None),
        "as_posix" | "__str__" | "__fspath__" | "strip" | "rstrip" => path(text.cloned()),
        "joinpath" => {
            let mut parts = vec![path(text.cloned())];
            parts.extend(arguments.iter().cloned());
            path(joined_path(&parts, false))
        }
        "replace" | "format" | "lower" => path(None),
        _ => Resolved::unknown(Why::Call),
    }
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

fn text_method_inner(text: &str, name: &str, arguments: &[Rc<Resolved>], source: Option<Source>) -> Option<Rc<Resolved>> {
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
fn is_blank(character: char) -> bool {
    matches!(character, ' ' | '\t' | '\n' | '\r' | '\x0b' | '\x0c' | '\x1c'..='\x1f')
}

/// Methods of bytes.
pub fn bytes_method(bytes: &Rc<[u8]>, name: &str, arguments: &[Rc<Resolved>]) -> Rc<Resolved> {
    let encoding = match arguments {
        [] => Some("utf-8"),
        [encoding] => encoding.only_str(),
        _ => None,
    };
    let text = match (name, encoding) {
        ("decode", Some("utf-8" | "utf8" | "UTF-8")) => std::str::from_utf8(bytes).ok(),
        ("decode", Some("ascii")) => std::str::from_utf8(bytes).ok().filter(|text| text.is_ascii()),
        ("hex", _) if arguments.is_empty() => {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            return Resolved::text(hex, None);
        }
        _ => None,
    };
    match text {
        Some(text) => Resolved::text(text, None),
        None => Resolved::unknown(Why::Call),
    }
}

/// `base64.b64decode(..)`, standard or for addresses.
pub fn decode_base64(thing: &Thing) -> Option<Thing> {
    let bytes = bytes_of(thing)?;
    if bytes.len() > LONGEST {
        return None;
    }
    let standard: Vec<u8> = bytes
        .iter()
        .map(|byte| match byte {
            b'-' => b'+',
            b'_' => b'/',
            other => *other,
        })
        .collect();
    let config = GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::RequireCanonical);
    let engine = GeneralPurpose::new(&base64::alphabet::STANDARD, config);
    engine.decode(standard).ok().map(|bytes| Thing::Bytes(bytes.into()))
}

/// `bytes.fromhex(..)`, `unhexlify(..)`
pub fn decode_hex(thing: &Thing) -> Option<Thing> {
    let bytes = bytes_of(thing)?;
    let digits: Vec<u8> = bytes.iter().copied().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !digits.len().is_multiple_of(2) || digits.len() > LONGEST {
        return None;
    }
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits
        .chunks_exact(2)
        .map(|pair| match pair {
            [high, low] => Some(digit(*high)? * 16 + digit(*low)?),
            _ => None,
        })
        .collect::<Option<Vec<u8>>>()
        .map(|bytes| Thing::Bytes(bytes.into()))
}

/// `codecs.decode(text, encoding)`
pub fn decode_codec(thing: &Thing, encoding: &str) -> Option<Thing> {
    match encoding {
        "rot13" | "rot_13" => {
            let rotated: String = thing
                .as_str()?
                .chars()
                .map(|character| {
                    let shift = |first: u8| {
                        let from = u8::try_from(character).unwrap_or(first) - first;
                        char::from(first + (from + 13) % 26)
                    };
                    match character {
                        'a'..='z' => shift(b'a'),
                        'A'..='Z' => shift(b'A'),
                        other => other,
                    }
                })
                .collect();
            Some(Thing::Str(rotated.into()))
        }
        "hex" | "hex_codec" => decode_hex(thing),
        _ => None,
    }
}

/// `urllib.parse.unquote(..)`
pub fn unquote(thing: &Thing) -> Option<Thing> {
    let text = thing.as_str()?;
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, more)) = rest.split_first() {
        rest = more;
        if *first == b'%'
            && let Some(pair) = more.get(..2)
            && let Some(value) = std::str::from_utf8(pair).ok().and_then(|pair| u8::from_str_radix(pair, 16).ok())
        {
            bytes.push(value);
            rest = more.get(2..).unwrap_or(&[]);
        } else {
            bytes.push(*first);
        }
    }
    String::from_utf8(bytes).ok().map(|text| Thing::Str(text.into()))
}

fn bytes_of(thing: &Thing) -> Option<Vec<u8>> {
    match thing {
        Thing::Bytes(bytes) => Some(bytes.to_vec()),
        other => Some(other.as_str()?.as_bytes().to_vec()),
    }
}

/// `bytes([..])`
pub fn to_bytes(thing: &Thing) -> Option<Thing> {
    match thing {
        Thing::Bytes(_) => Some(thing.clone()),
        Thing::Sequence(sequence) if !sequence.open && sequence.kind != SequenceKind::Set => sequence
            .items
            .iter()
            .map(|item| match item.only() {
                Some(Thing::Int(number)) => u8::try_from(*number).ok(),
                _ => None,
            })
            .collect::<Option<Vec<u8>>>()
            .map(|bytes| Thing::Bytes(bytes.into())),
        _ => None,
    }
}

/// `chr(..)`
pub fn character(thing: &Thing) -> Option<Thing> {
    match thing {
        Thing::Int(number) => {
            u32::try_from(*number).ok().and_then(char::from_u32).map(|character| Thing::Str(character.to_string().into()))
        }
        _ => None,
    }
}

/// `ord(..)`
pub fn ordinal(thing: &Thing) -> Option<Thing> {
    let text = thing.as_str()?;
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then(|| Thing::Int(i64::from(u32::from(first))))
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
