//! A whole run: configuration, files, one engine over all of them on all cores, baseline, report.

use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::baseline::Baseline;
use crate::catalog::{Catalog, Policy, Precision, UserFile};
use crate::config::Config;
use crate::discover::{self, Discovery, Input};
use crate::engine::{Engine, FileResult, RepoSeen, Settings};
use crate::error::Error;
use crate::finding::{Finding, Level, Problem, Suppression};
use crate::fix::{self, Refusal};
use crate::hub::Source;
use crate::hub::lock::{LOCK_FILE_NAME, Lock};
use crate::inventory::rows::Row;
use crate::judge::policy::Terms;
use crate::judge::version::{self, Reached};
use crate::names::ExtraNames;
use crate::pin::{self, PinOptions, Sources};
use crate::prefilter::Prefilter;
use crate::python::project::FolderProject;
use crate::report::{Report, RuleText};
use crate::world::Folder;

/// Files larger than this are not read; a problem says so. Notebooks of 100 MB exist; code of that size does not.
pub const SIZE_LIMIT: u64 = 256 * 1024 * 1024;
/// The bytes of a user's file of rules that are read at most.
const LARGEST_RULE_FILE: u64 = 4 * 1024 * 1024;

/// What a run is asked to do.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Files and folders; `-` is standard input.
    pub paths: Vec<PathBuf>,
    /// Further files from a list.
    pub listed: Vec<PathBuf>,
    /// The name of what standard input holds.
    pub stdin_name: Option<PathBuf>,
    /// What standard input would hold: the text of an editor's buffer. Nothing is read then.
    pub buffer: Option<Vec<u8>>,
    /// The configuration file; otherwise the nearest one.
    pub config: Option<PathBuf>,
    /// No configuration file at all.
    pub isolated: bool,
    /// Patterns that are left out besides those of the configuration.
    pub exclude: Vec<String>,
    /// Leave out excluded files even when they are named.
    pub force_exclude: bool,
    /// Only these rules; empty for all.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// Findings below this level are left out.
    pub min_level: Option<Level>,
    /// Do not read comments.
    pub no_ignore_comments: bool,
    /// Make notes of what cannot be decided.
    pub report_unknown: bool,
    /// Keep what is silenced.
    pub report_suppressed: bool,
    /// The baseline to compare with.
    pub baseline: Option<PathBuf>,
    /// Threads; 0 for as many as there are cores.
    pub threads: usize,
    /// Compute GitHub's line hashes (for SARIF).
    pub line_hashes: bool,
    /// Look at code in Markdown.
    pub include_docs: bool,
    /// Parse every Python file whole.
    pub whole_parse: bool,
    /// Make rows for the inventory.
    pub inventory: bool,
    /// Count what the lock holds as pinned in the inventory.
    pub count_lock: bool,
    /// Where commits for pins come from.
    pub pins: PinOptions,
    /// What is repaired.
    pub repair: Option<RepairOptions>,
    /// List the repositories that the files name.
    pub list_repos: bool,
}

/// What a run repairs.
#[derive(Clone, Copy, Debug, Default)]
pub struct RepairOptions {
    /// Repairs that may change what the program does, too.
    pub unsafe_fixes: bool,
    /// Only pins.
    pub only_pins: bool,
    /// Write the files; otherwise the patches are only made.
    pub write: bool,
}

/// The result of a run.
pub struct Outcome {
    /// What is reported.
    pub report: Report,
    /// The texts of the rules.
    pub rules: Vec<RuleText>,
    /// The project root.
    pub root: PathBuf,
    /// The configuration.
    pub config: Config,
    /// Rows of the inventory, when they were asked for.
    pub rows: Vec<Row>,
    /// What was repaired.
    pub repairs: Repairs,
    /// The repositories that the files name, when they are listed; sorted.
    pub repos: Vec<RepoSeen>,
    /// What standard input held, when it is repaired.
    pub input: Option<Vec<u8>>,
}

/// Standard input under the name that it was given.
struct Given {
    path: String,
    bytes: Vec<u8>,
}

