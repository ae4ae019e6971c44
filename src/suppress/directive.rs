//! Reads directives out of comments, and finds comments in languages without a parser of ours.

use crate::source::Language;
use crate::span::Span;

/// Directives of other linters, for the rules that they mean: (word, code, rules).
///
/// bandit 1.9: B301 pickle, B302 marshal, B614 `torch.load`, B615 unpinned downloads; flake8-bandit and ruff call them
/// S301 and so on; TorchFix calls unsafe loads TOR102.
const FOREIGN: &[(Origin, &str, &[&str])] = &[
    (Origin::Nosec, "B301", &["unsafe-deserialization"]),
    (Origin::Nosec, "B302", &["unsafe-deserialization"]),
    (Origin::Nosec, "B614", UNSAFE_LOAD),
    (Origin::Nosec, "pytorch_load", UNSAFE_LOAD),
    (Origin::Nosec, "B615", UNPINNED),
    (Origin::Nosec, "huggingface_unsafe_download", UNPINNED),
    (Origin::Noqa, "S301", &["unsafe-deserialization"]),
    (Origin::Noqa, "S302", &["unsafe-deserialization"]),
    (Origin::Noqa, "S614", UNSAFE_LOAD),
    (Origin::Noqa, "S615", UNPINNED),
    (Origin::Noqa, "TOR102", UNSAFE_LOAD),
];
const UNSAFE_LOAD: &[&str] = &["unsafe-torch-load", "unsafe-load-fallback"];
const UNPINNED: &[&str] = &["unpinned-revision", "malformed-revision", "partial-pin"];

/// Whose directive it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `hublint: ignore[...]`
    Hublint,
    /// `nosec B614` of bandit.
    Nosec,
    /// `noqa: TOR102` of flake8 and ruff.
    Noqa,
}

/// An id in a directive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Id {
    /// The id as it is written.
    pub text: String,
    /// Where, in the unit.
    pub span: Span,
    /// The rules of ours that a foreign code means.
    meant: &'static [&'static str],
}

impl Id {
    /// The rules that it silences.
    pub fn rules(&self) -> impl Iterator<Item = &str> {
        let own = self.meant.is_empty().then_some(self.text.as_str());
        own.into_iter().chain(self.meant.iter().copied())
    }
}

/// A directive in a comment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Directive {
    /// Whose it is.
    pub origin: Origin,
    /// Index of the unit.
    pub unit: usize,
    /// 1-based line in the unit.
    pub line: u32,
    /// The directive in the unit, without the reason.
    pub span: Span,
    /// Nothing but the comment stands on the line.
    pub own_line: bool,
    /// `ignore-file`
    pub file_wide: bool,
    /// It stands where `ignore-file` counts.
    pub in_time: bool,
    /// What it names.
    pub ids: Vec<Id>,
    /// The rest of the comment.
    pub reason: String,
    /// Why it does nothing.
    pub trouble: Option<String>,
}

/// True when a text may hold a directive: a quick look.
#[must_use]
pub fn may_hold(text: &str) -> bool {
    ["hublint:", "nosec", "noqa"].iter().any(|word| memchr::memmem::find(text.as_bytes(), word.as_bytes()).is_some())
}

/// The directives in a comment. Unit and line are for the caller to fill in.
pub(super) fn parse(text: &str, comment: Span) -> Vec<Directive> {
    let body = comment.text(text);
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = body.get(from..).and_then(|rest| rest.find("hublint:")).map(|at| from + at) {
        let rest = body.get(at + "hublint:".len()..).unwrap_or("");
        // The next directive of the same comment ends this one.
        let rest = rest.split("hublint:").next().unwrap_or("");
        let start = comment.start() + at;
        found.extend(own(rest, start, start + "hublint:".len()));
        from = at + "hublint:".len();
    }
    for (origin, word) in [(Origin::Nosec, "nosec"), (Origin::Noqa, "noqa")] {
        if let Some(at) = body.find(word) {
            found.extend(foreign(origin, body, at, comment.start(), word));
        }
    }
    found
}

/// `ignore[id, id] reason` after `hublint:`. `start` is the place of the word `hublint:`, `base` the place of `rest`.
fn own(rest: &str, start: usize, base: usize) -> Option<Directive> {
    let trimmed = rest.trim_start();
    let base = base + (rest.len() - trimmed.len());
    let word_length =
        trimmed.find(|character: char| !character.is_ascii_alphabetic() && character != '-').unwrap_or(trimmed.len());
    let (word, after) = trimmed.split_at_checked(word_length)?;
    let mut directive = Directive {
        origin: Origin::Hublint,
        unit: 0,
        line: 0,
        span: Span::new(start, base + word_length),
        own_line: false,
        file_wide: word == "ignore-file",
        in_time: false,
        ids: Vec::new(),
        reason: String::new(),
        trouble: None,
    };
    if word != "ignore" && word != "ignore-file" {
        // Prose that speaks of hublint is none; a slip of the word is.
        let meant = crate::error::nearest(word, ["ignore", "ignore-file"])?;
        directive.trouble = Some(format!("`{word}` is not `{meant}`"));
        return Some(directive);
    }
    let list = after.trim_start();
    let base = base + word_length + (after.len() - list.len());
    let Some(list) = list.strip_prefix('[') else {
        directive.trouble = Some("it names no rule".to_owned());
        return Some(directive);
    };
    let Some((list, reason)) = list.split_once(']') else {
        directive.trouble = Some("the bracket is not closed".to_owned());
        return Some(directive);
    };
    directive.span = Span::new(start, base + 1 + list.len() + 1);
    let mut at = base + 1;
    for item in list.split(',') {
        let id = item.trim();
        let blanks = item.len() - item.trim_start().len();
        if !id.is_empty() {
            directive.ids.push(Id { text: id.to_owned(), span: Span::new(at + blanks, at + blanks + id.len()), meant: &[] });
        }
        at += item.len() + 1;
    }
    if directive.ids.is_empty() {
        directive.trouble = Some("it names no rule".to_owned());
    }
    directive.reason = tidy(reason);
    Some(directive)
}

