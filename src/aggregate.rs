//! Members' logits to the probabilities of each window, and these to one prediction per subject.
//!
//! Sums are taken in `f64`: a recording may have millions of windows, and logits may be as large as an `f32` can be.

use serde::{Deserialize, Serialize};

/// How members and windows become one prediction.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Aggregation {
    /// Over the members of an ensemble, per window.
    pub members: MemberAggregation,
    /// Over the windows of a recording.
    pub windows: WindowAggregation,
}

/// How the members' logits of one window become its probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MemberAggregation {
    /// Softmax of each member, then the mean.
    MeanProbability,
    /// Mean of the logits, then softmax (report C).
    MeanLogit,
}

/// How a recording's windows become its probabilities.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WindowAggregation {
    /// Mean of the windows' probabilities (report A).
    MeanProbability,
    /// Softmax of the mean of the windows' log probabilities, which is that of their mean logits.
    MeanLogit,
    /// Share of the windows that vote for each class (report C); a tie goes to the higher mean probability.
    MajorityVote,
}

/// One recording's outcome.
#[derive(Clone, Debug, PartialEq)]
pub struct Aggregate {
    /// Index of the predicted class.
    pub class: usize,
    /// Probability of each class, summing to one.
    pub probabilities: Vec<f32>,
    /// Probabilities of each window, `[windows, classes]`.
    pub windows: Vec<f32>,
}

impl WindowAggregation {
    /// One outcome from the probabilities of a recording's windows, `[windows, classes]`.
    ///
    /// # Panics
    /// If there is no window or no class.
    pub fn combine(self, windows: Vec<f32>, classes: usize) -> Aggregate {
        assert!(!windows.is_empty(), "a recording has at least one window");
        let mean = mean_rows(windows.iter().copied().map(f64::from), classes);
        let (class, probabilities) = match self {
            WindowAggregation::MeanProbability => (argmax(&mean), mean),
            WindowAggregation::MeanLogit => {
                let logs = windows.iter().map(|p| f64::from(p.max(f32::MIN_POSITIVE).ln()));
                let probabilities = softmax(&mean_rows(logs, classes));
                let class = argmax(&probabilities);
                return Aggregate { class, probabilities, windows };
            }
            WindowAggregation::MajorityVote => {
                let mut votes = vec![0.0; classes];
                for window in windows.chunks_exact(classes) {
                    votes[argmax(window)] += 1.0;
                }
                let max = votes.iter().copied().fold(0.0, f64::max);
                let leaders: Vec<f64> =
                    votes.iter().zip(&mean).map(|(v, p)| if *v == max { *p } else { -1.0 }).collect();
                let count = (windows.len() / classes) as f64;
                (argmax(&leaders), votes.iter().map(|v| v / count).collect())
            }
        };
        let probabilities = probabilities.iter().map(|p| *p as f32).collect();
        Aggregate { class, probabilities, windows }
    }
}

impl MemberAggregation {
    /// Probabilities of windows from the members' logits, all `[windows, classes]`.
    ///
    /// # Panics
    /// If there is no member, or they differ in size.
    pub fn probabilities(self, members: &[&[f32]], classes: usize) -> Vec<f32> {
        let size = members[0].len();
        assert!(members.iter().all(|member| member.len() == size), "members differ in size");
        let mut probabilities = Vec::with_capacity(size);
        for first in (0..size).step_by(classes) {
            let logits = members.iter().map(|member| &member[first..first + classes]);
            match self {
                MemberAggregation::MeanProbability => {
                    let of_members = logits.flat_map(softmax).map(f64::from);
                    probabilities.extend(mean_rows(of_members, classes).iter().map(|p| *p as f32));
                }
                MemberAggregation::MeanLogit => {
                    let of_members = logits.flatten().map(|logit| f64::from(*logit));
                    probabilities.extend(softmax(&mean_rows(of_members, classes)));
                }
            }
        }
        probabilities
    }
}

/// `exp(x - max) / sum`, in the order of the input.
pub fn softmax<T: Copy + Into<f64>>(logits: &[T]) -> Vec<f32> {
    let max = logits.iter().map(|logit| (*logit).into()).fold(f64::NEG_INFINITY, f64::max);
    let mut values: Vec<f32> = logits.iter().map(|logit| (((*logit).into() - max) as f32).exp()).collect();
    let sum: f32 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
    values
}

/// The mean of the rows of a matrix `[rows, width]`.
fn mean_rows(values: impl Iterator<Item = f64>, width: usize) -> Vec<f64> {
    let mut mean = vec![0.0; width];
    let mut count = 0;
    for (index, value) in values.enumerate() {
        mean[index % width] += value;
        count = index + 1;
    }
    let rows = (count / width) as f64;
    mean.iter_mut().for_each(|sum| *sum /= rows);
    mean
}

/// Index of the max, the first of equals.
fn argmax<T: PartialOrd>(values: &[T]) -> usize {
    values.iter().enumerate().fold(0, |best, (i, value)| if *value > values[best] { i } else { best })
}
