//! The inventory as CSV (RFC 4180): one line a row. No cell can start a formula in a spreadsheet.

use std::io::{self, Write};

use super::{Inventory, Repository, Row};
use crate::printable::printable;

const HEADER: &[&str] = &[
    "type",
    "id",
    "revision",
    "pinned",
    "pin",
    "how",
    "commit",
    "code_revision",
    "tokenizer_revision",
    "remote_code",
    "format",
    "dynamic",
    "default",
    "why",
    "role",
    "companions",
    "loader",
    "surface",
    "path",
    "line",
    "column",
    "cell",
    "policy",
    "risk",
    "findings",
    "hub_commit",
    "license",
    "gated",
    "last_modified",
    "security",
    "renamed_to",
    "hub_problem",
];

/// Prints the rows, the riskiest repository first.
///
/// # Errors
/// When it cannot be written.
pub fn write(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    line(HEADER.iter().map(|word| (*word).to_owned()), out)?;
    for repository in &inventory.repositories {
        for row in &repository.rows {
            line(cells(repository, row).into_iter(), out)?;
        }
    }
    Ok(())
}

fn cells(repository: &Repository, row: &Row) -> Vec<String> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let number = |value: Option<u32>| value.map_or_else(String::new, |value| value.to_string());
    let online = repository.online.clone();
    let known =
        |value: Option<String>| if row.id.is_none() { String::new() } else { value.unwrap_or_else(|| "unknown".to_owned()) };
    let reference = row.revision.clone().unwrap_or_else(|| crate::hub::repo::DEFAULT_REFERENCE.to_owned());
    let security = online
        .as_ref()
        .and_then(|online| online.security.as_ref())
        .map(|issues| if issues.is_empty() { "no issue found".to_owned() } else { issues.join("; ") });
    vec![
        row.kind.word().to_owned(),
        text(&row.id),
        text(&row.revision),
        row.pinned.word().to_owned(),
        row.pin.clone(),
        text(&row.how),
        text(&row.commit),
        text(&row.code_revision),
        text(&row.tokenizer_revision),
        row.remote_code.word().to_owned(),
        text(&row.format),
        if row.dynamic { "yes" } else { "no" }.to_owned(),
        text(&row.default),
        text(&row.why),
        row.role.clone(),
        row.companions.iter().map(|other| format!("{}={}", other.role, other.id)).collect::<Vec<_>>().join("; "),
        row.loader.clone(),
        row.surface.clone(),
        row.path.clone(),
        row.line.to_string(),
        row.column.to_string(),
        number(row.cell),
        row.policy.join("; "),
        row.risk().map_or("", super::Risk::word).to_owned(),
        row.findings
            .iter()
            .map(|finding| if finding.suppressed { format!("{} (silenced)", finding.rule) } else { finding.rule.clone() })
            .collect::<Vec<_>>()
            .join("; "),
        known(online.as_ref().and_then(|online| online.commits.get(&reference).cloned())),
        known(online.as_ref().and_then(|online| online.license.clone())),
        known(online.as_ref().and_then(|online| online.gated.clone())),
        known(online.as_ref().and_then(|online| online.last_modified.clone())),
        known(security),
        online.as_ref().and_then(|online| online.renamed_to.clone()).unwrap_or_default(),
        online.as_ref().and_then(|online| online.problem.clone()).unwrap_or_default(),
    ]
}

fn line(cells: impl Iterator<Item = String>, out: &mut dyn Write) -> io::Result<()> {
    let cells: Vec<String> = cells.map(|cell| quoted(&cell)).collect();
    write!(out, "{}\r\n", cells.join(","))
}

/// A cell that is text for every spreadsheet: what opens a formula gets an apostrophe, as OWASP advises.
fn quoted(cell: &str) -> String {
    // Judged before control characters become pictures: a tab opens a formula too.
    let formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠']);
    let text = printable(cell);
    let text = if formula { format!("'{text}") } else { text.into_owned() };
    if text.contains([',', '"', '\'', ';', ' ']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn no_cell_is_a_formula_and_no_cell_breaks_the_line() {
        assert_eq!(quoted("=HYPERLINK(\"x\")"), "\"'=HYPERLINK(\"\"x\"\")\"");
        assert_eq!(quoted("@SUM(A1)"), "\"'@SUM(A1)\"");
        assert_eq!(quoted("-1+1"), "\"'-1+1\"");
        assert_eq!(quoted("\tx"), "\"'␉x\"");
        assert_eq!(quoted("a\r\nb"), "a␍␊b");
        assert_eq!(quoted("org/name"), "org/name");
        assert_eq!(quoted("a,b"), "\"a,b\"");
    }
}
