//! Expressions: Python's levels of precedence, each a function.

use crate::python::ast::{
    Argument, ArgumentKind, Call, ComprehensionClause, ComprehensionKind, DictItem, Expr, ExprKind, Operator,
};
use crate::python::literal::decode_number;
use crate::span::Span;

use super::cursor::{Cursor, is_keyword};
use super::loop_target;

/// Expressions nested deeper than this are left to tree-sitter, which bounds them.
const DEPTH: u32 = 40;

/// Operators in a row, for the same reason: each nests to the left.
const CHAIN: usize = 40;

/// An expression, and what it takes up with the brackets around it.
pub(super) struct Part {
    pub(super) expression: Expr,
    pub(super) extent: Span,
}

impl Part {
    fn new(extent: Span, kind: ExprKind) -> Self {
        Self { expression: Expr { span: extent, kind }, extent }
    }
}

/// The operators of a level, from the loosest to the tightest, with how much they take.
fn operator(level: u32, text: &[u8]) -> Option<(Operator, usize)> {
    Some(match (level, text) {
        // `|=` and the like end an expression; so does `->`.
        (_, [b'|' | b'^' | b'&' | b'+' | b'-' | b'*' | b'/' | b'%' | b'@', b'=', ..]) => return None,
        (_, [b'<', b'<', b'=', ..] | [b'>', b'>', b'=', ..] | [b'*', b'*', b'=', ..] | [b'/', b'/', b'=', ..]) => return None,
        (_, [b'-', b'>', ..]) => return None,
        (0, [b'|', ..]) => (Operator::BitOr, 1),
        (1, [b'^', ..]) => (Operator::BitXor, 1),
        (2, [b'&', ..]) => (Operator::BitAnd, 1),
        (3, [b'<', b'<', ..]) => (Operator::ShiftLeft, 2),
        (3, [b'>', b'>', ..]) => (Operator::ShiftRight, 2),
        (4, [b'+', ..]) => (Operator::Add, 1),
        (4, [b'-', ..]) => (Operator::Subtract, 1),
        (5, [b'*', b'*', ..]) => return None,
        (5, [b'*', ..]) => (Operator::Multiply, 1),
        (5, [b'/', b'/', ..]) => (Operator::FloorDivide, 2),
        (5, [b'/', ..]) => (Operator::Divide, 1),
        (5, [b'%', ..]) => (Operator::Modulo, 1),
        (5, [b'@', ..]) => (Operator::MatrixMultiply, 1),
        _ => return None,
    })
}

/// Levels of [`operator`].
const LEVELS: u32 = 6;

impl<'t> Cursor<'t> {
    /// One expression, or several with commas: a tuple.
    pub(super) fn expressions(&mut self) -> Option<Part> {
        let first = self.expression()?;
        if !self.next_is(b',') {
            return Some(first);
        }
        let mut extent = first.extent;
        let mut items = vec![first.expression];
        while self.byte(b',') {
            let item = self.expression()?;
            extent.end = item.extent.end;
            items.push(item.expression);
        }
        Some(Part::new(extent, ExprKind::Tuple(items)))
    }

