//! A recipe's text, where a key stands in it, and checks of single values.

use std::fmt::Display;
use std::ops::Range;
use std::path::Path;

use painwave::network::NetworkConfigError;
use toml::Spanned;
use toml::de::{DeArray, DeTable, DeValue};

use super::error::RecipeError;

/// A recipe's text, for errors that name the line.
#[derive(Clone, Copy, Debug)]
pub(super) struct Source<'a> {
    /// Where it was read.
    pub(super) path: &'a Path,
    /// The text.
    pub(super) text: &'a str,
}

impl Source<'_> {
    /// The error for the value of a key, with the line it stands on.
    pub(super) fn value_error(
        self,
        key: &str,
        found: impl ToString,
        expected: impl Into<String>,
    ) -> RecipeError {
        RecipeError::Value {
            path: self.path.to_owned(),
            line: self.line(key),
            key: key.to_owned(),
            found: found.to_string(),
            expected: expected.into(),
        }
    }

    /// The error for a network that cannot be built.
    pub(super) fn network_error(self, error: &NetworkConfigError) -> RecipeError {
        match error {
            NetworkConfigError::OutOfRange { field, found, expected } => {
                self.value_error(&format!("network.{field}"), found, *expected)
            }
            NetworkConfigError::NothingLeft { length } => self.value_error(
                "network.conv",
                format!("blocks that pool a window of {length} steps down to none"),
                "fewer blocks, smaller `pool` values or a longer window",
            ),
        }
    }

    /// Line, from 1, of a dotted key; of the deepest part of its path that is there. An element of an array is named
    /// by its index, from 0.
    pub(super) fn line(self, key: &str) -> usize {
        let table = DeTable::parse(self.text).ok();
        let offset = table.and_then(|table| deepest(table.get_ref(), key)).map_or(0, |at| at.start);
        self.text[..offset].matches('\n').count() + 1
    }

    /// The error for the value of a key unless `holds`.
    pub(super) fn ensure(
        self,
        holds: bool,
        key: &str,
        found: impl Display,
        expected: &str,
    ) -> Result<(), RecipeError> {
        if holds { Ok(()) } else { Err(self.value_error(key, found, expected)) }
    }

    pub(super) fn positive(self, key: &str, found: usize) -> Result<(), RecipeError> {
        self.ensure(found > 0, key, found, "at least 1")
    }

    pub(super) fn above_zero(self, key: &str, found: f64) -> Result<(), RecipeError> {
        self.ensure(found.is_finite() && found > 0.0, key, found, "a number above 0")
    }

    pub(super) fn not_negative(self, key: &str, found: f64) -> Result<(), RecipeError> {
        self.ensure(found.is_finite() && found >= 0.0, key, found, "a number from 0")
    }

    pub(super) fn below_one(self, key: &str, found: f64) -> Result<(), RecipeError> {
        let expected = "a number from 0 up to, not including, 1";
        self.ensure((0.0..1.0).contains(&found), key, found, expected)
    }
}

/// Whether names can be told apart: none is empty or repeated.
pub(super) fn unique(names: &[String]) -> bool {
    names.iter().enumerate().all(|(i, name)| !name.is_empty() && !names[..i].contains(name))
}

fn deepest(table: &DeTable<'_>, key: &str) -> Option<Range<usize>> {
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    let (name, value) = table.iter().find(|(name, _)| name.get_ref() == first)?;
    let inner = match value.get_ref() {
        DeValue::Table(table) => deepest(table, rest),
        DeValue::Array(values) => within(values, rest),
        _ => None,
    };
    Some(inner.unwrap_or(name.span()))
}

fn within(values: &DeArray<'_>, key: &str) -> Option<Range<usize>> {
    let inside = |value: &Spanned<DeValue<'_>>, key: &str| match value.get_ref() {
        DeValue::Table(table) => deepest(table, key),
        _ => None,
    };
    let (first, rest) = key.split_once('.').unwrap_or((key, ""));
    match first.parse::<usize>() {
        Ok(index) => values.get(index).map(|value| inside(value, rest).unwrap_or(value.span())),
        // Which element is meant is not known: the first that has the key.
        Err(_) => values.iter().find_map(|value| inside(value, key)),
    }
}
