//! What an expression can stand for while it is being worked out, and how that becomes a [`Value`].
//!
//! [`Thing`] knows more than [`Literal`]: functions, classes and instances of the project, partials, modules. A
//! [`Resolved`] is a small set of things, with the place of the literal that a reader should look at.

use std::rc::Rc;

use crate::python::scope::{LinePlace, Scope};
use crate::span::Span;
use crate::usage::{Literal, Origin, Value, Why};

/// Index of a module that the resolver has open.
pub type ModuleId = u32;

/// No value has more alternatives than this.
pub const ALTERNATIVES: usize = 64;

/// How deep lists and dicts are turned into literals.
const NESTING: u32 = 8;

/// The kinds of sequence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SequenceKind {
    /// `[..]`
    List,
    /// `(..)`
    Tuple,
    /// `{..}`
    Set,
}

/// A list, tuple or set.
#[derive(Clone, Debug, PartialEq)]
pub struct Sequence {
    /// What it is.
    pub kind: SequenceKind,
    /// The elements that are known, in order.
    pub items: Vec<Rc<Resolved>>,
    /// There may be more or other elements.
    pub open: bool,
}

/// A dict.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Mapping {
    /// The entries with known keys, in order of insertion.
    pub items: Vec<(Thing, Rc<Resolved>)>,
    /// Keys of which it is not certain that they are there.
    pub unsure: Vec<Thing>,
    /// There may be more or other entries.
    pub open: bool,
    /// The fields of a named tuple: iterating gives the values.
    pub record: bool,
}

impl Mapping {
    /// A dict of which nothing is known.
    pub fn unknown() -> Self {
        Self { open: true, ..Self::default() }
    }

    /// The value of a text key.
    pub fn get(&self, key: &str) -> Option<&Rc<Resolved>> {
        self.items.iter().find(|(have, _)| matches!(have, Thing::Str(text) if &**text == key)).map(|(_, value)| value)
    }

    /// Sets a key, perhaps.
    pub fn set_if(&mut self, sure: bool, key: Thing, value: Rc<Resolved>) {
        if sure {
            self.set(key, value);
            return;
        }
        match self.items.iter_mut().find(|(have, _)| *have == key) {
            Some(entry) => entry.1 = Resolved::join(&[entry.1.clone(), value]),
            None => {
                self.unsure.push(key.clone());
                self.items.push((key, value));
            }
        }
    }

    /// Sets a key.
    pub fn set(&mut self, key: Thing, value: Rc<Resolved>) {
        self.unsure.retain(|have| *have != key);
        match self.items.iter_mut().find(|(have, _)| *have == key) {
            Some(entry) => entry.1 = value,
            None => self.items.push((key, value)),
        }
    }

    /// Takes over all entries of another one.
    pub fn merge(&mut self, other: &Self) {
        self.merge_if(true, other);
    }

    /// Takes over all entries of another one, perhaps.
    pub fn merge_if(&mut self, sure: bool, other: &Self) {
        for (key, value) in &other.items {
            let sure = sure && !other.unsure.contains(key);
            self.set_if(sure, key.clone(), value.clone());
        }
        self.open |= other.open;
    }
}

/// An argument that is kept with a partial or an instance.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The keyword; `None` by position.
    pub keyword: Option<Rc<str>>,
    /// Its value.
    pub value: Rc<Resolved>,
}

/// `functools.partial(callee, ...)`
#[derive(Clone, Debug, PartialEq)]
pub struct Partial {
    /// What will be called.
    pub callee: Rc<Resolved>,
    /// The arguments that are bound.
    pub arguments: Vec<Kept>,
    /// More may be bound.
    pub open: bool,
}

/// How an instance was constructed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Construction {
    /// Not known (`self`, a parameter).
    Unknown,
    /// Without arguments.
    Bare,
    /// By the call with this span.
    Call(CallPlace),
}

