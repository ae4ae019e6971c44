//! The situations of `tests/resolver/*.py`: every use in them is what the marker on its line says, and no other.
//!
//! A situation begins with `# situation: <verdict>: <title>`. `# file: <path>` begins another file of the same project
//! (the last file is the one that is checked), `# cell` another cell of a notebook. `# use: ...` at the end of a line
//! states the use there; several are separated by ` ;; `. The verdict (`bad`, `good`, `unknown`) is computed from the uses
//! and must be the stated one. `UPDATE=1 cargo test --test resolver` rewrites the markers and `docs/resolver.md`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

use std::fmt::Write as _;
use std::path::Path;

use hublint::catalog::{Catalog, EntryKind, Pin, RepoKind, Unpickles};
use hublint::python::module::{Module, ParseMode};
use hublint::python::project::MapProject;
use hublint::python::uses::{CodeCell, FileContext, uses};
use hublint::usage::{Argument, Confidence, Guard, Literal, Origin, Role, Use, UseKind, Value, Why};

/// A situation as it stands in its file.
struct Situation {
    verdict: String,
    title: String,
    /// Path and text of each file; the last one is checked.
    files: Vec<(String, String)>,
    /// Lines of the whole file that belong to the checked text: index of the first.
    first_line: usize,
}

const MARK: &str = "  # use: ";

fn literal(value: &Literal) -> String {
    match value {
        Literal::Str(text) => format!("{text:?}"),
        Literal::Int(number) => number.to_string(),
        Literal::Number(number) => number.clone(),
        Literal::Bool(true) => "True".to_owned(),
        Literal::Bool(false) => "False".to_owned(),
        Literal::None => "None".to_owned(),
        Literal::Bytes(bytes) => format!("bytes({})", bytes.len()),
        Literal::List(items) => format!("[{}]", items.iter().map(value_text).collect::<Vec<_>>().join(", ")),
        Literal::Dict { items, open } => {
            let mut parts: Vec<String> =
                items.iter().map(|(key, value)| format!("{}: {}", literal(key), value_text(value))).collect();
            if *open {
                parts.push("...".to_owned());
            }
            format!("{{{}}}", parts.join(", "))
        }
        Literal::LocalPath(Some(text)) => format!("path({text:?})"),
        Literal::LocalPath(None) => "path(?)".to_owned(),
        Literal::Object(name) => name.clone(),
        Literal::Result(name) => format!("<{name}>"),
    }
}

fn value_text(value: &Value) -> String {
    match value {
        Value::Known(known) => literal(known),
        Value::OneOf(several) => several.iter().map(literal).collect::<Vec<_>>().join(" | "),
        Value::Unknown(why) => format!("?{}", format!("{why:?}").to_lowercase()),
    }
}

fn argument(argument: &Argument) -> String {
    let mut text = value_text(&argument.value);
    match argument.origin {
        Origin::Default => text.push_str("@default"),
        Origin::Environment => text.push_str("@environment"),
        _ => {}
    }
    if let Some(path) = argument.definition.as_ref().and_then(|definition| definition.path.as_ref()) {
        let _ = write!(text, "@{path}");
    }
    text
}

fn role_word(role: Role) -> String {
    match serde_json::to_value(role) {
        Ok(serde_json::Value::String(word)) => word,
        _ => format!("{role:?}"),
    }
}

