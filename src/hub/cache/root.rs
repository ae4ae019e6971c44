//! Where the cache lies: the environment variables of the libraries, in their order.
//!
//! huggingface_hub 2.4.0 (constants.py): `HF_HUB_CACHE`, then the legacy `HUGGINGFACE_HUB_CACHE`, then `$HF_HOME/hub`,
//! then `$XDG_CACHE_HOME/huggingface/hub`, then `~/.cache/huggingface/hub`; `~` and `$NAME` are expanded in the values.
//! Two libraries can be told to keep a cache of the same layout elsewhere: transformers before 5 (`TRANSFORMERS_CACHE`)
//! and sentence-transformers (`SENTENCE_TRANSFORMERS_HOME`). These are looked at afterwards.

use std::path::{Path, PathBuf};

use crate::hub::Environment;

/// The folders to look at, without repetitions. Empty variables count as not set.
pub(super) fn roots(environment: Environment<'_>) -> Vec<PathBuf> {
    let home = read(environment, "HOME").or_else(|| read(environment, "USERPROFILE")).map(PathBuf::from);
    let folder = |name: &str| read(environment, name).map(|text| expand(&text, home.as_deref(), environment));

    let main = folder("HF_HUB_CACHE")
        .or_else(|| folder("HUGGINGFACE_HUB_CACHE"))
        .or_else(|| folder("HF_HOME").map(|path| path.join("hub")))
        .or_else(|| folder("XDG_CACHE_HOME").map(|path| path.join("huggingface").join("hub")))
        .or_else(|| home.as_ref().map(|path| path.join(".cache").join("huggingface").join("hub")));

    let mut roots = Vec::new();
    for root in [main, folder("TRANSFORMERS_CACHE"), folder("SENTENCE_TRANSFORMERS_HOME")].into_iter().flatten() {
        if !roots.contains(&root) {
            roots.push(root);
        }
    }
    roots
}

fn read(environment: Environment<'_>, name: &str) -> Option<String> {
    environment(name).filter(|text| !text.is_empty() && !text.contains('\0'))
}

/// `~` at the start, `$NAME` and `${NAME}` as Python's `expanduser` and `expandvars` do it: once, unknown names stay.
fn expand(text: &str, home: Option<&Path>, environment: Environment<'_>) -> PathBuf {
    let (prefix, text) = match (text.strip_prefix('~'), home) {
        (Some(rest), Some(home)) if rest.is_empty() || rest.starts_with(['/', '\\']) => {
            (Some(home), rest.trim_start_matches(['/', '\\']))
        }
        _ => (None, text),
    };
    let mut result = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('$') {
        result.push_str(before);
        let (name, remaining) = match after.strip_prefix('{') {
            Some(braced) => braced.split_once('}').unwrap_or(("", after)),
            None => {
                let end =
                    after.find(|character: char| !character.is_ascii_alphanumeric() && character != '_').unwrap_or(after.len());
                after.split_at(end)
            }
        };
        match read(environment, name).filter(|_| !name.is_empty()) {
            Some(value) => {
                result.push_str(&value);
                rest = remaining;
            }
            None => {
                result.push('$');
                rest = after;
            }
        }
    }
    result.push_str(rest);
    prefix.map_or_else(
        || PathBuf::from(&result),
        |home| {
            if result.is_empty() { home.to_owned() } else { home.join(&result) }
        },
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn roots_of(variables: &[(&str, &str)]) -> Vec<String> {
        let map: BTreeMap<String, String> =
            variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let environment = |name: &str| map.get(name).cloned();
        roots(&environment).into_iter().map(|path| path.to_string_lossy().replace('\\', "/")).collect()
    }

    #[test]
    fn the_first_variable_that_is_set_wins() {
        let all = [
            ("HF_HUB_CACHE", "/1"),
            ("HUGGINGFACE_HUB_CACHE", "/2"),
            ("HF_HOME", "/3"),
            ("XDG_CACHE_HOME", "/4"),
            ("HOME", "/5"),
        ];
        let expected = ["/1", "/2", "/3/hub", "/4/huggingface/hub", "/5/.cache/huggingface/hub"];
        for (skip, root) in expected.iter().enumerate() {
            assert_eq!(roots_of(&all[skip..]), [*root]);
        }
        assert_eq!(roots_of(&[("HF_HUB_CACHE", ""), ("HF_HOME", "/3")]), ["/3/hub"]);
        assert!(roots_of(&[]).is_empty());
        assert_eq!(roots_of(&[("USERPROFILE", "C:/Users/x")]), ["C:/Users/x/.cache/huggingface/hub"]);
    }

    #[test]
    fn homes_and_variables_are_expanded_once() {
        let home = ("HOME", "/home/x");
        assert_eq!(roots_of(&[home, ("HF_HOME", "~/hf")]), ["/home/x/hf/hub"]);
        assert_eq!(roots_of(&[home, ("HF_HOME", "~")]), ["/home/x/hub"]);
        assert_eq!(roots_of(&[home, ("HF_HOME", "~other/hf")]), ["~other/hf/hub"]);
        assert_eq!(roots_of(&[home, ("DISK", "/disk"), ("HF_HUB_CACHE", "$DISK/a${DISK}")]), ["/disk/a/disk"]);
        assert_eq!(
            roots_of(&[home, ("DISK", "$DISK"), ("HF_HUB_CACHE", "/a/$DISK/$NONE/${NONE}/$")]),
            ["/a/$DISK/$NONE/${NONE}/$"]
        );
        assert_eq!(roots_of(&[("HF_HUB_CACHE", "/a/${")]), ["/a/${"]);
    }

    #[test]
    fn other_libraries_add_their_folder() {
        assert_eq!(
            roots_of(&[("HF_HOME", "/hf"), ("TRANSFORMERS_CACHE", "/t"), ("SENTENCE_TRANSFORMERS_HOME", "/hf/hub")]),
            ["/hf/hub", "/t"]
        );
    }
}
