//! What people see: snapshots of the text output, and the traps of miette.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use hublint::report::Format;

#[test]
fn the_whole_sample() {
    insta::assert_snapshot!(support::print(Format::Text, &support::sample()));
}
