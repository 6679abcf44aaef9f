//! Convolution blocks.

#[cfg(feature = "training")]
mod fused;
#[cfg(all(test, feature = "training"))]
mod tests;

use burn::module::{Initializer, Module, Param};
use burn::tensor::activation::relu;
use burn::tensor::module::{conv1d, max_pool1d};
use burn::tensor::ops::{ConvOptions, MaxPoolOptions};
use burn::tensor::{Device, Tensor};

use super::config::ConvBlock;
use super::dropout::Dropout;
use super::valid::Valid;

/// Conv1d with "same" zero padding and stride 1, ReLU, max pooling, dropout.
#[derive(Module, Debug)]
pub(super) struct Convolution {
    /// `[out, in, kernel]`.
    weight: Param<Tensor<3>>,
    /// `[out]`.
    bias: Param<Tensor<1>>,
    #[module(skip)]
    dropout: f64,
    #[module(skip)]
    pool: usize,
}

impl Convolution {
    /// A block that reads `inputs` channels, initialised as `torch.nn.Conv1d` is.
    pub(super) fn new(config: &ConvBlock, inputs: usize, device: &Device) -> Self {
        let bound = 1.0 / ((inputs * config.kernel) as f64).sqrt();
        let uniform = Initializer::Uniform { min: -bound, max: bound };
        Self {
            weight: uniform.init([config.channels, inputs, config.kernel], device),
            bias: uniform.init([config.channels], device),
            dropout: config.dropout,
            pool: config.pool,
        }
    }

    /// Steps that one maximum is taken over.
    pub(super) fn pool(&self) -> usize {
        self.pool
    }

    /// `[N, L, in]` to `[N, L / pool, out]`. Padding is zero before and after.
    pub(super) fn forward(
        &self,
        steps: Tensor<3>,
        valid: Option<&Valid>,
        dropout: &mut Dropout,
    ) -> Tensor<3> {
        dropout.apply(self.convolve(steps, valid), self.dropout)
    }

    /// All but the dropout.
    fn convolve(&self, steps: Tensor<3>, valid: Option<&Valid>) -> Tensor<3> {
        #[cfg(feature = "training")]
        if let Some(pooled) = fused::forward(&steps, self.weight.val(), self.bias.val(), self.pool, valid) {
            return pooled;
        }
        self.convolve_by_operations(steps, valid)
    }

    /// The same through Burn's own operations, on any device.
    fn convolve_by_operations(&self, steps: Tensor<3>, valid: Option<&Valid>) -> Tensor<3> {
        let weight = self.weight.val();
        let [_, _, kernel] = weight.dims();
        let options = ConvOptions::new([1], [kernel / 2], [1], 1);
        let channels = conv1d(steps.swap_dims(1, 2), weight, Some(self.bias.val()), options);
        // Backends differ in whether ReLU and pooling keep NaN; PyTorch's do.
        let is_nan = channels.clone().detach().is_nan();
        let (mut channels, mut is_nan) = (relu(channels), is_nan.float());
        if let Some(valid) = valid {
            // After ReLU no maximum is below zero.
            let padding = valid.padding(&channels.device()).swap_dims(1, 2).expand(channels.dims());
            channels = channels.mask_fill(padding.clone(), 0.0);
            is_nan = is_nan.mask_fill(padding, 0.0);
        }
        if self.pool > 1 {
            let pool = || MaxPoolOptions::new([self.pool]);
            (channels, is_nan) = (max_pool1d(channels, pool()), max_pool1d(is_nan, pool()));
        }
        channels.mask_fill(is_nan.greater_elem(0.5), f32::NAN).swap_dims(1, 2)
    }
}
