//! Which repositories a use reaches, and whether each is pinned: the one answer that rules, inventory and pins share.

mod address;
mod local;

pub use address::{Address, parse_address};
use local::{classify, without_scheme};

use std::collections::BTreeSet;

use crate::catalog::{Entry, EntryKind, Pin, RepoKind};
use crate::span::Span;
use crate::usage::{Argument, Confidence, Literal, Origin, Role, Use, Value, Why};

/// What is known of an address: it names its repository and carries its own revision.
pub static ADDRESS_ENTRY: Entry = {
    let mut entry = Entry::nothing();
    entry.repo = Some(RepoKind::File);
    entry.pin = Pin::Address;
    entry.confidence = Confidence::High;
    entry
};

/// Roles that name a repository, with the role that pins each.
pub const ID_ROLES: &[(Role, Role)] = &[
    (Role::RepoId, Role::Revision),
    (Role::TokenizerId, Role::TokenizerRevision),
    (Role::AdapterId, Role::AdapterRevision),
    (Role::BaseId, Role::BaseRevision),
    (Role::CodeId, Role::CustomRevision),
    (Role::KernelId, Role::Revision),
];

/// How fixed a revision is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PinState {
    /// Exactly 40 lower-case hexadecimal digits.
    Commit(String),
    /// No revision is given: the default branch.
    Absent,
    /// `None` or an empty text is given: the default branch.
    Empty,
    /// A branch or tag.
    Branch(String),
    /// `refs/pr/N`: anyone can open one.
    PullRequest(String),
    /// Looks like a hash and is none.
    Malformed(String, Malformed),
    /// It cannot be said.
    Unknown(Why),
    /// The API has no way to pin.
    Impossible,
    /// There is nothing to pin.
    Irrelevant,
}

/// Why a revision that looks like a hash is no commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Malformed {
    /// 7 to 38 hexadecimal digits: abbreviated.
    Short,
    /// 39, 41 or another near number of digits: a slip.
    Length,
    /// 64 digits: the sha256 of a file.
    Sha256,
    /// 40 digits with capitals.
    UpperCase,
}

impl PinState {
    /// Reads a revision as written.
    #[must_use]
    pub fn of(revision: &str) -> Self {
        let text = revision.trim();
        let length = text.len();
        let hex = text.bytes().all(|byte| byte.is_ascii_hexdigit());
        let lower = !text.bytes().any(|byte| byte.is_ascii_uppercase());
        if text.is_empty() {
            return Self::Empty;
        }
        if hex && length == 40 {
            return if lower { Self::Commit(text.to_owned()) } else { Self::Malformed(text.to_owned(), Malformed::UpperCase) };
        }
        if hex && length >= 7 {
            // Eight digits are as likely a date as an abbreviated hash, and both are no pin; a date is a tag or branch.
            let why = match length {
                64 => Malformed::Sha256,
                7..=38 => Malformed::Short,
                _ => Malformed::Length,
            };
            return Self::Malformed(text.to_owned(), why);
        }
        if text.starts_with("refs/pr/") || text.starts_with("pr/") {
            return Self::PullRequest(text.to_owned());
        }
        Self::Branch(text.to_owned())
    }

    /// True for a full commit hash.
    #[must_use]
    pub fn is_commit(&self) -> bool {
        matches!(self, Self::Commit(_))
    }

    /// True when it is known that the revision can move.
    #[must_use]
    pub fn floats(&self) -> bool {
        matches!(
            self,
            Self::Absent | Self::Empty | Self::Branch(_) | Self::PullRequest(_) | Self::Malformed(..) | Self::Impossible
        )
    }
}

/// What an id text turns out to be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A repository on the Hub (or GitHub, for `torch.hub`).
    Hub,
    /// A local path.
    Local,
    /// A name that the library maps itself: a packaged dataset builder, a built-in model name.
    Builtin,
    /// `checkpoints/x`: local if the folder exists at run time, else the Hub is asked.
    Ambiguous,
    /// Not known.
    Unknown(Why),
}

/// One repository that a use reaches.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// The kind of repository.
    pub kind: RepoKind,
    /// The role of the argument that names it.
    pub role: Role,
    /// The id without scheme and revision: `org/name`, or a bare name. Empty when unknown.
    pub id: String,
    /// The id with a default organisation put before a bare name.
    pub full_id: String,
    /// What it is.
    pub target: Target,
    /// How it is pinned.
    pub pin: PinState,
    /// The argument that names it.
    pub span: Span,
    /// The revision came inside the id.
    pub pinned_in_id: bool,
}

