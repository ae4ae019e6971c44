//! Throughput on hostile and on ordinary text. Run with
//! `cargo test --profile quick --test secrets -- --ignored --nocapture speed`.

use std::time::Instant;

use hublint::secrets::{Surface, may_hold_secret, redact, scan_bytes};

use super::render::{ALPHANUMERIC, LETTERS, Random, base64};

/// The slowest allowed, in MB/s; a debug build only has to be linear.
const FLOOR: f64 = if cfg!(debug_assertions) { 0.2 } else { 20.0 };

fn measure(name: &str, bytes: &[u8], surface: Surface) -> f64 {
    let start = Instant::now();
    let found = scan_bytes(bytes, surface).len();
    let speed = bytes.len() as f64 / 1e6 / start.elapsed().as_secs_f64();
    eprintln!("{name:40} {surface:?}: {:.1} MB, {speed:.0} MB/s, {found} findings", bytes.len() as f64 / 1e6);
    speed
}

/// Texts that consist of nothing but the beginnings of something, 100,000 of them on one line.
fn hostile(count: usize) -> Vec<(&'static str, String)> {
    let mut random = Random::new(1, "hostile");
    let mut texts: Vec<(&'static str, String)> = [
        "hf_",
        "hf_ ",
        "hf_\"",
        "hf_oauth_eyJ",
        "hf_jwt_eyJhbGciOi",
        "api_org_",
        "HFAK ",
        "T3BlbkF\u{4a}",
        "sk-T3BlbkF\u{4a}",
        "sk-ant-api03-",
        "nvapi-",
        "AIza",
        "aGZf",
        "hmX",
        "oZl",
        "YUdaZ",
        "68665f",
        "\\x68",
        "\\u005f",
        "%5F",
        "&#95;",
        "hf\\_",
        "104, 102, 95, ",
        "\"f_",
        "\"_\", \"",
        "'h','f','_',",
        "hf_\" + \"",
        "us_",
        "\"us_",
        "_fh\"",
        "a=",
        "a:\"",
        "$a",
        "${a}",
        "a=$a;",
        "{{ a }}",
        "a+=b ",
        "eyJ",
        "eyJhIjo",
        "%a%",
        "\u{1b}[0m",
        "[0m",
        "\\",
        "\"",
        "[\"hf_\",",
        "{\"a\":",
        "secret: ",
        "HFAKabcdefgh1234 secret ",
        "xai-a1",
        "wandb_v1_a",
        "eyJ.",
        "eyJhbGciOiJI.",
        "hf_s3_",
        "gAZgBfA",
    ]
    .iter()
    .map(|piece| (*piece, piece.repeat(count)))
    .collect();
    let token = format!("hf_{} ", random.string(LETTERS, 34));
    texts.push(("one token, often", token.repeat(count / 4)));
    texts.push(("assignments and references", format!("A={}\n", random.string(ALPHANUMERIC, 500)) + &"$A$A$A".repeat(count / 4)));
    texts
}

/// The shortest of a few runs, in seconds: other processes only ever make a run longer.
fn shortest(runs: usize, mut job: impl FnMut()) -> f64 {
    (0..runs)
        .map(|_| {
            let start = Instant::now();
            job();
            start.elapsed().as_secs_f64()
        })
        .fold(f64::INFINITY, f64::min)
}

