//! The cache reader against caches that huggingface_hub itself writes, downloading from a fake Hub on loopback.
//!
//! Needs a Python with huggingface_hub: `HUBLINT_TEST_PYTHON` names one (or several, separated as in PATH), else
//! `python3` is tried. Without one the test says so and passes; with `HUBLINT_TEST_REQUIRE_PYTHON=1` it fails.
//! `python3 tests/hub_cache_real.py` makes the virtual environments and runs this test with them.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod fake_hub;

use std::process::Command;

use fake_hub::{FakeHub, Reply, Request};
use hublint::hub::cache::Cache;
use hublint::hub::lock::{FileState, Wanted, build, verify};
use hublint::hub::{Chain, CommitSource, Date, RepoRequest, RepoType, ResolveError, Source};
use serde_json::json;
use sha2::{Digest, Sha256};

const MAIN: &str = "1234567890abcdef1234567890abcdef12345678";
const PULL_REQUEST: &str = "234567890abcdef1234567890abcdef123456789";
const CONFIG: &[u8] = br#"{"model_type": "tiny", "auto_map": {"AutoModel": "other/code--modeling.Tiny"}}"#;
const WEIGHTS: &[u8] = b"not really weights, but large enough to be told apart";

const DOWNLOAD: &str = r#"
import sys
from huggingface_hub import __version__, hf_hub_download, snapshot_download
snapshot_download("org/tiny")
snapshot_download("org/tiny", revision="refs/pr/3")
hf_hub_download("org/tiny", "config.json", revision="v1.0")
snapshot_download("squad", repo_type="dataset")
try:
    hf_hub_download("org/tiny", "adapter_config.json")
except Exception as error:
    if type(error).__name__ not in ("EntryNotFoundError", "RemoteEntryNotFoundError"):
        raise
print(__version__)
"#;

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn commit_of(reference: &str) -> Option<&'static str> {
    match reference {
        "main" | "v1.0" | MAIN => Some(MAIN),
        "refs%2Fpr%2F3" | PULL_REQUEST => Some(PULL_REQUEST),
        _ => None,
    }
}

/// As much of the Hub as a download needs: description, listing, files. `org/tiny` and the data set `squad`.
fn hub(request: &Request, _: usize) -> Reply {
    let path = request.path();
    let weights_hash = hex(&Sha256::digest(WEIGHTS));
    let files = [("config.json", CONFIG, None), ("sub/model.safetensors", WEIGHTS, Some(&weights_hash))];
    for (api, id, prefix) in [
        ("/api/models/org/tiny/", "org/tiny", "/org/tiny/resolve/"),
        ("/api/datasets/squad/", "squad", "/datasets/squad/resolve/"),
    ] {
        if let Some(reference) = path.strip_prefix(&format!("{api}revision/")) {
            let Some(commit) = commit_of(reference) else {
                return Reply::refusal(404, "RevisionNotFound", "");
            };
            let siblings: Vec<_> = files.iter().map(|(name, ..)| json!({"rfilename": name})).collect();
            return Reply::json(json!({
                "_id": "1", "id": id, "modelId": id, "author": "org", "sha": commit, "private": false, "gated": false,
                "disabled": false, "downloads": 1, "likes": 0, "tags": [], "siblings": siblings,
                "lastModified": "2026-03-01T00:00:00.000Z", "createdAt": "2026-01-01T00:00:00.000Z"
            }));
        }
        if path.starts_with(&format!("{api}tree/")) {
            let listing: Vec<_> = files
                .iter()
                .map(|(name, body, lfs)| match lfs {
                    Some(hash) => json!({"type": "file", "path": name, "size": body.len(), "oid": "b".repeat(40),
                        "lfs": {"oid": hash, "size": body.len(), "pointerSize": 1}}),
                    None => json!({"type": "file", "path": name, "size": body.len(), "oid": "c".repeat(40)}),
                })
                .collect();
            return Reply::json(json!(listing));
        }
        if let Some((reference, name)) = path.strip_prefix(prefix).and_then(|rest| rest.split_once('/')) {
            let Some(commit) = commit_of(reference) else {
                return Reply::refusal(404, "RevisionNotFound", "");
            };
            let Some((_, body, lfs)) = files.iter().find(|(file, ..)| *file == name) else {
                return Reply::new(404, &[("X-Error-Code", "EntryNotFound"), ("X-Repo-Commit", commit)], b"");
            };
            let etag = format!("\"{}\"", lfs.cloned().unwrap_or_else(|| "c".repeat(40)));
            let length = body.len().to_string();
            return Reply::new(
                200,
                &[("ETag", &etag), ("X-Repo-Commit", commit), ("Content-Length", &length), ("Accept-Ranges", "bytes")],
                body,
            );
        }
    }
    Reply::refusal(404, "RepoNotFound", "")
}