/// The reason without what ends a comment or separates it from the list.
fn tidy(reason: &str) -> String {
    reason
        .trim()
        .trim_end_matches("-->")
        .trim_end_matches("*/")
        .trim_start_matches([':', '-', '–', '—'])
        .trim()
        .trim_end_matches(['#', ' '])
        .to_owned()
}

/// `nosec B614, B615` and `noqa: TOR102`, only with codes that are known here.
fn foreign(origin: Origin, body: &str, at: usize, base: usize, word: &str) -> Option<Directive> {
    let before = body.get(..at)?.chars().next_back();
    if before.is_some_and(char::is_alphanumeric) {
        return None;
    }
    let after = at + word.len();
    let rest = body.get(after..)?;
    let codes = rest.trim_start();
    let codes = match codes.strip_prefix(':') {
        Some(codes) => codes,
        None if origin == Origin::Nosec => codes,
        None => return None,
    };
    let codes_at = after + (rest.len() - codes.len());
    let mut ids = Vec::new();
    let mut end = 0;
    let mut place = codes_at;
    for item in codes.split_inclusive([',', ' ', '\t']) {
        let code = item.trim_matches([',', ' ', '\t']);
        if let Some((_, _, meant)) = FOREIGN.iter().find(|(whose, known, _)| *whose == origin && known.eq_ignore_ascii_case(code))
        {
            let blanks = item.len() - item.trim_start_matches([',', ' ', '\t']).len();
            let start = base + place + blanks;
            end = start + code.len();
            ids.push(Id { text: code.to_owned(), span: Span::new(start, end), meant });
        }
        place += item.len();
    }
    (!ids.is_empty()).then(|| Directive {
        origin,
        unit: 0,
        line: 0,
        span: Span::new(base + at, end),
        own_line: false,
        file_wide: false,
        in_time: false,
        ids,
        reason: body.get(at..).unwrap_or("").trim().to_owned(),
        trouble: None,
    })
}

/// The comments of a text in a language that is not parsed here. Only lines that may hold a directive are looked at.
#[must_use]
pub fn line_comments(text: &str, language: Language) -> Vec<Span> {
    let mut spans: Vec<Span> = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive(['\n', '\r']) {
        let content = line.trim_end_matches(['\n', '\r']);
        let is_candidate = content.len() <= 10_000 && may_hold(content);
        // Plain comment lines are kept too: a block of them may stand between a directive and its statement.
        let is_comment_line = || {
            let text = content.trim_start();
            markers(language).iter().any(|marker| text.starts_with(marker))
        };
        if (is_candidate || is_comment_line())
            && let Some(at) = comment_start(content, language)
        {
            spans.push(Span::new(start + at, start + content.len()));
        }
        start += line.len();
    }
    spans
}

/// What opens a comment in a language.
fn markers(language: Language) -> &'static [&'static str] {
    match language {
        Language::Python | Language::Shell | Language::Makefile | Language::Dockerfile | Language::Yaml | Language::Toml => {
            &["#"]
        }
        Language::Json => &["//", "/*"],
        Language::Markdown => &["<!--"],
        Language::Text => &["#", "//", "/*", "<!--", "--", ";"],
    }
}

/// Where the comment of a line begins: at a marker at the start or after a blank, outside of quotes. Where quotes do not
/// close (an apostrophe in prose) they are not heeded.
fn comment_start(line: &str, language: Language) -> Option<usize> {
    let quotes = !matches!(language, Language::Text | Language::Markdown);
    let mut quote: Option<u8> = None;
    let mut escaped = false;
    let mut unheeded = None;
    let bytes = line.as_bytes();
    for (at, byte) in bytes.iter().enumerate() {
        let opens = (at == 0 || bytes.get(at - 1).is_some_and(u8::is_ascii_whitespace) || language == Language::Json)
            && markers(language).iter().any(|marker| bytes.get(at..).is_some_and(|rest| rest.starts_with(marker.as_bytes())));
        if opens {
            if quote.is_none() || !quotes {
                return Some(at);
            }
            unheeded = unheeded.or(Some(at));
        }
        if escaped {
            escaped = false;
        } else if *byte == b'\\' {
            escaped = true;
        } else if quote == Some(*byte) {
            quote = None;
        } else if quote.is_none() && matches!(byte, b'"' | b'\'' | b'`') {
            quote = Some(*byte);
        }
    }
    // The quote never closed: it was no quote.
    quote.and(unheeded)
}
