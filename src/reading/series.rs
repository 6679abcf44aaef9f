//! `.ts` files, as aeon and sktime write them: a head of lines with `@`, then a line for each recording, with a series of
//! values for each dimension and perhaps a label.

use super::error::ReadError;
use super::head::{Columns, NONE, Names};
use super::quotes::{Delimiter, Fields};
use super::repair::RepairKind;
use super::row::Row;
use super::sink::{Sink, Stop};
use super::wanted::Role;

/// Max bytes of a recording: it bounds the memory.
const MAX_LINE: usize = 1 << 25;

/// Reads one file.
pub(super) struct Series {
    /// A line that is not whole yet.
    carry: Vec<u8>,
    line: u64,
    after_cr: bool,
    dimensions: Option<usize>,
    has_labels: bool,
    /// None in the head.
    columns: Option<Columns>,
    cases: u64,
    /// Fields of a step, one after the other, and their ends.
    bytes: Vec<u8>,
    ends: Vec<usize>,
}

impl Series {
    pub fn new() -> Series {
        Series {
            carry: Vec::new(),
            line: 1,
            after_cr: false,
            dimensions: None,
            has_labels: false,
            columns: None,
            cases: 0,
            bytes: Vec::new(),
            ends: Vec::new(),
        }
    }

    /// Id, channels and label, once the head is read.
    pub fn columns(&self) -> Option<&Columns> {
        self.columns.as_ref()
    }

    pub fn feed(&mut self, mut input: &[u8], sink: &mut Sink<'_>) -> Result<(), Stop> {
        while let Some(end) = input.iter().position(|byte| matches!(byte, b'\n' | b'\r')) {
            self.carry.extend_from_slice(&input[..end]);
            self.end_line(sink)?;
            self.line += u64::from(!(self.after_cr && input[0] == b'\n'));
            self.after_cr = input[end] == b'\r';
            input = &input[end + 1..];
        }
        self.carry.extend_from_slice(input);
        self.after_cr &= input.is_empty();
        if self.carry.len() > MAX_LINE {
            return Err(ReadError::RowTooLong { line: self.line, column: None, limit: MAX_LINE }.into());
        }
        Ok(())
    }

