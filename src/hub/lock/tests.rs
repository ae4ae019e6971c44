//! Tests of the lock: text, checks, building, upgrading, verifying.

use std::collections::BTreeMap;
use std::sync::Mutex;

use tempfile::TempDir;

use super::*;
use crate::hub::cache::tests::{A, B, write};
use crate::hub::cache::{Cache, RemoteCode};
use crate::hub::{InfoSource, RepoInfo, Scan};
use std::fs;

const C: &str = "cccccccccccccccccccccccccccccccccccccccc";
/// sha256 of "weights"
const WEIGHTS: &str = "9a129038d9a00aed0cf6a7ea059ca50a813449061ab87848cf1a13eafdf33b2c";

fn commit(text: &str) -> Commit {
    Commit::parse(text).unwrap()
}

fn day(text: &str) -> Date {
    text.parse().unwrap()
}

fn entry(id: &str, reference: &str, revision: &str) -> Entry {
    Entry::new(&RepoRequest::new(RepoType::Model, id, reference), commit(revision), EntrySource::Cache)
}

fn lock_of(entries: impl IntoIterator<Item = Entry>) -> Lock {
    let mut lock = Lock::default();
    entries.into_iter().for_each(|entry| lock.insert(entry));
    lock
}

fn full_entry() -> Entry {
    let facts = |hash: Option<&str>, size| FileFacts { sha256: hash.map(str::to_owned), size };
    Entry {
        resolved_at: Some(day("2026-03-01")),
        files: Some(BTreeMap::from([
            ("model.safetensors".to_owned(), facts(Some(WEIGHTS), Some(7))),
            ("a \"quoted\" name.txt".to_owned(), facts(None, None)),
        ])),
        code: Some(CodePin { repo: "other/code".to_owned(), revision: commit(C) }),
        remote_code: Some(true),
        formats: Some(vec!["pickle".to_owned(), "safetensors".to_owned()]),
        gated: Some(Gated::Automatic),
        license: Some("apache-2.0".to_owned()),
        ..entry("org/name", "main", A)
    }
}

#[test]
fn the_text_is_stable_and_reads_back() {
    let lock = lock_of([full_entry(), entry("an/earlier", "main", B)]);
    let text = lock.to_text();
    assert_eq!(Lock::parse(&text).unwrap(), lock);
    assert_eq!(Lock::parse(&text).unwrap().to_text(), text);
    assert_eq!(Lock::parse(&format!("\u{feff}{}", text.replace('\n', "\r\n"))).unwrap(), lock);
    let block = format!(
        r#"    {{
      "type": "model",
      "id": "org/name",
      "ref": "main",
      "revision": "{A}",
      "resolved_at": "2026-03-01",
      "source": "cache",
      "files": {{
        "a \"quoted\" name.txt": {{"sha256": null, "size": null}},
        "model.safetensors": {{"sha256": "{WEIGHTS}", "size": 7}}
      }},
      "code": {{"repo": "other/code", "revision": "{C}"}},
      "remote_code": true,
      "formats": ["pickle", "safetensors"],
      "gated": "auto",
      "license": "apache-2.0",
      "scan": null
    }}
  ]
}}
"#
    );
    assert!(text.ends_with(&block), "{text}");
    assert!(
        text.starts_with(
            "{\n  \"version\": 1,\n  \"repos\": [\n    {\n      \"type\": \"model\",\n      \"id\": \"an/earlier\","
        )
    );
    assert_eq!(Lock::default().to_text(), "{\n  \"version\": 1,\n  \"repos\": []\n}\n");
    assert!(Lock::parse(&Lock::default().to_text()).unwrap().is_empty());
}

#[test]
fn a_change_of_one_pin_changes_one_line() {
    let (old, new) = (lock_of([full_entry(), entry("x/y", "main", A)]), lock_of([full_entry(), entry("x/y", "main", B)]));
    let (old, new) = (old.to_text(), new.to_text());
    let changed = old.lines().zip(new.lines()).filter(|(old, new)| old != new).count();
    assert_eq!((old.lines().count(), changed), (new.lines().count(), 1));
}

