//! The Hugging Face cache on this machine: which commit does a branch stand for, with no network.
//!
//! Layout (huggingface_hub 0.36.2 and 2.4.0): `<root>/models--org--name/refs/<reference>` holds 40 hex digits,
//! `snapshots/<commit>/` holds the files as links into `blobs/`, `trees/<commit>.json` lists every file with its hashes.
//! The cache is hostile input: anyone who can write to it could plant long files, pipes, or links that lead elsewhere.
//! Whatever looks wrong is refused with the reason, never repaired and never followed out of the repo's folder.

mod code;
mod files;
mod root;

use std::fs;
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use super::repo::{is_lower_hex, visible};
use super::{Commit, CommitSource, Date, Environment, RepoRequest, RepoType, ResolveError, Resolved, Source};

pub use code::RemoteCode;
pub(super) use code::add_auto_map;
pub(super) use files::is_sha256;

/// A ref file holds 40 digits and perhaps a line end; one byte more shows that it is longer.
const MAX_REF_BYTES: u64 = 42;

/// Most snapshots of one repo that are looked at when a short hash is expanded.
const MAX_SNAPSHOTS: usize = 10_000;

/// The caches of this machine. Reading only; nothing in them is ever changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cache {
    roots: Vec<PathBuf>,
}

impl Cache {
    /// The cache in one folder, which need not exist.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { roots: vec![root.into()] }
    }

    /// The folders that the libraries use under these environment variables; see [`root`].
    #[must_use]
    pub fn from_environment(environment: Environment<'_>) -> Self {
        Self { roots: root::roots(environment) }
    }

    /// The folders, in the order in which they are looked at.
    #[must_use]
    pub fn roots(&self) -> &[PathBuf] {
        &self.roots
    }

    /// The only cached commit that begins with `prefix` (4 to 40 hexadecimal digits; upper case is folded).
    ///
    /// # Errors
    /// Not in the cache, ambiguous, or not a short hash.
    pub fn expand_short(&self, repo_type: RepoType, id: &str, prefix: &str) -> Result<Commit, ResolveError> {
        let prefix = prefix.to_ascii_lowercase();
        let request = RepoRequest::new(repo_type, id, prefix.clone());
        request.validate()?;
        if !(4..=40).contains(&prefix.len()) || !is_lower_hex(&prefix) {
            return Err(ResolveError::InvalidReference { reference: visible(&prefix) });
        }
        let mut found = std::collections::BTreeSet::new();
        for repo in self.repo_folders(repo_type, id)? {
            let Ok(snapshots) = fs::read_dir(repo.join("snapshots")) else {
                continue;
            };
            for entry in snapshots.take(MAX_SNAPSHOTS).flatten() {
                let commit = entry.file_name().to_str().and_then(Commit::parse);
                if let Some(commit) = commit.filter(|commit| commit.as_str().starts_with(&prefix))
                    && snapshot_folder(&repo, &commit).is_ok()
                {
                    found.insert(commit);
                }
            }
        }
        let count = found.len();
        match (found.pop_first(), count) {
            (Some(commit), 1) => Ok(commit),
            (Some(_), count) => Err(ResolveError::AmbiguousCommit { count }),
            (None, _) => Err(ResolveError::NotInCache),
        }
    }

    /// The folder of a cached commit's files.
    ///
    /// # Errors
    /// Not in the cache, or broken.
    pub fn snapshot(&self, repo_type: RepoType, id: &str, commit: &Commit) -> Result<PathBuf, ResolveError> {
        self.first_of(repo_type, id, |repo| snapshot_folder(repo, commit))
    }

    /// Asks every root in order; the first answer wins, else the most telling reason.
    fn first_of<T>(
        &self,
        repo_type: RepoType,
        id: &str,
        ask: impl Fn(&Path) -> Result<T, ResolveError>,
    ) -> Result<T, ResolveError> {
        let mut reason = ResolveError::NotInCache;
        for repo in self.repo_folders(repo_type, id)? {
            match ask(&repo) {
                Ok(answer) => return Ok(answer),
                Err(error) if reason == ResolveError::NotInCache => reason = error,
                Err(_) => {}
            }
        }
        Err(reason)
    }

    /// The canonical folder of a repo in each root that has one.
    fn repo_folders(&self, repo_type: RepoType, id: &str) -> Result<Vec<PathBuf>, ResolveError> {
        if !super::repo::is_valid_id(id) {
            return Err(ResolveError::InvalidId { id: visible(id) });
        }
        // `--` cannot stand in an id, so the name is unique and cannot contain a separator.
        let name = format!("{}--{}", repo_type.plural(), id.replace('/', "--"));
        let mut folders = Vec::new();
        for root in &self.roots {
            // The root may be a link (a big disk elsewhere); what lies in it may not lead out.
            let Ok(root) = fs::canonicalize(root) else {
                continue;
            };
            let path = root.join(&name);
            if fs::symlink_metadata(&path).is_ok() {
                folders.push(inside(&root, &path)?);
            }
        }
        Ok(folders)
    }
}

