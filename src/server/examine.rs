//! Checks a document with the project around it, as the command line would check its file, and writes diagnostics.

use std::path::PathBuf;

use serde_json::{Value, json};

use super::document::{Encoding, Point, Range};
use super::uri;
use super::view::{Places, TextEdit, View};
use crate::error::Error;
use crate::finding::{Finding, Level, Problem};
use crate::report::{RuleText, printable};
use crate::run::{self, Options};

/// How the client wants to be served.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The configuration file; otherwise the nearest one of each document.
    pub config: Option<PathBuf>,
    /// Only these rules; empty for all.
    pub select: Vec<String>,
    /// Not these rules.
    pub ignore: Vec<String>,
    /// Findings below this level are left out.
    pub min_level: Option<Level>,
    /// Make notes of what cannot be decided.
    pub report_unknown: bool,
    /// Look at code in Markdown.
    pub include_docs: bool,
}

impl Settings {
    /// Reads the settings of the client; also says which of them are not known.
    #[must_use]
    pub fn read(value: &Value) -> (Self, Vec<String>) {
        let mut settings = Self::default();
        let mut unknown = Vec::new();
        let words = |value: &Value| -> Vec<String> {
            value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
        };
        for (key, value) in value.as_object().into_iter().flatten() {
            match key.as_str() {
                "config" => settings.config = value.as_str().filter(|path| !path.is_empty()).map(PathBuf::from),
                "select" => settings.select = words(value),
                "ignore" => settings.ignore = words(value),
                "minLevel" => {
                    settings.min_level = match value.as_str() {
                        Some("error") => Some(Level::Error),
                        Some("warning") => Some(Level::Warning),
                        _ => None,
                    }
                }
                "reportUnknown" => settings.report_unknown = value.as_bool().unwrap_or(false),
                "includeDocs" => settings.include_docs = value.as_bool().unwrap_or(false),
                _ => unknown.push(key.clone()),
            }
        }
        (settings, unknown)
    }
}

/// A finding in the client's texts.
#[derive(Clone, Debug)]
pub struct Placed {
    /// The finding.
    pub finding: Finding,
    /// The number of the text.
    pub part: usize,
    /// Where.
    pub range: Range,
    /// The edits of its repair.
    pub edits: Option<Vec<TextEdit>>,
}

/// A document that was checked.
pub struct Checked {
    /// As it was then.
    pub view: View,
    /// What was found.
    pub found: Vec<Placed>,
    /// What could not be checked, with the text in which that is.
    pub problems: Vec<(Problem, usize, Range)>,
    /// The texts of the rules.
    pub rules: Vec<RuleText>,
    /// The folder that paths of findings are relative to.
    pub root: PathBuf,
}

impl Checked {
    /// The text of a rule.
    #[must_use]
    pub fn rule(&self, id: &str) -> Option<&RuleText> {
        self.rules.iter().find(|rule| rule.id == id)
    }
}

/// What `hublint check` says about the file of a document.
pub struct Said {
    /// What was found.
    pub findings: Vec<Finding>,
    /// What could not be checked.
    pub problems: Vec<Problem>,
    /// The texts of the rules.
    pub rules: Vec<RuleText>,
    /// The folder that paths of findings are relative to.
    pub root: PathBuf,
}

/// The findings of a document, as `hublint check` has them for its file.
///
/// # Errors
/// What is wrong with configuration or rules.
pub fn findings(view: &View, settings: &Settings) -> Result<Said, Error> {
    let options = Options {
        paths: vec![PathBuf::from("-")],
        stdin_name: Some(view.name.clone()),
        buffer: Some(view.bytes.clone()),
        config: settings.config.clone(),
        force_exclude: true,
        select: settings.select.clone(),
        ignore: settings.ignore.clone(),
        min_level: settings.min_level,
        report_unknown: settings.report_unknown,
        include_docs: settings.include_docs,
        threads: 1,
        ..Options::default()
    };
    let outcome = run::check(&options)?;
    let own = run::buffer_path(&view.name, &outcome.root, &outcome.root);
    let (mut findings, mut problems) = (outcome.report.findings, outcome.report.problems);
    findings.retain(|finding| finding.location.path == own);
    problems.retain(|problem| problem.path == own);
    Ok(Said { findings, problems, rules: outcome.rules, root: outcome.root })
}

