//! Names of classes that are written in two ways: `walk`, `Walk`, `WALK `.

use crate::reading;
use crate::reading::spelling::is_alike;
pub use crate::reading::spelling::plain;

/// Words that say that there is no label and may be a class as well, in plain letters.
const PERHAPS_MISSING: [&str; 14] = [
    "none",
    "unknown",
    "undefined",
    "unlabeled",
    "unlabelled",
    "nolabel",
    "notlabeled",
    "notlabelled",
    "invalid",
    "error",
    "void",
    "absent",
    "blank",
    "empty",
];

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

/// Whether a word can say that there is no label.
pub fn may_be_missing(label: &str) -> bool {
    reading::is_missing(label) || is_perhaps_missing(label)
}

/// Whether a word says that there is no label, whatever the classes are.
pub fn is_missing(label: &str) -> bool {
    reading::is_missing(label) && !is_perhaps_missing(label)
}

/// Whether a word may be a class, and may say that there is no label.
pub fn is_perhaps_missing(label: &str) -> bool {
    PERHAPS_MISSING.contains(&plain(label).as_str())
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
