//! Output for people: frames by miette around one line of source, repeated repositories grouped, and a last line that
//! says what to do next.
//!
//! miette never sees a whole line (it panics at column 65,536 and copies control characters): it gets a window of
//! harmless characters, no file name (it counts bytes) and a line number of ours.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::io::{self, Write};

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode,
    SourceSpan, SpanContents,
};

use super::{Report, ReportContext, RuleText, closing, inert, place, printable, problem_line};
use crate::error::Error;
use crate::finding::{Finding, Level, window_around};
use crate::secrets::{redact, redact_equal_width};

/// Other places of a group that are listed; the rest is counted.
const LISTED: usize = 10;
/// Narrowest and widest frames.
const WIDTHS: std::ops::RangeInclusive<usize> = 60..=140;

/// Prints frames, problems and the closing line.
pub(super) fn write(report: &Report, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer::new(context);
    let groups = Groups::new(&report.findings);
    // Advice is said once: dozens of findings of one rule would bury the places under it.
    let mut advised: HashSet<(&str, &str)> = HashSet::new();
    for (index, finding) in report.findings.iter().enumerate() {
        if let Some(others) = groups.led_by(index) {
            let is_new = advised.insert((&finding.rule, &finding.help));
            printer.finding(finding, &others, is_new, context, out)?;
        }
    }
    for finding in &report.suppressed {
        printer.finding(finding, &[], false, context, out)?;
    }
    for problem in &report.problems {
        writeln!(out, "{}", printer.paint(Paint::Bold, &problem_line(problem)))?;
    }
    if context.statistics {
        write_statistics(report, out)?;
    }
    if !context.quiet {
        writeln!(out, "{}", closing(report))?;
    }
    Ok(())
}

/// The table of `--statistics`: findings for each rule, most first.
pub(super) fn write_statistics(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let rows = report.by_rule();
    let digits = rows.first().map_or(1, |(_, _, count)| count.to_string().len());
    for (rule, level, count) in rows {
        writeln!(out, "{count:>digits$} {:7} {rule}", level.as_str())?;
    }
    writeln!(out, "{} files, {} bytes", report.statistics.files, report.statistics.bytes)
}

/// Prints an error of the user's files or command line.
pub(super) fn write_error(error: &Error, context: &ReportContext, out: &mut dyn Write) -> io::Result<()> {
    let printer = Printer::new(context);
    let tag = printer.paint(Paint::Level(Level::Error), "error");
    match error.place() {
        Some(place) => {
            let path = place.path.to_string_lossy();
            let at = format!("{}:{}:{}", printable(&path), place.line, place.column);
            writeln!(out, "{} {tag}", printer.paint(Paint::Bold, &at))?;
        }
        None => writeln!(out, "{tag}")?,
    }
    printer.frame(&Frame::of_error(error, printer.width), out)
}

/// Findings of one rule about one repository are shown as one frame and a list.
struct Groups<'a> {
    findings: &'a [Finding],
    members: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Groups<'a> {
    fn new(findings: &'a [Finding]) -> Self {
        let mut members: HashMap<(&str, &str), Vec<usize>> = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            if let Some(key) = Self::key(finding) {
                members.entry(key).or_default().push(index);
            }
        }
        Self { findings, members }
    }

    fn key(finding: &Finding) -> Option<(&str, &str)> {
        Some((finding.rule.as_str(), finding.repo.as_deref()?))
    }

    /// The other findings of the group that this one leads; `None` when another one leads it.
    fn led_by(&self, index: usize) -> Option<Vec<&'a Finding>> {
        let finding = self.findings.get(index)?;
        let Some(members) = Self::key(finding).and_then(|key| self.members.get(&key)) else {
            return Some(Vec::new());
        };
        (members.first() == Some(&index))
            .then(|| members.iter().skip(1).filter_map(|member| self.findings.get(*member)).collect())
    }
}

#[derive(Clone, Copy)]
enum Paint {
    Level(Level),
    Bold,
    Dim,
}

struct Printer {
    handler: GraphicalReportHandler,
    colour: bool,
    links: bool,
    width: usize,
}

