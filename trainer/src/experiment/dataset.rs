//! Recordings and their labels, as a recipe reads them.

use std::path::{Path, PathBuf};

use painwave::recording::{Recording, Schema};

use crate::data;
use crate::error::Error;
use crate::labels::{Label, LabelColumns, Labels, LabelsError, Part};
use crate::recipe::RecipeFile;

/// Labelled recordings.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// What the columns are.
    pub schema: Schema,
    /// The recordings, in the order of first appearance.
    pub recordings: Vec<Recording>,
    /// Label of each recording.
    pub labels: Vec<Label>,
    /// Names of the classes.
    pub classes: Vec<String>,
    /// Where the recordings and the labels were read, with the SHA-256 of each file.
    pub sources: [(PathBuf, String); 2],
}

impl Dataset {
    /// Reads both files; warnings go to stderr.
    ///
    /// # Errors
    /// Unreadable, not what the recipe says, or recordings and labels that do not belong together.
    pub fn read(file: &RecipeFile, data: &Path, labels: &Path) -> Result<Self, Error> {
        let recipe = &file.recipe;
        let named = recipe.schema(&[]);
        let schema = match &recipe.data.channels {
            Some(_) => named,
            None => recipe.schema(&data::columns(data, &named)?),
        };
        let columns = LabelColumns {
            id: &recipe.data.id,
            label: &recipe.data.label,
            group: recipe.validation.group.as_deref(),
        };
        let read = Labels::read(labels, columns, recipe.data.classes.as_deref())
            .map_err(|error| no_column(file, error))?;
        let table = data::read(data, &schema)?;
        table.warnings.iter().for_each(|warning| eprintln!("warning: {}: {warning}", data.display()));
        let of_recordings = read.of(&table.recordings, data)?;
        let labels_sha256 = data::sha256(labels)?;
        Ok(Dataset {
            schema,
            recordings: table.recordings,
            labels: of_recordings,
            classes: read.classes,
            sources: [(data.to_owned(), table.sha256), (labels.to_owned(), labels_sha256)],
        })
    }

    /// The class of each of some recordings.
    pub fn classes_of(&self, subjects: &[usize]) -> Vec<usize> {
        subjects.iter().map(|subject| self.labels[*subject].class).collect()
    }
}

/// A column of the labels that is not there is the recipe's to put right.
fn no_column(file: &RecipeFile, error: LabelsError) -> Error {
    let LabelsError::Column { path, part, column, found } = error else { return error.into() };
    let key = match part {
        Part::Id => "data.id",
        Part::Label => "data.label",
        Part::Group => "validation.group",
    };
    file.value_error(key, format!("`{column}`"), format!("a column of {}: {found}", path.display())).into()
}

/// The recordings at some places.
pub fn pick<'a>(recordings: &'a [Recording], places: &[usize]) -> Vec<&'a Recording> {
    places.iter().map(|place| &recordings[*place]).collect()
}
