//! The literals that can begin a finding, and the automaton that looks for all of them in one pass.
//!
//! Every decoder stands behind a literal that the encoded form must hold, so text without any of them costs one
//! pass and nothing else.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};

use super::kind::Kind;

/// What a literal may be the beginning of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gate {
    /// The visible prefix of a credential.
    Plain(Kind),
    /// The mark in the middle of an OpenAI key.
    OpenAiMark,
    /// `HFAK`: an access key id.
    KeyId,
    /// Base64 of a prefix; the number is the place of the literal's first character in its group of four.
    Base64(usize),
    /// Base64 of UTF-16 text, as PowerShell's `-EncodedCommand` wants it.
    Base64Wide(usize),
    /// Base64 of `{"`: a JSON document, such as a container registry's login, that may hold base64 in turn.
    Base64Json,
    /// Hex digits of `hf_`.
    Hex,
    /// The first of a list of character codes; the second value is the radix where no `0x` says it.
    Codes(u32),
    /// A character of the prefix is written as an escape.
    Escape,
    /// String literals that may be joined to a token.
    Pieces,
    /// The end of a literal that holds a token backwards.
    Backwards,
    /// The beginning of a literal that holds a token in rot13.
    Rot13,
}

const fn plain(kind: Kind) -> Gate {
    Gate::Plain(kind)
}

