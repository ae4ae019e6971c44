//! The program as a whole never shows a token: every command, format, file that it writes, mistake and panic is searched for
//! every eight characters in a row of the bodies, and of their encoded forms. Tokens are put together when the test runs.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "secrets/render.rs"]
#[allow(dead_code)]
mod render;

use std::path::Path;
use std::process::{Command, Output, Stdio};

use render::{LETTERS, Random, base64, placeholder};

/// Everything that must not be seen.
struct Secrets {
    /// Eight bytes in a row, and what they are of.
    windows: Vec<(Vec<u8>, &'static str)>,
}

impl Secrets {
    fn forbid(&mut self, text: &str, what: &'static str) {
        self.windows.extend(text.as_bytes().windows(8).map(|window| (window.to_vec(), what)));
    }

    fn assert_hidden(&self, shown: &[u8], place: &str) {
        let there: std::collections::HashSet<&[u8]> = shown.windows(8).collect();
        for (window, what) in &self.windows {
            assert!(
                !there.contains(window.as_slice()),
                "{place} shows eight characters of {what}:\n{}",
                String::from_utf8_lossy(shown)
                    .lines()
                    .filter(|line| line.as_bytes().windows(8).any(|have| have == window))
                    .collect::<Vec<_>>()
                    .join("\n")
            );
        }
    }
}

fn hublint(folder: &Path, arguments: &[&str]) -> Output {
    run(folder, arguments, &[], None)
}

fn run(folder: &Path, arguments: &[&str], environment: &[(&str, &str)], input: Option<&[u8]>) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_hublint"));
    command.current_dir(folder).args(arguments).env_remove("HF_TOKEN").env_remove("HF_ENDPOINT").env("NO_COLOR", "1");
    command.envs(environment.iter().copied());
    command.stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() }).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    if let Some(input) = input {
        use std::io::Write;
        child.stdin.take().unwrap().write_all(input).unwrap();
    }
    child.wait_with_output().unwrap()
}

struct World {
    folder: tempfile::TempDir,
    secrets: Secrets,
    random: Random,
}

impl World {
    fn new(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(".git")).unwrap();
        Self { folder, secrets: Secrets { windows: Vec::new() }, random: Random::new(20, name) }
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// A fresh user token, whose body must never be seen.
    fn token(&mut self) -> String {
        let body = self.random.string(LETTERS, 34);
        self.secrets.forbid(&body, "a token");
        format!("hf_{body}")
    }

