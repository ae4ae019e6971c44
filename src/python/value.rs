//! What an expression stands for, asked on demand: names through their bindings, attributes, calls, operators.
//!
//! Every question is bounded: depth, steps per file, alternatives. Answers for bindings are kept.

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{HashMap, HashSet};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use crate::python::ast::{ComprehensionClause, ComprehensionKind, Expr, ExprKind, JoinedPart, Operator, StmtKind};
use crate::python::fold;
use crate::python::module::{LineIndex, Module};
use crate::python::mutate;
use crate::python::project::{ForeignModule, Project};
use crate::python::scope::{Binding, Candidate, Flow, How, LinePlace, Scope, Step, bindings, candidates, first_word, is_class};
use crate::python::things::{ALTERNATIVES, Construction, Mapping, ModuleId, Resolved, Sequence, SequenceKind, Source, Thing};
use crate::usage::{Origin, Why};

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
            depth: Cell::new(0),
            hops: Cell::new(0),
            steps: Cell::new(STEPS),
            question: Cell::new(QUESTION),
            cut: Cell::new(false),
        }
    }

    /// A module that is open.
    pub fn open(&self, module: ModuleId) -> Option<Rc<Open<'a>>> {
        self.opened.borrow().get(module as usize).cloned()
    }

    /// A module of the project, opened when it is not yet.
    pub fn foreign(&self, dotted: &str, level: u32, from: ModuleId) -> Option<ModuleId> {
        let from_path = self.open(from)?.path.clone();
        let found = self.project.module(dotted, level, &from_path)?;
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
                        either(&parts)
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

    /// True when the value of a test can be another one at run time.
    fn may_change(&self, test: &Expr, at: At<'_>) -> bool {
        matches!(self.value(test, at).origin, Origin::Default | Origin::Environment)
    }

    fn sequence(&self, kind: SequenceKind, items: &[Expr], source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let mut sequence = Sequence { kind, items: Vec::with_capacity(items.len()), open: false };
        for item in items {
            if let ExprKind::Starred(inner) = &item.kind {
                match self.elements(&self.value(inner, at)) {
                    Some(more) if sequence.items.len() + more.len() <= 4096 => sequence.items.extend(more),
                    _ => sequence.open = true,
                }
            } else {
                sequence.items.push(self.value(item, at));
            }
        }
        Resolved::known(Thing::Sequence(Rc::new(sequence)), source)
    }

    /// The elements that iterating a value gives, when they are all known.
    pub fn elements(&self, value: &Resolved) -> Option<Vec<Rc<Resolved>>> {
        match value.only()? {
            Thing::Sequence(sequence) if !sequence.open => Some(sequence.items.clone()),
            Thing::Mapping(mapping) if !mapping.open => Some(
                mapping
                    .items
                    .iter()
                    .map(|(key, _)| Resolved::known(key.clone(), value.source).with_origin(value.origin))
                    .collect(),
            ),
            Thing::Str(text) if text.len() <= 256 => {
                Some(text.chars().map(|character| Resolved::text(character.to_string(), value.source)).collect())
            }
            Thing::Class(place) => self.enum_members(*place),
            _ => None,
        }
    }

    fn binary(&self, operator: Operator, left: &Expr, right: &Expr, source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let first = self.value(left, at);
        match operator {
            Operator::Or | Operator::And => {
                let wanted = operator == Operator::And;
                match first.truth() {
                    Some(truth) if first.origin != Origin::Default && first.origin != Origin::Environment => {
                        if truth == wanted {
                            self.value(right, at)
                        } else {
                            first
                        }
                    }
                    // A default that is false: the other operand is the default.
                    Some(truth) if truth == wanted => self.value(right, at).with_origin(Origin::Default),
                    Some(_) => first,
                    None if operator == Operator::Or => {
                        let second = self.value(right, at);
                        if first.things.is_empty() {
                            return second.with_origin(Origin::Default);
                        }
                        let mut kept = (*first).clone();
                        kept.things.retain(|thing| thing.truth() != Some(false));
                        Resolved::join(&[Rc::new(kept), second])
                    }
                    None => {
                        let second = self.value(right, at);
                        let mut kept = (*first).clone();
                        kept.things.retain(|thing| thing.truth() != Some(true));
                        Resolved::join(&[Rc::new(kept), second])
                    }
                }
            }
            _ => {
                let second = self.value(right, at);
                fold::binary(operator, &first, &second, source)
            }
        }
    }

    fn compare(&self, operands: &[Expr], operators: &[Box<str>], source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let ([left, right], [operator]) = (operands, operators) else {
            return Resolved::unknown(Why::Expression);
        };
        let (left, right) = (self.value(left, at), self.value(right, at));
        let (Some(first), Some(second)) = (left.only(), right.only()) else {
            return Resolved::unknown(left.unknown.or(right.unknown).unwrap_or(Why::Expression));
        };
        match fold::compare(operator, first, second) {
            Some(truth) => Resolved::known(Thing::Bool(truth), source).with_origin(left.origin).with_origin(right.origin),
            None => Resolved::unknown(Why::Expression),
        }
    }

    fn joined(&self, parts: &[JoinedPart], source: Option<Source>, at: At<'_>) -> Rc<Resolved> {
        let mut value = Resolved::text("", source);
        for part in parts {
            let next = match part {
                JoinedPart::Literal(text) => Resolved::text(text, source),
                JoinedPart::Field { value: field, plain } => {
                    let field = self.value(field, at);
                    if !plain {
                        return Resolved::unknown(field.unknown.unwrap_or(Why::Expression));
                    }
                    fold::display(&field)
                }
            };
            value = fold::binary(Operator::Add, &value, &next, source);
            if value.things.is_empty() {
                return value;
            }
        }
        value
    }

    fn comprehension(
        &self,
        kind: ComprehensionKind,
        element: &Expr,
        value: Option<&Expr>,
        clauses: &[ComprehensionClause],
        source: Option<Source>,
        at: At<'_>,
    ) -> Rc<Resolved> {
        let [ComprehensionClause::For { target, iterable }, rest @ ..] = clauses else {
            return Resolved::unknown(Why::Expression);
        };
        let Some(elements) = self.elements(&self.value(iterable, at)) else {
            return Resolved::unknown(Why::Expression);
        };
        if elements.len() > 1024 {
            return Resolved::unknown(Why::Bound);
        }
        let mut mapping = Mapping::default();
        let mut items = Vec::new();
        let mut open = false;
        for item in elements {
            let locals = Locals { outer: at.locals, names: self.destructured(target, &item) };
            let inner = At { locals: Some(&locals), ..at };
            let mut keep = true;
            for clause in rest {
                match clause {
                    ComprehensionClause::If(test) => match self.value(test, inner).truth() {
                        Some(truth) => keep &= truth,
                        None => open = true,
                    },
                    ComprehensionClause::For { .. } => return Resolved::unknown(Why::Expression),
                }
            }
            if !keep {
                continue;
            }
            let first = self.value(element, inner);
            match value {
                Some(value) => match first.only() {
                    Some(key) => mapping.set(key.clone(), self.value(value, inner)),
                    None => open = true,
                },
                None => items.push(first),
            }
        }
        let thing = match kind {
            ComprehensionKind::Dict => {
                mapping.open |= open;
                Thing::Mapping(Rc::new(mapping))
            }
            ComprehensionKind::Set => Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::Set, items, open })),
            ComprehensionKind::List | ComprehensionKind::Generator => {
                Thing::Sequence(Rc::new(Sequence { kind: SequenceKind::List, items, open }))
            }
        };
        Resolved::known(thing, source)
    }

    /// The names that a target binds when this value is assigned to it.
    pub fn destructured(&self, target: &Expr, value: &Rc<Resolved>) -> Vec<(Box<str>, Rc<Resolved>)> {
        let mut names = Vec::new();
        let mut stack = vec![(target, value.clone())];
        while let Some((target, value)) = stack.pop() {
            match &target.kind {
                ExprKind::Name(name) => names.push((name.clone(), value)),
                ExprKind::Starred(inner) => stack.push((inner, Resolved::unknown(Why::Unpacked))),
                ExprKind::Tuple(items) | ExprKind::List(items) if stack.len() < 64 => {
                    for (index, item) in items.iter().enumerate() {
                        stack.push((item, self.step(&value, Step::Element(index))));
                    }
                }
                _ => {}
            }
        }
        names
    }

    /// The part of a value that destructuring takes.
    pub fn step(&self, value: &Rc<Resolved>, step: Step) -> Rc<Resolved> {
        let mut parts = Vec::new();
        for thing in &value.things {
            let items = match thing {
                Thing::Sequence(sequence) if !sequence.open => sequence.items.clone(),
                Thing::Str(_) | Thing::Mapping(_) => match self.elements(&Resolved::known(thing.clone(), value.source)) {
                    Some(items) => items,
                    None => return Resolved::unknown(Why::Expression),
                },
                Thing::Result(name) => {
                    // A tuple of results: each is a result of the same call.
                    parts.push(Resolved::result(name));
                    continue;
                }
                _ => return Resolved::unknown(Why::Expression),
            };
            let part = match step {
                Step::Element(index) => items.get(index).cloned(),
                Step::FromEnd(index) => items.len().checked_sub(index).and_then(|index| items.get(index)).cloned(),
                Step::Rest(from, left) => items.len().checked_sub(left).and_then(|to| {
                    items.get(from..to).map(|rest| {
                        let rest = Sequence { kind: SequenceKind::List, items: rest.to_vec(), open: false };
                        Resolved::known(Thing::Sequence(Rc::new(rest)), value.source)
                    })
                }),
            };
            parts.push(part.unwrap_or_else(|| Resolved::unknown(Why::Expression)));
        }
        if let Some(why) = value.unknown {
            parts.push(Resolved::unknown(why));
        }
        Resolved::join(&parts).with_origin(value.origin)
    }

    fn steps_into(&self, value: Rc<Resolved>, path: &[Step]) -> Rc<Resolved> {
        path.iter().fold(value, |value, step| self.step(&value, *step))
    }

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
                        let value = self.reached(at.module, name, &found, &reached);
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
    fn last_definition(&self, found: &[Binding], reached: &mut Vec<usize>) {
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

    fn reached(&self, module: ModuleId, name: &str, found: &[Binding], reached: &[usize]) -> Rc<Resolved> {
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
            excluded |= self.replaces_none(module, name, binding);
            parts.push(value);
        }
        parts.reverse();
        Resolved::join(&parts)
    }

    /// The binding stands directly under `if name is None:` or `if not name:`.
    fn replaces_none(&self, module: ModuleId, name: &str, binding: &Binding) -> bool {
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

    fn binding_inner(&self, module: ModuleId, name: &str, binding: &Binding) -> Rc<Resolved> {
        let Some(statement) = binding.statement() else {
            return Resolved::unknown(Why::Bound);
        };
        let at =
            At { module, line: binding.line, inline: binding.block == Some(binding.line), scope: binding.lexical, locals: None };
        let place = LinePlace { module, line: binding.line };
        let value = match (&binding.how, &statement.kind) {
            (How::ImportRoot, _) => return self.imported_module(name, module),
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
    fn imported_module(&self, dotted: &str, from: ModuleId) -> Rc<Resolved> {
        if !self.is_library(dotted)
            && !fold::is_standard(dotted)
            && let Some(module) = self.foreign(dotted, 0, from)
        {
            return Resolved::known(Thing::Module(module), None);
        }
        Resolved::object(dotted)
    }

    /// `from dotted import name`
    pub fn imported(&self, dotted: &str, level: u32, name: &str, from: ModuleId) -> Rc<Resolved> {
        if level == 0 && (self.is_library(dotted) || fold::is_standard(dotted)) {
            return Resolved::object(format!("{dotted}.{name}"));
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

    fn star_import(&self, name: &str, dotted: &str, level: u32, from: ModuleId) -> Option<Rc<Resolved>> {
        if level == 0 && (self.is_library(dotted) || fold::is_standard(dotted)) {
            // Builtins and private names do not come from there.
            if name.starts_with('_') || BUILTINS.binary_search(&name).is_ok() || !self.is_library(dotted) {
                return None;
            }
            return Some(Resolved::object(format!("{dotted}.{name}")));
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
        let value = self.reached(module, name, &found, &reached);
        let at = At { module, line: last, inline: false, scope: None, locals: None };
        Some(self.mutated(value, name, &open, &found, &reached, None, end, at))
    }

    /// A name that another cell of the notebook binds: the nearest one before, else the first one after.
    fn other_cells(&self, name: &str, module: ModuleId) -> Option<Rc<Resolved>> {
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

    /// `value[index]`
    fn subscript(&self, value: &Expr, index: &Expr, at: At<'_>) -> Rc<Resolved> {
        let container = self.value(value, at);
        let mut parts = Vec::new();
        if let ExprKind::Slice { lower, upper, step } = &index.kind {
            let bound = |part: &Option<Box<Expr>>| part.as_ref().map(|part| self.value(part, at));
            return fold::slice(&container, bound(lower), bound(upper), bound(step));
        }
        let key = self.value(index, at);
        for thing in &container.things {
            parts.push(self.item(thing, &key, &container, at));
        }
        if let Some(why) = container.unknown {
            parts.push(Resolved::unknown(why));
        }
        Resolved::join(&parts).with_origin(container.origin)
    }

    fn item(&self, thing: &Thing, key: &Rc<Resolved>, container: &Resolved, _at: At<'_>) -> Rc<Resolved> {
        match thing {
            Thing::Object(name) if &**name == "os.environ" => Resolved::unknown(Why::Environment),
            Thing::Object(name) if &**name == "sys.argv" => Resolved::unknown(Why::CommandLine),
            Thing::Result(name) => Resolved::result(&**name),
            Thing::Mapping(mapping) => match key.only() {
                Some(key) => match mapping.items.iter().find(|(have, _)| have == key) {
                    Some((_, value)) => value.clone(),
                    None => Resolved::unknown(Why::Expression),
                },
                // One of the entries, when there are not too many.
                None if !mapping.open && !mapping.items.is_empty() && mapping.items.len() <= ALTERNATIVES => {
                    let wanted: Vec<Rc<Resolved>> = if key.unknown.is_none() {
                        key.things
                            .iter()
                            .map(|key| {
                                mapping
                                    .items
                                    .iter()
                                    .find(|(have, _)| have == key)
                                    .map_or_else(|| Resolved::unknown(Why::Expression), |(_, value)| value.clone())
                            })
                            .collect()
                    } else {
                        mapping.items.iter().map(|(_, value)| value.clone()).collect()
                    };
                    Resolved::join(&wanted)
                }
                None => Resolved::unknown(key.why()),
            },
            Thing::Sequence(sequence) if !sequence.open && sequence.kind != SequenceKind::Set => match key.only() {
                Some(Thing::Int(index)) => {
                    let length = i64::try_from(sequence.items.len()).unwrap_or(i64::MAX);
                    let index = if *index < 0 { length.saturating_add(*index) } else { *index };
                    usize::try_from(index)
                        .ok()
                        .and_then(|index| sequence.items.get(index))
                        .cloned()
                        .unwrap_or_else(|| Resolved::unknown(Why::Expression))
                }
                _ if key.unknown.is_some() && !sequence.items.is_empty() && sequence.items.len() <= ALTERNATIVES => {
                    Resolved::join(&sequence.items)
                }
                _ => Resolved::unknown(key.why()),
            },
            Thing::Str(_) => fold::index(thing, key, container.source),
            Thing::Class(place) => match key.only_str() {
                // `Models["NAME"]` of an enum.
                Some(name) => self.class_attribute(*place, name),
                None => Resolved::unknown(key.why()),
            },
            Thing::Options(_) => Resolved::unknown(Why::CommandLine),
            _ => Resolved::unknown(Why::Expression),
        }
    }
}

/// One of two operands of a conditional expression. What a caller or the command line may give leaves the other as default.
fn either(parts: &[Rc<Resolved>; 2]) -> Rc<Resolved> {
    let outside = |part: &Resolved| {
        part.things.is_empty() && matches!(part.unknown, Some(Why::Parameter | Why::CommandLine | Why::Environment))
    };
    let [first, second] = parts;
    match (outside(first), outside(second)) {
        (true, false) if !second.things.is_empty() => second.clone().with_origin(Origin::Default),
        (false, true) if !first.things.is_empty() => first.clone().with_origin(Origin::Default),
        _ => Resolved::join(parts),
    }
}

/// Builtins that matter to names and values, sorted.
pub const BUILTINS: &[&str] = &[
    "BaseException",
    "Exception",
    "ImportError",
    "KeyError",
    "ValueError",
    "__import__",
    "abs",
    "all",
    "any",
    "ascii",
    "bin",
    "bool",
    "bytearray",
    "bytes",
    "callable",
    "chr",
    "classmethod",
    "compile",
    "complex",
    "delattr",
    "dict",
    "dir",
    "divmod",
    "enumerate",
    "eval",
    "exec",
    "filter",
    "float",
    "format",
    "frozenset",
    "getattr",
    "globals",
    "hasattr",
    "hash",
    "hex",
    "id",
    "input",
    "int",
    "isinstance",
    "issubclass",
    "iter",
    "len",
    "list",
    "locals",
    "map",
    "max",
    "min",
    "next",
    "object",
    "oct",
    "open",
    "ord",
    "pow",
    "print",
    "property",
    "range",
    "repr",
    "reversed",
    "round",
    "set",
    "setattr",
    "sorted",
    "staticmethod",
    "str",
    "sum",
    "super",
    "tuple",
    "type",
    "vars",
    "zip",
];
