//! The loop over all gates of a text: matches what is visible, and decodes what is not.

use std::cell::OnceCell;
use std::ops::Range;

use super::class::{at, left_boundary, right_boundary, run, slice};
use super::encoded;
use super::flatten::{flatten, is_bridge};
use super::gates::{Gate, gates};
use super::kind::{Confidence, Decoding, Kind};
use super::mapped::Mapped;
use super::placeholder::is_placeholder;
use super::shape::{Hit, Runs, key_pair, match_at, open_ai};

/// What sort of text is scanned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ScanContext {
    /// Text as it stands in a file: several string literals may make up one token.
    Source,
    /// One finished string, such as a decoded value or a folded constant.
    Value,
}

/// A credential with its place in the scanned text.
pub(super) struct Found {
    pub(super) kind: Kind,
    pub(super) confidence: Confidence,
    pub(super) expiry: Option<i64>,
    pub(super) span: Range<usize>,
    /// Other places that must not be shown: the secret of a key pair.
    pub(super) also: Vec<Range<usize>>,
    pub(super) secret: Vec<u8>,
    pub(super) chain: Vec<Decoding>,
}

/// All credentials of a text.
#[derive(Default)]
pub(super) struct Outcome {
    pub(super) found: Vec<Found>,
    /// Something other than a finished base64 blob was seen, so a decoded form of the text may show more.
    pub(super) open: bool,
}

/// Decoders may feed decoders: base64 of base64, base64 in joined literals.
const DEEPEST: usize = 2;

/// No decoded text that is shorter can hold a credential; base64 of base64 included, as that grows.
const SHORTEST: usize = 36;

/// Key pairs look at their neighbourhood; a file with more ids than this is a list of ids.
const MOST_KEY_PAIRS: usize = 2000;

/// Finds every credential in `text`, sorted by place.
pub(super) fn find(text: &[u8], context: ScanContext) -> Outcome {
    let mut scanner = Scanner::new(text, context, 0);
    scanner.run();
    let mut outcome = scanner.outcome;
    tidy(&mut outcome.found);
    outcome
}

/// Sorts by place and drops what was found twice at one place, by two ways of reading it.
pub(super) fn tidy(found: &mut Vec<Found>) {
    found.sort_by(|left, right| {
        (left.span.start, left.chain.len(), left.span.end).cmp(&(right.span.start, right.chain.len(), right.span.end))
    });
    let mut furthest: std::collections::BTreeMap<Vec<u8>, usize> = std::collections::BTreeMap::new();
    found.retain(|item| match furthest.get_mut(&item.secret) {
        Some(end) if item.span.start < *end => false,
        Some(end) => {
            *end = item.span.end;
            true
        }
        None => {
            furthest.insert(item.secret.clone(), item.span.end);
            true
        }
    });
}

struct Scanner<'text> {
    text: &'text [u8],
    context: ScanContext,
    depth: usize,
    outcome: Outcome,
    runs: Runs,
    /// Up to where each base64 alignment, hex, codes and flattening have been read.
    base64_read: [usize; 4],
    document_read: usize,
    hex_read: usize,
    codes_read: usize,
    flattened: usize,
    key_pairs: usize,
    turned: OnceCell<bool>,
    rotated: OnceCell<bool>,
}

impl<'text> Scanner<'text> {
    fn new(text: &'text [u8], context: ScanContext, depth: usize) -> Self {
        Self {
            text,
            context,
            depth,
            outcome: Outcome::default(),
            runs: Runs::default(),
            base64_read: [0; 4],
            document_read: 0,
            hex_read: 0,
            codes_read: 0,
            flattened: 0,
            key_pairs: 0,
            turned: OnceCell::new(),
            rotated: OnceCell::new(),
        }
    }

    fn run(&mut self) {
        for (start, end, gate) in gates(self.text) {
            match gate {
                Gate::Base64(offset) => self.base64(start, offset, false),
                Gate::Base64Wide(offset) => self.base64(start, offset, true),
                Gate::Base64Json => self.base64_document(start),
                _ => {
                    self.outcome.open = true;
                    self.other(start, end, gate);
                }
            }
        }
    }