    fn write(&self, path: &str, text: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    fn check(&self, output: &Output, place: &str) {
        self.secrets.assert_hidden(&output.stdout, &format!("{place} (stdout)"));
        self.secrets.assert_hidden(&output.stderr, &format!("{place} (stderr)"));
        assert!(!String::from_utf8_lossy(&output.stderr).contains("panicked"), "{place}");
    }
}

/// A project in which tokens stand in every form, beside every kind of finding.
fn project() -> World {
    let mut world = World::new("project");
    let mut t = || world.token();
    let same_line = format!(
        "import torch\nfrom transformers import AutoModel\nfrom datasets import load_dataset\n\
         torch.load(\"m.pt\", weights_only=False); token = \"{}\"\n\
         AutoModel.from_pretrained(\"org/m\", token=\"{}\", trust_remote_code=True)\n\
         AutoModel.from_pretrained(\n    \"org/m\",  # {}\n    use_auth_token=\"{}\",\n    trust_remote_code=True,\n)\n\
         load_dataset(\"csv\", data_files=\"https://user:{}@huggingface.co/datasets/org/d/resolve/main/x.csv?token={}\")\n\
         AutoModel.from_pretrained(\"org/{}\")\nAutoModel.from_pretrained(\"{}\", revision=\"{}\")\n\
         AutoModel.from_pretrained(\"https://huggingface.co/org/m?t={}\")\n\
         print(\"{}\")\n",
        t(),
        t(),
        t(),
        t(),
        t(),
        t(),
        t(),
        t(),
        t(),
        t(),
        t()
    );
    let remote = format!("origin https://user:{}@huggingface.co/org/m\n", t());
    let suppressed = format!(
        "import torch\nfrom transformers import AutoModel\ntorch.load(\"m.pt\", weights_only=False)  # hublint: ignore[unsafe-torch-load] {}\n\
         AutoModel.from_pretrained(\"a/b\")  # hublint: ignore[{}]\nAutoModel.from_pretrained(x + \"{}\")\n",
        t(),
        t(),
        t()
    );
    let first = t();
    let split = format!(
        "import torch, codecs, base64\nA = \"{}\"\nt = \"hf_\" + \"{}\"; torch.load(\"a.pt\", weights_only=False)\nP = 'hf_'\nu = f\"{{P}}{}\"; torch.load(A, weights_only=False)\n\
         v = \"hf_%s\" % \"{}\"\nw = \"{{}}{{}}\".format(\"hf_\", \"{}\")\n",
        &first[..0],
        &first[3..],
        &t()[3..],
        &t()[3..],
        &t()[3..]
    );
    let requirements = format!(
        "--extra-index-url https://user:{}@example.org/simple\ntorch==2.0.0  # {}\ngit+https://{}@github.com/x/y\n",
        t(),
        t(),
        t()
    );
    let docker = format!(
        "FROM python:3.12\nENV HF_TOKEN={}\nARG T={}\nRUN hf download org/m --token {}\nRUN git clone https://u:{}@huggingface.co/org/m\nRUN hf download org/{}\n",
        t(),
        t(),
        t(),
        t(),
        t()
    );
    let workflow = format!(
        "on: push\njobs:\n  a:\n    runs-on: x\n    env:\n      HF_TOKEN: {}\n    steps:\n      - run: hf download org/m --token {}\n      - uses: org/{}@main\n",
        t(),
        t(),
        t()
    );
    let shell = format!("export HF_TOKEN={}\nA=hf_\nhf download org/m --token ${{A}}{}\necho {} | rev\n", t(), &t()[3..], t());
    let cells = serde_json::json!([
        {"cell_type": "code", "execution_count": 1, "metadata": {"papermill": {"t": t()}},
         "outputs": [{"output_type": "stream", "name": "stdout", "text": [format!("\u{1b}[31m{}\n", t())]},
                     {"output_type": "error", "ename": "E", "evalue": t(), "traceback": [format!("\u{1b}[0;31m{}", t())]}],
         "source": ["import torch\n", format!("torch.load('m.pt', weights_only=False); login('{}')\n", t()), format!("!hf download org/m --token {}", t())]},
        {"cell_type": "markdown", "metadata": {}, "source": [format!("my token: {}", t())]},
    ]);
    let notebook = serde_json::to_string_pretty(
        &serde_json::json!({"cells": cells, "metadata": {"widgets": {"v": t()}}, "nbformat": 4, "nbformat_minor": 5}),
    )
    .unwrap();
    let cut = format!("{{\"cells\": [{{\"cell_type\": \"code\", \"source\": [\"x = '{}'\\n\", \"torch.load('{}", t(), &t()[..30]);
    let broken = format!("import torch\ntorch.load('a.pt', weights_only=False\nx = (\"{}\n", t());
    let config = format!("model:\n  path: org/{}\n  revision: main\n  token: {}\n  trust_remote_code: true\n", t(), t());
    let wide: Vec<u8> = format!("\u{feff}HF_TOKEN={}\n", t()).encode_utf16().flat_map(u16::to_le_bytes).collect();
    // Encoded ones: neither the token nor the encoded text.
    let (plain64, hex, turned) = (t(), t(), t());
    let encoded = base64(plain64.as_bytes(), false);
    let digits: String = hex.bytes().map(|byte| format!("{byte:02x}")).collect();
    let reversed: String = turned.chars().rev().collect();
    let encoded_file = format!(
        "import torch, base64\nt = base64.b64decode(\"{encoded}\"); torch.load('a.pt', weights_only=False)\nu = bytes.fromhex(\"{digits}\"); torch.load('b.pt', weights_only=False)\nv = \"{reversed}\"[::-1]; torch.load('c.pt', weights_only=False)\n"
    );
    let kinds = [
        "ORG34",
        "OAUTH",
        "JWT",
        "REFRESH",
        "APP",
        "APPSECRET",
        "STORAGE",
        "OPENAI",
        "ANTHROPIC",
        "GROQ",
        "NVIDIA",
        "DATABRICKS",
    ];
    let mut kinds_file = String::from("import torch\n");
    for kind in kinds {
        let key = placeholder(kind, &mut world.random).unwrap();
        let skip = key.find("eyJ").or_else(|| key.rfind(['_', '-']).filter(|at| *at < 20).map(|at| at + 1)).unwrap_or(16).min(20);
        // Of a signed token, what is its own: the last part.
        let body = if key.contains("eyJ") { key.rsplit('.').next().unwrap() } else { &key[skip..] };
        world.secrets.forbid(body, "a key");
        kinds_file += &format!("torch.load('m.pt', weights_only=False); k = '{key}'\n");
    }
    world.secrets.forbid(&encoded[4..], "base64 of a token");
    world.secrets.forbid(&digits[6..], "hex digits of a token");
    world.secrets.forbid(&reversed[..34], "a token turned round");
    let named = world.token();
    world.write("same.py", same_line);
    world.write("remote.txt", remote);
    world.write("suppressed.py", suppressed);
    world.write("split.py", split);
    world.write("requirements.txt", requirements);
    world.write("Dockerfile", docker);
    world.write(".github/workflows/a.yml", workflow);
    world.write("run.sh", shell);
    world.write("a.ipynb", notebook);
    world.write("cut.ipynb", cut);
    world.write("broken.py", broken);
    world.write("config.yaml", config);
    world.write("wide.env", wide);
    world.write("encoded.py", encoded_file);
    world.write("kinds.py", kinds_file);
    world.write(&format!("{named}.py"), "import torch\ntorch.load('a.pt', weights_only=False)\n");
    world.write(&format!("d/{named}.ipynb"), "{\"cells\": 1");
    world
}

const FORMATS: [&str; 7] = ["text", "concise", "json", "sarif", "github", "gitlab", "markdown"];

#[test]
fn no_format_of_check_shows_a_token() {
    let world = project();
    for format in FORMATS {
        let file = world.path().parent().unwrap().join(format!("hublint-out-{}-{format}", std::process::id()));
        let output = format!("{format}={}", file.display());
        let all = hublint(
            world.path(),
            &[
                "check",
                "--format",
                format,
                "--output",
                &output,
                "--statistics",
                "--report-suppressed",
                "--report-unknown",
                "--include-docs",
                "--color",
                "always",
            ],
        );
        let text = String::from_utf8_lossy(&all.stdout);
        assert!(
            all.status.code() == Some(1)
                && text.contains("leaked-token")
                // GitHub shows ten annotations of a level.
                && (format == "github" || text.contains("leaked-ml-key")),
            "{format}: {all:?}"
        );
        world.check(&all, format);
        world.secrets.assert_hidden(&std::fs::read(&file).unwrap(), &format!("the file of {format}"));
        std::fs::remove_file(&file).unwrap();
    }
    for arguments in [
        &["check", "--quiet"][..],
        &["check", "--diff"],
        &["check", "--diff", "--unsafe-fixes"],
        &["check", "--strict"],
        &["check", "--no-ignore-comments"],
        &["check", "--isolated", "--threads", "1"],
    ] {
        world.check(&hublint(world.path(), arguments), &arguments.join(" "));
    }
}

#[test]
fn no_other_command_shows_a_token() {
    let world = project();
    for format in ["table", "json", "csv", "cyclonedx", "markdown"] {
        let output = hublint(world.path(), &["inventory", "--format", format, "--include-docs"]);
        assert!(!output.stdout.is_empty(), "{format}: {output:?}");
        world.check(&output, &format!("inventory {format}"));
        world.check(
            &hublint(world.path(), &["inventory", "--format", format, "--output", "../inventory.out"]),
            "inventory to a file",
        );
    }
    for arguments in [
        &["pin", "--diff"][..],
        &["pin"],
        &["lock"],
        &["lock", "--check"],
        &["verify"],
        &["outdated"],
        &["rules", "list"],
        &["explain", "leaked-token"],
    ] {
        world.check(&hublint(world.path(), arguments), &arguments.join(" "));
    }
}

#[test]
fn no_written_file_shows_a_token_that_was_not_in_it() {
    let world = project();
    world.check(&hublint(world.path(), &["check", "--write-baseline", "baseline.json"]), "--write-baseline");
    world.secrets.assert_hidden(&std::fs::read(world.path().join("baseline.json")).unwrap(), "the baseline");
    world.check(&hublint(world.path(), &["check", "--baseline", "baseline.json", "--report-suppressed"]), "--baseline");
    world.check(&hublint(world.path(), &["check", "--fix", "--unsafe-fixes"]), "--fix --unsafe-fixes");
    let lock = world.path().join("hublint.lock");
    if lock.exists() {
        world.secrets.assert_hidden(&std::fs::read(lock).unwrap(), "the lock");
    }
}

#[test]
fn no_mistake_shows_a_token() {
    let mut world = World::new("mistakes");
    let token = world.token();
    world.write("a.py", "x = 1\n");
    for arguments in [
        &["check", &token][..],
        &["check", "--select", &token],
        &["check", "--ignore", &token],
        &["check", "--config", &token],
        &["check", "--baseline", &token],
        &["check", "--format", &token],
        &["check", "--output", &format!("json=/{token}/x")],
        &["check", "--files-from", &token],
        &["check", "--exclude", &format!("[{token}")],
        &[&token],
        &["check", &format!("--{token}")],
        &["explain", &token],
        &["explain", "--repo", &format!("org/{token}")],
        &["explain", "--repo", &token],
        &["rules", "check", &token],
        &["inventory", "--diff", &token],
        &["lock", "--upgrade", &token],
        &["pin", "--from", &token],
    ] {
        world.check(&hublint(world.path(), arguments), &arguments.join(" ").replace(&token, "TOKEN"));
    }
    let code = format!("import torch\ntorch.load('a', weights_only=False); t = '{token}'\n");
    world.check(
        &run(world.path(), &["check", "-", "--stdin-filename", &format!("{token}.py")], &[], Some(code.as_bytes())),
        "standard input",
    );
    world.check(&run(world.path(), &["check", "-", "--fix"], &[], Some(b"x = 1\n")), "--fix of standard input");
    for (name, value) in [
        ("HF_ENDPOINT", format!("https://user:{token}@example.invalid:99999")),
        ("HF_ENDPOINT", token.clone()),
        ("HF_TOKEN", format!("{token}\nX: 1")),
    ] {
        for arguments in
            [&["inventory", "--online"][..], &["lock", "--online"], &["pin", "--online"], &["check", "--online", "--fix"]]
        {
            world.check(
                &run(world.path(), arguments, &[(name, &value), ("HF_HUB_OFFLINE", "1")], None),
                &format!("{name} {}", arguments.join(" ")),
            );
        }
    }
}

#[test]
fn no_broken_configuration_shows_a_token() {
    let mut world = World::new("configurations");
    let token = world.token();
    world.write("a.py", "import torch\ntorch.load('a', weights_only=False)\n");
    for (file, text) in [
        ("hublint.toml", format!("token = \"{token}\"\n")),
        ("hublint.toml", format!("{token} = 1\n")),
        ("hublint.toml", format!("select = [\"{token}\"]\n")),
        ("hublint.toml", format!("select = [\"{token}\n")),
        ("hublint.toml", format!("[[allow]]\nrule = \"leaked-token\"\nrepo = \"{token}\"\nreason = \"{token}\"\n")),
        ("hublint.toml", format!("extend-rules = [\"{token}\"]\n")),
        ("hublint.toml", format!("[rules.unsafe-torch-load]\nlevel = \"{token}\"\n")),
        ("hublint.toml", format!("[names]\nextra = [\"{token}\"] {token}\n")),
        ("hublint.lock", format!("{{\"version\": 1, \"{token}\": \n")),
        ("hublint.lock", format!("# {token}\nversion = 1\n[[repo]]\nid = \"{token}\"\n")),
        ("requirements.txt", format!("torch=={token}\n{token}\n-r {token}.txt\n")),
        ("pyproject.toml", format!("[tool.hublint]\n\"{token}\" = 1\n")),
        ("rules/x.toml", format!("id = \"{token}\"\n{token}\n")),
    ] {
        world.write(file, &text);
        for arguments in [
            &["check"][..],
            &["check", "--format", "json"],
            &["check", "--format", "sarif"],
            &["rules", "check", "rules"],
            &["lock", "--check"],
            &["verify"],
            &["inventory"],
        ] {
            world.check(&hublint(world.path(), arguments), &format!("{file} {}", arguments.join(" ")));
        }
        std::fs::remove_file(world.path().join(file)).unwrap();
    }
    // What cannot be read, by its name.
    let folder = world.path().join(format!("{token}.py"));
    std::os::unix::fs::symlink("/nonexistent/x", folder).unwrap();
    world.write(&format!("{token}.ipynb"), b"{\"cells\": [\xff");
    for format in FORMATS {
        world.check(&hublint(world.path(), &["check", "--format", format]), &format!("names in {format}"));
    }
}

/// The text that an editor gets back is its own: nothing in it is masked.
#[test]
fn text_from_standard_input_comes_back_whole() {
    let mut world = World::new("editor");
    let token = world.token();
    let text = format!("t = '{token}'\n");
    let output = run(world.path(), &["check", "-", "--fix", "--stdin-filename", "a.py"], &[], Some(text.as_bytes()));
    assert_eq!(String::from_utf8_lossy(&output.stdout), text);
    world.secrets.assert_hidden(&output.stderr, "what is said beside it");
}

/// The child of the test below.
#[test]
fn panic_with_a_token() {
    if std::env::var_os("HUBLINT_TEST_PANIC").is_some() {
        hublint::secrets::guard_panics();
        let token = World::new("panic").token();
        panic!("cannot read {token} in {}", base64(token.as_bytes(), false));
    }
}

#[test]
fn no_panic_shows_a_token() {
    let mut world = World::new("panic");
    let token = world.token();
    world.secrets.forbid(&base64(token.as_bytes(), false)[4..], "base64 of a token");
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "panic_with_a_token", "--nocapture", "--test-threads", "1"])
        .env("HUBLINT_TEST_PANIC", "1")
        .output()
        .unwrap();
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(
        !output.status.success() && shown.contains("hublint: internal error at") && shown.contains("cannot read hf_"),
        "{output:?}"
    );
    world.secrets.assert_hidden(&output.stderr, "a panic");
}

