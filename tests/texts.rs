//! What `build/texts.rs` lets pass: a build script has no tests of its own.

#[path = "../build/texts.rs"]
mod texts;
