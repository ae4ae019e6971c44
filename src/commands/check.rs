//! `hublint check` and `hublint rules check`.

use std::collections::BTreeMap;
use std::io::{self, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use super::Failure;
use crate::baseline::Baseline;
use crate::catalog::example::{Reported, run_example, with_secrets};
use crate::cli::{Check, FailOn};
use crate::engine::{Engine, NoWorld, Settings};
use crate::error::Error;
use crate::finding::Level;
use crate::pin::PinOptions;
use crate::prefilter::Prefilter;
use crate::python::project::NoProject;
use crate::report::{self, Format, Report, ReportContext};
use crate::run::{self, Options, Outcome, RepairOptions};

/// Runs the check and prints the report.
///
/// # Errors
/// When the job cannot be done.
pub fn run(check: &Check, out: &mut dyn Write) -> Result<u8, Failure> {
    let options = options(check)?;
    let outcome = run::check(&options)?;
    if let Some(path) = &check.write_baseline {
        return write_baseline(path, &outcome, out);
    }
    if check.repair.diff {
        for patch in &outcome.repairs.patches {
            let assembled = outcome
                .report
                .findings
                .iter()
                .chain(&outcome.report.suppressed)
                .any(|finding| finding.location.path == patch.path && finding.properties.contains_key("decoded"));
            if assembled {
                // Its pieces stand on lines of their own, where no mask would know them.
                writeln!(
                    out,
                    "# {}: a token is put together in this file, so its patch is not shown; --fix writes it",
                    report::printable(&patch.path)
                )?;
            } else {
                out.write_all(&crate::fix::unified(&patch.path, &patch.old, &patch.new))?;
            }
        }
        return Ok(exit_code(check, &outcome.report));
    }
    let context = ReportContext {
        rules: &outcome.rules,
        colour: super::colour(check.color),
        links: check.color != crate::cli::Color::Never && io::stdout().is_terminal(),
        width: width(),
        version: env!("CARGO_PKG_VERSION"),
        statistics: check.statistics,
        quiet: check.quiet,
    };
    for (format, path) in &check.outputs {
        write_file(*format, &outcome.report, &context, path)?;
    }
    if let Some(old) = &outcome.input {
        // An editor takes the text from standard output; what is left to say goes beside it.
        let new = outcome.repairs.patches.first().map_or(old, |patch| &patch.new);
        out.write_all(new)?;
        out.flush()?;
        print_report(check, &outcome, &context, &mut io::stderr().lock())?;
    } else {
        print_report(check, &outcome, &context, out)?;
    }
    Ok(exit_code(check, &outcome.report))
}

/// The report in the format that was asked for.
fn print_report(check: &Check, outcome: &Outcome, context: &ReportContext<'_>, out: &mut dyn Write) -> Result<(), Failure> {
    report::write(check.format.into(), &outcome.report, context, out)?;
    if check.format == crate::cli::OutputFormat::Text && !check.quiet {
        super::pin::print_summary(outcome, check.repair.fix, out)?;
    }
    Ok(())
}

/// What the arguments ask for.
fn options(check: &Check) -> Result<Options, Error> {
    let listed = match &check.files_from {
        None => Vec::new(),
        Some(path) => crate::discover::listed_paths(&read_list(path)?),
    };
    // With a list, the default path is not meant.
    let only_default = check.paths.len() == 1 && check.paths.first().is_some_and(|path| path.as_os_str() == ".");
    let paths = if check.files_from.is_some() && only_default { Vec::new() } else { check.paths.clone() };
    let sarif =
        check.format == crate::cli::OutputFormat::Sarif || check.outputs.iter().any(|(format, _)| *format == Format::Sarif);
    let min_level: Level = check.select.min_level.into();
    let repairs = check.repair.fix || check.repair.diff;
    if check.repair.unsafe_fixes && !repairs {
        return Err(Error::usage(
            "`--unsafe-fixes` alone does nothing",
            "add `--fix` to write the repairs or `--diff` to see them",
        ));
    }
    let reads_input = check.paths.iter().any(|path| path.as_os_str() == "-");
    if repairs && reads_input && (check.paths.len() > 1 || check.files_from.is_some()) {
        return Err(Error::usage("standard input is repaired by itself only", "leave out the other paths"));
    }
    Ok(Options {
        paths,
        listed,
        stdin_name: check.stdin_filename.clone(),
        buffer: None,
        config: check.configuration.config.clone(),
        isolated: check.configuration.isolated,
        exclude: check.configuration.exclude.clone(),
        force_exclude: check.configuration.force_exclude,
        select: check.select.select.clone(),
        ignore: check.select.ignore.clone(),
        min_level: (min_level > Level::Note).then_some(min_level),
        no_ignore_comments: check.configuration.no_ignore_comments,
        report_unknown: check.select.report_unknown,
        report_suppressed: check.select.report_suppressed,
        baseline: check.baseline.clone(),
        threads: check.threads.unwrap_or(0),
        line_hashes: sarif,
        include_docs: check.include_docs,
        whole_parse: check.whole_parse,
        pins: PinOptions {
            from: None,
            online: check.online,
            style: crate::fix::Style::Inline,
            // Without `--unsafe-fixes` the pin is what can be done about remote code.
            prefer: repairs && !check.repair.unsafe_fixes,
        },
        repair: repairs.then_some(RepairOptions {
            unsafe_fixes: check.repair.unsafe_fixes,
            only_pins: false,
            write: check.repair.fix && !check.repair.diff,
        }),
        list_repos: false,
        inventory: false,
        count_lock: false,
    })
}

fn read_list(path: &Path) -> Result<Vec<u8>, Error> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        io::stdin().read_to_end(&mut bytes).map(|_| ())
    } else {
        std::fs::read(path).map(|found| bytes = found)
    };
    read.map_err(|error| {
        Error::usage(format!("{}: cannot be read: {error}", path.display()), "--files-from takes a file with one path a line")
    })?;
    Ok(bytes)
}

