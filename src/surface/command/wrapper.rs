//! Programs that run other programs: `sudo`, `env`, `uv run`, `torchrun`, `docker run`, `bash -c`.

use crate::span::Span;
use crate::usage::{Literal, Value};

use super::super::piece::Piece;
use super::super::shell::{self, Dialect, Event, Variables};
use super::{Place, Reader, Word, is_python, program_of};

/// Programs behind whose options another command stands.
const WRAPPERS: &[&str] = &[
    "sudo",
    "doas",
    "env",
    "nohup",
    "nice",
    "ionice",
    "time",
    "timeout",
    "exec",
    "command",
    "builtin",
    "stdbuf",
    "tini",
    "dumb-init",
    "setsid",
    "xargs",
    "parallel",
    "watch",
    "screen",
    "tmux",
    "gosu",
    "runuser",
    "chroot",
    "xvfb-run",
    "numactl",
    "taskset",
    "flock",
    "retry",
    "srun",
    "salloc",
    "mpirun",
    "mpiexec",
    "singularity",
    "apptainer",
    "enroot",
    "nsys",
    "ncu",
    "conda",
    "mamba",
    "micromamba",
    "uv",
    "uvx",
    "pipx",
    "poetry",
    "pdm",
    "rye",
    "hatch",
    "pixi",
    "pipenv",
    "kubectl",
    "ssh",
    "su",
    "eval",
    "caffeinate",
    "strace",
    "find",
    "ray",
    "coverage",
    "py-spy",
    "memray",
    "jetson-containers",
];

/// Wrappers that start a Python script with what follows.
const LAUNCHERS: &[&str] = &[
    "torchrun",
    "deepspeed",
    "horovodrun",
    "accelerate",
    "uv",
    "srun",
    "mpirun",
    "mpiexec",
    "poetry",
    "pdm",
    "coverage",
    "time",
    "nohup",
];

/// Wrappers that take a whole command line as one word.
const TEXT_WRAPPERS: &[&str] =
    &["ssh", "su", "eval", "watch", "parallel", "screen", "tmux", "sbatch", "flock", "timeout", "find"];

