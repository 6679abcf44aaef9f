//! How good predictions are: the classes that were decided for, and the probabilities.

use painwave::aggregate::WindowAggregation;
use painwave::evaluation::Scores;
use serde::{Deserialize, Serialize};

use crate::calibration::Calibration;

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
}

/// Proper scores and calibration of the probabilities. Lower is better; 0 without a subject.
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
}

/// Bins of the expected calibration error.
pub const BINS: usize = 15;

/// A subject's true class, the class decided for, and the probability of each class.
pub type Judgement<'a> = (usize, usize, &'a [f32]);

impl Evaluation {
    /// Of subjects whose windows became one prediction in this way.
    ///
    /// # Panics
    /// If an index is not one of a class.
    pub fn new<'a>(
        classes: &[String],
        windows: WindowAggregation,
        judged: impl Iterator<Item = Judgement<'a>> + Clone,
    ) -> Self {
        let pairs = judged.clone().map(|(truth, class, _)| (truth, class));
        let scores = Scores::new(classes, pairs);
        let votes = windows == WindowAggregation::MajorityVote;
        Evaluation { scores, probabilities: (!votes).then(|| ProbabilityScores::new(judged)) }
    }
}

impl ProbabilityScores {
    /// Of some subjects.
    pub fn new<'a>(judged: impl Iterator<Item = Judgement<'a>> + Clone) -> Self {
        let count = judged.clone().count().max(1) as f64;
        let mean = |of: fn(Judgement<'a>) -> f64| judged.clone().map(of).sum::<f64>() / count;
        let confident = judged.clone().map(|(truth, class, row)| (f64::from(row[class]), class == truth));
        ProbabilityScores {
            log_loss: mean(|(truth, _, row)| {
                -f64::from(row[truth]).clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
            }),
            brier_score: mean(|(truth, _, row)| {
                let target = |class: usize| f64::from(u8::from(class == truth));
                let squares =
                    row.iter().enumerate().map(|(class, p)| (f64::from(*p) - target(class)).powi(2));
                squares.sum::<f64>() / if row.len() == 2 { 2.0 } else { 1.0 }
            }),
            expected_calibration_error: Calibration::new(confident, BINS).expected_error,
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
        assert!(close, "{name}: {found:?} instead of {expected:?}");
    }

    #[test]
    fn scores_and_temperature_are_those_of_scikit_learn_and_scipy() {
        let cases: Vec<Golden> =
            serde_json::from_str(include_str!("../../tests/golden/probabilities.json")).unwrap();
        for Golden { name, truths, probabilities, temperature, before, after } in cases {
            let scores = |rows: &[Vec<f32>]| {
                let argmax = |row: &[f32]| (1..row.len()).fold(0, |a, b| if row[b] > row[a] { b } else { a });
                let judged = truths.iter().zip(rows);
                ProbabilityScores::new(judged.map(|(truth, row)| (*truth, argmax(row), &row[..])))
            };
            assert_close(scores(&probabilities), before, 1e-12, &name);
            let found = temperature::fit(&probabilities, &truths);
            assert!((found / temperature - 1.0).abs() < 1e-6, "{name}: {found} instead of {temperature}");
            let decision = Decision { temperature: Some(found as f32), thresholds: None };
            let calibrated: Vec<Vec<f32>> =
                probabilities.iter().map(|row| decision.calibrate(row.clone())).collect();
            assert_close(scores(&calibrated), after, 1e-5, &name);
        }
    }

    #[test]
    fn shares_of_votes_are_not_scored_as_probabilities() {
        let classes = ["a", "b"].map(String::from);
        let judged = [(0, 0, &[1.0, 0.0][..]), (1, 0, &[1.0, 0.0])].into_iter();
        let voted = Evaluation::new(&classes, WindowAggregation::MajorityVote, judged);
        assert_eq!((voted.scores.accuracy, voted.probabilities), (0.5, None));
    }

    #[test]
    fn files_without_scores_of_probabilities_are_read() {
        let classes = ["a", "b"].map(String::from);
        let judged = [(0, 0, &[0.9, 0.1][..]), (1, 0, &[0.6, 0.4])].into_iter();
        let whole = Evaluation::new(&classes, WindowAggregation::MeanProbability, judged);
        let json = serde_json::to_value(&whole).unwrap();
        assert_eq!(serde_json::from_value::<Evaluation>(json).unwrap(), whole);
        let json = serde_json::to_value(&whole.scores).unwrap();
        let read: Evaluation = serde_json::from_value(json).unwrap();
        assert_eq!((read.scores, read.probabilities), (whole.scores, None));
    }
}
