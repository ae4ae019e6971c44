//! Where a commit would be written to pin a use, or why no edit would be right.

use std::collections::{BTreeMap, BTreeSet};

use super::revision::revision_argument;
use super::{Context, PinPart, PinPlace, PinPlan, Repair, RepairPlan, TableKey, Verdict};
use crate::catalog::{Entry, Pin, RepoKind};
use crate::reference::{Malformed, PinState, Reference, Target, is_default, parse_address, references, revision_state};
use crate::span::Span;
use crate::usage::{Argument, CallSite, Literal, Origin, Role, Use, UseKind, Value, Why};

/// Why a finding about a pin gets no edit although the repository is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NoPin {
    /// The id is a default: a caller, the command line or the environment puts another in its place.
    Default(Origin),
    /// Several ids reach the call.
    Several,
    /// The one revision of the call would be applied to this repository as well.
    Shared(String),
    /// `**kwargs` or `*args` may hold a revision already.
    Open,
    /// The API has no revision parameter; what the catalogue advises.
    Impossible(Option<String>),
    /// Whether the API passes a revision on is not proven.
    Unproven,
    /// The project admits versions of the library that do not have the parameter.
    TooOld,
    /// The digits that are given name no commit: a sha256, a slip.
    NoCommit,
    /// The revision that floats is written somewhere else, or put together.
    Elsewhere,
    /// The id, or the address that holds it, is put together or defined elsewhere: a revision has no place in it.
    Assembled,
    /// The configuration has no key for a revision, or none beside the id.
    NoKey,
    /// An item of `preload_from_hub` without files has no place for a commit.
    NoFiles,
    /// The constant is the revision of several repositories.
    SharedConstant,
    /// The finding is not about an id that is known.
    Unknown,
}

impl NoPin {
    /// One word for machines (`pin-trap` in JSON and SARIF).
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Default(_) => "default",
            Self::Several => "several-ids",
            Self::Shared(_) => "shared-revision",
            Self::Open => "open-arguments",
            Self::Impossible(_) => "no-parameter",
            Self::Unproven => "unproven",
            Self::TooOld => "too-old",
            Self::NoCommit => "no-commit",
            Self::Elsewhere => "revision-elsewhere",
            Self::Assembled => "assembled",
            Self::NoKey => "no-key",
            Self::NoFiles => "no-files",
            Self::SharedConstant => "shared-constant",
            Self::Unknown => "unknown-id",
        }
    }

    /// The reason in words, to follow "stays unpinned: ".
    #[must_use]
    pub fn describe(&self) -> String {
        match self {
            Self::Default(Origin::Environment) => {
                "the id comes from the environment, and a commit of the default would be wrong for another id".to_owned()
            }
            Self::Default(_) => {
                "the id is a default that a caller or the command line replaces, and its commit would be wrong for another id"
                    .to_owned()
            }
            Self::Several => "several ids reach this call, and one commit would be wrong for the others".to_owned(),
            Self::Shared(other) => format!("the one revision of this call would be applied to {other}, too"),
            Self::Open => "what is unpacked into this call may hold a revision already".to_owned(),
            Self::Impossible(Some(advice)) => advice.trim_end_matches('.').to_owned(),
            Self::Impossible(None) => {
                "the API has no revision parameter: download with snapshot_download at a commit and pass the folder".to_owned()
            }
            Self::Unproven => "whether this API passes a revision on is not known".to_owned(),
            Self::TooOld => "the version of the library that the project asks for has no revision parameter".to_owned(),
            Self::NoCommit => "the digits that are given name no commit, so what was meant cannot be known".to_owned(),
            Self::Elsewhere => "the revision is put together or defined in another file: change it there".to_owned(),
            Self::Assembled => {
                "the id is put together or defined elsewhere: a revision can be written only where it stands whole".to_owned()
            }
            Self::NoKey => "there is no place beside the id that holds a revision".to_owned(),
            Self::NoFiles => "the commit is the third field of the item: name the files before it".to_owned(),
            Self::SharedConstant => "one constant is the revision of several repositories: give each its own".to_owned(),
            Self::Unknown => "which repository is loaded is not known".to_owned(),
        }
    }
}

