//! Every operation on every instruction set of this machine against the portable vectors.

use super::portable::Portable;
use super::vector::MAX_LANES;
use super::{Isa, SimdFn, Vector, sigmoid, tanh};

#[cfg(not(target_arch = "wasm32"))]
use core::prelude::v1::test;
#[cfg(target_arch = "wasm32")]
use wasm_bindgen_test::wasm_bindgen_test as test;

/// As many values as each vector's lanes divide.
type Row = [f32; MAX_LANES];

/// Calls `$operation` on whole vectors of rows `a`, `b` and `c` and returns the bits of the results.
macro_rules! bits_of {
    ($name:ident, |$a:ident, $b:ident, $c:ident| $operation:expr) => {
        struct $name([Row; 3]);

        impl SimdFn for $name {
            type Output = [u32; MAX_LANES];

            #[inline(always)]
            unsafe fn call<V: Vector>(self) -> Self::Output {
                let mut result = Row::default();
                for first in (0..MAX_LANES).step_by(V::LANES) {
                    // SAFETY: the CPU has the instructions, as the caller guarantees; `first + LANES` is at most the
                    // length of a row.
                    unsafe {
                        let [$a, $b, $c] = self.0.each_ref().map(|row| V::load(row[first..].as_ptr()));
                        let _ = ($a, $b, $c);
                        $operation.store(result[first..].as_mut_ptr());
                    }
                }
                result.map(f32::to_bits)
            }
        }
    };
}

bits_of!(Add, |a, b, c| a.add(b));
bits_of!(Sub, |a, b, c| a.sub(b));
bits_of!(Mul, |a, b, c| a.mul(b));
bits_of!(Div, |a, b, c| a.div(b));
bits_of!(MulAdd, |a, b, c| a.mul_add(b, c));
bits_of!(Max, |a, b, c| a.max(b));
bits_of!(Min, |a, b, c| a.min(b));
bits_of!(Maximum, |a, b, c| a.maximum(b));
bits_of!(Like, |a, b, c| b.like(0.75));
bits_of!(ShiftToExponent, |a, b, c| a.shift_to_exponent());
bits_of!(DotI16, |a, b, c| a.dot_i16(b, c));
bits_of!(DotI8, |a, b, c| a.dot_i8(b, c));
bits_of!(I32ToF32, |a, b, c| a.i32_to_f32());
bits_of!(Sigmoid, |a, b, c| sigmoid(a));
bits_of!(Tanh, |a, b, c| tanh(a));

/// Stores a row as integers.
struct Store(Row);

impl SimdFn for Store {
    type Output = ([i16; MAX_LANES], [u8; MAX_LANES]);

    #[inline(always)]
    unsafe fn call<V: Vector>(self) -> Self::Output {
        let (mut words, mut bytes) = ([0; MAX_LANES], [0; MAX_LANES]);
        for first in (0..MAX_LANES).step_by(V::LANES) {
            // SAFETY: the CPU has the instructions, as the caller guarantees; `first + LANES` is at most the length of
            // each array.
            unsafe {
                let row = V::load(self.0[first..].as_ptr());
                row.store_i16(words[first..].as_mut_ptr());
                row.store_u8(bytes[first..].as_mut_ptr());
            }
        }
        (words, bytes)
    }
}

/// What the portable vectors make of it.
fn portable<F: SimdFn>(function: F) -> F::Output {
    // SAFETY: every CPU has the instructions.
    unsafe { function.call::<Portable>() }
}

/// The results of every instruction set, and of the portable vectors.
fn on_all<F: SimdFn<Output = [u32; MAX_LANES]>>(function: impl Fn() -> F) -> [Vec<[u32; MAX_LANES]>; 2] {
    [Isa::available().map(|isa| isa.call(function())).collect(), vec![portable(function())]]
}

/// Compares as values: NaN equals NaN.
fn check_numbers<F: SimdFn<Output = [u32; MAX_LANES]>>(function: fn([Row; 3]) -> F, rows: [Row; 3]) {
    let [found, expected] = on_all(|| function(rows));
    for found in found {
        for (lane, (found, expected)) in found.iter().zip(&expected[0]).enumerate() {
            let [found, expected] = [*found, *expected].map(f32::from_bits);
            let same = found == expected || (found.is_nan() && expected.is_nan());
            assert!(same, "{found} instead of {expected}: {:?}", rows.map(|row| row[lane]));
        }
    }
}

fn check_bits<F: SimdFn<Output = [u32; MAX_LANES]>>(function: fn([Row; 3]) -> F, rows: [Row; 3]) {
    let [found, expected] = on_all(|| function(rows));
    assert!(found.iter().all(|found| *found == expected[0]), "{found:x?} instead of {expected:x?}");
}

/// All operations on values that are the same to the last bit on every instruction set.
fn check_arithmetic(rows: [Row; 3]) {
    check_numbers(Add, rows);
    check_numbers(Sub, rows);
    check_numbers(Mul, rows);
    check_numbers(Div, rows);
    check_numbers(Max, rows);
    check_numbers(Min, rows);
    check_numbers(Maximum, rows);
    check_numbers(Like, rows);
}

/// A product and a sum, rounded once or twice.
fn check_mul_add(rows: [Row; 3]) {
    for isa in Isa::available() {
        for (lane, found) in isa.call(MulAdd(rows)).map(f32::from_bits).into_iter().enumerate() {
            let [a, b, c] = rows.map(|row| row[lane]);
            let expected = [a.mul_add(b, c), a * b + c];
            let same = |expected: f32| found == expected || (found.is_nan() && expected.is_nan());
            assert!(expected.into_iter().any(same), "{a} * {b} + {c} is {found}");
        }
    }
}

