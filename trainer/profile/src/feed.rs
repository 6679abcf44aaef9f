//! Files, handed over by the program around this crate, to rows.

use std::ops::ControlFlow;
use std::path::Path;

use painwave::reading::{ReadError, ReadOptions, Repairs, Role, Row, Rows, Wanted};
use painwave_train::host::HostError;

use crate::error::ProfileError;

/// Hands over the bytes of a file in chunks, until there are no more or what takes them breaks off.
pub type Feed<'a> = &'a dyn Fn(&Path, &mut dyn FnMut(&[u8]) -> ControlFlow<()>) -> Result<(), HostError>;

/// Names of all columns of a file. Those in `known` must be among them.
///
/// # Errors
/// Unreadable, not a CSV, or without a column that is known.
pub fn header(path: &Path, known: Vec<String>, feed: Feed<'_>) -> Result<Vec<String>, ProfileError> {
    let mut rows = rows_with(known);
    rows_of(path, &mut rows, feed, |_| Ok(()), |rows| rows.columns().is_none())?;
    // A file without a header was refused.
    Ok(rows.columns().map(<[String]>::to_vec).unwrap_or_default())
}

/// Hands every row of a file, with the fields of the `wanted` columns, to `each`.
///
/// # Errors
/// Unreadable, not a CSV, without a wanted column, or what `each` says.
pub fn for_each_row(
    path: &Path,
    wanted: Vec<String>,
    feed: Feed<'_>,
    each: impl FnMut(Row<'_>) -> Result<(), ReadError>,
) -> Result<(), ProfileError> {
    rows_of(path, &mut rows_with(wanted), feed, each, |_| true)
}

/// All bytes of a file.
///
/// # Errors
/// Unreadable.
pub fn bytes(path: &Path, feed: Feed<'_>) -> Result<Vec<u8>, ProfileError> {
    let mut bytes = Vec::new();
    feed(path, &mut |chunk| {
        bytes.extend_from_slice(chunk);
        ControlFlow::Continue(())
    })?;
    Ok(bytes)
}

fn rows_with(columns: Vec<String>) -> Rows {
    let wanted = columns.into_iter().map(|column| Wanted::needed(column, Role::Word)).collect();
    Rows::new(wanted, Vec::new(), &ReadOptions::default())
}

fn rows_of(
    path: &Path,
    rows: &mut Rows,
    feed: Feed<'_>,
    mut each: impl FnMut(Row<'_>) -> Result<(), ReadError>,
    goes_on: impl Fn(&Rows) -> bool,
) -> Result<(), ProfileError> {
    let mut repairs = Repairs::default();
    let mut each = |row: Row<'_>, _: &mut Repairs| {
        row.whole()?;
        each(row)
    };
    // Why the rows were broken off before the end of the file, if they were.
    let mut end = None;
    feed(path, &mut |chunk| match rows.feed(chunk, &mut repairs, &mut each) {
        Ok(()) if goes_on(rows) => ControlFlow::Continue(()),
        result => {
            end = Some(result);
            ControlFlow::Break(())
        }
    })?;
    let result = end.unwrap_or_else(|| rows.finish(&mut repairs, &mut each));
    result.map_err(|source| ProfileError::Data { path: path.to_owned(), source })
}
