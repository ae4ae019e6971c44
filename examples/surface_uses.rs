//! Lists the uses that surfaces other than Python yield: `cargo run --example surface_uses -- PATH...`.
#![allow(clippy::print_stdout, missing_docs)]

use std::path::{Path, PathBuf};

use hublint::catalog::Catalog;
use hublint::prefilter::Prefilter;
use hublint::source::{FileLanguage, Language, Source, language_of};
use hublint::surface;

fn main() {
    let catalog = Catalog::builtin();
    let prefilter = Prefilter::new(catalog);
    let mut paths: Vec<PathBuf> = std::env::args().skip(1).map(PathBuf::from).collect();
    let mut files = Vec::new();
    while let Some(path) = paths.pop() {
        if path.is_dir() && !path.ends_with(".git") {
            paths.extend(std::fs::read_dir(&path).into_iter().flatten().flatten().map(|entry| entry.path()));
        } else if path.is_file() {
            files.push(path);
        }
    }
    files.sort();
    let (mut read, mut found) = (0, 0);
    for path in files {
        (read, found) = list(&path, catalog, &prefilter, (read, found));
    }
    println!("{read} files read, {found} uses");
}

fn list(path: &Path, catalog: &Catalog, prefilter: &Prefilter, (read, found): (usize, usize)) -> (usize, usize) {
    let Ok(bytes) = std::fs::read(path) else { return (read, found) };
    let name = path.to_string_lossy();
    let language = language_of(&name, bytes.get(..bytes.len().min(256)).unwrap_or_default());
    if language == FileLanguage::Plain(Language::Python) || !surface::wants(&name, language, &bytes, prefilter.scan(&bytes), true)
    {
        return (read, found);
    }
    let mut source = Source::new(&name, bytes, language);
    if language == FileLanguage::Plain(Language::Markdown) {
        let more: Vec<_> = source.units.iter().flat_map(surface::markdown::code_units).collect();
        source.units.extend(more);
    }
    let result = surface::uses(&source, catalog);
    for problem in &result.problems {
        println!("{name}:{}: PROBLEM {}", problem.line.unwrap_or(0), problem.message);
    }
    for usage in &result.uses {
        let Some(unit) = source.units.get(usage.unit) else { continue };
        let byte = unit.map.file_offset(usage.callee.start());
        let before = source.bytes.get(..byte).unwrap_or_default();
        let line = before.iter().filter(|byte| **byte == b'\n').count() + 1;
        let arguments: Vec<String> = usage
            .arguments
            .iter()
            .map(|(role, argument)| {
                let written = argument.value_span.text(&unit.text).replace('\n', "\\n");
                format!("{role:?}={:?}{}{written}", argument.value, if argument.replaceable { " == " } else { " ~~ " })
            })
            .collect();
        println!(
            "{name}:{line}: {:?} `{}` at `{}` {}",
            usage.kind,
            usage.name,
            usage.callee.text(&unit.text).replace('\n', "\\n"),
            arguments.join("; ")
        );
    }
    (read + 1, found + result.uses.len())
}
