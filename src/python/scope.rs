//! Who binds a name: the bindings of a name in a module, the scope that each belongs to, and which of them reach a use.
//!
//! Bindings are found from the occurrences of the name: a cheap look at the text around an occurrence says whether it can
//! bind at all, and only then is its line parsed. Reaching follows the blocks backwards from the use, as the program runs.

use std::rc::Rc;

use crate::python::ast::{Expr, ExprKind, Operator, ParameterKind, Stmt, StmtKind};
use crate::python::module::{self, LineIndex, Module, header_word};
use crate::python::things::ModuleId;

/// A line of a module.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LinePlace {
    /// The module.
    pub module: ModuleId,
    /// The line in it.
    pub line: LineIndex,
}

/// The header of the function or class whose scope it is; `None` for the module.
pub type Scope = Option<LineIndex>;

/// How a part of an assigned value reaches a name: `(a, (b, *c)) = value`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The element at this index.
    Element(usize),
    /// The starred rest from this index on, leaving as many at the end.
    Rest(usize, usize),
    /// The element at this index from the end (after a starred target).
    FromEnd(usize),
}

/// How a statement binds a name.
#[derive(Clone, Debug)]
pub enum How {
    /// `import a.b`: binds `a`.
    ImportRoot,
    /// `import a.b as name`: the dotted name.
    ImportAs(Box<str>),
    /// `from module import item as name`: the index of the item.
    From(usize),
    /// `name = value`, also by destructuring.
    Value(Vec<Step>),
    /// `name: annotation`
    Declared,
    /// `name += value`
    Augmented(Operator),
    /// `for name in iterable`
    Loop(Vec<Step>),
    /// `with item as name`: the index of the item.
    Context(usize, Vec<Step>),
    /// `except types as name`
    Exception,
    /// `def name`
    Function,
    /// `class name`
    Class,
    /// A parameter: its index.
    Parameter(usize),
    /// `name := value`
    Walrus(Rc<Expr>),
    /// `del name`
    Delete,
    /// A pattern or something else whose value is not read.
    Opaque,
}

/// A binding of a name.
#[derive(Clone, Debug)]
pub struct Binding {
    /// The line on which it stands.
    pub line: LineIndex,
    /// Start of the name in the text.
    pub offset: u32,
    /// From which offset on it holds.
    pub effective: u32,
    /// The scope that owns the name.
    pub scope: Scope,
    /// The scope in which the statement stands.
    pub lexical: Scope,
    /// The block in which it stands: the header, or `None` for the body of the module.
    pub block: Option<LineIndex>,
    /// The statements of its line.
    pub statements: Rc<[Stmt]>,
    /// Which of them.
    pub index: usize,
    /// How it binds.
    pub how: How,
}

impl Binding {
    /// The statement that binds.
    pub fn statement(&self) -> Option<&Stmt> {
        self.statements.get(self.index)
    }
}

/// What kind of block a header opens.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Block {
    /// `if`
    If,
    /// `elif`
    Elif,
    /// `else`
    Else,
    /// `for`, `while`
    Loop,
    /// `try`
    Try,
    /// `except`
    Except,
    /// `finally`
    Finally,
    /// `with`
    With,
    /// `def`
    Function,
    /// `class`
    Class,
    /// `match`
    Match,
    /// `case`
    Case,
    /// Not a header that is known.
    Other,
}

/// The text of a line without indentation.
pub fn line_text<'m>(module: &'m Module<'_>, line: LineIndex) -> &'m str {
    module.lines().get(line.number() as usize).map_or("", |line| line.span.text(module.text()).trim_start())
}

/// The first word of a line, after `async`.
pub fn first_word<'m>(module: &'m Module<'_>, line: LineIndex) -> &'m str {
    header_word(line_text(module, line))
}

/// What a line opens.
pub fn block_kind(module: &Module<'_>, line: LineIndex) -> Block {
    match first_word(module, line) {
        "if" => Block::If,
        "elif" => Block::Elif,
        "else" => Block::Else,
        "for" | "while" => Block::Loop,
        "try" => Block::Try,
        "except" => Block::Except,
        "finally" => Block::Finally,
        "with" => Block::With,
        "def" => Block::Function,
        "class" => Block::Class,
        "match" => Block::Match,
        "case" => Block::Case,
        _ => Block::Other,
    }
}

/// True for statements that open a block.
pub fn is_header(statement: &Stmt) -> bool {
    module::is_header(&statement.kind)
}

/// True for the header of a class.
pub fn is_class(module: &Module<'_>, scope: Scope) -> bool {
    scope.is_some_and(|line| block_kind(module, line) == Block::Class)
}

/// A line that may bind a name.
#[derive(Clone, Copy, Debug)]
pub struct Candidate {
    /// The line.
    pub line: LineIndex,
    /// The scope in which it stands.
    pub scope: Scope,
}

