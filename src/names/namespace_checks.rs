//! Whether an unknown namespace resembles a protected one.

use super::edit::{Edit, one_edit, two_edits};
use super::index::{self, BRAND, PROTECTED_NAMESPACES, Target};
use super::keys;
use super::list::NEAR_WORDS;
use super::reason;
use super::skeleton::{Separators, look_alike};
use super::{ExtraNames, NameCode, NameLevel};

/// What a check of the namespace found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Resemblance {
    pub(super) code: NameCode,
    pub(super) level: NameLevel,
    /// The namespace that was probably meant.
    pub(super) namespace: String,
    pub(super) candidates: usize,
    pub(super) reason: String,
}

/// Tails that say nothing of who somebody is; the rest must be long enough for an edit in it to mean something.
const TAILS: [&str; 11] = ["-ai", "-org", "-hf", "-lab", "-labs", "-team", "-inc", "-community", "-research", "-ml", "-nlp"];

/// Words that are put before or after a brand. Sorted.
const AFFIXES: [&str; 41] = [
    "ai",
    "center",
    "checkpoints",
    "china",
    "cloud",
    "co",
    "community",
    "corp",
    "dev",
    "foundation",
    "global",
    "group",
    "hf",
    "hq",
    "hub",
    "huggingface",
    "inc",
    "io",
    "lab",
    "labs",
    "llama",
    "llm",
    "llms",
    "ml",
    "model",
    "models",
    "officiai",
    "official",
    "open",
    "org",
    "original",
    "real",
    "release",
    "releases",
    "repo",
    "research",
    "team",
    "teams",
    "the",
    "verified",
    "weights",
];
/// Words that are glued to a brand without a separator.
const GLUED: [&str; 9] = ["official", "hf", "labs", "team", "llm", "models", "org", "inc", "ai"];

/// Affixes that claim to be the brand itself.
const CLAIMS: [&str; 5] = ["officiai", "official", "original", "real", "verified"];

const SEPARATORS: [char; 3] = ['-', '_', '.'];

/// A namespace under scrutiny.
pub(super) struct Owner<'a> {
    /// In display case, ASCII.
    pub(super) shown: &'a str,
    /// Lower-case.
    pub(super) lower: String,
    /// Lower-case, without `-`, `_` and `.`.
    pub(super) letters: String,
    /// Protected namespaces one edit away, plausible or not.
    edits: Vec<(Target, Edit)>,
    extra: &'a ExtraNames,
}

fn letters(text: &str) -> String {
    keys::letters(text).map(char::from).collect()
}

impl<'a> Owner<'a> {
    pub(super) fn new(shown: &'a str, extra: &'a ExtraNames) -> Self {
        let lower = shown.to_ascii_lowercase();
        let mut letters = lower.clone();
        if lower.contains(SEPARATORS) {
            letters.retain(|character| !SEPARATORS.contains(&character));
        }
        Self { shown, lower, letters, edits: PROTECTED_NAMESPACES.one_edit(shown), extra }
    }

    /// The most popular of several targets, with their number.
    fn best<Detail>(found: Vec<(Target, Detail)>) -> Option<(Target, Detail, usize)> {
        let count = found.len();
        let best = found.into_iter().reduce(|best, next| if next.0.weight > best.0.weight { next } else { best });
        best.map(|(target, detail)| (target, detail, count))
    }

    /// N1: looks like a protected namespace, and more than separators differ. `home` is the id of the popular repo whose
    /// name stands behind this namespace, if there is one: a short namespace counts only as the home of that repo.
    pub(super) fn looks_alike(&self, home: Option<&str>) -> Option<Resemblance> {
        if self.letters.len() < 3 {
            return None;
        }
        let hit = |namespace: &str, candidates, reason| Resemblance {
            code: NameCode::N1,
            level: NameLevel::Error,
            namespace: namespace.to_owned(),
            candidates,
            reason,
        };
        let differs =
            |target: &str| (target.len() >= 4 || is_home(home, target)) && !keys::letters(target).eq(self.letters.bytes());
        for (_, shown) in self.extra.namespaces().filter(|(_, shown)| differs(shown)) {
            if let Some(readings) = look_alike(self.shown, shown, Separators::Dropped) {
                let reason = reason::of_look_alike(self.shown, shown, readings, Separators::Dropped);
                return Some(hit(shown, 1, reason));
            }
        }
        let found = PROTECTED_NAMESPACES.look_alikes(self.shown).into_iter();
        let found = found.filter(|(target, _)| differs(target.shown)).collect();
        if let Some((target, readings, count)) = Self::best(found) {
            let reason = reason::of_look_alike(self.shown, target.shown, readings, Separators::Dropped);
            return Some(hit(target.shown, count, reason));
        }
        // A small l for a small i (`deepseek-al`) is hard to see, but no skeleton may merge the two: `vilm` is no `vllm`.
        let (target, edit, count) = self.slips(|edit| {
            matches!(
                edit,
                Edit::Substituted { query: b'l', target: b'i', .. } | Edit::Substituted { query: b'i', target: b'l', .. }
            )
        })?;
        (target.shown.len() >= 6).then(|| hit(target.shown, count, reason::of_edit(self.shown, target.shown, edit)))
    }

