//! Which Python code a cached repo asks the libraries to run, and from which other repo it comes.

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;

use super::files::file_in;
use super::{Cache, read_bounded};
use crate::hub::repo::is_valid_id;
use crate::hub::{Commit, RepoType, ResolveError};

/// Largest configuration file that is read. Tokenizer configurations with many added tokens reach a few megabytes.
const MAX_CONFIG_BYTES: u64 = 16 << 20;

/// The files in which transformers looks for `auto_map`.
const CONFIGS: [&str; 6] = [
    "config.json",
    "tokenizer_config.json",
    "processor_config.json",
    "preprocessor_config.json",
    "image_processor_config.json",
    "generation_config.json",
];

/// What `auto_map` in a repo's configuration files says about code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RemoteCode {
    /// Some of the code lies in the repo itself: it follows `revision`.
    pub own: bool,
    /// Other repos whose code is run: `revision` does NOT apply to them, only `code_revision` does
    /// (transformers 5.23.0, dynamic_module_utils.py:605).
    pub other_repos: BTreeSet<String>,
    /// Entries that name something that is not a legal repo id. Nothing is known about their code.
    pub unclear: bool,
}

impl RemoteCode {
    /// Whether any code is asked for at all.
    #[must_use]
    pub fn any(&self) -> bool {
        self.own || self.unclear || !self.other_repos.is_empty()
    }
}

impl Cache {
    /// The code that the cached configuration files of a commit ask for.
    ///
    /// # Errors
    /// Not in the cache; no configuration file among the downloaded ones, so that nothing can be said; or one that
    /// cannot be read.
    pub fn remote_code(&self, repo_type: RepoType, id: &str, commit: &Commit) -> Result<RemoteCode, ResolveError> {
        self.first_of(repo_type, id, |repo| {
            let mut code = RemoteCode::default();
            let mut configs = 0_usize;
            for name in CONFIGS {
                match file_in(repo, commit, name) {
                    Ok(path) => read_auto_map(&path, name, id, &mut code)?,
                    Err(ResolveError::NotInCache) => continue,
                    Err(error) => return Err(error),
                }
                configs += 1;
            }
            if configs == 0 { Err(ResolveError::NotInCache) } else { Ok(code) }
        })
    }
}

fn read_auto_map(path: &Path, name: &str, id: &str, code: &mut RemoteCode) -> Result<(), ResolveError> {
    let bytes = read_bounded(path, MAX_CONFIG_BYTES).map_err(|error| super::unreadable(name, &error))?;
    // serde_json refuses more than 128 levels, so depth is bounded.
    let config: Value = serde_json::from_slice(&bytes).map_err(|_| super::broken(format!("{name} is not JSON")))?;
    add_auto_map(config.get("auto_map"), id, code);
    Ok(())
}

/// Adds what the value of an `auto_map` key says.
pub(in crate::hub) fn add_auto_map(auto_map: Option<&Value>, id: &str, code: &mut RemoteCode) {
    match auto_map {
        None | Some(Value::Null) => {}
        Some(Value::Object(map)) => {
            // A value is "module.Class", "other/repo--module.Class" or a list of those and null (tokenizers: slow, fast).
            for value in map.values() {
                match value {
                    Value::Array(entries) => entries.iter().for_each(|entry| add_entry(entry, id, code)),
                    entry => add_entry(entry, id, code),
                }
            }
        }
        Some(_) => code.unclear = true,
    }
}

fn add_entry(entry: &Value, id: &str, code: &mut RemoteCode) {
    match entry {
        Value::Null => {}
        Value::String(text) => match text.split_once("--") {
            None => code.own = true,
            Some((repo, _)) if repo == id => code.own = true,
            Some((repo, _)) if is_valid_id(repo) => {
                code.other_repos.insert(repo.to_owned());
            }
            Some(_) => code.unclear = true,
        },
        _ => code.unclear = true,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::hub::cache::tests::{A, write};
    use tempfile::TempDir;

    fn code_of(files: &[(&str, &str)]) -> Result<RemoteCode, ResolveError> {
        let folder = TempDir::new().unwrap();
        write(folder.path(), &format!("models--org--m/snapshots/{A}/README.md"), "");
        for (name, text) in files {
            write(folder.path(), &format!("models--org--m/snapshots/{A}/{name}"), text);
        }
        Cache::at(folder.path()).remote_code(RepoType::Model, "org/m", &Commit::parse(A).unwrap())
    }

    fn others(code: &RemoteCode) -> Vec<&str> {
        code.other_repos.iter().map(String::as_str).collect()
    }

    #[test]
    fn code_of_the_repo_itself_and_of_others() {
        let none = code_of(&[("config.json", r#"{"model_type": "bert"}"#)]).unwrap();
        assert!(!none.any());

        let own = code_of(&[("config.json", r#"{"auto_map": {"AutoModel": "modeling_x.X"}}"#)]).unwrap();
        assert!(own.own && others(&own).is_empty());

        let mixed = code_of(&[
            (
                "config.json",
                r#"{"auto_map": {"AutoConfig": "org/m--configuration_x.C", "AutoModel": "nomic-ai/code--modeling_x.X"}}"#,
            ),
            ("tokenizer_config.json", r#"{"auto_map": {"AutoTokenizer": ["tok/er--tokenization.T", null]}}"#),
        ])
        .unwrap();
        assert!(mixed.own && !mixed.unclear);
        assert_eq!(others(&mixed), ["nomic-ai/code", "tok/er"]);
    }

    #[test]
    fn odd_entries_are_unclear_and_no_config_is_no_answer() {
        for odd in [
            r#"{"auto_map": "x"}"#,
            r#"{"auto_map": {"AutoModel": 3}}"#,
            r#"{"auto_map": {"AutoModel": "../../x--y.Z"}}"#,
            r#"{"auto_map": {"AutoModel": "--y.Z"}}"#,
        ] {
            let code = code_of(&[("config.json", odd)]).unwrap();
            assert!(code.unclear && code.any() && code.other_repos.is_empty(), "{odd}");
        }
        assert_eq!(code_of(&[]), Err(ResolveError::NotInCache));
        assert!(matches!(code_of(&[("config.json", "{")]), Err(ResolveError::BrokenCache { .. })));
    }
}
