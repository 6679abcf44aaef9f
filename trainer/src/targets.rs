//! What the network is asked to answer, and how far it is from that.

use burn::tensor::{Tensor, activation::log_softmax};

use crate::recipe::Targets;

/// Target row of each class, `[classes, classes]`.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetTable {
    rows: Vec<f32>,
    classes: usize,
}

impl TargetTable {
    /// The rows for training windows of these classes.
    ///
    /// Label smoothing `s` gives `1 - s + s / classes` to the true class and `s / classes` to the others.
    /// The majority target then replaces the true class's value in the row of the most frequent class.
    pub fn new(recipe: &Targets, training: &[usize], classes: usize) -> Self {
        let Targets { label_smoothing, majority } = *recipe;
        let spread = label_smoothing / classes as f32;
        let mut rows = vec![spread; classes * classes];
        for class in 0..classes {
            rows[class * classes + class] += 1.0 - label_smoothing;
        }
        if let Some(value) = majority {
            let count = |class: &usize| training.iter().filter(|other| *other == class).count();
            // The first of equals, so that the result does not hang on the order of iteration.
            let most = (0..classes).rev().max_by_key(count).unwrap_or(0);
            rows[most * classes + most] = value;
        }
        TargetTable { rows, classes }
    }

    /// The target of a window of one class.
    pub fn row(&self, class: usize) -> &[f32] {
        &self.rows[class * self.classes..][..self.classes]
    }
}

/// Cross entropy of each window, `-sum over classes (target * log softmax(logits))`, `[windows]`. Both are
/// `[windows, classes]`; targets need not sum to one.
pub fn cross_entropy(logits: Tensor<2>, targets: Tensor<2>) -> Tensor<1> {
    (log_softmax(logits, 1) * targets).sum_dim(1).neg().squeeze_dim(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_majority_row_need_not_sum_to_one() {
        let recipe = Targets { label_smoothing: 0.0, majority: Some(0.9) };
        let table = TargetTable::new(&recipe, &[1, 1, 0], 2);
        assert_eq!((table.row(0), table.row(1)), (&[1.0, 0.0][..], &[0.0, 0.9][..]));
    }

    #[test]
    fn label_smoothing_spreads_evenly() {
        let table = TargetTable::new(&Targets { label_smoothing: 0.5, majority: None }, &[0], 2);
        assert_eq!(table.row(0), &[0.75, 0.25]);
    }
}
