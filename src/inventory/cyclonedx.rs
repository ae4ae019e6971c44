//! The inventory as a CycloneDX 1.6 bill of materials: one component for each repository and revision, with its places as
//! evidence. The same project gives the same bytes: no random serial number, no time stamp.

use std::collections::BTreeMap;
use std::io::{self, Write};

use serde_json::{Map, Value, json};

use super::{Inventory, Kind, Repository, Row, Switch};
use crate::hub::percent::encode_segment;

/// Occurrences that one component lists; a count stands in its properties.
const MOST_OCCURRENCES: usize = 10_000;

/// Prints the bill.
///
/// # Errors
/// When it cannot be written.
pub fn write(inventory: &Inventory, out: &mut dyn Write) -> io::Result<()> {
    crate::report::clean::write_json_pretty(out, &bill(inventory))?;
    writeln!(out)
}

/// The bill as a value.
#[must_use]
pub fn bill(inventory: &Inventory) -> Value {
    let project = if inventory.project.is_empty() { "project" } else { inventory.project.as_str() };
    let root = "project";
    let mut components = Vec::new();
    let mut references = Vec::new();
    for repository in &inventory.repositories {
        let Some(id) = &repository.id else { continue };
        for (version, rows) in by_version(repository) {
            let (reference, component) = component(repository, id, version, &rows);
            references.push(reference);
            components.push(component);
        }
    }
    references.sort();
    components.sort_by_cached_key(|component| component.get("bom-ref").and_then(Value::as_str).unwrap_or("").to_owned());
    let unresolved: usize =
        inventory.repositories.iter().filter(|repository| repository.id.is_none()).map(|it| it.rows.len()).sum();
    let mut dependencies = vec![json!({ "ref": root, "dependsOn": references })];
    dependencies.extend(references.iter().map(|reference| json!({ "ref": reference })));
    json!({
        "$schema": "http://cyclonedx.org/schema/bom-1.6.schema.json",
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {
            "tools": { "components": [{
                "type": "application",
                "name": "hublint",
                "version": env!("CARGO_PKG_VERSION"),
            }]},
            "component": { "type": "application", "bom-ref": root, "name": project },
            "properties": [
                property("online", if inventory.online { "true" } else { "false" }),
                property("unresolved", &unresolved.to_string()),
                property("unread-files", &inventory.problems.len().to_string()),
            ],
        },
        "components": components,
        "dependencies": dependencies,
        // A load whose repository is decided at run time is no component: the list is then known to lack something.
        "compositions": [{
            "aggregate": if unresolved == 0 && inventory.problems.is_empty() { "unknown" } else { "incomplete" },
            "dependencies": [root],
        }],
    })
}

/// Rows by commit or revision.
fn by_version(repository: &Repository) -> BTreeMap<Option<&str>, Vec<&Row>> {
    let mut found: BTreeMap<Option<&str>, Vec<&Row>> = BTreeMap::new();
    for row in &repository.rows {
        found.entry(row.version()).or_default().push(row);
    }
    found
}

fn component(repository: &Repository, id: &str, version: Option<&str>, rows: &[&Row]) -> (String, Value) {
    let kind = repository.kind;
    let reference = match version {
        Some(version) => format!("{}:{id}@{version}", kind.word()),
        None => format!("{}:{id}", kind.word()),
    };
    let mut made = Map::new();
    made.insert("type".to_owned(), json!(component_type(kind)));
    made.insert("bom-ref".to_owned(), json!(reference));
    let (group, name) = match (kind, id.rsplit_once('/')) {
        (Kind::Url, _) | (_, None) => (None, id),
        (_, Some((group, name))) => (Some(group), name),
    };
    if let Some(group) = group {
        made.insert("group".to_owned(), json!(group));
    }
    made.insert("name".to_owned(), json!(if name.is_empty() { id } else { name }));
    if let Some(version) = version {
        made.insert("version".to_owned(), json!(version));
    }
    if let Some(license) = repository.online.as_ref().and_then(|online| online.license.as_ref()) {
        // The Hub's words are not SPDX ids (`llama3.1`), so they stand as a name.
        made.insert("licenses".to_owned(), json!([{ "license": { "name": license } }]));
    }
    let commit = rows.iter().find_map(|row| row.commit.as_deref());
    if let Some(purl) = purl(kind, id, commit, version) {
        made.insert("purl".to_owned(), json!(purl));
    }
    if let Some(address) = address(kind, id) {
        made.insert("externalReferences".to_owned(), json!([{ "type": "distribution", "url": address }]));
    }
    made.insert("properties".to_owned(), Value::Array(properties(repository, rows, version)));
    let occurrences: Vec<Value> = rows.iter().take(MOST_OCCURRENCES).map(|row| occurrence(row)).collect();
    made.insert("evidence".to_owned(), json!({ "occurrences": occurrences }));
    (reference, Value::Object(made))
}

fn component_type(kind: Kind) -> &'static str {
    match kind {
        Kind::Model | Kind::TorchHub | Kind::Repository => "machine-learning-model",
        Kind::Dataset => "data",
        Kind::Space => "application",
        Kind::Kernel => "library",
        Kind::Url => "file",
    }
}

/// The package URL. Case is kept: the ids are case-sensitive, and look-alikes live from that. The version is a commit
/// or nothing, as the definition of the type says.
fn purl(kind: Kind, id: &str, commit: Option<&str>, version: Option<&str>) -> Option<String> {
    let path: Vec<String> = id.split('/').map(encode_segment).collect();
    let path = path.join("/");
    let at = |version: Option<&str>| version.map_or_else(String::new, |version| format!("@{}", encode_segment(version)));
    Some(match kind {
        Kind::Model => format!("pkg:huggingface/{path}{}", at(commit)),
        Kind::Dataset => format!("pkg:huggingface/datasets/{path}{}", at(commit)),
        Kind::Space => format!("pkg:huggingface/spaces/{path}{}", at(commit)),
        Kind::Kernel => format!("pkg:huggingface/kernels/{path}{}", at(commit)),
        // The type's definition asks for lower case.
        Kind::TorchHub => format!("pkg:github/{}{}", path.to_lowercase(), at(version)),
        Kind::Repository | Kind::Url => return None,
    })
}

