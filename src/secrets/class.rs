//! Byte classes and the boundary tests: what may stand before and after a token.
//!
//! All of it is about ASCII bytes on purpose: a Unicode word boundary would lose tokens glued to CJK text.

/// The byte at `index`, or NUL outside the text; NUL is a boundary everywhere.
pub(super) fn at(text: &[u8], index: usize) -> u8 {
    text.get(index).copied().unwrap_or(0)
}

/// The byte `back` places before `index`, or NUL before the start.
pub(super) fn before(text: &[u8], index: usize, back: usize) -> u8 {
    index.checked_sub(back).map_or(0, |position| at(text, position))
}

/// The sub-slice, or nothing where the range does not fit.
pub(super) fn slice(text: &[u8], start: usize, end: usize) -> &[u8] {
    text.get(start..end.min(text.len())).unwrap_or_default()
}

/// `[A-Za-z0-9_]`
pub(super) const fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

/// `[A-Za-z0-9_-]`, the alphabet of URL-safe base64.
pub(super) const fn is_url_safe(byte: u8) -> bool {
    is_word(byte) || byte == b'-'
}

/// How many bytes from `start` are in the class, counted up to `limit`.
pub(super) fn run(text: &[u8], start: usize, limit: usize, class: impl Fn(u8) -> bool) -> usize {
    slice(text, start, start.saturating_add(limit)).iter().take_while(|byte| class(**byte)).count()
}

/// Whether a token may start at `start`: after the text's start, a byte outside the class, or an escape sequence,
/// because in undecoded text the `n` of `\n` is no letter. `dash_blocks` is for keys whose alphabet has a dash.
pub(super) fn left_boundary(text: &[u8], start: usize, dash_blocks: bool) -> bool {
    let previous = before(text, start, 1);
    if start == 0 || !(is_word(previous) || (dash_blocks && previous == b'-')) {
        return true;
    }
    after_escape(text, start)
}

/// Whether the bytes that end at `start` spell an escape sequence.
fn after_escape(text: &[u8], start: usize) -> bool {
    let previous = before(text, start, 1);
    let second = before(text, start, 2);
    if second == b'\\' && matches!(previous, b'0' | b'a' | b'b' | b'e' | b'f' | b'n' | b'r' | b't' | b'v') {
        return true;
    }
    if previous.is_ascii_hexdigit() && second.is_ascii_hexdigit() {
        let third = before(text, start, 3);
        let fourth = before(text, start, 4);
        // %HH of URLs, =HH of quoted-printable mail (upper case there), \xHH, \uHHHH.
        if third == b'%' || (third == b'=' && !previous.is_ascii_lowercase() && !second.is_ascii_lowercase()) {
            return true;
        }
        // The same, encoded twice: %25HH.
        if third == b'5' && fourth == b'2' && before(text, start, 5) == b'%' {
            return true;
        }
        if third == b'x' && fourth == b'\\' {
            return true;
        }
        if third.is_ascii_hexdigit()
            && fourth.is_ascii_hexdigit()
            && before(text, start, 5) == b'u'
            && before(text, start, 6) == b'\\'
        {
            return true;
        }
        // \NNN in octal.
        if fourth == b'\\' && [previous, second, third].iter().all(|byte| matches!(byte, b'0'..=b'7')) {
            return true;
        }
    }
    after_terminal_colour(text, start)
}

/// Whether the bytes that end at `start` are the tail of an ANSI sequence, also where ESC itself is written out
/// as `\u001b`, `\x1b`, `\033`, `\e` or `^[`.
fn after_terminal_colour(text: &[u8], start: usize) -> bool {
    let last = before(text, start, 1);
    if !last.is_ascii_alphabetic() {
        return false;
    }
    let mut back = 2;
    // An SGR sequence has a handful of numbers; the bound keeps this linear.
    while back < 24 && matches!(before(text, start, back), b'0'..=b'9' | b';' | b':' | b'?') {
        back += 1;
    }
    if before(text, start, back) != b'[' {
        return false;
    }
    let digits = back > 2;
    let escape = before(text, start, back + 1);
    if escape == 0x1b || escape == 0x9b {
        return true;
    }
    if last == b'm' && digits {
        return true;
    }
    let head = slice(text, start.saturating_sub(back + 6), start.saturating_sub(back));
    [&b"\\u001b"[..], b"\\u001B", b"\\x1b", b"\\x1B", b"\\033", b"\\e", b"^["].iter().any(|form| head.ends_with(form))
}

/// Whether a token may end before `end`.
pub(super) fn right_boundary(text: &[u8], end: usize, dash_blocks: bool) -> bool {
    let next = at(text, end);
    !(is_word(next) || (dash_blocks && next == b'-'))
}

/// Markdown emphasis with underscores: `_token_`, `__token__`. As many on the right as on the left, and nothing
/// of a word outside them.
pub(super) fn emphasised(text: &[u8], start: usize, end: usize) -> bool {
    let left = (1..=3).take_while(|back| before(text, start, *back) == b'_').count();
    let right = (0..3).take_while(|ahead| at(text, end + ahead) == b'_').count();
    left > 0 && left == right && !is_word(before(text, start, left + 1)) && !is_word(at(text, end + right))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn left(head: &str) -> bool {
        let text = format!("{head}hf_");
        left_boundary(text.as_bytes(), head.len(), false)
    }

    #[test]
    fn a_token_may_follow_what_ends_a_word() {
        for head in ["", " ", "=", "\"", "漢", "ж", "-", "/", "@", "\u{1b}[0m", "\u{1b}[K", "\u{1b}[1;32m"] {
            assert!(left(head), "{head:?}");
        }
    }

    #[test]
    fn a_token_may_follow_a_written_escape() {
        for head in [
            "a\\n",
            "\\t",
            "\\u001b[32m",
            "\\x1b[0m",
            "\\033[1;31m",
            "\\e[K",
            "^[[0m",
            "a%3D",
            "a%20",
            "token=3D",
            "%2522",
            "\\x20",
            "\\u00e9",
            "\\012",
            "[0m",
        ] {
            assert!(left(head), "{head:?}");
        }
    }

    #[test]
    fn a_token_may_not_follow_a_word() {
        for head in ["a", "_", "7", "OSC", "r", "x[m", "a=bc", "rgb[fm", "\\\\u00e"] {
            assert!(!left(head), "{head:?}");
        }
    }
}