fn write_file(format: Format, report: &Report, context: &ReportContext<'_>, path: &PathBuf) -> Result<(), Failure> {
    let failed = |error: io::Error| {
        Error::usage(format!("{}: cannot be written: {error}", path.display()), "name a file in a folder that exists")
    };
    let plain = ReportContext { colour: false, links: false, ..context.clone() };
    let mut file = crate::secrets::Guarded::new(io::BufWriter::new(std::fs::File::create(path).map_err(failed)?));
    report::write(format, report, &plain, &mut file).map_err(failed)?;
    file.flush().map_err(failed)?;
    Ok(())
}

fn write_baseline(path: &Path, outcome: &Outcome, out: &mut dyn Write) -> Result<u8, Failure> {
    let old = if path.exists() { Some(Baseline::read(path)?) } else { None };
    let baseline = Baseline::of(&outcome.report.findings, old.as_ref());
    crate::commands::write_atomically(path, crate::secrets::redact_whole(&baseline.to_json()).as_bytes())?;
    writeln!(out, "{} findings written to {}", outcome.report.findings.len(), path.display())?;
    Ok(0)
}

/// 0, 1 or 2, the same in every format.
fn exit_code(check: &Check, report: &Report) -> u8 {
    if check.strict && !report.problems.is_empty() {
        return 2;
    }
    if check.select.exit_zero {
        return 0;
    }
    let least = check.select.fail_on.unwrap_or(FailOn::Warning).level();
    u8::from(least.is_some_and(|least| report.worst().is_some_and(|worst| worst >= least)))
}

/// Columns of the terminal: what `COLUMNS` says, else 100.
pub(super) fn width() -> usize {
    std::env::var("COLUMNS").ok().and_then(|text| text.parse().ok()).filter(|width| (40..=400).contains(width)).unwrap_or(100)
}

/// `hublint rules check DIR`: reads the files and runs their examples.
///
/// # Errors
/// When a file cannot be read or is wrong, with all that is wrong.
pub fn rules(folder: &Path, out: &mut dyn Write) -> Result<u8, Failure> {
    let files = run::user_files(folder)?;
    let catalog = run::extend(&files)?;
    let engine = Engine {
        catalog: &catalog,
        prefilter: Prefilter::new(&catalog),
        project: &NoProject,
        world: &NoWorld,
        pins: None,
        settings: Settings {
            rules: catalog.policy_ids().map(str::to_owned).collect(),
            ignore_comments: true,
            ..Settings::default()
        },
    };
    let examine = |name: &str, text: &str, _: &BTreeMap<String, String>| -> Vec<Reported> {
        let result = engine.check(name, with_secrets(text).into_bytes());
        result.findings.iter().map(|finding| Reported::new(finding.location.start.line as usize, finding.rule.clone())).collect()
    };
    let (mut examples, mut wrong) = (0, 0);
    if files.is_empty() {
        writeln!(out, "{}: no file ends in .toml here", folder.display())?;
    }
    for file in &files {
        let own = crate::catalog::user_examples(file);
        if own.is_empty() {
            writeln!(out, "{}: no [[example]] in it: nothing shows that it works", file.name)?;
        }
        for example in own {
            examples += 1;
            if let Err(why) = run_example(&catalog, &example, examine) {
                wrong += 1;
                writeln!(out, "{}: example \"{}\"", file.name, crate::report::printable(&example.title))?;
                for line in why.lines() {
                    let line = line.strip_prefix(&format!("{}: ", example.title)).unwrap_or(line);
                    writeln!(out, "  {}", crate::report::printable(line.trim()))?;
                }
            }
        }
    }
    writeln!(out, "{} files, {examples} examples, {wrong} wrong", files.len())?;
    Ok(u8::from(wrong > 0))
}
