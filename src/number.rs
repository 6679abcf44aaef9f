//! Decimal numbers: read, correctly rounded, and shown.

use std::fmt;
use std::ops::Neg;
use std::str::FromStr;

/// A kind of number that a field can hold: `f32` or `f64`.
pub trait Number: sealed::Nearest + Copy + FromStr + Into<f64> + Neg<Output = Self> {}

impl Number for f32 {}
impl Number for f64 {}

mod sealed {
    /// Decimal numbers by a few operations.
    pub trait Nearest: Sized {
        /// The number nearest to `digits * 10^exponent`, where a few operations are enough to be sure of it.
        fn nearest(digits: u64, exponent: i32) -> Option<Self>;
    }
}

impl sealed::Nearest for f64 {
    /// W. D. Clinger, How to read floating point numbers accurately (1990): both factors are exact, so the one
    /// operation rounds correctly.
    #[inline(always)]
    fn nearest(digits: u64, exponent: i32) -> Option<f64> {
        let power = *POWERS_OF_TEN.get(exponent.unsigned_abs() as usize)?;
        let exact = digits <= 1 << f64::MANTISSA_DIGITS;
        exact.then_some(if exponent < 0 { digits as f64 / power } else { digits as f64 * power })
    }
}

impl sealed::Nearest for f32 {
    /// The nearest `f64`, or one next to it, tells the nearest `f32` unless it lies at the middle between two.
    #[inline(always)]
    fn nearest(digits: u64, exponent: i32) -> Option<f32> {
        /// The bits of the mantissa of an `f64` that an `f32` does not have.
        const SURPLUS: u64 = 1 << (f64::MANTISSA_DIGITS - f32::MANTISSA_DIGITS);
        /// In units in the last place (ulp) of an `f64`. Each of three roundings adds at most half a unit of its own,
        /// which is at most a whole one of the result.
        const ERROR: u64 = 4;

        if digits == 0 {
            return Some(0.0);
        }
        let places = exponent.unsigned_abs() as usize;
        let power = match POWERS_OF_TEN.get(places) {
            Some(power) => *power,
            None => MAX_POWER * POWERS_OF_TEN.get(places - MAX_EXPONENT)?,
        };
        let value = if exponent < 0 { digits as f64 / power } else { digits as f64 * power };
        let from_middle = (value.to_bits() % SURPLUS).abs_diff(SURPLUS / 2);
        let normal = value >= f64::from(f32::MIN_POSITIVE) && value <= f64::from(f32::MAX);
        (normal && from_middle > ERROR).then_some(value as f32)
    }
}

/// The powers of ten that an `f64` holds exactly.
const POWERS_OF_TEN: [f64; MAX_EXPONENT + 1] = {
    let mut powers = [1.0; MAX_EXPONENT + 1];
    let mut exponent = 1;
    while exponent <= MAX_EXPONENT {
        powers[exponent] = powers[exponent - 1] * 10.0;
        exponent += 1;
    }
    powers
};
const MAX_EXPONENT: usize = 22;
const MAX_POWER: f64 = POWERS_OF_TEN[MAX_EXPONENT];

/// What `str::parse` makes of a field, to the last bit: most fields are read by a few operations that prove their
/// rounding, and the others by it.
pub(crate) fn parse<T: Number>(field: &[u8]) -> Option<T> {
    parse_with::<T, b'.'>(field)
}

/// As [`parse`], of numbers whose decimals are behind another sign than a point, which they then do not have.
pub(crate) fn parse_with<T: Number, const SIGN: u8>(field: &[u8]) -> Option<T> {
    parse_short::<T, SIGN>(field).or_else(|| parse_long::<T, SIGN>(field))
}

/// As [`parse_with`], by the standard library.
#[cold]
fn parse_long<T: Number, const SIGN: u8>(field: &[u8]) -> Option<T> {
    let text = str::from_utf8(field).ok()?;
    match SIGN {
        b'.' => text.parse().ok(),
        _ if text.contains('.') => None,
        sign => text.replacen(char::from(sign), ".", 1).parse().ok(),
    }
}

