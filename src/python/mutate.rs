//! Changes of a dict or list after it was assigned: `kw["x"] = v`, `kw.update(..)`, `kw |= ..`, `items.append(..)`.

use std::rc::Rc;

use crate::python::ast::{ArgumentKind, Expr, ExprKind, StmtKind};
use crate::python::flow::{certainly_before, same_loop};
use crate::python::module::{LineIndex, Module};
use crate::python::scope::{Binding, Block, How, LinePlace, Scope, block_kind};
use crate::python::things::{Mapping, Resolved, Sequence, SequenceKind, Thing};
use crate::python::value::{At, Open, Resolver};
use crate::usage::{Origin, Why};

/// More changes than this are not followed.
const CHANGES: usize = 256;

/// What holds the dict or list that is changed.
#[derive(Clone, Copy)]
enum Holder<'n> {
    /// A name.
    Name(&'n str),
    /// An attribute of the instance or its class: `self.name`.
    Own(&'n str),
}

impl Holder<'_> {
    fn is(self, expression: &Expr) -> bool {
        match (self, &expression.kind) {
            (Self::Name(name), ExprKind::Name(have)) => &**have == name,
            (Self::Own(name), ExprKind::Attribute { value, attribute }) => {
                &*attribute.name == name && matches!(&value.kind, ExprKind::Name(owner) if matches!(&**owner, "self" | "cls"))
            }
            _ => false,
        }
    }
}

impl<'a> Resolver<'a> {
    /// A value after the changes that its name sees between the bindings that reach a use and the use.
    #[allow(clippy::too_many_arguments)] // They are one question: which name, where.
    pub(super) fn mutated(
        &self,
        value: Rc<Resolved>,
        name: &str,
        open: &Rc<Open<'a>>,
        found: &[Binding],
        reached: &[usize],
        scope: Scope,
        offset: u32,
        at: At<'_>,
    ) -> Rc<Resolved> {
        let container = value.things.iter().any(|thing| match thing {
            Thing::Mapping(_) => true,
            Thing::Sequence(sequence) => sequence.kind != SequenceKind::Tuple,
            _ => false,
        });
        if !container {
            return value;
        }
        let from = reached
            .iter()
            .filter_map(|index| found.get(*index))
            .map(|binding| if matches!(binding.how, How::Parameter(_)) { 0 } else { binding.effective })
            .min()
            .unwrap_or(0);
        let module = &*open.module;
        let same_scope = at.scope == scope;
        let mut things = value.things.clone();
        let mut changed = false;
        let mut count = 0;
        for (position, line) in open.changes(name).iter().copied() {
            if position < from {
                continue;
            }
            let later = same_scope && position >= offset;
            let here = module.scope(line);
            if here != scope && here != at.scope {
                continue;
            }
            // Another function may have a name of its own.
            if here != scope && !open.scoped(name, here).is_empty() {
                continue;
            }
            // In a loop what stands later runs before the next round.
            if later && !same_loop(module, line, at.line) {
                continue;
            }
            if same_scope && !later && excluded(module, line, at.line) && !same_loop(module, line, at.line) {
                continue;
            }
            let sure = !later && (!same_scope || certainly_before(module, line, at.line));
            count += 1;
            if count > CHANGES {
                return Resolved::unknown(Why::Bound);
            }
            for statement in module.statements(line).iter() {
                if same_scope && !later && statement.span.end > offset {
                    continue;
                }
                let inner = At { module: at.module, line, inline: false, scope: here, locals: None };
                for thing in &mut things {
                    changed |= self.change(thing, &statement.kind, Holder::Name(name), sure, inner);
                }
            }
        }
        if !changed {
            return value;
        }
        let mut result = (*value).clone();
        result.things = things;
        if result.origin == Origin::Literal {
            result.origin = Origin::Constant;
        }
        Rc::new(result)
    }

