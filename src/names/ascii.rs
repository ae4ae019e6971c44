//! Characters outside ASCII: what they look like, and how they are shown.

use std::fmt::Write as _;

use super::tables::CONFUSABLES;

/// The ASCII character that a character looks like, if it looks like one.
fn look_of(character: char) -> Option<char> {
    let point = u32::from(character);
    let found = CONFUSABLES.binary_search_by_key(&point, |entry| entry >> 8).ok()?;
    // The character stands in the lowest byte.
    CONFUSABLES.get(found).map(|entry| char::from(entry.to_le_bytes()[0]))
}

/// True for characters that no reader sees: zero-width ones, soft hyphen, direction marks, fillers, variation selectors,
/// combining marks (which no legal name has) and controls.
pub(super) fn is_invisible(character: char) -> bool {
    character.is_control()
        || matches!(u32::from(character),
            0x00AD | 0x034F | 0x061C | 0x115F | 0x1160 | 0x17B4 | 0x17B5 | 0x180B..=0x180F | 0x200B..=0x200F
            | 0x202A..=0x202E | 0x2060..=0x206F | 0x3164 | 0xFE00..=0xFE0F | 0xFEFF | 0xFFA0 | 0xFFF9..=0xFFFB
            | 0x1D173..=0x1D17A | 0xE0000..=0xE0FFF | 0x0300..=0x036F | 0x1AB0..=0x1AFF | 0x20D0..=0x20FF)
}

/// What is known of a text that is not plain ASCII.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Plain {
    /// The text as it looks, in ASCII; characters that look like nothing there became `?`.
    pub(super) text: String,
    /// Some character is invisible or looks like an ASCII one: somebody may want to deceive.
    pub(super) deceptive: bool,
}

/// The ASCII text that a text looks like, or None if it is plain ASCII without controls already.
pub(super) fn to_ascii(text: &str) -> Option<Plain> {
    if text.bytes().all(|byte| (b' '..0x7f).contains(&byte)) {
        return None;
    }
    let mut plain = Plain { text: String::with_capacity(text.len()), deceptive: false };
    for character in text.chars() {
        if is_invisible(character) {
            plain.deceptive = true;
        } else if character.is_ascii() {
            plain.text.push(character);
        } else if let Some(ascii) = look_of(character) {
            plain.text.push(ascii);
            plain.deceptive = true;
        } else {
            plain.text.push('?');
        }
    }
    Some(plain)
}

/// How a character is named in a message: `U+043E` outside ASCII and for controls, else itself.
pub(super) fn named(character: char) -> String {
    if character.is_ascii_graphic() { character.to_string() } else { format!("U+{:04X}", u32::from(character)) }
}

/// A text safe to show: no controls, nothing outside ASCII, and not endless.
pub(super) fn shown(text: &str) -> String {
    const MOST: usize = 100;
    let mut safe = String::with_capacity(text.len().min(MOST));
    for (count, character) in text.chars().enumerate() {
        if count == MOST {
            safe.push_str("...");
            break;
        }
        if character == ' ' || character.is_ascii_graphic() {
            safe.push(character);
        } else {
            // Writing to a String cannot fail.
            let _ = write!(safe, "<U+{:04X}>", u32::from(character));
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> String {
        to_ascii(text).map_or_else(|| text.to_owned(), |plain| plain.text)
    }

    #[test]
    fn every_row_of_the_table_is_read() {
        let text = include_str!("../../rules/data/names/confusables.tsv");
        let counted = text.lines().find_map(|line| line.strip_prefix("# count: ")).unwrap_or_default();
        let points: usize = counted.split(' ').nth(2).and_then(|count| count.parse().ok()).unwrap_or(0);
        assert!(points > 1_000);
        assert_eq!(CONFUSABLES.len(), points);
        assert!(CONFUSABLES.windows(2).all(|pair| pair[0] >> 8 < pair[1] >> 8));
        let all: Vec<char> = CONFUSABLES.iter().filter_map(|entry| char::from_u32(entry >> 8)).collect();
        assert_eq!(all.len(), points);
        assert!(all.iter().all(|from| !from.is_ascii() && look_of(*from).is_some_and(|to| to.is_ascii_graphic())));
    }

    #[test]
    fn reads_what_the_eye_reads() {
        assert_eq!(plain("\u{043E}pen\u{0430}i"), "openai");
        assert_eq!(plain("open\u{200B}ai"), "openai");
        assert_eq!(plain("openai\u{FF0F}whisper"), "openai/whisper");
        assert_eq!(plain("\u{FF2D}icrosoft"), "Microsoft");
        assert_eq!(plain("\u{1D426}icrosoft"), "microsoft");
        assert_eq!(plain("mi\u{0301}crosoft"), "microsoft");
        assert_eq!(plain("g\u{F6}\u{F6}gle"), "google");
        assert_eq!(plain("\u{6A21}\u{578B}"), "??");
        assert_eq!(to_ascii("openai"), None);
        assert!(to_ascii("a\tb").is_some());
        assert_eq!(to_ascii("\u{6A21}").map(|plain| plain.deceptive), Some(false));
    }

    #[test]
    fn nothing_unsafe_is_shown() {
        assert_eq!(shown("a\u{1B}[31m\u{202E}b"), "a<U+001B>[31m<U+202E>b");
        assert_eq!(shown(&"x".repeat(1000)).len(), 103);
        assert_eq!(named('\u{43E}'), "U+043E");
        assert_eq!(named('I'), "I");
    }
}
