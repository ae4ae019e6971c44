//! What the cache knows of a commit's files: size, sha256, and whether the repo is an adapter.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::{Cache, inside, is_plain_file_name, read_bounded, snapshot_folder};
use crate::hub::repo::is_lower_hex;
use crate::hub::{Commit, FileFacts, RepoType, ResolveError};

/// Largest listing that is read. The biggest data sets have some 100,000 files of about 200 bytes each.
const MAX_TREE_BYTES: u64 = 64 << 20;

/// Most files of one snapshot that are looked at, and the deepest folder.
const MAX_FILES: usize = 200_000;
const MAX_DEPTH: usize = 32;

/// The two fields of `trees/<commit>.json` (format 1, huggingface_hub 2.4.0 `_tree_cache.py`) that matter here.
#[derive(Deserialize)]
struct Tree {
    format_version: u64,
    files: BTreeMap<String, TreeEntry>,
}

#[derive(Deserialize)]
struct TreeEntry {
    size: Option<u64>,
    lfs_sha256: Option<String>,
}

impl Cache {
    /// Every file that is known of a commit: the listing in `trees/` if there is one (complete), else what was
    /// downloaded (perhaps a part), where the name of a large file's blob is its sha256.
    ///
    /// # Errors
    /// Not in the cache, or broken.
    pub fn files(&self, repo_type: RepoType, id: &str, commit: &Commit) -> Result<BTreeMap<String, FileFacts>, ResolveError> {
        self.first_of(repo_type, id, |repo| match read_tree(repo, commit) {
            Some(files) => Ok(files),
            None => list_snapshot(repo, commit),
        })
    }

    /// Whether the repo holds a PEFT adapter instead of a whole model. `None` when the cache cannot tell.
    ///
    /// Never add `revision` to `AutoModel*.from_pretrained` of an adapter: transformers applies it to the base model's
    /// repo, where that commit does not exist (transformers 5.23.0, auto_factory.py:286).
    #[must_use]
    pub fn is_adapter(&self, repo_type: RepoType, id: &str, commit: &Commit) -> Option<bool> {
        const MARK: &str = "adapter_config.json";
        self.first_of(repo_type, id, |repo| {
            if let Some(files) = read_tree(repo, commit) {
                return Ok(files.contains_key(MARK));
            }
            let snapshot = snapshot_folder(repo, commit)?;
            if snapshot.join(MARK).exists() {
                return Ok(true);
            }
            // Two proofs of the opposite: the client noted that the file does not exist; or it downloaded a model's
            // config.json and no adapter_config.json, which it asks for first when PEFT is installed.
            let absent = repo.join(".no_exist").join(commit.as_str()).join(MARK).exists();
            if absent || snapshot.join("config.json").exists() { Ok(false) } else { Err(ResolveError::NotInCache) }
        })
        .ok()
    }

    /// The real path of a cached file, if it is a regular file inside the repo's folder.
    ///
    /// # Errors
    /// Not in the cache, or broken.
    pub fn file(&self, repo_type: RepoType, id: &str, commit: &Commit, name: &str) -> Result<PathBuf, ResolveError> {
        self.first_of(repo_type, id, |repo| file_in(repo, commit, name))
    }
}

pub(super) fn file_in(repo: &Path, commit: &Commit, name: &str) -> Result<PathBuf, ResolveError> {
    let path = snapshot_folder(repo, commit)?.join(name);
    if !is_plain_file_name(name) || fs::symlink_metadata(&path).is_err() {
        return Err(ResolveError::NotInCache);
    }
    let path = inside(repo, &path)?;
    if path.is_file() { Ok(path) } else { Err(ResolveError::NotInCache) }
}

/// The listing, or None if it is missing or not of the format known: the client ignores such a file as well.
fn read_tree(repo: &Path, commit: &Commit) -> Option<BTreeMap<String, FileFacts>> {
    let path = repo.join("trees").join(format!("{commit}.json"));
    let path = inside(repo, &path).ok()?;
    let bytes = read_bounded(&path, MAX_TREE_BYTES).ok()?;
    let tree: Tree = serde_json::from_slice(&bytes).ok()?;
    if tree.format_version != 1 || !tree.files.keys().all(|name| is_plain_file_name(name)) {
        return None;
    }
    let facts = |entry: TreeEntry| FileFacts { size: entry.size, sha256: entry.lfs_sha256.filter(|hash| is_sha256(hash)) };
    Some(tree.files.into_iter().map(|(name, entry)| (name, facts(entry))).collect())
}

fn list_snapshot(repo: &Path, commit: &Commit) -> Result<BTreeMap<String, FileFacts>, ResolveError> {
    let snapshot = snapshot_folder(repo, commit)?;
    let mut files = BTreeMap::new();
    let mut folders = vec![(snapshot, String::new(), 0)];
    let mut seen = 0_usize;
    while let Some((folder, prefix, depth)) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            seen += 1;
            if seen > MAX_FILES {
                return Err(super::broken(format!("more than {MAX_FILES} files")));
            }
            let Some(name) = entry.file_name().to_str().map(|name| format!("{prefix}{name}")) else {
                continue;
            };
            // `file_type` does not follow links: a link to a folder is never walked into.
            let Ok(kind) = entry.file_type() else {
                continue;
            };
            if kind.is_dir() {
                if depth < MAX_DEPTH {
                    folders.push((entry.path(), format!("{name}/"), depth + 1));
                }
                continue;
            }
            let Ok(real) = inside(repo, &entry.path()) else {
                continue;
            };
            let Ok(metadata) = fs::metadata(&real) else {
                continue;
            };
            if metadata.is_file() {
                let blob = if kind.is_symlink() { real.file_name().and_then(|name| name.to_str()) } else { None };
                let sha256 = blob.filter(|blob| is_sha256(blob)).map(str::to_owned);
                files.insert(name, FileFacts { size: Some(metadata.len()), sha256 });
            }
        }
    }
    Ok(files)
}

