//! `vulnerable-dependency` over small projects: what the manifests admit and what the code reaches, together.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::Path;

use hublint::finding::{Finding, Level};
use hublint::run::{self, Options};

fn project(files: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join(".git")).unwrap();
    for (path, text) in files {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    folder
}

fn check(folder: &Path) -> Vec<Finding> {
    let options = Options { paths: vec![folder.to_path_buf()], report_suppressed: true, ..Options::default() };
    let outcome = run::check(&options).unwrap();
    outcome.report.findings.into_iter().filter(|finding| finding.rule == "vulnerable-dependency").collect()
}

fn found(files: &[(&str, &str)]) -> Vec<Finding> {
    check(project(files).path())
}

const LOAD: (&str, &str) = ("load.py", "import torch\n\nstate = torch.load(\"a.pt\", weights_only=True)\n");

#[test]
fn a_pinned_version_with_a_use_is_a_warning_at_the_manifest() {
    let findings = found(&[("requirements.txt", "numpy\ntorch==2.5.1  # old\n"), LOAD]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = &findings[0];
    assert_eq!(
        (finding.location.path.as_str(), finding.location.start.line, finding.location.start.column),
        ("requirements.txt", 2, 1)
    );
    assert_eq!(finding.level, Level::Warning);
    assert!(finding.message.contains("`torch` 2.5.1 has CVE-2025-32434"), "{}", finding.message);
    assert!(finding.message.contains("torch.load") && finding.message.contains("also CVE-2026-24747"), "{}", finding.message);
    assert!(finding.help.contains("2.10.0") && finding.help.contains("2.6.0"), "{}", finding.help);
    let related = &finding.related[0];
    assert_eq!((related.location.path.as_str(), related.location.start.line), ("load.py", 3));
}

#[test]
fn a_dependency_alone_never_counts() {
    assert!(found(&[("requirements.txt", "torch==2.5.1\n"), ("a.py", "import torch\ntorch.zeros(3)\n")]).is_empty());
    assert!(found(&[("requirements.txt", "torch==2.5.1\n"), ("a.py", "def load(torch):\n    torch.load('x')\n")]).is_empty());
}

#[test]
fn what_is_fixed_or_not_known_is_silent() {
    for manifest in ["torch==2.10.0\n", "torch>=2.10\n", "torch\n", "numpy==1.0\n"] {
        assert!(found(&[("requirements.txt", manifest), LOAD]).is_empty(), "{manifest}");
    }
    assert!(found(&[LOAD]).is_empty());
}

#[test]
fn a_range_that_merely_admits_is_a_note_with_a_raised_floor() {
    let findings = found(&[("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\n  \"torch>=2.0,<3\",\n]\n"), LOAD]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].level, findings[0].location.start.line), (Level::Note, 4));
    let fix = findings[0].fix.as_ref().unwrap();
    assert!(!fix.safe);
    assert_eq!(fix.edits[0].text, ">=2.10.0,<3");
}

#[test]
fn a_range_wholly_affected_is_a_warning() {
    let findings = found(&[("requirements.txt", "torch<2.5\n"), LOAD]);
    assert_eq!((findings.len(), findings[0].level), (1, Level::Warning));
}

