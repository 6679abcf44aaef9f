//! Why a training failed.

use burn::store::RecordError;

use crate::host::HostError;

/// Why a training failed.
#[derive(Debug, thiserror::Error)]
pub enum TrainingError {
    /// A checkpoint that cannot be continued.
    #[error("cannot resume from {key}: {reason}")]
    Resume {
        /// Its key in the store.
        key: String,
        /// Why.
        reason: ResumeProblem,
    },
    /// Weights that Burn cannot write.
    #[error("cannot make a checkpoint: {0}")]
    Checkpoint(RecordError),
    /// Scores that TOML cannot hold.
    #[error("cannot make a checkpoint: {0}")]
    Index(#[from] toml::ser::Error),
    /// The program around the training could not do its part.
    #[error(transparent)]
    Host(#[from] HostError),
    /// The loss is infinite or NaN.
    #[error(
        "the loss of epoch {epoch} is NaN or infinite: lower the learning rate or set \
         `gradient_clipping`"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
    },
    /// Cancelled before the first epoch ended: there is nothing to keep.
    #[error("interrupted before the first epoch ended: nothing was written")]
    Interrupted,
}

/// Why a checkpoint cannot be continued.
#[derive(Debug, thiserror::Error)]
pub enum ResumeProblem {
    /// There is none.
    #[error("there is no checkpoint; start without --resume")]
    Missing,
    /// It was made with another recipe, other data or another seed.
    #[error("{0} changed since it was written")]
    Changed(&'static str),
    /// Its training went further than it now may.
    #[error("{0} was lowered since it was written: it can only be raised")]
    Lowered(&'static str),
    /// Raised limits would train on from weights that were fine-tuned.
    #[error(
        "its fine-tuning has begun: neither the epochs nor the patience before that can be raised any more"
    )]
    Tuned,
    /// It names tensors that are not there.
    #[error("`{0}` is missing")]
    Incomplete(String),
    /// Its index is not text.
    #[error(transparent)]
    NotText(#[from] std::string::FromUtf8Error),
    /// Its index is not what this trainer writes.
    #[error(transparent)]
    Syntax(#[from] toml::de::Error),
    /// Its tensors are not those of this network.
    #[error(transparent)]
    Record(#[from] RecordError),
}
