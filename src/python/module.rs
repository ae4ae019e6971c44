//! A Python text as the resolver sees it: logical lines at once, statements when asked.
//!
//! Lines come from the outline, statements from tree-sitter, one logical line at a time. Where either cannot be trusted,
//! the whole text is parsed once and both come from its tree; [`ParseMode::Whole`] does so from the start, which the
//! differential test uses. Nobody outside sees which way was taken, except by [`Module::fell_back`].

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use crate::python::ast::{Stmt, StmtKind};
use crate::python::commands::STARTERS;
use crate::python::context::SAVES;
use crate::python::outline::{NONE, Outline, TroubleKind, is_word};
use crate::python::plain;
use crate::python::syntax::{Flat, Parsed, Wrapper, parse_part, parse_whole};
use crate::span::Span;
use crate::words::{self, WordSet};

/// The largest text that is parsed whole, in bytes: about 0.15 seconds of work, two when it is garbage.
pub const MAX_WHOLE: usize = 2 << 20;
/// The largest logical line that is parsed, in bytes. Larger ones are data.
pub const MAX_LINE: usize = 1 << 20;
/// The largest logical line that is parsed in a text with open brackets or strings: tree-sitter's time for such grows faster than they do.
pub const MAX_OPEN_LINE: usize = 1 << 16;
/// The largest logical line that is read without a tree, in bytes.
const MAX_PLAIN: usize = 1 << 16;
/// How many bytes of logical lines are parsed in one text, at most.
pub const MAX_PARTS: usize = 16 << 20;

/// How a text is parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ParseMode {
    /// Logical lines one by one, when asked.
    OnDemand,
    /// All at once. For the differential test; the result is the same.
    Whole,
}

/// The number of a logical line, from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct LineIndex(u32);

impl LineIndex {
    /// The line with this number.
    #[must_use]
    pub fn new(number: u32) -> Self {
        Self(number)
    }

    /// The number, to index [`Module::lines`].
    #[must_use]
    pub fn number(self) -> u32 {
        self.0
    }
}

/// A logical line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Line {
    /// The line without indentation, trailing comment and newline. Statements joined by `;` are one line.
    pub span: Span,
    /// Columns of indentation; a tab leads to the next multiple of 8.
    pub indent: u32,
    /// It ends with a colon: its block is on the lines that follow.
    pub header: bool,
}

/// What kept a text from being read wholly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ModuleProblemKind {
    /// A syntax error, in the line at hand and in the whole text; what could be made of the line was used.
    Syntax,
    /// A line is larger than [`MAX_LINE`].
    TooLarge,
    /// An expression is nested too deeply; its inner parts were not read.
    TooDeep,
    /// The budget of the parser was used up.
    Budget,
}

/// A problem of a text. A line has at most one of a kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ModuleProblem {
    /// Where it begins, in bytes of the text.
    pub offset: u32,
    /// What it is.
    pub kind: ModuleProblemKind,
}

impl fmt::Display for ModuleProblem {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self.kind {
            ModuleProblemKind::Syntax => "syntax error: the code around it may not have been read wholly",
            ModuleProblemKind::TooLarge => "too large to be parsed",
            ModuleProblemKind::TooDeep => "nested too deeply: the inner parts were not read",
            ModuleProblemKind::Budget => "too costly to be parsed",
        })
    }
}

/// Statements by line, for modules of one and the same text to share.
pub(crate) type Statements = Rc<RefCell<HashMap<u32, Rc<[Stmt]>>>>;

/// A Python text.
pub struct Module<'s> {
    text: &'s str,
    outline: Arc<Outline>,
    /// Statements by line.
    cache: Statements,
    /// Statements of the whole text, by start, once a part could not be read; `None` when the whole cannot be read either.
    whole: OnceCell<Option<Vec<Stmt>>>,
    /// Bytes of parts that may still be parsed.
    budget: Cell<usize>,
    problems: RefCell<Vec<ModuleProblem>>,
    fell_back: Cell<bool>,
    /// The roots of the imports; each cell of a notebook asks for those of all others.
    roots: OnceCell<BTreeSet<String>>,
    /// Where the words of [`MARKED`] stand.
    marks: OnceCell<Vec<Vec<u32>>>,
}

