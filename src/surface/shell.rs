//! Shell text -> words with values: variables that are set in the same text are replaced.

pub mod lex;

use std::collections::BTreeMap;

use crate::span::Span;
use crate::usage::{Definition, Literal, Origin, Value, Why};

use super::piece::{Piece, without_templates};
use super::word::Word;
use lex::{AssignKind, Item, Part, RawWord};

/// A word may stand for at most so many texts.
const MAX_ALTERNATIVES: usize = 16;
/// A word may turn into at most so many.
const MAX_WORDS: usize = 256;
/// Bytes of text that variables may bring into one script: beyond it they are not known.
const MAX_EXPANDED: usize = 4 << 20;

/// What a variable stands for.
#[derive(Clone, Debug)]
pub struct Binding {
    /// One word for a plain variable, several for an array.
    pub words: Vec<Word>,
    /// It is part of the environment of commands.
    pub exported: bool,
    array: bool,
}

/// Variables by name.
pub type Variables = BTreeMap<String, Binding>;

/// A binding of one word.
#[must_use]
pub fn bound(word: Word, exported: bool) -> Binding {
    Binding { words: vec![word], exported, array: false }
}

/// A command with its words expanded.
#[derive(Clone, Debug)]
pub struct Invocation {
    /// `X=1` before the command, by name.
    pub before: Vec<(String, Word)>,
    /// The words.
    pub words: Vec<Word>,
    /// From the first word to the last, in the unit.
    pub whole: Span,
    /// The logical line, in the unit.
    pub statement: Span,
}

/// What a text tells its reader.
pub enum Event {
    /// A command runs.
    Command(Invocation),
    /// A variable of the environment is set (`export X=1`); `whole` is the statement.
    Export {
        /// Its name.
        name: String,
        /// Its value.
        word: Word,
        /// The logical line.
        statement: Span,
    },
    /// A plain assignment.
    Assign {
        /// Its name.
        name: String,
        /// Its value.
        word: Word,
        /// The logical line.
        statement: Span,
    },
}

/// How a text is read.
#[derive(Clone, Copy, Debug, Default)]
pub struct Dialect {
    /// `{name}` and `$name` are Python's (a notebook).
    pub notebook: bool,
}

/// Reads a piece; `variables` go in and out, so that one text can follow another.
///
/// False when the text is too long to be read whole.
pub fn run(piece: &Piece, dialect: Dialect, variables: &mut Variables, tell: &mut dyn FnMut(Event, &Variables)) -> bool {
    let budget = &mut MAX_EXPANDED.clone();
    let text = without_templates(&piece.text);
    let script = lex::read(&text, dialect.notebook);
    for item in &script.items {
        match item {
            Item::Assign { name, words, append, kind, conditional, statement } => {
                let mut expanded = Vec::new();
                for word in words {
                    expanded.extend(expand(word, *kind != AssignKind::Scalar, piece, variables, budget));
                    if expanded.len() > MAX_WORDS {
                        break;
                    }
                }
                let statement = piece.place(*statement);
                if *kind == AssignKind::Scalar
                    && let Some(word) = expanded.first()
                {
                    tell(Event::Assign { name: name.clone(), word: word.clone(), statement }, variables);
                }
                assign(variables, name, expanded, *append, *kind, *conditional, false);
            }
            Item::Command { before, words, span, statement, conditional } => {
                let statement = piece.place(*statement);
                let before: Vec<(String, Word)> = before
                    .iter()
                    .filter_map(RawWord::assignment)
                    .filter_map(|(name, value, _)| {
                        Some((name, expand(&value, false, piece, variables, budget).into_iter().next()?))
                    })
                    .collect();
                if builtin(words, *conditional, statement, piece, variables, budget, tell) {
                    continue;
                }
                let mut expanded = Vec::new();
                for word in words {
                    expanded.extend(expand(word, true, piece, variables, budget));
                    if expanded.len() > 4096 {
                        break;
                    }
                }
                tell(Event::Command(Invocation { before, words: expanded, whole: piece.place(*span), statement }), variables);
            }
        }
    }
    script.items.len() < lex::MAX_ITEMS
}

