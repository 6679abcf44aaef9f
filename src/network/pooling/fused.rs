//! Attention over the steps as one operation.

use burn::nn::Linear;
use burn::tensor::Tensor;

use crate::network::operation::{Operation, Passed, compute};
use crate::network::sums::sum_of;
use crate::network::valid::Valid;

/// `[L, N, D * H]` to `[N, D * H]`, if all tensors are on the CPU backend.
pub(super) fn attention(steps: &Tensor<3>, scores: &Linear, valid: Option<&Valid>) -> Option<Tensor<2>> {
    let [length, windows, width] = steps.dims();
    let operation = Attention { length, windows, width, valid: valid.cloned() };
    let bias = scores.bias.as_ref()?.val();
    let parents = [steps.clone().into_dispatch(), scores.weight.val().into_dispatch(), bias.into_dispatch()];
    compute(operation, parents, [windows, width])
}

/// The parents are the steps, the weight `[width, 1]` and the bias `[1]` of the scores.
#[derive(Clone, Debug)]
struct Attention {
    length: usize,
    windows: usize,
    width: usize,
    /// Valid steps of each window, unless all are.
    valid: Option<Valid>,
}

impl Attention {
    /// Valid steps of a window.
    fn valid(&self, window: usize) -> usize {
        self.valid.as_ref().map_or(self.length, |valid| valid.windows()[window])
    }

    /// Index of a window's step among all.
    fn index(&self, step: usize, window: usize) -> usize {
        step * self.windows + window
    }
}

impl Operation for Attention {
    /// How much each step counts, `[N, L]`.
    type Trace = Vec<f32>;

    fn forward(&self, parents: &[&[f32]]) -> (Vec<f32>, Vec<f32>) {
        let [steps, weight, bias] = [parents[0], parents[1], parents[2]];
        let Self { length, windows, width, .. } = *self;
        let mut pooled = vec![0.0; windows * width];
        let mut shares = vec![0.0; windows * length];
        let all = pooled.chunks_exact_mut(width).zip(shares.chunks_exact_mut(length));
        for (window, (pooled, shares)) in all.enumerate() {
            let step = |step: usize| &steps[self.index(step, window) * width..][..width];
            let shares = &mut shares[..self.valid(window)];
            for (index, share) in shares.iter_mut().enumerate() {
                *share = sum_of([step(index), weight], |[x, w]| x * w) + bias[0];
            }
            softmax(shares);
            for (index, share) in shares.iter().enumerate() {
                pooled.iter_mut().zip(step(index)).for_each(|(sum, x)| *sum += x * share);
            }
        }
        (pooled, shares)
    }

    /// The gradient of a score is that of its share, less their mean weighted by the shares, times the share.
    fn backward(&self, passed: Passed<'_, Vec<f32>>, d_pooled: &[f32], first: bool) -> Vec<Vec<f32>> {
        let Passed { parents, trace: shares, .. } = passed;
        let [steps, weight] = [parents[0], parents[1]];
        let Self { length, width, .. } = *self;
        let mut d_steps = vec![0.0; if first { steps.len() } else { 0 }];
        let (mut d_weight, mut d_bias) = (vec![0.0; width], 0.0);
        let mut d_scores = vec![0.0; length];
        let all = d_pooled.chunks_exact(width).zip(shares.chunks_exact(length));
        for (window, (d_pooled, shares)) in all.enumerate() {
            let range = |step: usize| {
                let start = self.index(step, window) * width;
                start..start + width
            };
            let valid = self.valid(window);
            let (shares, d_scores) = (&shares[..valid], &mut d_scores[..valid]);
            for (index, d_share) in d_scores.iter_mut().enumerate() {
                *d_share = sum_of([&steps[range(index)], d_pooled], |[x, d]| x * d);
            }
            let mean = sum_of([shares, d_scores], |[share, d]| share * d);
            d_scores.iter_mut().zip(shares).for_each(|(d, share)| *d = share * (*d - mean));
            for (index, (share, d_score)) in shares.iter().zip(&*d_scores).enumerate() {
                let step = &steps[range(index)];
                d_weight.iter_mut().zip(step).for_each(|(sum, x)| *sum += x * d_score);
                d_bias += d_score;
                if first {
                    let d_step = d_steps[range(index)].iter_mut();
                    for ((d_step, d), weight) in d_step.zip(d_pooled).zip(weight) {
                        *d_step = d * share + weight * d_score;
                    }
                }
            }
        }
        vec![d_steps, d_weight, vec![d_bias]]
    }
}

/// Scores to shares that add up to one.
fn softmax(scores: &mut [f32]) {
    let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    scores.iter_mut().for_each(|score| *score = (*score - max).exp());
    let sum: f32 = scores.iter().sum();
    scores.iter_mut().for_each(|score| *score /= sum);
}
