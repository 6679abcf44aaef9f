//! Rows to recordings, subject by subject.

use std::collections::{HashMap, HashSet};

use super::alike::{may_be_ids, may_be_times};
use super::error::{MissingColumn, ReadError};
use super::ids;
use super::layout::Layout;
use super::options::ReadOptions;
use super::parts::{Part, Ready};
use super::refusal::Refusal;
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::row::Row;
use super::spare::SpareRows;
use super::subject::{Cut, State, Subject};
use super::values::Values;
use crate::recording::{Recording, Schema, joined};
use crate::sampling::Sampling;

/// The recordings of the files as they grow.
pub(super) struct Subjects {
    pub schema: Schema,
    sampling: Sampling,
    strict: bool,
    all: Vec<Subject>,
    by_id: HashMap<String, usize>,
    /// Complete subjects and parts in the order in which they became so; of the former only those in [`State::Complete`]
    /// count.
    ready: Vec<Ready>,
    /// Rows at which a recording is cut in parts.
    cut_at: usize,
    /// Bytes of a recording in parts that are kept for the caller: a part of all, since its copy grows by doubling.
    kept: usize,
    pub refused: Vec<Refusal>,
    /// Names of the files, as far as they have one, and the index of the first subject of each.
    files: Vec<(Option<String>, usize)>,
    spare: SpareRows,
    /// Whether the files are read once more, for the subjects that are awaited.
    again: bool,
    file: File,
    /// How the fields of this file are read.
    pub values: Values,
}

/// What is known of the file that is being read.
#[derive(Default)]
struct File {
    /// Files are counted from 0.
    index: usize,
    /// The parts of the id that its name says.
    id: Vec<Option<String>>,
    has_rows: bool,
    /// Whose the last row was.
    current: Current,
    /// The fields of that row that say so, if they say it without anything that has to be put right.
    key: Vec<Vec<u8>>,
    /// Subjects of earlier files that this one has as well, as far as that was said.
    of_others: HashSet<usize>,
    /// Whether it was said that there are rows without an id.
    has_anonymous: bool,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Current {
    #[default]
    None,
    Subject(usize),
    /// Rows that are nobody's, or of a subject that cannot be read.
    Skipped,
}

impl Subjects {
    pub fn new(schema: Schema, sampling: Sampling, options: &ReadOptions) -> Subjects {
        let ReadOptions { strict, spare, cut_at, .. } = *options;
        Subjects {
            schema,
            sampling,
            strict,
            all: Vec::new(),
            by_id: HashMap::new(),
            ready: Vec::new(),
            cut_at: cut_at.unwrap_or(usize::MAX),
            kept: if spare.stay { spare.bytes / 4 } else { 0 },
            refused: Vec::new(),
            files: vec![(None, 0)],
            spare: SpareRows::new(spare),
            again: false,
            file: File::default(),
            values: Values::default(),
        }
    }

    pub fn enter_file(&mut self, name: &str, id: Vec<Option<String>>) {
        let index = self.file.index + 1;
        if !self.again {
            self.files.push((Some(name.to_owned()), self.all.len()));
        }
        self.file = File { index, id, ..File::default() };
        self.values = Values::default();
    }

    /// The files are read from the beginning, for the subjects that were missed.
    pub fn read_again(&mut self) {
        self.again = true;
        self.file = File::default();
        self.values = Values::default();
        for subject in &mut self.all {
            if let State::Missed(line) = subject.state {
                subject.state = State::Awaited(line);
            }
        }
    }

    /// Whether more rows of a subject came after those before were let go of.
    pub fn has_missed(&self) -> bool {
        self.all.iter().any(|subject| matches!(subject.state, State::Missed(_)))
    }

    /// Refuses the subjects that were missed.
    ///
    /// # Errors
    /// As [`Subjects::push`].
    pub fn refuse_missed(&mut self) -> Result<(), ReadError> {
        for index in 0..self.all.len() {
            if let State::Missed(line) = self.all[index].state {
                let id = self.all[index].id().to_owned();
                self.refuse(index, ReadError::RowsComeBack { line, id })?;
            }
        }
        Ok(())
    }

    /// The caller has done what it needs a taken recording for.
    pub fn release(&mut self, index: usize) {
        self.spare.release(index, &mut self.all);
    }

    /// Whether a row of the file was handed over.
    pub fn has_rows_of_file(&self) -> bool {
        self.file.has_rows
    }

