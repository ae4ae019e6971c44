//! `pyproject.toml` in its dialects, and `Pipfile`.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::requirement::{self, normalise_name};
use super::toml_text::{self, content_or_token};
use super::{Manifest, Place, Requirement, VersionKnowledge, requirements_file};

/// Tables of arrays of PEP 508 strings, by their path.
const GROUPED: &[(&[&str], Place)] = &[
    (&["project", "optional-dependencies"], Place::Optional),
    (&["dependency-groups"], Place::Optional),
    (&["tool", "pdm", "dev-dependencies"], Place::Optional),
];

/// Arrays of PEP 508 strings, by their path.
const LISTED: &[(&[&str], Place)] = &[
    (&["project", "dependencies"], Place::Main),
    (&["tool", "uv", "dev-dependencies"], Place::Optional),
    (&["tool", "uv", "constraint-dependencies"], Place::Constraint),
    (&["tool", "uv", "override-dependencies"], Place::Override),
    (&["tool", "rye", "dev-dependencies"], Place::Optional),
];

/// Tables that map a package to a version in Poetry's language.
const POETRY: &[(&[&str], Place)] =
    &[(&["tool", "poetry", "dependencies"], Place::Main), (&["tool", "poetry", "dev-dependencies"], Place::Optional)];

pub(super) fn read(text: &str, resolver: &dyn Fn(&str) -> Option<String>) -> Manifest {
    let mut manifest = Manifest::default();
    let document = toml_text::parse(text, &mut manifest);
    let document = document.get_ref();
    let found = &mut manifest.requirements;
    for (path, place) in LISTED {
        if let Some(array) = toml_text::lookup(document, path) {
            push_strings(text, array, *place, found);
        }
    }
    for (path, place) in GROUPED {
        for (_, array) in toml_text::table(document, path).into_iter().flatten() {
            push_strings(text, array, *place, found);
        }
    }
    for (path, place) in POETRY {
        if let Some(table) = toml_text::table(document, path) {
            push_table(text, table, *place, VersionKnowledge::from_poetry, found);
        }
    }
    for (_, group) in toml_text::table(document, &["tool", "poetry", "group"]).into_iter().flatten() {
        if let Some(table) = group.get_ref().as_table().and_then(|group| toml_text::table(group, &["dependencies"])) {
            push_table(text, table, Place::Optional, VersionKnowledge::from_poetry, found);
        }
    }
    if let Some(table) = toml_text::table(document, &["tool", "pdm", "resolution", "overrides"]) {
        push_table(text, table, Place::Override, VersionKnowledge::from_poetry, found);
    }
    for (_, environment) in toml_text::table(document, &["tool", "hatch", "envs"]).into_iter().flatten() {
        let Some(environment) = environment.get_ref().as_table() else {
            continue;
        };
        for key in ["dependencies", "extra-dependencies"] {
            if let Some(array) = environment.get(key) {
                push_strings(text, array, Place::Optional, found);
            }
        }
    }
    found.sort_by_key(|requirement| requirement.span.start);
    read_dynamic(document, resolver, &mut manifest);
    manifest
}

/// `[tool.setuptools.dynamic] dependencies = { file = ["requirements.txt"] }`.
fn read_dynamic(document: &DeTable<'_>, resolver: &dyn Fn(&str) -> Option<String>, manifest: &mut Manifest) {
    let Some(dynamic) = toml_text::table(document, &["tool", "setuptools", "dynamic"]) else {
        return;
    };
    let mut include = |table: &DeTable<'_>, place: Place| {
        let Some(file) = table.get("file") else {
            return;
        };
        let single = file.get_ref().as_str().into_iter();
        for path in single.chain(toml_text::strings(file).map(|(path, _)| path)).take(16) {
            let mut inner = requirements_file::read_named(path, place, resolver);
            manifest.requirements.append(&mut inner.requirements);
            manifest.problems.append(&mut inner.problems);
        }
    };
    if let Some(table) = toml_text::table(dynamic, &["dependencies"]) {
        include(table, Place::Main);
    }
    for (_, group) in toml_text::table(dynamic, &["optional-dependencies"]).into_iter().flatten().take(16) {
        if let Some(table) = group.get_ref().as_table() {
            include(table, Place::Optional);
        }
    }
}

pub(super) fn read_pipfile(text: &str) -> Manifest {
    let mut manifest = Manifest::default();
    let document = toml_text::parse(text, &mut manifest);
    for (section, place) in [("packages", Place::Main), ("dev-packages", Place::Optional)] {
        if let Some(table) = toml_text::table(document.get_ref(), &[section]) {
            push_table(text, table, place, VersionKnowledge::from_poetry, &mut manifest.requirements);
        }
    }
    manifest.requirements.sort_by_key(|requirement| requirement.span.start);
    manifest
}

/// Reads an array of PEP 508 strings; tables in it (`{ include-group = ".." }`) name no package.
fn push_strings(text: &str, array: &Spanned<DeValue<'_>>, place: Place, found: &mut Vec<Requirement>) {
    for (value, token) in toml_text::strings(array) {
        let inner = toml_text::content(text, value, &token);
        let offset = inner.as_ref().map_or(token.start, |inner| inner.start);
        let Some(mut requirement) = requirement::parse(value, offset, place) else {
            continue;
        };
        if inner.is_none() {
            // With escapes in the string, places inside it are not places in the file.
            requirement.span = token.clone();
            requirement.specifier_span = token.end..token.end;
        }
        found.push(requirement);
    }
}

/// Reads a table from package to version, or to a table with `version`, or to a list of such tables.
fn push_table(text: &str, table: &DeTable<'_>, place: Place, read: fn(&str) -> VersionKnowledge, found: &mut Vec<Requirement>) {
    for (key, value) in table {
        let package = normalise_name(key.get_ref());
        if package == "python" {
            continue;
        }
        let alternatives: Vec<&Spanned<DeValue<'_>>> = match value.get_ref().as_array() {
            Some(array) => array.iter().collect(),
            None => vec![value],
        };
        for alternative in alternatives {
            let (version, marker) = match alternative.get_ref() {
                DeValue::String(version) => (Some((version.as_ref(), alternative.span())), None),
                DeValue::Table(options) => {
                    let version = options.get("version");
                    let marker = ["markers", "platform", "python"].iter().find_map(|key| options.get(*key));
                    (
                        version.and_then(|version| Some((version.get_ref().as_str()?, version.span()))),
                        marker.and_then(|marker| marker.get_ref().as_str().map(str::to_owned)),
                    )
                }
                _ => (None, None),
            };
            let key_span: Range<usize> = key.span();
            let (knowledge, specifier_span) = match version {
                Some((version, token)) => (read(version), content_or_token(text, version, &token)),
                None => (VersionKnowledge::Unknown, key_span.end..key_span.end),
            };
            // In a list of alternatives each one stands on its own line.
            let start = if value.get_ref().is_array() { alternative.span().start } else { key_span.start };
            let end = specifier_span.end.max(if value.get_ref().is_array() { alternative.span().start } else { key_span.end });
            found.push(Requirement {
                package: package.clone(),
                knowledge,
                span: start.min(specifier_span.start)..end,
                specifier_span,
                place,
                marker,
                file: None,
            });
        }
    }
}