/// Builtins that set variables. True when the command was one.
fn builtin(
    words: &[RawWord],
    conditional: bool,
    statement: Span,
    piece: &Piece,
    variables: &mut Variables,
    budget: &mut usize,
    tell: &mut dyn FnMut(Event, &Variables),
) -> bool {
    let Some(name) = words.first().and_then(RawWord::plain) else { return false };
    match name {
        "export" | "declare" | "local" | "readonly" | "typeset" => {
            let exports = name == "export"
                || words.iter().any(|word| word.plain().is_some_and(|text| text.starts_with("-") && text.contains('x')));
            for word in words.iter().skip(1) {
                if let Some((variable, value, append)) = word.assignment() {
                    let expanded = expand(&value, false, piece, variables, budget);
                    if let (true, Some(word)) = (exports, expanded.first()) {
                        tell(Event::Export { name: variable.clone(), word: word.clone(), statement }, variables);
                    }
                    assign(variables, &variable, expanded, append, AssignKind::Scalar, conditional, exports);
                } else if let (true, Some(variable)) = (exports, word.plain()) {
                    let set = variables.get_mut(variable).and_then(|binding| {
                        binding.exported = true;
                        binding.words.first().cloned()
                    });
                    if let Some(word) = set {
                        tell(Event::Export { name: variable.to_owned(), word, statement }, variables);
                    }
                }
            }
            true
        }
        "unset" => {
            for variable in words.iter().skip(1).filter_map(RawWord::plain) {
                variables.remove(variable);
            }
            true
        }
        "read" | "mapfile" | "readarray" | "getopts" => {
            for variable in words.iter().skip(1).filter_map(RawWord::plain) {
                if variables.contains_key(variable) {
                    let word = Word::unknown(Why::CommandLine, statement, "");
                    variables.insert(variable.to_owned(), bound(word, false));
                }
            }
            true
        }
        _ => false,
    }
}

fn assign(
    variables: &mut Variables,
    name: &str,
    mut words: Vec<Word>,
    append: bool,
    kind: AssignKind,
    conditional: bool,
    exported: bool,
) {
    let before = variables.get(name).cloned();
    let exported = exported || before.as_ref().is_some_and(|binding| binding.exported);
    if kind == AssignKind::Each {
        let word = either(&words);
        variables.insert(name.to_owned(), Binding { words: vec![word], exported, array: false });
        return;
    }
    let array = kind == AssignKind::Array;
    if append {
        match before {
            Some(mut binding) if array => {
                binding.words.extend(words);
                binding.words.truncate(MAX_WORDS);
                // Whether these are added cannot be said; that they may be is what matters for options.
                binding.array = true;
                variables.insert(name.to_owned(), binding);
            }
            Some(_) if words.len() > MAX_WORDS => drop(variables.insert(name.to_owned(), Binding { words, exported, array })),
            Some(binding) => {
                let joined = match (binding.words.first().and_then(Word::text), words.first().and_then(Word::text)) {
                    (Some(left), Some(right)) if left.len() + right.len() < 65_536 => {
                        let first = words.first().map_or(Span::default(), |word| word.span);
                        Word::of(Value::Known(Literal::Str(format!("{left}{right}"))), first, first, Origin::Constant)
                    }
                    _ => Word::unknown(Why::Variable, words.first().map_or(Span::default(), |word| word.span), ""),
                };
                variables.insert(name.to_owned(), Binding { words: vec![joined], exported, array: false });
            }
            None => drop(variables.insert(name.to_owned(), Binding { words, exported, array })),
        }
        return;
    }
    if conditional
        && !array
        && let Some(binding) = &before
        && let (Some(old), Some(new)) = (binding.words.first(), words.first())
        && old.text() != new.text()
    {
        words = vec![either(&[old.clone(), new.clone()])];
    }
    variables.insert(name.to_owned(), Binding { words, exported, array });
}

