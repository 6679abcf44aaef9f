//! How good predictions are: the classes that were decided for, and the probabilities.

use std::collections::BTreeMap;

use painwave::aggregate::WindowAggregation;
use painwave::evaluation::Scores;
use serde::{Deserialize, Serialize};

use crate::auroc::Ranking;
use crate::calibration::Calibration;
use crate::intervals::Intervals;
use crate::measure::Measure;

/// Scores of the classes and of the probabilities, in one JSON object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evaluation {
    /// Of the classes.
    #[serde(flatten)]
    pub scores: Scores,
    /// Of the probabilities. None where windows vote: shares of votes are no probabilities, and a class without a vote
    /// would cost as much as the smallest positive f64. Neither have files of trainers that did not compute them.
    #[serde(flatten)]
    pub probabilities: Option<ProbabilityScores>,
    /// Confidence intervals of the scores. None where none were asked for, where there are too few subjects, and in
    /// files of trainers that did not compute them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub intervals: Option<Intervals>,
}

/// Scores of the probabilities. Lower is better, save of the AUROC; 0 without a subject.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbabilityScores {
    /// Mean of `-ln p` of the true classes, p clipped to the f64 values next to 0 and 1: `log_loss` of scikit-learn.
    pub log_loss: f64,
    /// Mean of the squared distances of a subject's probabilities from 1 for its class and 0 for the others, half of it
    /// if there are two classes: `brier_score_loss` of scikit-learn.
    pub brier_score: f64,
    /// Mean difference between confidence, which is the probability of the class decided for, and accuracy, over
    /// [`BINS`] bins of equal width (Guo et al. 2017).
    pub expected_calibration_error: f64,
    /// Mean over the classes of the area under the ROC curve of each against the rest, of two classes that of the second:
    /// `roc_auc_score` of scikit-learn with `multi_class="ovr"`, `average="macro"` and `labels` set to all classes. None
    /// (there NaN) where a class has no subjects or all of them. Files of trainers that did not compute it have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub auroc: Option<f64>,
}

/// Bins of the expected calibration error.
pub const BINS: usize = 15;

/// A subject's true class, the class decided for, and the probability of each class.
pub type Judgement<'a> = (usize, usize, &'a [f32]);

impl Evaluation {
    /// Of subjects whose windows became one prediction in this way; without intervals, which
    /// [`bootstrap::evaluate`](crate::bootstrap::evaluate) adds.
    ///
    /// # Panics
    /// If an index is not one of a class.
    pub fn new<'a>(
        classes: &[String],
        windows: WindowAggregation,
        judged: impl IntoIterator<Item = Judgement<'a>>,
    ) -> Self {
        let sample = Sample::new(classes, windows, judged);
        sample.evaluation(&vec![1; sample.subjects()])
    }

    /// The value of a score; none of probabilities whose scores are not known.
    pub fn value(&self, measure: Measure) -> Option<f64> {
        let Evaluation { scores, probabilities, .. } = self;
        match measure {
            Measure::WeightedF1 => Some(scores.weighted_average.f1),
            Measure::MacroF1 => Some(scores.macro_average.f1),
            Measure::WeightedPrecision => Some(scores.weighted_average.precision),
            Measure::WeightedRecall => Some(scores.weighted_average.recall),
            Measure::Accuracy => Some(scores.accuracy),
            Measure::BalancedAccuracy => Some(scores.balanced_accuracy),
            Measure::Mcc => Some(scores.mcc),
            Measure::Auroc => probabilities.and_then(|scores| scores.auroc),
            Measure::LogLoss => probabilities.map(|scores| scores.log_loss),
            Measure::BrierScore => probabilities.map(|scores| scores.brier_score),
            Measure::ExpectedCalibrationError => {
                probabilities.map(|scores| scores.expected_calibration_error)
            }
        }
    }

    /// The values of all scores that are known.
    pub fn values(&self) -> BTreeMap<Measure, f64> {
        let value = |measure| Some((measure, self.value(measure)?));
        Measure::ALL.into_iter().filter_map(value).collect()
    }
}

/// Judgements of some subjects, prepared so that the scores of any multiple of each of them are quick to compute.
#[derive(Clone, Debug)]
pub struct Sample<'a> {
    classes: &'a [String],
    subjects: Vec<Subject>,
    /// None where windows vote.
    probabilities: Option<Probabilities>,
}

#[derive(Clone, Copy, Debug)]
struct Subject {
    truth: usize,
    class: usize,
}

