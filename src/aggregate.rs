//! Window logits to one prediction per subject.

use serde::{Deserialize, Serialize};

use crate::stages::Stages;

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
    /// Share of the windows that vote for each class (report C); a tie goes to the greater mean probability.
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

impl Aggregation {
    /// Combines the members' logits for the windows of one recording, each `[windows, classes]`.
    ///
    /// # Panics
    /// If there is no member, no window or no class, or the members differ in size.
    pub fn combine(&self, members: &[&[f32]], classes: usize) -> Aggregate {
        self.over_windows(self.members.probabilities(members, classes), classes)
    }

    /// As [`Aggregation::combine`], of members that are stages.
    ///
    /// # Panics
    /// As there.
    pub fn combine_stages(&self, stages: &Stages, members: &[&[f32]]) -> Aggregate {
        self.over_windows(stages.probabilities(self.members, members), stages.classes())
    }

    /// One outcome from the probabilities of a recording's windows, `[windows, classes]`.
    fn over_windows(&self, windows: Vec<f32>, classes: usize) -> Aggregate {
        assert!(!windows.is_empty(), "a recording has at least one window");
        let mean = mean_rows(&windows, classes);
        let (class, probabilities) = match self.windows {
            WindowAggregation::MeanProbability => (argmax(&mean), mean),
            WindowAggregation::MeanLogit => {
                let logs: Vec<f32> = windows.iter().map(|p| p.max(f32::MIN_POSITIVE).ln()).collect();
                let probabilities = softmax(&mean_rows(&logs, classes));
                (argmax(&probabilities), probabilities)
            }
            WindowAggregation::MajorityVote => {
                let mut votes = vec![0.0; classes];
                for window in windows.chunks_exact(classes) {
                    votes[argmax(window)] += 1.0;
                }
                let most = votes.iter().copied().fold(0.0, f32::max);
                let leaders: Vec<f32> =
                    votes.iter().zip(&mean).map(|(v, p)| if *v == most { *p } else { -1.0 }).collect();
                let count = (windows.len() / classes) as f32;
                (argmax(&leaders), votes.iter().map(|v| v / count).collect())
            }
        };
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
        let mean = |of: fn(&[f32]) -> Vec<f32>| -> Vec<f32> {
            let mut sum = vec![0.0; size];
            for member in members {
                for (row, logits) in sum.chunks_exact_mut(classes).zip(member.chunks_exact(classes)) {
                    row.iter_mut().zip(of(logits)).for_each(|(sum, value)| *sum += value);
                }
            }
            sum.iter_mut().for_each(|value| *value /= members.len() as f32);
            sum
        };
        match self {
            MemberAggregation::MeanProbability => mean(softmax),
            MemberAggregation::MeanLogit => {
                mean(<[f32]>::to_vec).chunks_exact(classes).flat_map(softmax).collect()
            }
        }
    }
}

/// `exp(x - max) / sum`, in the order of the input.
pub fn softmax(logits: &[f32]) -> Vec<f32> {
    let greatest = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let mut values: Vec<f32> = logits.iter().map(|logit| (logit - greatest).exp()).collect();
    let sum: f32 = values.iter().sum();
    values.iter_mut().for_each(|value| *value /= sum);
    values
}

fn mean_rows(rows: &[f32], width: usize) -> Vec<f32> {
    let mut mean = vec![0.0; width];
    for row in rows.chunks_exact(width) {
        mean.iter_mut().zip(row).for_each(|(sum, value)| *sum += value);
    }
    let count = (rows.len() / width) as f32;
    mean.iter_mut().for_each(|value| *value /= count);
    mean
}

/// Index of the greatest value, the first of equals.
fn argmax(values: &[f32]) -> usize {
    values.iter().enumerate().fold(0, |best, (i, value)| if *value > values[best] { i } else { best })
}
