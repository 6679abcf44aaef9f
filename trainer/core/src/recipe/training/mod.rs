//! How the network is trained.

mod augmentation;
mod loss;
mod optimizer;
mod schedule;

use serde::Deserialize;

pub use self::augmentation::{Augmentation, Fill, Rotation, TimeMasking};
pub use self::loss::{ClassWeights, Loss, Targets};
pub use self::optimizer::{Optimizer, Penalties};
pub use self::schedule::{Every, Schedule};
use super::error::RecipeError;
use super::source::Source;

/// How the network is trained.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecipe {
    /// The optimizer and its options.
    pub optimizer: Optimizer,
    /// How the learning rate changes.
    #[serde(default)]
    pub schedule: Schedule,
    /// Windows a step.
    pub batch_size: usize,
    /// Maximal number of epochs.
    pub epochs: usize,
    /// Seed of initial weights, order of windows and dropout.
    pub seed: u64,
    /// When to stop before that, and which epoch is kept. Without it every epoch is run and the last one is kept: the
    /// subjects that are held out judge the network without having had a say in it.
    #[serde(default)]
    pub early_stopping: Option<EarlyStopping>,
    /// Which windows make an epoch.
    #[serde(default)]
    pub sampler: Sampler,
    /// How far an answer is from what was asked.
    #[serde(default)]
    pub loss: Loss,
    /// How much each class counts in it.
    #[serde(default)]
    pub class_weights: ClassWeights,
    /// What the network is asked to answer.
    #[serde(default)]
    pub targets: Targets,
    /// What large weights add to the loss.
    #[serde(default)]
    pub penalties: Penalties,
    /// Maximal norm of all gradients together, penalties included; larger ones are scaled down.
    #[serde(default)]
    pub gradient_clipping: Option<f32>,
    /// Random changes to the training windows.
    #[serde(default)]
    pub augmentation: Augmentation,
    /// What follows the best epoch.
    #[serde(default)]
    pub fine_tuning: Option<FineTuning>,
}

/// Which windows make an epoch, which always has as many as there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sampler {
    /// Each of them once, in random order.
    #[default]
    Shuffle,
    /// Drawn with replacement, each with a weight of 1 / the number of windows of its class, as
    /// `torch.utils.data.WeightedRandomSampler`: every class is seen equally often.
    Weighted,
}

/// When training stops early. The best epoch is what is kept, stopped early or not.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// Score of the validation subjects that says which epoch is best; a tie goes to the lower loss.
    pub metric: Metric,
    /// Epochs without improvement after which training stops.
    pub patience: usize,
    /// Training loss below which an epoch is not taken for the best: the network knows the training windows
    /// by heart (report C). It is compared with the loss that is being trained, targets and weights included.
    #[serde(default)]
    pub collapse: Option<f64>,
}

/// Further training of the best epoch's weights on the subjects of training and validation together (report B).
/// Nothing is left to judge the result: the scores on the model card are those from before.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FineTuning {
    /// How many epochs.
    pub epochs: usize,
    /// Their learning rate.
    pub learning_rate: f64,
}

/// A score of the validation subjects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Metric {
    /// F1 of each class weighted by its number of subjects.
    WeightedF1,
    /// Mean F1 of the classes.
    MacroF1,
    /// Share of subjects that were right.
    Accuracy,
    /// Cross entropy of the windows.
    Loss,
}

impl TrainingRecipe {
    /// `length` is that of a window; the lists for each class are left to [`check_lists`](Self::check_lists).
    pub(super) fn check(&self, source: Source<'_>, length: usize) -> Result<(), RecipeError> {
        self.optimizer.check(source)?;
        self.schedule.check(source, self.optimizer.learning_rate(), self.epochs)?;
        source.positive("training.batch_size", self.batch_size)?;
        source.positive("training.epochs", self.epochs)?;
        if let Some(EarlyStopping { patience, collapse, .. }) = self.early_stopping {
            source.positive("training.early_stopping.patience", patience)?;
            if let Some(loss) = collapse {
                source.above_zero("training.early_stopping.collapse", loss)?;
            }
        }
        self.loss.check(source)?;
        self.penalties.check(source)?;
        if let Some(norm) = self.gradient_clipping {
            source.above_zero("training.gradient_clipping", norm.into())?;
        }
        if let Some(FineTuning { epochs, learning_rate }) = self.fine_tuning {
            source.positive("training.fine_tuning.epochs", epochs)?;
            source.above_zero("training.fine_tuning.learning_rate", learning_rate)?;
        }
        self.augmentation.check(source, length)
    }

    /// Steps of an epoch of some windows.
    pub fn steps(&self, windows: usize) -> usize {
        windows.div_ceil(self.batch_size)
    }

    /// Checks the lists that have one value for each class, as far as the number of classes is known.
    pub(super) fn check_lists(&self, source: Source<'_>, classes: Option<usize>) -> Result<(), RecipeError> {
        self.class_weights.check(source, "training", classes)?;
        self.targets.check(source, "training", classes)
    }
}
