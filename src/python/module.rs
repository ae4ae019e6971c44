//! A Python text as the resolver sees it: logical lines at once, statements when asked.
//!
//! Lines come from the outline, statements from tree-sitter, one logical line at a time. Where either cannot be trusted,
//! the whole text is parsed once and both come from its tree; [`ParseMode::Whole`] does so from the start, which the
//! differential test uses. Nobody outside sees which way was taken, except by [`Module::fell_back`].

mod whole;

use whole::{parse_whole_cleanly, statements_of};

use std::cell::{Cell, OnceCell, RefCell};
use std::collections::{BTreeSet, HashMap};
use std::fmt;
use std::hash::{DefaultHasher, Hasher as _};
use std::ops::Range;
use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use crate::python::ast::{Stmt, StmtKind};
use crate::python::commands::STARTERS;
use crate::python::context::SAVES;
use crate::python::outline::{NONE, Outline, TroubleKind, is_word};
use crate::python::plain;
use crate::python::syntax::{Parsed, Wrapper, parse_part};
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

/// The words of a text are indexed after so many have been asked for: about as many searches as making the index takes.
const INDEX_AFTER: u32 = 64;

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
    /// Where words of a hash stand, once many have been asked for: the text is then read once instead of once for each of them.
    words: OnceCell<HashMap<u64, Vec<u32>>>,
    /// How many words have been asked for.
    asked: Cell<u32>,
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
            words: OnceCell::new(),
            asked: Cell::new(0),
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
        matches!(header_word(code), "def" | "class")
    }

    /// Where a name stands in code as a whole word, in order, with the line.
    pub fn occurrences<'a>(&'a self, name: &str) -> impl Iterator<Item = (usize, LineIndex)> + use<'a, 's> {
        let bytes = self.text.as_bytes();
        let length = name.len();
        let mut marked = MARKED.find(name.as_bytes()).map(|number| self.marks(number).iter());
        let indexed = if marked.is_some() { None } else { self.indexed(name) };
        let wanted: Box<[u8]> = name.as_bytes().into();
        let finder = (marked.is_none() && indexed.is_none()).then(|| memchr::memmem::Finder::new(name).into_owned());
        let mut next = 0;
        let mut from = if length == 0 { bytes.len() } else { 0 };
        std::iter::from_fn(move || {
            loop {
                let found = match (indexed, &finder) {
                    _ if marked.is_some() => *marked.as_mut()?.next()? as usize,
                    (Some(places), _) => {
                        let place = *places.get(next)? as usize;
                        next += 1;
                        // Two words may have one hash.
                        let end = place + length;
                        if bytes.get(place..end) != Some(&*wanted) || bytes.get(end).copied().is_some_and(is_word) {
                            continue;
                        }
                        place
                    }
                    (None, Some(finder)) if length > 0 => {
                        let found = from + finder.find(bytes.get(from..)?)?;
                        from = found + length;
                        let before = found.checked_sub(1).and_then(|before| bytes.get(before)).copied().is_some_and(is_word);
                        let after = bytes.get(from).copied().is_some_and(is_word);
                        if before || after {
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

    /// Where a word stands, from the index of all words; `None` while too few have been asked for to make one.
    fn indexed(&self, name: &str) -> Option<&[u32]> {
        if self.words.get().is_none() {
            let asked = self.asked.get();
            self.asked.set(asked.saturating_add(1));
            if asked < INDEX_AFTER {
                return None;
            }
        }
        if name.is_empty() || !name.bytes().all(is_word) {
            return None;
        }
        let words = self.words.get_or_init(|| self.index());
        Some(words.get(&hash_of(name.as_bytes())).map_or(&[], Vec::as_slice))
    }

    fn index(&self) -> HashMap<u64, Vec<u32>> {
        let bytes = self.text.as_bytes();
        let mut words: HashMap<u64, Vec<u32>> = HashMap::new();
        let mut from = 0;
        while let Some(gap) = bytes.get(from..).and_then(|rest| rest.iter().position(|byte| is_word(*byte))) {
            let start = from + gap;
            let length = bytes.get(start..).and_then(|rest| rest.iter().position(|byte| !is_word(*byte)));
            from = length.map_or(bytes.len(), |length| start + length);
            if let (Some(word), Ok(start)) = (bytes.get(start..from), u32::try_from(start)) {
                words.entry(hash_of(word)).or_default().push(start);
            }
        }
        words
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
}

fn hash_of(word: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    hasher.write(word);
    hasher.finish()
}

/// The word at the start of a line, or nothing.
fn first_word(code: &str) -> &str {
    let end = code.bytes().position(|byte| !is_word(byte)).unwrap_or(code.len());
    code.get(..end).unwrap_or_default()
}

/// The word that tells what a line opens: the first one, after `async`.
pub(super) fn header_word(code: &str) -> &str {
    let rest = code.strip_prefix("async").filter(|rest| rest.starts_with([' ', '\t', '\x0c', '\\']));
    first_word(rest.map_or(code, |rest| rest.trim_start_matches([' ', '\t', '\x0c', '\\', '\r', '\n'])))
}

/// True for statements that open a block.
pub(super) fn is_header(kind: &StmtKind) -> bool {
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
mod tests;
