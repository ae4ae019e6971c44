//! Dockerfiles: instructions with continuations and here-documents; RUN, CMD, ENTRYPOINT, ENV and ARG.

use crate::span::Span;
use crate::usage::{Origin, Surface};

use super::Reading;
use super::command::{Place, Word};
use super::document::{self, Kind};
use super::piece::Piece;
use super::shell::{self, Dialect, Variables};

/// An instruction with its logical text.
struct Instruction {
    keyword: String,
    /// What stands behind the keyword; comment lines and continuations inside are left out.
    body: Piece,
    /// All its lines.
    span: Span,
    /// Bodies of here-documents.
    documents: Vec<Piece>,
}

/// Reads a whole Dockerfile.
pub fn read(reading: &mut Reading<'_>, unit: usize, text: &str) {
    let mut variables = Variables::new();
    let mut stage = Stage::default();
    for instruction in instructions(unit, text) {
        read_instruction(reading, &instruction, &mut variables, &mut stage);
    }
    stage.end(reading);
}

/// What a stage starts with: the last of each counts.
#[derive(Default)]
struct Stage {
    image: Option<Word>,
    environment: Vec<(String, Word)>,
    entrypoint: Option<(Vec<Word>, Place)>,
    command: Option<(Vec<Word>, Place)>,
}

impl Stage {
    /// The command that a container of this stage runs.
    fn end(&mut self, reading: &mut Reading<'_>) {
        let stage = std::mem::take(self);
        let (mut words, mut place) = (Vec::new(), None::<Place>);
        for (part, at) in [stage.entrypoint.clone(), stage.command].into_iter().flatten() {
            words.extend(part);
            place = Some(match place {
                Some(first) => Place {
                    whole: Span::new(first.whole.start(), at.whole.end().max(first.whole.end())),
                    statement: Span::new(
                        first.statement.start().min(at.statement.start()),
                        at.statement.end().max(first.statement.end()),
                    ),
                    ..first
                },
                None => at,
            });
        }
        let Some(place) = place else {
            // Nothing is started here, but the image may read its variables.
            if let Some(image) = &stage.image
                && stage.environment.iter().any(|(name, _)| name == "MODEL_ID")
            {
                let place = Place { unit: reading.unit, surface: Surface::Dockerfile, whole: image.span, statement: image.span };
                reading.commands.image(image, &[], &stage.environment, place, 0);
            }
            return;
        };
        if stage.entrypoint.is_none()
            && let Some(image) = &stage.image
            && reading.commands.image(image, &words, &stage.environment, place, 0)
        {
            return;
        }
        reading.commands.command(&words, &[], place, 0);
    }
}

