//! Why a study cannot be made or has come to nothing.

use std::fmt;
use std::path::PathBuf;

use painwave_train::recipe::RecipeError;

use super::change::{Change, Origin};
use crate::data::DataError;
use crate::files::FileError;

/// Why a study cannot be made or has come to nothing.
#[derive(Debug, thiserror::Error)]
pub enum StudyError {
    /// A file or a folder cannot be used.
    #[error(transparent)]
    File(#[from] FileError),
    /// A recipe or the data cannot be taken from their files.
    #[error(transparent)]
    Data(#[from] DataError),
    /// A study's file that is not TOML, or has a key that is unknown, missing or of the wrong type.
    #[error("{path}: {source}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<toml::de::Error>,
    },
    /// A value in a study's file that makes no sense.
    #[error("{origin}: `{key}` is {found}, expected {expected}")]
    Value {
        /// Where it stands.
        origin: Origin,
        /// The key.
        key: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: &'static str,
    },
    /// A grid that nobody can train.
    #[error("{path}: a grid of {points} points, too many to train each: draw some at random with --trials")]
    Grid {
        /// The file.
        path: PathBuf,
        /// How many.
        points: u64,
    },
    /// A recipe that cannot be changed.
    #[error("{path}: {source}")]
    Text {
        /// The recipe.
        path: PathBuf,
        /// Why.
        source: Box<toml_edit::TomlError>,
    },
    /// A recipe that is none without any change.
    #[error(transparent)]
    Recipe(#[from] RecipeError),
    /// A change that leads to no recipe.
    #[error("{}: {change}: {}", .change.origin, Reason(.source))]
    Change {
        /// The change.
        change: Box<Change>,
        /// What is wrong with the recipe.
        source: Box<RecipeError>,
    },
    /// A change of a key below something that has none.
    #[error("{}: {change}: `{parent}` is neither a table nor a list with that element", .change.origin)]
    Path {
        /// The change.
        change: Box<Change>,
        /// The part of the path that is there.
        parent: String,
    },
    /// Two variants that cannot be told apart.
    #[error("the recipes of `{first}` and `{second}` are the same: give them different values")]
    Same {
        /// Name of one.
        first: String,
        /// Name of the other.
        second: String,
    },
    /// A folder with a trial of something else.
    #[error(
        "{path} holds a trial of another recipe, other data or other labels: choose another --out, or remove \
         that folder"
    )]
    Other {
        /// The folder.
        path: PathBuf,
    },
    /// A trial's process cannot be started.
    #[error("cannot start {path}: {source}")]
    Start {
        /// The program.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// Ctrl-C.
    #[error("interrupted, {finished} of {trials} trials are finished: the same command continues")]
    Interrupted {
        /// Finished trials.
        finished: usize,
        /// All trials.
        trials: usize,
    },
    /// No trial has scores.
    #[error("none of {trials} trials has scores; the first ended with: {first}")]
    NoScores {
        /// All trials.
        trials: usize,
        /// Error of the first.
        first: String,
    },
}

/// What is wrong with a recipe, without its path and line: it is not the file that is to be mended.
struct Reason<'a>(&'a RecipeError);

impl fmt::Display for Reason<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            RecipeError::Syntax { source, .. } => f.write_str(source.message()),
            RecipeError::Value { key, found, expected, .. } => {
                write!(f, "`{key}` is {found}, expected {expected}")
            }
        }
    }
}
