//! TOML values with the byte ranges of their text.

use std::ops::Range;

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::{Manifest, Problem};

/// Parses as far as it goes: what can be read is returned, the first errors become problems.
pub(super) fn parse<'t>(text: &'t str, manifest: &mut Manifest) -> Spanned<DeTable<'t>> {
    let (table, errors) = DeTable::parse_recoverable(text);
    // One broken quote can make every line behind it an error; the first ones tell the story.
    for error in errors.iter().take(3) {
        manifest.problems.push(Problem { message: "is not valid TOML".to_owned(), offset: error.span().map(|span| span.start) });
    }
    table
}

/// Follows a path of keys through tables.
pub(super) fn lookup<'a, 't>(table: &'a DeTable<'t>, path: &[&str]) -> Option<&'a Spanned<DeValue<'t>>> {
    let (first, rest) = path.split_first()?;
    let mut value = table.get(*first)?;
    for key in rest {
        value = value.get_ref().as_table()?.get(*key)?;
    }
    Some(value)
}

/// Follows a path of keys to a table.
pub(super) fn table<'a, 't>(table: &'a DeTable<'t>, path: &[&str]) -> Option<&'a DeTable<'t>> {
    lookup(table, path)?.get_ref().as_table()
}

/// The strings of an array.
pub(super) fn strings<'a, 't>(value: &'a Spanned<DeValue<'t>>) -> impl Iterator<Item = (&'a str, Range<usize>)> {
    let items = value.get_ref().as_array().map(|array| array.iter()).into_iter().flatten();
    items.filter_map(|item| Some((item.get_ref().as_str()?, item.span())))
}

/// A string with the bytes of its content: the quotes are left out. With escapes inside, the content does not stand
/// in the text as it is, and None is returned.
pub(super) fn content(text: &str, value: &str, span: &Range<usize>) -> Option<Range<usize>> {
    let raw = text.get(span.clone())?;
    let quotes = raw.len().checked_sub(value.len())? / 2;
    // Three quotes may be followed by a line break that is not part of the value.
    let at = [quotes, 1, 3, 4, 0].into_iter().find(|at| raw.get(*at..).is_some_and(|rest| rest.starts_with(value)))?;
    Some(span.start + at..span.start + at + value.len())
}

/// Like [`content`], but falls back to the whole token.
pub(super) fn content_or_token(text: &str, value: &str, span: &Range<usize>) -> Range<usize> {
    content(text, value, span).unwrap_or_else(|| span.clone())
}
