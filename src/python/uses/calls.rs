//! Walking expressions for calls of catalogued callables, and for callables that are handed on.

use super::{DEPTH, Finder, Place, Target};
use crate::catalog::{Entry, EntryId};
use crate::python::arguments::{self, Bound};
use crate::python::ast::{ArgumentKind, Call, ComprehensionClause, Expr, ExprKind};
use crate::python::things::{Resolved, Thing};
use crate::python::value::{At, Locals};
use crate::python::walk;
use crate::span::Span;
use crate::usage::{CallSite, Confidence, Origin, UseKind, Why};

impl<'f> Finder<'f, '_> {
    pub(super) fn walk(&mut self, expression: &Expr, statement: Span, at: At<'_>, place: Place, depth: u32) {
        if depth > DEPTH {
            return;
        }
        match &expression.kind {
            ExprKind::Call(call) => {
                self.call(expression, call, statement, at, place, depth);
            }
            ExprKind::Name(name) => {
                if place == Place::Handed && self.is_word(name) {
                    self.handed(expression, None, statement, at);
                }
            }
            ExprKind::Attribute { value, attribute } => {
                if place == Place::Handed && self.is_word(&attribute.name) {
                    self.handed(expression, None, statement, at);
                }
                self.walk(value, statement, at, Place::Plain, depth + 1);
            }
            ExprKind::Dict(items) => {
                for item in items {
                    if let Some(key) = &item.key {
                        if let ExprKind::Str(text) = &key.kind {
                            self.entry(text, key.span, &item.value, None, key.span, statement, at);
                        }
                        self.walk(key, statement, at, Place::Plain, depth + 1);
                    }
                    self.walk(&item.value, statement, at, Place::Plain, depth + 1);
                }
            }
            ExprKind::Lambda { parameters, body } => {
                self.parameters(parameters, statement, at);
                let names = parameters
                    .iter()
                    .map(|parameter| {
                        let value = match &parameter.default {
                            Some(default) => self.resolver.value(default, at).with_origin(Origin::Default),
                            None => Resolved::unknown(Why::Parameter),
                        };
                        (parameter.name.name.clone(), value)
                    })
                    .collect();
                let locals = Locals { outer: at.locals, names };
                self.walk(body, statement, At { locals: Some(&locals), ..at }, Place::Plain, depth + 1);
            }
            ExprKind::Comprehension { element, value, clauses, .. } => {
                self.comprehension(element, value.as_deref(), clauses, statement, at, depth);
            }
            _ => {
                let mut parts = Vec::new();
                walk::children(expression, &mut |child| parts.push(child));
                for part in parts {
                    self.walk(part, statement, at, Place::Plain, depth + 1);
                }
            }
        }
    }

    pub(super) fn comprehension(
        &mut self,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[ComprehensionClause],
        statement: Span,
        at: At<'_>,
        depth: u32,
    ) {
        let Some((first, rest)) = clauses.split_first() else {
            for part in [Some(element), value].into_iter().flatten() {
                self.walk(part, statement, at, Place::Plain, depth + 1);
            }
            return;
        };
        match first {
            ComprehensionClause::If(test) => {
                self.walk(test, statement, at, Place::Plain, depth + 1);
                self.comprehension(element, value, rest, statement, at, depth + 1);
            }
            ComprehensionClause::For { target, iterable } => {
                if depth > DEPTH {
                    return;
                }
                self.walk(iterable, statement, at, Place::Plain, depth + 1);
                let items = self.resolver.value(iterable, at);
                let item = match self.resolver.elements(&items) {
                    Some(items) if !items.is_empty() && items.len() <= 64 => Resolved::join(&items),
                    _ => Resolved::unknown(items.unknown.unwrap_or(Why::Expression)),
                };
                let locals =
                    Locals { outer: at.locals, names: self.resolver.destructured(target, &item.with_origin(Origin::Constant)) };
                let inner = At { locals: Some(&locals), ..at };
                self.comprehension(element, value, rest, statement, inner, depth + 1);
            }
        }
    }

    pub(super) fn call(&mut self, expression: &Expr, call: &Call, statement: Span, at: At<'_>, place: Place, depth: u32) {
        let name = match &call.function.kind {
            ExprKind::Name(name) => Some(&**name),
            ExprKind::Attribute { attribute, .. } => Some(&*attribute.name),
            _ => None,
        };
        let wanted = name.is_none_or(|name| self.is_word(name));
        let mut entry = None;
        if wanted {
            entry = self.catalogued(expression, call, name, statement, at);
        }
        if place == Place::Handed && matches!(name, Some("partial" | "getattr")) {
            self.handed(expression, None, statement, at);
        }
        let name = name.unwrap_or("");
        // Calls that only look at a callable, or wrap it into something that is judged itself.
        let looks = matches!(
            name,
            "partial"
                | "partialmethod"
                | "getattr"
                | "hasattr"
                | "isinstance"
                | "issubclass"
                | "type"
                | "callable"
                | "wraps"
                | "setattr"
                | "object"
                | "signature"
                | "getsource"
                | "print"
                | "super"
                | "id"
                | "repr"
                | "str"
        ) || entry.is_some();
        let forwards = self.forwarded(name, call, statement, at);
        self.keywords(call, entry, statement, at);
        self.set_environment(name, call, statement, at);
        match &call.function.kind {
            ExprKind::Attribute { value, .. } => self.walk(value, statement, at, Place::Plain, depth + 1),
            ExprKind::Name(_) => {}
            _ => self.walk(&call.function, statement, at, Place::Plain, depth + 1),
        }
        for (index, argument) in call.arguments.iter().enumerate() {
            let place = if looks || forwards == Some(index) { Place::Plain } else { Place::Handed };
            self.walk(&argument.value, statement, at, place, depth + 1);
        }
    }

    /// A call of a catalogued callable: the use. Gives the entry.
    pub(super) fn catalogued(
        &mut self,
        expression: &Expr,
        call: &Call,
        name: Option<&str>,
        statement: Span,
        at: At<'_>,
    ) -> Option<EntryId> {
        let callee = self.resolver.value(&call.function, at);
        let target = self.targets_of(&callee).into_iter().next().or_else(|| self.own_library(&call.function, &callee, at));
        let target = match target {
            Some(target) => target,
            None => self.by_method(call, name?, &callee, at)?,
        };
        let slots = arguments::slots(self.resolver, call, &target.bound, at);
        let mut one =
            self.blank(UseKind::Call, Some(target.entry), &target.qualified, call.function.span, statement, expression.span);
        one.confidence = target.confidence;
        let nested_open = arguments::fill(
            self.resolver,
            self.facts(target.entry, &target.qualified),
            &slots,
            at,
            self.unit,
            &mut one.arguments,
        );
        one.site = Some(CallSite {
            parentheses: call.parentheses,
            last_argument: call.arguments.last().map(|argument| argument.span),
            trailing_comma: call.trailing_comma,
            open: slots.open || nested_open,
        });
        self.surroundings.judge(&mut one, self.resolver, self.module, at);
        let entry = target.entry;
        self.push(at.line, one);
        let spread = call
            .arguments
            .iter()
            .filter(|argument| matches!(argument.kind, ArgumentKind::DoubleStar))
            .filter_map(|argument| match &argument.value.kind {
                ExprKind::Name(name) => Some((name.to_string(), at.scope)),
                _ => None,
            })
            .collect();
        self.note_dicts(spread);
        Some(entry)
    }

    /// The facts by which the arguments of a call are read: positions and keywords differ by version.
    pub(super) fn facts(&self, id: EntryId, qualified: &str) -> &'f Entry {
        self.catalog.entry((self.variant)(id, qualified))
    }

    /// A method of a receiver that cannot be resolved, in a file that imports the library.
    pub(super) fn by_method(&self, call: &Call, name: &str, callee: &Resolved, at: At<'_>) -> Option<Target> {
        let ExprKind::Attribute { value, .. } = &call.function.kind else {
            return None;
        };
        if !callee.things.is_empty() {
            return None;
        }
        let receiver = self.resolver.value(value, at);
        let unresolved = receiver.things.is_empty()
            || (callee.unknown == Some(Why::Attribute)
                && receiver.things.iter().all(|thing| matches!(thing, Thing::Instance(_) | Thing::Super(_) | Thing::Class(_))));
        if !unresolved {
            return None;
        }
        let entry = self.catalog.method(name, &|root| self.imports.contains(root))?;
        let library = self.catalog.library(entry);
        let root = library.imports.first().map_or(library.id.as_str(), String::as_str);
        Some(Target { entry, qualified: format!("{root}.*.{name}"), bound: Bound::default(), confidence: Confidence::Medium })
    }

    /// A callable that is handed on without a call that can be seen.
    pub(super) fn handed(&mut self, expression: &Expr, arguments: Option<(&Call, usize)>, statement: Span, at: At<'_>) -> bool {
        let Some(target) = self.targets(expression, at).into_iter().next() else {
            return false;
        };
        // Classes are handed on as types far more often than to be called.
        let last = target.qualified.rsplit('.').next().unwrap_or("");
        if last.starts_with(|first: char| first.is_uppercase()) {
            return false;
        }
        let mut one =
            self.blank(UseKind::Reference, Some(target.entry), &target.qualified, expression.span, statement, expression.span);
        one.confidence = target.confidence;
        let entry = self.facts(target.entry, &target.qualified);
        let slots = match arguments {
            Some((call, skip)) => {
                one.whole = Span { start: call.function.span.start, end: call.parentheses.end };
                let mut slots = arguments::slots(self.resolver, call, &Bound::default(), at);
                slots.shift(skip);
                slots.before(&target.bound, expression.span);
                slots
            }
            None => arguments::bound_slots(&target.bound, expression.span),
        };
        arguments::fill(self.resolver, entry, &slots, at, self.unit, &mut one.arguments);
        self.push(at.line, one);
        true
    }

    /// `executor.submit(torch.load, path, weights_only=True)`: the arguments after the callable are its own. Gives the
    /// index of the argument that holds the callable.
    pub(super) fn forwarded(&mut self, name: &str, call: &Call, statement: Span, at: At<'_>) -> Option<usize> {
        let index = match name {
            "submit" | "to_thread" | "run_sync" | "call_soon" | "apply" | "delayed" | "start_new_thread" => 0,
            "run_in_executor" => 1,
            _ => return None,
        };
        let argument = call.arguments.get(index)?;
        if !matches!(argument.kind, ArgumentKind::Positional) {
            return None;
        }
        self.handed(&argument.value, Some((call, index + 1)), statement, at).then_some(index)
    }
}
