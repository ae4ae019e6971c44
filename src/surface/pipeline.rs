//! Workflows, CI definitions, compose files, Kubernetes manifests and Helm values: the commands and environments in YAML.
//!
//! These dialects share their words (`run`, `script`, `command`, `args`, `env`), so one walk reads them all; a command that
//! is not catalogued makes no use, wherever it stands.

use crate::span::Span;
use crate::usage::{Origin, Surface};

use super::Reading;
use super::command::{Place, Word};
use super::document::{self, Kind, Tree};
use super::shell::{self, Dialect, Event, Variables};

/// How deep mappings are followed.
const MAX_DEPTH: usize = 100;
/// How many nodes are looked at; aliases make a small file large.
const MAX_STEPS: usize = 200_000;

/// Keys whose text is shell.
const SCRIPTS: &[&str] = &[
    "run",
    "script",
    "before_script",
    "after_script",
    "commands",
    "cmds",
    "cmd",
    "setup",
    "bash",
    "sh",
    "shell_command",
    "postCreateCommand",
    "postStartCommand",
    "onCreateCommand",
    "updateContentCommand",
    "install",
    "build",
    "before_install",
    "inlineScript",
    "pre_build",
    "post_build",
];

/// Keys whose list is the words of one command.
const COMMANDS: &[&str] = &["entrypoint", "command", "args", "arguments", "extraArgs", "extra_args"];

/// Keys of environments.
const ENVIRONMENTS: &[&str] = &[
    "env",
    "environment",
    "variables",
    "envs",
    "env_vars",
    "envVars",
    "extraEnv",
    "environment_variables",
    "containerEnv",
    "remoteEnv",
];

/// The keys that make a document more than data: scripts, commands, environments.
pub(super) fn keys() -> impl Iterator<Item = &'static str> {
    [SCRIPTS, COMMANDS, ENVIRONMENTS].into_iter().flatten().copied()
}

/// Reads every document of a tree.
pub fn read(reading: &mut Reading<'_>, tree: &Tree, surface: Surface) {
    let mut walk = Walk { tree, surface, steps: 0 };
    for root in &tree.roots {
        walk.node(reading, *root, &Variables::new(), 0);
    }
}

struct Walk<'t> {
    tree: &'t Tree,
    surface: Surface,
    steps: usize,
}

