//! The scores that are reported, by name.

use serde::{Deserialize, Serialize};

/// A score of a classifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Measure {
    /// F1 of each class weighted by its number of subjects.
    WeightedF1,
    /// Mean F1 of the classes.
    MacroF1,
    /// Precision of each class weighted by its number of subjects.
    WeightedPrecision,
    /// Recall of each class weighted by its number of subjects.
    WeightedRecall,
    /// Share of subjects that were right.
    Accuracy,
    /// Mean recall of the classes.
    BalancedAccuracy,
    /// Matthews correlation coefficient.
    Mcc,
    /// Area under the ROC curve, the mean of each class against the rest.
    Auroc,
    /// Mean negative log likelihood of the true classes; less is better, as of the next two.
    LogLoss,
    /// Mean squared distance of the probabilities from the truth.
    BrierScore,
    /// Mean difference between how sure and how often right.
    ExpectedCalibrationError,
}

impl Measure {
    /// All of them, in the order of the tables.
    pub const ALL: [Measure; 11] = [
        Measure::WeightedF1,
        Measure::MacroF1,
        Measure::WeightedPrecision,
        Measure::WeightedRecall,
        Measure::Accuracy,
        Measure::BalancedAccuracy,
        Measure::Mcc,
        Measure::Auroc,
        Measure::LogLoss,
        Measure::BrierScore,
        Measure::ExpectedCalibrationError,
    ];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Measure::WeightedF1 => "weighted F1",
            Measure::MacroF1 => "macro F1",
            Measure::WeightedPrecision => "precision",
            Measure::WeightedRecall => "recall",
            Measure::Accuracy => "accuracy",
            Measure::BalancedAccuracy => "balanced accuracy",
            Measure::Mcc => "MCC",
            Measure::Auroc => "AUROC",
            Measure::LogLoss => "log loss",
            Measure::BrierScore => "Brier score",
            Measure::ExpectedCalibrationError => "calibration error",
        }
    }

    /// For programs: the key in JSON.
    pub fn key(self) -> &'static str {
        match self {
            Measure::WeightedF1 => "weighted_f1",
            Measure::MacroF1 => "macro_f1",
            Measure::WeightedPrecision => "weighted_precision",
            Measure::WeightedRecall => "weighted_recall",
            Measure::Accuracy => "accuracy",
            Measure::BalancedAccuracy => "balanced_accuracy",
            Measure::Mcc => "mcc",
            Measure::Auroc => "auroc",
            Measure::LogLoss => "log_loss",
            Measure::BrierScore => "brier_score",
            Measure::ExpectedCalibrationError => "expected_calibration_error",
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
    fn a_measure_is_written_as_its_key() {
        for measure in Measure::ALL {
            assert_eq!(serde_json::to_value(measure).unwrap(), measure.key());
        }
    }
}
