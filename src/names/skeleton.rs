//! What a name looks like to the eye: the key that look-alikes share.

/// Which letter a capital I and a digit 1 are read as. Both readings of every target are indexed and both of a query are
/// tried, so `EleutherAl` meets `EleutherAI` while `vilm`, with its small i, does not meet `vllm`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reading {
    /// `1` and `I` are an l.
    El,
    /// `1` and `I` are an i.
    Eye,
}

/// Both readings.
const READINGS: [Reading; 2] = [Reading::El, Reading::Eye];

/// What becomes of `-`, `_` and `.`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Separators {
    /// Namespaces: they are dropped.
    Dropped,
    /// Repo names: all become `-`.
    Unified,
}

/// One character of a skeleton and where in the source it came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Glyph {
    /// What it looks like, lower-case.
    pub(super) seen: u8,
    /// Byte offset in the source.
    pub(super) start: usize,
    /// Bytes in the source: 2 for `rn`, `vv` and `cl`, else 1.
    pub(super) len: usize,
}

/// The skeleton of an ASCII text, made on the fly: comparing two costs no allocation and stops at the first difference.
#[derive(Debug, Clone)]
pub(super) struct Skeleton<'a> {
    text: &'a [u8],
    next: usize,
    reading: Reading,
    separators: Separators,
}

impl<'a> Skeleton<'a> {
    /// `text` in its display case: a capital I counts, a small i does not.
    pub(super) fn new(text: &'a str, reading: Reading, separators: Separators) -> Self {
        Self { text: text.as_bytes(), next: 0, reading, separators }
    }

    fn folded(&self, byte: u8) -> u8 {
        looks_like(byte, self.reading)
    }
}

/// What one byte looks like when it stands alone.
pub(super) fn looks_like(byte: u8, reading: Reading) -> u8 {
    let table = match reading {
        Reading::El => &AS_EL,
        Reading::Eye => &AS_EYE,
    };
    table.get(usize::from(byte)).copied().unwrap_or(byte)
}

static AS_EL: [u8; 256] = table(b'l');
static AS_EYE: [u8; 256] = table(b'i');

/// What each byte looks like, a capital I and a digit 1 looking like `eye`.
const fn table(eye: u8) -> [u8; 256] {
    let mut table = [0; 256];
    let mut byte = 0;
    while byte < table.len() {
        // In range by the condition above.
        table[byte] = match byte as u8 {
            b'1' | b'I' => eye,
            b'|' => b'l',
            b'0' => b'o',
            b'3' => b'e',
            b'4' | b'@' => b'a',
            b'5' | b'$' => b's',
            b'7' => b't',
            b'8' | b'6' => b'b',
            b'9' => b'g',
            b'2' => b'z',
            b'!' => b'i',
            b'_' | b'.' => b'-',
            other => other.to_ascii_lowercase(),
        };
        byte += 1;
    }
    table
}

/// The readings under which a text has different skeletons: both only if it has a capital I or a 1.
pub(super) fn readings_of(text: &str) -> &'static [Reading] {
    let both = text.bytes().any(|byte| matches!(byte, b'1' | b'I'));
    READINGS.get(..if both { 2 } else { 1 }).unwrap_or_default()
}

impl Iterator for Skeleton<'_> {
    type Item = Glyph;

    fn next(&mut self) -> Option<Glyph> {
        loop {
            let start = self.next;
            let first = self.folded(*self.text.get(start)?);
            self.next += 1;
            if first == b'-' && self.separators == Separators::Dropped {
                continue;
            }
            let pair = match first {
                b'r' => (b'n', b'm'),
                b'v' => (b'v', b'w'),
                b'c' => (b'l', b'd'),
                _ => {
                    return Some(Glyph { seen: first, start, len: 1 });
                }
            };
            // A capital pair (`RN`, `CL`) does not look like one letter; `c1` looks like what `cl` looks like.
            let second = self.text.get(start + 1).filter(|byte| byte.is_ascii_lowercase() || matches!(byte, b'I' | b'1' | b'|'));
            if second.map(|byte| self.folded(*byte)) == Some(pair.0) {
                self.next += 1;
                return Some(Glyph { seen: pair.1, start, len: 2 });
            }
            return Some(Glyph { seen: first, start, len: 1 });
        }
    }
}

/// The readings of each under which the two look alike, if they do.
pub(super) fn look_alike(left: &str, right: &str, separators: Separators) -> Option<(Reading, Reading)> {
    let (left_readings, right_readings) = (readings_of(left), readings_of(right));
    let pairs = left_readings.iter().flat_map(|first| right_readings.iter().map(|second| (*first, *second)));
    pairs.into_iter().find(|&(first, second)| {
        let right = Skeleton::new(right, second, separators).map(|glyph| glyph.seen);
        Skeleton::new(left, first, separators).map(|glyph| glyph.seen).eq(right)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn look_alikes_meet() {
        for (query, target) in [
            ("M1crosoft", "microsoft"),
            ("mistraI-ai", "mistralai"),
            ("0penai", "openai"),
            ("faceb00k", "facebook"),
            ("rnicrosoft", "microsoft"),
            ("Qvven", "Qwen"),
            ("EleutherAl", "EleutherAI"),
            ("Intel", "lntel"),
            ("rneta-Ilarna", "meta-llama"),
            ("clbmdz", "dbmdz"),
            ("inc1usionAI", "inclusionAI"),
        ] {
            assert!(look_alike(query, target, Separators::Dropped).is_some(), "{query} {target}");
        }
    }

    #[test]
    fn others_do_not() {
        for (query, target) in [("vilm", "vllm"), ("openai", "openal"), ("qwen", "gwen"), ("", "a")] {
            assert!(look_alike(query, target, Separators::Dropped).is_none(), "{query} {target}");
        }
        assert!(look_alike("a-b", "ab", Separators::Unified).is_none());
        assert!(look_alike("a_b", "a.b", Separators::Unified).is_some());
    }
}
