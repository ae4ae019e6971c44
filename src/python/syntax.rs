//! tree-sitter trees -> the types of `ast.rs`. The only file that names tree-sitter's node kinds.
//!
//! Two ways in: [`parse_part`] reads one logical line that is given to tree-sitter alone, in a wrapper that makes it a
//! module; [`parse_whole`] reads a whole text. Both lower the tree at once, so that nobody else holds one.

use std::borrow::Cow;
use std::cell::RefCell;
use std::ops::ControlFlow;
use std::sync::LazyLock;

use tree_sitter::{Node, ParseOptions, Parser, Tree, TreeCursor};

use crate::python::ast::{
    Argument, ArgumentKind, Call, ComprehensionClause, ComprehensionKind, DictItem, Expr, ExprKind, Identifier, ImportedName,
    JoinedPart, Operator, Parameter, ParameterKind, Stmt, StmtKind, WithItem,
};
use crate::python::literal::{Decoded, decode_number, decode_string};
use crate::python::outline::{MAX_CHARACTER_NAME, Outline, is_word};
use crate::span::Span;

/// Expressions nested deeper than this are not lowered: they become [`ExprKind::Other`].
pub const MAX_DEPTH: u32 = 200;

/// tree-sitter reports every hundred operations. Ordinary code needs 0.005 reports a byte, a line of nothing but
/// brackets 0.06 (measured 2026-11 with tree-sitter 0.27).
const BYTES_PER_REPORT: usize = 8;

macro_rules! kinds {
    ($($variant:ident = $name:literal),* $(,)?) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        enum Kind { $($variant,)* Unknown }
        fn kind_of_name(name: &str) -> Kind {
            match name { $($name => Kind::$variant,)* _ => Kind::Unknown }
        }
    };
}

kinds! {
    Error = "ERROR", Comment = "comment", Continuation = "line_continuation",
    Module = "module", Block = "block", Semicolon = ";", Colon = ":", Comma = ",", Equals = "=", Async = "async", From = "from",
    ExpressionStatement = "expression_statement", Assignment = "assignment", AugmentedAssignment = "augmented_assignment",
    Import = "import_statement", ImportFrom = "import_from_statement", FutureImport = "future_import_statement",
    RelativeImport = "relative_import", ImportPrefix = "import_prefix", DottedName = "dotted_name",
    AliasedImport = "aliased_import", WildcardImport = "wildcard_import",
    Print = "print_statement", Exec = "exec_statement", TypeAlias = "type_alias_statement", Chevron = "chevron",
    Assert = "assert_statement", Return = "return_statement", Delete = "delete_statement", Raise = "raise_statement",
    Pass = "pass_statement", Break = "break_statement", Continue = "continue_statement",
    Global = "global_statement", Nonlocal = "nonlocal_statement",
    If = "if_statement", Elif = "elif_clause", Else = "else_clause", For = "for_statement", While = "while_statement",
    Try = "try_statement", Except = "except_clause", ExceptGroup = "except_group_clause", Finally = "finally_clause",
    With = "with_statement", WithClause = "with_clause", WithItemNode = "with_item",
    Match = "match_statement", Case = "case_clause",
    Function = "function_definition", Class = "class_definition", Decorated = "decorated_definition", Decorator = "decorator",
    Identifier = "identifier", Attribute = "attribute", CallNode = "call", ArgumentList = "argument_list",
    KeywordArgument = "keyword_argument", Subscript = "subscript", Slice = "slice",
    Str = "string", ConcatenatedString = "concatenated_string", StringStart = "string_start", StringEnd = "string_end",
    Interpolation = "interpolation", FormatSpecifier = "format_specifier", FormatExpression = "format_expression",
    TypeConversion = "type_conversion",
    Integer = "integer", Float = "float", True = "true", False = "false", None = "none", Ellipsis = "ellipsis",
    List = "list", ListPattern = "list_pattern", Tuple = "tuple", TuplePattern = "tuple_pattern",
    PatternList = "pattern_list", ExpressionList = "expression_list", Set = "set", Dictionary = "dictionary", Pair = "pair",
    ListSplat = "list_splat", ListSplatPattern = "list_splat_pattern", DictionarySplat = "dictionary_splat",
    DictionarySplatPattern = "dictionary_splat_pattern", SplatType = "splat_type",
    Unary = "unary_operator", Not = "not_operator", Binary = "binary_operator", Boolean = "boolean_operator",
    Comparison = "comparison_operator", Conditional = "conditional_expression", Lambda = "lambda",
    ListComprehension = "list_comprehension", SetComprehension = "set_comprehension",
    DictionaryComprehension = "dictionary_comprehension", Generator = "generator_expression",
    ForIn = "for_in_clause", IfClause = "if_clause", Await = "await", Yield = "yield", Named = "named_expression",
    Parenthesized = "parenthesized_expression", AsPattern = "as_pattern", AsPatternTarget = "as_pattern_target",
    Type = "type", GenericType = "generic_type", UnionType = "union_type", MemberType = "member_type", ConstrainedType = "constrained_type", TypeParameter = "type_parameter",
    TypedParameter = "typed_parameter", DefaultParameter = "default_parameter", TypedDefaultParameter = "typed_default_parameter",
    KeywordSeparator = "keyword_separator", PositionalSeparator = "positional_separator",
}

/// The numbers of the grammar's fields that are asked for.
struct Fields {
    object: u16,
    attribute: u16,
    function: u16,
    arguments: u16,
    value: u16,
    subscript: u16,
    left: u16,
    right: u16,
    kind: u16,
    operator: u16,
    operators: u16,
    argument: u16,
    name: u16,
    alias: u16,
    module_name: u16,
    condition: u16,
    subject: u16,
    parameters: u16,
    return_type: u16,
    superclasses: u16,
    key: u16,
    body: u16,
    expression: u16,
}

struct Grammar {
    kinds: Vec<Kind>,
    fields: Fields,
}

