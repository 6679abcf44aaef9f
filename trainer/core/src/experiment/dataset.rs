//! Recordings and their labels.

use std::path::PathBuf;

use painwave::recording::{Recording, Schema};
use painwave::sampling::Sampling;

use crate::labels::Label;
use crate::preparation;

/// Labelled recordings.
#[derive(Clone, Debug)]
pub struct Dataset {
    /// What the columns are.
    pub schema: Schema,
    /// What was done to the recordings as they were read.
    pub sampling: Sampling,
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
    /// The class of each of some recordings.
    pub fn classes_of(&self, subjects: &[usize]) -> Vec<usize> {
        subjects.iter().map(|subject| self.labels[*subject].class).collect()
    }

    /// The recordings with the columns of a schema only.
    pub fn with_columns_of(&self, schema: &Schema) -> Vec<Recording> {
        let project = |recording| preparation::project(recording, &self.schema, schema);
        self.recordings.iter().map(project).collect()
    }
}

/// The recordings at some indices.
pub fn pick<'a>(recordings: &'a [Recording], indices: &[usize]) -> Vec<&'a Recording> {
    indices.iter().map(|index| &recordings[*index]).collect()
}
