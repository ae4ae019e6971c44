//! Which files are found, under which names, and what is refused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use hublint::discover::{Discovery, Input, canonical, listed_paths, looks_binary, project_root, read, walk};
use hublint::error::Error;
use hublint::finding::Problem;

struct Project {
    folder: tempfile::TempDir,
}

impl Project {
    /// A repository with the files.
    fn new(files: &[&str]) -> Self {
        let project = Self { folder: tempfile::tempdir().unwrap() };
        fs::create_dir(project.path(".git")).unwrap();
        for file in files {
            project.write(file, "x\n");
        }
        project
    }

    fn path(&self, path: &str) -> PathBuf {
        canonical(self.folder.path()).join(path)
    }

    fn write(&self, path: &str, text: &str) {
        let path = self.path(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn discovery(&self, paths: &[PathBuf]) -> Discovery {
        Discovery {
            root: project_root(paths, None, self.folder.path()),
            paths: paths.to_vec(),
            threads: 3,
            ..Discovery::default()
        }
    }

    fn found(&self, paths: &[&str]) -> Vec<String> {
        let paths: Vec<PathBuf> = paths.iter().map(|path| self.path(path)).collect();
        names(&self.discovery(&paths))
    }
}

fn inputs(discovery: &Discovery) -> (Vec<Input>, Vec<Problem>) {
    let found = Mutex::new(Vec::new());
    let problems = walk(discovery, &|path| !path.ends_with(".bin"), &|input| found.lock().unwrap().push(input)).unwrap();
    let mut found = found.into_inner().unwrap();
    found.sort();
    (found, problems)
}

fn names(discovery: &Discovery) -> Vec<String> {
    inputs(discovery).0.into_iter().map(|input| input.path).collect()
}

#[test]
fn hidden_files_yes_ignored_and_foreign_ones_no() {
    let project = Project::new(&[
        "a.py",
        ".hidden/b.py",
        ".env",
        "build/c.py",
        "x.bin",
        ".git/hooks/d.py",
        "node_modules/e.py",
        "sub/.venv/f.py",
        "env/pyvenv.cfg",
        "env/lib/g.py",
        "sub/site-packages/h.py",
    ]);
    project.write(".gitignore", "build/\n");
    assert_eq!(project.found(&["."]), [".env", ".gitignore", ".hidden/b.py", "a.py"]);
}

#[test]
fn named_paths_are_wanted_even_when_ignored() {
    let project = Project::new(&["a.py", "build/c.py", "build/deep/d.py", "x.bin", "node_modules/e.py"]);
    project.write(".gitignore", "build/\n");
    assert_eq!(project.found(&["build/c.py", "x.bin"]), ["build/c.py", "x.bin"]);
    assert_eq!(project.found(&["build"]), ["build/c.py", "build/deep/d.py"]);
    assert_eq!(project.found(&[".", "build"]), [".gitignore", "a.py", "build/c.py", "build/deep/d.py"]);
    assert_eq!(project.found(&["node_modules"]), ["node_modules/e.py"]);
    assert_eq!(project.found(&[".", "a.py", "./a.py"]), [".gitignore", "a.py"]);
}

#[test]
fn excludes_hold_for_named_files_only_when_forced() {
    let project = Project::new(&["a.py", "vendor/b.py", "c.min.py", "sub/vendor/d.py", "node_modules/e.py"]);
    let paths: Vec<PathBuf> =
        ["vendor/b.py", "c.min.py", "a.py", "node_modules/e.py"].iter().map(|path| project.path(path)).collect();
    let mut discovery = project.discovery(&paths);
    discovery.exclude = vec!["/vendor/".to_owned(), "*.min.py".to_owned()];
    assert_eq!(names(&discovery), ["a.py", "c.min.py", "node_modules/e.py", "vendor/b.py"]);
    discovery.force_exclude = true;
    assert_eq!(names(&discovery), ["a.py"]);
    discovery.paths = vec![project.path(".")];
    assert_eq!(names(&discovery), ["a.py", "sub/vendor/d.py"]);
    discovery.exclude_base = "sub".to_owned();
    assert_eq!(names(&discovery), ["a.py", "c.min.py", "vendor/b.py"]);
    discovery.exclude = vec!["a[".to_owned()];
    assert!(matches!(walk(&discovery, &|_| true, &|_| {}), Err(Error::Usage { .. })));
}

#[test]
fn paths_do_not_depend_on_where_or_how_the_tool_is_started() {
    let project = Project::new(&["sub/a b.py", "sub/é.py", "c.py"]);
    let root = project.path("");
    let from_root = names(&Discovery { root: root.clone(), paths: vec![root.clone()], ..Discovery::default() });
    assert_eq!(from_root, ["c.py", "sub/a b.py", "sub/é.py"]);
    let sub = project.path("sub");
    assert_eq!(project_root(&[PathBuf::from(".")], None, &sub), canonical(&root));
    assert_eq!(project_root(&[sub.clone(), project.path("c.py")], None, Path::new("/")), canonical(&root));
    assert_eq!(project.found(&["sub"]), ["sub/a b.py", "sub/é.py"]);
    #[cfg(unix)]
    {
        let elsewhere = tempfile::tempdir().unwrap();
        let link = elsewhere.path().join("link");
        std::os::unix::fs::symlink(&root, &link).unwrap();
        let paths = vec![link.join("sub"), link.join("c.py")];
        let linked = project_root(&paths, None, elsewhere.path());
        assert_eq!(linked, canonical(&root));
        assert_eq!(names(&Discovery { root: linked, paths, ..Discovery::default() }), from_root);
    }
}

#[test]
fn the_root_without_a_repository() {
    let folder = tempfile::tempdir().unwrap();
    let base = canonical(folder.path());
    fs::create_dir_all(base.join("p/q")).unwrap();
    fs::create_dir_all(base.join("other")).unwrap();
    fs::write(base.join("p/q/a.py"), "").unwrap();
    let root = |paths: &[&str], config: Option<&str>, working: &str| {
        let paths: Vec<PathBuf> = paths.iter().map(|path| base.join(path)).collect();
        let config = config.map(|path| base.join(path));
        project_root(&paths, config.as_deref(), &base.join(working))
    };
    assert_eq!(root(&["p/q/a.py"], None, ""), base);
    assert_eq!(root(&["p/q/a.py"], None, "p"), base.join("p"));
    assert_eq!(root(&["p/q/a.py"], Some("p"), ""), base.join("p"));
    assert_eq!(root(&["p/q/a.py"], Some("other"), ""), base);
    assert_eq!(root(&["p/q/a.py"], None, "other"), base.join("p/q"));
}

#[test]
fn what_is_missing_is_an_error_on_the_command_line_and_a_problem_in_a_list() {
    let project = Project::new(&["a.py"]);
    let mut discovery = project.discovery(&[project.path("gone.py")]);
    assert!(matches!(walk(&discovery, &|_| true, &|_| {}), Err(Error::Missing(_))));
    discovery.listed = std::mem::take(&mut discovery.paths);
    discovery.listed.push(project.path("a.py"));
    let (found, problems) = inputs(&discovery);
    assert_eq!((found.len(), problems.len()), (1, 1));
    assert!(found[0].explicit);
}

#[cfg(unix)]
#[test]
fn links_out_of_the_project_pipes_and_devices_are_refused() {
    use std::os::unix::fs::symlink;
    let project = Project::new(&["a.py", "real/b.py"]);
    let outside = tempfile::tempdir().unwrap();
    fs::write(outside.path().join("secret.py"), "x").unwrap();
    symlink(outside.path().join("secret.py"), project.path("out.py")).unwrap();
    symlink(outside.path(), project.path("folder")).unwrap();
    symlink("real/b.py", project.path("inner.py")).unwrap();
    symlink("real", project.path("inner")).unwrap();
    symlink("..", project.path("real/loop")).unwrap();
    symlink("nowhere", project.path("broken.py")).unwrap();
    symlink("/dev/zero", project.path("zero.py")).unwrap();
    let made = std::process::Command::new("mkfifo").arg(project.path("pipe.py")).status();
    assert!(made.is_ok_and(|status| status.success()));
    let (found, problems) = inputs(&project.discovery(&[project.path(".")]));
    let found: Vec<_> = found.iter().map(|input| input.path.as_str()).collect();
    assert_eq!(found, ["a.py", "real/b.py"]);
    let refused: BTreeSet<_> = problems.iter().map(|problem| problem.path.as_str()).collect();
    assert_eq!(refused, BTreeSet::from(["folder", "out.py", "pipe.py", "zero.py"]));
    // Named, they are refused too; a link inside has the name of what it leads to.
    let paths: Vec<PathBuf> = ["out.py", "inner.py", "pipe.py", "zero.py"].iter().map(|path| project.path(path)).collect();
    let (found, problems) = inputs(&project.discovery(&paths));
    assert_eq!(found.iter().map(|input| input.path.as_str()).collect::<Vec<_>>(), ["real/b.py"]);
    assert_eq!(problems.len(), 3);
}

#[cfg(unix)]
#[test]
fn unreadable_folders_are_problems_and_the_rest_is_checked() {
    use std::os::unix::fs::PermissionsExt;
    let project = Project::new(&["a.py", "closed/b.py"]);
    fs::set_permissions(project.path("closed"), fs::Permissions::from_mode(0o000)).unwrap();
    let (found, problems) = inputs(&project.discovery(&[project.path(".")]));
    let is_root = fs::read_dir(project.path("closed")).is_ok();
    fs::set_permissions(project.path("closed"), fs::Permissions::from_mode(0o755)).unwrap();
    assert!(found.iter().any(|input| input.path == "a.py"));
    assert_eq!(problems.len(), usize::from(!is_root));
}

#[test]
fn reading_is_bounded_and_notices_changes() {
    let project = Project::new(&["a.py"]);
    let (found, _) = inputs(&project.discovery(&[project.path("a.py")]));
    assert_eq!(read(&found[0], 100).unwrap(), b"x\n");
    assert!(read(&found[0], 1).unwrap_err().message.contains("limit"));
    fs::remove_file(project.path("a.py")).unwrap();
    assert!(read(&found[0], 100).unwrap_err().message.contains("cannot be read"));
    fs::create_dir(project.path("a.py")).unwrap();
    assert!(read(&found[0], 100).unwrap_err().message.contains("no longer"));
}

#[test]
fn lists_and_binaries() {
    let paths = |text: &str| listed_paths(text.as_bytes());
    assert_eq!(paths("a b.py\r\n\nc.py"), [Path::new("a b.py"), Path::new("c.py")]);
    assert_eq!(paths("a\nb.py\0c.py\0"), [Path::new("a\nb.py"), Path::new("c.py")]);
    assert!(looks_binary(b"\x7fELF\0\0"));
    assert!(!looks_binary("é".as_bytes()) && !looks_binary(b"\xff\xfea\0b\0") && !looks_binary(b""));
}
