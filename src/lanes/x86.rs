//! Vectors of x86-64: AVX2 with FMA, and AVX-512.

use core::arch::x86_64::*;

use super::Lanes;

/// Eight numbers; needs AVX2 and FMA.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256);

/// Sixteen numbers; needs AVX-512F.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

/// Both are the same but for the names of the instructions.
macro_rules! lanes {
    (
        $name:ident, $count:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident,
        $mul:ident, $div:ident, $fma:ident, $max:ident, $min:ident,
        $to_bits:ident, $shift:ident, $from_bits:ident
    ) => {
        impl Lanes for $name {
            const COUNT: usize = $count;

            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                // SAFETY: the caller's promise.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: the caller's promise; the instruction takes any alignment.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: the caller's promise; the instruction takes any alignment.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $div(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $fma(self.0, factor.0, addend.0) })
            }

            // The instructions return their second operand if either is not a number.
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $max(other.0, self.0) })
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $min(other.0, self.0) })
            }

            #[inline(always)]
            fn shift_to_exponent(self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $from_bits($shift::<23>($to_bits(self.0))) })
            }
        }
    };
}

lanes!(
    Avx2,
    8,
    _mm256_set1_ps,
    _mm256_loadu_ps,
    _mm256_storeu_ps,
    _mm256_add_ps,
    _mm256_sub_ps,
    _mm256_mul_ps,
    _mm256_div_ps,
    _mm256_fmadd_ps,
    _mm256_max_ps,
    _mm256_min_ps,
    _mm256_castps_si256,
    _mm256_slli_epi32,
    _mm256_castsi256_ps
);

lanes!(
    Avx512,
    16,
    _mm512_set1_ps,
    _mm512_loadu_ps,
    _mm512_storeu_ps,
    _mm512_add_ps,
    _mm512_sub_ps,
    _mm512_mul_ps,
    _mm512_div_ps,
    _mm512_fmadd_ps,
    _mm512_max_ps,
    _mm512_min_ps,
    _mm512_castps_si512,
    _mm512_slli_epi32,
    _mm512_castsi512_ps
);
