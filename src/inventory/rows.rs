//! From uses to rows: one for each (type, id, revision, loader, place). What a row says is read off the references, the arguments
//! and the verdicts that the rules made; nothing is judged here a second time.

use serde::{Deserialize, Serialize};

use super::Risk;
use crate::catalog::{Entry, RepoKind, RunsCode};
use crate::finding::{Finding, FindingContext};
use crate::judge::policy::{self, Terms};
use crate::judge::revision::may_be_true;
use crate::judge::{self, Context, Verdict};
use crate::reference::{PinState, Reference, Target, is_default, references};
use crate::secrets;
use crate::usage::{Argument, Literal, Origin, Role, Surface, Use, UseKind, Value};

/// Characters of a value that a row keeps: addresses and templates can be of any length.
const MOST_CHARACTERS: usize = 300;

/// What a row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A model on the Hub.
    Model,
    /// A dataset on the Hub.
    Dataset,
    /// A Space on the Hub.
    Space,
    /// A kernel on the Hub.
    Kernel,
    /// A repository on the Hub whose kind depends on a value that is not known.
    Repository,
    /// `owner/repo` on GitHub, loaded by `torch.hub`.
    TorchHub,
    /// An address outside the Hub.
    Url,
}

impl Kind {
    /// The word of the output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Model => "model",
            Self::Dataset => "dataset",
            Self::Space => "space",
            Self::Kernel => "kernel",
            Self::Repository => "repository",
            Self::TorchHub => "torch-hub",
            Self::Url => "url",
        }
    }

    fn of(kind: RepoKind) -> Option<Self> {
        Some(match kind {
            RepoKind::Model => Self::Model,
            RepoKind::Dataset => Self::Dataset,
            RepoKind::Space => Self::Space,
            RepoKind::Kernel => Self::Kernel,
            RepoKind::Any => Self::Repository,
            RepoKind::Github => Self::TorchHub,
            RepoKind::Url => Self::Url,
            RepoKind::File | RepoKind::Other => return None,
        })
    }
}

/// Whether a row can move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Pinned {
    /// At a full commit hash.
    Yes,
    /// The source floats and the lock holds the commit (`--lock`).
    Lock,
    /// It can move.
    No,
    /// It cannot be said.
    Unknown,
    /// There is nothing to pin.
    NotApplicable,
}

impl Pinned {
    /// The word of the output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::Lock => "lock",
            Self::No => "no",
            Self::Unknown => "unknown",
            Self::NotApplicable => "n/a",
        }
    }
}

/// A switch that may not be known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Switch {
    /// On, or it may be.
    On,
    /// Off.
    Off,
    /// It cannot be said.
    Unknown,
}

impl Switch {
    /// The word of the output.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::On => "on",
            Self::Off => "off",
            Self::Unknown => "unknown",
        }
    }
}

/// Another repository of the same use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Companion {
    /// `main`, `tokenizer`, `adapter`, `base`, `code`, `kernel`
    pub role: String,
    /// Its id.
    pub id: String,
}

/// A finding of `check` about the same use.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RowFinding {
    /// The rule.
    pub rule: String,
    /// Its level.
    pub level: Risk,
    /// A comment, the configuration or the baseline silences it.
    pub suppressed: bool,
    /// First byte of the finding in the file: with path and rule, what tells it from others.
    #[serde(skip)]
    pub start_byte: usize,
}

/// One use of one repository at one revision by one loader at one place. Fields in the order of sorting.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Row {
    /// What is named.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The id in its own case, with the organisation that a library puts before a bare name; `None` when it is not known.
    pub id: Option<String>,
    /// The file, relative to the project root.
    pub path: String,
    /// Physical line, from 1.
    pub line: u32,
    /// Column in Unicode scalar values, from 1.
    pub column: u32,
    /// The cell of a notebook, from 1.
    pub cell: Option<u32>,
    /// `python`, `shell`, `dockerfile`, `workflow`, `config`, `markdown`, `text`
    pub surface: String,
    /// The qualified name of what loads it.
    pub loader: String,
    /// What the repository is for the loader: `main`, `tokenizer`, `adapter`, `base`, `code`, `kernel`, `data-files`.
    pub role: String,
    /// The id as it is written, when it differs.
    pub written: Option<String>,
    /// The revision asked for, as written; `None` when none is.
    pub revision: Option<String>,
    /// Whether it can move.
    pub pinned: Pinned,
    /// `commit`, `branch`, `pull-request`, `malformed`, `none`, `impossible`, `unknown`, `n/a`
    pub pin: String,
    /// Where the revision comes from: `literal`, `constant`, `registry`, `default`, `environment default`, `splat`, `config`,
    /// `flag`, `uri`, `lock`; `None` when there is none.
    pub how: Option<String>,
    /// The commit, when it is known offline: from the source or the lock.
    pub commit: Option<String>,
    /// The revision of the code, when given.
    pub code_revision: Option<String>,
    /// The revision of the tokenizer, when given.
    pub tokenizer_revision: Option<String>,
    /// Whether code of the repository runs.
    pub remote_code: Switch,
    /// The format of weights that is asked for; `None`: the library chooses.
    pub format: Option<String>,
    /// True when a caller, an argument, the environment or a condition decides which repository it is.
    pub dynamic: bool,
    /// The default of a dynamic id.
    pub default: Option<String>,
    /// Why the id or the revision is not known.
    pub why: Option<String>,
    /// Where the id is defined, `path:line`, when not at the place of use.
    pub defined: Option<String>,
    /// `checkpoints/x`: a folder of that name would be taken instead.
    pub maybe_local: bool,
    /// Other repositories of the same use.
    pub companions: Vec<Companion>,
    /// Terms of `[policy]` that it breaks; empty when it breaks none.
    pub policy: Vec<String>,
    /// What `check` says of this use.
    pub findings: Vec<RowFinding>,
}

