//! Ids that are written in two ways: what a spreadsheet makes of `007`.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::reading::ids;

/// Ids by all of their spellings, as far as these are nobody else's.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Spellings {
    /// An id's index; none where several are written so.
    by_spelling: HashMap<String, Option<usize>>,
}

impl Spellings {
    /// The spellings of different ids.
    pub fn new<'a>(ids: impl IntoIterator<Item = &'a str>) -> Spellings {
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
    pub fn find(&self, id: &str) -> Option<usize> {
        self.by_spelling.get(&plain(id)).copied().flatten()
    }

    /// Whether no other id is written so.
    pub fn is_unambiguous(&self, id: &str) -> bool {
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

#[cfg(test)]
mod tests {
    use super::*;

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
