//! `leaked-token` and `leaked-ml-key`: what the token matcher found, with its place; and literals handed to token parameters.

use super::{Context, Repair, RepairPlan, Spot, Verdict, path};
use crate::secrets::{self, Decoding, Exposure, KnownMask, Level as SecretLevel, Rule, SecretMatch};
use crate::source::{Source, UnitKind};
use crate::span::Span;
use crate::usage::{Argument, Confidence, Literal, Origin, Role, Surface, Use, Value};

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
    let mut seen = Places::default();
    let arguments = token_arguments(uses);
    for found in matches {
        let (unit, span) = source.place(found.span.clone());
        seen.add(unit, span, &found);
        let repair = (found.rule == Rule::Token && found.chain.is_empty())
            .then(|| argument_around(&arguments, unit, span))
            .flatten()
            .and_then(|(usage, argument)| from_environment(usage, argument));
        out.push(verdict(source, &found, unit, span).repaired(repair));
        if !found.chain.is_empty() {
            known.push(found);
        }
    }
    seen.sort();
    let mut more = Places::default();
    for expression in folded {
        for found in secrets::scan_folded(&expression.text) {
            // The same secret in plain sight inside the expression is told already.
            let same = |place: &(usize, Span, String)| place.2 == found.fingerprint;
            if seen.touching(expression.unit, expression.span).any(same)
                || more.last_touches(expression.unit, expression.span, &same)
            {
                continue;
            }
            more.add(expression.unit, expression.span, &found);
            let found = found.after(Decoding::Folded);
            out.push(verdict(source, &found, expression.unit, expression.span));
            known.push(found);
        }
    }
    seen.0.extend(more.0);
    seen.sort();
    for usage in uses {
        // A value with a shape is told already where it stands.
        if let Some(made) = literal(usage, context)
            && seen.touching(made.spot.unit, made.spot.span).next().is_none()
        {
            out.push(made);
        }
    }
    for place in printed {
        if seen.touching(place.unit, place.span).next().is_none() {
            out.push(shown(&place));
        }
    }
    out.retain(|verdict| (context.enabled)(verdict.rule));
    (out, KnownMask::new(&known))
}

/// Where tokens were found: unit, bytes and fingerprint.
#[derive(Default)]
struct Places(Vec<(usize, Span, String)>);

impl Places {
    fn add(&mut self, unit: usize, span: Span, found: &SecretMatch) {
        self.0.push((unit, span, found.fingerprint.clone()));
    }

    fn sort(&mut self) {
        self.0.sort_by_key(|(unit, span, _)| (*unit, span.start, span.end));
    }

    /// Those that cover a span or lie in it. They hardly ever overlap each other, so the few before it are enough.
    fn touching(&self, unit: usize, span: Span) -> impl Iterator<Item = &(usize, Span, String)> {
        let first = self.0.partition_point(|(other, place, _)| (*other, place.start) < (unit, span.start));
        let before = self.0.get(first.saturating_sub(4)..first).unwrap_or_default().iter();
        let inside = self.0.get(first..).unwrap_or_default().iter();
        before
            .filter(move |(other, place, _)| *other == unit && place.covers(span))
            .chain(inside.take_while(move |(other, place, _)| *other == unit && place.start < span.end.max(span.start + 1)))
            .filter(move |(_, place, _)| place.covers(span) || span.covers(*place))
    }

    /// Whether one of the last that were added touches a span: expressions come in order of the text.
    fn last_touches(&self, unit: usize, span: Span, same: &dyn Fn(&(usize, Span, String)) -> bool) -> bool {
        self.0.iter().rev().take(64).any(|place| place.0 == unit && same(place) && (place.1.covers(span) || span.covers(place.1)))
    }
}

/// The arguments of Hub APIs where a token belongs, in order.
fn token_arguments(uses: &[Use]) -> Vec<(&Use, &Argument)> {
    let mut arguments: Vec<(&Use, &Argument)> =
        uses.iter().filter_map(|usage| Some((usage, usage.argument(Role::Token)?))).collect();
    arguments.sort_by_key(|(usage, argument)| (usage.unit, argument.value_span.start));
    arguments
}

/// The argument whose value covers a span.
fn argument_around<'u>(arguments: &[(&'u Use, &'u Argument)], unit: usize, span: Span) -> Option<(&'u Use, &'u Argument)> {
    let behind = arguments.partition_point(|(usage, argument)| (usage.unit, argument.value_span.start) <= (unit, span.start));
    let near = arguments.get(behind.saturating_sub(4)..behind).unwrap_or_default();
    near.iter().rev().find(|(usage, argument)| usage.unit == unit && argument.value_span.covers(span)).copied()
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
        made.repaired(from_environment(usage, argument))
    })
}

/// Not safe: the variable must be set where the code runs.
fn from_environment(usage: &Use, argument: &Argument) -> Option<RepairPlan> {
    let literal = usage.surface == Surface::Python && argument.replaceable && argument.origin == Origin::Literal;
    literal.then(|| RepairPlan {
        safe: false,
        description: "read it from the environment".to_owned(),
        repair: Repair::ReadEnvironment { span: argument.value_span, variable: "HF_TOKEN" },
    })
}
