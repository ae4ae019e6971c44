//! `unsafe-torch-load`, `unsafe-load-fallback` and `pickle-weights-requested`: what a switch of a loader says.

use super::remote_code::is_told_at_a_switch;
use super::revision::may_be_true;
use super::{Context, Repair, RepairPlan, Ternary, Verdict};
use crate::catalog::{Entry, RepoKind, Unpickles};
use crate::finding::Level;
use crate::reference::{Reference, Target};
use crate::usage::{Argument, Guard, Literal, Origin, Role, Use, UseKind, Value};

/// The verdicts about one use.
#[must_use]
pub fn judge(usage: &Use, entry: &Entry, found: &[Reference], all: &[Use], context: &Context<'_>) -> Vec<Verdict> {
    let mut out = Vec::new();
    out.extend(weights_only(usage, entry, all, context));
    out.extend(pickle_weights(usage, entry, found, context));
    out
}

/// How an argument stands to a truth value.
fn truth(argument: &Argument) -> Option<(bool, bool)> {
    if matches!(argument.value, Value::Unknown(_)) {
        return None;
    }
    let truths: Vec<Option<bool>> = argument.value.literals().iter().map(Literal::truth).collect();
    Some((truths.contains(&Some(true)), truths.contains(&Some(false))))
}

fn is_none(argument: &Argument) -> bool {
    matches!(argument.value, Value::Known(Literal::None))
}

/// `torch.load` and everything that hands `weights_only` on to it.
fn weights_only(usage: &Use, entry: &Entry, all: &[Use], context: &Context<'_>) -> Option<Verdict> {
    if matches!(usage.kind, UseKind::Environment | UseKind::Switch) {
        return switched(usage, entry, all);
    }
    let parameter = entry.parameter(Role::WeightsOnly)?;
    // `torch.load(path)` of a file that was just tested to be safetensors unpickles nothing.
    if usage.guarded == Some(Guard::SafetensorsSuffix) || is_safetensors(usage) {
        return None;
    }
    // `Trainer.fit(ckpt_path=None)`: without the path nothing is loaded.
    let optional = entry.parameter(Role::Path).is_some_and(|path| path.default == Some(Literal::None));
    let no_path = match usage.argument(Role::Path) {
        Some(path) => path.origin == Origin::Absent || is_none(path),
        None => !usage.site.is_some_and(|site| site.open),
    };
    if optional && no_path && usage.kind == UseKind::Call {
        return None;
    }
    let by_version = entry.unpickles == Unpickles::ByVersion;
    let argument = usage.argument(Role::WeightsOnly);
    if let Some(argument) = argument.filter(|argument| argument.origin != Origin::Absent && !is_none(argument)) {
        let (may_be_safe, may_be_unsafe) = match truth(argument) {
            Some(truths) => truths,
            None => {
                return context.report_unknown.then(|| {
                    let why = match argument.value {
                        Value::Unknown(why) => why.describe(),
                        _ => "an expression that is not folded",
                    };
                    Verdict::new("unsafe-torch-load", "unknown", usage, Some(argument)).with("reason", why).capped(Level::Note)
                });
            }
        };
        if may_be_unsafe {
            if usage.retry_of.is_some() {
                return Some(fallback(usage, argument));
            }
            let case = if may_be_safe || argument.origin == Origin::Default { "sometimes-disabled" } else { "disabled" };
            let verdict = Verdict::new("unsafe-torch-load", case, usage, Some(argument)).with("argument", "weights_only");
            return Some(verdict.repaired(replace_by_true(usage, argument, "weights_only")));
        }
    }
    if let Some(argument) =
        usage.argument(Role::PickleModule).filter(|argument| !is_none(argument) && argument.origin != Origin::Absent)
    {
        let safe = argument_is_restricted(argument);
        let overridden = usage.argument(Role::WeightsOnly).is_some_and(|argument| truth(argument) == Some((true, false)));
        if !safe && !overridden && !matches!(argument.value, Value::Unknown(_)) {
            let verdict =
                Verdict::new("unsafe-torch-load", "pickle-module", usage, Some(argument)).with("argument", "pickle_module");
            return Some(verdict);
        }
    }
    if argument.is_some_and(|argument| argument.origin != Origin::Absent && !is_none(argument)) {
        return None;
    }
    // Absent, or None.
    match (by_version, entry.unpickles) {
        (true, _) => absent(usage, context),
        (false, Unpickles::Default) if parameter.default == Some(Literal::Bool(false)) => {
            let hashed = usage.argument(Role::CheckHash).is_some_and(may_be_true);
            let open = usage.site.is_some_and(|site| site.open);
            (!hashed && !open)
                .then(|| Verdict::new("unsafe-torch-load", "default-off", usage, None).with("argument", "weights_only"))
        }
        _ => None,
    }
}

