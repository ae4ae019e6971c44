//! What in a file is worth a closer look: one pass of few literals over the bytes, then exact words.
//!
//! Most files hold nothing of interest; for them the cost is this pass (facts/performance figures: `docs/benchmarks.md`).
//! The first pass looks for a handful of literals that the packed searcher handles at memory speed. Only Python that
//! imports a catalogued library is searched for the words of that library.

use std::collections::BTreeSet;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use aho_corasick::automaton::Automaton;
use aho_corasick::dfa::DFA;
use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, MatchKind};
use memchr::memmem;

use crate::catalog::Catalog;

/// Addresses of the Hub, wherever they stand.
const ADDRESSES: &[&str] = &["huggingface.co/", "hf.co/", "hf://"];

/// What the first pass found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hits {
    /// A literal that a token may start or hide behind.
    pub secret: bool,
    /// A Hub address.
    pub address: bool,
    /// A word that switches something on, or an environment variable of the catalogue.
    pub word: bool,
    /// `hublint:`, the start of a directive.
    pub directive: bool,
}

/// The automata of a run; built once, shared by all threads.
pub struct Prefilter {
    first: Growing,
    kinds: Vec<Kind>,
    /// For what is not Python.
    pub surface: crate::surface::Gate,
}

/// An automaton that is cheap to build at first, and fast once a run turns out to be long. Both find the same.
pub struct Growing {
    literals: Vec<Vec<u8>>,
    small: AhoCorasick,
    fast: OnceLock<AhoCorasick>,
    lanes: OnceLock<Option<Lanes>>,
    /// Bytes searched so far.
    searched: AtomicUsize,
}

/// So many bytes are searched before the fast automaton is built: it costs three milliseconds, as does the search of these
/// bytes with the other.
const SMALL: usize = 1 << 18;

impl Growing {
    /// Builds the small automaton. Matches do not overlap; of two the one that ends first is found.
    #[must_use]
    pub fn new(literals: Vec<Vec<u8>>) -> Self {
        let small = build(&literals, AhoCorasickKind::ContiguousNFA);
        Self { literals, small, fast: OnceLock::new(), lanes: OnceLock::new(), searched: AtomicUsize::new(0) }
    }

    /// Calls `found` with the number, start and end of literals in a text until it says `false`. A literal that overlaps
    /// another may be left out or not, and the order is none: for questions that do not depend on it.
    pub fn each(&self, text: &[u8], found: &mut dyn FnMut(usize, usize, usize) -> bool) {
        let few = text.len() < SMALL && self.searched.fetch_add(text.len(), Ordering::Relaxed) < SMALL;
        let lanes = if few { None } else { self.lanes.get_or_init(|| Lanes::new(&self.literals)).as_ref() };
        match lanes {
            Some(lanes) => lanes.each(text, found),
            None => {
                for one in self.small.find_iter(text) {
                    if !found(one.pattern().as_usize(), one.start(), one.end()) {
                        return;
                    }
                }
            }
        }
    }

    /// The automaton to search so many bytes with.
    pub fn of(&self, bytes: usize) -> &AhoCorasick {
        if bytes < SMALL && self.searched.fetch_add(bytes, Ordering::Relaxed) < SMALL {
            return &self.small;
        }
        self.fast.get_or_init(|| build(&self.literals, AhoCorasickKind::DFA))
    }
}

/// A DFA that reads four parts of a text at a time. Each step of a DFA waits for the one before; four searches that do not
/// depend on each other take hardly longer than one.
struct Lanes {
    automaton: DFA,
    /// Bytes before a part in which a literal may begin that ends in it.
    overlap: usize,
}

/// Shorter texts are searched in one part.
const MIN_LANES: usize = 1024;

impl Lanes {
    fn new(literals: &[Vec<u8>]) -> Option<Self> {
        let overlap = literals.iter().map(Vec::len).max()?.saturating_sub(1);
        let automaton = DFA::builder().match_kind(MatchKind::Standard).prefilter(false).build(literals).ok()?;
        Some(Self { automaton, overlap })
    }

