//! The inventory for a terminal: a line for each repository and set of terms, the riskiest first, places at its end.

use std::collections::BTreeMap;
use std::io::{self, Write};

use super::{Inventory, Pinned, Repository, Risk, Row, Switch, counted, summary};
use crate::printable::printable;

/// How the table looks.
#[derive(Clone, Copy, Debug)]
pub struct Look {
    /// Columns of the terminal.
    pub width: usize,
    /// Colours.
    pub colour: bool,
}

/// A line of the table.
struct Line<'a> {
    risk: Option<Risk>,
    kind: &'static str,
    repository: String,
    revision: String,
    pin: String,
    code: String,
    policy: String,
    rows: Vec<&'a Row>,
}

/// What lines are told apart by.
type Terms<'a> = (Option<&'a str>, Pinned, &'a str, Switch, Vec<&'a str>, Option<&'a str>);

/// Prints the table.
///
/// # Errors
/// When it cannot be written.
pub fn write(inventory: &Inventory, look: Look, out: &mut dyn Write) -> io::Result<()> {
    let lines: Vec<Line<'_>> = inventory.repositories.iter().flat_map(lines).collect();
    if lines.is_empty() {
        writeln!(out, "no repository of a hub is used here")?;
    } else {
        print(&lines, look, out)?;
        writeln!(out, "\n{}", summary(inventory))?;
    }
    if inventory.online {
        online(inventory, out)?;
    }
    for problem in &inventory.problems {
        let line = problem.line.map_or_else(String::new, |line| format!(":{line}"));
        writeln!(out, "problem: {}{line}: {}", printable(&problem.path), printable(&crate::secrets::redact(&problem.message)))?;
    }
    Ok(())
}

/// Rows of one repository on the same terms share a line.
fn lines(repository: &Repository) -> Vec<Line<'_>> {
    let mut groups: BTreeMap<Terms<'_>, Vec<&Row>> = BTreeMap::new();
    for row in &repository.rows {
        let policy = row.policy.iter().map(String::as_str).collect();
        // What is not known is told apart by the reason, and by nothing else: thousands of such places are usual.
        let why = if row.id.is_none() { row.why.as_deref() } else { None };
        let terms = (row.revision.as_deref(), row.pinned, row.pin.as_str(), row.remote_code, policy, why);
        groups.entry(terms).or_default().push(row);
    }
    let mut lines: Vec<Line<'_>> = groups
        .into_iter()
        .map(|((revision, pinned, pin, code, policy, why), rows)| Line {
            risk: rows.iter().filter_map(|row| row.risk()).max(),
            kind: repository.kind.word(),
            repository: match (&repository.id, why) {
                (Some(id), _) => named(id, &rows),
                (None, Some(why)) => format!("(dynamic: {why})"),
                (None, None) => "(dynamic)".to_owned(),
            },
            revision: revision_text(revision, pinned, &rows),
            pin: pin_text(pinned, pin, &rows),
            code: match code {
                Switch::On => "on".to_owned(),
                Switch::Off => String::new(),
                Switch::Unknown => "?".to_owned(),
            },
            policy: policy.iter().map(|term| term.split(':').next().unwrap_or(term)).collect::<Vec<_>>().join(", "),
            rows,
        })
        .collect();
    lines.sort_by_key(|line| std::cmp::Reverse((line.risk, line.code == "on")));
    lines
}

/// The id, and what must be known beside it.
fn named(id: &str, rows: &[&Row]) -> String {
    let mut text = id.to_owned();
    if rows.iter().all(|row| row.dynamic) {
        text.push_str(" (default)");
    }
    if rows.iter().any(|row| row.maybe_local) {
        text.push_str(" (or a folder)");
    }
    text
}

fn revision_text(revision: Option<&str>, pinned: Pinned, rows: &[&Row]) -> String {
    let lock = || rows.first().and_then(|row| row.commit.as_deref()).filter(|_| pinned == Pinned::Lock);
    match revision.or_else(lock) {
        // A table shows the beginning of a hash; the other formats hold it whole.
        Some(text) if text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_hexdigit()) => {
            text.get(..12).unwrap_or(text).to_owned()
        }
        Some(text) => text.to_owned(),
        None => String::new(),
    }
}

