//! Rules look at uses, never at syntax. A judge says which case of which policy holds and where; the words are the policy's.

pub mod argument;
pub mod call;
pub mod path;
pub mod pins;
pub mod policy;
pub mod remote_code;
pub mod repo_name;
pub mod revision;
pub mod token;
pub mod user;
pub mod version;

use std::collections::BTreeMap;

use crate::catalog::{Catalog, Entry, RepoKind};
use crate::finding::Level;
use crate::reference::{LocalPaths, Reference, references};
use crate::span::Span;
use crate::usage::{Argument, CallSite, Confidence, Definition, Use, UseKind};

/// A place of a verdict.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Spot {
    /// Index of the unit.
    pub unit: usize,
    /// The bytes in it.
    pub span: Span,
}

/// How a finding could be repaired, in terms of the unit's text. `fix.rs` turns it into edits of the file.
#[derive(Clone, Debug, PartialEq)]
pub struct RepairPlan {
    /// Applied by `--fix`; otherwise only by `--unsafe-fixes`.
    pub safe: bool,
    /// What it does, imperative, no full stop.
    pub description: String,
    /// The change.
    pub repair: Repair,
}

/// The kinds of change.
#[derive(Clone, Debug, PartialEq)]
pub enum Repair {
    /// Add `keyword=value` to a call.
    InsertArgument {
        /// The call.
        site: CallSite,
        /// The keyword.
        keyword: String,
        /// The value as Python source.
        value: String,
    },
    /// Put other text at a place.
    Replace {
        /// What is replaced.
        span: Span,
        /// The new text.
        text: String,
    },
    /// Read a variable of the environment instead of a literal.
    ReadEnvironment {
        /// The literal, quotes included.
        span: Span,
        /// The variable.
        variable: &'static str,
    },
    /// Take an argument out of a call, with its comma.
    RemoveArgument {
        /// The call.
        site: CallSite,
        /// The argument, keyword included.
        span: Span,
    },
    /// Write a commit hash, once one is known.
    Pin(PinPlan),
}

/// What must be asked and written to pin a repository.
#[derive(Clone, Debug, PartialEq)]
pub struct PinPlan {
    /// The kind of repository.
    pub kind: RepoKind,
    /// Its id.
    pub id: String,
    /// The branch, tag or abbreviated hash to resolve; `main` when none is given.
    pub reference: String,
    /// Where the hash is written.
    pub place: PinPlace,
    /// Which commit is wanted.
    pub part: PinPart,
    /// The API applies the revision of an adapter to its base model, where the commit does not exist: never write it when
    /// the repository is an adapter.
    pub adapter_hazard: bool,
    /// The commit to which another use in this file pins the same repository: its companions get the same.
    pub companion: Option<String>,
    /// The commit that stands there, when it is to follow the lock.
    pub moved_from: Option<String>,
    /// The whole statement: comments go to its line or above it.
    pub statement: Span,
    /// The id as it is at run time, without the organisation that a library puts before it; empty when nothing needs it.
    pub id_text: String,
    /// How the id is written at the place of use.
    pub id_written: Span,
    /// The literal in the same unit that defines the id, when it is a constant.
    pub id_definition: Option<Span>,
}

/// Which commit a pin needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinPart {
    /// The one that the reference stands for.
    Whole,
    /// The one of the code that the repository runs, which may lie in another repository. `reference` is the commit of
    /// the repository itself.
    Code,
}

/// Where a commit hash is written.
#[derive(Clone, Debug, PartialEq)]
pub enum PinPlace {
    /// A new argument of a Python call.
    Argument {
        /// The call.
        site: CallSite,
        /// The keyword: `revision`.
        keyword: String,
    },
    /// Instead of the value that is there: a literal, quotes included (`quoted`) or the bare word of a command or address.
    Value {
        /// What is replaced.
        span: Span,
        /// The value is a quoted literal: write quotes.
        quoted: bool,
    },
    /// Behind the id, inside the text that holds it: `org/m` becomes `org/m@<commit>`.
    BehindId {
        /// The byte after the id.
        at: Span,
        /// `@` or `:`.
        separator: char,
    },
    /// Instead of a literal that is defined elsewhere in the file.
    Definition {
        /// Index of the unit.
        unit: usize,
        /// The literal, quotes included.
        span: Span,
    },
    /// Into the Hub address that this text holds: `/resolve/<commit>/`, `hf://org/m@<commit>/`.
    Address {
        /// The text.
        span: Span,
    },
    /// A new option of a command, written at this place: ` --revision <commit>`.
    Option {
        /// An empty span: where to insert.
        at: Span,
        /// `--revision`
        option: String,
        /// The command is a list of quoted words (exec form, YAML or Python list) with this quote.
        list_quote: Option<char>,
    },
    /// A new argument of a Python call that takes the commit from a table by the id: `HF_REVISIONS.get(name)`.
    Table {
        /// The call.
        site: CallSite,
        /// The keyword: `revision`.
        keyword: String,
        /// The id as it is written in the call.
        name: Span,
        /// A revision that may be empty, and that counts where it is not: `revision or HF_REVISIONS.get(name)`.
        given: Option<Span>,
        /// The other ids that reach the call.
        rest: Vec<TableKey>,
    },
    /// Behind a revision that may be empty, in a call of one id: `revision or "<commit>"`.
    Or {
        /// The revision.
        given: Span,
    },
    /// Behind the last field of an item that is `repo files commit`.
    Field {
        /// The item, quotes included.
        span: Span,
    },
    /// A new key of a configuration file, beside the one that holds the id.
    Key {
        /// The entry of the id: key and value.
        entry: Span,
        /// The key.
        key: String,
    },
}

