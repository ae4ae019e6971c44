//! Tells a made-up body from a random one. Entropy cannot: a limit that refuses dummies loses real tokens too.
//!
//! The constants were chosen on 4·10^7 random bodies per alphabet (loss 2.4e-5 for letters, 1.4e-5 for letters
//! and digits) and on dummies that people write; `tests/secrets.rs` repeats the measurement.

/// Letter pairs that English words and identifiers are made of.
const COMMON_PAIRS: [&[u8; 2]; 40] = [
    b"th", b"he", b"in", b"er", b"an", b"re", b"on", b"at", b"en", b"nd", b"ti", b"es", b"or", b"te", b"of", b"ed", b"is", b"it",
    b"al", b"ar", b"st", b"to", b"nt", b"ng", b"se", b"ha", b"as", b"ou", b"io", b"le", b"ve", b"co", b"me", b"de", b"hi", b"ri",
    b"ro", b"ic", b"ne", b"ea",
];

/// Words that people put where a secret should stand.
const STOPWORDS: [&[u8]; 21] = [
    b"token",
    b"your",
    b"here",
    b"example",
    b"fake",
    b"dummy",
    b"test",
    b"sample",
    b"secret",
    b"insert",
    b"replace",
    b"placeholder",
    b"access",
    b"hugging",
    b"change",
    b"redacted",
    b"hidden",
    b"mask",
    b"xxxx",
    b"real",
    b"none",
];

/// How much more often a pair of letters stands in names than in random text, as 3 + log2 of the ratio, within 0..=6.
/// Row: first letter, column: second. Counted in November 2026 over the identifiers of transformers 5.23.0, peft
/// 0.21.2, accelerate 1.15.0 and sentence-transformers 6.2.0; tried on those of diffusers, mteb and trl.
const PAIR_WEIGHTS: [&[u8; 26]; 26] = [
    b"03442240401555030556430250",
    b"40005000310400200210100000",
    b"50105004204400610324200000",
    b"40146120600240320122300000",
    b"52564330302656453666131500",
    b"30002200500310500102200000",
    b"31115022200311120341100000",
    b"30004000300010220112100010",
    b"32543450000456630255030204",
    b"10002000000000000000000000",
    b"01004000100100100110012000",
    b"62225320500440530123320020",
    b"54115211400332640131320000",
    b"42546552502232420145230010",
    b"23564221313446340644523100",
    b"50015002301311430534410000",
    b"00000000000000000000402000",
    b"61436230503353631245231030",
    b"40315303503132440255313010",
    b"52436314600332540645332020",
    b"32233000100424020345000000",
    b"31004000500301210000000000",
    b"30003000300001100100000000",
    b"00102000200210020004000000",
    b"01005000000011220011100000",
    b"20003000000000000000000000",
];

/// A body that scores this much reads like a name. On identifiers of 34 letters from libraries that the weights were
/// not counted on it refuses 98 %, and of random bodies it takes about 1 in 100,000.
const NAME_SCORE: i32 = 2;

const KEYBOARD_ROWS: [&[u8]; 4] = [b"qwertyuiop", b"asdfghjkl", b"zxcvbnm", b"1234567890"];

/// `COMMON_PAIRS` as one bit per pair, so that a pair costs one look-up.
static PAIR_BITS: std::sync::LazyLock<[u32; 26]> = std::sync::LazyLock::new(|| {
    let mut bits = [0_u32; 26];
    for [first, second] in COMMON_PAIRS {
        if let Some(row) = bits.get_mut(usize::from(first - b'a')) {
            *row |= 1 << (second - b'a');
        }
    }
    bits
});

fn is_common_pair(first: u8, second: u8) -> bool {
    first.is_ascii_lowercase()
        && second.is_ascii_lowercase()
        && PAIR_BITS.get(usize::from(first - b'a')).is_some_and(|row| row & (1 << (second - b'a')) != 0)
}

/// For each byte, the two bytes beside it on its keyboard row.
static KEYBOARD_NEIGHBOURS: std::sync::LazyLock<[[u8; 2]; 128]> = std::sync::LazyLock::new(|| {
    let mut neighbours = [[0; 2]; 128];
    for row in KEYBOARD_ROWS {
        for pair in row.windows(2) {
            if let [first, second] = *pair {
                if let Some([_, right]) = neighbours.get_mut(usize::from(first)) {
                    *right = second;
                }
                if let Some([left, _]) = neighbours.get_mut(usize::from(second)) {
                    *left = first;
                }
            }
        }
    }
    neighbours
});

fn is_step(first: u8, second: u8) -> bool {
    first.abs_diff(second) <= 1 || KEYBOARD_NEIGHBOURS.get(usize::from(first)).is_some_and(|beside| beside.contains(&second))
}

