//! Passes over one file: apply what fits, check the result, refuse what does not help, go on with what was put off.

use std::collections::{BTreeMap, BTreeSet};

use super::apply::{Applied, apply};
use super::parse::still_parses;
use crate::finding::{Finding, Fix};
use crate::pin::{PIN_PROPERTY, REASON_PROPERTY, TRAP_PROPERTY, is_pin_rule};

/// After so many passes a file is left as it is then: fixes that call each other forth must end.
pub const MAX_PASSES: usize = 64;

/// A fix that was not applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The finding's rule.
    pub rule: String,
    /// 1-based line of the finding at the time.
    pub line: u32,
    /// Why.
    pub why: String,
}

/// A repaired file.
#[derive(Clone, Debug, Default)]
pub struct Repaired {
    /// The new bytes; equal to the old ones when nothing could be done.
    pub bytes: Vec<u8>,
    /// The findings whose fixes are in them.
    pub fixed: Vec<Finding>,
    /// What was refused.
    pub refused: Vec<Refusal>,
    /// The findings in the new bytes.
    pub left: Vec<Finding>,
}

/// Repairs a file until nothing is left to do. `check` gives the findings of bytes (with fixes); `wanted` says which of
/// them are to be fixed. A fix is refused if the result parses worse or its finding stays.
#[must_use]
pub fn repair(
    path: &str,
    bytes: &[u8],
    first: Vec<Finding>,
    check: &dyn Fn(&[u8]) -> Vec<Finding>,
    wanted: &dyn Fn(&Finding) -> bool,
) -> Repaired {
    let mut state = Repaired { bytes: bytes.to_vec(), left: first, ..Repaired::default() };
    let mut refused: BTreeMap<String, String> = BTreeMap::new();
    for _ in 0..MAX_PASSES {
        let chosen: Vec<Finding> = state
            .left
            .iter()
            .filter(|finding| finding.suppressed.is_none() && finding.fix.is_some() && wanted(finding))
            .filter(|finding| !refused.contains_key(&finding.fingerprint))
            .cloned()
            .collect();
        if chosen.is_empty() {
            break;
        }
        let mut refuse = |finding: &Finding, why: &str| {
            refused.insert(finding.fingerprint.clone(), why.to_owned());
            let (rule, line) = (finding.rule.clone(), finding.location.start.line);
            state.refused.push(Refusal { rule, line, why: why.to_owned() });
        };
        let chosen = parsing(path, &state.bytes, chosen, &mut refuse);
        let Some((applied, after, done)) = helping(&state.bytes, chosen, check, &mut refuse) else { continue };
        // Two fixes may parse alone and not together.
        if let Err(broken) = still_parses(path, &state.bytes, &applied.bytes) {
            for finding in &done {
                refuse(finding, broken.describe());
            }
            continue;
        }
        state.fixed.extend(done);
        state.bytes = applied.bytes;
        state.left = after;
    }
    // What was refused cannot be fixed, whatever its source said.
    for finding in state.left.iter_mut().filter(|finding| refused.contains_key(&finding.fingerprint)) {
        let why = refused.get(&finding.fingerprint).cloned().unwrap_or_default();
        finding.fix = None;
        if finding.properties.contains_key(PIN_PROPERTY) {
            finding.properties.insert(PIN_PROPERTY.to_owned(), "none".to_owned());
            finding.properties.insert(REASON_PROPERTY.to_owned(), format!("the edit was not made: {why}"));
            finding.properties.insert(TRAP_PROPERTY.to_owned(), "refused".to_owned());
        }
    }
    state
}

fn fixes_of(findings: &[Finding]) -> Vec<&Fix> {
    findings.iter().filter_map(|finding| finding.fix.as_ref()).collect()
}

/// Bytes that are parsed at most to find out which of the fixes of one pass break a file.
const PARSE_BUDGET: usize = 64 << 20;

/// The findings whose fixes leave the file as readable as it was. All at once first, a broken one is rare; then by halves.
fn parsing(path: &str, bytes: &[u8], chosen: Vec<Finding>, refuse: &mut dyn FnMut(&Finding, &str)) -> Vec<Finding> {
    let mut good = Vec::new();
    let mut groups = vec![chosen];
    let mut left = PARSE_BUDGET;
    while let Some(mut group) = groups.pop() {
        let Some(first) = group.first() else { continue };
        if left < bytes.len() {
            for finding in &group {
                refuse(finding, "too costly to check");
            }
            continue;
        }
        left -= bytes.len();
        match still_parses(path, bytes, &apply(bytes, &fixes_of(&group)).bytes) {
            Ok(()) => good.append(&mut group),
            Err(broken) if group.len() == 1 => refuse(first, broken.describe()),
            Err(_) => {
                let half = group.split_off(group.len() / 2);
                groups.push(half);
                groups.push(group);
            }
        }
    }
    good
}

/// Applies the fixes, looks which findings stay, and leaves those fixes out, until every fix helps.
fn helping(
    bytes: &[u8],
    mut chosen: Vec<Finding>,
    check: &dyn Fn(&[u8]) -> Vec<Finding>,
    refuse: &mut dyn FnMut(&Finding, &str),
) -> Option<(Applied, Vec<Finding>, Vec<Finding>)> {
    // Each round leaves out at least one fix; the bound is for files with very many hopeless ones.
    for _ in 0..8 {
        if chosen.is_empty() {
            return None;
        }
        let applied = apply(bytes, &fixes_of(&chosen));
        let after = check(&applied.bytes);
        let stays: BTreeMap<(&str, usize, Option<&str>), &Finding> = after
            .iter()
            .map(|finding| ((finding.rule.as_str(), finding.location.start_byte, finding.repo.as_deref()), finding))
            .collect();
        let mut useless = BTreeSet::new();
        for index in &applied.taken {
            let Some(finding) = chosen.get(*index) else { continue };
            let place = applied.moved(finding.location.start_byte);
            let same = stays.get(&(finding.rule.as_str(), place, finding.repo.as_deref()));
            // A pin does not silence `trust-remote-code`; there it helps when no pin is missing any more.
            let only_pinned = !is_pin_rule(&finding.rule) && finding.properties.contains_key(PIN_PROPERTY);
            if same.is_some_and(|same| !only_pinned || same.properties.contains_key(PIN_PROPERTY)) {
                refuse(finding, "the finding would stay");
                useless.insert(*index);
            }
        }
        if useless.is_empty() {
            let taken: BTreeSet<usize> = applied.taken.iter().copied().collect();
            let done = chosen.into_iter().enumerate().filter(|(index, _)| taken.contains(index)).map(|(_, finding)| finding);
            let done = done.collect();
            return Some((applied, after, done));
        }
        chosen =
            chosen.into_iter().enumerate().filter(|(index, _)| !useless.contains(index)).map(|(_, finding)| finding).collect();
    }
    for finding in &chosen {
        refuse(finding, "too many fixes of this file do not help");
    }
    None
}