#[test]
fn a_lock_written_by_hand_needs_four_fields() {
    let text = format!(r#"{{"version": 1, "repos": [{{"type":"dataset","id":"squad","ref":"main","revision":"{A}"}}]}}"#);
    let lock = Lock::parse(&text).unwrap();
    let entry = lock.entries().next().unwrap();
    assert_eq!((entry.repo_type, entry.source, entry.resolved_at), (RepoType::Dataset, EntrySource::Manual, None));
}

#[test]
fn errors_name_the_line() {
    let good = lock_of([full_entry()]).to_text();
    let twice = {
        let both = lock_of([entry("a/b", "main", A), entry("a/c", "main", A)]).to_text();
        both.replace("a/c", "a/b")
    };
    for (text, line, word) in [
        (good.replace(A, "main"), 8, "40 lower-case"),
        (good.replace(A, &A.to_uppercase()), 8, "40 lower-case"),
        (good.replace("\"gated\"", "\"gate\""), 18, "unknown field `gate`"),
        (good.replace(WEIGHTS, "00"), 4, "64 lower-case"),
        (good.replace("org/name", "../name"), 4, "repo id"),
        (good.replace("2026-03-01", "2026-02-30"), 9, "YYYY-MM-DD"),
        (good.replace("\"version\": 1", "\"version\": 2"), 1, "version 2"),
        (good.replace("  \"repos\"", "<<<<<<< HEAD\n  \"repos\""), 3, "merge conflict"),
        (good[..good.len() - 4].to_owned(), 22, "EOF"),
        (twice, 19, "a second entry"),
        (String::new(), 1, "EOF"),
        ("[]".to_owned(), 1, "invalid"),
        (good.replace("\"version\": 1,", "\"version\": 1, \"x\": 2,"), 2, "unknown field `x`"),
    ] {
        match Lock::parse(&text) {
            Err(LockError::Content { line: found, why }) => {
                assert!(why.contains(word), "{why:?} should contain {word:?}");
                assert_eq!(found, line, "{why}\n{text}");
            }
            other => panic!("{other:?}\n{text}"),
        }
    }
}

#[test]
fn writing_is_atomic_and_keeps_permissions() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(LOCK_FILE_NAME);
    assert!(Lock::read(&path).unwrap().is_none());
    let lock = lock_of([full_entry()]);
    assert!(lock.write(&path).unwrap());
    assert!(!lock.write(&path).unwrap(), "unchanged bytes are not written");
    assert_eq!(Lock::read(&path).unwrap().unwrap(), lock);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{PermissionsExt, symlink};
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o400, 0o400);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        assert!(Lock::default().write(&path).unwrap());
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o640);
        let link = folder.path().join("link.lock");
        symlink(&path, &link).unwrap();
        assert!(lock.write(&link).is_err());
        assert!(Lock::read(&path).unwrap().unwrap().is_empty());
    }
    assert!(lock.write(&folder.path().join("missing/hublint.lock")).is_err());
    assert!(lock.write(folder.path()).is_err());
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().flatten().map(|entry| entry.file_name()).collect();
    assert!(!left.iter().any(|name| name.to_string_lossy().starts_with(".hublint")), "{left:?}");
}

#[test]
fn the_lock_answers_for_its_references_and_commits() {
    let lock = lock_of([entry("org/m", "main", A), entry("org/m", "fp16", B)]);
    let ask = |reference: &str| {
        lock.resolve(&RepoRequest::new(RepoType::Model, "org/m", reference)).map(|resolved| String::from(resolved.commit))
    };
    assert_eq!(ask("main").as_deref(), Ok(A));
    assert_eq!(ask("fp16").as_deref(), Ok(B));
    assert_eq!(ask(B).as_deref(), Ok(B));
    // Another branch is never answered with main's commit.
    assert_eq!(ask("onnx"), Err(ResolveError::NotInLock));
    assert_eq!(ask(C), Err(ResolveError::NotInLock));
    assert_eq!(lock.resolve(&RepoRequest::new(RepoType::Dataset, "org/m", "main")), Err(ResolveError::NotInLock));
}

fn reference(id: &str, written: Option<&str>, branch: Option<&str>, place: &str) -> Reference {
    Reference {
        repo_type: RepoType::Model,
        id: id.to_owned(),
        written: written.map(str::to_owned),
        branch: branch.map(str::to_owned),
        place: place.to_owned(),
    }
}

