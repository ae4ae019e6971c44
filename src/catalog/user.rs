//! A user's own files (`extend-rules`): facts about their wrappers, and rules that work from data alone.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, OnceLock, PoisonError};

use regex::{Regex, RegexBuilder};

use super::index;
use super::load::{self, DataError, DataFile};
use super::policy::{self, Check, Policy};
use super::schema::{CheckKind, FlagWhen, LibraryFile, PolicyFile, RawEntry, RawExample, RawLiteral, RawPlace, RawPlaces};
use super::{Catalog, EntryId, Slot};
use crate::usage::{Literal, Role, Value};

/// The largest compiled form of a user's regular expression, in bytes.
const PATTERN_LIMIT: usize = 1 << 20;

/// How many own keywords the rules of a user may ask about.
const MOST_KEYWORDS: usize = 200;

/// A data file of a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UserFile {
    /// Its path, as errors name it. The stem is the id of the library or rule.
    pub name: String,
    /// Its text.
    pub text: String,
}

/// What a user's file is.
enum Kind {
    Library(Box<LibraryFile>),
    Policy(Box<PolicyFile>),
}

impl Catalog {
    /// The built-in catalogue with a user's files: those with `library = ` are facts, those with `id = ` are rules.
    ///
    /// # Errors
    /// Everything that is wrong with the files, sorted by file and line.
    pub fn extend(files: &[UserFile]) -> Result<Self, Vec<DataError>> {
        let mut catalog = Self::new();
        let mut errors = Vec::new();
        let mut libraries: Vec<LibraryFile> = Vec::new();
        let mut policies: Vec<(Policy, &UserFile)> = Vec::new();
        for file in files {
            let place = DataFile { file: &file.name, text: &file.text };
            match read(file) {
                Ok(Kind::Library(library)) => {
                    errors.extend(load::check_library(stem(&file.name), &library, place));
                    let taken = catalog.libraries.iter().any(|slot| slot.head().id == library.library)
                        || libraries.iter().any(|other| other.library == library.library);
                    if taken {
                        errors.push(place.in_table("", 0, "library", format!(
                            "the name \"{0}\" is taken by rules/apis/{0}.toml of hublint or by another file of yours: choose another",
                            library.library
                        )));
                    }
                    libraries.push(*library);
                }
                Ok(Kind::Policy(raw)) => {
                    let taken = catalog.policy_id(&raw.id).is_some() || policies.iter().any(|(other, _)| other.id == raw.id);
                    if taken {
                        errors.push(place.in_table("", 0, "id", format!(
                            "the id \"{}\" is taken: choose another; to change a built-in rule use [rules.{0}] in hublint.toml",
                            raw.id
                        )));
                    }
                    match policy::lower_policy(stem(&file.name), &raw, place, true) {
                        Ok(policy) => {
                            errors.extend(check_pattern(&policy.check, place));
                            policies.push((policy, file));
                        }
                        Err(found) => errors.extend(found),
                    }
                }
                Err(error) => errors.push(error),
            }
        }
        errors.extend(expand_like(&catalog, &mut libraries, files));
        if errors.is_empty() {
            catalog.add_libraries(&libraries);
            let made = callables_of_rules(&catalog, &mut libraries, &mut policies, &mut errors);
            libraries.extend(made);
            catalog.add_libraries(&libraries);
            catalog.user_policies = policies.into_iter().map(|(policy, _)| policy).collect();
        }
        if errors.is_empty() {
            Ok(catalog)
        } else {
            errors.sort();
            Err(errors)
        }
    }

    /// Puts the user's libraries behind the built-in ones, in place of those put there before.
    fn add_libraries(&mut self, files: &[LibraryFile]) {
        self.libraries.retain(|slot| matches!(slot, Slot::Builtin(..)));
        let (index, heads) = index::build(files, self.libraries.len());
        for (file, head) in files.iter().zip(heads) {
            self.libraries.push(Slot::User(head, load::lower(file)));
        }
        self.user = Some(index);
    }

    /// A built-in callable as it was written.
    fn raw_callable(&self, id: EntryId) -> Option<RawEntry> {
        match self.libraries.get(usize::from(id.library))? {
            Slot::Builtin(builtin, _) => {
                serde_json::from_str::<LibraryFile>(builtin.facts).ok()?.callable.get(usize::from(id.entry)).cloned()
            }
            Slot::User(..) => None,
        }
    }
}

