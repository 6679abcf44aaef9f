//! Labels: the class of each subject and perhaps its group, from a file of their own, from a column of the data, or from
//! the names of its files.

mod error;
mod read;
mod said;
pub mod spelling;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub use painwave::labels::LabelColumns;
use painwave::labels::ids::{self, plain};
use painwave::labels::subjects::Subjects;
use painwave::reading::ReadOptions;

pub use self::error::{LabelsError, Part};
pub use self::read::{Rows, read};
pub use self::said::{Place, Said, Spelling};

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
    /// Whether the subjects are the first part of the recordings' ids.
    pub by_first_key: bool,
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

/// Where a subject has its label, and its group.
#[derive(Clone, Debug)]
struct Origin {
    place: Place,
    group: Option<String>,
}

impl Labels {
    /// Reads the bytes of a labels file, as [`read`] and [`Labels::new`] do; `path` is for the errors.
    ///
    /// # Errors
    /// As theirs.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        columns: LabelColumns<'_>,
        classes: Option<&[String]>,
    ) -> Result<Labels, LabelsError> {
        let rows = read(path, bytes, columns, classes.is_some(), &ReadOptions::default())?;
        let labels = Labels::new(path, rows.said, columns.group, classes)?;
        Ok(Labels { by_first_key: rows.by_first_key, ..labels })
    }

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
        let subjects = subjects(said, classes)?;
        let all = subjects.all();
        let lacks_group = all.iter().find(|one| one.place.group.as_ref().is_some_and(String::is_empty));
        if let (Some(column), Some(empty)) = (group, lacks_group) {
            let (place, column) = (empty.place.place.clone(), column.to_owned());
            return Err(LabelsError::EmptyGroup { place, column, id: empty.id.clone() });
        }
        let Some(first) = all.first() else { return Err(LabelsError::NoRows { path: path.to_owned() }) };
        let spellings = spellings(&subjects);
        let names = match classes {
            Some(classes) => classes.to_vec(),
            None => spelling::classes(path, spellings.iter().flatten())?,
        };
        match &names[..] {
            [] => {
                let (count, place) = (all.len(), first.place.place.clone());
                let first = subjects.words()[first.word].text.clone();
                return Err(LabelsError::NoLabel { path: path.to_owned(), count, first, place });
            }
            [class] => {
                return Err(LabelsError::OneClass { path: path.to_owned(), class: class.clone() });
            }
            _ => {}
        }
        // Those that were found are counted as they came.
        let class_of = |word: usize| match classes {
            Some(_) => subjects.words()[word].class,
            None => names.iter().position(|name| *name == subjects.words()[word].text),
        };
        let (mut rows, mut missing) = (BTreeMap::new(), BTreeMap::new());
        for subject in all {
            let Origin { place, group } = &subject.place;
            let (id, group, line) = (subject.id.clone(), group.clone(), place.line.unwrap_or(0));
            match class_of(subject.word) {
                Some(class) => drop(rows.insert(id, Label { class, group, line })),
                None => drop(missing.insert(id, line)),
            }
        }
        let notes = notes(&subjects, &spellings, &names);
        Ok(Labels { path: path.to_owned(), rows, classes: names, missing, by_first_key: false, notes })
    }

    /// Of each id the subject whose label is meant, and whether it has that id to the letter: see [`ids::meet`].
    pub fn meet(&self, ids: &[&str]) -> Vec<Option<(&str, bool)>> {
        let subjects: Vec<&str> = self.rows.keys().chain(self.missing.keys()).map(String::as_str).collect();
        let met = ids::meet(&subjects, ids, self.by_first_key).into_iter();
        met.map(|met| met.map(|(index, exact)| (subjects[index], exact))).collect()
    }

    /// The label of each recording of `data`, as [`Labels::meet`] finds it. With `skip`, recordings without a label have
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
        let mut found = Matched::default();
        let mut used: BTreeSet<&str> = BTreeSet::new();
        let mut unlabelled = Vec::new();
        let mut spelled = Vec::new();
        for (id, met) in ids.iter().zip(self.meet(ids)) {
            match met {
                Some((label, exact)) => {
                    used.insert(label);
                    spelled.extend((!exact).then_some((label, *id)));
                }
                None => unlabelled.push(*id),
            }
            found.labels.push(met.and_then(|(label, _)| self.rows.get(label).cloned()));
        }
        if let Some(first) = unlabelled.first().filter(|_| !skip) {
            let (path, data, first) = (self.path.clone(), data.to_owned(), (*first).to_owned());
            return Err(LabelsError::Unlabelled { path, data, count: unlabelled.len(), first });
        }
        let refused: BTreeSet<String> =
            refused.iter().map(|id| plain(&ids::key(id, self.by_first_key))).collect();
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