/// Where it lies; only for ids that are legal in an address.
fn address(kind: Kind, id: &str) -> Option<String> {
    let plain = id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'/'));
    match kind {
        Kind::Url => {
            let legal = id.bytes().all(|byte| {
                byte.is_ascii_graphic() && !matches!(byte, b'<' | b'>' | b'"' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}')
            });
            legal.then(|| id.to_owned())
        }
        _ if !plain => None,
        Kind::Model => Some(format!("https://huggingface.co/{id}")),
        Kind::Dataset => Some(format!("https://huggingface.co/datasets/{id}")),
        Kind::Space => Some(format!("https://huggingface.co/spaces/{id}")),
        Kind::Kernel => Some(format!("https://huggingface.co/kernels/{id}")),
        Kind::TorchHub => Some(format!("https://github.com/{id}")),
        Kind::Repository => None,
    }
}

fn property(name: &str, value: &str) -> Value {
    json!({ "name": format!("hublint:{name}"), "value": value })
}

fn properties(repository: &Repository, rows: &[&Row], version: Option<&str>) -> Vec<Value> {
    let mut found: BTreeMap<(&str, String), ()> = BTreeMap::new();
    let mut put = |name: &'static str, value: &str| {
        if !value.is_empty() {
            found.insert((name, value.to_owned()), ());
        }
    };
    for row in rows {
        put("pinned", row.pinned.word());
        put("pin", &row.pin);
        put("pin-source", row.how.as_deref().unwrap_or(""));
        put("role", &row.role);
        put("format", row.format.as_deref().unwrap_or(""));
        put("code-revision", row.code_revision.as_deref().unwrap_or(""));
        put("tokenizer-revision", row.tokenizer_revision.as_deref().unwrap_or(""));
        put("revision", row.revision.as_deref().unwrap_or(""));
        put("written", row.written.as_deref().unwrap_or(""));
        for other in &row.companions {
            put("companion", &format!("{}={}", other.role, other.id));
        }
        for term in &row.policy {
            put("policy", term);
        }
        for finding in &row.findings {
            put("finding", &if finding.suppressed { format!("{} (silenced)", finding.rule) } else { finding.rule.clone() });
        }
        if row.dynamic {
            put("dynamic", "true");
        }
    }
    let code = if rows.iter().any(|row| row.remote_code == Switch::On) {
        "on"
    } else if rows.iter().any(|row| row.remote_code == Switch::Unknown) {
        "unknown"
    } else {
        "off"
    };
    put("remote-code", code);
    put("type", repository.kind.word());
    put("places", &rows.len().to_string());
    put("risk", rows.iter().filter_map(|row| row.risk()).max().map_or("none", super::Risk::word));
    let unknown = "unknown";
    let online = repository.online.as_ref();
    let text = |value: Option<&String>| value.map_or(unknown, String::as_str).to_owned();
    put("license", &text(online.and_then(|online| online.license.as_ref())));
    put("gated", &text(online.and_then(|online| online.gated.as_ref())));
    put("last-modified", &text(online.and_then(|online| online.last_modified.as_ref())));
    let security = online.and_then(|online| online.security.as_ref());
    put(
        "security",
        &security
            .map_or(unknown.to_owned(), |issues| if issues.is_empty() { "no issue found".to_owned() } else { issues.join("; ") }),
    );
    if let Some(online) = online {
        let reference = version.unwrap_or(crate::hub::repo::DEFAULT_REFERENCE);
        put("hub-commit", online.commits.get(reference).map_or(unknown, String::as_str));
        put("renamed-to", online.renamed_to.as_deref().unwrap_or(""));
        put("hub-problem", online.problem.as_deref().unwrap_or(""));
    }
    found.into_keys().map(|(name, value)| property(name, &value)).collect()
}

fn occurrence(row: &Row) -> Value {
    let mut made = Map::new();
    made.insert("location".to_owned(), json!(row.path));
    made.insert("line".to_owned(), json!(row.line));
    made.insert("symbol".to_owned(), json!(row.loader));
    let mut context = vec![row.surface.clone()];
    if let Some(cell) = row.cell {
        context.push(format!("cell {cell}"));
    }
    if let Some(defined) = &row.defined {
        context.push(format!("id defined at {defined}"));
    }
    made.insert("additionalContext".to_owned(), json!(context.join(", ")));
    Value::Object(made)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn package_urls_keep_case_and_take_commits_only() {
        let sha = "0123456789abcdef0123456789abcdef01234567";
        assert_eq!(purl(Kind::Model, "BAAI/bge-M3", Some(sha), Some(sha)).unwrap(), format!("pkg:huggingface/BAAI/bge-M3@{sha}"));
        assert_eq!(purl(Kind::Model, "gpt2", None, Some("main")).unwrap(), "pkg:huggingface/gpt2");
        assert_eq!(purl(Kind::Dataset, "a/b", None, None).unwrap(), "pkg:huggingface/datasets/a/b");
        assert_eq!(purl(Kind::TorchHub, "PyTorch/vision", None, Some("v0.10.0")).unwrap(), "pkg:github/pytorch/vision@v0.10.0");
        assert_eq!(purl(Kind::Model, "a b/c@d", None, None).unwrap(), "pkg:huggingface/a%20b/c%40d");
    }
}
