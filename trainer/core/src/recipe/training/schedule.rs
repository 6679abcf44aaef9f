//! How the learning rate changes while training goes on.

use serde::Deserialize;

use crate::recipe::error::RecipeError;
use crate::recipe::source::Source;

/// How the learning rate changes while training goes on, from that of the optimizer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Schedule {
    /// Not at all.
    #[default]
    Constant,
    /// Down half a cosine that ends with the last of the recipe's `epochs`, after a linear warm-up: as
    /// `torch.optim.lr_scheduler.LinearLR`, then `CosineAnnealingLR`.
    Cosine {
        /// When the rate changes.
        #[serde(default)]
        every: Every,
        /// How many epochs (or steps) warm up.
        #[serde(default)]
        warm_up: usize,
        /// Share of the learning rate that warming up starts from.
        #[serde(default = "tenth")]
        warm_up_from: f64,
        /// Rate at the cosine's end.
        #[serde(default)]
        minimum: f64,
    },
    /// Lower whenever the score of early stopping (without it the validation loss) has not become better for a while: as
    /// `torch.optim.lr_scheduler.ReduceLROnPlateau`. Better is by a ten thousandth of the score at least.
    Plateau {
        /// What the rate is multiplied by.
        factor: f64,
        /// Epochs without improvement that are waited for; the next one lowers the rate.
        patience: usize,
        /// Minimum of the rate.
        #[serde(default)]
        minimum: f64,
    },
}

/// When a rate changes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Every {
    /// Before every epoch.
    #[default]
    Epoch,
    /// Before every step, which is a batch.
    Step,
}

fn tenth() -> f64 {
    0.1
}

impl Schedule {
    pub(super) fn check(
        &self,
        source: Source<'_>,
        learning_rate: f64,
        epochs: usize,
    ) -> Result<(), RecipeError> {
        let minimum = |key, minimum: f64| {
            let below = (0.0..learning_rate).contains(&minimum);
            source.ensure(below, key, minimum, "a number from 0 and below the learning rate")
        };
        match *self {
            Schedule::Constant => Ok(()),
            Schedule::Cosine { every, warm_up, warm_up_from, minimum: min } => {
                let fits = every == Every::Step || warm_up < epochs;
                let key = "training.schedule.cosine.warm_up";
                source.ensure(fits, key, warm_up, "fewer than `training.epochs`")?;
                let key = "training.schedule.cosine.warm_up_from";
                let share = warm_up_from > 0.0 && warm_up_from <= 1.0;
                source.ensure(share, key, warm_up_from, "a number above 0 and up to 1")?;
                minimum("training.schedule.cosine.minimum", min)
            }
            Schedule::Plateau { factor, minimum: min, .. } => {
                let key = "training.schedule.plateau.factor";
                source.ensure(factor > 0.0 && factor < 1.0, key, factor, "a number between 0 and 1")?;
                minimum("training.schedule.plateau.minimum", min)
            }
        }
    }
}