/// What all rows say of their subjects.
fn subjects(said: Vec<Said>, classes: Option<&[String]>) -> Result<Subjects<Origin>, LabelsError> {
    let mut subjects: Subjects<Origin> = Subjects::new(classes);
    for Said { id, label, group, place } in said {
        let Some(word) = subjects.word(&label) else {
            let expected = classes.unwrap_or_default().join(", ");
            return Err(LabelsError::UnknownClass { place, label, expected });
        };
        let contradiction = |part, place: &Place, found: &str, first: &Place, other: &str| {
            let (found, other) = (found.to_owned(), other.to_owned());
            let places = Box::new([place.clone(), first.clone()]);
            Err(LabelsError::Contradiction { places, id: id.clone(), part, found, first: other })
        };
        if let (Some(group), Some(first)) = (&group, subjects.get(&id).map(|first| &first.place))
            && let Some(other) = first.group.as_ref().filter(|other| *other != group)
        {
            return contradiction(Part::Group, &place, group, &first.place, other);
        }
        if let Err(first) = subjects.hear(&id, word, Origin { place: place.clone(), group }) {
            let (first_place, first) = (first.place.place.clone(), first.word);
            let other = &subjects.words()[first].text;
            return contradiction(Part::Label, &place, &label, &first_place, other);
        }
    }
    Ok(subjects)
}

/// Each label as it is written; none where no subject has it in the end.
fn spellings(subjects: &Subjects<Origin>) -> Vec<Option<Spelling>> {
    let mut spellings: Vec<Option<Spelling>> = vec![None; subjects.words().len()];
    for subject in subjects.all() {
        let label = || subjects.words()[subject.word].text.clone();
        let new = || Spelling { label: label(), subjects: 0, first: subject.place.place.clone() };
        spellings[subject.word].get_or_insert_with(new).subjects += 1;
    }
    spellings
}

