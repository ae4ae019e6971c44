//! Percent-encoding, for addresses of the Hub and for package URLs.

/// One path segment with everything but unreserved characters as `%XX`, "/" included (`quote(text, safe="")` of Python; the
/// same characters are free in the package URL specification).
#[must_use]
pub fn encode_segment(text: &str) -> String {
    let mut result = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            result.push(char::from(byte));
        } else {
            result.push_str(&format!("%{byte:02X}"));
        }
    }
    result
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_become_one_segment() {
        assert_eq!(encode_segment("refs/pr/3"), "refs%2Fpr%2F3");
        assert_eq!(encode_segment("a?b#c%d é"), "a%3Fb%23c%25d%20%C3%A9");
        assert_eq!(encode_segment("v1.0-rc_1~"), "v1.0-rc_1~");
    }
}
