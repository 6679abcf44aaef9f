//! A recording to the network's inputs, by a transform that was fitted on training data.

mod extractor;
mod transform;

pub use self::extractor::FeatureExtractor;
pub use self::transform::{
    DenseFeature, FeatureError, FeatureTransform, Features, MAX_INPUTS, Projection, ProjectionProblem, mean,
};
