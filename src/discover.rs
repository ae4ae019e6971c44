//! Paths -> files: respects `.gitignore`, looks into hidden folders, follows no link and opens nothing but plain files.
//!
//! Left out without a word: folders that hold other people's code or a tool's own data ([`NOISE`], environments with a
//! `pyvenv.cfg`). Reported as problems: devices, pipes, links that leave the project and what cannot be read.

use std::collections::{BTreeSet, HashSet};
use std::fs;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use globset::GlobBuilder;
use ignore::gitignore::{Gitignore, GitignoreBuilder};
use ignore::{WalkBuilder, WalkState};

use crate::error::Error;
use crate::finding::Problem;

/// Names of folders that are not looked into unless they are given on the command line.
pub const NOISE: &[&str] = &[
    ".bzr",
    ".eggs",
    ".git",
    ".hg",
    ".ipynb_checkpoints",
    ".jj",
    ".mypy_cache",
    ".nox",
    ".pixi",
    ".pnpm-store",
    ".pytest_cache",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    "__pycache__",
    "__pypackages__",
    "bower_components",
    "node_modules",
    "site-packages",
];

/// Files that say what is ignored; the walker reads them by itself.
const IGNORE_FILES: [&str; 3] = [".gitignore", ".ignore", ".git/info/exclude"];
/// Larger ones are not read: each line becomes a part of an automaton.
const LARGEST_IGNORE_FILE: u64 = 256 * 1024;

/// A file to check.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Input {
    /// Path relative to the project root, with `/`.
    pub path: String,
    /// Where to read it.
    pub file: PathBuf,
    /// It was named on the command line or in a list: it is wanted even when it is ignored.
    pub explicit: bool,
    /// Its size in bytes when it was found.
    pub size: u64,
}

/// What to look for and where.
#[derive(Clone, Debug, Default)]
pub struct Discovery {
    /// The project root, canonical (see [`project_root`]).
    pub root: PathBuf,
    /// Files and folders as given.
    pub paths: Vec<PathBuf>,
    /// Further files, from a list; those that are gone are a problem, not an error.
    pub listed: Vec<PathBuf>,
    /// Patterns in the syntax of `.gitignore`, relative to `exclude_base`.
    pub exclude: Vec<String>,
    /// The folder of the configuration, relative to the root, with `/`; empty for the root.
    pub exclude_base: String,
    /// Excludes hold for explicit files too.
    pub force_exclude: bool,
    /// Threads; 0 for as many as there are cores.
    pub threads: usize,
}

/// The project that paths belong to: the nearest folder above them that holds `.git`, else the folder of the
/// configuration, else the working folder when it holds them all, else the deepest folder that does.
#[must_use]
pub fn project_root(paths: &[PathBuf], configuration: Option<&Path>, working: &Path) -> PathBuf {
    let working = canonical(working);
    let mut common: Option<PathBuf> = None;
    for path in paths {
        let folder = folder_of(path, &working);
        common = Some(match common {
            None => folder,
            Some(before) => common_folder(&before, &folder),
        });
    }
    let common = common.unwrap_or_else(|| working.clone());
    if let Some(root) = common.ancestors().find(|folder| folder.join(".git").exists()) {
        return root.to_path_buf();
    }
    if let Some(folder) = configuration.map(canonical).filter(|folder| common.starts_with(folder)) {
        return folder;
    }
    if common.starts_with(&working) { working } else { common }
}

/// The real folder of a path: a folder is its own (also through a link), a file's is the one that holds its name.
fn folder_of(path: &Path, working: &Path) -> PathBuf {
    let path = working.join(path);
    if path.is_dir() {
        return canonical(&path);
    }
    canonical(path.parent().unwrap_or(working))
}

fn common_folder(left: &Path, right: &Path) -> PathBuf {
    left.components().zip(right.components()).take_while(|(a, b)| a == b).map(|(component, _)| component).collect()
}

/// The path without links and dots; as it is when it does not exist.
#[must_use]
pub fn canonical(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_path_buf())
}

