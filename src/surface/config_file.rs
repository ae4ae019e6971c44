//! Configuration that a catalogued tool reads: its keys by role, Hydra's `_target_`, and switches by their names.

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Entry, EntryId, EntryKind};
use crate::span::Span;
use crate::usage::{Argument, Literal, Origin, Role, Surface, Use, UseKind, Value};

use super::Reading;
use super::command::{self, Place};
use super::document::{self, Kind, Node, Tree};

/// How many nodes are looked at.
const MAX_STEPS: usize = 200_000;
/// How deep.
const MAX_DEPTH: usize = 100;

/// Roles that make an entry of a configuration worth a use.
pub(super) const SUBJECTS: &[Role] = &[
    Role::RepoId,
    Role::TokenizerId,
    Role::AdapterId,
    Role::BaseId,
    Role::CodeId,
    Role::KernelId,
    Role::RemoteCode,
    Role::DataFiles,
];

/// Reads every document of a tree. `path` is the file's.
pub fn read(reading: &mut Reading<'_>, tree: &Tree, path: &str, surface: Surface) {
    let mut taken: Vec<Span> = Vec::new();
    let file = path.rsplit('/').next().unwrap_or(path);
    let catalog = reading.catalog;
    for root in &tree.roots {
        for (glob, id) in catalog.configs() {
            if fits(glob, if glob.contains('/') { path } else { file }) {
                by_keys(reading, tree, *root, id, surface, &mut taken);
            }
        }
    }
    let mut walk = Walk { tree, surface, steps: 0 };
    for root in &tree.roots {
        walk.node(reading, *root, 0, &mut taken);
    }
}

/// A glob of file names: `*` stands for anything.
fn fits(glob: &str, name: &str) -> bool {
    let mut rest = name;
    let mut parts = glob.split('*');
    let Some(tail) = parts.next().and_then(|first| rest.strip_prefix(first)) else { return false };
    rest = tail;
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = rest.get(at + part.len()..).unwrap_or("");
    }
    rest.ends_with(last)
}

/// A value found by a path of keys: the items taken for each `*`, the key and the value.
struct Hit {
    items: Vec<usize>,
    key: Option<usize>,
    /// The value is an item of a list under the key, not what stands beside it.
    in_list: bool,
    value: usize,
}

fn resolve(tree: &Tree, root: usize, path: &str) -> Vec<Hit> {
    let mut found = vec![Hit { items: Vec::new(), key: None, in_list: false, value: root }];
    for step in path.split('.') {
        let mut next = Vec::new();
        for hit in found {
            match tree.node(hit.value).map(|node| &node.kind) {
                Some(Kind::Sequence(items)) if step == "*" => {
                    for (number, item) in items.iter().enumerate().take(500) {
                        let mut items = hit.items.clone();
                        items.push(number);
                        next.push(Hit { items, key: hit.key, in_list: true, value: *item });
                    }
                }
                Some(Kind::Sequence(items)) => {
                    if let Some(item) = step.parse::<usize>().ok().and_then(|number| items.get(number)) {
                        next.push(Hit { value: *item, in_list: true, ..hit });
                    }
                }
                Some(Kind::Mapping(_)) => {
                    for (number, (key, value)) in tree.pairs(hit.value).into_iter().enumerate().take(500) {
                        if step == "*" {
                            let mut items = hit.items.clone();
                            items.push(number);
                            next.push(Hit { items, key: Some(key), in_list: false, value });
                        } else if tree.text(key) == Some(step) {
                            next.push(Hit { items: hit.items.clone(), key: Some(key), in_list: false, value });
                            break;
                        }
                    }
                }
                _ => {}
            }
            if next.len() > 2000 {
                break;
            }
        }
        found = next;
    }
    found
}