/// The lines that may bind a name, in order, and the scopes that declare it `global` (true) or `nonlocal` (false).
pub fn candidates(module: &Module<'_>, name: &str) -> (Vec<Candidate>, Vec<(Scope, bool)>) {
    let mut found = Vec::new();
    let mut redirected: Vec<(Scope, bool)> = Vec::new();
    let mut seen: Option<LineIndex> = None;
    let text = module.text();
    for (offset, line) in module.occurrences(name) {
        if seen == Some(line) || !can_bind(module, text, line, offset, name.len()) {
            continue;
        }
        seen = Some(line);
        let scope = module.scope(line);
        if line_text(module, line).contains("global ") || line_text(module, line).contains("nonlocal ") {
            collect_line(module, line, name, &mut Vec::new(), &mut redirected);
        }
        found.push(Candidate { line, scope });
    }
    (found, redirected)
}

/// The bindings of a name that one scope owns, in order of the text.
pub fn bindings(
    module: &Module<'_>,
    name: &str,
    candidates: &[Candidate],
    redirected: &[(Scope, bool)],
    scope: Scope,
) -> Vec<Binding> {
    let mut found = Vec::new();
    let elsewhere = |inner: Scope| -> Option<Scope> {
        redirected
            .iter()
            .find(|(have, _)| *have == inner)
            .map(|(_, global)| if *global { None } else { inner.and_then(|inner| module.scope(inner)) })
    };
    for candidate in candidates {
        let here = candidate.scope == scope || Some(candidate.line) == scope;
        let sent = elsewhere(candidate.scope) == Some(scope);
        if here || sent {
            collect_line(module, candidate.line, name, &mut found, &mut Vec::new());
        }
    }
    for binding in &mut found {
        if let Some(owner) = elsewhere(binding.scope) {
            binding.scope = owner;
        }
    }
    found.retain(|binding| binding.scope == scope);
    found
}

/// A cheap look at the text: can the name at `offset` be bound by its line?
fn can_bind(module: &Module<'_>, text: &str, line: LineIndex, offset: usize, length: usize) -> bool {
    let Some(span) = module.lines().get(line.number() as usize).map(|line| line.span) else {
        return false;
    };
    let Some(before) = text.get(span.start()..offset) else {
        return false;
    };
    let after = text.get(offset + length..span.end()).unwrap_or("");
    if before.trim_end().ends_with('.') && !before.trim_end().ends_with("..") {
        return is_import(before.trim_start());
    }
    let next = after.trim_start();
    if next.starts_with(":=") {
        return true;
    }
    let head = before.trim_start();
    match first_word(module, line) {
        "import" | "from" | "def" | "class" | "for" | "with" | "global" | "nonlocal" | "del" | "except" | "case" => true,
        "if" | "elif" | "else" | "while" | "try" | "finally" | "match" | "lambda" | "async" => {
            // The bodies of one-line blocks.
            !text.get(span.range()).is_some_and(|line| line.trim_end().ends_with(':'))
        }
        _ => {
            let plain = head.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_ ,()[]*\t\r\n\\=.".contains(&byte));
            let assigns = next.starts_with([',', ')', ']', ':', '=']) || next.get(..4).unwrap_or(next).contains('=');
            (plain && assigns && !next.starts_with("==")) || head.contains(';')
        }
    }
}

fn is_import(head: &str) -> bool {
    head.starts_with("import") || head.starts_with("from")
}

