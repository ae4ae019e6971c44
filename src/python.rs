//! The Python surface: an outline of logical lines, statements parsed on demand, names and values resolved on demand.

mod arguments;
pub mod ast;
mod attribute;
pub mod borrowed;
mod call;
pub mod commands;
mod context;
mod defaults;
mod flow;
mod fold;
pub mod folded;
mod format;
mod literal;
pub mod module;
mod mutate;
pub mod outline;
mod plain;
pub mod printed;
pub mod project;
mod scope;
pub mod syntax;
mod things;
mod triggers;
pub mod uses;
mod value;
mod walk;

pub use triggers::holds_word;
