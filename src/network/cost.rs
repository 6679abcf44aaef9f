//! The memory and work of a network, computed from its configuration alone.

use super::config::{Head, NetworkConfig, Pooling};

/// Memory and work of a network. Every number saturates at `u64::MAX`, so a configuration that was not validated has
/// a cost too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Bytes of the weights as an engine holds them: in `f32`, rows and columns padded to whole vectors.
    pub weights: u64,
    /// Bytes of all layers' activations for one window. No engine holds more at a time, apart from copies of its
    /// inputs and constant buffers.
    pub activations: u64,
    /// Floating-point operations for one window: two for each product of a weight and an input.
    pub flops: u64,
}

/// Columns are padded to a multiple of this: two of the widest vectors, which an engine computes at a time.
const BLOCK: u64 = 32;
const F32_BYTES: u64 = 4;

impl Cost {
    /// Adds a matrix of weights `[inputs, outputs]`, and its products with `rows` rows.
    fn product(&mut self, rows: u64, inputs: u64, outputs: u64) {
        self.flops = self.flops.saturating_add(product(&[2, rows, inputs, outputs]));
        // A scale, an offset and a bias of each output besides its weights.
        let depth = padded(inputs).saturating_add(3);
        self.weights = self.weights.saturating_add(product(&[F32_BYTES, depth, padded(outputs)]));
    }

    /// Adds activations `[steps, columns]`.
    fn hold(&mut self, steps: u64, columns: u64) {
        self.activations = self.activations.saturating_add(product(&[F32_BYTES, steps, padded(columns)]));
    }

    /// Adds a table whose rows are looked up.
    fn table(&mut self, rows: usize, width: usize) {
        self.weights = self.weights.saturating_add(product(&[F32_BYTES, rows as u64, width as u64]));
    }
}

impl NetworkConfig {
    /// What the network asks for with windows of `length` steps.
    pub fn cost(&self, length: usize) -> Cost {
        let mut cost = Cost::default();
        for table in &self.category_embeddings {
            cost.table(table.levels, table.width);
        }
        if let Some(table) = &self.time_embedding {
            cost.table(table.steps, table.width);
        }
        let embeddings = self.category_embeddings.iter().map(|table| table.width);
        let embeddings = embeddings.chain(self.time_embedding.iter().map(|table| table.width));
        let mut width = embeddings.fold(self.dense as u64, |sum, width| sum.saturating_add(width as u64));
        let mut steps = length as u64;
        cost.hold(steps, width);

        for (i, block) in self.conv.iter().enumerate() {
            let (kernel, channels) = (block.kernel as u64, block.channels as u64);
            // What a block leaves has padded columns, and every tap of the next one reads them.
            let step = if i == 0 { width } else { padded(width) };
            cost.product(steps, step.saturating_mul(kernel), channels);
            // Before pooling, with the zeros at both ends.
            cost.hold(steps.saturating_add(kernel), channels);
            steps /= (block.pool as u64).max(1);
            width = channels;
        }
        if let Some(layers) = &self.recurrent {
            let (hidden, directions) = (layers.hidden as u64, layers.directions() as u64);
            let gates = (layers.cell.gates() as u64).saturating_mul(padded(hidden));
            for _ in 0..layers.layers {
                for _ in 0..directions {
                    cost.product(steps, width, gates);
                    cost.product(steps, hidden, gates);
                    cost.hold(steps, gates);
                    cost.hold(steps, hidden);
                }
                width = hidden.saturating_mul(directions);
            }
        }
        if self.pooling == Pooling::Attention {
            cost.product(steps, width, 1);
        }
        if let Head::Mlp { hidden, .. } = self.head {
            cost.product(1, width, hidden as u64);
            width = hidden as u64;
            cost.hold(1, width);
        }
        cost.product(1, width, self.classes as u64);
        cost.hold(1, self.classes as u64);
        cost
    }
}

/// The product, or `u64::MAX` beyond that.
fn product(factors: &[u64]) -> u64 {
    factors.iter().fold(1, |product, factor| product.saturating_mul(*factor))
}

/// `columns`, padded to whole blocks.
fn padded(columns: u64) -> u64 {
    columns.checked_next_multiple_of(BLOCK).unwrap_or(u64::MAX)
}
