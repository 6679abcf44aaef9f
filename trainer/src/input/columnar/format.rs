//! Which binary table a file is.

/// A binary table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in super::super) enum Format {
    Parquet,
    ArrowFile,
    ArrowStream,
}

impl Format {
    pub(in super::super) fn of(head: &[u8]) -> Option<Format> {
        match head {
            [b'P', b'A', b'R', b'1', ..] => Some(Format::Parquet),
            [b'A', b'R', b'R', b'O', b'W', b'1', ..] => Some(Format::ArrowFile),
            // A continuation marker, and a schema that is shorter than 16 MB.
            [0xff, 0xff, 0xff, 0xff, _, _, _, 0, ..] => Some(Format::ArrowStream),
            _ => None,
        }
    }
}