impl Row {
    /// The worst finding that is not silenced.
    #[must_use]
    pub fn risk(&self) -> Option<Risk> {
        self.findings.iter().filter(|finding| !finding.suppressed).map(|finding| finding.level).max()
    }

    /// The commit, or the revision as written.
    #[must_use]
    pub fn version(&self) -> Option<&str> {
        self.commit.as_deref().or(self.revision.as_deref())
    }
}

/// What rows of a file are made of.
pub struct Material<'a> {
    /// What the rules saw.
    pub context: &'a Context<'a>,
    /// Positions and lines.
    pub positions: &'a FindingContext<'a>,
    /// What was reported for the file, silenced findings included (with [`Finding::suppressed`] set).
    pub findings: Vec<&'a Finding>,
    /// With the lock, references that it holds count as pinned.
    pub locked: Option<&'a Terms>,
}

/// The rows of a file.
#[must_use]
pub fn rows(uses: &[Use], material: &Material<'_>) -> Vec<Row> {
    let mut rows = Vec::new();
    for usage in uses {
        let context = material.context;
        let Some(entry) = context.entry(usage) else { continue };
        if judge::is_told(usage, uses, context) || is_upload(usage) {
            continue;
        }
        let found = references(usage, entry, context.paths);
        let listed: Vec<&Reference> =
            found.iter().filter(|reference| !matches!(reference.target, Target::Local | Target::Builtin)).collect();
        if listed.is_empty() || judge::revision::not_taken(usage) {
            continue;
        }
        let verdicts = judge::verdicts(usage, uses, context);
        for reference in &listed {
            rows.extend(row(usage, entry, reference, &listed, &verdicts, material));
        }
    }
    rows
}

/// What sends something to a hub loads nothing.
fn is_upload(usage: &Use) -> bool {
    let last = usage.qualified.rsplit(['.', ' ']).next().unwrap_or("");
    let of_the_hub = usage.qualified.starts_with("huggingface_hub.") || usage.kind == UseKind::Command;
    last == "push_to_hub" || of_the_hub && ["upload", "create_", "delete_"].iter().any(|word| last.starts_with(word))
}

