//! The whole engine over one file, and what holds for everything that it says.

use std::sync::OnceLock;

use hublint::catalog::Catalog;
use hublint::engine::{Engine, FileResult, NoWorld, Settings};
use hublint::finding::{Finding, Location, Position};
use hublint::hub::{Chain, Commit, CommitSource, RepoRequest, ResolveError, Resolved, Source};
use hublint::pin::Pinner;
use hublint::prefilter::Prefilter;
use hublint::python::project::NoProject;
use hublint::report::{Format, Report, ReportContext, RuleText};

/// The kinds of files that are told apart by their name.
const PATHS: [&str; 24] = [
    "run.sh",
    "Dockerfile",
    "Makefile",
    "a.yaml",
    ".github/workflows/ci.yml",
    ".gitlab-ci.yml",
    "docker-compose.yml",
    "deploy/k8s.yaml",
    "a.json",
    "adapter_config.json",
    "a.toml",
    "pyproject.toml",
    "README.md",
    ".env",
    ".gitmodules",
    "requirements.txt",
    "environment.yml",
    "setup.cfg",
    "conf/config.yaml",
    "notes.txt",
    "uv.lock",
    "a.jsonl",
    "script",
    ".pre-commit-config.yaml",
];

/// The path that a byte stands for. Its folder has a name that no terminal, log or page should see as it is.
pub fn path(byte: u8) -> &'static str {
    PATHS.get(usize::from(byte) % PATHS.len()).unwrap_or(&"a")
}

/// A name that a stranger gave to the folder above.
const FOLDER: &str = "\u{1b}]0;x\u{7}\n::error::\u{202e}##[add-mask]<b>|`/";

/// A source of commits for every id but those with a `z`.
pub struct Everything;

impl CommitSource for Everything {
    fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError> {
        let commit = Commit::parse("0123456789abcdef0123456789abcdef01234567").filter(|_| !request.id.contains('z'));
        commit.map(|commit| Resolved::new(commit, Source::Cache)).ok_or(ResolveError::NotInCache)
    }
}

/// A pinner that knows a commit for nearly everything.
pub fn pinner(style: hublint::fix::Style) -> Pinner<'static> {
    Pinner {
        chain: Chain::new().with(Source::Cache, &Everything),
        cache: None,
        lock: None,
        info: None,
        online_possible: true,
        today: None,
        style,
        prefer: false,
    }
}

/// An engine with every rule. `inventory` makes rows as well, and reads code in documentation.
pub fn engine(pins: Option<&'static Pinner<'static>>, whole_parse: bool) -> Engine<'static> {
    let catalog = Catalog::builtin();
    Engine {
        catalog,
        prefilter: Prefilter::new(catalog),
        project: &NoProject,
        world: &NoWorld,
        pins,
        settings: Settings {
            rules: catalog.policy_ids().map(str::to_owned).collect(),
            ignore_comments: true,
            line_hashes: true,
            report_unknown: true,
            keep_uses: true,
            list_repos: true,
            inventory: true,
            include_docs: true,
            whole_parse,
            ..Settings::default()
        },
    }
}

/// Checks a file in every way and holds the results to the promises.
pub fn check(path: &str, data: &[u8]) {
    static ON_DEMAND: OnceLock<Engine<'static>> = OnceLock::new();
    static WHOLE: OnceLock<Engine<'static>> = OnceLock::new();
    let path = format!("{FOLDER}{path}");
    let result = ON_DEMAND.get_or_init(|| engine(None, false)).check(&path, data.to_vec());
    inspect(data, &result);
    if data.len() < 4096 {
        let again = ON_DEMAND.get_or_init(|| engine(None, false)).check(&path, data.to_vec());
        same(&result, &again, "a second run");
    }
    // In broken code the two ways may recover differently.
    let legal = || std::str::from_utf8(data).is_ok_and(|text| hublint::python::syntax::error_count(text) == Some(0));
    let says_something = !(result.findings.is_empty() && result.uses.is_empty());
    if says_something && result.problems.is_empty() && path.ends_with(".py") && legal() {
        let whole = WHOLE.get_or_init(|| engine(None, true)).check(&path, data.to_vec());
        same(&result, &whole, "parsing whole");
    }
}

fn same(left: &FileResult, right: &FileResult, what: &str) {
    assert_eq!(left.findings, right.findings, "{what}");
    assert_eq!(left.suppressed, right.suppressed, "{what}");
    assert_eq!(left.problems, right.problems, "{what}");
    assert_eq!(left.repos, right.repos, "{what}");
    assert_eq!(format!("{:?}", left.rows), format!("{:?}", right.rows), "{what}");
}

