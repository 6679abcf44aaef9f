//! Study files: TOML that names a recipe and what is changed in it, with the line of every key.

use std::ops::Range;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use toml::Spanned;

use super::change::Origin;
use super::error::StudyError;
use crate::files::FileError;

/// A study's file as it was read.
#[derive(Debug)]
pub(super) struct StudyFile<T> {
    path: PathBuf,
    text: String,
    pub(super) content: T,
}

impl<T: DeserializeOwned> StudyFile<T> {
    pub(super) fn read(path: &Path) -> Result<Self, StudyError> {
        let text = std::fs::read_to_string(path).map_err(FileError::read(path))?;
        StudyFile::parse(path, text)
    }

    /// `path` is for the errors, and where the path of the recipe begins.
    pub(super) fn parse(path: &Path, text: String) -> Result<Self, StudyError> {
        let content = toml::from_str(&text)
            .map_err(|source| StudyError::Syntax { path: path.to_owned(), source: Box::new(source) })?;
        Ok(StudyFile { path: path.to_owned(), text, content })
    }

    /// The path of a recipe, which is relative to the folder of the file.
    pub(super) fn beside(&self, recipe: &Path) -> PathBuf {
        self.path.parent().unwrap_or(Path::new("")).join(recipe)
    }

    /// Where a key stands.
    pub(super) fn origin(&self, span: Range<usize>) -> Origin {
        let line = self.text[..span.start].matches('\n').count() + 1;
        Origin::File { path: self.path.clone(), line }
    }

    pub(super) fn value_error(
        &self,
        key: &Spanned<String>,
        found: impl ToString,
        expected: &'static str,
    ) -> StudyError {
        let origin = self.origin(key.span());
        StudyError::Value { origin, key: key.get_ref().clone(), found: found.to_string(), expected }
    }
}

/// Keys and values in the order of the file.
pub(super) fn ordered<V>(
    table: &std::collections::BTreeMap<Spanned<String>, V>,
) -> Vec<(&Spanned<String>, &V)> {
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    entries
}
