//! Files with recordings to recordings, through the same reader as the browser.

use std::ops::ControlFlow;

use painwave::reading::{ReadError, ReadOptions, Reader, Refusal};
use painwave::recording::{Recording, Schema};
use painwave::sampling::{Sampling, Step, common_step};
use painwave_train::file_names::Keys;
use painwave_train::host::Chunk;
use sha2::{Digest, Sha256};

use super::error::DataError;
use super::report::{self, Report};
use crate::files::hex;
use crate::input::Input;

/// How data is read.
#[derive(Clone, Debug)]
pub struct Reading<'a> {
    /// The columns.
    pub schema: &'a Schema,
    /// What happens to gaps and other rates.
    pub sampling: &'a Sampling,
    /// What the command line says.
    pub options: &'a ReadOptions,
    /// What the name of each file says; none of a file that is left out. Of files beyond the list nothing.
    pub keys: &'a [Option<Keys>],
}

/// What is said of a recording beside its values.
#[derive(Clone, Debug)]
pub struct Beside {
    /// The name of its file.
    pub file: String,
    /// What it has in each of the columns of [`ReadOptions::words`], with the line.
    pub words: Vec<Option<(String, u64)>>,
}

/// The recordings of files.
#[derive(Clone, Debug)]
pub struct Table {
    /// The recordings, in the order of first appearance.
    pub recordings: Vec<Recording>,
    /// What is said of each recording beside its values.
    pub said: Vec<Beside>,
    /// What is to be said of it.
    pub report: Report,
    /// The step of most recordings, if they have one, and whether all of them have it as they stand.
    pub step: Option<(Step, bool)>,
    /// SHA-256 of the bytes of the files, in hexadecimal.
    pub sha256: String,
}

/// Names of the columns of the first file that is read; those of the schema must be among them.
///
/// # Errors
/// Unreadable, without a header, or with a header that lacks a column of the schema.
pub(super) fn columns(input: &Input, reading: &Reading<'_>) -> Result<Vec<String>, DataError> {
    let mut columns = None;
    let mut reader = Reader::new(reading.schema, reading.sampling, reading.options.clone());
    let ended = feed(input, None, reading, &mut reader, |reader| {
        columns = reader.columns().map(<[String]>::to_vec);
        columns.is_none()
    })?;
    if let (None, Some(error)) = (&columns, ended.err()) {
        return Err(table_error(input, error));
    }
    // A file without a header was refused.
    Ok(columns.unwrap_or_default())
}

/// Reads all files. What cannot be read is in the report, unless that is everything.
///
/// # Errors
/// Unreadable, or not what the schema says.
pub fn read(input: &Input, reading: &Reading<'_>) -> Result<Table, DataError> {
    let mut reader = Reader::new(reading.schema, reading.sampling, reading.options.clone());
    let mut digest = Sha256::new();
    feed(input, Some(&mut digest), reading, &mut reader, |_| true)?
        .map_err(|error| table_error(input, error))?;
    let report = Report {
        path: input.name(),
        warnings: reader.warnings().iter().map(ToString::to_string).collect(),
        notes: Vec::new(),
        repairs: reader.repairs().to_vec(),
        refused: reader.refused().to_vec(),
    };
    let step = common_step(reader.readable().map(|index| reader.step(index)));
    let step = step.map(|step| (step, reader.readable().all(|index| reader.has_step(index, step))));
    let said = reader
        .readable()
        .map(|index| {
            let file = reader.file_of(index).unwrap_or_default().to_owned();
            Beside { file, words: reader.words(index).to_vec() }
        })
        .collect();
    Ok(Table { report, said, step, sha256: hex(&digest.finalize()), recordings: reader.into_recordings() })
}

/// Reads all files as a model that is trained on them does: at the step of most recordings. They are read once more if one
/// of them has another.
///
/// # Errors
/// As [`read`].
pub(super) fn read_at_common_step(
    input: &Input,
    reading: &Reading<'_>,
) -> Result<(Table, Sampling), DataError> {
    let table = read(input, reading)?;
    let sampling = Sampling { step: table.step.map(|(step, _)| step), ..*reading.sampling };
    match table.step {
        Some((_, false)) => Ok((read(input, &Reading { sampling: &sampling, ..reading.clone() })?, sampling)),
        _ => Ok((table, sampling)),
    }
}

impl Table {
    /// That there is no refused subject, or that they may be left out.
    ///
    /// # Errors
    /// There is one, and it may not.
    pub fn check(&self, skip_refused: bool) -> Result<(), DataError> {
        let Report { refused, path, .. } = &self.report;
        let Some(Refusal { .. }) = refused.first().filter(|_| !skip_refused) else { return Ok(()) };
        let (count, all) = (refused.len(), refused.len() + self.recordings.len());
        let first = report::refused_text(&refused[0]);
        Err(DataError::Refused { path: path.clone(), count, all, first })
    }
}

fn table_error(input: &Input, source: ReadError) -> DataError {
    DataError::Table { path: input.name(), source: Box::new(source) }
}

/// Feeds files to a reader, for as long as `goes_on` says after each chunk; how the reader ended.
fn feed(
    input: &Input,
    digest: Option<&mut Sha256>,
    reading: &Reading<'_>,
    reader: &mut Reader,
    mut goes_on: impl FnMut(&Reader) -> bool,
) -> Result<Result<(), ReadError>, DataError> {
    let (mut file, mut left_out, mut broken_off) = (0, false, false);
    // A file that cannot be read is refused when the next one begins, and the others are read.
    let mut end = Ok(());
    input.feed_and_digest(digest, &mut |chunk| {
        match chunk {
            Chunk::Table(name) => {
                let keys = reading.keys.get(file).cloned().unwrap_or_else(|| Some(Keys::new()));
                file += 1;
                left_out = keys.is_none();
                if let Some(keys) = keys {
                    // What was wrong with the file before is among the refusals.
                    let _ = reader.next_file_of(name, &keys);
                    end = Ok(());
                }
            }
            Chunk::Bytes(_) if left_out || end.is_err() => {}
            Chunk::Bytes(bytes) => {
                end = reader.feed(bytes);
                broken_off = end.is_ok() && !goes_on(reader);
            }
        }
        if broken_off { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    Ok(if broken_off { end } else { reader.finish() })
}