/// Whether `text` is the hexadecimal form of a sha256.
pub(in crate::hub) fn is_sha256(text: &str) -> bool {
    text.len() == 64 && is_lower_hex(text)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::hub::cache::tests::{A, write};
    use tempfile::TempDir;

    fn commit() -> Commit {
        Commit::parse(A).unwrap()
    }

    fn files(folder: &TempDir) -> Result<BTreeMap<String, FileFacts>, ResolveError> {
        Cache::at(folder.path()).files(RepoType::Model, "org/m", &commit())
    }

    #[test]
    fn the_listing_is_preferred_and_checked() {
        let folder = TempDir::new().unwrap();
        let hash = "c".repeat(64);
        write(folder.path(), &format!("models--org--m/snapshots/{A}/config.json"), "{}");
        let tree = format!("models--org--m/trees/{A}.json");
        write(
            folder.path(),
            &tree,
            &format!(
                r#"{{"format_version": 1, "files": {{"config.json": {{"size": 2, "blob_id": "x"}},
                "sub/model.safetensors": {{"size": 9, "blob_id": "y", "lfs_sha256": "{hash}", "lfs_size": 9}},
                "bad": {{"size": 9, "blob_id": "y", "lfs_sha256": "not a hash"}}}}}}"#
            ),
        );
        let found = files(&folder).unwrap();
        assert_eq!(found.len(), 3);
        assert_eq!(found["sub/model.safetensors"], FileFacts { size: Some(9), sha256: Some(hash) });
        assert_eq!(found["config.json"], FileFacts { size: Some(2), sha256: None });
        assert_eq!(found["bad"].sha256, None);

        // Other formats, hostile names and broken JSON: fall back to what lies there.
        let deep = format!(r#"{{"format_version": 1, "files": {}1{}}}"#, "[".repeat(100_000), "]".repeat(100_000));
        for bad in [r#"{"format_version": 2, "files": {}}"#, r#"{"format_version": 1, "files": {"../x": {}}}"#, "{", &deep] {
            write(folder.path(), &tree, bad);
            assert_eq!(files(&folder).unwrap().keys().collect::<Vec<_>>(), ["config.json"]);
        }
    }

    #[cfg(unix)]
    #[test]
    fn blob_names_are_hashes_and_strangers_are_left_out() {
        use std::os::unix::fs::symlink;
        let folder = TempDir::new().unwrap();
        let repo = folder.path().join("models--org--m");
        let hash = "d".repeat(64);
        write(&repo, &format!("blobs/{hash}"), "weights");
        write(&repo, &format!("blobs/{}", "e".repeat(40)), "{}");
        write(&repo, &format!("snapshots/{A}/plain.txt"), "copied, not linked");
        let snapshot = repo.join("snapshots").join(A);
        fs::create_dir_all(snapshot.join("sub")).unwrap();
        symlink(format!("../../../blobs/{hash}"), snapshot.join("sub/model.safetensors")).unwrap();
        symlink(format!("../../blobs/{}", "e".repeat(40)), snapshot.join("config.json")).unwrap();
        symlink("/etc/passwd", snapshot.join("outside")).unwrap();
        symlink(".", snapshot.join("loop")).unwrap();
        let found = files(&folder).unwrap();
        assert_eq!(found.keys().collect::<Vec<_>>(), ["config.json", "plain.txt", "sub/model.safetensors"]);
        assert_eq!(found["sub/model.safetensors"], FileFacts { size: Some(7), sha256: Some(hash) });
        assert_eq!(found["config.json"].sha256, None);

        let cache = Cache::at(folder.path());
        assert!(cache.file(RepoType::Model, "org/m", &commit(), "sub/model.safetensors").is_ok());
        for bad in ["outside", "../../blobs/x", "/etc/passwd", "", "sub", "none"] {
            assert!(cache.file(RepoType::Model, "org/m", &commit(), bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn adapters_are_told_from_models() {
        let is_adapter = |files: &[(String, &str)]| {
            let folder = TempDir::new().unwrap();
            for (path, text) in files {
                write(folder.path(), &format!("models--org--m/{path}"), text);
            }
            Cache::at(folder.path()).is_adapter(RepoType::Model, "org/m", &commit())
        };
        let snapshot = |name: &str| (format!("snapshots/{A}/{name}"), "{}");
        assert_eq!(is_adapter(&[snapshot("adapter_config.json")]), Some(true));
        assert_eq!(is_adapter(&[snapshot("config.json")]), Some(false));
        assert_eq!(is_adapter(&[snapshot("config.json"), snapshot("adapter_config.json")]), Some(true));
        assert_eq!(is_adapter(&[snapshot("tokenizer.json")]), None);
        assert_eq!(is_adapter(&[snapshot("tokenizer.json"), (format!(".no_exist/{A}/adapter_config.json"), "")]), Some(false));
        let tree = r#"{"format_version": 1, "files": {"adapter_config.json": {"size": 1, "blob_id": "x"}}}"#;
        assert_eq!(is_adapter(&[snapshot("tokenizer.json"), (format!("trees/{A}.json"), tree)]), Some(true));
        assert_eq!(is_adapter(&[]), None);
    }
}