/// How a commit would be written, where it can be.
///
/// # Errors
/// Why no edit would be right.
pub fn plan(
    usage: &Use,
    entry: &Entry,
    reference: &Reference,
    revision: Option<&Argument>,
    found: &[Reference],
    context: &Context<'_>,
) -> Result<RepairPlan, NoPin> {
    if reference.target != Target::Hub || reference.id.is_empty() {
        return Err(NoPin::Unknown);
    }
    let id_argument = usage.argument(reference.role).ok_or(NoPin::Unknown)?;
    if reference.pin == PinState::Impossible || entry.pin == Pin::Impossible {
        return Err(NoPin::Impossible(entry.advice.clone()));
    }
    // What is given may pin another part (`revision=` beside an unpinned tokenizer of vLLM): it must stay.
    let revision = match &reference.pin {
        PinState::Absent => None,
        PinState::Unknown(Why::Unpacked) => return Err(NoPin::Open),
        _ if reference.pinned_in_id => None,
        state => Some(revision.filter(|argument| revision_state(argument) == *state).ok_or(NoPin::Elsewhere)?),
    };
    // `pipeline(model="a/b", tokenizer="c/d")`: the one revision would be applied to both repositories.
    let shared = found.iter().find(|other| {
        other.target == Target::Hub
            && other.full_id != reference.full_id
            && other.role != reference.role
            && !other.pinned_in_id
            && (shares_revision(entry, other.role) || shares_revision(entry, reference.role))
    });
    if let Some(other) = shared {
        return Err(NoPin::Shared(other.full_id.clone()));
    }
    if is_too_old(usage, context) {
        return Err(NoPin::TooOld);
    }
    let named = match &reference.pin {
        PinState::Branch(name) | PinState::PullRequest(name) => name.clone(),
        // The digits as they should have been; a sha256 or a slip names no commit that could be asked for.
        PinState::Malformed(name, Malformed::Short | Malformed::UpperCase) => name.to_ascii_lowercase(),
        PinState::Malformed(..) => return Err(NoPin::NoCommit),
        _ => "main".to_owned(),
    };
    let keyed = key(id_argument, reference, found);
    let place = match &keyed {
        // An id that a caller replaces, or one of several, has no one commit: each has its own in a table.
        Some(Keyed { one: false, ids }) => table(usage, entry, reference, revision, id_argument, ids)?,
        None => return Err(several(id_argument)),
        Some(_) => place(usage, entry, reference, revision, id_argument)?,
    };
    let definition = id_argument.definition.as_ref().filter(|definition| {
        definition.path.is_none() && definition.unit == usage.unit && id_argument.origin == Origin::Constant
    });
    Ok(RepairPlan {
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
            moved_from: None,
            statement: usage.statement,
            id_text: keyed.and_then(|keyed| keyed.ids.into_iter().next()).map_or_else(String::new, |first| first.text),
            id_written: id_argument.value_span,
            id_definition: definition.map(|definition| definition.span),
        }),
    })
}

/// The ids that an argument can be, as they are written.
struct Keyed {
    /// Exactly this one id reaches the call.
    one: bool,
    ids: Vec<TableKey>,
}

fn several(argument: &Argument) -> NoPin {
    if is_default(argument) { NoPin::Default(argument.origin) } else { NoPin::Several }
}

/// Every id of an argument with its text at run time; `None` when one of them is no plain id.
fn key(argument: &Argument, reference: &Reference, found: &[Reference]) -> Option<Keyed> {
    let one = matches!(argument.value, Value::Known(_)) && !is_default(argument);
    let mut ids = Vec::new();
    for other in found.iter().filter(|other| other.role == reference.role && other.target == Target::Hub) {
        let same = other.kind == reference.kind && other.pin == reference.pin;
        if !one && (!same || other.pinned_in_id || !matches!(other.pin, PinState::Absent | PinState::Empty)) {
            return None;
        }
        ids.push(TableKey { text: other.id.clone(), id: other.full_id.clone() });
    }
    let texts: BTreeSet<&str> = argument.value.literals().iter().filter_map(Literal::as_str).collect();
    // `hf-hub:org/m`, an address, blanks around: the text is not the id.
    if !one && !ids.iter().all(|key| texts.contains(key.text.as_str())) {
        return None;
    }
    // The finding's own id first.
    ids.sort_by_key(|key| key.id != reference.full_id);
    Some(Keyed { one, ids })
}

