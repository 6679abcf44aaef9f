//! Parquet to text.

use std::fs::File;
use std::ops::ControlFlow;
use std::path::Path;

use parquet::errors::ParquetError;
use parquet::file::reader::{FileReader, SerializedFileReader};
use parquet::record::Field;

use super::text::Text;
use crate::files::FileError;
use crate::input::error::InputError;

pub(super) fn feed(path: &Path, text: &mut Text<'_>) -> Result<ControlFlow<()>, InputError> {
    let file = File::open(path).map_err(FileError::read(path))?;
    rows(file, text).map_err(|error| InputError::Broken {
        path: path.to_owned(),
        reason: format!("the Parquet file cannot be read: {error}"),
    })
}

fn rows(file: File, text: &mut Text<'_>) -> Result<ControlFlow<()>, ParquetError> {
    let reader = SerializedFileReader::new(file)?;
    let schema = reader.metadata().file_metadata().schema();
    text.header(schema.get_fields().iter().map(|field| field.name()));
    for row in reader.get_row_iter(None)? {
        for (index, (_, field)) in row?.get_column_iter().enumerate() {
            text.separate(index);
            cell(text, field);
        }
        if text.end_row().is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(text.hand_over())
}

/// Adds a cell; nothing for what is no single value.
fn cell(text: &mut Text<'_>, field: &Field) {
    match field {
        Field::Bool(value) => text.number(value),
        Field::Byte(value) => text.number(value),
        Field::Short(value) => text.number(value),
        Field::Int(value) => text.number(value),
        Field::Long(value) => text.number(value),
        Field::UByte(value) => text.number(value),
        Field::UShort(value) => text.number(value),
        Field::UInt(value) => text.number(value),
        Field::ULong(value) => text.number(value),
        Field::Float16(value) => text.number(value),
        Field::Float(value) => text.number(value),
        Field::Double(value) => text.number(value),
        Field::Decimal(_) => text.number(field),
        Field::Str(words) => text.words(words),
        Field::Bytes(bytes) => text.words(&String::from_utf8_lossy(bytes.data())),
        Field::Date(days) => text.date(i128::from(*days)),
        Field::TimeMillis(time) => text.number(f64::from(*time) / 1e3),
        Field::TimeMicros(time) => text.number(*time as f64 / 1e6),
        Field::TimestampMillis(time) => text.moment(i128::from(*time) * 1_000_000),
        Field::TimestampMicros(time) => text.moment(i128::from(*time) * 1000),
        Field::Null | Field::Group(_) | Field::ListInternal(_) | Field::MapInternal(_) => {}
    }
}
