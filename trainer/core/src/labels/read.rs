//! A file of labels to what its rows say.

use std::borrow::Cow;
use std::path::Path;

use painwave::labels::{LABEL_COLUMNS, id};
use painwave::reading::{ReadError, ReadOptions, Repair, Repairs, Role, Row, Rows, Wanted};

use super::{LabelColumns, Labels, LabelsError, Part, Place, Said};

impl Labels {
    /// Reads the bytes of a labels file, as [`said`] and [`Labels::new`] do; `path` is for the errors.
    ///
    /// # Errors
    /// As theirs.
    pub fn parse(
        path: &Path,
        bytes: &[u8],
        columns: LabelColumns<'_>,
        classes: Option<&[String]>,
    ) -> Result<Labels, LabelsError> {
        let (said, _) = said(path, bytes, columns, &ReadOptions::default())?;
        Labels::new(path, said, columns.group, classes)
    }
}

/// What the rows of a labels file say, and what was put right in it; `path` is for the errors. Where there is no column of
/// the label's name, one that is called as labels usually are is taken.
///
/// # Errors
/// No text, no table, or a missing column.
pub fn said(
    path: &Path,
    bytes: &[u8],
    columns: LabelColumns<'_>,
    options: &ReadOptions,
) -> Result<(Vec<Said>, Vec<Repair>), LabelsError> {
    let keys = columns.id.len();
    let mut wanted: Vec<Wanted> = columns.id.iter().map(|id| Wanted::needed(id, Role::Id)).collect();
    let taken = |name: &str| columns.group == Some(name) || columns.id.iter().any(|id| id == name);
    let usual = LABEL_COLUMNS.iter().copied().filter(|name| *name != columns.label && !taken(name));
    wanted.push(Wanted::needed(columns.label, Role::Word).or(usual));
    wanted.extend(columns.group.map(|group| Wanted::needed(group, Role::Word)));

    let mut rows = Rows::new(wanted, Vec::new(), options);
    let mut repairs = Repairs::new(options.strict);
    let mut found = Vec::new();
    let mut each = |row: Row<'_>, repairs: &mut Repairs| {
        row.whole()?;
        let id = id(&row, keys, repairs)?;
        let label = row.text(keys)?.into_owned();
        let group = columns.group.map(|_| row.text(keys + 1).map(Cow::into_owned)).transpose()?;
        let place = Place { file: path.to_owned(), line: Some(row.line) };
        found.push(Said { id, label, group, place });
        Ok::<_, ReadError>(())
    };
    let read = rows.feed(bytes, &mut repairs, &mut each);
    let read = read.and_then(|()| rows.finish(&mut repairs, &mut each));
    read.map_err(|error| error_of(path, columns, error))?;
    Ok((found, repairs.all().to_vec()))
}

/// What the reader of rows found, in the words of a labels file.
fn error_of(path: &Path, columns: LabelColumns<'_>, error: ReadError) -> LabelsError {
    let path = path.to_owned();
    match error {
        ReadError::EmptyFile | ReadError::NoRows => LabelsError::NoRows { path },
        ReadError::WrongFieldCount { line, expected, found } => {
            LabelsError::Fields { path, line, expected, found }
        }
        ReadError::MissingColumns { line, missing, found, .. } => {
            let column = missing.into_iter().next().map_or_else(String::new, |column| column.name);
            let part = match column.as_str() {
                name if columns.id.iter().any(|id| id == name) => Part::Id,
                name if name == columns.label => Part::Label,
                _ => Part::Group,
            };
            let found =
                found.iter().map(|column| format!("`{}`", column.name)).collect::<Vec<_>>().join(", ");
            LabelsError::Column { path, line, part, column, found }
        }
        source => LabelsError::Csv { path, source: Box::new(source) },
    }
}
