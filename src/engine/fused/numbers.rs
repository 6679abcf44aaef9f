//! What products are computed of: `f32`, `i16` or 8-bit numbers.
//!
//! A *cell* of 32 bits holds one number, two or four: neighbours of a row, or the weights of one unit for them. So
//! rows and weights of every precision are read alike, a cell at a time, and only [`Format::dot`] knows what is
//! inside.
//!
//! Integers stand for `scale * (integer - zero)`. A row has a scale of its own, which its greatest magnitude
//! decides when it is computed; the weights of a unit have theirs, which is decided when they are packed. The sums
//! are exact, so they depend on no machine and no order: overflow is impossible by the choice of the weights'
//! scales, see [`Integers::weight_scale`].

use super::kernel::{Kernel, Rows};
use crate::bundle::MAX_INTEGER;
use crate::engine::Precision;
use crate::lanes::{Lanes, MOST_LANES};

/// How products are computed in one precision.
pub(super) trait Format {
    /// Whether the sums are integers.
    const INTEGERS: bool;
    /// `sum` and the products of the cells' numbers.
    fn dot<L: Lanes>(row: L, weights: L, sum: L) -> L;
}

/// One `f32` a cell.
pub(super) struct F32;
/// Two `i16` a cell.
pub(super) struct I16;
/// Four numbers of 8 bits a cell: signed weights, and rows of 7 bits without sign.
pub(super) struct I8;

impl Format for F32 {
    const INTEGERS: bool = false;

    #[inline(always)]
    fn dot<L: Lanes>(row: L, weights: L, sum: L) -> L {
        row.mul_add(weights, sum)
    }
}

impl Format for I16 {
    const INTEGERS: bool = true;

    #[inline(always)]
    fn dot<L: Lanes>(row: L, weights: L, sum: L) -> L {
        row.dot_i16(weights, sum)
    }
}

impl Format for I8 {
    const INTEGERS: bool = true;

    #[inline(always)]
    fn dot<L: Lanes>(row: L, weights: L, sum: L) -> L {
        row.dot_i8(weights, sum)
    }
}

/// The ranges of a format of integers.
pub(super) struct Integers {
    /// What stands for zero in a row.
    pub zero: i32,
    /// Greatest distance from `zero` in a row.
    pub row: i32,
    /// Greatest magnitude of a weight.
    pub weight: i32,
}

impl Integers {
    /// What a unit's weights are multiplied with before they are rounded: the most that keeps each of them in
    /// range and the sum of their products with any row below 2^31.
    pub fn weight_scale(&self, weights: impl Iterator<Item = f32> + Clone) -> f32 {
        let greatest = weights.clone().map(f32::abs).fold(0.0, f32::max);
        if greatest == 0.0 {
            return 1.0;
        }
        // Rounding may add a half to each weight.
        let most = f64::from(i32::MAX / (self.row + self.zero)) - weights.clone().count() as f64;
        let total: f64 = weights.map(|weight| f64::from(weight.abs())).sum();
        // The inverse of the least numbers overflows.
        (self.weight as f32 / greatest).min((most / total) as f32).min(f32::MAX)
    }
}

impl Precision {
    /// Numbers in a cell.
    pub(super) fn numbers(self) -> usize {
        match self {
            Precision::F32 => 1,
            Precision::I16 => 2,
            Precision::I8 => 4,
        }
    }

    /// The ranges, if the numbers are integers.
    pub(super) fn integers(self) -> Option<Integers> {
        match self {
            Precision::F32 => None,
            // The 31 bits of a sum, shared between rows and weights such that both err about as much.
            Precision::I16 => Some(Integers { zero: 0, row: 4095, weight: 32_767 }),
            // Weights that a bundle stores as integers are these integers.
            Precision::I8 => Some(Integers { zero: 64, row: 63, weight: MAX_INTEGER.into() }),
        }
    }
}

/// A matrix as the kernel multiplies it.
#[derive(Clone, Copy)]
pub(super) struct Cells {
    pub cells: *const u32,
    /// Cells from one row's start to the next one's.
    pub stride: usize,
    /// Of each row; null if the numbers are no integers.
    pub scales: *const f32,
}

impl Cells {
    /// No matrix.
    pub const NONE: Self = Self { cells: std::ptr::null(), stride: 0, scales: std::ptr::null() };
}

/// Memory for a matrix as integers, reused for the next.
#[derive(Default)]
pub(super) struct Quantised {
    cells: Vec<u32>,
    scales: Vec<f32>,
}

impl Quantised {
    /// The first `count` rows of a matrix, `width` numbers of each, in a precision. The pointers are valid while
    /// neither `rows` nor this memory is changed.
    pub fn cells(
        &mut self,
        kernel: Kernel,
        precision: Precision,
        rows: Rows,
        count: usize,
        width: usize,
    ) -> Cells {
        if precision == Precision::F32 {
            return Cells { cells: rows.data.as_ptr().cast(), stride: rows.stride, scales: std::ptr::null() };
        }
        let stride = width / precision.numbers();
        self.cells.resize(count * stride, 0);
        self.scales.clear();
        for (row, cells) in self.cells.chunks_exact_mut(stride).enumerate() {
            self.scales.push(kernel.quantise(precision, &rows.data[row * rows.stride..][..width], cells));
        }
        Cells { cells: self.cells.as_ptr(), stride, scales: self.scales.as_ptr() }
    }
}

/// Writes a row as integers and returns their scale, which is no number if one of the row is infinite or none.
///
/// # Safety
/// The CPU must have the instructions of `L`; `row` must hold `len` numbers, whole vectors, and `to` the cells for
/// as many.
#[inline(always)]
pub(super) unsafe fn quantise<L: Lanes>(
    precision: Precision,
    row: *const f32,
    len: usize,
    to: *mut u32,
) -> f32 {
    let Some(Integers { zero, row: most, .. }) = precision.integers() else { return 1.0 };
    let most = most as f32;
    // SAFETY: the caller's promise.
    unsafe {
        let none = L::splat(0.0);
        let (mut greatest, mut finite) = (none, none);
        for place in (0..len).step_by(L::COUNT) {
            let x = L::load(row.add(place));
            greatest = greatest.max(x.max(none.sub(x)));
            finite = x.mul_add(none, finite);
        }
        let greatest = lanes(greatest).into_iter().fold(0.0, f32::max);
        let scale = greatest / most + lanes(finite).into_iter().sum::<f32>();
        // Of numbers as small as this the inverse overflows.
        let inverse = L::splat(if greatest > 1e-30 { most / greatest } else { 0.0 });
        let zero = L::splat(zero as f32);
        for place in (0..len).step_by(L::COUNT) {
            let x = L::load(row.add(place)).mul_add(inverse, zero);
            match precision {
                Precision::I8 => x.store_u8(to.cast::<u8>().add(place)),
                _ => x.store_i16(to.cast::<i16>().add(place)),
            }
        }
        scale
    }
}

/// The lanes of a vector, followed by zeros.
#[inline(always)]
fn lanes<L: Lanes>(vector: L) -> [f32; MOST_LANES] {
    const { assert!(L::COUNT <= MOST_LANES) };
    let mut lanes = [0.0; MOST_LANES];
    // SAFETY: the array holds a whole vector.
    unsafe { vector.store(lanes.as_mut_ptr()) };
    lanes
}