/// Sorted by what they lead to. The base64 forms are those of every prefix at its three alignments (a test
/// computes them anew); longer ones are cut to six characters.
pub(super) const GATES: &[(&[u8], Gate)] = &[
    (b"hf_", plain(Kind::User)),
    (b"api_org_", plain(Kind::OrganizationLegacy)),
    (b"oauth_app_secret_", plain(Kind::OAuthAppSecret)),
    (b"HFAK", Gate::KeyId),
    (b"T3BlbkFJ", Gate::OpenAiMark),
    (b"sk-ant-", plain(Kind::Anthropic)),
    (b"AIza", plain(Kind::Google)),
    (b"AQ.Ab8RN6", plain(Kind::Gemini)),
    (b"gsk_", plain(Kind::Groq)),
    (b"pplx-", plain(Kind::Perplexity)),
    (b"r8_", plain(Kind::Replicate)),
    (b"sk-or-v1-", plain(Kind::OpenRouter)),
    (b"xai-", plain(Kind::XAi)),
    (b"nvapi-", plain(Kind::Nvidia)),
    (b"pcsk_", plain(Kind::Pinecone)),
    (b"lsv2_", plain(Kind::LangSmith)),
    (b"sk-lf-", plain(Kind::Langfuse)),
    (b"dapi", plain(Kind::Databricks)),
    (b"rpa_", plain(Kind::RunPod)),
    (b"tgp_v1_", plain(Kind::Together)),
    (b"csk-", plain(Kind::Cerebras)),
    (b"wandb_v1_", plain(Kind::WeightsAndBiases)),
    (b"jina_", plain(Kind::Jina)),
    (b"llx-", plain(Kind::LlamaCloud)),
    (b"KGAT_", plain(Kind::Kaggle)),
    (b"sk_", plain(Kind::ElevenLabs)),
    (b"aGZf", Gate::Base64(0)),
    (b"hmX", Gate::Base64(2)),
    (b"oZl", Gate::Base64(3)),
    (b"YXBpX2", Gate::Base64(0)),
    (b"FwaV9v", Gate::Base64(2)),
    (b"hcGlfb", Gate::Base64(3)),
    (b"b2F1dG", Gate::Base64(0)),
    (b"9hdXRo", Gate::Base64(2)),
    (b"vYXV0a", Gate::Base64(3)),
    (b"VDNCbG", Gate::Base64(0)),
    (b"QzQmxi", Gate::Base64(2)),
    (b"UM0JsY", Gate::Base64(3)),
    (b"c2stYW", Gate::Base64(0)),
    (b"NrLWFu", Gate::Base64(2)),
    (b"zay1hb", Gate::Base64(3)),
    (b"QUl6Y", Gate::Base64(0)),
    (b"FJem", Gate::Base64(2)),
    (b"BSXph", Gate::Base64(3)),
    (b"Z3NrX", Gate::Base64(0)),
    (b"dza1", Gate::Base64(2)),
    (b"nc2tf", Gate::Base64(3)),
    (b"cHBseC", Gate::Base64(0)),
    (b"BwbHgt", Gate::Base64(2)),
    (b"wcGx4L", Gate::Base64(3)),
    (b"c2stb3", Gate::Base64(0)),
    (b"NrLW9y", Gate::Base64(2)),
    (b"zay1vc", Gate::Base64(3)),
    (b"eGFpL", Gate::Base64(0)),
    (b"hhaS", Gate::Base64(2)),
    (b"4YWkt", Gate::Base64(3)),
    (b"bnZhcG", Gate::Base64(0)),
    (b"52YXBp", Gate::Base64(2)),
    (b"udmFwa", Gate::Base64(3)),
    (b"cGNza1", Gate::Base64(0)),
    (b"Bjc2tf", Gate::Base64(2)),
    (b"wY3NrX", Gate::Base64(3)),
    (b"bHN2Ml", Gate::Base64(0)),
    (b"xzdjJf", Gate::Base64(2)),
    (b"sc3YyX", Gate::Base64(3)),
    (b"c2stbG", Gate::Base64(0)),
    (b"NrLWxm", Gate::Base64(2)),
    (b"zay1sZ", Gate::Base64(3)),
    (b"ZGFwa", Gate::Base64(0)),
    (b"RhcG", Gate::Base64(2)),
    (b"kYXBp", Gate::Base64(3)),
    (b"cnBhX", Gate::Base64(0)),
    (b"JwYV", Gate::Base64(2)),
    (b"ycGFf", Gate::Base64(3)),
    (b"dGdwX3", Gate::Base64(0)),
    (b"RncF92", Gate::Base64(2)),
    (b"0Z3Bfd", Gate::Base64(3)),
    (b"Y3NrL", Gate::Base64(0)),
    (b"Nzay", Gate::Base64(2)),
    (b"jc2st", Gate::Base64(3)),
    (b"d2FuZG", Gate::Base64(0)),
    (b"dhbmRi", Gate::Base64(2)),
    (b"3YW5kY", Gate::Base64(3)),
    (b"amluYV", Gate::Base64(0)),
    (b"ppbmFf", Gate::Base64(2)),
    (b"qaW5hX", Gate::Base64(3)),
    (b"bGx4L", Gate::Base64(0)),
    (b"xseC", Gate::Base64(2)),
    (b"sbHgt", Gate::Base64(3)),
    (b"S0dBVF", Gate::Base64(0)),
    (b"tHQVRf", Gate::Base64(2)),
    (b"LR0FUX", Gate::Base64(3)),
    // base64 of base64.
    (b"YUdaZ", Gate::Base64(0)),
    (b"aABmAF8A", Gate::Base64Wide(0)),
    (b"gAZgBfA", Gate::Base64Wide(2)),
    (b"oAGYAXw", Gate::Base64Wide(3)),
    (b"eyJ", Gate::Base64Json),
    (b"68665f", Gate::Hex),
    (b"68665F", Gate::Hex),
    (b"104, 102, 95", Gate::Codes(10)),
    (b"104,102,95", Gate::Codes(10)),
    (b"104 102 95", Gate::Codes(10)),
    (b"0x68, 0x66, 0x5", Gate::Codes(10)),
    (b"0x68,0x66,0x5", Gate::Codes(10)),
    (b"0x68 0x66 0x5", Gate::Codes(10)),
    (b"chr(104)", Gate::Codes(10)),
    (b"chr(0x68)", Gate::Codes(10)),
    (b"Code(104", Gate::Codes(10)),
    (b"CodePoint(104", Gate::Codes(10)),
    (b"(char)104", Gate::Codes(10)),
    (b"[char]104", Gate::Codes(10)),
    (b"[char]0x68", Gate::Codes(10)),
    (b"Char(104", Gate::Codes(10)),
    (b"char(104", Gate::Codes(10)),
    (b"CHAR(104", Gate::Codes(10)),
    (b"CHR(104", Gate::Codes(10)),
    (b"68 66 5f", Gate::Codes(16)),
    (b"68 66 5F", Gate::Codes(16)),
    (b"68:66:5f", Gate::Codes(16)),
    (b"68:66:5F", Gate::Codes(16)),
    (b"68-66-5F", Gate::Codes(16)),
    (b"68-66-5f", Gate::Codes(16)),
    (b"\\x68", Gate::Escape),
    (b"\\x5f", Gate::Escape),
    (b"\\x5F", Gate::Escape),
    (b"\\u0068", Gate::Escape),
    (b"\\u005f", Gate::Escape),
    (b"\\u005F", Gate::Escape),
    (b"\\u{68}", Gate::Escape),
    (b"\\u{5f}", Gate::Escape),
    (b"\\u{5F}", Gate::Escape),
    (b"\\150", Gate::Escape),
    (b"\\137", Gate::Escape),
    (b"%68", Gate::Escape),
    (b"%5f", Gate::Escape),
    (b"%5F", Gate::Escape),
    (b"&#104;", Gate::Escape),
    (b"&#95;", Gate::Escape),
    (b"&#x68;", Gate::Escape),
    (b"&#x5f;", Gate::Escape),
    (b"&#x5F;", Gate::Escape),
    (b"&lowbar;", Gate::Escape),
    (b"hf\\_", Gate::Escape),
    (b"hf{\\_}", Gate::Escape),
    (b"org\\_", Gate::Escape),
    (b"hf=5F", Gate::Escape),
    (b"\"hf\"", Gate::Pieces),
    (b"'hf'", Gate::Pieces),
    (b"\"f_", Gate::Pieces),
    (b"'f_", Gate::Pieces),
    (b"\"h\", \"f\", \"_\"", Gate::Pieces),
    (b"'h', 'f', '_'", Gate::Pieces),
    (b"\"h\",\"f\",\"_\"", Gate::Pieces),
    (b"'h','f','_'", Gate::Pieces),
    (b"\"h\" \"f\" \"_\"", Gate::Pieces),
    (b"\"h\" + \"f\" + \"_\"", Gate::Pieces),
    (b"'h' + 'f' + '_'", Gate::Pieces),
    (b"\"_\", \"", Gate::Pieces),
    (b"'_', '", Gate::Pieces),
    (b"\"_\" + \"", Gate::Pieces),
    (b"'_' + '", Gate::Pieces),
    (b"_fh\"", Gate::Backwards),
    (b"_fh'", Gate::Backwards),
    (b"_fh\\", Gate::Backwards),
    (b"_fh`", Gate::Backwards),
    (b"\"us_", Gate::Rot13),
    (b"'us_", Gate::Rot13),
    (b"`us_", Gate::Rot13),
    (b" us_", Gate::Rot13),
];

