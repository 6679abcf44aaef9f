//! Which class a label means: spellings of one class, and words that say that there is no label.

use std::collections::BTreeMap;

use painwave::labels::classes;
use painwave::reading;

/// Words that say so and may be a class as well, in plain letters.
const PERHAPS_MISSING: &[&str] = &[
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

/// One spelling of a class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spelling {
    /// As it stands in the file.
    pub label: String,
    /// How many subjects have it.
    pub subjects: usize,
    /// Index of the first of them.
    pub first: usize,
}

/// What labels mean.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Meaning {
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Class of each label, none where it says that there is none.
    pub of: Vec<Option<usize>>,
    /// Labels that are not written as their class is, and which it is.
    pub respelled: Vec<(Spelling, usize)>,
}

/// Why labels have no meaning.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unclear {
    /// A label that is no class of the list: its index.
    Unknown(usize),
    /// Labels that may be one class or several: the spellings of each.
    Spellings(Vec<Vec<Spelling>>),
    /// A word that may be a class and may say that there is no label.
    PerhapsMissing(Spelling),
}

/// Whether a word says that there is no label, whatever the classes are.
pub fn is_missing(label: &str) -> bool {
    reading::is_missing(label) && !is_perhaps_missing(label)
}

fn is_perhaps_missing(label: &str) -> bool {
    PERHAPS_MISSING.contains(&classes::plain(label).as_str())
}

/// Finds the class of each label. Of a list of classes, a label may mean one that is written in other letters; without
/// a list the labels are the classes, sorted, and none may be another spelling of one.
///
/// # Errors
/// What it is that has two meanings, or none.
pub fn meaning(labels: &[&str], classes: Option<&[String]>) -> Result<Meaning, Unclear> {
    let spellings = spellings(labels);
    match classes {
        Some(classes) => among(labels, classes, &spellings),
        None => by_themselves(labels, &spellings),
    }
}

/// Each different label, in the order of the alphabet.
fn spellings<'a>(labels: &[&'a str]) -> BTreeMap<&'a str, Spelling> {
    let mut spellings = BTreeMap::new();
    for (index, label) in labels.iter().copied().enumerate() {
        let new = || Spelling { label: label.to_owned(), subjects: 0, first: index };
        spellings.entry(label).or_insert_with(new).subjects += 1;
    }
    spellings
}

fn among(
    labels: &[&str],
    names: &[String],
    spellings: &BTreeMap<&str, Spelling>,
) -> Result<Meaning, Unclear> {
    let mut respelled = Vec::new();
    let mut unknown: Option<usize> = None;
    let mut by_label = BTreeMap::new();
    for (label, spelling) in spellings {
        let found = classes::find(names, label);
        let class = found.map(|(class, _)| class);
        if let Some((class, false)) = found {
            respelled.push((spelling.clone(), class));
        }
        let is_missing = is_missing(label) || is_perhaps_missing(label);
        if class.is_none() && !is_missing {
            unknown = Some(unknown.map_or(spelling.first, |first| first.min(spelling.first)));
        }
        by_label.insert(*label, class);
    }
    match unknown {
        Some(first) => Err(Unclear::Unknown(first)),
        None => {
            let of = labels.iter().map(|label| by_label[label]).collect();
            Ok(Meaning { classes: names.to_vec(), of, respelled })
        }
    }
}

fn by_themselves(labels: &[&str], spellings: &BTreeMap<&str, Spelling>) -> Result<Meaning, Unclear> {
    let said = || spellings.values().filter(|spelling| !is_missing(&spelling.label));
    let mut by_class: BTreeMap<String, Vec<Spelling>> = BTreeMap::new();
    for spelling in said() {
        by_class.entry(folded(&spelling.label)).or_default().push(spelling.clone());
    }
    let several: Vec<Vec<Spelling>> = by_class.into_values().filter(|group| group.len() > 1).collect();
    if !several.is_empty() {
        return Err(Unclear::Spellings(several));
    }
    if let Some(word) = said().find(|spelling| is_perhaps_missing(&spelling.label)) {
        return Err(Unclear::PerhapsMissing(word.clone()));
    }
    let classes: Vec<String> = said().map(|spelling| spelling.label.clone()).collect();
    let of = labels.iter().map(|label| classes.iter().position(|class| class == label)).collect();
    Ok(Meaning { classes, of, respelled: Vec::new() })
}

