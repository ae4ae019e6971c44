//! The checks in their order: one id in, at most one verdict out.

use super::ascii::{Plain, to_ascii};
use super::extra::ExtraNames;
use super::keys::{continued, row_key};
use super::list::{BARE, KNOWN_BAD, MODELSCOPE, NAMESPACES, REPOS, Row};
use super::name_checks::{self, Slip};
use super::namespace_checks::{Owner, Resemblance};
use super::reason;
use super::{NameCode, NameLevel, NameProblem, NameVerdict, RepoKind};

/// Longest name that the client takes (`REPO_ID_REGEX` of huggingface_hub).
const LONGEST_NAME: usize = 96;
/// Longer strings are not looked at: no id, and nothing that is meant as one.
const LONGEST_TEXT: usize = 512;

/// Judges a repo id as `normalise` gives it. None: nothing to say. Linear in the length of the id.
///
/// Known namespaces and ids are silent, those of the configuration too. The caller has left out what is no Hub id: local
/// paths, templates, calls of ModelScope.
#[must_use]
pub fn judge(id: &str, kind: RepoKind, extra: &ExtraNames) -> Option<NameVerdict> {
    if id.is_empty() || id.len() > LONGEST_TEXT || id.starts_with(['.', '~', '/']) {
        return None;
    }
    let keys = Keys::new(id);
    if let Some(verdict) = known_bad(id, keys, kind, extra) {
        return Some(verdict);
    }
    if let Some(plain) = to_ascii(id) {
        return not_ascii(id, &plain, kind, extra);
    }
    judge_ascii(id, keys, kind, extra)
}

/// The keys under which the lists are searched, computed once.
#[derive(Clone, Copy)]
struct Keys {
    /// Of what stands before the first slash; of the whole id if there is none.
    owner: u64,
    id: u64,
}

impl Keys {
    fn new(id: &str) -> Self {
        let (owner, rest) = id.split_at(memchr::memchr(b'/', id.as_bytes()).unwrap_or(id.len()));
        let owner = row_key(owner);
        Self { owner, id: continued(owner, rest) }
    }
}

fn split(id: &str) -> Option<(Option<&str>, &str)> {
    match id.split_once('/') {
        None => Some((None, id)),
        Some((owner, name)) if !owner.is_empty() && !name.is_empty() && !name.contains('/') => Some((Some(owner), name)),
        Some(_) => None,
    }
}

fn judge_ascii(id: &str, keys: Keys, kind: RepoKind, extra: &ExtraNames) -> Option<NameVerdict> {
    let (owner, name) = split(id)?;
    // Characters that some spoofs use in place of letters are let through; others make it something else than an id.
    let odd = |byte: u8| !(byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'/' | b'|' | b'$' | b'!'));
    if id.bytes().any(odd) || extra.has_id(id) || owner.is_some_and(|owner| extra.has_namespace(owner)) {
        return None;
    }
    if let Some(reason) = refused_by_client(owner, name) {
        // A folder of the local cache is written so; it is a path that went astray, not an id.
        let cache = ["models--", "datasets--", "spaces--"].iter().any(|prefix| name.starts_with(prefix));
        return Some(NameVerdict {
            code: NameCode::G,
            rule: NameProblem::InvalidId,
            level: if cache { NameLevel::Warning } else { NameLevel::Error },
            target: None,
            candidates: 0,
            reason: format!("{} {reason}", reason::quoted(id)),
            report: None,
        });
    }
    let Some(owner) = owner else {
        return bare(id, keys, kind);
    };
    if NAMESPACES.find_by(keys.owner, owner).is_some() {
        if REPOS.find_by(keys.id, id).is_some() {
            return None;
        }
        let slip = name_checks::of_known_namespace(owner, name)?;
        return Some(of_slip(NameCode::R2, NameLevel::Note, &slip, slip.id.to_owned()));
    }
    if MODELSCOPE.find_by(keys.owner, owner).is_some() {
        return None;
    }
    unknown_namespace(owner, name, extra)
}

