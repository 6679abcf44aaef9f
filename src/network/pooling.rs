//! Pooling: the steps become one vector.

use burn::nn::Linear;
use burn::tensor::Tensor;
use burn::tensor::activation::softmax;

/// Each direction's final state, `[L, N, D * H]` to `[N, D * H]`: the forward direction's last
/// step and, if there are two directions, the backward one's first.
pub(super) fn last(steps: Tensor<3>, directions: usize) -> Tensor<2> {
    let [length, _, width] = steps.dims();
    let end = steps.clone().narrow(0, length - 1, 1);
    if directions == 1 {
        return end.squeeze_dim(0);
    }
    let hidden = width / directions;
    let forward = end.narrow(2, 0, hidden);
    let backward = steps.narrow(0, 0, 1).narrow(2, hidden, hidden);
    Tensor::cat(vec![forward, backward], 2).squeeze_dim(0)
}

/// The mean over the steps, `[L, N, D * H]` to `[N, D * H]`.
pub(super) fn mean(steps: Tensor<3>) -> Tensor<2> {
    steps.mean_dim(0).squeeze_dim(0)
}

/// The sum over the steps weighted by `softmax(h w + b)`, `[L, N, D * H]` to `[N, D * H]`.
pub(super) fn attention(steps: Tensor<3>, scores: &Linear) -> Tensor<2> {
    let weights = softmax(scores.forward(steps.clone()), 0);
    (steps * weights).sum_dim(0).squeeze_dim(0)
}