/// What the judge must know of the project to tell a local path from an id.
pub trait LocalPaths {
    /// True when the path, relative to the project root or to the file's folder, exists.
    fn exists(&self, path: &str) -> bool;
}

/// Every repository that a use reaches, one per id and alternative.
#[must_use]
pub fn references(usage: &Use, entry: &Entry, paths: &dyn LocalPaths) -> Vec<Reference> {
    let Some(kind) = entry.repo else { return Vec::new() };
    let kind = if kind == RepoKind::Any { kind_by_type(usage) } else { kind };
    let mut found = Vec::new();
    for (role, revision_role) in ID_ROLES {
        let Some(argument) = usage.argument(*role) else { continue };
        let kind = if *role == Role::KernelId { RepoKind::Kernel } else { kind };
        if matches!(kind, RepoKind::File | RepoKind::Other) && *role == Role::RepoId {
            // Even an API for files may be handed a Hub address.
            found.extend(addresses(argument, *role));
            continue;
        }
        let pin = pin_of(usage, entry, *role, *revision_role);
        match &argument.value {
            Value::Unknown(why) => found.push(Reference {
                kind,
                role: *role,
                id: String::new(),
                full_id: String::new(),
                target: Target::Unknown(*why),
                pin,
                span: argument.span,
                pinned_in_id: false,
            }),
            value => {
                for literal in value.literals() {
                    found.extend(one(literal, argument, kind, *role, &pin, usage, entry, paths));
                }
            }
        }
    }
    if let Some(argument) = usage.argument(Role::DataFiles) {
        found.extend(addresses(argument, Role::DataFiles));
    }
    found
}

/// What `repo_type=` says; without it the Hub's clients mean a model (huggingface_hub 2.4.0, constants.py).
fn kind_by_type(usage: &Use) -> RepoKind {
    let Some(argument) = usage.argument(Role::RepoType) else {
        return if usage.site.is_some_and(|site| site.open) { RepoKind::Any } else { RepoKind::Model };
    };
    match &argument.value {
        Value::Known(Literal::None) => RepoKind::Model,
        Value::Known(Literal::Str(text)) => match text.trim_end_matches('s') {
            "" | "model" => RepoKind::Model,
            "dataset" => RepoKind::Dataset,
            "space" => RepoKind::Space,
            "kernel" => RepoKind::Kernel,
            _ => RepoKind::Any,
        },
        _ => RepoKind::Any,
    }
}

/// Hub addresses in an argument that is not itself an id.
fn addresses(argument: &Argument, role: Role) -> Vec<Reference> {
    let mut texts = BTreeSet::new();
    let mut pending: Vec<&Literal> = argument.value.literals().iter().collect();
    while let Some(literal) = pending.pop() {
        match literal {
            Literal::Str(text) => drop(texts.insert(text.as_str())),
            Literal::List(items) => pending.extend(items.iter().flat_map(Value::literals)),
            Literal::Dict { items, .. } => pending.extend(items.iter().flat_map(|(_, value)| value.literals())),
            _ => {}
        }
    }
    texts
        .into_iter()
        .filter_map(parse_address)
        .map(|address| Reference {
            kind: address.kind,
            role,
            target: target_of(&address),
            full_id: address.id.clone(),
            id: address.id,
            pin: address.revision.as_deref().map_or(PinState::Absent, PinState::of),
            span: argument.span,
            pinned_in_id: true,
        })
        .collect()
}

/// What an address names: `huggingface.co/username/repo` stands for an address.
fn target_of(address: &Address) -> Target {
    if crate::names::is_placeholder(&address.id) { Target::Unknown(Why::Variable) } else { Target::Hub }
}

