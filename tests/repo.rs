//! The repository keeps its own rules: one version, layers, no secrets, nothing of the machine it was written on, fresh
//! generated files. Clippy sees to unwrap, panic and print in the library; here only that nobody switches it off.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use hublint::catalog::Catalog;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Tracked text files with their paths. Without git (a source package) there is nothing to look at.
fn tracked() -> Vec<(String, String)> {
    let Ok(done) = Command::new("git").args(["ls-files", "-z"]).current_dir(root()).output() else {
        return Vec::new();
    };
    String::from_utf8_lossy(&done.stdout)
        .split('\0')
        .filter(|path| !path.is_empty())
        .filter_map(|path| Some((path.to_owned(), fs::read_to_string(root().join(path)).ok()?)))
        .collect()
}

fn rust_files(folder: &str) -> Vec<(String, String)> {
    fn walk(folder: &Path, found: &mut Vec<(String, String)>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, found);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_string_lossy().replace('\\', "/");
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    let mut found = Vec::new();
    walk(&root().join(folder), &mut found);
    found.sort();
    found
}

/// The text between two marks.
fn between<'a>(text: &'a str, before: &str, after: &str) -> &'a str {
    let start = text.find(before).unwrap_or_else(|| panic!("no {before:?}")) + before.len();
    let rest = &text[start..];
    &rest[..rest.find(after).unwrap()]
}

#[test]
fn the_version_is_the_same_everywhere() {
    let version = env!("CARGO_PKG_VERSION");
    let read = |path: &str| fs::read_to_string(root().join(path)).unwrap();
    assert_eq!(between(&read("python/pyproject.toml"), "\nversion = \"", "\""), version);
    assert_eq!(between(&read("setup.py"), "\nVERSION = \"", "\""), version);
    assert_eq!(between(&read("README.md"), "\nVersion ", ". Licensed"), version);
    // The action has no version of its own: it reads that of Cargo.toml, which must be where it looks.
    let first =
        read("Cargo.toml").lines().find_map(|line| line.strip_prefix("version = \"")?.strip_suffix('"').map(str::to_owned));
    assert_eq!(first.as_deref(), Some(version));
}

#[test]
fn actions_are_pinned_by_commit_and_say_which_tag_that_is() {
    for (path, text) in tracked() {
        if !(path.ends_with(".yml") || path.ends_with(".yaml"))
            || path.starts_with("examples/")
            || path.starts_with("tests/fixtures/")
        {
            continue;
        }
        for line in text.lines() {
            let Some(action) = line.trim_start().trim_start_matches("- ").strip_prefix("uses: ") else { continue };
            if action.starts_with("./") {
                continue;
            }
            let (name, comment) = action.split_once(" # ").unwrap_or_else(|| panic!("{path}: no tag beside `{action}`"));
            let commit = name.split_once('@').map_or("", |(_, commit)| commit);
            assert!(commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit()), "{path}: `{action}`");
            assert!(comment.starts_with('v'), "{path}: `{action}`");
        }
    }
}

#[test]
fn every_file_under_tests_act_and_action_is_used() {
    let script = fs::read_to_string(root().join("tools/check-action.sh")).unwrap();
    for entry in fs::read_dir(root().join("tests/act/workflows")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        let stem = name.trim_end_matches(".yml");
        assert!(script.contains(&format!("expect {stem} ")), "tools/check-action.sh does not run {name}");
    }
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    for script in ["find", "build", "check", "gate"] {
        assert!(action.contains(&format!("/action/{script}.sh\"")));
    }
}

#[test]
fn inputs_of_the_action_reach_scripts_through_the_environment_only() {
    let action = fs::read_to_string(root().join("action.yml")).unwrap();
    for line in action.lines().filter(|line| line.contains("run:")) {
        assert!(!line.contains("${{"), "{line}");
    }
    assert!(!action.contains("run: |"), "scripts of the action stand in files");
}

#[test]
fn layers_are_kept() {
    // (word, files that may name it, what it is)
    let rules: [(&str, &[&str], &str); 4] = [
        ("serde_sarif", &["src/report/sarif.rs"], "the SARIF types"),
        ("miette", &["src/report/text.rs", "src/main.rs"], "the frames of the text output"),
        ("ureq", &["src/hub/api.rs"], "the network"),
        ("tree_sitter", &["src/python/syntax.rs"], "trees"),
    ];
    let files = rust_files("src");
    assert!(files.len() > 50);
    for (word, allowed, what) in rules {
        for (path, text) in &files {
            let used = text.lines().any(|line| {
                let code = line.trim_start();
                !code.starts_with("//") && (code.contains(&format!("{word}::")) || code.contains(&format!("use {word}")))
            });
            // `src/hub/api.rs` and the files of `src/hub/api/` are one module.
            let inside =
                allowed.iter().any(|file| path == file || path.starts_with(&format!("{}/", file.trim_end_matches(".rs"))));
            assert!(
                !used || inside || (word == "tree_sitter" && path.starts_with("src/surface/")),
                "{path} names {word}: {what} stay behind {allowed:?}"
            );
        }
    }
}

