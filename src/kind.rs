//! What a file is, by its first bytes.

use crate::bundle;
use crate::labels::LABEL_COLUMNS;
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
        let inputs: Vec<&String> =
            schema.channels.iter().chain(schema.categories.iter().map(|category| &category.column)).collect();
        let id = schema.id.iter().map(|key| Wanted::optional(key, Role::Id));
        let label = Wanted::optional(schema.label.as_deref().unwrap_or(LABEL_COLUMNS[0]), Role::Word);
        let channels = schema.channels.iter().map(|channel| Wanted::optional(channel, Role::Channel));
        let categories = schema.categories.iter();
        let categories = categories.map(|category| Wanted::optional(&category.column, Role::Category));
        let keys = schema.id.len();
        let wanted = id.chain([label.or(LABEL_COLUMNS)]).chain(channels).chain(categories).collect();

        // The first row tells which columns are there.
        let mut found = None;
        let mut each = |row: Row<'_>, _: &mut Repairs| {
            let read = (keys + 1..keys + 1 + inputs.len()).filter(|column| row.has(*column)).count();
            found = Some((row.has(0), row.has(keys), read));
            Err::<(), _>(ReadError::NoRows)
        };
        let mut rows = Rows::new(wanted, Vec::new(), options);
        let mut repairs = Repairs::default();
        if rows.feed(head, &mut repairs, &mut each).is_ok() && complete {
            // Its end tells nothing more than its rows.
            let _ = rows.finish(&mut repairs, &mut each);
        }
        let columns = rows.columns().map_or(0, <[String]>::len);
        match found {
            Some((_, _, read)) if 2 * read >= inputs.len().max(1) => Kind::Recordings,
            Some((true, true, _)) => Kind::Labels,
            Some((true, false, 0)) if columns == 2 => Kind::Labels,
            Some((_, _, read)) if read > 0 => Kind::Recordings,
            _ => Kind::Unknown,
        }
    }
}
