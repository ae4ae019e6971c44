//! Nothing that this module hands out shows a credential, or eight characters in a row of its body.

use hublint::secrets::{ScanContext, Surface, mask_known, mask_known_equal_width, redact, redact_equal_width, scan, scan_bytes};

use super::render::{LETTERS, Random, base64, placeholder};

const KINDS: &[&str] = &[
    "HF34",
    "HFAN34",
    "ORG34",
    "OAUTH",
    "JWT",
    "REFRESH",
    "APP",
    "APPSECRET",
    "STORAGE",
    "OPENAI",
    "OPENAIOLD",
    "ANTHROPIC",
    "GOOGLE",
    "GROQ",
    "PERPLEXITY",
    "REPLICATE",
    "OPENROUTER",
    "NVIDIA",
    "PINECONE",
    "LANGSMITH",
    "DATABRICKS",
    "TOGETHER",
    "CEREBRAS",
];

/// The part of a token that is not its public prefix: what follows the last mark among the first characters.
fn body(token: &str) -> &str {
    let prefixes = [
        "hf_oauth__refresh_",
        "hf_oauth_",
        "hf_jwt_",
        "hf_app_",
        "hf_s3_",
        "hf_",
        "api_org_",
        "oauth_app_secret_",
        "sk-ant-api03-",
        "sk-or-v1-",
        "sk-proj-",
        "sk-",
        "AIza",
        "gsk_",
        "pplx-",
        "r8_",
        "nvapi-",
        "pcsk_",
        "lsv2_pt_",
        "dapi",
        "tgp_v1_",
        "csk-",
    ];
    prefixes.iter().find_map(|prefix| token.strip_prefix(prefix)).unwrap_or(token)
}

fn assert_hidden(shown: &str, token: &str, what: &str) {
    for window in body(token).as_bytes().windows(8) {
        let window = std::str::from_utf8(window).unwrap();
        assert!(!shown.contains(window), "{what}: eight characters of a body are shown");
    }
}

#[test]
fn no_match_can_be_printed() {
    for name in KINDS {
        for seed in 0..20 {
            let token = placeholder(name, &mut Random::new(seed, name)).unwrap();
            for text in [format!("a = \"{token}\"\n"), format!("t: {}", base64(token.as_bytes(), false))] {
                for item in scan(&text, ScanContext::Source) {
                    assert_hidden(&format!("{item:?} {item:#?} {} {:?}", item.masked, item.chain_text()), &token, name);
                    let shown = item.masked.trim_start_matches(item.kind.prefix()).trim_start_matches('\u{2022}');
                    assert!(shown.len() <= 4);
                    assert_eq!(item.fingerprint.len(), 32);
                }
            }
        }
    }
}

#[test]
fn whole_tokens_are_masked_in_any_text() {
    for name in KINDS {
        for seed in 0..50 {
            let mut random = Random::new(seed, name);
            let token = placeholder(name, &mut random).unwrap();
            let other = placeholder(name, &mut random).unwrap();
            for text in [
                format!("x = \"{token}\" # end"),
                format!("{token}{other}"),
                format!("{token}extra"),
                format!("word{token}"),
                format!("a_{token}_b {other}"),
                format!("{{\"t\":\"a\\n{token}\"}}"),
            ] {
                for shown in [redact(&text), redact_equal_width(&text)] {
                    assert_hidden(&shown, &token, name);
                    if text.contains(&other) {
                        assert_hidden(&shown, &other, name);
                    }
                }
                assert_eq!(redact_equal_width(&text).chars().count(), text.chars().count());
            }
        }
    }
}

#[test]
fn cut_tokens_are_masked() {
    for seed in 0..3000 {
        let mut random = Random::new(seed, "cut");
        let token = format!("hf_{}", random.string(LETTERS, 34));
        let length = 14 + (random.next() % 24) as usize;
        let text = format!("line that was cut: {}", &token[..length.min(token.len())]);
        assert_hidden(&redact(&text), &token, "cut");
        assert_hidden(&redact_equal_width(&text), &token, "cut");
    }
}

#[test]
fn encoded_and_split_tokens_are_masked() {
    let token = format!("hf_{}", Random::new(5, "split").string(LETTERS, 34));
    let (head, tail) = token.split_at(15);
    for text in [format!("t = \"{head}\" + \"{tail}\""), format!("t = '{}'[::-1]", token.chars().rev().collect::<String>())] {
        let shown = redact(&text);
        assert_hidden(&shown, &token, "split");
        let reversed: String = token.chars().rev().collect();
        assert_hidden(&shown, &reversed[..34], "reversed");
    }
    let encoded = base64(token.as_bytes(), false);
    assert!(!redact(&format!("b = {encoded}")).contains(&encoded[4..24]));
}

#[test]
fn known_tokens_are_masked_without_their_prefix() {
    let token = format!("hf_{}", Random::new(6, "known").string(LETTERS, 34));
    let source = format!("HF_TOKEN={token}\n");
    let matches = scan_bytes(source.as_bytes(), Surface::ShellLike);
    assert_eq!(matches.len(), 1);
    for text in [format!("tail {}", &token[12..]), format!("middle {} end", &token[9..22]), token.clone(), source.clone()] {
        assert_hidden(&mask_known(&text, &matches), &token, "known");
        let shown = mask_known_equal_width(&text, &matches);
        assert_hidden(&shown, &token, "known, equal width");
        assert_eq!(shown.chars().count(), text.chars().count());
    }
    assert_eq!(mask_known("nothing here", &matches), "nothing here");
}

