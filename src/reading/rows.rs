//! Bytes in any chunking to rows in which the wanted columns are found.

use csv_core::ReadRecordResult;

use super::error::{ReadError, ReadWarning, excerpt};
use super::header::{Columns, HeaderLine, MAX_ROW};
use super::options::ReadOptions;
use super::plain;
use super::repair::Repairs;
use super::wanted::Wanted;
use crate::number::{self, Number};

const FIRST_CAPACITY: usize = 4096;

/// Reads the rows of one file: the base of [`Reader`](super::Reader), public for readers of other files than those
/// with recordings. A closure that is handed the rows ends the reading with any error of its own.
pub struct Rows {
    wanted: Vec<String>,
    ignored: Vec<String>,
    header: HeaderLine,
    /// None until the header is complete.
    body: Option<Body>,
    lines: Lines,
    seen_row: bool,
    warnings: Vec<ReadWarning>,
}

/// What follows the header.
struct Body {
    reader: csv_core::Reader,
    columns: Columns,
    /// Content of the row so far: `used` bytes.
    fields: Vec<u8>,
    used: usize,
    /// End of each field in `fields`: `count` of them. One index more than there are columns, which all
    /// surplus fields share.
    ends: Vec<usize>,
    count: usize,
    surplus: usize,
    /// The line that the row starts on; none between rows.
    row_line: Option<u64>,
}

/// Counts physical lines, each ended by LF, CRLF or CR.
struct Lines {
    current: u64,
    after_cr: bool,
}

impl Lines {
    /// Advances over bytes and counts the lines that end in them.
    fn pass(&mut self, bytes: &[u8]) {
        for byte in bytes {
            match byte {
                b'\n' | b'\r' => self.end(*byte),
                _ => self.after_cr = false,
            }
        }
    }

    /// Advances over a line terminator.
    fn end(&mut self, terminator: u8) {
        if !(self.after_cr && terminator == b'\n') {
            self.current += 1;
        }
        self.after_cr = terminator == b'\r';
    }
}

impl Rows {
    /// Finds columns `wanted` in every row; columns `ignored` may be there as well without a warning.
    pub fn new(wanted: Vec<Wanted>, ignored: Vec<String>, _options: &ReadOptions) -> Rows {
        let wanted = wanted.iter().map(|wanted| wanted.name().to_owned()).collect();
        Rows {
            wanted,
            ignored,
            header: HeaderLine::new(),
            body: None,
            lines: Lines { current: 1, after_cr: false },
            seen_row: false,
            warnings: Vec::new(),
        }
    }

    /// Takes the next bytes and hands out the rows that they complete.
    ///
    /// # Errors
    /// The header is not usable, a row has not as many fields as the header, or the error of `each`.
    pub fn feed<E: From<ReadError>>(
        &mut self,
        mut input: &[u8],
        repairs: &mut Repairs,
        mut each: impl FnMut(Row<'_>, &mut Repairs) -> Result<(), E>,
    ) -> Result<(), E> {
        while self.body.is_none() {
            let Some((&byte, rest)) = input.split_first() else { return Ok(()) };
            if self.header.ends_at(byte, self.lines.current, &self.wanted)? {
                self.end_header()?;
                self.lines.end(byte);
            }
            input = rest;
        }
        let Some(body) = &mut self.body else { return Ok(()) };
        body.feed(input, &mut self.lines, |row| {
            self.seen_row = true;
            each(row, repairs)
        })
    }

    /// Takes the end of the file: hands out the last row, if no line end did.
    ///
    /// # Errors
    /// As [`Rows::feed`], or there is no header or no row.
    pub fn finish<E: From<ReadError>>(
        &mut self,
        repairs: &mut Repairs,
        mut each: impl FnMut(Row<'_>, &mut Repairs) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.body.is_none() {
            self.end_header()?;
        }
        let Some(body) = &mut self.body else { return Err(ReadError::EmptyFile.into()) };
        body.finish(&mut self.lines, |row| {
            self.seen_row = true;
            each(row, repairs)
        })?;
        if self.seen_row { Ok(()) } else { Err(ReadError::NoRows.into()) }
    }

    /// Names of all columns, once the header is complete.
    pub fn columns(&self) -> Option<&[String]> {
        self.body.as_ref().map(|body| body.columns.names.as_slice())
    }

    /// Warnings about the file: known once the header is read.
    pub fn warnings(&self) -> &[ReadWarning] {
        &self.warnings
    }

    /// The header's line is complete. If it is blank, the header is still to come.
    fn end_header(&mut self) -> Result<(), ReadError> {
        let header = std::mem::replace(&mut self.header, HeaderLine::new());
        if !header.is_blank() {
            let (reader, columns, warning) = header.parse(self.lines.current, &self.wanted, &self.ignored)?;
            self.warnings.extend(warning);
            self.body = Some(Body::new(reader, columns));
        }
        self.lines.pass(header.bytes());
        Ok(())
    }
}

impl Body {
    fn new(reader: csv_core::Reader, columns: Columns) -> Body {
        Body {
            reader,
            fields: vec![0; FIRST_CAPACITY],
            used: 0,
            ends: vec![0; columns.names.len() + 1],
            count: 0,
            surplus: 0,
            row_line: None,
            columns,
        }
    }

