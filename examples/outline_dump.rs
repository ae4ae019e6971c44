//! Writes what hublint reads from Python files, one JSON object a file, for `tools/check-outline.py` to compare with
//! what CPython reads. The paths come on standard input, one a line.
#![allow(clippy::expect_used)]

use std::io::{BufRead, Write};

use hublint::python::ast::{Argument, ArgumentKind, ComprehensionClause, Expr, ExprKind, JoinedPart, Parameter, Stmt, StmtKind};
use hublint::python::module::{LineIndex, Module, ParseMode};
use hublint::span::Span;
use serde_json::{Value, json};

fn main() {
    let mut output = std::io::BufWriter::new(std::io::stdout().lock());
    for path in std::io::stdin().lock().lines() {
        let path = path.expect("paths are UTF-8");
        let Ok(text) = std::fs::read_to_string(&path) else {
            continue;
        };
        let module = Module::new(&text, ParseMode::OnDemand);
        let spans = |spans: &[Span]| -> Vec<Value> { spans.iter().map(|span| json!([span.start, span.end])).collect() };
        let lines: Vec<Value> = module.lines().iter().map(|line| json!([line.span.start, line.span.end, line.indent])).collect();
        let mut statements = Vec::new();
        for number in 0..lines.len() {
            let index = LineIndex::new(u32::try_from(number).expect("few lines"));
            for statement in module.statements(index).iter() {
                if let Some(value) = show_statement(statement) {
                    statements.push(json!([statement.span.start, value]));
                }
            }
        }
        let problems: Vec<String> =
            module.problems().iter().map(|problem| format!("{:?} at {}", problem.kind, problem.offset)).collect();
        let value = json!({
            "path": path,
            "fell_back": module.fell_back(),
            "problems": problems,
            "lines": lines,
            "strings": spans(module.strings()),
            "comments": spans(module.comments()),
            "statements": statements,
        });
        writeln!(output, "{value}").expect("standard output can be written");
    }
}

fn show_all(expressions: &[Expr]) -> Value {
    expressions.iter().map(show).collect()
}

fn show_option(expression: Option<&Expr>) -> Value {
    expression.map_or(Value::Null, show)
}

fn show_arguments(arguments: &[Argument]) -> Value {
    arguments
        .iter()
        .map(|argument| {
            let kind = match &argument.kind {
                ArgumentKind::Positional => "",
                ArgumentKind::Keyword(name) => &name.name,
                ArgumentKind::Star => "*",
                ArgumentKind::DoubleStar => "**",
            };
            json!([kind, show(&argument.value)])
        })
        .collect()
}

fn show_parameters(parameters: &[Parameter]) -> Value {
    parameters
        .iter()
        .map(|parameter| {
            json!([
                &*parameter.name.name,
                format!("{:?}", parameter.kind),
                show_option(parameter.annotation.as_ref()),
                show_option(parameter.default.as_ref())
            ])
        })
        .collect()
}

