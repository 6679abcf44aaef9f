//! One subject's rows.

use super::error::ReadError;
use super::ids;
use super::layout::Layout;
use super::missing::is_missing;
use super::number_format::Decimal;
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::row::Row;
use super::spelling::is_alike;
use super::values::Values;
use crate::number;
use crate::recording::{Category, Recording, Schema};
use crate::sampling::{self, Note, Parts, Raw, Regular, Sampling, Step, TimeKind, Unusable, regularise};

/// One subject's rows, and the recording that is made of them.
pub(super) struct Subject {
    id: String,
    /// The file that its rows are in, counted from 0.
    pub file: usize,
    pub state: State,
    /// Whether it was given out in parts.
    in_parts: bool,
    /// None, if it was let go of.
    rows: Option<Box<Rows>>,
}

#[derive(Default)]
struct Rows {
    raw: Raw,
    words: Vec<Option<(String, u64)>>,
    /// If it is another one than the rows as they stand.
    regular: Option<Recording>,
    /// What was mended in it: to be said once no more of its rows can follow.
    notes: Vec<Note>,
    /// Why it is no recording, unless more rows follow.
    unusable: Option<Box<Unusable>>,
    /// What was found out by its parts that were given out.
    parts: Parts,
    /// Rows at which a place to cut is looked for next.
    cut_at: usize,
}

/// What comes of cutting a subject.
#[derive(Debug)]
pub(super) enum Cut {
    /// There is no place for it yet.
    None,
    /// Its next steps.
    Steps(Recording),
    /// The rows are from before those that were given out.
    Behind,
}

/// How far a subject is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    /// Its first rows are being read.
    Open,
    Complete,
    Taken,
    /// It was taken, and is kept only in case that more of its rows follow.
    Released,
    /// Another subject follows, but what there is makes no recording unless more rows come.
    Doubtful,
    /// More rows came after it was complete; it is complete again at the end of the file.
    Late,
    /// It was taken, and none of its rows is there any more.
    Gone,
    /// More rows came after it was gone, the first on this line: all have to be read once more.
    Missed(u64),
    /// All of its rows are to be read once more, since of this line.
    Awaited(u64),
    Refused,
}

/// What is there of a subject that was let go of.
static NOTHING: Recording =
    Recording { id: String::new(), times: Vec::new(), values: Vec::new(), codes: Vec::new() };

impl Subject {
    pub fn new(id: String, file: usize) -> Subject {
        let mut subject = Subject { id, file, state: State::Open, in_parts: false, rows: None };
        subject.open(State::Open);
        subject
    }

    /// Begins with its rows.
    pub fn open(&mut self, state: State) {
        self.in_parts = false;
        let recording = Recording { id: self.id.clone(), ..Recording::default() };
        let raw = Raw { recording, kind: TimeKind::Rows, ..Raw::default() };
        self.rows = Some(Box::new(Rows { raw, ..Rows::default() }));
        self.state = state;
    }

    /// What its words are, with the line of the first row that has them.
    pub fn words(&self) -> &[Option<(String, u64)>] {
        self.rows.as_ref().map_or(&[], |rows| &rows.words)
    }

    pub fn step(&self) -> Option<Step> {
        let kind = self.rows.as_ref()?.raw.kind;
        sampling::step_of(&self.recording().times, kind)
    }

    pub fn has_step(&self, step: Step) -> bool {
        let rows = self.rows.as_ref();
        rows.is_some_and(|rows| sampling::has_step(&self.recording().times, rows.raw.kind, step))
    }

    pub fn id(&self) -> &str {
        &self.id
    }

    /// The recording; while rows are being read, as they stand. Empty, if they were let go of.
    pub fn recording(&self) -> &Recording {
        self.rows.as_ref().map_or(&NOTHING, |rows| rows.regular.as_ref().unwrap_or(&rows.raw.recording))
    }

