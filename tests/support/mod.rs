//! Synthetic findings for the tests of the printers: sources in memory, among them a notebook and odd names.
#![allow(dead_code)]

use std::borrow::Cow;

use hublint::finding::{Draft, Edit, Finding, FindingContext, Fix, Level, Problem, Suppression};
use hublint::report::{Format, Report, ReportContext, RuleText, Statistics};
use hublint::source::{Cell, Language, OffsetMap, Source, Unit, UnitKind};
use hublint::span::Span;

/// A plain file.
pub fn file(path: &str, bytes: &[u8]) -> Source {
    let text = String::from_utf8_lossy(bytes).into_owned();
    Source {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
        notebook: false,
        cells: Vec::new(),
        problems: Vec::new(),
        units: vec![Unit {
            map: OffsetMap::identity(0, text.len()),
            text,
            language: Language::Python,
            kind: UnitKind::File,
            cell: None,
        }],
    }
}

/// A notebook with one cell for each text, written as JSON with one string for each line, or wholly on one line.
pub fn notebook(path: &str, cells: &[&str], minified: bool) -> Source {
    let mut bytes: Vec<u8> = b"{\"cells\": [".to_vec();
    let newline: &[u8] = if minified { b"" } else { b"\n   " };
    let mut units = Vec::new();
    for (index, text) in cells.iter().enumerate() {
        if index > 0 {
            bytes.push(b',');
        }
        bytes.extend_from_slice(newline);
        bytes.extend_from_slice(b"{\"cell_type\": \"code\", \"source\": [");
        let mut anchors = Vec::new();
        let mut offset = 0;
        for (line_index, line) in text.split_inclusive('\n').enumerate() {
            if line_index > 0 {
                bytes.push(b',');
            }
            bytes.extend_from_slice(newline);
            bytes.push(b'"');
            for character in line.chars() {
                anchors.push((offset as u32, bytes.len() as u32));
                let escaped = serde_json::to_string(&character.to_string()).unwrap();
                bytes.extend_from_slice(&escaped.as_bytes()[1..escaped.len() - 1]);
                offset += character.len_utf8();
            }
            bytes.push(b'"');
        }
        let end = bytes.len() as u32 - 1;
        bytes.extend_from_slice(b"]}");
        units.push(Unit {
            text: (*text).to_owned(),
            language: Language::Python,
            kind: UnitKind::Code,
            cell: Some(Cell { number: index as u32 + 1, id: None, output: None }),
            map: OffsetMap::new(anchors, end),
        });
    }
    bytes.extend_from_slice(b"]}\n");
    Source { path: path.to_owned(), bytes, notebook: true, cells: Vec::new(), problems: Vec::new(), units }
}

/// The first place of `needle` in a unit.
pub fn span_of(source: &Source, unit: usize, needle: &str) -> Span {
    let start = source.units[unit].text.find(needle).unwrap();
    Span::new(start, start + needle.len())
}

/// Replaces what has the shape of a made-up secret.
pub fn mask(text: &str) -> Cow<'_, str> {
    if text.contains("SECRET") { Cow::Owned(text.replace("SECRETSECRET", "SEC…(masked)")) } else { Cow::Borrowed(text) }
}

/// A finding with everything that a finding can have.
pub fn finding(source: &Source, rule: &str, level: Level, unit: usize, needle: &str) -> Finding {
    let context = FindingContext::new(source).masked_by(&mask).with_line_hashes(true);
    let span = span_of(source, unit, needle);
    let mut draft = Draft::new(rule, level, unit, span, format!("`{needle}` loads org/model from a branch"));
    draft.help = "pin it with revision=\"<commit>\"".to_owned();
    draft.repo = Some("org/model".to_owned());
    draft.related = vec![context.related("the import is here", unit, Span::new(0, 1))];
    let range = source.units[unit].map.file_range(span);
    draft.fix = Some(Fix {
        safe: true,
        description: "Pin the revision".to_owned(),
        edits: vec![Edit { start: range.end, end: range.end, text: ", revision='x'".to_owned() }],
    });
    draft.properties.insert("kind".to_owned(), "model".to_owned());
    context.finish(vec![context.finding(draft)]).remove(0)
}

