//! Joints 06 to 12: levels that stay where they are.

use super::level::{Clipped, Level, combinations};
use super::normal::{Normal, covariance, log_sum};
use crate::marginal::marginals;
use crate::model::*;
use crate::subject::Step;

fn still(steps: &[Step], joint: usize) -> Level {
    let values = steps.iter().map(|step| step.joints[joint]);
    Clipped::new(values, NOISE[joint]).level(&vec![0.0; steps.len()]).latent(&marginals().levels[joint])
}

/// Log likelihood of levels that are jointly normal.
fn evidence<const N: usize>(combinations: &[([f64; N], f64)], normal: &Normal<N>, means: &[f64; N]) -> f64 {
    log_sum(combinations.iter().map(|(combination, weight)| {
        weight + normal.log_density(&std::array::from_fn(|k| combination[k] - means[k]))
    }))
}

/// Log likelihood of joints 06 and 07 by expressed class.
pub fn arms(steps: &[Step]) -> [f64; 3] {
    let combinations = combinations(&[still(steps, POSTURED), still(steps, POSTURED + 1)]);
    let mode = |means: [f64; 2], deviations: [f64; 2]| -> f64 {
        let normal = Normal::new(&covariance(&ARMS.factor, &deviations, &[0.0; 2]));
        evidence(&combinations, &normal, &means)
    };
    let low = mode(ARMS.low, [ARMS.low_spread; 2]);
    let usual = mode(ARMS.usual, ARMS.usual_spread);
    ARMS.low_probability
        .map(|probability| log_sum([probability.ln() + low, (1.0 - probability).ln() + usual]))
}

/// Log likelihood of joints 08 to 12 by expressed class.
pub fn trunk(steps: &[Step]) -> [f64; 3] {
    let levels: [Level; TRUNK] = std::array::from_fn(|k| still(steps, TRUNK_FROM + k));
    let normal = Normal::new(&covariance(&TRUNK_FACTOR, &TRUNK_SPREAD, &[0.0; TRUNK]));
    let combinations = combinations(&levels);
    TRUNK_LEVELS.map(|means| {
        let mode = |turned: bool, bowed: bool| {
            let mut means = means;
            if turned {
                means[0] += TURNED.1[0];
                means[1] += TURNED.1[1];
            }
            if bowed {
                means[4] += BOWED.1;
            }
            let probability =
                if turned { TURNED.0 } else { 1.0 - TURNED.0 } * if bowed { BOWED.0 } else { 1.0 - BOWED.0 };
            probability.ln() + evidence(&combinations, &normal, &means)
        };
        log_sum([mode(false, false), mode(false, true), mode(true, false), mode(true, true)])
    })
}
