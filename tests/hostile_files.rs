//! The program in a hostile folder: special files where it expects plain ones, names that steer a terminal, a full disk, a
//! changed file, a killed process. Whatever happens, the other files are checked, and every file is old or new.
//!
//! `HUBLINT_HOSTILE_FULL=1` uses the sizes of docs/threat-model.md and many more moments to be killed at; it wants a release build.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = env!("CARGO_BIN_EXE_hublint");
const FORMATS: [&str; 7] = ["text", "concise", "json", "sarif", "github", "gitlab", "markdown"];
/// One finding that an unsafe repair mends, and imports that are looked for in the project.
const CODE: &str = "import torch\nfrom helpers import x\nfrom sub.mod import y\ntorch.load('f', weights_only=False)\n";

fn full() -> bool {
    std::env::var("HUBLINT_HOSTILE_FULL").is_ok_and(|value| value == "1")
}

struct Project(tempfile::TempDir);

impl Project {
    fn new() -> Self {
        let project = Self(tempfile::tempdir().unwrap());
        fs::create_dir_all(project.path(".git/info")).unwrap();
        project.put("a.py", CODE);
        project
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join("project").join(name)
    }

    fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    fn pipe(&self, name: &str) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }

    fn link(&self, name: &str, target: impl AsRef<Path>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        symlink(target, path).unwrap();
    }

    fn command(&self, arguments: &[&str]) -> Command {
        limited(&self.path(""), "ulimit -v 3000000", arguments)
    }

    /// Runs and holds to a time that only an endless file exceeds.
    fn run(&self, arguments: &[&str]) -> Output {
        in_time(self.command(arguments), Duration::from_secs(60), &format!("{arguments:?}"))
    }
}

/// The program in a folder, under limits of the shell.
fn limited(folder: &Path, limits: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("bash");
    command.args(["-c", &format!("{limits}; exec \"$0\" \"$@\""), PROGRAM]).args(arguments).current_dir(folder);
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).env_remove("HUBLINT_CONFIG");
    command
}

fn in_time(mut command: Command, limit: Duration, what: &str) -> Output {
    let mut child = command.spawn().unwrap();
    // Read while it runs, or a full pipe would look like a hang.
    let (mut out, mut err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
    let readers = [
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut out, &mut bytes).unwrap();
            bytes
        }),
        std::thread::spawn(move || {
            let mut bytes = Vec::new();
            std::io::Read::read_to_end(&mut err, &mut bytes).unwrap();
            bytes
        }),
    ];
    let began = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if began.elapsed() > limit {
            child.kill().unwrap();
            child.wait().unwrap();
            panic!("{what}: not done after {limit:?}");
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    let [stdout, stderr] = readers.map(|reader| reader.join().unwrap());
    Output { status, stdout, stderr }
}

fn told(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[test]
fn pipes_and_devices_in_every_special_place_neither_hang_nor_hide() {
    let names = [
        "hublint.toml",
        ".hublint.toml",
        "pyproject.toml",
        "hublint.lock",
        "kernels.lock",
        ".gitignore",
        ".ignore",
        "sub/.gitignore",
        "sub/deep/.ignore",
        ".git/info/exclude",
        "requirements.txt",
        "requirements/base.txt",
        "setup.py",
        "setup.cfg",
        "uv.lock",
        "environment.yml",
        "helpers.py",
        "sub/mod.py",
        "sub/__init__.py",
        "n.ipynb",
        "Dockerfile",
    ];
    for name in names {
        for device in [true, false] {
            let project = Project::new();
            project.put("sub/deep/b.py", CODE);
            if device {
                project.link(name, "/dev/zero")
            } else {
                project.pipe(name)
            }
            for arguments in [&["check", ".", "--format", "concise"][..], &["check", "sub", "--format", "concise"]] {
                let output = project.run(arguments);
                let text = told(&output);
                assert_eq!(output.status.code(), Some(1), "{name}, device {device}: {text}");
                assert!(text.contains("sub/deep/b.py:4:"), "{name}, device {device}: {text}");
            }
        }
    }
}

#[test]
fn a_folder_of_rules_with_special_files_is_an_error() {
    for device in [true, false] {
        let project = Project::new();
        project.put("hublint.toml", "extend-rules = [\"ci\"]\n");
        if device {
            project.link("ci/mine.toml", "/dev/zero")
        } else {
            project.pipe("ci/mine.toml")
        }
        let output = project.run(&["check", "."]);
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains("not a plain file"), "{}", told(&output));
    }
}

