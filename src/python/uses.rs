//! A module -> the [`Use`]s of catalogued APIs in it.
//!
//! Lines are looked at only when they hold a word that can start a use, or a name that stands for a catalogued callable.

mod aliases;
mod calls;
mod finish;
mod switches;

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use crate::catalog::{Catalog, EntryId};
use crate::python::arguments::{self, Bound};
use crate::python::ast::{Call, Expr, ExprKind, Parameter, Stmt, StmtKind};
use crate::python::borrowed::borrowed;
use crate::python::commands::{self, CommandLine};
use crate::python::context::Surroundings;
use crate::python::folded::{self, Folded};
use crate::python::module::{LineIndex, Module};
use crate::python::printed::{self, Facts, Handed, Shown};
use crate::python::project::Project;
use crate::python::scope::{LinePlace, Scope, is_class, is_header};
use crate::python::things::{ModuleId, Resolved, Thing};
use crate::python::triggers::{self, Triggers};
pub use crate::python::value::Texts;
use crate::python::value::{At, Locals, Resolver};
use crate::python::walk;
use crate::span::Span;
use crate::usage::{Confidence, Role, Surface, Use, UseKind, Why};
use crate::words::WordSet;

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
    /// Which facts about a callable hold for the project, where they differ by version.
    pub variant: &'c dyn Fn(EntryId, &str) -> EntryId,
}

/// The newest facts, where nothing is known of the project.
#[must_use]
pub fn newest(id: EntryId, _: &str) -> EntryId {
    id
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
    let alone = [CodeCell { module: unit, unit: context.unit }];
    let texts = Texts::default();
    let is_root = |root: &str| catalog.is_root(root);
    let here = context.cells.iter().position(|cell| cell.unit == context.unit);
    let cells = if here.is_some() { context.cells } else { &alone };
    FileUses::new(cells, context.path, &texts, catalog, project, &is_root).reading(context.variant).uses(here.unwrap_or(0))
}

/// The code cells of one file (or the file itself) with what they share: names carry over from cell to cell, so all of
/// them have one resolver, which is made when it is first needed.
pub struct FileUses<'a> {
    cells: &'a [CodeCell<'a>],
    path: &'a str,
    texts: &'a Texts,
    catalog: &'a Catalog,
    project: &'a dyn Project,
    is_root: &'a dyn Fn(&str) -> bool,
    variant: &'a dyn Fn(EntryId, &str) -> EntryId,
    imports: OnceCell<BTreeSet<String>>,
    resolver: OnceCell<Resolver<'a>>,
}

impl<'a> FileUses<'a> {
    /// Nothing is looked at before it is asked for. `is_root` is that of the catalogue.
    pub fn new(
        cells: &'a [CodeCell<'a>],
        path: &'a str,
        texts: &'a Texts,
        catalog: &'a Catalog,
        project: &'a dyn Project,
        is_root: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        Self {
            cells,
            path,
            texts,
            catalog,
            project,
            is_root,
            variant: &newest,
            imports: OnceCell::new(),
            resolver: OnceCell::new(),
        }
    }

    /// Reads the arguments of calls by the facts that hold for the project ([`FileContext::variant`]).
    #[must_use]
    pub fn reading(mut self, variant: &'a dyn Fn(EntryId, &str) -> EntryId) -> Self {
        self.variant = variant;
        self
    }

    fn imports(&self) -> &BTreeSet<String> {
        self.imports.get_or_init(|| {
            let mut imports = BTreeSet::new();
            for cell in self.cells {
                imports.extend(triggers::import_roots(cell.module).iter().cloned());
            }
            imports
        })
    }

    fn units(&self) -> Vec<(&'a Module<'a>, usize)> {
        self.cells.iter().map(|cell| (cell.module, cell.unit)).collect()
    }

    fn resolver(&self) -> &Resolver<'a> {
        self.resolver.get_or_init(|| Resolver::new(self.units(), self.path, self.texts, self.project, self.is_root))
    }

    /// The uses of catalogued APIs in a cell, and the command lines that it starts.
    pub fn uses(&self, number: usize) -> PythonUses {
        let Some(CodeCell { module: unit, unit: index }) = self.cells.get(number).copied() else {
            return PythonUses::default();
        };
        let module = ModuleId::try_from(number).unwrap_or(0);
        let mut imports = Cow::Borrowed(self.imports());
        // What other modules of the project hand on from a library counts as imported from it.
        let borrowed = borrowed(unit.text(), self.path, self.project, self.is_root);
        let mut lent = BTreeSet::new();
        if !borrowed.is_empty() {
            // Of its own: room is handed out in the order of the questions.
            let texts = Texts::default();
            let units = self.cells.iter().map(|cell| (cell.module, cell.unit)).collect();
            let resolver = Resolver::new(units, self.path, &texts, self.project, self.is_root);
            for one in &borrowed {
                let roots = resolver.lent_roots(&one.module, one.level, &one.name, module);
                if !roots.is_empty() {
                    lent.insert(one.word.clone());
                    imports.to_mut().extend(roots);
                }
            }
        }
        let mut triggers = Triggers::find(unit, self.catalog, &imports);
        for word in &lent {
            triggers.lines.extend(unit.occurrences(word).map(|(_, line)| line));
        }
        let starters = triggers::starter_lines(unit, &imports);
        if triggers.lines.is_empty() && starters.is_empty() {
            return PythonUses { imports: imports.into_owned(), ..PythonUses::default() };
        }
        let mut finder = Finder {
            resolver: self.resolver(),
            catalog: self.catalog,
            variant: self.variant,
            imports: &imports,
            module,
            unit: index,
            text: unit.text(),
            outline: unit,
            names: lent,
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
        PythonUses { uses, imports: imports.into_owned(), commands }
    }

    /// The texts that a cell puts together out of others. Costly: ask only when it matters.
    pub fn folded_strings(&self, number: usize) -> Vec<Folded> {
        let Some(cell) = self.cells.get(number) else {
            return Vec::new();
        };
        let own = self.cells.iter().map(|cell| cell.module);
        let names: BTreeSet<String> =
            own.flat_map(|module| folded::first_parts(module, &crate::secrets::is_first_part)).take(256).collect();
        folded::folded(cell.module, self.resolver(), ModuleId::try_from(number).unwrap_or(0), &names)
    }
}

