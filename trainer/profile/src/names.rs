//! Which columns hold the id, the time and the label: as told, or guessed by their names.

use std::path::Path;

use painwave::labels::{ID_COLUMNS, LABEL_COLUMNS};
use painwave::reading::{Role, Wanted};
use painwave::recording::keys;
use serde::Serialize;

use crate::error::ProfileError;
use crate::feed::{Feed, header};

/// What the user says of a column's name.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Columns with the parts of a recording's id, in both files; none if they are not told.
    pub id: Vec<String>,
    /// Column with the time of a row.
    pub time: Option<String>,
    /// Column of the labels file with the class.
    pub label: Option<String>,
}

/// The columns that are no measurements.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Names {
    /// Columns with the parts of a recording's id, in both files.
    #[serde(with = "keys")]
    pub id: Vec<String>,
    /// Column with the time of a row; none where the order of the rows is that of time.
    pub time: Option<String>,
    /// Column with the class, of the labels file or of the data; none where there is none.
    pub label: Option<String>,
    /// Those of `id`, `time` and `label` that were not given.
    pub guessed: Vec<&'static str>,
}

const IDS: &[&str] = &[
    "sampleindex",
    "subject",
    "subjectid",
    "recording",
    "recordingid",
    "id",
    "sample",
    "sampleid",
    "series",
    "seriesid",
    "sequence",
    "sequenceid",
    "case",
    "caseid",
    "patient",
    "patientid",
    "person",
    "participant",
];
const TIMES: &[&str] =
    &["time", "timestep", "step", "timestamp", "t", "frame", "timeindex", "seconds", "ms", "tick", "index"];
const LABELS: &[&str] = &["label", "class", "target", "category", "activity", "diagnosis", "outcome", "y"];

/// Columns of the data that are taken for the class where there is no file of labels: no measurement is called so.
const LABELS_IN_DATA: &[&str] = &["label", "class", "activity", "diagnosis", "classlabel", "activitylabel"];

impl Names {
    /// Finds the columns of data and, if there is one, its labels file. `by_name` says that there are several files: the
    /// id may be a file's name.
    ///
    /// # Errors
    /// A file that cannot be read, a column that was told and is not there, or one that cannot be guessed.
    pub fn find(
        data: &Path,
        labels: Option<&Path>,
        told: &Told,
        by_name: bool,
        feed: Feed<'_>,
    ) -> Result<Self, ProfileError> {
        let ids = told.id.iter().map(|id| Wanted { needed: !by_name, ..Wanted::optional(id, Role::Id) });
        let time = told.time.iter().map(|time| Wanted::needed(time, Role::Time));
        let columns = header(data, ids.chain(time).collect(), feed)?;
        // What the reader of labels takes in their place.
        let id = told.id.iter().take(1).map(|id| Wanted::needed(id, Role::Id).or(ID_COLUMNS));
        let label = told.label.iter().map(|label| Wanted::optional(label, Role::Word).or(LABEL_COLUMNS));
        let known = id.chain(label).collect();
        let label_columns = labels.map(|labels| header(labels, known, feed)).transpose()?;

        let mut guessed = Vec::new();
        let mut name = |part, told: &Option<String>, path: &Path, found: &[String], guess: Option<String>| {
            if let Some(name) = told {
                return Ok(name.clone());
            }
            guessed.push(part);
            let not_guessed =
                || ProfileError::NotGuessed { path: path.to_owned(), part, found: found.to_vec() };
            guess.ok_or_else(not_guessed)
        };
        // A column that both files have is the id.
        let shared = label_columns.as_ref().and_then(|names| only(names, |name| columns.contains(name)));
        // The names of files are the ids, and the labels have a column of them.
        let of_labels = || usual(label_columns.as_ref().filter(|_| by_name)?, IDS);
        let of_file = || by_name.then(|| "file".to_owned());
        let id = shared.or_else(|| usual(&columns, IDS)).or_else(of_labels).or_else(of_file);
        let id = match &told.id[..] {
            [] => vec![name("id", &None, data, &columns, id)?],
            told => told.to_vec(),
        };
        // Where every file is a recording, its rows may be in the order of time without saying so.
        let time = match (&told.time, usual(&columns, TIMES)) {
            (None, None) if by_name => None,
            (told, guess) => Some(name("time", told, data, &columns, guess)?),
        };
        let label = match (labels, &label_columns) {
            (Some(path), Some(columns)) => {
                // Beside the id there may be nothing else.
                let guess = usual(columns, LABELS).or_else(|| only(columns, |name| !id.contains(name)));
                Some(name("label", &told.label, path, columns, guess)?)
            }
            _ => told.label.clone().or_else(|| usual(&columns, LABELS_IN_DATA)),
        };
        Ok(Names { id, time, label, guessed })
    }
}

/// The first of the usual names that a column has but for case, spaces and punctuation.
fn usual(columns: &[String], names: &[&str]) -> Option<String> {
    let plain = |column: &String| -> String {
        column.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
    };
    names.iter().find_map(|name| columns.iter().find(|column| plain(column) == *name).cloned())
}

/// The column of which this holds, if it is the only one.
fn only(columns: &[String], holds: impl Fn(&String) -> bool) -> Option<String> {
    let mut found = columns.iter().filter(|name| !name.is_empty() && holds(name));
    found.next().filter(|_| found.next().is_none()).cloned()
}
