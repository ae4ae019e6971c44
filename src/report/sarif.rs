//! SARIF 2.1.0 as GitHub code scanning and the editors' viewers read it. Results are written one by one, so that a
//! report of any size takes no more memory than its findings.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use serde_json::{Value, json};
use serde_sarif::sarif;

use super::clean::write_json;
use super::{Report, ReportContext, RuleText, Statistics};
use crate::finding::{Finding, Level, Location, Position, Problem};
use crate::usage::Confidence;

/// The schema's address that validators and editors know; the constant of serde_sarif is an old one.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";
/// The id of the project root.
const ROOT: &str = "%SRCROOT%";
/// GitHub refuses a run with more results.
const MOST_RESULTS: usize = 25_000;
/// GitHub keeps at most this many characters of a description.
const MOST_DESCRIPTION: usize = 1024;
/// Related locations of one result.
const MOST_RELATED: usize = 100;
/// Tags that GitHub keeps of a rule.
const MOST_TAGS: usize = 10;

/// Prints one run.
pub(super) fn write(report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    let rules = Rules::new(report, context);
    write!(out, "{{\"$schema\":\"{SCHEMA}\",\"version\":\"2.1.0\",\"runs\":[{{\n\"tool\":")?;
    write_json(out, &rules.tool(context))?;
    out.write_all(b",\n\"automationDetails\":")?;
    write_json(out, &sarif::RunAutomationDetails::builder().id("hublint/").build())?;
    out.write_all(b",\n\"columnKind\":\"utf16CodeUnits\",\n\"originalUriBaseIds\":")?;
    let root = sarif::ArtifactLocation::builder().description(message("The root of the project that was checked.")).build();
    write_json(out, &BTreeMap::from([(ROOT, root)]))?;
    let (results, left_out) = chosen(report);
    out.write_all(b",\n\"invocations\":[")?;
    write_json(out, &invocation(&report.problems, left_out))?;
    out.write_all(b"],\n\"results\":[")?;
    for (index, finding) in results.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        write_json(out, &result(finding, &rules))?;
    }
    out.write_all(b"],\n\"properties\":")?;
    write_json(out, &statistics(&report.statistics))?;
    out.write_all(b"}]}\n")
}

/// The results that fit, the worst kept, in order; and how many do not fit.
fn chosen(report: &Report) -> (Vec<&Finding>, usize) {
    let all: Vec<&Finding> = report.findings.iter().chain(&report.suppressed).collect();
    let Some(left_out) = all.len().checked_sub(MOST_RESULTS).filter(|count| *count > 0) else {
        return (all, 0);
    };
    let mut ranked: Vec<(usize, &Finding)> = all.into_iter().enumerate().collect();
    ranked.sort_by_key(|(index, finding)| (finding.suppressed.is_some(), std::cmp::Reverse(finding.level), *index));
    ranked.truncate(MOST_RESULTS);
    ranked.sort_by_key(|(index, _)| *index);
    (ranked.into_iter().map(|(_, finding)| finding).collect(), left_out)
}

/// The rules of the run, sorted by id.
struct Rules<'a> {
    texts: BTreeMap<&'a str, Option<&'a RuleText>>,
    index: BTreeMap<&'a str, i64>,
}

impl<'a> Rules<'a> {
    /// The rules that ran, and those that findings name beside them.
    fn new(report: &'a Report, context: &'a ReportContext) -> Self {
        let mut texts: BTreeMap<&str, Option<&RuleText>> =
            context.rules.iter().map(|rule| (rule.id.as_str(), Some(rule))).collect();
        for finding in report.findings.iter().chain(&report.suppressed) {
            texts.entry(&finding.rule).or_insert(None);
        }
        let index = texts.keys().copied().zip(0..).collect();
        Self { texts, index }
    }

    fn tool(&self, context: &ReportContext) -> sarif::Tool {
        let rules: Vec<sarif::ReportingDescriptor> = self
            .texts
            .iter()
            .map(|(id, text)| match text {
                Some(text) => descriptor(text),
                None => descriptor(&unknown_rule(id)),
            })
            .collect();
        sarif::Tool::builder()
            .driver(
                sarif::ToolComponent::builder()
                    .name("hublint")
                    .semantic_version(context.version)
                    .information_uri(env!("CARGO_PKG_REPOSITORY"))
                    .rules(rules)
                    .build(),
            )
            .build()
    }
}