/// The examples in a user's file; none when it cannot be read (then [`Catalog::extend`] says why).
#[must_use]
pub fn examples(file: &UserFile) -> Vec<RawExample> {
    match read(file) {
        Ok(Kind::Library(library)) => library.example,
        Ok(Kind::Policy(policy)) => policy.example,
        Err(_) => Vec::new(),
    }
}

fn stem(name: &str) -> &str {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    base.strip_suffix(".toml").unwrap_or(base)
}

fn read(file: &UserFile) -> Result<Kind, DataError> {
    let place = DataFile { file: &file.name, text: &file.text };
    // Which kind it is decides which words are legal, so it is asked first.
    let has = |key: &str| {
        file.text.lines().any(|line| line.trim_start().strip_prefix(key).is_some_and(|rest| rest.trim_start().starts_with('=')))
    };
    if has("library") {
        load::parse_library(&file.name, &file.text).map(Box::new).map(Kind::Library)
    } else if has("id") {
        load::parse_policy(&file.name, &file.text).map(Box::new).map(Kind::Policy)
    } else {
        Err(place.in_table(
            "",
            0,
            "",
            "the file is neither facts (`library = \"...\"` at the top) nor a rule (`id = \"...\"` at the top)",
        ))
    }
}

fn check_pattern(check: &Check, place: DataFile<'_>) -> Option<DataError> {
    match (check.flag_when, &check.value) {
        (Some(FlagWhen::Matches), Some(RawLiteral::Text(pattern))) => compile(pattern)
            .err()
            .map(|error| place.in_table("", 0, "value", format!("`value` cannot be used as a regular expression: {error}"))),
        _ => None,
    }
}

fn compile(pattern: &str) -> Result<Regex, String> {
    RegexBuilder::new(pattern).size_limit(PATTERN_LIMIT).build().map_err(|error| error.to_string().replace('\n', " "))
}

fn expand_like(catalog: &Catalog, libraries: &mut [LibraryFile], files: &[UserFile]) -> Vec<DataError> {
    let mut errors = Vec::new();
    let own: Vec<RawEntry> = libraries.iter().flat_map(|library| library.callable.iter().cloned()).collect();
    for library in libraries {
        let file = files
            .iter()
            .find(|file| stem(&file.name) == library.library)
            .map_or(DataFile { file: "", text: "" }, |file| DataFile { file: &file.name, text: &file.text });
        for (index, entry) in library.callable.iter_mut().enumerate() {
            let Some(like) = entry.like.take() else {
                continue;
            };
            let source = own
                .iter()
                .find(|other| other.like.is_none() && other.names.contains(&like))
                .cloned()
                .or_else(|| catalog.raw_callable(catalog.callable(&like)?));
            match source {
                Some(source) => load::copy_facts(entry, &source),
                None => errors.push(file.in_table("callable", index, "like", format!(
                    "like = \"{like}\": no such callable is known; give its full name, such as \"huggingface_hub.hf_hub_download\" or \"torch.load\""
                ))),
            }
        }
    }
    errors
}

