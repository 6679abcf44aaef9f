//! Changes to a recipe: which key, what it shall be, and who asked for it.

use std::fmt;
use std::path::PathBuf;

/// A change to one key of a recipe.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// Dotted path of the key. A number counts the elements of a list from 0: `network.conv.0.dropout`.
    pub key: String,
    /// What it shall be; without it the key is removed, if it is there.
    pub value: Option<toml::Value>,
    /// Where the change was asked for.
    pub origin: Origin,
}

/// An assignment on the command line that is none.
#[derive(Debug, thiserror::Error)]
#[error("expected KEY=VALUE, such as training.epochs=100, found {found}")]
pub struct NotAnAssignment {
    /// The argument.
    pub found: String,
}

/// Where a change was asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// In a study's file.
    File {
        /// The file.
        path: PathBuf,
        /// Line of the key, from 1.
        line: usize,
    },
    /// On the command line.
    Argument(&'static str),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::File { path, line } => write!(f, "{}:{line}", path.display()),
            Origin::Argument(name) => f.write_str(name),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.value {
            Some(value) => write!(f, "`{}` = {value}", self.key),
            None => write!(f, "no `{}`", self.key),
        }
    }
}

impl Change {
    /// A change asked for by an argument of the command line.
    pub fn argument(name: &'static str, key: &str, value: Option<toml::Value>) -> Self {
        Change { key: key.to_owned(), value, origin: Origin::Argument(name) }
    }

    /// Reads `KEY=VALUE`, the value as TOML or, where it is no TOML, as text; `KEY=` removes the key.
    ///
    /// # Errors
    /// There is no `=`.
    pub fn parse(argument: &str) -> Result<Self, NotAnAssignment> {
        let (key, value) =
            argument.split_once('=').ok_or_else(|| NotAnAssignment { found: argument.to_owned() })?;
        let (key, value) = (key.trim(), value.trim());
        let parsed = || value.parse().unwrap_or_else(|_| toml::Value::String(value.to_owned()));
        Ok(Change::argument("--set", key, (!value.is_empty()).then(parsed)))
    }

    /// Sets a seed, which TOML can hold up to `i64::MAX`.
    pub fn seed(argument: &'static str, key: &str, seed: u64) -> Self {
        Change::argument(argument, key, Some(toml::Value::Integer(seed as i64)))
    }

    /// The changes that make a cross-validation of any recipe.
    pub fn folds(folds: usize) -> [Self; 2] {
        let count = toml::Value::Integer(i64::try_from(folds).unwrap_or(i64::MAX));
        [
            Change::argument("--folds", "validation.fraction", None),
            Change::argument("--folds", "validation.folds", Some(count)),
        ]
    }
}