/// Sigmoid and tanh of a row against `f64`.
fn check_functions(row: Row) {
    let rows = [row; 3];
    for isa in Isa::available() {
        let results = isa.call(Sigmoid(rows)).into_iter().zip(isa.call(Tanh(rows)));
        for (x, (sigmoid, tanh)) in row.into_iter().zip(results) {
            let x64 = f64::from(x);
            for (found, expected) in [(sigmoid, 1.0 / (1.0 + (-x64).exp())), (tanh, x64.tanh())] {
                let found = f64::from(f32::from_bits(found));
                let close = (found - expected).abs() < 5e-7 || (found.is_nan() && expected.is_nan());
                assert!(close, "{found} instead of {expected} at {x}");
            }
        }
    }
}

/// Values where operations differ from what they do in general.
const SPECIAL: [f32; 16] = [
    0.0,
    -0.0,
    1.0,
    -1.5,
    f32::NAN,
    f32::INFINITY,
    f32::NEG_INFINITY,
    f32::MAX,
    f32::MIN,
    f32::MIN_POSITIVE,
    -f32::MIN_POSITIVE,
    1e-45,
    126.5,
    -126.5,
    16_777_217.0,
    3e-7,
];

#[test]
fn special_numbers_are_treated_alike_by_every_instruction_set() {
    for b in SPECIAL {
        for c in SPECIAL {
            check_arithmetic([SPECIAL, [b; MAX_LANES], [c; MAX_LANES]]);
            check_mul_add([SPECIAL, [b; MAX_LANES], [c; MAX_LANES]]);
        }
    }
    check_functions(SPECIAL);
}

#[test]
fn the_maximum_of_a_nan_is_nan_wherever_it_stands() {
    let (nan, one) = ([f32::NAN; MAX_LANES], [1.0; MAX_LANES]);
    for isa in Isa::available() {
        for rows in [[nan, one, one], [one, nan, one], [nan, nan, nan]] {
            assert!(isa.call(Maximum(rows)).map(f32::from_bits).iter().all(|lane| lane.is_nan()));
        }
        assert!(isa.call(Max([one, nan, one])).map(f32::from_bits).iter().all(|lane| *lane == 1.0));
    }
}

#[test]
fn the_widest_instruction_set_comes_first() {
    let lanes: Vec<usize> = Isa::available().map(Isa::lanes).collect();
    assert!(lanes.is_sorted_by(|wide, narrow| wide >= narrow), "{lanes:?}");
    assert_eq!(Some(Isa::detect()), Isa::available().next());
}

/// As the property tests below, with values that are the same everywhere: these run in browsers too.
#[test]
fn integers_are_treated_alike_by_every_instruction_set() {
    let mut state = 1u32;
    for _ in 0..200 {
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state.rotate_left(16)
        };
        let words: [[u32; MAX_LANES]; 3] = std::array::from_fn(|_| std::array::from_fn(|_| next()));
        check_integers(words);
    }
}

/// All operations on integers, whose bits are made of any words.
fn check_integers(words: [[u32; MAX_LANES]; 3]) {
    // `i16::MIN` and `i8::MIN` are no weights.
    let i16s = |word: u32| [word as u16, (word >> 16) as u16].map(|half| (half as i16).max(-i16::MAX) as u16);
    let i16s = |word: u32| i16s(word).into_iter().rev().fold(0, |word, half| word << 16 | u32::from(half));
    let u7s = |word: u32| word & 0x7F7F_7F7F;
    let i8s = |word: u32| u32::from_le_bytes(word.to_le_bytes().map(|byte| (byte as i8).max(-i8::MAX) as u8));
    let rows = |a: &dyn Fn(u32) -> u32, b: &dyn Fn(u32) -> u32| {
        let [x, y, z] = words;
        [x.map(|word| f32::from_bits(a(word))), y.map(|word| f32::from_bits(b(word))), z.map(f32::from_bits)]
    };
    check_bits(DotI16, rows(&i16s, &i16s));
    check_bits(DotI8, rows(&u7s, &i8s));
    check_bits(ShiftToExponent, rows(&|word| word, &|word| word));
    check_bits(I32ToF32, rows(&|word| word, &|word| word));
    // Halves, too, so that ties are met.
    check_store(words[0].map(|word| (word % 511) as f32 / 2.0));
    check_store(words[1].map(|word| (word % (1 << 24)) as f32 / (1 << 24) as f32 * 255.0));
}

/// Rounding to `u8`, and to `i16` with either sign.
fn check_store(row: Row) {
    let wide = row.map(|x| (x - 127.5) * 256.0);
    for isa in Isa::available() {
        assert_eq!(isa.call(Store(row)), portable(Store(row)), "{row:?}");
        assert_eq!(isa.call(Store(wide)).0, portable(Store(wide)).0, "{wide:?}");
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod properties {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn any_numbers(rows: [Row; 3]) {
            check_arithmetic(rows);
            check_mul_add(rows);
            check_functions(rows[0]);
        }

        #[test]
        fn numbers_as_networks_have_them(rows in prop::array::uniform3(prop::array::uniform16(-20.0..20.0f32))) {
            check_arithmetic(rows);
            check_mul_add(rows);
            check_functions(rows[0]);
        }

        #[test]
        fn any_integers(words: [[u32; MAX_LANES]; 3]) {
            check_integers(words);
        }
    }
}