#[allow(clippy::too_many_arguments)] // One step of `references`, split off for length only.
fn one(
    literal: &Literal,
    argument: &Argument,
    kind: RepoKind,
    role: Role,
    pin: &PinState,
    usage: &Use,
    entry: &Entry,
    paths: &dyn LocalPaths,
) -> Option<Reference> {
    let reference = |id: &str, target: Target, pin: PinState, pinned_in_id: bool| Reference {
        kind,
        role,
        id: id.to_owned(),
        full_id: id.to_owned(),
        target,
        pin,
        span: argument.span,
        pinned_in_id,
    };
    let text = match literal {
        Literal::Str(text) => text.trim(),
        Literal::LocalPath(_) => return Some(reference("", Target::Local, PinState::Irrelevant, false)),
        Literal::Result(_) => return Some(reference("", Target::Local, PinState::Irrelevant, false)),
        // `model=None`, an object: nothing is named.
        _ => return None,
    };
    // `auto_map` of a configuration: "org/other--module.Class" is code of another repository, "module.Class" of this one.
    let text = match text.split_once("--") {
        Some((other, _)) if role == Role::CodeId && entry.kind == EntryKind::Config => other,
        None if role == Role::CodeId && entry.kind == EntryKind::Config => return None,
        _ => text,
    };
    if text.is_empty() {
        return None;
    }
    if let Some(address) = parse_address(text) {
        let inside = address.revision.as_deref().map(PinState::of);
        let pinned_in_id = inside.is_some();
        // A commit that is checked out behind a clone pins it, though the command itself cannot.
        let from_argument = entry.pin == Pin::Keyword || pin.is_commit();
        let state = inside.unwrap_or_else(|| if from_argument { pin.clone() } else { PinState::Absent });
        return Some(Reference { kind: address.kind, ..reference(&address.id, target_of(&address), state, pinned_in_id) });
    }
    let (id, inside) = split_revision(text, entry.pin);
    let state = inside.map_or_else(|| pin.clone(), PinState::of);
    // What was saved is the id that comes first: the adapter of a call that names no other repository.
    let subject = role == Role::RepoId || role == Role::AdapterId && entry.parameter(Role::RepoId).is_none();
    let target = if usage.saved_before && subject { Target::Local } else { classify(id, kind, entry, paths) };
    let id = without_scheme(id);
    let state = if matches!(target, Target::Local | Target::Builtin) { PinState::Irrelevant } else { state };
    let mut made = reference(id, target, state, inside.is_some());
    if kind == RepoKind::Kernel && role == Role::KernelId && !id.contains('/') {
        // `attn_implementation="sdpa"` names no kernel repository.
        return None;
    }
    // `model.load_adapter("eng")` of a model that is not known here: a language in the same repository, more likely than not.
    if usage.qualified.contains(".*.") && usage.confidence < Confidence::High && made.target == Target::Hub && !id.contains('/') {
        return None;
    }
    if made.target == Target::Hub
        && !id.contains('/')
        && let Some(organisation) = &entry.default_organisation
    {
        made.full_id = format!("{organisation}/{id}");
    }
    Some(made)
}

/// The state of the role that pins an id.
fn pin_of(usage: &Use, entry: &Entry, role: Role, revision_role: Role) -> PinState {
    if entry.pin == Pin::None {
        return PinState::Irrelevant;
    }
    if role == Role::KernelId {
        // The model's `revision=` says nothing about a kernel; only a revision inside its id does.
        return PinState::Absent;
    }
    let fallback = match role {
        // `pipeline(tokenizer=...)` shares the one revision; a code repository follows `code_revision`.
        Role::TokenizerId if entry.parameter(revision_role).is_none() => Some(Role::Revision),
        Role::CodeId if entry.parameter(revision_role).is_none() => Some(Role::CodeRevision),
        Role::AdapterId | Role::BaseId if entry.parameter(revision_role).is_none() => Some(Role::Revision),
        _ => None,
    };
    let argument = usage.argument(revision_role).or_else(|| fallback.and_then(|role| usage.argument(role)));
    match argument {
        Some(argument) => revision_state(argument),
        None if usage.site.is_some_and(|site| site.open) => PinState::Unknown(Why::Unpacked),
        None if entry.pin == Pin::Impossible => PinState::Impossible,
        // `version=1` of a kernel is the branch `v1` (kernels 0.17.2, `_versions.py`).
        None if entry.repo == Some(RepoKind::Kernel) && role == Role::RepoId => match usage.argument(Role::Version) {
            Some(Argument { value: Value::Known(Literal::Int(number)), .. }) => PinState::Branch(format!("v{number}")),
            Some(Argument { value: Value::Unknown(why), .. }) => PinState::Unknown(*why),
            _ => PinState::Absent,
        },
        None => PinState::Absent,
    }
}

