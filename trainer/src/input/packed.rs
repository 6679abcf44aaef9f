//! Gzip and zip to the files in them.

use std::fs::File;
use std::io::{self, BufRead, BufReader, ErrorKind, Read};
use std::ops::ControlFlow;
use std::path::Path;

use flate2::bufread::GzDecoder;
use zip::ZipArchive;
use zip::result::ZipError;

use super::{InputError, Take, gather};
use crate::files::FileError;

/// The content of a gzip file: of all its members, one after the other, as bgzip and `cat a.gz b.gz` write them. Zeros
/// may follow, and the rest of what follows a member and is none is no part of it.
pub(super) struct Members<R> {
    /// None when the last member has ended.
    member: Option<GzDecoder<R>>,
}

impl<R: BufRead> Members<R> {
    pub(super) fn new(bytes: R) -> Self {
        Members { member: Some(GzDecoder::new(bytes)) }
    }
}

impl<R: BufRead> Read for Members<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while let Some(member) = &mut self.member {
            let count = member.read(buffer).map_err(|error| match error.kind() {
                ErrorKind::UnexpectedEof => {
                    io::Error::new(error.kind(), "the compressed data breaks off: is the file complete?")
                }
                _ => error,
            })?;
            if count > 0 || buffer.is_empty() {
                return Ok(count);
            }
            if let Some(member) = self.member.take() {
                let mut rest = member.into_inner();
                if next_member(&mut rest)? {
                    self.member = Some(GzDecoder::new(rest));
                }
            }
        }
        Ok(0)
    }
}

/// Passes over zeros; whether another member follows them.
fn next_member(bytes: &mut impl BufRead) -> io::Result<bool> {
    loop {
        let ahead = bytes.fill_buf()?;
        let zeros = ahead.iter().take_while(|byte| **byte == 0).count();
        match (ahead.len(), ahead.get(zeros)) {
            (0, _) => return Ok(false),
            (_, Some(byte)) => {
                let begins = *byte == 0x1f;
                bytes.consume(zeros);
                return Ok(begins);
            }
            (_, None) => bytes.consume(zeros),
        }
    }
}

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

/// Hands over the tables in a zip archive, in the order of their names.
pub(super) fn zip(path: &Path, take: Take<'_>) -> Result<ControlFlow<()>, InputError> {
    let mut archive = open(path)?;
    for (name, index) in entries(path, &mut archive)? {
        let entry = archive.by_index(index).map_err(|error| broken(path, &error))?;
        let inside = inside(path, &name);
        let flow = super::text(&inside, &mut BufReader::with_capacity(super::CHUNK, entry), take)
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
        if gather::is_table(&name) {
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
