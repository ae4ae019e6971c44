//! Where shell text shows a Hub token: `echo $HF_TOKEN`, `printenv`, `set -x` before a command that gets one.
//!
//! What goes into a file or into the input of another command is not shown; nor is `${HF_TOKEN:+set}`.

use std::collections::BTreeSet;

use super::piece::{HOLE, Piece, without_templates};
use super::shell::lex::{self, Item, RawWord};
use crate::secrets::{Exposure, is_token_name};
use crate::span::Span;

/// A place where a token is shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Shown {
    /// Index of the unit.
    pub(crate) unit: usize,
    /// The variable or command.
    pub(crate) span: Span,
    /// The logical line.
    pub(crate) statement: Span,
    /// How much is shown.
    pub(crate) what: Exposure,
}

/// Programs that write on what they read.
const PASS_ON: &[&str] = &[
    "cat", "tee", "base64", "rev", "xxd", "od", "hexdump", "fold", "less", "more", "sort", "uniq", "tail", "nl", "column", "sudo",
];

/// The places of a piece where a token is shown. `masks`: what runs it hides secrets in its log (GitHub), so that only what
/// is aimed at the token counts. `notebook`: `{name}` is Python's.
/// `original` is the text of the unit, where templates still stand.
pub(crate) fn shown(piece: &Piece, original: &str, notebook: bool, masks: bool) -> Vec<Shown> {
    let text = without_templates(&piece.text);
    let script = lex::read(&text, notebook);
    let mut reader =
        Reader { text: &piece.text, piece, original, notebook, tokens: BTreeSet::new(), traced: false, found: Vec::new() };
    if notebook && is_token_name(text.trim()) && text.trim().bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_') {
        // `%env HF_TOKEN`
        let start = text.len() - text.trim_start().len();
        let span = Span::new(start, start + text.trim().len());
        reader.found.push((span, span, Exposure::Token));
    }
    for item in &script.items {
        if let Item::Command { words, span, .. } = item {
            reader.token_arguments(words, *span);
        }
    }
    for item in &script.items {
        match item {
            Item::Assign { name, words, .. } => reader.assigned(name, words),
            Item::Command { words, span, statement, .. } => reader.command(words, *span, *statement, masks),
        }
    }
    let mut found: Vec<Shown> = reader
        .found
        .into_iter()
        .map(|(span, statement, what)| Shown {
            unit: piece.unit,
            span: piece.place(span),
            statement: piece.place(statement),
            what,
        })
        .collect();
    found.sort_by_key(|shown| (shown.span.start, shown.span.end));
    found.dedup_by_key(|shown| shown.span);
    found
}

struct Reader<'t> {
    text: &'t str,
    piece: &'t Piece,
    original: &'t str,
    notebook: bool,
    /// Variables that hold a token under another name.
    tokens: BTreeSet<String>,
    /// `set -x` holds.
    traced: bool,
    found: Vec<(Span, Span, Exposure)>,
}

