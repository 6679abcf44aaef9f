//! Which instruction sets this machine has, and functions compiled for each of them.

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
use super::portable::Portable as Baseline;
use super::vector::Vector;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
use super::wasm::Simd128 as Baseline;
#[cfg(target_arch = "x86_64")]
use super::x86::{Avx2, Avx512, Avx512Vnni};

/// An instruction set that this machine has: the private field lets only detection make one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Isa(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    /// AVX-512 F, BW and VNNI.
    #[cfg(target_arch = "x86_64")]
    Avx512Vnni,
    /// AVX-512 F and BW.
    #[cfg(target_arch = "x86_64")]
    Avx512,
    /// AVX2 and FMA.
    #[cfg(target_arch = "x86_64")]
    Avx2,
    /// What every machine has that this build is for.
    Baseline,
}

/// A function that can be compiled for any instruction set.
///
/// A trait rather than a closure, which the compiler would not inline into where the instructions are enabled.
pub(crate) trait SimdFn {
    /// What it returns.
    type Output;

    /// Computes with vectors of type `V`. Implementations are `#[inline(always)]`, and so is all that they call with
    /// vectors, so that they are compiled with the instructions that [`Isa::call`] enables.
    ///
    /// # Safety
    /// The CPU must have the instructions of `V`.
    unsafe fn call<V: Vector>(self) -> Self::Output;
}

impl Isa {
    /// The widest instruction set of this machine.
    pub fn detect() -> Self {
        Self::available().next().unwrap_or(Self(Set::Baseline))
    }

    /// The instruction sets of this machine, the widest first.
    pub fn available() -> impl Iterator<Item = Self> {
        #[cfg(target_arch = "x86_64")]
        let native = {
            let avx512 = is_x86_feature_detected!("avx512f") && is_x86_feature_detected!("avx512bw");
            let avx2 = is_x86_feature_detected!("avx2") && is_x86_feature_detected!("fma");
            [
                (avx512 && is_x86_feature_detected!("avx512vnni")).then_some(Set::Avx512Vnni),
                avx512.then_some(Set::Avx512),
                avx2.then_some(Set::Avx2),
            ]
        };
        #[cfg(not(target_arch = "x86_64"))]
        let native: [Option<Set>; 0] = [];
        native.into_iter().flatten().chain([Set::Baseline]).map(Self)
    }

    /// Lanes of a vector.
    pub fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx512Vnni => Avx512Vnni::LANES,
            #[cfg(target_arch = "x86_64")]
            Set::Avx512 => Avx512::LANES,
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => Avx2::LANES,
            Set::Baseline => Baseline::LANES,
        }
    }

    /// Calls a function with this instruction set's vectors.
    pub fn call<F: SimdFn>(self, function: F) -> F::Output {
        // SAFETY: `self` was detected, so the CPU has the set's instructions; every CPU that this build is for has the
        // baseline's.
        unsafe {
            match self.0 {
                #[cfg(target_arch = "x86_64")]
                Set::Avx512Vnni => avx512_vnni(function),
                #[cfg(target_arch = "x86_64")]
                Set::Avx512 => avx512(function),
                #[cfg(target_arch = "x86_64")]
                Set::Avx2 => avx2(function),
                Set::Baseline => function.call::<Baseline>(),
            }
        }
    }
}

/// Declares functions that are compiled with the features of a type of vectors.
#[cfg(target_arch = "x86_64")]
macro_rules! with_features {
    ($($name:ident, $vector:ident, $features:literal;)*) => {
        $(
            #[target_feature(enable = $features)]
            fn $name<F: SimdFn>(function: F) -> F::Output {
                // SAFETY: this function's features are those of the vectors, and its caller has checked for them.
                unsafe { function.call::<$vector>() }
            }
        )*
    };
}

#[cfg(target_arch = "x86_64")]
with_features! {
    avx512_vnni, Avx512Vnni, "avx512f,avx512bw,avx512vnni";
    avx512, Avx512, "avx512f,avx512bw";
    avx2, Avx2, "avx2,fma";
}
