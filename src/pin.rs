//! A plan to pin becomes a repair as soon as a commit is known: from the lock, the cache, or (only when the chain holds it)
//! the Hub. Where nothing is known nothing is written, and the reason is kept.

mod sources;

pub use sources::{PinOptions, Sources, environment, today};

use crate::catalog::RepoKind;
use crate::finding::{Finding, Fix};
use crate::fix::{Outlines, Stamp, Style};
use crate::hub::cache::{Cache, RemoteCode};
use crate::hub::lock::Lock;
use crate::hub::{
    Chain, Commit, Date, InfoSource, Miss, RepoRequest, RepoType, ResolveError, Resolved, Source as From, Tally, Unresolved,
};
use crate::judge::{PinPart, PinPlace, PinPlan};

/// Finds commits for plans. Shared by all threads of a run.
pub struct Pinner<'a> {
    /// Where commits come from, in order.
    pub chain: Chain<'a>,
    /// What the cache knows beside commits.
    pub cache: Option<&'a Cache>,
    /// What the lock knows beside commits.
    pub lock: Option<&'a Lock>,
    /// What the Hub knows beside commits; only with `--online`.
    pub info: Option<&'a (dyn InfoSource + Sync)>,
    /// The Hub could be asked in another run.
    pub online_possible: bool,
    /// For the comment of what the Hub answers today.
    pub today: Option<Date>,
    /// Where the digits go.
    pub style: Style,
    /// A pin is the repair of a finding even where there is another one (`hublint pin`).
    pub prefer: bool,
}

/// What became of a plan.
#[derive(Clone, Debug)]
pub struct Outcome {
    /// `lock`, `cache`, `hub`, `file`: the commit is known; `online`: the Hub may know it; `unknown`: nobody does; `none`: no
    /// edit would be right.
    pub word: &'static str,
    /// Why there is no repair.
    pub reason: Option<String>,
    /// The trap behind the reason, in a word for machines, where no edit would be right.
    pub trap: Option<&'static str>,
    /// The repair.
    pub fix: Option<Fix>,
}

impl Outcome {
    fn without(word: &'static str, reason: impl Into<String>) -> Self {
        let trap = (word == "none").then_some("elsewhere");
        Self { word, reason: Some(reason.into()), trap, fix: None }
    }
}

/// The properties of a finding that say what became of its pin.
pub const PIN_PROPERTY: &str = "pin";
/// The property that says why there is none.
pub const REASON_PROPERTY: &str = "pin-reason";
/// The property that names the trap, where no edit would be right.
pub const TRAP_PROPERTY: &str = "pin-trap";

/// The kind of repository as the Hub says it; `None` for what lies elsewhere.
#[must_use]
pub fn repo_type(kind: RepoKind) -> Option<RepoType> {
    match kind {
        RepoKind::Model => Some(RepoType::Model),
        RepoKind::Dataset => Some(RepoType::Dataset),
        RepoKind::Space => Some(RepoType::Space),
        RepoKind::Kernel => Some(RepoType::Kernel),
        _ => None,
    }
}

/// A known commit, and what to write beside it.
struct Known {
    commit: Commit,
    word: &'static str,
    branch: Option<String>,
    day: Option<Date>,
}

impl Known {
    fn stamp(&self) -> Stamp {
        let note = self.branch.as_ref().map(|branch| match self.day {
            Some(day) => format!("{branch} {day}"),
            None => branch.clone(),
        });
        Stamp { commit: self.commit.as_str().to_owned(), note }
    }
}

/// Why nothing is written at a place whose repository is known.
fn form_reason(place: &PinPlace) -> &'static str {
    match place {
        PinPlace::Table { .. } => {
            "the id is a default, or one of several, and the call does not name it in a way that a table of commits can be asked with"
        }
        PinPlace::Key { .. } => "the configuration has a form here into which no key is written",
        _ => "the code at this place has a form that is not edited",
    }
}

