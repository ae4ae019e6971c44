//! Switches that are set outside a catalogued call, and variables of the environment.

use super::Finder;
use crate::catalog::EntryId;
use crate::python::arguments::{self};
use crate::python::ast::{ArgumentKind, Call, Expr, ExprKind};
use crate::python::things::{Resolved, Thing};
use crate::python::value::At;
use crate::python::walk;
use crate::span::Span;
use crate::usage::{Argument, Confidence, Role, UseKind};
use std::rc::Rc;

impl Finder<'_, '_> {
    /// Keywords of a call that are switches, where the call itself does not give them a role.
    pub(super) fn keywords(&mut self, call: &Call, entry: Option<EntryId>, statement: Span, at: At<'_>) {
        // `np.save(.., allow_pickle=True)` writes; what it writes is judged where it is read.
        let name = match &call.function.kind {
            ExprKind::Name(name) => &**name,
            ExprKind::Attribute { attribute, .. } => &*attribute.name,
            _ => "",
        };
        if entry.is_none() && (name.starts_with("save") || name.starts_with("dump")) {
            return;
        }
        for argument in &call.arguments {
            let ArgumentKind::Keyword(keyword) = &argument.kind else {
                continue;
            };
            let name = &*keyword.name;
            if let Some(switch) = self.catalog.switch(name) {
                let has_role = entry.is_some_and(|entry| {
                    self.catalog
                        .entry(entry)
                        .parameters
                        .iter()
                        .any(|parameter| parameter.places.iter().any(|place| place.keyword.as_deref() == Some(name)))
                });
                if !has_role {
                    self.switch(switch, name, keyword.span, &argument.value, argument.span.start, statement, at);
                }
            } else if self.catalog.environment(name).is_some() {
                // `dict(os.environ, NAME="1")`, `os.environ.update(NAME="1")`
                let callee = self.resolver.value(&call.function, at);
                let is_environment = match callee.only() {
                    Some(Thing::Object(name)) => {
                        matches!(&**name, "builtins.dict" | "os.environ.update")
                    }
                    _ => false,
                };
                if is_environment {
                    self.environment(name, keyword.span, &argument.value, argument.span, statement, at, true);
                }
            }
        }
        // An option of a command line whose default is the switch.
        if let ExprKind::Attribute { attribute, .. } = &call.function.kind
            && matches!(&*attribute.name, "add_argument" | "option" | "add_option")
        {
            self.option(call, statement, at);
        }
    }

    /// `parser.add_argument("--trust-remote-code", default=True)`
    pub(super) fn option(&mut self, call: &Call, statement: Span, at: At<'_>) {
        for argument in &call.arguments {
            let ExprKind::Str(text) = &argument.value.kind else {
                continue;
            };
            let word = text.split('/').next().unwrap_or(text).trim_start_matches('-').replace('-', "_");
            let Some(entry) = self.catalog.switch(&word) else {
                continue;
            };
            let default = call.arguments.iter().find(|argument| walk::keyword(&argument.kind) == Some("default"));
            if let Some(default) = default {
                self.switch(entry, &word, argument.span, &default.value, default.span.start, statement, at);
            } else if call.arguments.iter().any(|argument| {
                walk::keyword(&argument.kind) == Some("action")
                    && matches!(&argument.value.kind, ExprKind::Str(action) if action == "store_false")
            }) {
                let value = Resolved::known(Thing::Bool(true), None);
                self.push_switch(entry, &word, argument.span, &value, argument.span, argument.span, false, statement, at);
            }
            return;
        }
    }

    /// `{"trust_remote_code": True}`, `kw["trust_remote_code"] = True`, `os.environ["NAME"] = "1"`, `{"NAME": "1"}`
    #[allow(clippy::too_many_arguments)] // One entry: key, value, container, and where they stand.
    pub(super) fn entry(
        &mut self,
        key: &str,
        key_span: Span,
        value: &Expr,
        container: Option<&Expr>,
        from: Span,
        statement: Span,
        at: At<'_>,
    ) {
        if let Some(entry) = self.catalog.switch(key) {
            self.switch(entry, key, key_span, value, from.start, statement, at);
        } else if self.catalog.environment(key).is_some() {
            let sure = match container {
                None => false,
                Some(container) => match self.resolver.value(container, at).only() {
                    Some(Thing::Object(name)) if &**name == "os.environ" => true,
                    Some(Thing::Mapping(_)) | None => false,
                    Some(_) => return,
                },
            };
            if !sure && !self.looks_like_environment(container, statement) {
                return;
            }
            let whole = Span { start: from.start, end: value.span.end };
            self.environment(key, key_span, value, whole, statement, at, sure);
        }
    }

