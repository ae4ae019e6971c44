//! Expressions: tree -> `ast.rs`.

use tree_sitter::Node;

use super::grammar::{GRAMMAR, Kind};
use super::{Lowering, MAX_DEPTH, kind};
use crate::python::ast::{
    Argument, ArgumentKind, Call, ComprehensionClause, ComprehensionKind, DictItem, Expr, ExprKind, Operator, Parameter,
    ParameterKind,
};
use crate::python::literal::decode_number;
use crate::span::Span;

impl<'t> Lowering<'t> {
    pub(super) fn field(&mut self, node: Node<'t>, field: u16) -> Expr {
        match node.child_by_field_id(field) {
            Some(child) => self.expression(child),
            None => Expr { span: self.span_between(node.end_byte(), node.end_byte()), kind: ExprKind::Other(Vec::new()) },
        }
    }

    pub(super) fn boxed(&mut self, node: Node<'t>, field: u16) -> Box<Expr> {
        Box::new(self.field(node, field))
    }

    pub(super) fn expressions_in(&mut self, node: Node<'t>) -> Vec<Expr> {
        let children = self.named(node);
        children.into_iter().map(|child| self.expression(child)).collect()
    }

    /// One node is itself, several are a tuple.
    pub(super) fn tuple_of(&mut self, nodes: &[Node<'t>]) -> Expr {
        if let [single] = nodes {
            return self.expression(*single);
        }
        let start = nodes.first().map_or(0, Node::start_byte);
        let end = nodes.last().map_or(start, Node::end_byte);
        let elements = nodes.iter().map(|node| self.expression(*node)).collect();
        Expr { span: self.span_between(start, end), kind: ExprKind::Tuple(elements) }
    }

    pub(super) fn other(&mut self, node: Node<'t>) -> Expr {
        Expr { span: self.span(node), kind: ExprKind::Other(Vec::new()) }
    }

    /// Lowers an expression. The depth is bounded, so that neither this nor dropping the result overflows a stack.
    pub(super) fn expression(&mut self, node: Node<'t>) -> Expr {
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

    pub(super) fn expression_kind(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn call(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn arguments(&mut self, list: Node<'t>) -> (Vec<Argument>, bool) {
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

    pub(super) fn subscript(&mut self, node: Node<'t>) -> ExprKind {
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
    pub(super) fn union(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn generic_type(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn slice(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn dictionary(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn comparison(&mut self, node: Node<'t>) -> ExprKind {
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

    pub(super) fn comprehension(&mut self, node: Node<'t>, kind: ComprehensionKind) -> ExprKind {
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

    pub(super) fn parameters(&mut self, node: Node<'t>) -> Vec<Parameter> {
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

pub(super) fn binary_operator(text: &str) -> Option<Operator> {
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
