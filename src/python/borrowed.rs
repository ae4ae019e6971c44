//! Names that a file has from other modules of its project and that may stand for something of a library there:
//! `from .compat import torch_load`, `import utils` with `utils.load_weights(..)`, `from .clients import api`.
//!
//! Only the import lines are looked at, then the line of the other module that binds the name; what the name stands for is
//! the resolver's to say.

use std::collections::BTreeSet;

use memchr::memmem;

use crate::python::fold::is_standard;
use crate::python::project::Project;

/// So many names of a file are followed at most.
const MOST: usize = 24;

/// Larger texts are data.
const LARGEST: usize = 1 << 20;

/// A name that another module of the project binds.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Borrowed {
    /// The module as imported.
    pub module: String,
    /// Leading dots of a relative import.
    pub level: u32,
    /// The name in that module.
    pub name: String,
    /// The word under which this file uses it.
    pub word: String,
}

/// An import of something that is no library.
struct Import<'t> {
    module: &'t str,
    level: u32,
    /// Name and alias; nothing for the module itself, which is then known by `alias`.
    names: Vec<(&'t str, &'t str)>,
    alias: &'t str,
}

/// The names of a text that are worth a look into the modules that bind them.
#[must_use]
pub fn borrowed(text: &str, path: &str, project: &dyn Project, is_root: &dyn Fn(&str) -> bool) -> Vec<Borrowed> {
    let mut found = Vec::new();
    if text.len() > LARGEST {
        return found;
    }
    let imports = imports(text, is_root);
    if imports.is_empty() {
        return found;
    }
    let receivers = receivers(text);
    let telling = |name: &str| is_telling(name) || is_root(name) || receivers.contains(name);
    let mut add = |module: &str, level: u32, name: &str, word: &str| {
        if found.len() < MOST
            && project.module(module, level, path).is_some_and(|module| binds(&module.text, name, receivers.contains(word)))
        {
            found.push(Borrowed { module: module.to_owned(), level, name: name.to_owned(), word: word.to_owned() });
        }
    };
    for import in &imports {
        for (name, alias) in &import.names {
            if *name == "*" {
                for receiver in receivers.iter().take(MOST) {
                    add(import.module, import.level, receiver, receiver);
                }
            } else if telling(name) || telling(alias) {
                add(import.module, import.level, name, alias);
            } else if !alias.is_empty() {
                // `from . import compat` may name a module.
                for word in members(text, alias) {
                    if telling(word) {
                        let inner =
                            if import.module.is_empty() { (*name).to_owned() } else { format!("{}.{name}", import.module) };
                        add(&inner, import.level, word, word);
                    }
                }
            }
        }
        if import.names.is_empty() {
            for word in members(text, import.alias) {
                if telling(word) {
                    add(import.module, import.level, word, word);
                }
            }
        }
    }
    found.sort();
    found.dedup();
    found
}

/// A name that people give to what loads.
fn is_telling(name: &str) -> bool {
    let has = |part: &str| name.contains(part);
    let loads = (has("load") || has("Load")) && !has("dotenv") && !has("upload") && !has("Upload") && !has("DataLoader");
    loads || has("pretrained") || has("pipeline") || has("AutoModel") || has("AutoTokenizer") || has("snapshot") || has("HfApi")
}

/// The imports of what is neither a catalogued library nor of the standard library.
fn imports<'t>(text: &'t str, is_root: &dyn Fn(&str) -> bool) -> Vec<Import<'t>> {
    let mut found = Vec::new();
    let bytes = text.as_bytes();
    for at in memmem::find_iter(bytes, b"import") {
        let start = memchr::memrchr(b'\n', bytes.get(..at).unwrap_or_default()).map_or(0, |newline| newline + 1);
        let (Some(before), Some(after)) = (text.get(start..at), text.get(at + "import".len()..)) else { continue };
        let before = before.trim_start();
        if !after.starts_with([' ', '\t', '(', '*']) || found.len() >= 256 {
            continue;
        }
        let foreign = |module: &str| {
            let root = module.split('.').next().unwrap_or(module);
            !root.is_empty() && !is_root(root) && !is_standard(root)
        };
        if let Some(module) = before.strip_prefix("from") {
            let dotted = module.trim();
            let module = dotted.trim_start_matches('.');
            let level = u32::try_from(dotted.len() - module.len()).unwrap_or(0);
            if level == 0 && !foreign(module) {
                continue;
            }
            let items = after.trim_start();
            let items = match items.strip_prefix('(') {
                Some(inner) => inner.split(')').next().unwrap_or(inner),
                None => items.lines().next().unwrap_or(items),
            };
            let mut names = Vec::new();
            for item in items.split(['\n', ',']) {
                let item = item.split('#').next().unwrap_or(item).trim();
                let (name, alias) = item.split_once(" as ").map_or((item, item), |(name, alias)| (name.trim(), alias.trim()));
                if !name.is_empty() && names.len() < 256 {
                    names.push((name, alias));
                }
            }
            found.push(Import { module, level, names, alias: "" });
        } else if before.is_empty() {
            for clause in after.lines().next().unwrap_or(after).split(',') {
                let clause = clause.split('#').next().unwrap_or(clause).trim();
                let (module, alias) =
                    clause.split_once(" as ").map_or((clause, clause), |(name, alias)| (name.trim(), alias.trim()));
                if foreign(module) {
                    found.push(Import { module, level: 0, names: Vec::new(), alias });
                }
            }
        }
    }
    found
}

