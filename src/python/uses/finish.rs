//! The last step over the uses of a unit: what depends on other uses.

use super::Finder;
use crate::catalog::EntryId;
use crate::python::module::{LineIndex, Module};
use crate::python::scope::{Scope, line_text};
use crate::span::Span;
use crate::usage::{Role, Use, UseKind};
use std::collections::BTreeSet;

/// The lines of the `try` whose `except` holds a line.
pub(super) fn attempted(module: &Module<'_>, line: LineIndex) -> Option<std::ops::Range<u32>> {
    let mut around = module.parent(line);
    if line_text(module, line).starts_with("except") {
        around = Some(line);
    }
    for _ in 0..64 {
        let header = around?;
        if line_text(module, header).starts_with("except") {
            let parent: Scope = module.parent(header);
            let mut before = LineIndex::new(header.number().checked_sub(1)?);
            for _ in 0..1024 {
                if module.parent(before) == parent && line_text(module, before).starts_with("try") {
                    return Some(before.number()..module.block(before).end.max(before.number() + 1));
                }
                before = match module.parent(before) {
                    above if above == parent => LineIndex::new(before.number().checked_sub(1)?),
                    Some(above) => above,
                    None => return None,
                };
            }
            return None;
        }
        around = module.parent(header);
    }
    None
}

impl Finder<'_, '_> {
    /// The last step: what depends on other uses.
    pub(super) fn finish(mut self) -> Vec<Use> {
        self.found.sort_by_key(|found| (found.one.whole.start, found.one.callee.start, found.one.whole.end));
        self.found.dedup_by(|second, first| {
            first.one.kind == second.one.kind && first.one.callee == second.one.callee && first.one.entry == second.one.entry
        });
        self.mark_retries();
        // A switch whose value a call takes is judged there.
        let consumed: BTreeSet<(u32, u32)> = self
            .found
            .iter()
            .filter(|found| matches!(found.one.kind, UseKind::Call | UseKind::Reference | UseKind::Patch))
            .flat_map(|found| found.one.arguments.values())
            .flat_map(|argument| {
                let defined = argument
                    .definition
                    .as_ref()
                    .filter(|definition| definition.path.is_none() && definition.unit == self.unit)
                    .map(|definition| (definition.span.start, definition.span.end));
                [defined, Some((argument.value_span.start, argument.value_span.end))]
            })
            .flatten()
            .collect();
        let spread: BTreeSet<(Role, String, Scope)> = self
            .found
            .iter()
            .filter(|found| found.one.kind == UseKind::Call)
            .flat_map(|found| {
                // A dict that is wholly known says also what it does not hold any more.
                let known = found.one.site.is_some_and(|site| !site.open);
                let takes = found.one.entry.map(|entry| self.catalog.entry(entry)).filter(|_| known);
                let roles: Vec<Role> = match takes {
                    Some(entry) => entry.parameters.iter().map(|parameter| parameter.role).collect(),
                    None => found.one.arguments.keys().copied().collect(),
                };
                found
                    .dicts
                    .iter()
                    .flat_map(|(name, scope)| roles.iter().map(|role| (*role, name.clone(), *scope)))
                    .collect::<Vec<_>>()
            })
            .collect();
        self.found
            .into_iter()
            .filter(|found| {
                found.one.kind != UseKind::Switch
                    || !found.one.arguments.iter().any(|(role, argument)| {
                        if found.dicts.iter().any(|(name, scope)| spread.contains(&(*role, name.clone(), *scope))) {
                            return true;
                        }
                        let value = (argument.value_span.start, argument.value_span.end);
                        let defined = argument.definition.as_ref().map(|definition| (definition.span.start, definition.span.end));
                        consumed.contains(&value) || defined.is_some_and(|defined| consumed.contains(&defined))
                    })
            })
            .map(|found| found.one)
            .collect()
    }

    /// Calls in an `except` whose `try` makes the same call.
    pub(super) fn mark_retries(&mut self) {
        let calls: Vec<(LineIndex, Option<EntryId>, Span)> = self
            .found
            .iter()
            .filter(|found| found.one.kind == UseKind::Call)
            .map(|found| (found.line, found.one.entry, found.one.whole))
            .collect();
        if calls.len() < 2 {
            return;
        }
        for found in &mut self.found {
            if found.one.kind != UseKind::Call {
                continue;
            }
            let Some(attempt) = attempted(self.outline, found.line) else {
                continue;
            };
            found.one.retry_of = calls
                .iter()
                .find(|(line, entry, _)| *entry == found.one.entry && attempt.contains(&line.number()))
                .map(|(_, _, span)| *span);
        }
    }
}
