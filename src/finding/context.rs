//! Makes findings out of spans: positions, cells, snippets, masks and fingerprints of one file.

use std::borrow::Cow;
use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::{CellPlace, Edit, Finding, Fix, Level, Location, Position, Related, Scope};
use crate::source::position::LineIndex;
use crate::source::{Source, Unit};
use crate::span::Span;
use crate::usage::Confidence;

/// Most characters of a snippet or a shown line.
const SHOWN: usize = 240;
/// Characters shown before a mark on a line that is too long to be shown whole.
const LEAD: usize = 60;
/// Bytes on either side of what is shown that the mask sees: a secret that is cut by the edge of the window is still
/// seen whole, and a 20 MB line is not masked anew for each finding.
const MARGIN: usize = 2048;
/// Bytes of a matched text that tell it from others.
const IDENTITY_BYTES: usize = 64 * 1024;

/// Masks secrets in a text; gives the text back as it is when there is none.
pub type Mask<'a> = &'a dyn Fn(&str) -> Cow<'_, str>;

/// A finding before its positions are computed.
#[derive(Clone, Debug)]
pub struct Draft {
    /// The rule's id.
    pub rule: String,
    /// How bad.
    pub level: Level,
    /// How sure.
    pub confidence: Confidence,
    /// Index of the unit.
    pub unit: usize,
    /// What to underline. Cut to its first line.
    pub span: Span,
    /// The statement, for suppressions; the lines of `span` when it is `None`.
    pub statement: Option<Span>,
    /// One line, lower case or a code span first, no full stop.
    pub message: String,
    /// What to do.
    pub help: String,
    /// The repository concerned.
    pub repo: Option<String>,
    /// What tells this finding from others of its rule in its file; the text of `span` and the repository when it is
    /// `None`. Only for secrets: a salted digest, never the value.
    pub identity: Option<String>,
    /// Other places: message and location.
    pub related: Vec<Related>,
    /// A repair.
    pub fix: Option<Fix>,
    /// Further facts.
    pub properties: BTreeMap<String, String>,
}

impl Draft {
    /// A draft with the facts that every finding has.
    #[must_use]
    pub fn new(rule: &str, level: Level, unit: usize, span: Span, message: impl Into<String>) -> Self {
        Self {
            rule: rule.to_owned(),
            level,
            confidence: Confidence::High,
            unit,
            span,
            statement: None,
            message: message.into(),
            help: String::new(),
            repo: None,
            identity: None,
            related: Vec::new(),
            fix: None,
            properties: BTreeMap::new(),
        }
    }
}

/// Everything that is needed to place findings in one file. Lines are indexed at the first question.
pub struct FindingContext<'a> {
    source: &'a Source,
    lines: OnceCell<LineIndex<'a>>,
    unit_lines: Vec<OnceCell<LineIndex<'a>>>,
    /// Digests of the texts of cells without an id, made once for each.
    unit_digests: Vec<OnceCell<String>>,
    mask: Option<Mask<'a>>,
    line_hashes: bool,
}

impl<'a> FindingContext<'a> {
    /// A context without a mask and without line hashes.
    #[must_use]
    pub fn new(source: &'a Source) -> Self {
        Self {
            source,
            lines: OnceCell::new(),
            unit_lines: source.units.iter().map(|_| OnceCell::new()).collect(),
            unit_digests: source.units.iter().map(|_| OnceCell::new()).collect(),
            mask: None,
            line_hashes: false,
        }
    }

    /// Masks every text that goes into a finding.
    #[must_use]
    pub fn masked_by(mut self, mask: Mask<'a>) -> Self {
        self.mask = Some(mask);
        self
    }

    /// Fills [`Finding::line_hash`], which only SARIF needs: it reads the whole file once more.
    #[must_use]
    pub fn with_line_hashes(mut self, wanted: bool) -> Self {
        self.line_hashes = wanted;
        self
    }

