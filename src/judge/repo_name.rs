//! `typosquatted-repo`, `invalid-repo-id` and `known-malicious-repo`: the names of repositories, wherever they are used.

use super::{Context, Repair, RepairPlan, Spot, Verdict};
use crate::catalog::{Entry, RepoKind};
use crate::finding::Level;
use crate::names;
use crate::reference::{Reference, Target};
use crate::usage::{Argument, Use, UseKind};

/// The verdicts about the ids of one use; at most one a rule and id.
#[must_use]
pub fn judge(usage: &Use, entry: Option<&Entry>, found: &[Reference], context: &Context<'_>) -> Vec<Verdict> {
    let Some(_) = entry else { return Vec::new() };
    found.iter().filter_map(|reference| one(usage, reference, context)).collect()
}

fn one(usage: &Use, reference: &Reference, context: &Context<'_>) -> Option<Verdict> {
    if reference.id.is_empty() || matches!(reference.target, Target::Builtin | Target::Unknown(_)) {
        return None;
    }
    let kind = match reference.kind {
        RepoKind::Model => names::RepoKind::Model,
        RepoKind::Dataset => names::RepoKind::Dataset,
        RepoKind::Space => names::RepoKind::Space,
        RepoKind::Kernel => names::RepoKind::Kernel,
        RepoKind::Any => names::RepoKind::Any,
        // Owners on GitHub are spelt differently (names.md section 2), and other hubs have other owners.
        RepoKind::Github | RepoKind::Url | RepoKind::File | RepoKind::Other => return None,
    };
    if reference.target != Target::Hub {
        return None;
    }
    let verdict = names::judge(&reference.full_id, kind, context.names)?;
    let (rule, case) = match (verdict.rule, verdict.level) {
        (names::NameProblem::KnownMalicious, names::NameLevel::Note) => ("known-malicious-repo", "demonstration"),
        (names::NameProblem::KnownMalicious, _) => ("known-malicious-repo", "malware"),
        (names::NameProblem::InvalidId, names::NameLevel::Error) => ("invalid-repo-id", "characters"),
        (names::NameProblem::InvalidId, _) => ("invalid-repo-id", "grammar"),
        (names::NameProblem::Typosquatted, names::NameLevel::Error) => ("typosquatted-repo", "look-alike"),
        (names::NameProblem::Typosquatted, names::NameLevel::Warning) => ("typosquatted-repo", "one-edit"),
        (names::NameProblem::Typosquatted, names::NameLevel::Note) => ("typosquatted-repo", "name"),
    };
    let argument = usage.argument(reference.role)?;
    let shown = crate::report::printable(&reference.full_id).into_owned();
    let mut made = Verdict::new(rule, case, usage, Some(argument))
        .about(&shown)
        .with("target", verdict.target.clone().unwrap_or_default())
        .with("reason", verdict.reason.clone());
    // The name stands where it is written: at the constant, not at each of its uses.
    if let Some(definition) = argument.definition.as_ref().filter(|definition| definition.path.is_none()) {
        made.spot = Spot { unit: definition.unit, span: definition.span };
        made.statement = definition.span;
        made.related = vec![(
            "it is used here".to_owned(),
            crate::usage::Definition { path: None, unit: usage.unit, span: argument.span, line: 0 },
        )];
    }
    if context.low_stakes() && rule == "invalid-repo-id" {
        made = made.capped(Level::Note);
    }
    let target = verdict.target.as_deref().filter(|_| verdict.candidates == 1);
    Some(made.repaired(repair(usage, argument, reference, target)))
}

/// Write the id that is meant, where it stands as a plain literal.
fn repair(usage: &Use, argument: &Argument, reference: &Reference, target: Option<&str>) -> Option<RepairPlan> {
    let target = target.filter(|target| target.contains('/') || !reference.full_id.contains('/'))?;
    let plain = argument.replaceable && argument.value.literals().len() == 1;
    (plain && !reference.pinned_in_id && reference.id == reference.full_id).then(|| RepairPlan {
        safe: false,
        description: format!("write {target}"),
        repair: Repair::Replace {
            span: argument.value_span,
            text: if usage.kind == UseKind::Call { format!("\"{target}\"") } else { target.to_owned() },
        },
    })
}
