//! The manifests of a project, and which version a file in it gets.
//!
//! The nearest folder upward that says something about the package wins. Within a folder a lock beats a specifier,
//! the main dependencies beat extras and groups, and an exact version beats a range. Requirements of one manifest
//! hold together (intersection) unless markers make them alternatives; different manifests are alternatives (union).

use std::collections::BTreeMap;
use std::ops::Range;

use super::kind::MANIFEST_FOLDERS;
use super::requirement::normalise_name;
use super::set::VersionSet;
use super::{Manifest, ManifestKind, Place, Requirement, VersionKnowledge, is_manifest};

/// No honest manifest names one package more often; the set algebra is not asked to swallow more.
const MAXIMUM_ENTRIES: usize = 256;

/// What is known about a package, and the requirement to show for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The version, as far as the manifests tell.
    pub knowledge: VersionKnowledge,
    /// Path of the file that holds the requirement, relative to the project root, with `/`.
    pub path: String,
    /// Bytes of the requirement in that file.
    pub span: Range<usize>,
    /// Bytes of its specifier; empty when there is none.
    pub specifier_span: Range<usize>,
    /// The kind of place it stands in.
    pub place: Place,
}

impl Known {
    /// What requirements that stand together in one file (an install command in a Dockerfile or notebook) say about a
    /// package; None when none of them names it. `path` is that file, relative to the project root.
    pub fn from_requirements(path: &str, requirements: &[Requirement], package: &str) -> Option<Self> {
        let package = normalise_name(package);
        let entries: Vec<Entry> = requirements
            .iter()
            .filter(|requirement| requirement.package == package)
            .map(|requirement| Entry {
                path: path.to_owned(),
                manifest: path.to_owned(),
                kind: None,
                requirement: requirement.clone(),
            })
            .collect();
        combine(&entries)
    }
}

/// All manifests of a project.
#[derive(Debug, Clone, Default)]
pub struct ProjectVersions {
    /// Folder -> package -> its requirements. Folders are relative to the root, with `/`; the root is "".
    folders: BTreeMap<String, BTreeMap<String, Vec<Entry>>>,
}

/// A requirement with where it stands.
#[derive(Debug, Clone)]
struct Entry {
    path: String,
    /// The manifest that led to it: differs from `path` when the requirement came through `-r`.
    manifest: String,
    kind: Option<ManifestKind>,
    requirement: Requirement,
}

impl ProjectVersions {
    /// Takes the manifests by their paths relative to the project root. The order does not matter.
    pub fn new(manifests: impl IntoIterator<Item = (String, Manifest)>) -> Self {
        let mut project = Self::default();
        for (path, manifest) in manifests {
            project.add(&path, manifest);
        }
        for packages in project.folders.values_mut() {
            for entries in packages.values_mut() {
                entries.sort_by(|one, two| {
                    let key = |entry: &Entry| (entry.path.clone(), entry.requirement.span.start, entry.manifest.clone());
                    key(one).cmp(&key(two))
                });
            }
        }
        project
    }

    /// Whether no manifest says anything.
    pub fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    fn add(&mut self, path: &str, manifest: Manifest) {
        let path = path.replace('\\', "/");
        let path = path.trim_start_matches("./");
        let own_folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
        // `requirements/base.txt` speaks for the folder that holds `requirements/`.
        let folder = match own_folder.rsplit_once('/') {
            Some((parent, last)) if MANIFEST_FOLDERS.contains(&last) => parent,
            None if MANIFEST_FOLDERS.contains(&own_folder) => "",
            _ => own_folder,
        };
        let packages = self.folders.entry(folder.to_owned()).or_default();
        let kind = is_manifest(path);
        for requirement in manifest.requirements {
            let file = match &requirement.file {
                Some(file) => join(own_folder, file),
                None => path.to_owned(),
            };
            packages.entry(requirement.package.clone()).or_default().push(Entry {
                path: file,
                manifest: path.to_owned(),
                kind,
                requirement,
            });
        }
    }

