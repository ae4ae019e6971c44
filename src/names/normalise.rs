//! From what stands in code to a repo id: URL, `hf://`, kind prefix and `@revision` are taken off, and what cannot be a
//! repo id is left out.

use super::RepoKind;

/// A repo id as it was written, without what surrounds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RepoName {
    /// `namespace/name` or a bare name; may still be illegal.
    pub id: String,
    /// The kind that the URL or prefix tells, else `Any`.
    pub kind: RepoKind,
    /// What stood behind `@`.
    pub revision: Option<String>,
}

const HOSTS: [&str; 4] = ["huggingface.co", "www.huggingface.co", "hf.co", "hf-mirror.com"];

/// First segments of Hub URLs that are pages, not namespaces.
const PAGES: [&str; 31] = [
    "api",
    "blog",
    "bucket",
    "buckets",
    "chat",
    "collections",
    "contact",
    "coursera",
    "docs",
    "enterprise",
    "front",
    "inference",
    "inference-api",
    "inference-endpoints",
    "join",
    "learn",
    "login",
    "metrics",
    "new",
    "organizations",
    "papers",
    "pricing",
    "posts",
    "privacy",
    "search",
    "settings",
    "support",
    "tasks",
    "terms-of-service",
    "transformers",
    "users",
];

/// Endings of files, lower-case. Version-like endings (`.5B`) are not among them.
const EXTENSIONS: [&str; 56] = [
    "arrow",
    "avro",
    "bin",
    "bz2",
    "cfg",
    "ckpt",
    "conf",
    "csv",
    "db",
    "ftz",
    "ggml",
    "gguf",
    "gif",
    "gz",
    "h5",
    "hdf5",
    "html",
    "ini",
    "ipynb",
    "joblib",
    "jpeg",
    "jpg",
    "json",
    "json5",
    "jsonl",
    "keras",
    "log",
    "md",
    "mlmodel",
    "model",
    "mp3",
    "mp4",
    "msgpack",
    "npy",
    "npz",
    "onnx",
    "parquet",
    "pb",
    "pdf",
    "pickle",
    "pkl",
    "png",
    "pt",
    "pth",
    "py",
    "safetensors",
    "sh",
    "sqlite",
    "tar",
    "tflite",
    "toml",
    "tsv",
    "txt",
    "wav",
    "yaml",
    "zip",
];

/// The repo id in a string, or None if it holds none: a path, a template, a file, a page of the Hub.
/// Linear in the length of the string.
///
/// Not decided here, because it needs more than the string: whether such a folder exists, and what the call belongs to.
#[must_use]
pub fn normalise(text: &str) -> Option<RepoName> {
    const LONGEST: usize = 4096;
    let text = text.trim_matches([' ', '\t', '\r', '\n']);
    if text.is_empty() || text.len() > LONGEST || text.contains(['{', '}', '<', '>', '$', '%', '\\', '*', '"', '\'', '`']) {
        return None;
    }
    if let Some(path) = without_prefix(text, "hf://") {
        return from_path(path, false);
    }
    if let Some(rest) = ["https://", "http://"].iter().find_map(|scheme| without_prefix(text, scheme)) {
        return from_url(rest);
    }
    if let Some(path) = HOSTS.iter().find_map(|host| without_prefix(text, host)).and_then(|rest| rest.strip_prefix('/')) {
        return from_path(path, true);
    }
    if text.contains(':') {
        // A drive letter, another scheme, `package:module`, a tagged image.
        return None;
    }
    if text.starts_with(['.', '/', '~', '@', '-']) {
        return None;
    }
    finish(text, RepoKind::Any)
}

fn without_prefix<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let start = text.get(..prefix.len())?;
    start.eq_ignore_ascii_case(prefix).then(|| text.get(prefix.len()..)).flatten()
}

fn kind_of(segment: &str) -> RepoKind {
    match segment {
        "datasets" => RepoKind::Dataset,
        "spaces" => RepoKind::Space,
        "kernels" => RepoKind::Kernel,
        _ => RepoKind::Model,
    }
}

fn from_url(rest: &str) -> Option<RepoName> {
    let rest = rest.split(['?', '#']).next().unwrap_or_default();
    let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
    let host = host.to_ascii_lowercase();
    if HOSTS.contains(&host.as_str()) {
        return from_path(path, true);
    }
    // A Space's own host joins owner and name with a hyphen: which one cannot be told.
    let space = host.strip_suffix(".hf.space").filter(|space| !space.is_empty() && !space.contains('.'))?;
    Some(RepoName { id: space.to_owned(), kind: RepoKind::Space, revision: None })
}

