//! The labels file: one row a subject, with its class and perhaps its group.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use painwave::reading::{ReadError, ReadOptions, Repairs, Role, Row, Rows, Wanted};
use painwave::recording::Recording;

/// Labels by subject.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Labels {
    /// Where they were read.
    pub path: PathBuf,
    /// Class index and group of each subject.
    pub rows: BTreeMap<String, Label>,
    /// Names of the classes.
    pub classes: Vec<String>,
}

/// One row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Index of the class.
    pub class: usize,
    /// Value of the group column, if there is one.
    pub group: Option<String>,
    /// Line in the file, from 1.
    pub line: u64,
}

/// The columns of a labels file.
#[derive(Clone, Copy, Debug)]
pub struct LabelColumns<'a> {
    /// The subject's id.
    pub id: &'a str,
    /// The class.
    pub label: &'a str,
    /// The group, if one is asked for.
    pub group: Option<&'a str>,
}

/// Why a labels file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
    /// Not text.
    #[error("{path}:{line}: the line is not UTF-8: save the file as UTF-8, in a spreadsheet as `CSV UTF-8`")]
    NotUtf8 {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
    },
    /// Not a CSV.
    #[error("{path}: {source}")]
    Csv {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<ReadError>,
    },
    /// No label at all.
    #[error("{path}: the file has no labels: expected a header and one row for each subject")]
    NoRows {
        /// The file.
        path: PathBuf,
    },
    /// A column that is not there.
    #[error("{path}:{line}: there is no column `{column}`; found {found}")]
    Column {
        /// The file.
        path: PathBuf,
        /// Line of the header, from 1.
        line: u64,
        /// What the column is for.
        part: Part,
        /// The column.
        column: String,
        /// The header.
        found: String,
    },
    /// A row with another number of fields than the header.
    #[error("{path}:{line}: expected {expected} fields as in the header, found {found}")]
    Fields {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// Fields of the header.
        expected: usize,
        /// Fields of the row.
        found: usize,
    },
    /// A subject that has a label already.
    #[error("{path}:{line}: the subject `{id}` has a label already, in line {first}: keep one of them")]
    Twice {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The subject.
        id: String,
        /// Line of its first label.
        first: u64,
    },
    /// A subject without a label.
    #[error("{path}:{line}: the label of `{id}` is empty: give one, or take the subject out of both files")]
    Empty {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The subject.
        id: String,
    },
    /// A subject without a group.
    #[error(
        "{path}:{line}: the column `{column}` is empty for `{id}`: subjects without a group would be taken for one \
         group; give each a value of its own, such as its id, if it belongs to no other"
    )]
    EmptyGroup {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The group column.
        column: String,
        /// The subject.
        id: String,
    },
    /// A label that is not one of the classes.
    #[error("{path}:{line}: `{label}` is not a class; expected one of {expected}")]
    UnknownClass {
        /// The file.
        path: PathBuf,
        /// Line, from 1.
        line: u64,
        /// The label.
        label: String,
        /// The classes.
        expected: String,
    },
    /// One class only.
    #[error("{path}: every label is `{class}`, expected at least 2 classes")]
    OneClass {
        /// The file.
        path: PathBuf,
        /// The class.
        class: String,
    },
    /// Subjects of the data without a label.
    #[error(
        "{path}: there is no label for {count} of the subjects in {data}, the first is `{first}`: \
         add a row for each, or take them out of the data{}",
        alike.as_ref().map(Alike::to_string).unwrap_or_default()
    )]
    Unlabelled {
        /// The file.
        path: PathBuf,
        /// The data.
        data: PathBuf,
        /// How many.
        count: usize,
        /// One of them.
        first: String,
        /// A label that may be meant for it.
        alike: Option<Alike>,
    },
    /// Labels of subjects that the data does not have.
    #[error(
        "{path}:{line}: {data} has no recording for {count} of the labels, the first is `{first}`: \
         take them out of the labels, or give the data that has them"
    )]
    WithoutData {
        /// The file.
        path: PathBuf,
        /// Line of the first, from 1.
        line: u64,
        /// The data.
        data: PathBuf,
        /// How many.
        count: usize,
        /// One of them.
        first: String,
    },
}

/// What a column of a labels file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The subject's id.
    Id,
    /// The class.
    Label,
    /// The group.
    Group,
}

/// An id that is the same as another but for the zeros in front.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("; line {line} has `{id}`: did a spreadsheet leave out zeros in front?")]
pub struct Alike {
    /// The id.
    pub id: String,
    /// Its line, from 1.
    pub line: u64,
}