/// What the tests count in one body.
struct Counts {
    length: usize,
    distinct_triples: usize,
    steps: usize,
    longest_run: usize,
    upper: usize,
    lower: usize,
    common_pairs: usize,
    folded: Vec<u8>,
    in_lower_runs: usize,
}

impl Counts {
    fn of(body: &[u8]) -> Self {
        let folded: Vec<u8> = body.iter().map(u8::to_ascii_lowercase).collect();
        let mut triples: Vec<u32> =
            folded.windows(3).map(|triple| triple.iter().fold(0, |packed, byte| (packed << 8) | u32::from(*byte))).collect();
        triples.sort_unstable();
        triples.dedup();
        let mut longest_run = 0;
        let mut run = 0;
        let mut last = None;
        for byte in &folded {
            run = if last == Some(byte) { run + 1 } else { 1 };
            last = Some(byte);
            longest_run = longest_run.max(run);
        }
        let mut in_lower_runs = 0;
        for piece in body.split(|byte| !byte.is_ascii_lowercase()) {
            if piece.len() >= 3 {
                in_lower_runs += piece.len();
            }
        }
        let pairs = || folded.iter().zip(folded.iter().skip(1));
        Self {
            length: body.len(),
            distinct_triples: triples.len(),
            // Neighbours, and every second and third character: `1a2B3c4D` is two sequences in turn.
            steps: (1..=3)
                .map(|stride| {
                    folded.iter().zip(folded.iter().skip(stride)).filter(|(first, second)| is_step(**first, **second)).count()
                })
                .max()
                .unwrap_or(0),
            longest_run,
            upper: body.iter().filter(|byte| byte.is_ascii_uppercase()).count(),
            lower: body.iter().filter(|byte| byte.is_ascii_lowercase()).count(),
            common_pairs: pairs().filter(|(first, second)| is_common_pair(**first, **second)).count(),
            in_lower_runs,
            folded,
        }
    }

    /// How many different stopwords occur; the dearest of the tests, so it is asked last.
    fn stopwords(&self) -> usize {
        STOPWORDS.iter().filter(|word| self.folded.windows(word.len()).any(|window| window == **word)).count()
    }
}

/// Whether the body of a Hugging Face token (about 34 letters and digits, without its prefix) was made up.
pub(super) fn is_placeholder(body: &[u8]) -> bool {
    let counts = Counts::of(body);
    let letters = counts.upper + counts.lower;
    counts.distinct_triples <= 27
        || counts.steps >= 19
        || counts.longest_run >= 7
        || (letters >= 30 && (counts.upper <= 4 || counts.lower <= 4))
        // A lower-case hash or an upper-case serial number: two in 10^8 random bodies have only one case.
        || counts.upper == 0
        || counts.lower == 0
        || counts.common_pairs >= 11
        || (counts.in_lower_runs >= 17 && counts.stopwords() >= 2)
        || name_score(body) >= NAME_SCORE
}

fn pair_weight(first: u8, second: u8) -> i32 {
    let index = |byte: u8| usize::from(byte.to_ascii_lowercase().wrapping_sub(b'a'));
    PAIR_WEIGHTS
        .get(index(first))
        .and_then(|row| row.get(index(second)))
        .map_or(-1, |weight| i32::from(*weight) - i32::from(b'3'))
}

/// How much a body reads like a name in CamelCase: its pairs of letters, and how seldom the case changes.
fn name_score(body: &[u8]) -> i32 {
    body.iter()
        .zip(body.iter().skip(1))
        .map(|(first, second)| {
            if !first.is_ascii_alphabetic() || !second.is_ascii_alphabetic() {
                return -1;
            }
            let case = match (first.is_ascii_lowercase(), second.is_ascii_lowercase()) {
                (true, true) => 1,
                (false, false) => -2,
                _ => -1,
            };
            pair_weight(*first, *second) + case
        })
        .sum()
}

/// Whether a stretch of lower-case letters reads like words.
pub(super) fn reads_like_words(letters: &[u8]) -> bool {
    let score: i32 = letters.iter().zip(letters.iter().skip(1)).map(|(first, second)| pair_weight(*first, *second).max(-2)).sum();
    // Short words hold a rare pair now and then (`download`); random letters score about -1.3 a pair.
    score * 4 > -i32::try_from(letters.len()).unwrap_or(i32::MAX)
}

/// Whether the body of another service's key was made up. Their alphabets and lengths differ, so the limits are
/// shares, and there is no test of case: some alphabets have one case only.
pub(super) fn is_service_placeholder(body: &[u8]) -> bool {
    if body.len() < 8 {
        return true;
    }
    let counts = Counts::of(body);
    let triples = counts.length - 2;
    let pairs = counts.length - 1;
    counts.distinct_triples * 100 <= triples * 80
        || counts.steps * 100 >= pairs * 58
        || counts.longest_run >= 8
        || counts.common_pairs * 3 >= pairs
        || counts.stopwords() >= 2
}

