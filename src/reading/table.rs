//! Rows of a table to those that hold data: what is no data is skipped, each kind with a repair.

use std::collections::HashMap;

use super::error::{ReadError, excerpt};
use super::head::{Columns, NONE, Names, without_mark};
use super::held::Held;
use super::last_field::LastField;
use super::numeral::{is_number, is_value};
use super::quotes::{Fields, Splitter};
use super::repair::RepairKind;
use super::row::Row;
use super::sink::{Sink, Stop};
use super::text::{decode, trim};
use super::wanted::Role;

/// Rows under a header that may hold units and the like.
const UNITS_ROWS: u32 = 3;

/// The rows of a table.
pub(super) struct Table {
    columns: Columns,
    /// The columns of the channels, at the first step if there are several.
    channels: Vec<usize>,
    /// One more than the index of the last column that is read.
    read: usize,
    /// A column that tells the header from other rows.
    mark: usize,
    /// Fields of a usual row.
    usual: usize,
    /// Whether every row has to be looked at closely.
    closely: bool,
    /// Whether the rows have a name in front, for which there is no column.
    row_names: bool,
    /// Rows since the header, counted up to [`UNITS_ROWS`].
    since_header: u32,
    /// Rows that held data.
    rows: u64,
    last: LastField,
    held: Held,
    splitter: Splitter,
    /// Lines of the recordings of a table with one row to each, by id.
    recordings: HashMap<Vec<u8>, u64>,
}

/// What ended a row.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Ending {
    Line,
    /// Nothing did: the file ends.
    File,
    /// A loss of power, which left NUL bytes.
    Nul,
}

/// A row that was taken apart.
#[derive(Clone, Copy)]
pub(super) struct Split<'a> {
    pub line: u64,
    /// Its bytes.
    pub row: &'a [u8],
    pub fields: Fields<'a>,
}

/// Whether a row has nothing in it but delimiters of any kind.
fn is_ghost(row: &[u8]) -> bool {
    let row = trim(row, || ());
    row.iter().all(|byte| matches!(byte, b',' | b';' | b'\t' | b'|' | b'"' | b' '))
        || !row.is_ascii()
            && row
                .split(|byte| matches!(byte, b',' | b';' | b'\t' | b'|' | b'"'))
                .all(|part| trim(part, || ()).is_empty())
}

impl Table {
    pub fn new(columns: Columns, names: &Names) -> Table {
        let mut table = Table {
            channels: Vec::new(),
            read: 0,
            mark: 0,
            usual: 0,
            closely: false,
            row_names: false,
            since_header: 0,
            rows: 0,
            last: LastField::new(false),
            held: Held::default(),
            splitter: Splitter::default(),
            recordings: HashMap::new(),
            columns,
        };
        table.prepare(names);
        table
    }

    fn prepare(&mut self, names: &Names) {
        let first = self.columns.steps.first().unwrap_or(&self.columns.indices);
        let there = |index: &usize| *index != NONE;
        let channels = names.wanted.iter().zip(first).filter(|(wanted, _)| wanted.role == Role::Channel);
        self.channels = channels.map(|(_, index)| *index).filter(there).collect();
        let all = self.columns.steps.iter().flatten().chain(&self.columns.indices);
        self.read = all.copied().filter(there).max().map_or(0, |last| last + 1);
        self.mark = first.iter().copied().find(there).unwrap_or(0);
        self.usual = self.columns.names.len();
        self.since_header = 0;
        self.row_names = false;
        let last = self.usual.checked_sub(1);
        let is_word = |role| matches!(role, Role::Category | Role::Word);
        let mut wanted = names.wanted.iter().zip(first);
        let is_last_word = wanted.any(|(wanted, index)| Some(*index) == last && is_word(wanted.role));
        self.last = LastField::new(is_last_word);
        let numeric_name = |index: &usize| is_number(self.columns.names[*index].as_bytes());
        self.closely = self.channels.first().is_none_or(numeric_name);
    }

    pub fn columns(&self) -> &Columns {
        &self.columns
    }

    /// Fields of a usual row.
    pub fn usual(&self) -> usize {
        self.usual
    }

    pub fn has_channels(&self) -> bool {
        !self.channels.is_empty()
    }