    /// The dict or list in `self.name` after what the methods of its class do to it.
    pub(super) fn changed_field(&self, value: Rc<Resolved>, class: LinePlace, name: &str) -> Rc<Resolved> {
        if !value.things.iter().any(|thing| matches!(thing, Thing::Mapping(_) | Thing::Sequence(_))) {
            return value;
        }
        let Some(open) = self.open(class.module) else {
            return value;
        };
        let module = &*open.module;
        let range = module.block(class.line);
        let text = module.text();
        let mut things = value.things.clone();
        let mut changed = false;
        let mut count = 0;
        for (start, line) in module.occurrences(name) {
            let own = text.get(..start).is_some_and(|before| before.ends_with("self.") || before.ends_with("cls."));
            let after = text.get(start + name.len()..).unwrap_or("");
            if !own || !range.contains(&line.number()) || !changes(after) {
                continue;
            }
            count += 1;
            if count > CHANGES {
                return Resolved::unknown(Why::Bound);
            }
            let Some(method) = module.scope(line) else { continue };
            let initial = matches!(
                module.statements(method).first().map(|statement| &statement.kind),
                Some(StmtKind::Function { name, .. }) if matches!(&*name.name, "__init__" | "__post_init__" | "setUp" | "setup")
            );
            let sure = initial && module.parent(line) == Some(method);
            let at = At { module: class.module, line, inline: false, scope: Some(method), locals: None };
            for statement in module.statements(line).iter() {
                for thing in &mut things {
                    changed |= self.change(thing, &statement.kind, Holder::Own(name), sure, at);
                }
            }
        }
        if !changed {
            return value;
        }
        let mut result = (*value).clone();
        result.things = things;
        Rc::new(result)
    }

    /// The value of `owner.name` after the assignments `owner.name = ...` that reach a place in the scope of the name.
    pub(super) fn reassigned(&self, value: Rc<Resolved>, owner: &str, name: &str, offset: u32, at: At<'_>) -> Rc<Resolved> {
        let Some(open) = self.open(at.module) else {
            return value;
        };
        let places = open.assignments(owner, name);
        if places.is_empty() || places.len() > CHANGES {
            return value;
        }
        let module = &*open.module;
        // The name itself may be bound again after the assignment.
        let bound = open.scoped(owner, at.scope);
        let mut value = value;
        for (position, line) in places.iter().copied() {
            if position >= offset || module.scope(line) != at.scope || excluded(module, line, at.line) {
                continue;
            }
            let again = |binding: &Binding| {
                binding.offset > position && binding.offset < offset && !matches!(binding.how, How::Declared | How::Delete)
            };
            if bound.iter().any(again) {
                continue;
            }
            let sure = certainly_before(module, line, at.line);
            for statement in module.statements(line).iter() {
                let StmtKind::Assign { targets, value: given } = &statement.kind else {
                    continue;
                };
                let hit = targets.iter().any(|target| match &target.kind {
                    ExprKind::Attribute { value, attribute } => {
                        &*attribute.name == name && matches!(&value.kind, ExprKind::Name(have) if &**have == owner)
                    }
                    _ => false,
                });
                if hit && statement.span.end <= offset {
                    let inner = At { module: at.module, line, inline: false, scope: at.scope, locals: None };
                    let given = self.value(given, inner).with_origin(Origin::Constant);
                    value = if sure { given } else { Resolved::join(&[value, given]) };
                }
            }
        }
        value
    }

