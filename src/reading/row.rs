//! One row, and its fields by the columns that were asked for.

use std::borrow::Cow;

use super::error::{FoundColumn, ReadError, excerpt};
use super::head::{Columns, NONE};
use super::quotes::Fields;
use super::text::{Seen, trim};
use crate::number::{self, Number};

/// One row. Wanted columns are addressed by their index among those given to [`Rows::new`](super::Rows::new).
pub struct Row<'a> {
    /// The line that it starts on.
    pub line: u64,
    pub(super) columns: &'a Columns,
    pub(super) indices: &'a [usize],
    pub(super) fields: Fields<'a>,
    pub(super) seen: &'a Seen,
    pub(super) problem: Option<&'a ReadError>,
}

impl Row<'_> {
    /// Why the row cannot be taken as it is, if it cannot: it has as many fields as could be told apart.
    pub fn problem(&self) -> Option<&ReadError> {
        self.problem
    }

    /// That the row can be taken as it is.
    ///
    /// # Errors
    /// Its [`Row::problem`].
    pub fn whole(&self) -> Result<(), ReadError> {
        self.problem.cloned().map_or(Ok(()), Err)
    }

    /// Whether the file has this wanted column.
    pub fn has(&self, wanted: usize) -> bool {
        self.indices[wanted] != NONE
    }

    /// The field of a wanted column without surrounding spaces and what nobody sees; empty, if there is none.
    pub fn field(&self, wanted: usize) -> &[u8] {
        trim(self.fields.get(self.indices[wanted]), || self.seen.trimmed())
    }

    /// The field with all that is around it.
    #[inline(always)]
    pub(super) fn whole_field(&self, wanted: usize) -> &[u8] {
        self.fields.get(self.indices[wanted])
    }

    /// The field as text, empty perhaps. Text that is not UTF-8 is taken as Windows-1252.
    ///
    /// # Errors
    /// It is not UTF-8, and another text of the file is.
    pub fn text(&self, wanted: usize) -> Result<Cow<'_, str>, ReadError> {
        self.seen.text(self.field(wanted), self.line)
    }

    /// The field as text that is not empty.
    ///
    /// # Errors
    /// It is empty, or as [`Row::text`].
    pub fn word(&self, wanted: usize) -> Result<Cow<'_, str>, ReadError> {
        let word = self.text(wanted)?;
        if word.is_empty() {
            return Err(ReadError::EmptyValue { line: self.line, column: self.column(wanted) });
        }
        Ok(word)
    }

    /// The field as an id.
    ///
    /// # Errors
    /// It is empty, or as [`Row::text`].
    pub fn id(&self, wanted: usize) -> Result<Cow<'_, str>, ReadError> {
        let id = self.text(wanted)?;
        if id.is_empty() {
            return Err(ReadError::EmptyId { line: self.line, column: self.column(wanted) });
        }
        Ok(id)
    }

    /// The field as a finite number.
    ///
    /// # Errors
    /// It is empty, no number, NaN or infinite.
    pub fn number<T: Number>(&self, wanted: usize) -> Result<T, ReadError> {
        match number::parse(self.field(wanted)) {
            Some(number) if T::into(number).is_finite() => Ok(number),
            number => Err(self.number_error(wanted, number.is_some())),
        }
    }

    #[cold]
    fn number_error(&self, wanted: usize, is_number: bool) -> ReadError {
        let (line, column, field) = (self.line, self.column(wanted), self.field(wanted));
        match (field, is_number) {
            (b"", _) => ReadError::EmptyValue { line, column },
            (_, true) => ReadError::NotFinite { line, column, found: excerpt(field) },
            (_, false) => ReadError::NotANumber { line, column, found: excerpt(field) },
        }
    }

    /// The file's name of a wanted column; empty if it is not there.
    pub fn column(&self, wanted: usize) -> String {
        self.columns.names.get(self.indices[wanted]).cloned().unwrap_or_default()
    }

    /// Names of all columns of the file.
    pub(super) fn names(&self) -> &[String] {
        &self.columns.names
    }

    /// All columns of the file, each with its value here.
    pub(super) fn found(&self) -> Vec<FoundColumn> {
        let found = |(index, name): (usize, &String)| {
            let value = excerpt(trim(self.fields.get(index), || self.seen.trimmed()));
            let values = Some(value).filter(|value| !value.is_empty()).into_iter().collect();
            FoundColumn { name: name.clone(), values }
        };
        self.columns.names.iter().enumerate().map(found).collect()
    }

    /// The start of the field, for a message.
    pub fn excerpt(&self, wanted: usize) -> String {
        excerpt(self.field(wanted))
    }

    /// The error for a field that is not one of the allowed words.
    #[cold]
    pub fn unknown_category(&self, wanted: usize, allowed: &[String]) -> ReadError {
        ReadError::UnknownCategory {
            line: self.line,
            column: self.column(wanted),
            found: self.excerpt(wanted),
            allowed: allowed.to_vec(),
        }
    }
}