#[test]
fn every_source_file_says_what_it_is_for() {
    for (path, text) in rust_files("src").iter().chain(&rust_files("tests")) {
        assert!(text.starts_with("//! "), "{path}: the first line says what the file is for");
    }
}

#[test]
fn nobody_switches_the_lints_of_the_library_off() {
    let manifest = fs::read_to_string(root().join("Cargo.toml")).unwrap();
    for lint in ["unwrap_used", "expect_used", "panic", "print_stdout", "print_stderr", "todo", "dbg_macro"] {
        assert!(manifest.contains(&format!("{lint} = \"deny\"")), "{lint}");
    }
    assert!(manifest.contains("unsafe_code = \"forbid\""));
    for (path, text) in rust_files("src") {
        let lines: Vec<&str> = text.lines().collect();
        // A file of tests is one that its module declares for tests only.
        if path.ends_with("/tests.rs") {
            continue;
        }
        for (index, line) in lines.iter().enumerate() {
            let off =
                ["unwrap_used", "expect_used", "clippy::panic"].iter().any(|lint| line.contains(lint) && line.contains("allow("));
            if off {
                let around = lines[index.saturating_sub(3)..lines.len().min(index + 4)].join("\n");
                assert!(around.contains("cfg(test)"), "{path}:{}: {line}", index + 1);
            }
        }
    }
}

#[test]
fn no_secret_no_path_of_a_machine_and_no_host_of_a_registry() {
    // Put together here, so that this file does not hold them itself.
    let machine: Vec<String> =
        ["shared", "main", "wt", "corpus", ".library", ".mirror"].iter().map(|name| format!("/{}/{name}", "work")).collect();
    let hosts = [
        ["index.", "crates.io"].concat(),
        ["registry.", "npmjs"].concat(),
        ["files.", "pythonhosted"].concat(),
        ["://", "pypi.org"].concat(),
        ["deb.", "debian.org"].concat(),
    ];
    let mut found = Vec::new();
    for (path, text) in tracked() {
        if path == "Cargo.lock" {
            continue;
        }
        for (index, line) in text.lines().enumerate() {
            for word in machine.iter().chain(&hosts) {
                if line.contains(word.as_str()) {
                    found.push(format!("{path}:{}: {word}", index + 1));
                }
            }
            if token_shaped(line) {
                found.push(format!("{path}:{}: the shape of a token", index + 1));
            }
        }
    }
    assert!(found.is_empty(), "{found:#?}");
}

/// `hf_` or `api_org_` with 34 letters and digits of which no run is a plain pattern.
fn token_shaped(line: &str) -> bool {
    ["hf_", "api_org_"].iter().any(|prefix| {
        line.match_indices(prefix).any(|(at, _)| {
            let word: String = line[at + prefix.len()..].chars().take_while(char::is_ascii_alphanumeric).collect();
            let kinds: std::collections::BTreeSet<char> = word.chars().collect();
            word.len() == 34 && kinds.len() > 10
        })
    })
}

#[test]
fn the_page_of_the_rules_is_fresh() {
    let path = root().join("rules/README.md");
    let text = hublint::explain::catalogue_page(Catalog::builtin());
    if std::env::var_os("UPDATE").is_some() {
        fs::write(&path, &text).unwrap();
    }
    let there = fs::read_to_string(&path).unwrap_or_default().replace("\r\n", "\n");
    assert!(there == text, "rules/README.md is stale: run UPDATE=1 cargo test --test repo");
}

#[test]
fn what_the_readme_shows_is_real() {
    // Needs Python; .ci/run has it.
    let Ok(done) = Command::new("python3")
        .args(["tools/readme-output.py", env!("CARGO_BIN_EXE_hublint"), "--check"])
        .current_dir(root())
        .env_remove("NO_COLOR")
        .output()
    else {
        return;
    };
    assert!(
        done.status.success(),
        "{}: run python3 tools/readme-output.py target/debug/hublint",
        String::from_utf8_lossy(&done.stdout)
    );
}
