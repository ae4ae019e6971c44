//! YAML, JSON and TOML as one tree of nodes with their places.

use saphyr_parser::{Event, Parser, ScalarStyle};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::span::Span;
use crate::usage::{Literal, Surface, Value, Why};

use super::command::{CONFIG, Word};
use super::piece::{HOLE, Piece, aligned, without_templates};

/// At most so many nodes are made of one document: an alias costs none.
const MAX_NODES: usize = 400_000;
/// How deep a document may nest.
const MAX_DEPTH: usize = 200;

/// A node of a document.
#[derive(Clone, Debug)]
pub struct Node {
    /// What it is.
    pub kind: Kind,
    /// All its bytes, quotes included.
    pub span: Span,
}

/// What a node is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// A text, number or truth value.
    Scalar {
        /// The text, with its places.
        piece: Piece,
        /// It stands in quotes: never a number or truth value.
        quoted: bool,
        /// It holds a template: not known.
        template: bool,
    },
    /// A list, by the numbers of its items.
    Sequence(Vec<usize>),
    /// A mapping: key and value by their numbers.
    Mapping(Vec<(usize, usize)>),
}

/// One or more documents.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    nodes: Vec<Node>,
    /// The roots, one a document.
    pub roots: Vec<usize>,
}

impl Tree {
    /// A node by its number.
    #[must_use]
    pub fn node(&self, id: usize) -> Option<&Node> {
        self.nodes.get(id)
    }

    /// The first document.
    #[must_use]
    pub fn root(&self) -> Option<&Node> {
        self.node(*self.roots.first()?)
    }

    /// The text of a scalar.
    #[must_use]
    pub fn text(&self, id: usize) -> Option<&str> {
        match &self.node(id)?.kind {
            Kind::Scalar { piece, .. } => Some(&piece.text),
            _ => None,
        }
    }

    /// The pairs of a mapping, those that it merges (`<<: *base`) behind its own.
    #[must_use]
    pub fn pairs(&self, id: usize) -> Vec<(usize, usize)> {
        let mut found = Vec::new();
        let mut pending = vec![(id, 0)];
        while let Some((id, depth)) = pending.pop() {
            let Some(Node { kind: Kind::Mapping(pairs), .. }) = self.node(id) else { continue };
            for (key, value) in pairs.iter().take(10_000) {
                if self.text(*key) != Some("<<") {
                    found.push((*key, *value));
                } else if depth < 8 && pending.len() < 64 {
                    match self.node(*value).map(|node| &node.kind) {
                        Some(Kind::Mapping(_)) => pending.push((*value, depth + 1)),
                        Some(Kind::Sequence(items)) => pending.extend(items.iter().take(32).map(|item| (*item, depth + 1))),
                        _ => {}
                    }
                }
            }
            if found.len() > 10_000 {
                break;
            }
        }
        found
    }

    /// The value of a key.
    #[must_use]
    pub fn get(&self, id: usize, key: &str) -> Option<usize> {
        self.pairs(id).into_iter().find(|(name, _)| self.text(*name) == Some(key)).map(|(_, value)| value)
    }

    fn add(&mut self, node: Node) -> usize {
        self.nodes.push(node);
        self.nodes.len() - 1
    }
}

/// The word that a scalar is.
#[must_use]
pub fn word(node: &Node) -> Option<Word> {
    let Kind::Scalar { piece, template, .. } = &node.kind else { return None };
    if *template {
        let head = piece.text.split([HOLE, '$', '{']).next().unwrap_or("");
        return Some(Word { origin: CONFIG, ..Word::unknown(Why::Variable, node.span, head) });
    }
    let text_span = piece.whole();
    if let Some(dollar) = piece.text.find('$').filter(|_| !piece.text.contains([' ', '\n'])) {
        // Compose and manifests replace `${NAME:-default}` and `$(NAME)` themselves.
        let (before, rest) = piece.text.split_at(dollar);
        let default = rest.strip_prefix("${").and_then(|rest| rest.strip_suffix('}')).and_then(|body| body.split_once(":-"));
        return Some(match default {
            Some((name, default)) if !name.contains(['$', '{']) && !default.contains(['$', '{', '}']) => {
                let value = Value::Known(Literal::Str(format!("{before}{default}")));
                Word::of(value, node.span, text_span, crate::usage::Origin::Default)
            }
            _ if rest.starts_with("${") || rest.starts_with("$(") || dollar == 0 => {
                Word { origin: CONFIG, ..Word::unknown(Why::Variable, node.span, before) }
            }
            _ => Word::literal(&piece.text, node.span, text_span),
        });
    }
    let mut word = Word::literal(&piece.text, node.span, text_span);
    word.origin = CONFIG;
    if !word.replaceable {
        word.piece = Some(Box::new(piece.clone()));
    }
    Some(word)
}

