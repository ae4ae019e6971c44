//! Whether a file is worth reading for uses that are not Python's: a few literals, one pass.

use std::sync::OnceLock;

use aho_corasick::{AhoCorasick, packed};

use crate::catalog::{Catalog, Entry};
use crate::prefilter::{Growing, Hits};
use crate::source::{FileLanguage, Language};

use super::config_file::SUBJECTS;
use super::pipeline;
use super::plain::is_dotenv;

/// Larger files of this kind are data, not commands.
const MAX_BYTES: usize = 8 << 20;

/// The words of a catalogue, a user's own included; looked up when the first file asks.
#[derive(Default)]
pub struct Gate {
    literals: OnceLock<Growing>,
    /// Keys of which one stands in every JSON document that can make a use. Most JSON is data and has none, and these few
    /// words are searched for several times faster than all the others.
    json: OnceLock<Keys>,
}

/// A search for keys. The packed one runs at four gigabytes a second, where an automaton stops at every quote that a key
/// begins with and makes an eighth of one at best; but it takes few keys, and a user may have more.
enum Keys {
    Packed(packed::Searcher),
    Many(AhoCorasick),
    /// Could not be built: whatever comes may matter.
    Any,
}

impl Keys {
    fn new(keys: &[String]) -> Self {
        let automaton = || AhoCorasick::builder().prefilter(false).build(keys).map_or(Self::Any, Self::Many);
        packed::Searcher::new(keys).map_or_else(automaton, Self::Packed)
    }

    fn is_match(&self, bytes: &[u8]) -> bool {
        match self {
            Self::Packed(searcher) => searcher.find(bytes).is_some(),
            Self::Many(automaton) => automaton.is_match(bytes),
            Self::Any => true,
        }
    }
}

impl Gate {
    /// True when a file of this language can hold uses that are not Python's, by what the first pass found in it and by the
    /// names of commands and keys.
    #[must_use]
    pub fn wants(&self, catalog: &Catalog, file: File<'_>, hits: Hits, include_docs: bool) -> bool {
        let File { path, language, bytes } = file;
        let name = path.rsplit('/').next().unwrap_or(path);
        let known = hits.address || hits.word;
        let holds_literal = || {
            let mut found = false;
            self.literals(catalog).each(bytes, &mut |_, _, _| {
                found = true;
                false
            });
            found
        };
        match language {
            FileLanguage::Notebook => known || holds_literal(),
            FileLanguage::Plain(Language::Python) => false,
            FileLanguage::Plain(Language::Markdown) => {
                (include_docs && (known || holds_literal()))
                    || (name.eq_ignore_ascii_case("README.md") && bytes.starts_with(b"---"))
            }
            FileLanguage::Plain(Language::Text) => {
                let matters = name == ".gitmodules"
                    || name == "Procfile"
                    || name == "Modelfile"
                    || name.ends_with(".modelfile")
                    || is_dotenv(name);
                matters && (known || holds_literal())
            }
            FileLanguage::Plain(Language::Json) if name.ends_with(".jsonl") || name.ends_with(".lock") => false,
            FileLanguage::Plain(_) if bytes.len() > MAX_BYTES => known,
            FileLanguage::Plain(Language::Json) => known || (self.json(catalog, bytes) && holds_literal()),
            FileLanguage::Plain(_) => known || holds_literal(),
        }
    }

    fn json(&self, catalog: &Catalog, bytes: &[u8]) -> bool {
        self.json.get_or_init(|| Keys::new(&json_keys(catalog))).is_match(bytes)
    }

    fn literals(&self, catalog: &Catalog) -> &Growing {
        self.literals.get_or_init(|| Growing::new(literals(catalog).into_iter().map(String::into_bytes).collect()))
    }
}

/// A file at the gate.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// Its path.
    pub path: &'a str,
    /// What it is written in.
    pub language: FileLanguage,
    /// Its bytes.
    pub bytes: &'a [u8],
}

/// The longest step of each path of keys that leads to what an entry is about.
fn subjects(entry: &Entry) -> Vec<String> {
    let subject = entry.parameters.iter().filter(|parameter| SUBJECTS.contains(&parameter.role));
    let places = subject.flat_map(|parameter| &parameter.places).filter_map(|place| place.keyword.as_deref());
    places.filter_map(|path| path.split('.').max_by_key(|step| step.len())).map(str::to_owned).collect()
}

/// The keys under which a JSON document has commands, environments, or what a catalogued tool reads from it. Switches have
/// been looked for before.
fn json_keys(catalog: &Catalog) -> Vec<String> {
    let mut keys = vec!["_target_".to_owned()];
    keys.extend(pipeline::keys().map(|key| format!("\"{key}\"")));
    for (glob, id) in catalog.configs() {
        if ![".yml", ".yaml", ".toml", ".gitmodules"].iter().any(|ending| glob.ends_with(ending)) {
            keys.extend(subjects(catalog.entry(id)));
        }
    }
    keys.sort();
    keys.dedup();
    keys
}

