//! Workflow commands of GitHub Actions: annotations in a pull request without code scanning.
//!
//! GitHub shows ten annotations of a kind for each step and drops the rest without a word (actions/toolkit,
//! `docs/problem-matchers.md`). The first ten in order of place are printed, and how many are hidden is said.

use std::io::{self, Write};

use super::{Report, ReportContext, closing, counted, printable};
use crate::finding::{Finding, Level};

/// Annotations of one kind that GitHub shows.
const SHOWN: usize = 10;

/// Prints errors, warnings and notices, and a closing line for the log.
pub(super) fn write(report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    for (level, command) in [(Level::Error, "error"), (Level::Warning, "warning"), (Level::Note, "notice")] {
        let findings: Vec<&Finding> = report.findings.iter().filter(|finding| finding.level == level).collect();
        let mut shown = SHOWN;
        // The annotation that says how many are hidden takes the place of one.
        if findings.len() > SHOWN {
            shown -= 1;
        }
        for finding in findings.iter().take(shown) {
            annotation(command, finding, out)?;
        }
        if findings.len() > SHOWN {
            writeln!(
                out,
                "::{command} title=hublint::{} more of this level are hidden: GitHub shows {SHOWN} annotations of a kind. The step summary and the SARIF file list all.",
                counted(findings.len() - shown, "finding")
            )?;
        }
    }
    for problem in report.problems.iter().take(SHOWN) {
        let line = problem.line.map(|line| format!(",line={line}")).unwrap_or_default();
        writeln!(out, "::notice title=hublint: not checked,file={}{line}::{}", property(&problem.path), data(&problem.message))?;
    }
    if !context.quiet {
        writeln!(out, "hublint: {}", closing(report))?;
    }
    Ok(())
}

fn annotation(command: &str, finding: &Finding, out: &mut dyn Write) -> io::Result<()> {
    let location = &finding.location;
    let cell = location.cell.as_ref().map(|cell| format!(" (cell {}, line {})", cell.number, cell.line)).unwrap_or_default();
    let mut message = format!("{}{cell}", finding.message);
    if !finding.help.is_empty() {
        message.push('\n');
        message.push_str(&finding.help);
    }
    writeln!(
        out,
        "::{command} title={},file={},line={},col={},endLine={},endColumn={}::{}",
        property(&format!("hublint {}", finding.rule)),
        property(&location.path),
        location.start.line,
        location.start.column,
        location.end.line,
        location.end.column,
        data(&message)
    )
}

/// The message of a command: `%`, CR and LF are escaped, as the runner undoes it. Nothing else may steer the log.
fn data(text: &str) -> String {
    text.lines().map(|line| printable(line).replace('%', "%25")).collect::<Vec<_>>().join("%0A")
}

/// A property of a command: `:` and `,` are escaped too.
fn property(text: &str) -> String {
    printable(text).replace('%', "%25").replace(':', "%3A").replace(',', "%2C")
}
