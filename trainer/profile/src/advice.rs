//! What to do with a column.

use serde::Serialize;

/// What to do with a column.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Advice {
    /// The column.
    pub column: String,
    /// What to do.
    pub action: Action,
    /// Why.
    pub reason: String,
}

/// What to do with a column, the most certain first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    /// It cannot be read as numbers, or is no measurement: `data.ignored`.
    Ignore,
    /// It carries no information, or none that other columns lack: `features.drop`.
    Drop,
    /// It may do more harm than good: worth a trial without it.
    Consider,
}
