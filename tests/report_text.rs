//! What people see: snapshots of the formats for people, and the traps of miette.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::path::Path;

use hublint::config::Config;
use hublint::finding::{Draft, Finding, FindingContext, Level};
use hublint::report::{Format, Report, ReportContext, write_error};
use hublint::source::Source;
use hublint::span::Span;

fn plain(source: &Source, span: Span) -> Finding {
    let context = FindingContext::new(source);
    let draft = Draft::new("leaked-token", Level::Error, 0, span, "is a token");
    context.finding(draft)
}

fn text_of(bytes: &[u8], span: Span) -> String {
    let source = support::file("a.py", bytes);
    let report = Report { findings: vec![plain(&source, span)], ..Report::default() };
    support::print(Format::Text, &report)
}

#[test]
fn the_whole_sample() {
    insta::assert_snapshot!(support::print(Format::Text, &support::sample()));
}

#[test]
fn the_whole_sample_concise() {
    insta::assert_snapshot!(support::print(Format::Concise, &support::sample()));
}

#[test]
fn the_whole_sample_github() {
    insta::assert_snapshot!(support::print(Format::Github, &support::sample()));
}

#[test]
fn the_whole_sample_markdown() {
    insta::assert_snapshot!(support::print(Format::Markdown, &support::sample()));
}

#[test]
fn the_whole_sample_json() {
    let json = support::print(Format::Json, &support::sample());
    serde_json::from_str::<serde_json::Value>(&json).unwrap();
    insta::assert_snapshot!(json);
}

#[test]
fn nothing_found() {
    let mut report = Report::default();
    report.statistics.files = 1;
    assert_eq!(support::print(Format::Text, &report), "no findings in 1 file\n");
}

#[test]
fn colours_and_links_only_when_asked() {
    let rules = support::rules();
    let context = ReportContext { colour: true, links: true, ..support::context(&rules) };
    let mut out = Vec::new();
    hublint::report::write(Format::Text, &support::sample(), &context, &mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.contains("\u{1b}[1;31m"));
    assert!(text.contains("\u{1b}]8;;https://"));
    assert!(!support::print(Format::Text, &support::sample()).contains('\u{1b}'));
}

/// miette 7.6 panics when a label stands at column 65,536 or later.
#[test]
fn labels_far_to_the_right_are_shown_in_a_window() {
    for column in [65_534, 65_535, 65_536, 300_000] {
        let mut line = "x".repeat(column);
        line.push_str("TOKEN");
        line.push_str(&"y".repeat(1000));
        let text = text_of(line.as_bytes(), Span::new(column, column + 5));
        assert!(text.starts_with(&format!("a.py:1:{} ", column + 1)), "{text}");
        let mut lines = text.lines();
        let shown = lines.find(|line| line.contains("TOKEN")).unwrap();
        let below = lines.next().unwrap();
        assert!(shown.contains('…') && shown.chars().count() < 120, "{shown}");
        let at = |text: &str, what: &str| text[..text.find(what).unwrap()].chars().count();
        assert_eq!(at(shown, "TOKEN"), at(below, "─"), "{text}");
        assert_eq!(below.matches(['─', '┬', '╰']).count(), 5, "{text}");
    }
}

#[test]
fn a_mark_wider_than_the_window_ends_with_it() {
    let line = "z".repeat(100_000);
    let text = text_of(line.as_bytes(), Span::new(10, 90_000));
    assert!(text.lines().all(|line| line.chars().count() < 120), "{text}");
}

#[test]
fn marks_at_odd_places() {
    for (bytes, span) in [
        (b"".as_slice(), Span::new(0, 0)),
        (b"abc", Span::new(3, 3)),
        (b"abc\n\nx", Span::new(4, 4)),
        (b"abc\r\nx\r", Span::new(3, 9)),
        (b"abc", Span::new(90, 99)),
        ("é🤗\t中".as_bytes(), Span::new(1, 3)),
    ] {
        let text = text_of(bytes, span);
        assert!(text.contains("is a token"), "{text}");
    }
}

#[test]
fn tabs_emoji_and_wide_characters_are_marked_where_they_stand() {
    insta::assert_snapshot!(text_of("\té = '🤗中'; torch.load(p)\r\n".as_bytes(), Span::new(19, 29)));
}

#[test]
fn a_notebook_on_one_line_shows_its_cell() {
    let source = support::notebook("n.ipynb", &["import a\n", "x = 1\ny = load('b')\n"], true);
    let context = FindingContext::new(&source);
    let span = support::span_of(&source, 1, "load");
    let draft = Draft::new("unpinned-revision", Level::Warning, 1, span, "floats");
    let report = Report { findings: vec![context.finding(draft)], ..Report::default() };
    insta::assert_snapshot!(support::print(Format::Text, &report));
}

#[test]
fn errors_of_the_configuration_show_the_line() {
    let text = "select = []\n\n[rules.leaked-token]\nlevle = \"error\"\n";
    let error = Config::parse(Path::new("hublint.toml"), text).unwrap_err();
    let mut out = Vec::new();
    write_error(&error, &support::context(&support::rules()), &mut out).unwrap();
    insta::assert_snapshot!(String::from_utf8(out).unwrap());
}

#[test]
fn tens_of_thousands_of_findings_are_quick() {
    let line = format!("{}torch.load(p)\n", "x = 1; ".repeat(50));
    let source = support::file("a.py", line.repeat(10_000).as_bytes());
    let context = FindingContext::new(&source);
    let started = std::time::Instant::now();
    let findings = (0..10_000)
        .map(|index| {
            let start = index * line.len() + 350;
            let span = Span::new(start, start + 10);
            context.finding(Draft::new("x", Level::Error, 0, span, "m"))
        })
        .collect();
    let report = Report { findings: context.finish(findings), ..Report::default() };
    let text = support::print(Format::Text, &report);
    assert_eq!(text.matches("torch.load").count(), 10_000);
    assert!(started.elapsed().as_secs() < 60, "{:?}", started.elapsed());
}
