//! Examples in data files: the documentation and the tests. Markers in comments say what each line must give.
//!
//! `# expect: rule-id, other-id` on a line: these rules and no others fire there. `#   ^^^^ rule-id` under a line: the rule
//! fires on the line above and its span is what the carets underline. `# todo-expect: id` and `# todo-clean: id` are known
//! misses and known false alarms: the opposite must hold, so that a cure is noticed. `//` and `<!-- -->` do as well as `#`.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::RawExample;
use super::{Catalog, EntryId};

/// What a check reports for one file: the 1-based line, the rule, and the first and last column (1-based, in Unicode
/// scalar values, the last one inclusive) where it is known.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reported {
    /// 1-based line.
    pub line: usize,
    /// The rule's id.
    pub rule: String,
    /// First and last column.
    pub columns: Option<(usize, usize)>,
}

impl Reported {
    /// Without columns.
    pub fn new(line: usize, rule: impl Into<String>) -> Self {
        Self { line, rule: rule.into(), columns: None }
    }
}

/// What the markers of a text ask for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Expectations {
    /// Line and rule that must be reported.
    pub expected: BTreeSet<(usize, String)>,
    /// Line and rule that should be reported and are not yet.
    pub todo_expected: BTreeSet<(usize, String)>,
    /// Line and rule that should not be reported and still are.
    pub todo_clean: BTreeSet<(usize, String)>,
    /// Spans: line, rule, first and last column.
    pub spans: BTreeSet<(usize, String, usize, usize)>,
}

impl Expectations {
    /// Every rule id that a marker names.
    #[must_use]
    pub fn rules(&self) -> BTreeSet<&str> {
        self.expected
            .iter()
            .chain(&self.todo_expected)
            .chain(&self.todo_clean)
            .map(|(_, rule)| rule.as_str())
            .chain(self.spans.iter().map(|span| span.1.as_str()))
            .collect()
    }
}

/// Reads the markers of a text.
///
/// # Errors
/// A marker that names nothing, or carets without a line above.
pub fn expectations(text: &str) -> Result<Expectations, String> {
    let mut found = Expectations::default();
    let mut above = None;
    for (index, line) in text.lines().enumerate() {
        let number = index + 1;
        if let Some((first, last, rules)) = carets(line) {
            let Some(target) = above else {
                return Err(format!("line {number}: the carets have no line above"));
            };
            if rules.is_empty() {
                return Err(format!("line {number}: the carets name no rule"));
            }
            for rule in rules {
                found.spans.insert((target, rule, first, last));
            }
            continue;
        }
        above = Some(number);
        for (word, set) in
            [("todo-expect:", &mut found.todo_expected), ("todo-clean:", &mut found.todo_clean), ("expect:", &mut found.expected)]
        {
            let Some(rules) = marker(line, word) else {
                continue;
            };
            if rules.is_empty() {
                return Err(format!("line {number}: `{word}` names no rule"));
            }
            set.extend(rules.into_iter().map(|rule| (number, rule)));
            break;
        }
    }
    Ok(found)
}

const COMMENTS: [&str; 3] = ["#", "//", "<!--"];

/// The ids after `# word` on a line.
fn marker(line: &str, word: &str) -> Option<Vec<String>> {
    // Anywhere in a comment, for a comment may hold a hublint directive too.
    let comment = COMMENTS.iter().filter_map(|sign| line.find(sign)).min()?;
    line.match_indices(word)
        .find(|(at, _)| {
            *at > comment
                && line.get(..*at).is_some_and(|before| before.ends_with([' ', '#', '/', '-']) && !before.ends_with("todo-"))
        })
        .and_then(|(at, _)| line.get(at + word.len()..))
        .map(ids)
}

