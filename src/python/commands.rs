//! Command lines that Python code starts: `subprocess.run([...])`, `os.system("...")`.

use crate::python::arguments;
use crate::python::ast::{ArgumentKind, Call, Expr, ExprKind};
use crate::python::things::{ModuleId, Resolved, Thing};
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::span::Span;
use crate::usage::{Definition, Origin, Value};

/// A word of a command line.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandWord {
    /// What it stands for.
    pub value: Value,
    /// Where it stands in this unit: the literal with its quotes, or the expression.
    pub span: Span,
    /// The text alone, without quotes, when it is one plain literal of this unit.
    pub text_span: Option<Span>,
    /// Where it comes from.
    pub origin: Origin,
    /// Where it is defined, when not at `span`.
    pub definition: Option<Definition>,
}

/// What a command line is made of.
#[derive(Clone, Debug, PartialEq)]
pub enum CommandText {
    /// A list of words; `open` when there may be more that are not known.
    Words {
        /// The words in order.
        words: Vec<CommandWord>,
        /// More may follow or stand between.
        open: bool,
    },
    /// One text that a shell reads.
    Shell(CommandWord),
}

/// A command line.
#[derive(Clone, Debug, PartialEq)]
pub struct CommandLine {
    /// Its words or text.
    pub text: CommandText,
    /// The call that starts it.
    pub whole: Span,
    /// The whole statement.
    pub statement: Span,
}

/// Names of functions that start a command; only when they are those of these modules.
pub(super) const STARTERS: [&str; 16] = [
    "run",
    "Popen",
    "call",
    "check_call",
    "check_output",
    "getoutput",
    "getstatusoutput",
    "system",
    "popen",
    "create_subprocess_exec",
    "create_subprocess_shell",
    "execvp",
    "execv",
    "spawn",
    "split",
    "execute",
];

/// Roots of which one must be imported.
pub(super) const ROOTS: [&str; 7] = ["subprocess", "os", "asyncio", "shlex", "pexpect", "invoke", "sh"];

/// The command line that a call starts.
pub(super) fn started(resolver: &Resolver<'_>, call: &Call, statement: Span, whole: Span, at: At<'_>) -> Option<CommandLine> {
    let name = match &call.function.kind {
        ExprKind::Name(name) => &**name,
        ExprKind::Attribute { attribute, .. } => &*attribute.name,
        _ => return None,
    };
    if !STARTERS.contains(&name) {
        return None;
    }
    let callee = resolver.value(&call.function, at);
    let Some(Thing::Object(qualified)) = callee.only() else {
        return None;
    };
    let text = match &**qualified {
        "subprocess.run"
        | "subprocess.Popen"
        | "subprocess.call"
        | "subprocess.check_call"
        | "subprocess.check_output"
        | "subprocess.getoutput"
        | "subprocess.getstatusoutput"
        | "os.system"
        | "os.popen"
        | "shlex.split"
        | "asyncio.create_subprocess_shell"
        | "pexpect.spawn"
        | "pexpect.run"
        | "invoke.run"
        | "asyncio.subprocess.create_subprocess_shell" => {
            let argument = call.arguments.iter().find(|argument| match &argument.kind {
                ArgumentKind::Positional => true,
                ArgumentKind::Keyword(keyword) => {
                    matches!(&*keyword.name, "args" | "cmd" | "command" | "s")
                }
                _ => false,
            })?;
            from_value(resolver, &argument.value, at)?
        }
        "os.execvp" | "os.execv" => from_value(resolver, &call.arguments.get(1)?.value, at)?,
        "asyncio.create_subprocess_exec" | "asyncio.subprocess.create_subprocess_exec" => {
            let mut words = Vec::new();
            let mut open = false;
            for argument in &call.arguments {
                match argument.kind {
                    ArgumentKind::Positional => {
                        let value = resolver.value(&argument.value, at);
                        words.push(word(resolver, &value, argument.value.span, at.module));
                    }
                    ArgumentKind::Star => {
                        let value = resolver.value(&argument.value, at);
                        match resolver.elements(&value) {
                            Some(items) => {
                                words.extend(items.iter().map(|item| word(resolver, item, argument.value.span, at.module)))
                            }
                            None => open = true,
                        }
                    }
                    _ => {}
                }
            }
            CommandText::Words { words, open }
        }
        _ => return None,
    };
    Some(CommandLine { text, whole, statement })
}

fn from_value(resolver: &Resolver<'_>, expression: &Expr, at: At<'_>) -> Option<CommandText> {
    let value = resolver.value(expression, at);
    for thing in &value.things {
        if let Thing::Sequence(sequence) = thing {
            // Elements that are written here have their own place.
            let written: Vec<Span> = match &expression.kind {
                ExprKind::List(items) | ExprKind::Tuple(items)
                    if !items.iter().any(|item| matches!(item.kind, ExprKind::Starred(_))) =>
                {
                    items.iter().map(|item| item.span).collect()
                }
                _ => Vec::new(),
            };
            let words = sequence
                .items
                .iter()
                .take(512)
                .enumerate()
                .map(|(index, item)| {
                    let place = written.get(index).copied().unwrap_or(expression.span);
                    word(resolver, item, place, at.module)
                })
                .collect();
            return Some(CommandText::Words { words, open: sequence.open || value.unknown.is_some() });
        }
    }
    // Also a text of which only the start is known is of use to nobody here.
    value
        .things
        .iter()
        .any(|thing| thing.as_str().is_some())
        .then(|| CommandText::Shell(word(resolver, &value, expression.span, at.module)))
}

/// A value as a word. `place` is where it stands when it has no literal in this unit.
fn word(resolver: &Resolver<'_>, value: &Resolved, place: Span, module: ModuleId) -> CommandWord {
    let own = value.source.filter(|source| source.module == module).map(|source| source.span);
    let span = own.unwrap_or(place);
    let text_span = own.and_then(|span| {
        let open = resolver.open(module)?;
        let written = span.text(open.module.text());
        let text = value.only_str()?;
        let inner = written.strip_prefix(['"', '\''])?.strip_suffix(['"', '\''])?;
        (inner == text).then(|| Span::new(span.start() + 1, span.end() - 1))
    });
    CommandWord {
        value: value.value(),
        span,
        text_span,
        origin: value.origin,
        definition: arguments::definition(resolver, value, Some(span), module),
    }
}

/// Calls `visit` for every call in a statement, with the places of the call and the statement.
pub(super) fn calls<'s>(statement: &'s crate::python::ast::Stmt, visit: &mut dyn FnMut(&'s Call, Span)) {
    walk::statement_expressions(statement, &mut |outer| {
        walk::each(outer, &mut |expression| {
            if let ExprKind::Call(call) = &expression.kind {
                visit(call, expression.span);
            }
        });
    });
}
