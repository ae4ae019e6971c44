//! Generated configuration files: for every `[[config]]` entry a document that a rule must flag, and its safe form.

use std::collections::BTreeMap;

use super::generated::{COMMIT, Made, secret};
use super::model::{Entry, Pin, RepoKind, RunsCode};
use crate::usage::Role;

/// An id that no rule about names minds, and one that swaps a letter of a well-known owner for a digit.
const ID: &str = "example-org/example-name";
const GENUINE: &str = "meta-llama/Llama-3.1-8B";
const LOOK_ALIKE: &str = "meta-1lama/Llama-3.1-8B";

/// A document: keys and values as the file would hold them.
#[derive(Clone, Debug)]
enum Node {
    Text(String),
    True,
    List(Vec<Node>),
    Map(BTreeMap<String, Node>),
}

/// The documents of an entry for one pattern of file names.
pub(super) fn documents(entry: &Entry, glob: &str) -> Vec<Made> {
    let file = glob.replace('*', "example");
    let write = |values: &[(Role, &str)]| text(entry, &file, values);
    let given = |role: Role| entry.parameter(role).is_some();
    let id_role = [Role::RepoId, Role::CodeId].into_iter().find(|role| given(*role));
    let mut made = Vec::new();
    let Some(id_role) = id_role else { return made };
    let mut push = |bad: String, good: Option<String>, expected: Vec<&'static str>| {
        made.push(Made { file: file.clone(), bad, good, expected });
    };
    if id_role == Role::CodeId {
        // Code of another repository, whose name alone is judged here.
        let code = |id: &str| format!("{id}--modeling.Model");
        push(write(&[(id_role, &code(LOOK_ALIKE))]), Some(write(&[(id_role, &code(GENUINE))])), vec!["typosquatted-repo"]);
        return made;
    }
    let address = entry.repo == Some(RepoKind::Url);
    let id = |name: &str| if address { format!("https://huggingface.co/{name}") } else { name.to_owned() };
    push(write(&[(id_role, &id(LOOK_ALIKE))]), Some(write(&[(id_role, &id(GENUINE))])), vec!["typosquatted-repo"]);
    let pinned_in_place = format!("{ID} config.json {COMMIT}");
    let pinned = match entry.pin {
        Pin::Keyword => Some(write(&[(id_role, ID), (Role::Revision, COMMIT)])),
        // The third word of an item of `preload_from_hub`.
        Pin::Address => Some(write(&[(id_role, &pinned_in_place)])),
        _ => None,
    };
    if !matches!(entry.pin, Pin::None) {
        let expected = match entry.runs_code {
            RunsCode::No | RunsCode::OptIn => vec!["unpinned-revision"],
            _ => vec!["implicit-remote-code", "unpinned-revision"],
        };
        push(write(&[(id_role, ID)]), pinned.clone(), expected);
    }
    if given(Role::RemoteCode) {
        let bad = write(&[(id_role, ID), (Role::Revision, COMMIT), (Role::RemoteCode, "true")]);
        push(bad, pinned.clone(), vec!["trust-remote-code"]);
    }
    if given(Role::AdapterId) {
        let bad = write(&[(id_role, ID), (Role::Revision, COMMIT), (Role::AdapterId, LOOK_ALIKE)]);
        let good = write(&[(id_role, ID), (Role::Revision, COMMIT), (Role::AdapterId, GENUINE)]);
        push(bad, Some(good), vec!["typosquatted-repo"]);
    }
    if given(Role::Token) {
        let bad = write(&[(id_role, ID), (Role::Revision, COMMIT), (Role::Token, &secret())]);
        push(bad, pinned, vec!["leaked-token"]);
    }
    made
}

