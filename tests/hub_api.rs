//! The Hub's API against a fake Hub on loopback: every answer and every failure, and where the token goes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stdout)]

mod fake_hub;

use std::time::{Duration, Instant};

use fake_hub::{FakeHub, Reply, Request};
use hublint::hub::api::{HubApi, HubOptions};
use hublint::hub::cache::Cache;
use hublint::hub::{Chain, Commit, CommitSource, Gated, InfoSource, RepoRequest, RepoType, ResolveError, Resolved, Source};
use serde_json::json;

const A: &str = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa";
const B: &str = "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb";

/// Assembled here so that nothing of a token's shape stands in the repository.
fn token() -> String {
    ["h", "f", "_", "only", "for", "this", "test"].concat()
}

fn fast() -> HubOptions {
    HubOptions {
        // Long, because a busy machine is not a slow Hub; the tests of slowness set their own.
        timeout: Duration::from_secs(20),
        retries: 2,
        backoff: Duration::from_millis(5),
        longest_wait: Duration::from_millis(50),
        body_limit: 1 << 20,
    }
}

fn impatient() -> HubOptions {
    HubOptions { timeout: Duration::from_millis(300), ..fast() }
}

fn api_at(url: &str, with_token: bool) -> HubApi {
    api_with(url, with_token, fast())
}

fn api_with(url: &str, with_token: bool, options: HubOptions) -> HubApi {
    let environment = |name: &str| match name {
        "HF_ENDPOINT" => Some(url.to_owned()),
        "HF_TOKEN" if with_token => Some(token()),
        _ => None,
    };
    HubApi::from_environment(&environment, options).unwrap()
}

fn model(commit: &str) -> Reply {
    Reply::json(
        json!({"id": "org/m", "sha": commit, "lastModified": "2026-03-01T00:00:00.000Z", "gated": false, "disabled": false}),
    )
}

