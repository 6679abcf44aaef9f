//! The head of a file: which line is the header, what separates its fields, and where the wanted columns are.
//!
//! The header is the first line in which, by some delimiter, all needed columns are found, by their names or by names
//! that mean the same. What is before it is no part of the table. Each decision is made at a line end, by nothing but what
//! is before it, so that it does not depend on how the file is cut into pieces.

mod failure;
mod names;
mod nearest;
mod sniff;
mod wide;

use self::names::Mismatch;
pub(super) use self::names::{Match, NONE, Names};
use super::error::{ReadError, ReadWarning, excerpt};
use super::quotes::{Delimiter, Halt, Scan, Splitter};
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::text::{Seen, decode, trim};

/// Max bytes of a header or a row: it bounds the memory.
pub(super) const MAX_ROW: usize = 1 << 20;
/// Lines among which the header must be: so many less one may be before it.
const MAX_LINES: usize = 101;
/// Of delimiters that find the columns the first wins.
const DELIMITERS: [Delimiter; 5] = [
    Delimiter::Byte(b','),
    Delimiter::Byte(b';'),
    Delimiter::Byte(b'\t'),
    Delimiter::Byte(b'|'),
    Delimiter::Spaces,
];

/// The columns of a table.
pub(super) struct Columns {
    /// What separates fields.
    pub delimiter: Delimiter,
    /// Names in the order of the file, without what nobody sees around them.
    pub names: Vec<String>,
    /// Index of each wanted column, in the order in which they were asked for, [`NONE`] if it is not there.
    pub indices: Vec<usize>,
    /// The same for each step of a table with one row a recording; empty in any other.
    pub steps: Vec<Vec<usize>>,
}

/// What the head of a file is.
pub(super) enum Found {
    /// A table, whose rows follow.
    Table(Columns, Option<ReadWarning>),
    /// A file of time series with a head of its own kind.
    Series,
}

/// Looks for the header in the lines of a file.
pub(super) struct Head {
    bytes: Vec<u8>,
    /// Start of each line; the last is not complete.
    starts: Vec<usize>,
    /// Rows with a quotation mark that is not closed yet.
    open: Vec<OpenRow>,
    /// What a line before the header says the delimiter is.
    told: Option<Delimiter>,
    splitter: Splitter,
}

struct OpenRow {
    /// Index of its first line.
    line: usize,
    delimiter: Delimiter,
    scan: Scan,
}

impl Head {
    pub fn new() -> Head {
        Head {
            bytes: Vec::new(),
            starts: vec![0],
            open: Vec::new(),
            told: None,
            splitter: Splitter::default(),
        }
    }

    /// Takes the next bytes up to a line end, including it. Says how many it took and, if the header ends there, what
    /// was found.
    ///
    /// # Errors
    /// There is no header.
    pub fn feed(
        &mut self,
        input: &[u8],
        names: &Names,
        ignored: &[String],
        seen: &Seen,
        repairs: &mut Repairs,
    ) -> Result<(usize, Option<Found>), ReadError> {
        let end = input.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
        let used = end.map_or(input.len(), |end| end + 1);
        let room = MAX_ROW - self.bytes.len();
        if used > room {
            self.bytes.extend_from_slice(&input[..room]);
            return Err(self.failure(names, ignored, false));
        }
        self.bytes.extend_from_slice(&input[..used]);
        let found = match end {
            Some(_) => self.end_line(names, ignored, seen, repairs)?,
            None => None,
        };
        Ok((used, found))
    }

    /// Takes the end of the file: its last line may have no line end.
    ///
    /// # Errors
    /// There is no header.
    pub fn finish(
        &mut self,
        names: &Names,
        ignored: &[String],
        seen: &Seen,
        repairs: &mut Repairs,
    ) -> Result<Found, ReadError> {
        if self.last_line().is_empty() && self.bytes.is_empty() {
            return Err(ReadError::EmptyFile);
        }
        self.bytes.push(b'\n');
        match self.end_line(names, ignored, seen, repairs)? {
            Some(found) => Ok(found),
            None => Err(self.failure(names, ignored, true)),
        }
    }

