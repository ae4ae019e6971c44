//! `hublint pin`, `lock`, `check --fix`: end to end, against caches made here and a fake Hub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fake_hub;
mod pin_world;

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use fake_hub::{FakeHub, Reply};
use pin_world::{A, B, C, World, pinned, pinned_in, short, untouched};
use serde_json::json;

const T: &str = "from transformers import AutoModel, AutoTokenizer, pipeline\n";

#[test]
fn literal_calls_are_pinned_and_keep_their_branch() {
    let after = pinned(&format!("{T}m = AutoModel.from_pretrained('org/m')\n"));
    assert_eq!(after, format!("{T}m = AutoModel.from_pretrained('org/m', revision='A')  # main\n"));
    let world = World::usual();
    world.cached("models", "org/m", "fp16", C, &[("config.json", "{}")]);
    world.cached("models", "org/m", "refs/pr/3", B, &[("config.json", "{}")]);
    let text = format!(
        "{T}m = AutoModel.from_pretrained('org/m', revision='fp16')\nn = AutoModel.from_pretrained('org/m', revision='refs/pr/3')\n"
    );
    let after = pinned_in(&world, &text);
    assert!(after.contains("revision='C')  # fp16\n") && after.contains("revision='B')  # refs/pr/3\n"), "{after}");
    // A branch that the cache does not know stays: never main instead.
    untouched(&format!("{T}m = AutoModel.from_pretrained('org/m', revision='onnx')\n"));
    // A short hash is completed, capitals become small.
    let after = pinned(&format!("{T}m = AutoModel.from_pretrained('org/m', revision='{}')\n", &A[..9]));
    assert!(after.contains("revision='A')\n"), "{after}");
}

#[test]
fn adapters_get_no_revision() {
    let call = |id: &str| format!("m = AutoModel.from_pretrained('{id}')\n");
    let world = World::usual();
    world.cached("models", "org/adapter", "main", A, &[("adapter_config.json", "{}")]);
    let text = format!("{T}{}", call("org/adapter"));
    assert_eq!(pinned_in(&world, &text), text);
    // Its tokenizer is no matter.
    let text = format!("{T}t = AutoTokenizer.from_pretrained('org/adapter')\n");
    assert!(pinned_in(&world, &text).contains("revision='A'"));
    // Nothing but a lock: whether it is an adapter is not known, and the file or the id says that it may be one.
    for (text, pins) in [
        (format!("import peft\n{T}{}", call("org/x")), false),
        (format!("from peft import PeftModel\n{T}{}", call("org/x")), false),
        (format!("{T}{}", call("org/x-LoRA")), false),
        (format!("import peftish\n{T}{}", call("org/x")), true),
    ] {
        let world = World::new();
        world.lock(&[("model", "org/x", "main", A), ("model", "org/x-LoRA", "main", A)]);
        assert_eq!(pinned_in(&world, &text) != text, pins, "{text}");
    }
    // The cache knows that it is a whole model.
    assert!(pinned(&format!("import peft\n{T}{}", call("org/m"))).contains("revision='A'"));
}

#[test]
fn what_may_be_given_already_or_cannot_be_pinned_is_left_alone() {
    untouched("from datasets import load_dataset\nd = load_dataset('json', data_files='a.json')\n");
    untouched(&format!("{T}def f(**kw):\n    return AutoModel.from_pretrained('org/m', **kw)\n"));
    let given = format!("{T}kw = {{'revision': '{A}'}}\nm = AutoModel.from_pretrained('org/m', **kw)\n");
    assert_eq!(pinned(&given), short(&given));
    untouched("import os\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained(os.environ['M'])\n");
    untouched("import os\nfrom transformers import AutoModel\nm = AutoModel.from_pretrained(os.environ.get('M', 'org/m'))\n");
    untouched(&format!("{T}p = pipeline('text-generation', model='org/m', tokenizer='org/other')\n"));
    untouched(&format!(
        "{T}REV = 'main'\na = AutoModel.from_pretrained('org/m', revision=REV)\nb = AutoModel.from_pretrained('org/other', revision=REV)\n"
    ));
}