    /// Applies one statement. True when it changes the thing.
    fn change(&self, thing: &mut Thing, statement: &StmtKind, holder: Holder<'_>, sure: bool, at: At<'_>) -> bool {
        match statement {
            StmtKind::Assign { targets, value } => {
                let mut changed = false;
                for target in targets {
                    if let ExprKind::Subscript { value: container, index } = &target.kind
                        && holder.is(container)
                    {
                        changed = true;
                        let key = self.value(index, at);
                        let value = self.value(value, at);
                        set_item(thing, key.only(), value, sure);
                    }
                }
                changed
            }
            StmtKind::AugmentedAssign { target, .. } => {
                if let ExprKind::Subscript { value, .. } = &target.kind
                    && holder.is(value)
                {
                    make_open(thing);
                    return true;
                }
                false
            }
            StmtKind::Delete(targets) => {
                let mut changed = false;
                for target in targets {
                    if let ExprKind::Subscript { value, index } = &target.kind
                        && holder.is(value)
                    {
                        changed = true;
                        self.remove(thing, index, sure, at);
                    }
                }
                changed
            }
            StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. }) => {
                let ExprKind::Attribute { value, attribute } = &call.function.kind else {
                    return false;
                };
                if !holder.is(value) {
                    return false;
                }
                self.change_by_method(thing, &attribute.name, call, sure, at)
            }
            // `x = kw.pop("revision")`
            StmtKind::Other(_) => false,
            _ => false,
        }
    }

    fn remove(&self, thing: &mut Thing, index: &Expr, sure: bool, at: At<'_>) {
        match (thing, self.value(index, at).only()) {
            (Thing::Mapping(mapping), Some(key)) if !sure => {
                let mut changed = (**mapping).clone();
                if !changed.unsure.contains(key) {
                    changed.unsure.push(key.clone());
                }
                *mapping = Rc::new(changed);
            }
            (Thing::Mapping(mapping), Some(key)) => {
                let mut changed = (**mapping).clone();
                changed.items.retain(|(have, _)| have != key);
                *mapping = Rc::new(changed);
            }
            (thing, _) => make_open(thing),
        }
    }

    fn change_by_method(&self, thing: &mut Thing, method: &str, call: &crate::python::ast::Call, sure: bool, at: At<'_>) -> bool {
        match (&mut *thing, method) {
            (Thing::Mapping(mapping), "update") => {
                let mut changed = (**mapping).clone();
                for argument in &call.arguments {
                    match &argument.kind {
                        ArgumentKind::Keyword(keyword) => {
                            changed.set_if(sure, Thing::Str((*keyword.name).into()), self.value(&argument.value, at));
                        }
                        ArgumentKind::Positional | ArgumentKind::DoubleStar => match self.value(&argument.value, at).only() {
                            Some(Thing::Mapping(more)) => changed.merge_if(sure, more),
                            Some(Thing::Sequence(pairs)) if !pairs.open => {
                                for pair in &pairs.items {
                                    match self.elements(pair).as_deref() {
                                        Some([key, value]) if key.only().is_some() => {
                                            if let Some(key) = key.only() {
                                                changed.set_if(sure, key.clone(), value.clone());
                                            }
                                        }
                                        _ => changed.open = true,
                                    }
                                }
                            }
                            _ => changed.open = true,
                        },
                        ArgumentKind::Star => changed.open = true,
                    }
                }
                *mapping = Rc::new(changed);
                true
            }
            (Thing::Mapping(mapping), "setdefault") => {
                let (Some(key), Some(value)) = (call.arguments.first(), call.arguments.get(1)) else {
                    return false;
                };
                let mut changed = (**mapping).clone();
                match self.value(&key.value, at).only() {
                    Some(key) if changed.unsure.contains(key) => {
                        let value = self.value(&value.value, at);
                        changed.set_if(false, key.clone(), value);
                        if sure {
                            changed.unsure.retain(|have| have != key);
                        }
                    }
                    Some(key) if changed.items.iter().any(|(have, _)| have == key) => {}
                    Some(key) => {
                        let mut value = self.value(&value.value, at);
                        if changed.open {
                            value = value.with_origin(Origin::Default);
                        }
                        changed.set_if(sure, key.clone(), value);
                    }
                    None => changed.open = true,
                }
                *mapping = Rc::new(changed);
                true
            }
            (Thing::Mapping(_), "pop") => {
                if let Some(key) = call.arguments.first() {
                    self.remove(thing, &key.value, sure, at);
                }
                true
            }
            (Thing::Mapping(mapping), "clear") if sure => {
                *mapping = Rc::default();
                true
            }
            (Thing::Sequence(_), "append" | "add" | "extend") if !sure => {
                make_open(thing);
                true
            }
            (Thing::Sequence(sequence), "append" | "add") => {
                let Some(value) = call.arguments.first() else {
                    return false;
                };
                let mut changed = (**sequence).clone();
                changed.items.push(self.value(&value.value, at));
                *sequence = Rc::new(changed);
                true
            }
            (Thing::Sequence(sequence), "extend") => {
                let Some(value) = call.arguments.first() else {
                    return false;
                };
                let mut changed = (**sequence).clone();
                match self.elements(&self.value(&value.value, at)) {
                    Some(items) => changed.items.extend(items),
                    None => changed.open = true,
                }
                *sequence = Rc::new(changed);
                true
            }
            (
                _,
                "insert"
                | "remove"
                | "pop"
                | "popitem"
                | "sort"
                | "reverse"
                | "clear"
                | "discard"
                | "difference_update"
                | "intersection_update"
                | "move_to_end",
            ) => {
                make_open(thing);
                true
            }
            _ => false,
        }
    }
}

