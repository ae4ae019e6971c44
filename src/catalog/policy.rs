//! A policy that passed its checks: what a rule says, and the messages of its verdicts with their placeholders.

use std::collections::BTreeMap;

use super::load::{DataError, DataFile, role_word};
use super::schema::{CheckKind, FixAction, FlagWhen, PolicyFile, Precision, RawExample, RawLevel, RawLiteral, Status};
use crate::finding::Level;
use crate::usage::Role;

/// What a message can name. The words stand in braces in the templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Placeholder {
    /// The callable, command or variable as it is written.
    Api,
    /// The repository's id.
    Repo,
    /// The revision.
    Revision,
    /// The argument's name.
    Argument,
    /// The argument's value.
    Value,
    /// What is meant instead: the known name that was nearly written, the place to go to.
    Target,
    /// Why.
    Reason,
    /// A package.
    Package,
    /// A version.
    Version,
    /// An advisory.
    Advisory,
    /// A secret in its masked form.
    Masked,
    /// The kind of thing.
    Kind,
    /// Where it stands.
    Where,
    /// A file.
    File,
    /// A number.
    Count,
}

/// Every placeholder with its word.
pub const PLACEHOLDERS: [(&str, Placeholder); 15] = [
    ("api", Placeholder::Api),
    ("repo", Placeholder::Repo),
    ("revision", Placeholder::Revision),
    ("argument", Placeholder::Argument),
    ("value", Placeholder::Value),
    ("target", Placeholder::Target),
    ("reason", Placeholder::Reason),
    ("package", Placeholder::Package),
    ("version", Placeholder::Version),
    ("advisory", Placeholder::Advisory),
    ("masked", Placeholder::Masked),
    ("kind", Placeholder::Kind),
    ("where", Placeholder::Where),
    ("file", Placeholder::File),
    ("count", Placeholder::Count),
];

/// The values of placeholders for one finding.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Values(BTreeMap<Placeholder, String>);

impl Values {
    /// None yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// With one more.
    #[must_use]
    pub fn with(mut self, placeholder: Placeholder, value: impl Into<String>) -> Self {
        self.set(placeholder, value);
        self
    }

    /// Sets one.
    pub fn set(&mut self, placeholder: Placeholder, value: impl Into<String>) {
        self.0.insert(placeholder, value.into());
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Piece {
    Text(String),
    Hole(Placeholder),
}

/// A text with placeholders. `{{` and `}}` stand for braces.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Template(Vec<Piece>);

impl Template {
    /// Reads a template.
    ///
    /// # Errors
    /// A placeholder that is not known, or a brace that is not closed; the message names the legal words.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut pieces = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(found) = rest.find(['{', '}']) {
            plain.push_str(rest.get(..found).unwrap_or_default());
            let tail = rest.get(found..).unwrap_or_default();
            if tail.starts_with("{{") || tail.starts_with("}}") {
                plain.push_str(tail.get(..1).unwrap_or_default());
                rest = tail.get(2..).unwrap_or_default();
            } else if let Some((word, after)) = tail.strip_prefix('{').and_then(|open| open.split_once('}')) {
                let hole = PLACEHOLDERS.iter().find(|(name, _)| *name == word).ok_or_else(|| {
                    format!(
                        "unknown placeholder {{{word}}}; known are {} (write {{{{ for a brace)",
                        PLACEHOLDERS.map(|(name, _)| format!("{{{name}}}")).join(" ")
                    )
                })?;
                if !plain.is_empty() {
                    pieces.push(Piece::Text(std::mem::take(&mut plain)));
                }
                pieces.push(Piece::Hole(hole.1));
                rest = after;
            } else {
                return Err("a brace stands alone: write {{ or }} for a brace".to_owned());
            }
        }
        plain.push_str(rest);
        if !plain.is_empty() {
            pieces.push(Piece::Text(plain));
        }
        Ok(Self(pieces))
    }