#[test]
fn a_constant_is_replaced_where_it_is_defined() {
    let after = pinned(&format!(
        "{T}REV = 'main'\na = AutoModel.from_pretrained('org/m', revision=REV)\nb = AutoTokenizer.from_pretrained('org/m', revision=REV)\n"
    ));
    assert_eq!(
        after,
        format!(
            "{T}REV = 'A'  # main\na = AutoModel.from_pretrained('org/m', revision=REV)\nb = AutoTokenizer.from_pretrained('org/m', revision=REV)\n"
        )
    );
}

#[test]
fn companions_get_the_same_commit() {
    let text = format!("{T}m = AutoModel.from_pretrained('org/m', revision='{C}')\nt = AutoTokenizer.from_pretrained('org/m')\n");
    let after = pinned(&text);
    assert!(after.contains("AutoTokenizer.from_pretrained('org/m', revision='C')"), "{after}");
}

#[test]
fn code_from_another_repository_gets_its_own_commit() {
    let world = World::usual();
    let elsewhere = r#"{"auto_map": {"AutoModel": "org/other--modeling.M"}}"#;
    let own = r#"{"auto_map": {"AutoModel": "modeling.M"}}"#;
    world.cached("models", "org/elsewhere", "main", C, &[("config.json", elsewhere)]);
    world.cached("models", "org/own", "main", C, &[("config.json", own)]);
    let text = format!("{T}m = AutoModel.from_pretrained('org/elsewhere', trust_remote_code=True)\n");
    let after = pinned_in(&world, &text);
    assert!(after.contains("trust_remote_code=True, revision='C', code_revision='B')"), "{after}");
    let after = pinned_in(&world, &text.replace("elsewhere", "own"));
    assert!(after.contains("trust_remote_code=True, revision='C', code_revision='C')"), "{after}");
}

#[test]
fn what_has_no_revision_gets_advice_only() {
    untouched("from llama_cpp import Llama\nm = Llama.from_pretrained(repo_id='org/m', filename='a.gguf')\n");
    untouched("from gradio_client import Client\nc = Client('org/m')\n");
}

#[test]
fn vllm_needs_a_commit_for_each_part() {
    let world = World::usual();
    let text = "from vllm import LLM\nm = LLM(model='org/m')\nn = LLM('org/m', tokenizer='org/other')\n";
    let after = pinned_in(&world, text);
    assert!(after.contains("LLM(model='org/m', revision='A', tokenizer_revision='A')"), "{after}");
    assert!(after.contains("tokenizer_revision='B'"), "{after}");
}

#[test]
fn old_libraries_without_the_parameter_are_left_alone() {
    let text = "from sentence_transformers import SentenceTransformer\nm = SentenceTransformer('org/m')\n";
    let world = World::usual();
    world.put("requirements.txt", "sentence-transformers==2.2.2\n");
    assert_eq!(pinned_in(&world, text), text);
    world.put("requirements.txt", "sentence-transformers==3.0.0\n");
    assert_eq!(pinned_in(&world, text), text.replace("'org/m'", "'org/m', revision='A'").replace(")\n", ")  # main\n"));
}

#[test]
fn bytes_that_are_not_meant_stay() {
    let world = World::usual();
    let before = format!("\u{feff}{T}m = AutoModel.from_pretrained(\n\t'org/m',  # ü\n)\n").replace('\n', "\r\n");
    world.put("a.py", &before);
    let (code, told) = world.run(&["pin", "."]);
    assert_eq!(code, 0, "{told}");
    let after = short(&world.text("a.py"));
    assert_eq!(after, before.replace("# ü\r\n", "# ü\r\n\trevision='A',  # main\r\n"));
    let (code, told) = world.run(&["pin", "."]);
    assert_eq!((code, told.contains("Repaired 0 findings")), (0, true), "{told}");
    assert_eq!(short(&world.text("a.py")), after, "a second run changes nothing");
}

