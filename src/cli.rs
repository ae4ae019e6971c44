//! The command line: arguments and their help, nothing else.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::finding::Level;
use crate::report::Format;

/// Finds the places where code hands control to strangers through machine-learning hubs, and repairs them.
#[derive(Parser, Debug)]
#[command(
    name = "hublint",
    version,
    about,
    long_about = None,
    max_term_width = 100,
    after_help = "Exit codes: 0 nothing at or above --fail-on, 1 findings, 2 the job could not be done."
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Subcommand, Debug)]
pub enum Command {
    /// Look for problems in files and folders.
    Check(Box<Check>),
    /// Write a commit hash into every Hub load, from the lock file, the local cache or (with --online) the Hub.
    Pin(Box<Pin>),
    /// Write hublint.lock: the commit of every repository that the source code loads.
    Lock(Box<Lock>),
    /// Compare the files in the local cache with the sha256 values of hublint.lock.
    Verify(Verify),
    /// Show each pin of hublint.lock beside the head of its branch.
    Outdated(Outdated),
    /// List the models, datasets and other repositories that the code uses, and on what terms.
    Inventory(Box<Inventory>),
    /// List the rules, check rule files of your own, or print their schema.
    Rules(Rules),
    /// Explain a rule, or the verdict about a repository id.
    Explain(Explain),
    /// Serve an editor over standard input and output (language server protocol).
    Server {
        /// Understood and without effect: standard input and output are the only way.
        #[arg(long, hide = true)]
        stdio: bool,
    },
    /// Print completions for a shell.
    Completions {
        /// The shell.
        shell: clap_complete::Shell,
    },
    /// Print the manual page.
    Man,
}

/// `hublint check`
#[derive(Args, Debug, Default, Clone)]
pub struct Check {
    /// Files and folders; `-` reads standard input.
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// What goes to standard output.
    #[arg(long, value_enum, default_value = "text", value_name = "FORMAT")]
    pub format: OutputFormat,
    /// Write a format to a file as well; repeatable.
    #[arg(long = "output", value_name = "FORMAT=FILE", value_parser = parse_output)]
    pub outputs: Vec<(Format, PathBuf)>,
    #[command(flatten)]
    /// What is repaired.
    pub repair: Repair,
    #[command(flatten)]
    /// Which findings count.
    pub select: Select,
    #[command(flatten)]
    /// Where the settings come from.
    pub configuration: Configuration,
    /// Findings that are known: report only new ones.
    #[arg(long, value_name = "FILE")]
    pub baseline: Option<PathBuf>,
    /// Write all present findings to a baseline and exit.
    #[arg(long, value_name = "FILE", conflicts_with = "baseline")]
    pub write_baseline: Option<PathBuf>,
    /// The name of what standard input holds (with `-`).
    #[arg(long, value_name = "NAME")]
    pub stdin_filename: Option<PathBuf>,
    /// Check the files that this file names, one a line (`-` for standard input).
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Look at code blocks in Markdown as well.
    #[arg(long)]
    pub include_docs: bool,
    /// Number of threads [default: one for each core].
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Print how many findings each rule has.
    #[arg(long)]
    pub statistics: bool,
    /// Colours in the text output.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Print findings only.
    #[arg(long, short)]
    pub quiet: bool,
    /// Exit with 2 when a file could not be checked.
    #[arg(long)]
    pub strict: bool,
    /// Allow requests to the Hub (HF_ENDPOINT, HF_TOKEN). Without it there is no network at all.
    #[arg(long)]
    pub online: bool,
    /// Parse every file whole instead of on demand (for tests: the findings are the same).
    #[arg(long, hide = true)]
    pub whole_parse: bool,
}

/// `hublint pin`
#[derive(Args, Debug, Default, Clone)]
pub struct Pin {
    /// Files and folders.
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Ask only this source for commits [default: lock, cache, then with --online the Hub].
    #[arg(long, value_enum, value_name = "SOURCE")]
    pub from: Option<From>,
    /// Where the digits are written.
    #[arg(long, value_enum, default_value = "inline", value_name = "STYLE")]
    pub style: Style,
    /// Print the patch and write nothing.
    #[arg(long)]
    pub diff: bool,
    /// Allow requests to the Hub (HF_ENDPOINT, HF_TOKEN). Without it there is no network at all.
    #[arg(long)]
    pub online: bool,
    /// Print nothing but errors.
    #[arg(long, short)]
    pub quiet: bool,
    #[command(flatten)]
    /// Where the settings come from.
    pub configuration: Configuration,
}

/// `--from`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum From {
    /// hublint.lock
    Lock,
    /// The Hugging Face cache on this machine.
    Cache,
    /// The Hub; needs --online.
    Hub,
}