/// A number in a message. In a browser JavaScript writes it: Rust's printer is a twentieth of the module.
#[derive(Clone, Copy, PartialEq)]
pub struct Shown(pub f64);

impl From<f32> for Shown {
    /// The number in an `f32`'s few digits.
    fn from(number: f32) -> Self {
        #[cfg(target_arch = "wasm32")]
        let digits = js_sys::Number::from(number).to_precision(7).map(String::from).unwrap_or_default();
        #[cfg(not(target_arch = "wasm32"))]
        let digits = number.to_string();
        Self(parse(digits.as_bytes()).unwrap_or(number.into()))
    }
}

impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        #[cfg(target_arch = "wasm32")]
        return match js_sys::Number::from(self.0).to_string_with_radix(10) {
            Ok(text) => f.write_str(&String::from(text)),
            Err(_) => Err(fmt::Error),
        };
        #[cfg(not(target_arch = "wasm32"))]
        self.0.fmt(f)
    }
}

impl fmt::Debug for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// As [`parse_with`], or nothing where it takes more than a few operations to be sure. It is a part of the function that
/// calls it: for the loop over the fields of a file.
#[inline(always)]
pub(crate) fn parse_short<T: Number, const SIGN: u8>(field: &[u8]) -> Option<T> {
    /// So many digits fit into 64 bits.
    const MAX_DIGITS: usize = 19;

    let (negative, text) = match field {
        [b'-', text @ ..] => (true, text),
        text => (false, text),
    };
    let (whole, rest) = digits(0, text);
    let mut count = text.len() - rest.len();
    let (number, places, rest) = match rest {
        [sign, fraction @ ..] if *sign == SIGN => {
            let (number, rest) = digits(whole, fraction);
            (number, fraction.len() - rest.len(), rest)
        }
        rest => (whole, 0, rest),
    };
    count += places;
    if count > MAX_DIGITS {
        let leading = text.iter().filter(|byte| **byte != SIGN).take_while(|byte| **byte == b'0');
        count -= leading.count().min(count - 1);
    }
    let power = match rest {
        [] => 0,
        [b'e' | b'E', power @ ..] => exponent(power)?,
        _ => return None,
    };
    if !(1..=MAX_DIGITS).contains(&count) {
        return None;
    }
    let number = T::nearest(number, power - places as i32)?;
    Some(if negative { -number } else { number })
}

/// Reads digits that go on from `number`, modulo 2^64. Returns what follows them.
#[inline(always)]
fn digits(mut number: u64, mut text: &[u8]) -> (u64, &[u8]) {
    while let Some((eight, rest)) = text.split_first_chunk()
        && let Some(value) = eight_digits(u64::from_le_bytes(*eight))
    {
        number = number.wrapping_mul(100_000_000).wrapping_add(value);
        text = rest;
    }
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        text = rest;
    }
    (number, text)
}

/// The number that eight bytes, the first one lowest, spell in digits. Neighbours are put together three times: to
/// four numbers of two digits, two of four, one of eight.
fn eight_digits(bytes: u64) -> Option<u64> {
    const ZEROS: u64 = u64::from_le_bytes([b'0'; 8]);
    const HIGH: u64 = u64::from_le_bytes([0xf0; 8]);
    // Above the nine the high half of the byte changes.
    const SIX: u64 = u64::from_le_bytes([6; 8]);

    if bytes & HIGH != ZEROS || (bytes + SIX) & HIGH != ZEROS {
        return None;
    }
    let ones = bytes - ZEROS;
    let pairs = (ones * 10 + (ones >> 8)) & 0x00ff_00ff_00ff_00ff;
    let fours = (pairs * 100 + (pairs >> 16)) & 0x0000_ffff_0000_ffff;
    Some((fours * 10_000 + (fours >> 32)) & 0xffff_ffff)
}

