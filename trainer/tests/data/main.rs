//! The binary from outside: data and labels as people have them.

mod formats;
mod labels;
mod leaks;
mod names;
mod refused;
mod sampling;
#[path = "../support/mod.rs"]
mod support;
