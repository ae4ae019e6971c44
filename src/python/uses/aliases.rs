//! Names that stand for catalogued callables, and what an expression stands for in the catalogue.

use super::{Finder, Target};
use crate::python::arguments::Bound;
use crate::python::ast::{ComprehensionClause, Expr, ExprKind, Stmt, StmtKind};
use crate::python::module::LineIndex;
use crate::python::scope::{LinePlace, first_word};
use crate::python::things::{Resolved, Thing};
use crate::python::triggers::Triggers;
use crate::python::value::At;
use crate::python::walk;
use crate::usage::Confidence;

/// The names and attributes that a target binds.
pub(super) fn target_names(target: &Expr, names: &mut Vec<String>) {
    match &target.kind {
        ExprKind::Name(name) => names.push(name.to_string()),
        ExprKind::Attribute { attribute, .. } => names.push(attribute.name.to_string()),
        ExprKind::Subscript { value, .. } => target_names(value, names),
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            for item in items.iter().take(64) {
                if matches!(item.kind, ExprKind::Name(_) | ExprKind::Attribute { .. }) {
                    target_names(item, names);
                }
            }
        }
        _ => {}
    }
}

impl Finder<'_, '_> {
    /// Adds the lines on which names stand that are bound to catalogued callables, until there are no more.
    pub(super) fn follow_aliases(&mut self, triggers: &mut Triggers) {
        let mut waiting: Vec<LineIndex> = triggers.lines.iter().copied().collect();
        while let Some(line) = waiting.pop() {
            let mut fresh = Vec::new();
            for (statements, index, at) in self.statements(line) {
                if let Some(statement) = statements.get(index) {
                    self.aliases(statement, at, &mut fresh);
                }
            }
            for name in fresh {
                if self.names.len() >= 64 || self.names.contains(&name) || self.is_word(&name) {
                    continue;
                }
                for (_, line) in self.outline.occurrences(&name) {
                    triggers.lines.insert(line);
                    // Also lines that were looked at before: then they did not know this name.
                    waiting.push(line);
                }
                self.names.insert(name);
            }
        }
    }

    /// The names that a statement binds to catalogued callables.
    pub(super) fn aliases(&self, statement: &Stmt, at: At<'_>, fresh: &mut Vec<String>) {
        let text = statement.span.text(self.text);
        if text.contains(":=") || text.contains(" for ") {
            walk::statement_expressions(statement, &mut |outer| {
                walk::each(outer, &mut |expression| {
                    if let ExprKind::Named { target, value } = &expression.kind
                        && self.mentions(value, at, 0)
                    {
                        fresh.push(target.name.to_string());
                    }
                    if let ExprKind::Comprehension { clauses, .. } = &expression.kind {
                        for clause in clauses {
                            if let ComprehensionClause::For { target, iterable } = clause
                                && self.mentions(iterable, at, 0)
                            {
                                target_names(target, fresh);
                            }
                        }
                    }
                });
            });
        }
        match &statement.kind {
            StmtKind::Assign { targets, value } if self.mentions(value, at, 0) => {
                for target in targets {
                    target_names(target, fresh);
                }
            }
            StmtKind::AnnotatedAssign { target, value: Some(value), .. } if self.mentions(value, at, 0) => {
                target_names(target, fresh)
            }
            StmtKind::ImportFrom { names, .. } => {
                for imported in names {
                    if let Some(alias) = &imported.alias
                        && self.is_word(&imported.name)
                        && **alias != *imported.name
                    {
                        fresh.push(alias.to_string());
                    }
                }
            }
            StmtKind::Function { parameters, .. } => {
                for parameter in parameters {
                    if let Some(default) = &parameter.default
                        && self.mentions(default, at, 0)
                    {
                        fresh.push(parameter.name.name.to_string());
                    }
                }
            }
            // A subclass of a class whose construction is a use.
            StmtKind::Class { name, arguments } if arguments.iter().any(|base| self.mentions(&base.value, at, 0)) => {
                fresh.push(name.name.to_string());
            }
            StmtKind::For { target, iterable } if self.mentions(iterable, at, 0) => {
                target_names(target, fresh);
            }
            _ => {}
        }
    }

