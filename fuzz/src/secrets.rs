//! The matcher of tokens: places in the text, a sound pre-filter, and masks that let no piece of a token through.

use hublint::secrets::{Surface, mask_known, mask_known_equal_width, may_hold_secret, redact, redact_equal_width, scan_bytes};

/// Eight characters in a row of a token's body are never shown.
const WINDOW: usize = 8;

/// Checks one text.
pub fn check(data: &[u8]) {
    for surface in [Surface::Text, Surface::ShellLike, Surface::Json] {
        let found = scan_bytes(data, surface);
        assert!(found.is_empty() || may_hold_secret(data) || wide(data), "the pre-filter hides {found:?}");
        let mut last = 0;
        for item in &found {
            assert!(item.span.start < item.span.end && item.span.end <= data.len(), "{item:?} of {}", data.len());
            assert!(last <= item.span.start, "not sorted: {found:?}");
            last = item.span.start;
            assert!(item.also.iter().all(|range| range.start <= range.end && range.end <= data.len()), "{item:?}");
            assert!(item.masked.contains('\u{2022}'), "{}", item.masked);
            assert_eq!(item.fingerprint.len(), 32);
        }
        let Ok(text) = std::str::from_utf8(data) else { continue };
        let (masked, wide) = (mask_known(text, &found), mask_known_equal_width(text, &found));
        assert_eq!(text.chars().count(), wide.chars().count());
        for item in found.iter().filter(|item| item.chain.is_empty() && item.also.is_empty()) {
            let written = text.get(item.span.clone()).unwrap_or_default().as_bytes();
            let body = written.get(item.kind.prefix().len()..).unwrap_or_default();
            for window in body.windows(WINDOW) {
                for shown in [&masked, &wide] {
                    assert!(!holds(shown.as_bytes(), window), "{} characters of {} are shown", WINDOW, item.masked);
                }
            }
        }
    }
    if let Ok(text) = std::str::from_utf8(data) {
        let shown = redact_equal_width(text);
        assert_eq!(text.chars().count(), shown.chars().count());
        let shown = redact(text);
        let before = scan_bytes(data, Surface::Text);
        for item in scan_bytes(shown.as_bytes(), Surface::Text) {
            assert!(before.iter().all(|other| other.fingerprint != item.fingerprint), "{} is still whole", item.masked);
        }
    }
}

fn wide(data: &[u8]) -> bool {
    data.contains(&0) || data.starts_with(&[0xFF, 0xFE]) || data.starts_with(&[0xFE, 0xFF])
}

fn holds(text: &[u8], piece: &[u8]) -> bool {
    text.windows(piece.len()).any(|window| window == piece)
}
