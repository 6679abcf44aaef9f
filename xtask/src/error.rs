//! Why a command ended early.

use std::path::Path;

use crate::process::ProcessError;

/// Why a command of `cargo xtask` ended early.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// A command line did not run or did not succeed.
    #[error(transparent)]
    Process(#[from] ProcessError),
    /// Something that cannot be installed from here.
    #[error("{what} is missing. {remedy}")]
    Missing {
        /// What was looked for.
        what: String,
        /// How to get it.
        remedy: String,
    },
    /// A tool could not be installed.
    #[error("{what} could not be installed: {source}\n{remedy}")]
    Install {
        /// What was to be installed.
        what: String,
        /// Why it was not.
        source: ProcessError,
        /// How to get it otherwise.
        remedy: String,
    },
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    File {
        /// The file.
        path: String,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file does not hold what it should.
    #[error("{path}: expected {expected}")]
    Content {
        /// The file.
        path: String,
        /// What was looked for.
        expected: String,
    },
    /// A visitor of the page has to wait for too much.
    #[error(
        "A first load of the page takes {bytes} bytes, at most {limit} are allowed. Fetch later what is needed later, or \
         make smaller what is in it:\n{list}"
    )]
    FirstLoad {
        /// Bytes of all parts.
        bytes: u64,
        /// How many they may have.
        limit: u64,
        /// The parts, one a line.
        list: String,
    },
    /// A check that needs what is worth having, but not worth installing.
    #[error("{0}")]
    LeftOut(&'static str),
    /// Some checks of `cargo xtask test` failed; they have been listed.
    #[error("")]
    Checks,
}

/// Ties the system's answer to the file that it is about.
pub fn file_error(path: &Path) -> impl FnOnce(std::io::Error) -> Error {
    let path = path.display().to_string();
    move |source| Error::File { path, source }
}
