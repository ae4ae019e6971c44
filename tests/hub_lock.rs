//! The lock file and the Renovate preset that edits it: the shipped pattern must fit what hublint writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

use hublint::hub::lock::{Entry, EntrySource, Lock};
use hublint::hub::{Commit, RepoRequest, RepoType};

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

#[test]
fn the_renovate_preset_finds_and_replaces_every_pin() {
    let preset = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/renovate-preset.json")).unwrap();
    let preset: serde_json::Value = serde_json::from_str(&preset).unwrap();
    let commit = Commit::parse(A).unwrap();
    let mut lock = Lock::default();
    for (repo_type, id, reference) in [
        (RepoType::Model, "gpt2", "v1"),
        (RepoType::Model, "org/name", "main"),
        (RepoType::Dataset, "squad", "main"),
        (RepoType::Space, "org/app", "main"),
    ] {
        let request = RepoRequest::new(repo_type, id, reference);
        lock.insert(Entry::new(&request, commit.clone(), EntrySource::Cache));
    }
    let mut text = lock.to_text();
    let mut addresses = Vec::new();
    for manager in preset["customManagers"].as_array().unwrap() {
        let file = manager["managerFilePatterns"][0].as_str().unwrap().trim_matches('/');
        let file = regex::Regex::new(file).unwrap();
        assert!(file.is_match("hublint.lock") && file.is_match("services/a/hublint.lock") && !file.is_match("xhublint.lock"));
        let pattern = regex::Regex::new(manager["matchStrings"][0].as_str().unwrap()).unwrap();
        let template = manager["packageNameTemplate"].as_str().unwrap();
        for captures in pattern.captures_iter(&text.clone()) {
            addresses.push(format!("{} {}", template.replace("{{{depName}}}", &captures["depName"]), &captures["currentValue"]));
            // What Renovate does: put the new digest in the place of the old one.
            text = text.replacen(&captures[0], &captures[0].replace(&captures["currentDigest"], B), 1);
        }
    }
    addresses.sort();
    assert_eq!(
        addresses,
        [
            "https://huggingface.co/datasets/squad main",
            "https://huggingface.co/gpt2 v1",
            "https://huggingface.co/org/name main",
            "https://huggingface.co/spaces/org/app main",
        ]
    );
    let edited = Lock::parse(&text).unwrap();
    assert!(edited.entries().all(|entry| entry.revision.as_str() == B));
    assert_eq!(edited.len(), 4);
}