fn bare(id: &str, keys: Keys, kind: RepoKind) -> Option<NameVerdict> {
    // Spaces and kernels have no legacy ids.
    if matches!(kind, RepoKind::Space | RepoKind::Kernel) || BARE.find_by(keys.id, id).is_some() {
        return None;
    }
    let slip = name_checks::bare(id)?;
    Some(of_slip(NameCode::R1, NameLevel::Warning, &slip, slip.id.to_owned()))
}

fn of_slip(code: NameCode, level: NameLevel, slip: &Slip, target: String) -> NameVerdict {
    NameVerdict {
        code,
        rule: NameProblem::Typosquatted,
        level,
        target: Some(target),
        candidates: slip.candidates,
        reason: slip.reason.clone(),
        report: None,
    }
}

fn unknown_namespace(owner: &str, name: &str, extra: &ExtraNames) -> Option<NameVerdict> {
    let checked = Owner::new(owner, extra);
    if owner.contains(['_', '.']) {
        // No Hub namespace has these: a local path, unless it is one of ours but for them.
        let found = checked.differs_in_separators(None)?;
        let reason = format!("{}, and no namespace of the Hub has `_` or `.`", found.reason);
        let mut verdict = of_resemblance(found, name, None);
        verdict.rule = NameProblem::InvalidId;
        verdict.reason = reason;
        return Some(verdict);
    }
    let slip = name_checks::of_unknown_namespace(name);
    let home = slip.as_ref().map(|slip| slip.id).or_else(|| name_checks::protected(name));
    let boosted = || home.is_some();
    let found = checked
        .looks_alike(home)
        .or_else(|| checked.differs_in_separators(home))
        .or_else(|| checked.is_slip(home))
        .or_else(|| checked.has_affix(boosted))
        .or_else(|| checked.is_double_slip(boosted));
    if let Some(found) = found {
        return Some(of_resemblance(found, name, slip.as_ref()));
    }
    let slip = slip?;
    Some(of_slip(NameCode::R3, NameLevel::Warning, &slip, slip.id.to_owned()))
}

fn of_resemblance(found: Resemblance, name: &str, slip: Option<&Slip>) -> NameVerdict {
    // The name may be misspelt too: then its own home is what was meant, if that home is the namespace found.
    let home = slip.filter(|slip| slip.id.split('/').next().is_some_and(|home| home.eq_ignore_ascii_case(&found.namespace)));
    NameVerdict {
        code: found.code,
        rule: NameProblem::Typosquatted,
        level: found.level,
        target: Some(home.map_or_else(|| format!("{}/{name}", found.namespace), |slip| slip.id.to_owned())),
        candidates: found.candidates,
        reason: found.reason,
        report: None,
    }
}

fn refused_by_client(owner: Option<&str>, name: &str) -> Option<String> {
    for part in [owner.unwrap_or_default(), name] {
        let next = part.bytes().skip(1);
        let refused = part.bytes().zip(next).position(|(one, two)| one == two && matches!(one, b'-' | b'.'));
        let refused = refused.and_then(|at| part.as_bytes().get(at..at + 2));
        if let Some(refused) = refused.and_then(|pair| std::str::from_utf8(pair).ok()) {
            return Some(format!("has `{refused}`, which no repo id may have"));
        }
        if part.len() > LONGEST_NAME {
            return Some(format!("has {} characters in a row where a repo id may have {LONGEST_NAME}", part.len()));
        }
    }
    name.ends_with(".git").then(|| "ends in `.git`, which no repo id may".to_owned())
}

