//! Defaults that a caller, a command line or a form may replace: argparse, click, typer, pydantic, attrs, absl, pytest.

use std::rc::Rc;

use crate::python::ast::{Argument, ArgumentKind, Call, Expr, ExprKind, StmtKind};
use crate::python::scope::LinePlace;
use crate::python::things::{ModuleId, Resolved, Sequence, SequenceKind, Thing};
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::usage::{Origin, Why};

/// Parsers that fill data classes.
pub fn is_class_parser(name: &str) -> bool {
    matches!(name.rsplit('.').next(), Some("HfArgumentParser" | "TrlParser" | "H4ArgumentParser"))
        && (name.starts_with("transformers.") || name.starts_with("trl.") || name.starts_with("alignment."))
}

/// Functions outside the standard library whose result is known.
pub fn is_known_outside(name: &str) -> bool {
    matches!(
        name,
        "attrs.evolve"
            | "attr.evolve"
            | "easydict.EasyDict"
            | "munch.Munch"
            | "ml_collections.ConfigDict"
            | "omegaconf.OmegaConf.create"
            | "addict.Dict"
    )
}

/// What `parse_args()` and `parse_known_args()` return.
pub fn options(module: ModuleId, method: &str) -> Rc<Resolved> {
    let options = Resolved::known(Thing::Options(module), None).with_origin(Origin::Default);
    if method.starts_with("parse_known") {
        let items = vec![options, Resolved::unknown(Why::CommandLine)];
        return Resolved::known(Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Tuple, items, open: false })), None);
    }
    options
}

/// The argument of a call by keyword.
pub fn keyword<'c>(call: &'c Call, name: &str) -> Option<&'c Argument> {
    call.arguments.iter().find(|argument| walk::keyword(&argument.kind) == Some(name))
}

/// The argument of a call at a position.
pub fn position(call: &Call, position: usize) -> Option<&Argument> {
    call.arguments.get(position).filter(|argument| matches!(argument.kind, ArgumentKind::Positional))
}

