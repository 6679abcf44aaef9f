//! Numbers as people and programs write them: which sign is before the decimals and which between thousands, and
//! numbers that are written in another way than computers do.

use super::ids;

/// The sign before the decimals.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Decimal {
    #[default]
    Point,
    Comma,
}

impl Decimal {
    fn of(sign: u8) -> Option<Decimal> {
        match sign {
            b'.' => Some(Decimal::Point),
            b',' => Some(Decimal::Comma),
            _ => None,
        }
    }

    pub fn other(self) -> Decimal {
        match self {
            Decimal::Point => Decimal::Comma,
            Decimal::Comma => Decimal::Point,
        }
    }
}

/// What a field says about the signs of its file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Evidence {
    /// Nothing: it is no number, or has neither sign, and so many digits in one run.
    None { digits: usize },
    /// Its decimals are behind this sign: no other reading makes a number of it.
    Proof(Decimal),
    /// The sign in it may be that of its decimals or of its thousands: 1,234.
    Either(Decimal),
}

/// What a field says about the signs of its file.
pub(super) fn evidence(field: &[u8]) -> Evidence {
    let none = Evidence::None { digits: 0 };
    if !field.iter().any(|byte| matches!(byte, b'.' | b',')) {
        let digits = field.strip_prefix(b"-").unwrap_or(field);
        let whole = digits.iter().all(u8::is_ascii_digit);
        // A zero is written alike with and without anything between thousands and before decimals.
        return Evidence::None { digits: if whole && digits != b"0" { digits.len() } else { 0 } };
    }
    let Some(number) = str::from_utf8(field).ok().and_then(Spelling::of) else { return none };
    match [Decimal::Point, Decimal::Comma].map(|decimal| number.plain(decimal).is_some()) {
        [true, true] => Evidence::Either(if field.contains(&b'.') { Decimal::Point } else { Decimal::Comma }),
        [true, false] => Evidence::Proof(Decimal::Point),
        [false, true] => Evidence::Proof(Decimal::Comma),
        [false, false] => none,
    }
}

/// What is unusual about the spelling of a number.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Unusual {
    pub invisible: bool,
    pub spreadsheet_text: bool,
    pub sign: bool,
    pub thousands: bool,
    pub exponent: bool,
}

/// A number's spelling, taken apart as far as every reading of it agrees.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Spelling {
    negative: bool,
    /// Digits, points, commas, and [`SPACE`] for what else may stand between thousands.
    mantissa: Vec<u8>,
    /// With its sign; empty if there is none.
    exponent: String,
    unusual: Unusual,
}

/// Spaces and apostrophes between thousands; they are never before decimals.
const SPACE: u8 = b' ';

impl Spelling {
    /// None if the field is no number by any reading.
    pub fn of(field: &str) -> Option<Spelling> {
        let mut unusual = Unusual::default();
        let seen = ids::clean(field);
        unusual.invisible = seen.chars().count() != field.trim().chars().count();
        let mut text = seen.as_ref();
        if let Some(inner) = ids::spreadsheet_text(field.trim()) {
            (text, unusual.spreadsheet_text, unusual.invisible) = (inner.trim(), true, false);
        } else if let Some(inner) = text.strip_prefix('\'') {
            (text, unusual.spreadsheet_text) = (inner, true);
        }
        let (negative, rest) = sign(text, &mut unusual);
        let mut spelling = Spelling { negative, mantissa: Vec::new(), exponent: String::new(), unusual };
        let mut letters = rest.char_indices();
        for (at, letter) in letters.by_ref() {
            match letter {
                '0'..='9' | '.' | ',' => spelling.mantissa.push(letter as u8),
                ' ' | '\'' | '\u{2019}' => spelling.mantissa.push(SPACE),
                _ => {
                    spelling.exponent = spelling.exponent(&rest[at..])?;
                    break;
                }
            }
        }
        spelling.mantissa.iter().any(u8::is_ascii_digit).then_some(spelling)
    }

    /// The exponent of what follows the mantissa: `e5`, Fortran's `D+03`, or its `-105` without a letter.
    fn exponent(&mut self, text: &str) -> Option<String> {
        let (letter, digits) = match text.strip_prefix(['e', 'E']) {
            Some(digits) => (true, digits),
            None => {
                self.unusual.exponent = true;
                match text.strip_prefix(['d', 'D', 'q', 'Q']) {
                    Some(digits) => (true, digits),
                    None => (false, text),
                }
            }
        };
        let before = self.unusual.sign;
        let (negative, digits) = sign(digits, &mut self.unusual);
        let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
        // Without a letter it is an exponent only as Fortran writes it: behind decimals, with three digits.
        let fortran = digits.len() == 3 && self.mantissa.iter().any(|byte| matches!(byte, b'.' | b','));
        if !(is_number && (letter || fortran)) {
            return None;
        }
        if !letter {
            self.unusual.sign = before;
        }
        Some(format!("{}{digits}", if negative { "-" } else { "" }))
    }

