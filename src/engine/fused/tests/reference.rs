//! The forward pass as plainly as it can be written: the valid steps of one window, one value at a time, in `f64`.

use crate::network::{Cell, ConvBlock, Head, NetworkConfig, Parameters, Pooling, Recurrent};
use crate::windows::WindowBatch;

/// A sequence: the vector of each step.
type Sequence = Vec<Vec<f64>>;

struct Weights<'a>(&'a Parameters);

impl Weights<'_> {
    /// The element of a parameter at an index.
    fn at(&self, name: &str, index: &[usize]) -> f64 {
        let parameter = &self.0[name];
        assert_eq!(parameter.shape.len(), index.len());
        let offset = index.iter().zip(&parameter.shape).fold(0, |offset, (i, size)| {
            assert!(i < size);
            offset * size + i
        });
        parameter.data[offset].into()
    }

    fn row(&self, table: &str, row: usize) -> Vec<f64> {
        (0..self.0[table].shape[1]).map(|column| self.at(table, &[row, column])).collect()
    }

    /// `x W + b`.
    fn linear(&self, x: &[f64], weight: &str, bias: &str) -> Vec<f64> {
        let (weight, bias) = (&self.0[weight], &self.0[bias]);
        assert_eq!(weight.shape, [x.len(), bias.data.len()]);
        let mut sums: Vec<f64> = bias.data.iter().map(|&b| b.into()).collect();
        for (x, weights) in x.iter().zip(weight.data.chunks_exact(sums.len())) {
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += x * f64::from(weight);
            }
        }
        sums
    }
}

/// Logits `[windows, classes]`.
pub(super) fn logits(config: &NetworkConfig, parameters: &Parameters, batch: &WindowBatch) -> Vec<f32> {
    let weights = Weights(parameters);
    (0..batch.windows)
        .flat_map(|window| {
            let mut sequence = inputs(config, &weights, batch, window);
            let mut length = batch.length;
            for (i, block) in config.conv.iter().enumerate() {
                length /= block.pool;
                sequence = convolve(&weights, i, block, &sequence);
                sequence.truncate(length);
            }
            if let Some(layers) = &config.recurrent {
                for layer in 0..layers.layers {
                    sequence = recur(&weights, layers, layer, &sequence);
                }
                if layers.layer_norm {
                    sequence = sequence.iter().map(|x| normalise(&weights, x)).collect();
                }
            }
            let mut vector = pool(config, &weights, &sequence);
            let mut last = 0;
            if let Head::Mlp { .. } = config.head {
                vector = weights.linear(&vector, "head.0.weight", "head.0.bias");
                vector.iter_mut().for_each(|x| *x = x.max(0.0));
                last = 1;
            }
            weights.linear(&vector, &format!("head.{last}.weight"), &format!("head.{last}.bias"))
        })
        .map(|logit| logit as f32)
        .collect()
}

fn inputs(config: &NetworkConfig, weights: &Weights, batch: &WindowBatch, window: usize) -> Sequence {
    let first = window * batch.length;
    (first..first + batch.valid[window] as usize)
        .map(|row| {
            let dense = &batch.dense[row * config.dense..(row + 1) * config.dense];
            let mut x: Vec<f64> = dense.iter().map(|&x| x.into()).collect();
            let categories = config.category_embeddings.len();
            for k in 0..categories {
                let code = batch.codes[row * categories + k];
                x.extend(weights.row(&format!("category_embeddings.{k}.weight"), code.into()));
            }
            if let Some(table) = &config.time_embedding {
                let step = usize::from(batch.steps[row]).min(table.steps - 1);
                x.extend(weights.row("time_embedding.weight", step));
            }
            x
        })
        .collect()
}

