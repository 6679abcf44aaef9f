//! Whether the last field of a file that does not end in a line end is whole.

use super::numeral::is_number;

/// Rows that show how long the last field is.
const ENOUGH_ROWS: u64 = 8;
/// Words that are kept.
const MAX_WORDS: usize = 64;

/// What the last fields of earlier rows were.
pub(super) struct LastField {
    /// Length of the shortest.
    shortest: usize,
    /// The words, if the column is read as words.
    words: Option<Vec<Vec<u8>>>,
}

impl LastField {
    pub fn new(is_word: bool) -> LastField {
        LastField { shortest: usize::MAX, words: is_word.then(Vec::new) }
    }

    /// Takes the last field of a row.
    #[inline]
    pub fn see(&mut self, field: &[u8]) {
        self.shortest = self.shortest.min(field.len());
        if let Some(words) = &mut self.words
            && words.len() < MAX_WORDS
            && !words.iter().any(|word| word == field)
        {
            words.push(field.to_vec());
        }
    }

    /// Whether a field is the start of one, by those of so many rows: a number in fewer digits than all others, the
    /// start of a word and none itself, or nothing where there always was something.
    pub fn is_cut(&self, field: &[u8], rows: u64) -> bool {
        let is_start = |word: &Vec<u8>| word.len() > field.len() && word.starts_with(field);
        let is_word =
            |words: &Vec<Vec<u8>>| words.iter().any(is_start) && !words.iter().any(|word| word == field);
        let is_shorter = field.len() < self.shortest;
        is_shorter && (field.trim_ascii().is_empty() || rows >= ENOUGH_ROWS && is_number(field.trim_ascii()))
            || self.words.as_ref().is_some_and(is_word)
    }
}
