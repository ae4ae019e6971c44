//! What `pin` and `--fix` leave alone, what they say then, and how they treat ids that are not one literal.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fake_hub;
mod pin_world;

use fake_hub::{FakeHub, Reply};
use pin_world::{A, C, World, pinned, pinned_in, short};
use serde_json::{Value, json};

const T: &str = "from transformers import AutoModel, AutoTokenizer, pipeline\n";
const TABLE: &str = "\nHF_REVISIONS = {\n    \"org/m\": \"A\",  # main\n}\n";

#[test]
fn a_default_is_pinned_by_a_table_and_another_id_floats_as_before() {
    for (setting, name) in [
        ("def f(name='org/m'):\n    ", "name"),
        ("import os\nNAME = os.environ.get('NAME', 'org/m')\n", "NAME"),
        ("class C:\n    name: str = 'org/m'\n    def f(self):\n        ", "self.name"),
    ] {
        let text = format!("{T}{setting}m = AutoModel.from_pretrained({name})\n");
        let after = pinned(&text);
        if setting.starts_with("import") {
            assert!(after.contains(&format!("from_pretrained({name}, revision=HF_REVISIONS.get({name}))")), "{after}");
            assert!(after.contains(TABLE.trim_start()), "{after}");
        } else if name == "name" {
            let call = format!("from_pretrained({name}, revision=HF_REVISIONS.get({name}))");
            assert_eq!(after, format!("{T}{TABLE}{setting}m = AutoModel.{call}\n"));
        } else {
            assert!(after.contains("revision="), "{after}");
        }
    }
}

#[test]
fn a_revision_that_a_caller_gives_counts_first() {
    let text = format!("{T}def f(revision=None):\n    return AutoModel.from_pretrained('org/m', revision=revision)\n");
    assert!(pinned(&text).contains("revision=revision or 'A')  # main\n"), "{}", pinned(&text));
    let text = format!("{T}def f(name='org/m', revision=None):\n    return AutoModel.from_pretrained(name, revision=revision)\n");
    let after = pinned(&text);
    assert!(after.contains("revision=revision or HF_REVISIONS.get(name))\n") && after.contains(TABLE), "{after}");
}

#[test]
fn several_ids_have_a_commit_each() {
    let text = format!("{T}for name in ['org/m', 'org/other']:\n    m = AutoModel.from_pretrained(name)\n");
    let after = pinned(&text);
    assert!(after.contains("revision=HF_REVISIONS.get(name)"), "{after}");
    assert!(after.contains("\"org/m\": \"A\",  # main\n") && after.contains("\"org/other\": \"B\",  # main\n"), "{after}");
    // One of them is not known: nothing is written, and the reason names it.
    let world = World::usual();
    let text = text.replace("org/other", "org/new");
    world.put("a.py", &text);
    let (code, told) = world.run(&["pin", "."]);
    assert_eq!((code, world.text("a.py")), (1, text), "{told}");
    assert!(told.contains("org/new: not in the local cache"), "{told}");
}

#[test]
fn the_key_of_a_table_is_the_text_at_run_time() {
    let world = World::usual();
    world.cached("models", "sentence-transformers/mini", "main", C, &[("config.json", "{}")]);
    let text = "from sentence_transformers import SentenceTransformer\nNAME = 'mini'\nm = SentenceTransformer(NAME)\n";
    world.put("a.py", text);
    world.run(&["pin", ".", "--style", "registry"]);
    let after = short(&world.text("a.py"));
    assert!(after.contains("    \"mini\": \"C\",  # main\n") && after.contains("revision=HF_REVISIONS[NAME]"), "{after}");
}

