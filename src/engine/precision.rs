//! What an engine multiplies in.

use std::fmt;

use serde::{Deserialize, Serialize};

/// The max magnitude of an 8-bit integer that stands for a weight, in a bundle and in the products of
/// [`Precision::I8`].
pub const MAX_INTEGER: i8 = 127;

/// What the products of recurrent layers are computed in: all but a few hundredths of the work. Everything else is
/// `f32` in any precision.
///
/// The order is that of exactness, the most exact first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Precision {
    /// 32-bit floating point, which every engine has.
    F32,
    /// 16-bit integers.
    I16,
    /// 8-bit integers where hidden states are multiplied, and 16-bit ones for what conv blocks hand on.
    I8,
}

impl Precision {
    /// The precisions of the engine `cpu`, the fastest in this build first. WebAssembly without relaxed SIMD has no
    /// instruction for products of 8 bits: they are slower there than those of 16.
    pub fn fastest_first() -> &'static [Precision] {
        if cfg!(all(target_arch = "wasm32", not(target_feature = "relaxed-simd"))) {
            &[Precision::I16, Precision::F32]
        } else {
            &[Precision::I8, Precision::I16, Precision::F32]
        }
    }

    /// Max difference of a logit from a known answer that passes, relative to the largest logit: far above
    /// the rounding of any order of summation, far below the error of a wrong result.
    pub fn tolerance(self) -> f32 {
        match self {
            Precision::F32 => 1e-3,
            Precision::I16 => 3e-3,
            Precision::I8 => 0.05,
        }
    }
}

impl fmt::Display for Precision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Precision::F32 => "f32",
            Precision::I16 => "i16",
            Precision::I8 => "i8",
        })
    }
}
