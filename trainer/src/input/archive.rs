//! Zip archives to the files in them.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::chunks::{CHUNK, Take};
use super::error::InputError;
use super::{names, text};
use crate::files::FileError;

/// The names of the tables in a zip archive, in their order.
pub(super) fn tables(path: &Path) -> Result<Vec<String>, InputError> {
    let names = entries(path, &mut open(path)?)?;
    Ok(names.into_iter().map(|(name, _)| inside(path, &name)).collect())
}

/// Whether an archive is a workbook of a spreadsheet.
pub(super) fn is_workbook(path: &Path) -> Result<bool, InputError> {
    let archive = open(path)?;
    let has = |name: &str| archive.index_for_name(name).is_some();
    Ok(["xl/workbook.xml", "xl/workbook.bin", "content.xml"].into_iter().any(has))
}

/// Hands over the tables in a zip archive, in the order of their names. `cut` is told of those that break off.
pub(super) fn feed(path: &Path, cut: text::Cut<'_>, take: Take<'_>) -> Result<ControlFlow<()>, InputError> {
    let mut archive = open(path)?;
    for (name, index) in entries(path, &mut archive)? {
        let entry = archive.by_index(index).map_err(|error| broken(path, &error))?;
        let inside = inside(path, &name);
        let flow = text::feed(&inside, &mut BufReader::with_capacity(CHUNK, entry), cut, take)
            .map_err(FileError::read(&inside))?;
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

type Archive = ZipArchive<BufReader<File>>;

fn open(path: &Path) -> Result<Archive, InputError> {
    let file = File::open(path).map_err(FileError::read(path))?;
    ZipArchive::new(BufReader::new(file)).map_err(|error| broken(path, &error))
}

/// Name and index of each table.
fn entries(path: &Path, archive: &mut Archive) -> Result<Vec<(String, usize)>, InputError> {
    let mut tables = Vec::new();
    for index in 0..archive.len() {
        let entry = archive.by_index_raw(index).map_err(|error| broken(path, &error))?;
        let name = entry.name().map_err(|error| broken(path, &error))?.into_owned();
        if names::is_table(&name) {
            tables.push((name, index));
        }
    }
    tables.sort();
    if tables.is_empty() { Err(InputError::NoTable { path: path.to_owned() }) } else { Ok(tables) }
}

/// What a file in an archive is called.
fn inside(archive: &Path, name: &str) -> String {
    format!("{}/{name}", archive.display())
}

fn broken(path: &Path, error: &ZipError) -> InputError {
    InputError::Broken { path: path.to_owned(), reason: format!("the zip archive cannot be read: {error}") }
}