#[test]
fn both_halves_of_a_key_pair_are_masked() {
    let mut random = Random::new(7, "pair");
    let (id, secret) = (placeholder("KEYID", &mut random).unwrap(), placeholder("KEYSECRET", &mut random).unwrap());
    let text = format!("aws_access_key_id = {id}\naws_secret_access_key = {secret}\n");
    let matches = scan(&text, ScanContext::Source);
    assert_eq!(matches.len(), 1);
    assert_eq!(text.get(matches[0].span.clone()), Some(id.as_str()));
    assert_eq!(text.get(matches[0].also[0].clone()), Some(secret.as_str()));
    for shown in [redact(&text), redact_equal_width(&text), mask_known(&text, &matches)] {
        assert_hidden(&shown, &secret, "pair");
    }
}

#[test]
fn ordinary_names_stay_readable() {
    for text in [
        "from huggingface_hub import hf_hub_download, hf_hub_url",
        "hf_semantic_search(hf_tokenizer, hf_checkpoint, hf_datasets)",
        "hf_oauth_scopes: read-repos",
        "token='hf_...'",
        "sk-learn and gsk_your_key",
    ] {
        assert_eq!(redact(text), text);
        assert_eq!(redact_equal_width(text), text);
    }
}

/// Spans are those of the bytes that were handed in, whatever had to be decoded.
#[test]
fn spans_are_exact() {
    let token = format!("hf_{}", Random::new(8, "span").string(LETTERS, 34));
    let check = |bytes: &[u8], surface: Surface, want: &[u8]| {
        let found = scan_bytes(bytes, surface);
        assert_eq!(found.len(), 1, "{surface:?}");
        assert_eq!(&bytes[found[0].span.clone()], want, "{surface:?}");
    };
    let plain = token.as_bytes();
    check(format!("é漢 x={token} y").as_bytes(), Surface::Text, plain);
    check(format!("{{\"a\":\"\\u00e9\\ud83d\\ude00 \\\"{token}\\\" \\n\"}}").as_bytes(), Surface::Json, plain);
    check(format!("{{\"a\":[\"l1\\n\",\"t = '{token}'\\n\"]}}").as_bytes(), Surface::Json, plain);
    check(format!("{{\"a\":\"{{\\\"b\\\":\\\"c\\\\n{token}\\\"}}\"}}").as_bytes(), Surface::Json, plain);
    check(&[b"caf\xe9 \xff\xfe ".as_slice(), plain, b" \xe9"].concat(), Surface::Text, plain);
    let split = format!("{{\"a\":\"\\u0068f_{}\"}}", &token[3..]);
    check(split.as_bytes(), Surface::Json, &split.as_bytes()[6..split.len() - 2]);
    let wide: Vec<u8> = format!("\u{feff}ж={token}\n").encode_utf16().flat_map(u16::to_le_bytes).collect();
    let want: Vec<u8> = token.encode_utf16().flat_map(u16::to_le_bytes).collect();
    check(&wide, Surface::Text, &want);
    let shell = format!("A={}\nB={}\nlogin $A$B now\n", &token[..9], &token[9..]);
    check(shell.as_bytes(), Surface::ShellLike, b"$A$B");
    let encoded = base64(format!("user:{token}").as_bytes(), false);
    check(format!("Basic {encoded} x").as_bytes(), Surface::Text, encoded.as_bytes());
}

/// Cut and mangled inputs never panic, and every span fits its text.
#[test]
fn mangled_input_does_not_panic() {
    let mut random = Random::new(9, "mangle");
    let pieces: Vec<&str> = vec![
        "hf_",
        "\\u",
        "\\x6",
        "%6",
        "&#",
        "aGZf",
        "hmX",
        "68665f",
        "104, 102, 95",
        "\"",
        "'",
        "\\",
        "{",
        "[",
        "}",
        "]",
        "$A",
        "${",
        "%A%",
        "A=",
        "\n",
        "é",
        "漢",
        "\u{1b}[",
        "hf_oauth_eyJ",
        ".",
        "eyJ",
        "sk-",
        "HFAK",
        "secret",
        "us_",
        "_fh\"",
        "T3Blbk",
        "=5F",
        "\\_",
        "\u{200b}",
        "{{",
        "}}",
        "\\n",
        "\0",
        "x",
    ];
    for _ in 0..4000 {
        let mut text = String::new();
        for _ in 0..random.next() % 24 {
            text.push_str(pieces[(random.next() % pieces.len() as u64) as usize]);
            if random.next().is_multiple_of(4) {
                let length = (random.next() % 40) as usize;
                text.push_str(&random.string(LETTERS, length));
            }
        }
        let mut bytes = text.clone().into_bytes();
        if random.next().is_multiple_of(5) && !bytes.is_empty() {
            let index = (random.next() % bytes.len() as u64) as usize;
            bytes[index] = random.next() as u8;
        }
        for surface in [Surface::Text, Surface::ShellLike, Surface::Json] {
            for item in scan_bytes(&bytes, surface) {
                assert!(bytes.get(item.span.clone()).is_some(), "{:?}", item.span);
            }
        }
        let _ = redact(&text);
        assert_eq!(redact_equal_width(&text).chars().count(), text.chars().count());
    }
}