    fn feed<E: From<ReadError>>(
        &mut self,
        mut input: &[u8],
        lines: &mut Lines,
        mut each: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        while let Some(&next) = input.first() {
            let Some(line) = self.row_line else {
                let ends = &mut self.ends[..self.columns.names.len()];
                if matches!(next, b'\n' | b'\r') {
                    lines.end(next);
                    input = &input[1..];
                } else if let Some(end) = plain::split(input, self.columns.delimiter, MAX_ROW, ends) {
                    let line = lines.current;
                    lines.after_cr = false;
                    lines.end(input[end]);
                    each(Row {
                        line,
                        columns: &self.columns,
                        fields: &input[..end],
                        ends,
                        gap: 1,
                        problem: None,
                    })?;
                    input = &input[end + 1..];
                } else {
                    self.row_line = Some(lines.current);
                }
                continue;
            };
            let (result, read, written, ended) =
                self.reader.read_record(input, &mut self.fields[self.used..], &mut self.ends[self.count..]);
            lines.pass(&input[..read]);
            self.used += written;
            self.count += ended;
            match result {
                ReadRecordResult::InputEmpty | ReadRecordResult::End => {}
                ReadRecordResult::OutputFull => self.grow(line)?,
                ReadRecordResult::OutputEndsFull => {
                    self.surplus += 1;
                    self.count -= 1;
                    self.used = 0;
                }
                ReadRecordResult::Record => self.hand_out(line, &mut each)?,
            }
            input = &input[read..];
        }
        Ok(())
    }

    fn finish<E: From<ReadError>>(
        &mut self,
        lines: &mut Lines,
        each: impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        if self.row_line.is_some() {
            // This ends any row, unless it is inside quotes.
            self.feed(b"\n", lines, each)?;
        }
        match self.row_line {
            Some(line) => Err(ReadError::UnterminatedQuote { line, column: self.open_column() }.into()),
            None => Ok(()),
        }
    }

    fn hand_out<E: From<ReadError>>(
        &mut self,
        line: u64,
        each: &mut impl FnMut(Row<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let expected = self.columns.names.len();
        let found = self.count + self.surplus;
        let fields = &self.fields[..self.used];
        let result = if found == expected {
            let ends = &self.ends[..expected];
            each(Row { line, columns: &self.columns, fields, ends, gap: 0, problem: None })
        } else if found == 1 && fields.trim_ascii().is_empty() {
            Ok(())
        } else {
            let problem = Some(ReadError::WrongFieldCount { line, expected, found });
            let ends = &self.ends[..self.count.min(expected)];
            each(Row { line, columns: &self.columns, fields, ends, gap: 0, problem })
        };
        (self.used, self.count, self.surplus, self.row_line) = (0, 0, 0, None);
        result
    }

    fn grow(&mut self, line: u64) -> Result<(), ReadError> {
        if self.fields.len() >= MAX_ROW {
            return Err(ReadError::RowTooLong { line, column: self.open_column(), limit: MAX_ROW });
        }
        self.fields.resize(2 * self.fields.len(), 0);
        Ok(())
    }

    /// Name of the column that is being read.
    fn open_column(&self) -> Option<String> {
        self.columns.names.get(self.count + self.surplus).cloned()
    }
}

/// One row. Wanted columns are addressed by their index among those given to
/// [`Rows::new`].
pub struct Row<'a> {
    /// The line that it starts on.
    pub line: u64,
    columns: &'a Columns,
    fields: &'a [u8],
    ends: &'a [usize],
    /// Bytes between a field and the next.
    gap: usize,
    problem: Option<ReadError>,
}

impl Row<'_> {
    /// Why the row cannot be taken as it is, if it cannot: it has as many fields as could be told apart.
    pub fn problem(&self) -> Option<&ReadError> {
        self.problem.as_ref()
    }