#[test]
fn styles_put_the_digits_elsewhere() {
    let text = format!(
        "{T}MODEL = 'org/m'\nm = AutoModel.from_pretrained(MODEL)\nt = AutoTokenizer.from_pretrained(MODEL)\nd = AutoModel.from_pretrained('org/other')\n"
    );
    for (style, expected) in [
        (
            "constant",
            format!(
                "{T}MODEL = 'org/m'\nMODEL_REVISION = 'A'  # main\nm = AutoModel.from_pretrained(MODEL, revision=MODEL_REVISION)\nt = AutoTokenizer.from_pretrained(MODEL, revision=MODEL_REVISION)\nd = AutoModel.from_pretrained('org/other', revision='B')  # main\n"
            ),
        ),
        (
            "registry",
            format!(
                "{T}\nHF_REVISIONS = {{\n    \"org/other\": \"B\",  # main\n    \"org/m\": \"A\",  # main\n}}\nMODEL = 'org/m'\nm = AutoModel.from_pretrained(MODEL, revision=HF_REVISIONS[MODEL])\nt = AutoTokenizer.from_pretrained(MODEL, revision=HF_REVISIONS[MODEL])\nd = AutoModel.from_pretrained('org/other', revision=HF_REVISIONS[\"org/other\"])\n"
            ),
        ),
    ] {
        let world = World::usual();
        world.put("a.py", &text);
        let (code, told) = world.run(&["pin", ".", "--style", style]);
        assert_eq!(short(&world.text("a.py")), expected, "{told}");
        assert_eq!(code, 0, "{told}");
        let (_, told) = world.run(&["pin", ".", "--style", style]);
        assert!(told.contains("Repaired 0 findings"), "{told}");
    }
}

#[test]
fn a_patch_writes_nothing_and_fits() {
    let world = World::usual();
    let text = format!("{T}m = AutoModel.from_pretrained('org/m')\n");
    world.put("a.py", &text);
    for command in [&["pin", ".", "--diff"][..], &["check", ".", "--diff"]] {
        let (code, patch) = world.run(command);
        assert_eq!(code, 1);
        assert!(patch.starts_with("--- a/a.py\n+++ b/a.py\n@@ "), "{patch}");
        assert!(patch.contains(&format!("+m = AutoModel.from_pretrained('org/m', revision='{A}')")), "{patch}");
        assert_eq!(world.text("a.py"), text);
    }
    let (code, _) = world.run(&["check", ".", "--fix"]);
    assert_eq!(code, 0);
    assert!(world.text("a.py").contains(A));
    assert_eq!(world.run(&["check", ".", "--unsafe-fixes"]).0, 2);
}

#[test]
fn unsafe_repairs_need_their_switch() {
    let text = "import torch\nx = torch.load('a.pt', weights_only=False)\n";
    let world = World::usual();
    world.put("a.py", text);
    world.run(&["check", ".", "--fix"]);
    assert_eq!(world.text("a.py"), text);
    world.run(&["check", ".", "--fix", "--unsafe-fixes"]);
    assert_eq!(world.text("a.py"), text.replace("False", "True"));
}