    /// The text with its placeholders filled; one without a value becomes `…`.
    #[must_use]
    pub fn render(&self, values: &Values) -> String {
        let mut text = String::new();
        for piece in &self.0 {
            match piece {
                Piece::Text(plain) => text.push_str(plain),
                Piece::Hole(hole) => text.push_str(values.0.get(hole).map_or("…", String::as_str)),
            }
        }
        text
    }

    /// The placeholders that it uses, in order of appearance.
    pub fn placeholders(&self) -> impl Iterator<Item = Placeholder> {
        self.0.iter().filter_map(|piece| match piece {
            Piece::Hole(hole) => Some(*hole),
            Piece::Text(_) => None,
        })
    }
}

/// A repair as data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FixRecipe {
    /// What it does.
    pub action: FixAction,
    /// To which argument.
    pub role: Option<Role>,
    /// The new value as it is written in the code.
    pub value: Option<String>,
    /// `--fix` applies it; otherwise only `--unsafe-fixes` does.
    pub safe: bool,
    /// What it does, imperative, no full stop.
    pub description: Template,
}

/// One verdict of a policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// The word by which the code refers to it.
    pub name: String,
    /// Its level.
    pub level: Level,
    /// One line.
    pub message: Template,
    /// What to do.
    pub help: Template,
    /// A repair.
    pub fix: Option<FixRecipe>,
}

impl Case {
    /// The message with its placeholders filled.
    #[must_use]
    pub fn render(&self, values: &Values) -> String {
        self.message.render(values)
    }
}

/// What a policy looks at.
#[derive(Clone, Debug, PartialEq)]
pub struct Check {
    /// Which code answers it.
    pub kind: CheckKind,
    /// Roles.
    pub roles: Vec<Role>,
    /// Qualified names or patterns; empty: all.
    pub callables: Vec<String>,
    /// A keyword without a role.
    pub keyword: Option<String>,
    /// Its position.
    pub position: Option<u16>,
    /// When it is flagged.
    pub flag_when: Option<FlagWhen>,
    /// The value, or the regular expression.
    pub value: Option<RawLiteral>,
}

/// A policy.
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    /// Its id.
    pub id: String,
    /// Its id in PascalCase.
    pub name: String,
    /// Former ids.
    pub aliases: Vec<String>,
    /// The usual level.
    pub level: Level,
    /// SARIF precision.
    pub precision: Precision,
    /// Numbers of the Common Weakness Enumeration.
    pub cwe: Vec<u32>,
    /// 0.1 to 10.0.
    pub security_severity: Option<String>,
    /// The version that brought it.
    pub since: Option<String>,
    /// stable or preview.
    pub status: Status,
    /// One line.
    pub summary: String,
    /// Why it matters. Markdown.
    pub rationale: String,
    /// What to do. Markdown.
    pub help: String,
    /// Addresses to read on.
    pub references: Vec<String>,
    /// What it looks at.
    pub check: Check,
    /// Its verdicts.
    pub cases: Vec<Case>,
    /// Its examples.
    pub examples: Vec<RawExample>,
    /// True for a user's own policy, which works from its data alone.
    pub user: bool,
}

impl Policy {
    /// A verdict by its name.
    #[must_use]
    pub fn case(&self, name: &str) -> Option<&Case> {
        self.cases.iter().find(|case| case.name == name)
    }
}

fn level(raw: RawLevel) -> Level {
    match raw {
        RawLevel::Note => Level::Note,
        RawLevel::Warning => Level::Warning,
        RawLevel::Error => Level::Error,
    }
}

