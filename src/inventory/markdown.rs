//! The inventory as Markdown, for a page, a pull request or the summary of a CI step.

use std::io::{self, Write};

use super::{Inventory, Repository, Risk, Row, Switch, summary};
use crate::printable::printable;

/// GitHub refuses a summary above 1 MiB; the table stops before and says so.
const MOST_BYTES: usize = 900 * 1024;
/// Places that are named for one repository.
const MOST_PLACES: usize = 5;

/// Prints the table.
///
/// # Errors
/// When it cannot be written.
pub fn write(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    let mut text = format!("## Models, datasets and other repositories\n\n{}\n", summary(inventory));
    if !inventory.repositories.is_empty() {
        text.push_str("\n| Risk | Type | Repository | Revision | Pinned | Remote code | Policy | Places |\n");
        text.push_str("|---|---|---|---|---|---|---|---|\n");
    }
    let mut left_out = 0;
    for repository in &inventory.repositories {
        let line = line(repository);
        if text.len() + line.len() > MOST_BYTES {
            left_out += 1;
        } else {
            text.push_str(&line);
        }
    }
    if left_out > 0 {
        text.push_str(&format!("\n{left_out} repositories left out: the table would be too long. The JSON format has all.\n"));
    }
    if !inventory.problems.is_empty() {
        text.push_str("\nNot read:\n\n");
        for problem in inventory.problems.iter().take(100) {
            let message = crate::secrets::redact(&problem.message);
            text.push_str(&format!("- {}: {}\n", escaped(&problem.path), escaped(&message)));
        }
    }
    out.write_all(text.as_bytes())
}

fn line(repository: &Repository) -> String {
    let set = |value: &dyn Fn(&Row) -> Option<String>| {
        let mut words: Vec<String> = repository.rows.iter().filter_map(value).collect();
        words.sort();
        words.dedup();
        words.join("<br>")
    };
    let mut places: Vec<String> =
        repository.rows.iter().take(MOST_PLACES).map(|row| escaped(&format!("{}:{}", row.path, row.line))).collect();
    if repository.rows.len() > MOST_PLACES {
        places.push(format!("and {} more", repository.rows.len() - MOST_PLACES));
    }
    let name = match &repository.id {
        Some(id) => escaped(id),
        None => format!("(dynamic) {}", set(&|row| row.why.as_deref().map(escaped))),
    };
    format!(
        "| {} | {} | {name} | {} | {} | {} | {} | {} |\n",
        repository.risk.map_or("", Risk::word),
        repository.kind.word(),
        set(&|row| row.revision.as_deref().map(escaped)),
        set(&|row| Some(row.pinned.word().to_owned())),
        set(&|row| (row.remote_code != Switch::Off).then(|| row.remote_code.word().to_owned())),
        set(&|row| (!row.policy.is_empty()).then(|| escaped(&row.policy.join(", ")))),
        places.join("<br>"),
    )
}

/// Text that Markdown and HTML take as text, in one cell.
pub(super) fn escaped(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for character in printable(text).chars() {
        match character {
            '&' => result.push_str("&amp;"),
            '<' => result.push_str("&lt;"),
            '>' => result.push_str("&gt;"),
            '|' | '\\' | '`' | '*' | '_' | '[' | ']' | '~' | '#' | '!' => {
                result.push('\\');
                result.push(character);
            }
            // `@name` would call somebody.
            '@' => result.push_str("@\u{200d}"),
            _ => result.push(character),
        }
    }
    result
}