/// A document with these values at the first place of each role, and a key by which the tool knows its file.
fn text(entry: &Entry, file: &str, values: &[(Role, &str)]) -> String {
    let mut root = Node::Map(BTreeMap::new());
    for (role, value) in values {
        let place = entry.parameter(*role).and_then(|parameter| parameter.places.first());
        if let Some(path) = place.and_then(|place| place.keyword.as_deref()) {
            let value = if *value == "true" { Node::True } else { Node::Text((*value).to_owned()) };
            let steps: Vec<&str> = path.split('.').collect();
            put(&mut root, &steps, value);
        }
    }
    if let (Node::Map(map), false) = (&mut root, entry.signature.is_empty())
        && !entry.signature.iter().any(|key| map.contains_key(key))
        && let Some(key) = entry.signature.first()
    {
        map.insert(key.clone(), Node::Text("example".to_owned()));
    }
    let mut out = String::new();
    match file.rsplit('.').next() {
        Some("json") => json(&root, &mut out),
        Some("gitmodules") => {
            out.push_str("[submodule \"example\"]\n\tpath = example\n");
            if let Node::Map(map) = &root {
                for (key, value) in map {
                    if let Node::Text(value) = value {
                        out.push_str(&format!("\t{key} = {value}\n"));
                    }
                }
            }
        }
        Some("md") => {
            out.push_str("---\n");
            yaml(&root, 0, &mut out);
            out.push_str("---\n\n# Example\n");
        }
        _ => yaml(&root, 0, &mut out),
    }
    if !out.ends_with('\n') {
        out.push('\n');
    }
    out
}

/// Puts a value at a path; `*` and `0` are the first item of a list, or the first key where items have names.
fn put(node: &mut Node, path: &[&str], value: Node) {
    let Some((step, rest)) = path.split_first() else {
        *node = value;
        return;
    };
    let named = matches!(node, Node::Map(map) if !map.is_empty()) || !matches!(*step, "*" | "0");
    if named {
        if !matches!(node, Node::Map(_)) {
            *node = Node::Map(BTreeMap::new());
        }
        if let Node::Map(map) = node {
            let inner = map.entry((*step).to_owned()).or_insert_with(|| Node::Map(BTreeMap::new()));
            put(inner, rest, value);
        }
        return;
    }
    if !matches!(node, Node::List(_)) {
        *node = Node::List(vec![Node::Map(BTreeMap::new())]);
    }
    if let Node::List(items) = node
        && let Some(first) = items.first_mut()
    {
        put(first, rest, value);
    }
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn json(node: &Node, out: &mut String) {
    match node {
        Node::Text(text) => out.push_str(&quoted(text)),
        Node::True => out.push_str("true"),
        Node::List(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                json(item, out);
            }
            out.push(']');
        }
        Node::Map(map) => {
            out.push('{');
            for (index, (key, value)) in map.iter().enumerate() {
                out.push_str(if index == 0 { "" } else { ", " });
                out.push_str(&quoted(key));
                out.push_str(": ");
                json(value, out);
            }
            out.push('}');
        }
    }
}

/// Block style, as people write it: two spaces a level, items of lists at `- `.
fn yaml(node: &Node, indent: usize, out: &mut String) {
    match node {
        Node::Text(text) => out.push_str(text),
        Node::True => out.push_str("true"),
        Node::List(items) => {
            for item in items {
                out.push_str(&format!("{}- ", " ".repeat(indent)));
                match item {
                    Node::Map(_) => {
                        let mut inner = String::new();
                        yaml(item, indent + 2, &mut inner);
                        out.push_str(inner.trim_start());
                    }
                    _ => {
                        yaml(item, indent + 2, out);
                        out.push('\n');
                    }
                }
            }
        }
        Node::Map(map) => {
            for (key, value) in map {
                out.push_str(&format!("{}{key}:", " ".repeat(indent)));
                match value {
                    Node::List(_) | Node::Map(_) => {
                        out.push('\n');
                        yaml(value, indent + 2, out);
                    }
                    _ => {
                        out.push(' ');
                        yaml(value, indent, out);
                        out.push('\n');
                    }
                }
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn paths_become_documents() {
        let mut root = Node::Map(BTreeMap::new());
        put(&mut root, &["datasets", "*", "path"], Node::Text("org/data".to_owned()));
        put(&mut root, &["datasets", "*", "revision"], Node::Text("main".to_owned()));
        put(&mut root, &["trust_remote_code"], Node::True);
        let (mut as_yaml, mut as_json) = (String::new(), String::new());
        yaml(&root, 0, &mut as_yaml);
        json(&root, &mut as_json);
        assert_eq!(as_yaml, "datasets:\n  - path: org/data\n    revision: main\ntrust_remote_code: true\n");
        assert_eq!(as_json, r#"{"datasets": [{"path": "org/data", "revision": "main"}], "trust_remote_code": true}"#);
    }
}
