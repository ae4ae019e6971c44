//! Functions of Python itself whose result is known.

use super::{list, tuple};
use crate::python::ast::Call;
use crate::python::fold;
use crate::python::things::{Mapping, Resolved, Sequence, SequenceKind, Source, Thing, is_download};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};
use std::rc::Rc;

/// Builtins whose result is worked out.
pub(super) const KNOWN_BUILTINS: [&str; 36] = [
    "dict",
    "list",
    "tuple",
    "set",
    "frozenset",
    "reversed",
    "sorted",
    "iter",
    "enumerate",
    "zip",
    "range",
    "str",
    "bytes",
    "bytearray",
    "chr",
    "ord",
    "len",
    "bool",
    "int",
    "getattr",
    "type",
    "super",
    "vars",
    "__import__",
    "bytes.fromhex",
    "bytearray.fromhex",
    "dict.fromkeys",
    "map",
    "filter",
    "print",
    "open",
    "next",
    "memoryview",
    "abs",
    "repr",
    "format",
];

impl Resolver<'_> {
    pub(super) fn builtin(&self, name: &str, call: &Call, source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        if !KNOWN_BUILTINS.contains(&name) {
            return Resolved::unknown(Why::Call);
        }
        let given = self.given(call, at);
        let first = given.at(0).cloned();
        // A file that is opened, the bytes or the path of a download are the download still.
        if let Some(first) = &first
            && matches!(name, "open" | "bytes" | "bytearray" | "str" | "memoryview" | "next" | "sorted" | "list")
            && matches!(first.only(), Some(Thing::Result(result)) if is_download(result))
        {
            return first.clone();
        }
        let unknown = || Resolved::unknown(first.as_ref().and_then(|first| first.unknown).unwrap_or(Why::Call));
        match name {
            "dict" => {
                let mut mapping = Mapping { open: given.open(), ..Mapping::default() };
                for kept in &given.arguments {
                    match (&kept.keyword, kept.value.only()) {
                        (Some(keyword), _) => mapping.set(Thing::Str(keyword.clone()), kept.value.clone()),
                        (None, Some(Thing::Mapping(more))) => mapping.merge(more),
                        (None, _) => match self.elements(&kept.value) {
                            Some(pairs) => {
                                for pair in pairs {
                                    match self.elements(&pair).as_deref() {
                                        Some([key, value]) if key.only().is_some() => {
                                            if let Some(key) = key.only() {
                                                mapping.set(key.clone(), value.clone());
                                            }
                                        }
                                        _ => mapping.open = true,
                                    }
                                }
                            }
                            None => mapping.open = true,
                        },
                    }
                }
                Resolved::known(Thing::Mapping(Rc::new(mapping)), source)
            }
            "list" | "tuple" | "set" | "frozenset" | "reversed" | "sorted" | "iter" => {
                let kind = match name {
                    "tuple" => SequenceKind::Tuple,
                    "set" | "frozenset" => SequenceKind::Set,
                    _ => SequenceKind::List,
                };
                let items = match &first {
                    None => Some(Vec::new()),
                    Some(first) => self.elements(first),
                };
                match items {
                    Some(mut items) => {
                        if name == "reversed" {
                            items.reverse();
                        }
                        if name == "sorted" && !fold::sort(&mut items, given.arguments.len() > 1) {
                            return unknown();
                        }
                        Resolved::known(Thing::Sequence(Rc::new(Sequence { kind, items, open: given.open() })), source)
                    }
                    None => unknown(),
                }
            }
            "enumerate" => match first.as_ref().and_then(|first| self.elements(first)) {
                Some(items) if given.arguments.len() == 1 => {
                    let items = items
                        .into_iter()
                        .enumerate()
                        .map(|(index, item)| {
                            let index = Resolved::known(Thing::Int(i64::try_from(index).unwrap_or(i64::MAX)), None);
                            tuple(vec![index, item])
                        })
                        .collect();
                    list(items, source)
                }
                _ => unknown(),
            },
            "zip" => {
                let columns: Option<Vec<Vec<Rc<Resolved>>>> =
                    given.arguments.iter().map(|kept| self.elements(&kept.value)).collect();
                match columns {
                    Some(columns) if !columns.is_empty() && !given.open() => {
                        let length = columns.iter().map(Vec::len).min().unwrap_or(0);
                        let rows = (0..length)
                            .map(|row| tuple(columns.iter().filter_map(|column| column.get(row)).cloned().collect()))
                            .collect();
                        list(rows, source)
                    }
                    _ => unknown(),
                }
            }
            "range" => fold::range(&given.positional(), source),
            "str" => match &first {
                None => Resolved::text("", source),
                Some(first) => match first.only() {
                    // `str(name)` of a parameter that nobody gave is of no interest.
                    Some(Thing::None) if first.origin == Origin::Default => Resolved::unknown(Why::Parameter),
                    Some(Thing::Bytes(_)) | None => unknown(),
                    Some(_) => fold::display(first),
                },
            },
            "bytes" | "bytearray" => match &first {
                Some(first) => first.map(fold::to_bytes),
                None => unknown(),
            },
            "chr" => first.as_ref().map_or_else(unknown, |first| first.map(fold::character)),
            "ord" => first.as_ref().map_or_else(unknown, |first| first.map(fold::ordinal)),
            "len" => match &first {
                Some(first) => first.map(|thing| match thing {
                    Thing::Str(text) => i64::try_from(text.chars().count()).ok().map(Thing::Int),
                    Thing::Sequence(sequence) if !sequence.open && sequence.kind != SequenceKind::Set => {
                        i64::try_from(sequence.items.len()).ok().map(Thing::Int)
                    }
                    _ => None,
                }),
                None => unknown(),
            },
            "bool" => match first.as_ref().map(|first| (first.truth(), first.origin)) {
                Some((Some(truth), origin)) => Resolved::known(Thing::Bool(truth), source).with_origin(origin),
                _ => unknown(),
            },
            "int" => first.as_ref().map_or_else(unknown, |first| {
                first.map(|thing| match thing {
                    Thing::Int(number) => Some(Thing::Int(*number)),
                    Thing::Bool(value) => Some(Thing::Int(i64::from(*value))),
                    Thing::Str(text) => text.trim().parse().ok().map(Thing::Int),
                    _ => None,
                })
            }),
            "getattr" => {
                let (Some(receiver), Some(attribute)) = (given.at(0), given.at(1)) else {
                    return unknown();
                };
                let Some(attribute) = attribute.only_str() else {
                    // Any attribute of a library.
                    return receiver.map(|thing| match thing {
                        Thing::Object(name) if self.is_library(name) => Some(Thing::Object(format!("{name}.*").into())),
                        _ => None,
                    });
                };
                let value = self.attribute(receiver, attribute, at.module);
                match given.at(2) {
                    Some(default) if value.things.is_empty() => default.clone().with_origin(Origin::Default),
                    _ => value,
                }
            }
            "type" => first.as_ref().map_or_else(unknown, |first| {
                first.map(|thing| match thing {
                    Thing::Instance(instance) => Some(Thing::Class(instance.class)),
                    Thing::Result(name) => Some(Thing::Object(name.clone())),
                    _ => None,
                })
            }),
            "super" => match (first.as_ref().and_then(|first| first.only().cloned()), self.class_around(at)) {
                (Some(Thing::Class(class)), _) | (None, Some(class)) => Resolved::known(Thing::Super(class), None),
                _ => unknown(),
            },
            "vars" => first.unwrap_or_else(|| Resolved::unknown(Why::Call)),
            "__import__" => match first.as_ref().and_then(|first| first.only_str()) {
                Some(dotted) => Resolved::object(dotted.split('.').next().unwrap_or(dotted)),
                None => unknown(),
            },
            "bytes.fromhex" | "bytearray.fromhex" => first.as_ref().map_or_else(unknown, |first| first.map(fold::decode_hex)),
            "dict.fromkeys" | "map" | "filter" => Resolved::unknown(Why::Call),
            "print" => Resolved::known(Thing::None, None),
            "open" => Resolved::result("builtins.open"),
            "next" => match first.as_ref().and_then(|first| self.elements(first)).and_then(|items| items.first().cloned()) {
                Some(item) => item,
                None => given.at(1).cloned().unwrap_or_else(unknown),
            },
            _ => unknown(),
        }
    }
}
