//! Attributes: of library objects, of classes and instances of the project, of modules, of parsed command lines.

mod function;
mod instance;

use std::rc::Rc;

use crate::python::ast::{Expr, ExprKind, StmtKind};
use crate::python::defaults;
use crate::python::fold;
use crate::python::module::LineIndex;
use crate::python::scope::{How, LinePlace};
use crate::python::things::{ALTERNATIVES, Instance, ModuleId, Resolved, Thing, is_download};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};

/// How many classes up an attribute is looked for.
const BASES: u32 = 12;

impl Resolver<'_> {
    /// `value.name`
    pub(super) fn attribute_expression(&self, value: &Expr, name: &str, at: At<'_>) -> Rc<Resolved> {
        if name == "__class__" {
            return self.value(value, at).map(|thing| match thing {
                Thing::Instance(instance) => Some(Thing::Class(instance.class)),
                Thing::Result(name) => Some(Thing::Object(name.clone())),
                _ => None,
            });
        }
        let receiver = self.value(value, at);
        let found = self.attribute(&receiver, name, at.module);
        let holds = |thing: &Thing| matches!(thing, Thing::Instance(_) | Thing::Mapping(_) | Thing::Options(_));
        match &value.kind {
            ExprKind::Name(owner)
                if receiver.things.iter().all(holds) && !matches!(&**owner, "self" | "cls") && at.locals.is_none() =>
            {
                self.reassigned(found, owner, name, value.span.start, at)
            }
            _ => found,
        }
    }

    /// The attribute of a value.
    pub fn attribute(&self, receiver: &Rc<Resolved>, name: &str, module: ModuleId) -> Rc<Resolved> {
        let mut parts: Vec<Rc<Resolved>> = Vec::with_capacity(receiver.things.len());
        for thing in &receiver.things {
            // `X = None` in an `except ImportError` has no attributes: the other binding is meant.
            if matches!(thing, Thing::None) && receiver.things.len() > 1 {
                continue;
            }
            parts.push(self.attribute_of(thing, name, module));
        }
        if let Some(why) = receiver.unknown {
            let why = match why {
                Why::CommandLine | Why::Environment | Why::Imported | Why::Bound => why,
                _ => Why::Attribute,
            };
            parts.push(Resolved::unknown(why));
        }
        Resolved::join(&parts)
    }

    fn attribute_of(&self, thing: &Thing, name: &str, module: ModuleId) -> Rc<Resolved> {
        match thing {
            Thing::Object(object) => {
                if object.contains('.') && (name == "value" || name == "default") {
                    return Resolved::unknown(Why::Attribute);
                }
                if self.is_namespace(object)
                    && let Some(inner) = self.foreign(&format!("{object}.{name}"), 0, module)
                {
                    return Resolved::known(Thing::Module(inner), None);
                }
                if self.is_namespace(object) {
                    return self.note_namespace(&format!("{object}.{name}"));
                }
                if matches!(&**object, "absl.flags.FLAGS" | "absl.app.flags.FLAGS") {
                    return self.absl_flag(module, name);
                }
                Resolved::object(format!("{object}.{name}"))
            }
            Thing::Result(result) if name == "name" && &**result == "tempfile.TemporaryDirectory" => {
                Resolved::known(Thing::Path(None), None)
            }
            // The bytes of a response.
            Thing::Result(result) if matches!(name, "content" | "raw" | "text" | "body") && is_download(result) => {
                Resolved::result(format!("{result}.{name}"))
            }
            Thing::Result(result) => Resolved::object(format!("{result}.{name}")),
            // `SimpleNamespace(x=1).x`
            Thing::Mapping(mapping) => match mapping.get(name) {
                Some(value) => value.clone(),
                None => Resolved::unknown(Why::Attribute),
            },
            // The parser of data classes is kept with its classes.
            Thing::Partial(partial) if name.starts_with("parse_") => match partial.callee.only() {
                Some(Thing::Object(object)) if defaults::is_class_parser(object) => Resolved::known(thing.clone(), None),
                _ => Resolved::unknown(Why::Attribute),
            },
            Thing::Options(_) | Thing::Instance(_) if name == "__dict__" => Resolved::known(thing.clone(), None),
            Thing::Options(owner) => self.option(*owner, name),
            Thing::Class(place) => self.class_attribute(*place, name),
            Thing::Instance(instance) => self.instance_attribute(instance, name),
            Thing::Super(place) => self.base_attribute(*place, name, None, 0),
            Thing::Module(id) => self.module_attribute(*id, name, module),
            Thing::Member(value, _) if name == "value" || name == "_value_" => value.clone(),
            Thing::Path(text) if name == "parent" => Resolved::known(
                Thing::Path(text.as_ref().and_then(|text| text.rsplit_once('/').map(|(parent, _)| parent.into()))),
                None,
            ),
            Thing::Partial(partial) if name == "func" => partial.callee.clone(),
            _ => Resolved::unknown(Why::Attribute),
        }
    }

    fn module_attribute(&self, id: ModuleId, name: &str, from: ModuleId) -> Rc<Resolved> {
        if let Some(value) = self.global(id, name) {
            return value;
        }
        // A module of the project that is called like a library, and does not have the name: the library is meant.
        if let Some(dotted) = self.hides(id) {
            return Resolved::object(format!("{dotted}.{name}"));
        }
        // A submodule.
        match self.foreign(name, 1, id) {
            Some(inner) if inner != from => Resolved::known(Thing::Module(inner), None),
            _ => Resolved::unknown(Why::Imported),
        }
    }

    /// The qualified name of a function or class at the top level of another module, when that module belongs to a
    /// catalogued library whose own source this is.
    pub fn qualified(&self, place: LinePlace) -> Option<String> {
        let open = self.open(place.module)?;
        if !open.foreign || open.module.scope(place.line).is_some() || self.hides(place.module).is_some() {
            return None;
        }
        let path = open.path.strip_prefix("src/").unwrap_or(&open.path);
        let dotted = path.strip_suffix(".py")?.trim_end_matches("/__init__").replace('/', ".");
        if !self.is_library(&dotted) {
            return None;
        }
        match &open.module.statements(place.line).first()?.kind {
            StmtKind::Function { name, .. } | StmtKind::Class { name, .. } => Some(format!("{dotted}.{}", name.name)),
            _ => None,
        }
    }

    /// What is written in the header of a class.
    fn bases(&self, place: LinePlace) -> Vec<(Rc<Resolved>, bool)> {
        let Some(open) = self.open(place.module) else {
            return Vec::new();
        };
        let statements = open.module.statements(place.line);
        let Some(StmtKind::Class { arguments, .. }) = statements.first().map(|statement| &statement.kind) else {
            return Vec::new();
        };
        let at = At { module: place.module, line: place.line, inline: false, scope: open.module.scope(place.line), locals: None };
        arguments
            .iter()
            .take(16)
            .filter(|argument| matches!(argument.kind, crate::python::ast::ArgumentKind::Positional))
            .map(|argument| {
                // `Generic[T]`
                let base = match &argument.value.kind {
                    ExprKind::Subscript { value, .. } => value,
                    _ => &argument.value,
                };
                (self.value(base, at), true)
            })
            .collect()
    }

    /// The kind of data class, by its bases and decorators.
    pub(super) fn is_enum(&self, place: LinePlace) -> Option<bool> {
        if let Some(known) = self.enums.borrow().get(&place) {
            return *known;
        }
        self.enums.borrow_mut().insert(place, None);
        let answer = self.is_enum_inner(place);
        self.enums.borrow_mut().insert(place, answer);
        answer
    }

    fn is_enum_inner(&self, place: LinePlace) -> Option<bool> {
        let mut is_enum = false;
        let mut text = false;
        for (base, _) in self.bases(place) {
            for thing in &base.things {
                match thing {
                    Thing::Object(name) => match &**name {
                        "enum.Enum" | "enum.Flag" | "enum.IntFlag" => is_enum = true,
                        "enum.StrEnum" | "strenum.StrEnum" => {
                            is_enum = true;
                            text = true;
                        }
                        "enum.IntEnum" => is_enum = true,
                        "builtins.str" => text = true,
                        name if name.ends_with(".ExplicitEnum") || name.ends_with(".BaseEnum") => {
                            is_enum = true;
                            text = true;
                        }
                        _ => {}
                    },
                    Thing::Class(inner) if inner.line != place.line => {
                        if let Some(inner_text) = self.is_enum(*inner) {
                            is_enum = true;
                            text |= inner_text;
                        }
                    }
                    _ => {}
                }
            }
        }
        is_enum.then_some(text)
    }

    /// The values of the members of an enum, in order.
    pub(super) fn enum_members(&self, place: LinePlace) -> Option<Vec<Rc<Resolved>>> {
        let text = self.is_enum(place)?;
        let open = self.open(place.module)?;
        let mut members = Vec::new();
        for number in open.module.block(place.line).take(ALTERNATIVES * 4) {
            let line = LineIndex::new(number);
            if open.module.scope(line) != Some(place.line) || members.len() > ALTERNATIVES {
                continue;
            }
            for statement in open.module.statements(line).iter() {
                if let StmtKind::Assign { targets, value } = &statement.kind
                    && let [Expr { kind: ExprKind::Name(name), .. }] = targets.as_slice()
                    && !name.starts_with('_')
                {
                    let at = At { module: place.module, line, inline: false, scope: Some(place.line), locals: None };
                    let value = self.value(value, at).with_origin(Origin::Constant);
                    let source = value.source;
                    members.push(Resolved::known(Thing::Member(value, text), source));
                }
            }
        }
        Some(members)
    }

    /// An attribute of a class.
    pub fn class_attribute(&self, place: LinePlace, name: &str) -> Rc<Resolved> {
        if let Some(value) = self.own_attribute(place, name) {
            return value;
        }
        self.base_attribute(place, name, None, 0)
    }

    /// What the body of a class binds.
    fn own_attribute(&self, place: LinePlace, name: &str) -> Option<Rc<Resolved>> {
        let open = self.open(place.module)?;
        let found = open.scoped(name, Some(place.line));
        let mut parts = Vec::new();
        for binding in found.iter().take(ALTERNATIVES) {
            match binding.how {
                How::Declared | How::Delete | How::Parameter(_) => {}
                _ => parts.push(self.binding(place.module, name, binding)),
            }
        }
        // The last definition at the level of the body wins.
        if found.iter().all(|binding| binding.block == Some(place.line)) && parts.len() > 1 {
            let last = parts.pop();
            parts = last.into_iter().collect();
        }
        if parts.is_empty() {
            return None;
        }
        let value = Resolved::join(&parts);
        match self.is_enum(place) {
            Some(text) if !value.things.iter().any(|thing| matches!(thing, Thing::Function(_))) => {
                let source = value.source;
                Some(Resolved::known(Thing::Member(value, text), source))
            }
            _ => Some(value),
        }
    }

    /// An attribute that the bases of a class give.
    fn base_attribute(&self, place: LinePlace, name: &str, instance: Option<&Rc<Instance>>, depth: u32) -> Rc<Resolved> {
        if depth > BASES {
            return Resolved::unknown(Why::Bound);
        }
        let mut library = Vec::new();
        let mut unknown = false;
        for (base, _) in self.bases(place) {
            if base.things.is_empty() {
                unknown = true;
            }
            for thing in &base.things {
                match thing {
                    Thing::Class(inner) if *inner != place => {
                        let value = match instance {
                            Some(instance) => self.found_in_class(*inner, name, instance),
                            None => self.own_attribute(*inner, name).or_else(|| self.assigned_attribute(*inner, name, None)),
                        };
                        if let Some(value) = value {
                            return value;
                        }
                        let value = self.base_attribute(*inner, name, instance, depth + 1);
                        if !value.things.is_empty() {
                            return value;
                        }
                        unknown |= value.unknown != Some(Why::Unbound);
                    }
                    Thing::Object(object) => {
                        // Which of several bases has it is not known here.
                        if self.is_library(object) {
                            library.push(Resolved::object(format!("{object}.{name}")));
                        } else if !object.starts_with("builtins.") && !fold::is_standard(object) {
                            unknown = true;
                        }
                    }
                    _ => unknown = true,
                }
            }
        }
        if library.is_empty() {
            return Resolved::unknown(if unknown { Why::Attribute } else { Why::Unbound });
        }
        Resolved::join(&library)
    }
}
