//! Names to entries. The same tables serve the built-in facts (written out by the build script as constants, so that a
//! start costs nothing and one library more costs nothing) and a user's own (made when they are loaded).

use std::borrow::Cow;
use std::cmp::Reverse;

use super::model::{EntryId, EntryKind};
use super::schema::{LibraryFile, RawEntry};

/// A name and what it leads to.
pub type Row<T> = (Cow<'static, str>, T);

/// An import root, a pattern that begins with it, and what it leads to.
pub type Glob = (Cow<'static, str>, Cow<'static, str>, EntryId);

/// Sorted tables of one layer (built in, or a user's own).
#[derive(Clone, Debug)]
pub struct Index {
    /// Callables by qualified name; of several versions the newest stands first.
    pub exact: Cow<'static, [Row<EntryId>]>,
    /// Patterns by import root, the most specific first: root, pattern, entry.
    pub globs: Cow<'static, [Glob]>,
    /// Methods that match on any receiver, by name.
    pub methods: Cow<'static, [Row<EntryId>]>,
    /// Commands by their words.
    pub commands: Cow<'static, [Row<EntryId>]>,
    /// Environment variables by name.
    pub environment: Cow<'static, [Row<EntryId>]>,
    /// Switch words by name.
    pub switches: Cow<'static, [Row<EntryId>]>,
    /// Configuration files: glob, entry.
    pub configs: Cow<'static, [Row<EntryId>]>,
    /// Import roots with the libraries that have them.
    pub roots: Cow<'static, [Row<u16>]>,
}

/// What is known of a library without reading its facts.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its id.
    pub id: Cow<'static, str>,
    /// Its distribution.
    pub package: Cow<'static, str>,
    /// Import roots.
    pub imports: Cow<'static, [Cow<'static, str>]>,
    /// Last segments of its callables, sorted, each once.
    pub words: Cow<'static, [Cow<'static, str>]>,
}

/// Makes the tables and heads of some libraries; the first of them gets the number `first`.
#[must_use]
pub fn build(files: &[LibraryFile], first: usize) -> (Index, Vec<Head>) {
    let mut exact: Vec<(Row<EntryId>, Version)> = Vec::new();
    let mut globs = Vec::new();
    let mut methods = Vec::new();
    let mut commands: Vec<(Row<EntryId>, Version)> = Vec::new();
    let mut environment = Vec::new();
    let mut switches = Vec::new();
    let mut configs = Vec::new();
    let mut roots = Vec::new();
    let mut heads = Vec::new();
    for (index, file) in files.iter().enumerate() {
        let library = u16::try_from(first + index).unwrap_or(u16::MAX);
        let mut words: Vec<Cow<'static, str>> = Vec::new();
        let mut number: u16 = 0;
        for (kind, _, entries) in super::load::tables(file) {
            for entry in entries {
                let id = EntryId { library, entry: number };
                number = number.saturating_add(1);
                for name in &entry.names {
                    let row = (Cow::Owned(name.clone()), id);
                    match kind {
                        EntryKind::Callable => {
                            let last = last_segment(name);
                            if !last.contains('*') {
                                words.push(Cow::Owned(last.to_owned()));
                            }
                            if entry.any_receiver && !last.contains('*') {
                                methods.push((Cow::Owned(last.to_owned()), id));
                            }
                            if name.contains('*') {
                                let root = name.split('.').next().unwrap_or_default();
                                globs.push((Cow::Owned(root.to_owned()), row.0, id));
                            } else {
                                exact.push((row, version_key(entry)));
                            }
                        }
                        EntryKind::Command => commands.push((row, version_key(entry))),
                        EntryKind::Environment => environment.push(row),
                        EntryKind::Switch => switches.push(row),
                        EntryKind::Config => configs.push(row),
                    }
                }
            }
        }
        for root in &file.imports {
            roots.push((Cow::Owned(root.clone()), library));
        }
        words.sort();
        words.dedup();
        heads.push(Head {
            id: Cow::Owned(file.library.clone()),
            package: Cow::Owned(file.package.clone()),
            imports: file.imports.iter().cloned().map(Cow::Owned).collect(),
            words: Cow::Owned(words),
        });
    }
    globs.sort_by(|left, right| {
        (&left.0, Reverse(specificity(&left.1)), &left.1, left.2).cmp(&(
            &right.0,
            Reverse(specificity(&right.1)),
            &right.1,
            right.2,
        ))
    });
    for rows in [&mut methods, &mut environment, &mut switches, &mut configs] {
        rows.sort();
        rows.dedup();
    }
    roots.sort();
    let index = Index {
        exact: newest_first(exact),
        globs: Cow::Owned(globs),
        methods: Cow::Owned(methods),
        commands: newest_first(commands),
        environment: Cow::Owned(environment),
        switches: Cow::Owned(switches),
        configs: Cow::Owned(configs),
        roots: Cow::Owned(roots),
    };
    (index, heads)
}

