//! Makefiles: variables, and recipes as shell.

use crate::span::Span;
use crate::usage::{Origin, Surface};

use super::Reading;
use super::command::Word;
use super::piece::Piece;
use super::shell::{self, Dialect, Variables};

/// Reads a whole Makefile.
pub fn read(reading: &mut Reading<'_>, unit: usize, text: &str) {
    let mut variables = Variables::new();
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    let mut index = 0;
    while let Some((start, line)) = lines.get(index).copied() {
        index += 1;
        let is_recipe = line.starts_with('\t');
        let mut piece = Piece::new(unit, Surface::Shell);
        let mut current = (start, line);
        loop {
            recipe_text(&mut piece, current.1, current.0);
            let goes_on = current.1.trim_end_matches(['\n', '\r']).ends_with('\\');
            match lines.get(index).copied().filter(|_| goes_on) {
                Some(next) => {
                    index += 1;
                    current = next;
                }
                None => break,
            }
        }
        let end = current.0 + current.1.trim_end().len();
        if is_recipe {
            // `@`, `-` and `+` before a command are make's.
            let marks = piece.text.len() - piece.text.trim_start_matches(['\t', ' ', '@', '-', '+']).len();
            let body = piece.from_byte(marks);
            // Each line of a recipe is a shell of its own; it sees the variables of make.
            reading.shell(&body, Dialect::default(), &mut variables.clone(), Some(Span::new(start + 1, end)));
        } else {
            assignment(&piece, &mut variables);
        }
    }
}

/// `$(NAME)` is `${NAME}` for a shell, and `$$` is `$`.
fn recipe_text(piece: &mut Piece, line: &str, at: usize) {
    let mut rest = line;
    let mut here = at;
    while let Some(dollar) = rest.find('$') {
        let (before, tail) = rest.split_at(dollar);
        piece.push(before, here);
        here += before.len();
        if tail.starts_with("$$") {
            piece.push_for("$", Span::new(here, here + 2));
            here += 2;
            rest = tail.get(2..).unwrap_or("");
            continue;
        }
        let name = tail
            .strip_prefix("$(")
            .map_or(0, |body| body.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count());
        if name > 0 && tail.as_bytes().get(2 + name) == Some(&b')') {
            piece.push_for("${", Span::new(here, here + 2));
            piece.push(tail.get(2..2 + name).unwrap_or(""), here + 2);
            piece.push_for("}", Span::new(here + 2 + name, here + 3 + name));
            here += name + 3;
            rest = tail.get(name + 3..).unwrap_or("");
        } else {
            piece.push("$", here);
            here += 1;
            rest = tail.get(1..).unwrap_or("");
        }
    }
    piece.push(rest, here);
}

/// `NAME := value`, `NAME ?= value`, `export NAME = value`
fn assignment(piece: &Piece, variables: &mut Variables) {
    let text = piece.text.trim_end();
    let Some(equals) = text.find('=') else { return };
    let before = text.get(..equals).unwrap_or("");
    let (before, origin) = match before.strip_suffix('?') {
        Some(before) => (before, Origin::Default),
        None => (before.trim_end_matches([':', '+', '!']), Origin::Constant),
    };
    let name = before.trim().trim_start_matches("export ").trim();
    if name.is_empty() || !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_') {
        return;
    }
    let value = text.get(equals + 1..).unwrap_or("");
    let value = value.split(" #").next().unwrap_or(value);
    let start = equals + 1 + (value.len() - value.trim_start().len());
    let value = value.trim();
    let span = piece.place(Span::new(start, start + value.len()));
    let word = if value.contains('$') {
        Word::unknown(crate::usage::Why::Variable, span, "")
    } else {
        Word { origin, ..Word::literal(value, span, span) }
    };
    variables.insert(name.to_owned(), shell::bound(word, false));
}
