//! The kernel: one layer over many rows.
//!
//! The work is done in tiles of up to four rows by one block of units, two vectors wide. The sums
//! of a tile, 4 x 2 vectors, stay in registers while the products are added up: more than that and
//! browsers' compilers spill some of them, fewer and the adders wait for each other. A block's
//! weights are read from front to back for each group of rows. Products are computed in a layer's precision, all
//! else in `f32`.

use super::layer::{Activation, Layer, MAX_SUMS, panel_size};
use super::numbers::{self, Cells, F32, Format, I8, I16, Quantised};
use crate::engine::Precision;
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
    /// Unsafe: see [`numbers::quantise`].
    quantise: unsafe fn(Precision, *const f32, usize, *mut u32) -> f32,
}

/// The matrices of one run. Their sizes have been checked.
struct Arguments {
    input: Cells,
    /// None before the first step.
    hidden: Cells,
    /// The same as it was computed. Null before the first step.
    before: *const f32,
    before_stride: usize,
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
        let native = {
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            [
                (avx512 && is_x86_feature_detected!("avx512vnni")).then_some(x86::AVX512_VNNI),
                avx512.then_some(x86::AVX512),
                avx2.then_some(x86::AVX2),
            ]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let native: [Option<Self>; 0] = [];
        native.into_iter().flatten().chain([Self::BASELINE])
    }

    /// What every machine that this build is for runs.
    const BASELINE: Self =
        Self { lanes: Baseline::COUNT, run: run::<Baseline>, quantise: numbers::quantise::<Baseline> };

    /// Units in a block: two vectors.
    pub fn block(&self) -> usize {
        2 * self.lanes
    }

    /// Writes a row of whole vectors as integers and returns their scale.
    pub fn quantise(&self, precision: Precision, row: &[f32], cells: &mut [u32]) -> f32 {
        assert!(row.len().is_multiple_of(self.lanes) && row.len() == cells.len() * precision.numbers());
        // SAFETY: the sizes have been checked; kernels are only made where the CPU has their instructions.
        unsafe { (self.quantise)(precision, row.as_ptr(), row.len(), cells.as_mut_ptr()) }
    }
}

impl Layer {
    /// Computes the layer for the first `rows` rows, of which there is at least one.
    ///
    /// Reads `inputs` numbers of each row of `input` and, in a recurrent layer, `units` of each row
    /// of the hidden state; writes `units` numbers of each row of `out`.
    pub fn run(&self, rows: usize, input: Rows, state: State, out: RowsMut, memory: &mut [Quantised; 2]) {
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
        let [of_input, of_hidden] = memory;
        let arguments = Arguments {
            input: of_input.cells(self.kernel, self.input, input, rows, self.inputs),
            hidden: state.hidden.map_or(Cells::NONE, |hidden| {
                of_hidden.cells(self.kernel, self.hidden, hidden, rows, self.units)
            }),
            before: state.hidden.map_or(std::ptr::null(), |hidden| hidden.data.as_ptr()),
            before_stride: state.hidden.map_or(0, |hidden| hidden.stride),
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

/// The kernels of x86-64.
#[cfg(target_arch = "x86_64")]
mod x86 {
    use super::{Arguments, Kernel, Layer, Precision, numbers};
    use crate::lanes::{Avx2, Avx512, Avx512Vnni, Lanes};

    macro_rules! kernel {
        ($name:ident, $lanes:ident, $features:literal) => {
            pub const $name: Kernel = {
                #[target_feature(enable = $features)]
                unsafe fn run(layer: &Layer, rows: usize, arguments: &Arguments) {
                    // SAFETY: the caller's promise.
                    unsafe { super::run::<$lanes>(layer, rows, arguments) }
                }

                #[target_feature(enable = $features)]
                unsafe fn quantise(precision: Precision, row: *const f32, len: usize, to: *mut u32) -> f32 {
                    // SAFETY: the caller's promise.
                    unsafe { numbers::quantise::<$lanes>(precision, row, len, to) }
                }

                Kernel { lanes: $lanes::COUNT, run, quantise }
            };
        };
    }

    kernel!(AVX2, Avx2, "avx2,fma");
    kernel!(AVX512, Avx512, "avx512f,avx512bw");
    kernel!(AVX512_VNNI, Avx512Vnni, "avx512f,avx512bw,avx512vnni");
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
    let parts = [(layer.input, arguments.input, layer.inputs), (layer.hidden, arguments.hidden, layer.units)];
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
                    tile[s] = [load_pair(bias); MAX_ROWS];
                    for (used, (precision, matrix, depth)) in [sum.input, sum.hidden].into_iter().zip(parts) {
                        if used {
                            if !matrix.cells.is_null() {
                                add_products(precision, &mut tile[s], height, row, matrix, depth, panel);
                            }
                            panel = panel.add(panel_size(precision, depth, block));
                        }
                    }
                }
                activate(layer, &mut tile, row, height, unit, arguments);
                row += height;
            }
            weights = panel;
        }
    }
}