/// Words that are asked for in nearly every text: one scan finds them all.
static MARKED: LazyLock<WordSet> = LazyLock::new(|| {
    let fixed = ["import", "import_module", "__import__", "importorskip", "lazy_import", "add_argument", "option", "getattr"];
    let words: BTreeSet<&str> = fixed.into_iter().chain(STARTERS).chain(SAVES).collect();
    WordSet::new(words.into_iter().map(str::to_owned).collect())
});

impl<'s> Module<'s> {
    /// Outlines a text (linear in its length); falls back to parsing it whole when it cannot be outlined.
    #[must_use]
    pub fn new(text: &'s str, mode: ParseMode) -> Self {
        Self::with_outline(text, Arc::new(Outline::new(text)), mode)
    }

    /// A text whose outline is known.
    #[must_use]
    pub fn with_outline(text: &'s str, outline: Arc<Outline>, mode: ParseMode) -> Self {
        let trouble = outline.trouble;
        let mut module = Self {
            text,
            outline,
            cache: Statements::default(),
            whole: OnceCell::new(),
            budget: Cell::new(MAX_PARTS),
            problems: RefCell::default(),
            fell_back: Cell::new(trouble.is_some() || mode == ParseMode::Whole),
            roots: OnceCell::new(),
            marks: OnceCell::new(),
        };
        if !module.fell_back.get() {
            return module;
        }
        // Brackets and strings without an end are errors to every parser, and tree-sitter's time on them is quadratic.
        let hopeless = trouble.is_some_and(|trouble| trouble.kind != TroubleKind::Indentation);
        let parsed = if hopeless { None } else { parse_whole_cleanly(text) };
        match parsed {
            Some(parsed) => {
                module.report_parsed(&parsed);
                module.use_whole(parsed);
            }
            // The text is broken. Line by line more of it can be read than from tree-sitter's tree, in which an error
            // swallows what follows.
            None => {
                let _ = module.whole.set(None);
                if let Some(trouble) = trouble {
                    module.outline = Arc::new(Outline::recovering(text));
                    module.report(ModuleProblemKind::Syntax, trouble.offset);
                }
            }
        }
        module
    }

    /// The roots of the imports, read once.
    pub(crate) fn roots(&self, read: impl FnOnce() -> BTreeSet<String>) -> &BTreeSet<String> {
        self.roots.get_or_init(read)
    }

    /// Shares the statements that other modules of the same text have parsed.
    pub(crate) fn sharing(mut self, statements: Statements) -> Self {
        // Lines that come from a whole parse are numbered by it.
        if !self.fell_back.get() {
            self.cache = statements;
        }
        self
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &'s str {
        self.text
    }

