//! Ids that are no repositories: folders, files, packaged builders.

use super::{LocalPaths, Target};
use crate::catalog::{Entry, LocalTest, RepoKind};
use crate::usage::Why;

/// Dataset builders that are packaged with `datasets` (apis.md section 13, datasets 5.2.0): no repository ids.
pub(super) const PACKAGED_BUILDERS: &[&str] = &[
    "arrow",
    "audiofolder",
    "cache",
    "conll",
    "csv",
    "eval",
    "fasta",
    "fastq",
    "folder_based_builder",
    "genbank",
    "generator",
    "harbor",
    "hdf5",
    "iceberg",
    "imagefolder",
    "json",
    "lance",
    "meshfolder",
    "mmcif",
    "niftifolder",
    "pandas",
    "parquet",
    "pdb",
    "pdffolder",
    "spark",
    "sql",
    "text",
    "tsfile",
    "videofolder",
    "vortex",
    "webdataset",
    "xml",
];

/// What libraries write before an id that stands on the Hub; some of them take plain names for their own models.
pub(super) const SCHEMES: [&str; 5] = ["hf_hub:", "hf-hub:", "hf:", "hfds/", "hfids/"];

pub(super) fn without_scheme(text: &str) -> &str {
    SCHEMES.iter().find_map(|prefix| text.strip_prefix(prefix)).unwrap_or(text)
}

/// Tells a local path from a repository id.
pub(super) fn classify(text: &str, kind: RepoKind, entry: &Entry, paths: &dyn LocalPaths) -> Target {
    let id = without_scheme(text);
    let schemed = id.len() != text.len();
    if entry.local == LocalTest::Scheme && !schemed && kind != RepoKind::Github {
        return Target::Builtin;
    }
    let looks_local = text.starts_with(['.', '/', '~', '\\', '$', '<', '{', '%'])
        || text.contains(['\\', ' ', '{', '}', '<', '>', '$', '*', '?', '|', '\n'])
        || text.as_bytes().get(1) == Some(&b':')
        || text.contains("://")
        || id.matches('/').count() > 1
        || text.ends_with('/');
    if looks_local {
        return Target::Local;
    }
    if kind == RepoKind::Dataset && !id.contains('/') && PACKAGED_BUILDERS.contains(&id) {
        return Target::Builtin;
    }
    // What mteb builds itself.
    if id.starts_with("mteb/baseline-") {
        return Target::Builtin;
    }
    // `your-username/your-model` stands for an id as a variable does.
    if kind != RepoKind::Github && crate::names::is_placeholder(id) {
        return Target::Unknown(Why::Variable);
    }
    if entry.local == LocalTest::Never {
        return Target::Hub;
    }
    if has_file_ending(id) {
        return Target::Local;
    }
    if paths.exists(id) {
        return Target::Local;
    }
    match id.split_once('/') {
        // No owner on the Hub has `_` or `.` (names.md section 2): `my_output/x` is a folder. `.` ids are look-alike cases.
        Some((owner, _)) if crate::names::is_folder_name(owner) => {
            if kind == RepoKind::Github {
                Target::Hub
            } else {
                Target::Ambiguous
            }
        }
        Some((owner, _)) if owner.contains('_') && kind != RepoKind::Github => Target::Local,
        // The models without an owner are the first ones, and none of those has `_` in its name: `image_encoder` is a folder.
        None if id.contains('_') && kind == RepoKind::Model => Target::Local,
        // The builders of `datasets` are listed above; every other bare name (`squad`, `glue`) is asked of the Hub.
        None if entry.local == LocalTest::Builtin && kind != RepoKind::Dataset => Target::Builtin,
        _ => Target::Hub,
    }
}

/// A name with the ending of a file is a file.
pub(super) fn has_file_ending(text: &str) -> bool {
    const ENDINGS: &[&str] = &[
        ".py",
        ".json",
        ".jsonl",
        ".csv",
        ".tsv",
        ".txt",
        ".parquet",
        ".arrow",
        ".pt",
        ".pth",
        ".bin",
        ".ckpt",
        ".pkl",
        ".pickle",
        ".joblib",
        ".safetensors",
        ".gguf",
        ".ggml",
        ".onnx",
        ".h5",
        ".hdf5",
        ".keras",
        ".npz",
        ".npy",
        ".yaml",
        ".yml",
        ".toml",
        ".zip",
        ".tar",
        ".gz",
        ".model",
        ".msgpack",
        ".tflite",
        ".nemo",
        ".engine",
        ".vocab",
        ".xml",
    ];
    let lower = text.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
}
