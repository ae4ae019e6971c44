//! The facts about libraries (`rules/apis/*.toml`) and the policies (`rules/*.toml`), checked and ready to ask.
//!
//! Facts say which callables, commands, environment variables and configuration keys reach a hub or a deserialiser, and
//! which parameter plays which [`Role`](crate::usage::Role). Policies say what is flagged, how and why. No logic lives here.
//!
//! The build script turns `rules/` into constant tables of names, so a start parses nothing; the facts of one library are
//! read when one of its entries is first asked for.

pub mod example;
pub mod generated;
mod generated_config;
mod generated_words;
mod index;
pub mod json_schema;
pub mod load;
mod model;
pub mod policy;
pub mod schema;
mod user;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, OnceLock, PoisonError, RwLock};

pub use index::{Head, matches};
pub use load::{DataError, DataFile, MAX_COMMAND_WORDS};
pub use model::*;
pub use policy::{Case, Check, FixRecipe, PLACEHOLDERS, Placeholder, Policy, Template, Values};
pub use schema::{CheckKind, FixAction, FlagWhen, Precision, RawExample as Example, RawLiteral, Status};

pub use user::{UserFile, examples as user_examples};

use crate::words::WordSet;
use index::Index;
use schema::{LibraryFile, PolicyFile};

/// A library as the build script leaves it.
struct Builtin {
    head: Head,
    facts: &'static str,
}

/// A policy as the build script leaves it.
struct BuiltinPolicy {
    id: &'static str,
    aliases: &'static [&'static str],
    facts: &'static str,
    examples: &'static str,
}

mod tables {
    use super::index::{Head, Index};
    use super::{Builtin, BuiltinPolicy, EntryId};
    use std::borrow::Cow;
    include!(concat!(env!("OUT_DIR"), "/catalog.rs"));
}

/// A library whose facts are read when they are first wanted.
enum Slot {
    Builtin(&'static Builtin, OnceLock<Library>),
    User(Head, Library),
}

impl Slot {
    fn head(&self) -> &Head {
        match self {
            Self::Builtin(builtin, _) => &builtin.head,
            Self::User(head, _) => head,
        }
    }

    fn library(&self) -> &Library {
        match self {
            // The build script wrote this text after the checks; that it reads back is tested for every library.
            Self::Builtin(builtin, slot) => {
                slot.get_or_init(|| load::lower(&serde_json::from_str::<LibraryFile>(builtin.facts).unwrap_or_default()))
            }
            Self::User(_, library) => library,
        }
    }
}

/// Words by the numbers of the libraries whose callables they end.
type Words = BTreeMap<Vec<u16>, Arc<WordSet>>;

/// All facts and policies: the built-in ones, and perhaps a user's own.
pub struct Catalog {
    /// A user's own names come first: they may say more about a name than the built-in facts do.
    user: Option<Index>,
    builtin: &'static Index,
    libraries: Vec<Slot>,
    policies: OnceLock<Vec<Policy>>,
    /// Built-in policies one by one: a run with findings of two rules reads two.
    single: Vec<OnceLock<Option<Policy>>>,
    user_policies: Vec<Policy>,
    words: RwLock<Words>,
}

static EMPTY: Entry = Entry::nothing();

static NO_LIBRARY: Library = Library {
    id: String::new(),
    package: String::new(),
    imports: Vec::new(),
    checked_against: String::new(),
    entries: Vec::new(),
};

impl Catalog {
    /// The built-in facts and policies; the same object each time.
    #[must_use]
    pub fn builtin() -> &'static Self {
        static BUILTIN: OnceLock<Catalog> = OnceLock::new();
        BUILTIN.get_or_init(Self::new)
    }

    /// A catalogue of the built-in facts and policies.
    fn new() -> Self {
        Self {
            user: None,
            builtin: &tables::INDEX,
            libraries: tables::LIBRARIES.iter().map(|builtin| Slot::Builtin(builtin, OnceLock::new())).collect(),
            policies: OnceLock::new(),
            single: tables::POLICIES.iter().map(|_| OnceLock::new()).collect(),
            user_policies: Vec::new(),
            words: RwLock::new(BTreeMap::new()),
        }
    }

    /// The layers to ask, in order.
    fn layers(&self) -> impl Iterator<Item = &Index> {
        self.user.iter().chain(std::iter::once(self.builtin))
    }

