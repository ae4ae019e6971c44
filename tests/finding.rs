//! How findings are placed, cut, masked and told apart.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use hublint::finding::{Draft, Finding, FindingContext, Level, window_around};
use hublint::source::Source;
use hublint::span::Span;

fn draft(unit: usize, span: Span) -> Draft {
    Draft::new("rule", Level::Warning, unit, span, "x")
}

fn all(source: &Source, needle: &str) -> Vec<Finding> {
    let context = FindingContext::new(source);
    let mut found = Vec::new();
    for (index, unit) in source.units.iter().enumerate() {
        for (at, _) in unit.text.match_indices(needle) {
            found.push(context.finding(draft(index, Span::new(at, at + needle.len()))));
        }
    }
    context.finish(found)
}

#[test]
fn the_primary_region_is_cut_to_one_line() {
    for (code, start, end, text) in [
        ("f(\n  a)\n", 0, 7, "f("),
        ("f(   \r\n  a)\n", 0, 9, "f("),
        ("f(\r  a)", 0, 7, "f("),
        ("ab", 0, 99, "ab"),
        ("é🤗)", 0, 7, "é🤗)"),
    ] {
        let source = support::file("a.py", code.as_bytes());
        let context = FindingContext::new(&source);
        let finding = context.finding(draft(0, Span::new(start, end)));
        let location = &finding.location;
        assert_eq!(location.start.line, location.end.line);
        assert_eq!(&source.bytes[location.start_byte..location.end_byte], text.as_bytes(), "{code:?}");
        assert_eq!(location.end.column as usize, text.chars().count() + 1);
        assert_eq!(finding.snippet, if end == 99 { "" } else { text });
    }
}

#[test]
fn a_region_in_a_cell_covers_the_bytes_of_its_json() {
    let cells = ["a = 1\n", "x = \"é\\\"🤗\"; load(\n  'b')\n"];
    for minified in [false, true] {
        let source = support::notebook("n.ipynb", &cells, minified);
        for needle in ["\"é\\\"🤗\"", "load", "'b'"] {
            let context = FindingContext::new(&source);
            let location = context.location(1, support::span_of(&source, 1, needle));
            let raw = std::str::from_utf8(&source.bytes[location.start_byte..location.end_byte]).unwrap();
            let decoded: String = serde_json::from_str(&format!("\"{raw}\"")).unwrap();
            assert_eq!(decoded, needle);
            let cell = location.cell.unwrap();
            assert_eq!((cell.number, cell.line), (2, if needle == "'b'" { 2 } else { 1 }));
        }
        let context = FindingContext::new(&source);
        let whole = context.location(1, support::span_of(&source, 1, "load(\n  'b')"));
        assert_eq!(&source.bytes[whole.start_byte..whole.end_byte], b"load(");
    }
}

#[test]
fn copies_are_numbered_and_lines_do_not_matter() {
    let first = all(&support::file("a.py", b"load(a)\nload(b)\nx\nload(c)\n"), "load");
    let moved = all(&support::file("a.py", b"\n\n# c\nload(a)\n\nload(b)\nload(c)\n"), "load");
    let prints = |findings: &[Finding]| findings.iter().map(|finding| finding.fingerprint.clone()).collect::<Vec<_>>();
    assert_eq!(prints(&first), prints(&moved));
    assert_eq!(prints(&first).iter().collect::<BTreeSet<_>>().len(), 3);
    assert!(first.iter().all(|finding| finding.identity == first[0].identity));
    let elsewhere = all(&support::file("b.py", b"load(a)"), "load");
    assert_ne!(elsewhere[0].identity, first[0].identity);
    assert!(first[0].fingerprint.len() == 64 && first[0].fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit()));
}

#[test]
fn a_cell_may_move_without_becoming_new() {
    let before = all(&support::notebook("n.ipynb", &["x = 1", "load(a)"], false), "load");
    let after = all(&support::notebook("n.ipynb", &["y", "z", "x = 1", "load(a)"], true), "load");
    assert_eq!(before[0].fingerprint, after[0].fingerprint);
    assert_ne!(before[0].location.cell, after[0].location.cell);
}

#[test]
fn exact_copies_are_dropped() {
    let source = support::file("a.py", b"load(a)");
    let context = FindingContext::new(&source);
    let twice = vec![context.finding(draft(0, Span::new(0, 4))), context.finding(draft(0, Span::new(0, 4)))];
    assert_eq!(context.finish(twice).len(), 1);
}

#[test]
fn masks_move_the_mark_with_the_text() {
    let code = "a('SECRETSECRET'); load(x); b('SECRETSECRET')";
    let source = support::file("a.py", code.as_bytes());
    let context = FindingContext::new(&source).masked_by(&support::mask);
    for (needle, shown) in [("a(", "a("), ("load", "load"), ("b('SECRETSECRET')", "b('SEC…(masked)')")] {
        let finding = context.finding(draft(0, support::span_of(&source, 0, needle)));
        assert!(!finding.line_text.contains("SECRETSECRET"));
        let marked: String =
            finding.line_text.chars().skip(finding.mark.0 as usize).take((finding.mark.1 - finding.mark.0) as usize).collect();
        assert_eq!(marked, shown);
    }
    // A mark that cuts a secret: nothing of it is shown, and the mark stays inside the line.
    let finding = context.finding(draft(0, Span::new(6, 12)));
    assert!(!finding.line_text.contains("SECRETSECRET"));
    assert!(finding.mark.0 <= finding.mark.1 && finding.mark.1 as usize <= finding.line_text.chars().count());
}

#[test]
fn long_lines_are_shown_in_a_window() {
    let (text, skipped, mark) = window_around(&"é".repeat(1000), (500, 510), 240);
    assert_eq!(text.chars().count(), 240);
    assert_eq!((mark.1 - mark.0, skipped + mark.0), (10, 500));
    assert_eq!(window_around("short", (1, 3), 240), ("short".to_owned(), 0, (1, 3)));
    assert_eq!(window_around("short", (9, 3), 240).2, (5, 5));
    assert_eq!(window_around(&"x".repeat(300), (299, 300), 240).1, 60);
}

/// 20,000 findings on one line of 20 MB: one pass and a search for each.
#[test]
fn a_huge_line_with_very_many_findings_is_quick() {
    let bytes = "load(é) ".repeat(20_000_000 / 9).into_bytes();
    let source = support::file("a.py", &bytes);
    let context = FindingContext::new(&source).masked_by(&support::mask).with_line_hashes(true);
    let started = std::time::Instant::now();
    let findings: Vec<Finding> =
        (0..20_000).map(|index| context.finding(draft(0, Span::new(index * 900, index * 900 + 4)))).collect();
    let findings = context.finish(findings);
    assert_eq!(findings.len(), 20_000);
    assert_eq!(findings[19_999].location.start.column, 19_999 * 800 + 1);
    assert!(findings[10_000].line_text.chars().count() <= 240);
    assert!(started.elapsed().as_secs() < 120, "{:?}", started.elapsed());
}
