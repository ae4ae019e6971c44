//! The commands and settings in the documentation work: blocks that open with ```` ```sh test ```` run in bash, in a copy
//! of the examples; blocks that open with ```` ```toml test ```` are configurations. `# exit code N` at the end of a line
//! says how that command ends.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PROGRAM: &str = env!("CARGO_BIN_EXE_hublint");

struct Block {
    file: String,
    line: usize,
    info: String,
    text: String,
}

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// All fenced blocks of README, CONTRIBUTING and docs/.
fn blocks() -> Vec<Block> {
    let mut files = vec![root().join("README.md"), root().join("CONTRIBUTING.md")];
    let mut docs: Vec<PathBuf> = fs::read_dir(root().join("docs")).unwrap().map(|entry| entry.unwrap().path()).collect();
    docs.retain(|path| path.extension().is_some_and(|extension| extension == "md"));
    docs.sort();
    files.extend(docs);
    let mut blocks = Vec::new();
    for path in files {
        let text = fs::read_to_string(&path).unwrap();
        let file = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
        let mut open: Option<Block> = None;
        for (index, line) in text.lines().enumerate() {
            match (&mut open, line.strip_prefix("```")) {
                (None, Some(info)) => {
                    open = Some(Block { file: file.clone(), line: index + 1, info: info.trim().to_owned(), text: String::new() });
                }
                (Some(_), Some(_)) => blocks.extend(open.take()),
                (Some(block), None) => {
                    block.text.push_str(line);
                    block.text.push('\n');
                }
                (None, None) => {}
            }
        }
        assert!(open.is_none(), "{file}: a block is not closed");
    }
    blocks
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// A project as the documentation assumes it: the examples, as in a clone.
fn project() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("examples/demo"), &folder.path().join("examples/demo"));
    copy(&root().join("examples/demo-fixed"), &folder.path().join("examples/demo-fixed"));
    fs::write(folder.path().join("hublint.toml"), "exclude = [\"/examples/demo/\"]\n").unwrap();
    folder
}

/// The script of a block: every command with a look at its exit code.
fn script(block: &Block) -> String {
    let mut script = String::from("set -u\n");
    for line in block.text.lines().filter(|line| !line.trim().is_empty() && !line.trim_start().starts_with('#')) {
        let wanted = line.rsplit_once("# exit code ").map_or("0", |(_, code)| code.get(..1).unwrap_or("0"));
        script.push_str(line);
        script.push_str(&format!(
            "\ncode=$?\nif [ $code -ne {wanted} ]; then echo \"exit code $code, not {wanted}\" >&2; exit 99; fi\n"
        ));
    }
    script
}

#[test]
fn commands_in_the_documentation_work() {
    let binaries = Path::new(PROGRAM).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut ran = 0;
    let mut failures = Vec::new();
    for block in blocks().iter().filter(|block| block.info == "sh test") {
        let folder = project();
        let done = Command::new("bash")
            .args(["-c", &script(block)])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("NO_COLOR", "1")
            .output()
            .unwrap();
        ran += 1;
        if !done.status.success() {
            let text = String::from_utf8_lossy(&done.stderr);
            failures.push(format!("{}:{}:\n{}{text}", block.file, block.line, script(block)));
        }
    }
    assert!(failures.is_empty(), "{}", failures.join("\n"));
    assert!(ran >= 5, "only {ran} blocks ran");
}

#[test]
fn settings_in_the_documentation_are_accepted() {
    let mut ran = 0;
    for block in blocks().iter().filter(|block| block.info == "toml test") {
        let folder = project();
        let file = folder.path().join("hublint.toml");
        fs::write(&file, &block.text).unwrap();
        let done = Command::new(PROGRAM)
            .args(["check", "examples/demo-fixed", "--exit-zero", "--config"])
            .arg(&file)
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert!(done.status.success(), "{}:{}:\n{}", block.file, block.line, String::from_utf8_lossy(&done.stderr));
        ran += 1;
    }
    assert!(ran >= 1);
}

#[test]
fn every_block_of_shell_runs_or_says_why_not() {
    // What installs, builds or needs the network; the README's two commands are those of .ci/run.
    const NOT_OFFLINE: &[&str] =
        &["cargo run", "cargo install", "cargo test", "pip install", "git clone", "--online", "maturin", "pre-commit"];
    for block in blocks().iter().filter(|block| matches!(block.info.as_str(), "sh" | "bash" | "shell" | "console")) {
        assert!(
            NOT_OFFLINE.iter().any(|word| block.text.contains(word)),
            "{}:{}: open this block with ```sh test, so that it is run",
            block.file,
            block.line
        );
    }
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut pages =
        vec!["README.md".to_owned(), "CONTRIBUTING.md".to_owned(), "SECURITY.md".to_owned(), "CHANGELOG.md".to_owned()];
    for entry in fs::read_dir(root().join("docs")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name.ends_with(".md") {
            pages.push(format!("docs/{name}"));
        }
    }
    let mut dead = Vec::new();
    for page in &pages {
        let path = root().join(page);
        let text = fs::read_to_string(&path).unwrap();
        for piece in text.split("](").skip(1) {
            let target = piece.split(')').next().unwrap();
            if target.contains("://") || target.contains(' ') || target.is_empty() {
                continue;
            }
            let (file, anchor) = target.split_once('#').unwrap_or((target, ""));
            let there = if file.is_empty() { path.clone() } else { path.parent().unwrap().join(file) };
            if !there.exists() {
                dead.push(format!("{page}: {target}"));
            } else if !anchor.is_empty() && there.extension().is_some_and(|extension| extension == "md") {
                let wanted =
                    fs::read_to_string(&there).unwrap().lines().any(|line| line.starts_with('#') && slug(line) == anchor);
                if !wanted {
                    dead.push(format!("{page}: {target}"));
                }
            }
        }
    }
    assert!(dead.is_empty(), "{dead:#?}");
}

/// The anchor that GitHub gives a title.
fn slug(title: &str) -> String {
    let text = title.trim_start_matches('#').trim().to_lowercase();
    text.chars()
        .filter(|character| character.is_alphanumeric() || matches!(character, ' ' | '-' | '_'))
        .map(|character| if character == ' ' { '-' } else { character })
        .collect()
}
