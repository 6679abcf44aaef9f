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
    /// What happens to rows that are not needed any more, unless more rows of their subjects follow.
    pub spare: Spare,
    /// Rows of a recording at which it is given out in parts, while more of its rows are read: see
    /// [`Reader::take_ready`](super::Reader::take_ready). Without it all recordings are whole.
    pub cut_at: Option<usize>,
}

/// What happens to the rows of recordings that were [released](super::Reader::release).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Spare {
    /// Max bytes of them that are kept, in case that more rows of their subjects follow.
    pub bytes: usize,
    /// Whether as many stay when no more can follow.
    pub stay: bool,
}

impl Default for Spare {
    /// All of them, until no more rows can follow.
    fn default() -> Self {
        Spare { bytes: usize::MAX, stay: false }
    }
}
