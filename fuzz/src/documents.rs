//! Documents that people write for hublint or that it reads beside the code: rules, configuration, locks, baselines,
//! manifests, repo ids. A bad one is an error with a place, never a panic, and its message is fit for a terminal.

use std::path::Path;

use hublint::baseline::Baseline;
use hublint::catalog::{Catalog, UserFile};
use hublint::config::Config;
use hublint::error::Error;
use hublint::hub::lock::{Lock, parse_kernels_lock};
use hublint::names::{ExtraNames, RepoKind, explain, is_known_namespace, judge, normalise};
use hublint::report::{ReportContext, write_error};
use hublint::versions::{ManifestKind, read};

/// The message of an error is printed as a terminal sees it.
fn told(error: &Error) {
    let context =
        ReportContext { rules: &[], colour: false, links: false, width: 80, version: "1", statistics: false, quiet: false };
    let mut out = Vec::new();
    write_error(error, &context, &mut out).unwrap();
    super::engine::harmless(&String::from_utf8(out).unwrap(), false);
}

/// A user's file, alone.
pub fn rules(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let file = UserFile { name: "rules/mine.toml".to_owned(), text: text.to_owned() };
    match Catalog::extend(std::slice::from_ref(&file)) {
        Ok(catalog) => {
            let sample = b"import torch, mine\nx = torch.load('a', weights_only=False)\nmine.load('org/m', revision='main')\n";
            let ids: Vec<&str> = catalog.policy_ids().collect();
            assert!(ids.contains(&"unsafe-torch-load"));
            let engine = hublint::engine::Engine {
                catalog: &catalog,
                prefilter: hublint::prefilter::Prefilter::new(&catalog),
                project: &hublint::python::project::NoProject,
                world: &hublint::engine::NoWorld,
                pins: None,
                settings: hublint::engine::Settings {
                    rules: ids.iter().map(|id| (*id).to_owned()).collect(),
                    ..hublint::engine::Settings::default()
                },
            };
            let result = engine.check("a.py", sample.to_vec());
            assert!(result.findings.iter().any(|finding| finding.rule == "unsafe-torch-load"), "a user's file hid a finding");
            super::engine::inspect(sample, &result);
        }
        Err(errors) => {
            assert!(!errors.is_empty());
            let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
            told(&Error::usage(text, "help"));
        }
    }
}

/// A configuration.
pub fn config(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let name = if first % 2 == 0 { "/p/hublint.toml" } else { "/p/pyproject.toml" };
    match Config::parse(Path::new(name), text) {
        Ok(config) => {
            let known = ["unpinned-revision", "unsafe-torch-load"];
            if let Err(error) = config.check_ids(known) {
                told(&error);
            }
            for rule in known {
                let _ = (config.runs(rule), config.level(rule), config.is_ignored_on(rule, "tests/a.py"));
            }
            for finding in config.unused_allows(&std::collections::BTreeSet::new(), Path::new("/p")) {
                super::engine::harmless(&hublint::report::printable(&finding.message), false);
            }
            let _ = config.base(Path::new("/p"));
        }
        Err(error) => {
            told(&error);
            if let Some(place) = error.place() {
                let lines = text.split('\n').count();
                assert!(place.line >= 1 && place.line as usize <= lines, "line {} of {lines}", place.line);
                assert!(place.mark.0 <= place.mark.1, "{place:?}");
            }
        }
    }
}

/// Files that hublint reads beside the code.
pub fn readers(data: &[u8]) {
    const KINDS: [ManifestKind; 12] = [
        ManifestKind::Requirements,
        ManifestKind::RequirementsOptional,
        ManifestKind::RequirementsLock,
        ManifestKind::Constraints,
        ManifestKind::Pyproject,
        ManifestKind::SetupCfg,
        ManifestKind::SetupPy,
        ManifestKind::Pipfile,
        ManifestKind::PipfileLock,
        ManifestKind::TomlLock,
        ManifestKind::Pylock,
        ManifestKind::Conda,
    ];
    let Some((first, rest)) = data.split_first() else { return };
    let Ok(text) = std::str::from_utf8(rest) else { return };
    let choice = usize::from(*first) % (KINDS.len() + 4);
    match choice.checked_sub(KINDS.len()) {
        None => {
            // A file that asks for files finds itself: the reader must notice.
            let manifest = read(*KINDS.get(choice).unwrap(), text, &|_| Some(text.to_owned()));
            for requirement in manifest.requirements.iter().filter(|requirement| requirement.file.is_none()) {
                assert!(text.get(requirement.span.clone()).is_some(), "{requirement:?}");
                assert!(text.get(requirement.specifier_span.clone()).is_some(), "{requirement:?}");
            }
        }
        Some(0) => match Lock::parse(text) {
            Ok(lock) => {
                let written = lock.to_text();
                assert_eq!(Lock::parse(&written).unwrap(), lock, "a lock that was written is read again");
                assert_eq!(Lock::parse(&written).unwrap().to_text(), written);
            }
            Err(error) => told(&Error::usage(error.to_string(), "help")),
        },
        Some(1) => {
            if let Err(error) = parse_kernels_lock(text) {
                told(&Error::usage(error.to_string(), "help"));
            }
        }
        Some(2) => match Baseline::parse(Path::new("/p/b.json"), text.to_owned()) {
            Ok(baseline) => {
                let written = baseline.to_json();
                let again = Baseline::parse(Path::new("/p/b.json"), written.clone()).unwrap();
                assert_eq!(again.entries(), baseline.entries());
                assert_eq!(again.to_json(), written);
            }
            Err(error) => told(&error),
        },
        Some(_) => {
            let globs: Vec<String> = text.lines().map(str::to_owned).collect();
            if let Ok(patterns) = hublint::discover::patterns(&globs) {
                let _ = hublint::discover::matches(&patterns, "src/a.py");
            }
            let _ = hublint::discover::listed_paths(rest);
        }
    }
}

/// Repo ids: lines of the input, each as an id and as a string that may hold one.
pub fn names(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let extra = ExtraNames::new(["my-org", "my-org/my-model"]);
    for id in text.split('\n').take(8) {
        // Blanks within make it illegal, whatever its form.
        if let Some(name) = normalise(id).filter(|name| !name.id.contains(char::is_whitespace)) {
            let again = normalise(&name.id);
            assert_eq!(again.map(|again| again.id), Some(name.id.clone()), "of {id:?}");
        }
        for kind in [RepoKind::Model, RepoKind::Dataset, RepoKind::Space, RepoKind::Any] {
            let Some(verdict) = judge(id, kind, &extra) else { continue };
            assert!(verdict.reason.bytes().all(|byte| (0x20..0x7F).contains(&byte)), "{}", verdict.reason);
            assert!(verdict.target.as_deref() != Some(id), "{id:?} is said to be meant for itself");
            assert_eq!(judge(id, kind, &extra), Some(verdict));
        }
        for line in explain(id) {
            super::engine::harmless(&hublint::report::printable(&line), false);
        }
        if let Some((owner, _)) = id.split_once('/') {
            let _ = is_known_namespace(owner);
        }
    }
}
