//! Visiting the expressions of a statement, without regard to scopes.

use crate::python::ast::{ArgumentKind, ComprehensionClause, Expr, ExprKind, JoinedPart, Parameter, Stmt, StmtKind};

/// Calls `visit` for an expression and every expression in it, outer ones first.
pub fn each<'e>(expression: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    let mut stack = vec![expression];
    while let Some(next) = stack.pop() {
        visit(next);
        let from = stack.len();
        children(next, &mut |child| stack.push(child));
        if let Some(added) = stack.get_mut(from..) {
            added.reverse();
        }
    }
}

/// Calls `visit` for the direct parts of an expression, in order of the text.
pub fn children<'e>(expression: &'e Expr, visit: &mut dyn FnMut(&'e Expr)) {
    match &expression.kind {
        ExprKind::Name(_)
        | ExprKind::Str(_)
        | ExprKind::Bytes(_)
        | ExprKind::Int(_)
        | ExprKind::Number(_)
        | ExprKind::Bool(_)
        | ExprKind::None
        | ExprKind::Ellipsis => {}
        ExprKind::Attribute { value, .. } => visit(value),
        ExprKind::Call(call) => {
            visit(&call.function);
            for argument in &call.arguments {
                visit(&argument.value);
            }
        }
        ExprKind::Subscript { value, index } => {
            visit(value);
            visit(index);
        }
        ExprKind::Slice { lower, upper, step } => {
            for part in [lower, upper, step].into_iter().flatten() {
                visit(part);
            }
        }
        ExprKind::Joined(parts) => {
            for part in parts {
                if let JoinedPart::Field { value, .. } = part {
                    visit(value);
                }
            }
        }
        ExprKind::List(items) | ExprKind::Tuple(items) | ExprKind::Set(items) | ExprKind::Other(items) => {
            items.iter().for_each(visit)
        }
        ExprKind::Dict(items) => {
            for item in items {
                if let Some(key) = &item.key {
                    visit(key);
                }
                visit(&item.value);
            }
        }
        ExprKind::Starred(value) | ExprKind::Await(value) | ExprKind::Named { value, .. } => {
            visit(value);
        }
        ExprKind::Unary { operand, .. } => visit(operand),
        ExprKind::Binary { left, right, .. } => {
            visit(left);
            visit(right);
        }
        ExprKind::Compare { operands, .. } => operands.iter().for_each(visit),
        ExprKind::Conditional { test, body, otherwise } => {
            visit(body);
            visit(test);
            visit(otherwise);
        }
        ExprKind::Lambda { parameters, body } => {
            parameter_expressions(parameters, visit);
            visit(body);
        }
        ExprKind::Comprehension { element, value, clauses, .. } => {
            visit(element);
            if let Some(value) = value {
                visit(value);
            }
            for clause in clauses {
                match clause {
                    ComprehensionClause::For { target, iterable } => {
                        visit(target);
                        visit(iterable);
                    }
                    ComprehensionClause::If(test) => visit(test),
                }
            }
        }
        ExprKind::Yield(value) => {
            if let Some(value) = value {
                visit(value);
            }
        }
    }
}

/// The defaults and annotations of parameters.
pub fn parameter_expressions<'e>(parameters: &'e [Parameter], visit: &mut dyn FnMut(&'e Expr)) {
    for parameter in parameters {
        if let Some(annotation) = &parameter.annotation {
            visit(annotation);
        }
        if let Some(default) = &parameter.default {
            visit(default);
        }
    }
}

/// Calls `visit` for every outermost expression of a statement.
pub fn statement_expressions<'e>(statement: &'e Stmt, visit: &mut dyn FnMut(&'e Expr)) {
    match &statement.kind {
        StmtKind::Expr(value)
        | StmtKind::Decorator(value)
        | StmtKind::If(value)
        | StmtKind::Elif(value)
        | StmtKind::While(value)
        | StmtKind::Match(value) => visit(value),
        StmtKind::Assign { targets, value } => {
            targets.iter().for_each(&mut *visit);
            visit(value);
        }
        StmtKind::AnnotatedAssign { target, annotation, value } => {
            visit(target);
            visit(annotation);
            if let Some(value) = value {
                visit(value);
            }
        }
        StmtKind::AugmentedAssign { target, value, .. } => {
            visit(target);
            visit(value);
        }
        StmtKind::Function { parameters, returns, .. } => {
            parameter_expressions(parameters, visit);
            if let Some(returns) = returns {
                visit(returns);
            }
        }
        StmtKind::Class { arguments, .. } => {
            for argument in arguments {
                visit(&argument.value);
            }
        }
        StmtKind::Return(value) => {
            if let Some(value) = value {
                visit(value);
            }
        }
        StmtKind::For { target, iterable } => {
            visit(target);
            visit(iterable);
        }
        StmtKind::With(items) => {
            for item in items {
                visit(&item.context);
                if let Some(target) = &item.target {
                    visit(target);
                }
            }
        }
        StmtKind::Except { types, .. } => {
            if let Some(types) = types {
                visit(types);
            }
        }
        StmtKind::Delete(values) | StmtKind::Raise(values) | StmtKind::Assert(values) | StmtKind::Other(values) => {
            values.iter().for_each(visit)
        }
        StmtKind::Import(_)
        | StmtKind::ImportFrom { .. }
        | StmtKind::Else
        | StmtKind::Try
        | StmtKind::Finally
        | StmtKind::Case
        | StmtKind::Global(_)
        | StmtKind::Nonlocal(_) => {}
    }
}

/// The keyword of an argument.
pub fn keyword(kind: &ArgumentKind) -> Option<&str> {
    match kind {
        ArgumentKind::Keyword(name) => Some(&name.name),
        _ => None,
    }
}