/// Words of which one stands in every text that can make a use.
fn literals(catalog: &Catalog) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for name in catalog.command_names() {
        let mut parts = name.split(' ');
        let program = parts.next().unwrap_or("");
        match program {
            // `python -m module`, `python --option`, `docker run image`: the last word is the telling one.
            "python" | "docker" => words.extend(name.rsplit(' ').next().map(str::to_owned)),
            "git" => words.extend(["git clone".to_owned(), "lfs clone".to_owned(), "git submodule".to_owned()]),
            // Short names stand at the start of a word of their own.
            "hf" => words.extend(["hf ".to_owned(), "\"hf\"".to_owned(), "'hf'".to_owned(), "- hf\n".to_owned()]),
            _ if program.len() < 4 => words.extend([format!("{program} "), format!("\"{program}\"")]),
            _ => words.push(program.to_owned()),
        }
    }
    for (glob, id) in catalog.configs() {
        let entry = catalog.entry(id);
        let places = entry.parameters.iter().flat_map(|parameter| &parameter.places);
        let steps = places.filter_map(|place| place.keyword.as_deref()?.split('.').find(|step| step.len() > 7));
        let mut telling: Vec<String> = steps.map(str::to_owned).collect();
        telling.extend(entry.signature.iter().filter(|key| key.len() > 9).cloned());
        // A user's own file may have short keys only. (Submodules are known by their addresses.)
        if telling.is_empty() && glob != ".gitmodules" {
            telling = subjects(entry);
        }
        words.extend(telling);
    }
    words.push("_target_".to_owned());
    words.extend(["pip install", "pip3 install", "uv add", "poetry add", "conda install"].map(str::to_owned));
    // Options are written with either sign.
    let other: Vec<String> = words.iter().filter(|word| word.starts_with("--")).map(|word| word.replace('_', "-")).collect();
    words.extend(other);
    words.push("trust-remote-code".to_owned());
    words.sort();
    words.dedup();
    words
}

#[cfg(test)]
#[allow(clippy::panic)]
mod tests {
    use super::*;

    fn wants(path: &str, text: &str) -> bool {
        let file = File { path, language: FileLanguage::Plain(Language::Json), bytes: text.as_bytes() };
        Gate::default().wants(Catalog::builtin(), file, Hits::default(), false)
    }

    #[test]
    fn data_stays_outside() {
        assert!(!wants("languages.json", r#"{"trl": "Traral", "server": ["vllm", "transformers"]}"#));
        assert!(!wants("results.json", r#"{"run": 3, "cmd": "none", "scores": [{"main_score": 0.5}]}"#));
        assert!(!wants("data.jsonl", r#"{"cmd": "vllm serve org/model"}"#));
    }

    #[test]
    fn a_users_own_commands_and_keys_count() {
        let text = r#"
library = "acme"
package = "acme-tools"
imports = ["acme"]
checked_against = "1.0"

[[command]]
match = ["acmectl fetch"]
kind = "model"
pin = "keyword"
params.repo_id = { position = 0 }

[[config]]
match = ["acme.json"]
kind = "model"
pin = "keyword"
params.repo_id = { key = "repo" }
"#;
        let own = crate::catalog::UserFile { name: "acme.toml".to_owned(), text: text.to_owned() };
        let catalog = match Catalog::extend(&[own]) {
            Ok(catalog) => catalog,
            Err(errors) => panic!("{errors:?}"),
        };
        let asks = |catalog: &Catalog, path: &str, language, text: &str| {
            let file = File { path, language: FileLanguage::Plain(language), bytes: text.as_bytes() };
            Gate::default().wants(catalog, file, Hits::default(), false)
        };
        for (path, language, text) in
            [("run.sh", Language::Shell, "acmectl fetch org/model\n"), ("acme.json", Language::Json, r#"{"repo": "org/model"}"#)]
        {
            assert!(asks(&catalog, path, language, text), "{path}");
            assert!(!asks(Catalog::builtin(), path, language, text), "{path}");
        }
    }

    #[test]
    fn many_keys_are_searched_for_too() {
        let many: Vec<String> = (0..500).map(|number| format!("\"key{number}\"")).collect();
        assert!(
            matches!(Keys::new(&many), Keys::Many(_)) && matches!(Keys::new(many.get(..40).unwrap_or_default()), Keys::Packed(_))
        );
        assert!(Keys::new(&many).is_match(b"{\"key499\": 1}") && !Keys::new(&many).is_match(b"{\"key500\": 1}"));
        assert!(matches!(Keys::new(&json_keys(Catalog::builtin())), Keys::Packed(_)));
    }

    #[test]
    fn what_runs_or_configures_comes_in() {
        assert!(wants("tasks.json", r#"{"cmd": "vllm serve org/model"}"#));
        assert!(wants("a.json", r#"{"command": ["vllm", "serve", "org/model"]}"#));
        assert!(wants("sft.json", r#"{"stage": "sft", "model_name_or_path": "org/model"}"#));
        assert!(wants("config.json", r#"{"auto_map": {"AutoModel": "org/model--modeling.Model"}}"#));
        assert!(wants("adapter_config.json", r#"{"base_model_name_or_path": "org/model", "peft_type": "LORA"}"#));
        assert!(wants("hydra.json", r#"{"_target_": "transformers.AutoModel.from_pretrained"}"#));
    }
}
