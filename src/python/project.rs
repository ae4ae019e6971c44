//! Other modules of the same project: where a name that is imported from them is defined.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, Weak};

use crate::python::module::{Module, ParseMode, Statements};
use crate::python::outline::Outline;

/// Larger files are not read to resolve a name.
const MAX_BYTES: u64 = 1 << 20;

/// All texts that are kept may have so many bytes: memory must not grow with the project. What is dropped is read again.
const MAX_KEPT: usize = 8 << 20;

/// The text of a module of the project.
#[derive(Clone, Debug)]
pub struct ForeignModule {
    /// Path relative to the project root, with `/`.
    pub path: String,
    /// Its text.
    pub text: String,
    /// Its outline: many files ask for the same few modules.
    outline: OnceLock<Arc<Outline>>,
}

impl ForeignModule {
    /// A module with this path and text.
    #[must_use]
    pub fn new(path: &str, text: String) -> Self {
        Self { path: path.to_owned(), text, outline: OnceLock::new() }
    }

    /// The outline of the text, made when first asked for.
    #[must_use]
    pub fn outline(&self) -> Arc<Outline> {
        Arc::clone(self.outline.get_or_init(|| Arc::new(Outline::new(&self.text))))
    }

    /// The module, with the statements that this thread has parsed of it before.
    pub(crate) fn module(self: &Arc<Self>) -> Module<'_> {
        let module = Module::with_outline(&self.text, self.outline(), ParseMode::OnDemand);
        module.sharing(PARSED.with(|parsed| parsed.borrow_mut().of(self)))
    }
}

/// A thread keeps the statements of so many lines of other modules, at most.
const MAX_PARSED: usize = 4096;

/// And of so many modules.
const MAX_MODULES: usize = 128;

thread_local! {
    static PARSED: RefCell<Parsed> = RefCell::default();
}

/// What a thread has parsed of other modules: whoever asks for the bases of a class asks for the same few lines again.
#[derive(Default)]
struct Parsed {
    modules: HashMap<String, (Weak<ForeignModule>, Statements)>,
}

impl Parsed {
    fn of(&mut self, module: &Arc<ForeignModule>) -> Statements {
        if let Some((known, statements)) = self.modules.get(&module.path)
            && std::ptr::eq(known.as_ptr(), Arc::as_ptr(module))
        {
            return Statements::clone(statements);
        }
        let lines: usize = self.modules.values().map(|(_, statements)| statements.borrow().len()).sum();
        if lines > MAX_PARSED || self.modules.len() >= MAX_MODULES {
            self.modules.clear();
        }
        let statements = Statements::default();
        // The weak reference keeps the address from being given to another module.
        self.modules.insert(module.path.clone(), (Arc::downgrade(module), Statements::clone(&statements)));
        statements
    }
}

/// Gives the text of modules of the project.
pub trait Project: Sync {
    /// The module that `from_path` (relative to the root, with `/`) reaches by a dotted name and, for a relative import,
    /// so many leading dots. `None` when the project has no such module.
    fn module(&self, dotted: &str, level: u32, from_path: &str) -> Option<Arc<ForeignModule>>;

    /// The module of the project that `from_path` imports by a dotted name which is also a library's: Python takes it when
    /// it stands beside the script or at the root. `None` in the library's own project.
    fn shadow(&self, _dotted: &str, _from_path: &str) -> Option<Arc<ForeignModule>> {
        None
    }
}

/// No other modules.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoProject;

impl Project for NoProject {
    fn module(&self, _: &str, _: u32, _: &str) -> Option<Arc<ForeignModule>> {
        None
    }
}

/// Modules given as texts by path; for tests.
#[derive(Clone, Debug, Default)]
pub struct MapProject {
    files: HashMap<String, Arc<ForeignModule>>,
}

impl MapProject {
    /// A project of these files: path and text.
    pub fn new<'f>(files: impl IntoIterator<Item = (&'f str, &'f str)>) -> Self {
        Self {
            files: files
                .into_iter()
                .map(|(path, text)| {
                    let module = ForeignModule::new(path, text.to_owned());
                    (path.to_owned(), Arc::new(module))
                })
                .collect(),
        }
    }
}

impl Project for MapProject {
    fn module(&self, dotted: &str, level: u32, from_path: &str) -> Option<Arc<ForeignModule>> {
        candidates(dotted, level, from_path).into_iter().find_map(|path| self.files.get(&path).cloned())
    }

    fn shadow(&self, dotted: &str, from_path: &str) -> Option<Arc<ForeignModule>> {
        shadowing(dotted, from_path, &|path| self.files.get(path).cloned())
    }
}

/// The files of a folder, read when they are asked for and kept for the run.
#[derive(Debug)]
pub struct FolderProject {
    root: PathBuf,
    kept: Mutex<Kept>,
}

/// What is known of the folder.
#[derive(Debug, Default)]
struct Kept {
    /// By path; `None` for files that are not there.
    files: HashMap<String, Option<Arc<ForeignModule>>>,
    /// Bytes of all their texts.
    bytes: usize,
}

