//! Generated uses of what is no Python callable: commands, environment variables, switch words, configuration.

use std::collections::BTreeMap;

use super::Library;
use super::generated::{COMMIT, GeneratedCall, Made, secret};
use super::generated_config;
use super::model::{Entry, EntryId, EntryKind, LocalTest, Pin, RepoKind, RunsCode};
use crate::usage::Role;

/// The uses of an entry; none where no rule asks for it.
pub(super) fn calls(library: &Library, id: EntryId, entry: &Entry) -> Vec<GeneratedCall> {
    let mut calls = Vec::new();
    for name in &entry.names {
        let made = match entry.kind {
            EntryKind::Command => command(entry, name),
            EntryKind::Environment => environment(entry, name),
            EntryKind::Switch => switch(entry, name),
            EntryKind::Config => generated_config::documents(entry, name),
            EntryKind::Callable => Vec::new(),
        };
        calls.extend(made.into_iter().map(|made| GeneratedCall {
            library: library.id.clone(),
            entry: id,
            name: name.clone(),
            file: made.file,
            beside: BTreeMap::new(),
            code_unsafe: (!made.expected.is_empty()).then_some(made.bad),
            expected: made.expected,
            code_safe: made.good,
        }));
    }
    calls
}

fn command(entry: &Entry, name: &str) -> Vec<Made> {
    let mut made = Vec::new();
    let floats = matches!(entry.repo, Some(RepoKind::Model | RepoKind::Dataset | RepoKind::Any)) && entry.pin != Pin::None;
    let address = entry.local == LocalTest::Scheme;
    let id = if address { "hf.co/example-org/example-name" } else { "example-org/example-name" };
    let give = |role: Role, value: &str| -> Option<String> {
        let place = entry.parameter(role)?.places.first()?;
        if let Some((option, keys)) = place.nested.split_first() {
            return Some(format!(" {option} {}={value}", keys.join(".")));
        }
        let flag = entry.parameter(role).is_some_and(|parameter| parameter.flag);
        match (&place.keyword, place.position) {
            (Some(option), _) if flag => Some(format!(" {option}")),
            (Some(option), _) => Some(format!(" {option} {value}")),
            // Only the first word: what stands before others is not known.
            (None, Some(0)) => Some(format!(" {value}")),
            _ => None,
        }
    };
    let Some(repo) = give(Role::RepoId, id) else {
        return token(entry, name, give(Role::Token, &secret())).into_iter().collect();
    };
    // Two keys of one option are written in one value: the pinned form of those is left to examples.
    let pinned = give(Role::Revision, COMMIT).filter(|_| !repo.contains('=')).map(|pin| format!("{name}{repo}{pin}\n"));
    if floats {
        let expected = match entry.runs_code {
            RunsCode::No | RunsCode::OptIn => vec!["unpinned-revision"],
            _ => vec!["unpinned-revision", "implicit-remote-code"],
        };
        made.push(Made { file: "generated.sh".to_owned(), bad: format!("{name}{repo}\n"), good: pinned.clone(), expected });
    }
    if let Some(flag) = give(Role::RemoteCode, "True") {
        let bad = format!("{name}{repo}{flag}\n");
        made.push(Made { file: "generated.sh".to_owned(), bad, good: pinned, expected: vec!["trust-remote-code"] });
    }
    made.extend(token(entry, &format!("{name}{repo}"), give(Role::Token, &secret())));
    made
}

fn token(entry: &Entry, start: &str, given: Option<String>) -> Option<Made> {
    entry.parameter(Role::Token)?;
    let bad = format!("{start}{}\n", given?);
    Some(Made { file: "generated.sh".to_owned(), bad, good: Some(format!("{start}\n")), expected: vec!["leaked-token"] })
}

fn environment(entry: &Entry, name: &str) -> Vec<Made> {
    let (bad, good, expected) = if entry.parameter(Role::RemoteCode).is_some() {
        ("true".to_owned(), "false", "trust-remote-code")
    } else if entry.parameter(Role::AllowPickle).is_some() {
        ("1".to_owned(), "0", "unsafe-torch-load")
    } else if entry.parameter(Role::Token).is_some() {
        (secret(), "", "leaked-token")
    } else {
        // No rule asks for it alone; it must be known all the same.
        let value = if entry.parameter(Role::Endpoint).is_some() { "https://huggingface.co" } else { COMMIT };
        let good = format!("FROM python:3.12\nENV {name}={value}\n");
        return vec![Made { file: "Dockerfile".to_owned(), bad: String::new(), good: Some(good), expected: Vec::new() }];
    };
    let line = |value: &str| format!("FROM python:3.12\nENV {name}={value}\n");
    vec![Made { file: "Dockerfile".to_owned(), bad: line(&bad), good: Some(line(good)), expected: vec![expected] }]
}

fn switch(entry: &Entry, name: &str) -> Vec<Made> {
    let (bad, good, expected) = if entry.parameter(Role::RemoteCode).is_some() {
        ("True", "False", "trust-remote-code")
    } else if entry.parameter(Role::AllowPickle).is_some() {
        ("True", "False", "unsafe-deserialization")
    } else if entry.parameter(Role::WeightsOnly).is_some() {
        ("False", "True", "unsafe-torch-load")
    } else {
        ("True", "True", "")
    };
    if name.contains('-') {
        return Vec::new();
    }
    let line = |value: &str| format!("import torch\nimport transformers\n\nmake(anything, {name}={value})\n");
    let expected = if expected.is_empty() { Vec::new() } else { vec![expected] };
    vec![Made { file: "generated.py".to_owned(), bad: line(bad), good: Some(line(good)), expected }]
}
