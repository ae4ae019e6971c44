//! Compiles `rules/` into the binary: names become sorted constant tables, facts and policies compact text that is read
//! when they are first asked for. Fails on any file there that it would not use, and on any that does not pass its checks,
//! so that a slip in a data file is an error of the build and not a rule that never fires.
#![allow(dead_code)]

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

#[path = "src/names/compile.rs"]
mod compile;
#[path = "src/catalog/index.rs"]
mod index;
#[path = "src/names/keys.rs"]
mod keys;
#[path = "src/finding/level.rs"]
mod level;
#[path = "src/catalog/load.rs"]
mod load;
#[path = "src/catalog/model.rs"]
mod model;
#[path = "src/catalog/policy.rs"]
mod policy;
#[path = "src/catalog/schema.rs"]
mod schema;
#[path = "src/names/skeleton.rs"]
mod skeleton;
#[path = "src/span.rs"]
mod span;
#[path = "src/names/table.rs"]
mod table;
#[path = "src/usage.rs"]
mod usage;

/// `usage` and `finding` name the facts by their place in the library.
mod catalog {
    pub use crate::model::*;
}
mod finding {
    pub use crate::level::Level;
}

use load::{DataError, DataFile};
use schema::{LibraryFile, PolicyFile, RawExample};

fn main() -> Result<(), Box<dyn Error>> {
    let root = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let rules = root.join("rules");
    println_cargo("rules");
    println_cargo("build.rs");
    for source in ["finding/level", "span", "usage"] {
        println_cargo(&format!("src/{source}.rs"));
    }
    for source in ["index", "load", "model", "policy", "schema"] {
        println_cargo(&format!("src/catalog/{source}.rs"));
    }
    for source in ["compile", "keys", "skeleton", "table"] {
        println_cargo(&format!("src/names/{source}.rs"));
    }

    let mut errors = Vec::new();
    let mut libraries = Vec::new();
    let mut policies = Vec::new();
    for path in sorted(&rules)? {
        let name = file_name(&path);
        if path.is_dir() {
            match name.as_str() {
                "apis" => read_libraries(&path, &mut libraries, &mut errors)?,
                // Lists of names and advisories: embedded where they are used, by `include_str!`; those of names get
                // tables beside them.
                "data" => {}
                _ => errors.push(unused(&format!("rules/{name}"), "rules/ has the folders apis and data only")),
            }
        } else if let Some(stem) = name.strip_suffix(".toml") {
            read_policy(&path, stem, &mut policies, &mut errors)?;
        } else if name != "README.md" {
            errors.push(unused(&format!("rules/{name}"), "rules/ holds <rule-id>.toml, README.md, apis/ and data/"));
        }
    }
    expand_like(&mut libraries, &mut errors);
    check_ids(&policies, &mut errors);
    if !errors.is_empty() {
        errors.sort();
        let text: Vec<String> = errors.iter().map(ToString::to_string).collect();
        return Err(format!("rules/ does not pass its checks:\n{}", text.join("\n")).into());
    }
    let out = PathBuf::from(env::var("OUT_DIR")?);
    write(&out.join("catalog.rs"), &generate(&mut libraries, &mut policies)?)?;
    write(&out.join("names.rs"), &compile::generate(&rules.join("data/names"))?)?;
    Ok(())
}

/// The same text keeps the same time stamp: a change of a comment recompiles nothing.
fn write(path: &Path, text: &str) -> std::io::Result<()> {
    if fs::read_to_string(path).ok().as_deref() == Some(text) { Ok(()) } else { fs::write(path, text) }
}

#[allow(clippy::print_stdout)] // how a build script talks to cargo
fn println_cargo(path: &str) {
    println!("cargo::rerun-if-changed={path}");
}

fn sorted(folder: &Path) -> Result<Vec<PathBuf>, Box<dyn Error>> {
    let mut paths = Vec::new();
    for entry in fs::read_dir(folder)? {
        paths.push(entry?.path());
    }
    paths.sort();
    Ok(paths)
}

fn file_name(path: &Path) -> String {
    path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}

fn unused(file: &str, message: &str) -> DataError {
    DataError { file: file.to_owned(), line: 1, column: 1, message: format!("this file would not be used: {message}") }
}

fn read_libraries(folder: &Path, libraries: &mut Vec<LibraryFile>, errors: &mut Vec<DataError>) -> Result<(), Box<dyn Error>> {
    for path in sorted(folder)? {
        let name = file_name(&path);
        let shown = format!("rules/apis/{name}");
        let Some(stem) = name.strip_suffix(".toml") else {
            errors.push(unused(&shown, "rules/apis/ holds <library>.toml only"));
            continue;
        };
        let text = fs::read_to_string(&path)?;
        match load::parse_library(&shown, &text) {
            Ok(file) => {
                let place = DataFile { file: &shown, text: &text };
                errors.extend(load::check_library(stem, &file, place));
                libraries.push(file);
            }
            Err(error) => errors.push(error),
        }
    }
    Ok(())
}