    /// The logical lines, in order.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.outline.lines
    }

    /// A line.
    #[must_use]
    pub fn line(&self, line: LineIndex) -> Option<&Line> {
        self.outline.lines.get(line.0 as usize)
    }

    /// The logical line that holds this byte; a comment behind it on its last physical line counts.
    #[must_use]
    pub fn line_at(&self, offset: usize) -> Option<LineIndex> {
        let next = self.outline.lines.partition_point(|line| line.span.start() <= offset);
        let number = next.checked_sub(1)?;
        let tail = self.outline.tails.get(number).copied()? as usize;
        (offset < tail).then(|| LineIndex(u32::try_from(number).unwrap_or(NONE)))
    }

    /// The statements of a logical line, parsed when first asked. `if x: y = 1` gives both; a decorator line gives
    /// [`StmtKind::Decorator`].
    #[must_use]
    pub fn statements(&self, line: LineIndex) -> Rc<[Stmt]> {
        if let Some(statements) = self.cache.borrow().get(&line.0) {
            return Rc::clone(statements);
        }
        let statements: Rc<[Stmt]> = self.parse_line(line).into();
        self.cache.borrow_mut().insert(line.0, Rc::clone(&statements));
        statements
    }

    /// True when the byte is code: not in a comment, not in the literal part of a string. Fields of f-strings are code.
    #[must_use]
    pub fn in_code(&self, offset: usize) -> bool {
        let dark = &self.outline.dark;
        let next = dark.partition_point(|span| span.start() <= offset);
        !next.checked_sub(1).and_then(|before| dark.get(before)).is_some_and(|span| span.contains(offset))
    }

    /// The header whose block holds this line.
    #[must_use]
    pub fn parent(&self, line: LineIndex) -> Option<LineIndex> {
        let parent = *self.outline.parents.get(line.0 as usize)?;
        (parent != NONE).then_some(LineIndex(parent))
    }

    /// The numbers of the lines of a header's block, nested ones included; empty when it has none.
    #[must_use]
    pub fn block(&self, header: LineIndex) -> Range<u32> {
        let start = header.0.saturating_add(1);
        let end = self.outline.ends.get(header.0 as usize).copied();
        start..end.unwrap_or(start).max(start)
    }

    /// The header of the nearest `def` or `class` around this line (not the line itself); `None` at module level.
    #[must_use]
    pub fn scope(&self, line: LineIndex) -> Option<LineIndex> {
        let mut current = line;
        while let Some(parent) = self.parent(current) {
            if self.opens_scope(parent) {
                return Some(parent);
            }
            current = parent;
        }
        None
    }

    fn opens_scope(&self, line: LineIndex) -> bool {
        let Some(line) = self.line(line) else {
            return false;
        };
        let code = line.span.text(self.text);
        match first_word(code) {
            "def" | "class" => true,
            "async" => {
                let rest = code.get("async".len()..).unwrap_or_default();
                first_word(rest.trim_start()) == "def"
            }
            _ => false,
        }
    }

    /// Where a name stands in code as a whole word, in order, with the line.
    pub fn occurrences<'a>(&'a self, name: &str) -> impl Iterator<Item = (usize, LineIndex)> + use<'a, 's> {
        let bytes = self.text.as_bytes();
        let length = name.len();
        let mut marked = MARKED.find(name.as_bytes()).map(|number| self.marks(number).iter());
        let finder = if marked.is_none() { Some(memchr::memmem::Finder::new(name).into_owned()) } else { None };
        let mut from = if length == 0 { bytes.len() } else { 0 };
        std::iter::from_fn(move || {
            loop {
                let found = match (&mut marked, &finder) {
                    (Some(places), _) => *places.next()? as usize,
                    (None, Some(finder)) if length > 0 => {
                        let found = from + finder.find(bytes.get(from..)?)?;
                        from = found + length;
                        let before = found.checked_sub(1).and_then(|before| bytes.get(before)).copied().is_some_and(is_word);
                        if before || bytes.get(from).copied().is_some_and(is_word) {
                            continue;
                        }
                        found
                    }
                    _ => return None,
                };
                if self.in_code(found)
                    && let Some(line) = self.line_at(found)
                {
                    return Some((found, line));
                }
            }
        })
    }

    /// Where a word of [`MARKED`] stands.
    fn marks(&self, number: usize) -> &[u32] {
        let marks = self.marks.get_or_init(|| {
            let bytes = self.text.as_bytes();
            let mut marks = vec![Vec::new(); MARKED.len()];
            words::each(bytes, |start, end| {
                let number = bytes.get(start..end).and_then(|word| MARKED.find(word));
                if let Some(places) = number.and_then(|number| marks.get_mut(number)) {
                    places.push(u32::try_from(start).unwrap_or(NONE));
                }
                true
            });
            marks
        });
        marks.get(number).map_or(&[], Vec::as_slice)
    }

    /// The comments, for suppressions.
    #[must_use]
    pub fn comments(&self) -> &[Span] {
        &self.outline.comments
    }

    /// The string tokens with prefix and quotes, by their start. Those inside fields of f-strings follow the f-string.
    #[must_use]
    pub fn strings(&self) -> &[Span] {
        &self.outline.strings
    }

    /// What could not be read so far, in order of the text. Grows while statements are asked for.
    #[must_use]
    pub fn problems(&self) -> Vec<ModuleProblem> {
        let mut problems = self.problems.borrow().clone();
        problems.sort_unstable();
        problems.dedup();
        problems
    }

    /// True when the whole text was parsed.
    #[must_use]
    pub fn fell_back(&self) -> bool {
        self.fell_back.get()
    }

    fn report(&self, kind: ModuleProblemKind, offset: usize) {
        let offset = u32::try_from(offset).unwrap_or(u32::MAX);
        self.problems.borrow_mut().push(ModuleProblem { offset, kind });
    }

    fn report_parsed(&self, parsed: &Parsed) {
        if let Some(offset) = parsed.error {
            self.report(ModuleProblemKind::Syntax, offset);
        }
        if let Some(offset) = parsed.too_deep {
            self.report(ModuleProblemKind::TooDeep, offset);
        }
    }

    /// How a line must be wrapped to be parsed alone; `None` for a lone `else:`, `try:` or `finally:`.
    pub(super) fn wrapper(&self, index: LineIndex) -> Option<Wrapper> {
        let line = self.line(index)?;
        let code = line.span.text(self.text);
        Some(match first_word(code) {
            word @ ("else" | "try" | "finally") => {
                let rest = code.get(word.len()..).unwrap_or_default();
                if rest.trim_start() == ":" {
                    return None;
                }
                match word {
                    "else" => Wrapper::Else,
                    "try" => Wrapper::Try,
                    _ => Wrapper::AfterTry,
                }
            }
            "elif" => Wrapper::Elif,
            "except" => Wrapper::AfterTry,
            "match" if line.header => Wrapper::Match,
            "case" if self.in_match(index) => Wrapper::Case,
            _ if code.starts_with('@') => Wrapper::Decorator,
            _ => Wrapper::Plain,
        })
    }

    fn parse_line(&self, index: LineIndex) -> Vec<Stmt> {
        let Some(line) = self.line(index).copied() else {
            return Vec::new();
        };
        if let Some(Some(whole)) = self.whole.get() {
            return self.statements_in_whole(whole, index);
        }
        let code = line.span.text(self.text);
        let Some(wrapper) = self.wrapper(index) else {
            let kind = match first_word(code) {
                "else" => StmtKind::Else,
                "try" => StmtKind::Try,
                _ => StmtKind::Finally,
            };
            return vec![Stmt { span: line.span, kind }];
        };
        if self.outline.trouble.is_none()
            && code.len() <= MAX_PLAIN
            && let Some(statement) = plain::read(self.text, line.span, line.header, wrapper)
        {
            return vec![statement];
        }
        let closers = self.outline.closers.get(&index.0);
        let closers = closers.map_or("", String::as_str);
        let largest = match self.outline.trouble {
            Some(trouble) if trouble.kind != TroubleKind::Indentation => MAX_OPEN_LINE,
            _ => MAX_LINE,
        };
        if code.len() > largest {
            self.report(ModuleProblemKind::TooLarge, line.span.start());
            return Vec::new();
        }
        let Some(budget) = self.budget.get().checked_sub(code.len()) else {
            self.report(ModuleProblemKind::Budget, line.span.start());
            return Vec::new();
        };
        self.budget.set(budget);
        let parsed = parse_part(self.text, line.span, line.header, wrapper, closers);
        if parsed.gave_up {
            self.report(ModuleProblemKind::Budget, line.span.start());
            return Vec::new();
        }
        if parsed.error.is_some() {
            // Something odd: does the whole text make sense of it?
            let whole = self.whole.get_or_init(|| {
                self.fell_back.set(true);
                parse_whole_cleanly(self.text).map(|whole| statements_of(whole.statements))
            });
            if let Some(whole) = whole {
                return self.statements_in_whole(whole, index);
            }
        }
        self.report_parsed(&parsed);
        statements_of(parsed.statements)
    }

    fn in_match(&self, line: LineIndex) -> bool {
        self.parent(line)
            .and_then(|parent| self.line(parent))
            .is_some_and(|parent| first_word(parent.span.text(self.text)) == "match")
    }

    /// The statements of the whole text that begin in a line.
    fn statements_in_whole(&self, whole: &[Stmt], line: LineIndex) -> Vec<Stmt> {
        let start_of = |number: u32| {
            let line = self.outline.lines.get(number as usize);
            line.map_or(u32::MAX, |line| line.span.start)
        };
        let start = start_of(line.0);
        let end = start_of(line.0.saturating_add(1));
        let from = whole.partition_point(|statement| statement.span.start < start);
        let to = whole.partition_point(|statement| statement.span.start < end);
        whole.get(from..to).unwrap_or_default().to_vec()
    }

    /// Replaces the outline by what a whole parse says.
    fn use_whole(&mut self, parsed: Parsed) {
        let mut outline = Outline {
            comments: parsed.comments,
            strings: parsed.strings,
            dark: parsed.dark,
            trouble: self.outline.trouble,
            ..Outline::default()
        };
        let mut cache: HashMap<u32, Rc<[Stmt]>> = HashMap::new();
        // The line of every statement, to find the line of a header.
        let mut line_of: Vec<u32> = Vec::with_capacity(parsed.statements.len());
        let mut group: Vec<Stmt> = Vec::new();
        for flat in parsed.statements {
            let number = u32::try_from(outline.lines.len()).unwrap_or(NONE);
            let statement = flat.statement;
            let joined = group.last().is_some_and(|before: &Stmt| self.on_one_line(before.span, statement.span));
            if !joined {
                if !group.is_empty() {
                    let before = number.saturating_sub(1);
                    cache.insert(before, std::mem::take(&mut group).into());
                }
                let parent = flat.parent.and_then(|parent| line_of.get(parent)).copied().unwrap_or(NONE);
                outline.parents.push(parent);
                outline.ends.push(number.saturating_add(1));
                outline.tails.push(0);
                outline.lines.push(Line { span: statement.span, indent: self.indent_at(statement.span.start()), header: false });
            }
            let number = u32::try_from(outline.lines.len().saturating_sub(1)).unwrap_or(NONE);
            line_of.push(number);
            if let Some(line) = outline.lines.last_mut() {
                let end = self.end_of_code(statement.span.end());
                line.span = Span::new(line.span.start(), end);
                line.header = is_header(&statement.kind);
            }
            group.push(statement);
        }
        if let Some(last) = outline.lines.len().checked_sub(1) {
            cache.insert(u32::try_from(last).unwrap_or(NONE), group.into());
        }
        let bytes = self.text.as_bytes();
        for (tail, line) in outline.tails.iter_mut().zip(&outline.lines) {
            let end = line.span.end();
            let length = tail_length(bytes.get(end..).unwrap_or_default());
            *tail = Span::new(end + length, end + length).start;
        }
        // A block ends where its last line ends; parents come before their lines.
        for number in (0..outline.lines.len()).rev() {
            let end = outline.ends.get(number).copied().unwrap_or(0);
            let parent = outline.parents.get(number).copied().unwrap_or(NONE);
            if let Some(parent_end) = outline.ends.get_mut(parent as usize) {
                *parent_end = (*parent_end).max(end);
            }
        }
        self.outline = Arc::new(outline);
        self.cache = Rc::new(RefCell::new(cache));
        // All is in the cache; what is not asks for nothing.
        let _ = self.whole.set(Some(Vec::new()));
    }

    /// True when no newline, other than a continued one, stands between two statements.
    fn on_one_line(&self, before: Span, after: Span) -> bool {
        let Some(between) = self.text.get(before.end()..after.start()) else {
            // They overlap: broken code.
            return true;
        };
        let bytes = between.as_bytes();
        let mut offset = 0;
        while let Some(byte) = bytes.get(offset) {
            match byte {
                b'\\' => {
                    offset += 2;
                    if bytes.get(offset - 1) == Some(&b'\r') && bytes.get(offset) == Some(&b'\n') {
                        offset += 1;
                    }
                }
                b'\n' | b'\r' | b'#' => return false,
                _ => offset += 1,
            }
        }
        true
    }

    /// The end of a line whose last statement ends here: a semicolon belongs to it.
    fn end_of_code(&self, end: usize) -> usize {
        let rest = self.text.as_bytes().get(end..).unwrap_or_default();
        let blanks = rest.iter().position(|byte| !matches!(byte, b' ' | b'\t' | 0x0c)).unwrap_or(rest.len());
        if rest.get(blanks) == Some(&b';') { end + blanks + 1 } else { end }
    }

    /// The columns of indentation of the physical line that holds this byte.
    fn indent_at(&self, offset: usize) -> u32 {
        let before = self.text.as_bytes().get(..offset).unwrap_or_default();
        let start = memchr::memrchr2(b'\n', b'\r', before).map_or(0, |newline| newline + 1);
        let mut column = 0u32;
        for byte in before.get(start..).unwrap_or_default() {
            match byte {
                b' ' => column = column.saturating_add(1),
                b'\t' => column = (column | 7).saturating_add(1),
                0x0c => column = 0,
                0xef | 0xbb | 0xbf if start == 0 => {}
                _ => break,
            }
        }
        column
    }
}

