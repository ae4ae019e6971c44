//! What an expression stands for, asked on demand: names through their bindings, attributes, calls, operators.
//!
//! Every question is bounded: depth, steps per file, alternatives. Answers for bindings are kept.

mod builtins;
mod expressions;
mod names;

use expressions::{either, tested_side};

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use crate::python::ast::{Expr, ExprKind, Operator, StmtKind};
use crate::python::fold;
use crate::python::module::{LineIndex, Module};
use crate::python::mutate;
use crate::python::project::{ForeignModule, Project};
use crate::python::scope::{Binding, Candidate, LinePlace, Scope, bindings, candidates};
use crate::python::things::{Construction, Mapping, ModuleId, Resolved, SequenceKind, Source, Thing};
use crate::usage::Why;

/// How deep one question may lead.
const DEPTH: u32 = 120;

/// How many names deep one question may lead.
const HOPS: u32 = 24;

/// Steps for all questions about one file.
const STEPS: u32 = 500_000;

/// Steps for one question.
const QUESTION: u32 = 6_000;

/// Modules of the project that are opened for one file.
const FOREIGN: usize = 48;

/// Room for the texts of modules of the project; it must outlive the resolver.
pub struct Texts {
    slots: Vec<OnceCell<Arc<ForeignModule>>>,
}

impl Default for Texts {
    fn default() -> Self {
        Self { slots: (0..FOREIGN).map(|_| OnceCell::new()).collect() }
    }
}

/// A module, lent or held.
pub enum Held<'a> {
    /// A unit of this file.
    Lent(&'a Module<'a>),
    /// A module of the project.
    Own(Box<Module<'a>>),
}

impl<'a> Deref for Held<'a> {
    type Target = Module<'a>;

    fn deref(&self) -> &Module<'a> {
        match self {
            Self::Lent(module) => module,
            Self::Own(module) => module,
        }
    }
}

/// The lines that may bind a name, and the scopes that send it elsewhere.
type Candidates = (Vec<Candidate>, Vec<(Scope, bool)>);

/// Answers that are kept.
type Kept<Key, Answer> = RefCell<HashMap<Key, Rc<Answer>>>;

/// `from .. import *`: the dotted name and the level.
type Star = (Box<str>, u32);

/// A module that the resolver has open.
pub struct Open<'a> {
    /// The module.
    pub module: Held<'a>,
    /// Its path relative to the project root.
    pub path: Rc<str>,
    /// The unit in this file; 0 for other files.
    pub unit: usize,
    /// It belongs to another file.
    pub foreign: bool,
    candidates: Kept<Box<str>, Candidates>,
    scoped: Kept<(Box<str>, Scope), [Binding]>,
    changes: Kept<Box<str>, [(u32, LineIndex)]>,
    stars: OnceCell<Rc<[Star]>>,
}

impl<'a> Open<'a> {
    pub(super) fn new(module: Held<'a>, path: &str, unit: usize, foreign: bool) -> Rc<Self> {
        Rc::new(Self {
            module,
            path: path.into(),
            unit,
            foreign,
            candidates: RefCell::default(),
            scoped: RefCell::default(),
            changes: RefCell::default(),
            stars: OnceCell::new(),
        })
    }

    fn candidates(&self, name: &str) -> Rc<Candidates> {
        if let Some(known) = self.candidates.borrow().get(name) {
            return known.clone();
        }
        let found = Rc::new(candidates(&self.module, name));
        self.candidates.borrow_mut().insert(name.into(), found.clone());
        found
    }

    /// Where the dict or list of a name may be changed.
    pub fn changes(&self, name: &str) -> Rc<[(u32, LineIndex)]> {
        if let Some(known) = self.changes.borrow().get(name) {
            return known.clone();
        }
        let found: Rc<[(u32, LineIndex)]> = mutate::places(&self.module, name).into();
        self.changes.borrow_mut().insert(name.into(), found.clone());
        found
    }

    /// Where an attribute of a name is assigned: `owner.name = ...`.
    pub fn assignments(&self, owner: &str, name: &str) -> Rc<[(u32, LineIndex)]> {
        let key = format!("{owner}.{name}");
        if let Some(known) = self.changes.borrow().get(key.as_str()) {
            return known.clone();
        }
        let found: Rc<[(u32, LineIndex)]> = mutate::assignments(&self.module, owner, name).into();
        self.changes.borrow_mut().insert(key.into(), found.clone());
        found
    }

