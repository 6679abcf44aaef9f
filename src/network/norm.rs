//! Layer normalisation (Ba, Kiros and Hinton, 2016), equal to `torch.nn.LayerNorm`.

#[cfg(feature = "training")]
mod fused;
#[cfg(all(test, feature = "training"))]
mod tests;

use burn::module::{Initializer, Module, Param};
use burn::tensor::module::layer_norm;
use burn::tensor::{Device, Tensor};

/// Added to the variance; PyTorch's default.
const EPSILON: f64 = 1e-5;

/// Layer normalisation over the last dimension.
#[derive(Module, Debug)]
pub(super) struct Norm {
    /// `[D * H]`.
    weight: Param<Tensor<1>>,
    /// `[D * H]`.
    bias: Param<Tensor<1>>,
}

impl Norm {
    /// A layer that changes neither scale nor level.
    pub(super) fn new(width: usize, device: &Device) -> Self {
        let ones = Initializer::Ones.init([width], device);
        Norm { weight: ones, bias: Initializer::Zeros.init([width], device) }
    }

    /// `w (x - mean) / sqrt(variance + epsilon) + b` of each row of `[L, N, D * H]`.
    pub(super) fn forward(&self, steps: Tensor<3>) -> Tensor<3> {
        #[cfg(feature = "training")]
        if let Some(normalised) = fused::forward(&steps, self.weight.val(), self.bias.val()) {
            return normalised;
        }
        self.forward_by_operations(steps)
    }

    /// The same through Burn's own operations, on any device.
    fn forward_by_operations(&self, steps: Tensor<3>) -> Tensor<3> {
        layer_norm(steps, self.weight.val(), Some(self.bias.val()), EPSILON)
    }
}
