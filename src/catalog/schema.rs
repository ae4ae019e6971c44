//! The two kinds of data file as they are written: facts about a library (`rules/apis/<library>.toml`) and a policy
//! (`rules/<id>.toml`). Closed words, unknown keys refused; what they mean together is checked in `load` and `policy`.
//!
//! The build script writes the same structures as JSON, so built-in facts and a user's own go one way.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};

use super::model::{LocalTest, Pin, RepoKind, RunsCode, Unpickles};
use crate::usage::{Confidence, Role};

/// A file of facts about one library or tool.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct LibraryFile {
    /// The file's stem.
    pub library: String,
    /// The distribution on PyPI.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub package: String,
    /// Import roots.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub imports: Vec<String>,
    /// The version whose source was read.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checked_against: String,
    /// Python functions, classes and methods.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callable: Vec<RawEntry>,
    /// Command lines.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub command: Vec<RawEntry>,
    /// Environment variables.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub environment: Vec<RawEntry>,
    /// Words that switch something on wherever they are given a value.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub switch: Vec<RawEntry>,
    /// Configuration files.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub config: Vec<RawEntry>,
    /// Examples: documentation and test in one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub example: Vec<RawExample>,
}

/// An entry of any kind; which keys are legal for which kind is checked in `load`.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RawEntry {
    /// Dotted names, command words, variable names; for a configuration file, globs of file names.
    #[serde(rename = "match", default, skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Another callable whose facts are copied: "behaves like".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub like: Option<String>,
    /// What the id names.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<RepoKind>,
    /// How it is pinned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pin: Option<Pin>,
    /// When code of the repository runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runs_code: Option<RunsCode>,
    /// When a pickle is executed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unpickles: Option<Unpickles>,
    /// Local path or id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub local: Option<LocalTest>,
    /// The organisation that a bare name stands for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default_organisation: Option<String>,
    /// Only from this version on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// Only before this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// Also a method of this name on any receiver, in a file that imports the library.
    #[serde(default, skip_serializing_if = "is_false")]
    pub any_receiver: bool,
    /// How sure the facts are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confidence: Option<Confidence>,
    /// What to do instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub advice: Option<String>,
    /// Environment and switch: what the value means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// Configuration: keys of which one must be present.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub signature: Vec<String>,
    /// The parameters by role.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub params: BTreeMap<Role, RawPlaces>,
}

#[allow(clippy::trivially_copy_pass_by_ref)] // serde's signature
fn is_false(value: &bool) -> bool {
    !value
}

/// One place of a parameter.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RawPlace {
    /// 0-based, at the call site; for a command among the words that are not options.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u16>,
    /// The keyword of a callable.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// The option of a command, with its dashes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub option: Option<String>,
    /// The key of a configuration file; dots go into tables.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// A path of keys under a keyword that takes a dict: `model_kwargs.revision`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub nested: Option<String>,
    /// The parameter's default; `"None"` is Python's None.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub default: Option<RawLiteral>,
    /// The option takes no value: its presence means true.
    #[serde(default, skip_serializing_if = "is_false")]
    pub flag: bool,
}

/// One place or a list of them.
#[derive(Clone, Debug, Default)]
pub struct RawPlaces(pub Vec<RawPlace>);

impl Serialize for RawPlaces {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.0.as_slice() {
            [place] => place.serialize(serializer),
            places => places.serialize(serializer),
        }
    }
}

// By hand instead of `#[serde(untagged)]`: an untagged enum answers "data did not match any variant", which helps nobody.
impl<'de> Deserialize<'de> for RawPlaces {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Places;
        impl<'de> Visitor<'de> for Places {
            type Value = RawPlaces;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("a place such as { position = 0, keyword = \"model\" }, or a list of places")
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<RawPlaces, A::Error> {
                let place = RawPlace::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(RawPlaces(vec![place]))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<RawPlaces, A::Error> {
                let mut places = Vec::new();
                while let Some(place) = seq.next_element::<RawPlace>()? {
                    places.push(place);
                }
                Ok(RawPlaces(places))
            }
        }
        deserializer.deserialize_any(Places)
    }
}

/// A default value: true, false, a whole number, or text (`"None"` for Python's None).
#[derive(Clone, Debug, PartialEq)]
pub enum RawLiteral {
    /// `true`, `false`
    Bool(bool),
    /// A whole number.
    Int(i64),
    /// Text.
    Text(String),
}

impl Serialize for RawLiteral {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Int(value) => serializer.serialize_i64(*value),
            Self::Text(value) => serializer.serialize_str(value),
        }
    }
}

