//! Recordings that hold the same values, whatever their subjects are called.

use std::collections::BTreeMap;

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::classes::Classes;
use crate::table::{Content, NO_WORD, Subject, Table};

/// Subjects of one file whose recordings hold the same values.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Duplicates {
    /// Their ids.
    pub subjects: Vec<String>,
    /// Whether their labels differ.
    pub labels_differ: bool,
}

/// A recording that is in both files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Leak {
    /// Its id in this file.
    pub here: String,
    /// Its id in the other file.
    pub there: String,
}

/// Groups of subjects with the same recording.
pub fn within(table: &Table, classes: Option<&Classes>) -> Vec<Duplicates> {
    let columns: Vec<&str> = table.columns.iter().map(|column| column.name.as_str()).collect();
    let mut groups = BTreeMap::<_, Vec<usize>>::new();
    for (i, subject) in table.subjects.iter().enumerate() {
        groups.entry(content(table, subject, &columns)).or_default().push(i);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().filter(|group| group.len() > 1).collect();
    groups.sort();
    let class = |i: usize| classes.and_then(|classes| classes.of[i]);
    let duplicates = groups.into_iter().map(|group| Duplicates {
        labels_differ: group.iter().any(|i| class(*i) != class(group[0])),
        subjects: group.into_iter().map(|i| table.subjects[i].id.clone()).collect(),
    });
    duplicates.collect()
}

/// Recordings of one file that are in another as well, by the columns that both have.
pub fn between(here: &Table, there: &Table) -> Vec<Leak> {
    let columns = here.columns.iter().map(|column| column.name.as_str());
    let columns: Vec<&str> = columns.filter(|name| there.column(name).is_some()).collect();
    if columns.is_empty() {
        return Vec::new();
    }
    let mut contents = BTreeMap::<_, Vec<&Subject>>::new();
    for subject in &there.subjects {
        contents.entry(content(there, subject, &columns)).or_default().push(subject);
    }
    let leaks = here.subjects.iter().flat_map(|subject| {
        let twins = contents.get(&content(here, subject, &columns)).into_iter().flatten();
        twins.map(|twin| Leak { here: subject.id.clone(), there: twin.id.clone() })
    });
    leaks.collect()
}

/// A digest of the values of these columns in the order of time; the times themselves do not count.
fn content(table: &Table, subject: &Subject, columns: &[&str]) -> [u8; 32] {
    let mut digest = Sha256::new();
    let mut bytes = Vec::with_capacity(4 * subject.rows.len());
    for column in columns.iter().filter_map(|name| table.column(name)) {
        bytes.clear();
        match &column.content {
            Content::Numbers(values) => {
                // -0 is 0.
                let values = values[subject.rows.clone()].iter().map(|value| value + 0.0);
                values.for_each(|value| bytes.extend(value.to_le_bytes()));
            }
            Content::Words { words, codes } => {
                for code in &codes[subject.rows.clone()] {
                    let word = if *code == NO_WORD { "" } else { words[usize::from(*code)].as_str() };
                    bytes.extend(word.as_bytes());
                    bytes.push(0);
                }
            }
            Content::Text | Content::Empty => {}
        }
        digest.update((bytes.len() as u64).to_le_bytes());
        digest.update(&bytes);
    }
    digest.finalize().into()
}
