//! Plain Python statements and expressions: what `syntax.rs` lowers tree-sitter trees to, and all that the resolver sees.
//!
//! A block header (`if`, `for`, `def`, `class`, `with`, ...) is a statement without its body: which lines belong to the
//! body is the outline's knowledge (indentation), so that a header can be read without parsing what follows.
//! All spans are byte ranges in the unit's text.

#![allow(missing_docs)] // Only for the fields of variants: they carry Python's own names, and the variant shows the syntax.

use crate::span::Span;

/// An identifier where it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Identifier {
    /// The name.
    pub name: Box<str>,
    /// Where it stands.
    pub span: Span,
}

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands, parentheses around it not included.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The kinds of expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `name`
    Name(Box<str>),
    /// `value.attribute`
    Attribute { value: Box<Expr>, attribute: Identifier },
    /// `function(arguments)`
    Call(Box<Call>),
    /// `value[index]`; several indices are a tuple.
    Subscript { value: Box<Expr>, index: Box<Expr> },
    /// `lower:upper:step` inside a subscript.
    Slice { lower: Option<Box<Expr>>, upper: Option<Box<Expr>>, step: Option<Box<Expr>> },
    /// A string literal, decoded; adjacent literals are joined (unless one is an f-string: then `Joined`).
    Str(String),
    /// A bytes literal, decoded.
    Bytes(Vec<u8>),
    /// An f-string, or adjacent literals of which one is an f-string.
    Joined(Vec<JoinedPart>),
    /// An integer that fits; all bases, underscores removed.
    Int(i64),
    /// Any other number, as written.
    Number(Box<str>),
    /// `True` or `False`
    Bool(bool),
    /// `None`
    None,
    /// `...`
    Ellipsis,
    /// `[a, b]`
    List(Vec<Expr>),
    /// `(a, b)` or `a, b`
    Tuple(Vec<Expr>),
    /// `{a, b}`
    Set(Vec<Expr>),
    /// `{key: value, **more}`
    Dict(Vec<DictItem>),
    /// `*value`
    Starred(Box<Expr>),
    /// `-x`, `not x`, ...
    Unary { operator: Operator, operand: Box<Expr> },
    /// `a + b`, `a % b`, `a | b`, ...; also `and`, `or` (left-nested for chains).
    Binary { operator: Operator, left: Box<Expr>, right: Box<Expr> },
    /// `a < b == c`: the operands in order and the operators between them as written (`not in` with one blank).
    Compare { operands: Vec<Expr>, operators: Vec<Box<str>> },
    /// `body if test else otherwise`
    Conditional { test: Box<Expr>, body: Box<Expr>, otherwise: Box<Expr> },
    /// `lambda parameters: body`
    Lambda { parameters: Vec<Parameter>, body: Box<Expr> },
    /// A list, set, dict or generator comprehension. For a dict the element is the key and `value` its value.
    Comprehension { kind: ComprehensionKind, element: Box<Expr>, value: Option<Box<Expr>>, clauses: Vec<ComprehensionClause> },
    /// `await value`
    Await(Box<Expr>),
    /// `yield value` or `yield from value`
    Yield(Option<Box<Expr>>),
    /// `target := value`
    Named { target: Identifier, value: Box<Expr> },
    /// What could not be read (a syntax error, or an expression this list does not know), with the expressions found inside.
    Other(Vec<Expr>),
}

/// A piece of an f-string.
#[derive(Clone, Debug, PartialEq)]
pub enum JoinedPart {
    /// Literal text, decoded.
    Literal(String),
    /// `{value!conversion:format}`; `plain` when there is no conversion, format or `=`.
    Field { value: Expr, plain: bool },
}

/// One entry of a dict display.
#[derive(Clone, Debug, PartialEq)]
pub struct DictItem {
    /// The key; `None` for `**value`.
    pub key: Option<Expr>,
    /// The value.
    pub value: Expr,
}

/// The kinds of comprehension.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ComprehensionKind {
    /// `[x for ...]`
    List,
    /// `{x for ...}`
    Set,
    /// `{k: v for ...}`
    Dict,
    /// `(x for ...)`
    Generator,
}

/// A clause of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub enum ComprehensionClause {
    /// `for target in iterable`
    For { target: Expr, iterable: Expr },
    /// `if condition`
    If(Expr),
}

