//! What is looked at.

use std::path::PathBuf;

use painwave::recording::Category;

use crate::names::Told;
use crate::table::FilesKeys;

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The data: a name for the tables that are handed over for it.
    pub data: PathBuf,
    /// Its labels.
    pub labels: Option<PathBuf>,
    /// What the name of each file of the data says.
    pub keys: FilesKeys,
    /// Another data file to compare it with.
    pub against: Option<PathBuf>,
    /// Columns that need not be guessed.
    pub told: Told,
    /// The classes in their order, if that is known.
    pub classes: Option<Vec<String>>,
    /// Columns that a recipe ignores already.
    pub ignored: Vec<String>,
    /// What a recipe reads as categories already.
    pub categories: Vec<Category>,
}
