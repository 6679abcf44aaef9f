//! Labels: the class of each subject and perhaps its group, from a file of their own, from a column of the data, or from
//! the names of its files.

mod error;
mod read;
pub mod spelling;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::path::{Path, PathBuf};

use painwave::labels::ids::{Spellings, plain};

pub use self::error::{LabelsError, Part};
pub use self::read::said;
use self::spelling::{Meaning, Unclear};

/// Labels by subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Where they were read.
    pub path: PathBuf,
    /// Class index and group of each subject.
    pub rows: BTreeMap<String, Label>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Subjects whose label says that there is none, with the line.
    pub missing: BTreeMap<String, u64>,
    /// What was understood that is not written so, to be shown.
    pub notes: Vec<String>,
}

/// One subject's label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Index of the class.
    pub class: usize,
    /// Value of the group column, if there is one.
    pub group: Option<String>,
    /// Line in the file, from 1; 0 if it is the file's name that says the label.
    pub line: u64,
}

/// The columns of a labels file.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumns<'a> {
    /// What tells the subjects apart.
    pub id: &'a [String],
    /// The class.
    pub label: &'a str,
    /// The group, if one is asked for.
    pub group: Option<&'a str>,
}

/// What a row says of a subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The subject.
    pub id: String,
    /// Its label, as it is written.
    pub label: String,
    /// Its group, if one is asked for.
    pub group: Option<String>,
    /// Where.
    pub place: Place,
}

/// Where a label stands.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Place {
    /// The file.
    pub file: PathBuf,
    /// Line in it, from 1; none if it is the file's name that says the label.
    pub line: Option<u64>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        self.line.iter().try_for_each(|line| write!(f, ":{line}"))
    }
}

impl Labels {
    /// Labels from what rows say; a subject may have many that agree. With `classes`, a label must be one of them; else
    /// the classes are the labels found, sorted. `group` is the column of the group, for the error.
    ///
    /// # Errors
    /// A subject with two labels, a label that is no class or may be two, fewer than two classes.
    pub fn new(
        path: &Path,
        said: Vec<Said>,
        group: Option<&str>,
        classes: Option<&[String]>,
    ) -> Result<Labels, LabelsError> {
        let subjects = by_subject(said)?;
        if let (Some(column), Some(empty)) =
            (group, subjects.iter().find(|one| one.group.as_ref().is_some_and(String::is_empty)))
        {
            let (place, column) = (empty.place.clone(), column.to_owned());
            return Err(LabelsError::EmptyGroup { place, column, id: empty.id.clone() });
        }
        let Some(first) = subjects.first() else { return Err(LabelsError::NoRows { path: path.to_owned() }) };
        let labels: Vec<&str> = subjects.iter().map(|one| one.label.as_str()).collect();
        let meaning = spelling::meaning(&labels, classes)
            .map_err(|unclear| error(path, &subjects, classes, unclear))?;
        match &meaning.classes[..] {
            [] => {
                let (path, first, place) = (path.to_owned(), first.label.clone(), first.place.clone());
                return Err(LabelsError::NoLabel { path, count: subjects.len(), first, place });
            }
            [class] => {
                return Err(LabelsError::OneClass { path: path.to_owned(), class: class.clone() });
            }
            _ => {}
        }
        let notes = notes(&subjects, &meaning);
        let (mut rows, mut missing) = (BTreeMap::new(), BTreeMap::new());
        for (Said { id, group, place, .. }, class) in subjects.into_iter().zip(meaning.of) {
            let line = place.line.unwrap_or(0);
            match class {
                Some(class) => drop(rows.insert(id, Label { class, group, line })),
                None => drop(missing.insert(id, line)),
            }
        }
        Ok(Labels { path: path.to_owned(), rows, classes: meaning.classes, missing, notes })
    }

