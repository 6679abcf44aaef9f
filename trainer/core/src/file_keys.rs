//! What the names of all files of a data set say, in the columns of a recipe.

use std::collections::BTreeMap;

use painwave::labels::LabelColumns;

use crate::file_names::{self, Ambiguous, Keys, Pattern};
use crate::labels::spelling::folded;

/// How a label and an id stand in a file's name where nothing else says it: in the folder, or before the first point.
const CONVENTIONS: [(&str, Convention); 2] = [("{label}/{id}", by_folder), ("{label}.{id}", by_point)];

type Convention = fn(&str) -> Option<(String, String)>;

/// What the names of files say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileKeys {
    /// Of each file the columns that its name says; none of a file whose name is another, which is left out.
    pub of: Vec<Option<Keys>>,
    /// What is to be shown about it.
    pub notes: Vec<String>,
}

/// Why names of files cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileKeysError {
    /// One can be read in two ways.
    #[error(transparent)]
    Ambiguous(#[from] Ambiguous),
    /// None has a name of that kind.
    #[error("no file has a name like {pattern:?}, the first is {first:?}")]
    NoMatch {
        /// The pattern.
        pattern: String,
        /// The first file.
        first: String,
    },
    /// Two files whose names say that they are one recording.
    #[error("the files {first:?} and {second:?} are both named as the recording {id:?}: rename one of them")]
    SameId {
        /// A file.
        first: String,
        /// Another.
        second: String,
        /// The id.
        id: String,
    },
}

impl FileKeys {
    /// Reads the names by a pattern; without one they say nothing.
    ///
    /// # Errors
    /// A name can be read in two ways, or none is of that kind.
    pub fn read(
        files: &[String],
        pattern: Option<&Pattern>,
        columns: LabelColumns<'_>,
    ) -> Result<FileKeys, FileKeysError> {
        let Some(pattern) = pattern else {
            return Ok(FileKeys { of: vec![Some(Keys::new()); files.len()], notes: Vec::new() });
        };
        let read = files.iter().map(|file| pattern.read(file));
        let mut found = FileKeys { of: read.collect::<Result<_, _>>()?, notes: Vec::new() };
        let others = || files.iter().zip(&found.of).filter(|(_, keys)| keys.is_none()).map(|(file, _)| file);
        if let Some(first) = others().next() {
            let (pattern, first) = (pattern.to_string(), first.clone());
            if others().count() == files.len() {
                return Err(FileKeysError::NoMatch { pattern, first });
            }
            let count = others().count();
            found.notes.push(format!(
                "left out {count} of {} files, which are not named like {pattern:?}, first {first:?}",
                files.len()
            ));
        }
        found.finish(files, columns)
    }

    /// Finds labels and ids in the names where nothing else says them: `walk/07.csv` and `walk.07.csv` are a recording
    /// of the class walk. Every name must say one, and at least two classes have several files, or the names say
    /// something else.
    ///
    /// # Errors
    /// Two files are named as one recording.
    pub fn by_convention(
        files: &[String],
        classes: Option<&[String]>,
        columns: LabelColumns<'_>,
    ) -> Result<Option<FileKeys>, FileKeysError> {
        for (shown, convention) in CONVENTIONS {
            let Some(found) = files.iter().map(|file| convention(file)).collect::<Option<Vec<_>>>() else {
                continue;
            };
            let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
            found.iter().for_each(|(label, _)| *counts.entry(label).or_default() += 1);
            let known = |label: &&str| {
                classes.is_some_and(|classes| classes.iter().any(|class| folded(class) == folded(label)))
            };
            let is_one = match classes {
                Some(_) => counts.keys().all(known),
                None => counts.values().filter(|count| **count > 1).count() > 1,
            };
            if counts.len() < 2 || !is_one {
                continue;
            }
            let labels: Vec<String> = counts.keys().map(|label| format!("{label:?}")).collect();
            let keys = |(label, id)| Some(vec![("label".to_owned(), label), ("id".to_owned(), id)]);
            let of = found.into_iter().map(keys).collect();
            let note = format!(
                "the names of the files are read as {shown:?}, with the labels {}",
                labels.join(", ")
            );
            return FileKeys { of, notes: vec![note] }.finish(files, columns).map(Some);
        }
        Ok(None)
    }

    /// Brings the keys to the recipe's columns, and makes ids of them that tell the files apart.
    fn finish(mut self, files: &[String], columns: LabelColumns<'_>) -> Result<FileKeys, FileKeysError> {
        let whole: Vec<Option<String>> = self.of.iter().map(|keys| keys.as_ref().map(joined)).collect();
        for keys in self.of.iter_mut().flatten() {
            for (key, _) in keys.iter_mut() {
                match (key.as_str(), columns) {
                    ("id", LabelColumns { id: [id], .. }) => id.clone_into(key),
                    ("label", LabelColumns { label: Some(label), .. }) => label.clone_into(key),
                    ("group", LabelColumns { group: Some(group), .. }) => group.clone_into(key),
                    _ => {}
                }
            }
        }
        let [id] = columns.id else { return Ok(self) };
        let Some(twice) = twice(&self.of, |keys| value(keys, id).map(str::to_owned)) else { return Ok(self) };
        self.notes.push(format!(
            "several files are named {id} {:?}, such as {:?} and {:?}: each is a recording, whose id is all that its name \
             says",
            twice.2, files[twice.0], files[twice.1]
        ));
        if columns.group.is_none() && id != "id" {
            self.notes.push(format!(
                "recordings of one {id} may be on both sides of the split: `validation.group = {id:?}` keeps them together"
            ));
        }
        for (keys, whole) in self.of.iter_mut().zip(whole) {
            let (Some(keys), Some(whole)) = (keys, whole) else { continue };
            // The key stays what the group is read from.
            if columns.group == Some(id) {
                keys.push((id.clone(), whole));
                continue;
            }
            keys.iter_mut().filter(|(key, _)| key == id).for_each(|(_, value)| value.clone_from(&whole));
        }
        match self::twice(&self.of, |keys| self::id(keys, id).map(str::to_owned)) {
            Some((first, second, id)) => {
                Err(FileKeysError::SameId { first: files[first].clone(), second: files[second].clone(), id })
            }
            None => Ok(self),
        }
    }
}