    /// # Errors
    /// Something had to be put right where nothing may, or a subject cannot be read where all have to be.
    pub fn push(&mut self, row: &Row<'_>, layout: &Layout, repairs: &mut Repairs) -> Result<(), ReadError> {
        if !self.file.has_rows {
            self.file.has_rows = true;
            self.begin(row, layout, repairs)?;
        }
        if row.problem().is_some() {
            return self.refuse_row(row, layout, repairs);
        }
        let same = self.file.current != Current::None
            && layout.keys.len() == self.file.key.len()
            && layout.keys.clone().zip(&self.file.key).all(|(key, last)| row.field(key) == last);
        if !same {
            self.enter(row, layout, repairs)?;
        }
        let Current::Subject(index) = self.file.current else { return Ok(()) };
        let Subjects { all, values, schema, spare, .. } = self;
        if let Err(error) = all[index].push(row, layout, schema, values, repairs) {
            return self.refuse(index, error);
        }
        if all[index].state == State::Open {
            return if all[index].is_to_be_cut(self.cut_at) { self.cut(index, false) } else { Ok(()) };
        }
        if all[index].state == State::Late {
            // Time and line, values and codes.
            let bytes = 16 + 4 * schema.channels.len() + schema.categories.len();
            if !spare.grow(index, bytes, row.line, all) {
                self.file.current = Current::Skipped;
            }
        }
        Ok(())
    }

    /// What the first row of a file tells: whether its order stands for the time, and its name for the id.
    ///
    /// # Errors
    /// Another column may be meant, or nothing may be put right.
    fn begin(&mut self, row: &Row<'_>, layout: &Layout, repairs: &mut Repairs) -> Result<(), ReadError> {
        let mut missing = Vec::new();
        let mut expect_none = |name: &str, may_be: fn(&str) -> bool| {
            let known = self.schema.ignored.iter().chain(&self.schema.label);
            let known: Vec<&String> = known.chain(&self.schema.id).chain(&self.schema.channels).collect();
            let similar = row.names().iter().find(|other| may_be(other) && !known.contains(other));
            missing.extend(
                similar
                    .map(|similar| MissingColumn { name: name.to_owned(), similar: Some(similar.clone()) }),
            );
        };
        if !row.has(layout.keys.start) {
            expect_none(&self.schema.id[0], may_be_ids);
        }
        // In a table of steps, or of time series, no column has the time of a row.
        let of_steps = repairs.has(RepairKind::WideTable) || repairs.has(RepairKind::SeriesFile);
        let without_time =
            self.schema.time.as_ref().filter(|_| !of_steps && layout.time.is_some_and(|time| !row.has(time)));
        if let Some(time) = without_time {
            expect_none(time, may_be_times);
        }
        if !missing.is_empty() {
            return Err(ReadError::MissingColumns { line: row.line, missing, found: row.found() });
        }
        match without_time {
            Some(time) => repairs.note(RepairKind::OrderOfRows, row.line, || time.clone()),
            None => Ok(()),
        }
    }

    /// Makes the subject of a row the current one; the one before it is complete.
    fn enter(&mut self, row: &Row<'_>, layout: &Layout, repairs: &mut Repairs) -> Result<(), ReadError> {
        let id = self.id_of(row, layout, repairs);
        let current = match &id {
            Ok(id) => self.by_id.get(id).copied(),
            Err(_) => None,
        };
        // A subject whose id was written in another way goes on.
        if current.is_some_and(|index| self.file.current == Current::Subject(index)) {
            return Ok(());
        }
        self.leave()?;
        let id = match id {
            Ok(id) => id,
            Err(error @ ReadError::Strict { .. }) => return Err(error),
            Err(error) => return self.refuse_anonymous(error),
        };
        let Some(index) = current else {
            if self.again {
                self.file.current = Current::Skipped;
                return Ok(());
            }
            self.by_id.insert(id.clone(), self.all.len());
            self.all.push(Subject::new(id, self.file.index));
            self.file.current = Current::Subject(self.all.len() - 1);
            return Ok(());
        };
        if self.all[index].file != self.file.index {
            self.file.current = Current::Skipped;
            return if !self.again && self.file.of_others.insert(index) {
                self.refuse_double(index, row, layout)
            } else {
                Ok(())
            };
        }
        let Subjects { all, spare, again, .. } = self;
        self.file.current = Current::Skipped;
        match all[index].state {
            State::Refused | State::Missed(_) => return Ok(()),
            State::Awaited(_) => spare.read_again(index, all),
            State::Gone | State::Taken | State::Released
                if !*again && (all[index].state == State::Gone || all[index].is_in_parts()) =>
            {
                spare.miss(index, row.line, all);
                return Ok(());
            }
            State::Late => {}
            _ if *again => return Ok(()),
            _ => spare.reopen(index, all),
        }
        self.file.current = Current::Subject(index);
        Ok(())
    }

