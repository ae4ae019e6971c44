//! The page of a rule: SARIF help, `hublint explain` and `rules/README.md` are this one text.

use std::fmt::Write as _;

use crate::catalog::{Catalog, Policy};

/// The page in Markdown, without its title.
#[must_use]
pub fn page(policy: &Policy) -> String {
    let mut text = String::new();
    let _ = write!(text, "{}\n\n{}\n\n**What to do.** {}\n", policy.summary, policy.rationale.trim(), policy.help.trim());
    for example in &policy.examples {
        let code = hide_markers(&example.code);
        let language = match example.file.as_deref().and_then(|file| file.rsplit('.').next()) {
            None | Some("py") => "python",
            Some("sh") => "sh",
            Some("yaml" | "yml") => "yaml",
            Some("toml") => "toml",
            Some(_) => "text",
        };
        let _ = write!(text, "\n{}:\n\n```{language}\n{}\n```\n", upper_first(&example.title), code.trim_matches('\n'));
    }
    if !policy.references.is_empty() {
        text.push_str("\nReferences:\n\n");
        for reference in &policy.references {
            let _ = writeln!(text, "- <{reference}>");
        }
    }
    let mut facts = vec![format!("level {}", policy.level.as_str())];
    facts.extend(policy.security_severity.iter().map(|severity| format!("security severity {severity}")));
    facts.extend(policy.cwe.iter().map(|number| format!("CWE-{number}")));
    let _ =
        write!(text, "\n_{}. Silence one place with a comment: `# hublint: ignore[{}] reason`._\n", facts.join(", "), policy.id);
    text
}

/// `rules/README.md`, made of the policies.
#[must_use]
pub fn catalogue_page(catalog: &Catalog) -> String {
    let mut text = String::from(
        "<!-- Generated from rules/*.toml by `UPDATE=1 cargo test --test repo`; do not edit. -->\n\n# Rules\n\n| rule | level | what it finds |\n| --- | --- | --- |\n",
    );
    for policy in catalog.policies() {
        let _ = writeln!(text, "| [{0}](#{0}) | {1} | {2} |", policy.id, policy.level.as_str(), policy.summary);
    }
    for policy in catalog.policies() {
        let _ = write!(text, "\n## {}\n\n{}", policy.id, page(policy));
    }
    text
}

/// The markers of expected findings, written as a person would write them in a page.
fn hide_markers(code: &str) -> String {
    code.lines()
        .filter(|line| !line.trim_start().starts_with("#") || !line.contains('^'))
        .map(|line| line.split_once("# expect: ").map_or_else(|| line.to_owned(), |(before, ids)| format!("{before}# <- {ids}")))
        .collect::<Vec<_>>()
        .join("\n")
}

fn upper_first(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