/// What is said of a rule of which nothing is known here.
fn unknown_rule(id: &str) -> RuleText {
    RuleText {
        id: id.to_owned(),
        name: id.replace('-', " "),
        level: Level::Warning,
        precision: "medium".to_owned(),
        cwe: Vec::new(),
        security_severity: None,
        summary: format!("Findings of the rule {id}."),
        full: String::new(),
        help: format!("See the message of the finding, or run `hublint explain {id}`."),
        help_markdown: String::new(),
        help_uri: String::new(),
        group: String::new(),
    }
}

fn descriptor(rule: &RuleText) -> sarif::ReportingDescriptor {
    let or = |text: &str, fallback: &str| {
        if text.trim().is_empty() { fallback.to_owned() } else { text.to_owned() }
    };
    let summary = or(&rule.summary, &rule.name);
    let text = or(&rule.help, &summary);
    let help = sarif::MultiformatMessageString::builder().markdown(or(&rule.help_markdown, &text)).text(text).build();
    let mut descriptor = sarif::ReportingDescriptor::builder()
        .id(rule.id.clone())
        .name(pascal_case(&rule.id))
        .short_description(multiformat(limited(&summary)))
        .full_description(multiformat(limited(&or(&rule.full, &summary))))
        .help(help)
        .default_configuration(sarif::ReportingConfiguration::builder().level(level_value(rule.level)).build())
        .properties(rule_properties(rule))
        .build();
    if !rule.help_uri.is_empty() {
        descriptor.help_uri = Some(rule.help_uri.clone());
    }
    descriptor
}

fn multiformat(text: String) -> sarif::MultiformatMessageString {
    sarif::MultiformatMessageString::builder().text(text).build()
}

fn rule_properties(rule: &RuleText) -> sarif::PropertyBag {
    let severity = match rule.level {
        Level::Error => "error",
        Level::Warning => "warning",
        Level::Note => "recommendation",
    };
    let mut more =
        BTreeMap::from([("precision".to_owned(), json!(rule.precision)), ("problem.severity".to_owned(), json!(severity))]);
    let mut tags = BTreeSet::new();
    if let Some(score) = rule.security_severity {
        // A string that holds a number: GitHub refuses the whole file otherwise.
        more.insert("security-severity".to_owned(), json!(format!("{score:.1}")));
        tags.insert("security".to_owned());
    } else {
        tags.insert("maintainability".to_owned());
    }
    for number in &rule.cwe {
        tags.insert(format!("external/cwe/cwe-{number:03}"));
    }
    sarif::PropertyBag::builder().tags(tags.into_iter().take(MOST_TAGS).collect::<Vec<_>>()).additional_properties(more).build()
}

/// `unsafe-torch-load` -> `UnsafeTorchLoad`
fn pascal_case(id: &str) -> String {
    id.split(['-', '_', '/'])
        .flat_map(|word| {
            let mut letters = word.chars();
            letters.next().into_iter().flat_map(char::to_uppercase).chain(letters)
        })
        .collect()
}

/// Cut to what GitHub accepts.
fn limited(text: &str) -> String {
    if text.chars().nth(MOST_DESCRIPTION).is_none() {
        return text.to_owned();
    }
    text.chars().take(MOST_DESCRIPTION - 1).chain(['…']).collect()
}

fn level_value(level: Level) -> Value {
    json!(level.as_str())
}

fn message(text: &str) -> sarif::Message {
    sarif::Message::builder().text(text).build()
}

fn invocation(problems: &[Problem], left_out: usize) -> sarif::Invocation {
    let mut notifications: Vec<sarif::Notification> = problems.iter().map(notification).collect();
    if left_out > 0 {
        notifications.push(
            sarif::Notification::builder()
                .level(json!("warning"))
                .message(message(&format!(
                    "{left_out} results are left out: code scanning accepts at most {MOST_RESULTS}. The worst were kept."
                )))
                .build(),
        );
    }
    let mut invocation = sarif::Invocation::builder().execution_successful(true).build();
    if !notifications.is_empty() {
        invocation.tool_execution_notifications = Some(notifications);
    }
    invocation
}