/// `--fix --unsafe-fixes` on one file: the text afterwards.
fn repaired(path: &str, text: impl AsRef<[u8]>) -> String {
    let world = World::new("fix");
    world.write(path, text);
    let arguments = ["check", "--isolated", "--select", "leaked-token", "--fix", "--exit-zero"];
    hublint(world.path(), &arguments);
    let kept = std::fs::read_to_string(world.path().join(path)).unwrap();
    let output = hublint(world.path(), &[&arguments[..], &["--unsafe-fixes"]].concat());
    let after = std::fs::read_to_string(world.path().join(path)).unwrap();
    assert!(kept != after, "without --unsafe-fixes nothing is done, with it something: {output:?}");
    let again = hublint(world.path(), &["check", "--isolated", "--select", "leaked-token"]);
    assert_eq!(again.status.code(), Some(0), "{after}\n{again:?}");
    after
}

#[test]
fn a_literal_is_replaced_by_the_environment_with_the_import() {
    let token = World::new("literal").token();
    for (before, after) in [
        (
            "from huggingface_hub import login\nlogin(\"TOKEN\")\n",
            "import os\nfrom huggingface_hub import login\nlogin(os.environ[\"HF_TOKEN\"])\n",
        ),
        (
            "import os\nfrom huggingface_hub import login\nlogin(token='TOKEN')\n",
            "import os\nfrom huggingface_hub import login\nlogin(token=os.environ['HF_TOKEN'])\n",
        ),
        (
            "import sys, os\r\nfrom huggingface_hub import login\r\nlogin(token='TOKEN')\r\n",
            "import sys, os\r\nfrom huggingface_hub import login\r\nlogin(token=os.environ['HF_TOKEN'])\r\n",
        ),
        (
            "from huggingface_hub import login\r\nlogin(token=\"TOKEN\", add_to_git_credential=True)\r\n",
            "import os\r\nfrom huggingface_hub import login\r\nlogin(token=os.environ[\"HF_TOKEN\"], add_to_git_credential=True)\r\n",
        ),
        (
            "#!/usr/bin/env python\n\"\"\"Text.\"\"\"\nfrom __future__ import annotations\n\nfrom transformers import AutoModel\n\n\ndef f():\n    import os\n    return AutoModel.from_pretrained(\n        \"a/b\",\n        token=\"TOKEN\",\n    )\n",
            "#!/usr/bin/env python\n\"\"\"Text.\"\"\"\nfrom __future__ import annotations\n\nimport os\nfrom transformers import AutoModel\n\n\ndef f():\n    import os\n    return AutoModel.from_pretrained(\n        \"a/b\",\n        token=os.environ[\"HF_TOKEN\"],\n    )\n",
        ),
    ] {
        assert_eq!(
            repaired("a.py", before.replace("TOKEN\"", &format!("{token}\"")).replace("TOKEN'", &format!("{token}'"))),
            after
        );
    }
    // A literal without the shape of a token.
    let odd = Random::new(3, "odd").string(render::ALPHANUMERIC, 32);
    assert_eq!(
        repaired("b.py", format!("import os\nfrom huggingface_hub import HfApi\napi = HfApi(token=\"{odd}\")\n")),
        "import os\nfrom huggingface_hub import HfApi\napi = HfApi(token=os.environ[\"HF_TOKEN\"])\n"
    );
}

#[test]
fn a_literal_is_replaced_in_a_notebook() {
    let token = World::new("literal").token();
    let cell = |lines: &[&str]| serde_json::json!({"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": lines});
    let notebook = |cells: &[serde_json::Value]| {
        serde_json::to_string_pretty(&serde_json::json!({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
            .unwrap()
            + "\n"
    };
    let login = format!("login(token=\"{token}\")");
    let fixed = "login(token=os.environ[\"HF_TOKEN\"])";
    let import = "from huggingface_hub import login\n";
    for (before, after) in [
        (notebook(&[cell(&[import, &login])]), notebook(&[cell(&["import os\n", import, fixed])])),
        (
            notebook(&[cell(&["import os\n", import]), cell(&[&login])]),
            notebook(&[cell(&["import os\n", import]), cell(&[fixed])]),
        ),
        (
            notebook(&[cell(&["!pip install x\n", import, &login])]),
            notebook(&[cell(&["!pip install x\n", "import os\n", import, fixed])]),
        ),
    ] {
        assert_eq!(repaired("a.ipynb", &before), after);
        assert_eq!(repaired("a.ipynb", before.replace('\n', "\r\n")), after.replace('\n', "\r\n"));
    }
}
