//! Comments that silence findings: where they count, what they name, and what is said when they do nothing.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use std::collections::BTreeSet;

use hublint::finding::{Draft, Finding, FindingContext, Level};
use hublint::source::{Language, Source};
use hublint::span::Span;
use hublint::suppress::{Applied, Directives, Known, apply, line_comments};

const RULES: [&str; 6] =
    ["unsafe-torch-load", "unpinned-revision", "leaked-token", "unsafe-deserialization", "unused-ignore", "unknown-rule"];

/// Comments as a Python tokenizer finds them, for code whose strings are on one line.
fn comments(text: &str) -> Vec<Span> {
    let mut spans = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end();
        let mut quote = None;
        for (at, character) in content.char_indices() {
            match (quote, character) {
                (None, '#') => {
                    spans.push(Span::new(start + at, start + content.len()));
                    break;
                }
                (None, '"' | '\'') => quote = Some(character),
                (Some(open), _) if open == character => quote = None,
                _ => {}
            }
        }
        start += line.len();
    }
    spans
}

/// A finding of a rule on each `load(...)`, whose statement reaches to the closing parenthesis.
fn check(source: &Source, rule: &str) -> Applied {
    let context = FindingContext::new(source);
    let mut findings: Vec<Finding> = Vec::new();
    for (index, unit) in source.units.iter().enumerate() {
        for (at, _) in unit.text.match_indices("load(") {
            let end = at + unit.text[at..].find(')').unwrap() + 1;
            let mut draft = Draft::new(rule, Level::Warning, index, Span::new(at, at + 4), "x");
            draft.statement = Some(Span::new(at, end));
            findings.push(context.finding(draft));
        }
    }
    let comments = |unit: usize| comments(&source.units[unit].text);
    let directives = Directives::read(&context, &comments);
    let ids = BTreeSet::from(RULES);
    apply(&context, &directives, context.finish(findings), &Known { ids: &ids, ran: &|rule| rule != "leaked-token" })
}

/// What is left and what is silenced, as `rule:line`.
fn outcome(code: &str) -> (Vec<String>, Vec<String>) {
    let applied = check(&support::file("a.py", code.as_bytes()), "unsafe-torch-load");
    let show = |findings: &[Finding]| {
        findings.iter().map(|finding| format!("{}:{}", finding.rule, finding.location.start.line)).collect::<Vec<_>>()
    };
    (show(&applied.findings), show(&applied.suppressed))
}

#[test]
fn where_a_comment_counts() {
    let silenced: &[&str] = &[
        "load(x)  # hublint: ignore[unsafe-torch-load]\n",
        "load(x)  # hublint: ignore[unsafe-torch-load] we wrote this file ourselves\n",
        "load(x)  #hublint:ignore[ unsafe-torch-load ]\n",
        "load(x)  # noqa: E501  # hublint: ignore[unsafe-torch-load]\n",
        "load(x)  # hublint: ignore[unpinned-revision] hublint: ignore[unsafe-torch-load]\n",
        "# hublint: ignore[unsafe-torch-load]\nload(x)\n",
        "    # hublint: ignore[unsafe-torch-load]\n    # more words\n    load(x)\n",
        "load(\n    x,  # hublint: ignore[unsafe-torch-load]\n    y,\n)\n",
        "load(\n    x,\n)  # hublint: ignore[unsafe-torch-load]\n",
        "# hublint: ignore[unsafe-torch-load]\nload(\n    x,\n)\n",
        "load(x)  # nosec B614\n",
        "load(x)  # nosec: B101, B614\n",
        "load(x)  # nosec pytorch_load\n",
        "load(x)  # noqa: TOR102\n",
        "load(x)  # noqa: E501,TOR102\n",
        "# hublint: ignore-file[unsafe-torch-load] a test of pickles\n\n\nload(x)\n",
    ];
    for code in silenced {
        let (left, gone) = outcome(code);
        assert_eq!(gone.len(), 1, "{code}");
        assert!(left.iter().all(|finding| finding.starts_with("unused-ignore")), "{code}: {left:?}");
    }
    let kept: &[&str] = &[
        "load(x)  # nosec\n",
        "load(x)  # nosec B101\n",
        "load(x)  # noqa\n",
        "load(x)  # noqa TOR102\n",
        "load('# hublint: ignore[unsafe-torch-load]')\n",
        "x = '# hublint: ignore[unsafe-torch-load]'\nload(x)\n",
        "load(x)\n# hublint: ignore[unsafe-torch-load]\n",
        "y = 1  # hublint: ignore[unsafe-torch-load]\nload(x)\n",
        "# hublint: ignore[unsafe-torch-load]\n\nload(x)\n",
        "load(x)  # hublint: ignore\n",
        "load(x)  # hublint: ignore[]\n",
        "load(x)  # hublint: ignore[*]\n",
        "load(x)  # hublint: ignore[unsafe-torch-load\n",
        "load(x)  # hublint: ignroe[unsafe-torch-load]\n",
        "load(x)  # hublint: ignore[unpinned-revision]\n",
        "load(x)  # %% hublint ignore[unsafe-torch-load]\n",
    ];
    for code in kept {
        let (left, gone) = outcome(code);
        assert!(gone.is_empty(), "{code}");
        assert!(left.iter().any(|finding| finding.starts_with("unsafe-torch-load")), "{code}");
    }
}

