//! The grammar of each kind: given the place of a prefix, is there a whole credential?

use super::class::{at, emphasised, is_url_safe, is_word, left_boundary, right_boundary, run, slice};
use super::jws;
use super::kind::{Confidence, Kind};
use super::placeholder::{is_placeholder, is_service_placeholder, looks_random};

/// A credential found in one byte string.
#[derive(Debug, Clone, Copy)]
pub(super) struct Hit {
    pub(super) kind: Kind,
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) confidence: Confidence,
    pub(super) expiry: Option<i64>,
}

/// Remembers where the last run of `[A-Za-z0-9_-]` ends, so that a text of prefixes without a gap stays linear.
#[derive(Debug, Default)]
pub(super) struct Runs {
    start: usize,
    end: usize,
}

impl Runs {
    /// The end of the run that `from` lies in; `from` itself if it lies in none.
    pub(super) fn end(&mut self, text: &[u8], from: usize) -> usize {
        if !(self.start..self.end).contains(&from) {
            self.start = from;
            self.end = from + run(text, from, text.len(), is_url_safe);
        }
        self.end.max(from)
    }
}

fn hit(kind: Kind, start: usize, end: usize, confidence: Confidence) -> Option<Hit> {
    Some(Hit { kind, start, end, confidence, expiry: None })
}

fn alphanumeric(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
}

fn lower_hex(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'a'..=b'f')
}

/// The credential whose prefix of `kind` starts at `start`, or nothing.
pub(super) fn match_at(text: &[u8], start: usize, kind: Kind, runs: &mut Runs) -> Option<Hit> {
    match kind {
        Kind::User => hugging_face(text, start, runs),
        Kind::OrganizationLegacy | Kind::OAuthAppSecret => {
            let confidence = if kind == Kind::OAuthAppSecret { Confidence::Medium } else { Confidence::High };
            opaque(text, start, kind, 34..=34, confidence)
        }
        _ => service(text, start, kind, runs),
    }
}

fn hugging_face(text: &[u8], start: usize, runs: &mut Runs) -> Option<Hit> {
    // Cheap looks first: most `hf_` are names.
    match at(text, start + 3) {
        b'o' if slice(text, start, text.len()).starts_with(b"hf_oauth__refresh_") => {
            opaque(text, start, Kind::OAuthRefresh, 34..=34, Confidence::High)
        }
        b'o' if slice(text, start, text.len()).starts_with(b"hf_oauth_eyJ") => signed(text, start, Kind::OAuth, runs),
        b'j' if slice(text, start, text.len()).starts_with(b"hf_jwt_eyJ") => signed(text, start, Kind::Jwt, runs),
        b'a' if slice(text, start, text.len()).starts_with(b"hf_app_") => {
            opaque(text, start, Kind::App, 32..=64, Confidence::Medium)
        }
        b's' if slice(text, start, text.len()).starts_with(b"hf_s3_") => storage(text, start, runs),
        _ => opaque(text, start, Kind::User, 34..=34, Confidence::High),
    }
}

/// Prefix and letters or digits, as many as `lengths` allows, not one more.
fn opaque(
    text: &[u8],
    start: usize,
    kind: Kind,
    lengths: std::ops::RangeInclusive<usize>,
    confidence: Confidence,
) -> Option<Hit> {
    let body = start + kind.prefix().len();
    let length = run(text, body, lengths.end() + 1, alphanumeric);
    let end = body + length;
    if !lengths.contains(&length) {
        return None;
    }
    let bounded = left_boundary(text, start, false) && right_boundary(text, end, false);
    if !bounded && !emphasised(text, start, end) {
        return None;
    }
    if is_placeholder(slice(text, body, body + length.min(34))) {
        return None;
    }
    let has_digit = slice(text, body, end).iter().any(u8::is_ascii_digit);
    let digits_lower = has_digit && matches!(kind, Kind::User | Kind::OrganizationLegacy);
    hit(kind, start, end, if digits_lower { Confidence::Medium } else { confidence })
}

/// `eyJ… . eyJ… . …` after the prefix.
fn signed(text: &[u8], start: usize, kind: Kind, runs: &mut Runs) -> Option<Hit> {
    if !left_boundary(text, start, false) {
        return None;
    }
    let header = start + kind.prefix().len();
    let (payload, signature, end) = three_parts(text, header, [13, 13, 20], runs)?;
    if !slice(text, payload, signature).starts_with(b"eyJ") || !jws::is_header(slice(text, header, payload - 1)) {
        return None;
    }
    let expiry = jws::expiry(slice(text, payload, signature - 1));
    Some(Hit { kind, start, end, confidence: Confidence::High, expiry })
}

/// Three parts of `[A-Za-z0-9_-]` with dots between, at least so long; gives the starts of the second and third,
/// and the end.
fn three_parts(text: &[u8], first: usize, least: [usize; 3], runs: &mut Runs) -> Option<(usize, usize, usize)> {
    let mut starts = [first; 4];
    for (index, shortest) in least.into_iter().enumerate() {
        let from = *starts.get(index)?;
        let end = runs.end(text, from);
        if end - from < shortest || (index < 2 && at(text, end) != b'.') {
            return None;
        }
        *starts.get_mut(index + 1)? = if index < 2 { end + 1 } else { end };
    }
    let [_, second, third, end] = starts;
    Some((second, third, end))
}

