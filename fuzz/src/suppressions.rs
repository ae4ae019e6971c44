//! Comments that silence findings: every finding comes out once, and a silent one was named.

use std::collections::BTreeSet;

use hublint::catalog::Catalog;
use hublint::finding::{Draft, FindingContext, Level};
use hublint::python::module::{Module, ParseMode};
use hublint::source::{Source, language_of};
use hublint::span::Span;
use hublint::suppress::{Directives, Known, apply};

const RULES: [&str; 3] = ["unpinned-revision", "unsafe-torch-load", "leaked-token"];
const PATHS: [&str; 6] = ["a.py", "run.sh", "a.yaml", "README.md", "n.ipynb", "a.toml"];

/// Checks one input: the first byte chooses the kind of file. A finding of one of three rules stands on every line.
pub fn check(data: &[u8]) {
    let Some((first, bytes)) = data.split_first() else { return };
    let path = PATHS.get(usize::from(*first) % PATHS.len()).unwrap_or(&"a.py");
    let source = Source::new(path, bytes.to_vec(), language_of(path, bytes.get(..bytes.len().min(256)).unwrap_or_default()));
    let context = FindingContext::new(&source);
    let comments = |unit: usize| {
        let text = source.units.get(unit).map_or("", |unit| unit.text.as_str());
        Module::new(text, ParseMode::OnDemand).comments().to_vec()
    };
    let directives = Directives::read(&context, &comments);
    for directive in directives.list() {
        let text = source.units.get(directive.unit).map(|unit| unit.text.as_str()).unwrap();
        assert!(text.get(directive.span.range()).is_some(), "{directive:?}");
    }
    let mut findings = Vec::new();
    for (index, unit) in source.units.iter().enumerate() {
        let mut at = 0;
        for (number, line) in unit.text.split_inclusive('\n').enumerate().take(200) {
            let end = at + line.trim_end_matches(['\n', '\r']).len();
            let rule = RULES.get((number + index) % RULES.len()).unwrap();
            findings.push(context.finding(Draft::new(rule, Level::Warning, index, Span::new(at, end), "m")));
            at += line.len();
        }
    }
    let findings = context.finish(findings);
    let before: BTreeSet<String> = findings.iter().map(|finding| finding.fingerprint.clone()).collect();
    assert_eq!(before.len(), findings.len(), "fingerprints are distinct");
    let ids: BTreeSet<&str> = Catalog::builtin().policy_ids().collect();
    let applied = apply(&context, &directives, findings, &Known { ids: &ids, ran: &|_| true });
    let named: BTreeSet<&str> =
        directives.list().iter().flat_map(|directive| directive.ids.iter().flat_map(|id| id.rules())).collect();
    let mut after = BTreeSet::new();
    for finding in &applied.suppressed {
        assert!(named.contains(finding.rule.as_str()), "{} is silent and nothing names it", finding.rule);
        assert!(finding.suppressed.is_some());
        assert!(after.insert(finding.fingerprint.clone()));
    }
    for finding in applied.findings.iter().filter(|finding| RULES.contains(&finding.rule.as_str())) {
        assert!(after.insert(finding.fingerprint.clone()), "comes out twice");
    }
    assert_eq!(before, after, "a finding was lost");
}
