//! Bytes in any chunking to rows in which the wanted columns are found.

use super::error::{ReadError, ReadWarning};
use super::head::{Found, Head, Names};
use super::lines::Lines;
use super::options::ReadOptions;
use super::pieces::Pieces;
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::row::Row;
use super::series::Series;
use super::sink::{Sink, Stop};
use super::table::Table;
use super::text::{Seen, Text};
use super::wanted::Wanted;

/// Reads the rows of one file: the base of [`Reader`](super::Reader), public for readers of other files than those
/// with recordings. A closure that is handed the rows ends the reading with any error of its own.
///
/// A table with one row a recording, and a file of time series, are handed out as one row for each step. A row that
/// cannot be taken as it is comes with its [`Row::problem`].
pub struct Rows {
    names: Names,
    ignored: Vec<String>,
    text: Text,
    seen: Seen,
    body: Body,
    handed_out: bool,
    warnings: Vec<ReadWarning>,
}

/// What is read.
enum Body {
    Head(Head),
    Table(Box<(Pieces, Table, Lines)>),
    Series(Box<Series>),
}

impl Rows {
    /// Finds columns `wanted` in every row; columns `ignored` may be there as well without a warning.
    pub fn new(wanted: Vec<Wanted>, ignored: Vec<String>, options: &ReadOptions) -> Rows {
        Rows {
            names: Names::new(wanted, &options.columns),
            ignored,
            text: Text::new(),
            seen: Seen::default(),
            body: Body::Head(Head::new()),
            handed_out: false,
            warnings: Vec::new(),
        }
    }

    /// Takes the next bytes and hands out the rows that they complete.
    ///
    /// # Errors
    /// The file is no table with these columns, something had to be put right where nothing may, or the error of
    /// `each`.
    pub fn feed<E: From<ReadError>>(
        &mut self,
        input: &[u8],
        repairs: &mut Repairs,
        each: impl FnMut(Row<'_>, &mut Repairs) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read(Some(input), repairs, each)
    }

    /// Takes the end of the file: hands out the last row, if no line end did.
    ///
    /// # Errors
    /// As [`Rows::feed`], or there is no header or no row.
    pub fn finish<E: From<ReadError>>(
        &mut self,
        repairs: &mut Repairs,
        each: impl FnMut(Row<'_>, &mut Repairs) -> Result<(), E>,
    ) -> Result<(), E> {
        self.read(None, repairs, each)?;
        if self.handed_out { Ok(()) } else { Err(ReadError::NoRows.into()) }
    }

    /// Names of all columns, once the header is complete.
    pub fn columns(&self) -> Option<&[String]> {
        match &self.body {
            Body::Head(_) => None,
            Body::Table(table) => Some(&table.1.columns().names),
            Body::Series(series) => series.columns().map(|columns| columns.names.as_slice()),
        }
    }

    /// Warnings about the file: known once the header is read.
    pub fn warnings(&self) -> &[ReadWarning] {
        &self.warnings
    }

    /// Reads the next bytes, or the end of the file if there are none.
    fn read<E: From<ReadError>>(
        &mut self,
        input: Option<&[u8]>,
        repairs: &mut Repairs,
        mut each: impl FnMut(Row<'_>, &mut Repairs) -> Result<(), E>,
    ) -> Result<(), E> {
        let mut own = None;
        let result = self.read_to(input, repairs, &mut |row, repairs| {
            each(row, repairs).map_err(|error| {
                own = Some(error);
                Stop::Taker
            })
        });
        match (result, own) {
            (_, Some(error)) => Err(error),
            (Err(Stop::Read(error)), None) => Err(error.into()),
            (Ok(()) | Err(Stop::Taker), None) => Ok(()),
        }
    }

    fn read_to(
        &mut self,
        input: Option<&[u8]>,
        repairs: &mut Repairs,
        each: &mut dyn FnMut(Row<'_>, &mut Repairs) -> Result<(), Stop>,
    ) -> Result<(), Stop> {
        let Rows { names, ignored, text, seen, body, handed_out, warnings } = self;
        let at_end = input.is_none();
        let (mut input, encoding) = match input {
            Some(input) => text.feed(input),
            None => text.finish(),
        };
        if let Some(encoding) = encoding {
            repairs.note(RepairKind::OtherEncoding, 1, || encoding.to_owned())?;
        }
        let mut sink = Sink {
            names,
            seen,
            repairs,
            each: &mut |row: Row<'_>, repairs: &mut Repairs| {
                *handed_out = true;
                each(row, repairs)
            },
        };
        while let Body::Head(head) = body {
            let found = match input {
                [] if at_end => head.finish(names, ignored, seen, sink.repairs)?,
                [] => return Ok(()),
                _ => {
                    let (used, found) = head.feed(input, names, ignored, seen, sink.repairs)?;
                    input = &input[used..];
                    match found {
                        Some(found) => found,
                        None => continue,
                    }
                }
            };
            let mut lines = Lines::new();
            *body = match found {
                Found::Table(columns, warning) => {
                    lines.pass(head.bytes());
                    warnings.extend(warning);
                    Body::Table(Box::new((Pieces::new(), Table::new(columns, names), lines)))
                }
                Found::Series => {
                    let mut series = Series::new();
                    series.feed(head.bytes(), &mut sink)?;
                    Body::Series(Box::new(series))
                }
            };
        }
        match body {
            Body::Head(_) => Ok(()),
            Body::Table(table) => {
                let (pieces, table, lines) = &mut **table;
                pieces.feed(input, lines, table, &mut sink)?;
                if at_end { pieces.finish(lines, table, &mut sink) } else { Ok(()) }
            }
            Body::Series(series) => {
                series.feed(input, &mut sink)?;
                if at_end { series.finish(&mut sink) } else { Ok(()) }
            }
        }
    }
}
