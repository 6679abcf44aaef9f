//! Joints 26 to 29: given the severity, the latent motions are jointly normal.

use super::normal::{Normal, covariance};
use crate::marginal::marginals;
use crate::model::*;
use crate::population::limb_state;
use crate::subject::Step;

/// What a recording says of joints 26 to 29: sufficient statistics of a level plus an autoregressive process.
pub struct Limbs {
    /// Generalised least squares estimate of the levels.
    levels: [f64; LIMBS],
    /// Its precision, in units of that of one step.
    precision: f64,
    /// Scatter about it in each direction, as columns whose outer products add up to the scatter matrix.
    innovations: Vec<[f64; LIMBS]>,
}

impl Limbs {
    /// Reads them off.
    pub fn new(steps: &[Step]) -> Self {
        let keep = LIMB_AUTOCORRELATION;
        let fresh = (1.0 - keep * keep).sqrt();
        let shown: Vec<[f64; LIMBS]> = steps.iter().map(latent).collect();
        // The process in independent parts: the first step, then what each adds to the one before; the level's
        // share of each part stands beside it.
        let part = |t: usize| match t {
            0 => (shown[0], 1.0),
            t => {
                let (now, before) = (shown[t], shown[t - 1]);
                (std::array::from_fn(|limb| (now[limb] - keep * before[limb]) / fresh), (1.0 - keep) / fresh)
            }
        };
        let parts: Vec<([f64; LIMBS], f64)> = (0..shown.len()).map(part).collect();
        let precision: f64 = parts.iter().map(|(_, share)| share * share).sum();
        let levels: [f64; LIMBS] = std::array::from_fn(|limb| {
            parts.iter().map(|(part, share)| share * part[limb]).sum::<f64>() / precision
        });
        let rest = |(part, share): &([f64; LIMBS], f64)| {
            std::array::from_fn(|limb| part[limb] - share * levels[limb])
        };
        Self { levels, precision, innovations: parts.iter().map(rest).collect() }
    }

    /// Log likelihood given the expressed class and the severity, but for a factor of the values alone.
    pub fn log_likelihood(&self, class: usize, severity: f64) -> f64 {
        let (levels, motion) = limb_state(class, severity);
        let process = Normal::new(&covariance(&LIMB_FACTOR, &motion, &[0.0; LIMBS]));
        let steps = self.innovations.len() as f64;
        let scatter: f64 = self.innovations.iter().map(|innovation| process.square(innovation)).sum();
        let within = -0.5 * (scatter + (steps - 1.0) * process.log_determinant());

        let mut between = covariance(&LIMB_FACTOR, &[LIMB_SPREAD; LIMBS], &[0.0; LIMBS]);
        let error = covariance(&LIMB_FACTOR, &motion, &[0.0; LIMBS]);
        for (row, more) in between.iter_mut().zip(error) {
            row.iter_mut().zip(more).for_each(|(value, more)| *value += more / self.precision);
        }
        within
            + Normal::new(&between).log_density(&std::array::from_fn(|limb| self.levels[limb] - levels[limb]))
    }
}

/// The latent motions that a step shows.
fn latent(step: &Step) -> [f64; LIMBS] {
    std::array::from_fn(|limb| marginals().limbs[limb].latent(step.joints[LIMBS_FROM + limb]))
}
