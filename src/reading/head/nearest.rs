//! Columns that a missing one may be under another name.

use std::collections::HashMap;

use super::names::{skeleton, without_unit};

/// Comparisons of one name with another that a message is worth.
const MOST: usize = 200_000;

/// For each missing name the one column that is nearest to it, if one is near.
pub(super) fn nearest(missing: &[&str], columns: &[&str]) -> Vec<Option<usize>> {
    let keys: Vec<String> = columns.iter().map(|column| skeleton(without_unit(column))).collect();
    let by_key: HashMap<&str, usize> = keys.iter().map(String::as_str).zip(0..keys.len()).rev().collect();
    let exhaustive = missing.len().saturating_mul(columns.len()) <= MOST;
    let nearest = |name: &&str| {
        let key = skeleton(without_unit(name));
        let same = by_key.get(key.as_str()).copied().filter(|_| !key.is_empty());
        same.or_else(|| exhaustive.then(|| most_alike(name, &key, columns, &keys))?)
    };
    missing.iter().map(nearest).collect()
}

/// The column that is most like a name, if one is more so than all others.
fn most_alike(name: &str, key: &str, columns: &[&str], keys: &[String]) -> Option<usize> {
    /// At least as much of two names has to be the same.
    const LEAST: f32 = 0.5;
    let words = words(name);
    let mut best = (LEAST, None);
    for (index, (column, other)) in columns.iter().zip(keys).enumerate() {
        let alike = shared_words(&words, &self::words(column)).max(shared_letters(key, other));
        if alike > best.0 {
            best = (alike, Some(index));
        } else if alike == best.0 {
            best.1 = None;
        }
    }
    best.1
}

/// The words and the numbers in a name, in lower case, numbers without zeros in front.
fn words(name: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut last = ' ';
    for letter in name.chars() {
        let same_word = last.is_ascii_digit() == letter.is_ascii_digit()
            && !(last.is_ascii_lowercase() && letter.is_ascii_uppercase());
        let lower = letter.to_ascii_lowercase();
        match words.last_mut() {
            _ if !letter.is_alphanumeric() => {}
            Some(word) if last.is_alphanumeric() && same_word => word.push(lower),
            _ => words.push(lower.to_string()),
        }
        last = letter;
    }
    for word in &mut words {
        let bare = word.trim_start_matches('0');
        if bare.len() < word.len() && word.bytes().all(|digit| digit.is_ascii_digit()) {
            *word = bare.to_owned();
        }
    }
    words
}

/// The share of words that two names have in common.
fn shared_words(a: &[String], b: &[String]) -> f32 {
    let shared = a.iter().filter(|word| b.contains(word)).count();
    2.0 * shared as f32 / (a.len() + b.len()).max(1) as f32
}

/// The share of letters that are not changed from one name to another.
fn shared_letters(a: &str, b: &str) -> f32 {
    let (a, b) = (a.as_bytes(), b.as_bytes());
    let longer = a.len().max(b.len());
    // Names of other lengths are not alike, and a distance takes the product of the lengths.
    if a.len().abs_diff(b.len()) * 2 > longer || longer > 64 {
        return 0.0;
    }
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, left) in a.iter().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, right) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(left != right);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    1.0 - row[b.len()] as f32 / longer.max(1) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_is_proposed_if_it_is_nearer_than_all_others() {
        let columns = ["Subject ID", "t", "acc_x", "acc_y", "joint_1", "Joint02 (deg)", "n_leg"];
        let near = |name: &str| nearest(&[name], &columns)[0].map(|index| columns[index]);
        assert_eq!(near("subject"), Some("Subject ID"));
        assert_eq!(near("joint_01"), Some("joint_1"));
        assert_eq!(near("joint_02"), Some("Joint02 (deg)"));
        assert_eq!(near("n_legs"), Some("n_leg"));
        assert_eq!(near("acc_z"), None, "acc_x and acc_y are as near");
        assert_eq!(near("pain"), None);
    }
}