impl Resolver<'_> {
    /// The module declares options of a command line.
    pub(super) fn parses_options(&self, module: ModuleId) -> bool {
        self.open(module).is_some_and(|open| open.module.occurrences("add_argument").next().is_some())
    }

    /// `args.name`: the default that `add_argument` declares.
    pub(super) fn option(&self, module: ModuleId, name: &str) -> Rc<Resolved> {
        let Some(open) = self.open(module) else {
            return Resolved::unknown(Why::Bound);
        };
        let text = open.module.text();
        let dashed = name.replace('_', "-");
        let mut parts = Vec::new();
        for word in ["add_argument", "set_defaults"] {
            for (_, line) in open.module.occurrences(word) {
                let Some(code) = open.module.line(line).map(|line| line.span.text(text)) else {
                    continue;
                };
                if !code.contains(name) && !code.contains(&dashed) {
                    continue;
                }
                let scope = open.module.scope(line);
                for statement in open.module.statements(line).iter() {
                    let at = At { module, line, inline: false, scope, locals: None };
                    walk::statement_expressions(statement, &mut |outer| {
                        walk::each(outer, &mut |expression| {
                            if let ExprKind::Call(call) = &expression.kind
                                && let ExprKind::Attribute { attribute, .. } = &call.function.kind
                                && &*attribute.name == word
                                && parts.len() < 64
                            {
                                parts.extend(self.declared(call, word, name, at));
                            }
                        });
                    });
                }
            }
        }
        if parts.is_empty() {
            return Resolved::unknown(Why::CommandLine);
        }
        Resolved::join(&parts).with_origin(Origin::Default)
    }

    /// The default of one `add_argument` call, if it declares this option.
    fn declared(&self, call: &Call, word: &str, name: &str, at: At<'_>) -> Option<Rc<Resolved>> {
        if word == "set_defaults" {
            return keyword(call, name).map(|argument| self.value(&argument.value, at));
        }
        let named = match keyword(call, "dest") {
            Some(dest) => self.value(&dest.value, at).only_str() == Some(name),
            None => {
                let names: Vec<String> = call
                    .arguments
                    .iter()
                    .filter(|argument| matches!(argument.kind, ArgumentKind::Positional))
                    .filter_map(|argument| match &argument.value.kind {
                        ExprKind::Str(text) => Some(text.clone()),
                        _ => None,
                    })
                    .collect();
                // The first long option names it, else the first short one.
                let chosen = names.iter().find(|name| name.starts_with("--")).or_else(|| names.first())?;
                chosen.trim_start_matches('-').replace('-', "_") == name
            }
        };
        if !named {
            return None;
        }
        if let Some(default) = keyword(call, "default") {
            let value = self.value(&default.value, at);
            return Some(match value.only() {
                Some(Thing::Object(object)) if object.ends_with(".SUPPRESS") => Resolved::unknown(Why::CommandLine),
                // `--revision` with `default=None` is the same as no default.
                Some(Thing::None) => Resolved::unknown(Why::CommandLine),
                _ => value,
            });
        }
        if let Some(action) = keyword(call, "action") {
            match &action.value.kind {
                ExprKind::Str(action) if action == "store_true" => {
                    return Some(Resolved::known(Thing::Bool(false), None));
                }
                ExprKind::Str(action) if action == "store_false" => {
                    return Some(Resolved::known(Thing::Bool(true), None));
                }
                _ => {}
            }
        }
        Some(Resolved::unknown(Why::CommandLine))
    }

    /// `field(default=..)`, `Field(..)`, `typer.Option(..)`, `attr.ib(..)`: the default.
    pub(super) fn declared_default(&self, name: &str, call: &Call, at: At<'_>) -> Option<Rc<Resolved>> {
        let by_position = match name {
            "dataclasses.field" | "attr.ib" | "attr.attrib" | "attrs.field" | "attr.field" => false,
            "typer.Option"
            | "typer.Argument"
            | "pydantic.Field"
            | "pydantic.fields.Field"
            | "fastapi.Query"
            | "fastapi.Body"
            | "fastapi.Form"
            | "fastapi.Header"
            | "fastapi.Path"
            | "sqlmodel.Field"
            | "transformers.hf_argparser.HfArg"
            | "transformers.HfArg"
            | "cog.Input"
            | "llama_index.core.bridge.pydantic.Field" => true,
            _ => return None,
        };
        if let Some(default) = keyword(call, "default") {
            let value = self.value(&default.value, at);
            return Some(value.with_origin(Origin::Default));
        }
        for factory in ["default_factory", "factory"] {
            if let Some(factory) = keyword(call, factory) {
                return Some(self.produced(&factory.value, at).with_origin(Origin::Default));
            }
        }
        if by_position && let Some(default) = position(call, 0) {
            if matches!(default.value.kind, ExprKind::Ellipsis) {
                return Some(Resolved::unknown(Why::Parameter));
            }
            return Some(self.value(&default.value, at).with_origin(Origin::Default));
        }
        Some(Resolved::unknown(Why::Parameter))
    }

    /// The default that a decorator gives to a parameter: `@click.option("--name", default=..)`,
    /// `@pytest.mark.parametrize("name", [..])`.
    pub(super) fn option_default(&self, place: LinePlace, name: &str) -> Option<Rc<Resolved>> {
        let decorators = self.decorators(place);
        if decorators.is_empty() {
            return None;
        }
        let scope = self.open(place.module)?.module.scope(place.line);
        for (line, decorator) in &decorators {
            let ExprKind::Call(call) = &decorator.kind else {
                continue;
            };
            let last = match &call.function.kind {
                ExprKind::Attribute { attribute, .. } => &*attribute.name,
                ExprKind::Name(name) => &**name,
                _ => continue,
            };
            let at = At { module: place.module, line: *line, inline: false, scope, locals: None };
            match last {
                "option" | "argument" => {
                    if let Some(value) = self.click(call, name, at) {
                        return Some(value.with_origin(Origin::Default));
                    }
                }
                "parametrize" => {
                    if let Some(value) = self.parametrized(call, name, at) {
                        return Some(value.with_origin(Origin::Constant));
                    }
                }
                _ => {}
            }
        }
        None
    }

    fn click(&self, call: &Call, name: &str, at: At<'_>) -> Option<Rc<Resolved>> {
        let names: Vec<&str> = call
            .arguments
            .iter()
            .filter(|argument| matches!(argument.kind, ArgumentKind::Positional))
            .filter_map(|argument| match &argument.value.kind {
                ExprKind::Str(text) => Some(text.as_str()),
                _ => None,
            })
            .collect();
        let hit = names.iter().any(|option| {
            // `--on/--off`
            let option = option.split('/').next().unwrap_or(option);
            option.trim_start_matches('-').replace('-', "_").to_lowercase() == name
        });
        if !hit {
            return None;
        }
        if let Some(default) = keyword(call, "default") {
            let value = self.value(&default.value, at);
            return Some(match value.only() {
                Some(Thing::None) => Resolved::unknown(Why::CommandLine),
                _ => value,
            });
        }
        if keyword(call, "is_flag").is_some() || names.iter().any(|option| option.contains('/')) {
            return Some(Resolved::known(Thing::Bool(false), None));
        }
        Some(Resolved::unknown(Why::CommandLine))
    }

    fn parametrized(&self, call: &Call, name: &str, at: At<'_>) -> Option<Rc<Resolved>> {
        let names = self.value(&position(call, 0)?.value, at);
        let names: Vec<String> = match names.only()? {
            Thing::Str(text) => text.split(',').map(|name| name.trim().to_owned()).collect(),
            Thing::Sequence(_) => self.elements(&names)?.iter().filter_map(|name| name.only_str().map(str::to_owned)).collect(),
            _ => return None,
        };
        let index = names.iter().position(|have| have == name)?;
        let Some(rows) = self.elements(&self.value(&position(call, 1)?.value, at)) else {
            return Some(Resolved::unknown(Why::Parameter));
        };
        if rows.is_empty() || rows.len() > 64 {
            return Some(Resolved::unknown(Why::Bound));
        }
        let parts: Vec<Rc<Resolved>> = rows
            .iter()
            .map(|row| if names.len() == 1 { row.clone() } else { self.step(row, crate::python::scope::Step::Element(index)) })
            .collect();
        Some(Resolved::join(&parts))
    }

    /// `FLAGS.name` of absl: the default of `flags.DEFINE_string("name", default, ..)`.
    pub(super) fn absl_flag(&self, module: ModuleId, name: &str) -> Rc<Resolved> {
        let Some(open) = self.open(module) else {
            return Resolved::unknown(Why::Bound);
        };
        let text = open.module.text();
        for word in ["DEFINE_string", "DEFINE_bool", "DEFINE_boolean", "DEFINE_enum"] {
            for (_, line) in open.module.occurrences(word) {
                let Some(code) = open.module.line(line).map(|line| line.span.text(text)) else {
                    continue;
                };
                if !code.contains(name) {
                    continue;
                }
                for statement in open.module.statements(line).iter() {
                    let (StmtKind::Expr(Expr { kind: ExprKind::Call(call), .. })
                    | StmtKind::Assign { value: Expr { kind: ExprKind::Call(call), .. }, .. }) = &statement.kind
                    else {
                        continue;
                    };
                    let named =
                        position(call, 0).is_some_and(|first| matches!(&first.value.kind, ExprKind::Str(text) if text == name));
                    if named && let Some(default) = position(call, 1).or_else(|| keyword(call, "default")) {
                        let at = At { module, line, inline: false, scope: open.module.scope(line), locals: None };
                        let value = self.value(&default.value, at);
                        return match value.only() {
                            Some(Thing::None) => Resolved::unknown(Why::CommandLine),
                            _ => value.with_origin(Origin::Default),
                        };
                    }
                }
            }
        }
        Resolved::unknown(Why::CommandLine)
    }
}