/// Where a call stands that is worked out when it is asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct CallPlace {
    /// The line.
    pub place: LinePlace,
    /// In the body of a one-line block.
    pub inline: bool,
    /// The scope.
    pub scope: Scope,
    /// The call.
    pub span: Span,
}

/// An instance of a class of the project.
#[derive(Clone, Debug, PartialEq)]
pub struct Instance {
    /// The header of its class.
    pub class: LinePlace,
    /// How it was constructed.
    pub construction: Construction,
    /// Fields that a copy was given (`dataclasses.replace`).
    pub replaced: Rc<Mapping>,
}

impl Instance {
    /// An instance as its constructor made it.
    pub fn new(class: LinePlace, construction: Construction) -> Rc<Self> {
        Rc::new(Self { class, construction, replaced: Rc::default() })
    }
}

/// True for what a download gives: the path of a file or folder, or bytes; also for what is read from those.
pub fn is_download(result: &str) -> bool {
    const DOWNLOADS: [&str; 9] = [
        "hf_hub_download",
        "snapshot_download",
        "cached_download",
        "cached_file",
        "load_from_hub",
        "download_file_from_hf",
        "urlopen",
        "urlretrieve",
        "dataset_download",
    ];
    let requested = || {
        let root = result.split('.').next().unwrap_or(result);
        matches!(root, "requests" | "httpx" | "aiohttp" | "gdown")
    };
    result.split('.').any(|segment| DOWNLOADS.contains(&segment)) || requested()
}

/// One thing that an expression can stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum Thing {
    /// Text.
    Str(Rc<str>),
    /// Bytes.
    Bytes(Rc<[u8]>),
    /// An integer.
    Int(i64),
    /// Another number, as written.
    Number(Rc<str>),
    /// `True`, `False`
    Bool(bool),
    /// `None`
    None,
    /// A list, tuple or set.
    Sequence(Rc<Sequence>),
    /// A dict.
    Mapping(Rc<Mapping>),
    /// A local path.
    Path(Option<Rc<str>>),
    /// A library object by its qualified name.
    Object(Rc<str>),
    /// What a library callable returns.
    Result(Rc<str>),
    /// The command line parsed by the parsers of this module.
    Options(ModuleId),
    /// A function of the project.
    Function(LinePlace),
    /// A function of the project, bound to a receiver.
    Method(LinePlace, Rc<Thing>),
    /// A class of the project.
    Class(LinePlace),
    /// An instance of a class of the project.
    Instance(Rc<Instance>),
    /// `super()` in a class.
    Super(LinePlace),
    /// `functools.partial(..)`
    Partial(Rc<Partial>),
    /// A member of an enum; true when it is also a text.
    Member(Rc<Resolved>, bool),
    /// A module of the project.
    Module(ModuleId),
}