/// The bindings of `name` on one line.
fn collect_line(module: &Module<'_>, line: LineIndex, name: &str, found: &mut Vec<Binding>, redirected: &mut Vec<(Scope, bool)>) {
    let statements = module.statements(line);
    let header = statements.first().is_some_and(is_header);
    let outer = module.scope(line);
    let kind = block_kind(module, line);
    let opens = matches!(kind, Block::Function | Block::Class);
    for (index, statement) in statements.iter().enumerate() {
        // Statements after a header on its own line are its body.
        let inline = header && index > 0;
        let lexical = if inline && opens { Some(line) } else { outer };
        let block = if inline { Some(line) } else { module.parent(line) };
        let mut add = |offset: u32, effective: u32, scope: Scope, how: How| {
            found.push(Binding { line, offset, effective, scope, lexical, block, statements: statements.clone(), index, how });
        };
        let end = statement.span.end;
        match &statement.kind {
            StmtKind::Import(names) => {
                for imported in names {
                    match &imported.alias {
                        Some(alias) if &**alias == name => {
                            add(imported.span.start, end, lexical, How::ImportAs(imported.name.clone()));
                        }
                        None if imported.name.split('.').next() == Some(name) => {
                            add(imported.span.start, end, lexical, How::ImportRoot);
                        }
                        _ => {}
                    }
                }
            }
            StmtKind::ImportFrom { names, .. } => {
                for (item, imported) in names.iter().enumerate() {
                    if imported.alias.as_deref().unwrap_or(&imported.name) == name {
                        add(imported.span.start, end, lexical, How::From(item));
                    }
                }
            }
            StmtKind::Assign { targets, .. } => {
                for target in targets {
                    target_paths(target, name, &mut Vec::new(), &mut |offset, path| {
                        add(offset, end, lexical, How::Value(path.to_vec()));
                    });
                }
            }
            StmtKind::AnnotatedAssign { target, value, .. } => {
                if matches!(&target.kind, ExprKind::Name(have) if &**have == name) {
                    let how = if value.is_some() { How::Value(Vec::new()) } else { How::Declared };
                    add(target.span.start, end, lexical, how);
                }
            }
            StmtKind::AugmentedAssign { target, operator, .. } => {
                if matches!(&target.kind, ExprKind::Name(have) if &**have == name) {
                    add(target.span.start, end, lexical, How::Augmented(*operator));
                }
            }
            StmtKind::For { target, .. } => {
                target_paths(target, name, &mut Vec::new(), &mut |offset, path| {
                    add(offset, end, lexical, How::Loop(path.to_vec()));
                });
            }
            StmtKind::With(items) => {
                for (item, with) in items.iter().enumerate() {
                    if let Some(target) = &with.target {
                        target_paths(target, name, &mut Vec::new(), &mut |offset, path| {
                            add(offset, end, lexical, How::Context(item, path.to_vec()));
                        });
                    }
                }
            }
            StmtKind::Except { name: Some(have), .. } if &*have.name == name => {
                add(have.span.start, end, lexical, How::Exception);
            }
            StmtKind::Function { name: have, parameters, .. } => {
                if &*have.name == name {
                    add(have.span.start, end, lexical, How::Function);
                }
                for (parameter, declared) in parameters.iter().enumerate() {
                    if &*declared.name.name == name {
                        add(declared.name.span.start, 0, Some(line), How::Parameter(parameter));
                    }
                }
            }
            StmtKind::Class { name: have, .. } if &*have.name == name => {
                add(have.span.start, end, lexical, How::Class);
            }
            StmtKind::Global(names) if names.iter().any(|have| &*have.name == name) => {
                redirected.push((lexical, true));
            }
            StmtKind::Nonlocal(names) if names.iter().any(|have| &*have.name == name) => {
                redirected.push((lexical, false));
            }
            StmtKind::Delete(targets) => {
                for target in targets {
                    if matches!(&target.kind, ExprKind::Name(have) if &**have == name) {
                        add(target.span.start, end, lexical, How::Delete);
                    }
                }
            }
            StmtKind::Case => add(statement.span.start, end, lexical, How::Opaque),
            _ => {}
        }
        let mut walrus = Vec::new();
        statement_walrus(statement, name, &mut walrus);
        for (offset, value) in walrus {
            let effective = value.span.end;
            add(offset, effective, lexical, How::Walrus(Rc::new(value)));
        }
    }
}

/// Where a name stands in an assignment target, and the steps that lead there.
fn target_paths(target: &Expr, name: &str, path: &mut Vec<Step>, found: &mut dyn FnMut(u32, &[Step])) {
    if path.len() > 8 {
        return;
    }
    match &target.kind {
        ExprKind::Name(have) if &**have == name => found(target.span.start, path),
        ExprKind::Tuple(items) | ExprKind::List(items) => {
            let starred = items.iter().position(|item| matches!(item.kind, ExprKind::Starred(_)));
            for (index, item) in items.iter().enumerate() {
                let (step, inner) = match (&item.kind, starred) {
                    (ExprKind::Starred(inner), _) => (Step::Rest(index, items.len() - index - 1), &**inner),
                    (_, Some(star)) if index > star => (Step::FromEnd(items.len() - index), item),
                    _ => (Step::Element(index), item),
                };
                path.push(step);
                target_paths(inner, name, path, found);
                path.pop();
            }
        }
        _ => {}
    }
}

/// The `name := value` in a statement.
fn statement_walrus(statement: &Stmt, name: &str, found: &mut Vec<(u32, Expr)>) {
    super::walk::statement_expressions(statement, &mut |expression| {
        super::walk::each(expression, &mut |inner| {
            if let ExprKind::Named { target, value } = &inner.kind
                && &*target.name == name
            {
                found.push((target.span.start, (**value).clone()));
            }
        });
    });
}

/// A parameter of a function takes many arguments.
pub fn is_collecting(kind: ParameterKind) -> bool {
    matches!(kind, ParameterKind::Star | ParameterKind::DoubleStar)
}