/// The uses of one entry in one document.
fn by_keys(reading: &mut Reading<'_>, tree: &Tree, root: usize, id: EntryId, surface: Surface, taken: &mut Vec<Span>) {
    let entry = reading.catalog.entry(id);
    if !entry.signature.is_empty() && !entry.signature.iter().any(|key| tree.get(root, key).is_some()) {
        return;
    }
    let mut groups: BTreeMap<Vec<usize>, Vec<(Role, Hit)>> = BTreeMap::new();
    for parameter in &entry.parameters {
        for place in &parameter.places {
            let Some(path) = &place.keyword else { continue };
            for hit in resolve(tree, root, path) {
                groups.entry(hit.items.clone()).or_default().push((parameter.role, hit));
            }
        }
    }
    for hits in groups.values() {
        if !hits.iter().any(|(role, _)| SUBJECTS.contains(role)) {
            continue;
        }
        let mut arguments = BTreeMap::new();
        let mut name: Option<(Role, String, Span)> = None;
        for (role, hit) in hits {
            let Some(node) = tree.node(hit.value) else { continue };
            let key = hit.key.and_then(|key| tree.node(key)).filter(|_| !hit.in_list);
            let Some(argument) = argument(node, key) else { continue };
            if matches!(argument.value, Value::Known(Literal::None)) && SUBJECTS.contains(role) {
                continue;
            }
            if name.as_ref().is_none_or(|(present, _, _)| rank(*role) < rank(*present)) {
                let text = hit.key.and_then(|key| tree.text(key)).unwrap_or("").to_owned();
                name = Some((*role, text, key.map_or(node.span, |key| key.span)));
            }
            fields(entry, *role, argument, &mut arguments);
        }
        let Some((_, name, callee)) = name.filter(|(role, ..)| SUBJECTS.contains(role)) else { continue };
        // Two tools that read the same key: the first one tells it.
        let subject = arguments.values().map(|argument: &Argument| argument.span).min();
        if arguments.iter().any(|(role, argument)| SUBJECTS.contains(role) && taken.contains(&argument.value_span)) {
            continue;
        }
        taken.extend(arguments.values().map(|argument| argument.value_span));
        let whole = Span::new(
            subject.map_or(callee.start(), |span| span.start()).min(callee.start()),
            arguments.values().map(|argument| argument.span.end()).max().unwrap_or(callee.end()),
        );
        let statement = arguments.get(&Role::RepoId).map_or(whole, |argument| argument.span);
        let place = Place { unit: reading.unit, surface, whole, statement };
        let mut made = command::blank(UseKind::ConfigEntry, Some(id), &name, place);
        made.callee = callee;
        made.confidence = entry.confidence;
        made.arguments = arguments;
        reading.uses.push(made);
    }
}

fn rank(role: Role) -> usize {
    SUBJECTS.iter().position(|subject| *subject == role).unwrap_or(SUBJECTS.len())
}

/// Puts an argument to its role; `repo [files] [commit]` of `preload_from_hub` is cut into its fields.
fn fields(entry: &Entry, role: Role, argument: Argument, arguments: &mut BTreeMap<Role, Argument>) {
    if let (Role::RepoId, Value::Known(Literal::Str(text)), EntryKind::Config) = (role, &argument.value, entry.kind)
        && text.trim().contains(' ')
        && argument.replaceable
    {
        let base = argument.value_span.start();
        let mut parts = text.split(' ').scan(0, |at, part| {
            let start = *at;
            *at += part.len() + 1;
            Some((start, part))
        });
        let field = |start: usize, part: &str| Argument {
            value: Value::Known(Literal::Str(part.to_owned())),
            value_span: Span::new(base + start, base + start + part.len()),
            ..argument.clone()
        };
        let mut present = parts.by_ref().filter(|(_, part)| !part.is_empty());
        if let Some((start, part)) = present.next() {
            arguments.insert(Role::RepoId, field(start, part));
        }
        if let Some((start, part)) = present.nth(1) {
            arguments.insert(Role::Revision, field(start, part));
        }
        return;
    }
    arguments.entry(role).or_insert(argument);
}

/// The argument that a value under a key is.
fn argument(node: &Node, key: Option<&Node>) -> Option<Argument> {
    let Kind::Scalar { piece, .. } = &node.kind else { return None };
    let value_span = piece.whole();
    let start = key.map_or(node.span.start(), |key| key.span.start().min(node.span.start()));
    let length = value_span.end().saturating_sub(value_span.start());
    let value = document::value(node);
    let known = !matches!(value, Value::Unknown(_));
    Some(Argument {
        value,
        span: Span::new(start, node.span.end()),
        value_span,
        origin: Origin::Config,
        definition: None,
        replaceable: known && length == piece.text.len() && length > 0,
    })
}

