//! The Python surface: an outline of logical lines, statements parsed on demand, names and values resolved on demand.

pub mod ast;
