//! How good a network is on held-out windows while it is trained.

use burn::tensor::Device;
use painwave::aggregate::Aggregation;
use painwave::evaluation::Scores;
use painwave::network::{Network, NetworkConfig, NetworkInputs};

use crate::windows::WindowSet;

/// Windows that are computed at once.
const BATCH_WINDOWS: usize = 2048;

/// Logits of all windows of a set, `[windows, classes]`. The network must be in validation mode and the
/// device without autodiff.
pub fn logits(network: &Network, config: &NetworkConfig, set: &WindowSet, device: &Device) -> Vec<f32> {
    let mut logits = Vec::with_capacity(set.len() * config.classes);
    for batch in set.batches(BATCH_WINDOWS) {
        let answer = network.forward(&NetworkInputs::new(&batch, config, device));
        logits.extend(answer.into_data().iter::<f32>());
    }
    logits
}

/// Mean cross entropy of the windows against their classes.
pub fn loss(logits: &[f32], classes: &[usize]) -> f64 {
    let width = logits.len() / classes.len();
    let sum: f64 = logits
        .chunks_exact(width)
        .zip(classes)
        .map(|(row, class)| {
            let max = f64::from(row.iter().copied().fold(f32::NEG_INFINITY, f32::max));
            let sum: f64 = row.iter().map(|logit| (f64::from(*logit) - max).exp()).sum();
            sum.ln() + max - f64::from(row[*class])
        })
        .sum();
    sum / classes.len() as f64
}

/// Scores of the subjects whose windows have these logits.
pub fn scores(logits: &[f32], set: &WindowSet, aggregation: &Aggregation, classes: &[String]) -> Scores {
    let width = classes.len();
    let pairs = set.subjects.iter().map(|windows| {
        let rows = &logits[windows.start * width..windows.end * width];
        let probabilities = aggregation.members.probabilities(&[rows], width);
        (set.classes[windows.start], aggregation.windows.combine(&probabilities, width).class)
    });
    Scores::new(classes, pairs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_loss_of_even_logits_is_the_logarithm_of_the_classes() {
        assert!((loss(&[7.0; 6], &[0, 2]) - 3f64.ln()).abs() < 1e-12);
        assert!(loss(&[40.0, 0.0], &[0]) < 1e-12);
    }
}