    /// Whether a row has as many fields as it should, and values where it should have some, other than beside a
    /// quotation mark.
    pub fn fits(&self, row: &Splitter) -> bool {
        let fields = row.fields();
        fields.len() == self.usual
            && row.stray().is_none_or(|stray| !self.channels.contains(&stray))
            && self.channels.iter().all(|channel| is_value(self.field(fields, *channel)))
    }

    /// Whether a row has all that is read of it, though perhaps not as many fields as it should.
    pub fn can_take(&self, fields: Fields<'_>) -> bool {
        let surplus = self.columns.names.len()..fields.len();
        fields.len() >= self.read
            && surplus.into_iter().all(|index| trim(fields.get(index), || ()).is_empty())
            && self.channels.iter().all(|channel| is_value(self.field(fields, *channel)))
    }

    /// Whether a line is skipped wherever it is: it has nothing in it, or is a comment or the header.
    pub fn is_no_data(&self, row: &[u8], fields: Fields<'_>) -> bool {
        let is_header = || {
            let names = self.columns.names.iter().enumerate();
            names
                .filter(|(_, name)| !name.is_empty())
                .all(|(index, name)| self.field(fields, index) == name.as_bytes())
        };
        is_ghost(row) || self.is_comment(Split { line: 0, row, fields }) || is_header()
    }

