//! The header: which line it is, what separates its fields, and where the wanted columns are.

use std::collections::HashMap;

use csv_core::{ReadRecordResult, Reader, ReaderBuilder};

use super::error::{MissingColumn, ReadError, ReadWarning};

/// Max bytes of a header or a row, not counting the quotation marks and delimiters of a row: it bounds the memory.
pub(super) const MAX_ROW: usize = 1 << 20;
/// Of delimiters that find as many columns the last one wins: the comma is the default.
const DELIMITERS: [u8; 3] = [b'\t', b';', b','];
const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// The names of all columns and the indices of the wanted ones.
pub(super) struct Columns {
    /// What separates fields.
    pub delimiter: u8,
    /// Names in the order of the file, without surrounding spaces.
    pub names: Vec<String>,
    /// Index of each wanted column in the file, in the order in which they were asked for.
    pub indices: Vec<usize>,
}

/// The bytes of the header, until its line is complete.
pub(super) struct HeaderLine {
    bytes: Vec<u8>,
    /// One for each of [`DELIMITERS`]: a quotation mark opens a quoted field only after the delimiter.
    views: [View; DELIMITERS.len()],
}

/// The header as one delimiter separates it.
#[derive(Clone, Copy)]
struct View {
    state: State,
    /// Whether a line has ended outside of quotes: what follows belongs to rows.
    ended: bool,
}

/// Where the last byte left off.
#[derive(Clone, Copy, PartialEq)]
enum State {
    FieldStart,
    Plain,
    Quoted,
    /// After a quotation mark in a quoted field: closed, unless another follows.
    Closed,
}

impl HeaderLine {
    pub fn new() -> HeaderLine {
        let view = View { state: State::FieldStart, ended: false };
        HeaderLine { bytes: Vec::new(), views: [view; DELIMITERS.len()] }
    }

    /// Takes a byte. True, and the byte is not taken, if it ends the header: a line end outside of quotes by every
    /// delimiter, or by one that finds some of the `wanted` columns before it.
    pub fn ends_at(&mut self, byte: u8, line: u64, wanted: &[String]) -> Result<bool, ReadError> {
        if matches!(byte, b'\n' | b'\r') {
            let outside = self.views.map(|view| view.state != State::Quoted);
            if outside == [true; DELIMITERS.len()] {
                return Ok(true);
            }
            for (index, delimiter) in DELIMITERS.into_iter().enumerate() {
                let first =
                    outside[index] && !std::mem::replace(&mut self.views[index].ended, outside[index]);
                let names = if first { split(self.text(), delimiter) } else { None };
                if names.is_some_and(|(_, names)| find_any(&names, wanted)) {
                    return Ok(true);
                }
            }
        }
        if self.bytes.len() == MAX_ROW {
            self.expect_text()?;
            return Err(ReadError::RowTooLong { line, column: None, limit: MAX_ROW });
        }
        self.bytes.push(byte);
        // A byte order mark, or the first bytes of one.
        let mark = BYTE_ORDER_MARK.starts_with(&self.bytes);
        for (view, delimiter) in self.views.iter_mut().zip(DELIMITERS) {
            view.state = match (view.state, byte) {
                (State::Quoted, b'"') => State::Closed,
                (State::Quoted, _) | (State::FieldStart | State::Closed, b'"') => State::Quoted,
                (_, byte) if byte == delimiter => State::FieldStart,
                (State::FieldStart, _) if mark => State::FieldStart,
                _ => State::Plain,
            };
        }
        Ok(false)
    }

    /// Whether the line is blank.
    pub fn is_blank(&self) -> bool {
        self.text().trim_ascii().is_empty()
    }

    /// The bytes of the line.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Finds the delimiter and the columns. The reader that is returned has read the header and goes on with
    /// the next row.
    pub fn parse(
        &self,
        line: u64,
        wanted: &[String],
        ignored: &[String],
    ) -> Result<(Reader, Columns, Option<ReadWarning>), ReadError> {
        self.expect_text()?;
        let asked = table(wanted);
        let (delimiter, (reader, names)) = DELIMITERS
            .into_iter()
            .filter_map(|delimiter| Some((delimiter, split(self.text(), delimiter)?)))
            .max_by_key(|(_, (_, names))| {
                let found = names.iter().filter(|name| asked.contains_key(name.as_str())).count();
                (found, names.len())
            })
            .ok_or(ReadError::UnterminatedQuote { line, column: None })?;
        let indices = indices(line, wanted, &names)?;
        let ignored = table(ignored);
        let extra: Vec<String> = names
            .iter()
            .filter(|name| !asked.contains_key(name.as_str()) && !ignored.contains_key(name.as_str()))
            .cloned()
            .collect();
        let warning = (!extra.is_empty()).then_some(ReadWarning::ExtraColumns { columns: extra });
        Ok((reader, Columns { delimiter, names, indices }, warning))
    }

