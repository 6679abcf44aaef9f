//! The steps of a recording, with those that are missing, and what is in them.

use super::fill::{self, Column, Unfilled};
use super::note::{Mend, Note};
use super::order::Ordered;
use super::pace::{self, Pace};
use super::raw::{Raw, TimeKind};
use super::resampler::OtherRate;
use super::settings::{Rate, Sampling};
use super::unusable::Unusable;
use crate::number::Shown;
use crate::recording::{Recording, Schema};

/// A recording that is more than so many times as fast or as slow as the model's is not resampled: it does not hold what
/// the model needs, or hardly a step is left of it.
const PACES: std::ops::RangeInclusive<f64> = 1e-3..=16.0;

/// The steps of a recording.
pub(super) struct Grid<'a> {
    raw: &'a Raw,
    schema: &'a Schema,
    sampling: &'a Sampling,
    /// Time of each step, ascending.
    times: Vec<f64>,
    /// The row of each step, if there is one; nothing if the steps are the rows in the order of the file.
    rows: Option<Vec<Option<usize>>>,
    /// How fast it is.
    speed: Speed,
}

/// How fast a recording is.
#[derive(Clone, Copy, Debug, Default)]
pub(super) enum Speed {
    /// That is to be found.
    #[default]
    Unknown,
    /// Its rows are the model's steps, whatever their times.
    Rows,
    /// As fast as the model's, with this time from step to step.
    Same(f64),
    Other(OtherRate),
}

