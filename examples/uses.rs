//! Prints the uses that the resolver finds in Python files: `cargo run --example uses -- PATH...`; `-q` only counts.
#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::expect_used)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use hublint::catalog::Catalog;
use hublint::python::module::{Module, ParseMode};
use hublint::python::project::FolderProject;
use hublint::python::uses::{FileContext, uses};

fn files(path: &Path, found: &mut Vec<PathBuf>) {
    if path.is_dir() {
        let mut entries: Vec<PathBuf> =
            std::fs::read_dir(path).expect("a folder").filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
        entries.sort();
        for entry in entries {
            files(&entry, found);
        }
    } else if path.extension().is_some_and(|extension| extension == "py") {
        found.push(path.to_owned());
    }
}

fn main() {
    let mut quiet = false;
    let catalog = Catalog::builtin();
    let mut kinds: BTreeMap<String, usize> = BTreeMap::new();
    let mut outline = std::time::Duration::ZERO;
    let mut resolve = std::time::Duration::ZERO;
    let started = std::time::Instant::now();
    for root in std::env::args().skip(1) {
        if root == "-q" {
            quiet = true;
            continue;
        }
        let root = Path::new(&root);
        let mut found = Vec::new();
        files(root, &mut found);
        let folder = if root.is_dir() { root } else { root.parent().unwrap_or(root) };
        let project = FolderProject::new(folder);
        for file in found {
            let Ok(text) = std::fs::read_to_string(&file) else {
                continue;
            };
            let before = std::time::Instant::now();
            let relative = file.strip_prefix(folder).unwrap_or(&file).to_string_lossy().replace('\\', "/");
            let module = Module::new(&text, ParseMode::OnDemand);
            outline += before.elapsed();
            let context = FileContext { path: &relative, unit: 0, cells: &[] };
            let result = uses(&module, &context, catalog, &project);
            resolve += before.elapsed();
            if before.elapsed().as_millis() > 100 {
                println!("SLOW {relative} {:?}", before.elapsed());
            }
            for one in result.uses {
                *kinds.entry(format!("{:?}", one.kind)).or_default() += 1;
                if quiet {
                    continue;
                }
                let line = text.get(..one.callee.start()).unwrap_or("").matches('\n').count() + 1;
                println!(
                    "{relative}:{line}: {:?} {} [{}] {:?}{}{}",
                    one.kind,
                    one.name,
                    one.qualified,
                    one.confidence,
                    if one.saved_before { " saved" } else { "" },
                    one.guarded.map_or(String::new(), |guard| format!(" {guard:?}"))
                );
                for (role, argument) in &one.arguments {
                    println!(
                        "    {role:?} = {:?} ({:?}) `{}`{}",
                        argument.value,
                        argument.origin,
                        argument.span.text(&text).replace('\n', " "),
                        argument.definition.as_ref().map_or(String::new(), |d| format!(
                            " <- {}:{}",
                            d.path.as_deref().unwrap_or(""),
                            d.line
                        ))
                    );
                }
            }
        }
    }
    println!("{kinds:?} in {:?}, outline {outline:?}, outline and uses {resolve:?}", started.elapsed());
}
