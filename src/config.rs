//! The configuration: `hublint.toml`, `.hublint.toml` or `[tool.hublint]` of `pyproject.toml`, the nearest upward.
//!
//! Unknown keys and words are errors that show the line and the legal words. Patterns of paths are written as in
//! `.gitignore` and are relative to the file's folder.

mod file;
mod schema;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::{Path, PathBuf};

use globset::GlobMatcher;
use ignore::gitignore::Gitignore;

use crate::discover;
use crate::error::{Error, InFile, nearest};
use crate::finding::{Draft, Finding, FindingContext, Level};
use crate::source::{Language, Source};
use crate::span::Span;

pub use schema::schema;

/// Names of files that hold nothing but the configuration, best first.
pub const FILES: &[&str] = &["hublint.toml", ".hublint.toml"];
/// No configuration is larger.
const MOST_BYTES: u64 = 1 << 20;

/// What `[rules.<id>] level` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setting {
    /// The rule does not run.
    Off,
    /// The rule has this level.
    Level(Level),
}

/// What `[policy] require` can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Requirement {
    /// Every load carries a commit.
    Pin,
    /// Every load stands in the lock file.
    Lock,
    /// Weights come as safetensors.
    Safetensors,
}

/// `[policy]`: which repositories may be loaded, and how.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    /// Only these (`meta-llama/*`), when it is not empty.
    pub allow: RepoPatterns,
    /// Never these.
    pub deny: RepoPatterns,
    /// What every load must have.
    pub require: BTreeSet<Requirement>,
}

/// Patterns of repository ids: `*` stays within one part, letters match in any case.
#[derive(Clone, Debug, Default)]
pub struct RepoPatterns {
    words: Vec<String>,
    globs: Vec<GlobMatcher>,
}

impl RepoPatterns {
    /// True when no pattern was given.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.globs.is_empty()
    }

    /// The pattern that matches the id.
    #[must_use]
    pub fn matching(&self, repo: &str) -> Option<&str> {
        let index = self.globs.iter().position(|glob| glob.is_match(repo))?;
        self.words.get(index).map(String::as_str)
    }
}

/// `[[allow]]`: a finding that is accepted. Every condition that is given must hold.
#[derive(Clone, Debug)]
pub struct Allow {
    /// Rules; all when empty.
    pub rules: Vec<String>,
    /// Repositories; any (also none) when empty.
    pub repo: RepoPatterns,
    /// The revision as it is written.
    pub revision: Option<String>,
    /// Paths.
    pub paths: Option<Gitignore>,
    /// Why.
    pub reason: String,
    /// Where it stands in the file.
    pub range: Range<usize>,
}

/// `[per-path]`: rules that do not run on some paths.
#[derive(Clone, Debug)]
pub struct PerPath {
    /// The paths.
    pub paths: Gitignore,
    /// The rules; `*` for all.
    pub rules: Vec<String>,
}

/// The configuration of a run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// The file; `None` when there is none.
    pub file: Option<PathBuf>,
    /// Its text.
    pub text: String,
    /// Only these rules run.
    pub select: Option<Vec<String>>,
    /// These rules do not run.
    pub ignore: Vec<String>,
    /// Paths that are left out.
    pub exclude: Vec<String>,
    /// Folders of further rules, joined with the file's folder.
    pub extend_rules: Vec<PathBuf>,
    /// Rules that do not run on some paths.
    pub per_path: Vec<PerPath>,
    /// Levels of rules.
    pub rules: BTreeMap<String, Setting>,
    /// Accepted findings.
    pub allow: Vec<Allow>,
    /// Repositories that may be loaded.
    pub policy: Policy,
    /// Further names that look-alikes are compared with.
    pub extra_names: Vec<String>,
    /// Where ids of rules stand in the text, for [`Config::check_ids`].
    ids: Vec<(String, Range<usize>)>,
}

impl Config {
    /// The nearest configuration at or above a folder, not above the folder that holds `.git`.
    ///
    /// # Errors
    /// What is wrong in the file.
    pub fn find(start: &Path) -> Result<Self, Error> {
        let start = discover::canonical(start);
        for folder in start.ancestors() {
            for name in FILES {
                let path = folder.join(name);
                if is_own_file(&path) {
                    return Self::read(&path);
                }
            }
            let pyproject = folder.join("pyproject.toml");
            if is_own_file(&pyproject)
                && let Some(config) = Self::read_pyproject(&pyproject)?
            {
                return Ok(config);
            }
            if folder.join(".git").exists() {
                break;
            }
        }
        Ok(Self::default())
    }

    /// Reads a file; a `pyproject.toml` must hold `[tool.hublint]`.
    ///
    /// # Errors
    /// When it cannot be read, and what is wrong in it.
    pub fn read(path: &Path) -> Result<Self, Error> {
        if path.file_name().is_some_and(|name| name == "pyproject.toml") {
            return Self::read_pyproject(path)?.ok_or_else(|| {
                Error::usage(format!("{} has no [tool.hublint]", path.display()), "add the table or name another file")
            });
        }
        Self::parse(path, &read_text(path)?)
    }

    fn read_pyproject(path: &Path) -> Result<Option<Self>, Error> {
        let text = read_text(path)?;
        // Not ours to complain about when it does not speak of us.
        if !text.contains("hublint") {
            return Ok(None);
        }
        file::pyproject(path, &text)
    }