/// An id in a table of revisions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableKey {
    /// The text at run time.
    pub text: String,
    /// The repository that it means.
    pub id: String,
}

/// A case of a policy that holds at a place.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// The policy's id.
    pub rule: &'static str,
    /// The policy's case.
    pub case: &'static str,
    /// Where.
    pub spot: Spot,
    /// The whole statement, for suppressions.
    pub statement: Span,
    /// At most this level, whatever the policy says.
    pub at_most: Option<Level>,
    /// How sure.
    pub confidence: Confidence,
    /// What to put into the policy's words.
    pub words: BTreeMap<&'static str, String>,
    /// Other places, with words to say there.
    pub related: Vec<(String, Definition)>,
    /// A repair.
    pub repair: Option<RepairPlan>,
    /// How the repository could be pinned, when that is not the repair itself.
    pub pin: Option<PinPlan>,
    /// Why no edit that pins would be right.
    pub no_pin: Option<pins::NoPin>,
    /// The repository concerned.
    pub repo: Option<String>,
    /// What tells it from others of its rule in its file, where the text of the spot does not.
    pub identity: Option<String>,
    /// Further facts for SARIF properties and JSON.
    pub properties: BTreeMap<String, String>,
}

impl Verdict {
    /// A verdict about a use, at one of its arguments or (with `None`) at its callee.
    #[must_use]
    pub fn new(rule: &'static str, case: &'static str, usage: &Use, at: Option<&Argument>) -> Self {
        let mut words = BTreeMap::new();
        words.insert("api", usage.name.clone());
        let mut related = Vec::new();
        if let Some(argument) = at
            && let Some(definition) = &argument.definition
        {
            related.push(("the value is defined here".to_owned(), definition.clone()));
        }
        Self {
            rule,
            case,
            spot: Spot { unit: usage.unit, span: at.map_or(usage.callee, |argument| argument.span) },
            statement: usage.statement,
            at_most: None,
            confidence: usage.confidence,
            words,
            related,
            repair: None,
            pin: None,
            no_pin: None,
            repo: None,
            identity: None,
            properties: BTreeMap::new(),
        }
    }

    /// A verdict at a place that is no use.
    #[must_use]
    pub fn at(rule: &'static str, case: &'static str, spot: Spot) -> Self {
        Self {
            rule,
            case,
            spot,
            statement: spot.span,
            at_most: None,
            confidence: Confidence::High,
            words: BTreeMap::new(),
            related: Vec::new(),
            repair: None,
            pin: None,
            no_pin: None,
            repo: None,
            identity: None,
            properties: BTreeMap::new(),
        }
    }

    /// Puts a word into the message.
    #[must_use]
    pub fn with(mut self, word: &'static str, value: impl Into<String>) -> Self {
        self.words.insert(word, value.into());
        self
    }

    /// Lowers the level.
    #[must_use]
    pub fn capped(mut self, level: Level) -> Self {
        self.at_most = Some(self.at_most.map_or(level, |present| present.min(level)));
        self
    }

    /// Attaches a repair.
    #[must_use]
    pub fn repaired(mut self, repair: Option<RepairPlan>) -> Self {
        self.repair = repair;
        self
    }

    /// Names the repository.
    #[must_use]
    pub fn about(mut self, id: &str) -> Self {
        if !id.is_empty() {
            self.repo = Some(id.to_owned());
            self.words.insert("repo", id.to_owned());
        }
        self
    }
}

/// Three answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ternary {
    /// Certainly.
    Yes,
    /// Certainly not.
    No,
    /// It cannot be said.
    Unknown,
}

/// What the project says about versions of a package, as seen from a file.
pub trait Versions {
    /// Is every version that the project admits at least `version`?
    fn at_least(&self, package: &str, version: &str) -> Ternary;
    /// The requirement that says so, in words: `torch==2.5.1 (requirements.txt)`.
    fn evidence(&self, package: &str) -> Option<String>;
}

