//! One subject's rows.

use super::error::ReadError;
use super::ids;
use super::layout::Layout;
use super::missing::is_missing;
use super::number_format::Decimal;
use super::repair::{RepairKind, Repairs};
use super::row::Row;
use super::values::Values;
use crate::number;
use crate::recording::{Category, Recording, Schema};
use crate::sampling::{Raw, Regular, Sampling, TimeKind, regularise};

/// One subject's rows, and the recording that is made of them.
pub(super) struct Subject {
    raw: Raw,
    /// If it is another one than the rows as they stand.
    regular: Option<Recording>,
    /// The file that its rows are in, counted from 0.
    pub file: usize,
    pub state: State,
}

/// How far a subject is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum State {
    /// Its first rows are being read.
    Open,
    Complete,
    Taken,
    /// More rows came after it was complete; it is complete again at the end of the file.
    Late,
    Refused,
}

impl Subject {
    pub fn new(id: String, file: usize) -> Subject {
        let recording = Recording { id, ..Recording::default() };
        let raw = Raw { recording, kind: TimeKind::Rows, ..Raw::default() };
        Subject { raw, regular: None, file, state: State::Open }
    }

    pub fn id(&self) -> &str {
        &self.raw.recording.id
    }

    /// The recording; while rows are being read, as they stand.
    pub fn recording(&self) -> &Recording {
        self.regular.as_ref().unwrap_or(&self.raw.recording)
    }

    pub fn into_recording(self) -> Recording {
        self.regular.unwrap_or(self.raw.recording)
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
        let result = match values.decimal() {
            Decimal::Point => self.append::<b'.'>(row, layout, schema, values, repairs),
            Decimal::Comma => self.append::<b','>(row, layout, schema, values, repairs),
        };
        result.inspect_err(|_| self.drop_partial_row(schema))
    }

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
            let field = row.field(channel);
            let value = match number::parse_with::<f32, SIGN>(field) {
                Some(value) if value.is_finite() => value,
                _ => values.number(row, channel, repairs)?.unwrap_or_else(|| {
                    self.raw.missing_values = true;
                    f32::NAN
                }),
            };
            recording.values.push(value);
        }
        for (column, category) in layout.categories.clone().zip(&schema.categories) {
            let code = match str::from_utf8(row.field(column)).ok().and_then(|word| category.code(word)) {
                Some(code) => code,
                None => unusual_code(row, column, category, repairs)?.unwrap_or_else(|| {
                    self.raw.missing_codes.push((recording.times.len(), column - layout.categories.start));
                    0
                }),
            };
            recording.codes.push(code);
        }
        if SIGN == b',' {
            values.note_commas(row, layout, repairs)?;
        }
        recording.times.push(time);
        self.raw.lines.push(row.line);
        Ok(())
    }

    fn drop_partial_row(&mut self, schema: &Schema) {
        let steps = self.raw.recording.steps();
        self.raw.recording.values.truncate(steps * schema.channels.len());
        self.raw.recording.codes.truncate(steps * schema.categories.len());
        self.raw.missing_codes.retain(|(row, _)| *row < steps);
    }

    /// Makes the recording of all rows.
    ///
    /// # Errors
    /// The rows are none, as the model wants it.
    pub fn close(
        &mut self,
        schema: &Schema,
        sampling: &Sampling,
        repairs: &mut Repairs,
    ) -> Result<(), ReadError> {
        // The capacity of a growing vector is up to twice its length, which adds up over thousands of subjects.
        self.raw.recording.times.shrink_to_fit();
        self.raw.recording.values.shrink_to_fit();
        self.raw.recording.codes.shrink_to_fit();
        self.raw.lines.shrink_to_fit();
        let Regular { recording, notes } = regularise(&self.raw, schema, sampling)
            .map_err(|reason| ReadError::Unusable { reason: Box::new(reason) })?;
        for note in notes {
            repairs.note_many(RepairKind::Mended(note.mend), note.count, note.line, || note.detail)?;
        }
        self.regular = recording;
        Ok(())
    }

    /// Lets go of the rows.
    pub fn clear(&mut self) {
        let recording = Recording { id: std::mem::take(&mut self.raw.recording.id), ..Recording::default() };
        self.raw = Raw { recording, ..Raw::default() };
        self.regular = None;
    }
}

/// The code of a word that is none of the levels as it stands, or nothing where it is missing: a word for "missing"
/// that is a level is that level.
///
/// # Errors
/// It is neither a level, whatever its case, nor a word for "missing".
#[cold]
fn unusual_code(
    row: &Row<'_>,
    column: usize,
    category: &Category,
    repairs: &mut Repairs,
) -> Result<Option<u8>, ReadError> {
    let text = row.text(column)?;
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
    let folded = |level: &str| ids::clean(level).to_lowercase();
    let mut alike = (0..=u8::MAX).zip(&category.levels).filter(|(_, level)| folded(level) == folded(&word));
    if let (Some((code, _)), None) = (alike.next(), alike.next()) {
        note(RepairKind::LevelSpelling)?;
        return Ok(Some(code));
    }
    if is_missing(&text) { Ok(None) } else { Err(row.unknown_category(column, &category.levels)) }
}
