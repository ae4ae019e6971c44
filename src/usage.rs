//! The one model: a [`Use`] is one call, command, switch, address or configuration entry that reaches a hub or a
//! deserialiser. Surfaces make them; rules judge them, `inventory` lists them, `--fix` and `pin` edit them.

use std::collections::BTreeMap;

use crate::catalog::EntryId;
use crate::span::Span;

/// What a parameter means to a rule. The words are the keys under `params` in `rules/apis/*.toml`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The id of the repository (or a local path) that is loaded.
    RepoId,
    /// A second id of the same call: tokenizer, processor, feature extractor, image processor.
    TokenizerId,
    /// The id of an adapter (LoRA) repository.
    AdapterId,
    /// The id of a base model beside an adapter, or of a speculative draft model.
    BaseId,
    /// Code from a repository: `custom_pipeline`, `custom_generate`.
    CodeId,
    /// A kernel repository: `attn_implementation="org/repo"`.
    KernelId,
    /// What kind of repository `RepoId` names, as the Hub says it (`repo_type="dataset"`, `--repo-type`).
    RepoType,
    /// The commit, branch or tag of `RepoId`.
    Revision,
    /// The commit of the code that `trust_remote_code` runs.
    CodeRevision,
    /// The commit of the tokenizer.
    TokenizerRevision,
    /// The commit of `AdapterId`.
    AdapterRevision,
    /// The commit of `CodeId` when it is not `CodeRevision` (`custom_revision`).
    CustomRevision,
    /// The commit of `BaseId` or of a configuration or dataset beside the main repository.
    BaseRevision,
    /// A version number that is not a commit (kernels, mlflow, tensorflow_hub).
    Version,
    /// The switch that lets code of the repository run: `trust_remote_code`, `trust_repo`, ...
    RemoteCode,
    /// `weights_only`
    WeightsOnly,
    /// `pickle_module`
    PickleModule,
    /// `use_safetensors`
    UseSafetensors,
    /// `safe_serialization`
    SafeSerialization,
    /// `allow_pickle`, `allow_dangerous_deserialization`, ...: true is unsafe.
    AllowPickle,
    /// `safe_mode`, `safe`: false is unsafe.
    SafeMode,
    /// A loader class or format that decides (`Loader=`, `load_format=`).
    LoadFormat,
    /// `check_hash`, a known hash of the file.
    CheckHash,
    /// A secret.
    Token,
    /// `local_files_only`, `source="local"`.
    LocalFilesOnly,
    /// The file in the repository.
    Filename,
    /// Files given beside the id (`data_files`), which may hold Hub addresses.
    DataFiles,
    /// Patterns of files to take (`allow_patterns`).
    AllowPatterns,
    /// The local file or stream that is deserialised.
    Path,
    /// A `key=value,key=value` string that holds other roles (`model_args` of lm-eval).
    ModelArgs,
    /// Whether pretrained weights are taken at all (`pretrained=True` of timm).
    Pretrained,
    /// An endpoint or mirror (`HF_ENDPOINT`).
    Endpoint,
    /// The value of an environment variable or configuration key that is itself the switch.
    Switch,
    /// An argument without a meaning of its own that a user's policy asks about by keyword; the number tells such
    /// keywords apart. Never written in a data file.
    #[serde(skip)]
    Custom(u8),
}

/// A literal that the resolver knows.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Text.
    Str(String),
    /// An integer.
    Int(i64),
    /// Another number, as written.
    Number(String),
    /// `True`, `False`
    Bool(bool),
    /// `None`, null.
    None,
    /// Bytes.
    Bytes(Vec<u8>),
    /// A list, tuple or set.
    List(Vec<Value>),
    /// A dict; keys that are not known literals are left out and `open` says so.
    #[allow(missing_docs)]
    Dict { items: Vec<(Literal, Value)>, open: bool },
    /// A path object or joined path (`Path("a") / "b"`, `os.path.join(..)`, a temporary directory): local by construction.
    /// The text is given where all parts are known.
    LocalPath(Option<String>),
    /// A library object: a function, class or module by its qualified name (`pickle_module=dill` is `Object("dill")`).
    Object(String),
    /// An instance or the result of a call of a library callable, by the callable's qualified name
    /// (`HfApi()` is `Result("huggingface_hub.HfApi")`, a downloaded file is `Result("huggingface_hub.hf_hub_download")`).
    Result(String),
}

