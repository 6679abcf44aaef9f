//! The forward pass over a chunk of windows.
//!
//! Sequences are `[steps, windows, columns]`: what a recurrent layer reads of one step are
//! neighbouring rows.

use std::ops::Range;

use super::kernel::State;
use super::layer::Layer;
use super::pack::{Network, Norm, Pool};
use super::quantise::Quantiser;
use super::strided::{Strided, StridedMut};
use crate::windows::{WindowBatch, pooled_valid};

/// Buffers of a forward pass, reused by the next.
#[derive(Default)]
pub(super) struct Scratch {
    /// What each conv block reads of one window, zero padding included: `[steps, columns]`.
    conv: Vec<Vec<f32>>,
    /// What the current recurrent layer reads, and what it writes.
    sequences: [Vec<f32>; 2],
    /// The LSTM's cell state.
    cell_state: Vec<f32>,
    /// Valid steps of each window that leave its conv blocks.
    valid: Vec<usize>,
    /// What the current layer of the head reads, and what it writes.
    vectors: [Vec<f32>; 2],
    /// Buffers for the inputs and the hidden state of the current layer as integers.
    quantisers: [Quantiser; 2],
}

/// Values of a chunk's sequences: half a megabyte, so that they stay in a core's own cache.
const CHUNK: usize = 128 * 1024;
/// Min windows of a chunk: the fewer, the more often the weights are read.
const MIN_WINDOWS: usize = 16;
/// Max values of a chunk's sequences, 128 MiB, unless a single window has more.
const MAX_CHUNK: usize = 32 << 20;

/// Steps that are summed before their sum is added to others: in one go the `f32` sum of 65,536 steps is off by a
/// thousandth.
const POOL_BLOCK: usize = 256;

/// `len` zeros.
fn zeros(buffer: &mut Vec<f32>, len: usize) -> &mut [f32] {
    buffer.clear();
    buffer.resize(len, 0.0);
    buffer
}

impl Network {
    /// Steps of a window of `length` that leave the conv blocks.
    fn steps(&self, length: usize) -> usize {
        self.conv.iter().fold(length, |steps, block| steps / block.pool)
    }

    /// How many windows of `length` steps a chunk should have.
    pub(super) fn windows_at_once(&self, length: usize) -> usize {
        let window = self.steps(length) * (self.conv_out.stride() + self.features.stride());
        (CHUNK / window).max(MIN_WINDOWS.min(MAX_CHUNK / window)).max(1)
    }

    /// Appends the logits `[windows, classes]` of some windows of a batch, whose sizes have been checked.
    pub(super) fn forward(
        &self,
        batch: &WindowBatch,
        windows: Range<usize>,
        scratch: &mut Scratch,
        logits: &mut Vec<f32>,
    ) {
        let Scratch { conv, sequences: [sequence, next], cell_state, valid, vectors, quantisers } = scratch;
        let [vector, next_vector] = vectors;
        let count = windows.len();
        let steps = self.steps(batch.length);

        zeros(sequence, steps * count * self.conv_out.stride());
        valid.clear();
        for (row, window) in windows.enumerate() {
            let stride = count * self.conv_out.stride();
            let out = StridedMut { data: &mut sequence[row * self.conv_out.stride()..], stride };
            valid.push(self.convolve(batch, window, conv, out, quantisers));
        }
        for directions in &self.recurrent {
            recur(directions, steps, valid, sequence, next, cell_state, quantisers);
            std::mem::swap(sequence, next);
        }
        if let Some(norm) = &self.norm {
            self.normalise(norm, sequence);
        }
        zeros(vector, count * self.features.stride());
        self.pool(valid, sequence, vector);
        for layer in &self.head {
            zeros(next_vector, count * layer.units());
            let input = Strided { data: vector, stride: layer.inputs() };
            let out = StridedMut { data: next_vector, stride: layer.units() };
            layer.run(count, input, State::default(), out, quantisers);
            std::mem::swap(vector, next_vector);
        }
        let padded = vector.len() / count;
        for row in vector.chunks_exact(padded) {
            logits.extend_from_slice(&row[..self.classes]);
        }
    }

    /// One window's inputs and conv blocks. `out` is zero and has a row for each step that is left. Returns how many of
    /// them are valid: the others stay zero, as the steps around a window are.
    fn convolve(
        &self,
        batch: &WindowBatch,
        window: usize,
        buffers: &mut Vec<Vec<f32>>,
        out: StridedMut,
        quantisers: &mut [Quantiser; 2],
    ) -> usize {
        let mut valid = batch.valid[window] as usize;
        buffers.resize_with(self.conv.len(), Vec::new);
        let mut steps = batch.length;
        for (block, buffer) in self.conv.iter().zip(buffers.iter_mut()) {
            zeros(buffer, (steps + block.kernel - 1) * block.input.stride());
            steps /= block.pool;
        }
        // Where the first step begins in what a block reads: after the zeros.
        let start = |i: usize| self.conv[i].kernel / 2 * self.conv[i].input.stride();

        let Some(first) = buffers.first_mut() else {
            self.gather(batch, window, out);
            return valid;
        };
        self.gather(batch, window, StridedMut { data: &mut first[start(0)..], stride: self.input.stride() });
        let mut steps = batch.length;
        for (i, block) in self.conv.iter().enumerate() {
            let (read, written) = buffers.split_at_mut(i + 1);
            let input = Strided { data: &read[i], stride: block.input.stride() };
            let out = match written.first_mut() {
                Some(next) => StridedMut { data: &mut next[start(i + 1)..], stride: block.layer.units() },
                None => StridedMut { data: &mut *out.data, stride: out.stride },
            };
            let left = pooled_valid(valid, steps, block.pool);
            steps /= block.pool;
            // The last pool may be short of valid steps.
            let rows = valid.min(steps * block.pool);
            block.layer.run(rows, input, State::default(), out, quantisers);
            valid = left;
        }
        valid
    }