/// HB. An id of the configuration cannot silence it: `allow` of the policy can.
fn known_bad(id: &str, keys: Keys, kind: RepoKind, extra: &ExtraNames) -> Option<NameVerdict> {
    let row = known_bad_row(id, keys, kind)?;
    let (level, what) = match row.cell(2) {
        "malware" => (NameLevel::Error, "is named in a public report as malware"),
        "research-squat" => (NameLevel::Error, "is named in a public report as a planted look-alike"),
        "poc" | "research-poc" => (NameLevel::Note, "is a public demonstration of a harmful model"),
        "scanner-test" => (NameLevel::Note, "is a test file for malware scanners"),
        _ => return None,
    };
    let resembled = match level {
        NameLevel::Error if id.is_ascii() => judge_unlisted(id, extra),
        _ => None,
    };
    Some(NameVerdict {
        code: NameCode::HB,
        rule: NameProblem::KnownMalicious,
        level,
        candidates: resembled.as_ref().map_or(0, |verdict| verdict.candidates),
        target: resembled.and_then(|verdict| verdict.target),
        reason: format!("{} {what}", reason::quoted(id)),
        report: Some(row.cell(3).to_owned()),
    })
}

/// What the checks would say of a known-bad id: whom it imitates.
fn judge_unlisted(id: &str, extra: &ExtraNames) -> Option<NameVerdict> {
    let (owner, name) = id.split_once('/')?;
    NAMESPACES.find(owner).is_none().then(|| unknown_namespace(owner, name, extra)).flatten()
}

fn known_bad_row(id: &str, keys: Keys, kind: RepoKind) -> Option<Row> {
    let of_id = KNOWN_BAD.find_by(keys.id, id);
    let of_scope = |scope: &str| of_id.filter(|row| row.cell(1) == scope);
    let of_namespace = || {
        let (namespace, _) = id.split_once('/')?;
        KNOWN_BAD.find_by(keys.owner, namespace).filter(|row| row.cell(1) == "namespace")
    };
    let of_space = || if kind == RepoKind::Space { of_scope("space") } else { None };
    of_scope("repo").or_else(of_namespace).or_else(of_space)
}

/// N0: what a name with characters outside ASCII looks like.
fn not_ascii(id: &str, plain: &Plain, kind: RepoKind, extra: &ExtraNames) -> Option<NameVerdict> {
    let looks_like = |character: char| {
        let mut bytes = [0; 4];
        to_ascii(character.encode_utf8(&mut bytes)).and_then(|plain| plain.text.chars().next()).filter(|ascii| *ascii != '?')
    };
    let found = meant(&plain.text, kind, extra);
    let mut reason = reason::of_unicode(id, looks_like);
    let level = if plain.deceptive || found.is_some() {
        NameLevel::Error
    } else {
        reason.push_str(": no repo id may hold that, it can only be a local folder");
        NameLevel::Warning
    };
    let (target, candidates) = found.map_or((None, 0), |(target, candidates)| (Some(target), candidates));
    Some(NameVerdict {
        code: NameCode::N0,
        rule: if target.is_some() { NameProblem::Typosquatted } else { NameProblem::InvalidId },
        level,
        target,
        candidates,
        reason,
        report: None,
    })
}

/// The known id or namespace that an ASCII form is or resembles.
fn meant(ascii: &str, kind: RepoKind, extra: &ExtraNames) -> Option<(String, usize)> {
    let (owner, _) = split(ascii)?;
    let known = match owner {
        Some(owner) => NAMESPACES.find(owner).is_some() || extra.has_namespace(owner),
        None => BARE.find(ascii).is_some(),
    };
    if let Some(row) = REPOS.find(ascii) {
        return Some((row.key().to_owned(), 1));
    }
    if known || extra.has_id(ascii) {
        return Some((ascii.to_owned(), 1));
    }
    let verdict = judge_ascii(ascii, Keys::new(ascii), kind, extra).filter(|verdict| verdict.level >= NameLevel::Warning)?;
    verdict.target.map(|target| (target, verdict.candidates))
}

