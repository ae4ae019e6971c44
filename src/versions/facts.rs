//! Behaviour that changed with a version, and whether a file of the project gets it.
//!
//! Each fact was read in released wheels (2026-11): `absent_up_to` is the newest version in which the old behaviour was
//! read, `present_from` the oldest with the new one. Between the two the answer is Unknown, unless nothing was
//! released between them.

use super::{Answer, Known, ProjectVersions, VersionKnowledge, VersionSet};
use std::ops::Bound;

/// A behaviour that judges ask about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Fact {
    /// torch.load without `weights_only` uses the restricted unpickler (torch 2.6).
    TorchLoadsWeightsOnly,
    /// `weights_only=True` cannot be bypassed as CVE-2025-32434 does (torch 2.6).
    TorchWeightsOnlyHolds,
    /// load_dataset asks before it runs a script (datasets 2.20).
    DatasetsAsksForScripts,
    /// load_dataset refuses scripts; `trust_remote_code=` there does nothing (datasets 4.0).
    DatasetsRefusesScripts,
    /// from_pretrained refuses to unpickle with a torch below 2.6 (transformers 4.52.1).
    TransformersGuardsTorchLoad,
    /// `safe_mode` of load_model counts for `.h5` too (keras 3.11.3).
    KerasSafeModeCoversH5,
    /// get_kernel admits trusted publishers only, unless told otherwise (kernels 0.14).
    KernelsGatePublishers,
    /// load_from_checkpoint has `weights_only` (lightning 2.6).
    LightningHasWeightsOnly,
    /// numpy.load refuses pickles unless `allow_pickle=True` (numpy 1.16.3).
    NumpyRefusesPickle,
    /// A custom pipeline needs `trust_remote_code=True` (diffusers 0.42).
    DiffusersGatesCustomPipeline,
    /// Local directories with foreign module classes need `trust_remote_code=True` too (sentence-transformers 6.0).
    SentenceTransformersGatesLocalCode,
}

/// One row: what is asked, of whom, and where the change lies.
struct Change {
    fact: Fact,
    /// The packages that may carry it, by PEP 503 name; the first one that a manifest names decides.
    packages: &'static [&'static str],
    absent_up_to: &'static str,
    present_from: &'static str,
    /// No version was released between the two.
    is_adjacent: bool,
    /// What changed, as part of a sentence behind the version.
    meaning: &'static str,
}

const CHANGES: &[Change] = &[
    Change {
        fact: Fact::TorchLoadsWeightsOnly,
        packages: &["torch"],
        absent_up_to: "2.5.1",
        present_from: "2.6.0",
        is_adjacent: true,
        meaning: "torch.load defaults to weights_only=True from 2.6",
    },
    Change {
        fact: Fact::TorchWeightsOnlyHolds,
        packages: &["torch"],
        absent_up_to: "2.5.1",
        present_from: "2.6.0",
        is_adjacent: true,
        meaning: "weights_only=True can be bypassed before 2.6 (CVE-2025-32434)",
    },
    Change {
        fact: Fact::DatasetsAsksForScripts,
        packages: &["datasets"],
        absent_up_to: "2.19.2",
        present_from: "2.20.0",
        is_adjacent: false,
        meaning: "dataset scripts run without asking before 2.20",
    },
    Change {
        fact: Fact::DatasetsRefusesScripts,
        packages: &["datasets"],
        absent_up_to: "3.6.0",
        present_from: "4.0.0",
        is_adjacent: true,
        meaning: "dataset scripts are refused from 4.0",
    },
    Change {
        fact: Fact::TransformersGuardsTorchLoad,
        packages: &["transformers"],
        absent_up_to: "4.51.3",
        present_from: "4.52.1",
        is_adjacent: false,
        meaning: "pickled weights are refused with torch below 2.6 from 4.52.1",
    },
    Change {
        fact: Fact::KerasSafeModeCoversH5,
        packages: &["keras"],
        absent_up_to: "3.11.2",
        present_from: "3.11.3",
        is_adjacent: true,
        meaning: "safe_mode is ignored for .h5 files before 3.11.3",
    },
    Change {
        fact: Fact::KernelsGatePublishers,
        packages: &["kernels"],
        absent_up_to: "0.13.0",
        present_from: "0.14.0",
        is_adjacent: false,
        meaning: "kernels of any publisher are loaded before 0.14",
    },
    Change {
        fact: Fact::LightningHasWeightsOnly,
        packages: &["lightning", "pytorch-lightning"],
        absent_up_to: "2.5.6",
        present_from: "2.6.6",
        is_adjacent: false,
        meaning: "load_from_checkpoint unpickles without limits before 2.6",
    },
    Change {
        fact: Fact::NumpyRefusesPickle,
        packages: &["numpy"],
        absent_up_to: "1.16.0",
        present_from: "1.16.3",
        is_adjacent: false,
        meaning: "numpy.load unpickles by default before 1.16.3",
    },
    Change {
        fact: Fact::DiffusersGatesCustomPipeline,
        packages: &["diffusers"],
        absent_up_to: "0.25.1",
        present_from: "0.42.1",
        is_adjacent: false,
        meaning: "custom pipelines run without trust_remote_code in old versions",
    },
    Change {
        fact: Fact::SentenceTransformersGatesLocalCode,
        packages: &["sentence-transformers"],
        absent_up_to: "5.0.0",
        present_from: "6.0.0",
        is_adjacent: false,
        meaning: "local directories are trusted before 6.0",
    },
];