    /// The bindings of a name in one scope.
    pub fn scoped(&self, name: &str, scope: Scope) -> Rc<[Binding]> {
        let candidates = self.candidates(name);
        if candidates.0.is_empty() {
            return Rc::new([]);
        }
        let key = (name.into(), scope);
        if let Some(known) = self.scoped.borrow().get(&key) {
            return known.clone();
        }
        let found: Rc<[Binding]> = bindings(&self.module, name, &candidates.0, &candidates.1, scope).into();
        self.scoped.borrow_mut().insert(key, found.clone());
        found
    }

    /// The modules from which everything is imported: dotted name and level.
    fn stars(&self) -> Rc<[(Box<str>, u32)]> {
        self.stars
            .get_or_init(|| {
                let mut found = Vec::new();
                for (offset, line) in self.module.occurrences("import") {
                    let after = self.module.text().get(offset + "import".len()..).unwrap_or("");
                    if !after.trim_start().starts_with('*') {
                        continue;
                    }
                    for statement in self.module.statements(line).iter() {
                        if let StmtKind::ImportFrom { module, level, names } = &statement.kind
                            && names.iter().any(|name| &*name.name == "*")
                        {
                            found.push((module.clone(), *level));
                        }
                    }
                }
                found.into()
            })
            .clone()
    }
}

/// Where a question is asked.
#[derive(Clone, Copy)]
pub struct At<'e> {
    /// The module.
    pub module: ModuleId,
    /// The line.
    pub line: LineIndex,
    /// The statement stands after a header on the header's own line.
    pub inline: bool,
    /// The scope.
    pub scope: Scope,
    /// Names of comprehensions and lambdas around the place.
    pub locals: Option<&'e Locals<'e>>,
}

/// Names that an expression binds for its parts.
pub struct Locals<'e> {
    /// Those further out.
    pub outer: Option<&'e Locals<'e>>,
    /// The names.
    pub names: Vec<(Box<str>, Rc<Resolved>)>,
}

impl Locals<'_> {
    fn find(&self, name: &str) -> Option<Rc<Resolved>> {
        let mut locals = Some(self);
        while let Some(here) = locals {
            if let Some((_, value)) = here.names.iter().rev().find(|(have, _)| &**have == name) {
                return Some(value.clone());
            }
            locals = here.outer;
        }
        None
    }
}

/// An attribute of the instances of a class, by how they are constructed.
pub(super) type AttributeKey = (LinePlace, Box<str>, Option<Construction>);

/// Answers what expressions stand for.
pub struct Resolver<'a> {
    pub(super) opened: RefCell<Vec<Rc<Open<'a>>>>,
    texts: &'a Texts,
    project: &'a dyn Project,
    is_root: &'a dyn Fn(&str) -> bool,
    /// How many of the first modules are units of this file, in document order.
    own: usize,
    by_path: RefCell<HashMap<String, ModuleId>>,
    kept: RefCell<HashMap<(ModuleId, u32), Rc<Resolved>>>,
    pub(super) returns: RefCell<HashMap<LinePlace, Rc<Resolved>>>,
    pub(super) attributes: RefCell<HashMap<AttributeKey, Option<Rc<Resolved>>>>,
    pub(super) enums: RefCell<HashMap<LinePlace, Option<bool>>>,
    busy: RefCell<HashSet<(ModuleId, u32)>>,
    /// Modules of the project that hide a library, with its dotted name; by who asks and for what.
    hiding: RefCell<HashMap<ModuleId, Box<str>>>,
    shadows: RefCell<HashMap<(ModuleId, Box<str>), Option<ModuleId>>>,
    /// Dotted names of folders of the project without a module of their own.
    namespaces: RefCell<HashSet<Box<str>>>,
    depth: Cell<u32>,
    hops: Cell<u32>,
    steps: Cell<u32>,
    /// Steps left for the present question.
    question: Cell<u32>,
    /// The present question has met the bound of names.
    cut: Cell<bool>,
}