fn storage(text: &[u8], start: usize, runs: &mut Runs) -> Option<Hit> {
    if !left_boundary(text, start, false) {
        return None;
    }
    let first = start + Kind::S3Temporary.prefix().len();
    let (second, third, end) = three_parts(text, first, [16, 16, 16], runs)?;
    // Dotted names have this shape too: each part must mix cases as random text does, and read like no words.
    let random = [(first, second - 1), (second, third - 1), (third, end)].into_iter().all(|(from, to)| {
        let part = slice(text, from, to.min(from + 64));
        part.iter().any(u8::is_ascii_uppercase) && part.iter().any(u8::is_ascii_lowercase) && !is_service_placeholder(part)
    });
    if !random || is_service_placeholder(slice(text, first, first + 34)) {
        return None;
    }
    hit(Kind::S3Temporary, start, end, Confidence::Medium)
}

fn service(text: &[u8], start: usize, kind: Kind, runs: &mut Runs) -> Option<Hit> {
    if !left_boundary(text, start, true) {
        return None;
    }
    let body = start + kind.prefix().len();
    let exact = |length: usize, class: fn(u8) -> bool| (run(text, body, length + 1, class) == length).then_some(body + length);
    let end = match kind {
        Kind::Anthropic => anthropic(text, body)?,
        Kind::Google => exact(35, is_url_safe)?,
        Kind::Gemini => exact(44, is_url_safe)?,
        Kind::Groq => exact(52, alphanumeric)?,
        Kind::Perplexity | Kind::LlamaCloud => exact(48, alphanumeric)?,
        Kind::Replicate => exact(37, is_url_safe)?,
        Kind::OpenRouter => exact(64, lower_hex)?,
        Kind::XAi => ranged(text, body, 70..=120, is_word)?,
        Kind::Nvidia => ranged(text, body, 60..=70, is_url_safe)?,
        Kind::Pinecone => pinecone(text, body)?,
        Kind::LangSmith => langsmith(text, body)?,
        Kind::Langfuse => uuid(text, body)?,
        Kind::Databricks => databricks(text, body)?,
        Kind::RunPod => run_pod(text, body)?,
        Kind::Together => exact(43, is_url_safe)?,
        Kind::Cerebras => exact(48, |byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())?,
        Kind::WeightsAndBiases => exact(77, is_word)?,
        Kind::Jina => exact(60, alphanumeric)?,
        Kind::Kaggle => exact(32, lower_hex)?,
        Kind::ElevenLabs => exact(48, lower_hex)?,
        _ => return None,
    };
    let _ = runs;
    let random = slice(text, body, end);
    // A key without any digit or without any letter would be a name or a number.
    let mixed = random.iter().any(u8::is_ascii_digit) && random.iter().any(u8::is_ascii_alphabetic);
    if !mixed || !right_boundary(text, end, true) || is_service_placeholder(random) {
        return None;
    }
    hit(kind, start, end, Confidence::High)
}

fn ranged(text: &[u8], body: usize, lengths: std::ops::RangeInclusive<usize>, class: fn(u8) -> bool) -> Option<usize> {
    let length = run(text, body, lengths.end() + 1, class);
    lengths.contains(&length).then_some(body + length)
}

/// `api03-`, `admin01-`, `oat01-`, `ort01-` and their like, then 93 characters and `AA`.
fn anthropic(text: &[u8], body: usize) -> Option<usize> {
    let letters = run(text, body, 8, |byte| byte.is_ascii_lowercase());
    let digits = run(text, body + letters, 3, |byte| byte.is_ascii_digit());
    if letters < 3 || digits != 2 || at(text, body + letters + 2) != b'-' {
        return None;
    }
    let key = body + letters + 3;
    let length = run(text, key, 131, is_url_safe);
    ((90..=130).contains(&length) && slice(text, key, key + length).ends_with(b"AA")).then_some(key + length)
}

fn pinecone(text: &[u8], body: usize) -> Option<usize> {
    let first = run(text, body, 8, alphanumeric);
    if !(5..=6).contains(&first) || at(text, body + first) != b'_' {
        return None;
    }
    let second = body + first + 1;
    (run(text, second, 64, alphanumeric) == 63).then_some(second + 63)
}

fn langsmith(text: &[u8], body: usize) -> Option<usize> {
    if !matches!(slice(text, body, body + 3), b"pt_" | b"sk_") {
        return None;
    }
    let first = body + 3;
    if run(text, first, 33, lower_hex) != 32 || at(text, first + 32) != b'_' {
        return None;
    }
    (run(text, first + 33, 11, lower_hex) == 10).then_some(first + 43)
}

