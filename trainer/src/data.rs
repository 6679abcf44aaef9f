//! Recipes and bundles, and data files to recordings, through the same reader as the browser, and labels files to
//! labels.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use painwave::Bundle;
use painwave::bundle::BundleError;
use painwave::reading::{ReadError, ReadOptions, Reader};
use painwave::recording::{Recording, Schema};
use painwave::sampling::Sampling;
use painwave_train::experiment::Dataset;
use painwave_train::labels::{LabelColumns, Labels, LabelsError, Part};
use painwave_train::recipe::{RecipeError, RecipeFile};
use sha2::{Digest, Sha256};

use crate::files::{self, FileError};

/// Why recipes, recordings, labels or bundles cannot be taken from their files.
#[derive(Debug, thiserror::Error)]
pub enum DataError {
    /// A file cannot be read.
    #[error(transparent)]
    File(#[from] FileError),
    /// The recordings are not what the schema says.
    #[error("{path}: {source}")]
    Table {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<ReadError>,
    },
    /// The labels are not what they should be.
    #[error(transparent)]
    Labels(#[from] LabelsError),
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

/// The recordings of one file.
#[derive(Clone, Debug)]
pub struct Table {
    /// The recordings, in the order of first appearance.
    pub recordings: Vec<Recording>,
    /// The warnings of the reader.
    pub warnings: Vec<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Names of the columns of a file; `schema` holds those that are known already.
///
/// # Errors
/// Unreadable, without a header, or with a header that lacks a column of the schema.
pub fn columns(path: &Path, schema: &Schema) -> Result<Vec<String>, DataError> {
    let mut columns = None;
    feed(path, &mut Reader::new(schema, &Sampling::default(), ReadOptions::default()), |reader, _| {
        columns = reader.columns().map(<[String]>::to_vec);
        columns.is_none()
    })?;
    // A file without a header was refused.
    Ok(columns.unwrap_or_default())
}

/// Reads a whole file.
///
/// # Errors
/// Unreadable, or not what the schema says.
pub fn read(path: &Path, schema: &Schema) -> Result<Table, DataError> {
    let mut reader = Reader::new(schema, &Sampling::default(), ReadOptions::default());
    let mut digest = Sha256::new();
    feed(path, &mut reader, |_, chunk| {
        digest.update(chunk);
        true
    })?;
    let warnings = reader.warnings().iter().map(ToString::to_string).collect();
    Ok(Table { warnings, sha256: hex(&digest.finalize()), recordings: reader.into_recordings() })
}

/// Feeds a file to a reader, for as long as `goes_on` says after each chunk.
fn feed(
    path: &Path,
    reader: &mut Reader,
    mut goes_on: impl FnMut(&Reader, &[u8]) -> bool,
) -> Result<(), DataError> {
    // Why the reader was broken off before the end of the file, if it was.
    let mut end = None;
    files::feed(path, &mut |chunk| match reader.feed(chunk) {
        Ok(()) if goes_on(reader, chunk) => ControlFlow::Continue(()),
        result => {
            end = Some(result);
            ControlFlow::Break(())
        }
    })?;
    let result = end.unwrap_or_else(|| reader.finish());
    result.map_err(|source| DataError::Table { path: path.to_owned(), source: Box::new(source) })
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// Unreadable.
pub fn sha256(path: &Path) -> Result<String, FileError> {
    let mut digest = Sha256::new();
    files::feed(path, &mut |chunk| {
        digest.update(chunk);
        ControlFlow::Continue(())
    })?;
    Ok(hex(&digest.finalize()))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

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

/// Reads a labels file. With `classes`, a label must be one of them; else the classes are the labels found, sorted.
///
/// # Errors
/// Unreadable, or no labels file.
pub fn labels(
    path: &Path,
    columns: LabelColumns<'_>,
    classes: Option<&[String]>,
) -> Result<Labels, DataError> {
    let bytes = std::fs::read(path).map_err(FileError::read(path))?;
    Ok(Labels::parse(path, &bytes, columns, classes)?)
}

/// Reads recordings and their labels as a recipe says; warnings go to stderr.
///
/// # Errors
/// Unreadable, not what the recipe says, or recordings and labels that do not belong together.
pub fn dataset(file: &RecipeFile, data: &Path, labels: &Path) -> Result<Dataset, DataError> {
    let recipe = &file.recipe;
    let named = recipe.schema(&[]);
    let schema = match &recipe.data.channels {
        Some(_) => named,
        None => recipe.schema(&columns(data, &named)?),
    };
    let label_columns = LabelColumns {
        id: recipe.data.id[0].as_str(),
        label: &recipe.data.label,
        group: recipe.validation.group.as_deref(),
    };
    let bytes = std::fs::read(labels).map_err(FileError::read(labels))?;
    let labels_sha256 = hex(&Sha256::digest(&bytes));
    let parsed = Labels::parse(labels, &bytes, label_columns, recipe.data.classes.as_deref())
        .map_err(|error| no_column(file, error))?;
    let table = read(data, &schema)?;
    table.warnings.iter().for_each(|warning| eprintln!("warning: {}: {warning}", data.display()));
    let of_recordings = parsed.of(&table.recordings, data)?;
    Ok(Dataset {
        schema,
        recordings: table.recordings,
        labels: of_recordings,
        classes: parsed.classes,
        sources: [(data.to_owned(), table.sha256), (labels.to_owned(), labels_sha256)],
    })
}

/// A column of the labels that is not there is the recipe's to put right.
fn no_column(file: &RecipeFile, error: LabelsError) -> DataError {
    let LabelsError::Column { path, part, column, found, .. } = error else { return error.into() };
    let key = match part {
        Part::Id => "data.id",
        Part::Label => "data.label",
        Part::Group => "validation.group",
    };
    file.value_error(key, format!("`{column}`"), format!("a column of {}: {found}", path.display())).into()
}
