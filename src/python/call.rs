//! What a call returns: known functions of the standard library, functions and classes of the project, methods of literals.

mod builtins;
mod known;
mod methods;

use std::rc::Rc;

use crate::python::ast::{ArgumentKind, Call, Expr, ExprKind};
use crate::python::defaults;
use crate::python::scope::{LinePlace, is_class};
use crate::python::things::{
    CallPlace, Construction, Instance, Kept, Mapping, Partial, Resolved, Sequence, SequenceKind, Source, Thing,
};
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::span::Span;
use crate::usage::{Origin, Why};

/// The arguments of a call, worked out.
#[derive(Clone, Debug, Default)]
pub struct Given {
    /// Those given by position or keyword, in order; `*` and `**` of known content are spread.
    pub arguments: Vec<Kept>,
    /// More may be given by position.
    pub open_positions: bool,
    /// More may be given by keyword.
    pub open_keywords: bool,
}

impl Given {
    /// The argument at a position.
    pub fn at(&self, position: usize) -> Option<&Rc<Resolved>> {
        self.arguments.iter().filter(|kept| kept.keyword.is_none()).nth(position).map(|kept| &kept.value)
    }

    /// Something is given that is not known.
    pub fn open(&self) -> bool {
        self.open_positions || self.open_keywords
    }

    /// The entries of `update={..}` as keywords.
    fn updated(self) -> Self {
        let mut updated = Self { open_keywords: true, ..Self::default() };
        let update = self.arguments.iter().find(|kept| kept.keyword.as_deref() == Some("update"));
        if let Some(Thing::Mapping(mapping)) = update.and_then(|kept| kept.value.only()) {
            updated.open_keywords = mapping.open;
            for (key, value) in &mapping.items {
                if let Some(key) = key.as_str() {
                    updated.arguments.push(Kept { keyword: Some(key.into()), value: value.clone() });
                }
            }
        }
        updated
    }

    fn positional(&self) -> Vec<Rc<Resolved>> {
        self.arguments.iter().filter(|kept| kept.keyword.is_none()).map(|kept| kept.value.clone()).collect()
    }
}

