//! What rows, columns of the data and names of files say of subjects.

use std::fmt;
use std::path::PathBuf;

/// What a row says of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The subject.
    pub id: String,
    /// Its label, as it is written.
    pub label: String,
    /// Its group, if one is asked for.
    pub group: Option<String>,
    /// Where.
    pub place: Place,
}

/// Where a label stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Line in it, from 1; none if it is the file's name that says the label.
    pub line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.iter().try_for_each(|line| write!(f, ":{line}"))
    }
}

/// A label as it is written, where several are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// As it stands there.
    pub label: String,
    /// How many subjects have it.
    pub subjects: usize,
    /// Where the first of them has it.
    pub first: Place,
}
