//! The kernel: one layer over many rows.
//!
//! The work is done in tiles of up to four rows by one block of units, two vectors wide. The accumulators
//! of a tile, 4 x 2 vectors, stay in registers while the products are added up: more than that and
//! browsers' compilers spill some of them, fewer and each addition waits for the one before. A block's
//! weights are read from front to back for each group of rows. Products are computed in a layer's precision, all
//! else in `f32`.

use super::format::{F32, Format, I8, I16};
use super::layer::{Activation, Layer, panel_size};
use super::quantise::{PackedRows, Quantiser};
use super::strided::{Strided, StridedMut, holds};
use crate::engine::precision::Precision;
use crate::network::{Cell, MAX_PRE_ACTIVATIONS, gates, gru_state, lstm_state};
use crate::simd::{SimdFn, Vector};

/// Max rows of a tile.
const MAX_ROWS: usize = 4;

/// What a step of a recurrent layer reads besides its inputs.
#[derive(Default)]
pub(super) struct State<'a> {
    /// The hidden state after the step before; none before the first step, where it is zero.
    pub hidden: Option<Strided<'a>>,
    /// The LSTM's cell state `[rows, units]`, replaced by the next.
    pub cell_state: &'a mut [f32],
}

/// One run of a layer. Made by [`Layer::run`], which checks the sizes.
struct Run<'a> {
    layer: &'a Layer,
    rows: usize,
    input: PackedRows<'a>,
    /// None before the first step.
    hidden: PackedRows<'a>,
    /// The same as it was computed. Null before the first step.
    before: *const f32,
    before_stride: usize,
    cell_state: *mut f32,
    out: *mut f32,
    out_stride: usize,
}

impl Layer {
    /// Computes the layer for the first `rows` rows, of which there is at least one.
    ///
    /// Reads `inputs` values of each row of `input` and, in a recurrent layer, `units` of each row
    /// of the hidden state; writes `units` values of each row of `out`.
    ///
    /// # Panics
    /// If a matrix does not hold these values.
    pub fn run(
        &self,
        rows: usize,
        input: Strided,
        state: State,
        out: StridedMut,
        [of_input, of_hidden]: &mut [Quantiser; 2],
    ) {
        let (isa, units) = (self.isa(), self.units());
        let out_rows = match self.activation() {
            Activation::ReluMaxPool { pool } => rows.div_ceil(pool),
            _ => rows,
        };
        assert!(out.holds(out_rows, units));
        if self.activation() == Activation::Recurrent(Cell::Lstm) {
            assert!(holds(state.cell_state.len(), units, rows, units));
        }
        isa.call(Run {
            layer: self,
            rows,
            input: of_input.pack(isa, self.input_precision(), input, rows, self.inputs()),
            hidden: state.hidden.map_or(PackedRows::NONE, |hidden| {
                of_hidden.pack(isa, self.hidden_precision(), hidden, rows, units)
            }),
            before: state.hidden.map_or(std::ptr::null(), |hidden| hidden.data.as_ptr()),
            before_stride: state.hidden.map_or(0, |hidden| hidden.stride),
            cell_state: state.cell_state.as_mut_ptr(),
            out: out.data.as_mut_ptr(),
            out_stride: out.stride,
        });
    }
}

/// The accumulators of one tile: `[pre-activation][row][half of the block]`.
type Tile<V> = [[[V; 2]; MAX_ROWS]; MAX_PRE_ACTIVATIONS];

