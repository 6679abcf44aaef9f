//! Vectors of 32-bit lanes: the few operations that our kernels need, on each instruction set.

use std::f32::consts::LOG2_E;

#[cfg(feature = "training")]
mod map;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod portable;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

#[cfg(feature = "training")]
pub(crate) use map::{Job, Rule, map, on_widest_lanes};
/// The vectors of every machine that this build is for.
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(crate) use portable::Portable as Baseline;
/// The vectors of every machine that this build is for.
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(crate) use wasm::Simd128 as Baseline;
#[cfg(target_arch = "x86_64")]
pub(crate) use x86::{Avx2, Avx512, Avx512Vnni};

/// Most numbers in a vector of any instruction set.
pub(crate) const MOST_LANES: usize = 16;

/// A vector of `COUNT` numbers: `f32`, unless an operation says that it reads their bits as something else.
///
/// A value proves that the CPU has the implementation's instructions: only the `unsafe` functions
/// make one from nothing. That is why arithmetic is safe. Every function must be inlined into a
/// function that enables the instructions.
pub(crate) trait Lanes: Copy {
    /// Numbers in a vector.
    const COUNT: usize;

    /// The same number in every lane.
    ///
    /// # Safety
    /// The CPU must have the instructions of the implementation.
    unsafe fn splat(value: f32) -> Self;

    /// `COUNT` numbers from memory, of any alignment.
    ///
    /// # Safety
    /// As for [`splat`](Lanes::splat), and `from` must be valid for reads of `COUNT` numbers.
    unsafe fn load(from: *const f32) -> Self;

    /// Writes the lanes to memory, of any alignment.
    ///
    /// # Safety
    /// `to` must be valid for writes of `COUNT` numbers.
    unsafe fn store(self, to: *mut f32);

    /// The same number in every lane, on the strength of a vector that is already there.
    #[inline(always)]
    fn like(self, value: f32) -> Self {
        // SAFETY: `self` proves that the CPU has the instructions.
        unsafe { Self::splat(value) }
    }

    /// `self + other`.
    fn add(self, other: Self) -> Self;
    /// `self - other`.
    fn sub(self, other: Self) -> Self;
    /// `self * other`.
    fn mul(self, other: Self) -> Self;
    /// `self / other`.
    fn div(self, other: Self) -> Self;
    /// `self * factor + addend`, rounded once or twice.
    fn mul_add(self, factor: Self, addend: Self) -> Self;
    /// The greater of the two; a lane of `self` that is not a number stays.
    fn max(self, other: Self) -> Self;
    /// The lesser of the two; a lane of `self` that is not a number stays.
    fn min(self, other: Self) -> Self;
    /// The bits of each lane shifted left by the 23 places of the mantissa: what was an integer in
    /// the low bits becomes the exponent.
    fn shift_to_exponent(self) -> Self;

    /// `sum`, an `i32` a lane, and the products of the lanes' two pairs of `i16`.
    fn dot_i16(self, other: Self, sum: Self) -> Self;
    /// `sum`, an `i32` a lane, and the products of the lanes' four pairs of a number from 0 to 127 (`self`) and
    /// one from -127 to 127 (`other`), of 8 bits each: in these ranges no instruction set saturates.
    fn dot_i8(self, other: Self, sum: Self) -> Self;
    /// The nearest `f32` of an `i32` in each lane.
    fn integers_to_f32(self) -> Self;
    /// Rounds the lanes, which lie from -32767 to 32767, and writes them as `i16`, of any alignment.
    ///
    /// # Safety
    /// `to` must be valid for writes of `COUNT` numbers.
    unsafe fn store_i16(self, to: *mut i16);
    /// Rounds the lanes, which lie from 0 to 255, and writes them as `u8`.
    ///
    /// # Safety
    /// `to` must be valid for writes of `COUNT` numbers.
    unsafe fn store_u8(self, to: *mut u8);
}

/// `1 / (1 + exp(-x))`.
#[inline(always)]
pub(crate) fn sigmoid<L: Lanes>(x: L) -> L {
    let one = x.like(1.0);
    one.div(one.add(exp2(x.mul(x.like(-LOG2_E)))))
}

/// `1 - 2 / (1 + exp(2 x))`.
#[inline(always)]
pub(crate) fn tanh<L: Lanes>(x: L) -> L {
    let one = x.like(1.0);
    one.sub(x.like(2.0).div(one.add(exp2(x.mul(x.like(2.0 * LOG2_E))))))
}

/// `2^x` to a relative error of 3e-7, for `x` in -126 to 126, and the value at the nearer end elsewhere. What is not a
/// number stays so.
///
/// `2^x = 2^n 2^r` with `n = round(x)` and `r = x - n`, and for `2^r` the polynomial of degree 5 whose greatest relative
/// error on -0.5 to 0.5 is the least possible, 7.5e-8 (by Remez' algorithm).
#[inline(always)]
fn exp2<L: Lanes>(x: L) -> L {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits; 127 is the exponent's bias.
    const ROUND_AND_BIAS: f32 = 12_582_912.0 + 127.0;
    const POLYNOMIAL: [f32; 5] = [9.675_541e-3, 5.550_713e-2, 0.240_221_2, 0.693_146_94, 1.000_000_1];

    let x = x.max(x.like(-126.0)).min(x.like(126.0));
    let biased = x.add(x.like(ROUND_AND_BIAS));
    let r = x.sub(biased.sub(x.like(ROUND_AND_BIAS)));
    let mut p = x.like(1.327_647_2e-3);
    for coefficient in POLYNOMIAL {
        p = p.mul_add(r, x.like(coefficient));
    }
    p.mul(biased.shift_to_exponent())
}
