//! Decimal numbers of any length, correctly rounded: as quotients of two integers of any length.

use std::cmp::Ordering;

use super::Number;

/// Significant digits beyond which only one thing counts: whether anything follows. The middle between two `f64` has
/// fewer.
const MAX_DIGITS: usize = 800;
/// Ten to this power is beyond all numbers, and ten to minus this power less than half of the least positive one.
const MAX_MAGNITUDE: i64 = 330;

/// What `str::parse` makes of a field.
pub(super) fn parse<T: Number>(field: &[u8]) -> Option<T> {
    let (negative, text) = sign(field);
    let is = |word: &str| text.eq_ignore_ascii_case(word.as_bytes());
    let number = if is("inf") || is("infinity") {
        T::INFINITY
    } else if is("nan") {
        T::NAN
    } else {
        positive(text)?
    };
    Some(if negative { -number } else { number })
}

/// Whether the text starts with a minus, and the rest of it.
fn sign(text: &[u8]) -> (bool, &[u8]) {
    match text {
        [b'-', text @ ..] => (true, text),
        [b'+', text @ ..] => (false, text),
        text => (false, text),
    }
}

/// What is before and after the first byte of a kind, without that byte.
fn split(text: &[u8], at: impl Fn(&u8) -> bool) -> (&[u8], Option<&[u8]>) {
    match text.iter().position(at) {
        Some(place) => (&text[..place], Some(&text[place + 1..])),
        None => (text, None),
    }
}

/// A number without a sign.
fn positive<T: Number>(text: &[u8]) -> Option<T> {
    let (significand, power) = split(text, |byte| matches!(byte, b'e' | b'E'));
    let (whole, fraction) = split(significand, |byte| *byte == b'.');
    let fraction = fraction.unwrap_or_default();
    let digits = [whole, fraction].concat();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let mut scale = power.map_or(Some(0), exponent)? - fraction.len() as i64;

    let Some(first) = digits.iter().position(|digit| *digit != b'0') else { return Some(T::from_bits(0)) };
    let digits = &digits[first..];
    let magnitude = scale + digits.len() as i64;
    if magnitude > MAX_MAGNITUDE {
        return Some(T::INFINITY);
    }
    if magnitude < -MAX_MAGNITUDE {
        return Some(T::from_bits(0));
    }
    let (leading, rest) = digits.split_at(digits.len().min(MAX_DIGITS));
    let mut number = Natural::default();
    for digit in leading {
        number.multiply_add(10, u32::from(digit - b'0'));
    }
    scale += rest.len() as i64;
    if rest.iter().any(|digit| *digit != b'0') {
        number.multiply_add(10, 1);
        scale -= 1;
    }
    Some(rounded(number, scale))
}

/// An exponent, or one that is as good if it is very great.
fn exponent(text: &[u8]) -> Option<i64> {
    /// More than a field has digits.
    const MAX_EXPONENT: i64 = 1 << 50;

    let (negative, digits) = sign(text);
    let all_digits = !digits.is_empty() && digits.iter().all(u8::is_ascii_digit);
    let number = digits
        .iter()
        .fold(0, |number, digit| (10 * number + i64::from(digit.wrapping_sub(b'0'))).min(MAX_EXPONENT));
    all_digits.then_some(if negative { -number } else { number })
}

/// The number nearest to `number * 10^scale`, which is not zero; between two, the even one.
fn rounded<T: Number>(number: Natural, scale: i64) -> T {
    let one = Natural(vec![1]);
    let (mut numerator, mut denominator) = (number, one);
    let scaled = if scale < 0 { &mut denominator } else { &mut numerator };
    for _ in 0..scale.unsigned_abs() {
        scaled.multiply_add(10, 0);
    }

    // The quotient, which has two or three bits more than the significand, times 2^exponent.
    let places = T::DIGITS + 3;
    let exponent = numerator.bits() as i32 - denominator.bits() as i32 + 1 - places as i32;
    let scaled = if exponent < 0 { &mut numerator } else { &mut denominator };
    scaled.shift_left(exponent.unsigned_abs());
    denominator.shift_left(places);
    let mut quotient: u64 = 0;
    for _ in 0..places {
        numerator.shift_left(1);
        let fits = numerator.cmp(&denominator) != Ordering::Less;
        if fits {
            numerator.subtract(&denominator);
        }
        quotient = quotient << 1 | u64::from(fits);
    }
    // With the last bit set, a quotient that is not whole is on the right side of the middle.
    quotient |= u64::from(!numerator.0.is_empty());

    let last =
        (exponent + (u64::BITS - quotient.leading_zeros()) as i32 - T::DIGITS as i32).max(T::MIN_EXPONENT);
    let dropped = (last - exponent).min(63);
    let half = 1 << (dropped - 1);
    let (significand, rest) = (quotient >> dropped, quotient & (2 * half - 1));
    let up = rest > half || rest == half && significand & 1 == 1;
    // The first bit of a normal number's significand adds one to the exponent's bits, and so does a carry.
    T::from_bits((((last - T::MIN_EXPONENT) as u64) << (T::DIGITS - 1)) + significand + u64::from(up))
}

/// A natural number: its digits of base 2^32, the lowest first, the last one not zero.
#[derive(Default)]
struct Natural(Vec<u32>);

impl Natural {
    /// Bits without leading zeros.
    fn bits(&self) -> u32 {
        self.0.last().map_or(0, |last| self.0.len() as u32 * u32::BITS - last.leading_zeros())
    }

    /// `self = self * factor + addend`.
    fn multiply_add(&mut self, factor: u32, addend: u32) {
        let mut carry = u64::from(addend);
        for digit in &mut self.0 {
            carry += u64::from(*digit) * u64::from(factor);
            *digit = carry as u32;
            carry >>= u32::BITS;
        }
        if carry > 0 {
            self.0.push(carry as u32);
        }
    }

    fn shift_left(&mut self, bits: u32) {
        self.multiply_add(1 << (bits % u32::BITS), 0);
        self.0.splice(..0, std::iter::repeat_n(0, (bits / u32::BITS) as usize));
    }

    fn cmp(&self, other: &Self) -> Ordering {
        let by_digits = || self.0.iter().rev().cmp(other.0.iter().rev());
        self.0.len().cmp(&other.0.len()).then_with(by_digits)
    }

    /// `self -= other`, which is not greater.
    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        let others = other.0.iter().copied().chain(std::iter::repeat(0));
        for (digit, other) in self.0.iter_mut().zip(others) {
            let (difference, first) = digit.overflowing_sub(other);
            let (difference, second) = difference.overflowing_sub(u32::from(borrow));
            (*digit, borrow) = (difference, first || second);
        }
        let kept = self.0.iter().rposition(|digit| *digit != 0).map_or(0, |last| last + 1);
        self.0.truncate(kept);
    }
}
