//! Calls made from the facts: for every catalogued Python callable an unsafe call and its safe form, so that no entry is
//! only believed to work.

use std::collections::BTreeMap;

use super::model::{Entry, EntryId, EntryKind, LocalTest, Parameter, Pin, Place, RepoKind, RunsCode, Unpickles};
use super::{Catalog, Library};
use crate::usage::Role;

/// A call made from the facts of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GeneratedCall {
    /// The library's id.
    pub library: String,
    /// The entry.
    pub entry: EntryId,
    /// The qualified name that is called.
    pub name: String,
    /// The name of the file that the code stands for.
    pub file: String,
    /// Files beside the code: `requirements.txt`, when the facts hold for some versions only.
    pub beside: BTreeMap<String, String>,
    /// Code that must be flagged by at least one of `expected`; `None` when the entry is known to be safe.
    pub code_unsafe: Option<String>,
    /// The rules of which one at least must fire on the unsafe code.
    pub expected: Vec<&'static str>,
    /// Code on which none of `expected` may fire; `None` when the API has no safe form.
    pub code_safe: Option<String>,
}

/// A text that must be flagged by one of `expected`, and its safe form.
pub(super) struct Made {
    pub(super) file: String,
    pub(super) bad: String,
    pub(super) good: Option<String>,
    pub(super) expected: Vec<&'static str>,
}

/// A full commit hash that is recognisably made up.
pub(super) const COMMIT: &str = "0123456789abcdef0123456789abcdef01234567";

/// Calls for every callable of the catalogue, in its order, at least one for each entry whose name can be called; and the
/// same for commands, environment variables and switches as far as a rule asks for them.
#[must_use]
pub fn generated_calls(catalog: &Catalog) -> Vec<GeneratedCall> {
    let mut calls = Vec::new();
    for (id, entry) in catalog.entries() {
        let library = catalog.library(id);
        if entry.kind != EntryKind::Callable {
            calls.extend(super::generated_words::calls(library, id, entry));
            continue;
        }
        for pattern in &entry.names {
            let name = concrete(pattern);
            if catalog.variants(&name).contains(&id) {
                calls.extend(Maker::new(library, id, entry, name).calls());
            }
        }
    }
    calls
}

/// The entries of which no name can be called, because other entries stand before all of them.
#[must_use]
pub fn shadowed_callables(catalog: &Catalog) -> Vec<String> {
    catalog
        .entries()
        .filter(|(_, entry)| entry.kind == EntryKind::Callable)
        .flat_map(|(id, entry)| entry.names.iter().map(move |name| (id, name)))
        .filter(|(id, name)| !catalog.variants(&concrete(name)).contains(id))
        .map(|(id, name)| format!("{}: {name}", catalog.library(id).id))
        .collect()
}

/// A token. Put together here: nothing that looks like one stands in a file.
pub(super) fn secret() -> String {
    ["hf", "_", "kVbTzQmLxNwRjHdP", "gYcSfUaEoWqZtMvKbJ"].concat()
}

/// A name that a pattern matches.
fn concrete(pattern: &str) -> String {
    let segments: Vec<String> = pattern
        .split('.')
        .map(|segment| match segment {
            "*" => "Example".to_owned(),
            other => other.replace('*', "Zz"),
        })
        .collect();
    segments.join(".")
}

/// The arguments of a call: role and expression.
type Given = Vec<(Role, String)>;

struct Maker<'a> {
    library: &'a Library,
    id: EntryId,
    entry: &'a Entry,
    name: String,
}

impl<'a> Maker<'a> {
    fn new(library: &'a Library, id: EntryId, entry: &'a Entry, name: String) -> Self {
        Self { library, id, entry, name }
    }

    fn has(&self, role: Role) -> bool {
        self.entry.parameter(role).is_some()
    }

    /// The role of what is loaded: an adapter where the model is an object of the program.
    fn id_role(&self) -> Option<Role> {
        [Role::RepoId, Role::AdapterId].into_iter().find(|role| self.has(*role))
    }

    fn calls(&self) -> Vec<GeneratedCall> {
        let mut calls: Vec<GeneratedCall> =
            [self.unpinned(), self.remote_code(), self.implicit_code(), self.unpickle(), self.pickle_weights(), self.token()]
                .into_iter()
                .flatten()
                .collect();
        if calls.is_empty() {
            let safe = self.code(self.target(true));
            calls.push(self.call(None, Vec::new(), Some(safe)));
        }
        calls
    }

    fn call(&self, code_unsafe: Option<String>, expected: Vec<&'static str>, code_safe: Option<String>) -> GeneratedCall {
        let mut beside = BTreeMap::new();
        if let Some(version) = self.version()
            && !self.library.package.is_empty()
        {
            beside.insert("requirements.txt".to_owned(), format!("{}=={version}\n", self.library.package));
        }
        GeneratedCall {
            library: self.library.id.clone(),
            entry: self.id,
            name: self.name.clone(),
            file: "generated.py".to_owned(),
            beside,
            code_unsafe,
            expected,
            code_safe,
        }
    }

