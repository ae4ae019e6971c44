//! The Python surface: an outline of logical lines, statements parsed on demand, names and values resolved on demand.

pub mod ast;
mod literal;
pub mod module;
pub mod outline;
pub mod syntax;
