//! One line for each finding: `path:line:column: level[rule] message`.

use std::io::{self, Write};

use super::{Report, ReportContext, closing, place, printable, problem_line};

/// Prints the findings, the problems and a closing line.
pub(super) fn write(report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    for finding in report.findings.iter().chain(&report.suppressed) {
        let state = if finding.suppressed.is_some() { " (suppressed)" } else { "" };
        let mark = match &finding.fix {
            Some(fix) if fix.safe => " [fixable]",
            _ => "",
        };
        writeln!(
            out,
            "{}: {}[{}] {}{mark}{state}",
            place(&finding.location),
            finding.level.as_str(),
            finding.rule,
            printable(&finding.message)
        )?;
    }
    for problem in &report.problems {
        writeln!(out, "{}", problem_line(problem))?;
    }
    if context.statistics {
        super::text::write_statistics(report, out)?;
    }
    if !context.quiet {
        writeln!(out, "{}", closing(report))?;
    }
    Ok(())
}
