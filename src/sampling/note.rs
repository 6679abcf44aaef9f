//! What was mended in a recording, so that it has the steps of the model.

use std::fmt;

/// One kind of thing that was mended in a recording.
#[derive(Clone, Debug, PartialEq)]
pub struct Note {
    /// What it is.
    pub mend: Mend,
    /// How often: values, rows or steps, as the words of [`Mend`] say; 1 for a whole recording.
    pub count: u64,
    /// Line of the first.
    pub line: u64,
    /// What was found there, for the words: often a column's name or two steps.
    pub detail: String,
}

/// The kinds of things that are mended in recordings.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Mend {
    /// Values that are missing were interpolated, or the last one was held.
    MissingValues,
    /// Steps that are missing, as their times say, were put in and filled as missing values are.
    MissingSteps,
    /// Times that are missing were interpolated.
    MissingTimes,
    /// Rows with one time were spread evenly, in the order of the file.
    EqualTimes,
    /// Rows that are in the file twice were dropped.
    RepeatedRows,
    /// A clock started again, at midnight or after an hour.
    ClockStartsAgain,
    /// The recording was brought to the model's rate.
    Resampled,
    /// The times cannot be compared with the model's; the rows were taken as its steps.
    RowsAsSteps,
}

impl Mend {
    /// Stable name of the kind.
    pub fn code(self) -> &'static str {
        match self {
            Mend::MissingValues => "MISSING_VALUES",
            Mend::MissingSteps => "MISSING_STEPS",
            Mend::MissingTimes => "MISSING_TIMES",
            Mend::EqualTimes => "EQUAL_TIMES",
            Mend::RepeatedRows => "REPEATED_ROWS",
            Mend::ClockStartsAgain => "CLOCK_STARTS_AGAIN",
            Mend::Resampled => "RESAMPLED",
            Mend::RowsAsSteps => "ROWS_AS_STEPS",
        }
    }

    /// What was done, in a sentence without its end.
    pub fn words(self, count: u64, line: u64, detail: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (is, s) = if count == 1 { ("was", "") } else { ("were", "s") };
        match self {
            Mend::MissingValues => {
                write!(f, "{count} missing value{s} {is} filled in, the first on line {line}, {detail}")
            }
            Mend::MissingSteps => {
                write!(f, "{count} missing step{s} {is} filled in, the first before line {line}, {detail}")
            }
            Mend::MissingTimes => {
                write!(f, "{count} missing time{s} {is} filled in, the first on line {line}")
            }
            Mend::EqualTimes => write!(
                f,
                "{count} row{s} with the time of the row before {is} spread evenly, in the order of the file, the first on line {line}, at {detail}"
            ),
            Mend::RepeatedRows => {
                write!(f, "{count} row{s} that {is} in the file twice {is} dropped, the first on line {line}")
            }
            Mend::ClockStartsAgain => {
                write!(f, "the clock starts again {count} time{s}, first on line {line}, {detail}")
            }
            Mend::Resampled => {
                write!(f, "{count} recording{s} {is} resampled, the first on line {line}, {detail}")
            }
            Mend::RowsAsSteps => write!(
                f,
                "the rows of {count} recording{s} {is} taken as steps of the model, the first on line {line}: {detail}"
            ),
        }
    }
}
