//! Shell text -> assignments and commands in words. Tolerant: whatever the text is, it is read to its end, once.
//!
//! A lexer of our own: the shell in Dockerfiles, workflows, notebooks and Makefiles is full of templates and fragments
//! that are no complete shell program, and a grammar that gives up on those would cost the lines around them.

use crate::span::Span;

/// How deep `$( $( ... ) )` is followed.
const MAX_DEPTH: u32 = 12;
/// How far a `${...}` or `$((...))` may reach.
const MAX_EXPANSION: usize = 1024;
/// At most so many items are made of one text.
pub const MAX_ITEMS: usize = 100_000;

/// A part of a word.
#[derive(Clone, Debug, PartialEq)]
pub enum Part {
    /// Text, and the bytes that it stands in.
    Text {
        /// The text.
        text: String,
        /// Its bytes.
        span: Span,
        /// The bytes are the text as it is.
        verbatim: bool,
    },
    /// A variable; the default of `${X:-text}`; `assigns` for `:=`.
    Variable {
        /// Its name; `@` for all arguments.
        name: String,
        /// The default, when it is plain text.
        default: Option<String>,
        /// The default becomes its value.
        assigns: bool,
        /// Every word of an array.
        all: bool,
    },
    /// What cannot be said from the text: `$(...)`, `${X%...}`, `$((1 + 1))`, a glob brace.
    Unknown,
}

/// A word before variables are replaced.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RawWord {
    /// The parts in order.
    pub parts: Vec<Part>,
    /// The whole word, quotes included.
    pub span: Span,
    /// The first byte stands in quotes.
    pub quoted: bool,
}

impl RawWord {
    /// The text of a word without quotes and variables.
    #[must_use]
    pub fn plain(&self) -> Option<&str> {
        match self.parts.as_slice() {
            [Part::Text { text, .. }] => Some(text),
            _ => None,
        }
    }

    /// `NAME=value` or `NAME+=value` cut in two.
    #[must_use]
    pub fn assignment(&self) -> Option<(String, RawWord, bool)> {
        let (Some(Part::Text { text, span, verbatim }), false) = (self.parts.first(), self.quoted) else { return None };
        let (name, value) = text.split_once('=')?;
        let (name, append) = name.strip_suffix('+').map_or((name, false), |name| (name, true));
        let legal = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && name.bytes().next().is_some_and(|byte| !byte.is_ascii_digit());
        if !legal {
            return None;
        }
        let cut = text.len() - value.len();
        let mut parts = Vec::new();
        if !value.is_empty() || self.parts.len() == 1 {
            let start = if *verbatim { span.start() + cut } else { span.start() };
            parts.push(Part::Text { text: value.to_owned(), span: Span::new(start, span.end()), verbatim: *verbatim });
        }
        parts.extend(self.parts.iter().skip(1).cloned());
        let start = self.span.start() + cut;
        Some((name.to_owned(), RawWord { parts, span: Span::new(start, self.span.end()), quoted: false }, append))
    }
}

/// What a text says, in order.
#[derive(Clone, Debug, PartialEq)]
pub enum Item {
    /// A command with its assignments in front.
    Command {
        /// `X=1` before the command.
        before: Vec<RawWord>,
        /// Its words.
        words: Vec<RawWord>,
        /// From the first word to the last.
        span: Span,
        /// The whole logical line.
        statement: Span,
        /// It runs only on a condition.
        conditional: bool,
    },
    /// `X=...` alone, `X=(...)`.
    Assign {
        /// The name.
        name: String,
        /// The value; several words for an array.
        words: Vec<RawWord>,
        /// `+=`
        append: bool,
        /// An array, or one of several values by turns (`for x in ...`).
        kind: AssignKind,
        /// It happens only on a condition.
        conditional: bool,
        /// The whole logical line.
        statement: Span,
    },
}

/// How an assignment gives its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AssignKind {
    /// One value.
    Scalar,
    /// `X=(a b c)`
    Array,
    /// `for X in a b c`
    Each,
}