impl Pinner<'_> {
    /// The repair of a plan.
    #[must_use]
    pub fn repair(&self, plan: &PinPlan, outlines: &Outlines<'_>, unit: usize) -> Outcome {
        let Some(repo_type) = repo_type(plan.kind) else {
            return Outcome::without("none", "only repositories on the Hub have a commit that can be looked up");
        };
        let known = match self.commit(plan, repo_type) {
            Ok(known) => known,
            Err(outcome) => return *outcome,
        };
        if plan.adapter_hazard
            && let Some(reason) = self.adapter(plan, repo_type, &known.commit, outlines)
        {
            return Outcome { trap: Some("adapter"), ..Outcome::without("none", reason) };
        }
        let mut rest = Vec::new();
        if let PinPlace::Table { rest: keys, .. } = &plan.place {
            for key in keys {
                let other = PinPlan { id: key.id.clone(), companion: None, ..plan.clone() };
                let found = match self.commit(&other, repo_type) {
                    Ok(found) => found,
                    Err(outcome) => {
                        let reason = outcome.reason.map(|reason| format!("{}: {reason}", key.id));
                        return Outcome { reason, ..*outcome };
                    }
                };
                if plan.adapter_hazard
                    && let Some(reason) = self.adapter(&other, repo_type, &found.commit, outlines)
                {
                    return Outcome { trap: Some("adapter"), ..Outcome::without("none", format!("{}: {reason}", key.id)) };
                }
                rest.push(found.stamp());
            }
        }
        let Some(edits) = crate::fix::pin(plan, &known.stamp(), &rest, self.style, outlines, unit) else {
            return Outcome { trap: Some("form"), ..Outcome::without("none", form_reason(&plan.place)) };
        };
        let description = match (&known.branch, rest.len()) {
            (_, 1..) => format!("pin {} and {} more by the id", plan.id, rest.len()),
            (Some(branch), 0) => {
                format!("pin {} to {} ({branch}, from the {})", plan.id, known.commit.short(), known.word)
            }
            (None, 0) => format!("pin {} to {}", plan.id, known.commit.short()),
        };
        Outcome { word: known.word, reason: None, trap: None, fix: Some(Fix { safe: true, description, edits }) }
    }

    fn commit(&self, plan: &PinPlan, repo_type: RepoType) -> Result<Known, Box<Outcome>> {
        if plan.part == PinPart::Code {
            return self.code(plan, repo_type);
        }
        if let Some(commit) = plan.companion.as_deref().and_then(Commit::parse) {
            return Ok(Known { commit, word: "file", branch: None, day: None });
        }
        self.ask(RepoRequest::new(repo_type, plan.id.clone(), plan.reference.clone()))
    }

    fn ask(&self, request: RepoRequest) -> Result<Known, Box<Outcome>> {
        let digits = request.reference.len();
        let hexadecimal = request.reference.bytes().all(|byte| byte.is_ascii_hexdigit());
        let short = hexadecimal && (7..40).contains(&digits);
        if short
            && let Some(cache) = self.cache
            && let Ok(commit) = cache.expand_short(request.repo_type, &request.id, &request.reference)
        {
            return Ok(Known { commit, word: From::Cache.word(), branch: None, day: None });
        }
        match self.chain.find(&request) {
            Ok(Resolved { commit, .. }) if hexadecimal && digits >= 7 && !commit.as_str().starts_with(&request.reference) => {
                Err(Box::new(Outcome::without(
                    "unknown",
                    format!("{} stands for a commit that does not begin with it", request.reference),
                )))
            }
            Ok(resolved) => {
                let day = match resolved.source {
                    From::Hub => self.today,
                    _ => resolved.resolved_at,
                };
                // The comment names what can be followed again: a branch or tag, not digits.
                let branch = (!(hexadecimal && digits >= 7)).then(|| request.reference.clone());
                let branch = branch.filter(|branch| branch.chars().all(|character| !character.is_control()));
                Ok(Known { commit: resolved.commit, word: resolved.source.word(), branch, day })
            }
            Err(unresolved) => Err(Box::new(missing(&unresolved))),
        }
    }

    /// The commit of the code that a repository runs: its own, or that of the other repository that `auto_map` names.
    fn code(&self, plan: &PinPlan, repo_type: RepoType) -> Result<Known, Box<Outcome>> {
        let Some(commit) = Commit::parse(&plan.reference) else {
            return Err(Box::new(Outcome::without("none", "the repository itself is not pinned")));
        };
        let request = RepoRequest::new(repo_type, plan.id.clone(), plan.reference.clone());
        let locked = self.lock.and_then(|lock| {
            lock.entries().find(|entry| entry.repo_type == repo_type && entry.id == plan.id && entry.revision == commit)
        });
        if let Some(pin) = locked.and_then(|entry| entry.code.as_ref()) {
            return Ok(Known {
                commit: pin.revision.clone(),
                word: From::Lock.word(),
                branch: Some(format!("{} main", pin.repo)),
                day: None,
            });
        }
        let mut code: Option<RemoteCode> = self.cache.and_then(|cache| cache.remote_code(repo_type, &plan.id, &commit).ok());
        if code.is_none() {
            code = self.info.and_then(|info| info.info(&request).ok()).and_then(|info| info.code);
        }
        let Some(code) = code else {
            let misses = vec![Miss { source: From::Cache, error: ResolveError::NotInCache }];
            let mut unresolved = Unresolved { misses };
            if self.online_possible && self.info.is_none() {
                unresolved.misses.push(Miss { source: From::Hub, error: ResolveError::Offline });
            }
            return Err(Box::new(missing(&unresolved)));
        };
        match (code.own, code.other_repos.len(), code.unclear) {
            // A commit that asks for no code never will: its own digits are right, and any other check agrees.
            (_, 0, false) => Ok(Known { commit, word: "file", branch: None, day: None }),
            (false, 1, false) => {
                let other = code.other_repos.first().cloned().unwrap_or_default();
                let known = self.ask(RepoRequest::new(RepoType::Model, other.clone(), "main"))?;
                Ok(Known { branch: known.branch.map(|branch| format!("{other} {branch}")), ..known })
            }
            _ => Err(Box::new(Outcome::without("none", "the code of this repository lies in more than one place"))),
        }
    }

    /// Why a revision must not be written because the repository is, or may be, an adapter.
    fn adapter(&self, plan: &PinPlan, repo_type: RepoType, commit: &Commit, outlines: &Outlines<'_>) -> Option<String> {
        match self.is_adapter(plan, repo_type, commit) {
            Some(true) => Some("an adapter: its revision would be applied to the base model, too".to_owned()),
            Some(false) => None,
            None if outlines.imports_peft() || names_an_adapter(&plan.id) => {
                Some("this may be an adapter, whose revision would be applied to the base model, too".to_owned())
            }
            None => None,
        }
    }

    fn is_adapter(&self, plan: &PinPlan, repo_type: RepoType, commit: &Commit) -> Option<bool> {
        const MARK: &str = "adapter_config.json";
        if let Some(known) = self.cache.and_then(|cache| cache.is_adapter(repo_type, &plan.id, commit)) {
            return Some(known);
        }
        let locked = self.lock.and_then(|lock| {
            lock.entries().find(|entry| entry.repo_type == repo_type && entry.id == plan.id && entry.revision == *commit)
        });
        if let Some(files) = locked.and_then(|entry| entry.files.as_ref()) {
            return Some(files.contains_key(MARK));
        }
        let request = RepoRequest::new(repo_type, plan.id.clone(), commit.as_str());
        let files = self.info?.info(&request).ok()?.files?;
        Some(files.contains_key(MARK))
    }
}

