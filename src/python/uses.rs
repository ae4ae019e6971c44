//! A module -> the [`Use`]s of catalogued APIs in it.
//!
//! Lines are looked at only when they hold a word that can start a use, or a name that stands for a catalogued callable.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::catalog::{Catalog, EntryId};
use crate::python::arguments::{self, Bound};
use crate::python::ast::{ArgumentKind, Call, ComprehensionClause, Expr, ExprKind, Parameter, Stmt, StmtKind};
use crate::python::commands::{self, CommandLine};
use crate::python::context::Surroundings;
use crate::python::folded::{self, Folded};
use crate::python::module::{LineIndex, Module};
use crate::python::project::Project;
use crate::python::scope::{LinePlace, Scope, first_word, is_class, is_header, line_text};
use crate::python::things::{ModuleId, Resolved, Thing};
use crate::python::triggers::{self, Triggers};
use crate::python::value::{At, Locals, Resolver, Texts};
use crate::python::walk;
use crate::span::Span;
use crate::usage::{Argument, CallSite, Confidence, Origin, Role, Surface, Use, UseKind, Why};

/// Expressions deeper than this are not walked.
const DEPTH: u32 = 150;

/// A code cell of a notebook (or the whole file), for names that carry over.
#[derive(Clone, Copy)]
pub struct CodeCell<'c> {
    /// Its text.
    pub module: &'c Module<'c>,
    /// Index of the unit in its source.
    pub unit: usize,
}

/// What is known of the file around a unit.
#[derive(Clone, Copy)]
pub struct FileContext<'c> {
    /// Path relative to the project root, with `/`.
    pub path: &'c str,
    /// Index of the unit in its source.
    pub unit: usize,
    /// All code cells of the notebook in document order; empty for a file that is one unit.
    pub cells: &'c [CodeCell<'c>],
}

/// What a Python unit holds.
#[derive(Clone, Debug, Default)]
pub struct PythonUses {
    /// The uses in order of the text.
    pub uses: Vec<Use>,
    /// The roots of all imports of the file (`torch`).
    pub imports: BTreeSet<String>,
    /// The command lines that the code starts.
    pub commands: Vec<CommandLine>,
}

/// The uses of catalogued APIs in a unit, and the command lines that it starts.
pub fn uses<'a>(unit: &'a Module<'a>, context: &FileContext<'a>, catalog: &'a Catalog, project: &'a dyn Project) -> PythonUses {
    let mut imports = triggers::import_roots(unit).clone();
    for cell in context.cells {
        let more = triggers::import_roots(cell.module);
        if !more.is_subset(&imports) {
            imports.extend(more.iter().cloned());
        }
    }
    let mut triggers = Triggers::find(unit, catalog, &imports);
    let starters = triggers::starter_lines(unit, &imports);
    if triggers.lines.is_empty() && starters.is_empty() {
        return PythonUses { imports, ..PythonUses::default() };
    }
    let texts = Texts::default();
    let is_root = |root: &str| catalog.is_root(root);
    let (resolver, module) = resolver(unit, context, &texts, project, &is_root);
    let mut finder = Finder {
        resolver: &resolver,
        catalog,
        imports: &imports,
        module,
        unit: context.unit,
        text: unit.text(),
        outline: unit,
        names: BTreeSet::new(),
        words: triggers.words.clone(),
        found: Vec::new(),
        surroundings: Surroundings::new(unit),
    };
    let commands = finder.commands(&starters);
    finder.follow_aliases(&mut triggers);
    for line in &triggers.lines {
        finder.line(*line);
    }
    let uses = finder.finish();
    PythonUses { uses, imports, commands }
}

/// The texts that a unit puts together out of others. Costly: ask only when it matters.
pub fn folded_strings<'a>(
    unit: &'a Module<'a>,
    context: &FileContext<'a>,
    catalog: &'a Catalog,
    project: &'a dyn Project,
) -> Vec<Folded> {
    let texts = Texts::default();
    let is_root = |root: &str| catalog.is_root(root);
    let (resolver, module) = resolver(unit, context, &texts, project, &is_root);
    folded::folded(unit, &resolver, module)
}

