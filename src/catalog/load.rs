//! From the text of a library file to checked facts. Every refusal names file, line and column, and the legal words.

use std::collections::BTreeMap;
use std::fmt;

use super::model::{Entry, EntryKind, Library, LocalTest, Parameter, Pin, Place, RepoKind, RunsCode, Unpickles};
use super::schema::{LibraryFile, PolicyFile, RawEntry, RawLiteral, RawPlace, RawPlaces};
use crate::usage::{Confidence, Literal, Role};

/// Why a data file is refused.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DataError {
    /// The file, as it was named.
    pub file: String,
    /// 1-based; 1 when the place is not known.
    pub line: usize,
    /// 1-based, in Unicode scalar values.
    pub column: usize,
    /// What is wrong and what would be right.
    pub message: String,
}

impl fmt::Display for DataError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)
    }
}

impl std::error::Error for DataError {}

/// A text with its name, to say where something is wrong.
#[derive(Clone, Copy)]
pub struct DataFile<'a> {
    /// The file, as errors name it.
    pub file: &'a str,
    /// Its text; empty when it was read from the built-in form.
    pub text: &'a str,
}

impl DataFile<'_> {
    fn at(&self, offset: usize, message: impl Into<String>) -> DataError {
        let before = self.text.get(..offset).unwrap_or("");
        let start = before.rfind('\n').map_or(0, |index| index + 1);
        DataError {
            file: self.file.to_owned(),
            line: before.bytes().filter(|byte| *byte == b'\n').count() + 1,
            column: before.get(start..).unwrap_or("").chars().count() + 1,
            message: message.into(),
        }
    }

    /// An error at the `index`-th `[[table]]` (or, with an empty table, the top of the file), at `key` in it if it is there.
    pub fn in_table(&self, table: &str, index: usize, key: &str, message: impl Into<String>) -> DataError {
        let header = format!("[[{table}]]");
        let mut seen = 0;
        let mut inside = table.is_empty();
        let mut offset = 0;
        let mut found = None;
        for line in self.text.split_inclusive('\n') {
            let trimmed = line.trim_start();
            let here = offset + (line.len() - trimmed.len());
            if trimmed.starts_with("[[") {
                if inside {
                    break;
                }
                if trimmed.starts_with(&header) {
                    inside = seen == index;
                    seen += 1;
                    if inside {
                        found = Some(here);
                    }
                }
            } else if inside && !key.is_empty() {
                let word = trimmed.split(['=', ' ', '\t']).next().unwrap_or_default().trim_matches('"');
                if word == key || word.strip_prefix("params.") == Some(key) {
                    found = Some(here);
                    break;
                }
            }
            offset += line.len();
        }
        self.at(found.unwrap_or(0), message)
    }
}

/// Reads a library file.
///
/// # Errors
/// The text is not TOML or has a key or word that is not known.
pub fn parse_library(file: &str, text: &str) -> Result<LibraryFile, DataError> {
    toml::from_str(text).map_err(|error| toml_error(file, text, &error))
}

/// Reads a policy file.
///
/// # Errors
/// The text is not TOML or has a key or word that is not known.
pub fn parse_policy(file: &str, text: &str) -> Result<PolicyFile, DataError> {
    toml::from_str(text).map_err(|error| toml_error(file, text, &error))
}