fn is_safetensors(usage: &Use) -> bool {
    usage.argument(Role::Path).is_some_and(|argument| {
        let literals = argument.value.literals();
        !literals.is_empty()
            && literals.iter().all(|literal| match literal {
                Literal::Str(text) | Literal::LocalPath(Some(text)) => text.ends_with(".safetensors"),
                _ => false,
            })
    })
}

/// A module whose unpickler is made to be safe.
fn argument_is_restricted(argument: &Argument) -> bool {
    argument.value.literals().iter().all(|literal| matches!(literal, Literal::Object(name) if name.to_ascii_lowercase().contains("restricted") || name.to_ascii_lowercase().contains("safe")))
}

/// `torch.load(f)`: by the version of torch.
fn absent(usage: &Use, context: &Context<'_>) -> Option<Verdict> {
    if usage.site.is_some_and(|site| site.open) && usage.argument(Role::WeightsOnly).is_none() {
        // Something is passed on in `**kwargs`: it may well be there.
        return context.report_unknown.then(|| {
            Verdict::new("unsafe-torch-load", "unknown", usage, None).with("reason", "passed on in **kwargs").capped(Level::Note)
        });
    }
    let case = match context.versions.at_least("torch", "2.6") {
        Ternary::Yes => "absent-new-torch",
        Ternary::No => "absent-old-torch",
        Ternary::Unknown => "absent",
    };
    let mut verdict =
        Verdict::new("unsafe-torch-load", case, usage, usage.argument(Role::WeightsOnly)).with("argument", "weights_only");
    if let Some(evidence) = context.versions.evidence("torch") {
        verdict.words.insert("version", evidence);
    }
    let insert =
        usage.site.filter(|site| usage.kind == UseKind::Call && !site.open && usage.argument(Role::WeightsOnly).is_none());
    Some(verdict.repaired(insert.map(|site| RepairPlan {
        safe: false,
        description: "add weights_only=True".to_owned(),
        repair: Repair::InsertArgument { site, keyword: "weights_only".to_owned(), value: "True".to_owned() },
    })))
}

/// An `except` that tries again with the protection off.
fn fallback(usage: &Use, argument: &Argument) -> Verdict {
    let mut verdict = Verdict::new("unsafe-load-fallback", "retry", usage, Some(argument)).with("argument", "weights_only");
    if let Some(first) = usage.retry_of {
        let definition = crate::usage::Definition { path: None, unit: usage.unit, span: first, line: 0 };
        verdict.related.push(("the load that failed".to_owned(), definition));
    }
    verdict
}

fn replace_by_true(usage: &Use, argument: &Argument, what: &str) -> Option<RepairPlan> {
    (argument.replaceable && usage.kind == UseKind::Call).then(|| RepairPlan {
        safe: false,
        description: format!("set {what}=True"),
        repair: Repair::Replace { span: argument.value_span, text: "True".to_owned() },
    })
}

