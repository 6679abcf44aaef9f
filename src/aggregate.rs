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
}

/// What the windows of a recording add up to, in any number of parts.
#[derive(Clone, Debug, PartialEq)]
pub struct WindowSums {
    /// Number of windows.
    windows: u64,
    /// Sum of each class's probability.
    probabilities: Vec<f64>,
    /// Sum of each class's log probability.
    logs: Vec<f64>,
    /// How many windows have each class as their argmax.
    votes: Vec<u64>,
}

impl WindowSums {
    /// Of no windows.
    pub fn new(classes: usize) -> Self {
        let zeros = vec![0.0; classes];
        WindowSums { windows: 0, probabilities: zeros.clone(), logs: zeros, votes: vec![0; classes] }
    }

    /// Number of windows so far.
    pub fn windows(&self) -> u64 {
        self.windows
    }

    /// Adds windows by their probabilities, `[windows, classes]`.
    pub fn add(&mut self, windows: &[f32]) {
        for window in windows.chunks_exact(self.votes.len()) {
            self.windows += 1;
            self.votes[argmax(window)] += 1;
            for ((sum, log), p) in self.probabilities.iter_mut().zip(&mut self.logs).zip(window) {
                *sum += f64::from(*p);
                *log += f64::from(p.max(f32::MIN_POSITIVE).ln());
            }
        }
    }

    /// Adds the windows of another part of the same recording.
    pub fn merge(&mut self, other: &WindowSums) {
        self.windows += other.windows;
        self.votes.iter_mut().zip(&other.votes).for_each(|(votes, more)| *votes += more);
        self.probabilities.iter_mut().zip(&other.probabilities).for_each(|(sum, more)| *sum += more);
        self.logs.iter_mut().zip(&other.logs).for_each(|(sum, more)| *sum += more);
    }

    /// All of it as numbers: those of each class, after the number of windows.
    pub(crate) fn numbers(&self) -> impl Iterator<Item = f64> {
        let sums = self.probabilities.iter().chain(&self.logs).copied();
        // Exact up to 2^53.
        let votes = self.votes.iter().map(|votes| *votes as f64);
        std::iter::once(self.windows as f64).chain(sums).chain(votes)
    }

    /// From those numbers, or as many of them as there are.
    pub(crate) fn from_numbers(numbers: &mut impl Iterator<Item = f64>, classes: usize) -> Self {
        let windows = numbers.next().unwrap_or(0.0) as u64;
        let mut of_classes = || numbers.by_ref().take(classes).collect::<Vec<f64>>();
        let (probabilities, logs) = (of_classes(), of_classes());
        let votes = of_classes().into_iter().map(|votes| votes as u64).collect();
        WindowSums { windows, probabilities, logs, votes }
    }

    /// The mean of sums over the windows.
    fn mean(&self, sums: &[f64]) -> Vec<f64> {
        sums.iter().map(|sum| sum / self.windows as f64).collect()
    }
}

impl WindowAggregation {
    /// One outcome from the probabilities of a recording's windows, `[windows, classes]`.
    ///
    /// # Panics
    /// If there is no window or no class.
    pub fn combine(self, windows: &[f32], classes: usize) -> Aggregate {
        let mut sums = WindowSums::new(classes);
        sums.add(windows);
        self.outcome(&sums)
    }

    /// One outcome from what a recording's windows add up to.
    ///
    /// # Panics
    /// If there is no window or no class.
    pub fn outcome(self, sums: &WindowSums) -> Aggregate {
        assert!(sums.windows > 0, "a recording has at least one window");
        let mean = sums.mean(&sums.probabilities);
        let (class, probabilities) = match self {
            WindowAggregation::MeanProbability => (argmax(&mean), mean),
            WindowAggregation::MeanLogit => {
                let probabilities = softmax(&sums.mean(&sums.logs));
                return Aggregate { class: argmax(&probabilities), probabilities };
            }
            WindowAggregation::MajorityVote => {
                let max = sums.votes.iter().max();
                let leaders =
                    sums.votes.iter().zip(&mean).map(|(votes, p)| if Some(votes) == max { *p } else { -1.0 });
                let shares = sums.votes.iter().map(|votes| *votes as f64 / sums.windows as f64);
                (argmax(&leaders.collect::<Vec<f64>>()), shares.collect())
            }
        };
        Aggregate { class, probabilities: probabilities.iter().map(|p| *p as f32).collect() }
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

/// Index of the max, the first of equals; 0 of nothing.
pub fn argmax<T: PartialOrd>(values: &[T]) -> usize {
    values.iter().enumerate().fold(0, |best, (i, value)| if *value > values[best] { i } else { best })
}
