//! The weights of one layer, packed in the order in which the kernel reads them.
//!
//! A convolution, a linear layer and one step of a recurrent layer are the same thing here: for
//! every row, a few pre-activations for each unit, sums of products of inputs with weights, then an activation that
//! turns a unit's pre-activations into its output.
//!
//! Units are packed in blocks of two vectors; the last one is padded with units whose
//! weights and biases are zero. Their output is zero whatever the activation, so rows can be
//! written in whole blocks and the next layer reads the padding as inputs of weight zero.

use crate::engine::precision::Precision;
use crate::network::Cell;
use crate::simd::Isa;

/// How a unit's output follows from its pre-activations.
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

/// One of a unit's pre-activations: a bias and the products that are added to it.
#[derive(Clone, Copy)]
pub(super) struct PreActivation {
    /// The gate whose weights these are.
    pub gate: usize,
    /// Whether the products of the layer's inputs belong to it.
    pub input: bool,
    /// Whether the products of the hidden state belong to it.
    pub hidden: bool,
}

impl Activation {
    /// The pre-activations that the activation needs, in the order in which it takes them.
    pub fn pre_activations(self) -> &'static [PreActivation] {
        const fn both(gate: usize) -> PreActivation {
            PreActivation { gate, input: true, hidden: true }
        }
        const INPUT: PreActivation = PreActivation { gate: 0, input: true, hidden: false };
        // The new gate's two pre-activations stay apart, since the reset gate scales only the hidden one.
        const NEW_INPUT: PreActivation = PreActivation { gate: 2, input: true, hidden: false };
        const NEW_HIDDEN: PreActivation = PreActivation { gate: 2, input: false, hidden: true };
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

    /// Values in a row.
    pub fn stride(&self) -> usize {
        self.parts * self.padded
    }

    /// The column at an index of a row, unless that is padding.
    pub fn column(&self, index: usize) -> Option<usize> {
        let within = index % self.padded;
        (within < self.width).then_some(index / self.padded * self.width + within)
    }

    /// A vector with one value a column, laid out as a row.
    pub fn spread(&self, columns: &[f32]) -> Vec<f32> {
        (0..self.stride()).map(|index| self.column(index).map_or(0.0, |column| columns[column])).collect()
    }
}

/// One layer, packed. The fields are private: the kernel reads biases and weights by the sizes, unchecked.
pub(super) struct Layer {
    isa: Isa,
    activation: Activation,
    input: Precision,
    hidden: Precision,
    inputs: usize,
    units: usize,
    biases: Vec<f32>,
    weights: Vec<u32>,
}

impl Layer {
    /// The instruction set that it is packed for.
    pub fn isa(&self) -> Isa {
        self.isa
    }

    /// What follows the products.
    pub fn activation(&self) -> Activation {
        self.activation
    }

    /// What the products of the inputs are computed in.
    pub fn input_precision(&self) -> Precision {
        self.input
    }

    /// What the products of the hidden state are computed in.
    pub fn hidden_precision(&self) -> Precision {
        self.hidden
    }

    /// Inputs a row, padding included.
    pub fn inputs(&self) -> usize {
        self.inputs
    }

    /// Units, padding included: whole blocks.
    pub fn units(&self) -> usize {
        self.units
    }

    /// Biases, `[blocks, pre-activations, block]`.
    pub fn biases(&self) -> &[f32] {
        &self.biases
    }

    /// Panels, `[blocks, pre-activations]`: of each the weights of the inputs, then those of the hidden state, as far
    /// as it has them.
    pub fn weights(&self) -> &[u32] {
        &self.weights
    }
}

/// Units in a block: two vectors.
pub(super) fn block(isa: Isa) -> usize {
    2 * isa.lanes()
}

