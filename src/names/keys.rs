//! The keys by which names are found. `build.rs` writes them into tables and a look-up asks for them: both use this file,
//! so they cannot disagree.
//!
//! One edit leaves either the first or the second half of a target untouched (a swap across the middle is tried by
//! itself). So two keys a target are enough, where deleting each character in turn would need one a character, and a name
//! costs seven look-ups.

use super::skeleton::{Reading, Separators, Skeleton};

const FNV_OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// Hash of no bytes.
pub(super) const NOTHING: u64 = FNV_OFFSET;

/// The hash of a string with one byte more: prefixes of all lengths cost one pass.
pub(super) fn extend(hash: u64, byte: u8) -> u64 {
    (hash ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
}

/// The hash of a sequence of bytes.
pub(super) fn hash(bytes: impl IntoIterator<Item = u8>) -> u64 {
    bytes.into_iter().fold(NOTHING, extend)
}

/// A hash told apart by a small number, for tables that hold keys of several sorts.
fn tagged(hash: u64, tag: usize) -> u64 {
    let mixed = (hash ^ (tag as u64)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    mixed ^ (mixed >> 29)
}

/// Lower-case, and every separator a `-`: what two names are compared by.
pub(super) fn normal_byte(byte: u8) -> u8 {
    if is_separator(byte) { b'-' } else { byte.to_ascii_lowercase() }
}

/// What may stand between the words of a name.
pub(super) fn is_separator(byte: u8) -> bool {
    matches!(byte, b'-' | b'_' | b'.')
}

/// The key of the row of a list: of its first cell, in any case and with any separators.
pub(super) fn row_key(text: &str) -> u64 {
    continued(NOTHING, text)
}

/// The key of a text whose first part has this key.
pub(super) fn continued(key: u64, rest: &str) -> u64 {
    rest.bytes().map(normal_byte).fold(key, extend)
}

/// The letters and digits of a text, lower-case.
pub(super) fn letters(text: &str) -> impl Iterator<Item = u8> + '_ {
    text.bytes().filter(|byte| !is_separator(*byte)).map(|byte| byte.to_ascii_lowercase())
}

/// The key of what is equal but for case and separators (`Dropped`), or but for case and the kind of separators
/// (`Unified`).
pub(super) fn same_key(text: &str, separators: Separators) -> u64 {
    match separators {
        Separators::Dropped => hash(letters(text)),
        Separators::Unified => row_key(text),
    }
}

/// The key of what looks like a text in display case.
pub(super) fn skeleton_key(text: &str, reading: Reading, separators: Separators) -> u64 {
    hash(Skeleton::new(text, reading, separators).map(|glyph| glyph.seen))
}

/// What tells first halves from second ones; the length of the whole is added.
const FIRST_HALF: usize = 0x1000;
const SECOND_HALF: usize = 0x2000;

/// The two keys of a target: its first half, and its second half backwards.
// Only the build script writes tables.
#[allow(dead_code)]
pub(super) fn halves(plain: &[u8]) -> [u64; 2] {
    let (length, half) = (plain.len(), plain.len() / 2);
    let first = hash(plain.iter().take(half).copied());
    let second = hash(plain.iter().skip(half).rev().copied());
    [tagged(first, FIRST_HALF + length), tagged(second, SECOND_HALF + length)]
}

/// The keys under which the targets one edit from a text are found. The text is folded already.
pub(super) fn near_keys(text: &[u8]) -> [Option<u64>; 7] {
    let length = text.len();
    let half = length / 2;
    // Hashes of the first and of the last so many bytes, each once and in growing order: with one byte less, as long and
    // with one more the halves have these lengths.
    let (shorter, longer) = (length.saturating_sub(1), length + 1);
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default().iter();
    let before_middle = part(0, half.saturating_sub(1)).copied().fold(NOTHING, extend);
    let first_of_shorter = part(half.saturating_sub(1), shorter / 2).copied().fold(before_middle, extend);
    let first = part(shorter / 2, half).copied().fold(first_of_shorter, extend);
    let first_of_longer = part(half, longer / 2).copied().fold(first, extend);
    let backwards =
        |from: usize, to: usize, hash: u64| part(length.saturating_sub(to), length - from).rev().copied().fold(hash, extend);
    let last_of_shorter = backwards(0, shorter - shorter / 2, NOTHING);
    let last = backwards(shorter - shorter / 2, length - half, last_of_shorter);
    let last_of_longer = backwards(length - half, longer - longer / 2, last);
    // A swap across the middle leaves neither half alone: undo it.
    let swapped = text.get(half).filter(|_| half > 0).map(|middle| extend(before_middle, *middle));
    [
        Some(tagged(first_of_shorter, FIRST_HALF + shorter)),
        Some(tagged(last_of_shorter, SECOND_HALF + shorter)),
        (length > 0).then(|| tagged(first, FIRST_HALF + length)),
        (length > 0).then(|| tagged(last, SECOND_HALF + length)),
        Some(tagged(first_of_longer, FIRST_HALF + longer)),
        (longer - longer / 2 <= length).then(|| tagged(last_of_longer, SECOND_HALF + longer)),
        swapped.map(|hash| tagged(hash, FIRST_HALF + length)),
    ]
}
