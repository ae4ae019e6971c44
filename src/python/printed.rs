//! Where a module shows a Hub token: `print(token)`, `logger.info(f"{hf_token}")`, the last expression of a notebook cell.
//!
//! Never by a bare name such as `token`, which is a piece of text in most code about language: a value counts when it comes
//! from where tokens are kept, or goes where the Hub wants one. Whatever passes through a function that is not known to
//! hand its text on (`len`, `bool`, `mask`) is taken for masked.

use std::cell::Cell;
use std::collections::BTreeSet;

use crate::python::ast::{
    ArgumentKind, Call, ComprehensionClause, Expr, ExprKind, JoinedPart, Operator, Parameter, Stmt, StmtKind,
};
use crate::python::flow::Flow;
use crate::python::module::{LineIndex, Module};
use crate::python::scope::{Binding, How, Scope, Step, first_word, is_class, is_header};
use crate::python::things::{ModuleId, Thing};
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::secrets::{Exposure, is_token_name};
use crate::span::Span;

/// How deep names and expressions are followed.
const DEPTH: u32 = 24;

/// Steps for one unit.
const STEPS: u32 = 20_000;

/// At most so many per unit.
const MOST: usize = 256;

/// A place where a token is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shown {
    /// The expression that is shown.
    pub span: Span,
    /// The statement around it.
    pub statement: Span,
    /// What it shows.
    pub what: Exposure,
}

/// Functions that write their arguments out, by their last name.
const PRINTERS: &[&str] = &["print", "pprint", "pp", "display", "rprint", "echo", "secho", "ic"];

/// Methods of loggers.
const LOG_METHODS: &[&str] = &[
    "debug",
    "info",
    "warning",
    "warn",
    "error",
    "critical",
    "exception",
    "log",
    "fatal",
    "success",
    "trace",
    "notice",
    "warning_once",
    "info_once",
    "warning_advice",
];

/// Methods that write to a stream.
const WRITERS: &[&str] = &["write", "writelines"];

/// Functions and methods whose result holds the text that goes in.
const HAND_ON: &[&str] = &[
    "str",
    "repr",
    "ascii",
    "format",
    "dumps",
    "pformat",
    "dict",
    "list",
    "tuple",
    "sorted",
    "quote",
    "join",
    "strip",
    "lstrip",
    "rstrip",
    "removeprefix",
    "encode",
    "decode",
    "lower",
    "upper",
    "ljust",
    "rjust",
    "center",
    "zfill",
    "copy",
    "deepcopy",
    "items",
    "values",
    "split",
    "b64encode",
    "standard_b64encode",
    "urlsafe_b64encode",
    "hexlify",
    "hex",
    "colored",
    "style",
    "expandtabs",
    "get_secret_value",
];

/// Functions and methods that look a name up where secrets are kept.
const LOOKUPS: &[&str] = &[
    "get",
    "getenv",
    "pop",
    "setdefault",
    "get_secret",
    "get_secret_value",
    "getSecret",
    "config",
    "env",
    "get_parameter",
    "read_secret",
    "get_from_dict_or_env",
    "get_env",
    "get_env_var",
    "SecretStr",
];

/// Functions that ask the user.
const QUESTIONS: &[&str] = &["getpass", "input", "ask", "prompt", "text_input", "unix_getpass"];

/// An argument of a Hub API where a token belongs.
#[derive(Clone, Copy, Debug)]
pub struct Handed {
    /// The module in which it stands.
    pub module: ModuleId,
    /// The value.
    pub span: Span,
}

/// What is known of the file.
#[derive(Clone, Copy)]
pub struct Facts<'f> {
    /// Arguments where a token belongs.
    pub handed: &'f [Handed],
    /// The file has to do with the Hub: its environment may hold a token.
    pub hub: bool,
    /// The last expression of the module is shown.
    pub notebook: bool,
    /// How many modules of the resolver are units of this file.
    pub own: ModuleId,
}

/// True when a text may show anything at all: a cheap look.
#[must_use]
pub fn may_show(text: &str) -> bool {
    ["print", "log", "write", "echo", "display", "pp("].iter().any(|word| text.contains(word))
}