    /// The entry of a callable by its qualified name: an exact name wins, then the most specific pattern. Of several
    /// versions of one callable it is the newest; see [`Catalog::variants`].
    #[must_use]
    pub fn callable(&self, qualified: &str) -> Option<EntryId> {
        self.layers().find_map(|index| index.callables(qualified).next())
    }

    /// Every version of the facts about a qualified name, the newest first. Patterns are asked only when no exact name is
    /// known.
    #[must_use]
    pub fn variants(&self, qualified: &str) -> Vec<EntryId> {
        for index in self.layers() {
            let Some(first) = index.callables(qualified).next() else {
                continue;
            };
            let names = &self.entry(first).names;
            return index
                .callables(qualified)
                .filter(|id| {
                    id.library == first.library
                        && self.entry(*id).names.iter().any(|name| name == qualified || names.contains(name))
                })
                .collect();
        }
        Vec::new()
    }

    /// The variant of an entry that holds for the project: the newest one that its versions do not rule out. `at_least`
    /// says whether every version of a package that the project admits is at least another, if that can be said.
    #[must_use]
    pub fn variant(&self, id: EntryId, qualified: &str, at_least: &dyn Fn(&str, &str) -> Option<bool>) -> EntryId {
        let entry = self.entry(id);
        if entry.since.is_none() && entry.until.is_none() {
            return id;
        }
        let package = &self.library(id).package;
        self.variants(qualified)
            .into_iter()
            .find(|variant| {
                let bounds = self.entry(*variant);
                let too_new = bounds.since.as_deref().is_some_and(|since| at_least(package, since) == Some(false));
                let too_old = bounds.until.as_deref().is_some_and(|until| at_least(package, until) == Some(true));
                !too_new && !too_old
            })
            .unwrap_or(id)
    }

    /// The entry of a method by its name alone, for a receiver that cannot be resolved, in a file that imports one of the
    /// library's roots. Only entries that allow it (`any_receiver`).
    #[must_use]
    pub fn method(&self, name: &str, imports_root: &dyn Fn(&str) -> bool) -> Option<EntryId> {
        self.layers().find_map(|index| {
            index::rows(&index.methods, name)
                .iter()
                .map(|row| row.1)
                .find(|id| self.head(id.library).is_some_and(|head| head.imports.iter().any(|root| imports_root(root))))
        })
    }

    /// Whether a top-level package is one of a catalogued library.
    #[must_use]
    pub fn is_root(&self, root: &str) -> bool {
        self.layers().any(|index| !index::rows(&index.roots, root).is_empty())
    }

    /// All import roots, sorted, each once.
    #[must_use]
    pub fn roots(&self) -> BTreeSet<&str> {
        self.layers().flat_map(|index| index.roots.iter().map(|row| row.0.as_ref())).collect()
    }

    fn head(&self, library: u16) -> Option<&Head> {
        self.libraries.get(usize::from(library)).map(Slot::head)
    }

    /// An entry. An id of another catalogue gives an entry that says nothing.
    #[must_use]
    pub fn entry(&self, id: EntryId) -> &Entry {
        self.library(id).entries.get(usize::from(id.entry)).unwrap_or(&EMPTY)
    }

    /// The library of an entry.
    #[must_use]
    pub fn library(&self, id: EntryId) -> &Library {
        self.libraries.get(usize::from(id.library)).map_or(&NO_LIBRARY, Slot::library)
    }

    /// All libraries with their entries' ids, in the order of their files. Reads everything: for listings and tests.
    pub fn libraries(&self) -> impl Iterator<Item = &Library> {
        self.libraries.iter().map(Slot::library)
    }

    /// The id of every entry with its facts. Reads everything: for listings and tests.
    pub fn entries(&self) -> impl Iterator<Item = (EntryId, &Entry)> {
        self.libraries().enumerate().flat_map(|(library, facts)| {
            facts.entries.iter().enumerate().map(move |(entry, fact)| {
                let id = EntryId {
                    library: u16::try_from(library).unwrap_or(u16::MAX),
                    entry: u16::try_from(entry).unwrap_or(u16::MAX),
                };
                (id, fact)
            })
        })
    }

