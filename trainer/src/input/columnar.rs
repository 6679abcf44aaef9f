//! Parquet and Arrow to text.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use arrow_array::RecordBatch;
use arrow_cast::display::{ArrayFormatter, FormatOptions};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, Schema};
use painwave_train::host::Chunk;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;

use super::{CHUNK, InputError, Take};
use crate::files::FileError;

/// A binary table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Parquet,
    ArrowFile,
    ArrowStream,
}

impl Format {
    pub(super) fn of(head: &[u8]) -> Option<Format> {
        match head {
            [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Format::ArrowFile),
            // A continuation marker, and a schema that is shorter than 16 MB.
            [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..] => Some(Format::ArrowStream),
            _ => None,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Format::Parquet => "Parquet",
            Format::ArrowFile | Format::ArrowStream => "Arrow",
        }
    }
}

/// Hands over a binary table as text with commas, a part at a time.
pub(super) fn feed(path: &Path, format: Format, take: Take<'_>) -> Result<ControlFlow<()>, InputError> {
    let file = File::open(path).map_err(FileError::read(path))?;
    let broken = |error: ArrowError| InputError::Broken {
        path: path.to_owned(),
        reason: format!("the {} file cannot be read: {error}", format.name()),
    };
    match format {
        Format::Parquet => {
            let builder =
                ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| broken(error.into()))?;
            let schema = builder.schema().clone();
            let batches = builder.build().map_err(|error| broken(error.into()))?;
            batches_as_text(path, &schema, batches, take).map_err(broken)
        }
        Format::ArrowFile => {
            let batches = FileReader::try_new(BufReader::new(file), None).map_err(broken)?;
            let schema = batches.schema();
            batches_as_text(path, &schema, batches, take).map_err(broken)
        }
        Format::ArrowStream => {
            let batches = StreamReader::try_new(BufReader::new(file), None).map_err(broken)?;
            let schema = batches.schema();
            batches_as_text(path, &schema, batches, take).map_err(broken)
        }
    }
}

fn batches_as_text(
    path: &Path,
    schema: &Schema,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    take: Take<'_>,
) -> Result<ControlFlow<()>, ArrowError> {
    if take(Chunk::Table(&path.to_string_lossy())).is_break() {
        return Ok(ControlFlow::Break(()));
    }
    let mut text = String::new();
    for (index, field) in schema.fields().iter().enumerate() {
        push(&mut text, index, field.name());
    }
    text.push('\n');
    for batch in batches {
        let batch = batch?;
        let options = FormatOptions::default();
        let columns = batch.columns().iter().map(|column| ArrayFormatter::try_new(column, &options));
        let columns = columns.collect::<Result<Vec<_>, ArrowError>>()?;
        for row in 0..batch.num_rows() {
            for (index, column) in columns.iter().enumerate() {
                push(&mut text, index, &column.value(row).try_to_string()?);
            }
            text.push('\n');
            if text.len() >= CHUNK {
                if take(Chunk::Bytes(text.as_bytes())).is_break() {
                    return Ok(ControlFlow::Break(()));
                }
                text.clear();
            }
        }
    }
    Ok(take(Chunk::Bytes(text.as_bytes())))
}

/// Adds a field to a row.
fn push(text: &mut String, index: usize, field: &str) {
    if index > 0 {
        text.push(',');
    }
    if field.contains([',', '"', '\n', '\r']) {
        text.push('"');
        text.push_str(&field.replace('"', "\"\""));
        text.push('"');
    } else {
        text.push_str(field);
    }
}
