//! Hides credentials in texts that a printer wants to show: whole ones, cut ones, encoded ones.

use std::borrow::Cow;
use std::collections::{BTreeSet, HashSet};
use std::ops::Range;

use super::SecretMatch;
use super::class::{at, is_url_safe, run, slice};
use super::gates::{Gate, gates};
use super::kind::Kind;
use super::placeholder::reads_like_words;
use super::scanner::{ScanContext, find};
use super::shape::Runs;

const BULLET: char = '\u{2022}';

/// As many body characters in a row as nobody may ever see.
const WINDOW: usize = 8;

/// Prefix, bullets, and the last four characters of a body that is long enough to lose nothing by it.
pub(super) fn masked(kind: Kind, secret: &[u8]) -> String {
    let mut text = String::from(kind.prefix());
    text.extend(std::iter::repeat_n(BULLET, 4));
    let body = secret.len().saturating_sub(kind.prefix().len());
    if body >= 24 && kind != Kind::S3KeyPair {
        text.extend(slice(secret, secret.len() - 4, secret.len()).iter().map(|byte| char::from(*byte)));
    }
    text
}

/// A range to hide and what to show in its place.
struct Cover {
    range: Range<usize>,
    shown: String,
}

/// Masks every credential in a text, also cut ones: no eight characters in a row of a body survive.
#[must_use]
pub fn redact(text: &str) -> Cow<'_, str> {
    let covers = covers(text);
    apply(text, covers, false)
}

/// Masks whole credentials only: for texts in which names such as `hf_…` must stay whole.
#[must_use]
pub fn redact_whole(text: &str) -> Cow<'_, str> {
    apply(text, whole_ones(text.as_bytes()), false)
}

/// As [`redact`], but every hidden character becomes one bullet, so that columns stay where they are.
#[must_use]
pub fn redact_equal_width(line: &str) -> Cow<'_, str> {
    let covers = covers(line);
    apply(line, covers, true)
}

/// Masks every piece of eight or more characters of the given credentials, wherever it stands in the text.
#[must_use]
pub fn mask_known<'text>(text: &'text str, matches: &[SecretMatch]) -> Cow<'text, str> {
    apply(text, known(text, matches), false)
}

/// As [`mask_known`], with one bullet for every hidden character.
#[must_use]
pub fn mask_known_equal_width<'text>(text: &'text str, matches: &[SecretMatch]) -> Cow<'text, str> {
    apply(text, known(text, matches), true)
}

/// Masks pieces of given credentials wherever they stand, forwards and backwards, and whatever [`redact`] masks: for the
/// lines of a file in which a credential is put together out of several places.
#[derive(Debug, Default)]
pub struct KnownMask {
    windows: HashSet<Window>,
}

/// Eight bytes of a body. Not shown by `Debug`.
#[derive(PartialEq, Eq, Hash)]
struct Window([u8; WINDOW]);

impl std::fmt::Debug for Window {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Window(hidden)")
    }
}

impl KnownMask {
    /// A mask for these credentials.
    #[must_use]
    pub fn new(matches: &[SecretMatch]) -> Self {
        let mut windows = HashSet::new();
        for item in matches {
            let body = slice(&item.secret.value, prefix_length(item.kind, &item.secret.value), item.secret.value.len());
            for window in body.windows(WINDOW) {
                if let Ok(window) = <[u8; WINDOW]>::try_from(window) {
                    let mut turned = window;
                    turned.reverse();
                    windows.extend([Window(window), Window(turned)]);
                }
            }
        }
        Self { windows }
    }

    /// The text without them.
    #[must_use]
    pub fn redact<'text>(&self, text: &'text str) -> Cow<'text, str> {
        let mut covers = covers(text);
        if !self.windows.is_empty() {
            covers.extend(text.as_bytes().windows(WINDOW).enumerate().filter_map(|(start, window)| {
                let window = Window(window.try_into().ok()?);
                self.windows.contains(&window).then(|| Cover { range: start..start + WINDOW, shown: bullets() })
            }));
        }
        apply(text, covers, false)
    }
}

fn known(text: &str, matches: &[SecretMatch]) -> Vec<Cover> {
    let mut windows: BTreeSet<&[u8]> = BTreeSet::new();
    for item in matches {
        let body = slice(&item.secret.value, prefix_length(item.kind, &item.secret.value), item.secret.value.len());
        windows.extend(body.windows(WINDOW));
        windows.extend(item.secret.encoded.windows(WINDOW));
    }
    if windows.is_empty() {
        return Vec::new();
    }
    text.as_bytes()
        .windows(WINDOW)
        .enumerate()
        .filter(|(_, window)| windows.contains(window))
        .map(|(start, _)| Cover { range: start..start + WINDOW, shown: bullets() })
        .collect()
}

fn prefix_length(kind: Kind, secret: &[u8]) -> usize {
    if secret.starts_with(kind.prefix().as_bytes()) { kind.prefix().len() } else { 0 }
}

fn bullets() -> String {
    std::iter::repeat_n(BULLET, 4).collect()
}

fn covers(text: &str) -> Vec<Cover> {
    let bytes = text.as_bytes();
    let mut covers = whole_ones(bytes);
    cut_ones(bytes, &mut covers);
    covers
}

fn whole_ones(bytes: &[u8]) -> Vec<Cover> {
    let mut covers = Vec::new();
    for item in find(bytes, ScanContext::Source).found {
        let shown = if item.chain.is_empty() { masked(item.kind, &item.secret) } else { bullets() };
        let prefix = if item.chain.is_empty() && item.kind != Kind::S3KeyPair { item.kind.prefix().len() } else { 0 };
        let shown = if prefix > 0 { shown.get(prefix..).unwrap_or_default().to_owned() } else { shown };
        covers.push(Cover { range: item.span.start + prefix..item.span.end, shown });
        covers.extend(item.also.into_iter().map(|range| Cover { range, shown: bullets() }));
    }
    covers
}

