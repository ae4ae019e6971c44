//! What a name stands for: its bindings, and names that come from elsewhere.

use super::builtins::BUILTINS;
use super::{At, HOPS, Resolver};
use crate::python::ast::{Expr, ExprKind, Operator, StmtKind};
use crate::python::flow::{Flow, certainly_before};
use crate::python::fold;
use crate::python::module::LineIndex;
use crate::python::scope::{Binding, How, LinePlace, first_word, is_class};
use crate::python::things::{ALTERNATIVES, ModuleId, Resolved, Source, Thing};
use crate::usage::{Origin, Why};
use std::collections::BTreeSet;
use std::rc::Rc;

impl Resolver<'_> {
    /// What a name stands for at an offset.
    pub fn name(&self, name: &str, offset: u32, at: At<'_>) -> Rc<Resolved> {
        if let Some(local) = at.locals.and_then(|locals| locals.find(name)) {
            return local;
        }
        let Some(open) = self.open(at.module) else {
            return Resolved::unknown(Why::Bound);
        };
        let module = &*open.module;
        let mut scope = at.scope;
        let mut first = true;
        let mut hidden = false;
        loop {
            if first || !is_class(module, scope) {
                let found = open.scoped(name, scope);
                if !found.is_empty() {
                    let reached = if first {
                        Flow::reaching(module, &found, scope, at.line, at.inline, offset)
                    } else {
                        Some(
                            (0..found.len())
                                .filter(|index| {
                                    found.get(*index).is_some_and(|binding| !matches!(binding.how, How::Delete | How::Declared))
                                })
                                .collect(),
                        )
                    };
                    let Some(mut reached) = reached else {
                        return Resolved::unknown(Why::Bound);
                    };
                    if reached.len() > ALTERNATIVES {
                        return Resolved::unknown(Why::Bound);
                    }
                    if !first {
                        self.last_definition(&found, &mut reached);
                    }
                    if !reached.is_empty() {
                        let value = self.reached(at.module, name, &found, &reached, at.line);
                        return self.mutated(value, name, &open, &found, &reached, scope, offset, at);
                    }
                    // Used before it is assigned, in a function: the name is local all the same.
                    let local_to_function = scope.is_some() && !is_class(module, scope);
                    if local_to_function {
                        let only_deleted = found.iter().all(|binding| matches!(binding.how, How::Delete));
                        if !only_deleted {
                            return Resolved::unknown(Why::Unbound);
                        }
                    }
                    hidden = first;
                }
            }
            match scope {
                Some(header) => scope = module.scope(header),
                None => break,
            }
            first = false;
        }
        if let Some(found) = self.other_cells(name, at.module) {
            return found;
        }
        for (dotted, level) in open.stars().iter() {
            if let Some(value) = self.star_import(name, dotted, *level, at.module) {
                return value;
            }
        }
        if BUILTINS.binary_search(&name).is_ok() && !hidden {
            return Resolved::object(format!("builtins.{name}"));
        }
        Resolved::unknown(Why::Unbound)
    }

    /// Functions and classes that are defined again replace the earlier ones, for whoever calls them later.
    pub(super) fn last_definition(&self, found: &[Binding], reached: &mut Vec<usize>) {
        let plain = |index: &usize| {
            found
                .get(*index)
                .is_some_and(|binding| matches!(binding.how, How::Function | How::Class) && binding.block == binding.scope)
        };
        if let Some(last) = reached.last().copied()
            && plain(&last)
        {
            reached.retain(|index| *index == last);
        }
    }

    pub(super) fn reached(
        &self,
        module: ModuleId,
        name: &str,
        found: &[Binding],
        reached: &[usize],
        usage: LineIndex,
    ) -> Rc<Resolved> {
        let mut parts = Vec::with_capacity(reached.len());
        let mut excluded = false;
        for index in reached.iter().rev() {
            let Some(binding) = found.get(*index) else {
                continue;
            };
            let mut value = self.binding(module, name, binding);
            if excluded {
                // An assignment under `if name is None:` or `if not name:` replaces just that value.
                let mut kept = (*value).clone();
                kept.things.retain(|thing| thing.truth() != Some(false));
                if kept.things.is_empty() && kept.unknown.is_none() {
                    continue;
                }
                // What is left of an unknown one is what a caller gives: the assigned value is the default.
                if kept.things.is_empty() && !parts.is_empty() {
                    let parts: Vec<Rc<Resolved>> =
                        parts.into_iter().rev().map(|part: Rc<Resolved>| part.with_origin(Origin::Default)).collect();
                    return Resolved::join(&parts);
                }
                value = Rc::new(kept);
            }
            // Only where the test is made on every way to the use.
            excluded |= self.replaces_none(module, name, binding)
                && self
                    .open(module)
                    .zip(binding.block)
                    .is_some_and(|(open, header)| certainly_before(&open.module, header, usage));
            parts.push(value);
        }
        parts.reverse();
        Resolved::join(&parts)
    }

    /// The binding stands directly under `if name is None:` or `if not name:`.
    pub(super) fn replaces_none(&self, module: ModuleId, name: &str, binding: &Binding) -> bool {
        let (Some(open), Some(header)) = (self.open(module), binding.block) else {
            return false;
        };
        if first_word(&open.module, header) != "if" {
            return false;
        }
        let statements = open.module.statements(header);
        let Some(StmtKind::If(test)) = statements.first().map(|statement| &statement.kind) else {
            return false;
        };
        let named = |expression: &Expr| matches!(&expression.kind, ExprKind::Name(have) if &**have == name);
        match &test.kind {
            ExprKind::Compare { operands, operators } => {
                matches!(operators.as_slice(), [operator] if matches!(&**operator, "is" | "=="))
                    && matches!(operands.as_slice(), [left, right] if named(left) && matches!(right.kind, ExprKind::None))
            }
            ExprKind::Unary { operator: Operator::Not, operand } => named(operand),
            _ => false,
        }
    }

    /// What a binding gives to its name.
    pub fn binding(&self, module: ModuleId, name: &str, binding: &Binding) -> Rc<Resolved> {
        let key = (module, binding.offset);
        if let Some(known) = self.kept.borrow().get(&key) {
            return known.clone();
        }
        let hops = self.hops.get();
        if hops >= HOPS {
            self.cut.set(true);
            return Resolved::unknown(Why::Bound);
        }
        if !self.busy.borrow_mut().insert(key) {
            return Resolved::unknown(Why::Bound);
        }
        self.hops.set(hops + 1);
        let cut = self.cut.replace(false);
        let value = self.binding_inner(module, name, binding);
        self.hops.set(hops);
        self.busy.borrow_mut().remove(&key);
        // What was cut short by the depth of this question may be answered for another one; what a cycle or an expensive
        // question left open stays so.
        let shortened = self.cut.get() && hops > 0 && self.question.get() > 0;
        if !(shortened && value.unknown == Some(Why::Bound)) {
            self.kept.borrow_mut().insert(key, value.clone());
        }
        self.cut.set(cut || self.cut.get());
        value
    }

    pub(super) fn binding_inner(&self, module: ModuleId, name: &str, binding: &Binding) -> Rc<Resolved> {
        let Some(statement) = binding.statement() else {
            return Resolved::unknown(Why::Bound);
        };
        let at =
            At { module, line: binding.line, inline: binding.block == Some(binding.line), scope: binding.lexical, locals: None };
        let place = LinePlace { module, line: binding.line };
        let value = match (&binding.how, &statement.kind) {
            (How::ImportRoot, StmtKind::Import(names)) => {
                let value = self.imported_module(name, module);
                // `import app.config.pins` where `app` is a folder without a module of its own.
                let inner = |dotted: &str| dotted.len() > name.len() && dotted.split('.').next() == Some(name);
                let folder = matches!(value.only(), Some(Thing::Object(_)))
                    && !self.is_library(name)
                    && !fold::is_standard(name)
                    && names.iter().any(|imported| inner(&imported.name) && self.foreign(&imported.name, 0, module).is_some());
                return if folder { self.note_namespace(name) } else { value };
            }
            (How::ImportAs(dotted), _) => return self.imported_module(dotted, module),
            (How::From(item), StmtKind::ImportFrom { module: dotted, level, names }) => {
                return match names.get(*item) {
                    Some(imported) => self.imported(dotted, *level, &imported.name, module),
                    None => Resolved::unknown(Why::Bound),
                };
            }
            (How::Value(path), StmtKind::Assign { value, .. }) => {
                let value = self.value(value, at);
                self.steps_into(value, path)
            }
            (How::Value(path), StmtKind::AnnotatedAssign { value: Some(value), .. }) => {
                let value = self.value(value, at);
                self.steps_into(value, path)
            }
            (How::Augmented(operator), StmtKind::AugmentedAssign { target, value, .. }) => {
                let before = self.name(name, target.span.start, at);
                let value = self.value(value, at);
                let source = Some(Source { module, span: statement.span });
                fold::binary(*operator, &before, &value, source)
            }
            (How::Loop(path), StmtKind::For { iterable, .. }) => {
                let iterable = self.value(iterable, at);
                match self.elements(&iterable) {
                    Some(items) if items.len() > ALTERNATIVES => {
                        return Resolved::unknown(Why::Bound);
                    }
                    Some(items) => {
                        let items: Vec<Rc<Resolved>> = items.into_iter().map(|item| self.steps_into(item, path)).collect();
                        Resolved::join(&items).with_origin(iterable.origin)
                    }
                    None => return Resolved::unknown(iterable.unknown.unwrap_or(Why::Expression)),
                }
            }
            (How::Context(item, path), StmtKind::With(items)) => {
                let Some(item) = items.get(*item) else {
                    return Resolved::unknown(Why::Bound);
                };
                let context = self.value(&item.context, at);
                let entered = context.map(|thing| {
                    Some(match thing {
                        Thing::Result(name) if name.starts_with("tempfile.Temporary") => {
                            if name.ends_with("Directory") {
                                Thing::Path(None)
                            } else {
                                thing.clone()
                            }
                        }
                        other => other.clone(),
                    })
                });
                self.steps_into(entered, path)
            }
            (How::Function, _) => return Resolved::known(Thing::Function(place), None),
            (How::Class, _) => return Resolved::known(Thing::Class(place), None),
            (How::Parameter(index), StmtKind::Function { parameters, .. }) => {
                return self.parameter(place, parameters, *index);
            }
            (How::Walrus(value), _) => self.value(value, at),
            _ => return Resolved::unknown(Why::Expression),
        };
        let source = Source { module, span: statement.span };
        value.with_origin(Origin::Constant).with_source(source)
    }

    /// `import dotted`
    pub(super) fn imported_module(&self, dotted: &str, from: ModuleId) -> Rc<Resolved> {
        let module = if self.is_library(dotted) {
            self.shadow(dotted, from)
        } else if fold::is_standard(dotted) {
            None
        } else {
            self.foreign(dotted, 0, from)
        };
        if let Some(module) = module {
            return Resolved::known(Thing::Module(module), None);
        }
        Resolved::object(dotted)
    }

    /// `from dotted import name`
    pub fn imported(&self, dotted: &str, level: u32, name: &str, from: ModuleId) -> Rc<Resolved> {
        if level == 0 && (self.is_library(dotted) || fold::is_standard(dotted)) {
            // Where Python would import a module of the project, that module has the name; else the library is meant.
            let own = if self.is_library(dotted) { self.shadow(dotted, from) } else { None };
            let value = own.and_then(|module| self.global(module, name));
            return value.unwrap_or_else(|| Resolved::object(format!("{dotted}.{name}")));
        }
        if let Some(module) = self.foreign(dotted, level, from) {
            if let Some(value) = self.global(module, name) {
                return value;
            }
            let inner = if dotted.is_empty() { name.to_owned() } else { format!("{dotted}.{name}") };
            return match self.foreign(&inner, level, from) {
                Some(module) => Resolved::known(Thing::Module(module), None),
                None => Resolved::unknown(Why::Imported),
            };
        }
        let inner = if dotted.is_empty() { name.to_owned() } else { format!("{dotted}.{name}") };
        if let Some(module) = self.foreign(&inner, level, from) {
            return Resolved::known(Thing::Module(module), None);
        }
        if level > 0 {
            return Resolved::unknown(Why::Imported);
        }
        Resolved::object(inner)
    }

    /// The roots of the libraries that a name of another module stands for.
    pub fn lent_roots(&self, dotted: &str, level: u32, name: &str, from: ModuleId) -> BTreeSet<String> {
        let mut roots = BTreeSet::new();
        let value = self.imported(dotted, level, name, from);
        let mut pending: Vec<(Thing, u32)> = value.things.iter().map(|thing| (thing.clone(), 0)).collect();
        while let Some((thing, depth)) = pending.pop() {
            match &thing {
                Thing::Object(name) | Thing::Result(name) if self.is_library(name) => {
                    roots.extend(name.split('.').next().map(str::to_owned));
                }
                Thing::Partial(partial) if depth < 8 => {
                    pending.extend(partial.callee.things.iter().map(|thing| (thing.clone(), depth + 1)));
                }
                Thing::Class(place) if depth < 8 => {
                    let method = self.class_attribute(*place, "from_pretrained");
                    pending.extend(method.things.iter().map(|thing| (thing.clone(), depth + 1)));
                }
                _ => {}
            }
        }
        roots
    }

    pub(super) fn star_import(&self, name: &str, dotted: &str, level: u32, from: ModuleId) -> Option<Rc<Resolved>> {
        if level == 0 && (self.is_library(dotted) || fold::is_standard(dotted)) {
            // Builtins and private names do not come from there.
            if name.starts_with('_') || BUILTINS.binary_search(&name).is_ok() || !self.is_library(dotted) {
                return None;
            }
            let own = self.shadow(dotted, from).and_then(|module| self.global(module, name));
            return Some(own.unwrap_or_else(|| Resolved::object(format!("{dotted}.{name}"))));
        }
        let module = self.foreign(dotted, level, from)?;
        self.global(module, name)
    }

    /// A name of a module as other modules see it.
    pub fn global(&self, module: ModuleId, name: &str) -> Option<Rc<Resolved>> {
        let open = self.open(module)?;
        let found = open.scoped(name, None);
        if found.is_empty() {
            let hops = self.hops.get();
            if hops >= HOPS {
                return None;
            }
            self.hops.set(hops + 1);
            let value = open.stars().iter().find_map(|(dotted, level)| self.star_import(name, dotted, *level, module));
            self.hops.set(hops);
            return value;
        }
        // At the end of the module.
        let end = u32::try_from(open.module.text().len()).unwrap_or(u32::MAX);
        let last = LineIndex::new(u32::try_from(open.module.lines().len()).unwrap_or(u32::MAX));
        let reached = Flow::reaching(&open.module, &found, None, last, false, end.saturating_add(1))?;
        if reached.is_empty() || reached.len() > ALTERNATIVES {
            return None;
        }
        let value = self.reached(module, name, &found, &reached, last);
        let at = At { module, line: last, inline: false, scope: None, locals: None };
        Some(self.mutated(value, name, &open, &found, &reached, None, end, at))
    }

    /// A name that another cell of the notebook binds: the nearest one before, else the first one after.
    pub(super) fn other_cells(&self, name: &str, module: ModuleId) -> Option<Rc<Resolved>> {
        let here = module as usize;
        if here >= self.own {
            return None;
        }
        let binds = |index: usize| {
            let id = ModuleId::try_from(index).ok()?;
            self.global(id, name)
        };
        (0..here).rev().find_map(binds).or_else(|| (here + 1..self.own).find_map(binds))
    }
}
