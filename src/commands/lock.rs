//! `hublint lock`, `verify` and `outdated`: see docs/lock.md.

use std::io::Write;
use std::path::{Path, PathBuf};

use super::Failure;
use crate::cli::{self, Outdated, Verify};
use crate::discover;
use crate::engine::RepoSeen;
use crate::error::Error;
use crate::hub::cache::Cache;
use crate::hub::lock::{self, FileState, LOCK_FILE_NAME, Lock, Reference, UpgradeOptions, Wanted};
use crate::hub::{Commit, Date, InfoSource, RepoRequest};
use crate::pin::{self, PinOptions, Sources, environment, repo_type};
use crate::reference::PinState;
use crate::report::printable;
use crate::run::{self, Options, Outcome};

/// Writes, compares or upgrades the lock.
///
/// # Errors
/// When the job cannot be done.
pub fn run(arguments: &cli::Lock, out: &mut dyn Write) -> Result<u8, Failure> {
    if let Some(only) = &arguments.upgrade {
        return upgrade(arguments, only, out);
    }
    if arguments.min_age > 0 {
        return Err(
            Error::usage("`--min-age` belongs to `--upgrade`", "write `hublint lock --upgrade --min-age 7 --online`").into()
        );
    }
    let options = Options {
        paths: arguments.paths.clone(),
        config: arguments.configuration.config.clone(),
        isolated: arguments.configuration.isolated,
        exclude: arguments.configuration.exclude.clone(),
        force_exclude: arguments.configuration.force_exclude,
        list_repos: true,
        ..Options::default()
    };
    let outcome = run::check(&options)?;
    for problem in &outcome.report.problems {
        writeln!(out, "{}: {}", printable(&problem.path), printable(&problem.message))?;
    }
    let path = outcome.root.join(LOCK_FILE_NAME);
    let whole = arguments.paths.iter().any(|path| discover::canonical(path) == outcome.root);
    if arguments.check { check(&path, &outcome, whole, out) } else { write(arguments, &path, &outcome, whole, out) }
}

/// The lock of a folder or of the project around it.
fn read(path: &Path) -> Result<Option<Lock>, Error> {
    Lock::read(path).map_err(|error| {
        Error::usage(format!("{}: {error}", path.display()), "mend the file, or delete it and run `hublint lock`")
    })
}

fn existing(folder: &Path) -> Result<(PathBuf, Lock), Error> {
    let working = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let beside = folder.join(LOCK_FILE_NAME);
    let path = if beside.exists() {
        beside
    } else {
        discover::project_root(&[folder.to_path_buf()], None, &working).join(LOCK_FILE_NAME)
    };
    match read(&path)? {
        Some(lock) => Ok((path, lock)),
        None => Err(Error::usage(format!("there is no {LOCK_FILE_NAME} here"), "`hublint lock` writes one")),
    }
}

fn today() -> Result<Date, Error> {
    pin::today().ok_or_else(|| Error::usage("the clock of this machine is wrong", "set it"))
}

fn check(path: &Path, outcome: &Outcome, whole: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let Some(lock) = read(path)? else {
        if outcome.repos.is_empty() {
            writeln!(out, "No {LOCK_FILE_NAME}, and no Hub repository in the source code.")?;
            return Ok(0);
        }
        return Err(Error::usage(format!("there is no {LOCK_FILE_NAME} here"), "`hublint lock` writes one").into());
    };
    let references: Vec<Reference> = outcome.repos.iter().filter_map(reference).collect();
    let mut failures = 0;
    for drift in lock::check(&lock, &references) {
        // Of a part of the project nobody can say what the rest uses.
        if !drift.is_failure() && !whole {
            continue;
        }
        failures += usize::from(drift.is_failure());
        writeln!(out, "{}", printable(&drift.to_string()))?;
    }
    match failures {
        0 => writeln!(out, "{} references agree with {LOCK_FILE_NAME}.", references.len())?,
        1 => writeln!(out, "1 reference does not agree with {LOCK_FILE_NAME}.")?,
        count => writeln!(out, "{count} references do not agree with {LOCK_FILE_NAME}.")?,
    }
    Ok(u8::from(failures > 0))
}

