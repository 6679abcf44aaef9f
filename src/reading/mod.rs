//! Bytes in any chunking to recordings, or an error with line and column.
//!
//! - A file has a header and then one row per subject and time step. Columns are found by name, in any order;
//!   ASCII spaces around names and values do not count.
//! - Fields are separated by commas, semicolons or tabs, whichever finds most columns of the schema in the
//!   header. Decimals are written with a point. Lines end in LF or CRLF; quotation marks and a UTF-8 byte
//!   order mark are understood; blank lines are skipped.
//! - The rows of a subject may come in any order and need not be adjacent. Ids are text: "000" is not "0".
//!
//! The first error ends the reading: a file is read as a whole or refused.

mod error;
mod header;
mod options;
mod plain;
mod refusal;
mod repair;
mod rows;
mod wanted;

use std::collections::HashMap;

pub(crate) use self::error::name_list;
pub use self::error::{MissingColumn, ReadError, ReadWarning};
pub use self::options::ReadOptions;
pub use self::refusal::Refusal;
pub use self::repair::{Repair, RepairKind, Repairs};
pub use self::rows::{Row, Rows};
pub use self::wanted::{Role, Wanted};
pub use crate::number::Number;
use crate::number::Shown;
use crate::recording::{Recording, Schema};

/// Reads the recordings of one file.
///
/// ```
/// # use painwave::reading::Reader;
/// # use painwave::Schema;
/// let channels = vec!["joint_00".to_owned()];
/// let (id, time) = ("sample_index".to_owned(), "time".to_owned());
/// let mut reader = Reader::new(&Schema { id, time, channels, categories: vec![], ignored: vec![] });
/// reader.feed(b"sample_index,time,joint_00\n000,1,0.5\n000,0,0.2")?;
/// reader.feed(b"5\n001,0,1e-7\n")?;
/// assert_eq!(reader.take_complete(), [0]);
/// assert_eq!(reader.recording(0).values, [0.25, 0.5]);
/// reader.finish()?;
/// assert_eq!(reader.take_complete(), [1]);
/// # Ok::<(), painwave::reading::ReadError>(())
/// ```
pub struct Reader {
    rows: Rows,
    repairs: Repairs,
    subjects: Subjects,
    failed: Option<ReadError>,
}

impl Reader {
    /// A reader for one file with these columns.
    pub fn new(schema: &Schema) -> Reader {
        let mut wanted = vec![Wanted::needed(&schema.id, Role::Id), Wanted::needed(&schema.time, Role::Time)];
        wanted.extend(schema.channels.iter().map(|channel| Wanted::needed(channel, Role::Channel)));
        let categories = schema.categories.iter();
        wanted.extend(categories.map(|category| Wanted::needed(&category.column, Role::Category)));
        let options = ReadOptions::default();
        Reader {
            rows: Rows::new(wanted, schema.ignored.clone(), &options),
            repairs: Repairs::new(options.strict),
            subjects: Subjects::new(schema.clone()),
            failed: None,
        }
    }

    /// Takes the next bytes of the file, cut anywhere.
    ///
    /// # Errors
    /// Whatever is wrong with the file; from then on every call returns the same error.
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        self.unless_failed(|rows, repairs, subjects| rows.feed(bytes, repairs, |row, _| subjects.push(&row)))
    }

    /// Takes the end of the file: the last row, the last checks. All subjects are complete after it.
    ///
    /// # Errors
    /// As [`Reader::feed`].
    pub fn finish(&mut self) -> Result<(), ReadError> {
        self.unless_failed(|rows, repairs, subjects| {
            rows.finish(repairs, |row, _| subjects.push(&row))?;
            subjects.finish()
        })
    }

    /// Indices of the recordings that have become complete and were not taken yet.
    ///
    /// A subject is complete when another one's row follows. If more rows of it turn up later, it is handed
    /// out once more, after [`Reader::finish`], however many those are.
    pub fn take_complete(&mut self) -> Vec<usize> {
        self.subjects.take_complete()
    }

    /// A subject's recording; subjects are counted from 0 in the order in which they first appear. The rows
    /// are in the order of time when [`Reader::take_complete`] hands it out.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn recording(&self, index: usize) -> &Recording {
        &self.subjects.all[index].recording
    }

    /// Number of subjects so far.
    pub fn len(&self) -> usize {
        self.subjects.all.len()
    }

    /// Whether there is no subject yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Index of the subject with this id.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.subjects.by_id.get(id).copied()
    }

    /// Names of all columns, in the order of the file; none until the header is read.
    pub fn columns(&self) -> Option<&[String]> {
        self.rows.columns()
    }

    /// Warnings about the file: known once the header is read.
    pub fn warnings(&self) -> &[ReadWarning] {
        self.rows.warnings()
    }

    /// All recordings, by index.
    pub fn into_recordings(self) -> Vec<Recording> {
        self.subjects.all.into_iter().map(|subject| subject.recording).collect()
    }

    fn unless_failed(
        &mut self,
        read: impl FnOnce(&mut Rows, &mut Repairs, &mut Subjects) -> Result<(), ReadError>,
    ) -> Result<(), ReadError> {
        if let Some(error) = &self.failed {
            return Err(error.clone());
        }
        let result = read(&mut self.rows, &mut self.repairs, &mut self.subjects);
        self.failed = result.as_ref().err().cloned();
        result
    }
}

/// The recordings of a file as they grow.
struct Subjects {
    schema: Schema,
    all: Vec<Subject>,
    by_id: HashMap<String, usize>,
    /// The subject of the last row.
    current: Option<usize>,
    /// Subjects in the order in which they became complete; only those in [`State::Complete`] count.
    complete: Vec<usize>,
}