#[test]
fn agreement_is_no_drift() {
    let lock = lock_of([entry("org/m", "main", A), entry("org/m", "fp16", B), full_entry()]);
    let references = [
        reference("org/m", Some(A), Some("main"), "a.py:1"),
        reference("org/m", Some(B), Some("fp16"), "a.py:2"),
        reference("org/m", Some(A), None, "a.py:3"),
        reference("org/name", Some(A), Some("main"), "a.py:4"),
        reference("other/code", Some(C), None, "a.py:4"),
    ];
    assert_eq!(check(&lock, &references), []);
    assert_eq!(check(&Lock::default(), &[]), []);
}

#[test]
fn every_kind_of_drift_is_told() {
    let lock = lock_of([entry("org/m", "main", A), entry("org/left", "main", A), full_entry()]);
    let references = [
        reference("org/new", None, None, "a.py:1"),
        reference("Org/M", Some(A), None, "a.py:2"),
        reference("org/m", None, None, "a.py:3"),
        reference("org/m", Some("main"), None, "a.py:4"),
        reference("org/m", Some(B), Some("main"), "a.py:5"),
        reference("org/m", Some("onnx"), None, "a.py:6"),
        reference("org/m", Some(&A[..7]), None, "a.py:7"),
        reference("other/code", Some(B), None, "a.py:8"),
        reference("org/name", Some("main\u{1b}[2J"), None, "a.py:9"),
    ];
    let drifts = check(&lock, &references);
    let text: Vec<String> = drifts.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "model org/left at main is in the lock, but nothing uses it".to_owned(),
            "model org/name at main is in the lock, but nothing uses it".to_owned(),
            "a.py:1: model org/new at main is not in the lock".to_owned(),
            "a.py:2: model Org/M at main is not in the lock (it has org/m: ids are case-sensitive)"
                .replace(" at main", &format!(" at {A}")),
            format!("a.py:3: model org/m follows main; the lock has {A}"),
            format!("a.py:4: model org/m follows main; the lock has {A}"),
            format!("a.py:5: model org/m is pinned to {B}; the lock has {A}"),
            "a.py:6: model org/m at onnx is not in the lock".to_owned(),
            format!("a.py:7: model org/m follows {}; the lock has {A}", &A[..7]),
            format!("a.py:8: model other/code is pinned to {B}; the lock has {C}"),
            "a.py:9: model org/name at main\u{fffd}[2J is not in the lock".to_owned(),
        ]
    );
    assert_eq!(drifts.iter().filter(|drift| drift.is_failure()).count(), 9);
}

/// A Hub from a table. It notes what it was asked.
#[derive(Default)]
struct FakeHub(BTreeMap<(String, String), RepoInfo>, Mutex<Vec<String>>);

impl FakeHub {
    fn with(mut self, id: &str, reference: &str, head: &str, changed: Option<&str>) -> Self {
        let info = RepoInfo {
            id: id.to_owned(),
            commit: commit(head),
            last_modified: changed.map(day),
            gated: Some(Gated::Manual),
            disabled: Some(false),
            license: Some("mit".to_owned()),
            files: None,
            code: None,
            scan: Some(Scan::default()),
        };
        for key in [reference, head] {
            self.0.insert((id.to_owned(), key.to_owned()), info.clone());
        }
        self
    }
}

impl InfoSource for FakeHub {
    fn info(&self, request: &RepoRequest) -> Result<RepoInfo, ResolveError> {
        self.1.lock().unwrap().push(format!("{}@{}", request.id, request.reference));
        let key = (request.id.clone(), request.reference.clone());
        self.0.get(&key).cloned().ok_or(ResolveError::NotFoundOrPrivate)
    }

    fn commits_behind(&self, _: &RepoRequest, pinned: &Commit) -> Result<Option<usize>, ResolveError> {
        Ok((pinned.as_str() == A).then_some(3))
    }
}

