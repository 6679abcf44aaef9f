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
//! | `answers` | the label of each subject: from a file, a column or names |
//! | [`classes`] | class balance |
//! | [`columns`] | each column by itself and with the label |
//! | [`correlation`] | columns that go together or say the same |
//! | [`duplicates`] | recordings that are there twice, in one file or in two |
//! | [`drift`] | how another file differs |
//! | [`advice`], `advisor` | what to drop and why, and that as a piece of a recipe |
//! | `sources` | what is looked at |
//! | `profile`, `size` | all of the above in one |

pub mod advice;
mod advisor;
mod answers;
pub mod classes;
pub mod columns;
pub mod correlation;
pub mod drift;
pub mod duplicates;
mod error;
mod feed;
pub mod names;
mod profile;
mod size;
mod sources;
pub mod table;

use std::collections::HashSet;
use std::path::Path;

use painwave::reading::Repair;

use self::classes::Classes;
use self::columns::ColumnProfile;
use self::correlation::Correlation;
use self::drift::{Comparison, Drift};
pub use self::error::ProfileError;
pub use self::feed::Feed;
use self::names::Names;
pub use self::profile::Profile;
pub use self::size::Size;
pub use self::sources::Sources;
use self::table::{Column, Content, Table};

/// Looks at the data.
///
/// # Errors
/// A file cannot be read as rows and columns, a column cannot be found, or the labels are not usable.
pub fn profile(sources: &Sources, feed: Feed<'_>) -> Result<Profile, ProfileError> {
    let by_name = sources.keys.len() > 1;
    let mut names = Names::find(&sources.data, sources.labels.as_deref(), &sources.told, by_name, feed)?;
    let read = |path: &Path| Table::read(path, &names.id, names.time.as_deref(), &sources.keys, feed);
    let mut table = read(&sources.data)?;
    let labels = answers::labels(sources, &names, &mut table, feed)?;
    if labels.is_none() {
        names.label = None;
    }
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
        repairs: table.repairs.iter().map(|repair| repair_text(repair, &sources.data)).collect(),
        notes: labels.iter().flat_map(|labels| labels.notes.iter().cloned()).collect(),
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
    profile.advice = advisor::advise(&profile, &sources.ignored, &sources.categories);
    profile.recipe = advisor::recipe(&profile, &sources.categories);
    Ok(profile)
}

/// Where and what.
fn repair_text(repair: &Repair, data: &Path) -> String {
    let file = repair.file.clone().unwrap_or_else(|| data.display().to_string());
    format!("{file}: {repair}")
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
