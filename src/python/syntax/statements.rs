//! Statements and headers: tree -> `ast.rs`.

use tree_sitter::Node;

use super::expressions::binary_operator;
use super::grammar::{GRAMMAR, Kind};
use super::{Flat, Lowering, kind};
use crate::python::ast::{Expr, ExprKind, Identifier, ImportedName, Stmt, StmtKind, WithItem};
use crate::span::Span;

impl<'t> Lowering<'t> {
    pub(super) fn push(&mut self, span: Span, kind: StmtKind, parent: Option<usize>) -> Option<usize> {
        self.parsed.statements.push(Flat { statement: Stmt { span, kind }, parent });
        Some(self.parsed.statements.len() - 1)
    }

    /// Lowers all statements below a node, in order of the text, without recursion.
    pub(super) fn statements(&mut self, root: Node<'t>) {
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

    pub(super) fn header(&mut self, node: Node<'t>, kind: Kind) -> StmtKind {
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

    pub(super) fn with_items(&mut self, node: Node<'t>) -> Vec<WithItem> {
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
    pub(super) fn binds(&mut self, node: Node<'t>) -> bool {
        match kind(node) {
            Kind::AsPattern => true,
            Kind::Conditional => self.named(node).last().is_some_and(|last| kind(*last) == Kind::AsPattern),
            _ => false,
        }
    }

    /// `value as target`, or a value alone.
    pub(super) fn as_pattern(&mut self, node: Node<'t>) -> (Expr, Option<Expr>) {
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
    pub(super) fn conditional_as(&mut self, node: Node<'t>) -> (Expr, Option<Expr>) {
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

    pub(super) fn except(&mut self, node: Node<'t>) -> StmtKind {
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

    pub(super) fn simple(&mut self, node: Node<'t>, kind: Kind, parent: Option<usize>) {
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

    pub(super) fn expression_statement(&mut self, node: Node<'t>) -> StmtKind {
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

    pub(super) fn assignment(&mut self, node: Node<'t>) -> StmtKind {
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

    pub(super) fn imported_names(&mut self, node: Node<'t>) -> Vec<ImportedName> {
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

    pub(super) fn module_name(&mut self, node: Node<'t>) -> (String, u32) {
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
    pub(super) fn dotted(&mut self, node: Node<'t>) -> String {
        let mut name = String::new();
        for part in self.named(node) {
            if !name.is_empty() {
                name.push('.');
            }
            name.push_str(self.text_of(part));
        }
        name
    }

    pub(super) fn identifier(&mut self, node: Node<'t>) -> Identifier {
        Identifier { name: self.text_of(node).into(), span: self.span(node) }
    }

    pub(super) fn identifier_field(&mut self, node: Node<'t>, field: u16) -> Identifier {
        match node.child_by_field_id(field) {
            Some(child) => self.identifier(child),
            None => Identifier { name: "".into(), span: self.span_between(node.start_byte(), node.start_byte()) },
        }
    }
}

/// `except X, error:` of Python 2 names its exception in lower case; `except A, B:` of Python 3.14 lists classes.
fn is_python2_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_lowercase() || first == '_')
}
