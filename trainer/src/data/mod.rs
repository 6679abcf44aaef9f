//! Recipes and bundles, recordings and labels, out of their files: the recordings through the same reader as the browser.
//!
//! | module | does |
//! |---|---|
//! | `table` | files with recordings to recordings |
//! | `labelled` | recordings and what their labels are, from a file, a column or names |
//! | `report` | what was put right, what is refused, what is odd: printed, and as files |

mod error;
mod labelled;
mod report;
mod table;

use std::path::Path;

use painwave::Bundle;
use painwave_train::recipe::RecipeFile;

pub use self::error::DataError;
pub use self::labelled::{
    Given, Labelled, Wanted, dataset, digests, group_of, labelled, pattern_of, unlabelled,
};
pub use self::report::{Report, ReportFiles};
pub use self::table::{Reading, Table, read};
use crate::files::FileError;

/// Reads and checks a recipe.
///
/// # Errors
/// Unreadable, not TOML, an unknown or missing key, or a value that makes no sense; with the line.
pub fn recipe(path: &Path) -> Result<RecipeFile, DataError> {
    let text = std::fs::read_to_string(path).map_err(FileError::read(path))?;
    Ok(RecipeFile::parse(path, text)?)
}

/// Reads a bundle file.
///
/// # Errors
/// Unreadable, or not a valid bundle.
pub fn bundle(path: &Path) -> Result<Bundle, DataError> {
    let bytes = std::fs::read(path).map_err(FileError::read(path))?;
    Bundle::from_bytes(&bytes).map_err(|source| DataError::Bundle { path: path.to_owned(), source })
}
