//! Why a file is not a bundle, or a bundle is not a model.

use super::budget::{MAX_FILE_SIZE, MAX_MANIFEST_SIZE};
use super::container::ContainerError;
use super::manifest::VERSION;
use crate::features::FeatureError;
use crate::network::NetworkConfigError;
use crate::novelty::ReferenceError;
use crate::stages::StageError;

/// Why a file is not a bundle, or a bundle is not a model.
#[derive(Debug, thiserror::Error)]
pub enum BundleError {
    /// Larger than any bundle.
    #[error("the bundle has {found} bytes, at most {MAX_FILE_SIZE} are allowed")]
    TooLarge {
        /// Size of the file.
        found: usize,
    },
    /// Not a burnpack file, or a damaged one.
    #[error("this is not a whole burnpack file")]
    Container(#[source] ContainerError),
    /// A burnpack file, but not one of ours.
    #[error("this burnpack file is not a painwave bundle: it has no metadata `{0}`")]
    Foreign(&'static str),
    /// The content is not what was written.
    #[error("the bundle is damaged: its digest does not match its content")]
    Damaged,
    /// The manifest is not the JSON of a manifest, or cannot be written as such.
    #[error("the bundle's manifest cannot be read or written")]
    Json(#[source] serde_json::Error),
    /// The manifest is larger than any.
    #[error("the bundle's manifest has {found} bytes, at most {MAX_MANIFEST_SIZE} are allowed")]
    LargeManifest {
        /// Bytes of its JSON.
        found: usize,
    },
    /// Made by a later or earlier version of this crate.
    #[error("the bundle has version {found}, this version of painwave reads {VERSION}")]
    Version {
        /// Version of the bundle.
        found: u64,
    },
    /// The manifest contradicts itself or leaves the allowed ranges.
    #[error(transparent)]
    Invalid(#[from] InvalidManifest),
    /// A member's network configuration is not a network.
    #[error(transparent)]
    Network(#[from] NetworkConfigError),
    /// A member's features do not fit the schema.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// A weight is missing, superfluous or of another shape.
    #[error("the weight `{name}` is {found:?}, expected {expected:?}")]
    Weight {
        /// Name of the tensor in the file.
        name: String,
        /// Its shape, if it is there.
        found: Option<Vec<usize>>,
        /// The shape it must have, if it belongs there.
        expected: Option<Vec<usize>>,
    },
    /// A weight is stored as something else than f16, f32 or i8, or scales as something else than f16 or f32.
    #[error("the weight `{name}` is stored as {found}, expected F16, F32 or, but for scales, I8")]
    WeightType {
        /// Name of the tensor in the file.
        name: String,
        /// How it is stored.
        found: String,
    },
    /// A weight is infinite or NaN.
    #[error("the weight `{name}` holds a value that is not finite")]
    WeightNotFinite {
        /// Name of the tensor in the file.
        name: String,
    },
}

/// How a manifest contradicts itself or leaves the allowed ranges.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidManifest {
    /// Too many or too few of something.
    #[error("the bundle has {found} {what}, expected {min} to {max}")]
    Count {
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be at least.
        min: usize,
        /// How many there may be.
        max: usize,
    },
    /// A name that is empty or stands twice.
    #[error("the {what} `{name}` is empty or stands twice")]
    Name {
        /// What is named.
        what: &'static str,
        /// The name.
        name: String,
    },
    /// A size that does not follow from the rest.
    #[error("member {member} has {found} {what}, expected {expected}")]
    Size {
        /// Index of the member.
        member: usize,
        /// What was counted.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there must be.
        expected: usize,
    },
    /// More memory or work than a bundle may ask for; see [the budget](crate::bundle#budget).
    #[error("the bundle asks for {found} {what}, at most {max} are allowed")]
    Budget {
        /// What it asks for.
        what: &'static str,
        /// How much of it; `u64::MAX` stands for that and more.
        found: u64,
        /// How much it may ask for.
        max: u64,
    },
    /// Members whose groups do not tell the classes apart.
    #[error(transparent)]
    Stages(#[from] StageError),
    /// A step that no time passes in.
    #[error("the bundle has a step of {found}, expected a length above 0")]
    Step {
        /// Its length.
        found: String,
    },
    /// A temperature or threshold that probabilities cannot be divided by.
    #[error("the bundle has the {what} {found}, expected {expected}")]
    Decision {
        /// Which of them.
        what: &'static str,
        /// The number.
        found: String,
        /// What it may be.
        expected: &'static str,
    },
    /// A coverage or least probability of prediction sets that is no share.
    #[error("the bundle has prediction sets of coverage {coverage} whose numbers are not shares from 0 to 1")]
    Sets {
        /// The coverage.
        coverage: String,
    },
    /// Statistics of the training data that contradict themselves.
    #[error(transparent)]
    Novelty(#[from] ReferenceError),
    /// A known answer that no network gives.
    #[error("member {member}: the known answers hold a value that is not finite or a code without a level")]
    KnownAnswers {
        /// Index of the member.
        member: usize,
    },
}