/// The answer for `org/m` at `main` from a Hub with this handler, and what the Hub saw.
fn ask(handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> (Result<Resolved, ResolveError>, Vec<Request>) {
    let hub = FakeHub::start(handler);
    let answer = api_at(&hub.url(), true).resolve(&RepoRequest::model("org/m"));
    (answer, hub.requests())
}

fn error_of(handler: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static) -> ResolveError {
    ask(handler).0.unwrap_err()
}

#[test]
fn a_branch_is_resolved_and_the_token_goes_to_the_endpoint() {
    let (answer, requests) = ask(|_, _| model(A));
    let resolved = answer.unwrap();
    assert_eq!((resolved.commit.as_str(), resolved.source), (A, Source::Hub));
    assert_eq!(resolved.gated, Some(Gated::No));
    assert_eq!(resolved.renamed_to, None);
    assert_eq!(resolved.last_modified.unwrap().to_string(), "2026-03-01");
    assert_eq!(requests.len(), 1);
    assert_eq!(requests[0].target, "/api/models/org/m/revision/main");
    assert_eq!(requests[0].header("authorization"), Some(format!("Bearer {}", token()).as_str()));
    assert!(requests[0].header("user-agent").unwrap().starts_with("hublint/"));
}

#[test]
fn every_type_and_reference_has_its_address() {
    let hub = FakeHub::start(|_, _| Reply::json(json!({"id": "org/m", "sha": A})));
    let api = api_at(&format!("{}/mirror/", hub.url()), false);
    for (repo_type, reference) in [
        (RepoType::Model, "refs/pr/3"),
        (RepoType::Dataset, "refs/convert/parquet"),
        (RepoType::Space, "a#b&c=é"),
        (RepoType::Kernel, A),
    ] {
        api.resolve(&RepoRequest::new(repo_type, "org/m", reference)).unwrap();
    }
    api.info(&RepoRequest::model("org/m")).unwrap();
    api.info(&RepoRequest::new(RepoType::Dataset, "org/m", "main")).unwrap();
    let targets: Vec<String> = hub.requests().into_iter().map(|request| request.target).collect();
    assert_eq!(
        targets,
        [
            "/mirror/api/models/org/m/revision/refs%2Fpr%2F3".to_owned(),
            "/mirror/api/datasets/org/m/revision/refs%2Fconvert%2Fparquet".to_owned(),
            "/mirror/api/spaces/org/m/revision/a%23b%26c%3D%C3%A9".to_owned(),
            format!("/mirror/api/kernels/org/m/revision/{A}"),
            "/mirror/api/models/org/m/revision/main?blobs=True&securityStatus=True".to_owned(),
            "/mirror/api/datasets/org/m/revision/main?blobs=True".to_owned(),
        ]
    );
    assert!(hub.requests().iter().all(|request| request.header("authorization").is_none()));
}

#[test]
fn illegal_requests_are_never_sent() {
    let hub = FakeHub::start(|_, _| model(A));
    let api = api_at(&hub.url(), true);
    for id in ["../x", "org/m?x=1", "org/m/../../x", "", "a b", "org/m#x"] {
        assert!(matches!(api.resolve(&RepoRequest::model(id)), Err(ResolveError::InvalidId { .. })));
    }
    let request = RepoRequest::new(RepoType::Model, "org/m", "../../x");
    assert!(matches!(api.resolve(&request), Err(ResolveError::InvalidReference { .. })));
    assert!(hub.requests().is_empty());
}

#[test]
fn a_failure_in_passing_is_repeated() {
    for status in [429, 500, 502, 503, 504] {
        let (answer, requests) = ask(move |_, before| match before {
            0 => Reply::new(status, &[("Retry-After", "0")], b""),
            1 => Reply::Truncated { promised: 500, body: b"{\"id\":".to_vec() },
            _ => model(A),
        });
        assert_eq!(answer.unwrap().commit.as_str(), A, "{status}");
        assert_eq!(requests.len(), 3);
    }
}

#[test]
fn a_lasting_failure_is_told_after_three_attempts() {
    for (status, expected) in [
        (500, ResolveError::ServerError { status: 500 }),
        (503, ResolveError::ServerError { status: 503 }),
        (429, ResolveError::TooManyRequests),
    ] {
        // A long Retry-After is not obeyed beyond the bound.
        let start = Instant::now();
        let (answer, requests) = ask(move |_, _| Reply::new(status, &[("Retry-After", "3600")], b"<html>"));
        assert_eq!(answer, Err(expected));
        assert_eq!(requests.len(), 3);
        assert!(start.elapsed() < Duration::from_secs(5));
    }
    let (answer, requests) = ask(|_, _| Reply::Truncated { promised: 500, body: b"{\"id\":".to_vec() });
    assert!(matches!(answer, Err(ResolveError::WrongReply { .. })), "{answer:?}");
    assert_eq!(requests.len(), 3);
}

#[test]
fn a_slow_hub_is_given_up() {
    for reply in [|| Reply::Silence(Duration::from_secs(5)), || Reply::Drip] {
        let start = Instant::now();
        let hub = FakeHub::start(move |_, _| reply());
        let answer = api_with(&hub.url(), false, impatient()).resolve(&RepoRequest::model("org/m"));
        assert_eq!(answer, Err(ResolveError::Timeout));
        assert_eq!(hub.requests().len(), 1, "a timeout is not repeated");
        assert!(start.elapsed() < Duration::from_secs(4));
    }
}

#[test]
fn a_dead_hub_is_asked_three_times_only() {
    let hub = FakeHub::start(|_, _| Reply::Silence(Duration::from_secs(5)));
    let api = api_with(&hub.url(), false, impatient());
    let start = Instant::now();
    for number in 0..200 {
        let answer = api.resolve(&RepoRequest::model(format!("org/m{number}")));
        assert!(matches!(answer, Err(ResolveError::Timeout | ResolveError::Unreachable { .. })));
    }
    assert_eq!(hub.requests().len(), 3);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn no_hub_at_all() {
    let url = FakeHub::start(|_, _| model(A)).url();
    let answer = api_at(&url, false).resolve(&RepoRequest::model("org/m"));
    assert!(matches!(answer, Err(ResolveError::Unreachable { .. })), "{answer:?}");
}

#[test]
fn replies_that_make_no_sense() {
    for body in ["", "{", "[]", "<html>Please log in</html>", "{\"id\":\"org/m\",\"sha\":\"main\"}"] {
        let error = error_of(move |_, _| Reply::new(200, &[], body.as_bytes()));
        assert!(matches!(error, ResolveError::WrongReply { .. }), "{body}: {error}");
    }
    let error = error_of(|_, _| Reply::Raw(b"220 smtp.example ready\r\n".to_vec()));
    assert!(matches!(error, ResolveError::WrongReply { .. } | ResolveError::Unreachable { .. }), "{error}");
    // Asked for commit B, told about commit A.
    let hub = FakeHub::start(|_, _| model(A));
    let answer = api_at(&hub.url(), false).resolve(&RepoRequest::new(RepoType::Model, "org/m", B));
    assert!(matches!(answer, Err(ResolveError::WrongReply { .. })));
}

#[test]
fn a_huge_reply_is_cut_and_the_small_form_is_asked_for() {
    let (answer, requests) = ask(|_, _| Reply::Huge(64 << 20));
    assert_eq!(answer, Err(ResolveError::ReplyTooLarge { limit: 1 << 20 }));
    assert_eq!(requests.len(), 2);
    let (answer, _) = ask(|request, _| if request.target.contains("expand=sha") { model(A) } else { Reply::Huge(2 << 20) });
    assert_eq!(answer.unwrap().commit.as_str(), A);

    let hub = FakeHub::start(|request, _| if request.target.contains("blobs") { Reply::Huge(2 << 20) } else { model(A) });
    let info = api_at(&hub.url(), false).info(&RepoRequest::model("org/m")).unwrap();
    assert_eq!((info.commit.as_str(), info.files), (A, None));
}

#[test]
fn refusals_have_their_words() {
    for (status, code, message, expected, words) in [
        (401, "RepoNotFound", "", ResolveError::NotFoundOrPrivate, "private"),
        (404, "RepoNotFound", "", ResolveError::NotFoundOrPrivate, "not found"),
        (401, "", "", ResolveError::NotFoundOrPrivate, "private"),
        (404, "RevisionNotFound", "", ResolveError::RevisionNotFound, "no branch"),
        (401, "GatedRepo", "", ResolveError::Gated, "gated"),
        (403, "GatedRepo", "", ResolveError::Gated, "conditions"),
        (403, "", "Access to this resource is disabled.", ResolveError::Disabled, "disabled"),
        (403, "", "", ResolveError::Forbidden, "403"),
        (401, "", "Invalid credentials in Authorization header", ResolveError::BadToken, "HF_TOKEN"),
    ] {
        let (answer, requests) = ask(move |_, _| Reply::refusal(status, code, message));
        let error = answer.unwrap_err();
        assert_eq!(error, expected);
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(requests.len(), 1, "a refusal is not repeated");
    }
    let error = error_of(|_, _| Reply::json(json!({"id": "org/m", "sha": A, "disabled": true})));
    assert_eq!(error, ResolveError::Disabled);
}

#[test]
fn a_renamed_repo_is_followed_and_noted() {
    let hub = FakeHub::start(|request, _| match request.path() {
        "/api/models/old/name/revision/main" => Reply::redirect(307, "/api/models/org/m/revision/main"),
        "/api/models/org/m/revision/main" => model(A),
        _ => Reply::refusal(404, "RepoNotFound", ""),
    });
    let api = api_at(&hub.url(), true);
    let resolved = api.resolve(&RepoRequest::model("old/name")).unwrap();
    assert_eq!(resolved.renamed_to.as_deref(), Some("org/m"));
    assert_eq!(resolved.commit.as_str(), A);
    // Same origin: the token goes along.
    assert!(hub.requests().iter().all(|request| request.header("authorization").is_some()));
}

#[test]
fn a_redirect_to_a_stranger_is_refused_and_the_token_stays() {
    for status in [301, 302, 303, 307, 308] {
        let stranger = FakeHub::start(|_, _| model(B));
        let target = format!("{}/api/models/org/m/revision/main", stranger.url());
        let (answer, _) = ask(move |_, _| Reply::redirect(status, &target));
        assert_eq!(answer, Err(ResolveError::StrangerRedirect { host: "127.0.0.1".to_owned() }));
        assert!(stranger.requests().is_empty(), "not even a request without the token");
    }
    for location in [
        "https://stranger.example/x",
        "//stranger.example/x",
        "http://huggingface.co/x",
        "https://huggingface.co.stranger.example/",
    ] {
        let error = error_of(move |_, _| Reply::redirect(302, location));
        assert!(matches!(error, ResolveError::StrangerRedirect { .. }), "{location}: {error}");
    }
    for location in ["", "file:///etc/passwd", "relative", "https://huggingface.co\\@stranger.example/"] {
        let error = error_of(move |_, _| Reply::redirect(302, location));
        assert!(matches!(error, ResolveError::WrongReply { .. }), "{location}: {error}");
    }
}

#[test]
fn redirects_end() {
    let (answer, requests) = ask(|_, _| Reply::redirect(302, "/api/models/org/m/revision/main"));
    assert!(matches!(answer, Err(ResolveError::WrongReply { .. })));
    assert_eq!(requests.len(), 6);
}

#[test]
fn files_licence_scan_and_distance() {
    let hash = "c".repeat(64);
    let body = json!({
        "id": "org/m", "sha": A, "gated": "manual", "cardData": {"license": "mit"},
        "siblings": [{"rfilename": "model.safetensors", "size": 3, "lfs": {"sha256": hash, "size": 3}}],
        "securityRepoStatus": {"scansDone": true, "filesWithIssues": []}
    });
    let hub = FakeHub::start(move |request, _| {
        if request.path().contains("/commits/") {
            Reply::json(json!([{"id": A, "title": "new"}, {"id": B, "title": "old"}]))
        } else {
            Reply::json(body.clone())
        }
    });
    let api = api_at(&hub.url(), false);
    let request = RepoRequest::model("org/m");
    let info = api.info(&request).unwrap();
    assert_eq!(info.license.as_deref(), Some("mit"));
    assert_eq!(info.gated, Some(Gated::Manual));
    assert_eq!(info.scan.unwrap().issues, Vec::<String>::new());
    assert_eq!(info.files.unwrap()["model.safetensors"].size, Some(3));
    let behind = |text: &str| api.commits_behind(&request, &Commit::parse(text).unwrap()).unwrap();
    assert_eq!((behind(A), behind(B), behind(&"c".repeat(40))), (Some(0), Some(1), None));
}

#[test]
fn without_the_api_source_nothing_touches_the_network() {
    let hub = FakeHub::start(|_, _| model(A));
    let url = hub.url();
    let environment = |name: &str| match name {
        "HF_ENDPOINT" => Some(url.clone()),
        "HF_HUB_CACHE" => Some("/nonexistent".to_owned()),
        _ => None,
    };
    let cache = Cache::from_environment(&environment);
    let chain = Chain::new().with(Source::Cache, &cache).with_hub_offline();
    let unresolved = chain.find(&RepoRequest::model("org/m")).unwrap_err();
    assert!(unresolved.online_may_help());
    // Building the source does not connect either; only a question does.
    let api = api_at(&hub.url(), true);
    assert!(hub.requests().is_empty());
    assert!(chain.with(Source::Hub, &api).find(&RepoRequest::model("org/other")).is_ok());
    assert_eq!(hub.requests().len(), 1);
}

/// One file speaks to the network. A second one would need a reason, and this test is where it would be given.
#[test]
fn only_the_api_file_can_open_a_connection() {
    let mut folders = vec![std::path::PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src")];
    let mut seen = 0;
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let opens =
                ["ureq::", "TcpStream", "UdpSocket", "ToSocketAddrs", "UnixStream"].iter().any(|word| text.contains(word));
            assert_eq!(opens, path.ends_with("hub/api.rs"), "{}", path.display());
            seen += 1;
        }
    }
    assert!(seen > 5);
}
