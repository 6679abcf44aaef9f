//! Ids that are written in two ways: what a spreadsheet makes of `007`.

use std::borrow::Cow;
use std::collections::HashMap;

use crate::reading::ids;

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
    let keys: Vec<String> = ids.iter().map(|id| key(id, by_first_part)).collect();
    let asked: Vec<&str> = keys.iter().map(String::as_str).collect();
    let (exact, spelled) = (only(labels, str::to_owned), only(labels, plain));
    let asked = only(&asked, plain);
    let met = |key: &String| match exact.get(key) {
        Some(index) => index.map(|index| (index, true)),
        None => {
            let spelling = plain(key);
            let found = asked.get(&spelling)?.and(*spelled.get(&spelling)?);
            found.map(|index| (index, false))
        }
    };
    keys.iter().map(met).collect()
}

/// The index of the only id that is spelled so; none where several are. An id may be there more than once.
fn only(ids: &[&str], spelling: fn(&str) -> String) -> HashMap<String, Option<usize>> {
    let mut by_spelling: HashMap<String, Option<usize>> = HashMap::new();
    for (index, id) in ids.iter().enumerate() {
        let only = by_spelling.entry(spelling(id)).or_insert(Some(index));
        if only.is_none_or(|first| ids[first] != *id) {
            *only = None;
        }
    }
    by_spelling
}

/// The id, or its first part.
pub fn key(id: &str, by_first_part: bool) -> String {
    if !by_first_part {
        return id.to_owned();
    }
    // As the only part of an id is written.
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
            assert_eq!(key(id, true), expected, "{id:?}");
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
        let met = |labels: &[&str], ids: &[&str]| meet(labels, ids, false);
        assert_eq!(met(&["1", "01", "2"], &["001", "002", "1"]), [None, Some((2, false)), Some((0, true))]);
        assert_eq!(met(&["1"], &["01", "001"]), [None, None]);
        assert_eq!(met(&["1"], &["01", "01"]), [Some((0, false)); 2]);
        assert_eq!(meet(&["1"], &["01/a", "01/b"], true), [Some((0, false)); 2]);
    }
}