/// Where a name stands that may be changed there, in order.
pub(super) fn places(module: &Module<'_>, name: &str) -> Vec<(u32, LineIndex)> {
    let text = module.text();
    module
        .occurrences(name)
        .filter(|(start, line)| {
            let after = text.get(start + name.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
            changes(after) && module.line(*line).is_some_and(|line| text.get(line.span.start()..*start).is_some_and(begins))
        })
        .map(|(start, line)| (u32::try_from(start).unwrap_or(u32::MAX), line))
        .collect()
}

/// Where `owner.name = ...` stands, in order.
pub(super) fn assignments(module: &Module<'_>, owner: &str, name: &str) -> Vec<(u32, LineIndex)> {
    let text = module.text();
    module
        .occurrences(name)
        .filter_map(|(start, line)| {
            let after = text.get(start + name.len()..)?.trim_start_matches([' ', '\t']);
            let assigned = after.starts_with('=') && !after.starts_with("==");
            let from = start.checked_sub(owner.len() + 1)?;
            let written = text.get(from..start)?.strip_suffix('.') == Some(owner);
            let begins = module.line(line).is_some_and(|line| text.get(line.span.start()..from).is_some_and(begins));
            (assigned && written && begins).then(|| (u32::try_from(from).unwrap_or(u32::MAX), line))
        })
        .collect()
}

/// Before the name stands nothing, or the statement before it.
fn begins(before: &str) -> bool {
    let before = before.trim_end();
    before.is_empty() || before.ends_with([';', ':', '=']) || before.ends_with("del")
}

/// After the name stands what may change it.
fn changes(after: &str) -> bool {
    if after.starts_with('[') {
        return true;
    }
    after.strip_prefix('.').is_some_and(|rest| {
        [
            "update",
            "setdefault",
            "pop",
            "clear",
            "append",
            "extend",
            "insert",
            "remove",
            "sort",
            "reverse",
            "add",
            "discard",
            "difference_update",
            "intersection_update",
            "move_to_end",
        ]
        .iter()
        .any(|method| rest.starts_with(method))
    })
}

fn set_item(thing: &mut Thing, key: Option<&Thing>, value: Rc<Resolved>, sure: bool) {
    match (thing, key) {
        (Thing::Mapping(mapping), Some(key)) => {
            let mut changed = (**mapping).clone();
            changed.set_if(sure, key.clone(), value);
            *mapping = Rc::new(changed);
        }
        (thing, _) => make_open(thing),
    }
}

fn make_open(thing: &mut Thing) {
    match thing {
        Thing::Mapping(mapping) => {
            *mapping = Rc::new(Mapping { open: true, ..(**mapping).clone() });
        }
        Thing::Sequence(sequence) => {
            *sequence = Rc::new(Sequence { kind: sequence.kind, items: sequence.items.clone(), open: true });
        }
        _ => {}
    }
}

/// A change in another branch of the same `if` does not reach the use.
fn excluded(module: &Module<'_>, change: LineIndex, usage: LineIndex) -> bool {
    let Some(header) = module.parent(change) else {
        return false;
    };
    if module.block(header).contains(&usage.number()) {
        return false;
    }
    // The nearest block around the use that follows the change's block as `elif` or `else`.
    let mut around = module.parent(usage);
    for _ in 0..64 {
        let Some(block) = around else { return false };
        if module.parent(block) == module.parent(header)
            && matches!(block_kind(module, block), Block::Elif | Block::Else)
            && matches!(block_kind(module, header), Block::If | Block::Elif)
            && block.number() >= module.block(header).end
        {
            // Between them only branches of the same statement.
            let mut line = module.block(header).end;
            while line < block.number() {
                let next = LineIndex::new(line);
                if !matches!(block_kind(module, next), Block::Elif | Block::Else) {
                    return false;
                }
                line = module.block(next).end.max(line + 1);
            }
            return true;
        }
        around = module.parent(block);
    }
    false
}
