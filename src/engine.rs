//! One file from bytes to findings: a pure function of the source and of what all files share.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, EntryId, PLACEHOLDERS, Placeholder, RepoKind, Values};
use crate::finding::{Draft, Finding, FindingContext, Level, Problem, Related};
use crate::fix::Outlines;
use crate::inventory::rows::{Material, Row};
use crate::judge::policy::Terms;
use crate::judge::version::{self, Reached};
use crate::judge::{self, Context, PinPlan, Repair, RepairPlan, Ternary, Verdict, Versions};
use crate::names::ExtraNames;
use crate::pin::{self, Pinner};
use crate::prefilter::{Hits, Prefilter};
use crate::python::ast::{Expr, ExprKind, Stmt, StmtKind};
use crate::python::module::{Module, ParseMode};
use crate::python::printed;
use crate::python::project::Project;
use crate::python::uses::{self, CodeCell, FileContext, FileUses, Texts};
use crate::reference::{LocalPaths, PinState, Target, references};
use crate::secrets::{self, SecretMatch};
use crate::source::{FileLanguage, Language, Source, UnitKind, language_of};
use crate::span::Span;
use crate::suppress::{self, Directives, Known};
use crate::usage::{Definition, Role, Use};
use crate::versions::{self, Answer, Installation, Requirement, VersionKnowledge};

/// What all files of a run share. Read only.
pub struct Engine<'a> {
    /// Facts and policies.
    pub catalog: &'a Catalog,
    /// The automata.
    pub prefilter: Prefilter,
    /// Other modules of the project.
    pub project: &'a dyn Project,
    /// The project's files and versions.
    pub world: &'a dyn World,
    /// Where commits for pins come from.
    pub pins: Option<&'a Pinner<'a>>,
    /// How the run is set.
    pub settings: Settings,
}

/// What a file's checks may ask about the project around it.
pub trait World: Sync {
    /// True when a path, relative to the project root or to the folder of `from`, exists.
    fn exists(&self, path: &str, from: &str) -> bool;
    /// Is every version of a package that the project admits, as seen from the file `from`, at least `version`?
    fn at_least(&self, package: &str, version: &str, from: &str) -> Ternary;
    /// The requirement that says so: `torch==2.5.1 (requirements.txt)`.
    fn evidence(&self, package: &str, from: &str) -> Option<String>;
}

/// How findings are written up.
struct Writing<'w> {
    /// The file holds directives.
    directives: bool,
    /// Which rules ran.
    ran: &'w dyn Fn(&str) -> bool,
    /// Hides secrets in every text.
    mask: &'w dyn Fn(&str) -> std::borrow::Cow<'_, str>,
}

/// Libraries that read a Hub token from the environment.
const HUB_LIBRARIES: &[&str] = &["huggingface_hub", "transformers", "datasets", "diffusers"];

/// A world without files: for standard input without a project, and for examples.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoWorld;

impl World for NoWorld {
    fn exists(&self, _path: &str, _from: &str) -> bool {
        false
    }

    fn at_least(&self, _package: &str, _version: &str, _from: &str) -> Ternary {
        Ternary::Unknown
    }

    fn evidence(&self, _package: &str, _from: &str) -> Option<String> {
        None
    }
}

/// The world as one file sees it.
struct Seen<'a> {
    world: &'a dyn World,
    path: &'a str,
    /// What the file itself installs (`!pip install torch==2.1.0` in a notebook): it counts for that file first.
    installed: Vec<Requirement>,
}

impl Seen<'_> {
    fn installed(&self, package: &str) -> Option<versions::Known> {
        // `!pip install torch` without a version says nothing: the project's manifests do.
        versions::Known::from_requirements(self.path, &self.installed, package)
            .filter(|known| !matches!(known.knowledge, VersionKnowledge::Unknown))
    }
}

impl LocalPaths for Seen<'_> {
    fn exists(&self, path: &str) -> bool {
        self.world.exists(path, self.path)
    }
}

