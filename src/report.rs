//! What is printed: a [`Report`] in one of seven formats. One file each; they only print, nothing is decided there.

pub(crate) mod clean;
mod concise;
mod github;
mod gitlab;
mod json;
mod markdown;
mod sarif;
mod text;

use std::collections::BTreeMap;
use std::io::{self, Write};

use crate::error::Error;
use crate::finding::{Finding, Level, Location, Problem};
use crate::pin::{self, PIN_PROPERTY};

pub use crate::printable::{inert, printable};

/// A form of output. The words are those of `--format`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, clap::ValueEnum)]
pub enum Format {
    /// Frames for people.
    Text,
    /// One line for each finding.
    Concise,
    /// hublint's own JSON.
    Json,
    /// SARIF 2.1.0.
    Sarif,
    /// Workflow commands of GitHub Actions.
    Github,
    /// Code Quality of GitLab.
    Gitlab,
    /// A summary in Markdown.
    Markdown,
}

/// Counts of a run. Only what is the same on every run: no times.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Files that were looked at.
    pub files: u64,
    /// Their bytes.
    pub bytes: u64,
    /// Findings that a comment or the configuration silences.
    pub suppressed: u64,
    /// Findings that the baseline holds.
    pub in_baseline: u64,
}

/// The result of a run.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// What is to be shown, sorted by [`Finding::order`].
    pub findings: Vec<Finding>,
    /// What is silenced and still to be shown (`--report-suppressed`), sorted; [`Finding::suppressed`] is set.
    pub suppressed: Vec<Finding>,
    /// What could not be checked, sorted.
    pub problems: Vec<Problem>,
    /// Counts.
    pub statistics: Statistics,
}

impl Report {
    /// Sorts everything, so that the output does not depend on the order of work.
    pub fn sort(&mut self) {
        self.findings.sort_by(Finding::order);
        self.suppressed.sort_by(Finding::order);
        self.problems.sort();
    }

    /// How many findings have a level.
    #[must_use]
    pub fn count(&self, level: Level) -> usize {
        self.findings.iter().filter(|finding| finding.level == level).count()
    }

    /// How many findings `--fix` repairs.
    #[must_use]
    pub fn fixable(&self) -> usize {
        let pins = |finding: &Finding| finding.properties.get(PIN_PROPERTY).is_some_and(|word| pin::is_known(word));
        self.findings.iter().filter(|finding| finding.fix.as_ref().is_some_and(|fix| fix.safe) || pins(finding)).count()
    }

    /// The worst level.
    #[must_use]
    pub fn worst(&self) -> Option<Level> {
        self.findings.iter().map(|finding| finding.level).max()
    }

    /// Findings for each rule, most first, then by id.
    #[must_use]
    pub fn by_rule(&self) -> Vec<(&str, Level, usize)> {
        let mut rules: BTreeMap<&str, (Level, usize)> = BTreeMap::new();
        for finding in &self.findings {
            let entry = rules.entry(&finding.rule).or_insert((finding.level, 0));
            entry.0 = entry.0.max(finding.level);
            entry.1 += 1;
        }
        let mut rows: Vec<_> = rules.into_iter().map(|(rule, (level, count))| (rule, level, count)).collect();
        rows.sort_by(|a, b| b.1.cmp(&a.1).then(b.2.cmp(&a.2)).then(a.0.cmp(b.0)));
        rows
    }
}

/// What a printer knows of a rule. `hublint explain`, SARIF and the rule page are one text.
#[derive(Clone, Debug)]
pub struct RuleText {
    /// The id.
    pub id: String,
    /// A name in words: `Unsafe torch.load`.
    pub name: String,
    /// The usual level.
    pub level: Level,
    /// `very-high`, `high`, `medium` or `low`.
    pub precision: String,
    /// Numbers of the CWE: 502.
    pub cwe: Vec<u32>,
    /// Above 0 and up to 10; `None` when the rule is not about security.
    pub security_severity: Option<f64>,
    /// One line that ends in a dot.
    pub summary: String,
    /// The rationale, plain text.
    pub full: String,
    /// What to do, plain text.
    pub help: String,
    /// The whole page in Markdown.
    pub help_markdown: String,
    /// Where the page is.
    pub help_uri: String,
    /// A headline for several findings on one repository, with `{count}` and `{repo}`:
    /// `{count} calls load {repo} unpinned`. Empty: a general one.
    pub group: String,
}