    /// A version for which the facts hold, when they do not hold for all.
    fn version(&self) -> Option<String> {
        if let Some(since) = &self.entry.since {
            return Some(format!("{since}.0"));
        }
        let until = self.entry.until.as_ref()?;
        let mut numbers: Vec<u32> = until.split('.').filter_map(|part| part.parse().ok()).collect();
        let minor = numbers.get(1).copied().unwrap_or(0);
        if minor > 0 {
            Some(format!("{}.{}.0", numbers.first().copied().unwrap_or(0), minor - 1))
        } else {
            let first = numbers.first_mut()?;
            Some(format!("{}.99.0", first.saturating_sub(1)))
        }
    }

    /// It loads from a place whose content can change.
    fn floats(&self) -> bool {
        let kind = matches!(
            self.entry.repo,
            Some(RepoKind::Model | RepoKind::Dataset | RepoKind::Space | RepoKind::Kernel | RepoKind::Any | RepoKind::Github)
        );
        kind && self.entry.pin != Pin::None && self.id_role().is_some()
    }

    /// The id, path or address that is loaded, pinned or not. An API that cannot be pinned gets a local path instead.
    fn target(&self, pinned: bool) -> Given {
        let mut given = Given::new();
        if let Some(role) = self.id_role() {
            given.push((role, quoted(&self.repo(pinned))));
        }
        if self.has(Role::Path) {
            // What always runs code is told about a file of strangers only.
            let foreign = !pinned && self.entry.runs_code == RunsCode::Always && !self.has(Role::RepoId);
            let path = if foreign { "https://example.com/model.pt" } else { "./files/model.pt" };
            given.push((Role::Path, quoted(path)));
        }
        if self.has(Role::Filename) {
            given.push((Role::Filename, quoted("config.json")));
        }
        if self.has(Role::CodeId) && !self.has(Role::RepoId) {
            given.push((Role::CodeId, quoted("example-org/example-code")));
        }
        if pinned {
            for role in [
                Role::Revision,
                Role::CodeRevision,
                Role::TokenizerRevision,
                Role::CustomRevision,
                Role::AdapterRevision,
                Role::BaseRevision,
            ] {
                if self.has(role) {
                    given.push((role, quoted(COMMIT)));
                }
            }
        }
        given
    }

    fn repo(&self, pinned: bool) -> String {
        let id = "example-org/example-name";
        let scheme = self.entry.local == LocalTest::Scheme;
        match (self.entry.repo, self.entry.pin) {
            (Some(RepoKind::Url), _) => {
                let revision = if pinned { COMMIT } else { "main" };
                format!("https://huggingface.co/{id}/resolve/{revision}/model.safetensors")
            }
            (_, Pin::Address) => {
                let revision = if pinned { format!("@{COMMIT}") } else { String::new() };
                format!("hf://datasets/{id}{revision}/table.csv")
            }
            (_, Pin::At) => {
                let scheme = if scheme { "hf_hub:" } else { "" };
                let revision = if pinned { format!("@{COMMIT}") } else { String::new() };
                format!("{scheme}{id}{revision}")
            }
            (_, Pin::Colon) if pinned => format!("{id}:{COMMIT}"),
            (_, Pin::Impossible) if pinned => "./files/model".to_owned(),
            (_, Pin::Impossible) if scheme => {
                let scheme = match self.library.id.as_str() {
                    "open_clip" => "hf-hub:",
                    "timm" => "hfds/",
                    _ => "hf://",
                };
                format!("{scheme}{id}")
            }
            _ => id.to_owned(),
        }
    }

    /// Whether a safe form exists at all as far as the pin goes.
    fn can_be_pinned(&self) -> bool {
        self.entry.pin != Pin::Impossible || self.entry.local != LocalTest::Never
    }

    fn unpinned(&self) -> Option<GeneratedCall> {
        if !self.floats() {
            return None;
        }
        let mut unsafe_arguments = self.target(false);
        let mut safe_arguments = self.target(true);
        if self.has(Role::Pretrained) {
            unsafe_arguments.push((Role::Pretrained, "True".to_owned()));
            safe_arguments.push((Role::Pretrained, "True".to_owned()));
        }
        // What runs code unasked is reported as that; the missing pin belongs to it then.
        let expected = match self.entry.runs_code {
            RunsCode::No | RunsCode::OptIn => vec!["unpinned-revision"],
            RunsCode::Prompt | RunsCode::DefaultOn | RunsCode::Always => {
                vec!["unpinned-revision", "implicit-remote-code", "trust-remote-code"]
            }
        };
        let safe = (self.can_be_pinned() && expected.len() == 1).then(|| self.code(safe_arguments));
        Some(self.call(Some(self.code(unsafe_arguments)), expected, safe))
    }