    /// N3: equal to a protected namespace but for separators, or for the order of its words.
    pub(super) fn differs_in_separators(&self, home: Option<&str>) -> Option<Resemblance> {
        let hit = |namespace: &str, candidates, reason| Resemblance {
            code: NameCode::N3,
            level: NameLevel::Warning,
            namespace: namespace.to_owned(),
            candidates,
            reason,
        };
        if self.letters.len() < 3 {
            return None;
        }
        // Four letters may be anybody's, unless the target is a brand; three, unless the repo is theirs.
        let least = match self.letters.len() {
            3 => u16::MAX,
            4 => BRAND,
            _ => 0,
        };
        let only =
            |target: &str| format!("{} differs from {} in separators only", reason::quoted(self.shown), reason::quoted(target));
        if let Some((_, shown)) = self.extra.namespaces().find(|(_, shown)| letters(shown) == self.letters) {
            return Some(hit(shown, 1, only(shown)));
        }
        let targets = |text: &str| -> Vec<(Target, ())> {
            let targets = PROTECTED_NAMESPACES.same(text);
            targets.filter(|target| target.weight >= least || is_home(home, target.shown)).map(|target| (target, ())).collect()
        };
        if let Some((target, (), count)) = Self::best(targets(self.shown)) {
            return Some(hit(target.shown, count, only(target.shown)));
        }
        // `llama-meta` for `meta-llama`: every rotation of at most four words.
        let words: Vec<&str> = self.lower.split('-').collect();
        if !(2..=4).contains(&words.len()) || words.iter().any(|word| word.len() < 2) {
            return None;
        }
        (1..words.len()).find_map(|by| {
            let mut turned = words.clone();
            turned.rotate_left(by);
            let (target, (), count) = Self::best(targets(&turned.concat()))?;
            let reason =
                format!("{} has the words of {} in another order", reason::quoted(self.shown), reason::quoted(target.shown));
            Some(hit(target.shown, count, reason))
        })
    }

    /// Protected namespaces one plausible edit away.
    fn slips(&self, wanted: impl Fn(Edit) -> bool) -> Option<(Target, Edit, usize)> {
        let plausible = |(target, edit): &&(Target, Edit)| is_plausible_slip(*edit, target.shown, target.weight) && wanted(*edit);
        Self::best(self.edits.iter().filter(plausible).copied().collect())
    }

    /// N2: one edit from a protected namespace. `home`: the id of the popular repo whose name this is or is a slip of.
    pub(super) fn is_slip(&self, home: Option<&str>) -> Option<Resemblance> {
        let boosted = || home.is_some();
        let hit = |namespace: &str, candidates, boosted: bool, edit| Resemblance {
            code: NameCode::N2,
            level: if boosted { NameLevel::Error } else { NameLevel::Warning },
            namespace: namespace.to_owned(),
            candidates,
            reason: reason::of_edit(self.shown, namespace, edit),
        };
        let extra = self.extra.namespaces().find_map(|(lower, shown)| {
            let edit = one_edit(self.lower.as_bytes(), lower.as_bytes())?;
            is_plausible_slip(edit, lower, BRAND).then_some((shown, edit))
        });
        if let Some((shown, edit)) = extra {
            return Some(hit(shown, 1, boosted(), edit));
        }
        if let Some((target, edit, count)) = self.slips(|_| true) {
            let boosted = boosted();
            // `owen` is a name, not a slip of `Qwen`, unless it offers what `Qwen` offers; so is, among four letters, any
            // other letter.
            let other_letter = target.shown.len() == 4 && matches!(edit, Edit::Substituted { .. });
            if !boosted && (other_letter || NEAR_WORDS.find(&self.lower).is_some()) {
                return None;
            }
            return Some(hit(target.shown, count, boosted, edit));
        }
        // Any slip of the very namespace that the repo has its home in, however short (`zia-org/GLM-4.5`).
        if let Some((target, edit)) = self.edits.iter().find(|(target, _)| is_home(home, target.shown)) {
            return Some(hit(target.shown, 1, false, *edit));
        }
        let (target, edit, count, apart) = self.distant_slips(boosted)?;
        let mut found = hit(target.shown, count, boosted(), edit);
        if apart {
            found.reason =
                format!("{} is, but for a letter and separators, {}", reason::quoted(self.shown), reason::quoted(target.shown));
        }
        Some(found)
    }