/// What holds for every result: places are in the file and count as a plain reader counts, and no printer lets anything out.
pub fn inspect(data: &[u8], result: &FileResult) {
    for finding in result.findings.iter().chain(&result.suppressed) {
        place(data, &finding.location);
        for related in &finding.related {
            place(data, &related.location);
        }
        assert!(!finding.message.is_empty() && !finding.rule.is_empty());
        assert!(finding.snippet.chars().count() <= 260, "{}", finding.snippet);
        let marked = finding.line_text.chars().count();
        assert!(finding.mark.0 <= finding.mark.1 && finding.mark.1 as usize <= marked, "{:?} of {marked}", finding.mark);
        edits(data, finding);
    }
    for problem in &result.problems {
        let lines = data.iter().filter(|byte| matches!(byte, b'\n' | b'\r')).count() + 1;
        assert!(problem.line.is_none_or(|line| line >= 1 && line as usize <= lines), "{problem:?}");
    }
    if !(result.findings.is_empty() && result.problems.is_empty()) {
        print(result);
    }
}

fn edits(data: &[u8], finding: &Finding) {
    let Some(fix) = &finding.fix else { return };
    assert!(!fix.edits.is_empty());
    let mut last = 0;
    for edit in &fix.edits {
        assert!(last <= edit.start && edit.start <= edit.end && edit.end <= data.len(), "{fix:?}");
        last = edit.end;
    }
    assert_eq!(fix.edits.len(), finding.fix_places.len());
}

fn place(data: &[u8], location: &Location) {
    assert!(location.start_byte <= location.end_byte && location.end_byte <= data.len(), "{location:?} of {}", data.len());
    assert_eq!(location.start, naive(data, location.start_byte), "start of {location:?}");
    assert!(location.start <= location.end, "{location:?}");
    if let Some(cell) = &location.cell {
        assert!(cell.number >= 1 && cell.line >= 1 && cell.column >= 1, "{cell:?}");
    }
}

/// Line and columns of a byte, counted from the start of the file, the plain way.
fn naive(data: &[u8], offset: usize) -> Position {
    let before = data.get(..offset).unwrap();
    let mut position = Position { line: 1, column: 1, column_utf16: 1 };
    // A character that the offset cuts through counts from its start.
    let mut at = 0;
    for chunk in data.utf8_chunks() {
        let invalid = (!chunk.invalid().is_empty()).then_some(('\u{FFFD}', chunk.invalid().len()));
        for (character, length) in chunk.valid().chars().map(|character| (character, character.len_utf8())).chain(invalid) {
            if at + length > before.len() {
                return position;
            }
            at += length;
            match character {
                '\r' if data.get(at) == Some(&b'\n') => {}
                '\n' | '\r' => position = Position { line: position.line + 1, column: 1, column_utf16: 1 },
                _ => {
                    position.column += 1;
                    position.column_utf16 += u32::from(character as u32 > 0xFFFF) + 1;
                }
            }
        }
    }
    position
}

/// Prints a result in every format and looks for what steers a terminal, a log or a page.
fn print(result: &FileResult) {
    static RULES: OnceLock<Vec<RuleText>> = OnceLock::new();
    // One rule's text is enough: they are our own, and long.
    let rules = RULES.get_or_init(|| hublint::run::rule_texts(Catalog::builtin().policies().iter().take(1)));
    let mut report = Report {
        findings: result.findings.iter().take(20).cloned().collect(),
        suppressed: result.suppressed.iter().take(20).cloned().collect(),
        problems: result.problems.iter().take(20).cloned().collect(),
        ..Report::default()
    };
    report.sort();
    let context = ReportContext { rules, colour: false, links: false, width: 100, version: "1", statistics: true, quiet: false };
    for format in [Format::Text, Format::Concise, Format::Json, Format::Sarif, Format::Github, Format::Gitlab, Format::Markdown] {
        let mut out = Vec::new();
        hublint::report::write(format, &report, &context, &mut out).unwrap();
        let text = String::from_utf8(out).unwrap();
        harmless(&text, format == Format::Github);
        if matches!(format, Format::Json | Format::Sarif | Format::Gitlab) {
            serde_json::from_str::<serde_json::Value>(&text).unwrap();
        }
        if format == Format::Markdown {
            assert!(!text.contains("<b>") && !text.contains("<script"), "{text}");
        }
    }
}

/// No control character, no hidden one, no runner command but our own.
pub fn harmless(text: &str, commands: bool) {
    for character in text.chars() {
        let hidden = matches!(character, '\u{200B}' | '\u{200E}' | '\u{200F}'
            | '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FEFF}' | '\u{E0000}'..='\u{E007F}');
        assert!(!hidden && (character == '\n' || !character.is_control()), "{character:?} in {text}");
    }
    for line in text.lines().map(str::trim_start) {
        let ours = ["::error title=hublint", "::warning title=hublint", "::notice title=hublint"];
        assert!(!line.starts_with("::") || (commands && ours.iter().any(|start| line.starts_with(start))), "{line}");
        assert!(!line.contains("##[") && !line.contains("##vso["), "{line}");
    }
}
