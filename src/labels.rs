//! True labels, read from a CSV.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::reading::{ReadError, ReadOptions, ReadWarning, Repairs, Role, Row, Rows, Wanted, name_list};

/// Name of the column with the class in a file of labels.
pub const LABEL_COLUMN: &str = "label";

/// The true classes of subjects, read from a CSV.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Ids and classes in the order of the file.
    entries: Vec<(String, usize)>,
    /// Each id's index among the entries.
    indices: HashMap<String, usize>,
    warnings: Vec<ReadWarning>,
}

/// Why a file of labels cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// It is not a CSV with the two columns.
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
    #[error("line {line}, column {column:?}: subject {id:?} has a label already, on line {first_line}")]
    DuplicateId {
        /// Line of the second row.
        line: u64,
        /// Line of the first row.
        first_line: u64,
        /// Name of the id column.
        column: String,
        /// The subject.
        id: String,
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

impl Labels {
    /// Reads a CSV with a column of ids, named as in the recordings' schema, and a column
    /// [`label`](LABEL_COLUMN) with the name of a class. The dialects are those of [`crate::reading`].
    ///
    /// # Errors
    /// Whatever is wrong with the file.
    pub fn parse(bytes: &[u8], id_column: &str, classes: &[String]) -> Result<Labels, LabelsError> {
        let mut labels = Labels::default();
        let mut lines = Vec::new();
        let mut push = |row: Row<'_>, _: &mut Repairs| {
            row.whole()?;
            let id = row.id(0)?;
            let label = row.word(1)?;
            let Some(class) = classes.iter().position(|class| class == label) else {
                return Err(LabelsError::UnknownLabel {
                    line: row.line,
                    column: row.column(1),
                    found: row.excerpt(1),
                    classes: classes.to_vec(),
                });
            };
            if let Some(&index) = labels.indices.get(id) {
                return Err(LabelsError::DuplicateId {
                    line: row.line,
                    first_line: lines[index],
                    column: row.column(0),
                    id: row.excerpt(0),
                });
            }
            labels.indices.insert(id.to_owned(), labels.entries.len());
            labels.entries.push((id.to_owned(), class));
            lines.push(row.line);
            Ok(())
        };
        let wanted = vec![Wanted::needed(id_column, Role::Id), Wanted::needed(LABEL_COLUMN, Role::Word)];
        let mut rows = Rows::new(wanted, Vec::new(), &ReadOptions::default());
        let mut repairs = Repairs::default();
        rows.feed(bytes, &mut repairs, &mut push)?;
        rows.finish(&mut repairs, &mut push)?;
        labels.warnings = rows.warnings().to_vec();
        Ok(labels)
    }

    /// Index of a subject's true class.
    pub fn get(&self, id: &str) -> Option<usize> {
        self.indices.get(id).map(|&index| self.entries[index].1)
    }

    /// Ids and class indices in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, usize)> {
        self.entries.iter().map(|(id, class)| (id.as_str(), *class))
    }

    /// Number of subjects.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there is no subject; never after a file was read.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Warnings about the file.
    pub fn warnings(&self) -> &[ReadWarning] {
        &self.warnings
    }

    /// Pairs predictions, each a unique id and a class index, with the true classes.
    pub fn matched<'a>(&self, predictions: impl IntoIterator<Item = (&'a str, usize)>) -> Matched {
        let mut matched = Matched::default();
        let mut predicted = HashSet::new();
        for (id, prediction) in predictions {
            predicted.insert(id);
            match self.get(id) {
                Some(truth) => matched.pairs.push((truth, prediction)),
                None => matched.without_label.push(id.to_owned()),
            }
        }
        let missing = self.iter().filter(|(id, _)| !predicted.contains(id));
        matched.without_prediction = missing.map(|(id, _)| id.to_owned()).collect();
        matched
    }
}

/// Predictions beside the true classes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Matched {
    /// True and predicted class index of each subject that has both.
    pub pairs: Vec<(usize, usize)>,
    /// Subjects that have a prediction and no label: not part of any score.
    pub without_label: Vec<String>,
    /// Subjects that have a label and no prediction: not part of any score.
    pub without_prediction: Vec<String>,
}