/// What the printers need beside the report.
#[derive(Clone, Debug)]
pub struct ReportContext<'a> {
    /// The rules that ran, in any order.
    pub rules: &'a [RuleText],
    /// Print colours.
    pub colour: bool,
    /// Print links that a terminal can open (OSC 8).
    pub links: bool,
    /// Columns of the terminal.
    pub width: usize,
    /// The version of hublint.
    pub version: &'a str,
    /// Print the table of `--statistics`.
    pub statistics: bool,
    /// Print only findings, no closing line.
    pub quiet: bool,
}

impl ReportContext<'_> {
    /// The text of a rule.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&RuleText> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// Prints a report.
///
/// # Errors
/// Those of the writer; a closed pipe comes as [`io::ErrorKind::BrokenPipe`].
pub fn write(format: Format, report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Text => text::write(report, context, out),
        Format::Concise => concise::write(report, context, out),
        Format::Json => json::write(report, context, out),
        Format::Sarif => sarif::write(report, context, out),
        Format::Github => github::write(report, context, out),
        Format::Gitlab => gitlab::write(report, context, out),
        Format::Markdown => markdown::write(report, context, out),
    }
}

/// Prints an error that stopped the job, with the place in the user's file where there is one.
///
/// # Errors
/// Those of the writer.
pub fn write_error(error: &Error, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    text::write_error(error, context, out)
}

/// `nb.ipynb cell 3, line 2 (line 57 of the file)` or `src/a.py:3:14`.
fn place(location: &Location) -> String {
    let path = shown_path(&location.path);
    match &location.cell {
        Some(cell) => {
            let output = cell.output.map(|number| format!(" output {number}")).unwrap_or_default();
            format!("{path} cell {}{output}, line {} (line {} of the file)", cell.number, cell.line, location.start.line)
        }
        None => format!("{path}:{}:{}", location.start.line, location.start.column),
    }
}

/// A path that cannot be read as a workflow command (`::error`) or an option.
fn shown_path(path: &str) -> String {
    let guard = if path.trim_start().starts_with([':', '#', '-']) { "./" } else { "" };
    format!("{guard}{}", printable(path))
}

/// `1 finding`, `2 findings`.
fn counted(count: usize, word: &str) -> String {
    if count == 1 { format!("1 {word}") } else { format!("{count} {word}s") }
}

/// The closing line: what was found and what to do next.
fn closing(report: &Report) -> String {
    let found = report.findings.len();
    let files = usize::try_from(report.statistics.files).unwrap_or(usize::MAX);
    let mut line = if found == 0 {
        format!("no findings in {}", counted(files, "file"))
    } else {
        let kinds: Vec<String> = [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "note")]
            .into_iter()
            .map(|(level, word)| (report.count(level), word))
            .filter(|(count, _)| *count > 0)
            .map(|(count, word)| counted(count, word))
            .collect();
        format!("{} ({})", counted(found, "finding"), kinds.join(", "))
    };
    if report.statistics.in_baseline > 0 {
        line.push_str(&format!(", {} in the baseline", report.statistics.in_baseline));
    }
    if report.statistics.suppressed > 0 {
        line.push_str(&format!(", {} suppressed", report.statistics.suppressed));
    }
    if !report.problems.is_empty() {
        line.push_str(&format!("; {} not (wholly) checked", counted(report.problems.len(), "file")));
    }
    match report.fixable() {
        0 => {
            if let Some(first) = report.findings.iter().max_by_key(|finding| finding.level) {
                line.push_str(&format!("; why: hublint explain {}", first.rule));
            }
        }
        fixable
            if report.findings.iter().any(|finding| finding.properties.get(PIN_PROPERTY).is_some_and(|word| word == "hub")) =>
        {
            line.push_str(&format!("; {fixable} can be fixed: hublint check --fix --online"));
        }
        fixable => line.push_str(&format!("; {fixable} can be fixed offline: hublint check --fix")),
    }
    line
}

/// A problem on one line.
fn problem_line(problem: &Problem) -> String {
    let line = problem.line.map(|line| format!(":{line}")).unwrap_or_default();
    let scope = if problem.partial { "partly checked" } else { "not checked" };
    format!("{}{line}: {scope}: {}", shown_path(&problem.path), printable(&problem.message))
}
