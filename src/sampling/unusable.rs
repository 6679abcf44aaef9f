//! Why a subject cannot be brought to the steps of the model.

use std::fmt;

/// Why a subject cannot be brought to the steps of the model. Numbers are in their shortest decimal form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Unusable {
    /// More values in a row are missing than the model bridges.
    #[error("line {line}, column {column:?}: {} missing here, {}", Missing(*.found, "value"), Bridged(*.most))]
    MissingValues {
        /// Line of the first.
        line: u64,
        /// Name of the column.
        column: String,
        /// How many in a row.
        found: u64,
        /// How many in a row the model bridges, at this recording's rate.
        most: u64,
    },
    /// A column has no value in the whole recording.
    #[error(
        "line {line}, column {column:?}: all values of the subject are missing; the model needs this column, so record it or \
         leave the subject out"
    )]
    NoValues {
        /// Line of the subject's first row.
        line: u64,
        /// Name of the column.
        column: String,
    },
    /// More steps are missing between two rows than the model bridges.
    #[error(
        "line {line}, column {column:?}: {} missing after {start}, a gap of {length}; {}",
        Missing(*.found, "step"),
        Bridged(*.most)
    )]
    MissingSteps {
        /// Line of the row after the gap.
        line: u64,
        /// Name of the time column.
        column: String,
        /// The time before the gap.
        start: String,
        /// How long the gap is, in the unit of the times.
        length: String,
        /// Number of steps.
        found: u64,
        /// How many in a row the model bridges, at this recording's rate.
        most: u64,
    },
    /// More times in a row are missing than can be told from the others.
    #[error(
        "line {line}, column {column:?}: {} missing here, which {} not told by the times around; give each row a time, or \
         leave out the whole column if the rows are in order",
        Missing(*.found, "time"), if *.found == 1 { "is" } else { "are" }
    )]
    MissingTimes {
        /// Line of the first.
        line: u64,
        /// Name of the time column.
        column: String,
        /// How many in a row.
        found: u64,
    },
    /// Two rows that are apart in the file and differ have the same time.
    #[error(
        "line {line}, column {column:?}: the subject has time {time} already, on line {first_line}; if these are two \
         recordings, name the column that tells them apart as a second id"
    )]
    DuplicateTime {
        /// Line of the second row.
        line: u64,
        /// Line of the first row.
        first_line: u64,
        /// Name of the time column.
        column: String,
        /// The time.
        time: String,
    },
    /// The dates of a recording may be read in two ways, which differ.
    #[error(
        "line {line}, column {column:?}: the dates are either day/month or month/day, and no date of the file so far tells \
         which: {found} or {otherwise}; write them as 2024-12-31"
    )]
    AmbiguousDate {
        /// Line of the first row with another date than the row before.
        line: u64,
        /// Name of the time column.
        column: String,
        /// The time from the row before, if the day comes first.
        found: String,
        /// The time from the row before, if the month comes first.
        otherwise: String,
    },
    /// The recording has another rate than the model, and cannot or must not be resampled.
    #[error("line {line}, column {column:?}: a step is {found} long, and the model was trained on steps of {expected}; {}", why(*.forbidden))]
    OtherRate {
        /// Line of the subject's first row.
        line: u64,
        /// Name of the time column.
        column: String,
        /// The recording's step, with its unit.
        found: String,
        /// The model's step, with its unit.
        expected: String,
        /// Whether the model forbids to resample; else the two are too far apart.
        forbidden: bool,
    },
}

impl Unusable {
    /// The line that it is on.
    pub fn line(&self) -> u64 {
        match self {
            Unusable::MissingValues { line, .. }
            | Unusable::NoValues { line, .. }
            | Unusable::MissingSteps { line, .. }
            | Unusable::MissingTimes { line, .. }
            | Unusable::DuplicateTime { line, .. }
            | Unusable::AmbiguousDate { line, .. }
            | Unusable::OtherRate { line, .. } => *line,
        }
    }

    /// Name of the column that it is in.
    pub fn column(&self) -> &str {
        match self {
            Unusable::MissingValues { column, .. }
            | Unusable::NoValues { column, .. }
            | Unusable::MissingSteps { column, .. }
            | Unusable::MissingTimes { column, .. }
            | Unusable::DuplicateTime { column, .. }
            | Unusable::AmbiguousDate { column, .. }
            | Unusable::OtherRate { column, .. } => column,
        }
    }

    /// Stable name of the kind.
    pub fn code(&self) -> &'static str {
        match self {
            Unusable::MissingValues { .. } => "MISSING_VALUES",
            Unusable::NoValues { .. } => "NO_VALUES",
            Unusable::MissingSteps { .. } => "MISSING_STEPS",
            Unusable::MissingTimes { .. } => "MISSING_TIMES",
            Unusable::DuplicateTime { .. } => "DUPLICATE_TIME",
            Unusable::AmbiguousDate { .. } => "AMBIGUOUS_DATE",
            Unusable::OtherRate { .. } => "OTHER_RATE",
        }
    }
}

/// How many of what are missing: `3 values are`.
struct Missing(u64, &'static str);

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match *self {
            Missing(1, what) => write!(f, "a {what} is"),
            Missing(count, what) => write!(f, "{count} {what}s in a row are"),
        }
    }
}

/// How many the model bridges, and what to do.
struct Bridged(u64);

impl fmt::Display for Bridged {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            0 => f.write_str("this model takes whole recordings only"),
            most => write!(
                f,
                "this model bridges at most {most}; cut the recording there, or leave the subject out"
            ),
        }
    }
}

fn why(forbidden: bool) -> &'static str {
    if forbidden {
        "its recipe forbids to resample, so resample the file"
    } else {
        "no resampling makes up for that"
    }
}
