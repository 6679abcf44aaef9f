//! How fast a recording is, where steps are missing in it, and how it compares with the model.

use super::order::median;
use super::raw::TimeKind;
use super::settings::{Step, TimeUnit, rounded};

/// Two steps are the same if one is at most so much longer.
const SAME: f64 = 0.05;

/// Milliseconds, microseconds and nanoseconds in seconds.
const SMALLER: [f64; 4] = [1.0, 1e-3, 1e-6, 1e-9];

/// The time from row to row of a recording, where no step is missing. None if its times have no finite one.
///
/// The times are ascending, at least two.
pub(super) fn period(times: &[f64]) -> Option<f64> {
    let steps: Vec<f64> = times.windows(2).map(|pair| pair[1] - pair[0]).collect();
    let middle = median(steps.clone());
    let (mut sum, mut usual, mut short, mut missing) = (0.0, 0_usize, 0_usize, 0.0);
    // The rows after long steps.
    let mut long = Vec::new();
    for (before, step) in steps.iter().enumerate() {
        if (0.5 * middle..1.5 * middle).contains(step) {
            (sum, usual) = (sum + step, usual + 1);
        } else if *step < middle {
            short += 1;
        } else {
            long.push(before + 1);
            missing += step / middle - 1.0;
        }
    }
    // Rows that come in bursts are no gaps between them, which are few or short: only all together tell the rate.
    let bursts = long.len() >= 3 && missing > 0.5 * times.len() as f64;
    let uneven = short >= 3 && short * 10 > steps.len();
    let period = if bursts || uneven || usual == 0 {
        // From burst to burst, since the first and the last may be cut.
        let (from, to) = match long[..] {
            [from, _, .., to] => (from, to),
            _ => (0, steps.len()),
        };
        (times[to] - times[from]) / (to - from) as f64
    } else {
        sum / usual as f64
    };
    (period > 0.0 && period.is_finite()).then_some(period)
}

/// How many steps are missing before a row, as far as the rows around do not make up for them: a row that is late is
/// followed by one that comes the sooner.
pub(super) fn missing_before(times: &[f64], row: usize, period: f64) -> u64 {
    const ROWS: usize = 64;
    let between = |earlier: usize, later: usize| (times[later] - times[earlier]) / period;
    let mut steps = between(row - 1, row);
    // Rows further off may be so by the error of the period.
    let around = (4.0 * steps).min(ROWS as f64) as usize;
    for others in 1..around {
        if steps < 1.5 {
            break;
        }
        if row + others < times.len() {
            steps = steps.min(between(row - 1, row + others) - others as f64);
        }
        if row > others {
            steps = steps.min(between(row - 1 - others, row) - others as f64);
        }
    }
    // Saturates.
    (steps.round() as u64).saturating_sub(1)
}

/// How a recording's period compares with the model's step.
pub(super) enum Pace {
    /// It is one, or so near that nobody would resample it.
    Same,
    /// It is so many steps of the model long.
    Steps(f64),
    /// Nobody can tell; why.
    Unknown(String),
}

/// Compares a recording's period with the model's step. `first` is the recording's first time.
pub(super) fn compare(period: f64, first: f64, kind: TimeKind, step: Step) -> Pace {
    let Step { length, unit } = step;
    let counts_rows = period == 1.0;
    let pace = match (unit, seconds(period, first, kind)) {
        _ if matches!(kind, TimeKind::Unclear) => None,
        (TimeUnit::Seconds, Some(period)) => Some(period / length),
        (TimeUnit::Steps, Some(_)) if length == 1.0 => None,
        (TimeUnit::Steps, Some(period)) => in_units(period / length, &[1.0, 1e3, 1e6, 1e9]),
        // Row numbers can be those of the model only if its step is a whole unit.
        (TimeUnit::Seconds, None) if counts_rows => {
            in_units(1.0 / length, &SMALLER).filter(|pace| is_same(*pace))
        }
        (TimeUnit::Seconds, None) => in_units(period / length, &SMALLER),
        (TimeUnit::Steps, None) => {
            let pace = period / length;
            let near = (0.25..=4.0).contains(&pace).then_some(pace);
            // Step numbers are in no unit that could be another.
            let units = || {
                if counts_rows || length == 1.0 {
                    None
                } else {
                    in_units(pace, &SMALLER).or_else(|| in_units(pace, &[1e3, 1e6, 1e9]))
                }
            };
            near.or_else(units)
        }
    };
    match pace {
        Some(pace) if is_same(pace) => Pace::Same,
        Some(pace) => Pace::Steps(pace),
        None => {
            let found = match kind {
                TimeKind::Unclear => "hours and minutes or minutes and seconds".to_owned(),
                kind => shown(period, first, kind),
            };
            Pace::Unknown(format!(
                "from row to row it is {found}, which cannot be compared with the model's {step}"
            ))
        }
    }
}

/// A step in seconds, if the times of a recording tell: by their kind, or since they are those of today.
pub(super) fn seconds(period: f64, first: f64, kind: TimeKind) -> Option<f64> {
    /// September 2001 to March 2049, in seconds since 1970.
    const TODAY: std::ops::Range<f64> = 1e9..2.5e9;
    /// 1982 to 2119, in the days of spreadsheets.
    const DAYS: std::ops::Range<f64> = 30_000.0..80_000.0;

    match kind {
        TimeKind::Rows | TimeKind::Unclear => None,
        TimeKind::Seconds | TimeKind::Dial(_) | TimeKind::Dates(_) => Some(period),
        // Nothing that moves is recorded as often as this would be in another unit.
        TimeKind::Numbers if DAYS.contains(&first) && period < 2e-4 => Some(period * 86_400.0),
        TimeKind::Numbers => {
            let per_second = [1.0, 1e3, 1e6, 1e9].into_iter().find(|unit| TODAY.contains(&(first / unit)))?;
            let period = period / per_second;
            (1e-5..=60.0).contains(&period).then_some(period)
        }
    }
}

/// How long something is in the times of a recording, for a message; `period` and `first` are the recording's.
pub(super) fn shown(length: f64, first: f64, kind: TimeKind) -> String {
    match seconds(length, first, kind) {
        Some(seconds) => format!("{} s", rounded(seconds)),
        None => rounded(length).to_string(),
    }
}

/// A ratio that may be off by a factor between units, put right if one of them brings it near 1.
fn in_units(ratio: f64, factors: &[f64]) -> Option<f64> {
    factors.iter().map(|factor| ratio * factor).find(|ratio| (0.125..=8.0).contains(ratio))
}

/// Whether a period of so many of the model's steps is one.
pub(super) fn is_same(pace: f64) -> bool {
    (pace - 1.0).abs() <= SAME
}
