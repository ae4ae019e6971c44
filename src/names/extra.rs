//! Namespaces and ids that a project's own configuration knows.

use std::collections::{BTreeMap, BTreeSet};

/// Extra known namespaces and ids: silent, and protected from look-alikes like the embedded ones. Costs nothing until an
/// unknown name is met; then each extra namespace is looked at in turn.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ExtraNames {
    /// Lower-case namespace to the form it was given in.
    namespaces: BTreeMap<String, String>,
    /// Whole ids, lower-case.
    ids: BTreeSet<String>,
}

impl ExtraNames {
    /// From configuration: `namespace`, `namespace/`, `namespace/*` or a whole id `namespace/name`. Anything else is taken
    /// as a bare id. Case does not matter. Order does not matter.
    pub fn new<Name: AsRef<str>>(names: impl IntoIterator<Item = Name>) -> Self {
        let mut extra = Self::default();
        for name in names {
            let name = name.as_ref().trim();
            let (namespace, rest) = name.split_once('/').unwrap_or((name, ""));
            if namespace.is_empty() {
                continue;
            }
            if matches!(rest, "" | "*" | "**") {
                extra.namespaces.insert(namespace.to_ascii_lowercase(), namespace.to_owned());
            }
            if !rest.is_empty() || !name.contains('/') {
                extra.ids.insert(name.to_ascii_lowercase());
            }
        }
        extra
    }

    pub(super) fn has_namespace(&self, namespace: &str) -> bool {
        !self.namespaces.is_empty() && self.namespaces.contains_key(&namespace.to_ascii_lowercase())
    }

    pub(super) fn has_id(&self, id: &str) -> bool {
        !self.ids.is_empty() && self.ids.contains(&id.to_ascii_lowercase())
    }

    /// Lower-case and given form of each namespace.
    pub(super) fn namespaces(&self) -> impl Iterator<Item = (&str, &str)> {
        self.namespaces.iter().map(|(lower, shown)| (lower.as_str(), shown.as_str()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_configuration() {
        let extra = ExtraNames::new(["Acme-Labs", "other/*", "third/Model-1", " ", "/x"]);
        assert!(extra.has_namespace("ACME-labs") && extra.has_namespace("other"));
        assert!(!extra.has_namespace("third") && extra.has_id("Third/model-1"));
        assert!(extra.has_id("acme-labs"));
        assert_eq!(extra.namespaces().count(), 2);
        assert!(!ExtraNames::default().has_id("x"));
    }
}
