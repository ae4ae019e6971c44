//! The arguments of a call by role: positions, keywords, `*` and `**`, nested dicts, partials.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::catalog::Entry;
use crate::python::ast::{ArgumentKind, Call, Expr, ExprKind};
use crate::python::fold;
use crate::python::things::{Kept, ModuleId, Resolved, Thing, is_download};
use crate::python::value::{At, Resolver};
use crate::span::Span;
use crate::usage::{Argument, Definition, Literal, Origin, Role, Value, Why};

/// Arguments that a partial has bound.
#[derive(Clone, Debug, Default)]
pub struct Bound {
    /// In the order in which they reach the callable.
    pub arguments: Vec<Kept>,
    /// More may be bound.
    pub open: bool,
}

impl Bound {
    /// Puts those of an inner partial before these.
    pub fn before(&mut self, inner: &[Kept], open: bool) {
        let mut all = inner.to_vec();
        all.append(&mut self.arguments);
        self.arguments = all;
        self.open |= open;
    }
}

/// An argument at the place of use.
#[derive(Clone)]
pub struct Slot<'e> {
    keyword: Option<Rc<str>>,
    span: Span,
    value_span: Span,
    given: Given<'e>,
    splat: bool,
}

#[derive(Clone)]
enum Given<'e> {
    Expression(&'e Expr),
    Value(Rc<Resolved>),
}

/// The arguments of a call.
#[derive(Clone, Default)]
pub struct Slots<'e> {
    positional: Vec<Slot<'e>>,
    keywords: Vec<Slot<'e>>,
    /// Something is passed that could not be read wholly.
    pub open: bool,
}

impl<'e> Slots<'e> {
    /// Drops the first arguments by position: they belong to the function that hands on the rest.
    pub fn shift(&mut self, count: usize) {
        self.positional.drain(..count.min(self.positional.len()));
    }

    /// Puts bound arguments before these.
    pub fn before(&mut self, bound: &Bound, span: Span) {
        let mut first = bound_slots(bound, span);
        self.positional.splice(0..0, first.positional.drain(..));
        for slot in first.keywords {
            if !self.keywords.iter().any(|have| have.keyword == slot.keyword) {
                self.keywords.push(slot);
            }
        }
        self.open |= first.open;
    }
}

/// Bound arguments alone, underlined at `span`.
pub fn bound_slots(bound: &Bound, span: Span) -> Slots<'static> {
    let mut slots = Slots { open: bound.open, ..Slots::default() };
    for kept in &bound.arguments {
        let slot = Slot {
            keyword: kept.keyword.clone(),
            span,
            value_span: span,
            given: Given::Value(kept.value.clone().with_origin(Origin::Constant)),
            splat: true,
        };
        if kept.keyword.is_none() {
            slots.positional.push(slot);
        } else {
            slots.keywords.retain(|have| have.keyword != slot.keyword);
            slots.keywords.push(slot);
        }
    }
    slots
}