    fn remote_code(&self) -> Option<GeneratedCall> {
        let role = Role::RemoteCode;
        if !self.has(role) || self.entry.runs_code == RunsCode::No {
            return None;
        }
        let mut unsafe_arguments = self.target(self.can_be_pinned());
        unsafe_arguments.push((role, "True".to_owned()));
        let mut safe_arguments = self.target(true);
        safe_arguments.push((role, "False".to_owned()));
        let expected = match self.entry.runs_code {
            RunsCode::Always => vec!["trust-remote-code", "implicit-remote-code"],
            _ => vec!["trust-remote-code"],
        };
        let safe = (self.entry.runs_code != RunsCode::Always).then(|| self.code(safe_arguments));
        Some(self.call(Some(self.code(unsafe_arguments)), expected, safe))
    }

    fn implicit_code(&self) -> Option<GeneratedCall> {
        let expected = match self.entry.runs_code {
            RunsCode::DefaultOn => vec!["implicit-remote-code", "trust-remote-code"],
            RunsCode::Always if self.entry.repo == Some(RepoKind::File) => {
                vec!["implicit-remote-code", "unsafe-deserialization", "unsafe-torch-load"]
            }
            RunsCode::Always => vec!["implicit-remote-code"],
            _ => return None,
        };
        let safe = self.has(Role::RemoteCode).then(|| {
            let mut arguments = self.target(true);
            arguments.push((Role::RemoteCode, "False".to_owned()));
            self.code(arguments)
        });
        let safe = safe.filter(|_| self.entry.runs_code == RunsCode::DefaultOn);
        Some(self.call(Some(self.code(self.target(false))), expected, safe))
    }

    fn unpickle(&self) -> Option<GeneratedCall> {
        let target = |extra: Option<(Role, &str)>| {
            let mut arguments = self.target(true);
            arguments.extend(extra.map(|(role, value)| (role, value.to_owned())));
            self.code(arguments)
        };
        let torch = vec!["unsafe-torch-load"];
        let other = vec!["unsafe-deserialization"];
        let yaml = self.library.id == "yaml";
        let (unsafe_value, safe_value, expected) = if self.has(Role::AllowPickle) {
            ((Role::AllowPickle, "True"), (Role::AllowPickle, "False"), other)
        } else if self.has(Role::SafeMode) {
            ((Role::SafeMode, "False"), (Role::SafeMode, "True"), other)
        } else if self.has(Role::WeightsOnly) {
            ((Role::WeightsOnly, "False"), (Role::WeightsOnly, "True"), torch)
        } else if yaml && self.has(Role::LoadFormat) {
            ((Role::LoadFormat, "yaml.Loader"), (Role::LoadFormat, "yaml.SafeLoader"), other)
        } else {
            let expected = match self.entry.unpickles {
                // Code of the repository that runs anyway is the whole story.
                Unpickles::Always | Unpickles::Default if self.entry.runs_code == RunsCode::Always => {
                    vec!["implicit-remote-code", "unsafe-deserialization"]
                }
                Unpickles::Always | Unpickles::Default => {
                    vec!["unsafe-deserialization", "unsafe-torch-load"]
                }
                // What the file is decides: a name that ends like a pickle is one.
                Unpickles::ByVersion | Unpickles::ByFormat if self.has(Role::Path) => {
                    vec!["unsafe-deserialization", "unsafe-torch-load"]
                }
                _ => return None,
            };
            return Some(self.call(Some(target(None)), expected, None));
        };
        Some(self.call(Some(target(Some(unsafe_value))), expected, Some(target(Some(safe_value)))))
    }

    fn pickle_weights(&self) -> Option<GeneratedCall> {
        let role = [Role::SafeSerialization, Role::UseSafetensors].into_iter().find(|role| self.has(*role))?;
        let code = |value: &str| {
            let mut arguments = self.target(true);
            arguments.push((role, value.to_owned()));
            self.code(arguments)
        };
        Some(self.call(Some(code("False")), vec!["pickle-weights-requested"], Some(code("True"))))
    }

    fn token(&self) -> Option<GeneratedCall> {
        if !self.has(Role::Token) {
            return None;
        }
        let secret = secret();
        let code = |value: String| {
            let mut arguments = self.target(true);
            arguments.push((Role::Token, value));
            self.code(arguments)
        };
        Some(self.call(Some(code(quoted(&secret))), vec!["leaked-token"], Some(code("token_from_elsewhere".to_owned()))))
    }