/// Rules may be about callables that no file describes, or about keywords that have no role: gives them entries, so that
/// their calls are seen at all.
fn callables_of_rules(
    catalog: &Catalog,
    libraries: &mut [LibraryFile],
    policies: &mut [(Policy, &UserFile)],
    errors: &mut Vec<DataError>,
) -> Option<LibraryFile> {
    let mut keywords: Vec<String> = Vec::new();
    let mut entries: BTreeMap<(String, Option<String>), RawEntry> = BTreeMap::new();
    for (policy, file) in policies {
        let place = DataFile { file: &file.name, text: &file.text };
        let custom = policy.check.keyword.clone().map(|keyword| {
            let number = keywords.iter().position(|known| *known == keyword).unwrap_or_else(|| {
                keywords.push(keyword.clone());
                keywords.len() - 1
            });
            (keyword, number)
        });
        if keywords.len() > MOST_KEYWORDS {
            errors.push(place.in_table("", 0, "keyword", format!("more than {MOST_KEYWORDS} different keywords in your rules")));
            return None;
        }
        for pattern in &policy.check.callables {
            let own = own_entries(libraries, pattern);
            let described = !own.is_empty();
            let names = names_of(catalog, pattern);
            let open_end = pattern.rsplit('.').next().is_some_and(|last| last.contains('*'));
            if open_end && !described && names.is_empty() {
                errors.push(place.in_table(
                    "",
                    0,
                    "callables",
                    format!(
                        "\"{pattern}\" covers nothing that is known: write the last word out, it is what is looked for in code"
                    ),
                ));
                continue;
            }
            let Some((keyword, number)) = &custom else {
                if described || !names.is_empty() {
                    continue;
                }
                if policy.check.kind == CheckKind::Argument {
                    errors.push(place.in_table(
                        "",
                        0,
                        "callables",
                        format!(
                            "\"{pattern}\" is not known, so it has no roles: describe it in a library file, or name the `keyword`"
                        ),
                    ));
                }
                entries
                    .entry((pattern.clone(), None))
                    .or_insert_with(|| RawEntry { names: vec![pattern.clone()], ..RawEntry::default() });
                continue;
            };
            let role = custom_role(*number);
            let places = RawPlaces(vec![RawPlace {
                position: policy.check.position,
                keyword: Some(keyword.clone()),
                ..RawPlace::default()
            }]);
            for entry in own {
                entry.params.insert(role, places.clone());
            }
            // A name that nothing describes gets an entry too.
            let unknown = (names.is_empty() && !described).then(|| pattern.clone());
            for name in names.into_iter().chain(unknown) {
                for mut entry in variants(catalog, &name) {
                    let key = (name.clone(), entry.until.clone());
                    entry.names = vec![name.clone()];
                    entries.entry(key).or_insert(entry).params.insert(role, places.clone());
                }
            }
        }
        if let Some((_, number)) = custom {
            policy.check.roles = vec![custom_role(number)];
        }
    }
    if entries.is_empty() {
        return None;
    }
    let callable: Vec<RawEntry> = entries.into_values().collect();
    let roots: BTreeSet<String> =
        callable.iter().flat_map(|entry| &entry.names).filter_map(|name| name.split('.').next().map(str::to_owned)).collect();
    Some(LibraryFile {
        library: "your-rules".to_owned(),
        imports: roots.into_iter().collect(),
        callable,
        ..LibraryFile::default()
    })
}

fn custom_role(number: usize) -> Role {
    Role::Custom(u8::try_from(number).unwrap_or(u8::MAX))
}

/// The entries of the user's own files that a name or pattern covers.
fn own_entries<'a>(libraries: &'a mut [LibraryFile], pattern: &str) -> Vec<&'a mut RawEntry> {
    libraries
        .iter_mut()
        .flat_map(|library| &mut library.callable)
        .filter(|entry| entry.names.iter().any(|name| name == pattern || index::matches(pattern, name)))
        .collect()
}

/// The built-in names that a name or pattern covers.
fn names_of(catalog: &Catalog, pattern: &str) -> Vec<String> {
    let mut names: Vec<String> = catalog
        .builtin
        .exact
        .iter()
        .map(|row| row.0.as_ref())
        .filter(|name| index::matches(pattern, name))
        .map(str::to_owned)
        .collect();
    if names.is_empty() && catalog.builtin.callables(pattern).next().is_some() {
        names.push(pattern.to_owned());
    }
    names.sort();
    names.dedup();
    names
}

/// What is known of a name, one entry for each range of versions; at least one that says nothing.
fn variants(catalog: &Catalog, name: &str) -> Vec<RawEntry> {
    let known: Vec<RawEntry> = catalog.variants(name).into_iter().filter_map(|id| catalog.raw_callable(id)).collect();
    if known.is_empty() { vec![RawEntry::default()] } else { known }
}

impl Check {
    /// Whether it is about a callable: all of them when it names none.
    #[must_use]
    pub fn is_about(&self, qualified: &str) -> bool {
        self.callables.is_empty() || self.callables.iter().any(|pattern| index::matches(pattern, qualified))
    }

