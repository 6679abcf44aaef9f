//! True and predicted classes to the scores of a classifier.

use serde::{Deserialize, Serialize};

/// How good a classifier is, as scikit-learn computes it with `labels` set to all classes, or to those of the true
/// labels for the macro average, and `zero_division=0`. A ratio of nothing is 0; so is every score of no subjects.
///
/// Of what was written, only the names of the classes and the confusion matrix are read: all else follows from them, also
/// scores that an older version did not write.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct Scores {
    /// Number of subjects.
    pub subjects: u32,
    /// Share of the subjects whose class was found.
    pub accuracy: f64,
    /// Mean recall of the classes that have subjects: `balanced_accuracy_score` of scikit-learn.
    pub balanced_accuracy: f64,
    /// Matthews correlation coefficient of true and predicted class, from -1 to 1: `matthews_corrcoef` of scikit-learn,
    /// for more than two classes the R_K of Gorodkin (2004). 0 if either is always the same class.
    pub mcc: f64,
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

    /// The scores of as many subjects of each class as were taken for each class, `[true class][predicted class]`.
    ///
    /// # Panics
    /// If a side of the matrix is not the number of classes.
    pub fn from_confusion(classes: &[String], confusion: Vec<Vec<u32>>) -> Scores {
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
        let macro_average = Averages::new(&scores, |class| u32::from(class.support > 0));
        Scores {
            subjects,
            accuracy: ratio((0..classes.len()).map(hits).sum(), subjects),
            balanced_accuracy: macro_average.recall,
            mcc: correlation(&confusion),
            weighted_average: Averages::new(&scores, |class| class.support),
            macro_average,
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

/// Scores as they are read.
#[derive(Deserialize)]
struct Written {
    classes: Vec<WrittenClass>,
    confusion: Vec<Vec<u32>>,
}

#[derive(Deserialize)]
struct WrittenClass {
    label: String,
}

impl TryFrom<Written> for Scores {
    type Error = String;

    fn try_from(Written { classes, confusion }: Written) -> Result<Self, Self::Error> {
        let sides = std::iter::once(confusion.len()).chain(confusion.iter().map(Vec::len));
        if let Some(other) = sides.into_iter().find(|side| *side != classes.len()) {
            let count = classes.len();
            return Err(format!("`confusion` has a side of {other}, expected {count}, one for each class"));
        }
        let subjects = confusion.iter().flatten().try_fold(0u32, |sum, count| sum.checked_add(*count));
        // Twice the hits of a class are counted.
        if subjects.is_none_or(|subjects| subjects > u32::MAX / 2) {
            return Err(format!("`confusion` has more than {} subjects", u32::MAX / 2));
        }
        let labels: Vec<String> = classes.into_iter().map(|class| class.label).collect();
        Ok(Scores::from_confusion(&labels, confusion))
    }
}

/// The correlation of true and predicted class, each as a vector of 0 and 1.
///
/// Source: Gorodkin, "Comparing two K-category assignments by a K-category correlation coefficient", 2004.
fn correlation(confusion: &[Vec<u32>]) -> f64 {
    let sums = |of: &dyn Fn(usize) -> u32| (0..confusion.len()).map(|class| f64::from(of(class))).collect();
    let truths: Vec<f64> = sums(&|class| confusion[class].iter().sum());
    let predictions: Vec<f64> = sums(&|class| confusion.iter().map(|row| row[class]).sum());
    let hits: Vec<f64> = sums(&|class| confusion[class][class]);
    let product = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    let subjects: f64 = truths.iter().sum();
    let spread = |sums: &[f64]| subjects * subjects - product(sums, sums);
    let covariance = subjects * hits.iter().sum::<f64>() - product(&truths, &predictions);
    let spreads = spread(&truths) * spread(&predictions);
    if spreads == 0.0 { 0.0 } else { covariance / spreads.sqrt() }
}

fn ratio(part: u32, whole: u32) -> f64 {
    if whole == 0 { 0.0 } else { f64::from(part) / f64::from(whole) }
}