/// Checks a document.
///
/// # Errors
/// What is wrong with configuration or rules.
pub fn examine(view: View, settings: &Settings, encoding: Encoding) -> Result<Checked, Error> {
    let Said { findings, problems, rules, root } = findings(&view, settings)?;
    let places = view.places(encoding);
    let placed = |finding: Finding| {
        let (part, range) = places.range(finding.location.start_byte, finding.location.end_byte)?;
        let edits = finding.fix.as_ref().and_then(|fix| places.edits(fix)).filter(|edits| !edits.is_empty());
        Some(Placed { finding, part, range, edits })
    };
    let found = findings.into_iter().filter_map(placed).collect();
    let problems = problems
        .into_iter()
        .map(|problem| {
            // Lines of a notebook's file are not those of its cells.
            let line = if view.is_cell(0) { 0 } else { problem.line.unwrap_or(1).saturating_sub(1) };
            let start = Point { line, character: 0 };
            (problem, 0, Range { start, end: Point { line: line.saturating_add(1), character: 0 } })
        })
        .collect();
    drop(places);
    Ok(Checked { view, found, problems, rules, root })
}

/// What the client can show.
#[derive(Clone, Copy, Debug, Default)]
pub struct Abilities {
    /// Other places of a diagnostic.
    pub related: bool,
    /// Edits that name the version that they are for.
    pub document_changes: bool,
}

/// The diagnostics of one text.
#[must_use]
pub fn diagnostics(checked: &Checked, part: usize, encoding: Encoding, abilities: Abilities) -> Vec<Value> {
    let places = checked.view.places(encoding);
    let own = checked.found.iter().filter(|placed| placed.part == part);
    let mut list: Vec<Value> = own.map(|placed| diagnostic(checked, placed, &places, abilities)).collect();
    for (problem, _, range) in checked.problems.iter().filter(|(_, at, _)| *at == part) {
        let scope = if problem.partial { "partly checked" } else { "not checked" };
        list.push(json!({
            "range": range.json(), "severity": 3, "source": "hublint",
            "message": format!("{scope}: {}", printable(&problem.message)),
        }));
    }
    list
}

/// One finding as a diagnostic.
#[must_use]
pub fn diagnostic(checked: &Checked, placed: &Placed, places: &Places<'_>, abilities: Abilities) -> Value {
    let finding = &placed.finding;
    let mut message = printable(&finding.message).into_owned();
    if !finding.help.is_empty() {
        message.push('\n');
        message.push_str(&printable(&finding.help));
    }
    let severity = match finding.level {
        Level::Error => 1,
        Level::Warning => 2,
        Level::Note => 3,
    };
    let mut value = json!({
        "range": placed.range.json(),
        "severity": severity,
        "code": finding.rule,
        "source": "hublint",
        "message": message,
        "data": { "fingerprint": finding.fingerprint },
    });
    let Some(fields) = value.as_object_mut() else { return value };
    if let Some(rule) = checked.rule(&finding.rule).filter(|rule| !rule.help_uri.is_empty()) {
        fields.insert("codeDescription".to_owned(), json!({ "href": rule.help_uri }));
    }
    if finding.rule == "unused-ignore" {
        // Drawn faded: it can go.
        fields.insert("tags".to_owned(), json!([1]));
    }
    if abilities.related && !finding.related.is_empty() {
        let related: Vec<Value> = finding
            .related
            .iter()
            .take(20)
            .filter_map(|related| {
                let location = &related.location;
                let (address, range) = if location.path == finding.location.path {
                    let (part, range) = places.range(location.start_byte, location.end_byte)?;
                    (checked.view.document(part)?.uri.clone(), range)
                } else {
                    (uri::from_path(&checked.root.join(&location.path)), elsewhere(location, places.encoding))
                };
                let message = printable(&related.message).into_owned();
                Some(json!({ "location": { "uri": address, "range": range.json() }, "message": message }))
            })
            .collect();
        fields.insert("relatedInformation".to_owned(), json!(related));
    }
    value
}

/// A place in a file that is not at hand. Bytes of its line are not known: the start of the line does.
fn elsewhere(location: &crate::finding::Location, encoding: Encoding) -> Range {
    let at = |place: crate::finding::Position| Point {
        line: place.line.saturating_sub(1),
        character: match encoding {
            Encoding::Utf8 => 0,
            Encoding::Utf16 => place.column_utf16.saturating_sub(1),
            Encoding::Utf32 => place.column.saturating_sub(1),
        },
    };
    Range { start: at(location.start), end: at(location.end) }
}
