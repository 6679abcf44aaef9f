//! Vectors of x86-64: AVX2 with FMA, AVX-512, and AVX-512 with VNNI.

use core::arch::x86_64::*;

use super::Lanes;

/// Eight numbers; needs AVX2 and FMA.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256);

/// Sixteen numbers; needs AVX-512 F and BW.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

/// Sixteen numbers; needs AVX-512 F, BW and VNNI.
#[derive(Clone, Copy)]
pub(crate) struct Avx512Vnni(__m512);

/// All are the same but for the names of the instructions and the functions of `narrow`.
macro_rules! lanes {
    (
        $name:ident, $count:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident,
        $mul:ident, $div:ident, $fma:ident, $max:ident, $min:ident,
        $to_bits:ident, $shift:ident, $from_bits:ident, $round:ident, $convert:ident,
        $dot_i16:ident, $dot_i8:ident, $store_i16:ident, $store_u8:ident
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

            #[inline(always)]
            fn dot_i16(self, other: Self, sum: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $from_bits($dot_i16($to_bits(sum.0), $to_bits(self.0), $to_bits(other.0))) })
            }

            #[inline(always)]
            fn dot_i8(self, other: Self, sum: Self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $from_bits($dot_i8($to_bits(sum.0), $to_bits(self.0), $to_bits(other.0))) })
            }

            #[inline(always)]
            fn integers_to_f32(self) -> Self {
                // SAFETY: `self` proves that the CPU has the instructions.
                Self(unsafe { $convert($to_bits(self.0)) })
            }

            #[inline(always)]
            unsafe fn store_i16(self, to: *mut i16) {
                // SAFETY: the caller's promise; the instruction takes any alignment.
                unsafe { $store_i16(to.cast(), $round(self.0)) }
            }

            #[inline(always)]
            unsafe fn store_u8(self, to: *mut u8) {
                // SAFETY: the caller's promise; the instruction takes any alignment.
                unsafe { $store_u8(to.cast(), $round(self.0)) }
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
    _mm256_castsi256_ps,
    _mm256_cvtps_epi32,
    _mm256_cvtepi32_ps,
    dot_i16_avx2,
    dot_i8_avx2,
    store_i16_avx2,
    store_u8_avx2
);

/// Vectors of AVX-512, which differ in how they compute products of integers.
macro_rules! lanes_of_avx512 {
    ($name:ident, $dot_i16:ident, $dot_i8:ident) => {
        lanes!(
            $name,
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
            _mm512_castsi512_ps,
            _mm512_cvtps_epi32,
            _mm512_cvtepi32_ps,
            $dot_i16,
            $dot_i8,
            store_i16_avx512,
            store_u8_avx512
        );
    };
}

lanes_of_avx512!(Avx512, dot_i16_avx512, dot_i8_avx512);
lanes_of_avx512!(Avx512Vnni, _mm512_dpwssd_epi32, _mm512_dpbusd_epi32);

/// Declares functions that are to be inlined into one with the instructions.
macro_rules! operations {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {
        $(
            /// # Safety
            /// The CPU must have the instructions; pointers must be valid for what is written.
            #[inline(always)]
            unsafe fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: the caller's promise.
                unsafe { $body }
            }
        )*
    };
}

operations! {
    dot_i16_avx2(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
        _mm256_add_epi32(sum, _mm256_madd_epi16(a, b))
    }

    dot_i8_avx2(sum: __m256i, a: __m256i, b: __m256i) -> __m256i {
        dot_i16_avx2(sum, _mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1))
    }

    store_i16_avx2(to: *mut __m128i, lanes: __m256i) {
        let narrow = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
        _mm_storeu_si128(to, narrow)
    }

    store_u8_avx2(to: *mut __m128i, lanes: __m256i) {
        let narrow = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
        _mm_storel_epi64(to, _mm_packus_epi16(narrow, narrow))
    }

    dot_i16_avx512(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        _mm512_add_epi32(sum, _mm512_madd_epi16(a, b))
    }

    dot_i8_avx512(sum: __m512i, a: __m512i, b: __m512i) -> __m512i {
        dot_i16_avx512(sum, _mm512_maddubs_epi16(a, b), _mm512_set1_epi16(1))
    }

    store_i16_avx512(to: *mut __m256i, lanes: __m512i) {
        _mm256_storeu_si256(to, _mm512_cvtepi32_epi16(lanes))
    }

    store_u8_avx512(to: *mut __m128i, lanes: __m512i) {
        _mm_storeu_si128(to, _mm512_cvtepi32_epi8(lanes))
    }
}
