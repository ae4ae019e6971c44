//! Methods of texts, lists, dicts and paths.

use super::{Given, list, tuple};
use crate::python::ast::Call;
use crate::python::fold;
use crate::python::things::{Mapping, Resolved, Sequence, SequenceKind, Source, Thing};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};
use std::rc::Rc;

impl Resolver<'_> {
    /// A method of a text, list, dict or path.
    pub(super) fn method_of_literal(
        &self,
        receiver: &Rc<Resolved>,
        name: &str,
        call: &Call,
        source: Option<Source>,
        at: At<'_>,
    ) -> Option<Rc<Resolved>> {
        let literal = |thing: &Thing| {
            matches!(
                thing,
                Thing::Str(_)
                    | Thing::Bytes(_)
                    | Thing::Sequence(_)
                    | Thing::Mapping(_)
                    | Thing::Path(_)
                    | Thing::Member(_, true)
            )
        };
        if receiver.things.is_empty() || !receiver.things.iter().any(literal) {
            return None;
        }
        let given = self.given(call, at);
        let mut parts = Vec::with_capacity(receiver.things.len());
        for thing in &receiver.things {
            let part = match thing {
                Thing::Mapping(mapping) => self.mapping_method(mapping, name, &given),
                Thing::Path(text) => fold::path_method(text.as_ref(), name, &given.positional()),
                Thing::Str(text) => self.text_method(text, name, &given, source),
                Thing::Member(_, true) => match thing.as_str() {
                    Some(text) => self.text_method(text, name, &given, source),
                    None => Resolved::unknown(Why::Call),
                },
                Thing::Bytes(bytes) => fold::bytes_method(bytes, name, &given.positional()),
                Thing::Sequence(sequence) => match name {
                    "copy" if !sequence.open => Resolved::known(thing.clone(), source),
                    _ => Resolved::unknown(Why::Call),
                },
                _ => Resolved::unknown(Why::Call),
            };
            parts.push(part);
        }
        if let Some(why) = receiver.unknown {
            parts.push(Resolved::unknown(why));
        }
        Some(Resolved::join(&parts).with_origin(receiver.origin))
    }

    pub(super) fn text_method(&self, text: &str, name: &str, given: &Given, source: Option<Source>) -> Rc<Resolved> {
        match name {
            "join" => match given.at(0).and_then(|items| self.elements(items)) {
                Some(items) => fold::join(text, &items, source),
                None => Resolved::unknown(given.at(0).and_then(|first| first.unknown).unwrap_or(Why::Call)),
            },
            "split" | "rsplit" if !given.open() => self.split(text, name == "rsplit", given, source),
            "partition" | "rpartition" => match given.at(0).and_then(|first| first.only_str()) {
                Some(separator) if !separator.is_empty() => {
                    let cut = if name == "partition" { text.split_once(separator) } else { text.rsplit_once(separator) };
                    let parts = match cut {
                        Some((before, after)) => [before, separator, after],
                        None if name == "partition" => [text, "", ""],
                        None => ["", "", text],
                    };
                    tuple(parts.iter().map(|part| Resolved::text(part, source)).collect())
                }
                _ => Resolved::unknown(given.at(0).and_then(|first| first.unknown).unwrap_or(Why::Call)),
            },
            "format_map" => match given.at(0).and_then(|first| first.only()) {
                Some(Thing::Mapping(mapping)) if !mapping.open => {
                    let named: Vec<(&str, &Rc<Resolved>)> =
                        mapping.items.iter().filter_map(|(key, value)| Some((key.as_str()?, value))).collect();
                    fold::format(text, &[], &named, source)
                }
                _ => Resolved::unknown(Why::Call),
            },
            "format" => {
                if given.open() {
                    return Resolved::unknown(Why::Unpacked);
                }
                let named: Vec<(&str, &Rc<Resolved>)> = given
                    .arguments
                    .iter()
                    .filter_map(|kept| kept.keyword.as_deref().map(|keyword| (keyword, &kept.value)))
                    .collect();
                fold::format(text, &given.positional(), &named, source)
            }
            _ if given.open() || given.arguments.iter().any(|kept| kept.keyword.is_some()) => Resolved::unknown(Why::Call),
            _ => fold::text_method(text, name, &given.positional(), source),
        }
    }

    /// `text.split(separator, maxsplit)`, from the left or the right.
    fn split(&self, text: &str, from_right: bool, given: &Given, source: Option<Source>) -> Rc<Resolved> {
        let argument = |position: usize, keyword: &str| {
            let named = given.arguments.iter().find(|kept| kept.keyword.as_deref() == Some(keyword)).map(|kept| &kept.value);
            named.or_else(|| given.at(position))
        };
        let separator = match argument(0, "sep").map(|value| value.only()) {
            None | Some(Some(Thing::None)) => None,
            Some(Some(Thing::Str(separator))) if !separator.is_empty() => Some(separator.to_string()),
            _ => return Resolved::unknown(Why::Call),
        };
        let most = match argument(1, "maxsplit").map(|value| value.only()) {
            None => None,
            Some(Some(Thing::Int(most))) => usize::try_from(*most).ok(),
            _ => return Resolved::unknown(Why::Call),
        };
        let parts: Vec<&str> = match (&separator, most) {
            (Some(separator), None) => text.split(separator.as_str()).collect(),
            (Some(separator), Some(most)) if from_right => {
                let mut parts: Vec<&str> = text.rsplitn(most.saturating_add(1), separator.as_str()).collect();
                parts.reverse();
                parts
            }
            (Some(separator), Some(most)) => text.splitn(most.saturating_add(1), separator.as_str()).collect(),
            // Blanks are what Unicode says; both sides agree on ASCII.
            (None, None) if text.is_ascii() => text.split(fold::is_blank).filter(|part| !part.is_empty()).collect(),
            (None, _) => return Resolved::unknown(Why::Call),
        };
        list(parts.into_iter().map(|part| Resolved::text(part, source)).collect(), source)
    }

    pub(super) fn mapping_method(&self, mapping: &Rc<Mapping>, name: &str, given: &Given) -> Rc<Resolved> {
        let pairs = |build: &dyn Fn(&Thing, &Rc<Resolved>) -> Rc<Resolved>| {
            let items = mapping.items.iter().map(|(key, value)| build(key, value)).collect();
            Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open: mapping.open })), None)
        };
        match name {
            "items" => pairs(&|key, value| tuple(vec![Resolved::known(key.clone(), value.source), value.clone()])),
            "keys" => pairs(&|key, value| Resolved::known(key.clone(), value.source)),
            "values" => pairs(&|_, value| value.clone()),
            "copy" => Resolved::known(Thing::Mapping(mapping.clone()), None),
            "get" | "pop" | "setdefault" => {
                let Some(key) = given.at(0) else {
                    return Resolved::unknown(Why::Call);
                };
                let default = || match given.at(1) {
                    Some(default) => default.clone(),
                    None if name == "get" => Resolved::known(Thing::None, None),
                    None => Resolved::unknown(Why::Call),
                };
                match key.only() {
                    Some(key) => match mapping.items.iter().find(|(have, _)| have == key) {
                        Some((_, value)) if mapping.unsure.contains(key) => Resolved::join(&[value.clone(), default()]),
                        Some((_, value)) => value.clone(),
                        // What a caller may hand on.
                        None if mapping.open => {
                            if given.at(1).is_some() {
                                default().with_origin(Origin::Default)
                            } else {
                                Resolved::unknown(Why::Unpacked)
                            }
                        }
                        None => default(),
                    },
                    None if key.unknown.is_some() && !mapping.open && mapping.items.len() <= 64 => {
                        let mut parts: Vec<Rc<Resolved>> = mapping.items.iter().map(|(_, value)| value.clone()).collect();
                        parts.push(default());
                        Resolved::join(&parts)
                    }
                    None => Resolved::unknown(key.why()),
                }
            }
            _ => Resolved::unknown(Why::Call),
        }
    }
}