    /// One edit and other separators (`stabilty-ai`); or a digit more or another one in a very popular namespace, which
    /// counts only if the repo name is a popular one (`meta-llama3/Llama-3.1-8B`).
    fn distant_slips(&self, boosted: impl Fn() -> bool) -> Option<(Target, Edit, usize, bool)> {
        let found = index::one_edit_of_letters(&self.letters).into_iter().filter(|(target, edit)| {
            let plain = letters(target.shown);
            let stem = GLUED.iter().find_map(|tail| plain.strip_suffix(tail)).unwrap_or(&plain).len();
            plain.len() >= 8 && stem >= 5 && edit.all(|byte| byte.is_ascii_alphabetic())
        });
        if let Some((target, edit, count)) = Self::best(found.collect()) {
            return Some((target, edit, count, true));
        }
        let digit = |(target, edit): &&(Target, Edit)| target.weight >= 10 && edit.any(|byte| byte.is_ascii_digit());
        let found: Vec<(Target, Edit)> = self.edits.iter().filter(digit).copied().collect();
        let (target, edit, count) = Self::best(found).filter(|_| boosted())?;
        Some((target, edit, count, false))
    }

    /// N4: a brand with a word put before or after it.
    pub(super) fn has_affix(&self, boosted: impl Fn() -> bool) -> Option<Resemblance> {
        let mut found: Vec<(Target, (&'a str, bool))> = Vec::new();
        // The rest of the name, the word that was taken off, and whether a separator stood between them.
        let mut take = |rest: &'a str, word: &'a str, apart: bool| {
            // Four letters are a brand only if nearly everybody names it (`Qwen`).
            let least = match keys::letters(rest).count() {
                0..=3 => return,
                4 if !apart && !boosted() => return,
                4 => 30,
                _ => BRAND,
            };
            let brand = |target: &Target| target.weight >= least;
            found.extend(PROTECTED_NAMESPACES.same(rest).filter(brand).map(|target| (target, (word, false))));
            // A glued rest is a guess: `OpenRLHF` is neither `OpenRL` nor `open-r1`.
            if apart {
                let alike = PROTECTED_NAMESPACES.look_alikes(rest).into_iter().map(|(target, _)| target).filter(brand);
                let alike = alike.filter(|target| !keys::letters(target.shown).eq(keys::letters(rest)));
                found.extend(alike.map(|target| (target, (word, true))));
            }
        };
        let shown = self.shown;
        let affix = |word: &str| AFFIXES.binary_search(&word).is_ok();
        let part = |from: usize, to: usize| shown.get(from..to).unwrap_or_default();
        if let Some(at) = self.lower.rfind(SEPARATORS).filter(|at| affix(self.lower.get(at + 1..).unwrap_or_default())) {
            take(part(0, at), part(at + 1, shown.len()), true);
            let rest = self.lower.get(..at).unwrap_or_default();
            if let Some(before) = rest.rfind(SEPARATORS).filter(|before| affix(rest.get(before + 1..).unwrap_or_default())) {
                take(part(0, before), part(before + 1, shown.len()), true);
            }
        }
        if let Some(at) = self.lower.find(SEPARATORS).filter(|at| affix(self.lower.get(..*at).unwrap_or_default())) {
            take(part(at + 1, shown.len()), part(0, at), true);
        }
        for at in GLUED.iter().filter_map(|glued| self.lower.strip_suffix(glued)).map(str::len) {
            take(part(0, at).trim_end_matches(SEPARATORS), part(at, shown.len()), false);
        }
        found.dedup_by_key(|(target, _)| target.shown);
        let Some((target, (word, deceptive), candidates)) = Self::best(found) else {
            return self.lacks_tail(boosted);
        };
        let added = format!("`{}` added to {}", super::ascii::shown(word), reason::quoted(target.shown));
        // Such namespaces are real now and then (`openai-community`, `onnx-community`): the popular repos in them prove nothing.
        let community = word.to_ascii_lowercase().ends_with("community");
        // Who calls himself the official one wants to be taken for the brand.
        let claims = word.to_ascii_lowercase().split(SEPARATORS).any(|word| CLAIMS.contains(&word));
        let like = if deceptive { ", which it imitates" } else { "" };
        Some(Resemblance {
            code: NameCode::N4,
            level: if deceptive || claims || (!community && boosted()) { NameLevel::Warning } else { NameLevel::Note },
            namespace: target.shown.to_owned(),
            candidates,
            reason: format!("{} is {added}{like}", reason::quoted(self.shown)),
        })
    }

    /// The other half of N4: a brand without its tail, `deepseek` for `deepseek-ai`.
    fn lacks_tail(&self, boosted: impl Fn() -> bool) -> Option<Resemblance> {
        if self.letters.len() < 5 {
            return None;
        }
        let found = ["ai", "hf", "org", "labs"].into_iter().flat_map(|tail| {
            let targets = PROTECTED_NAMESPACES.with_tail(&self.letters, tail).filter(|target| target.weight >= 10);
            targets.map(move |target| (target, tail))
        });
        let (target, tail, candidates) = Self::best(found.collect())?;
        Some(Resemblance {
            code: NameCode::N4,
            level: if boosted() { NameLevel::Warning } else { NameLevel::Note },
            namespace: target.shown.to_owned(),
            candidates,
            reason: format!("{} is {} without `{tail}`", reason::quoted(self.shown), reason::quoted(target.shown)),
        })
    }

    /// N5: two edits from a long, very popular namespace; counts only if the repo name is a popular one too.
    pub(super) fn is_double_slip(&self, boosted: impl Fn() -> bool) -> Option<Resemblance> {
        // The cheaper condition first.
        if self.lower.len() < 7 || !boosted() {
            return None;
        }
        let first = self.lower.bytes().next();
        let near = |shown: &str| {
            shown.bytes().next().map(|byte| byte.to_ascii_lowercase()) == first
                && shown.len().abs_diff(self.lower.len()) <= 1
                && two_edits(self.lower.as_bytes(), shown.to_ascii_lowercase().as_bytes())
        };
        let found: Vec<(Target, ())> = index::popular(near).map(|target| (target, ())).collect();
        let (target, (), candidates) = Self::best(found)?;
        Some(Resemblance {
            code: NameCode::N5,
            level: NameLevel::Warning,
            namespace: target.shown.to_owned(),
            candidates,
            reason: format!("{} is two letters away from {}", reason::quoted(self.shown), reason::quoted(target.shown)),
        })
    }
}

/// True for the namespace of an id.
fn is_home(id: Option<&str>, namespace: &str) -> bool {
    id.and_then(|id| id.split_once('/')).is_some_and(|(home, _)| home.eq_ignore_ascii_case(namespace))
}

/// Guards of N2.
pub(super) fn is_plausible_slip(edit: Edit, target: &str, weight: u16) -> bool {
    // Digits tell accounts apart (`user1`), and a digit for a letter is for N1; separators are for N3.
    if edit.any(|byte| byte.is_ascii_digit()) || edit.all(|byte| matches!(byte, b'-' | b'_' | b'.')) {
        return false;
    }
    if target.len() < 4 || (target.len() < 6 && weight < BRAND) {
        return false;
    }
    let ends_in = |tail: &&&str| {
        let end = target.as_bytes().get(target.len().saturating_sub(tail.len())..);
        end.is_some_and(|end| end.eq_ignore_ascii_case(tail.as_bytes()))
    };
    let stem = target.len() - TAILS.iter().find(ends_in).map_or(0, |tail| tail.len());
    // In `zai-org` only the tail can be misspelt: `xai-org` is somebody else.
    stem >= 4 || (stem >= 2 && target.len() >= 5 && edit.at() > stem && edit.all(|byte| byte.is_ascii_alphabetic()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn affixes_are_sorted() {
        let mut sorted = AFFIXES;
        sorted.sort_unstable();
        assert_eq!(sorted, AFFIXES);
    }

    #[test]
    fn guards_of_one_edit() {
        let plausible = |query: &str, target: &str, weight| {
            one_edit(query.as_bytes(), target.as_bytes()).is_some_and(|edit| is_plausible_slip(edit, target, weight))
        };
        assert!(plausible("microsotf", "microsoft", 2));
        assert!(plausible("qwenn", "qwen", 5) && !plausible("qwenn", "qwen", 4));
        assert!(!plausible("undi96", "undi95", 9) && !plausible("user17", "user1", 9));
        assert!(!plausible("xai-org", "zai-org", 9) && plausible("zai-ogr", "zai-org", 9));
        assert!(!plausible("metallama", "meta-llama", 9));
    }
}
