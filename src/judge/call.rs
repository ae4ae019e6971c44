//! `unsafe-deserialization`: a call that executes a pickle (or what amounts to one) whatever its arguments, or with one.

use super::revision::may_be_true;
use super::{Repair, RepairPlan, Verdict};
use crate::catalog::{Entry, RepoKind, Unpickles};
use crate::finding::Level;
use crate::reference::{Reference, Target};
use crate::usage::{Argument, Guard, Literal, Origin, Role, Use, UseKind, Value};

/// The verdict about one use.
#[must_use]
pub fn judge(usage: &Use, entry: &Entry, found: &[Reference]) -> Option<Verdict> {
    if !matches!(usage.kind, UseKind::Call | UseKind::Reference) || entry.parameter(Role::WeightsOnly).is_some() {
        return None;
    }
    let explicit = |role: Role| usage.argument(role).filter(|argument| argument.origin != Origin::Absent);
    if let Some(argument) = explicit(Role::AllowPickle).filter(|argument| may_be_true(argument)) {
        let verdict = Verdict::new("unsafe-deserialization", "switched-on", usage, Some(argument))
            .with("argument", keyword(entry, Role::AllowPickle));
        let repair = argument.replaceable.then(|| RepairPlan {
            safe: false,
            description: "set it to False".to_owned(),
            repair: Repair::Replace { span: argument.value_span, text: "False".to_owned() },
        });
        return Some(escalated(verdict.repaired(repair), usage));
    }
    if let Some(argument) = explicit(Role::SafeMode)
        .filter(|argument| matches!(&argument.value, Value::Known(literal) if literal.truth() == Some(false)))
    {
        let verdict = Verdict::new("unsafe-deserialization", "safety-off", usage, Some(argument))
            .with("argument", keyword(entry, Role::SafeMode));
        return Some(verdict);
    }
    if let Some(argument) = explicit(Role::LoadFormat) {
        if let Some(name) = unsafe_loader(argument) {
            return Some(escalated(
                Verdict::new("unsafe-deserialization", "loader", usage, Some(argument)).with("value", name),
                usage,
            ));
        }
        // A loader that was chosen, and is not one of the unsafe ones.
        return None;
    }
    // `pickle.loads(pickle.dumps(x))` reads what it has just written. By way of a variable it most likely does.
    let written = usage.argument(Role::Path).filter(|argument| {
        let literals = argument.value.literals();
        !literals.is_empty()
            && literals.iter().all(|literal| matches!(literal, Literal::Result(name) if name.ends_with(".dumps")))
    });
    if written.is_some_and(|argument| argument.origin == Origin::Literal && argument.definition.is_none()) {
        return None;
    }
    let case = match entry.unpickles {
        Unpickles::Always | Unpickles::Default => "always",
        Unpickles::ByFormat | Unpickles::ByVersion if is_pickle_argument(usage) => "by-format",
        _ => return None,
    };
    // A safe setting was given where the default is not.
    let switched_off = explicit(Role::AllowPickle)
        .is_some_and(|argument| matches!(&argument.value, Value::Known(literal) if literal.truth() == Some(false)))
        || explicit(Role::SafeMode).is_some_and(may_be_true);
    if switched_off && entry.unpickles == Unpickles::Default {
        return None;
    }
    if usage.guarded == Some(Guard::SafetensorsSuffix) {
        return None;
    }
    // A loader of many formats unpickles only some of them.
    if entry.unpickles == Unpickles::Default && is_another_format(usage) {
        return None;
    }
    let hub = entry.repo.is_some_and(|kind| !matches!(kind, RepoKind::File | RepoKind::Other | RepoKind::Url));
    if hub && found.iter().all(|reference| matches!(reference.target, Target::Unknown(_) | Target::Local)) && !found.is_empty() {
        return None;
    }
    let mut verdict = Verdict::new("unsafe-deserialization", case, usage, None);
    if let Some(reference) = found.iter().find(|reference| !reference.full_id.is_empty()) {
        verdict = verdict.about(&reference.full_id);
    }
    if let Some(advice) = &entry.advice {
        verdict.words.insert("reason", advice.clone());
    }
    if usage.guarded == Some(Guard::Scanned) || written.is_some() {
        verdict = verdict.capped(Level::Note);
    }
    Some(escalated(verdict, usage))
}