    fn text(&self) -> &[u8] {
        self.bytes.strip_prefix(BYTE_ORDER_MARK).unwrap_or(&self.bytes)
    }

    fn expect_text(&self) -> Result<(), ReadError> {
        let found = match self.bytes.as_slice() {
            [0x1f, 0x8b, ..] => "a gzip archive",
            [b'P', b'K', 3, 4, ..] => "a zip archive or an Excel workbook",
            [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => "UTF-16 text",
            bytes if bytes.contains(&0) => "binary data",
            _ => return Ok(()),
        };
        Err(ReadError::NotText { found })
    }
}

/// The fields of one line, or nothing if it is not exactly one row with this delimiter.
fn split(line: &[u8], delimiter: u8) -> Option<(Reader, Vec<String>)> {
    let mut reader = ReaderBuilder::new().delimiter(delimiter).build();
    // No row has more bytes or more fields than that.
    let mut fields = vec![0; line.len() + 1];
    let mut ends = vec![0; line.len() + 1];
    let (result, read, bytes, count) = reader.read_record(line, &mut fields, &mut ends);
    if result != ReadRecordResult::InputEmpty || read != line.len() {
        return None;
    }
    let (result, _, _, last) = reader.read_record(b"\n", &mut fields[bytes..], &mut ends[count..]);
    if result != ReadRecordResult::Record {
        return None;
    }
    let mut start = 0;
    let names = ends[..count + last].iter().map(|&end| {
        let name = String::from_utf8_lossy(fields[start..end].trim_ascii()).into_owned();
        start = end;
        name
    });
    Some((reader, names.collect()))
}

/// Names and their indices; the last one of a duplicate name.
fn table(names: &[String]) -> HashMap<&str, usize> {
    names.iter().map(String::as_str).zip(0..).collect()
}

/// Whether any of some names is among others.
fn find_any(names: &[String], among: &[String]) -> bool {
    let among = table(among);
    names.iter().any(|name| among.contains_key(name.as_str()))
}

/// As [`table`], of one that stands twice the first.
fn first_table(names: &[String]) -> HashMap<&str, usize> {
    names.iter().map(String::as_str).zip(0..names.len()).rev().collect()
}

fn indices(line: u64, wanted: &[String], names: &[String]) -> Result<Vec<usize>, ReadError> {
    let last = table(names);
    let indices = wanted.iter().map(|name| last.get(name.as_str()).copied());
    let Some(indices) = indices.collect::<Option<Vec<usize>>>() else {
        return Err(missing(line, wanted, names));
    };
    let first = first_table(names);
    match indices.iter().find(|index| first[names[**index].as_str()] != **index) {
        Some(index) => Err(ReadError::DuplicateColumn { line, column: names[*index].clone() }),
        None => Ok(indices),
    }
}

fn missing(line: u64, wanted: &[String], names: &[String]) -> ReadError {
    let (asked, found) = (table(wanted), table(names));
    let spare: Vec<&String> = names.iter().filter(|name| !asked.contains_key(name.as_str())).collect();
    let skeletons: Vec<String> = spare.iter().map(|name| skeleton(name)).collect();
    let similar = first_table(&skeletons);
    let missing = wanted.iter().filter(|name| !found.contains_key(name.as_str()));
    let missing = missing.map(|name| {
        let similar = similar.get(skeleton(name).as_str()).map(|index| spare[*index].clone());
        MissingColumn { name: name.clone(), similar }
    });
    ReadError::MissingColumns { line, missing: missing.collect(), found: names.to_vec() }
}

/// A name without ASCII case, spaces and punctuation, which people get wrong.
fn skeleton(name: &str) -> String {
    let skipped = |letter: &char| letter.is_ascii_punctuation() || letter.is_ascii_whitespace();
    name.to_ascii_lowercase().chars().filter(|letter| !skipped(letter)).collect()
}
