//! How weights follow from gradients.

use serde::Deserialize;

use crate::recipe::error::RecipeError;
use crate::recipe::source::Source;

/// The optimizer.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum Optimizer {
    /// Adam with decoupled weight decay, as `torch.optim.AdamW`.
    #[serde(rename = "adamw")]
    AdamW {
        /// Step size.
        learning_rate: f64,
        /// Share of every weight, times the step size, that a step takes away.
        #[serde(default)]
        weight_decay: f32,
    },
    /// As `torch.optim.Adam`.
    Adam {
        /// Step size.
        learning_rate: f64,
    },
    /// Gradient descent, as `torch.optim.SGD`.
    Sgd {
        /// Step size.
        learning_rate: f64,
        /// Share of a step that the next one repeats.
        #[serde(default)]
        momentum: f64,
        /// Whether the gradient is taken to be that after the repeated step (Nesterov).
        #[serde(default)]
        nesterov: bool,
    },
}

/// What large weights add to the loss. Weights are those of embeddings, convolutions, recurrent layers,
/// attention and head; biases and the layer norm are free. The losses that are reported are without.
#[derive(Clone, Copy, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Penalties {
    /// Factor of the sum of absolute weights.
    #[serde(default)]
    pub l1: f64,
    /// Factor of the sum of squared weights. Unlike AdamW's weight decay it goes through the optimizer with the
    /// rest of the gradient.
    #[serde(default)]
    pub l2: f64,
}

impl Optimizer {
    /// The step size that the schedule starts from.
    pub fn learning_rate(&self) -> f64 {
        match *self {
            Optimizer::AdamW { learning_rate, .. }
            | Optimizer::Adam { learning_rate }
            | Optimizer::Sgd { learning_rate, .. } => learning_rate,
        }
    }

    pub(super) fn check(&self, source: Source<'_>) -> Result<(), RecipeError> {
        let name = match self {
            Optimizer::AdamW { .. } => "adamw",
            Optimizer::Adam { .. } => "adam",
            Optimizer::Sgd { .. } => "sgd",
        };
        let key = |key: &str| format!("training.optimizer.{name}.{key}");
        source.above_zero(&key("learning_rate"), self.learning_rate())?;
        match *self {
            Optimizer::AdamW { weight_decay, .. } => {
                source.not_negative(&key("weight_decay"), weight_decay.into())
            }
            Optimizer::Adam { .. } => Ok(()),
            Optimizer::Sgd { momentum, nesterov, .. } => {
                source.below_one(&key("momentum"), momentum)?;
                let expected = "false where `momentum` is 0";
                source.ensure(!nesterov || momentum > 0.0, &key("nesterov"), nesterov, expected)
            }
        }
    }
}

impl Penalties {
    pub(super) fn check(&self, source: Source<'_>) -> Result<(), RecipeError> {
        source.not_negative("training.penalties.l1", self.l1)?;
        source.not_negative("training.penalties.l2", self.l2)
    }
}