    /// Whether it is so long that it is to be cut, if there is a place for it: recordings are, that have so many rows.
    pub fn is_to_be_cut(&self, limit: usize) -> bool {
        self.rows.as_ref().is_some_and(|rows| rows.raw.lines.len() >= limit.max(rows.cut_at))
    }

    /// Whether it was given out in parts.
    pub fn is_in_parts(&self) -> bool {
        self.in_parts
    }

    /// Takes its steps up to where it can be cut, or with `last` all that are left. Of all steps so far a copy is kept as
    /// long as it takes at most `kept` bytes.
    ///
    /// # Errors
    /// The rows are no recording as the model wants it.
    pub fn cut(
        &mut self,
        last: bool,
        kept: usize,
        schema: &Schema,
        sampling: &Sampling,
    ) -> Result<Cut, Unusable> {
        let Some(rows) = &mut self.rows else { return Ok(Cut::None) };
        let later = if last {
            Raw::default()
        } else {
            let Some(row) = sampling::cut(&rows.raw) else {
                rows.cut_at = 2 * rows.raw.lines.len();
                return Ok(Cut::None);
            };
            rows.cut_at = 0;
            rows.raw.split_off(row, (schema.channels.len(), schema.categories.len()))
        };
        let first = !std::mem::replace(&mut self.in_parts, true);
        let raw = std::mem::replace(&mut rows.raw, later);
        let Some(Regular { recording, notes }) = rows.parts.next(&raw, schema, sampling, last)? else {
            return Ok(Cut::Behind);
        };
        for note in notes {
            match rows.notes.iter_mut().find(|other| other.mend == note.mend) {
                Some(other) => other.count += note.count,
                None => rows.notes.push(note),
            }
        }
        let steps = recording.unwrap_or(raw.recording);
        rows.keep(&steps, first, kept);
        Ok(Cut::Steps(steps))
    }

    /// Its last part was given out.
    pub fn end_parts(&mut self) {
        let is_kept = self.rows.as_ref().is_some_and(|rows| rows.regular.is_some());
        if is_kept {
            self.state = State::Taken;
        } else {
            self.forget();
        }
    }

    pub fn into_recording(self) -> Option<Recording> {
        let rows = self.rows?;
        Some(rows.regular.unwrap_or(rows.raw.recording))
    }

    /// Bytes that its rows take.
    pub fn bytes(&self) -> usize {
        self.rows.as_ref().map_or(0, |rows| {
            let regular = rows.regular.as_ref().map_or(0, bytes_of);
            bytes_of(&rows.raw.recording) + 8 * rows.raw.lines.len() + regular
        })
    }

