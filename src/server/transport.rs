//! Messages of the base protocol: headers, a length, JSON. What is malformed is said and passed over; the connection goes on.

use std::io::{self, BufRead, Read, Write};

use serde_json::{Value, json};

/// Bytes of all headers of a message.
const MOST_HEADERS: u64 = 8 * 1024;
/// Bytes of a message: a document comes whole at first, escaped.
const MOST_BODY: u64 = 512 * 1024 * 1024;

/// What the client sent.
#[derive(Debug, PartialEq)]
pub enum Incoming {
    /// A request, a notification or an answer.
    Message(Value),
    /// Something that is none of them: why.
    Malformed(String),
    /// Nothing more will come.
    Closed,
}

/// Reads the next message.
pub fn read(input: &mut dyn BufRead) -> Incoming {
    match read_message(input) {
        Ok(incoming) => incoming,
        // A pipe that breaks is the end of the connection.
        Err(_) => Incoming::Closed,
    }
}

fn read_message(input: &mut dyn BufRead) -> io::Result<Incoming> {
    let mut length = None;
    let mut headers = input.take(MOST_HEADERS);
    let mut seen = false;
    loop {
        let mut line = Vec::new();
        if headers.read_until(b'\n', &mut line)? == 0 {
            if headers.limit() == 0 {
                return Ok(Incoming::Malformed("the headers are too long".to_owned()));
            }
            return Ok(Incoming::Closed);
        }
        let line = line.trim_ascii();
        if line.is_empty() {
            // Blank lines before a message are harmless.
            if seen {
                break;
            }
            continue;
        }
        seen = true;
        let Some((name, value)) = std::str::from_utf8(line).ok().and_then(|line| line.split_once(':')) else { continue };
        if name.trim().eq_ignore_ascii_case("Content-Length") {
            length = value.trim().parse::<u64>().ok();
        }
    }
    let Some(length) = length else {
        return Ok(Incoming::Malformed("a message without a Content-Length".to_owned()));
    };
    let mut body = input.take(length);
    if length > MOST_BODY {
        io::copy(&mut body, &mut io::sink())?;
        return Ok(Incoming::Malformed(format!("a message of {length} bytes")));
    }
    let mut bytes = Vec::new();
    body.read_to_end(&mut bytes)?;
    if (bytes.len() as u64) < length {
        return Ok(Incoming::Closed);
    }
    Ok(match serde_json::from_slice::<Value>(&bytes) {
        Ok(message) if message.is_object() => Incoming::Message(message),
        Ok(_) => Incoming::Malformed("a message is one object".to_owned()),
        Err(error) => Incoming::Malformed(format!("not JSON: {error}")),
    })
}

/// Writes a message and sends it off.
///
/// # Errors
/// Those of the writer.
pub fn write(out: &mut dyn Write, message: &Value) -> io::Result<()> {
    let body = serde_json::to_vec(message).map_err(io::Error::other)?;
    write!(out, "Content-Length: {}\r\n\r\n", body.len())?;
    out.write_all(&body)?;
    out.flush()
}

/// The answer to a request.
#[must_use]
pub fn answer(id: &Value, result: Value) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "result": result })
}

/// The answer to a request that cannot be met.
#[must_use]
pub fn refusal(id: &Value, code: i64, message: &str) -> Value {
    json!({ "jsonrpc": "2.0", "id": id, "error": { "code": code, "message": message } })
}

/// A notification.
#[must_use]
pub fn notification(method: &str, parameters: Value) -> Value {
    json!({ "jsonrpc": "2.0", "method": method, "params": parameters })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn all(bytes: &[u8]) -> Vec<Incoming> {
        let mut input = bytes;
        let mut found = Vec::new();
        loop {
            match read(&mut input) {
                Incoming::Closed => return found,
                incoming => found.push(incoming),
            }
        }
    }

    #[test]
    fn what_is_written_is_read() {
        let message = notification("x", json!({ "text": "é🤗\r\n" }));
        let mut bytes = Vec::new();
        write(&mut bytes, &message).unwrap();
        write(&mut bytes, &message).unwrap();
        assert_eq!(all(&bytes), [Incoming::Message(message.clone()), Incoming::Message(message)]);
    }

    #[test]
    fn the_connection_survives_what_is_malformed() {
        let good = "content-length: 2\nContent-Type: x\n\n{}";
        for bad in ["Content-Length: 3\r\n\r\n{,}", "Content-Length: 2\r\n\r\n[]", "X: 1\r\n\r\n", "hello\r\n\r\n"] {
            let found = all(format!("{bad}{good}").as_bytes());
            assert!(matches!(found.as_slice(), [Incoming::Malformed(_), Incoming::Message(_)]), "{bad:?}: {found:?}");
        }
        assert!(all(b"Content-Length: 10\r\n\r\n{}").is_empty(), "a cut message is the end");
        assert!(all(&vec![b'x'; 100_000]).iter().all(|incoming| matches!(incoming, Incoming::Malformed(_))));
    }
}