#[test]
fn an_ignore_file_that_is_not_read_is_told_and_hides_nothing() {
    let project = Project::new();
    project.put("sub/b.py", CODE);
    project.put("sub/.gitignore", format!("b.py\n{}", "*.x\n".repeat(100_000)));
    project.put("build/c.py", CODE);
    project.put(".gitignore", "build/\n");
    let text = told(&project.run(&["check", ".", "--format", "concise"]));
    assert!(text.contains("sub/b.py:4:") && text.contains("a.py:4:"), "{text}");
    assert!(text.contains("sub/.gitignore: not checked: is a link"), "{text}");
    assert!(!text.contains("build/c.py"), "the other ignore files still hold: {text}");
}

#[test]
fn links_leave_nothing_of_other_peoples_files_in_an_error() {
    let elsewhere = tempfile::tempdir().unwrap();
    let private = elsewhere.path().join("private");
    fs::write(&private, "[section]\npassword = hunter22\n").unwrap();
    for name in ["hublint.toml", ".hublint.toml", ".gitignore", "hublint.lock", "kernels.lock", "requirements.txt", "helpers.py"]
    {
        let project = Project::new();
        project.link(name, &private);
        let text = told(&project.run(&["check", "."]));
        assert!(!text.contains("hunter22") && text.contains("a.py"), "{name}: {text}");
    }
    // A link that stays in the project is a configuration like any other.
    let project = Project::new();
    project.put("ci/lint.toml", "ignore = [\"unsafe-torch-load\"]\n");
    project.link("hublint.toml", "ci/lint.toml");
    let output = project.run(&["check", "."]);
    assert_eq!(output.status.code(), Some(0), "{}", told(&output));
}

#[test]
fn a_token_in_a_configuration_or_an_argument_is_not_in_the_error() {
    let mut state = 7_u64;
    let body: String = (0..34)
        .map(|_| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            char::from(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"[usize::try_from(state >> 33).unwrap() % 52])
        })
        .collect();
    let token = format!("hf{}{body}", '_');
    let project = Project::new();
    project.put("bad.toml", format!("select = [\"x\"]\ntoken = \"{token}\"\n"));
    project.put("b.json", format!("{{\"version\":1,\"findings\":[{{\"{token}\":1}}]}}"));
    project.put("rules/mine.toml", format!("library = \"mine\"\n{token} = 1\n"));
    let runs: [&[&str]; 7] = [
        &["check", ".", "--config", "bad.toml"],
        &["check", ".", "--baseline", "b.json"],
        &["check", ".", "--select", &token],
        &["check", ".", "--config", &token],
        &["rules", "check", "rules"],
        &["explain", &token],
        &["inventory", ".", "--config", "bad.toml"],
    ];
    for arguments in runs {
        let output = project.run(arguments);
        let text = told(&output);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}: {text}");
        for piece in body.as_bytes().windows(8) {
            assert!(!text.contains(std::str::from_utf8(piece).unwrap()), "{}: {}", arguments[0], text.replace(&body, "BODY"));
        }
    }
}

/// Names that steer a terminal, a log or a page; each is a folder with a file that has findings, problems and a repair.
#[test]
fn names_never_steer_a_terminal_a_log_or_a_page() {
    let names = [
        "\u{1b}[31mred\u{1b}]0;title\u{7}",
        "new\nline",
        "::error file=a::pwned",
        "x\n::add-mask::pwned",
        "##vso[task.x]y",
        "##[error]z",
        "a\u{202e}yp.exe",
        "\u{feff}\u{200b}\u{e0041}",
        "<script>alert(1)</script>",
        "[c](javascript:x)",
        "|a|b|`",
        "-rf",
        "--config=x",
        "%0A::error::",
        "\r::warning::",
        "a&b;c'd\"e",
        "\u{85}\u{9b}31m",
    ];
    for name in names {
        let project = Project::new();
        let Ok(()) = fs::create_dir(project.path(name)) else { continue };
        project.put(&format!("{name}/a.py"), format!("{CODE}x = (\n"));
        project.put(&format!("{name}/n.ipynb"), "{");
        project.put(&format!("{name}/b.py"), "# hublint: ignore[nothing] \u{1b}[31m\n");
        project.pipe(&format!("{name}/pipe.py"));
        let mut runs: Vec<Vec<&str>> = FORMATS.iter().map(|format| vec!["check", ".", "--format", format]).collect();
        runs.push(vec!["check", ".", "--diff", "--unsafe-fixes"]);
        runs.push(vec!["check", ".", "--report-suppressed", "--statistics"]);
        for format in ["table", "json", "csv", "cyclonedx", "markdown"] {
            runs.push(vec!["inventory", ".", "--format", format]);
        }
        for arguments in runs {
            let output = project.run(&arguments);
            assert_ne!(output.status.code(), None, "{name:?} {arguments:?}");
            let is_github = arguments.contains(&"github");
            // A patch names files as they are, or it would not fit them; git quotes such names, and so do we.
            for (stream, text) in [("output", &output.stdout), ("errors", &output.stderr)] {
                // RFC 4180 ends the lines of CSV with both.
                let text = String::from_utf8_lossy(text);
                let text = if arguments.contains(&"csv") { text.replace("\r\n", "\n") } else { text.into_owned() };
                harmless(&text, is_github, &format!("{name:?} {arguments:?} {stream}"));
            }
        }
        // Fixing changes the file and nothing else.
        let output = project.run(&["check", ".", "--fix", "--unsafe-fixes"]);
        harmless(&told(&output), false, name);
        let now = fs::read_to_string(project.path(&format!("{name}/a.py"))).unwrap();
        assert_eq!(now, format!("{CODE}x = (\n").replace("=False", "=True"), "{name:?}");
    }
}

