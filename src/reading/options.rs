//! How a file is read, where the model leaves a choice.

use std::collections::BTreeMap;

/// How a file is read, where the model leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Whether anything that has to be put right is an error.
    pub strict: bool,
    /// The file's name of a column by the model's, where the two differ.
    pub columns: BTreeMap<String, String>,
}