    /// The number as computers write it, and what was unusual about it, if decimals are behind this sign; none if that
    /// makes no number of it.
    pub fn plain(&self, decimal: Decimal) -> Option<(String, Unusual)> {
        let mut unusual = self.unusual;
        let is_sign = |byte: &&u8| Decimal::of(**byte) == Some(decimal);
        let signs = self.mantissa.iter().filter(is_sign).count();
        let (whole, decimals) = match self.mantissa.iter().position(|byte| is_sign(&byte)) {
            None => (&self.mantissa[..], &[][..]),
            Some(at) => (&self.mantissa[..at], &self.mantissa[at + 1..]),
        };
        if signs > 1 || !decimals.iter().all(u8::is_ascii_digit) {
            return None;
        }
        let groups: Vec<&[u8]> = whole.split(|byte| !byte.is_ascii_digit()).collect();
        let [first, others @ ..] = &groups[..] else { return None };
        if let [_, ..] = others {
            let mut separators = whole.iter().filter(|byte| !byte.is_ascii_digit());
            let separator = separators.next();
            let alike = separators.all(|other| Some(other) == separator);
            let grouped = (1..=3).contains(&first.len()) && first[0] != b'0';
            let exponent = !self.exponent.is_empty();
            if !(alike && grouped && others.iter().all(|group| group.len() == 3)) || exponent {
                return None;
            }
            unusual.thousands = true;
        }
        if first.is_empty() && decimals.is_empty() {
            return None;
        }
        let mut text = String::with_capacity(self.mantissa.len() + self.exponent.len() + 2);
        text.push_str(if self.negative { "-" } else { "" });
        let digit = |byte: &u8| char::from(*byte);
        text.extend(groups.iter().copied().flatten().map(digit));
        if signs == 1 {
            text.push('.');
            text.extend(decimals.iter().map(digit));
        }
        if !self.exponent.is_empty() {
            text.push('e');
            text.push_str(&self.exponent);
        }
        Some((text, unusual))
    }
}

/// A sign in front, and what follows it.
fn sign<'a>(text: &'a str, unusual: &mut Unusual) -> (bool, &'a str) {
    let mut letters = text.chars();
    let (negative, usual) = match letters.next() {
        Some('-') => (true, true),
        Some('+') => (false, true),
        // The minus sign, hyphens, dashes, and what East Asian fonts have for them.
        Some('\u{2212}' | '\u{2010}'..='\u{2014}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}') => (true, false),
        Some('\u{fe62}' | '\u{ff0b}') => (false, false),
        _ => return (false, text),
    };
    unusual.sign |= !usual;
    (negative, letters.as_str())
}

/// Whether a field is a number without an end.
pub(super) fn is_infinite(field: &str) -> bool {
    let text = ids::clean(field);
    let (_, text) = sign(&text, &mut Unusual::default());
    let text = text.to_ascii_lowercase();
    // C on Windows fills the width with zeros.
    let windows = text.strip_prefix("1.#inf").or(text.strip_prefix("1,#inf"));
    ["inf", "infinity", "infinite", "\u{221e}"].contains(&text.as_str())
        || windows.is_some_and(|rest| rest.bytes().all(|byte| byte == b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_says_which_sign_is_before_its_decimals() {
        use Decimal::{Comma, Point};
        for (fields, expected) in [
            (
                &[
                    "0.95",
                    "12.5",
                    "0.123",
                    ".5",
                    "1234.567",
                    "1,980.40",
                    "1,234,567",
                    "1.234e5",
                    "-1.5",
                    "1 234.5",
                ][..],
                Evidence::Proof(Point),
            ),
            (
                &[
                    "0,95",
                    "12,5",
                    "0,123",
                    ",5",
                    "1234,567",
                    "1.980,40",
                    "1.234.567",
                    "1,234e5",
                    "\u{2212}1,5",
                ],
                Evidence::Proof(Comma),
            ),
            (&["1,234", "-12,345", "123,456", "+1,234"], Evidence::Either(Comma)),
            (&["1.234", "-12.345"], Evidence::Either(Point)),
            (
                &[
                    "",
                    "NA",
                    "12.05.2024",
                    "1,2,3",
                    "1.2.3",
                    "1,23.456",
                    "1.234,567.8",
                    "10:30:00.5",
                    "abc.def",
                    ".",
                ],
                Evidence::None { digits: 0 },
            ),
            (&["1234", "-1234"], Evidence::None { digits: 4 }),
        ] {
            for field in fields {
                assert_eq!(evidence(field.as_bytes()), expected, "{field}");
            }
        }
    }

    #[test]
    fn numbers_are_spelled_in_many_ways() {
        for (field, plain) in [
            ("1,234.5", "1234.5"),
            ("1 234 567", "1234567"),
            ("1\u{a0}234.5", "1234.5"),
            ("1\u{202f}234.5", "1234.5"),
            ("1'234.5", "1234.5"),
            ("1\u{2019}234", "1234"),
            ("1.5D+03", "1.5e03"),
            ("1.5d-3", "1.5e-3"),
            ("0.1234-105", "0.1234e-105"),
            ("1.5E\u{2212}3", "1.5e-3"),
            ("\u{2212}2.5", "-2.5"),
            ("\u{ff0b}2.5", "2.5"),
            ("=\"0.5\"", "0.5"),
            ("'0.5", "0.5"),
            ("\u{feff}0.5\u{200b}", "0.5"),
            ("- 5", "none"),
            ("1 23", "none"),
            ("12 34.5", "none"),
            ("0 123", "none"),
            ("1-2", "none"),
            ("1.5-2", "none"),
            ("1_000", "none"),
            ("--1", "none"),
            ("5 %", "none"),
            ("", "none"),
        ] {
            let found = Spelling::of(field).and_then(|spelling| spelling.plain(Decimal::Point));
            assert_eq!(found.map_or("none".to_owned(), |(text, _)| text), plain, "{field}");
        }
    }
}
