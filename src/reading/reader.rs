//! Files to recordings.

use super::error::{ReadError, ReadWarning};
use super::ids;
use super::layout::Layout;
use super::options::ReadOptions;
use super::parts::Ready;
use super::probe::{self, Probe};
use super::refusal::Refusal;
use super::repair::Repair;
use super::repairs::Repairs;
use super::rows::Rows;
use super::subjects::Subjects;
use crate::recording::{Recording, Schema};
use crate::sampling::{Sampling, Step};

/// Reads the recordings of a file, or of several one after the other.
///
/// ```
/// # use painwave::reading::{ReadOptions, Reader};
/// # use painwave::sampling::Sampling;
/// # use painwave::Schema;
/// # let (id, time) = (vec!["sample_index".to_owned()], Some("time".to_owned()));
/// # let channels = vec!["joint_00".to_owned()];
/// # let schema = Schema { id, time, channels, categories: vec![], ignored: vec![], label: None };
/// let mut reader = Reader::new(&schema, &Sampling::default(), ReadOptions::default());
/// reader.feed(b"sample_index,time,joint_00\n000,1,0.5\n000,0,0.2")?;
/// reader.feed(b"5\n001,0,1e-7\n")?;
/// assert_eq!(reader.take_complete(), [0]);
/// assert_eq!(reader.recording(0).values, [0.25, 0.5]);
/// reader.finish()?;
/// assert_eq!(reader.take_complete(), [1]);
/// # Ok::<(), painwave::reading::ReadError>(())
/// ```
pub struct Reader {
    schema: Schema,
    options: ReadOptions,
    file: File,
    repairs: Repairs,
    subjects: Subjects,
    warnings: Vec<ReadWarning>,
    /// The first error of a file.
    error: Option<ReadError>,
    /// Where repairs go when the files are read once more: they are noted already.
    noted: Option<Repairs>,
}

/// The file that is being read.
struct File {
    name: Option<String>,
    rows: Rows,
    layout: Layout,
    /// Until it is known how its numbers are written.
    probe: Option<Probe>,
    state: State,
}

enum State {
    /// Nothing of it was read yet.
    Fresh,
    Open,
    /// Nothing more of it is read: it has ended, or broke off behind rows that could be read.
    Over,
    Failed(ReadError),
}

impl Reader {
    /// A reader for files with these columns.
    pub fn new(schema: &Schema, sampling: &Sampling, options: ReadOptions) -> Reader {
        Reader {
            file: File::new(None, &[], schema, &options),
            repairs: Repairs::new(options.strict),
            subjects: Subjects::new(schema.clone(), *sampling, &options),
            warnings: Vec::new(),
            error: None,
            noted: None,
            schema: schema.clone(),
            options,
        }
    }

    /// Names files that are to come, as an archive has them, beside those of the options.
    pub fn expect(&mut self, names: impl IntoIterator<Item = String>) {
        self.options.files.extend(names);
    }

    /// Ends the file that is being read, if there is one, and begins the next: a recording is in one file only.
    ///
    /// # Errors
    /// Nothing of the file before could be read, which [`Reader::refused`] has as well; the next one has begun all the
    /// same.
    pub fn next_file(&mut self, name: &str) -> Result<(), ReadError> {
        self.next_file_of(name, &[])
    }

    /// As [`Reader::next_file`], for a file whose name says some parts of the id, by the names of their columns, where no
    /// column does.
    ///
    /// # Errors
    /// As [`Reader::next_file`].
    pub fn next_file_of(&mut self, name: &str, said: &[(String, String)]) -> Result<(), ReadError> {
        let before = match self.file.state {
            State::Fresh if self.file.name.is_none() => Ok(()),
            _ => self.end_file(),
        };
        if let (Err(error), Some(file)) = (&before, &self.file.name) {
            self.subjects.refuse_file(file, error);
        }
        let said = |(index, key): (usize, &String)| {
            let by_pattern =
                said.iter().rev().find(|(column, _)| column == key).map(|(_, part)| part.clone());
            by_pattern.or_else(|| (index == 0).then(|| ids::of_file(name, &self.options.files)))
        };
        let id: Vec<Option<String>> = self.schema.id.iter().enumerate().map(said).collect();
        self.file = File::new(Some(name), &id, &self.schema, &self.options);
        self.repairs.enter(Some(name.to_owned()));
        self.subjects.enter_file(name, id);
        before
    }

