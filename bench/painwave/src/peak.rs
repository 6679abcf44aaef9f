//! The machine's peak: multiply-adds of 128-bit SIMD vectors a second.

use core::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, v128};

/// Independent accumulators: as many as leave registers for the two constants. They hide the latency of a multiplication
/// and an addition (6 to 8 cycles) on machines that issue up to two of each in a cycle.
const ACCUMULATORS: usize = 12;

/// Floating-point operations in one round of [`multiply_add`].
pub const OPERATIONS: u32 = (ACCUMULATORS * 4 * 2) as u32;

/// Multiplies and adds in registers alone, `rounds` times; the result depends on every operation.
pub fn multiply_add(rounds: u32, factor: f32) -> f32 {
    let (factor, term) = (f32x4_splat(factor), f32x4_splat(1.0));
    let mut accumulators: [v128; ACCUMULATORS] = std::array::from_fn(|index| f32x4_splat(index as f32));
    for _ in 0..rounds {
        for accumulator in &mut accumulators {
            *accumulator = f32x4_add(f32x4_mul(*accumulator, factor), term);
        }
    }
    f32x4_extract_lane::<0>(
        accumulators.into_iter().fold(term, |sum, accumulator| f32x4_add(sum, accumulator)),
    )
}
