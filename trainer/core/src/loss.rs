//! Targets and losses.

use burn::tensor::Tensor;
use burn::tensor::activation::log_softmax;

use crate::recipe::{ClassWeights, Loss, Targets, TrainingRecipe};

/// The loss that a recipe asks for, fitted to the classes of the training subjects.
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

/// Min of `1 - p` in the focal loss: closer to zero its derivative is lost in rounding, or
/// infinite for a gamma below 1.
const MIN_COMPLEMENT: f32 = 1e-7;

/// A class without a training subject.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no subject trains the class `{class}`: label some, or leave the class out")]
pub struct UntrainedClass {
    /// The class, or the group of classes of a stage.
    pub class: String,
}

impl Objective {
    /// The loss for these classes; `training` holds the class of each training subject. Subjects are counted and not
    /// their windows, of which a long recording has more.
    ///
    /// Label smoothing `s` gives `1 - s + s / classes` to the true class and `s / classes` to the others.
    /// What the recipe sets for the true class then replaces its value.
    ///
    /// # Errors
    /// A class without a subject.
    pub fn new(
        recipe: &TrainingRecipe,
        training: &[usize],
        names: &[String],
    ) -> Result<Self, UntrainedClass> {
        let classes = names.len();
        let mut counts = vec![0; classes];
        training.iter().for_each(|class| counts[*class] += 1);
        if let Some(class) = counts.iter().position(|count| *count == 0) {
            return Err(UntrainedClass { class: names[class].clone() });
        }
        let weights = weights(&recipe.class_weights, &counts);
        let mut rows = rows(&recipe.targets, &counts);
        for row in rows.chunks_exact_mut(classes) {
            row.iter_mut().zip(&weights).for_each(|(target, weight)| *target *= weight);
        }
        Ok(Objective { loss: recipe.loss, rows, weights })
    }

    /// Targets of windows of these classes, `[windows, classes]`.
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
            // With a gamma of 0 the factor of the focal loss is 1.
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
    let doubt = log_probabilities.clone().exp().neg().add_scalar(1.0).clamp_min(MIN_COMPLEMENT);
    (log_probabilities * targets * doubt.powf_scalar(gamma)).sum_dim(1).neg().squeeze_dim(1)
}

fn weights(recipe: &ClassWeights, counts: &[usize]) -> Vec<f32> {
    let subjects: usize = counts.iter().sum();
    let counts = counts.iter().map(|count| *count as f64);
    match recipe {
        ClassWeights::None => vec![1.0; counts.len()],
        ClassWeights::Inverse => {
            let even = subjects as f64 / counts.len() as f64;
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
        let target = &mut rows[class * classes + class];
        *target = true_class.as_ref().map_or(*target + 1.0 - label_smoothing, |values| values[class]);
    }
    if let Some(value) = majority {
        // The first of equals, so that the result does not depend on the order of iteration.
        let most = (0..classes).rev().max_by_key(|class| counts[*class]).unwrap_or(0);
        rows[most * classes + most] = *value;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recipe::RecipeFile;

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
    fn a_class_without_a_training_subject_is_named() {
        let text = include_str!("../../recipes/cnn-gru.toml");
        let recipe = RecipeFile::parse("r".as_ref(), text.into()).unwrap().recipe.training;
        let names = ["a", "b", "c"].map(String::from);
        assert_eq!(Objective::new(&recipe, &[0, 2, 0], &names), Err(UntrainedClass { class: "b".into() }));
        assert!(Objective::new(&recipe, &[0, 2, 1], &names).is_ok());
    }
}