    /// The inputs of one window's valid steps: dense values, category embeddings, time embedding.
    fn gather(&self, batch: &WindowBatch, window: usize, out: StridedMut) {
        let categories = self.category_embeddings.len();
        let valid = batch.valid[window] as usize;
        for (t, row) in out.data.chunks_mut(out.stride).take(valid).enumerate() {
            let step = window * batch.length + t;
            let (dense, mut rest) = row.split_at_mut(self.dense);
            dense.copy_from_slice(&batch.dense[step * self.dense..][..self.dense]);
            let codes = &batch.codes[step * categories..][..categories];
            let embedded =
                self.category_embeddings.iter().zip(codes).map(|(table, &code)| table.row(code.into()));
            let time = self.time_embedding.iter().map(|table| table.row(batch.steps[step].into()));
            for vector in embedded.chain(time) {
                let (columns, after) = rest.split_at_mut(vector.len());
                columns.copy_from_slice(vector);
                rest = after;
            }
        }
    }

    /// Layer normalisation of every row, with the biased variance and epsilon 1e-5.
    fn normalise(&self, norm: &Norm, sequence: &mut [f32]) {
        let layout = self.features;
        let count = layout.columns() as f32;
        let is_column: Vec<f32> = layout.spread(&vec![1.0; layout.columns()]);
        for row in sequence.chunks_exact_mut(layout.stride()) {
            let mean = row.iter().sum::<f32>() / count;
            // Padding stays zero.
            row.iter_mut().zip(&is_column).for_each(|(x, column)| *x -= mean * column);
            let variance = row.iter().map(|x| x * x).sum::<f32>() / count;
            let scale = 1.0 / (variance + 1e-5).sqrt();
            for ((x, weight), bias) in row.iter_mut().zip(&norm.weight).zip(&norm.bias) {
                *x = *x * scale * weight + bias;
            }
        }
    }

    /// Pools the valid steps of sequences `[steps, windows, columns]` to vectors `[windows, columns]`, which are zero
    /// before.
    fn pool(&self, valid: &[usize], sequence: &[f32], vectors: &mut [f32]) {
        let (stride, count) = (self.features.stride(), valid.len());
        let row = |t: usize, window: usize| &sequence[(t * count + window) * stride..][..stride];
        for ((window, vector), &steps) in vectors.chunks_exact_mut(stride).enumerate().zip(valid) {
            let mut add_weighted = |weight: &dyn Fn(usize) -> f32| {
                let mut partial = vec![0.0; stride];
                for first in (0..steps).step_by(POOL_BLOCK) {
                    for t in first..steps.min(first + POOL_BLOCK) {
                        let weight = weight(t);
                        partial.iter_mut().zip(row(t, window)).for_each(|(sum, x)| *sum += weight * x);
                    }
                    let sums = vector.iter_mut().zip(&mut partial);
                    sums.for_each(|(sum, partial)| *sum += std::mem::take(partial));
                }
            };
            match &self.pooling {
                Pool::Last => {
                    let forward = self.features.padded;
                    vector[..forward].copy_from_slice(&row(steps - 1, window)[..forward]);
                    vector[forward..].copy_from_slice(&row(0, window)[forward..]);
                }
                Pool::Mean => add_weighted(&|_| 1.0 / steps as f32),
                Pool::Attention(weight, bias) => {
                    let score = |t: usize| dot(row(t, window), weight) + bias;
                    let scores: Vec<f32> = (0..steps).map(score).collect();
                    let max = scores.iter().copied().fold(f32::NEG_INFINITY, f32::max);
                    let total: f64 = scores.iter().map(|score| f64::from((score - max).exp())).sum();
                    add_weighted(&|t| (scores[t] - max).exp() / total as f32);
                }
            }
        }
    }
}

/// One recurrent layer over all steps: `input` `[steps, windows, inputs]` to `output` `[steps, windows, units of each
/// direction]`. The forward direction runs on past the valid steps of a window, where its outputs are not read; the
/// backward direction's states are zero there, so that it starts at the last valid step.
fn recur(
    directions: &[Layer],
    steps: usize,
    valid: &[usize],
    input: &[f32],
    output: &mut Vec<f32>,
    cell_state: &mut Vec<f32>,
    quantisers: &mut [Quantiser; 2],
) {
    let stride: usize = directions.iter().map(Layer::units).sum();
    let count = valid.len();
    let step = count * stride;
    let output = zeros(output, steps * step);
    let mut column = 0;
    for (direction, layer) in directions.iter().enumerate() {
        let cell_state = zeros(cell_state, count * layer.units());
        let backward = direction == 1;
        for passed in 0..steps {
            let t = if backward { steps - 1 - passed } else { passed };
            // This step's rows, and those of the step before it in this direction.
            let (earlier, later) = output.split_at_mut((t + usize::from(backward)) * step);
            let (out, before) = if backward {
                (&mut earlier[t * step..], later.get(column..))
            } else {
                (later, earlier.get((t.max(1) - 1) * step + column..))
            };
            let hidden = before.filter(|_| passed > 0).map(|data| Strided { data, stride });
            let input = Strided { data: &input[t * count * layer.inputs()..], stride: layer.inputs() };
            layer.run(
                count,
                input,
                State { hidden, cell_state },
                StridedMut { data: &mut out[column..], stride },
                quantisers,
            );
            if backward {
                for window in (0..count).filter(|window| t >= valid[*window]) {
                    out[window * stride + column..][..layer.units()].fill(0.0);
                    cell_state[window * layer.units()..][..layer.units()].fill(0.0);
                }
            }
        }
        column += layer.units();
    }
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