#[test]
fn only_the_same_part_of_the_project_counts() {
    let findings = found(&[
        ("a/requirements.txt", "torch==2.5.1\n"),
        ("a/main.py", "import torch\n"),
        ("b/requirements.txt", "torch==2.11.0\n"),
        ("b/main.py", LOAD.1),
    ]);
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn a_lock_decides_and_is_named() {
    let lock = "version = 1\n\n[[package]]\nname = \"torch\"\nversion = \"2.5.1\"\n";
    let findings =
        found(&[("pyproject.toml", "[project]\nname = \"x\"\ndependencies = [\"torch>=2.0\"]\n"), ("uv.lock", lock), LOAD]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    assert_eq!((findings[0].location.path.as_str(), findings[0].level), ("uv.lock", Level::Warning));
    assert!(findings[0].fix.is_none());
}

#[test]
fn tests_are_named_only_when_nothing_else_uses_it() {
    let findings = found(&[("requirements.txt", "torch==2.5.1\n"), ("a/tests/test_a.py", LOAD.1), ("src/b.py", LOAD.1)]);
    assert_eq!(findings[0].related[0].location.path, "src/b.py");
}

#[test]
fn a_hole_that_needs_a_companion_needs_it_named() {
    let code = ("a.py", "from transformers import AutoModel\n\nm = AutoModel.from_pretrained('bert-base-uncased')\n");
    let with = found(&[("requirements.txt", "transformers==4.57.0\nkernels\n"), code]);
    let without = found(&[("requirements.txt", "transformers==4.57.0\n"), code]);
    assert!(with.iter().any(|finding| finding.message.contains("CVE-2026-4372")), "{with:?}");
    assert!(!without.iter().any(|finding| finding.message.contains("CVE-2026-4372")), "{without:?}");
}

#[test]
fn a_comment_beside_the_requirement_silences_it() {
    let folder =
        project(&[("requirements.txt", "torch==2.5.1  # hublint: ignore[vulnerable-dependency] own files only\n"), LOAD]);
    let options = Options { paths: vec![folder.path().to_path_buf()], report_suppressed: true, ..Options::default() };
    let report = run::check(&options).unwrap().report;
    assert!(report.findings.iter().all(|finding| finding.location.path != "requirements.txt"), "{:?}", report.findings);
    assert!(report.suppressed.iter().any(|finding| finding.rule == "vulnerable-dependency"));
}

#[test]
fn an_excluded_manifest_is_not_accused() {
    let findings = found(&[("requirements.txt", "torch==2.5.1\n"), ("hublint.toml", "exclude = [\"requirements.txt\"]\n"), LOAD]);
    assert!(findings.is_empty(), "{findings:?}");
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let many: Vec<(String, &str)> = (0..40).map(|number| (format!("p{number:02}/load.py"), LOAD.1)).collect();
    let mut files: Vec<(&str, &str)> = many.iter().map(|(path, text)| (path.as_str(), *text)).collect();
    files.push(("requirements.txt", "torch==2.5.1\n"));
    let folder = project(&files);
    let one = check(folder.path());
    assert_eq!(one[0].related[0].location.path, "p00/load.py");
    for _ in 0..3 {
        assert_eq!(check(folder.path()), one);
    }
}

fn notebook(cells: &[&str]) -> String {
    let cells: Vec<String> = cells
        .iter()
        .map(|cell| {
            let source = serde_json::to_string(cell).unwrap();
            format!("  {{\"cell_type\": \"code\", \"metadata\": {{}}, \"outputs\": [], \"source\": [\n    {source}\n  ]}}")
        })
        .collect();
    format!("{{\n \"cells\": [\n{}\n ],\n \"metadata\": {{}}, \"nbformat\": 4, \"nbformat_minor\": 5\n}}\n", cells.join(",\n"))
}

#[test]
fn what_a_notebook_installs_counts_for_it() {
    let text = notebook(&["%pip install numpy torch==2.5.1", "import torch\nstate = torch.load(\"a.pt\", weights_only=True)"]);
    let findings = found(&[("requirements.txt", "torch==2.10.0\n"), ("train.ipynb", &text)]);
    assert_eq!(findings.len(), 1, "{findings:?}");
    let finding = &findings[0];
    assert_eq!((finding.location.path.as_str(), finding.location.start.line), ("train.ipynb", 4), "{finding:?}");
    assert!(finding.message.contains("`torch` 2.5.1 has CVE-2025-32434"), "{}", finding.message);
    // A sound version of its own, and a manifest that is not its own.
    let text = text.replace("torch==2.5.1", "torch==2.10.0");
    assert!(found(&[("requirements.txt", "torch==2.5.1\n"), ("train.ipynb", &text)]).is_empty());
    // No version: the manifest speaks.
    let text = text.replace("torch==2.10.0", "torch");
    let findings = found(&[("requirements.txt", "torch==2.5.1\n"), ("train.ipynb", &text)]);
    assert_eq!(findings.iter().map(|finding| finding.location.path.as_str()).collect::<Vec<_>>(), ["requirements.txt"]);
}

#[test]
fn an_install_without_a_use_is_silent() {
    assert!(found(&[("Dockerfile", "FROM python:3.11\nRUN pip install torch==2.5.1\nCMD [\"python\", \"x.py\"]\n")]).is_empty());
    assert!(found(&[("a.ipynb", &notebook(&["!pip install torch==2.5.1", "import torch\ntorch.zeros(3)"]))]).is_empty());
}