    /// The id that a row has; its fields are kept, if they are as they should be.
    fn id_of(&mut self, row: &Row<'_>, layout: &Layout, repairs: &mut Repairs) -> Result<String, ReadError> {
        self.file.key.clear();
        let mut parts = Vec::with_capacity(layout.keys.len());
        let mut as_is = true;
        for key in layout.keys.clone() {
            if !row.has(key) {
                // It may only be missing where the file's name says it.
                let said = self.file.id.get(key - layout.keys.start).cloned().flatten();
                let id = said.unwrap_or_default();
                repairs.note(RepairKind::IdOfFileName, row.line, || id.clone())?;
                parts.push(id);
                continue;
            }
            let text = row.text(key)?;
            let id = ids::clean(&text);
            if id.is_empty() {
                return Err(ReadError::EmptyId { line: row.line, column: row.column(key) });
            }
            if id != text {
                as_is = false;
                let kind = match ids::spreadsheet_text(text.trim()) {
                    Some(_) => RepairKind::SpreadsheetText,
                    None => RepairKind::InvisibleCharacters,
                };
                repairs.note(kind, row.line, || id.clone().into_owned())?;
            }
            parts.push(id.into_owned());
        }
        if as_is {
            self.file.key = layout.keys.clone().map(|key| row.field(key).to_vec()).collect();
        }
        Ok(joined(parts.iter().map(String::as_str)))
    }

    /// What is there of the current subject is a recording, unless more of its rows follow.
    ///
    /// # Errors
    /// As [`Subjects::push`].
    fn leave(&mut self) -> Result<(), ReadError> {
        if let Current::Subject(index) = std::mem::take(&mut self.file.current)
            && self.all[index].state == State::Open
        {
            if self.all[index].is_in_parts() {
                return self.cut(index, true);
            }
            self.close(index);
        }
        Ok(())
    }

    /// Gives out a part of a subject, the last one or what can be cut off.
    ///
    /// # Errors
    /// As [`Subjects::push`].
    fn cut(&mut self, index: usize, last: bool) -> Result<(), ReadError> {
        let Subjects { all, schema, sampling, kept, .. } = self;
        let subject = &mut all[index];
        let line = subject.last_line();
        match subject.cut(last, *kept, schema, sampling) {
            Ok(Cut::None) => {}
            Ok(Cut::Behind) => {
                subject.miss(line);
                self.file.current = Current::Skipped;
            }
            Ok(Cut::Steps(steps)) => {
                if last {
                    subject.end_parts();
                }
                self.ready.push(Ready::Part(Part { index, steps, last }));
            }
            Err(reason) => return self.refuse(index, ReadError::Unusable { reason: Box::new(reason) }),
        }
        Ok(())
    }

    fn close(&mut self, index: usize) {
        let subject = &mut self.all[index];
        if subject.close(&self.schema, &self.sampling) {
            subject.state = State::Complete;
            self.ready.push(Ready::Complete(index));
        } else {
            subject.state = State::Doubtful;
        }
    }

    /// The file has ended: all subjects are complete.
    ///
    /// # Errors
    /// As [`Subjects::push`].
    pub fn end_file(&mut self, repairs: &mut Repairs) -> Result<(), ReadError> {
        self.leave()?;
        self.file.key.clear();
        let first = |file: usize| self.files.get(file).map_or(self.all.len(), |(_, first)| *first);
        for index in first(self.file.index)..first(self.file.index + 1) {
            match self.all[index].state {
                State::Late => self.close(index),
                // What is to be said of it is said when all of its rows are there.
                State::Missed(_) => continue,
                // The file is another one now.
                State::Awaited(line) => {
                    let id = self.all[index].id().to_owned();
                    self.refuse(index, ReadError::RowsComeBack { line, id })?;
                }
                _ if self.again => continue,
                _ => {}
            }
            if let Err(error) = self.all[index].settle(repairs) {
                self.refuse(index, error)?;
            }
        }
        self.spare.end_file(&mut self.all);
        Ok(())
    }

    /// The file cannot be read further: the subject that this happened in is refused, all others are complete.
    ///
    /// # Errors
    /// As [`Subjects::push`].
    pub fn break_off(&mut self, error: ReadError, repairs: &mut Repairs) -> Result<(), ReadError> {
        match self.file.current {
            Current::Subject(index) => self.refuse(index, error)?,
            Current::None | Current::Skipped => self.note_refusal(self.file.index, String::new(), error)?,
        }
        self.end_file(repairs)
    }