impl CommitSource for Cache {
    /// The commit in `refs/<reference>`, or the reference itself if it is a commit whose snapshot is there.
    fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError> {
        request.validate()?;
        self.first_of(request.repo_type, &request.id, |repo| {
            if let Some(commit) = Commit::parse(&request.reference) {
                snapshot_folder(repo, &commit)?;
                return Ok(Resolved::new(commit, Source::Cache));
            }
            let (commit, written) = read_ref(repo, &request.reference)?;
            match snapshot_folder(repo, &commit) {
                Ok(_) => {}
                Err(ResolveError::NotInCache) => {
                    return Err(broken(format!("the files of commit {} are missing", commit.short())));
                }
                Err(error) => return Err(error),
            }
            let mut resolved = Resolved::new(commit, Source::Cache);
            resolved.resolved_at = written;
            Ok(resolved)
        })
    }
}

/// The commit in a ref file, and the day on which the file was written.
fn read_ref(repo: &Path, reference: &str) -> Result<(Commit, Option<Date>), ResolveError> {
    let path = repo.join("refs").join(reference);
    if fs::symlink_metadata(&path).is_err() {
        return Err(ResolveError::NotInCache);
    }
    let path = inside(repo, &path)?;
    let described = format!("refs/{reference}");
    let metadata = fs::metadata(&path).map_err(|error| unreadable(&described, &error))?;
    if metadata.is_dir() {
        // `refs/refs` exists as soon as one pull request was cached; a reference of that name was not.
        return Err(ResolveError::NotInCache);
    }
    let bytes = read_bounded(&path, MAX_REF_BYTES).map_err(|error| unreadable(&described, &error))?;
    let text = std::str::from_utf8(&bytes).ok();
    let commit = text
        .and_then(|text| Commit::parse(text.strip_suffix('\n').map_or(text, |line| line.strip_suffix('\r').unwrap_or(line))))
        .ok_or_else(|| broken(format!("{described} does not hold a commit hash")))?;
    Ok((commit, metadata.modified().ok().and_then(Date::from_time)))
}

/// The folder of a commit's files, if it is there, holds something and lies inside the repo's folder.
fn snapshot_folder(repo: &Path, commit: &Commit) -> Result<PathBuf, ResolveError> {
    let path = repo.join("snapshots").join(commit.as_str());
    if fs::symlink_metadata(&path).is_err() {
        return Err(ResolveError::NotInCache);
    }
    let path = inside(repo, &path)?;
    let described = format!("snapshots/{}", commit.short());
    let mut entries = fs::read_dir(&path).map_err(|error| unreadable(&described, &error))?;
    if entries.next().is_none() {
        return Err(broken(format!("the files of commit {} are missing", commit.short())));
    }
    Ok(path)
}

/// `path` with all links followed, if it still lies in `folder` (canonical) afterwards.
fn inside(folder: &Path, path: &Path) -> Result<PathBuf, ResolveError> {
    let real = fs::canonicalize(path).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => broken("a link leads to nothing".to_owned()),
        _ => unreadable("a link", &error),
    })?;
    if real.starts_with(folder) { Ok(real) } else { Err(broken("a link leads out of the cache".to_owned())) }
}

/// At most `limit` bytes of a regular file; more is an error. Pipes and devices would block, so they are refused.
fn read_bounded(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("not a regular file"));
    }
    let mut bytes = Vec::new();
    fs::File::open(path)?.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other("longer than it can be"));
    }
    Ok(bytes)
}

/// Whether a file name inside a repo is plain: relative, no `..`, nothing that a path join would treat specially.
pub(in crate::hub) fn is_plain_file_name(name: &str) -> bool {
    !name.is_empty()
        && name.len() <= 4096
        && !name.contains(['\\', '\0'])
        && Path::new(name).components().all(|component| matches!(component, Component::Normal(_)))
}

fn broken(why: String) -> ResolveError {
    ResolveError::BrokenCache { why }
}