/// The length of what follows the last statement of a line, to the end of the physical line; continued ones count.
fn tail_length(rest: &[u8]) -> usize {
    let mut offset = 0;
    while let Some(byte) = rest.get(offset) {
        match byte {
            b'\n' | b'\r' => return offset,
            b'#' => {
                let comment = rest.get(offset..).unwrap_or_default();
                let length = memchr::memchr2(b'\n', b'\r', comment);
                return offset + length.unwrap_or(comment.len());
            }
            b'\\' if rest.get(offset + 1) == Some(&b'\r') && rest.get(offset + 2) == Some(&b'\n') => {
                offset += 3;
            }
            b'\\' => offset += 2,
            _ => offset += 1,
        }
    }
    rest.len()
}

/// Parses a whole text; `None` when it is too large, too costly or has syntax errors.
fn parse_whole_cleanly(text: &str) -> Option<Parsed> {
    if text.len() > MAX_WHOLE {
        return None;
    }
    let parsed = parse_whole(text);
    (!parsed.gave_up && parsed.error.is_none()).then_some(parsed)
}

fn statements_of(flats: Vec<Flat>) -> Vec<Stmt> {
    flats.into_iter().map(|flat| flat.statement).collect()
}

fn first_word(code: &str) -> &str {
    let end = code.bytes().position(|byte| !is_word(byte)).unwrap_or(code.len());
    code.get(..end).unwrap_or_default()
}