/// What repairing did.
#[derive(Debug, Default)]
pub struct Repairs {
    /// The findings that are repaired (or would be).
    pub fixed: Vec<Finding>,
    /// Each file that changes: path, old and new bytes; sorted.
    pub patches: Vec<Patch>,
    /// What was refused: path and why.
    pub refused: Vec<(String, Refusal)>,
}

/// A changed file.
#[derive(Debug)]
pub struct Patch {
    /// Path relative to the project root.
    pub path: String,
    /// Before.
    pub old: Vec<u8>,
    /// After.
    pub new: Vec<u8>,
}

/// The configuration of a run: the given file, none, or the nearest one above the first path.
///
/// # Errors
/// When it cannot be read, and what is wrong in it.
pub fn configuration(options: &Options) -> Result<Config, Error> {
    if options.isolated {
        return Ok(Config::default());
    }
    let config = match &options.config {
        Some(path) => Config::read(path)?,
        None => {
            let first = options.paths.first().or(options.listed.first()).cloned().unwrap_or_else(|| PathBuf::from("."));
            // A buffer belongs to the project of the file that it is called after.
            let name = || options.stdin_name.clone().unwrap_or_else(|| PathBuf::from("stdin.py"));
            let start = if first.as_os_str() == "-" { name() } else { first };
            let start = if start.is_dir() { start } else { start.parent().map_or_else(|| PathBuf::from("."), Path::to_path_buf) };
            Config::find(if start.as_os_str().is_empty() { Path::new(".") } else { &start })?
        }
    };
    Ok(config)
}