/// The value of a key: of the label and the group.
pub fn value<'a>(keys: &'a Keys, wanted: &str) -> Option<&'a str> {
    keys.iter().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
}

/// The part of the id that a name says: all of it, where the part alone does not tell the files apart.
pub fn id<'a>(keys: &'a Keys, wanted: &str) -> Option<&'a str> {
    keys.iter().rev().find(|(key, _)| key == wanted).map(|(_, value)| value.as_str())
}

/// Two files of which this is the same, and what it is.
fn twice(of: &[Option<Keys>], what: impl Fn(&Keys) -> Option<String>) -> Option<(usize, usize, String)> {
    let mut seen: BTreeMap<String, usize> = BTreeMap::new();
    of.iter().enumerate().find_map(|(index, keys)| {
        let value = what(keys.as_ref()?)?;
        seen.insert(value.clone(), index).map(|first| (first, index, value))
    })
}

fn joined(keys: &Keys) -> String {
    keys.iter().map(|(_, value)| value.as_str()).collect::<Vec<_>>().join("/")
}

fn by_folder(file: &str) -> Option<(String, String)> {
    let mut parts = file.rsplit(['/', '\\']);
    parts.next()?;
    let folder = parts.next().filter(|folder| !folder.is_empty() && !folder.starts_with('.'))?;
    Some((folder.to_owned(), file_names::stem(file).to_owned()))
}

fn by_point(file: &str) -> Option<(String, String)> {
    let (label, id) = file_names::stem(file).split_once('.')?;
    (!label.is_empty() && !id.is_empty()).then(|| (label.to_owned(), id.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    fn columns<'a>(id: &'a [String], group: Option<&'a str>) -> LabelColumns<'a> {
        LabelColumns { id, label: Some("activity"), group }
    }

    #[test]
    fn keys_come_in_the_recipes_columns_and_other_files_are_left_out() {
        let id = ["subject".to_owned()];
        let pattern = Pattern::parse("{label}/{id}.csv").unwrap();
        let names = files(&["d/walk/1.csv", "d/sit/2.csv", "d/walk/notes.txt"]);
        let found = FileKeys::read(&names, Some(&pattern), columns(&id, None)).unwrap();
        let keys = found.of[0].as_ref().unwrap();
        assert_eq!((value(keys, "activity"), value(keys, "subject")), (Some("walk"), Some("1")));
        assert_eq!(found.of[2], None);
        assert!(found.notes[0].starts_with("left out 1 of 3 files"), "{:?}", found.notes);
        let error = FileKeys::read(&names[2..], Some(&pattern), columns(&id, None)).unwrap_err();
        assert!(matches!(error, FileKeysError::NoMatch { .. }));
    }

    #[test]
    fn files_of_one_person_are_recordings_of_their_own() {
        let id = ["subject".to_owned()];
        let pattern = Pattern::parse("S{subject}_E{label}_{side}.csv").unwrap();
        let names = files(&["S1_E0_L.csv", "S1_E1_L.csv", "S2_E0_R.csv"]);
        let found = FileKeys::read(&names, Some(&pattern), columns(&id, None)).unwrap();
        assert_eq!(value(found.of[1].as_ref().unwrap(), "subject"), Some("1/1/L"));
        assert!(found.notes[1].contains("`validation.group = \"subject\"`"), "{:?}", found.notes);
        // The group is the person all the same.
        let found = FileKeys::read(&names, Some(&pattern), columns(&id, Some("subject"))).unwrap();
        assert_eq!(value(found.of[1].as_ref().unwrap(), "subject"), Some("1"));
        assert_eq!(found.of[1].as_ref().unwrap().last().unwrap().1, "1/1/L");
        let names = files(&["a/S1_E0_L.csv", "b/S1_E0_L.csv"]);
        assert!(matches!(
            FileKeys::read(&names, Some(&pattern), columns(&id, None)),
            Err(FileKeysError::SameId { .. })
        ));
    }

    #[test]
    fn labels_in_folders_and_before_a_point_are_found() {
        let id = ["subject".to_owned()];
        let find = |names: &[&str], classes: Option<&[String]>| {
            FileKeys::by_convention(&files(names), classes, columns(&id, None)).unwrap()
        };
        let folders = ["d/walk/1.csv", "d/walk/2.csv", "d/sit/1.csv", "d/sit/2.csv"];
        let found = find(&folders, None).unwrap();
        assert_eq!(value(found.of[2].as_ref().unwrap(), "activity"), Some("sit"));
        assert_eq!(value(found.of[2].as_ref().unwrap(), "subject"), Some("sit/1"));
        let points = find(&["walk.1.csv", "walk.2.csv", "sit.3.csv", "sit.4.csv"], None).unwrap();
        assert_eq!(value(points.of[3].as_ref().unwrap(), "subject"), Some("4"));
        let classes = ["walk", "sit"].map(String::from);
        assert!(find(&["d/Walk/1.csv", "d/sit/2.csv"], Some(&classes)).is_some());
        assert!(find(&["d/walk/1.csv", "d/run/2.csv"], Some(&classes)).is_none());
        assert!(find(&["d/1.csv", "d/2.csv"], None).is_none());
        assert!(find(&["p1/left.csv", "p2/left.csv"], None).is_none());
    }
}