fn unreadable(what: &str, error: &io::Error) -> ResolveError {
    broken(format!("{}: {}", visible(what), visible(&error.to_string())))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
pub(super) mod tests {
    use super::*;
    use std::path::Path;
    use tempfile::TempDir;

    pub(in crate::hub) const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
    pub(in crate::hub) const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

    pub(in crate::hub) fn write(root: &Path, path: &str, text: &str) {
        let path = root.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn with(files: &[(&str, &str)]) -> (TempDir, Cache) {
        let folder = TempDir::new().unwrap();
        for (path, text) in files {
            write(folder.path(), path, text);
        }
        let cache = Cache::at(folder.path());
        (folder, cache)
    }

    fn commit_of(cache: &Cache, reference: &str) -> Result<String, ResolveError> {
        cache.resolve(&RepoRequest::new(RepoType::Model, "org/m", reference)).map(|resolved| resolved.commit.to_string())
    }

    #[test]
    fn branches_nested_references_and_line_ends() {
        let snapshot = format!("models--org--m/snapshots/{A}/config.json");
        let (_folder, cache) = with(&[
            (&snapshot, "{}"),
            ("models--org--m/refs/main", A),
            ("models--org--m/refs/newline", &format!("{A}\n")),
            ("models--org--m/refs/windows", &format!("{A}\r\n")),
            ("models--org--m/refs/refs/pr/3", A),
            ("models--org--m/refs/release/v1", A),
        ]);
        for reference in ["main", "newline", "windows", "refs/pr/3", "release/v1", A] {
            assert_eq!(commit_of(&cache, reference).as_deref(), Ok(A), "{reference}");
        }
        for reference in ["other", "refs", "refs/pr", "refs/pr/4", B] {
            assert_eq!(commit_of(&cache, reference), Err(ResolveError::NotInCache), "{reference}");
        }
        let resolved = cache.resolve(&RepoRequest::model("org/m")).unwrap();
        assert_eq!(resolved.source, Source::Cache);
        assert!(resolved.resolved_at.is_some());
    }

    #[test]
    fn types_do_not_mix_and_legacy_ids_work() {
        let (_folder, cache) = with(&[("datasets--squad/refs/main", A), (&format!("datasets--squad/snapshots/{A}/x"), "")]);
        assert!(cache.resolve(&RepoRequest::new(RepoType::Dataset, "squad", "main")).is_ok());
        for repo_type in [RepoType::Model, RepoType::Space, RepoType::Kernel] {
            let answer = cache.resolve(&RepoRequest::new(repo_type, "squad", "main"));
            assert_eq!(answer, Err(ResolveError::NotInCache));
        }
    }

    #[test]
    fn wrong_ref_files_are_refused_with_the_reason() {
        let upper = A.to_uppercase();
        let two_lines = format!("{A}\n\n");
        let long = "a".repeat(1 << 20);
        for content in ["", "main", &A[..39], &format!("{A}a"), &upper, &two_lines, &long, &format!(" {A}"), "\u{1b}[2J"] {
            let (_folder, cache) =
                with(&[("models--org--m/refs/main", content), (&format!("models--org--m/snapshots/{A}/x"), "")]);
            let error = commit_of(&cache, "main").unwrap_err();
            assert!(matches!(error, ResolveError::BrokenCache { .. }), "{content:.50}: {error}");
            assert!(!error.to_string().contains('\u{1b}'));
        }
    }

    #[test]
    fn a_ref_without_files_is_not_an_answer() {
        let (folder, cache) = with(&[("models--org--m/refs/main", A)]);
        let missing = Err(broken("the files of commit aaaaaaaaaaaa are missing".to_owned()));
        assert_eq!(commit_of(&cache, "main"), missing);
        fs::create_dir_all(folder.path().join(format!("models--org--m/snapshots/{A}"))).unwrap();
        assert_eq!(commit_of(&cache, "main"), missing);
    }

    #[test]
    fn ids_and_references_cannot_climb() {
        let (_folder, cache) = with(&[("secret", A), ("models--org--m/refs/main", A)]);
        for reference in ["../../secret", "/etc/passwd", "../refs/main", ""] {
            assert!(matches!(commit_of(&cache, reference), Err(ResolveError::InvalidReference { .. })));
        }
        for id in ["../m", "org/m/x", "org--m", "..", ""] {
            let answer = cache.resolve(&RepoRequest::model(id));
            assert!(matches!(answer, Err(ResolveError::InvalidId { .. })), "{id}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_that_leave_are_refused_and_links_inside_are_followed() {
        use std::os::unix::fs::symlink;
        let outside = TempDir::new().unwrap();
        write(outside.path(), "main", A);
        write(outside.path(), &format!("{A}/x"), "");
        write(outside.path(), &format!("whole/snapshots/{A}/x"), "");
        write(outside.path(), "whole/refs/main", A);
        let leaves = Err(broken("a link leads out of the cache".to_owned()));

        // the ref file
        let (folder, cache) = with(&[(&format!("models--org--m/snapshots/{A}/x"), "")]);
        let repo = folder.path().join("models--org--m");
        fs::create_dir_all(repo.join("refs")).unwrap();
        symlink(outside.path().join("main"), repo.join("refs/main")).unwrap();
        assert_eq!(commit_of(&cache, "main"), leaves);
        symlink(repo.join("refs/nothing"), repo.join("refs/dangling")).unwrap();
        assert_eq!(commit_of(&cache, "dangling"), Err(broken("a link leads to nothing".to_owned())));
        symlink("loop", repo.join("refs/loop")).unwrap();
        assert!(matches!(commit_of(&cache, "loop"), Err(ResolveError::BrokenCache { .. })));
        write(&repo, "refs/real", A);
        symlink("real", repo.join("refs/alias")).unwrap();
        assert_eq!(commit_of(&cache, "alias").as_deref(), Ok(A));

        // the snapshot
        let (folder, cache) = with(&[("models--org--m/refs/main", A), ("models--org--m/snapshots/x", "")]);
        symlink(outside.path().join(A), folder.path().join(format!("models--org--m/snapshots/{A}"))).unwrap();
        assert_eq!(commit_of(&cache, "main"), leaves);

        // the repo's folder
        let (folder, cache) = with(&[]);
        symlink(outside.path().join("whole"), folder.path().join("models--org--m")).unwrap();
        assert_eq!(commit_of(&cache, "main"), leaves);

        // the root itself may be a link
        let root = folder.path().join("link");
        symlink(outside.path(), &root).unwrap();
        fs::rename(outside.path().join("whole"), outside.path().join("models--org--m")).unwrap();
        assert_eq!(commit_of(&Cache::at(root), "main").as_deref(), Ok(A));
    }

    #[cfg(unix)]
    #[test]
    fn a_pipe_does_not_block() {
        let (folder, cache) = with(&[(&format!("models--org--m/snapshots/{A}/x"), "")]);
        let refs = folder.path().join("models--org--m/refs");
        fs::create_dir_all(&refs).unwrap();
        let made = std::process::Command::new("mkfifo").arg(refs.join("main")).status();
        if !made.is_ok_and(|status| status.success()) {
            return;
        }
        assert!(matches!(commit_of(&cache, "main"), Err(ResolveError::BrokenCache { .. })));
    }

    #[test]
    fn short_hashes_expand_only_when_one_snapshot_fits() {
        let c = "abcdef0123456789abcdef0123456789abcdef01";
        let d = "abcdef9923456789abcdef0123456789abcdef01";
        let (_folder, cache) = with(&[
            (&format!("models--org--m/snapshots/{c}/x"), ""),
            (&format!("models--org--m/snapshots/{d}/x"), ""),
            (&format!("models--org--m/snapshots/{}/x", &c[..20]), ""),
        ]);
        let expand = |prefix: &str| cache.expand_short(RepoType::Model, "org/m", prefix).map(String::from);
        assert_eq!(expand("abcdef01").as_deref(), Ok(c));
        assert_eq!(expand("ABCDEF01").as_deref(), Ok(c));
        assert_eq!(expand(&d.to_uppercase()).as_deref(), Ok(d));
        assert_eq!(expand("abcdef"), Err(ResolveError::AmbiguousCommit { count: 2 }));
        assert_eq!(expand("1234567"), Err(ResolveError::NotInCache));
        for bad in ["abc", "main", "", "../..", &format!("{c}0")] {
            assert!(matches!(expand(bad), Err(ResolveError::InvalidReference { .. })), "{bad}");
        }
    }

    #[test]
    fn later_roots_are_asked_too() {
        let (first, _) = with(&[("models--org--m/refs/main", "broken")]);
        let (second, _) = with(&[("models--org--m/refs/main", B), (&format!("models--org--m/snapshots/{B}/x"), "")]);
        let cache = Cache { roots: vec!["/nonexistent-root".into(), first.path().into(), second.path().into()] };
        assert_eq!(commit_of(&cache, "main").as_deref(), Ok(B));
        assert!(matches!(commit_of(&Cache::at(first.path()), "main"), Err(ResolveError::BrokenCache { .. })));
    }
}