fn read_instruction(reading: &mut Reading<'_>, instruction: &Instruction, variables: &mut Variables, stage: &mut Stage) {
    let unit = reading.unit;
    let body = &instruction.body;
    let place = Place { unit, surface: Surface::Dockerfile, whole: body.whole(), statement: instruction.span };
    match instruction.keyword.as_str() {
        "ONBUILD" | "HEALTHCHECK" => {
            let rest = body.text.trim_start();
            let lead = body.text.len() - rest.len();
            // `HEALTHCHECK --interval=5s CMD curl ...`, `ONBUILD RUN ...`
            let Some(at) = ["RUN ", "CMD ", "ENTRYPOINT ", "ENV ", "ARG "].iter().filter_map(|word| rest.find(word)).min() else {
                return;
            };
            let keyword = rest.get(at..).and_then(|rest| rest.split(' ').next()).unwrap_or("").to_owned();
            let from = lead + at + keyword.len();
            let inner = Instruction {
                keyword: if keyword == "CMD" { "RUN".to_owned() } else { keyword },
                body: body.from_byte(from),
                span: instruction.span,
                documents: Vec::new(),
            };
            if inner.keyword != "ONBUILD" && inner.keyword != "HEALTHCHECK" {
                read_instruction(reading, &inner, variables, stage);
            }
        }
        "FROM" => {
            stage.end(reading);
            let word = body.text.split_whitespace().find(|word| !word.starts_with("--")).unwrap_or("");
            let at = body.text.find(word).unwrap_or(0);
            let span = body.place(Span::new(at, at + word.len()));
            stage.image = Some(Word::literal(word, span, span));
        }
        "ENV" | "ARG" => assign(reading, instruction, variables, stage),
        "RUN" => {
            if let Some(words) = exec_form(unit, body) {
                reading.commands.command(&words, &[], place, 0);
                return;
            }
            // Options of the builder: `--mount=type=cache,...`
            let skipped = options(&body.text);
            let body = body.from_byte(skipped);
            let documents = !instruction.documents.is_empty();
            let interpreter = body.text.trim_start();
            let shell_document =
                interpreter.starts_with("<<") || interpreter.starts_with("bash") || interpreter.starts_with("sh");
            reading.shell(&body, Dialect::default(), variables, Some(instruction.span));
            if documents && shell_document {
                for document in &instruction.documents {
                    reading.shell(document, Dialect::default(), variables, None);
                }
            }
        }
        "CMD" | "ENTRYPOINT" => {
            let words = match exec_form(unit, body) {
                Some(words) => words,
                None => {
                    // Shell form: a shell runs the text as it is.
                    if instruction.keyword == "ENTRYPOINT" {
                        stage.entrypoint = None;
                    }
                    stage.command = None;
                    reading.shell(body, Dialect::default(), variables, Some(instruction.span));
                    return;
                }
            };
            let slot = if instruction.keyword == "CMD" { &mut stage.command } else { &mut stage.entrypoint };
            *slot = Some((words, place));
        }
        _ => {}
    }
}

/// `ENV A=b C="d"`, `ENV A b`, `ARG A=b`
fn assign(reading: &mut Reading<'_>, instruction: &Instruction, variables: &mut Variables, stage: &mut Stage) {
    let body = &instruction.body;
    let is_argument = instruction.keyword == "ARG";
    let place = Place { unit: reading.unit, surface: Surface::Dockerfile, whole: body.whole(), statement: instruction.span };
    let trimmed = body.text.trim_start();
    let lead = body.text.len() - trimmed.len();
    let name_length = trimmed.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    let old_form = !is_argument && trimmed.as_bytes().get(name_length).is_some_and(|byte| matches!(byte, b' ' | b'\t'));
    let mut set: Vec<(String, Word)> = Vec::new();
    if old_form {
        let name = trimmed.get(..name_length).unwrap_or("").to_owned();
        let value = trimmed.get(name_length..).unwrap_or("");
        let start = lead + name_length + (value.len() - value.trim_start().len());
        let value = value.trim();
        let span = body.place(Span::new(start, start + value.len()));
        let word = if value.contains('$') {
            Word::unknown(crate::usage::Why::Variable, span, "")
        } else {
            let inner = value.trim_matches(['"', '\'']);
            let quote = value.find(inner).unwrap_or(0);
            Word::literal(inner, span, body.place(Span::new(start + quote, start + quote + inner.len())))
        };
        set.push((name, word));
    } else {
        shell::run(body, Dialect::default(), variables, &mut |event, _| {
            if let shell::Event::Assign { name, word, .. } = event {
                set.push((name, word));
            }
        });
    }
    for (name, word) in set {
        let origin = if is_argument { Origin::Default } else { Origin::Environment };
        let word = Word { origin, ..word };
        let value_start = word.span.start();
        let start = value_start.saturating_sub(name.len() + 1);
        let whole = Span::new(start, word.span.end());
        reading.commands.environment(
            &name,
            &Word { origin: if is_argument { Origin::Default } else { Origin::Literal }, ..word.clone() },
            whole,
            place,
        );
        stage.environment.push((name.clone(), word.clone()));
        variables.insert(name, shell::bound(word, true));
    }
}

/// `["a", "b"]`
fn exec_form(unit: usize, body: &Piece) -> Option<Vec<Word>> {
    let trimmed = body.text.trim();
    if !trimmed.starts_with('[') || !trimmed.ends_with(']') {
        return None;
    }
    let tree = document::json(unit, Surface::Dockerfile, &body.text).ok()?;
    let root = tree.root()?;
    let Kind::Sequence(items) = &root.kind else { return None };
    items
        .iter()
        .map(|id| {
            let node = tree.node(*id)?;
            let word = document::word(node)?;
            // The tree counts in the body; the body knows the file.
            let text_span = body.place(word.text_span);
            let piece = word.piece.map(|inner| Box::new(inner.through(body)));
            Some(Word { span: body.place(word.span), text_span, origin: Origin::Literal, piece, ..word })
        })
        .collect()
}

