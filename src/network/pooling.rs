//! Pooling: the steps become one vector. Padding is no step.

#[cfg(feature = "training")]
mod fused;
#[cfg(all(test, feature = "training"))]
mod tests;

use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

use super::valid::Valid;

/// Each direction's final state, `[L, N, D * H]` to `[N, D * H]`: the forward direction's last
/// step and, if there are two directions, the backward one's first.
pub(super) fn last(steps: Tensor<3>, directions: usize, valid: Option<&Valid>) -> Tensor<2> {
    let [length, _, width] = steps.dims();
    let end: Tensor<3> = match valid {
        Some(valid) => (steps.clone() * valid.last(&steps.device()).swap_dims(0, 1)).sum_dim(0),
        None => steps.clone().narrow(0, length - 1, 1),
    };
    if directions == 1 {
        return end.squeeze_dim(0);
    }
    let hidden = width / directions;
    let forward = end.narrow(2, 0, hidden);
    let backward = steps.narrow(0, 0, 1).narrow(2, hidden, hidden);
    Tensor::cat(vec![forward, backward], 2).squeeze_dim(0)
}

/// The mean over the steps, `[L, N, D * H]` to `[N, D * H]`.
pub(super) fn mean(steps: Tensor<3>, valid: Option<&Valid>) -> Tensor<2> {
    match valid {
        Some(valid) => {
            let weights = valid.mean(&steps.device()).swap_dims(0, 1);
            (steps * weights).sum_dim(0).squeeze_dim(0)
        }
        None => steps.mean_dim(0).squeeze_dim(0),
    }
}

/// The sum over the steps weighted by `softmax(h w + b)`, `[L, N, D * H]` to `[N, D * H]`.
pub(super) fn attention(steps: Tensor<3>, scores: &Linear, valid: Option<&Valid>) -> Tensor<2> {
    #[cfg(feature = "training")]
    if let Some(pooled) = fused::attention(&steps, scores, valid) {
        return pooled;
    }
    attention_by_operations(steps, scores, valid)
}

/// The same through Burn's own operations, on any device.
fn attention_by_operations(steps: Tensor<3>, scores: &Linear, valid: Option<&Valid>) -> Tensor<2> {
    let mut scores = scores.forward(steps.clone());
    if let Some(valid) = valid {
        scores = scores.mask_fill(valid.padding(&steps.device()).swap_dims(0, 1), f32::NEG_INFINITY);
    }
    (steps * softmax(scores, 0)).sum_dim(0).squeeze_dim(0)
}
