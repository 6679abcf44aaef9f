//! What a file is, by its first bytes.

use crate::bundle;
use crate::labels::{ID_COLUMNS, LABEL_COLUMN, LABEL_COLUMNS};
use crate::reading::{ReadError, ReadOptions, Repairs, Role, Row, Rows, Wanted};
use crate::recording::Schema;

/// What a file is for a model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// What the model classifies.
    Recordings,
    /// The true classes of recordings.
    Labels,
    /// A model.
    Bundle,
    /// Nothing of that, as far as the bytes tell.
    Unknown,
}

impl Kind {
    /// Stable name of the kind.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Recordings => "recordings",
            Kind::Labels => "labels",
            Kind::Bundle => "bundle",
            Kind::Unknown => "unknown",
        }
    }

    /// What a file is that begins with these bytes; with `complete`, they are all of it.
    pub fn of(schema: &Schema, options: &ReadOptions, head: &[u8], complete: bool) -> Kind {
        if bundle::is_bundle(head) {
            return Kind::Bundle;
        }
        let look = |wanted: Vec<Wanted>| Look::at(wanted, options, head, complete);
        let categories = || schema.categories.iter().map(|category| &category.column);
        let channels = || schema.channels.iter().chain(categories());
        // The file's name may give the id.
        let ids = schema.id.iter().map(|key| Wanted::optional(key, Role::Id));
        let read = schema.channels.iter().map(|channel| Wanted::needed(channel, Role::Channel));
        let read = read.chain(categories().map(|column| Wanted::needed(column, Role::Category)));
        if channels().next().is_some() && look(ids.chain(read).collect()).is_some() {
            return Kind::Recordings;
        }
        let id = || schema.id.iter().take(1).map(|key| Wanted::needed(key, Role::Id).or(ID_COLUMNS));
        let label =
            Wanted::needed(schema.label.as_deref().unwrap_or(LABEL_COLUMN), Role::Word).or(LABEL_COLUMNS);
        if look(id().chain([label]).collect()).is_some() {
            return Kind::Labels;
        }
        // Some of the columns, or none of them.
        let some = channels().map(|channel| Wanted::optional(channel, Role::Channel));
        match look(id().chain(some).collect()) {
            Some(Look { found, .. }) if found > 1 => Kind::Recordings,
            Some(Look { columns: 2, .. }) => Kind::Labels,
            _ => Kind::Unknown,
        }
    }
}

/// A table that a file begins with.
struct Look {
    /// Number of its columns.
    columns: usize,
    /// How many of the columns that were asked for are among them.
    found: usize,
}

impl Look {
    /// None if the bytes have no table with all needed columns.
    fn at(wanted: Vec<Wanted>, options: &ReadOptions, head: &[u8], complete: bool) -> Option<Look> {
        let (count, mut found) = (wanted.len(), 0);
        let mut each = |row: Row<'_>, _: &mut Repairs| {
            found = (0..count).filter(|column| row.has(*column)).count();
            // The first row tells it all.
            Err::<(), _>(ReadError::NoRows)
        };
        let options = ReadOptions { strict: false, ..options.clone() };
        let mut rows = Rows::new(wanted, Vec::new(), &options);
        let mut repairs = Repairs::default();
        if rows.feed(head, &mut repairs, &mut each).is_ok() && complete {
            // What is wrong with the end tells nothing of its kind.
            let _ = rows.finish(&mut repairs, &mut each);
        }
        Some(Look { columns: rows.columns()?.len(), found })
    }
}
