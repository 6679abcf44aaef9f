//! What the recordings of the training subjects are like, for a bundle.

use painwave::novelty::{
    Fault, FaultKind, Judge, MAX_CHANNELS, Profile, Reference, ReferenceError, Statistics,
};
use painwave::recording::Recording;

use crate::faults;
use crate::statistics::quantile;

/// Fewer subjects say nothing of a tail of a hundredth.
const MIN_SUBJECTS: usize = 50;
/// Quantiles of each statistic.
const QUANTILES: usize = 17;
/// Quantiles of the distances.
const MAX_DISTANCES: usize = 256;
/// Subjects are compared with those of the other folds.
const FOLDS: usize = 10;
/// Recordings that the pairs are chosen by, and that faults are tried on.
const MAX_RECORDINGS: usize = 1000;
/// Channels whose differences correlate less do not move together.
const LEAST_CORRELATION: f64 = 0.1;

/// What recordings of a schema with so many channels are like. None if there are too few, or no channel in which they
/// differ.
///
/// # Errors
/// The statistics have correlations that no numbers have.
pub fn fit(recordings: &[&Recording], channels: usize) -> Result<Option<Reference>, ReferenceError> {
    let recordings: Vec<&Recording> =
        recordings.iter().copied().filter(|recording| recording.steps() > 0).collect();
    let moments: Vec<(usize, f64, f64)> = (0..channels)
        .map(|channel| (channel, moments(&recordings, channel, channels)))
        .filter(|(_, (_, sd))| *sd > 0.0)
        .map(|(channel, (mean, sd))| (channel, mean, sd))
        .take(MAX_CHANNELS)
        .collect();
    if recordings.len() < MIN_SUBJECTS || moments.is_empty() {
        return Ok(None);
    }
    let channels_compared: Vec<usize> = moments.iter().map(|(channel, ..)| *channel).collect();
    let floors: Vec<f32> =
        moments.iter().map(|(_, _, sd)| (1e-3 * sd).max(f64::from(f32::MIN_POSITIVE)) as f32).collect();
    let pairs = pairs(&recordings, &channels_compared, channels);
    // Levels are taken from the means until the quantiles are known.
    let levels = moments.iter().flat_map(|(_, mean, _)| [*mean as f32; 5].map(|mean| vec![mean]));
    let draft = Reference {
        subjects: u32::try_from(recordings.len()).unwrap_or(u32::MAX),
        channels: channels_compared,
        floors,
        quantiles: levels.chain(pairs.iter().map(|_| vec![0.0])).collect(),
        pairs,
        normal: normal_scores(recordings.len()),
        correlations: Vec::new(),
        faults: Vec::new(),
        distances: Vec::new(),
    };
    let features = |recording: &Recording| Statistics::of(recording, &draft).features(&draft);
    let whole: Vec<Vec<f64>> = recordings.iter().map(|recording| features(recording)).collect();
    let every = recordings.len().div_ceil(MAX_RECORDINGS);
    let faulty = |kind: FaultKind| {
        let chosen = recordings.iter().enumerate().step_by(every);
        let rows = chosen.map(|(index, recording)| (index, features(&faults::with(kind, recording, index))));
        (kind, rows.collect())
    };
    let faulty = [FaultKind::Order, FaultKind::Noise].map(faulty);

    let mut distances = Vec::with_capacity(whole.len());
    for fold in 0..FOLDS {
        let in_fold = |index: usize| index % FOLDS == fold;
        let reference = distributions(&draft, &whole, &faulty, |index| !in_fold(index))?;
        let judge = Judge::new(&reference)?;
        let held_out = whole.iter().enumerate().filter(|(index, _)| in_fold(*index));
        distances.extend(held_out.map(|(_, row)| judge.distance(&Profile::new(row.clone(), &reference))));
    }
    distances.sort_by(f64::total_cmp);
    let count = distances.len().min(MAX_DISTANCES);
    let kept = (0..count).map(|index| rounded(distances[index * (distances.len() - 1) / (count - 1)]));
    let reference =
        Reference { distances: kept.collect(), ..distributions(&draft, &whole, &faulty, |_| true)? };
    Ok(Some(reference))
}

/// The features of recordings with a fault, each with the index of the recording.
type Faulty = (FaultKind, Vec<(usize, Vec<f64>)>);

