//! The weights of one layer, packed in the order in which the kernel reads them.
//!
//! A convolution, a linear layer and one step of a recurrent layer are the same thing here: for
//! every row, a few sums of products of inputs with weights for each unit, then an activation that
//! turns a unit's sums into its output.
//!
//! Units are packed in blocks of [`Kernel::block`]; the last one is filled up with units whose
//! weights and biases are zero. Their output is zero whatever the activation, so rows can be
//! written in whole blocks and the next layer reads the padding as inputs of weight zero.

use super::kernel::Kernel;
use crate::network::Cell;

/// What becomes of a unit's sums.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Activation {
    /// `out = s`.
    Identity,
    /// `out[row / pool] = max(out[row / pool], s)`; on zeros this is ReLU and max pooling at once.
    ReluMaxPool {
        /// Rows that one maximum is taken over.
        pool: usize,
    },
    /// The step of a recurrent cell.
    Recurrent(Cell),
}

/// One of a unit's sums: a bias and the products that are added to it.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    /// The gate whose weights these are.
    pub gate: usize,
    /// Whether the products of the layer's inputs belong to it.
    pub input: bool,
    /// Whether the products of the hidden state belong to it.
    pub hidden: bool,
}

/// Most sums that a unit has.
pub(super) const MAX_SUMS: usize = 4;

impl Activation {
    /// The sums that the activation needs, in the order in which it takes them.
    pub fn sums(self) -> &'static [Sum] {
        const fn both(gate: usize) -> Sum {
            Sum { gate, input: true, hidden: true }
        }
        const INPUT: Sum = Sum { gate: 0, input: true, hidden: false };
        // The new gate's two sums stay apart, for the reset gate scales only the hidden one.
        const NEW_INPUT: Sum = Sum { gate: 2, input: true, hidden: false };
        const NEW_HIDDEN: Sum = Sum { gate: 2, input: false, hidden: true };
        match self {
            Activation::Identity | Activation::ReluMaxPool { .. } => &[INPUT],
            Activation::Recurrent(Cell::Rnn) => const { &[both(0)] },
            Activation::Recurrent(Cell::Lstm) => const { &[both(0), both(1), both(2), both(3)] },
            Activation::Recurrent(Cell::Gru) => const { &[both(0), both(1), NEW_INPUT, NEW_HIDDEN] },
        }
    }
}

/// Where the columns of a matrix lie in its rows: `parts` runs of `width` columns, each padded with
/// zeros to `padded`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Layout {
    /// Number of runs: the directions of a recurrent layer, else 1.
    pub parts: usize,
    /// Columns of a run.
    pub width: usize,
    /// Columns of a run with its padding.
    pub padded: usize,
}

impl Layout {
    /// `width` columns, padded to a multiple of `multiple`.
    pub fn new(width: usize, multiple: usize) -> Self {
        Self { parts: 1, width, padded: width.next_multiple_of(multiple) }
    }

    /// Columns of the matrix.
    pub fn columns(&self) -> usize {
        self.parts * self.width
    }

    /// Numbers in a row.
    pub fn stride(&self) -> usize {
        self.parts * self.padded
    }

    /// The column that lies at `place` of a row, unless that is padding.
    pub fn column(&self, place: usize) -> Option<usize> {
        let within = place % self.padded;
        (within < self.width).then_some(place / self.padded * self.width + within)
    }

    /// A vector with one number a column, laid out as a row.
    pub fn spread(&self, columns: &[f32]) -> Vec<f32> {
        (0..self.stride()).map(|place| self.column(place).map_or(0.0, |column| columns[column])).collect()
    }
}

/// One layer, packed.
pub(super) struct Layer {
    pub(super) kernel: Kernel,
    pub(super) activation: Activation,
    /// Inputs a row, padding included.
    pub(super) inputs: usize,
    /// Units, padding included.
    pub(super) units: usize,
    /// `[blocks, sums, block]`.
    pub(super) biases: Vec<f32>,
    /// `[blocks, sums, inputs and hidden units of the sum, block]`.
    pub(super) weights: Vec<f32>,
}

/// The weights of a layer as the network's parameters hold them.
pub(super) struct Unpacked<'a> {
    /// What becomes of the sums.
    pub activation: Activation,
    /// Number of units.
    pub units: usize,
    /// Inputs a row, padding included.
    pub inputs: usize,
    /// The weight of `(place, gate, unit)`, the place being that of an input in a row.
    pub input: &'a dyn Fn(usize, usize, usize) -> f32,
    /// The weight of `(hidden unit, gate, unit)`.
    pub hidden: &'a dyn Fn(usize, usize, usize) -> f32,
    /// The bias of `(sum, unit)`.
    pub bias: &'a dyn Fn(Sum, usize) -> f32,
}

impl Layer {
    /// Packs a layer for a kernel.
    pub fn pack(kernel: Kernel, unpacked: &Unpacked) -> Self {
        let Unpacked { activation, units: real, inputs, input, hidden, bias } = *unpacked;
        let block = kernel.block();
        let units = real.next_multiple_of(block);
        let (mut biases, mut weights) = (Vec::new(), Vec::new());
        for first in (0..units).step_by(block) {
            let or_zero = |lane: usize, of_unit: &dyn Fn(usize) -> f32| {
                if first + lane < real { of_unit(first + lane) } else { 0.0 }
            };
            for &sum in activation.sums() {
                biases.extend((0..block).map(|lane| or_zero(lane, &|unit| bias(sum, unit))));
                for place in 0..if sum.input { inputs } else { 0 } {
                    let weight = |unit| input(place, sum.gate, unit);
                    weights.extend((0..block).map(|lane| or_zero(lane, &weight)));
                }
                for place in 0..if sum.hidden { units } else { 0 } {
                    let weight = |unit| if place < real { hidden(place, sum.gate, unit) } else { 0.0 };
                    weights.extend((0..block).map(|lane| or_zero(lane, &weight)));
                }
            }
        }
        Self { kernel, activation, inputs, units, biases, weights }
    }
}