/// A canonical path relative to the root with `/`; `None` outside it. Bytes that are not UTF-8 become U+FFFD.
#[must_use]
pub fn relative(root: &Path, path: &Path) -> Option<String> {
    let rest = path.strip_prefix(root).ok()?;
    let parts: Vec<_> = rest
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy()),
            _ => None,
        })
        .collect();
    Some(parts.join("/"))
}

/// Checks and compiles patterns in the syntax of `.gitignore`.
///
/// # Errors
/// The index of the first bad pattern and why it is bad.
pub fn patterns(globs: &[String]) -> Result<Gitignore, (usize, String)> {
    let mut builder = GitignoreBuilder::new("");
    for (index, glob) in globs.iter().enumerate() {
        if glob.trim().is_empty() || glob.starts_with('#') {
            return Err((index, "an empty pattern or a comment excludes nothing".to_owned()));
        }
        // The reader of .gitignore passes over what it does not understand; a pattern that does nothing is a mistake here.
        GlobBuilder::new(glob.trim_start_matches('!'))
            .literal_separator(true)
            .build()
            .map_err(|error| (index, error.kind().to_string()))?;
        builder.add_line(None, glob.strip_prefix("./").unwrap_or(glob)).map_err(|error| (index, error.to_string()))?;
    }
    builder.build().map_err(|error| (globs.len().saturating_sub(1), error.to_string()))
}

/// True when a pattern matches the path or a folder above it.
#[must_use]
pub fn matches(patterns: &Gitignore, path: &str) -> bool {
    !path.starts_with('/') && !path.is_empty() && patterns.matched_path_or_any_parents(path, false).is_ignore()
}

/// Finds the files and hands each to `visit`, on several threads and in no order. `wanted` says by the relative path
/// whether a file that was found in a folder is of interest.
///
/// # Errors
/// A path of [`Discovery::paths`] that does not exist, and a bad pattern.
pub fn walk(
    discovery: &Discovery,
    wanted: &(dyn Fn(&str) -> bool + Sync),
    visit: &(dyn Fn(Input) + Sync),
) -> Result<Vec<Problem>, Error> {
    let excluded = patterns(&discovery.exclude).map_err(|(index, why)| {
        let pattern = discovery.exclude.get(index).map_or("", String::as_str);
        Error::usage(format!("bad pattern `{pattern}`: {why}"), "patterns are written as in .gitignore")
    })?;
    let walker = Walker { discovery, excluded, problems: Mutex::default(), wanted, visit };
    let mut files: BTreeSet<Input> = BTreeSet::new();
    let mut folders: BTreeSet<PathBuf> = BTreeSet::new();
    let given = discovery.paths.iter().map(|path| (path, false));
    let listed = discovery.listed.iter().map(|path| (path, true));
    for (path, from_list) in given.chain(listed) {
        match fs::metadata(path) {
            Ok(found) if found.is_dir() => {
                folders.insert(canonical(path));
            }
            Ok(_) => files.extend(walker.explicit(path)),
            Err(error) if error.kind() == io::ErrorKind::NotFound && !from_list => {
                return Err(Error::Missing(path.clone()));
            }
            Err(error) => walker.problem(&path.to_string_lossy(), format!("cannot be read: {error}")),
        }
    }
    let named: BTreeSet<&Path> = files.iter().map(|input| input.file.as_path()).collect();
    walker.folders(&folders, &named);
    walker.files(&files);
    let mut problems = walker.problems.into_inner().unwrap_or_default();
    problems.sort();
    problems.dedup();
    Ok(problems)
}

struct Walker<'a> {
    discovery: &'a Discovery,
    excluded: Gitignore,
    problems: Mutex<Vec<Problem>>,
    wanted: &'a (dyn Fn(&str) -> bool + Sync),
    visit: &'a (dyn Fn(Input) + Sync),
}