fn cached() -> (TempDir, Cache) {
    let folder = TempDir::new().unwrap();
    let snapshot = format!("models--org--m/snapshots/{A}");
    write(folder.path(), &format!("{snapshot}/model.safetensors"), "weights");
    write(folder.path(), &format!("{snapshot}/sub/pytorch_model.bin"), "weights");
    write(folder.path(), &format!("{snapshot}/config.json"), r#"{"auto_map": {"AutoModel": "other/code--m.M"}}"#);
    write(folder.path(), "models--org--m/refs/main", A);
    write(folder.path(), "models--other--code/refs/main", C);
    write(folder.path(), &format!("models--other--code/snapshots/{C}/m.py"), "");
    let cache = Cache::at(folder.path());
    (folder, cache)
}

fn wanted(id: &str, reference: &str, pinned: Option<&str>) -> Wanted {
    Wanted { request: RepoRequest::new(RepoType::Model, id, reference), pinned: pinned.map(commit) }
}

#[test]
fn a_lock_is_built_from_the_cache() {
    let (_folder, cache) = cached();
    let today = day("2026-11-21");
    let built = build(None, &[wanted("org/m", "main", None), wanted("org/none", "main", None)], Some(&cache), None, today);
    assert_eq!(built.added, [RepoRequest::model("org/m")]);
    let entry = built.lock.get(&RepoRequest::model("org/m")).unwrap();
    assert_eq!((entry.revision.as_str(), entry.source), (A, EntrySource::Cache));
    let files = entry.files.as_ref().unwrap();
    assert_eq!(files["model.safetensors"], FileFacts { size: Some(7), sha256: Some(WEIGHTS.to_owned()) });
    assert_eq!(files.len(), 3);
    assert_eq!(entry.formats.as_deref(), Some(&["pickle".to_owned(), "safetensors".to_owned()][..]));
    assert_eq!(entry.remote_code, Some(true));
    assert_eq!(entry.code, Some(CodePin { repo: "other/code".to_owned(), revision: commit(C) }));
    assert_eq!((entry.license.as_ref(), entry.gated, entry.scan.as_ref()), (None, None, None));
    let (missed, why) = &built.missed[0];
    assert_eq!(missed.id, "org/none");
    assert!(why.online_may_help());

    // The next run keeps the entry, even if the cache has moved on, and drops what is no longer used.
    let again = build(Some(&built.lock), &[wanted("org/m", "main", None)], None, None, today);
    assert_eq!((&again.lock, again.added.len(), again.missed.len()), (&built.lock, 0, 0));
    let empty = build(Some(&built.lock), &[], None, None, today);
    assert_eq!((empty.lock.len(), empty.removed), (0, vec![RepoRequest::model("org/m")]));
}

#[test]
fn the_hub_fills_the_gaps() {
    let (_folder, cache) = cached();
    let hub = FakeHub::default().with("org/m", "main", A, None).with("org/hub", "main", B, Some("2026-01-01"));
    let today = day("2026-11-21");
    let built = build(None, &[wanted("org/m", "main", None), wanted("org/hub", "main", None)], Some(&cache), Some(&hub), today);
    let cached = built.lock.get(&RepoRequest::model("org/m")).unwrap();
    assert_eq!((cached.source, cached.license.as_deref(), cached.gated), (EntrySource::Cache, Some("mit"), Some(Gated::Manual)));
    assert_eq!(cached.scan.as_deref(), Some("no finding"));
    assert_eq!(cached.files.as_ref().unwrap().len(), 3, "what the cache read is kept");
    let online = built.lock.get(&RepoRequest::model("org/hub")).unwrap();
    assert_eq!((online.source, online.resolved_at), (EntrySource::Hub, Some(today)));
}

#[test]
fn pins_in_the_source_are_taken_over_and_disagreements_told() {
    let (_folder, cache) = cached();
    let today = day("2026-11-21");
    let built = build(None, &[wanted("org/m", "main", Some(A)), wanted("a/b", "main", Some(B))], Some(&cache), None, today);
    let sources: Vec<_> = built.lock.entries().map(|entry| (entry.id.as_str(), entry.source, entry.resolved_at)).collect();
    assert_eq!(sources, [("a/b", EntrySource::Manual, None), ("org/m", EntrySource::Cache, None)]);
    // A Hub that denies the commit keeps it out of the lock.
    let denied = build(None, &[wanted("a/b", "main", Some(B))], None, Some(&FakeHub::default()), today);
    assert_eq!((denied.lock.len(), denied.missed.len()), (0, 1));
    // Lock and source differ: the lock stays, and it is said.
    let other = build(Some(&built.lock), &[wanted("a/b", "main", Some(C))], None, None, today);
    assert_eq!(other.disagreements, [Disagreement { wanted: wanted("a/b", "main", Some(C)), locked: commit(B) }]);
    assert_eq!(other.lock.get(&RepoRequest::model("a/b")).unwrap().revision.as_str(), B);
}

#[test]
fn upgrades_wait_until_a_head_is_old_enough() {
    let lock = lock_of([
        entry("org/old", "main", A),
        entry("org/young", "main", A),
        entry("org/unknown", "main", A),
        entry("org/same", "main", A),
        entry("org/gone", "main", A),
        entry("org/fixed", A, A),
        entry("org/branch", "fp16", A),
    ]);
    let hub = FakeHub::default()
        .with("org/old", "main", B, Some("2026-11-14"))
        .with("org/young", "main", B, Some("2026-11-15"))
        .with("org/unknown", "main", B, None)
        .with("org/same", "main", A, Some("2026-11-21"))
        .with("org/branch", "main", C, Some("2020-01-01"))
        .with("org/branch", "fp16", B, Some("2020-01-01"));
    let today = day("2026-11-21");
    let options = UpgradeOptions { only: None, min_age_days: 7 };
    let result = upgrade(&lock, &hub, &options, today);
    let text: Vec<String> = result.changes.iter().map(ToString::to_string).collect();
    assert_eq!(
        text,
        [
            "model org/branch fp16: aaaaaaaaaaaa -> bbbbbbbbbbbb (changed 2020-01-01)",
            "model org/old main: aaaaaaaaaaaa -> bbbbbbbbbbbb (changed 2026-11-14)"
        ]
    );
    let held: Vec<String> = result.held.iter().map(ToString::to_string).collect();
    assert_eq!(
        held,
        [
            "model org/unknown main: bbbbbbbbbbbb is of unknown age: left as it is",
            "model org/young main: bbbbbbbbbbbb is 6 days old: left as it is"
        ]
    );
    assert_eq!(result.failed.len(), 1);
    let moved = result.lock.get(&RepoRequest::model("org/old")).unwrap();
    assert_eq!((moved.revision.as_str(), moved.resolved_at, moved.source), (B, Some(today), EntrySource::Hub));
    assert_eq!(result.lock.get(&RepoRequest::model("org/young")).unwrap().revision.as_str(), A);
    assert_eq!(result.lock.len(), lock.len());
    assert!(!hub.1.lock().unwrap().iter().any(|asked| asked.starts_with("org/fixed")));

    let none = UpgradeOptions { only: Some("org/young".to_owned()), min_age_days: 0 };
    let result = upgrade(&lock, &hub, &none, today);
    assert_eq!((result.changes.len(), result.held.len(), result.unknown_id), (1, 0, false));
    let missing = UpgradeOptions { only: Some("org/typo".to_owned()), min_age_days: 0 };
    assert!(upgrade(&lock, &hub, &missing, today).unknown_id);
}

#[test]
fn files_of_another_commit_are_recorded_anew() {
    let mut hub = FakeHub::default().with("org/name", "main", A, Some("2026-01-01"));
    let lock = lock_of([full_entry()]);
    let today = day("2026-11-21");
    let list = |hash: &str, names: &[&str]| -> BTreeMap<String, FileFacts> {
        let facts = FileFacts { size: Some(7), sha256: Some(hash.to_owned()) };
        names.iter().map(|name| ((*name).to_owned(), facts.clone())).collect()
    };
    let names = ["model.safetensors", "a \"quoted\" name.txt"];
    for (files, refreshed) in [(list(WEIGHTS, &names), 0), (list(&"0".repeat(64), &names), 1), (list(WEIGHTS, &names[..1]), 1)] {
        let key = ("org/name".to_owned(), "main".to_owned());
        hub.0.get_mut(&key).unwrap().files = Some(files.clone());
        let result = upgrade(&lock, &hub, &UpgradeOptions { only: None, min_age_days: 7 }, today);
        assert_eq!((result.refreshed.len(), result.changes.len()), (refreshed, 0));
        if refreshed == 1 {
            assert_eq!(result.lock.entries().next().unwrap().files, Some(files));
        } else {
            assert_eq!(result.lock, lock);
        }
    }
}

#[test]
fn outdated_pins_are_listed_with_their_distance() {
    let mut behind = entry("org/behind", "main", A);
    behind.resolved_at = Some(day("2026-11-01"));
    let lock = lock_of([behind, entry("org/same", "main", B), entry("org/gone", "main", A), entry("org/fixed", A, A)]);
    let hub = FakeHub::default().with("org/behind", "main", B, Some("2026-11-10")).with("org/same", "main", B, None);
    let rows = outdated(&lock, &hub, day("2026-11-21"));
    let summary: Vec<_> =
        rows.iter().map(|row| (row.request.id.as_str(), row.is_outdated(), row.commits_behind, row.age_days)).collect();
    assert_eq!(
        summary,
        [("org/behind", true, Some(3), Some(20)), ("org/gone", false, None, None), ("org/same", false, Some(0), None)]
    );
    assert_eq!(rows[1].head, Err(ResolveError::NotFoundOrPrivate));
}

#[test]
fn verify_finds_a_changed_file() {
    let (folder, cache) = cached();
    let built = build(None, &[wanted("org/m", "main", None)], Some(&cache), None, day("2026-11-21"));
    let mut lock = built.lock;
    lock.insert(entry("not/cached", "main", B));
    let same = verify(&lock, &cache);
    assert!(!same.is_failure());
    assert_eq!(same.count(|state| *state == FileState::Same), 3);
    assert_eq!(same.repos[0].files, Err(ResolveError::NotInCache));

    let snapshot = format!("models--org--m/snapshots/{A}");
    write(folder.path(), &format!("{snapshot}/model.safetensors"), "wEights");
    write(folder.path(), &format!("{snapshot}/config.json"), "{}");
    fs::remove_file(folder.path().join(&snapshot).join("sub/pytorch_model.bin")).unwrap();
    let changed = verify(&lock, &cache);
    assert!(changed.is_failure());
    let states = changed.repos[1].files.as_ref().unwrap();
    assert!(
        matches!(&states[0], (name, FileState::Different { why }) if name == "config.json" && why.starts_with("2 bytes instead"))
    );
    assert!(matches!(&states[1], (_, FileState::Different { why }) if why.starts_with("sha256")));
    assert_eq!(states[2].1, FileState::Absent);

    // A plain folder is compared in the same way.
    let entry = lock.get(&RepoRequest::model("org/m")).unwrap();
    let report = verify_folder(entry, &folder.path().join(&snapshot));
    assert_eq!(report.files, changed.repos[1].files);
    assert!(verify_folder(entry, &folder.path().join("missing")).files.is_err());
}

#[cfg(unix)]
#[test]
fn verify_does_not_follow_links_out_of_a_folder() {
    let folder = TempDir::new().unwrap();
    std::os::unix::fs::symlink("/etc/passwd", folder.path().join("model.safetensors")).unwrap();
    let mut entry = full_entry();
    entry.files.as_mut().unwrap().insert("../x".to_owned(), FileFacts::default());
    let states = verify_folder(&entry, folder.path()).files.unwrap();
    let unreadable = states.iter().filter(|(_, state)| matches!(state, FileState::Unreadable { .. })).count();
    assert_eq!(unreadable, 2, "{states:?}");
}

#[test]
fn code_from_two_repos_is_not_pinned_by_one() {
    let mut hub = FakeHub::default().with("org/m", "main", A, None).with("x/y", "main", B, None);
    let code =
        |repos: &[&str]| RemoteCode { other_repos: repos.iter().map(|id| (*id).to_owned()).collect(), ..RemoteCode::default() };
    for (repos, expected) in [(&["x/y"][..], Some(B)), (&["x/y", "x/z"], None), (&["x/none"], None)] {
        hub.0.get_mut(&("org/m".to_owned(), "main".to_owned())).unwrap().code = Some(code(repos));
        let built = build(None, &[wanted("org/m", "main", None)], None, Some(&hub), day("2026-11-21"));
        let entry = built.lock.entries().next().unwrap();
        assert_eq!(entry.remote_code, Some(true));
        assert_eq!(entry.code.as_ref().map(|code| code.revision.as_str()), expected);
    }
}