    /// Reads the text of a `hublint.toml`.
    ///
    /// # Errors
    /// What is wrong in it, with its line.
    pub fn parse(path: &Path, text: &str) -> Result<Self, Error> {
        file::hublint(path, text)
    }

    /// The folder that paths in the file are relative to.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        self.file.as_deref().and_then(Path::parent)
    }

    /// That folder relative to the project root with `/`: `""` for the root itself or without a file.
    #[must_use]
    pub fn base(&self, root: &Path) -> String {
        self.folder().and_then(|folder| discover::relative(root, &discover::canonical(folder))).unwrap_or_default()
    }

    /// Checks that every rule that is named exists.
    ///
    /// # Errors
    /// The first id that is not known, with the nearest known one.
    pub fn check_ids<'a>(&self, known: impl IntoIterator<Item = &'a str> + Clone) -> Result<(), Error> {
        let known: BTreeSet<&str> = known.into_iter().collect();
        for (id, range) in &self.ids {
            if known.contains(id.as_str()) {
                continue;
            }
            let help = match nearest(id, known.iter().copied()) {
                Some(meant) => format!("did you mean `{meant}`? `hublint rules list` shows all"),
                None => "`hublint rules list` shows all rules".to_owned(),
            };
            let path = self.file.clone().unwrap_or_default();
            return Err(InFile::new(path, &self.text, range.clone(), format!("no rule is called `{id}`"), help).into());
        }
        Ok(())
    }

    /// False when `select`, `ignore` or `[rules.<id>] level = "off"` leave the rule out.
    #[must_use]
    pub fn runs(&self, rule: &str) -> bool {
        self.select.as_ref().is_none_or(|select| select.iter().any(|id| id == rule))
            && !self.ignore.iter().any(|id| id == rule)
            && self.rules.get(rule) != Some(&Setting::Off)
    }

    /// The level that the configuration gives a rule.
    #[must_use]
    pub fn level(&self, rule: &str) -> Option<Level> {
        match self.rules.get(rule) {
            Some(Setting::Level(level)) => Some(*level),
            _ => None,
        }
    }

    /// True when `[per-path]` leaves the rule out for a path (relative to the folder of the configuration).
    #[must_use]
    pub fn is_ignored_on(&self, rule: &str, path: &str) -> bool {
        self.per_path
            .iter()
            .any(|entry| entry.rules.iter().any(|id| id == rule || id == "*") && discover::matches(&entry.paths, path))
    }

    /// The index in [`Config::allow`] of the first entry that accepts a finding. `path` is relative to the folder of the configuration.
    #[must_use]
    pub fn allowed(&self, finding: &Finding, path: &str) -> Option<usize> {
        self.allow.iter().position(|allow| {
            let rule = allow.rules.is_empty() || allow.rules.contains(&finding.rule);
            let repo = allow.repo.is_empty() || finding.repo.as_deref().is_some_and(|repo| allow.repo.matching(repo).is_some());
            let revision = allow.revision.as_ref().is_none_or(|wanted| finding.properties.get("revision") == Some(wanted));
            let path = allow.paths.as_ref().is_none_or(|paths| discover::matches(paths, path));
            rule && repo && revision && path
        })
    }

    /// A finding for each `[[allow]]` that accepted nothing. Only to be asked when the whole project was checked.
    #[must_use]
    pub fn unused_allows(&self, used: &BTreeSet<usize>, root: &Path) -> Vec<Finding> {
        let Some(file) = &self.file else {
            return Vec::new();
        };
        let path = discover::relative(root, &discover::canonical(file)).unwrap_or_else(|| file.to_string_lossy().into_owned());
        let source = Source::verbatim(&path, self.text.clone(), Language::Toml);
        let context = FindingContext::new(&source);
        let findings = self
            .allow
            .iter()
            .enumerate()
            .filter(|(index, _)| !used.contains(index))
            .map(|(_, allow)| {
                let mut draft = Draft::new(
                    "unused-ignore",
                    Level::Note,
                    0,
                    Span::from(allow.range.clone()),
                    "this `[[allow]]` accepts nothing",
                );
                draft.help = "delete it, or correct what it should match".to_owned();
                context.finding(draft)
            })
            .collect();
        context.finish(findings)
    }
}

/// A plain file, or a link to one that stays in the project: an error shows lines of the file, and those of a file elsewhere
/// are nobody's business. A configuration that is named with `--config` may be anywhere.
fn is_own_file(path: &Path) -> bool {
    let Ok(found) = std::fs::symlink_metadata(path) else { return false };
    if !found.is_symlink() {
        return found.is_file();
    }
    let Ok(target) = std::fs::canonicalize(path) else { return false };
    let project = path.ancestors().skip(1).find(|folder| folder.join(".git").exists()).or(path.parent());
    target.is_file()
        && project.is_some_and(|project| {
            target.starts_with(discover::canonical(project)) && !target.starts_with(discover::canonical(project).join(".git"))
        })
}

/// Reads a file of bounded size.
fn read_text(path: &Path) -> Result<String, Error> {
    let failed = |source| Error::Read { path: path.to_path_buf(), source };
    let found = std::fs::metadata(path).map_err(failed)?;
    if !found.is_file() || found.len() > MOST_BYTES {
        return Err(Error::usage(
            format!("{} is no configuration: not a plain file, or larger than {MOST_BYTES} bytes", path.display()),
            "",
        ));
    }
    let text = std::fs::read_to_string(path).map_err(failed)?;
    Ok(text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text))
}
