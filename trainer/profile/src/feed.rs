//! Tables, handed over by the program around this crate, to rows.

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use painwave::reading::{ReadError, ReadOptions, Repair, Repairs, Row, Rows, Wanted};
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
    tables(
        path,
        known,
        feed,
        |_, _| Ok(()),
        |rows| {
            columns = rows.columns().map(<[String]>::to_vec);
            columns.is_none()
        },
    )?;
    // A file without a header was refused.
    Ok(columns.unwrap_or_default())
}

/// Hands every row of all tables, with the fields of the `wanted` columns, and the name of its file to `each`; what was
/// put right to read them.
///
/// # Errors
/// Unreadable, no table, without a needed column, or what `each` says.
pub fn for_each_row(
    path: &Path,
    wanted: Vec<Wanted>,
    feed: Feed<'_>,
    each: impl FnMut(&str, Row<'_>) -> Result<(), ReadError>,
) -> Result<Vec<Repair>, ProfileError> {
    tables(path, wanted, feed, each, |_| true)
}

/// All bytes of each table, and its name.
///
/// # Errors
/// Unreadable.
pub fn bytes(path: &Path, feed: Feed<'_>) -> Result<Vec<(PathBuf, Vec<u8>)>, ProfileError> {
    let mut tables: Vec<(PathBuf, Vec<u8>)> = Vec::new();
    feed(path, &mut |chunk| {
        match (chunk, tables.last_mut()) {
            (Chunk::Table(name), _) => tables.push((name.into(), Vec::new())),
            (Chunk::Bytes(bytes), Some((_, table))) => table.extend_from_slice(bytes),
            (Chunk::Bytes(_), None) => {}
        }
        ControlFlow::Continue(())
    })?;
    Ok(tables)
}

fn tables(
    path: &Path,
    wanted: Vec<Wanted>,
    feed: Feed<'_>,
    mut each: impl FnMut(&str, Row<'_>) -> Result<(), ReadError>,
    mut goes_on: impl FnMut(&Rows) -> bool,
) -> Result<Vec<Repair>, ProfileError> {
    let mut repairs = Repairs::default();
    let mut name = path.display().to_string();
    let mut rows: Option<Rows> = None;
    let mut hand_out = |name: &str, row: Row<'_>| {
        row.whole()?;
        each(name, row)
    };
    let mut end = Ok(());
    let mut broken_off = false;
    feed(path, &mut |chunk| {
        end = match (chunk, &mut rows) {
            (Chunk::Table(next), before) => {
                let ended = match before {
                    Some(rows) => rows.finish(&mut repairs, |row, _| hand_out(&name, row)),
                    None => Ok(()),
                };
                if ended.is_ok() {
                    next.clone_into(&mut name);
                    repairs.enter(Some(name.clone()));
                }
                rows = Some(Rows::new(wanted.clone(), Vec::new(), &ReadOptions::default()));
                ended
            }
            (Chunk::Bytes(bytes), Some(rows)) => {
                let read = rows.feed(bytes, &mut repairs, |row, _| hand_out(&name, row));
                broken_off = read.is_ok() && !goes_on(rows);
                read
            }
            (Chunk::Bytes(_), None) => Ok(()),
        };
        if end.is_err() || broken_off { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    if let (Ok(()), false, Some(rows)) = (&end, broken_off, &mut rows) {
        end = rows.finish(&mut repairs, |row, _| hand_out(&name, row));
    }
    end.map_err(|source| ProfileError::Data { path: name.into(), source: Box::new(source) })?;
    Ok(repairs.all().to_vec())
}
