//! Words inside repo names: where one begins, and whether it is a word of its own.

use super::edit::Edit;
use super::list::WORDS;
use super::skeleton::{Reading, Separators, Skeleton};

/// The run of ASCII letters around a position, as start and end; empty if there is no letter there.
fn letter_run(text: &[u8], at: usize) -> (usize, usize) {
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    if !letter(text.get(at)) {
        return (at, at);
    }
    let before = text.get(..at).unwrap_or_default().iter().rev().take_while(|byte| byte.is_ascii_alphabetic()).count();
    let after = text.get(at..).unwrap_or_default().iter().take_while(|byte| byte.is_ascii_alphabetic()).count();
    (at - before, at + after)
}

/// The run around a position or, if no letter stands there, the one that ends just before it.
fn run_at(text: &[u8], at: usize) -> (usize, usize) {
    let run = letter_run(text, at);
    if run.0 < run.1 || at == 0 { run } else { letter_run(text, at - 1) }
}

/// The part of a letter run that CamelCase sets apart around a position: `Mixtral` in `MixtralForCausalLM`.
fn camel_part(text: &[u8], at: usize) -> (usize, usize) {
    let (start, end) = run_at(text, at);
    let upper = |at: usize| text.get(at).is_some_and(u8::is_ascii_uppercase);
    let lower = |at: usize| at < end && text.get(at).is_some_and(u8::is_ascii_lowercase);
    // A part begins at a capital that follows a small letter or that small letters follow.
    let begins = |at: usize| at == start || (upper(at) && (!upper(at - 1) || lower(at + 1)));
    let at = at.clamp(start, end.saturating_sub(1).max(start));
    let first = (start..=at).rev().find(|at| begins(*at)).unwrap_or(start);
    let last = (at + 1..end).find(|at| begins(*at)).unwrap_or(end);
    (first, last)
}

/// True when the word around this position is one that occurs in known ids, as a letter run or as a CamelCase part.
pub(super) fn is_own_word(text: &str, at: usize) -> bool {
    let (run, part) = (run_at(text.as_bytes(), at), camel_part(text.as_bytes(), at));
    // A lone capital is no word: the I of `smalI` stands for an l.
    let part = Some(part).filter(|part| *part == run || part.1 - part.0 > 1);
    let known =
        |(start, end): (usize, usize)| text.get(start..end).is_some_and(|word| !word.is_empty() && WORDS.find(word).is_some());
    known(run) || part.is_some_and(known)
}

/// Whether one edit in a repo name may be a slip: legitimate neighbours differ in digits, in short tokens (`7b`, `hf`,
/// `v2`), in the first letter of a word (`mdeberta`, `myt5`) or are words of their own (`Mixtral`).
/// `query` is in display case, `target` in normal form, and both have the edit at the same offset.
pub(super) fn is_plausible_slip(edit: Edit, query: &str, target: &str, bare: bool) -> bool {
    let at = edit.at();
    if !edit.all(|byte| byte.is_ascii_alphabetic()) {
        return false;
    }
    let (start, end) = run_at(target.as_bytes(), at);
    if end - start < if bare { 3 } else { 4 } {
        return false;
    }
    let swap = matches!(edit, Edit::Swapped { .. });
    (bare || swap || at != start) && !is_own_word(query, at)
}

/// Whether a repo name that looks like a target may be meant to: position by position, digits may stand for letters of a
/// word, not for digits, and the word must not be one of its own. Both names are in display case.
pub(super) fn is_plausible_look_alike(query: &str, target: &str, readings: (Reading, Reading), bare: bool) -> bool {
    let least = if bare { 3 } else { 4 };
    let glyphs = |text, reading| Skeleton::new(text, reading, Separators::Unified);
    let long_word = |at: usize| {
        let (start, end) = letter_run(target.as_bytes(), at);
        end - start >= least
    };
    let letter_beside = |at: usize| {
        let letter = |at: Option<usize>| at.and_then(|at| query.as_bytes().get(at)).is_some_and(u8::is_ascii_alphabetic);
        letter(at.checked_sub(1)) && letter(Some(at + 1))
    };
    let mut differs = false;
    for (ours, theirs) in glyphs(query, readings.0).zip(glyphs(target, readings.1)) {
        let slice = |text: &str, start: usize, len: usize| text.get(start..start + len).unwrap_or_default().to_ascii_lowercase();
        let (left, right) = (slice(query, ours.start, ours.len), slice(target, theirs.start, theirs.len));
        if left == right || ours.seen == b'-' {
            continue;
        }
        differs = true;
        let (digit, letter) =
            (left.bytes().all(|byte| byte.is_ascii_digit()), right.bytes().all(|byte| byte.is_ascii_alphabetic()));
        let plausible = if digit && right.bytes().all(|byte| byte.is_ascii_digit()) {
            false
        } else if !letter {
            letter_beside(ours.start)
        } else {
            long_word(theirs.start) && (digit || !is_own_word(query, ours.start))
        };
        if !plausible {
            return false;
        }
    }
    differs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_cut_at_digits_separators_and_camel_case() {
        let run = |text: &'static str, at| {
            let (start, end) = run_at(text.as_bytes(), at);
            &text[start..end]
        };
        let part = |text: &'static str, at| {
            let (start, end) = camel_part(text.as_bytes(), at);
            &text[start..end]
        };
        assert_eq!(run("bert-base-uncased", 6), "base");
        assert_eq!(run("bert-base-uncased", 4), "bert");
        assert_eq!(run("qwen2-7b", 4), "qwen");
        assert_eq!(run("2b", 0), "");
        assert_eq!(run("", 0), "");
        assert_eq!(part("MixtralForCausalLM", 2), "Mixtral");
        assert_eq!(part("MixtralForCausalLM", 8), "For");
        assert_eq!(part("MixtralForCausalLM", 17), "LM");
        assert_eq!(part("HTMLModel", 1), "HTML");
        assert_eq!(part("HTMLModel", 4), "Model");
    }

    #[test]
    fn vocabulary_is_asked_both_ways() {
        assert!(is_own_word("Mixtral-8x7B", 2));
        assert!(is_own_word("MixtralForThings", 2));
        assert!(!is_own_word("bert-base-uncaseed", 15));
        assert!(!is_own_word("", 0));
    }
}
