//! From a subject's probabilities to calibrated ones, and to its class.

use serde::{Deserialize, Serialize};

use crate::aggregate::softmax;

/// How a subject's probabilities are calibrated and which class they decide for; chosen after training on subjects
/// that were held out. The default changes nothing.
///
/// Both act on the subject, after members and windows are combined. The windows' own probabilities stay as the
/// networks gave them.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// `T` of `p^(1 / T) / sum`, which is the softmax of `ln p / T`: above 1 it lowers the confidence of a model, below
    /// 1 it raises it, and the order of the classes stays.
    ///
    /// Source: Guo et al., "On calibration of modern neural networks", ICML 2017, with the logarithm of the subject's
    /// probabilities for the logits, of which a subject has one row for each window and member.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<f32>,
    /// One for each class: the decision is the argmax of the calibrated probabilities, each divided by its
    /// threshold. Only their ratios matter.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub thresholds: Option<Vec<f32>>,
}

impl Decision {
    /// Whether it changes nothing.
    pub fn is_default(&self) -> bool {
        *self == Decision::default()
    }

    /// The probabilities at the temperature; they sum to one if `probabilities` do. One of 0 stays (next to) 0.
    pub fn calibrate(&self, probabilities: Vec<f32>) -> Vec<f32> {
        match self.temperature {
            Some(temperature) => {
                let logs = probabilities.iter().map(|p| p.max(f32::MIN_POSITIVE).ln() / temperature);
                softmax(&logs.collect::<Vec<f32>>())
            }
            None => probabilities,
        }
    }

    /// The class that calibrated probabilities decide for; of equals `argmax`, the class of the max
    /// probability, or else the first.
    ///
    /// # Panics
    /// If there are thresholds and not one for each class.
    pub fn class(&self, argmax: usize, probabilities: &[f32]) -> usize {
        let Some(thresholds) = &self.thresholds else { return argmax };
        let ratio = |class: usize| probabilities[class] / thresholds[class];
        (0..probabilities.len())
            .fold(argmax, |best, class| if ratio(class) > ratio(best) { class } else { best })
    }
}
