//! Shell scripts, `.env`, Dockerfiles, YAML, make and batch files: the text as it stands, and once more with the
//! variables put in that the same file assigns.

use std::collections::BTreeMap;

use super::class::{at, before, is_word, run, slice};
use super::kind::Decoding;
use super::mapped::Mapped;
use super::scanner::{Found, ScanContext, find, tidy};
use super::{SecretMatch, publish};

/// The longest value that is put in: a signed token.
const LONGEST_VALUE: usize = 2048;

/// Finds every credential in a shell-like text. Spans are byte ranges of `text`; for a credential that variables
/// make up, of the place where they are put together.
#[must_use]
pub fn scan_shell_like(text: &str) -> Vec<SecretMatch> {
    let bytes = text.as_bytes();
    let mut found = find(bytes, ScanContext::Source).found;
    substituted(bytes, &mut found);
    tidy(&mut found);
    publish(bytes, found)
}

type Values = BTreeMap<Vec<u8>, Vec<u8>>;

fn lines(text: &[u8]) -> impl Iterator<Item = (usize, &[u8])> {
    let mut start = 0;
    memchr::memchr2_iter(b'\n', b'\r', text).chain(std::iter::once(text.len())).map(move |end| {
        let line = (start, slice(text, start, end));
        start = end + 1;
        line
    })
}

fn substituted(text: &[u8], found: &mut Vec<Found>) {
    if memchr::memchr3(b'$', b'%', b'{', text).is_none() && memchr::memmem::find(text, b"+=").is_none() {
        return;
    }
    // What a name stands for in the end serves where it is used before it is assigned, as YAML and make allow.
    let mut last = Values::new();
    for (_, line) in lines(text) {
        record(&mut last, line);
    }
    if last.is_empty() {
        return;
    }
    let mut values = Values::new();
    // A file of references to long values would grow without bound.
    let mut budget = text.len().saturating_mul(4).saturating_add(256 * 1024);
    for (offset, line) in lines(text) {
        if let Some(mapped) = expand(line, &[&values, &last], &mut budget) {
            expanded(&mapped, offset, found);
        }
        for grown in record(&mut values, line) {
            budget = budget.saturating_sub(grown.value.len());
            appended(&grown, offset, found);
        }
        if budget == 0 {
            return;
        }
    }
}

fn expanded(mapped: &Mapped, offset: usize, found: &mut Vec<Found>) {
    for mut item in find(&mapped.bytes, ScanContext::Source).found {
        // Without a seam inside, the value was reported where it is assigned, or stands there in full.
        let steps = mapped.steps_in(&(item.span.start + 1..item.span.end));
        if !steps.contains(&Decoding::Variable) {
            continue;
        }
        let Some(span) = mapped.source(&item.span) else {
            continue;
        };
        item.span = span.start + offset..span.end + offset;
        item.also.clear();
        item.chain.push(Decoding::Variable);
        found.push(item);
    }
}

fn appended(grown: &Grown, offset: usize, found: &mut Vec<Found>) {
    for mut item in find(&grown.value, ScanContext::Value).found {
        if item.span.contains(&grown.seam) && item.span.start != grown.seam {
            item.span = grown.place.start + offset..grown.place.end + offset;
            item.also.clear();
            item.chain.push(Decoding::Variable);
            found.push(item);
        }
    }
}

/// A line with its references replaced; nothing if it has none to a known name. The first of `scopes` that knows a
/// name gives its value.
fn expand(line: &[u8], scopes: &[&Values], budget: &mut usize) -> Option<Mapped> {
    memchr::memchr3(b'$', b'%', b'{', line)?;
    let mut mapped = Mapped::default();
    let mut position = 0;
    let mut replaced = false;
    while position < line.len() {
        if let Some((name, end)) = reference(line, position)
            && let Some(value) = scopes.iter().find_map(|values| values.get(name))
            && *budget > value.len()
        {
            *budget -= value.len();
            replaced = true;
            mapped.step(Decoding::Variable);
            for byte in value {
                mapped.push(*byte, position, end);
            }
            mapped.step(Decoding::Variable);
            position = end;
            continue;
        }
        mapped.push(at(line, position), position, position + 1);
        position += 1;
    }
    replaced.then_some(mapped)
}