fn convolve(weights: &Weights, i: usize, block: &ConvBlock, x: &Sequence) -> Sequence {
    let (weight, bias) = (format!("conv.{i}.weight"), format!("conv.{i}.bias"));
    let convolved = |t: usize, out: usize| {
        let mut sum = weights.at(&bias, &[out]);
        for tap in 0..block.kernel {
            // Steps outside of the window are zero.
            let Some(step) = (t + tap).checked_sub(block.kernel / 2).and_then(|t| x.get(t)) else { continue };
            for (channel, x) in step.iter().enumerate() {
                sum += x * weights.at(&weight, &[out, channel, tap]);
            }
        }
        sum.max(0.0)
    };
    (0..x.len().div_ceil(block.pool))
        .map(|t| {
            let max = |out| {
                let pool = t * block.pool..x.len().min((t + 1) * block.pool);
                let values = pool.map(|t| convolved(t, out));
                values.fold(f64::NEG_INFINITY, f64::max)
            };
            (0..block.channels).map(max).collect()
        })
        .collect()
}

fn recur(weights: &Weights, layers: &Recurrent, layer: usize, x: &Sequence) -> Sequence {
    let mut out: Sequence = vec![Vec::new(); x.len()];
    for direction in ["forward", "backward"].into_iter().take(layers.directions()) {
        let path = format!("recurrent.{layer}.{direction}");
        let [wi, bi, wh, bh] = ["input_weight", "input_bias", "hidden_weight", "hidden_bias"]
            .map(|name| format!("{path}.{name}"));
        let size = layers.hidden;
        let (mut h, mut c) = (vec![0.0; size], vec![0.0; size]);
        let mut order: Vec<usize> = (0..x.len()).collect();
        if direction == "backward" {
            order.reverse();
        }
        for t in order {
            let (a, b) = (weights.linear(&x[t], &wi, &bi), weights.linear(&h, &wh, &bh));
            h = (0..size)
                .map(|u| {
                    let gate = |g: usize| a[g * size + u] + b[g * size + u];
                    match layers.cell {
                        Cell::Rnn => gate(0).tanh(),
                        Cell::Lstm => {
                            c[u] = sigmoid(gate(1)) * c[u] + sigmoid(gate(0)) * gate(2).tanh();
                            sigmoid(gate(3)) * c[u].tanh()
                        }
                        Cell::Gru => {
                            let (r, z) = (sigmoid(gate(0)), sigmoid(gate(1)));
                            let n = (a[2 * size + u] + r * b[2 * size + u]).tanh();
                            (1.0 - z) * n + z * h[u]
                        }
                    }
                })
                .collect();
            out[t].extend(&h);
        }
    }
    out
}

fn normalise(weights: &Weights, x: &[f64]) -> Vec<f64> {
    let count = x.len() as f64;
    let mean = x.iter().sum::<f64>() / count;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / count;
    let normal = |x: f64| (x - mean) / (variance + 1e-5).sqrt();
    x.iter()
        .enumerate()
        .map(|(i, &x)| normal(x) * weights.at("norm.weight", &[i]) + weights.at("norm.bias", &[i]))
        .collect()
}

fn pool(config: &NetworkConfig, weights: &Weights, x: &Sequence) -> Vec<f64> {
    let (first, last) = (&x[0], &x[x.len() - 1]);
    let share: Vec<f64> = match config.pooling {
        Pooling::Last => {
            let forward = config.recurrent.as_ref().map_or(last.len(), |layers| layers.hidden);
            return [&last[..forward], &first[forward..]].concat();
        }
        Pooling::Mean => vec![1.0 / x.len() as f64; x.len()],
        Pooling::Attention => {
            let score = |x: &Vec<f64>| weights.linear(x, "attention.weight", "attention.bias")[0].exp();
            let scores: Vec<f64> = x.iter().map(score).collect();
            let total: f64 = scores.iter().sum();
            scores.iter().map(|score| score / total).collect()
        }
    };
    (0..first.len()).map(|i| x.iter().zip(&share).map(|(x, share)| x[i] * share).sum()).collect()
}

fn sigmoid(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}
