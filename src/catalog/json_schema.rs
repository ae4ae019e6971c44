//! JSON Schemas of the data files and of `hublint.toml`, for editors and for people who write such files. Committed under
//! `schemas/` and compared by a test; the words come from the types that read the files, so they cannot drift.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::model::{LocalTest, Pin, RepoKind, RunsCode, Unpickles};
use super::policy::PLACEHOLDERS;
use super::schema::{
    CheckKind, FixAction, FlagWhen, LibraryFile, PolicyFile, Precision, RawCase, RawCheck, RawEntry, RawExample, RawFix,
    RawLevel, RawPlace, Status,
};
use crate::usage::{Confidence, Role};

/// Which schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    /// Facts about a library.
    Library,
    /// A rule.
    Rule,
    /// `hublint.toml`.
    Config,
}

impl Schema {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Library, Self::Rule, Self::Config];

    /// The name of its file under `schemas/`.
    #[must_use]
    pub fn file_name(self) -> &'static str {
        match self {
            Self::Library => "library.schema.json",
            Self::Rule => "rule.schema.json",
            Self::Config => "hublint.schema.json",
        }
    }
}

/// The words that serde accepts for a type: variants of an enum or fields of a struct. It lists them when it refuses one,
/// which spares a second list kept by hand.
#[must_use]
pub fn legal_words<T: DeserializeOwned>() -> Vec<String> {
    let refusal = [json!("?"), json!({ "?": 0 })]
        .into_iter()
        .filter_map(|value| serde_json::from_value::<T>(value).err())
        .map(|error| error.to_string())
        .find(|text| text.starts_with("unknown "))
        .unwrap_or_default();
    refusal
        .split('`')
        .enumerate()
        // Odd pieces stand between backticks; the first of them is the refused word itself.
        .filter(|(index, _)| index % 2 == 1 && *index > 1)
        .map(|(_, word)| word.to_owned())
        .collect()
}

fn one_of<T: DeserializeOwned>(description: &str) -> Value {
    json!({ "description": description, "enum": legal_words::<T>() })
}

fn text(description: &str) -> Value {
    json!({ "description": description, "type": "string" })
}

fn texts(description: &str) -> Value {
    json!({ "description": description, "type": "array", "items": { "type": "string" } })
}

fn number(description: &str) -> Value {
    json!({ "description": description, "type": "integer", "minimum": 0 })
}

fn flag(description: &str) -> Value {
    json!({ "description": description, "type": "boolean" })
}

fn table(description: &str, required: &[&str], properties: Value) -> Value {
    json!({
        "description": description,
        "type": "object",
        "additionalProperties": false,
        "required": required,
        "properties": properties,
    })
}

fn list(items: &str) -> Value {
    json!({ "type": "array", "items": { "$ref": format!("#/$defs/{items}") } })
}

fn root(title: &str, schema: Value, definitions: Value) -> Value {
    let mut top = Map::new();
    top.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    top.insert("title".to_owned(), json!(title));
    if let Value::Object(schema) = schema {
        top.extend(schema);
    }
    top.insert("$defs".to_owned(), definitions);
    Value::Object(top)
}

/// A schema.
#[must_use]
pub fn schema(which: Schema) -> Value {
    match which {
        Schema::Library => library(),
        Schema::Rule => rule(),
        Schema::Config => crate::config::schema(),
    }
}

/// A schema as the text of its file.
#[must_use]
pub fn schema_text(which: Schema) -> String {
    let mut text = serde_json::to_string_pretty(&schema(which)).unwrap_or_default();
    text.push('\n');
    text
}

fn example() -> Value {
    table(
        "An example: documentation and test. `# expect: <rule-id>` marks a line on which that rule must fire.",
        &["title", "code"],
        json!({
            "title": text("What it shows"),
            "file": text("The name of the file that the code stands for (default example.py)"),
            "beside": { "description": "Further files by name, such as requirements.txt", "type": "object", "additionalProperties": { "type": "string" } },
            "code": text("The code"),
        }),
    )
}

fn literal() -> Value {
    json!({ "type": ["boolean", "integer", "string"] })
}

fn library() -> Value {
    let roles: Map<String, Value> =
        legal_words::<Role>().into_iter().map(|role| (role, json!({ "$ref": "#/$defs/places" }))).collect();
    let entry = table(
        "One fact",
        &["match"],
        json!({
            "match": texts("Dotted names (`*` is one or more segments), words of a command, names of variables, or globs of files"),
            "like": text("Another callable whose facts are copied: \"behaves like\""),
            "kind": one_of::<RepoKind>("What the id names"),
            "pin": one_of::<Pin>("How the load is pinned (default: keyword when there is a parameter `revision`)"),
            "runs_code": one_of::<RunsCode>("When code of the repository runs (default: opt-in when there is a parameter `remote_code`)"),
            "unpickles": one_of::<Unpickles>("When a pickle is executed (default: no)"),
            "local": one_of::<LocalTest>("How a local path is told from an id"),
            "default_organisation": text("What a bare name belongs to"),
            "since": text("Only from this version on"),
            "until": text("Only before this version"),
            "any_receiver": flag("Also a method of this name on a receiver that cannot be resolved"),
            "confidence": one_of::<Confidence>("How sure the facts are"),
            "advice": text("What to do instead, one sentence"),
            "role": one_of::<Role>("Environment and switch: what the value means"),
            "signature": texts("Config: one of these keys must be there"),
            "params": { "description": "Parameters by role", "type": "object", "additionalProperties": false, "properties": roles },
        }),
    );
    let place = table(
        "Where a parameter can be given",
        &[],
        json!({
            "position": number("0-based position at the call site, or among the words of a command that are no options"),
            "keyword": text("The keyword"),
            "option": text("The option of a command, with its dashes"),
            "key": text("The key in a configuration file; dots go into tables, `*` is any key or item"),
            "nested": text("A path under a keyword that takes a dict: model_kwargs.revision"),
            "default": literal(),
            "flag": flag("The option takes no value: its presence means true"),
        }),
    );
    root(
        "hublint: facts about a library",
        table(
            "Facts about one library or tool: rules/apis/<library>.toml",
            &["library"],
            json!({
                "library": text("The name of the file"),
                "package": text("The distribution on PyPI"),
                "imports": texts("Top-level packages"),
                "checked_against": text("The version whose source was read"),
                "callable": list("entry"),
                "command": list("entry"),
                "environment": list("entry"),
                "switch": list("entry"),
                "config": list("entry"),
                "example": list("example"),
            }),
        ),
        json!({
            "entry": entry,
            "place": place,
            "places": { "anyOf": [ { "$ref": "#/$defs/place" }, { "type": "array", "items": { "$ref": "#/$defs/place" } } ] },
            "example": example(),
        }),
    )
}