    /// What a file in the folder `from` (relative to the root, with `/`; "" is the root) gets for a package. None
    /// when no manifest upward names the package; a Known that is Unknown when one names it without a version.
    pub fn lookup(&self, package: &str, from: &str) -> Option<Known> {
        let package = normalise_name(package);
        let from = from.replace('\\', "/");
        let mut folder = from.trim_start_matches("./").trim_matches('/');
        // Only a pyproject can be a member of the workspace whose lock stands further up.
        let mut nearest: Option<Known> = None;
        loop {
            let entries = self.folders.get(folder).and_then(|packages| packages.get(&package));
            if let Some(entries) = entries {
                if let Some(member) = &nearest {
                    if let Some(locked) = workspace_lock(entries, &member.knowledge) {
                        return Some(locked);
                    }
                } else {
                    let known = combine(entries);
                    let is_member = entries.iter().all(|entry| entry.kind == Some(ManifestKind::Pyproject));
                    match known {
                        Some(known) if !is_member => return Some(known),
                        Some(known) => nearest = Some(known),
                        None => {}
                    }
                }
            }
            if folder.is_empty() {
                break;
            }
            folder = folder.rsplit_once('/').map_or("", |(parent, _)| parent);
        }
        nearest
    }

    /// Every requirement of a package in the project: the folder its manifest speaks for, and the requirement.
    pub fn mentions(&self, package: &str) -> Vec<(&str, Known)> {
        let package = normalise_name(package);
        let mut found = Vec::new();
        for (folder, packages) in &self.folders {
            for entry in packages.get(&package).into_iter().flatten() {
                found.push((folder.as_str(), entry.known(entry.requirement.knowledge.clone())));
            }
        }
        found
    }

    /// The names of all packages that some manifest mentions, sorted.
    pub fn packages(&self) -> Vec<&str> {
        let mut names: Vec<&str> = self.folders.values().flat_map(|packages| packages.keys().map(String::as_str)).collect();
        names.sort_unstable();
        names.dedup();
        names
    }
}

impl Entry {
    fn known(&self, knowledge: VersionKnowledge) -> Known {
        Known {
            knowledge,
            path: self.path.clone(),
            span: self.requirement.span.clone(),
            specifier_span: self.requirement.specifier_span.clone(),
            place: self.requirement.place,
        }
    }

    /// Lower is stronger.
    fn rank(&self) -> u8 {
        match self.requirement.place {
            Place::Lock => 0,
            Place::Override | Place::Main | Place::Constraint => 1,
            Place::Optional | Place::Command => 2,
        }
    }
}

fn join(folder: &str, file: &str) -> String {
    let mut segments: Vec<&str> = folder.split('/').filter(|segment| !segment.is_empty()).collect();
    for segment in file.split('/') {
        if segment == ".." {
            segments.pop();
        } else {
            segments.push(segment);
        }
    }
    segments.join("/")
}

/// The entry of a lock further up, if it agrees with what the member asks for.
fn workspace_lock(entries: &[Entry], asked: &VersionKnowledge) -> Option<Known> {
    let locked: Vec<&Entry> = entries
        .iter()
        .filter(|entry| entry.requirement.place == Place::Lock && entry.path.rsplit('/').next() == Some("uv.lock"))
        .collect();
    let known = settle(&locked)?;
    let agrees = match (known.knowledge.set(), asked.set()) {
        (Some(locked), Some(asked)) => locked.is_subset_of(&asked),
        (locked, _) => locked.is_some(),
    };
    agrees.then_some(known)
}

/// What the requirements of one folder say together.
fn combine(entries: &[Entry]) -> Option<Known> {
    for rank in 0..=2 {
        let level: Vec<&Entry> = entries.iter().filter(|entry| entry.rank() == rank).collect();
        if let Some(known) = settle(&level)
            && known.knowledge != VersionKnowledge::Unknown
        {
            return Some(known);
        }
    }
    let first = entries.iter().min_by_key(|entry| entry.rank())?;
    Some(first.known(VersionKnowledge::Unknown))
}

