//! Says in plain words in what a name differs from the one it resembles.

use super::ascii::{named, shown};
use super::edit::Edit;
use super::skeleton::{Reading, Separators, Skeleton};

/// A name in backquotes, safe to print.
pub(super) fn quoted(name: &str) -> String {
    format!("`{}`", shown(name))
}

/// One character with its article: `an l`, `a capital I`, `the digit 0`.
pub(super) fn character(byte: u8) -> String {
    let shown = char::from(byte);
    match byte {
        b'0'..=b'9' => format!("the digit {shown}"),
        b'A'..=b'Z' => format!("a capital {shown}"),
        // Letters whose own name begins with a vowel sound.
        b'a' | b'e' | b'f' | b'h' | b'i' | b'l' | b'm' | b'n' | b'o' | b'r' | b's' | b'x' => {
            format!("an {shown}")
        }
        b'-' => "a hyphen".to_owned(),
        b'_' => "an underscore".to_owned(),
        b'.' => "a dot".to_owned(),
        _ => format!("a {shown}"),
    }
}

fn characters(text: &str) -> String {
    match text.as_bytes() {
        [byte] => character(*byte),
        _ => format!("the letters {text}"),
    }
}

/// What one edit changed: "`microsotf` is `microsoft` with f and t swapped".
pub(super) fn of_edit(query: &str, target: &str, edit: Edit) -> String {
    let (ours, theirs) = (quoted(query), quoted(target));
    // Characters in display case, so that what the message names is what the reader sees.
    let seen = |text: &str, at: usize, plain: u8| {
        text.as_bytes().get(at).copied().filter(|byte| byte.eq_ignore_ascii_case(&plain)).unwrap_or(plain)
    };
    let twice = |text: &str, at: usize, plain: u8| {
        let same =
            |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(|byte| byte.eq_ignore_ascii_case(&plain));
        same(at.checked_sub(1)) || same(Some(at + 1))
    };
    match edit {
        Edit::Substituted { at, query: left, target: right } => {
            let (left, right) = (seen(query, at, left), seen(target, at, right));
            format!("{ours} has {} where {theirs} has {}", character(left), character(right))
        }
        Edit::Inserted { at, query: left } if twice(query, at, left) => {
            format!("{ours} has one {} more than {theirs}", char::from(left))
        }
        Edit::Inserted { at, query: left } => {
            format!("{ours} has {} too many: {theirs} has none there", character(seen(query, at, left)))
        }
        Edit::Omitted { at, target: right } if twice(target, at, right) => {
            format!("{ours} has one {} less than {theirs}", char::from(right))
        }
        Edit::Omitted { at, target: right } => format!("{ours} lacks {} of {theirs}", character(seen(target, at, right))),
        Edit::Swapped { first, second, .. } => {
            format!("{ours} is {theirs} with {} and {} swapped", char::from(second), char::from(first))
        }
    }
}

/// Where two look-alikes differ: "`mistraI-ai` has a capital I where `mistralai` has an l". At most three places.
pub(super) fn of_look_alike(query: &str, target: &str, readings: (Reading, Reading), separators: Separators) -> String {
    let glyphs = |text, reading| Skeleton::new(text, reading, separators);
    let mut places = Vec::new();
    let mut more = false;
    for (left, right) in glyphs(query, readings.0).zip(glyphs(target, readings.1)) {
        let left = query.get(left.start..left.start + left.len).unwrap_or_default();
        let right = target.get(right.start..right.start + right.len).unwrap_or_default();
        if left.eq_ignore_ascii_case(right) || left.bytes().all(|byte| matches!(byte, b'-' | b'_' | b'.')) {
            continue;
        }
        let place = (characters(left), characters(right));
        if places.len() == 3 {
            more = true;
            break;
        }
        if !places.contains(&place) {
            places.push(place);
        }
    }
    let mut text = String::new();
    for (number, (left, right)) in places.iter().enumerate() {
        if number == 0 {
            text = format!("{} has {left} where {} has {right}", quoted(query), quoted(target));
        } else {
            text.push_str(&format!(", {left} for {right}"));
        }
    }
    if text.is_empty() {
        text = format!("{} looks like {}", quoted(query), quoted(target));
    }
    if more {
        text.push_str(", and more");
    }
    text
}

/// Which characters outside ASCII a name holds: "`<U+043E>penai` has U+043E, which looks like o". At most three.
pub(super) fn of_unicode(id: &str, looks_like: impl Fn(char) -> Option<char>) -> String {
    let mut found: Vec<String> = Vec::new();
    let mut more = false;
    for character in id.chars().filter(|character| *character != ' ' && !character.is_ascii_graphic()) {
        let name = named(character);
        let text = match looks_like(character) {
            Some(ascii) => format!("{name}, which looks like {ascii}"),
            None if super::ascii::is_invisible(character) => {
                format!("{name}, which cannot be seen")
            }
            None => name,
        };
        if found.contains(&text) {
            continue;
        }
        if found.len() == 3 {
            more = true;
            break;
        }
        found.push(text);
    }
    format!("{} has {}{}", quoted(id), found.join(" and "), if more { " and more" } else { "" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::super::edit::one_edit;
    use super::super::skeleton::look_alike;
    use super::*;

    #[test]
    fn edits_are_named() {
        let reason = |query: &str, target: &str| {
            let edit = one_edit(query.to_lowercase().as_bytes(), target.to_lowercase().as_bytes()).unwrap();
            of_edit(query, target, edit)
        };
        assert_eq!(reason("goggle", "google"), "`goggle` has a g where `google` has an o");
        assert_eq!(reason("qwenn", "Qwen"), "`qwenn` has one n more than `Qwen`");
        assert_eq!(reason("facebok", "facebook"), "`facebok` has one o less than `facebook`");
        assert_eq!(reason("microsotf", "microsoft"), "`microsotf` is `microsoft` with f and t swapped");
        assert_eq!(reason("EleuterAI", "EleutherAI"), "`EleuterAI` lacks an h of `EleutherAI`");
        assert_eq!(reason("gooxgle", "google"), "`gooxgle` has an x too many: `google` has none there");
    }

    #[test]
    fn look_alikes_are_named() {
        let reason = |query: &str, target: &str| {
            let readings = look_alike(query, target, Separators::Dropped).unwrap();
            of_look_alike(query, target, readings, Separators::Dropped)
        };
        assert_eq!(reason("mistraI-ai", "mistralai"), "`mistraI-ai` has a capital I where `mistralai` has an l");
        assert_eq!(reason("EleutherAl", "EleutherAI"), "`EleutherAl` has an l where `EleutherAI` has a capital I");
        assert_eq!(
            reason("rnicr0soft", "microsoft"),
            "`rnicr0soft` has the letters rn where `microsoft` has an m, the digit 0 for an o"
        );
        assert_eq!(reason("faceb00k", "facebook"), "`faceb00k` has the digit 0 where `facebook` has an o");
    }
}
