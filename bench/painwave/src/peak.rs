//! The machine's own limit: products and sums of 128-bit vectors a second.

use core::arch::wasm32::{f32x4_add, f32x4_extract_lane, f32x4_mul, f32x4_splat, v128};

/// Sums that do not wait for each other: as many as leave registers for the two constants. That hides the latency of a
/// product and a sum (6 to 8 cycles) on machines that begin up to two of each in a cycle.
const CHAINS: usize = 12;

/// Floating-point operations in one round of [`multiply_add`].
pub const OPERATIONS: u32 = (CHAINS * 4 * 2) as u32;

/// Multiplies and adds in registers alone, `rounds` times; the result depends on every operation.
pub fn multiply_add(rounds: u32, factor: f32) -> f32 {
    let (factor, term) = (f32x4_splat(factor), f32x4_splat(1.0));
    let mut sums: [v128; CHAINS] = std::array::from_fn(|chain| f32x4_splat(chain as f32));
    for _ in 0..rounds {
        for sum in &mut sums {
            *sum = f32x4_add(f32x4_mul(*sum, factor), term);
        }
    }
    f32x4_extract_lane::<0>(sums.into_iter().fold(term, |total, sum| f32x4_add(total, sum)))
}
