//! `unpinned-revision`, `malformed-revision`, `partial-pin` and `ambiguous-model-path`.

use std::collections::{BTreeMap, BTreeSet};

use super::{Context, PinPart, PinPlace, PinPlan, Repair, RepairPlan, Verdict};
use crate::catalog::{Entry, Pin, RepoKind};
use crate::finding::Level;
use crate::reference::{Malformed, PinState, Reference, Target, is_default, parse_address, references, revision_state};
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
        PinState::Commit(_) | PinState::Irrelevant => return Vec::new(),
    };
    let plan = pin_plan(usage, entry, reference, revision, found, context);
    vec![verdict.repaired(plan)]
}

/// The argument that pins the id of a role.
fn revision_argument(usage: &Use, role: Role) -> Option<&Argument> {
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

/// How a commit would be written, where it can be.
fn pin_plan(
    usage: &Use,
    entry: &Entry,
    reference: &Reference,
    revision: Option<&Argument>,
    found: &[Reference],
    context: &Context<'_>,
) -> Option<RepairPlan> {
    if reference.target != Target::Hub || reference.id.is_empty() {
        return None;
    }
    let id_argument = usage.argument(reference.role)?;
    // What is given may pin another part (`revision=` beside an unpinned tokenizer of vLLM): it must stay.
    let revision = match &reference.pin {
        PinState::Absent | PinState::Impossible => None,
        _ if reference.pinned_in_id => None,
        state => Some(revision.filter(|argument| revision_state(argument) == *state)?),
    };
    // An id that a caller replaces, or one of several, has no one commit.
    if matches!(id_argument.value, Value::OneOf(_)) || is_default(id_argument) {
        return None;
    }
    // `pipeline(model="a/b", tokenizer="c/d")`: the one revision would be applied to both repositories.
    let shared = found.iter().any(|other| {
        other.target == Target::Hub
            && other.full_id != reference.full_id
            && other.role != reference.role
            && !other.pinned_in_id
            && (shares_revision(entry, other.role) || shares_revision(entry, reference.role))
    });
    if shared || is_too_old(usage, context) {
        return None;
    }
    let named = match &reference.pin {
        PinState::Branch(name) | PinState::PullRequest(name) => name.clone(),
        // The digits as they should have been; a sha256 or a slip names no commit that could be asked for.
        PinState::Malformed(name, Malformed::Short | Malformed::UpperCase) => name.to_ascii_lowercase(),
        PinState::Malformed(..) => return None,
        _ => "main".to_owned(),
    };
    let inside = id_argument.value_span.end().saturating_sub(1).max(id_argument.value_span.start());
    let in_id = PinPlace::BehindId { at: Span::new(inside, inside), separator: if entry.pin == Pin::Colon { ':' } else { '@' } };
    let written =
        |test: &dyn Fn(&str) -> bool| id_argument.value.literals().iter().any(|literal| literal.as_str().is_some_and(test));
    let in_address = usage.kind == UseKind::Address
        || reference.role == Role::DataFiles
        || written(&|text| text.starts_with("hf://"))
        || reference.pinned_in_id && written(&|text| parse_address(text).is_some());
    let place = match (revision, entry.pin) {
        _ if in_address && (id_argument.replaceable || id_argument.origin == Origin::Literal) => {
            PinPlace::Address { span: id_argument.value_span }
        }
        _ if in_address => return None,
        // `attn_implementation="org/k:fn"`: `revision` is the model's.
        _ if reference.role == Role::KernelId && id_argument.replaceable => in_id,
        _ if reference.role == Role::KernelId => return None,
        // `org/m@main`: the revision stands in the id.
        _ if reference.pinned_in_id && id_argument.replaceable => in_id,
        _ if reference.pinned_in_id => return None,
        (Some(argument), _) if argument.replaceable => {
            PinPlace::Value { span: argument.value_span, quoted: usage.kind == UseKind::Call }
        }
        (Some(argument), _) if usage.kind == UseKind::Call && argument.origin == Origin::Constant => {
            match (&argument.value, &argument.definition) {
                (Value::Known(_), Some(definition)) if definition.path.is_none() => {
                    PinPlace::Definition { unit: definition.unit, span: definition.span }
                }
                _ => return None,
            }
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
            PinPlace::Option { at: Span::new(after, after), option, list_quote: None }
        }
        (None, Pin::At | Pin::Colon) if id_argument.replaceable => in_id,
        _ => return None,
    };
    let definition = id_argument.definition.as_ref().filter(|definition| {
        definition.path.is_none() && definition.unit == usage.unit && id_argument.origin == Origin::Constant
    });
    Some(RepairPlan {
        safe: true,
        description: format!("pin {} to a commit", reference.full_id),
        repair: Repair::Pin(PinPlan {
            kind: reference.kind,
            id: reference.full_id.clone(),
            reference: named,
            place,
            part: PinPart::Whole,
            adapter_hazard: has_adapter_hazard(usage),
            companion: None,
            id_written: id_argument.value_span,
            id_definition: definition.map(|definition| definition.span),
        }),
    })
}

/// True when a role has no revision of its own in this API: it follows the one that is given for all.
fn shares_revision(entry: &Entry, role: Role) -> bool {
    let own = crate::reference::ID_ROLES.iter().find(|(id, _)| *id == role).map(|(_, revision)| *revision);
    role != Role::RepoId && own.is_none_or(|own| entry.parameter(own).is_none())
}

/// transformers applies the revision of an adapter to its base model (5.23.0, auto_factory.py:286).
fn has_adapter_hazard(usage: &Use) -> bool {
    const NO_WEIGHTS: &[&str] = &["Tokenizer", "TokenizerFast", "Processor", "Config", "Extractor", "ProcessorFast"];
    let Some(rest) = usage.qualified.strip_prefix("transformers.") else { return false };
    match rest.strip_suffix(".from_pretrained") {
        Some(class) => !NO_WEIGHTS.iter().any(|ending| class.ends_with(ending)),
        None => rest == "pipeline" || rest.ends_with(".pipeline"),
    }
}

/// `SentenceTransformer(revision=)` exists since 2.3.0: an older one would fail with the keyword.
fn is_too_old(usage: &Use, context: &Context<'_>) -> bool {
    usage.qualified.starts_with("sentence_transformers.")
        && context.versions.at_least("sentence-transformers", "2.3.0") == super::Ternary::No
}

/// What the plans of a file must know of each other: a repository that is pinned elsewhere in the file gets the same commit,
/// and a constant that is the revision of two repositories is left alone.
pub fn compare_plans(verdicts: &mut [Verdict], uses: &[Use], context: &Context<'_>) {
    let is_pin = |plan: &RepairPlan| matches!(plan.repair, Repair::Pin(_));
    if !verdicts.iter().any(|verdict| verdict.repair.as_ref().is_some_and(is_pin) || verdict.pin.is_some()) {
        return;
    }
    let mut commits: BTreeMap<(RepoKind, String), BTreeSet<String>> = BTreeMap::new();
    let mut served: BTreeMap<(usize, Span), BTreeSet<(RepoKind, String)>> = BTreeMap::new();
    for usage in uses {
        let Some(entry) = context.entry(usage) else { continue };
        for reference in references(usage, entry, context.paths) {
            let repo = (reference.kind, reference.full_id.clone());
            let revision = revision_argument(usage, reference.role);
            if let Some(definition) = revision.and_then(|argument| argument.definition.as_ref())
                && definition.path.is_none()
            {
                served.entry((definition.unit, definition.span)).or_default().insert(repo.clone());
            }
            if let (Target::Hub, PinState::Commit(commit)) = (&reference.target, &reference.pin) {
                commits.entry(repo).or_default().insert(commit.clone());
            }
        }
    }
    let shared = |plan: &PinPlan| match plan.place {
        PinPlace::Definition { unit, span } => served.get(&(unit, span)).is_some_and(|repos| repos.len() > 1),
        _ => false,
    };
    for verdict in verdicts {
        if verdict.pin.as_ref().is_some_and(shared) {
            verdict.pin = None;
        }
        let repair = verdict.repair.take_if(|plan| matches!(&plan.repair, Repair::Pin(plan) if shared(plan)));
        drop(repair);
        let plan = verdict.repair.as_mut().and_then(|plan| match &mut plan.repair {
            Repair::Pin(plan) => Some(plan),
            _ => None,
        });
        for plan in plan.into_iter().chain(verdict.pin.as_mut()) {
            let known = commits.get(&(plan.kind, plan.id.clone())).filter(|known| known.len() == 1);
            if plan.reference == "main" && plan.companion.is_none() {
                plan.companion = known.and_then(|known| known.first().cloned());
            }
        }
    }
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
        return Some(verdict.with("argument", "tokenizer_revision").repaired(repair));
    }
    if runs_code && missing(Role::CodeRevision) {
        let verdict = Verdict::new("partial-pin", "code", usage, at).about(&main.full_id).with("argument", "code_revision");
        return Some(verdict.repaired(plan(Role::CodeRevision, main, PinPart::Code)));
    }
    if let Some(code) = hub(Role::CodeId)
        && missing(Role::CustomRevision)
    {
        let verdict = Verdict::new("partial-pin", "pipeline", usage, at).about(&main.full_id).with("argument", "custom_revision");
        return Some(verdict.repaired(plan(Role::CustomRevision, code, PinPart::Whole)));
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