    /// Whether an argument is flagged by the words of the file (`flag_when`, `value`). `value` is `None` when the argument
    /// is not given; `open` says that it may have been given by `*` or `**`.
    #[must_use]
    pub fn flags(&self, value: Option<&Value>, open: bool) -> bool {
        match (self.flag_when, value) {
            (Some(FlagWhen::Absent), None) => !open,
            (Some(FlagWhen::Unknown), Some(Value::Unknown(_))) => true,
            (Some(FlagWhen::Equals), Some(value)) => {
                value.literals().iter().any(|literal| self.value.as_ref().is_some_and(|wanted| same(wanted, literal)))
            }
            (Some(FlagWhen::Matches), Some(value)) => match &self.value {
                Some(RawLiteral::Text(pattern)) => {
                    value.literals().iter().filter_map(Literal::as_str).any(|text| is_match(pattern, text))
                }
                _ => false,
            },
            _ => false,
        }
    }
}

fn same(wanted: &RawLiteral, literal: &Literal) -> bool {
    match (wanted, literal) {
        (RawLiteral::Bool(left), Literal::Bool(right)) => left == right,
        (RawLiteral::Int(left), Literal::Int(right)) => left == right,
        (RawLiteral::Text(left), Literal::Str(right)) => left == right,
        (RawLiteral::Text(left), Literal::None) => left == "None",
        (RawLiteral::Text(left), Literal::Object(right)) => left == right,
        _ => false,
    }
}

