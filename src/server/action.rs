//! What the client offers at a finding: its repair, a comment that silences it, all safe repairs at once.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use similar::TextDiff;

use super::document::{Encoding, Point, Range};
use super::examine::{Abilities, Checked, Placed, Settings, diagnostic, findings};
use super::view::{Places, TextEdit, View};
use crate::finding::Finding;
use crate::fix;
use crate::source::position::LineIndex;
use crate::source::{FileLanguage, Language, language_of};

/// The kind of the action that applies all safe repairs.
pub const FIX_ALL: &str = "source.fixAll.hublint";
/// Findings of one request that get actions: a client asks for the line under the cursor.
const MOST: usize = 20;

/// The actions for a range of a text. `only` holds the kinds that are asked for; empty for the usual ones.
#[must_use]
pub fn actions(
    checked: &Checked,
    part: usize,
    range: Range,
    only: &[&str],
    settings: &Settings,
    encoding: Encoding,
    abilities: Abilities,
) -> Vec<Value> {
    let asked = |kind: &str| only.iter().any(|wanted| kind == *wanted || kind.starts_with(&format!("{wanted}.")));
    let mut list = Vec::new();
    if only.is_empty() || asked("quickfix") {
        let here = || checked.found.iter().filter(|placed| placed.part == part && placed.range.shares_line(range)).take(MOST);
        let places = checked.view.places(encoding);
        for placed in here() {
            list.extend(repair(checked, placed, &places, abilities));
        }
        let mut silenced: Vec<(&str, u32)> = Vec::new();
        for placed in here() {
            let key = (placed.finding.rule.as_str(), placed.range.start.line);
            if !silenced.contains(&key) {
                silenced.push(key);
                list.extend(silence(checked, placed, settings, &places, abilities));
            }
        }
    }
    // Only for clients that ask: it is no answer to the finding under the cursor.
    if asked(FIX_ALL) {
        list.extend(fix_all(checked, settings, encoding, abilities));
    }
    list
}

/// The repair of a finding.
fn repair(checked: &Checked, placed: &Placed, places: &Places<'_>, abilities: Abilities) -> Option<Value> {
    let fix = placed.finding.fix.as_ref()?;
    let edits = placed.edits.as_ref()?;
    let mut letters = fix.description.chars();
    let first: String = letters.next().into_iter().flat_map(char::to_uppercase).collect();
    let caution = if fix.safe { "" } else { " (may change what the program does)" };
    Some(json!({
        "title": crate::report::printable(&format!("{first}{}{caution}", letters.as_str())),
        "kind": "quickfix",
        "isPreferred": fix.safe,
        "diagnostics": [diagnostic(checked, placed, places, abilities)],
        "edit": workspace_edit(&checked.view, edits, abilities),
    }))
}

/// A comment that silences the rule on the line: the first form that is seen to work.
fn silence(checked: &Checked, placed: &Placed, settings: &Settings, places: &Places<'_>, abilities: Abilities) -> Option<Value> {
    let rule = placed.finding.rule.as_str();
    if matches!(rule, "unused-ignore" | "unknown-rule") {
        return None;
    }
    let document = checked.view.document(placed.part)?;
    let before: Vec<&Finding> = checked.found.iter().map(|placed| &placed.finding).collect();
    let (at, text) = candidates(checked, placed).into_iter().find(|(at, text)| {
        let mut changed = document.text.clone();
        changed.insert_str(*at, text);
        let view = checked.view.with_text(placed.part, changed);
        let path = view.name.to_string_lossy();
        fix::still_parses(&path, &checked.view.bytes, &view.bytes).is_ok() && silences(&view, settings, rule, &before)
    })?;
    let lines = LineIndex::new(document.text.as_bytes());
    let place = super::document::point(&lines, at, places.encoding);
    let edit = TextEdit { part: placed.part, range: Range { start: place, end: place }, text };
    Some(json!({
        "title": format!("Ignore {rule} on this line"),
        "kind": "quickfix",
        "isPreferred": false,
        "diagnostics": [diagnostic(checked, placed, places, abilities)],
        "edit": workspace_edit(&checked.view, &[edit], abilities),
    }))
}

/// True when fewer findings of the rule are left, and no others came.
fn silences(view: &View, settings: &Settings, rule: &str, before: &[&Finding]) -> bool {
    let Ok(after) = findings(view, settings) else { return false };
    let count = |rules: &mut dyn Iterator<Item = &str>| {
        let mut counts: BTreeMap<String, usize> = BTreeMap::new();
        for rule in rules {
            *counts.entry(rule.to_owned()).or_default() += 1;
        }
        counts
    };
    let old = count(&mut before.iter().map(|finding| finding.rule.as_str()));
    let new = count(&mut after.findings.iter().map(|finding| finding.rule.as_str()));
    let fewer = new.get(rule).copied().unwrap_or(0) < old.get(rule).copied().unwrap_or(0);
    fewer && new.iter().all(|(rule, count)| *count <= old.get(rule).copied().unwrap_or(0))
}