fn is_header(kind: &StmtKind) -> bool {
    matches!(
        kind,
        StmtKind::Function { .. }
            | StmtKind::Class { .. }
            | StmtKind::If(_)
            | StmtKind::Elif(_)
            | StmtKind::Else
            | StmtKind::While(_)
            | StmtKind::For { .. }
            | StmtKind::With(_)
            | StmtKind::Try
            | StmtKind::Except { .. }
            | StmtKind::Finally
            | StmtKind::Match(_)
            | StmtKind::Case
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::python::ast::ExprKind;

    fn dump(module: &Module<'_>) -> Vec<String> {
        (0..u32::try_from(module.lines().len()).unwrap())
            .map(|number| {
                let index = LineIndex::new(number);
                let line = module.line(index).unwrap();
                format!(
                    "{number} {:?} {} {} {:?} {:?} {:?}",
                    line.span.text(module.text()),
                    line.indent,
                    line.header,
                    module.parent(index).map(LineIndex::number),
                    module.block(index),
                    module.statements(index)
                )
            })
            .collect()
    }

    fn same(text: &str) {
        let parts = Module::new(text, ParseMode::OnDemand);
        let whole = Module::new(text, ParseMode::Whole);
        let (left, right) = (dump(&parts), dump(&whole));
        for (left, right) in left.iter().zip(&right) {
            assert_eq!(left, right, "in {text}");
        }
        assert_eq!(left.len(), right.len(), "in {text}");
        assert!(!parts.fell_back(), "{text} fell back: {:?}", parts.problems());
        assert_eq!(parts.problems(), whole.problems(), "in {text}");
        assert_eq!(parts.comments(), whole.comments(), "in {text}");
        assert_eq!(parts.strings(), whole.strings(), "in {text}");
        for offset in 0..text.len() {
            assert_eq!(parts.in_code(offset), whole.in_code(offset), "at {offset} in {text}");
        }
    }

    #[test]
    fn both_ways_agree_on_all_statements() {
        same(
            "import torch, os.path as p\nfrom . import a\nfrom ..b.c import (d as e,\n  f)\nfrom __future__ import x\nfrom q import *\n",
        );
        same("if a:\n  b\nelif c: d\nelse:\n    e; f = 1;\nwhile x: pass\nelse: y\nfor i, j in k, l:\n  pass\n");
        same(
            "try:\n  a\nexcept (B, C) as d:\n  e\nexcept:\n  f\nelse:\n  g\nfinally:\n  h\ntry: x\nexcept Y: z\ntry: x\nfinally: z\n",
        );
        same("try:\n  a\nexcept* E as d:\n  e\n");
        same(
            "@a.b(c)\n@d\nasync def f(a, /, b: int = 1, *args, c=2, **kw) -> T:\n    '''doc'''\n    return await g()\nclass A(B, metaclass=C):\n    x: int = 3\n    y: str\n    def m(self): return 1\n",
        );
        same("with open(a) as b, c: pass\nwith (open(a) as b, open(c) as d,):\n    x\nasync with x as y:\n  z\n");
        same(
            "match x, y:\n    case [1, *z] if z: pass\n    case A(b=c) | None:\n        d\n    case _: e\nmatch = 1\ncase = match\n",
        );
        same(
            "x = y = z\nx += 1\nx @= y\nx: int\na, b = c\n(a) = b\n[a, b] = c\ndel a, b\nraise A from b\nassert a, b\nglobal a, b\nnonlocal c\npass\n",
        );
        same("x = [i for i in y if i]; y = {a: b for a, b in c}; z = {a for a in b}; f(x for x in y)\n");
        same("a[1:2, ::3]; a[b]; a[b,]; a < b <= c not in d is not e; lambda x, *y: x; (yield); (a := b)\n");
        same("# only\n\n  # comments\nx = 1 # one\n\ty = 2\n".replace("\ty", "y").as_str());
        same("x = f(a, # one\n  b)\ny = \\\n  1\nif x: \\\n  y\n");
        same("x = 'a' \"b\" r'\\c' b'd'\ny = f'{a}b{{c}} {d!r:>{w}} {e=}' 'g'\nz = rb'\\x00'\n");
    }

    #[test]
    fn newlines_of_every_kind_end_lines() {
        for newline in ["\n", "\r\n", "\r"] {
            same(&"\u{feff}if x:\n    a = '''1\n2'''\n\n    b = (1,\n  2) # c\nc\n".replace('\n', newline));
        }
    }

    #[test]
    fn nested_f_strings_have_fields_of_code() {
        let text = "x = f'{torch.load(f\"{a}\")}' + 'torch'\n";
        let module = Module::new(text, ParseMode::OnDemand);
        let found: Vec<usize> = module.occurrences("torch").map(|(at, _)| at).collect();
        assert_eq!(found, [7]);
        assert_eq!(module.strings().len(), 3);
    }

    #[test]
    fn a_broken_text_is_read_as_far_as_possible() {
        let texts = [
            "x = torch.load(a\ny = torch.load(b)\ndef f():\n    torch.load(c)\n",
            "x = torch.load(a, # no\n\nimport x\ny = torch.load(b)\nz = torch.load(c)\n",
            "x = torch.load(a)\ny = 'abc\ny = torch.load(b)\nz = torch.load(c)\n",
            "x = torch.load(a)\ny = \"\"\"abc\ny = torch.load(b)\nz = torch.load(c)\n",
            "x = torch.load(a))\ny = torch.load(b)\nz = f'{torch.load(c)\n",
            "x = torch.load(a)\nx y z = 1\n  y = torch.load(b)\nz = f(torch.load(c)\n",
            "def f(:\n  x = torch.load(a)\n  if y = torch.load(b):\n    z = torch.load(c)\n",
        ];
        for text in texts {
            let module = Module::new(text, ParseMode::OnDemand);
            assert!(module.fell_back(), "{text}");
            let all = dump(&module).join("\n");
            assert!(!module.problems().is_empty(), "{text}");
            for name in ["\"a\"", "\"b\"", "\"c\""] {
                let call = format!(
                    "Positional, value: Expr {{ span: Span {{ start: {0}, end: {1} }}, kind: Name({name})",
                    text.find(&format!("({}", &name[1..2])).unwrap() + 1,
                    text.find(&format!("({}", &name[1..2])).unwrap() + 2
                );
                assert!(all.contains(&call), "{name} of {text} in {all}");
            }
        }
    }

    #[test]
    fn deep_nesting_is_bounded_and_reported() {
        let text = format!("x = {}1{}\n", "torch.load(".repeat(10_000), ")".repeat(10_000));
        let module = Module::new(&text, ParseMode::OnDemand);
        assert_eq!(module.statements(LineIndex::new(0)).len(), 1);
        assert_eq!(module.problems().len(), 1);
        assert_eq!(module.problems()[0].kind, ModuleProblemKind::TooDeep);
    }

    #[test]
    fn costly_texts_are_bounded() {
        // Each of these took minutes, or would overflow the stack of a thread.
        let texts = [
            "f(torch,\n".repeat(100_000),
            format!("x = '{}'\n", "\\N{".repeat(20_000)),
            format!("x = f'{}'\n", "\\N{".repeat(20_000)),
            format!("x = a{}\n", " + b".repeat(20_000)),
            format!("x = {}\n", "[".repeat(20_000)),
            "\\\"\"\" a ".repeat(20_000),
        ];
        for text in texts {
            let module = Module::new(&text, ParseMode::OnDemand);
            for number in 0..u32::try_from(module.lines().len().min(10)).unwrap() {
                let _ = module.statements(LineIndex::new(number));
            }
            let told = !module.problems().is_empty();
            assert!(told || text.starts_with("x = '"), "{}", &text[..20]);
        }
    }

    #[test]
    fn scopes_and_blocks_nest() {
        let text = "class A:\n    x = 1\n    async  def f(self):\n        if a:\n            b\n    c\nd\n";
        let module = Module::new(text, ParseMode::OnDemand);
        let line = LineIndex::new;
        assert_eq!(module.scope(line(4)), Some(line(2)));
        assert_eq!(module.scope(line(2)), Some(line(0)));
        assert_eq!(module.scope(line(5)), Some(line(0)));
        assert_eq!(module.scope(line(6)), None);
        assert_eq!(module.block(line(0)), 1..6);
        assert_eq!(module.block(line(3)), 4..5);
        assert_eq!(module.parent(line(4)), Some(line(3)));
    }

    #[test]
    fn lines_are_found_by_offset() {
        let text = "a = 1  # note\n\n# alone\nb = (2,\n 3)\n";
        let module = Module::new(text, ParseMode::OnDemand);
        let at = |needle: &str| module.line_at(text.find(needle).unwrap()).map(LineIndex::number);
        assert_eq!(at("1"), Some(0));
        assert_eq!(at("note"), Some(0));
        assert_eq!(at("alone"), None);
        assert_eq!(at("3"), Some(1));
        assert_eq!(module.line_at(text.len()), None);
    }

    #[test]
    fn unusual_names_are_whole_words() {
        let text = "torché = 1\ntorch = 2\n_torch = torch2 = 3\n";
        let module = Module::new(text, ParseMode::OnDemand);
        assert_eq!(module.occurrences("torch").count(), 1);
        assert_eq!(module.occurrences("").count(), 0);
    }

    #[test]
    fn literals_are_decoded() {
        let value = |code: &str| {
            let text = format!("x = {code}\n");
            let module = Module::new(&text, ParseMode::OnDemand);
            match &module.statements(LineIndex::new(0))[0].kind {
                StmtKind::Assign { value, .. } => value.kind.clone(),
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(
            value(
                r"'a\n\x41\u00e9\101\q\
b'"
            ),
            ExprKind::Str("a\nA\u{e9}A\\qb".into())
        );
        assert_eq!(value("('a'\n  # why\n 'b')"), ExprKind::Str("ab".into()));
        assert_eq!(value(r"rb'\x00'"), ExprKind::Bytes(br"\x00".to_vec()));
        assert_eq!(value(r"b'\x00\377'"), ExprKind::Bytes(vec![0, 255]));
        assert_eq!(value("0x_ff"), ExprKind::Int(255));
        assert_eq!(value("1_000"), ExprKind::Int(1000));
        assert_eq!(value("1e5"), ExprKind::Number("1e5".into()));
        assert_eq!(value("1j"), ExprKind::Number("1j".into()));
        assert!(matches!(value(r"'\N{BULLET}'"), ExprKind::Joined(_)));
        assert!(matches!(value("t'{a}'"), ExprKind::Other(inner) if inner.len() == 1));
    }
}
