//! The labels file: one row a subject, with its class and perhaps its group.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use painwave::recording::Recording;

/// Labels by subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Where they were read.
    pub path: PathBuf,
    /// Class index and group of each subject.
    pub rows: BTreeMap<String, Label>,
    /// Names of the classes.
    pub classes: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Index of the class.
    pub class: usize,
    /// Value of the group column, if there is one.
    pub group: Option<String>,
    /// Line in the file, from 1.
    pub line: u64,
}

/// The columns of a labels file.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumns<'a> {
    /// The subject's id.
    pub id: &'a str,
    /// The class.
    pub label: &'a str,
    /// The group, if one is asked for.
    pub group: Option<&'a str>,
}

/// Why a labels file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// Unreadable, not UTF-8, or a row with another number of fields.
    #[error("{path}: {source}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: csv::Error,
    },
    /// A column that is not there.
    #[error("{path}:1: there is no column `{column}`; found {found}")]
    Column {
        /// The file.
        path: PathBuf,
        /// The column.
        column: String,
        /// The header.
        found: String,
    },
    /// A subject that has a label already.
    #[error("{path}:{line}: the subject `{id}` has a label already, in line {first}")]
    Twice {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The subject.
        id: String,
        /// Line of its first label.
        first: u64,
    },
    /// A subject without a label.
    #[error("{path}:{line}: the label is empty")]
    Empty {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
    },
    /// A label that is not one of the classes.
    #[error("{path}:{line}: `{label}` is not a class; expected one of {expected}")]
    UnknownClass {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The label.
        label: String,
        /// The classes.
        expected: String,
    },
    /// Fewer than two classes.
    #[error("{path}: the labels name {found} classes, at least 2 are needed")]
    TooFewClasses {
        /// The file.
        path: PathBuf,
        /// How many.
        found: usize,
    },
    /// Subjects of the data without a label.
    #[error("{path}: {count} subjects of the data have no label, the first is `{first}`")]
    Unlabelled {
        /// The file.
        path: PathBuf,
        /// How many.
        count: usize,
        /// One of them.
        first: String,
    },
    /// Labels of subjects that the data does not have.
    #[error("{path}:{line}: {count} labels have no recording in the data, the first is `{first}`")]
    WithoutData {
        /// The file.
        path: PathBuf,
        /// Line of the first, from 1.
        line: u64,
        /// How many.
        count: usize,
        /// One of them.
        first: String,
    },
}

impl Labels {
    /// Reads a labels file. With `classes`, a label must be one of them; else the classes are the labels
    /// found, sorted.
    ///
    /// # Errors
    /// Unreadable, a missing column, a subject twice, a label that is no class, fewer than two classes.
    pub fn read(
        path: &Path,
        columns: LabelColumns<'_>,
        classes: Option<&[String]>,
    ) -> Result<Self, LabelsError> {
        let csv_error = |source| LabelsError::Csv { path: path.to_owned(), source };
        let text = std::fs::read_to_string(path).map_err(|error| csv_error(error.into()))?;
        let delimiter = delimiter(text.lines().next().unwrap_or_default());
        let mut reader = csv::ReaderBuilder::new().delimiter(delimiter).from_reader(text.as_bytes());
        let header = reader.headers().map_err(csv_error)?.clone();
        let place = |column: &str| {
            header.iter().position(|name| name.trim() == column).ok_or_else(|| LabelsError::Column {
                path: path.to_owned(),
                column: column.to_owned(),
                found: header.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "),
            })
        };
        let id = place(columns.id)?;
        let label = place(columns.label)?;
        let group = columns.group.map(place).transpose()?;

        let mut found = Vec::new();
        for record in reader.records() {
            let record = record.map_err(csv_error)?;
            let line = record.position().map_or(0, csv::Position::line);
            let field = |place: usize| record.get(place).unwrap_or_default().trim().to_owned();
            if field(label).is_empty() {
                return Err(LabelsError::Empty { path: path.to_owned(), line });
            }
            found.push((line, field(id), field(label), group.map(field)));
        }

        let classes = match classes {
            Some(classes) => classes.to_vec(),
            None => {
                let mut names: Vec<String> = found.iter().map(|(_, _, label, _)| label.clone()).collect();
                names.sort();
                names.dedup();
                names
            }
        };
        if classes.len() < 2 {
            return Err(LabelsError::TooFewClasses { path: path.to_owned(), found: classes.len() });
        }
        let mut rows = BTreeMap::<String, Label>::new();
        for (line, id, label, group) in found {
            let Some(class) = classes.iter().position(|class| *class == label) else {
                let expected = classes.join(", ");
                return Err(LabelsError::UnknownClass { path: path.to_owned(), line, label, expected });
            };
            if let Some(earlier) = rows.get(&id) {
                let first = earlier.line;
                return Err(LabelsError::Twice { path: path.to_owned(), line, id, first });
            }
            rows.insert(id, Label { class, group, line });
        }
        Ok(Labels { path: path.to_owned(), rows, classes })
    }

    /// The label of each recording, in the order of the recordings.
    ///
    /// # Errors
    /// A recording without a label, or a label without a recording.
    pub fn of(&self, recordings: &[Recording]) -> Result<Vec<Label>, LabelsError> {
        let missing: Vec<&String> = recordings
            .iter()
            .map(|recording| &recording.id)
            .filter(|id| !self.rows.contains_key(*id))
            .collect();
        if let Some(first) = missing.first() {
            let (count, first) = (missing.len(), (*first).clone());
            return Err(LabelsError::Unlabelled { path: self.path.clone(), count, first });
        }
        if self.rows.len() > recordings.len() {
            let ids: std::collections::BTreeSet<&str> =
                recordings.iter().map(|recording| recording.id.as_str()).collect();
            let mut extra: Vec<(&String, &Label)> =
                self.rows.iter().filter(|(id, _)| !ids.contains(id.as_str())).collect();
            extra.sort_by_key(|(_, label)| label.line);
            let (first, label) = extra[0];
            return Err(LabelsError::WithoutData {
                path: self.path.clone(),
                line: label.line,
                count: extra.len(),
                first: first.clone(),
            });
        }
        Ok(recordings.iter().map(|recording| self.rows[&recording.id].clone()).collect())
    }
}

/// What stands between the fields of this header: a comma, a semicolon or a tab.
fn delimiter(header: &str) -> u8 {
    let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
    // The last of equals is taken: a comma, if there is none of any.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}
