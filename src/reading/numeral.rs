//! Whether a field holds a value at all, however it is written.

use super::missing::is_missing;

/// Whether a field holds a number in any notation, or a word for a missing one.
pub(super) fn is_value(field: &[u8]) -> bool {
    is_number(field) || str::from_utf8(field).is_ok_and(|text| is_missing(text) || is_infinite(text))
}

fn is_infinite(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    ["inf", "infinity", "1.#inf"].iter().any(|word| text.eq_ignore_ascii_case(word))
}

/// Whether a field holds a number, with a decimal point or comma, signs and exponents of any kind.
pub(super) fn is_number(field: &[u8]) -> bool {
    let Ok(text) = str::from_utf8(field) else { return false };
    // As a spreadsheet is made to keep it as text.
    let text = text.strip_prefix("=\"").and_then(|text| text.strip_suffix('"')).unwrap_or(text);
    let (mut digits, mut exponents) = (0, 0);
    for letter in text.chars() {
        match letter {
            '0'..='9' => digits += 1,
            'e' | 'E' | 'd' | 'D' if digits > 0 => exponents += 1,
            '+' | '-' | '.' | ',' | ' ' | '\'' => {}
            // Minus signs, and spaces between thousands.
            '\u{2212}' | '\u{2010}'..='\u{2013}' | '\u{a0}' | '\u{2009}' | '\u{202f}' | '\u{2019}' => {}
            _ => return false,
        }
    }
    digits > 0 && exponents <= 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_in_any_notation() {
        for field in
            ["1", "-1.5e-3", "1,5", "1.234,5", "1 234", "1'234", "\u{2212}7", "1.5D+02", "=\"007\"", "+.5"]
        {
            assert!(is_number(field.as_bytes()), "{field}");
        }
        for field in ["", "x", "e5", "1x", "two", "m/s2", "joint_00", "1e5e5", "\"1", "加速度1"] {
            assert!(!is_number(field.as_bytes()), "{field}");
        }
        for field in ["", "NA", "-Infinity", "nan", "-"] {
            assert!(is_value(field.as_bytes()), "{field}");
        }
        assert!(!is_value(b"deg") && !is_value(b"\xff"));
    }
}
