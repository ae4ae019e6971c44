//! tree-sitter trees -> the types of `ast.rs`. Only this module names tree-sitter's node kinds.
//!
//! Two ways in: [`parse_part`] reads one logical line that is given to tree-sitter alone, in a wrapper that makes it a
//! module; [`parse_whole`] reads a whole text. Both lower the tree at once, so that nobody else holds one.

mod expressions;
mod grammar;
mod statements;
mod strings;

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use tree_sitter::{Node, ParseOptions, Parser, Tree, TreeCursor};

use crate::python::ast::{Expr, ExprKind, Stmt, StmtKind};
use crate::python::outline::{MAX_CHARACTER_NAME, Outline, is_word};
use crate::span::Span;

use grammar::{GRAMMAR, Kind};
pub(super) use strings::push_literal;

/// Expressions nested deeper than this are not lowered: they become [`ExprKind::Other`].
pub const MAX_DEPTH: u32 = 200;

/// tree-sitter reports every hundred operations. Ordinary code needs 0.005 reports a byte, a line of nothing but
/// brackets 0.06 (measured 2026-11 with tree-sitter 0.27).
const BYTES_PER_REPORT: usize = 8;

static NAMED: LazyLock<memchr::memmem::Finder<'static>> = LazyLock::new(|| memchr::memmem::Finder::new("\\N{"));

static TYPE: LazyLock<memchr::memmem::Finder<'static>> = LazyLock::new(|| memchr::memmem::Finder::new("type"));

thread_local! {
    static PARSER: RefCell<Option<Parser>> = const { RefCell::new(None) };
    static BUFFER: RefCell<String> = const { RefCell::new(String::new()) };
}

/// What came of a parse.
#[derive(Debug, Default)]
pub(crate) struct Parsed {
    /// The statements in order of the text.
    pub statements: Vec<Flat>,
    /// Where the first syntax error stands.
    pub error: Option<usize>,
    /// Where something was nested too deeply to be read.
    pub too_deep: Option<usize>,
    /// The parser gave up: the text costs too much.
    pub gave_up: bool,
    /// The comments; only from a whole parse.
    pub comments: Vec<Span>,
    /// The string tokens; only from a whole parse.
    pub strings: Vec<Span>,
    /// Comments and literal text; only from a whole parse.
    pub dark: Vec<Span>,
}

/// A statement, and the header in whose block it stands.
#[derive(Debug)]
pub(crate) struct Flat {
    pub statement: Stmt,
    /// Place of the header in the list.
    pub parent: Option<usize>,
}

/// How a logical line must be wrapped to be parsed alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Wrapper {
    /// As it is.
    Plain,
    /// `elif`: its first two letters are left out.
    Elif,
    /// `else`, after an `if`.
    Else,
    /// `try`, before a `finally`.
    Try,
    /// `except`, `finally`, after a `try`.
    AfterTry,
    /// `match`.
    Match,
    /// `case`, in a `match`.
    Case,
    /// `@`, which is left out.
    Decorator,
}

/// Parses one logical line. `text` is the whole unit, so that spans are those of the unit.
/// `closers` is what a broken line lacks.
pub(crate) fn parse_part(text: &str, line: Span, header: bool, wrapper: Wrapper, closers: &str) -> Parsed {
    let (prefix, skip) = match wrapper {
        Wrapper::Plain | Wrapper::Try | Wrapper::Match => ("", 0),
        Wrapper::Elif => ("", 2),
        Wrapper::Else => ("if 0: pass\n", 0),
        Wrapper::AfterTry => ("try: pass\n", 0),
        Wrapper::Case => ("match 0:\n ", 0),
        Wrapper::Decorator => ("", 1),
    };
    let part = text.get(line.start() + skip..line.end()).unwrap_or_default();
    BUFFER.with(|buffer| {
        let Ok(mut buffer) = buffer.try_borrow_mut() else {
            return Parsed::default();
        };
        buffer.clear();
        buffer.push_str(prefix);
        buffer.push_str(part);
        if closers.starts_with([')', ']', '}']) {
            // The line may end with a comment.
            buffer.push('\n');
        }
        buffer.push_str(closers);
        if header && wrapper != Wrapper::Match {
            buffer.push_str(" pass");
        }
        buffer.push('\n');
        if wrapper == Wrapper::Try {
            buffer.push_str("finally: pass\n");
        }
        let Some(tree) = parse(&readable(&buffer)) else {
            return Parsed { gave_up: true, ..Parsed::default() };
        };
        let window = prefix.len()..prefix.len() + part.len();
        let shift = (line.start() + skip, prefix.len());
        let mut parsed = lower(&tree, &buffer, window, shift, false);
        match wrapper {
            Wrapper::Elif => {
                if let Some(flat) = parsed.statements.first_mut() {
                    flat.statement.span.start = line.start;
                    if let StmtKind::If(test) = &mut flat.statement.kind {
                        let span = test.span;
                        let test = std::mem::replace(test, Expr { span, kind: ExprKind::None });
                        flat.statement.kind = StmtKind::Elif(test);
                    }
                }
            }
            Wrapper::Decorator => {
                if let Some(flat) = parsed.statements.first_mut() {
                    flat.statement.span.start = line.start;
                    if let StmtKind::Expr(expression) = &mut flat.statement.kind {
                        let span = expression.span;
                        let expression = std::mem::replace(expression, Expr { span, kind: ExprKind::None });
                        flat.statement.kind = StmtKind::Decorator(expression);
                    }
                }
            }
            _ => {}
        }
        parsed
    })
}

