//! Plain statements read without a tree: imports, assignments, calls, headers, as most code writes them.
//!
//! tree-sitter takes some 17 microseconds for a logical line, this reader less than one. It knows only what it is sure of
//! and gives up at everything else (`None`): lambdas, `:=`, `await`, odd strings, broken code. Then tree-sitter reads
//! the line. What it does read is exactly what [`syntax`](super::syntax) would have made of it, spans included; a test
//! compares both on every line of real code (`HUBLINT_CORPUS=folder cargo test --lib plain`).

mod cursor;
mod expression;
mod string;

use crate::python::ast::{
    Expr, ExprKind, Identifier, ImportedName, Operator, Parameter, ParameterKind, Stmt, StmtKind, WithItem,
};
use crate::python::syntax::Wrapper;
use crate::span::Span;

use cursor::Cursor;

/// Reads a logical line; `None` when it is not plain. `header`: it ends with the colon of its block.
pub(super) fn read(text: &str, line: Span, header: bool, wrapper: Wrapper) -> Option<Stmt> {
    let mut reader = Cursor::new(text, line)?;
    let kind = match wrapper {
        Wrapper::Plain => statement(&mut reader, header)?,
        Wrapper::Elif => {
            reader.keyword("elif").then_some(())?;
            StmtKind::Elif(condition(&mut reader, header)?)
        }
        Wrapper::AfterTry => {
            reader.keyword("except").then_some(())?;
            except(&mut reader, header)?
        }
        Wrapper::Decorator => {
            reader.byte(b'@').then_some(())?;
            StmtKind::Decorator(reader.expression()?.expression)
        }
        Wrapper::Else | Wrapper::Try | Wrapper::Match | Wrapper::Case => return None,
    };
    reader.is_at_end().then_some(Stmt { span: line, kind })
}

fn statement(reader: &mut Cursor<'_>, header: bool) -> Option<StmtKind> {
    let word = reader.peek_word();
    if header {
        reader.keyword(word).then_some(())?;
        return match word {
            "if" => Some(StmtKind::If(condition(reader, header)?)),
            "while" => Some(StmtKind::While(condition(reader, header)?)),
            "for" => for_header(reader),
            "with" => with_header(reader),
            "def" => function(reader),
            "async" if reader.keyword("def") => function(reader),
            "class" => class(reader),
            _ => None,
        };
    }
    match word {
        "import" => {
            reader.keyword(word);
            import(reader)
        }
        "from" => {
            reader.keyword(word);
            import_from(reader)
        }
        "return" => {
            reader.keyword(word);
            let value = if reader.is_at_end() { None } else { Some(reader.expressions()?.expression) };
            Some(StmtKind::Return(value))
        }
        "raise" => {
            reader.keyword(word);
            let mut values = Vec::new();
            if !reader.is_at_end() {
                values.push(reader.expression()?.expression);
                if reader.keyword("from") {
                    values.push(reader.expression()?.expression);
                }
            }
            Some(StmtKind::Raise(values))
        }
        "assert" => {
            reader.keyword(word);
            let mut values = vec![reader.expression()?.expression];
            if reader.byte(b',') {
                values.push(reader.expression()?.expression);
            }
            Some(StmtKind::Assert(values))
        }
        "global" | "nonlocal" => {
            reader.keyword(word);
            let mut names = vec![reader.identifier()?];
            while reader.byte(b',') {
                names.push(reader.identifier()?);
            }
            Some(if word == "global" { StmtKind::Global(names) } else { StmtKind::Nonlocal(names) })
        }
        "pass" | "break" | "continue" => {
            reader.keyword(word);
            Some(StmtKind::Other(Vec::new()))
        }
        // Soft keywords, and those of Python 2: what follows decides what they are.
        "match" | "case" | "type" | "exec" => None,
        "print" => {
            let value = reader.expression()?;
            // `print (a), b` is a statement of Python 2.
            let call = matches!(&value.expression.kind, ExprKind::Call(call) if matches!(call.function.kind, ExprKind::Name(_)));
            (call && reader.is_at_end()).then_some(StmtKind::Expr(value.expression))
        }
        _ => expression_statement(reader),
    }
}

fn condition(reader: &mut Cursor<'_>, header: bool) -> Option<Expr> {
    let test = reader.expression()?.expression;
    (header && reader.byte(b':')).then_some(test)
}