    /// The source.
    #[must_use]
    pub fn source(&self) -> &'a Source {
        self.source
    }

    /// The lines of the file.
    #[must_use]
    pub fn lines(&self) -> &LineIndex<'a> {
        self.lines.get_or_init(|| LineIndex::new(&self.source.bytes))
    }

    /// The lines of a unit's text.
    fn unit_lines(&self, index: usize) -> Option<&LineIndex<'a>> {
        let unit = self.source.units.get(index)?;
        let cell = self.unit_lines.get(index)?;
        Some(cell.get_or_init(|| LineIndex::new(unit.text.as_bytes())))
    }

    /// The 1-based line of a unit's text on which a byte stands.
    #[must_use]
    pub fn unit_line(&self, unit: usize, offset: usize) -> u32 {
        self.unit_lines(unit).map_or(1, |lines| lines.line(offset))
    }

    /// The place of a span of a unit, cut to the first line that it touches (a pull request shows an annotation only when
    /// all lines of the region are in its diff). A span of a unit that does not exist is the start of the file.
    #[must_use]
    pub fn location(&self, unit: usize, span: Span) -> Location {
        let Some(found) = self.source.units.get(unit) else {
            return self.file_location(0..0);
        };
        let span = first_line(&found.text, span);
        let mut location = self.file_location(found.map.file_range(span));
        location.cell = self.cell_place(unit, found, span);
        location
    }

    /// The place of bytes of the file, cut to the first line that they touch.
    #[must_use]
    pub fn file_location(&self, range: std::ops::Range<usize>) -> Location {
        let lines = self.lines();
        let start = range.start.min(self.source.bytes.len());
        let line = lines.line_range(lines.line(start));
        let end = range.end.clamp(start, line.end.max(start));
        Location {
            path: self.source.path.clone(),
            start_byte: start,
            end_byte: end,
            start: lines.position(start),
            end: lines.position(end),
            cell: None,
        }
    }

    fn cell_place(&self, index: usize, unit: &Unit, span: Span) -> Option<CellPlace> {
        let cell = unit.cell.as_ref()?;
        let place = self.unit_lines(index)?.position(span.start());
        Some(CellPlace { number: cell.number, id: cell.id.clone(), line: place.line, column: place.column, output: cell.output })
    }

    /// A place related to a finding.
    #[must_use]
    pub fn related(&self, message: impl Into<String>, unit: usize, span: Span) -> Related {
        Related { message: self.masked(&message.into()).into_owned(), location: self.location(unit, span) }
    }

    /// Where the edits of a fix stand.
    #[must_use]
    pub fn edit_places(&self, edits: &[Edit]) -> Vec<(Position, Position)> {
        let lines = self.lines();
        edits.iter().map(|edit| (lines.position(edit.start), lines.position(edit.end))).collect()
    }

    /// Gives a finding a fix after it was made.
    pub fn attach_fix(&self, finding: &mut Finding, fix: Fix) {
        finding.fix_places = self.edit_places(&fix.edits);
        finding.fix = Some(fix);
    }

    /// The matched text: the first line of the span, masked, at most 240 characters.
    #[must_use]
    pub fn snippet(&self, unit: usize, span: Span) -> String {
        let Some(found) = self.source.units.get(unit) else {
            return String::new();
        };
        let text = first_line(&found.text, span).text(&found.text);
        shorten(&self.masked(prefix(text, SHOWN * 4 + MARGIN)))
    }

    fn masked<'t>(&self, text: &'t str) -> Cow<'t, str> {
        self.mask.map_or(Cow::Borrowed(text), |mask| mask(text))
    }

    /// Makes a finding. Its ordinal is 1 until [`Self::finish`] counts the copies.
    #[must_use]
    pub fn finding(&self, draft: Draft) -> Finding {
        let location = self.location(draft.unit, draft.span);
        let shown = self.shown_line(draft.unit, draft.span);
        let line_hash =
            if self.line_hashes { self.lines().line_hash(location.start.line).unwrap_or_default() } else { String::new() };
        let identity = self.identity(&draft);
        let scope = draft.statement.unwrap_or(draft.span);
        let fix_places = draft.fix.as_ref().map(|fix| self.edit_places(&fix.edits)).unwrap_or_default();
        Finding {
            snippet: self.snippet(draft.unit, draft.span),
            line_text: shown.text,
            line_text_offset: shown.offset,
            mark: shown.mark,
            scope: Scope {
                unit: u32::try_from(draft.unit).unwrap_or(u32::MAX),
                line: self.unit_line(draft.unit, draft.span.start()),
                first_line: self.unit_line(draft.unit, scope.start()),
                last_line: self.unit_line(draft.unit, scope.end().saturating_sub(1).max(scope.start())),
            },
            location,
            line_hash,
            fingerprint: fingerprint(&identity, 1),
            identity,
            rule: draft.rule,
            level: draft.level,
            confidence: draft.confidence,
            message: self.masked(&draft.message).into_owned(),
            help: self.masked(&draft.help).into_owned(),
            related: draft.related,
            fix: draft.fix,
            fix_places,
            suppressed: None,
            secret: draft.identity.is_some(),
            repo: draft.repo.map(|repo| self.masked(&repo).into_owned()),
            properties: draft.properties.into_iter().map(|(key, value)| (key, self.masked(&value).into_owned())).collect(),
        }
    }

    /// Sorts the findings of a file, drops exact copies and numbers those that look alike.
    #[must_use]
    pub fn finish(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        findings.sort_by(Finding::order);
        findings.dedup();
        let mut seen: HashMap<String, u32> = HashMap::new();
        for finding in &mut findings {
            let ordinal = seen.entry(finding.identity.clone()).or_insert(0);
            *ordinal += 1;
            finding.fingerprint = fingerprint(&finding.identity, *ordinal);
        }
        findings
    }

    /// Digest of rule, path, cell and text. The number of a cell is left out: cells move.
    fn identity(&self, draft: &Draft) -> String {
        let unit = self.source.units.get(draft.unit);
        let mut digest = Sha256::new();
        let mut part = |text: &str| {
            // The length first, so that no two lists of parts run together to the same bytes.
            digest.update((text.len() as u64).to_le_bytes());
            digest.update(text.as_bytes());
        };
        part(&draft.rule);
        part(&self.source.path);
        if let Some(cell) = unit.and_then(|unit| unit.cell.as_ref()) {
            match &cell.id {
                Some(id) => part(id),
                None => part(self.unit_digest(draft.unit)),
            }
        }
        match &draft.identity {
            Some(identity) => part(identity),
            None => {
                let text = unit.map_or("", |unit| draft.span.text(&unit.text));
                let text = prefix(text, IDENTITY_BYTES);
                part(&normalised(&self.masked(text)));
                part(draft.repo.as_deref().unwrap_or(""));
            }
        }
        hex(&digest.finalize())
    }

    /// Digest of the masked text of a unit.
    fn unit_digest(&self, index: usize) -> &str {
        let (Some(unit), Some(cell)) = (self.source.units.get(index), self.unit_digests.get(index)) else {
            return "";
        };
        cell.get_or_init(|| {
            let text = normalised(&self.masked(&unit.text));
            hex(&Sha256::digest(text.as_bytes()))
        })
    }

    /// The mark in a masked window when its three parts can be masked one by one with the same result: (start of the
    /// window, start and end of the mark, end of the window) in bytes of the text.
    fn masked_mark(&self, text: &str, cuts: (usize, usize, usize, usize), masked: &str) -> Option<(u32, u32)> {
        let (from, start, end, to) = cuts;
        let before = self.masked(text.get(from..start)?);
        let marked = self.masked(text.get(start..end)?);
        let after = self.masked(text.get(end..to)?);
        let rest = masked.strip_prefix(before.as_ref())?.strip_prefix(marked.as_ref())?;
        (rest == after).then(|| (count(&before), count(&before) + count(&marked)))
    }

    /// The line to show, with what to underline in it.
    fn shown_line(&self, index: usize, span: Span) -> Shown {
        let (Some(unit), Some(lines)) = (self.source.units.get(index), self.unit_lines(index)) else {
            return Shown::default();
        };
        let span = first_line(&unit.text, span);
        let start = span.start().min(unit.text.len());
        let line = lines.line_range(lines.line(start));
        let (start, end) = (start.min(line.end), span.end().min(line.end));
        // What the mask sees: the line, or a wide window of it.
        let from = floor(&unit.text, line.start.max(start.saturating_sub(LEAD * 4 + MARGIN)));
        let to = floor(&unit.text, line.end.min(end.min(start + SHOWN * 4).saturating_add(SHOWN * 4 + MARGIN)));
        let seen = unit.text.get(from..to).unwrap_or("");
        let before = count(unit.text.get(from..start).unwrap_or(""));
        let marked = count(unit.text.get(start..end.min(to)).unwrap_or(""));
        let masked = self.masked(seen);
        let mark = if masked == seen {
            (before, before + marked)
        } else {
            self.masked_mark(&unit.text, (from, start, end.min(to), to), &masked)
                .unwrap_or_else(|| moved_mark(seen, &masked, (before, before + marked)))
        };
        let (text, skipped, mark) = window_around(&masked, mark, SHOWN);
        Shown { text, offset: lines.position(from).column.saturating_sub(1).saturating_add(skipped), mark }
    }
}