/// The state of a revision argument: of several alternatives the one that floats most.
#[must_use]
pub fn revision_state(argument: &Argument) -> PinState {
    if let Value::Unknown(why) = argument.value {
        return PinState::Unknown(why);
    }
    let states = argument.value.literals().iter().map(|literal| match literal {
        Literal::Str(text) => PinState::of(text),
        Literal::None | Literal::Bool(false) => PinState::Empty,
        // A resolved revision object (`HfApi().resolve_revision(...)`) is a commit at run time.
        _ => PinState::Unknown(Why::Expression),
    });
    states
        .max_by_key(|state| match state {
            PinState::PullRequest(_) => 6,
            PinState::Malformed(..) => 5,
            PinState::Branch(_) => 4,
            PinState::Empty | PinState::Absent | PinState::Impossible => 3,
            PinState::Unknown(_) => 2,
            PinState::Commit(_) => 1,
            PinState::Irrelevant => 0,
        })
        .unwrap_or(PinState::Unknown(Why::Expression))
}

/// `org/m@rev` or `owner/repo:ref` cut in two where the API reads ids so.
fn split_revision(text: &str, pin: Pin) -> (&str, Option<&str>) {
    let separator = match pin {
        Pin::At => '@',
        Pin::Colon => ':',
        // `@` is illegal in an id: whoever writes it means a revision, and libraries that do not read it fail.
        _ if text.matches('@').count() == 1 && text.contains('/') => '@',
        _ => return (text, None),
    };
    // The colon of a scheme (`hf_hub:`) is no separator; the scheme stays, it says that the rest is an id.
    let body = without_scheme(text);
    match body.split_once(separator) {
        Some((id, revision)) if !id.is_empty() => {
            (text.get(..text.len() - revision.len() - separator.len_utf8()).unwrap_or(id), Some(revision))
        }
        _ => (text, None),
    }
}

/// True when an argument's origin says that it can be replaced by a caller.
#[must_use]
pub fn is_default(argument: &Argument) -> bool {
    matches!(argument.origin, Origin::Default | Origin::Environment)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn only_forty_lower_case_digits_are_a_pin() {
        let forty = "0123456789abcdef0123456789abcdef01234567";
        assert!(PinState::of(forty).is_commit());
        assert_eq!(PinState::of(&forty.to_uppercase()), PinState::Malformed(forty.to_uppercase(), Malformed::UpperCase));
        assert!(matches!(PinState::of(&forty[..7]), PinState::Malformed(_, Malformed::Short)));
        assert!(matches!(PinState::of(&forty[..39]), PinState::Malformed(_, Malformed::Length)));
        assert!(matches!(PinState::of(&format!("{forty}0")), PinState::Malformed(_, Malformed::Length)));
        assert!(matches!(PinState::of(&format!("{forty}{}", &forty[..24])), PinState::Malformed(_, Malformed::Sha256)));
        assert_eq!(PinState::of("main"), PinState::Branch("main".to_owned()));
        assert_eq!(PinState::of("refs/pr/3"), PinState::PullRequest("refs/pr/3".to_owned()));
        assert_eq!(PinState::of(""), PinState::Empty);
    }

    #[test]
    fn addresses_are_read_with_their_places() {
        let text = "https://huggingface.co/datasets/org/name/resolve/main/a/b.csv?download=true";
        let address = parse_address(text).unwrap();
        assert_eq!(
            (address.kind, address.id.as_str(), address.revision.as_deref()),
            (RepoKind::Dataset, "org/name", Some("main"))
        );
        assert_eq!(&text[address.revision_range.unwrap()], "main");
        assert_eq!(&text[address.id_range], "org/name");
        let text = "hf://datasets/org/name@refs/pr/3/data.parquet";
        let address = parse_address(text).unwrap();
        assert_eq!(address.revision.as_deref(), Some("refs/pr/3"));
        assert_eq!(&text[address.revision_range.unwrap()], "refs/pr/3");
        let text = "https://user@hf.co/org/name.git";
        let address = parse_address(text).unwrap();
        assert_eq!((address.id.as_str(), &text[address.id_range]), ("org/name", "org/name"));
        assert_eq!(parse_address("https://huggingface.co/docs/transformers"), None);
        assert_eq!(parse_address("hf://buckets/org/name"), None);
    }
}