/// Parses a whole text.
pub(crate) fn parse_whole(text: &str) -> Parsed {
    let hidden = long_comment_runs(text);
    match parse(&readable(&without(text, &hidden))) {
        Some(tree) => {
            let mut parsed = lower(&tree, text, 0..text.len(), (0, 0), true);
            if !hidden.is_empty() {
                parsed.comments.extend(&hidden);
                parsed.comments.sort_unstable();
                parsed.dark.extend(&hidden);
                parsed.dark.sort_unstable();
            }
            parsed
        }
        None => Parsed { gave_up: true, ..Parsed::default() },
    }
}

/// So many lines of comments in a row are hidden from tree-sitter.
const MANY_COMMENTS: usize = 100;

/// The comments that stand in long runs of comment lines. At every comment of a run tree-sitter's scanner reads to the end of
/// the run, to see how deep the code behind it is indented: 20,000 lines would take minutes.
fn long_comment_runs(text: &str) -> Vec<Span> {
    let mut longest = 0;
    let mut row = 0;
    for line in text.split(['\n', '\r']) {
        match line.trim_start().bytes().next() {
            Some(b'#') => row += 1,
            Some(_) => row = 0,
            None => {}
        }
        longest = longest.max(row);
    }
    if longest < MANY_COMMENTS {
        return Vec::new();
    }
    // Lines inside of strings are none: the outline tells.
    let comments = Outline::recovering(text).comments;
    let mut found = Vec::new();
    for run in comments.chunk_by(|left, right| text.get(left.end()..right.start()).is_some_and(|gap| gap.trim().is_empty())) {
        if run.len() >= MANY_COMMENTS {
            found.extend_from_slice(run);
        }
    }
    found
}

/// The text with blanks in the place of some spans, of the same length.
fn without<'t>(text: &'t str, hidden: &[Span]) -> Cow<'t, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    for span in hidden {
        result.push_str(text.get(result.len()..span.start()).unwrap_or_default());
        result.extend(std::iter::repeat_n(' ', span.end().saturating_sub(result.len())));
    }
    result.push_str(text.get(result.len()..).unwrap_or_default());
    Cow::Owned(result)
}

/// How many syntax errors a text has (wrong stretches and missing tokens); `None` when it costs too much to parse. A repair
/// is refused when it makes more of them.
#[must_use]
pub fn error_count(text: &str) -> Option<usize> {
    let tree = parse(&readable(&without(text, &long_comment_runs(text))))?;
    let mut cursor = tree.walk();
    let mut count = 0;
    loop {
        let node = cursor.node();
        count += usize::from(node.is_error() || node.is_missing());
        // A wrong stretch is one error, however much stands in it.
        let deeper = node.has_error() && !node.is_error();
        if deeper && cursor.goto_first_child() {
            continue;
        }
        while !cursor.goto_next_sibling() {
            if !cursor.goto_parent() {
                return Some(count);
            }
        }
    }
}

