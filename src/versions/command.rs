//! Install commands: `pip install`, `uv pip install`, `uv add`, `poetry add`, `conda install` on a command line.

use std::ops::Range;

use super::{Place, Requirement, VersionKnowledge, conda, requirement};

/// What the install commands on a line ask for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Installation {
    /// Packages named on the line; spans are bytes of the line.
    pub requirements: Vec<Requirement>,
    /// Files named by `-r` and `-c`.
    pub files: Vec<FileReference>,
}

/// A requirements file that a command names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileReference {
    /// The path as written, without quotes.
    pub path: String,
    /// Bytes of the path on the line.
    pub span: Range<usize>,
    /// Whether it came with `-c`.
    pub is_constraint: bool,
}

/// The packages that the install commands on a line name. See [`pip_install`].
pub fn pip_install_requirements(command_line: &str) -> Vec<Requirement> {
    pip_install(command_line).requirements
}

/// Reads the install commands on a shell line: `RUN pip install torch==2.1.0 && ...`, `!pip install ..`,
/// `python -m pip install ..`. The line may hold continuations and several commands. As in a shell, an unquoted `>`
/// is a redirection: `pip install torch>=2.0` asks for any torch.
pub fn pip_install(command_line: &str) -> Installation {
    let mut found = Installation::default();
    for command in commands(command_line) {
        if let Some((language, first)) = installer(&command) {
            read_arguments(command.get(first..).unwrap_or(&[]), language, &mut found);
        }
    }
    found
}

/// One word of a command line.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Word {
    /// The word without its quotes.
    text: String,
    /// Its bytes on the line, without the outer quotes where it is quoted as a whole.
    span: Range<usize>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Language {
    Pip,
    Poetry,
    Conda,
}

/// Options of the installers whose value is the next word.
const WITH_VALUE: &[&str] = &[
    "-e",
    "--editable",
    "-i",
    "--index-url",
    "--index",
    "--default-index",
    "--extra-index-url",
    "-f",
    "--find-links",
    "-t",
    "--target",
    "-p",
    "--python",
    "--prefix",
    "--root",
    "--platform",
    "--python-version",
    "--implementation",
    "--abi",
    "--cache-dir",
    "--log",
    "--proxy",
    "--retries",
    "--timeout",
    "--trusted-host",
    "--cert",
    "--progress-bar",
    "--config-settings",
    "--src",
    "--upgrade-strategy",
    "--no-binary",
    "--only-binary",
    "--torch-backend",
    "--group",
    "-G",
    "--optional",
    "--extra",
    "-E",
    "--extras",
    "--source",
    "-n",
    "--name",
    "-c",
    "--channel",
    "--report",
    "--constraint",
    "-r",
    "--requirement",
    "--requirements",
    "--constraints",
    "--file",
    "--index-strategy",
    "--keyring-provider",
    "--link-mode",
    "--package",
    "--resolution",
    "--prerelease",
    "--exclude-newer",
    "--tag",
];

/// Recognises an install command; gives its language and the index of its first argument.
fn installer(words: &[Word]) -> Option<(Language, usize)> {
    let text = |index: usize| words.get(index).map(|word| word.text.as_str());
    // `sudo`, `RUN`, `-` of a YAML list, assignments before the command and Docker's `--mount=` may come first.
    for index in 0..words.len().min(24) {
        let program = text(index)?.trim_start_matches(['!', '%', '@']).rsplit(['/', '\\']).next()?;
        let is_pip = program.strip_prefix("pip").is_some_and(|rest| rest.chars().all(|c| c.is_ascii_digit() || c == '.'));
        let second = text(index + 1).unwrap_or("");
        if is_pip {
            // Options may stand between `pip` and `install`.
            let install = (index + 1..words.len().min(index + 12)).find(|at| text(*at) == Some("install"));
            let between_is_options = install.is_some_and(|at| {
                (index + 1..at).all(|word| {
                    text(word).is_some_and(|word| word.starts_with('-'))
                        || text(word - 1).is_some_and(|word| WITH_VALUE.contains(&word))
                })
            });
            if let Some(install) = install.filter(|_| between_is_options) {
                return Some((Language::Pip, install + 1));
            }
        }
        match (program, second) {
            ("uv" | "pdm" | "rye", "add") => return Some((Language::Pip, index + 2)),
            ("poetry", "add") => return Some((Language::Poetry, index + 2)),
            ("pipenv", "install") => return Some((Language::Pip, index + 2)),
            ("conda" | "mamba" | "micromamba", "install" | "create") => {
                return Some((Language::Conda, index + 2));
            }
            // Commands that only talk about installing.
            ("echo" | "printf" | "grep" | "apt-get" | "apt" | "npm" | "apk" | "yum" | "dnf" | "brew", _) => return None,
            _ => {}
        }
    }
    None
}

