//! Signed tokens (JWS): three base64url parts, of which the first must decode to a JSON object with `alg`.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// The longest part that is decoded; headers are tens and payloads hundreds of bytes.
const LONGEST_PART: usize = 16 * 1024;

fn decode(part: &[u8]) -> Option<serde_json::Value> {
    if part.len() > LONGEST_PART {
        return None;
    }
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(part).ok()?).ok()
}

/// Whether the header part is a JSON object with the key `alg`.
pub(super) fn is_header(part: &[u8]) -> bool {
    decode(part).is_some_and(|value| value.get("alg").is_some())
}

/// The payload's `exp`: seconds since 1970, if it can be read offline.
pub(super) fn expiry(part: &[u8]) -> Option<i64> {
    let value = decode(part)?;
    let exp = value.get("exp")?;
    exp.as_i64()
        .or_else(|| exp.as_f64().filter(|seconds| seconds.is_finite() && seconds.abs() < 1e15).map(|seconds| seconds as i64))
}
