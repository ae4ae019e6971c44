//! Attributes: of library objects, of classes and instances of the project, of modules, of parsed command lines.

use std::rc::Rc;

use crate::python::ast::{Expr, ExprKind, Parameter, StmtKind};
use crate::python::defaults;
use crate::python::fold;
use crate::python::module::LineIndex;
use crate::python::scope::{How, LinePlace, Scope, first_word, is_class, is_collecting};
use crate::python::things::{
    ALTERNATIVES, Construction, Instance, Kept, Mapping, ModuleId, Resolved, Sequence, SequenceKind, Thing,
};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};

/// How many classes up an attribute is looked for.
const BASES: u32 = 12;

/// Names under which people hand on a parsed command line.
const OPTION_NAMES: [&str; 9] = ["args", "arg", "arguments", "opt", "opts", "options", "cli_args", "parsed_args", "namespace"];

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
        self.attribute(&receiver, name, at.module)
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
                if matches!(&**object, "absl.flags.FLAGS" | "absl.app.flags.FLAGS") {
                    return self.absl_flag(module, name);
                }
                Resolved::object(format!("{object}.{name}"))
            }
            Thing::Result(result) if name == "name" && &**result == "tempfile.TemporaryDirectory" => {
                Resolved::known(Thing::Path(None), None)
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
        if !open.foreign || open.module.scope(place.line).is_some() {
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
    fn is_enum(&self, place: LinePlace) -> Option<bool> {
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
        let mut library = None;
        let mut unknown = false;
        for (base, _) in self.bases(place) {
            if base.things.is_empty() {
                unknown = true;
            }
            for thing in &base.things {
                match thing {
                    Thing::Class(inner) if *inner != place => {
                        let value = self.own_attribute(*inner, name).or_else(|| self.assigned_attribute(*inner, name, instance));
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
                        if self.is_library(object) && library.is_none() {
                            library = Some(Resolved::object(format!("{object}.{name}")));
                        } else if !object.starts_with("builtins.") && !fold::is_standard(object) {
                            unknown = true;
                        }
                    }
                    _ => unknown = true,
                }
            }
        }
        match library {
            Some(value) => value,
            None if unknown => Resolved::unknown(Why::Attribute),
            None => Resolved::unknown(Why::Unbound),
        }
    }

    /// An attribute of an instance.
    fn instance_attribute(&self, instance: &Rc<Instance>, name: &str) -> Rc<Resolved> {
        let place = instance.class;
        if let Some(value) = self.assigned_attribute(place, name, Some(instance)) {
            return value;
        }
        if let Some(value) = self.own_attribute(place, name) {
            // A function of the class is a method; a property is what it returns.
            if let Some(Thing::Function(function)) = value.only() {
                if self.decorated_with(*function, &["property", "cached_property"]) {
                    return self.returned(*function);
                }
                return Resolved::known(Thing::Method(*function, Rc::new(Thing::Instance(instance.clone()))), None);
            }
            return self.field(instance, name, value);
        }
        // A field without a default.
        if self.has_field(place, name) {
            return self.field(instance, name, Resolved::unknown(Why::Parameter));
        }
        self.base_attribute(place, name, Some(instance), 0)
    }

    fn has_field(&self, place: LinePlace, name: &str) -> bool {
        self.open(place.module).is_some_and(|open| !open.scoped(name, Some(place.line)).is_empty())
    }

    /// A field of a data class: what the constructor was given, else its default.
    fn field(&self, instance: &Rc<Instance>, name: &str, value: Rc<Resolved>) -> Rc<Resolved> {
        let annotated = self.open(instance.class.module).is_some_and(|open| {
            open.scoped(name, Some(instance.class.line)).iter().any(|binding| {
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
                self.positional_field(instance, &given, open, name).unwrap_or_else(|| Resolved::unknown(Why::Attribute))
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
    fn assigned_attribute(&self, place: LinePlace, name: &str, instance: Option<&Rc<Instance>>) -> Option<Rc<Resolved>> {
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
        Some(Resolved::join(&parts))
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

    /// The decorators of a function or class: the expressions on the lines before its header.
    pub(super) fn decorators(&self, place: LinePlace) -> Vec<(LineIndex, Expr)> {
        let Some(open) = self.open(place.module) else {
            return Vec::new();
        };
        let mut found = Vec::new();
        let mut line = place.line;
        while let Some(before) = line.number().checked_sub(1).map(LineIndex::new) {
            if found.len() > 32 || !crate::python::scope::line_text(&open.module, before).starts_with('@') {
                break;
            }
            for statement in open.module.statements(before).iter() {
                if let StmtKind::Decorator(expression) = &statement.kind {
                    found.push((before, expression.clone()));
                }
            }
            line = before;
        }
        found
    }

    /// True when the last segment of a decorator's name is one of these.
    pub(super) fn decorated_with(&self, place: LinePlace, names: &[&str]) -> bool {
        self.decorators(place).iter().any(|(_, decorator)| {
            let mut decorator = decorator;
            if let ExprKind::Call(call) = &decorator.kind {
                decorator = &call.function;
            }
            match &decorator.kind {
                ExprKind::Name(name) => names.contains(&&**name),
                ExprKind::Attribute { attribute, .. } => names.contains(&&*attribute.name),
                _ => false,
            }
        })
    }

    /// What a parameter stands for.
    pub(super) fn parameter(&self, place: LinePlace, parameters: &[Parameter], index: usize) -> Rc<Resolved> {
        let Some(open) = self.open(place.module) else {
            return Resolved::unknown(Why::Bound);
        };
        let Some(parameter) = parameters.get(index) else {
            return Resolved::unknown(Why::Bound);
        };
        let outer: Scope = open.module.scope(place.line);
        if is_collecting(parameter.kind) {
            return if parameter.kind == crate::python::ast::ParameterKind::Star {
                Resolved::known(
                    Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Tuple, items: Vec::new(), open: true })),
                    None,
                )
            } else {
                Resolved::known(Thing::Mapping(Rc::new(Mapping::unknown())), None)
            };
        }
        if let (Some(class), 0) = (outer, index)
            && is_class(&open.module, outer)
            && !self.decorated_with(place, &["staticmethod"])
        {
            let class = LinePlace { module: place.module, line: class };
            let by_name = matches!(&*parameter.name.name, "cls" | "mcs" | "klass");
            if by_name || self.decorated_with(place, &["classmethod"]) {
                return Resolved::known(Thing::Class(class), None);
            }
            return Resolved::known(Thing::Instance(Rc::new(Instance { class, construction: Construction::Unknown })), None);
        }
        let at = At { module: place.module, line: place.line, inline: false, scope: outer, locals: None };
        if let Some(value) = self.option_default(place, &parameter.name.name) {
            return value;
        }
        let annotated = parameter.annotation.as_ref().and_then(|annotation| self.annotated(annotation, at, 0));
        if let Some(default) = &parameter.default {
            let value = self.value(default, at);
            if let Some(annotated) = annotated
                && matches!(value.only(), Some(Thing::None))
            {
                return annotated;
            }
            return value.with_origin(Origin::Default);
        }
        if let Some(annotated) = annotated {
            return annotated;
        }
        if OPTION_NAMES.contains(&&*parameter.name.name) && self.parses_options(place.module) {
            return Resolved::known(Thing::Options(place.module), None).with_origin(Origin::Default);
        }
        Resolved::unknown(Why::Parameter)
    }

    /// An instance of the class that an annotation names, when it is one of a library or of the project.
    pub(super) fn annotated(&self, annotation: &Expr, at: At<'_>, depth: u32) -> Option<Rc<Resolved>> {
        if depth > 4 {
            return None;
        }
        match &annotation.kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } => match self.value(annotation, at).only()? {
                Thing::Object(name) if name.ends_with("argparse.Namespace") => {
                    Some(Resolved::known(Thing::Options(at.module), None).with_origin(Origin::Default))
                }
                Thing::Object(name) if self.is_library(name) => Some(Resolved::result(name)),
                Thing::Class(class) if self.is_enum(*class).is_none() => Some(Resolved::known(
                    Thing::Instance(Rc::new(Instance { class: *class, construction: Construction::Unknown })),
                    None,
                )),
                _ => None,
            },
            ExprKind::Str(text) => {
                let last = text.trim();
                let plain = last.chars().all(|character| character.is_alphanumeric() || character == '_');
                if !plain || last.is_empty() {
                    return None;
                }
                match self.name(last, annotation.span.start, at).only()? {
                    Thing::Object(name) if self.is_library(name) => Some(Resolved::result(name)),
                    Thing::Class(class) if self.is_enum(*class).is_none() => Some(Resolved::known(
                        Thing::Instance(Rc::new(Instance { class: *class, construction: Construction::Unknown })),
                        None,
                    )),
                    _ => None,
                }
            }
            ExprKind::Subscript { value, index } => match &value.kind {
                ExprKind::Name(name) if &**name == "Optional" => self.annotated(index, at, depth + 1),
                ExprKind::Attribute { attribute, .. } if &*attribute.name == "Optional" => self.annotated(index, at, depth + 1),
                ExprKind::Name(name) if &**name == "Annotated" => match &index.kind {
                    ExprKind::Tuple(items) => self.annotated(items.first()?, at, depth + 1),
                    _ => None,
                },
                _ => None,
            },
            ExprKind::Binary { left, right, .. } => match (&left.kind, &right.kind) {
                (_, ExprKind::None) => self.annotated(left, at, depth + 1),
                (ExprKind::None, _) => self.annotated(right, at, depth + 1),
                _ => None,
            },
            _ => None,
        }
    }

    /// What a function of the project returns, when every way out of it is known.
    pub(super) fn returned(&self, place: LinePlace) -> Rc<Resolved> {
        if let Some(known) = self.returns.borrow().get(&place) {
            return known.clone();
        }
        // Functions that call themselves have no answer.
        self.returns.borrow_mut().insert(place, Resolved::unknown(Why::Bound));
        let value = self.returned_inner(place).unwrap_or_else(|| Resolved::unknown(Why::Call));
        self.returns.borrow_mut().insert(place, value.clone());
        value
    }

    fn returned_inner(&self, place: LinePlace) -> Option<Rc<Resolved>> {
        let open = self.open(place.module)?;
        let module = &*open.module;
        let mut parts = Vec::new();
        let block = module.block(place.line);
        if block.len() > 60 {
            return None;
        }
        let mut lines: Vec<LineIndex> = block.clone().map(LineIndex::new).collect();
        let inline = lines.is_empty();
        if inline {
            lines.push(place.line);
        }
        for line in lines {
            let text = crate::python::scope::line_text(module, line);
            if !inline && !text.contains("return") && !text.contains("yield") {
                continue;
            }
            let scope = if inline { Some(place.line) } else { module.scope(line) };
            if scope != Some(place.line) {
                continue;
            }
            for (index, statement) in module.statements(line).iter().enumerate() {
                match &statement.kind {
                    StmtKind::Return(Some(value)) => {
                        let at = At { module: place.module, line, inline: inline || index > 0, scope, locals: None };
                        parts.push(self.value(value, at));
                    }
                    StmtKind::Return(None) => parts.push(Resolved::known(Thing::None, None)),
                    StmtKind::Expr(Expr { kind: ExprKind::Yield(_), .. }) => return None,
                    _ => {}
                }
            }
            if parts.len() > 4 {
                return None;
            }
        }
        if parts.is_empty() {
            return None;
        }
        // It may also run to its end.
        let mut last = block.end.checked_sub(1).map(LineIndex::new)?;
        while !inline && module.parent(last) != Some(place.line) {
            last = module.parent(last)?;
        }
        if !inline && !matches!(first_word(module, last), "return" | "raise" | "else" | "with" | "except" | "try" | "finally") {
            parts.push(Resolved::known(Thing::None, None));
        }
        Some(Resolved::join(&parts).with_origin(Origin::Constant))
    }
}

/// The argument of a keyword.
fn kept<'k>(given: &'k [Kept], name: &str) -> Option<&'k Rc<Resolved>> {
    given.iter().rev().find(|kept| kept.keyword.as_deref() == Some(name)).map(|kept| &kept.value)
}
