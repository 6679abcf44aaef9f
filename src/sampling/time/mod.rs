//! Texts of times to numbers.

use super::raw::TimeKind;

/// How the times of a file are written. The first rows settle it, and one that contradicts them is an error.
#[derive(Clone, Debug)]
pub struct TimeFormat {
    kind: TimeKind,
}

impl TimeFormat {
    /// For a column with this name in the file, which may have a unit in it: `time (ms)`, `t [s]`, `timestamp_us`.
    pub fn new(column: &str) -> TimeFormat {
        let _ = column;
        TimeFormat { kind: TimeKind::Numbers }
    }

    /// Reads a time: seconds, or a number in the unit of the file if nobody named it. `number` reads a number as it is
    /// written in this file.
    ///
    /// # Errors
    /// No time, or one that is written in another way than those before.
    pub fn read(
        &mut self,
        field: &[u8],
        line: u64,
        number: impl FnOnce(&[u8]) -> Option<f64>,
    ) -> Result<f64, TimeError> {
        let _ = line;
        number(field)
            .filter(|time| time.is_finite())
            .ok_or(TimeError::NotATime { found: String::from_utf8_lossy(field).into_owned() })
    }

    /// What the times count, as far as the file has told.
    pub fn kind(&self) -> TimeKind {
        self.kind
    }

    /// How the times are written, if they are not plain numbers: for the note of the file that says so.
    pub fn written_as(&self) -> Option<&'static str> {
        None
    }
}

/// Why a field is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// It is neither a number nor a date or a time of the clock.
    #[error("expected a number, a date, a time of the clock or a duration, found {found:?}")]
    NotATime {
        /// What was found.
        found: String,
    },
    /// It is written in another way than the times before.
    #[error("found {found:?}, {this}, where line {first_line} has {first:?}, {that}")]
    Contradiction {
        /// What was found.
        found: String,
        /// How it is written.
        this: &'static str,
        /// Line of the time that settled the format.
        first_line: u64,
        /// The time there.
        first: String,
        /// How that is written.
        that: &'static str,
    },
}

impl TimeError {
    /// Stable name of the kind.
    pub fn code(&self) -> &'static str {
        match self {
            TimeError::NotATime { .. } => "NOT_A_TIME",
            TimeError::Contradiction { .. } => "TIME_FORMATS",
        }
    }
}
