//! One time, as it is written.

use super::calendar;
use super::cursor::Cursor;
use super::unit::Unit;
use crate::sampling::raw::DateOrder;

const DAY: f64 = 86_400.0;

/// How a time is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    Number,
    /// `2024-12-31`, `20241231`, `31 Dec 2024`: no doubt which number is what. Whether it says its time zone decides how
    /// two of them are compared.
    Date {
        zoned: bool,
    },
    /// `31/12/2024`, `12-31-24`
    LocalDate,
    /// `10:00:00.5`, `9:59:59 PM`
    Clock,
    /// `59:59.9`
    MinutesAndSeconds,
    /// `10:00`
    TwoNumbers,
    /// `1 day 02:03:04`, `PT1.5S`, `20 ms`
    Duration,
}

impl Form {
    /// What it is called.
    pub(super) fn name(self) -> &'static str {
        match self {
            Form::Number => "a number",
            Form::Date { zoned: true } => "a date with a time zone",
            Form::Date { zoned: false } => "a date without a time zone",
            Form::LocalDate => "a date with day and month in numbers",
            Form::Clock => "a time of the clock",
            Form::MinutesAndSeconds => "minutes and seconds",
            Form::TwoNumbers => "two numbers with a colon",
            Form::Duration => "a duration",
        }
    }
}

/// A time that was read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Written {
    pub(super) form: Form,
    /// In seconds: since 1970, if it has a date, of which the first number is the day if it can be.
    pub(super) seconds: f64,
    /// Which of day and month is first, if the date tells.
    pub(super) order: Option<DateOrder>,
}

impl Written {
    fn new(form: Form, seconds: f64) -> Written {
        Written { form, seconds, order: None }
    }
}

/// Reads a time that is no plain number. It is finite, as numbers of at most 18 digits are.
pub(super) fn read(text: &[u8]) -> Option<Written> {
    duration(Cursor(text)).or_else(|| dated(Cursor(text))).or_else(|| clock(Cursor(text)))
}

/// Reads `20241231235959` and `20241231235959999`: numbers to look at, and dates where they have this many digits.
pub(super) fn read_digits(text: &[u8]) -> Option<Written> {
    if !matches!(text.len(), 14 | 17) {
        return None;
    }
    let (day, clock) = text.split_at(8);
    let (clock, thousandths) = clock.split_at(6);
    let day = compact_day(Cursor(day).number()?.0)?;
    let thousandths = Cursor(thousandths).number().map_or(0, |(number, _)| number);
    let seconds = compact_clock(Cursor(clock).number()?.0)? + thousandths as f64 / 1e3;
    Some(Written::new(Form::Date { zoned: false }, day as f64 * DAY + seconds))
}

/// `1 day 02:03:04.5`, `PT1.5S`, `20 ms`
fn duration(mut text: Cursor<'_>) -> Option<Written> {
    if text.skip(b"Pp") {
        return iso_duration(text).map(|seconds| Written::new(Form::Duration, seconds));
    }
    let number = text.decimal()?;
    text.spaces();
    let word = text.word()?;
    if text.0.is_empty() {
        return Some(Written::new(Form::Duration, Unit::named(word)?.seconds(number)));
    }
    if !(word.eq_ignore_ascii_case(b"day") || word.eq_ignore_ascii_case(b"days")) {
        return None;
    }
    text.skip(b",");
    text.spaces();
    text.skip(b"+");
    let dial = text.dial(b":").filter(|dial| dial.parts == 3)?;
    text.0.is_empty().then(|| Written::new(Form::Duration, number * DAY + dial.of_hours()))
}

/// What follows the P of `P1DT2H3M4.5S`.
fn iso_duration(mut text: Cursor<'_>) -> Option<f64> {
    let mut seconds = 0.0;
    let mut clock = text.skip(b"Tt");
    loop {
        let number = text.decimal()?;
        seconds += number
            * match (clock, text.word()?) {
                (false, b"d" | b"D") => DAY,
                (false, b"dt" | b"DT") => {
                    clock = true;
                    DAY
                }
                (true, b"h" | b"H") => 3600.0,
                (true, b"m" | b"M") => 60.0,
                (true, b"s" | b"S") => 1.0,
                _ => return None,
            };
        if text.0.is_empty() {
            return Some(seconds);
        }
    }
}

/// A time of the clock without a date.
fn clock(mut text: Cursor<'_>) -> Option<Written> {
    let dial = text.dial(b":")?;
    let half = text.half_of_day()?;
    let zone = text.zone()?;
    text.0.is_empty().then_some(())?;
    let whole = half.is_some() || zone.is_some();
    Some(match (dial.parts, dial.fraction) {
        (2, Some(fraction)) if !whole => {
            let [minutes, seconds, _] = dial.numbers;
            Written::new(Form::MinutesAndSeconds, minutes * 60.0 + seconds + fraction)
        }
        (2, Some(_)) => return None,
        (2, None) if !whole => Written::new(Form::TwoNumbers, dial.of_hours()),
        _ => Written::new(Form::Clock, afternoon(dial.of_hours(), half)? - zone.unwrap_or(0.0)),
    })
}