fn read_policy(
    path: &Path,
    stem: &str,
    policies: &mut Vec<PolicyFile>,
    errors: &mut Vec<DataError>,
) -> Result<(), Box<dyn Error>> {
    let shown = format!("rules/{stem}.toml");
    let text = fs::read_to_string(path)?;
    match load::parse_policy(&shown, &text) {
        Ok(raw) => {
            let place = DataFile { file: &shown, text: &text };
            if let Err(found) = policy::lower_policy(stem, &raw, place, false) {
                errors.extend(found);
            }
            policies.push(raw);
        }
        Err(error) => errors.push(error),
    }
    Ok(())
}

fn expand_like(libraries: &mut [LibraryFile], errors: &mut Vec<DataError>) {
    let all = libraries.to_vec();
    for library in libraries {
        let file = format!("rules/apis/{}.toml", library.library);
        for entry in &mut library.callable {
            let Some(like) = entry.like.take() else {
                continue;
            };
            let source = all.iter().flat_map(|other| &other.callable).find(|other| other.names.contains(&like));
            match source {
                Some(source) if source.like.is_none() => load::copy_facts(entry, source),
                _ => errors.push(DataError {
                    file: file.clone(),
                    line: 1,
                    column: 1,
                    message: format!("like = \"{like}\": no callable of that name states its own facts"),
                }),
            }
        }
    }
}

fn check_ids(policies: &[PolicyFile], errors: &mut Vec<DataError>) {
    let mut ids: Vec<&String> = policies.iter().flat_map(|policy| std::iter::once(&policy.id).chain(&policy.aliases)).collect();
    ids.sort();
    for pair in ids.windows(2) {
        if let [left, right] = pair
            && left == right
        {
            errors.push(unused(&format!("rules/{left}.toml"), "its id is taken"));
        }
    }
}

fn generate(libraries: &mut [LibraryFile], policies: &mut [PolicyFile]) -> Result<String, Box<dyn Error>> {
    // Examples are documentation and tests: those of libraries are not needed at run time at all, those of policies only
    // when one is explained.
    for library in libraries.iter_mut() {
        library.example.clear();
    }
    let (index, heads) = index::build(libraries, 0);
    let mut out = String::from("// Written by build.rs from rules/.\n");
    out.push_str("pub(super) static INDEX: Index = Index {\n");
    rows(&mut out, "exact", &index.exact)?;
    writeln!(out, "globs: Cow::Borrowed(&[")?;
    for (root, pattern, id) in index.globs.iter() {
        writeln!(out, "({}, {}, {}),", cow(root), cow(pattern), entry(*id))?;
    }
    writeln!(out, "]),")?;
    rows(&mut out, "methods", &index.methods)?;
    rows(&mut out, "commands", &index.commands)?;
    rows(&mut out, "environment", &index.environment)?;
    rows(&mut out, "switches", &index.switches)?;
    rows(&mut out, "configs", &index.configs)?;
    writeln!(out, "roots: Cow::Borrowed(&[")?;
    for (root, library) in index.roots.iter() {
        writeln!(out, "({}, {library}),", cow(root))?;
    }
    writeln!(out, "]),\n}};")?;

    writeln!(out, "pub(super) static LIBRARIES: [Builtin; {}] = [", libraries.len())?;
    for (library, head) in libraries.iter().zip(&heads) {
        let list = |words: &[std::borrow::Cow<'static, str>]| {
            let words: Vec<String> = words.iter().map(|word| cow(word)).collect();
            format!("Cow::Borrowed(&[{}])", words.join(", "))
        };
        writeln!(
            out,
            "Builtin {{ head: Head {{ id: {}, package: {}, imports: {}, words: {} }}, facts: {:?} }},",
            cow(&head.id),
            cow(&head.package),
            list(&head.imports),
            list(&head.words),
            serde_json::to_string(library)?
        )?;
    }
    writeln!(out, "];")?;

    writeln!(out, "pub(super) static POLICIES: [BuiltinPolicy; {}] = [", policies.len())?;
    for policy in policies {
        let examples: Vec<RawExample> = std::mem::take(&mut policy.example);
        writeln!(
            out,
            "BuiltinPolicy {{ id: {:?}, aliases: &{:?}, facts: {:?}, examples: {:?} }},",
            policy.id,
            policy.aliases,
            serde_json::to_string(policy)?,
            serde_json::to_string(&examples)?
        )?;
    }
    writeln!(out, "];")?;
    Ok(out)
}

fn rows(out: &mut String, name: &str, rows: &[index::Row<model::EntryId>]) -> std::fmt::Result {
    writeln!(out, "{name}: Cow::Borrowed(&[")?;
    for (word, id) in rows {
        writeln!(out, "({}, {}),", cow(word), entry(*id))?;
    }
    writeln!(out, "]),")
}

fn cow(text: &str) -> String {
    format!("Cow::Borrowed({text:?})")
}

fn entry(id: model::EntryId) -> String {
    format!("EntryId {{ library: {}, entry: {} }}", id.library, id.entry)
}
