//! A conv block as one operation: convolution, ReLU and max pooling.
//!
//! Between the windows lie zeros, `[N, L + K - 1, in]` in all, so that the `K` steps that an output depends
//! on are contiguous in memory and the convolution is one product of a matrix with overlapping rows. Rows that reach from
//! one window into the next are computed and ignored.

use burn::tensor::Tensor;

use crate::network::operation::{Operation, Passed, compute};
use crate::network::product::{Matrix, Store, multiply};
use crate::network::valid::Valid;

/// `[N, L, in]` to `[N, L / pool, out]`, if all tensors are on the CPU backend.
pub(super) fn forward(
    steps: &Tensor<3>,
    weight: Tensor<3>,
    bias: Tensor<1>,
    pool: usize,
    valid: Option<&Valid>,
) -> Option<Tensor<3>> {
    let [windows, length, inputs] = steps.dims();
    let [channels, _, kernel] = weight.dims();
    let operation = ConvReluPool { windows, length, inputs, channels, kernel, pool, valid: valid.cloned() };
    let parents = [steps.clone().into_dispatch(), weight.into_dispatch(), bias.into_dispatch()];
    compute(operation, parents, [windows, length / pool, channels])
}

/// Sizes of a block; its parents are the inputs, the weight `[out, in, K]` and the bias `[out]`.
#[derive(Clone, Debug)]
struct ConvReluPool {
    windows: usize,
    length: usize,
    inputs: usize,
    channels: usize,
    kernel: usize,
    pool: usize,
    /// Valid steps of the inputs, unless all are.
    valid: Option<Valid>,
}

#[derive(Clone, Debug)]
struct Trace {
    /// The inputs with the zeros between the windows.
    padded: Vec<f32>,
    /// The convolution without bias, for each row of `padded` at which a window can start.
    convolved: Vec<f32>,
}

impl ConvReluPool {
    /// Steps from one window's start to the next one's.
    fn stride(&self) -> usize {
        self.length + self.kernel - 1
    }

    /// The inputs of each output side by side (im2col), `[rows, K * in]`, without a copy: the rows overlap.
    fn columns<'a>(&self, padded: &'a [f32]) -> Matrix<'a> {
        Matrix::new(padded, self.rows(), self.kernel * self.inputs, self.inputs)
    }

    fn rows(&self) -> usize {
        (self.windows * self.stride()).saturating_sub(self.kernel - 1)
    }

    /// Where a window's inputs lie among the padded ones, and among those without padding.
    fn ranges(&self, window: usize) -> [std::ops::Range<usize>; 2] {
        let width = self.length * self.inputs;
        let padded = (window * self.stride() + self.kernel / 2) * self.inputs;
        [padded..padded + width, window * width..(window + 1) * width]
    }

    /// Calls `f` with the index of each output row, and with that of the first row of `convolved` that it is pooled
    /// from and their number. Output rows without a valid step are left out.
    fn for_pooled(&self, mut f: impl FnMut(usize, usize, usize)) {
        let steps = self.length / self.pool;
        for window in 0..self.windows {
            let valid = self.valid.as_ref().map_or(self.length, |valid| valid.windows()[window]);
            for step in 0..steps.min(valid.div_ceil(self.pool)) {
                let first = step * self.pool;
                f(window * steps + step, window * self.stride() + first, self.pool.min(valid - first));
            }
        }
    }

    /// `[out, in, K]` to `[K * in, out]`.
    fn by_tap(&self, weight: &[f32]) -> Vec<f32> {
        let mut by_tap = vec![0.0; weight.len()];
        self.for_weights(|from, to| by_tap[to] = weight[from]);
        by_tap
    }

    /// Calls `f` with the index of each weight in `[out, in, K]` and in `[K * in, out]`.
    fn for_weights(&self, mut f: impl FnMut(usize, usize)) {
        let Self { inputs, channels, kernel, .. } = *self;
        for channel in 0..channels {
            for input in 0..inputs {
                for tap in 0..kernel {
                    f((channel * inputs + input) * kernel + tap, (tap * inputs + input) * channels + channel);
                }
            }
        }
    }
}

impl Operation for ConvReluPool {
    type Trace = Trace;

