//! Nothing of the scanned source steers a terminal, a log, a summary or a runner, whatever the format.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use hublint::finding::{Draft, Edit, FindingContext, Fix, Level, Problem, Suppression};
use hublint::report::{Format, Report};
use hublint::span::Span;

const FORMATS: [Format; 7] =
    [Format::Text, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Markdown];

/// Strings that strangers may put into names, code and reasons.
const NASTY: &[&str] = &[
    "\u{1b}[31mred\u{1b}]8;;http://x\u{1b}\\",
    "a\u{202e}txt.exe\u{2066}\u{200f}",
    "\u{0}\u{7}\u{8}\u{7f}\u{9b}31m\u{85}",
    "x\n::error file=a::pwned",
    "x\r::add-mask::pwned",
    "::set-output name=a::b",
    "##[error]pwned",
    "###[add-mask]pwned",
    "##vso[task.setvariable variable=a]b",
    "<script>alert(1)</script><img src=x onerror=y>",
    "| a | b |\n|---|---|\n[click](javascript:x) ![i](http://x) @everyone #1 `<b>`",
    "%0A::error::x%0D",
    "\u{feff}\u{200b}\u{e0041}\u{2028}\u{2029}",
    "\"}],\"x\":[{\"",
];

fn report(nasty: &str) -> Report {
    let path = format!("{}/x.py", nasty.replace('/', "_"));
    let code = format!("load('{nasty}')\n");
    let source = support::file(&path, code.as_bytes());
    let context = FindingContext::new(&source).with_line_hashes(true);
    let mut findings = Vec::new();
    for level in [Level::Error, Level::Warning, Level::Note] {
        let mut draft = Draft::new("unpinned-revision", level, 0, Span::new(0, code.len()), nasty);
        draft.help = nasty.to_owned();
        draft.repo = Some(nasty.to_owned());
        draft.related = vec![context.related(nasty, 0, Span::new(0, 4))];
        draft.properties.insert("kind".to_owned(), nasty.to_owned());
        draft.fix = Some(Fix {
            safe: true,
            description: nasty.to_owned(),
            edits: vec![Edit { start: 0, end: 4, text: nasty.to_owned() }],
        });
        findings.push(context.finding(draft));
    }
    let mut silenced = findings[0].clone();
    silenced.suppressed = Some(Suppression { in_source: true, reason: nasty.to_owned() });
    let mut again = findings[0].clone();
    again.location.path = format!("{path}2");
    findings.push(again);
    let problem = Problem { path, line: Some(1), message: nasty.to_owned(), partial: false };
    let mut report = Report { findings, suppressed: vec![silenced], problems: vec![problem], ..Report::default() };
    report.sort();
    report
}

#[test]
fn no_control_character_or_hidden_one_in_any_format() {
    for nasty in NASTY {
        let report = report(nasty);
        for format in FORMATS {
            let text = support::print(format, &report);
            for character in text.chars() {
                let hidden = matches!(character, '\u{200B}' | '\u{200E}' | '\u{200F}'
                    | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}');
                assert!(!hidden && (character == '\n' || !character.is_control()), "{character:?} of {nasty:?} in {format:?}");
            }
        }
    }
}

#[test]
fn no_runner_command_of_the_source_in_any_format() {
    for nasty in NASTY {
        let report = report(nasty);
        for format in FORMATS {
            for line in support::print(format, &report).lines() {
                let line = line.trim_start();
                if let Some(command) = line.strip_prefix("::") {
                    assert_eq!(format, Format::Github, "{line}");
                    let own = ["::error title=hublint", "::warning title=hublint", "::notice title=hublint"];
                    assert!(own.iter().any(|start| line.starts_with(start)), "{line}");
                    // Two unescaped `::`: that of the command and that before the message, as long as the properties hold none.
                    let properties = command.split_once("::").unwrap().0;
                    assert!(properties.split(',').all(|part| part.contains('=')), "{line}");
                }
                for start in ["##[", "##vso["] {
                    assert!(!line.contains(start), "{format:?}: {line}");
                }
            }
        }
    }
}

#[test]
fn markdown_keeps_its_shape() {
    for nasty in NASTY {
        let text = support::print(Format::Markdown, &report(nasty));
        assert!(!text.contains("<script") && !text.contains("<img"), "{text}");
        assert!(!text.contains("](javascript") && !text.contains("](http:"), "{text}");
        assert!(!text.contains("@everyone"), "{text}");
        for line in text.lines().filter(|line| line.starts_with('|')) {
            let cells = line.matches('|').count() - 1;
            assert!(cells == 4 || cells == 5, "{line}");
        }
        assert_eq!(text.matches("\n## ").count(), 0, "{text}");
    }
}

#[test]
fn json_formats_stay_json_and_keep_the_value() {
    for nasty in NASTY {
        let report = report(nasty);
        for format in [Format::Json, Format::Sarif, Format::Gitlab] {
            let value: serde_json::Value = serde_json::from_str(&support::print(format, &report)).unwrap();
            assert!(value.is_object() || value.is_array());
        }
        let json: serde_json::Value = serde_json::from_str(&support::print(Format::Json, &report)).unwrap();
        assert_eq!(json["findings"][0]["message"], *nasty);
    }
}

#[test]
fn annotations_are_capped_and_say_so() {
    let mut report = report("plain");
    let note = report.findings.iter().find(|finding| finding.level == Level::Note).unwrap().clone();
    report.findings.extend(vec![note; 30]);
    let text = support::print(Format::Github, &report);
    let notices = text.lines().filter(|line| line.starts_with("::notice title=hublint ")).count();
    assert_eq!(notices, 9);
    assert!(text.contains("22 findings more of this level are hidden"), "{text}");
}

#[test]
fn a_summary_never_exceeds_the_limit_of_github() {
    let mut report = report("plain");
    let error = report.findings[0].clone();
    report.findings.extend(vec![error; 20_000]);
    let text = support::print(Format::Markdown, &report);
    assert!(text.len() < 1024 * 1024);
    assert!(text.contains("rows left out"));
}

#[test]
fn a_closed_pipe_is_an_error_of_that_kind() {
    struct Closed;
    impl std::io::Write for Closed {
        fn write(&mut self, _: &[u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::BrokenPipe.into())
        }
        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }
    let rules = support::rules();
    for format in FORMATS {
        let error = hublint::report::write(format, &support::sample(), &support::context(&rules), &mut Closed).unwrap_err();
        assert_eq!(error.kind(), std::io::ErrorKind::BrokenPipe, "{format:?}");
    }
}

#[test]
fn no_format_shows_the_secret_or_its_neighbourhood() {
    // A secret across the edge of what is shown, on a long line and in the middle of a short one.
    let secret = "SECRETSECRET";
    for before in [3, 100, 119, 121, 2000, 5000] {
        let code = format!("{}{secret}{}load(x)\n", "a ".repeat(before), " b".repeat(60));
        let source = support::file("s.py", code.as_bytes());
        let context = FindingContext::new(&source).masked_by(&support::mask);
        let at = code.find("load").unwrap();
        let findings = vec![
            context.finding(Draft::new("x", Level::Error, 0, Span::new(at, at + 4), format!("m {secret}"))),
            context.finding(Draft::new("y", Level::Error, 0, Span::new(0, code.len()), "m")),
        ];
        let report = Report { findings: context.finish(findings), ..Report::default() };
        for format in FORMATS {
            let text = support::print(format, &report);
            assert!(!text.contains("SECRETSE") && !text.contains("ETSECRET"), "{format:?} {before}: {text}");
        }
    }
}