fn read_arguments(words: &[Word], language: Language, found: &mut Installation) {
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let text = word.text.as_str();
        if text.starts_with('-') {
            let (option, attached) = match text.split_once('=') {
                Some((option, value)) => (option, Some(value)),
                None => (text, None),
            };
            let is_constraint = matches!(option, "-c" | "--constraint" | "--constraints") && language == Language::Pip;
            let is_file = matches!(option, "-r" | "--requirement" | "--requirements")
                || (option == "--file" && language == Language::Conda);
            let short = ["-r", "-c"].iter().find(|short| text.starts_with(**short) && !text.starts_with("--"));
            let reference = match (attached, short) {
                (Some(value), _) if is_file || is_constraint => Some((value.to_owned(), suffix(word, value.len()))),
                (None, Some(short)) if text.len() > 2 && language == Language::Pip => {
                    let value = text.get(short.len()..).unwrap_or("");
                    Some((value.to_owned(), suffix(word, value.len())))
                }
                (None, _) if WITH_VALUE.contains(&option) => {
                    let value = words.next();
                    value.filter(|_| is_file || is_constraint).map(|value| (value.text.clone(), value.span.clone()))
                }
                _ => None,
            };
            if let Some((path, span)) = reference {
                found.files.push(FileReference { path, span, is_constraint: is_constraint || text.starts_with("-c") });
            }
            continue;
        }
        let read = match language {
            Language::Conda => conda::parse(text, word.span.start, Place::Command),
            Language::Pip => requirement::parse(text, word.span.start, Place::Command),
            Language::Poetry => poetry_word(text, word.span.start),
        };
        let Some(mut read) = read else { continue };
        if word.span.len() != text.len() {
            // Quotes inside the word: places inside it are not places on the line.
            read.span = word.span.clone();
            read.specifier_span = word.span.end..word.span.end;
        }
        found.requirements.push(read);
    }
}

/// `torch@^2.1`, `torch==2.1`, `torch`.
fn poetry_word(text: &str, offset: usize) -> Option<Requirement> {
    let Some((name, version)) = text.split_once('@').filter(|(_, version)| !version.contains("://")) else {
        return requirement::parse(text, offset, Place::Command);
    };
    let mut read = requirement::parse(name, offset, Place::Command)?;
    read.knowledge = if version == "latest" { VersionKnowledge::Unknown } else { VersionKnowledge::from_poetry(version) };
    read.specifier_span = offset + name.len() + 1..offset + text.len();
    read.span = offset..offset + text.len();
    Some(read)
}

fn suffix(word: &Word, length: usize) -> Range<usize> {
    word.span.end.saturating_sub(length).max(word.span.start)..word.span.end
}