impl Reader<'_> {
    /// Looks behind a wrapper. False when the program is none.
    pub(super) fn wrapper(
        &mut self,
        program: &str,
        words: &[Word],
        environment: &[(String, Word)],
        place: Place,
        depth: u32,
    ) -> bool {
        match program {
            "bash" | "sh" | "zsh" | "dash" | "ash" | "ksh" => {
                self.shell(words, environment, place, depth);
                true
            }
            "docker" | "podman" | "nerdctl" => {
                self.container(words, environment, place, depth);
                true
            }
            "torchrun" | "deepspeed" | "horovodrun" => {
                self.launched(words, environment, place, depth);
                true
            }
            "accelerate" if words.get(1).and_then(Word::text) == Some("launch") => {
                self.launched(words.get(1..).unwrap_or_default(), environment, place, depth);
                true
            }
            // Their own commands, such as `uv pip install`, run nothing.
            "uv" | "conda" | "mamba" | "micromamba" | "poetry" | "pdm" | "pipenv" | "pixi" | "kubectl"
                if matches!(
                    words.get(1).and_then(Word::text),
                    Some("pip" | "install" | "add" | "sync" | "create" | "apply" | "lock")
                ) =>
            {
                true
            }
            _ if WRAPPERS.contains(&program) || program == "sbatch" => {
                self.scan(program, words, environment, place, depth);
                true
            }
            _ => false,
        }
    }

    /// Finds the command behind the options of a wrapper.
    fn scan(&mut self, program: &str, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let mut set: Vec<(String, Word)> = environment.to_vec();
        for (index, word) in words.iter().enumerate().skip(1).take(64) {
            let Some(text) = word.text() else { continue };
            if TEXT_WRAPPERS.contains(&program) && text.contains([' ', '\n']) {
                self.text(word, place, depth);
                continue;
            }
            if let Some(rest) = text.strip_prefix("--wrap=").filter(|_| program == "sbatch") {
                self.text(&word.behind(text.len() - rest.len()), place, depth);
                continue;
            }
            if text.starts_with('-') {
                continue;
            }
            if let Some((name, _)) = text.split_once('=')
                && matches!(program, "env" | "sudo" | "exec" | "command")
            {
                let value = word.behind(name.len() + 1);
                self.environment(name, &value, word.span, place);
                let span = Span::new(word.span.start() + name.len() + 1, word.span.end());
                set.push((name.to_owned(), Word { span, ..value }));
                continue;
            }
            let rest = words.get(index..).unwrap_or_default();
            let name = program_of(text);
            let starts = is_python(name)
                || WRAPPERS.contains(&name)
                || matches!(name, "bash" | "sh" | "docker" | "podman" | "torchrun" | "deepspeed" | "accelerate" | "git")
                || self.lookup(rest).is_some_and(|(_, used)| used > 1 || index > 0);
            // `uv run`, `conda run`: the word is the wrapper's own command, not a program.
            let own = index == 1 && matches!(name, "run" | "exec" | "tool" | "launch");
            if starts && !own {
                self.inner(rest, &set, place, depth + 1);
                return;
            }
            if name.ends_with(".py") && (LAUNCHERS.contains(&program) || WRAPPERS.contains(&program)) {
                self.own_script(words.get(index + 1..).unwrap_or_default(), true, word.text_span, name, place);
                return;
            }
            if matches!(program, "time" | "nohup" | "exec" | "command" | "builtin" | "setsid" | "eval") {
                self.inner(rest, &set, place, depth + 1);
                return;
            }
        }
    }

    /// `torchrun --nproc 2 train.py --flags`, `accelerate launch -m module --flags`
    pub(super) fn launched(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        for (index, word) in words.iter().enumerate().skip(1).take(64) {
            let Some(text) = word.text() else { continue };
            let rest = words.get(index + 1..).unwrap_or_default();
            if matches!(text, "-m" | "--module") && !rest.is_empty() {
                let mut made =
                    vec![Word::literal("python", word.span, word.text_span), Word::literal("-m", word.span, word.text_span)];
                made.extend(rest.iter().cloned());
                self.module(&made, environment, place, depth + 1);
                return;
            }
            if text.ends_with(".py") {
                self.own_script(rest, true, word.text_span, program_of(text), place);
                return;
            }
            if !text.starts_with('-') && self.lookup(words.get(index..).unwrap_or_default()).is_some() {
                self.inner(words.get(index..).unwrap_or_default(), environment, place, depth + 1);
                return;
            }
        }
        // The script is a variable: its options still say what they mean.
        let callee = words.first().map_or(place.whole, |word| word.text_span);
        self.own_script(words.get(1..).unwrap_or_default(), true, callee, "the script", place);
    }

    /// `bash -c "text"`, `bash script.sh --flags`
    fn shell(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let mut takes = false;
        for (index, word) in words.iter().enumerate().skip(1) {
            let text = word.start();
            if text.starts_with('-') && !text.starts_with("--") && text.ends_with('c') {
                takes = true;
            } else if takes {
                if word.text().is_some() {
                    self.text_with(word, environment, place, depth);
                }
                // A list of words behind `-c` that is no text (`["sh", "-c", "vllm", "serve"]`) runs its first word only.
                return;
            } else if !text.starts_with('-') {
                let rest = words.get(index + 1..).unwrap_or_default();
                let callee = word.text_span;
                self.own_script(rest, false, callee, program_of(word.text().unwrap_or("the script")), place);
                return;
            }
        }
    }

    /// A word that is shell text itself.
    fn text(&mut self, word: &Word, place: Place, depth: u32) {
        self.text_with(word, &[], place, depth);
    }

    fn text_with(&mut self, word: &Word, environment: &[(String, Word)], place: Place, depth: u32) {
        let Some(text) = word.text().filter(|_| depth < super::MAX_DEPTH) else { return };
        let piece = match (&word.piece, word.replaceable) {
            (Some(piece), _) => piece.as_ref().clone(),
            (None, true) => Piece::verbatim(place.unit, place.surface, text, word.text_span.start()),
            (None, false) => {
                let mut piece = Piece::new(place.unit, place.surface);
                piece.push_for(text, word.text_span);
                piece
            }
        };
        let mut variables = Variables::new();
        for (name, word) in environment {
            variables.insert(name.clone(), shell::bound(word.clone(), true));
        }
        shell::run(&piece, Dialect::default(), &mut variables, &mut |event, _| match event {
            Event::Command(invocation) => {
                // In a text of several lines each line is a statement of its own.
                let statement = if text.trim_end().contains('\n') { invocation.statement } else { place.statement };
                let inner = Place { whole: invocation.whole, statement, ..place };
                let before: Vec<(String, Word)> = environment.iter().chain(&invocation.before).cloned().collect();
                for (name, word) in &invocation.before {
                    let start = word.span.start().saturating_sub(name.len() + 1);
                    self.environment(name, word, Span::new(start, word.span.end()), inner);
                }
                self.inner(&invocation.words, &before, inner, depth + 1);
            }
            Event::Export { name, word, .. } => {
                let start = word.span.start().saturating_sub(name.len() + 1);
                self.environment(&name, &word, Span::new(start, word.span.end()), place);
            }
            Event::Assign { .. } => {}
        });
    }

    /// `docker run -e X=1 image command ...`, `docker exec container command ...`
    fn container(&mut self, words: &[Word], environment: &[(String, Word)], place: Place, depth: u32) {
        let Some(verb) =
            words.iter().skip(1).find_map(|word| word.text().filter(|text| matches!(*text, "run" | "exec" | "create")))
        else {
            return;
        };
        let mut set: Vec<(String, Word)> = Vec::new();
        let mut index = 1;
        while let Some(word) = words.get(index) {
            index += 1;
            let text = word.start();
            if text == verb && index <= 4 {
                continue;
            }
            let pair = if matches!(text, "-e" | "--env") {
                index += 1;
                words.get(index - 1).cloned()
            } else if text.starts_with("--env=") {
                Some(word.behind("--env=".len()))
            } else if text.starts_with("-e") && text.contains('=') && !text.starts_with("--") {
                Some(word.behind("-e".len()))
            } else {
                None
            };
            if let Some(pair) = pair {
                let start = pair.start().to_owned();
                if let Some((name, _)) = start.split_once('=') {
                    let value = pair.behind(name.len() + 1);
                    let from = if pair.replaceable { pair.text_span.start() } else { pair.span.start() };
                    let whole = Span::new(from, value.text_span.end().max(from));
                    self.environment(name, &value, whole, place);
                    set.push((name.to_owned(), value));
                } else if let Some((_, value)) = environment.iter().find(|(name, _)| *name == start) {
                    set.push((start, value.clone()));
                }
                continue;
            }
            if text.starts_with('-') || word.text().is_none() {
                continue;
            }
            let rest = words.get(index..).unwrap_or_default();
            if self.image(word, rest, &set, place, depth) {
                return;
            }
            let name = program_of(text);
            let here = words.get(index - 1..).unwrap_or_default();
            let starts = is_python(name)
                || matches!(name, "bash" | "sh" | "torchrun" | "accelerate" | "env")
                || self.lookup(here).is_some_and(|(_, used)| used > 1);
            if starts {
                self.inner(here, &set, place, depth + 1);
                return;
            }
        }
    }

    /// An image whose arguments are known: `docker run <image> ...` is a command of its own. False when it is not.
    pub(in crate::surface) fn image(
        &mut self,
        image: &Word,
        rest: &[Word],
        environment: &[(String, Word)],
        place: Place,
        depth: u32,
    ) -> bool {
        let Some(name) = image_name(image.start()) else { return false };
        let Some((id, 3)) = self.catalog.command(&["docker", "run", name]) else { return false };
        // The image may be given another command than its own.
        let own = rest.first().and_then(Word::text).is_none_or(|text| text.starts_with('-') || text.contains('/'));
        let other = |text: &str| is_python(program_of(text)) || matches!(text, "bash" | "sh");
        if !own && (self.lookup(rest).is_some() || rest.first().and_then(Word::text).is_some_and(other)) {
            self.inner(rest, environment, place, depth + 1);
            return true;
        }
        let head = Word { value: Value::Known(Literal::Str(name.to_owned())), ..image.clone() };
        let mut words = vec![head];
        words.extend(rest.iter().cloned());
        self.catalogued(id, 1, &words, environment, place);
        true
    }
}

/// `docker.io/vllm/vllm-openai:v0.6@sha256:...` -> `vllm/vllm-openai`
pub(in crate::surface) fn image_name(text: &str) -> Option<&str> {
    let text = text.strip_prefix("docker.io/").unwrap_or(text);
    let text = text.split('@').next().unwrap_or(text);
    let slash = text.rfind('/')?;
    let tail = text.get(slash..).unwrap_or("");
    let end = tail.find(':').map_or(text.len(), |colon| slash + colon);
    text.get(..end).filter(|name| !name.is_empty())
}
