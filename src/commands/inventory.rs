//! `hublint inventory`.

use std::io::{self, BufWriter, Write};

use super::Failure;
use crate::cli::{Inventory as Arguments, InventoryFormat};
use crate::error::Error;
use crate::hub::api::{HubApi, HubOptions};
use crate::inventory::diff::{self, Difference};
use crate::inventory::table::Look;
use crate::inventory::{Inventory, csv, cyclonedx, json, markdown, online, table};
use crate::run::{self, Options};

/// Lists the repositories and prints them.
///
/// # Errors
/// When the job cannot be done.
pub fn run(arguments: &Arguments, out: &mut dyn Write) -> Result<u8, Failure> {
    // Read first: a run over a large project for nothing helps nobody.
    let old = arguments.diff.as_deref().map(json::read).transpose()?;
    if old.is_some() && matches!(arguments.format, InventoryFormat::Csv | InventoryFormat::Cyclonedx) {
        return Err(Error::usage("--diff prints a table, JSON or Markdown", "take --format table, json or markdown").into());
    }
    let mut inventory = gather(arguments)?;
    if arguments.online {
        let environment = |name: &str| std::env::var(name).ok();
        let hub = HubApi::from_environment(&environment, HubOptions::default())
            .map_err(|error| Error::usage(error.to_string(), "the Hub was not asked"))?;
        online::ask(&mut inventory, &hub);
    }
    let difference = old.map(|old| Difference::between(&old, &inventory));
    match &arguments.output {
        None => print(arguments, &inventory, difference.as_ref(), true, out)?,
        Some(path) => {
            let mut bytes = Vec::new();
            print(arguments, &inventory, difference.as_ref(), false, &mut bytes)?;
            super::write_atomically(path, &bytes)?;
        }
    }
    let unread = arguments.strict && !inventory.problems.is_empty();
    Ok(if unread { 2 } else { 0 })
}

fn gather(arguments: &Arguments) -> Result<Inventory, Error> {
    let options = Options {
        paths: arguments.paths.clone(),
        config: arguments.configuration.config.clone(),
        isolated: arguments.configuration.isolated,
        exclude: arguments.configuration.exclude.clone(),
        force_exclude: arguments.configuration.force_exclude,
        no_ignore_comments: arguments.configuration.no_ignore_comments,
        include_docs: arguments.include_docs,
        threads: arguments.threads.unwrap_or(0),
        inventory: true,
        count_lock: arguments.lock,
        ..Options::default()
    };
    let outcome = run::check(&options)?;
    let project = outcome.root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Inventory::new(project, outcome.rows, outcome.report.problems))
}

fn print(
    arguments: &Arguments,
    inventory: &Inventory,
    difference: Option<&Difference>,
    terminal: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let colour = terminal && super::colour(arguments.color);
    let mut out = BufWriter::new(out);
    match (arguments.format, difference) {
        (InventoryFormat::Json, Some(difference)) => diff::write_json(difference, &mut out)?,
        (InventoryFormat::Markdown, Some(difference)) => diff::write_markdown(difference, &mut out)?,
        (_, Some(difference)) => diff::write_text(difference, colour, &mut out)?,
        (InventoryFormat::Table, None) => {
            table::write(inventory, Look { width: super::check::width(), colour }, &mut out)?;
        }
        (InventoryFormat::Json, None) => json::write(inventory, &mut out)?,
        (InventoryFormat::Csv, None) => csv::write(inventory, &mut out)?,
        (InventoryFormat::Cyclonedx, None) => cyclonedx::write(inventory, &mut out)?,
        (InventoryFormat::Markdown, None) => markdown::write(inventory, &mut out)?,
    }
    out.flush()
}