/// One word that is one of several.
fn either(words: &[Word]) -> Word {
    let mut literals: Vec<Literal> = Vec::new();
    let span = words.first().map_or(Span::default(), |word| word.span);
    for word in words {
        if matches!(word.value, Value::Unknown(_)) {
            return Word::unknown(Why::Variable, span, "");
        }
        for literal in word.value.literals() {
            if !literals.contains(literal) && literals.len() < 64 {
                literals.push(literal.clone());
            }
        }
    }
    let origin = words
        .first()
        .map_or(Origin::Constant, |word| if word.origin == Origin::Literal { Origin::Constant } else { word.origin });
    let text_span = words.first().map_or(span, |word| word.text_span);
    match (literals.len(), literals.pop()) {
        (1, Some(only)) => Word { origin, text_span, ..Word::of(Value::Known(only), span, text_span, origin) },
        (0, _) | (_, None) => Word::unknown(Why::Variable, span, ""),
        (_, Some(last)) => {
            literals.push(last);
            Word::of(Value::OneOf(literals), span, text_span, origin)
        }
    }
}

/// The words that a word of the text turns into.
fn expand(raw: &RawWord, may_split: bool, piece: &Piece, variables: &mut Variables, budget: &mut usize) -> Vec<Word> {
    let span = piece.place(raw.span);
    if let [Part::Variable { name, all, default, .. }] = raw.parts.as_slice() {
        let splits = *all || (may_split && default.is_none());
        if let (true, Some(binding)) = (splits, variables.get(name)) {
            // A word takes about this much room.
            *budget = budget.saturating_sub(binding.words.len() * 256);
            if *budget == 0 {
                return vec![Word { many: true, ..Word::unknown(Why::Bound, span, "") }];
            }
            if binding.array || *all {
                return binding.words.iter().map(|word| used_here(word, span, piece.unit)).collect();
            }
            if let Some(word) = binding.words.first()
                && word.text().is_some_and(|text| text.contains([' ', '\n', '\t']))
            {
                return split(word, span, piece.unit);
            }
        } else if splits && !variables.contains_key(name) && looks_like_arguments(name, *all) {
            return vec![Word { many: true, ..Word::unknown(Why::Variable, span, "") }];
        }
    }
    vec![one(raw, span, piece, variables, budget)]
}

/// `$ARGS`, `$EXTRA_OPTS`, `"$@"`: a variable that may hold any number of options.
fn looks_like_arguments(name: &str, all: bool) -> bool {
    let upper = name.to_ascii_uppercase();
    all || ["ARG", "OPT", "FLAG", "PARAM", "CONFIG", "EXTRA", "COMMON"].iter().any(|word| upper.contains(word))
}

/// A variable with blanks in its value, unquoted: the shell cuts it into words.
fn split(word: &Word, span: Span, unit: usize) -> Vec<Word> {
    let text = word.text().unwrap_or("");
    let script = lex::read(text, false);
    let words: Vec<&RawWord> = script
        .items
        .iter()
        .flat_map(|item| match item {
            Item::Command { words, .. } => words.as_slice(),
            Item::Assign { .. } => &[],
        })
        .take(MAX_WORDS)
        .collect();
    words
        .into_iter()
        .map(|raw| match raw.plain() {
            Some(text) => {
                let value = Value::Known(Literal::Str(text.to_owned()));
                let inside = word.replaceable.then(|| raw.span.offset_by(word.text_span.start()));
                let definition = Definition { path: None, unit, span: inside.unwrap_or(word.text_span), line: 0 };
                Word { definition: Some(definition), ..Word::of(value, span, span, Origin::Constant) }
            }
            None => Word::unknown(Why::Variable, span, ""),
        })
        .collect()
}

/// A word of a variable at the place where the variable is used.
fn used_here(word: &Word, span: Span, unit: usize) -> Word {
    let definition = word.definition.clone().or(Some(Definition { path: None, unit, span: word.text_span, line: 0 }));
    let origin = if word.origin == Origin::Literal { Origin::Constant } else { word.origin };
    Word { span, text_span: span, replaceable: false, origin, definition, ..word.clone() }
}

