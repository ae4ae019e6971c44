//! A project and a cache in a temporary folder, for the tests that run the program.

#![allow(dead_code, clippy::unwrap_used)] // Each test file uses a part.

use std::fs;
use std::io::Write;
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use serde_json::json;

use crate::fake_hub::FakeHub;

pub const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
pub const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";
pub const C: &str = "cccccccccccccccccccccccccccccccccccccccc";

/// A project and a cache in a temporary folder.
pub struct World {
    pub folder: tempfile::TempDir,
}

impl World {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        fs::create_dir(folder.path().join("project")).unwrap();
        fs::create_dir(folder.path().join("project/.git")).unwrap();
        fs::create_dir(folder.path().join("cache")).unwrap();
        Self { folder }
    }

    /// A world whose cache knows `org/m` and `org/other` (models, datasets) at `main`.
    pub fn usual() -> Self {
        let world = Self::new();
        for kind in ["models", "datasets"] {
            world.cached(kind, "org/m", "main", A, &[("config.json", "{}")]);
            world.cached(kind, "org/other", "main", B, &[("config.json", "{}")]);
        }
        world
    }

    pub fn project(&self) -> PathBuf {
        self.folder.path().join("project")
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.project().join(name)
    }

    pub fn put(&self, name: &str, content: impl AsRef<[u8]>) {
        let path = self.path(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
    }

    pub fn text(&self, name: &str) -> String {
        fs::read_to_string(self.path(name)).unwrap()
    }

    pub fn cached(&self, kind: &str, id: &str, reference: &str, commit: &str, files: &[(&str, &str)]) {
        let repo = self.folder.path().join("cache").join(format!("{kind}--{}", id.replace('/', "--")));
        let path = repo.join("refs").join(reference);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, commit).unwrap();
        let snapshot = repo.join("snapshots").join(commit);
        fs::create_dir_all(&snapshot).unwrap();
        for (name, content) in files {
            fs::write(snapshot.join(name), content).unwrap();
        }
    }

    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_hublint"));
        command.args(arguments).current_dir(self.project()).env_clear().env("HF_HUB_CACHE", self.folder.path().join("cache"));
        command
    }

    pub fn run(&self, arguments: &[&str]) -> (i32, String) {
        told(&self.command(arguments).output().unwrap())
    }

    /// Runs with a text on standard input: exit code, standard output, standard error.
    pub fn piped(&self, arguments: &[&str], input: &str) -> (i32, String, String) {
        let mut command = self.command(arguments);
        let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        (output.status.code().unwrap_or(-1), text(&output.stdout), text(&output.stderr))
    }

    pub fn online(&self, hub: &FakeHub, arguments: &[&str]) -> (i32, String) {
        told(&self.command(arguments).env("HF_ENDPOINT", hub.url()).output().unwrap())
    }

    pub fn lock(&self, entries: &[(&str, &str, &str, &str)]) {
        let repos: Vec<_> = entries
            .iter()
            .map(|(kind, id, reference, commit)| json!({"type": kind, "id": id, "ref": reference, "revision": commit}))
            .collect();
        self.put("hublint.lock", json!({"version": 1, "repos": repos}).to_string());
    }
}

pub fn told(output: &Output) -> (i32, String) {
    let text = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.code().unwrap_or(-1), text)
}

/// What `pin` makes of a text in the usual world, with commits written as `A`, `B`, `C` and days left out.
pub fn pinned_in(world: &World, text: &str) -> String {
    world.put("a.py", text);
    world.run(&["pin", "a.py"]);
    short(&world.text("a.py"))
}

pub fn short(text: &str) -> String {
    let mut text = text.replace(A, "A").replace(B, "B").replace(C, "C");
    while let Some(at) = text.find(" 20") {
        text.replace_range(at..at + 11, "");
    }
    text
}

pub fn pinned(text: &str) -> String {
    pinned_in(&World::usual(), text)
}

pub fn untouched(text: &str) {
    assert_eq!(pinned(text), text);
}