/// One answer from requirements of equal rank.
fn settle(entries: &[&Entry]) -> Option<Known> {
    let mut by_manifest: BTreeMap<&str, Vec<&Entry>> = BTreeMap::new();
    for entry in entries {
        by_manifest.entry(&entry.manifest).or_default().push(entry);
    }
    let mut answers: Vec<(VersionSet, Vec<&Entry>)> = by_manifest.values().filter_map(|group| within(group)).collect();
    if answers.iter().any(|(set, _)| set.is_points()) {
        // `torch>=2.0` in pyproject.toml and `torch==2.5.1` in requirements.txt: the pin says what is installed.
        answers.retain(|(set, _)| set.is_points());
    }
    let Some((set, mut sources)) = answers.into_iter().reduce(|(set, mut sources), (other, more)| {
        sources.extend(more);
        (set.union(&other), sources)
    }) else {
        return entries.first().map(|entry| entry.known(VersionKnowledge::Unknown));
    };
    // The lowest one is the one worth showing: if any is affected, it is.
    sources.sort_by(|one, two| match (one.requirement.knowledge.set(), two.requirement.knowledge.set()) {
        (Some(one), Some(two)) => one.compare_start(&two),
        (one, two) => two.is_some().cmp(&one.is_some()),
    });
    let shown = sources.first()?;
    if shown.requirement.knowledge.set().as_ref() == Some(&set) {
        return Some(shown.known(shown.requirement.knowledge.clone()));
    }
    let mut texts: Vec<String> = sources.iter().map(|source| source.requirement.knowledge.describe()).collect();
    texts.dedup();
    let more = texts.len() > 4;
    texts.truncate(4);
    let text = if more { format!("{}, ...", texts.join(", ")) } else { texts.join(", ") };
    // One version out of several texts keeps the local label of the requirement that names it.
    let exact = sources.iter().find(|source| {
        matches!(&source.requirement.knowledge, VersionKnowledge::Exact(version) if set.single() == Some(&version.clone().without_local()))
    });
    match exact {
        Some(exact) => Some(exact.known(exact.requirement.knowledge.clone())),
        None => Some(shown.known(VersionKnowledge::from_set(set, &text))),
    }
}

