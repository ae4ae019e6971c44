//! The Hub's API: the only file that opens a network connection, and only a caller told `--online` builds a [`HubApi`].
//!
//! The token goes to the endpoint's own origin and nowhere else; redirects are followed by hand, to Hub hosts only;
//! replies are bounded in size and time; what is not understood is refused. Facts: huggingface_hub 2.4.0.

mod address;
mod reply;

use std::fmt;
use std::io::{self, Read};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, Proxy};

use self::address::Address;
use self::reply::{read_commits, read_info, refusal, wrong};
use super::percent::encode_segment;
use super::repo::visible;
use super::{Commit, CommitSource, Environment, InfoSource, RepoInfo, RepoRequest, RepoType, ResolveError, Resolved, Source};

const DEFAULT_ENDPOINT: &str = "https://huggingface.co";
const MAX_REDIRECTS: usize = 5;
const MAX_CERTIFICATE_BYTES: u64 = 8 << 20;

/// After so many failed connections in a row the Hub counts as unreachable: a run over 500 repos must not wait 500
/// times for the same dead network.
const MAX_CONNECTION_FAULTS: u32 = 3;

/// Bounds of time and size. The defaults suit people at a terminal and a CI job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HubOptions {
    /// For one request, from the name look-up to the last byte.
    pub timeout: Duration,
    /// How many times a request is repeated after 429, 5xx or a cut connection.
    pub retries: u32,
    /// Wait before the first repetition; doubled for each further one.
    pub backoff: Duration,
    /// Longest wait that a `Retry-After` header can ask for.
    pub longest_wait: Duration,
    /// Largest reply in bytes, after decompression.
    pub body_limit: u64,
}

impl Default for HubOptions {
    fn default() -> Self {
        Self {
            timeout: Duration::from_secs(10),
            retries: 2,
            backoff: Duration::from_millis(500),
            longest_wait: Duration::from_secs(10),
            body_limit: 8 << 20,
        }
    }
}

/// An access token. It has no way to the outside but the `Authorization` header: `Debug` hides it.
#[derive(Clone, PartialEq, Eq)]
struct Token(String);

impl fmt::Debug for Token {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("Token(hidden)")
    }
}

/// A connection to one Hub: huggingface.co, or the mirror that `HF_ENDPOINT` names.
#[derive(Debug)]
pub struct HubApi {
    endpoint: Address,
    token: Option<Token>,
    agent: Agent,
    options: HubOptions,
    connection_faults: AtomicU32,
}

