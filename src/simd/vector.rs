//! What a vector of an instruction set can do.

/// Lanes of the widest vector of any instruction set.
pub(crate) const MAX_LANES: usize = 16;

/// A vector of `LANES` lanes of `f32`, unless an operation says that it reads their bits as another type.
///
/// Only the `unsafe` functions make a vector without being given one, so a value proves that the CPU has the
/// instructions of its type. That is why arithmetic is safe. Every function must be inlined into one that enables the
/// instructions: [`Isa::call`](super::Isa::call) does so.
///
/// # Safety
/// An implementation must have no safe way to make a value on a CPU without the instructions that its operations use,
/// `load` and the `store`s must access exactly `LANES` elements, and `LANES` must be at most [`MAX_LANES`]: kernels
/// offset pointers by it.
pub(crate) unsafe trait Vector: Copy {
    /// Lanes of a vector.
    const LANES: usize;

    /// The same value in every lane.
    ///
    /// # Safety
    /// The CPU must have the instructions of the implementation.
    unsafe fn splat(value: f32) -> Self;

    /// `LANES` values from memory, of any alignment.
    ///
    /// # Safety
    /// The CPU must have the instructions of the implementation, and `from` must be valid for reads of `LANES` values.
    unsafe fn load(from: *const f32) -> Self;

    /// Writes the lanes to memory, of any alignment.
    ///
    /// # Safety
    /// `to` must be valid for writes of `LANES` values.
    unsafe fn store(self, to: *mut f32);

    /// The same value in every lane of a vector of this type.
    #[inline(always)]
    fn like(self, value: f32) -> Self {
        // SAFETY: `self` exists, so the CPU has the instructions.
        unsafe { Self::splat(value) }
    }

    /// The lanes in order, followed by zeros.
    #[inline(always)]
    fn to_array(self) -> [f32; MAX_LANES] {
        const { assert!(Self::LANES <= MAX_LANES) };
        let mut lanes = [0.0; MAX_LANES];
        // SAFETY: the array holds `MAX_LANES` values, at least `LANES`.
        unsafe { self.store(lanes.as_mut_ptr()) };
        lanes
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
    /// The max of the two. Where `self` is NaN the result is NaN; where only `other` is, it is `self`.
    fn max(self, other: Self) -> Self;
    /// The min of the two. Where `self` is NaN the result is NaN; where only `other` is, it is `self`.
    fn min(self, other: Self) -> Self;
    /// The max of the two, NaN where either is: the maximum of IEEE 754-2019, a few instructions more than
    /// [`max`](Vector::max).
    fn maximum(self, other: Self) -> Self;
    /// The bits of each lane shifted left by the 23 bits of the mantissa: what was an integer in the low bits becomes
    /// the exponent.
    fn shift_to_exponent(self) -> Self;

    /// `accumulator`, an `i32` a lane, plus the products of the lanes' two pairs of `i16`.
    fn dot_i16(self, other: Self, accumulator: Self) -> Self;
    /// `accumulator`, an `i32` a lane, plus the products of the lanes' four pairs of 8-bit integers. Those of `self` lie
    /// from 0 to 127 and those of `other` from -127 to 127: in these ranges no instruction set saturates.
    fn dot_i8(self, other: Self, accumulator: Self) -> Self;
    /// The nearest `f32` of an `i32` in each lane.
    fn i32_to_f32(self) -> Self;
    /// Rounds the lanes, which lie from -32767 to 32767, to nearest, ties to even, and writes them as `i16`, of any
    /// alignment.
    ///
    /// # Safety
    /// `to` must be valid for writes of `LANES` values.
    unsafe fn store_i16(self, to: *mut i16);
    /// Rounds the lanes, which lie from 0 to 255, to nearest, ties to even, and writes them as `u8`.
    ///
    /// # Safety
    /// `to` must be valid for writes of `LANES` values.
    unsafe fn store_u8(self, to: *mut u8);
}