/// The value that a scalar stands for in configuration: truth values and numbers are what they are.
#[must_use]
pub fn value(node: &Node) -> Value {
    match &node.kind {
        Kind::Scalar { template: true, .. } => Value::Unknown(Why::Variable),
        // Variables of Hydra, envsubst and the like.
        Kind::Scalar { piece, .. } if piece.text.contains("${") || piece.text.starts_with('$') => Value::Unknown(Why::Variable),
        Kind::Scalar { piece, quoted: true, .. } => Value::Known(Literal::Str(piece.text.clone())),
        Kind::Scalar { piece, .. } => Value::Known(match piece.text.as_str() {
            "true" | "True" | "TRUE" | "yes" | "Yes" | "on" => Literal::Bool(true),
            "false" | "False" | "FALSE" | "no" | "No" | "off" => Literal::Bool(false),
            "null" | "Null" | "NULL" | "~" | "" => Literal::None,
            text => match text.parse::<i64>() {
                Ok(number) if !text.starts_with('0') || text == "0" => Literal::Int(number),
                _ => Literal::Str(text.to_owned()),
            },
        }),
        _ => Value::Unknown(Why::Expression),
    }
}

/// What could not be read: the reason, and the byte where it broke.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broken {
    /// The byte.
    pub at: usize,
    /// In words, without text of the file.
    pub reason: &'static str,
}

/// Reads YAML. Templates become holes first.
pub fn yaml(unit: usize, surface: Surface, text: &str) -> Result<Tree, Broken> {
    let masked = mask_lines(text);
    match events(unit, surface, &masked) {
        Ok(tree) => Ok(tree),
        Err(first) => match joined_brackets(&masked) {
            Some(joined) => events(unit, surface, &joined).map_err(|_| first),
            None => Err(first),
        },
    }
}

/// A closing bracket that is not indented is legal for most readers and not for ours: such lines are put at the end of
/// the line before, by a blank instead of the line break.
fn joined_brackets(text: &str) -> Option<String> {
    let mut out = text.as_bytes().to_vec();
    let mut changed = false;
    let mut at = 0_usize;
    let mut before = "";
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with([']', '}'])
            && !before.contains(" #")
            && let Some(byte) = at.checked_sub(1).and_then(|at| out.get_mut(at)).filter(|byte| **byte == b'\n')
        {
            *byte = b' ';
            changed = true;
        }
        before = line;
        at += line.len();
    }
    changed.then(|| String::from_utf8(out).ok()).flatten()
}

/// Reads JSON, also with comments: both are YAML but for tabs and comments.
pub fn json(unit: usize, surface: Surface, text: &str) -> Result<Tree, Broken> {
    // Tabs are no indentation in YAML; as blanks they keep every place. Inside strings they are not legal JSON anyway.
    let blank = text.replace('\t', " ");
    let commented =
        memchr::memmem::find(blank.as_bytes(), b"//").is_some() || memchr::memmem::find(blank.as_bytes(), b"/*").is_some();
    if commented { events(unit, surface, &without_comments(&blank)) } else { events(unit, surface, &blank) }
}

