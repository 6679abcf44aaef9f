//! Data files to recordings, through the same reader as the browser.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use painwave::csv::Reader;
use painwave::recording::{Recording, Schema};
use sha2::{Digest, Sha256};

use crate::error::Error;

/// The recordings of one file.
#[derive(Clone, Debug)]
pub struct Table {
    /// The recordings, in the order of first appearance.
    pub recordings: Vec<Recording>,
    /// What the reader found odd.
    pub warnings: Vec<String>,
    /// SHA-256 of the file, in hexadecimal.
    pub sha256: String,
}

/// Bytes read at once.
const CHUNK: usize = 1 << 18;

/// Names of the columns of a CSV file, to find those that a recipe does not name.
///
/// # Errors
/// Unreadable or not UTF-8.
pub fn header(path: &Path) -> Result<Vec<String>, Error> {
    let file = File::open(path).map_err(Error::read(path))?;
    let mut line = String::new();
    BufReader::new(file).take(CHUNK as u64).read_line(&mut line).map_err(Error::read(path))?;
    let mut reader = csv::ReaderBuilder::new().delimiter(delimiter(&line)).from_reader(line.as_bytes());
    let names = reader.headers().map_err(|error| Error::read(path)(error.into()))?;
    Ok(names.iter().map(|name| name.trim().to_owned()).collect())
}

/// What stands between the fields of this header: a comma, a semicolon or a tab.
pub fn delimiter(header: &str) -> u8 {
    let count = |delimiter: &u8| header.bytes().filter(|byte| byte == delimiter).count();
    // The last of equals is taken: a comma, if there is none of any.
    [b'\t', b';', b','].into_iter().max_by_key(count).unwrap_or(b',')
}

/// Reads a whole file.
///
/// # Errors
/// Unreadable, or not what the schema says.
pub fn read(path: &Path, schema: &Schema) -> Result<Table, Error> {
    let data_error = |source| Error::Data { path: PathBuf::from(path), source };
    let mut file = File::open(path).map_err(Error::read(path))?;
    let mut reader = Reader::new(schema);
    let mut digest = Sha256::new();
    let mut chunk = vec![0; CHUNK];
    loop {
        let count = file.read(&mut chunk).map_err(Error::read(path))?;
        if count == 0 {
            break;
        }
        digest.update(&chunk[..count]);
        reader.feed(&chunk[..count]).map_err(data_error)?;
    }
    reader.finish().map_err(data_error)?;
    let warnings = reader.warnings().iter().map(ToString::to_string).collect();
    Ok(Table { warnings, sha256: hex(&digest.finalize()), recordings: reader.into_recordings() })
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// Unreadable.
pub fn sha256(path: &Path) -> Result<String, Error> {
    let bytes = std::fs::read(path).map_err(Error::read(path))?;
    Ok(hex(&Sha256::digest(bytes)))
}

/// Bytes as lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