/// A line that holds only a comment with carets and ids: first and last column of the carets, and the ids.
fn carets(line: &str) -> Option<(usize, usize, Vec<String>)> {
    let trimmed = line.trim_start();
    let comment = COMMENTS.iter().find(|comment| trimmed.starts_with(**comment))?;
    let rest = trimmed.get(comment.len()..)?.trim_start();
    if !rest.starts_with('^') {
        return None;
    }
    let before = line.len() - rest.len();
    let first = line.get(..before)?.chars().count() + 1;
    let count = rest.chars().take_while(|character| *character == '^').count();
    Some((first, first + count - 1, ids(rest.get(count..)?)))
}

fn ids(text: &str) -> Vec<String> {
    text.split("-->")
        .next()
        .unwrap_or_default()
        .split([',', ' '])
        .map(str::trim)
        .filter(|id| !id.is_empty())
        // What follows the ids (a remark after a dash or in parentheses) is no id.
        .take_while(|id| {
            id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-')) && id.bytes().any(|byte| byte != b'-')
        })
        .map(str::to_owned)
        .collect()
}

/// The text of an example with its secrets put in: nothing that has the shape of a token stands in a data file.
#[must_use]
pub fn with_secrets(text: &str) -> String {
    let letters = "kVbTzQmLxNwRjHdPgYcSfUaEoWqZtMvKbJ";
    let digits = "7Qm2Xv9Lk4Tz8Rw3Np6Hs1Jd5Fg0Bc";
    text.replace("{{HF34}}", &["hf", "_", letters].concat())
        .replace("{{GROQ}}", &["gs", "k_", digits, letters.get(..22).unwrap_or_default()].concat())
}

/// Runs an example: its markers and what `check` reports for its file must agree exactly. `check` gets the name of the
/// file, its text and the files beside it.
///
/// # Errors
/// All differences, one a line, in words for the author of the example.
pub fn run_example(
    catalog: &Catalog,
    example: &RawExample,
    check: impl Fn(&str, &str, &BTreeMap<String, String>) -> Vec<Reported>,
) -> Result<(), String> {
    let title = &example.title;
    let name = example.file.as_deref().unwrap_or("example.py");
    let wanted = expectations(&example.code).map_err(|error| format!("{title}: {error}"))?;
    let mut differences = Vec::new();
    for rule in wanted.rules() {
        if catalog.policy_id(rule) != Some(rule) {
            differences.push(format!("no rule has the id \"{rule}\""));
        }
    }
    let reported = check(name, &example.code, &example.beside);
    let lines: BTreeSet<(usize, String)> = reported.iter().map(|report| (report.line, report.rule.clone())).collect();
    for (line, rule) in &wanted.expected {
        if !lines.contains(&(*line, rule.clone())) {
            differences.push(format!("line {line}: {rule} was expected and did not fire"));
        }
    }
    for (line, rule) in &wanted.todo_expected {
        if lines.contains(&(*line, rule.clone())) {
            differences.push(format!("line {line}: {rule} fires now: turn todo-expect into expect"));
        }
    }
    for (line, rule) in &wanted.todo_clean {
        if !lines.contains(&(*line, rule.clone())) {
            differences.push(format!("line {line}: {rule} does not fire any more: take todo-clean out"));
        }
    }
    for (line, rule, first, last) in &wanted.spans {
        let hit = reported.iter().any(|report| {
            report.line == *line && report.rule == *rule && report.columns.is_none_or(|columns| columns == (*first, *last))
        });
        if !hit {
            let seen: Vec<String> = reported
                .iter()
                .filter(|report| report.line == *line && report.rule == *rule)
                .filter_map(|report| report.columns)
                .map(|(first, last)| format!("{first} to {last}"))
                .collect();
            differences.push(format!(
                "line {line}: {rule} should underline columns {first} to {last}{}",
                if seen.is_empty() { " and did not fire".to_owned() } else { format!(", it underlines {}", seen.join(", ")) }
            ));
        }
    }
    for (line, rule) in &lines {
        let known = wanted.expected.contains(&(*line, rule.clone()))
            || wanted.todo_clean.contains(&(*line, rule.clone()))
            || wanted.todo_expected.contains(&(*line, rule.clone()))
            || wanted.spans.iter().any(|span| span.0 == *line && span.1 == *rule);
        if !known {
            differences.push(format!("line {line}: {rule} fires and was not expected"));
        }
    }
    if differences.is_empty() { Ok(()) } else { Err(format!("{title}: {}", differences.join("\n  "))) }
}

