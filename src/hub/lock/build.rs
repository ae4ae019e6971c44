//! `lock`: entries for what the source code uses, from the cache and, if allowed, the Hub.

use std::collections::{BTreeMap, BTreeSet};

use super::verify::sha256_of;
use super::{CodePin, Entry, EntrySource, Lock};
use crate::hub::cache::{Cache, RemoteCode};
use crate::hub::repo::DEFAULT_REFERENCE;
use crate::hub::{
    Commit, CommitSource, Date, FileFacts, InfoSource, Miss, RepoInfo, RepoRequest, RepoType, ResolveError, Source, Unresolved,
};

/// Above this many files a list is no longer reviewable (large data sets): `files` is null then.
const MAX_LISTED_FILES: usize = 2_000;

/// Cached files up to this size are hashed when their sha256 is not known: code, configurations, tokenizers.
const MAX_HASHED_BYTES: u64 = 32 << 20;

/// A repo that the source code uses.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Wanted {
    /// The repo and the branch or tag that it follows; for a pin, the branch of the comment, else `main`.
    pub request: RepoRequest,
    /// The commit that the source is pinned to.
    pub pinned: Option<Commit>,
}

/// The source is pinned to one commit, the lock says another. The lock is left as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Disagreement {
    /// What the source says.
    pub wanted: Wanted,
    /// What the lock says.
    pub locked: Commit,
}

/// A new lock and how it differs from the old one.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Built {
    /// The lock.
    pub lock: Lock,
    /// Entries that are new, sorted.
    pub added: Vec<RepoRequest>,
    /// Entries of the old lock that nothing uses any more, sorted; they are not in the new one.
    pub removed: Vec<RepoRequest>,
    /// Repos without a known commit, and why; sorted.
    pub missed: Vec<(RepoRequest, Unresolved)>,
    /// Pins in the source that differ from the lock.
    pub disagreements: Vec<Disagreement>,
}

/// Builds the lock for `wanted`. Entries of `existing` stay as they are (only `upgrade` moves a pin); new ones come from
/// the cache, then from the Hub. With a Hub, entries from the cache also get licence, gate and scan.
#[must_use]
pub fn build(
    existing: Option<&Lock>,
    wanted: &[Wanted],
    cache: Option<&Cache>,
    hub: Option<&dyn InfoSource>,
    today: Date,
) -> Built {
    let mut built = Built::default();
    let unique: BTreeSet<&Wanted> = wanted.iter().collect();
    let mut pinned_here: BTreeMap<&RepoRequest, BTreeSet<&Commit>> = BTreeMap::new();
    for one in &unique {
        pinned_here.entry(&one.request).or_default().extend(one.pinned.as_ref());
    }
    for (request, pins) in &pinned_here {
        let old = existing.and_then(|lock| lock.get(request));
        // Several pins for one branch: the lock can hold one; the others disagree with it.
        let entry = match (old, pins.first()) {
            (Some(entry), _) => Ok(entry.clone()),
            (None, pinned) => resolve(request, pinned.copied(), cache, hub, today),
        };
        match entry {
            Ok(entry) => {
                for pin in pins.iter().filter(|pin| ***pin != entry.revision) {
                    built.disagreements.push(Disagreement {
                        wanted: Wanted { request: (*request).clone(), pinned: Some((**pin).clone()) },
                        locked: entry.revision.clone(),
                    });
                }
                if old.is_none() {
                    built.added.push((*request).clone());
                }
                built.lock.insert(entry);
            }
            Err(unresolved) => built.missed.push(((*request).clone(), unresolved)),
        }
    }
    let entries = existing.into_iter().flat_map(Lock::entries);
    built.removed.extend(entries.map(Entry::request).filter(|request| !pinned_here.contains_key(request)));
    built
}

/// A new entry: the pin of the source if there is one, else the commit that cache or Hub know for the reference.
fn resolve(
    request: &RepoRequest,
    pinned: Option<&Commit>,
    cache: Option<&Cache>,
    hub: Option<&dyn InfoSource>,
    today: Date,
) -> Result<Entry, Unresolved> {
    // A pin is looked up as itself: what its branch stands for today is another question.
    let asked = match pinned {
        Some(commit) => RepoRequest { reference: commit.to_string(), ..request.clone() },
        None => request.clone(),
    };
    let mut misses = Vec::new();
    if let Some(cache) = cache {
        match cache.resolve(&asked) {
            Ok(resolved) => {
                let mut entry = Entry::new(request, resolved.commit, EntrySource::Cache);
                entry.resolved_at = resolved.resolved_at;
                fill_from_cache(&mut entry, cache);
                if let Some(hub) = hub {
                    let exact = RepoRequest { reference: entry.revision.to_string(), ..request.clone() };
                    // Extra knowledge only: the entry is complete without it.
                    if let Ok(info) = hub.info(&exact) {
                        fill_from_hub(&mut entry, info, hub);
                    }
                }
                return Ok(entry);
            }
            Err(error) => misses.push(Miss { source: Source::Cache, error }),
        }
    }
    match hub.map(|hub| (hub, hub.info(&asked))) {
        Some((hub, Ok(info))) => {
            return Ok(entry_from_hub(request, info, pinned.is_none().then_some(today), hub));
        }
        Some((_, Err(error))) => misses.push(Miss { source: Source::Hub, error }),
        None => misses.push(Miss { source: Source::Hub, error: ResolveError::Offline }),
    }
    match pinned {
        // The source says it, nobody confirmed it. Only an answer that denies the commit keeps it out.
        Some(commit) if misses.iter().all(|miss| is_silence(&miss.error)) => {
            Ok(Entry::new(request, commit.clone(), EntrySource::Manual))
        }
        _ => Err(Unresolved { misses }),
    }
}