/// A reference with the quantiles and correlations of the features of those recordings that are `among` the training
/// subjects, and with the directions of their faults.
fn distributions(
    draft: &Reference,
    whole: &[Vec<f64>],
    faulty: &[Faulty],
    among: impl Fn(usize) -> bool,
) -> Result<Reference, ReferenceError> {
    let features: Vec<&Vec<f64>> =
        whole.iter().enumerate().filter(|(index, _)| among(*index)).map(|(_, row)| row).collect();
    let mut reference = Reference { normal: normal_scores(features.len()), ..draft.clone() };
    let quantiles = |statistic: usize| {
        let mut sorted: Vec<f64> = features.iter().map(|row| row[statistic]).collect();
        sorted.sort_by(f64::total_cmp);
        probabilities(features.len()).map(|probability| rounded(quantile(&sorted, probability))).collect()
    };
    reference.quantiles = (0..draft.quantiles.len()).map(quantiles).collect();
    let scores: Vec<Vec<f64>> = features
        .iter()
        .map(|row| {
            row.iter().enumerate().map(|(index, value)| reference.normal_score(index, *value)).collect()
        })
        .collect();
    let column = |index: usize| scores.iter().map(move |row| row[index]);
    for row in 0..draft.quantiles.len() {
        for other in 0..row {
            let correlation = correlation(column(row).zip(column(other)));
            reference.correlations.push((127.0 * correlation).round() as i8);
        }
    }
    let judge = Judge::new(&reference)?;
    let fault = |(kind, rows): &Faulty| {
        let rows = rows.iter().filter(|(index, _)| among(*index));
        let profiles: Vec<Profile> = rows.map(|(_, row)| Profile::new(row.clone(), &reference)).collect();
        Fault { kind: *kind, direction: judge.direction(&profiles) }
    };
    let faults = faulty.iter().map(fault).collect();
    Ok(Reference { faults, ..reference })
}

/// Mean and standard deviation of a channel over all rows.
fn moments(recordings: &[&Recording], channel: usize, channels: usize) -> (f64, f64) {
    let of = |recording: &&Recording| -> Vec<f64> {
        recording.values.iter().skip(channel).step_by(channels).map(|value| f64::from(*value)).collect()
    };
    let values = || recordings.iter().flat_map(of);
    let count = values().count().max(1) as f64;
    let mean = values().sum::<f64>() / count;
    (mean, (values().map(|x| (x - mean) * (x - mean)).sum::<f64>() / count).sqrt())
}

/// Each channel with the one that it moves together with the most.
fn pairs(recordings: &[&Recording], compared: &[usize], channels: usize) -> Vec<[usize; 2]> {
    let every = recordings.len().div_ceil(MAX_RECORDINGS);
    let differences = |channel: usize| -> Vec<f64> {
        let of = |recording: &&Recording| {
            let value = |step: usize| f64::from(recording.values[step * channels + channel]);
            (1..recording.steps()).map(|step| value(step) - value(step - 1)).collect::<Vec<f64>>()
        };
        recordings.iter().step_by(every).flat_map(of).collect()
    };
    let differences: Vec<Vec<f64>> = compared.iter().map(|channel| differences(*channel)).collect();
    let mut pairs: Vec<[usize; 2]> = Vec::new();
    for (index, own) in differences.iter().enumerate() {
        let others = differences.iter().enumerate().filter(|(other, _)| *other != index);
        let correlations = others.map(|(other, differences)| {
            (other, correlation(own.iter().copied().zip(differences.iter().copied())).abs())
        });
        let best = correlations.max_by(|left, right| left.1.total_cmp(&right.1));
        if let Some((other, _)) = best.filter(|(_, correlation)| *correlation > LEAST_CORRELATION) {
            let pair = [index.min(other), index.max(other)];
            if !pairs.contains(&pair) {
                pairs.push(pair);
            }
        }
    }
    pairs
}

/// Pearson's r; 0 where one side is constant.
fn correlation(pairs: impl Iterator<Item = (f64, f64)> + Clone) -> f64 {
    let (count, left, right) = pairs
        .clone()
        .fold((0.0, 0.0, 0.0), |(count, left, right), (x, y)| (count + 1.0, left + x, right + y));
    let (left, right) = (left / f64::max(count, 1.0), right / f64::max(count, 1.0));
    let (mut xx, mut yy, mut xy) = (0.0, 0.0, 0.0);
    for (x, y) in pairs {
        let (x, y) = (x - left, y - right);
        (xx, yy, xy) = (xx + x * x, yy + y * y, xy + x * y);
    }
    if xx > 0.0 && yy > 0.0 { (xy / (xx * yy).sqrt()).clamp(-1.0, 1.0) } else { 0.0 }
}

/// The probabilities of the quantiles of so many numbers.
fn probabilities(count: usize) -> impl Iterator<Item = f64> {
    let first = 0.5 / count as f64;
    (0..QUANTILES).map(move |index| first + (1.0 - 2.0 * first) * index as f64 / (QUANTILES - 1) as f64)
}

/// The normal scores of the quantiles of so many numbers.
fn normal_scores(count: usize) -> Vec<f32> {
    probabilities(count).map(|probability| rounded(normal_quantile(probability))).collect()
}

/// Five significant digits: what is written is short, and read back as it was used.
fn rounded(number: f64) -> f32 {
    format!("{number:.4e}").parse().unwrap_or(number as f32)
}

/// The quantile of the standard normal distribution, within 5e-4 (Abramowitz and Stegun, 26.2.23).
fn normal_quantile(probability: f64) -> f64 {
    let tail = probability.min(1.0 - probability);
    let t = (-2.0 * tail.ln()).sqrt();
    let numerator = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let denominator = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let size = (t - numerator / denominator).max(0.0);
    if probability < 0.5 { -size } else { size }
}
