//! Vectors of WebAssembly's 128-bit SIMD.

use core::arch::wasm32::*;
#[cfg(not(target_feature = "relaxed-simd"))]
use core::arch::wasm32::{f32x4_max as maximum, f32x4_pmax as pseudo_max, f32x4_pmin as pseudo_min};

use super::vector::Vector;

/// Four lanes.
#[derive(Clone, Copy)]
pub(crate) struct Simd128(v128);

// SAFETY: this module is only compiled with the instructions enabled, without which no engine loads it; a `v128` is
// four values.
unsafe impl Vector for Simd128 {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self(f32x4_splat(value))
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: `from` is valid for reads of 16 bytes, as the caller guarantees; the instruction takes any alignment.
        Self(unsafe { v128_load(from.cast()) })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: `to` is valid for writes of 16 bytes, as the caller guarantees; the instruction takes any alignment.
        unsafe { v128_store(to.cast(), self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        Self(f32x4_add(self.0, other.0))
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        Self(f32x4_sub(self.0, other.0))
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        Self(f32x4_mul(self.0, other.0))
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        Self(f32x4_div(self.0, other.0))
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        // Not the one of relaxed SIMD: it is no faster, and rounds once or twice as the machine likes.
        Self(f32x4_add(f32x4_mul(self.0, factor.0), addend.0))
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        Self(pseudo_max(self.0, other.0))
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        Self(pseudo_min(self.0, other.0))
    }

    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        Self(maximum(self.0, other.0))
    }

    #[inline(always)]
    fn shift_to_exponent(self) -> Self {
        Self(i32x4_shl(self.0, 23))
    }

    #[inline(always)]
    fn dot_i16(self, other: Self, accumulator: Self) -> Self {
        Self(i32x4_add(i32x4_dot_i16x8(self.0, other.0), accumulator.0))
    }

    #[inline(always)]
    fn dot_i8(self, other: Self, accumulator: Self) -> Self {
        // The signed operand comes first. All machines compute the same, since no sum of two products leaves 16 bits.
        #[cfg(target_feature = "relaxed-simd")]
        return Self(i32x4_relaxed_dot_i8x16_i7x16_add(other.0, self.0, accumulator.0));
        // The even bytes and the odd ones, widened.
        #[cfg(not(target_feature = "relaxed-simd"))]
        {
            let even =
                i32x4_dot_i16x8(v128_and(self.0, i16x8_splat(0xFF)), i16x8_shr(i16x8_shl(other.0, 8), 8));
            let odd = i32x4_dot_i16x8(u16x8_shr(self.0, 8), i16x8_shr(other.0, 8));
            Self(i32x4_add(i32x4_add(even, odd), accumulator.0))
        }
    }

    #[inline(always)]
    fn i32_to_f32(self) -> Self {
        Self(f32x4_convert_i32x4(self.0))
    }

    #[inline(always)]
    unsafe fn store_i16(self, to: *mut i16) {
        let narrow = round_to_i16(self.0);
        // SAFETY: `to` is valid for writes of 8 bytes, as the caller guarantees; the instruction takes any alignment.
        unsafe { v128_store64_lane::<0>(narrow, to.cast()) }
    }

    #[inline(always)]
    unsafe fn store_u8(self, to: *mut u8) {
        let narrow = round_to_i16(self.0);
        // SAFETY: `to` is valid for writes of 4 bytes, as the caller guarantees; the instruction takes any alignment.
        unsafe { v128_store32_lane::<0>(u8x16_narrow_i16x8(narrow, narrow), to.cast()) }
    }
}

/// `f32x4_pmax`, which the compiler would make the relaxed maximum of where there is one: that may lose a NaN.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn pseudo_max(a: v128, b: v128) -> v128 {
    v128_bitselect(b, a, f32x4_lt(a, b))
}

/// `f32x4_pmin`, likewise.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn pseudo_min(a: v128, b: v128) -> v128 {
    v128_bitselect(b, a, f32x4_lt(b, a))
}

/// `f32x4_max`, likewise.
#[cfg(target_feature = "relaxed-simd")]
#[inline(always)]
fn maximum(a: v128, b: v128) -> v128 {
    v128_bitselect(b, a, v128_or(f32x4_lt(a, b), f32x4_ne(b, b)))
}

/// The lanes, which fit, rounded to `i16`, twice over.
#[inline(always)]
fn round_to_i16(lanes: v128) -> v128 {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits.
    const ROUND: f32 = 12_582_912.0;
    let rounded = f32x4_add(lanes, f32x4_splat(ROUND));
    let integers = i32x4_sub(rounded, i32x4_splat(ROUND.to_bits() as i32));
    i16x8_narrow_i32x4(integers, integers)
}
