//! A recording whose rows come in parts, since all of them may be more than memory holds.

use super::grid::{Grid, Speed};
use super::order::{self, median};
use super::pace;
use super::raw::{DateOrder, Raw, TimeKind};
use super::regular::Regular;
use super::resampler::Resampler;
use super::settings::{Sampling, Step};
use super::step::has_step;
use super::unusable::Unusable;
use crate::recording::{Recording, Schema};

/// Rows on either side of a cut that have to be in the order of time.
const AROUND: usize = 64;

/// Brings the rows of a recording to the steps of the model, part by part. What the first part tells of its rate holds for
/// the others.
#[derive(Debug, Default)]
pub struct Parts {
    speed: Speed,
    resampler: Option<Resampler>,
    /// Time of the last row so far.
    last: Option<f64>,
}

impl Parts {
    /// The steps that the next rows make: those before the next [`cut`], or at the end all that are left. None, if the rows
    /// are from before others that were taken.
    ///
    /// # Errors
    /// What cannot be mended, or not in one way only.
    pub fn next(
        &mut self,
        raw: &Raw,
        schema: &Schema,
        sampling: &Sampling,
        ended: bool,
    ) -> Result<Option<Regular>, Unusable> {
        let times = &raw.recording.times;
        if self.resampler.is_none() && is_regular(raw, sampling.step) {
            if times.first().is_some_and(|first| self.is_behind(raw.kind, *first)) {
                return Ok(None);
            }
            if let (Speed::Unknown, false) = (self.speed, ended) {
                let timed = sampling.step.is_some() && raw.kind != TimeKind::Rows && times.len() > 1;
                let period = timed.then(|| pace::period(times)).flatten();
                self.speed = period.map_or(Speed::Rows, Speed::Same);
            }
            self.last = times.last().copied();
            return Ok(Some(Regular::default()));
        }
        let mut notes = Vec::new();
        let ordered = order::ordered(raw, schema.time_name(), sampling.missing.most(1.0), &mut notes)?;
        let is_timed = ordered.timeless.is_none();
        if is_timed && ordered.times.first().is_some_and(|first| self.is_behind(raw.kind, *first)) {
            return Ok(None);
        }
        let grid = Grid::new(raw, schema, sampling, ordered, self.speed, &mut notes)?;
        self.speed = grid.speed();
        self.last = grid.last_time().filter(|_| is_timed);
        let mut recording = grid.recording(&mut notes)?;
        if let Speed::Other(rate) = self.speed {
            let resampler = self.resampler.get_or_insert_with(|| Resampler::new(rate));
            let steps = recording.unwrap_or_else(|| raw.recording.clone());
            let id = steps.id.clone();
            let widths = (schema.channels.len(), schema.categories.len());
            let resampled = resampler.push(steps, widths, ended);
            recording = Some(Recording { id, ..resampled });
        }
        Ok(Some(Regular { recording, notes }))
    }

    /// Whether a part that begins at this time is from before the last one.
    fn is_behind(&self, kind: TimeKind, first: f64) -> bool {
        let Some(last) = self.last else { return false };
        match kind {
            TimeKind::Rows => false,
            TimeKind::Dial(turn) => (first - last).rem_euclid(turn) > turn / 2.0,
            _ => first <= last,
        }
    }
}

/// Where the rows so far can be cut in two, so that what is made of the rows before does not depend on those after it: the
/// last place between two rows that follow each other in time, with all of their values. None, if there is none in the
/// second half of the rows.
pub fn cut(raw: &Raw) -> Option<usize> {
    let Raw { recording, lines, kind, missing_codes, .. } = raw;
    // Which day and month they are the rows that follow may tell.
    if let TimeKind::Dates(None) = kind {
        return None;
    }
    let rows = lines.len();
    let times = &recording.times;
    let is_whole = |row: usize| {
        let width = recording.values.len() / rows;
        !recording.values[row * width..][..width].iter().any(|value| value.is_nan())
            && !missing_codes.iter().rev().any(|(with, _)| *with == row)
    };
    let mut rising = Vec::new();
    if *kind != TimeKind::Rows {
        rising.extend(times.windows(2).map(|pair| pair[1] - pair[0]).filter(|step| *step > 0.0));
        if rising.is_empty() {
            return None;
        }
    }
    let longest = if rising.is_empty() { f64::INFINITY } else { 1.5 * median(rising) };
    let is_between = |row: usize| {
        let (before, after) = (times[row - 1], times[row]);
        let step = after - before;
        step > 0.0
            && step <= longest
            && times[row - AROUND..row].iter().all(|time| *time <= before)
            && times[row..row + AROUND].iter().all(|time| *time >= after)
    };
    let places = (rows / 2).max(AROUND)..(rows + 1).saturating_sub(AROUND);
    places.rev().find(|row| is_whole(row - 1) && is_whole(*row) && is_between(*row))
}

/// Whether there is nothing to do: all values are there, and the times rise, by the model's step if it has one.
fn is_regular(raw: &Raw, step: Option<Step>) -> bool {
    if raw.missing_values || !raw.missing_codes.is_empty() {
        return false;
    }
    let times = &raw.recording.times;
    // Of one row nothing else tells.
    if times.first().is_some_and(|time| time.is_nan()) {
        return false;
    }
    match (raw.kind, step) {
        (TimeKind::Rows, _) => true,
        // The other way round, they may not rise.
        (TimeKind::Dates(None | Some(DateOrder::MonthFirst)), _) => false,
        (_, None) => order::ascends(times),
        (kind, Some(step)) => has_step(times, kind, step),
    }
}