impl Resolver<'_> {
    /// Works out all arguments of a call.
    pub fn given(&self, call: &Call, at: At<'_>) -> Given {
        let mut given = Given::default();
        for argument in &call.arguments {
            match &argument.kind {
                ArgumentKind::Positional => given.arguments.push(Kept { keyword: None, value: self.value(&argument.value, at) }),
                ArgumentKind::Keyword(name) => {
                    given.arguments.push(Kept { keyword: Some((*name.name).into()), value: self.value(&argument.value, at) })
                }
                ArgumentKind::Star => match self.elements(&self.value(&argument.value, at)) {
                    Some(items) if items.len() <= 1024 => {
                        given.arguments.extend(items.into_iter().map(|value| Kept { keyword: None, value }))
                    }
                    _ => given.open_positions = true,
                },
                ArgumentKind::DoubleStar => match self.value(&argument.value, at).only() {
                    Some(Thing::Mapping(mapping)) => {
                        for (key, value) in &mapping.items {
                            if let Thing::Str(key) = key {
                                given.arguments.push(Kept { keyword: Some(key.clone()), value: value.clone() });
                            }
                        }
                        given.open_keywords |= mapping.open;
                    }
                    _ => given.open_keywords = true,
                },
            }
        }
        given
    }

    /// The arguments of a call that was passed by before; `None` when it cannot be found.
    pub(super) fn given_at(&self, call: CallPlace) -> Option<Given> {
        let open = self.open(call.place.module)?;
        let at = At { module: call.place.module, line: call.place.line, inline: call.inline, scope: call.scope, locals: None };
        for statement in open.module.statements(call.place.line).iter() {
            let mut given = None;
            walk::statement_expressions(statement, &mut |outer| {
                walk::each(outer, &mut |expression| {
                    if expression.span == call.span
                        && given.is_none()
                        && let ExprKind::Call(call) = &expression.kind
                    {
                        given = Some(self.given(call, at));
                    }
                });
            });
            if given.is_some() {
                return given;
            }
        }
        None
    }

    /// What a call returns.
    pub(super) fn call(&self, call: &Call, span: Span, at: At<'_>) -> Rc<Resolved> {
        let source = Some(Source { module: at.module, span });
        if let ExprKind::Attribute { value, attribute } = &call.function.kind {
            let receiver = self.value(value, at);
            // `record._replace(x=1)`, `settings.model_copy(update={..})`
            let copies = matches!(receiver.only(), Some(Thing::Instance(_) | Thing::Mapping(_)))
                && matches!(&*attribute.name, "_replace" | "model_copy" | "evolve");
            if copies {
                let mut given = self.given(call, at);
                if &*attribute.name == "model_copy" {
                    given = given.updated();
                }
                return self.replaced(&receiver, &given.arguments, given.open());
            }
            if let Some(folded) = self.method_of_literal(&receiver, &attribute.name, call, source, at) {
                return folded;
            }
            let callee = self.attribute(&receiver, &attribute.name, at.module);
            if callee.things.is_empty()
                && matches!(&*attribute.name, "parse_args" | "parse_known_args")
                && self.parses_options(at.module)
            {
                return defaults::options(at.module, &attribute.name);
            }
            return self.called(&callee, call, source, at);
        }
        if let ExprKind::Name(name) = &call.function.kind
            && &**name == "super"
            && let Some(class) = self.class_around(at)
        {
            return Resolved::known(Thing::Super(class), None);
        }
        if let ExprKind::Lambda { parameters, body } = &call.function.kind
            && parameters.is_empty()
        {
            return self.value(body, at);
        }
        let callee = self.value(&call.function, at);
        self.called(&callee, call, source, at)
    }

    /// The class in whose method a place stands.
    pub(super) fn class_around(&self, at: At<'_>) -> Option<LinePlace> {
        let open = self.open(at.module)?;
        let mut scope = at.scope;
        for _ in 0..32 {
            let line = scope?;
            if is_class(&open.module, scope) {
                return Some(LinePlace { module: at.module, line });
            }
            scope = open.module.scope(line);
        }
        None
    }

    fn called(&self, callee: &Rc<Resolved>, call: &Call, source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let mut parts = Vec::with_capacity(callee.things.len());
        for thing in &callee.things {
            if matches!(thing, Thing::None) && callee.things.len() > 1 {
                continue;
            }
            parts.push(self.called_thing(thing, call, source, at));
        }
        if let Some(why) = callee.unknown {
            let why = match why {
                Why::Imported | Why::Bound | Why::CommandLine | Why::Environment => why,
                _ => Why::Call,
            };
            parts.push(Resolved::unknown(why));
        }
        Resolved::join(&parts)
    }

    fn called_thing(&self, thing: &Thing, call: &Call, source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        match thing {
            Thing::Object(name) => self.known_function(name, call, source, at).unwrap_or_else(|| Resolved::result(name)),
            Thing::Result(name) => Resolved::result(format!("{name}.__call__")),
            Thing::Function(place) | Thing::Method(place, _) => {
                let value = self.returned(*place);
                // What depends on parameters is another question for every call.
                let depends = value.origin == Origin::Default || value.unknown == Some(Why::Parameter);
                let options = matches!(value.only(), Some(Thing::Options(_)));
                if depends && !options && !call.arguments.is_empty() {
                    return Resolved::unknown(Why::Call);
                }
                value
            }
            Thing::Class(place) if self.is_enum(*place).is_some() => {
                // `Models("org/m")`
                let wanted = self.given(call, at).at(0).cloned();
                let members = self.enum_members(*place).unwrap_or_default();
                let member = members.iter().find(|member| {
                    matches!((member.only(), &wanted), (Some(Thing::Member(value, _)), Some(wanted))
                        if value.only().is_some() && value.only() == wanted.only())
                });
                member.cloned().unwrap_or_else(|| Resolved::unknown(Why::Call))
            }
            Thing::Class(place) => {
                let construction = match source {
                    Some(source) if at.locals.is_none() => Construction::Call(CallPlace {
                        place: LinePlace { module: at.module, line: at.line },
                        inline: at.inline,
                        scope: at.scope,
                        span: source.span,
                    }),
                    _ => Construction::Unknown,
                };
                Resolved::known(Thing::Instance(Instance::new(*place, construction)), None)
            }
            Thing::Partial(partial) => {
                if let Some(parsed) = self.parsed_classes(partial) {
                    return parsed;
                }
                if let Some(record) = self.record(partial, call, at) {
                    return record;
                }
                // `attrgetter("load")(torch)`
                if matches!(partial.callee.only(), Some(Thing::Object(name)) if &**name == "operator.attrgetter") {
                    let name = partial.arguments.first().and_then(|kept| kept.value.only_str().map(str::to_owned));
                    return match (name, self.given(call, at).at(0)) {
                        (Some(name), Some(receiver)) if partial.arguments.len() == 1 => {
                            name.split('.').take(8).fold(receiver.clone(), |value, name| self.attribute(&value, name, at.module))
                        }
                        _ => Resolved::unknown(Why::Call),
                    };
                }
                match partial.callee.only() {
                    Some(Thing::Object(name)) => Resolved::result(name),
                    Some(Thing::Function(place)) => {
                        let value = self.returned(*place);
                        if value.origin == Origin::Default || value.unknown == Some(Why::Parameter) {
                            return Resolved::unknown(Why::Call);
                        }
                        value
                    }
                    _ => Resolved::unknown(Why::Call),
                }
            }
            _ => Resolved::unknown(Why::Call),
        }
    }

    /// A tuple made by `collections.namedtuple("Name", "fields")`.
    fn record(&self, partial: &Partial, call: &Call, at: At<'_>) -> Option<Rc<Resolved>> {
        if !matches!(partial.callee.only(), Some(Thing::Object(name)) if &**name == "collections.namedtuple") {
            return None;
        }
        let fields = &partial.arguments.get(1)?.value;
        let names: Vec<String> = match fields.only()? {
            Thing::Str(text) => text.split([',', ' ', '\n', '\t']).filter(|name| !name.is_empty()).map(str::to_owned).collect(),
            _ => self.elements(fields)?.iter().map(|name| name.only_str().map(str::to_owned)).collect::<Option<_>>()?,
        };
        let given = self.given(call, at);
        let mut mapping = Mapping { record: true, open: false, ..Mapping::default() };
        for (index, name) in names.iter().enumerate().take(256) {
            let by_keyword = given.arguments.iter().find(|kept| kept.keyword.as_deref() == Some(name.as_str()));
            let value = match by_keyword.map(|kept| &kept.value).or_else(|| given.at(index)) {
                Some(value) => value.clone(),
                None => Resolved::unknown(if given.open() { Why::Unpacked } else { Why::Parameter }),
            };
            mapping.set(Thing::Str(name.as_str().into()), value);
        }
        Some(Resolved::known(Thing::Mapping(Rc::new(mapping)), None))
    }

    /// `HfArgumentParser((A, B)).parse_args_into_dataclasses()`: instances of the classes.
    fn parsed_classes(&self, partial: &Partial) -> Option<Rc<Resolved>> {
        let Some(Thing::Object(name)) = partial.callee.only() else {
            return None;
        };
        if !defaults::is_class_parser(name) {
            return None;
        }
        let first = partial.arguments.first()?;
        let classes = match self.elements(&first.value) {
            Some(classes) => classes,
            None => vec![first.value.clone()],
        };
        let items = classes
            .iter()
            .map(|class| {
                class
                    .map(|thing| match thing {
                        Thing::Class(place) => Some(Thing::Instance(Instance::new(*place, Construction::Unknown))),
                        Thing::Object(name) => Some(Thing::Result(name.clone())),
                        _ => None,
                    })
                    .with_origin(Origin::Default)
            })
            .collect();
        Some(Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Tuple, items, open: false })), None))
    }

    /// The value of an expression that is called without arguments (`default_factory=lambda: ...`).
    pub(super) fn produced(&self, factory: &Expr, at: At<'_>) -> Rc<Resolved> {
        if let ExprKind::Lambda { parameters, body } = &factory.kind
            && parameters.is_empty()
        {
            return self.value(body, at);
        }
        match self.value(factory, at).only() {
            Some(Thing::Object(name)) => match &**name {
                "builtins.dict" => Resolved::known(Thing::Mapping(Rc::default()), None),
                "builtins.list" => list(Vec::new(), None),
                name => Resolved::result(name),
            },
            Some(Thing::Function(place)) => self.returned(*place),
            Some(Thing::Class(class)) => Resolved::known(Thing::Instance(Instance::new(*class, Construction::Bare)), None),
            _ => Resolved::unknown(Why::Call),
        }
    }
}

fn tuple(items: Vec<Rc<Resolved>>) -> Rc<Resolved> {
    Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Tuple, items, open: false })), None)
}

fn list(items: Vec<Rc<Resolved>>, source: Option<Source>) -> Rc<Resolved> {
    Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open: false })), source)
}
