//! What the Hub says of the repositories of an inventory; only with `--online`. What it does not say stays unknown.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde::{Deserialize, Serialize};

use super::{Inventory, Kind, Repository};
use crate::hub::{Gated, InfoSource, RepoInfo, RepoRequest, RepoType, ResolveError, repo};
use crate::printable::printable;

/// Requests under way at a time: a BOM of hundreds of repositories is read in seconds, and the Hub is not flooded.
const AT_ONCE: usize = 4;

/// The Hub's answer about a repository. `None` is "the Hub did not say".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Online {
    /// For each reference that the code asks for, the commit it stands for now.
    pub commits: BTreeMap<String, String>,
    /// The licence of the card.
    pub license: Option<String>,
    /// `no`, `automatic`, `manual`
    pub gated: Option<String>,
    /// The day of the last change.
    pub last_modified: Option<String>,
    /// Files with an issue in the Hub's scan; `None` when it is not scanned.
    pub security: Option<Vec<String>>,
    /// The id under which the repository answers now.
    pub renamed_to: Option<String>,
    /// Why there is no answer: missing or private, gated, switched off, no connection.
    pub problem: Option<String>,
}

/// Asks about every repository with a known id.
pub fn ask(inventory: &mut Inventory, hub: &(dyn InfoSource + Sync)) {
    inventory.online = true;
    let next = AtomicUsize::new(0);
    let answers: Mutex<BTreeMap<usize, Online>> = Mutex::default();
    let repositories = &inventory.repositories;
    std::thread::scope(|scope| {
        for _ in 0..AT_ONCE.min(repositories.len()) {
            scope.spawn(|| {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(repository) = repositories.get(index) else { break };
                    if let Some(online) = about(repository, hub) {
                        answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).insert(index, online);
                    }
                }
            });
        }
    });
    let answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    for (index, online) in answers {
        if let Some(repository) = inventory.repositories.get_mut(index) {
            repository.online = Some(online);
        }
    }
}

fn about(repository: &Repository, hub: &dyn InfoSource) -> Option<Online> {
    let id = repository.id.clone()?;
    let repo_type = match repository.kind {
        Kind::Model => RepoType::Model,
        Kind::Dataset => RepoType::Dataset,
        Kind::Space => RepoType::Space,
        Kind::Kernel => RepoType::Kernel,
        Kind::Repository | Kind::TorchHub | Kind::Url => return None,
    };
    let mut references: Vec<&str> =
        repository.rows.iter().map(|row| row.revision.as_deref().unwrap_or(repo::DEFAULT_REFERENCE)).collect();
    references.sort_unstable();
    references.dedup();
    let mut online = Online::default();
    for reference in references {
        match hub.info(&RepoRequest::new(repo_type, id.clone(), reference.to_owned())) {
            Ok(info) => note(&mut online, reference, &id, info),
            Err(error) => {
                let text = error.to_string();
                online.problem = Some(printable(&text).into_owned());
                // A missing branch says nothing of the others; a missing repository says all.
                if !matches!(error, ResolveError::RevisionNotFound) {
                    break;
                }
            }
        }
    }
    Some(online)
}

fn note(online: &mut Online, reference: &str, id: &str, info: RepoInfo) {
    let clean = |text: &str| printable(text).into_owned();
    online.commits.insert(reference.to_owned(), info.commit.as_str().to_owned());
    online.license = online.license.take().or(info.license.map(|text| clean(&text)));
    online.last_modified = info.last_modified.map(|date| date.to_string()).or(online.last_modified.take());
    online.gated = info.gated.map(|gated| {
        match gated {
            Gated::No => "no",
            Gated::Automatic => "automatic",
            Gated::Manual => "manual",
        }
        .to_owned()
    });
    if let Some(scan) = info.scan {
        let mut issues = online.security.take().unwrap_or_default();
        issues.extend(scan.issues.iter().map(|issue| clean(issue)));
        issues.sort();
        issues.dedup();
        online.security = Some(issues);
    }
    if info.id != id {
        online.renamed_to = Some(clean(&info.id));
    }
}