impl Reader<'_> {
    /// `hf auth login --token $X`: then `X` is a token.
    fn token_arguments(&mut self, words: &[RawWord], span: Span) {
        let is_login = words
            .first()
            .and_then(RawWord::plain)
            .is_some_and(|program| matches!(program, "hf" | "huggingface-cli") || program.ends_with("/hf"));
        if !is_login {
            return;
        }
        let text = span.text(self.text);
        if let Some((_, rest)) = text.split_once("--token") {
            let rest = rest.trim_start_matches(['=', ' ', '"', '$', '{']);
            let length = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
            if let Some(name) = rest.get(..length).filter(|name| !name.is_empty()) {
                self.tokens.insert(name.to_owned());
            }
        }
    }

    /// `X=$HF_TOKEN`, `X=$(cat ~/.cache/huggingface/token)`
    fn assigned(&mut self, name: &str, words: &[RawWord]) {
        let holds = words.iter().any(|word| {
            let text = word.span.text(self.text);
            text.contains("huggingface/token") || text.contains("auth token") || !self.exposures(word.span).is_empty()
        });
        if holds && !is_token_name(name) {
            self.tokens.insert(name.to_owned());
        }
    }

    fn command(&mut self, words: &[RawWord], span: Span, statement: Span, masks: bool) {
        let mut words = words;
        while let Some("sudo" | "command" | "time" | "exec") = words.first().and_then(RawWord::plain) {
            words = words.get(1..).unwrap_or_default();
        }
        let plain: Vec<&str> = words.iter().map(|word| word.plain().unwrap_or("")).collect();
        let Some((program, arguments)) = plain.split_first() else { return };
        let program = program.trim_start_matches('@').rsplit('/').next().unwrap_or(program);
        let options_only = arguments.iter().all(|argument| argument.starts_with('-'));
        match program {
            "set" if arguments.is_empty() => self.dump(span, statement, masks),
            "set" => {
                for argument in arguments {
                    if argument.starts_with('-') && (argument.contains('x') && !argument.starts_with("--")) {
                        self.traced = true;
                    } else if argument.starts_with('+') && argument.contains('x') {
                        self.traced = false;
                    }
                }
                if let [flag, "xtrace", ..] = arguments {
                    self.traced = *flag == "-o";
                }
            }
            "printenv" if arguments.iter().any(|name| is_token_name(name)) => self.whole(span, statement),
            "printenv" | "env" if options_only && !arguments.contains(&"-u") => self.dump(span, statement, masks),
            "export" | "declare" if matches!(arguments, ["-p" | "-x" | "-px" | "-xp"]) => self.dump(span, statement, masks),
            "cat" if arguments.iter().any(|name| name.ends_with("huggingface/token")) => self.whole(span, statement),
            "cat" => {
                let in_words =
                    words.iter().skip(1).any(|word| word.plain().is_none() && word.span.text(self.text).ends_with("/token"));
                if in_words && span.text(self.text).contains("HF_HOME") {
                    self.whole(span, statement);
                }
            }
            "hf" | "huggingface-cli" if matches!(arguments, ["auth", "token", ..]) => self.whole(span, statement),
            "echo" | "printf" | "print" | "Write-Host" | "Write-Output" => {
                let command = span.text(self.text);
                // Commands to the runner that hide a value.
                if command.contains("::add-mask::") || command.contains("issecret=true") {
                    return;
                }
                if let Some(limit) = self.outflow(span, statement) {
                    for (place, what) in self.exposures(span) {
                        if let Some(what) = cut(what, limit) {
                            self.found.push((place, statement, what));
                        }
                    }
                }
            }
            _ if self.traced && !masks => {
                if let Some((place, what)) = self.exposures(span).into_iter().next() {
                    self.found.push((place, statement, what));
                }
            }
            _ => {}
        }
    }

    /// The whole token is written by a command.
    fn whole(&mut self, span: Span, statement: Span) {
        if let Some(limit) = self.outflow(span, statement)
            && let Some(what) = cut(Exposure::Token, limit)
        {
            self.found.push((span, statement, what));
        }
    }

    /// All variables are written.
    fn dump(&mut self, span: Span, statement: Span, masks: bool) {
        if !masks && self.outflow_of(span, statement, true).is_some() {
            self.found.push((span, statement, Exposure::Environment));
        }
    }

    fn outflow(&self, span: Span, statement: Span) -> Option<Limit> {
        self.outflow_of(span, statement, false)
    }

    /// Whether what a command writes reaches the terminal, and how much of it.
    fn outflow_of(&self, span: Span, statement: Span, environment: bool) -> Option<Limit> {
        if is_captured(self.text.get(statement.start()..span.start()).unwrap_or("")) {
            return None;
        }
        let rest = self.text.get(span.end()..).unwrap_or("");
        let mut limit = Limit::All;
        let mut position = 0;
        // The flow is followed over a bounded stretch: nobody writes longer ones by hand.
        let end = rest.char_indices().map(|(index, _)| index).nth(2000).unwrap_or(rest.len());
        let rest = rest.get(..end).unwrap_or("");
        let bytes = rest.as_bytes();
        while let Some(byte) = bytes.get(position) {
            let next = bytes.get(position + 1);
            match byte {
                b'\\' => position += 2,
                b'\n' | b';' | b')' | b'`' => break,
                b'&' if next == Some(&b'>') => return None,
                b'&' => break,
                b'\'' | b'"' => position = quoted(bytes, position),
                b'>' => {
                    let number = position.checked_sub(1).and_then(|before| bytes.get(before));
                    let target = rest.get(position..).unwrap_or("").trim_start_matches(['>', '|', ' ']);
                    let to_terminal =
                        ["&1", "&2", "/dev/stderr", "/dev/stdout", "/dev/tty"].iter().any(|name| target.starts_with(name));
                    if number != Some(&b'2') && !to_terminal {
                        return None;
                    }
                    position += rest.get(position..).map_or(1, |text| text.len() - target.len());
                    if target.starts_with('&') {
                        position += 1;
                    }
                }
                b'|' if next == Some(&b'|') => break,
                b'|' => {
                    let command = rest.get(position + 1..).unwrap_or("");
                    let stage = command.get(..stage_length(command)).unwrap_or("");
                    limit = limit.through(stage, environment)?;
                    position += 1;
                }
                _ => position += 1,
            }
        }
        Some(limit)
    }

    /// The tokens that a stretch of the text expands to.
    fn exposures(&self, span: Span) -> Vec<(Span, Exposure)> {
        let text = span.text(self.text);
        let bytes = text.as_bytes();
        let mut found = Vec::new();
        let mut position = 0;
        let mut double = false;
        while let Some(byte) = bytes.get(position) {
            match byte {
                b'\\' => position += 1,
                b'"' => double = !double,
                b'\'' if !double => position = quoted(bytes, position).saturating_sub(1),
                b'$' => {
                    let rest = text.get(position + 1..).unwrap_or("");
                    let (length, what) = match self.template(span.start() + position + 1, rest) {
                        Some(found) => found,
                        None => self.expansion(rest),
                    };
                    if let Some(what) = what {
                        let start = span.start() + position;
                        found.push((Span::new(start, start + 1 + length), what));
                    }
                    position += length;
                }
                b'{' if self.notebook => {
                    let rest = text.get(position + 1..).unwrap_or("");
                    let name = rest.split('}').next().unwrap_or("");
                    if is_token_name(name) && rest.len() > name.len() {
                        let start = span.start() + position;
                        found.push((Span::new(start, start + name.len() + 2), Exposure::Token));
                    }
                }
                _ => {}
            }
            position += 1;
        }
        found
    }

    /// `{{ secrets.HF_TOKEN }}` behind a `$`; the reader of the file may have put a hole there, then the file itself says it.
    fn template(&self, at: usize, rest: &str) -> Option<(usize, Option<Exposure>)> {
        let (length, text) = if rest.starts_with(HOLE) {
            let filled = rest.get(HOLE.len_utf8()..).unwrap_or("");
            let length = rest.len() - filled.trim_start_matches('_').len();
            (length, self.piece.place(Span::new(at, at + length)).text(self.original))
        } else {
            (rest.strip_prefix("{{")?.find("}}")? + 4, rest)
        };
        let inside = text.strip_prefix("{{")?;
        let expression = inside.get(..inside.find("}}")?)?.trim();
        let name = expression.rsplit('.').next().unwrap_or("");
        let is_name = expression.len() > name.len()
            && expression.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'.' | b'-'));
        Some((length, (is_name && is_token_name(name)).then_some(Exposure::Token)))
    }

    /// What stands behind a `$`: its length and what it shows.
    fn expansion(&self, rest: &str) -> (usize, Option<Exposure>) {
        let is_token = |name: &str| is_token_name(name) || self.tokens.contains(name);
        let word = |text: &str| text.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
        if let Some(inside) = rest.strip_prefix('{') {
            let length = word(inside);
            let (name, after) = inside.split_at(length);
            let end = after.find('}').unwrap_or(after.len());
            let operator = after.get(..end).unwrap_or("");
            let what = is_token(name).then(|| parameter(operator)).flatten();
            return (1 + length + end + usize::from(end < after.len()), what);
        }
        let length = word(rest);
        let name = rest.get(..length).unwrap_or("");
        if name.eq_ignore_ascii_case("env")
            && let Some(inside) = rest.get(length..).and_then(|rest| rest.strip_prefix(':'))
        {
            // PowerShell.
            let more = word(inside);
            return (length + 1 + more, is_token_name(inside.get(..more).unwrap_or("")).then_some(Exposure::Token));
        }
        (length, is_token(name).then_some(Exposure::Token))
    }
}

