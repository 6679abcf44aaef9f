//! Why data cannot be looked at.

use std::path::PathBuf;

use painwave::csv::CsvError;
use painwave_train::labels::LabelsError;

/// Why data cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// A file that cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that is no table with the columns that it should have.
    #[error("{path}: {source}")]
    Data {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: CsvError,
    },
    /// The labels file is not what it should be.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// A column that cannot be guessed.
    #[error(
        "{path}: no column is called as those that hold the {part} usually are; name it with --{part}, one of {}",
        found.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
    )]
    NotGuessed {
        /// The file.
        path: PathBuf,
        /// `id`, `time` or `label`.
        part: &'static str,
        /// The header.
        found: Vec<String>,
    },
}

impl ProfileError {
    /// For `map_err`: names the file that could not be read.
    pub(crate) fn read(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| ProfileError::Read { path, source }
    }
}
