//! What the clipped white-noise joints say of their levels.

use super::normal::{log_cdf, log_density, log_sum};
use crate::monotone::Monotone;

/// Nodes this much (in nats) below the max are left out of sums.
pub const NEGLIGIBLE: f64 = 30.0;

/// One joint's values: `max(0, level + offset of the step + white noise)`.
pub struct Clipped {
    values: Vec<f64>,
    noise: f64,
    zeros: usize,
}

/// The likelihood of a level: points whose weighted sum is its integral against any smooth density. A factor that
/// depends on the values alone is left out.
pub struct Level {
    /// Position and log weight of each.
    pub nodes: Vec<(f64, f64)>,
}

/// Gauss and Hermite's rule for a standard normal density: exact for polynomials of up to ninth degree.
const RULE: [(f64, f64); 5] = [
    (-2.856_970_013_872_806, 0.011_257_411_327_720_69),
    (-1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (0.0, 0.533_333_333_333_333_3),
    (1.355_626_179_974_266, 0.222_075_922_005_612_6),
    (2.856_970_013_872_806, 0.011_257_411_327_720_69),
];

/// Below any level that occurs.
const LOWEST: f64 = -0.6;

impl Clipped {
    /// A joint's values and the standard deviation of its noise.
    pub fn new(values: impl Iterator<Item = f64>, noise: f64) -> Self {
        let values: Vec<f64> = values.collect();
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        Self { values, noise, zeros }
    }

    /// The likelihood of the level given what the steps' values were moved by. Levels that do not occur are left out:
    /// where every value is clipped, the values allow any low level.
    pub fn level(&self, offsets: &[f64]) -> Level {
        let variance = self.noise * self.noise;
        let moved = || self.values.iter().zip(offsets).filter(|(value, _)| **value > 0.0).map(|(v, o)| v - o);
        let positive = (self.values.len() - self.zeros) as f64;
        let mean = moved().sum::<f64>() / positive.max(1.0);
        let scatter: f64 = moved().map(|value| (value - mean).powi(2)).sum();
        if self.zeros == 0 {
            let deviation = self.noise / positive.sqrt();
            let node =
                |(z, weight): (f64, f64)| (mean + z * deviation, weight.ln() - 0.5 * scatter / variance);
            return Level { nodes: RULE.map(node).to_vec() };
        }

        // Clipped: points of a lattice, with the weights of the trapezoidal rule, which for a smooth bell is
        // right to 1e-8 when its steps are as long as a standard deviation.
        let clipped: Vec<f64> =
            self.values.iter().zip(offsets).filter(|(v, _)| **v == 0.0).map(|(_, o)| *o).collect();
        let step = self.noise / (positive + 0.25 * self.zeros as f64).sqrt();
        let log_weight = |level: f64| {
            let seen = -0.5 * (scatter + positive * (level - mean).powi(2)) / variance;
            let unseen: f64 = clipped.iter().map(|offset| log_cdf(-(level + offset) / self.noise)).sum();
            seen + unseen + step.ln()
        };
        let mut nodes = vec![(mean, log_weight(mean))];
        for direction in [-step, step] {
            let mut max = nodes.iter().map(|node| node.1).fold(f64::NEG_INFINITY, f64::max);
            for step in 1.. {
                let level = mean + f64::from(step) * direction;
                let weight = log_weight(level);
                // The likelihood is log-concave: beyond this point it only decreases.
                if level < LOWEST || weight < max - NEGLIGIBLE {
                    break;
                }
                max = max.max(weight);
                nodes.push((level, weight));
            }
        }
        Level { nodes }
    }
}

impl Level {
    /// The likelihood of the latent level that a function makes of it.
    pub fn latent(self, function: &Monotone) -> Self {
        let node = |(level, weight): (f64, f64)| (function.at(level), weight + function.slope(level).ln());
        Self { nodes: self.nodes.into_iter().map(node).collect() }
    }

    /// Log likelihood of the values if the level is normally distributed.
    pub fn log_evidence(&self, mean: f64, deviation: f64) -> f64 {
        let variance = deviation * deviation;
        log_sum(self.nodes.iter().map(|(level, weight)| weight + log_density(*level, mean, variance)))
    }
}

/// Every combination of some levels' nodes.
pub fn combinations<const N: usize>(levels: &[Level; N]) -> Vec<([f64; N], f64)> {
    let mut combinations = vec![([0.0; N], 0.0)];
    for (k, level) in levels.iter().enumerate() {
        let with = |(combination, weight): &([f64; N], f64)| {
            let (mut combination, weight) = (*combination, *weight);
            level
                .nodes
                .iter()
                .map(move |(node, more)| {
                    combination[k] = *node;
                    (combination, weight + more)
                })
                .collect::<Vec<_>>()
        };
        combinations = combinations.iter().flat_map(with).collect();
    }
    combinations
}
