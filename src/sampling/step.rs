//! The step of recordings that a model is trained on.

use super::pace::{is_same, period, seconds};
use super::raw::TimeKind;
use super::settings::{Step, TimeUnit, rounded};

/// The step of a recording with these ascending times; none if there is hardly one time from each to the next.
pub fn step_of(times: &[f64], kind: TimeKind) -> Option<Step> {
    if matches!(kind, TimeKind::Rows | TimeKind::Unclear) || times.len() < 2 {
        return None;
    }
    let period = period(times)?;
    let usual = |pair: &&[f64]| (0.5 * period..1.5 * period).contains(&(pair[1] - pair[0]));
    let regular = 5 * times.windows(2).filter(usual).count() >= 4 * (times.len() - 1);
    let (length, unit) = match seconds(period, times[0], kind) {
        Some(seconds) => (seconds, TimeUnit::Seconds),
        None => (period, TimeUnit::Steps),
    };
    regular.then(|| Step { length: rounded(length).0, unit }).filter(Step::is_valid)
}

/// The median step of recordings, if most of them have one in the same unit.
pub fn common_step(steps: impl IntoIterator<Item = Option<Step>>) -> Option<Step> {
    let (mut count, mut lengths) = (0, [Vec::new(), Vec::new()]);
    for step in steps {
        count += 1;
        if let Some(Step { length, unit }) = step {
            lengths[usize::from(unit == TimeUnit::Seconds)].push(length);
        }
    }
    let units = [TimeUnit::Steps, TimeUnit::Seconds];
    let (mut lengths, unit) =
        lengths.into_iter().zip(units).find(|(lengths, _)| 2 * lengths.len() > count)?;
    lengths.sort_by(f64::total_cmp);
    Some(Step { length: lengths[lengths.len() / 2], unit })
}

/// Whether a recording with these times is at a step as it stands, so that reading it with that step gives the same.
pub fn has_step(times: &[f64], kind: TimeKind, step: Step) -> bool {
    let Step { length, unit } = step;
    let known = !matches!(kind, TimeKind::Numbers | TimeKind::Rows | TimeKind::Unclear);
    let comparable = known == (unit == TimeUnit::Seconds) && kind != TimeKind::Unclear;
    kind == TimeKind::Rows || comparable && times.windows(2).all(|pair| is_same((pair[1] - pair[0]) / length))
}
