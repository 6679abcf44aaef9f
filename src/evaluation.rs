//! True and predicted classes to the scores of a classifier.

use serde::{Deserialize, Serialize};

/// How good a classifier is, as scikit-learn computes it with `labels` set to all classes, or to those of the true
/// labels for the macro average, and `zero_division=0`. A ratio of nothing is 0; so is every score of no subjects.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Scores {
    /// Number of subjects.
    pub subjects: u32,
    /// Share of the subjects whose class was found.
    pub accuracy: f64,
    /// Mean over the classes, each weighted by its support.
    pub weighted_average: Averages,
    /// Mean over the classes that have subjects: a class without subjects says nothing about the classifier.
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