/// Splits a shell line into commands and those into words. Comments, redirections and separators vanish.
fn commands(line: &str) -> Vec<Vec<Word>> {
    let mut all = Vec::new();
    let mut words: Vec<Word> = Vec::new();
    let mut characters = line.char_indices().peekable();
    while let Some((at, c)) = characters.peek().copied() {
        match c {
            ';' | '&' | '|' | '\n' | '(' | ')' | '`' => {
                characters.next();
                if !words.is_empty() {
                    all.push(std::mem::take(&mut words));
                }
            }
            '#' => while characters.next_if(|(_, c)| *c != '\n').is_some() {},
            '<' | '>' => {
                // The redirection's target is no argument.
                while characters.next_if(|(_, c)| matches!(c, '<' | '>' | '&' | ' ' | '\t')).is_some() {}
                let _ = word(line, &mut characters);
            }
            '\\' if line.get(at + 1..).is_some_and(|rest| rest.starts_with(['\n', '\r'])) => {
                characters.next();
                while characters.next_if(|(_, c)| matches!(c, '\r' | '\n')).is_some_and(|(_, c)| c != '\n') {}
            }
            _ if c.is_whitespace() => {
                characters.next();
            }
            _ => words.push(word(line, &mut characters)),
        }
    }
    all.push(words);
    all
}