fn rule() -> Value {
    let placeholders: Vec<String> = PLACEHOLDERS.iter().map(|(word, _)| format!("{{{word}}}")).collect();
    let message = format!("One line, lower case or a code span first, no full stop. Placeholders: {}", placeholders.join(" "));
    let check = table(
        "What the rule looks at",
        &["kind"],
        json!({
            "kind": one_of::<CheckKind>("Rules of your own: call or argument"),
            "roles": { "type": "array", "items": one_of::<Role>("A role") },
            "callables": texts("Qualified names, `*` is one or more segments; empty: all"),
            "keyword": text("A keyword that has no role"),
            "position": number("The 0-based position of that keyword"),
            "flag_when": one_of::<FlagWhen>("When the argument is flagged"),
            "value": literal(),
        }),
    );
    let fix = table(
        "A repair",
        &["action", "description"],
        json!({
            "action": one_of::<FixAction>("What it does"),
            "role": one_of::<Role>("To which argument"),
            "value": text("The new value as it is written in the code"),
            "safe": flag("`--fix` applies it; otherwise only `--unsafe-fixes` does"),
            "description": text("Imperative, no full stop"),
        }),
    );
    let case = table(
        "One verdict",
        &["name", "message"],
        json!({
            "name": text("The word for it"),
            "level": one_of::<RawLevel>("When it differs from the rule's"),
            "message": text(&message),
            "help": text("What to do; the rule's help when absent"),
            "fix": { "$ref": "#/$defs/fix" },
        }),
    );
    root(
        "hublint: a rule",
        table(
            "A rule: rules/<id>.toml",
            &["id", "name", "level", "confidence", "summary", "rationale", "help", "check"],
            json!({
                "id": { "description": "The name of the file", "type": "string", "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "maxLength": 40 },
                "name": text("The id in PascalCase"),
                "aliases": texts("Former ids"),
                "level": one_of::<RawLevel>("The usual level"),
                "confidence": one_of::<Precision>("How often a finding is right"),
                "cwe": { "type": "array", "items": { "type": "integer" } },
                "security_severity": text("0.1 to 10.0, as text"),
                "since": text("The version of hublint that brought it"),
                "status": one_of::<Status>("preview rules run when they are selected by name"),
                "summary": text("One line that ends in a full stop"),
                "rationale": text("Why it matters. Markdown"),
                "help": text("What to do. Markdown"),
                "references": texts("https addresses"),
                "check": { "$ref": "#/$defs/check" },
                "case": list("case"),
                "example": list("example"),
            }),
        ),
        json!({ "check": check, "case": case, "fix": fix, "example": example() }),
    )
}

/// The fields of every table with what the schema says of them, to find those that it forgot.
#[must_use]
pub fn forgotten_fields() -> Vec<String> {
    let library = library();
    let rule = rule();
    let at = |schema: &Value, path: &str| -> Vec<String> {
        schema
            .pointer(&format!("{path}/properties"))
            .and_then(Value::as_object)
            .map(|properties| properties.keys().cloned().collect())
            .unwrap_or_default()
    };
    let tables = [
        (legal_words::<LibraryFile>(), at(&library, "")),
        (legal_words::<RawEntry>(), at(&library, "/$defs/entry")),
        (legal_words::<RawPlace>(), at(&library, "/$defs/place")),
        (legal_words::<RawExample>(), at(&library, "/$defs/example")),
        (legal_words::<PolicyFile>(), at(&rule, "")),
        (legal_words::<RawCheck>(), at(&rule, "/$defs/check")),
        (legal_words::<RawCase>(), at(&rule, "/$defs/case")),
        (legal_words::<RawFix>(), at(&rule, "/$defs/fix")),
    ];
    tables
        .into_iter()
        .flat_map(|(mut legal, mut described)| {
            legal.sort();
            described.sort();
            if legal == described { Vec::new() } else { vec![format!("{legal:?} is described as {described:?}")] }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_describes_every_field() {
        assert_eq!(forgotten_fields(), Vec::<String>::new());
    }

    #[test]
    fn words_come_from_the_types() {
        assert_eq!(legal_words::<FlagWhen>(), ["absent", "equals", "matches", "unknown"]);
        assert!(legal_words::<Role>().contains(&"repo_id".to_owned()));
    }
}
