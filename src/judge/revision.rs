//! `unpinned-revision`, `malformed-revision`, `partial-pin` and `ambiguous-model-path`.

use super::{Context, PinPlace, PinPlan, Repair, RepairPlan, Verdict};
use crate::catalog::{Entry, Pin, RepoKind};
use crate::finding::Level;
use crate::reference::{Malformed, PinState, Reference, Target};
use crate::usage::{Argument, Confidence, Literal, Origin, Role, Use, UseKind, Value};

/// The verdicts about the pins of one use; at most one a rule.
#[must_use]
pub fn judge(usage: &Use, entry: Option<&Entry>, found: &[Reference], context: &Context<'_>) -> Vec<Verdict> {
    let Some(entry) = entry else { return Vec::new() };
    if entry.pin == Pin::None && usage.kind != UseKind::Address || is_offline(usage) || not_taken(usage) {
        return Vec::new();
    }
    let mut out = Vec::new();
    let mut done: Vec<&'static str> = Vec::new();
    for reference in found {
        for verdict in one(usage, entry, reference, context) {
            if !done.contains(&verdict.rule) {
                done.push(verdict.rule);
                out.push(verdict);
            }
        }
    }
    if !done.contains(&"unpinned-revision") && !done.contains(&"malformed-revision") {
        out.extend(partial(usage, entry, found));
    }
    if context.low_stakes() {
        out = out.into_iter().map(|verdict| verdict.capped(Level::Note)).collect();
    }
    out
}

/// `local_files_only=True` and the like: nothing is downloaded.
#[must_use]
pub fn is_offline(usage: &Use) -> bool {
    usage.argument(Role::LocalFilesOnly).is_some_and(|argument| {
        argument.value.literals().iter().all(|literal| literal.truth() == Some(true) || literal.as_str() == Some("local"))
            && !argument.value.literals().is_empty()
    })
}

/// `pretrained=False`: no weights are taken.
#[must_use]
pub fn not_taken(usage: &Use) -> bool {
    usage
        .argument(Role::Pretrained)
        .is_some_and(|argument| matches!(&argument.value, Value::Known(literal) if literal.truth() == Some(false)))
}

fn one(usage: &Use, entry: &Entry, reference: &Reference, context: &Context<'_>) -> Vec<Verdict> {
    let id_argument = usage.argument(reference.role);
    let revision = revision_argument(usage, reference.role);
    match &reference.target {
        Target::Local | Target::Builtin => return Vec::new(),
        Target::Ambiguous => {
            let verdict = Verdict::new("ambiguous-model-path", "folder", usage, id_argument).about(&reference.id);
            return vec![verdict.repaired(local_repair(id_argument, &reference.id))];
        }
        Target::Unknown(why) => {
            // An explicit branch floats whatever the id is; an absent revision of an unknown thing says nothing.
            let explicit =
                revision.filter(|argument| !matches!(argument.origin, Origin::Default | Origin::Environment | Origin::Absent));
            let known = matches!(reference.pin, PinState::Branch(_) | PinState::PullRequest(_) | PinState::Malformed(..));
            if explicit.is_none() || !known {
                if context.report_unknown && reference.pin.floats() {
                    let verdict =
                        Verdict::new("unpinned-revision", "unknown-id", usage, id_argument).with("reason", why.describe());
                    return vec![verdict.capped(Level::Note)];
                }
                return Vec::new();
            }
        }
        Target::Hub => {}
    }
    if reference.kind == RepoKind::Url {
        return Vec::new();
    }
    let at = revision.or(id_argument);
    let make = |rule, case| {
        let subject = if matches!(case, "absent" | "impossible" | "address") { id_argument } else { at };
        let mut verdict = Verdict::new(rule, case, usage, subject).about(&reference.full_id);
        if reference.id.is_empty() {
            verdict.words.insert("repo", "the repository".to_owned());
        }
        if entry.pin == Pin::Unproven || entry.confidence == Confidence::Low {
            verdict.confidence = verdict.confidence.min(Confidence::Low);
        }
        if let Some(advice) = &entry.advice {
            verdict.words.insert("reason", advice.clone());
        }
        verdict
    };
    let verdict = match &reference.pin {
        PinState::Absent if entry.pin == Pin::Impossible => make("unpinned-revision", "impossible"),
        PinState::Impossible => make("unpinned-revision", "impossible"),
        PinState::Absent if reference.pinned_in_id || usage.kind == UseKind::Address => make("unpinned-revision", "address"),
        PinState::Absent => make("unpinned-revision", "absent"),
        PinState::Empty => make("unpinned-revision", "empty"),
        PinState::Branch(name) => make("unpinned-revision", "branch").with("revision", name.clone()),
        PinState::PullRequest(name) => make("unpinned-revision", "pull-request").with("revision", name.clone()),
        PinState::Malformed(text, why) => {
            let case = match why {
                Malformed::Short => "short",
                Malformed::Length => "length",
                Malformed::Sha256 => "sha256",
                Malformed::UpperCase => "upper-case",
            };
            make("malformed-revision", case).with("revision", text.clone()).with("count", text.len().to_string())
        }
        PinState::Unknown(why) => {
            if !context.report_unknown {
                return Vec::new();
            }
            make("unpinned-revision", "unknown").with("reason", why.describe()).capped(Level::Note)
        }
        PinState::Commit(_) | PinState::Irrelevant => return Vec::new(),
    };
    let plan = pin_plan(usage, entry, reference, revision);
    vec![verdict.repaired(plan)]
}

