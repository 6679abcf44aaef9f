//! Why data cannot be looked at.

use std::path::PathBuf;

use painwave::reading::ReadError;
use painwave_train::host::HostError;
use painwave_train::labels::LabelsError;

/// Why data cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// A file cannot be handed over.
    #[error(transparent)]
    Host(#[from] HostError),
    /// A file that is no table with the columns that it should have.
    #[error("{path}: {source}")]
    Data {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<ReadError>,
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
