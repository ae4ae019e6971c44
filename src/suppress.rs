//! Comments that silence findings: `# hublint: ignore[id, id] reason` on a line of the statement or alone above it, and
//! `# hublint: ignore-file[id] reason` near the top. Comments that do nothing are findings themselves.

mod directive;

use std::collections::{BTreeMap, BTreeSet};

use crate::error::nearest;
use crate::finding::{Draft, Finding, FindingContext, Level, Suppression};
use crate::source::{Source, UnitKind};
use crate::span::Span;

pub use directive::{Directive, Id, Origin, line_comments, may_hold};

/// Lines from the top in which `ignore-file` counts.
const TOP_LINES: u32 = 20;
/// Remarks about the comments of one file; a file with more is no work of people.
const MOST_REMARKS: usize = 1000;
/// Lines of comments above a statement that belong to it.
const MOST_ABOVE: u32 = 20;

/// The directives of a file.
#[derive(Clone, Debug, Default)]
pub struct Directives {
    list: Vec<Directive>,
    /// Lines that hold nothing but a comment, in units with directives: (unit, line).
    comment_lines: BTreeSet<(usize, u32)>,
}

impl Directives {
    /// Reads the comments of a file. `comments` gives the spans of the comments of a Python unit, so that no string
    /// literal counts; units in other languages are scanned line by line. Outputs and metadata hold no comments.
    #[must_use]
    pub fn read(context: &FindingContext, comments: &dyn Fn(usize) -> Vec<Span>) -> Self {
        let source = context.source();
        let mut found = Self::default();
        let top = top_unit(source);
        for (index, unit) in source.units.iter().enumerate() {
            if matches!(unit.kind, UnitKind::Output | UnitKind::Metadata) || !may_hold(&unit.text) {
                continue;
            }
            let spans = match unit.language {
                crate::source::Language::Python => comments(index),
                language => line_comments(&unit.text, language),
            };
            let before = found.list.len();
            let mut own_lines = Vec::new();
            for span in spans {
                let line = context.unit_line(index, span.start());
                let own_line = stands_alone(&unit.text, span);
                if own_line {
                    own_lines.push((index, line));
                }
                for mut directive in directive::parse(&unit.text, span) {
                    directive.unit = index;
                    directive.line = line;
                    directive.own_line = own_line;
                    directive.in_time = Some(index) == top && line <= TOP_LINES;
                    found.list.push(directive);
                }
            }
            if found.list.len() > before {
                found.comment_lines.extend(own_lines);
            }
        }
        found
    }

    /// The directives in order.
    #[must_use]
    pub fn list(&self) -> &[Directive] {
        &self.list
    }
}

/// The unit in which `ignore-file` counts: the file, in a notebook the first code cell.
fn top_unit(source: &Source) -> Option<usize> {
    source.units.iter().position(|unit| matches!(unit.kind, UnitKind::File | UnitKind::Code))
}

/// True when nothing but blanks stands before the comment on its line.
fn stands_alone(text: &str, span: Span) -> bool {
    let before = text.get(..span.start()).unwrap_or("");
    let line = before.rsplit(['\n', '\r']).next().unwrap_or("");
    line.trim().is_empty()
}

/// What is known of rules.
pub struct Known<'a> {
    /// The ids of all rules.
    pub ids: &'a BTreeSet<&'a str>,
    /// True for rules that run on this file: what did not run cannot make a directive useful.
    pub ran: &'a dyn Fn(&str) -> bool,
}

/// What is left after the comments.
#[derive(Clone, Debug, Default)]
pub struct Applied {
    /// Findings that stay, with those about the comments themselves; sorted.
    pub findings: Vec<Finding>,
    /// Findings that a comment silences; [`Finding::suppressed`] says why.
    pub suppressed: Vec<Finding>,
}

/// Silences findings of a file by its comments, and reports comments that do nothing.
#[must_use]
pub fn apply(context: &FindingContext, directives: &Directives, findings: Vec<Finding>, known: &Known) -> Applied {
    let mut applied = Applied::default();
    if directives.list.is_empty() {
        applied.findings = findings;
        return applied;
    }
    let mut index = Index::new(directives);
    for finding in findings {
        index.sort_out(finding, &mut applied);
    }
    let remarks = context.finish(remarks(context, directives, &index.used, known));
    for remark in remarks {
        index.sort_out(remark, &mut applied);
    }
    applied.findings.sort_by(Finding::order);
    applied.suppressed.sort_by(Finding::order);
    applied
}

/// Line, number of the directive, number of the id in it.
type OnLine = (u32, usize, usize);

/// Directives by what they silence, so that a statement with thousands of findings costs a search each.
struct Index<'a> {
    directives: &'a Directives,
    /// (unit, rule) -> (line, directive, id), sorted by line.
    lines: BTreeMap<(usize, &'a str), Vec<OnLine>>,
    /// Rule -> directive and id.
    file: BTreeMap<&'a str, (usize, usize)>,
    used: BTreeSet<(usize, usize)>,
}