/// Compiled once for each pattern; every pattern here was compiled before, when its file was read.
fn is_match(pattern: &str, text: &str) -> bool {
    static COMPILED: OnceLock<Mutex<BTreeMap<String, Option<Regex>>>> = OnceLock::new();
    let compiled = {
        let mut known = COMPILED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
        known.entry(pattern.to_owned()).or_insert_with(|| compile(pattern).ok()).clone()
    };
    compiled.is_some_and(|regex| regex.is_match(text))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::catalog::{Pin, Placeholder, RepoKind, Values};
    use crate::usage::Why;

    fn file(name: &str, text: &str) -> UserFile {
        UserFile { name: format!("ci/rules/{name}.toml"), text: text.to_owned() }
    }

    fn errors(name: &str, text: &str) -> Vec<String> {
        match Catalog::extend(&[file(name, text)]) {
            Ok(_) => Vec::new(),
            Err(errors) => errors.iter().map(ToString::to_string).collect(),
        }
    }

    const WRAPPER: &str = r#"
library = "my_pkg"
imports = ["my_pkg"]

[[callable]]
match = ["my_pkg.load_model"]
like = "huggingface_hub.hf_hub_download"
params.repo_id = { position = 1, keyword = "name" }
params.token = []
"#;

    #[test]
    fn a_wrapper_behaves_like_what_it_wraps() {
        let catalog = Catalog::extend(&[file("my_pkg", WRAPPER)]).unwrap();
        let id = catalog.callable("my_pkg.load_model").unwrap();
        let entry = catalog.entry(id);
        assert_eq!((entry.repo, entry.pin), (Some(RepoKind::Any), Pin::Keyword));
        let repo = entry.parameter(Role::RepoId).unwrap();
        assert_eq!(repo.places[0].position, Some(1));
        assert!(entry.parameter(Role::Revision).is_some());
        assert!(entry.parameter(Role::Token).is_none());
        assert!(catalog.is_root("my_pkg") && catalog.is_root("torch"));
        assert!(catalog.callable("torch.load").is_some());
        assert!(catalog.words(["my_pkg"].into_iter()).contains(&"load_model".to_owned()));
    }

    #[test]
    fn errors_name_the_place_and_the_legal_words() {
        let message = errors("my_pkg", &WRAPPER.replace("params.token", "params.tokens"));
        assert!(
            message[0].starts_with("ci/rules/my_pkg.toml:9:8: unknown variant `tokens`, expected one of `repo_id`, ")
                && message[0].ends_with("; did you mean `token`?"),
            "{message:?}"
        );
        let message = errors("my_pkg", &WRAPPER.replace("position = 1", "postion = 1"));
        assert!(
            message[0].starts_with("ci/rules/my_pkg.toml:8:") && message[0].contains("did you mean `position`?"),
            "{message:?}"
        );
        let message = errors("my_pkg", &WRAPPER.replace("hf_hub_download", "hf_download"));
        assert!(message[0].starts_with("ci/rules/my_pkg.toml:7:1: like = "), "{message:?}");
        let message = errors("other", WRAPPER);
        assert!(message[0].starts_with("ci/rules/other.toml:2:1: `library` must be the name of the file"), "{message:?}");
        let message = errors("my_pkg", &WRAPPER.replace("my_pkg.load_model", "pkg.load_model"));
        assert!(message[0].contains("must begin with one of `imports` (my_pkg)"), "{message:?}");
        let message = errors("torch", &WRAPPER.replace("\"my_pkg\"", "\"torch\"").replace("my_pkg.", "torch."));
        assert!(message[0].contains("taken"), "{message:?}");
        let message = errors("x", "title = 1");
        assert!(message[0].contains("neither facts"), "{message:?}");
        let message = errors("my_pkg", "library = \"my_pkg\"\nimports = [");
        assert!(message[0].starts_with("ci/rules/my_pkg.toml:2:"), "{message:?}");
    }

    #[test]
    fn slips_of_newcomers_are_told_in_plain_words() {
        for (from, to, line, wanted) in [
            ("match = [\"my_pkg.load_model\"]", "match = \"my_pkg.load_model\"", 6, "expected a list: write it in brackets"),
            ("position = 1", "position = \"1\"", 8, "expected a whole number from 0 on"),
            ("position = 1", "position = -1", 8, "found integer `-1`, expected a whole number"),
            ("[[callable]]", "[callable]", 5, "has two brackets: [[callable]]"),
            ("\"huggingface_hub.hf_hub_download\"", "huggingface_hub", 7, "between straight quotes"),
            ("keyword = \"name\"", "keyword = 1.5", 8, "found the number `1.5`, expected a string"),
            ("keyword = \"name\"", "keyword = \"name\", default = None", 8, "written \"None\""),
            ("params.token = []", "params.token = \"t\"", 9, "expected a place such as { position = 0"),
            ("params.token = []", "since = \">=2.0\"", 9, "`since` is a version alone"),
            ("params.token = []", "since = \"2.0\"\nuntil = \"2.0.0\"", 10, "no version is at least 2.0 and before 2.0.0"),
            ("params.token = []", "params.token = { position = 1 }", 9, "position 1 is that of params.repo_id already"),
            ("params.token = []", "[[callable]]\nmatch = [\"my_pkg.load_model\"]", 10, "matched twice for the same versions"),
            ("my_pkg.load_model\"]", "my_pkg.*\"]", 6, "write it out, without `*`"),
            ("my_pkg.load_model\"]", "my_pkg.load_model()\"]", 6, "is not a dotted name"),
            ("params.token = []", "level = \"error\"", 9, "unknown field `level`"),
        ] {
            let changed = WRAPPER.replacen(from, to, 1);
            assert_ne!(changed, WRAPPER, "{from}");
            let message = errors("my_pkg", &changed);
            let start = format!("ci/rules/my_pkg.toml:{line}:");
            let hit = message.iter().any(|text| text.starts_with(&start) && text.contains(wanted));
            assert!(hit, "{line} {wanted}: {message:#?}");
            for word in ["u16", "sequence", "nan", "invalid type"] {
                assert!(!message.iter().any(|text| text.contains(&format!(" {word}"))), "{message:?}");
            }
        }
    }

    const RULE: &str = r#"
id = "no-cpu-map"
name = "NoCpuMap"
level = "warning"
confidence = "high"
summary = "Checkpoints are mapped to the CPU."
rationale = "So that they load anywhere."
help = "Pass map_location."

[check]
kind = "argument"
callables = ["torch.load", "my_pkg.load_model"]
keyword = "map_location"
position = 1
flag_when = "absent"

[[case]]
name = "absent"
message = "`{api}` without map_location"
"#;

    #[test]
    fn a_rule_of_their_own_works_from_data_alone() {
        let catalog = Catalog::extend(&[file("my_pkg", WRAPPER), file("no-cpu-map", RULE)]).unwrap();
        let policy = catalog.policy("no-cpu-map").unwrap();
        assert!(policy.user && policy.check.is_about("torch.load"));
        assert!(!policy.check.is_about("torch.save"));
        let role = policy.check.roles[0];
        let entry = catalog.entry(catalog.callable("torch.load").unwrap());
        assert_eq!(entry.parameter(role).unwrap().places[0].keyword.as_deref(), Some("map_location"));
        assert!(entry.parameter(Role::WeightsOnly).is_some(), "the built-in facts stay");
        let own = catalog.entry(catalog.callable("my_pkg.load_model").unwrap());
        assert!(own.parameter(role).is_some());
        assert!(policy.check.flags(None, false) && !policy.check.flags(None, true));
        let text = policy.cases[0].render(&Values::new().with(Placeholder::Api, "torch.load"));
        assert_eq!(text, "`torch.load` without map_location");
    }

    #[test]
    fn a_pattern_reaches_the_exact_names_it_covers() {
        let rule = RULE.replace("\"torch.load\", \"my_pkg.load_model\"", "\"datasets.load_*\"");
        let catalog = Catalog::extend(&[file("no-cpu-map", &rule)]).unwrap();
        let role = catalog.policy("no-cpu-map").unwrap().check.roles[0];
        let all = catalog.variants("datasets.load_dataset");
        assert_eq!(all.len(), 4);
        assert!(all.iter().all(|id| catalog.entry(*id).parameter(role).is_some()));
    }

    #[test]
    fn a_call_can_be_forbidden() {
        let rule = RULE
            .replace("kind = \"argument\"", "kind = \"call\"")
            .replace("keyword = \"map_location\"\nposition = 1\nflag_when = \"absent\"\n", "");
        let catalog = Catalog::extend(&[file("no-cpu-map", &rule)]).unwrap();
        assert!(catalog.callable("my_pkg.load_model").is_some());
        let entry = catalog.entry(catalog.callable("torch.load").unwrap());
        assert!(entry.parameter(Role::WeightsOnly).is_some());
    }

    #[test]
    fn the_words_of_a_rule_are_checked() {
        for (from, to, wanted) in [
            (
                "flag_when = \"absent\"",
                "flag_when = \"missing\"",
                "unknown variant `missing`, expected one of `absent`, `equals`, `matches`, `unknown`",
            ),
            ("flag_when = \"absent\"", "flag_when = \"equals\"", "`equals` needs `value`"),
            ("flag_when = \"absent\"", "flag_when = \"matches\"\nvalue = \"(\"", "regular expression"),
            ("kind = \"argument\"", "kind = \"revision\"", "a rule of your own has"),
            ("{api}", "{name}", "unknown placeholder {name}"),
            ("NoCpuMap", "Nocpumap", "\"NoCpuMap\""),
            ("id = \"no-cpu-map\"", "id = \"other\"", "must be the name of the file"),
        ] {
            let message = errors("no-cpu-map", &RULE.replace(from, to));
            assert!(message.iter().any(|text| text.contains(wanted)), "{wanted}: {message:?}");
        }
        let taken =
            errors("unpinned-revision", &RULE.replace("no-cpu-map", "unpinned-revision").replace("NoCpuMap", "UnpinnedRevision"));
        assert!(taken[0].contains("is taken"), "{taken:?}");
    }

    #[test]
    fn arguments_are_judged_by_their_words() {
        let rule = |flag: &str| {
            let text = RULE.replace("flag_when = \"absent\"", flag);
            let catalog = Catalog::extend(&[file("no-cpu-map", &text)]).unwrap();
            catalog.policy("no-cpu-map").unwrap().check.clone()
        };
        let text = |text: &str| Value::Known(Literal::Str(text.to_owned()));
        let equals = rule("flag_when = \"equals\"\nvalue = \"cuda\"");
        assert!(equals.flags(Some(&text("cuda")), false) && !equals.flags(Some(&text("cpu")), false));
        let one = Value::OneOf(vec![Literal::Str("cpu".to_owned()), Literal::Str("cuda".to_owned())]);
        assert!(equals.flags(Some(&one), false));
        let none = rule("flag_when = \"equals\"\nvalue = \"None\"");
        assert!(none.flags(Some(&Value::Known(Literal::None)), false));
        let matches = rule("flag_when = \"matches\"\nvalue = \"^cuda:[0-9]+$\"");
        assert!(matches.flags(Some(&text("cuda:0")), false) && !matches.flags(Some(&text("cuda")), false));
        let unknown = rule("flag_when = \"unknown\"");
        assert!(unknown.flags(Some(&Value::Unknown(Why::Call)), false) && !unknown.flags(None, false));
    }
}
