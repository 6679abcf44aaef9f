//! How far a recording is from the training subjects.

use super::reason::{Aspect, Reason};
use super::reference::{Reference, ReferenceError};
use super::statistics::Statistics;

/// A normal score beyond which further distance says nothing more.
const MAX_SCORE: f64 = 30.0;
/// What of the correlations is left out, as much as chance may have put in (Ledoit and Wolf, 2004, with a fixed share).
const SHRINKAGE: f64 = 0.1;
/// A statistic whose normal score is beyond it is named.
const TELLING: f64 = 3.0;
/// Statistics that are named.
const MAX_REASONS: usize = 3;

/// Compares recordings with a [`Reference`].
#[derive(Clone, Debug)]
pub struct Judge {
    /// The Cholesky factor of the correlations: lower triangle with the diagonal, row by row.
    factor: Vec<f64>,
}

/// How unlike a recording is to the training subjects.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Share of the training subjects that are at least as far from the others, the recording counted with them.
    pub p_value: f64,
    /// What is unusual, the most telling first.
    pub reasons: Vec<Reason>,
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
        Ok(Judge { factor })
    }

    /// Compares a recording.
    pub fn judge(&self, statistics: &Statistics, reference: &Reference) -> Verdict {
        let features = statistics.features(reference);
        let scores: Vec<f64> =
            features.iter().enumerate().map(|(index, value)| reference.normal_score(index, *value)).collect();
        let p_value = p_value(self.squared_distance(&scores), reference);
        Verdict { p_value, reasons: reasons(&features, &scores, reference) }
    }

    /// The squared Mahalanobis distance of a recording.
    pub fn distance(&self, statistics: &Statistics, reference: &Reference) -> f64 {
        let features = statistics.features(reference).into_iter().enumerate();
        let scores: Vec<f64> = features.map(|(index, value)| reference.normal_score(index, value)).collect();
        self.squared_distance(&scores)
    }

    fn squared_distance(&self, scores: &[f64]) -> f64 {
        let mut solved = Vec::with_capacity(scores.len());
        for (row, score) in scores.iter().enumerate() {
            let start = row * (row + 1) / 2;
            let products: f64 = solved.iter().zip(&self.factor[start..]).map(|(x, factor)| x * factor).sum();
            solved.push((score.clamp(-MAX_SCORE, MAX_SCORE) - products) / self.factor[start + row]);
        }
        solved.iter().map(|x| x * x).sum()
    }
}

fn p_value(distance: f64, reference: &Reference) -> f64 {
    let nearer = reference.distances.partition_point(|other| f64::from(*other) < distance);
    let farther = 1.0 - nearer as f64 / reference.distances.len() as f64;
    let subjects = f64::from(reference.subjects);
    (1.0 + subjects * farther) / (subjects + 1.0)
}

fn reasons(features: &[f64], scores: &[f64], reference: &Reference) -> Vec<Reason> {
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
        // Once for each channel: what stands still has no spread either.
        if channels.iter().any(|channel| named.contains(channel)) {
            continue;
        }
        named.extend(&channels);
        let quantiles = &reference.quantiles[index];
        let range = [quantiles[0], quantiles[quantiles.len() - 1]].map(f64::from);
        reasons.push(Reason { aspect, channels, found: features[index], range });
        if reasons.len() == MAX_REASONS {
            break;
        }
    }
    reasons
}