impl<'a> Index<'a> {
    fn new(directives: &'a Directives) -> Self {
        let mut index = Self { directives, lines: BTreeMap::new(), file: BTreeMap::new(), used: BTreeSet::new() };
        for (number, directive) in directives.list.iter().enumerate() {
            for (id_number, id) in directive.ids.iter().enumerate() {
                for rule in id.rules() {
                    if !directive.file_wide {
                        index.lines.entry((directive.unit, rule)).or_default().push((directive.line, number, id_number));
                    } else if directive.in_time {
                        index.file.entry(rule).or_insert((number, id_number));
                    }
                }
            }
        }
        for lines in index.lines.values_mut() {
            lines.sort_unstable();
        }
        index
    }

    fn sort_out(&mut self, mut finding: Finding, applied: &mut Applied) {
        match self.silencer(&finding) {
            Some((directive, id)) => {
                self.used.insert((directive, id));
                let reason = self.directives.list.get(directive).map(|directive| directive.reason.clone()).unwrap_or_default();
                finding.suppressed = Some(Suppression { in_source: true, reason });
                applied.suppressed.push(finding);
            }
            None => applied.findings.push(finding),
        }
    }

    /// The directive that silences a finding: the nearest one on the statement, then one above it, then one for the file.
    fn silencer(&self, finding: &Finding) -> Option<(usize, usize)> {
        let scope = finding.scope;
        let unit = scope.unit as usize;
        let rule = finding.rule.as_str();
        if let Some(lines) = self.lines.get(&(unit, rule)) {
            let until = lines.partition_point(|(line, ..)| *line <= scope.line);
            let before = until.checked_sub(1).and_then(|index| lines.get(index));
            let on_statement = before
                .filter(|(line, ..)| *line >= scope.first_line)
                .or_else(|| lines.get(until).filter(|(line, ..)| *line <= scope.last_line));
            if let Some((_, directive, id)) = on_statement {
                return Some((*directive, *id));
            }
            if let Some(found) = self.above(unit, scope.first_line, lines) {
                return Some(found);
            }
        }
        self.file.get(rule).copied()
    }

    /// A directive in the block of comment lines that ends directly above a line.
    fn above(&self, unit: usize, first_line: u32, lines: &[OnLine]) -> Option<(usize, usize)> {
        for back in 1..=MOST_ABOVE {
            let line = first_line.checked_sub(back)?;
            if !self.directives.comment_lines.contains(&(unit, line)) {
                return None;
            }
            let at = lines.partition_point(|(other, ..)| *other < line);
            if let Some((_, directive, id)) = lines.get(at).filter(|(other, ..)| *other == line) {
                return Some((*directive, *id));
            }
        }
        None
    }
}

/// Findings about the comments themselves.
fn remarks(context: &FindingContext, directives: &Directives, used: &BTreeSet<(usize, usize)>, known: &Known) -> Vec<Finding> {
    let mut remarks = Vec::new();
    let mut remark = |rule: &str, level, unit, span, message: String, help: String| {
        let mut draft = Draft::new(rule, level, unit, span, message);
        draft.help = help;
        if remarks.len() < MOST_REMARKS {
            remarks.push(context.finding(draft));
        }
    };
    for (number, directive) in directives.list.iter().enumerate() {
        if directive.origin != Origin::Hublint {
            continue;
        }
        if let Some(trouble) = &directive.trouble {
            remark(
                "unused-ignore",
                Level::Note,
                directive.unit,
                directive.span,
                format!("this comment does nothing: {trouble}"),
                "write `hublint: ignore[rule-id] reason`".to_owned(),
            );
            continue;
        }
        for (id_number, id) in directive.ids.iter().enumerate() {
            if !known.ids.contains(id.text.as_str()) {
                let help = match nearest(&id.text, known.ids.iter().copied()) {
                    Some(meant) => format!("did you mean `{meant}`?"),
                    None => "`hublint rules list` shows all rules".to_owned(),
                };
                remark("unknown-rule", Level::Warning, directive.unit, id.span, format!("no rule is called `{}`", id.text), help);
            } else if directive.file_wide && !directive.in_time {
                remark(
                    "unused-ignore",
                    Level::Note,
                    directive.unit,
                    directive.span,
                    format!("`ignore-file` counts only in the first {TOP_LINES} lines (of a notebook's first code cell)"),
                    "move it to the top, or use `ignore` on the line".to_owned(),
                );
            } else if !used.contains(&(number, id_number))
                && (known.ran)(&id.text)
                && id.text != "unused-ignore"
                && id.text != "unknown-rule"
            {
                remark(
                    "unused-ignore",
                    Level::Note,
                    directive.unit,
                    id.span,
                    format!("`{}` finds nothing here to ignore", id.text),
                    "delete it from the comment".to_owned(),
                );
            }
        }
    }
    remarks
}
