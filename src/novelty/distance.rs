//! How far a recording is from the training subjects.

use super::fault::{Fault, FaultKind};
use super::profile::Profile;
use super::reason::{Aspect, Reason};
use super::reference::{Reference, ReferenceError};

/// A normal score beyond which further distance says nothing more.
const MAX_SCORE: f64 = 30.0;
/// What of the correlations is left out, as much as chance may have put in (Ledoit and Wolf, 2004, with a fixed share).
const SHRINKAGE: f64 = 0.1;
/// A statistic whose normal score is beyond it is named.
const TELLING: f64 = 3.0;
/// Statistics that are named.
const MAX_REASONS: usize = 3;
/// As many standard deviations in the direction of a fault make it likely.
const LIKELY: f64 = 4.0;

/// Compares recordings with a [`Reference`].
#[derive(Clone, Debug)]
pub struct Judge {
    /// The Cholesky factor of the correlations: lower triangle with the diagonal, row by row.
    factor: Vec<f64>,
    /// Directions of unit length among the uncorrelated scores.
    faults: Vec<(FaultKind, Vec<f64>)>,
}

/// How unlike a recording is to the training subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Share of the training subjects that are at least as far from the others, the recording counted with them.
    pub p_value: f64,
    /// What is unusual, the most telling first.
    pub reasons: Vec<Reason>,
    /// The fault of all channels that it looks like the most, if it does.
    pub fault: Option<FaultKind>,
}

impl Judge {
    /// # Errors
    /// The reference has correlations that no numbers have.
    pub fn new(reference: &Reference) -> Result<Judge, ReferenceError> {
        let count = reference.quantiles.len();
        let mut factor: Vec<f64> = Vec::with_capacity(count * (count + 1) / 2);
        let mut correlations = reference.correlations.iter();
        let start = |row: usize| row * (row + 1) / 2;
        for row in 0..count {
            for column in 0..=row {
                let correlation = match row == column {
                    true => 1.0,
                    false => {
                        let correlation = correlations.next().copied().unwrap_or(0);
                        (1.0 - SHRINKAGE) * f64::from(correlation) / 127.0
                    }
                };
                let (left, right) = (start(row), start(column));
                let products: f64 = (0..column).map(|i| factor[left + i] * factor[right + i]).sum();
                let rest = correlation - products;
                if row > column {
                    factor.push(rest / factor[right + column]);
                } else if rest > 1e-9 {
                    factor.push(rest.sqrt());
                } else {
                    return Err(ReferenceError::Correlations);
                }
            }
        }
        let unit = |Fault { kind, direction }: &Fault| {
            let direction: Vec<f64> = direction.iter().map(|part| f64::from(*part)).collect();
            let length = product(&direction, &direction).sqrt().max(1.0);
            (*kind, direction.into_iter().map(|part| part / length).collect())
        };
        Ok(Judge { factor, faults: reference.faults.iter().map(unit).collect() })
    }

    /// Compares a recording.
    pub fn judge(&self, profile: &Profile, reference: &Reference) -> Verdict {
        let uncorrelated = self.uncorrelated(&profile.scores);
        let p_value = p_value(self.squared_distance(&uncorrelated), reference);
        let sizes = self.faults.iter().map(|(kind, unit)| (*kind, product(unit, &uncorrelated)));
        let fault = sizes.max_by(|left, right| left.1.total_cmp(&right.1)).filter(|(_, size)| *size > LIKELY);
        Verdict { p_value, reasons: reasons(profile, reference), fault: fault.map(|(kind, _)| kind) }
    }

    /// The squared distance of a recording: Mahalanobis', and once more that in the direction of each fault.
    pub fn distance(&self, profile: &Profile) -> f64 {
        self.squared_distance(&self.uncorrelated(&profile.scores))
    }

    /// The direction in which recordings with a fault are found best, in 127ths: that of Fisher's linear discriminant.
    pub fn direction(&self, faulty: &[Profile]) -> Vec<i8> {
        let mut sums = vec![0.0; faulty.first().map_or(0, |profile| profile.scores.len())];
        for profile in faulty {
            sums.iter_mut().zip(self.uncorrelated(&profile.scores)).for_each(|(sum, score)| *sum += score);
        }
        let length = product(&sums, &sums).sqrt().max(f64::MIN_POSITIVE);
        sums.into_iter().map(|sum| (127.0 * sum / length).round() as i8).collect()
    }

    fn squared_distance(&self, uncorrelated: &[f64]) -> f64 {
        let faults = self.faults.iter().map(|(_, unit)| product(unit, uncorrelated).max(0.0).powi(2));
        product(uncorrelated, uncorrelated) + faults.sum::<f64>()
    }

    /// The normal scores of a recording as numbers that have no correlation among the training subjects.
    fn uncorrelated(&self, scores: &[f64]) -> Vec<f64> {
        let mut solved = Vec::with_capacity(scores.len());
        for (row, score) in scores.iter().enumerate() {
            let start = row * (row + 1) / 2;
            let products = product(&solved, &self.factor[start..]);
            solved.push((score.clamp(-MAX_SCORE, MAX_SCORE) - products) / self.factor[start + row]);
        }
        solved
    }
}

/// The scalar product, as far as both reach.
fn product(left: &[f64], right: &[f64]) -> f64 {
    left.iter().zip(right).map(|(x, y)| x * y).sum()
}

fn p_value(distance: f64, reference: &Reference) -> f64 {
    let nearer = reference.distances.partition_point(|other| f64::from(*other) < distance);
    let farther = 1.0 - nearer as f64 / reference.distances.len() as f64;
    let subjects = f64::from(reference.subjects);
    (1.0 + subjects * farther) / (subjects + 1.0)
}

fn reasons(Profile { features, scores }: &Profile, reference: &Reference) -> Vec<Reason> {
    let aspects: Vec<(Aspect, usize)> = reference.aspects().collect();
    let mut order: Vec<usize> = (0..scores.len()).filter(|index| scores[*index].abs() > TELLING).collect();
    order.sort_by(|left, right| scores[*right].abs().total_cmp(&scores[*left].abs()));
    let mut named: Vec<usize> = Vec::new();
    let mut reasons = Vec::new();
    for index in order {
        let (aspect, of) = aspects[index];
        let channels = match aspect {
            Aspect::Together => reference.pairs[of].to_vec(),
            _ => vec![of],
        };
        let channels: Vec<usize> = channels.into_iter().map(|channel| reference.channels[channel]).collect();
        // Once for each channel, and by its level if that is unusual: what stands still has no spread either.
        if channels.iter().any(|channel| named.contains(channel)) {
            continue;
        }
        named.extend(&channels);
        let level = of * Aspect::OF_CHANNEL.len();
        let by_level = aspect != Aspect::Together && scores[level].abs() > TELLING;
        let index = if by_level { level } else { index };
        let aspect = aspects[index].0;
        let quantiles = &reference.quantiles[index];
        let range = [quantiles[0], quantiles[quantiles.len() - 1]].map(f64::from);
        reasons.push(Reason { aspect, channels, found: features[index], range });
        if reasons.len() == MAX_REASONS {
            break;
        }
    }
    reasons
}