    /// A file of which nothing could be read, by its name.
    pub fn refuse_file(&mut self, file: &str, error: &ReadError) {
        let refusal = Refusal { id: String::new(), file: Some(file.to_owned()), reason: error.clone() };
        if !self.refused.contains(&refusal) {
            self.refused.push(refusal);
        }
    }

    /// A row that is not whole: the subject that it names is refused, or the one before it, if it does not say whose it is.
    fn refuse_row(&mut self, row: &Row<'_>, layout: &Layout, repairs: &mut Repairs) -> Result<(), ReadError> {
        let Some(problem) = row.problem().cloned() else { return Ok(()) };
        // Of what has one field only that is no id, unless there is such a subject.
        let has_fields =
            matches!(problem, ReadError::WrongFieldCount { found, .. } if found > layout.keys.len());
        let id = self.id_of(row, layout, &mut Repairs::default());
        self.file.key.clear();
        if id.is_ok_and(|id| has_fields || self.by_id.contains_key(&id)) {
            self.enter(row, layout, repairs)?;
        }
        match self.file.current {
            Current::Subject(index) => self.refuse(index, problem),
            Current::Skipped => Ok(()),
            Current::None => self.refuse_anonymous(problem),
        }
    }

    fn refuse(&mut self, index: usize, error: ReadError) -> Result<(), ReadError> {
        if matches!(error, ReadError::Strict { .. }) {
            return Err(error);
        }
        self.spare.refuse(index, &self.all);
        let subject = &mut self.all[index];
        subject.state = State::Refused;
        subject.clear();
        if self.file.current == Current::Subject(index) {
            self.file.current = Current::Skipped;
        }
        let (file, id) = (subject.file, subject.id().to_owned());
        self.note_refusal(file, id, error)
    }

    /// Rows without an id, once a file.
    fn refuse_anonymous(&mut self, error: ReadError) -> Result<(), ReadError> {
        self.file.current = Current::None;
        if std::mem::replace(&mut self.file.has_anonymous, true) || self.again {
            return Ok(());
        }
        self.note_refusal(self.file.index, String::new(), error)
    }

    /// A subject of an earlier file in this one.
    fn refuse_double(&mut self, index: usize, row: &Row<'_>, layout: &Layout) -> Result<(), ReadError> {
        let id = self.all[index].id().to_owned();
        let error = ReadError::IdInTwoFiles {
            line: row.line,
            column: self.schema.id[layout.keys.start].clone(),
            id: id.clone(),
            first_file: self.files[self.all[index].file].0.clone().unwrap_or_default(),
        };
        self.note_refusal(self.file.index, id, error)
    }

    /// Notes what cannot be read in a file, counted from 0.
    fn note_refusal(&mut self, file: usize, id: String, reason: ReadError) -> Result<(), ReadError> {
        let failed = if self.strict { Err(reason.clone()) } else { Ok(()) };
        self.refused.push(Refusal { id, file: self.files[file].0.clone(), reason });
        failed
    }

    pub fn take_ready(&mut self) -> Vec<Ready> {
        let mut taken = std::mem::take(&mut self.ready);
        taken.retain(|ready| {
            let Ready::Complete(index) = ready else { return true };
            let state = &mut self.all[*index].state;
            let complete = *state == State::Complete;
            if complete {
                *state = State::Taken;
            }
            complete
        });
        taken
    }

    pub fn recording(&self, index: usize) -> &Recording {
        self.all[index].recording()
    }

    /// What each of the [words](super::ReadOptions::words) is, with the line of the first.
    pub fn words(&self, index: usize) -> &[Option<(String, u64)>] {
        self.all[index].words()
    }

    pub fn subject(&self, index: usize) -> &Subject {
        &self.all[index]
    }

    /// Name of the file that a subject is in.
    pub fn file_of(&self, index: usize) -> Option<&str> {
        self.files[self.all[index].file].0.as_deref()
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn index_of(&self, id: &str) -> Option<usize> {
        self.by_id.get(id).copied()
    }

    pub fn readable(&self) -> impl Iterator<Item = usize> {
        let all = self.all.iter().enumerate();
        all.filter(|(_, subject)| subject.state != State::Refused).map(|(index, _)| index)
    }

    pub fn into_recordings(self) -> Vec<Recording> {
        let all = self.all.into_iter().filter(|subject| subject.state != State::Refused);
        all.filter_map(Subject::into_recording).collect()
    }
}