#[test]
fn comments_that_do_nothing_are_reported() {
    let remarks = |code: &str| {
        let (left, _) = outcome(code);
        left.into_iter().filter(|finding| !finding.starts_with("unsafe-torch-load")).collect::<Vec<_>>()
    };
    assert_eq!(remarks("x = 1  # hublint: ignore[unsafe-torch-load]\n"), ["unused-ignore:1"]);
    assert_eq!(remarks("load(x)  # hublint: ignore[unsafe-torch-load, unpinned-revision]\n"), ["unused-ignore:1"]);
    assert_eq!(remarks("load(x)  # hublint: ignore\n"), ["unused-ignore:1"]);
    assert_eq!(remarks("load(x)  # hublint: ignroe[a]\n"), ["unused-ignore:1"]);
    assert_eq!(remarks("load(x)  # hublint: ignore[unsafe-torch-lod]\n"), ["unknown-rule:1"]);
    assert_eq!(remarks("# hublint: ignore-file[unpinned-revision]\n"), ["unused-ignore:1"]);
    let late = format!("{}# hublint: ignore-file[unsafe-torch-load]\nload(x)\n", "\n".repeat(20));
    assert_eq!(remarks(&late), ["unused-ignore:21"]);
    // A rule that did not run cannot be said to find nothing; prose and foreign words are no directives.
    for silent in [
        "x = 1  # hublint: ignore[leaked-token]\n",
        "x = 1  # nosec B614\n",
        "# hublint: see the docs\n",
        "x = 1  # hublint: ignore[unsafe-torch-load, unused-ignore] both\n",
    ] {
        assert!(remarks(silent).is_empty(), "{silent}");
    }
}

#[test]
fn each_of_two_comments_on_a_statement_is_used() {
    let code = "f(\n  load(a),  # hublint: ignore[unsafe-torch-load]\n  load(b),  # hublint: ignore[unsafe-torch-load]\n)\n";
    let source = support::file("a.py", code.as_bytes());
    let context = FindingContext::new(&source);
    let whole = Span::new(0, code.len() - 1);
    let findings = code
        .match_indices("load(")
        .map(|(at, _)| {
            let mut draft = Draft::new("unsafe-torch-load", Level::Warning, 0, Span::new(at, at + 4), "x");
            draft.statement = Some(whole);
            context.finding(draft)
        })
        .collect();
    let directives = Directives::read(&context, &|_| comments(code));
    let ids = BTreeSet::from(RULES);
    let applied = apply(&context, &directives, findings, &Known { ids: &ids, ran: &|_| true });
    assert_eq!((applied.findings.len(), applied.suppressed.len()), (0, 2));
}

#[test]
fn the_reason_is_kept() {
    for (code, reason) in [
        ("load(x)  # hublint: ignore[unsafe-torch-load] our own file\n", "our own file"),
        ("load(x)  # hublint: ignore[unsafe-torch-load]: our own file\n", "our own file"),
        ("load(x)  # hublint: ignore[unsafe-torch-load] -- our own file  \n", "our own file"),
        ("load(x)  # hublint: ignore[unsafe-torch-load]\n", ""),
    ] {
        let applied = check(&support::file("a.py", code.as_bytes()), "unsafe-torch-load");
        let suppression = applied.suppressed[0].suppressed.as_ref().unwrap();
        assert!(suppression.in_source);
        assert_eq!(suppression.reason, reason);
    }
}