    /// The call as code: an import and one line.
    fn code(&self, given: Given) -> String {
        let mut positional: BTreeMap<u16, String> = BTreeMap::new();
        let mut keywords: BTreeMap<String, String> = BTreeMap::new();
        let mut nested: BTreeMap<String, Vec<(Vec<String>, String)>> = BTreeMap::new();
        for (role, value) in given {
            let Some(place) = self.entry.parameter(role).and_then(first_place) else {
                continue;
            };
            match (place.position, &place.keyword, place.nested.split_first()) {
                (_, _, Some((first, rest))) => {
                    nested.entry(first.clone()).or_default().push((rest.to_vec(), value));
                }
                // By position where it is usual, to try the positions too.
                (Some(position), None, _) => {
                    positional.insert(position, value);
                }
                (Some(position @ 0..=1), Some(_), _) if matches!(role, Role::RepoId | Role::AdapterId | Role::Path) => {
                    positional.insert(position, value);
                }
                (_, Some(keyword), _) => {
                    keywords.insert(keyword.clone(), value);
                }
                (None, None, None) => {}
            }
        }
        let mut arguments = Vec::new();
        if let Some((last, _)) = positional.last_key_value() {
            for position in 0..=*last {
                let value = positional.get(&position);
                arguments.push(value.cloned().unwrap_or_else(|| "anything".to_owned()));
            }
        }
        for (keyword, value) in keywords {
            arguments.push(format!("{keyword}={value}"));
        }
        for (keyword, items) in nested {
            arguments.push(format!("{keyword}={}", dict(&items)));
        }
        let root = self.name.split('.').next().unwrap_or_default();
        format!("import {root}\n{}({})\n", self.name, arguments.join(", "))
    }
}

fn first_place(parameter: &Parameter) -> Option<&Place> {
    parameter.places.first()
}

/// A dict of paths and values, nested as deep as the paths.
fn dict(items: &[(Vec<String>, String)]) -> String {
    let mut groups: BTreeMap<&String, Vec<(Vec<String>, String)>> = BTreeMap::new();
    let mut parts = Vec::new();
    for (path, value) in items {
        match path.split_first() {
            Some((key, [])) => parts.push(format!("{}: {value}", quoted(key))),
            Some((key, rest)) => groups.entry(key).or_default().push((rest.to_vec(), value.clone())),
            None => {}
        }
    }
    for (key, inner) in groups {
        parts.push(format!("{}: {}", quoted(key), dict(&inner)));
    }
    format!("{{{}}}", parts.join(", "))
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_callable_can_be_called() {
        let catalog = Catalog::builtin();
        assert_eq!(shadowed_callables(catalog), Vec::<String>::new());
        let called: BTreeSet<EntryId> = generated_calls(catalog).iter().map(|call| call.entry).collect();
        let missing: Vec<&str> = catalog
            .entries()
            .filter(|(id, entry)| entry.kind == EntryKind::Callable && !called.contains(id))
            .map(|(_, entry)| entry.names[0].as_str())
            .collect();
        assert_eq!(missing, Vec::<&str>::new());
    }

    #[test]
    fn calls_are_written_as_people_write_them() {
        let calls = generated_calls(Catalog::builtin());
        let codes = |name: &str| -> Vec<(String, String)> {
            calls
                .iter()
                .filter(|call| call.name == name && call.beside.is_empty())
                .map(|call| (call.code_unsafe.clone().unwrap_or_default(), call.code_safe.clone().unwrap_or_default()))
                .collect()
        };
        let peft = codes("peft.PeftModel.from_pretrained");
        assert_eq!(peft[0].0, "import peft\npeft.PeftModel.from_pretrained(anything, \"example-org/example-name\")\n");
        assert_eq!(
            peft[0].1,
            format!(
                "import peft\npeft.PeftModel.from_pretrained(anything, \"example-org/example-name\", revision=\"{COMMIT}\")\n"
            )
        );
        let langchain = codes("langchain_huggingface.HuggingFaceEmbeddings");
        assert!(langchain[0].1.contains(&format!("model_kwargs={{\"revision\": \"{COMMIT}\"}}")), "{langchain:?}");
        let numpy = codes("numpy.load");
        assert!(numpy[0].0.contains("allow_pickle=True") && numpy[0].1.contains("allow_pickle=False"));
    }

    #[test]
    fn older_facts_come_with_the_version_they_are_for() {
        let calls = generated_calls(Catalog::builtin());
        let versions: BTreeSet<&str> = calls
            .iter()
            .filter(|call| call.name == "datasets.load_dataset")
            .filter_map(|call| call.beside.get("requirements.txt").map(String::as_str))
            .collect();
        assert_eq!(
            versions.into_iter().collect::<Vec<_>>(),
            ["datasets==2.19.0\n", "datasets==2.20.0\n", "datasets==3.0.0\n", "datasets==4.0.0\n"]
        );
    }
}