/// The length of the `--option` words at the start.
fn options(text: &str) -> usize {
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or("");
        let trimmed = rest.trim_start();
        if !trimmed.starts_with("--") {
            return at;
        }
        let lead = rest.len() - trimmed.len();
        let word = trimmed.find(char::is_whitespace).unwrap_or(trimmed.len());
        at += lead + word;
    }
}

/// The instructions of a file.
fn instructions(unit: usize, text: &str) -> Vec<Instruction> {
    let escape = if text.lines().take(5).any(|line| line.to_ascii_lowercase().replace(' ', "").starts_with("#escape=`")) {
        '`'
    } else {
        '\\'
    };
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        lines.push((at, line));
        at += line.len();
    }
    let mut found = Vec::new();
    let mut index = 0;
    // Each here-document without an end costs a look at the rest of the file.
    let mut unclosed = 0;
    while let Some((start, line)) = lines.get(index).copied() {
        index += 1;
        let trimmed = line.trim_start();
        if trimmed.trim_end().is_empty() || trimmed.starts_with('#') {
            continue;
        }
        let lead = line.len() - trimmed.len();
        let length = trimmed.bytes().take_while(u8::is_ascii_alphabetic).count();
        let keyword = trimmed.get(..length).unwrap_or("").to_ascii_uppercase();
        let mut body = Piece::new(unit, Surface::Dockerfile);
        let mut current = (start + lead + length, trimmed.get(length..).unwrap_or(""));
        let mut end;
        loop {
            let (from, part) = current;
            let content = part.trim_end_matches(['\n', '\r']);
            let closed = content.trim_end_matches([' ', '\t']);
            end = from + content.len();
            if let Some(joined) = closed.strip_suffix(escape) {
                body.push(joined, from);
                // A blank keeps words apart, as the line break and indentation do in a file.
                body.push_for(" ", Span::new(from + joined.len(), from + part.len()));
            } else {
                body.push(content, from);
                break;
            }
            // Comment lines and empty lines inside an instruction are left out.
            let mut next = None;
            while let Some((from, line)) = lines.get(index).copied() {
                index += 1;
                let trimmed = line.trim();
                if trimmed.is_empty() || trimmed.starts_with('#') {
                    continue;
                }
                next = Some((from, line));
                break;
            }
            match next {
                Some(line) => current = line,
                None => break,
            }
        }
        let mut documents = Vec::new();
        if matches!(keyword.as_str(), "RUN" | "COPY" | "ADD") && unclosed < 8 {
            for (delimiter, _) in heredocs(&body.text) {
                let mut document = Piece::new(unit, Surface::Dockerfile);
                let from_index = index;
                let mut closed = false;
                while let Some((from, line)) = lines.get(index).copied() {
                    index += 1;
                    end = from + line.trim_end_matches(['\n', '\r']).len();
                    if line.trim() == delimiter {
                        closed = true;
                        break;
                    }
                    document.push(line, from);
                }
                if !closed {
                    // No end: what looked like a here-document is none.
                    index = from_index;
                    unclosed += 1;
                    break;
                }
                documents.push(document);
            }
        }
        found.push(Instruction { keyword, body, span: Span::new(start + lead, end), documents });
    }
    found
}

/// The delimiters of `<<EOF` and `<<-"EOF"` in an instruction.
fn heredocs(text: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    for (at, _) in text.match_indices("<<").take(8) {
        let rest = text.get(at + 2..).unwrap_or("");
        let rest = rest.strip_prefix('-').unwrap_or(rest).trim_start_matches(['"', '\'']);
        let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        let name = rest.get(..length).unwrap_or("");
        if name.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic() || byte == b'_') {
            found.push((name.to_owned(), at));
        }
    }
    found
}
