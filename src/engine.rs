//! One file from bytes to findings: a pure function of the source and of what all files share.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Placeholder, PLACEHOLDERS, Values};
use crate::finding::{Draft, Finding, FindingContext, Level, Problem, Related};
use crate::judge::{self, Context, Verdict, Versions};
use crate::names::ExtraNames;
use crate::prefilter::{Hits, Prefilter};
use crate::python::module::{Module, ParseMode};
use crate::python::project::Project;
use crate::python::uses::{self, FileContext};
use crate::reference::LocalPaths;
use crate::secrets::{self, SecretMatch};
use crate::source::{FileLanguage, Language, Source, UnitKind, language_of};
use crate::span::Span;
use crate::usage::{Confidence, Definition, Use};

/// What all files of a run share. Read only.
pub struct Engine<'a> {
    /// Facts and policies.
    pub catalog: &'a Catalog,
    /// The automata.
    pub prefilter: Prefilter,
    /// Other modules of the project.
    pub project: &'a dyn Project,
    /// Which paths exist.
    pub paths: &'a dyn LocalPaths,
    /// Versions of packages, by the folder of the file that asks.
    pub versions: &'a (dyn Fn(&str) -> Box<dyn Versions + 'a> + Sync),
    /// How the run is set.
    pub settings: Settings,
}

/// How a run is set.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The rules that are on.
    pub rules: BTreeSet<String>,
    /// Levels that the configuration changes.
    pub levels: BTreeMap<String, Level>,
    /// Names that the configuration adds to the known ones.
    pub names: ExtraNames,
    /// Make notes of what cannot be decided.
    pub report_unknown: bool,
    /// Compute GitHub's line hashes (for SARIF).
    pub line_hashes: bool,
    /// Parse every Python file whole instead of on demand: for the differential test.
    pub whole_parse: bool,
    /// Keep the uses of every file (for the inventory and pins).
    pub keep_uses: bool,
    /// Look at code in Markdown.
    pub include_docs: bool,
}

/// What was found in one file.
#[derive(Debug, Default)]
pub struct FileResult {
    /// The findings, not yet suppressed.
    pub findings: Vec<Finding>,
    /// What could not be checked.
    pub problems: Vec<Problem>,
    /// The uses, when they are kept.
    pub uses: Vec<Use>,
    /// Comments that can hold directives: unit and span.
    pub comments: Vec<(usize, Span)>,
    /// The source, when something was found in it.
    pub source: Option<Source>,
}

