//! Whether a file is worth reading for uses that are not Python's: a few literals, one pass.

use std::sync::OnceLock;

use crate::catalog::Catalog;
use crate::prefilter::{Growing, Hits};
use crate::source::{FileLanguage, Language};

use super::plain::is_dotenv;

/// Larger files of this kind are data, not commands.
const MAX_BYTES: usize = 8 << 20;

/// True when a file of this language can hold uses that are not Python's, by what the first pass found in it and by the
/// names of commands and keys.
#[must_use]
pub fn wants(path: &str, language: FileLanguage, bytes: &[u8], hits: Hits, include_docs: bool) -> bool {
    let name = path.rsplit('/').next().unwrap_or(path);
    let known = hits.address || hits.word;
    match language {
        FileLanguage::Notebook => known || holds_literal(bytes),
        FileLanguage::Plain(Language::Python) => false,
        FileLanguage::Plain(Language::Markdown) => {
            (include_docs && (known || holds_literal(bytes)))
                || (name.eq_ignore_ascii_case("README.md") && bytes.starts_with(b"---"))
        }
        FileLanguage::Plain(Language::Text) => {
            let matters = name == ".gitmodules"
                || name == "Procfile"
                || name == "Modelfile"
                || name.ends_with(".modelfile")
                || is_dotenv(name);
            matters && (known || holds_literal(bytes))
        }
        FileLanguage::Plain(Language::Json) if name.ends_with(".jsonl") || name.ends_with(".lock") => false,
        FileLanguage::Plain(_) if bytes.len() > MAX_BYTES => known,
        FileLanguage::Plain(_) => known || holds_literal(bytes),
    }
}

fn holds_literal(bytes: &[u8]) -> bool {
    let mut found = false;
    literals().each(bytes, &mut |_, _, _| {
        found = true;
        false
    });
    found
}

/// Words of which one stands in every text that can make a use.
fn literals() -> &'static Growing {
    static LITERALS: OnceLock<Growing> = OnceLock::new();
    LITERALS.get_or_init(|| {
        let catalog = Catalog::builtin();
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
        for (_, id) in catalog.configs() {
            let entry = catalog.entry(id);
            for parameter in &entry.parameters {
                for place in &parameter.places {
                    words.extend(
                        place.keyword.iter().filter_map(|key| key.split('.').find(|step| step.len() > 7)).map(str::to_owned),
                    );
                }
            }
            words.extend(entry.signature.iter().filter(|key| key.len() > 9).cloned());
        }
        words.push("_target_".to_owned());
        words.extend(["pip install", "pip3 install", "uv add", "poetry add", "conda install"].map(str::to_owned));
        // Options are written with either sign.
        let other: Vec<String> = words.iter().filter(|word| word.starts_with("--")).map(|word| word.replace('_', "-")).collect();
        words.extend(other);
        words.push("trust-remote-code".to_owned());
        words.sort();
        words.dedup();
        Growing::new(words.into_iter().map(String::into_bytes).collect())
    })
}
