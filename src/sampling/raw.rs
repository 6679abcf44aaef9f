//! A subject's rows as they were read.

use crate::recording::Recording;

/// A subject's rows as they were read, in the order of the file.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Raw {
    /// Id, times, values and codes. A missing time or value is NaN, a missing code is 0; none is infinite.
    pub recording: Recording,
    /// Line of each row.
    pub lines: Vec<u64>,
    /// What the times count.
    pub kind: TimeKind,
    /// Whether any value is missing.
    pub missing_values: bool,
    /// The codes that are missing: row, and index of the category.
    pub missing_codes: Vec<(usize, usize)>,
}

impl Raw {
    /// Takes the rows from this one on out. `widths` are the numbers of channels and categories.
    ///
    /// # Panics
    /// If there are not as many rows.
    pub fn split_off(&mut self, row: usize, (channels, categories): (usize, usize)) -> Raw {
        let Recording { id, times, values, codes } = &mut self.recording;
        let recording = Recording {
            id: id.clone(),
            times: times.split_off(row),
            values: values.split_off(row * channels),
            codes: codes.split_off(row * categories),
        };
        let later = self.missing_codes.iter().filter(|(with, _)| *with >= row);
        let missing_codes = later.map(|(with, category)| (with - row, *category)).collect();
        self.missing_codes.retain(|(with, _)| *with < row);
        let missing_values = self.missing_values && recording.values.iter().any(|value| value.is_nan());
        Raw { recording, lines: self.lines.split_off(row), kind: self.kind, missing_values, missing_codes }
    }
}

/// What the times of a file count; [`TimeFormat`](super::TimeFormat) tells.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub enum TimeKind {
    /// Nothing: there is no column of times, and the rows are in their order. The times are 0, 1, 2, and so on.
    Rows,
    /// Step numbers, or something else in a unit that nobody named.
    #[default]
    Numbers,
    /// Seconds.
    Seconds,
    /// Seconds on a dial that starts again at 0 after so many of them, as the clock does at midnight.
    Dial(f64),
    /// Seconds since 1970, of dates like 03/04/2024. Those that might be either are the third of April here; the
    /// file may have told by another date that the month comes first.
    Dates(Option<DateOrder>),
    /// Two numbers with a colon between them: hours and minutes, or minutes and seconds.
    Unclear,
}

/// Which of the first two numbers of a date is the day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DateOrder {
    /// 31/12/2024.
    DayFirst,
    /// 12/31/2024.
    MonthFirst,
}

impl DateOrder {
    /// What such a date is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            DateOrder::DayFirst => "a date with the day first",
            DateOrder::MonthFirst => "a date with the month first",
        }
    }
}
