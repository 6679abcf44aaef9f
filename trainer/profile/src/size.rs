//! How large a file is.

use serde::Serialize;

use crate::table::Table;

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

impl Size {
    /// Of a table.
    pub fn of(table: &Table) -> Self {
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