/// Where a comment could go, and which: into one that is there, at the end of the line, on a line of its own above.
fn candidates(checked: &Checked, placed: &Placed) -> Vec<(usize, String)> {
    let Some(document) = checked.view.document(placed.part) else { return Vec::new() };
    let rule = &placed.finding.rule;
    let text = &document.text;
    let language = if checked.view.is_cell(placed.part) {
        Language::Python
    } else {
        match language_of(&checked.view.name.to_string_lossy(), text.as_bytes().get(..text.len().min(256)).unwrap_or_default()) {
            FileLanguage::Plain(language) => language,
            // The JSON of a notebook holds no comments of its own.
            FileLanguage::Notebook => return Vec::new(),
        }
    };
    let lines = LineIndex::new(text.as_bytes());
    let line = lines.line_range(placed.range.start.line.saturating_add(1));
    let shown = text.get(line.clone()).unwrap_or("");
    let mut list = Vec::new();
    if let Some(open) = shown.find("hublint: ignore[")
        && let Some(close) = shown.get(open..).and_then(|rest| rest.find(']'))
    {
        list.push((line.start + open + close, format!(", {rule}")));
    }
    let (opening, closing) = match language {
        Language::Markdown => ("<!-- ", " -->"),
        Language::Json => return list,
        _ => ("# ", ""),
    };
    let comment = format!("{opening}hublint: ignore[{rule}]{closing}");
    // Elsewhere, what follows on the line would be part of a value or an instruction.
    let ends_lines = matches!(language, Language::Python | Language::Shell | Language::Yaml | Language::Toml);
    if ends_lines && !shown.trim_end().ends_with('\\') {
        list.push((line.end, format!("  {comment}")));
    }
    // The statement may begin lines before the finding.
    let first = statement_line(placed);
    let above = lines.line_range(first);
    let indent: String =
        text.get(above.clone()).unwrap_or("").chars().take_while(|character| matches!(character, ' ' | '\t')).collect();
    let newline = if text.contains("\r\n") { "\r\n" } else { "\n" };
    list.push((above.start, format!("{indent}{comment}{newline}")));
    list
}

/// The line, from 1, on which the finding's statement begins in its text.
fn statement_line(placed: &Placed) -> u32 {
    let back = placed.finding.scope.line.saturating_sub(placed.finding.scope.first_line);
    placed.range.start.line.saturating_sub(back).saturating_add(1)
}

/// All safe repairs of a document.
fn fix_all(checked: &Checked, settings: &Settings, encoding: Encoding, abilities: Abilities) -> Option<Value> {
    let path = checked.view.name.to_string_lossy().into_owned();
    let check = |bytes: &[u8]| -> Vec<Finding> {
        let mut view = checked.view.clone();
        view.bytes = bytes.to_vec();
        findings(&view, settings).map(|said| said.findings).unwrap_or_default()
    };
    let first = checked.found.iter().map(|placed| placed.finding.clone()).collect();
    let wanted = |finding: &Finding| finding.fix.as_ref().is_some_and(|fix| fix.safe);
    let repaired = fix::repair(&path, &checked.view.bytes, first, &check, &wanted);
    if repaired.bytes == checked.view.bytes {
        return None;
    }
    let mut edits = Vec::new();
    for (part, new) in checked.view.texts_of(&repaired.bytes)?.into_iter().enumerate() {
        edits.extend(line_edits(part, &checked.view.document(part)?.text, &new, encoding));
    }
    let count = repaired.fixed.len();
    Some(json!({
        "title": format!("Apply {count} safe {} of hublint", if count == 1 { "repair" } else { "repairs" }),
        "kind": FIX_ALL,
        "edit": workspace_edit(&checked.view, &edits, abilities),
    }))
}

/// The lines that differ, so that the cursor and folds stay where they are.
fn line_edits(part: usize, old: &str, new: &str, encoding: Encoding) -> Vec<TextEdit> {
    let lines = LineIndex::new(old.as_bytes());
    let old_lines: Vec<&str> = old.split_inclusive('\n').collect();
    let new_lines: Vec<&str> = new.split_inclusive('\n').collect();
    let starts: Vec<usize> = std::iter::once(0)
        .chain(old_lines.iter().scan(0, |end, line| {
            *end += line.len();
            Some(*end)
        }))
        .collect();
    let place =
        |line: usize| -> Point { super::document::point(&lines, starts.get(line).copied().unwrap_or(old.len()), encoding) };
    TextDiff::from_slices(&old_lines, &new_lines)
        .ops()
        .iter()
        .filter(|change| change.tag() != similar::DiffTag::Equal)
        .map(|change| {
            let range = Range { start: place(change.old_range().start), end: place(change.old_range().end) };
            TextEdit { part, range, text: new_lines.get(change.new_range()).unwrap_or_default().concat() }
        })
        .collect()
}

/// Edits of the client's texts.
fn workspace_edit(view: &View, edits: &[TextEdit], abilities: Abilities) -> Value {
    let mut parts: BTreeMap<usize, Vec<Value>> = BTreeMap::new();
    for edit in edits {
        parts.entry(edit.part).or_default().push(json!({ "range": edit.range.json(), "newText": edit.text }));
    }
    let named = parts.into_iter().filter_map(|(part, edits)| Some((view.document(part)?, edits)));
    if abilities.document_changes {
        let changes: Vec<Value> = named
            .map(|(document, edits)| {
                json!({ "textDocument": { "uri": document.uri, "version": document.version }, "edits": edits })
            })
            .collect();
        return json!({ "documentChanges": changes });
    }
    let changes: serde_json::Map<String, Value> =
        named.map(|(document, edits)| (document.uri.clone(), Value::Array(edits))).collect();
    json!({ "changes": changes })
}