    /// The label of each recording of `data`: by its id as it is written, else by one that differs in zeros, case or the
    /// extension of a file, where only one label and one recording do. With `skip`, recordings without a label have
    /// none, and labels without a recording do not matter; those of `refused` never do.
    ///
    /// # Errors
    /// A recording without a label, or a label without a recording.
    pub fn of(
        &self,
        ids: &[&str],
        data: &Path,
        refused: &BTreeSet<&str>,
        skip: bool,
    ) -> Result<Matched, LabelsError> {
        let labelled: Vec<&str> = self.rows.keys().chain(self.missing.keys()).map(String::as_str).collect();
        let (by_label, by_id) =
            (Spellings::new(labelled.iter().copied()), Spellings::new(ids.iter().copied()));
        let mut found = Matched::default();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let mut unlabelled = Vec::new();
        let mut spelled = Vec::new();
        for id in ids {
            let exact = self.rows.contains_key(*id) || self.missing.contains_key(*id);
            let other =
                || by_label.find(id).filter(|_| by_id.is_unambiguous(id)).map(|index| labelled[index]);
            let label = if exact { Some(*id) } else { other() };
            match label {
                Some(label) => {
                    used.insert(label);
                    spelled.extend((!exact).then_some((label, *id)));
                }
                None => unlabelled.push(*id),
            }
            found.labels.push(label.and_then(|label| self.rows.get(label).cloned()));
        }
        if let Some(first) = unlabelled.first().filter(|_| !skip) {
            let (path, data, first) = (self.path.clone(), data.to_owned(), (*first).to_owned());
            return Err(LabelsError::Unlabelled { path, data, count: unlabelled.len(), first });
        }
        let refused: BTreeSet<String> = refused.iter().map(|id| plain(id)).collect();
        let extra = || {
            let of_none = |id: &str| !used.contains(id) && !refused.contains(&plain(id));
            self.rows.iter().filter(move |(id, _)| of_none(id))
        };
        if let Some((first, Label { line, .. })) =
            extra().min_by_key(|(_, label)| label.line).filter(|_| !skip)
        {
            let (path, data) = (self.path.clone(), data.to_owned());
            let (line, count, first) = (*line, extra().count(), first.clone());
            return Err(LabelsError::WithoutData { path, line, data, count, first });
        }
        if let Some((label, id)) = spelled.first() {
            let (count, s) = (spelled.len(), if spelled.len() == 1 { "" } else { "s" });
            let path = self.path.display();
            found.notes.push(format!(
                "{count} id{s} of {path} meet other spellings of them, first {label:?} for {id:?}"
            ));
        }
        let count = unlabelled.len() + extra().count();
        if count > 0 {
            found.notes.push(format!(
                "left out {} recordings without a label and {} labels without a recording",
                unlabelled.len(),
                extra().count()
            ));
        }
        Ok(found)
    }
}

/// The label of each recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Matched {
    /// In the order of the recordings; none where the label says that there is none.
    pub labels: Vec<Option<Label>>,
    /// What was understood that is not written so, to be shown.
    pub notes: Vec<String>,
}

/// What all rows of a subject say, one for each, in the order of the first. A row may leave out what others say.
fn by_subject(said: Vec<Said>) -> Result<Vec<Said>, LabelsError> {
    let mut subjects: Vec<Said> = Vec::new();
    let mut by_id: BTreeMap<String, usize> = BTreeMap::new();
    for row in said {
        let Some(&index) = by_id.get(&row.id) else {
            by_id.insert(row.id.clone(), subjects.len());
            subjects.push(row);
            continue;
        };
        let first = &mut subjects[index];
        let contradiction = |part, found: &str, other: &str| LabelsError::Contradiction {
            places: Box::new([row.place.clone(), first.place.clone()]),
            id: row.id.clone(),
            part,
            found: found.to_owned(),
            first: other.to_owned(),
        };
        if let (Some(group), Some(other)) = (&row.group, &first.group)
            && group != other
        {
            return Err(contradiction(Part::Group, group, other));
        }
        if row.label == first.label || spelling::is_missing(&row.label) {
            continue;
        }
        if spelling::is_missing(&first.label) {
            (first.label, first.place) = (row.label, row.place);
        } else {
            return Err(contradiction(Part::Label, &row.label, &first.label));
        }
    }
    Ok(subjects)
}

/// What was understood, in sentences without their ends.
fn notes(subjects: &[Said], meaning: &Meaning) -> Vec<String> {
    let mut notes: Vec<String> = meaning
        .respelled
        .iter()
        .map(|(spelling, class)| {
            let (label, class, place) =
                (&spelling.label, &meaning.classes[*class], &subjects[spelling.first].place);
            let count = spelling.subjects;
            format!("{label:?} ({count} of the labels, first in {place}) is taken for the class {class:?}")
        })
        .collect();
    let missing =
        || subjects.iter().zip(&meaning.of).filter(|(_, class)| class.is_none()).map(|(one, _)| one);
    if let Some(first) = missing().next() {
        let (count, label, place) = (missing().count(), &first.label, &first.place);
        let subjects = if count == 1 { "1 subject is" } else { &format!("{count} subjects are") };
        notes.push(format!(
            "{subjects} left out: the label says that there is none, first {label:?} in {place}"
        ));
    }
    notes
}

