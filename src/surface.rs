//! Languages other than Python, and addresses in all of them: from units to uses.
//!
//! Shell, Dockerfiles, Makefiles, YAML, TOML, JSON and front matter are read here, each by its own file; all of them end
//! in words of commands ([`command`]), variables of the environment, or keys of configuration ([`config_file`]).

pub mod address;
pub mod command;
mod config_file;
mod dockerfile;
pub mod document;
mod gate;
mod makefile;
pub mod markdown;
pub mod piece;
mod pipeline;
mod plain;
pub(crate) mod printed;
mod python;
pub mod shell;
pub mod word;

use std::ops::Range;

use crate::catalog::Catalog;
use crate::finding::Problem;
use crate::secrets;
use crate::source::{Language, Source, UnitKind};
use crate::span::Span;
use crate::usage::{Surface, Use, UseKind};
use crate::versions::{self, Installation};

pub use command::{Place, Word, command_uses};
pub use gate::{File, Gate};
use piece::Piece;
pub use python::from_python;
use shell::{Dialect, Event, Variables};

/// What the units of a file say.
#[derive(Debug, Default)]
pub struct SurfaceResult {
    /// The uses in the order of the file.
    pub uses: Vec<Use>,
    /// What could not be read; the rest was.
    pub problems: Vec<Problem>,
    /// Install commands with the index of their unit; the spans are bytes of that unit.
    pub installs: Vec<(usize, Installation)>,
    /// Places where a token is shown.
    pub(crate) printed: Vec<printed::Shown>,
}

/// A unit that is being read.
pub(crate) struct Reading<'a> {
    pub(crate) catalog: &'a Catalog,
    pub(crate) unit: usize,
    pub(crate) surface: Surface,
    pub(crate) commands: command::Reader<'a>,
    pub(crate) uses: Vec<Use>,
    pub(crate) installs: Vec<(usize, Installation)>,
    /// The file names a Hub token: look where it is shown. `Some(true)` when the log hides secrets.
    pub(crate) tokens: Option<bool>,
    /// The text of the unit.
    pub(crate) text: &'a str,
    pub(crate) printed: Vec<printed::Shown>,
    /// Byte of the unit, and reason.
    pub(crate) broken: Vec<(usize, usize, &'static str)>,
}

impl<'a> Reading<'a> {
    fn new(catalog: &'a Catalog) -> Self {
        Self {
            catalog,
            unit: 0,
            surface: Surface::Shell,
            commands: command::Reader::new(catalog),
            uses: Vec::new(),
            installs: Vec::new(),
            tokens: None,
            text: "",
            printed: Vec::new(),
            broken: Vec::new(),
        }
    }

    /// Reads shell text. `statement` is the whole logical line where the text is only a part of one.
    pub(crate) fn shell(&mut self, piece: &Piece, dialect: Dialect, variables: &mut Variables, statement: Option<Span>) {
        let unit = piece.unit;
        let surface = piece.surface;
        let commands = &mut self.commands;
        let catalog = self.catalog;
        let whole = shell::run(piece, dialect, variables, &mut |event, variables| match event {
            Event::Command(invocation) => {
                let place =
                    Place { unit, surface, whole: invocation.whole, statement: statement.unwrap_or(invocation.statement) };
                if let ([name, value], true) = (invocation.words.as_slice(), dialect.notebook)
                    && let Some(text) = name.text()
                {
                    // `%env NAME value`
                    commands.environment(text, value, place.whole, place);
                }
                let exported: Vec<(String, command::Word)> = catalog
                    .environment_names()
                    .filter_map(|name| Some((name, variables.get(name).filter(|binding| binding.exported)?)))
                    .filter_map(|(name, binding)| Some((name.to_owned(), binding.words.first()?.clone())))
                    .collect();
                commands.command_in(&invocation.words, &invocation.before, &exported, place);
            }
            Event::Export { name, word, statement: own } => {
                let place = Place { unit, surface, whole: own, statement: statement.unwrap_or(own) };
                commands.assignment(&name, &word, place);
            }
            Event::Assign { name, word, statement: own } => {
                if dialect.notebook {
                    let place = Place { unit, surface, whole: own, statement: own };
                    commands.assignment(&name, &word, place);
                }
            }
        });
        if !whole {
            self.broken.push((unit, piece.whole().start(), "is too long to be read whole"));
        }
        if let Some(masks) = self.tokens {
            self.printed.extend(printed::shown(piece, self.text, dialect.notebook, masks));
        }
        self.install(piece);
    }

    /// True when `docker run <image> ...` is catalogued.
    pub(crate) fn knows_image(&self, image: &command::Word) -> bool {
        self.commands.knows_image(image)
    }