impl SimdFn for Run<'_> {
    type Output = ();

    /// Computes the layer tile by tile.
    #[inline(always)]
    unsafe fn call<V: Vector>(self) {
        let Run { layer, rows, .. } = self;
        let (activation, inputs, units) = (layer.activation(), layer.inputs(), layer.units());
        let block = 2 * V::LANES;
        let pre_activations = activation.pre_activations();
        let parts =
            [(layer.input_precision(), self.input, inputs), (layer.hidden_precision(), self.hidden, units)];
        // SAFETY: the CPU has the instructions, as the caller guarantees. The layer is packed for this instruction set:
        // its private fields hold, for each block of two vectors of units, the biases and panels of its pre-activations
        // one after the other, and `biases` and `panel` advance by one of them at a time. Rows below `rows` and units
        // below `units` lie within every matrix, as `Layer::run` checked.
        unsafe {
            let mut tile: Tile<V> = [[[V::splat(0.0); 2]; MAX_ROWS]; MAX_PRE_ACTIVATIONS];
            let mut weights = layer.weights().as_ptr();
            for unit in (0..units).step_by(block) {
                let biases = layer.biases().as_ptr().add(unit * pre_activations.len());
                let mut panel = weights;
                let mut row = 0;
                while row < rows {
                    let height = tile_height(rows - row);
                    panel = weights;
                    for (s, pre_activation) in pre_activations.iter().enumerate() {
                        let bias = biases.add(s * block);
                        tile[s] = [load_pair(bias); MAX_ROWS];
                        for (used, (precision, matrix, depth)) in
                            [pre_activation.input, pre_activation.hidden].into_iter().zip(parts)
                        {
                            if used {
                                if !matrix.words().is_null() {
                                    add_products(precision, &mut tile[s], height, row, matrix, depth, panel);
                                }
                                panel = panel.add(panel_size(precision, depth, block));
                            }
                        }
                    }
                    activate(&self, &mut tile, row, height, unit);
                    row += height;
                }
                weights = panel;
            }
        }
    }
}

/// Two vectors, one after the other.
///
/// # Safety
/// The CPU must have the instructions of `V`, and `from` must be valid for reads of two vectors.
#[inline(always)]
unsafe fn load_pair<V: Vector>(from: *const f32) -> [V; 2] {
    // SAFETY: the caller guarantees the instructions and two vectors at `from`.
    unsafe { [V::load(from), V::load(from.add(V::LANES))] }
}

/// Rows of the next tile when `left` are left. Tiles of four and three rows run at full speed and
/// make up every number of rows but 1, 2 and 5.
#[inline(always)]
fn tile_height(left: usize) -> usize {
    match left {
        1 | 2 => left,
        3 | 5 | 6 | 9 => 3,
        _ => 4,
    }
}

/// Adds the products of `height` rows, the first of which is `row`, with a panel of weights.
///
/// # Safety
/// The CPU must have the instructions of `V`; the matrix must hold `row + height` rows of `depth` values in the
/// precision's format, with their scales if it has integers; the panel must have been packed for the precision, a block
/// of two vectors, and `depth`.
#[inline(always)]
unsafe fn add_products<V: Vector>(
    precision: Precision,
    accumulators: &mut [[V; 2]; MAX_ROWS],
    height: usize,
    row: usize,
    matrix: PackedRows,
    depth: usize,
    panel: *const u32,
) {
    let depth = depth / precision.per_word();
    // SAFETY: the caller guarantees the rows, and a scale for each of them where the format has integers; the rest is
    // the caller's guarantee unchanged, with the depth in words.
    unsafe {
        let rows = TileRows {
            words: matrix.words().add(row * matrix.stride()).cast(),
            stride: matrix.stride(),
            scales: if precision == Precision::F32 { matrix.scales() } else { matrix.scales().add(row) },
        };
        match precision {
            Precision::F32 => add_products_in::<V, F32>(accumulators, height, rows, depth, panel),
            Precision::I16 => add_products_in::<V, I16>(accumulators, height, rows, depth, panel),
            Precision::I8 => add_products_in::<V, I8>(accumulators, height, rows, depth, panel),
        }
    }
}

/// The packed rows of a tile, the first at `words`.
#[derive(Clone, Copy)]
struct TileRows {
    words: *const f32,
    stride: usize,
    scales: *const f32,
}

/// As [`add_products`], in a format.
///
/// # Safety
/// As for [`add_products`]: there must be `height` rows of `depth` words, and as many scales if the format has
/// integers.
#[inline(always)]
unsafe fn add_products_in<V: Vector, F: Format>(
    accumulators: &mut [[V; 2]; MAX_ROWS],
    height: usize,
    rows: TileRows,
    depth: usize,
    panel: *const u32,
) {
    // SAFETY: the caller's guarantee for `height` rows, which the constant repeats; heights are 1 to 4.
    unsafe {
        match height {
            4 => add_products_of::<V, F, 4>(accumulators, rows, depth, panel),
            3 => add_products_of::<V, F, 3>(accumulators, rows, depth, panel),
            2 => add_products_of::<V, F, 2>(accumulators, rows, depth, panel),
            _ => add_products_of::<V, F, 1>(accumulators, rows, depth, panel),
        }
    }
}

