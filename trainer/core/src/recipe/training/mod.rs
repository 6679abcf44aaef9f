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
use super::{RecipeError, RecipeFile};

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
    pub(super) fn check(&self, file: &RecipeFile) -> Result<(), RecipeError> {
        self.optimizer.check(file)?;
        self.schedule.check(file, self.optimizer.learning_rate(), self.epochs)?;
        file.positive("training.batch_size", self.batch_size)?;
        file.positive("training.epochs", self.epochs)?;
        if let Some(EarlyStopping { patience, collapse, .. }) = self.early_stopping {
            file.positive("training.early_stopping.patience", patience)?;
            if let Some(loss) = collapse {
                file.above_zero("training.early_stopping.collapse", loss)?;
            }
        }
        self.loss.check(file)?;
        self.check_classes(file, file.recipe.data.classes.as_ref().map(Vec::len))?;
        self.penalties.check(file)?;
        if let Some(norm) = self.gradient_clipping {
            file.above_zero("training.gradient_clipping", norm.into())?;
        }
        if let Some(FineTuning { epochs, learning_rate }) = self.fine_tuning {
            file.positive("training.fine_tuning.epochs", epochs)?;
            file.above_zero("training.fine_tuning.learning_rate", learning_rate)?;
        }
        self.augmentation.check(file)
    }

    /// Steps of an epoch of some windows.
    pub fn steps(&self, windows: usize) -> usize {
        windows.div_ceil(self.batch_size)
    }

    /// Checks what depends on the number of classes, as far as it is known.
    pub(super) fn check_classes(&self, file: &RecipeFile, classes: Option<usize>) -> Result<(), RecipeError> {
        // With stages a list is held against the groups of each stage that it is for.
        let classes = classes.filter(|_| file.recipe.stages.is_empty());
        self.class_weights.check(file, "training", classes)?;
        self.targets.check(file, "training", classes)
    }
}