/// A resolver for a unit, and the number of the unit's module in it.
fn resolver<'a>(
    unit: &'a Module<'a>,
    context: &FileContext<'a>,
    texts: &'a Texts,
    project: &'a dyn Project,
    is_root: &'a dyn Fn(&str) -> bool,
) -> (Resolver<'a>, ModuleId) {
    let mut units: Vec<(&Module<'_>, usize)> = context.cells.iter().map(|cell| (cell.module, cell.unit)).collect();
    let here = match context.cells.iter().position(|cell| cell.unit == context.unit) {
        Some(here) => here,
        None => {
            units = vec![(unit, context.unit)];
            0
        }
    };
    let resolver = Resolver::new(units, context.path, texts, project, is_root);
    (resolver, ModuleId::try_from(here).unwrap_or(0))
}

/// A use that is found, with what the last step needs.
struct Found {
    line: LineIndex,
    one: Use,
    /// A switch: the name of the dict that it is an entry of, and its scope. A call: the names that it spreads.
    dicts: Vec<(String, Scope)>,
}

struct Finder<'f, 'a> {
    resolver: &'f Resolver<'a>,
    catalog: &'f Catalog,
    imports: &'f BTreeSet<String>,
    module: ModuleId,
    unit: usize,
    text: &'f str,
    outline: &'f Module<'f>,
    /// Names and attributes that stand for catalogued callables.
    names: BTreeSet<String>,
    words: std::sync::Arc<[String]>,
    found: Vec<Found>,
    surroundings: Surroundings<'f>,
}

/// Where an expression stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Anywhere.
    Plain,
    /// An argument of a call that hands callables on.
    Handed,
}

/// A catalogued callable that an expression stands for.
struct Target {
    entry: EntryId,
    qualified: String,
    bound: Bound,
    confidence: Confidence,
}