fn toml_error(file: &str, text: &str, error: &toml::de::Error) -> DataError {
    let place = DataFile { file, text };
    let offset = error.span().map_or(0, |span| span.start);
    let mut message = error.message().replace('\n', "; ");
    if let Some(better) = suggestion(&message) {
        message = format!("{message}; did you mean `{better}`?");
    }
    let line = text.get(offset..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    place.at(offset, in_plain_words(&message, line))
}

/// Names of Rust types and of serde's notions mean nothing to who writes TOML: says what to write instead.
fn in_plain_words(message: &str, line: &str) -> String {
    let mut message = message.to_owned();
    for (theirs, ours) in [
        ("expected a sequence", "expected a list"),
        ("invalid type: map", "found a table"),
        ("invalid type: sequence", "found a list"),
        ("invalid type: ", "found "),
        ("invalid value: ", "found "),
        ("floating point", "the number"),
        ("expected u16", "expected a whole number from 0 on"),
    ] {
        message = message.replace(theirs, ours);
    }
    let hint = if message.starts_with("found a table, expected a list") && line.starts_with('[') {
        "; a table that may stand several times has two brackets: [[callable]]"
    } else if message.ends_with("expected a list") {
        ": write it in brackets, [\"...\"]"
    } else if message.contains(", expected a string") || message.starts_with("string values must be quoted") {
        ": write it between straight quotes, \"...\""
    } else if message.ends_with("from 0 on") {
        ", without quotes"
    } else if message.starts_with("invalid float") || message.starts_with("invalid boolean") {
        ": TOML has true and false in small letters, and Python's None is written \"None\""
    } else {
        ""
    };
    message.push_str(hint);
    message
}

/// serde says "unknown field `x`, expected one of `a`, `b`": names the nearest of the legal words.
fn suggestion(message: &str) -> Option<String> {
    let rest = message.strip_prefix("unknown field `").or_else(|| message.strip_prefix("unknown variant `"))?;
    let (wrong, rest) = rest.split_once('`')?;
    let mut best: Option<(usize, &str)> = None;
    for (index, word) in rest.split('`').enumerate() {
        // Odd pieces stand between backticks.
        if index % 2 == 0 {
            continue;
        }
        let distance = edits(wrong, word);
        if distance <= 2.max(wrong.len() / 3) && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, word));
        }
    }
    best.map(|(_, word)| word.to_owned())
}

/// Edit distance of two short words.
fn edits(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().take(64).collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (index, character) in left.chars().take(64).enumerate() {
        let mut diagonal = index;
        let mut left_cell = index + 1;
        for (cell, other) in row.iter_mut().skip(1).zip(&right) {
            let replaced = diagonal + usize::from(character != *other);
            diagonal = *cell;
            left_cell = replaced.min(*cell + 1).min(left_cell + 1);
            *cell = left_cell;
        }
        if let Some(first) = row.first_mut() {
            *first = index + 1;
        }
    }
    row.last().copied().unwrap_or(usize::MAX)
}

