//! The subcommands: each turns its arguments into a call of the library and prints the result.

pub mod check;
pub mod inventory;
pub mod lock;
pub mod pin;

use std::io::{self, IsTerminal, Write};

use clap::CommandFactory;

use crate::catalog::Catalog;
use crate::catalog::json_schema::{Schema, schema_text};
use crate::cli::{Cli, Color, Command, Explain, Rules, RulesCommand};
use crate::error::Error;
use crate::report::ReportContext;

/// Why a command did not finish.
#[derive(Debug)]
pub enum Failure {
    /// The reader of standard output went away.
    Closed,
    /// The job could not be done.
    Error(Box<Error>),
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        Self::Error(Box::new(error))
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            Self::Closed
        } else {
            Error::usage(format!("cannot write: {error}"), "look at the disk and at permissions").into()
        }
    }
}

/// Runs a command and gives the exit code: 0 nothing to complain about, 1 findings, 2 could not be done.
///
/// # Errors
/// When the job cannot be done; the exit code is 2 then.
pub fn run(command: Command, out: &mut dyn Write) -> Result<u8, Failure> {
    match command {
        Command::Check(check) => check::run(&check, out),
        Command::Pin(pin) => pin::run(&pin, out),
        Command::Lock(arguments) => lock::run(&arguments, out),
        Command::Verify(arguments) => lock::verify(&arguments, out),
        Command::Outdated(arguments) => lock::outdated(&arguments, out),
        Command::Inventory(arguments) => inventory::run(&arguments, out),
        Command::Rules(rules) => list_rules(&rules, out),
        Command::Explain(explain) => explain_one(&explain, out),
        Command::Server { stdio: _ } => Ok(crate::server::serve(io::BufReader::new(io::stdin()), out)?),
        Command::Completions { shell } => {
            let mut text = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "hublint", &mut text);
            out.write_all(&text)?;
            Ok(0)
        }
        Command::Man => {
            clap_mangen::Man::new(Cli::command()).render(out)?;
            Ok(0)
        }
    }
}

fn list_rules(rules: &Rules, out: &mut dyn Write) -> Result<u8, Failure> {
    let catalog = Catalog::builtin();
    match rules.command.clone().unwrap_or(RulesCommand::List) {
        RulesCommand::List => {
            for policy in catalog.policies() {
                writeln!(out, "{:<26} {:<8} {}", policy.id, policy.level.as_str(), policy.summary)?;
            }
            Ok(0)
        }
        RulesCommand::Check { folder } => check::rules(&folder, out),
        RulesCommand::Schema { kind } => {
            let schema = match kind {
                crate::cli::SchemaKind::Library => Schema::Library,
                crate::cli::SchemaKind::Rule => Schema::Rule,
                crate::cli::SchemaKind::Config => Schema::Config,
            };
            write!(out, "{}", schema_text(schema))?;
            Ok(0)
        }
    }
}

fn explain_one(explain: &Explain, out: &mut dyn Write) -> Result<u8, Failure> {
    if let Some(id) = &explain.repo {
        for line in crate::names::explain(id) {
            writeln!(out, "{}", crate::report::printable(&line))?;
        }
    }
    if let Some(id) = &explain.rule {
        let catalog = Catalog::builtin();
        let Some(policy) = catalog.policy(id) else {
            let help = match crate::error::nearest(id, catalog.policy_ids()) {
                Some(meant) => format!("did you mean `{meant}`? `hublint rules list` shows all"),
                None => "`hublint rules list` shows all rules".to_owned(),
            };
            return Err(Error::usage(format!("no rule is called `{id}`"), help).into());
        };
        writeln!(out, "# {}\n\n{}", policy.id, crate::explain::page(policy))?;
    }
    Ok(0)
}

/// Prints an error with the place in a file where there is one.
///
/// # Errors
/// Those of the writer.
pub fn print_error(error: &Error, out: &mut dyn Write) -> io::Result<()> {
    let context = ReportContext {
        rules: &[],
        colour: colour_on_stderr(),
        links: false,
        width: check::width(),
        version: env!("CARGO_PKG_VERSION"),
        statistics: false,
        quiet: false,
    };
    crate::report::write_error(error, &context, out)
}

/// Whether to print colours on standard output.
#[must_use]
pub fn colour(wanted: Color) -> bool {
    match wanted {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => wants_colour() && io::stdout().is_terminal() && understands_colour(),
    }
}

/// Whether to print colours on standard error.
#[must_use]
fn colour_on_stderr() -> bool {
    wants_colour() && io::stderr().is_terminal() && understands_colour()
}

/// Consoles of Windows show escape codes only when they are told to; everywhere else this is true.
fn understands_colour() -> bool {
    anstyle_query::windows::enable_ansi_colors().unwrap_or(true)
}

/// `NO_COLOR` (any value that is not empty) and dumb terminals want none.
fn wants_colour() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}

/// Writes a file whole or not at all: to a temporary file beside it, then in its place.
///
/// # Errors
/// When the folder does not exist or cannot be written to.
pub fn write_atomically(path: &std::path::Path, bytes: &[u8]) -> Result<(), Error> {
    let failed = |error: io::Error| {
        Error::usage(format!("{}: cannot be written: {error}", path.display()), "name a file in a folder that exists")
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| std::path::Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(bytes).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