    /// The entry of a word that switches something on wherever it is given a value (`trust_remote_code`).
    #[must_use]
    pub fn switch(&self, word: &str) -> Option<EntryId> {
        self.layers().find_map(|index| index::rows(&index.switches, word).first().map(|row| row.1))
    }

    /// The entry of an environment variable.
    #[must_use]
    pub fn environment(&self, name: &str) -> Option<EntryId> {
        self.layers().find_map(|index| index::rows(&index.environment, name).first().map(|row| row.1))
    }

    /// The entry of a command line and how many of its words name the command: the longest name wins. The path of the
    /// program and the version of `python` do not matter.
    #[must_use]
    pub fn command(&self, words: &[&str]) -> Option<(EntryId, usize)> {
        let program = program_name(words.first()?);
        let most = words.len().min(MAX_COMMAND_WORDS);
        self.layers().find_map(|index| {
            let start = index.commands.partition_point(|row| row.0.as_ref() < program.as_ref());
            index.commands.get(start).filter(|row| row.0.split(' ').next() == Some(program.as_ref()))?;
            (1..=most).rev().find_map(|count| {
                let mut name = program.clone().into_owned();
                for word in words.iter().take(count).skip(1) {
                    name.push(' ');
                    name.push_str(word);
                }
                index::rows(&index.commands, &name).first().map(|row| (row.1, count))
            })
        })
    }

    /// The names of all commands (`hf download`), sorted: for a scan that looks for them.
    pub fn command_names(&self) -> impl Iterator<Item = &str> {
        self.layers().flat_map(|index| index.commands.iter().map(|row| row.0.as_ref()))
    }

    /// The configuration files that tools read: a glob of file names, and the entry.
    pub fn configs(&self) -> impl Iterator<Item = (&str, EntryId)> {
        self.layers().flat_map(|index| index.configs.iter().map(|row| (row.0.as_ref(), row.1)))
    }

    /// The names of all environment variables, sorted within a layer.
    pub fn environment_names(&self) -> impl Iterator<Item = &str> {
        self.layers().flat_map(|index| index.environment.iter().map(|row| row.0.as_ref()))
    }

    /// The words that switch something on, sorted within a layer.
    pub fn switch_words(&self) -> impl Iterator<Item = &str> {
        self.layers().flat_map(|index| index.switches.iter().map(|row| row.0.as_ref()))
    }

    /// The words worth looking for in a Python file that imports these roots: last segments of the callables of their
    /// libraries, switch words, names of environment variables. Sorted, each once; kept for each set of libraries.
    #[must_use]
    pub fn words<'r>(&self, roots: impl Iterator<Item = &'r str>) -> Arc<WordSet> {
        let mut libraries: Vec<u16> = Vec::new();
        for root in roots {
            libraries.extend(self.layers().flat_map(|index| index::rows(&index.roots, root)).map(|row| row.1));
        }
        libraries.sort_unstable();
        libraries.dedup();
        if let Some(words) = self.words.read().unwrap_or_else(PoisonError::into_inner).get(&libraries) {
            return Arc::clone(words);
        }
        let mut words: BTreeSet<&str> = self.switch_words().chain(self.environment_names()).collect();
        for number in &libraries {
            if let Some(head) = self.head(*number) {
                words.extend(head.words.iter().map(Cow::as_ref));
            }
        }
        let words = Arc::new(WordSet::new(words.into_iter().map(str::to_owned).collect()));
        let mut kept = self.words.write().unwrap_or_else(PoisonError::into_inner);
        // A bound for a server that lives long and sees many projects.
        if kept.len() > 4096 {
            kept.clear();
        }
        kept.insert(libraries, Arc::clone(&words));
        words
    }

    /// The policies, sorted by id; a user's own after the built-in ones.
    #[must_use]
    pub fn policies(&self) -> &[Policy] {
        self.policies.get_or_init(|| {
            let mut policies: Vec<Policy> = tables::POLICIES.iter().filter_map(read_policy).collect();
            policies.extend(self.user_policies.iter().cloned());
            policies
        })
    }

    /// A user's own policies.
    #[must_use]
    pub fn user_policies(&self) -> &[Policy] {
        &self.user_policies
    }

    /// The ids of the policies without reading them.
    pub fn policy_ids(&self) -> impl Iterator<Item = &str> {
        tables::POLICIES.iter().map(|policy| policy.id).chain(self.user_policies.iter().map(|policy| policy.id.as_str()))
    }

    /// The present id of a policy, by its id or a former one, without reading it.
    #[must_use]
    pub fn policy_id(&self, id: &str) -> Option<&str> {
        let builtin =
            tables::POLICIES.iter().find(|policy| policy.id == id || policy.aliases.contains(&id)).map(|policy| policy.id);
        builtin.or_else(|| {
            self.user_policies
                .iter()
                .find(|policy| policy.id == id || policy.aliases.iter().any(|alias| alias == id))
                .map(|policy| policy.id.as_str())
        })
    }

    /// A policy by its id or a former one.
    #[must_use]
    pub fn policy(&self, id: &str) -> Option<&Policy> {
        let id = self.policy_id(id)?;
        match tables::POLICIES.iter().position(|policy| policy.id == id) {
            Some(number) => {
                let builtin = tables::POLICIES.get(number)?;
                self.single.get(number)?.get_or_init(|| read_policy(builtin)).as_ref()
            }
            None => self.user_policies.iter().find(|policy| policy.id == id),
        }
    }
}

