//! The inventory of a project with every surface: each reference once, with the right pin state, and the same verdicts as `check`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod fake_hub;

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use fake_hub::{FakeHub, Reply};
use hublint::inventory::diff::Difference;
use hublint::inventory::{Inventory, Pinned, csv, cyclonedx, json, markdown, table};
use hublint::run::{self, Options};
use serde_json::json;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn sample() -> PathBuf {
    root().join("tests/inventory/sample-project")
}

/// A copy of the sample in a project of its own.
fn copy() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy_folder(&sample(), folder.path());
    fs::create_dir(folder.path().join(".git")).unwrap();
    folder
}

fn copy_folder(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            fs::create_dir(&target).unwrap();
            copy_folder(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

fn inventory(folder: &Path) -> Inventory {
    let options = Options { paths: vec![folder.to_path_buf()], inventory: true, ..Options::default() };
    let outcome = run::check(&options).unwrap();
    Inventory::new("sample-project".to_owned(), outcome.rows, outcome.report.problems)
}

fn hublint(folder: &Path, arguments: &[&str], environment: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hublint"));
    command.current_dir(folder).args(arguments).env_remove("HF_TOKEN").env("COLUMNS", "120");
    for (name, value) in environment {
        command.env(name, value);
    }
    command.output().unwrap()
}

/// type id revision pin how code loader-surface place
fn lines(inventory: &Inventory) -> Vec<String> {
    let mut lines: Vec<String> = inventory
        .rows()
        .map(|row| {
            format!(
                "{} {} {} {} {} {} {}:{}",
                row.kind.word(),
                row.id.as_deref().unwrap_or("?"),
                row.version().map_or("-", |text| text.get(..7).unwrap_or(text)),
                row.pinned.word(),
                row.how.as_deref().unwrap_or("-"),
                row.remote_code.word(),
                row.path,
                row.line,
            )
        })
        .collect();
    lines.sort();
    lines
}

#[test]
fn every_reference_of_the_sample_is_found_once_with_its_pin_state() {
    let folder = copy();
    let found = lines(&inventory(folder.path()));
    let wanted = fs::read_to_string(root().join("tests/inventory/expected.txt")).unwrap();
    let wanted: Vec<&str> = wanted.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect();
    assert_eq!(found, wanted, "\n{}\n", found.join("\n"));
}

#[test]
fn details_of_the_sample_are_right() {
    let folder = copy();
    let inventory = inventory(folder.path());
    let row = |id: &str| inventory.rows().find(|row| row.id.as_deref() == Some(id)).unwrap_or_else(|| panic!("{id}"));
    assert_eq!(row("gpt2").format.as_deref(), Some("pickle"));
    assert_eq!(row("BAAI/bge-small-en-v1.5").format.as_deref(), Some("safetensors"));
    assert_eq!(row("BAAI/bge-small-en-v1.5").how.as_deref(), Some("registry"));
    let flan = row("google/flan-t5-base");
    assert!(flan.dynamic && flan.default.as_deref() == Some("google/flan-t5-base"), "{flan:?}");
    let lora = row("someuser/some-lora");
    assert_eq!(lora.role, "adapter", "{lora:?}");
    let notebook = inventory.rows().find(|row| row.path.ends_with(".ipynb")).unwrap();
    assert_eq!(notebook.cell, Some(2));
    let unknown = inventory.rows().find(|row| row.id.is_none()).unwrap();
    assert_eq!((unknown.pinned, unknown.why.as_deref()), (Pinned::No, Some("a parameter without a default")));
    assert!(inventory.rows().all(|row| row.id.as_deref().is_none_or(|id| !id.contains("local_dir"))));
}

/// Everything that `check` reports about a repository at a place stands in the row of that place with the same level.
fn compare(folder: &Path) -> (usize, usize) {
    let options = Options { paths: vec![folder.to_path_buf()], inventory: true, report_suppressed: true, ..Options::default() };
    let outcome = run::check(&options).unwrap();
    let plain = run::check(&Options { inventory: false, ..options }).unwrap();
    let key =
        |finding: &hublint::finding::Finding| (finding.location.path.clone(), finding.rule.clone(), finding.location.start_byte);
    let reported: BTreeMap<_, _> =
        plain.report.findings.iter().map(|finding| (key(finding), format!("{:?}", finding.level).to_lowercase())).collect();
    let suppressed: BTreeSet<_> = plain.report.suppressed.iter().map(key).collect();
    let mut shown = BTreeSet::new();
    for row in &outcome.rows {
        for finding in &row.findings {
            let at = (row.path.clone(), finding.rule.clone(), finding.start_byte);
            if finding.suppressed {
                assert!(suppressed.contains(&at), "{row:?} is silenced here and not in check");
            } else {
                assert_eq!(reported.get(&at).map(String::as_str), Some(finding.level.word()), "{row:?}");
            }
            shown.insert(at);
        }
    }
    // And the other way round: no finding about pins is missing from the rows.
    for at in reported
        .keys()
        .filter(|(_, rule, _)| matches!(rule.as_str(), "unpinned-revision" | "malformed-revision" | "policy-violation"))
    {
        assert!(shown.contains(at), "{at:?} is a finding and in no row");
    }
    (outcome.rows.len(), shown.len())
}

#[test]
fn check_and_inventory_agree_on_the_sample() {
    let folder = copy();
    fs::write(
        folder.path().join("hublint.toml"),
        "[policy]\nallow = [\"*/*\", \"gpt2\"]\ndeny = [\"runwayml/*\"]\nrequire = [\"pin\", \"safetensors\", \"lock\"]\n\
         [[allow]]\nrepo = \"Qwen/*\"\nreason = \"reviewed\"\n",
    )
    .unwrap();
    let (rows, findings) = compare(folder.path());
    assert!(rows >= 17 && findings >= 15, "{rows} {findings}");
}

/// On a real package, where one lies: `HUBLINT_CORPUS=folder cargo test --test inventory`.
#[test]
fn check_and_inventory_agree_on_real_code() {
    let Some(corpus) = std::env::var_os("HUBLINT_CORPUS") else {
        println!("skipped: HUBLINT_CORPUS names no folder with real code");
        return;
    };
    let (rows, findings) = compare(Path::new(&corpus));
    println!("{rows} rows, {findings} findings in them");
    assert!(rows > 100);
}

#[test]
fn the_policy_is_one_verdict_in_both() {
    let folder = copy();
    fs::write(folder.path().join("hublint.toml"), "[policy]\ndeny = [\"runwayml/*\"]\nrequire = [\"pin\"]\n").unwrap();
    let found = inventory(folder.path());
    let row = found.rows().find(|row| row.id.as_deref() == Some("runwayml/stable-diffusion-v1-5")).unwrap();
    assert_eq!(row.policy, ["denied: runwayml/*", "pin-required"]);
    assert!(row.findings.iter().any(|finding| finding.rule == "policy-violation"));
    let pinned = found.rows().find(|row| row.id.as_deref() == Some("BAAI/bge-small-en-v1.5")).unwrap();
    assert!(pinned.policy.is_empty() && pinned.findings.is_empty(), "{pinned:?}");
}

#[test]
fn the_lock_pins_what_the_source_leaves_open() {
    let folder = copy();
    let commit = "a".repeat(40);
    let lock = format!(
        "{{\"version\": 1, \"repos\": [{{\"type\": \"model\", \"id\": \"bert-base-uncased\", \"ref\": \"main\", \"revision\": \"{commit}\", \"source\": \"cache\"}}]}}"
    );
    fs::write(folder.path().join("hublint.lock"), lock).unwrap();
    let options = Options { paths: vec![folder.path().to_path_buf()], inventory: true, count_lock: true, ..Options::default() };
    let rows = run::check(&options).unwrap().rows;
    let row = rows.iter().find(|row| row.id.as_deref() == Some("bert-base-uncased")).unwrap();
    assert_eq!((row.pinned, row.how.as_deref(), row.commit.as_deref()), (Pinned::Lock, Some("lock"), Some(commit.as_str())));
    let rows = inventory(folder.path());
    let row = rows.rows().find(|row| row.id.as_deref() == Some("bert-base-uncased")).unwrap();
    assert_eq!((row.pinned, row.commit.as_deref()), (Pinned::No, None));
}

fn text(write: impl FnOnce(&mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut bytes = Vec::new();
    write(&mut bytes).unwrap();
    String::from_utf8(bytes).unwrap()
}

#[test]
fn formats_are_the_same_on_every_run() {
    let folder = copy();
    let (one, two) = (inventory(folder.path()), inventory(folder.path()));
    assert_eq!(text(|out| json::write(&one, out)), text(|out| json::write(&two, out)));
    assert_eq!(text(|out| cyclonedx::write(&one, out)), text(|out| cyclonedx::write(&two, out)));
    assert_eq!(text(|out| csv::write(&one, out)), text(|out| csv::write(&two, out)));
    let look = table::Look { width: 100, colour: false };
    assert_eq!(text(|out| table::write(&one, look, out)), text(|out| table::write(&two, look, out)));
}

#[test]
fn the_table_fits_and_starts_with_the_worst() {
    let folder = copy();
    let found = inventory(folder.path());
    for width in [80, 100, 160] {
        let table = text(|out| table::write(&found, table::Look { width, colour: false }, out));
        for line in table.lines().take_while(|line| !line.is_empty()) {
            assert!(line.chars().count() <= width, "{width}: {line}");
        }
        let risks: Vec<&str> =
            table.lines().skip(1).take_while(|line| !line.is_empty()).map(|line| line.split(' ').next().unwrap()).collect();
        assert_eq!(risks[0], "error");
        assert!(!table.contains('\u{1b}'));
    }
    assert!(text(|out| table::write(&found, table::Look { width: 100, colour: true }, out)).contains("\u{1b}[31;1merror"));
}

#[test]
fn names_of_strangers_steer_no_terminal_and_no_spreadsheet() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let code = "from transformers import AutoModel\n\
                AutoModel.from_pretrained('org/a\\x1b[31mb')\n\
                AutoModel.from_pretrained('org/m', revision='=cmd|1')\n\
                AutoModel.from_pretrained('org/m', revision='x|<b>@all')\n";
    fs::write(folder.path().join("a.py"), code).unwrap();
    let found = inventory(folder.path());
    let outputs = [
        text(|out| json::write(&found, out)),
        text(|out| csv::write(&found, out)),
        text(|out| markdown::write(&found, out)),
        text(|out| table::write(&found, table::Look { width: 100, colour: false }, out)),
        text(|out| cyclonedx::write(&found, out)),
    ];
    for output in &outputs {
        assert!(!output.contains('\u{1b}') && !output.contains("\\u001b"), "{output}");
    }
    assert!(outputs[1].contains("'=cmd|1"), "{}", outputs[1]);
    assert!(!outputs[2].contains("<b>") && outputs[2].contains("x\\|&lt;b&gt;"), "{}", outputs[2]);
}

#[test]
fn no_token_stands_in_an_inventory() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    // Assembled here so that nothing of a token's shape stands in the repository.
    let token = format!("{}{}", ["h", "f", "_"].concat(), "QwErTyUiOpAsDfGhJkLzXcVbNmQwErTyUi");
    let code = format!(
        "import torch\nfrom transformers import AutoModel\nAutoModel.from_pretrained('org/m', revision='{token}')\n\
         torch.hub.load_state_dict_from_url('https://u:{token}@example.com/a.pth?token={token}')\n"
    );
    fs::write(folder.path().join("a.py"), code).unwrap();
    let found = inventory(folder.path());
    for output in [
        text(|out| json::write(&found, out)),
        text(|out| csv::write(&found, out)),
        text(|out| markdown::write(&found, out)),
        text(|out| cyclonedx::write(&found, out)),
    ] {
        assert!(!output.contains(&token[3..14]), "{output}");
    }
}

#[test]
fn the_difference_names_what_came_went_and_changed() {
    let folder = copy();
    let old = folder.path().join("old.json");
    assert!(hublint(folder.path(), &["inventory", "--format", "json", "--output", "old.json"], &[]).status.success());
    let same = hublint(folder.path(), &["inventory", "--diff", "old.json"], &[]);
    assert_eq!(String::from_utf8_lossy(&same.stdout), "no repository came, went or changed its terms\n");
    let serve = folder.path().join("app/serve.py");
    let text = fs::read_to_string(&serve).unwrap();
    // A new line above moves everything, and changes nothing.
    fs::write(&serve, format!("\n{}", text.replace(", trust_remote_code=True", ""))).unwrap();
    fs::write(folder.path().join("app/data.py"), "from datasets import load_dataset\n\nload_dataset(\"glue\")\n").unwrap();
    let output = hublint(folder.path(), &["inventory", "--diff", "old.json"], &[]);
    let shown = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{output:?}");
    assert!(shown.contains("+ dataset glue") && shown.contains("- dataset squad"), "{shown}");
    assert!(shown.contains("~ model Qwen/Qwen2.5-7B-Instruct") && shown.contains("remote code on"), "{shown}");
    assert!(shown.contains("1 repository new, 2 gone, 1 on other terms"), "{shown}");
    let json = hublint(folder.path(), &["inventory", "--diff", "old.json", "--format", "json"], &[]);
    let value: serde_json::Value = serde_json::from_slice(&json.stdout).unwrap();
    assert_eq!(value["version"], 1);
    assert_eq!(value["added"][0]["id"], "glue");
    let before = json::read(&old).unwrap();
    assert!(Difference::between(&before, &before).is_empty());
}

#[test]
fn what_is_no_inventory_is_refused() {
    let folder = copy();
    fs::write(folder.path().join("bad.json"), "{\"version\": 7, \"repositories\": []}").unwrap();
    let output = hublint(folder.path(), &["inventory", "--diff", "bad.json"], &[]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("version 7"), "{output:?}");
    let output = hublint(folder.path(), &["inventory", "--diff", "none.json"], &[]);
    assert_eq!(output.status.code(), Some(2));
    let output = hublint(folder.path(), &["inventory", "--diff", "bad.json", "--format", "csv"], &[]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn without_online_nothing_is_guessed_and_with_it_the_hub_answers() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    let code = "from transformers import AutoModel\nfrom datasets import load_dataset\n\
                AutoModel.from_pretrained('org/old-name')\nload_dataset('org/missing')\n";
    fs::write(folder.path().join("a.py"), code).unwrap();
    let plain = hublint(folder.path(), &["inventory", "--format", "json"], &[("HF_ENDPOINT", "http://127.0.0.1:9")]);
    let value: serde_json::Value = serde_json::from_slice(&plain.stdout).unwrap();
    assert!(value["repositories"].as_array().unwrap().iter().all(|repository| repository["online"].is_null()), "{value}");
    let commit = "b".repeat(40);
    let body = json!({
        "id": "org/new-name", "sha": commit, "lastModified": "2026-03-04T05:06:07.000Z", "gated": "auto",
        "cardData": {"license": "apache-2.0"}, "siblings": [],
        "securityRepoStatus": {"scansDone": true, "filesWithIssues": [{"path": "a.bin", "level": "unsafe"}]},
    });
    let hub = FakeHub::start(move |request, _| {
        if request.path().contains("org/old-name") {
            Reply::json(body.clone())
        } else {
            Reply::refusal(404, "RepoNotFound", "Repository not found")
        }
    });
    let output = hublint(folder.path(), &["inventory", "--online", "--format", "json"], &[("HF_ENDPOINT", &hub.url())]);
    let value: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{output:?}"));
    let repositories = value["repositories"].as_array().unwrap();
    let online = |id: &str| repositories.iter().find(|repository| repository["id"] == id).unwrap()["online"].clone();
    let found = online("org/old-name");
    assert_eq!(found["commits"]["main"], commit, "{found}");
    assert_eq!(
        (&found["renamed_to"], &found["license"], &found["gated"]),
        (&json!("org/new-name"), &json!("apache-2.0"), &json!("automatic"))
    );
    assert_eq!((&found["last_modified"], &found["security"]), (&json!("2026-03-04"), &json!(["a.bin: unsafe"])));
    assert!(online("org/missing")["problem"].as_str().unwrap().contains("not found"), "{value}");
    let table = hublint(folder.path(), &["inventory", "--online"], &[("HF_ENDPOINT", &hub.url())]);
    let table = String::from_utf8_lossy(&table.stdout).into_owned();
    assert!(table.contains("renamed to org/new-name") && table.contains("scan: a.bin: unsafe"), "{table}");
}

/// The public schema and an outside tool read the bill; needs Python with cyclonedx-python-lib[validation].
#[test]
fn outside_tools_accept_the_bill() {
    let script = root().join("tests/inventory_outside.py");
    let folder = copy();
    let bill = folder.path().join("bom.json");
    assert!(hublint(folder.path(), &["inventory", "--format", "cyclonedx", "--output", "bom.json"], &[]).status.success());
    let python = std::env::var("HUBLINT_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let Ok(output) = Command::new(&python).arg(&script).arg(&bill).output() else {
        println!("skipped: {python} does not run");
        return;
    };
    if output.status.code() == Some(77) {
        println!("skipped: {}", String::from_utf8_lossy(&output.stdout));
        return;
    }
    assert!(output.status.success(), "{}\n{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
}