#[test]
fn cells_of_a_notebook_share_no_table() {
    let world = World::usual();
    let notebook = json!({"cells": [{"cell_type": "code", "metadata": {}, "outputs": [], "source": [
        "from transformers import AutoModel\n", "def f(name='org/m'):\n", "    return AutoModel.from_pretrained(name)"]}],
        "metadata": {}, "nbformat": 4});
    world.put("a.ipynb", notebook.to_string());
    let before = world.text("a.ipynb");
    let (_, told) = world.run(&["pin", "."]);
    assert_eq!(world.text("a.ipynb"), before);
    assert!(told.contains("stays unpinned: the id is a default"), "{told}");
}

/// The one finding of a file and its properties.
fn properties(world: &World, arguments: &[&str]) -> (Value, Value) {
    let (_, told) = world.run(arguments);
    let report: Value = serde_json::from_str(&told).unwrap_or_else(|_| panic!("{told}"));
    let finding = report["findings"][0].clone();
    (finding["properties"].clone(), finding)
}

#[test]
fn every_trap_is_told_by_its_name() {
    let world = World::usual();
    world.cached("models", "org/adapter", "main", A, &[("adapter_config.json", "{}")]);
    let cases = [
        (
            format!("{T}def f(m='org/m', revision='main'):\n    return AutoModel.from_pretrained(m, revision=revision)\n"),
            "default",
        ),
        (
            "from llama_cpp import Llama\nm = Llama.from_pretrained(repo_id='org/m', filename='a.gguf')\n".to_owned(),
            "no-parameter",
        ),
        (format!("{T}p = pipeline('x', model='org/m', tokenizer='org/other')\n"), "shared-revision"),
        (format!("{T}m = AutoModel.from_pretrained('org/adapter')\n"), "adapter"),
        (format!("{T}m = AutoModel.from_pretrained('org/m', revision='{A}0')\n"), "no-commit"),
        (
            format!(
                "{T}REV = 'main'\na = AutoModel.from_pretrained('org/m', revision=REV)\nb = AutoModel.from_pretrained('org/other', revision=REV)\n"
            ),
            "shared-constant",
        ),
        (format!("{T}m = AutoModel.from_pretrained(('org/m', 'org/other')[len(x)])\n"), "form"),
    ];
    for (text, trap) in cases {
        world.put("a.py", &text);
        let (found, finding) = properties(&world, &["check", "a.py", "--format", "json"]);
        if trap == "form" && finding.is_null() {
            continue;
        }
        assert_eq!((&found["pin"], &found["pin-trap"]), (&json!("none"), &json!(trap)), "{text}{finding}");
        let reason = found["pin-reason"].as_str().unwrap();
        let (code, told) = world.run(&["pin", "a.py"]);
        assert_eq!((code, world.text("a.py")), (1, text.clone()), "{told}");
        assert!(told.contains(&format!("stays unpinned: {reason}")), "{reason}: {told}");
        // `--fix` was asked and did nothing: the help says why.
        let (_, told) = world.run(&["check", "a.py", "--fix", "--format", "json"]);
        assert!(told.contains(&format!("Not pinned: {}", json!(reason).as_str().unwrap().replace('"', "\\\""))), "{told}");
    }
    // An old library.
    world.put("requirements.txt", "sentence-transformers==2.2.2\n");
    world.put("a.py", "from sentence_transformers import SentenceTransformer\nm = SentenceTransformer('org/m')\n");
    assert_eq!(properties(&world, &["check", "a.py", "--format", "json"]).0["pin-trap"], "too-old");
}

#[test]
fn the_numbers_of_the_summary_agree() {
    let world = World::usual();
    let mut text = T.to_owned();
    for id in ["org/m", "org/other", "org/new", "org/newer"] {
        text.push_str(&format!("AutoModel.from_pretrained('{id}')\n"));
    }
    text.push_str("AutoModel.from_pretrained('org/m', trust_remote_code=True)\n");
    text.push_str(&format!("AutoModel.from_pretrained('org/m', revision='{A}0')\n"));
    world.put("a.py", &text);
    let (_, told) = world.run(&["check", "."]);
    assert!(told.contains("6 findings (") && told.contains("; 3 can be fixed offline: hublint check --fix"), "{told}");
    assert!(told.contains("Pins: 6 findings, 3 can be fixed offline, 2 more with --online, 1 by hand only."), "{told}");
    let (_, told) = world.run(&["check", ".", "--fix"]);
    // The pin of code makes a place for a second one, the commit of the code, in the same run.
    assert!(told.contains("Repaired 4 findings in 1 file."), "{told}");
    assert!(told.contains("Pins: 3 findings, 0 can be fixed offline, 2 more with --online, 1 by hand only."), "{told}");
}