impl Walker<'_> {
    fn problem(&self, path: &str, message: impl Into<String>) {
        if let Ok(mut problems) = self.problems.lock() {
            problems.push(Problem { path: path.to_owned(), line: None, message: message.into(), partial: false });
        }
    }

    fn threads(&self) -> usize {
        match self.discovery.threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        }
    }

    /// The path as patterns of the configuration see it.
    fn is_excluded(&self, path: &str) -> bool {
        let base = self.discovery.exclude_base.as_str();
        let inner = if base.is_empty() { Some(path) } else { path.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) };
        inner.is_some_and(|inner| matches(&self.excluded, inner))
    }

    /// A file that was named.
    fn explicit(&self, path: &Path) -> Option<Input> {
        let file = canonical(path);
        let root = &self.discovery.root;
        let Some(relative) = relative(root, &file) else {
            // A file outside of the project that is named as such is checked; a link that leads out is not followed.
            let is_link = fs::symlink_metadata(path).is_ok_and(|found| found.is_symlink());
            let place = relative_name(root, path);
            if is_link {
                self.problem(&place, "is a link that leaves the project: not followed");
                return None;
            }
            return self.plain(&file, place, true);
        };
        let noise = || relative.split('/').any(|name| NOISE.contains(&name));
        if self.discovery.force_exclude && (self.is_excluded(&relative) || noise()) {
            return None;
        }
        self.plain(&file, relative, true)
    }

    /// Only plain files are opened: a pipe would wait for ever, a device may never end.
    fn plain(&self, file: &Path, path: String, explicit: bool) -> Option<Input> {
        match fs::symlink_metadata(file) {
            Ok(found) if found.is_file() => Some(Input { path, file: file.to_path_buf(), explicit, size: found.len() }),
            Ok(_) => {
                self.problem(&path, "is not a plain file (device, pipe or socket)");
                None
            }
            Err(error) => {
                self.problem(&path, format!("cannot be read: {error}"));
                None
            }
        }
    }

    fn files(&self, files: &BTreeSet<Input>) {
        let files: Vec<&Input> = files.iter().collect();
        let next = AtomicUsize::new(0);
        let work = || {
            while let Some(input) = files.get(next.fetch_add(1, Ordering::Relaxed)) {
                (self.visit)((*input).clone());
            }
        };
        let threads = self.threads().min(files.len());
        if threads <= 1 {
            return work();
        }
        std::thread::scope(|scope| {
            for _ in 0..threads {
                scope.spawn(work);
            }
        });
    }

    fn folders(&self, folders: &BTreeSet<PathBuf>, named: &BTreeSet<&Path>) {
        // A folder inside another one that is given as well must not be checked twice.
        let seen: Option<Mutex<HashSet<PathBuf>>> = (folders.len() > 1).then(Mutex::default);
        let root = &self.discovery.root;
        let (mut plain, ordinary): (BTreeSet<&PathBuf>, BTreeSet<&PathBuf>) =
            folders.iter().partition(|folder| folder.ancestors().any(|folder| unfit_ignore_file(root, folder).is_some()));
        let later = self.walk_folders(&ordinary, named, seen.as_ref(), true);
        plain.extend(&later);
        for folder in &plain {
            for name in folder.ancestors().filter_map(|folder| unfit_ignore_file(root, folder)) {
                let why = "is a link, not a plain file or too large: not read, so nothing in this folder is ignored";
                self.problem(&relative_name(root, &name), why);
            }
        }
        self.walk_folders(&plain, named, seen.as_ref(), false);
    }

    /// Walks folders, with or without respect for ignore files. With it, the folders whose own file is unfit to be read are
    /// left out and returned.
    fn walk_folders(
        &self,
        folders: &BTreeSet<&PathBuf>,
        named: &BTreeSet<&Path>,
        seen: Option<&Mutex<HashSet<PathBuf>>>,
        ignore_files: bool,
    ) -> BTreeSet<PathBuf> {
        let mut rest = folders.iter();
        let Some(first) = rest.next() else {
            return BTreeSet::new();
        };
        let mut builder = WalkBuilder::new(first);
        for folder in rest {
            builder.add(folder);
        }
        let excluded = self.excluded.clone();
        let base = self.discovery.exclude_base.clone();
        let root = self.discovery.root.clone();
        let unfit: Arc<Mutex<BTreeSet<PathBuf>>> = Arc::default();
        let later = Arc::clone(&unfit);
        builder
            .standard_filters(ignore_files)
            .hidden(false)
            .require_git(false)
            .git_global(false)
            .follow_links(false)
            .threads(self.threads())
            .filter_entry(move |entry| {
                if entry.depth() == 0 {
                    return true;
                }
                if is_noise(entry, &root, &base, &excluded) {
                    return false;
                }
                let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                if ignore_files && is_folder && unfit_ignore_file(&root, entry.path()).is_some() {
                    later.lock().unwrap_or_else(PoisonError::into_inner).insert(entry.path().to_path_buf());
                    return false;
                }
                true
            });
        builder.build_parallel().run(|| {
            Box::new(|found| {
                match found {
                    Ok(entry) => {
                        let new =
                            seen.is_none_or(|seen| seen.lock().is_ok_and(|mut seen| seen.insert(entry.path().to_path_buf())));
                        // Folders are walked all the same: only one of two walks may reach all of them.
                        if new {
                            self.entry(&entry, named);
                        }
                    }
                    Err(error) => self.walk_error(&error),
                }
                WalkState::Continue
            })
        });
        std::mem::take(&mut *unfit.lock().unwrap_or_else(PoisonError::into_inner))
    }

    fn entry(&self, entry: &ignore::DirEntry, named: &BTreeSet<&Path>) {
        if let Some(error) = entry.error() {
            self.walk_error(error);
        }
        let file = entry.path();
        let Some(kind) = entry.file_type() else {
            return;
        };
        if kind.is_dir() || named.contains(file) {
            return;
        }
        let path = relative_name(&self.discovery.root, file);
        if kind.is_symlink() {
            self.link(file, &path);
        } else if kind.is_file() {
            if (self.wanted)(&path)
                && let Some(input) = self.plain(file, path, false)
            {
                (self.visit)(input);
            }
        } else if (self.wanted)(&path) {
            self.problem(&path, "is not a plain file (device, pipe or socket)");
        }
    }

    /// A link inside the project leads to something that is looked at under its own name; broken ones lead nowhere.
    fn link(&self, file: &Path, path: &str) {
        let Ok(target) = fs::canonicalize(file) else {
            return;
        };
        let leaves = !target.starts_with(&self.discovery.root);
        if leaves && (target.is_dir() || (self.wanted)(path)) {
            self.problem(path, "is a link that leaves the project: not followed");
        }
    }

    fn walk_error(&self, error: &ignore::Error) {
        let mut path = None;
        let mut inner = error;
        // Bounded: wrappers are a handful deep.
        for _ in 0..8 {
            match inner {
                ignore::Error::WithPath { path: at, err } => {
                    path = Some(at.clone());
                    inner = err;
                }
                ignore::Error::WithDepth { err, .. } | ignore::Error::WithLineNumber { err, .. } => {
                    inner = err;
                }
                ignore::Error::Partial(errors) => match errors.first() {
                    Some(first) => inner = first,
                    None => break,
                },
                _ => break,
            }
        }
        let place = path.map_or_else(String::new, |path| relative_name(&self.discovery.root, &path));
        match inner {
            // Gone between listing and reading.
            ignore::Error::Io(error) if error.kind() == io::ErrorKind::NotFound => {}
            ignore::Error::Io(error) => self.problem(&place, format!("cannot be read: {error}")),
            other => self.problem(&place, other.to_string()),
        }
    }
}