/// Sorts before older variants: without an upper bound first.
type Version = (bool, Reverse<Vec<u32>>);

fn version_key(entry: &RawEntry) -> Version {
    let numbers = |text: &str| text.split('.').map(|part| part.parse().unwrap_or(0)).collect::<Vec<u32>>();
    (entry.until.is_some(), Reverse(entry.until.as_deref().map(numbers).unwrap_or_default()))
}

fn newest_first(mut rows: Vec<(Row<EntryId>, Version)>) -> Cow<'static, [Row<EntryId>]> {
    rows.sort_by(|left, right| (&left.0.0, &left.1, left.0.1).cmp(&(&right.0.0, &right.1, right.0.1)));
    rows.into_iter().map(|(row, _)| row).collect()
}

/// How much a pattern says: its literal characters, outside the wildcards.
#[must_use]
pub fn specificity(pattern: &str) -> usize {
    pattern.chars().filter(|character| *character != '*').count()
}

/// The part after the last dot.
#[must_use]
pub fn last_segment(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

/// All rows of a name in a sorted table.
pub fn rows<'a, T>(table: &'a [Row<T>], name: &str) -> &'a [Row<T>] {
    let start = table.partition_point(|row| row.0.as_ref() < name);
    let tail = table.get(start..).unwrap_or_default();
    let count = tail.iter().take_while(|row| row.0 == name).count();
    tail.get(..count).unwrap_or_default()
}

impl Index {
    /// The entries of a qualified name: exact first (the newest version first), then the most specific pattern.
    pub fn callables(&self, qualified: &str) -> impl Iterator<Item = EntryId> {
        let exact = rows(&self.exact, qualified).iter().map(|row| row.1);
        let root = qualified.split('.').next().unwrap_or_default();
        let start = self.globs.partition_point(|row| row.0.as_ref() < root);
        let globs = self
            .globs
            .get(start..)
            .unwrap_or_default()
            .iter()
            .take_while(move |row| row.0 == root)
            .filter(move |row| matches(&row.1, qualified))
            .map(|row| row.2);
        exact.chain(globs)
    }
}

/// Whether a dotted pattern matches a dotted name: a segment `*` stands for one or more segments, a `*` in a segment for
/// any part of it.
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    // Two cursors with one point of return (the last `*` segment): linear in practice, never exponential.
    let pattern: Vec<&str> = pattern.split('.').collect();
    let name: Vec<&str> = name.split('.').collect();
    let (mut at, mut position) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while let Some(segment) = name.get(position) {
        match pattern.get(at) {
            Some(&"*") => {
                retry = Some((at + 1, position + 1));
                at += 1;
                position += 1;
            }
            Some(part) if segment_matches(part, segment) => {
                at += 1;
                position += 1;
            }
            _ => match retry {
                Some((back, used)) => {
                    retry = Some((back, used + 1));
                    at = back;
                    position = used + 1;
                    if position > name.len() {
                        return false;
                    }
                }
                None => return false,
            },
        }
    }
    at == pattern.len()
}

/// `AutoModel*` and the like, within one segment.
fn segment_matches(pattern: &str, segment: &str) -> bool {
    if !pattern.contains('*') {
        return pattern == segment;
    }
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|prefix| segment.strip_prefix(prefix)) else {
        return false;
    };
    let mut last = "";
    let middle: Vec<&str> = parts.collect();
    if let Some((suffix, between)) = middle.split_last() {
        last = suffix;
        for part in between {
            match rest.find(part) {
                Some(found) => rest = rest.get(found + part.len()..).unwrap_or_default(),
                None => return false,
            }
        }
    }
    rest.ends_with(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_one_or_more_segments() {
        let pattern = "transformers.*.from_pretrained";
        assert!(matches(pattern, "transformers.AutoModel.from_pretrained"));
        assert!(matches(pattern, "transformers.models.bert.BertModel.from_pretrained"));
        assert!(!matches(pattern, "transformers.from_pretrained"));
        assert!(!matches(pattern, "transformers.AutoModel.from_config"));
        assert!(!matches(pattern, "diffusers.X.from_pretrained"));
        assert!(matches("a.*.x.*.y", "a.b.x.x.c.y"));
        assert!(!matches("a.*.x.*.y", "a.b.x.y"));
    }

    #[test]
    fn a_star_inside_a_segment_stays_in_it() {
        assert!(matches("m.Auto*.load", "m.AutoModel.load"));
        assert!(!matches("m.Auto*.load", "m.Auto.x.load"));
        assert!(matches("m.*Model*.load", "m.AutoModelForX.load"));
        assert!(!matches("m.ab*ba.load", "m.aba.load"));
    }

    #[test]
    fn hostile_patterns_end_soon() {
        let pattern = vec!["*"; 60].join(".") + ".z";
        let name = vec!["a"; 3000].join(".");
        assert!(!matches(&pattern, &name));
    }
}