fn is_name(byte: u8) -> bool {
    is_word(byte) || matches!(byte, b'.' | b'-')
}

/// The name and the end of a reference that starts at `position`: `$A`, `${A}`, `${A:-x}`, `$(A)`, `$env:A`,
/// `${{ env.A }}`, `{{ a }}`, `%A%`.
fn reference(line: &[u8], position: usize) -> Option<(&[u8], usize)> {
    const LONGEST_NAME: usize = 64;
    let last_part = |start: usize, end: usize| {
        let name = slice(line, start, end);
        memchr::memrchr(b'.', name).map_or(name, |dot| slice(name, dot + 1, name.len()))
    };
    let first = at(line, position);
    let second = at(line, position + 1);
    match (first, second) {
        (b'$', b'{') if at(line, position + 2) == b'{' => {
            braced(line, position + 3).map(|(start, end, after)| (last_part(start, end), after))
        }
        (b'{', b'{') => braced(line, position + 2).map(|(start, end, after)| (last_part(start, end), after)),
        (b'$', b'{' | b'(') => {
            let start = position + 2;
            let start = if slice(line, start, start + 4).eq_ignore_ascii_case(b"env:") { start + 4 } else { start };
            let end = start + run(line, start, LONGEST_NAME, is_name);
            let closing = if second == b'{' { b'}' } else { b')' };
            // `${A:-x}` and `${A%x}`: the value, as far as anybody can tell.
            let name_end = start + run(line, start, LONGEST_NAME, |byte| is_word(byte) || byte == b'.');
            if at(line, end) == closing {
                return Some((last_part(start, end), end + 1));
            }
            if second == b'{' && matches!(at(line, name_end), b':' | b'%' | b'#' | b'-' | b'?') {
                let rest = slice(line, name_end, name_end + LONGEST_NAME);
                let length = rest.iter().position(|byte| *byte == b'}')?;
                return Some((last_part(start, name_end), name_end + length + 1));
            }
            None
        }
        (b'$', _) => {
            let start =
                if slice(line, position + 1, position + 5).eq_ignore_ascii_case(b"env:") { position + 5 } else { position + 1 };
            let end = start + run(line, start, LONGEST_NAME, is_word);
            (end > start).then(|| (slice(line, start, end), end))
        }
        (b'%', _) => {
            let end = position + 1 + run(line, position + 1, LONGEST_NAME, is_word);
            (end > position + 1 && at(line, end) == b'%').then(|| (slice(line, position + 1, end), end + 1))
        }
        _ => None,
    }
}

/// The name between blanks before `}}`: its start, its end and the place after the braces.
fn braced(line: &[u8], from: usize) -> Option<(usize, usize, usize)> {
    let start = from + run(line, from, 8, |byte| byte == b' ');
    let end = start + run(line, start, 80, is_name);
    let close = end + run(line, end, 8, |byte| byte == b' ');
    (end > start && slice(line, close, close + 2) == b"}}").then_some((start, end, close + 2))
}

/// A value that grew by `+=`.
struct Grown {
    value: Vec<u8>,
    /// Where the new part begins in the value.
    seam: usize,
    /// Where the new part stands in the line.
    place: std::ops::Range<usize>,
}

/// Records what a line assigns; gives the values that grew. Only values that can be part of a token are kept:
/// no blanks, no punctuation.
fn record(values: &mut Values, line: &[u8]) -> Vec<Grown> {
    let mut grown = Vec::new();
    if let Some((name, value)) = spaced(line) {
        store(values, name, value, false);
    }
    let mut read_to = 0;
    for position in memchr::memchr2_iter(b'=', b':', line) {
        if position < read_to {
            continue;
        }
        let Some((name, value, append)) = assignment(line, position) else {
            continue;
        };
        // A bare value holds no assignment of its own; without this, `a=a=a=` would be read again and again.
        if value.len() > 64 && !value.iter().any(u8::is_ascii_whitespace) {
            read_to = position + value.len();
        }
        let seam = store(values, name, value, append);
        // Shorter than any token, or grown beyond one piece by piece: not worth a scan each time.
        if seam > 0
            && let Some(whole) = values.get(name)
            && (36..=256).contains(&whole.len())
            && let Some(start) = memchr::memmem::find(slice(line, position, line.len()), value)
        {
            let start = position + start;
            grown.push(Grown { value: whole.clone(), seam, place: start..start + value.len() });
        }
    }
    grown
}