#[test]
fn what_is_accepted_is_not_repaired() {
    let world = World::usual();
    let call = "m = AutoModel.from_pretrained('org/m')\n";
    let text = format!("{T}{}", call.replace(")\n", ")  # hublint: ignore[unpinned-revision] on purpose\n"));
    world.put("a.py", &text);
    world.put("b.py", format!("{T}{call}"));
    world.put("c.py", format!("{T}{call}"));
    world.put("hublint.toml", "[[allow]]\nrule = \"unpinned-revision\"\npath = \"b.py\"\nreason = \"ours\"\n");
    let (code, told) = world.run(&["check", ".", "--write-baseline", "known.json"]);
    assert_eq!(code, 0, "{told}");
    // A second copy of what the baseline knows is new.
    world.put("c.py", format!("{T}{call}{call}"));
    let (_, told) = world.run(&["check", ".", "--fix", "--unsafe-fixes", "--baseline", "known.json"]);
    assert_eq!(world.text("a.py"), text, "{told}");
    assert_eq!(world.text("b.py"), format!("{T}{call}"));
    let after = short(&world.text("c.py"));
    assert_eq!(after.matches("revision='A'").count(), 1, "{after}");
    assert!(after.contains(call), "{after}");
}

#[test]
fn standard_input_goes_to_standard_output() {
    let world = World::usual();
    let text = format!("{T}m = AutoModel.from_pretrained('org/m')\n");
    let (code, out, err) = world.piped(&["check", "--fix", "--stdin-filename", "a.py", "-"], &text);
    assert_eq!((code, short(&out)), (0, text.replace("')\n", "', revision='A')  # main\n")), "{err}");
    assert!(err.contains("Repaired 1 finding in 1 file."), "{err}");
    // What is left is told beside the text, in the format that was asked for.
    let new = text.replace("org/m", "org/new");
    let (code, out, err) = world.piped(&["check", "--fix", "--format", "concise", "--stdin-filename", "a.py", "-"], &new);
    assert_eq!((code, out), (1, new.clone()), "{err}");
    assert!(err.starts_with("a.py:2:"), "{err}");
    let (code, out, _) = world.piped(&["check", "--diff", "--stdin-filename", "a.py", "-"], &text);
    assert_eq!(code, 1);
    assert!(out.starts_with("--- a/a.py\n+++ b/a.py\n"), "{out}");
    // A clean text comes back as it is, whatever it is.
    for (name, clean) in [("a.py", "x = 1\n"), ("a.py", ""), ("a.py", "def (:\n"), ("a.md", "# \u{fc}\r\n")] {
        let (code, out, err) = world.piped(&["check", "--fix", "--quiet", "--stdin-filename", name, "-"], clean);
        assert_eq!((code, out.as_str()), (0, clean), "{err}");
    }
    // The name decides what is read, and the file of that name is neither read nor written.
    world.put("a.sh", "echo on the disk\n");
    let (_, out, _) = world.piped(&["check", "--fix", "--stdin-filename", "a.sh", "-"], "hf download org/m\n");
    assert_eq!(short(&out), "hf download org/m --revision A  # main\n");
    assert_eq!(world.text("a.sh"), "echo on the disk\n");
    assert_eq!(world.piped(&["check", "--fix", "-", "a.sh"], "").0, 2);
    assert_eq!(world.piped(&["pin", "-"], "").0, 2);
}