/// What starts like a credential but is no whole one: cut off, glued to another, or with a wrong boundary.
fn cut_ones(text: &[u8], covers: &mut Vec<Cover>) {
    let mut signed_until = 0;
    // Up to where everything is hidden already; what starts before needs no look.
    let mut hidden_until = 0;
    let mut runs = Runs::default();
    for (start, end, gate) in gates(text) {
        match gate {
            Gate::Plain(Kind::User) => {
                let signed = slice(text, end, end + 10);
                let long = signed.starts_with(b"oauth_eyJ") || signed.starts_with(b"jwt_eyJ") || signed.starts_with(b"s3_");
                if long && start >= signed_until {
                    signed_until = end + run(text, end, text.len(), |byte| is_url_safe(byte) || byte == b'.');
                }
                if start < signed_until {
                    if start + 12 < signed_until && !is_dotted_name(slice(text, end, signed_until.min(end + 200))) {
                        cover(covers, end..signed_until);
                    }
                    continue;
                }
                segments(text, end, covers);
            }
            Gate::Plain(Kind::OrganizationLegacy | Kind::OAuthAppSecret) => segments(text, end, covers),
            Gate::Plain(_) | Gate::OpenAiMark => {
                if end < hidden_until {
                    continue;
                }
                let from = if gate == Gate::OpenAiMark {
                    start
                        - slice(text, start.saturating_sub(200), start)
                            .iter()
                            .rev()
                            .take_while(|byte| is_url_safe(**byte))
                            .count()
                } else {
                    end
                };
                let to = runs.end(text, end);
                if to - from >= WINDOW && !is_words(slice(text, from, to.min(from + 100))) {
                    cover(covers, from..to);
                    hidden_until = to;
                }
            }
            Gate::Base64(_) if end - start >= 4 && start >= hidden_until => {
                let to = end + run(text, end, 400, |byte| is_url_safe(byte) || matches!(byte, b'+' | b'/'));
                // A few characters of base64 say nothing; sixteen hold nine of a body.
                if to - end >= 12 && to - end < 400 {
                    cover(covers, start..to);
                }
                hidden_until = to;
            }
            _ => {}
        }
    }
    // Signed tokens whose prefix was cut off.
    for position in memchr::memmem::find_iter(text, b"eyJ") {
        if position >= signed_until && !is_url_safe(super::class::before(text, position, 1)) {
            let to = position + run(text, position, text.len(), |byte| is_url_safe(byte) || byte == b'.');
            signed_until = to;
            if to - position >= 16 {
                cover(covers, position..to);
            }
        }
    }
}

fn cover(covers: &mut Vec<Cover>, range: Range<usize>) {
    covers.push(Cover { range, shown: bullets() });
}

/// Hides every alphanumeric stretch of eight or more after a Hugging Face prefix that does not read like a word.
fn segments(text: &[u8], from: usize, covers: &mut Vec<Cover>) {
    let mut position = from;
    for _ in 0..4 {
        let length = run(text, position, text.len().min(4096), |byte| byte.is_ascii_alphanumeric());
        if length >= WINDOW && !is_words(slice(text, position, position + length)) {
            cover(covers, position..position + length);
        }
        position += length;
        if at(text, position) != b'_' {
            break;
        }
        position += 1;
    }
}

fn is_dotted_name(body: &[u8]) -> bool {
    !body.iter().any(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit())
}

/// Lower-case words joined by underscores or dashes. A cut token of eight letters is all lower case once in 256
/// times, so the letters must also pair like those of words.
fn is_words(body: &[u8]) -> bool {
    body.len() <= 80
        && body.iter().all(|byte| byte.is_ascii_lowercase() || matches!(byte, b'_' | b'-'))
        && body.split(|byte| !byte.is_ascii_alphabetic()).all(|piece| piece.len() < WINDOW || reads_like_words(piece))
}

/// Replaces the covers; overlapping ones become one.
fn apply(text: &str, mut covers: Vec<Cover>, equal_width: bool) -> Cow<'_, str> {
    covers.retain(|cover| cover.range.start < cover.range.end && cover.range.end <= text.len());
    if covers.is_empty() {
        return Cow::Borrowed(text);
    }
    covers.sort_by_key(|cover| (cover.range.start, std::cmp::Reverse(cover.range.end)));
    let mut merged: Vec<Cover> = Vec::with_capacity(covers.len());
    for cover in covers {
        match merged.last_mut() {
            Some(last) if cover.range.start < last.range.end => {
                if cover.range.end > last.range.end {
                    last.range.end = cover.range.end;
                    last.shown = bullets();
                }
            }
            _ => merged.push(cover),
        }
    }
    let mut shown = String::with_capacity(text.len());
    let mut position = 0;
    for cover in merged {
        let start = floor(text, cover.range.start).max(position);
        let end = ceiling(text, cover.range.end).max(start);
        shown.push_str(text.get(position..start).unwrap_or_default());
        let hidden = text.get(start..end).unwrap_or_default();
        if equal_width {
            // Line breaks stay, or a caller that counts lines would lose its place.
            shown.extend(hidden.chars().map(
                |character| {
                    if matches!(character, '\n' | '\r' | '\t') { character } else { BULLET }
                },
            ));
        } else {
            shown.push_str(&cover.shown);
        }
        position = end;
    }
    shown.push_str(text.get(position..).unwrap_or_default());
    Cow::Owned(shown)
}

fn floor(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}

fn ceiling(text: &str, mut index: usize) -> usize {
    while !text.is_char_boundary(index) {
        index += 1;
    }
    index
}
