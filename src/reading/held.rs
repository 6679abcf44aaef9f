//! Rows that cannot be read, until it is known whether a header follows: then they were no rows.

use super::error::{ReadError, excerpt};
use super::quotes::Delimiter;
use super::repair::RepairKind;
use super::repairs::Repairs;

/// As many lines may be before a header.
const MAX_ROWS: usize = 100;
const MAX_BYTES: usize = 1 << 16;

/// Rows that cannot be read.
#[derive(Default)]
pub(super) struct Held {
    /// Line, bytes and problem of each.
    rows: Vec<(u64, Vec<u8>, ReadError)>,
    bytes: usize,
}

impl Held {
    /// Keeps a row, or its start if it is long.
    pub fn push(&mut self, line: u64, row: &[u8], problem: ReadError) {
        let kept = &row[..row.len().min(MAX_BYTES)];
        self.bytes += kept.len();
        self.rows.push((line, kept.to_vec(), problem));
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether there are more than may be before a header.
    pub fn is_full(&self) -> bool {
        self.rows.len() > MAX_ROWS || self.bytes >= MAX_BYTES
    }

    pub fn take(&mut self) -> Vec<(u64, Vec<u8>, ReadError)> {
        self.bytes = 0;
        std::mem::take(&mut self.rows)
    }

    /// The file has ended: if there is nothing but lines of several words without a delimiter, they were comments.
    ///
    /// # Errors
    /// As [`Repairs::note`].
    pub fn as_footer(&mut self, delimiter: Delimiter, repairs: &mut Repairs) -> Result<(), ReadError> {
        let is_words =
            |row: &[u8]| !row.iter().any(|byte| delimiter.is(*byte)) && row.trim_ascii().contains(&b' ');
        if !self.rows.iter().all(|(_, row, _)| is_words(row)) {
            return Ok(());
        }
        for (line, row, _) in self.take() {
            repairs.note(RepairKind::CommentLine, line, || excerpt(row.trim_ascii()))?;
        }
        Ok(())
    }

    /// A header follows.
    ///
    /// # Errors
    /// As [`Repairs::note`].
    pub fn before_header(&mut self, repairs: &mut Repairs) -> Result<(), ReadError> {
        let rows = self.take();
        let Some((line, first, _)) = rows.first() else { return Ok(()) };
        repairs.note_many(RepairKind::LinesBeforeHeader, rows.len() as u64, *line, || {
            excerpt(first.trim_ascii())
        })
    }
}
