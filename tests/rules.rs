//! The contract of the data files: every file under `rules/` is read, used and says what it does.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hublint::catalog::example::{Reported, dead_entries, expectations, run_example, with_secrets};
use hublint::catalog::generated::generated_calls;
use hublint::catalog::json_schema::{Schema, schema_text};
use hublint::catalog::load::parse_library;
use hublint::catalog::{Catalog, CheckKind, EntryId, EntryKind, Example, UserFile};
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

/// What all rules together report for a file, and the entries that it met.
fn check_with(catalog: &Catalog, name: &str, text: &str, beside: &BTreeMap<String, String>) -> (Vec<Reported>, Vec<EntryId>) {
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
            keep_uses: true,
            ..Settings::default()
        },
    };
    let result = engine.check(name, with_secrets(text).into_bytes());
    let reported = result
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
        .collect();
    (reported, result.uses.iter().filter_map(|usage| usage.entry).collect())
}

/// What the built-in rules together report for a file.
fn check(name: &str, text: &str, beside: &BTreeMap<String, String>) -> Vec<Reported> {
    check_with(Catalog::builtin(), name, text, beside).0
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

/// The unsafe form of every catalogued callable, command, variable, switch and configuration is flagged by the right rule,
/// and its safe form is not; and what neither they nor an example meet is dead.
#[test]
fn every_entry_is_exercised_and_none_is_dead() {
    let mut wrong = Vec::new();
    let mut met: BTreeSet<EntryId> = BTreeSet::new();
    for call in generated_calls(Catalog::builtin()) {
        let mut rules = |code: &str| -> BTreeSet<String> {
            let (reported, entries) = check_with(Catalog::builtin(), &call.file, code, &call.beside);
            met.extend(entries);
            reported.into_iter().map(|report| report.rule).collect()
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
    for (_, example) in examples() {
        let name = example.file.as_deref().unwrap_or("example.py");
        met.extend(check_with(Catalog::builtin(), name, &example.code, &example.beside).1);
    }
    assert_eq!(dead_entries(Catalog::builtin(), &met), Vec::<String>::new(), "entries that nothing ever meets");
}

/// A parameter that moved: the arguments of a call are read with the signature of the version that the project has.
#[test]
fn arguments_are_read_with_the_signature_of_the_version() {
    let text = r#"
library = "moved"
package = "moved"
imports = ["moved"]

[[callable]]
match = ["moved.load"]
kind = "model"
since = "2.0"
params.repo_id = { position = 0, keyword = "name" }
params.revision = { position = 2, keyword = "commit" }

[[callable]]
match = ["moved.load"]
kind = "model"
until = "2.0"
params.repo_id = { position = 1, keyword = "repo" }
params.revision = { position = 0, keyword = "sha" }
"#;
    let file = UserFile { name: "moved.toml".to_owned(), text: text.to_owned() };
    let catalog = Catalog::extend(&[file]).unwrap();
    let commit = "0123456789abcdef0123456789abcdef01234567";
    let new = format!("import moved\n\nmoved.load(\"org/name\", None, \"{commit}\")\n");
    let old = format!("import moved\n\nmoved.load(\"{commit}\", \"org/name\")\n");
    let rules = |code: &str, version: &str| -> Vec<String> {
        let beside = BTreeMap::from([("requirements.txt".to_owned(), format!("moved=={version}\n"))]);
        let (reported, entries) = check_with(&catalog, "example.py", code, &beside);
        assert_eq!(entries.len(), 1);
        reported.into_iter().map(|report| report.rule).collect()
    };
    assert_eq!(rules(&new, "2.1"), Vec::<String>::new());
    assert_eq!(rules(&old, "1.9"), Vec::<String>::new());
    assert_eq!(rules(&old, "2.1"), ["unpinned-revision"]);
    assert_eq!(rules(&new, "1.9"), Vec::<String>::new(), "None is no repository");
    let by_name = "import moved\n\nmoved.load(repo=\"org/name\")\n";
    assert_eq!(rules(by_name, "1.9"), ["unpinned-revision"]);
    assert_eq!(rules(by_name, "2.1"), Vec::<String>::new());
}

/// The page for newcomers, followed to the letter: its files pass the check and do what it says.
#[test]
fn the_page_for_newcomers_works() {
    let page = fs::read_to_string(root().join("docs/adding-a-library.md")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let rules = folder.path().join("ci/rules");
    fs::create_dir_all(&rules).unwrap();
    let mut written = Vec::new();
    for block in page.split("```toml\n").skip(1) {
        let text = block.split("\n```").next().unwrap();
        let name = text.lines().next().unwrap().strip_prefix("# ").expect("a block begins with the name of its file");
        // What a pull request puts into rules/apis works from the folder of a project as well.
        let target = name.replace("rules/apis/", "ci/rules/");
        fs::write(folder.path().join(&target), format!("{text}\n")).unwrap();
        written.push(name.to_owned());
    }
    let wanted = ["rules/apis/acme_models.toml", "hublint.toml", "ci/rules/my_pkg.toml", "ci/rules/no-legacy-loader.toml"];
    assert_eq!(written, wanted);
    let run = |arguments: &[&str]| {
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_hublint"))
            .args(arguments)
            .current_dir(folder.path())
            .env("COLUMNS", "400")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code(), text(&output.stdout) + &text(&output.stderr))
    };
    let (code, text) = run(&["rules", "check", "ci/rules"]);
    assert_eq!((code, text.lines().last()), (Some(0), Some("3 files, 1 examples, 0 wrong")), "{text}");

    let program = "import my_pkg\nimport my_pkg.legacy\nfrom acme_models import fetch\n\nfetch(\"org/one\")\n\
                   my_pkg.load_model(None, \"org/two\")\nmy_pkg.legacy.load(\"three\")\n";
    fs::write(folder.path().join("app.py"), program).unwrap();
    let (code, text) = run(&["check", "--format", "concise", "app.py"]);
    assert_eq!(code, Some(1), "{text}");
    for (line, rule) in [(5, "unpinned-revision"), (6, "unpinned-revision"), (7, "no-legacy-loader")] {
        let found = text.lines().any(|found| found.starts_with(&format!("app.py:{line}:")) && found.contains(rule));
        assert!(found, "line {line} {rule}: {text}");
    }

    // The slip that the page shows.
    let (_, shown) = page.split_once("rules/apis/acme_models.toml:").unwrap();
    let (place, message) = shown.lines().next().unwrap().split_once(": ").unwrap();
    let file = rules.join("acme_models.toml");
    let good = fs::read_to_string(&file).unwrap();
    fs::write(&file, good.replace("params.revision", "params.revison")).unwrap();
    let (code, text) = run(&["rules", "check", "ci/rules"]);
    assert_eq!(code, Some(2), "{text}");
    let (start, end) = message.split_once(", ...").unwrap();
    let text = text.replace('│', " ").split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(text.contains(&format!("ci/rules/acme_models.toml:{place}: {start}")) && text.contains(end), "{text}");
}