/// The entries of a file with their table's name, in the order of the file's kinds.
pub fn tables(file: &LibraryFile) -> [(EntryKind, &'static str, &[RawEntry]); 5] {
    [
        (EntryKind::Callable, "callable", &file.callable),
        (EntryKind::Command, "command", &file.command),
        (EntryKind::Environment, "environment", &file.environment),
        (EntryKind::Switch, "switch", &file.switch),
        (EntryKind::Config, "config", &file.config),
    ]
}

/// `since` and `until`.
type Bounds<'a> = (Option<&'a str>, Option<&'a str>);

/// Checks what the schema alone cannot say.
#[must_use]
pub fn check_library(stem: &str, file: &LibraryFile, place: DataFile<'_>) -> Vec<DataError> {
    let mut errors = Vec::new();
    if file.library != stem {
        errors.push(place.in_table(
            "",
            0,
            "library",
            format!("`library` must be the name of the file: \"{stem}\", not \"{}\"", file.library),
        ));
    }
    if !is_slug(&file.library) {
        errors.push(place.in_table("", 0, "library", "`library` is made of lower-case letters, digits, `-` and `_`"));
    }
    for root in &file.imports {
        if !is_identifier(root) {
            errors.push(place.in_table("", 0, "imports", format!("`imports` lists top-level packages: \"{root}\" is not one")));
        }
    }
    if tables(file).iter().all(|(_, _, entries)| entries.is_empty()) {
        errors.push(place.in_table(
            "",
            0,
            "",
            "the file says nothing: it needs at least one [[callable]], [[command]], [[environment]], [[switch]] or [[config]]",
        ));
    }
    let mut seen: BTreeMap<(EntryKind, &str), Vec<Bounds<'_>>> = BTreeMap::new();
    for (kind, table, entries) in tables(file) {
        for (index, entry) in entries.iter().enumerate() {
            let mut refuse = |key: &str, message: String| {
                errors.push(place.in_table(table, index, key, message));
            };
            check_entry(kind, file, entry, &mut refuse);
            for name in &entry.names {
                let bounds = (entry.since.as_deref(), entry.until.as_deref());
                let others = seen.entry((kind, name)).or_default();
                if kind != EntryKind::Config && others.contains(&bounds) {
                    refuse("match", format!("\"{name}\" is matched twice for the same versions"));
                }
                others.push(bounds);
            }
        }
    }
    for (index, example) in file.example.iter().enumerate() {
        if example.code.trim().is_empty() {
            errors.push(place.in_table("example", index, "code", "the example is empty"));
        }
    }
    errors
}

fn check_entry(kind: EntryKind, file: &LibraryFile, entry: &RawEntry, refuse: &mut dyn FnMut(&str, String)) {
    if entry.names.is_empty() {
        refuse("match", "`match` is missing: it lists what is matched".to_owned());
    }
    for name in &entry.names {
        match kind {
            EntryKind::Callable => {
                let root = name.split('.').next().unwrap_or_default();
                if !name.split('.').all(|segment| {
                    !segment.is_empty()
                        && segment.chars().all(|character| character == '_' || character == '*' || character.is_alphanumeric())
                }) {
                    refuse(
                        "match",
                        format!("\"{name}\" is not a dotted name; `*` stands for one or more segments, or for a part of one"),
                    );
                } else if name.rsplit('.').next().is_some_and(|last| last.contains('*')) {
                    refuse(
                        "match",
                        format!("\"{name}\": the last segment is the word that is looked for in code: write it out, without `*`"),
                    );
                } else if !file.imports.iter().any(|import| import == root) {
                    refuse("match", format!("\"{name}\" must begin with one of `imports` ({})", file.imports.join(", ")));
                }
            }
            EntryKind::Command => {
                if name.split(' ').any(str::is_empty) || name.split(' ').count() > MAX_COMMAND_WORDS {
                    refuse(
                        "match",
                        format!("\"{name}\": a command is one to {MAX_COMMAND_WORDS} words with single spaces between"),
                    );
                }
            }
            EntryKind::Environment | EntryKind::Switch => {
                if !is_identifier(&name.replace('-', "_")) {
                    refuse("match", format!("\"{name}\" is not a name"));
                }
            }
            EntryKind::Config => {
                if name.is_empty() {
                    refuse("match", "a pattern of file names is empty".to_owned());
                }
            }
        }
    }
    let words = matches!(kind, EntryKind::Environment | EntryKind::Switch);
    if words && entry.role.is_none() {
        refuse("", "`role` is missing: it says what the value means (remote_code, token, revision, switch, ...)".to_owned());
    }
    if !words && entry.role.is_some() {
        refuse("role", "`role` belongs to [[environment]] and [[switch]]; elsewhere use params.<role>".to_owned());
    }
    if words && !entry.params.is_empty() {
        refuse("params", "[[environment]] and [[switch]] have no parameters: say `role`".to_owned());
    }
    if kind != EntryKind::Config && !entry.signature.is_empty() {
        refuse("signature", "`signature` belongs to [[config]]".to_owned());
    }
    if kind != EntryKind::Callable {
        if entry.like.is_some() {
            refuse("like", "`like` belongs to [[callable]]".to_owned());
        }
        if entry.any_receiver {
            refuse("any_receiver", "`any_receiver` belongs to [[callable]]".to_owned());
        }
    }
    for (key, version) in [("since", &entry.since), ("until", &entry.until)] {
        if let Some(version) = version.as_deref().filter(|version| numbers(version).is_none()) {
            refuse(key, format!("`{key}` is a version alone, such as \"2.6\", not \"{version}\""));
        }
    }
    if let (Some(since), Some(until)) = (&entry.since, &entry.until)
        && let (Some(first), Some(last)) = (numbers(since), numbers(until))
        && first >= last
    {
        refuse("until", format!("no version is at least {since} and before {until}"));
    }
    check_clashes(entry, refuse);
    for (role, places) in &entry.params {
        // With `like`, an empty list says "this wrapper has no such parameter".
        if places.0.is_empty() && entry.like.is_some() {
            continue;
        }
        check_places(kind, *role, places, refuse);
    }
}

/// The numbers of a version made of digits and dots.
fn numbers(version: &str) -> Option<Vec<u32>> {
    let mut numbers: Vec<u32> = version.split('.').map(|part| part.parse().ok()).collect::<Option<_>>()?;
    while numbers.last() == Some(&0) {
        numbers.pop();
    }
    Some(numbers)
}

/// Two roles cannot be given at one place.
fn check_clashes(entry: &RawEntry, refuse: &mut dyn FnMut(&str, String)) {
    let mut taken: BTreeMap<String, Role> = BTreeMap::new();
    for (role, places) in &entry.params {
        for place in &places.0 {
            let spots = [
                place.position.map(|position| format!("position {position}")),
                place.keyword.as_ref().map(|keyword| format!("keyword \"{keyword}\"")),
                place.option.as_ref().map(|option| format!("option \"{option}\"")),
                place.key.as_ref().map(|key| format!("key \"{key}\"")),
                place.nested.as_ref().map(|path| format!("nested \"{path}\"")),
            ];
            for spot in spots.into_iter().flatten() {
                match taken.get(&spot) {
                    Some(other) if other != role => refuse(
                        &role_word(*role),
                        format!("params.{}: {spot} is that of params.{} already", role_word(*role), role_word(*other)),
                    ),
                    Some(_) => {}
                    None => drop(taken.insert(spot, *role)),
                }
            }
        }
    }
}

/// How many words a command's name may have.
pub const MAX_COMMAND_WORDS: usize = 6;

fn check_places(kind: EntryKind, role: Role, places: &RawPlaces, refuse: &mut dyn FnMut(&str, String)) {
    let word = role_word(role);
    if places.0.is_empty() {
        refuse(&word, format!("params.{word} has no place"));
    }
    for place in &places.0 {
        let RawPlace { position, keyword, option, key, nested, default: _, flag } = place;
        let given = [position.is_some(), keyword.is_some(), option.is_some(), key.is_some(), nested.is_some()];
        let (legal, names) = match kind {
            EntryKind::Command => ([true, false, true, false, true], "`position`, `option`, `nested`"),
            EntryKind::Config => ([false, false, false, true, false], "`key`"),
            _ => ([true, true, false, false, true], "`position`, `keyword`, `nested`"),
        };
        if !given.iter().any(|given| *given) {
            refuse(&word, format!("params.{word} says nothing: give one of {names}"));
        }
        if given.iter().zip(legal).any(|(given, legal)| *given && !legal) {
            refuse(&word, format!("params.{word}: only {names} make sense here"));
        }
        if *flag && kind != EntryKind::Command {
            refuse(&word, format!("params.{word}: `flag` belongs to [[command]]"));
        }
        if let Some(option) = option
            && !option.starts_with('-')
        {
            refuse(&word, format!("params.{word}: write the option with its dashes: \"--{option}\""));
        }
        if let Some(path) = nested
            && (path.split('.').count() < 2 || path.split('.').any(str::is_empty))
        {
            refuse(&word, format!("params.{word}: `nested` is a path such as \"model_kwargs.revision\""));
        }
        if nested.is_some() && (keyword.is_some() || position.is_some()) {
            refuse(&word, format!("params.{word}: write the nested place and the plain one as two places of a list"));
        }
    }
}

/// The word for a role under `params`.
#[must_use]
pub fn role_word(role: Role) -> String {
    serde_json::to_value(role).ok().and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

fn is_slug(text: &str) -> bool {
    !text.is_empty() && text.len() <= 40 && text.bytes().all(|byte| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_'))
}

fn is_identifier(text: &str) -> bool {
    text.chars().next().is_some_and(|first| first == '_' || first.is_alphabetic())
        && text.chars().all(|character| character == '_' || character.is_alphanumeric())
}

/// Turns a file that passed [`check_library`] into facts.
#[must_use]
pub fn lower(file: &LibraryFile) -> Library {
    let mut entries = Vec::new();
    for (kind, _, raw) in tables(file) {
        entries.extend(raw.iter().map(|entry| lower_entry(kind, entry)));
    }
    Library {
        id: file.library.clone(),
        package: file.package.clone(),
        imports: file.imports.clone(),
        checked_against: file.checked_against.clone(),
        entries,
    }
}

fn lower_entry(kind: EntryKind, raw: &RawEntry) -> Entry {
    let mut parameters: Vec<Parameter> = raw
        .params
        .iter()
        .filter(|(_, places)| !places.0.is_empty())
        .map(|(role, places)| Parameter {
            role: *role,
            places: places.0.iter().filter_map(lower_place).collect(),
            default: places.0.iter().find_map(|place| place.default.as_ref()).map(lower_literal),
            flag: places.0.iter().any(|place| place.flag),
        })
        .collect();
    if let Some(role) = raw.role {
        parameters.push(Parameter { role, places: Vec::new(), default: None, flag: false });
    }
    let has = |role: Role| parameters.iter().any(|parameter| parameter.role == role);
    let pin = raw.pin.unwrap_or(if has(Role::Revision) || has(Role::AdapterRevision) { Pin::Keyword } else { Pin::None });
    let runs_code = raw.runs_code.unwrap_or(if has(Role::RemoteCode) { RunsCode::OptIn } else { RunsCode::No });
    let local = raw.local.unwrap_or(match raw.kind {
        Some(RepoKind::Model | RepoKind::Dataset) => LocalTest::Exists,
        _ => LocalTest::Never,
    });
    Entry {
        kind,
        names: raw.names.clone(),
        any_receiver: raw.any_receiver,
        parameters,
        repo: raw.kind,
        pin,
        runs_code,
        unpickles: raw.unpickles.unwrap_or(Unpickles::No),
        local,
        default_organisation: raw.default_organisation.clone(),
        since: raw.since.clone(),
        until: raw.until.clone(),
        advice: raw.advice.clone(),
        confidence: raw.confidence.unwrap_or(Confidence::High),
        signature: raw.signature.clone(),
    }
}

/// A flag without a keyword has no place of its own when it is only a default.
fn lower_place(raw: &RawPlace) -> Option<Place> {
    let keyword = raw.keyword.clone().or_else(|| raw.option.clone()).or_else(|| raw.key.clone());
    let nested: Vec<String> = raw.nested.as_deref().map(|path| path.split('.').map(str::to_owned).collect()).unwrap_or_default();
    if keyword.is_none() && raw.position.is_none() && nested.is_empty() {
        return None;
    }
    Some(Place { position: raw.position, keyword, nested })
}

fn lower_literal(raw: &RawLiteral) -> Literal {
    match raw {
        RawLiteral::Bool(value) => Literal::Bool(*value),
        RawLiteral::Int(value) => Literal::Int(*value),
        RawLiteral::Text(text) if text == "None" => Literal::None,
        RawLiteral::Text(text) => Literal::Str(text.clone()),
    }
}

/// Copies the facts of another entry: what `like` names fills every key that the entry does not say itself.
pub fn copy_facts(target: &mut RawEntry, source: &RawEntry) {
    target.kind = target.kind.or(source.kind);
    target.pin = target.pin.or(source.pin);
    target.runs_code = target.runs_code.or(source.runs_code);
    target.unpickles = target.unpickles.or(source.unpickles);
    target.local = target.local.or(source.local);
    target.confidence = target.confidence.or(source.confidence);
    if target.default_organisation.is_none() {
        target.default_organisation.clone_from(&source.default_organisation);
    }
    if target.advice.is_none() {
        target.advice.clone_from(&source.advice);
    }
    for (role, places) in &source.params {
        target.params.entry(*role).or_insert_with(|| places.clone());
    }
}