/// A built-in policy from the text that the build script wrote after the checks; that all read back is tested.
fn read_policy(builtin: &BuiltinPolicy) -> Option<Policy> {
    let mut raw: PolicyFile = serde_json::from_str(builtin.facts).ok()?;
    raw.example = serde_json::from_str(builtin.examples).ok()?;
    let file = DataFile { file: builtin.id, text: "" };
    policy::lower_policy(builtin.id, &raw, file, false).ok()
}

/// `/usr/bin/python3.11` -> `python`, `vllm.exe` -> `vllm`.
fn program_name(word: &str) -> Cow<'_, str> {
    let base = word.rsplit(['/', '\\']).next().unwrap_or(word);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    let version = base.strip_prefix("python").unwrap_or("x");
    if version.chars().all(|character| character == '.' || character.is_ascii_digit()) {
        Cow::Borrowed("python")
    } else {
        Cow::Borrowed(base)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::usage::Role;

    fn names(id: EntryId) -> &'static [String] {
        &Catalog::builtin().entry(id).names
    }

    #[test]
    fn everything_built_in_reads_back() {
        let catalog = Catalog::builtin();
        for (library, builtin) in catalog.libraries().zip(&tables::LIBRARIES) {
            assert_eq!(library.id, builtin.head.id);
            assert!(!library.entries.is_empty(), "{}", library.id);
        }
        assert_eq!(catalog.policies().len(), tables::POLICIES.len());
        for (id, entry) in catalog.entries() {
            for name in &entry.names {
                let found = match entry.kind {
                    EntryKind::Callable => catalog.variants(name),
                    EntryKind::Command => {
                        let words: Vec<&str> = name.split(' ').collect();
                        catalog.command(&words).map(|found| found.0).into_iter().collect()
                    }
                    EntryKind::Environment => catalog.environment(name).into_iter().collect(),
                    EntryKind::Switch => catalog.switch(name).into_iter().collect(),
                    EntryKind::Config => catalog.configs().filter(|row| row.0 == name).map(|row| row.1).collect(),
                };
                assert!(found.contains(&id), "{name} leads to {found:?}, not to {id:?}");
            }
        }
    }

    #[test]
    fn an_exact_name_wins_then_the_most_specific_pattern() {
        let catalog = Catalog::builtin();
        let tokenizer = catalog.callable("transformers.AutoTokenizer.from_pretrained").unwrap();
        assert!(names(tokenizer).contains(&"transformers.AutoConfig.from_pretrained".to_owned()));
        let causal = catalog.callable("transformers.AutoModelForCausalLM.from_pretrained").unwrap();
        assert!(catalog.entry(causal).parameter(Role::CodeRevision).is_some());
        let bert = catalog.callable("transformers.models.bert.modeling_bert.BertModel.from_pretrained").unwrap();
        assert_eq!(names(bert), ["transformers.*.from_pretrained"]);
        assert_eq!(catalog.entry(bert).until, None, "the newest version is the answer");
        assert_eq!(catalog.variants("transformers.BertModel.from_pretrained").len(), 2);
        assert_eq!(catalog.callable("seaborn.load_dataset"), None);
        assert_eq!(catalog.callable("transformers.from_pretrained"), None);
    }

    #[test]
    fn versions_of_a_callable_are_all_found() {
        let catalog = Catalog::builtin();
        let all = catalog.variants("datasets.load_dataset");
        let until: Vec<_> = all.iter().map(|id| catalog.entry(*id).until.as_deref()).collect();
        assert_eq!(until, [None, Some("4.0"), Some("3.0"), Some("2.20")]);
    }

    #[test]
    fn a_method_counts_only_in_a_file_that_imports_the_library() {
        let catalog = Catalog::builtin();
        assert!(catalog.method("load_lora_weights", &|root| root == "diffusers").is_some());
        assert!(catalog.method("load_lora_weights", &|root| root == "numpy").is_none());
        let adapter = |import: &str| {
            let id = catalog.method("load_adapter", &|root| root == import).unwrap();
            catalog.library(id).id.clone()
        };
        assert_eq!(adapter("peft"), "peft");
        assert_eq!(adapter("transformers"), "transformers");
    }

    #[test]
    fn the_longest_command_wins_and_paths_do_not_matter() {
        let catalog = Catalog::builtin();
        let found = |line: &str| {
            let words: Vec<&str> = line.split(' ').collect();
            catalog.command(&words).map(|(id, used)| (names(id)[0].clone(), used))
        };
        assert_eq!(found("hf download org/m"), Some(("hf download".to_owned(), 2)));
        assert_eq!(found("/usr/local/bin/hf jobs uv run x.py"), Some(("hf jobs run".to_owned(), 4)));
        assert_eq!(found("hf"), None);
        assert_eq!(found("hfx download"), None);
    }

    #[test]
    fn words_follow_the_imports() {
        let catalog = Catalog::builtin();
        let words = catalog.words(["torch"].into_iter());
        let has = |word: &str| words.iter().any(|known| known == word);
        assert!(has("load") && has("trust_remote_code") && has("HF_TOKEN"));
        assert!(!has("load_dataset"));
        assert!(Arc::ptr_eq(&words, &catalog.words(["torch"].into_iter())));
    }

    /// Prints what a start costs: `cargo test --lib -- --ignored --nocapture start_costs`.
    #[test]
    #[ignore = "a measurement"]
    #[allow(clippy::print_stderr)]
    fn start_costs() {
        let time = |what: &str, work: &dyn Fn()| {
            let start = std::time::Instant::now();
            work();
            eprintln!("{what}: {:.1} us", start.elapsed().as_secs_f64() * 1e6);
        };
        let catalog = Catalog::new();
        time("a new catalogue", &|| _ = std::hint::black_box(Catalog::new()));
        time("first lookup of a name", &|| _ = std::hint::black_box(catalog.callable("torch.load")));
        time("first entry of torch", &|| {
            _ = std::hint::black_box(catalog.entry(catalog.callable("torch.load").unwrap()).names.len())
        });
        time("second entry of torch", &|| {
            _ = std::hint::black_box(catalog.entry(catalog.callable("torch.jit.load").unwrap()).names.len())
        });
        let name = "transformers.AutoModel.from_pretrained";
        time("first entry of transformers", &|| {
            _ = std::hint::black_box(catalog.entry(catalog.callable(name).unwrap()).names.len())
        });
        time("words of two roots", &|| _ = std::hint::black_box(catalog.words(["torch", "transformers"].into_iter())));
        time("words again", &|| _ = std::hint::black_box(catalog.words(["torch", "transformers"].into_iter())));
        time("one policy", &|| _ = std::hint::black_box(catalog.policy("unpinned-revision").unwrap().cases.len()));
        time("all policies", &|| _ = std::hint::black_box(catalog.policies().len()));
        time("every library", &|| _ = std::hint::black_box(catalog.entries().count()));
    }

    #[test]
    fn policies_answer_to_their_ids_and_render() {
        let catalog = Catalog::builtin();
        let policy = catalog.policy("unpinned-revision").unwrap();
        let case = policy.case("absent").unwrap();
        let values = Values::new().with(Placeholder::Api, "AutoModel.from_pretrained").with(Placeholder::Repo, "org/m");
        let text = case.render(&values);
        assert!(text.starts_with("`AutoModel.from_pretrained` follows") && text.contains("org/m"), "{text}");
        assert!(catalog.policy("nothing").is_none());
    }
}
