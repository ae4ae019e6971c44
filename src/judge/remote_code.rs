//! `trust-remote-code` and `implicit-remote-code`: code of a repository runs on the reader's machine.

use super::call::foreign_source;
use super::revision::may_be_true;
use super::{Context, Repair, RepairPlan, Ternary, Verdict};
use crate::catalog::{Entry, RepoKind, RunsCode};
use crate::finding::Level;
use crate::reference::{Malformed, PinState, Reference, Target};
use crate::usage::{Argument, Literal, Origin, Role, Use, UseKind, Value};

/// The verdict about code of the repository, if any.
#[must_use]
pub fn judge(usage: &Use, entry: Option<&Entry>, found: &[Reference], all: &[Use], context: &Context<'_>) -> Option<Verdict> {
    let switch = usage.argument(Role::RemoteCode).or_else(|| {
        let is_switch = matches!(usage.kind, UseKind::Switch | UseKind::Environment);
        usage
            .argument(Role::Switch)
            .filter(|_| is_switch && entry.is_some_and(|entry| entry.parameter(Role::RemoteCode).is_some()))
    });
    if let Some(argument) = switch
        && may_be_true(argument)
    {
        return trusted(usage, entry, argument, found, all, context);
    }
    implicit(usage, entry?, switch, found)
}

fn trusted(
    usage: &Use,
    entry: Option<&Entry>,
    argument: &Argument,
    found: &[Reference],
    all: &[Use],
    context: &Context<'_>,
) -> Option<Verdict> {
    if usage.kind == UseKind::Switch && is_told_at_a_call(usage, all) {
        return None;
    }
    // Off in one branch and on in another, on its way to somewhere else: the place where it is on is looked at itself.
    let may_be_off = argument.value.literals().iter().any(|literal| literal.truth() == Some(false));
    if usage.kind == UseKind::Switch && may_be_off {
        return None;
    }
    // Where a caller, a form or a command line decides, the place to look at is the default, and it is told there.
    if matches!(argument.origin, Origin::Default) && is_told_at_a_switch(argument, all) {
        return None;
    }
    let written = match &argument.value {
        Value::Known(Literal::Str(text)) => format!("\"{text}\""),
        Value::Known(Literal::Int(number)) => number.to_string(),
        _ => "True".to_owned(),
    };
    let case = if usage.kind == UseKind::Environment {
        "environment"
    } else if usage.kind == UseKind::Switch || entry.is_none() {
        "switch"
    } else if entry.is_some_and(|entry| entry.repo == Some(RepoKind::Dataset))
        && usage.qualified.starts_with("datasets.")
        && context.versions.at_least("datasets", "4.0.0") == Ternary::Yes
    {
        "dead"
    } else {
        case_of(found)?
    };
    let name = argument_name(usage, argument, entry);
    // In code the argument with its value, on a command line the option.
    let name = match case {
        "switch" | "environment" | "dead" => name,
        _ if usage.kind == UseKind::Command => name,
        _ => format!("{name}={written}"),
    };
    let mut verdict = Verdict::new("trust-remote-code", case, usage, Some(argument)).with("argument", name);
    if case == "switch" {
        verdict.words.insert("api", usage.name.clone());
    }
    if let Some(reference) = found.iter().find(|reference| !reference.full_id.is_empty()) {
        verdict = verdict.about(&reference.full_id);
    } else {
        verdict.words.insert("repo", "the repository".to_owned());
    }
    let repair = usage.site.filter(|_| usage.kind == UseKind::Call && argument.replaceable).map(|_| RepairPlan {
        safe: case == "dead",
        description: "set it to False".to_owned(),
        repair: Repair::Replace { span: argument.value_span, text: "False".to_owned() },
    });
    Some(verdict.repaired(repair))
}

/// Which case holds for a trusted load.
fn case_of(found: &[Reference]) -> Option<&'static str> {
    let main: Vec<&Reference> = found.iter().filter(|reference| reference.role == Role::RepoId).collect();
    if main.is_empty() {
        return Some("unknown-repo");
    }
    if main.iter().all(|reference| reference.target == Target::Builtin) {
        return Some("unknown-repo");
    }
    if main.iter().all(|reference| reference.target == Target::Local) {
        return Some("local");
    }
    let hub: Vec<&&Reference> =
        main.iter().filter(|reference| matches!(reference.target, Target::Hub | Target::Ambiguous)).collect();
    if hub.is_empty() {
        // The id is unknown. What is known of the revision decides.
        return Some(if main.iter().all(|reference| reference.pin.is_commit()) {
            "pinned"
        } else if main.iter().all(|reference| matches!(reference.pin, PinState::Unknown(_))) {
            "unknown-revision"
        } else {
            "unknown-repo"
        });
    }
    if hub.iter().all(|reference| reference.pin.is_commit()) {
        return Some("pinned");
    }
    if hub.iter().any(|reference| matches!(reference.pin, PinState::Malformed(_, Malformed::Short | Malformed::UpperCase))) {
        return Some("unpinned");
    }
    if hub.iter().any(|reference| reference.pin.floats()) { Some("unpinned") } else { Some("unknown-revision") }
}

