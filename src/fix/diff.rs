//! A patch that `patch -p1` and `git apply` read.

use similar::TextDiff;

use crate::printable::is_unsafe;

/// The unified diff of one file, with `a/` and `b/` before its path; empty when nothing changed. Bytes that are not UTF-8
/// are kept.
#[must_use]
pub fn unified(path: &str, old: &[u8], new: &[u8]) -> Vec<u8> {
    if old == new {
        return Vec::new();
    }
    let (from, to) = (quoted("a/", path), quoted("b/", path));
    match (std::str::from_utf8(old), std::str::from_utf8(new)) {
        (Ok(old), Ok(new)) => patch(old, new, &from, &to).into_bytes(),
        // One character a byte, and back: lines are compared, nothing is lost.
        _ => {
            let wide = |bytes: &[u8]| bytes.iter().map(|byte| char::from(*byte)).collect::<String>();
            let patch = patch(&wide(old), &wide(new), &wide(from.as_bytes()), &wide(to.as_bytes()));
            patch.chars().map(|character| u8::try_from(u32::from(character)).unwrap_or(b'?')).collect()
        }
    }
}

fn patch(old: &str, new: &str, from: &str, to: &str) -> String {
    TextDiff::from_lines(old, new).unified_diff().context_radius(3).header(from, to).to_string()
}

/// As git writes names with control characters or quotes: between quotes, with escapes. So are names that steer a log.
fn quoted(prefix: &str, path: &str) -> String {
    let steers = path.contains("##") || path.chars().any(is_unsafe);
    let plain = !steers && path.chars().all(|character| character != '"' && character != '\\');
    if plain {
        return format!("{prefix}{path}");
    }
    let mut text = format!("\"{prefix}");
    for character in path.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            // A runner obeys `##[` and `##vso[` anywhere in a line.
            '#' if text.ends_with('#') => text.push_str("\\043"),
            _ if is_unsafe(character) => {
                for byte in character.encode_utf8(&mut [0; 4]).bytes() {
                    text.push_str(&format!("\\{byte:03o}"));
                }
            }
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}