static GRAMMAR: LazyLock<Grammar> = LazyLock::new(|| {
    let language = tree_sitter::Language::from(tree_sitter_python::LANGUAGE);
    let kinds = (0..language.node_kind_count())
        .map(|id| {
            let id = u16::try_from(id).unwrap_or(u16::MAX);
            kind_of_name(language.node_kind_for_id(id).unwrap_or(""))
        })
        .collect();
    let field = |name: &str| language.field_id_for_name(name).map_or(0, u16::from);
    let fields = Fields {
        object: field("object"),
        attribute: field("attribute"),
        function: field("function"),
        arguments: field("arguments"),
        value: field("value"),
        subscript: field("subscript"),
        left: field("left"),
        right: field("right"),
        kind: field("type"),
        operator: field("operator"),
        operators: field("operators"),
        argument: field("argument"),
        name: field("name"),
        alias: field("alias"),
        module_name: field("module_name"),
        condition: field("condition"),
        subject: field("subject"),
        parameters: field("parameters"),
        return_type: field("return_type"),
        superclasses: field("superclasses"),
        key: field("key"),
        body: field("body"),
        expression: field("expression"),
    };
    Grammar { kinds, fields }
});

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

    fn push(&mut self, span: Span, kind: StmtKind, parent: Option<usize>) -> Option<usize> {
        self.parsed.statements.push(Flat { statement: Stmt { span, kind }, parent });
        Some(self.parsed.statements.len() - 1)
    }

    /// Lowers all statements below a node, in order of the text, without recursion.
    fn statements(&mut self, root: Node<'t>) {
        let mut stack: Vec<(Node<'t>, Option<usize>)> = vec![(root, None)];
        while let Some((node, parent)) = stack.pop() {
            let kind = kind(node);
            match kind {
                Kind::Module | Kind::Block | Kind::Decorated | Kind::Error => {
                    let children = self.named(node);
                    stack.extend(children.into_iter().rev().map(|child| (child, parent)));
                    continue;
                }
                _ => {}
            }
            if node.start_byte() >= self.window.end || node.end_byte() <= self.window.start {
                continue;
            }
            let compound = matches!(
                kind,
                Kind::If
                    | Kind::Elif
                    | Kind::Else
                    | Kind::For
                    | Kind::While
                    | Kind::Try
                    | Kind::Except
                    | Kind::ExceptGroup
                    | Kind::Finally
                    | Kind::With
                    | Kind::Match
                    | Kind::Case
                    | Kind::Function
                    | Kind::Class
            );
            if !compound {
                self.simple(node, kind, parent);
                continue;
            }
            let children = self.children(node);
            let colon = children.iter().find(|child| self::kind(**child) == Kind::Colon);
            let end = colon.map_or_else(
                || {
                    // Broken: up to the body.
                    children.iter().find(|child| self::kind(**child) == Kind::Block).map_or(node.end_byte(), Node::start_byte)
                },
                Node::end_byte,
            );
            // What the wrapper added (`if 0: pass` before `else`) is no statement of the text, but its clauses are.
            let number = if node.start_byte() < self.window.start {
                parent
            } else {
                let span = self.span_between(node.start_byte(), end);
                let header = self.header(node, kind);
                self.push(span, header, parent)
            };
            for child in children.into_iter().rev() {
                match self::kind(child) {
                    Kind::Block => stack.push((child, number)),
                    Kind::Elif | Kind::Else | Kind::Except | Kind::ExceptGroup | Kind::Finally => {
                        stack.push((child, parent));
                    }
                    Kind::Case => stack.push((child, number)),
                    Kind::Error => stack.push((child, parent)),
                    _ => {}
                }
            }
        }
    }

    fn header(&mut self, node: Node<'t>, kind: Kind) -> StmtKind {
        let fields = &GRAMMAR.fields;
        match kind {
            Kind::If => StmtKind::If(self.field(node, fields.condition)),
            Kind::Elif => StmtKind::Elif(self.field(node, fields.condition)),
            Kind::While => StmtKind::While(self.field(node, fields.condition)),
            Kind::Else => StmtKind::Else,
            Kind::Try => StmtKind::Try,
            Kind::Finally => StmtKind::Finally,
            Kind::Case => StmtKind::Case,
            Kind::For => StmtKind::For { target: self.field(node, fields.left), iterable: self.field(node, fields.right) },
            Kind::Match => {
                let subjects = self.of_field(node, fields.subject);
                let mut subject = self.tuple_of(&subjects);
                let comma = self.children(node).into_iter().find(|child| matches!(self::kind(*child), Kind::Comma));
                if let (Some(comma), [_]) = (comma, subjects.as_slice()) {
                    let span = Span::new(subject.span.start(), self.offset(comma.end_byte()));
                    let kind = ExprKind::Tuple(vec![subject]);
                    subject = Expr { span, kind };
                }
                StmtKind::Match(subject)
            }
            Kind::With => StmtKind::With(self.with_items(node)),
            Kind::Except | Kind::ExceptGroup => self.except(node),
            Kind::Function => {
                let name = self.identifier_field(node, fields.name);
                let parameters = match node.child_by_field_id(fields.parameters) {
                    Some(parameters) => self.parameters(parameters),
                    None => Vec::new(),
                };
                let returns = node.child_by_field_id(fields.return_type).map(|returns| self.expression(returns));
                StmtKind::Function { name, parameters, returns }
            }
            Kind::Class => StmtKind::Class {
                name: self.identifier_field(node, fields.name),
                arguments: match node.child_by_field_id(fields.superclasses) {
                    Some(list) => self.arguments(list).0,
                    None => Vec::new(),
                },
            },
            _ => StmtKind::Other(Vec::new()),
        }
    }

    fn with_items(&mut self, node: Node<'t>) -> Vec<WithItem> {
        let mut items = Vec::new();
        for clause in self.named(node) {
            if kind(clause) != Kind::WithClause {
                continue;
            }
            for item in self.named(clause) {
                let value = match kind(item) {
                    Kind::WithItemNode => match self.named(item).first() {
                        Some(value) => *value,
                        None => continue,
                    },
                    _ => item,
                };
                // `with (open(a) as b, open(c) as d):` is read as a tuple of patterns.
                let inner = match kind(value) {
                    Kind::Tuple | Kind::Parenthesized => {
                        let inner = self.named(value);
                        if inner.iter().any(|node| self.binds(*node)) { inner } else { vec![value] }
                    }
                    _ => vec![value],
                };
                for value in inner {
                    let (context, target) = self.as_pattern(value);
                    items.push(WithItem { context, target });
                }
            }
        }
        items
    }

    /// True for `a as b` and for `a if b else c as d`.
    fn binds(&mut self, node: Node<'t>) -> bool {
        match kind(node) {
            Kind::AsPattern => true,
            Kind::Conditional => self.named(node).last().is_some_and(|last| kind(*last) == Kind::AsPattern),
            _ => false,
        }
    }

    /// `value as target`, or a value alone.
    fn as_pattern(&mut self, node: Node<'t>) -> (Expr, Option<Expr>) {
        if kind(node) == Kind::Conditional {
            return self.conditional_as(node);
        }
        if kind(node) != Kind::AsPattern {
            return (self.expression(node), None);
        }
        let children = self.named(node);
        let value = children.first().map(|value| self.expression(*value));
        let target = children.get(1).map(|target| self.expression(*target));
        (value.unwrap_or_else(|| self.other(node)), target)
    }

    /// `with a if b else c as d`: tree-sitter binds `c as d` first, Python last.
    fn conditional_as(&mut self, node: Node<'t>) -> (Expr, Option<Expr>) {
        let last = self.named(node).last().copied();
        let pattern = last.filter(|last| kind(*last) == Kind::AsPattern);
        let mut context = self.expression(node);
        let (Some(pattern), ExprKind::Conditional { otherwise, .. }) = (pattern, &mut context.kind) else {
            return (context, None);
        };
        let (value, target) = self.as_pattern(pattern);
        context.span.end = value.span.end;
        **otherwise = value;
        (context, target)
    }

    fn except(&mut self, node: Node<'t>) -> StmtKind {
        let mut values = self.named(node);
        values.retain(|child| kind(*child) != Kind::Block && kind(*child) != Kind::Error);
        let as_identifier = |expression: Expr| match expression.kind {
            ExprKind::Name(name) => Some(Identifier { name, span: expression.span }),
            _ => None,
        };
        match values.as_slice() {
            [] => StmtKind::Except { types: None, name: None },
            [value] => {
                let (types, name) = self.as_pattern(*value);
                StmtKind::Except { types: Some(types), name: name.and_then(as_identifier) }
            }
            [value, name]
                if node.child_by_field_id(GRAMMAR.fields.alias) == Some(*name) || is_python2_name(self.text_of(*name)) =>
            {
                let types = self.expression(*value);
                let name = self.expression(*name);
                StmtKind::Except { types: Some(types), name: as_identifier(name) }
            }
            values => StmtKind::Except { types: Some(self.tuple_of(values)), name: None },
        }
    }

    fn simple(&mut self, node: Node<'t>, kind: Kind, parent: Option<usize>) {
        let span = self.span(node);
        let fields = &GRAMMAR.fields;
        let statement = match kind {
            Kind::ExpressionStatement => self.expression_statement(node),
            Kind::Assignment | Kind::AugmentedAssignment => self.assignment(node),
            Kind::Import => StmtKind::Import(self.imported_names(node)),
            Kind::FutureImport => {
                StmtKind::ImportFrom { module: "__future__".into(), level: 0, names: self.imported_names(node) }
            }
            Kind::ImportFrom => {
                let (module, level) = match node.child_by_field_id(fields.module_name) {
                    Some(module) => self.module_name(module),
                    None => (String::new(), 0),
                };
                StmtKind::ImportFrom { module: module.into(), level, names: self.imported_names(node) }
            }
            Kind::Decorator => match self.named(node).first() {
                Some(expression) => {
                    // The decorator's node holds its newline.
                    let expression = *expression;
                    let span = self.span_between(node.start_byte(), expression.end_byte());
                    let lowered = self.expression(expression);
                    self.push(span, StmtKind::Decorator(lowered), parent);
                    return;
                }
                None => StmtKind::Other(Vec::new()),
            },
            Kind::Return => {
                let values = self.named(node);
                StmtKind::Return(values.first().map(|value| self.expression(*value)))
            }
            Kind::Delete => {
                let mut targets = Vec::new();
                for child in self.named(node) {
                    if self::kind(child) == Kind::ExpressionList {
                        targets.extend(self.expressions_in(child));
                    } else {
                        targets.push(self.expression(child));
                    }
                }
                StmtKind::Delete(targets)
            }
            Kind::Raise => StmtKind::Raise(self.expressions_in(node)),
            Kind::Assert => StmtKind::Assert(self.expressions_in(node)),
            Kind::Global | Kind::Nonlocal => {
                let mut names = Vec::new();
                for child in self.named(node) {
                    if self::kind(child) == Kind::Identifier {
                        names.push(self.identifier(child));
                    }
                }
                if kind == Kind::Global { StmtKind::Global(names) } else { StmtKind::Nonlocal(names) }
            }
            Kind::Pass | Kind::Break | Kind::Continue => StmtKind::Other(Vec::new()),
            Kind::Print | Kind::Exec | Kind::TypeAlias => StmtKind::Other(self.expressions_in(node)),
            // What stands in an ERROR node: an expression, or a piece of something.
            _ => {
                let expression = self.expression(node);
                match &expression.kind {
                    ExprKind::Other(inner) if inner.is_empty() => return,
                    _ => StmtKind::Other(vec![expression]),
                }
            }
        };
        self.push(span, statement, parent);
    }

    fn expression_statement(&mut self, node: Node<'t>) -> StmtKind {
        let children = self.children(node);
        let comma = children.iter().any(|child| kind(*child) == Kind::Comma);
        let values: Vec<Node<'t>> = children.into_iter().filter(Node::is_named).collect();
        match values.as_slice() {
            [single] if !comma => match kind(*single) {
                Kind::Assignment | Kind::AugmentedAssignment => self.assignment(*single),
                _ => StmtKind::Expr(self.expression(*single)),
            },
            values => {
                let elements = values.iter().map(|value| self.expression(*value)).collect();
                StmtKind::Expr(Expr { span: self.span(node), kind: ExprKind::Tuple(elements) })
            }
        }
    }

    fn assignment(&mut self, node: Node<'t>) -> StmtKind {
        let fields = &GRAMMAR.fields;
        if kind(node) == Kind::AugmentedAssignment {
            let operator = node
                .child_by_field_id(fields.operator)
                .and_then(|operator| binary_operator(self.text_of(operator).trim_end_matches('=')));
            let target = self.field(node, fields.left);
            let value = self.field(node, fields.right);
            return match operator {
                Some(operator) => StmtKind::AugmentedAssign { target, operator, value },
                None => StmtKind::Other(vec![target, value]),
            };
        }
        if let Some(annotation) = node.child_by_field_id(fields.kind) {
            return StmtKind::AnnotatedAssign {
                target: self.field(node, fields.left),
                annotation: self.expression(annotation),
                value: node.child_by_field_id(fields.right).map(|value| self.expression(value)),
            };
        }
        let mut targets = Vec::new();
        let mut current = node;
        loop {
            targets.push(self.field(current, fields.left));
            match current.child_by_field_id(fields.right) {
                Some(right) if kind(right) == Kind::Assignment && right.child_by_field_id(fields.kind).is_none() => {
                    current = right;
                }
                Some(right) => {
                    let value = self.expression(right);
                    return StmtKind::Assign { targets, value };
                }
                None => return StmtKind::Other(targets),
            }
        }
    }

    fn imported_names(&mut self, node: Node<'t>) -> Vec<ImportedName> {
        let fields = &GRAMMAR.fields;
        let mut names = Vec::new();
        let module = node.child_by_field_id(fields.module_name);
        for child in self.named(node) {
            let span = self.span(child);
            match kind(child) {
                Kind::WildcardImport => names.push(ImportedName { name: "*".into(), alias: None, span }),
                Kind::DottedName if Some(child) != module => {
                    names.push(ImportedName { name: self.dotted(child).into(), alias: None, span })
                }
                Kind::AliasedImport => {
                    let name = match child.child_by_field_id(fields.name) {
                        Some(name) => self.dotted(name),
                        None => String::new(),
                    };
                    let alias = child.child_by_field_id(fields.alias).map(|alias| self.text_of(alias).into());
                    names.push(ImportedName { name: name.into(), alias, span });
                }
                _ => {}
            }
        }
        names
    }

    fn module_name(&mut self, node: Node<'t>) -> (String, u32) {
        if kind(node) == Kind::DottedName {
            return (self.dotted(node), 0);
        }
        let mut level = 0;
        let mut module = String::new();
        for child in self.named(node) {
            match kind(child) {
                Kind::ImportPrefix => {
                    let dots = self.text_of(child).bytes().filter(|byte| *byte == b'.');
                    level = u32::try_from(dots.count()).unwrap_or(u32::MAX);
                }
                Kind::DottedName => module = self.dotted(child),
                _ => {}
            }
        }
        (module, level)
    }

    /// A dotted name without the blanks that may stand in it.
    fn dotted(&mut self, node: Node<'t>) -> String {
        let mut name = String::new();
        for part in self.named(node) {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(self.text_of(part));
        }
        name
    }

    fn identifier(&mut self, node: Node<'t>) -> Identifier {
        Identifier { name: self.text_of(node).into(), span: self.span(node) }
    }

    fn identifier_field(&mut self, node: Node<'t>, field: u16) -> Identifier {
        match node.child_by_field_id(field) {
            Some(child) => self.identifier(child),
            None => Identifier { name: "".into(), span: self.span_between(node.start_byte(), node.start_byte()) },
        }
    }

    fn field(&mut self, node: Node<'t>, field: u16) -> Expr {
        match node.child_by_field_id(field) {
            Some(child) => self.expression(child),
            None => Expr { span: self.span_between(node.end_byte(), node.end_byte()), kind: ExprKind::Other(Vec::new()) },
        }
    }

    fn boxed(&mut self, node: Node<'t>, field: u16) -> Box<Expr> {
        Box::new(self.field(node, field))
    }

    fn expressions_in(&mut self, node: Node<'t>) -> Vec<Expr> {
        let children = self.named(node);
        children.into_iter().map(|child| self.expression(child)).collect()
    }

    /// One node is itself, several are a tuple.
    fn tuple_of(&mut self, nodes: &[Node<'t>]) -> Expr {
        if let [single] = nodes {
            return self.expression(*single);
        }
        let start = nodes.first().map_or(0, Node::start_byte);
        let end = nodes.last().map_or(start, Node::end_byte);
        let elements = nodes.iter().map(|node| self.expression(*node)).collect();
        Expr { span: self.span_between(start, end), kind: ExprKind::Tuple(elements) }
    }

    fn other(&mut self, node: Node<'t>) -> Expr {
        Expr { span: self.span(node), kind: ExprKind::Other(Vec::new()) }
    }

    /// Lowers an expression. The depth is bounded, so that neither this nor dropping the result overflows a stack.
    fn expression(&mut self, node: Node<'t>) -> Expr {
        let mut node = node;
        // Parentheses cost no depth: they may be many.
        loop {
            match kind(node) {
                Kind::Parenthesized | Kind::Type | Kind::AsPatternTarget => match self.named(node).as_slice() {
                    [inner] => node = *inner,
                    _ => break,
                },
                // tree-sitter reads the target `(a)` as a tuple; Python does not.
                Kind::TuplePattern => match self.children(node).as_slice() {
                    [_, inner, _] if inner.is_named() => node = *inner,
                    _ => break,
                },
                _ => break,
            }
        }
        if self.depth >= MAX_DEPTH {
            if self.parsed.too_deep.is_none() {
                self.parsed.too_deep = Some(self.offset(node.start_byte()));
            }
            return self.other(node);
        }
        self.depth += 1;
        let kind = self.expression_kind(node);
        self.depth -= 1;
        Expr { span: self.span(node), kind: lift_star(kind) }
    }

    fn expression_kind(&mut self, node: Node<'t>) -> ExprKind {
        let fields = &GRAMMAR.fields;
        match kind(node) {
            Kind::Identifier => ExprKind::Name(self.text_of(node).into()),
            Kind::DottedName => match self.named(node).as_slice() {
                [_] => ExprKind::Name(self.text_of(node).into()),
                _ => ExprKind::Other(self.expressions_in(node)),
            },
            Kind::Attribute => ExprKind::Attribute {
                value: self.boxed(node, fields.object),
                attribute: self.identifier_field(node, fields.attribute),
            },
            Kind::CallNode => self.call(node),
            Kind::Subscript => self.subscript(node),
            Kind::Slice => self.slice(node),
            Kind::Str | Kind::ConcatenatedString => self.string(node),
            Kind::Integer | Kind::Float => decode_number(self.text_of(node)),
            Kind::True => ExprKind::Bool(true),
            Kind::False => ExprKind::Bool(false),
            Kind::None => ExprKind::None,
            Kind::Ellipsis => ExprKind::Ellipsis,
            Kind::List | Kind::ListPattern => ExprKind::List(self.expressions_in(node)),
            Kind::Tuple | Kind::TuplePattern | Kind::PatternList | Kind::ExpressionList => {
                ExprKind::Tuple(self.expressions_in(node))
            }
            Kind::Set => ExprKind::Set(self.expressions_in(node)),
            Kind::Dictionary => self.dictionary(node),
            Kind::ListSplat | Kind::ListSplatPattern => match self.named(node).first() {
                Some(value) => ExprKind::Starred(Box::new(self.expression(*value))),
                None => ExprKind::Other(Vec::new()),
            },
            Kind::SplatType if self.text_of(node).starts_with('*') => match self.named(node).first() {
                Some(value) => ExprKind::Starred(Box::new(self.expression(*value))),
                None => ExprKind::Other(Vec::new()),
            },
            Kind::Unary => {
                let operator = match node.child_by_field_id(fields.operator).map(|operator| self.text_of(operator)) {
                    Some("-") => Operator::Negate,
                    Some("+") => Operator::Plus,
                    _ => Operator::Invert,
                };
                ExprKind::Unary { operator, operand: self.boxed(node, fields.argument) }
            }
            Kind::Not => ExprKind::Unary { operator: Operator::Not, operand: self.boxed(node, fields.argument) },
            Kind::Binary | Kind::Boolean => {
                let operator =
                    node.child_by_field_id(fields.operator).and_then(|operator| binary_operator(self.text_of(operator)));
                match operator {
                    Some(operator) => {
                        ExprKind::Binary { operator, left: self.boxed(node, fields.left), right: self.boxed(node, fields.right) }
                    }
                    None => ExprKind::Other(self.expressions_in(node)),
                }
            }
            Kind::UnionType => self.union(node),
            // `dict[str: int]`
            Kind::ConstrainedType => match self.named(node).as_slice() {
                [lower, upper] => ExprKind::Slice {
                    lower: Some(Box::new(self.expression(*lower))),
                    upper: Some(Box::new(self.expression(*upper))),
                    step: None,
                },
                _ => ExprKind::Other(self.expressions_in(node)),
            },
            Kind::GenericType => self.generic_type(node),
            Kind::MemberType => match self.named(node).as_slice() {
                [value, attribute] => {
                    ExprKind::Attribute { value: Box::new(self.expression(*value)), attribute: self.identifier(*attribute) }
                }
                _ => ExprKind::Other(self.expressions_in(node)),
            },
            Kind::Comparison => self.comparison(node),
            Kind::Conditional => match self.named(node).as_slice() {
                [body, test, otherwise] => ExprKind::Conditional {
                    body: Box::new(self.expression(*body)),
                    test: Box::new(self.expression(*test)),
                    otherwise: Box::new(self.expression(*otherwise)),
                },
                _ => ExprKind::Other(self.expressions_in(node)),
            },
            Kind::Lambda => ExprKind::Lambda {
                parameters: match node.child_by_field_id(fields.parameters) {
                    Some(parameters) => self.parameters(parameters),
                    None => Vec::new(),
                },
                body: self.boxed(node, fields.body),
            },
            Kind::ListComprehension => self.comprehension(node, ComprehensionKind::List),
            Kind::SetComprehension => self.comprehension(node, ComprehensionKind::Set),
            Kind::DictionaryComprehension => self.comprehension(node, ComprehensionKind::Dict),
            Kind::Generator => self.comprehension(node, ComprehensionKind::Generator),
            Kind::Await => match self.named(node).first() {
                Some(value) => ExprKind::Await(Box::new(self.expression(*value))),
                None => ExprKind::Other(Vec::new()),
            },
            Kind::Yield => {
                let values = self.named(node);
                let value = values.first().map(|value| self.expression(*value));
                ExprKind::Yield(value.map(Box::new))
            }
            Kind::Named => {
                ExprKind::Named { target: self.identifier_field(node, fields.name), value: self.boxed(node, fields.value) }
            }
            // What cannot be read, with what can be read inside.
            _ => {
                let mut inner = self.expressions_in(node);
                inner.retain(|child| !matches!(&child.kind, ExprKind::Other(inner) if inner.is_empty()));
                ExprKind::Other(inner)
            }
        }
    }

    fn call(&mut self, node: Node<'t>) -> ExprKind {
        let fields = &GRAMMAR.fields;
        let function = self.field(node, fields.function);
        let Some(list) = node.child_by_field_id(fields.arguments) else {
            return ExprKind::Other(vec![function]);
        };
        let (arguments, trailing_comma) = if kind(list) == Kind::Generator {
            let value = self.expression(list);
            let argument = Argument {
                span: self.span_between(list.start_byte() + 1, list.end_byte().saturating_sub(1)),
                kind: ArgumentKind::Positional,
                value,
            };
            (vec![argument], false)
        } else {
            self.arguments(list)
        };
        ExprKind::Call(Box::new(Call { function, arguments, parentheses: self.span(list), trailing_comma }))
    }

    fn arguments(&mut self, list: Node<'t>) -> (Vec<Argument>, bool) {
        let fields = &GRAMMAR.fields;
        let children = self.children(list);
        let mut arguments = Vec::with_capacity(children.len() / 2);
        let mut trailing_comma = false;
        for child in children {
            if !child.is_named() {
                if kind(child) == Kind::Comma {
                    trailing_comma = true;
                }
                continue;
            }
            trailing_comma = false;
            let span = self.span(child);
            let (kind, value) = match kind(child) {
                Kind::KeywordArgument => {
                    let name = self.identifier_field(child, fields.name);
                    (ArgumentKind::Keyword(name), self.field(child, fields.value))
                }
                Kind::ListSplat => match self.named(child).first() {
                    Some(value) => (ArgumentKind::Star, self.expression(*value)),
                    None => continue,
                },
                Kind::DictionarySplat => match self.named(child).first() {
                    Some(value) => (ArgumentKind::DoubleStar, self.expression(*value)),
                    None => continue,
                },
                Kind::Error => {
                    let value = self.expression(child);
                    if matches!(&value.kind, ExprKind::Other(inner) if inner.is_empty()) {
                        continue;
                    }
                    (ArgumentKind::Positional, value)
                }
                _ => (ArgumentKind::Positional, self.expression(child)),
            };
            arguments.push(match (kind, value.kind) {
                // Read as an index or call of a starred expression and put right since.
                (ArgumentKind::Positional, ExprKind::Starred(value)) => {
                    Argument { span, kind: ArgumentKind::Star, value: *value }
                }
                (kind, value_kind) => Argument { span, kind, value: Expr { span: value.span, kind: value_kind } },
            });
        }
        let trailing_comma = trailing_comma && !arguments.is_empty();
        (arguments, trailing_comma)
    }

    fn subscript(&mut self, node: Node<'t>) -> ExprKind {
        let fields = &GRAMMAR.fields;
        let value = self.boxed(node, fields.value);
        let indices = self.of_field(node, fields.subscript);
        let children = self.children(node);
        let comma = children.iter().any(|child| kind(*child) == Kind::Comma);
        let index = match indices.as_slice() {
            [single] if !comma => {
                let index = self.expression(*single);
                as_index(index)
            }
            indices => {
                let start = indices.first().map_or(node.end_byte(), Node::start_byte);
                let end = indices.last().map_or(start, Node::end_byte);
                let elements = indices.iter().map(|index| self.expression(*index)).collect();
                Expr { span: self.span_between(start, end), kind: ExprKind::Tuple(elements) }
            }
        };
        ExprKind::Subscript { value, index: Box::new(index) }
    }

    /// `a | b | c` in a type, which tree-sitter nests to either side; Python nests it to the left.
    fn union(&mut self, node: Node<'t>) -> ExprKind {
        let mut operands = Vec::new();
        let mut stack = vec![node];
        while let Some(node) = stack.pop() {
            let splits = match kind(node) {
                Kind::UnionType | Kind::Type => true,
                Kind::Binary => {
                    node.child_by_field_id(GRAMMAR.fields.operator).is_some_and(|operator| self.text_of(operator) == "|")
                }
                _ => false,
            };
            if splits {
                let children = self.named(node);
                stack.extend(children.into_iter().rev());
            } else {
                operands.push(node);
            }
        }
        let mut operands = operands.into_iter();
        let Some(first) = operands.next() else {
            return ExprKind::Other(Vec::new());
        };
        let mut result = self.expression(first);
        let mut left = MAX_DEPTH.saturating_sub(self.depth);
        for operand in operands {
            if left == 0 {
                self.parsed.too_deep.get_or_insert(operand.start_byte());
                break;
            }
            left -= 1;
            let right = self.expression(operand);
            result = Expr {
                span: self.span_between(first.start_byte(), operand.end_byte()),
                kind: ExprKind::Binary { operator: Operator::BitOr, left: Box::new(result), right: Box::new(right) },
            };
        }
        result.kind
    }

    fn generic_type(&mut self, node: Node<'t>) -> ExprKind {
        let children = self.named(node);
        let [value, list] = children.as_slice() else {
            return ExprKind::Other(self.expressions_in(node));
        };
        let inside = self.children(*list);
        let comma = inside.iter().any(|child| kind(*child) == Kind::Comma);
        let indices: Vec<Node<'t>> = inside.into_iter().filter(Node::is_named).collect();
        let mut index = self.tuple_of(&indices);
        if comma && indices.len() == 1 {
            index = Expr { span: index.span, kind: ExprKind::Tuple(vec![index]) };
        }
        ExprKind::Subscript { value: Box::new(self.expression(*value)), index: Box::new(as_index(index)) }
    }

    fn slice(&mut self, node: Node<'t>) -> ExprKind {
        let mut parts = [None, None, None];
        let mut place = 0;
        for child in self.children(node) {
            if kind(child) == Kind::Colon {
                place += 1;
            } else if child.is_named() {
                let value = Box::new(self.expression(child));
                if let Some(part) = parts.get_mut(place) {
                    *part = Some(value);
                }
            }
        }
        let [lower, upper, step] = parts;
        ExprKind::Slice { lower, upper, step }
    }

    fn dictionary(&mut self, node: Node<'t>) -> ExprKind {
        let fields = &GRAMMAR.fields;
        let mut items = Vec::new();
        for child in self.named(node) {
            match kind(child) {
                Kind::Pair => {
                    items.push(DictItem { key: Some(self.field(child, fields.key)), value: self.field(child, fields.value) })
                }
                Kind::DictionarySplat => {
                    if let Some(value) = self.named(child).first() {
                        let value = self.expression(*value);
                        items.push(DictItem { key: None, value });
                    }
                }
                _ => {
                    let value = self.expression(child);
                    if !matches!(&value.kind, ExprKind::Other(inner) if inner.is_empty()) {
                        items.push(DictItem { key: None, value });
                    }
                }
            }
        }
        ExprKind::Dict(items)
    }

    fn comparison(&mut self, node: Node<'t>) -> ExprKind {
        let written = self.of_field(node, GRAMMAR.fields.operators);
        let mut operators = Vec::new();
        for operator in &written {
            let words: Vec<&str> = self.text_of(*operator).split_whitespace().collect();
            operators.push(words.join(" ").into_boxed_str());
        }
        let mut operands = Vec::new();
        let mut written = written.into_iter().peekable();
        for child in self.children(node) {
            if written.peek() == Some(&child) {
                written.next();
            } else if child.is_named() {
                operands.push(self.expression(child));
            }
        }
        ExprKind::Compare { operands, operators }
    }

    fn comprehension(&mut self, node: Node<'t>, kind: ComprehensionKind) -> ExprKind {
        let fields = &GRAMMAR.fields;
        let (element, value) = match node.child_by_field_id(fields.body) {
            Some(body) if self::kind(body) == Kind::Pair => {
                let key = self.boxed(body, fields.key);
                (key, Some(self.boxed(body, fields.value)))
            }
            Some(body) => (Box::new(self.expression(body)), None),
            None => return ExprKind::Other(self.expressions_in(node)),
        };
        let mut clauses = Vec::new();
        for child in self.named(node) {
            match self::kind(child) {
                Kind::ForIn => {
                    let target = self.field(child, fields.left);
                    let iterables = self.of_field(child, fields.right);
                    let iterables: Vec<Node<'t>> = iterables.into_iter().filter(Node::is_named).collect();
                    let iterable = self.tuple_of(&iterables);
                    clauses.push(ComprehensionClause::For { target, iterable });
                }
                Kind::IfClause => {
                    if let Some(condition) = self.named(child).first() {
                        clauses.push(ComprehensionClause::If(self.expression(*condition)));
                    }
                }
                _ => {}
            }
        }
        ExprKind::Comprehension { kind, element, value, clauses }
    }

    fn parameters(&mut self, node: Node<'t>) -> Vec<Parameter> {
        let fields = &GRAMMAR.fields;
        let mut parameters: Vec<Parameter> = Vec::new();
        let mut normal = ParameterKind::Normal;
        for child in self.named(node) {
            let (name, annotation, default) = match kind(child) {
                Kind::KeywordSeparator => {
                    normal = ParameterKind::KeywordOnly;
                    continue;
                }
                Kind::PositionalSeparator => {
                    for parameter in &mut parameters {
                        parameter.kind = ParameterKind::PositionalOnly;
                    }
                    continue;
                }
                Kind::TypedParameter => {
                    let Some(name) = self.named(child).first().copied() else {
                        continue;
                    };
                    (name, child.child_by_field_id(fields.kind), None)
                }
                Kind::DefaultParameter | Kind::TypedDefaultParameter => {
                    let Some(name) = child.child_by_field_id(fields.name) else {
                        continue;
                    };
                    (name, child.child_by_field_id(fields.kind), child.child_by_field_id(fields.value))
                }
                Kind::Identifier | Kind::ListSplatPattern | Kind::DictionarySplatPattern => (child, None, None),
                _ => continue,
            };
            let (name, kind) = match kind(name) {
                Kind::ListSplatPattern => {
                    normal = ParameterKind::KeywordOnly;
                    (self.named(name).first().copied(), ParameterKind::Star)
                }
                Kind::DictionarySplatPattern => (self.named(name).first().copied(), ParameterKind::DoubleStar),
                Kind::Identifier => (Some(name), normal),
                // Python 2: `def f((a, b)):`.
                _ => (None, normal),
            };
            let Some(name) = name else {
                continue;
            };
            parameters.push(Parameter {
                name: self.identifier(name),
                annotation: annotation.map(|node| self.expression(node)),
                default: default.map(|node| self.expression(node)),
                kind,
            });
        }
        parameters
    }

    fn string(&mut self, node: Node<'t>) -> ExprKind {
        let strings = if kind(node) == Kind::ConcatenatedString { self.named(node) } else { vec![node] };
        let mut parts: Vec<JoinedPart> = Vec::new();
        let mut bytes: Option<Vec<u8>> = None;
        let mut joined = false;
        for string in &strings {
            let written = self.text_of(*string);
            let quote = written.bytes().position(|byte| matches!(byte, b'\'' | b'"'));
            let Some(quote) = quote else {
                // Python 2: `x` in backticks.
                return ExprKind::Other(Vec::new());
            };
            let prefix = written.get(..quote).unwrap_or_default().to_ascii_lowercase();
            if prefix.contains('t') {
                // A template is no string: what becomes of it is up to whom it is given.
                return ExprKind::Other(self.fields_of(*string));
            }
            let fields = self.interpolations(*string);
            let opening =
                if written.get(quote..quote + 3).is_some_and(|quotes| quotes == "\"\"\"" || quotes == "'''") { 3 } else { 1 };
            let start = string.start_byte() + quote + opening;
            let end = string.end_byte().saturating_sub(if string.has_error() { 0 } else { opening });
            if prefix.contains('b') {
                let text = self.text.get(start..end).unwrap_or_default();
                if let Decoded::Bytes(more) = decode_string(text, &prefix) {
                    bytes.get_or_insert_default().extend(more);
                }
                continue;
            }
            joined |= prefix.contains('f');
            let mut from = start;
            for field in fields {
                let text = self.text.get(from..field.start_byte()).unwrap_or_default();
                joined |= push_literal(&mut parts, text, &prefix);
                self.interpolation(field, &mut parts);
                from = field.end_byte();
            }
            let text = self.text.get(from..end).unwrap_or_default();
            joined |= push_literal(&mut parts, text, &prefix);
        }
        match bytes {
            Some(bytes) if parts.is_empty() => return ExprKind::Bytes(bytes),
            Some(_) => return ExprKind::Other(Vec::new()),
            None => {}
        }
        if joined {
            return ExprKind::Joined(parts);
        }
        match parts.pop() {
            Some(JoinedPart::Literal(text)) => ExprKind::Str(text),
            _ => ExprKind::Str(String::new()),
        }
    }

    fn interpolations(&mut self, string: Node<'t>) -> Vec<Node<'t>> {
        let mut children = self.named(string);
        children.retain(|child| kind(*child) == Kind::Interpolation);
        children
    }

    /// The expressions in the fields of a string.
    fn fields_of(&mut self, string: Node<'t>) -> Vec<Expr> {
        let mut parts = Vec::new();
        for field in self.interpolations(string) {
            self.interpolation(field, &mut parts);
        }
        parts
            .into_iter()
            .filter_map(|part| match part {
                JoinedPart::Field { value, .. } => Some(value),
                JoinedPart::Literal(_) => None,
            })
            .collect()
    }

    fn interpolation(&mut self, node: Node<'t>, parts: &mut Vec<JoinedPart>) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        let expression = node.child_by_field_id(GRAMMAR.fields.expression);
        let format =
            expression.filter(|value| kind(*value) == Kind::Named).and_then(|value| value.child_by_field_id(GRAMMAR.fields.name));
        // `{x:=10}` is `x` with the format `=10`, whatever tree-sitter says.
        let mut plain = format.is_none();
        let value = match format.or(expression) {
            Some(value) => self.expression(value),
            None => self.other(node),
        };
        let mut formats = Vec::new();
        for child in self.children(node) {
            match kind(child) {
                Kind::TypeConversion | Kind::Equals => plain = false,
                Kind::FormatSpecifier => {
                    plain = false;
                    formats.extend(self.named(child));
                }
                _ => {}
            }
        }
        parts.push(JoinedPart::Field { value, plain });
        // A field in the format is not part of the value, but it may hold a call.
        for format in formats {
            if matches!(kind(format), Kind::FormatExpression | Kind::Interpolation) {
                let mut nested = Vec::new();
                self.interpolation(format, &mut nested);
                for part in nested {
                    if let JoinedPart::Field { value, .. } = part {
                        parts.push(JoinedPart::Field { value, plain: false });
                    }
                }
            }
        }
        self.depth -= 1;
    }
}

/// `a[*b]` is an index by a tuple.
fn as_index(index: Expr) -> Expr {
    match &index.kind {
        ExprKind::Starred(_) => Expr { span: index.span, kind: ExprKind::Tuple(vec![index]) },
        _ => index,
    }
}

/// In `return a, *b[0]` tree-sitter may bind the star closer than the index; in Python it binds loosest.
fn lift_star(mut kind: ExprKind) -> ExprKind {
    let inner = match &mut kind {
        ExprKind::Attribute { value, .. } | ExprKind::Subscript { value, .. } => value.as_mut(),
        ExprKind::Call(call) => &mut call.function,
        ExprKind::Binary { left, operator, .. } if !matches!(operator, Operator::And | Operator::Or) => left.as_mut(),
        _ => return kind,
    };
    let ExprKind::Starred(starred) = &mut inner.kind else {
        return kind;
    };
    let empty = Expr { span: starred.span, kind: ExprKind::None };
    let value = std::mem::replace(starred.as_mut(), empty);
    let start = value.span;
    *inner = value;
    let end = match &kind {
        ExprKind::Attribute { attribute, .. } => attribute.span.end,
        ExprKind::Call(call) => call.parentheses.end,
        // The closing bracket is the byte after what stands inside, but for blanks: close enough for a span.
        ExprKind::Subscript { index, .. } => index.span.end.saturating_add(1),
        ExprKind::Binary { right, .. } => right.span.end,
        _ => start.end,
    };
    let span = Span { start: start.start, end };
    ExprKind::Starred(Box::new(Expr { span, kind }))
}

/// Adds decoded text to the parts; true when it holds something that only a `Joined` can say (an unknown character).
fn push_literal(parts: &mut Vec<JoinedPart>, text: &str, prefix: &str) -> bool {
    let Decoded::Text(pieces) = decode_string(text, prefix) else {
        return false;
    };
    let mut unknown = false;
    for piece in pieces {
        match piece {
            Some(text) => match parts.last_mut() {
                Some(JoinedPart::Literal(before)) => before.push_str(&text),
                _ if text.is_empty() => {}
                _ => parts.push(JoinedPart::Literal(text)),
            },
            None => {
                unknown = true;
                parts.push(JoinedPart::Field {
                    value: Expr { span: Span::default(), kind: ExprKind::Other(Vec::new()) },
                    plain: false,
                });
            }
        }
    }
    unknown
}

/// `except X, error:` of Python 2 names its exception in lower case; `except A, B:` of Python 3.14 lists classes.
fn is_python2_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_lowercase() || first == '_')
}

fn binary_operator(text: &str) -> Option<Operator> {
    Some(match text {
        "+" => Operator::Add,
        "-" => Operator::Subtract,
        "*" => Operator::Multiply,
        "/" => Operator::Divide,
        "//" => Operator::FloorDivide,
        "%" => Operator::Modulo,
        "**" => Operator::Power,
        "@" => Operator::MatrixMultiply,
        "<<" => Operator::ShiftLeft,
        ">>" => Operator::ShiftRight,
        "|" => Operator::BitOr,
        "&" => Operator::BitAnd,
        "^" => Operator::BitXor,
        "and" => Operator::And,
        "or" => Operator::Or,
        _ => return None,
    })
}