/// Eight times the text may take eight times as long, or four times that on a busy machine; quadratic work would
/// take 64 times as long.
#[test]
fn no_input_is_quadratic() {
    let count = if cfg!(debug_assertions) { 1_000 } else { 12_500 };
    let mut slow = Vec::new();
    for ((name, small), (_, large)) in hostile(count).iter().zip(&hostile(count * 8)) {
        let mut check = |job: &dyn Fn(&str), what: &str| {
            // Quadratic work on the large text takes more than half a second even where a step costs little.
            let is_slow = || {
                let after = shortest(1, || job(large));
                (after > 0.3 && after > shortest(5, || job(small)) * 32.0).then_some(after)
            };
            // Other processes may have taken the processor; three times in a row they have not.
            if let Some(after) = is_slow().and_then(|_| is_slow()).and_then(|_| is_slow()) {
                slow.push(format!("{name:?} {what}: {after:.3} s"));
            }
        };
        for surface in [Surface::Text, Surface::ShellLike, Surface::Json] {
            check(&|text| drop(scan_bytes(text.as_bytes(), surface)), &format!("{surface:?}"));
        }
        check(&|text| drop(redact(text)), "redact");
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

/// 100,000 beginnings on one line, each at the floor or better.
#[test]
#[ignore = "a measurement, for release builds on a quiet machine"]
fn speed_of_hostile_inputs() {
    let mut slow = Vec::new();
    for (name, text) in hostile(100_000) {
        for surface in [Surface::Text, Surface::ShellLike, Surface::Json] {
            let seconds = shortest(5, || drop(scan_bytes(text.as_bytes(), surface)));
            let speed = text.len() as f64 / 1e6 / seconds;
            if speed < FLOOR {
                slow.push(format!("{name:?} {surface:?}: {speed:.1} MB/s"));
            }
        }
    }
    assert!(slow.is_empty(), "{slow:#?}");
}

#[test]
#[ignore = "a measurement, for release builds"]
fn speed_of_ordinary_and_of_large_inputs() {
    let mut random = Random::new(2, "large");
    let blob = base64(&random.string(super::render::URL_SAFE, 1 << 20).repeat(36).into_bytes(), false);
    assert!(measure("50 MB of base64", blob.as_bytes(), Surface::Text) >= FLOOR);
    let notebook = format!(
        "{{\"cells\":[{{\"outputs\":[{{\"data\":{{\"image/png\":\"{blob}\"}}}}],\"source\":[\"hf_hub_download()\\n\"]}}]}}"
    );
    assert!(measure("50 MB notebook with an image", notebook.as_bytes(), Surface::Json) >= FLOOR);
    let line = "    model = AutoModelForCausalLM.from_pretrained(model_id, torch_dtype=torch.bfloat16, device_map=\"auto\")\n";
    let code = line.repeat(50_000_000 / line.len());
    measure("ordinary code", code.as_bytes(), Surface::Text);
    measure("ordinary code", code.as_bytes(), Surface::ShellLike);
    let named = code.replace("from_pretrained", "hf_hub_download");
    measure("code with a prefix on each line", named.as_bytes(), Surface::Text);
    let start = Instant::now();
    assert!(!may_hold_secret(code.as_bytes()));
    eprintln!("{:40} {:.0} MB/s", "first-stage gate on ordinary code", code.len() as f64 / 1e6 / start.elapsed().as_secs_f64());
    let cells: Vec<String> = (0..200_000).map(|index| format!("\"x = hf_hub_download({index})\\n\"")).collect();
    let cells = format!("{{\"cells\":[{{\"source\":[{}]}}]}}", cells.join(","));
    measure("notebook of many short lines", cells.as_bytes(), Surface::Json);
}

/// How many Python files of a folder are folded, and how many of them only because small letters that are no words count as
/// a part of a token. `HUBLINT_CORPUS` names the folder.
#[test]
#[ignore = "a measurement over a folder of other people's code"]
fn files_that_are_folded() {
    let Some(root) = std::env::var_os("HUBLINT_CORPUS") else { return };
    let (mut files, mut hinted, mut more) = (0, 0, Vec::new());
    let mut folders = vec![std::path::PathBuf::from(root)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() && !path.is_symlink() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "py")
                && let Ok(text) = std::fs::read_to_string(&path)
            {
                files += 1;
                if hublint::secrets::fold_hint(&text) {
                    hinted += 1;
                    if !hublint::secrets::fold_hint(&plain_words(&text)) {
                        more.push(path);
                    }
                }
            }
        }
    }
    eprintln!("{files} Python files, {hinted} folded, {} of them for small letters that are no words: {more:#?}", more.len());
}

/// The text with every quoted `hf_` and small letters as `hf_quantizer`.
fn plain_words(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find("hf_") {
        let (before, tail) = rest.split_at(at + 3);
        out.push_str(before);
        let length = tail.bytes().take_while(u8::is_ascii_lowercase).count();
        let plain = length >= 6 && tail[length..].starts_with(['"', '\'', '{', '%', '\\']);
        out.push_str(if plain { "quantizer" } else { &tail[..length] });
        rest = &tail[length..];
    }
    out + rest
}