/// The text as tree-sitter's grammar can read it, of the same length: a lone carriage return becomes a line feed, and
/// `\N{` without an end (whose search costs tree-sitter the rest of the text, every time) becomes `\n{`, and
/// `type` before a bracket or dot, where it is the class, another name, or `type(x).y = 1` would be read as an alias.
fn readable(text: &str) -> Cow<'_, str> {
    let bytes = text.as_bytes();
    let lone =
        memchr::memchr_iter(b'\r', bytes).filter(|offset| bytes.get(offset + 1) != Some(&b'\n')).map(|offset| (offset, "\n"));
    let class = TYPE.find_iter(bytes).filter(|offset| {
        let before = offset.checked_sub(1).and_then(|before| bytes.get(before));
        let rest = bytes.get(offset + 4..).unwrap_or_default();
        let next = rest.iter().take(8).find(|byte| !matches!(byte, b' ' | b'\t'));
        !before.is_some_and(|byte| is_word(*byte)) && matches!(next, Some(b'(' | b'[' | b'.'))
    });
    let mut edits: Vec<(usize, &str)> = class.map(|offset| (offset, "typE")).collect();
    edits.extend(lone);
    let unnamed = NAMED.find_iter(bytes).filter(|offset| {
        let rest = bytes.get(*offset..).unwrap_or_default();
        !rest.iter().take(MAX_CHARACTER_NAME).any(|byte| *byte == b'}')
    });
    edits.extend(unnamed.map(|offset| (offset, "\\n{")));
    if edits.is_empty() {
        return Cow::Borrowed(text);
    }
    edits.sort_unstable();
    let mut result = String::with_capacity(text.len());
    for (offset, new) in edits {
        result.push_str(text.get(result.len()..offset).unwrap_or_default());
        result.push_str(new);
    }
    result.push_str(text.get(result.len()..).unwrap_or_default());
    Cow::Owned(result)
}

/// Runs tree-sitter; `None` when the budget is used up. The budget counts reports, not time: the result must not
/// depend on the machine.
fn parse(text: &str) -> Option<Tree> {
    PARSER.with(|slot| {
        let mut slot = slot.try_borrow_mut().ok()?;
        if slot.is_none() {
            let mut parser = Parser::new();
            parser.set_language(&tree_sitter_python::LANGUAGE.into()).ok()?;
            *slot = Some(parser);
        }
        let parser = slot.as_mut()?;
        let mut left = text.len() / BYTES_PER_REPORT + 10_000;
        let mut progress = |_: &tree_sitter::ParseState| {
            left = left.saturating_sub(1);
            if left == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        };
        let bytes = text.as_bytes();
        let tree = parser.parse_with_options(
            &mut |offset, _| bytes.get(offset..).unwrap_or_default(),
            None,
            Some(ParseOptions::new().progress_callback(&mut progress)),
        );
        if tree.is_none() {
            parser.reset();
        }
        tree
    })
}

fn lower(tree: &Tree, text: &str, window: std::ops::Range<usize>, shift: (usize, usize), whole: bool) -> Parsed {
    let root = tree.root_node();
    let mut lowering = Lowering { text, cursor: root.walk(), window, shift, depth: 0, parsed: Parsed::default() };
    lowering.statements(root);
    if root.has_error() {
        lowering.parsed.error = Some(lowering.first_error(root));
    }
    if whole {
        lowering.tokens(root);
    }
    lowering.parsed
}

fn kind(node: Node<'_>) -> Kind {
    if node.is_error() {
        return Kind::Error;
    }
    GRAMMAR.kinds.get(node.kind_id() as usize).copied().unwrap_or(Kind::Unknown)
}

fn is_extra(node: Node<'_>) -> bool {
    matches!(kind(node), Kind::Comment | Kind::Continuation)
}

struct Lowering<'t> {
    text: &'t str,
    cursor: TreeCursor<'t>,
    /// The bytes of `text` that are not wrapper.
    window: std::ops::Range<usize>,
    /// What to add to, and then to subtract from, an offset in `text` to have the offset in the unit.
    shift: (usize, usize),
    depth: u32,
    parsed: Parsed,
}

impl<'t> Lowering<'t> {
    fn offset(&self, offset: usize) -> usize {
        (offset.clamp(self.window.start, self.window.end) + self.shift.0).saturating_sub(self.shift.1)
    }

    fn span_between(&self, start: usize, end: usize) -> Span {
        Span::new(self.offset(start), self.offset(end))
    }

    fn span(&self, node: Node<'t>) -> Span {
        self.span_between(node.start_byte(), node.end_byte())
    }

