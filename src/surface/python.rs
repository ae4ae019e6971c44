//! Command lines that Python starts (`subprocess.run([...])`, `os.system("...")`), given to the same reader as shell.

use super::command::{Place, Word, command_uses};
use crate::catalog::Catalog;
use crate::python::commands::{CommandLine, CommandText, CommandWord};
use crate::usage::{Literal, Surface, Use, Value};

/// The uses of a command line that Python starts. `text` is the unit's text.
#[must_use]
pub fn from_python(line: &CommandLine, unit: usize, text: &str, catalog: &Catalog) -> Vec<Use> {
    let place = Place { unit, surface: Surface::Python, whole: line.whole, statement: line.statement };
    match &line.text {
        CommandText::Words { words, open } => {
            let mut words: Vec<Word> = words.iter().map(word).collect();
            if *open && let Some(last) = words.last_mut() {
                // More may follow: what is not there may still be given.
                last.many = matches!(last.value, Value::Unknown(_));
            }
            command_uses(&words, &[], place, catalog)
        }
        CommandText::Shell(given) => match (given.text_span, &given.value) {
            // One plain literal: every word has its own place.
            (Some(span), Value::Known(Literal::Str(value))) if span.text(text) == value => {
                super::shell_text(unit, Surface::Python, value, span.start(), line.statement, catalog)
            }
            (_, Value::Known(Literal::Str(value))) => {
                let words: Vec<Word> = value
                    .split_whitespace()
                    .map(|part| Word::of(Value::Known(Literal::Str(part.to_owned())), given.span, given.span, given.origin))
                    .collect();
                command_uses(&words, &[], place, catalog)
            }
            _ => Vec::new(),
        },
    }
}

fn word(given: &CommandWord) -> Word {
    let text_span = given.text_span.unwrap_or(given.span);
    let mut word = Word::of(given.value.clone(), given.span, text_span, given.origin);
    word.definition.clone_from(&given.definition);
    word.replaceable = given.text_span.is_some() && given.definition.is_none();
    word
}