/// Checks everything that the options name.
///
/// # Errors
/// When the job cannot be done: a path that does not exist, a bad configuration, an unknown rule.
pub fn check(options: &Options) -> Result<Outcome, Error> {
    let config = configuration(options)?;
    let extended = extended(&config)?;
    let catalog = extended.as_ref().unwrap_or_else(|| Catalog::builtin());
    config.check_ids(catalog.policy_ids().collect::<Vec<_>>())?;
    let rules = selected(options, &config, catalog)?;
    let working = std::env::current_dir().unwrap_or_else(|_| PathBuf::from("."));
    let real: Vec<PathBuf> = options
        .paths
        .iter()
        .chain(&options.listed)
        .filter_map(|path| if path.as_os_str() == "-" { options.stdin_name.clone() } else { Some(path.clone()) })
        .collect();
    let root = discover::project_root(&real, config.folder(), &working);
    let project = FolderProject::new(&root);
    let world = Folder::new(&root);
    let sources = Sources::open(&root, &options.pins, &pin::environment)?;
    let pinner = sources.pinner(&options.pins);
    let follow = options.pins.from == Some(Source::Lock) && options.repair.is_some_and(|repair| repair.only_pins);
    let baseline = options.baseline.as_deref().map(Baseline::read).transpose()?;
    let engine = Engine {
        catalog,
        prefilter: Prefilter::new(catalog),
        project: &project,
        world: &world,
        pins: Some(&pinner),
        settings: Settings {
            rules,
            levels: catalog.policy_ids().filter_map(|id| Some((id.to_owned(), config.level(id)?))).collect(),
            names: ExtraNames::new(&config.extra_names),
            report_unknown: options.report_unknown,
            terms: terms(&config, &root, options.count_lock, follow)?,
            inventory: options.inventory,
            count_lock: options.count_lock,
            line_hashes: options.line_hashes,
            whole_parse: options.whole_parse,
            keep_uses: false,
            list_repos: options.list_repos,
            include_docs: options.include_docs,
            ignore_comments: !options.no_ignore_comments,
        },
    };
    let base = config.base(&root);
    let discovery = Discovery {
        root: root.clone(),
        paths: options.paths.iter().filter(|path| path.as_os_str() != "-").cloned().collect(),
        listed: options.listed.clone(),
        exclude: config.exclude.iter().chain(&options.exclude).cloned().collect(),
        exclude_base: base.clone(),
        force_exclude: options.force_exclude,
        threads: options.threads,
    };
    let gathered = Mutex::new(Gathered::default());
    // Only a baseline asks which files were looked at.
    let seen: Mutex<BTreeSet<String>> = Mutex::default();
    let mut problems = Vec::new();
    let excluded = discover::patterns(&discovery.exclude).ok();
    let left_out = |path: &str| {
        excluded.as_ref().is_some_and(|patterns| within(path, &base).is_some_and(|path| discover::matches(patterns, path)))
    };
    let mut input = None;
    if options.paths.iter().any(|path| path.as_os_str() == "-") {
        let (path, bytes) = standard_input(options, &root, &working)?;
        input = options.repair.map(|_| Given { path: path.clone(), bytes: bytes.clone() });
        if !(options.force_exclude && left_out(&path)) {
            gather(&gathered, engine.check(&path, bytes), 0);
        }
    }
    if !(discovery.paths.is_empty() && discovery.listed.is_empty()) {
        problems = discover::walk(&discovery, &|_| true, &|input: Input| {
            if options.baseline.is_some() {
                seen.lock().unwrap_or_else(PoisonError::into_inner).insert(input.path.clone());
            }
            visit(&input, &engine, &gathered);
        })?;
    }
    let mut gathered = gathered.into_inner().unwrap_or_else(PoisonError::into_inner);
    for (path, verdicts) in version::judge(&gathered.reached, &world) {
        // Whoever excludes a manifest does not want to hear of it.
        if left_out(&path) {
            continue;
        }
        if let Some(text) = world.text(&path) {
            let result = engine.check_manifest(&path, text, verdicts);
            gathered.findings.extend(result.findings);
            gathered.suppressed.extend(result.suppressed);
        }
    }
    let mut repos = std::mem::take(&mut gathered.repos);
    repos.sort();
    problems.extend(sources.problem.iter().map(|(path, why)| Problem {
        path: path.clone(),
        line: None,
        message: format!("not read: {why}"),
        partial: true,
    }));
    let mut rows = std::mem::take(&mut gathered.rows);
    let mut used = BTreeSet::new();
    let mut report = assemble(gathered, problems, &config, &base, options, &mut used);
    let mut repairs = Repairs::default();
    if let Some(wanted) = options.repair {
        let keep = |finding: Finding| {
            filtered(finding, &config, &base, options.min_level).filter(|(finding, _)| finding.suppressed.is_none())
        };
        // What is accepted is left as it is: by a comment, by the configuration, or by the baseline.
        let kept = |findings: Vec<Finding>| -> Vec<Finding> {
            let findings = findings.into_iter().filter_map(|finding| Some(keep(finding)?.0)).collect();
            match &baseline {
                Some(baseline) => {
                    let compared = baseline.compare(findings, &|_| false);
                    compared.new.into_iter().chain(compared.known).collect()
                }
                None => findings,
            }
        };
        repairs = repair_files(&mut report, &engine, &root, wanted, input.as_ref(), &kept);
    }
    // An entry for files that were not looked at is not unused.
    let whole = options.paths.iter().any(|path| discover::canonical(path) == root);
    if whole && engine.settings.rules.contains("unused-ignore") && options.min_level.is_none_or(|least| least == Level::Note) {
        report.findings.extend(config.unused_allows(&used, &root));
    }
    if let Some(baseline) = &baseline {
        // After a look at the whole project, an entry for a file that is gone is stale as well.
        let checked: BTreeSet<String> = Mutex::into_inner(seen).unwrap_or_else(PoisonError::into_inner);
        baseline.apply(&mut report, options.report_suppressed, &|path| whole || checked.contains(path), &root);
    }
    report.sort();
    silence(&mut rows, &report);
    let input = input.map(|given| given.bytes);
    // SARIF describes all rules; the other formats say something only of those that found something.
    let rules = if options.line_hashes {
        rule_texts(catalog.policies())
    } else {
        let found: BTreeSet<&str> = report.findings.iter().chain(&repairs.fixed).map(|finding| finding.rule.as_str()).collect();
        rule_texts(found.into_iter().filter_map(|id| catalog.policy(id)))
    };
    Ok(Outcome { report, rules, root, config, repairs, repos, rows, input })
}

/// The catalogue with a user's own files, when the configuration names folders of them.
///
/// # Errors
/// When a folder cannot be read, and everything that is wrong in its files.
pub fn extended(config: &Config) -> Result<Option<Catalog>, Error> {
    if config.extend_rules.is_empty() {
        return Ok(None);
    }
    let mut files = Vec::new();
    for folder in &config.extend_rules {
        files.extend(user_files(folder)?);
    }
    extend(&files).map(Some)
}