/// The places of a module where a token is shown.
pub(super) fn printed(module: &Module<'_>, resolver: &Resolver<'_>, id: ModuleId, facts: Facts<'_>) -> Vec<Shown> {
    let mut finder =
        Finder { resolver, module, id, facts, handed: BTreeSet::new(), paths: BTreeSet::new(), steps: Cell::new(STEPS) };
    finder.read_handed();
    let mut found = Vec::new();
    for line in finder.lines() {
        for (statements, index, at) in statements(module, id, line) {
            let Some(statement) = statements.get(index) else { continue };
            let mut outer = Vec::new();
            walk::statement_expressions(statement, &mut |expression| outer.push(expression));
            for expression in outer {
                walk::each(expression, &mut |inner| {
                    if let ExprKind::Call(call) = &inner.kind
                        && found.len() < MOST
                        && let Some((span, what)) = finder.sink(call, at)
                    {
                        found.push(Shown { span, statement: statement.span, what });
                    }
                });
            }
        }
    }
    if facts.notebook
        && let Some(last) = finder.last_expression()
    {
        found.push(last);
    }
    found.retain(|shown| shown.what != Exposure::Environment || facts.hub);
    found.sort_by_key(|shown| (shown.span.start, shown.span.end));
    found.dedup();
    found
}

/// The statements of a line with the place to ask about each.
fn statements(module: &Module<'_>, id: ModuleId, line: LineIndex) -> Vec<(std::rc::Rc<[Stmt]>, usize, At<'static>)> {
    let statements = module.statements(line);
    let header = statements.first();
    let compound = header.is_some_and(is_header);
    let opens = header.is_some_and(|header| matches!(header.kind, StmtKind::Function { .. } | StmtKind::Class { .. }));
    let outer = module.scope(line);
    (0..statements.len())
        .map(|index| {
            let inline = compound && index > 0;
            let scope = if inline && opens { Some(line) } else { outer };
            (statements.clone(), index, At { module: id, line, inline, scope, locals: None })
        })
        .collect()
}

/// A part of what is shown, and where it stands.
type Hit = (Span, Exposure);

struct Finder<'f, 'a> {
    resolver: &'f Resolver<'a>,
    module: &'f Module<'f>,
    id: ModuleId,
    facts: Facts<'f>,
    /// Bindings of names that are handed to the Hub as a token.
    handed: BTreeSet<(ModuleId, u32)>,
    /// Attributes that are: `args.token`; those of `self` with the class.
    paths: BTreeSet<(Scope, String)>,
    steps: Cell<u32>,
}