fn describe(one: &Use) -> String {
    let mut text = match one.kind {
        UseKind::Call => String::new(),
        kind => format!("{} ", format!("{kind:?}").to_lowercase()),
    };
    text.push_str(&one.qualified);
    for (role, given) in &one.arguments {
        let _ = write!(text, " {}={}", role_word(*role), argument(given));
    }
    if one.site.is_some_and(|site| site.open) {
        text.push_str(" open");
    }
    if one.saved_before {
        text.push_str(" saved");
    }
    if one.retry_of.is_some() {
        text.push_str(" retry");
    }
    match one.guarded {
        Some(Guard::SafetensorsSuffix) => text.push_str(" guard:safetensors"),
        Some(Guard::Scanned) => text.push_str(" guard:scanned"),
        Some(Guard::ExistsLocally) => text.push_str(" guard:exists"),
        None => {}
    }
    if one.confidence != Confidence::High {
        let _ = write!(text, " {}", format!("{:?}", one.confidence).to_lowercase());
    }
    text
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Verdict {
    Good,
    Unknown,
    Bad,
}

fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_local(literal: &Literal) -> bool {
    match literal {
        Literal::LocalPath(_) | Literal::Result(_) => true,
        Literal::Str(text) => text.starts_with(['.', '/', '~']) || text.matches('/').count() > 1 || text.contains('\\'),
        _ => false,
    }
}

/// What the rules would say, in short: enough to tell good from bad in these situations.
fn verdict_of(catalog: &Catalog, one: &Use) -> Verdict {
    let entry = one.entry.map(|id| catalog.entry(id));
    let truth = |argument: &Argument| -> Verdict {
        let literals = argument.value.literals();
        // As the rules read it: "0" is on for Python, and off for whoever writes it.
        let off = |literal: &Literal| matches!(literal.as_str(), Some("0" | "false" | "False"));
        if literals.iter().any(|literal| literal.truth() == Some(true) && !off(literal)) {
            Verdict::Bad
        } else if literals.is_empty() {
            Verdict::Unknown
        } else {
            Verdict::Good
        }
    };
    let mut worst = Verdict::Good;
    let open = one.site.is_some_and(|site| site.open);
    if matches!(one.kind, UseKind::Switch | UseKind::Environment) {
        if let Some(argument) = one.argument(Role::WeightsOnly).or_else(|| one.argument(Role::SafeMode)) {
            let off = argument.value.literals().iter().any(|literal| literal.truth() == Some(false));
            return if off { Verdict::Bad } else { Verdict::Good };
        }
        return one.arguments.values().map(truth).max().unwrap_or(Verdict::Good);
    }
    if entry.is_some_and(|entry| entry.unpickles == Unpickles::Always && entry.kind == EntryKind::Callable) {
        return Verdict::Bad;
    }
    if let Some(pickle) = one.argument(Role::AllowPickle) {
        worst = worst.max(truth(pickle));
    }
    if let Some(switch) = one.argument(Role::RemoteCode) {
        worst = worst.max(truth(switch));
    }
    if matches!(one.qualified.as_str(), "torch.load" | "torch.serialization.load") {
        let safe = match one.argument(Role::WeightsOnly) {
            None if one.argument(Role::PickleModule).is_some() => Verdict::Bad,
            None if open => Verdict::Unknown,
            None => Verdict::Bad,
            Some(argument) if argument.value.literals().is_empty() => Verdict::Unknown,
            Some(argument) if argument.value.literals().iter().all(|one| one.truth() == Some(true)) => Verdict::Good,
            Some(_) => Verdict::Bad,
        };
        return worst.max(safe);
    }
    let hub = entry.is_some_and(|entry| {
        entry.kind == EntryKind::Callable
            && entry.pin == Pin::Keyword
            && matches!(entry.repo, Some(RepoKind::Model | RepoKind::Dataset | RepoKind::Any | RepoKind::Space))
            && entry.parameter(Role::Revision).is_some()
    });
    if hub && (one.kind == UseKind::Call || (one.kind == UseKind::Reference && one.argument(Role::RepoId).is_some())) {
        let offline = one.argument(Role::LocalFilesOnly).is_some_and(|argument| {
            argument.value.literals().iter().all(|one| one.truth() == Some(true)) && !argument.value.literals().is_empty()
        });
        let repo = one.argument(Role::RepoId);
        let local = one.saved_before
            || offline
            || repo.is_some_and(|repo| !repo.value.literals().is_empty() && repo.value.literals().iter().all(is_local));
        if !local {
            let packaged = repo.is_some_and(|repo| {
                matches!(&repo.value, Value::Known(Literal::Str(text)) if matches!(text.as_str(), "csv" | "json" | "parquet" | "text"))
            });
            let pin = match one.argument(Role::Revision) {
                _ if packaged => Verdict::Good,
                _ if repo.is_none_or(|repo| repo.value.literals().is_empty()) => Verdict::Unknown,
                None if open => Verdict::Unknown,
                None => Verdict::Bad,
                Some(argument) if argument.value == Value::Unknown(Why::Bound) => Verdict::Unknown,
                Some(argument) if argument.value.literals().is_empty() => Verdict::Unknown,
                Some(argument) if argument.value.literals().iter().all(|one| one.as_str().is_some_and(is_commit)) => {
                    Verdict::Good
                }
                Some(_) => Verdict::Bad,
            };
            worst = worst.max(pin);
        }
    }
    worst
}

fn situations(text: &str) -> Vec<Situation> {
    let mut found: Vec<Situation> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        if let Some(head) = line.strip_prefix("# situation: ") {
            let (verdict, title) = head.split_once(": ").expect("verdict and title");
            found.push(Situation {
                verdict: verdict.to_owned(),
                title: title.to_owned(),
                files: vec![("main.py".to_owned(), String::new())],
                first_line: number + 1,
            });
            continue;
        }
        let Some(situation) = found.last_mut() else {
            continue;
        };
        if let Some(path) = line.strip_prefix("# file: ") {
            if situation.files.len() == 1 && situation.files[0].1.is_empty() {
                situation.files.clear();
            }
            situation.files.push((path.to_owned(), String::new()));
            situation.first_line = number + 1;
            continue;
        }
        let last = situation.files.last_mut().expect("a file");
        last.1.push_str(line);
        last.1.push('\n');
    }
    found
}