/// Checks a policy file and makes the policy of it; `user` for a user's own, which only data can drive.
///
/// # Errors
/// All that is wrong, with file, line and column.
pub fn lower_policy(stem: &str, raw: &PolicyFile, file: DataFile<'_>, user: bool) -> Result<Policy, Vec<DataError>> {
    let mut errors = Vec::new();
    check_top(stem, raw, file, &mut errors);
    check_check(raw, file, user, &mut errors);
    let cases = lower_cases(raw, file, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    Ok(Policy {
        id: raw.id.clone(),
        name: raw.name.clone(),
        aliases: raw.aliases.clone(),
        level: level(raw.level),
        precision: raw.confidence,
        cwe: raw.cwe.clone(),
        security_severity: raw.security_severity.clone(),
        since: raw.since.clone(),
        status: raw.status,
        summary: raw.summary.clone(),
        rationale: raw.rationale.trim().to_owned(),
        help: raw.help.trim().to_owned(),
        references: raw.references.clone(),
        check: Check {
            kind: raw.check.kind,
            roles: raw.check.roles.clone(),
            callables: raw.check.callables.clone(),
            keyword: raw.check.keyword.clone(),
            position: raw.check.position,
            flag_when: raw.check.flag_when,
            value: raw.check.value.clone(),
        },
        cases,
        examples: raw.example.clone(),
        user,
    })
}

fn check_top(stem: &str, raw: &PolicyFile, file: DataFile<'_>, errors: &mut Vec<DataError>) {
    let mut refuse = |key: &str, message: String| errors.push(file.in_table("", 0, key, message));
    if raw.id != stem {
        refuse("id", format!("`id` must be the name of the file: \"{stem}\", not \"{}\"", raw.id));
    }
    for id in std::iter::once(&raw.id).chain(&raw.aliases) {
        let kebab = !id.is_empty()
            && id.len() <= 40
            && id.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-'))
            && !id.starts_with('-')
            && !id.ends_with('-');
        if !kebab {
            refuse("id", format!("\"{id}\": an id is made of at most 40 lower-case letters, digits and `-`"));
        }
    }
    if pascal_case(&raw.id) != raw.name {
        refuse("name", format!("`name` is the id in PascalCase: \"{}\"", pascal_case(&raw.id)));
    }
    if raw.summary.contains('\n') || !raw.summary.ends_with('.') {
        refuse("summary", "`summary` is one line that ends in a full stop".to_owned());
    }
    if let Some(severity) = &raw.security_severity
        && !severity.parse::<f32>().is_ok_and(|number| number > 0.0 && number <= 10.0)
    {
        refuse("security_severity", "`security_severity` is text from \"0.1\" to \"10.0\"".to_owned());
    }
    for reference in &raw.references {
        if !reference.starts_with("https://") {
            refuse("references", format!("\"{reference}\": a reference is an https address"));
        }
    }
    if raw.case.is_empty() {
        refuse("", "the policy has no [[case]]: it needs at least one, with `name` and `message`".to_owned());
    }
}

/// `unsafe-torch-load` -> `UnsafeTorchLoad`
fn pascal_case(id: &str) -> String {
    id.split('-')
        .flat_map(|word| {
            let mut characters = word.chars();
            let first = characters.next().map(|first| first.to_ascii_uppercase());
            first.into_iter().chain(characters)
        })
        .collect()
}

fn check_check(raw: &PolicyFile, file: DataFile<'_>, user: bool, errors: &mut Vec<DataError>) {
    let check = &raw.check;
    let mut refuse = |key: &str, message: String| errors.push(file.in_table("", 0, key, message));
    if user && !matches!(check.kind, CheckKind::Argument | CheckKind::Call) {
        refuse(
            "kind",
            "a rule of your own has `kind = \"call\"` or `kind = \"argument\"`; the other kinds need code in hublint".to_owned(),
        );
    }
    if user && check.kind == CheckKind::Call && check.callables.is_empty() {
        refuse("kind", "`callables` is missing: the qualified names to flag, such as [\"my_pkg.load_model\"]".to_owned());
    }
    if user && check.kind == CheckKind::Argument {
        if check.flag_when.is_none() {
            refuse("kind", "`flag_when` is missing: \"absent\", \"equals\", \"matches\" or \"unknown\"".to_owned());
        }
        match (check.roles.len(), check.keyword.is_some()) {
            (1, false) => {}
            (0, true) if !check.callables.is_empty() => {}
            (0, true) => refuse("keyword", "`keyword` needs `callables`: whose keyword is it?".to_owned()),
            _ => refuse("kind", "say which argument: `roles = [\"revision\"]` with one role, or `keyword = \"...\"`".to_owned()),
        }
    }
    if check.kind == CheckKind::Call && (check.flag_when.is_some() || check.keyword.is_some()) {
        refuse("kind", "`flag_when` and `keyword` belong to `kind = \"argument\"`".to_owned());
    }
    for pattern in &check.callables {
        if pattern.split('.').any(str::is_empty) || pattern.starts_with('*') || !pattern.contains('.') {
            refuse("callables", format!("\"{pattern}\" is not a qualified name such as \"my_pkg.load_model\""));
        }
    }
    match (check.flag_when, &check.value) {
        (Some(FlagWhen::Equals), None) => refuse("flag_when", "`equals` needs `value`".to_owned()),
        // Whether it compiles is asked where it is compiled: see `user`.
        (Some(FlagWhen::Matches), Some(RawLiteral::Text(_))) => {}
        (Some(FlagWhen::Matches), _) => {
            refuse("flag_when", "`matches` needs `value`, a regular expression".to_owned());
        }
        (Some(FlagWhen::Absent | FlagWhen::Unknown) | None, Some(_)) => {
            refuse("value", "`value` belongs to `flag_when = \"equals\"` or \"matches\"".to_owned());
        }
        _ => {}
    }
}

fn lower_cases(raw: &PolicyFile, file: DataFile<'_>, errors: &mut Vec<DataError>) -> Vec<Case> {
    let mut cases: Vec<Case> = Vec::new();
    for (index, case) in raw.case.iter().enumerate() {
        let mut refuse = |key: &str, message: String| errors.push(file.in_table("case", index, key, message));
        if cases.iter().any(|other| other.name == case.name) {
            refuse("name", format!("two cases are named \"{}\"", case.name));
        }
        if case.message.contains('\n') || case.message.ends_with('.') {
            refuse("message", "a message is one line without a full stop at its end".to_owned());
        }
        if case.message.chars().next().is_none_or(char::is_uppercase) {
            refuse("message", "a message begins with a lower-case letter or a code span".to_owned());
        }
        let mut template = |key: &str, text: &str| {
            Template::parse(text).unwrap_or_else(|reason| {
                refuse(key, reason);
                Template::default()
            })
        };
        let message = template("message", &case.message);
        let help = template("help", case.help.as_deref().unwrap_or(&escape(&raw.help)).trim());
        let fix = case.fix.as_ref().map(|fix| FixRecipe {
            action: fix.action,
            role: fix.role,
            value: fix.value.clone(),
            safe: fix.safe,
            description: template("fix", &fix.description),
        });
        if let Some(fix) = &case.fix {
            let missing = match fix.action {
                FixAction::SetArgument => fix.role.is_none() || fix.value.is_none(),
                FixAction::RemoveArgument => fix.role.is_none(),
                FixAction::ReplaceValue => fix.value.is_none(),
                FixAction::Pin | FixAction::RemoveLine => false,
            };
            if missing {
                refuse("fix", "this fix needs `role` (and `value`, to set an argument or replace a value)".to_owned());
            }
        }
        cases.push(Case { name: case.name.clone(), level: level(case.level.unwrap_or(raw.level)), message, help, fix });
    }
    cases
}

/// The policy's help is plain Markdown: its braces are no placeholders.
fn escape(text: &str) -> String {
    text.replace('{', "{{").replace('}', "}}")
}

/// The roles of a check as words, for listings.
#[must_use]
pub fn role_words(check: &Check) -> Vec<String> {
    check.roles.iter().copied().map(role_word).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn templates_fill_their_holes_and_keep_braces() {
        let template = Template::parse("`{api}` loads {repo} with {{x}}").unwrap();
        let values = Values::new().with(Placeholder::Api, "torch.load");
        assert_eq!(template.render(&values), "`torch.load` loads … with {x}");
    }

    #[test]
    fn an_unknown_placeholder_names_the_known_ones() {
        let error = Template::parse("{rep}").unwrap_err();
        assert!(error.contains("{rep}") && error.contains("{repo}"), "{error}");
        assert!(Template::parse("{api").is_err());
    }

    #[test]
    fn names_follow_ids() {
        assert_eq!(pascal_case("unsafe-torch-load"), "UnsafeTorchLoad");
    }
}