/// Two vectors, one after the other.
///
/// # Safety
/// As for [`Lanes::load`].
#[inline(always)]
unsafe fn load_pair<L: Lanes>(from: *const f32) -> [L; 2] {
    // SAFETY: the caller's promise.
    unsafe { [L::load(from), L::load(from.add(L::COUNT))] }
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
/// As for [`run`]; the rows and the panel must hold `depth` numbers of the precision.
#[inline(always)]
unsafe fn add_products<L: Lanes>(
    precision: Precision,
    sums: &mut [[L; 2]; MAX_ROWS],
    height: usize,
    row: usize,
    matrix: Cells,
    depth: usize,
    panel: *const u32,
) {
    let depth = depth / precision.numbers();
    // SAFETY: the caller's promise; formats with integers have a scale for each row.
    unsafe {
        let rows = Cells {
            cells: matrix.cells.add(row * matrix.stride),
            scales: if precision == Precision::F32 { matrix.scales } else { matrix.scales.add(row) },
            ..matrix
        };
        match precision {
            Precision::F32 => add_products_in::<L, F32>(sums, height, rows, depth, panel),
            Precision::I16 => add_products_in::<L, I16>(sums, height, rows, depth, panel),
            Precision::I8 => add_products_in::<L, I8>(sums, height, rows, depth, panel),
        }
    }
}

/// As [`add_products`], in a format.
///
/// # Safety
/// As for [`add_products`], where `depth` counts cells.
#[inline(always)]
unsafe fn add_products_in<L: Lanes, F: Format>(
    sums: &mut [[L; 2]; MAX_ROWS],
    height: usize,
    rows: Cells,
    depth: usize,
    panel: *const u32,
) {
    // SAFETY: the caller's promise.
    unsafe {
        match height {
            4 => add_products_of::<L, F, 4>(sums, rows, depth, panel),
            3 => add_products_of::<L, F, 3>(sums, rows, depth, panel),
            2 => add_products_of::<L, F, 2>(sums, rows, depth, panel),
            _ => add_products_of::<L, F, 1>(sums, rows, depth, panel),
        }
    }
}

/// The innermost loop.
///
/// # Safety
/// As for [`add_products_in`].
#[inline(always)]
unsafe fn add_products_of<L: Lanes, F: Format, const HEIGHT: usize>(
    sums: &mut [[L; 2]; MAX_ROWS],
    rows: Cells,
    depth: usize,
    panel: *const u32,
) {
    let block = 2 * L::COUNT;
    // SAFETY: a panel holds scales, offsets and `depth` cells of a block's units, and each row `depth` cells.
    unsafe {
        let [scales, offsets, weights] = [0, 1, 2].map(|part| panel.cast::<f32>().add(part * block));
        let mut held: [[L; 2]; HEIGHT] =
            if F::INTEGERS { [load_pair(offsets); HEIGHT] } else { std::array::from_fn(|row| sums[row]) };
        // Not unrolled by hand: browsers' compilers then run out of registers.
        for k in 0..depth {
            let pair = load_pair::<L>(weights.add(k * block));
            for (row, held) in held.iter_mut().enumerate() {
                let x = L::splat(*rows.cells.cast::<f32>().add(row * rows.stride + k));
                held[0] = F::dot(x, pair[0], held[0]);
                held[1] = F::dot(x, pair[1], held[1]);
            }
        }
        for (row, (sums, held)) in sums.iter_mut().zip(held).enumerate() {
            *sums = if F::INTEGERS {
                let scale = L::splat(*rows.scales.add(row));
                let [a, b] = load_pair::<L>(scales).map(|unit| unit.mul(scale));
                [held[0].integers_to_f32().mul_add(a, sums[0]), held[1].integers_to_f32().mul_add(b, sums[1])]
            } else {
                held
            };
        }
    }
}

/// Turns the sums of a tile into outputs.
///
/// # Safety
/// As for [`run`]; the tile must lie within the rows and units.
#[inline(always)]
unsafe fn activate<L: Lanes>(
    layer: &Layer,
    tile: &mut Tile<L>,
    row: usize,
    height: usize,
    unit: usize,
    arguments: &Arguments,
) {
    let Arguments { before, before_stride, cell, out, out_stride, .. } = *arguments;
    let [first, second, third, fourth] =
        tile.each_mut().map(|sums| &mut sums.as_flattened_mut()[..2 * height]);
    // Function by function over the whole tile: an exponential takes long, but many can be under way at once.
    match layer.activation {
        Activation::Identity | Activation::ReluMaxPool { .. } => {}
        Activation::Recurrent(Cell::Rnn) => apply::<Tanh, _>(first),
        Activation::Recurrent(Cell::Lstm) => {
            apply::<Sigmoid, _>(first);
            apply::<Sigmoid, _>(second);
            apply::<Tanh, _>(third);
            apply::<Sigmoid, _>(fourth);
        }
        Activation::Recurrent(Cell::Gru) => {
            apply::<Sigmoid, _>(first);
            apply::<Sigmoid, _>(second);
            for ((reset, new), hidden) in first.iter().zip(third.iter_mut()).zip(fourth.iter()) {
                *new = reset.mul_add(*hidden, *new);
            }
            apply::<Tanh, _>(third);
        }
    }
    for vector in 0..2 * height {
        let (row, unit) = (row + vector / 2, unit + vector % 2 * L::COUNT);
        // SAFETY: the caller's promise.
        unsafe {
            let out = match layer.activation {
                Activation::ReluMaxPool { pool } => out.add(row / pool * out_stride + unit),
                _ => out.add(row * out_stride + unit),
            };
            let value = match layer.activation {
                Activation::Identity | Activation::Recurrent(Cell::Rnn) => first[vector],
                Activation::ReluMaxPool { .. } => first[vector].max(L::load(out)),
                Activation::Recurrent(Cell::Lstm) => {
                    let cell = cell.add(row * layer.units + unit);
                    let kept = second[vector].mul(L::load(cell));
                    let next = first[vector].mul_add(third[vector], kept);
                    next.store(cell);
                    fourth[vector].mul(tanh(next))
                }
                Activation::Recurrent(Cell::Gru) => {
                    let before = if before.is_null() {
                        L::splat(0.0)
                    } else {
                        L::load(before.add(row * before_stride + unit))
                    };
                    let new = third[vector];
                    second[vector].mul_add(before.sub(new), new)
                }
            };
            value.store(out);
        }
    }
}

/// A function of a number.
///
/// A trait rather than a closure, which the compiler would not inline into where the instructions are enabled.
trait Function {
    fn of<L: Lanes>(x: L) -> L;
}

struct Sigmoid;
struct Tanh;

impl Function for Sigmoid {
    #[inline(always)]
    fn of<L: Lanes>(x: L) -> L {
        sigmoid(x)
    }
}

impl Function for Tanh {
    #[inline(always)]
    fn of<L: Lanes>(x: L) -> L {
        tanh(x)
    }
}

/// Applies a function to vectors.
#[inline(always)]
fn apply<F: Function, L: Lanes>(vectors: &mut [L]) {
    for vector in vectors {
        *vector = F::of(*vector);
    }
}