/// Exactly one word.
fn one(raw: &RawWord, span: Span, piece: &Piece, variables: &mut Variables, budget: &mut usize) -> Word {
    let mut texts = vec![String::new()];
    let mut unknown: Option<Why> = None;
    let mut head: Option<String> = None;
    let mut origin = Origin::Literal;
    let mut definition = None;
    let mut variable_parts = 0;
    for part in &raw.parts {
        let found: Result<Vec<String>, Why> = match part {
            Part::Text { text, .. } => Ok(vec![text.clone()]),
            Part::Unknown => Err(Why::Expression),
            Part::Variable { name, default, assigns, .. } => {
                variable_parts += 1;
                match (variables.get(name).and_then(|binding| binding.words.first()), default) {
                    (Some(word), _) if !matches!(word.value, Value::Unknown(_)) => {
                        let of_word = if word.origin == Origin::Literal { Origin::Constant } else { word.origin };
                        origin = if origin == Origin::Default { origin } else { of_word };
                        let place = Definition { path: None, unit: piece.unit, span: word.text_span, line: 0 };
                        definition = word.definition.clone().or(Some(place));
                        Ok(word.value.literals().iter().filter_map(Literal::as_str).map(str::to_owned).collect())
                    }
                    (_, Some(text)) => {
                        origin = Origin::Default;
                        if *assigns && !variables.contains_key(name) {
                            let word = Word { origin: Origin::Default, ..Word::literal(text, span, span) };
                            variables.insert(name.clone(), bound(Word { replaceable: false, ..word }, false));
                        }
                        Ok(vec![text.clone()])
                    }
                    (Some(word), None) => Err(match word.value {
                        Value::Unknown(why) => why,
                        _ => Why::Variable,
                    }),
                    (None, None) if name.bytes().all(|byte| byte.is_ascii_digit()) => Err(Why::CommandLine),
                    (None, None) => Err(Why::Variable),
                }
            }
        };
        match found {
            Ok(found) if !found.is_empty() && texts.len() * found.len() <= MAX_ALTERNATIVES => {
                texts = texts.iter().flat_map(|text| found.iter().map(move |more| format!("{text}{more}"))).collect();
            }
            Ok(_) => unknown = unknown.or(Some(Why::Bound)),
            Err(why) => {
                unknown = unknown.or(Some(why));
                head.get_or_insert_with(|| texts.first().cloned().unwrap_or_default());
            }
        }
        if unknown.is_some() {
            head.get_or_insert_with(|| texts.first().cloned().unwrap_or_default());
        }
        if variable_parts > 0 {
            let size: usize = texts.iter().map(String::len).sum();
            *budget = budget.saturating_sub(size);
            if *budget == 0 {
                unknown = Some(Why::Bound);
                break;
            }
        }
    }
    if let Some(why) = unknown {
        return Word::unknown(why, span, &head.unwrap_or_default());
    }
    let mut literals: Vec<Literal> = Vec::new();
    for text in texts {
        let literal = Literal::Str(text);
        if !literals.contains(&literal) {
            literals.push(literal);
        }
    }
    let value = match (literals.len(), literals.pop()) {
        (1, Some(only)) => Value::Known(only),
        (_, Some(last)) => {
            literals.push(last);
            Value::OneOf(literals)
        }
        (_, None) => Value::Known(Literal::Str(String::new())),
    };
    let TextPlace { span: text_span, replaceable, tail, piece } = text_place(raw, span, piece);
    let definition = definition.filter(|_| variable_parts == 1);
    let replaceable = replaceable && variable_parts == 0;
    Word { definition, replaceable, tail, piece, ..Word::of(value, span, text_span, origin) }
}

/// Where the text of a word stands.
struct TextPlace {
    /// The text, without quotes.
    span: Span,
    /// It stands there as it is.
    replaceable: bool,
    /// The last part when that is all of the value of `--option="value"`.
    tail: Option<(usize, Span)>,
    /// Its places, when it does not stand there in one run.
    piece: Option<Box<Piece>>,
}

fn text_place(raw: &RawWord, span: Span, piece: &Piece) -> TextPlace {
    let mut texts = raw.parts.iter().filter(|part| !matches!(part, Part::Text { text, .. } if text.is_empty()));
    match (texts.next(), texts.next(), texts.next()) {
        (Some(Part::Text { span: inside, verbatim, .. }), None, _) => {
            let own = piece.slice(*inside);
            let replaceable = *verbatim && own.is_verbatim();
            let places = (*verbatim && !replaceable).then(|| Box::new(own));
            TextPlace { span: piece.place(*inside), replaceable, tail: None, piece: places }
        }
        (Some(Part::Text { text, .. }), Some(Part::Text { span: inside, verbatim: true, .. }), None) => {
            TextPlace { span, replaceable: false, tail: Some((text.len(), piece.place(*inside))), piece: None }
        }
        _ => TextPlace { span, replaceable: false, tail: None, piece: None },
    }
}