/// `--style`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Style {
    /// At each call.
    #[default]
    Inline,
    /// In a constant beside a constant id.
    Constant,
    /// In one dict HF_REVISIONS of each file.
    Registry,
}

/// `hublint lock`
#[derive(Args, Debug, Default, Clone)]
pub struct Lock {
    /// Files and folders.
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Compare source and lock, write nothing: 1 if they differ.
    #[arg(long, conflicts_with_all = ["upgrade", "online"])]
    pub check: bool,
    /// Move the pins, or the one of this id, to the head of their branch; needs --online.
    #[arg(long, value_name = "ID", num_args = 0..=1, default_missing_value = "", require_equals = false)]
    pub upgrade: Option<String>,
    /// With --upgrade: leave a repository alone that changed less than this many days ago.
    #[arg(long, value_name = "DAYS", default_value = "0", value_parser = parse_days)]
    pub min_age: u64,
    /// Allow requests to the Hub (HF_ENDPOINT, HF_TOKEN). Without it there is no network at all.
    #[arg(long)]
    pub online: bool,
    #[command(flatten)]
    /// Where the settings come from.
    pub configuration: Configuration,
}

/// `hublint verify`
#[derive(Args, Debug, Default, Clone)]
pub struct Verify {
    /// The folder that holds hublint.lock.
    #[arg(default_value = ".")]
    pub path: PathBuf,
}

/// `hublint outdated`
#[derive(Args, Debug, Default, Clone)]
pub struct Outdated {
    /// The folder that holds hublint.lock.
    #[arg(default_value = ".")]
    pub path: PathBuf,
    /// Allow requests to the Hub (HF_ENDPOINT, HF_TOKEN); there is nothing to compare with otherwise.
    #[arg(long)]
    pub online: bool,
}

/// `7` or `7d`
fn parse_days(text: &str) -> Result<u64, String> {
    let digits = text.strip_suffix(['d', 'D']).unwrap_or(text);
    digits.parse().map_err(|_| format!("`{text}` is no number of days"))
}

/// `hublint inventory`
#[derive(Args, Debug, Default, Clone)]
pub struct Inventory {
    /// Files and folders.
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// What is printed.
    #[arg(long, value_enum, default_value = "table", value_name = "FORMAT")]
    pub format: InventoryFormat,
    /// Write to a file instead of standard output.
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Print what changed since an inventory that was written with --format json.
    #[arg(long, value_name = "OLD.json")]
    pub diff: Option<PathBuf>,
    /// Count what hublint.lock holds as pinned.
    #[arg(long)]
    pub lock: bool,
    /// Allow requests to the Hub (HF_ENDPOINT, HF_TOKEN): commit, licence, gate, last change, scan, renamed or missing.
    #[arg(long)]
    pub online: bool,
    #[command(flatten)]
    /// Where the settings come from.
    pub configuration: Configuration,
    /// Look at code blocks in Markdown as well.
    #[arg(long)]
    pub include_docs: bool,
    /// Number of threads [default: one for each core].
    #[arg(long, value_name = "N")]
    pub threads: Option<usize>,
    /// Colours in the table.
    #[arg(long, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: Color,
    /// Exit with 2 when a file could not be read.
    #[arg(long)]
    pub strict: bool,
}

/// `--format` of the inventory.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum InventoryFormat {
    /// For people.
    #[default]
    Table,
    /// hublint's own JSON, version 1.
    Json,
    /// One line for each use.
    Csv,
    /// CycloneDX 1.6 JSON.
    Cyclonedx,
    /// A table for a page or a CI summary.
    Markdown,
}

/// What is repaired.
#[derive(Args, Debug, Default, Clone)]
pub struct Repair {
    /// Apply the safe repairs.
    #[arg(long, help_heading = "Repairs")]
    pub fix: bool,
    /// Apply repairs that may change what the program does, too.
    #[arg(long, help_heading = "Repairs")]
    pub unsafe_fixes: bool,
    /// Print the repairs as a patch and write nothing.
    #[arg(long, help_heading = "Repairs")]
    pub diff: bool,
}

/// Which findings count.
#[derive(Args, Debug, Default, Clone)]
pub struct Select {
    /// Run only these rules.
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Selection")]
    pub select: Vec<String>,
    /// Do not run these rules.
    #[arg(long, value_name = "ID", value_delimiter = ',', help_heading = "Selection")]
    pub ignore: Vec<String>,
    /// Report only findings of this level and above.
    #[arg(long, value_enum, default_value = "note", value_name = "LEVEL", help_heading = "Selection")]
    pub min_level: MinLevel,
    /// Exit with 1 when there is a finding of this level or above [default: warning].
    #[arg(long, value_enum, value_name = "LEVEL", help_heading = "Selection")]
    pub fail_on: Option<FailOn>,
    /// Exit with 0 whatever is found.
    #[arg(long, help_heading = "Selection")]
    pub exit_zero: bool,
    /// Report what could not be decided, as notes.
    #[arg(long, help_heading = "Selection")]
    pub report_unknown: bool,
    /// Report what comments, configuration or baseline silence, too.
    #[arg(long, help_heading = "Selection")]
    pub report_suppressed: bool,
}