#[test]
fn code_of_a_repository_without_code_needs_no_other_commit() {
    let text = format!("{T}m = AutoModel.from_pretrained('org/m', trust_remote_code=True, revision='{A}')\n");
    let after = pinned_in(&World::usual(), &text);
    assert!(after.contains("revision='A', code_revision='A')"), "{after}");
}

#[test]
fn pins_follow_the_lock() {
    let world = World::usual();
    world.put("a.py", format!("{T}m = AutoModel.from_pretrained('org/m')\nt = AutoTokenizer.from_pretrained('org/m')\n"));
    world.put("b.sh", "hf download org/m\n");
    world.put("c.yml", "base_model: org/m\nmicro_batch_size: 2\n");
    world.put("Dockerfile", "FROM x\nRUN curl -LO https://huggingface.co/org/m/resolve/main/a.bin\n");
    world.run(&["pin", "."]);
    world.run(&["lock"]);
    assert_eq!(world.run(&["lock", "--check"]).0, 0);
    let before = ["a.py", "b.sh", "c.yml", "Dockerfile"].map(|name| world.text(name));
    world.lock(&[("model", "org/m", "main", C)]);
    // Without the word from the lock nothing moves.
    world.run(&["pin", "."]);
    world.run(&["check", ".", "--fix"]);
    assert_eq!(["a.py", "b.sh", "c.yml", "Dockerfile"].map(|name| world.text(name)), before);
    let (code, told) = world.run(&["pin", ".", "--from", "lock"]);
    assert_eq!(code, 0, "{told}");
    let after = ["a.py", "b.sh", "c.yml", "Dockerfile"].map(|name| short(&world.text(name)));
    for (old, new) in before.iter().zip(&after) {
        assert_eq!(new.replace('C', "A"), short(old).replace('C', "A"), "{told}");
        assert!(!["'A'", "revision A", ": A", "/A/"].iter().any(|old| new.contains(old)), "{new}");
    }
    assert_eq!(world.run(&["lock", "--check"]).0, 0);
    let (_, told) = world.run(&["pin", ".", "--from", "lock"]);
    assert!(told.contains("Repaired 0 findings"), "{told}");
}

#[test]
fn one_repository_is_upgraded_and_young_commits_wait() {
    let world = World::usual();
    world.put("a.py", format!("{T}m = AutoModel.from_pretrained('org/m')\nn = AutoModel.from_pretrained('org/other')\n"));
    world.run(&["lock"]);
    let before = world.text("hublint.lock");
    let day = |days: u64| {
        let seconds = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() - days * 86_400;
        let date = hublint::hub::Date::from_time(std::time::UNIX_EPOCH + std::time::Duration::from_secs(seconds)).unwrap();
        format!("{date}T00:00:00.000Z")
    };
    let hub_at = |changed: String| {
        FakeHub::start(move |request, _| {
            let id = if request.path().contains("other") { "org/other" } else { "org/m" };
            Reply::json(json!({"id": id, "sha": C, "lastModified": changed, "siblings": []}))
        })
    };
    let young = hub_at(day(2));
    let (code, told) = world.online(&young, &["lock", "--upgrade", "--min-age", "7", "--online"]);
    assert_eq!(world.text("hublint.lock"), before, "{code} {told}");
    assert!(told.contains("org/m main: cccccccccccc is 2 days old: left as it is"), "{told}");
    let (code, told) = world.online(&young, &["lock", "--upgrade", "org/m", "--online"]);
    assert_eq!(code, 0, "{told}");
    let lock = world.text("hublint.lock");
    assert_eq!((lock.matches(C).count(), lock.matches(A).count()), (1, 0), "only the one that was named: {lock}");
    let (code, told) = world.online(&young, &["lock", "--upgrade", "org/typo", "--online"]);
    assert_eq!(code, 2, "{told}");
}