impl<'de> Deserialize<'de> for RawLiteral {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Literal;
        impl Visitor<'_> for Literal {
            type Value = RawLiteral;
            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("true, false, a whole number or text (\"None\" for Python's None)")
            }
            fn visit_bool<E>(self, value: bool) -> Result<RawLiteral, E> {
                Ok(RawLiteral::Bool(value))
            }
            fn visit_i64<E>(self, value: i64) -> Result<RawLiteral, E> {
                Ok(RawLiteral::Int(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<RawLiteral, E> {
                i64::try_from(value).map(RawLiteral::Int).map_err(|_| E::custom("the number is too large"))
            }
            fn visit_str<E>(self, value: &str) -> Result<RawLiteral, E> {
                Ok(RawLiteral::Text(value.to_owned()))
            }
        }
        deserializer.deserialize_any(Literal)
    }
}

/// An example: documentation, and a test by its markers.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RawExample {
    /// What it shows.
    pub title: String,
    /// The name of the file it stands for; `example.py` when absent. Decides the surface.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file: Option<String>,
    /// Further files beside it, by name: manifests (`requirements.txt`), modules.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub beside: BTreeMap<String, String>,
    /// The text.
    pub code: String,
}

/// A policy file.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct PolicyFile {
    /// The file's stem; never renamed.
    pub id: String,
    /// The id in PascalCase, for SARIF.
    pub name: String,
    /// Former ids.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub aliases: Vec<String>,
    /// The usual level; a case may say otherwise.
    pub level: RawLevel,
    /// SARIF precision.
    pub confidence: Precision,
    /// Numbers of the Common Weakness Enumeration.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cwe: Vec<u32>,
    /// 0.1 to 10.0, as text; GitHub sorts alerts by it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub security_severity: Option<String>,
    /// The version of hublint that brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<String>,
    /// stable or preview.
    #[serde(default)]
    pub status: Status,
    /// One line that ends in a full stop.
    pub summary: String,
    /// Why it matters. Markdown.
    pub rationale: String,
    /// What to do. Markdown.
    pub help: String,
    /// Addresses to read on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub references: Vec<String>,
    /// What it looks at.
    pub check: RawCheck,
    /// The verdicts that it distinguishes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub case: Vec<RawCase>,
    /// Examples.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub example: Vec<RawExample>,
}

/// The level in a policy file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum RawLevel {
    /// For information; never fails a run.
    Note,
    /// Should be looked at.
    Warning,
    /// Must be looked at.
    Error,
}

/// How often a finding of the rule is right. The words are SARIF's `precision`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Precision {
    /// Often wrong.
    Low,
    /// Sometimes wrong.
    Medium,
    /// Seldom wrong.
    High,
    /// Practically never wrong.
    VeryHigh,
}

/// Whether a policy runs without being asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    /// Runs by default.
    #[default]
    Stable,
    /// Runs when selected by name.
    Preview,
}

/// What a policy looks at.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RawCheck {
    /// Which code in `src/judge/` answers it.
    pub kind: CheckKind,
    /// The roles that it looks at.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// The callables that it is about, by qualified name; `*` stands for one or more segments. Empty: all.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub callables: Vec<String>,
    /// A keyword that has no role.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keyword: Option<String>,
    /// The 0-based position of that keyword, if it can be given by position.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub position: Option<u16>,
    /// When the argument is flagged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub flag_when: Option<FlagWhen>,
    /// What it equals, or the regular expression that it matches.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<RawLiteral>,
}

/// The kinds of check; each is one file in `src/judge/`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckKind {
    /// An argument of a call, command, configuration or environment.
    Argument,
    /// The call itself.
    Call,
    /// Whether a revision pins.
    Revision,
    /// The name of a repository.
    RepoName,
    /// A secret in text.
    Token,
    /// The version of a package.
    Version,
    /// What `[policy]` of the configuration says of a load.
    Policy,
    /// A hublint comment.
    Directive,
}

/// When an argument is flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FlagWhen {
    /// It is not given.
    Absent,
    /// It is the value (or can be).
    Equals,
    /// It is text that the regular expression matches.
    Matches,
    /// It is given, and what it is cannot be told.
    Unknown,
}

/// One verdict of a policy.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RawCase {
    /// The word by which the code (or a reader) refers to it.
    pub name: String,
    /// Its level, when it differs from the policy's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub level: Option<RawLevel>,
    /// One line, lower case or a code span first, no full stop; placeholders in braces.
    pub message: String,
    /// What to do; the policy's help when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub help: Option<String>,
    /// A repair.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fix: Option<RawFix>,
}

/// A repair of a verdict.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct RawFix {
    /// What it does.
    pub action: FixAction,
    /// To which argument.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Role>,
    /// The new value, as it is written in the code (`"True"`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<String>,
    /// `--fix` applies it; otherwise only `--unsafe-fixes` does.
    #[serde(default)]
    pub safe: bool,
    /// What it does, imperative, no full stop; placeholders in braces.
    pub description: String,
}

/// What a repair does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum FixAction {
    /// Gives the argument this value, added or replaced.
    SetArgument,
    /// Takes the argument out.
    RemoveArgument,
    /// Writes the commit hash that the lock, cache or Hub proves.
    Pin,
    /// Replaces the text by the value.
    ReplaceValue,
    /// Takes the whole comment or line out.
    RemoveLine,
}
