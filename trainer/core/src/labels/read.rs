//! A table of labels to what its rows say.

use std::path::Path;

use painwave::labels::{LabelColumns, table};
use painwave::reading::{ReadError, ReadOptions, Repair, Repairs};

use super::error::{LabelsError, Part};
use super::said::{Place, Said};

/// What the rows of tables say.
#[derive(Clone, Debug, Default)]
pub struct Rows {
    /// By row.
    pub said: Vec<Said>,
    /// Whether the ids are the first part of the recordings' ids.
    pub by_first_key: bool,
    /// Names of all columns of the last.
    pub columns: Vec<String>,
    /// What was put right.
    pub repairs: Vec<Repair>,
}

impl Rows {
    /// Adds those of another table.
    pub fn append(&mut self, mut other: Rows) {
        self.said.append(&mut other.said);
        self.repairs.append(&mut other.repairs);
        self.by_first_key |= other.by_first_key;
        self.columns = other.columns;
    }
}

/// Reads the rows of a labels file as [`table::read`] does; `path` is for the errors.
///
/// # Errors
/// No text, no table, or without a column of the id or the label.
pub fn read(
    path: &Path,
    bytes: &[u8],
    columns: LabelColumns<'_>,
    any_column: bool,
    options: &ReadOptions,
) -> Result<Rows, LabelsError> {
    let mut repairs = Repairs::new(options.strict);
    let mut said = Vec::new();
    let table = table::read(bytes, columns, any_column, options, &mut repairs, &mut |row, _| {
        let place = Place { file: path.to_owned(), line: Some(row.line) };
        let (label, group) = (row.label.into_owned(), row.group.map(|group| group.into_owned()));
        said.push(Said { id: row.id, label, group, place });
        Ok::<_, ReadError>(())
    });
    let table = table.map_err(|error| error_of(path, columns, error))?;
    let table::Table { columns, by_first_key, .. } = table;
    Ok(Rows { said, by_first_key, columns, repairs: repairs.all().to_vec() })
}

/// What the reader of rows found, in the words of a labels file.
fn error_of(path: &Path, columns: LabelColumns<'_>, error: ReadError) -> LabelsError {
    let path = path.to_owned();
    match error {
        ReadError::EmptyFile | ReadError::NoRows => LabelsError::NoRows { path },
        ReadError::MissingColumns { missing, found, .. } => {
            let column = missing.into_iter().next().map_or_else(String::new, |column| column.name);
            let part = if columns.id.contains(&column) { Part::Id } else { Part::Label };
            LabelsError::no_column(&path, part, column, found.iter().map(|column| column.name.as_str()))
        }
        source => LabelsError::Csv { path, source: Box::new(source) },
    }
}
