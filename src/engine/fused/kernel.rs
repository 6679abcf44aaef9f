//! The kernel: one layer over many rows.
//!
//! The work is done in tiles of up to four rows by one block of units, two vectors wide. The sums
//! of a tile, 4 x 2 vectors, stay in registers while the products are added up: more than that and
//! browsers' compilers spill some of them, fewer and the adders wait for each other. A block's
//! weights are read from front to back for each group of rows.

use super::layer::{Activation, Layer, MAX_SUMS};
use crate::lanes::{Baseline, Lanes, sigmoid, tanh};
use crate::network::Cell;

/// Most rows of a tile.
const MAX_ROWS: usize = 4;

/// Rows of a matrix that is read, the first at the start of `data`.
#[derive(Clone, Copy)]
pub(super) struct Rows<'a> {
    /// The numbers from the first row on.
    pub data: &'a [f32],
    /// Numbers from one row's start to the next one's; rows may overlap.
    pub stride: usize,
}

/// Rows of a matrix that is written, the first at the start of `data`.
pub(super) struct RowsMut<'a> {
    /// The numbers from the first row on.
    pub data: &'a mut [f32],
    /// Numbers from one row's start to the next one's.
    pub stride: usize,
}

/// What a step of a recurrent layer reads besides its inputs.
#[derive(Default)]
pub(super) struct State<'a> {
    /// The hidden state after the step before; none before the first step, where it is zero.
    pub hidden: Option<Rows<'a>>,
    /// The LSTM's cell state `[rows, units]`, replaced by the next.
    pub cell: &'a mut [f32],
}

/// An instruction set to compute with.
#[derive(Clone, Copy)]
pub(super) struct Kernel {
    lanes: usize,
    /// Unsafe: see [`run`].
    run: unsafe fn(&Layer, usize, &Arguments),
}

/// The matrices of one run. Their sizes have been checked.
struct Arguments {
    input: *const f32,
    input_stride: usize,
    /// Null before the first step.
    hidden: *const f32,
    hidden_stride: usize,
    cell: *mut f32,
    out: *mut f32,
    out_stride: usize,
}

impl Kernel {
    /// The widest kernel that this machine runs.
    pub fn detect() -> Self {
        Self::available().next().unwrap_or(Self::BASELINE)
    }

    /// The kernels that this machine runs, the widest first.
    pub fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let native = [
            (is_x86_feature_detected!("avx512f")).then_some(Self { lanes: 16, run: run_avx512 }),
            (is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma"))
                .then_some(Self { lanes: 8, run: run_avx2 }),
        ];
        #[cfg(not(target_arch = "x86_64"))]
        let native: [Option<Self>; 0] = [];
        native.into_iter().flatten().chain([Self::BASELINE])
    }

    /// What every machine that this build is for runs.
    const BASELINE: Self = Self { lanes: Baseline::COUNT, run: run::<Baseline> };

    /// Units in a block: two vectors.
    pub fn block(&self) -> usize {
        2 * self.lanes
    }
}

