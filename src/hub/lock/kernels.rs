//! `kernels.lock`: the lock of the Hub's own kernels library, read as one more source of commits.
//!
//! Format of kernels 0.17.2: a list of `{"dependency": {"repo-id", "version" | "revision"}, "lock": {"commit"}}`. A version
//! is an integer and stands for the branch `v<version>`.

use serde::Deserialize;

use super::{Entry, EntrySource, Lock, LockError, content, message};
use crate::hub::{Commit, RepoRequest, RepoType};

/// The usual name of the file.
pub const KERNELS_LOCK_FILE_NAME: &str = "kernels.lock";

#[derive(Deserialize)]
struct Locked {
    dependency: Dependency,
    lock: Pin,
}

#[derive(Deserialize)]
struct Dependency {
    #[serde(rename = "repo-id")]
    id: String,
    version: Option<u32>,
    revision: Option<String>,
}

#[derive(Deserialize)]
struct Pin {
    commit: Commit,
}

/// Reads a `kernels.lock` as a lock of kernels. It is a source of commits only: `hublint.lock` never takes it over
/// silently. If two dependencies name the same version, the later one counts, as in the library.
///
/// # Errors
/// [`LockError::Content`] with the line, also for the older formats, which hold no commits in this place.
pub fn parse_kernels_lock(text: &str) -> Result<Lock, LockError> {
    let locked: Vec<Locked> = serde_json::from_str(text).map_err(|error| content(error.line(), message(&error)))?;
    let mut lock = Lock::default();
    for Locked { dependency, lock: pin } in locked {
        let reference = match (dependency.version, dependency.revision) {
            (Some(version), None) => format!("v{version}"),
            (None, Some(revision)) => revision,
            _ => {
                return Err(content(1, "a dependency has a version or a revision".to_owned()));
            }
        };
        let request = RepoRequest::new(RepoType::Kernel, dependency.id, reference);
        request.validate().map_err(|error| content(1, error.to_string()))?;
        lock.insert(Entry::new(&request, pin.commit, EntrySource::Manual));
    }
    Ok(lock)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::hub::CommitSource;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn versions_and_revisions_are_references() {
        let text = format!(
            r#"[
  {{"dependency": {{"repo-id": "org/a", "version": 1}}, "lock": {{"commit": "{A}"}}}},
  {{"dependency": {{"repo-id": "org/b", "revision": "main"}}, "lock": {{"commit": "{A}"}}}}
]"#
        );
        let lock = parse_kernels_lock(&text).unwrap();
        for (id, reference) in [("org/a", "v1"), ("org/b", "main")] {
            let resolved = lock.resolve(&RepoRequest::new(RepoType::Kernel, id, reference)).unwrap();
            assert_eq!(resolved.commit.as_str(), A);
        }
        assert!(lock.resolve(&RepoRequest::model("org/b")).is_err());
    }

    #[test]
    fn other_content_is_refused() {
        for bad in [
            "",
            "{}",
            "[1]",
            &format!(r#"[{{"repo_id": "org/a", "sha": "{A}", "variants": {{}}}}]"#),
            r#"[{"dependency": {"repo-id": "org/a", "version": 1}, "lock": {"commit": "main"}}]"#,
            &format!(r#"[{{"dependency": {{"repo-id": "org/a"}}, "lock": {{"commit": "{A}"}}}}]"#),
            &format!(r#"[{{"dependency": {{"repo-id": "../a", "version": 1}}, "lock": {{"commit": "{A}"}}}}]"#),
        ] {
            assert!(matches!(parse_kernels_lock(bad), Err(LockError::Content { .. })), "{bad}");
        }
    }
}