/// The keyword as written, or the usual one.
fn argument_name(usage: &Use, _argument: &Argument, entry: Option<&Entry>) -> String {
    if matches!(usage.kind, UseKind::Switch | UseKind::Environment) {
        return usage.name.clone();
    }
    entry
        .and_then(|entry| entry.parameter(Role::RemoteCode))
        .and_then(|parameter| parameter.places.first())
        .and_then(|place| place.keyword.clone().or_else(|| place.nested.last().cloned()))
        .unwrap_or_else(|| "trust_remote_code".to_owned())
}

/// A catalogued call reads its value from this switch: the call tells it, with the repository.
fn is_told_at_a_call(switch: &Use, all: &[Use]) -> bool {
    all.iter().any(|other| {
        matches!(other.kind, UseKind::Call | UseKind::Reference | UseKind::Command)
            && other.argument(Role::RemoteCode).is_some_and(|argument| {
                !matches!(argument.origin, Origin::Default) && (defined_in(argument, switch) || covers(other, switch, argument))
            })
    })
}

/// The value of a call comes from a default that is a switch of its own.
pub(super) fn is_told_at_a_switch(argument: &Argument, all: &[Use]) -> bool {
    all.iter().any(|other| other.kind == UseKind::Switch && defined_in(argument, other))
}

fn defined_in(argument: &Argument, switch: &Use) -> bool {
    argument.definition.as_ref().is_some_and(|definition| {
        definition.path.is_none()
            && definition.unit == switch.unit
            && (switch.whole.covers(definition.span) || definition.span.covers(switch.whole))
    })
}

/// The switch stands inside the call itself (`model_kwargs={"trust_remote_code": True}`).
fn covers(call: &Use, switch: &Use, argument: &Argument) -> bool {
    call.unit == switch.unit && (call.whole.covers(switch.whole) || argument.span.covers(switch.whole))
}

/// APIs that run code without a flag, or with a flag that is on by default.
fn implicit(usage: &Use, entry: &Entry, switch: Option<&Argument>, found: &[Reference]) -> Option<Verdict> {
    if !matches!(usage.kind, UseKind::Call | UseKind::Reference | UseKind::Command) {
        return None;
    }
    let case = match entry.runs_code {
        RunsCode::Always => "always",
        // torch.hub: before torch 2.15 the code runs after a warning that nobody reads in CI.
        RunsCode::Prompt if entry.repo == Some(RepoKind::Github) => match switch {
            None => "always",
            Some(argument) if argument.value.literals().iter().all(|literal| literal.as_str() == Some("check")) => return None,
            Some(_) => "always",
        },
        RunsCode::DefaultOn => match switch {
            None if usage.site.is_some_and(|site| site.open) => return None,
            None => "default-on",
            // Given, and not true: false, or unknown.
            Some(_) => return None,
        },
        RunsCode::No | RunsCode::OptIn | RunsCode::Prompt => return None,
    };
    let offline = usage.argument(Role::LocalFilesOnly).is_some_and(may_be_true);
    let nothing_foreign = !found.is_empty()
        && found.iter().all(|reference| matches!(reference.target, Target::Local | Target::Builtin | Target::Unknown(_)));
    // A file is the user's own, as far as can be seen, unless it comes from a download.
    let own_file = found.is_empty() && !usage.argument(Role::Path).is_none_or(|argument| foreign_source(argument).is_some());
    if offline || nothing_foreign || own_file {
        return None;
    }
    let mut verdict = Verdict::new("implicit-remote-code", case, usage, None);
    if let Some(reference) = found.iter().find(|reference| !reference.full_id.is_empty()) {
        verdict = verdict.about(&reference.full_id);
    } else {
        verdict.words.insert("repo", "the repository".to_owned());
    }
    if let Some(advice) = &entry.advice {
        verdict.words.insert("reason", advice.clone());
    }
    // A pinned repository is the code that was reviewed; a bare name is one of the library's own organisation.
    let own = |reference: &Reference| reference.id != reference.full_id;
    if found.iter().any(|reference| reference.pin.is_commit() || own(reference)) {
        verdict = verdict.capped(Level::Note);
    }
    Some(verdict)
}
