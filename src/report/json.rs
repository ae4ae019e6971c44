//! hublint's own JSON, version 1: lines and columns count from 1, columns in Unicode scalar values, ends exclusive.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde::Serialize;

use super::clean::write_json;
use super::{Report, ReportContext};
use crate::finding::{Finding, Level, Location, Position, Problem};
use crate::usage::Confidence;

#[derive(Serialize)]
struct Point {
    line: u32,
    column: u32,
}

impl From<Position> for Point {
    fn from(position: Position) -> Self {
        Self { line: position.line, column: position.column }
    }
}

#[derive(Serialize)]
struct CellJson<'a> {
    number: u32,
    line: u32,
    column: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    output: Option<u32>,
}

#[derive(Serialize)]
struct EditJson<'a> {
    start: Point,
    end: Point,
    start_byte: usize,
    end_byte: usize,
    text: &'a str,
}

#[derive(Serialize)]
struct FixJson<'a> {
    safe: bool,
    description: &'a str,
    edits: Vec<EditJson<'a>>,
}

#[derive(Serialize)]
struct RelatedJson<'a> {
    message: &'a str,
    path: &'a str,
    start: Point,
    end: Point,
    cell: Option<CellJson<'a>>,
}

#[derive(Serialize)]
struct SuppressionJson<'a> {
    kind: &'static str,
    reason: &'a str,
}

#[derive(Serialize)]
struct FindingJson<'a> {
    rule: &'a str,
    level: Level,
    confidence: Confidence,
    message: &'a str,
    help: &'a str,
    path: &'a str,
    start: Point,
    end: Point,
    cell: Option<CellJson<'a>>,
    snippet: &'a str,
    suppressed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<SuppressionJson<'a>>,
    fix: Option<FixJson<'a>>,
    fingerprint: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    repo: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedJson<'a>>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    properties: &'a BTreeMap<String, String>,
}

#[derive(Serialize)]
struct ProblemJson<'a> {
    path: &'a str,
    line: Option<u32>,
    message: &'a str,
    partial: bool,
}

#[derive(Serialize)]
struct StatisticsJson<'a> {
    files: u64,
    bytes: u64,
    findings: usize,
    errors: usize,
    warnings: usize,
    notes: usize,
    fixable: usize,
    suppressed: u64,
    baseline: u64,
    problems: usize,
    rules: BTreeMap<&'a str, usize>,
}

fn cell_json(location: &Location) -> Option<CellJson<'_>> {
    location.cell.as_ref().map(|cell| CellJson {
        number: cell.number,
        line: cell.line,
        column: cell.column,
        id: cell.id.as_deref(),
        output: cell.output,
    })
}

fn finding_json(finding: &Finding) -> FindingJson<'_> {
    FindingJson {
        rule: &finding.rule,
        level: finding.level,
        confidence: finding.confidence,
        message: &finding.message,
        help: &finding.help,
        path: &finding.location.path,
        start: finding.location.start.into(),
        end: finding.location.end.into(),
        cell: cell_json(&finding.location),
        snippet: &finding.snippet,
        suppressed: finding.suppressed.is_some(),
        suppression: finding
            .suppressed
            .as_ref()
            .map(|found| SuppressionJson { kind: if found.in_source { "in_source" } else { "external" }, reason: &found.reason }),
        fix: finding.fix.as_ref().map(|fix| FixJson {
            safe: fix.safe,
            description: &fix.description,
            edits: fix
                .edits
                .iter()
                .zip(&finding.fix_places)
                .map(|(edit, (start, end))| EditJson {
                    start: (*start).into(),
                    end: (*end).into(),
                    start_byte: edit.start,
                    end_byte: edit.end,
                    text: &edit.text,
                })
                .collect(),
        }),
        fingerprint: &finding.fingerprint,
        repo: finding.repo.as_deref(),
        related: finding
            .related
            .iter()
            .map(|related| RelatedJson {
                message: &related.message,
                path: &related.location.path,
                start: related.location.start.into(),
                end: related.location.end.into(),
                cell: cell_json(&related.location),
            })
            .collect(),
        properties: &finding.properties,
    }
}

fn problem_json(problem: &Problem) -> ProblemJson<'_> {
    ProblemJson { path: &problem.path, line: problem.line, message: &problem.message, partial: problem.partial }
}

/// Prints one object; each finding on a line of its own, so that reports can be compared by lines.
pub(super) fn write(report: &Report, _: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(b"{\"version\":1,\"findings\":[")?;
    for (index, finding) in report.findings.iter().chain(&report.suppressed).enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        write_json(out, &finding_json(finding))?;
    }
    out.write_all(b"],\n\"problems\":[")?;
    for (index, problem) in report.problems.iter().enumerate() {
        out.write_all(if index == 0 { b"\n" } else { b",\n" })?;
        write_json(out, &problem_json(problem))?;
    }
    out.write_all(b"],\n\"statistics\":")?;
    write_json(
        out,
        &StatisticsJson {
            files: report.statistics.files,
            bytes: report.statistics.bytes,
            findings: report.findings.len(),
            errors: report.count(Level::Error),
            warnings: report.count(Level::Warning),
            notes: report.count(Level::Note),
            fixable: report.fixable(),
            suppressed: report.statistics.suppressed,
            baseline: report.statistics.in_baseline,
            problems: report.problems.len(),
            rules: report.by_rule().into_iter().map(|(rule, _, count)| (rule, count)).collect(),
        },
    )?;
    out.write_all(b"}\n")
}
