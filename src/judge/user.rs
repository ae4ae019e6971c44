//! Rules of users (`extend-rules`), which work from their data alone: a call of a name, or an argument of it.

use super::Context;
use crate::catalog::{CheckKind, Policy};
use crate::span::Span;
use crate::usage::{Origin, Use, UseKind};

/// A place at which a user's rule holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hit {
    /// Index of the unit.
    pub unit: usize,
    /// What to underline.
    pub span: Span,
    /// The whole statement.
    pub statement: Span,
    /// How the callable is written.
    pub api: String,
}

/// The places at which a user's rule holds.
#[must_use]
pub fn hits(policy: &Policy, uses: &[Use], context: &Context<'_>) -> Vec<Hit> {
    let check = &policy.check;
    let mut found = Vec::new();
    for usage in uses.iter().filter(|usage| matches!(usage.kind, UseKind::Call | UseKind::Reference)) {
        if !check.is_about(&usage.qualified) {
            continue;
        }
        let hit = |span: Span| Hit { unit: usage.unit, span, statement: usage.statement, api: usage.name.clone() };
        if check.kind == CheckKind::Call {
            found.push(hit(usage.callee));
            continue;
        }
        let open = usage.site.is_some_and(|site| site.open);
        let by_keyword = || {
            let keyword = check.keyword.as_deref()?;
            let entry = context.entry(usage)?;
            let holds = |name: Option<&str>| name == Some(keyword);
            entry
                .parameters
                .iter()
                .find(|parameter| parameter.places.iter().any(|place| holds(place.keyword.as_deref())))
                .map(|found| found.role)
        };
        let Some(role) = check.roles.first().copied().or_else(by_keyword) else { continue };
        let argument = usage.argument(role).filter(|argument| argument.origin != Origin::Absent);
        if context.entry(usage).is_some_and(|entry| entry.parameter(role).is_some())
            && check.flags(argument.map(|found| &found.value), open)
        {
            found.push(hit(argument.map_or(usage.callee, |argument| argument.span)));
        }
    }
    found
}