/// The uses of a situation: 0-based line in the checked text, and what it is.
fn run(catalog: &Catalog, situation: &Situation) -> (Vec<(usize, String)>, Verdict) {
    let project = MapProject::new(situation.files.iter().map(|(path, text)| (path.as_str(), text.as_str())));
    let (path, text) = situation.files.last().expect("a file");
    let texts: Vec<&str> = text.split("# cell\n").collect();
    let modules: Vec<Module<'_>> = texts.iter().map(|text| Module::new(text, ParseMode::OnDemand)).collect();
    let cells: Vec<CodeCell<'_>> = modules.iter().enumerate().map(|(unit, module)| CodeCell { module, unit }).collect();
    let mut found = Vec::new();
    let mut verdict = Verdict::Good;
    let mut first = 0;
    for (unit, module) in modules.iter().enumerate() {
        let cells: &[CodeCell<'_>] = if modules.len() > 1 { &cells } else { &[] };
        let context = FileContext { path, unit, cells, variant: &hublint::python::uses::newest };
        for one in uses(module, &context, catalog, &project).uses {
            let line = module.text()[..one.callee.start()].matches('\n').count();
            verdict = verdict.max(verdict_of(catalog, &one));
            found.push((first + line, describe(&one)));
        }
        first += texts[unit].matches('\n').count() + 1;
    }
    found.sort();
    (found, verdict)
}

#[test]
fn every_situation_is_understood() {
    let catalog = Catalog::builtin();
    let update = std::env::var_os("UPDATE").is_some();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/resolver");
    let mut paths: Vec<_> = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let mut wrong = String::new();
    let mut counts = [0_usize; 3];
    let mut table = String::from(
        "# What the resolver knows\n\n<!-- Generated from tests/resolver/*.py by `UPDATE=1 cargo test --test resolver`. -->\n\n\
         Each line is a situation that is run by the test `resolver`. *Answer* is what the resolver says about the uses in it;\n\
         *verdict* follows from that alone: `bad` is reported, `good` is silent, `unknown` is shown by `--report-unknown` only.\n\
         In an answer `a | b` means one of them, `?why` unknown and why, `@default` that a caller or command line may replace it,\n\
         `path(..)` a local path, `<f>` the result of `f`.\n",
    );
    for path in paths.iter().filter(|path| path.extension().is_some_and(|extension| extension == "py")) {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        let all = situations(&text);
        let _ = write!(table, "\n## {name}\n\n| verdict | situation | answer |\n|---|---|---|\n");
        for situation in &all {
            let (found, verdict) = run(catalog, situation);
            let stated = match situation.verdict.as_str() {
                "good" => Verdict::Good,
                "bad" => Verdict::Bad,
                "unknown" => Verdict::Unknown,
                other => panic!("{name}: verdict {other}"),
            };
            counts[stated as usize] += 1;
            if stated != verdict {
                let word = ["good", "unknown", "bad"][verdict as usize];
                let _ = writeln!(wrong, "{name}: {}: the verdict is {word}\n    {found:?}", situation.title);
            }
            let text = &situation.files.last().unwrap().1;
            for (offset, line) in text.lines().enumerate() {
                let (code, stated) = line.split_once(MARK).map_or((line, ""), |(code, mark)| (code, mark));
                let actual: Vec<&str> = found.iter().filter(|(at, _)| *at == offset).map(|(_, text)| text.as_str()).collect();
                let actual = actual.join(" ;; ");
                if actual != stated {
                    let _ = writeln!(
                        wrong,
                        "{name}:{}: {code}\n    stated: {stated}\n    actual: {actual}",
                        situation.first_line + offset + 1
                    );
                    if update {
                        lines[situation.first_line + offset] =
                            if actual.is_empty() { code.to_owned() } else { format!("{code}{MARK}{actual}") };
                    }
                }
            }
            let answers: Vec<String> = found.iter().map(|(_, text)| format!("`{}`", text.replace('|', "\\|"))).collect();
            let _ = writeln!(
                table,
                "| {} | {} | {} |",
                situation.verdict,
                situation.title.replace('|', "\\|"),
                if answers.is_empty() { "nothing".to_owned() } else { answers.join("<br>") }
            );
        }
        if update {
            let mut text = lines.join("\n");
            text.push('\n');
            std::fs::write(path, text).unwrap();
        }
    }
    let [good, unknown, bad] = counts;
    let _ = write!(table, "\n{} situations: {bad} bad, {good} good, {unknown} unknown.\n", good + bad + unknown);
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/resolver.md");
    if update {
        std::fs::create_dir_all(page.parent().unwrap()).unwrap();
        std::fs::write(&page, &table).unwrap();
        eprintln!("{wrong}");
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
    let written = std::fs::read_to_string(&page).unwrap_or_default();
    assert!(written == table, "docs/resolver.md is stale: run UPDATE=1 cargo test --test resolver");
}
