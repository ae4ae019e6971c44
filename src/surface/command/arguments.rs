//! The options of a catalogued command by the roles that its entry gives them.

use crate::catalog::{Entry, EntryId, Pin, Place as ParameterPlace, RepoKind, RunsCode};
use crate::reference::parse_address;
use crate::span::Span;
use crate::usage::{Argument, Literal, Role, Use, UseKind, Value};

use super::{Place, Reader, Word, argument, blank, flag, is_address_kind, is_bool, open_site, program_of};

/// Options without a value that often stand before a positional word.
const FLAGS: &[&str] = &[
    "--quiet",
    "-q",
    "--force-download",
    "--resume-download",
    "--recursive",
    "--recurse-submodules",
    "--single-branch",
    "--no-checkout",
    "--bare",
    "--mirror",
    "-v",
    "--verbose",
    "--progress",
    "--local",
    "-l",
    "--no-tags",
    "--sparse",
    "--dry-run",
    "--debug",
    "-y",
    "--yes",
    "-d",
    "--detach",
];

impl Reader<'_> {
    /// The use of a command whose first `used` words are its name.
    pub(super) fn catalogued(&mut self, id: EntryId, used: usize, words: &[Word], environment: &[(String, Word)], place: Place) {
        let entry = self.catalog.entry(id);
        let head = words.get(..used).unwrap_or_default();
        let name: Vec<&str> = head
            .iter()
            .enumerate()
            .map(|(index, word)| word.text().map_or("", |text| if index == 0 { program_of(text) } else { text }))
            .collect();
        let mut name = name.join(" ");
        if let (1, Some(image)) = (used, entry.names.first().and_then(|name| name.strip_prefix("docker run "))) {
            // An image is known by its whole name.
            name = head.first().and_then(Word::text).unwrap_or(image).to_owned();
        }
        let start = head.first().map_or(place.whole.start(), |word| word.text_span.start());
        let end = head.last().map_or(start, |word| word.text_span.end());
        let mut made = blank(UseKind::Command, Some(id), &name, place);
        made.confidence = entry.confidence;
        made.callee = Span::new(start, end);
        fill(&mut made, entry, words.get(used..).unwrap_or_default(), environment, place);
        let help = words.iter().any(|word| matches!(word.text(), Some("--help" | "-h")));
        if help && !made.arguments.contains_key(&Role::RepoId) {
            return;
        }
        if is_address_kind(entry.repo) && !reaches_hub(&made) {
            return;
        }
        let always = matches!(entry.runs_code, RunsCode::Always | RunsCode::DefaultOn);
        if made.arguments.is_empty() && !always {
            return;
        }
        let rest = words.get(used..).unwrap_or_default();
        let callee = made.callee;
        let reads = entry
            .parameters
            .iter()
            .flat_map(|parameter| &parameter.places)
            .any(|place| place.keyword.as_deref().is_some_and(|keyword| keyword.starts_with("--env=")));
        if reads && !environment.is_empty() {
            // They were told just before.
            let from = self.found.uses.len().saturating_sub(256);
            let last = self.found.uses.split_off(from);
            self.found.uses.extend(last.into_iter().filter(|other| !read_by(&made, other)));
        }
        self.found.uses.push(made);
        if entry.parameter(Role::RemoteCode).is_none() {
            self.own_script(rest, false, callee, &name, place);
        }
    }
}

/// A clone from another host is none of our business.
fn reaches_hub(usage: &Use) -> bool {
    usage.argument(Role::RepoId).is_some_and(|argument| {
        argument.value.literals().iter().filter_map(Literal::as_str).any(|text| parse_address(text).is_some())
    })
}

/// Gives a use the arguments that the words name.
pub(super) fn fill(made: &mut Use, entry: &Entry, words: &[Word], environment: &[(String, Word)], place: Place) {
    let mut positional: Vec<&Word> = Vec::new();
    let mut doubtful: Vec<&Word> = Vec::new();
    let mut only_positional = false;
    let mut index = 0;
    while let Some(word) = words.get(index) {
        index += 1;
        if word.many {
            made.site = Some(open_site(place));
            continue;
        }
        let start = word.start();
        if only_positional || !start.starts_with('-') || start == "-" || start.parse::<f64>().is_ok() {
            positional.push(word);
            continue;
        }
        if start == "--" {
            only_positional = true;
            continue;
        }
        let (written, attached) = match start.split_once('=') {
            Some((option, _)) => (option, true),
            None => (start, false),
        };
        let option = normal(written);
        let next = words.get(index).filter(|next| !next.many && !next.start().starts_with("--"));
        if let Some((role, is_flag)) = role_of(entry, &option) {
            let value = if attached {
                word.behind(written.len() + 1)
            } else if is_flag {
                match next.filter(|next| next.text().is_some_and(is_bool)) {
                    Some(next) => {
                        index += 1;
                        next.clone()
                    }
                    None => flag(word),
                }
            } else if let Some(next) = next {
                index += 1;
                next.clone()
            } else if words.get(index).is_some_and(|next| next.many) {
                Word::unknown(crate::usage::Why::Variable, word.span, "")
            } else {
                continue;
            };
            let end = value.span.end().max(word.span.end());
            if role == Role::ModelArgs {
                pairs(made, entry, &value, word.span);
            }
            insert(made, entry, role, &value, Span::new(word.span.start(), end));
            continue;
        }
        if let Some(positive) = option.strip_prefix("--no-").map(|rest| format!("--{rest}"))
            && let Some((role, true)) = role_of(entry, &positive)
        {
            let off = Word { value: Value::Known(Literal::Bool(false)), replaceable: false, ..word.clone() };
            made.arguments.entry(role).or_insert_with(|| argument(&off, word.span));
            continue;
        }
        // An option that we do not know: what stands behind it is its value, or else the first word that counts.
        if !attached
            && !FLAGS.contains(&option.as_str())
            && let Some(next) = next.filter(|next| !next.start().starts_with('-'))
        {
            index += 1;
            doubtful.push(next);
        }
    }
    place_positional(made, entry, &positional, &doubtful);
    for (name, word) in environment {
        let option = format!("--env={name}");
        let role = entry
            .parameters
            .iter()
            .find(|parameter| parameter.places.iter().any(|place| place.keyword.as_deref() == Some(option.as_str())));
        if let Some(parameter) = role.filter(|parameter| !made.arguments.contains_key(&parameter.role)) {
            let start = word.span.start().saturating_sub(name.len() + 1);
            made.arguments.insert(parameter.role, argument(word, Span::new(start, word.span.end())));
        }
    }
}

