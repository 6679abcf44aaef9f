//! What a step changes: the weights and the optimizer's state.

use burn::optim::momentum::MomentumConfig;
use burn::optim::{GradientsParams, ModuleOptimizer, SgdConfig};
use painwave::network::Network;

use super::fused::FusedAdamW;
use super::{clipping, penalties};
use crate::recipe::{Optimizer, Penalties, TrainingRecipe};

/// A network that learns as a recipe says.
pub struct Learner {
    /// The network, with autodiff.
    pub network: Network,
    /// The optimizer's state.
    pub optimizer: ModuleOptimizer,
    penalties: Penalties,
    clipping: Option<f32>,
}

impl Learner {
    /// A learner that has not taken a step.
    pub fn new(network: Network, recipe: &TrainingRecipe) -> Self {
        let optimizer = optimizer(&recipe.optimizer);
        Learner { network, optimizer, penalties: recipe.penalties, clipping: recipe.gradient_clipping }
    }

    /// Takes a step: penalties are added to the gradients of the loss, their norm is clipped, and the
    /// optimizer follows them.
    pub fn learn(&mut self, gradients: GradientsParams, learning_rate: f64) {
        let mut gradients = penalties::add(gradients, &self.network, self.penalties);
        if let Some(norm) = self.clipping {
            gradients = clipping::clip(gradients, &self.network, norm);
        }
        // The optimizer takes the module by value; a clone shares its tensors.
        self.network = self.optimizer.step(learning_rate, self.network.clone(), gradients);
    }
}

fn optimizer(recipe: &Optimizer) -> ModuleOptimizer {
    match *recipe {
        Optimizer::AdamW { weight_decay, .. } => FusedAdamW::new(weight_decay).into(),
        Optimizer::Adam { .. } => FusedAdamW::new(0.0).into(),
        Optimizer::Sgd { momentum, nesterov, .. } => {
            let config = MomentumConfig { momentum, dampening: 0.0, nesterov };
            SgdConfig::new().with_momentum((momentum > 0.0).then_some(config)).init()
        }
    }
}
