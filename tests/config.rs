//! The configuration: every key, every mistake with its line, and the schema that editors read.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use hublint::config::{Config, Requirement, Setting, schema};
use hublint::error::{Error, InFile};
use hublint::finding::{Finding, Level};

const WHOLE: &str = r#"
select = ["unpinned-revision", "leaked-token"]
ignore = ["malformed-revision"]
exclude = ["vendor/", "*.min.py", "!vendor/ours.py"]
extend-rules = ["ci/hublint-rules"]

[per-path]
"tests/" = ["unpinned-revision"]
"*.ipynb" = ["*"]

[rules.leaked-token]
level = "note"

[rules.trust-remote-code]
level = "off"

[[allow]]
rule = "unpinned-revision"
repo = ["org/model", "meta-llama/*"]
revision = "main"
path = "src/"
reason = "we own it"

[[allow]]
path = "legacy/"

[policy]
allow = ["our-org/*"]
deny = ["evil/*"]
require = ["pin", "safetensors"]

[names]
extra = ["our-org"]
"#;

fn parse(text: &str) -> Result<Config, Error> {
    Config::parse(Path::new("/project/hublint.toml"), text)
}

fn mistake(text: &str) -> InFile {
    parse(text).unwrap_err().place().unwrap_or_else(|| panic!("no place: {text}")).clone()
}

fn finding(path: &str, rule: &str, repo: &str, revision: &str) -> Finding {
    let source = support::file(path, b"load(x)\n");
    let mut finding = support::finding(&source, rule, Level::Warning, 0, "load");
    finding.repo = Some(repo.to_owned());
    finding.properties.insert("revision".to_owned(), revision.to_owned());
    finding
}

#[test]
fn every_key_is_read() {
    let config = parse(WHOLE).unwrap();
    assert!(config.runs("unpinned-revision") && config.runs("leaked-token"));
    assert!(!config.runs("unsafe-torch-load") && !config.runs("malformed-revision") && !config.runs("trust-remote-code"));
    assert_eq!(config.level("leaked-token"), Some(Level::Note));
    assert_eq!(config.rules["trust-remote-code"], Setting::Off);
    assert_eq!(config.extend_rules, [Path::new("/project/ci/hublint-rules")]);
    assert_eq!(config.extra_names, ["our-org"]);
    assert!(config.is_ignored_on("unpinned-revision", "tests/a/b.py"));
    assert!(!config.is_ignored_on("leaked-token", "tests/a/b.py"));
    assert!(config.is_ignored_on("leaked-token", "deep/nb.ipynb"));
    assert_eq!(config.policy.deny.matching("Evil/Model"), Some("evil/*"));
    assert_eq!(config.policy.deny.matching("evil/model/sub"), None);
    assert_eq!(config.policy.require, BTreeSet::from([Requirement::Pin, Requirement::Safetensors]));
    assert!(parse("").unwrap().runs("anything"));
}

#[test]
fn every_condition_of_an_allow_must_hold() {
    let config = parse(WHOLE).unwrap();
    let allowed = |path: &str, rule: &str, repo: &str, revision: &str| config.allowed(&finding(path, rule, repo, revision), path);
    assert_eq!(allowed("src/a.py", "unpinned-revision", "org/model", "main"), Some(0));
    assert_eq!(allowed("src/a.py", "unpinned-revision", "meta-llama/x", "main"), Some(0));
    assert_eq!(allowed("src/a.py", "unpinned-revision", "org/other", "main"), None);
    assert_eq!(allowed("src/a.py", "unpinned-revision", "org/model", "dev"), None);
    assert_eq!(allowed("lib/a.py", "unpinned-revision", "org/model", "main"), None);
    assert_eq!(allowed("src/a.py", "leaked-token", "org/model", "main"), None);
    assert_eq!(allowed("legacy/a.py", "leaked-token", "any/thing", "x"), Some(1));
}

#[test]
fn unused_allows_are_notes_at_their_line() {
    let config = parse(WHOLE).unwrap();
    let notes = config.unused_allows(&BTreeSet::from([1]), Path::new("/project"));
    assert_eq!(notes.len(), 1);
    assert_eq!(notes[0].rule, "unused-ignore");
    assert_eq!(notes[0].level, Level::Note);
    assert_eq!((notes[0].location.path.as_str(), notes[0].location.start.line), ("hublint.toml", 17));
}

