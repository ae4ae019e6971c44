//! Who binds a name: the bindings of a name in a module, the scope that each belongs to, and which of them reach a use.
//!
//! Bindings are found from the occurrences of the name: a cheap look at the text around an occurrence says whether it can
//! bind at all, and only then is its line parsed. Reaching follows the blocks backwards from the use, as the program runs.

use std::rc::Rc;

use crate::python::ast::{Expr, ExprKind, Operator, ParameterKind, Stmt, StmtKind};
use crate::python::module::{LineIndex, Module};
use crate::python::things::ModuleId;

/// More bindings than this do not reach a use together.
const REACHING: usize = 64;

/// Deepest nesting of blocks that is followed.
const BLOCKS: u32 = 100;

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
    let text = line_text(module, line);
    let text =
        text.strip_prefix("async").map_or(text, |rest| if rest.starts_with([' ', '\t']) { rest.trim_start() } else { text });
    let end = text.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(text.len());
    text.get(..end).unwrap_or("")
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
    matches!(
        statement.kind,
        StmtKind::Function { .. }
            | StmtKind::Class { .. }
            | StmtKind::If(_)
            | StmtKind::Elif(_)
            | StmtKind::Else
            | StmtKind::While(_)
            | StmtKind::For { .. }
            | StmtKind::With(_)
            | StmtKind::Try
            | StmtKind::Except { .. }
            | StmtKind::Finally
            | StmtKind::Match(_)
            | StmtKind::Case
    )
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

/// True when code on `line` certainly runs before code on `usage` that stands behind it, in one scope: every block around
/// it is also around the use, or always runs.
pub fn certainly_before(module: &Module<'_>, line: LineIndex, usage: LineIndex) -> bool {
    let mut around = module.parent(line);
    for _ in 0..BLOCKS {
        let Some(header) = around else { return true };
        if module.block(header).contains(&usage.number()) {
            return true;
        }
        match block_kind(module, header) {
            Block::With => {}
            Block::Function | Block::Class => return true,
            _ => return false,
        }
        around = module.parent(header);
    }
    false
}

/// True when a loop is around both lines: what stands later runs before the next round.
pub fn same_loop(module: &Module<'_>, line: LineIndex, usage: LineIndex) -> bool {
    let mut around = module.parent(usage);
    for _ in 0..BLOCKS {
        let Some(header) = around else { return false };
        match block_kind(module, header) {
            Block::Loop if module.block(header).contains(&line.number()) => return true,
            Block::Function | Block::Class => return false,
            _ => {}
        }
        around = module.parent(header);
    }
    false
}

/// A parameter of a function takes many arguments.
pub fn is_collecting(kind: ParameterKind) -> bool {
    matches!(kind, ParameterKind::Star | ParameterKind::DoubleStar)
}

/// Follows the flow backwards from a use.
pub struct Flow<'m, 's, 'b> {
    module: &'m Module<'s>,
    /// The bindings of one scope, in order.
    bindings: &'b [Binding],
    scope: Scope,
    reached: Vec<usize>,
    /// Names are compared with `None` or tested by `if not name` in these branches: the earlier value is excluded there.
    overflow: bool,
}

impl<'m, 's, 'b> Flow<'m, 's, 'b> {
    /// The bindings (indices into `bindings`, which are all those of `scope`) that can hold at `offset`, which stands on
    /// `line` in that same scope; in order of the text. `None`: too many.
    pub fn reaching(
        module: &'m Module<'s>,
        bindings: &'b [Binding],
        scope: Scope,
        line: LineIndex,
        inline: bool,
        offset: u32,
    ) -> Option<Vec<usize>> {
        let mut flow = Self { module, bindings, scope, reached: Vec::new(), overflow: false };
        let block = if inline { Some(line) } else { module.parent(line) };
        flow.climb(block, offset);
        if flow.overflow {
            return None;
        }
        flow.reached.sort_unstable();
        flow.reached.dedup();
        Some(flow.reached)
    }

    fn add(&mut self, index: usize) {
        if self.reached.len() > REACHING {
            self.overflow = true;
        } else {
            self.reached.push(index);
        }
    }