/// An answer with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether the file gets the behaviour.
    pub answer: Answer,
    /// One line for a message: `requirements.txt pins torch 2.5.1; ..`; empty when nothing is known.
    pub evidence: String,
    /// The requirement that decides, if any names the package.
    pub known: Option<Known>,
}

/// Whether the files of the folder `from` get a behaviour.
pub fn holds(fact: Fact, versions: &ProjectVersions, from: &str) -> Verdict {
    let nothing = Verdict { answer: Answer::Unknown, evidence: String::new(), known: None };
    let Some(change) = CHANGES.iter().find(|change| change.fact == fact) else {
        return nothing;
    };
    let found = change.packages.iter().find_map(|package| Some((*package, versions.lookup(package, from)?)));
    let Some((package, known)) = found else {
        return nothing;
    };
    change.verdict(package, known)
}

/// Whether a file gets a behaviour from what is known already: an install command in the same Dockerfile or notebook
/// counts for that file before any manifest. Unknown when the fact is about another package.
pub fn holds_for(fact: Fact, package: &str, known: Known) -> Verdict {
    let package = super::normalise_name(package);
    match CHANGES.iter().find(|change| change.fact == fact && change.packages.contains(&package.as_str())) {
        Some(change) => change.verdict(&package, known),
        None => Verdict { answer: Answer::Unknown, evidence: String::new(), known: None },
    }
}

/// Whether torch.load without `weights_only` is restricted for the files of the folder `from`.
pub fn torch_load_is_safe_by_default(versions: &ProjectVersions, from: &str) -> Verdict {
    holds(Fact::TorchLoadsWeightsOnly, versions, from)
}

impl Change {
    fn verdict(&self, package: &str, known: Known) -> Verdict {
        let answer = self.answer(&known.knowledge);
        let evidence = match &known.knowledge {
            VersionKnowledge::Unknown => String::new(),
            VersionKnowledge::Exact(version) => format!("{} pins {package} {version}; {}", known.path, self.meaning),
            VersionKnowledge::Range(range) => format!("{} asks for {package} {}; {}", known.path, range.text, self.meaning),
        };
        Verdict { answer, evidence, known: Some(known) }
    }

