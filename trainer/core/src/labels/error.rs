//! Why labels cannot be used.

use std::path::{Path, PathBuf};

use painwave::reading::ReadError;

use super::said::{Place, Spelling};

/// Why labels cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum LabelsError {
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
    /// Every label says that there is none.
    #[error("{path}: none of its {count} labels is one, the first is {first:?} in {place}")]
    NoLabel {
        /// The file.
        path: PathBuf,
        /// How many.
        count: usize,
        /// The first.
        first: String,
        /// Where it is.
        place: Place,
    },
    /// A column that is not there.
    #[error("{path}: there is no column `{column}`; found {found}")]
    Column {
        /// The file.
        path: PathBuf,
        /// What the column is for.
        part: Part,
        /// The column.
        column: String,
        /// The header.
        found: String,
    },
    /// A subject with two labels, or two groups.
    #[error(
        "{}: the {part} of `{id}` is `{found}`, and in {} it is `{first}`: a recording has one; keep the \
         right row, or make `id` tell the recordings apart",
        places[0], places[1]
    )]
    Contradiction {
        /// Where, and where the other is.
        places: Box<[Place; 2]>,
        /// The subject.
        id: String,
        /// Label or group.
        part: Part,
        /// What stands there.
        found: String,
        /// The other.
        first: String,
    },
    /// A subject without a group.
    #[error(
        "{place}: the column `{column}` is empty for `{id}`: subjects without a group would be taken for one \
         group; give each a value of its own, such as its id, if it belongs to no other"
    )]
    EmptyGroup {
        /// Where.
        place: Place,
        /// The group column.
        column: String,
        /// The subject.
        id: String,
    },
    /// A label that is not one of the classes.
    #[error("{place}: `{label}` is not a class; expected one of {expected}")]
    UnknownClass {
        /// Where.
        place: Place,
        /// The label.
        label: String,
        /// The classes.
        expected: String,
    },
    /// Several spellings of what may be one class.
    #[error("{path}: {}", spellings_text(groups))]
    Spellings {
        /// The file.
        path: PathBuf,
        /// Each class's spellings.
        groups: Vec<Vec<Spelling>>,
    },
    /// A word that may be a class.
    #[error(
        "{place}: {label:?} ({count} of the labels) may be a class, or say that there is no label: list the \
         classes as `data.classes` in the recipe, with it if it is one"
    )]
    PerhapsMissing {
        /// Where the first is.
        place: Place,
        /// The word.
        label: String,
        /// How many subjects have it.
        count: usize,
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
         add a row for each, take them out of the data, or leave them out with --skip-refused"
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
    },
    /// Labels of subjects that the data does not have.
    #[error(
        "{path}:{line}: {data} has no recording for {count} of the labels, the first is `{first}`: \
         take them out of the labels, give the data that has them, or leave them out with --skip-refused"
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

impl LabelsError {
    /// A column that is not among those of a file.
    pub fn no_column<'a>(
        path: &Path,
        part: Part,
        column: String,
        found: impl IntoIterator<Item = &'a str>,
    ) -> LabelsError {
        let found: Vec<String> = found.into_iter().map(|name| format!("`{name}`")).collect();
        LabelsError::Column { path: path.to_owned(), part, column, found: found.join(", ") }
    }
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

impl std::fmt::Display for Part {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Part::Id => "id",
            Part::Label => "label",
            Part::Group => "group",
        })
    }
}

fn spellings_text(groups: &[Vec<Spelling>]) -> String {
    let spelling = |Spelling { label, subjects, first }: &Spelling| {
        format!("{label:?} ({subjects} of the labels, first in {first})")
    };
    let group = |group: &Vec<Spelling>| group.iter().map(spelling).collect::<Vec<_>>().join(", ");
    let groups: Vec<String> = groups.iter().map(group).collect();
    format!(
        "these may be spellings of one class or classes of their own: {}. List the classes as `data.classes` in the \
         recipe, one spelling of each: other spellings are then taken for it",
        groups.join("; ")
    )
}