    /// # Errors
    /// A field cannot be read; nothing of the row is kept.
    pub fn push(
        &mut self,
        row: &Row<'_>,
        layout: &Layout,
        schema: &Schema,
        values: &mut Values,
        repairs: &mut Repairs,
    ) -> Result<(), ReadError> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        let result = match values.decimal() {
            Decimal::Point => rows.append::<b'.'>(row, layout, schema, values, repairs),
            Decimal::Comma => rows.append::<b','>(row, layout, schema, values, repairs),
        };
        result.inspect_err(|_| rows.drop_partial_row(schema))
    }

    /// Makes the recording of all rows that there are. Whether they make one.
    pub fn close(&mut self, schema: &Schema, sampling: &Sampling) -> bool {
        let Some(rows) = &mut self.rows else { return false };
        // The capacity of a growing vector is up to twice its length, which adds up over thousands of subjects.
        rows.raw.recording.times.shrink_to_fit();
        rows.raw.recording.values.shrink_to_fit();
        rows.raw.recording.codes.shrink_to_fit();
        rows.raw.lines.shrink_to_fit();
        match regularise(&rows.raw, schema, sampling) {
            Ok(regular) => (rows.regular, rows.notes) = (regular.recording, regular.notes),
            Err(reason) => rows.unusable = Some(Box::new(reason)),
        }
        rows.unusable.is_none()
    }

    /// More of its rows follow: what was made of those before is no recording any more.
    pub fn reopen(&mut self) {
        if let Some(rows) = &mut self.rows {
            (rows.regular, rows.notes, rows.unusable) = (None, Vec::new(), None);
        }
        self.state = State::Late;
    }

    /// Says what was mended, since no more rows can follow.
    ///
    /// # Errors
    /// The rows are no recording as the model wants it, or nothing may be put right.
    pub fn settle(&mut self, repairs: &mut Repairs) -> Result<(), ReadError> {
        let Some(rows) = &mut self.rows else { return Ok(()) };
        if let Some(reason) = rows.unusable.take() {
            return Err(ReadError::Unusable { reason });
        }
        for note in std::mem::take(&mut rows.notes) {
            repairs.note_many(RepairKind::Mended(note.mend), note.count, note.line, || note.detail)?;
        }
        Ok(())
    }

    /// Lets go of the rows, and of all that is known of them.
    pub fn clear(&mut self) {
        self.rows = None;
    }

    /// Lets go of the rows, since all of them have to be read once more: there are others on this line.
    pub fn miss(&mut self, line: u64) {
        self.clear();
        self.state = State::Missed(line);
    }

    /// Line of the last row.
    pub fn last_line(&self) -> u64 {
        self.rows.as_ref().and_then(|rows| rows.raw.lines.last()).copied().unwrap_or(0)
    }

    /// Lets go of the rows, and keeps what is to be said of them.
    pub fn forget(&mut self) {
        self.state = State::Gone;
        match &mut self.rows {
            Some(rows) if !rows.notes.is_empty() => (rows.raw, rows.regular) = (Raw::default(), None),
            rows => *rows = None,
        }
    }
}

impl Rows {
    fn append<const SIGN: u8>(
        &mut self,
        row: &Row<'_>,
        layout: &Layout,
        schema: &Schema,
        values: &mut Values,
        repairs: &mut Repairs,
    ) -> Result<(), ReadError> {
        values.expect_clear(row, layout)?;
        let recording = &mut self.raw.recording;
        let time = match layout.time {
            Some(time) if row.has(time) => {
                let read = values.time::<SIGN>(row, time, repairs)?;
                self.raw.kind = values.time_kind();
                read
            }
            _ => recording.times.len() as f64,
        };
        for channel in layout.channels.clone() {
            let value = match number::parse_short::<f32, SIGN>(row.whole_field(channel)) {
                Some(value) => value,
                None => unusual_number::<SIGN>(row, channel, values, repairs)?.unwrap_or_else(|| {
                    self.raw.missing_values = true;
                    f32::NAN
                }),
            };
            recording.values.push(value);
        }
        for (column, category) in layout.categories.clone().zip(&schema.categories) {
            let code = match category.exact_code(row.whole_field(column)) {
                Some(code) => code,
                None => unusual_code(row, column, category, values, repairs)?.unwrap_or_else(|| {
                    self.raw.missing_codes.push((recording.times.len(), column - layout.categories.start));
                    0
                }),
            };
            recording.codes.push(code);
        }
        if !layout.words.is_empty() {
            hear(&mut self.words, row, layout)?;
        }
        if SIGN == b',' {
            values.note_commas(row, layout, repairs)?;
        }
        recording.times.push(time);
        self.raw.lines.push(row.line);
        Ok(())
    }

    /// Keeps a copy of steps that are given out, the first or those that follow, if all are and take so many bytes.
    fn keep(&mut self, steps: &Recording, first: bool, most: usize) {
        if first {
            let id = steps.id.clone();
            self.regular = Some(Recording { id, ..Recording::default() });
        }
        let Some(kept) = &mut self.regular else { return };
        if bytes_of(kept) + bytes_of(steps) > most {
            self.regular = None;
            return;
        }
        kept.times.extend_from_slice(&steps.times);
        kept.values.extend_from_slice(&steps.values);
        kept.codes.extend_from_slice(&steps.codes);
    }