    /// Packages that the text installs.
    fn install(&mut self, piece: &Piece) {
        let bytes = piece.text.as_bytes();
        if memchr::memmem::find(bytes, b"install").is_none() && memchr::memmem::find(bytes, b" add ").is_none() {
            return;
        }
        let mut found = versions::pip_install(&piece.text);
        if found.requirements.is_empty() && found.files.is_empty() {
            return;
        }
        let place = |range: &Range<usize>| piece.place(Span::new(range.start, range.end)).range();
        for requirement in &mut found.requirements {
            requirement.span = place(&requirement.span);
            requirement.specifier_span = place(&requirement.specifier_span);
        }
        for file in &mut found.files {
            file.span = place(&file.span);
        }
        self.installs.push((piece.unit, found));
    }
}

/// The uses of all units that are not Python.
#[must_use]
pub fn uses(source: &Source, catalog: &Catalog) -> SurfaceResult {
    let mut reading = Reading::new(catalog);
    let named = |text: &str| secrets::names_token(text) || text.contains("huggingface/token") || text.contains("auth token");
    if source.units.iter().any(|unit| !matches!(unit.kind, UnitKind::Output | UnitKind::Metadata) && named(&unit.text)) {
        reading.tokens = Some(source.path.starts_with(".github/") || source.path.contains("/.github/"));
    }
    for (index, unit) in source.units.iter().enumerate() {
        if matches!(unit.kind, UnitKind::Output | UnitKind::Metadata) {
            continue;
        }
        reading.unit = index;
        let text = unit.text.as_str();
        reading.text = text;
        match unit.language {
            Language::Shell => {
                reading.surface = Surface::Shell;
                let piece = Piece::verbatim(index, Surface::Shell, text, 0);
                let dialect = Dialect { notebook: source.notebook };
                reading.shell(&piece, dialect, &mut Variables::new(), None);
            }
            Language::Makefile => makefile::read(&mut reading, index, text),
            Language::Dockerfile => dockerfile::read(&mut reading, index, text),
            Language::Yaml => plain::yaml(&mut reading, index, text, &source.path),
            Language::Json => plain::json(&mut reading, index, text, &source.path),
            Language::Toml => plain::toml(&mut reading, index, text, &source.path),
            Language::Markdown => markdown::front_matter(&mut reading, index, text, &source.path),
            Language::Text => plain::text(&mut reading, index, text, &source.path),
            Language::Python => {}
        }
        if !matches!(unit.language, Language::Python | Language::Markdown | Language::Text) {
            reading.uses.extend(address::in_text(index, text, unit.language));
        }
    }
    let mut result = SurfaceResult { installs: reading.installs, printed: reading.printed, ..SurfaceResult::default() };
    result.uses = command::finish(reading.commands.found);
    result.uses.extend(reading.uses);
    result.uses.sort_by(|left, right| {
        (left.unit, left.whole.start, left.kind, left.whole.end, &left.name).cmp(&(
            right.unit,
            right.whole.start,
            right.kind,
            right.whole.end,
            &right.name,
        ))
    });
    result.uses.dedup_by(|later, first| is_same(later, first));
    for (unit, at, reason) in reading.broken {
        // Code in documentation is often a fragment: that is no problem of the file.
        let fragment = !source.notebook && source.units.get(unit).is_some_and(|unit| unit.kind == UnitKind::Code);
        if fragment {
            continue;
        }
        let line = source.units.get(unit).map(|unit| {
            let byte = unit.map.file_offset(at);
            let before = source.bytes.get(..byte).unwrap_or_default();
            u32::try_from(memchr::memchr_iter(b'\n', before).count() + 1).unwrap_or(u32::MAX)
        });
        result.problems.push(Problem {
            path: source.path.clone(),
            line,
            message: format!("this part {reason}: what could be read of it was checked, and some uses may be missing"),
            partial: true,
        });
    }
    result
}

/// The same use met twice: through an alias, or a text that two readers looked at.
fn is_same(left: &Use, right: &Use) -> bool {
    left.kind == right.kind
        && left.unit == right.unit
        && left.name == right.name
        && left.whole == right.whole
        && left.kind != UseKind::Address
        && left.entry == right.entry
        && left.arguments == right.arguments
}

/// The uses of shell text inside another language, for `os.system("...")` of Python: `text` stands in the unit from byte
/// `at` on as it is.
#[must_use]
pub fn shell_text(unit: usize, surface: Surface, text: &str, at: usize, statement: Span, catalog: &Catalog) -> Vec<Use> {
    let mut reading = Reading::new(catalog);
    reading.unit = unit;
    let piece = Piece::verbatim(unit, surface, text, at);
    reading.shell(&piece, Dialect::default(), &mut Variables::new(), Some(statement));
    command::finish(reading.commands.found)
}