/// A line that is nothing but a template (`{{- if .Values.x }}`) is a comment; the rest become holes.
fn mask_lines(text: &str) -> String {
    let masked = without_templates(text);
    if !masked.contains(HOLE) {
        return masked.into_owned();
    }
    let mut out = String::with_capacity(masked.len());
    for line in masked.split_inclusive('\n') {
        let trimmed = line.trim();
        let is_template = trimmed.starts_with(HOLE) && trimmed.trim_start_matches([HOLE, '_', ' ', '-']).is_empty();
        if is_template {
            // `#` and blanks of equal length: the hole is three bytes long.
            out.extend(line.chars().map(|character| match character {
                '\n' | '\r' | ' ' | '\t' => character.to_string(),
                HOLE => "#  ".to_owned(),
                _ => " ".to_owned(),
            }));
        } else {
            out.push_str(line);
        }
    }
    out
}

/// Blanks `//` and `/* */` comments and keeps every place.
fn without_comments(text: &str) -> String {
    let mut out = text.as_bytes().to_vec();
    let (mut at, mut in_string) = (0, false);
    while let Some(byte) = out.get(at).copied() {
        match byte {
            b'\\' if in_string => at += 1,
            b'"' => in_string = !in_string,
            b'\n' => in_string = false,
            b'/' if !in_string && matches!(out.get(at + 1), Some(b'/' | b'*')) => {
                let block = out.get(at + 1) == Some(&b'*');
                let rest = out.get(at..).unwrap_or_default();
                let length = if block {
                    memchr::memmem::find(rest, b"*/").map_or(rest.len(), |end| end + 2)
                } else {
                    memchr::memchr(b'\n', rest).unwrap_or(rest.len())
                };
                for byte in out.iter_mut().skip(at).take(length).filter(|byte| **byte != b'\n') {
                    *byte = b' ';
                }
                at += length;
                continue;
            }
            _ => {}
        }
        at += 1;
    }
    String::from_utf8(out).unwrap_or_default()
}

/// An open collection.
enum Open {
    Sequence(usize),
    Mapping(usize, Option<usize>),
}

fn events(unit: usize, surface: Surface, text: &str) -> Result<Tree, Broken> {
    let places = Places::new(text);
    let mut tree = Tree::default();
    let mut open: Vec<Open> = Vec::new();
    let mut anchors: std::collections::BTreeMap<usize, usize> = std::collections::BTreeMap::new();
    for next in Parser::new_from_str(text) {
        let (event, span) = match next {
            Ok(found) => found,
            Err(error) => return Err(Broken { at: places.byte(error.marker().index()), reason: "is not valid YAML" }),
        };
        if tree.nodes.len() > MAX_NODES || open.len() > MAX_DEPTH {
            return Err(Broken { at: places.byte(span.start.index()), reason: "is too large or too deep to be read whole" });
        }
        let bytes = Span::new(places.byte(span.start.index()), places.byte(span.end.index()));
        let made = match event {
            Event::Scalar(value, style, anchor, _) => {
                let node = scalar(unit, surface, text, &value, style, bytes);
                Some((tree.add(node), anchor))
            }
            Event::Alias(anchor) => {
                let id = anchors.get(&anchor).copied();
                Some((id.unwrap_or_else(|| tree.add(empty(unit, surface, bytes))), 0))
            }
            Event::SequenceStart(anchor, _) => {
                let id = tree.add(Node { kind: Kind::Sequence(Vec::new()), span: bytes });
                attach(&mut tree, &mut open, id);
                open.push(Open::Sequence(id));
                if anchor > 0 {
                    anchors.insert(anchor, id);
                }
                None
            }
            Event::MappingStart(anchor, _) => {
                let id = tree.add(Node { kind: Kind::Mapping(Vec::new()), span: bytes });
                attach(&mut tree, &mut open, id);
                open.push(Open::Mapping(id, None));
                if anchor > 0 {
                    anchors.insert(anchor, id);
                }
                None
            }
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(Open::Sequence(id) | Open::Mapping(id, _)) = open.pop()
                    && let Some(node) = tree.nodes.get_mut(id)
                {
                    node.span.end = node.span.end.max(bytes.end);
                }
                None
            }
            _ => None,
        };
        if let Some((id, anchor)) = made {
            if anchor > 0 {
                anchors.insert(anchor, id);
            }
            attach(&mut tree, &mut open, id);
        }
    }
    Ok(tree)
}

