//! Joints 00 to 05 and 26 to 29: what the severity moves, and when the pain is lowest.

use std::collections::HashMap;

use super::level::{Clipped, Level, NEGLIGIBLE};
use super::limbs::Limbs;
use super::normal::{log_density, log_sum};
use crate::marginal::marginals;
use crate::model::*;
use crate::population::{Split, parabola, posture_probabilities};
use crate::subject::Step;

/// Lattice of the severity's logarithm and of the lowest point, both in standard deviations of the prior: steps
/// no longer than the standard deviation of the sharpest posterior, out to where the prior is negligible.
const SPACING: [f64; 2] = [0.12, 0.045];
const REACH: f64 = 5.0;
/// The lattice is refined from this many steps down to one where it matters, or until that changes no more than
/// this (in nats).
const COARSEST: i32 = 8;
const CONVERGED: f64 = 1e-5;

/// Log likelihood of joints 00 to 05 and 26 to 29 by expressed class, for subjects of one of the sets.
pub fn motion(steps: &[Step], split: Split) -> [f64; 3] {
    let limbs = Limbs::new(steps);
    let body = Postured::new(steps, split);
    std::array::from_fn(|class| {
        let mut of_severity = HashMap::new();
        over_pain(class, |severity, lowest| {
            let limbs = of_severity
                .entry(severity.to_bits())
                .or_insert_with(|| limbs.log_likelihood(class, severity));
            *limbs + body.log_likelihood(class, severity, lowest)
        })
    })
}

/// Integrates the severity and the lowest point of an expressed class out of a log likelihood that depends on
/// them. The lattice is refined around the max of the summand.
pub fn over_pain(class: usize, mut log_likelihood: impl FnMut(f64, f64) -> f64) -> f64 {
    if class == 0 {
        // No severity, so nothing is bent and no point is lowest.
        return log_likelihood(0.0, LOWEST[0]);
    }
    let mut log_integrand = |node: [i32; 2]| {
        let z = [0, 1].map(|axis| SPACING[axis] * f64::from(node[axis]));
        let prior: f64 =
            z.iter().zip(SPACING).map(|(z, spacing)| log_density(*z, 0.0, 1.0) + spacing.ln()).sum();
        prior + log_likelihood((SEVERITY_SPREAD * z[0]).exp(), LOWEST[class] + LOWEST_SPREAD * z[1])
    };
    let ends = SPACING.map(|spacing| (REACH / spacing / f64::from(COARSEST)).ceil() as i32 * COARSEST);
    let axis = |end: i32| (-end..=end).step_by(COARSEST as usize);
    let mut known: HashMap<[i32; 2], f64> = HashMap::new();
    for i in axis(ends[0]) {
        for j in axis(ends[1]) {
            known.insert([i, j], log_integrand([i, j]));
        }
    }
    let sum = |known: &HashMap<[i32; 2], f64>, stride: i32| {
        let on = known.iter().filter(|([i, j], _)| i % stride == 0 && j % stride == 0);
        log_sum(on.map(|(_, log)| *log)) + 2.0 * f64::from(stride).ln()
    };
    let mut stride = COARSEST;
    let mut found = sum(&known, stride);
    while stride > 1 {
        stride /= 2;
        let max = known.values().copied().fold(f64::NEG_INFINITY, f64::max);
        let kept: Vec<[i32; 2]> =
            known.iter().filter(|(_, log)| **log > max - NEGLIGIBLE).map(|(node, _)| *node).collect();
        for [i, j] in kept {
            for (di, dj) in [-1, 0, 1].into_iter().flat_map(|di| [-1, 0, 1].map(|dj| (di, dj))) {
                let node = [i + di * stride, j + dj * stride];
                known.entry(node).or_insert_with(|| log_integrand(node));
            }
        }
        let finer = sum(&known, stride);
        let converged = (finer - found).abs() < CONVERGED;
        found = finer;
        if converged {
            break;
        }
    }
    found
}

/// What a recording says of joints 00 to 05.
pub struct Postured {
    joints: [Clipped; POSTURED],
    steps: usize,
    split: Split,
}

impl Postured {
    /// For subjects of one of the sets.
    pub fn new(steps: &[Step], split: Split) -> Self {
        let values = |joint: usize| steps.iter().map(move |step| step.joints[joint]);
        let joints = std::array::from_fn(|joint| Clipped::new(values(joint), NOISE[joint]));
        Self { joints, steps: steps.len(), split }
    }

    /// Log likelihood given the expressed class and its parabola; sums over the postures.
    pub fn log_likelihood(&self, class: usize, severity: f64, lowest: f64) -> f64 {
        let bend = parabola(self.steps, lowest);
        let levels: [Level; POSTURED] = std::array::from_fn(|joint| {
            let amplitude = DRIFT[class][joint] * severity;
            let shift = match self.split {
                Split::Test => TEST_OFFSETS.get(joint).copied().unwrap_or(0.0),
                Split::Train => 0.0,
            };
            let offsets: Vec<f64> = bend.iter().map(|bend| shift + amplitude * bend).collect();
            self.joints[joint].level(&offsets).latent(&marginals().levels[joint])
        });
        let postures = posture_probabilities(self.split, class).into_iter().zip(&POSTURES);
        let possible = postures.filter(|(probability, _)| *probability > 0.0);
        log_sum(possible.map(|(probability, posture)| {
            let evidence = levels.iter().zip(posture.levels).zip(posture.spread);
            probability.ln()
                + evidence.map(|((level, mean), spread)| level.log_evidence(mean, spread)).sum::<f64>()
        }))
    }
}
