//! Addresses of the Hub: `https://huggingface.co/...` and `hf://...`.

use crate::catalog::RepoKind;

/// A Hub address read from text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// What the address names.
    pub kind: RepoKind,
    /// The id.
    pub id: String,
    /// The revision, where the address has a place for one and it is filled.
    pub revision: Option<String>,
    /// The bytes of the revision in the text.
    pub revision_range: Option<std::ops::Range<usize>>,
    /// Where `@<revision>` or the like could be put: the end of the id in the text.
    pub id_end: usize,
    /// The bytes of the id in the text.
    pub id_range: std::ops::Range<usize>,
    /// `resolve`, `raw`, `blob`, `tree`; `hf` for `hf://`; empty for the repository itself.
    pub action: String,
}

/// Reads `hf://...` and `https://huggingface.co/...` addresses (apis.md section 11). `text` must start with the address.
#[must_use]
pub fn parse_address(text: &str) -> Option<Address> {
    if let Some(rest) = text.strip_prefix("hf://") {
        return parse_hf(text, rest);
    }
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")).unwrap_or(text);
    // A user part (`https://user:token@huggingface.co/...`) is not part of the host.
    let host_start = match (rest.find('@'), rest.find('/')) {
        (Some(at), Some(slash)) if at < slash => at + 1,
        _ => 0,
    };
    let rest = rest.get(host_start..)?;
    let hosts = ["huggingface.co/", "www.huggingface.co/", "hf.co/", "hub-ci.huggingface.co/"];
    let path = hosts.iter().find_map(|host| rest.strip_prefix(host))?;
    let path = path.split(['?', '#']).next().unwrap_or(path);
    let base =
        text.len() - rest.len() + (rest.len() - rest.strip_prefix(hosts.iter().find(|host| rest.starts_with(**host))?)?.len());
    let (kind, skip) = typed(path);
    let body = path.get(skip..)?;
    let mut segments = body.split('/');
    let owner = segments.next().filter(|segment| is_segment(segment))?;
    let name = segments.next().map(|name| name.strip_suffix(".git").unwrap_or(name)).filter(|segment| is_segment(segment))?;
    const PAGES: &[&str] = &[
        "docs",
        "blog",
        "api",
        "papers",
        "settings",
        "spaces",
        "datasets",
        "models",
        "join",
        "login",
        "new",
        "organizations",
        "collections",
        "posts",
        "learn",
        "tasks",
        "pricing",
        "terms-of-service",
        "chat",
        "hf-internal",
        "front",
        "enterprise",
        "course",
    ];
    if PAGES.contains(&owner) {
        return None;
    }
    let id_start = base + skip;
    let id_end = id_start + owner.len() + 1 + name.len();
    let action = segments.next().unwrap_or("");
    let mut address = Address {
        kind,
        id: format!("{owner}/{name}"),
        revision: None,
        revision_range: None,
        id_end,
        id_range: id_start..id_end,
        action: action.to_owned(),
    };
    if matches!(action, "resolve" | "raw" | "blob" | "tree") {
        let start = id_end + 1 + action.len() + 1;
        let mut revision = segments.next().unwrap_or("");
        if revision == "refs" {
            let rest = text.get(start..)?;
            let length: usize = rest.split('/').take(3).map(|segment| segment.len() + 1).sum::<usize>().saturating_sub(1);
            revision = rest.get(..length.min(rest.len()))?;
        }
        if !revision.is_empty() {
            address.revision = Some(revision.replace("%2F", "/").replace("%2f", "/"));
            address.revision_range = Some(start..start + revision.len());
        }
    }
    Some(address)
}

/// `hf://[models|datasets|spaces|kernels/]<ns>/<name>[@<revision>][/<path>]`
pub(super) fn parse_hf(text: &str, rest: &str) -> Option<Address> {
    if rest.starts_with("buckets/") {
        return None;
    }
    let (kind, skip) = typed(rest);
    let body = rest.get(skip..)?;
    let base = text.len() - body.len();
    let (owner, after) = body.split_once('/')?;
    let name_end = after.find(['/', '@']).unwrap_or(after.len());
    let name = after.get(..name_end)?;
    if !is_segment(owner) || !is_segment(name) {
        return None;
    }
    let id_end = base + owner.len() + 1 + name_end;
    let mut address = Address {
        kind,
        id: format!("{owner}/{name}"),
        revision: None,
        revision_range: None,
        id_end,
        id_range: base..id_end,
        action: "hf".to_owned(),
    };
    if let Some(tail) = text.get(id_end..).and_then(|tail| tail.strip_prefix('@')) {
        let length = if tail.starts_with("refs/") {
            tail.split('/').take(3).map(|segment| segment.len() + 1).sum::<usize>().saturating_sub(1)
        } else {
            tail.find('/').unwrap_or(tail.len())
        };
        address.revision = tail.get(..length.min(tail.len())).map(str::to_owned);
        address.revision_range = Some(id_end + 1..id_end + 1 + length);
    }
    Some(address)
}

/// The kind that a path prefix names, and its length.
pub(super) fn typed(path: &str) -> (RepoKind, usize) {
    for (prefix, kind) in [
        ("datasets/", RepoKind::Dataset),
        ("spaces/", RepoKind::Space),
        ("kernels/", RepoKind::Kernel),
        ("models/", RepoKind::Model),
    ] {
        if path.starts_with(prefix) {
            return (kind, prefix.len());
        }
    }
    (RepoKind::Model, 0)
}

pub(super) fn is_segment(segment: &str) -> bool {
    !segment.is_empty()
        && segment.len() <= 96
        && segment
            .chars()
            .all(|character| character.is_alphanumeric() || matches!(character, '-' | '_' | '.') || !character.is_ascii())
}
