//! Mean and standard deviation over trials.

use clap::ValueEnum;
use painwave::evaluation::Scores;
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
}

impl Measure {
    /// All of them, in the order of the tables.
    pub const ALL: [Measure; 5] =
        [Measure::WeightedF1, Measure::MacroF1, Measure::Precision, Measure::Recall, Measure::Accuracy];

    /// For people.
    pub fn name(self) -> &'static str {
        match self {
            Measure::WeightedF1 => "weighted F1",
            Measure::MacroF1 => "macro F1",
            Measure::Precision => "precision",
            Measure::Recall => "recall",
            Measure::Accuracy => "accuracy",
        }
    }

    /// Its value.
    pub fn of(self, scores: &Scores) -> f64 {
        match self {
            Measure::WeightedF1 => scores.weighted_average.f1,
            Measure::MacroF1 => scores.macro_average.f1,
            Measure::Precision => scores.weighted_average.precision,
            Measure::Recall => scores.weighted_average.recall,
            Measure::Accuracy => scores.accuracy,
        }
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