fn pin_text(pinned: Pinned, pin: &str, rows: &[&Row]) -> String {
    let mut how: Vec<&str> = rows.iter().filter_map(|row| row.how.as_deref()).collect();
    how.sort_unstable();
    how.dedup();
    match pinned {
        Pinned::Yes if how.is_empty() => "pinned".to_owned(),
        Pinned::Yes => format!("pinned ({})", how.join(", ")),
        Pinned::Lock => "locked".to_owned(),
        Pinned::No if pin == "none" => "floats".to_owned(),
        Pinned::No if pin == "impossible" => "floats (no way to pin)".to_owned(),
        Pinned::No => format!("floats ({pin})"),
        Pinned::Unknown => "unknown".to_owned(),
        Pinned::NotApplicable => String::new(),
    }
}

fn print(lines: &[Line<'_>], look: Look, out: &mut dyn Write) -> io::Result<()> {
    let policy = lines.iter().any(|line| !line.policy.is_empty());
    let mut titles = vec!["RISK", "TYPE", "REPOSITORY", "REVISION", "PIN", "CODE"];
    if policy {
        titles.push("POLICY");
    }
    titles.push("PLACES");
    let cells: Vec<Vec<String>> = lines.iter().map(|line| row_cells(line, policy)).collect();
    let mut widths: Vec<usize> = titles.iter().map(|title| title.len()).collect();
    for row in &cells {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.chars().count());
        }
    }
    shrink(&mut widths, look.width.max(60));
    let heading: Vec<String> = titles.iter().map(|title| (*title).to_owned()).collect();
    writeln!(out, "{}", joined(&heading, &widths, None, look.colour))?;
    for (row, line) in cells.iter().zip(lines) {
        writeln!(out, "{}", joined(row, &widths, Some(line), look.colour))?;
    }
    Ok(())
}

fn row_cells(line: &Line<'_>, policy: bool) -> Vec<String> {
    let dash = |text: &str| if text.is_empty() { "-".to_owned() } else { printable(text).into_owned() };
    let first = line.rows.first().map_or_else(String::new, |row| format!("{}:{}", printable(&row.path), row.line));
    let more = line.rows.len().saturating_sub(1);
    let mut cells = vec![
        line.risk.map_or("-", Risk::word).to_owned(),
        line.kind.to_owned(),
        dash(&line.repository),
        dash(&line.revision),
        dash(&line.pin),
        dash(&line.code),
    ];
    if policy {
        cells.push(dash(&line.policy));
    }
    cells.push(if more == 0 { first } else { format!("{first} +{more}") });
    cells
}

/// Takes width from the widest columns until the line fits; no column falls below what is still readable.
fn shrink(widths: &mut [usize], most: usize) {
    const LEAST: usize = 10;
    loop {
        let total: usize = widths.iter().sum::<usize>() + 2 * widths.len().saturating_sub(1);
        let Some(over) = total.checked_sub(most).filter(|over| *over > 0) else { return };
        let Some(widest) = widths.iter().copied().max().filter(|widest| *widest > LEAST) else { return };
        let next = widths.iter().copied().filter(|width| *width < widest).max().unwrap_or(LEAST).max(LEAST);
        let count = widths.iter().filter(|width| **width == widest).count();
        let cut = over.div_ceil(count).min(widest - next.min(widest - 1)).max(1);
        for width in widths.iter_mut().filter(|width| **width == widest) {
            *width -= cut;
        }
    }
}

