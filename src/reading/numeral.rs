//! Whether a field holds a value at all, however it is written.

/// Whether a field holds a number in any notation, or a word for a missing one.
pub(super) fn is_value(field: &[u8]) -> bool {
    is_number(field) || is_missing(field)
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

/// Whether a field is empty or a word for a missing number.
fn is_missing(field: &[u8]) -> bool {
    const WORDS: [&str; 18] = [
        "",
        "na",
        "n/a",
        "nan",
        "nil",
        "null",
        "none",
        "missing",
        "inf",
        "infinity",
        "-",
        "--",
        "?",
        ".",
        "*",
        "#n/a",
        "qnan",
        "undefined",
    ];
    let word = field.trim_ascii();
    let word =
        word.strip_prefix(b"-").or(word.strip_prefix(b"+")).filter(|rest| rest.len() > 1).unwrap_or(word);
    let word = word.strip_prefix(b"1.#").unwrap_or(word);
    WORDS.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}