#[test]
fn mistakes_show_their_line_and_the_legal_words() {
    let cases: &[(&str, u32, &str, &str)] = &[
        ("selct = []", 1, "unknown field `selct`", "`select`"),
        ("\n[rules.a]\nlevel = \"eror\"", 3, "unknown variant `eror`", "`error`"),
        ("[rules.a]\nlevels = \"error\"", 2, "unknown field `levels`", "`level`"),
        ("[[allow]]\nreason = \"x\"", 1, "accept every finding", "`rule`"),
        ("[[allow]]\nrule = \"a\"\nrepos = \"b\"", 3, "unknown field `repos`", "`repo`"),
        ("[[allow]]\nrule = 3", 2, "expected text", ""),
        ("\nexclude = [\"ok\", \"a[\"]", 2, "bad pattern", ".gitignore"),
        ("exclude = [\"# all\"]", 1, "excludes nothing", ".gitignore"),
        ("[per-path]\n\"!a\" = [\"x\"]", 2, "begins with `!`", "paths"),
        ("[[allow]]\nrepo = \"a[\"", 2, "bad pattern", "meta-llama"),
        ("[policy]\nrequire = [\"pins\"]", 2, "unknown variant `pins`", "`pin`"),
        ("[policy]\nforbid = []", 2, "unknown field `forbid`", "`deny`"),
        ("select = \"a\"", 1, "invalid type", ""),
        ("select = [\"a\"", 1, "", ""),
        ("a = 1\na = 2", 2, "duplicate key", ""),
    ];
    for (text, line, message, help) in cases {
        let error = mistake(text);
        assert_eq!(error.line, *line, "{text}: {error}");
        assert!(error.message.contains(message), "{text}: {error}");
        assert!(error.help.contains(help), "{text}: {}", error.help);
    }
}

#[test]
fn unknown_rules_are_found_with_the_nearest_one() {
    let known = ["leaked-token", "unpinned-revision"];
    for text in [
        "ignore = [\"leaked-tokn\"]",
        "select = [\"leaked-tokn\"]",
        "[per-path]\n\"a\" = [\"leaked-tokn\"]",
        "[rules.leaked-tokn]\nlevel = \"off\"",
        "[[allow]]\nrule = \"leaked-tokn\"",
        "[[allow]]\nrule = [\"unpinned-revision\", \"leaked-tokn\"]",
    ] {
        let error = parse(text).unwrap().check_ids(known).unwrap_err();
        let place = error.place().unwrap();
        assert!(place.line_text.contains("leaked-tokn"), "{text}: {place}");
        assert!(place.help.contains("`leaked-token`"), "{text}");
    }
    assert!(parse("[per-path]\n\"a\" = [\"*\", \"leaked-token\"]").unwrap().check_ids(known).is_ok());
}

#[test]
fn hostile_files_are_errors() {
    for text in [format!("a = {}", "[".repeat(100_000)), "a.".repeat(50_000), "\u{0}".to_owned(), "=".repeat(10)] {
        assert!(parse(&text).is_err());
    }
}

#[test]
fn the_nearest_file_upward_counts() {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path();
    let deep = root.join("a/b/c");
    fs::create_dir_all(&deep).unwrap();
    let ignore = |folder: &Path| Config::find(folder).unwrap().ignore;
    fs::write(root.join("pyproject.toml"), "[tool.black]\nline-length = 3 # hublint\n").unwrap();
    assert!(ignore(&deep).is_empty());
    fs::write(root.join("pyproject.toml"), "[project]\nname = 'x'\n[tool.hublint]\nignore = ['p']\n").unwrap();
    assert_eq!(ignore(&deep), ["p"]);
    fs::write(root.join("a/.hublint.toml"), "ignore = ['dot']").unwrap();
    assert_eq!(ignore(&deep), ["dot"]);
    fs::write(root.join("a/hublint.toml"), "\u{feff}ignore = ['plain']").unwrap();
    assert_eq!(ignore(&deep), ["plain"]);
    fs::write(deep.join("pyproject.toml"), "broken [ hublint").unwrap();
    assert_eq!(ignore(&deep), ["plain"]);
    // Not beyond the repository: a file in a shared folder above must not steer it.
    fs::create_dir(root.join("a/b/.git")).unwrap();
    assert!(ignore(&deep).is_empty());
    fs::write(deep.join("pyproject.toml"), "[tool.hublint]\nx = 1\n").unwrap();
    let error = Config::find(&deep).unwrap_err();
    assert_eq!(error.place().unwrap().line, 2);
    fs::write(deep.join("pyproject.toml"), "[tool.x]\n").unwrap();
    assert!(Config::read(&deep.join("pyproject.toml")).is_err());
}

/// `HUBLINT_WRITE_SCHEMAS=1` writes the file anew.
#[test]
fn the_schema_file_is_fresh_and_names_every_key() {
    let text = format!("{}\n", serde_json::to_string_pretty(&schema()).unwrap());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas/hublint.schema.json");
    if std::env::var_os("HUBLINT_WRITE_SCHEMAS").is_some() {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, &text).unwrap();
    }
    assert_eq!(fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n"), text, "run with HUBLINT_WRITE_SCHEMAS=1");
    let keys_of = |text: &str, pointer: &str| {
        let help = mistake(text).help;
        let schema = schema();
        for key in schema.pointer(pointer).unwrap().as_object().unwrap().keys() {
            assert!(help.contains(&format!("`{key}`")), "{key} is not read: {help}");
        }
        let legal = help.matches('`').count() / 2;
        assert_eq!(legal, schema.pointer(pointer).unwrap().as_object().unwrap().len(), "{help}");
    };
    keys_of("zzz = 1", "/properties");
    keys_of("[[allow]]\nzzz = 1", "/properties/allow/items/properties");
    keys_of("[policy]\nzzz = 1", "/properties/policy/properties");
    keys_of("[names]\nzzz = 1", "/properties/names/properties");
    keys_of("[rules.a]\nzzz = 1", "/properties/rules/additionalProperties/properties");
}
