//! Layer normalisation as one operation.

use burn::tensor::Tensor;

use super::EPSILON;
use crate::network::operation::{Operation, Passed, compute};
use crate::network::sums::sum_of;

/// The rows of `[L, N, D * H]`, normalised, if all tensors are on the CPU backend.
pub(super) fn forward(steps: &Tensor<3>, weight: Tensor<1>, bias: Tensor<1>) -> Option<Tensor<3>> {
    let shape = steps.dims();
    let operation = LayerNorm { width: shape[2] };
    compute(operation, [steps.clone().into_dispatch(), weight.into_dispatch(), bias.into_dispatch()], shape)
}

/// The parents are the rows, the weight and the bias, both `[width]`.
#[derive(Clone, Debug)]
struct LayerNorm {
    width: usize,
}

/// What a row is normalised by.
#[derive(Clone, Copy, Debug)]
struct Moments {
    mean: f32,
    /// One over the standard deviation.
    scale: f32,
}

impl Moments {
    fn of(row: &[f32]) -> Moments {
        let count = row.len() as f32;
        let mean = sum_of([row], |[x]| x) / count;
        let variance = sum_of([row], |[x]| (x - mean) * (x - mean)) / count;
        Moments { mean, scale: 1.0 / (variance + EPSILON as f32).sqrt() }
    }
}

impl Operation for LayerNorm {
    type Trace = Vec<Moments>;

    fn forward(&self, parents: &[&[f32]]) -> (Vec<f32>, Vec<Moments>) {
        let [rows, weight, bias] = [parents[0], parents[1], parents[2]];
        let mut out = vec![0.0; rows.len()];
        let normalise = |(row, out): (&[f32], &mut [f32])| {
            let moments = Moments::of(row);
            for (((out, x), weight), bias) in out.iter_mut().zip(row).zip(weight).zip(bias) {
                *out = (x - moments.mean) * moments.scale * weight + bias;
            }
            moments
        };
        let rows = rows.chunks_exact(self.width).zip(out.chunks_exact_mut(self.width));
        let moments = rows.map(normalise).collect();
        (out, moments)
    }

    /// With `n` the normalised row and `g = d_out w`: `d_row = (g - mean(g) - n mean(g n)) / sqrt(variance + epsilon)`.
    fn backward(&self, passed: Passed<'_, Vec<Moments>>, d_out: &[f32], first: bool) -> Vec<Vec<f32>> {
        let Passed { parents, trace: moments, .. } = passed;
        let Self { width } = *self;
        let [rows, weight] = [parents[0], parents[1]];
        let mut d_rows = vec![0.0; if first { rows.len() } else { 0 }];
        let (mut d_weight, mut d_bias) = (vec![0.0; width], vec![0.0; width]);
        for (index, Moments { mean, scale }) in moments.into_iter().enumerate() {
            let range = index * width..(index + 1) * width;
            let (row, d_out) = (&rows[range.clone()], &d_out[range.clone()]);
            for (((d_weight, d_bias), x), d) in d_weight.iter_mut().zip(&mut d_bias).zip(row).zip(d_out) {
                *d_weight += d * (x - mean) * scale;
                *d_bias += d;
            }
            if first {
                let gradient = sum_of([d_out, weight], |[d, w]| d * w) / width as f32;
                let along = sum_of([d_out, weight, row], |[d, w, x]| d * w * (x - mean)) / width as f32;
                let along = along * scale * scale;
                let d_row = d_rows[range].iter_mut();
                for (((d_row, x), d), weight) in d_row.zip(row).zip(d_out).zip(weight) {
                    *d_row = (d * weight - gradient - (x - mean) * along) * scale;
                }
            }
        }
        vec![d_rows, d_weight, d_bias]
    }
}
