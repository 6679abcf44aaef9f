//! Why there are no tables to read.

use std::path::PathBuf;

use super::names;
use crate::files::FileError;

/// Why there are no tables to read.
#[derive(Debug, thiserror::Error)]
pub enum InputError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// Neither a file nor a folder.
    #[error("{path}: there is no such file or folder")]
    NotFound {
        /// What was given.
        path: PathBuf,
    },
    /// A pattern of none.
    #[error("{pattern}: no file has such a name")]
    NoMatch {
        /// What was given.
        pattern: PathBuf,
    },
    /// A pattern that cannot be understood.
    #[error("{pattern}: {reason}")]
    Pattern {
        /// What was given.
        pattern: PathBuf,
        /// What is wrong with it.
        reason: &'static str,
    },
    /// A folder or an archive without a table.
    #[error("{path}: there is no table in it: expected files whose names end in {}", names::endings())]
    NoTable {
        /// The folder or the archive.
        path: PathBuf,
    },
    /// An archive, or a binary table, that cannot be read.
    #[error("{path}: {reason}")]
    Broken {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        reason: String,
    },
}