/// The error for labels without a meaning.
fn error(path: &Path, subjects: &[Said], classes: Option<&[String]>, unclear: Unclear) -> LabelsError {
    let path = path.to_owned();
    match unclear {
        Unclear::Unknown(index) => {
            let (place, label) = (subjects[index].place.clone(), subjects[index].label.clone());
            LabelsError::UnknownClass { place, label, expected: classes.unwrap_or_default().join(", ") }
        }
        Unclear::Spellings(groups) => {
            let with_place = |spelling: spelling::Spelling| {
                let place = subjects[spelling.first].place.clone();
                (spelling, place)
            };
            let groups = groups.into_iter().map(|group| group.into_iter().map(with_place).collect());
            LabelsError::Spellings { path, groups: groups.collect() }
        }
        Unclear::PerhapsMissing(word) => {
            let place = subjects[word.first].place.clone();
            LabelsError::PerhapsMissing { place, label: word.label, count: word.subjects }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn said(rows: &[(&str, &str)]) -> Vec<Said> {
        let row = |((id, label), line): (&(&str, &str), u64)| Said {
            id: (*id).to_owned(),
            label: (*label).to_owned(),
            group: None,
            place: Place { file: "labels.csv".into(), line: Some(line) },
        };
        rows.iter().zip(2..).map(row).collect()
    }

    fn labels(rows: &[(&str, &str)]) -> Result<Labels, LabelsError> {
        Labels::new("labels.csv".as_ref(), said(rows), None, None)
    }

    #[test]
    fn rows_of_a_subject_that_agree_are_one_label() {
        let found = labels(&[("a", "walk"), ("a", "walk"), ("b", ""), ("b", "sit"), ("b", "")]).unwrap();
        assert_eq!(found.rows.len(), 2);
        assert_eq!((found.rows["b"].class, found.rows["b"].line), (0, 5));
        assert!(found.missing.is_empty());
    }

    #[test]
    fn a_label_that_changes_is_an_error_with_both_lines() {
        let error = labels(&[("a", "walk"), ("b", "sit"), ("a", "sit")]).unwrap_err().to_string();
        assert!(
            error.starts_with("labels.csv:4: the label of `a` is `sit`, and in labels.csv:2 it is `walk`"),
            "{error}"
        );
    }

    #[test]
    fn spellings_are_named_with_counts_and_lines() {
        let error =
            labels(&[("a", "walk"), ("b", "Walk"), ("c", "sit"), ("d", "walk")]).unwrap_err().to_string();
        let expected = r#""Walk" (1 of the labels, first in labels.csv:3), "walk" (2 of the labels, first in labels.csv:2). List the classes"#;
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn subjects_without_a_label_are_left_out_with_a_note() {
        let found = labels(&[("a", "walk"), ("b", "NA"), ("c", "sit"), ("d", "NA")]).unwrap();
        let note = "2 subjects are left out: the label says that there is none, first \"NA\" in labels.csv:3";
        assert_eq!(found.notes, [note]);
        let of = found.of(&["a", "b", "c"], "data.csv".as_ref(), &BTreeSet::new(), false).unwrap().labels;
        assert_eq!(
            of.iter().map(|label| label.as_ref().map(|label| label.class)).collect::<Vec<_>>(),
            [Some(1), None, Some(0)]
        );
    }

    #[test]
    fn ids_that_a_spreadsheet_has_written_meet_where_one_is_meant() {
        let found = labels(&[("0", "walk"), ("1.0", "sit"), ("2", "sit")]).unwrap();
        let of = |ids: &[&str]| found.of(ids, "data.csv".as_ref(), &BTreeSet::new(), false);
        let matched = of(&["000", "001", "2"]).unwrap();
        assert_eq!(matched.labels.iter().flatten().map(|label| label.class).collect::<Vec<_>>(), [1, 0, 0]);
        assert!(
            matched.notes[0].starts_with("2 ids of labels.csv meet other spellings"),
            "{:?}",
            matched.notes
        );
        assert!(matches!(of(&["000", "00", "001", "2"]), Err(LabelsError::Unlabelled { count: 2, .. })));
    }

    #[test]
    fn labels_and_recordings_must_belong_together_unless_what_does_not_is_skipped() {
        let found = labels(&[("a", "walk"), ("b", "sit"), ("c", "sit")]).unwrap();
        let of = |ids: &[&str], refused: &[&str], skip| {
            found.of(ids, "data.csv".as_ref(), &refused.iter().copied().collect(), skip)
        };
        assert!(matches!(
            of(&["a", "b", "c", "d"], &[], false),
            Err(LabelsError::Unlabelled { count: 1, .. })
        ));
        assert!(matches!(of(&["a", "b"], &[], false), Err(LabelsError::WithoutData { count: 1, .. })));
        assert_eq!(of(&["a", "b"], &["c"], false).unwrap().labels.len(), 2);
        let skipped = of(&["a", "d"], &[], true).unwrap();
        assert_eq!(skipped.labels[1], None);
        assert_eq!(skipped.notes, ["left out 1 recordings without a label and 2 labels without a recording"]);
    }
}
