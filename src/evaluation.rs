//! True labels and predictions to the scores of a classifier.

use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize};

use crate::csv::{CsvError, CsvWarning, Row, Rows, name_list};

/// Name of the column with the class in a file of labels.
pub const LABEL_COLUMN: &str = "label";

/// The true classes of subjects, read from a CSV.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Ids and classes in the order of the file.
    entries: Vec<(String, usize)>,
    places: HashMap<String, usize>,
    warnings: Vec<CsvWarning>,
}

/// Why a file of labels cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LabelsError {
    /// It is not a CSV with the two columns.
    #[error(transparent)]
    Csv(#[from] CsvError),
    /// A label is none of the classes.
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

    /// A name for the kind of error that stays the same from version to version.
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
    /// [`label`](LABEL_COLUMN) with the name of a class. The dialects are those of [`crate::csv`].
    ///
    /// # Errors
    /// What is wrong with the file.
    pub fn parse(bytes: &[u8], id_column: &str, classes: &[String]) -> Result<Labels, LabelsError> {
        let mut labels = Labels::default();
        let mut lines = Vec::new();
        let mut push = |row: Row<'_>| {
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
            if let Some(&place) = labels.places.get(id) {
                return Err(LabelsError::DuplicateId {
                    line: row.line,
                    first_line: lines[place],
                    column: row.column(0),
                    id: row.excerpt(0),
                });
            }
            labels.places.insert(id.to_owned(), labels.entries.len());
            labels.entries.push((id.to_owned(), class));
            lines.push(row.line);
            Ok(())
        };
        let mut rows = Rows::new(vec![id_column.to_owned(), LABEL_COLUMN.to_owned()], Vec::new());
        rows.feed(bytes, &mut push)?;
        rows.finish(&mut push)?;
        labels.warnings = rows.warnings().to_vec();
        Ok(labels)
    }

    /// Index of a subject's true class.
    pub fn get(&self, id: &str) -> Option<usize> {
        self.places.get(id).map(|&place| self.entries[place].1)
    }

    /// Ids and class indices in the order of the file.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&str, usize)> {
        self.entries.iter().map(|(id, class)| (id.as_str(), *class))
    }

    /// Number of subjects.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Is there no subject? Never so in a file that was read.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is worth a word.
    pub fn warnings(&self) -> &[CsvWarning] {
        &self.warnings
    }

    /// Puts predictions, each an id (unique) and a class index, beside the true classes.
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

/// How good a classifier is, as scikit-learn computes it with `labels` set to all classes, or to those of the true labels
/// for the macro average, and `zero_division=0`. A ratio of nothing is 0; so is every score of no subjects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Number of subjects.
    pub subjects: u32,
    /// Share of the subjects whose class was found.
    pub accuracy: f64,
    /// Mean over the classes, each weighted by its support.
    pub weighted_average: Averages,
    /// Mean over the classes that have subjects: one that nobody is of says nothing about the classifier.
    pub macro_average: Averages,
    /// One entry per class.
    pub classes: Vec<ClassScores>,
    /// Number of subjects, `[true class][predicted class]`.
    pub confusion: Vec<Vec<u32>>,
}

/// Scores of one class against the rest.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClassScores {
    /// Name of the class.
    pub label: String,
    /// Share of the predictions of this class that are right.
    pub precision: f64,
    /// Share of the subjects of this class that were found.
    pub recall: f64,
    /// Harmonic mean of precision and recall.
    pub f1: f64,
    /// Number of subjects that are of this class.
    pub support: u32,
}

/// Means over the classes.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Averages {
    /// Mean of the classes' precision.
    pub precision: f64,
    /// Mean of the classes' recall.
    pub recall: f64,
    /// Mean of the classes' F1.
    pub f1: f64,
}

impl Scores {
    /// The scores of predictions given as true and predicted class index.
    ///
    /// # Panics
    /// If an index is not one of a class.
    pub fn new(classes: &[String], pairs: impl IntoIterator<Item = (usize, usize)>) -> Scores {
        let mut confusion = vec![vec![0; classes.len()]; classes.len()];
        for (truth, prediction) in pairs {
            confusion[truth][prediction] += 1;
        }
        Scores::from_confusion(classes, confusion)
    }

    fn from_confusion(classes: &[String], confusion: Vec<Vec<u32>>) -> Scores {
        let support = |class: usize| confusion[class].iter().sum::<u32>();
        let hits = |class: usize| confusion[class][class];
        let scores = classes.iter().enumerate().map(|(class, label)| {
            let predicted: u32 = confusion.iter().map(|row| row[class]).sum();
            let (hits, support) = (hits(class), support(class));
            ClassScores {
                label: label.clone(),
                precision: ratio(hits, predicted),
                recall: ratio(hits, support),
                // 2 TP / (2 TP + FP + FN)
                f1: ratio(2 * hits, predicted + support),
                support,
            }
        });
        let scores: Vec<ClassScores> = scores.collect();
        let subjects = (0..classes.len()).map(support).sum();
        Scores {
            subjects,
            accuracy: ratio((0..classes.len()).map(hits).sum(), subjects),
            weighted_average: Averages::new(&scores, |class| class.support),
            macro_average: Averages::new(&scores, |class| u32::from(class.support > 0)),
            classes: scores,
            confusion,
        }
    }
}

impl Averages {
    fn new(classes: &[ClassScores], weight: impl Fn(&ClassScores) -> u32) -> Averages {
        let total: u32 = classes.iter().map(&weight).sum();
        let mean = |score: fn(&ClassScores) -> f64| match total {
            0 => 0.0,
            _ => classes.iter().map(|c| score(c) * f64::from(weight(c))).sum::<f64>() / f64::from(total),
        };
        Averages { precision: mean(|c| c.precision), recall: mean(|c| c.recall), f1: mean(|c| c.f1) }
    }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}
