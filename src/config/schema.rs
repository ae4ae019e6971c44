//! The JSON Schema of the configuration, for editors. `schemas/hublint.schema.json` is this text; a test compares them.

use serde_json::{Value, json};

/// The schema of `hublint.toml`, draft 2020-12.
#[must_use]
pub fn schema() -> Value {
    let words = |description: &str| json!({"type": "array", "items": {"type": "string"}, "description": description});
    let one_or_more = |description: &str| {
        json!({
            "anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}],
            "description": description
        })
    };
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "hublint configuration",
        "description": "hublint.toml, .hublint.toml or [tool.hublint] in pyproject.toml",
        "type": "object",
        "additionalProperties": false,
        "properties": {
            "select": words("Only these rules run."),
            "ignore": words("These rules do not run."),
            "exclude": words("Paths that are left out, in the syntax of .gitignore, relative to this file."),
            "extend-rules": words("Folders of further rule and library files, relative to this file."),
            "per-path": {
                "type": "object",
                "description": "Pattern of paths -> rules that do not run there (\"*\" for all).",
                "additionalProperties": words("Rules.")
            },
            "rules": {
                "type": "object",
                "description": "Settings of rules by id.",
                "additionalProperties": {
                    "type": "object",
                    "additionalProperties": false,
                    "required": ["level"],
                    "properties": {"level": {"enum": ["off", "note", "warning", "error"]}}
                }
            },
            "allow": {
                "type": "array",
                "description": "Findings that are accepted. Every condition that is given must hold.",
                "items": {
                    "type": "object",
                    "additionalProperties": false,
                    "anyOf": [{"required": ["rule"]}, {"required": ["repo"]}, {"required": ["path"]}],
                    "properties": {
                        "rule": one_or_more("Rules."),
                        "repo": one_or_more("Repositories, also as patterns: \"meta-llama/*\"."),
                        "revision": {"type": "string", "description": "The revision as it is written."},
                        "path": one_or_more("Patterns of paths in the syntax of .gitignore."),
                        "reason": {"type": "string", "description": "Why it is accepted."}
                    }
                }
            },
            "policy": {
                "type": "object",
                "additionalProperties": false,
                "description": "Which repositories may be loaded, and how.",
                "properties": {
                    "allow": words("Only these repositories, also as patterns."),
                    "deny": words("Never these repositories, also as patterns."),
                    "require": {
                        "type": "array",
                        "items": {"enum": ["pin", "lock", "safetensors"]},
                        "description": "What every load must have."
                    }
                }
            },
            "names": {
                "type": "object",
                "additionalProperties": false,
                "properties": {"extra": words("Further names that look-alikes are compared with.")}
            }
        }
    })
}