/// What was understood, in sentences without their ends.
fn notes(subjects: &Subjects<Origin>, spellings: &[Option<Spelling>], names: &[String]) -> Vec<String> {
    let words =
        || subjects.words().iter().zip(spellings).filter_map(|(word, one)| Some((word, one.as_ref()?)));
    let mut respelled: Vec<(&Spelling, usize)> =
        words().filter(|(word, _)| !word.exact).filter_map(|(word, one)| Some((one, word.class?))).collect();
    respelled.sort_unstable_by(|(one, _), (other, _)| one.label.cmp(&other.label));
    let respelled = respelled.into_iter().map(|(Spelling { label, subjects, first }, class)| {
        let class = &names[class];
        format!("{label:?} ({subjects} of the labels, first in {first}) is taken for the class {class:?}")
    });
    let mut notes: Vec<String> = respelled.collect();
    let mut missing = words().filter(|(word, _)| word.class.is_none()).map(|(_, one)| one);
    if let Some(Spelling { label, subjects, first }) = missing.next() {
        let count = subjects + missing.map(|one| one.subjects).sum::<usize>();
        let subjects = if count == 1 { "1 subject is" } else { &format!("{count} subjects are") };
        notes.push(format!(
            "{subjects} left out: the label says that there is none, first {label:?} in {first}"
        ));
    }
    notes
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

    /// Labels of subjects 0, 1, and so on.
    fn each(labels: &[&str], classes: Option<&[&str]>) -> Result<Labels, LabelsError> {
        let rows: Vec<Said> = labels
            .iter()
            .enumerate()
            .map(|(index, label)| Said {
                id: index.to_string(),
                label: (*label).to_owned(),
                group: None,
                place: Place { file: "l.csv".into(), line: Some(2 + index as u64) },
            })
            .collect();
        let classes: Option<Vec<String>> =
            classes.map(|classes| classes.iter().map(|class| (*class).to_owned()).collect());
        Labels::new("l.csv".as_ref(), rows, None, classes.as_deref())
    }

    /// The class of each subject.
    fn classes(labels: &[&str], classes: Option<&[&str]>) -> Vec<Option<usize>> {
        let found = each(labels, classes).unwrap();
        (0..labels.len()).map(|id| found.rows.get(&id.to_string()).map(|label| label.class)).collect()
    }

    #[test]
    fn spellings_of_one_class_are_matched_with_a_list_and_refused_without() {
        let labels = ["walk", "Walk", "sit", "WALK", "low_pain", "Low pain"];
        let list = Some(&["sit", "walk", "low pain"][..]);
        assert_eq!(classes(&labels, list), [1, 1, 0, 1, 2, 2].map(Some));
        let notes = each(&labels, list).unwrap().notes;
        let first: Vec<&str> = notes.iter().map(|note| note.split(" (").next().unwrap()).collect();
        assert_eq!(first, ["\"Low pain\"", "\"WALK\"", "\"Walk\"", "\"low_pain\""]);
        let Err(LabelsError::Spellings { groups, .. }) = each(&labels, None) else { panic!("not refused") };
        let lines = |group: &[Spelling]| group.iter().map(|one| one.first.line.unwrap()).collect::<Vec<_>>();
        assert_eq!(groups.iter().map(|group| lines(group)).collect::<Vec<_>>(), [vec![7, 6], vec![5, 3, 2]]);
    }

    #[test]
    fn numbers_of_a_spreadsheet_are_the_same_classes() {
        let list = Some(&["0", "1"][..]);
        assert_eq!(classes(&["0.0", "1.0", "", "1"], list), [Some(0), Some(1), None, Some(1)]);
        assert_eq!(each(&["0.0", "1.0"], None).unwrap().classes, ["0.0", "1.0"]);
        assert!(matches!(each(&["1", "1.0"], None), Err(LabelsError::Spellings { .. })));
    }

    #[test]
    fn classes_that_differ_in_letters_only_stay_two_where_the_list_says_so() {
        assert_eq!(classes(&["A", "a"], Some(&["a", "A"])), [Some(1), Some(0)]);
    }

    #[test]
    fn words_for_missing_are_no_class() {
        let labels = ["walk", "NA", "", "-", "n/a", "sit", "NaN", "?"];
        assert_eq!(each(&labels, None).unwrap().classes, ["sit", "walk"]);
        assert_eq!(classes(&labels, None).iter().flatten().count(), 2);
        // Unless the list says that it is one.
        assert_eq!(classes(&["NA", "walk"], Some(&["NA", "walk"])), [Some(0), Some(1)]);
    }

    #[test]
    fn a_word_that_may_be_a_class_is_refused_unless_the_list_says_what_it_is() {
        let labels = ["walk", "none", "sit"];
        assert!(matches!(each(&labels, None), Err(LabelsError::PerhapsMissing { .. })));
        assert_eq!(classes(&labels, Some(&["sit", "walk"])), [Some(1), None, Some(0)]);
        assert_eq!(classes(&labels, Some(&["none", "sit", "walk"])), [Some(2), Some(0), Some(1)]);
    }

    #[test]
    fn a_label_that_is_no_class_is_named_with_its_line() {
        let error = each(&["walk", "run"], Some(&["sit", "walk"])).unwrap_err().to_string();
        assert_eq!(error, "l.csv:3: `run` is not a class; expected one of sit, walk");
    }
}