impl Thing {
    /// The text, if it is one.
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            Self::Member(value, true) => match value.only() {
                Some(Self::Str(text)) => Some(text),
                _ => None,
            },
            _ => None,
        }
    }

    /// Python's truth value.
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Str(text) => Some(!text.is_empty()),
            Self::Bytes(bytes) => Some(!bytes.is_empty()),
            Self::Int(number) => Some(*number != 0),
            Self::Bool(value) => Some(*value),
            Self::None => Some(false),
            Self::Sequence(sequence) if !sequence.items.is_empty() => Some(true),
            Self::Sequence(sequence) => (!sequence.open).then_some(false),
            Self::Mapping(mapping) if !mapping.items.is_empty() => Some(true),
            Self::Mapping(mapping) => (!mapping.open).then_some(false),
            Self::Path(_) | Self::Function(_) | Self::Method(..) | Self::Class(_) | Self::Partial(_) | Self::Module(_) => {
                Some(true)
            }
            // `Object` is a name of code that is not here: it may be a function, and it may be a constant that is false.
            _ => None,
        }
    }

    /// The literal, for those that have one.
    fn literal(&self, depth: u32) -> Result<Literal, Why> {
        Ok(match self {
            Self::Str(text) => Literal::Str(text.to_string()),
            Self::Bytes(bytes) => Literal::Bytes(bytes.to_vec()),
            Self::Int(number) => Literal::Int(*number),
            Self::Number(number) => Literal::Number(number.to_string()),
            Self::Bool(value) => Literal::Bool(*value),
            Self::None => Literal::None,
            Self::Sequence(sequence) => {
                if sequence.open {
                    return Err(Why::Expression);
                }
                if depth == 0 {
                    return Err(Why::Bound);
                }
                Literal::List(sequence.items.iter().map(|item| item.value_to(depth - 1)).collect())
            }
            Self::Mapping(mapping) => {
                if depth == 0 {
                    return Err(Why::Bound);
                }
                let mut open = mapping.open;
                let mut items = Vec::with_capacity(mapping.items.len());
                for (key, value) in &mapping.items {
                    match key.literal(0) {
                        Ok(key) => items.push((key, value.value_to(depth - 1))),
                        Err(_) => open = true,
                    }
                }
                Literal::Dict { items, open }
            }
            Self::Path(text) => Literal::LocalPath(text.as_ref().map(ToString::to_string)),
            Self::Object(name) => Literal::Object(name.to_string()),
            Self::Result(name) => Literal::Result(name.to_string()),
            Self::Member(value, true) => match value.only() {
                Some(thing @ Self::Str(_)) => thing.literal(depth)?,
                _ => return Err(Why::Expression),
            },
            Self::Member(..) => return Err(Why::Expression),
            Self::Options(_) => return Err(Why::CommandLine),
            Self::Function(_)
            | Self::Method(..)
            | Self::Class(_)
            | Self::Instance(_)
            | Self::Super(_)
            | Self::Partial(_)
            | Self::Module(_) => return Err(Why::Expression),
        })
    }
}

/// Where a literal stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Source {
    /// The module.
    pub module: ModuleId,
    /// The literal in it.
    pub span: Span,
}

/// What an expression stands for: one of `things`, or something else when `unknown` says so.
#[derive(Clone, Debug)]
pub struct Resolved {
    /// The alternatives, each different, in order of the text.
    pub things: Vec<Thing>,
    /// It may be something else, and why that is not known.
    pub unknown: Option<Why>,
    /// Where it comes from.
    pub origin: Origin,
    /// The literal that a reader should look at.
    pub source: Option<Source>,
}

impl PartialEq for Resolved {
    /// Where a value stands makes no difference to what it is.
    fn eq(&self, other: &Self) -> bool {
        self.things == other.things && self.unknown == other.unknown
    }
}

impl Resolved {
    /// Exactly one thing.
    pub fn known(thing: Thing, source: Option<Source>) -> Rc<Self> {
        Rc::new(Self { things: vec![thing], unknown: None, origin: Origin::Literal, source })
    }

    /// Nothing is known.
    pub fn unknown(why: Why) -> Rc<Self> {
        Rc::new(Self { things: Vec::new(), unknown: Some(why), origin: Origin::Literal, source: None })
    }

    /// Text.
    pub fn text(text: impl AsRef<str>, source: Option<Source>) -> Rc<Self> {
        Self::known(Thing::Str(text.as_ref().into()), source)
    }

    /// A library object.
    pub fn object(name: impl AsRef<str>) -> Rc<Self> {
        Self::known(Thing::Object(name.as_ref().into()), None)
    }

    /// The result of a library callable.
    pub fn result(name: impl AsRef<str>) -> Rc<Self> {
        Self::known(Thing::Result(name.as_ref().into()), None)
    }

