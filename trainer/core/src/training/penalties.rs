//! L1 and L2 penalties on the weights, added to the gradients.

use burn::module::{Module, ModuleVisitor, Param};
use burn::optim::GradientsParams;
use burn::tensor::Tensor;

use crate::recipe::Penalties;

/// Adds the gradients of `l1 * sum |w| + l2 * sum w²` over all weights: `l1 * sign(w) + 2 * l2 * w`.
pub fn add<M: Module>(gradients: GradientsParams, module: &M, penalties: Penalties) -> GradientsParams {
    if penalties == Penalties::default() {
        return gradients;
    }
    let mut add = Add { gradients, penalties };
    module.visit(&mut add);
    add.gradients
}

struct Add {
    gradients: GradientsParams,
    penalties: Penalties,
}

impl ModuleVisitor for Add {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        // Biases, and the layer norm's weight, are those of one dimension.
        if D == 1 {
            return;
        }
        if let Some(gradient) = self.gradients.remove::<D>(parameter.id) {
            let Penalties { l1, l2 } = self.penalties;
            let weight = parameter.val().inner();
            let penalty = weight.clone().sign().mul_scalar(l1) + weight.mul_scalar(2.0 * l2);
            self.gradients.register(parameter.id, gradient + penalty);
        }
    }
}