impl Finder<'_, '_> {
    /// What is handed to the Hub as a token is one.
    fn read_handed(&mut self) {
        for handed in self.facts.handed {
            let Some(open) = self.resolver.open(handed.module) else { continue };
            let module = &*open.module;
            let Some(line) = module.line_at(handed.span.start()) else { continue };
            let text = handed.span.text(module.text());
            let at = At { module: handed.module, line, inline: false, scope: module.scope(line), locals: None };
            if text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
                for (home, binding) in self.bindings(text, handed.span.start, at) {
                    if holds_text(&binding) {
                        self.handed.insert((home, binding.offset));
                    }
                }
            } else if let Some(path) = dotted(text) {
                self.paths.insert((class_of_self(module, &path, at.scope), path));
            }
        }
    }

    /// The lines on which something may be shown.
    fn lines(&self) -> BTreeSet<LineIndex> {
        let bytes = self.module.text().as_bytes();
        let mut lines = BTreeSet::new();
        for word in PRINTERS.iter().chain(LOG_METHODS).chain(WRITERS) {
            for (offset, line) in self.module.occurrences(word) {
                let rest = bytes.get(offset + word.len()..).unwrap_or_default();
                let bracket = rest.iter().find(|byte| !matches!(byte, b' ' | b'\t')) == Some(&b'(');
                let method = offset.checked_sub(1).and_then(|before| bytes.get(before)) == Some(&b'.');
                if bracket && (method || PRINTERS.contains(word)) && self.module.in_code(offset) {
                    lines.insert(line);
                }
            }
        }
        // `print_once(...)`, `print_rank_0(...)`
        for (offset, _) in self.module.text().match_indices("print_") {
            if self.module.in_code(offset)
                && let Some(line) = self.module.line_at(offset)
            {
                lines.insert(line);
            }
        }
        lines
    }

    /// The last expression of a cell, which the notebook shows.
    fn last_expression(&self) -> Option<Shown> {
        let last = u32::try_from(self.module.lines().len()).ok()?.checked_sub(1)?;
        let line = (0..=last).rev().map(LineIndex::new).find(|line| !self.module.statements(*line).is_empty())?;
        if self.module.parent(line).is_some() {
            return None;
        }
        let all = statements(self.module, self.id, line);
        let (list, index, at) = all.last()?;
        let statement = list.get(*index)?;
        let StmtKind::Expr(expression) = &statement.kind else { return None };
        let behind = self.module.text().get(expression.span.end()..).unwrap_or("");
        if behind.trim_start_matches([' ', ')']).starts_with(';') {
            return None;
        }
        let (span, what) = self.shown(expression, *at, 0)?;
        Some(Shown { span, statement: statement.span, what })
    }

    /// What a call writes out, if it writes anything.
    fn sink(&self, call: &Call, at: At<'_>) -> Option<Hit> {
        if !self.writes(call) {
            return None;
        }
        call.arguments.iter().find_map(|argument| match &argument.kind {
            ArgumentKind::Keyword(keyword)
                if matches!(
                    &*keyword.name,
                    "file" | "sep" | "end" | "flush" | "extra" | "exc_info" | "stack_info" | "stacklevel"
                ) =>
            {
                None
            }
            _ => self.shown(&argument.value, at, 0),
        })
    }

    /// True for calls that write their arguments to a terminal, a log or an output.
    fn writes(&self, call: &Call) -> bool {
        let to_file = call.arguments.iter().any(|argument| {
            walk::keyword(&argument.kind) == Some("file") && !matches!(last_name(&argument.value), Some("stdout" | "stderr"))
        });
        if to_file {
            return false;
        }
        match &call.function.kind {
            ExprKind::Name(name) => PRINTERS.contains(&&**name) || name.starts_with("print_"),
            ExprKind::Attribute { value, attribute } => {
                let method = &*attribute.name;
                let receiver = last_name(value).unwrap_or("").to_ascii_lowercase();
                if PRINTERS.contains(&method) || method.starts_with("print_") {
                    return true;
                }
                if WRITERS.contains(&method) {
                    return matches!(
                        receiver.as_str(),
                        "stdout" | "stderr" | "__stdout__" | "__stderr__" | "tqdm" | "st" | "streamlit"
                    );
                }
                LOG_METHODS.contains(&method)
                    && (receiver.contains("log") || matches!(receiver.as_str(), "warnings" | "console" | "st"))
            }
            _ => false,
        }
    }

    /// What an expression shows when it is written out.
    fn shown(&self, expression: &Expr, at: At<'_>, depth: u32) -> Option<Hit> {
        let steps = self.steps.get();
        if depth > DEPTH || steps == 0 {
            return None;
        }
        self.steps.set(steps - 1);
        let inner = |expression: &Expr| self.shown(expression, at, depth + 1);
        match &expression.kind {
            ExprKind::Name(name) => Some((expression.span, self.name(name, expression, at, depth)?)),
            ExprKind::Attribute { attribute, .. } => self.attribute(expression, &attribute.name, at),
            ExprKind::Call(call) => self.called(expression, call, at, depth),
            ExprKind::Subscript { value, index } => self.subscript(expression, value, index, at, depth),
            ExprKind::Joined(parts) => parts.iter().find_map(|part| match part {
                JoinedPart::Field { value, plain } => {
                    let hit = inner(value)?;
                    if *plain { Some(hit) } else { self.formatted(value, hit) }
                }
                JoinedPart::Literal(_) => None,
            }),
            // `"%.4s" % token` shows a part; which, is not worked out.
            ExprKind::Binary { operator: Operator::Modulo, left, .. } if matches!(&left.kind, ExprKind::Str(text) if text.contains("%.")) => {
                None
            }
            ExprKind::Binary { operator: Operator::And, right, .. } => inner(right),
            ExprKind::Binary { left, right, .. } => inner(left).or_else(|| inner(right)),
            ExprKind::Conditional { body, otherwise, .. } => inner(body).or_else(|| inner(otherwise)),
            ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) => items.iter().take(64).find_map(inner),
            ExprKind::Dict(items) => items.iter().take(64).find_map(|item| inner(&item.value)),
            ExprKind::Starred(value) | ExprKind::Await(value) | ExprKind::Named { value, .. } => inner(value),
            ExprKind::Comprehension { element, value, clauses, .. } => self
                .all_variables(value.as_deref().unwrap_or(element), clauses, at, depth)
                .then_some((expression.span, Exposure::Environment)),
            _ => None,
        }
    }

    /// A field of an f-string with a conversion or a format: `.4` cuts.
    fn formatted(&self, value: &Expr, hit: Hit) -> Option<Hit> {
        let behind = self.module.text().get(value.span.end()..).unwrap_or("");
        let spec = behind.split('}').next().unwrap_or("");
        let precision = spec.rsplit_once('.').and_then(|(_, digits)| {
            digits.bytes().take_while(u8::is_ascii_digit).fold(None, |number: Option<i64>, digit| {
                Some(number.unwrap_or(0).saturating_mul(10).saturating_add(i64::from(digit - b'0')))
            })
        });
        match precision {
            Some(length) if hit.1 == Exposure::Token => Exposure::slice(None, Some(length)).map(|what| (hit.0, what)),
            _ => Some(hit),
        }
    }

    /// `{v for k, v in os.environ.items()}` without a condition.
    fn all_variables(&self, element: &Expr, clauses: &[ComprehensionClause], at: At<'_>, depth: u32) -> bool {
        let [ComprehensionClause::For { target, iterable }] = clauses else { return false };
        if !self.goes_through_values(iterable, at, depth) {
            return false;
        }
        let names: Vec<&str> = match &target.kind {
            ExprKind::Tuple(items) => items.iter().skip(1).filter_map(last_name).collect(),
            _ => last_name(target).into_iter().collect(),
        };
        let mut holds = false;
        walk::each(element, &mut |inner| holds |= matches!(&inner.kind, ExprKind::Name(name) if names.contains(&&**name)));
        holds
    }

    /// The values of all variables of the environment: `os.environ.items()`, also sorted.
    fn goes_through_values(&self, iterable: &Expr, at: At<'_>, depth: u32) -> bool {
        let Some(open) = self.resolver.open(at.module) else { return false };
        let text = iterable.span.text(open.module.text());
        (text.contains(".items()") || text.contains(".values()"))
            && matches!(self.shown(iterable, at, depth + 1), Some((_, Exposure::Environment)))
    }

    fn attribute(&self, expression: &Expr, attribute: &str, at: At<'_>) -> Option<Hit> {
        let open = self.resolver.open(at.module)?;
        if attribute == "environ" {
            let is_environment =
                matches!(self.resolver.value(expression, at).only(), Some(Thing::Object(name)) if &**name == "os.environ");
            return is_environment.then_some((expression.span, Exposure::Environment));
        }
        let path = dotted(expression.span.text(open.module.text()))?;
        let known = self.paths.contains(&(class_of_self(&open.module, &path, at.scope), path));
        (known || is_token_name(attribute)).then_some((expression.span, Exposure::Token))
    }

    fn called(&self, expression: &Expr, call: &Call, at: At<'_>, depth: u32) -> Option<Hit> {
        let last = last_name(&call.function)?;
        let first = call.arguments.iter().find(|argument| matches!(argument.kind, ArgumentKind::Positional));
        if last == "get_token" && self.is_hub(&call.function, at) {
            return Some((expression.span, Exposure::Token));
        }
        if LOOKUPS.contains(&last)
            && let Some(key) = first.and_then(|argument| self.text(&argument.value, at))
        {
            if is_token_name(&key) {
                if let ExprKind::Attribute { value, .. } = &call.function.kind
                    && let Some(entry) = self.entry(value, &key, at, depth)
                {
                    return entry.map(|(_, what)| (expression.span, what));
                }
                return Some((expression.span, Exposure::Token));
            }
            return None;
        }
        if QUESTIONS.contains(&last) {
            let asked = first.and_then(|argument| self.text(&argument.value, at)).unwrap_or_default().to_ascii_lowercase();
            let hub = ["hugging face", "huggingface", "hf token", "hf_token", "hf-token", "hub token"]
                .iter()
                .any(|word| asked.contains(word));
            return (hub && (asked.contains("token") || asked.contains("key"))).then_some((expression.span, Exposure::Token));
        }
        if !HAND_ON.contains(&last) {
            return None;
        }
        let receiver = match &call.function.kind {
            ExprKind::Attribute { value, .. } => self.shown(value, at, depth + 1),
            _ => None,
        };
        receiver.or_else(|| call.arguments.iter().find_map(|argument| self.shown(&argument.value, at, depth + 1)))
    }

    /// True when a callable is the Hub library's own.
    fn is_hub(&self, function: &Expr, at: At<'_>) -> bool {
        let value = self.resolver.value(function, at);
        let known = value.things.iter().any(|thing| match thing {
            Thing::Object(name) => name.starts_with("huggingface_hub.") || name.starts_with("transformers."),
            _ => false,
        });
        known
            || matches!(&function.kind, ExprKind::Attribute { value, .. } if match &value.kind {
                ExprKind::Call(call) => last_name(&call.function) == Some("HfFolder"),
                _ => last_name(value) == Some("HfFolder"),
            })
    }

    fn subscript(&self, expression: &Expr, value: &Expr, index: &Expr, at: At<'_>, depth: u32) -> Option<Hit> {
        match &index.kind {
            ExprKind::Slice { lower, upper, step } => {
                let (_, what) = self.shown(value, at, depth + 1)?;
                let what = match what {
                    Exposure::Token => sliced(lower.as_deref(), upper.as_deref(), step.as_deref())?,
                    other => other,
                };
                Some((expression.span, what))
            }
            ExprKind::Int(_) | ExprKind::Unary { .. } => None,
            _ => {
                if let Some(key) = self.text(index, at) {
                    if let Some(entry) = self.entry(value, &key, at, depth) {
                        return entry.map(|(_, what)| (expression.span, what));
                    }
                    return is_token_name(&key).then_some((expression.span, Exposure::Token));
                }
                // `os.environ[name]` for every name in it.
                let ExprKind::Name(name) = &index.kind else { return None };
                let (_, Exposure::Environment) = self.shown(value, at, depth + 1)? else { return None };
                let every = self.bindings(name, index.span.start, at).iter().any(|(home, binding)| {
                    matches!(&binding.how, How::Loop(path) if path.is_empty())
                        && self.unfiltered(*home, binding, at)
                        && matches!(self.iterated(*home, binding, depth), Some((_, Exposure::Environment)))
                });
                every.then_some((expression.span, Exposure::Environment))
            }
        }
    }

    /// The entry of a dict that is written out in the file: `Some(None)` when it is there and shows nothing.
    fn entry(&self, container: &Expr, key: &str, at: At<'_>, depth: u32) -> Option<Option<Hit>> {
        if depth > DEPTH {
            return None;
        }
        match &container.kind {
            ExprKind::Dict(items) => {
                let item = items
                    .iter()
                    .rev()
                    .find(|item| matches!(item.key.as_ref().map(|key| &key.kind), Some(ExprKind::Str(text)) if text == key))?;
                Some(self.shown(&item.value, at, depth + 1))
            }
            ExprKind::Name(name) => self.bindings(name, container.span.start, at).into_iter().find_map(|(home, binding)| {
                let there = place(home, &binding);
                match (&binding.how, &binding.statement()?.kind) {
                    (How::Value(path), StmtKind::Assign { value, .. } | StmtKind::AnnotatedAssign { value: Some(value), .. })
                        if path.is_empty() =>
                    {
                        self.entry(value, key, there, depth + 1)
                    }
                    _ => None,
                }
            }),
            _ => None,
        }
    }

    /// The text that an expression stands for.
    fn text(&self, expression: &Expr, at: At<'_>) -> Option<String> {
        match &expression.kind {
            ExprKind::Str(text) => Some(text.clone()),
            ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Joined(_) => {
                self.resolver.value(expression, at).only_str().map(ToString::to_string)
            }
            _ => None,
        }
    }

    /// What a name shows.
    fn name(&self, name: &str, expression: &Expr, at: At<'_>, depth: u32) -> Option<Exposure> {
        if name == "environ" {
            return matches!(self.resolver.value(expression, at).only(), Some(Thing::Object(name)) if &**name == "os.environ")
                .then_some(Exposure::Environment);
        }
        self.bindings(name, expression.span.start, at).into_iter().find_map(|(home, binding)| {
            if self.handed.contains(&(home, binding.offset)) {
                return Some(Exposure::Token);
            }
            self.bound(name, home, &binding, at, depth + 1)
        })
    }

    /// What a binding gives to its name.
    fn bound(&self, name: &str, home: ModuleId, binding: &Binding, from: At<'_>, depth: u32) -> Option<Exposure> {
        let statement = binding.statement()?;
        let at = place(home, binding);
        let what = |hit: Option<Hit>| hit.map(|(_, what)| what);
        match (&binding.how, &statement.kind) {
            (How::Value(path), StmtKind::Assign { value, .. } | StmtKind::AnnotatedAssign { value: Some(value), .. }) => {
                match (path.as_slice(), &value.kind) {
                    ([], _) if is_token_name(name) && is_question(value) => Some(Exposure::Token),
                    ([], _) => what(self.shown(value, at, depth)),
                    ([Step::Element(index)], ExprKind::Tuple(items) | ExprKind::List(items)) => {
                        what(self.shown(items.get(*index)?, at, depth))
                    }
                    _ => None,
                }
            }
            (How::Augmented(_), StmtKind::AugmentedAssign { target, value, .. }) => {
                what(self.shown(value, at, depth)).or_else(|| what(self.shown(target, at, depth)))
            }
            (How::Walrus(value), _) if is_token_name(name) && is_question(value) => Some(Exposure::Token),
            (How::Walrus(value), _) => what(self.shown(value, at, depth)),
            (How::Parameter(index), StmtKind::Function { parameters, .. }) => {
                what(self.shown(parameters.get(*index)?.default.as_ref()?, at, depth))
            }
            (How::Loop(path), StmtKind::For { iterable, .. }) => {
                // The first element is the name of the variable.
                let value = !matches!(path.as_slice(), [Step::Element(0)]);
                (value && self.goes_through_values(iterable, at, depth) && self.unfiltered(home, binding, from))
                    .then_some(Exposure::Environment)
            }
            _ => None,
        }
    }

    /// What a loop goes through.
    fn iterated(&self, home: ModuleId, binding: &Binding, depth: u32) -> Option<Hit> {
        match &binding.statement()?.kind {
            StmtKind::For { iterable, .. } => self.shown(iterable, place(home, binding), depth + 1),
            _ => None,
        }
    }

    /// True when no condition stands between a loop and a place in it: with one, not everything is shown.
    fn unfiltered(&self, home: ModuleId, binding: &Binding, from: At<'_>) -> bool {
        let Some(open) = self.resolver.open(home) else { return false };
        let mut line = from.line;
        for _ in 0..100 {
            match open.module.parent(line) {
                Some(header) if header == binding.line => return true,
                Some(header) if matches!(first_word(&open.module, header), "if" | "elif" | "else") => return false,
                Some(header) => line = header,
                None => return home != from.module || from.line == binding.line,
            }
        }
        false
    }

    /// The bindings of a name that reach a place.
    fn bindings(&self, name: &str, offset: u32, at: At<'_>) -> Vec<(ModuleId, Binding)> {
        let Some(open) = self.resolver.open(at.module) else { return Vec::new() };
        let module = &*open.module;
        let mut scope = at.scope;
        let mut first = true;
        loop {
            if first || !is_class(module, scope) {
                let found = open.scoped(name, scope);
                if !found.is_empty() {
                    let reached: Vec<Binding> = if first {
                        Flow::reaching(module, &found, scope, at.line, at.inline, offset)
                            .unwrap_or_default()
                            .into_iter()
                            .filter_map(|index| found.get(index).cloned())
                            .collect()
                    } else {
                        found.iter().take(64).cloned().collect()
                    };
                    if !reached.is_empty() || scope.is_some() {
                        return reached.into_iter().map(|binding| (at.module, binding)).collect();
                    }
                }
            }
            match scope {
                Some(header) => scope = module.scope(header),
                None => break,
            }
            first = false;
        }
        self.other_cells(name, at.module)
    }

    /// A name that another cell binds: the nearest one before, else the first one after.
    fn other_cells(&self, name: &str, here: ModuleId) -> Vec<(ModuleId, Binding)> {
        if here >= self.facts.own {
            return Vec::new();
        }
        let last = |id: ModuleId| {
            let open = self.resolver.open(id)?;
            let found = open.scoped(name, None);
            found.last().cloned().map(|binding| (id, binding))
        };
        (0..here).rev().find_map(last).or_else(|| (here + 1..self.facts.own).find_map(last)).into_iter().collect()
    }
}