/// The variables of a container that its command reads: they are told there and not again by themselves.
fn read_by(usage: &Use, other: &Use) -> bool {
    other.kind == UseKind::Environment
        && other.unit == usage.unit
        && usage.arguments.values().any(|argument| other.arguments.values().any(|own| own.value_span == argument.value_span))
}

fn place_positional(made: &mut Use, entry: &Entry, positional: &[&Word], doubtful: &[&Word]) {
    let at = |number: u16| positional.get(usize::from(number)).copied();
    if is_address_kind(entry.repo) {
        // `git clone [options] <address> [folder]`: the address is known by its looks.
        let address = positional.iter().chain(doubtful).find(|word| {
            word.value.literals().iter().filter_map(Literal::as_str).any(|text| text.contains("://") || text.contains('@'))
        });
        if let Some(word) = address {
            insert(made, entry, Role::RepoId, word, word.span);
        }
        return;
    }
    for parameter in &entry.parameters {
        let Some(number) = parameter.places.iter().find_map(|place: &ParameterPlace| place.position) else { continue };
        if made.arguments.contains_key(&parameter.role) {
            continue;
        }
        let word = at(number).or_else(|| {
            // `vllm serve --enable-x org/m`: the flag took the id for its value.
            let likely = |word: &&&Word| {
                word.text().is_some_and(|text| {
                    text.matches('/').count() == 1 && !text.starts_with(['.', '/', '~']) && !text.ends_with('/')
                })
            };
            (number == 0 && positional.is_empty()).then(|| doubtful.iter().rev().find(likely).copied()).flatten()
        });
        if let Some(word) = word {
            insert(made, entry, parameter.role, word, word.span);
        }
    }
}

/// Adds an argument; the first one of its role counts.
fn insert(made: &mut Use, entry: &Entry, role: Role, word: &Word, span: Span) {
    let mut value = argument(word, span);
    if matches!(role, Role::RepoId | Role::BaseId)
        && matches!(entry.pin, Pin::Impossible)
        && !matches!(entry.repo, Some(RepoKind::Github | RepoKind::Other))
    {
        without_tag(&mut value);
    }
    made.arguments.entry(role).or_insert(value);
}

/// `org/m:Q4_K_M` of llama.cpp and Ollama: the tag says which file, not which commit.
fn without_tag(argument: &mut Argument) {
    let Value::Known(Literal::Str(text)) = &argument.value else { return };
    let Some((id, tag)) = text.rsplit_once(':') else { return };
    if tag.contains('/') || !id.contains('/') {
        return;
    }
    let length = tag.len() + 1;
    if argument.replaceable {
        argument.value_span = Span::new(argument.value_span.start(), argument.value_span.end() - length);
    }
    argument.value = Value::Known(Literal::Str(id.to_owned()));
}

/// `--model_args pretrained=org/m,revision=main`: each pair is an argument.
fn pairs(made: &mut Use, entry: &Entry, word: &Word, option_span: Span) {
    let Some(text) = word.text().map(str::to_owned) else {
        made.site = Some(super::CallSite { parentheses: word.span, last_argument: None, trailing_comma: false, open: true });
        return;
    };
    let mut at = 0;
    for pair in text.split(',') {
        let start = at;
        at += pair.len() + 1;
        let Some((key, _)) = pair.split_once('=') else { continue };
        let parameter = entry.parameters.iter().find(|parameter| {
            parameter.places.iter().any(|place| match place.nested.as_slice() {
                [_, second] => second == key.trim(),
                _ => false,
            })
        });
        let Some(parameter) = parameter else { continue };
        let value_start = start + key.len() + 1;
        let value_text = text.get(value_start..start + pair.len()).unwrap_or("");
        let mut value = Word::literal(value_text, word.span, word.text_span);
        value.replaceable = word.replaceable;
        value.origin = word.origin;
        value.definition.clone_from(&word.definition);
        let mut span = Span::new(option_span.start(), word.span.end());
        if word.replaceable {
            let base = word.text_span.start();
            value.text_span = Span::new(base + value_start, base + start + pair.len());
            span = Span::new(base + start, base + start + pair.len());
        }
        insert(made, entry, parameter.role, &value, span);
    }
}

/// The role of an option, and whether it takes no value.
fn role_of(entry: &Entry, option: &str) -> Option<(Role, bool)> {
    entry.parameters.iter().find_map(|parameter| {
        let fits = parameter.places.iter().any(|place| place.keyword.as_deref().is_some_and(|keyword| normal(keyword) == option));
        // Of several places of one role (`--trust-remote-code`, a key of `--model_args`) the flag is the option.
        fits.then_some((parameter.role, parameter.flag))
    })
}

/// `--trust_remote_code` and `--trust-remote-code` are one option.
fn normal(option: &str) -> String {
    if option.starts_with("--") { option.replace('_', "-") } else { option.to_owned() }
}
