//! The sources of commits of one run, opened once: `hublint.lock`, `kernels.lock`, the cache, and with `--online` the Hub.

use std::path::Path;
use std::time::SystemTime;

use super::Pinner;
use crate::error::Error;
use crate::fix::Style;
use crate::hub::api::{HubApi, HubOptions};
use crate::hub::cache::Cache;
use crate::hub::lock::{KERNELS_LOCK_FILE_NAME, LOCK_FILE_NAME, Lock, parse_kernels_lock};
use crate::hub::{Chain, Date, Environment, InfoSource, Source};

/// The bytes of a `kernels.lock` that are read at most.
const LARGEST_KERNELS_LOCK: u64 = 16 << 20;

/// What a run may ask.
#[derive(Clone, Copy, Debug, Default)]
pub struct PinOptions {
    /// Only this source.
    pub from: Option<Source>,
    /// The Hub may be asked.
    pub online: bool,
    /// Where the digits go.
    pub style: Style,
    /// A pin is the repair of a finding even where there is another one.
    pub prefer: bool,
}

/// The opened sources.
#[derive(Debug, Default)]
pub struct Sources {
    /// `hublint.lock`.
    pub lock: Option<Lock>,
    kernels: Option<Lock>,
    /// The Hugging Face caches of this machine.
    pub cache: Option<Cache>,
    /// The Hub; only with `--online`.
    pub hub: Option<HubApi>,
    /// Why a lock file was left out.
    pub problem: Option<(String, String)>,
    limited: bool,
}

impl Sources {
    /// Opens what the options admit. Nothing is asked yet, and without `online` nothing ever is. A lock that cannot be read is
    /// a problem, not an error: a check goes on without it.
    ///
    /// # Errors
    /// When the Hub is wanted and HF_ENDPOINT, HF_TOKEN or a proxy cannot be used, or `--from hub` lacks `--online`.
    pub fn open(root: &Path, options: &PinOptions, environment: Environment<'_>) -> Result<Self, Error> {
        let admits = |source: Source| options.from.is_none_or(|only| only == source);
        if options.from == Some(Source::Hub) && !options.online {
            return Err(Error::usage("`--from hub` asks the Hub, which is not allowed", "add `--online`"));
        }
        let mut sources = Self { limited: options.from.is_some(), ..Self::default() };
        if admits(Source::Lock) {
            match Lock::read(&root.join(LOCK_FILE_NAME)) {
                Ok(lock) => sources.lock = lock,
                Err(error) => sources.problem = Some((LOCK_FILE_NAME.to_owned(), error.to_string())),
            }
            let kernels = root.join(KERNELS_LOCK_FILE_NAME);
            if let Ok(bytes) = crate::discover::read_plain(&kernels, LARGEST_KERNELS_LOCK) {
                match parse_kernels_lock(&String::from_utf8_lossy(&bytes)) {
                    Ok(lock) => sources.kernels = Some(lock),
                    Err(error) => sources.problem = Some((KERNELS_LOCK_FILE_NAME.to_owned(), error.to_string())),
                }
            }
        }
        if admits(Source::Cache) {
            sources.cache = Some(Cache::from_environment(environment));
        }
        if options.online && admits(Source::Hub) {
            let hub = HubApi::from_environment(environment, HubOptions::default());
            sources.hub = Some(hub.map_err(|error| Error::usage(error.to_string(), "the Hub was not asked"))?);
        }
        Ok(sources)
    }

    /// What finds commits for plans.
    #[must_use]
    pub fn pinner(&self, options: &PinOptions) -> Pinner<'_> {
        let online_possible = self.hub.is_none() && !self.limited;
        Pinner {
            chain: self.chain(),
            cache: self.cache.as_ref(),
            lock: self.lock.as_ref(),
            info: self.hub.as_ref().map(|hub| hub as &(dyn InfoSource + Sync)),
            online_possible,
            today: today(),
            style: options.style,
            prefer: options.prefer,
        }
    }

    /// Lock, cache, Hub, in this order.
    #[must_use]
    pub fn chain(&self) -> Chain<'_> {
        let mut chain = Chain::new();
        for lock in [&self.lock, &self.kernels].into_iter().flatten() {
            chain = chain.with(Source::Lock, lock);
        }
        if let Some(cache) = &self.cache {
            chain = chain.with(Source::Cache, cache);
        }
        match &self.hub {
            Some(hub) => chain.with(Source::Hub, hub),
            None if self.limited => chain,
            None => chain.with_hub_offline(),
        }
    }
}

/// The day, for comments and the lock.
#[must_use]
pub fn today() -> Option<Date> {
    Date::from_time(SystemTime::now())
}

/// The process environment, for the parts of the library that take it as a parameter.
#[must_use]
pub fn environment(name: &str) -> Option<String> {
    std::env::var(name).ok()
}