/// `[api/][kind/]namespace/name[@revision][/...]`.
fn from_path(path: &str, url: bool) -> Option<RepoName> {
    let path = path.split(['?', '#']).next().unwrap_or_default();
    let path = if url { path.strip_prefix("api/").unwrap_or(path) } else { path };
    let (first, rest) = path.split_once('/').unwrap_or((path, ""));
    let (kind, path) = match first {
        "datasets" | "spaces" | "models" | "kernels" => (kind_of(first), rest),
        _ if PAGES.contains(&first) => return None,
        _ => (RepoKind::Model, path),
    };
    let mut segments = path.split('/');
    match (segments.next(), segments.next().filter(|segment| !segment.is_empty())) {
        // The page of a user or an organisation, or a bare legacy repo: an URL does not tell.
        (Some(_), None) if url => None,
        // Bare legacy repos are followed by the parts of a page.
        (Some(first), Some("resolve" | "blob" | "tree" | "raw" | "discussions" | "commit" | "commits")) => finish(first, kind),
        (Some(namespace), Some(name)) => finish(&format!("{namespace}/{name}"), kind),
        (Some(bare), None) => finish(bare, kind),
        _ => None,
    }
}

fn finish(text: &str, kind: RepoKind) -> Option<RepoName> {
    let (id, revision) = match text.split_once('@') {
        // A revision may hold slashes (`@refs/pr/1`), so it is cut before they are counted.
        Some((id, revision)) => (id, Some(revision.to_owned())),
        None => (text, None),
    };
    let mut segments = id.split('/');
    let (first, second, third) = (segments.next()?, segments.next(), segments.next());
    let empty = first.is_empty() || second.is_some_and(str::is_empty);
    let path_like = |segment: &str| matches!(segment, "." | "..") || segment.starts_with(['.', '~']);
    if empty || third.is_some() || path_like(first) || second.is_some_and(path_like) || id.contains(' ') {
        return None;
    }
    let extension = id.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    if extension.is_some_and(|extension| EXTENSIONS.binary_search(&extension.as_str()).is_ok()) {
        return None;
    }
    Some(RepoName { id: id.to_owned(), kind, revision })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn extensions_are_sorted() {
        let mut sorted = EXTENSIONS;
        sorted.sort_unstable();
        assert_eq!(sorted, EXTENSIONS);
    }

    #[test]
    fn what_surrounds_an_id_is_taken_off() {
        let id = |text: &str| {
            let name = normalise(text).unwrap();
            (name.id, name.kind, name.revision)
        };
        let plain = |id: &str, kind| (id.to_owned(), kind, None);
        assert_eq!(id("openai/whisper"), plain("openai/whisper", RepoKind::Any));
        assert_eq!(id(" gpt2\n"), plain("gpt2", RepoKind::Any));
        assert_eq!(id("https://huggingface.co/openai/whisper"), plain("openai/whisper", RepoKind::Model));
        assert_eq!(id("HTTPS://HF.co/openai/whisper?x=1#top"), plain("openai/whisper", RepoKind::Model));
        assert_eq!(id("huggingface.co/openai/whisper/"), plain("openai/whisper", RepoKind::Model));
        assert_eq!(id("https://huggingface.co/datasets/a/b/resolve/main/x.csv"), plain("a/b", RepoKind::Dataset));
        assert_eq!(id("https://huggingface.co/api/spaces/a/b"), plain("a/b", RepoKind::Space));
        assert_eq!(id("https://huggingface.co/gpt2/resolve/main/config.json"), plain("gpt2", RepoKind::Model));
        assert_eq!(id("hf://datasets/a/b/file.parquet"), plain("a/b", RepoKind::Dataset));
        assert_eq!(id("https://vsccode-modetx.hf.space/x"), plain("vsccode-modetx", RepoKind::Space));
        assert_eq!(id("a/b@refs/pr/1"), ("a/b".into(), RepoKind::Any, Some("refs/pr/1".into())));
        assert_eq!(id("hf://a/b@main/x.bin"), ("a/b".into(), RepoKind::Model, Some("main".into())));
        assert_eq!(id("Qwen/Qwen2.5-0.5B").0, "Qwen/Qwen2.5-0.5B");
        assert_eq!(id("saved_models/x").0, "saved_models/x");
    }

    #[test]
    fn what_is_no_id_is_left_out() {
        for text in [
            "",
            " ",
            "/",
            "//",
            "a/",
            "/a",
            "./a/b",
            "../a",
            "~/a",
            "a/b/c",
            "C:\\x",
            "a\\b",
            "{org}/x",
            "<user>/x",
            "a/$X",
            "data/train.csv",
            "model.pt",
            "x/model.SAFETENSORS",
            "s3://a/b",
            "https://github.com/a/b",
            "a b/c",
            "a/..",
            "a/../b",
            "https://huggingface.co/docs/transformers",
            "https://huggingface.co/openai",
            "https://.hf.space",
            "a/*",
            "hf://",
            "https://huggingface.co/papers/2401.1",
            "hf://buckets/a/b",
            "nvcr.io/x:1",
            "https://huggingface.co",
            "/models/a",
            "/datasets/a/b",
        ] {
            assert_eq!(normalise(text), None, "{text}");
        }
        assert_eq!(normalise(&"a/".repeat(100_000)), None);
        assert_eq!(normalise(&"a".repeat(100_000)), None);
    }
}
