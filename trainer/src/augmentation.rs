//! Random changes to training windows.

use painwave::windows::WindowBatch;
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, StandardNormal};

use crate::recipe::Augmentation;

/// Changes the dense inputs of a batch, each window on its own; `width` is the number of dense inputs.
///
/// Scaling multiplies each input of a window by one factor `1 + scaling * z`; jitter adds `jitter * z` to
/// each value, with `z` drawn from the standard normal distribution.
pub fn augment(batch: &mut WindowBatch, width: usize, recipe: &Augmentation, rng: &mut ChaCha8Rng) {
    let mut normal = || -> f32 { StandardNormal.sample(rng) };
    if recipe.scaling > 0.0 {
        for window in batch.dense.chunks_exact_mut(batch.length * width) {
            let factors: Vec<f32> = (0..width).map(|_| 1.0 + recipe.scaling * normal()).collect();
            for step in window.chunks_exact_mut(width) {
                step.iter_mut().zip(&factors).for_each(|(value, factor)| *value *= factor);
            }
        }
    }
    if recipe.jitter > 0.0 {
        batch.dense.iter_mut().for_each(|value| *value += recipe.jitter * normal());
    }
}
