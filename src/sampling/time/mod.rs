//! Texts of times to numbers.

mod calendar;
mod cursor;
mod text;
mod unit;

pub(super) use self::calendar::swapped;
use self::text::{Form, Written};
use self::unit::Unit;
use super::raw::{DateOrder, TimeKind};

/// How the times of a file are written. The first one settles it, and one that contradicts it is an error.
///
/// They are plain numbers, whose unit may be in the column's name; dates with or without a time, as in ISO 8601 or with
/// day and month in the order of some country; times of the clock; or durations.
#[derive(Clone, Debug)]
pub struct TimeFormat {
    unit: Option<Unit>,
    first: Option<Settled<Form>>,
    order: Option<Settled<DateOrder>>,
}

/// What a row settled for all others.
#[derive(Clone, Debug)]
struct Settled<T> {
    what: T,
    line: u64,
    text: String,
}

impl<T> Settled<T> {
    fn new(what: T, field: &[u8], line: u64) -> Settled<T> {
        Settled { what, line, text: shown(field) }
    }

    fn contradicted(&self, field: &[u8], this: &'static str, that: &'static str) -> TimeError {
        let (first_line, first) = (self.line, self.text.clone());
        TimeError::Contradiction { found: shown(field), this, first_line, first, that }
    }
}

impl TimeFormat {
    /// For a column with this name in the file, which may have a unit in it: `time (ms)`, `t [s]`, `timestamp_us`.
    pub fn new(column: &str) -> TimeFormat {
        TimeFormat { unit: Unit::of_column(column), first: None, order: None }
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
        /// Below it no number is a date.
        const DATES: f64 = 1e13;

        match number(field) {
            Some(time) if time < DATES && self.is_number() => Ok(self.in_seconds(time)),
            number => self.read_text(field, line, number),
        }
    }

    /// What the times count, as far as the file has told.
    pub fn kind(&self) -> TimeKind {
        let order = self.order.as_ref().map(|order| order.what);
        match self.first.as_ref().map(|first| first.what) {
            None | Some(Form::Number) if self.unit.is_none() => TimeKind::Numbers,
            None | Some(Form::Number | Form::Date { .. } | Form::Duration) => TimeKind::Seconds,
            Some(Form::LocalDate) => TimeKind::Dates(order),
            Some(Form::Clock) => TimeKind::Dial(86_400.0),
            Some(Form::MinutesAndSeconds) => TimeKind::Dial(3600.0),
            Some(Form::TwoNumbers) => TimeKind::Unclear,
        }
    }

    /// How the times are written, if they are not plain numbers: for the note of the file that says so.
    pub fn written_as(&self) -> Option<&'static str> {
        let first = self.first.as_ref().filter(|first| first.what != Form::Number);
        first.map(|first| first.what.name())
    }

    /// Whether the times are plain numbers, and one was read.
    fn is_number(&self) -> bool {
        self.first.as_ref().is_some_and(|first| first.what == Form::Number)
    }

    fn in_seconds(&self, number: f64) -> f64 {
        self.unit.map_or(number, |unit| unit.seconds(number))
    }

    /// Reads a text, or the first number, or one that may be a date.
    fn read_text(&mut self, field: &[u8], line: u64, number: Option<f64>) -> Result<f64, TimeError> {
        let digits = if self.is_number() || self.unit.is_some() { None } else { text::read_digits(field) };
        let finite = number.filter(|number| number.is_finite());
        let written = digits
            .or(finite.map(|number| Written {
                form: Form::Number,
                seconds: self.in_seconds(number),
                order: None,
            }))
            .or_else(|| text::read(field))
            .ok_or_else(|| TimeError::NotATime { found: shown(field) })?;
        match &mut self.first {
            None => self.first = Some(Settled::new(written.form, field, line)),
            Some(first) if first.what == written.form => {}
            // Java leaves out seconds that are 0.
            Some(Settled { what: Form::Clock, .. }) if written.form == Form::TwoNumbers => {}
            Some(first) if (first.what, written.form) == (Form::TwoNumbers, Form::Clock) => {
                first.what = Form::Clock;
            }
            Some(first) => return Err(first.contradicted(field, written.form.name(), first.what.name())),
        }
        if let Some(order) = written.order {
            match &self.order {
                None => self.order = Some(Settled::new(order, field, line)),
                Some(first) if first.what == order => {}
                Some(first) => return Err(first.contradicted(field, order.name(), first.what.name())),
            }
        }
        Ok(written.seconds)
    }
}

/// Why a field is no time.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// It is neither a number nor a date or a time of the clock.
    #[error(
        "expected a time: a number, a date as 2024-12-31T23:59:59.5, a time of the clock as 23:59:59.5, or a duration; found \
         {found:?}"
    )]
    NotATime {
        /// What was found, cut if it is long.
        found: String,
    },
    /// It is written in another way than the times before.
    #[error(
        "found {found:?}, {this}, but line {first_line} has {first:?}, {that}; write all times in one way"
    )]
    Contradiction {
        /// What was found, cut if it is long.
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

/// A field for a message.
fn shown(field: &[u8]) -> String {
    String::from_utf8_lossy(field).chars().take(40).collect()
}

#[cfg(test)]
mod tests;
