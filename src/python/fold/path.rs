//! Paths of the file system.

use super::LONGEST;
use crate::python::things::{Resolved, Thing};
use crate::usage::Why;
use std::rc::Rc;

pub(super) fn join_two(first: &str, second: &str) -> String {
    if second.starts_with('/') || first.is_empty() {
        return second.to_owned();
    }
    if second.is_empty() {
        return first.to_owned();
    }
    format!("{}/{second}", first.trim_end_matches('/'))
}

/// The text of `os.path.join(..)`, `Path(..)`, where all parts are known.
pub fn joined_path(parts: &[Rc<Resolved>], open: bool) -> Option<Rc<str>> {
    if open || parts.is_empty() {
        return None;
    }
    let mut joined = String::new();
    for part in parts {
        let next = match part.only()? {
            Thing::Str(text) => text.clone(),
            Thing::Path(Some(text)) => text.clone(),
            _ => return None,
        };
        joined = join_two(&joined, &next);
        if joined.len() > LONGEST {
            return None;
        }
    }
    Some(joined.into())
}

/// Methods of a path.
pub fn path_method(text: Option<&Rc<str>>, name: &str, arguments: &[Rc<Resolved>]) -> Rc<Resolved> {
    let path = |text: Option<Rc<str>>| Resolved::known(Thing::Path(text), None);
    match name {
        "resolve" | "absolute" | "expanduser" | "with_suffix" | "with_name" | "with_stem" | "relative_to" | "as_uri"
        | "rename" | "readlink" => path(None),
        "as_posix" | "__str__" | "__fspath__" | "strip" | "rstrip" => path(text.cloned()),
        "joinpath" => {
            let mut parts = vec![path(text.cloned())];
            parts.extend(arguments.iter().cloned());
            path(joined_path(&parts, false))
        }
        "replace" | "format" | "lower" => path(None),
        _ => Resolved::unknown(Why::Call),
    }
}
