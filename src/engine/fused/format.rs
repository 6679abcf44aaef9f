//! What products are computed of: `f32`, `i16` or 8-bit integers.
//!
//! A *word* of 32 bits holds one value, two or four: neighbours of a row, or the weights of one unit for them. So rows
//! and weights of every precision are read alike, a word at a time, and only [`Format::dot`] knows what is inside.
//!
//! Integers stand for `scale * (integer - zero)`. A row has a scale of its own, by its max magnitude when it is
//! quantised; the weights of a unit have theirs, by [`Integers::weight_scale`] when they are packed. Integer sums are
//! exact: no order of summation changes them, and the choice of the weights' scales makes overflow impossible. What a
//! row is rounded to may differ by one between instruction sets, of which some fuse the multiplication with the
//! addition.

use crate::engine::precision::{MAX_INTEGER, Precision};
use crate::simd::Vector;

/// How products are computed in one precision.
pub(super) trait Format {
    /// Whether the accumulators are integers.
    const INTEGERS: bool;
    /// `accumulator` plus the products of the words' values.
    fn dot<V: Vector>(row: V, weights: V, accumulator: V) -> V;
}

/// One `f32` a word.
pub(super) struct F32;
/// Two `i16` a word.
pub(super) struct I16;
/// Four 8-bit integers a word: signed weights, and rows of 7 bits without sign.
pub(super) struct I8;

impl Format for F32 {
    const INTEGERS: bool = false;

    #[inline(always)]
    fn dot<V: Vector>(row: V, weights: V, accumulator: V) -> V {
        row.mul_add(weights, accumulator)
    }
}

impl Format for I16 {
    const INTEGERS: bool = true;

    #[inline(always)]
    fn dot<V: Vector>(row: V, weights: V, accumulator: V) -> V {
        row.dot_i16(weights, accumulator)
    }
}

impl Format for I8 {
    const INTEGERS: bool = true;

    #[inline(always)]
    fn dot<V: Vector>(row: V, weights: V, accumulator: V) -> V {
        row.dot_i8(weights, accumulator)
    }
}

/// The ranges of a format of integers.
pub(super) struct Integers {
    /// The zero point of rows: the integer that stands for 0.
    pub zero: i32,
    /// Max distance from `zero` in a row.
    pub max_row: i32,
    /// Max magnitude of a weight.
    pub max_weight: i32,
}

impl Integers {
    /// What a unit's weights are multiplied with before they are rounded: the max that keeps each of them in range and
    /// the sum of their products with any row below 2^31.
    pub fn weight_scale(&self, weights: impl Iterator<Item = f32> + Clone) -> f32 {
        let max = weights.clone().map(f32::abs).fold(0.0, f32::max);
        if max == 0.0 {
            return 1.0;
        }
        // Rounding may add a half to each weight.
        let max_total = f64::from(i32::MAX / (self.max_row + self.zero)) - weights.clone().count() as f64;
        let total: f64 = weights.map(|weight| f64::from(weight.abs())).sum();
        // The inverse of a subnormal number overflows.
        (self.max_weight as f32 / max).min((max_total / total) as f32).min(f32::MAX)
    }
}

impl Precision {
    /// Values in a word.
    pub(super) fn per_word(self) -> usize {
        match self {
            Precision::F32 => 1,
            Precision::I16 => 2,
            Precision::I8 => 4,
        }
    }

    /// The ranges, if the values are integers.
    pub(super) fn integers(self) -> Option<Integers> {
        match self {
            Precision::F32 => None,
            // The 31 bits of an accumulator are shared between rows and weights so that both have about the same
            // rounding error.
            Precision::I16 => Some(Integers { zero: 0, max_row: 4095, max_weight: 32_767 }),
            // Weights that a bundle stores as integers are these integers.
            Precision::I8 => Some(Integers { zero: 64, max_row: 63, max_weight: MAX_INTEGER.into() }),
        }
    }
}