impl FolderProject {
    /// The project in this folder.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned(), kept: Mutex::default() }
    }

    fn file(&self, path: &str) -> Option<Arc<ForeignModule>> {
        let lock = || self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().files.get(path) {
            return known.clone();
        }
        let module = self.read(path).map(|text| Arc::new(ForeignModule::new(path, text)));
        let mut kept = lock();
        kept.bytes += module.as_ref().map_or(0, |module| module.text.len());
        if kept.bytes > MAX_KEPT {
            kept.files.retain(|_, module| module.is_none());
            kept.bytes = module.as_ref().map_or(0, |module| module.text.len());
        }
        kept.files.insert(path.to_owned(), module.clone());
        module
    }

    /// Reads a file if neither it nor a folder on the way to it is a link: a link may lead out of the project.
    fn read(&self, path: &str) -> Option<String> {
        let mut full = self.root.clone();
        for part in path.split('/') {
            full.push(part);
            if fs::symlink_metadata(&full).ok()?.file_type().is_symlink() {
                return None;
            }
        }
        // Asked before it is opened: to open a pipe is to wait for its writer.
        if !fs::symlink_metadata(&full).ok()?.is_file() {
            return None;
        }
        let file = fs::File::open(&full).ok()?;
        let mut bytes = Vec::new();
        file.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        if bytes.len() as u64 > MAX_BYTES {
            return None;
        }
        let text = String::from_utf8(bytes).ok()?;
        Some(match text.strip_prefix('\u{feff}') {
            Some(rest) => rest.to_owned(),
            None => text,
        })
    }
}

impl Project for FolderProject {
    fn module(&self, dotted: &str, level: u32, from_path: &str) -> Option<Arc<ForeignModule>> {
        candidates(dotted, level, from_path).into_iter().find_map(|path| self.file(&path))
    }

    fn shadow(&self, dotted: &str, from_path: &str) -> Option<Arc<ForeignModule>> {
        shadowing(dotted, from_path, &|path| self.file(path))
    }
}

/// The module that hides a library: in the folder that Python searches first for the file, or at the root of the project.
fn shadowing(dotted: &str, from_path: &str, file: &dyn Fn(&str) -> Option<Arc<ForeignModule>>) -> Option<Arc<ForeignModule>> {
    let join = |base: &str, rest: &str| if base.is_empty() { rest.to_owned() } else { format!("{base}/{rest}") };
    // Out of the packages around the file: what holds the outermost one is searched.
    let mut base = from_path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut depth = 0;
    while !base.is_empty() && depth < 32 && file(&join(base, "__init__.py")).is_some() {
        base = base.rsplit_once('/').map_or("", |(folder, _)| folder);
        depth += 1;
    }
    let root = dotted.split('.').next().unwrap_or(dotted);
    let inner = dotted.replace('.', "/");
    let bases: &[&str] = if base.is_empty() { &[""] } else { &[base, ""] };
    bases.iter().find_map(|base| {
        let is_module = |path: &str| path != from_path && file(path).is_some();
        let hides = is_module(&join(base, &format!("{root}.py"))) || is_module(&join(base, &format!("{root}/__init__.py")));
        if !hides || is_distribution(base, root, file) || is_distribution("", root, file) {
            return None;
        }
        let paths = [join(base, &format!("{inner}.py")), join(base, &format!("{inner}/__init__.py"))];
        paths.iter().filter(|path| *path != from_path).find_map(|path| file(path))
    })
}

/// True when the project in this folder is the library itself: its manifest says so.
fn is_distribution(base: &str, root: &str, file: &dyn Fn(&str) -> Option<Arc<ForeignModule>>) -> bool {
    let plain = |name: &str| name.to_ascii_lowercase().replace(['-', '.'], "_");
    ["pyproject.toml", "setup.cfg", "setup.py"].iter().any(|manifest| {
        let path = if base.is_empty() { (*manifest).to_owned() } else { format!("{base}/{manifest}") };
        file(&path).is_some_and(|manifest| {
            manifest.text.lines().any(|line| {
                let named = line.trim_start().strip_prefix("name").map(str::trim_start).and_then(|rest| rest.strip_prefix('='));
                named.is_some_and(|name| {
                    let name = name.trim().trim_matches([',', ' ', '"', '\'']);
                    plain(name) == plain(root)
                })
            })
        })
    })
}

/// The paths at which a module may stand, the likeliest first.
fn candidates(dotted: &str, level: u32, from_path: &str) -> Vec<String> {
    let name_is_plain = dotted.is_empty()
        || dotted
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|character| character.is_alphanumeric() || character == '_'));
    if !name_is_plain || dotted.split('.').count() > 12 {
        return Vec::new();
    }
    let inner = dotted.replace('.', "/");
    let folders: Vec<&str> = from_path.split('/').collect();
    let folders = folders.get(..folders.len().saturating_sub(1)).unwrap_or(&[]);
    let mut bases: Vec<String> = Vec::new();
    if level > 0 {
        let up = (level - 1) as usize;
        let Some(kept) = folders.len().checked_sub(up).and_then(|kept| folders.get(..kept)) else {
            return Vec::new();
        };
        bases.push(kept.join("/"));
    } else {
        // The folder of the file (scripts), every folder above it (packages, the root), and `src` in it.
        for kept in (0..=folders.len()).rev().take(12) {
            let base = folders.get(..kept).unwrap_or(&[]).join("/");
            bases.push(base);
        }
        bases.push("src".to_owned());
    }
    let mut paths = Vec::with_capacity(bases.len() * 2);
    for base in bases {
        let stem = match (base.is_empty(), inner.is_empty()) {
            (true, true) => String::new(),
            (true, false) => inner.clone(),
            (false, true) => base,
            (false, false) => format!("{base}/{inner}"),
        };
        if !inner.is_empty() {
            paths.push(format!("{stem}.py"));
        }
        paths.push(if stem.is_empty() { "__init__.py".to_owned() } else { format!("{stem}/__init__.py") });
    }
    paths
}