/// `revision=HF_REVISIONS.get(name)`: the ids that are known get their commits, any other floats as before.
fn table(
    usage: &Use,
    entry: &Entry,
    reference: &Reference,
    revision: Option<&Argument>,
    id_argument: &Argument,
    ids: &[TableKey],
) -> Result<PinPlace, NoPin> {
    let refused = || several(id_argument);
    if entry.pin != Pin::Keyword || usage.kind != UseKind::Call || reference.role == Role::KernelId {
        return Err(refused());
    }
    let site = usage.site.ok_or_else(refused)?;
    let given = match revision {
        None if site.open => return Err(NoPin::Open),
        None => None,
        Some(argument) => Some(replaced_when_empty(argument, reference, site).ok_or_else(refused)?),
    };
    let keyword = keyword_of(entry, reference.role).ok_or(NoPin::Unproven)?;
    // Only what is written at the call can be named a second time.
    if !site.parentheses.covers(id_argument.value_span) {
        return Err(refused());
    }
    let rest = ids.get(1..).unwrap_or_default().to_vec();
    Ok(PinPlace::Table { site, keyword, name: id_argument.value_span, given, rest })
}

/// A parameter `revision=None` that is handed on: what a caller gives counts, and only where nothing is given the commit.
fn replaced_when_empty(argument: &Argument, reference: &Reference, site: CallSite) -> Option<Span> {
    let empty = reference.pin == PinState::Empty && argument.origin == Origin::Default && !argument.replaceable;
    (empty && site.parentheses.covers(argument.value_span)).then_some(argument.value_span)
}

/// The plan to put the lock's commit in the place of the one that is pinned; `None` where they agree, or where the lock
/// holds the repository more than once.
pub fn following(
    usage: &Use,
    entry: &Entry,
    reference: &Reference,
    commit: &str,
    revision: Option<&Argument>,
    context: &Context<'_>,
) -> Option<RepairPlan> {
    let lock = context.terms.lock.as_ref().filter(|_| context.terms.follow)?;
    let kind = crate::pin::repo_type(reference.kind)?;
    let mut entries = lock.entries().filter(|entry| entry.repo_type == kind && entry.id == reference.full_id);
    let (only, more) = (entries.next()?, entries.next());
    let id_argument = usage.argument(reference.role)?;
    if more.is_some() || only.revision.as_str() == commit || !matches!(id_argument.value, Value::Known(_)) {
        return None;
    }
    let place = place(usage, entry, reference, revision.filter(|_| !reference.pinned_in_id), id_argument).ok()?;
    if !matches!(
        place,
        PinPlace::Value { .. } | PinPlace::Definition { .. } | PinPlace::BehindId { .. } | PinPlace::Address { .. }
    ) {
        return None;
    }
    Some(RepairPlan {
        safe: true,
        description: format!("move the pin of {} to the commit in hublint.lock", reference.full_id),
        repair: Repair::Pin(PinPlan {
            kind: reference.kind,
            id: reference.full_id.clone(),
            reference: only.reference.clone(),
            place,
            part: PinPart::Whole,
            adapter_hazard: false,
            companion: None,
            moved_from: Some(commit.to_owned()),
            statement: usage.statement,
            id_text: String::new(),
            id_written: id_argument.value_span,
            id_definition: None,
        }),
    })
}