/// The data files of a folder, sorted by name.
///
/// # Errors
/// When the folder or a file cannot be read, or when it holds a file that would not be used.
pub fn user_files(folder: &Path) -> Result<Vec<UserFile>, Error> {
    let failed = |path: &Path, source: std::io::Error| Error::Read { path: path.to_path_buf(), source };
    let mut files = Vec::new();
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(folder).map_err(|error| failed(folder, error))?.filter_map(|entry| Some(entry.ok()?.path())).collect();
    entries.sort();
    for path in entries {
        if path.extension().is_none_or(|extension| extension != "toml") {
            let name = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
            if name.starts_with('.') || name.to_ascii_lowercase().starts_with("readme") {
                continue;
            }
            let message = format!("{}: would not be used", path.display());
            return Err(Error::usage(message, "a folder of rules holds files that end in .toml, and perhaps a README"));
        }
        let bytes = discover::read_plain(&path, LARGEST_RULE_FILE).map_err(|error| failed(&path, error))?;
        let text = String::from_utf8(bytes).map_err(|_| failed(&path, std::io::Error::other("it is not UTF-8")))?;
        files.push(UserFile { name: path.to_string_lossy().replace('\\', "/"), text });
    }
    Ok(files)
}

/// The catalogue with these files.
///
/// # Errors
/// Everything that is wrong in them.
pub fn extend(files: &[UserFile]) -> Result<Catalog, Error> {
    Catalog::extend(files).map_err(|errors| {
        let text = errors.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        Error::usage(text, "docs/adding-a-library.md shows a whole file; `hublint rules schema` prints the legal words")
    })
}

/// What the configuration demands, with the lock file when that is asked for.
fn terms(config: &Config, root: &Path, wanted: bool, follow: bool) -> Result<Terms, Error> {
    let lock = if config.policy.require.is_empty() && !wanted && !follow {
        None
    } else {
        let path = root.join(LOCK_FILE_NAME);
        Lock::read(&path)
            .map_err(|error| Error::usage(format!("{}: {error}", path.display()), "`hublint lock` writes it anew"))?
    };
    Ok(Terms { policy: config.policy.clone(), lock, follow })
}

/// Results of all threads.
#[derive(Default)]
struct Gathered {
    findings: Vec<Finding>,
    suppressed: Vec<Finding>,
    problems: Vec<Problem>,
    reached: BTreeSet<Reached>,
    repos: Vec<RepoSeen>,
    rows: Vec<Row>,
    files: u64,
    bytes: u64,
}

fn visit(input: &Input, engine: &Engine<'_>, gathered: &Mutex<Gathered>) {
    match discover::read(input, SIZE_LIMIT) {
        Ok(bytes) => {
            let size = bytes.len() as u64;
            gather(gathered, engine.check(&input.path, bytes), size);
        }
        Err(problem) => gathered.lock().unwrap_or_else(PoisonError::into_inner).problems.push(problem),
    }
}

fn gather(gathered: &Mutex<Gathered>, result: FileResult, size: u64) {
    let mut all = gathered.lock().unwrap_or_else(PoisonError::into_inner);
    all.files += 1;
    all.bytes += size;
    all.findings.extend(result.findings);
    all.suppressed.extend(result.suppressed);
    all.problems.extend(result.problems);
    all.reached.extend(result.reached);
    all.repos.extend(result.repos);
    all.rows.extend(result.rows);
}

/// Marks findings of rows that configuration or baseline silence, so that the inventory says what `check` says.
fn silence(rows: &mut [Row], report: &Report) {
    let shown: BTreeSet<(&str, &str, usize)> = report
        .findings
        .iter()
        .map(|finding| (finding.location.path.as_str(), finding.rule.as_str(), finding.location.start_byte))
        .collect();
    for row in rows {
        for finding in &mut row.findings {
            finding.suppressed |= !shown.contains(&(row.path.as_str(), finding.rule.as_str(), finding.start_byte));
        }
    }
}

/// A path of the project relative to the folder of the configuration; `None` for paths outside of it, about which its
/// patterns say nothing.
fn within<'a>(path: &'a str, base: &str) -> Option<&'a str> {
    if base.is_empty() { Some(path) } else { path.strip_prefix(base)?.strip_prefix('/') }
}

