//! Why a command failed: what each room says of its own.

use std::path::PathBuf;

use painwave::bundle::BundleError;
use painwave::classifier::{ClassifyError, LoadError};
use painwave_train::assemble::AssembleError;
use painwave_train::experiment::ExperimentError;
use painwave_train::export::ExportError;
use painwave_train::recipe::RecipeError;

use crate::data::DataError;
use crate::device::DeviceNotBuilt;
use crate::files::FileError;
use crate::study::StudyError;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A file or a folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// Recipes, recordings, labels or bundles cannot be taken from their files.
    #[error(transparent)]
    Data(#[from] DataError),
    /// The recipe cannot be used.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// A study cannot be made or has come to nothing.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// The data cannot be looked at.
    #[error(transparent)]
    Profile(#[from] painwave_profile::ProfileError),
    /// A recipe came to nothing.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// A bundle's precisions cannot be measured.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// Other recordings or labels than a bundle was fitted on.
    #[error(
        "{path} is not the file that {bundle} was fitted on: its SHA-256 is not the one on the model's card"
    )]
    OtherData {
        /// The file.
        path: PathBuf,
        /// The bundle.
        bundle: PathBuf,
    },
    /// The recordings have no step that a bundle could know.
    #[error("{path}: the times of most recordings have no step, or not in one unit")]
    NoStep {
        /// Where they were read.
        path: PathBuf,
    },
    /// What is to be trained, or was, is not a valid bundle.
    #[error("the model cannot be bundled: {0}")]
    Invalid(#[from] BundleError),
    /// The bundle cannot be written in another format.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// The model cannot run.
    #[error(transparent)]
    Load(#[from] LoadError),
    /// The recordings cannot be classified.
    #[error(transparent)]
    Classify(#[from] ClassifyError),
    /// The device is not there.
    #[error(transparent)]
    Device(#[from] DeviceNotBuilt),
    /// A folder that already holds a run.
    #[error("{path} already holds a run: choose another folder, or continue it with --resume")]
    RunExists {
        /// The folder.
        path: PathBuf,
    },
}