impl Literal {
    /// Python's truth value, where it is known.
    #[must_use]
    pub fn truth(&self) -> Option<bool> {
        match self {
            Self::Str(text) => Some(!text.is_empty()),
            Self::Int(number) => Some(*number != 0),
            Self::Bool(value) => Some(*value),
            Self::None => Some(false),
            Self::Bytes(bytes) => Some(!bytes.is_empty()),
            Self::List(items) => Some(!items.is_empty()),
            Self::Dict { items, open } => (!open || !items.is_empty()).then_some(!items.is_empty()),
            Self::LocalPath(_) => Some(true),
            // The name of an object in code that is not here: a function, or a constant that may be false.
            Self::Object(_) | Self::Number(_) | Self::Result(_) => None,
        }
    }

    /// The text, when it is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match self {
            Self::Str(text) => Some(text),
            _ => None,
        }
    }
}

/// What an argument stands for.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// Exactly this.
    Known(Literal),
    /// One of these, each different, in order of the text; at least two, at most 64.
    OneOf(Vec<Literal>),
    /// It cannot be said, and why.
    Unknown(Why),
}

impl Value {
    /// Every literal that it can be; empty when unknown.
    #[must_use]
    pub fn literals(&self) -> &[Literal] {
        match self {
            Self::Known(literal) => std::slice::from_ref(literal),
            Self::OneOf(literals) => literals,
            Self::Unknown(_) => &[],
        }
    }
}

/// Why a value is unknown; shown by `--report-unknown` and `inventory`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Why {
    /// A parameter of a function without a default.
    Parameter,
    /// Read from the command line, and no default is known.
    CommandLine,
    /// Read from the environment, and no default is known.
    Environment,
    /// An attribute of an object that is not known.
    Attribute,
    /// The result of a call that is not known.
    Call,
    /// A name without a binding that could be found.
    Unbound,
    /// A name that is imported from a module outside the project, or one that could not be read.
    Imported,
    /// `*args` or `**kwargs` whose content is not known.
    Unpacked,
    /// An expression that the resolver does not fold.
    Expression,
    /// A bound of the resolver (depth, alternatives, cycle) was reached.
    Bound,
    /// A variable of a shell, Dockerfile, template or configuration language without a known value.
    Variable,
}

impl Why {
    /// The reason in words, to follow "unknown: ".
    #[must_use]
    pub fn describe(self) -> &'static str {
        match self {
            Self::Parameter => "a parameter without a default",
            Self::CommandLine => "a command-line argument without a default",
            Self::Environment => "an environment variable without a default",
            Self::Attribute => "an attribute of an object that is not known here",
            Self::Call => "the result of a call",
            Self::Unbound => "a name whose definition was not found",
            Self::Imported => "imported from a module that could not be read",
            Self::Unpacked => "passed on in *args or **kwargs",
            Self::Expression => "an expression that is not folded",
            Self::Bound => "too deep or too many alternatives",
            Self::Variable => "a variable without a known value",
        }
    }
}

/// Where a value comes from, the farthest step that matters to the reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// Written at the place of use.
    Literal,
    /// A constant: of a module, class, function, dict, another file.
    Constant,
    /// A default that a caller, a command line or a form may replace.
    Default,
    /// Came in by `*` or `**` from a dict or list that is known.
    Splat,
    /// Read from the environment with this default, or set in the environment.
    Environment,
    /// A configuration file or front matter.
    Config,
    /// The parameter's own default: nothing was given at the place of use.
    Absent,
}

/// Where a value was defined.
#[derive(Clone, Debug, PartialEq)]
pub struct Definition {
    /// Path of another file relative to the project root; `None` when it is this file.
    pub path: Option<String>,
    /// Index of the unit in this file (of the file it names otherwise).
    pub unit: usize,
    /// The span of the defining literal in that unit.
    pub span: Span,
    /// 1-based line in that unit for another file; 0 in this one, where the span says it.
    pub line: u32,
}

