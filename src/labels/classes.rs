//! Names of classes that are written in two ways: `walk`, `Walk`, `WALK `.

use crate::number;
use crate::reading::ids;

/// Index of the class that a word names, and whether the word is its name to the letter. None if it names no class, or
/// several in other letters.
pub fn find(classes: &[String], word: &str) -> Option<(usize, bool)> {
    if let Some(index) = classes.iter().position(|class| class == word) {
        return Some((index, true));
    }
    let mut alike = classes.iter().zip(0..).filter(|(class, _)| is_alike(class, word));
    match (alike.next(), alike.next()) {
        (Some((_, index)), None) => Some((index, false)),
        _ => None,
    }
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_in_other_letters_are_taken_where_one_is_meant() {
        let classes = ["no pain", "Walk", "walk", "-1", "1"].map(str::to_owned);
        for (word, expected) in [
            ("no pain", Some((0, true))),
            ("No_Pain", Some((0, false))),
            (" NO-PAIN\u{a0}", Some((0, false))),
            ("walk", Some((2, true))),
            ("WALK", None),
            ("1.0", Some((4, false))),
            ("-1", Some((3, true))),
            ("-01", Some((3, false))),
            ("run", None),
        ] {
            assert_eq!(find(&classes, word), expected, "{word:?}");
        }
    }
}