/// Where a binding stands.
fn place(module: ModuleId, binding: &Binding) -> At<'static> {
    At { module, line: binding.line, inline: binding.block == Some(binding.line), scope: binding.lexical, locals: None }
}

/// True when a binding may give a text that is not known from the file: not `None`, a switch or a literal.
fn holds_text(binding: &Binding) -> bool {
    let plain = |expression: &Expr| {
        !matches!(expression.kind, ExprKind::Str(_) | ExprKind::None | ExprKind::Bool(_) | ExprKind::Int(_) | ExprKind::Bytes(_))
    };
    match (&binding.how, binding.statement().map(|statement| &statement.kind)) {
        (How::Value(_), Some(StmtKind::Assign { value, .. } | StmtKind::AnnotatedAssign { value: Some(value), .. })) => {
            plain(value)
        }
        (How::Parameter(index), Some(StmtKind::Function { parameters, .. })) => parameters.get(*index).is_some_and(may_be_text),
        (How::Walrus(_) | How::Loop(_), _) => true,
        _ => false,
    }
}

/// A parameter that is no switch (`use_auth_token: bool = False`).
fn may_be_text(parameter: &Parameter) -> bool {
    let switch = |expression: &Expr| matches!(expression.kind, ExprKind::Bool(_));
    !parameter.name.name.starts_with("use_")
        && !parameter.default.as_ref().is_some_and(switch)
        && !parameter
            .annotation
            .as_ref()
            .is_some_and(|annotation| matches!(&annotation.kind, ExprKind::Name(name) if &**name == "bool"))
}