fn missing(unresolved: &Unresolved) -> Outcome {
    let word = if unresolved.online_may_help() { "online" } else { "unknown" };
    Outcome::without(word, unresolved.to_string())
}

fn names_an_adapter(id: &str) -> bool {
    let lower = id.to_ascii_lowercase();
    ["lora", "adapter", "peft"].iter().any(|word| lower.contains(word))
}

/// The branch that a comment names behind a commit: `revision="<commit>",  # main 2026-11-21` follows `main`.
#[must_use]
pub fn noted_branch(text: &str, id: &str, commit: &str) -> Option<String> {
    text.match_indices(commit).find_map(|(at, _)| {
        let rest = text.get(at + commit.len()..)?;
        let line = rest.get(..rest.find(['\n', '\r']).unwrap_or(rest.len()))?;
        let comment = line.rsplit_once("# ").map(|(_, comment)| comment).and_then(branch_of);
        comment.or_else(|| above(text.get(..at)?, id))
    })
}

/// The branch in a comment of the form that hublint writes: a name alone or a name and a day.
fn branch_of(comment: &str) -> Option<String> {
    let mut words = comment.split_ascii_whitespace();
    let (branch, day) = (words.next()?, words.next());
    let ours = words.next().is_none() && day.is_none_or(|day| Date::parse_start(day).is_some());
    (ours && crate::hub::repo::is_valid_reference(branch)).then(|| branch.to_owned())
}

/// The branch that a comment line above names with the id, as in Dockerfiles: `# org/m: main 2026-11-21`.
fn above(before: &str, id: &str) -> Option<String> {
    /// Lines of one instruction that are looked at.
    const LINES: usize = 60;
    before
        .lines()
        .rev()
        .take(LINES)
        .find_map(|line| branch_of(line.trim().strip_prefix("# ")?.strip_prefix(id)?.strip_prefix(": ")?))
}

/// True for the rules that a pin satisfies.
#[must_use]
pub fn is_pin_rule(rule: &str) -> bool {
    matches!(rule, "unpinned-revision" | "malformed-revision" | "partial-pin")
}

/// True for the words of [`PIN_PROPERTY`] that mean: the commit is known and can be written.
#[must_use]
pub fn is_known(word: &str) -> bool {
    matches!(word, "lock" | "cache" | "file" | "hub")
}

/// How many findings about pins can be fixed now, and how many after asking the Hub.
#[must_use]
pub fn tally<'f>(findings: impl IntoIterator<Item = &'f Finding>) -> Tally {
    let mut tally = Tally::default();
    for finding in findings {
        let word = finding.properties.get(PIN_PROPERTY).map(String::as_str);
        if word.is_none() && !is_pin_rule(&finding.rule) {
            continue;
        }
        let field = match word {
            Some("lock" | "cache" | "file") => &mut tally.offline,
            Some("hub") => &mut tally.online,
            Some("online") => &mut tally.with_online,
            Some("none") | None => &mut tally.by_hand,
            _ => &mut tally.not_found,
        };
        *field += 1;
    }
    tally
}