struct Subject {
    recording: Recording,
    /// Line of each row.
    lines: Vec<u64>,
    /// Whether the rows are in the order of time.
    sorted: bool,
    state: State,
}

#[derive(Clone, Copy, PartialEq)]
enum State {
    /// Its first rows are being read.
    Open,
    Complete,
    Taken,
    /// More rows came after it was complete; it is complete again at the end of the file.
    Late,
}

impl Subjects {
    fn new(schema: Schema) -> Subjects {
        Subjects { schema, all: Vec::new(), by_id: HashMap::new(), current: None, complete: Vec::new() }
    }

    fn push(&mut self, row: &Row<'_>) -> Result<(), ReadError> {
        row.whole()?;
        let index = match self.current {
            Some(current) if self.all[current].recording.id.as_bytes() == row.field(0) => current,
            _ => self.enter(row.id(0)?)?,
        };
        let Subjects { all, schema, .. } = self;
        all[index].push(row, schema).inspect_err(|_| all[index].drop_partial_row(schema))
    }

    /// Makes the subject of this id the current one; the one before it is complete.
    fn enter(&mut self, id: &str) -> Result<usize, ReadError> {
        self.leave()?;
        let index = match self.by_id.get(id) {
            Some(&index) => {
                self.all[index].state = State::Late;
                index
            }
            None => {
                self.by_id.insert(id.to_owned(), self.all.len());
                self.all.push(Subject::new(id));
                self.all.len() - 1
            }
        };
        self.current = Some(index);
        Ok(index)
    }

    fn leave(&mut self) -> Result<(), ReadError> {
        match self.current.take() {
            Some(index) if self.all[index].state == State::Open => self.close(index),
            _ => Ok(()),
        }
    }

    fn close(&mut self, index: usize) -> Result<(), ReadError> {
        let subject = &mut self.all[index];
        subject.sort(&self.schema)?;
        subject.release_spare_memory();
        subject.state = State::Complete;
        self.complete.push(index);
        Ok(())
    }

    fn finish(&mut self) -> Result<(), ReadError> {
        self.leave()?;
        (0..self.all.len())
            .filter(|&index| self.all[index].state == State::Late)
            .collect::<Vec<_>>()
            .into_iter()
            .try_for_each(|index| self.close(index))
    }

    fn take_complete(&mut self) -> Vec<usize> {
        let mut taken = std::mem::take(&mut self.complete);
        taken.retain(|&index| {
            let state = &mut self.all[index].state;
            let complete = *state == State::Complete;
            if complete {
                *state = State::Taken;
            }
            complete
        });
        taken
    }
}

impl Subject {
    fn new(id: &str) -> Subject {
        let recording = Recording { id: id.to_owned(), ..Recording::default() };
        Subject { recording, lines: Vec::new(), sorted: true, state: State::Open }
    }

    fn push(&mut self, row: &Row<'_>, Schema { channels, categories, .. }: &Schema) -> Result<(), ReadError> {
        let recording = &mut self.recording;
        let time = row.number(1)?;
        for channel in 0..channels.len() {
            recording.values.push(row.number(2 + channel)?);
        }
        for (column, category) in (2 + channels.len()..).zip(categories) {
            let code = category.code(row.word(column)?);
            recording.codes.push(code.ok_or_else(|| row.unknown_category(column, &category.levels))?);
        }
        self.sorted &= recording.times.last().is_none_or(|last| *last < time);
        recording.times.push(time);
        self.lines.push(row.line);
        Ok(())
    }

    fn drop_partial_row(&mut self, schema: &Schema) {
        let steps = self.recording.steps();
        self.recording.values.truncate(steps * schema.channels.len());
        self.recording.codes.truncate(steps * schema.categories.len());
    }

    /// The capacity of a growing vector is up to twice its length, which adds up over thousands of subjects.
    fn release_spare_memory(&mut self) {
        self.recording.times.shrink_to_fit();
        self.recording.values.shrink_to_fit();
        self.recording.codes.shrink_to_fit();
        self.lines.shrink_to_fit();
    }

    /// Brings the rows into the order of time, or finds two of the same time.
    fn sort(&mut self, schema: &Schema) -> Result<(), ReadError> {
        if self.sorted {
            return Ok(());
        }
        let Recording { id, times, values, codes } = &mut self.recording;
        let mut order: Vec<usize> = (0..times.len()).collect();
        // Times are finite. A stable sort keeps equal times in the order of the file, -0 being 0.
        order.sort_by(|&a, &b| (times[a] + 0.0).total_cmp(&(times[b] + 0.0)));
        let duplicates = order.windows(2).filter(|pair| times[pair[0]] == times[pair[1]]);
        if let Some(pair) = duplicates.min_by_key(|pair| self.lines[pair[1]]) {
            return Err(ReadError::DuplicateTime {
                line: self.lines[pair[1]],
                first_line: self.lines[pair[0]],
                column: schema.time.clone(),
                id: id.clone(),
                // As above: JavaScript and Rust write -0 in two ways.
                time: Shown(times[pair[1]] + 0.0).to_string(),
            });
        }
        *times = permuted(times, &order, 1);
        *values = permuted(values, &order, schema.channels.len());
        *codes = permuted(codes, &order, schema.categories.len());
        self.lines = permuted(&self.lines, &order, 1);
        self.sorted = true;
        Ok(())
    }
}

/// Rows of `width` items in a new order.
fn permuted<T: Copy>(rows: &[T], order: &[usize], width: usize) -> Vec<T> {
    order.iter().flat_map(|&row| &rows[row * width..(row + 1) * width]).copied().collect()
}
