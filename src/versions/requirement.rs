//! One PEP 508 requirement with the place of each of its parts.

use super::{Place, Requirement, VersionKnowledge};

/// PEP 503: lower case, every run of `-`, `_` and `.` becomes one `-`.
pub fn normalise_name(name: &str) -> String {
    let mut normal = String::with_capacity(name.len());
    let mut gap = false;
    for c in name.trim().chars() {
        if matches!(c, '-' | '_' | '.') {
            gap = true;
            continue;
        }
        if gap && !normal.is_empty() {
            normal.push('-');
        }
        gap = false;
        normal.push(c.to_ascii_lowercase());
    }
    normal
}

/// Length in bytes of the package name at the start of the text; 0 if there is none.
pub(super) fn name_length(text: &str) -> usize {
    let end =
        text.bytes().position(|byte| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))).unwrap_or(text.len());
    let name = text.get(..end).unwrap_or("");
    // A name starts and ends with a letter or digit; `torch-` followed by a blank is no requirement.
    if !name.starts_with(|c: char| c.is_ascii_alphanumeric()) || name.len() > 256 {
        return 0;
    }
    name.trim_end_matches(['-', '_', '.']).len()
}

/// Reads `name[extras] specifier ; marker` or `name @ url`. `text` is one logical line without its comment and
/// stands at byte `offset` of the file. None when no package name is there.
pub(super) fn parse(text: &str, offset: usize, place: Place) -> Option<Requirement> {
    let start = text.len() - text.trim_start().len();
    let body = text.get(start..)?;
    if let Some(found) = from_url(body.trim_end()) {
        return Some(Requirement {
            package: normalise_name(&found.0),
            knowledge: found.1,
            span: offset + start..offset + start + body.trim_end().len(),
            specifier_span: offset + start..offset + start,
            place,
            marker: None,
            file: None,
        });
    }
    let length = name_length(body);
    if length == 0 {
        return None;
    }
    let package = normalise_name(body.get(..length)?);
    let mut cursor = length;
    cursor += blanks(body.get(cursor..)?);
    if body.get(cursor..)?.starts_with('[') {
        cursor += body.get(cursor..)?.find(']')? + 1;
    } else {
        cursor = length;
    }
    let after_extras = cursor;
    cursor += blanks(body.get(cursor..)?);
    let rest = body.get(cursor..)?;
    if let Some(url) = rest.strip_prefix('@') {
        let url = url.split(" ;").next().unwrap_or(url).trim();
        let knowledge = wheel_version(url).unwrap_or_default();
        return Some(Requirement {
            package,
            knowledge,
            span: offset + start..offset + start + body.trim_end().len(),
            specifier_span: offset + start + after_extras..offset + start + after_extras,
            place,
            marker: None,
            file: None,
        });
    }
    let (specifier, marker) = match rest.split_once(';') {
        Some((specifier, marker)) => (specifier, Some(marker.trim().to_owned()).filter(|marker| !marker.is_empty())),
        None => (rest, None),
    };
    // `torch (>=2.0)`: the old form with parentheses.
    let opened = specifier.len() - specifier.trim_start_matches('(').len();
    let inner = specifier.get(opened..)?.trim_end().trim_end_matches(')').trim_end();
    if !inner.is_empty() && !inner.starts_with(['<', '>', '=', '!', '~']) {
        // Prose, a path, or another format: `torch is needed`.
        return None;
    }
    let specifier_start = if inner.is_empty() { after_extras } else { cursor + opened };
    let specifier_end = specifier_start + inner.len();
    Some(Requirement {
        package,
        knowledge: VersionKnowledge::from_specifiers(inner),
        span: offset + start..offset + start + specifier_end,
        specifier_span: offset + start + specifier_start..offset + start + specifier_end,
        place,
        marker,
        file: None,
    })
}

fn blanks(text: &str) -> usize {
    text.len() - text.trim_start().len()
}

