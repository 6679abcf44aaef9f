//! True labels, read from a file of them or from a column of the recordings.

pub mod classes;
pub mod ids;

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use self::ids::Spellings;
use crate::reading::{
    ReadError, ReadOptions, ReadWarning, Repair, RepairKind, Repairs, Role, Row, Rows, Wanted, ids::clean,
    is_missing, name_list,
};
use crate::recording::joined;

/// Name of the column with the class in a file of labels, if nobody says another one.
pub const LABEL_COLUMN: &str = "label";

/// Names that a column with the class has elsewhere.
pub const LABEL_COLUMNS: [&str; 17] = [
    LABEL_COLUMN,
    "class",
    "target",
    "y",
    "category",
    "labels",
    "classes",
    "activity",
    "diagnosis",
    "outcome",
    "group",
    "truth",
    "ground_truth",
    "condition",
    "status",
    "class_label",
    "result",
];

/// Names that a column of ids has elsewhere.
pub const ID_COLUMNS: [&str; 12] = [
    "id",
    "subject",
    "subject_id",
    "participant",
    "participant_id",
    "patient",
    "patient_id",
    "recording",
    "sample",
    "sample_id",
    "file",
    "filename",
];

/// The columns of a file of labels.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumns<'a> {
    /// The parts of an id, as in the recordings; of several, the file may have the first alone.
    pub id: &'a [String],
    /// The class. Without it, a usual name, or the only other column.
    pub label: Option<&'a str>,
}

/// The true classes of subjects.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// In the order of the file.
    entries: Vec<Entry>,
    /// Each id's index among the entries.
    indices: HashMap<String, usize>,
    /// Whether the ids are the first part of the recordings' ids.
    by_first_key: bool,
    /// Subjects that the file has without a label.
    unlabelled: usize,
    warnings: Vec<ReadWarning>,
    repairs: Vec<Repair>,
}

#[derive(Clone, Debug, PartialEq)]
struct Entry {
    id: String,
    class: usize,
    line: u64,
}

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

impl Labels {
    /// Reads a table with a row for each subject, or one in which a subject's rows agree. It is read as recordings are:
    /// see [`crate::reading`]. Names of classes may be written in other letters, and subjects without a label do not
    /// count.
    ///
    /// # Errors
    /// Whatever is wrong with the file.
    pub fn parse(
        bytes: &[u8],
        columns: LabelColumns<'_>,
        classes: &[String],
        options: &ReadOptions,
    ) -> Result<Labels, LabelsError> {
        let mut label = Wanted::optional(columns.label.unwrap_or(LABEL_COLUMN), Role::Word);
        if columns.label.is_none() {
            label = label.or(LABEL_COLUMNS[1..].iter().copied());
        }
        let file = LabelsFile { bytes, columns, classes, options };
        match file.read(label)? {
            Found::Labels(labels) => Ok(labels),
            Found::NoLabelColumn { only: Some(column) } => {
                match file.read(Wanted::needed(column, Role::Word))? {
                    Found::Labels(labels) => Ok(labels),
                    Found::NoLabelColumn { .. } => Ok(Labels::default()),
                }
            }
            // The reader says what is missing, and what there is.
            Found::NoLabelColumn { only: None } => {
                let name = columns.label.unwrap_or(LABEL_COLUMN);
                match file.read(Wanted::needed(name, Role::Word))? {
                    Found::Labels(labels) => Ok(labels),
                    Found::NoLabelColumn { .. } => Ok(Labels::default()),
                }
            }
        }
    }

    /// Index of a subject's true class.
    pub fn get(&self, id: &str) -> Option<usize> {
        self.indices.get(id).map(|&index| self.entries[index].class)
    }

    /// Ids and class indices in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, usize)> {
        self.entries.iter().map(|entry| (entry.id.as_str(), entry.class))
    }

    /// Number of subjects that have a label.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether no subject has a label.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Number of subjects that the file has without a label.
    pub fn unlabelled(&self) -> usize {
        self.unlabelled
    }

    /// Warnings about the file.
    pub fn warnings(&self) -> &[ReadWarning] {
        &self.warnings
    }

    /// What was put right in the file.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Pairs predictions, each a unique id and a class index, with the true classes: by the id as it is written, else
    /// by one that differs in zeros, case or the extension of a file, where only one label and one prediction do.
    pub fn matched<'a>(&self, predictions: impl IntoIterator<Item = (&'a str, usize)>) -> Matched {
        let predictions: Vec<(&str, usize)> = predictions.into_iter().collect();
        let key = |id: &'a str| if self.by_first_key { id.split('/').next().unwrap_or(id) } else { id };
        let different: HashSet<&str> = predictions.iter().map(|(id, _)| key(id)).collect();
        let predicted = Spellings::new(different.iter().copied());
        let labelled = Spellings::new(self.entries.iter().map(|entry| entry.id.as_str()));
        let mut matched = Matched::default();
        let mut used = vec![false; self.entries.len()];
        for (id, prediction) in predictions {
            let exact = self.indices.get(key(id)).copied();
            let spelled = || labelled.find(key(id)).filter(|_| predicted.is_unambiguous(key(id)));
            match exact.or_else(spelled) {
                Some(index) => {
                    let entry = &self.entries[index];
                    used[index] = true;
                    matched.pairs.push((entry.class, prediction));
                    if exact.is_none() {
                        let first = matched.spelled.get_or_insert_with(|| Spelled {
                            count: 0,
                            line: entry.line,
                            label: entry.id.clone(),
                            prediction: id.to_owned(),
                        });
                        first.count += 1;
                    }
                }
                None => matched.without_label.push(id.to_owned()),
            }
        }
        let unused = self.entries.iter().zip(used).filter(|(_, used)| !used);
        matched.without_prediction = unused.map(|(entry, _)| entry.id.clone()).collect();
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
    /// Ids that are written in two ways.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub spelled: Option<Spelled>,
}