    /// From a place in a block outwards until the scope begins.
    fn climb(&mut self, block: Option<LineIndex>, offset: u32) {
        let mut block = block;
        let mut offset = offset;
        for _ in 0..BLOCKS {
            if self.backwards(block, offset, 0) || self.overflow {
                return;
            }
            let Some(header) = block else { return };
            if Some(header) == self.scope {
                // Parameters hold from the start.
                self.parameters();
                return;
            }
            let kind = block_kind(self.module, header);
            let start = self.start(header);
            if kind == Block::Loop {
                self.everything_in(header);
            }
            // What the header itself binds.
            let own: Vec<usize> = self
                .on_line(header)
                .filter(|index| {
                    self.bindings.get(*index).is_some_and(|binding| binding.block != Some(header) && binding.effective <= offset)
                })
                .collect();
            let bound =
                own.iter().any(|index| !matches!(self.bindings.get(*index).map(|binding| &binding.how), Some(How::Walrus(_))));
            for index in own {
                self.add(index);
            }
            if bound {
                return;
            }
            block = self.module.parent(header);
            offset = match kind {
                Block::Elif | Block::Case => self.group_start(header),
                Block::Else => {
                    let group = self.group(header);
                    let first = group.first().copied().unwrap_or(header);
                    match block_kind(self.module, first) {
                        // The body of the `try` or loop ran before.
                        Block::Try if self.block_backwards(first, 0) => return,
                        Block::Loop => self.everything_in(first),
                        _ => {}
                    }
                    self.start(first)
                }
                Block::Except => {
                    let first = self.group(header).first().copied().unwrap_or(header);
                    self.everything_in(first);
                    self.start(first)
                }
                Block::Finally => {
                    let group = self.group(header);
                    let first = group.first().copied().unwrap_or(header);
                    for part in group.iter().filter(|part| **part != header && **part != first) {
                        self.everything_in(*part);
                    }
                    if self.block_backwards(first, 0) {
                        return;
                    }
                    self.start(first)
                }
                _ => start,
            };
        }
    }

    fn parameters(&mut self) {
        for (index, binding) in self.bindings.iter().enumerate() {
            if matches!(binding.how, How::Parameter(_)) {
                self.reached.push(index);
            }
        }
    }

    /// First byte of a line.
    fn start(&self, line: LineIndex) -> u32 {
        self.module.lines().get(line.number() as usize).map_or(0, |line| line.span.start)
    }