    /// True when an expression mentions a catalogued callable without calling it.
    pub(super) fn mentions(&self, expression: &Expr, at: At<'_>, depth: u32) -> bool {
        if depth > 12 {
            return false;
        }
        match &expression.kind {
            ExprKind::Name(name) => self.is_word(name) && !self.targets(expression, at).is_empty(),
            ExprKind::Attribute { attribute, .. } => self.is_word(&attribute.name) && !self.targets(expression, at).is_empty(),
            ExprKind::Call(call) => {
                let name = match &call.function.kind {
                    ExprKind::Name(name) => &**name,
                    ExprKind::Attribute { attribute, .. } => &*attribute.name,
                    ExprKind::Call(_) => return self.mentions(&call.function, at, depth + 1),
                    _ => return false,
                };
                match name {
                    "getattr" | "attrgetter" | "methodcaller" => !self.targets(expression, at).is_empty(),
                    // `dict(a=torch.load)`, `partial(torch.load, ...)`, decorators such as `cache(torch.load)`
                    "partial" | "dict" | "list" | "tuple" | "partialmethod" | "wraps" | "lru_cache" | "cache"
                    | "staticmethod" | "field" => {
                        call.arguments.iter().any(|argument| self.mentions(&argument.value, at, depth + 1))
                    }
                    // A partial under another name.
                    _ => {
                        call.arguments.iter().any(|argument| self.mentions(&argument.value, at, depth + 1))
                            && matches!(self.resolver.value(expression, at).only(), Some(Thing::Partial(_)))
                    }
                }
            }
            ExprKind::Conditional { body, otherwise, .. } => {
                self.mentions(body, at, depth + 1) || self.mentions(otherwise, at, depth + 1)
            }
            ExprKind::Binary { left, right, .. } => self.mentions(left, at, depth + 1) || self.mentions(right, at, depth + 1),
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => {
                items.iter().take(64).any(|item| self.mentions(item, at, depth + 1))
            }
            ExprKind::Dict(items) => items.iter().take(64).any(|item| self.mentions(&item.value, at, depth + 1)),
            ExprKind::Subscript { value, .. } => self.mentions(value, at, depth + 1),
            ExprKind::Named { value, .. } => self.mentions(value, at, depth + 1),
            _ => false,
        }
    }

    /// The catalogued callables that an expression can stand for.
    pub(super) fn targets(&self, expression: &Expr, at: At<'_>) -> Vec<Target> {
        let value = self.resolver.value(expression, at);
        let targets = self.targets_of(&value);
        if targets.is_empty()
            && let Some(target) = self.own_library(expression, &value, at)
        {
            return vec![target];
        }
        targets
    }

    /// A callable that the library's own source imports from itself: its qualified name follows from the path.
    pub(super) fn own_library(&self, expression: &Expr, value: &Resolved, at: At<'_>) -> Option<Target> {
        let qualified = match (value.only()?, &expression.kind) {
            (Thing::Function(_) | Thing::Method(..), ExprKind::Attribute { value: owner, attribute }) => {
                match self.resolver.value(owner, at).only()? {
                    Thing::Class(place) => {
                        format!("{}.{}", self.resolver.qualified(*place)?, attribute.name)
                    }
                    Thing::Module(_) => match value.only()? {
                        Thing::Function(place) => self.resolver.qualified(*place)?,
                        _ => return None,
                    },
                    _ => return None,
                }
            }
            (Thing::Function(place) | Thing::Class(place), _) => self.resolver.qualified(*place)?,
            _ => return None,
        };
        let entry = self.catalog.callable(&qualified)?;
        Some(Target { entry, qualified, bound: Bound::default(), confidence: Confidence::High })
    }

    pub(super) fn targets_of(&self, value: &Resolved) -> Vec<Target> {
        let mut targets = Vec::new();
        for thing in value.things.iter().take(8) {
            self.target(thing, Bound::default(), 0, &mut targets);
        }
        let others = value.things.iter().any(|thing| {
            !matches!(thing, Thing::None) && {
                let mut one = Vec::new();
                self.target(thing, Bound::default(), 0, &mut one);
                one.is_empty()
            }
        });
        if others || value.unknown.is_some() {
            for target in &mut targets {
                target.confidence = target.confidence.min(Confidence::Medium);
            }
        }
        targets
    }

    pub(super) fn target(&self, thing: &Thing, bound: Bound, depth: u32, targets: &mut Vec<Target>) {
        match thing {
            Thing::Object(name) => {
                if let Some(entry) = self.catalog.callable(name) {
                    targets.push(Target {
                        entry,
                        qualified: name.to_string(),
                        bound,
                        confidence: if name.contains('*') { Confidence::Medium } else { Confidence::High },
                    });
                }
            }
            Thing::Partial(partial) if depth < 8 => {
                let mut bound = bound;
                bound.before(&partial.arguments, partial.open);
                for inner in &partial.callee.things {
                    self.target(inner, bound.clone(), depth + 1, targets);
                }
            }
            Thing::Class(place) => self.constructor(*place, bound, targets),
            _ => {}
        }
    }

    /// A class of the project without a constructor of its own is constructed as its base is.
    pub(super) fn constructor(&self, place: LinePlace, bound: Bound, targets: &mut Vec<Target>) {
        let value = self.resolver.class_attribute(place, "__init__");
        let base = value.things.iter().find_map(|thing| match thing {
            Thing::Object(name) => {
                let class = name.strip_suffix(".__init__")?;
                Some((self.catalog.callable(class)?, class.to_owned()))
            }
            _ => None,
        });
        if let Some((entry, qualified)) = base
            && !self.refuses_classes(place)
        {
            targets.push(Target { entry, qualified, bound, confidence: Confidence::High });
        }
    }

    /// An unpickler of the project whose `find_class` raises: the allow-list that Python's documentation recommends. One
    /// that only gives names a new home refuses nothing.
    fn refuses_classes(&self, place: LinePlace) -> bool {
        let value = self.resolver.class_attribute(place, "find_class");
        let Some(Thing::Function(method)) = value.only() else {
            return false;
        };
        let Some(open) = self.resolver.open(method.module) else {
            return false;
        };
        let module = &open.module;
        module.block(method.line).any(|line| first_word(module, LineIndex::new(line)) == "raise")
    }
}
