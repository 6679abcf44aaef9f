//! Why the run of a recipe failed.

use std::path::PathBuf;

use painwave::bundle::BundleError;
use painwave::features::FeatureError;

use crate::assemble::AssembleError;
use crate::loss::UntrainedClass;
use crate::precision::PrecisionError;
use crate::preparation::PreparationError;
use crate::recipe::RecipeError;
use crate::split::SplitError;
use crate::training::TrainingError;

/// Why the run of a recipe failed.
#[derive(Debug, thiserror::Error)]
pub enum ExperimentError {
    /// The recipe cannot be used with these classes and columns.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// The subjects cannot be split as the recipe says.
    #[error("{recipe}:{line}: {source}")]
    Split {
        /// The recipe.
        recipe: PathBuf,
        /// Line of the key that cannot be done, from 1.
        line: usize,
        /// Why.
        source: SplitError,
    },
    /// A class without a training subject.
    #[error(transparent)]
    UntrainedClass(#[from] UntrainedClass),
    /// The features cannot be fitted.
    #[error(transparent)]
    Preparation(#[from] PreparationError),
    /// The features do not fit the schema.
    #[error(transparent)]
    Features(#[from] FeatureError),
    /// What is to be trained is not a valid bundle.
    #[error("the model cannot be bundled: {0}")]
    Invalid(#[from] BundleError),
    /// A network could not be trained.
    #[error(transparent)]
    Training(#[from] TrainingError),
    /// What was trained makes no bundle.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// Precisions cannot be measured.
    #[error(transparent)]
    Precision(#[from] PrecisionError),
    /// Cancelled before the last of several networks was trained.
    #[error("interrupted in {part}: there is no bundle yet, --resume continues")]
    Interrupted {
        /// The fold and the stage.
        part: String,
    },
}