/// What the scores of probabilities are made of, for each subject.
#[derive(Clone, Debug)]
struct Probabilities {
    log_losses: Vec<f64>,
    brier_scores: Vec<f64>,
    /// Of the class decided for.
    confidences: Vec<f64>,
    /// Of each class, or of the second of two.
    rankings: Vec<Ranking>,
}

impl<'a> Sample<'a> {
    /// Of subjects whose windows became one prediction in this way.
    ///
    /// # Panics
    /// If an index is not one of a class.
    pub fn new<'b>(
        classes: &'a [String],
        windows: WindowAggregation,
        judged: impl IntoIterator<Item = Judgement<'b>>,
    ) -> Self {
        let judged: Vec<Judgement<'b>> = judged.into_iter().collect();
        let subjects = judged.iter().map(|&(truth, class, _)| Subject { truth, class }).collect();
        let votes = windows == WindowAggregation::MajorityVote;
        let probabilities = (!votes).then(|| Probabilities::new(&judged, classes.len()));
        Sample { classes, subjects, probabilities }
    }

    /// Number of subjects.
    pub fn subjects(&self) -> usize {
        self.subjects.len()
    }

    /// The scores if there were as many of each subject as `counts` says.
    ///
    /// # Panics
    /// If there are fewer counts than subjects.
    pub fn evaluation(&self, counts: &[u32]) -> Evaluation {
        let mut confusion = vec![vec![0; self.classes.len()]; self.classes.len()];
        for (Subject { truth, class }, count) in self.subjects.iter().zip(counts) {
            confusion[*truth][*class] += count;
        }
        let scores = Scores::from_confusion(self.classes, confusion);
        let probabilities = self.probabilities.as_ref().map(|of| of.scores(&self.subjects, counts));
        Evaluation { scores, probabilities, intervals: None }
    }
}

impl Probabilities {
    fn new(judged: &[Judgement<'_>], classes: usize) -> Self {
        let log_loss = |&(truth, _, row): &Judgement<'_>| {
            -f64::from(row[truth]).clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
        };
        let brier_score = |&(truth, _, row): &Judgement<'_>| {
            let target = |class: usize| f64::from(u8::from(class == truth));
            let squares = row.iter().enumerate().map(|(class, p)| (f64::from(*p) - target(class)).powi(2));
            squares.sum::<f64>() / if row.len() == 2 { 2.0 } else { 1.0 }
        };
        let ranking =
            |class| Ranking::new(judged.iter().map(|(truth, _, row)| (row[class], *truth == class)));
        let first = if classes == 2 { 1 } else { 0 };
        Probabilities {
            log_losses: judged.iter().map(log_loss).collect(),
            brier_scores: judged.iter().map(brier_score).collect(),
            confidences: judged.iter().map(|&(_, class, row)| f64::from(row[class])).collect(),
            rankings: (first..classes).map(ranking).collect(),
        }
    }

    fn scores(&self, subjects: &[Subject], counts: &[u32]) -> ProbabilityScores {
        let total = f64::from(counts.iter().sum::<u32>().max(1));
        let mean = |values: &[f64]| {
            values.iter().zip(counts).map(|(value, count)| value * f64::from(*count)).sum::<f64>() / total
        };
        let right = subjects.iter().map(|subject| subject.class == subject.truth);
        let confident = self.confidences.iter().zip(right).zip(counts);
        let confident = confident.map(|((confidence, is_right), count)| (*confidence, is_right, *count));
        let areas = self.rankings.iter().map(|ranking| ranking.area(counts)).sum::<Option<f64>>();
        ProbabilityScores {
            log_loss: mean(&self.log_losses),
            brier_score: mean(&self.brier_scores),
            expected_calibration_error: Calibration::weighted(confident, BINS).expected_error,
            auroc: areas.map(|sum| sum / self.rankings.len() as f64),
        }
    }
}

/// The answers are from tests/golden/probabilities.py.
#[cfg(test)]
mod tests {
    use super::*;
    use crate::decision::temperature;
    use painwave::decision::Decision;

    #[derive(Deserialize)]
    struct Golden {
        name: String,
        truths: Vec<usize>,
        probabilities: Vec<Vec<f32>>,
        temperature: f64,
        before: ProbabilityScores,
        after: ProbabilityScores,
    }