/// The names on which methods are called that only libraries of hubs have, and such functions themselves.
fn receivers(text: &str) -> BTreeSet<&str> {
    let mut found = BTreeSet::new();
    for method in ["from_pretrained(", "_download(", "load_dataset("] {
        for at in memmem::find_iter(text.as_bytes(), method.as_bytes()) {
            let before = text.get(..at).unwrap_or("");
            let word = |text: &str| {
                let rest = text.trim_end_matches(|character: char| character.is_alphanumeric() || character == '_');
                rest.len()
            };
            // Back over the rest of the method's own name.
            let own = word(before);
            let name = match before.get(..own).and_then(|owner| owner.strip_suffix('.')) {
                Some(owner) => owner.get(word(owner)..),
                None => text.get(own..at + method.len() - 1),
            };
            if let Some(name) = name.filter(|name| !matches!(*name, "" | "self" | "cls"))
                && found.len() < 64
            {
                found.insert(name);
            }
        }
    }
    found
}

/// The words after `alias.` in a text.
fn members<'t>(text: &'t str, alias: &str) -> BTreeSet<&'t str> {
    let mut found = BTreeSet::new();
    if alias.is_empty() {
        return found;
    }
    let pattern = format!("{alias}.");
    for at in memmem::find_iter(text.as_bytes(), pattern.as_bytes()).take(256) {
        let whole =
            !text.get(..at).unwrap_or("").ends_with(|before: char| before.is_alphanumeric() || matches!(before, '_' | '.'));
        let rest = text.get(at + pattern.len()..).unwrap_or("");
        let end = rest.find(|character: char| !(character.is_alphanumeric() || character == '_')).unwrap_or(rest.len());
        if whole && let Some(word) = rest.get(..end) {
            found.insert(word);
        }
    }
    found
}

/// True when a text seems to bind the name to something else by an import or assignment, or (`class_too`) by a class.
fn binds(text: &str, name: &str, class_too: bool) -> bool {
    memmem::find_iter(text.as_bytes(), name.as_bytes()).take(512).any(|at| {
        let start = memchr::memrchr(b'\n', text.as_bytes().get(..at).unwrap_or_default()).map_or(0, |newline| newline + 1);
        let (Some(before), Some(after)) = (text.get(start..at), text.get(at + name.len()..)) else { return false };
        let word = |character: char| character.is_alphanumeric() || character == '_';
        if before.ends_with(word) || after.starts_with(word) {
            return false;
        }
        let (before, after) = (before.trim_start(), after.trim_start_matches([' ', '\t']));
        if before.is_empty() {
            // `name = ...`, `name: Type = ...`, a line of `from x import (`.
            return (after.starts_with('=') && !after.starts_with("=="))
                || after.starts_with([',', '\n', '\r', ')', '#', ':'])
                || after.starts_with("as ");
        }
        before.starts_with("from ")
            || before.starts_with("import ")
            || (class_too && before.starts_with("class "))
            || before.ends_with("as ")
            || (class_too && before.ends_with(", ") && after.starts_with(['=', ',']))
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::python::project::MapProject;

    fn words(text: &str, other: &str) -> Vec<String> {
        let project = MapProject::new([("pkg/other.py", other), ("pkg/__init__.py", "")]);
        let is_root = |root: &str| matches!(root, "torch" | "transformers");
        borrowed(text, "pkg/main.py", &project, &is_root).into_iter().map(|found| found.word).collect()
    }

    #[test]
    fn names_that_may_load_are_looked_up_where_they_are_bound() {
        assert_eq!(
            words("from .other import (\n    load_it as get,  # why\n    x,\n)\n", "from torch import load as load_it\n"),
            ["get"]
        );
        assert_eq!(words("from .other import load_it\n", "import torch\nload_it = torch.load\n"), ["load_it"]);
        assert_eq!(words("from . import other\nother.load_it('x')\n", "from torch import load as load_it\n"), ["load_it"]);
        assert_eq!(words("from pkg.other import api\napi.snapshot_download('x')\n", "api = HfApi()\n"), ["api"]);
        assert_eq!(words("from .other import *\nNet.from_pretrained('x')\n", "class Net(Base):\n    pass\n"), ["Net"]);
        assert_eq!(
            words("from .other import torch\n", "try:\n    import torch\nexcept ImportError:\n    torch = None\n"),
            ["torch"]
        );
    }

    #[test]
    fn functions_of_the_project_and_libraries_are_not() {
        assert!(words("from .other import load_it\n", "def load_it(path):\n    return path\n").is_empty());
        assert!(words("from torch import load\nimport json\nfrom transformers import x\n", "load = 1\n").is_empty());
        assert!(words("from .other import config\n", "config = 1\n").is_empty());
        assert!(words("from .nowhere import load_it\n", "load_it = 1\n").is_empty());
    }
}