#[test]
fn the_count_is_always_given_and_the_network_needs_its_switch() {
    let world = World::usual();
    let text = format!("{T}m = AutoModel.from_pretrained('org/m')\nn = AutoModel.from_pretrained('org/new')\n");
    world.put("a.py", &text);
    let hub = FakeHub::start(|_, _| Reply::json(json!({"id": "org/new", "sha": C, "lastModified": "2026-03-01T00:00:00.000Z"})));
    let (code, told) = world.online(&hub, &["check", "."]);
    assert_eq!(code, 1);
    assert!(told.contains("2 findings, 1 can be fixed offline, 1 more with --online"), "{told}");
    let (_, told) = world.online(&hub, &["pin", "."]);
    assert!(told.contains("1 finding, 0 can be fixed offline, 1 more with --online"), "{told}");
    world.online(&hub, &["lock", "."]);
    world.online(&hub, &["lock", "--check"]);
    world.online(&hub, &["verify"]);
    assert_eq!(world.online(&hub, &["outdated"]).0, 2);
    assert_eq!(world.online(&hub, &["lock", "--upgrade"]).0, 2);
    assert_eq!(world.online(&hub, &["pin", ".", "--from", "hub"]).0, 2);
    assert!(hub.requests().is_empty(), "nothing may be asked without --online");
    let (code, told) = world.online(&hub, &["pin", ".", "--online"]);
    assert_eq!(code, 0, "{told}");
    assert!(!hub.requests().is_empty());
    assert!(short(&world.text("a.py")).contains("'org/new', revision='C')  # main\n"));
}

#[test]
fn nothing_is_written_that_the_hub_does_not_confirm() {
    let text = format!("{T}n = AutoModel.from_pretrained('org/new')\n");
    let replies: [fn() -> Reply; 5] = [
        || Reply::refusal(403, "GatedRepo", "gated"),
        || Reply::refusal(401, "RepoNotFound", "missing"),
        || Reply::json(json!({"id": "org/new", "sha": "main"})),
        || Reply::Truncated { promised: 500, body: b"{\"id\":".to_vec() },
        || Reply::new(302, &[("Location", "http://stranger.example/x")], b""),
    ];
    for reply in replies {
        let world = World::new();
        world.put("a.py", &text);
        let hub = FakeHub::start(move |_, _| reply());
        let (code, told) = world.online(&hub, &["pin", ".", "--online"]);
        assert_eq!((code, world.text("a.py")), (1, text.clone()), "{told}");
        assert!(told.contains("stays unpinned: "), "{told}");
    }
}

#[test]
fn a_notebook_changes_in_one_line() {
    let world = World::usual();
    let before = "{\n \"cells\": [\n  {\n   \"cell_type\": \"code\",\n   \"metadata\": {},\n   \"outputs\": [{\"text\": \"\\u00e9\"}],\n   \"source\": [\n    \"from transformers import AutoModel\\n\",\n    \"%time m = AutoModel.from_pretrained(\\\"org/m\\\")\"\n   ]\n  }\n ],\n \"metadata\": {},  \"nbformat\": 4\n}\n";
    world.put("a.ipynb", before);
    let (code, told) = world.run(&["pin", "."]);
    assert_eq!(code, 0, "{told}");
    let after = short(&world.text("a.ipynb"));
    assert_eq!(after, before.replace("(\\\"org/m\\\")", "(\\\"org/m\\\", revision=\\\"A\\\")  # main"));
}

