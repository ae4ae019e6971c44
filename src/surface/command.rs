//! Words of a command line -> uses: what the command is behind `sudo`, `docker run`, `python -m`, and what its options mean.

mod arguments;
mod wrapper;

use std::collections::BTreeMap;

use crate::catalog::{Catalog, EntryId, RepoKind};
use crate::span::Span;
use crate::usage::{Argument, CallSite, Confidence, Literal, Origin, Role, Surface, Use, UseKind, Value};

pub use super::word::Word;

/// How deep commands within commands are followed (`sudo docker run image bash -c "..."`).
const MAX_DEPTH: u32 = 8;

/// Where a command stands.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    /// Index of the unit.
    pub unit: usize,
    /// The language.
    pub surface: Surface,
    /// The whole command.
    pub whole: Span,
    /// The whole logical line, for suppressions.
    pub statement: Span,
}

/// What commands come to.
#[derive(Debug, Default)]
pub struct Found {
    /// The uses.
    pub uses: Vec<Use>,
    /// Commits that are checked out with git: unit, place, argument.
    pub checkouts: Vec<(usize, usize, Argument)>,
}

/// The uses of one command line. `before` are the variables set for it alone, by name.
///
/// For lists and strings of Python (`subprocess.run([...])`) `before` is empty; a string is given to
/// [`super::shell_text`] instead.
#[must_use]
pub fn command_uses(words: &[Word], before: &[(String, Word)], place: Place, catalog: &Catalog) -> Vec<Use> {
    let mut reader = Reader::new(catalog);
    reader.command(words, before, place, 0);
    finish(reader.found)
}

/// Gives clones the commit that is checked out behind them.
#[must_use]
pub fn finish(found: Found) -> Vec<Use> {
    let Found { mut uses, mut checkouts } = found;
    checkouts.sort_by_key(|(unit, at, _)| (*unit, *at));
    let clones: Vec<(usize, usize)> =
        uses.iter().filter(|usage| is_clone(usage)).map(|usage| (usage.unit, usage.whole.start())).collect();
    for usage in uses.iter_mut().filter(|usage| is_clone(usage)) {
        let here = (usage.unit, usage.whole.start());
        let next = clones.iter().filter(|other| **other > here).min().copied().unwrap_or((usize::MAX, 0));
        let commit = checkouts.iter().find(|(unit, at, _)| *unit == usage.unit && (*unit, *at) > here && (*unit, *at) < next);
        if let Some((_, _, argument)) = commit {
            usage.arguments.insert(Role::Revision, argument.clone());
        }
    }
    uses
}

fn is_clone(usage: &Use) -> bool {
    usage.kind == UseKind::Command && usage.name.starts_with("git ") && usage.name.ends_with("clone")
}

/// Reads commands into [`Found`].
pub struct Reader<'a> {
    pub(super) catalog: &'a Catalog,
    /// What was found so far.
    pub found: Found,
}

impl<'a> Reader<'a> {
    /// A reader with nothing found.
    #[must_use]
    pub fn new(catalog: &'a Catalog) -> Self {
        Self { catalog, found: Found::default() }
    }

    /// An environment variable is set.
    pub fn environment(&mut self, name: &str, word: &Word, span: Span, place: Place) {
        let Some(id) = self.catalog.environment(name) else { return };
        let entry = self.catalog.entry(id);
        let role = entry.parameters.first().map_or(Role::Switch, |parameter| parameter.role);
        if word.text() == Some("") {
            return;
        }
        let name_end = span.start() + name.len();
        let callee = if name_end <= span.end() { Span::new(span.start(), name_end) } else { span };
        let argument = argument(word, span);
        let arguments = BTreeMap::from([(role, argument)]);
        self.found.uses.push(Use {
            kind: UseKind::Environment,
            entry: Some(id),
            name: name.to_owned(),
            qualified: name.to_owned(),
            surface: place.surface,
            unit: place.unit,
            callee,
            statement: place.statement,
            whole: span,
            site: None,
            arguments,
            confidence: entry.confidence,
            retry_of: None,
            saved_before: false,
            guarded: None,
        });
    }