fn keyword(entry: &Entry, role: Role) -> String {
    entry
        .parameter(role)
        .and_then(|parameter| parameter.places.first())
        .and_then(|place| place.keyword.clone().or_else(|| place.nested.last().cloned()))
        .unwrap_or_else(|| "the switch".to_owned())
}

/// Bytes that come from a stranger make it an error.
fn escalated(mut verdict: Verdict, usage: &Use) -> Verdict {
    if let Some((source, _)) = usage.argument(Role::Path).or_else(|| usage.argument(Role::RepoId)).and_then(foreign_source) {
        verdict.case = "foreign-bytes";
        verdict.words.insert("where", source);
    }
    verdict
}

/// Where the bytes of an argument come from, when that is a download, a request or a socket.
#[must_use]
pub fn foreign_source(argument: &Argument) -> Option<(String, &Literal)> {
    const FOREIGN: &[&str] = &[
        "hf_hub_download",
        "snapshot_download",
        "cached_download",
        "cached_file",
        "urlopen",
        "urlretrieve",
        "recv",
        "recv_bytes",
        "recvfrom",
        "load_from_hub",
        "download_url_to_file",
        "download_file_from_hf",
        "gdown.download",
    ];
    argument.value.literals().iter().find_map(|literal| match literal {
        Literal::Result(name) => {
            // What is read from a download is the download still: `urlopen.read`.
            let known = name.split('.').any(|segment| FOREIGN.contains(&segment));
            let request = (name.starts_with("requests.")
                || name.starts_with("httpx.")
                || name.starts_with("urllib.")
                || name.starts_with("aiohttp."))
                && !name.starts_with("urllib.parse");
            let socket = name.starts_with("socket.") || name.starts_with("zmq.");
            (known || FOREIGN.contains(&name.as_str()) || request || socket).then(|| (name.clone(), literal))
        }
        Literal::Str(text) if text.starts_with("http://") || text.starts_with("https://") || text.starts_with("hf://") => {
            Some((text.clone(), literal))
        }
        _ => None,
    })
}

/// yaml.load and the like: the loader decides.
fn unsafe_loader(argument: &Argument) -> Option<String> {
    argument.value.literals().iter().find_map(|literal| match literal {
        Literal::Object(name) | Literal::Result(name) => {
            let last = name.rsplit('.').next().unwrap_or(name);
            matches!(last, "Loader" | "UnsafeLoader" | "FullLoader" | "CLoader").then(|| name.clone())
        }
        Literal::Str(text) => matches!(text.as_str(), "pt" | "pickle" | "unsafe" | "npcache").then(|| text.clone()),
        _ => None,
    })
}

/// The file is a configuration or an exported graph by its ending, and no pickle.
fn is_another_format(usage: &Use) -> bool {
    const ENDINGS: &[&str] =
        &[".yaml", ".yml", ".json", ".toml", ".onnx", ".safetensors", ".engine", ".mlpackage", ".mlmodel", ".tflite", ".xml"];
    usage.argument(Role::Path).is_some_and(|argument| {
        let literals = argument.value.literals();
        !literals.is_empty()
            && literals.iter().all(|literal| match literal {
                Literal::Str(text) | Literal::LocalPath(Some(text)) => {
                    let text = text.to_ascii_lowercase();
                    ENDINGS.iter().any(|ending| text.ends_with(ending))
                }
                _ => false,
            })
    })
}

/// The file or name is a pickle by its ending.
fn is_pickle_argument(usage: &Use) -> bool {
    [Role::Path, Role::RepoId, Role::Filename].iter().filter_map(|role| usage.argument(*role)).any(|argument| {
        argument.value.literals().iter().any(|literal| match literal {
            Literal::Str(text) | Literal::LocalPath(Some(text)) => super::argument::is_pickle_name(text),
            _ => false,
        })
    })
}
