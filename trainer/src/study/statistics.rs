//! Mean and standard deviation over trials.

use clap::ValueEnum;
use painwave_train::evaluation::Evaluation;
use serde::Serialize;

/// Mean and spread of some numbers.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Statistic {
    /// Their mean.
    pub mean: f64,
    /// Their sample standard deviation (divided by one less than their count), if there are two at least.
    pub sd: Option<f64>,
    /// How many they are.
    pub count: usize,
}

impl Statistic {
    /// Of some numbers; none of none.
    pub fn of(values: impl IntoIterator<Item = f64>) -> Option<Self> {
        let values: Vec<f64> = values.into_iter().collect();
        let count = values.len();
        let mean = values.iter().sum::<f64>() / count as f64;
        let squares: f64 = values.iter().map(|value| (value - mean).powi(2)).sum();
        let sd = (count > 1).then(|| (squares / (count - 1) as f64).sqrt());
        (count > 0).then_some(Statistic { mean, sd, count })
    }
}

/// A score that is reported over trials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, ValueEnum)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// F1 of each class weighted by its number of subjects.
    WeightedF1,
    /// Mean F1 of the classes.
    MacroF1,
    /// Precision of each class weighted by its number of subjects.
    Precision,
    /// Recall of each class weighted by its number of subjects.
    Recall,
    /// Share of subjects that were right.
    Accuracy,
    /// Mean negative log likelihood of the true classes; less is better, as of the next two.
    LogLoss,
    /// Mean squared distance of the probabilities from the truth.
    BrierScore,
    /// Mean difference between how sure and how often right.
    ExpectedCalibrationError,
}

impl Measure {
    /// All of them, in the order of the tables.
    pub const ALL: [Measure; 8] = [
        Measure::WeightedF1,
        Measure::MacroF1,
        Measure::Precision,
        Measure::Recall,
        Measure::Accuracy,
        Measure::LogLoss,
        Measure::BrierScore,
        Measure::ExpectedCalibrationError,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Measure::WeightedF1 => "weighted F1",
            Measure::MacroF1 => "macro F1",
            Measure::Precision => "precision",
            Measure::Recall => "recall",
            Measure::Accuracy => "accuracy",
            Measure::LogLoss => "log loss",
            Measure::BrierScore => "Brier score",
            Measure::ExpectedCalibrationError => "calibration error",
        }
    }

    /// Its value; none of probabilities whose scores are not known.
    pub fn of(self, evaluation: &Evaluation) -> Option<f64> {
        let Evaluation { scores, probabilities } = evaluation;
        match self {
            Measure::WeightedF1 => Some(scores.weighted_average.f1),
            Measure::MacroF1 => Some(scores.macro_average.f1),
            Measure::Precision => Some(scores.weighted_average.precision),
            Measure::Recall => Some(scores.weighted_average.recall),
            Measure::Accuracy => Some(scores.accuracy),
            Measure::LogLoss => probabilities.map(|scores| scores.log_loss),
            Measure::BrierScore => probabilities.map(|scores| scores.brier_score),
            Measure::ExpectedCalibrationError => {
                probabilities.map(|scores| scores.expected_calibration_error)
            }
        }
    }

    /// Whether the greater value is the better one.
    pub fn is_gain(self) -> bool {
        !matches!(self, Measure::LogLoss | Measure::BrierScore | Measure::ExpectedCalibrationError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_deviation_is_that_of_a_sample() {
        // Deviations -3, -1, -1, 0, 5 from 5: 36 in squares, over 4.
        let statistic = Statistic::of([2.0, 4.0, 4.0, 5.0, 10.0]);
        assert_eq!(statistic, Some(Statistic { mean: 5.0, sd: Some(3.0), count: 5 }));
        assert_eq!(Statistic::of([2.0]), Some(Statistic { mean: 2.0, sd: None, count: 1 }));
        assert_eq!(Statistic::of([]), None);
    }
}