    /// One of several.
    pub fn join(parts: &[Rc<Self>]) -> Rc<Self> {
        if let [only] = parts {
            return only.clone();
        }
        let mut things: Vec<Thing> = Vec::new();
        let mut unknown = None;
        let mut origin = Origin::Literal;
        let mut source = None;
        for part in parts {
            for thing in &part.things {
                if things.len() > ALTERNATIVES {
                    unknown = unknown.or(Some(Why::Bound));
                    break;
                }
                if !things.contains(thing) {
                    things.push(thing.clone());
                }
            }
            unknown = unknown.or(part.unknown);
            if farther(part.origin) > farther(origin) {
                origin = part.origin;
            }
            source = source.or(part.source);
        }
        if things.is_empty() && unknown.is_none() {
            unknown = Some(Why::Unbound);
        }
        Rc::new(Self { things, unknown, origin, source })
    }

    /// The same with another origin, unless it already comes from farther away.
    pub fn with_origin(self: Rc<Self>, origin: Origin) -> Rc<Self> {
        if farther(origin) <= farther(self.origin) {
            return self;
        }
        let mut changed = (*self).clone();
        changed.origin = origin;
        Rc::new(changed)
    }

    /// The same at another place, unless it has one.
    pub fn with_source(self: Rc<Self>, source: Source) -> Rc<Self> {
        if self.source.is_some() {
            return self;
        }
        let mut changed = (*self).clone();
        changed.source = Some(source);
        Rc::new(changed)
    }

    /// The thing, when there is exactly one.
    pub fn only(&self) -> Option<&Thing> {
        match (self.things.as_slice(), self.unknown) {
            ([thing], None) => Some(thing),
            _ => None,
        }
    }

    /// The text, when it is exactly one.
    pub fn only_str(&self) -> Option<&str> {
        self.only().and_then(Thing::as_str)
    }

    /// Why it is not known.
    pub fn why(&self) -> Why {
        self.unknown.unwrap_or(Why::Expression)
    }

    /// Python's truth value, where all alternatives agree.
    pub fn truth(&self) -> Option<bool> {
        if self.unknown.is_some() {
            return None;
        }
        let mut truth = None;
        for thing in &self.things {
            let this = thing.truth()?;
            if truth.is_some_and(|truth| truth != this) {
                return None;
            }
            truth = Some(this);
        }
        truth
    }

    /// As the rules see it.
    pub fn value(&self) -> Value {
        self.value_to(NESTING)
    }

    fn value_to(&self, depth: u32) -> Value {
        if let Some(why) = self.unknown {
            return Value::Unknown(why);
        }
        let mut literals: Vec<Literal> = Vec::with_capacity(self.things.len());
        for thing in &self.things {
            match thing.literal(depth) {
                Ok(literal) if literals.contains(&literal) => {}
                Ok(literal) => literals.push(literal),
                Err(why) => return Value::Unknown(why),
            }
        }
        if literals.len() > ALTERNATIVES {
            return Value::Unknown(Why::Bound);
        }
        match literals.pop() {
            None => Value::Unknown(Why::Unbound),
            Some(only) if literals.is_empty() => Value::Known(only),
            Some(last) => {
                literals.push(last);
                Value::OneOf(literals)
            }
        }
    }

    /// Applies a function to every alternative. What it cannot answer makes the whole unknown.
    pub fn map(&self, function: impl Fn(&Thing) -> Option<Thing>) -> Rc<Self> {
        let mut parts = Vec::with_capacity(self.things.len() + 1);
        for thing in &self.things {
            parts.push(match function(thing) {
                Some(thing) => Self::known(thing, None),
                None => Self::unknown(Why::Expression),
            });
        }
        if let Some(why) = self.unknown {
            parts.push(Self::unknown(why));
        }
        let mut joined = (*Self::join(&parts)).clone();
        joined.origin = self.origin;
        joined.source = self.source;
        Rc::new(joined)
    }
}

/// Which of two origins matters more to the reader.
fn farther(origin: Origin) -> u8 {
    match origin {
        Origin::Literal => 0,
        Origin::Constant => 1,
        Origin::Splat => 2,
        Origin::Config => 3,
        Origin::Environment => 4,
        Origin::Default => 5,
        Origin::Absent => 6,
    }
}
