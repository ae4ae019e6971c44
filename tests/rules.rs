//! The contract of the data files: every file under `rules/` is read, used and says what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use hublint::catalog::example::expectations;
use hublint::catalog::generated::generated_calls;
use hublint::catalog::json_schema::{Schema, schema_text};
use hublint::catalog::load::parse_library;
use hublint::catalog::{Catalog, EntryKind, Example, UserFile};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| {
            path.extension()
                .is_some_and(|extension| extension == "toml")
        })
        .collect();
    files.sort();
    files
}

/// Every example of every data file, with the name of the file.
fn examples() -> Vec<(String, Example)> {
    let mut found = Vec::new();
    for path in toml_files(&root().join("rules/apis")) {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let file = parse_library(&name, &fs::read_to_string(&path).unwrap()).unwrap();
        found.extend(
            file.example
                .into_iter()
                .map(|example| (name.clone(), example)),
        );
    }
    for policy in Catalog::builtin().policies() {
        found.extend(
            policy
                .examples
                .iter()
                .map(|example| (policy.id.clone(), example.clone())),
        );
    }
    found
}

#[test]
fn markers_of_examples_are_sound() {
    for (file, example) in examples() {
        let wanted = expectations(&example.code)
            .unwrap_or_else(|error| panic!("{file}: {}: {error}", example.title));
        let lines = example.code.lines().count();
        for (line, _) in wanted.expected {
            assert!(line <= lines, "{file}: {}", example.title);
        }
    }
}

#[test]
fn every_policy_shows_what_it_flags_and_what_it_does_not() {
    for policy in Catalog::builtin().policies() {
        assert!(!policy.examples.is_empty(), "{} has no example", policy.id);
        let marked = policy.examples.iter().any(|example| {
            expectations(&example.code)
                .unwrap()
                .expected
                .iter()
                .any(|(_, rule)| *rule == policy.id)
        });
        assert!(marked, "no example of {} expects it", policy.id);
    }
}

#[test]
fn schemas_are_fresh() {
    for which in Schema::ALL {
        let path = root().join("schemas").join(which.file_name());
        let wanted = schema_text(which);
        if std::env::var_os("HUBLINT_UPDATE").is_some() {
            fs::write(&path, &wanted).unwrap();
        }
        assert_eq!(
            fs::read_to_string(&path).unwrap_or_default(),
            wanted,
            "{} is stale: run HUBLINT_UPDATE=1 cargo test --test rules",
            path.display()
        );
    }
}

/// The built-in files are what `extend-rules` would accept: one loader for all.
#[test]
fn built_in_files_pass_as_a_users_own_under_another_name() {
    for path in toml_files(&root().join("rules/apis")) {
        let stem = path.file_stem().unwrap().to_string_lossy().into_owned();
        let text = fs::read_to_string(&path).unwrap();
        let renamed = text.replacen(
            &format!("library = \"{stem}\""),
            &format!(
                "library = \"own-{}\"",
                stem.chars().take(30).collect::<String>()
            ),
            1,
        );
        let file = UserFile {
            name: format!("own-{}.toml", stem.chars().take(30).collect::<String>()),
            text: renamed,
        };
        if let Err(errors) = Catalog::extend(&[file]) {
            panic!("{stem}: {errors:?}");
        }
    }
}

#[test]
fn facts_are_plausible() {
    let catalog = Catalog::builtin();
    for library in catalog.libraries() {
        assert!(!library.checked_against.is_empty(), "{}", library.id);
        for entry in &library.entries {
            if entry.kind != EntryKind::Callable {
                continue;
            }
            let name = &entry.names[0];
            let mut positions = BTreeSet::new();
            for parameter in &entry.parameters {
                for place in &parameter.places {
                    if let Some(position) = place.position {
                        assert!(position < 40, "{name}: position {position}");
                        positions.insert(position);
                    }
                }
            }
            if let Some(advice) = &entry.advice {
                assert!(advice.ends_with('.'), "{name}: {advice}");
            }
            let impossible = entry.pin == hublint::catalog::Pin::Impossible;
            assert!(
                !impossible || entry.advice.is_some(),
                "{name} cannot be pinned: what then?"
            );
        }
    }
}

#[test]
fn every_callable_has_a_call() {
    let calls = generated_calls(Catalog::builtin());
    assert!(calls.len() > 700, "{}", calls.len());
    for call in &calls {
        assert_eq!(
            call.code_unsafe.is_none(),
            call.expected.is_empty(),
            "{}",
            call.name
        );
    }
}
