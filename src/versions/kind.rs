//! Which files are manifests, by their names.

/// The format of a manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ManifestKind {
    /// `requirements.txt`, `requirements.in`, `requirements/*.txt`.
    Requirements,
    /// `requirements-dev.txt`, `test-requirements.txt`: the same format beside the main file.
    RequirementsOptional,
    /// `requirements.lock` and its relatives.
    RequirementsLock,
    /// `constraints.txt`.
    Constraints,
    /// `pyproject.toml`.
    Pyproject,
    /// `setup.cfg`.
    SetupCfg,
    /// `setup.py`; only its literals are read.
    SetupPy,
    /// `Pipfile`.
    Pipfile,
    /// `Pipfile.lock`.
    PipfileLock,
    /// `poetry.lock`, `uv.lock`, `pdm.lock`: tables `[[package]]`.
    TomlLock,
    /// `pylock.toml`, `pylock.<name>.toml` (PEP 751).
    Pylock,
    /// `environment.yml` of conda.
    Conda,
}

/// Folders whose files describe the project that contains the folder.
pub(super) const MANIFEST_FOLDERS: &[&str] = &["requirements", "reqs", "binder", ".binder"];

/// The kind of manifest that a file is by its name, or None. A path is better than a bare name: files in a folder
/// `requirements/` need no telling name.
pub fn is_manifest(file_name_or_path: &str) -> Option<ManifestKind> {
    let mut segments = file_name_or_path.rsplit(['/', '\\']);
    let name = segments.next()?;
    let folder = segments.next().unwrap_or("");
    match name {
        "pyproject.toml" => return Some(ManifestKind::Pyproject),
        "setup.cfg" => return Some(ManifestKind::SetupCfg),
        "setup.py" => return Some(ManifestKind::SetupPy),
        "Pipfile" => return Some(ManifestKind::Pipfile),
        "Pipfile.lock" => return Some(ManifestKind::PipfileLock),
        "poetry.lock" | "uv.lock" | "pdm.lock" => return Some(ManifestKind::TomlLock),
        "pylock.toml" => return Some(ManifestKind::Pylock),
        _ => {}
    }
    let lower = name.to_ascii_lowercase();
    let (stem, extension) = lower.rsplit_once('.')?;
    match extension {
        "toml" if stem.starts_with("pylock.") => Some(ManifestKind::Pylock),
        "yml" | "yaml" if is_conda_name(stem) => Some(ManifestKind::Conda),
        "lock" if stem.starts_with("requirements") => Some(ManifestKind::RequirementsLock),
        "txt" | "in" | "pip" => {
            if stem.contains("constraint") {
                Some(ManifestKind::Constraints)
            } else if stem == "requirements" || stem == "requirement" {
                Some(ManifestKind::Requirements)
            } else if is_requirements_name(stem) {
                Some(ManifestKind::RequirementsOptional)
            } else if MANIFEST_FOLDERS.iter().take(2).any(|known| folder.eq_ignore_ascii_case(known)) {
                let main = matches!(stem, "base" | "main" | "common" | "core" | "prod" | "production" | "runtime");
                Some(if main { ManifestKind::Requirements } else { ManifestKind::RequirementsOptional })
            } else {
                None
            }
        }
        _ => None,
    }
}

/// `requirements-dev`, `dev_requirements`, `requirements.gpu`, `requirements_cuda118`; not `requirementsdoc2`-like
/// prose such as `functional requirements`.
fn is_requirements_name(stem: &str) -> bool {
    for word in ["requirements", "requirement"] {
        if let Some(rest) = stem.strip_prefix(word) {
            return rest.starts_with(['-', '_', '.']) && !rest.contains(' ');
        }
        if let Some(rest) = stem.strip_suffix(word) {
            return rest.ends_with(['-', '_', '.']) && !rest.contains(' ');
        }
    }
    false
}

fn is_conda_name(stem: &str) -> bool {
    let separated = |rest: &str| rest.is_empty() || rest.starts_with(['-', '_', '.']);
    ["environment", "conda", "conda-env", "conda_env"].iter().any(|known| stem.strip_prefix(known).is_some_and(separated))
        || stem.ends_with("-environment")
        || stem.ends_with("_environment")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn names_that_are_manifests() {
        for (path, wanted) in [
            ("requirements.txt", ManifestKind::Requirements),
            ("service/requirements.in", ManifestKind::Requirements),
            ("requirements-dev.txt", ManifestKind::RequirementsOptional),
            ("requirements_cuda118.txt", ManifestKind::RequirementsOptional),
            ("test-requirements.txt", ManifestKind::RequirementsOptional),
            ("requirements/base.txt", ManifestKind::Requirements),
            ("a/requirements/gpu.txt", ManifestKind::RequirementsOptional),
            ("requirements\\base.in", ManifestKind::Requirements),
            ("requirements-dev.lock", ManifestKind::RequirementsLock),
            ("constraints.txt", ManifestKind::Constraints),
            ("upper-constraints.txt", ManifestKind::Constraints),
            ("pyproject.toml", ManifestKind::Pyproject),
            ("Pipfile", ManifestKind::Pipfile),
            ("Pipfile.lock", ManifestKind::PipfileLock),
            ("uv.lock", ManifestKind::TomlLock),
            ("pylock.toml", ManifestKind::Pylock),
            ("pylock.dev.toml", ManifestKind::Pylock),
            ("environment.yml", ManifestKind::Conda),
            ("environment-gpu.yaml", ManifestKind::Conda),
            ("conda.yaml", ManifestKind::Conda),
        ] {
            assert_eq!(is_manifest(path), Some(wanted), "{path}");
        }
    }

    #[test]
    fn names_that_are_not() {
        for path in [
            "",
            "/",
            "MANIFEST.in",
            "config.h.in",
            "notes.txt",
            "requirementsdoc.txt",
            "Cargo.lock",
            "package.lock",
            "environments.yml",
            "docs/functional requirements.txt",
            "data/base.txt",
            "setup.pyc",
            "condaish.yml",
        ] {
            assert_eq!(is_manifest(path), None, "{path}");
        }
    }
}
