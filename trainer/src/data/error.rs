//! Why recipes, recordings, labels or bundles cannot be taken from their files.

use std::path::PathBuf;

use painwave::bundle::BundleError;
use painwave::reading::ReadError;
use painwave_train::file_keys::FileKeysError;
use painwave_train::labels::LabelsError;
use painwave_train::recipe::RecipeError;

use crate::files::FileError;
use crate::input::InputError;

/// Why recipes, recordings, labels or bundles cannot be taken from their files.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// There are no tables in what was given.
    #[error(transparent)]
    Input(#[from] InputError),
    /// The recordings are not what the schema says.
    #[error("{path}: {source}")]
    Table {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<ReadError>,
    },
    /// Subjects that cannot be read.
    #[error(
        "{path}: {count} of {all} {} cannot be read, the first is {first}: mend the data, or leave {} out with \
         --skip-refused",
        if *all == 1 { "subject" } else { "subjects" }, if *count == 1 { "it" } else { "them" }
    )]
    Refused {
        /// The data.
        path: PathBuf,
        /// How many.
        count: usize,
        /// How many subjects there are.
        all: usize,
        /// The first of them, and what is wrong with it.
        first: String,
    },
    /// Labels had to be understood in another way than they are written, where nothing may.
    #[error("{path}: {first}; nothing is put right when read strictly")]
    Strict {
        /// Where they are.
        path: PathBuf,
        /// The first of it.
        first: String,
    },
    /// The labels are not what they should be.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// Nothing says what the labels are.
    #[error(
        "{path}: there are no labels: give a file of them with --labels, a column `{column}` in the data, or file names \
         that say them, such as `files = \"{{label}}/{{id}}.csv\"` under [data] in the recipe"
    )]
    NoLabels {
        /// The data.
        path: PathBuf,
        /// The column that would have them.
        column: String,
    },
    /// The names of the files are not what they should be.
    #[error("{path}: {source}")]
    Names {
        /// The data.
        path: PathBuf,
        /// What is wrong.
        source: FileKeysError,
    },
    /// The recipe cannot be used.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The file is not a bundle.
    #[error("{path}: {source}")]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: BundleError,
    },
}