    fn each(&self, text: &[u8], found: &mut dyn FnMut(usize, usize, usize) -> bool) {
        let automaton = &self.automaton;
        let Ok(begin) = automaton.start_state(Anchored::No) else { return };
        let mut report = |state, end: usize| {
            (0..automaton.match_len(state)).all(|index| {
                let pattern = automaton.match_pattern(state, index);
                found(pattern.as_usize(), end.saturating_sub(automaton.pattern_len(pattern)), end)
            })
        };
        let quarter = text.len() / 4;
        let mut states = [begin; 4];
        let mut rest = 0;
        if text.len() >= MIN_LANES && self.overlap < quarter {
            // Every part but the first begins a little early: a literal may lie across the border.
            let steps = quarter + self.overlap;
            let starts = [0, quarter, 2 * quarter, 3 * quarter].map(|start: usize| start.saturating_sub(self.overlap));
            let part = |start: usize| text.get(start..(start + steps).min(text.len())).unwrap_or_default();
            let [a, b, c, d] = starts.map(part);
            for (step, (((a, b), c), d)) in a.iter().zip(b).zip(c).zip(d).enumerate() {
                states = [
                    automaton.next_state(Anchored::No, states[0], *a),
                    automaton.next_state(Anchored::No, states[1], *b),
                    automaton.next_state(Anchored::No, states[2], *c),
                    automaton.next_state(Anchored::No, states[3], *d),
                ];
                if states.iter().any(|state| automaton.is_special(*state)) {
                    for (state, start) in states.iter().zip(starts) {
                        if automaton.is_match(*state) && !report(*state, start + step + 1) {
                            return;
                        }
                    }
                }
            }
            rest = starts[3] + steps;
        }
        // What is left behind the last part, or all of a short text.
        let mut state = states[3];
        for (at, byte) in text.iter().enumerate().skip(rest) {
            state = automaton.next_state(Anchored::No, state, *byte);
            if automaton.is_special(state) && automaton.is_match(state) && !report(state, at + 1) {
                return;
            }
        }
    }
}

/// The literals are short and few: this cannot fail; without them nothing is ever found, and tests would say so.
fn build(literals: &[Vec<u8>], kind: AhoCorasickKind) -> AhoCorasick {
    AhoCorasick::builder().match_kind(MatchKind::Standard).kind(Some(kind)).build(literals).unwrap_or_else(|_| empty())
}

#[derive(Clone, Copy)]
enum Kind {
    Secret,
    Address,
    Word,
    Directive,
}

impl Prefilter {
    /// Builds the first automaton. `words` are switch words and environment names of the catalogue.
    #[must_use]
    pub fn new(catalog: &Catalog) -> Self {
        let mut literals: Vec<(Vec<u8>, Kind)> = Vec::new();
        for trigger in crate::secrets::TRIGGERS {
            literals.push((trigger.to_vec(), Kind::Secret));
        }
        for address in ADDRESSES {
            literals.push((address.as_bytes().to_vec(), Kind::Address));
        }
        // A directive is looked for only to report that it does nothing.
        literals.push((b"hublint:".to_vec(), Kind::Directive));
        // `MODEL_ID` and `REVISION` are everybody's names; a command that reads them is found by its own words.
        let distinct = |word: &&str| !matches!(*word, "MODEL_ID" | "REVISION");
        for word in catalog.switch_words().chain(catalog.environment_names()).filter(distinct) {
            literals.push((word.as_bytes().to_vec(), Kind::Word));
        }
        // Where a token has a name it may be printed; `get_token()` hands it out.
        for name in crate::secrets::TOKEN_NAMES.iter().chain(&["get_token("]) {
            literals.push((name.as_bytes().to_vec(), Kind::Word));
        }
        let kinds = literals.iter().map(|(_, kind)| *kind).collect();
        // A DFA looks at each byte once; with this many patterns it is several times faster than the automaton that the
        // library would choose.
        let first = Growing::new(literals.into_iter().map(|(literal, _)| literal).collect());
        Self { first, kinds, surface: crate::surface::Gate::default() }
    }

    /// The first pass.
    #[must_use]
    pub fn scan(&self, bytes: &[u8]) -> Hits {
        let mut hits = Hits::default();
        self.first.each(bytes, &mut |literal, start, end| {
            match self.kinds.get(literal) {
                Some(Kind::Secret) => hits.secret = hits.secret || !is_name(bytes, start, end),
                Some(Kind::Address) => hits.address = true,
                Some(Kind::Word) => hits.word = true,
                Some(Kind::Directive) => hits.directive = true,
                None => {}
            }
            hits != Hits { secret: true, address: true, word: true, directive: true }
        });
        hits
    }

    /// True when Python text imports a catalogued library and holds one of its words.
    #[must_use]
    pub fn python(&self, text: &[u8], catalog: &Catalog) -> bool {
        let roots = import_roots(text, catalog);
        if roots.is_empty() {
            return false;
        }
        let words = catalog.words(roots.iter().copied());
        crate::python::holds_word(text, &words)
    }
}

/// True when a literal that may start a key is certainly a part of a name.
fn is_name(bytes: &[u8], start: usize, end: usize) -> bool {
    is_tail(bytes, start, end) || is_hub_name(bytes, start, end)
}

/// True for `hf_hub_download` and for a key of JSON such as `"hf_subset":`; neither can be a token, nor a part of one that
/// is put together: the body of a token has no underscore, and what follows a colon is not added to what precedes it.
fn is_hub_name(bytes: &[u8], start: usize, end: usize) -> bool {
    if bytes.get(start..end) != Some(b"hf_".as_slice()) {
        return false;
    }
    let rest = bytes.get(end..).unwrap_or_default();
    let length = rest.iter().take_while(|byte| byte.is_ascii_lowercase()).count();
    match rest.get(length..) {
        // `hf_oauth_`, `hf_jwt_`, `hf_app_` begin tokens of other kinds; so does `hf_s3_`, where a digit follows the letter.
        // (`hf_subset` is a key in half of all benchmark results.)
        Some([b'_', ..]) => length > 0 && !matches!(rest.first(), Some(b'o' | b'j' | b'a')),
        Some([b'"' | b'\'', b':', ..]) => length < 30,
        _ => false,
    }
}