/// Where the commit of a use's one id is written.
fn place(
    usage: &Use,
    entry: &Entry,
    reference: &Reference,
    revision: Option<&Argument>,
    id_argument: &Argument,
) -> Result<PinPlace, NoPin> {
    let inside = id_argument.value_span.end().saturating_sub(1).max(id_argument.value_span.start());
    let in_id = PinPlace::BehindId { at: Span::new(inside, inside), separator: if entry.pin == Pin::Colon { ':' } else { '@' } };
    let written =
        |test: &dyn Fn(&str) -> bool| id_argument.value.literals().iter().any(|literal| literal.as_str().is_some_and(test));
    let in_address = usage.kind == UseKind::Address
        || reference.role == Role::DataFiles
        || written(&|text| text.starts_with("hf://"))
        || reference.pinned_in_id && written(&|text| parse_address(text).is_some());
    if in_address {
        let whole = id_argument.replaceable || id_argument.origin == Origin::Literal;
        return if whole { Ok(PinPlace::Address { span: id_argument.value_span }) } else { Err(NoPin::Assembled) };
    }
    // `attn_implementation="org/k:fn"`: `revision` is the model's. `org/m@main`: the revision stands in the id.
    if reference.role == Role::KernelId || reference.pinned_in_id {
        return if id_argument.replaceable { Ok(in_id) } else { Err(NoPin::Assembled) };
    }
    if let Some(argument) = revision {
        if argument.replaceable {
            return Ok(PinPlace::Value { span: argument.value_span, quoted: usage.kind == UseKind::Call });
        }
        return match (&argument.value, &argument.definition) {
            (Value::Known(_), Some(definition))
                if usage.kind == UseKind::Call && argument.origin == Origin::Constant && definition.path.is_none() =>
            {
                Ok(PinPlace::Definition { unit: definition.unit, span: definition.span })
            }
            _ if usage.kind == UseKind::Call => usage
                .site
                .and_then(|site| replaced_when_empty(argument, reference, site))
                .map(|given| PinPlace::Or { given })
                .ok_or(NoPin::Elsewhere),
            _ => Err(NoPin::Elsewhere),
        };
    }
    match (entry.pin, usage.kind) {
        (Pin::Keyword, UseKind::Call) => {
            let site = usage.site.ok_or(NoPin::Unproven)?;
            if site.open {
                return Err(NoPin::Open);
            }
            let keyword = keyword_of(entry, reference.role).ok_or(NoPin::Unproven)?;
            Ok(PinPlace::Argument { site, keyword })
        }
        (Pin::Keyword, UseKind::Command) => {
            let option = keyword_of(entry, reference.role).ok_or(NoPin::Unproven)?;
            // A constant of Python is a word of the command without a place in it.
            if !usage.whole.covers(id_argument.value_span) {
                return Err(NoPin::Assembled);
            }
            let after = id_argument.value_span.end();
            Ok(PinPlace::Option { at: Span::new(after, after), option, list_quote: None })
        }
        (Pin::Keyword, UseKind::ConfigEntry) => {
            let key = keyword_of(entry, reference.role).ok_or(NoPin::NoKey)?;
            let beside = keyword_of_id(entry, reference.role).is_some_and(|id| folder_of(&id) == folder_of(&key));
            if !beside {
                return Err(NoPin::NoKey);
            }
            let key = key.rsplit('.').next().unwrap_or(&key).to_owned();
            Ok(PinPlace::Key { entry: id_argument.span, key })
        }
        (Pin::At | Pin::Colon, _) => {
            if id_argument.replaceable {
                Ok(in_id)
            } else {
                Err(NoPin::Assembled)
            }
        }
        // `org/m config.json,model.bin`: the commit is the third field, and the second must be there.
        (Pin::Address, UseKind::ConfigEntry) if id_argument.span.end > id_argument.value_span.end + 1 => {
            Ok(PinPlace::Field { span: id_argument.span })
        }
        (Pin::Address, UseKind::ConfigEntry) => Err(NoPin::NoFiles),
        (Pin::Hash | Pin::None | Pin::Address, _) => Err(NoPin::Impossible(entry.advice.clone())),
        _ => Err(NoPin::Unproven),
    }
}

/// `datasets.*` of `datasets.*.path`.
fn folder_of(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(folder, _)| folder)
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
        let beside = verdict.pin.take_if(|plan| shared(plan)).is_some();
        let own = verdict.repair.take_if(|plan| matches!(&plan.repair, Repair::Pin(plan) if shared(plan))).is_some();
        if beside || own {
            verdict.no_pin = Some(NoPin::SharedConstant);
        }
        let plan = verdict.repair.as_mut().and_then(|plan| match &mut plan.repair {
            Repair::Pin(plan) => Some(plan),
            _ => None,
        });
        for plan in plan.into_iter().chain(verdict.pin.as_mut()) {
            let known = commits.get(&(plan.kind, plan.id.clone())).filter(|known| known.len() == 1);
            if plan.reference == "main" && plan.companion.is_none() && plan.moved_from.is_none() {
                plan.companion = known.and_then(|known| known.first().cloned());
            }
        }
    }
}

/// The key of the id itself.
fn keyword_of_id(entry: &Entry, role: Role) -> Option<String> {
    entry.parameter(role)?.places.iter().find_map(|place| place.keyword.clone())
}

/// The keyword, option or key of the role that pins an id.
fn keyword_of(entry: &Entry, role: Role) -> Option<String> {
    let (_, revision) = crate::reference::ID_ROLES.iter().find(|(id, _)| *id == role)?;
    let parameter = entry.parameter(*revision)?;
    parameter.places.iter().find_map(|place| place.keyword.clone())
}