/// What was read.
#[derive(Debug, Default)]
pub struct Script {
    /// Assignments and commands in the order of the text.
    pub items: Vec<Item>,
    /// The comments, `#` included.
    pub comments: Vec<Span>,
}

/// Reads shell text. `braces`: `{name}` is a variable of IPython.
#[must_use]
pub fn read(text: &str, braces: bool) -> Script {
    let mut lexer = Lexer {
        text,
        bytes: text.as_bytes(),
        at: 0,
        script: Script::default(),
        depth: 0,
        conditions: 0,
        heredocs: Vec::new(),
        no_single: false,
        no_double: false,
        backquotes: false,
        braces,
        line_item: 0,
        line_start: 0,
    };
    lexer.commands(None);
    lexer.end_statement(text.len());
    lexer.script
}

struct Lexer<'t> {
    text: &'t str,
    bytes: &'t [u8],
    at: usize,
    script: Script,
    depth: u32,
    conditions: u32,
    heredocs: Vec<Heredoc>,
    /// A quote without an end was met: later ones of its kind are plain characters.
    no_single: bool,
    no_double: bool,
    backquotes: bool,
    braces: bool,
    line_item: usize,
    line_start: usize,
}

struct Heredoc {
    delimiter: String,
    is_shell: bool,
}

/// A command that is being read.
#[derive(Default)]
struct Current {
    before: Vec<RawWord>,
    words: Vec<RawWord>,
    /// It follows `&&` or `||`.
    chained: bool,
    writes_script: bool,
}

const OPENING: &[&str] = &["if", "while", "until", "case", "select"];
const SKIPPED: &[&str] = &["then", "else", "elif", "do", "!", "{", "}", "time", "if", "while", "until", "fi", "done", "esac"];