    /// The bytes that were taken.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn last_line(&self) -> &[u8] {
        &self.bytes[self.starts[self.starts.len() - 1]..]
    }

    /// A line of the file without its end.
    fn line(&self, index: usize) -> &[u8] {
        let end = self.starts.get(index + 1).copied().unwrap_or(self.bytes.len());
        let line = &self.bytes[self.starts[index]..end];
        line.strip_suffix(b"\n").or(line.strip_suffix(b"\r")).unwrap_or(line)
    }

    /// A line end was taken.
    fn end_line(
        &mut self,
        names: &Names,
        ignored: &[String],
        seen: &Seen,
        repairs: &mut Repairs,
    ) -> Result<Option<Found>, ReadError> {
        let line = self.starts.len() - 1;
        if self.last_line() == b"\n" && self.bytes.ends_with(b"\r\n") {
            // The second half of the line's end before.
            self.starts[line] = self.bytes.len();
            return Ok(None);
        }
        let start = self.starts[line];
        let text = trim(&self.bytes[start..], || ());
        if text.first() == Some(&b'@') && is_series(text) && self.only_comments_before(line) {
            return Ok(Some(Found::Series));
        }
        let told = separator(text);
        if told.is_some() {
            self.told = told;
        }
        let blank = text.is_empty();
        if line >= MAX_LINES && !self.is_first_line_open() {
            return Err(self.failure(names, ignored, false));
        }
        let mut rows: Vec<OpenRow> = std::mem::take(&mut self.open);
        if !blank && told.is_none() && line < MAX_LINES {
            let delimiters = DELIMITERS.into_iter().filter(|one| self.told.is_none_or(|told| told == *one));
            let other = self.told.filter(|told| !DELIMITERS.contains(told));
            let row = |delimiter| OpenRow { line, delimiter, scan: Scan::new() };
            rows.extend(delimiters.chain(other).map(row));
        }
        let mut found = None;
        for mut row in rows {
            if found.is_none() {
                let bytes = &self.bytes[self.starts[row.line]..];
                while let Some(Halt::Inside(_)) = row.scan.next(bytes, row.delimiter) {}
                if row.scan.is_quoted() {
                    self.open.push(row);
                    continue;
                }
                found = self.table(&row, names)?;
                if found.is_some() {
                    self.note(row.line, repairs)?;
                }
            }
        }
        let Some((columns, renamed)) = found else {
            self.starts.push(self.bytes.len());
            return Ok(None);
        };
        let number = self.line_number(line);
        let fields = self.splitter.fields();
        for index in columns.indices.iter().filter(|index| **index != NONE) {
            seen.text(trim(fields.get(*index), || ()), number)?;
        }
        for wanted in renamed {
            let (name, index) = (names.wanted[wanted].name(), columns.indices[wanted]);
            repairs.note(RepairKind::RenamedColumn, number, || {
                format!("{:?} as {name:?}", columns.names[index])
            })?;
        }
        if !columns.steps.is_empty() {
            repairs.note(RepairKind::WideTable, number, || columns.steps.len().to_string())?;
        }
        let warning = extra(&columns, ignored);
        Ok(Some(Found::Table(columns, warning)))
    }

    /// The columns of a row that ends here, if it is the header, and which of them have another name.
    fn table(&mut self, row: &OpenRow, names: &Names) -> Result<Option<(Columns, Vec<usize>)>, ReadError> {
        let line = self.line_number(row.line);
        let Head { bytes, starts, splitter, told, .. } = self;
        let bytes = bytes[starts[row.line]..].trim_ascii_end();
        let nothing_needed = names.wanted.iter().all(|wanted| !wanted.needed);
        // Spaces are in any line; only names that are exactly those are names.
        let strict = row.delimiter == Delimiter::Spaces;
        for text in [Some(bytes), without_mark(bytes)].into_iter().flatten() {
            if nothing_needed
                && (text.len() < bytes.len() || !is_likely_header(bytes, row.delimiter, *told, splitter))
            {
                continue;
            }
            splitter.split(text, row.delimiter);
            let header = header(splitter);
            let found = match names.find(&header) {
                Ok(found) => found,
                Err(Mismatch::Missing(found)) if found.count() > 0 => {
                    match wide::find(names, &header, &found) {
                        Ok(Some(steps)) => {
                            let Match { indices, renamed } = found;
                            let columns = Columns { delimiter: row.delimiter, names: header, indices, steps };
                            return Ok(Some((columns, renamed)));
                        }
                        Ok(None) => continue,
                        Err(reason) => return Err(ReadError::WideTable { line, reason }),
                    }
                }
                Err(Mismatch::Missing(_)) => continue,
                Err(Mismatch::Twice(index)) => {
                    return Err(ReadError::DuplicateColumn { line, column: header[index].clone() });
                }
                Err(Mismatch::Ambiguous { wanted, columns }) => {
                    let column = names.wanted[wanted].name().to_owned();
                    let candidates = columns.iter().map(|index| header[*index].clone()).collect();
                    return Err(ReadError::AmbiguousColumn { line, column, candidates });
                }
            };
            if strict && (!found.renamed.is_empty() || found.count() < 2) {
                continue;
            }
            let steps = wide::find(names, &header, &found);
            let steps = steps.map_err(|reason| ReadError::WideTable { line, reason })?.unwrap_or_default();
            let Match { indices, renamed } = found;
            return Ok(Some((Columns { delimiter: row.delimiter, names: header, indices, steps }, renamed)));
        }
        Ok(None)
    }

    /// Whether the first line that is not blank is open by every delimiter.
    fn is_first_line_open(&self) -> bool {
        let first = (0..self.starts.len()).find(|line| !trim(self.line(*line), || ()).is_empty());
        let count = self.open.iter().filter(|row| Some(row.line) == first).count();
        count > 0 && count >= if self.told.is_some() { 1 } else { DELIMITERS.len() }
    }

    fn only_comments_before(&self, line: usize) -> bool {
        (0..line).all(|line| {
            let text = trim(self.line(line), || ());
            text.is_empty() || text[0] == b'#'
        })
    }

    /// Names the lines before the header.
    fn note(&self, header: usize, repairs: &mut Repairs) -> Result<(), ReadError> {
        let lines = || (0..header).filter(|line| !trim(self.line(*line), || ()).is_empty());
        let Some(first) = lines().next() else { return Ok(()) };
        let detail = || excerpt(self.line(first).trim_ascii());
        repairs.note_many(
            RepairKind::LinesBeforeHeader,
            lines().count() as u64,
            self.line_number(first),
            detail,
        )
    }

    fn line_number(&self, index: usize) -> u64 {
        index as u64 + 1
    }
}

