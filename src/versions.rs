//! Which version of a package a project uses: manifests, lock files, and what the version means.
//!
//! Pure parsing: text goes in, requirements with byte spans come out; no file is opened here and nothing is known of
//! rules or findings. [`is_manifest`] and [`read`] turn one file into a [`Manifest`], [`ProjectVersions`] answers
//! which version a file of the project gets, [`advisory`] and [`facts`] say what that version brings along.
//! What is read, and what not: docs/versions.md.

pub mod advisory;
mod command;
mod conda;
pub mod facts;
mod kind;
mod knowledge;
mod lock;
mod project;
mod pyproject;
mod requirement;
mod requirements_file;
mod set;
mod setup;
mod toml_text;

use std::ops::Range;

pub use command::{FileReference, Installation, pip_install, pip_install_requirements};
pub use kind::{ManifestKind, is_manifest};
pub use knowledge::{Admission, Answer, VersionKnowledge, VersionRange, admits, at_least, raised_floor};
pub use project::{Known, ProjectVersions};
pub use requirement::normalise_name;
pub use set::VersionSet;

/// What one manifest says.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Manifest {
    /// Every requirement read, in the order of the file (included files at the place of their `-r`).
    pub requirements: Vec<Requirement>,
    /// What could not be read; the requirements around it are still there.
    pub problems: Vec<Problem>,
}

/// Part of a manifest that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// One line that says what is wrong; never holds text of the manifest.
    pub message: String,
    /// Byte offset in the manifest, where known.
    pub offset: Option<usize>,
}

/// One package that a manifest asks for or locks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// PEP 503 name: lower case, runs of `-_.` are one `-`; conda's `pytorch` is `torch`.
    pub package: String,
    /// What the specifier says about the version.
    pub knowledge: VersionKnowledge,
    /// Bytes of package and specifier in the file that holds them (see `file`).
    pub span: Range<usize>,
    /// Bytes of the specifier alone; empty, where one would stand, when there is none.
    pub specifier_span: Range<usize>,
    /// The kind of place that it stands in.
    pub place: Place,
    /// The environment marker behind `;` as written, not evaluated.
    pub marker: Option<String>,
    /// The file that holds it, relative to the manifest's folder with `/`, when it came through `-r` or `-c`;
    /// None for the manifest itself. Spans count in that file.
    pub file: Option<String>,
}

/// The kind of place a requirement stands in, strongest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Place {
    /// A lock file's entry.
    Lock,
    /// `override-dependencies`: replaces what others ask for.
    Override,
    /// What the project needs to run.
    Main,
    /// `-c` files and `constraint-dependencies`: bounds a version without asking for the package.
    Constraint,
    /// Extras, groups, development and test dependencies.
    Optional,
    /// An install command.
    Command,
}

/// Reads a manifest. `resolver` gives the text of a file named by its path relative to the manifest's folder (for
/// `-r`, `-c` and `file:`), or None; it is asked at most 64 times, eight files deep, and never twice for one path.
/// Anything can be handed in: unreadable parts become problems, nothing fails.
pub fn read(kind: ManifestKind, text: &str, resolver: &dyn Fn(&str) -> Option<String>) -> Manifest {
    let mut manifest = match kind {
        ManifestKind::Requirements => requirements_file::read(text, Place::Main, resolver),
        ManifestKind::RequirementsOptional => requirements_file::read(text, Place::Optional, resolver),
        ManifestKind::RequirementsLock => requirements_file::read(text, Place::Lock, resolver),
        ManifestKind::Constraints => requirements_file::read(text, Place::Constraint, resolver),
        ManifestKind::Pyproject => pyproject::read(text, resolver),
        ManifestKind::Pipfile => pyproject::read_pipfile(text),
        ManifestKind::SetupCfg => setup::read_cfg(text, resolver),
        ManifestKind::SetupPy => setup::read_py(text),
        ManifestKind::PipfileLock => lock::read_pipfile_lock(text),
        ManifestKind::TomlLock => lock::read_toml(text, "package"),
        ManifestKind::Pylock => lock::read_toml(text, "packages"),
        ManifestKind::Conda => conda::read(text, resolver),
    };
    manifest.requirements.retain(|requirement| !requirement.package.is_empty());
    manifest
}
