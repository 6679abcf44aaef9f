//! A recording at another rate, resampled as its steps come.

use super::resample::{self, Position};
use crate::recording::Recording;

/// How a recording's rate differs from the model's.
#[derive(Clone, Copy, Debug)]
pub(super) struct OtherRate {
    /// The time from step to step.
    pub(super) period: f64,
    /// How long a step is in the model's steps.
    pub(super) pace: f64,
}

/// Resamples a recording, all at once or in parts: the steps are the same.
#[derive(Debug)]
pub(super) struct Resampler {
    rate: OtherRate,
    /// Time of the recording's first step.
    start: f64,
    /// The steps from `first` on: those that new steps still depend on.
    held: Recording,
    first: usize,
    /// Index of the next new step.
    next: usize,
}

impl Resampler {
    pub(super) fn new(rate: OtherRate) -> Resampler {
        Resampler { rate, start: f64::NAN, held: Recording::default(), first: 0, next: 0 }
    }

    /// The new steps that these steps complete; at the end of the recording all that are left.
    pub(super) fn push(&mut self, part: Recording, widths: (usize, usize), ended: bool) -> Recording {
        let OtherRate { period, pace } = self.rate;
        let (channels, categories) = widths;
        if self.start.is_nan() {
            self.start = part.times.first().copied().unwrap_or(f64::NAN);
        }
        self.hold(part, widths);
        let Recording { times, values, codes, .. } = &self.held;
        let steps = self.first + times.len();
        let reach = resample::reach(pace);
        let complete = if ended {
            resample::steps(steps, pace)
        } else {
            // Negative is none.
            ((steps as f64 - 1.0 - reach) * pace) as usize
        };
        let new = self.next..complete.max(self.next);
        let step = period / pace;
        let resampled = Recording {
            times: new.clone().map(|index| self.start + index as f64 * step).collect(),
            values: resample::values(values, channels, pace, self.first, new.clone()),
            codes: resample::codes(codes, categories, pace, self.first, new.clone()),
            ..Recording::default()
        };
        self.next = new.end;
        let needed = (self.next as f64 / pace - reach) as usize;
        self.drop_before(needed.clamp(self.first, steps), widths);
        resampled
    }

    /// Appends steps, on an even grid.
    fn hold(&mut self, part: Recording, (channels, categories): (usize, usize)) {
        let OtherRate { period, .. } = self.rate;
        let Recording { times, values, codes, .. } = part;
        let start = times.first().copied().unwrap_or(0.0);
        let off = |(step, time): (usize, &f64)| ((time - start) / period - step as f64).abs();
        // A tenth of a step is less than what most clocks are off by.
        if times.iter().enumerate().map(off).any(|off| off > 0.1) {
            let positions: Vec<Position> = resample::on_grid(&times, period);
            self.held.values.extend(resample::values_between(&values, channels, &positions));
            self.held.codes.extend(resample::codes_between(&codes, categories, &positions));
            self.held.times.resize(self.held.times.len() + positions.len(), 0.0);
        } else {
            self.held.values.extend(values);
            self.held.codes.extend(codes);
            self.held.times.extend(times);
        }
    }

    fn drop_before(&mut self, step: usize, (channels, categories): (usize, usize)) {
        let dropped = step - self.first;
        self.held.times.drain(..dropped);
        self.held.values.drain(..dropped * channels);
        self.held.codes.drain(..dropped * categories);
        self.first = step;
    }
}
