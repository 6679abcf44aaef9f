//! What the columns of the data and labels files are.

use painwave::recording::Category;
use painwave::sampling::{MAX_BRIDGED, Missing, Rate};
use serde::Deserialize;

use super::error::RecipeError;
use super::source::{Source, unique};
use crate::file_names::Pattern;

/// What the columns of the data and labels files are.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataRecipe {
    /// What the recordings are, which the card says beside every score: "synthetic recordings".
    #[serde(default)]
    pub origin: Option<String>,
    /// Column with the subject's id, in both files; or several, such as the subject's and the trial's.
    #[serde(with = "painwave::recording::keys")]
    pub id: Vec<String>,
    /// Column with the time of a row. Without it the order of the rows is that of time.
    #[serde(default)]
    pub time: Option<String>,
    /// Column of the labels file with the class.
    pub label: String,
    /// The classes in the order of their indices; without it, the labels found, sorted.
    #[serde(default)]
    pub classes: Option<Vec<String>>,
    /// Numeric columns; without it, every column that is nothing else, label and group included.
    #[serde(default)]
    pub channels: Option<Vec<String>>,
    /// Columns that hold one of a few words.
    #[serde(default)]
    pub categories: Vec<Category>,
    /// Columns that are not read.
    #[serde(default)]
    pub ignored: Vec<String>,
    /// What happens to missing values: `"refuse"`, `"hold"`, or `{ interpolate = 5 }`, at most so many steps in a row.
    #[serde(default)]
    pub missing: Missing,
    /// What happens to a recording at another rate than most of those that are trained on: `"resample"` or `"refuse"`.
    #[serde(default)]
    pub rate: Rate,
    /// What the names of files say where no column does, such as `S{subject}_E{label}_{side}.csv` or `{label}/{id}.csv`:
    /// `{id}`, `{label}` and `{group}` are the columns of these, other keys are columns by their names.
    #[serde(default)]
    pub files: Option<String>,
}

impl DataRecipe {
    /// The pattern of the files' names.
    pub fn pattern(&self) -> Option<Pattern> {
        // It was checked when the recipe was read.
        self.files.as_ref().and_then(|files| Pattern::parse(files).ok())
    }

    pub(super) fn check(&self, source: Source<'_>, group: Option<&String>) -> Result<(), RecipeError> {
        if let Some(classes) = &self.classes {
            source.ensure(classes.len() >= 2, "data.classes", classes.len(), "at least 2 classes")?;
            let found = "a list with empty or repeated names";
            source.ensure(unique(classes), "data.classes", found, "different names")?;
        }
        if let Some(Err(error)) = self.files.as_deref().map(Pattern::parse) {
            let expected = "one such as \"{label}/{id}.csv\"";
            return Err(source.value_error("data.files", error, expected));
        }
        if let Missing::Interpolate(steps) = self.missing {
            let expected = format!("0 to {MAX_BRIDGED} steps");
            source.ensure(steps <= MAX_BRIDGED, "data.missing.interpolate", steps, &expected)?;
        }
        let special = self.id.iter().chain(&self.time);
        let named: Vec<&String> = special
            .chain(self.channels.iter().flatten())
            .chain(self.categories.iter().map(|category| &category.column))
            .chain(&self.ignored)
            .collect();
        if let Some(twice) = named.iter().enumerate().find(|(i, name)| named[..*i].contains(name)) {
            let found = format!("naming the column `{}` twice", twice.1);
            return Err(source.value_error("data", found, "one part for each column"));
        }
        let answers = [Some(&self.label), group];
        let mut read =
            self.channels.iter().flatten().chain(self.categories.iter().map(|category| &category.column));
        if let Some(column) = read.find(|column| answers.contains(&Some(column))) {
            let found = format!("reading the column `{column}`");
            let expected = "columns other than the label and the group, which a network must not read";
            return Err(source.value_error("data", found, expected));
        }
        for category in &self.categories {
            let levels = category.levels.len();
            let found = format!("{levels} levels for `{}`", category.column);
            source.ensure((1..=256).contains(&levels), "data.categories", found, "1 to 256 levels")?;
            let found = format!("empty or repeated levels for `{}`", category.column);
            source.ensure(unique(&category.levels), "data.categories", found, "different names")?;
        }
        Ok(())
    }
}
