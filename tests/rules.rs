//! The contract of the data files: every file under `rules/` is read, used and says what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hublint::catalog::example::{Reported, expectations, run_example, with_secrets};
use hublint::catalog::generated::generated_calls;
use hublint::catalog::json_schema::{Schema, schema_text};
use hublint::catalog::load::parse_library;
use hublint::catalog::{Catalog, CheckKind, EntryKind, Example, UserFile};
use hublint::config::Config;
use hublint::engine::{Engine, Settings, World};
use hublint::judge::Ternary;
use hublint::judge::policy::Terms;
use hublint::prefilter::Prefilter;
use hublint::python::project::NoProject;

/// A project with nothing but the manifests beside an example.
struct Beside<'a>(&'a BTreeMap<String, String>);

impl World for Beside<'_> {
    fn exists(&self, path: &str, _: &str) -> bool {
        self.0.contains_key(path)
    }

    fn at_least(&self, package: &str, version: &str, _: &str) -> Ternary {
        let pinned = self.0.values().flat_map(|text| text.lines()).find_map(|line| {
            let (name, version) = line.split_once("==")?;
            (name.trim() == package).then(|| version.trim().parse::<pep440_rs::Version>().unwrap())
        });
        match pinned {
            Some(pinned) if pinned >= version.parse().unwrap() => Ternary::Yes,
            Some(_) => Ternary::No,
            None => Ternary::Unknown,
        }
    }

    fn evidence(&self, _: &str, _: &str) -> Option<String> {
        None
    }
}

/// `[policy]` of a configuration beside an example.
fn terms(beside: &BTreeMap<String, String>) -> Terms {
    let policy = beside.get("hublint.toml").map(|text| Config::parse(Path::new("hublint.toml"), text).unwrap().policy);
    Terms { policy: policy.unwrap_or_default(), lock: None, follow: false }
}

/// What all rules together report for a file.
fn check(name: &str, text: &str, beside: &BTreeMap<String, String>) -> Vec<Reported> {
    let catalog = Catalog::builtin();
    let world = Beside(beside);
    let engine = Engine {
        catalog,
        prefilter: Prefilter::new(catalog),
        project: &NoProject,
        world: &world,
        pins: None,
        settings: Settings {
            terms: terms(beside),
            rules: catalog.policy_ids().map(str::to_owned).collect(),
            ignore_comments: true,
            ..Settings::default()
        },
    };
    let result = engine.check(name, with_secrets(text).into_bytes());
    result
        .findings
        .iter()
        .map(|finding| {
            let location = &finding.location;
            Reported {
                line: location.start.line as usize,
                rule: finding.rule.clone(),
                columns: Some((location.start.column as usize, location.end.column.saturating_sub(1) as usize)),
            }
        })
        .collect()
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn toml_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
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
        found.extend(file.example.into_iter().map(|example| (name.clone(), example)));
    }
    for policy in Catalog::builtin().policies() {
        found.extend(policy.examples.iter().map(|example| (policy.id.clone(), example.clone())));
    }
    found
}

#[test]
fn markers_of_examples_are_sound() {
    for (file, example) in examples() {
        let wanted = expectations(&example.code).unwrap_or_else(|error| panic!("{file}: {}: {error}", example.title));
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
        // Versions are judged for a project as a whole, not for the text of one file.
        if policy.check.kind == CheckKind::Version {
            continue;
        }
        let marked = policy
            .examples
            .iter()
            .any(|example| expectations(&example.code).unwrap().expected.iter().any(|(_, rule)| *rule == policy.id));
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
        let fresh = fs::read_to_string(&path).unwrap_or_default() == wanted;
        assert!(fresh, "{} is stale: run HUBLINT_UPDATE=1 cargo test --test rules", path.display());
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
            &format!("library = \"own-{}\"", stem.chars().take(30).collect::<String>()),
            1,
        );
        let file = UserFile { name: format!("own-{}.toml", stem.chars().take(30).collect::<String>()), text: renamed };
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
            assert!(!impossible || entry.advice.is_some(), "{name} cannot be pinned: what then?");
        }
    }
}

#[test]
fn every_callable_has_a_call() {
    let calls = generated_calls(Catalog::builtin());
    assert!(calls.len() > 700, "{}", calls.len());
    for call in &calls {
        assert_eq!(call.code_unsafe.is_none(), call.expected.is_empty(), "{}", call.name);
    }
}

#[test]
fn examples_are_true() {
    let mut wrong = Vec::new();
    for (file, example) in examples() {
        if let Err(error) = run_example(Catalog::builtin(), &example, check) {
            wrong.push(format!("{file}: {error}"));
        }
    }
    assert!(wrong.is_empty(), "{} examples do not hold:\n{}", wrong.len(), wrong.join("\n"));
}

/// The unsafe form of every catalogued callable is flagged by the right rule, and its safe form is not.
#[test]
fn every_catalogued_callable_is_exercised() {
    let mut wrong = Vec::new();
    for call in generated_calls(Catalog::builtin()) {
        let rules = |code: &str| -> BTreeSet<String> {
            check(call.file, code, &call.beside).into_iter().map(|report| report.rule).collect()
        };
        let about = format!("{} {:?}", call.library, call.beside.values().next().map(|text| text.trim()));
        if let Some(code) = &call.code_unsafe {
            let fired = rules(code);
            if !call.expected.iter().any(|rule| fired.contains(*rule)) {
                wrong.push(format!("{about}: {:?} wanted, {fired:?} fired\n    {}", call.expected, code.replace('\n', "; ")));
            }
        }
        if let Some(code) = &call.code_safe {
            let fired = rules(code);
            let too_much = if call.expected.is_empty() {
                fired.iter().next()
            } else {
                fired.iter().find(|rule| call.expected.contains(&rule.as_str()))
            };
            if let Some(rule) = too_much {
                wrong.push(format!("{about}: the safe form gives {rule}\n    {}", code.replace('\n', "; ")));
            }
        }
    }
    assert!(wrong.is_empty(), "{} calls are not as the facts say:\n{}", wrong.len(), wrong.join("\n"));
}