fn empty(unit: usize, surface: Surface, span: Span) -> Node {
    Node { kind: Kind::Scalar { piece: Piece::new(unit, surface), quoted: false, template: true }, span }
}

/// Puts a node where it belongs.
fn attach(tree: &mut Tree, open: &mut [Open], id: usize) {
    match open.last_mut() {
        None => tree.roots.push(id),
        Some(Open::Sequence(parent)) => {
            if let Some(Node { kind: Kind::Sequence(items), .. }) = tree.nodes.get_mut(*parent) {
                items.push(id);
            }
        }
        Some(Open::Mapping(parent, key)) => match key.take() {
            None => *key = Some(id),
            Some(name) => {
                if let Some(Node { kind: Kind::Mapping(pairs), .. }) = tree.nodes.get_mut(*parent) {
                    pairs.push((name, id));
                }
            }
        },
    }
}

fn scalar(unit: usize, surface: Surface, text: &str, value: &str, style: ScalarStyle, span: Span) -> Node {
    let raw = span.text(text);
    let (piece, span, quoted) = match style {
        ScalarStyle::SingleQuoted | ScalarStyle::DoubleQuoted => {
            let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or("");
            (aligned(unit, surface, value, inner, span.start() + 1), span, true)
        }
        ScalarStyle::Literal | ScalarStyle::Folded => {
            let (piece, span) = block(unit, surface, text, value, span);
            (piece, span, true)
        }
        ScalarStyle::Plain => {
            let trimmed = raw.trim_end();
            let span = Span::new(span.start(), span.start() + trimmed.len());
            (aligned(unit, surface, value, trimmed, span.start()), span, false)
        }
    };
    let template = value.contains(HOLE);
    Node { kind: Kind::Scalar { piece, quoted, template }, span }
}

/// A block (`|`, `>`): line by line, so that the places are exact.
fn block(unit: usize, surface: Surface, text: &str, value: &str, span: Span) -> (Piece, Span) {
    let mut piece = Piece::new(unit, surface);
    // The header line (`|-  # comment`) is not part of the text.
    let header = span.start();
    let after = text.get(header..).unwrap_or("");
    let starts_at_header = after.starts_with(['|', '>']);
    let mut at =
        if starts_at_header { header + after.find('\n').map_or(after.len(), |end| end + 1) } else { line_start(text, header) };
    let first_line = at;
    let mut end = at;
    let mut rest = value;
    while !rest.is_empty() && at < text.len() {
        let line = text.get(at..).and_then(|rest| rest.split_inclusive('\n').next()).unwrap_or("");
        if line.is_empty() {
            break;
        }
        let content = line.trim_end_matches(['\n', '\r']);
        let stripped = content.trim_start_matches(' ');
        if stripped.is_empty() {
            // An empty line stands for a line break at most.
            if let Some(tail) = rest.strip_prefix('\n') {
                piece.push_for("\n", Span::new(at, at + line.len()));
                rest = tail;
            }
            at += line.len();
            continue;
        }
        // What the value begins with decides how much of the line is indentation.
        let blanks = rest.len() - rest.trim_start_matches(' ').len();
        let indent = (content.len() - stripped.len()).saturating_sub(blanks);
        let body = content.get(indent..).unwrap_or(stripped);
        let Some(tail) = rest.strip_prefix(body).or_else(|| rest.strip_prefix(body.trim_end())) else { break };
        let taken = rest.len() - tail.len();
        piece.push(rest.get(..taken).unwrap_or(""), at + indent);
        end = at + content.len();
        rest = tail;
        if let Some(character) = rest.chars().next().filter(|character| matches!(character, '\n' | ' ')) {
            let (one, tail) = rest.split_at(character.len_utf8());
            piece.push_for(one, Span::new(end, at + line.len()));
            rest = tail;
        }
        at += line.len();
    }
    if !rest.is_empty() {
        piece.push_for(rest, Span::new(end, end));
    }
    (piece, Span::new(first_line.min(header), end.max(first_line)))
}

