//! A summary in Markdown for the summary of a CI step or a comment: a table by rule, then by file, worst first.
//!
//! GitHub refuses a summary above 1 MiB; the tables stop before and say how many rows are left out.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Report, ReportContext, closing, counted, place, printable};
use crate::finding::{Finding, Level};

/// Bytes that the tables may take.
const MOST_BYTES: usize = 900 * 1024;
/// Characters of one cell of the table.
const MOST_CELL: usize = 300;

/// Prints the summary.
pub(super) fn write(report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    let mut text = String::from("## hublint\n\n");
    text.push_str(&closing(report));
    text.push_str("\n\n");
    if !report.findings.is_empty() {
        rules(report, context, &mut text);
        findings(report, &mut text);
    }
    problems(report, &mut text);
    out.write_all(text.as_bytes())
}

fn rules(report: &Report, context: &ReportContext, text: &mut String) {
    text.push_str("| Rule | Level | Findings | What it is |\n|---|---|--:|---|\n");
    for (id, level, count) in report.by_rule() {
        let rule = context.rule(id);
        let name = match rule.map(|rule| rule.help_uri.as_str()) {
            Some(address) if address.starts_with("https://") => {
                format!("[{}]({})", escaped(id), address.replace([' ', ')', '|'], ""))
            }
            _ => escaped(id),
        };
        let summary = rule.map_or_else(String::new, |rule| escaped(&rule.summary));
        text.push_str(&format!("| {name} | {} | {count} | {summary} |\n", badge(level)));
    }
    text.push('\n');
}

/// Files, those with the worst findings first.
fn findings(report: &Report, text: &mut String) {
    let mut files: BTreeMap<&str, Vec<&Finding>> = BTreeMap::new();
    for finding in &report.findings {
        files.entry(&finding.location.path).or_default().push(finding);
    }
    let mut files: Vec<(&str, Vec<&Finding>)> = files.into_iter().collect();
    let weight = |findings: &[&Finding]| {
        let count = |level| findings.iter().filter(|found| found.level == level).count();
        (count(Level::Error), count(Level::Warning), count(Level::Note))
    };
    files.sort_by_cached_key(|(path, findings)| (std::cmp::Reverse(weight(findings)), *path));
    text.push_str("| Place | Level | Rule | Message | Fix |\n|---|---|---|---|---|\n");
    let mut left_out = 0;
    for (_, mut findings) in files {
        findings.sort_by(|a, b| b.level.cmp(&a.level).then_with(|| a.order(b)));
        for finding in findings {
            let fix = match &finding.fix {
                Some(fix) if fix.safe => format!("`--fix`: {}", escaped(&fix.description)),
                Some(fix) => format!("`--unsafe-fixes`: {}", escaped(&fix.description)),
                None => escaped(&finding.help),
            };
            let row = format!(
                "| {} | {} | {} | {} | {fix} |\n",
                escaped(&place(&finding.location)),
                badge(finding.level),
                escaped(&finding.rule),
                escaped(&finding.message),
            );
            if text.len() + row.len() > MOST_BYTES {
                left_out += 1;
            } else {
                text.push_str(&row);
            }
        }
    }
    if left_out > 0 {
        text.push_str(&format!(
            "\n{} left out: the summary would be too long. The SARIF file lists all.\n",
            counted(left_out, "row")
        ));
    }
}

fn problems(report: &Report, text: &mut String) {
    if report.problems.is_empty() {
        return;
    }
    text.push_str("\n**Not (wholly) checked**\n\n");
    for (index, problem) in report.problems.iter().enumerate() {
        if index == 100 || text.len() > MOST_BYTES {
            let rest = report.problems.len() - index;
            text.push_str(&format!("- and {}\n", counted(rest, "more file")));
            break;
        }
        text.push_str(&format!("- {}: {}\n", escaped(&problem.path), escaped(&problem.message)));
    }
}

fn badge(level: Level) -> &'static str {
    match level {
        Level::Error => "🔴 error",
        Level::Warning => "🟠 warning",
        Level::Note => "🔵 note",
    }
}

/// Text that is text: no Markdown, no HTML, no mention of people or issues, no row of a table. Pairs of backticks, which
/// messages put around code, become code.
fn escaped(text: &str) -> String {
    let shown = printable(text);
    let balanced = shown.matches('`').count().is_multiple_of(2);
    let mut result = String::with_capacity(shown.len() + 16);
    let mut in_code = false;
    for (count, character) in shown.chars().enumerate() {
        if count >= MOST_CELL {
            result.push('…');
            break;
        }
        match character {
            '`' if balanced => {
                result.push_str(if in_code { "</code>" } else { "<code>" });
                in_code = !in_code;
            }
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '|' => result.push_str("&#124;"),
            '@' => result.push_str("&#64;"),
            '#' => result.push_str("&#35;"),
            ':' => result.push_str("&#58;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '(' | ')' | '~' | '!' | '$' | '{' | '}' => {
                result.push('\\');
                result.push(character);
            }
            _ => result.push(character),
        }
    }
    if in_code {
        result.push_str("</code>");
    }
    result
}