    /// Takes the next bytes of the file, cut anywhere.
    ///
    /// # Errors
    /// The file cannot be read; from then on every call returns the same error, until the next file begins. A subject
    /// that cannot be read is no error: see [`Reader::refused`].
    pub fn feed(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        match &self.file.state {
            State::Failed(error) => return Err(error.clone()),
            State::Over => return Ok(()),
            State::Fresh | State::Open => self.file.state = State::Open,
        }
        let result = self.read(bytes);
        self.judge(result)
    }

    /// Takes the end of the last file. All subjects are complete after it.
    ///
    /// # Errors
    /// No subject of any file could be read: the first reason.
    pub fn finish(&mut self) -> Result<(), ReadError> {
        let result = self.end_file();
        if self.options.strict {
            return result;
        }
        if self.subjects.readable().next().is_some() {
            if let (Err(error), Some(file)) = (result, &self.file.name) {
                self.subjects.refuse_file(file, &error);
            }
            return Ok(());
        }
        match (&self.error, self.subjects.refused.first()) {
            (Some(error), _) => Err(error.clone()),
            (None, Some(refusal)) => Err(refusal.reason.clone()),
            (None, None) => result,
        }
    }

    /// Whether more rows of a subject came after those before were let go of (see [`ReadOptions::spare`]): after
    /// [`Reader::finish`] either all files are read once more, or these subjects are refused.
    pub fn has_missed(&self) -> bool {
        self.subjects.has_missed()
    }

    /// Begins to read all files once more, in the same order and under the same names, for the subjects that were
    /// missed. They are complete at the end of their files; it may take several readings until none is missed.
    pub fn read_again(&mut self) {
        self.noted = Some(Repairs::default());
        self.subjects.read_again();
        self.file = File::new(None, &[], &self.schema, &self.options);
    }

    /// Refuses the subjects that were missed, since the files cannot be read once more.
    ///
    /// # Errors
    /// The first of them, where nothing may be refused.
    pub fn refuse_missed(&mut self) -> Result<(), ReadError> {
        self.subjects.refuse_missed()
    }

    /// Says that a recording which was taken has been used: its rows are needed only if more of them follow, and are
    /// let go of when they take more than [`ReadOptions::spare`].
    pub fn release(&mut self, index: usize) {
        self.subjects.release(index);
    }

    /// Indices of the recordings that have become complete and were not taken yet.
    ///
    /// A subject is complete when another one's row follows. If more rows of it turn up later, it is handed
    /// out once more, at the end of its file, however many those are.
    ///
    /// Parts of recordings that are cut are lost: see [`Reader::take_ready`].
    pub fn take_complete(&mut self) -> Vec<usize> {
        let complete = |ready| match ready {
            Ready::Complete(index) => Some(index),
            Ready::Part(_) => None,
        };
        self.take_ready().into_iter().filter_map(complete).collect()
    }

    /// As [`Reader::take_complete`], with the next steps of recordings that are cut, since they have more rows than
    /// [`ReadOptions::cut_at`]. What is made of their rows does not depend on where.
    ///
    /// If rows of such a recording come that are from before its parts, or after its last part, all of it is missed
    /// ([`Reader::has_missed`]): read once more it is handed out whole. It may also be refused after some of its parts.
    pub fn take_ready(&mut self) -> Vec<Ready> {
        self.subjects.take_ready()
    }

