//! Why a recipe cannot be used, with the line.

use std::path::PathBuf;

/// Why a recipe cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecipeError {
    /// It is not TOML, or a key is unknown, missing or of the wrong type.
    #[error("{path}: {source}")]
    Syntax {
        /// The file.
        path: PathBuf,
        /// What and where.
        source: Box<toml::de::Error>,
    },
    /// A value that makes no sense.
    #[error("{path}:{line}: `{key}` is {found}, expected {expected}")]
    Value {
        /// The file.
        path: PathBuf,
        /// Line of the key, from 1.
        line: usize,
        /// Dotted path of the key.
        key: String,
        /// What it holds.
        found: String,
        /// What it may hold.
        expected: String,
    },
}
