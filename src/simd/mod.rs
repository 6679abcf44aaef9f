//! Instruction sets: vectors of 32-bit lanes, the few operations on them that our kernels need, and the dispatch to
//! the widest set that this machine has.
//!
//! | module | does |
//! |---|---|
//! | `vector` | the trait of vectors |
//! | `isa` | detects instruction sets and calls a [`SimdFn`] compiled for one of them |
//! | `math` | sigmoid and tanh of a vector |
//! | `map` | elementwise operations on rows of values |
//! | `portable`, `wasm`, `x86` | the vectors of each instruction set |

mod isa;
#[cfg(feature = "training")]
mod map;
mod math;
#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod portable;
#[cfg(test)]
mod tests;
mod vector;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod wasm;
#[cfg(target_arch = "x86_64")]
mod x86;

pub(crate) use isa::{Isa, SimdFn};
#[cfg(feature = "training")]
pub(crate) use map::{Elementwise, map_rows};
pub(crate) use math::{sigmoid, tanh};
pub(crate) use vector::Vector;