/// A date, with or without a time.
fn dated(mut text: Cursor<'_>) -> Option<Written> {
    let day = day(&mut text)?;
    let (mut seconds, mut zone) = (0.0, None);
    if !text.0.is_empty() {
        // Apache writes a colon between day and time.
        let apart = text.skip(b"Tt_,:") | text.spaces();
        seconds = match text.0 {
            _ if !apart => return None,
            // As in names of files: 10-00-00.
            [_, sign @ (b':' | b'.' | b'-'), ..] | [_, _, sign @ (b':' | b'.' | b'-'), ..] => {
                let dial = text.dial(&[*sign])?;
                (dial.parts == 3 || dial.fraction.is_none()).then(|| dial.of_hours())?
            }
            _ => {
                let (number, digits) = text.number()?;
                let clock = match digits {
                    4 => number * 100,
                    6 => number,
                    _ => return None,
                };
                compact_clock(clock)? + text.fraction(b".,").unwrap_or(0.0)
            }
        };
        seconds = afternoon(seconds, text.half_of_day()?).filter(|seconds| *seconds <= DAY)?;
        zone = text.zone()?;
        text.0.is_empty().then_some(())?;
    }
    let midnight = day.number as f64 * DAY;
    Some(match day.local {
        // It keeps its day, since it may yet be read the other way round.
        true => Written { form: Form::LocalDate, seconds: midnight + seconds, order: day.order },
        false => Written::new(Form::Date { zoned: zone.is_some() }, midnight - zone.unwrap_or(0.0) + seconds),
    })
}

/// A day that was read.
struct Day {
    /// Counted from 1970-01-01.
    number: i64,
    /// Whether day and month are numbers beside each other.
    local: bool,
    /// Which of the two is first, if these tell.
    order: Option<DateOrder>,
}

fn day(text: &mut Cursor<'_>) -> Option<Day> {
    let certain = |year, month, day| {
        Some(Day { number: calendar::day_of(year, month, day)?, local: false, order: None })
    };
    if let Some(month) = text.month_after_weekday() {
        // May 1, 2024
        text.skip(b".");
        text.spaces();
        let (day, _) = text.number()?;
        text.skip(b",");
        text.spaces();
        let (year, digits) = text.number()?;
        return certain(full_year(year, digits)?, month, day);
    }
    let (first, digits) = text.number()?;
    if digits == 8 {
        return Some(Day { number: compact_day(first)?, local: false, order: None });
    }
    let sign = match text.0.first()? {
        sign @ (b'-' | b'/' | b'.' | b' ') => *sign,
        letter if letter.is_ascii_alphabetic() => b'-',
        _ => return None,
    };
    text.skip(&[sign]);
    if let Some(month) = text.month() {
        // 1 May 2024, 2024-May-01
        text.skip(b".");
        text.skip(&[sign, b',']);
        text.spaces();
        let (last, last_digits) = text.number()?;
        return match digits {
            4 => certain(first, month, last),
            _ => certain(full_year(last, last_digits)?, month, first),
        };
    }
    let (second, _) = text.number()?;
    text.skip(&[sign]).then_some(())?;
    let (third, third_digits) = text.number()?;
    if digits == 4 || (digits == 2 && first > 31) {
        return certain(full_year(first, digits)?, second, third);
    }
    let year = full_year(third, third_digits)?;
    let order = match (first, second) {
        (13.., _) => Some(DateOrder::DayFirst),
        (_, 13..) => Some(DateOrder::MonthFirst),
        // Nobody writes the month first with points.
        _ => (sign == b'.').then_some(DateOrder::DayFirst),
    };
    let number = match order {
        Some(DateOrder::MonthFirst) => calendar::day_of(year, first, second)?,
        _ => calendar::day_of(year, second, first)?,
    };
    Some(Day { number, local: true, order })
}

/// A year of four digits, or of two: those to come are few.
fn full_year(year: i64, digits: usize) -> Option<i64> {
    match (digits, year) {
        (4, year) => Some(year),
        (2, 70..) => Some(1900 + year),
        (2, year) => Some(2000 + year),
        _ => None,
    }
}

/// 20241231
fn compact_day(number: i64) -> Option<i64> {
    calendar::day_of(number / 10_000, number / 100 % 100, number % 100)
}

/// 235959
fn compact_clock(number: i64) -> Option<f64> {
    let [hours, minutes, seconds] = [number / 10_000, number / 100 % 100, number % 100];
    (hours <= 24 && minutes < 60 && seconds <= 60).then_some((hours * 3600 + minutes * 60 + seconds) as f64)
}

/// A time of the half of the day that was said, if one was.
fn afternoon(seconds: f64, half: Option<bool>) -> Option<f64> {
    const NOON: f64 = DAY / 2.0;
    const HOUR: f64 = 3600.0;
    match half {
        None => Some(seconds),
        Some(_) if !(HOUR..NOON + HOUR).contains(&seconds) => None,
        Some(afternoon) => Some(seconds % NOON + if afternoon { NOON } else { 0.0 }),
    }
}