/// Ids that are written in two ways.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spelled {
    /// How many.
    pub count: u64,
    /// Line of the first among the labels.
    pub line: u64,
    /// The first, as the labels write it.
    pub label: String,
    /// The first, as the recordings write it.
    pub prediction: String,
}

impl Spelled {
    /// As something that was put right.
    pub fn repair(&self) -> Repair {
        let detail = format!("{} for {}", self.label, self.prediction);
        Repair { kind: RepairKind::IdSpelling, count: self.count, file: None, line: self.line, detail }
    }
}

/// A file of labels that is being read.
struct LabelsFile<'a> {
    bytes: &'a [u8],
    columns: LabelColumns<'a>,
    classes: &'a [String],
    options: &'a ReadOptions,
}

enum Found {
    Labels(Labels),
    /// And the only column beside the ids, if there is one.
    NoLabelColumn {
        only: Option<String>,
    },
}

impl LabelsFile<'_> {
    fn read(&self, label: Wanted) -> Result<Found, LabelsError> {
        let keys = self.columns.id.len();
        let wanted = self.columns.id.iter().enumerate().map(|(index, key)| match index {
            0 => Wanted::needed(key, Role::Id).or(ID_COLUMNS),
            _ => Wanted::optional(key, Role::Id),
        });
        let mut rows = Rows::new(wanted.chain([label]).collect(), Vec::new(), self.options);
        let mut repairs = Repairs::new(self.options.strict);
        let mut labels = Labels::default();
        let mut without_column = false;
        let mut without_label = HashSet::new();
        let mut each = |row: Row<'_>, repairs: &mut Repairs| {
            if without_column || !row.has(keys) {
                without_column = true;
                return Ok(());
            }
            row.whole()?;
            labels.by_first_key = keys > 1 && !(1..keys).all(|key| row.has(key));
            let id = id(&row, if labels.by_first_key { 1 } else { keys }, repairs)?;
            match self.class(&row, keys, repairs)? {
                Some(class) => {
                    without_label.remove(&id);
                    labels.push(id, class, &row, self.classes, repairs)
                }
                None => {
                    if !labels.indices.contains_key(&id) {
                        without_label.insert(id);
                    }
                    Ok(())
                }
            }
        };
        rows.feed(self.bytes, &mut repairs, &mut each)?;
        rows.finish(&mut repairs, &mut each)?;
        if without_column {
            let names = rows.columns().unwrap_or_default();
            let ids = |name: &String| self.columns.id.contains(name) || ID_COLUMNS.contains(&name.as_str());
            let mut others = names.iter().filter(|name| !name.is_empty() && !ids(name));
            let only = match (others.next(), others.next()) {
                (Some(only), None) => Some(only.clone()),
                _ => None,
            };
            return Ok(Found::NoLabelColumn { only });
        }
        labels.unlabelled = without_label.len();
        labels.warnings = rows.warnings().to_vec();
        labels.repairs = repairs.all().to_vec();
        Ok(Found::Labels(labels))
    }

    /// The class of a row; none if it has no label.
    fn class(
        &self,
        row: &Row<'_>,
        label: usize,
        repairs: &mut Repairs,
    ) -> Result<Option<usize>, LabelsError> {
        let word = row.text(label)?;
        match classes::find(self.classes, &word) {
            Some((class, true)) => Ok(Some(class)),
            Some((class, false)) => {
                repairs.note(RepairKind::ClassSpelling, row.line, || row.excerpt(label))?;
                Ok(Some(class))
            }
            None if is_missing(&word) => {
                repairs.note(RepairKind::NoLabel, row.line, || row.excerpt(label))?;
                Ok(None)
            }
            None => Err(LabelsError::UnknownLabel {
                line: row.line,
                column: row.column(label),
                found: row.excerpt(label),
                classes: self.classes.to_vec(),
            }),
        }
    }
}

impl Labels {
    fn push(
        &mut self,
        id: String,
        class: usize,
        row: &Row<'_>,
        classes: &[String],
        repairs: &mut Repairs,
    ) -> Result<(), LabelsError> {
        if let Some(&index) = self.indices.get(&id) {
            let first = &self.entries[index];
            if first.class == class {
                return Ok(repairs.note(RepairKind::RepeatedLabels, row.line, || id)?);
            }
            return Err(LabelsError::DuplicateId {
                line: row.line,
                first_line: first.line,
                column: row.column(0),
                id,
                label: classes[class].clone(),
                first_label: classes[first.class].clone(),
            });
        }
        self.indices.insert(id.clone(), self.entries.len());
        self.entries.push(Entry { id, class, line: row.line });
        Ok(())
    }
}

/// The id of a row, from its first columns.
///
/// # Errors
/// One of them is empty or no text, or has to be put right where nothing may.
pub fn id(row: &Row<'_>, keys: usize, repairs: &mut Repairs) -> Result<String, ReadError> {
    let mut parts = Vec::with_capacity(keys);
    for key in 0..keys {
        let text = row.id(key)?;
        let part = clean(&text);
        if part.is_empty() {
            return Err(ReadError::EmptyId { line: row.line, column: row.column(key) });
        }
        if part != text {
            repairs.note(RepairKind::InvisibleCharacters, row.line, || part.clone().into_owned())?;
        }
        parts.push(part.into_owned());
    }
    Ok(joined(parts.iter().map(String::as_str)))
}
