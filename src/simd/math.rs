//! Functions of a vector.

use std::f32::consts::LOG2_E;

use super::vector::Vector;

/// Sigmoid, `1 / (1 + exp(-x))`; NaN where `x` is.
#[inline(always)]
pub(crate) fn sigmoid<V: Vector>(x: V) -> V {
    let one = x.like(1.0);
    one.div(one.add(exp2(x.mul(x.like(-LOG2_E)))))
}

/// Hyperbolic tangent, `1 - 2 / (1 + exp(2 x))`; NaN where `x` is.
#[inline(always)]
pub(crate) fn tanh<V: Vector>(x: V) -> V {
    let one = x.like(1.0);
    one.sub(x.like(2.0).div(one.add(exp2(x.mul(x.like(2.0 * LOG2_E))))))
}

/// `2^x` to a relative error of 3e-7 for `x` from -126 to 126, clamped to that range beyond; NaN where `x` is.
///
/// `2^x = 2^n 2^r` with `n = round(x)` and `r = x - n`, and for `2^r` the minimax polynomial of degree 5, whose relative
/// error on -0.5 to 0.5 is at most 7.5e-8 (by Remez' algorithm).
#[inline(always)]
fn exp2<V: Vector>(x: V) -> V {
    // Adding 1.5 * 2^23 rounds to an integer and leaves it in the low bits; 127 is the exponent's bias.
    const ROUND_AND_BIAS: f32 = 12_582_912.0 + 127.0;
    const POLYNOMIAL: [f32; 5] = [9.675_541e-3, 5.550_713e-2, 0.240_221_2, 0.693_146_94, 1.000_000_1];

    let x = x.max(x.like(-126.0)).min(x.like(126.0));
    let biased = x.add(x.like(ROUND_AND_BIAS));
    let r = x.sub(biased.sub(x.like(ROUND_AND_BIAS)));
    let mut p = x.like(1.327_647_2e-3);
    for coefficient in POLYNOMIAL {
        p = p.mul_add(r, x.like(coefficient));
    }
    p.mul(biased.shift_to_exponent())
}
