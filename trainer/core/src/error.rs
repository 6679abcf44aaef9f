//! What can go wrong while a recipe is run.

use std::path::PathBuf;

use painwave::bundle::BundleError;
use painwave::classifier::{ClassifyError, LoadError};
use painwave::features::FeatureError;

use crate::labels::LabelsError;
use crate::recipe::RecipeError;

/// Why a recipe came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file that cannot be read.
    #[error("cannot read {path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file that cannot be written.
    #[error("cannot write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// What an observer could not do with what it was told.
    #[error(transparent)]
    Observer(Box<dyn std::error::Error + Send + Sync>),
    /// The threads cannot be started.
    #[error("cannot start the threads of the training: {0}; ask for fewer with --threads")]
    Threads(rayon::ThreadPoolBuildError),
    /// The recipe cannot be used.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The labels file is not what it should be.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// The subjects cannot be split as the recipe says.
    #[error("{recipe}:{line}: {source}")]
    Split {
        /// The recipe.
        recipe: PathBuf,
        /// Line of the key that cannot be done, from 1.
        line: usize,
        /// Why.
        source: crate::split::SplitError,
    },
    /// A network has nothing to learn a class from.
    #[error(transparent)]
    NobodyTrains(#[from] crate::loss::NobodyTrains),
    /// The features do not fit the schema.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// What is to be trained, or was, is not a valid bundle.
    #[error("the model cannot be bundled: {0}")]
    Invalid(#[from] BundleError),
    /// The model cannot run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The recordings cannot be classified.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
    /// A checkpoint that cannot be continued.
    #[error("cannot resume from {path}: {reason}")]
    Resume {
        /// The checkpoint.
        path: PathBuf,
        /// Why.
        reason: ResumeProblem,
    },
    /// The loss is NaN or infinite.
    #[error(
        "the loss of epoch {epoch} is NaN or infinite: lower the learning rate or set \
         `gradient_clipping`"
    )]
    Diverged {
        /// The epoch, from 1.
        epoch: usize,
    },
    /// Ctrl-C before the first epoch ended: there is nothing to keep.
    #[error("interrupted before the first epoch ended: nothing was written")]
    Interrupted,
    /// Ctrl-C before the last of several networks was trained.
    #[error("interrupted in {part}: there is no ensemble yet, --resume continues")]
    InterruptedPart {
        /// The fold and the stage.
        part: String,
    },
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
    /// A file of it cannot be read.
    #[error("{0}")]
    Unreadable(String),
}

impl Error {
    /// For `map_err`: names the file that could not be read.
    pub fn read(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Error::Read { path, source }
    }

    /// For `map_err`: names the file that could not be written.
    pub fn write(path: impl Into<PathBuf>) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.into();
        move |source| Error::Write { path, source }
    }
}