fn harmless(text: &str, is_github: bool, what: &str) {
    for character in text.chars() {
        let hidden = matches!(character, '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}');
        let line_end = matches!(character, '\n' | '\t');
        assert!(!hidden && (line_end || !character.is_control()), "{what}: {character:?} in {text}");
    }
    for line in text.lines().map(str::trim_start) {
        assert!(!line.starts_with("::") || (is_github && line.contains(" title=hublint")), "{what}: {line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{what}: {line}");
    }
}

#[test]
fn a_full_disk_while_fixing_leaves_every_file_whole() {
    let project = Project::new();
    let filler = "# A comment that makes the file longer than the limit.\n".repeat(500);
    let large = format!("{CODE}{filler}");
    for index in 0..5 {
        project.put(&format!("large{index}.py"), &large);
        project.put(&format!("small{index}.py"), CODE);
    }
    // Without the signal a write over the limit fails as on a full disk.
    let command = limited(&project.path(""), "trap '' XFSZ; ulimit -f 16", &["check", ".", "--fix", "--unsafe-fixes"]);
    let output = in_time(command, Duration::from_secs(60), "a full disk");
    let text = told(&output);
    assert!(matches!(output.status.code(), Some(1 | 2)), "{text}");
    for index in 0..5 {
        assert_eq!(fs::read_to_string(project.path(&format!("large{index}.py"))).unwrap(), large);
        let small = fs::read_to_string(project.path(&format!("small{index}.py"))).unwrap();
        assert_eq!(small, CODE.replace("=False", "=True"));
        assert!(text.contains(&format!("large{index}.py: not checked: cannot write")), "{text}");
    }
    nothing_else(&project, 0);
}

/// No file but those that were put there; `left` temporary files of a killed run may be, which say whose they are.
fn nothing_else(project: &Project, left: usize) {
    let mut strays = 0;
    for entry in fs::read_dir(project.path("")).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        if name.starts_with(".hublint-") {
            strays += 1;
        } else {
            assert!(name == ".git" || name.ends_with(".py"), "{name}");
        }
    }
    assert!(strays <= left, "{strays} temporary files");
}

#[test]
fn a_run_that_is_killed_at_any_moment_leaves_files_old_or_new() {
    const FILES: usize = 60;
    let filler = "# A comment that makes the file longer than one block of the disk.\n".repeat(200);
    let old = format!("{CODE}{filler}");
    let new = old.replace("=False", "=True");
    let fill = || {
        let project = Project::new();
        project.put("a.py", "");
        for index in 0..FILES {
            project.put(&format!("f{index}.py"), &old);
        }
        project
    };
    let arguments = ["check", ".", "--fix", "--unsafe-fixes", "--quiet"];
    let began = Instant::now();
    let project = fill();
    project.run(&arguments);
    let whole = began.elapsed();
    assert_eq!(fs::read_to_string(project.path("f0.py")).unwrap(), new);
    let moments = if full() { 100 } else { 8 };
    let mut between = 0;
    for moment in 0..moments {
        let project = fill();
        let mut child = project.command(&arguments).spawn().unwrap();
        std::thread::sleep(whole * moment / moments);
        child.kill().unwrap();
        child.wait().unwrap();
        let mut changed = 0;
        for index in 0..FILES {
            let now = fs::read_to_string(project.path(&format!("f{index}.py"))).unwrap();
            assert!(now == old || now == new, "f{index}.py is neither old nor new");
            changed += usize::from(now == new);
        }
        between += usize::from(changed > 0 && changed < FILES);
        nothing_else(&project, 1);
    }
    if full() {
        assert!(between > 0, "no run was killed while it was fixing");
    }
}

