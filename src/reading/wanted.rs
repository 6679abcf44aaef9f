//! The columns that a reader of rows asks for.

/// A column that is asked for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// The column's name, then others that are taken in its place, the first that is there.
    pub names: Vec<String>,
    /// What the column holds.
    pub role: Role,
    /// Whether a file without it cannot be read.
    pub needed: bool,
}

/// What a column holds: it says how a table is recognised that has no such column, and which rows are no data.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// What tells recordings apart: the same in all rows of one.
    Id,
    /// When a row was taken.
    Time,
    /// A number in every row.
    Channel,
    /// One of a few words in every row, or one for the recording.
    Category,
    /// Anything else, once for the recording or in every row.
    Word,
}

impl Wanted {
    /// A column that has to be there.
    pub fn needed(name: impl Into<String>, role: Role) -> Wanted {
        Wanted { names: vec![name.into()], role, needed: true }
    }

    /// A column that may be there.
    pub fn optional(name: impl Into<String>, role: Role) -> Wanted {
        Wanted { needed: false, ..Wanted::needed(name, role) }
    }

    /// Other names that are taken where the proper one is not there, with a repair.
    pub fn or(mut self, names: impl IntoIterator<Item = impl Into<String>>) -> Wanted {
        self.names.extend(names.into_iter().map(Into::into));
        self
    }

    /// The proper name.
    pub fn name(&self) -> &str {
        self.names.first().map_or("", String::as_str)
    }
}