fn expression_statement(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    let first = reader.expressions()?.expression;
    if reader.is_at_end() {
        return Some(StmtKind::Expr(first));
    }
    if reader.byte(b':') {
        is_single_target(&first).then_some(())?;
        let annotation = reader.expression()?.expression;
        let value = if reader.assigns() { Some(reader.expressions()?.expression) } else { None };
        return Some(StmtKind::AnnotatedAssign { target: first, annotation, value });
    }
    if let Some(operator) = reader.augmented() {
        is_single_target(&first).then_some(())?;
        let value = reader.expressions()?.expression;
        return Some(StmtKind::AugmentedAssign { target: first, operator, value });
    }
    let mut parts = vec![first];
    while reader.assigns() {
        parts.push(reader.expressions()?.expression);
    }
    let value = parts.pop()?;
    (!parts.is_empty() && parts.iter().all(is_target)).then_some(StmtKind::Assign { targets: parts, value })
}

fn is_single_target(target: &Expr) -> bool {
    matches!(target.kind, ExprKind::Name(_) | ExprKind::Attribute { .. } | ExprKind::Subscript { .. })
}

fn is_target(target: &Expr) -> bool {
    match &target.kind {
        ExprKind::Tuple(items) | ExprKind::List(items) => !items.is_empty() && items.iter().all(is_target),
        _ => is_single_target(target),
    }
}

/// `a.b`, without blanks.
fn dotted<'t>(reader: &mut Cursor<'t>) -> Option<(&'t str, Span)> {
    let first = reader.identifier()?.span;
    let mut span = first;
    while reader.next_is(b'.') {
        reader.step();
        if !reader.next_is_word() {
            return None;
        }
        span.end = reader.identifier()?.span.end;
    }
    Some((span.text(reader.text()), span))
}

fn alias(reader: &mut Cursor<'_>, name: &str, span: Span) -> Option<ImportedName> {
    let mut imported = ImportedName { name: name.into(), alias: None, span };
    if reader.keyword("as") {
        let alias = reader.identifier()?;
        imported.span.end = alias.span.end;
        imported.alias = Some(alias.name);
    }
    Some(imported)
}

fn import(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    let mut names = Vec::new();
    loop {
        let (name, span) = dotted(reader)?;
        names.push(alias(reader, name, span)?);
        if !reader.byte(b',') {
            return Some(StmtKind::Import(names));
        }
    }
}

fn import_from(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    reader.skip();
    let mut level = 0;
    while reader.next_is(b'.') {
        reader.step();
        level += 1;
    }
    let module = if level > 0 && reader.peek_word() == "import" { "" } else { dotted(reader)?.0 };
    reader.keyword("import").then_some(())?;
    let mut names = Vec::new();
    if reader.next_is(b'*') {
        let start = reader.position();
        reader.step();
        names.push(ImportedName { name: "*".into(), alias: None, span: reader.span_from(start) });
        return (module != "__future__").then_some(StmtKind::ImportFrom { module: module.into(), level, names });
    }
    let bracket = reader.open(b'(');
    loop {
        let name = reader.identifier()?;
        names.push(alias(reader, &name.name, name.span)?);
        if !reader.byte(b',') {
            break;
        }
        if bracket && reader.next_is(b')') {
            break;
        }
    }
    if bracket {
        reader.close(b')').then_some(())?;
    }
    Some(StmtKind::ImportFrom { module: module.into(), level, names })
}

/// The target of a loop: names, or a tuple of them.
fn loop_target(reader: &mut Cursor<'_>) -> Option<Expr> {
    let first = loop_item(reader)?;
    if !reader.next_is(b',') {
        return Some(first.0);
    }
    let mut end = first.1.end;
    let start = first.1.start;
    let mut items = vec![first.0];
    while reader.byte(b',') {
        let (item, extent) = loop_item(reader)?;
        end = extent.end;
        items.push(item);
    }
    Some(Expr { span: Span { start, end }, kind: ExprKind::Tuple(items) })
}

/// A target with its extent, brackets included.
fn loop_item(reader: &mut Cursor<'_>) -> Option<(Expr, Span)> {
    reader.skip();
    let start = reader.position();
    if reader.open(b'(') {
        let mut items = vec![loop_item(reader)?.0];
        while reader.byte(b',') {
            items.push(loop_item(reader)?.0);
        }
        reader.close(b')').then_some(())?;
        let span = reader.span_from(start);
        return (items.len() > 1).then_some((Expr { span, kind: ExprKind::Tuple(items) }, span));
    }
    let name = reader.identifier()?;
    (!reader.next_is(b'.') && !reader.next_is(b'[') && !reader.next_is(b'('))
        .then_some((Expr { span: name.span, kind: ExprKind::Name(name.name) }, name.span))
}