#[test]
fn the_lock_is_written_compared_and_followed() {
    let world = World::usual();
    world.put("a.py", format!("{T}m = AutoModel.from_pretrained('org/m')\n"));
    assert_eq!(world.run(&["lock", "--check"]).0, 2, "there is no lock");
    let (code, told) = world.run(&["lock"]);
    assert_eq!(code, 0, "{told}");
    let lock = world.text("hublint.lock");
    assert!(lock.contains("\"id\": \"org/m\"") && lock.contains(A), "{lock}");
    let (code, told) = world.run(&["lock", "--check"]);
    assert_eq!((code, told.contains("a.py:2: model org/m follows main")), (1, true), "{told}");
    assert_eq!(world.run(&["pin", "--from", "lock"]).0, 0);
    assert_eq!(world.run(&["lock", "--check"]).0, 0);
    assert_eq!(world.run(&["lock"]).0, 0);
    assert_eq!(world.text("hublint.lock"), lock, "the same lock again");
    // A name that nobody meant to add.
    world.put("b.py", format!("{T}m = AutoModel.from_pretrained('org/invented')\n"));
    let (code, told) = world.run(&["lock", "--check"]);
    assert_eq!((code, told.contains("b.py:2: model org/invented at main is not in the lock")), (1, true), "{told}");
    fs::remove_file(world.path("b.py")).unwrap();
    // The branch moved.
    let hub = FakeHub::start(|_, _| {
        Reply::json(json!({"id": "org/m", "sha": C, "lastModified": "2020-03-01T00:00:00.000Z", "siblings": []}))
    });
    let (code, told) = world.online(&hub, &["outdated", "--online"]);
    assert_eq!((code, told.contains("aaaaaaa") && told.contains("ccccccc")), (1, true), "{told}");
    let (code, told) = world.online(&hub, &["lock", "--upgrade", "--min-age", "7d", "--online"]);
    assert_eq!(code, 0, "{told}");
    assert!(world.text("hublint.lock").contains(C));
    let (code, told) = world.run(&["lock", "--check"]);
    assert_eq!((code, told.contains("is pinned to")), (1, true), "{told}");
    assert_eq!(world.run(&["verify"]).0, 0);
    // A lock that cannot be read stops what needs it, and is told by what does not.
    world.put("hublint.lock", "<<<<<<< HEAD\n");
    assert_eq!(world.run(&["lock", "--check"]).0, 2);
    let (_, told) = world.run(&["check", "."]);
    assert!(told.contains("hublint.lock"), "{told}");
}

#[test]
fn files_that_must_not_be_written_are_told() {
    let world = World::usual();
    let text = format!("{T}m = AutoModel.from_pretrained('org/m')\n");
    world.put("a.py", &text);
    let mut permissions = fs::metadata(world.path("a.py")).unwrap().permissions();
    permissions.set_readonly(true);
    fs::set_permissions(world.path("a.py"), permissions).unwrap();
    let (code, told) = world.run(&["pin", "."]);
    assert_eq!((code, world.text("a.py")), (2, text), "{told}");
    assert!(told.contains("a.py: cannot write the file"), "{told}");
}

#[cfg(unix)]
#[test]
fn a_link_out_of_the_project_is_not_written_through() {
    let world = World::usual();
    let text = format!("{T}m = AutoModel.from_pretrained('org/m')\n");
    let stranger = world.folder.path().join("stranger.py");
    fs::write(&stranger, &text).unwrap();
    std::os::unix::fs::symlink(&stranger, world.path("a.py")).unwrap();
    world.run(&["pin", "a.py"]);
    world.run(&["pin", "."]);
    assert_eq!(fs::read_to_string(&stranger).unwrap(), text);
}

/// A run that is killed at any moment leaves every file old or new.
#[test]
fn a_killed_run_leaves_no_half_of_a_file() {
    let filler = "# A comment that makes the file longer than one block of the disk.\n".repeat(300);
    let text = format!("{T}{filler}m = AutoModel.from_pretrained('org/m')\n");
    let start = Instant::now();
    let mut whole = None;
    for delay in [0_u64, 15, 40, 80, 150, 300] {
        if start.elapsed() > Duration::from_secs(60) {
            break;
        }
        let world = World::usual();
        for number in 0..150 {
            world.put(&format!("p{}/f{number}.py", number % 10), &text);
        }
        let mut child = world.command(&["pin", ".", "--quiet"]).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(delay));
        child.kill().unwrap();
        child.wait().unwrap();
        for number in 0..150 {
            let now = world.text(&format!("p{}/f{number}.py", number % 10));
            if now == text {
                continue;
            }
            let new: &String = whole.get_or_insert(now.clone());
            assert!(new.contains(A) && new.len() > text.len());
            assert_eq!(&now, new);
        }
        assert_no_other_files(&world.project());
    }
}

/// What a killed run may leave behind: whole files and temporary ones that say whose they are.
fn assert_no_other_files(folder: &Path) {
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if entry.path().is_dir() {
            assert_no_other_files(&entry.path());
        } else {
            assert!(name.ends_with(".py") || name.starts_with(".hublint-"), "{name}");
        }
    }
}