/// Pythons that can import huggingface_hub.
fn pythons() -> Vec<std::path::PathBuf> {
    let named = std::env::var_os("HUBLINT_TEST_PYTHON").unwrap_or_else(|| "python3".into());
    std::env::split_paths(&named)
        .filter(|python| {
            let import = Command::new(python).args(["-c", "import huggingface_hub"]).output();
            import.is_ok_and(|output| output.status.success())
        })
        .collect()
}

#[test]
fn caches_written_by_huggingface_hub_are_understood() {
    let pythons = pythons();
    if pythons.is_empty() {
        let reason = "no Python with huggingface_hub (set HUBLINT_TEST_PYTHON, or run tests/hub_cache_real.py)";
        assert!(std::env::var_os("HUBLINT_TEST_REQUIRE_PYTHON").is_none(), "{reason}");
        println!("skipped: {reason}");
        return;
    }
    for python in pythons {
        check_with(&python);
    }
}

fn check_with(python: &std::path::Path) {
    let hub = FakeHub::start(hub);
    let home = tempfile::TempDir::new().unwrap();
    let output = Command::new(python)
        .args(["-c", DOWNLOAD])
        .env_clear()
        .env("PATH", std::env::var_os("PATH").unwrap_or_default())
        .env("HOME", home.path())
        .env("HF_HOME", home.path().join("hf"))
        .env("HF_ENDPOINT", hub.url())
        .env("HF_HUB_DISABLE_TELEMETRY", "1")
        .env("HF_HUB_DISABLE_PROGRESS_BARS", "1")
        .env("HF_HUB_DISABLE_XET", "1")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}\n{:#?}", hub.requests());
    let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    println!("huggingface_hub {version}: {} requests", hub.requests().len());
    drop(hub);

    let home = home.path().to_string_lossy().into_owned();
    let environment = |name: &str| (name == "HF_HOME").then(|| format!("{home}/hf"));
    let cache = Cache::from_environment(&environment);
    let ask = |repo_type, id: &str, reference: &str| {
        cache.resolve(&RepoRequest::new(repo_type, id, reference)).map(|resolved| resolved.commit.to_string())
    };
    for (repo_type, id, reference, commit) in [
        (RepoType::Model, "org/tiny", "main", MAIN),
        (RepoType::Model, "org/tiny", "v1.0", MAIN),
        (RepoType::Model, "org/tiny", MAIN, MAIN),
        (RepoType::Model, "org/tiny", "refs/pr/3", PULL_REQUEST),
        (RepoType::Dataset, "squad", "main", MAIN),
    ] {
        assert_eq!(ask(repo_type, id, reference).as_deref(), Ok(commit), "{version}: {id} {reference}");
    }
    assert_eq!(ask(RepoType::Model, "org/tiny", "other"), Err(ResolveError::NotInCache));
    assert_eq!(ask(RepoType::Model, "squad", "main"), Err(ResolveError::NotInCache));
    let request = RepoRequest::model("org/tiny");
    let resolved = cache.resolve(&request).unwrap();
    assert!(resolved.resolved_at.is_some());
    let commit = resolved.commit;
    let short = cache.expand_short(RepoType::Model, "org/tiny", &MAIN[..7]);
    assert_eq!(short.unwrap(), commit);
    assert_eq!(cache.is_adapter(RepoType::Model, "org/tiny", &commit), Some(false), "{version}");
    let code = cache.remote_code(RepoType::Model, "org/tiny", &commit).unwrap();
    assert!(code.other_repos.contains("other/code") && !code.own);

    let files = cache.files(RepoType::Model, "org/tiny", &commit).unwrap();
    assert_eq!(files.keys().collect::<Vec<_>>(), ["config.json", "sub/model.safetensors"]);
    assert_eq!(files["sub/model.safetensors"].sha256, Some(hex(&Sha256::digest(WEIGHTS))), "{version}");

    let wanted = [Wanted { request: request.clone(), pinned: None }];
    let today: Date = "2026-11-21".parse().unwrap();
    let lock = build(None, &wanted, Some(&cache), None, today).lock;
    let report = verify(&lock, &cache);
    assert_eq!(report.count(|state| *state == FileState::Same), 2, "{version}: {report:?}");
    let chain = Chain::new().with(Source::Lock, &lock).with(Source::Cache, &cache);
    assert_eq!(chain.find(&request).unwrap().source, Source::Lock);
}