fn notification(problem: &Problem) -> sarif::Notification {
    let mut physical = sarif::PhysicalLocation::builder().artifact_location(artifact(&problem.path)).build();
    if let Some(line) = problem.line {
        physical.region = Some(sarif::Region::builder().start_line(i64::from(line.max(1))).build());
    }
    let level = if problem.partial { "warning" } else { "error" };
    sarif::Notification::builder()
        .level(json!(level))
        .message(message(&sentence(&escaped(&problem.message))))
        .locations(vec![sarif::Location::builder().physical_location(physical).build()])
        .build()
}

fn statistics(statistics: &Statistics) -> Value {
    json!({ "files": statistics.files, "suppressed": statistics.suppressed, "baseline": statistics.in_baseline })
}

fn result(finding: &Finding, rules: &Rules) -> sarif::Result {
    let mut result = sarif::Result::builder()
        .rule_id(finding.rule.clone())
        .level(match finding.level {
            Level::Note => sarif::ResultLevel::Note,
            Level::Warning => sarif::ResultLevel::Warning,
            Level::Error => sarif::ResultLevel::Error,
        })
        .message(message(&message_text(finding)))
        .locations(vec![primary(finding)])
        .partial_fingerprints(fingerprints(finding))
        .properties(result_properties(finding))
        .build();
    result.rule_index = rules.index.get(finding.rule.as_str()).copied();
    let related: Vec<sarif::Location> = (1..)
        .zip(finding.related.iter().take(MOST_RELATED))
        .map(|(id, related)| {
            let mut location = sarif::Location::builder()
                .id(id)
                .physical_location(physical(&related.location))
                .message(message(&sentence(&escaped(&related.message))))
                .build();
            location.logical_locations = logical(&related.location);
            location
        })
        .collect();
    if !related.is_empty() {
        result.related_locations = Some(related);
    }
    result.fixes = fixes(finding);
    if let Some(suppression) = &finding.suppressed {
        let kind = if suppression.in_source { "inSource" } else { "external" };
        let mut written = sarif::Suppression::builder().kind(json!(kind)).build();
        if !suppression.reason.is_empty() {
            written.justification = Some(suppression.reason.clone());
        }
        result.suppressions = Some(vec![written]);
    }
    result
}

/// A full sentence first (GitHub makes it the title), then what to do, links to the related places, and the cell.
fn message_text(finding: &Finding) -> String {
    let mut text = sentence(&escaped(&finding.message));
    if !finding.help.is_empty() {
        text.push(' ');
        text.push_str(&sentence(&escaped(&finding.help)));
    }
    if !finding.related.is_empty() {
        let links: Vec<String> = (1..)
            .zip(finding.related.iter().take(MOST_RELATED))
            .map(|(id, related): (u32, _)| format!("[{}]({id})", escaped(&related.message)))
            .collect();
        text.push_str(&format!(" See {}.", links.join(", ")));
    }
    if let Some(cell) = &finding.location.cell {
        let output = cell.output.map(|number| format!(" output {number},")).unwrap_or_default();
        text.push_str(&format!(" (cell {},{output} line {})", cell.number, cell.line));
    }
    text
}

/// Capital letter first, full stop last.
fn sentence(text: &str) -> String {
    let mut letters = text.trim().chars();
    let mut result: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    result.push_str(letters.as_str());
    if !result.ends_with(['.', '!', '?']) {
        result.push('.');
    }
    result
}

/// Square brackets make links in SARIF messages; text of the scanned source must not.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['[', ']', '\n', '\r']) {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len() + 8);
    let mut rest = text.chars().peekable();
    while let Some(character) = rest.next() {
        match character {
            '[' | ']' => {
                result.push('\\');
                result.push(character);
            }
            '\\' if matches!(rest.peek(), Some('[' | ']')) => result.push_str("\\\\"),
            '\n' | '\r' => result.push(' '),
            _ => result.push(character),
        }
    }
    Cow::Owned(result)
}