/// `${NAME<operator>}`
fn parameter(operator: &str) -> Option<Exposure> {
    match operator.as_bytes() {
        [] | [b':', b'-' | b'=' | b'?', ..] | [b'-' | b'=' | b'?', ..] => Some(Exposure::Token),
        [b':', b'+', ..] => None,
        [b':', ..] => {
            let mut numbers = operator.get(1..)?.split(':').map(|number| number.trim().parse::<i64>().ok());
            let first = numbers.next()??;
            let length = numbers.next();
            match length {
                None => Exposure::slice(Some(first), None),
                Some(length) => {
                    let length = length?;
                    let last = if length < 0 { length } else { first.checked_add(length)? };
                    // `${X: -4:2}`: from the end; at most so many.
                    if first < 0 { Exposure::slice(Some(first), None) } else { Exposure::slice(Some(first), Some(last)) }
                }
            }
        }
        _ => None,
    }
}

/// How much of what is written gets through a pipe.
#[derive(Clone, Copy)]
enum Limit {
    All,
    /// So many characters.
    First(i64),
}

impl Limit {
    /// Through one more command; nothing when that reads it for itself.
    fn through(self, stage: &str, environment: bool) -> Option<Self> {
        let mut words = stage.split_whitespace().filter(|word| *word != "sudo");
        let program = words.next().unwrap_or("");
        let arguments: Vec<&str> = words.collect();
        let program = program.rsplit('/').next().unwrap_or(program);
        match program {
            "grep" | "egrep" | "rg" | "findstr" => {
                let silent = arguments.iter().any(|word| {
                    matches!(*word, "--quiet" | "--count")
                        || (word.starts_with('-') && !word.starts_with("--") && word.contains(['q', 'c', 'v', 'l']))
                });
                let lower = stage.to_ascii_lowercase();
                let meant = ["token", "hf", "hugg"].iter().any(|word| lower.contains(word));
                (!silent && (meant || !environment)).then_some(self)
            }
            "cut" | "head" if !environment => {
                let number = arguments
                    .iter()
                    .flat_map(|word| word.split(|sign: char| !sign.is_ascii_digit()))
                    .filter(|digits| !digits.is_empty())
                    .filter_map(|digits| digits.parse::<i64>().ok())
                    .next_back();
                let characters = arguments.iter().any(|word| word.starts_with("-c") || word.starts_with("-b"));
                if characters { number.map(Limit::First) } else { Some(self) }
            }
            "head" => Some(self),
            // `sed 's/./& /g'` gets past the masks of a log; other forms mask by themselves.
            "sed" => stage.contains('&').then_some(self),
            _ => PASS_ON.contains(&program).then_some(self),
        }
    }
}

