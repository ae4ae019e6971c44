//! What the Python resolver needs of this module: a cheap look whether folding is worth it, the scan of a folded
//! string, and the judgement of literals without any token shape.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::class::{at, before, is_word, run, slice};
use super::kind::Decoding;
use super::placeholder::{looks_random, reads_like_words};
use super::scanner::ScanContext;
use super::{SecretMatch, scan};

/// Scans the value of a constant expression. Spans are byte ranges of `value`; the caller knows where the
/// expression stands.
#[must_use]
pub fn scan_folded(value: &str) -> Vec<SecretMatch> {
    scan(value, ScanContext::Value).into_iter().map(|item| item.after(Decoding::Folded)).collect()
}

/// Whether a string literal handed to a token parameter is worth a weak finding: at least 16 characters, random to
/// the eye, no placeholder. Literals with a known shape are left to the scan.
#[must_use]
pub fn looks_like_secret_literal(value: &str) -> bool {
    let bytes = value.as_bytes();
    if !scan(value, ScanContext::Value).is_empty() {
        return false;
    }
    // A cut or mistyped token: its body decides.
    let body = bytes.strip_prefix(b"hf_").unwrap_or(bytes);
    looks_random(body)
}

/// Literals that an assembled token cannot do without, each with what must also hold.
#[derive(Clone, Copy)]
enum Hint {
    /// `hf_` or a longer prefix: not all of the body follows.
    Prefix,
    /// A quoted first part of the prefix.
    Quoted,
    /// `_fh`: the file must turn something round.
    Backwards,
    /// `us_`: the file must rotate letters.
    Rotated,
    /// A decoder of the standard library, with a literal or a name in its brackets.
    Decoder,
    /// Codes of `h`, `f`, `_`, or the escape of one.
    Codes,
}

const HINTS: &[(&str, Hint)] = &[
    ("hf_", Hint::Prefix),
    ("api_org_", Hint::Prefix),
    ("oauth_app_secret_", Hint::Prefix),
    ("\"hf", Hint::Quoted),
    ("'hf", Hint::Quoted),
    ("\"h\"", Hint::Quoted),
    ("'h'", Hint::Quoted),
    ("\"f_", Hint::Quoted),
    ("'f_", Hint::Quoted),
    ("_fh", Hint::Backwards),
    ("us_", Hint::Rotated),
    ("b64decode(", Hint::Decoder),
    ("b32decode(", Hint::Decoder),
    ("b85decode(", Hint::Decoder),
    ("a85decode(", Hint::Decoder),
    ("b16decode(", Hint::Decoder),
    ("decodebytes(", Hint::Decoder),
    ("a2b_base64(", Hint::Decoder),
    ("fromhex(", Hint::Decoder),
    ("unhexlify(", Hint::Decoder),
    ("104, 102", Hint::Codes),
    ("104,102", Hint::Codes),
    ("0x68", Hint::Codes),
    ("\\x68", Hint::Codes),
    ("\\u0068", Hint::Codes),
    ("\\N{LATIN SMALL LETTER H}", Hint::Codes),
    ("chr(104)", Hint::Codes),
    ("\\x5f", Hint::Codes),
    ("\\150", Hint::Codes),
];

static HINT_AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| {
    let literals = HINTS.iter().map(|(literal, _)| *literal);
    AhoCorasick::builder().kind(Some(AhoCorasickKind::DFA)).build(literals).ok()
});

/// Whether a Python source may assemble a token, so that folding its constant expressions can show one.
/// Cheap, and rather too willing than too strict.
#[must_use]
pub fn fold_hint(source: &str) -> bool {
    let text = source.as_bytes();
    let Some(automaton) = HINT_AUTOMATON.as_ref() else {
        return true;
    };
    automaton.find_overlapping_iter(text).any(|found| {
        let Some((_, hint)) = HINTS.get(found.pattern().as_usize()) else {
            return false;
        };
        match hint {
            Hint::Codes => true,
            Hint::Prefix => is_interrupted(text, found.start(), found.end()),
            Hint::Quoted => quoted_part(text, found.end()),
            Hint::Backwards => mentions(text, &["[::-1]", "reversed(", ".reverse("]),
            Hint::Rotated => mentions(text, &["rot13", "rot_13", "maketrans"]),
            Hint::Decoder => literal_argument(text, found.end()),
        }
    })
}

/// A prefix inside a string whose body ends too early, at a quote, a field, a format mark or a line continuation.
fn is_interrupted(text: &[u8], start: usize, end: usize) -> bool {
    let length = run(text, end, 35, |byte| byte.is_ascii_alphanumeric());
    let next = at(text, end + length);
    length < 34
        && !is_plain_word(slice(text, end, end + length))
        && !is_word(before(text, start, 1))
        && matches!(next, b'"' | b'\'' | b'{' | b'%' | b'\\')
}

/// `hf_quantizer`: six small letters or more that pair like those of words are a name; small letters at random are not.
fn is_plain_word(part: &[u8]) -> bool {
    part.len() >= 6 && part.iter().all(u8::is_ascii_lowercase) && reads_like_words(part)
}

/// Whether the text of a literal can be the first part of a token that goes on elsewhere: `h`, `hf`, `hf_`, `hf_AbC`.
#[must_use]
pub fn is_first_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let rest = ["hf_", "api_org_", "oauth_app_secret_"].iter().find_map(|prefix| bytes.strip_prefix(prefix.as_bytes()));
    match rest {
        Some(rest) => rest.len() < 34 && rest.iter().all(u8::is_ascii_alphanumeric) && !is_plain_word(rest),
        None => matches!(text, "h" | "hf"),
    }
}

/// A quote must follow soon: the part is a short literal of its own.
fn quoted_part(text: &[u8], end: usize) -> bool {
    if matches!(before(text, end, 1), b'"' | b'\'') {
        return true;
    }
    let length = run(text, end, 40, is_word);
    let part = slice(text, end, end + length);
    length < 34
        && !is_plain_word(part.strip_prefix(b"_").unwrap_or(part))
        && matches!(at(text, end + length), b'"' | b'\'' | b'{' | b'%')
}

/// A literal within reach of the bracket, or a plain name that may be bound to one.
fn literal_argument(text: &[u8], end: usize) -> bool {
    let blank = run(text, end, 40, |byte| byte.is_ascii_whitespace());
    let head = slice(text, end + blank, end + blank + 2);
    match head {
        [b'"' | b'\'', ..] | [b'b' | b'r' | b'f' | b'u' | b'B', b'"' | b'\''] => true,
        [first, ..] if first.is_ascii_uppercase() || *first == b'_' => true,
        _ => {
            let name = run(text, end + blank, 40, is_word);
            name > 0 && at(text, end + blank + name) == b')' && mentions(text, &["aGZf", "hmX", "oZl", "68665", "token", "TOKEN"])
        }
    }
}

fn mentions(text: &[u8], words: &[&str]) -> bool {
    words.iter().any(|word| memchr::memmem::find(text, word.as_bytes()).is_some())
}