/// True for `getpass(...)`, `input(...)`.
fn is_question(expression: &Expr) -> bool {
    match &expression.kind {
        ExprKind::Call(call) => match last_name(&call.function) {
            Some("strip") => match &call.function.kind {
                ExprKind::Attribute { value, .. } => is_question(value),
                _ => false,
            },
            Some(last) => QUESTIONS.contains(&last),
            None => false,
        },
        _ => false,
    }
}

/// The last name of `a.b.c`, also of what is called.
fn last_name(expression: &Expr) -> Option<&str> {
    match &expression.kind {
        ExprKind::Name(name) => Some(name),
        ExprKind::Attribute { attribute, .. } => Some(&attribute.name),
        ExprKind::Call(call) => match &call.function.kind {
            ExprKind::Name(name) => Some(name),
            ExprKind::Attribute { attribute, .. } => Some(&attribute.name),
            _ => None,
        },
        _ => None,
    }
}

/// `a.b.c` as text, when it is that.
fn dotted(text: &str) -> Option<String> {
    let fits = text.contains('.')
        && text.len() < 200
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.'))
        && !text.starts_with(|first: char| first.is_ascii_digit());
    fits.then(|| text.to_owned())
}

/// The class around a place, for attributes of `self`, which mean another thing in another class.
fn class_of_self(module: &Module<'_>, path: &str, scope: Scope) -> Scope {
    if !path.starts_with("self.") {
        return None;
    }
    let mut scope = scope;
    for _ in 0..20 {
        if is_class(module, scope) {
            return scope;
        }
        scope = module.scope(scope?);
    }
    None
}

/// What a slice of a token shows; nothing when its bounds are not known.
fn sliced(lower: Option<&Expr>, upper: Option<&Expr>, step: Option<&Expr>) -> Option<Exposure> {
    let number = |bound: Option<&Expr>| match bound.map(|bound| &bound.kind) {
        None | Some(ExprKind::None) => Some(None),
        Some(ExprKind::Int(number)) => Some(Some(*number)),
        Some(ExprKind::Unary { operator: Operator::Negate, operand }) => match operand.kind {
            ExprKind::Int(number) => Some(Some(-number)),
            _ => None,
        },
        Some(_) => None,
    };
    let (lower, upper) = (number(lower)?, number(upper)?);
    if let Some(step) = number(step)?
        && step != 1
    {
        return (step == -1 && lower.is_none() && upper.is_none()).then_some(Exposure::Token);
    }
    Exposure::slice(lower, upper)
}