impl Lexer<'_> {
    fn byte(&self, ahead: usize) -> Option<u8> {
        self.bytes.get(self.at + ahead).copied()
    }

    /// The places of the line that ends here.
    fn end_statement(&mut self, end: usize) {
        let text = self.text.get(self.line_start..end).unwrap_or("");
        let lead = text.len() - text.trim_start().len();
        let whole = Span::new(self.line_start + lead, self.line_start + text.trim_end().len().max(lead));
        for item in self.script.items.iter_mut().skip(self.line_item) {
            match item {
                Item::Command { statement, .. } | Item::Assign { statement, .. } => *statement = whole,
            }
        }
        self.line_item = self.script.items.len();
        self.line_start = end;
    }

    fn commands(&mut self, terminator: Option<u8>) {
        let mut current = Current::default();
        let mut parentheses = 0_u32;
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\r' => self.at += 1,
                b'\\' if self.byte(1) == Some(b'\n') => self.at += 2,
                b'\\' if self.byte(1) == Some(b'\r') && self.byte(2) == Some(b'\n') => self.at += 3,
                b'\n' => {
                    self.finish(&mut current, false);
                    self.at += 1;
                    self.here_documents();
                    if self.depth == 0 {
                        self.end_statement(self.at);
                    }
                }
                b'#' => {
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    let end = self.at + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                    self.script.comments.push(Span::new(self.at, end));
                    self.at = end;
                }
                b'&' if self.byte(1) == Some(b'>') => self.redirection(&mut current),
                b';' | b'&' | b'|' => {
                    let double = self.byte(1) == Some(byte);
                    let chained = double && byte != b';';
                    self.finish(&mut current, chained);
                    self.at += 1 + usize::from(double);
                }
                b'(' => {
                    if current.words.is_empty() {
                        parentheses += 1;
                    } else if self.byte(1) == Some(b')') {
                        // `name() {`: the definition of a function names no command.
                        current = Current::default();
                        self.at += 1;
                    }
                    self.at += 1;
                }
                b')' => {
                    self.finish(&mut current, false);
                    self.at += 1;
                    if parentheses == 0 && terminator == Some(b')') {
                        return;
                    }
                    parentheses = parentheses.saturating_sub(1);
                }
                b'`' if terminator == Some(b'`') => {
                    self.finish(&mut current, false);
                    self.at += 1;
                    return;
                }
                b'<' | b'>' if self.byte(1) != Some(b'(') => self.redirection(&mut current),
                _ => {
                    let before = self.at;
                    self.one_word(&mut current);
                    if self.at == before {
                        // Nothing was taken: whatever it is, it is not looked at twice.
                        self.at += self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                    }
                }
            }
        }
        self.finish(&mut current, false);
    }

    fn one_word(&mut self, current: &mut Current) {
        let word = self.word();
        if self.at < self.bytes.len()
            && matches!(self.bytes.get(self.at), Some(b'<' | b'>'))
            && word.plain().is_some_and(|text| text.bytes().all(|byte| byte.is_ascii_digit()))
        {
            // `2>`: the number of a stream.
            return;
        }
        if current.words.is_empty() {
            if let Some(text) = word.plain().filter(|_| !word.quoted) {
                if OPENING.contains(&text) {
                    self.conditions += 1;
                } else if matches!(text, "fi" | "done" | "esac") {
                    self.conditions = self.conditions.saturating_sub(1);
                }
                if SKIPPED.contains(&text) && current.before.is_empty() {
                    return;
                }
            }
            if let Some((name, value, append)) = word.assignment() {
                let empty = value.parts.iter().all(|part| matches!(part, Part::Text { text, .. } if text.is_empty()));
                if empty && self.byte(0) == Some(b'(') {
                    self.array(name, append, current);
                } else {
                    current.before.push(word);
                }
                return;
            }
        }
        current.words.push(word);
    }

    /// `(a b c)` behind `NAME=`.
    fn array(&mut self, name: String, append: bool, current: &Current) {
        self.at += 1;
        let mut words = Vec::new();
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\r' | b'\n' => self.at += 1,
                b'\\' if self.byte(1) == Some(b'\n') => self.at += 2,
                b'#' => {
                    let rest = self.bytes.get(self.at..).unwrap_or_default();
                    self.at += memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                }
                b')' => {
                    self.at += 1;
                    break;
                }
                b';' | b'&' | b'|' | b'<' | b'>' | b'(' => self.at += 1,
                _ => {
                    let before = self.at;
                    words.push(self.word());
                    if self.at == before {
                        self.at += self.text.get(self.at..).and_then(|rest| rest.chars().next()).map_or(1, char::len_utf8);
                    }
                }
            }
        }
        let conditional = self.conditions > 0 || current.chained;
        self.push(Item::Assign { name, words, append, kind: AssignKind::Array, conditional, statement: Span::default() });
    }

    fn push(&mut self, item: Item) {
        if self.script.items.len() < MAX_ITEMS {
            self.script.items.push(item);
        }
    }

    fn finish(&mut self, current: &mut Current, chained: bool) {
        let done = std::mem::replace(current, Current { chained, ..Current::default() });
        let conditional = self.conditions > 0 || done.chained;
        if done.words.is_empty() {
            for word in done.before {
                if let Some((name, value, append)) = word.assignment() {
                    self.push(Item::Assign {
                        name,
                        words: vec![value],
                        append,
                        kind: AssignKind::Scalar,
                        conditional,
                        statement: Span::default(),
                    });
                }
            }
            return;
        }
        if done.words.first().and_then(RawWord::plain) == Some("for") {
            self.conditions += 1;
            if let (Some(name), Some("in")) =
                (done.words.get(1).and_then(RawWord::plain), done.words.get(2).and_then(RawWord::plain))
            {
                let item = Item::Assign {
                    name: name.to_owned(),
                    words: done.words.get(3..).unwrap_or_default().to_vec(),
                    append: false,
                    kind: AssignKind::Each,
                    conditional: false,
                    statement: Span::default(),
                };
                self.push(item);
            }
            return;
        }
        let first = done.before.first().or(done.words.first()).map_or(0, |word| word.span.start());
        let last = done.words.last().map_or(first, |word| word.span.end());
        let span = Span::new(first, last);
        self.push(Item::Command { before: done.before, words: done.words, span, statement: Span::default(), conditional });
    }

    /// A redirection and its target, which is no argument.
    fn redirection(&mut self, current: &mut Current) {
        let start = self.at;
        while matches!(self.byte(0), Some(b'<' | b'>' | b'&' | b'|')) && self.at - start < 3 {
            self.at += 1;
        }
        let operator = self.text.get(start..self.at).unwrap_or("");
        let heredoc = operator == "<<";
        if self.byte(0) == Some(b'-') && heredoc {
            self.at += 1;
        }
        while matches!(self.byte(0), Some(b' ' | b'\t')) {
            self.at += 1;
        }
        if matches!(self.byte(0), None | Some(b'\n' | b';' | b'|' | b')')) {
            return;
        }
        let target = self.word();
        let name = target.plain().unwrap_or("").to_owned();
        if heredoc {
            let program = current.words.iter().find_map(|word| word.plain().filter(|text| *text != "sudo")).unwrap_or("");
            let program = program.rsplit('/').next().unwrap_or(program);
            let is_shell = matches!(program, "bash" | "sh" | "zsh" | "dash" | "ksh" | "ssh" | "su" | "sbatch" | "srun" | "RUN")
                || (matches!(program, "cat" | "tee") && current.writes_script)
                || (program == "tee" && current.words.iter().any(|word| word.plain().is_some_and(|text| text.ends_with(".sh"))));
            if !name.is_empty() {
                self.heredocs.push(Heredoc { delimiter: name, is_shell });
            }
        } else if operator.starts_with('>') && name.ends_with(".sh") {
            current.writes_script = true;
            if let Some(last) = self.heredocs.last_mut() {
                last.is_shell = true;
            }
        }
    }

    /// The bodies of the here-documents that the line before named.
    fn here_documents(&mut self) {
        for heredoc in std::mem::take(&mut self.heredocs) {
            let start = self.at;
            let mut end = self.bytes.len();
            let mut next = end;
            let mut line_start = start;
            while line_start < self.bytes.len() {
                let rest = self.bytes.get(line_start..).unwrap_or_default();
                let line_end = line_start + memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                // Blanks before the word: `<<-`, and blocks of YAML, whose indentation is still here.
                if self.text.get(line_start..line_end).is_some_and(|line| line.trim() == heredoc.delimiter) {
                    end = line_start;
                    next = (line_end + 1).min(self.bytes.len());
                    break;
                }
                line_start = line_end + 1;
            }
            let body_text = self.text.get(start..end).unwrap_or("");
            // A document within a document would have to be read again and again.
            if heredoc.is_shell && !body_text.contains("<<") {
                let body = self.text.get(..end).unwrap_or("");
                let mut inner = Lexer {
                    text: body,
                    bytes: body.as_bytes(),
                    at: start,
                    script: Script::default(),
                    depth: 0,
                    conditions: self.conditions,
                    heredocs: Vec::new(),
                    no_single: false,
                    no_double: false,
                    backquotes: false,
                    braces: self.braces,
                    line_item: 0,
                    line_start: start,
                };
                inner.commands(None);
                inner.end_statement(end);
                self.script.items.extend(inner.script.items);
                self.script.comments.extend(inner.script.comments);
                // Their statements are set: leave them alone.
                if self.depth == 0 {
                    self.end_outer(start);
                }
            }
            self.at = next;
            if self.depth == 0 {
                self.line_start = next;
            }
        }
    }

    /// Ends the line that named a here-document: items of the body keep their own statements.
    fn end_outer(&mut self, end: usize) {
        let text = self.text.get(self.line_start..end).unwrap_or("");
        let lead = text.len() - text.trim_start().len();
        let whole = Span::new(self.line_start + lead, self.line_start + text.trim_end().len().max(lead));
        for item in self.script.items.iter_mut().skip(self.line_item) {
            match item {
                Item::Command { statement, .. } | Item::Assign { statement, .. } if *statement == Span::default() => {
                    *statement = whole
                }
                _ => {}
            }
        }
        self.line_item = self.script.items.len();
    }

    fn word(&mut self) -> RawWord {
        let start = self.at;
        let mut word = RawWord { quoted: matches!(self.byte(0), Some(b'"' | b'\'')), ..RawWord::default() };
        while let Some(byte) = self.byte(0) {
            match byte {
                b' ' | b'\t' | b'\n' | b'\r' | b';' | b'&' | b'|' | b')' => break,
                b'(' => break,
                b'<' | b'>' if self.byte(1) == Some(b'(') => {
                    self.at += 2;
                    self.nested(b')');
                    word.parts.push(Part::Unknown);
                }
                b'<' | b'>' => break,
                b'\\' if self.byte(1) == Some(b'\n') => self.at += 2,
                b'\\' if self.byte(1) == Some(b'\r') && self.byte(2) == Some(b'\n') => self.at += 3,
                b'\\' => {
                    let rest = self.text.get(self.at + 1..).unwrap_or("");
                    let length = rest.chars().next().map_or(0, char::len_utf8);
                    let text = rest.get(..length).unwrap_or("").to_owned();
                    push_text(&mut word.parts, &text, Span::new(self.at, self.at + 1 + length), false);
                    self.at += 1 + length;
                }
                b'\'' if !self.no_single => self.single(&mut word.parts),
                b'"' if !self.no_double => self.double(&mut word.parts),
                b'$' if self.byte(1) == Some(b'\'') && !self.no_single => {
                    self.at += 1;
                    self.single(&mut word.parts);
                }
                b'$' => self.dollar(&mut word.parts),
                b'`' if self.backquotes => break,
                b'`' => self.backquoted(&mut word.parts),
                b'{' => self.brace(&mut word.parts, true),
                _ => self.run(&mut word.parts),
            }
        }
        word.span = Span::new(start, self.at);
        word
    }

    /// A command in backquotes; they do not nest.
    fn backquoted(&mut self, parts: &mut Vec<Part>) {
        self.at += 1;
        if !self.backquotes {
            self.backquotes = true;
            self.nested(b'`');
            self.backquotes = false;
        }
        parts.push(Part::Unknown);
    }

    /// Plain characters up to the next one with a meaning.
    fn run(&mut self, parts: &mut Vec<Part>) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let mut length = rest
            .find(|character: char| " \t\r\n;&|()<>\\'\"$`{".contains(character) || character == super::super::piece::HOLE)
            .unwrap_or(rest.len());
        if length == 0 {
            let character = rest.chars().next().unwrap_or(' ');
            length = character.len_utf8();
            if character == super::super::piece::HOLE {
                // The hole and the `_` that fill it up.
                let filled = rest.get(length..).unwrap_or("");
                self.at += length + (filled.len() - filled.trim_start_matches('_').len());
                parts.push(Part::Unknown);
                return;
            }
        }
        let text = rest.get(..length).unwrap_or("").to_owned();
        push_text(parts, &text, Span::new(self.at, self.at + length), true);
        self.at += length;
    }

    /// `{a,b}`, or `{name}` of IPython; a brace that is neither is text.
    fn brace(&mut self, parts: &mut Vec<Part>, unquoted: bool) {
        let rest = self.text.get(self.at..).unwrap_or("");
        let limit = floor(rest, 200);
        let inside =
            rest.get(1..limit).and_then(|body| body.find(['}', ' ', '\n', '"', '\'']).map(|end| body.get(..end).unwrap_or("")));
        let closed = inside.is_some_and(|inside| rest.get(1 + inside.len()..).is_some_and(|rest| rest.starts_with('}')));
        let inside = inside.unwrap_or("");
        let is_unknown =
            closed && !inside.is_empty() && ((unquoted && (inside.contains(',') || inside.contains(".."))) || self.braces);
        if is_unknown {
            parts.push(Part::Unknown);
            self.at += inside.len() + 2;
        } else {
            push_text(parts, "{", Span::new(self.at, self.at + 1), true);
            self.at += 1;
        }
    }

    fn single(&mut self, parts: &mut Vec<Part>) {
        let rest = self.bytes.get(self.at + 1..).unwrap_or_default();
        let Some(length) = memchr::memchr(b'\'', rest) else {
            self.no_single = true;
            push_text(parts, "'", Span::new(self.at, self.at + 1), true);
            self.at += 1;
            return;
        };
        let start = self.at + 1;
        let text = self.text.get(start..start + length).unwrap_or("");
        if text.contains(super::super::piece::HOLE) || (self.braces && text.contains('{')) {
            parts.push(Part::Unknown);
        } else {
            push_quoted(parts, text, Span::new(start, start + length), true);
        }
        self.at = start + length + 1;
    }

    fn double(&mut self, parts: &mut Vec<Part>) {
        let opening = self.at;
        let parts_before = parts.len();
        let items_before = self.script.items.len();
        self.at += 1;
        let mut text = String::new();
        let mut from = self.at;
        let mut verbatim = true;
        let mut any = false;
        while let Some(byte) = self.byte(0) {
            match byte {
                b'"' => {
                    if !text.is_empty() || !any {
                        push_quoted(parts, &text, Span::new(from, self.at), verbatim);
                    }
                    self.at += 1;
                    return;
                }
                b'\\' => {
                    let next = self.text.get(self.at + 1..).and_then(|rest| rest.chars().next());
                    match next {
                        Some('\n') => {}
                        Some(character @ ('$' | '`' | '"' | '\\')) => text.push(character),
                        Some(character) => {
                            text.push('\\');
                            text.push(character);
                        }
                        None => {}
                    }
                    verbatim = false;
                    self.at += 1 + next.map_or(0, char::len_utf8);
                }
                b'$' | b'`' | b'{' => {
                    if !text.is_empty() {
                        push_quoted(parts, &text, Span::new(from, self.at), verbatim);
                        text.clear();
                    }
                    any = true;
                    verbatim = true;
                    match byte {
                        b'$' => self.dollar(parts),
                        b'{' => self.brace(parts, false),
                        _ => self.backquoted(parts),
                    }
                    if let Some(Part::Variable { all: false, .. }) = parts.last() {
                        // An empty text says: this variable stands in quotes and stays one word.
                        parts.push(Part::Text { text: String::new(), span: Span::new(self.at, self.at), verbatim: false });
                    }
                    from = self.at;
                }
                _ => {
                    let rest = self.text.get(self.at..).unwrap_or("");
                    let hole = super::super::piece::HOLE;
                    let length =
                        rest.find(|character: char| "\"\\$`{".contains(character) || character == hole).unwrap_or(rest.len());
                    if length == 0 {
                        if !text.is_empty() {
                            push_quoted(parts, &text, Span::new(from, self.at), verbatim);
                            text.clear();
                        }
                        any = true;
                        self.run(parts);
                        from = self.at;
                        continue;
                    }
                    text.push_str(rest.get(..length).unwrap_or(""));
                    self.at += length;
                }
            }
        }
        // No end: the quote is a character like any other, and what stands behind it is read anew, once.
        self.no_double = true;
        parts.truncate(parts_before);
        self.script.items.truncate(items_before);
        push_text(parts, "\"", Span::new(opening, opening + 1), true);
        self.at = opening + 1;
    }

    /// `$name`, `${...}`, `$(...)`, `$((...))`.
    fn dollar(&mut self, parts: &mut Vec<Part>) {
        let rest = self.text.get(self.at + 1..).unwrap_or("");
        let bytes = rest.as_bytes();
        match bytes.first() {
            Some(b'(') if bytes.get(1) == Some(&b'(') => {
                let limit = floor(rest, MAX_EXPANSION);
                let length = rest.get(..limit).and_then(|rest| rest.find("))")).map_or(1, |end| end + 2);
                parts.push(Part::Unknown);
                self.at += 1 + length;
            }
            Some(b'(') => {
                self.at += 2;
                self.nested(b')');
                parts.push(Part::Unknown);
            }
            Some(b'{') => {
                let limit = floor(rest, MAX_EXPANSION);
                let Some(end) = closing(rest.get(..limit).unwrap_or("")) else {
                    push_text(parts, "$", Span::new(self.at, self.at + 1), true);
                    self.at += 1;
                    return;
                };
                parts.push(expansion(rest.get(1..end).unwrap_or("")));
                self.at += 1 + end + 1;
            }
            Some(b'@' | b'*') => {
                parts.push(Part::Variable { name: "@".to_owned(), default: None, assigns: false, all: true });
                self.at += 2;
            }
            Some(byte) if byte.is_ascii_digit() || matches!(byte, b'#' | b'?' | b'$' | b'!') => {
                parts.push(variable(&char::from(*byte).to_string()));
                self.at += 2;
            }
            Some(byte) if byte.is_ascii_alphabetic() || *byte == b'_' => {
                let length = bytes.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
                parts.push(variable(rest.get(..length).unwrap_or("")));
                self.at += 1 + length;
            }
            _ => {
                push_text(parts, "$", Span::new(self.at, self.at + 1), true);
                self.at += 1;
            }
        }
    }

    /// The commands inside `$(...)` or backquotes.
    fn nested(&mut self, terminator: u8) {
        if self.depth >= MAX_DEPTH {
            return;
        }
        self.depth += 1;
        self.commands(Some(terminator));
        self.depth -= 1;
    }
}