/// The innermost loop.
///
/// # Safety
/// As for [`add_products_in`], for `HEIGHT` rows.
#[inline(always)]
unsafe fn add_products_of<V: Vector, F: Format, const HEIGHT: usize>(
    accumulators: &mut [[V; 2]; MAX_ROWS],
    rows: TileRows,
    depth: usize,
    panel: *const u32,
) {
    let block = 2 * V::LANES;
    // SAFETY: a panel holds scales, offsets and `depth` words of a block's units, and each of the `HEIGHT` rows holds
    // `depth` words, as the caller guarantees.
    unsafe {
        let [scales, offsets, weights] = [0, 1, 2].map(|part| panel.cast::<f32>().add(part * block));
        let mut held: [[V; 2]; HEIGHT] = if F::INTEGERS {
            [load_pair(offsets); HEIGHT]
        } else {
            std::array::from_fn(|row| accumulators[row])
        };
        // Not unrolled by hand: browsers' compilers then run out of registers.
        for k in 0..depth {
            let pair = load_pair::<V>(weights.add(k * block));
            for (row, held) in held.iter_mut().enumerate() {
                let x = V::splat(*rows.words.add(row * rows.stride + k));
                held[0] = F::dot(x, pair[0], held[0]);
                held[1] = F::dot(x, pair[1], held[1]);
            }
        }
        for (row, (accumulators, held)) in accumulators.iter_mut().zip(held).enumerate() {
            *accumulators = if F::INTEGERS {
                let scale = V::splat(*rows.scales.add(row));
                let [a, b] = load_pair::<V>(scales).map(|unit| unit.mul(scale));
                [
                    held[0].i32_to_f32().mul_add(a, accumulators[0]),
                    held[1].i32_to_f32().mul_add(b, accumulators[1]),
                ]
            } else {
                held
            };
        }
    }
}

/// Turns the accumulators of a tile into outputs.
///
/// # Safety
/// The CPU must have the instructions of `V`, and `height` rows from `row` on and a block of units from `unit` on must
/// lie within the run's matrices.
#[inline(always)]
unsafe fn activate<V: Vector>(run: &Run, tile: &mut Tile<V>, row: usize, height: usize, unit: usize) {
    let Run { layer, before, before_stride, cell_state, out, out_stride, .. } = *run;
    let (activation, units) = (layer.activation(), layer.units());
    let mut pre_activations = tile.each_mut().map(|rows| &mut rows.as_flattened_mut()[..2 * height]);
    if let Activation::Recurrent(cell) = activation {
        gates(cell, pre_activations.each_mut().map(|vectors| &mut **vectors));
    }
    let [first, second, third, fourth] = pre_activations;
    for vector in 0..2 * height {
        let (row, unit) = (row + vector / 2, unit + vector % 2 * V::LANES);
        // SAFETY: the row and a vector of units lie within the matrices, as the caller guarantees; the LSTM's cell
        // state has `units` values a row, and the state before the step is not read where there is none.
        unsafe {
            let out = match activation {
                Activation::ReluMaxPool { pool } => out.add(row / pool * out_stride + unit),
                _ => out.add(row * out_stride + unit),
            };
            let value = match activation {
                Activation::Identity | Activation::Recurrent(Cell::Rnn) => first[vector],
                Activation::ReluMaxPool { .. } => first[vector].maximum(V::load(out)),
                Activation::Recurrent(Cell::Lstm) => {
                    let state = cell_state.add(row * units + unit);
                    let gates = [first[vector], second[vector], third[vector], fourth[vector]];
                    let [next, hidden] = lstm_state(gates, V::load(state));
                    next.store(state);
                    hidden
                }
                Activation::Recurrent(Cell::Gru) => {
                    let before = if before.is_null() {
                        V::splat(0.0)
                    } else {
                        V::load(before.add(row * before_stride + unit))
                    };
                    gru_state(second[vector], third[vector], before)
                }
            };
            value.store(out);
        }
    }
}
