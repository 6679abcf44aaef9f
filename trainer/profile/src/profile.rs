//! What is known of the data.

use std::path::PathBuf;

use serde::Serialize;

use crate::advice::Advice;
use crate::classes::ClassBalance;
use crate::columns::ColumnProfile;
use crate::correlation::Correlation;
use crate::drift::Comparison;
use crate::duplicates::Duplicates;
use crate::names::Names;
use crate::size::Size;
use crate::table::TableProblems;

/// What is known of the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// The data file.
    pub path: PathBuf,
    /// The columns that are no measurements.
    pub names: Names,
    /// How large it is.
    pub size: Size,
    /// What is wrong with whole rows or with the header.
    pub problems: TableProblems,
    /// What was put right to read the data.
    pub repairs: Vec<String>,
    /// How labels were understood, where that may be another way than was meant.
    pub notes: Vec<String>,
    /// The classes, with labels.
    pub classes: Option<ClassBalance>,
    /// Every column but id and time, in the order of the file.
    pub columns: Vec<ColumnProfile>,
    /// How the columns of numbers go together.
    pub correlation: Correlation,
    /// Groups of columns with few values that always say the same.
    pub same: Vec<Vec<String>>,
    /// Groups of subjects that have the same recording.
    pub duplicates: Vec<Duplicates>,
    /// Another file beside it.
    pub against: Option<Comparison>,
    /// What to do with which column.
    pub advice: Vec<Advice>,
    /// The advice as the sections `[data]` and `[features]` of a recipe.
    pub recipe: String,
}
