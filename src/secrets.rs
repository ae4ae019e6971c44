//! Token matcher, placeholder test and decoders. Knows nothing of rules.
//!
//! Everything here works on plain text and gives [`SecretMatch`]es: kind, place, mask and fingerprint, never the
//! secret. The secret itself lives in a private type that cannot be printed and is dropped with the match; the
//! functions [`redact`] and [`mask_known`] are the only way in which it acts outside this module.
//!
//! One automaton pass looks for the literals of [`TRIGGERS`]; each leads to a grammar (`shape`) or to a decoder that
//! reads only the neighbourhood (`encoded`, `flatten`). All of it is linear in the length of the text.

mod bytes;
mod class;
mod encoded;
mod flatten;
mod folding;
mod gates;
mod guard;
mod json;
mod jws;
mod kind;
mod mapped;
mod mask;
mod names;
mod placeholder;
mod scanner;
mod shape;
mod shell;

use std::fmt;
use std::ops::Range;

use sha2::{Digest as _, Sha256};

pub use bytes::{Surface, is_binary, scan_bytes};
pub use folding::{fold_hint, is_first_part, looks_like_secret_literal, scan_folded};
pub use gates::{TRIGGERS, may_hold_secret};
pub use guard::{Guarded, guard_panics};
pub use json::scan_json;
pub use kind::{Confidence, Decoding, Kind, Level, Rule};
pub use mask::{KnownMask, mask_known, mask_known_equal_width, redact, redact_equal_width, redact_whole};
pub use names::{Exposure, TOKEN_NAMES, is_token_name, names_token};
pub use placeholder_api::is_placeholder_body;
pub use scanner::ScanContext;
pub use shell::scan_shell_like;

mod placeholder_api {
    /// Whether the body of a Hugging Face token (without its prefix) was made up, not drawn at random.
    #[must_use]
    pub fn is_placeholder_body(body: &str) -> bool {
        super::placeholder::is_placeholder(body.as_bytes())
    }
}

/// A credential that was found, without the credential.
#[derive(Debug, Clone)]
pub struct SecretMatch {
    /// What sort of credential it is.
    pub kind: Kind,
    /// Who issued it.
    pub service: &'static str,
    /// Which rule it belongs to.
    pub rule: Rule,
    /// Bytes of the scanned text to underline; of the encoded piece where the credential was encoded.
    pub span: Range<usize>,
    /// Other bytes of the scanned text that must not be shown: the secret that belongs to a key id.
    pub also: Vec<Range<usize>>,
    /// How sure the matcher is.
    pub confidence: Confidence,
    /// How bad the leak is.
    pub level: Level,
    /// The steps that made it visible, innermost first; empty for a visible one.
    pub chain: Vec<Decoding>,
    /// The public prefix and at most four characters of the body: `hf_••••wxyz`.
    pub masked: String,
    /// 32 hex digits that stay the same when lines or files move.
    pub fingerprint: String,
    /// When it expires, in seconds since 1970, where it says so itself.
    pub expiry: Option<i64>,
    secret: Secret,
}

impl SecretMatch {
    /// The chain as words: `base64 → joined strings`; nothing for a visible credential.
    #[must_use]
    pub fn chain_text(&self) -> Option<String> {
        if self.chain.is_empty() {
            return None;
        }
        let words: Vec<&str> = self.chain.iter().rev().map(|step| step.name()).collect();
        Some(words.join(" \u{2192} "))
    }

    /// Adds a step that the caller took before the scan, such as the folding of a constant expression.
    #[must_use]
    pub fn after(mut self, step: Decoding) -> Self {
        self.chain.push(step);
        self
    }

    /// Moves all places by `offset` bytes: for texts that are part of a larger one.
    #[must_use]
    pub fn moved(mut self, offset: usize) -> Self {
        for range in std::iter::once(&mut self.span).chain(&mut self.also) {
            *range = range.start.saturating_add(offset)..range.end.saturating_add(offset);
        }
        self
    }
}

/// The credential and its encoded form. No accessor and no way to print it: `Debug` says only that it is there.
#[derive(Clone)]
struct Secret {
    value: Vec<u8>,
    encoded: Vec<u8>,
}

impl fmt::Debug for Secret {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Secret(hidden)")
    }
}

/// Finds every credential in a text. Spans are byte ranges of `text`, sorted.
#[must_use]
pub fn scan(text: &str, context: ScanContext) -> Vec<SecretMatch> {
    publish(text.as_bytes(), scanner::find(text.as_bytes(), context).found)
}

/// Turns what a scanner found into matches that may leave this module.
fn publish(text: &[u8], found: Vec<scanner::Found>) -> Vec<SecretMatch> {
    found
        .into_iter()
        .map(|item| {
            let rule = item.kind.rule();
            let encoded =
                if item.chain.is_empty() { Vec::new() } else { class::slice(text, item.span.start, item.span.end).to_vec() };
            SecretMatch {
                kind: item.kind,
                service: item.kind.service(),
                rule,
                span: item.span,
                also: item.also,
                confidence: item.confidence,
                level: item.kind.level(),
                chain: item.chain,
                masked: mask::masked(item.kind, &item.secret),
                fingerprint: fingerprint(rule, &item.secret),
                expiry: item.expiry,
                secret: Secret { value: item.secret, encoded },
            }
        })
        .collect()
}

/// The first 32 hex digits of SHA-256 over version, rule and secret. Not invertible: a token body has 194 bits.
fn fingerprint(rule: Rule, secret: &[u8]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(b"hublint/secret/v1\0");
    hasher.update(rule.id().as_bytes());
    hasher.update(b"\0");
    hasher.update(secret);
    hasher.finalize().iter().take(16).fold(String::with_capacity(32), |mut digits, byte| {
        for nibble in [byte >> 4, byte & 15] {
            digits.push(char::from_digit(u32::from(nibble), 16).unwrap_or('0'));
        }
        digits
    })
}