fn line_start(text: &str, at: usize) -> usize {
    text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |found| found + 1)
}

/// Bytes for the characters that the parser counts.
struct Places {
    /// The byte of every 64th character; empty for ASCII, where both are the same.
    steps: Vec<usize>,
    text: String,
}

impl Places {
    fn new(text: &str) -> Self {
        if text.is_ascii() {
            return Self { steps: Vec::new(), text: String::new() };
        }
        let steps = text.char_indices().step_by(64).map(|(byte, _)| byte).collect();
        Self { steps, text: text.to_owned() }
    }

    fn byte(&self, character: usize) -> usize {
        if self.steps.is_empty() {
            return character;
        }
        let Some(step) = self.steps.get(character / 64) else { return self.text.len() };
        let rest = self.text.get(*step..).unwrap_or("");
        step + rest.char_indices().nth(character % 64).map_or(rest.len(), |(byte, _)| byte)
    }
}

/// Reads TOML, as far as it goes; the places of what is broken come along.
pub fn toml(unit: usize, surface: Surface, text: &str) -> (Tree, Option<Broken>) {
    let (table, errors) = DeTable::parse_recoverable(text);
    let mut tree = Tree::default();
    let root = toml_table(&mut tree, unit, surface, text, table.get_ref(), table.span(), 0);
    tree.roots.push(root);
    let broken =
        errors.first().map(|error| Broken { at: error.span().map_or(0, |span| span.start), reason: "is not valid TOML" });
    (tree, broken)
}

fn toml_table(
    tree: &mut Tree,
    unit: usize,
    surface: Surface,
    text: &str,
    table: &DeTable<'_>,
    span: std::ops::Range<usize>,
    depth: usize,
) -> usize {
    let mut pairs = Vec::new();
    if depth < MAX_DEPTH {
        for (key, value) in table.iter() {
            let name = toml_scalar(tree, unit, surface, text, key.get_ref(), key.span(), true);
            let value = toml_value(tree, unit, surface, text, value, depth + 1);
            pairs.push((name, value));
        }
    }
    tree.add(Node { kind: Kind::Mapping(pairs), span: span.into() })
}

fn toml_value(tree: &mut Tree, unit: usize, surface: Surface, text: &str, value: &Spanned<DeValue<'_>>, depth: usize) -> usize {
    let span = value.span();
    match value.get_ref() {
        DeValue::Table(table) => toml_table(tree, unit, surface, text, table, span, depth),
        DeValue::Array(items) => {
            let mut made = Vec::new();
            if depth < MAX_DEPTH {
                for item in items.iter() {
                    made.push(toml_value(tree, unit, surface, text, item, depth + 1));
                }
            }
            tree.add(Node { kind: Kind::Sequence(made), span: span.into() })
        }
        DeValue::String(value) => toml_scalar(tree, unit, surface, text, value, span, true),
        _ => {
            let raw = text.get(span.clone()).unwrap_or("").to_owned();
            toml_scalar(tree, unit, surface, text, &raw, span, false)
        }
    }
}

fn toml_scalar(
    tree: &mut Tree,
    unit: usize,
    surface: Surface,
    text: &str,
    value: &str,
    span: std::ops::Range<usize>,
    quoted: bool,
) -> usize {
    let raw = text.get(span.clone()).unwrap_or("");
    let quotes = if raw.starts_with("\"\"\"") || raw.starts_with("'''") { 3 } else { usize::from(raw.starts_with(['"', '\''])) };
    let inner = raw.get(quotes..raw.len().saturating_sub(quotes)).unwrap_or("");
    let skipped = if quotes == 3 { inner.len() - inner.trim_start_matches(['\n', '\r']).len() } else { 0 };
    let inner = inner.get(skipped..).unwrap_or("");
    let piece = aligned(unit, surface, value, inner, span.start + quotes + skipped);
    let template = value.contains("{{") && value.contains("}}");
    tree.add(Node { kind: Kind::Scalar { piece, quoted, template }, span: span.into() })
}
