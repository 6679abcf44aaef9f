//! Looks at the data before any model does. Files are opened by the program around it, which is asked for their bytes.
//!
//! ```text
//! data.csv ──▶ Table ──▶ each column ──▶ columns among one another ──▶ other.csv ──▶ advice ──▶ Profile
//! ```
//!
//! | module | does |
//! |---|---|
//! | [`names`] | which columns hold id, time and label |
//! | [`table`] | the file as columns; counts what the reader would refuse |
//! | [`classes`] | class balance |
//! | [`columns`] | each column by itself and with the label |
//! | [`correlation`] | columns that go together or say the same |
//! | [`duplicates`] | recordings that are there twice, in one file or in two |
//! | [`drift`] | how another file differs |
//! | [`advice`] | what to drop and why, and that as a piece of a recipe |

pub mod advice;
pub mod classes;
pub mod columns;
pub mod correlation;
pub mod drift;
pub mod duplicates;
mod error;
mod feed;
pub mod names;
pub mod table;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use painwave::recording::Category;
use painwave_train::labels::{LabelColumns, Labels};
use serde::Serialize;

use self::advice::Advice;
use self::classes::{ClassBalance, Classes};
use self::columns::ColumnProfile;
use self::correlation::Correlation;
use self::drift::{Comparison, Drift};
use self::duplicates::Duplicates;
pub use self::error::ProfileError;
pub use self::feed::Feed;
use self::names::{Names, Told};
use self::table::{Column, Content, Table, TableProblems};

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// The data.
    pub data: PathBuf,
    /// Its labels.
    pub labels: Option<PathBuf>,
    /// Another data file to compare it with.
    pub against: Option<PathBuf>,
    /// Columns that need not be guessed.
    pub told: Told,
    /// The classes in their order, if that is known.
    pub classes: Option<Vec<String>>,
    /// Columns that a recipe ignores already.
    pub ignored: Vec<String>,
    /// What a recipe reads as categories already.
    pub categories: Vec<Category>,
}

/// What is known of the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Profile {
    /// The data file.
    pub path: PathBuf,
    /// The columns that are no measurements.
    pub names: Names,
    /// How large it is.
    pub size: Size,
    /// What is wrong with whole rows or with the header.
    pub problems: TableProblems,
    /// The classes, with labels.
    pub classes: Option<ClassBalance>,
    /// Every column but id and time, in the order of the file.
    pub columns: Vec<ColumnProfile>,
    /// How the numeric columns go together.
    pub correlation: Correlation,
    /// Groups of columns with few values that always say the same.
    pub same: Vec<Vec<String>>,
    /// Groups of subjects that have the same recording.
    pub duplicates: Vec<Duplicates>,
    /// Another file beside it.
    pub against: Option<Comparison>,
    /// What to do with which column.
    pub advice: Vec<Advice>,
    /// The advice as the sections `[data]` and `[features]` of a recipe.
    pub recipe: String,
}

/// How large a file is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// Rows.
    pub rows: usize,
    /// Subjects.
    pub subjects: usize,
    /// Columns beside id and time.
    pub columns: usize,
    /// Rows of the shortest recording.
    pub least_steps: usize,
    /// Median rows of a recording.
    pub median_steps: f64,
    /// Rows of the longest recording.
    pub most_steps: usize,
    /// The most frequent number of rows of a recording.
    pub usual_steps: usize,
    /// Subjects with another number of rows.
    pub unusual_subjects: usize,
}

/// Looks at the data.
///
/// # Errors
/// A file cannot be read as rows and columns, a column cannot be found, or the labels are not usable.
pub fn profile(sources: &Sources, feed: Feed<'_>) -> Result<Profile, ProfileError> {
    let names = Names::find(&sources.data, sources.labels.as_deref(), &sources.told, feed)?;
    let read = |path: &Path| Table::read(path, &names.id, &names.time, feed);
    let table = read(&sources.data)?;
    let labels = match (&sources.labels, &names.label) {
        (Some(path), Some(label)) => {
            let columns = LabelColumns { id: &names.id, label, group: None };
            let bytes = feed::bytes(path, feed)?;
            Some(Labels::parse(path, &bytes, columns, sources.classes.as_deref())?)
        }
        _ => None,
    };
    let classes = labels.as_ref().map(|labels| Classes::new(labels, &table.subjects));
    let other = sources.against.as_deref().map(read).transpose()?;

    let mut columns = Vec::with_capacity(table.columns.len());
    let mut drifts = Vec::new();
    for column in &table.columns {
        let values = sorted(column);
        columns.push(ColumnProfile::new(&table, column, &values, classes.as_ref()));
        if let Some(twin) = other.as_ref().and_then(|other| other.column(&column.name)) {
            drifts.push(Drift::of(column, twin, [&values, &sorted(twin)]));
        }
    }
    let mut profile = Profile {
        path: sources.data.clone(),
        size: Size::of(&table),
        problems: table.problems.clone(),
        classes: labels.iter().zip(&classes).map(|(labels, c)| c.balance(labels, &table.subjects)).next(),
        columns,
        correlation: Correlation::of(&table),
        same: correlation::same(&table),
        duplicates: duplicates::within(&table, classes.as_ref()),
        against: other.map(|other| compare(&table, &other, drifts)),
        advice: Vec::new(),
        recipe: String::new(),
        names,
    };
    profile.advice = advice::advise(&profile, &sources.ignored, &sources.categories);
    profile.recipe = advice::recipe(&profile, &sources.categories);
    Ok(profile)
}

/// The values of a numeric column, ascending.
fn sorted(column: &Column) -> Vec<f32> {
    let Content::Numbers(values) = &column.content else { return Vec::new() };
    let mut values: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    values.sort_unstable_by(f32::total_cmp);
    values
}

fn compare(table: &Table, other: &Table, columns: Vec<Drift>) -> Comparison {
    let lacking = |from: &Table, other: &Table| -> Vec<String> {
        let names = from.columns.iter().map(|column| &column.name);
        names.filter(|name| other.column(name).is_none()).cloned().collect()
    };
    let ids: HashSet<&str> = table.subjects.iter().map(|subject| subject.id.as_str()).collect();
    Comparison {
        path: other.path.clone(),
        size: Size::of(other),
        missing_columns: lacking(table, other),
        extra_columns: lacking(other, table),
        shared_ids: other.subjects.iter().filter(|subject| ids.contains(subject.id.as_str())).count(),
        leaks: duplicates::between(table, other),
        duplicates: duplicates::within(other, None),
        columns,
    }
}

impl Size {
    fn of(table: &Table) -> Self {
        let mut steps: Vec<usize> = table.subjects.iter().map(|subject| subject.rows.len()).collect();
        steps.sort_unstable();
        // The longest of the most frequent lengths.
        let runs = steps.chunk_by(|a, b| a == b);
        let usual = runs.max_by_key(|run| run.len()).unwrap_or_default();
        // A file without a row was refused, but all its rows may lack the id.
        let at = |index: usize| steps.get(index).copied().unwrap_or_default();
        let half = steps.len() / 2;
        let middle = if steps.len() % 2 == 1 { 2 * at(half) } else { at(half.saturating_sub(1)) + at(half) };
        Size {
            rows: table.rows(),
            subjects: steps.len(),
            columns: table.columns.len(),
            least_steps: at(0),
            median_steps: middle as f64 / 2.0,
            most_steps: steps.last().copied().unwrap_or_default(),
            usual_steps: usual.first().copied().unwrap_or_default(),
            unusual_subjects: steps.len() - usual.len(),
        }
    }
}