/// A line cut to what is shown.
#[derive(Debug, Default)]
struct Shown {
    text: String,
    offset: u32,
    mark: (u32, u32),
}

/// Cuts a line to at most `most` characters around a mark. Gives the text, the characters left out before it, and the
/// mark in it. Counts are Unicode scalar values.
#[must_use]
pub fn window_around(line: &str, mark: (u32, u32), most: usize) -> (String, u32, (u32, u32)) {
    let total = count(line);
    let most = u32::try_from(most).unwrap_or(u32::MAX);
    let (start, end) = (mark.0.min(total), mark.1.clamp(mark.0.min(total), total));
    if total <= most {
        return (line.to_owned(), 0, (start, end));
    }
    let lead = (most / 4).max(most.saturating_sub(end - start) / 2);
    let skipped = start.saturating_sub(lead).min(total - most);
    let text = line.chars().skip(skipped as usize).take(most as usize).collect();
    (text, skipped, (start - skipped, (end - skipped).min(most)))
}

/// Where a mark lies after the mask has changed the line: the common ends stay, what lies in the changed middle takes all of it.
fn moved_mark(line: &str, masked: &str, mark: (u32, u32)) -> (u32, u32) {
    let head = count_same(line.chars(), masked.chars());
    let (before, after) = (count(line), count(masked));
    let tail = count_same(line.chars().rev(), masked.chars().rev()).min(before - head.min(before)).min(after - head.min(after));
    let start = match mark.0 {
        at if at <= head => at,
        at if at >= before - tail => after - (before - at),
        _ => head,
    };
    let end = match mark.1 {
        at if at <= head => at,
        at if at >= before - tail => after - (before - at.min(before)),
        _ => after - tail,
    };
    (start, end.max(start))
}

