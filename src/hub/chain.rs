//! Asks lock, cache and Hub in order, remembers the answer, and keeps the reason of every source that had none.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Mutex, PoisonError};

use super::{CommitSource, RepoRequest, ResolveError, Resolved, Source};

/// One source that had no answer, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// Which source.
    pub source: Source,
    /// Its reason.
    pub error: ResolveError,
}

/// No source had an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unresolved {
    /// Every source in the order asked. A Hub that may not be asked stands here as [`ResolveError::Offline`].
    pub misses: Vec<Miss>,
}

impl Unresolved {
    /// Whether a run with `--online` may find the commit: the Hub was not asked, and no source knows the request to be
    /// hopeless (an illegal id stays illegal).
    #[must_use]
    pub fn online_may_help(&self) -> bool {
        self.misses.iter().any(|miss| miss.error == ResolveError::Offline)
            && self.misses.iter().all(|miss| miss.error.could_be_answered_online())
    }

    /// The reason to show when there is room for one: the source asked last knows most, but "run with --online" and
    /// "not in the cache" say less than a broken entry.
    #[must_use]
    pub fn main_error(&self) -> ResolveError {
        let plain =
            |error: &ResolveError| matches!(error, ResolveError::NotInLock | ResolveError::NotInCache | ResolveError::Offline);
        self.misses
            .iter()
            .rev()
            .find(|miss| !plain(&miss.error))
            .or(self.misses.last())
            .map_or(ResolveError::Offline, |miss| miss.error.clone())
    }
}

impl fmt::Display for Unresolved {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, miss) in self.misses.iter().enumerate() {
            let separator = if index == 0 { "" } else { "; " };
            write!(formatter, "{separator}{}", miss.error)?;
        }
        Ok(())
    }
}

type Answer = Result<Resolved, Unresolved>;

/// The sources in the order in which they are asked. Each request is answered once; later calls, also from other
/// threads, get the same answer: the Hub is not asked again for a repo, and one run never mixes two heads of a branch.
#[derive(Default)]
pub struct Chain<'a> {
    sources: Vec<(Source, &'a (dyn CommitSource + Sync))>,
    online_possible: bool,
    answers: Mutex<BTreeMap<RepoRequest, Answer>>,
}

impl<'a> Chain<'a> {
    /// A chain without sources: it answers nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a source, to be asked after those added before. The usual order is lock, cache, Hub.
    #[must_use]
    pub fn with(mut self, source: Source, commits: &'a (dyn CommitSource + Sync)) -> Self {
        self.sources.push((source, commits));
        self
    }

    /// States that the Hub could be asked in another run (`--online`), so that misses say so. Not for a chain that the
    /// user limited with `--from lock` or `--from cache`.
    #[must_use]
    pub fn with_hub_offline(mut self) -> Self {
        self.online_possible = true;
        self
    }

    /// The first answer, or the reasons of all.
    ///
    /// # Errors
    /// [`Unresolved`] with one [`Miss`] for each source.
    pub fn find(&self, request: &RepoRequest) -> Answer {
        if let Some(answer) = self.lock_answers().get(request) {
            return answer.clone();
        }
        let answer = self.ask(request);
        // Two threads may have asked at once; the first stored answer wins so that all users see one commit.
        self.lock_answers().entry(request.clone()).or_insert(answer).clone()
    }

    fn ask(&self, request: &RepoRequest) -> Answer {
        let mut misses = Vec::new();
        for (source, commits) in &self.sources {
            match request.validate().and_then(|()| commits.resolve(request)) {
                Ok(resolved) => return Ok(resolved),
                Err(error) => misses.push(Miss { source: *source, error }),
            }
        }
        if self.online_possible && !self.sources.iter().any(|(source, _)| *source == Source::Hub) {
            misses.push(Miss { source: Source::Hub, error: ResolveError::Offline });
        }
        Err(Unresolved { misses })
    }

    fn lock_answers(&self) -> std::sync::MutexGuard<'_, BTreeMap<RepoRequest, Answer>> {
        // The map is only ever added to, so it is whole even if a thread died while holding the lock.
        self.answers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl CommitSource for Chain<'_> {
    fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError> {
        self.find(request).map_err(|unresolved| unresolved.main_error())
    }
}

/// How many findings can be fixed now and how many more after asking the Hub.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Answered by the lock or the cache.
    pub offline: usize,
    /// Answered by the Hub in this run.
    pub online: usize,
    /// Not answered, but the Hub was not asked.
    pub with_online: usize,
    /// Not answered, and asking the Hub would not help or did not help.
    pub not_found: usize,
    /// No edit would be right, whatever the commit is.
    pub by_hand: usize,
}