/// What configuration and level leave.
fn assemble(
    gathered: Gathered,
    problems: Vec<Problem>,
    config: &Config,
    base: &str,
    options: &Options,
    used: &mut BTreeSet<usize>,
) -> Report {
    let mut report = Report { problems, ..Report::default() };
    report.problems.extend(gathered.problems);
    report.statistics.files = gathered.files;
    report.statistics.bytes = gathered.bytes;
    report.suppressed = gathered.suppressed;
    for finding in gathered.findings {
        let Some((finding, allowed)) = filtered(finding, config, base, options.min_level) else { continue };
        used.extend(allowed);
        if finding.suppressed.is_some() {
            report.suppressed.push(finding);
        } else {
            report.findings.push(finding);
        }
    }
    report.statistics.suppressed = report.suppressed.len() as u64;
    if !options.report_suppressed {
        report.suppressed.clear();
    }
    report
}

/// What level and configuration say to a finding: nothing of it is left, or it stays, perhaps silenced (then with the
/// index of the `allow`).
fn filtered(mut finding: Finding, config: &Config, base: &str, min_level: Option<Level>) -> Option<(Finding, Option<usize>)> {
    if min_level.is_some_and(|least| finding.level < least) {
        return None;
    }
    let path = finding.location.path.clone();
    let Some(path) = within(&path, base) else { return Some((finding, None)) };
    let mut allowed = None;
    if config.is_ignored_on(&finding.rule, path) {
        finding.suppressed = Some(Suppression { in_source: false, reason: "per-path configuration".to_owned() });
    } else if let Some(index) = config.allowed(&finding, path) {
        allowed = Some(index);
        let reason = config.allow.get(index).map_or_else(String::new, |allow| allow.reason.clone());
        finding.suppressed = Some(Suppression { in_source: false, reason });
    }
    Some((finding, allowed))
}

/// Repairs every file that has something to repair, and puts what is left into the report.
fn repair_files(
    report: &mut Report,
    engine: &Engine<'_>,
    root: &Path,
    options: RepairOptions,
    given: Option<&Given>,
    kept: &dyn Fn(Vec<Finding>) -> Vec<Finding>,
) -> Repairs {
    let wanted = |finding: &Finding| {
        finding.fix.as_ref().is_some_and(|fix| fix.safe || options.unsafe_fixes)
            && (!options.only_pins || finding.properties.contains_key(pin::PIN_PROPERTY))
    };
    let paths: BTreeSet<String> =
        report.findings.iter().filter(|finding| wanted(finding)).map(|finding| finding.location.path.clone()).collect();
    let mut repairs = Repairs::default();
    let mut left: BTreeMap<String, Vec<Finding>> = BTreeMap::new();
    for path in paths {
        let given = given.filter(|given| given.path == path);
        let file = root.join(&path);
        let read = || {
            let size = std::fs::metadata(&file).map_or(0, |metadata| metadata.len());
            discover::read(&Input { path: path.clone(), file: file.clone(), explicit: true, size }, SIZE_LIMIT)
        };
        let old = match given.map_or_else(read, |given| Ok(given.bytes.clone())) {
            Ok(bytes) => bytes,
            Err(problem) => {
                report.problems.push(problem);
                continue;
            }
        };
        let check = |bytes: &[u8]| -> Vec<Finding> { kept(engine.check(&path, bytes.to_vec()).findings) };
        let repaired = fix::repair(&path, &old, check(&old), &check, &wanted);
        repairs.refused.extend(repaired.refused.into_iter().map(|refusal| (path.clone(), refusal)));
        if repaired.bytes == old {
            if options.write {
                left.insert(path.clone(), repaired.left);
            }
            continue;
        }
        if options.write {
            // The text of standard input goes to standard output.
            let written = if given.is_some() { Ok(()) } else { fix::replace_file(root, &file, &old, &repaired.bytes) };
            if let Err(error) = written {
                report.problems.push(Problem { path: path.clone(), line: None, message: error.to_string(), partial: false });
                continue;
            }
            left.insert(path.clone(), repaired.left);
        }
        repairs.fixed.extend(repaired.fixed);
        repairs.patches.push(Patch { path, old, new: repaired.bytes });
    }
    report.findings.retain(|finding| !left.contains_key(&finding.location.path));
    report.findings.extend(left.into_values().flatten());
    repairs
}

