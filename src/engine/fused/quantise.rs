//! Rows of `f32` to packed rows: the words that the kernel multiplies.

use std::marker::PhantomData;

use super::format::Integers;
use super::strided::Strided;
use crate::engine::precision::Precision;
use crate::simd::{Isa, SimdFn, Vector};

/// Rows of words, in the format of one precision, as the kernel multiplies them.
///
/// Only this module makes them, so the pointers are valid for the rows that they were made of.
#[derive(Clone, Copy)]
pub(super) struct PackedRows<'a> {
    words: *const u32,
    stride: usize,
    scales: *const f32,
    rows: PhantomData<&'a [f32]>,
}

impl<'a> PackedRows<'a> {
    /// No rows: their products with any weights are zero.
    pub const NONE: Self =
        Self { words: std::ptr::null(), stride: 0, scales: std::ptr::null(), rows: PhantomData };

    /// Rows of `f32`, which need no packing.
    fn floats(rows: Strided<'a>) -> Self {
        Self { words: rows.data.as_ptr().cast(), stride: rows.stride, ..Self::NONE }
    }

    /// The first word; null if there are no rows.
    pub fn words(&self) -> *const u32 {
        self.words
    }

    /// Words from one row's start to the next one's.
    pub fn stride(&self) -> usize {
        self.stride
    }

    /// The scale of each row; null if the values are not integers.
    pub fn scales(&self) -> *const f32 {
        self.scales
    }
}

/// Buffers for packed rows, reused for the next.
#[derive(Default)]
pub(super) struct Quantiser {
    words: Vec<u32>,
    scales: Vec<f32>,
}

impl Quantiser {
    /// Packs the first `count` rows of a matrix, `width` values of each.
    ///
    /// # Panics
    /// If the matrix does not hold them, or `width` is not a multiple of the lanes and, in integers, of the values in a
    /// word.
    pub fn pack<'a>(
        &'a mut self,
        isa: Isa,
        precision: Precision,
        rows: Strided<'a>,
        count: usize,
        width: usize,
    ) -> PackedRows<'a> {
        assert!(rows.holds(count, width));
        let Some(integers) = precision.integers() else { return PackedRows::floats(rows) };
        assert!(width.is_multiple_of(isa.lanes()) && width.is_multiple_of(precision.per_word()));
        let stride = width / precision.per_word();
        self.words.resize(count * stride, 0);
        self.scales.clear();
        for (row, words) in self.words.chunks_exact_mut(stride).enumerate() {
            let row = &rows.data[row * rows.stride..][..width];
            self.scales.push(isa.call(Quantise { precision, integers: &integers, row, words }));
        }
        PackedRows { words: self.words.as_ptr(), stride, scales: self.scales.as_ptr(), rows: PhantomData }
    }
}

/// Writes a row of whole vectors as integers and returns their scale, which is NaN if a value of the row is NaN or
/// infinite. Made by [`Quantiser::pack`], which checks the sizes.
struct Quantise<'a> {
    precision: Precision,
    integers: &'a Integers,
    row: &'a [f32],
    words: &'a mut [u32],
}

impl SimdFn for Quantise<'_> {
    type Output = f32;

    #[inline(always)]
    unsafe fn call<V: Vector>(self) -> f32 {
        let Quantise { precision, integers: Integers { zero, max_row, .. }, row, words } = self;
        let (len, to) = (row.len(), words.as_mut_ptr());
        let (row, max_row) = (row.as_ptr(), *max_row as f32);
        // SAFETY: the CPU has the instructions, as the caller guarantees; `len` is a multiple of `LANES`, so a vector
        // starts at each index; `words` has room for `len` values of the precision, as
        // [`Quantiser::pack`], the only caller, has checked.
        unsafe {
            let none = V::splat(0.0);
            let (mut max, mut finite) = (none, none);
            for index in (0..len).step_by(V::LANES) {
                let x = V::load(row.add(index));
                max = max.max(x.max(none.sub(x)));
                finite = x.mul_add(none, finite);
            }
            let max = max.to_array().into_iter().fold(0.0, f32::max);
            let scale = max / max_row + finite.to_array().into_iter().sum::<f32>();
            // Below this the inverse overflows.
            let inverse = V::splat(if max > 1e-30 { max_row / max } else { 0.0 });
            let zero = V::splat(*zero as f32);
            for index in (0..len).step_by(V::LANES) {
                let x = V::load(row.add(index)).mul_add(inverse, zero);
                match precision {
                    Precision::I8 => x.store_u8(to.cast::<u8>().add(index)),
                    _ => x.store_i16(to.cast::<i16>().add(index)),
                }
            }
            scale
        }
    }
}
