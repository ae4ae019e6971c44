//! Operators, displays, comprehensions, destructuring and subscripts.

use super::{At, Locals, Resolver};
use crate::python::ast::{ComprehensionClause, ComprehensionKind, Expr, ExprKind, JoinedPart, Operator};
use crate::python::fold;
use crate::python::scope::Step;
use crate::python::things::{ALTERNATIVES, Mapping, Resolved, Sequence, SequenceKind, Source, Thing};
use crate::usage::{Origin, Why};
use std::rc::Rc;

/// One of two operands of a conditional expression. What a caller or the command line may give leaves the other as default;
/// so does anything unknown that is itself tested (`x if x else "org/m"`): which one is `tested`.
pub(super) fn either(parts: &[Rc<Resolved>; 2], tested: Option<usize>) -> Rc<Resolved> {
    let outside = |index: usize, part: &Resolved| {
        part.things.is_empty()
            && (matches!(part.unknown, Some(Why::Parameter | Why::CommandLine | Why::Environment)) || tested == Some(index))
    };
    let [first, second] = parts;
    match (outside(0, first), outside(1, second)) {
        (true, false) if !second.things.is_empty() => second.clone().with_origin(Origin::Default),
        (false, true) if !first.things.is_empty() => first.clone().with_origin(Origin::Default),
        _ => Resolved::join(parts),
    }
}

/// The side of `body if test else otherwise` that is taken because it is there: `x if x else y`, `y if x is None else x`.
pub(super) fn tested_side(test: &Expr, body: &Expr, otherwise: &Expr) -> Option<usize> {
    let subject = match &test.kind {
        ExprKind::Unary { operator: Operator::Not, operand } => operand,
        ExprKind::Compare { operands, .. } => operands.first()?,
        _ => test,
    };
    [body, otherwise].iter().position(|side| same_name(subject, side, 0))
}

/// The same name or attribute, wherever it stands.
fn same_name(first: &Expr, second: &Expr, depth: u32) -> bool {
    match (&first.kind, &second.kind) {
        (ExprKind::Name(first), ExprKind::Name(second)) => first == second,
        (ExprKind::Attribute { value: first, attribute: name }, ExprKind::Attribute { value: second, attribute: other }) => {
            depth < 8 && name.name == other.name && same_name(first, second, depth + 1)
        }
        _ => false,
    }
}

