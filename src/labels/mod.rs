//! True labels, read from a table of them.
//!
//! | module | does |
//! |---|---|
//! | `columns` | what the columns are called |
//! | [`table`] | the rows of a table, and whose they are |
//! | [`subjects`] | what rows say of their subjects, whether the classes are known or are still to be found |
//! | [`classes`], [`ids`] | names of classes and ids that are written in two ways |

pub mod classes;
mod columns;
mod error;
pub mod ids;
pub mod subjects;
pub mod table;

use serde::{Deserialize, Serialize};

pub use self::columns::{ID_COLUMNS, LABEL_COLUMN, LABEL_COLUMNS, LabelColumns};
pub use self::error::LabelsError;
use self::subjects::{News, Subjects, Word};
use self::table::{Said, Table};
use crate::reading::{ReadOptions, ReadWarning, Repair, RepairKind, Repairs};

/// The true classes of subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Labels {
    subjects: Subjects<u64>,
    table: Table,
    repairs: Vec<Repair>,
}

impl Labels {
    /// Reads a table with a row for each subject, or one in which a subject's rows agree. Names of classes may be written
    /// in other letters, and subjects without a label do not count.
    ///
    /// # Errors
    /// Whatever is wrong with the file.
    pub fn parse(
        bytes: &[u8],
        columns: LabelColumns<'_>,
        classes: &[String],
        options: &ReadOptions,
    ) -> Result<Labels, LabelsError> {
        let mut subjects = Subjects::new(Some(classes));
        let mut repairs = Repairs::new(options.strict);
        let table = table::read(bytes, columns, true, options, &mut repairs, &mut |said, repairs| {
            hear(&mut subjects, classes, &said, repairs)
        })?;
        let mut repairs = repairs.all().to_vec();
        for repair in repairs.iter_mut().filter(|repair| repair.kind == RepairKind::ClassSpelling) {
            repair.detail = spellings(&subjects, classes);
        }
        Ok(Labels { subjects, table, repairs })
    }

    /// Index of a subject's true class.
    pub fn get(&self, id: &str) -> Option<usize> {
        self.subjects.get(id).and_then(|subject| self.subjects.class_of(subject))
    }

    /// Ids and class indices in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = (&str, usize)> {
        let all = self.subjects.all().iter();
        all.filter_map(|subject| Some((subject.id.as_str(), self.subjects.class_of(subject)?)))
    }

    /// Number of subjects that have a label.
    pub fn len(&self) -> usize {
        self.iter().count()
    }

    /// Whether no subject has a label.
    pub fn is_empty(&self) -> bool {
        self.iter().next().is_none()
    }

    /// Number of subjects that the file has without a label.
    pub fn unlabelled(&self) -> usize {
        self.subjects.all().len() - self.len()
    }

    /// Warnings about the file.
    pub fn warnings(&self) -> &[ReadWarning] {
        &self.table.warnings
    }

    /// What was put right in the file.
    pub fn repairs(&self) -> &[Repair] {
        &self.repairs
    }

    /// Pairs predictions, each a unique id and a class index, with the true classes, as [`ids::meet`] says.
    pub fn matched<'a>(&self, predictions: impl IntoIterator<Item = (&'a str, usize)>) -> Matched {
        let predictions: Vec<(&str, usize)> = predictions.into_iter().collect();
        let subjects = self.subjects.all();
        let labelled: Vec<&str> = subjects.iter().map(|subject| subject.id.as_str()).collect();
        let predicted: Vec<&str> = predictions.iter().map(|(id, _)| *id).collect();
        let met = ids::meet(&labelled, &predicted, self.table.by_first_key);
        let mut matched = Matched::default();
        let mut used = vec![false; subjects.len()];
        for ((id, prediction), met) in predictions.into_iter().zip(met) {
            let found = met.and_then(|(index, exact)| {
                let class = self.subjects.class_of(&subjects[index])?;
                Some((index, exact, class))
            });
            let Some((index, exact, class)) = found else {
                matched.without_label.push(id.to_owned());
                continue;
            };
            used[index] = true;
            matched.pairs.push((class, prediction));
            if !exact {
                let first = matched.spelled.get_or_insert_with(|| Spelled {
                    count: 0,
                    line: subjects[index].place,
                    label: labelled[index].to_owned(),
                    prediction: id.to_owned(),
                });
                first.count += 1;
            }
        }
        let unused = subjects.iter().zip(used).filter(|(_, used)| !used);
        let unused = unused.filter(|(subject, _)| self.subjects.class_of(subject).is_some());
        matched.without_prediction = unused.map(|(subject, _)| subject.id.clone()).collect();
        matched
    }
}

/// The labels so far that are written in other letters than their classes: `"Walk" for "walk", "WALK" for "walk"`.
fn spellings(subjects: &Subjects<u64>, classes: &[String]) -> String {
    let spelled = subjects.words().iter().filter(|word| !word.exact);
    let spelled = spelled.filter_map(|Word { text, class, .. }| {
        class.and_then(|class| classes.get(class)).map(|class| format!("{text:?} for {class:?}"))
    });
    spelled.collect::<Vec<_>>().join(", ")
}

/// Takes what a row says, and notes how it had to be understood.
fn hear(
    subjects: &mut Subjects<u64>,
    classes: &[String],
    said: &Said<'_>,
    repairs: &mut Repairs,
) -> Result<(), LabelsError> {
    let line = said.line;
    let Some(word) = subjects.word(&said.label) else {
        let (column, found, classes) = (said.label_column(), said.excerpt(), classes.to_vec());
        return Err(LabelsError::UnknownLabel { line, column, found, classes });
    };
    let Word { class, exact, .. } = subjects.words()[word];
    if class.is_some() && !exact {
        repairs.note(RepairKind::ClassSpelling, line, || spellings(subjects, classes))?;
    }
    match subjects.hear(&said.id, word, line) {
        Ok(News::Label) => {}
        Ok(News::Again) => repairs.note(RepairKind::RepeatedLabels, line, || said.id.clone())?,
        Ok(News::NoLabel) => repairs.note(RepairKind::NoLabel, line, || said.excerpt())?,
        Err(first) => {
            let (first_line, first) = (first.place, first.word);
            let name = |word: usize| {
                subjects.words()[word].class.map_or_else(String::new, |class| classes[class].clone())
            };
            return Err(LabelsError::DuplicateId {
                line,
                first_line,
                column: said.id_column(),
                id: said.id.clone(),
                label: name(word),
                first_label: name(first),
            });
        }
    }
    Ok(())
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
        let detail = format!("{:?} for {:?}", self.label, self.prediction);
        Repair { kind: RepairKind::IdSpelling, count: self.count, file: None, line: self.line, detail }
    }
}
