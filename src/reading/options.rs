//! How a file is read, where the model leaves a choice.

use std::collections::BTreeMap;

/// How a file is read, where the model leaves a choice.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// Whether anything that has to be put right is an error.
    pub strict: bool,
    /// The file's name of a column by the model's, where the two differ.
    pub columns: BTreeMap<String, String>,
    /// The names of all files to come, where they are known: an id that is taken from a file's name gets its folder in
    /// front where two files would give the same.
    pub files: Vec<String>,
    /// Columns with a word that is the same in all rows of a recording, such as its label. They may be missing: see
    /// [`Reader::words`](super::Reader::words).
    pub words: Vec<String>,
    /// Max bytes of rows that are kept only in case that more rows of their subjects follow.
    pub spare: Spare,
}

/// Max bytes of rows that are kept only in case that more rows of their subjects follow.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spare(pub usize);

impl Default for Spare {
    /// No limit.
    fn default() -> Self {
        Spare(usize::MAX)
    }
}
