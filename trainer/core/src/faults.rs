//! Recordings with faults: what is looked for has to be known.

use painwave::novelty::FaultKind;
use painwave::recording::Recording;
use rand::seq::SliceRandom;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::StandardNormal;

/// Standard deviation of the noise that is added, as a share of the channel's own: less does not spoil much.
const NOISE: f64 = 0.5;

/// A recording with a fault. The same index brings the same random numbers.
pub fn with(kind: FaultKind, recording: &Recording, index: usize) -> Recording {
    let mut rng = ChaCha8Rng::seed_from_u64(index as u64);
    let width = recording.values.len() / recording.steps().max(1);
    let mut faulty = recording.clone();
    match kind {
        FaultKind::Order => {
            let mut order: Vec<usize> = (0..recording.steps()).collect();
            order.shuffle(&mut rng);
            let steps = order.iter().flat_map(|step| &recording.values[step * width..(step + 1) * width]);
            faulty.values = steps.copied().collect();
        }
        FaultKind::Noise => {
            let sizes: Vec<f64> = (0..width).map(|channel| NOISE * sd(recording, channel, width)).collect();
            for step in faulty.values.chunks_exact_mut(width.max(1)) {
                for (value, size) in step.iter_mut().zip(&sizes) {
                    *value += (size * rng.sample::<f64, _>(StandardNormal)) as f32;
                }
            }
        }
    }
    faulty
}

/// The standard deviation of a channel.
fn sd(recording: &Recording, channel: usize, width: usize) -> f64 {
    let values = || recording.values.iter().skip(channel).step_by(width).map(|value| f64::from(*value));
    let count = recording.steps().max(1) as f64;
    let mean = values().sum::<f64>() / count;
    (values().map(|value| (value - mean) * (value - mean)).sum::<f64>() / count).sqrt()
}