    /// An expression without commas.
    pub(super) fn expression(&mut self) -> Option<Part> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let body = self.either()?;
        let part = if self.keyword("if") {
            let test = self.either()?;
            self.keyword("else").then_some(())?;
            let otherwise = self.expression()?;
            let extent = Span { start: body.extent.start, end: otherwise.extent.end };
            let [test, body, otherwise] = [test, body, otherwise].map(|part| Box::new(part.expression));
            Part::new(extent, ExprKind::Conditional { test, body, otherwise })
        } else {
            body
        };
        self.depth -= 1;
        // `:=`
        (!(self.next_is(b':') && self.ahead(1) == b'=')).then_some(part)
    }

    /// `a or b`
    fn either(&mut self) -> Option<Part> {
        self.chain("or", Operator::Or, Self::both)
    }

    /// `a and b`
    fn both(&mut self) -> Option<Part> {
        self.chain("and", Operator::And, Self::negation)
    }

    fn chain(&mut self, word: &str, operator: Operator, inner: fn(&mut Self) -> Option<Part>) -> Option<Part> {
        let mut left = inner(self)?;
        for _ in 0..CHAIN {
            if !self.keyword(word) {
                return Some(left);
            }
            let right = inner(self)?;
            left = binary(operator, left, right);
        }
        None
    }

    /// `not a`
    fn negation(&mut self) -> Option<Part> {
        self.skip();
        let start = self.position();
        if !self.keyword("not") {
            return self.comparison();
        }
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let operand = self.negation()?;
        self.depth -= 1;
        Some(unary(Operator::Not, start, operand))
    }

    fn comparison(&mut self) -> Option<Part> {
        let first = self.operators(0)?;
        let Some(operator) = self.comparison_operator()? else {
            return Some(first);
        };
        let mut extent = first.extent;
        let mut operators: Vec<Box<str>> = vec![operator.into()];
        let second = self.operators(0)?;
        extent.end = second.extent.end;
        let mut operands = vec![first.expression, second.expression];
        while let Some(operator) = self.comparison_operator()? {
            operators.push(operator.into());
            let next = self.operators(0)?;
            extent.end = next.extent.end;
            operands.push(next.expression);
        }
        Some(Part::new(extent, ExprKind::Compare { operands, operators }))
    }

    /// `Some(None)`: there is none.
    fn comparison_operator(&mut self) -> Option<Option<&'static str>> {
        self.skip();
        let (operator, length) = match (self.peek(), self.ahead(1)) {
            (b'=', b'=') => ("==", 2),
            (b'!', b'=') => ("!=", 2),
            (b'<', b'=') => ("<=", 2),
            (b'>', b'=') => (">=", 2),
            (b'<', b'<') | (b'>', b'>') => return Some(None),
            (b'<', b'>') => return None,
            (b'<', _) => ("<", 1),
            (b'>', _) => (">", 1),
            (b'i' | b'n', _) => match self.peek_word() {
                "in" => ("in", 2),
                "is" => {
                    self.keyword("is");
                    return Some(Some(if self.keyword("not") { "is not" } else { "is" }));
                }
                "not" => {
                    self.keyword("not");
                    return self.keyword("in").then_some(Some("not in"));
                }
                _ => return Some(None),
            },
            _ => return Some(None),
        };
        self.go(self.position() + length);
        Some(Some(operator))
    }

    /// Binary operators from a level on.
    fn operators(&mut self, level: u32) -> Option<Part> {
        if level >= LEVELS {
            return self.factor();
        }
        let mut left = self.operators(level + 1)?;
        for _ in 0..CHAIN {
            self.skip();
            let Some((operator, length)) = operator(level, self.rest()) else {
                return Some(left);
            };
            self.go(self.position() + length);
            let right = self.operators(level + 1)?;
            left = binary(operator, left, right);
        }
        None
    }

    /// `-a`, `a ** b`
    fn factor(&mut self) -> Option<Part> {
        self.skip();
        let start = self.position();
        let operator = match self.peek() {
            b'-' => Operator::Negate,
            b'+' => Operator::Plus,
            b'~' => Operator::Invert,
            _ => {
                let left = self.primary()?;
                self.skip();
                if self.peek() != b'*' || self.ahead(1) != b'*' || self.ahead(2) == b'=' {
                    return Some(left);
                }
                self.go(self.position() + 2);
                self.skip();
                // `a ** -b ** c` binds in ways of its own.
                if matches!(self.peek(), b'-' | b'+' | b'~') {
                    return None;
                }
                let right = self.primary()?;
                self.skip();
                if self.peek() == b'*' && self.ahead(1) == b'*' {
                    return None;
                }
                return Some(binary(Operator::Power, left, right));
            }
        };
        self.step();
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let operand = self.factor()?;
        self.depth -= 1;
        Some(unary(operator, start, operand))
    }

    /// An atom with what follows it: attributes, calls, indices.
    fn primary(&mut self) -> Option<Part> {
        let mut part = self.atom()?;
        for _ in 0..CHAIN {
            self.skip();
            part = match self.peek() {
                b'.' => {
                    self.step();
                    let attribute = self.identifier()?;
                    let extent = Span { start: part.extent.start, end: attribute.span.end };
                    Part::new(extent, ExprKind::Attribute { value: Box::new(part.expression), attribute })
                }
                b'(' => {
                    let (arguments, trailing_comma, parentheses) = self.arguments()?;
                    let extent = Span { start: part.extent.start, end: parentheses.end };
                    let call = Call { function: part.expression, arguments, parentheses, trailing_comma };
                    Part::new(extent, ExprKind::Call(Box::new(call)))
                }
                b'[' => {
                    let index = self.index()?;
                    let extent = Span::new(part.extent.start(), self.position());
                    Part::new(extent, ExprKind::Subscript { value: Box::new(part.expression), index: Box::new(index) })
                }
                b'"' | b'\'' => return None,
                _ => return Some(part),
            };
        }
        None
    }

    fn atom(&mut self) -> Option<Part> {
        self.skip();
        let start = self.position();
        match self.peek() {
            b'"' | b'\'' => self.strings(),
            b'0'..=b'9' => self.number(),
            b'(' => self.round(),
            b'[' => self.square(),
            b'{' => self.curly(),
            b'.' if self.ahead(1) == b'.' && self.ahead(2) == b'.' => {
                self.go(start + 3);
                Some(Part::new(self.span_from(start), ExprKind::Ellipsis))
            }
            b'.' => self.number(),
            _ => {
                let word = self.peek_word();
                if word.len() <= 2 && matches!(self.ahead(word.len()), b'"' | b'\'') && !word.is_empty() {
                    return self.strings();
                }
                let kind = match word {
                    "True" => ExprKind::Bool(true),
                    "False" => ExprKind::Bool(false),
                    "None" => ExprKind::None,
                    _ => {
                        let name = self.identifier()?;
                        return Some(Part::new(name.span, ExprKind::Name(name.name)));
                    }
                };
                self.go(start + word.len());
                Some(Part::new(self.span_from(start), kind))
            }
        }
    }

    fn number(&mut self) -> Option<Part> {
        let start = self.position();
        let rest = self.rest();
        let digits = |from: usize| rest.get(from..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let mut length;
        if rest.first() == Some(&b'0') && matches!(rest.get(1), Some(b'x' | b'X')) {
            let hexadecimal = rest.get(2..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
            if hexadecimal == 0 {
                return None;
            }
            length = 2 + hexadecimal;
        } else {
            length = digits(0);
            if length > 1 && rest.first() == Some(&b'0') {
                return None;
            }
            if rest.get(length) == Some(&b'.') {
                let fraction = digits(length + 1);
                if length + fraction == 0 {
                    return None;
                }
                length += 1 + fraction;
            }
            if matches!(rest.get(length), Some(b'e' | b'E')) {
                let sign = usize::from(matches!(rest.get(length + 1), Some(b'+' | b'-')));
                let exponent = digits(length + 1 + sign);
                if exponent == 0 {
                    return None;
                }
                length += 1 + sign + exponent;
            }
        }
        if rest.get(length).is_some_and(|byte| crate::words::is_word(*byte) || *byte == b'.') {
            return None;
        }
        self.go(start + length);
        let span = self.span_from(start);
        Some(Part::new(span, decode_number(span.text(self.text()))))
    }

    /// An expression, or `*` and one.
    fn item(&mut self) -> Option<Part> {
        self.skip();
        let start = self.position();
        if self.peek() != b'*' {
            return self.expression();
        }
        self.step();
        if self.peek() == b'*' {
            return None;
        }
        // What the star binds tighter than is put right elsewhere: only what is plain is plain here.
        let part = self.primary()?;
        matches!(part.expression.kind, ExprKind::Name(_)).then_some(())?;
        let extent = Span { start: Span::new(start, start).start, end: part.extent.end };
        Some(Part::new(extent, ExprKind::Starred(Box::new(part.expression))))
    }

    /// `( )`: an expression in brackets, a tuple, a generator.
    fn round(&mut self) -> Option<Part> {
        let start = self.position();
        self.open(b'(');
        if self.close(b')') {
            return Some(Part::new(self.span_from(start), ExprKind::Tuple(Vec::new())));
        }
        let first = self.item()?;
        if self.peek_word() == "for" {
            let clauses = self.clauses()?;
            self.close(b')').then_some(())?;
            return Some(comprehension(ComprehensionKind::Generator, self.span_from(start), first, None, clauses));
        }
        if self.close(b')') {
            if matches!(first.expression.kind, ExprKind::Starred(_)) {
                return None;
            }
            return Some(Part { expression: first.expression, extent: self.span_from(start) });
        }
        let items = self.items(first, b')')?;
        Some(Part::new(self.span_from(start), ExprKind::Tuple(items)))
    }

    /// The items that follow the first, and the bracket.
    fn items(&mut self, first: Part, closing: u8) -> Option<Vec<Expr>> {
        let mut items = vec![first.expression];
        loop {
            if self.close(closing) {
                return Some(items);
            }
            self.byte(b',').then_some(())?;
            if self.close(closing) {
                return Some(items);
            }
            items.push(self.item()?.expression);
        }
    }

    /// `[ ]`: a list or a comprehension.
    fn square(&mut self) -> Option<Part> {
        let start = self.position();
        self.open(b'[');
        if self.close(b']') {
            return Some(Part::new(self.span_from(start), ExprKind::List(Vec::new())));
        }
        let first = self.item()?;
        if self.peek_word() == "for" {
            let clauses = self.clauses()?;
            self.close(b']').then_some(())?;
            return Some(comprehension(ComprehensionKind::List, self.span_from(start), first, None, clauses));
        }
        let items = self.items(first, b']')?;
        Some(Part::new(self.span_from(start), ExprKind::List(items)))
    }

    /// `{ }`: a dict, a set or a comprehension.
    fn curly(&mut self) -> Option<Part> {
        let start = self.position();
        self.open(b'{');
        let mut entries = Vec::new();
        if self.close(b'}') {
            return Some(Part::new(self.span_from(start), ExprKind::Dict(entries)));
        }
        if !self.spreads() {
            let first = self.item()?;
            if !self.next_is(b':') {
                if self.peek_word() == "for" {
                    let clauses = self.clauses()?;
                    self.close(b'}').then_some(())?;
                    return Some(comprehension(ComprehensionKind::Set, self.span_from(start), first, None, clauses));
                }
                let items = self.items(first, b'}')?;
                return Some(Part::new(self.span_from(start), ExprKind::Set(items)));
            }
            self.step();
            let value = self.expression()?;
            if self.peek_word() == "for" {
                let clauses = self.clauses()?;
                self.close(b'}').then_some(())?;
                return Some(comprehension(ComprehensionKind::Dict, self.span_from(start), first, Some(value), clauses));
            }
            if matches!(first.expression.kind, ExprKind::Starred(_)) {
                return None;
            }
            entries.push(DictItem { key: Some(first.expression), value: value.expression });
            if !self.byte(b',') {
                self.close(b'}').then_some(())?;
                return Some(Part::new(self.span_from(start), ExprKind::Dict(entries)));
            }
        }
        while !self.close(b'}') {
            if self.spreads() {
                self.go(self.position() + 2);
                entries.push(DictItem { key: None, value: self.operators(0)?.expression });
            } else {
                let key = self.expression()?.expression;
                self.byte(b':').then_some(())?;
                entries.push(DictItem { key: Some(key), value: self.expression()?.expression });
            }
            if !self.byte(b',') {
                self.close(b'}').then_some(())?;
                break;
            }
        }
        Some(Part::new(self.span_from(start), ExprKind::Dict(entries)))
    }

    /// `**` comes next.
    fn spreads(&mut self) -> bool {
        self.next_is(b'*') && self.ahead(1) == b'*'
    }

    /// `for a in b if c for ..`
    fn clauses(&mut self) -> Option<Vec<ComprehensionClause>> {
        let mut clauses = Vec::new();
        loop {
            if self.keyword("for") {
                self.skip();
                let target = loop_target(self)?;
                self.keyword("in").then_some(())?;
                let iterable = self.either()?.expression;
                clauses.push(ComprehensionClause::For { target, iterable });
            } else if self.keyword("if") {
                let test = self.either()?.expression;
                if self.peek_word() == "else" {
                    return None;
                }
                clauses.push(ComprehensionClause::If(test));
            } else {
                return Some(clauses);
            }
        }
    }

    /// The arguments of a call with whether a comma stands behind the last, and the span of the brackets.
    pub(super) fn arguments(&mut self) -> Option<(Vec<Argument>, bool, Span)> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        let start = self.position();
        self.open(b'(').then_some(())?;
        let mut arguments: Vec<Argument> = Vec::new();
        let mut trailing_comma = false;
        while !self.close(b')') {
            let begin = self.position();
            if self.peek() == b'*' {
                let double = self.ahead(1) == b'*';
                self.go(begin + if double { 2 } else { 1 });
                let value = self.operators(0)?;
                let kind = if double { ArgumentKind::DoubleStar } else { ArgumentKind::Star };
                let span = Span::new(begin, value.extent.end());
                arguments.push(Argument { span, kind, value: value.expression });
            } else if let Some(argument) = self.keyword_argument()? {
                arguments.push(argument);
            } else {
                let value = self.expression()?;
                if self.peek_word() == "for" {
                    let clauses = self.clauses()?;
                    self.close(b')').then_some(())?;
                    let span = self.span_from(start);
                    let value = comprehension(ComprehensionKind::Generator, span, value, None, clauses).expression;
                    let inner = Span::new(span.start() + 1, span.end() - 1);
                    self.depth -= 1;
                    let only = Argument { span: inner, kind: ArgumentKind::Positional, value };
                    return arguments.is_empty().then_some((vec![only], false, span));
                }
                arguments.push(Argument { span: value.extent, kind: ArgumentKind::Positional, value: value.expression });
            }
            trailing_comma = self.byte(b',');
            if !trailing_comma {
                self.close(b')').then_some(())?;
                break;
            }
        }
        self.depth -= 1;
        Some((arguments, trailing_comma, self.span_from(start)))
    }

    /// `name=value`; `Some(None)`: it is none.
    fn keyword_argument(&mut self) -> Option<Option<Argument>> {
        let word = self.peek_word();
        if word.is_empty() || is_keyword(word) || !word.is_ascii() {
            return Some(None);
        }
        let blanks = self.rest().get(word.len()..).unwrap_or_default();
        let blanks = blanks.iter().take_while(|byte| **byte == b' ').count();
        if self.ahead(word.len() + blanks) != b'=' || self.ahead(word.len() + blanks + 1) == b'=' {
            return Some(None);
        }
        let name = self.identifier()?;
        self.assigns();
        let value = self.expression()?;
        let span = Span { start: name.span.start, end: value.extent.end };
        Some(Some(Argument { span, kind: ArgumentKind::Keyword(name), value: value.expression }))
    }

    /// `[a]`, `[a, b:c]`
    fn index(&mut self) -> Option<Expr> {
        if self.depth >= DEPTH {
            return None;
        }
        self.depth += 1;
        self.open(b'[');
        let first = self.slice()?;
        let index = if self.next_is(b',') {
            let mut extent = first.extent;
            let mut items = vec![first.expression];
            while self.byte(b',') {
                // A comma at the end: rare, and its span is tree-sitter's own.
                let item = self.slice()?;
                extent.end = item.extent.end;
                items.push(item.expression);
            }
            Expr { span: extent, kind: ExprKind::Tuple(items) }
        } else {
            first.expression
        };
        self.close(b']').then_some(())?;
        self.depth -= 1;
        Some(index)
    }

    fn slice(&mut self) -> Option<Part> {
        self.skip();
        let start = self.position();
        let mut bounds: [Option<Part>; 3] = [None, None, None];
        let mut colons = 0;
        let mut end = start;
        while let Some(bound) = bounds.get_mut(colons) {
            if !matches!(self.peek(), b':' | b',' | b']') {
                let part = self.expression()?;
                end = part.extent.end();
                *bound = Some(part);
            }
            if !self.next_is(b':') {
                break;
            }
            colons += 1;
            self.step();
            end = self.position();
            self.skip();
        }
        if colons == 0 {
            return bounds.into_iter().next()?;
        }
        if colons > 2 {
            return None;
        }
        let [lower, upper, step] = bounds.map(|part| part.map(|part| Box::new(part.expression)));
        Some(Part::new(Span::new(start, end), ExprKind::Slice { lower, upper, step }))
    }
}

fn binary(operator: Operator, left: Part, right: Part) -> Part {
    let extent = Span { start: left.extent.start, end: right.extent.end };
    let (left, right) = (Box::new(left.expression), Box::new(right.expression));
    Part::new(extent, ExprKind::Binary { operator, left, right })
}

fn unary(operator: Operator, start: usize, operand: Part) -> Part {
    let extent = Span::new(start, operand.extent.end());
    Part::new(extent, ExprKind::Unary { operator, operand: Box::new(operand.expression) })
}

fn comprehension(
    kind: ComprehensionKind,
    span: Span,
    element: Part,
    value: Option<Part>,
    clauses: Vec<ComprehensionClause>,
) -> Part {
    let element = Box::new(element.expression);
    let value = value.map(|value| Box::new(value.expression));
    Part::new(span, ExprKind::Comprehension { kind, element, value, clauses })
}