/// The weights of a layer as the network's parameters hold them.
pub(super) struct Unpacked<'a> {
    /// What follows the products.
    pub activation: Activation,
    /// What the products of the inputs and of the hidden state are to be computed in.
    pub precision: [Precision; 2],
    /// Number of units.
    pub units: usize,
    /// Inputs a row, padding included: whole vectors.
    pub inputs: usize,
    /// The weight of `(input, gate, unit)`, by the input's index in a row.
    pub input: &'a dyn Fn(usize, usize, usize) -> f32,
    /// The weight of `(hidden unit, gate, unit)`.
    pub hidden: &'a dyn Fn(usize, usize, usize) -> f32,
    /// The bias of `(pre-activation, unit)`.
    pub bias: &'a dyn Fn(PreActivation, usize) -> f32,
}

impl Layer {
    /// Packs a layer for an instruction set.
    pub fn pack(isa: Isa, unpacked: &Unpacked) -> Self {
        let Unpacked { activation, precision, units: real, inputs, input, hidden, bias } = *unpacked;
        let block = block(isa);
        let units = real.next_multiple_of(block);
        let (mut biases, mut weights) = (Vec::new(), Vec::new());
        for first in (0..units).step_by(block) {
            let or_zero = |lane: usize, of_unit: &dyn Fn(usize) -> f32| {
                if first + lane < real { of_unit(first + lane) } else { 0.0 }
            };
            for &pre_activation in activation.pre_activations() {
                biases.extend((0..block).map(|lane| or_zero(lane, &|unit| bias(pre_activation, unit))));
                if pre_activation.input {
                    let weight = |index, lane| or_zero(lane, &|unit| input(index, pre_activation.gate, unit));
                    pack_panel(precision[0], inputs, block, &weight, &mut weights);
                }
                if pre_activation.hidden {
                    let weight = |index, lane| match index < real {
                        true => or_zero(lane, &|unit| hidden(index, pre_activation.gate, unit)),
                        false => 0.0,
                    };
                    pack_panel(precision[1], units, block, &weight, &mut weights);
                }
            }
        }
        Self { isa, activation, input: precision[0], hidden: precision[1], inputs, units, biases, weights }
    }
}

/// Words of a panel: a scale and an offset for each unit of a block, then the weights `[depth, block]`.
pub(super) fn panel_size(precision: Precision, depth: usize, block: usize) -> usize {
    (2 + depth / precision.per_word()) * block
}

/// Appends a panel of the weights `(index, lane)`.
///
/// The offset is what the accumulator starts from: it cancels what the zero point of the rows adds to the products.
fn pack_panel(
    precision: Precision,
    depth: usize,
    block: usize,
    weight: &dyn Fn(usize, usize) -> f32,
    words: &mut Vec<u32>,
) {
    let unit = |lane| (0..depth).map(move |index| weight(index, lane));
    let (mut scales, mut offsets) = (vec![1.0f32; block], vec![0i32; block]);
    let mut rounded = vec![0i32; depth * block];
    if let Some(integers) = precision.integers() {
        for lane in 0..block {
            let scale = integers.weight_scale(unit(lane));
            scales[lane] = 1.0 / scale;
            for (index, weight) in unit(lane).enumerate() {
                rounded[index * block + lane] = (weight * scale).round() as i32;
                offsets[lane] -= integers.zero * rounded[index * block + lane];
            }
        }
    }
    words.extend(scales.iter().map(|scale| scale.to_bits()));
    words.extend(offsets.iter().map(|offset| *offset as u32));
    for index in (0..depth).step_by(precision.per_word()) {
        words.extend((0..block).map(|lane| {
            let integer = |next: usize| rounded[(index + next) * block + lane];
            match precision {
                Precision::F32 => weight(index, lane).to_bits(),
                Precision::I16 => u32::from(integer(0) as u16) | u32::from(integer(1) as u16) << 16,
                Precision::I8 => u32::from_le_bytes([0, 1, 2, 3].map(|next| integer(next) as u8)),
            }
        }));
    }
}