impl<'a> Grid<'a> {
    /// Compares rows in the order of time with the model's steps. Of a recording whose first rows have told how fast it is,
    /// the others need not tell again.
    ///
    /// # Errors
    /// Another rate or gaps that the model does not take.
    pub(super) fn new(
        raw: &'a Raw,
        schema: &'a Schema,
        sampling: &'a Sampling,
        ordered: Ordered,
        speed: Speed,
        notes: &mut Vec<Note>,
    ) -> Result<Grid<'a>, Unusable> {
        let Ordered { times, rows, timeless } = ordered;
        let rows = rows.map(|rows| rows.into_iter().map(Some).collect());
        let mut grid = Grid { raw, schema, sampling, times, rows, speed };
        if let Speed::Unknown = speed {
            grid.speed = grid.find_speed(timeless, notes)?;
        }
        match grid.speed {
            Speed::Unknown | Speed::Rows => {}
            Speed::Same(period) => grid.insert_missing(period, sampling.missing.most(1.0), notes)?,
            Speed::Other(OtherRate { period, pace }) => {
                grid.insert_missing(period, sampling.missing.most(pace), notes)?;
            }
        }
        Ok(grid)
    }

    /// Finds what the recording's rate is, and how it compares with the model's.
    fn find_speed(&mut self, timeless: Option<String>, notes: &mut Vec<Note>) -> Result<Speed, Unusable> {
        if let Some(why) = timeless {
            notes.push(self.rows_as_steps(why));
            return Ok(Speed::Rows);
        }
        let Some(step) = self.sampling.step else { return Ok(Speed::Rows) };
        if self.raw.kind == TimeKind::Rows || self.times.len() < 2 {
            return Ok(Speed::Rows);
        }
        let Some(period) = pace::period(&self.times) else {
            notes.push(self.rows_as_steps("its times are too far apart for a number".to_owned()));
            return Ok(Speed::Rows);
        };
        match pace::compare(period, self.times[0], self.raw.kind, step) {
            Pace::Same => Ok(Speed::Same(period)),
            Pace::Unknown(why) => {
                notes.push(self.rows_as_steps(why));
                Ok(Speed::Same(period))
            }
            Pace::Steps(pace) => {
                let (found, line) = (self.shown(period), self.line_of(0));
                let forbidden = self.sampling.rate == Rate::Refuse;
                if forbidden || !PACES.contains(&pace) {
                    let (column, expected) = (self.schema.time_name().to_owned(), step.to_string());
                    return Err(Unusable::OtherRate { line, column, found, expected, forbidden });
                }
                let detail = format!("from steps of {found} to the model's of {step}");
                notes.push(Note { mend: Mend::Resampled, count: 1, line, detail });
                Ok(Speed::Other(OtherRate { period, pace }))
            }
        }
    }

    /// How fast the recording is.
    pub(super) fn speed(&self) -> Speed {
        self.speed
    }

    /// Time of the last step.
    pub(super) fn last_time(&self) -> Option<f64> {
        self.times.last().copied()
    }

    /// Puts in the steps that are missing.
    fn insert_missing(&mut self, period: f64, most: u64, notes: &mut Vec<Note>) -> Result<(), Unusable> {
        let mut note: Option<Note> = None;
        let mut gaps = Vec::new();
        for row in 1..self.times.len() {
            let found = pace::missing_before(&self.times, row, period);
            if found == 0 {
                continue;
            }
            let line = self.line_of(row);
            let start = Shown(self.times[row - 1]).to_string();
            let note = note.get_or_insert_with(|| {
                let detail = format!("after time {start}");
                Note { mend: Mend::MissingSteps, count: 0, line, detail }
            });
            note.count = note.count.saturating_add(found);
            // Whatever may be held: what is mostly gaps is no recording, and needs memory that nothing bounds.
            let rows = self.times.len() as u64;
            if found > most || note.count > rows {
                let length = self.shown(self.times[row] - self.times[row - 1]);
                let (column, most) = (self.schema.time_name().to_owned(), most.min(rows));
                return Err(Unusable::MissingSteps { line, column, start, length, found, most });
            }
            gaps.push((row, found));
        }
        let Some(note) = note else { return Ok(()) };
        let mut rows = Vec::with_capacity(self.times.len() + note.count as usize);
        let mut times = Vec::with_capacity(rows.capacity());
        let mut gaps = gaps.into_iter().peekable();
        for (row, time) in self.times.iter().enumerate() {
            if let Some((_, found)) = gaps.next_if(|gap| gap.0 == row) {
                let before = self.times[row - 1];
                let step = (time - before) / (found + 1) as f64;
                times.extend((1..=found).map(|index| before + index as f64 * step));
                rows.extend((0..found).map(|_| None));
            }
            times.push(*time);
            rows.push(self.row_of(row));
        }
        notes.push(note);
        (self.times, self.rows) = (times, Some(rows));
        Ok(())
    }

    /// What is in the steps, without gaps; nothing if the rows are that as they stand.
    ///
    /// # Errors
    /// More values are missing than the model takes.
    pub(super) fn recording(self, notes: &mut Vec<Note>) -> Result<Option<Recording>, Unusable> {
        let Grid { raw, .. } = self;
        let incomplete = raw.missing_values || !raw.missing_codes.is_empty();
        let as_read = self.rows.is_none() && self.times == raw.recording.times;
        if as_read && !incomplete {
            return Ok(None);
        }
        let mut recording = Recording { id: raw.recording.id.clone(), ..self.gathered() };
        if incomplete || self.rows.is_some() {
            self.fill(&mut recording, notes)?;
        }
        Ok(Some(recording))
    }

    /// The rows of the steps, with NaN where there is none.
    fn gathered(&self) -> Recording {
        let Recording { values, codes, .. } = &self.raw.recording;
        let times = self.times.clone();
        let Some(rows) = &self.rows else {
            return Recording { times, values: values.clone(), codes: codes.clone(), ..Recording::default() };
        };
        let (channels, categories) = self.widths();
        let (mut gathered, mut codes_gathered) = (Vec::new(), Vec::new());
        gathered.reserve_exact(rows.len() * channels);
        codes_gathered.reserve_exact(rows.len() * categories);
        for row in rows {
            match row {
                Some(row) => {
                    gathered.extend_from_slice(&values[row * channels..][..channels]);
                    codes_gathered.extend_from_slice(&codes[row * categories..][..categories]);
                }
                None => {
                    gathered.extend((0..channels).map(|_| f32::NAN));
                    codes_gathered.extend((0..categories).map(|_| 0));
                }
            }
        }
        Recording { times, values: gathered, codes: codes_gathered, ..Recording::default() }
    }

    fn fill(&self, recording: &mut Recording, notes: &mut Vec<Note>) -> Result<(), Unusable> {
        let Sampling { missing, .. } = *self.sampling;
        let most = match self.speed {
            Speed::Other(OtherRate { pace, .. }) => missing.most(pace),
            _ => missing.most(1.0),
        };
        let most_steps = usize::try_from(most).unwrap_or(usize::MAX);
        let (channels, categories) = self.widths();
        let mut note = Note { mend: Mend::MissingValues, count: 0, line: u64::MAX, detail: String::new() };
        let mut found = |step: usize, name: &str| {
            if let Some(row) = self.row_of(step) {
                note.count += 1;
                if self.raw.lines[row] < note.line {
                    note.line = self.raw.lines[row];
                    note.detail = format!("column {name:?}");
                }
            }
        };
        for (index, name) in self.schema.channels.iter().enumerate() {
            let gaps = recording.values.iter().skip(index).step_by(channels).enumerate();
            let mut gaps = gaps.filter(|(_, value)| value.is_nan()).map(|(step, _)| step).peekable();
            if gaps.peek().is_some() {
                gaps.for_each(|step| found(step, name));
                let column = Column { index, width: channels };
                fill::values(&mut recording.values, column, missing, most_steps)
                    .map_err(|problem| self.unusable(problem, name, most))?;
            }
        }
        let gaps = self.missing_codes(categories);
        for (index, category) in self.schema.categories.iter().enumerate().filter(|_| !gaps.is_empty()) {
            let missing = |step: &usize| gaps[step * categories + index];
            (0..self.times.len()).filter(missing).for_each(|step| found(step, &category.column));
            let column = Column { index, width: categories };
            fill::codes(&mut recording.codes, &gaps, column, most_steps)
                .map_err(|problem| self.unusable(problem, &category.column, most))?;
        }
        if note.count > 0 {
            notes.push(note);
        }
        Ok(())
    }

    /// Which codes are missing, `[steps, categories]`; nothing if none is.
    fn missing_codes(&self, categories: usize) -> Vec<bool> {
        let Raw { missing_codes, lines, .. } = self.raw;
        let inserted = self.rows.iter().flatten().any(Option::is_none);
        if categories == 0 || (missing_codes.is_empty() && !inserted) {
            return Vec::new();
        }
        let mut of_rows = vec![false; lines.len() * categories];
        missing_codes.iter().for_each(|(row, category)| of_rows[row * categories + category] = true);
        let Some(rows) = &self.rows else { return of_rows };
        let of_rows = &of_rows;
        let missing =
            |row: &Option<usize>, category| row.is_none_or(|row| of_rows[row * categories + category]);
        rows.iter().flat_map(|row| (0..categories).map(move |category| missing(row, category))).collect()
    }

    fn unusable(&self, problem: Unfilled, column: &str, most: u64) -> Unusable {
        let column = column.to_owned();
        match problem {
            Unfilled::Empty => {
                Unusable::NoValues { line: self.raw.lines.first().copied().unwrap_or(0), column }
            }
            Unfilled::TooLong { step, length } => {
                let line = (step..self.times.len()).find_map(|step| self.row_of(step));
                let line = line.map_or(0, |row| self.raw.lines[row]);
                Unusable::MissingValues { line, column, found: length as u64, most }
            }
        }
    }

    fn rows_as_steps(&self, why: String) -> Note {
        Note { mend: Mend::RowsAsSteps, count: 1, line: self.line_of(0), detail: why }
    }

    fn row_of(&self, step: usize) -> Option<usize> {
        self.rows.as_ref().map_or(Some(step), |rows| rows[step])
    }

    /// Line of a step that has a row.
    fn line_of(&self, step: usize) -> u64 {
        self.row_of(step).map_or(0, |row| self.raw.lines[row])
    }

    /// A length of time, for a message.
    fn shown(&self, length: f64) -> String {
        pace::shown(length, self.times[0], self.raw.kind)
    }

    fn widths(&self) -> (usize, usize) {
        (self.schema.channels.len(), self.schema.categories.len())
    }
}