/// The source could not say anything about the repo, as opposed to denying it.
fn is_silence(error: &ResolveError) -> bool {
    !matches!(
        error,
        ResolveError::NotFoundOrPrivate
            | ResolveError::RevisionNotFound
            | ResolveError::Disabled
            | ResolveError::InvalidId { .. }
            | ResolveError::InvalidReference { .. }
    )
}

/// An entry for what the Hub says. `resolved_at` is the day on which the reference pointed there.
pub(super) fn entry_from_hub(request: &RepoRequest, info: RepoInfo, resolved_at: Option<Date>, hub: &dyn InfoSource) -> Entry {
    let mut entry = Entry::new(request, info.commit.clone(), EntrySource::Hub);
    entry.resolved_at = resolved_at;
    fill_from_hub(&mut entry, info, hub);
    entry
}

/// Adds what the Hub knows; what the cache found out by reading the files is kept.
fn fill_from_hub(entry: &mut Entry, info: RepoInfo, hub: &dyn InfoSource) {
    if info.commit != entry.revision {
        return;
    }
    entry.gated = info.gated;
    entry.license = info.license;
    entry.scan = info.scan.map(|scan| match scan.issues.is_empty() {
        true => "no finding".to_owned(),
        false => scan.issues.join(", "),
    });
    if let Some(files) = info.files {
        merge_files(entry, files);
    }
    if let Some(code) = info.code {
        entry.remote_code = Some(true);
        if entry.code.is_none() {
            entry.code = code_pin(&code, |other| hub.info(other).ok().map(|info| info.commit));
        }
    }
    entry.formats = formats(entry);
}

fn fill_from_cache(entry: &mut Entry, cache: &Cache) {
    let (repo_type, id, commit) = (entry.repo_type, entry.id.clone(), entry.revision.clone());
    if let Ok(mut files) = cache.files(repo_type, &id, &commit) {
        if files.len() <= MAX_LISTED_FILES {
            for (name, facts) in &mut files {
                if facts.sha256.is_none()
                    && facts.size.is_some_and(|size| size <= MAX_HASHED_BYTES)
                    && let Ok(path) = cache.file(repo_type, &id, &commit, name)
                {
                    facts.sha256 = sha256_of(&path, MAX_HASHED_BYTES).ok().map(|(hash, _)| hash);
                }
            }
        }
        merge_files(entry, files);
    }
    if let Ok(code) = cache.remote_code(repo_type, &id, &commit) {
        entry.remote_code = Some(code.any());
        entry.code = code_pin(&code, |other| cache.resolve(other).ok().map(|resolved| resolved.commit));
    }
    entry.formats = formats(entry);
}

/// The commit of the one other repo that code comes from. Two such repos cannot be pinned by one `code_revision`.
fn code_pin(code: &RemoteCode, resolve: impl Fn(&RepoRequest) -> Option<Commit>) -> Option<CodePin> {
    let mut repos = code.other_repos.iter();
    let (repo, None) = (repos.next()?, repos.next()) else {
        return None;
    };
    let revision = resolve(&RepoRequest::new(RepoType::Model, repo.clone(), DEFAULT_REFERENCE))?;
    Some(CodePin { repo: repo.clone(), revision })
}

fn merge_files(entry: &mut Entry, files: BTreeMap<String, FileFacts>) {
    let mut merged = entry.files.take().unwrap_or_default();
    for (name, facts) in files {
        let known = merged.entry(name).or_default();
        known.size = known.size.or(facts.size);
        known.sha256 = known.sha256.take().or(facts.sha256);
    }
    entry.files = (merged.len() <= MAX_LISTED_FILES).then_some(merged);
}

/// The formats of the weights by file name. `None` if no file is of a known one.
fn formats(entry: &Entry) -> Option<Vec<String>> {
    let names = entry.files.as_ref()?.keys();
    let found: BTreeSet<&str> = names.filter_map(|name| format_of(name)).collect();
    (!found.is_empty()).then(|| found.into_iter().map(str::to_owned).collect())
}

fn format_of(name: &str) -> Option<&'static str> {
    let extension = name.rsplit_once('.')?.1.to_ascii_lowercase();
    // `training_args.bin` and `.bin` weights alike are pickles; tokenizers' .bin files are rare.
    Some(match extension.as_str() {
        "safetensors" => "safetensors",
        "gguf" => "gguf",
        "onnx" => "onnx",
        "bin" | "pt" | "pth" | "ckpt" | "pkl" | "pickle" | "joblib" | "dill" => "pickle",
        "h5" | "keras" => "keras",
        "msgpack" => "flax",
        "npy" | "npz" => "numpy",
        "parquet" => "parquet",
        _ => return None,
    })
}