/// An argument of a use.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// What it is.
    pub value: Value,
    /// What to underline: the argument (keyword included) at the place of use.
    pub span: Span,
    /// The value expression alone (what a fix replaces); equals `span` when given by position.
    pub value_span: Span,
    /// Where the value comes from.
    pub origin: Origin,
    /// Where it is defined, when not at the place of use.
    pub definition: Option<Definition>,
    /// True when `value_span` is one plain literal in this unit which an edit may replace.
    pub replaceable: bool,
}

/// The shape of a call, for fixes that insert an argument.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallSite {
    /// From the opening to the closing parenthesis, both included.
    pub parentheses: Span,
    /// The last argument, if there is one.
    pub last_argument: Option<Span>,
    /// A comma stands after the last argument.
    pub trailing_comma: bool,
    /// Something is passed by `*` or `**` that could not be read wholly: an argument may be there already.
    pub open: bool,
}

/// What kind of thing a use is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum UseKind {
    /// A call of a catalogued callable.
    Call,
    /// The callable is handed on without a call that can be seen: `map(torch.load, files)`.
    Reference,
    /// The callable is replaced: `torch.load = partial(torch.load, weights_only=False)`.
    Patch,
    /// A word such as `trust_remote_code` is given a value outside a catalogued call: a default, a field, a dict key.
    Switch,
    /// An environment variable is set.
    Environment,
    /// A command line.
    Command,
    /// An entry of a configuration file.
    ConfigEntry,
    /// A Hub address in text (`https://huggingface.co/...`, `hf://...`).
    Address,
}

/// The language in which a use is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Surface {
    /// Python code.
    Python,
    /// Shell code, also in notebooks, Dockerfiles, workflows.
    Shell,
    /// A Dockerfile instruction that is not shell (ENV, ENTRYPOINT arrays).
    Dockerfile,
    /// A workflow or pipeline definition.
    Workflow,
    /// YAML, TOML or JSON configuration.
    Config,
    /// Markdown.
    Markdown,
    /// Plain text.
    Text,
}

/// How sure it is that this is the catalogued thing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Confidence {
    /// A guess by name.
    Low,
    /// The name matches and the library is imported, but the receiver is not resolved.
    Medium,
    /// Resolved.
    High,
}

/// One call, command, switch, address or configuration entry.
#[derive(Clone, Debug)]
pub struct Use {
    /// What it is.
    pub kind: UseKind,
    /// The catalogued entry; `None` for a switch in a call of a function that is not catalogued.
    pub entry: Option<EntryId>,
    /// How it is written, short, for messages: `AutoModel.from_pretrained`, `hf download`, `trust_remote_code`.
    pub name: String,
    /// The qualified name: `transformers.AutoModel.from_pretrained`.
    pub qualified: String,
    /// The language.
    pub surface: Surface,
    /// Index of the unit in its source.
    pub unit: usize,
    /// What to underline when no argument is at fault: the callee.
    pub callee: Span,
    /// The whole statement, for suppressions.
    pub statement: Span,
    /// The whole call or command.
    pub whole: Span,
    /// The shape of the call.
    pub site: Option<CallSite>,
    /// The arguments by role. A role that is absent was not given (see `CallSite::open`).
    pub arguments: BTreeMap<Role, Argument>,
    /// How sure it is.
    pub confidence: Confidence,
    /// Set when the call stands in an `except` block whose `try` makes the same call: the span of that first call.
    pub retry_of: Option<Span>,
    /// Names of files or objects that this same scope saved to before (`save_pretrained(x)`) match the repository argument.
    pub saved_before: bool,
    /// The file names, kinds of import and other facts are shared by all uses of a file; see `FileFacts`.
    pub guarded: Option<Guard>,
}

/// A check in the code that makes a use milder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Guard {
    /// The path was tested with `.endswith(".safetensors")`.
    SafetensorsSuffix,
    /// The file was scanned by a pickle scanner in the same function.
    Scanned,
    /// The argument was tested with `os.path.isdir`, `exists`, `Path.is_dir()` in the same function.
    ExistsLocally,
}

impl Use {
    /// The argument of a role.
    #[must_use]
    pub fn argument(&self, role: Role) -> Option<&Argument> {
        self.arguments.get(&role)
    }
}