/// The argument that pins the id of a role.
fn revision_argument(usage: &Use, role: Role) -> Option<&Argument> {
    let (_, revision) = crate::reference::ID_ROLES.iter().find(|(id, _)| *id == role)?;
    usage.argument(*revision).or_else(|| usage.argument(Role::Revision)).filter(|argument| argument.origin != Origin::Absent)
}

/// `checkpoints/x` -> `./checkpoints/x`.
fn local_repair(argument: Option<&Argument>, id: &str) -> Option<RepairPlan> {
    let argument = argument.filter(|argument| argument.replaceable)?;
    Some(RepairPlan {
        safe: false,
        description: format!("write `./{id}`, which can only be a folder"),
        repair: Repair::Replace { span: argument.value_span, text: format!("\"./{id}\"") },
    })
}

/// How a commit would be written, where it can be.
fn pin_plan(usage: &Use, entry: &Entry, reference: &Reference, revision: Option<&Argument>) -> Option<RepairPlan> {
    if reference.target != Target::Hub || reference.id.is_empty() {
        return None;
    }
    let id_argument = usage.argument(reference.role)?;
    // An id that a caller replaces, or one of several, has no one commit.
    if matches!(id_argument.value, Value::OneOf(_)) || matches!(id_argument.origin, Origin::Default | Origin::Environment) {
        return None;
    }
    let named = match &reference.pin {
        PinState::Branch(name) | PinState::PullRequest(name) | PinState::Malformed(name, _) => name.clone(),
        _ => "main".to_owned(),
    };
    let place = match (revision, entry.pin) {
        (Some(argument), _) if argument.replaceable => {
            PinPlace::Value { span: argument.value_span, quoted: usage.kind == UseKind::Call }
        }
        (Some(_), _) => return None,
        (None, Pin::Keyword) if usage.kind == UseKind::Call => {
            let site = usage.site.filter(|site| !site.open)?;
            let keyword = keyword_of(entry, reference.role)?;
            PinPlace::Argument { site, keyword }
        }
        (None, Pin::Keyword) if usage.kind == UseKind::Command => {
            let option = keyword_of(entry, reference.role)?;
            let end = usage.whole.end();
            let after = if id_argument.value_span.end() <= end { id_argument.value_span.end() } else { end };
            PinPlace::Option { at: crate::span::Span::new(after, after), option, list_quote: None }
        }
        (None, Pin::At | Pin::Colon) if id_argument.replaceable => {
            let separator = if entry.pin == Pin::At { '@' } else { ':' };
            let quote = usize::from(usage.kind == UseKind::Call);
            let end = id_argument.value_span.end().saturating_sub(quote);
            PinPlace::BehindId { at: crate::span::Span::new(end, end), separator }
        }
        _ => return None,
    };
    Some(RepairPlan {
        safe: true,
        description: format!("pin {} to a commit", reference.full_id),
        repair: Repair::Pin(PinPlan { kind: reference.kind, id: reference.full_id.clone(), reference: named, place }),
    })
}

/// The keyword or option of the role that pins an id.
fn keyword_of(entry: &Entry, role: Role) -> Option<String> {
    let (_, revision) = crate::reference::ID_ROLES.iter().find(|(id, _)| *id == role)?;
    let parameter = entry.parameter(*revision)?;
    parameter.places.iter().find_map(|place| place.keyword.clone())
}

/// A revision that pins the weights and leaves something else floating.
fn partial(usage: &Use, entry: &Entry, found: &[Reference]) -> Option<Verdict> {
    let main = found.iter().find(|reference| reference.role == Role::RepoId && reference.target == Target::Hub)?;
    if !main.pin.is_commit() || main.pinned_in_id {
        return None;
    }
    let missing = |role: Role| entry.parameter(role).is_some() && usage.argument(role).is_none();
    let open = usage.site.is_some_and(|site| site.open);
    if open {
        return None;
    }
    let runs_code = usage
        .argument(Role::RemoteCode)
        .is_some_and(|argument| argument.value.literals().iter().any(|literal| literal.truth() == Some(true)));
    let at = usage.argument(Role::Revision);
    if missing(Role::TokenizerRevision) && entry.parameter(Role::TokenizerId).is_some() {
        return Some(
            Verdict::new("partial-pin", "tokenizer", usage, at).about(&main.full_id).with("argument", "tokenizer_revision"),
        );
    }
    if runs_code && missing(Role::CodeRevision) {
        return Some(Verdict::new("partial-pin", "code", usage, at).about(&main.full_id).with("argument", "code_revision"));
    }
    if found.iter().any(|reference| reference.role == Role::CodeId && reference.target == Target::Hub)
        && missing(Role::CustomRevision)
    {
        return Some(Verdict::new("partial-pin", "pipeline", usage, at).about(&main.full_id).with("argument", "custom_revision"));
    }
    None
}

/// What a finding about remote code says of the missing pin.
#[must_use]
pub fn related_words(part: &Verdict) -> String {
    let repo = part.words.get("repo").map_or("the repository", String::as_str);
    match part.case {
        "branch" | "pull-request" => {
            format!("{repo} is loaded at `{}`, which can move", part.words.get("revision").map_or("", String::as_str))
        }
        "impossible" => format!("{repo} cannot be pinned by this API"),
        _ => format!("{repo} is loaded without a commit"),
    }
}

/// True when an argument is certainly true in Python's sense, for at least one alternative.
#[must_use]
pub fn may_be_true(argument: &Argument) -> bool {
    argument.value.literals().iter().any(|literal| match literal {
        // "False", "0" and "no" are true for Python; a person who writes them means false, and so do most parsers.
        Literal::Str(text) => !matches!(text.to_ascii_lowercase().as_str(), "" | "0" | "false" | "no" | "off" | "none" | "null"),
        other => other.truth() == Some(true),
    })
}