impl<'a> Resolver<'a> {
    /// A resolver for the units of one file, in document order.
    pub fn new(
        units: Vec<(&'a Module<'a>, usize)>,
        path: &str,
        texts: &'a Texts,
        project: &'a dyn Project,
        is_root: &'a dyn Fn(&str) -> bool,
    ) -> Self {
        let own = units.len();
        let opened: Vec<Rc<Open<'a>>> =
            units.into_iter().map(|(module, unit)| Open::new(Held::Lent(module), path, unit, false)).collect();
        Self {
            opened: RefCell::new(opened),
            texts,
            project,
            is_root,
            own,
            by_path: RefCell::default(),
            kept: RefCell::default(),
            returns: RefCell::default(),
            attributes: RefCell::default(),
            enums: RefCell::default(),
            busy: RefCell::default(),
            hiding: RefCell::default(),
            shadows: RefCell::default(),
            namespaces: RefCell::default(),
            depth: Cell::new(0),
            hops: Cell::new(0),
            steps: Cell::new(STEPS),
            question: Cell::new(QUESTION),
            cut: Cell::new(false),
        }
    }

    /// The cells of the notebook before one of its cells.
    pub fn earlier_cells(&self, module: ModuleId) -> impl Iterator<Item = ModuleId> + use<> {
        let own = ModuleId::try_from(self.own).unwrap_or(ModuleId::MAX);
        0..if module < own { module } else { 0 }
    }