fn row(
    usage: &Use,
    entry: &Entry,
    reference: &Reference,
    all: &[&Reference],
    verdicts: &[Verdict],
    material: &Material<'_>,
) -> Option<Row> {
    let kind = Kind::of(reference.kind)?;
    let positions = material.positions;
    let place = positions.location(usage.unit, reference.span);
    let id_argument = usage.argument(reference.role);
    let revision = revision_argument(usage, reference);
    let locked = material.locked.and_then(|terms| terms.locked(reference));
    let (pinned, pin) = state(reference, locked.is_some());
    let id = (!reference.full_id.is_empty()).then(|| shown(&reference.full_id));
    let dynamic =
        id.is_none() || id_argument.is_some_and(|argument| is_default(argument) || matches!(argument.value, Value::OneOf(_)));
    let mut findings: Vec<RowFinding> = verdicts
        .iter()
        .filter(|verdict| concerns(verdict, reference))
        .filter_map(|verdict| reported(verdict, material))
        .collect();
    findings.sort();
    findings.dedup();
    Some(Row {
        kind,
        written: id.as_ref().filter(|_| reference.id != reference.full_id).map(|_| shown(&reference.id)),
        path: place.path,
        line: place.start.line,
        column: place.start.column,
        cell: place.cell.map(|cell| cell.number),
        surface: surface(usage.surface).to_owned(),
        loader: if usage.kind == UseKind::Address { "address".to_owned() } else { shown(&usage.qualified) },
        role: role(reference.role).to_owned(),
        revision: match &reference.pin {
            PinState::Commit(text) | PinState::Branch(text) | PinState::PullRequest(text) | PinState::Malformed(text, _) => {
                Some(shown(text))
            }
            _ => None,
        },
        pinned,
        pin: pin.to_owned(),
        how: how(usage, reference, revision, locked.is_some() && pinned == Pinned::Lock, positions),
        commit: match &reference.pin {
            PinState::Commit(commit) => Some(commit.clone()),
            _ => locked.map(|entry| entry.revision.as_str().to_owned()),
        },
        code_revision: usage.argument(Role::CodeRevision).and_then(value_text),
        tokenizer_revision: usage.argument(Role::TokenizerRevision).and_then(value_text),
        remote_code: remote_code(usage, entry),
        format: format(usage, reference),
        dynamic,
        default: if dynamic { id.clone() } else { None },
        why: match (&reference.target, &reference.pin) {
            (Target::Unknown(why), _) | (_, PinState::Unknown(why)) => Some(why.describe().to_owned()),
            _ => None,
        },
        defined: id_argument.and_then(|argument| defined(argument, positions)),
        maybe_local: reference.target == Target::Ambiguous,
        companions: all
            .iter()
            .filter(|other| !std::ptr::eq(**other, reference) && other.role != reference.role && !other.full_id.is_empty())
            .map(|other| Companion { role: role(other.role).to_owned(), id: shown(&other.full_id) })
            .collect(),
        policy: policy::broken(usage, entry, reference, material.context.terms)
            .iter()
            .map(|broken| match broken.detail() {
                "" => broken.case().to_owned(),
                detail => format!("{}: {detail}", broken.case()),
            })
            .collect(),
        findings,
        id,
    })
}

/// One use may reach several repositories: a verdict that names one of them is not about the others.
fn concerns(verdict: &Verdict, reference: &Reference) -> bool {
    verdict.repo.as_ref().is_none_or(|repo| reference.full_id.is_empty() || *repo == reference.full_id || *repo == reference.id)
}

/// What became of a verdict: level by configuration, comments that silence. `None` when its rule does not run here.
fn reported(verdict: &Verdict, material: &Material<'_>) -> Option<RowFinding> {
    let start_byte = material.positions.location(verdict.spot.unit, verdict.spot.span).start_byte;
    let finding =
        material.findings.iter().find(|finding| finding.rule == verdict.rule && finding.location.start_byte == start_byte)?;
    Some(RowFinding {
        rule: finding.rule.clone(),
        level: finding.level.into(),
        suppressed: finding.suppressed.is_some(),
        start_byte,
    })
}

fn state(reference: &Reference, locked: bool) -> (Pinned, &'static str) {
    let floating = if locked { Pinned::Lock } else { Pinned::No };
    match &reference.pin {
        PinState::Commit(_) => (Pinned::Yes, "commit"),
        PinState::Branch(_) => (floating, "branch"),
        PinState::PullRequest(_) => (floating, "pull-request"),
        PinState::Malformed(..) => (floating, "malformed"),
        PinState::Absent | PinState::Empty => (floating, "none"),
        PinState::Impossible => (floating, "impossible"),
        PinState::Unknown(_) => (Pinned::Unknown, "unknown"),
        PinState::Irrelevant => (Pinned::NotApplicable, "n/a"),
    }
}

/// The argument that gave the revision.
fn revision_argument<'a>(usage: &'a Use, reference: &Reference) -> Option<&'a Argument> {
    let (_, revision) = crate::reference::ID_ROLES.iter().find(|(id, _)| *id == reference.role)?;
    usage.argument(*revision).or_else(|| usage.argument(Role::Revision)).filter(|argument| argument.origin != Origin::Absent)
}

fn how(
    usage: &Use,
    reference: &Reference,
    revision: Option<&Argument>,
    locked: bool,
    positions: &FindingContext<'_>,
) -> Option<String> {
    if locked {
        return Some("lock".to_owned());
    }
    if reference.pinned_in_id || usage.kind == UseKind::Address {
        let given = !matches!(reference.pin, PinState::Absent | PinState::Irrelevant);
        return given.then(|| "uri".to_owned());
    }
    let argument = revision.filter(|_| {
        !matches!(reference.pin, PinState::Absent | PinState::Impossible | PinState::Irrelevant | PinState::Unknown(_))
    })?;
    let word = match (usage.kind, argument.origin) {
        (UseKind::Command, Origin::Literal) => "flag",
        (UseKind::ConfigEntry, _) | (_, Origin::Config) => "config",
        (_, Origin::Literal) => "literal",
        (_, Origin::Constant) if is_lookup(usage, argument, positions) => "registry",
        (_, Origin::Constant) => "constant",
        (_, Origin::Default) => "default",
        (_, Origin::Splat) => "splat",
        (_, Origin::Environment) => "environment default",
        (_, Origin::Absent) => return None,
    };
    Some(word.to_owned())
}

