//! Arrow's files and streams to text.

use std::fs::File;
use std::io::BufReader;
use std::ops::ControlFlow;
use std::path::Path;

use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal128Type, DurationMicrosecondType, DurationMillisecondType,
    DurationNanosecondType, DurationSecondType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type,
    Int32Type, Int64Type, Time32MillisecondType, Time32SecondType, Time64MicrosecondType,
    Time64NanosecondType, TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, RecordBatch};
use arrow_ipc::reader::{FileReader, StreamReader};
use arrow_schema::{ArrowError, DataType, Schema, TimeUnit};

use super::format::Format;
use super::text::Text;
use crate::files::FileError;
use crate::input::error::InputError;

pub(super) fn feed(path: &Path, format: Format, text: &mut Text<'_>) -> Result<ControlFlow<()>, InputError> {
    let file = BufReader::new(File::open(path).map_err(FileError::read(path))?);
    let read = || match format {
        Format::ArrowStream => {
            let batches = StreamReader::try_new(file, None)?;
            rows(&batches.schema(), batches, text)
        }
        _ => {
            let batches = FileReader::try_new(file, None)?;
            rows(&batches.schema(), batches, text)
        }
    };
    read().map_err(|error| InputError::Broken {
        path: path.to_owned(),
        reason: format!("the Arrow file cannot be read: {error}"),
    })
}

fn rows(
    schema: &Schema,
    batches: impl Iterator<Item = Result<RecordBatch, ArrowError>>,
    text: &mut Text<'_>,
) -> Result<ControlFlow<()>, ArrowError> {
    text.header(schema.fields().iter().map(|field| field.name().as_str()));
    for batch in batches {
        let batch = batch?;
        for row in 0..batch.num_rows() {
            for (index, column) in batch.columns().iter().enumerate() {
                text.separate(index);
                cell(text, column.as_ref(), row);
            }
            if text.end_row().is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
    }
    Ok(text.hand_over())
}

/// Adds a cell; nothing for what is no single value.
fn cell(text: &mut Text<'_>, column: &dyn Array, row: usize) {
    if column.is_null(row) {
        return;
    }
    /// The value of a column of this type.
    macro_rules! value {
        ($type:ty) => {
            column.as_primitive::<$type>().value(row)
        };
    }
    match column.data_type() {
        DataType::Boolean => text.number(column.as_boolean().value(row)),
        DataType::Int8 => text.number(value!(Int8Type)),
        DataType::Int16 => text.number(value!(Int16Type)),
        DataType::Int32 => text.number(value!(Int32Type)),
        DataType::Int64 => text.number(value!(Int64Type)),
        DataType::UInt8 => text.number(value!(UInt8Type)),
        DataType::UInt16 => text.number(value!(UInt16Type)),
        DataType::UInt32 => text.number(value!(UInt32Type)),
        DataType::UInt64 => text.number(value!(UInt64Type)),
        DataType::Float16 => text.number(value!(Float16Type)),
        DataType::Float32 => text.number(value!(Float32Type)),
        DataType::Float64 => text.number(value!(Float64Type)),
        DataType::Decimal128(..) => {
            text.number(column.as_primitive::<Decimal128Type>().value_as_string(row));
        }
        DataType::Utf8 => text.words(column.as_string::<i32>().value(row)),
        DataType::LargeUtf8 => text.words(column.as_string::<i64>().value(row)),
        DataType::Utf8View => text.words(column.as_string_view().value(row)),
        DataType::Dictionary(..) => {
            let dictionary = column.as_any_dictionary();
            if let Some(key) = key(dictionary.keys(), row) {
                cell(text, dictionary.values().as_ref(), key);
            }
        }
        DataType::Date32 => text.date(i128::from(value!(Date32Type))),
        DataType::Date64 => text.moment(i128::from(value!(Date64Type)) * 1_000_000),
        DataType::Timestamp(unit, _) => {
            let (time, nanoseconds) = match unit {
                TimeUnit::Second => (value!(TimestampSecondType), 1_000_000_000),
                TimeUnit::Millisecond => (value!(TimestampMillisecondType), 1_000_000),
                TimeUnit::Microsecond => (value!(TimestampMicrosecondType), 1000),
                TimeUnit::Nanosecond => (value!(TimestampNanosecondType), 1),
            };
            text.moment(i128::from(time) * nanoseconds);
        }
        DataType::Time32(TimeUnit::Second) => text.number(value!(Time32SecondType)),
        DataType::Time32(_) => text.number(f64::from(value!(Time32MillisecondType)) / 1e3),
        DataType::Time64(TimeUnit::Microsecond) => text.number(value!(Time64MicrosecondType) as f64 / 1e6),
        DataType::Time64(_) => text.number(value!(Time64NanosecondType) as f64 / 1e9),
        DataType::Duration(unit) => text.number(match unit {
            TimeUnit::Second => value!(DurationSecondType) as f64,
            TimeUnit::Millisecond => value!(DurationMillisecondType) as f64 / 1e3,
            TimeUnit::Microsecond => value!(DurationMicrosecondType) as f64 / 1e6,
            TimeUnit::Nanosecond => value!(DurationNanosecondType) as f64 / 1e9,
        }),
        _ => {}
    }
}

/// Which of a dictionary's values a row has.
fn key(keys: &dyn Array, row: usize) -> Option<usize> {
    /// The key of a column of this type.
    macro_rules! key {
        ($type:ty) => {
            usize::try_from(keys.as_primitive::<$type>().value(row)).ok()
        };
    }
    match keys.data_type() {
        DataType::Int8 => key!(Int8Type),
        DataType::Int16 => key!(Int16Type),
        DataType::Int32 => key!(Int32Type),
        DataType::Int64 => key!(Int64Type),
        DataType::UInt8 => key!(UInt8Type),
        DataType::UInt16 => key!(UInt16Type),
        DataType::UInt32 => key!(UInt32Type),
        DataType::UInt64 => key!(UInt64Type),
        _ => None,
    }
}