/// Everything that a judge may look at besides the use.
pub struct Context<'a> {
    /// Facts and policies.
    pub catalog: &'a Catalog,
    /// Which paths exist.
    pub paths: &'a dyn LocalPaths,
    /// Which versions the project has.
    pub versions: &'a dyn Versions,
    /// Names that the configuration adds to the known ones.
    pub names: &'a crate::names::ExtraNames,
    /// Path of the file relative to the project root.
    pub path: &'a str,
    /// Which rules are on.
    pub enabled: &'a dyn Fn(&str) -> bool,
    /// Make notes of what cannot be decided.
    pub report_unknown: bool,
    /// What the project demands.
    pub terms: &'a policy::Terms,
}

impl Context<'_> {
    /// The entry of a use.
    #[must_use]
    pub fn entry(&self, usage: &Use) -> Option<&Entry> {
        if usage.kind == UseKind::Address {
            return Some(&crate::reference::ADDRESS_ENTRY);
        }
        let id = usage.entry?;
        let at_least = |package: &str, version: &str| match self.versions.at_least(package, version) {
            Ternary::Yes => Some(true),
            Ternary::No => Some(false),
            Ternary::Unknown => None,
        };
        Some(self.catalog.entry(self.catalog.variant(id, &usage.qualified, &at_least)))
    }

    /// Pins matter less in tests, examples and documentation; remote code and tokens do not.
    #[must_use]
    pub fn low_stakes(&self) -> bool {
        path::is_low_stakes(self.path)
    }
}

/// Everything that the rules about uses say of one file.
#[must_use]
pub fn judge(uses: &[Use], context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    for usage in uses {
        if !is_told(usage, uses, context) {
            judge_use(usage, uses, context, &mut verdicts);
        }
    }
    verdicts.retain(|verdict| (context.enabled)(verdict.rule));
    pins::compare_plans(&mut verdicts, uses, context);
    verdicts.sort_by(|left, right| (left.spot, left.rule, left.case).cmp(&(right.spot, right.rule, right.case)));
    verdicts.dedup_by(|later, first| later.spot == first.spot && later.rule == first.rule);
    verdicts
}

/// True for an address that is an argument of a catalogued call: it is told there.
#[must_use]
pub fn is_told(usage: &Use, uses: &[Use], context: &Context<'_>) -> bool {
    usage.kind == UseKind::Address
        && uses.iter().any(|other| {
            other.kind != UseKind::Address
                && other.unit == usage.unit
                && other.arguments.values().any(|argument| argument.span.covers(usage.callee))
                && context.entry(other).is_some_and(|entry| entry.repo.is_some())
        })
}

/// What the rules say of one use, whether they run or not: for the inventory, which shows the same verdicts as `check`.
#[must_use]
pub fn verdicts(usage: &Use, all: &[Use], context: &Context<'_>) -> Vec<Verdict> {
    let mut verdicts = Vec::new();
    judge_use(usage, all, context, &mut verdicts);
    verdicts
}

fn judge_use(usage: &Use, all: &[Use], context: &Context<'_>, out: &mut Vec<Verdict>) {
    let entry = context.entry(usage);
    let found: Vec<Reference> = entry.map(|entry| references(usage, entry, context.paths)).unwrap_or_default();
    let revision = revision::judge(usage, entry, &found, context);
    let mut remote = remote_code::judge(usage, entry, &found, all, context);
    // One call, one story: remote code from a repository that floats is one error, and the missing pin belongs to it.
    if let Some(verdict) = remote.as_mut().filter(|verdict| (context.enabled)(verdict.rule)) {
        for part in revision.into_iter() {
            if part.rule == "unpinned-revision"
                && matches!(part.case, "absent" | "empty" | "branch" | "pull-request" | "impossible")
            {
                let at = Definition { path: None, unit: part.spot.unit, span: part.spot.span, line: 0 };
                verdict.related.push((revision::related_words(&part), at));
                if let Some(RepairPlan { repair: Repair::Pin(plan), .. }) = &part.repair {
                    verdict.pin = Some(plan.clone());
                }
                verdict.no_pin = part.no_pin;
                if verdict.repo.is_none() {
                    verdict.repo = part.repo;
                }
            } else {
                out.push(part);
            }
        }
    } else {
        out.extend(revision);
    }
    let runs_code = remote.as_ref().is_some_and(|verdict| (context.enabled)(verdict.rule) && verdict.at_most.is_none());
    out.extend(remote);
    out.extend(repo_name::judge(usage, entry, &found, context));
    if let Some(entry) = entry {
        out.extend(argument::judge(usage, entry, &found, all, context));
        // That the weights are a pickle too adds nothing to code of the repository that runs anyway.
        out.extend(
            call::judge(usage, entry, &found).filter(|verdict| !runs_code || !matches!(verdict.case, "always" | "by-format")),
        );
        out.extend(policy::judge(usage, entry, &found, context));
    }
}
