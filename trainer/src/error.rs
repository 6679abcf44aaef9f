//! What can go wrong, with the place and what was expected.

use std::path::PathBuf;

use painwave::bundle::BundleError;
use painwave::classifier::{ClassifyError, LoadError};
use painwave::csv::CsvError;
use painwave_train::assemble::AssembleError;
use painwave_train::experiment::ExperimentError;
use painwave_train::export::ExportError;
use painwave_train::labels::LabelsError;
use painwave_train::recipe::RecipeError;

use crate::study::StudyError;

/// Why a command failed.
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
    /// The recipe cannot be used.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// A study cannot be made or has come to nothing.
    #[error(transparent)]
    Study(#[from] StudyError),
    /// A data file is not what the schema says.
    #[error("{path}: {source}")]
    Data {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: CsvError,
    },
    /// The labels file is not what it should be.
    #[error(transparent)]
    Labels(#[from] LabelsError),
    /// The data cannot be looked at.
    #[error(transparent)]
    Profile(#[from] painwave_profile::ProfileError),
    /// A recipe came to nothing.
    #[error(transparent)]
    Experiment(#[from] ExperimentError),
    /// A bundle's precisions cannot be measured.
    #[error(transparent)]
    Assemble(#[from] AssembleError),
    /// The threads cannot be started.
    #[error("cannot start the threads of the training: {0}; ask for fewer with --threads")]
    Threads(rayon::ThreadPoolBuildError),
    /// A file is not a bundle.
    #[error("{path}: {source}")]
    Bundle {
        /// The file.
        path: PathBuf,
        /// What is wrong.
        source: BundleError,
    },
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
    /// A device that this build does not contain.
    #[error(
        "the device `{device}` is not part of this build: build the trainer with \
         `cargo build --release --package trainer --features {device}`"
    )]
    DeviceNotBuilt {
        /// Name of the device, and of the cargo feature.
        device: &'static str,
    },
    /// A folder that already holds a run.
    #[error("{path} already holds a run: choose another folder, or continue it with --resume")]
    RunExists {
        /// The folder.
        path: PathBuf,
    },
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
