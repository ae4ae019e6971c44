//! Why a source has no commit for a reference, in words that a user can act on.

use thiserror::Error;

/// Why there is no answer. Text that comes from elsewhere (ids, hosts) is made harmless before it is put in here, and
/// no variant ever holds a token.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ResolveError {
    /// The lock file has no entry for this repo and reference.
    #[error("not in the lock file")]
    NotInLock,
    /// The cache has never seen this repo or this reference of it.
    #[error("not in the local cache")]
    NotInCache,
    /// The cache has an entry that cannot be trusted.
    #[error("the cache entry is broken: {why}")]
    BrokenCache {
        /// What is wrong with it.
        why: String,
    },
    /// Several commits in the cache begin with the short hash.
    #[error("{count} cached commits begin with these digits")]
    AmbiguousCommit {
        /// How many.
        count: usize,
    },
    /// The id can never be a repo id.
    #[error("`{id}` is not a legal repo id")]
    InvalidId {
        /// The id, made harmless.
        id: String,
    },
    /// The reference can never be a git reference.
    #[error("`{reference}` is not a legal branch, tag or commit")]
    InvalidReference {
        /// The reference, made harmless.
        reference: String,
    },
    /// The network was not allowed.
    #[error("the Hub was not asked (run with --online)")]
    Offline,
    /// The Hub says the same for a missing and for a private repo, so this says both.
    #[error("the repo was not found on the Hub, or it is private (if it is yours, set HF_TOKEN)")]
    NotFoundOrPrivate,
    /// The repo exists, but this account may not read it.
    #[error("the repo is gated: accept its conditions on the Hub and set HF_TOKEN")]
    Gated,
    /// 403 without further reason.
    #[error("the Hub refuses access (403): the token in HF_TOKEN may lack the right to read this repo")]
    Forbidden,
    /// The Hub has switched the repo off.
    #[error("the Hub has disabled access to this repo: do not use it")]
    Disabled,
    /// The repo exists, the branch, tag or commit does not.
    #[error("the repo has no branch, tag or commit of this name")]
    RevisionNotFound,
    /// The Hub does not accept the token.
    #[error("the Hub does not accept the token in HF_TOKEN (expired, revoked or mistyped)")]
    BadToken,
    /// No connection: name not found, refused, TLS failure, proxy failure.
    #[error("cannot reach the Hub: {why}")]
    Unreachable {
        /// What failed.
        why: String,
    },
    /// The Hub did not answer in time.
    #[error("the Hub did not answer in time")]
    Timeout,
    /// The Hub asks for fewer requests, and kept asking after the retries.
    #[error("the Hub asks to slow down (429): try again later, or set HF_TOKEN for a higher limit")]
    TooManyRequests,
    /// The Hub failed, and kept failing after the retries, or refused in a way that is not understood.
    #[error("the Hub answered with status {status}")]
    ServerError {
        /// The HTTP status.
        status: u16,
    },
    /// The reply is not what the Hub sends: a captive portal, a broken mirror, a cut connection.
    #[error("the reply makes no sense: {why}")]
    WrongReply {
        /// What is wrong with it.
        why: String,
    },
    /// The reply is larger than the limit.
    #[error("the reply is larger than {limit} bytes")]
    ReplyTooLarge {
        /// The limit in bytes.
        limit: u64,
    },
    /// A redirect led away from the Hub and was not followed.
    #[error("refused to follow a redirect to {host}, which is not a Hub host")]
    StrangerRedirect {
        /// The host, made harmless.
        host: String,
    },
    /// HF_ENDPOINT, the token or the proxy cannot be used as they are.
    #[error("{why}")]
    Configuration {
        /// What is wrong, and what to do.
        why: String,
    },
}

impl ResolveError {
    /// Whether asking the Hub could still give an answer where an offline source failed.
    #[must_use]
    pub fn could_be_answered_online(&self) -> bool {
        matches!(
            self,
            Self::NotInLock | Self::NotInCache | Self::BrokenCache { .. } | Self::AmbiguousCommit { .. } | Self::Offline
        )
    }

    /// Whether the fault lies with the connection rather than with the repo, so that the next repo would fail as well.
    #[must_use]
    pub fn is_connection_fault(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Timeout)
    }
}