    /// That the row can be taken as it is.
    ///
    /// # Errors
    /// Its [`Row::problem`].
    pub fn whole(&self) -> Result<(), ReadError> {
        self.problem.clone().map_or(Ok(()), Err)
    }

    /// Whether the file has this wanted column.
    pub fn has(&self, wanted: usize) -> bool {
        self.columns.indices[wanted] < self.columns.names.len()
    }

    /// The field of a wanted column without surrounding spaces.
    pub fn field(&self, wanted: usize) -> &[u8] {
        let index = self.columns.indices[wanted];
        if index >= self.ends.len() {
            return b"";
        }
        let start = if index == 0 { 0 } else { self.ends[index - 1] + self.gap };
        self.fields[start..self.ends[index]].trim_ascii()
    }

    /// The field as text, empty perhaps.
    ///
    /// # Errors
    /// It is not UTF-8.
    pub fn text(&self, wanted: usize) -> Result<&str, ReadError> {
        let field = self.field(wanted);
        str::from_utf8(field).map_err(|_| ReadError::InvalidUtf8 {
            line: self.line,
            column: self.column(wanted),
            found: self.excerpt(wanted),
        })
    }

    /// The field as text that is not empty.
    ///
    /// # Errors
    /// It is empty or not UTF-8.
    pub fn word(&self, wanted: usize) -> Result<&str, ReadError> {
        match self.text(wanted)? {
            "" => Err(ReadError::EmptyValue { line: self.line, column: self.column(wanted) }),
            word => Ok(word),
        }
    }

    /// The field as an id.
    ///
    /// # Errors
    /// It is empty or not UTF-8.
    pub fn id(&self, wanted: usize) -> Result<&str, ReadError> {
        match self.text(wanted)? {
            "" => Err(ReadError::EmptyId { line: self.line, column: self.column(wanted) }),
            id => Ok(id),
        }
    }

    /// The field as a finite number.
    ///
    /// # Errors
    /// It is empty, no number, NaN or infinite.
    pub fn number<T: Number>(&self, wanted: usize) -> Result<T, ReadError> {
        match number::parse(self.field(wanted)) {
            Some(number) if T::into(number).is_finite() => Ok(number),
            number => Err(self.number_error(wanted, number.is_some())),
        }
    }

    #[cold]
    fn number_error(&self, wanted: usize, is_number: bool) -> ReadError {
        let (line, column, field) = (self.line, self.column(wanted), self.field(wanted));
        match (field, is_number) {
            (b"", _) => ReadError::EmptyValue { line, column },
            (_, true) => ReadError::NotFinite { line, column, found: excerpt(field) },
            (_, false) => ReadError::NotANumber { line, column, found: excerpt(field) },
        }
    }

    /// Names of all columns of the file.
    pub(super) fn names(&self) -> &[String] {
        &self.columns.names
    }

    /// Name of a wanted column.
    pub fn column(&self, wanted: usize) -> String {
        self.columns.names[self.columns.indices[wanted]].clone()
    }

    /// The start of the field, for a message.
    pub fn excerpt(&self, wanted: usize) -> String {
        excerpt(self.field(wanted))
    }

    /// The error for a field that is not one of the allowed words.
    #[cold]
    pub fn unknown_category(&self, wanted: usize, allowed: &[String]) -> ReadError {
        ReadError::UnknownCategory {
            line: self.line,
            column: self.column(wanted),
            found: self.excerpt(wanted),
            allowed: allowed.to_vec(),
        }
    }
}
