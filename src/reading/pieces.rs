//! The bytes under the header, in pieces, to whole rows.

use super::error::{ReadError, excerpt};
use super::head::{MAX_ROW, NONE};
use super::lines::Lines;
use super::plain;
use super::quotes::{CTRL_Z, Delimiter, Fields, Halt, Scan, Splitter};
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::sink::{Sink, Stop};
use super::table::{Ending, Split, Table};

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";
/// Lines that read well on their own inside of quotation marks: as many show that the mark is one that somebody typed.
const ENOUGH_LINES: u32 = 8;

/// Puts rows together.
pub(super) struct Pieces {
    /// The start of a row that is not whole yet.
    carry: Vec<u8>,
    scan: Scan,
    /// The lines of the row so far, if it has several.
    open: Option<Open>,
    splitter: Splitter,
    ends: Vec<usize>,
    after_nul: bool,
    /// Whether the rest of the line is left out, being too long.
    skipping: bool,
}

/// A quoted field that runs over line ends.
struct Open {
    /// End of the row's first line.
    first_end: usize,
    line_start: usize,
    /// Lines so far that are rows by themselves.
    rows: u32,
    /// Lines that are not, other than those which are no data in any case.
    others: u32,
}

impl Open {
    /// Whether the lines are rows, so that the quotation mark is one that somebody typed.
    fn is_stray(&self) -> bool {
        self.rows > self.others
    }
}

impl Pieces {
    pub fn new() -> Pieces {
        Pieces {
            carry: Vec::new(),
            scan: Scan::new(),
            open: None,
            splitter: Splitter::default(),
            ends: Vec::new(),
            after_nul: false,
            skipping: false,
        }
    }

    /// Takes the next bytes and hands the rows that they complete to the table.
    pub fn feed(
        &mut self,
        mut input: &[u8],
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        while !self.carry.is_empty() {
            if self.carry.last() == Some(&0) {
                // A run of NUL bytes is as good as one.
                input = &input[input.iter().take_while(|byte| **byte == 0).count()..];
            }
            if input.is_empty() {
                return Ok(());
            }
            let end = input.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            let (more, rest) = input.split_at(end.map_or(input.len(), |end| end + 1));
            let mut carry = std::mem::take(&mut self.carry);
            carry.extend_from_slice(more);
            let used = self.rows(&carry, false, lines, table, sink)?;
            carry.drain(..used);
            self.carry = carry;
            input = rest;
        }
        let used = self.rows(input, false, lines, table, sink)?;
        self.carry.extend_from_slice(&input[used..]);
        Ok(())
    }

    /// Takes the end of the file.
    pub fn finish(&mut self, lines: &mut Lines, table: &mut Table, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let carry = std::mem::take(&mut self.carry);
        self.rows(&carry, true, lines, table, sink)?;
        table.finish(sink)
    }