/// True for the end of `mask_`, `task_`, `disk_`, `risk_`: the key prefix `sk_` begins a word. Without this look, half of all
/// machine-learning code would be searched for keys.
fn is_tail(bytes: &[u8], start: usize, end: usize) -> bool {
    bytes.get(start..end) == Some(b"sk_".as_slice())
        && matches!(start.checked_sub(1).and_then(|before| bytes.get(before)), Some(b'a' | b'i'))
        // An escape such as `\a` is no letter.
        && start.checked_sub(2).and_then(|before| bytes.get(before)).is_some_and(u8::is_ascii_alphabetic)
}

fn empty() -> AhoCorasick {
    AhoCorasick::builder().build::<[&[u8]; 0], &[u8]>([]).unwrap_or_else(|_| empty())
}

/// Longest `from a.b.c ` that is looked at, in bytes.
const IMPORT_WINDOW: usize = 400;

/// How much of a line is read behind an `import`: a notebook may be one line.
const IMPORT_LINE: usize = 4096;

/// The catalogued roots that the text seems to import: the word after every `import` and `from` that starts a statement.
///
/// A superset: a string or comment that looks like an import counts too, which only costs a closer look.
#[must_use]
pub fn import_roots<'t>(text: &'t [u8], catalog: &Catalog) -> BTreeSet<&'t str> {
    let mut roots = BTreeSet::new();
    for at in memmem::find_iter(text, b"import") {
        // `import a.b, c as d` and `from a.b import c`: both forms name roots on the same line, before or after. In a notebook
        // the line starts behind a quote or an escape; a bounded window, because such a file may be one line.
        let window = text.get(at.saturating_sub(IMPORT_WINDOW)..at).unwrap_or_default();
        let line_start = memchr::memrchr2(b'\n', b';', window).map_or(0, |found| found + 1);
        let before = window.get(line_start..).unwrap_or_default().trim_ascii();
        if let Some(from) = memmem::rfind(before, b"from")
            && let Some(module) = before.get(from + 4..)
        {
            add(root_of(module.trim_ascii_start()), catalog, &mut roots);
        }
        let most = text.len().min(at + IMPORT_LINE);
        let line_end = memchr::memchr(b'\n', text.get(at..most).unwrap_or_default()).map_or(most, |found| at + found);
        for clause in text.get(at + 6..line_end).unwrap_or_default().split(|byte| matches!(byte, b',' | b'(' | b'"' | b'\'')) {
            add(root_of(clause.trim_ascii_start()), catalog, &mut roots);
        }
    }
    roots
}

fn add<'t>(root: &'t str, catalog: &Catalog, roots: &mut BTreeSet<&'t str>) {
    if !root.is_empty() && !roots.contains(root) && catalog.is_root(root) {
        roots.insert(root);
    }
}

fn root_of(text: &[u8]) -> &str {
    let length = text.iter().take_while(|byte| byte.is_ascii_alphanumeric() || **byte == b'_').count();
    std::str::from_utf8(text.get(..length).unwrap_or_default()).unwrap_or("")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;

    #[test]
    fn four_parts_give_what_one_search_gives() {
        let literals: Vec<Vec<u8>> = ["hf_", "sk_", "token", "_tokens", "x"].map(|text| text.as_bytes().to_vec()).to_vec();
        let lanes = Lanes::new(&literals).unwrap();
        let plain = AhoCorasick::builder().build(&literals).unwrap();
        let mut seed = 7_u32;
        for length in (0..40).chain(1000..1100).chain([4095, 4096, 4097, 9999]) {
            let text: Vec<u8> = (0..length)
                .map(|_| {
                    seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                    *b"hfsk_tokensx".get(seed as usize >> 8 & 15).unwrap_or(&b' ')
                })
                .collect();
            let mut found = BTreeSet::new();
            lanes.each(&text, &mut |literal, start, end| found.insert((start, end, literal)) || true);
            let wanted: BTreeSet<_> =
                plain.find_overlapping_iter(&text).map(|one| (one.start(), one.end(), one.pattern().as_usize())).collect();
            assert_eq!(found, wanted, "{length}");
        }
    }

    #[test]
    fn one_line_full_of_imports_is_read_in_linear_time() {
        let text = "\"import a, b\", ".repeat(200_000);
        let began = std::time::Instant::now();
        let _ = import_roots(text.as_bytes(), Catalog::builtin());
        assert!(began.elapsed().as_secs() < 60);
    }
}
