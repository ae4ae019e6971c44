//! Makes text of strangers harmless: no control character, no bidirectional mark and no runner command leaves hublint raw.

use std::borrow::Cow;

/// True for characters that steer a terminal, turn the direction of text or hide in it.
#[must_use]
pub(crate) fn is_unsafe(character: char) -> bool {
    character.is_control() || is_invisible(character)
}

/// Bidirectional controls, line and paragraph separators, zero-width and tag characters. Joiners stay: scripts and emoji need them.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00AD}' | '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}'
        | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{FFF9}'..='\u{FFFB}'
        | '\u{E0000}'..='\u{E007F}')
}

/// The picture of an unsafe character, one for one.
fn picture(character: char) -> char {
    match u32::from(character) {
        code @ 0..=0x1F => char::from_u32(0x2400 + code).unwrap_or('\u{FFFD}'),
        0x7F => '\u{2421}',
        _ => '\u{FFFD}',
    }
}

/// Text for a terminal or a log, on one line, character for character: control characters become their pictures, hidden
/// ones `�`, and `##[` and `##vso[`, which CI runners obey anywhere in a line, lose their second `#` to `♯`.
#[must_use]
pub fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_unsafe) && !text.contains("##") {
        return Cow::Borrowed(text);
    }
    let mut result = String::with_capacity(text.len());
    let mut rest = text.chars();
    let mut before = ' ';
    while let Some(character) = rest.next() {
        let next = if is_unsafe(character) {
            picture(character)
        } else if character == '#' && before == '#' && opens_command(rest.as_str()) {
            '♯'
        } else {
            character
        };
        result.push(next);
        before = next;
    }
    Cow::Owned(result)
}

/// True when the text after `##` makes a command of it: letters and an opening bracket.
fn opens_command(rest: &str) -> bool {
    rest.bytes().take(32).find(|byte| !byte.is_ascii_alphabetic()).is_some_and(|byte| byte == b'[')
}

/// As [`printable`], and also without a `::` that would open a workflow command where the text begins a line.
#[must_use]
pub fn inert(text: &str) -> Cow<'_, str> {
    let text = printable(text);
    if text.trim_start().starts_with("::") { Cow::Owned(text.replacen("::", ":\u{FFFD}", 1)) } else { text }
}