/// The arguments of a call, after those that a partial has bound.
pub fn slots<'e>(resolver: &Resolver<'_>, call: &'e Call, bound: &Bound, at: At<'_>) -> Slots<'e> {
    let mut slots: Slots<'e> = Slots::default();
    for kept in bound_slots(bound, call.function.span).positional {
        slots.positional.push(kept);
    }
    slots.open = bound.open;
    let mut positions_known = true;
    for argument in &call.arguments {
        let value_span = argument.value.span;
        match &argument.kind {
            ArgumentKind::Positional if positions_known => slots.positional.push(Slot {
                keyword: None,
                span: argument.span,
                value_span,
                given: Given::Expression(&argument.value),
                splat: false,
            }),
            ArgumentKind::Positional => {}
            ArgumentKind::Keyword(name) => slots.keywords.push(Slot {
                keyword: Some((*name.name).into()),
                span: argument.span,
                value_span,
                given: Given::Expression(&argument.value),
                splat: false,
            }),
            ArgumentKind::Star => {
                let value = resolver.value(&argument.value, at);
                match resolver.elements(&value) {
                    Some(items) if positions_known && items.len() <= 64 => {
                        for item in items {
                            slots.positional.push(Slot {
                                keyword: None,
                                span: argument.span,
                                value_span: argument.span,
                                given: Given::Value(item),
                                splat: true,
                            });
                        }
                    }
                    _ => {
                        positions_known = false;
                        slots.open = true;
                    }
                }
            }
            ArgumentKind::DoubleStar => {
                let value = resolver.value(&argument.value, at);
                let mut wholly = value.unknown.is_none() && !value.things.is_empty();
                for thing in &value.things {
                    match thing {
                        Thing::Mapping(mapping) => {
                            wholly &= !mapping.open;
                            for (key, value) in &mapping.items {
                                let Some(key) = key.as_str() else { continue };
                                slots.keywords.push(Slot {
                                    keyword: Some(key.into()),
                                    span: argument.span,
                                    value_span: argument.span,
                                    given: Given::Value(value.clone()),
                                    splat: true,
                                });
                            }
                        }
                        _ => wholly = false,
                    }
                }
                slots.open |= !wholly;
            }
        }
    }
    for kept in bound_slots(bound, call.function.span).keywords {
        if !slots.keywords.iter().any(|have| have.keyword == kept.keyword) {
            slots.keywords.push(kept);
        }
    }
    slots
}

/// Fills in the arguments of an entry's roles. True when a dict that may hold a role is not wholly known.
pub fn fill(
    resolver: &Resolver<'_>,
    entry: &Entry,
    slots: &Slots<'_>,
    at: At<'_>,
    _unit: usize,
    arguments: &mut BTreeMap<Role, Argument>,
) -> bool {
    let mut open = false;
    for parameter in &entry.parameters {
        for place in &parameter.places {
            if arguments.contains_key(&parameter.role) {
                break;
            }
            if let Some((outer, inner)) = place.nested.split_first() {
                let Some(slot) = by_keyword(slots, outer) else {
                    continue;
                };
                let (found, unclear) = nested(resolver, slot, inner, parameter.role, at);
                open |= unclear;
                if let Some(argument) = found {
                    arguments.insert(parameter.role, argument);
                }
                continue;
            }
            let slot = place
                .keyword
                .as_deref()
                .and_then(|keyword| by_keyword(slots, keyword))
                .or_else(|| place.position.and_then(|position| slots.positional.get(usize::from(position))));
            if let Some(slot) = slot {
                arguments.insert(parameter.role, argument(resolver, slot, parameter.role, at));
            }
        }
    }
    open
}

fn by_keyword<'s, 'e>(slots: &'s Slots<'e>, keyword: &str) -> Option<&'s Slot<'e>> {
    // A keyword at the call wins over the same one in a partial or a spread dict; of two dicts the last one.
    let matching = |slot: &&Slot<'e>| slot.keyword.as_deref() == Some(keyword);
    slots.keywords.iter().find(|slot| matching(slot) && !slot.splat).or_else(|| slots.keywords.iter().rev().find(matching))
}

fn argument(resolver: &Resolver<'_>, slot: &Slot<'_>, role: Role, at: At<'_>) -> Argument {
    let (resolved, plain) = match &slot.given {
        Given::Expression(expression) => (resolver.value(expression, at), is_plain(expression)),
        Given::Value(value) => (value.clone(), false),
    };
    let origin = match resolved.origin {
        Origin::Literal | Origin::Constant if slot.splat => Origin::Splat,
        other => other,
    };
    Argument {
        value: for_role(resolved.value(), role),
        span: slot.span,
        value_span: slot.value_span,
        origin,
        definition: definition(resolver, &resolved, (!slot.splat).then_some(slot.value_span), at.module),
        replaceable: plain,
    }
}

