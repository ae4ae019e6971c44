//! A small seeded generator and the placeholders of the templates. No token stands in the repository: every one is
//! put together here.

pub const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
pub const ALPHANUMERIC: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
pub const URL_SAFE: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
pub const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
pub const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
pub const HEX: &[u8] = b"0123456789abcdef";

/// SplitMix64: small, seeded, good enough for uniform letters.
pub struct Random(u64);

impl Random {
    /// A generator for one case: the same seed and name give the same text for ever.
    pub fn new(seed: u64, name: &str) -> Self {
        Self(
            name.bytes()
                .fold(seed ^ 0x9e37_79b9_7f4a_7c15, |state, byte| (state ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)),
        )
    }

    pub fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut value = self.0;
        value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        value ^ (value >> 31)
    }

    pub fn string(&mut self, alphabet: &[u8], length: usize) -> String {
        (0..length).map(|_| char::from(alphabet[((u128::from(self.next()) * alphabet.len() as u128) >> 64) as usize])).collect()
    }
}

/// Base64, written here so that the tests do not trust the code they test.
pub fn base64(bytes: &[u8], url_safe: bool) -> String {
    let alphabet: Vec<u8> = LETTERS[..26]
        .iter()
        .chain(&LETTERS[26..])
        .copied()
        .chain(*b"0123456789")
        .chain(if url_safe { *b"-_" } else { *b"+/" })
        .collect();
    let mut text = String::new();
    for group in bytes.chunks(3) {
        let value = (0..3).fold(0_u32, |value, index| (value << 8) | u32::from(group.get(index).copied().unwrap_or(0)));
        for index in 0..4 {
            if index <= group.len() {
                text.push(char::from(alphabet[(value >> (18 - 6 * index) & 63) as usize]));
            } else if !url_safe {
                text.push('=');
            }
        }
    }
    text
}

fn signed(random: &mut Random, prefix: &str) -> String {
    let payload = format!("{{\"sub\":\"{}\",\"exp\":1746247908,\"iss\":\"https://huggingface.co\"}}", random.string(HEX, 24));
    let signature: Vec<u8> = (0..64).map(|_| random.next() as u8).collect();
    format!(
        "hf_{prefix}_{}.{}.{}",
        base64(b"{\"alg\":\"EdDSA\"}", true),
        base64(payload.as_bytes(), true),
        base64(&signature, true)
    )
}

/// Replaces every `{{NAME}}`; each occurrence is drawn afresh. Anything else in braces is text.
pub fn render(template: &str, random: &mut Random) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{{") {
        text.push_str(&rest[..start]);
        let after = &rest[start + 2..];
        let value = after.find("}}").and_then(|end| placeholder(&after[..end], random).map(|value| (value, end)));
        match value {
            Some((value, end)) => {
                text.push_str(&value);
                rest = &after[end + 2..];
            }
            None => {
                text.push_str("{{");
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// The text of one placeholder. Long prefixes are put together so that no line of this file looks like a key.
pub fn placeholder(name: &str, random: &mut Random) -> Option<String> {
    let (letters, alphanumeric, url, hex) = (LETTERS, ALPHANUMERIC, URL_SAFE, HEX);
    let mut draw = |alphabet: &[u8], length: usize| random.string(alphabet, length);
    Some(match name {
        "-" => String::new(),
        "HF34" => format!("hf_{}", draw(letters, 34)),
        "HFAN34" => format!("hf_{}7", draw(alphanumeric, 33)),
        "ORG34" => format!("api_org_{}", draw(letters, 34)),
        "L32" => draw(letters, 32),
        "L33" => draw(letters, 33),
        "L34" => draw(letters, 34),
        "L35" => draw(letters, 35),
        "AN33" => draw(alphanumeric, 33),
        "OAUTH" => signed(random, "oauth"),
        "JWT" => signed(random, "jwt"),
        "REFRESH" => format!("hf_oauth__refresh_{}", draw(letters, 34)),
        "APP" => format!("hf_app_{}", draw(letters, 32)),
        "APPSECRET" => format!("oauth_app_secret_{}", draw(letters, 34)),
        "STORAGE" => format!("hf_s3_{}.{}.{}", draw(url, 40), draw(url, 40), draw(url, 43)),
        "KEYID" => format!("HFAK{}", draw(UPPER, 16)),
        "KEYSECRET" => draw(alphanumeric, 40),
        "OPENAI" => format!("sk-proj-{}T3Blbk{}{}", draw(url, 74), "FJ", draw(alphanumeric, 74)),
        "OPENAIOLD" => format!("sk-{}T3Blbk{}{}", draw(alphanumeric, 20), "FJ", draw(alphanumeric, 20)),
        "ANTHROPIC" => format!("sk-ant-api03-{}AA", draw(url, 93)),
        "GOOGLE" => format!("AIza{}", draw(url, 35)),
        "GEMINI" => format!("AQ.Ab8RN6{}", draw(url, 44)),
        "GROQ" => format!("gsk_{}", draw(alphanumeric, 52)),
        "PERPLEXITY" => format!("pplx-{}", draw(alphanumeric, 48)),
        "REPLICATE" => format!("r8_{}", draw(alphanumeric, 37)),
        "OPENROUTER" => format!("sk-or-v1-{}", draw(hex, 64)),
        "XAI" => format!("xai-{}", draw(alphanumeric, 80)),
        "NVIDIA" => format!("nvapi-{}", draw(url, 64)),
        "PINECONE" => format!("pcsk_{}_{}", draw(alphanumeric, 6), draw(alphanumeric, 63)),
        "LANGSMITH" => format!("lsv2_pt_{}_{}", draw(hex, 32), draw(hex, 10)),
        "LANGFUSE" => format!("sk-lf-{}-{}-{}-{}-{}", draw(hex, 8), draw(hex, 4), draw(hex, 4), draw(hex, 4), draw(hex, 12)),
        "DATABRICKS" => format!("dapi{}", draw(hex, 32)),
        "RUNPOD" => format!("rpa_{}{}", draw(UPPER, 40), draw(alphanumeric, 6)),
        "TOGETHER" => format!("tgp_v1_{}", draw(url, 43)),
        "CEREBRAS" => format!("csk-{}", draw(LOWER, 48)),
        "WANDB" => format!("wandb_v1_{}", draw(alphanumeric, 77)),
        "JINA" => format!("jina_{}", draw(alphanumeric, 60)),
        "LLAMACLOUD" => format!("llx-{}", draw(alphanumeric, 48)),
        "KAGGLE" => format!("KGAT_{}", draw(hex, 32)),
        "ELEVENLABS" => format!("sk_{}", draw(hex, 48)),
        _ => return None,
    })
}