    fn other(&mut self, start: usize, end: usize, gate: Gate) {
        match gate {
            Gate::Plain(kind) => match match_at(self.text, start, kind, &mut self.runs) {
                Some(hit) => self.visible(&hit),
                None => self.interrupted(start, end),
            },
            Gate::OpenAiMark => {
                if let Some(hit) = open_ai(self.text, start, &mut self.runs) {
                    self.visible(&hit);
                }
            }
            Gate::KeyId => self.key_pair(start),
            Gate::Hex => {
                if start >= self.hex_read {
                    let mapped = encoded::hex(self.text, start);
                    self.hex_read = mapped.read_to;
                    self.inner(&mapped, Decoding::Hex);
                }
            }
            Gate::Codes(radix) => {
                if start >= self.codes_read {
                    let mapped = encoded::codes(self.text, start, radix);
                    self.codes_read = mapped.read_to;
                    self.inner(&mapped, Decoding::CharacterCodes);
                }
            }
            Gate::Escape => self.flatten(start, end),
            // The piece must itself follow another literal, or be followed by one.
            Gate::Pieces
                if self.context == ScanContext::Source
                    && (is_bridge(self.text, end - 1) || follows_literal(self.text, start)) =>
            {
                self.flatten(start, end);
            }
            Gate::Backwards if self.context == ScanContext::Source => self.backwards(start),
            Gate::Rot13 if self.context == ScanContext::Source => self.rot13(end),
            Gate::Pieces | Gate::Backwards | Gate::Rot13 | Gate::Base64(_) | Gate::Base64Wide(_) | Gate::Base64Json => {}
        }
    }

    fn visible(&mut self, hit: &Hit) {
        self.outcome.found.push(Found {
            kind: hit.kind,
            confidence: hit.confidence,
            expiry: hit.expiry,
            span: hit.start..hit.end,
            also: Vec::new(),
            secret: slice(self.text, hit.start, hit.end).to_vec(),
            chain: Vec::new(),
        });
    }

    /// A prefix without a whole token: perhaps the rest follows after an escape or in the next literal.
    fn interrupted(&mut self, start: usize, end: usize) {
        // Kinds with dashes, dots or further underscores run on; a plain body ends at the first other sign.
        let long = at(self.text, end.saturating_sub(1)) != b'_' || matches!(at(self.text, end), b'o' | b'j' | b'a' | b's');
        let next = if long {
            self.runs.end(self.text, end)
        } else {
            end + run(self.text, end, 160, |byte| byte.is_ascii_alphanumeric())
        };
        if next - end < 160
            && matches!(at(self.text, next), b'"' | b'\'' | b'`' | b'\\' | b'%' | b'&' | b'=' | b'<' | 0xc2 | 0xe2 | 0xef)
            && (self.context == ScanContext::Source || !matches!(at(self.text, next), b'"' | b'\'' | b'`'))
            && is_bridge(self.text, next)
        {
            self.flatten(start, next);
        }
    }

    fn flatten(&mut self, start: usize, end: usize) {
        if start < self.flattened || self.depth >= DEEPEST {
            return;
        }
        let mapped = flatten(self.text, start, end);
        // Where the stretch was cut by its cap, the next gate near the end must be read again.
        self.flattened = if mapped.read_to >= start + 2000 { mapped.read_to.saturating_sub(600) } else { mapped.read_to };
        if mapped.bytes.len() < SHORTEST {
            return;
        }
        let inner = Self::nested(&mapped.bytes, self.depth + 1);
        for mut item in inner {
            let steps = mapped.steps_in(&(item.span.start + 1..item.span.end));
            let first = mapped.steps_in(&(item.span.start..item.span.start + 1));
            let escaped_first = first.iter().any(|step| *step != Decoding::Joined);
            if steps.is_empty() && !escaped_first {
                continue;
            }
            let mut all = steps;
            all.extend(first.into_iter().filter(|step| *step != Decoding::Joined));
            all.dedup();
            item.chain.extend(all);
            self.adopt(item, &mapped);
        }
    }

    fn nested(bytes: &[u8], depth: usize) -> Vec<Found> {
        let mut scanner = Scanner::new(bytes, ScanContext::Value, depth);
        scanner.run();
        scanner.outcome.found
    }

    fn adopt(&mut self, mut item: Found, mapped: &Mapped) {
        let Some(span) = mapped.source(&item.span) else {
            return;
        };
        item.span = span;
        item.also = item.also.iter().filter_map(|range| mapped.source(range)).collect();
        self.outcome.found.push(item);
    }

    fn inner(&mut self, mapped: &Mapped, decoding: Decoding) {
        if self.depth >= DEEPEST || mapped.bytes.len() < SHORTEST {
            return;
        }
        for mut item in Self::nested(&mapped.bytes, self.depth + 1) {
            item.chain.push(decoding);
            self.adopt(item, mapped);
        }
    }