    fn field<'a>(&self, fields: Fields<'a>, column: usize) -> &'a [u8] {
        trim(fields.get(column), || ())
    }

    /// Takes a row that has as many fields as usual and ended in a line end.
    #[inline]
    pub fn usual_row(&mut self, split: Split<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
        if self.is_unusual(split) {
            return self.row(split, Ending::Line, None, sink);
        }
        self.data(split, sink)
    }

    /// Whether a row has to be looked at closely: it may be no data.
    #[inline]
    fn is_unusual(&self, Split { row, fields, .. }: Split<'_>) -> bool {
        if self.closely || self.since_header < UNITS_ROWS || !self.held.is_empty() {
            return true;
        }
        let value = fields.get(self.channels[0]).trim_ascii_start().first();
        let is_number = value.is_some_and(|first| matches!(first, b'0'..=b'9' | b'-' | b'.' | b'+'));
        !is_number || matches!(row.first(), Some(b'#' | b'%' | b'/' | b';'))
    }

    /// Takes a row of any kind. A `problem` says why it could not be taken apart.
    pub fn row(
        &mut self,
        split: Split<'_>,
        ending: Ending,
        problem: Option<ReadError>,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        let Split { line, row, fields } = split;
        let detail = || excerpt(row.trim_ascii());
        if problem.is_none() {
            if is_ghost(row) {
                if !trim(row, || ()).is_empty() {
                    sink.repairs.note(RepairKind::GhostRow, line, String::new)?;
                }
                return Ok(());
            }
            if self.is_comment(split) {
                sink.repairs.note(RepairKind::CommentLine, line, detail)?;
                return Ok(());
            }
            let has_numbers = self.channels.iter().any(|channel| is_number(self.field(fields, *channel)));
            if !has_numbers && self.is_header(split, sink.names) {
                self.held.before_header(sink.repairs)?;
                sink.repairs.note(RepairKind::HeaderAgain, line, detail)?;
                return Ok(());
            }
            if ending == Ending::Line && self.is_units(split, sink.names) {
                self.since_header += 1;
                sink.repairs.note(RepairKind::UnitsRow, line, detail)?;
                return Ok(());
            }
        }
        let counted = match problem {
            None => self.count(split, ending, sink.names),
            Some(problem) => Err(problem),
        };
        if ending != Ending::Line && self.rows > 0 && self.is_cut(split, ending, counted.is_err()) {
            sink.repairs.note(RepairKind::CutRow, line, detail)?;
            return Ok(());
        }
        match counted {
            Ok(repair) => {
                if let Some(kind) = repair {
                    sink.repairs.note(kind, line, || excerpt(fields.get(0)))?;
                }
                self.flush_held(sink)?;
                self.data(split, sink)
            }
            Err(problem) => self.hold(split, problem, sink),
        }
    }

    /// Whether the row's fields can be told to columns, and what has to be put right for it.
    fn count(
        &mut self,
        Split { line, fields, .. }: Split<'_>,
        ending: Ending,
        names: &Names,
    ) -> Result<Option<RepairKind>, ReadError> {
        let (expected, found) = (self.columns.names.len(), fields.len());
        let blank = |from: usize| (from..found).all(|index| trim(fields.get(index), || ()).is_empty());
        let unread = |from: usize| from >= self.read;
        let first = self.since_header < UNITS_ROWS;
        let repair = if found == expected {
            self.row_names.then_some(RepairKind::RowNames)
        } else if found > expected && blank(expected) {
            Some(RepairKind::TrailingDelimiter)
        } else if first && found == expected + 1 && self.has_row_name(fields, names) {
            self.name_rows();
            Some(RepairKind::RowNames)
        } else if found < expected
            && unread(found)
            && (ending == Ending::Line || first || found == self.usual)
        {
            let unnamed = self.columns.names[found..].iter().all(String::is_empty);
            Some(if unnamed { RepairKind::TrailingDelimiter } else { RepairKind::ShortRow })
        } else {
            return Err(ReadError::WrongFieldCount { line, expected, found });
        };
        if first {
            self.usual = found;
            self.closely |= repair.is_some();
        }
        Ok(repair)
    }

    /// Whether the first field of the first row is a name or a number of the row, as R writes it: with it in front, all
    /// columns have what they should, and without it they have not, or decimals have a point, so that no comma stands
    /// in a number.
    fn has_row_name(&self, fields: Fields<'_>, names: &Names) -> bool {
        let field = |index: usize| trim(fields.get(index), || ());
        let indices = || names.wanted.iter().zip(&self.columns.indices).filter(|(_, index)| **index != NONE);
        let fits = |shift: usize| {
            indices().all(|(wanted, index)| match wanted.role {
                Role::Channel => is_value(field(index + shift)),
                Role::Time => field(index + shift).first().is_some_and(u8::is_ascii_digit),
                Role::Category => !is_number(field(index + shift)) || is_number(field(index + 1 - shift)),
                Role::Id | Role::Word => true,
            })
        };
        let decimals = self.channels.iter().any(|channel| field(channel + 1).contains(&b'.'));
        self.has_channels() && fits(1) && (decimals || !fits(0))
    }

    fn name_rows(&mut self) {
        let columns = &mut self.columns;
        let indices = columns.steps.iter_mut().chain([&mut columns.indices]).flatten();
        indices.filter(|index| **index != NONE).for_each(|index| *index += 1);
        // Names and fields stay side by side.
        columns.names.insert(0, String::new());
        self.channels.iter_mut().for_each(|channel| *channel += 1);
        self.read += 1;
        self.mark += 1;
        self.row_names = true;
    }

    /// Whether the last row of a file, or the one before a run of NUL bytes, is not whole.
    fn is_cut(&self, Split { row, fields, .. }: Split<'_>, ending: Ending, is_broken: bool) -> bool {
        if is_broken || ending == Ending::Nul || fields.len() < self.usual {
            return true;
        }
        let half_a_letter = str::from_utf8(row).is_err_and(|error| error.error_len().is_none());
        half_a_letter || self.last.is_cut(fields.get(fields.len().saturating_sub(1)), self.rows)
    }

    fn is_comment(&self, Split { row, fields, .. }: Split<'_>) -> bool {
        let row = row.trim_ascii_start();
        if without_mark(row).is_none() || self.columns.delimiter.is(row[0]) {
            return false;
        }
        let counted = fields.len() == self.usual || fields.len() == self.columns.names.len();
        let is_data = match self.channels[..] {
            [] => !row.starts_with(b"# "),
            _ => self.channels.iter().all(|channel| is_value(self.field(fields, *channel))),
        };
        !(counted && is_data)
    }

    /// Whether a row is a header with the wanted columns; if they are in another order, that holds from now on.
    fn is_header(&mut self, Split { fields, .. }: Split<'_>, names: &Names) -> bool {
        let mark = self.columns.names.get(self.mark);
        let is_mark = mark.is_some_and(|mark| mark.as_bytes() == self.field(fields, self.mark));
        let values = || (0..fields.len()).any(|index| is_number(self.field(fields, index)));
        if !is_mark && (!self.has_channels() || values()) {
            return false;
        }
        let name = |index| decode(self.field(fields, index)).into_owned();
        let header: Vec<String> = (0..fields.len()).map(name).collect();
        let same = header == self.columns.names;
        if !same {
            let Ok(found) = names.find(&header) else { return false };
            if found.count() < 2 && !is_mark || !self.columns.steps.is_empty() {
                return false;
            }
            self.columns = Columns {
                delimiter: self.columns.delimiter,
                names: header,
                indices: found.indices,
                steps: Vec::new(),
            };
        }
        self.prepare(names);
        true
    }

    /// Whether a row under the header says what the columns hold: channels have words, and the time is none. What has no
    /// dimension may have a 1 there.
    fn is_units(&self, Split { fields, .. }: Split<'_>, names: &Names) -> bool {
        if self.since_header >= UNITS_ROWS {
            return false;
        }
        let field = |channel: &usize| self.field(fields, *channel);
        let words = self.channels.iter().filter(|channel| !is_value(field(channel))).count();
        let numbers = self.channels.iter().filter(|channel| is_number(field(channel)));
        let times = names.wanted.iter().zip(&self.columns.indices);
        let mut times =
            times.filter(|(wanted, index)| wanted.role == Role::Time && **index != NONE).peekable();
        let ones = times.peek().is_some() && numbers.clone().all(|channel| field(channel) == b"1");
        let is_time = |field: &[u8]| field.first().is_some_and(u8::is_ascii_digit);
        words > 0
            && (ones || numbers.count() == 0)
            && !times.any(|(_, index)| is_time(self.field(fields, *index)))
    }

    fn data(&mut self, Split { line, fields, .. }: Split<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
        self.rows += 1;
        self.since_header = UNITS_ROWS;
        self.last.see(fields.get(fields.len().saturating_sub(1)));
        let columns = &self.columns;
        let row = |indices| Row { line, columns, indices, fields, seen: sink.seen, problem: None };
        if columns.steps.is_empty() {
            let row = row(&columns.indices);
            return sink.row(row);
        }
        self.recording(line, fields, sink)
    }

    /// Hands out the steps of a recording that is one row.
    fn recording(&mut self, line: u64, fields: Fields<'_>, sink: &mut Sink<'_>) -> Result<(), Stop> {
        let columns = &self.columns;
        let ids =
            sink.names.wanted.iter().zip(&columns.indices).filter(|(wanted, _)| wanted.role == Role::Id);
        let mut id = Vec::new();
        for (_, index) in ids {
            id.extend_from_slice(trim(fields.get(*index), || ()));
            id.push(0);
        }
        let first_line = *self.recordings.entry(id.clone()).or_insert(line);
        let id = String::from_utf8_lossy(&id).trim_end_matches('\0').replace('\0', "/");
        let problem = (first_line != line).then_some(ReadError::RecordingTwice { line, first_line, id });
        // Shorter recordings are filled up with nothing.
        let channels = |step: &[usize]| {
            let wanted = sink.names.wanted.iter().zip(step);
            let mut channels = wanted.filter(|(wanted, _)| wanted.role == Role::Channel);
            channels.any(|(_, index)| !trim(fields.get(*index), || ()).is_empty())
        };
        let steps = columns.steps.iter().rposition(|step| channels(step)).map_or(1, |last| last + 1);
        let steps = if problem.is_some() { 1 } else { steps };
        for indices in &columns.steps[..steps] {
            sink.row(Row { line, columns, indices, fields, seen: sink.seen, problem: problem.as_ref() })?;
        }
        Ok(())
    }

    /// Keeps a row that cannot be read, until the next one that can: if a header comes first, it was no row.
    fn hold(
        &mut self,
        Split { line, row, .. }: Split<'_>,
        problem: ReadError,
        sink: &mut Sink<'_>,
    ) -> Result<(), Stop> {
        self.held.push(line, row, problem);
        if self.held.is_full() { self.flush_held(sink) } else { Ok(()) }
    }

    /// The file has ended: lines of words at its end are no rows.
    pub fn finish(&mut self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        if self.has_channels() && self.rows > 0 {
            self.held.as_footer(self.columns.delimiter, sink.repairs)?;
        }
        self.flush_held(sink)
    }

    /// Hands out the rows that cannot be read.
    fn flush_held(&mut self, sink: &mut Sink<'_>) -> Result<(), Stop> {
        for (line, row, problem) in self.held.take() {
            self.splitter.split_literally(&row, self.columns.delimiter);
            let Table { columns, splitter, .. } = self;
            let indices = columns.steps.first().unwrap_or(&columns.indices);
            let (fields, seen, problem) = (splitter.fields(), sink.seen, Some(&problem));
            sink.row(Row { line, columns, indices, fields, seen, problem })?;
        }
        Ok(())
    }
}