impl<'f> Finder<'f, '_> {
    fn is_word(&self, name: &str) -> bool {
        self.words.binary_search_by(|word| word.as_str().cmp(name)).is_ok() || self.names.contains(name)
    }

    /// The statements of a line with the place to ask about each.
    fn statements(&self, line: LineIndex) -> Vec<(Rc<[Stmt]>, usize, At<'static>)> {
        let statements = self.outline.statements(line);
        let header = statements.first();
        let compound = header.is_some_and(is_header);
        let opens = header.is_some_and(|header| matches!(header.kind, StmtKind::Function { .. } | StmtKind::Class { .. }));
        let outer = self.outline.scope(line);
        (0..statements.len())
            .map(|index| {
                let inline = compound && index > 0;
                let scope = if inline && opens { Some(line) } else { outer };
                let at = At { module: self.module, line, inline, scope, locals: None };
                (statements.clone(), index, at)
            })
            .collect()
    }

    /// The command lines that some lines start.
    fn commands(&self, lines: &BTreeSet<LineIndex>) -> Vec<CommandLine> {
        let mut found = Vec::new();
        for line in lines {
            for (statements, index, at) in self.statements(*line) {
                let Some(statement) = statements.get(index) else {
                    continue;
                };
                commands::calls(statement, &mut |call, whole| {
                    found.extend(commands::started(self.resolver, call, statement.span, whole, at));
                });
            }
        }
        // `run(shlex.split("..."))` is one command.
        let inner: Vec<Span> = found.iter().map(|command| command.whole).collect();
        found.retain(|command| !inner.iter().any(|other| *other != command.whole && command.whole.covers(*other)));
        found
    }

    // --- names that stand for callables ---

    /// Adds the lines on which names stand that are bound to catalogued callables, until there are no more.
    fn follow_aliases(&mut self, triggers: &mut Triggers) {
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
    fn aliases(&self, statement: &Stmt, at: At<'_>, fresh: &mut Vec<String>) {
        if statement.span.text(self.text).contains(":=") {
            walk::statement_expressions(statement, &mut |outer| {
                walk::each(outer, &mut |expression| {
                    if let ExprKind::Named { target, value } = &expression.kind
                        && self.mentions(value, at, 0)
                    {
                        fresh.push(target.name.to_string());
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
    fn mentions(&self, expression: &Expr, at: At<'_>, depth: u32) -> bool {
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
    fn targets(&self, expression: &Expr, at: At<'_>) -> Vec<Target> {
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
    fn own_library(&self, expression: &Expr, value: &Resolved, at: At<'_>) -> Option<Target> {
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

    fn targets_of(&self, value: &Resolved) -> Vec<Target> {
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

    fn target(&self, thing: &Thing, bound: Bound, depth: u32, targets: &mut Vec<Target>) {
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
    fn constructor(&self, place: LinePlace, bound: Bound, targets: &mut Vec<Target>) {
        let value = self.resolver.class_attribute(place, "__init__");
        if let Some(Thing::Object(name)) = value.only()
            && let Some(class) = name.strip_suffix(".__init__")
            && let Some(entry) = self.catalog.callable(class)
            && !self.refuses_classes(place)
        {
            targets.push(Target { entry, qualified: class.to_owned(), bound, confidence: Confidence::High });
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

    // --- walking ---

    fn line(&mut self, line: LineIndex) {
        for (statements, index, at) in self.statements(line) {
            if let Some(statement) = statements.get(index) {
                self.statement(statement, at);
            }
        }
    }

    fn statement(&mut self, statement: &Stmt, at: At<'_>) {
        let span = statement.span;
        match &statement.kind {
            StmtKind::Assign { targets, value } => {
                let mut replaced = false;
                for target in targets {
                    replaced |= self.assigned(target, value, span, at);
                    self.walk(target, span, at, Place::Plain, 0);
                }
                // What a replacement does is part of it.
                if !replaced {
                    self.walk(value, span, at, Place::Plain, 0);
                }
            }
            StmtKind::AnnotatedAssign { target, value, .. } => {
                if let Some(value) = value {
                    self.assigned(target, value, span, at);
                    self.walk(value, span, at, Place::Plain, 0);
                }
            }
            StmtKind::Function { parameters, .. } => self.parameters(parameters, span, at),
            StmtKind::Class { .. } | StmtKind::Import(_) | StmtKind::ImportFrom { .. } => {}
            _ => {
                let mut outer = Vec::new();
                walk::statement_expressions(statement, &mut |expression| outer.push(expression));
                for expression in outer {
                    self.walk(expression, span, at, Place::Plain, 0);
                }
            }
        }
    }

    /// `target = value` where the target itself says something. True when a library's callable is replaced.
    fn assigned(&mut self, target: &Expr, value: &Expr, statement: Span, at: At<'_>) -> bool {
        match &target.kind {
            ExprKind::Subscript { value: container, index } => {
                if let ExprKind::Str(key) = &index.kind {
                    self.entry(key, index.span, value, Some(container), target.span, statement, at);
                } else if let Some(key) = self.resolver.value(index, at).only_str().map(str::to_owned) {
                    self.entry(&key, index.span, value, Some(container), target.span, statement, at);
                }
            }
            ExprKind::Attribute { attribute, .. } => {
                let name = &*attribute.name;
                if let Some(entry) = self.catalog.switch(name) {
                    self.switch(entry, name, attribute.span, value, target.span.start, statement, at);
                } else if self.is_word(name) {
                    return self.patch(target, value, statement, at);
                }
            }
            // A field of a class.
            ExprKind::Name(name) => {
                if let Some(entry) = self.catalog.switch(name)
                    && is_class(self.outline, at.scope)
                {
                    self.switch(entry, name, target.span, value, target.span.start, statement, at);
                }
            }
            _ => {}
        }
        false
    }

    /// `torch.load = ...`
    fn patch(&mut self, target: &Expr, value: &Expr, statement: Span, at: At<'_>) -> bool {
        // Only of a library: `self.load = torch.load` replaces nothing.
        let ExprKind::Attribute { value: owner, attribute } = &target.kind else {
            return false;
        };
        let Some(Thing::Object(owner)) = self.resolver.value(owner, at).only().cloned() else {
            return false;
        };
        let name = format!("{owner}.{}", attribute.name);
        let Some(entry) = self.catalog.callable(&name) else {
            return false;
        };
        let mut bound = Bound::default();
        for target in self.targets(value, at) {
            bound = target.bound;
        }
        if let ExprKind::Lambda { parameters, body } = &value.kind {
            // What the replacement passes on.
            let names =
                parameters.iter().map(|parameter| (parameter.name.name.clone(), Resolved::unknown(Why::Parameter))).collect();
            let locals = Locals { outer: at.locals, names };
            let inner = At { locals: Some(&locals), ..at };
            if let ExprKind::Call(call) = &body.kind {
                let slots = arguments::slots(self.resolver, call, &Bound::default(), inner);
                let mut one = self.blank(UseKind::Patch, Some(entry), &name, target.span, statement, value.span);
                arguments::fill(self.resolver, self.catalog.entry(entry), &slots, inner, self.unit, &mut one.arguments);
                one.site = None;
                self.push(at.line, one);
                return true;
            }
        }
        let slots = arguments::bound_slots(&bound, target.span);
        let mut one = self.blank(UseKind::Patch, Some(entry), &name, target.span, statement, value.span);
        arguments::fill(self.resolver, self.catalog.entry(entry), &slots, at, self.unit, &mut one.arguments);
        self.push(at.line, one);
        true
    }

    fn parameters(&mut self, parameters: &[Parameter], statement: Span, at: At<'_>) {
        for parameter in parameters {
            if let Some(default) = &parameter.default {
                if let Some(entry) = self.catalog.switch(&parameter.name.name) {
                    let span = parameter.name.span;
                    self.switch(entry, &parameter.name.name, span, default, span.start, statement, at);
                }
                self.walk(default, statement, at, Place::Plain, 0);
            }
        }
    }

    fn walk(&mut self, expression: &Expr, statement: Span, at: At<'_>, place: Place, depth: u32) {
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

    fn comprehension(
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

    // --- calls ---

    fn call(&mut self, expression: &Expr, call: &Call, statement: Span, at: At<'_>, place: Place, depth: u32) {
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
    fn catalogued(&mut self, expression: &Expr, call: &Call, name: Option<&str>, statement: Span, at: At<'_>) -> Option<EntryId> {
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
        let nested_open =
            arguments::fill(self.resolver, self.catalog.entry(target.entry), &slots, at, self.unit, &mut one.arguments);
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

    /// A method of a receiver that cannot be resolved, in a file that imports the library.
    fn by_method(&self, call: &Call, name: &str, callee: &Resolved, at: At<'_>) -> Option<Target> {
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
    fn handed(&mut self, expression: &Expr, arguments: Option<(&Call, usize)>, statement: Span, at: At<'_>) -> bool {
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
        let entry = self.catalog.entry(target.entry);
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
    fn forwarded(&mut self, name: &str, call: &Call, statement: Span, at: At<'_>) -> Option<usize> {
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

    // --- switches and the environment ---

    /// Keywords of a call that are switches, where the call itself does not give them a role.
    fn keywords(&mut self, call: &Call, entry: Option<EntryId>, statement: Span, at: At<'_>) {
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
    fn option(&mut self, call: &Call, statement: Span, at: At<'_>) {
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
    fn entry(
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
    fn looks_like_environment(&self, container: Option<&Expr>, statement: Span) -> bool {
        let text = match container {
            Some(container) => container.span.text(self.text),
            None => statement.text(self.text),
        };
        text.to_ascii_lowercase().contains("env")
    }

    /// `os.environ.setdefault("NAME", "1")`, `os.putenv(..)`, `monkeypatch.setenv(..)`, `kw.setdefault("word", True)`
    fn set_environment(&mut self, name: &str, call: &Call, statement: Span, at: At<'_>) {
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
    fn environment(&mut self, name: &str, name_span: Span, value: &Expr, whole: Span, statement: Span, at: At<'_>, sure: bool) {
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
    fn switch(&mut self, entry: EntryId, word: &str, word_span: Span, value: &Expr, start: u32, statement: Span, at: At<'_>) {
        let resolved = self.resolver.value(value, at);
        let span = Span { start, end: value.span.end };
        let plain = arguments::is_plain(value);
        self.push_switch(entry, word, word_span, &resolved, span, value.span, plain, statement, at);
    }

    #[allow(clippy::too_many_arguments)] // As above.
    fn push_switch(
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

    fn argument(&self, resolved: &Rc<Resolved>, span: Span, value_span: Span, plain: bool, at: At<'_>) -> Argument {
        Argument {
            value: resolved.value(),
            span,
            value_span,
            origin: resolved.origin,
            definition: arguments::definition(self.resolver, resolved, Some(value_span), at.module),
            replaceable: plain,
        }
    }

    // --- making uses ---

    fn blank(&self, kind: UseKind, entry: Option<EntryId>, qualified: &str, callee: Span, statement: Span, whole: Span) -> Use {
        Use {
            kind,
            entry,
            name: self.written(callee, qualified),
            qualified: qualified.to_owned(),
            surface: Surface::Python,
            unit: self.unit,
            callee,
            statement,
            whole,
            site: None,
            arguments: BTreeMap::new(),
            confidence: Confidence::High,
            retry_of: None,
            saved_before: false,
            guarded: None,
        }
    }

    /// How a callee is written, short.
    fn written(&self, callee: Span, qualified: &str) -> String {
        let text = callee.text(self.text);
        let plain = |character: char| character.is_alphanumeric() || matches!(character, '_' | '.');
        if !text.is_empty() && text.len() <= 60 && text.chars().all(plain) {
            return text.to_owned();
        }
        let mut segments: Vec<&str> = qualified.rsplit('.').take(2).collect();
        segments.reverse();
        segments.join(".")
    }

    fn push(&mut self, line: LineIndex, one: Use) {
        self.found.push(Found { line, one, dicts: Vec::new() });
    }

    /// Notes which dicts the use that was pushed last belongs to.
    fn note_dicts(&mut self, dicts: Vec<(String, Scope)>) {
        if let Some(found) = self.found.last_mut() {
            found.dicts = dicts;
        }
    }

    /// The last step: what depends on other uses.
    fn finish(mut self) -> Vec<Use> {
        self.found.sort_by_key(|found| (found.one.whole.start, found.one.callee.start, found.one.whole.end));
        self.found.dedup_by(|second, first| {
            first.one.kind == second.one.kind && first.one.callee == second.one.callee && first.one.entry == second.one.entry
        });
        self.mark_retries();
        // A switch whose value a call takes is judged there.
        let consumed: BTreeSet<(u32, u32)> = self
            .found
            .iter()
            .filter(|found| matches!(found.one.kind, UseKind::Call | UseKind::Reference | UseKind::Patch))
            .flat_map(|found| found.one.arguments.values())
            .flat_map(|argument| {
                let defined = argument
                    .definition
                    .as_ref()
                    .filter(|definition| definition.path.is_none() && definition.unit == self.unit)
                    .map(|definition| (definition.span.start, definition.span.end));
                [defined, Some((argument.value_span.start, argument.value_span.end))]
            })
            .flatten()
            .collect();
        let spread: BTreeSet<(Role, String, Scope)> = self
            .found
            .iter()
            .filter(|found| found.one.kind == UseKind::Call)
            .flat_map(|found| {
                found.dicts.iter().flat_map(|(name, scope)| found.one.arguments.keys().map(|role| (*role, name.clone(), *scope)))
            })
            .collect();
        self.found
            .into_iter()
            .filter(|found| {
                found.one.kind != UseKind::Switch
                    || !found.one.arguments.iter().any(|(role, argument)| {
                        if found.dicts.iter().any(|(name, scope)| spread.contains(&(*role, name.clone(), *scope))) {
                            return true;
                        }
                        let value = (argument.value_span.start, argument.value_span.end);
                        let defined = argument.definition.as_ref().map(|definition| (definition.span.start, definition.span.end));
                        consumed.contains(&value) || defined.is_some_and(|defined| consumed.contains(&defined))
                    })
            })
            .map(|found| found.one)
            .collect()
    }

    /// Calls in an `except` whose `try` makes the same call.
    fn mark_retries(&mut self) {
        let calls: Vec<(LineIndex, Option<EntryId>, Span)> = self
            .found
            .iter()
            .filter(|found| found.one.kind == UseKind::Call)
            .map(|found| (found.line, found.one.entry, found.one.whole))
            .collect();
        if calls.len() < 2 {
            return;
        }
        for found in &mut self.found {
            if found.one.kind != UseKind::Call {
                continue;
            }
            let Some(attempt) = attempted(self.outline, found.line) else {
                continue;
            };
            found.one.retry_of = calls
                .iter()
                .find(|(line, entry, _)| *entry == found.one.entry && attempt.contains(&line.number()))
                .map(|(_, _, span)| *span);
        }
    }
}

/// The lines of the `try` whose `except` holds a line.
fn attempted(module: &Module<'_>, line: LineIndex) -> Option<std::ops::Range<u32>> {
    let mut around = module.parent(line);
    if line_text(module, line).starts_with("except") {
        around = Some(line);
    }
    for _ in 0..64 {
        let header = around?;
        if line_text(module, header).starts_with("except") {
            let parent: Scope = module.parent(header);
            let mut before = LineIndex::new(header.number().checked_sub(1)?);
            for _ in 0..1024 {
                if module.parent(before) == parent && line_text(module, before).starts_with("try") {
                    return Some(before.number()..module.block(before).end.max(before.number() + 1));
                }
                before = match module.parent(before) {
                    above if above == parent => LineIndex::new(before.number().checked_sub(1)?),
                    Some(above) => above,
                    None => return None,
                };
            }
            return None;
        }
        around = module.parent(header);
    }
    None
}

/// The names and attributes that a target binds.
fn target_names(target: &Expr, names: &mut Vec<String>) {
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