    /// The dict is named after the environment.
    pub(super) fn looks_like_environment(&self, container: Option<&Expr>, statement: Span) -> bool {
        let text = match container {
            Some(container) => container.span.text(self.text),
            None => statement.text(self.text),
        };
        text.to_ascii_lowercase().contains("env")
    }

    /// `os.environ.setdefault("NAME", "1")`, `os.putenv(..)`, `monkeypatch.setenv(..)`, `kw.setdefault("word", True)`
    pub(super) fn set_environment(&mut self, name: &str, call: &Call, statement: Span, at: At<'_>) {
        if !matches!(name, "setdefault" | "putenv" | "setenv" | "set_key") {
            return;
        }
        let (Some(key), Some(value)) = (call.arguments.first(), call.arguments.get(1)) else {
            return;
        };
        let Some(text) = self.resolver.value(&key.value, at).only_str().map(str::to_owned) else {
            return;
        };
        let container = match &call.function.kind {
            ExprKind::Attribute { value, .. } if name == "setdefault" => Some(&**value),
            _ => None,
        };
        if name == "setdefault" {
            self.entry(&text, key.span, &value.value, container, key.span, statement, at);
        } else if self.catalog.environment(&text).is_some() {
            let whole = Span { start: key.span.start, end: value.span.end };
            self.environment(&text, key.span, &value.value, whole, statement, at, true);
        }
    }

    #[allow(clippy::too_many_arguments)] // One variable: name, value, and where they stand.
    pub(super) fn environment(
        &mut self,
        name: &str,
        name_span: Span,
        value: &Expr,
        whole: Span,
        statement: Span,
        at: At<'_>,
        sure: bool,
    ) {
        let Some(entry) = self.catalog.environment(name) else {
            return;
        };
        let resolved = self.resolver.value(value, at);
        let role = self.catalog.entry(entry).parameters.first().map_or(Role::Switch, |parameter| parameter.role);
        let mut one = self.blank(UseKind::Environment, Some(entry), name, name_span, statement, whole);
        one.name = name.to_owned();
        if !sure {
            one.confidence = Confidence::Medium;
        }
        let argument = self.argument(&resolved, whole, value.span, arguments::is_plain(value), at);
        one.arguments.insert(role, argument);
        self.push(at.line, one);
    }

    #[allow(clippy::too_many_arguments)] // One switch: word, value, and where they stand.
    pub(super) fn switch(
        &mut self,
        entry: EntryId,
        word: &str,
        word_span: Span,
        value: &Expr,
        start: u32,
        statement: Span,
        at: At<'_>,
    ) {
        let resolved = self.resolver.value(value, at);
        let span = Span { start, end: value.span.end };
        let plain = arguments::is_plain(value);
        self.push_switch(entry, word, word_span, &resolved, span, value.span, plain, statement, at);
    }

    #[allow(clippy::too_many_arguments)] // As above.
    pub(super) fn push_switch(
        &mut self,
        entry: EntryId,
        word: &str,
        word_span: Span,
        resolved: &Rc<Resolved>,
        span: Span,
        value_span: Span,
        plain: bool,
        statement: Span,
        at: At<'_>,
    ) {
        // What is only passed on is judged where it is given.
        if resolved.things.is_empty() {
            return;
        }
        let role = self.catalog.entry(entry).parameters.first().map_or(Role::RemoteCode, |parameter| parameter.role);
        let mut one = self.blank(UseKind::Switch, Some(entry), word, word_span, statement, span);
        one.name = word.to_owned();
        let argument = self.argument(resolved, span, value_span, plain, at);
        one.arguments.insert(role, argument);
        self.push(at.line, one);
        // `kw = {"word": True}`, `kw["word"] = True`, `kw.update(word=True)`
        let text = statement.text(self.text);
        let end = text.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(0);
        if let Some(name) = text.get(..end).filter(|name| !name.is_empty()) {
            self.note_dicts(vec![(name.to_owned(), at.scope)]);
        }
    }

    pub(super) fn argument(&self, resolved: &Rc<Resolved>, span: Span, value_span: Span, plain: bool, at: At<'_>) -> Argument {
        Argument {
            value: resolved.value(),
            span,
            value_span,
            origin: resolved.origin,
            definition: arguments::definition(self.resolver, resolved, Some(value_span), at.module),
            replaceable: plain,
        }
    }
}