impl Versions for Seen<'_> {
    fn at_least(&self, package: &str, version: &str) -> Ternary {
        let own = self.installed(package).and_then(|known| Some(versions::at_least(&known.knowledge, &version.parse().ok()?)));
        match own {
            Some(Answer::Yes) => Ternary::Yes,
            Some(Answer::No) => Ternary::No,
            Some(Answer::Unknown) => Ternary::Unknown,
            None => self.world.at_least(package, version, self.path),
        }
    }

    fn evidence(&self, package: &str) -> Option<String> {
        match self.installed(package) {
            Some(known) => {
                let written = self.installed.iter().find(|requirement| requirement.span == known.span)?;
                Some(format!("{} is installed here", written.package))
            }
            None => self.world.evidence(package, self.path),
        }
    }
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
    /// What `[policy]` demands.
    pub terms: Terms,
    /// Compute GitHub's line hashes (for SARIF).
    pub line_hashes: bool,
    /// Parse every Python file whole instead of on demand: for the differential test.
    pub whole_parse: bool,
    /// Keep the uses of every file (for the inventory and pins).
    pub keep_uses: bool,
    /// List the repositories that a file names (for the lock).
    pub list_repos: bool,
    /// Make rows for the inventory.
    pub inventory: bool,
    /// Count what the lock holds as pinned in the inventory.
    pub count_lock: bool,
    /// Look at code in Markdown.
    pub include_docs: bool,
    /// Read comments that silence findings.
    pub ignore_comments: bool,
}

/// What was found in one file.
#[derive(Debug, Default)]
pub struct FileResult {
    /// The findings that no comment silences.
    pub findings: Vec<Finding>,
    /// What could not be checked.
    pub problems: Vec<Problem>,
    /// The uses, when they are kept.
    pub uses: Vec<Use>,
    /// Findings that a comment silences.
    pub suppressed: Vec<Finding>,
    /// Rows of the inventory, when they are made.
    pub rows: Vec<Row>,
    /// Holes of libraries that the uses could reach, for the end of the run.
    pub reached: Vec<Reached>,
    /// The repositories that the file names, when they are listed.
    pub repos: Vec<RepoSeen>,
}

