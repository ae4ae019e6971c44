//! Attributes of instances: what methods assign, fields of data classes, arguments of the constructor.

use crate::python::ast::{Expr, ExprKind, StmtKind};
use crate::python::module::LineIndex;
use crate::python::scope::LinePlace;
use crate::python::things::{ALTERNATIVES, Construction, Instance, Kept, ModuleId, Resolved, Thing};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};
use std::rc::Rc;

/// The argument of a keyword.
fn kept<'k>(given: &'k [Kept], name: &str) -> Option<&'k Rc<Resolved>> {
    given.iter().rev().find(|kept| kept.keyword.as_deref() == Some(name)).map(|kept| &kept.value)
}

impl Resolver<'_> {
    /// An attribute of an instance.
    pub(in crate::python) fn instance_attribute(&self, instance: &Rc<Instance>, name: &str) -> Rc<Resolved> {
        if let Some(value) = instance.replaced.get(name) {
            return value.clone();
        }
        let value = match self.found_in_class(instance.class, name, instance) {
            Some(value) => value,
            None => self.base_attribute(instance.class, name, Some(instance), 0),
        };
        if instance.replaced.open { Resolved::join(&[value, Resolved::unknown(Why::Unpacked)]) } else { value }
    }

    /// What a class gives to an instance of it or of a class below it.
    pub(super) fn found_in_class(&self, place: LinePlace, name: &str, instance: &Rc<Instance>) -> Option<Rc<Resolved>> {
        if let Some(value) = self.assigned_attribute(place, name, Some(instance)) {
            return Some(value);
        }
        if let Some(value) = self.own_attribute(place, name) {
            // A function of the class is a method; a property is what it returns.
            if let Some(Thing::Function(function)) = value.only() {
                if self.decorated_with(*function, &["property", "cached_property"]) {
                    return Some(self.returned(*function));
                }
                return Some(Resolved::known(Thing::Method(*function, Rc::new(Thing::Instance(instance.clone()))), None));
            }
            return Some(self.field(place, instance, name, value));
        }
        // A field without a default.
        self.has_field(place, name).then(|| self.field(place, instance, name, Resolved::unknown(Why::Parameter)))
    }

    /// The copy that `dataclasses.replace(instance, ...)` makes.
    pub(in crate::python) fn replaced(&self, value: &Resolved, given: &[Kept], open: bool) -> Rc<Resolved> {
        value.map(|thing| match thing {
            Thing::Instance(instance) => {
                let mut replaced = (*instance.replaced).clone();
                for kept in given {
                    if let Some(keyword) = &kept.keyword {
                        replaced.set(Thing::Str(keyword.clone()), kept.value.clone());
                    }
                }
                replaced.open |= open;
                Some(Thing::Instance(Rc::new(Instance { replaced: Rc::new(replaced), ..(**instance).clone() })))
            }
            Thing::Mapping(mapping) if mapping.record => {
                let mut replaced = (**mapping).clone();
                for kept in given {
                    if let Some(keyword) = &kept.keyword {
                        replaced.set(Thing::Str(keyword.clone()), kept.value.clone());
                    }
                }
                replaced.open |= open;
                Some(Thing::Mapping(Rc::new(replaced)))
            }
            _ => None,
        })
    }

    /// The fields of a `typing.NamedTuple`, in order.
    pub(in crate::python) fn tuple_fields(&self, instance: &Rc<Instance>) -> Option<Vec<Rc<Resolved>>> {
        let place = instance.class;
        let named = self.bases(place).iter().any(|(base, _)| {
            base.things.iter().any(|thing| matches!(thing, Thing::Object(name) if name.ends_with(".NamedTuple")))
        });
        if !named {
            return None;
        }
        let open = self.open(place.module)?;
        let mut fields = Vec::new();
        for number in open.module.block(place.line).take(256) {
            let line = LineIndex::new(number);
            if open.module.parent(line) != Some(place.line) {
                continue;
            }
            for statement in open.module.statements(line).iter() {
                if let StmtKind::AnnotatedAssign { target, .. } = &statement.kind
                    && let ExprKind::Name(field) = &target.kind
                {
                    fields.push(self.instance_attribute(instance, field));
                }
            }
        }
        Some(fields)
    }

    fn has_field(&self, place: LinePlace, name: &str) -> bool {
        self.open(place.module).is_some_and(|open| !open.scoped(name, Some(place.line)).is_empty())
    }

    /// A field of a data class: what the constructor was given, else its default.
    fn field(&self, place: LinePlace, instance: &Rc<Instance>, name: &str, value: Rc<Resolved>) -> Rc<Resolved> {
        let annotated = self.open(place.module).is_some_and(|open| {
            open.scoped(name, Some(place.line)).iter().any(|binding| {
                matches!(binding.statement().map(|statement| &statement.kind), Some(StmtKind::AnnotatedAssign { .. }))
            })
        });
        // A plain class attribute is a constant.
        if !annotated {
            return value;
        }
        let Some((given, open)) = self.construction(instance) else {
            return value.with_origin(Origin::Default);
        };
        match kept(&given, name) {
            Some(given) => given.clone(),
            None if given.iter().any(|kept| kept.keyword.is_none()) || open => {
                // The fields of a base come first: which position is whose is not counted across classes.
                let own = place == instance.class
                    && self
                        .bases(place)
                        .iter()
                        .all(|(base, _)| !base.things.iter().any(|thing| matches!(thing, Thing::Class(_))));
                let given = own.then(|| self.positional_field(instance, &given, open, name)).flatten();
                given.unwrap_or_else(|| Resolved::unknown(Why::Attribute))
            }
            None => value,
        }
    }

    /// The value that the constructor of a data class was given by position.
    fn positional_field(&self, instance: &Rc<Instance>, given: &[Kept], more: bool, name: &str) -> Option<Rc<Resolved>> {
        let open = self.open(instance.class.module)?;
        let mut position = 0;
        for number in open.module.block(instance.class.line).take(256) {
            let line = LineIndex::new(number);
            if open.module.parent(line) != Some(instance.class.line) {
                continue;
            }
            for statement in open.module.statements(line).iter() {
                if let StmtKind::AnnotatedAssign { target, value, .. } = &statement.kind
                    && let ExprKind::Name(field) = &target.kind
                {
                    if &**field == name {
                        if more {
                            return None;
                        }
                        let by_position = given.iter().filter(|kept| kept.keyword.is_none()).nth(position);
                        if let Some(kept) = by_position {
                            return Some(kept.value.clone());
                        }
                        let at = At {
                            module: instance.class.module,
                            line,
                            inline: false,
                            scope: Some(instance.class.line),
                            locals: None,
                        };
                        return value.as_ref().map(|value| self.value(value, at));
                    }
                    position += 1;
                }
            }
        }
        None
    }

    /// `self.name = value` in the methods of a class.
    pub(super) fn assigned_attribute(
        &self,
        place: LinePlace,
        name: &str,
        instance: Option<&Rc<Instance>>,
    ) -> Option<Rc<Resolved>> {
        let key = (place, name.into(), instance.map(|instance| instance.construction));
        if let Some(known) = self.attributes.borrow().get(&key) {
            return known.clone();
        }
        // Attributes that depend on themselves have no answer.
        self.attributes.borrow_mut().insert(key.clone(), Some(Resolved::unknown(Why::Bound)));
        let value = self.assigned_attribute_inner(place, name, instance);
        self.attributes.borrow_mut().insert(key, value.clone());
        value
    }

    fn assigned_attribute_inner(&self, place: LinePlace, name: &str, instance: Option<&Rc<Instance>>) -> Option<Rc<Resolved>> {
        let open = self.open(place.module)?;
        let module = &*open.module;
        let text = module.text();
        let range = module.block(place.line);
        let mut parts: Vec<(bool, Rc<Resolved>)> = Vec::new();
        for (offset, line) in module.occurrences(name) {
            if !range.contains(&line.number()) {
                continue;
            }
            let before = text.get(..offset).unwrap_or("");
            let after = text.get(offset + name.len()..).unwrap_or("").trim_start_matches([' ', '\t']);
            let assigned = (after.starts_with('=') && !after.starts_with("=="))
                || (after.starts_with(':') && !after.starts_with(":="))
                || after.starts_with(',');
            if !assigned || !(before.ends_with("self.") || before.ends_with("cls.")) {
                continue;
            }
            let scope = module.scope(line);
            let Some(method) = scope else { continue };
            if module.scope(method) != Some(place.line) {
                continue;
            }
            let initial = module
                .statements(method)
                .first()
                .is_some_and(|statement| matches!(&statement.kind, StmtKind::Function { name, .. } if matches!(&*name.name, "__init__" | "__post_init__" | "setUp" | "setUpClass" | "setup")));
            for statement in module.statements(line).iter() {
                let (targets, value): (&[Expr], &Expr) = match &statement.kind {
                    StmtKind::Assign { targets, value } => (targets, value),
                    StmtKind::AnnotatedAssign { target, value: Some(value), .. } => (std::slice::from_ref(target), value),
                    _ => continue,
                };
                let hit = targets
                    .iter()
                    .any(|target| matches!(&target.kind, ExprKind::Attribute { attribute, .. } if &*attribute.name == name));
                if !hit {
                    // Part of a tuple: not followed.
                    if statement.span.contains(offset) && targets.iter().any(|target| target.span.contains(offset)) {
                        parts.push((initial, Resolved::unknown(Why::Attribute)));
                    }
                    continue;
                }
                let at = At { module: place.module, line, inline: false, scope, locals: None };
                let mut assigned = self.value(value, at);
                if let Some(instance) = instance {
                    assigned = self.constructed(value, assigned, instance, method, place.module);
                }
                parts.push((initial, assigned.with_origin(Origin::Constant)));
            }
            if parts.len() > ALTERNATIVES {
                return Some(Resolved::unknown(Why::Bound));
            }
        }
        if parts.is_empty() {
            return None;
        }
        // `self.x = None` in `__init__` announces what another method assigns.
        let meaningful = parts.iter().any(|(_, part)| !matches!(part.only(), Some(Thing::None)));
        let parts: Vec<Rc<Resolved>> = parts
            .into_iter()
            .filter(|(_, part)| !(meaningful && matches!(part.only(), Some(Thing::None)) && part.origin != Origin::Default))
            .map(|(_, part)| part)
            .collect();
        Some(self.changed_field(Resolved::join(&parts), place, name))
    }

    /// The arguments that an instance was constructed with, and whether there may be more; `None` when not known.
    fn construction(&self, instance: &Instance) -> Option<(Vec<Kept>, bool)> {
        match instance.construction {
            Construction::Unknown => None,
            Construction::Bare => Some((Vec::new(), false)),
            Construction::Call(call) => Some(match self.given_at(call) {
                Some(given) => {
                    let open = given.open();
                    (given.arguments, open)
                }
                None => (Vec::new(), true),
            }),
        }
    }

    /// What `self.x = parameter` gives when the constructor's arguments are known.
    fn constructed(
        &self,
        value: &Expr,
        assigned: Rc<Resolved>,
        instance: &Rc<Instance>,
        method: LineIndex,
        module: ModuleId,
    ) -> Rc<Resolved> {
        let from_parameter = assigned.origin == Origin::Default || assigned.unknown == Some(Why::Parameter);
        if !from_parameter {
            return assigned;
        }
        let Some((given, open)) = self.construction(instance) else {
            return assigned;
        };
        let given = given.as_slice();
        let ExprKind::Name(name) = &value.kind else {
            return if given.is_empty() && !open { assigned } else { Resolved::unknown(Why::Attribute) };
        };
        let Some(place) = self.open(module) else {
            return assigned;
        };
        let statements = place.module.statements(method);
        let Some(StmtKind::Function { parameters, .. }) = statements.first().map(|statement| &statement.kind) else {
            return assigned;
        };
        let Some(index) = parameters.iter().position(|parameter| parameter.name.name == *name) else {
            return if given.is_empty() && !open { assigned } else { Resolved::unknown(Why::Attribute) };
        };
        if let Some(value) = kept(given, name) {
            return value.clone();
        }
        let by_position = index.checked_sub(1).and_then(|index| given.iter().filter(|kept| kept.keyword.is_none()).nth(index));
        match by_position {
            Some(kept) => kept.value.clone(),
            None if open => Resolved::unknown(Why::Unpacked),
            None => assigned,
        }
    }
}