/// Where the settings come from.
#[derive(Args, Debug, Default, Clone)]
pub struct Configuration {
    /// Use this configuration file.
    #[arg(long, value_name = "FILE", help_heading = "Configuration", conflicts_with = "isolated")]
    pub config: Option<PathBuf>,
    /// Use no configuration file.
    #[arg(long, help_heading = "Configuration")]
    pub isolated: bool,
    /// Leave out files that match; repeatable.
    #[arg(long, value_name = "GLOB", help_heading = "Configuration")]
    pub exclude: Vec<String>,
    /// Leave out excluded files even when they are named on the command line (for pre-commit).
    #[arg(long, help_heading = "Configuration")]
    pub force_exclude: bool,
    /// Do not read comments that silence findings.
    #[arg(long, help_heading = "Configuration")]
    pub no_ignore_comments: bool,
}

/// `hublint rules`
#[derive(Args, Debug)]
pub struct Rules {
    /// What to do [default: list].
    #[command(subcommand)]
    pub command: Option<RulesCommand>,
}

/// The subcommands of `hublint rules`.
#[derive(Subcommand, Debug, Clone)]
pub enum RulesCommand {
    /// List the rules.
    List,
    /// Check rule and library files in a folder, and run their examples.
    Check {
        /// The folder.
        folder: PathBuf,
    },
    /// Print the JSON Schema of a kind of file.
    Schema {
        /// Which kind.
        #[arg(value_enum, default_value = "library")]
        kind: SchemaKind,
    },
}

/// The kinds of file with a schema.
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
pub enum SchemaKind {
    /// `rules/apis/<library>.toml`
    Library,
    /// `rules/<id>.toml`
    Rule,
    /// `hublint.toml`
    Config,
}

/// `hublint explain`
#[derive(Args, Debug)]
pub struct Explain {
    /// The rule.
    #[arg(required_unless_present = "repo")]
    pub rule: Option<String>,
    /// A repository id: what each check of its name says.
    #[arg(long, value_name = "ID")]
    pub repo: Option<String>,
}

/// `--format`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)] // The same words as `Format`.
pub enum OutputFormat {
    #[default]
    Text,
    Concise,
    Json,
    Sarif,
    Github,
    Gitlab,
    Markdown,
}

impl std::convert::From<OutputFormat> for Format {
    fn from(format: OutputFormat) -> Self {
        match format {
            OutputFormat::Text => Self::Text,
            OutputFormat::Concise => Self::Concise,
            OutputFormat::Json => Self::Json,
            OutputFormat::Sarif => Self::Sarif,
            OutputFormat::Github => Self::Github,
            OutputFormat::Gitlab => Self::Gitlab,
            OutputFormat::Markdown => Self::Markdown,
        }
    }
}

/// `--min-level`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
#[allow(missing_docs)] // The same words as `Level`.
pub enum MinLevel {
    #[default]
    Note,
    Warning,
    Error,
}

impl std::convert::From<MinLevel> for Level {
    fn from(level: MinLevel) -> Self {
        match level {
            MinLevel::Note => Self::Note,
            MinLevel::Warning => Self::Warning,
            MinLevel::Error => Self::Error,
        }
    }
}

/// `--fail-on`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // The same words as `Level`, and never.
pub enum FailOn {
    Note,
    Warning,
    Error,
    Never,
}

impl FailOn {
    /// The lowest level that fails the run.
    #[must_use]
    pub fn level(self) -> Option<Level> {
        match self {
            Self::Note => Some(Level::Note),
            Self::Warning => Some(Level::Warning),
            Self::Error => Some(Level::Error),
            Self::Never => None,
        }
    }
}

/// `--color`
#[derive(ValueEnum, Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Color {
    /// On a terminal, unless NO_COLOR is set.
    #[default]
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// `sarif=out.sarif`
fn parse_output(text: &str) -> Result<(Format, PathBuf), String> {
    let (format, file) =
        text.split_once('=').ok_or_else(|| format!("write FORMAT=FILE, such as sarif=hublint.sarif (got `{text}`)"))?;
    let format = OutputFormat::from_str(format, true)
        .map_err(|_| format!("`{format}` is no format: text, concise, json, sarif, github, gitlab or markdown"))?;
    if file.is_empty() {
        return Err(format!("the file is missing in `{text}`"));
    }
    Ok((format.into(), PathBuf::from(file)))
}