    /// Takes all rows that are whole and says how many bytes they have; at the end of the file all bytes.
    fn rows(
        &mut self,
        input: &[u8],
        at_end: bool,
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<usize, Stop> {
        let mut used = 0;
        while used < input.len() {
            let rest = &input[used..];
            let mut taken = 0;
            if self.scan.at == 0 {
                taken = self.usual_row(rest, lines, table, sink)?;
                if taken == 0 {
                    match self.start(rest, at_end, lines, sink.repairs)? {
                        Some(between) => taken = between,
                        None => return Ok(used),
                    }
                }
            }
            if taken == 0 {
                match self.row(rest, at_end, lines, table, sink)? {
                    Some(row) => taken = row,
                    None => return Ok(used),
                }
            }
            used += taken;
        }
        Ok(used)
    }

    /// Takes the row at the start, if it is plain.
    #[inline]
    fn usual_row(
        &mut self,
        input: &[u8],
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<usize, Stop> {
        let Delimiter::Byte(delimiter) = table.columns().delimiter else { return Ok(0) };
        if self.skipping || matches!(input.first(), Some(b'\n' | b'\r' | 0xef) | None) {
            return Ok(0);
        }
        self.ends.resize(table.usual(), 0);
        let (end, quoted) = match plain::split(input, delimiter, MAX_ROW, &mut self.ends) {
            Some(end) => (end, false),
            None => match plain::split_quoted(input, delimiter, MAX_ROW, &mut self.ends) {
                Some(end) => (end, true),
                None => return Ok(0),
            },
        };
        self.after_nul = false;
        let (line, row) = (lines.current, &input[..end]);
        lines.end_line(input[end]);
        let fields = Fields { bytes: row, ends: &self.ends, gap: 1, quoted };
        table.usual_row(Split { line, row, fields }, sink)?;
        Ok(end + 1)
    }

    /// Takes what is between rows. None, if more bytes have to say what it is.
    fn start(
        &mut self,
        input: &[u8],
        at_end: bool,
        lines: &mut Lines,
        repairs: &mut Repairs,
    ) -> Result<Option<usize>, ReadError> {
        if self.skipping {
            let end = input.iter().position(|byte| matches!(byte, b'\n' | b'\r'));
            self.skipping = end.is_none();
            return Ok(Some(end.map_or(input.len(), |end| {
                lines.end_line(input[end]);
                end + 1
            })));
        }
        match input[0] {
            b'\n' | b'\r' => {
                lines.pass(&input[..1]);
                Ok(Some(1))
            }
            0 | CTRL_Z => {
                let count = input.iter().take_while(|byte| matches!(**byte, 0 | CTRL_Z)).count();
                if input[..count].contains(&0) && !std::mem::replace(&mut self.after_nul, true) {
                    repairs.note(RepairKind::NulBytes, lines.current, String::new)?;
                }
                Ok(Some(count))
            }
            _ if input.starts_with(BYTE_ORDER_MARK) => {
                repairs.note(RepairKind::InvisibleCharacters, lines.current, String::new)?;
                Ok(Some(BYTE_ORDER_MARK.len()))
            }
            _ if BYTE_ORDER_MARK.starts_with(input) && !at_end => Ok(None),
            _ => {
                self.after_nul = false;
                Ok(Some(0))
            }
        }
    }

    /// Takes the row at the start. None, if it is not whole.
    fn row(
        &mut self,
        input: &[u8],
        at_end: bool,
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<Option<usize>, Stop> {
        loop {
            let halt = self.scan.next(input, table.columns().delimiter);
            let at = match halt {
                Some(Halt::End(at) | Halt::Inside(at)) => at,
                None => input.len(),
            };
            if at > MAX_ROW {
                return self.too_long(input, lines, table, sink).map(Some);
            }
            match halt {
                Some(Halt::Inside(at)) => {
                    self.pass_line(&input[..at], table);
                    let sure = |open: &Open| open.rows >= ENOUGH_LINES && open.is_stray();
                    if table.has_channels() && self.open.as_ref().is_some_and(sure) {
                        return self.first_line(input, lines, table, sink).map(Some);
                    }
                }
                Some(Halt::End(end)) => {
                    let Some(ending) = ending(&input[end..], at_end) else { return Ok(None) };
                    return self.whole(input, end, ending, lines, table, sink).map(Some);
                }
                None if !at_end => return Ok(None),
                None if self.scan.is_quoted() && self.open.is_some() => {
                    return self.first_line(input, lines, table, sink).map(Some);
                }
                None => return self.whole(input, input.len(), Ending::File, lines, table, sink).map(Some),
            }
        }
    }

    /// A line ended inside of quotation marks.
    fn pass_line(&mut self, input: &[u8], table: &Table) {
        let end = input.len();
        let open = self.open.get_or_insert(Open { first_end: end, line_start: 0, rows: 0, others: 0 });
        let line = &input[open.line_start..];
        open.line_start = end + 1;
        self.splitter.split_literally(line, table.columns().delimiter);
        if table.fits(&self.splitter) {
            open.rows += 1;
        } else if line.contains(&b'"') || !table.is_no_data(line, self.splitter.fields()) {
            open.others += 1;
        }
    }

    /// The row ends before `end`.
    fn whole(
        &mut self,
        input: &[u8],
        end: usize,
        ending: Ending,
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<usize, Stop> {
        let (row, delimiter) = (&input[..end], table.columns().delimiter);
        if self.open.is_some() {
            self.pass_line(row, table);
            self.splitter.split(row, delimiter);
            // Read as one row, the lines have to make a proper one.
            let stray = self.open.as_ref().is_some_and(Open::is_stray);
            if stray && (table.has_channels() || self.splitter.is_odd())
                || !table.can_take(self.splitter.fields())
            {
                return self.first_line(input, lines, table, sink);
            }
        }
        let (line, quoted) = (lines.current, self.scan.is_quoted());
        self.splitter.split(row, delimiter);
        let mut problem = None;
        if quoted || row.contains(&b'"') && !table.fits(&self.splitter) {
            self.splitter.split_literally(row, delimiter);
            // A quoted field that the file ends in is cut.
            let last = self.splitter.fields().len() - 1;
            if table.fits(&self.splitter) && !(quoted && self.splitter.stray() == Some(last)) {
                sink.repairs.note(RepairKind::StrayQuote, line, || stray(row))?;
            } else if quoted {
                problem = Some(ReadError::UnterminatedQuote { line, column: self.open_column(row, table) });
            } else {
                self.splitter.split(row, delimiter);
            }
        }
        let used = if ending == Ending::Line && matches!(input.get(end), Some(b'\n' | b'\r')) {
            end + 1
        } else {
            end
        };
        self.next(&input[..used], lines);
        table.row(Split { line, row, fields: self.splitter.fields() }, ending, problem, sink)?;
        Ok(used)
    }

    /// Takes the first line of a row that seemed to have several: its quotation mark is one that somebody typed, or else
    /// there is a problem with it.
    fn first_line(
        &mut self,
        input: &[u8],
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<usize, Stop> {
        let end = self.open.as_ref().map_or(input.len(), |open| open.first_end);
        let (row, line) = (&input[..end], lines.current);
        let column = self.open_column(row, table);
        self.splitter.split_literally(row, table.columns().delimiter);
        let problem = if table.fits(&self.splitter) {
            sink.repairs.note(RepairKind::StrayQuote, line, || stray(row))?;
            None
        } else if input.len() > MAX_ROW {
            Some(ReadError::RowTooLong { line, column, limit: MAX_ROW })
        } else {
            Some(ReadError::UnterminatedQuote { line, column })
        };
        let used = (end + 1).min(input.len());
        self.next(&input[..used], lines);
        table.row(Split { line, row, fields: self.splitter.fields() }, Ending::Line, problem, sink)?;
        Ok(used)
    }

    /// The row is longer than any row is.
    fn too_long(
        &mut self,
        input: &[u8],
        lines: &mut Lines,
        table: &mut Table,
        sink: &mut Sink<'_>,
    ) -> Result<usize, Stop> {
        let (row, line) = (&input[..MAX_ROW], lines.current);
        let problem = ReadError::RowTooLong { line, column: self.open_column(row, table), limit: MAX_ROW };
        if self.open.as_ref().is_some_and(|open| open.first_end < MAX_ROW) {
            return self.first_line(&input[..input.len().min(MAX_ROW + 1)], lines, table, sink);
        }
        self.skipping = true;
        self.next(row, lines);
        table.row(Split { line, row, fields: self.splitter.fields() }, Ending::Line, Some(problem), sink)?;
        Ok(MAX_ROW)
    }

    /// Name of the column that a row which is not whole ends in.
    fn open_column(&mut self, row: &[u8], table: &Table) -> Option<String> {
        self.splitter.split(row, table.columns().delimiter);
        let last = self.splitter.fields().len().checked_sub(1).unwrap_or(NONE);
        table.columns().names.get(last).cloned()
    }

    /// Goes on behind a row.
    fn next(&mut self, row: &[u8], lines: &mut Lines) {
        lines.pass(row);
        self.scan = Scan::new();
        self.open = None;
    }
}

/// What ended a row, by what follows it. None, if that is not known yet.
fn ending(rest: &[u8], at_end: bool) -> Option<Ending> {
    if rest.first() != Some(&0) {
        return Some(Ending::Line);
    }
    match rest.iter().find(|byte| !matches!(**byte, 0 | CTRL_Z)) {
        // Rows of a fixed length are filled up.
        Some(b'\n' | b'\r') => Some(Ending::Line),
        None if !at_end => None,
        _ => Some(Ending::Nul),
    }
}

/// A row from its quotation mark on, for a message.
fn stray(row: &[u8]) -> String {
    let mark = row.iter().position(|byte| *byte == b'"').unwrap_or(0);
    excerpt(&row[mark..])
}
