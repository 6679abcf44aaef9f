//! What the network is asked to answer, and how far it is from that.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use crate::recipe::{ClassWeights, Loss, Targets, TrainingRecipe};

/// The loss that a recipe asks for, fitted to the training windows' classes.
///
/// The mean loss of a batch is [`Objective::of_windows`] of [`Objective::targets`], summed and divided by
/// [`Objective::divisor`]. It equals `torch.nn.CrossEntropyLoss(weight, label_smoothing)` where that has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Objective {
    loss: Loss,
    /// Target row of each class, every target multiplied by its class's weight, `[classes, classes]`.
    rows: Vec<f32>,
    /// Weight of each class.
    weights: Vec<f32>,
}

/// Least `1 - p` that the focal loss reckons with: closer to zero its derivative is lost in rounding, or
/// infinite for a gamma below 1.
const LEAST_DOUBT: f32 = 1e-7;

impl Objective {
    /// The loss for `classes` classes; `training` holds the class of each training window.
    ///
    /// Label smoothing `s` gives `1 - s + s / classes` to the true class and `s / classes` to the others.
    /// What the recipe sets for the true class then replaces its value.
    pub fn new(recipe: &TrainingRecipe, training: &[usize], classes: usize) -> Self {
        let mut counts = vec![0; classes];
        training.iter().for_each(|class| counts[*class] += 1);
        let weights = weights(&recipe.class_weights, &counts);
        let mut rows = rows(&recipe.targets, &counts);
        for row in rows.chunks_exact_mut(classes) {
            row.iter_mut().zip(&weights).for_each(|(target, weight)| *target *= weight);
        }
        Objective { loss: recipe.loss, rows, weights }
    }

    /// What the network is asked to answer for windows of these classes, `[windows, classes]`.
    pub fn targets(&self, windows: &[usize]) -> Vec<f32> {
        let classes = self.weights.len();
        windows.iter().flat_map(|class| &self.rows[class * classes..][..classes]).copied().collect()
    }

    /// What the sum of the losses of windows of these classes is divided by: the sum of their weights.
    pub fn divisor(&self, windows: &[usize]) -> f64 {
        windows.iter().map(|class| f64::from(self.weights[*class])).sum()
    }

    /// Loss of each window, `[windows]`, from its logits and [`Objective::targets`], both
    /// `[windows, classes]`.
    pub fn of_windows(&self, logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
        match self.loss {
            // Its factor would be 1 everywhere.
            Loss::CrossEntropy | Loss::Focal { gamma: 0.0 } => cross_entropy(logits, targets),
            Loss::Focal { gamma } => focal(logits, targets, gamma),
        }
    }
}

/// `-sum over classes (target * log p)` of each window, `[windows]`; logits and targets are
/// `[windows, classes]`.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    (log_softmax(logits, 1) * targets).sum_dim(1).neg().squeeze_dim(1)
}

/// `-sum over classes (target * (1 - p)^gamma * log p)` of each window.
fn focal(logits: Tensor<2>, targets: Tensor<2>, gamma: f32) -> Tensor<1> {
    let log_probabilities = log_softmax(logits, 1);
    let doubt = log_probabilities.clone().exp().neg().add_scalar(1.0).clamp_min(LEAST_DOUBT);
    (log_probabilities * targets * doubt.powf_scalar(gamma)).sum_dim(1).neg().squeeze_dim(1)
}

fn weights(recipe: &ClassWeights, counts: &[usize]) -> Vec<f32> {
    let windows: usize = counts.iter().sum();
    // A class without windows has no weight that matters; it must only be finite.
    let counts = counts.iter().map(|count| (*count).max(1) as f64);
    match recipe {
        ClassWeights::None => vec![1.0; counts.len()],
        ClassWeights::Inverse => {
            let even = windows as f64 / counts.len() as f64;
            counts.map(|count| (even / count) as f32).collect()
        }
        ClassWeights::InverseLog => counts.map(|count| count.ln_1p().recip() as f32).collect(),
        ClassWeights::List(weights) => weights.clone(),
    }
}

fn rows(recipe: &Targets, counts: &[usize]) -> Vec<f32> {
    let Targets { label_smoothing, majority, true_class, table } = recipe;
    if let Some(table) = table {
        return table.concat();
    }
    let classes = counts.len();
    let mut rows = vec![label_smoothing / classes as f32; classes * classes];
    for class in 0..classes {
        let place = class * classes + class;
        rows[place] = true_class.as_ref().map_or(rows[place] + 1.0 - label_smoothing, |values| values[class]);
    }
    if let Some(value) = majority {
        // The first of equals, so that the result does not hang on the order of iteration.
        let most = (0..classes).rev().max_by_key(|class| counts[*class]).unwrap_or(0);
        rows[most * classes + most] = *value;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    const COUNTS: [usize; 2] = [1, 2];

    #[test]
    fn the_majority_row_need_not_sum_to_one() {
        let recipe = Targets { majority: Some(0.9), ..Default::default() };
        assert_eq!(rows(&recipe, &COUNTS), [1.0, 0.0, 0.0, 0.9]);
    }

    #[test]
    fn label_smoothing_spreads_evenly() {
        let recipe = Targets { label_smoothing: 0.5, ..Default::default() };
        assert_eq!(rows(&recipe, &COUNTS), [0.75, 0.25, 0.25, 0.75]);
        let recipe = Targets { true_class: Some(vec![0.5, 1.5]), ..recipe };
        assert_eq!(rows(&recipe, &COUNTS), [0.5, 0.25, 0.25, 1.5]);
    }

    #[test]
    fn a_table_is_taken_as_it_is() {
        let table = Some(vec![vec![0.8, 0.1], vec![0.0, 1.0]]);
        assert_eq!(rows(&Targets { table, ..Default::default() }, &COUNTS), [0.8, 0.1, 0.0, 1.0]);
    }

    #[test]
    fn a_class_without_windows_has_a_finite_weight() {
        for recipe in [ClassWeights::Inverse, ClassWeights::InverseLog] {
            assert!(weights(&recipe, &[0, 5]).iter().all(|weight| weight.is_finite()));
        }
    }
}