    /// One command line.
    pub fn command(&mut self, words: &[Word], before: &[(String, Word)], place: Place, depth: u32) {
        for (name, word) in before {
            let start = word.span.start().saturating_sub(name.len() + 1);
            self.environment(name, word, Span::new(start, word.span.end()), place);
        }
        self.inner(words, before, place, depth);
    }

    fn inner(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let Some(first) = words.first() else { return };
        if depth > MAX_DEPTH {
            return;
        }
        let Some(text) = first.text() else {
            // `$PYTHON -m vllm...`, `$LAUNCHER train.py`: an unknown program before a known command.
            let head = first.start();
            if head.is_empty() || head.ends_with('/') {
                self.behind_unknown(words, environment, place, depth);
            }
            return;
        };
        let program = program_of(text);
        if matches!(
            program,
            "echo" | "printf" | "grep" | "egrep" | "rg" | "sed" | "awk" | "cat" | "[" | "[[" | "test" | "which" | ":"
        ) {
            return;
        }
        let without_options;
        let mut words = words;
        if program == "git" {
            self.checkout(words, place);
            without_options = without_git_options(words);
            words = &without_options;
        }
        if self.wrapper(program, words, environment, place, depth) {
            return;
        }
        if is_python(program) {
            self.python(words, environment, place, depth);
            return;
        }
        if let Some((id, used)) = self.lookup(words) {
            self.catalogued(id, used, words, environment, place);
            return;
        }
        let is_script = program.ends_with(".py");
        self.own_script(words.get(1..).unwrap_or_default(), is_script, first.text_span, program, place);
    }

    /// The entry of the command that the words begin.
    fn lookup(&self, words: &[Word]) -> Option<(EntryId, usize)> {
        let texts: Vec<&str> = words.iter().take(6).map_while(Word::text).collect();
        self.catalog.command(&texts)
    }

    fn behind_unknown(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let rest = words.get(1..).unwrap_or_default();
        let Some(next) = rest.iter().find_map(Word::text) else { return };
        let first = rest.first().and_then(Word::text).unwrap_or("");
        if first == "-m" || first == "-u" || next.ends_with(".py") && first == next {
            let mut made = words.to_vec();
            if let Some(word) = made.first_mut() {
                *word = Word::literal("python", word.span, word.span);
            }
            self.python(&made, environment, place, depth + 1);
        } else if first.starts_with('-') {
            self.own_script(rest, false, words.first().map_or(place.whole, |word| word.span), "the command", place);
        } else if self.lookup(rest).is_some_and(|(_, used)| used > 1) {
            self.inner(rest, environment, place, depth + 1);
        }
    }

    /// `python [options] script.py ...`, `python [options] -m module ...`
    fn python(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let mut at = 1;
        while let Some(text) = words.get(at).and_then(Word::text) {
            match text {
                "-m" => {
                    let mut made: Vec<Word> = words.first().into_iter().cloned().collect();
                    made.extend(words.get(at..).unwrap_or_default().iter().cloned());
                    self.module(&made, environment, place, depth);
                    return;
                }
                "-c" => return,
                "-W" | "-X" => at += 2,
                _ if text.starts_with('-') && text.len() > 1 && !text.starts_with("--") => at += 1,
                _ => break,
            }
        }
        let script = words.get(at);
        let callee = script.map_or(place.whole, |word| word.text_span);
        let name = script.and_then(Word::text).map_or("python", program_of).to_owned();
        self.own_script(words.get(at + 1..).unwrap_or_default(), true, callee, &name, place);
    }