    fn forward(&self, parents: &[&[f32]]) -> (Vec<f32>, Trace) {
        let [inputs, weight, bias] = [parents[0], parents[1], parents[2]];
        let Self { channels, pool, .. } = *self;
        let mut padded = vec![0.0; self.windows * self.stride() * self.inputs];
        for window in 0..self.windows {
            let [to, from] = self.ranges(window);
            padded[to].copy_from_slice(&inputs[from]);
        }
        let weight = self.by_tap(weight);
        let weight = Matrix::new(&weight, self.kernel * self.inputs, channels, channels);
        let mut convolved = vec![0.0; self.rows() * channels];
        multiply(self.columns(&padded), weight, Store::Replace, &mut convolved, channels);

        let mut out = vec![0.0; self.windows * (self.length / pool) * channels];
        self.for_pooled(|to, from, count| {
            let out = &mut out[to * channels..][..channels];
            let convolved = &convolved[from * channels..][..count * channels];
            out.copy_from_slice(&convolved[..channels]);
            for convolved in convolved.chunks_exact(channels).skip(1) {
                out.iter_mut().zip(convolved).for_each(|(max, value)| *max = maximum(*max, *value));
            }
            // NaN stays NaN, as in PyTorch's ReLU.
            let relu = |x: f32| if x < 0.0 { 0.0 } else { x };
            out.iter_mut().zip(bias).for_each(|(out, bias)| *out = relu(*out + bias));
        });
        (out, Trace { padded, convolved })
    }

    fn backward(&self, passed: Passed<'_, Trace>, d_out: &[f32], first: bool) -> Vec<Vec<f32>> {
        let Passed { parents, result: out, trace: Trace { padded, convolved } } = passed;
        let Self { inputs, channels, kernel, .. } = *self;

        // An output's gradient goes to the first of the convolved values that are its maximum, unless ReLU made it
        // zero.
        let mut d_convolved = vec![0.0; convolved.len()];
        let mut d_bias = vec![0.0; channels];
        // The gradients of an output that no convolved value has been given yet.
        let mut left = vec![0.0; channels];
        let mut max = vec![0.0; channels];
        self.for_pooled(|from, to, count| {
            let out = &out[from * channels..][..channels];
            let d_out = &d_out[from * channels..][..channels];
            for ((left, out), d_out) in left.iter_mut().zip(out).zip(d_out) {
                *left = if *out <= 0.0 { 0.0 } else { *d_out };
            }
            d_bias.iter_mut().zip(&left).for_each(|(sum, d)| *sum += d);
            let convolved = &convolved[to * channels..][..count * channels];
            max.copy_from_slice(&convolved[..channels]);
            for convolved in convolved.chunks_exact(channels).skip(1) {
                max.iter_mut().zip(convolved).for_each(|(max, value)| *max = maximum(*max, *value));
            }
            let d_convolved = &mut d_convolved[to * channels..][..count * channels];
            for (d_convolved, convolved) in
                d_convolved.chunks_exact_mut(channels).zip(convolved.chunks_exact(channels))
            {
                for (((d_value, value), max), left) in
                    d_convolved.iter_mut().zip(convolved).zip(&max).zip(&mut left)
                {
                    let is_max = value == max || (value.is_nan() && max.is_nan());
                    *d_value = if is_max { *left } else { 0.0 };
                    *left = if is_max { 0.0 } else { *left };
                }
            }
        });

        let d_rows = Matrix::new(&d_convolved, self.rows(), channels, channels);
        let mut d_by_tap = vec![0.0; kernel * inputs * channels];
        multiply(self.columns(&padded).transposed(), d_rows, Store::Replace, &mut d_by_tap, channels);
        let mut d_weight = vec![0.0; d_by_tap.len()];
        self.for_weights(|to, from| d_weight[to] = d_by_tap[from]);

        let mut d_inputs = Vec::new();
        if first {
            let weight = self.by_tap(parents[1]);
            let mut d_padded = vec![0.0; padded.len()];
            for (tap, weight) in weight.chunks_exact(inputs * channels).enumerate() {
                let weight = Matrix::new(weight, inputs, channels, channels).transposed();
                multiply(d_rows, weight, Store::Add, &mut d_padded[tap * inputs..], inputs);
            }
            d_inputs = vec![0.0; parents[0].len()];
            for window in 0..self.windows {
                let [from, to] = self.ranges(window);
                d_inputs[to].copy_from_slice(&d_padded[from]);
            }
        }
        vec![d_inputs, d_weight, d_bias]
    }
}

/// The max of the two, NaN where either is.
fn maximum(max: f32, x: f32) -> f32 {
    if x > max || x.is_nan() { x } else { max }
}
