//! The last gate of a repair: does the file still parse as well as before?

use crate::python::syntax;
use crate::source::{FileLanguage, Language, Source, Unit, language_of};

/// Why a result is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Broken {
    /// Python with more syntax errors than before.
    Python,
    /// JSON that was readable is not any more.
    Json,
    /// YAML that was readable is not any more.
    Yaml,
    /// TOML that was readable is not any more.
    Toml,
    /// A notebook whose cells are not the same ones any more.
    Notebook,
}

impl Broken {
    /// In words.
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Python => "the result would not parse as Python",
            Self::Json => "the result would not parse as JSON",
            Self::Yaml => "the result would not parse as YAML",
            Self::Toml => "the result would not parse as TOML",
            Self::Notebook => "the result would not be the same notebook",
        }
    }
}

/// Whether the new bytes of a file parse at least as well as the old ones.
///
/// # Errors
/// What would be broken.
pub fn still_parses(path: &str, old: &[u8], new: &[u8]) -> Result<(), Broken> {
    let head = |bytes: &[u8]| language_of(path, bytes.get(..bytes.len().min(256)).unwrap_or_default());
    let language = head(old);
    if head(new) != language {
        return Err(Broken::Python);
    }
    match language {
        FileLanguage::Notebook => {
            let before = Source::new(path, old.to_vec(), language);
            let after = Source::new(path, new.to_vec(), language);
            if before.problems.len() < after.problems.len() || before.cells.len() != after.cells.len() {
                return Err(Broken::Json);
            }
            if before.units.len() != after.units.len() {
                return Err(Broken::Notebook);
            }
            let same = |(old, new): (&Unit, &Unit)| old.language == new.language && old.cell == new.cell;
            if !before.units.iter().zip(&after.units).all(same) {
                return Err(Broken::Notebook);
            }
            for (old, new) in before.units.iter().zip(&after.units) {
                if old.language == Language::Python && old.text != new.text {
                    python(&old.text, &new.text)?;
                }
            }
            Ok(())
        }
        FileLanguage::Plain(language) => {
            let (old, new) = (String::from_utf8_lossy(old), String::from_utf8_lossy(new));
            let readable = |reads: &dyn Fn(&str) -> bool| reads(&old) <= reads(&new);
            match language {
                Language::Python => python(&old, &new),
                Language::Json if !readable(&|text| serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()) => {
                    Err(Broken::Json)
                }
                Language::Yaml if !readable(&yaml) => Err(Broken::Yaml),
                Language::Toml if !readable(&|text| toml::from_str::<toml::Table>(text).is_ok()) => Err(Broken::Toml),
                _ => Ok(()),
            }
        }
    }
}

fn python(old: &str, new: &str) -> Result<(), Broken> {
    match (syntax::error_count(old), syntax::error_count(new)) {
        (Some(before), Some(after)) if after <= before => Ok(()),
        _ => Err(Broken::Python),
    }
}

fn yaml(text: &str) -> bool {
    saphyr_parser::Parser::new_from_str(text).all(|event| event.is_ok())
}
