//! How the network is trained.

use serde::Deserialize;

use super::{RecipeError, RecipeFile};

/// How the network is trained.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrainingRecipe {
    /// The optimizer and its options.
    pub optimizer: Optimizer,
    /// Windows a step.
    pub batch_size: usize,
    /// Greatest number of epochs.
    pub epochs: usize,
    /// Seed of initial weights, order of windows and dropout.
    pub seed: u64,
    /// When to stop before that, and which epoch is kept.
    pub early_stopping: EarlyStopping,
    /// What the network is asked to answer.
    #[serde(default)]
    pub targets: Targets,
    /// Greatest norm of all gradients together; greater ones are scaled down.
    #[serde(default)]
    pub gradient_clipping: Option<f32>,
    /// Random changes to the training windows.
    #[serde(default)]
    pub augmentation: Augmentation,
}

/// The optimizer.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    /// Adam with decoupled weight decay, as `torch.optim.AdamW`.
    #[serde(rename = "adamw")]
    AdamW {
        /// Step size.
        learning_rate: f64,
        /// Weight decay.
        #[serde(default)]
        weight_decay: f32,
    },
}

/// When training stops early. The best epoch is what is kept, stopped early or not.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EarlyStopping {
    /// Score of the validation subjects that says which epoch is best; a tie goes to the lower loss.
    pub metric: Metric,
    /// Epochs without improvement after which training stops.
    pub patience: usize,
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

/// What the network is asked to answer for a window of a class.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Targets {
    /// Mass `s` taken from the true class and spread evenly over all classes.
    #[serde(default)]
    pub label_smoothing: f32,
    /// Target of the true class where that is the most frequent class of training; the other classes'
    /// targets stay as they are, so that the row need not sum to one (report A).
    #[serde(default)]
    pub majority: Option<f32>,
}

/// Random changes to the training windows, drawn anew for every window and epoch.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Augmentation {
    /// Standard deviation of the noise added to each scaled dense value.
    #[serde(default)]
    pub jitter: f32,
    /// Standard deviation of the factor, around 1, of each dense input in a window.
    #[serde(default)]
    pub scaling: f32,
    /// Turning of sensors, as if they were worn at another angle.
    #[serde(default)]
    pub rotation: Option<Rotation>,
    /// Columns that change their sign in every other window, all at once: the same movement of the other
    /// side of the body.
    #[serde(default)]
    pub mirror: Vec<String>,
}

/// Random rotation of sensors with three axes.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rotation {
    /// Standard deviation of the angle.
    pub degrees: f32,
    /// Columns of the axes of each sensor; all turn together.
    pub sensors: Vec<[String; 3]>,
}

impl TrainingRecipe {
    pub(super) fn check(&self, file: &RecipeFile) -> Result<(), RecipeError> {
        let Optimizer::AdamW { learning_rate, weight_decay } = self.optimizer;
        file.above_zero("training.optimizer.adamw.learning_rate", learning_rate)?;
        file.from_zero("training.optimizer.adamw.weight_decay", weight_decay.into())?;
        file.positive("training.batch_size", self.batch_size)?;
        file.positive("training.epochs", self.epochs)?;
        file.positive("training.early_stopping.patience", self.early_stopping.patience)?;
        file.below_one("training.targets.label_smoothing", self.targets.label_smoothing.into())?;
        if let Some(majority) = self.targets.majority {
            file.above_zero("training.targets.majority", majority.into())?;
        }
        if let Some(norm) = self.gradient_clipping {
            file.above_zero("training.gradient_clipping", norm.into())?;
        }
        let Augmentation { jitter, scaling, ref rotation, .. } = self.augmentation;
        let degrees = rotation.as_ref().map_or(0.0, |rotation| rotation.degrees);
        file.from_zero("training.augmentation.jitter", jitter.into())?;
        file.from_zero("training.augmentation.scaling", scaling.into())?;
        file.from_zero("training.augmentation.rotation.degrees", degrees.into())
    }
}
