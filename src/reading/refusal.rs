//! Subjects that cannot be read.

use super::error::ReadError;

/// A subject that cannot be read, while the others of its file can.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The subject's id; empty for rows that do not say whose they are.
    pub id: String,
    /// Name of the file, where there is more than one.
    pub file: Option<String>,
    /// The first thing that is wrong with it.
    pub reason: ReadError,
}