impl Layer {
    /// Computes the layer for the first `rows` rows.
    ///
    /// Reads `inputs` numbers of each row of `input` and, in a recurrent layer, `units` of each row
    /// of the hidden state; writes `units` numbers of each row of `out`.
    pub fn run(&self, rows: usize, input: Rows, state: State, out: RowsMut) {
        let holds = |len: usize, stride: usize, rows: usize, width: usize| match rows.checked_sub(1) {
            None => true,
            Some(last) => {
                let end = last.checked_mul(stride).and_then(|start| start.checked_add(width));
                end.is_some_and(|end| end <= len)
            }
        };
        let out_rows = match self.activation {
            Activation::ReluMaxPool { pool } => rows.div_ceil(pool),
            _ => rows,
        };
        assert!(holds(input.data.len(), input.stride, rows, self.inputs));
        assert!(holds(out.data.len(), out.stride, out_rows, self.units));
        assert!(state.hidden.is_none_or(|hidden| holds(hidden.data.len(), hidden.stride, rows, self.units)));
        if self.activation == Activation::Recurrent(Cell::Lstm) {
            assert!(holds(state.cell.len(), self.units, rows, self.units));
        }
        let arguments = Arguments {
            input: input.data.as_ptr(),
            input_stride: input.stride,
            hidden: state.hidden.map_or(std::ptr::null(), |hidden| hidden.data.as_ptr()),
            hidden_stride: state.hidden.map_or(0, |hidden| hidden.stride),
            cell: state.cell.as_mut_ptr(),
            out: out.data.as_mut_ptr(),
            out_stride: out.stride,
        };
        // SAFETY: the matrices hold what is read and written, as checked above; `Layer::pack` makes
        // weights and biases for the kernel's block; kernels are only made where the CPU has their
        // instructions.
        unsafe { (self.kernel.run)(self, rows, &arguments) }
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,fma")]
unsafe fn run_avx2(layer: &Layer, rows: usize, arguments: &Arguments) {
    // SAFETY: the caller's promise.
    unsafe { run::<crate::lanes::Avx2>(layer, rows, arguments) }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
unsafe fn run_avx512(layer: &Layer, rows: usize, arguments: &Arguments) {
    // SAFETY: the caller's promise.
    unsafe { run::<crate::lanes::Avx512>(layer, rows, arguments) }
}

/// The sums of one tile: `[sum][row][half of the block]`.
type Tile<L> = [[[L; 2]; MAX_ROWS]; MAX_SUMS];

/// Computes a layer tile by tile.
///
/// # Safety
/// The CPU must have the instructions of `L`, the layer must be packed for blocks of two `L`, and
/// the arguments must be valid for what [`Layer::run`] says is read and written.
#[inline(always)]
unsafe fn run<L: Lanes>(layer: &Layer, rows: usize, arguments: &Arguments) {
    let block = 2 * L::COUNT;
    let sums = layer.activation.sums();
    let Arguments { input, input_stride, hidden, hidden_stride, .. } = *arguments;
    // SAFETY: every offset below stays within a row, a block or the tile, whose extents the caller
    // promised; a block's weights are its sums' panels one after the other.
    unsafe {
        let mut tile: Tile<L> = [[[L::splat(0.0); 2]; MAX_ROWS]; MAX_SUMS];
        let mut weights = layer.weights.as_ptr();
        for unit in (0..layer.units).step_by(block) {
            let biases = layer.biases.as_ptr().add(unit * sums.len());
            let mut panel = weights;
            let mut row = 0;
            while row < rows {
                let height = tile_height(rows - row);
                panel = weights;
                for (s, sum) in sums.iter().enumerate() {
                    let bias = biases.add(s * block);
                    tile[s] = [[L::load(bias), L::load(bias.add(L::COUNT))]; MAX_ROWS];
                    let parts = [
                        (sum.input, input, input_stride, layer.inputs),
                        (sum.hidden, hidden, hidden_stride, layer.units),
                    ];
                    for (used, matrix, stride, depth) in parts {
                        if used {
                            if !matrix.is_null() {
                                let first = matrix.add(row * stride);
                                add_products(&mut tile[s], height, first, stride, depth, panel);
                            }
                            panel = panel.add(depth * block);
                        }
                    }
                }
                activate(layer, &tile, row, height, unit, arguments);
                row += height;
            }
            weights = panel;
        }
    }
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

/// Adds the products of `height` rows with a panel of weights `[depth, block]`.
///
/// # Safety
/// As for [`run`]; the rows and the panel must hold `depth` entries.
#[inline(always)]
unsafe fn add_products<L: Lanes>(
    sums: &mut [[L; 2]; MAX_ROWS],
    height: usize,
    rows: *const f32,
    stride: usize,
    depth: usize,
    panel: *const f32,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match height {
            4 => add_products_of::<L, 4>(sums, rows, stride, depth, panel),
            3 => add_products_of::<L, 3>(sums, rows, stride, depth, panel),
            2 => add_products_of::<L, 2>(sums, rows, stride, depth, panel),
            _ => add_products_of::<L, 1>(sums, rows, stride, depth, panel),
        }
    }
}

/// The innermost loop.
///
/// # Safety
/// As for [`add_products`].
#[inline(always)]
unsafe fn add_products_of<L: Lanes, const HEIGHT: usize>(
    sums: &mut [[L; 2]; MAX_ROWS],
    rows: *const f32,
    stride: usize,
    depth: usize,
    panel: *const f32,
) {
    let mut held: [[L; 2]; HEIGHT] = std::array::from_fn(|row| sums[row]);
    // Not unrolled by hand: browsers' compilers then run out of registers.
    for k in 0..depth {
        // SAFETY: the panel holds `depth` pairs of vectors.
        let pair = unsafe {
            let at = panel.add(k * 2 * L::COUNT);
            [L::load(at), L::load(at.add(L::COUNT))]
        };
        for (row, sums) in held.iter_mut().enumerate() {
            // SAFETY: each row holds `depth` numbers.
            let x = unsafe { L::splat(*rows.add(row * stride + k)) };
            sums[0] = x.mul_add(pair[0], sums[0]);
            sums[1] = x.mul_add(pair[1], sums[1]);
        }
    }
    sums[..HEIGHT].copy_from_slice(&held);
}

/// Turns the sums of a tile into outputs.
///
/// # Safety
/// As for [`run`]; the tile must lie within the rows and units.
#[inline(always)]
unsafe fn activate<L: Lanes>(
    layer: &Layer,
    tile: &Tile<L>,
    row: usize,
    height: usize,
    unit: usize,
    arguments: &Arguments,
) {
    let Arguments { hidden, hidden_stride, cell, out, out_stride, .. } = *arguments;
    for vector in 0..2 * height {
        let (r, half) = (vector / 2, vector % 2);
        let sum = |s: usize| tile[s][r][half];
        let (row, unit) = (row + r, unit + half * L::COUNT);
        // SAFETY: the caller's promise.
        unsafe {
            let out = match layer.activation {
                Activation::ReluMaxPool { pool } => out.add(row / pool * out_stride + unit),
                _ => out.add(row * out_stride + unit),
            };
            let value = match layer.activation {
                Activation::Identity => sum(0),
                Activation::ReluMaxPool { .. } => sum(0).max(L::load(out)),
                Activation::Recurrent(Cell::Rnn) => tanh(sum(0)),
                Activation::Recurrent(Cell::Lstm) => {
                    let cell = cell.add(row * layer.units + unit);
                    let kept = sigmoid(sum(1)).mul(L::load(cell));
                    let next = sigmoid(sum(0)).mul_add(tanh(sum(2)), kept);
                    next.store(cell);
                    sigmoid(sum(3)).mul(tanh(next))
                }
                Activation::Recurrent(Cell::Gru) => {
                    let before = if hidden.is_null() {
                        L::splat(0.0)
                    } else {
                        L::load(hidden.add(row * hidden_stride + unit))
                    };
                    let new = tanh(sigmoid(sum(0)).mul_add(sum(3), sum(2)));
                    sigmoid(sum(1)).mul_add(before.sub(new), new)
                }
            };
            value.store(out);
        }
    }
}
