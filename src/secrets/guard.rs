//! The last gate before anything leaves the program: a writer that masks whole credentials in whatever passes through.
//!
//! Every printer masks what it shows. This one is for what nobody thought of: a token in a file name, in an argument, in the
//! message of a parser, in a repository id.

use std::io::{self, Write};

use super::mask::redact_whole;

/// A line is held back until it is complete; longer ones go on in parts.
const LONGEST: usize = 1 << 20;

/// So much stays behind when a long line is cut: no credential is longer.
const BEHIND: usize = 8192;

/// Masks whole credentials on their way to another writer. Complete lines go on at once; the rest on `flush` and at the end.
pub struct Guarded<W: Write> {
    inner: W,
    held: Vec<u8>,
    open: bool,
}

impl<W: Write> Guarded<W> {
    /// Guards a writer.
    pub fn new(inner: W) -> Self {
        Self { inner, held: Vec::new(), open: false }
    }

    /// Lets everything through as it is: for the text of a file that is given back to whoever sent it.
    #[must_use]
    pub fn opened(mut self, open: bool) -> Self {
        self.open = open;
        self
    }

    fn pass(&mut self, length: usize) -> io::Result<()> {
        let rest = self.held.split_off(length.min(self.held.len()));
        let ready = std::mem::replace(&mut self.held, rest);
        let text = String::from_utf8_lossy(&ready);
        let shown = redact_whole(&text);
        if shown.len() == ready.len() && shown.as_bytes() == ready.as_slice() {
            return self.inner.write_all(&ready);
        }
        // Bytes that are no text stay as they are where nothing had to be hidden.
        match (&text, &shown) {
            (std::borrow::Cow::Owned(_), std::borrow::Cow::Borrowed(_)) => self.inner.write_all(&ready),
            _ => self.inner.write_all(shown.as_bytes()),
        }
    }
}

impl<W: Write> Write for Guarded<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.open {
            return self.inner.write(bytes);
        }
        let before = self.held.len();
        self.held.extend_from_slice(bytes);
        if let Some(end) = memchr::memrchr(b'\n', bytes) {
            self.pass(before + end + 1)?;
        } else if self.held.len() > LONGEST {
            // Between two words: no credential holds a blank, a comma or a quote.
            let limit = self.held.len() - BEHIND;
            let cut = self.held.get(..limit).and_then(|head| head.iter().rposition(|byte| matches!(byte, b' ' | b',' | b'"')));
            if let Some(cut) = cut {
                self.pass(cut)?;
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.pass(self.held.len())?;
        self.inner.flush()
    }
}

impl<W: Write> Drop for Guarded<W> {
    fn drop(&mut self) {
        // An error here was met before by whoever flushed; nobody is left to tell.
        let _ = self.flush();
    }
}

/// A panic is told without a token that its message may hold. Call it once, at the start of the program.
pub fn guard_panics() {
    std::panic::set_hook(Box::new(|information| {
        let message = match (information.payload().downcast_ref::<&str>(), information.payload().downcast_ref::<String>()) {
            (Some(text), _) => *text,
            (None, Some(text)) => text.as_str(),
            (None, None) => "unknown",
        };
        let place = information.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        let text = format!("hublint: internal error at {place}: {message}\nThis is a fault of hublint: please report it.\n");
        // The whole message at once: it may hold a line break inside a token.
        let _ = io::stderr().write_all(super::mask::redact(&text).as_bytes());
    }));
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn token() -> String {
        // In two pieces, so that no token stands here; no keys in the order of a keyboard, which would be a placeholder.
        format!("hf_{}{}", "tRkZqWnYvLbPxGjHs", "MdFcUaEoBiDwQyKtH")
    }

    fn passed(parts: &[&[u8]]) -> Vec<u8> {
        let mut out = Vec::new();
        let mut guarded = Guarded::new(&mut out);
        for part in parts {
            guarded.write_all(part).unwrap();
        }
        drop(guarded);
        out
    }

    #[test]
    fn tokens_are_masked_however_they_are_written() {
        let token = token();
        let text = format!("a {token} b\nsecond {token}");
        for size in [1, 7, 1000] {
            let parts: Vec<&[u8]> = text.as_bytes().chunks(size).collect();
            let shown = String::from_utf8(passed(&parts)).unwrap();
            assert!(!shown.contains(&token[5..13]), "{shown}");
            assert!(shown.starts_with("a hf_") && shown.contains(" b\nsecond "), "{shown}");
        }
    }

    #[test]
    fn other_bytes_stay_as_they_are() {
        for bytes in [&b"plain text\nand more"[..], b"\xff\xfe\x00 no text \xe9\n", b"", b"\n\n", "näher".as_bytes()] {
            assert_eq!(passed(&[bytes]), bytes);
        }
        let long = format!("{} {} ", "word,".repeat(500_000), token());
        let shown = passed(&[long.as_bytes(), b"end"]);
        assert!(shown.starts_with(b"word,word,") && shown.ends_with(b"end"));
        assert_eq!(shown.iter().filter(|byte| **byte == b',').count(), 500_000);
        assert!(!String::from_utf8_lossy(&shown).contains(&token()[5..13]));
    }
}
