//! Names that are written in two ways: `walk`, `Walk`, `WALK `.

use super::ids;
use crate::number;

/// Whether two names are the same but for case, spaces and what stands for spaces, or are the same number.
pub fn is_alike(name: &str, other: &str) -> bool {
    let number = |name: &str| number::parse::<f64>(ids::clean(name).as_bytes());
    plain(name) == plain(other) || number(name).is_some_and(|value| number(other) == Some(value))
}

/// What all spellings of a name have in common: small letters, no spaces, underscores or hyphens between words.
pub fn plain(name: &str) -> String {
    let mut plain = String::with_capacity(name.len());
    for letter in ids::clean(name).chars() {
        let between_words = plain.ends_with(char::is_alphabetic);
        match letter {
            ' ' | '_' => (),
            '-' if between_words => (),
            letter => plain.extend(letter.to_lowercase()),
        }
    }
    plain
}