/// A value in a dict that is given as an argument.
fn nested(resolver: &Resolver<'_>, slot: &Slot<'_>, path: &[String], role: Role, at: At<'_>) -> (Option<Argument>, bool) {
    let mut slot = slot.clone();
    for key in path {
        // A dict that is written at the place: the entry itself can be underlined and edited.
        if let Given::Expression(Expr { kind: ExprKind::Dict(items), .. }) = &slot.given {
            let written =
                items.iter().rev().find(|item| matches!(&item.key, Some(Expr { kind: ExprKind::Str(text), .. }) if text == key));
            if let Some(item) = written {
                let start = item.key.as_ref().map_or(item.value.span.start, |key| key.span.start);
                slot = Slot {
                    keyword: None,
                    span: Span { start, end: item.value.span.end },
                    value_span: item.value.span,
                    given: Given::Expression(&item.value),
                    splat: false,
                };
                continue;
            }
        }
        let value = match &slot.given {
            Given::Expression(expression) => resolver.value(expression, at),
            Given::Value(value) => value.clone(),
        };
        let Some(Thing::Mapping(mapping)) = value.only() else {
            let absent = matches!(value.only(), Some(Thing::None));
            return (None, !absent);
        };
        match mapping.get(key) {
            Some(value) => {
                slot = Slot {
                    keyword: None,
                    span: slot.span,
                    value_span: slot.value_span,
                    given: Given::Value(value.clone()),
                    splat: true,
                };
            }
            None => return (None, mapping.open),
        }
    }
    (Some(argument(resolver, &slot, role, at)), false)
}

/// A library object, or what a call returns, is an answer only where one can be given.
fn for_role(value: Value, role: Role) -> Value {
    let place = matches!(
        role,
        Role::RepoId
            | Role::TokenizerId
            | Role::AdapterId
            | Role::BaseId
            | Role::CodeId
            | Role::Path
            | Role::DataFiles
            | Role::Filename
    );
    let meaningless =
        |literal: &Literal| matches!(literal, Literal::Result(name) if !place && !name.ends_with(".resolve_revision"));
    // What `json.load` or `input` gives is no path, and not known.
    let unread = |literal: &Literal| match literal {
        Literal::Result(name) => {
            let place = ["tempfile.", "os.path.", "pathlib.", "glob.", "shutil.", "io.", "builtins.open", "builtins.bytes"];
            fold::is_standard(name) && !place.iter().any(|place| name.starts_with(place)) && !is_download(name)
        }
        _ => false,
    };
    if role != Role::Path && value.literals().iter().any(unread) {
        return Value::Unknown(Why::Call);
    }
    if value.literals().iter().any(meaningless) {
        return Value::Unknown(Why::Call);
    }
    if matches!(role, Role::PickleModule | Role::LoadFormat) {
        return value;
    }
    if value.literals().iter().any(|literal| matches!(literal, Literal::Object(_))) {
        return Value::Unknown(Why::Imported);
    }
    value
}

/// Where a value is defined, when that is not at the place of use (`at`).
pub fn definition(resolver: &Resolver<'_>, resolved: &Resolved, at: Option<Span>, module: ModuleId) -> Option<Definition> {
    let source = resolved.source?;
    if source.module == module && at.is_some_and(|at| at.covers(source.span)) {
        return None;
    }
    let open = resolver.open(source.module)?;
    let text = open.module.text();
    // The line is for readers of other files; in this one the span says it all.
    let line = if open.foreign {
        let before = text.get(..source.span.start()).unwrap_or("");
        before.bytes().filter(|byte| *byte == b'\n').count() + 1
    } else {
        0
    };
    Some(Definition {
        path: open.foreign.then(|| open.path.to_string()),
        unit: open.unit,
        span: source.span,
        line: u32::try_from(line).unwrap_or(u32::MAX),
    })
}

/// One literal that an edit may replace.
pub fn is_plain(expression: &Expr) -> bool {
    matches!(expression.kind, ExprKind::Str(_) | ExprKind::Int(_) | ExprKind::Number(_) | ExprKind::Bool(_) | ExprKind::None)
}