impl Labels {
    /// Reads the bytes of a labels file; `path` is for the errors. With `classes`, a label must be one of them; else
    /// the classes are the labels found, sorted.
    ///
    /// # Errors
    /// Not UTF-8, not CSV, a missing column, a subject twice, a label that is no class, fewer than two classes.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        columns: LabelColumns<'_>,
        classes: Option<&[String]>,
    ) -> Result<Self, LabelsError> {
        let mut wanted =
            vec![Wanted::needed(columns.id, Role::Id), Wanted::needed(columns.label, Role::Word)];
        wanted.extend(columns.group.map(|group| Wanted::needed(group, Role::Word)));
        let mut reader = Rows::new(wanted, Vec::new(), &ReadOptions::default());
        let mut repairs = Repairs::default();
        let mut found = Vec::new();
        let mut each = |row: Row<'_>, _: &mut Repairs| {
            row.whole()?;
            let group = columns.group.map(|_| row.text(2).map(Cow::into_owned)).transpose()?;
            found.push((row.line, row.text(0)?.into_owned(), row.text(1)?.into_owned(), group));
            Ok::<_, ReadError>(())
        };
        let read = reader.feed(bytes, &mut repairs, &mut each);
        let read = read.and_then(|()| reader.finish(&mut repairs, &mut each));
        read.map_err(|error| csv_error(path, columns, error))?;
        if let Some((line, id, _, _)) = found.iter().find(|(_, _, label, _)| label.is_empty()) {
            return Err(LabelsError::Empty { path: path.to_owned(), line: *line, id: id.clone() });
        }
        let without_group = |group: &Option<String>| group.as_deref() == Some("");
        if let (Some(column), Some((line, id, ..))) =
            (columns.group, found.iter().find(|(.., group)| without_group(group)))
        {
            let (path, column) = (path.to_owned(), column.to_owned());
            return Err(LabelsError::EmptyGroup { path, line: *line, column, id: id.clone() });
        }

        let classes = match classes {
            Some(classes) => classes.to_vec(),
            None => {
                let mut names: Vec<String> = found.iter().map(|(_, _, label, _)| label.clone()).collect();
                names.sort();
                names.dedup();
                names
            }
        };
        if let [class] = &classes[..] {
            return Err(LabelsError::OneClass { path: path.to_owned(), class: class.clone() });
        }
        let mut rows = BTreeMap::<String, Label>::new();
        for (line, id, label, group) in found {
            let Some(class) = classes.iter().position(|class| *class == label) else {
                let expected = classes.join(", ");
                return Err(LabelsError::UnknownClass { path: path.to_owned(), line, label, expected });
            };
            if let Some(earlier) = rows.get(&id) {
                let first = earlier.line;
                return Err(LabelsError::Twice { path: path.to_owned(), line, id, first });
            }
            rows.insert(id, Label { class, group, line });
        }
        Ok(Labels { path: path.to_owned(), rows, classes })
    }

    /// The label of each recording of the file `data`, in the order of the recordings.
    ///
    /// # Errors
    /// A recording without a label, or a label without a recording.
    pub fn of(&self, recordings: &[Recording], data: &Path) -> Result<Vec<Label>, LabelsError> {
        let (path, data) = (self.path.clone(), data.to_owned());
        let ids: BTreeSet<&str> = recordings.iter().map(|recording| recording.id.as_str()).collect();
        let mut missing = recordings.iter().filter(|recording| !self.rows.contains_key(&recording.id));
        if let Some(Recording { id: first, .. }) = missing.next() {
            let (count, alike) = (1 + missing.count(), self.alike(first, &ids));
            return Err(LabelsError::Unlabelled { path, data, count, first: first.clone(), alike });
        }
        let extra = || self.rows.iter().filter(|(id, _)| !ids.contains(id.as_str()));
        if let Some((first, Label { line, .. })) = extra().min_by_key(|(_, label)| label.line) {
            let (line, count, first) = (*line, extra().count(), first.clone());
            return Err(LabelsError::WithoutData { path, line, data, count, first });
        }
        Ok(recordings.iter().map(|recording| self.rows[&recording.id].clone()).collect())
    }

    /// A label without a recording whose id is this one but for the zeros in front.
    fn alike(&self, id: &str, ids: &BTreeSet<&str>) -> Option<Alike> {
        let bare = |id: &str| id.trim_start_matches('0').to_owned();
        let meant = |other: &&String| bare(other) == bare(id) && !ids.contains(other.as_str());
        let (id, label) = self.rows.iter().find(|(other, _)| meant(other))?;
        Some(Alike { id: id.clone(), line: label.line })
    }
}

/// What the reader of rows found, in the words of a labels file.
fn csv_error(path: &Path, columns: LabelColumns<'_>, error: ReadError) -> LabelsError {
    let path = path.to_owned();
    match error {
        ReadError::EmptyFile | ReadError::NoRows => LabelsError::NoRows { path },
        ReadError::InvalidUtf8 { line, .. } => LabelsError::NotUtf8 { path, line },
        ReadError::WrongFieldCount { line, expected, found } => {
            LabelsError::Fields { path, line, expected, found }
        }
        ReadError::MissingColumns { line, missing, found } => {
            let column = missing.into_iter().next().map_or_else(String::new, |column| column.name);
            let part = match column.as_str() {
                name if name == columns.id => Part::Id,
                name if name == columns.label => Part::Label,
                _ => Part::Group,
            };
            let found =
                found.iter().map(|column| format!("`{}`", column.name)).collect::<Vec<_>>().join(", ");
            LabelsError::Column { path, line, part, column, found }
        }
        source => LabelsError::Csv { path, source: Box::new(source) },
    }
}