    /// `python -m module ...`, its options already taken out.
    fn module(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let name = words.get(2).and_then(Word::text).unwrap_or("");
        let rest = words.get(2..).unwrap_or_default();
        if matches!(
            name,
            "torch.distributed.launch" | "torch.distributed.run" | "accelerate.commands.launch" | "deepspeed.launcher.launch"
        ) {
            self.launched(rest, environment, place, depth);
            return;
        }
        if matches!(name, "uv" | "accelerate" | "poetry") {
            self.inner(rest, environment, place, depth + 1);
            return;
        }
        if let Some((id, used)) = self.lookup(words).filter(|(_, used)| *used > 1) {
            self.catalogued(id, used, words, environment, place);
            return;
        }
        let callee = words.get(2).map_or(place.whole, |word| word.text_span);
        self.own_script(words.get(3..).unwrap_or_default(), true, callee, name, place);
    }

    /// `git checkout <commit>`: what was cloned before is pinned.
    fn checkout(&mut self, words: &[Word], place: Place) {
        let texts: Vec<&str> = words.iter().filter_map(Word::text).collect();
        if !texts.iter().any(|text| matches!(*text, "checkout" | "reset" | "switch" | "fetch")) {
            return;
        }
        let commit = words.iter().find(|word| word.text().is_some_and(is_commit));
        if let Some(word) = commit {
            self.found.checkouts.push((place.unit, place.whole.start(), argument(word, word.span)));
        }
    }

    /// Options given to a program that is not catalogued: they say what they mean by their names.
    fn own_script(&mut self, words: &[Word], is_python: bool, callee: Span, name: &str, place: Place) {
        for (index, word) in words.iter().enumerate() {
            let start = word.start();
            if !start.starts_with("--") {
                continue;
            }
            let (option, attached) = match start.split_once('=') {
                Some((option, _)) => (option, true),
                None => (start, false),
            };
            let length = option.len();
            let option = format!("--{}", option.trim_start_matches('-').replace('-', "_"));
            let next = words.get(index + 1);
            let switch = self.catalog.switch(option.trim_start_matches('-'));
            if let Some(id) = switch.filter(|id| self.catalog.entry(*id).parameter(Role::RemoteCode).is_some()) {
                let (value, span) = match (attached, next.filter(|word| word.text().is_some_and(is_bool))) {
                    (true, _) => (word.behind(length + 1), word.span),
                    (false, Some(next)) => (next.clone(), Span::new(word.span.start(), next.span.end())),
                    (false, None) => (flag(word), word.span),
                };
                let mut arguments = BTreeMap::new();
                arguments.insert(Role::RemoteCode, argument(&value, span));
                let mut made = blank(UseKind::Switch, Some(id), word.text().unwrap_or("--trust_remote_code"), place);
                made.callee = word.span;
                made.whole = span;
                made.arguments = arguments;
                self.found.uses.push(made);
                continue;
            }
            if !is_python {
                continue;
            }
            let Some((id, 2)) = self.catalog.command(&["python", &option]) else { continue };
            let value = match (attached, next) {
                (true, _) => word.behind(length + 1),
                (false, Some(next)) => next.clone(),
                (false, None) => continue,
            };
            // Scripts take folders as well as ids: only what can be nothing else than an id is taken for one.
            if value.value.literals().is_empty() || !value.value.literals().iter().all(|text| text.as_str().is_some_and(is_id)) {
                continue;
            }
            let Some(parameter) = self.catalog.entry(id).parameters.first() else { continue };
            let span = Span::new(word.span.start(), value.span.end().max(word.span.end()));
            let mut made = blank(UseKind::Command, Some(id), name, place);
            made.callee = callee;
            made.confidence = Confidence::Medium;
            made.arguments.insert(parameter.role, argument(&value, span));
            self.found.uses.push(made);
        }
    }
}

/// `git -C folder -c key=value clone ...` without the options of git itself.
fn without_git_options(words: &[Word]) -> Vec<Word> {
    let mut at = 1;
    while let Some(text) = words.get(at).and_then(Word::text).filter(|text| text.starts_with('-')) {
        at += if matches!(text, "-C" | "-c" | "--git-dir" | "--work-tree") { 2 } else { 1 };
    }
    words.iter().take(1).chain(words.iter().skip(at)).cloned().collect()
}

