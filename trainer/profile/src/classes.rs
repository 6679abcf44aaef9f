//! The classes of the subjects and how even they are.

use std::collections::HashSet;

use painwave_train::labels::Labels;
use serde::Serialize;

use crate::table::Subject;

/// How many subjects each class has.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassBalance {
    /// The classes in the order of the labels.
    pub classes: Vec<ClassShare>,
    /// Subjects of the data without a label.
    pub unlabelled: Vec<String>,
    /// Labelled subjects without a row in the data.
    pub without_data: Vec<String>,
    /// The scores of always answering the most frequent class: what a model has to beat.
    pub baseline: Baseline,
    /// The expected correlation ratio of a column that has nothing to do with the label, over one value a
    /// subject: (classes - 1) / (subjects - 1).
    pub chance: f64,
}

/// One class.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClassShare {
    /// Its name.
    pub name: String,
    /// Subjects of the data.
    pub subjects: usize,
    /// Share of the labelled subjects of the data.
    pub share: f64,
}

/// Scores of an answer that is always the same.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Baseline {
    /// Share of subjects that are right.
    pub accuracy: f64,
    /// F1 weighted by the classes' subjects.
    pub weighted_f1: f64,
    /// Mean F1 of the classes that occur.
    pub macro_f1: f64,
}

/// The class of each subject.
#[derive(Clone, Debug)]
pub struct Classes {
    /// Names of the classes.
    pub names: Vec<String>,
    /// Class of each subject of the table, none without a label: `[subjects]`.
    pub of: Vec<Option<usize>>,
}

impl Classes {
    /// The classes of these subjects.
    pub fn new(labels: &Labels, subjects: &[Subject]) -> Self {
        let met = labels.meet(&ids(subjects)).into_iter();
        let class = |met: Option<(&str, bool)>| labels.rows.get(met?.0).map(|label| label.class);
        Classes { names: labels.classes.clone(), of: met.map(class).collect() }
    }

    /// Counts them.
    pub fn balance(&self, labels: &Labels, subjects: &[Subject]) -> ClassBalance {
        let labelled = self.of.iter().flatten().count();
        let classes: Vec<ClassShare> = (0..self.names.len())
            .map(|class| {
                let count = self.of.iter().filter(|of| **of == Some(class)).count();
                let share = count as f64 / labelled.max(1) as f64;
                ClassShare { name: self.names[class].clone(), subjects: count, share }
            })
            .collect();
        let present = classes.iter().filter(|class| class.subjects > 0).count().max(1) as f64;
        // Precision is the share, recall is 1.
        let share = classes.iter().map(|class| class.share).fold(0.0, f64::max);
        let f1 = 2.0 * share / (1.0 + share);
        let baseline = Baseline { accuracy: share, weighted_f1: share * f1, macro_f1: f1 / present };
        let unlabelled = subjects.iter().zip(&self.of).filter(|(_, class)| class.is_none());
        let met: HashSet<&str> =
            labels.meet(&ids(subjects)).into_iter().flatten().map(|(id, _)| id).collect();
        ClassBalance {
            classes,
            unlabelled: unlabelled.map(|(subject, _)| subject.id.clone()).collect(),
            without_data: labels.rows.keys().filter(|id| !met.contains(id.as_str())).cloned().collect(),
            baseline,
            chance: (present - 1.0) / (labelled.max(2) - 1) as f64,
        }
    }
}

fn ids(subjects: &[Subject]) -> Vec<&str> {
    subjects.iter().map(|subject| subject.id.as_str()).collect()
}
