//! Tables, handed over by the program around this crate, to rows.

use std::ops::ControlFlow;
use std::path::Path;

use painwave::reading::{Numbers, ReadError, ReadOptions, Repair, Repairs, Row, Rows, Wanted};
use painwave_train::host::{Chunk, HostError};

use crate::error::ProfileError;

/// Hands over the tables in what a path stands for, until there are no more or what takes them breaks off.
pub type Feed<'a> = &'a dyn Fn(&Path, &mut dyn FnMut(Chunk<'_>) -> ControlFlow<()>) -> Result<(), HostError>;

/// Names of all columns of the first table. Those that are needed must be among them.
///
/// # Errors
/// Unreadable, no table, or without a column that is needed.
pub fn header(path: &Path, known: Vec<Wanted>, feed: Feed<'_>) -> Result<Vec<String>, ProfileError> {
    let mut columns = None;
    let goes_on = |rows: &Rows| {
        columns = rows.columns().map(<[String]>::to_vec);
        columns.is_none()
    };
    tables(path, known, feed, |_| Ok(()), goes_on)?;
    // A file without a header was refused.
    Ok(columns.unwrap_or_default())
}

/// A row of a table.
pub struct Found<'a> {
    /// The name of its file.
    pub file: &'a str,
    /// With the fields of the wanted columns.
    pub row: &'a Row<'a>,
    /// How the numbers of the file are written.
    pub numbers: &'a mut Numbers,
    /// What was put right in it.
    pub repairs: &'a mut Repairs,
}

/// Hands every row of all tables to `each`; what was put right to read them.
///
/// # Errors
/// Unreadable, no table, without a needed column, or what `each` says.
pub fn for_each_row(
    path: &Path,
    wanted: Vec<Wanted>,
    feed: Feed<'_>,
    each: impl FnMut(Found<'_>) -> Result<(), ReadError>,
) -> Result<Vec<Repair>, ProfileError> {
    tables(path, wanted, feed, each, |_| true)
}

/// As [`for_each_row`], of the first rows only: as many as come at once.
///
/// # Errors
/// As there.
pub fn for_first_rows(
    path: &Path,
    wanted: Vec<Wanted>,
    feed: Feed<'_>,
    each: impl FnMut(Found<'_>) -> Result<(), ReadError>,
) -> Result<(), ProfileError> {
    tables(path, wanted, feed, each, |rows| rows.columns().is_none()).map(drop)
}

fn tables(
    path: &Path,
    wanted: Vec<Wanted>,
    feed: Feed<'_>,
    mut each: impl FnMut(Found<'_>) -> Result<(), ReadError>,
    mut goes_on: impl FnMut(&Rows) -> bool,
) -> Result<Vec<Repair>, ProfileError> {
    let mut repairs = Repairs::default();
    let mut name = path.display().to_string();
    let mut table: Option<(Rows, Numbers)> = None;
    let mut read =
        |name: &str, (rows, numbers): &mut (Rows, Numbers), bytes: Option<&[u8]>, repairs: &mut Repairs| {
            let ready = match bytes {
                Some(bytes) => numbers.settle(bytes),
                None => numbers.finish().into(),
            };
            let mut each = |row: Row<'_>, repairs: &mut Repairs| {
                row.whole()?;
                each(Found { file: name, row: &row, numbers, repairs })
            };
            rows.feed(&ready, repairs, &mut each)?;
            if bytes.is_none() { rows.finish(repairs, &mut each) } else { Ok(()) }
        };
    let mut end = Ok(());
    let mut broken_off = false;
    feed(path, &mut |chunk| {
        end = match (chunk, &mut table) {
            (Chunk::Table(next), before) => {
                let ended = before.as_mut().map_or(Ok(()), |table| read(&name, table, None, &mut repairs));
                if ended.is_ok() {
                    next.clone_into(&mut name);
                    repairs.enter(Some(name.clone()));
                }
                let options = ReadOptions::default();
                let numbers = Numbers::new(&wanted, &options);
                table = Some((Rows::new(wanted.clone(), Vec::new(), &options), numbers));
                ended
            }
            (Chunk::Bytes(bytes), Some(table)) => {
                let read = read(&name, table, Some(bytes), &mut repairs);
                broken_off = read.is_ok() && !goes_on(&table.0);
                read
            }
            (Chunk::Bytes(_), None) => Ok(()),
        };
        if end.is_err() || broken_off { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if let (Ok(()), false, Some(table)) = (&end, broken_off, &mut table) {
        end = read(&name, table, None, &mut repairs);
    }
    end.map_err(|source| ProfileError::Data { path: name.into(), source: Box::new(source) })?;
    Ok(repairs.all().to_vec())
}