/// The rules that run.
fn selected(options: &Options, config: &Config, catalog: &Catalog) -> Result<BTreeSet<String>, Error> {
    let mut known = BTreeSet::new();
    for id in options.select.iter().chain(&options.ignore) {
        let Some(present) = catalog.policy_id(id) else {
            let help = match crate::error::nearest(id, catalog.policy_ids()) {
                Some(meant) => format!("did you mean `{meant}`? `hublint rules list` shows all"),
                None => "`hublint rules list` shows all rules".to_owned(),
            };
            return Err(Error::usage(format!("no rule is called `{id}`"), help));
        };
        known.insert((id.clone(), present.to_owned()));
    }
    let names = |list: &[String]| -> BTreeSet<&str> {
        known.iter().filter(|(id, _)| list.contains(id)).map(|(_, present)| present.as_str()).collect()
    };
    let (select, ignore) = (names(&options.select), names(&options.ignore));
    Ok(catalog
        .policy_ids()
        .filter(|id| if select.is_empty() { config.runs(id) } else { select.contains(id) })
        .filter(|id| !ignore.contains(id))
        .map(str::to_owned)
        .collect())
}

/// What standard input holds and what it is called.
fn standard_input(options: &Options, root: &Path, working: &Path) -> Result<(String, Vec<u8>), Error> {
    let bytes = match &options.buffer {
        Some(buffer) => buffer.clone(),
        None => {
            let mut bytes = Vec::new();
            std::io::stdin()
                .take(SIZE_LIMIT)
                .read_to_end(&mut bytes)
                .map_err(|error| Error::usage(format!("standard input cannot be read: {error}"), "give a file instead"))?;
            bytes
        }
    };
    let name = options.stdin_name.clone().unwrap_or_else(|| PathBuf::from("stdin.py"));
    Ok((buffer_path(&name, root, working), bytes))
}

/// The path, relative to the root, that findings in a buffer of this name have. The file need not exist.
#[must_use]
pub fn buffer_path(name: &Path, root: &Path, working: &Path) -> String {
    let file = working.join(name);
    // The root is canonical.
    let folder = file.parent().map(discover::canonical).unwrap_or_default();
    let real = file.file_name().map_or_else(|| file.clone(), |last| folder.join(last));
    discover::relative(root, &real).unwrap_or_else(|| name.to_string_lossy().replace('\\', "/"))
}

/// The texts of some rules for printers.
#[must_use]
pub fn rule_texts<'p>(policies: impl IntoIterator<Item = &'p Policy>) -> Vec<RuleText> {
    let mut texts: BTreeMap<String, RuleText> = BTreeMap::new();
    for policy in policies {
        let precision = match policy.precision {
            Precision::VeryHigh => "very-high",
            Precision::High => "high",
            Precision::Medium => "medium",
            Precision::Low => "low",
        };
        texts.insert(
            policy.id.clone(),
            RuleText {
                id: policy.id.clone(),
                name: policy.id.replace('-', " "),
                level: policy.level,
                precision: precision.to_owned(),
                cwe: policy.cwe.clone(),
                security_severity: policy.security_severity.as_ref().and_then(|text| text.parse().ok()),
                summary: policy.summary.clone(),
                full: plain(&policy.rationale),
                help: plain(&policy.help),
                help_markdown: crate::explain::page(policy),
                help_uri: format!("{}/blob/main/rules/README.md#{}", env!("CARGO_PKG_REPOSITORY"), policy.id),
                group: match policy.id.as_str() {
                    "unpinned-revision" => "{count} calls load {repo} unpinned".to_owned(),
                    "trust-remote-code" => "{count} calls run code of {repo}".to_owned(),
                    _ => String::new(),
                },
            },
        );
    }
    texts.into_values().collect()
}

fn plain(text: &str) -> String {
    text.split("\n\n").map(|paragraph| paragraph.replace('\n', " ").trim().to_owned()).collect::<Vec<_>>().join("\n\n")
}
