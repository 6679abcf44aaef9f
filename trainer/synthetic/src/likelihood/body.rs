//! Joints 06 to 12: levels that stay where they are.

use super::level::{Clipped, Level};
use super::normal::{Normal, covariance, log_sum};
use crate::model::*;
use crate::subject::Step;

/// Below any level that occurs: seven standard deviations under the lowest mode.
const LOWEST: f64 = -1.5;
const TRUNK: usize = BODY - POSTURED - 2;

fn still(steps: &[Step], joint: usize) -> Level {
    let values = steps.iter().map(|step| step.joints[joint]);
    Clipped::new(values, NOISE[joint]).level(&vec![0.0; steps.len()], LOWEST)
}

/// Log likelihood of joints 06 and 07 by expressed class.
pub fn arms(steps: &[Step]) -> [f64; 3] {
    let levels: [Level; 2] = std::array::from_fn(|arm| still(steps, POSTURED + arm));
    let mode = |means: [f64; 2], deviations: [f64; 2]| -> f64 {
        (0..2).map(|arm| levels[arm].log_evidence(means[arm], deviations[arm])).sum()
    };
    let low = mode(ARMS.low, [ARMS.low_spread; 2]);
    let usual = mode(ARMS.usual, [LEVEL_SPREAD[POSTURED], LEVEL_SPREAD[POSTURED + 1]]);
    ARMS.low_probability
        .map(|probability| log_sum([probability.ln() + low, (1.0 - probability).ln() + usual]))
}

/// Log likelihood of joints 08 to 12 by expressed class.
pub fn trunk(steps: &[Step]) -> [f64; 3] {
    let levels: [Level; TRUNK] = std::array::from_fn(|k| still(steps, POSTURED + 2 + k));
    let normal =
        Normal::new(&covariance(&TRUNK_FACTOR, &TRUNK_SPREAD, &std::array::from_fn(|k| levels[k].variance)));
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
            let density = |(combination, weight): &([f64; TRUNK], f64)| {
                weight + normal.log_density(&std::array::from_fn(|k| combination[k] - means[k]))
            };
            probability.ln() + log_sum(combinations.iter().map(density))
        };
        log_sum([mode(false, false), mode(false, true), mode(true, false), mode(true, true)])
    })
}

/// Every combination of the levels' nodes: more than one only where values were clipped.
fn combinations(levels: &[Level; TRUNK]) -> Vec<([f64; TRUNK], f64)> {
    let mut combinations = vec![([0.0; TRUNK], 0.0)];
    for (k, level) in levels.iter().enumerate() {
        let with = |(combination, weight): &([f64; TRUNK], f64)| {
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
