//! Web addresses as far as the Hub needs them: which host is trusted with what, and where a redirect leads.
//!
//! Parsing is strict on purpose. An address that two programs could read differently (`https://hub\@stranger`, user
//! names, odd characters in the host) is refused instead of interpreted.

use std::fmt;

/// Hosts of the Hub besides the endpoint: redirects to them are followed, but never with a token.
const HUB_HOSTS: [&str; 2] = ["huggingface.co", "hf.co"];

const MAX_ADDRESS_BYTES: usize = 8192;

/// An absolute `http` or `https` address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Address {
    pub(super) secure: bool,
    /// Lower case; an IPv6 address keeps its brackets.
    pub(super) host: String,
    pub(super) port: u16,
    /// Empty, or beginning with `/`; with the query, without the fragment.
    pub(super) path: String,
}

impl Address {
    pub(super) fn parse(text: &str) -> Option<Self> {
        if text.len() > MAX_ADDRESS_BYTES {
            return None;
        }
        let (scheme, rest) = text.split_once("://")?;
        let secure = match scheme.to_ascii_lowercase().as_str() {
            "https" => true,
            "http" => false,
            _ => return None,
        };
        let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let (authority, path) = rest.split_at(end);
        let (host, port) = split_port(authority)?;
        let port = match port {
            None => {
                if secure {
                    443
                } else {
                    80
                }
            }
            Some(digits) if digits.bytes().all(|byte| byte.is_ascii_digit()) => digits.parse().ok()?,
            Some(_) => return None,
        };
        let path = path.split('#').next().unwrap_or_default();
        let path = if path.starts_with('?') { format!("/{path}") } else { path.to_owned() };
        let path_is_plain = path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
        (is_host(host) && path_is_plain).then(|| Self { secure, host: host.to_ascii_lowercase(), port, path })
    }

    /// The address that a `Location` header means. Paths relative to the current folder are not used by the Hub.
    pub(super) fn join(&self, location: &str) -> Option<Self> {
        if let Some(rest) = location.strip_prefix("//") {
            return Self::parse(&format!("{}://{rest}", self.scheme()));
        }
        if location.starts_with('/') {
            return Self::parse(&format!("{}{location}", self.origin()));
        }
        Self::parse(location)
    }

    /// Scheme, host and port are the same: the only place that gets the token.
    pub(super) fn same_origin(&self, other: &Self) -> bool {
        (self.secure, self.port) == (other.secure, other.port) && self.host == other.host
    }

    /// Whether a redirect to this address is followed when `endpoint` is the Hub in use.
    pub(super) fn may_follow(&self, endpoint: &Self) -> bool {
        let hub = HUB_HOSTS
            .iter()
            .any(|domain| self.host.strip_suffix(domain).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')));
        self.same_origin(endpoint) || (self.secure && self.port == 443 && hub)
    }

    /// The same machine: the one case in which a token may travel without TLS.
    pub(super) fn is_loopback(&self) -> bool {
        let ipv4 = || self.host.parse::<std::net::Ipv4Addr>().is_ok_and(|address| address.is_loopback());
        self.host == "localhost" || self.host == "[::1]" || ipv4()
    }

    fn scheme(&self) -> &'static str {
        if self.secure { "https" } else { "http" }
    }

    pub(super) fn origin(&self) -> String {
        let default = if self.secure { 443 } else { 80 };
        let port = if self.port == default { String::new() } else { format!(":{}", self.port) };
        format!("{}://{}{port}", self.scheme(), self.host)
    }
}

impl fmt::Display for Address {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.origin(), self.path)
    }
}

fn split_port(authority: &str) -> Option<(&str, Option<&str>)> {
    if authority.starts_with('[') {
        let (host, rest) = authority.split_at(authority.find(']')? + 1);
        return match rest.strip_prefix(':') {
            Some(port) => Some((host, Some(port))),
            None => rest.is_empty().then_some((host, None)),
        };
    }
    Some(authority.split_once(':').map_or((authority, None), |(host, port)| (host, Some(port))))
}

fn is_host(host: &str) -> bool {
    if let Some(inner) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
        return inner.parse::<std::net::Ipv6Addr>().is_ok();
    }
    !host.is_empty()
        && host.len() <= 253
        && host.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        Address::parse(text).unwrap_or_else(|| panic!("{text}"))
    }

    #[test]
    fn addresses_are_read_one_way_only() {
        assert_eq!(address("HTTPS://HuggingFace.co").to_string(), "https://huggingface.co");
        assert_eq!(address("http://localhost:8080/a?b=c#d").to_string(), "http://localhost:8080/a?b=c");
        assert_eq!(address("https://[::1]:8443/x").to_string(), "https://[::1]:8443/x");
        for bad in [
            "huggingface.co",
            "ftp://huggingface.co",
            "https://",
            "https:///x",
            "https://user@huggingface.co",
            "https://huggingface.co\\@stranger.example",
            "https://huggingface.co@stranger.example",
            "https://a b/",
            "https://hub.example/a b",
            "https://hub.example/\\x",
            "https://hub.example:port",
            "https://hub.example:99999",
            "https://hub.example:",
            "https://[::1",
            "https://[::1]x",
            "https://hübsch.example",
            "https://hub.example/\r\nX: y",
            "file:///etc/passwd",
            "https://hub.example:+80",
        ] {
            assert_eq!(Address::parse(bad), None, "{bad}");
        }
    }

    #[test]
    fn only_hub_hosts_are_followed() {
        let endpoint = address("https://huggingface.co");
        for good in [
            "https://huggingface.co/api/models/x",
            "https://cdn-lfs.huggingface.co/x",
            "https://hf.co/x",
            "https://cas-bridge.xethub.hf.co/x",
        ] {
            assert!(address(good).may_follow(&endpoint), "{good}");
        }
        for bad in [
            "http://huggingface.co/",
            "https://huggingface.co:8443/",
            "https://huggingface.co.stranger.example/",
            "https://nothuggingface.co/",
            "https://xhf.co/",
            "https://huggingface.co./",
            "https://hf.space/",
            "https://127.0.0.1/",
        ] {
            assert!(!address(bad).may_follow(&endpoint), "{bad}");
        }
        let mirror = address("http://mirror.example:8080/hf");
        assert!(address("http://mirror.example:8080/other").may_follow(&mirror));
        assert!(!address("http://mirror.example:8081/other").may_follow(&mirror));
        assert!(!address("https://mirror.example/other").may_follow(&mirror));
        assert!(!address("https://huggingface.co/").same_origin(&mirror));
    }

    #[test]
    fn redirects_are_joined() {
        let from = address("https://huggingface.co/api/models/old/name");
        let to = |location: &str| from.join(location).map(|address| address.to_string());
        assert_eq!(to("/api/models/new/name").as_deref(), Some("https://huggingface.co/api/models/new/name"));
        assert_eq!(to("//stranger.example/x").as_deref(), Some("https://stranger.example/x"));
        assert_eq!(to("https://hf.co/x").as_deref(), Some("https://hf.co/x"));
        assert_eq!(to("new/name"), None);
        assert_eq!(to("javascript:alert(1)"), None);
        assert_eq!(to(""), None);
    }

    #[test]
    fn loopback_is_known() {
        for good in ["http://localhost:1", "http://127.0.0.1", "http://127.1.2.3:5", "http://[::1]:80"] {
            assert!(address(good).is_loopback(), "{good}");
        }
        for bad in ["http://localhost.example", "http://128.0.0.1", "http://127.0.0.1.example", "http://0.0.0.0"] {
            assert!(!address(bad).is_loopback(), "{bad}");
        }
    }
}