fn uuid(text: &[u8], body: usize) -> Option<usize> {
    let mut position = body;
    for (index, length) in [8, 4, 4, 4, 12].into_iter().enumerate() {
        if index > 0 {
            if at(text, position) != b'-' {
                return None;
            }
            position += 1;
        }
        if run(text, position, length, lower_hex) != length {
            return None;
        }
        position += length;
    }
    Some(position)
}

fn databricks(text: &[u8], body: usize) -> Option<usize> {
    if run(text, body, 33, lower_hex) != 32 {
        return None;
    }
    let end = body + 32;
    let suffix = at(text, end) == b'-' && at(text, end + 1).is_ascii_digit();
    Some(if suffix { end + 2 } else { end })
}

fn run_pod(text: &[u8], body: usize) -> Option<usize> {
    let upper = slice(text, body, body + 40).iter().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit());
    (upper && run(text, body, 47, alphanumeric) == 46).then_some(body + 46)
}

/// The key around the mark `T3BlbkFJ` at `mark`.
pub(super) fn open_ai(text: &[u8], mark: usize, runs: &mut Runs) -> Option<Hit> {
    const LONGEST_HALF: usize = 112;
    let after = mark + 8;
    let from = mark.saturating_sub(LONGEST_HALF);
    let half = slice(text, from, mark);
    let blocked = from + half.iter().rposition(|byte| !is_url_safe(*byte)).map_or(0, |position| position + 1);
    // At the start of the run, or a little later where the run starts with the letters of an escape.
    let start = (blocked..(blocked + 8).min(mark))
        .find(|position| slice(text, *position, position + 3) == b"sk-" && left_boundary(text, *position, true))?;
    let body = start + 3;
    let head = slice(text, body, mark);
    let random = if head.len() == 20 && head.iter().copied().all(alphanumeric) && run(text, after, 21, alphanumeric) == 20 {
        head.len()
    } else {
        let dash = head.iter().position(|byte| *byte == b'-')?;
        if !matches!(slice(head, 0, dash), b"proj" | b"svcacct" | b"service" | b"admin" | b"None") {
            return None;
        }
        head.len() - dash - 1
    };
    let end = if random == head.len() { after + 20 } else { runs.end(text, after) };
    let tail = slice(text, after, end);
    if random < 20 || tail.len() < 20 || tail.len() > LONGEST_HALF || !right_boundary(text, end, true) {
        return None;
    }
    if is_service_placeholder(slice(text, mark - random, mark)) || is_service_placeholder(tail) {
        return None;
    }
    hit(Kind::OpenAi, start, end, Confidence::High)
}

/// A key id and the secret beside it.
#[derive(Debug, Clone)]
pub(super) struct Pair {
    pub(super) id: Hit,
    pub(super) secret: std::ops::Range<usize>,
}

/// `HFAK…` with a literal secret in its neighbourhood. The id alone is no secret.
pub(super) fn key_pair(text: &[u8], start: usize) -> Option<Pair> {
    const NEIGHBOURHOOD: usize = 600;
    let tail = start + 4;
    let length = run(text, tail, 65, alphanumeric);
    let end = tail + length;
    if !(8..=64).contains(&length) || !left_boundary(text, start, false) || !right_boundary(text, end, false) {
        return None;
    }
    if is_service_placeholder(slice(text, tail, end)) || is_made_up(slice(text, tail, end)) {
        return None;
    }
    let secret = value_after(text, end, 4).or_else(|| {
        let from = start.saturating_sub(NEIGHBOURHOOD);
        let to = (end + NEIGHBOURHOOD).min(text.len());
        let window = slice(text, from, to).to_ascii_lowercase();
        memchr::memmem::find_iter(&window, b"secret").find_map(|position| {
            let name_end = from + position + 6;
            let name = run(text, name_end, 24, is_url_safe);
            value_after(text, name_end + name, 24)
        })
    })?;
    Some(Pair { id: Hit { kind: Kind::S3KeyPair, start, end, confidence: Confidence::Medium, expiry: None }, secret })
}

fn is_made_up(tail: &[u8]) -> bool {
    let lower = tail.to_ascii_lowercase();
    [&b"example"[..], b"your", b"xxx", b"here", b"dummy", b"fake", b"sample"]
        .iter()
        .any(|word| memchr::memmem::find(&lower, word).is_some())
}

/// A random-looking value that follows `from` after a few marks such as `": "`.
fn value_after(text: &[u8], from: usize, most_marks: usize) -> Option<std::ops::Range<usize>> {
    let marks = run(text, from, most_marks, |byte| {
        matches!(byte, b' ' | b'\t' | b'\r' | b'\n' | b'"' | b'\'' | b'`' | b':' | b'=' | b',' | b'>' | b'\\' | b'(' | b'[' | 0)
    });
    if marks == 0 {
        return None;
    }
    let value = from + marks;
    let length = run(text, value, 200, |byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_' | b'-'));
    let followed_by_call = matches!(at(text, value + length), b'(' | b'[' | b'.' | b'{');
    (!followed_by_call && length <= 128 && looks_random(slice(text, value, value + length))).then_some(value..value + length)
}