#[test]
fn a_file_that_changes_while_it_is_fixed_keeps_the_change() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a.py");
    fs::write(&path, "new words of somebody\n").unwrap();
    let error = hublint::fix::replace_file(folder.path(), &path, b"what was checked\n", b"repaired\n").unwrap_err();
    assert!(error.to_string().contains("changed while"), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "new words of somebody\n");
    // Gone, or no file any more.
    fs::remove_file(&path).unwrap();
    assert!(hublint::fix::replace_file(folder.path(), &path, b"", b"x").is_err());
    assert!(!path.exists());
    fs::create_dir(&path).unwrap();
    assert!(hublint::fix::replace_file(folder.path(), &path, b"", b"x").is_err());
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "no temporary file stays");
}

/// Files come, go, grow and turn into folders all the while: the run ends, and says the same of the file that stays.
#[test]
fn files_that_change_and_vanish_while_they_are_read_do_no_harm() {
    let project = Project::new();
    let stop = std::sync::atomic::AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            let mut round = 0_usize;
            while !stop.load(std::sync::atomic::Ordering::Relaxed) {
                round += 1;
                let path = project.path(&format!("busy{}.py", round % 40));
                let _ = match round % 5 {
                    0 => fs::remove_file(&path).or_else(|_| fs::remove_dir(&path)),
                    1 => fs::write(&path, CODE.repeat(1 + round % 50)),
                    2 => fs::create_dir(&path),
                    3 => symlink("a.py", &path),
                    _ => fs::write(&path, &CODE[..round % CODE.len()]),
                };
            }
        });
        for _ in 0..if full() { 200 } else { 10 } {
            let output = project.run(&["check", ".", "--format", "concise"]);
            assert_eq!(output.status.code(), Some(1), "{}", told(&output));
            assert!(told(&output).contains("a.py:4:"), "{}", told(&output));
        }
        stop.store(true, std::sync::atomic::Ordering::Relaxed);
    });
}

/// All the nasty inputs at once: at most 1.5 GB and 60 s, and the findings in the other files are still there.
#[test]
fn everything_nasty_together_stays_within_bounds() {
    if !full() {
        return;
    }
    let project = Project::new();
    let head = "import torch\nfrom transformers import AutoModel\n";
    for (name, text) in [
        ("brackets.py", format!("{head}x = {}torch.load('f')", "[".repeat(100_000))),
        ("calls.py", format!("{head}x = {}'f'{}", "torch.load(".repeat(10_000), ")".repeat(10_000))),
        ("line.py", format!("{head}x = '{}'\ntorch.load('f')\n", "a".repeat(20_000_000))),
        ("list.py", format!("{head}x = [{}]\ntorch.load('f')\n", "1, ".repeat(7_000_000))),
        ("open.py", format!("{head}x = \"\"\"torch.load('f') {}", "a ".repeat(1_000_000))),
        ("many.py", format!("{head}{}", "torch.load('f');".repeat(20_000))),
        ("returns.py", format!("{head}{}", "torch.load('f')\r".repeat(20_000))),
        ("deep.ipynb", format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000))),
        (
            "image.ipynb",
            format!(
                "{{\"cells\":[{{\"cell_type\":\"code\",\"source\":\"import torch\\ntorch.load('f')\",\"outputs\":[{{\"data\":{{\"image/png\":\"{}\"}}}}]}}]}}",
                "iVBORw0KGgo".repeat(100_000_000 / 11)
            ),
        ),
        ("deep.json", format!("{}\"hf://o/m/f\"", "[".repeat(1_000_000))),
        ("deep.yaml", format!("url: hf://o/m\nx: {}", "{".repeat(1_000_000))),
        ("long.yaml", format!("model: hf://org/m/{}\n", "a".repeat(20_000_000))),
        ("deep.sh", format!("hf download o/m {}", "$(".repeat(100_000))),
        ("Dockerfile", format!("FROM x\nRUN hf download o/m {}\n", "\\\n ".repeat(1_000_000))),
        ("zeros.py", "\0".repeat(10_000_000)),
        ("tokens.txt", "hf_ ".repeat(5_000_000)),
    ] {
        project.put(name, text);
    }
    project.put("latin.py", [head.as_bytes(), b"# \xe9\xff\xfe\ntorch.load('f')\n"].concat());
    let began = Instant::now();
    let command = limited(&project.path(""), "ulimit -v 1500000", &["check", ".", "--format", "json", "--exit-zero"]);
    let output = in_time(command, Duration::from_secs(60), "everything");
    let took = began.elapsed();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    let found = |name: &str| report["findings"].as_array().unwrap().iter().any(|finding| finding["path"] == name);
    for name in ["a.py", "line.py", "list.py", "many.py", "image.ipynb", "latin.py"] {
        assert!(found(name), "{name}");
    }
    assert!(took < Duration::from_secs(60), "{took:?}");
}