    fn answer(&self, knowledge: &VersionKnowledge) -> Answer {
        let (Some(set), Ok(absent), Ok(present)) =
            (knowledge.set(), self.absent_up_to.parse::<pep440_rs::Version>(), self.present_from.parse::<pep440_rs::Version>())
        else {
            return Answer::Unknown;
        };
        let with = if self.is_adjacent {
            VersionSet::between(Bound::Excluded(absent.clone()), Bound::Unbounded)
        } else {
            VersionSet::between(Bound::Included(present.clone()), Bound::Unbounded)
        };
        let without = if self.is_adjacent {
            VersionSet::between(Bound::Unbounded, Bound::Excluded(super::set::first_development(&present)))
        } else {
            VersionSet::between(Bound::Unbounded, Bound::Included(absent))
        };
        // Pre-releases of the version that brought the change may or may not have it.
        let early = VersionSet::between(Bound::Included(super::set::first_development(&present)), Bound::Excluded(present));
        let is_early = !set.intersection(&early).is_empty() && set.is_subset_of(&early);
        match () {
            () if set.is_empty() || is_early => Answer::Unknown,
            () if set.is_subset_of(&without) => Answer::No,
            () if set.is_subset_of(&with) => Answer::Yes,
            () => Answer::Unknown,
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
mod tests {
    use super::*;
    use crate::versions::{ManifestKind, read};

    fn project(text: &str) -> ProjectVersions {
        ProjectVersions::new([("requirements.txt".to_owned(), read(ManifestKind::Requirements, text, &|_| None))])
    }

    #[test]
    fn answers_by_version() {
        for (fact, text, wanted) in [
            (Fact::TorchLoadsWeightsOnly, "torch==2.5.1+cu121", Answer::No),
            (Fact::TorchLoadsWeightsOnly, "torch==2.5.1.post1", Answer::No),
            (Fact::TorchLoadsWeightsOnly, "torch<2.6", Answer::No),
            (Fact::TorchLoadsWeightsOnly, "torch~=2.5.0", Answer::No),
            (Fact::TorchLoadsWeightsOnly, "torch==2.6.0", Answer::Yes),
            (Fact::TorchLoadsWeightsOnly, "torch>=2.6", Answer::Yes),
            (Fact::TorchLoadsWeightsOnly, "torch>2.5.1", Answer::Yes),
            (Fact::TorchLoadsWeightsOnly, "torch>=2.0", Answer::Unknown),
            (Fact::TorchLoadsWeightsOnly, "torch==2.6.0rc1", Answer::Unknown),
            (Fact::TorchLoadsWeightsOnly, "torch", Answer::Unknown),
            (Fact::TorchLoadsWeightsOnly, "numpy", Answer::Unknown),
            (Fact::DatasetsRefusesScripts, "datasets>=4,<5", Answer::Yes),
            (Fact::DatasetsRefusesScripts, "datasets~=3.6", Answer::No),
            (Fact::DatasetsAsksForScripts, "datasets==2.16.0", Answer::No),
            (Fact::DatasetsAsksForScripts, "datasets==3.0.0", Answer::Yes),
            (Fact::TransformersGuardsTorchLoad, "transformers==4.52.0", Answer::Unknown),
            (Fact::TransformersGuardsTorchLoad, "transformers==4.51.3", Answer::No),
            (Fact::KerasSafeModeCoversH5, "keras==3.11.2", Answer::No),
            (Fact::KerasSafeModeCoversH5, "keras>=3.12", Answer::Yes),
            (Fact::LightningHasWeightsOnly, "pytorch-lightning==2.4.0", Answer::No),
            (Fact::LightningHasWeightsOnly, "lightning>=2.6.6", Answer::Yes),
        ] {
            assert_eq!(holds(fact, &project(text), "src").answer, wanted, "{text}");
        }
    }

    #[test]
    fn every_fact_has_a_row_and_its_ends_are_right() {
        for change in CHANGES {
            assert_eq!(change.answer(&VersionKnowledge::from_locked(change.absent_up_to)), Answer::No);
            assert_eq!(change.answer(&VersionKnowledge::from_locked(change.present_from)), Answer::Yes);
        }
    }

    #[test]
    fn an_install_command_counts_for_its_own_file() {
        let found = crate::versions::pip_install_requirements("RUN pip install torch==2.5.1 numpy");
        let known = Known::from_requirements("Dockerfile", &found, "torch").unwrap();
        let verdict = holds_for(Fact::TorchLoadsWeightsOnly, "torch", known.clone());
        assert_eq!((verdict.answer, known.path.as_str()), (Answer::No, "Dockerfile"));
        assert_eq!(holds_for(Fact::DatasetsRefusesScripts, "torch", known).answer, Answer::Unknown);
        assert!(Known::from_requirements("Dockerfile", &found, "keras").is_none());
    }

    #[test]
    fn evidence_names_file_and_version() {
        let verdict = torch_load_is_safe_by_default(&project("torch==2.5.1"), "");
        assert_eq!(verdict.evidence, "requirements.txt pins torch 2.5.1; torch.load defaults to weights_only=True from 2.6");
        assert!(torch_load_is_safe_by_default(&project(""), "").evidence.is_empty());
    }
}