fn count_same(left: impl Iterator<Item = char>, right: impl Iterator<Item = char>) -> u32 {
    u32::try_from(left.zip(right).take_while(|(a, b)| a == b).count()).unwrap_or(u32::MAX)
}

fn count(text: &str) -> u32 {
    u32::try_from(text.chars().count()).unwrap_or(u32::MAX)
}

/// The part of a span on its first line, without blanks before the cut.
fn first_line(text: &str, span: Span) -> Span {
    let slice = span.text(text);
    match memchr::memchr2(b'\n', b'\r', slice.as_bytes()) {
        Some(end) => {
            let kept = slice.get(..end).unwrap_or("").trim_end().len();
            Span::new(span.start(), span.start() + kept)
        }
        None => span,
    }
}

/// The largest character boundary that is not behind `offset`.
pub(crate) fn floor(text: &str, offset: usize) -> usize {
    let mut offset = offset.min(text.len());
    while !text.is_char_boundary(offset) {
        offset -= 1;
    }
    offset
}

/// At most `most` bytes from the start, cut between characters.
fn prefix(text: &str, most: usize) -> &str {
    text.get(..floor(text, most)).unwrap_or("")
}

fn shorten(text: &str) -> String {
    if text.chars().nth(SHOWN).is_none() {
        return text.to_owned();
    }
    text.chars().take(SHOWN - 1).chain(['…']).collect()
}

/// Runs of white space become one blank: formatting does not make a new finding.
fn normalised(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !result.is_empty() {
            result.push(' ');
        }
        result.push_str(word);
    }
    result
}

fn fingerprint(identity: &str, ordinal: u32) -> String {
    let mut digest = Sha256::new();
    digest.update(identity.as_bytes());
    digest.update(ordinal.to_le_bytes());
    hex(&digest.finalize())
}

fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .filter_map(|digit| DIGITS.get(usize::from(digit)))
        .map(|digit| char::from(*digit))
        .collect()
}