    pub fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        self.end_line(sink)?;
        match self.columns {
            Some(_) => Ok(()),
            None => Err(self.error("the .ts file has no line @data").into()),
        }
    }

    fn end_line(&mut self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let carry = std::mem::take(&mut self.carry);
        let text = carry.trim_ascii().trim_ascii_end();
        let text = text.split(|byte| *byte == 0).next().unwrap_or_default();
        if text.is_empty() || matches!(text[0], b'#' | b'%') {
            return Ok(());
        }
        match self.columns.take() {
            None => Ok(self.head(text, sink)?),
            Some(columns) => {
                let result = self.case(text, &columns, sink);
                self.columns = Some(columns);
                result
            }
        }
    }

    fn head(&mut self, line: &[u8], sink: &mut Sink<'_>) -> Result<(), ReadError> {
        let line = String::from_utf8_lossy(line).to_ascii_lowercase();
        let mut words = line.split_ascii_whitespace();
        let word = words.next().unwrap_or_default();
        let value = words.next();
        let yes = value == Some("true");
        match word {
            "@timestamps" if yes => {
                return Err(self.error(
                    "the .ts file has a time with every value, which is not read; expected @timeStamps false",
                ));
            }
            "@univariate" if yes => self.dimensions = Some(1),
            "@dimensions" | "@dimension" => self.dimensions = value.and_then(|value| value.parse().ok()),
            "@classlabel" | "@targetlabel" => self.has_labels = yes,
            "@data" => {
                let columns = self.layout(sink.names)?;
                let count = self.dimensions.unwrap_or(columns.names.len().saturating_sub(2));
                self.columns = Some(columns);
                let detail = || format!("{count} dimension{}", if count == 1 { "" } else { "s" });
                sink.repairs.note(RepairKind::SeriesFile, self.line, detail)?;
            }
            word if word.starts_with('@') => {}
            _ => return Err(self.error("expected a line of the head of a .ts file, which starts with @")),
        }
        Ok(())
    }

    /// The id is the first column, then come the channels, in the order of the dimensions, and the label.
    fn layout(&self, names: &Names) -> Result<Columns, ReadError> {
        let is = |role: Role| names.wanted.iter().filter(move |wanted| wanted.role == role);
        let channels = is(Role::Channel).count();
        if let Some(dimensions) = self.dimensions.filter(|dimensions| channels > 0 && *dimensions != channels)
        {
            let reason = format!(
                "the .ts file has {dimensions} dimensions; expected {channels}, one for each channel"
            );
            return Err(ReadError::Series { line: self.line, reason });
        }
        let (mut ids, mut next) = (0, 1);
        let mut columns = Columns {
            delimiter: Delimiter::Byte(b','),
            names: vec![String::new(); channels + 2],
            indices: Vec::new(),
            steps: Vec::new(),
        };
        for wanted in &names.wanted {
            let index = match wanted.role {
                Role::Id if ids == 0 => {
                    ids += 1;
                    0
                }
                Role::Channel => {
                    next += 1;
                    next - 1
                }
                Role::Word if self.has_labels => channels + 1,
                _ if wanted.needed => {
                    let reason = format!("a .ts file has no column {:?}", wanted.name());
                    return Err(ReadError::Series { line: self.line, reason });
                }
                _ => NONE,
            };
            if index != NONE {
                columns.names[index] = wanted.name().to_owned();
            }
            columns.indices.push(index);
        }
        Ok(columns)
    }

    /// Hands out the steps of a recording.
    fn case(&mut self, text: &[u8], columns: &Columns, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let id = self.cases.to_string();
        self.cases += 1;
        let mut dimensions: Vec<&[u8]> = text.split(|byte| *byte == b':').collect();
        let label = if self.has_labels { dimensions.pop().unwrap_or_default() } else { b"" };
        let channels = columns.names.len() - 2;
        let problem = self.problem(&dimensions, channels);
        let mut values: Vec<_> =
            dimensions.iter().take(channels).map(|series| series.split(|byte| *byte == b',')).collect();
        let steps = match values.first() {
            Some(first) if problem.is_none() => first.clone().count(),
            // Labels alone are asked for, or there is a row to say what the problem is.
            _ => 1,
        };
        for _ in 0..steps {
            self.bytes.clear();
            self.ends.clear();
            let fields = values.iter_mut().map(|series| series.next().unwrap_or_default());
            for field in [id.as_bytes()].into_iter().chain(fields).chain([label]) {
                self.bytes.extend_from_slice(field);
                self.ends.push(self.bytes.len());
            }
            let fields = Fields { bytes: &self.bytes, ends: &self.ends, gap: 0, quoted: false };
            let (line, indices, seen, problem) = (self.line, &columns.indices, sink.seen, problem.as_ref());
            sink.row(Row { line, columns, indices, fields, seen, problem })?;
        }
        Ok(())
    }

    /// What is wrong with the series of a recording.
    fn problem(&self, dimensions: &[&[u8]], channels: usize) -> Option<ReadError> {
        if channels == 0 {
            return None;
        }
        if dimensions.len() != channels {
            let found = dimensions.len();
            let labels = if self.has_labels { " and a label" } else { "" };
            return Some(self.error(&format!(
                "expected {channels} dimensions{labels}, separated by \":\", found {found}"
            )));
        }
        let count = |series: &[u8]| series.split(|byte| *byte == b',').count();
        let first = count(dimensions[0]);
        let (index, other) =
            dimensions.iter().map(|series| count(series)).enumerate().find(|(_, count)| *count != first)?;
        Some(
            self.error(&format!(
                "the first dimension has {first} values, and number {} has {other}",
                index + 1
            )),
        )
    }

    fn error(&self, reason: &str) -> ReadError {
        ReadError::Series { line: self.line, reason: reason.to_owned() }
    }
}