    /// The indices of bindings that stand on a line.
    fn on_line(&self, line: LineIndex) -> impl Iterator<Item = usize> + use<'b> {
        let bindings = self.bindings;
        let from = bindings.partition_point(|binding| binding.line < line);
        (from..bindings.len()).take_while(move |index| bindings.get(*index).is_some_and(|binding| binding.line == line))
    }

    /// Every binding in a block, however it gets there.
    fn everything_in(&mut self, header: LineIndex) {
        let range = self.module.block(header);
        let from = self.bindings.partition_point(|binding| binding.line.number() < header.number());
        for (index, binding) in self.bindings.iter().enumerate().skip(from) {
            let inside = range.contains(&binding.line.number())
                || (binding.line == header && (binding.block == Some(header) || matches!(binding.how, How::Loop(_))));
            if binding.line.number() > header.number() && !range.contains(&binding.line.number()) {
                break;
            }
            if inside && !matches!(binding.how, How::Delete | How::Parameter(_)) {
                self.add(index);
            }
            if self.overflow {
                return;
            }
        }
    }

    /// Walks the items of a block backwards from `offset`. True when the name is certainly bound on the way.
    fn backwards(&mut self, block: Option<LineIndex>, offset: u32, depth: u32) -> bool {
        if depth > BLOCKS {
            self.overflow = true;
            return true;
        }
        let floor = block.map_or(0, |header| header.number());
        let mut index = self.bindings.partition_point(|binding| binding.offset < offset);
        while let Some(next) = index.checked_sub(1) {
            index = next;
            let Some(binding) = self.bindings.get(index) else {
                return false;
            };
            if binding.line.number() < floor {
                return false;
            }
            if matches!(binding.how, How::Parameter(_)) {
                continue;
            }
            let Some(item) = self.item(binding, block) else {
                // It stands outside this block.
                if Some(binding.line) == block {
                    return false;
                }
                continue;
            };
            if item == binding.line && binding.block == block {
                if binding.effective > offset {
                    continue;
                }
                match binding.how {
                    How::Delete => return true,
                    How::Declared => continue,
                    How::Loop(_) => {
                        // After the loop: the body may never have run.
                        self.everything_in(item);
                        self.add(index);
                    }
                    How::Exception => {}
                    How::Walrus(_) => {
                        self.add(index);
                        return true;
                    }
                    How::Context(..) => {
                        if self.block_backwards(item, depth + 1) {
                            return true;
                        }
                        self.add(index);
                        return true;
                    }
                    _ => {
                        self.add(index);
                        return true;
                    }
                }
                if self.overflow {
                    return true;
                }
                continue;
            }
            // It stands in a block that is an item of this one.
            if self.start(item) >= offset {
                continue;
            }
            if self.overflow {
                return true;
            }
            let group = self.group(item);
            if self.group_backwards(&group, item, depth) {
                return true;
            }
            let first = group.first().copied().unwrap_or(item);
            index = self.bindings.partition_point(|binding| binding.line < first);
        }
        false
    }

    /// The line in `block` that holds a binding: its own, or the header of a block around it.
    fn item(&self, binding: &Binding, block: Option<LineIndex>) -> Option<LineIndex> {
        if binding.block == block {
            return Some(binding.line);
        }
        let mut line = binding.block?;
        for _ in 0..BLOCKS {
            let parent = self.module.parent(line);
            if parent == block {
                return Some(line);
            }
            line = parent?;
        }
        None
    }

    fn block_backwards(&mut self, header: LineIndex, depth: u32) -> bool {
        let end = self.end(header);
        self.backwards(Some(header), end, depth + 1)
    }

    /// One past the last byte of a block.
    fn end(&self, header: LineIndex) -> u32 {
        let range = self.module.block(header);
        let last = if range.is_empty() { header.number() } else { range.end.saturating_sub(1) };
        self.module.lines().get(last as usize).map_or(0, |line| line.span.end).saturating_add(1)
    }

    /// The parts of a compound statement as far as `upto` and beyond: `if`, `elif`, `else`; `try`, `except`, ...
    fn group(&self, header: LineIndex) -> Vec<LineIndex> {
        let mut parts = vec![header];
        let mut first = header;
        while matches!(block_kind(self.module, first), Block::Elif | Block::Else | Block::Except | Block::Finally)
            && parts.len() < 256
        {
            match self.sibling_before(first) {
                Some(before) => {
                    parts.insert(0, before);
                    first = before;
                }
                None => break,
            }
        }
        let mut last = header;
        while parts.len() < 256 {
            let range = self.module.block(last);
            let next = LineIndex::new(if range.is_empty() { last.number() + 1 } else { range.end });
            if self.module.lines().get(next.number() as usize).is_none()
                || self.module.parent(next) != self.module.parent(header)
                || !matches!(block_kind(self.module, next), Block::Elif | Block::Else | Block::Except | Block::Finally)
            {
                break;
            }
            parts.push(next);
            last = next;
        }
        parts
    }

    fn group_start(&self, header: LineIndex) -> u32 {
        let first = self.group(header).first().copied().unwrap_or(header);
        self.start(first)
    }

    /// The header of the block that ends just before a line.
    fn sibling_before(&self, line: LineIndex) -> Option<LineIndex> {
        let parent = self.module.parent(line);
        let mut before = LineIndex::new(line.number().checked_sub(1)?);
        for _ in 0..BLOCKS {
            let above = self.module.parent(before);
            if above == parent {
                return Some(before);
            }
            before = above?;
        }
        None
    }

    /// The flow through a compound statement that stands before the use. True when every way binds the name.
    fn group_backwards(&mut self, group: &[LineIndex], item: LineIndex, depth: u32) -> bool {
        let first = group.first().copied().unwrap_or(item);
        match block_kind(self.module, first) {
            Block::With => self.block_backwards(first, depth),
            Block::If => {
                if self.always(first) {
                    return self.block_backwards(first, depth);
                }
                let mut complete = group.last().is_some_and(|last| block_kind(self.module, *last) == Block::Else);
                for part in group {
                    if self.ends_flow(*part) {
                        continue;
                    }
                    complete &= self.block_backwards(*part, depth);
                }
                complete
            }
            Block::Try => {
                let mut finally = false;
                let mut handled = true;
                let mut body = false;
                for part in group {
                    match block_kind(self.module, *part) {
                        Block::Finally => finally |= self.block_backwards(*part, depth),
                        Block::Except => {
                            if !self.ends_flow(*part) {
                                handled &= self.block_backwards(*part, depth);
                            }
                        }
                        _ => body |= self.block_backwards(*part, depth),
                    }
                }
                finally || (body && handled)
            }
            Block::Function | Block::Class => false,
            _ => {
                for part in group {
                    self.everything_in(*part);
                }
                false
            }
        }
    }

    /// `if True:`, `if __name__ == "__main__":`, `if 1:`
    fn always(&self, header: LineIndex) -> bool {
        let text = line_text(self.module, header);
        let test = text.strip_prefix("if").unwrap_or(text).trim();
        test.starts_with("__name__") || matches!(test.trim_end_matches(':').trim(), "True" | "1")
    }

    /// The block ends with `return`, `raise`, `continue`, `break`: what it binds does not reach what follows.
    fn ends_flow(&self, header: LineIndex) -> bool {
        let range = self.module.block(header);
        if range.is_empty() {
            let text = line_text(self.module, header);
            let body = text.rsplit(':').next().unwrap_or("").trim();
            return ends(body);
        }
        let mut last = LineIndex::new(range.end.saturating_sub(1));
        for _ in 0..BLOCKS {
            match self.module.parent(last) {
                Some(parent) if parent == header => break,
                Some(parent) => last = parent,
                None => return false,
            }
        }
        ends(line_text(self.module, last))
    }
}

fn ends(text: &str) -> bool {
    ["return", "raise", "continue", "break"].iter().any(|word| {
        text.strip_prefix(word)
            .is_some_and(|rest| !rest.starts_with(|character: char| character.is_alphanumeric() || character == '_'))
    }) || text.starts_with("sys.exit(")
        || text.starts_with("exit(")
}