/// Whether a line is the header where nothing is needed of it: it is no comment, and no other delimiter finds more.
fn is_likely_header(line: &[u8], own: Delimiter, told: Option<Delimiter>, splitter: &mut Splitter) -> bool {
    let mut fields = |delimiter| {
        splitter.split(line, delimiter);
        splitter.fields().len()
    };
    let others = DELIMITERS.into_iter().filter(|other| *other != Delimiter::Spaces && told.is_none());
    let most = others.map(&mut fields).max().unwrap_or(0);
    without_mark(line).is_none() && fields(own) >= most
}

/// The names of a row.
fn header(row: &Splitter) -> Vec<String> {
    let fields = row.fields();
    (0..fields.len()).map(|index| decode(trim(fields.get(index), || ())).into_owned()).collect()
}

/// What is left of a line that starts with the mark of a comment.
pub(super) fn without_mark(line: &[u8]) -> Option<&[u8]> {
    let rest = match line {
        [b'/', b'/', rest @ ..] | [b'#' | b'%' | b';', rest @ ..] => rest,
        _ => return None,
    };
    Some(rest.trim_ascii_start())
}

/// What a line `sep=;` says.
pub(super) fn separator(line: &[u8]) -> Option<Delimiter> {
    let line = line.strip_prefix(b"\"").unwrap_or(line);
    let (word, rest) = line.split_at_checked(4)?;
    if !word.eq_ignore_ascii_case(b"sep=") {
        return None;
    }
    match rest.strip_suffix(b"\"").unwrap_or(rest) {
        // Trimmed off, or spelt out.
        b"" | b"\\t" => Some(Delimiter::Byte(b'\t')),
        [delimiter] if !delimiter.is_ascii_alphanumeric() => Some(Delimiter::Byte(*delimiter)),
        _ => None,
    }
}

/// Whether a line is the first of a `.ts` file.
fn is_series(line: &[u8]) -> bool {
    let words: [&[u8]; 8] = [
        b"@problemname",
        b"@timestamps",
        b"@missing",
        b"@univariate",
        b"@dimension",
        b"@equallength",
        b"@serieslength",
        b"@classlabel",
    ];
    words.iter().any(|word| line.len() >= word.len() && line[..word.len()].eq_ignore_ascii_case(word))
}

/// The columns that nobody asks for.
fn extra(columns: &Columns, ignored: &[String]) -> Option<ReadWarning> {
    let mut used = vec![false; columns.names.len()];
    let indices = columns.steps.iter().chain([&columns.indices]).flatten();
    indices.filter(|index| **index != NONE).for_each(|index| used[*index] = true);
    let ignored: std::collections::HashSet<&str> = ignored.iter().map(String::as_str).collect();
    let names = columns.names.iter().zip(used).filter(|(name, used)| {
        // A column without a name is an index, or the end of a row that ends in a delimiter.
        !used && !name.is_empty() && !ignored.contains(name.as_str())
    });
    let columns: Vec<String> = names.map(|(name, _)| name.clone()).collect();
    (!columns.is_empty()).then_some(ReadWarning::ExtraColumns { columns })
}
