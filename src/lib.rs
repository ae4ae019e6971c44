//! hublint finds, offline and in seconds, the places where a project hands control to strangers through
//! machine-learning hubs, and repairs them.
//!
//! The pipeline, one way: discover -> source -> surface -> uses, texts -> judge -> findings -> suppress, baseline
//! -> report | fix | inventory. A later stage never calls an earlier one.

pub mod baseline;
pub mod catalog;
pub mod cli;
pub mod commands;
pub mod config;
pub mod discover;
pub mod engine;
pub mod error;
pub mod explain;
pub mod finding;
pub mod fix;
pub mod hub;
pub mod inventory;
pub mod judge;
pub mod names;
pub mod pin;
pub mod prefilter;
pub mod printable;
pub mod python;
pub mod reference;
pub mod report;
pub mod run;
pub mod secrets;
pub mod server;
pub mod source;
pub mod span;
pub mod suppress;
pub mod surface;
pub mod usage;
pub mod versions;
pub mod words;
pub mod world;