    fn base64(&mut self, start: usize, offset: usize, wide: bool) {
        let Some(group) = start.checked_sub(offset) else {
            return;
        };
        let Some(read) = self.base64_read.get(group % 4).copied() else {
            return;
        };
        if start < read || self.depth >= DEEPEST {
            return;
        }
        if !wide && !encoded::may_go_on(self.text, group, offset) {
            return;
        }
        let Some(stretch) = encoded::base64(self.text, start, offset, wide) else {
            return;
        };
        if let Some(slot) = self.base64_read.get_mut(group % 4) {
            // Where the stretch was cut by its cap, the next gate near the end must be read again.
            let read_to = stretch.mapped.read_to;
            *slot = if read_to >= start + 4000 { read_to - 1500 } else { read_to };
        }
        self.outcome.open |= stretch.cut;
        if stretch.mapped.bytes.len() < SHORTEST {
            return;
        }
        for mut item in Self::nested(&stretch.mapped.bytes, self.depth + 1) {
            let Some(span) = stretch.mapped.source(&item.span) else {
                continue;
            };
            let (from, to) = encoded::base64_piece(self.text, span.start, span.end);
            item.span = from..to;
            item.chain.push(Decoding::Base64);
            self.outcome.found.push(item);
        }
    }

    fn base64_document(&mut self, start: usize) {
        // Inside a decoded text the local gates are enough.
        if start < self.document_read || self.depth > 0 {
            return;
        }
        let mapped = encoded::base64_document(self.text, start);
        self.document_read = mapped.read_to;
        self.inner(&mapped, Decoding::Base64);
    }

    fn key_pair(&mut self, start: usize) {
        if self.key_pairs >= MOST_KEY_PAIRS {
            return;
        }
        self.key_pairs += 1;
        let Some(pair) = key_pair(self.text, start) else {
            return;
        };
        self.outcome.found.push(Found {
            kind: pair.id.kind,
            confidence: pair.id.confidence,
            expiry: None,
            span: pair.id.start..pair.id.end,
            secret: slice(self.text, pair.secret.start, pair.secret.end).to_vec(),
            also: vec![pair.secret],
            chain: Vec::new(),
        });
    }

    /// `"…_fh"` in a file that turns strings round.
    fn backwards(&mut self, mark: usize) {
        let Some(start) = mark.checked_sub(34) else {
            return;
        };
        let body = slice(self.text, start, mark);
        if !body.iter().all(u8::is_ascii_alphanumeric) || !left_boundary(self.text, start, false) || is_placeholder(body) {
            return;
        }
        let text = self.text;
        let hinted = *self.turned.get_or_init(|| mentions(text, &[b"[::-1]", b"reverse", b"| rev", b"strrev", b"Reverse"]));
        if !hinted {
            return;
        }
        let secret: Vec<u8> = b"hf_".iter().copied().chain(body.iter().rev().copied()).collect();
        self.respelled(start..mark + 3, secret, Decoding::Reversed);
    }

    /// `us_…` in a file that rotates letters.
    fn rot13(&mut self, body_start: usize) {
        let length = run(self.text, body_start, 35, |byte| byte.is_ascii_alphanumeric());
        let end = body_start + length;
        let body = slice(self.text, body_start, end);
        if length != 34 || !right_boundary(self.text, end, false) || is_placeholder(body) {
            return;
        }
        let text = self.text;
        let hinted =
            *self.rotated.get_or_init(|| mentions(text, &[b"rot13", b"rot_13", b"ROT13", b"N-ZA-M", b"n-za-m", b"Rot13"]));
        let turned: Vec<u8> = body.iter().map(|byte| rotate(*byte)).collect();
        if hinted && !is_placeholder(&turned) {
            let secret: Vec<u8> = b"hf_".iter().copied().chain(turned).collect();
            self.respelled(body_start - 3..end, secret, Decoding::Rot13);
        }
    }

    fn respelled(&mut self, span: Range<usize>, secret: Vec<u8>, decoding: Decoding) {
        let confidence = if secret.iter().skip(3).any(u8::is_ascii_digit) { Confidence::Medium } else { Confidence::High };
        self.outcome.found.push(Found {
            kind: Kind::User,
            confidence,
            expiry: None,
            span,
            also: Vec::new(),
            secret,
            chain: vec![decoding],
        });
    }
}

/// Whether a literal ends a few signs before `start`, so that the two may be joined.
fn follows_literal(text: &[u8], start: usize) -> bool {
    let head = slice(text, start.saturating_sub(16), start);
    head.iter()
        .rev()
        .find(|byte| {
            !matches!(
                byte,
                b' ' | b'\t' | b'\r' | b'\n' | b'+' | b'.' | b',' | b'&' | b'|' | b'<' | b'>' | b'(' | b'f' | b'b' | b'r'
            )
        })
        .is_some_and(|byte| matches!(byte, b'"' | b'\'' | b'`'))
}

fn mentions(text: &[u8], words: &[&[u8]]) -> bool {
    words.iter().any(|word| memchr::memmem::find(text, word).is_some())
}

fn rotate(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => (byte - b'a' + 13) % 26 + b'a',
        b'A'..=b'Z' => (byte - b'A' + 13) % 26 + b'A',
        _ => byte,
    }
}
