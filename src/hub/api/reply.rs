//! What a reply of the Hub means: JSON bodies, and the headers that say why there is none.

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::hub::cache::{RemoteCode, add_auto_map, is_sha256};
use crate::hub::repo::{is_valid_id, visible};
use crate::hub::{Commit, Date, FileFacts, Gated, RepoInfo, ResolveError, Scan};

/// Most files with a scan finding that are kept.
const MAX_ISSUES: usize = 100;

/// The fields of `GET /api/models/{id}` that matter here (huggingface_hub 2.4.0, hf_api.py).
#[derive(Deserialize)]
struct InfoReply {
    id: Option<String>,
    sha: Option<String>,
    #[serde(rename = "lastModified")]
    last_modified: Option<Value>,
    gated: Option<Value>,
    disabled: Option<Value>,
    #[serde(rename = "cardData")]
    card_data: Option<Value>,
    config: Option<Value>,
    siblings: Option<Vec<Sibling>>,
    #[serde(rename = "securityRepoStatus")]
    security: Option<Value>,
}

#[derive(Deserialize)]
struct Sibling {
    rfilename: String,
    size: Option<u64>,
    lfs: Option<LargeFile>,
}

#[derive(Deserialize)]
struct LargeFile {
    sha256: Option<String>,
    size: Option<u64>,
}

#[derive(Deserialize)]
struct CommitReply {
    id: String,
}

/// Reads a repo's description. Strict about what a pin depends on (id, commit), lenient about the rest: an unknown
/// shape there is "not known".
pub(super) fn read_info(body: &[u8]) -> Result<RepoInfo, ResolveError> {
    let reply: InfoReply = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    let id = reply.id.filter(|id| is_valid_id(id)).ok_or_else(|| wrong("it names no repo"))?;
    let commit =
        reply.sha.as_deref().and_then(Commit::parse).ok_or_else(|| wrong("it has no commit hash of 40 lower-case hex digits"))?;
    let license = reply.card_data.as_ref().and_then(|card| card.get("license")).and_then(read_license);
    let mut code = RemoteCode::default();
    add_auto_map(reply.config.as_ref().and_then(|config| config.get("auto_map")), &id, &mut code);
    Ok(RepoInfo {
        id,
        code: code.any().then_some(code),
        commit,
        last_modified: reply.last_modified.as_ref().and_then(Value::as_str).and_then(Date::parse_start),
        gated: reply.gated.and_then(|value| serde_json::from_value::<Gated>(value).ok()),
        disabled: reply.disabled.as_ref().and_then(Value::as_bool),
        license,
        files: reply.siblings.map(read_files),
        scan: reply.security.as_ref().and_then(read_scan),
    })
}

fn read_files(siblings: Vec<Sibling>) -> BTreeMap<String, FileFacts> {
    siblings
        .into_iter()
        .map(|sibling| {
            let (sha256, size) = sibling.lfs.map_or((None, None), |lfs| (lfs.sha256, lfs.size));
            let sha256 = sha256.filter(|hash| is_sha256(hash));
            (sibling.rfilename, FileFacts { size: sibling.size.or(size), sha256 })
        })
        .collect()
}

/// One word, or a list of them.
fn read_license(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(visible(text)).filter(|text| !text.is_empty()),
        Value::Array(list) => {
            let words: Vec<&str> = list.iter().take(10).filter_map(Value::as_str).collect();
            (!words.is_empty()).then(|| visible(&words.join(", ")))
        }
        _ => None,
    }
}

/// `{"scansDone": true, "filesWithIssues": [{"path": "x.bin", "level": "unsafe"}]}`; unfinished scans say nothing.
fn read_scan(value: &Value) -> Option<Scan> {
    if value.get("scansDone").and_then(Value::as_bool) != Some(true) {
        return None;
    }
    let mut issues: Vec<String> = value
        .get("filesWithIssues")?
        .as_array()?
        .iter()
        .take(MAX_ISSUES)
        .map(|issue| {
            let text = |key| visible(issue.get(key).and_then(Value::as_str).unwrap_or("unknown"));
            format!("{}: {}", text("path"), text("level"))
        })
        .collect();
    issues.sort();
    Some(Scan { issues })
}

/// The commits of the first page of `GET /api/models/{id}/commits/{revision}`, newest first.
pub(super) fn read_commits(body: &[u8]) -> Result<Vec<Commit>, ResolveError> {
    let commits: Vec<CommitReply> = serde_json::from_slice(body).map_err(|error| not_json(&error))?;
    commits.iter().map(|commit| Commit::parse(&commit.id).ok_or_else(|| wrong("a commit hash has the wrong form"))).collect()
}

/// Why the Hub refused. The reason stands in headers; the body is for people (huggingface_hub 2.4.0, utils/_http.py).
pub(super) fn refusal(status: u16, code: &str, message: &str) -> ResolveError {
    match (status, code) {
        (_, "RevisionNotFound") => ResolveError::RevisionNotFound,
        (_, "GatedRepo") => ResolveError::Gated,
        _ if message == "Access to this resource is disabled." => ResolveError::Disabled,
        (401, _) if message == "Invalid credentials in Authorization header" => ResolveError::BadToken,
        // The Hub answers 401 for a missing and for a private repo, to anonymous callers.
        (_, "RepoNotFound") | (401 | 404 | 410, _) => ResolveError::NotFoundOrPrivate,
        (403, _) => ResolveError::Forbidden,
        (429, _) => ResolveError::TooManyRequests,
        _ => ResolveError::ServerError { status },
    }
}