fn joined(cells: &[String], widths: &[usize], line: Option<&Line<'_>>, colour: bool) -> String {
    let mut text = String::new();
    for (index, (cell, width)) in cells.iter().zip(widths).enumerate() {
        // The end of a path says more than its beginning.
        let last = index + 1 == cells.len();
        let fitted = if last { tail(cell, *width) } else { head(cell, *width) };
        let padding = " ".repeat(width.saturating_sub(fitted.chars().count()));
        let paint = if colour { style(index, line) } else { None };
        match paint {
            Some(code) => text.push_str(&format!("\u{1b}[{code}m{fitted}\u{1b}[0m")),
            None => text.push_str(&fitted),
        }
        if !last {
            text.push_str(&padding);
            text.push_str("  ");
        }
    }
    text.trim_end().to_owned()
}

/// The colour of a cell: that of the risk for the first one, of the pin for its own.
fn style(column: usize, line: Option<&Line<'_>>) -> Option<&'static str> {
    let Some(line) = line else { return Some("1") };
    match column {
        0 => match line.risk {
            Some(Risk::Error) => Some("31;1"),
            Some(Risk::Warning) => Some("33"),
            Some(Risk::Note) => Some("36"),
            None => Some("2"),
        },
        2 => Some("1"),
        4 if line.pin.starts_with("pinned") || line.pin == "locked" => Some("32"),
        5 if line.code == "on" => Some("31"),
        _ => None,
    }
}

fn head(text: &str, width: usize) -> String {
    if text.chars().count() <= width {
        return text.to_owned();
    }
    let mut short: String = text.chars().take(width.saturating_sub(1)).collect();
    short.push('…');
    short
}

fn tail(text: &str, width: usize) -> String {
    let count = text.chars().count();
    if count <= width {
        return text.to_owned();
    }
    let rest: String = text.chars().skip(count - width.saturating_sub(1)).collect();
    format!("…{rest}")
}

/// What the Hub says: a line for each repository.
fn online(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nON THE HUB")?;
    for repository in &inventory.repositories {
        let (Some(id), Some(online)) = (&repository.id, &repository.online) else { continue };
        let unknown = || "unknown".to_owned();
        let mut parts = Vec::new();
        if let Some(problem) = &online.problem {
            parts.push(problem.clone());
        }
        if let Some(renamed) = &online.renamed_to {
            parts.push(format!("renamed to {renamed}"));
        }
        if !online.commits.is_empty() {
            let head: Vec<String> = online
                .commits
                .iter()
                .filter(|(reference, commit)| reference != commit)
                .map(|(reference, commit)| format!("{reference} is {}", commit.get(..12).unwrap_or(commit)))
                .collect();
            parts.extend(head);
            parts.push(format!("licence {}", online.license.clone().unwrap_or_else(unknown)));
            parts.push(format!("gated {}", online.gated.clone().unwrap_or_else(unknown)));
            parts.push(format!("changed {}", online.last_modified.clone().unwrap_or_else(unknown)));
            parts.push(match &online.security {
                None => "not scanned".to_owned(),
                Some(issues) if issues.is_empty() => "scan found nothing".to_owned(),
                Some(issues) => format!("scan: {}", issues.join(", ")),
            });
        }
        writeln!(out, "{} {}: {}", repository.kind.word(), printable(id), printable(&parts.join("; ")))?;
    }
    let asked = inventory.repositories.iter().filter(|repository| repository.online.is_some()).count();
    writeln!(out, "{} asked about", counted(asked, "repository", "repositories"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn widths_shrink_until_the_line_fits_and_no_further() {
        let mut widths = [8, 7, 60, 40, 20, 4, 70];
        shrink(&mut widths, 100);
        assert!(widths.iter().sum::<usize>() + 12 <= 100, "{widths:?}");
        assert_eq!((widths[0], widths[1], widths[5]), (8, 7, 4));
        let mut narrow = [50; 7];
        shrink(&mut narrow, 10);
        assert_eq!(narrow, [10; 7]);
        let mut fits = [10, 20];
        shrink(&mut fits, 100);
        assert_eq!(fits, [10, 20]);
    }

    #[test]
    fn ends_of_paths_and_beginnings_of_names_are_kept() {
        assert_eq!(head("meta-llama/Llama", 8), "meta-ll…");
        assert_eq!(tail("src/app/model.py:12", 12), "…model.py:12");
    }
}