/// The ignore file of a folder that must not be read: a pipe or a device behind a link never ends, and a link out of the
/// project would show lines of somebody's file in an error. In the project git follows no such link either; above it they
/// are the user's own.
fn unfit_ignore_file(root: &Path, folder: &Path) -> Option<PathBuf> {
    IGNORE_FILES.iter().map(|name| folder.join(name)).find(|file| {
        let found = if folder.starts_with(root) { fs::symlink_metadata(file) } else { fs::metadata(file) };
        found.is_ok_and(|found| !found.is_file() || found.len() > LARGEST_IGNORE_FILE)
    })
}

/// The path relative to the root, or as it is when it lies elsewhere.
fn relative_name(root: &Path, path: &Path) -> String {
    relative(root, path).filter(|path| !path.is_empty()).unwrap_or_else(|| path.to_string_lossy().replace('\\', "/"))
}

fn is_noise(entry: &ignore::DirEntry, root: &Path, base: &str, excluded: &Gitignore) -> bool {
    let is_folder = entry.file_type().is_some_and(|kind| kind.is_dir());
    if is_folder {
        let name = entry.file_name().to_string_lossy();
        if NOISE.contains(&name.as_ref()) || entry.path().join("pyvenv.cfg").exists() {
            return true;
        }
    }
    let Some(path) = relative(root, entry.path()) else {
        return false;
    };
    let inner =
        if base.is_empty() { Some(path.as_str()) } else { path.strip_prefix(base).and_then(|rest| rest.strip_prefix('/')) };
    inner.is_some_and(|inner| !inner.is_empty() && excluded.matched(inner, is_folder).is_ignore())
}