/// Whether a literal without any known shape looks random: the base of weak findings, so it would rather say no.
pub(super) fn looks_random(value: &[u8]) -> bool {
    if value.len() < 16 || value.len() > 256 {
        return false;
    }
    if !value.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'+' | b'/' | b'=' | b'.' | b'~')) {
        return false;
    }
    let counts = Counts::of(value);
    let digits = value.iter().filter(|byte| byte.is_ascii_digit()).count();
    let classes = usize::from(counts.upper > 0) + usize::from(counts.lower > 0) + usize::from(digits > 0);
    let mut seen = [false; 256];
    for byte in value {
        if let Some(slot) = seen.get_mut(usize::from(*byte)) {
            *slot = true;
        }
    }
    let distinct = seen.iter().filter(|slot| **slot).count();
    let pairs = counts.length - 1;
    // Words joined by marks: `my-private-token-2024`, `ORG/NAME-v1.5`. A random string has few marks.
    let words: usize = value
        .split(|byte| !byte.is_ascii_alphabetic())
        .filter(|piece| {
            piece.len() >= 3
                && (piece.iter().skip(1).all(u8::is_ascii_lowercase) || piece.iter().all(u8::is_ascii_uppercase))
                && (piece.len() == 3 || reads_like_words(piece))
        })
        .map(<[u8]>::len)
        .sum();
    classes >= 2
        && distinct >= 10
        && (digits > 0 || counts.upper.min(counts.lower) >= 4)
        && words * 2 < value.len()
        && name_score(value) < NAME_SCORE
        && counts.stopwords() == 0
        && counts.longest_run < 5
        && counts.distinct_triples * 100 > (counts.length - 2) * 80
        && counts.steps * 100 < pairs * 50
        && counts.common_pairs * 100 < pairs * 30
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repeated(piece: &str) -> String {
        piece.chars().cycle().take(34).collect()
    }

    #[test]
    fn dummies_are_refused() {
        let mut bodies: Vec<String> = [
            "x",
            "X",
            "a",
            "A",
            "0",
            "Fake",
            "xX",
            "example",
            "EXAMPLETOKEN",
            "dummy",
            "NotARealToken",
            "REDACTED",
            "test",
            "ab",
            "1234567890",
            "abc123",
            "YOURHUGGINGFACETOKEN",
            "abcdefghijklmnopqrstuvwxyz",
            "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
            "AbCdEfGhIjKlMnOpQrStUvWxYz",
            "YourToken",
            "replaceMe",
            "hf",
            "Sample",
            "your_token_here",
        ]
        .iter()
        .map(|piece| repeated(piece))
        .collect();
        bodies.extend(
            [
                "YourHuggingFaceTokenGoesHereeeeeee",
                "abcdefghijklmnopqrstuvwxyz12345678",
                "AbCdEfGhIjKlMnOpQrStUvWxYz12345678",
                "0123456789abcdefghijklmnopqrstuvwx",
                "replacewithyourhuggingfacetokenabc",
                "loadpretrainedtokenizerfromthehubs",
                "computePositionalEmbeddingsForVits",
                "inferencemodelconfigurationpresets",
                "resolvedModelRepositoryIdentifiers",
                "requiredCharacteristicTypesForDisp",
                "PUTYOURHUGGINGFACEACCESSTOKENHEREX",
                "thisIsAFakeTokenForTestingPurposes",
                "convertLlamaStateDictToHuggingFace",
                "generatedByHomeAppForDebuggingPurp",
                "MyHuggingFaceAccessTokenForTesting",
                "insertYourHuggingFaceTokenHerePlea",
                "qwertyuiopasdfghjklzxcvbnmqwertyui",
                "aaaaaaaaaabbbbbbbbbbccccccccccdddd",
                "XXXXXXXXXXXXXXXXXXXXXXXXXXXXXX1234",
                "ADDYOURTOKENHEREXXXXXXXXXXXXXXXXXX",
                "deadbeefcafe00112233445566778899aa",
            ]
            .map(str::to_owned),
        );
        for body in bodies {
            assert!(is_placeholder(body.as_bytes()), "{body}");
        }
    }

    #[test]
    fn shapeless_literals_are_judged_with_care() {
        for value in [
            "YOUR_HF_TOKEN_GOES_HERE",
            "my-private-token-2024",
            "org/model-name-v1.5",
            "ui-token-ui-token",
            "https://huggingface.co/x1",
            "0123456789abcdef0123",
            "aaaaaaaaaaaaaaaaaaaa",
            "HUGGINGFACE_HUB_TOKEN_1",
            "convertTokenToReadable9",
        ] {
            assert!(!looks_random(value.as_bytes()), "{value}");
        }
    }
}
