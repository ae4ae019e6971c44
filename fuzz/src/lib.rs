//! What must hold for every input, whatever it is: one function a fuzz target. `tests/hostile.rs` of the main package
//! includes this module as well, and runs it over the inputs that once failed and over damaged copies of real ones.
//!
//! A function panics when a promise is broken. It never prints, and never fails on an input that is merely wrong.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod documents;
mod engine;
mod fixer;
mod fragments;
mod notebook;
mod outline;
mod secrets;
mod suppressions;

/// A target: its name and what it does with an input.
pub type Target = (&'static str, fn(&[u8]));

/// Every target; the binaries in `fuzz_targets/` are named as these.
pub const TARGETS: &[Target] = &[
    ("python", python),
    ("fragments", fragments),
    ("notebook", notebook),
    ("fixer", fixer),
    ("surfaces", surfaces),
    ("outline", outline),
    ("suppressions", suppressions),
    ("secrets", secrets),
    ("names", names),
    ("rules", rules),
    ("config", config),
    ("readers", readers),
];

/// Python as it comes: the whole engine, on demand and whole, and every printer.
pub fn python(data: &[u8]) {
    engine::check("pkg/a.py", data);
}

/// Python put together of pieces that mean something, so that deep code is reached: each byte chooses one.
pub fn fragments(data: &[u8]) {
    engine::check("pkg/a.py", fragments::text(data).as_bytes());
}

/// A notebook: units against a naive reader of the same JSON, then the engine.
pub fn notebook(data: &[u8]) {
    notebook::check(data);
}

/// Repairs of a file. The first byte chooses the kind of file and how its pins are written.
pub fn fixer(data: &[u8]) {
    fixer::check(data);
}

/// Files that are no Python. The first byte chooses the kind.
pub fn surfaces(data: &[u8]) {
    let Some((first, rest)) = data.split_first() else { return };
    engine::check(engine::path(*first), rest);
}

/// The outline against what it promises, and against parsing whole.
pub fn outline(data: &[u8]) {
    outline::check(data);
}

/// Comments that silence: nothing is lost, and nothing is silenced by a comment that does not name it.
pub fn suppressions(data: &[u8]) {
    suppressions::check(data);
}

/// The matcher of tokens and the masks.
pub fn secrets(data: &[u8]) {
    secrets::check(data);
}

/// Repo ids.
pub fn names(data: &[u8]) {
    documents::names(data);
}

/// A user's file of rules or facts.
pub fn rules(data: &[u8]) {
    documents::rules(data);
}

/// A configuration. The first byte chooses between `hublint.toml` and `pyproject.toml`.
pub fn config(data: &[u8]) {
    documents::config(data);
}

/// Locks, baselines and manifests. The first byte chooses.
pub fn readers(data: &[u8]) {
    documents::readers(data);
}
