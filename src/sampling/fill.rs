//! Missing values, filled in.

use super::settings::Missing;

/// Why a column cannot be filled.
#[derive(Debug, PartialEq)]
pub(super) enum Unfilled {
    /// It has no value at all.
    Empty,
    /// So many steps in a row are missing from this one on, more than may be.
    TooLong { step: usize, length: usize },
}

/// A column of a table with a row for each step.
#[derive(Clone, Copy)]
pub(super) struct Column {
    pub(super) index: usize,
    /// Number of columns.
    pub(super) width: usize,
}

impl Column {
    fn at(self, step: usize) -> usize {
        step * self.width + self.index
    }
}

/// Fills the NaNs of a column: on the line between the values before and after, at an end with the nearest one; or with
/// the last one. At most `most` in a row.
pub(super) fn values(
    values: &mut [f32],
    column: Column,
    missing: Missing,
    most: usize,
) -> Result<(), Unfilled> {
    let steps = values.len() / column.width;
    let runs = runs(steps, most, |step| values[column.at(step)].is_nan())?;
    for run in runs {
        let value = |step: usize| (step < steps).then(|| values[column.at(step)]);
        let before = run.start.checked_sub(1).and_then(value);
        let (before, after) = match (before, value(run.end)) {
            (Some(before), Some(after)) if missing != Missing::Hold => (before, after),
            (Some(value), _) | (None, Some(value)) => (value, value),
            (None, None) => return Err(Unfilled::Empty),
        };
        let parts = (run.len() + 1) as f64;
        for (part, step) in (1..).zip(run) {
            let after_part = f64::from(part) / parts;
            values[column.at(step)] =
                (f64::from(before) * (1.0 - after_part) + f64::from(after) * after_part) as f32;
        }
    }
    Ok(())
}

/// Fills the codes of a column that are missing with the one before, at the beginning with the first. At most `most` in a
/// row.
pub(super) fn codes(codes: &mut [u8], missing: &[bool], column: Column, most: usize) -> Result<(), Unfilled> {
    let steps = codes.len() / column.width;
    for run in runs(steps, most, |step| missing[column.at(step)])? {
        let nearest = run.start.checked_sub(1).unwrap_or(run.end);
        if nearest >= steps {
            return Err(Unfilled::Empty);
        }
        let code = codes[column.at(nearest)];
        run.for_each(|step| codes[column.at(step)] = code);
    }
    Ok(())
}

/// The runs of missing steps, none longer than `most`.
fn runs(
    steps: usize,
    most: usize,
    is_missing: impl Fn(usize) -> bool,
) -> Result<Vec<std::ops::Range<usize>>, Unfilled> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for step in (0..steps).filter(|step| is_missing(*step)) {
        match runs.last_mut() {
            Some(run) if run.end == step => run.end += 1,
            _ => runs.push(step..step + 1),
        }
    }
    match runs.iter().find(|run| run.len() > most) {
        Some(run) if run.len() == steps => Err(Unfilled::Empty),
        Some(run) => Err(Unfilled::TooLong { step: run.start, length: run.len() }),
        None => Ok(runs),
    }
}
