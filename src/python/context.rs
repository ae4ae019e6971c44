//! What the code around a call says about it: a check of its path, a save to the same place before.

use std::cell::{OnceCell, RefCell};
use std::collections::HashMap;
use std::rc::Rc;

use crate::python::ast::{ArgumentKind, Expr, ExprKind};
use crate::python::module::{LineIndex, Module};
use crate::python::scope::{first_word, line_text};
use crate::python::things::ModuleId;
use crate::python::value::{At, Resolver};
use crate::python::walk;
use crate::usage::{Guard, Role, Use};

/// Methods and functions that write to the place they are given.
pub(super) const SAVES: [&str; 14] = [
    "save_pretrained",
    "save",
    "save_to_disk",
    "save_model",
    "makedirs",
    "mkdir",
    "save_checkpoint",
    "save_weights",
    "dump",
    "export",
    "snapshot_download",
    "output_dir",
    "TrainingArguments",
    "save_state",
];

/// A place that was saved to.
struct Saved {
    offset: u32,
    /// How it is written.
    text: String,
    /// The texts that it can be.
    values: Vec<String>,
}

/// The surroundings of calls in a module.
pub struct Surroundings<'m> {
    module: &'m Module<'m>,
    saved: OnceCell<Vec<Saved>>,
    /// What earlier cells of the notebook save to, by the number of the cell.
    earlier: RefCell<HashMap<ModuleId, Rc<[Saved]>>>,
}

impl<'m> Surroundings<'m> {
    /// Nothing is looked at before it is asked for.
    pub fn new(module: &'m Module<'m>) -> Self {
        Self { module, saved: OnceCell::new(), earlier: RefCell::default() }
    }

    /// Notes what the surroundings say about a call.
    pub fn judge(&self, one: &mut Use, resolver: &Resolver<'_>, module: ModuleId, at: At<'_>) {
        let subject = [Role::RepoId, Role::AdapterId, Role::Path].into_iter().find_map(|role| one.argument(role));
        let Some(argument) = subject else {
            return;
        };
        let written = argument.value_span.text(self.module.text()).to_owned();
        let literals: Vec<String> =
            argument.value.literals().iter().filter_map(|literal| literal.as_str().map(str::to_owned)).collect();
        let saved = self.saved.get_or_init(|| collect(self.module, resolver, module));
        let same = |saved: &Saved| saved.text == written || saved.values.iter().any(|value| literals.contains(value));
        one.saved_before = saved.iter().any(|saved| saved.offset < one.whole.start && same(saved))
            || resolver.earlier_cells(module).any(|cell| self.saved_in(cell, resolver, &written, &literals).iter().any(same));
        one.guarded = self.guard(&written, at);
    }

    /// What an earlier cell saves to, where it mentions the place at all.
    fn saved_in(&self, cell: ModuleId, resolver: &Resolver<'_>, written: &str, literals: &[String]) -> Rc<[Saved]> {
        let Some(open) = resolver.open(cell) else {
            return Rc::new([]);
        };
        let text = open.module.text();
        let mentioned =
            literals.iter().map(String::as_str).chain([written]).any(|place| !place.is_empty() && text.contains(place));
        if !mentioned {
            return Rc::new([]);
        }
        if let Some(known) = self.earlier.borrow().get(&cell) {
            return Rc::clone(known);
        }
        let saved: Rc<[Saved]> = collect(&open.module, resolver, cell).into();
        self.earlier.borrow_mut().insert(cell, Rc::clone(&saved));
        saved
    }

    /// A test of a line still holds at a later one: in its own branch, or behind an `assert` or a branch that leaves when it
    /// fails. In the other branch, and behind a branch that leaves when it succeeds, the opposite holds.
    fn holds_at(&self, line: LineIndex, code: &str, later: LineIndex) -> bool {
        let block = self.module.block(line);
        let negated = code.contains("not ");
        match first_word(self.module, line) {
            "assert" => !negated,
            "if" | "elif" if block.contains(&later.number()) => !negated,
            "if" if negated && block.end <= later.number() => block
                .clone()
                .next_back()
                .is_some_and(|last| matches!(first_word(self.module, LineIndex::new(last)), "raise" | "return" | "continue")),
            _ => false,
        }
    }