/// `REVISIONS["name"]`, `PINS.get(name)`, `MODELS["x"].sha`: the value is looked up in a table.
fn is_lookup(usage: &Use, argument: &Argument, positions: &FindingContext<'_>) -> bool {
    let text = positions.source().units.get(usage.unit).and_then(|unit| unit.text.get(argument.value_span.range())).unwrap_or("");
    text.contains('[') || text.contains(".get(")
}

/// Whether code of the repository runs.
fn remote_code(usage: &Use, entry: &Entry) -> Switch {
    let open = usage.site.is_some_and(|site| site.open);
    let given = usage.argument(Role::RemoteCode).map(|argument| match &argument.value {
        Value::Unknown(_) => Switch::Unknown,
        _ if may_be_true(argument) => Switch::On,
        _ => Switch::Off,
    });
    match (entry.runs_code, given) {
        (RunsCode::Always, _) => Switch::On,
        (RunsCode::No, None) => Switch::Off,
        (_, Some(given)) => given,
        (RunsCode::DefaultOn, None) => Switch::On,
        (RunsCode::Prompt, None) if entry.repo == Some(RepoKind::Github) => Switch::On,
        (RunsCode::OptIn | RunsCode::Prompt, None) => {
            if open && entry.parameter(Role::RemoteCode).is_some() {
                Switch::Unknown
            } else {
                Switch::Off
            }
        }
    }
}

/// The format of weights that is asked for.
fn format(usage: &Use, reference: &Reference) -> Option<String> {
    if !matches!(reference.kind, RepoKind::Model | RepoKind::Any | RepoKind::Url) {
        return None;
    }
    let text = |role: Role| match usage.argument(role).map(|argument| &argument.value) {
        Some(Value::Known(Literal::Str(text))) => Some(text.to_ascii_lowercase()),
        _ => None,
    };
    if let Some(name) =
        text(Role::Filename).or_else(|| (reference.kind == RepoKind::Url).then(|| reference.id.to_ascii_lowercase()))
    {
        if policy::is_pickle(&name) {
            return Some("pickle".to_owned());
        }
        const FORMATS: &[&str] = &["safetensors", "gguf", "ggml", "onnx", "h5", "keras", "msgpack", "tflite", "npz"];
        return FORMATS.iter().find(|format| name.ends_with(&format!(".{format}"))).map(|format| (*format).to_owned());
    }
    match usage.argument(Role::UseSafetensors).map(|argument| &argument.value) {
        Some(Value::Known(Literal::Bool(true))) => return Some("safetensors".to_owned()),
        Some(Value::Known(Literal::Bool(false))) => return Some("pickle".to_owned()),
        _ => {}
    }
    text(Role::LoadFormat).filter(|format| format != "auto").map(|format| shown(&format))
}

/// The text of a revision argument.
fn value_text(argument: &Argument) -> Option<String> {
    match &argument.value {
        Value::Known(Literal::Str(text)) => Some(shown(text)),
        Value::Known(Literal::None) => None,
        Value::Known(_) => None,
        Value::OneOf(literals) => {
            let texts: Vec<&str> = literals.iter().filter_map(Literal::as_str).collect();
            (!texts.is_empty()).then(|| shown(&texts.join(" | ")))
        }
        Value::Unknown(_) => Some("unknown".to_owned()),
    }
}

/// `path:line` of the definition.
fn defined(argument: &Argument, positions: &FindingContext<'_>) -> Option<String> {
    let definition = argument.definition.as_ref()?;
    Some(match &definition.path {
        Some(path) => format!("{path}:{}", definition.line),
        None => {
            let place = positions.location(definition.unit, definition.span);
            format!("{}:{}", place.path, place.start.line)
        }
    })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::TokenizerId => "tokenizer",
        Role::AdapterId => "adapter",
        Role::BaseId => "base",
        Role::CodeId => "code",
        Role::KernelId => "kernel",
        Role::DataFiles => "data-files",
        _ => "main",
    }
}

fn surface(surface: Surface) -> &'static str {
    match surface {
        Surface::Python => "python",
        Surface::Shell => "shell",
        Surface::Dockerfile => "dockerfile",
        Surface::Workflow => "workflow",
        Surface::Config => "config",
        Surface::Markdown => "markdown",
        Surface::Text => "text",
    }
}

/// Text of the source for output: no secret, no control character, bounded.
fn shown(text: &str) -> String {
    let text = secrets::redact(text);
    let short: String = crate::printable::printable(&text).chars().take(MOST_CHARACTERS).collect();
    short
}
