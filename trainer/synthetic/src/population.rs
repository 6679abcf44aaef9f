//! How hidden states are distributed over subjects, and what follows from a hidden state without chance.

use std::f64::consts::FRAC_1_SQRT_2;

use super::model::*;

/// Which of the two sets a subject belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Split {
    /// The labelled set that models are fitted on.
    Train,
    /// The shifted set that they are judged on.
    Test,
}

/// Share of each expressed class among all subjects.
pub fn expressed_shares() -> [f64; 3] {
    let total: usize = STRATA.iter().map(|(_, _, count)| count).sum();
    std::array::from_fn(|expressed| {
        let of = |(class, _, count): &(usize, bool, usize)| *count as f64 * EXPRESSED[*class][expressed];
        STRATA.iter().map(of).sum::<f64>() / total as f64
    })
}

/// Probability of each posture for subjects of a set that express a class.
pub fn posture_probabilities(split: Split, class: usize) -> [f64; ALL_POSTURES] {
    let common = if split == Split::Test { &TEST_COMMON_WEIGHTS } else { &COMMON_WEIGHTS };
    let mut probabilities = [0.0; ALL_POSTURES];
    let mut share_out = |from: usize, share: f64, weights: &[f64]| {
        let total: f64 = weights.iter().sum();
        for (probability, weight) in probabilities[from..].iter_mut().zip(weights) {
            *probability = share * weight / total;
        }
    };
    share_out(0, (1.0 - RARE) * (1.0 - GUARDING[class]), common);
    share_out(COMMON, RARE, &[1.0]);
    if class > 0 {
        let first = COMMON + 1 + 2 * (class - 1);
        share_out(first, (1.0 - RARE) * GUARDING[class], &GUARDING_WEIGHTS[class]);
    }
    probabilities
}

/// Distribution of a number over subjects: a sum of normal ones.
pub struct Mixture(Vec<Normal>);

struct Normal {
    weight: f64,
    mean: f64,
    deviation: f64,
}

impl Mixture {
    /// The latent level of one of joints 00 to 12 in the training set, of subjects that express a class.
    pub fn level(joint: usize, class: usize) -> Self {
        let normal = |weight, mean, deviation| Normal { weight, mean, deviation };
        Self(match joint {
            0..POSTURED => posture_probabilities(Split::Train, class)
                .into_iter()
                .zip(&POSTURES)
                .map(|(weight, posture)| normal(weight, posture.levels[joint], posture.spread[joint]))
                .collect(),
            POSTURED..TRUNK_FROM => {
                let (arm, low) = (joint - POSTURED, ARMS.low_probability[class]);
                vec![
                    normal(low, ARMS.low[arm], ARMS.low_spread),
                    normal(1.0 - low, ARMS.usual[arm], ARMS.usual_spread[arm]),
                ]
            }
            _ => {
                let k = joint - TRUNK_FROM;
                let (rare, moved) = match k {
                    0 | 1 => (TURNED.0, TURNED.1[k]),
                    4 => BOWED,
                    _ => (0.0, 0.0),
                };
                let mean = TRUNK_LEVELS[class][k];
                let deviation = TRUNK_SPREAD[k] * length(&TRUNK_FACTOR[k]);
                vec![normal(1.0 - rare, mean, deviation), normal(rare, mean + moved, deviation)]
            }
        })
    }

    /// The latent motion of one of joints 26 to 29 at any step of any subject of the training set.
    pub fn limb(limb: usize) -> Self {
        let mut parts = Vec::new();
        for (class, share) in expressed_shares().into_iter().enumerate() {
            for (severity, weight) in severities(class) {
                let (levels, motion) = limb_state(class, severity);
                let deviation = length(&LIMB_FACTOR[limb]) * LIMB_SPREAD.hypot(motion[limb]);
                parts.push(Normal { weight: share * weight, mean: levels[limb], deviation });
            }
        }
        Self(parts)
    }

    /// Several mixtures, each with its weight, as one.
    pub fn of(parts: impl IntoIterator<Item = (f64, Mixture)>) -> Self {
        let weighted = |(share, Mixture(normals)): (f64, Mixture)| {
            normals.into_iter().map(move |normal| Normal { weight: share * normal.weight, ..normal })
        };
        Self(parts.into_iter().flat_map(weighted).collect())
    }

    /// Probability of less than `x`.
    pub fn below(&self, x: f64) -> f64 {
        self.0.iter().map(|normal| normal.weight * normal_below((x - normal.mean) / normal.deviation)).sum()
    }

    /// The number below which there are this much of the probability, strictly between 0 and 1.
    pub fn quantile(&self, probability: f64) -> f64 {
        let (mut low, mut high) = (-20.0, 20.0);
        while high - low > 1e-12 {
            let middle = 0.5 * (low + high);
            if self.below(middle) < probability { low = middle } else { high = middle }
        }
        0.5 * (low + high)
    }
}

/// Severities of a class on a lattice, with their probabilities.
pub fn severities(class: usize) -> Vec<(f64, f64)> {
    const HALF: i32 = 8;
    const SPACING: f64 = 0.5;
    if class == 0 {
        return vec![(0.0, 1.0)];
    }
    let nodes = (-HALF..=HALF).map(|k| SPACING * f64::from(k));
    let density = |z: f64| (-0.5 * z * z).exp();
    let total: f64 = nodes.clone().map(density).sum();
    nodes.map(|z| ((SEVERITY_SPREAD * z).exp(), density(z) / total)).collect()
}

/// Latent level and motion of joints 26 to 29, before subjects differ: no pain's, moved towards the class's by the
/// severity.
pub fn limb_state(class: usize, severity: f64) -> ([f64; LIMBS], [f64; LIMBS]) {
    let towards = |from: f64, to: f64| from + severity * (to - from);
    (
        std::array::from_fn(|limb| towards(limb_median(0, limb), limb_median(class, limb))),
        std::array::from_fn(|limb| towards(LIMB_MOTION[0][limb], LIMB_MOTION[class][limb])),
    )
}

/// The logarithm's mean that gives a log-normal variable the class's mean.
fn limb_median(class: usize, limb: usize) -> f64 {
    let variance = LIMB_SPREAD.powi(2) + LIMB_MOTION[class][limb].powi(2);
    LIMB_MEANS[class][limb].ln() - variance / 2.0
}

/// A parabola of zero mean over `count` steps, lowest at the share `lowest` of them; were it lowest in the middle,
/// its ends would lie 1 above its lowest point.
pub fn parabola(count: usize, lowest: f64) -> Vec<f64> {
    let last = count.saturating_sub(1).max(1) as f64;
    let mut values: Vec<f64> = (0..count).map(|t| 4.0 * (t as f64 / last - lowest).powi(2)).collect();
    let mean = values.iter().sum::<f64>() / count as f64;
    for value in &mut values {
        *value -= mean;
    }
    values
}

/// The standard normal distribution function.
pub fn normal_below(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

fn length(row: &[f64]) -> f64 {
    row.iter().map(|value| value * value).sum::<f64>().sqrt()
}