#[test]
fn in_a_notebook_each_cell_stands_for_itself_and_the_first_for_the_file() {
    let cells = ["load(a)\n# hublint: ignore[unsafe-torch-load]", "load(b)  # hublint: ignore[unsafe-torch-load]\n", "load(c)"];
    let applied = check(&support::notebook("n.ipynb", &cells, false), "unsafe-torch-load");
    assert_eq!(applied.suppressed.len(), 1);
    assert_eq!(applied.suppressed[0].location.cell.as_ref().unwrap().number, 2);
    let cells = ["# hublint: ignore-file[unsafe-torch-load]\nload(a)", "load(b)"];
    let applied = check(&support::notebook("n.ipynb", &cells, true), "unsafe-torch-load");
    assert_eq!((applied.findings.len(), applied.suppressed.len()), (0, 2));
    let cells = ["load(a)", "# hublint: ignore-file[unsafe-torch-load]\nload(b)"];
    let applied = check(&support::notebook("n.ipynb", &cells, true), "unsafe-torch-load");
    assert_eq!((applied.findings.len(), applied.suppressed.len()), (3, 0));
}

#[test]
fn comments_of_other_languages() {
    let cases: &[(Language, &str, Option<&str>)] = &[
        (Language::Shell, "hf download a/b # hublint: ignore[x]", Some("# hublint: ignore[x]")),
        (Language::Shell, "echo '# hublint: ignore[x]'", None),
        (Language::Shell, "echo a#hublint: ignore[x]", None),
        (Language::Shell, "echo don't # hublint: ignore[x]", Some("# hublint: ignore[x]")),
        (Language::Yaml, "a: \"b\" # hublint: ignore[x]", Some("# hublint: ignore[x]")),
        (Language::Yaml, "a: \"b # hublint: ignore[x]\"", None),
        (Language::Toml, "# hublint: ignore[x]", Some("# hublint: ignore[x]")),
        (Language::Dockerfile, "RUN x # hublint: ignore[x]", Some("# hublint: ignore[x]")),
        (Language::Json, "{\"a\": 1} // hublint: ignore[x]", Some("// hublint: ignore[x]")),
        (Language::Json, "{\"a\": \"// hublint: ignore[x]\"}", None),
        (Language::Markdown, "text <!-- hublint: ignore[x] why -->", Some("<!-- hublint: ignore[x] why -->")),
        (Language::Text, "token = 1; // hublint: ignore[x]", Some("// hublint: ignore[x]")),
        (Language::Text, "select 1 -- hublint: ignore[x]", Some("-- hublint: ignore[x]")),
        (Language::Text, "% hublint: ignore[x]", None),
    ];
    for (language, line, expected) in cases {
        let text = format!("first\n{line}\r\nlast\n");
        let found: Vec<&str> = line_comments(&text, *language).iter().map(|span| span.text(&text)).collect();
        assert_eq!(found, expected.iter().copied().collect::<Vec<_>>(), "{line}");
    }
}

#[test]
fn hostile_texts_stay_quick() {
    let started = std::time::Instant::now();
    for text in [
        format!("# {}", "hublint: ignore[".repeat(100_000)),
        format!("# {}", "hublint:".repeat(200_000)),
        format!("# hublint: ignore[{}]", "a,".repeat(200_000)),
        format!("# noqa: {}", "TOR102,".repeat(100_000)),
        "load(x)  # hublint: ignore[unsafe-torch-load]\n".repeat(20_000),
        "# hublint: ignore[unsafe-torch-load]\n".repeat(20_000),
        format!("load({}\n)\n", "x,  # hublint: ignore[unsafe-torch-load]\n".repeat(20_000)),
    ] {
        check(&support::file("a.py", text.as_bytes()), "unsafe-torch-load");
        assert!(line_comments(&text, Language::Yaml).len() <= 40_000);
        assert!(started.elapsed().as_secs() < 60, "{:?} {:?}", started.elapsed(), &text[..40]);
    }
}
