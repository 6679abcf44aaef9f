//! The words for a value that is missing.

use super::ids;

/// In small letters. What spreadsheets write for an error, and what programs print for a number that is none, is
/// missing too; what is infinite is not.
const WORDS: [&str; 34] = [
    "na",
    "n/a",
    "n.a.",
    "n.a",
    "#n/a",
    "#na",
    "#n/a n/a",
    "nan",
    "qnan",
    "snan",
    "null",
    "nil",
    "none",
    "missing",
    "miss",
    "undefined",
    "undef",
    "unknown",
    "nat",
    "<na>",
    "<null>",
    "\\n",
    "(null)",
    "(blank)",
    "(empty)",
    "blank",
    "empty",
    "no data",
    "nodata",
    "not available",
    "invalid",
    "error",
    "void",
    "absent",
];

/// Whether a field says that there is no value: nothing, a usual word, or nothing but signs.
pub fn is_missing(field: &str) -> bool {
    let text = ids::clean(field);
    let text = text.trim_matches(['"', '\'', ' ']);
    if text.len() > 16 {
        return false;
    }
    // A field of signs alone: `-`, `--`, `.`, `?`, `*`, `…`.
    let sign = |letter: char| {
        matches!(
            letter,
            '-' | '.' | '?' | '*' | '\u{2010}'..='\u{2015}' | '\u{2026}' | '\u{2212}' | '_' | '~'
        )
    };
    if text.chars().all(sign) {
        return true;
    }
    let text = text.to_ascii_lowercase();
    if WORDS.contains(&text.as_str()) || text.starts_with('#') && is_spreadsheet_error(&text) {
        return true;
    }
    // -nan, +nan, nan(ind), nan(0x8000000000000), -nan(snan); 1.#QNAN, -1.#IND, 1.#IND00.
    let unsigned = text.trim_start_matches(['-', '+', '\u{2212}']);
    let payload = |rest: &str| rest.is_empty() || rest.starts_with('(') && rest.ends_with(')');
    unsigned.strip_prefix("nan").is_some_and(payload)
        || ["1.#qnan", "1.#snan", "1.#ind", "1,#qnan", "1,#snan", "1,#ind"]
            .iter()
            .any(|word| unsigned.strip_prefix(word).is_some_and(|rest| rest.bytes().all(|byte| byte == b'0')))
}

/// #DIV/0!, #VALUE!, #REF!, #NUM!, #NAME?, #NULL!, #WERT!, and so on, in any language.
fn is_spreadsheet_error(text: &str) -> bool {
    text.len() > 2 && text.ends_with(['!', '?'])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn usual_words_in_any_case() {
        let missing = "|NA|N/A|n/a|#N/A|NaN|nan|-nan|NaN(ind)|-nan(ind)|1.#QNAN|-1.#IND|1.#IND00|null|NULL|nil|None|none|-|--|---|.|..|?|*|missing|\
                       undefined|<NA>|NaT|\\N|#DIV/0!|#VALUE!|#REF!|#NUM!|#NAME?|#WERT!|(blank)| NA |\u{2014}|\u{2026}|\u{a0}|\u{feff}NaN|'NA'";
        for field in missing.split('|') {
            assert!(is_missing(field), "{field:?}");
        }
        for field in ["0", "inf", "1.#INF", "-1.#INF00", "x", "nano", "two", "#1", "-1", "e", "1.#", "na na"]
        {
            assert!(!is_missing(field), "{field:?}");
        }
    }
}
