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
    /// How many of the dense inputs lie outside the range seen in training.
    pub outside: usize,
}

/// Why a transform does not fit a schema.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum FeatureError {
    /// The transform reads a column that the schema does not have (codes must be category columns).
    #[error("the features read the column `{0}`, which the schema does not have as such")]
    UnknownColumn(String),
    /// Offset, scale or range is not a finite number.
    #[error("the scaling of the column `{0}` is not finite")]
    NotFinite(String),
}

/// A transform whose columns are looked up in a schema, ready to run.
#[derive(Clone, Debug)]
pub struct FeatureExtractor {
    dense: Vec<(Source, DenseFeature)>,
    codes: Vec<usize>,
    channels: usize,
    categories: usize,
}

#[derive(Clone, Copy, Debug)]
enum Source {
    Channel(usize),
    Category(usize),
}

impl FeatureExtractor {
    /// Looks the transform's columns up.
    ///
    /// # Errors
    /// A column that the schema lacks, or a scaling that is not finite.
    pub fn new(transform: &FeatureTransform, schema: &Schema) -> Result<Self, FeatureError> {
        let category =
            |column: &String| schema.categories.iter().position(|category| category.column == *column);
        let channel = |column: &String| schema.channels.iter().position(|channel| channel == column);
        let unknown = |column: &String| FeatureError::UnknownColumn(column.clone());

        let mut dense = Vec::with_capacity(transform.dense.len());
        for feature in &transform.dense {
            let column = &feature.column;
            let DenseFeature { offset, scale, range: [low, high], .. } = *feature;
            if ![offset, scale, low, high].iter().all(|number| number.is_finite()) {
                return Err(FeatureError::NotFinite(column.clone()));
            }
            let source = channel(column)
                .map(Source::Channel)
                .or_else(|| category(column).map(Source::Category))
                .ok_or_else(|| unknown(column))?;
            dense.push((source, feature.clone()));
        }
        let codes = transform.codes.iter().map(|column| category(column).ok_or_else(|| unknown(column)));
        Ok(FeatureExtractor {
            dense,
            codes: codes.collect::<Result<_, _>>()?,
            channels: schema.channels.len(),
            categories: schema.categories.len(),
        })
    }

    /// The network's inputs for one recording of the schema's shape.
    pub fn apply(&self, recording: &Recording) -> Features {
        let (steps, width) = (recording.steps(), self.dense.len());
        let mut dense = Vec::with_capacity(steps * width);
        let mut codes = Vec::with_capacity(steps * self.codes.len());
        let mut outside = 0;
        for step in 0..steps {
            let values = &recording.values[step * self.channels..][..self.channels];
            let words = &recording.codes[step * self.categories..][..self.categories];
            for (source, DenseFeature { offset, scale, range: [low, high], .. }) in &self.dense {
                let value = match source {
                    Source::Channel(channel) => values[*channel],
                    Source::Category(category) => f32::from(words[*category]),
                };
                outside += usize::from(!(*low..=*high).contains(&value));
                dense.push((value - offset) * scale);
            }
            codes.extend(self.codes.iter().map(|category| words[*category]));
        }
        Features { steps, width, codes_width: self.codes.len(), dense, codes, outside }
    }
}