impl Resolver<'_> {
    /// True when the value of a test can be another one at run time.
    pub(super) fn may_change(&self, test: &Expr, at: At<'_>) -> bool {
        matches!(self.value(test, at).origin, Origin::Default | Origin::Environment)
    }

    pub(super) fn sequence(&self, kind: SequenceKind, items: &[Expr], source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let mut sequence = Sequence { kind, items: Vec::with_capacity(items.len()), open: false };
        for item in items {
            if let ExprKind::Starred(inner) = &item.kind {
                match self.elements(&self.value(inner, at)) {
                    Some(more) if sequence.items.len() + more.len() <= 4096 => sequence.items.extend(more),
                    _ => sequence.open = true,
                }
            } else {
                sequence.items.push(self.value(item, at));
            }
        }
        Resolved::known(Thing::Sequence(Rc::new(sequence)), source)
    }

    /// The elements that iterating a value gives, when they are all known.
    pub fn elements(&self, value: &Resolved) -> Option<Vec<Rc<Resolved>>> {
        match value.only()? {
            Thing::Sequence(sequence) if !sequence.open => Some(sequence.items.clone()),
            Thing::Mapping(mapping) if !mapping.open && mapping.record => {
                Some(mapping.items.iter().map(|(_, value)| value.clone()).collect())
            }
            Thing::Instance(instance) => self.tuple_fields(instance),
            Thing::Mapping(mapping) if !mapping.open => Some(
                mapping
                    .items
                    .iter()
                    .map(|(key, _)| Resolved::known(key.clone(), value.source).with_origin(value.origin))
                    .collect(),
            ),
            Thing::Str(text) if text.len() <= 256 => {
                Some(text.chars().map(|character| Resolved::text(character.to_string(), value.source)).collect())
            }
            Thing::Class(place) => self.enum_members(*place),
            _ => None,
        }
    }

    pub(super) fn binary(
        &self,
        operator: Operator,
        left: &Expr,
        right: &Expr,
        source: Option<Source>,
        at: At<'_>,
    ) -> Rc<Resolved> {
        let first = self.value(left, at);
        match operator {
            Operator::Or | Operator::And => {
                let wanted = operator == Operator::And;
                match first.truth() {
                    Some(truth) if first.origin != Origin::Default && first.origin != Origin::Environment => {
                        if truth == wanted {
                            self.value(right, at)
                        } else {
                            first
                        }
                    }
                    // A default that is false: the other operand is the default.
                    Some(truth) if truth == wanted => self.value(right, at).with_origin(Origin::Default),
                    Some(_) => first,
                    None if operator == Operator::Or => {
                        let second = self.value(right, at);
                        if first.things.is_empty() {
                            return second.with_origin(Origin::Default);
                        }
                        let mut kept = (*first).clone();
                        kept.things.retain(|thing| thing.truth() != Some(false));
                        Resolved::join(&[Rc::new(kept), second])
                    }
                    None => {
                        let second = self.value(right, at);
                        let mut kept = (*first).clone();
                        kept.things.retain(|thing| thing.truth() != Some(true));
                        Resolved::join(&[Rc::new(kept), second])
                    }
                }
            }
            _ => {
                let second = self.value(right, at);
                fold::binary(operator, &first, &second, source)
            }
        }
    }

    pub(super) fn compare(&self, operands: &[Expr], operators: &[Box<str>], source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let ([left, right], [operator]) = (operands, operators) else {
            return Resolved::unknown(Why::Expression);
        };
        let (left, right) = (self.value(left, at), self.value(right, at));
        let (Some(first), Some(second)) = (left.only(), right.only()) else {
            return Resolved::unknown(left.unknown.or(right.unknown).unwrap_or(Why::Expression));
        };
        match fold::compare(operator, first, second) {
            Some(truth) => Resolved::known(Thing::Bool(truth), source).with_origin(left.origin).with_origin(right.origin),
            None => Resolved::unknown(Why::Expression),
        }
    }

    pub(super) fn joined(&self, parts: &[JoinedPart], source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let mut value = Resolved::text("", source);
        for part in parts {
            let next = match part {
                JoinedPart::Literal(text) => Resolved::text(text, source),
                JoinedPart::Field { value: field, plain } => {
                    // `{name!s}` says what a plain field does anyway.
                    let written = self.open(at.module).is_some_and(|open| {
                        let rest = open.module.text().get(field.span.end()..).unwrap_or("").trim_start();
                        rest.strip_prefix("!s").is_some_and(|rest| rest.trim_start().starts_with('}'))
                    });
                    let field = self.value(field, at);
                    if !plain && !written {
                        return Resolved::unknown(field.unknown.unwrap_or(Why::Expression));
                    }
                    fold::display(&field)
                }
            };
            value = fold::binary(Operator::Add, &value, &next, source);
            if value.things.is_empty() {
                return value;
            }
        }
        value
    }

    pub(super) fn comprehension(
        &self,
        kind: ComprehensionKind,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[ComprehensionClause],
        source: Option<Source>,
        at: At<'_>,
    ) -> Rc<Resolved> {
        let [ComprehensionClause::For { target, iterable }, rest @ ..] = clauses else {
            return Resolved::unknown(Why::Expression);
        };
        let Some(elements) = self.elements(&self.value(iterable, at)) else {
            return Resolved::unknown(Why::Expression);
        };
        if elements.len() > 1024 {
            return Resolved::unknown(Why::Bound);
        }
        let mut mapping = Mapping::default();
        let mut items = Vec::new();
        let mut open = false;
        for item in elements {
            let locals = Locals { outer: at.locals, names: self.destructured(target, &item) };
            let inner = At { locals: Some(&locals), ..at };
            let mut keep = true;
            for clause in rest {
                match clause {
                    ComprehensionClause::If(test) => match self.value(test, inner).truth() {
                        Some(truth) => keep &= truth,
                        None => open = true,
                    },
                    ComprehensionClause::For { .. } => return Resolved::unknown(Why::Expression),
                }
            }
            if !keep {
                continue;
            }
            let first = self.value(element, inner);
            match value {
                Some(value) => match first.only() {
                    Some(key) => mapping.set(key.clone(), self.value(value, inner)),
                    None => open = true,
                },
                None => items.push(first),
            }
        }
        let thing = match kind {
            ComprehensionKind::Dict => {
                mapping.open |= open;
                Thing::Mapping(Rc::new(mapping))
            }
            ComprehensionKind::Set => Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Set, items, open })),
            ComprehensionKind::List | ComprehensionKind::Generator => {
                Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open }))
            }
        };
        Resolved::known(thing, source)
    }

    /// The names that a target binds when this value is assigned to it.
    pub fn destructured(&self, target: &Expr, value: &Rc<Resolved>) -> Vec<(Box<str>, Rc<Resolved>)> {
        let mut names = Vec::new();
        let mut stack = vec![(target, value.clone())];
        while let Some((target, value)) = stack.pop() {
            match &target.kind {
                ExprKind::Name(name) => names.push((name.clone(), value)),
                ExprKind::Starred(inner) => stack.push((inner, Resolved::unknown(Why::Unpacked))),
                ExprKind::Tuple(items) | ExprKind::List(items) if stack.len() < 64 => {
                    for (index, item) in items.iter().enumerate() {
                        stack.push((item, self.step(&value, Step::Element(index))));
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// The part of a value that destructuring takes.
    pub fn step(&self, value: &Rc<Resolved>, step: Step) -> Rc<Resolved> {
        let mut parts = Vec::new();
        for thing in &value.things {
            let items = match thing {
                Thing::Sequence(sequence) if !sequence.open => sequence.items.clone(),
                Thing::Str(_) | Thing::Mapping(_) | Thing::Instance(_) => {
                    match self.elements(&Resolved::known(thing.clone(), value.source)) {
                        Some(items) => items,
                        None => return Resolved::unknown(Why::Expression),
                    }
                }
                Thing::Result(name) => {
                    // A tuple of results: each is a result of the same call.
                    parts.push(Resolved::result(name));
                    continue;
                }
                _ => return Resolved::unknown(Why::Expression),
            };
            let part = match step {
                Step::Element(index) => items.get(index).cloned(),
                Step::FromEnd(index) => items.len().checked_sub(index).and_then(|index| items.get(index)).cloned(),
                Step::Rest(from, left) => items.len().checked_sub(left).and_then(|to| {
                    items.get(from..to).map(|rest| {
                        let rest = Sequence { kind: SequenceKind::List, items: rest.to_vec(), open: false };
                        Resolved::known(Thing::Sequence(Rc::new(rest)), value.source)
                    })
                }),
            };
            parts.push(part.unwrap_or_else(|| Resolved::unknown(Why::Expression)));
        }
        if let Some(why) = value.unknown {
            parts.push(Resolved::unknown(why));
        }
        Resolved::join(&parts).with_origin(value.origin)
    }

    pub(super) fn steps_into(&self, value: Rc<Resolved>, path: &[Step]) -> Rc<Resolved> {
        path.iter().fold(value, |value, step| self.step(&value, *step))
    }

    /// `value[index]`
    pub(super) fn subscript(&self, value: &Expr, index: &Expr, at: At<'_>) -> Rc<Resolved> {
        let container = self.value(value, at);
        let mut parts = Vec::new();
        if let ExprKind::Slice { lower, upper, step } = &index.kind {
            let bound = |part: &Option<Box<Expr>>| part.as_ref().map(|part| self.value(part, at));
            return fold::slice(&container, bound(lower), bound(upper), bound(step));
        }
        let key = self.value(index, at);
        for thing in &container.things {
            parts.push(self.item(thing, &key, &container, at));
        }
        if let Some(why) = container.unknown {
            parts.push(Resolved::unknown(why));
        }
        Resolved::join(&parts).with_origin(container.origin)
    }

    pub(super) fn item(&self, thing: &Thing, key: &Rc<Resolved>, container: &Resolved, _at: At<'_>) -> Rc<Resolved> {
        match thing {
            Thing::Object(name) if &**name == "os.environ" => Resolved::unknown(Why::Environment),
            Thing::Object(name) if &**name == "sys.argv" => Resolved::unknown(Why::CommandLine),
            Thing::Result(name) => Resolved::result(&**name),
            Thing::Mapping(mapping) if mapping.record => match key.only() {
                Some(Thing::Int(index)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| mapping.items.get(index))
                    .map_or_else(|| Resolved::unknown(Why::Expression), |(_, value)| value.clone()),
                _ => Resolved::unknown(key.why()),
            },
            Thing::Mapping(mapping) => match key.only() {
                Some(key) => match mapping.items.iter().find(|(have, _)| have == key) {
                    Some((_, value)) => value.clone(),
                    None => Resolved::unknown(Why::Expression),
                },
                // One of the entries, when there are not too many.
                None if !mapping.open && !mapping.items.is_empty() && mapping.items.len() <= ALTERNATIVES => {
                    let wanted: Vec<Rc<Resolved>> = if key.unknown.is_none() {
                        key.things
                            .iter()
                            .map(|key| {
                                mapping
                                    .items
                                    .iter()
                                    .find(|(have, _)| have == key)
                                    .map_or_else(|| Resolved::unknown(Why::Expression), |(_, value)| value.clone())
                            })
                            .collect()
                    } else {
                        mapping.items.iter().map(|(_, value)| value.clone()).collect()
                    };
                    Resolved::join(&wanted)
                }
                None => Resolved::unknown(key.why()),
            },
            Thing::Sequence(sequence) if !sequence.open && sequence.kind != SequenceKind::Set => match key.only() {
                Some(Thing::Int(index)) => {
                    let length = i64::try_from(sequence.items.len()).unwrap_or(i64::MAX);
                    let index = if *index < 0 { length.saturating_add(*index) } else { *index };
                    usize::try_from(index)
                        .ok()
                        .and_then(|index| sequence.items.get(index))
                        .cloned()
                        .unwrap_or_else(|| Resolved::unknown(Why::Expression))
                }
                _ if key.unknown.is_some() && !sequence.items.is_empty() && sequence.items.len() <= ALTERNATIVES => {
                    Resolved::join(&sequence.items)
                }
                // A loop over the indices.
                None if !key.things.is_empty() && sequence.items.len() <= ALTERNATIVES => {
                    let one = |key: &Thing| match key {
                        Thing::Int(index) => usize::try_from(*index).ok().and_then(|index| sequence.items.get(index)).cloned(),
                        _ => None,
                    };
                    match key.things.iter().map(one).collect::<Option<Vec<_>>>() {
                        Some(items) => Resolved::join(&items),
                        None => Resolved::unknown(Why::Expression),
                    }
                }
                _ => Resolved::unknown(key.why()),
            },
            Thing::Str(_) => fold::index(thing, key, container.source),
            Thing::Class(place) => match key.only_str() {
                // `Models["NAME"]` of an enum.
                Some(name) => self.class_attribute(*place, name),
                None => Resolved::unknown(key.why()),
            },
            // `vars(args)["name"]`
            Thing::Options(owner) => match key.only_str() {
                Some(name) => self.option(*owner, name),
                None => Resolved::unknown(Why::CommandLine),
            },
            Thing::Instance(instance) => match (key.only(), self.tuple_fields(instance)) {
                (Some(Thing::Int(index)), Some(fields)) => usize::try_from(*index)
                    .ok()
                    .and_then(|index| fields.get(index).cloned())
                    .unwrap_or_else(|| Resolved::unknown(Why::Expression)),
                (Some(Thing::Str(name)), None) => self.instance_attribute(instance, name),
                _ => Resolved::unknown(Why::Expression),
            },
            _ => Resolved::unknown(Why::Expression),
        }
    }
}
