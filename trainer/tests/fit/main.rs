//! The binary from outside: fits on a tiny easy data set, resumes, evaluates, predicts, refuses.

mod predict;
mod refuse;
mod resume;
#[path = "../support/mod.rs"]
mod support;
mod train;