/// Two rules as the catalogue gives them.
pub fn rules() -> Vec<RuleText> {
    let rule = |id: &str, cwe: u32, score: Option<f64>| RuleText {
        id: id.to_owned(),
        name: format!("Rule {id}"),
        level: Level::Warning,
        precision: "high".to_owned(),
        cwe: vec![cwe],
        security_severity: score,
        summary: format!("Something about {id}."),
        full: "Why it matters. ".repeat(100),
        help: "Do this instead.".to_owned(),
        help_markdown: "# Do this\n\n`instead`".to_owned(),
        help_uri: format!("https://github.com/hublint/hublint/blob/main/rules/README.md#{id}"),
        group: if id == "unpinned-revision" { "{count} calls load {repo} unpinned".to_owned() } else { String::new() },
    };
    vec![rule("unpinned-revision", 494, Some(6.5)), rule("leaked-token", 798, Some(9.1)), rule("unused-ignore", 1164, None)]
}

/// The context of a terminal without colours.
pub fn context(rules: &[RuleText]) -> ReportContext<'_> {
    ReportContext {
        rules,
        colour: false,
        links: false,
        width: 100,
        version: env!("CARGO_PKG_VERSION"),
        statistics: false,
        quiet: false,
    }
}

/// A report printed in a format.
pub fn print(format: Format, report: &Report) -> String {
    let rules = rules();
    let mut out = Vec::new();
    hublint::report::write(format, report, &context(&rules), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The sources of [`sample`].
pub fn sources() -> Vec<Source> {
    let code = "import transformers\nm = transformers.AutoModel.from_pretrained(\n    \"org/model\",\n)\n";
    let accents = "é = '🤗'; m = transformers.AutoModel.from_pretrained('org/model')\r\nx = 1\r\n";
    let mut sources: Vec<Source> = ["my file.py", "é.py", "a#b.py", "100%.py", "src/plain.py", "back\\slash.py"]
        .iter()
        .map(|path| file(path, code.as_bytes()))
        .collect();
    sources.push(file("src/accents.py", accents.as_bytes()));
    sources.push(file("src/bom.py", format!("\u{feff}{code}").as_bytes()));
    sources.push(notebook(
        "nb/demo.ipynb",
        &["x = 1\n", "import transformers\n# \"é🤗\"\nm = transformers.AutoModel.from_pretrained(\"org/model\")\n"],
        false,
    ));
    sources.push(notebook(
        "nb/minified.ipynb",
        &["import transformers\nm = transformers.AutoModel.from_pretrained(\"org/model\")"],
        true,
    ));
    sources
}

/// A report with a finding in every source, a suppressed one and problems.
pub fn sample() -> Report {
    let mut report = Report::default();
    for source in &sources() {
        let unit = source.units.len() - 1;
        report.findings.push(finding(
            source,
            "unpinned-revision",
            Level::Warning,
            unit,
            "transformers.AutoModel.from_pretrained",
        ));
    }
    let plain = file("src/b.py", b"token = 'SECRETSECRET'  # [x](1) \\[\n");
    report.findings.push(finding(&plain, "leaked-token", Level::Error, 0, "'SECRETSECRET'  # [x](1) \\["));
    let mut silenced = finding(&plain, "unpinned-revision", Level::Note, 0, "token");
    silenced.suppressed = Some(Suppression { in_source: true, reason: "only a test".to_owned() });
    report.suppressed.push(silenced);
    report.problems.push(Problem {
        path: "bad file.ipynb".to_owned(),
        line: Some(3),
        message: "is not JSON: expected `]`".to_owned(),
        partial: true,
    });
    report.problems.push(Problem {
        path: "big.py".to_owned(),
        line: None,
        message: "is larger than the limit".to_owned(),
        partial: false,
    });
    report.statistics = Statistics { files: 12, bytes: 3456, suppressed: 1, in_baseline: 0 };
    report.sort();
    report
}