    fn assert_close(found: ProbabilityScores, expected: ProbabilityScores, tolerance: f64, name: &str) {
        let numbers = |of: ProbabilityScores| [of.log_loss, of.brier_score, of.expected_calibration_error];
        let close = numbers(found).iter().zip(numbers(expected)).all(|(a, b)| (a - b).abs() < tolerance);
        let areas = match (found.auroc, expected.auroc) {
            // A probability that is rounded otherwise may have another rank, which counts for more than itself.
            (Some(a), Some(b)) => (a - b).abs() < 100.0 * tolerance,
            (a, b) => a == b,
        };
        assert!(close && areas, "{name}: {found:?} instead of {expected:?}");
    }

    fn scored(truths: &[usize], rows: &[Vec<f32>]) -> ProbabilityScores {
        let classes: Vec<String> = (0..rows[0].len()).map(|class| class.to_string()).collect();
        let argmax = |row: &[f32]| (1..row.len()).fold(0, |a, b| if row[b] > row[a] { b } else { a });
        let judged = truths.iter().zip(rows).map(|(truth, row)| (*truth, argmax(row), &row[..]));
        let evaluation = Evaluation::new(&classes, WindowAggregation::MeanProbability, judged);
        evaluation.probabilities.expect("scores of probabilities")
    }

    #[test]
    fn scores_and_temperature_are_those_of_scikit_learn_and_scipy() {
        let cases: Vec<Golden> =
            serde_json::from_str(include_str!("../../tests/golden/probabilities.json")).unwrap();
        assert!(cases.iter().any(|case| case.before.auroc.is_none()));
        for Golden { name, truths, probabilities, temperature, before, after } in cases {
            assert_close(scored(&truths, &probabilities), before, 1e-12, &name);
            let found = temperature::fit(&probabilities, &truths);
            assert!((found / temperature - 1.0).abs() < 1e-6, "{name}: {found} instead of {temperature}");
            let decision = Decision { temperature: Some(found as f32), thresholds: None };
            let calibrated: Vec<Vec<f32>> =
                probabilities.iter().map(|row| decision.calibrate(row.clone())).collect();
            assert_close(scored(&truths, &calibrated), after, 1e-5, &name);
        }
    }

    #[test]
    fn shares_of_votes_are_not_scored_as_probabilities() {
        let classes = ["a", "b"].map(String::from);
        let judged = [(0, 0, &[1.0, 0.0][..]), (1, 0, &[1.0, 0.0])];
        let voted = Evaluation::new(&classes, WindowAggregation::MajorityVote, judged);
        assert_eq!((voted.scores.accuracy, voted.probabilities), (0.5, None));
    }

    #[test]
    fn several_of_a_subject_count_as_if_it_stood_there_several_times() {
        let classes = ["a", "b"].map(String::from);
        let one = [(0, 0, &[0.9, 0.1][..]), (1, 0, &[0.6, 0.4]), (1, 1, &[0.3, 0.7])];
        let several = [one[0], one[0], one[0], one[2]];
        let sample = Sample::new(&classes, WindowAggregation::MeanProbability, one);
        let expected = Evaluation::new(&classes, WindowAggregation::MeanProbability, several);
        let found = sample.evaluation(&[3, 0, 1]);
        assert_eq!(found.scores, expected.scores);
        for (measure, value) in expected.values() {
            assert!((found.value(measure).unwrap() - value).abs() < 1e-15, "{measure:?}");
        }
    }

    #[test]
    fn files_without_scores_of_probabilities_are_read() {
        let classes = ["a", "b"].map(String::from);
        let judged = [(0, 0, &[0.9, 0.1][..]), (1, 0, &[0.6, 0.4])];
        let whole = Evaluation::new(&classes, WindowAggregation::MeanProbability, judged);
        let mut json = serde_json::to_value(&whole).unwrap();
        assert_eq!(serde_json::from_value::<Evaluation>(json.clone()).unwrap(), whole);
        let older = json.as_object_mut().unwrap();
        for key in ["auroc", "mcc", "balanced_accuracy"] {
            assert!(older.remove(key).is_some(), "{key}");
        }
        let read: Evaluation = serde_json::from_value(json).unwrap();
        let probabilities = whole.probabilities.map(|scores| ProbabilityScores { auroc: None, ..scores });
        assert_eq!((read.scores, read.probabilities), (whole.scores.clone(), probabilities));
        let json = serde_json::to_value(&whole.scores).unwrap();
        let read: Evaluation = serde_json::from_value(json).unwrap();
        assert_eq!((read.scores, read.probabilities), (whole.scores, None));
    }
}
