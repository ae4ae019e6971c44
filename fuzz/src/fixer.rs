//! Repairs: the result parses as well as before, a second run changes nothing, and only the stated bytes change.

use std::sync::OnceLock;

use hublint::engine::Engine;
use hublint::finding::Finding;
use hublint::fix::{MAX_PASSES, Style, apply, repair, still_parses};
use hublint::pin::Pinner;

/// The kinds of files that are repaired.
const PATHS: [&str; 10] = ["a.py", "a.py", "n.ipynb", "a.py", "Dockerfile", "run.sh", "a.yaml", "README.md", "a.json", "a.toml"];

/// Checks one input: the first byte chooses style and kind.
pub fn check(data: &[u8]) {
    static ENGINES: [OnceLock<Engine<'static>>; 3] = [const { OnceLock::new() }; 3];
    static PINNERS: [OnceLock<Pinner<'static>>; 3] = [const { OnceLock::new() }; 3];
    let Some((first, bytes)) = data.split_first() else { return };
    let style = usize::from(*first) % 3;
    let path = PATHS.get(usize::from(*first) / 3 % PATHS.len()).unwrap_or(&"a.py");
    let styles = [Style::Inline, Style::Constant, Style::Registry];
    let (Some(engine), Some(pinner), Some(style)) = (ENGINES.get(style), PINNERS.get(style), styles.get(style)) else { return };
    let engine = engine.get_or_init(|| super::engine::engine(Some(pinner.get_or_init(|| super::engine::pinner(*style))), false));
    let find = |bytes: &[u8]| -> Vec<Finding> { engine.check(path, bytes.to_vec()).findings };
    let findings = find(bytes);
    if findings.iter().all(|finding| finding.fix.is_none()) {
        return;
    }
    for finding in findings.iter().take(50) {
        stated(bytes, finding);
    }
    let repaired = repair(path, bytes, findings, &find, &|_| true);
    assert_eq!(still_parses(path, bytes, &repaired.bytes), Ok(()), "{}", shown(&repaired.bytes));
    kept(bytes, &repaired.bytes);
    let found = find(&repaired.bytes);
    // A repair that was refused is taken from its finding; all else is what a new check says.
    let plain = |findings: &[Finding]| -> Vec<_> {
        findings.iter().map(|finding| (finding.location.clone(), finding.rule.clone(), finding.message.clone())).collect()
    };
    assert_eq!(plain(&repaired.left), plain(&found), "what is left is what a new check finds");
    // In broken code a repair may show the reader more than it saw before.
    let legal = |bytes: &[u8]| {
        let text = std::str::from_utf8(bytes).unwrap_or("(");
        engine.check(path, bytes.to_vec()).problems.is_empty()
            && (!path.ends_with(".py") || hublint::python::syntax::error_count(text) == Some(0))
    };
    if repaired.fixed.len() < MAX_PASSES && legal(bytes) {
        let again = repair(path, &repaired.bytes, found, &find, &|_| true);
        assert_eq!(shown(&again.bytes), shown(&repaired.bytes), "a second run changes nothing");
    }
}

fn shown(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// One fix alone: the bytes outside of its edits stay, and those inside become its text.
fn stated(bytes: &[u8], finding: &Finding) {
    let Some(fix) = &finding.fix else { return };
    let applied = apply(bytes, &[fix]);
    let mut wanted = Vec::new();
    let mut at = 0;
    for edit in &fix.edits {
        wanted.extend_from_slice(bytes.get(at..edit.start).unwrap());
        wanted.extend_from_slice(edit.text.as_bytes());
        at = edit.end;
    }
    wanted.extend_from_slice(bytes.get(at..).unwrap());
    assert_eq!(shown(&applied.bytes), shown(&wanted), "{fix:?}");
}

/// What no repair may change: the mark, the encoding, the line ends, and bytes that are not UTF-8.
fn kept(old: &[u8], new: &[u8]) {
    const MARK: &[u8] = b"\xEF\xBB\xBF";
    assert_eq!(old.starts_with(MARK), new.starts_with(MARK));
    // A replaced literal may hold such bytes; none may come.
    let invalid = |bytes: &[u8]| bytes.utf8_chunks().map(|chunk| chunk.invalid().len()).sum::<usize>();
    assert!(invalid(new) <= invalid(old), "{}", shown(new));
    let count = |bytes: &[u8], pair: &[u8]| bytes.windows(pair.len()).filter(|window| *window == pair).count();
    let (returns, feeds) = (count(old, b"\r"), count(old, b"\n"));
    if returns == 0 {
        assert_eq!(count(new, b"\r"), 0, "{}", shown(new));
    } else if returns == feeds && count(old, b"\r\n") == feeds {
        assert_eq!(count(new, b"\n"), count(new, b"\r\n"), "{:?}", shown(new));
    }
    if old.iter().filter(|byte| **byte == 0).count() == 0 {
        assert!(!new.contains(&0));
    }
}