/// What one manifest's requirements allow together; None when they say nothing about the version.
fn within<'e>(group: &[&'e Entry]) -> Option<(VersionSet, Vec<&'e Entry>)> {
    let overrides: Vec<&Entry> = group.iter().copied().filter(|entry| entry.requirement.place == Place::Override).collect();
    let group = if overrides.is_empty() { group } else { overrides.as_slice() };
    let known: Vec<(VersionSet, &Entry)> =
        group.iter().take(MAXIMUM_ENTRIES).filter_map(|entry| Some((entry.requirement.knowledge.set()?, *entry))).collect();
    let sources: Vec<&Entry> = known.iter().map(|(_, entry)| *entry).collect();
    let is_alternative =
        |entry: &Entry| entry.requirement.marker.is_some() || matches!(entry.requirement.place, Place::Lock | Place::Optional);
    let alternatives = known.iter().filter(|(_, entry)| is_alternative(entry)).map(|(set, _)| set.clone());
    let together = known.iter().filter(|(_, entry)| !is_alternative(entry)).map(|(set, _)| set.clone());
    let either = alternatives.reduce(|one, two| one.union(&two));
    let both = together.clone().reduce(|one, two| one.intersection(&two));
    let both = match both {
        // Contradictions cannot be installed; the author means one or the other.
        Some(set) if set.is_empty() => together.reduce(|one, two| one.union(&two)),
        both => both,
    };
    let set = match (both, either) {
        (Some(both), Some(either)) => {
            let met = both.intersection(&either);
            if met.is_empty() { both.union(&either) } else { met }
        }
        (one, two) => one.or(two)?,
    };
    Some((set, sources))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::versions::read;

    fn project(files: &[(&str, &str)]) -> ProjectVersions {
        ProjectVersions::new(files.iter().map(|(path, text)| {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let resolver = |name: &str| {
                let wanted = join(folder, name);
                files.iter().find(|(path, _)| *path == wanted).map(|(_, text)| (*text).to_owned())
            };
            ((*path).to_owned(), read(is_manifest(path).unwrap(), text, &resolver))
        }))
    }

    fn answer(files: &[(&str, &str)], from: &str) -> (String, String) {
        let known = project(files).lookup("Torch", from).unwrap();
        (known.knowledge.describe(), known.path)
    }

    fn pair(version: &str, path: &str) -> (String, String) {
        (version.to_owned(), path.to_owned())
    }

    #[test]
    fn the_nearest_manifest_wins() {
        let files = &[
            ("requirements.txt", "torch==2.6.0\n"),
            ("services/old/requirements.txt", "torch==1.13.1\n"),
            ("services/new/requirements.txt", "keras==3.8.0\n"),
        ];
        assert_eq!(answer(files, ""), pair("2.6.0", "requirements.txt"));
        assert_eq!(answer(files, "services/old/src/deep"), pair("1.13.1", "services/old/requirements.txt"));
        assert_eq!(answer(files, "services/new"), pair("2.6.0", "requirements.txt"));
        assert!(project(files).lookup("vllm", "services").is_none());
        assert!(project(files).lookup("keras", "").is_none());
    }

    #[test]
    fn a_lock_beats_a_specifier_and_a_pin_beats_a_range() {
        let pyproject = ("pyproject.toml", "[project]\ndependencies = ['torch>=2.0']\n");
        let lock = ("uv.lock", "[[package]]\nname = \"torch\"\nversion = \"2.5.1\"\n");
        assert_eq!(answer(&[pyproject, lock], "src"), pair("2.5.1", "uv.lock"));
        assert_eq!(answer(&[pyproject, ("requirements.txt", "torch==2.4.0+cu118")], ""), pair("2.4.0+cu118", "requirements.txt"));
        assert_eq!(answer(&[pyproject, ("requirements-dev.txt", "torch==2.4.0")], ""), pair(">=2.0", "pyproject.toml"));
        assert_eq!(
            answer(&[("requirements.txt", "torch"), ("requirements-dev.txt", "torch==2.4.0")], ""),
            pair("2.4.0", "requirements-dev.txt")
        );
        assert_eq!(answer(&[("requirements.txt", "torch")], ""), pair("", "requirements.txt"));
    }

    #[test]
    fn requirements_of_one_manifest_hold_together() {
        assert_eq!(
            answer(&[("requirements.txt", "torch>=2.0\n-c constraints.txt\n"), ("constraints.txt", "torch==2.5.1\n")], ""),
            pair("2.5.1", "constraints.txt")
        );
        let versions =
            project(&[("requirements.txt", "torch==2.4.0; python_version<'3.9'\ntorch==2.6.0; python_version>='3.9'\n")]);
        let set = versions.lookup("torch", "").unwrap().knowledge.set().unwrap();
        assert!(set.is_points() && set.single().is_none());
        let text = "[project]\ndependencies=['torch>=2']\n[tool.uv]\noverride-dependencies=['torch==2.6.0']\n";
        assert_eq!(answer(&[("pyproject.toml", text)], "").0, "2.6.0");
    }

    #[test]
    fn folders_of_requirements_speak_for_their_parent() {
        assert_eq!(
            answer(&[("app/requirements/base.txt", "torch==2.5.1")], "app/src"),
            pair("2.5.1", "app/requirements/base.txt")
        );
        assert_eq!(
            answer(&[("requirements.txt", "-r requirements/base.txt"), ("requirements/base.txt", "torch==2.5.1")], ""),
            pair("2.5.1", "requirements/base.txt")
        );
    }

    #[test]
    fn the_lock_of_a_workspace_counts_for_its_members() {
        let lock = ("uv.lock", "[[package]]\nname = \"torch\"\nversion = \"2.5.1\"\n");
        let member = ("packages/a/pyproject.toml", "[project]\ndependencies = ['torch']\n");
        assert_eq!(answer(&[lock, member], "packages/a/src"), pair("2.5.1", "uv.lock"));
        let strange = ("packages/a/pyproject.toml", "[project]\ndependencies = ['torch>=2.6']\n");
        assert_eq!(answer(&[lock, strange], "packages/a"), pair(">=2.6", "packages/a/pyproject.toml"));
        let separate = ("examples/a/requirements.txt", "torch>=2.6\n");
        assert_eq!(answer(&[lock, separate], "examples/a"), pair(">=2.6", "examples/a/requirements.txt"));
    }

    #[test]
    fn many_entries_stay_fast() {
        let text = "torch!=2.0\ntorch>=1.0; x\n".repeat(20_000);
        let versions = project(&[("requirements.txt", &text)]);
        let _ = versions.lookup("torch", &"a/".repeat(1000));
    }
}
