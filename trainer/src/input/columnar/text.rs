//! Rows of a binary table as text.

use std::fmt::Write;
use std::ops::ControlFlow;

use painwave_train::host::Chunk;

use crate::input::chunks::{CHUNK, Take};

/// Rows as text, handed over when there are enough.
pub(super) struct Text<'a> {
    text: String,
    take: Take<'a>,
}

impl<'a> Text<'a> {
    pub(super) fn new(take: Take<'a>) -> Self {
        Text { text: String::new(), take }
    }

    /// Adds the header.
    pub(super) fn header<'n>(&mut self, names: impl Iterator<Item = &'n str>) {
        for (index, name) in names.enumerate() {
            self.separate(index);
            self.words(name);
        }
        self.text.push('\n');
    }

    /// Begins a field; they are counted from 0.
    pub(super) fn separate(&mut self, index: usize) {
        if index > 0 {
            self.text.push(',');
        }
    }

    /// Adds a number.
    pub(super) fn number(&mut self, number: impl std::fmt::Display) {
        // Writing to a `String` cannot fail.
        let _ = write!(self.text, "{number}");
    }

    /// Adds words.
    pub(super) fn words(&mut self, words: &str) {
        if words.contains([',', '"', '\n', '\r']) {
            self.text.push('"');
            self.text.push_str(&words.replace('"', "\"\""));
            self.text.push('"');
        } else {
            self.text.push_str(words);
        }
    }

    /// Adds a moment, in nanoseconds since 1970 by Greenwich time.
    pub(super) fn moment(&mut self, nanoseconds: i128) {
        const SECOND: i128 = 1_000_000_000;
        const DAY: i128 = 86_400 * SECOND;
        self.date(nanoseconds.div_euclid(DAY));
        let within = nanoseconds.rem_euclid(DAY);
        let (seconds, rest) = (within / SECOND, within % SECOND);
        let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
        // As above.
        let _ = write!(self.text, "T{hours:02}:{minutes:02}:{seconds:02}.{rest:09}Z");
    }

    /// Adds a date, in days since 1970.
    pub(super) fn date(&mut self, days: i128) {
        // Years from March on, so that the day that leap years have is the last: Howard Hinnant, "chrono-compatible
        // low-level date algorithms", 2021.
        let days = days + 719_468;
        let (era, day) = (days.div_euclid(146_097), days.rem_euclid(146_097));
        let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
        let day = day - (365 * year + year / 4 - year / 100);
        let month = (5 * day + 2) / 153;
        let day = day - (153 * month + 2) / 5 + 1;
        let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
        let year = year + 400 * era + next;
        // As above.
        let _ = write!(self.text, "{year:04}-{month:02}-{day:02}");
    }

    /// Ends a row.
    pub(super) fn end_row(&mut self) -> ControlFlow<()> {
        self.text.push('\n');
        if self.text.len() < CHUNK { ControlFlow::Continue(()) } else { self.hand_over() }
    }

    pub(super) fn hand_over(&mut self) -> ControlFlow<()> {
        let flow = (self.take)(Chunk::Bytes(self.text.as_bytes()));
        self.text.clear();
        flow
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    pub(super) fn moments_are_written_as_dates_and_times() {
        let written = |nanoseconds: i128| {
            let mut text = Text { text: String::new(), take: &mut |_| ControlFlow::Continue(()) };
            text.moment(nanoseconds);
            text.text
        };
        assert_eq!(written(0), "1970-01-01T00:00:00.000000000Z");
        assert_eq!(written(-1), "1969-12-31T23:59:59.999999999Z");
        assert_eq!(written(1_709_210_096_000_000_001), "2024-02-29T12:34:56.000000001Z");
    }
}