/// Keeps a value; gives the length of the old value that it was appended to.
fn store(values: &mut Values, name: &[u8], value: &[u8], append: bool) -> usize {
    let mut budget = LONGEST_VALUE;
    let value = expand(value, &[values], &mut budget).map_or_else(|| value.to_vec(), |mapped| mapped.bytes);
    let fits = !value.is_empty()
        && value.len() <= LONGEST_VALUE
        && value.iter().all(|byte| is_name(*byte) || matches!(byte, b'+' | b'/' | b'='));
    if !fits {
        return 0;
    }
    match values.get_mut(name) {
        Some(old) if append && old.len() + value.len() <= LONGEST_VALUE => {
            let seam = old.len();
            old.extend(value);
            seam
        }
        _ => {
            values.insert(name.to_vec(), value);
            0
        }
    }
}

/// `NAME=value`, `NAME := value`, `NAME += value`, `NAME: value` around the sign at `position`.
fn assignment(line: &[u8], position: usize) -> Option<(&[u8], &[u8], bool)> {
    let sign = at(line, position);
    let next = at(line, position + 1);
    // `:=` is read at its `=`; `==`, `://` and `::` assign nothing; YAML wants a blank or a quote after its colon.
    if sign == b':' && !matches!(next, b' ' | b'\t' | b'"' | b'\'') {
        return None;
    }
    if sign == b'=' && (next == b'=' || matches!(before(line, position, 1), b'=' | b'!')) {
        return None;
    }
    let mut name_end = position;
    let append = sign == b'=' && before(line, position, 1) == b'+';
    if sign == b'=' && matches!(before(line, position, 1), b':' | b'?' | b'+') {
        name_end -= 1;
    }
    while name_end > 0 && matches!(before(line, name_end, 1), b' ' | b'\t' | b'"' | b'\'') && position - name_end < 12 {
        name_end -= 1;
    }
    let head = slice(line, name_end.saturating_sub(64), name_end);
    let length = head.iter().rev().take_while(|byte| is_word(**byte)).count();
    if length == 0 {
        return None;
    }
    let name = slice(line, name_end - length, name_end);
    let start = position + 1 + run(line, position + 1, 12, |byte| matches!(byte, b' ' | b'\t'));
    Some((name, value(line, start)?, append))
}

/// `ENV NAME value`, `setenv NAME value`, `set -x NAME value`.
fn spaced(line: &[u8]) -> Option<(&[u8], &[u8])> {
    let line = line.trim_ascii_start();
    let rest = [&b"ENV "[..], b"env ", b"setenv ", b"set -gx ", b"set -x ", b"set -Ux "]
        .iter()
        .find_map(|word| line.strip_prefix(*word))?;
    let rest = rest.trim_ascii_start();
    let length = run(rest, 0, 64, is_word);
    let blank = run(rest, length, 12, |byte| matches!(byte, b' ' | b'\t'));
    (length > 0 && blank > 0).then(|| value(rest, length + blank).map(|value| (slice(rest, 0, length), value)))?
}

/// The value that starts at `start`: quoted, or up to a blank or a separator.
fn value(line: &[u8], start: usize) -> Option<&[u8]> {
    let first = at(line, start);
    let rest = slice(line, start, start + LONGEST_VALUE);
    if matches!(first, b'"' | b'\'') {
        let inner = slice(rest, 1, rest.len());
        let length = memchr::memchr(first, inner)?;
        return Some(slice(inner, 0, length));
    }
    let length = rest
        .iter()
        .position(|byte| matches!(byte, b' ' | b'\t' | b';' | b'&' | b'|' | b'"' | b'\'' | b',' | b'<' | b'>'))
        .unwrap_or(rest.len());
    (length > 0 && length < LONGEST_VALUE).then(|| slice(rest, 0, length))
}