/// An exponent of at most four digits.
fn exponent(text: &[u8]) -> Option<i32> {
    let (negative, text) = match text {
        [b'-', text @ ..] => (true, text),
        [b'+', text @ ..] => (false, text),
        text => (false, text),
    };
    let (number, rest) = digits(0, text);
    let short = rest.is_empty() && (1..=4).contains(&text.len());
    short.then_some(if negative { -(number as i32) } else { number as i32 })
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Compares with `str::parse`, to the last bit.
    fn check(text: &str) {
        let single = text.parse().ok().map(f32::to_bits);
        assert_eq!(parse(text.as_bytes()).map(f32::to_bits), single, "{text} as f32");
        let double = text.parse().ok().map(f64::to_bits);
        assert_eq!(parse(text.as_bytes()).map(f64::to_bits), double, "{text} as f64");
        let comma = text.replace('.', ",");
        let with_comma = parse_with::<f32, b','>(comma.as_bytes()).map(f32::to_bits);
        assert_eq!(with_comma, single, "{comma} with a comma as f32");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn as_the_standard_library(text in "[+-]?[0-9]{0,24}\\.?[0-9]{0,24}([eE][+-]?[0-9]{0,5})?") {
            check(&text);
        }

        #[test]
        fn like_measurements(text in "-?0?\\.0{0,9}[0-9]{1,20}(e-?[0-9]{1,2})?") {
            check(&text);
        }

        #[test]
        fn numbers_or_none(text in "[0-9.eE+\\-_:/ nai]{0,20}") {
            check(&text);
        }

        /// The middle between two neighbours, and what lies just beside it.
        #[test]
        fn at_and_beside_the_middle(bits in 0..f32::INFINITY.to_bits(), digits in 6..25_usize, beside in -2..=2_i64) {
            let [below, above] = [bits, bits + 1].map(|bits| f64::from(f32::from_bits(bits)));
            let middle = if above.is_finite() { below.midpoint(above) } else { 2_f64.powi(128) - 2_f64.powi(103) };
            check(&format!("{middle:.digits$e}"));
            check(&format!("{:.digits$e}", f64::from_bits(middle.to_bits().wrapping_add_signed(beside))));
            // In full, and with something behind more digits than are kept.
            check(&format!("{middle:.160}"));
            check(&format!("{middle:.160}{}1", "0".repeat(800)));
            if let Ok(whole) = format!("{middle:.0}").parse::<i64>() {
                check(&(whole + beside).to_string());
            }
        }

        #[test]
        fn any_number(single in any::<f32>(), double in any::<f64>()) {
            for text in [single.to_string(), format!("{single:e}"), format!("{}", f64::from(single))] {
                check(&text);
            }
            check(&format!("{double:e}"));
        }
    }

    #[test]
    fn at_the_ends() {
        for text in [
            "0",
            "-0",
            "-0.0e9999",
            "0e-99999",
            "1e-45",
            "7e-46",
            "7.1e-46",
            "1.1754943e-38",
            "1.17549428e-38",
            "1.1754942e-38",
            "3.4028235e38",
            "3.40282356e38",
            "3.4028235677973366e38",
            "3.4028236e38",
            "1e44",
            "1e-44",
            "9007199254740993",
            "9007199254740992e22",
            "18446744073709551615",
            "18446744073709551616",
            "9999999999999999999e-22",
            "00000000000000000000000001.5",
            "0.00000000000000000000000000000000000001",
            "1e",
            "1e+",
            ".",
            "-",
            "",
            "-.",
            ".e1",
            "+1",
            "1.",
            ".1",
            "--1",
            "1..2",
            "1e1.",
            "inf",
            "NaN",
            "1e00001",
            "16777217",
            "16777219",
            "1.00000017881393432617187500001",
            "0.000000059604644775390625",
        ] {
            check(text);
        }
    }
}
