//! A recording to the network's inputs, by a transform that was fitted on training data.

use serde::{Deserialize, Serialize};

use crate::recording::{Recording, Schema};

/// A fitted transform: which columns reach the network, and how they are scaled.
///
/// Fitting is the trainer's; this is the part that travels in a bundle.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FeatureTransform {
    /// Dense inputs in the network's order.
    pub dense: Vec<DenseFeature>,
    /// Category columns whose codes go to embeddings, in the network's order.
    #[serde(default)]
    pub codes: Vec<String>,
}

/// One dense input: `(x - offset) * scale`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DenseFeature {
    /// A channel, or a category column whose code is taken as an ordinal number.
    pub column: String,
    /// Subtracted first.
    pub offset: f32,
    /// Multiplied second.
    pub scale: f32,
    /// Smallest and greatest value seen in training; values outside are kept and counted.
    pub range: [f32; 2],
}

/// The network's inputs for one recording.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Features {
    /// Number of time steps `T`.
    pub steps: usize,
    /// Dense inputs a step `F`.
    pub width: usize,
    /// Codes a step `K`.
    pub codes_width: usize,
    /// Dense inputs, `[T, F]`.
    pub dense: Vec<f32>,
    /// Category codes, `[T, K]`.
    pub codes: Vec<u8>,
}
