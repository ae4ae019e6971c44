//! Lock files: `poetry.lock`, `uv.lock`, `pdm.lock`, `pylock.toml`, `Pipfile.lock`.

use super::requirement::normalise_name;
use super::toml_text::{self, content_or_token};
use super::{Manifest, Place, Problem, Requirement, VersionKnowledge};

/// Reads an array of tables with `name` and `version`.
pub(super) fn read_toml(text: &str, array: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let document = toml_text::parse(text, &mut manifest);
    let packages = toml_text::lookup(document.get_ref(), &[array]).and_then(|value| value.get_ref().as_array());
    for package in packages.into_iter().flatten() {
        let Some(package) = package.get_ref().as_table() else {
            continue;
        };
        let Some((name, name_token)) = string(package, "name") else {
            continue;
        };
        let Some((version, version_token)) = string(package, "version") else {
            continue;
        };
        // The project itself stands in its lock too; what it is called is nobody's dependency.
        if package
            .get("source")
            .and_then(|source| source.get_ref().as_table())
            .is_some_and(|source| ["editable", "virtual"].iter().any(|key| source.contains_key(*key)))
        {
            continue;
        }
        let name_span = content_or_token(text, name, &name_token);
        let specifier_span = content_or_token(text, version, &version_token);
        let marker = ["marker", "markers"].iter().find_map(|key| string(package, key)).map(|(marker, _)| marker.to_owned());
        manifest.requirements.push(Requirement {
            package: normalise_name(name),
            knowledge: VersionKnowledge::from_locked(version),
            span: name_span.start.min(specifier_span.start)..name_span.end.max(specifier_span.end),
            specifier_span,
            place: Place::Lock,
            marker,
            file: None,
        });
    }
    manifest
}

fn string<'a>(table: &'a toml::de::DeTable<'_>, key: &str) -> Option<(&'a str, std::ops::Range<usize>)> {
    let value = table.get(key)?;
    Some((value.get_ref().as_str()?, value.span()))
}

/// Reads the sections `default` and `develop`. serde_json says whether the file is JSON at all; the places come from
/// one pass over its strings.
pub(super) fn read_pipfile_lock(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(text) {
        let offset = line_start(text, error.line());
        manifest.problems.push(Problem { message: "is not valid JSON".to_owned(), offset: Some(offset) });
    }
    let mut keys: Vec<Option<(usize, usize)>> = Vec::new();
    let bytes = text.as_bytes();
    let mut position = 0;
    let mut pending: Option<(usize, usize)> = None;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'"' => {
                let end = string_end(bytes, position + 1);
                let here = (position + 1, end);
                position = end;
                let is_key =
                    bytes.get(end + 1..).is_some_and(|rest| rest.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b':'));
                if is_key {
                    pending = Some(here);
                } else if let ([_, Some(section), Some(package)], Some(key)) = (keys.as_slice(), pending.take()) {
                    push_locked(text, *section, *package, key, here, &mut manifest);
                }
            }
            b'{' | b'[' => {
                // Deeper levels hold hashes; only their number matters.
                keys.push(pending.take());
            }
            b'}' | b']' => {
                keys.pop();
                pending = None;
            }
            b',' => pending = None,
            _ => {}
        }
        position += 1;
    }
    manifest
}

fn push_locked(
    text: &str,
    section: (usize, usize),
    package: (usize, usize),
    key: (usize, usize),
    value: (usize, usize),
    manifest: &mut Manifest,
) {
    if text.get(key.0..key.1) != Some("version") {
        return;
    }
    if !matches!(text.get(section.0..section.1), Some("default" | "develop")) {
        return;
    }
    let (Some(name), Some(version)) = (text.get(package.0..package.1), text.get(value.0..value.1)) else {
        return;
    };
    manifest.requirements.push(Requirement {
        package: normalise_name(name),
        knowledge: VersionKnowledge::from_specifiers(version),
        span: package.0..value.1,
        specifier_span: value.0..value.1,
        place: Place::Lock,
        marker: None,
        file: None,
    });
}

/// Index of the quote that ends a JSON string.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut position = start;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'\\' => position += 2,
            b'"' => return position,
            _ => position += 1,
        }
    }
    bytes.len()
}

fn line_start(text: &str, line: usize) -> usize {
    let breaks = memchr::memchr_iter(b'\n', text.as_bytes());
    line.checked_sub(2).and_then(|skip| breaks.into_iter().nth(skip)).map_or(0, |at| at + 1)
}