/// True for bytes that are no text: a NUL byte among the first 8,000, unless a byte-order mark says UTF-16 or UTF-32.
#[must_use]
pub fn looks_binary(bytes: &[u8]) -> bool {
    let head = bytes.get(..bytes.len().min(8000)).unwrap_or_default();
    let wide = head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]);
    !wide && memchr::memchr(0, head).is_some()
}

/// Reads a file beside the code (a lock, a rule file) of at most `limit` bytes.
///
/// # Errors
/// When it cannot be read, is larger, or is no plain file: a pipe would wait for ever, a device may never end.
pub fn read_plain(path: &Path, limit: u64) -> io::Result<Vec<u8>> {
    if !fs::metadata(path)?.is_file() {
        return Err(io::Error::other("it is not a plain file"));
    }
    let mut bytes = Vec::new();
    io::Read::read_to_end(&mut io::Read::take(fs::File::open(path)?, limit.saturating_add(1)), &mut bytes)?;
    if bytes.len() as u64 > limit {
        return Err(io::Error::other(format!("it is larger than {limit} bytes")));
    }
    Ok(bytes)
}

/// Reads a file that was found.
///
/// # Errors
/// A problem when it is larger than `limit` bytes, has become something else than a plain file or cannot be read.
pub fn read(input: &Input, limit: u64) -> Result<Vec<u8>, Problem> {
    let problem = |message: String| Problem { path: input.path.clone(), line: None, message, partial: false };
    // Looked at again just before it is opened: what was a file may be a pipe or a link by now.
    let found = fs::symlink_metadata(&input.file).map_err(|error| problem(format!("cannot be read: {error}")))?;
    if !found.is_file() {
        return Err(problem("is no longer a plain file".to_owned()));
    }
    if found.len() > limit {
        return Err(problem(format!("is larger than the limit of {limit} bytes")));
    }
    let file = fs::File::open(&input.file).map_err(|error| problem(format!("cannot be read: {error}")))?;
    let mut bytes = Vec::with_capacity(usize::try_from(found.len()).unwrap_or(0));
    // It may grow while it is read.
    io::Read::read_to_end(&mut io::Read::take(file, limit.saturating_add(1)), &mut bytes)
        .map_err(|error| problem(format!("cannot be read: {error}")))?;
    if bytes.len() as u64 > limit {
        return Err(problem(format!("is larger than the limit of {limit} bytes")));
    }
    Ok(bytes)
}

/// The paths of a list: one a line, or ended by NUL when there is any NUL (`git diff --name-only -z`).
#[must_use]
pub fn listed_paths(bytes: &[u8]) -> Vec<PathBuf> {
    let separator = if bytes.contains(&0) { 0 } else { b'\n' };
    bytes
        .split(|byte| *byte == separator)
        .map(|path| path.strip_suffix(b"\r").unwrap_or(path))
        .filter(|path| !path.is_empty())
        .map(path_of)
        .collect()
}

#[cfg(unix)]
fn path_of(bytes: &[u8]) -> PathBuf {
    use std::os::unix::ffi::OsStrExt;
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes))
}

#[cfg(not(unix))]
fn path_of(bytes: &[u8]) -> PathBuf {
    PathBuf::from(String::from_utf8_lossy(bytes).into_owned())
}