/// A bare URL: `git+https://..#egg=name`, or the address of a wheel, which names package and version.
fn from_url(text: &str) -> Option<(String, VersionKnowledge)> {
    let scheme = text.find("://")?;
    if !text.get(..scheme)?.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'+') {
        return None;
    }
    if let Some((_, fragment)) = text.rsplit_once('#') {
        let egg = fragment.split('&').find_map(|part| part.strip_prefix("egg="));
        if let Some(egg) = egg {
            let length = name_length(egg);
            return Some((egg.get(..length)?.to_owned(), VersionKnowledge::Unknown)).filter(|(name, _)| !name.is_empty());
        }
    }
    let (name, _) = wheel_parts(text)?;
    let knowledge = wheel_version(text)?;
    Some((name.to_owned(), knowledge))
}

fn wheel_version(url: &str) -> Option<VersionKnowledge> {
    let (_, version) = wheel_parts(url)?;
    let version = version.replace("%2B", "+").replace("%2b", "+");
    Some(VersionKnowledge::from_locked(&version))
}

/// Name and version of `.../torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl`.
fn wheel_parts(url: &str) -> Option<(&str, &str)> {
    let path = url.split(['#', '?', ' ']).next()?;
    let file = path.rsplit('/').next()?.strip_suffix(".whl")?;
    let mut parts = file.split('-');
    let (name, version) = (parts.next()?, parts.next()?);
    (parts.count() >= 3 && !name.is_empty()).then_some((name, version))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn parts_and_places() {
        for (text, package, specifier, marker) in [
            ("torch==2.1.0", "torch", "==2.1.0", None),
            ("  Torch >= 1.13, <2.6 ", "torch", ">= 1.13, <2.6", None),
            ("transformers[torch,vision]>=4.36,<4.50", "transformers", ">=4.36,<4.50", None),
            ("nemo_toolkit [all] ~=2.1 ; python_version >= '3.9'", "nemo-toolkit", "~=2.1", Some("python_version >= '3.9'")),
            ("torch (>=2.0)", "torch", ">=2.0", None),
            ("torch", "torch", "", None),
            ("zope.interface;python_version<'3'", "zope-interface", "", Some("python_version<'3'")),
        ] {
            let read = parse(text, 100, Place::Main).unwrap();
            assert_eq!(read.package, package, "{text}");
            assert_eq!(&text[read.specifier_span.start - 100..read.specifier_span.end - 100], specifier);
            assert_eq!(read.marker.as_deref(), marker, "{text}");
            assert!(text[read.span.start - 100..read.span.end - 100].ends_with(specifier), "{text}");
            assert!(!text[read.span.start - 100..read.span.end - 100].starts_with(' '), "{text}");
        }
    }

    #[test]
    fn addresses() {
        let wheel = "torch @ https://download.example.org/whl/torch-2.1.0%2Bcu118-cp310-cp310-linux_x86_64.whl";
        assert_eq!(parse(wheel, 0, Place::Main).unwrap().knowledge, VersionKnowledge::from_locked("2.1.0+cu118"));
        let bare = "https://example.org/keras-3.8.0-py3-none-any.whl#sha256=00";
        let read = parse(bare, 0, Place::Main).unwrap();
        assert_eq!((read.package.as_str(), read.knowledge), ("keras", VersionKnowledge::from_locked("3.8.0")));
        let git = "git+https://github.com/huggingface/transformers.git@v4.30.0#egg=transformers";
        let read = parse(git, 0, Place::Main).unwrap();
        assert_eq!((read.package.as_str(), read.knowledge), ("transformers", VersionKnowledge::Unknown));
        assert_eq!(
            parse("transformers @ git+https://example.org/t.git@abc", 0, Place::Main).unwrap().knowledge,
            VersionKnowledge::Unknown
        );
    }

    #[test]
    fn no_requirement() {
        for text in ["", "   ", "./local", "../up", "-e .", "[x]", "torch is needed", "https://example.org/x.tar.gz", "=="] {
            assert!(parse(text, 0, Place::Main).is_none(), "{text:?}");
        }
    }

    #[test]
    fn names() {
        assert_eq!(normalise_name("Nemo__Toolkit.-x"), "nemo-toolkit-x");
        assert_eq!(normalise_name("PyTorch_Lightning"), "pytorch-lightning");
        assert_eq!(normalise_name("-_."), "");
    }
}