fn show(expression: &Expr) -> Value {
    let kind = match &expression.kind {
        ExprKind::Name(name) => json!(["name", &**name]),
        ExprKind::Attribute { value, attribute } => {
            json!(["attribute", show(value), &*attribute.name])
        }
        ExprKind::Call(call) => {
            json!(["call", show(&call.function), show_arguments(&call.arguments)])
        }
        ExprKind::Subscript { value, index } => json!(["subscript", show(value), show(index)]),
        ExprKind::Slice { lower, upper, step } => {
            json!(["slice", show_option(lower.as_deref()), show_option(upper.as_deref()), show_option(step.as_deref())])
        }
        ExprKind::Str(text) => json!(["str", text]),
        ExprKind::Bytes(bytes) => json!(["bytes", bytes]),
        ExprKind::Joined(parts) => {
            let parts: Vec<Value> = parts
                .iter()
                .map(|part| match part {
                    JoinedPart::Literal(text) => json!(text),
                    JoinedPart::Field { value, plain } => json!([show(value), plain]),
                })
                .collect();
            json!(["joined", parts])
        }
        ExprKind::Int(value) => json!(["int", value.to_string()]),
        ExprKind::Number(text) => json!(["number", &**text]),
        ExprKind::Bool(value) => json!(["constant", if *value { "True" } else { "False" }]),
        ExprKind::None => json!(["constant", "None"]),
        ExprKind::Ellipsis => json!(["constant", "Ellipsis"]),
        ExprKind::List(elements) => json!(["list", show_all(elements)]),
        ExprKind::Tuple(elements) => json!(["tuple", show_all(elements)]),
        ExprKind::Set(elements) => json!(["set", show_all(elements)]),
        ExprKind::Dict(items) => {
            let items: Vec<Value> = items.iter().map(|item| json!([show_option(item.key.as_ref()), show(&item.value)])).collect();
            json!(["dict", items])
        }
        ExprKind::Starred(value) => json!(["starred", show(value)]),
        ExprKind::Unary { operator, operand } => {
            json!(["unary", format!("{operator:?}"), show(operand)])
        }
        ExprKind::Binary { operator, left, right } => json!(["binary", format!("{operator:?}"), show(left), show(right)]),
        ExprKind::Compare { operands, operators } => json!(["compare", show_all(operands), operators]),
        ExprKind::Conditional { test, body, otherwise } => json!(["conditional", show(test), show(body), show(otherwise)]),
        ExprKind::Lambda { parameters, body } => {
            json!(["lambda", show_parameters(parameters), show(body)])
        }
        ExprKind::Comprehension { kind, element, value, clauses } => {
            let clauses: Vec<Value> = clauses
                .iter()
                .map(|clause| match clause {
                    ComprehensionClause::For { target, iterable } => {
                        json!(["for", show(target), show(iterable)])
                    }
                    ComprehensionClause::If(condition) => json!(["if", show(condition)]),
                })
                .collect();
            json!(["comprehension", format!("{kind:?}"), show(element), show_option(value.as_deref()), clauses])
        }
        ExprKind::Await(value) => json!(["await", show(value)]),
        ExprKind::Yield(value) => json!(["yield", show_option(value.as_deref())]),
        ExprKind::Named { target, value } => json!(["named", &*target.name, show(value)]),
        ExprKind::Other(inner) => json!(["other", show_all(inner)]),
    };
    json!([expression.span.start, expression.span.end, kind])
}

/// A statement as CPython's `ast` can say it too; `None` for what has no node there.
fn show_statement(statement: &Stmt) -> Option<Value> {
    Some(match &statement.kind {
        StmtKind::Expr(value) => json!(["expr", show(value)]),
        StmtKind::Assign { targets, value } => json!(["assign", show_all(targets), show(value)]),
        StmtKind::AnnotatedAssign { target, annotation, value } => {
            json!(["annotated", show(target), show(annotation), show_option(value.as_ref())])
        }
        StmtKind::AugmentedAssign { target, operator, value } => {
            json!(["augmented", show(target), format!("{operator:?}"), show(value)])
        }
        StmtKind::Import(names) => {
            let names: Vec<Value> = names.iter().map(|name| json!([&*name.name, name.alias])).collect();
            json!(["import", names])
        }
        StmtKind::ImportFrom { module, level, names } => {
            let names: Vec<Value> = names.iter().map(|name| json!([&*name.name, name.alias])).collect();
            json!(["from", &**module, level, names])
        }
        StmtKind::Function { name, parameters, returns } => {
            json!(["def", &*name.name, show_parameters(parameters), show_option(returns.as_ref())])
        }
        StmtKind::Class { name, arguments } => {
            json!(["class", &*name.name, show_arguments(arguments)])
        }
        StmtKind::Decorator(value) => json!(["decorator", show(value)]),
        StmtKind::Return(value) => json!(["return", show_option(value.as_ref())]),
        StmtKind::If(test) | StmtKind::Elif(test) => json!(["if", show(test)]),
        StmtKind::While(test) => json!(["while", show(test)]),
        StmtKind::For { target, iterable } => json!(["for", show(target), show(iterable)]),
        StmtKind::With(items) => {
            let items: Vec<Value> =
                items.iter().map(|item| json!([show(&item.context), show_option(item.target.as_ref())])).collect();
            json!(["with", items])
        }
        StmtKind::Try => json!(["try"]),
        StmtKind::Except { types, name } => json!(["except", show_option(types.as_ref()), name.as_ref().map(|name| &name.name)]),
        StmtKind::Match(subject) => json!(["match", show(subject)]),
        StmtKind::Global(names) => {
            json!(["global", names.iter().map(|name| &*name.name).collect::<Vec<_>>()])
        }
        StmtKind::Nonlocal(names) => {
            json!(["nonlocal", names.iter().map(|name| &*name.name).collect::<Vec<_>>()])
        }
        StmtKind::Delete(targets) => json!(["delete", show_all(targets)]),
        StmtKind::Raise(values) => json!(["raise", show_all(values)]),
        StmtKind::Assert(values) => json!(["assert", show_all(values)]),
        StmtKind::Other(_) | StmtKind::Else | StmtKind::Finally | StmtKind::Case => return None,
    })
}