    /// A check in the function around a call.
    fn guard(&self, written: &str, at: At<'_>) -> Option<Guard> {
        if written.is_empty() || written.len() > 200 {
            return None;
        }
        let lines = match at.scope {
            Some(header) => self.module.block(header),
            None => 0..u32::try_from(self.module.lines().len()).unwrap_or(0),
        };
        let from = at.line.number().saturating_sub(60).max(lines.start);
        for number in (from..=at.line.number()).rev() {
            let line = LineIndex::new(number);
            let code = line_text(self.module, line);
            let suffix = code.contains(".endswith(") && code.contains(".safetensors") && code.contains(written);
            if suffix && self.holds_at(line, code, at.line) {
                return Some(Guard::SafetensorsSuffix);
            }
            if ["picklescan", "scan_file", "modelscan", "fickling"].iter().any(|word| code.contains(word)) {
                return Some(Guard::Scanned);
            }
            let tests = ["isdir(", "isfile(", "exists(", "is_dir(", "is_file("].iter().any(|word| code.contains(word));
            if tests && code.contains(written) && !written.starts_with(['"', '\'']) {
                return Some(Guard::ExistsLocally);
            }
        }
        None
    }
}

/// The places that a text saves to.
fn collect(text: &Module<'_>, resolver: &Resolver<'_>, module: ModuleId) -> Vec<Saved> {
    let mut saved = Vec::new();
    for word in SAVES {
        for (offset, line) in text.occurrences(word) {
            if saved.len() > 512 {
                return saved;
            }
            let scope = text.scope(line);
            let at = At { module, line, inline: false, scope, locals: None };
            for statement in text.statements(line).iter() {
                walk::statement_expressions(statement, &mut |outer| {
                    walk::each(outer, &mut |expression| {
                        if !expression.span.contains(offset) {
                            return;
                        }
                        for target in saved_to(expression, word) {
                            saved.push(Saved {
                                offset: expression.span.start,
                                text: target.span.text(text.text()).to_owned(),
                                values: resolver
                                    .value(target, at)
                                    .things
                                    .iter()
                                    .filter_map(|thing| thing.as_str().map(str::to_owned))
                                    .collect(),
                            });
                        }
                    });
                });
            }
        }
    }
    saved
}

/// The places that a call writes to.
fn saved_to<'e>(expression: &'e Expr, word: &str) -> Vec<&'e Expr> {
    let ExprKind::Call(call) = &expression.kind else {
        return Vec::new();
    };
    let name = match &call.function.kind {
        ExprKind::Name(name) => &**name,
        ExprKind::Attribute { attribute, .. } => &*attribute.name,
        _ => return Vec::new(),
    };
    let keyword = |wanted: &[&str]| {
        call.arguments
            .iter()
            .filter(|argument| walk::keyword(&argument.kind).is_some_and(|name| wanted.contains(&name)))
            .map(|argument| &argument.value)
            .collect::<Vec<&Expr>>()
    };
    if word == "output_dir" {
        return keyword(&["output_dir"]);
    }
    if name != word {
        return Vec::new();
    }
    match word {
        "snapshot_download" => keyword(&["local_dir"]),
        "TrainingArguments" => {
            let mut places = keyword(&["output_dir"]);
            places.extend(first_positional(call));
            places
        }
        // `torch.save(model, path)`, `joblib.dump(model, path)`
        "save" | "dump" => {
            let mut places: Vec<&Expr> = call
                .arguments
                .iter()
                .filter(|argument| matches!(argument.kind, ArgumentKind::Positional))
                .take(2)
                .map(|argument| &argument.value)
                .collect();
            places.extend(keyword(&["f", "path", "filepath", "filename"]));
            places
        }
        "mkdir" => match &call.function.kind {
            // `Path(x).mkdir()`, `x.mkdir()`
            ExprKind::Attribute { value, .. } => match &value.kind {
                ExprKind::Call(inner) => first_positional(inner).into_iter().chain(first_positional(call)).collect(),
                _ => std::iter::once(&**value).chain(first_positional(call)).collect(),
            },
            _ => first_positional(call).into_iter().collect(),
        },
        _ => {
            let mut places: Vec<&Expr> = first_positional(call).into_iter().collect();
            places.extend(keyword(&["save_directory", "output_dir", "dataset_path", "path", "name", "output_path"]));
            places
        }
    }
}

fn first_positional(call: &crate::python::ast::Call) -> Option<&Expr> {
    call.arguments.iter().find(|argument| matches!(argument.kind, ArgumentKind::Positional)).map(|argument| &argument.value)
}