/// Reads one word; the iterator stands at its first character.
fn word(line: &str, characters: &mut std::iter::Peekable<std::str::CharIndices<'_>>) -> Word {
    let start = characters.peek().map_or(line.len(), |(at, _)| *at);
    let mut text = String::new();
    let mut quotes = 0;
    let mut end = start;
    while let Some((at, c)) = characters.peek().copied() {
        match c {
            '"' | '\'' => {
                quotes += 1;
                characters.next();
                while let Some((_, inner)) = characters.next_if(|(_, inner)| *inner != c) {
                    text.push(inner);
                }
                end = characters.next().map_or(line.len(), |(at, _)| at + 1);
            }
            '\\' => {
                if line.get(at + 1..).is_some_and(|rest| rest.starts_with(['\n', '\r'])) {
                    break;
                }
                characters.next();
                quotes += 2;
                if let Some((at, escaped)) = characters.next() {
                    text.push(escaped);
                    end = at + escaped.len_utf8();
                }
            }
            '$' if line.get(at..).is_some_and(|rest| rest.starts_with("${") || rest.starts_with("$(")) => {
                let close = if line.get(at..).is_some_and(|rest| rest.starts_with("${")) { '}' } else { ')' };
                while let Some((at, inner)) = characters.next_if(|(_, inner)| *inner != close && *inner != '\n') {
                    text.push(inner);
                    end = at + inner.len_utf8();
                }
                if let Some((at, inner)) = characters.next_if(|(_, inner)| *inner == close) {
                    text.push(inner);
                    end = at + 1;
                }
            }
            ';' | '&' | '|' | '<' | '>' | '(' | ')' | '`' => break,
            _ if c.is_whitespace() => break,
            _ => {
                characters.next();
                text.push(c);
                end = at + c.len_utf8();
            }
        }
    }
    // A word that is quoted as a whole: its span is what stands between the quotes.
    let whole = quotes == 1 && end.saturating_sub(start) == text.len() + 2;
    let span = if whole { start + 1..end.saturating_sub(1) } else { start..end };
    Word { text, span }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    fn seen(line: &str) -> Vec<(String, String, String)> {
        pip_install_requirements(line)
            .into_iter()
            .map(|found| (found.package, line[found.span].to_owned(), found.knowledge.describe()))
            .collect()
    }

    fn row(package: &str, text: &str, version: &str) -> (String, String, String) {
        (package.to_owned(), text.to_owned(), version.to_owned())
    }

    #[test]
    fn commands_that_install() {
        for (line, wanted) in [
            ("pip install torch==2.1.0", vec![row("torch", "torch==2.1.0", "2.1.0")]),
            (
                "RUN pip3 install --no-cache-dir \\\n    torch==2.1.0+cu118 \\\n    -f https://x.example/whl 'transformers>=4.36,<4.50' && rm -rf x",
                vec![
                    row("torch", "torch==2.1.0+cu118", "2.1.0+cu118"),
                    row("transformers", "transformers>=4.36,<4.50", ">=4.36,<4.50"),
                ],
            ),
            ("!pip install -q -U \"keras[x]==3.8.0\" # why", vec![row("keras", "keras[x]==3.8.0", "3.8.0")]),
            ("%pip install vllm==0.10.2", vec![row("vllm", "vllm==0.10.2", "0.10.2")]),
            ("python3.11 -m pip --disable-pip-version-check install torch==2.1.0", vec![row("torch", "torch==2.1.0", "2.1.0")]),
            ("!{sys.executable} -m pip install torch==2.1.0", vec![row("torch", "torch==2.1.0", "2.1.0")]),
            ("uv pip install --system --index-url https://x.example torch==2.1.0", vec![row("torch", "torch==2.1.0", "2.1.0")]),
            ("uv add torch==2.1.0 --dev", vec![row("torch", "torch==2.1.0", "2.1.0")]),
            ("poetry add torch@^2.1", vec![row("torch", "torch@^2.1", "^2.1")]),
            (
                "conda install -y -c pytorch -c nvidia pytorch=2.0.1 pytorch-cuda=11.8",
                vec![row("torch", "pytorch=2.0.1", "=2.0.1"), row("pytorch-cuda", "pytorch-cuda=11.8", "=11.8")],
            ),
            ("mamba create -n env 'pytorch>=2.0'", vec![row("torch", "pytorch>=2.0", ">=2.0")]),
            ("PIP_X=1 sudo /usr/bin/pip install torch==2.1.0", vec![row("torch", "torch==2.1.0", "2.1.0")]),
            (
                "RUN --mount=type=cache,target=/root/.cache pip install torch==2.1.0; echo done",
                vec![row("torch", "torch==2.1.0", "2.1.0")],
            ),
            ("pip install torch==${TORCH_VERSION}", vec![row("torch", "torch==${TORCH_VERSION}", "")]),
            ("cd x && pip install 'torch'\"==2.1.0\"", vec![row("torch", "'torch'\"==2.1.0\"", "2.1.0")]),
        ] {
            assert_eq!(seen(line), wanted, "{line}");
        }
    }

    #[test]
    fn an_unquoted_sign_redirects() {
        assert_eq!(seen("pip install torch>=2.0 keras"), [row("torch", "torch", ""), row("keras", "keras", "")]);
    }

    #[test]
    fn commands_that_do_not() {
        for line in [
            "",
            "pip freeze",
            "pip uninstall torch==2.1.0",
            "echo pip install torch==2.1.0",
            "apt-get install pip torch",
            "pip download torch==2.1.0",
            "npm install torch@2",
            "pipx run torch==2.1",
            "# pip install torch==2.1.0",
            "pip install .",
            "pip install -e . -r requirements.txt",
            "pip install ./dist/x.tar.gz",
        ] {
            assert_eq!(seen(line), [], "{line}");
        }
    }

    #[test]
    fn files_that_are_named() {
        let line = "pip install -r requirements/base.txt --requirement=dev.txt -rmore.txt -c 'constraints.txt' torch";
        let found = pip_install(line);
        let files: Vec<_> =
            found.files.iter().map(|file| (file.path.as_str(), &line[file.span.clone()], file.is_constraint)).collect();
        assert_eq!(
            files,
            [
                ("requirements/base.txt", "requirements/base.txt", false),
                ("dev.txt", "dev.txt", false),
                ("more.txt", "more.txt", false),
                ("constraints.txt", "constraints.txt", true),
            ]
        );
        assert_eq!(found.requirements.len(), 1);
    }

    #[test]
    fn hostile_lines() {
        for line in ["\\", "'", "pip install '", "pip install \\", "${", "pip install é\\é", "pip install -r", "> ", "\0"] {
            let _ = pip_install(line);
        }
        let _ = pip_install(&format!("pip install {}", "torch==2.1 ".repeat(30_000)));
        let _ = pip_install(&"(".repeat(200_000));
        let _ = pip_install(&"${".repeat(100_000));
    }
}