/// What is left of an exposure.
fn cut(what: Exposure, limit: Limit) -> Option<Exposure> {
    match limit {
        Limit::All => Some(what),
        Limit::First(length) => Exposure::slice(None, Some(length)),
    }
}

/// Bytes up to the end of one command of a pipe.
fn stage_length(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut position = 0;
    while let Some(byte) = bytes.get(position) {
        match byte {
            b'\'' | b'"' => position = quoted(bytes, position),
            b'|' | b';' | b'\n' | b'>' | b')' => break,
            _ => position += 1,
        }
    }
    let mut end = position.min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    end
}

/// The byte behind the quote that closes the one at `position`.
fn quoted(bytes: &[u8], position: usize) -> usize {
    let quote = bytes.get(position).copied().unwrap_or(b'"');
    let rest = bytes.get(position + 1..).unwrap_or_default();
    memchr::memchr(quote, rest).map_or(position + 1, |end| position + end + 2)
}

/// True when what follows this stands in `$(...)` or backquotes: its output is a value.
fn is_captured(before: &str) -> bool {
    let bytes = before.as_bytes();
    let mut stack: Vec<bool> = Vec::new();
    let mut backquotes = false;
    for (index, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' if stack.len() < 100 => {
                let opener = index.checked_sub(1).and_then(|at| bytes.get(at));
                stack.push(matches!(opener, Some(b'$' | b'<' | b'>')));
            }
            b')' => {
                stack.pop();
            }
            b'`' => backquotes = !backquotes,
            _ => {}
        }
    }
    backquotes || stack.contains(&true)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::usage::Surface;

    fn found(text: &str) -> Vec<Exposure> {
        shown(&Piece::verbatim(0, Surface::Shell, text, 0), text, false, false).into_iter().map(|shown| shown.what).collect()
    }

    #[test]
    fn what_shows_a_token() {
        for text in [
            "echo $HF_TOKEN",
            "echo \"token: ${HF_TOKEN}\"",
            "echo \"${HF_TOKEN:-none}\" >&2",
            "printf '%s\\n' \"$HUGGING_FACE_HUB_TOKEN\"",
            "printenv HF_TOKEN",
            "echo $HF_TOKEN | base64",
            "echo $HF_TOKEN | sed 's/./& /g'",
            "echo $HF_TOKEN | tee log.txt",
            "echo $HF_TOKEN 2>/dev/null",
            "cat ~/.cache/huggingface/token",
            "hf auth token",
            "T=$HF_TOKEN\necho $T",
            "T=$(cat ~/.cache/huggingface/token)\necho $T",
            "huggingface-cli login --token $SECRET\necho $SECRET",
            "set -ex\npython train.py --hub_token $HF_TOKEN",
            "echo ${{ secrets.HF_TOKEN }}",
            "if true; then echo $HF_TOKEN; fi",
        ] {
            assert_eq!(found(text), [Exposure::Token], "{text}");
        }
        assert_eq!(found("echo ${HF_TOKEN:0:10}..."), [Exposure::Start(10)]);
        assert_eq!(found("echo $HF_TOKEN | cut -c1-12"), [Exposure::Start(12)]);
        assert_eq!(found("echo $HF_TOKEN | head -c 8"), [Exposure::Start(8)]);
        for text in ["env", "printenv", "env | sort", "export -p", "env | grep -i token", "set"] {
            assert_eq!(found(text), [Exposure::Environment], "{text}");
        }
    }

    #[test]
    fn what_shows_none() {
        for text in [
            "echo HF_TOKEN",
            "echo '$HF_TOKEN'",
            "echo \\$HF_TOKEN",
            "echo ${HF_TOKEN:+set} ${#HF_TOKEN}",
            "echo ${HF_TOKEN:0:6}***",
            "echo $HF_TOKEN | head -c 5",
            "echo $HF_TOKEN > ~/.cache/huggingface/token",
            "echo \"HF_TOKEN=$HF_TOKEN\" >> $GITHUB_ENV",
            "echo $HF_TOKEN &> /dev/null",
            "echo $HF_TOKEN | tee token > /dev/null",
            "echo $HF_TOKEN | huggingface-cli login",
            "echo $HF_TOKEN | docker login -u me --password-stdin registry",
            "echo $HF_TOKEN | wc -c",
            "echo \"::add-mask::$HF_TOKEN\"",
            "X=$(echo $HF_TOKEN | tr -d ' ')",
            "[ -z \"$HF_TOKEN\" ] && echo 'HF_TOKEN is not set'",
            "hf auth login --token $HF_TOKEN",
            "export HF_TOKEN=$HF_TOKEN",
            "env HF_TOKEN=x python a.py",
            "env | grep CUDA",
            "env > vars.txt",
            "X=$(env)",
            "set -x\necho hello\nset +x\npython a.py --token $HF_TOKEN",
            "set -e\npython a.py --token $HF_TOKEN",
            "echo $TOKENS $token",
            "cat <<EOF > .env\nHF_TOKEN=$HF_TOKEN\nEOF",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }
}