fn for_header(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    reader.skip();
    let target = loop_target(reader)?;
    reader.keyword("in").then_some(())?;
    let iterable = reader.expressions()?.expression;
    reader.byte(b':').then_some(StmtKind::For { target, iterable })
}

fn with_header(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    reader.skip();
    // Brackets may hold the items or belong to the first of them.
    if reader.next_is(b'(') {
        return None;
    }
    let mut items = Vec::new();
    loop {
        let context = reader.expression()?.expression;
        if matches!(context.kind, ExprKind::Conditional { .. }) {
            return None;
        }
        let mut target = None;
        if reader.keyword("as") {
            let name = reader.identifier()?;
            target = Some(Expr { span: name.span, kind: ExprKind::Name(name.name) });
        }
        items.push(WithItem { context, target });
        if !reader.byte(b',') {
            break;
        }
    }
    reader.byte(b':').then_some(StmtKind::With(items))
}

fn except(reader: &mut Cursor<'_>, header: bool) -> Option<StmtKind> {
    if !header {
        return None;
    }
    if reader.byte(b':') {
        return Some(StmtKind::Except { types: None, name: None });
    }
    let types = reader.expression()?.expression;
    let mut name: Option<Identifier> = None;
    if reader.keyword("as") {
        name = Some(reader.identifier()?);
    }
    reader.byte(b':').then_some(StmtKind::Except { types: Some(types), name })
}

fn class(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    let name = reader.identifier()?;
    let mut arguments = Vec::new();
    if reader.next_is(b'(') {
        arguments = reader.arguments()?.0;
    }
    reader.byte(b':').then_some(StmtKind::Class { name, arguments })
}

fn function(reader: &mut Cursor<'_>) -> Option<StmtKind> {
    let name = reader.identifier()?;
    reader.open(b'(').then_some(())?;
    let mut parameters: Vec<Parameter> = Vec::new();
    let mut normal = ParameterKind::Normal;
    while !reader.next_is(b')') {
        if reader.next_is(b'/') {
            reader.step();
            for parameter in &mut parameters {
                parameter.kind = ParameterKind::PositionalOnly;
            }
        } else if reader.next_is(b'*') {
            reader.step();
            let double = reader.next_is(b'*');
            if double {
                reader.step();
            }
            if reader.next_is_word() {
                if !double {
                    normal = ParameterKind::KeywordOnly;
                }
                let kind = if double { ParameterKind::DoubleStar } else { ParameterKind::Star };
                let parameter = parameter(reader, kind)?;
                if parameter.default.is_some() {
                    return None;
                }
                parameters.push(parameter);
            } else {
                (!double && reader.peek() == b',').then_some(())?;
                normal = ParameterKind::KeywordOnly;
            }
        } else {
            parameters.push(parameter(reader, normal)?);
        }
        if !reader.byte(b',') {
            break;
        }
    }
    reader.close(b')').then_some(())?;
    let returns = if reader.arrow() { Some(reader.expression()?.expression) } else { None };
    reader.byte(b':').then_some(StmtKind::Function { name, parameters, returns })
}

fn parameter(reader: &mut Cursor<'_>, kind: ParameterKind) -> Option<Parameter> {
    let name = reader.identifier()?;
    let annotation = if reader.byte(b':') { Some(reader.expression()?.expression) } else { None };
    let default = if reader.assigns() { Some(reader.expression()?.expression) } else { None };
    Some(Parameter { name, annotation, default, kind })
}

/// The operator of `+=` and the like, without its `=`.
pub(super) fn augmented_operator(text: &[u8]) -> Option<(Operator, usize)> {
    Some(match text {
        [b'*', b'*', b'=', ..] => (Operator::Power, 3),
        [b'/', b'/', b'=', ..] => (Operator::FloorDivide, 3),
        [b'<', b'<', b'=', ..] => (Operator::ShiftLeft, 3),
        [b'>', b'>', b'=', ..] => (Operator::ShiftRight, 3),
        [b'+', b'=', ..] => (Operator::Add, 2),
        [b'-', b'=', ..] => (Operator::Subtract, 2),
        [b'*', b'=', ..] => (Operator::Multiply, 2),
        [b'/', b'=', ..] => (Operator::Divide, 2),
        [b'%', b'=', ..] => (Operator::Modulo, 2),
        [b'@', b'=', ..] => (Operator::MatrixMultiply, 2),
        [b'&', b'=', ..] => (Operator::BitAnd, 2),
        [b'|', b'=', ..] => (Operator::BitOr, 2),
        [b'^', b'=', ..] => (Operator::BitXor, 2),
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
