//! What a call returns: known functions of the standard library, functions and classes of the project, methods of literals.

use std::rc::Rc;

use crate::python::ast::{ArgumentKind, Call, Expr, ExprKind};
use crate::python::defaults;
use crate::python::fold;
use crate::python::scope::{LinePlace, is_class};
use crate::python::things::{
    CallPlace, Construction, Instance, Kept, Mapping, Partial, Resolved, Sequence, SequenceKind, Source, Thing,
};
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::span::Span;
use crate::usage::{Origin, Why};

/// Builtins whose result is worked out.
const KNOWN_BUILTINS: [&str; 34] = [
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
    "abs",
    "repr",
    "format",
];

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
                Resolved::known(Thing::Instance(Rc::new(Instance { class: *place, construction })), None)
            }
            Thing::Partial(partial) => {
                if let Some(parsed) = self.parsed_classes(partial) {
                    return parsed;
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
                        Thing::Class(place) => {
                            Some(Thing::Instance(Rc::new(Instance { class: *place, construction: Construction::Unknown })))
                        }
                        Thing::Object(name) => Some(Thing::Result(name.clone())),
                        _ => None,
                    })
                    .with_origin(Origin::Default)
            })
            .collect();
        Some(Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Tuple, items, open: false })), None))
    }

    /// Functions whose result the resolver knows.
    fn known_function(&self, name: &str, call: &Call, source: Option<Source>, at: At<'_>) -> Option<Rc<Resolved>> {
        if let Some(builtin) = name.strip_prefix("builtins.") {
            return Some(self.builtin(builtin, call, source, at));
        }
        if defaults::is_class_parser(name) {
            let given = self.given(call, at);
            return Some(Resolved::known(
                Thing::Partial(Rc::new(Partial { callee: Resolved::object(name), arguments: given.arguments, open: false })),
                None,
            ));
        }
        if let Some(default) = self.declared_default(name, call, at) {
            return Some(default);
        }
        let root = name.split('.').next().unwrap_or(name);
        if !fold::is_standard(root) && !defaults::is_known_outside(name) {
            return None;
        }
        let argument = |position: usize, keyword: &str| -> Option<Rc<Resolved>> {
            call.arguments
                .iter()
                .filter(|argument| matches!(argument.kind, ArgumentKind::Positional))
                .nth(position)
                .or_else(|| {
                    call.arguments
                        .iter()
                        .find(|argument| matches!(&argument.kind, ArgumentKind::Keyword(name) if &*name.name == keyword))
                })
                .map(|argument| self.value(&argument.value, at))
        };
        let path = |text: Option<Rc<str>>| Resolved::known(Thing::Path(text), source);
        Some(match name {
            "functools.partial" | "functools.partialmethod" => {
                let mut given = self.given(call, at);
                if given.arguments.is_empty() || given.arguments.first().is_some_and(|kept| kept.keyword.is_some()) {
                    return Some(Resolved::unknown(Why::Call));
                }
                let callee = given.arguments.remove(0).value;
                Resolved::known(Thing::Partial(Rc::new(Partial { callee, open: given.open(), arguments: given.arguments })), None)
            }
            "importlib.import_module" => match argument(0, "name")?.only_str() {
                Some(dotted) if !dotted.starts_with('.') => {
                    if !self.is_library(dotted)
                        && !fold::is_standard(dotted)
                        && let Some(module) = self.foreign(dotted, 0, at.module)
                    {
                        return Some(Resolved::known(Thing::Module(module), None));
                    }
                    Resolved::object(dotted)
                }
                _ => Resolved::unknown(Why::Imported),
            },
            "os.environ.get" | "os.getenv" | "os.environ.setdefault" | "os.environ.pop" => match argument(1, "default") {
                Some(default) if !matches!(default.only(), Some(Thing::None)) => default.with_origin(Origin::Environment),
                _ => Resolved::unknown(Why::Environment),
            },
            "os.environ.copy" => Resolved::known(Thing::Mapping(Rc::new(Mapping::unknown())), None),
            "os.path.join" | "posixpath.join" => {
                let given = self.given(call, at);
                path(fold::joined_path(&given.positional(), given.open()))
            }
            "pathlib.Path" | "pathlib.PurePath" | "pathlib.PosixPath" | "pathlib.PurePosixPath" | "pathlib.WindowsPath" => {
                let given = self.given(call, at);
                path(fold::joined_path(&given.positional(), given.open()))
            }
            "os.path.abspath"
            | "os.path.realpath"
            | "os.path.dirname"
            | "os.path.expanduser"
            | "os.path.expandvars"
            | "os.path.normpath"
            | "os.path.relpath"
            | "os.getcwd"
            | "os.path.commonpath"
            | "pathlib.Path.cwd"
            | "pathlib.Path.home"
            | "tempfile.mkdtemp"
            | "tempfile.gettempdir"
            | "tempfile.mktemp" => path(None),
            "os.fspath" => argument(0, "path")?,
            "os.path.basename" => Resolved::unknown(Why::Call),
            "copy.copy" | "copy.deepcopy" => argument(0, "x")?,
            "typing.cast" => argument(1, "val")?,
            "collections.OrderedDict"
            | "types.SimpleNamespace"
            | "argparse.Namespace"
            | "easydict.EasyDict"
            | "munch.Munch"
            | "ml_collections.ConfigDict" => self.builtin("dict", call, source, at),
            "omegaconf.OmegaConf.create" | "addict.Dict" | "types.MappingProxyType" => argument(0, "obj")?,
            "argparse.ArgumentParser.parse_args"
            | "argparse.ArgumentParser.parse_known_args"
            | "argparse.ArgumentParser.parse_intermixed_args" => {
                defaults::options(at.module, name.rsplit('.').next().unwrap_or(name))
            }
            "base64.b64decode" | "base64.standard_b64decode" | "base64.urlsafe_b64decode" | "binascii.a2b_base64" => {
                argument(0, "s")?.map(fold::decode_base64)
            }
            "base64.b16decode" | "binascii.unhexlify" | "binascii.a2b_hex" => argument(0, "s")?.map(fold::decode_hex),
            "codecs.decode" | "codecs.encode" => {
                let encoding = argument(1, "encoding")?;
                let encoding = encoding.only_str()?.to_owned();
                argument(0, "obj")?.map(|thing| fold::decode_codec(thing, &encoding))
            }
            "urllib.parse.unquote" => argument(0, "string")?.map(fold::unquote),
            _ => return None,
        })
    }

    fn builtin(&self, name: &str, call: &Call, source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        if !KNOWN_BUILTINS.contains(&name) {
            return Resolved::unknown(Why::Call);
        }
        let given = self.given(call, at);
        let first = given.at(0).cloned();
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
            _ => unknown(),
        }
    }

    /// A method of a text, list, dict or path.
    fn method_of_literal(
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

    fn text_method(&self, text: &str, name: &str, given: &Given, source: Option<Source>) -> Rc<Resolved> {
        match name {
            "join" => match given.at(0).and_then(|items| self.elements(items)) {
                Some(items) => fold::join(text, &items, source),
                None => Resolved::unknown(given.at(0).and_then(|first| first.unknown).unwrap_or(Why::Call)),
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

    fn mapping_method(&self, mapping: &Rc<Mapping>, name: &str, given: &Given) -> Rc<Resolved> {
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
            Some(Thing::Class(class)) => {
                Resolved::known(Thing::Instance(Rc::new(Instance { class: *class, construction: Construction::Bare })), None)
            }
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