fn reference(seen: &RepoSeen) -> Option<Reference> {
    Some(Reference {
        repo_type: repo_type(seen.kind)?,
        id: seen.id.clone(),
        written: match &seen.pin {
            PinState::Commit(text) | PinState::Branch(text) | PinState::PullRequest(text) | PinState::Malformed(text, _) => {
                Some(text.clone())
            }
            _ => None,
        },
        branch: seen.branch.clone(),
        place: format!("{}:{}", seen.path, seen.line),
    })
}

fn wanted(seen: &RepoSeen) -> Option<Wanted> {
    let (reference, pinned) = match &seen.pin {
        PinState::Commit(commit) => (seen.branch.clone().unwrap_or_else(|| "main".to_owned()), Commit::parse(commit)),
        PinState::Branch(name) | PinState::PullRequest(name) => (name.clone(), None),
        _ => ("main".to_owned(), None),
    };
    Some(Wanted { request: RepoRequest::new(repo_type(seen.kind)?, seen.id.clone(), reference), pinned })
}

fn write(arguments: &cli::Lock, path: &Path, outcome: &Outcome, whole: bool, out: &mut dyn Write) -> Result<u8, Failure> {
    let old = read(path)?;
    let sources = Sources::open(&outcome.root, &PinOptions { online: arguments.online, ..PinOptions::default() }, &environment)?;
    let wanted: Vec<Wanted> = outcome.repos.iter().filter_map(wanted).collect();
    let hub = sources.hub.as_ref().map(|hub| hub as &dyn InfoSource);
    let mut built = lock::build(old.as_ref(), &wanted, sources.cache.as_ref(), hub, today()?);
    if !whole {
        for request in std::mem::take(&mut built.removed) {
            if let Some(entry) = old.as_ref().and_then(|old| old.get(&request)) {
                built.lock.insert(entry.clone());
            }
        }
    }
    for request in &built.added {
        writeln!(out, "added {}", described(request))?;
    }
    for request in &built.removed {
        writeln!(out, "removed {}: nothing uses it any more", described(request))?;
    }
    for disagreement in &built.disagreements {
        let pinned = disagreement.wanted.pinned.as_ref().map_or("no commit", Commit::as_str);
        let request = described(&disagreement.wanted.request);
        writeln!(out, "{request}: the source is pinned to {pinned}, the lock has {}", disagreement.locked)?;
    }
    let mut online = 0;
    for (request, why) in &built.missed {
        online += usize::from(why.online_may_help());
        writeln!(out, "{}: not locked: {}", described(request), printable(&why.to_string()))?;
    }
    let written = !(built.lock.is_empty() && old.is_none());
    let changed = written
        && built.lock.write(path).map_err(|error| Error::usage(format!("{}: {error}", path.display()), "look at permissions"))?;
    let count = built.lock.len();
    let state = if changed { "written" } else { "unchanged" };
    write!(out, "{LOCK_FILE_NAME}: {count} {}, {state}", if count == 1 { "entry" } else { "entries" })?;
    if online > 0 {
        write!(out, "; {online} more with --online")?;
    }
    writeln!(out)?;
    Ok(u8::from(!built.missed.is_empty() || !built.disagreements.is_empty()))
}

fn described(request: &RepoRequest) -> String {
    printable(&format!("{} {} at {}", request.repo_type, request.id, request.reference)).into_owned()
}