    /// A module that is open.
    pub fn open(&self, module: ModuleId) -> Option<Rc<Open<'a>>> {
        self.opened.borrow().get(module as usize).cloned()
    }

    /// A module of the project, opened when it is not yet.
    pub fn foreign(&self, dotted: &str, level: u32, from: ModuleId) -> Option<ModuleId> {
        let from_path = self.open(from)?.path.clone();
        let found = self.project.module(dotted, level, &from_path)?;
        self.open_foreign(&found)
    }

    fn open_foreign(&self, found: &Arc<ForeignModule>) -> Option<ModuleId> {
        if let Some(known) = self.by_path.borrow().get(&found.path) {
            return Some(*known);
        }
        if self.opened.borrow().iter().any(|open| *open.path == *found.path) {
            return None;
        }
        let taken = self.by_path.borrow().len();
        let slot = self.texts.slots.get(taken)?;
        let foreign: &'a Arc<ForeignModule> = slot.get_or_init(|| found.clone());
        let module = foreign.module();
        let id = u32::try_from(self.opened.borrow().len()).ok()?;
        let open = Open::new(Held::Own(Box::new(module)), &foreign.path, 0, true);
        self.opened.borrow_mut().push(open);
        self.by_path.borrow_mut().insert(found.path.clone(), id);
        Some(id)
    }

    /// True when a dotted name begins with the root of a catalogued library.
    pub fn is_library(&self, dotted: &str) -> bool {
        dotted.split('.').next().is_some_and(|root| (self.is_root)(root))
    }

    /// The module of the project that Python imports instead of a library of this name, when there is one.
    fn shadow(&self, dotted: &str, from: ModuleId) -> Option<ModuleId> {
        let key = (from, dotted.into());
        if let Some(known) = self.shadows.borrow().get(&key) {
            return *known;
        }
        let path = self.open(from)?.path.clone();
        let found = self.project.shadow(dotted, &path).and_then(|found| self.open_foreign(&found));
        if let Some(module) = found {
            self.hiding.borrow_mut().insert(module, dotted.into());
        }
        self.shadows.borrow_mut().insert(key, found);
        found
    }

    /// The library that a module of the project hides.
    pub(super) fn hides(&self, module: ModuleId) -> Option<Box<str>> {
        self.hiding.borrow().get(&module).cloned()
    }

    /// True for the dotted name of a folder of the project that holds an imported module.
    pub(super) fn is_namespace(&self, dotted: &str) -> bool {
        let namespaces = self.namespaces.borrow();
        !namespaces.is_empty() && namespaces.contains(dotted)
    }

    /// Notes the dotted name of a folder of the project.
    pub(super) fn note_namespace(&self, dotted: &str) -> Rc<Resolved> {
        if self.namespaces.borrow().len() < FOREIGN {
            self.namespaces.borrow_mut().insert(dotted.into());
        }
        Resolved::object(dotted)
    }

    /// What an expression stands for.
    pub fn value(&self, expression: &Expr, at: At<'_>) -> Rc<Resolved> {
        let depth = self.depth.get();
        let steps = self.steps.get();
        if depth == 0 {
            self.question.set(QUESTION);
            self.cut.set(false);
        }
        let question = self.question.get();
        if depth >= DEPTH || steps == 0 || question == 0 {
            return Resolved::unknown(Why::Bound);
        }
        self.depth.set(depth + 1);
        self.steps.set(steps - 1);
        self.question.set(question - 1);
        let value = self.value_inner(expression, at);
        self.depth.set(depth);
        value
    }

    fn value_inner(&self, expression: &Expr, at: At<'_>) -> Rc<Resolved> {
        let source = Some(Source { module: at.module, span: expression.span });
        match &expression.kind {
            ExprKind::Name(name) => self.name(name, expression.span.start, at),
            ExprKind::Attribute { value, attribute } => self.attribute_expression(value, &attribute.name, at),
            ExprKind::Call(call) => self.call(call, expression.span, at),
            ExprKind::Subscript { value, index } => self.subscript(value, index, at),
            ExprKind::Str(text) => Resolved::text(text, source),
            ExprKind::Bytes(bytes) => Resolved::known(Thing::Bytes(bytes.as_slice().into()), source),
            ExprKind::Joined(parts) => self.joined(parts, source, at),
            ExprKind::Int(number) => Resolved::known(Thing::Int(*number), source),
            ExprKind::Number(number) => Resolved::known(Thing::Number((**number).into()), source),
            ExprKind::Bool(value) => Resolved::known(Thing::Bool(*value), source),
            ExprKind::None => Resolved::known(Thing::None, source),
            ExprKind::List(items) => self.sequence(SequenceKind::List, items, source, at),
            ExprKind::Tuple(items) => self.sequence(SequenceKind::Tuple, items, source, at),
            ExprKind::Set(items) => self.sequence(SequenceKind::Set, items, source, at),
            ExprKind::Dict(items) => {
                let mut mapping = Mapping::default();
                for item in items {
                    let value = self.value(&item.value, at);
                    match &item.key {
                        Some(key) => match self.value(key, at).only() {
                            Some(key) => mapping.set(key.clone(), value),
                            None => mapping.open = true,
                        },
                        None => match value.only() {
                            Some(Thing::Mapping(more)) => mapping.merge(more),
                            _ => mapping.open = true,
                        },
                    }
                }
                Resolved::known(Thing::Mapping(Rc::new(mapping)), source)
            }
            ExprKind::Starred(value) => {
                self.value(value, at);
                Resolved::unknown(Why::Unpacked)
            }
            ExprKind::Unary { operator, operand } => {
                let value = self.value(operand, at);
                if *operator == Operator::Not {
                    return match value.truth() {
                        Some(truth) => Resolved::known(Thing::Bool(!truth), source).with_origin(value.origin),
                        None => Resolved::unknown(value.unknown.unwrap_or(Why::Expression)),
                    };
                }
                fold::unary(*operator, &value, source)
            }
            ExprKind::Binary { operator, left, right } => self.binary(*operator, left, right, source, at),
            ExprKind::Compare { operands, operators } => self.compare(operands, operators, source, at),
            ExprKind::Conditional { test, body, otherwise } => {
                match self.value(test, at).truth() {
                    // The test may come from a default that a caller replaces: then both count.
                    Some(truth) if !self.may_change(test, at) => self.value(if truth { body } else { otherwise }, at),
                    _ => {
                        let parts = [self.value(body, at), self.value(otherwise, at)];
                        either(&parts, tested_side(test, body, otherwise))
                    }
                }
            }
            ExprKind::Lambda { .. } => Resolved::unknown(Why::Expression),
            ExprKind::Comprehension { kind, element, value, clauses } => {
                self.comprehension(*kind, element, value.as_deref(), clauses, source, at)
            }
            ExprKind::Await(value) => self.value(value, at),
            ExprKind::Named { value, .. } => self.value(value, at),
            ExprKind::Ellipsis | ExprKind::Yield(_) | ExprKind::Slice { .. } | ExprKind::Other(_) => {
                Resolved::unknown(Why::Expression)
            }
        }
    }
}
