//! The project around a file: which paths exist, which versions the nearest manifests name.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use crate::engine::World;
use crate::judge::Ternary;
use crate::judge::version::Manifests;
use crate::versions::{self, Answer, Manifest, ProjectVersions};

/// Manifests larger than this are not read for version questions (lock files of large projects have a few MB).
const MANIFEST_LIMIT: u64 = 16 * 1024 * 1024;

/// What is known of paths is kept in so many parts, so that threads do not wait for each other.
const PARTS: usize = 32;

type Hashing = BuildHasherDefault<DefaultHasher>;

/// A project folder. What is read is kept for the run.
pub struct Folder {
    root: PathBuf,
    versions: Mutex<BTreeMap<String, Arc<ProjectVersions>>>,
    /// By folder and package: what the manifests say, asked for every use.
    known: Mutex<BTreeMap<(String, String), Answered>>,
    /// Which paths exist. Asked once: an answer does not change within a run.
    present: [Mutex<HashMap<String, bool, Hashing>>; PARTS],
}

/// `None` when no manifest names the package.
type Answered = Option<Arc<Evidence>>;

/// What the manifests say about a package, and the requirement in words.
struct Evidence {
    knowledge: versions::VersionKnowledge,
    words: Option<String>,
}

impl Folder {
    /// Nothing is read before it is asked for.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        let present = std::array::from_fn(|_| Mutex::default());
        Self { root: root.to_path_buf(), versions: Mutex::default(), known: Mutex::default(), present }
    }

    /// True when a path of the project exists.
    fn is_present(&self, path: &str) -> bool {
        let part = Hashing::default().hash_one(path) as usize % PARTS;
        let Some(part) = self.present.get(part) else { return self.root.join(path).exists() };
        if let Some(known) = part.lock().unwrap_or_else(PoisonError::into_inner).get(path) {
            return *known;
        }
        // The file system is asked without the lock: two threads may ask the same at once, and get the same answer.
        let found = self.root.join(path).exists();
        *part.lock().unwrap_or_else(PoisonError::into_inner).entry(path.to_owned()).or_insert(found)
    }

    /// The versions as a file sees them: every manifest in its folder and above it, up to the root.
    #[must_use]
    pub fn versions(&self, from: &str) -> Arc<ProjectVersions> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        if let Some(known) = self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return Arc::clone(known);
        }
        let mut manifests = Vec::new();
        let mut here = Some(folder);
        while let Some(current) = here {
            self.manifests_in(current, &mut manifests);
            here = match current {
                "" => None,
                _ => Some(current.rsplit_once('/').map_or("", |(parent, _)| parent)),
            };
        }
        let made = Arc::new(ProjectVersions::new(manifests));
        let mut all = self.versions.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(all.entry(folder.to_owned()).or_insert(made))
    }

    /// What the manifests say about a package as a file sees it. A manifest may be long, and a file may use a package often.
    fn known(&self, package: &str, from: &str) -> Option<Arc<Evidence>> {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let key = (folder.to_owned(), package.to_owned());
        if let Some(known) = self.known.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return known.clone();
        }
        let made = self.versions(from).lookup(package, folder).map(|known| {
            let words = self.text(&known.path).and_then(|text| {
                let written = text.get(known.span)?;
                let short: String = written.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(60).collect();
                Some(format!("{short} in {}", known.path))
            });
            Arc::new(Evidence { knowledge: known.knowledge, words })
        });
        self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_insert(made).clone()
    }

    /// Reads the manifests of one folder, and of `requirements/` in it.
    fn manifests_in(&self, folder: &str, into: &mut Vec<(String, Manifest)>) {
        for inner in ["", "requirements"] {
            let place = [folder, inner].iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>().join("/");
            let Ok(entries) = std::fs::read_dir(self.root.join(&place)) else { continue };
            let mut names: Vec<String> = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
            names.sort();
            for name in names {
                let path = if place.is_empty() { name } else { format!("{place}/{name}") };
                let Some(kind) = versions::is_manifest(&path) else { continue };
                if let Some(text) = self.text(&path) {
                    let beside = |wanted: &str| self.text(&join(&place, wanted)?);
                    into.push((path, versions::read(kind, &text, &beside)));
                }
            }
        }
    }

    /// The text of a plain file of the project; links are not followed, neither the file nor a folder on the way to it.
    #[must_use]
    pub fn text(&self, path: &str) -> Option<String> {
        let mut file = self.root.clone();
        for part in path.split('/') {
            file.push(part);
            if std::fs::symlink_metadata(&file).ok()?.is_symlink() {
                return None;
            }
        }
        let found = std::fs::symlink_metadata(&file).ok()?;
        if !found.is_file() || found.len() > MANIFEST_LIMIT {
            return None;
        }
        Some(String::from_utf8_lossy(&std::fs::read(file).ok()?).into_owned())
    }
}

/// A path relative to a folder of the project; `None` when it leaves the project.
#[must_use]
pub fn join(folder: &str, path: &str) -> Option<String> {
    if path.starts_with('/') || path.contains('\\') {
        return None;
    }
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

impl Manifests for Folder {
    fn versions(&self, path: &str) -> Arc<ProjectVersions> {
        Folder::versions(self, path)
    }

    fn text(&self, path: &str) -> Option<String> {
        Folder::text(self, path)
    }
}

impl World for Folder {
    fn exists(&self, path: &str, from: &str) -> bool {
        let folder = from.rsplit_once('/').map_or("", |(folder, _)| folder);
        let folders: &[&str] = if folder.is_empty() { &[""] } else { &[folder, ""] };
        folders.iter().filter_map(|folder| join(folder, path)).any(|path| !path.is_empty() && self.is_present(&path))
    }

    fn at_least(&self, package: &str, version: &str, from: &str) -> Ternary {
        let Some(known) = self.known(package, from) else { return Ternary::Unknown };
        let Ok(floor) = version.parse::<pep440_rs::Version>() else { return Ternary::Unknown };
        match versions::at_least(&known.knowledge, &floor) {
            Answer::Yes => Ternary::Yes,
            Answer::No => Ternary::No,
            Answer::Unknown => Ternary::Unknown,
        }
    }

    fn evidence(&self, package: &str, from: &str) -> Option<String> {
        self.known(package, from)?.words.clone()
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_file_system_is_asked_once() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(folder.path().join("app/models/mine")).unwrap();
        let world = Folder::new(folder.path());
        assert!(world.exists("models/mine", "app/train.py") && world.exists("app/models", "train.py"));
        assert!(!world.exists("models/mine", "train.py") && !world.exists("../app", "train.py") && !world.exists("/etc", "x.py"));
        // The answer stands for the run, whatever becomes of the folder.
        std::fs::remove_dir_all(folder.path().join("app")).unwrap();
        assert!(world.exists("models/mine", "app/other.py"));
        assert!(!world.exists("models/mine", "train.py"));
        assert!(!Folder::new(folder.path()).exists("models/mine", "app/train.py"));
    }
}