/// The literals for a first-stage automaton: a file without any of them, and without a UTF-16 byte order mark,
/// needs no scan. The first two find `hf_` in UTF-16 text that has no mark.
pub const TRIGGERS: &[&[u8]] = &{
    let mut all: [&[u8]; GATES.len() + 2] = [b"h\0f\0_\0"; GATES.len() + 2];
    all[1] = b"\0h\0f\0_";
    let mut index = 0;
    while index < GATES.len() {
        all[index + 2] = GATES[index].0;
        index += 1;
    }
    all
};

fn build(literals: &[&[u8]]) -> Option<AhoCorasick> {
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).kind(Some(AhoCorasickKind::DFA)).build(literals).ok()
}

static GATE_AUTOMATON: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| build(&GATES.iter().map(|(literal, _)| *literal).collect::<Vec<_>>()));
static TRIGGER_AUTOMATON: LazyLock<Option<AhoCorasick>> = LazyLock::new(|| build(TRIGGERS));

/// Every gate in the text, with the place where its literal starts.
pub(super) fn gates(text: &[u8]) -> impl Iterator<Item = (usize, usize, Gate)> + '_ {
    GATE_AUTOMATON.iter().flat_map(move |automaton| {
        automaton
            .find_iter(text)
            .filter_map(|found| GATES.get(found.pattern().as_usize()).map(|(_, gate)| (found.start(), found.end(), *gate)))
    })
}

/// Whether a file's bytes can hold anything that `scan_bytes` would report.
#[must_use]
pub fn may_hold_secret(bytes: &[u8]) -> bool {
    bytes.starts_with(b"\xff\xfe")
        || bytes.starts_with(b"\xfe\xff")
        || TRIGGER_AUTOMATON.as_ref().is_some_and(|automaton| automaton.is_match(bytes))
}
