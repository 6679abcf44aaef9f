//! Ids that are written in two ways: what a spreadsheet makes of `007`.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::reading::ids;

/// Ids by all of their spellings, as far as these are nobody else's.
#[derive(Default)]
struct Spellings {
    /// An id's index; none where several are written so.
    by_spelling: HashMap<String, Option<usize>>,
}

impl Spellings {
    /// The spellings of different ids.
    fn new<'a>(ids: impl IntoIterator<Item = &'a str>) -> Spellings {
        let mut spellings = Spellings::default();
        for (index, id) in ids.into_iter().enumerate() {
            let entry = spellings.by_spelling.entry(plain(id)).or_insert(Some(index));
            if *entry != Some(index) {
                *entry = None;
            }
        }
        spellings
    }

    /// Index of the only id that is another spelling of this one, or this one itself.
    fn find(&self, id: &str) -> Option<usize> {
        self.by_spelling.get(&plain(id)).copied().flatten()
    }

    /// Whether no other id is written so.
    fn is_unambiguous(&self, id: &str) -> bool {
        self.by_spelling.get(&plain(id)).is_none_or(Option::is_some)
    }
}

/// What all spellings of an id have in common: no zeros in front of a whole number and none behind its point, small
/// letters, no extension of a file. `s1` is not `s01`.
pub fn plain(id: &str) -> String {
    let parts = id.split('/').map(|part| {
        let part = ids::in_small_letters(ids::clean(ids::stem(part)).trim_start_matches('\''));
        match whole_number(&part) {
            Some(number) => Cow::Owned(number.to_owned()),
            None => Cow::Owned(part),
        }
    });
    parts.collect::<Vec<_>>().join("/")
}

/// The digits of a number without decimals, if it is written as one.
fn whole_number(text: &str) -> Option<&str> {
    let (whole, decimals) = text.split_once(['.', ',']).unwrap_or((text, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let is = !whole.is_empty() && digits(whole) && decimals.bytes().all(|byte| byte == b'0');
    is.then(|| whole[..whole.len() - 1].trim_start_matches('0').len())
        .map(|kept| &whole[whole.len() - 1 - kept..])
}

/// Of each id the index of the label that is meant, and whether that has the same id to the letter: else it is one that
/// differs in zeros, case or the extension of a file, where only one label and one of the ids do. With `by_first_part`
/// the labels are those of the ids' first parts.
pub fn meet(labels: &[&str], ids: &[&str], by_first_part: bool) -> Vec<Option<(usize, bool)>> {
    let keys: Vec<Cow<'_, str>> = ids.iter().map(|id| key(id, by_first_part)).collect();
    let by_id: HashMap<&str, usize> = labels.iter().copied().zip(0..).collect();
    let different: HashMap<&str, usize> = keys.iter().map(|key| &**key).zip(0..).collect();
    let labelled = Spellings::new(labels.iter().copied());
    let asked = Spellings::new(different.into_keys());
    let met = |key: &Cow<'_, str>| match by_id.get(&**key) {
        Some(&index) => Some((index, true)),
        None => labelled.find(key).filter(|_| asked.is_unambiguous(key)).map(|index| (index, false)),
    };
    keys.iter().map(met).collect()
}

/// The id, or its first part.
pub fn key(id: &str, first_part: bool) -> Cow<'_, str> {
    if first_part { Cow::Owned(self::first_part(id)) } else { Cow::Borrowed(id) }
}

/// The first part of an id of several, as the only part of an id is written.
fn first_part(id: &str) -> String {
    let mut part = String::new();
    let mut letters = id.chars().peekable();
    while let Some(letter) = letters.next() {
        if letter == '/' && letters.next_if_eq(&'/').is_none() {
            break;
        }
        part.push(letter);
    }
    part
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_part_of_an_id_is_as_it_was() {
        for (id, expected) in [("a/1", "a"), ("a//b/1", "a/b"), ("a", "a"), ("", "")] {
            assert_eq!(first_part(id), expected, "{id:?}");
        }
    }

    #[test]
    fn whole_numbers_meet_however_many_zeros_they_have() {
        for (id, expected) in [
            ("0", "0"),
            ("0.0", "0"),
            ("000", "0"),
            (" 007 ", "7"),
            ("'007", "7"),
            ("7.", "7"),
            ("70", "70"),
            ("1.5", "1.5"),
            ("s01", "s01"),
            ("S01.csv", "s01"),
            ("walk/07", "walk/7"),
            ("", ""),
            ("0x1", "0x1"),
        ] {
            assert_eq!(plain(id), expected, "{id:?}");
        }
    }

    #[test]
    fn only_where_one_is_meant() {
        let spellings = Spellings::new(["1", "01", "2"]);
        assert_eq!((spellings.find("001"), spellings.find("002")), (None, Some(2)));
        assert!(!spellings.is_unambiguous("1") && spellings.is_unambiguous("2"));
    }
}