    fn drop_partial_row(&mut self, schema: &Schema) {
        let steps = self.raw.recording.steps();
        self.raw.recording.values.truncate(steps * schema.channels.len());
        self.raw.recording.codes.truncate(steps * schema.categories.len());
        self.raw.missing_codes.retain(|(row, _)| *row < steps);
    }
}

/// Bytes that a recording takes.
fn bytes_of(recording: &Recording) -> usize {
    8 * recording.times.len() + 4 * recording.values.len() + recording.codes.len()
}

/// A number that takes more than a few operations to read, or nothing where it is missing.
///
/// # Errors
/// It is infinite, or no number.
#[cold]
fn unusual_number<const SIGN: u8>(
    row: &Row<'_>,
    channel: usize,
    values: &Values,
    repairs: &mut Repairs,
) -> Result<Option<f32>, ReadError> {
    match number::parse_with::<f32, SIGN>(row.field(channel)) {
        Some(value) if value.is_finite() => Ok(Some(value)),
        _ => values.number(row, channel, repairs),
    }
}

/// The code of a word that is none of the levels to the letter, or nothing where it is missing: a word for "missing"
/// that is a level is that level.
///
/// # Errors
/// It is neither a level, whatever its case, nor a word for "missing".
#[cold]
fn unusual_code(
    row: &Row<'_>,
    column: usize,
    category: &Category,
    values: &Values,
    repairs: &mut Repairs,
) -> Result<Option<u8>, ReadError> {
    let text = row.text(column)?;
    if let Some(code) = category.code(&text) {
        return Ok(Some(code));
    }
    let word = ids::clean(&text);
    let mut note = |kind| repairs.note(kind, row.line, || row.excerpt(column));
    if let Some(code) = category.code(&word) {
        note(if ids::spreadsheet_text(&text).is_some() {
            RepairKind::SpreadsheetText
        } else {
            RepairKind::InvisibleCharacters
        })?;
        return Ok(Some(code));
    }
    let folded = |level: &str| ids::in_small_letters(&ids::clean(level));
    let mut alike = (0..=u8::MAX).zip(&category.levels).filter(|(_, level)| folded(level) == folded(&word));
    if let (Some((code, _)), None) = (alike.next(), alike.next()) {
        note(RepairKind::LevelSpelling)?;
        return Ok(Some(code));
    }
    if is_missing(&text) {
        return Ok(None);
    }
    // A level that is a number may be written as numbers are in the file.
    let unknown = || row.unknown_category(column, &category.levels);
    let plain = values.plain(row, column, &mut Repairs::default()).map_err(|_| unknown())?;
    let code = category.code(&plain).ok_or_else(unknown)?;
    values.plain(row, column, repairs)?;
    Ok(Some(code))
}

/// Takes what a row says in the columns that say one thing of a recording.
///
/// # Errors
/// An earlier row says something else.
fn hear(words: &mut Vec<Option<(String, u64)>>, row: &Row<'_>, layout: &Layout) -> Result<(), ReadError> {
    words.resize(layout.words.len(), None);
    for (word, column) in words.iter_mut().zip(layout.words.clone()).filter(|(_, column)| row.has(*column)) {
        let found = row.text(column)?;
        let found = found.as_ref();
        match word {
            Some((first, _)) if first == found => {}
            _ if is_missing(found) => {}
            None => *word = Some((ids::clean(found).into_owned(), row.line)),
            Some((first, _)) if is_alike(first, found) => {}
            Some((first, first_line)) => {
                return Err(ReadError::ChangingWord {
                    line: row.line,
                    first_line: *first_line,
                    column: row.column(column),
                    found: row.excerpt(column),
                    first: first.clone(),
                });
            }
        }
    }
    Ok(())
}
