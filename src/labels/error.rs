//! Why labels cannot be read.

use crate::reading::{ReadError, name_list};

/// Why a file of labels cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// It is no table with the columns.
    #[error(transparent)]
    Csv(#[from] ReadError),
    /// A label is not one of the classes.
    #[error("line {line}, column {column:?}: expected one of the classes {}, found {found:?}", name_list(.classes))]
    UnknownLabel {
        /// Line of the row.
        line: u64,
        /// Name of the label column.
        column: String,
        /// What was found.
        found: String,
        /// Names of the classes.
        classes: Vec<String>,
    },
    /// A subject has two labels.
    #[error(
        "line {line}, column {column:?}: subject {id:?} has the label {label:?} here and {first_label:?} on line \
         {first_line}"
    )]
    DuplicateId {
        /// Line of the second row.
        line: u64,
        /// Line of the first row.
        first_line: u64,
        /// Name of the id column.
        column: String,
        /// The subject.
        id: String,
        /// Its class by the second row.
        label: String,
        /// Its class by the first row.
        first_label: String,
    },
}

impl LabelsError {
    /// The line that the error is on, if it is on one.
    pub fn line(&self) -> Option<u64> {
        match self {
            LabelsError::Csv(error) => error.line(),
            LabelsError::UnknownLabel { line, .. } | LabelsError::DuplicateId { line, .. } => Some(*line),
        }
    }

    /// Name of the column that the error is in, if it is in one.
    pub fn column(&self) -> Option<&str> {
        match self {
            LabelsError::Csv(error) => error.column(),
            LabelsError::UnknownLabel { column, .. } | LabelsError::DuplicateId { column, .. } => {
                Some(column)
            }
        }
    }

    /// Stable name of the kind of error.
    pub fn code(&self) -> &'static str {
        match self {
            LabelsError::Csv(error) => error.code(),
            LabelsError::UnknownLabel { .. } => "UNKNOWN_LABEL",
            LabelsError::DuplicateId { .. } => "DUPLICATE_ID",
        }
    }
}