pub(super) fn wrong(why: &str) -> ResolveError {
    ResolveError::WrongReply { why: why.to_owned() }
}

fn not_json(error: &serde_json::Error) -> ResolveError {
    // Only the kind: serde's text could repeat parts of the reply.
    wrong(match error.classify() {
        serde_json::error::Category::Eof => "it ends too early",
        serde_json::error::Category::Data => "it is JSON of another shape",
        _ => "it is not JSON (is there a login page between you and the Hub?)",
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";

    #[test]
    fn a_full_reply_is_understood() {
        let hash = "c".repeat(64);
        let body = serde_json::json!({
            "_id": "x", "id": "org/m", "modelId": "org/m", "sha": A, "lastModified": "2026-03-01T10:00:00.000Z",
            "gated": "auto", "disabled": false, "private": false, "downloads": 3,
            "cardData": {"license": "apache-2.0", "tags": []},
            "config": {"auto_map": {"AutoModel": "other/code--modeling.X"}},
            "siblings": [
                {"rfilename": "config.json", "size": 7, "blobId": "x"},
                {"rfilename": "model.safetensors", "size": 9, "lfs": {"sha256": hash, "size": 9, "pointerSize": 1}},
                {"rfilename": "bare"}
            ],
            "securityRepoStatus": {"scansDone": true, "filesWithIssues": [{"path": "b.bin", "level": "unsafe"}, {"path": "a\u{1b}"}]}
        });
        let info = read_info(body.to_string().as_bytes()).unwrap();
        assert_eq!((info.id.as_str(), info.commit.as_str()), ("org/m", A));
        assert_eq!(info.last_modified.unwrap().to_string(), "2026-03-01");
        assert_eq!((info.gated, info.disabled), (Some(Gated::Automatic), Some(false)));
        assert_eq!(info.license.as_deref(), Some("apache-2.0"));
        assert!(info.code.unwrap().other_repos.contains("other/code"));
        let files = info.files.unwrap();
        assert_eq!(files["model.safetensors"], FileFacts { size: Some(9), sha256: Some(hash) });
        assert_eq!(files["config.json"], FileFacts { size: Some(7), sha256: None });
        assert_eq!(info.scan.unwrap().issues, ["a\u{fffd}: unknown", "b.bin: unsafe"]);
    }

    #[test]
    fn missing_and_odd_fields_are_unknown_never_guessed() {
        let info = read_info(
            format!(
                r#"{{"id":"m","sha":"{A}","gated":7,"disabled":"no","lastModified":5,"cardData":"x","securityRepoStatus":{{"scansDone":false,"filesWithIssues":[]}}}}"#
            )
            .as_bytes(),
        )
        .unwrap();
        assert_eq!((info.gated, info.disabled, info.last_modified), (None, None, None));
        assert_eq!((info.license, info.files, info.scan), (None, None, None));
    }

    #[test]
    fn nothing_becomes_a_pin_unless_it_is_a_commit_of_a_named_repo() {
        let upper = A.to_uppercase();
        for bad in [
            "",
            "{",
            "[]",
            "null",
            "<html>login</html>",
            "{}",
            "\"x\"",
            &format!(r#"{{"sha":"{A}"}}"#),
            r#"{"id":"org/m"}"#,
            r#"{"id":"org/m","sha":"main"}"#,
            &format!(r#"{{"id":"org/m","sha":"{upper}"}}"#),
            &format!(r#"{{"id":"../m","sha":"{A}"}}"#),
            &format!(r#"{{"id":"org/m","sha":"{A}""#),
            &"[".repeat(100_000),
        ] {
            assert!(matches!(read_info(bad.as_bytes()), Err(ResolveError::WrongReply { .. })), "{bad:.80}");
        }
    }

    #[test]
    fn refusals_are_told_apart() {
        for (status, code, message, expected) in [
            (404, "RevisionNotFound", "", ResolveError::RevisionNotFound),
            (401, "GatedRepo", "", ResolveError::Gated),
            (403, "GatedRepo", "", ResolveError::Gated),
            (403, "", "Access to this resource is disabled.", ResolveError::Disabled),
            (401, "", "Invalid credentials in Authorization header", ResolveError::BadToken),
            (401, "RepoNotFound", "", ResolveError::NotFoundOrPrivate),
            (401, "", "", ResolveError::NotFoundOrPrivate),
            (404, "RepoNotFound", "", ResolveError::NotFoundOrPrivate),
            (404, "", "", ResolveError::NotFoundOrPrivate),
            (403, "", "", ResolveError::Forbidden),
            (429, "", "", ResolveError::TooManyRequests),
            (503, "", "", ResolveError::ServerError { status: 503 }),
            (418, "", "", ResolveError::ServerError { status: 418 }),
        ] {
            assert_eq!(refusal(status, code, message), expected);
        }
    }
}