impl Walk<'_> {
    fn node(&mut self, reading: &mut Reading<'_>, id: usize, variables: &Variables, depth: usize) {
        self.steps += 1;
        if depth > MAX_DEPTH || self.steps > MAX_STEPS {
            return;
        }
        match self.tree.node(id).map(|node| &node.kind) {
            Some(Kind::Sequence(items)) => {
                for item in items {
                    self.node(reading, *item, variables, depth + 1);
                }
            }
            Some(Kind::Mapping(_)) => self.mapping(reading, id, variables, depth),
            _ => {}
        }
    }

    fn mapping(&mut self, reading: &mut Reading<'_>, id: usize, outer: &Variables, depth: usize) {
        let pairs = self.tree.pairs(id);
        let mut environment: Vec<(String, Word)> = Vec::new();
        let mut variables = std::borrow::Cow::Borrowed(outer);
        for (key, value) in &pairs {
            if self.tree.text(*key).is_some_and(|key| ENVIRONMENTS.contains(&key)) {
                for (name, word, span) in self.environment(*value) {
                    let place = Place { unit: reading.unit, surface: self.surface, whole: span, statement: span };
                    reading.commands.environment(&name, &word, span, place);
                    if environment.len() < 500 {
                        variables.to_mut().insert(name.clone(), shell::bound(word.clone(), true));
                        environment.push((name, word));
                    }
                }
            }
        }
        let other_language = pairs.iter().any(|(key, value)| {
            self.tree.text(*key) == Some("shell")
                && self.tree.text(*value).is_some_and(|shell| {
                    shell.contains("python") || shell.contains("pwsh") || shell.contains("powershell") || shell.contains("cmd")
                })
        });
        self.container(reading, id, &pairs, &environment, &variables);
        for (key, value) in &pairs {
            let name = self.tree.text(*key).unwrap_or("");
            if SCRIPTS.contains(&name) && !other_language {
                self.script(reading, *value, &variables);
            }
            self.node(reading, *value, &variables, depth + 1);
        }
    }

    /// A text, or a list of texts, of shell.
    fn script(&mut self, reading: &mut Reading<'_>, id: usize, variables: &Variables) {
        let Some(node) = self.tree.node(id) else { return };
        match &node.kind {
            Kind::Scalar { piece, .. } => {
                let one_line = !piece.text.trim_end().contains('\n');
                reading.shell(piece, Dialect::default(), &mut variables.clone(), one_line.then_some(node.span));
            }
            Kind::Sequence(items) => {
                // The lines of one script: variables go on from line to line.
                let mut variables = variables.clone();
                for item in items.iter().take(2000) {
                    self.steps += 1;
                    match self.tree.node(*item).map(|node| (&node.kind, node.span)) {
                        Some((Kind::Scalar { piece, .. }, span)) => {
                            let one_line = !piece.text.trim_end().contains('\n');
                            reading.shell(piece, Dialect::default(), &mut variables, one_line.then_some(span));
                        }
                        Some((Kind::Sequence(inner), _)) if self.steps < MAX_STEPS => {
                            // GitLab flattens lists of lists (`- *setup`).
                            for item in inner.iter().take(200) {
                                if let Some(Kind::Scalar { piece, .. }) = self.tree.node(*item).map(|node| &node.kind) {
                                    reading.shell(piece, Dialect::default(), &mut variables, None);
                                }
                            }
                        }
                        _ => {}
                    }
                }
            }
            Kind::Mapping(_) => {}
        }
    }

    /// `image`, `entrypoint`, `command` and `args` of one mapping are one command line.
    fn container(
        &mut self,
        reading: &mut Reading<'_>,
        id: usize,
        pairs: &[(usize, usize)],
        environment: &[(String, Word)],
        variables: &Variables,
    ) {
        let image = self.image(id);
        let mut words: Vec<Word> = Vec::new();
        let mut span: Option<Span> = None;
        let mut texts: Vec<usize> = Vec::new();
        let mut own_entrypoint = false;
        for wanted in COMMANDS {
            for (key, value) in pairs {
                if self.tree.text(*key) != Some(wanted) {
                    continue;
                }
                let Some(node) = self.tree.node(*value) else { continue };
                let here = match &node.kind {
                    Kind::Sequence(items) => {
                        let found: Vec<Word> =
                            items.iter().take(2000).filter_map(|item| document::word(self.tree.node(*item)?)).collect();
                        // A list of whole command lines (`command: ["vllm serve org/m"]`) is a script.
                        if found.iter().any(|word| word.start().contains(' '))
                            && !has_shell(&found)
                            && found.len() == items.len()
                            && image.is_none()
                            && *wanted == "command"
                        {
                            self.script(reading, *value, variables);
                            continue;
                        }
                        found
                    }
                    Kind::Scalar { .. }
                        if image.as_ref().is_some_and(|image| reading.knows_image(image)) || *wanted != "command" =>
                    {
                        self.words_of(node, variables)
                    }
                    Kind::Scalar { .. } => {
                        texts.push(*value);
                        continue;
                    }
                    Kind::Mapping(_) => continue,
                };
                if here.is_empty() {
                    continue;
                }
                own_entrypoint |= *wanted == "entrypoint" || (*wanted == "command" && self.tree.get(id, "args").is_some());
                let start = self.tree.node(*key).map_or(node.span.start(), |key| key.span.start());
                let whole = Span::new(start, node.span.end());
                span = Some(span.map_or(whole, |span| Span::new(span.start().min(whole.start()), span.end().max(whole.end()))));
                words.extend(here);
            }
        }
        for text in texts {
            self.script(reading, text, variables);
        }
        let known_by_environment = environment.iter().any(|(name, _)| matches!(name.as_str(), "MODEL_ID" | "LLAMA_ARG_HF_REPO"));
        if words.is_empty() && !known_by_environment {
            return;
        }
        let whole = span.or(image.as_ref().map(|image| image.span)).unwrap_or_default();
        let place = Place { unit: reading.unit, surface: self.surface, whole, statement: whole };
        if let Some(image) = &image
            && (!own_entrypoint || words.first().is_some_and(|word| word.start().starts_with('-')))
            && reading.commands.image(image, &words, environment, place, 0)
        {
            return;
        }
        reading.commands.words(&words, environment, place);
    }

    /// The words of a command line in one text.
    fn words_of(&self, node: &document::Node, variables: &Variables) -> Vec<Word> {
        let Kind::Scalar { piece, .. } = &node.kind else { return Vec::new() };
        let mut words = Vec::new();
        shell::run(piece, Dialect::default(), &mut variables.clone(), &mut |event, _| {
            if let Event::Command(invocation) = event
                && words.is_empty()
            {
                words = invocation.words;
            }
        });
        words
    }

    /// `image: name` or `image: {repository: name}`.
    fn image(&self, id: usize) -> Option<Word> {
        let value = self.tree.get(id, "image")?;
        let node = match &self.tree.node(value)?.kind {
            Kind::Mapping(_) => self.tree.node(self.tree.get(value, "repository").or_else(|| self.tree.get(value, "name"))?)?,
            _ => self.tree.node(value)?,
        };
        document::word(node).map(|word| match word.text() {
            Some(_) => word,
            // `image: org/image:{{ tag }}`: the name is known.
            None => {
                let head = word.head.trim_end_matches(':').to_owned();
                Word::literal(&head, word.span, word.span)
            }
        })
    }

    /// The variables of an environment in any of its forms.
    fn environment(&self, id: usize) -> Vec<(String, Word, Span)> {
        let mut found = Vec::new();
        match self.tree.node(id).map(|node| &node.kind) {
            Some(Kind::Mapping(_)) => {
                for (key, value) in self.tree.pairs(id) {
                    if let (Some(name), Some(key), Some(node)) = (self.tree.text(key), self.tree.node(key), self.tree.node(value))
                    {
                        // GitLab: `variables: {NAME: {value: x, description: y}}`.
                        let inner = self.tree.get(value, "value").and_then(|inner| self.tree.node(inner));
                        let node = inner.unwrap_or(node);
                        if let Some(word) = document::word(node) {
                            let word = Word { origin: Origin::Literal, ..word };
                            found.push((name.to_owned(), word, Span::new(key.span.start(), node.span.end())));
                        }
                    }
                }
            }
            Some(Kind::Sequence(items)) => {
                for item in items.iter().take(2000) {
                    let Some(node) = self.tree.node(*item) else { continue };
                    match &node.kind {
                        Kind::Scalar { .. } => {
                            let Some(word) = document::word(node) else { continue };
                            let start = word.start().to_owned();
                            if let Some((name, _)) = start.split_once('=') {
                                let value = Word { origin: Origin::Literal, ..word.behind(name.len() + 1) };
                                found.push((name.to_owned(), value, word.text_span));
                            }
                        }
                        Kind::Mapping(_) => {
                            let named = self.tree.get(*item, "name");
                            let name = named.and_then(|name| self.tree.text(name));
                            let start =
                                named.and_then(|name| self.tree.node(name)).map_or(node.span.start(), |name| name.span.start());
                            let value = self.tree.get(*item, "value").and_then(|value| self.tree.node(value));
                            if let (Some(name), Some(value)) = (name, value)
                                && let Some(word) = document::word(value)
                            {
                                let start = start.min(value.span.start());
                                found.push((
                                    name.to_owned(),
                                    Word { origin: Origin::Literal, ..word },
                                    Span::new(start, value.span.end()),
                                ));
                            }
                        }
                        Kind::Sequence(_) => {}
                    }
                }
            }
            _ => {}
        }
        found
    }
}

fn has_shell(words: &[Word]) -> bool {
    words.iter().take(2).any(|word| word.text().is_some_and(|text| text.ends_with("sh") || text == "-c"))
}
