//! `hublint pin`, and what `check` says about repairs.

use std::io::{self, Write};

use super::Failure;
use crate::cli::{self, Pin};
use crate::error::Error;
use crate::finding::Level;
use crate::fix::{self, Style};
use crate::hub::Source;
use crate::pin::{PIN_PROPERTY, PinOptions, REASON_PROPERTY, is_pin_rule, tally};
use crate::report::printable;
use crate::run::{self, Options, Outcome, RepairOptions, Repairs};

/// The rules that `pin` runs.
const RULES: [&str; 4] = ["unpinned-revision", "malformed-revision", "partial-pin", "trust-remote-code"];

/// Most reasons that are printed one by one.
const SHOWN: usize = 200;

/// Writes a commit into every Hub load for which one is known. 1 when a load stays unpinned.
///
/// # Errors
/// When the job cannot be done.
pub fn run(pin: &Pin, out: &mut dyn Write) -> Result<u8, Failure> {
    if pin.paths.iter().any(|path| path.as_os_str() == "-") {
        return Err(
            Error::usage("`pin` works on files", "for standard input: hublint check --fix --stdin-filename NAME -").into()
        );
    }
    let options = Options {
        paths: pin.paths.clone(),
        config: pin.configuration.config.clone(),
        isolated: pin.configuration.isolated,
        exclude: pin.configuration.exclude.clone(),
        force_exclude: pin.configuration.force_exclude,
        no_ignore_comments: pin.configuration.no_ignore_comments,
        select: RULES.iter().map(|rule| (*rule).to_owned()).collect(),
        pins: PinOptions {
            from: pin.from.map(|from| match from {
                cli::From::Lock => Source::Lock,
                cli::From::Cache => Source::Cache,
                cli::From::Hub => Source::Hub,
            }),
            online: pin.online,
            style: match pin.style {
                cli::Style::Inline => Style::Inline,
                cli::Style::Constant => Style::Constant,
                cli::Style::Registry => Style::Registry,
            },
            prefer: true,
        },
        repair: Some(RepairOptions { unsafe_fixes: false, only_pins: true, write: !pin.diff }),
        ..Options::default()
    };
    let mut outcome = run::check(&options)?;
    // `trust-remote-code` is here for its missing pins only.
    outcome.report.findings.retain(|finding| is_pin_rule(&finding.rule) || finding.properties.contains_key(PIN_PROPERTY));
    if pin.diff {
        print_patches(&outcome.repairs, out)?;
    } else if !pin.quiet {
        for problem in &outcome.report.problems {
            writeln!(out, "{}: {}", printable(&problem.path), printable(&problem.message))?;
        }
        for finding in outcome.report.findings.iter().take(SHOWN) {
            let place = format!("{}:{}", finding.location.path, finding.location.start.line);
            let repo = finding.repo.as_deref().unwrap_or("the repository");
            let why = finding.properties.get(REASON_PROPERTY).map_or("no edit would be right here", String::as_str);
            writeln!(out, "{}: {} stays unpinned: {}", printable(&place), printable(repo), printable(why))?;
        }
        // What was refused is among what stays unpinned.
        print_counts(&outcome, true, false, out)?;
    }
    let unwritten = outcome.report.problems.iter().any(|problem| !problem.partial);
    let left = outcome.report.findings.iter().any(|finding| finding.level >= Level::Warning);
    Ok(if unwritten { 2 } else { u8::from(left) })
}

/// The patches of all files.
///
/// # Errors
/// When the output cannot be written.
pub fn print_patches(repairs: &Repairs, out: &mut dyn Write) -> io::Result<()> {
    for patch in &repairs.patches {
        out.write_all(&fix::unified(&patch.path, &patch.old, &patch.new))?;
    }
    Ok(())
}

/// What was repaired, and how many pins could be made: always both numbers, with and without the Hub.
///
/// # Errors
/// When the output cannot be written.
pub fn print_summary(outcome: &Outcome, wrote: bool, out: &mut dyn Write) -> io::Result<()> {
    print_counts(outcome, wrote, true, out)
}

fn print_counts(outcome: &Outcome, wrote: bool, refusals: bool, out: &mut dyn Write) -> io::Result<()> {
    let repairs = &outcome.repairs;
    if wrote {
        let plural = |count: usize| if count == 1 { "" } else { "s" };
        let (fixed, files) = (repairs.fixed.len(), repairs.patches.len());
        writeln!(out, "Repaired {fixed} finding{} in {files} file{}.", plural(fixed), plural(files))?;
        for (path, refusal) in repairs.refused.iter().filter(|_| refusals).take(SHOWN) {
            let place = format!("{path}:{}", refusal.line);
            writeln!(out, "{}: the repair for {} was not applied: {}", printable(&place), refusal.rule, refusal.why)?;
        }
    }
    let missing = tally(&outcome.report.findings);
    if missing.total() > 0 {
        writeln!(out, "Pins: {missing}.")?;
    }
    Ok(())
}