/// An environment variable or a field that switches the protection off.
fn switched(usage: &Use, entry: &Entry, all: &[Use]) -> Option<Verdict> {
    let weights = entry.parameter(Role::WeightsOnly).is_some();
    let pickle = entry.parameter(Role::AllowPickle).is_some();
    let argument = usage
        .argument(Role::Switch)
        .or_else(|| usage.argument(Role::WeightsOnly))
        .or_else(|| usage.argument(Role::AllowPickle))?;
    // A parameter's default that is passed on is told at the parameter.
    if argument.origin == Origin::Default && is_told_at_a_switch(argument, all) {
        return None;
    }
    // None leaves the choice to the callee.
    let switched_off =
        argument.value.literals().iter().any(|literal| *literal != Literal::None && literal.truth() == Some(false));
    let (may_be_true_, _) = truth(argument)?;
    if usage.kind == UseKind::Environment {
        // A variable that says "no protection" when it is true.
        return (pickle && may_be_true(argument)).then(|| {
            Verdict::new("unsafe-torch-load", "environment", usage, Some(argument)).with("argument", usage.name.clone())
        });
    }
    if weights && switched_off && !may_be_true_ {
        return Some(Verdict::new("unsafe-torch-load", "switch", usage, Some(argument)).with("argument", usage.name.clone()));
    }
    if pickle && may_be_true(argument) {
        return Some(
            Verdict::new("unsafe-deserialization", "switched-on", usage, Some(argument)).with("argument", usage.name.clone()),
        );
    }
    None
}

/// Pickle where safetensors would do.
fn pickle_weights(usage: &Use, entry: &Entry, found: &[Reference], context: &Context<'_>) -> Option<Verdict> {
    if !matches!(usage.kind, UseKind::Call | UseKind::Command | UseKind::ConfigEntry) {
        return None;
    }
    let cap = |verdict: Verdict| if context.low_stakes() { verdict.capped(Level::Note) } else { verdict };
    let explicit = |role: Role| usage.argument(role).filter(|argument| argument.origin != Origin::Absent);
    let certainly_false = |argument: &Argument| matches!(truth(argument), Some((false, true))) && !is_none(argument);
    if let Some(argument) = explicit(Role::UseSafetensors).filter(|argument| certainly_false(argument)) {
        if found.iter().all(|reference| reference.target == Target::Local) && !found.is_empty() {
            return None;
        }
        let verdict = Verdict::new("pickle-weights-requested", "safetensors-off", usage, Some(argument))
            .with("argument", "use_safetensors");
        return Some(cap(verdict.repaired(replace_by_true(usage, argument, "use_safetensors"))));
    }
    if let Some(argument) = explicit(Role::SafeSerialization).filter(|argument| certainly_false(argument)) {
        let verdict =
            Verdict::new("pickle-weights-requested", "save", usage, Some(argument)).with("argument", "safe_serialization");
        return Some(cap(verdict.repaired(replace_by_true(usage, argument, "safe_serialization"))));
    }
    let hub = entry.repo.is_some_and(|kind| !matches!(kind, RepoKind::File | RepoKind::Other));
    if !hub || found.iter().any(|reference| matches!(reference.target, Target::Local)) {
        return None;
    }
    for role in [Role::Filename, Role::AllowPatterns] {
        let Some(argument) = explicit(role) else { continue };
        if let Some(file) = pickle_names(argument) {
            let repo =
                found.iter().find(|reference| !reference.full_id.is_empty()).map_or("", |reference| reference.full_id.as_str());
            let verdict = Verdict::new("pickle-weights-requested", "file", usage, Some(argument)).about(repo).with("file", file);
            return Some(cap(verdict));
        }
    }
    None
}

/// The first name of a pickle that an argument may hold.
fn pickle_names(argument: &Argument) -> Option<String> {
    let mut pending: Vec<&Literal> = argument.value.literals().iter().collect();
    let mut names = Vec::new();
    while let Some(literal) = pending.pop() {
        match literal {
            Literal::Str(text) => names.push(text.as_str()),
            Literal::List(items) => pending.extend(items.iter().flat_map(Value::literals)),
            _ => {}
        }
    }
    names.sort_unstable();
    names.into_iter().find(|name| is_pickle_name(name)).map(str::to_owned)
}

/// True for the endings of files that are pickles by convention.
#[must_use]
pub fn is_pickle_name(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib"].iter().any(|ending| lower.ends_with(ending))
}
