//! The inventory as JSON, version 1; `--diff` reads it back.

use std::io::{self, Write};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::{Inventory, Repository, Totals};
use crate::error::Error;

/// The version of the format.
pub const VERSION: u32 = 1;
/// No inventory is larger; an old one may come from anywhere.
const MOST_BYTES: u64 = 512 * 1024 * 1024;

#[derive(Serialize)]
struct Written<'a> {
    version: u32,
    tool: Tool,
    project: &'a str,
    online: bool,
    totals: Totals,
    repositories: &'a [Repository],
    problems: Vec<WrittenProblem<'a>>,
}

#[derive(Serialize)]
struct Tool {
    name: &'static str,
    version: &'static str,
}

#[derive(Serialize)]
struct WrittenProblem<'a> {
    path: &'a str,
    line: Option<u32>,
    message: String,
    partial: bool,
}

#[derive(Deserialize)]
struct Read {
    version: u32,
    #[serde(default)]
    project: String,
    #[serde(default)]
    online: bool,
    repositories: Vec<Repository>,
}

/// Prints the inventory.
///
/// # Errors
/// When it cannot be written.
pub fn write(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    let problems = inventory
        .problems
        .iter()
        .map(|problem| WrittenProblem {
            path: &problem.path,
            line: problem.line,
            message: crate::secrets::redact(&problem.message).into_owned(),
            partial: problem.partial,
        })
        .collect();
    let written = Written {
        version: VERSION,
        tool: Tool { name: "hublint", version: env!("CARGO_PKG_VERSION") },
        project: &inventory.project,
        online: inventory.online,
        totals: inventory.totals(),
        repositories: &inventory.repositories,
        problems,
    };
    crate::report::clean::write_json_pretty(out, &written)?;
    writeln!(out)
}

/// Reads an inventory that `write` has written.
///
/// # Errors
/// When it cannot be read, or is no inventory of this version.
pub fn read(path: &Path) -> Result<Inventory, Error> {
    let wrong = |why: String| {
        Error::usage(
            format!("{}: {why}", path.display()),
            "`hublint inventory --format json --output FILE` writes what --diff reads",
        )
    };
    let found = std::fs::metadata(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    if !found.is_file() || found.len() > MOST_BYTES {
        return Err(wrong("not a plain file, or too large".to_owned()));
    }
    let text = std::fs::read(path).map_err(|error| wrong(format!("cannot be read: {error}")))?;
    let read: Read = serde_json::from_slice(&text).map_err(|error| wrong(format!("is no inventory: {error}")))?;
    if read.version != VERSION {
        return Err(wrong(format!("has version {}, and this hublint reads {VERSION}", read.version)));
    }
    Ok(Inventory { project: read.project, repositories: read.repositories, problems: Vec::new(), online: read.online })
}