fn primary(finding: &Finding) -> sarif::Location {
    let mut place = physical(&finding.location);
    // A snippet that was shortened would not be the text of the region.
    let whole = |text: &str| text.chars().nth(239).is_none();
    if whole(&finding.snippet)
        && let Some(region) = &mut place.region
    {
        region.snippet = Some(content(&finding.snippet));
    }
    let line = i64::from(finding.location.start.line);
    let mut around = sarif::Region::builder().start_line(line).end_line(line).build();
    if finding.location.cell.is_none() && whole(&finding.line_text) {
        around.snippet = Some(content(&finding.line_text));
    }
    place.context_region = Some(around);
    let mut location = sarif::Location::builder().physical_location(place).build();
    location.logical_locations = logical(&finding.location);
    location
}

fn content(text: &str) -> sarif::ArtifactContent {
    sarif::ArtifactContent::builder().text(text).build()
}

fn physical(location: &Location) -> sarif::PhysicalLocation {
    sarif::PhysicalLocation::builder()
        .artifact_location(artifact(&location.path))
        .region(region(location.start, location.end))
        .build()
}

fn region(start: Position, end: Position) -> sarif::Region {
    sarif::Region::builder()
        .start_line(i64::from(start.line))
        .start_column(i64::from(start.column_utf16))
        .end_line(i64::from(end.line))
        .end_column(i64::from(end.column_utf16))
        .build()
}

fn artifact(path: &str) -> sarif::ArtifactLocation {
    sarif::ArtifactLocation::builder().uri(to_uri(path)).uri_base_id(ROOT).build()
}

/// A path relative to the root as a relative reference: everything but unreserved characters and `/` is percent-encoded.
fn to_uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.trim_start_matches("./").trim_start_matches('/').bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte) {
            uri.push(char::from(byte));
        } else {
            uri.push_str(&format!("%{byte:02X}"));
        }
    }
    uri
}

/// The cell of a notebook: counted from 1 in its name, from 0 in its qualified name.
fn logical(location: &Location) -> Option<Vec<sarif::LogicalLocation>> {
    let cell = location.cell.as_ref()?;
    let output = cell.output.map(|number| format!(":output[{}]", number.saturating_sub(1))).unwrap_or_default();
    Some(vec![
        sarif::LogicalLocation::builder()
            .name(format!("cell {}", cell.number))
            .kind("member")
            .fully_qualified_name(format!(
                "{}:cell[{}]{output}:{}:{}",
                location.path,
                cell.number.saturating_sub(1),
                cell.line,
                cell.column
            ))
            .build(),
    ])
}

fn fingerprints(finding: &Finding) -> BTreeMap<String, String> {
    let mut found = BTreeMap::from([("hublint/v1".to_owned(), finding.fingerprint.clone())]);
    // Exact or absent: the upload action computes an absent one and complains of a wrong one.
    if !finding.line_hash.is_empty() {
        found.insert("primaryLocationLineHash".to_owned(), finding.line_hash.clone());
    }
    found
}

fn result_properties(finding: &Finding) -> sarif::PropertyBag {
    let confidence = match finding.confidence {
        Confidence::Low => "low",
        Confidence::Medium => "medium",
        Confidence::High => "high",
    };
    let mut more: BTreeMap<String, Value> = finding
        .properties
        .iter()
        .filter(|(key, _)| key.as_str() != "tags")
        .map(|(key, value)| (key.clone(), json!(value)))
        .collect();
    more.insert("confidence".to_owned(), json!(confidence));
    if let Some(repo) = &finding.repo {
        more.insert("repo".to_owned(), json!(repo));
    }
    sarif::PropertyBag::builder().additional_properties(more).build()
}

fn fixes(finding: &Finding) -> Option<Vec<sarif::Fix>> {
    let fix = finding.fix.as_ref()?;
    let replacements: Vec<sarif::Replacement> = fix
        .edits
        .iter()
        .zip(&finding.fix_places)
        .map(|(edit, (start, end))| {
            sarif::Replacement::builder().deleted_region(region(*start, *end)).inserted_content(content(&edit.text)).build()
        })
        .collect();
    if replacements.is_empty() {
        return None;
    }
    let change =
        sarif::ArtifactChange::builder().artifact_location(artifact(&finding.location.path)).replacements(replacements).build();
    Some(vec![
        sarif::Fix::builder().description(message(&sentence(&escaped(&fix.description)))).artifact_changes(vec![change]).build(),
    ])
}