impl Printer {
    fn new(context: &ReportContext) -> Self {
        let theme = if context.colour { GraphicalTheme::unicode() } else { GraphicalTheme::unicode_nocolor() };
        let width = context.width.clamp(*WIDTHS.start(), *WIDTHS.end());
        let handler = GraphicalReportHandler::new_themed(theme)
            .with_width(width)
            .with_context_lines(0)
            .with_urls(false)
            .with_break_words(false)
            .without_syntax_highlighting();
        Self { handler, colour: context.colour, links: context.links, width }
    }

    fn paint(&self, paint: Paint, text: &str) -> String {
        if !self.colour {
            return text.to_owned();
        }
        let code = match paint {
            Paint::Level(Level::Error) => "1;31",
            Paint::Level(Level::Warning) => "1;33",
            Paint::Level(Level::Note) => "1;36",
            Paint::Bold => "1",
            Paint::Dim => "2",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// One finding: its place, its frame and what belongs to it. `advise` says whether its help is printed.
    fn finding(
        &self,
        finding: &Finding,
        others: &[&Finding],
        advise: bool,
        context: &ReportContext,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let rule = context.rule(&finding.rule);
        let tag = format!("{}[{}]", finding.level.as_str(), finding.rule);
        let tag = self.paint(Paint::Level(finding.level), &tag);
        let tag = match rule.map(|rule| rule.help_uri.as_str()) {
            Some(address) if self.links && !address.is_empty() => {
                format!("\u{1b}]8;;{address}\u{1b}\\{tag}\u{1b}]8;;\u{1b}\\")
            }
            _ => tag,
        };
        let place = self.paint(Paint::Bold, &place(&finding.location));
        let state = match &finding.suppressed {
            Some(suppressed) if suppressed.reason.is_empty() => " (suppressed)".to_owned(),
            Some(suppressed) => format!(" (suppressed: {})", printable(&suppressed.reason)),
            None => String::new(),
        };
        writeln!(out, "{place} {tag}{state}")?;
        let frame = Frame::new(finding, advise, self.width);
        self.frame(&frame, out)?;
        self.others(finding, others, rule, out)?;
        writeln!(out)
    }

    fn frame(&self, frame: &Frame, out: &mut dyn Write) -> io::Result<()> {
        let mut text = String::new();
        if self.handler.render_report(&mut text, frame).is_err() {
            text = format!("  {}\n", frame.message);
        }
        out.write_all(text.as_bytes())
    }

    /// Related places, and the other findings of the group.
    fn others(&self, finding: &Finding, others: &[&Finding], rule: Option<&RuleText>, out: &mut dyn Write) -> io::Result<()> {
        for related in finding.related.iter().take(LISTED) {
            let line = format!("  see: {} {}", self::place(&related.location), printable(&related.message));
            writeln!(out, "{}", self.paint(Paint::Dim, &line))?;
        }
        if others.is_empty() {
            return Ok(());
        }
        let headline = headline(finding, others.len() + 1, rule);
        writeln!(out, "  {}, also at", self.paint(Paint::Bold, &headline))?;
        for other in others.iter().take(LISTED) {
            writeln!(out, "    {}", self::place(&other.location))?;
        }
        if others.len() > LISTED {
            writeln!(out, "    and {} more (--format concise lists all)", others.len() - LISTED)?;
        }
        Ok(())
    }
}

/// `3 calls load google/flan-t5-base unpinned`
fn headline(finding: &Finding, count: usize, rule: Option<&RuleText>) -> String {
    let repo = printable(finding.repo.as_deref().unwrap_or(""));
    match rule.map(|rule| rule.group.as_str()) {
        Some(group) if !group.is_empty() => group.replace("{count}", &count.to_string()).replace("{repo}", &repo),
        _ => format!("{count} findings of {} on {repo}", finding.rule),
    }
}

/// One finding as miette wants it.
#[derive(Debug)]
struct Frame {
    message: String,
    help: String,
    level: Level,
    source: Line,
    mark: SourceSpan,
}

impl Frame {
    fn new(finding: &Finding, advise: bool, width: usize) -> Self {
        let number = match &finding.location.cell {
            Some(cell) => cell.line,
            None => finding.location.start.line,
        };
        let (source, mark) = framed(&finding.line_text, finding.mark, finding.line_text_offset > 0, number, width);
        let mut help = if advise { printable(&finding.help).into_owned() } else { String::new() };
        if let Some(fix) = &finding.fix {
            let flag = if fix.safe { "--fix" } else { "--unsafe-fixes" };
            if !help.is_empty() {
                help.push('\n');
            }
            help.push_str(&format!("{flag} can {}", lower(&printable(&fix.description))));
        }
        Self { message: inert(&finding.message).into_owned(), help, level: finding.level, source, mark }
    }

    fn of_error(error: &Error, width: usize) -> Self {
        let (source, mark) = error.place().map_or_else(
            || {
                let line = Line { text: String::new(), number: 0 };
                (line, SourceSpan::new(0.into(), 0))
            },
            |place| framed(&redact_equal_width(&place.line_text), place.mark, false, place.line, width),
        );
        // A configuration or an argument may hold a token where none belongs; the message says what is wrong without it.
        let message = error.place().map_or_else(|| error.to_string(), |place| place.message.clone());
        Self {
            message: inert(&redact(&message)).into_owned(),
            help: printable(&redact(error.help())).into_owned(),
            level: Level::Error,
            source,
            mark,
        }
    }
}

/// A window of a line, harmless and with tabs expanded, and the mark in it in bytes.
fn framed(text: &str, mark: (u32, u32), is_cut: bool, number: u32, width: usize) -> (Line, SourceSpan) {
    // Room for the line number, the bar and the marks of a cut line.
    let room = width.saturating_sub(14).max(40);
    let (window, skipped, mark) = window_around(text, mark, room);
    let kept = skipped as usize + window.chars().count();
    let all = text.chars().count();
    let mut line = ShownLine::default();
    if is_cut || skipped > 0 {
        line.push('…');
    }
    for (index, (shown, original)) in (0..).zip(printable(&window).chars().zip(window.chars())) {
        line.mark_at(index, mark);
        line.push(if original == '\t' { '\t' } else { shown });
    }
    line.mark_at(u32::try_from(window.chars().count()).unwrap_or(u32::MAX), mark);
    if kept < all || all >= 240 {
        line.push('…');
    }
    let (start, end) = (line.start.unwrap_or(0), line.end.unwrap_or(0));
    (Line { text: line.text, number }, SourceSpan::new(start.into(), end.saturating_sub(start)))
}

/// The first letter small, unless the word is in capitals or code.
fn lower(text: &str) -> String {
    let mut letters = text.chars();
    match (letters.next(), text.chars().nth(1)) {
        (Some(first), Some(second)) if second.is_lowercase() => first.to_lowercase().chain(letters).collect(),
        _ => text.to_owned(),
    }
}

/// A line as it is built, with tabs expanded and the mark in bytes.
#[derive(Default)]
struct ShownLine {
    text: String,
    column: usize,
    start: Option<usize>,
    end: Option<usize>,
}

impl ShownLine {
    fn mark_at(&mut self, index: u32, mark: (u32, u32)) {
        if index == mark.0 {
            self.start = Some(self.text.len());
        }
        if index == mark.1 {
            self.end = Some(self.text.len());
        }
    }

    fn push(&mut self, character: char) {
        if character == '\t' {
            let blanks = 4 - self.column % 4;
            self.text.extend(std::iter::repeat_n(' ', blanks));
            self.column += blanks;
        } else {
            self.text.push(character);
            self.column += 1;
        }
    }
}

/// One line of source that knows its number.
#[derive(Debug)]
struct Line {
    text: String,
    number: u32,
}

impl SourceCode for Line {
    fn read_span<'a>(&'a self, _: &SourceSpan, _: usize, _: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        Ok(Box::new(MietteSpanContents::new(
            self.text.as_bytes(),
            SourceSpan::new(0.into(), self.text.len()),
            (self.number as usize).saturating_sub(1),
            0,
            1,
        )))
    }
}

impl fmt::Display for Frame {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Frame {}

impl Diagnostic for Frame {
    fn severity(&self) -> Option<Severity> {
        Some(match self.level {
            Level::Error => Severity::Error,
            Level::Warning => Severity::Warning,
            Level::Note => Severity::Advice,
        })
    }

    fn help<'a>(&'a self) -> Option<Box<dyn fmt::Display + 'a>> {
        (!self.help.is_empty()).then(|| Box::new(&self.help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        (self.source.number > 0).then_some(&self.source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.mark))))
    }
}