/// What every check says of an id, one line each: for `hublint explain --repo`.
#[must_use]
pub fn explain(id: &str) -> Vec<String> {
    let extra = ExtraNames::default();
    let mut lines = Vec::new();
    let mut say = |code: &str, what: &str, found: String| lines.push(format!("{code:<3} {what}: {found}"));
    let yes_no = |yes: bool| if yes { "yes" } else { "no" }.to_owned();
    if id.is_empty() || id.len() > LONGEST_TEXT {
        return vec!["not a repo id: empty or longer than any".to_owned()];
    }
    let bad = known_bad_row(id, Keys::new(id), RepoKind::Space);
    say(
        "HB",
        "named in a public report",
        bad.map_or_else(|| "no".to_owned(), |row| format!("{} ({})", row.cell(2), row.cell(3))),
    );
    let plain = to_ascii(id);
    say(
        "N0",
        "characters outside ASCII or invisible",
        plain.as_ref().map_or_else(|| "no".to_owned(), |plain| format!("yes, looks like {}", reason::quoted(&plain.text))),
    );
    let ascii = plain.map_or_else(|| id.to_owned(), |plain| plain.text);
    let Some((owner, name)) = split(&ascii) else {
        say("G", "shape", "more than one `/`, or an empty part: a path".to_owned());
        return lines;
    };
    say("G", "refused by the client", refused_by_client(owner, name).unwrap_or_else(|| "no".to_owned()));
    let Some(owner) = owner else {
        say("-", "known bare id", yes_no(BARE.find(&ascii).is_some()));
        say("R1", "like a bare id", of_check(name_checks::bare(name).map(|slip| slip.reason)));
        lines.push(conclusion(id, &extra));
        return lines;
    };
    let namespace = NAMESPACES.find(owner);
    say("-", "known namespace", namespace.map_or_else(|| "no".to_owned(), |row| format!("yes, in {} projects", row.cell(1))));
    say("-", "namespace of ModelScope", yes_no(MODELSCOPE.find(owner).is_some()));
    say("-", "known id", REPOS.find(&ascii).map_or_else(|| "no".to_owned(), |row| format!("yes, in {} projects", row.cell(2))));
    if namespace.is_some() {
        say(
            "R2",
            "name like a repo of this namespace",
            of_check(name_checks::of_known_namespace(owner, name).map(|slip| slip.reason)),
        );
    } else {
        let checked = Owner::new(owner, &extra);
        let slip = name_checks::of_unknown_namespace(name);
        let protected = name_checks::protected(name);
        let home = slip.as_ref().map(|slip| slip.id).or(protected);
        let boosted = || home.is_some();
        let reason = |found: Option<Resemblance>| of_check(found.map(|found| found.reason));
        say("N1", "looks like a protected namespace", reason(checked.looks_alike(home)));
        say("N3", "differs in separators or word order", reason(checked.differs_in_separators(home)));
        say("N2", "one edit from a protected namespace", reason(checked.is_slip(home)));
        say("N4", "a brand with a word added", reason(checked.has_affix(boosted)));
        say("N5", "two edits from a popular namespace, with a popular name", reason(checked.is_double_slip(boosted)));
        say("R3", "name like a popular one", of_check(slip.as_ref().map(|slip| slip.reason.clone())));
        say("S1", "name of a popular repo (never alone)", yes_no(protected.is_some()));
    }
    lines.push(conclusion(id, &extra));
    lines
}

fn of_check(found: Option<String>) -> String {
    found.unwrap_or_else(|| "no".to_owned())
}

fn conclusion(id: &str, extra: &ExtraNames) -> String {
    match judge(id, RepoKind::Any, extra) {
        None => "verdict: nothing to report".to_owned(),
        Some(verdict) => {
            let level = match verdict.level {
                NameLevel::Note => "note",
                NameLevel::Warning => "warning",
                NameLevel::Error => "error",
            };
            let target = verdict.target.map(|target| format!("; did you mean {}?", reason::quoted(&target))).unwrap_or_default();
            format!("verdict: {} {level}: {}{target}", verdict.code.as_str(), verdict.reason)
        }
    }
}
