//! Vectors of x86-64: AVX2 with FMA, AVX-512, and AVX-512 with VNNI.

use core::arch::x86_64::*;

use super::vector::Vector;

/// Eight lanes; needs AVX2 and FMA.
#[derive(Clone, Copy)]
pub(crate) struct Avx2(__m256);

/// Sixteen lanes; needs AVX-512 F and BW.
#[derive(Clone, Copy)]
pub(crate) struct Avx512(__m512);

/// Sixteen lanes; needs AVX-512 F, BW and VNNI.
#[derive(Clone, Copy)]
pub(crate) struct Avx512Vnni(__m512);

/// All are the same but for the names of the instructions and of the functions of `operations!`.
macro_rules! vector {
    (
        $name:ident, $count:literal, $splat:ident, $load:ident, $store:ident, $add:ident, $sub:ident,
        $mul:ident, $div:ident, $fma:ident, $max:ident, $min:ident, $maximum:ident,
        $to_bits:ident, $shift:ident, $from_bits:ident, $round:ident, $convert:ident,
        $dot_i16:ident, $dot_i8:ident, $store_i16:ident, $store_u8:ident
    ) => {
        // SAFETY: the field is private to this module, where only `splat` and `load` make a value of nothing, both
        // `unsafe` with the condition that the CPU has the instructions; the registers hold `$count` values.
        unsafe impl Vector for $name {
            const LANES: usize = $count;

            #[inline(always)]
            unsafe fn splat(value: f32) -> Self {
                // SAFETY: the CPU has the instructions, as the caller guarantees.
                Self(unsafe { $splat(value) })
            }

            #[inline(always)]
            unsafe fn load(from: *const f32) -> Self {
                // SAFETY: the CPU has the instructions and `from` is valid for reads of a vector, as the caller
                // guarantees; the instruction takes any alignment.
                Self(unsafe { $load(from) })
            }

            #[inline(always)]
            unsafe fn store(self, to: *mut f32) {
                // SAFETY: `self` exists, so the CPU has the instructions; `to` is valid for writes of `LANES` values,
                // as the caller guarantees; the instructions take any alignment.
                unsafe { $store(to, self.0) }
            }

            #[inline(always)]
            fn add(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $add(self.0, other.0) })
            }

            #[inline(always)]
            fn sub(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $sub(self.0, other.0) })
            }

            #[inline(always)]
            fn mul(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $mul(self.0, other.0) })
            }

            #[inline(always)]
            fn div(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $div(self.0, other.0) })
            }

            #[inline(always)]
            fn mul_add(self, factor: Self, addend: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $fma(self.0, factor.0, addend.0) })
            }

            // The instructions return their second operand if either is NaN.
            #[inline(always)]
            fn max(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $max(other.0, self.0) })
            }

            #[inline(always)]
            fn min(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $min(other.0, self.0) })
            }

            #[inline(always)]
            fn maximum(self, other: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $maximum(self.0, other.0) })
            }

            #[inline(always)]
            fn shift_to_exponent(self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $from_bits($shift::<23>($to_bits(self.0))) })
            }

            #[inline(always)]
            fn dot_i16(self, other: Self, accumulator: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe {
                    $from_bits($dot_i16($to_bits(accumulator.0), $to_bits(self.0), $to_bits(other.0)))
                })
            }

            #[inline(always)]
            fn dot_i8(self, other: Self, accumulator: Self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe {
                    $from_bits($dot_i8($to_bits(accumulator.0), $to_bits(self.0), $to_bits(other.0)))
                })
            }

            #[inline(always)]
            fn i32_to_f32(self) -> Self {
                // SAFETY: `self` exists, so the CPU has the instructions.
                Self(unsafe { $convert($to_bits(self.0)) })
            }

            #[inline(always)]
            unsafe fn store_i16(self, to: *mut i16) {
                // SAFETY: `self` exists, so the CPU has the instructions; `to` is valid for writes of `LANES` values,
                // as the caller guarantees; the instructions take any alignment.
                unsafe { $store_i16(to.cast(), $round(self.0)) }
            }

            #[inline(always)]
            unsafe fn store_u8(self, to: *mut u8) {
                // SAFETY: `self` exists, so the CPU has the instructions; `to` is valid for writes of `LANES` values,
                // as the caller guarantees; the instructions take any alignment.
                unsafe { $store_u8(to.cast(), $round(self.0)) }
            }
        }
    };
}

vector!(
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
    maximum_avx2,
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
macro_rules! avx512_vector {
    ($name:ident, $dot_i16:ident, $dot_i8:ident) => {
        vector!(
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
            maximum_avx512,
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

avx512_vector!(Avx512, dot_i16_avx512, dot_i8_avx512);
avx512_vector!(Avx512Vnni, _mm512_dpwssd_epi32, _mm512_dpbusd_epi32);

/// Declares functions that are to be inlined into one with the instructions.
macro_rules! operations {
    ($($name:ident($($argument:ident: $type:ty),*) $(-> $result:ty)? $body:block)*) => {
        $(
            /// # Safety
            /// The CPU must have the instructions; pointers must be valid for what is written.
            #[inline(always)]
            unsafe fn $name($($argument: $type),*) $(-> $result)? {
                // SAFETY: the CPU has the instructions, and a pointer is valid for what is written, as the caller
                // guarantees.
                unsafe { $body }
            }
        )*
    };
}

operations! {
    maximum_avx2(a: __m256, b: __m256) -> __m256 {
        // `a` where either is NaN, then `b` where it is NaN itself.
        _mm256_blendv_ps(_mm256_max_ps(b, a), b, _mm256_cmp_ps::<_CMP_UNORD_Q>(b, b))
    }

    maximum_avx512(a: __m512, b: __m512) -> __m512 {
        _mm512_mask_mov_ps(_mm512_max_ps(b, a), _mm512_cmp_ps_mask::<_CMP_UNORD_Q>(b, b), b)
    }

    dot_i16_avx2(accumulator: __m256i, a: __m256i, b: __m256i) -> __m256i {
        _mm256_add_epi32(accumulator, _mm256_madd_epi16(a, b))
    }

    dot_i8_avx2(accumulator: __m256i, a: __m256i, b: __m256i) -> __m256i {
        dot_i16_avx2(accumulator, _mm256_maddubs_epi16(a, b), _mm256_set1_epi16(1))
    }

    store_i16_avx2(to: *mut __m128i, lanes: __m256i) {
        let narrow = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
        _mm_storeu_si128(to, narrow)
    }

    store_u8_avx2(to: *mut __m128i, lanes: __m256i) {
        let narrow = _mm_packs_epi32(_mm256_castsi256_si128(lanes), _mm256_extracti128_si256::<1>(lanes));
        _mm_storel_epi64(to, _mm_packus_epi16(narrow, narrow))
    }

    dot_i16_avx512(accumulator: __m512i, a: __m512i, b: __m512i) -> __m512i {
        _mm512_add_epi32(accumulator, _mm512_madd_epi16(a, b))
    }

    dot_i8_avx512(accumulator: __m512i, a: __m512i, b: __m512i) -> __m512i {
        dot_i16_avx512(accumulator, _mm512_maddubs_epi16(a, b), _mm512_set1_epi16(1))
    }

    store_i16_avx512(to: *mut __m256i, lanes: __m512i) {
        _mm256_storeu_si256(to, _mm512_cvtepi32_epi16(lanes))
    }

    store_u8_avx512(to: *mut __m128i, lanes: __m512i) {
        _mm_storeu_si128(to, _mm512_cvtepi32_epi8(lanes))
    }
}