/// A repository that a file names.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RepoSeen {
    /// Path of the file.
    pub path: String,
    /// Physical line, from 1.
    pub line: u32,
    /// The kind.
    pub kind: RepoKind,
    /// The id.
    pub id: String,
    /// How it is pinned.
    pub pin: PinState,
    /// The branch that the comment beside a pin names.
    pub branch: Option<String>,
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
                hits.word
                    || hits.address
                    || self.prefilter.python(&bytes, self.catalog)
                    || self.may_assemble(hits, &bytes)
                    || self.may_borrow(path, &bytes)
            }
            FileLanguage::Plain(_) => false,
        };
        let file = crate::surface::File { path, language, bytes: &bytes };
        let surface = self.prefilter.surface.wants(self.catalog, file, hits, self.settings.include_docs);
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
        let mut printed = Vec::new();
        let mut python = python;
        if self.settings.include_docs && language == FileLanguage::Plain(Language::Markdown) {
            let fences: Vec<_> = source.units.iter().flat_map(crate::surface::markdown::code_units).collect();
            python |= fences.iter().any(|unit| unit.language == Language::Python);
            source.units.extend(fences);
        }
        let mut found = crate::surface::SurfaceResult::default();
        if surface || language == FileLanguage::Notebook {
            found = crate::surface::uses(&source, self.catalog);
            result.problems.append(&mut found.problems);
        }
        let each = |(unit, install): (usize, Installation)| install.requirements.into_iter().map(move |found| (unit, found));
        let installed: Vec<(usize, Requirement)> = found.installs.into_iter().flat_map(each).collect();
        // What a notebook installs decides how the calls in it are read.
        let versions: Vec<Requirement> = installed.iter().map(|(_, requirement)| requirement.clone()).collect();
        let seen = Seen { world: self.world, path, installed: versions };
        if python {
            (folded, printed) = self.python(&source, hits, &seen, &mut result);
        }
        result.uses.append(&mut found.uses);
        printed.extend(found.printed.into_iter().map(|shown| judge::token::Printed {
            unit: shown.unit,
            span: shown.span,
            statement: shown.statement,
            what: shown.what,
        }));
        let mut own_versions = Vec::new();
        if self.enabled(version::RULE) {
            let reached = version::reached(&source, &result.uses);
            (own_versions, result.reached) = version::judge_own(reached, &installed, &source);
        }
        self.choose_variants(&mut result.uses, &seen);
        let context = Context {
            catalog: self.catalog,
            paths: &seen,
            versions: &seen,
            names: &self.settings.names,
            path,
            enabled: &|rule| self.enabled(rule),
            report_unknown: self.settings.report_unknown,
            terms: &self.settings.terms,
        };
        let verdicts = judge::judge(&result.uses, &context);
        let seen_tokens = judge::token::Seen { matches, folded, printed };
        let (tokens, mask) = judge::token::judge(&mut source, seen_tokens, &result.uses, &context);
        let own = self.user_drafts(&result.uses, &context);
        let ran = |rule: &str| self.enabled(rule) && rule != version::RULE;
        let all = verdicts.into_iter().chain(tokens).chain(own_versions).collect();
        let writing = Writing { directives: hits.directive, ran: &ran, mask: &|text| mask.redact(text) };
        self.write_up(&source, all, own, &writing, &mut result);
        if self.settings.list_repos {
            self.list_repos(&source, &context, &mut result);
        }
        if self.settings.inventory {
            self.rows(&source, &context, &mut result);
        }
        if !self.settings.keep_uses {
            result.uses.clear();
        }
        result
    }

    /// The file's rows of the inventory.
    fn rows(&self, source: &Source, context: &Context<'_>, result: &mut FileResult) {
        let positions = FindingContext::new(source);
        let material = Material {
            context,
            positions: &positions,
            findings: result.findings.iter().chain(&result.suppressed).collect(),
            locked: self.settings.count_lock.then_some(&self.settings.terms),
        };
        result.rows = crate::inventory::rows::rows(&result.uses, &material);
    }

    /// True when the text may use a library through another module of the project.
    fn may_borrow(&self, path: &str, bytes: &[u8]) -> bool {
        let is_root = |root: &str| self.catalog.is_root(root);
        std::str::from_utf8(bytes)
            .is_ok_and(|text| !crate::python::borrowed::borrowed(text, path, self.project, &is_root).is_empty())
    }

    /// True when the text may put a token together out of pieces.
    fn may_assemble(&self, hits: Hits, bytes: &[u8]) -> bool {
        hits.secret && self.enabled("leaked-token") && std::str::from_utf8(bytes).is_ok_and(secrets::fold_hint)
    }

    /// The facts about a callable that hold for the project, where they differ by version.
    fn variant(&self, id: EntryId, qualified: &str, versions: &dyn Versions) -> EntryId {
        let at_least = |package: &str, version: &str| match versions.at_least(package, version) {
            Ternary::Yes => Some(true),
            Ternary::No => Some(false),
            Ternary::Unknown => None,
        };
        self.catalog.variant(id, qualified, &at_least)
    }

    /// Takes those facts in every use.
    fn choose_variants(&self, uses: &mut [Use], versions: &dyn Versions) {
        for usage in uses {
            if let Some(id) = usage.entry {
                usage.entry = Some(self.variant(id, &usage.qualified, versions));
            }
        }
    }

    /// Findings about a manifest, once all files have said what they use.
    #[must_use]
    pub fn check_manifest(&self, path: &str, text: String, verdicts: Vec<Verdict>) -> FileResult {
        let mut result = FileResult::default();
        let FileLanguage::Plain(language) = language_of(path, &[]) else { return result };
        // Spans count in the text as it is, so no byte order mark is taken off here.
        let source = Source::verbatim(path, text, language);
        let writing = Writing { directives: true, ran: &|_| false, mask: &secrets::redact };
        self.write_up(&source, verdicts, Vec::new(), &writing, &mut result);
        // What else the comments of this file do was said when it was checked itself.
        result.findings.retain(|finding| finding.rule == version::RULE);
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
    fn python(
        &self,
        source: &Source,
        hits: Hits,
        versions: &dyn Versions,
        result: &mut FileResult,
    ) -> (Vec<judge::token::Folded>, Vec<judge::token::Printed>) {
        let variant = |id: EntryId, qualified: &str| self.variant(id, qualified, versions);
        let mut folded = Vec::new();
        let mut imports = BTreeSet::new();
        let mode = if self.settings.whole_parse { ParseMode::Whole } else { ParseMode::OnDemand };
        let modules: Vec<(usize, Module<'_>)> = source
            .units
            .iter()
            .enumerate()
            .filter(|(_, unit)| unit.language == Language::Python && matches!(unit.kind, UnitKind::File | UnitKind::Code))
            .map(|(index, unit)| (index, Module::new(&unit.text, mode)))
            .collect();
        let cells: Vec<CodeCell<'_>> = if source.notebook {
            modules.iter().map(|(unit, module)| CodeCell { module, unit: *unit }).collect()
        } else {
            Vec::new()
        };
        // A name may be bound in another cell.
        let assembles =
            hits.secret && self.enabled("leaked-token") && modules.iter().any(|(_, module)| secrets::fold_hint(module.text()));
        // The cells of a notebook are one program; pieces of code in a document are not.
        let units: Vec<CodeCell<'_>> = modules.iter().map(|(unit, module)| CodeCell { module, unit: *unit }).collect();
        let together = if source.notebook { units.len() } else { 1 };
        let is_root = |root: &str| self.catalog.is_root(root);
        for units in units.chunks(together.max(1)) {
            let texts = Texts::default();
            let file = FileUses::new(units, &source.path, &texts, self.catalog, self.project, &is_root).reading(&variant);
            for (number, CodeCell { unit, module }) in units.iter().enumerate() {
                let found = file.uses(number);
                result.uses.extend(found.uses);
                imports.extend(found.imports);
                for line in &found.commands {
                    result.uses.extend(crate::surface::from_python(line, *unit, module.text(), self.catalog));
                }
                result.uses.extend(addresses(*unit, module));
                if assembles {
                    folded.extend(file.folded_strings(number).into_iter().map(|found| judge::token::Folded {
                        unit: *unit,
                        span: found.span,
                        text: found.text,
                    }));
                }
                for problem in module.problems() {
                    result.problems.push(Problem {
                        path: source.path.clone(),
                        line: source.units.get(*unit).map(|unit| {
                            let byte = unit.map.file_offset(problem.offset as usize);
                            let before = source.bytes.get(..byte).unwrap_or_default();
                            u32::try_from(memchr::memchr_iter(b'\n', before).count() + 1).unwrap_or(u32::MAX)
                        }),
                        message: problem.to_string(),
                        partial: true,
                    });
                }
            }
        }
        let printed = if self.enabled("leaked-token") {
            self.printed(source, &modules, &cells, &imports, &result.uses)
        } else {
            Vec::new()
        };
        (folded, printed)
    }

    /// Where Python units show a token.
    fn printed(
        &self,
        source: &Source,
        modules: &[(usize, Module<'_>)],
        cells: &[CodeCell<'_>],
        imports: &BTreeSet<String>,
        found: &[Use],
    ) -> Vec<judge::token::Printed> {
        let named = source.units.iter().any(|unit| secrets::names_token(&unit.text));
        let hub = named || HUB_LIBRARIES.iter().any(|library| imports.contains(*library));
        let handed = found.iter().any(|usage| usage.argument(Role::Token).is_some());
        let may_hold = |text: &str| {
            let holds = |needle: &[u8]| memchr::memmem::find(text.as_bytes(), needle).is_some();
            handed
                || named
                || (hub && holds(b"environ"))
                || holds(b"get_token(")
                || holds(b"hf_token")
                || holds(b"huggingface_token")
        };
        let mut printed = Vec::new();
        for (unit, module) in modules {
            let text = module.text();
            if !(may_hold(text) && (source.notebook || printed::may_show(text))) {
                continue;
            }
            let file = FileContext { path: &source.path, unit: *unit, cells, variant: &uses::newest };
            let shown = uses::printed(module, &file, self.catalog, self.project, found, hub);
            printed.extend(shown.into_iter().map(|shown| judge::token::Printed {
                unit: *unit,
                span: shown.span,
                statement: shown.statement,
                what: shown.what,
            }));
        }
        printed
    }

    /// Findings of a user's own rules.
    fn user_drafts(&self, uses: &[Use], context: &Context<'_>) -> Vec<Draft> {
        let mut drafts = Vec::new();
        for policy in self.catalog.user_policies().iter().filter(|policy| self.enabled(&policy.id)) {
            let Some(case) = policy.cases.first() else { continue };
            for hit in judge::user::hits(policy, uses, context) {
                let mut values = Values::new();
                values.set(Placeholder::Api, hit.api.clone());
                let level = self.settings.levels.get(&policy.id).copied().unwrap_or(case.level);
                let mut draft = Draft::new(&policy.id, level, hit.unit, hit.span, case.message.render(&values));
                draft.statement = Some(hit.statement);
                draft.help = case.help.render(&values).split_whitespace().collect::<Vec<_>>().join(" ");
                drafts.push(draft);
            }
        }
        drafts
    }

    /// Puts the policies' words to the verdicts.
    fn write_up(&self, source: &Source, verdicts: Vec<Verdict>, own: Vec<Draft>, writing: &Writing<'_>, result: &mut FileResult) {
        if verdicts.is_empty() && own.is_empty() && !writing.directives {
            return;
        }
        let outlines = Outlines::new(source);
        let context = FindingContext::new(source).masked_by(writing.mask).with_line_hashes(self.settings.line_hashes);
        let findings = verdicts
            .into_iter()
            .filter_map(|verdict| self.finding(&outlines, verdict, &context))
            .chain(own.into_iter().map(|draft| context.finding(draft)))
            .collect();
        let findings = context.finish(findings);
        if !self.settings.ignore_comments {
            result.findings = findings;
            return;
        }
        let comments = |unit: usize| outlines.module(unit).map_or_else(Vec::new, |module| module.comments().to_vec());
        let directives = Directives::read(&context, &comments);
        let ids: BTreeSet<&str> = self.catalog.policy_ids().collect();
        let applied = suppress::apply(&context, &directives, findings, &Known { ids: &ids, ran: writing.ran });
        result.findings = applied.findings;
        result.suppressed = applied.suppressed;
    }

    fn finding(&self, outlines: &Outlines<'_>, verdict: Verdict, context: &FindingContext<'_>) -> Option<Finding> {
        let policy = self.catalog.policy(verdict.rule)?;
        let case = policy.case(verdict.case)?;
        // A level that the configuration names is meant everywhere, in tests and examples too.
        let lowered = verdict.at_most.map_or(case.level, |most| case.level.min(most));
        let level = self.settings.levels.get(verdict.rule).copied().unwrap_or(lowered);
        let mut values = Values::new();
        for (word, value) in &verdict.words {
            if let Some((_, placeholder)) = PLACEHOLDERS.iter().find(|(name, _)| name == word) {
                values.set(*placeholder, value.clone());
            }
        }
        let message = case.message.render(&values);
        // Data files break lines for their readers; a finding is one paragraph.
        let help = case.help.render(&values).split_whitespace().collect::<Vec<_>>().join(" ");
        let mut draft = Draft::new(verdict.rule, level, verdict.spot.unit, verdict.spot.span, message);
        draft.confidence = verdict.confidence;
        draft.statement = Some(verdict.statement);
        draft.help = help;
        draft.repo = verdict.repo;
        draft.identity = verdict.identity;
        draft.properties = verdict.properties;
        draft.related = verdict.related.iter().map(|(words, place)| related(words, place, context)).collect();
        let fix = verdict.repair.as_ref().and_then(|plan| crate::fix::fix(plan, outlines, verdict.spot.unit));
        draft.fix = fix;
        self.pin(outlines, &verdict.spot, verdict.repair.as_ref(), verdict.pin.as_ref(), &mut draft);
        if let (Some(why), Some(_)) = (verdict.no_pin, self.pins) {
            draft.properties.insert(pin::PIN_PROPERTY.to_owned(), "none".to_owned());
            draft.properties.insert(pin::REASON_PROPERTY.to_owned(), why.describe());
            draft.properties.insert(pin::TRAP_PROPERTY.to_owned(), why.word().to_owned());
            if self.pins.is_some_and(|pins| pins.prefer) {
                draft.help = format!("{} Not pinned: {}.", draft.help, why.describe()).trim_start().to_owned();
            }
        }
        Some(context.finding(draft))
    }
}

impl Engine<'_> {
    /// Every Hub repository that the uses of a file name for certain.
    fn list_repos(&self, source: &Source, context: &Context<'_>, result: &mut FileResult) {
        let findings = FindingContext::new(source);
        for usage in &result.uses {
            let Some(entry) = context.entry(usage) else { continue };
            for reference in references(usage, entry, context.paths) {
                let known =
                    reference.target == Target::Hub && !reference.id.is_empty() && pin::repo_type(reference.kind).is_some();
                if !known || matches!(reference.pin, PinState::Irrelevant) {
                    continue;
                }
                result.repos.push(RepoSeen {
                    path: source.path.clone(),
                    line: findings.location(usage.unit, reference.span).start.line,
                    kind: reference.kind,
                    id: reference.full_id.clone(),
                    branch: match &reference.pin {
                        PinState::Commit(commit) => {
                            let unit = judge::revision::definition_unit(usage, reference.role);
                            source.units.get(unit).and_then(|unit| pin::noted_branch(&unit.text, &reference.full_id, commit))
                        }
                        _ => None,
                    },
                    pin: reference.pin,
                });
            }
        }
        result.repos.sort();
        result.repos.dedup();
    }

    /// Turns the plan to pin into a repair, when a commit is known, and says what became of it.
    fn pin(
        &self,
        outlines: &Outlines<'_>,
        spot: &judge::Spot,
        repair: Option<&RepairPlan>,
        beside: Option<&PinPlan>,
        draft: &mut Draft,
    ) {
        let plan = match repair {
            Some(RepairPlan { repair: Repair::Pin(plan), .. }) => Some(plan),
            _ => beside,
        };
        let (Some(pins), Some(plan)) = (self.pins, plan) else { return };
        let outcome = pins.repair(plan, outlines, spot.unit);
        draft.properties.insert(pin::PIN_PROPERTY.to_owned(), outcome.word.to_owned());
        if let Some(reason) = outcome.reason {
            draft.properties.insert(pin::REASON_PROPERTY.to_owned(), reason);
        }
        if let Some(trap) = outcome.trap {
            draft.properties.insert(pin::TRAP_PROPERTY.to_owned(), trap.to_owned());
        }
        if outcome.fix.is_none()
            && pins.prefer
            && let Some(reason) = draft.properties.get(pin::REASON_PROPERTY)
        {
            draft.help = format!("{} Not pinned: {reason}.", draft.help).trim_start().to_owned();
        }
        if outcome.fix.is_some() && (draft.fix.is_none() || pins.prefer) {
            draft.fix = outcome.fix;
        }
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

/// Hub addresses in the string literals of a module that are no docstrings.
fn addresses(unit: usize, module: &Module<'_>) -> Vec<Use> {
    let mut found = Vec::new();
    for span in module.strings() {
        let text = span.text(module.text());
        if !(text.contains("hf.co/") || text.contains("huggingface.co/") || text.contains("hf://")) {
            continue;
        }
        let made = crate::surface::address::in_literal(unit, module.text(), *span);
        let documentation = || {
            module.line_at(span.start()).is_some_and(|line| {
                matches!(
                    module.statements(line).first(),
                    Some(Stmt { kind: StmtKind::Expr(Expr { kind: ExprKind::Str(_), .. }), .. })
                )
            })
        };
        if !made.is_empty() && !documentation() {
            found.extend(made);
        }
    }
    found
}