fn upgrade(arguments: &cli::Lock, only: &str, out: &mut dyn Write) -> Result<u8, Failure> {
    if !arguments.online {
        return Err(Error::usage("`--upgrade` asks the Hub, which is not allowed", "add `--online`").into());
    }
    // `--upgrade src` cannot be told from `--upgrade org/m`: the id is what belongs to the option.
    let folder = arguments.paths.first().cloned().unwrap_or_else(|| PathBuf::from("."));
    let (path, old) = existing(&folder)?;
    let sources = Sources::open(&folder, &PinOptions { online: true, ..PinOptions::default() }, &environment)?;
    let Some(hub) = &sources.hub else { return Err(Error::usage("the Hub cannot be asked", "add `--online`").into()) };
    let options = UpgradeOptions { only: (!only.is_empty()).then(|| only.to_owned()), min_age_days: arguments.min_age };
    let upgrade = lock::upgrade(&old, hub, &options, today()?);
    if upgrade.unknown_id {
        return Err(Error::usage(format!("{LOCK_FILE_NAME} has no repository `{only}`"), "ids are case-sensitive").into());
    }
    for change in &upgrade.changes {
        writeln!(out, "{}", printable(&change.to_string()))?;
    }
    for request in &upgrade.refreshed {
        writeln!(out, "{}: recorded anew", described(request))?;
    }
    for held in &upgrade.held {
        writeln!(out, "{}", printable(&held.to_string()))?;
    }
    for failed in &upgrade.failed {
        writeln!(out, "{}: {}", described(&failed.request), printable(&failed.error.to_string()))?;
    }
    upgrade.lock.write(&path).map_err(|error| Error::usage(format!("{}: {error}", path.display()), "look at permissions"))?;
    let (moved, held, failed) = (upgrade.changes.len(), upgrade.held.len(), upgrade.failed.len());
    writeln!(
        out,
        "{moved} moved, {held} held back, {failed} without an answer; `hublint pin --from lock` writes them into the source code"
    )?;
    Ok(u8::from(failed > 0))
}

/// Compares the files of the cache with the lock. 1 when one differs.
///
/// # Errors
/// When there is no lock or it cannot be read.
pub fn verify(arguments: &Verify, out: &mut dyn Write) -> Result<u8, Failure> {
    let (_, lock) = existing(&arguments.path)?;
    let report = lock::verify(&lock, &Cache::from_environment(&environment));
    for repo in &report.repos {
        match &repo.files {
            Err(error) => writeln!(out, "{}: {}", described(&repo.request), printable(&error.to_string()))?,
            Ok(files) => {
                for (name, state) in files {
                    let why = match state {
                        FileState::Different { why } | FileState::Unreadable { why } => why,
                        _ => continue,
                    };
                    writeln!(out, "{}: {}: {}", described(&repo.request), printable(name), printable(why))?;
                }
            }
        }
    }
    let same = report.count(|state| *state == FileState::Same);
    let different = report.count(|state| matches!(state, FileState::Different { .. }));
    let unreadable = report.count(|state| matches!(state, FileState::Unreadable { .. }));
    let absent = report.count(|state| *state == FileState::Absent);
    let unrecorded = report.count(|state| *state == FileState::NotRecorded);
    writeln!(
        out,
        "{same} files as recorded, {different} different, {unreadable} unreadable, {absent} not on this machine, {unrecorded} without a recorded sha256"
    )?;
    Ok(u8::from(report.is_failure()))
}

/// Shows each pin beside the head of its branch. 1 when one is behind.
///
/// # Errors
/// When there is no lock, or `--online` is missing.
pub fn outdated(arguments: &Outdated, out: &mut dyn Write) -> Result<u8, Failure> {
    if !arguments.online {
        return Err(Error::usage("`outdated` asks the Hub, which is not allowed", "add `--online`").into());
    }
    let (_, lock) = existing(&arguments.path)?;
    let sources = Sources::open(&arguments.path, &PinOptions { online: true, ..PinOptions::default() }, &environment)?;
    let Some(hub) = &sources.hub else { return Err(Error::usage("the Hub cannot be asked", "add `--online`").into()) };
    let (mut behind, mut failed) = (0, 0);
    for state in lock::outdated(&lock, hub, today()?) {
        let head = match &state.head {
            Ok(head) if *head == state.pinned => "up to date".to_owned(),
            Ok(head) => {
                behind += 1;
                let commits = match state.commits_behind {
                    Some(1) => ", 1 commit behind".to_owned(),
                    Some(count) => format!(", {count} commits behind"),
                    None => String::new(),
                };
                format!("{} -> {}{commits}", state.pinned.short(), head.short())
            }
            Err(error) => {
                failed += 1;
                error.to_string()
            }
        };
        let age = state.age_days.map_or_else(String::new, |days| format!(", pinned {days} days ago"));
        let changed = state.last_modified.map_or_else(String::new, |day| format!(", changed {day}"));
        let renamed = state.renamed_to.as_ref().map_or_else(String::new, |name| format!(", now called {name}"));
        writeln!(out, "{}: {}", described(&state.request), printable(&format!("{head}{age}{changed}{renamed}")))?;
    }
    Ok(if failed > 0 { 2 } else { u8::from(behind > 0) })
}
