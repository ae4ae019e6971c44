//! `policy-violation`: what `[policy]` in the configuration says of a load. The inventory asks the same function.

use super::{Context, Verdict};
use crate::catalog::{Entry, RepoKind};
use crate::config::{Policy, Requirement};
use crate::hub::lock::{Entry as Locked, Lock};
use crate::hub::{RepoType, repo};
use crate::reference::{PinState, Reference, Target};
use crate::usage::{Literal, Role, Use, Value};

/// The rule's id.
pub const RULE: &str = "policy-violation";

/// What the project demands of its loads.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// `[policy]`
    pub policy: Policy,
    /// `hublint.lock`, when it was read.
    pub lock: Option<Lock>,
    /// Pins that differ from the lock are told, and moved (`pin --from lock`).
    pub follow: bool,
}

impl Terms {
    /// True when nothing is demanded.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.policy.allow.is_empty() && self.policy.deny.is_empty() && self.policy.require.is_empty()
    }

    /// The entry of the lock for a reference: the same reference, or the commit that it pins.
    #[must_use]
    pub fn locked(&self, reference: &Reference) -> Option<&Locked> {
        let lock = self.lock.as_ref()?;
        let asked = match &reference.pin {
            PinState::Commit(text) | PinState::Branch(text) | PinState::PullRequest(text) | PinState::Malformed(text, _) => text,
            PinState::Absent | PinState::Empty | PinState::Impossible => repo::DEFAULT_REFERENCE,
            PinState::Unknown(_) | PinState::Irrelevant => return None,
        };
        let types = repo_types(reference.kind);
        lock.entries().find(|entry| {
            types.contains(&entry.repo_type)
                && entry.id == reference.full_id
                && (entry.reference == *asked || entry.revision.as_str() == asked)
        })
    }
}

/// The kinds of the Hub that a kind may be.
fn repo_types(kind: RepoKind) -> &'static [RepoType] {
    match kind {
        RepoKind::Model => &[RepoType::Model],
        RepoKind::Dataset => &[RepoType::Dataset],
        RepoKind::Space => &[RepoType::Space],
        RepoKind::Kernel => &[RepoType::Kernel],
        RepoKind::Any => &RepoType::ALL,
        RepoKind::Github | RepoKind::Url | RepoKind::File | RepoKind::Other => &[],
    }
}

/// A term that a load does not keep.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Broken {
    /// A pattern of `deny` matches.
    Denied(String),
    /// No pattern of `allow` matches.
    NotAllowed,
    /// No commit is pinned.
    Pin,
    /// The lock does not hold it.
    Lock,
    /// The weights may come as a pickle; the reason follows "because".
    Safetensors(String),
}

impl Broken {
    /// The case of the rule, which is also the inventory's word.
    #[must_use]
    pub fn case(&self) -> &'static str {
        match self {
            Self::Denied(_) => "denied",
            Self::NotAllowed => "not-allowed",
            Self::Pin => "pin-required",
            Self::Lock => "lock-required",
            Self::Safetensors(_) => "safetensors-required",
        }
    }

    /// What is behind it: a pattern or a reason.
    #[must_use]
    pub fn detail(&self) -> &str {
        match self {
            Self::Denied(text) | Self::Safetensors(text) => text,
            _ => "",
        }
    }
}

/// Every term that one reference of a use breaks, worst first. What cannot be said (an unknown id, an unknown revision) breaks
/// nothing: the inventory shows it as unknown.
#[must_use]
pub fn broken(usage: &Use, entry: &Entry, reference: &Reference, terms: &Terms) -> Vec<Broken> {
    let mut found = Vec::new();
    let governed = !matches!(reference.kind, RepoKind::Url | RepoKind::File | RepoKind::Other);
    if terms.is_empty() || reference.target != Target::Hub || reference.full_id.is_empty() || !governed {
        return found;
    }
    let policy = &terms.policy;
    let names = [reference.full_id.as_str(), reference.id.as_str()];
    if let Some(pattern) = names.iter().find_map(|name| policy.deny.matching(name)) {
        found.push(Broken::Denied(pattern.to_owned()));
    } else if !policy.allow.is_empty() && names.iter().all(|name| policy.allow.matching(name).is_none()) {
        found.push(Broken::NotAllowed);
    }
    let offline = super::revision::is_offline(usage) || super::revision::not_taken(usage);
    if policy.require.contains(&Requirement::Pin) && reference.pin.floats() && !offline {
        found.push(Broken::Pin);
    }
    let locks = !repo_types(reference.kind).is_empty();
    let unknown = matches!(reference.pin, PinState::Unknown(_));
    if policy.require.contains(&Requirement::Lock) && locks && !unknown && !offline && terms.locked(reference).is_none() {
        found.push(Broken::Lock);
    }
    if policy.require.contains(&Requirement::Safetensors)
        && let Some(why) = pickle_possible(usage, entry, reference, terms)
    {
        found.push(Broken::Safetensors(why));
    }
    found
}

/// Why the weights of a load may come as a pickle; `None` when they cannot, or when no weights are loaded.
fn pickle_possible(usage: &Use, entry: &Entry, reference: &Reference, terms: &Terms) -> Option<String> {
    if !matches!(reference.kind, RepoKind::Model | RepoKind::Any) || !matches!(reference.role, Role::RepoId | Role::AdapterId) {
        return None;
    }
    if let Some(argument) = usage.argument(Role::Filename) {
        let pickled = argument.value.literals().iter().filter_map(Literal::as_str).find(|name| is_pickle(name))?;
        return Some(format!("the file `{pickled}` is asked for"));
    }
    let parameter = entry.parameter(Role::UseSafetensors)?;
    let keyword = parameter.places.first().and_then(|place| place.keyword.as_deref()).unwrap_or("use_safetensors");
    match usage.argument(Role::UseSafetensors).map(|argument| &argument.value) {
        Some(Value::Unknown(_)) => return None,
        Some(value) if value.literals().iter().all(|literal| literal.truth() == Some(true)) => return None,
        Some(value) if value.literals().contains(&Literal::Bool(false)) => {
            return Some(format!("`{keyword}=False` is passed"));
        }
        _ if usage.site.is_some_and(|site| site.open) => return None,
        _ => {}
    }
    let formats = terms.locked(reference).and_then(|locked| locked.formats.as_ref());
    if formats.is_some_and(|formats| !formats.is_empty() && formats.iter().all(|format| format != "pickle")) {
        return None;
    }
    Some(format!("without `{keyword}=True` the library takes a pickle where there are no safetensors"))
}

/// A name with the ending of a file that is a pickle.
#[must_use]
pub fn is_pickle(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    [".bin", ".pt", ".pth", ".ckpt", ".pkl", ".pickle", ".joblib"].iter().any(|ending| lower.ends_with(ending))
}

/// The verdict about one use: the worst broken term of its references.
#[must_use]
pub fn judge(usage: &Use, entry: &Entry, found: &[Reference], context: &Context<'_>) -> Option<Verdict> {
    if context.terms.is_empty() {
        return None;
    }
    let (reference, worst) = found
        .iter()
        .filter_map(|reference| Some((reference, broken(usage, entry, reference, context.terms).into_iter().next()?)))
        .min_by(|(_, one), (_, other)| one.cmp(other))?;
    let verdict = Verdict::new(RULE, worst.case(), usage, usage.argument(reference.role)).about(&reference.full_id);
    Some(match &worst {
        Broken::Denied(pattern) => verdict.with("value", pattern.clone()),
        Broken::Safetensors(why) => verdict.with("reason", why.clone()),
        _ => verdict,
    })
}
