//! Through the whole of one file's checks: path and bytes in, findings out.

use std::sync::LazyLock;

use hublint::catalog::Catalog;
use hublint::engine::{Engine, FileResult, NoWorld, Settings};
use hublint::finding::Finding;
use hublint::prefilter::Prefilter;
use hublint::python::project::NoProject;

static ENGINE: LazyLock<Engine<'static>> = LazyLock::new(|| {
    let catalog = Catalog::builtin();
    Engine {
        catalog,
        prefilter: Prefilter::new(catalog),
        project: &NoProject,
        world: &NoWorld,
        pins: None,
        settings: Settings {
            rules: ["leaked-token", "leaked-ml-key"].map(str::to_owned).into(),
            ignore_comments: true,
            ..Settings::default()
        },
    }
});

pub fn check(path: &str, bytes: impl Into<Vec<u8>>) -> FileResult {
    ENGINE.check(path, bytes.into())
}

/// The findings of `leaked-token`.
pub fn tokens(path: &str, bytes: impl Into<Vec<u8>>) -> Vec<Finding> {
    check(path, bytes).findings.into_iter().filter(|finding| finding.rule == "leaked-token").collect()
}

/// A notebook of code cells.
pub fn notebook(cells: &[&str]) -> String {
    let cells: Vec<serde_json::Value> = cells
        .iter()
        .map(|source| {
            let lines: Vec<&str> = source.split_inclusive('\n').collect();
            serde_json::json!({"cell_type": "code", "execution_count": null, "metadata": {}, "outputs": [], "source": lines})
        })
        .collect();
    let whole = serde_json::json!({"cells": cells, "metadata": {"kernelspec": {"language": "python", "name": "python3"}}, "nbformat": 4, "nbformat_minor": 5});
    serde_json::to_string_pretty(&whole).unwrap()
}
