//! A table of labels: its columns, its rows, and the ids in them.

use std::borrow::Cow;

use super::columns::{ID_COLUMNS, LABEL_COLUMN, LABEL_COLUMNS, LabelColumns};
use crate::reading::{
    ReadError, ReadOptions, ReadWarning, RepairKind, Repairs, Role, Row, Rows, Wanted, ids,
};
use crate::recording::joined;

/// What a row says.
pub struct Said<'a> {
    /// The subject; its first part alone, if the table has no more.
    pub id: String,
    /// Its label as it is written, empty perhaps.
    pub label: Cow<'a, str>,
    /// Its group as it is written, if the table has that column.
    pub group: Option<Cow<'a, str>>,
    /// The line of the row.
    pub line: u64,
    row: &'a Row<'a>,
    /// Of the label, among the columns that were asked for.
    index: usize,
}

/// A table that was read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// Names of all columns.
    pub columns: Vec<String>,
    /// Whether the ids are the first part of the recordings' ids.
    pub by_first_key: bool,
    /// Warnings about the table.
    pub warnings: Vec<ReadWarning>,
}

/// Why the rows are left.
enum Stop<E> {
    NoLabelColumn,
    Other(E),
}

impl<E: From<ReadError>> From<ReadError> for Stop<E> {
    fn from(error: ReadError) -> Self {
        Stop::Other(error.into())
    }
}

/// Hands out the rows of a table of labels, which is read as recordings are: see [`crate::reading`]. Rows without an id
/// are left out.
///
/// With `any_column`, the only column beside the ids is taken where none has the name of a label: for labels that must
/// be of known classes, so that another column is refused by its words.
///
/// # Errors
/// It is no table with these columns or has no row with an id, something had to be put right where nothing may, or what
/// `each` says.
pub fn read<E: From<ReadError>>(
    bytes: &[u8],
    columns: LabelColumns<'_>,
    any_column: bool,
    options: &ReadOptions,
    repairs: &mut Repairs,
    each: &mut dyn FnMut(Said<'_>, &mut Repairs) -> Result<(), E>,
) -> Result<Table, E> {
    let taken = |name: &&str| {
        columns.id.iter().any(|id| id == name) || columns.group == Some(name) || columns.label == Some(name)
    };
    let usual = |names: &'static [&'static str]| names.iter().copied().filter(|name| !taken(name));
    let label = Wanted::needed(columns.label.unwrap_or(LABEL_COLUMN), Role::Word).or(usual(&LABEL_COLUMNS));
    let mut read = |label: Wanted, repairs: &mut Repairs| {
        let ids = columns.id.iter().enumerate().map(|(index, key)| match index {
            0 => Wanted::needed(key, Role::Id).or(usual(&ID_COLUMNS)),
            _ => Wanted::optional(key, Role::Id),
        });
        let group = columns.group.map(|group| Wanted::optional(group, Role::Word));
        let wanted = ids.chain([label]).chain(group).collect();
        rows(bytes, wanted, columns.id.len(), options, repairs, each)
    };
    let mut noted = repairs.clone();
    match read(Wanted { needed: !any_column, ..label.clone() }, &mut noted) {
        (_, Err(Stop::Other(error))) => Err(error),
        (table, Ok(())) => {
            *repairs = noted;
            Ok(table)
        }
        (table, Err(Stop::NoLabelColumn)) => {
            let is_id = |name: &String| columns.id.contains(name) || ID_COLUMNS.contains(&name.as_str());
            let mut others = table.columns.into_iter().filter(|name| !name.is_empty() && !is_id(name));
            // Where there are several, the reader says what is missing, and what there is.
            let label = match (others.next(), others.next()) {
                (Some(only), None) => Wanted::needed(only, Role::Word),
                _ => Wanted { names: label.names[..1].to_vec(), ..label },
            };
            match read(label, repairs) {
                (_, Err(Stop::Other(error))) => Err(error),
                (table, _) => Ok(table),
            }
        }
    }
}

/// Hands out the rows with the `wanted` columns: so many parts of the id, the label, and perhaps the group.
fn rows<E: From<ReadError>>(
    bytes: &[u8],
    wanted: Vec<Wanted>,
    keys: usize,
    options: &ReadOptions,
    repairs: &mut Repairs,
    each: &mut dyn FnMut(Said<'_>, &mut Repairs) -> Result<(), E>,
) -> (Table, Result<(), Stop<E>>) {
    let (label, columns) = (keys, wanted.len());
    let (mut by_first_key, mut without_id, mut has_said) = (false, None, false);
    let mut take = |row: Row<'_>, repairs: &mut Repairs| {
        if !row.has(label) {
            return Err(Stop::NoLabelColumn);
        }
        row.whole()?;
        by_first_key = !(0..keys).all(|key| row.has(key));
        let id = match id(&row, if by_first_key { 1 } else { keys }, repairs) {
            Err(error @ ReadError::EmptyId { .. }) => {
                without_id.get_or_insert(error);
                return Ok(repairs.note(RepairKind::NoId, row.line, || row.excerpt(label))?);
            }
            id => id?,
        };
        let group = (label + 1..columns).find(|group| row.has(*group));
        let group = group.map(|group| row.text(group)).transpose()?;
        has_said = true;
        each(Said { id, label: row.text(label)?, group, line: row.line, row: &row, index: label }, repairs)
            .map_err(Stop::Other)
    };
    let mut rows = Rows::new(wanted, Vec::new(), options);
    let mut result = rows.feed(bytes, repairs, &mut take).and_then(|()| rows.finish(repairs, &mut take));
    if let (Ok(()), false, Some(error)) = (&result, has_said, without_id) {
        result = Err(error.into());
    }
    let columns = rows.columns().unwrap_or_default().to_vec();
    (Table { columns, by_first_key, warnings: rows.warnings().to_vec() }, result)
}

impl Said<'_> {
    /// The table's name of the column with the label.
    pub fn label_column(&self) -> String {
        self.row.column(self.index)
    }

    /// The table's name of the first column of the id.
    pub fn id_column(&self) -> String {
        self.row.column(0)
    }

    /// The start of the label, for a message.
    pub fn excerpt(&self) -> String {
        self.row.excerpt(self.index)
    }
}

/// The id of a row, from its first columns.
///
/// # Errors
/// One of them is empty or no text, or has to be put right where nothing may.
pub fn id(row: &Row<'_>, keys: usize, repairs: &mut Repairs) -> Result<String, ReadError> {
    let mut parts = Vec::with_capacity(keys);
    for key in 0..keys {
        let text = row.id(key)?;
        let part = ids::clean(&text);
        if part.is_empty() {
            return Err(ReadError::EmptyId { line: row.line, column: row.column(key) });
        }
        if part != text {
            let kind = match ids::spreadsheet_text(&text) {
                Some(_) => RepairKind::SpreadsheetText,
                None => RepairKind::InvisibleCharacters,
            };
            repairs.note(kind, row.line, || part.clone().into_owned())?;
        }
        parts.push(part.into_owned());
    }
    Ok(joined(parts.iter().map(String::as_str)))
}