/// A call.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// What is called.
    pub function: Expr,
    /// The arguments in order.
    pub arguments: Vec<Argument>,
    /// From the opening to the closing parenthesis, both included.
    pub parentheses: Span,
    /// True when a comma stands after the last argument.
    pub trailing_comma: bool,
}

/// An argument of a call, or a base or keyword of a class.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Where the whole argument stands, keyword included.
    pub span: Span,
    /// How it is given.
    pub kind: ArgumentKind,
    /// Its value.
    pub value: Expr,
}

/// How an argument is given.
#[derive(Clone, Debug, PartialEq)]
pub enum ArgumentKind {
    /// By position.
    Positional,
    /// `keyword=value`
    Keyword(Identifier),
    /// `*value`
    Star,
    /// `**value`
    DoubleStar,
}

/// A parameter of a function or lambda.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: Identifier,
    /// Its annotation.
    pub annotation: Option<Expr>,
    /// Its default.
    pub default: Option<Expr>,
    /// How it takes arguments.
    pub kind: ParameterKind,
}

/// How a parameter takes arguments.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParameterKind {
    /// By position or keyword.
    Normal,
    /// By position only (before `/`).
    PositionalOnly,
    /// By keyword only (after `*`).
    KeywordOnly,
    /// `*args`
    Star,
    /// `**kwargs`
    DoubleStar,
}

/// Unary and binary operators.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // They are named after Python's own tokens.
pub enum Operator {
    Add,
    Subtract,
    Multiply,
    Divide,
    FloorDivide,
    Modulo,
    Power,
    MatrixMultiply,
    ShiftLeft,
    ShiftRight,
    BitOr,
    BitAnd,
    BitXor,
    And,
    Or,
    Not,
    Negate,
    Plus,
    Invert,
}

/// A statement, or the header of a compound statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// Where it stands (for a header: from the keyword to the colon).
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The kinds of statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// An expression statement.
    Expr(Expr),
    /// `a = b = value`: the targets in order.
    Assign { targets: Vec<Expr>, value: Expr },
    /// `target: annotation = value`
    AnnotatedAssign { target: Expr, annotation: Expr, value: Option<Expr> },
    /// `target += value`
    AugmentedAssign { target: Expr, operator: Operator, value: Expr },
    /// `import a.b as c, d`
    Import(Vec<ImportedName>),
    /// `from ..module import a as b`; `*` is a name of its own.
    ImportFrom { module: Box<str>, level: u32, names: Vec<ImportedName> },
    /// `def name(parameters) -> returns:`
    Function { name: Identifier, parameters: Vec<Parameter>, returns: Option<Expr> },
    /// `class name(arguments):`
    Class { name: Identifier, arguments: Vec<Argument> },
    /// `@expression`
    Decorator(Expr),
    /// `return value`
    Return(Option<Expr>),
    /// `if test:`
    If(Expr),
    /// `elif test:`
    Elif(Expr),
    /// `else:`
    Else,
    /// `while test:`
    While(Expr),
    /// `for target in iterable:`
    For { target: Expr, iterable: Expr },
    /// `with a as b, c:`
    With(Vec<WithItem>),
    /// `try:`
    Try,
    /// `except types as name:`
    Except { types: Option<Expr>, name: Option<Identifier> },
    /// `finally:`
    Finally,
    /// `match subject:`
    Match(Expr),
    /// `case pattern:`; the names it binds and the expressions in it are not read.
    Case,
    /// `global a, b`
    Global(Vec<Identifier>),
    /// `nonlocal a, b`
    Nonlocal(Vec<Identifier>),
    /// `del a, b`
    Delete(Vec<Expr>),
    /// `raise a from b`
    Raise(Vec<Expr>),
    /// `assert a, b`
    Assert(Vec<Expr>),
    /// `pass`, `break`, `continue`, or a statement without interest, with the expressions found inside.
    Other(Vec<Expr>),
}

/// A name in an import.
#[derive(Clone, Debug, PartialEq)]
pub struct ImportedName {
    /// The dotted name, or `*`.
    pub name: Box<str>,
    /// The name after `as`.
    pub alias: Option<Box<str>>,
    /// Where the whole clause stands.
    pub span: Span,
}

/// An item of a `with` statement.
#[derive(Clone, Debug, PartialEq)]
pub struct WithItem {
    /// The context manager.
    pub context: Expr,
    /// The target after `as`.
    pub target: Option<Expr>,
}