impl HubApi {
    /// Reads `HF_ENDPOINT`, `HF_TOKEN` (the only source of a token), the proxy variables (`HTTPS_PROXY`, `HTTP_PROXY`,
    /// `ALL_PROXY`, `NO_PROXY`) and `SSL_CERT_FILE` or `REQUESTS_CA_BUNDLE`. Connects to nothing yet.
    ///
    /// # Errors
    /// [`ResolveError::Configuration`] if one of them cannot be used, or if the token would travel without TLS.
    pub fn from_environment(environment: Environment<'_>, options: HubOptions) -> Result<Self, ResolveError> {
        let read = |name: &str| environment(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
        let endpoint = parse_endpoint(&read("HF_ENDPOINT").unwrap_or_else(|| DEFAULT_ENDPOINT.to_owned()))?;
        let token = read("HF_TOKEN").filter(|_| {
            // The libraries' own switch: tokens are not to be sent unless code asks for it.
            let switch = read("HF_HUB_DISABLE_IMPLICIT_TOKEN").unwrap_or_default().to_ascii_uppercase();
            !matches!(switch.as_str(), "1" | "ON" | "YES" | "TRUE")
        });
        if let Some(token) = &token {
            if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
                return Err(configuration("HF_TOKEN contains characters that no token has"));
            }
            if !endpoint.secure && !endpoint.is_loopback() {
                return Err(configuration(
                    "HF_ENDPOINT begins with http://: the token would travel unprotected. Use https:// or unset HF_TOKEN",
                ));
            }
        }
        let proxy = proxy(endpoint.secure, &read)?;
        let mut config = Agent::config_builder()
            .timeout_global(Some(options.timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(proxy)
            .user_agent(concat!("hublint/", env!("CARGO_PKG_VERSION")))
            .accept("application/json");
        if let Some(path) = read("SSL_CERT_FILE").or_else(|| read("REQUESTS_CA_BUNDLE")) {
            config = config.tls_config(TlsConfig::builder().root_certs(root_certificates(&path)?).build());
        }
        Ok(Self {
            endpoint,
            token: token.map(Token),
            agent: config.build().new_agent(),
            options,
            connection_faults: AtomicU32::new(0),
        })
    }

    /// The endpoint in use, for messages.
    #[must_use]
    pub fn endpoint(&self) -> String {
        self.endpoint.to_string()
    }

    /// What the Hub knows of a repo at a reference. `with_files` adds sizes, sha256 values and the Hub's scan.
    ///
    /// # Errors
    /// See [`ResolveError`]; a disabled repo is an error.
    pub fn repo_info(&self, request: &RepoRequest, with_files: bool) -> Result<RepoInfo, ResolveError> {
        request.validate()?;
        let query = match (with_files, request.repo_type) {
            (true, RepoType::Model) => "?blobs=True&securityStatus=True",
            (true, _) => "?blobs=True",
            (false, _) => "",
        };
        let revision = format!("/revision/{}", encode_segment(&request.reference));
        let path = |query: &str| self.repo_path(request, &format!("{revision}{query}"));
        let body = match self.get(&path(query)) {
            // The file list of a large data set can exceed the limit; the commit is to be had without it.
            Err(ResolveError::ReplyTooLarge { .. }) if !with_files => {
                self.get(&path("?expand=sha&expand=lastModified&expand=gated&expand=disabled"))?
            }
            other => other?,
        };
        let info = read_info(&body)?;
        if info.disabled == Some(true) {
            return Err(ResolveError::Disabled);
        }
        // Asked for a commit, the answer must be that commit.
        if Commit::parse(&request.reference).is_some_and(|commit| commit != info.commit) {
            return Err(wrong("it describes another commit than the one asked for"));
        }
        Ok(info)
    }

    fn repo_path(&self, request: &RepoRequest, rest: &str) -> String {
        // The id was validated: its characters need no encoding.
        format!("/api/{}/{}{rest}", request.repo_type.plural(), request.id)
    }

    /// One GET with repetitions.
    fn get(&self, path: &str) -> Result<Vec<u8>, ResolveError> {
        if self.connection_faults.load(Ordering::Relaxed) >= MAX_CONNECTION_FAULTS {
            let why = format!("gave up after {MAX_CONNECTION_FAULTS} failed connections");
            return Err(ResolveError::Unreachable { why });
        }
        let mut wait = self.options.backoff;
        let mut attempt = 0;
        let result = loop {
            let (error, asked_wait) = match self.get_once(path) {
                Ok(body) => break Ok(body),
                Err(Failure::Final(error)) => break Err(error),
                Err(Failure::Repeatable(error, asked_wait)) => (error, asked_wait),
            };
            if attempt >= self.options.retries {
                break Err(error);
            }
            attempt += 1;
            std::thread::sleep(asked_wait.unwrap_or(wait).min(self.options.longest_wait));
            wait = wait.saturating_mul(2);
        };
        match &result {
            Err(error) if error.is_connection_fault() => {
                self.connection_faults.fetch_add(1, Ordering::Relaxed);
            }
            _ => self.connection_faults.store(0, Ordering::Relaxed),
        }
        result
    }

    /// One GET with redirects.
    fn get_once(&self, path: &str) -> Result<Vec<u8>, Failure> {
        let mut address = Address { path: format!("{}{path}", self.endpoint.path), ..self.endpoint.clone() };
        for _ in 0..=MAX_REDIRECTS {
            let mut call = self.agent.get(address.to_string());
            if let Some(token) = self.token_for(&address) {
                call = call.header("authorization", format!("Bearer {}", token.0));
            }
            let mut response = call.call().map_err(|error| failure(error, self.options.body_limit))?;
            let header =
                |name: &str| response.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
            let status = response.status().as_u16();
            match status {
                200 => return self.read_body(response.body_mut()),
                301 | 302 | 303 | 307 | 308 => {
                    let target = address.join(&header("location")).ok_or_else(|| wrong("a redirect leads nowhere"))?;
                    if !target.may_follow(&self.endpoint) {
                        return Err(ResolveError::StrangerRedirect { host: visible(&target.host) }.into());
                    }
                    address = target;
                }
                429 | 500 | 502..=504 => {
                    let seconds = header("retry-after").trim().parse::<u64>().ok();
                    let error = refusal(status, &header("x-error-code"), &header("x-error-message"));
                    return Err(Failure::Repeatable(error, seconds.map(Duration::from_secs)));
                }
                _ => {
                    return Err(refusal(status, &header("x-error-code"), &header("x-error-message")).into());
                }
            }
        }
        Err(wrong("too many redirects").into())
    }

    /// The token, if it may be sent to this address: the endpoint's own origin, not even another host of the Hub.
    fn token_for(&self, address: &Address) -> Option<&Token> {
        self.token.as_ref().filter(|_| address.same_origin(&self.endpoint))
    }

    /// The body, bounded after decompression: a small compressed reply can unfold to gigabytes.
    fn read_body(&self, body: &mut ureq::Body) -> Result<Vec<u8>, Failure> {
        let limit = self.options.body_limit;
        let mut bytes = Vec::new();
        let read = body.as_reader().take(limit.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|error| failure(error.into(), limit))?;
        if bytes.len() as u64 > limit {
            return Err(ResolveError::ReplyTooLarge { limit }.into());
        }
        Ok(bytes)
    }
}

impl CommitSource for HubApi {
    fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError> {
        let info = self.repo_info(request, false)?;
        let mut resolved = Resolved::new(info.commit, Source::Hub);
        resolved.last_modified = info.last_modified;
        resolved.renamed_to = (info.id != request.id).then_some(info.id);
        resolved.gated = info.gated;
        resolved.disabled = info.disabled;
        Ok(resolved)
    }
}

impl InfoSource for HubApi {
    fn info(&self, request: &RepoRequest) -> Result<RepoInfo, ResolveError> {
        match self.repo_info(request, true) {
            // Better a pin without file hashes than none.
            Err(ResolveError::ReplyTooLarge { .. }) => {
                self.repo_info(request, false).map(|info| RepoInfo { files: None, ..info })
            }
            other => other,
        }
    }

    fn commits_behind(&self, request: &RepoRequest, pinned: &Commit) -> Result<Option<usize>, ResolveError> {
        request.validate()?;
        let body = self.get(&self.repo_path(request, &format!("/commits/{}", encode_segment(&request.reference))))?;
        Ok(read_commits(&body)?.iter().position(|commit| commit == pinned))
    }
}

/// A failed attempt: final, or worth another one (after the wait that the server asked for).
enum Failure {
    Final(ResolveError),
    Repeatable(ResolveError, Option<Duration>),
}

impl From<ResolveError> for Failure {
    fn from(error: ResolveError) -> Self {
        Self::Final(error)
    }
}

fn failure(error: ureq::Error, body_limit: u64) -> Failure {
    let unreachable = |why: String| ResolveError::Unreachable { why };
    Failure::Final(match error {
        ureq::Error::Timeout(_) => ResolveError::Timeout,
        ureq::Error::HostNotFound => unreachable("the host name is unknown".to_owned()),
        ureq::Error::BodyExceedsLimit(_) => ResolveError::ReplyTooLarge { limit: body_limit },
        ureq::Error::Io(error) => match error.kind() {
            io::ErrorKind::TimedOut | io::ErrorKind::WouldBlock => ResolveError::Timeout,
            io::ErrorKind::ConnectionRefused => unreachable("the connection was refused".to_owned()),
            io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
                return Failure::Repeatable(wrong("the connection was cut"), None);
            }
            _ => unreachable(visible(&error.to_string())),
        },
        ureq::Error::Http(_) | ureq::Error::Protocol(_) | ureq::Error::BodyStalled => {
            wrong("it is not HTTP as the Hub speaks it")
        }
        // TLS, proxy and the rest. None of these texts holds request headers.
        other => unreachable(visible(&other.to_string())),
    })
}

impl From<Failure> for ResolveError {
    fn from(failure: Failure) -> Self {
        match failure {
            Failure::Final(error) | Failure::Repeatable(error, _) => error,
        }
    }
}

fn parse_endpoint(text: &str) -> Result<Address, ResolveError> {
    let mut endpoint = Address::parse(text)
        .filter(|address| !address.path.contains('?'))
        .ok_or_else(|| configuration("HF_ENDPOINT is not an address such as https://huggingface.co"))?;
    // A mirror may live below a path: https://mirror.example/huggingface/
    endpoint.path.truncate(endpoint.path.trim_end_matches('/').len());
    Ok(endpoint)
}

/// The proxy for the endpoint's scheme. A value that cannot be used is an error: going around the proxy that a company
/// prescribes is not a fallback.
fn proxy(secure: bool, read: &dyn Fn(&str) -> Option<String>) -> Result<Option<Proxy>, ResolveError> {
    let names = if secure {
        ["https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"]
    } else {
        ["http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"]
    };
    let Some((name, text)) = names.iter().find_map(|name| Some((name, read(name)?))) else {
        return Ok(None);
    };
    // The value may hold a password, so it is not repeated.
    let unusable = |_| configuration(&format!("{name} is not a proxy address such as http://proxy.example:3128"));
    let parsed = Proxy::new(&text).map_err(unusable)?;
    let mut builder = Proxy::builder(parsed.protocol()).host(parsed.host()).port(parsed.port());
    if let Some(user) = parsed.username() {
        builder = builder.username(user);
    }
    if let Some(password) = parsed.password() {
        builder = builder.password(password);
    }
    for entry in read("no_proxy").or_else(|| read("NO_PROXY")).unwrap_or_default().split(',') {
        let entry = entry.trim();
        if entry.is_empty() {
            continue;
        }
        builder = builder.no_proxy(entry);
        if !entry.starts_with(['.', '*']) {
            // Everyone else reads `example.com` as "and all hosts below".
            builder = builder.no_proxy(&format!(".{entry}"));
        }
    }
    builder.build().map(Some).map_err(unusable)
}

fn root_certificates(path: &str) -> Result<RootCerts, ResolveError> {
    let unusable = || configuration("SSL_CERT_FILE or REQUESTS_CA_BUNDLE does not name a file of PEM certificates");
    let mut bytes = Vec::new();
    let file = std::fs::File::open(path).map_err(|_| unusable())?;
    file.take(MAX_CERTIFICATE_BYTES).read_to_end(&mut bytes).map_err(|_| unusable())?;
    let certificates: Vec<_> = parse_pem(&bytes)
        .filter_map(|item| match item {
            Ok(PemItem::Certificate(certificate)) => Some(certificate),
            _ => None,
        })
        .collect();
    if certificates.is_empty() { Err(unusable()) } else { Ok(RootCerts::from(certificates)) }
}

fn configuration(why: &str) -> ResolveError {
    ResolveError::Configuration { why: why.to_owned() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn api(variables: &[(&str, &str)]) -> Result<HubApi, ResolveError> {
        let environment = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned());
        HubApi::from_environment(&environment, HubOptions::default())
    }

    #[test]
    fn endpoints_and_tokens_are_checked_before_anything_is_sent() {
        assert_eq!(api(&[]).unwrap().endpoint(), "https://huggingface.co");
        assert_eq!(api(&[("HF_ENDPOINT", "")]).unwrap().endpoint(), "https://huggingface.co");
        let mirror = api(&[("HF_ENDPOINT", "https://mirror.example/hf/")]).unwrap();
        assert_eq!(mirror.endpoint(), "https://mirror.example/hf");
        for bad in ["huggingface.co", "https://a/?b", "ftp://a", "https://me:pass@a"] {
            assert!(matches!(api(&[("HF_ENDPOINT", bad)]), Err(ResolveError::Configuration { .. })), "{bad}");
        }
        let token = ["h", "f_", "secret"].concat();
        let http = api(&[("HF_ENDPOINT", "http://mirror.example"), ("HF_TOKEN", &token)]);
        assert!(http.unwrap_err().to_string().contains("unprotected"));
        assert!(api(&[("HF_ENDPOINT", "http://mirror.example")]).is_ok());
        let local = api(&[("HF_ENDPOINT", "http://127.0.0.1:1"), ("HF_TOKEN", &format!("{token}\n"))]).unwrap();
        assert_eq!(local.token, Some(Token(token.clone())));
        assert!(!format!("{local:?}").contains("secret"));
        let split = api(&[("HF_TOKEN", &format!("{token}\r\nX-Other: 1"))]).unwrap_err();
        assert!(!split.to_string().contains("secret"));
        let quiet = api(&[("HF_TOKEN", &token), ("HF_HUB_DISABLE_IMPLICIT_TOKEN", "1")]).unwrap();
        assert_eq!(quiet.token, None);
        // A token from anywhere else is not taken.
        assert_eq!(api(&[("HUGGING_FACE_HUB_TOKEN", &token)]).unwrap().token, None);
    }

    #[test]
    fn the_token_is_for_the_endpoint_alone() {
        let token = ["h", "f_", "secret"].concat();
        let gets_token = |api: &HubApi, address: &str| api.token_for(&Address::parse(address).unwrap()).is_some();
        let hub = api(&[("HF_TOKEN", &token)]).unwrap();
        assert!(gets_token(&hub, "https://huggingface.co/api/models/x"));
        for other in [
            "https://cdn-lfs.huggingface.co/x",
            "https://hf.co/x",
            "http://huggingface.co/x",
            "https://huggingface.co:8443/x",
            "https://stranger.example/x",
        ] {
            assert!(!gets_token(&hub, other), "{other}");
        }
        let mirror = api(&[("HF_TOKEN", &token), ("HF_ENDPOINT", "https://mirror.example/hf")]).unwrap();
        assert!(gets_token(&mirror, "https://mirror.example/hf/x"));
        assert!(!gets_token(&mirror, "https://huggingface.co/x"));
    }

    #[test]
    fn an_unusable_proxy_or_certificate_file_is_an_error() {
        let error = api(&[("HTTPS_PROXY", "gopher://user:word@x")]).unwrap_err();
        assert!(matches!(error, ResolveError::Configuration { .. }) && !error.to_string().contains("word"));
        assert!(api(&[("HTTPS_PROXY", "http://proxy.example:3128"), ("NO_PROXY", "a.example, .b")]).is_ok());
        assert!(matches!(api(&[("SSL_CERT_FILE", "/nonexistent")]), Err(ResolveError::Configuration { .. })));
    }
}