    /// A subject's recording; subjects are counted from 0 in the order in which they first appear. The rows
    /// are in the order of time when [`Reader::take_complete`] hands it out. It is empty if the subject was refused, or
    /// its rows were let go of.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn recording(&self, index: usize) -> &Recording {
        self.subjects.recording(index)
    }

    /// A subject's id.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn id(&self, index: usize) -> &str {
        self.subjects.subject(index).id()
    }

    /// What a subject has in each of the columns of [`ReadOptions::words`], with the line of the first such row; none, if
    /// no row says anything. A subject that has two such words is refused.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn words(&self, index: usize) -> &[Option<(String, u64)>] {
        self.subjects.words(index)
    }

    /// Name of the file that a subject is in, if it has one.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn file_of(&self, index: usize) -> Option<&str> {
        self.subjects.file_of(index)
    }

    /// The step of a subject's recording, if it has one.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn step(&self, index: usize) -> Option<Step> {
        self.subjects.subject(index).step()
    }

    /// Whether a subject's recording would be the same if the model had this step.
    ///
    /// # Panics
    /// If there is no such subject.
    pub fn has_step(&self, index: usize, step: Step) -> bool {
        self.subjects.subject(index).has_step(step)
    }

    /// Number of subjects so far, with those that were refused.
    pub fn len(&self) -> usize {
        self.subjects.len()
    }

    /// Whether there is no subject yet.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Indices of the subjects that were not refused.
    pub fn readable(&self) -> impl Iterator<Item = usize> {
        self.subjects.readable()
    }

    /// Index of the subject with this id.
    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.subjects.index_of(id)
    }

    /// Names of all columns, in the order of the file that is being read; none until its header is read.
    pub fn columns(&self) -> Option<&[String]> {
        self.file.rows.columns()
    }

    /// Warnings about the files: known once the header is read.
    pub fn warnings(&self) -> Vec<ReadWarning> {
        let mut warnings = self.warnings.clone();
        let new = self.file.rows.warnings().iter().filter(|warning| !self.warnings.contains(warning));
        warnings.extend(new.cloned());
        warnings
    }

    /// What was put right so far.
    pub fn repairs(&self) -> &[Repair] {
        self.repairs.all()
    }

    /// The subjects that cannot be read, in the order in which that was found; without an id the rows that are no
    /// subject's, or a whole file.
    ///
    /// An id that another file has already is refused in the later one, and the subject of the earlier one stays
    /// [`Reader::readable`].
    pub fn refused(&self) -> &[Refusal] {
        &self.subjects.refused
    }

    /// All recordings but the refused ones, in the order in which the subjects first appear.
    pub fn into_recordings(self) -> Vec<Recording> {
        self.subjects.into_recordings()
    }

    fn end_file(&mut self) -> Result<(), ReadError> {
        match &self.file.state {
            State::Failed(error) => return Err(error.clone()),
            State::Over => return Ok(()),
            State::Fresh | State::Open => self.file.state = State::Open,
        }
        let result = self.read_end();
        self.judge(result)?;
        if let State::Over = self.file.state {
            return Ok(());
        }
        let result = self.subjects.end_file(&mut self.repairs);
        self.warnings = self.warnings();
        self.file.state = State::Over;
        self.judge(result)
    }

    /// Reads bytes as soon as it is known how.
    fn read(&mut self, bytes: &[u8]) -> Result<(), ReadError> {
        let Reader { file: File { rows, layout, probe, .. }, subjects, repairs, noted, .. } = self;
        let repairs = noted.as_mut().unwrap_or(repairs);
        probe::settle(probe, bytes, layout, |values, bytes| {
            if let Some(values) = values {
                subjects.values = values;
            }
            rows.feed(bytes, repairs, |row, repairs| subjects.push(&row, layout, repairs))
        })
    }

    /// Reads what was kept, and the end.
    fn read_end(&mut self) -> Result<(), ReadError> {
        let Reader { file: File { rows, layout, probe, .. }, subjects, repairs, noted, .. } = self;
        let repairs = noted.as_mut().unwrap_or(repairs);
        if let Some(mut probe) = probe.take() {
            subjects.values = probe.finish(layout);
            rows.feed(&probe.into_held(), repairs, |row, repairs| subjects.push(&row, layout, repairs))?;
        }
        rows.finish(repairs, |row, repairs| subjects.push(&row, layout, repairs))
    }

    /// What an error in the middle of a file means: of the rows before it something could be read.
    fn judge(&mut self, result: Result<(), ReadError>) -> Result<(), ReadError> {
        let Err(error) = result else { return Ok(()) };
        if self.options.strict || !self.subjects.has_rows_of_file() {
            self.file.state = State::Failed(error.clone());
            self.error.get_or_insert_with(|| error.clone());
            return Err(error);
        }
        self.file.state = State::Over;
        match self.noted {
            // It broke off there the first time.
            Some(_) => self.subjects.end_file(&mut self.repairs),
            None => self.subjects.break_off(error, &mut self.repairs),
        }
    }
}

impl File {
    /// A file with a name, which says some parts of the id.
    fn new(name: Option<&str>, said: &[Option<String>], schema: &Schema, options: &ReadOptions) -> File {
        let layout = Layout::of(schema, options);
        let mut ignored = schema.ignored.clone();
        ignored.extend(schema.label.clone());
        let wanted = layout.wanted(schema, said, options);
        let probe = Some(Probe::new(wanted.clone(), ignored.clone(), options));
        let rows = Rows::new(wanted, ignored, options);
        File { name: name.map(str::to_owned), rows, layout, probe, state: State::Fresh }
    }
}