fn variable(name: &str) -> Part {
    Part::Variable { name: name.to_owned(), default: None, assigns: false, all: false }
}

/// What stands between `${` and `}`.
fn expansion(body: &str) -> Part {
    let length = body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let (name, rest) = body.split_at(length);
    if matches!(body, "@" | "*") {
        return Part::Variable { name: "@".to_owned(), default: None, assigns: false, all: true };
    }
    if name.is_empty() {
        return Part::Unknown;
    }
    if rest.is_empty() || rest.starts_with('?') || rest.starts_with(":?") {
        return variable(name);
    }
    if rest == "[@]" || rest == "[*]" {
        return Part::Variable { name: name.to_owned(), default: None, assigns: false, all: true };
    }
    for (operator, assigns) in [(":-", false), (":=", true), ("-", false), ("=", true)] {
        if let Some(default) = rest.strip_prefix(operator) {
            let plain = default.trim_matches(['"', '\'']);
            let known = !plain.contains(['$', '`', super::super::piece::HOLE]);
            let default = known.then(|| plain.to_owned());
            return Part::Variable { name: name.to_owned(), default, assigns, all: false };
        }
    }
    Part::Unknown
}

/// The `}` that closes a `{` at the start.
fn closing(text: &str) -> Option<usize> {
    let mut depth = 0_u32;
    for (index, byte) in text.bytes().enumerate() {
        match byte {
            b'{' if depth == 8 => return None,
            b'{' => depth += 1,
            b'}' => {
                depth -= 1;
                if depth == 0 {
                    return Some(index);
                }
            }
            b'\n' => return None,
            _ => {}
        }
    }
    None
}

/// The greatest character boundary not above `limit`.
fn floor(text: &str, limit: usize) -> usize {
    let mut at = limit.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// Appends text; one part as long as the bytes are in a row.
fn push_text(parts: &mut Vec<Part>, text: &str, span: Span, verbatim: bool) {
    if let Some(Part::Text { text: last, span: last_span, verbatim: last_verbatim }) = parts.last_mut()
        && last_span.end == span.start
        && !last.is_empty()
    {
        last.push_str(text);
        last_span.end = span.end;
        *last_verbatim &= verbatim;
        return;
    }
    parts.push(Part::Text { text: text.to_owned(), span, verbatim });
}

/// Quoted text is a part of its own: its bytes are what a fix replaces.
fn push_quoted(parts: &mut Vec<Part>, text: &str, span: Span, verbatim: bool) {
    parts.push(Part::Text { text: text.to_owned(), span, verbatim });
}