/// A use without arguments.
pub(super) fn blank(kind: UseKind, entry: Option<EntryId>, name: &str, place: Place) -> Use {
    Use {
        kind,
        entry,
        name: name.to_owned(),
        qualified: name.to_owned(),
        surface: place.surface,
        unit: place.unit,
        callee: place.whole,
        statement: place.statement,
        whole: place.whole,
        site: None,
        arguments: BTreeMap::new(),
        confidence: Confidence::High,
        retry_of: None,
        saved_before: false,
        guarded: None,
    }
}

/// The argument that a word is.
#[must_use]
pub(super) fn argument(word: &Word, span: Span) -> Argument {
    Argument {
        value: word.value.clone(),
        span,
        value_span: word.text_span,
        origin: word.origin,
        definition: word.definition.clone(),
        replaceable: word.replaceable,
    }
}

/// A flag that is given: true.
pub(super) fn flag(word: &Word) -> Word {
    Word { value: Value::Known(Literal::Bool(true)), replaceable: false, ..word.clone() }
}

/// A call site that says only that there may be more options than can be seen.
pub(super) fn open_site(place: Place) -> CallSite {
    CallSite { parentheses: place.whole, last_argument: None, trailing_comma: false, open: true }
}

/// The last part of a path, without `.exe`.
pub(super) fn program_of(text: &str) -> &str {
    let base = text.rsplit(['/', '\\']).next().unwrap_or(text);
    base.strip_suffix(".exe").unwrap_or(base)
}

pub(super) fn is_python(program: &str) -> bool {
    matches!(program, "python" | "py" | "pypy3" | "ipython" | "{sys.executable}")
        || program.strip_prefix("python").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.'))
}

/// `true`, `False`, `1`: a value of a switch.
pub(super) fn is_bool(text: &str) -> bool {
    matches!(text.to_ascii_lowercase().as_str(), "true" | "false" | "1" | "0" | "yes" | "no" | "on" | "off")
}

/// 40 lower-case hexadecimal digits.
fn is_commit(text: &str) -> bool {
    text.len() == 40 && text.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// `org/name` that is no path.
fn is_id(text: &str) -> bool {
    let Some((owner, name)) = text.split_once('/') else { return false };
    let legal = |part: &str| {
        !part.is_empty()
            && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') || !byte.is_ascii())
            && !part.starts_with('.')
    };
    legal(owner) && legal(name) && !owner.ends_with('.')
}

/// Repositories have one kind for a whole entry; a Hub address is asked for where the kind is an address.
pub(super) fn is_address_kind(kind: Option<RepoKind>) -> bool {
    kind == Some(RepoKind::Url)
}

/// An origin for words that a file of configuration holds.
pub(super) const CONFIG: Origin = Origin::Config;

impl Reader<'_> {
    /// `NAME=value` in a shell statement.
    pub(super) fn assignment(&mut self, name: &str, word: &Word, place: Place) {
        let start = word.span.start().saturating_sub(name.len() + 1);
        self.environment(name, word, Span::new(start, word.span.end()), place);
    }

    /// A command with variables of its own and those of its shell.
    pub(super) fn command_in(&mut self, words: &[Word], before: &[(String, Word)], exported: &[(String, Word)], place: Place) {
        for (name, word) in before {
            self.assignment(name, word, place);
        }
        let all: Vec<(String, Word)> = before.iter().chain(exported).cloned().collect();
        self.inner(words, &all, place, 0);
    }

    /// A command whose environment is told elsewhere.
    pub(super) fn words(&mut self, words: &[Word], environment: &[(String, Word)], place: Place) {
        self.inner(words, environment, place, 0);
    }

    /// True when `docker run <image>` is catalogued.
    pub(super) fn knows_image(&self, image: &Word) -> bool {
        wrapper::image_name(image.start())
            .is_some_and(|name| matches!(self.catalog.command(&["docker", "run", name]), Some((_, 3))))
    }
}