/// What all spellings of a class have in common: its plain name, or the number that it is.
pub fn folded(label: &str) -> String {
    let is_number = label.starts_with(|first: char| first.is_ascii_digit() || "+-.".contains(first));
    match label.parse::<f64>() {
        // -0 is 0.
        Ok(number) if is_number && number.is_finite() => (number + 0.0).to_string(),
        _ => classes::plain(label),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spellings_of_one_class_are_matched_with_a_list_and_refused_without() {
        let labels = ["walk", "Walk", "sit", "WALK", "low_pain", "Low pain"];
        let classes = ["sit", "walk", "low pain"].map(String::from);
        let found = meaning(&labels, Some(&classes)).unwrap();
        assert_eq!(found.of, [1, 1, 0, 1, 2, 2].map(Some));
        let respelled: Vec<&str> =
            found.respelled.iter().map(|(spelling, _)| spelling.label.as_str()).collect();
        assert_eq!(respelled, ["Low pain", "WALK", "Walk", "low_pain"]);
        let Err(Unclear::Spellings(groups)) = meaning(&labels, None) else { panic!("not refused") };
        assert_eq!(groups.len(), 2);
        assert_eq!(groups[1].iter().map(|one| one.first).collect::<Vec<_>>(), [3, 1, 0]);
    }

    #[test]
    fn numbers_of_a_spreadsheet_are_the_same_classes() {
        let classes = ["0", "1"].map(String::from);
        assert_eq!(
            meaning(&["0.0", "1.0", "", "1"], Some(&classes)).unwrap().of,
            [Some(0), Some(1), None, Some(1)]
        );
        assert_eq!(meaning(&["0.0", "1.0"], None).unwrap().classes, ["0.0", "1.0"]);
        assert!(matches!(meaning(&["1", "1.0"], None), Err(Unclear::Spellings(_))));
    }

    #[test]
    fn classes_that_differ_in_letters_only_stay_two_where_the_list_says_so() {
        let classes = ["a", "A"].map(String::from);
        assert_eq!(meaning(&["A", "a"], Some(&classes)).unwrap().of, [Some(1), Some(0)]);
    }

    #[test]
    fn words_for_missing_are_no_class() {
        let found = meaning(&["walk", "NA", "", "-", "n/a", "sit", "NaN", "?"], None).unwrap();
        assert_eq!(found.classes, ["sit", "walk"]);
        assert_eq!(found.of.iter().flatten().count(), 2);
        // Unless the list says that it is one.
        let classes = ["NA", "walk"].map(String::from);
        assert_eq!(meaning(&["NA", "walk"], Some(&classes)).unwrap().of, [Some(0), Some(1)]);
    }

    #[test]
    fn a_word_that_may_be_a_class_is_refused_unless_the_list_says_what_it_is() {
        assert!(matches!(meaning(&["walk", "none", "sit"], None), Err(Unclear::PerhapsMissing(_))));
        let with = |classes: &[&str]| {
            let classes: Vec<String> = classes.iter().map(|class| (*class).to_owned()).collect();
            meaning(&["walk", "none"], Some(&classes)).unwrap().of
        };
        assert_eq!(with(&["sit", "walk"]), [Some(1), None]);
        assert_eq!(with(&["none", "walk"]), [Some(1), Some(0)]);
    }

    #[test]
    fn a_label_that_is_no_class_is_named() {
        let classes = ["sit", "walk"].map(String::from);
        assert_eq!(meaning(&["walk", "run"], Some(&classes)), Err(Unclear::Unknown(1)));
    }
}
