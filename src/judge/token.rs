//! `leaked-token` and `leaked-ml-key`: what the token matcher found, with its place; and literals handed to token parameters.

use super::{Context, Repair, RepairPlan, Spot, Verdict, path};
use crate::secrets::{self, Decoding, Exposure, KnownMask, Level as SecretLevel, Rule, SecretMatch};
use crate::source::{Source, UnitKind};
use crate::span::Span;
use crate::usage::{Confidence, Literal, Origin, Role, Use, Value};

/// A constant expression that Python would evaluate to this text.
#[derive(Clone, Debug)]
pub struct Folded {
    /// Index of the unit.
    pub unit: usize,
    /// The expression.
    pub span: Span,
    /// Its value.
    pub text: String,
}

/// A place where code writes a token to a terminal, a log or an output.
#[derive(Clone, Debug)]
pub struct Printed {
    /// Index of the unit.
    pub unit: usize,
    /// What is written out.
    pub span: Span,
    /// The statement or logical line.
    pub statement: Span,
    /// How much of the token it is.
    pub what: Exposure,
}

/// What was seen of tokens in one file.
#[derive(Debug, Default)]
pub struct Seen {
    /// Tokens in the file's text.
    pub matches: Vec<SecretMatch>,
    /// Texts that Python would put together.
    pub folded: Vec<Folded>,
    /// Places where a token is written out.
    pub printed: Vec<Printed>,
}

/// The verdicts about tokens of one file, and the mask for its lines: a token that is put together stands nowhere as it is.
#[must_use]
pub fn judge(source: &mut Source, found: Seen, uses: &[Use], context: &Context<'_>) -> (Vec<Verdict>, KnownMask) {
    let mut known = Vec::new();
    let Seen { matches, folded, printed } = found;
    let mut out = Vec::new();
    let mut seen: Vec<(usize, Span, String)> = Vec::new();
    for found in matches {
        let (unit, span) = source.place(found.span.clone());
        seen.push((unit, span, found.fingerprint.clone()));
        out.push(verdict(source, &found, unit, span));
        if !found.chain.is_empty() {
            known.push(found);
        }
    }
    for expression in folded {
        for found in secrets::scan_folded(&expression.text) {
            // The same secret in plain sight inside the expression is told already.
            let told = seen.iter().any(|(unit, span, fingerprint)| {
                *unit == expression.unit
                    && *fingerprint == found.fingerprint
                    && (expression.span.covers(*span) || span.covers(expression.span))
            });
            if told {
                continue;
            }
            seen.push((expression.unit, expression.span, found.fingerprint.clone()));
            let found = found.after(Decoding::Folded);
            out.push(verdict(source, &found, expression.unit, expression.span));
            known.push(found);
        }
    }
    for usage in uses {
        if let Some(made) = literal(usage, context).filter(|made| {
            !seen
                .iter()
                .any(|(unit, span, _)| *unit == made.spot.unit && (made.spot.span.covers(*span) || span.covers(made.spot.span)))
        }) {
            out.push(made);
        }
    }
    for place in printed {
        // Its value is told already where it stands.
        if !seen.iter().any(|(unit, span, _)| *unit == place.unit && (place.span.covers(*span) || span.covers(place.span))) {
            out.push(shown(&place));
        }
    }
    out.retain(|verdict| (context.enabled)(verdict.rule));
    (out, KnownMask::new(&known))
}

fn verdict(source: &Source, found: &SecretMatch, unit: usize, span: Span) -> Verdict {
    let rule = match found.rule {
        Rule::Token => "leaked-token",
        Rule::MlKey => "leaked-ml-key",
    };
    let kind = source.units.get(unit).map(|unit| unit.kind);
    let case = if !found.chain.is_empty() {
        "encoded"
    } else if found.level == SecretLevel::Warning {
        "weaker"
    } else if matches!(kind, Some(UnitKind::Output | UnitKind::Metadata)) {
        "output"
    } else {
        "plain"
    };
    let name = found.kind.name();
    let article = if name.starts_with(['a', 'e', 'i', 'o', 'A', 'E', 'I', 'O']) { "an" } else { "a" };
    let mut made = Verdict::at(rule, case, Spot { unit, span })
        .with("kind", format!("{article} {name}"))
        .with("masked", found.masked.clone())
        .with("where", found.chain_text().unwrap_or_default());
    made.confidence = match found.confidence {
        secrets::Confidence::High => Confidence::High,
        secrets::Confidence::Medium => Confidence::Medium,
    };
    made.identity = Some(found.fingerprint.clone());
    made.properties.insert("tokenKind".to_owned(), name.to_owned());
    made.properties.insert("hublintSecret/v1".to_owned(), found.fingerprint.clone());
    if let Some(chain) = found.chain_text() {
        made.properties.insert("decoded".to_owned(), chain);
    }
    if let Some(expiry) = found.expiry {
        made.properties.insert("expires".to_owned(), expiry.to_string());
    }
    made
}

/// A token that is printed or logged.
fn shown(place: &Printed) -> Verdict {
    let spot = Spot { unit: place.unit, span: place.span };
    let (case, value) = match place.what {
        Exposure::Token => ("printed", "a Hub token".to_owned()),
        Exposure::Start(length) => ("printed", format!("the first {length} characters of a Hub token")),
        Exposure::Part => ("printed", "a part of a Hub token".to_owned()),
        Exposure::Environment => ("printed-environment", String::new()),
    };
    let mut made = Verdict::at("leaked-token", case, spot);
    if !value.is_empty() {
        made = made.with("value", value);
    }
    made.statement = place.statement;
    made.confidence = Confidence::Medium;
    made
}

/// A literal without the shape of a token, handed to a parameter for one. Weak: off in tests.
fn literal(usage: &Use, context: &Context<'_>) -> Option<Verdict> {
    let argument = usage.argument(Role::Token)?;
    if path::is_low_stakes(context.path) || !matches!(argument.origin, Origin::Literal | Origin::Constant) {
        return None;
    }
    let Value::Known(Literal::Str(text)) = &argument.value else { return None };
    secrets::looks_like_secret_literal(text).then(|| {
        let mut made = Verdict::new("leaked-token", "literal", usage, Some(argument)).with("argument", "token");
        // Never a hash of a value that could be guessed.
        made.identity = Some(format!("literal handed to {}", usage.qualified));
        made.confidence = Confidence::Low;
        made.repaired(argument.replaceable.then(|| RepairPlan {
            safe: false,
            description: "read it from the environment".to_owned(),
            repair: Repair::Replace { span: argument.value_span, text: "os.environ[\"HF_TOKEN\"]".to_owned() },
        }))
    })
}