/// The places of a unit where a Hub token is shown. `uses` are those of the whole file; `hub` says that the file has to do
/// with the Hub.
pub fn printed<'a>(
    unit: &'a Module<'a>,
    context: &FileContext<'a>,
    catalog: &'a Catalog,
    project: &'a dyn Project,
    uses: &[Use],
    hub: bool,
) -> Vec<Shown> {
    let texts = Texts::default();
    let is_root = |root: &str| catalog.is_root(root);
    let (resolver, module) = resolver(unit, context, &texts, project, &is_root);
    let own = ModuleId::try_from(context.cells.len().max(1)).unwrap_or(ModuleId::MAX);
    let home = |unit: usize| match context.cells.iter().position(|cell| cell.unit == unit) {
        Some(index) => ModuleId::try_from(index).ok(),
        None => (context.cells.is_empty() && unit == context.unit).then_some(0),
    };
    let handed: Vec<Handed> = uses
        .iter()
        .filter(|usage| usage.surface == Surface::Python && usage.kind == UseKind::Call)
        .filter_map(|usage| Some(Handed { module: home(usage.unit)?, span: usage.argument(Role::Token)?.value_span }))
        .collect();
    let facts = Facts { handed: &handed, hub, notebook: !context.cells.is_empty(), own };
    printed::printed(unit, &resolver, module, facts)
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
    variant: &'f dyn Fn(EntryId, &str) -> EntryId,
    imports: &'f BTreeSet<String>,
    module: ModuleId,
    unit: usize,
    text: &'f str,
    outline: &'f Module<'f>,
    /// Names and attributes that stand for catalogued callables.
    names: BTreeSet<String>,
    words: std::sync::Arc<WordSet>,
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
        self.words.find(name.as_bytes()).is_some() || self.names.contains(name)
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
                arguments::fill(self.resolver, self.facts(entry, &name), &slots, inner, self.unit, &mut one.arguments);
                one.site = None;
                self.push(at.line, one);
                return true;
            }
        }
        let function = match self.resolver.value(value, at).only() {
            Some(Thing::Function(function)) if function.module == self.module => Some(*function),
            _ => None,
        };
        if let Some(function) = function {
            // What the function passes on to what it replaces; where it does not call that, the calls in it are looked at.
            let Some((call, inner)) = self.passed_on(function, entry) else {
                return true;
            };
            let slots = arguments::slots(self.resolver, &call, &Bound::default(), inner);
            let mut one = self.blank(UseKind::Patch, Some(entry), &name, target.span, statement, value.span);
            arguments::fill(self.resolver, self.facts(entry, &name), &slots, inner, self.unit, &mut one.arguments);
            self.push(at.line, one);
            return true;
        }
        let slots = arguments::bound_slots(&bound, target.span);
        let mut one = self.blank(UseKind::Patch, Some(entry), &name, target.span, statement, value.span);
        arguments::fill(self.resolver, self.facts(entry, &name), &slots, at, self.unit, &mut one.arguments);
        self.push(at.line, one);
        true
    }

    /// The call of a catalogued callable in the body of a function.
    fn passed_on(&self, function: LinePlace, entry: EntryId) -> Option<(Call, At<'static>)> {
        for number in self.outline.block(function.line).take(60) {
            for (statements, index, at) in self.statements(LineIndex::new(number)) {
                let mut found = None;
                commands::calls(statements.get(index)?, &mut |call, _| {
                    let name = match &call.function.kind {
                        ExprKind::Name(name) => &**name,
                        ExprKind::Attribute { attribute, .. } => &*attribute.name,
                        _ => return,
                    };
                    if found.is_none()
                        && self.is_word(name)
                        && self.targets(&call.function, at).iter().any(|target| target.entry == entry)
                    {
                        found = Some(call.clone());
                    }
                });
                if let Some(call) = found {
                    return Some((call, at));
                }
            }
        }
        None
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

    // --- calls ---

    // --- switches and the environment ---

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
}