impl Engine<'_> {
    fn enabled(&self, rule: &str) -> bool {
        self.settings.rules.contains(rule)
    }

    /// Checks the bytes of a file. `path` is relative to the project root.
    #[must_use]
    pub fn check(&self, path: &str, bytes: Vec<u8>) -> FileResult {
        let language = language_of(path, bytes.get(..bytes.len().min(256)).unwrap_or_default());
        let hits = self.prefilter.scan(&bytes);
        let python = match language {
            FileLanguage::Plain(Language::Python) | FileLanguage::Notebook => {
                hits.word || hits.address || self.prefilter.python(&bytes, self.catalog) || (hits.secret && secrets::fold_hint_bytes(&bytes))
            }
            FileLanguage::Plain(_) => false,
        };
        let surface = crate::surface::wants(path, language, &bytes, hits, self.settings.include_docs);
        let broken_notebook = language == FileLanguage::Notebook;
        if !(hits.secret || hits.directive || python || surface || broken_notebook) {
            return FileResult::default();
        }
        let matches = if hits.secret { self.secrets(path, &bytes, language) } else { Vec::new() };
        if matches.is_empty() && !(hits.directive || python || surface || broken_notebook) {
            return FileResult::default();
        }
        let mut source = Source::new(path, bytes, language);
        let mut result = FileResult { problems: std::mem::take(&mut source.problems), ..FileResult::default() };
        let mut folded = Vec::new();
        if python || hits.directive {
            self.python(&source, hits, &mut result, &mut folded);
        }
        if surface || language == FileLanguage::Notebook {
            result.uses.extend(crate::surface::uses(&source, self.catalog));
        }
        let versions = (self.versions)(path);
        let context = Context {
            catalog: self.catalog,
            paths: self.paths,
            versions: versions.as_ref(),
            names: &self.settings.names,
            path,
            enabled: &|rule| self.enabled(rule),
            report_unknown: self.settings.report_unknown,
        };
        let verdicts = judge::judge(&result.uses, &context);
        let tokens = judge::token::judge(&mut source, matches, folded, &result.uses, &context);
        self.write_up(&source, verdicts.into_iter().chain(tokens).collect(), &mut result);
        if !self.settings.keep_uses {
            result.uses.clear();
        }
        result.source = Some(source);
        result
    }

    /// Tokens by the kind of file.
    fn secrets(&self, path: &str, bytes: &[u8], language: FileLanguage) -> Vec<SecretMatch> {
        if !self.enabled("leaked-token") && !self.enabled("leaked-ml-key") {
            return Vec::new();
        }
        let name = path.rsplit('/').next().unwrap_or(path);
        let surface = match language {
            FileLanguage::Notebook | FileLanguage::Plain(Language::Json) => secrets::Surface::Json,
            FileLanguage::Plain(Language::Shell | Language::Dockerfile | Language::Yaml | Language::Makefile) => {
                secrets::Surface::ShellLike
            }
            _ if name.starts_with(".env") || name.ends_with(".env") => secrets::Surface::ShellLike,
            _ if name.ends_with(".jsonl") || name.ends_with(".ndjson") => secrets::Surface::Json,
            _ => secrets::Surface::Text,
        };
        secrets::scan_bytes(bytes, surface)
    }

    /// Uses in Python units; names carry over from cell to cell.
    fn python(&self, source: &Source, hits: Hits, result: &mut FileResult, folded: &mut Vec<judge::token::Folded>) {
        let mode = if self.settings.whole_parse { ParseMode::Whole } else { ParseMode::OnDemand };
        let units: Vec<(usize, Module<'_>)> = source
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| unit.language == Language::Python && matches!(unit.kind, UnitKind::File | UnitKind::Code))
            .map(|(index, unit)| (index, Module::new(&unit.text, mode)))
            .collect();
        let fold = hits.secret && self.enabled("leaked-token");
        let file = FileContext { path: &source.path, units: &units, fold };
        let found = uses::uses(&file, self.catalog, self.project);
        result.uses.extend(found.uses);
        folded.extend(found.folded);
        for (index, module) in &units {
            result.comments.extend(module.comments().iter().map(|span| (*index, *span)));
            for problem in module.problems() {
                result.problems.push(Problem {
                    path: source.path.clone(),
                    line: source.units.get(*index).map(|unit| {
                        let byte = unit.map.file_offset(problem.offset);
                        let before = source.bytes.get(..byte).unwrap_or_default();
                        u32::try_from(memchr::memchr_iter(b'\n', before).count() + 1).unwrap_or(u32::MAX)
                    }),
                    message: problem.message.clone(),
                    partial: true,
                });
            }
        }
    }

    /// Puts the policies' words to the verdicts.
    fn write_up(&self, source: &Source, verdicts: Vec<Verdict>, result: &mut FileResult) {
        if verdicts.is_empty() {
            return;
        }
        let mask = |text: &str| -> Cow<'_, str> { Cow::Owned(secrets::redact(text).into_owned()) };
        let context = FindingContext::new(source).masked_by(&mask).with_line_hashes(self.settings.line_hashes);
        let findings = verdicts.into_iter().filter_map(|verdict| self.finding(source, verdict, &context)).collect();
        result.findings = context.finish(findings);
    }

    fn finding(&self, source: &Source, verdict: Verdict, context: &FindingContext<'_>) -> Option<Finding> {
        let policy = self.catalog.policy(verdict.rule)?;
        let case = policy.case(verdict.case)?;
        let mut level = self.settings.levels.get(verdict.rule).copied().unwrap_or(case.level);
        if let Some(most) = verdict.at_most {
            level = level.min(most);
        }
        let mut values = Values::new();
        for (word, value) in &verdict.words {
            if let Some((_, placeholder)) = PLACEHOLDERS.iter().find(|(name, _)| name == word) {
                values.set(*placeholder, value.clone());
            }
        }
        let _: Option<Placeholder> = None;
        let mut message = case.message.render(&values);
        let location = context.location(verdict.spot.unit, verdict.spot.span);
        if let Some(cell) = &location.cell {
            message.push_str(&format!(" (cell {}, line {})", cell.number, cell.line));
        }
        let mut help = case.help.render(&values);
        if help.is_empty() {
            help = policy.help.replace('\n', " ");
        }
        let mut draft = Draft::new(verdict.rule, level, verdict.spot.unit, verdict.spot.span, message);
        draft.confidence = verdict.confidence;
        draft.statement = Some(verdict.statement);
        draft.help = help;
        draft.repo = verdict.repo;
        draft.identity = verdict.identity;
        draft.properties = verdict.properties;
        draft.related = verdict.related.iter().map(|(words, place)| related(words, place, context)).collect();
        let finding_without_fix = draft;
        let fix = verdict.repair.as_ref().and_then(|plan| crate::fix::fix(plan, source, verdict.spot.unit));
        Some(context.finding(Draft { fix, ..finding_without_fix }))
    }
}

/// A related place, in this file or in another.
fn related(words: &str, place: &Definition, context: &FindingContext<'_>) -> Related {
    match &place.path {
        None => context.related(words, place.unit, place.span),
        Some(path) => {
            let mut made = context.related(words, place.unit, Span::default());
            let position = crate::finding::Position { line: place.line, column: 1, column_utf16: 1 };
            made.location = crate::finding::Location {
                path: path.clone(),
                start_byte: 0,
                end_byte: 0,
                start: position,
                end: position,
                cell: None,
            };
            made
        }
    }
}

/// Confidence of the token matcher in the words of findings.
#[must_use]
pub fn confidence(of: secrets::Confidence) -> Confidence {
    match of {
        secrets::Confidence::High => Confidence::High,
        secrets::Confidence::Medium => Confidence::Medium,
    }
}
