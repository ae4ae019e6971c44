//! Code Quality of GitLab: an array of issues, each with a fingerprint that must be unique in the file.

use std::io::{self, Write};

use serde_json::json;

use super::clean::write_json;
use super::{Report, ReportContext};
use crate::finding::{Finding, Level};

/// Prints the array, an issue a line.
pub(super) fn write(report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"[")?;
    for (index, finding) in report.findings.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        write_json(out, &issue(finding, context))?;
    }
    out.write_all(b"\n]\n")
}

fn issue(finding: &Finding, context: &ReportContext) -> serde_json::Value {
    let location = &finding.location;
    let severity = match finding.level {
        Level::Note => "info",
        Level::Warning => "major",
        Level::Error => "critical",
    };
    let cell = location.cell.as_ref().map(|cell| format!(" (cell {}, line {})", cell.number, cell.line)).unwrap_or_default();
    let body = context.rule(&finding.rule).map_or_else(String::new, |rule| rule.help_markdown.clone());
    let mut issue = json!({
        "type": "issue",
        "check_name": finding.rule,
        "description": format!("{}: {}{cell}", finding.rule, finding.message),
        "categories": ["Security"],
        "severity": severity,
        "fingerprint": finding.fingerprint,
        "location": {
            "path": location.path,
            "lines": {"begin": location.start.line, "end": location.end.line}
        }
    });
    if !body.is_empty()
        && let Some(fields) = issue.as_object_mut()
    {
        fields.insert("content".to_owned(), json!({ "body": body }));
    }
    issue
}
