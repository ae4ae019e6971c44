//! A patch that `patch -p1` and `git apply` read.

use similar::TextDiff;

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

/// As git writes names with control characters or quotes: between quotes, with escapes.
fn quoted(prefix: &str, path: &str) -> String {
    let plain = path.chars().all(|character| !character.is_control() && character != '"' && character != '\\');
    if plain {
        return format!("{prefix}{path}");
    }
    let mut text = format!("\"{prefix}");
    for character in path.chars() {
        match character {
            '"' | '\\' => text.extend(['\\', character]),
            '\n' => text.push_str("\\n"),
            '\t' => text.push_str("\\t"),
            _ if character.is_control() && character.is_ascii() => text.push_str(&format!("\\{:03o}", character as u32)),
            _ if character.is_control() => text.push('\u{FFFD}'),
            _ => text.push(character),
        }
    }
    text.push('"');
    text
}