impl Tally {
    /// Counts one finding by the answer for its repo.
    pub fn add(&mut self, answer: &Result<Resolved, Unresolved>) {
        let field = match answer {
            Ok(resolved) if resolved.source == Source::Hub => &mut self.online,
            Ok(_) => &mut self.offline,
            Err(unresolved) if unresolved.online_may_help() => &mut self.with_online,
            Err(_) => &mut self.not_found,
        };
        *field += 1;
    }

    /// All findings counted.
    #[must_use]
    pub fn total(&self) -> usize {
        self.offline + self.online + self.with_online + self.not_found + self.by_hand
    }
}

impl fmt::Display for Tally {
    /// `12 findings, 7 can be fixed offline, 5 more with --online`
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let plural = if self.total() == 1 { "" } else { "s" };
        write!(formatter, "{} finding{plural}, {} can be fixed offline", self.total(), self.offline)?;
        if self.online > 0 {
            write!(formatter, ", {} more by asking the Hub", self.online)?;
        }
        if self.with_online > 0 {
            write!(formatter, ", {} more with --online", self.with_online)?;
        }
        if self.not_found > 0 {
            write!(formatter, ", {} without a known commit", self.not_found)?;
        }
        if self.by_hand > 0 {
            write!(formatter, ", {} by hand only", self.by_hand)?;
        }
        Ok(())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::hub::Commit;
    use std::sync::atomic::{AtomicUsize, Ordering};

    struct Fake(Source, &'static str, ResolveError, AtomicUsize);

    impl Fake {
        fn new(source: Source, knows: &'static str, error: ResolveError) -> Self {
            Self(source, knows, error, AtomicUsize::new(0))
        }
    }

    impl CommitSource for Fake {
        fn resolve(&self, request: &RepoRequest) -> Result<Resolved, ResolveError> {
            self.3.fetch_add(1, Ordering::SeqCst);
            if request.id == self.1 {
                Ok(Resolved::new(Commit::parse(&"a".repeat(40)).unwrap(), self.0))
            } else {
                Err(self.2.clone())
            }
        }
    }

    #[test]
    fn sources_are_asked_in_order_and_once() {
        let lock = Fake::new(Source::Lock, "a/lock", ResolveError::NotInLock);
        let cache = Fake::new(Source::Cache, "a/cache", ResolveError::NotInCache);
        let hub = Fake::new(Source::Hub, "a/hub", ResolveError::Gated);
        let chain = Chain::new().with(Source::Lock, &lock).with(Source::Cache, &cache).with(Source::Hub, &hub);
        for (id, source) in [("a/lock", Source::Lock), ("a/cache", Source::Cache), ("a/hub", Source::Hub)] {
            for _ in 0..3 {
                assert_eq!(chain.find(&RepoRequest::model(id)).unwrap().source, source);
            }
        }
        assert_eq!(hub.3.load(Ordering::SeqCst), 1);
        assert_eq!(lock.3.load(Ordering::SeqCst), 3);

        let unresolved = chain.find(&RepoRequest::model("a/none")).unwrap_err();
        assert_eq!(unresolved.misses.len(), 3);
        assert_eq!(unresolved.main_error(), ResolveError::Gated);
        assert!(!unresolved.online_may_help());
    }

    #[test]
    fn the_count_tells_what_online_would_add() {
        let cache = Fake::new(Source::Cache, "a/cache", ResolveError::NotInCache);
        let chain = Chain::new().with(Source::Cache, &cache).with_hub_offline();
        let mut tally = Tally::default();
        for id in ["a/cache", "a/x", "a/cache", "not//legal"] {
            tally.add(&chain.find(&RepoRequest::model(id)));
        }
        assert_eq!(tally, Tally { offline: 2, online: 0, with_online: 1, not_found: 1, by_hand: 0 });
        assert_eq!(tally.to_string(), "4 findings, 2 can be fixed offline, 1 more with --online, 1 without a known commit");
        // Limited with --from cache: the Hub is no option, so it is not offered.
        let limited = Chain::new().with(Source::Cache, &cache);
        assert!(!limited.find(&RepoRequest::model("a/x")).unwrap_err().online_may_help());
    }

    #[test]
    fn a_broken_entry_says_more_than_offline() {
        let broken = ResolveError::BrokenCache { why: "x".to_owned() };
        let cache = Fake::new(Source::Cache, "", broken.clone());
        let chain = Chain::new().with(Source::Cache, &cache).with_hub_offline();
        let unresolved = chain.find(&RepoRequest::model("a/x")).unwrap_err();
        assert_eq!(unresolved.main_error(), broken);
        assert!(unresolved.online_may_help());
        assert_eq!(unresolved.to_string(), "the cache entry is broken: x; the Hub was not asked (run with --online)");
    }
}
