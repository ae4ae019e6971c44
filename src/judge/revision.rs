//! `unpinned-revision`, `malformed-revision`, `partial-pin` and `ambiguous-model-path`.

use super::{Context, PinPart, PinPlace, PinPlan, Repair, RepairPlan, Verdict, pins};
use crate::catalog::{Entry, Pin, RepoKind};
use crate::finding::Level;
use crate::reference::{Malformed, PinState, Reference, Target};
use crate::span::Span;
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
        for verdict in one(usage, entry, reference, found, context) {
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

fn one(usage: &Use, entry: &Entry, reference: &Reference, found: &[Reference], context: &Context<'_>) -> Vec<Verdict> {
    let id_argument = usage.argument(reference.role);
    let revision = revision_argument(usage, reference.role);
    match &reference.target {
        Target::Local | Target::Builtin => return Vec::new(),
        Target::Ambiguous => {
            let verdict = Verdict::new("ambiguous-model-path", "folder", usage, id_argument).about(&reference.id);
            return vec![verdict.repaired(local_repair(usage, id_argument, &reference.id))];
        }
        Target::Unknown(_) if crate::names::is_placeholder(&reference.id) => return Vec::new(),
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
        PinState::Commit(commit) => {
            let plan = pins::following(usage, entry, reference, commit, revision, context);
            let told =
                plan.map(|plan| make("unpinned-revision", "behind-lock").with("revision", commit.clone()).repaired(Some(plan)));
            return told.into_iter().collect();
        }
        PinState::Irrelevant => return Vec::new(),
    };
    match pins::plan(usage, entry, reference, revision, found, context) {
        Ok(plan) => vec![verdict.repaired(Some(plan))],
        Err(why) => vec![Verdict { no_pin: Some(why), ..verdict }],
    }
}

/// The argument that pins the id of a role.
pub(super) fn revision_argument(usage: &Use, role: Role) -> Option<&Argument> {
    let (_, revision) = crate::reference::ID_ROLES.iter().find(|(id, _)| *id == role)?;
    usage.argument(*revision).or_else(|| usage.argument(Role::Revision)).filter(|argument| argument.origin != Origin::Absent)
}

/// The unit in which the revision of a role is written.
#[must_use]
pub fn definition_unit(usage: &Use, role: Role) -> usize {
    let definition = revision_argument(usage, role).and_then(|argument| argument.definition.as_ref());
    definition.filter(|definition| definition.path.is_none()).map_or(usage.unit, |definition| definition.unit)
}

/// `checkpoints/x` -> `./checkpoints/x`.
fn local_repair(usage: &Use, argument: Option<&Argument>, id: &str) -> Option<RepairPlan> {
    let argument = argument.filter(|argument| argument.replaceable)?;
    // In a command or a configuration file the place holds the bare text.
    let text = if usage.kind == UseKind::Call { format!("\"./{id}\"") } else { format!("./{id}") };
    Some(RepairPlan {
        safe: false,
        description: format!("write `./{id}`, which can only be a folder"),
        repair: Repair::Replace { span: argument.value_span, text },
    })
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
    let plan = |role: Role, reference: &Reference, part: PinPart| {
        let PinState::Commit(commit) = &main.pin else { return None };
        let same = reference.full_id == main.full_id;
        let keyword = entry.parameter(role)?.places.iter().find_map(|place| place.keyword.clone())?;
        let place = match usage.kind {
            UseKind::Call => PinPlace::Argument { site: usage.site?, keyword: keyword.clone() },
            UseKind::Command => {
                let end = at?.value_span.end().min(usage.whole.end());
                PinPlace::Option { at: Span::new(end, end), option: keyword.clone(), list_quote: None }
            }
            _ => return None,
        };
        let plan = PinPlan {
            kind: reference.kind,
            id: reference.full_id.clone(),
            reference: if part == PinPart::Code { commit.clone() } else { "main".to_owned() },
            place,
            part,
            adapter_hazard: false,
            companion: (same && part == PinPart::Whole).then(|| commit.clone()),
            moved_from: None,
            statement: usage.statement,
            id_text: String::new(),
            id_written: Span::default(),
            id_definition: None,
        };
        Some(RepairPlan {
            safe: true,
            description: format!("add `{keyword}` for {}", reference.full_id),
            repair: Repair::Pin(plan),
        })
    };
    let hub = |role: Role| found.iter().find(|reference| reference.role == role && reference.target == Target::Hub);
    if missing(Role::TokenizerRevision) && entry.parameter(Role::TokenizerId).is_some() {
        let reference = if usage.argument(Role::TokenizerId).is_some() { hub(Role::TokenizerId) } else { Some(main) };
        let repair = reference.and_then(|reference| plan(Role::TokenizerRevision, reference, PinPart::Whole));
        let verdict = Verdict::new("partial-pin", "tokenizer", usage, at).about(&main.full_id);
        return Some(or_reason(verdict.with("argument", "tokenizer_revision"), repair));
    }
    if runs_code && missing(Role::CodeRevision) {
        let verdict = Verdict::new("partial-pin", "code", usage, at).about(&main.full_id).with("argument", "code_revision");
        return Some(or_reason(verdict, plan(Role::CodeRevision, main, PinPart::Code)));
    }
    if let Some(code) = hub(Role::CodeId)
        && missing(Role::CustomRevision)
    {
        let verdict = Verdict::new("partial-pin", "pipeline", usage, at).about(&main.full_id).with("argument", "custom_revision");
        return Some(or_reason(verdict, plan(Role::CustomRevision, code, PinPart::Whole)));
    }
    None
}

/// A verdict with its repair, or with the reason why there is none.
fn or_reason(verdict: Verdict, repair: Option<RepairPlan>) -> Verdict {
    match repair {
        Some(_) => verdict.repaired(repair),
        None => Verdict { no_pin: Some(pins::NoPin::NoKey), ..verdict },
    }
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
