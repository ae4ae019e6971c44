//! A new key into a configuration file, beside the one that holds the id.

use super::Splice;
use super::pin::{Stamp, scalar};
use crate::source::Language;
use crate::span::Span;

/// `key: <commit>` behind the entry of an id: on a line of its own in a block, behind a comma in braces. `None` where the
/// entry is written in another form.
#[must_use]
pub fn insert(language: Language, text: &str, unit: usize, entry: Span, key: &str, stamp: &Stamp) -> Option<Vec<Splice>> {
    let written = entry.text(text);
    if written.contains(['\n', '\r']) {
        return None;
    }
    let commit = &stamp.commit;
    let line_start = text.get(..entry.start())?.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let line_end = entry.end() + text.get(entry.end()..)?.find(['\n', '\r']).unwrap_or(text.len() - entry.end());
    let before = text.get(line_start..entry.start())?;
    let rest = text.get(entry.end()..line_end)?.trim();
    let newline = if text.get(line_end..)?.starts_with("\r\n") { "\r\n" } else { "\n" };
    let blank = |text: &str| text.bytes().all(|byte| matches!(byte, b' ' | b'\t'));
    let pair = match language {
        Language::Yaml if !in_braces(text, entry.start()) => {
            // `  - path: org/m`: the other keys of the item stand below its first key.
            let indent = before.replace('-', " ");
            if !indent.bytes().all(|byte| byte == b' ') || !(rest.is_empty() || rest.starts_with('#')) {
                return None;
            }
            return Some(vec![Splice::insert(
                unit,
                line_end,
                format!("{newline}{indent}{key}: {}{}", scalar(commit), comment(stamp)),
            )]);
        }
        Language::Toml if blank(before) => {
            if !(rest.is_empty() || rest.starts_with('#')) {
                return None;
            }
            let line = format!("{newline}{before}{key} = \"{commit}\"{}", comment(stamp));
            return Some(vec![Splice::insert(unit, line_end, line)]);
        }
        Language::Yaml => format!("{key}: {}", scalar(commit)),
        Language::Toml => format!("{key} = \"{commit}\""),
        Language::Json => format!("\"{key}\": \"{commit}\""),
        _ => return None,
    };
    // Braces: on a line of its own if the entry has one.
    let own_line = blank(before) && matches!(rest, "" | ",");
    let new = if own_line { format!(",{newline}{before}{pair}") } else { format!(", {pair}") };
    Some(vec![Splice::insert(unit, entry.end(), new)])
}

/// The comment that keeps the branch.
pub(super) fn comment(stamp: &Stamp) -> String {
    stamp.note.as_ref().map_or_else(String::new, |note| format!("  # {note}"))
}

/// True when a key of YAML stands in braces: what precedes it is `{` or a comma.
fn in_braces(text: &str, at: usize) -> bool {
    text.get(..at).is_some_and(|before| before.trim_end().ends_with(['{', ',']))
}
