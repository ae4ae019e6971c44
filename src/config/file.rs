//! TOML -> [`Config`]: the keys, and what is wrong with them.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;

use globset::GlobBuilder;
use ignore::gitignore::Gitignore;
use serde::Deserialize;
use toml::Spanned;

use super::{Allow, Config, PerPath, Policy, RepoPatterns, Requirement, Setting};
use crate::discover;
use crate::error::{Error, InFile};
use crate::finding::Level;

type Words = Vec<Spanned<String>>;

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Raw {
    select: Option<Words>,
    #[serde(default)]
    ignore: Words,
    #[serde(default)]
    exclude: Words,
    #[serde(default)]
    extend_rules: Words,
    #[serde(default)]
    per_path: BTreeMap<Spanned<String>, Words>,
    #[serde(default)]
    rules: BTreeMap<Spanned<String>, RawRule>,
    #[serde(default)]
    allow: Vec<Spanned<RawAllow>>,
    #[serde(default)]
    policy: RawPolicy,
    #[serde(default)]
    names: RawNames,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawRule {
    level: RawLevel,
}

#[derive(Deserialize, Clone, Copy)]
#[serde(rename_all = "lowercase")]
enum RawLevel {
    Off,
    Note,
    Warning,
    Error,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawAllow {
    rule: Option<OneOrMore>,
    repo: Option<OneOrMore>,
    revision: Option<String>,
    path: Option<OneOrMore>,
    #[serde(default)]
    reason: String,
}

/// A word or a list of words.
struct OneOrMore(Words);

impl<'de> Deserialize<'de> for OneOrMore {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Spanned::<toml::Value>::deserialize(deserializer)?;
        let span = value.span();
        let words = match value.into_inner() {
            toml::Value::String(word) => vec![Spanned::new(span, word)],
            toml::Value::Array(items) => items
                .into_iter()
                .map(|item| match item {
                    toml::Value::String(word) => Ok(Spanned::new(span.clone(), word)),
                    _ => Err(serde::de::Error::custom("expected text")),
                })
                .collect::<Result<_, _>>()?,
            _ => return Err(serde::de::Error::custom("expected text or a list of texts")),
        };
        Ok(Self(words))
    }
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawPolicy {
    #[serde(default)]
    allow: Words,
    #[serde(default)]
    deny: Words,
    #[serde(default)]
    require: BTreeSet<Requirement>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct RawNames {
    #[serde(default)]
    extra: Words,
}

/// The parts of a `pyproject.toml` that matter; the rest belongs to others.
#[derive(Deserialize)]
struct PyProject {
    tool: Option<PyProjectTool>,
}

#[derive(Deserialize)]
struct PyProjectTool {
    hublint: Option<Raw>,
}

pub(super) fn hublint(path: &Path, text: &str) -> Result<Config, Error> {
    let raw = toml::from_str(text).map_err(|error| toml_error(path, text, &error))?;
    Reader { path, text }.config(raw)
}

pub(super) fn pyproject(path: &Path, text: &str) -> Result<Option<Config>, Error> {
    let parsed: PyProject = match toml::from_str(text) {
        Ok(parsed) => parsed,
        // A broken file that merely mentions hublint is the business of others.
        Err(_) if !text.contains("tool.hublint") => return Ok(None),
        Err(error) => return Err(toml_error(path, text, &error)),
    };
    match parsed.tool.and_then(|tool| tool.hublint) {
        Some(raw) => Reader { path, text }.config(raw).map(Some),
        None => Ok(None),
    }
}

/// An error of the TOML reader with its line. serde names the legal words.
fn toml_error(path: &Path, text: &str, error: &toml::de::Error) -> Error {
    let message = error.message().trim().replace('\n', " ");
    let (message, help) = match message.split_once(", expected") {
        Some((message, legal)) => (message.to_owned(), format!("expected{legal}")),
        None => (message, String::new()),
    };
    let range = error.span().unwrap_or(0..0);
    InFile::new(path, text, range, message, help).into()
}

struct Reader<'a> {
    path: &'a Path,
    text: &'a str,
}

impl Reader<'_> {
    fn error(&self, range: Range<usize>, message: impl Into<String>, help: &str) -> Error {
        InFile::new(self.path, self.text, range, message, help).into()
    }

    fn config(&self, raw: Raw) -> Result<Config, Error> {
        let mut ids = Vec::new();
        let mut named = |words: &Words| {
            ids.extend(words.iter().map(|word| (word.get_ref().clone(), word.span())));
        };
        raw.select.iter().for_each(&mut named);
        named(&raw.ignore);
        let mut per_path = Vec::new();
        for (glob, rules) in &raw.per_path {
            let known: Words = rules.iter().filter(|rule| rule.get_ref() != "*").cloned().collect();
            named(&known);
            per_path.push(PerPath { paths: self.paths(std::slice::from_ref(glob))?, rules: plain(rules) });
        }
        for allow in &raw.allow {
            if let Some(OneOrMore(rules)) = &allow.get_ref().rule {
                named(rules);
            }
        }
        let mut rules = BTreeMap::new();
        for (id, rule) in &raw.rules {
            ids.push((id.get_ref().clone(), id.span()));
            let setting = match rule.level {
                RawLevel::Off => Setting::Off,
                RawLevel::Note => Setting::Level(Level::Note),
                RawLevel::Warning => Setting::Level(Level::Warning),
                RawLevel::Error => Setting::Level(Level::Error),
            };
            rules.insert(id.get_ref().clone(), setting);
        }
        let folder = self.path.parent().unwrap_or(Path::new(""));
        let allow = raw.allow.into_iter().map(|allow| self.allow(allow)).collect::<Result<_, _>>()?;
        // Checked here, where the line is known; used by discover.
        self.gitignore(&raw.exclude)?;
        Ok(Config {
            file: Some(self.path.to_path_buf()),
            text: self.text.to_owned(),
            select: raw.select.as_ref().map(plain),
            ignore: plain(&raw.ignore),
            exclude: plain(&raw.exclude),
            extend_rules: raw.extend_rules.iter().map(|rules| folder.join(rules.get_ref())).collect(),
            per_path,
            rules,
            allow,
            policy: Policy {
                allow: self.repos(&raw.policy.allow)?,
                deny: self.repos(&raw.policy.deny)?,
                require: raw.policy.require,
            },
            extra_names: plain(&raw.names.extra),
            ids,
        })
    }

    fn allow(&self, raw: Spanned<RawAllow>) -> Result<Allow, Error> {
        let range = raw.span();
        let raw = raw.into_inner();
        if raw.rule.is_none() && raw.repo.is_none() && raw.path.is_none() {
            return Err(self.error(range, "this would accept every finding", "give at least one of `rule`, `repo`, `path`"));
        }
        let words = |given: &Option<OneOrMore>| given.as_ref().map(|OneOrMore(words)| words.clone()).unwrap_or_default();
        Ok(Allow {
            rules: plain(&words(&raw.rule)),
            repo: self.repos(&words(&raw.repo))?,
            revision: raw.revision,
            paths: match &raw.path {
                Some(OneOrMore(paths)) => Some(self.paths(paths)?),
                None => None,
            },
            reason: raw.reason,
            range,
        })
    }

    /// Patterns of paths without exceptions: `!` would turn the entry round.
    fn paths(&self, globs: &[Spanned<String>]) -> Result<Gitignore, Error> {
        if let Some(glob) = globs.iter().find(|glob| glob.get_ref().starts_with('!')) {
            return Err(self.error(
                glob.span(),
                "a pattern that begins with `!` matches nothing here",
                "write the paths that are meant",
            ));
        }
        self.gitignore(globs)
    }

    fn gitignore(&self, globs: &[Spanned<String>]) -> Result<Gitignore, Error> {
        let words: Vec<String> = globs.iter().map(|glob| glob.get_ref().clone()).collect();
        discover::patterns(&words).map_err(|(index, why)| {
            let range = globs.get(index).map_or(0..0, Spanned::span);
            self.error(range, format!("bad pattern: {why}"), "patterns are written as in .gitignore, relative to this file")
        })
    }

    fn repos(&self, words: &[Spanned<String>]) -> Result<RepoPatterns, Error> {
        let mut patterns = RepoPatterns::default();
        for word in words {
            let glob =
                GlobBuilder::new(word.get_ref()).literal_separator(true).case_insensitive(true).build().map_err(|error| {
                    self.error(
                        word.span(),
                        format!("bad pattern: {}", error.kind()),
                        "write an id or a pattern such as `meta-llama/*`",
                    )
                })?;
            patterns.words.push(word.get_ref().clone());
            patterns.globs.push(glob.compile_matcher());
        }
        Ok(patterns)
    }
}

fn plain(words: &Words) -> Vec<String> {
    words.iter().map(|word| word.get_ref().clone()).collect()
}
