//! Words in a text: names, keywords and numbers, found 64 bytes at a time, and sets of words with a filter in front.
//!
//! Every byte of every Python file goes through here, so the scan has no branch per byte: a block of bytes becomes a mask
//! (one bit a byte of a word), and only where the mask changes does a word begin or end.

use std::ops::Deref;

/// True for bytes of which names and numbers are made; bytes of non-ASCII characters count as such.
#[must_use]
pub const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

/// How many bytes are looked at together.
const BLOCK: usize = 64;

/// One bit for each byte of a block: is it a byte of a word? Written so that compilers make vector code of it.
fn mask(block: &[u8; BLOCK]) -> u64 {
    let mut flags = [0_u8; BLOCK];
    for (flag, byte) in flags.iter_mut().zip(block) {
        let letter = (byte | 0x20).wrapping_sub(b'a') < 26;
        let digit = byte.wrapping_sub(b'0') < 10;
        *flag = u8::from(letter) | u8::from(digit) | u8::from(*byte == b'_') | (byte >> 7);
    }
    let mut mask = 0;
    for (index, eight) in flags.as_chunks::<8>().0.iter().enumerate() {
        // Eight bytes of 0 or 1 -> eight bits: each factor moves one of them to the top byte, none overlap.
        let bits = u64::from_le_bytes(*eight).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        mask |= bits << (8 * index);
    }
    mask
}

/// Calls `word` with the start and end of every word of a text, in order, until it says `false`.
pub fn each(text: &[u8], mut word: impl FnMut(usize, usize) -> bool) {
    let (blocks, tail) = text.as_chunks::<BLOCK>();
    let mut last = [0_u8; BLOCK];
    for (to, from) in last.iter_mut().zip(tail) {
        *to = *from;
    }
    // The byte before the block is one of a word; the word that is open begins at `start`.
    let (mut before, mut start) = (0_u64, 0);
    for (number, block) in blocks.iter().chain(std::iter::once(&last)).enumerate() {
        let mask = mask(block);
        let mut edges = mask ^ ((mask << 1) | before);
        let mut inside = before == 1;
        before = mask >> 63;
        while edges != 0 {
            let at = number * BLOCK + edges.trailing_zeros() as usize;
            edges &= edges - 1;
            if inside {
                if !word(start, at) {
                    return;
                }
            } else {
                start = at;
            }
            inside = !inside;
        }
    }
    // Behind a tail of less than a block there is always a zero.
}

/// Bits of the filter; a power of two. With 500 words one in sixteen of other words gets through.
const BITS: usize = 8192;

/// Sorted words, each once, and a filter that tells nearly all other words apart at once.
#[derive(Debug)]
pub struct WordSet {
    words: Box<[String]>,
    filter: Box<[u64; BITS / 64]>,
}

impl WordSet {
    /// A set of words that are sorted, each once.
    #[must_use]
    pub fn new(words: Box<[String]>) -> Self {
        let mut filter = Box::new([0_u64; BITS / 64]);
        for word in &words {
            let bit = bit(word.as_bytes());
            if let Some(slot) = filter.get_mut(bit / 64) {
                *slot |= 1 << (bit % 64);
            }
        }
        Self { words, filter }
    }

    /// Whether the set may hold a word. `false` is certain.
    #[must_use]
    pub fn may_hold(&self, word: &[u8]) -> bool {
        let bit = bit(word);
        self.filter.get(bit / 64).is_some_and(|slot| slot & (1 << (bit % 64)) != 0)
    }

    /// The number of a word in the set.
    #[must_use]
    pub fn find(&self, word: &[u8]) -> Option<usize> {
        if !self.may_hold(word) {
            return None;
        }
        self.words.binary_search_by(|have| have.as_bytes().cmp(word)).ok()
    }
}

impl Deref for WordSet {
    type Target = [String];

    fn deref(&self) -> &[String] {
        &self.words
    }
}

/// The place of a word in the filter: its length, its ends and its middle.
fn bit(word: &[u8]) -> usize {
    let byte = |at: usize| u32::from(word.get(at).copied().unwrap_or(0));
    let length = word.len();
    let key = byte(0) | byte(length / 2) << 8 | byte(length.wrapping_sub(1)) << 16 | (length as u32) << 24;
    (key.wrapping_mul(0x9E37_79B1) >> 19) as usize
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    /// The plain way.
    fn plainly(text: &[u8]) -> Vec<(usize, usize)> {
        let mut words = Vec::new();
        let mut start = None;
        for (at, byte) in text.iter().chain(b" ").enumerate() {
            match (is_word(*byte), start) {
                (true, None) => start = Some(at),
                (false, Some(begin)) => {
                    words.push((begin, at));
                    start = None;
                }
                _ => {}
            }
        }
        words
    }

    #[test]
    fn words_of_every_length_at_every_place_are_found() {
        let found = |text: &[u8]| {
            let mut words = Vec::new();
            each(text, |start, end| {
                words.push((start, end));
                true
            });
            words
        };
        for blanks in 0..70 {
            for length in 0..140 {
                let text = format!("{}{} b", " ".repeat(blanks), "a".repeat(length));
                assert_eq!(found(text.as_bytes()), plainly(text.as_bytes()), "{blanks} {length}");
                let text = format!("{}{}", ".".repeat(blanks), "a".repeat(length));
                assert_eq!(found(text.as_bytes()), plainly(text.as_bytes()), "{blanks} {length}");
            }
        }
        let every: Vec<u8> = (0..=255).flat_map(|byte| [byte, b' ', b'x', byte]).collect();
        assert_eq!(found(&every), plainly(&every));
    }

    #[test]
    fn a_scan_ends_when_it_is_told() {
        let mut count = 0;
        each(b"one two three", |_, _| {
            count += 1;
            count < 2
        });
        assert_eq!(count, 2);
    }

    #[test]
    fn a_set_holds_its_words_and_no_others() {
        let words: Vec<String> = ["", "a", "ab", "load", "load_dataset", "torch"].map(str::to_owned).to_vec();
        let set = WordSet::new(words.clone().into());
        for (number, word) in words.iter().enumerate() {
            assert_eq!(set.find(word.as_bytes()), Some(number));
        }
        for other in ["b", "loads", "laod", "torcH", "load_dataseT"] {
            assert_eq!(set.find(other.as_bytes()), None);
        }
        let through = (0..10_000).filter(|number| set.may_hold(format!("name_{number}").as_bytes())).count();
        assert!(through < 200, "{through}");
    }
}