/// Which entries were matched by some example or generated call; the others are dead weight, or a slip in a name.
#[must_use]
pub fn dead_entries(catalog: &Catalog, used: &BTreeSet<EntryId>) -> Vec<String> {
    catalog
        .entries()
        .filter(|(id, _)| !used.contains(id))
        .map(|(id, entry)| format!("{}: {}", catalog.library(id).id, entry.names.first().map_or("", String::as_str)))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn example(code: &str) -> RawExample {
        RawExample { title: "t".to_owned(), code: code.to_owned(), ..RawExample::default() }
    }

    fn run(code: &str, reported: &[Reported]) -> Result<(), String> {
        run_example(Catalog::builtin(), &example(code), |_, _, _| reported.to_vec())
    }

    #[test]
    fn markers_are_read_in_every_kind_of_comment() {
        let text = "a  # expect: x, y\nb // expect: x\nc <!-- expect: z -->\nd # expect: x (because)\ne # todo-expect: y\nf  # todo-clean: z\ng # noqa  # expect: w\nurl = \"https://a#b\"\n";
        let found = expectations(text).unwrap();
        let set = |items: &[(usize, &str)]| items.iter().map(|(line, rule)| (*line, (*rule).to_owned())).collect::<BTreeSet<_>>();
        assert_eq!(found.expected, set(&[(1, "x"), (1, "y"), (2, "x"), (3, "z"), (4, "x"), (7, "w")]));
        assert_eq!(found.todo_expected, set(&[(5, "y")]));
        assert_eq!(found.todo_clean, set(&[(6, "z")]));
        assert!(expectations("a # expect:\n").is_err());
    }

    #[test]
    fn carets_point_at_the_line_above() {
        let found = expectations("load(x)\n#    ^ rule\n# ^^^^ other\n").unwrap();
        let spans: Vec<_> = found.spans.iter().map(|span| (span.0, span.1.as_str(), span.2, span.3)).collect();
        assert_eq!(spans, [(1, "other", 3, 6), (1, "rule", 6, 6)]);
        assert!(expectations("# ^ rule\n").is_err());
        assert!(expectations("x\n# ^^\n").is_err());
    }

    #[test]
    fn reports_and_markers_must_agree_exactly() {
        let rule = "unpinned-revision";
        let hit = || Reported::new(1, rule);
        assert_eq!(run("a  # expect: unpinned-revision\n", &[hit()]), Ok(()));
        assert!(run("a  # expect: unpinned-revision\n", &[]).unwrap_err().contains("did not fire"));
        assert!(run("a\n", &[hit()]).unwrap_err().contains("was not expected"));
        assert!(run("a  # expect: no-such-rule\n", &[]).unwrap_err().contains("no rule has the id"));
        assert!(run("a  # todo-expect: unpinned-revision\n", &[hit()]).unwrap_err().contains("turn todo-expect"));
        assert_eq!(run("a  # todo-expect: unpinned-revision\n", &[]), Ok(()));
        assert!(run("a  # todo-clean: unpinned-revision\n", &[]).unwrap_err().contains("take todo-clean out"));
        assert_eq!(run("a  # todo-clean: unpinned-revision\n", &[hit()]), Ok(()));
        let at = |first, last| Reported { columns: Some((first, last)), ..hit() };
        let code = "abcd  # expect: unpinned-revision\n# ^^ unpinned-revision\n";
        assert_eq!(run(code, &[at(3, 4)]), Ok(()));
        assert!(run(code, &[at(1, 4)]).unwrap_err().contains("it underlines 1 to 4"));
    }
}