    fn text_of(&self, node: Node<'t>) -> &'t str {
        self.text.get(node.byte_range()).unwrap_or_default()
    }

    /// The children, comments left out.
    fn children(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut children = Vec::with_capacity(node.child_count().min(1 << 16) as usize);
        self.cursor.reset(node);
        if self.cursor.goto_first_child() {
            loop {
                let child = self.cursor.node();
                if !is_extra(child) {
                    children.push(child);
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        children
    }

    /// The named children, comments left out.
    fn named(&mut self, node: Node<'t>) -> Vec<Node<'t>> {
        let mut children = self.children(node);
        children.retain(Node::is_named);
        children
    }

    /// The children of a field, in order.
    fn of_field(&mut self, node: Node<'t>, field: u16) -> Vec<Node<'t>> {
        let mut children = Vec::new();
        self.cursor.reset(node);
        if self.cursor.goto_first_child() {
            loop {
                if self.cursor.field_id().is_some_and(|id| id.get() == field) {
                    children.push(self.cursor.node());
                }
                if !self.cursor.goto_next_sibling() {
                    break;
                }
            }
        }
        children
    }

    /// Where the first ERROR or missing node stands.
    fn first_error(&mut self, root: Node<'t>) -> usize {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            if node.is_error() || node.is_missing() {
                return self.offset(node.start_byte());
            }
            let mut children = self.children(node);
            children.retain(|child| child.has_error() || child.is_missing());
            children.reverse();
            stack.extend(children);
        }
        self.offset(root.start_byte())
    }

    /// Collects comments and strings of a whole tree.
    fn tokens(&mut self, root: Node<'t>) {
        let mut stack = vec![root];
        while let Some(node) = stack.pop() {
            match kind(node) {
                Kind::Comment => {
                    // tree-sitter counts the CR of CR LF to the comment.
                    let text = self.text_of(node).trim_end_matches('\r');
                    let start = node.start_byte();
                    let span = self.span_between(start, start + text.len());
                    self.parsed.comments.push(span);
                    self.parsed.dark.push(span);
                    continue;
                }
                Kind::Str if !self.text_of(node).starts_with('`') => {
                    let span = self.span(node);
                    self.parsed.strings.push(span);
                    self.literal_pieces(node);
                }
                _ => {}
            }
            self.cursor.reset(node);
            let from = stack.len();
            if self.cursor.goto_first_child() {
                loop {
                    stack.push(self.cursor.node());
                    if !self.cursor.goto_next_sibling() {
                        break;
                    }
                }
            }
            if let Some(children) = stack.get_mut(from..) {
                children.reverse();
            }
        }
        self.parsed.dark.sort_unstable();
    }

    /// The pieces of a string between its fields.
    fn literal_pieces(&mut self, string: Node<'t>) {
        let mut from = string.start_byte();
        for child in self.children(string) {
            if kind(child) != Kind::Interpolation {
                continue;
            }
            let span = self.span_between(from, child.start_byte());
            self.parsed.dark.push(span);
            self.format_pieces(child, 0);
            from = child.end_byte().saturating_sub(1);
        }
        let span = self.span_between(from, string.end_byte());
        self.parsed.dark.push(span);
    }

    /// The literal pieces in the format of a field, and in the formats of the fields in it.
    fn format_pieces(&mut self, field: Node<'t>, depth: u32) {
        if depth >= MAX_DEPTH {
            return;
        }
        let expression = field.child_by_field_id(GRAMMAR.fields.expression);
        if let Some(value) = expression.filter(|value| kind(*value) == Kind::Named) {
            // `{x:=10}` is `x` with the format `=10`, whatever tree-sitter says.
            if let Some(name) = value.child_by_field_id(GRAMMAR.fields.name) {
                let span = self.span_between(name.end_byte() + 1, field.end_byte().saturating_sub(1));
                self.parsed.dark.push(span);
            }
        }
        for format in self.children(field) {
            if kind(format) != Kind::FormatSpecifier {
                continue;
            }
            // The colon is the field's.
            let mut piece = format.start_byte() + 1;
            for nested in self.children(format) {
                if matches!(kind(nested), Kind::FormatExpression | Kind::Interpolation) {
                    let span = self.span_between(piece, nested.start_byte());
                    self.parsed.dark.push(span);
                    self.format_pieces(nested, depth + 1);
                    piece = nested.end_byte().saturating_sub(1);
                }
            }
            let span = self.span_between(piece, format.end_byte());
            self.parsed.dark.push(span);
        }
    }
}
