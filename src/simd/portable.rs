//! Vectors on any machine: an array that the compiler maps to what the target has.

use super::vector::Vector;

/// Four lanes.
#[derive(Clone, Copy)]
pub(crate) struct Portable([f32; 4]);

impl Portable {
    #[inline(always)]
    fn zip(self, other: Self, f: impl Fn(f32, f32) -> f32) -> Self {
        Self(std::array::from_fn(|lane| f(self.0[lane], other.0[lane])))
    }

    /// `accumulator`, an `i32` a lane, plus the products of the lanes' parts.
    #[inline(always)]
    fn add_products<const PARTS: usize>(
        self,
        other: Self,
        accumulator: Self,
        parts: impl Fn(f32) -> [i32; PARTS],
        other_parts: impl Fn(f32) -> [i32; PARTS],
    ) -> Self {
        Self(std::array::from_fn(|lane| {
            let pairs = parts(self.0[lane]).into_iter().zip(other_parts(other.0[lane]));
            let products: i32 = pairs.map(|(a, b)| a * b).sum();
            f32::from_bits(accumulator.0[lane].to_bits().wrapping_add(products as u32))
        }))
    }
}

// SAFETY: every CPU has the instructions; `load` and `store` access an array of `LANES` values.
unsafe impl Vector for Portable {
    const LANES: usize = 4;

    #[inline(always)]
    unsafe fn splat(value: f32) -> Self {
        Self([value; 4])
    }

    #[inline(always)]
    unsafe fn load(from: *const f32) -> Self {
        // SAFETY: `from` is valid for reads of four values, as the caller guarantees.
        Self(unsafe { from.cast::<[f32; 4]>().read_unaligned() })
    }

    #[inline(always)]
    unsafe fn store(self, to: *mut f32) {
        // SAFETY: `to` is valid for writes of four values, as the caller guarantees.
        unsafe { to.cast::<[f32; 4]>().write_unaligned(self.0) }
    }

    #[inline(always)]
    fn add(self, other: Self) -> Self {
        self.zip(other, |a, b| a + b)
    }

    #[inline(always)]
    fn sub(self, other: Self) -> Self {
        self.zip(other, |a, b| a - b)
    }

    #[inline(always)]
    fn mul(self, other: Self) -> Self {
        self.zip(other, |a, b| a * b)
    }

    #[inline(always)]
    fn div(self, other: Self) -> Self {
        self.zip(other, |a, b| a / b)
    }

    #[inline(always)]
    fn mul_add(self, factor: Self, addend: Self) -> Self {
        if cfg!(any(target_arch = "aarch64", target_feature = "fma")) {
            Self(std::array::from_fn(|lane| self.0[lane].mul_add(factor.0[lane], addend.0[lane])))
        } else {
            self.mul(factor).add(addend)
        }
    }

    #[inline(always)]
    fn max(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b { b } else { a })
    }

    #[inline(always)]
    fn min(self, other: Self) -> Self {
        self.zip(other, |a, b| if a > b { b } else { a })
    }

    #[inline(always)]
    fn maximum(self, other: Self) -> Self {
        self.zip(other, |a, b| if a < b || b.is_nan() { b } else { a })
    }

    #[inline(always)]
    fn shift_to_exponent(self) -> Self {
        Self(self.0.map(|lane| f32::from_bits(lane.to_bits() << 23)))
    }

    #[inline(always)]
    fn dot_i16(self, other: Self, accumulator: Self) -> Self {
        let halves = |lane: f32| [lane.to_bits() as i16, (lane.to_bits() >> 16) as i16].map(i32::from);
        self.add_products(other, accumulator, halves, halves)
    }

    #[inline(always)]
    fn dot_i8(self, other: Self, accumulator: Self) -> Self {
        let unsigned = |lane: f32| lane.to_bits().to_le_bytes().map(i32::from);
        let signed = |lane: f32| lane.to_bits().to_le_bytes().map(|byte| i32::from(byte as i8));
        self.add_products(other, accumulator, unsigned, signed)
    }

    #[inline(always)]
    fn i32_to_f32(self) -> Self {
        Self(self.0.map(|lane| lane.to_bits() as i32 as f32))
    }

    #[inline(always)]
    unsafe fn store_i16(self, to: *mut i16) {
        let rounded = self.0.map(|lane| lane.round_ties_even() as i16);
        // SAFETY: `to` is valid for writes of four values, as the caller guarantees.
        unsafe { to.cast::<[i16; 4]>().write_unaligned(rounded) }
    }

    #[inline(always)]
    unsafe fn store_u8(self, to: *mut u8) {
        let rounded = self.0.map(|lane| lane.round_ties_even() as u8);
        // SAFETY: `to` is valid for writes of four values, as the caller guarantees.
        unsafe { to.cast::<[u8; 4]>().write_unaligned(rounded) }
    }
}
