//! What the clipped white-noise joints say of their levels.

use super::normal::{log_cdf, log_density, log_sum};

/// Nodes this much (in nats) below the max are left out of sums.
pub const NEGLIGIBLE: f64 = 30.0;

/// One joint's values: `max(0, level + offset of the step + white noise)`.
pub struct Clipped {
    values: Vec<f64>,
    noise: f64,
    zeros: usize,
}

/// The likelihood of a level: a sum of weighted normal densities, or of points where values were clipped. A
/// factor that depends on the values alone is left out.
pub struct Level {
    /// Position and log weight of each.
    pub nodes: Vec<(f64, f64)>,
    /// Variance about the positions.
    pub variance: f64,
}

impl Clipped {
    /// A joint's values and the standard deviation of its noise.
    pub fn new(values: impl Iterator<Item = f64>, noise: f64) -> Self {
        let values: Vec<f64> = values.collect();
        let zeros = values.iter().filter(|value| **value == 0.0).count();
        Self { values, noise, zeros }
    }

    /// The likelihood of the level given what the steps' values were moved by. Levels below `lowest` are left
    /// out: where every value is clipped, the values allow any low level.
    pub fn level(&self, offsets: &[f64], lowest: f64) -> Level {
        let variance = self.noise * self.noise;
        let moved = || self.values.iter().zip(offsets).filter(|(value, _)| **value > 0.0).map(|(v, o)| v - o);
        let positive = (self.values.len() - self.zeros) as f64;
        let mean = moved().sum::<f64>() / positive.max(1.0);
        let scatter: f64 = moved().map(|value| (value - mean).powi(2)).sum();
        if self.zeros == 0 {
            return Level { nodes: vec![(mean, -0.5 * scatter / variance)], variance: variance / positive };
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
                if level < lowest || weight < max - NEGLIGIBLE {
                    break;
                }
                max = max.max(weight);
                nodes.push((level, weight));
            }
        }
        Level { nodes, variance: 0.0 }
    }
}

impl Level {
    /// Log likelihood of the values if the level is normally distributed.
    pub fn log_evidence(&self, mean: f64, deviation: f64) -> f64 {
        let variance = deviation * deviation + self.variance;
        log_sum(self.nodes.iter().map(|(level, weight)| weight + log_density(*level, mean, variance)))
    }
}
