//! Functions of the project: their decorators, their parameters, what they return.

use crate::python::ast::{Expr, ExprKind, Parameter, StmtKind};
use crate::python::module::LineIndex;
use crate::python::scope::{LinePlace, Scope, first_word, is_class, is_collecting};
use crate::python::things::{Construction, Instance, Mapping, Resolved, Sequence, SequenceKind, Thing};
use crate::python::value::{At, Resolver};
use crate::usage::{Origin, Why};
use std::rc::Rc;

/// Names under which people hand on a parsed command line.
pub(super) const OPTION_NAMES: [&str; 9] =
    ["args", "arg", "arguments", "opt", "opts", "options", "cli_args", "parsed_args", "namespace"];

impl Resolver<'_> {
    /// The decorators of a function or class: the expressions on the lines before its header.
    pub(in crate::python) fn decorators(&self, place: LinePlace) -> Vec<(LineIndex, Expr)> {
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
    pub(in crate::python) fn decorated_with(&self, place: LinePlace, names: &[&str]) -> bool {
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
    pub(in crate::python) fn parameter(&self, place: LinePlace, parameters: &[Parameter], index: usize) -> Rc<Resolved> {
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
            return Resolved::known(Thing::Instance(Instance::new(class, Construction::Unknown)), None);
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
        // Fixtures of pytest.
        if matches!(&*parameter.name.name, "tmp_path" | "tmpdir") {
            return Resolved::known(Thing::Path(None), None);
        }
        Resolved::unknown(Why::Parameter)
    }

    /// An instance of the class that an annotation names, when it is one of a library or of the project.
    pub(in crate::python) fn annotated(&self, annotation: &Expr, at: At<'_>, depth: u32) -> Option<Rc<Resolved>> {
        if depth > 4 {
            return None;
        }
        match &annotation.kind {
            ExprKind::Name(_) | ExprKind::Attribute { .. } => match self.value(annotation, at).only()? {
                Thing::Object(name) if name.ends_with("argparse.Namespace") => {
                    Some(Resolved::known(Thing::Options(at.module), None).with_origin(Origin::Default))
                }
                Thing::Object(name) if self.is_library(name) => Some(Resolved::result(name)),
                Thing::Class(class) if self.is_enum(*class).is_none() => {
                    Some(Resolved::known(Thing::Instance(Instance::new(*class, Construction::Unknown)), None))
                }
                _ => None,
            },
            ExprKind::Str(text) => {
                let mut text = text.trim();
                for optional in ["Optional[", "typing.Optional["] {
                    text = text.strip_prefix(optional).and_then(|inner| inner.strip_suffix(']')).unwrap_or(text).trim();
                }
                let mut parts = text.split('|').map(str::trim).filter(|part| *part != "None");
                let (Some(dotted), None) = (parts.next(), parts.next()) else {
                    return None;
                };
                let plain = dotted.chars().all(|character| character.is_alphanumeric() || matches!(character, '_' | '.'));
                if !plain || dotted.is_empty() {
                    return None;
                }
                let mut names = dotted.split('.');
                let mut class = self.name(names.next()?, annotation.span.start, at);
                for name in names.take(8) {
                    class = self.attribute(&class, name, at.module);
                }
                match class.only()? {
                    Thing::Object(name) if self.is_library(name) => Some(Resolved::result(name)),
                    Thing::Class(class) if self.is_enum(*class).is_none() => {
                        Some(Resolved::known(Thing::Instance(Instance::new(*class, Construction::Unknown)), None))
                    }
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
    pub(in crate::python) fn returned(&self, place: LinePlace) -> Rc<Resolved> {
        if let Some(known) = self.returns.borrow().get(&place) {
            return known.clone();
        }
        // Functions that call themselves have no answer.
        self.returns.borrow_mut().insert(place, Resolved::unknown(Why::Bound));
        let value = self.returned_inner(place).unwrap_or_else(|| Resolved::unknown(Why::Call));
        self.returns.borrow_mut().insert(place, value.clone());
        value
    }

    pub(super) fn returned_inner(&self, place: LinePlace) -> Option<Rc<Resolved>> {
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