struct Walk<'t> {
    tree: &'t Tree,
    surface: Surface,
    steps: usize,
}

impl Walk<'_> {
    fn node(&mut self, reading: &mut Reading<'_>, id: usize, depth: usize, taken: &mut Vec<Span>) {
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return;
        }
        match self.tree.node(id).map(|node| &node.kind) {
            Some(Kind::Sequence(items)) => {
                for item in items {
                    self.node(reading, *item, depth + 1, taken);
                }
            }
            // The pairs as written: merged ones are met where they stand.
            Some(Kind::Mapping(pairs)) => {
                self.target(reading, id, taken);
                for (key, value) in pairs {
                    self.switch(reading, *key, *value, taken);
                    self.node(reading, *value, depth + 1, taken);
                }
            }
            _ => {}
        }
    }

    /// `_target_: transformers.AutoModel.from_pretrained` with its arguments beside it.
    fn target(&self, reading: &mut Reading<'_>, id: usize, taken: &mut Vec<Span>) {
        let Some(value) = self.tree.get(id, "_target_") else { return };
        let (Some(qualified), Some(node)) = (self.tree.text(value), self.tree.node(value)) else { return };
        let catalog: &Catalog = reading.catalog;
        let Some(entry_id) = catalog.callable(qualified) else { return };
        let entry = catalog.entry(entry_id);
        let mut arguments = BTreeMap::new();
        for parameter in &entry.parameters {
            for place in &parameter.places {
                let path = match (&place.keyword, place.nested.as_slice()) {
                    (Some(keyword), _) => keyword.clone(),
                    (None, []) => continue,
                    (None, nested) => nested.join("."),
                };
                let mut hits = resolve(self.tree, id, &path);
                if hits.is_empty()
                    && let Some(position) = place.position
                {
                    hits = resolve(self.tree, id, &format!("_args_.{position}"));
                }
                let Some(hit) = hits.into_iter().next() else { continue };
                let key = hit.key.and_then(|key| self.tree.node(key));
                if let Some(argument) = self.tree.node(hit.value).and_then(|node| argument(node, key)) {
                    taken.push(argument.value_span);
                    arguments.entry(parameter.role).or_insert(argument);
                }
            }
        }
        let end = arguments.values().map(|argument: &Argument| argument.span.end()).max().unwrap_or(node.span.end());
        let whole = Span::new(node.span.start(), end.max(node.span.end()));
        let place = Place { unit: reading.unit, surface: self.surface, whole, statement: whole };
        let mut parts = qualified.rsplit('.');
        let last = parts.next().unwrap_or(qualified);
        let name = match parts.next() {
            Some(owner) if owner.starts_with(char::is_uppercase) => format!("{owner}.{last}"),
            _ => last.to_owned(),
        };
        let mut made = command::blank(UseKind::ConfigEntry, Some(entry_id), &name, place);
        made.qualified = qualified.to_owned();
        made.callee = node.span;
        made.arguments = arguments;
        reading.uses.push(made);
    }

    /// `trust_remote_code: true` anywhere.
    fn switch(&self, reading: &mut Reading<'_>, key: usize, value: usize, taken: &[Span]) {
        let Some(name) = self.tree.text(key) else { return };
        let Some(id) = reading.catalog.switch(name) else { return };
        let (Some(key), Some(node)) = (self.tree.node(key), self.tree.node(value)) else { return };
        let Some(argument) = argument(node, Some(key)) else { return };
        if taken.contains(&argument.value_span) {
            return;
        }
        let known = match &argument.value {
            Value::Known(Literal::Bool(_) | Literal::Int(_)) => true,
            Value::Known(Literal::Str(text)) => command::is_bool(text),
            _ => false,
        };
        let Some(role) = reading.catalog.entry(id).parameters.first().map(|parameter| parameter.role).filter(|_| known) else {
            return;
        };
        let place = Place { unit: reading.unit, surface: self.surface, whole: argument.span, statement: argument.span };
        let mut made: Use = command::blank(UseKind::Switch, Some(id), name, place);
        made.callee = key.span;
        made.arguments = BTreeMap::from([(role, argument)]);
        reading.uses.push(made);
    }
}
