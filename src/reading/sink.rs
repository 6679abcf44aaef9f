//! Where rows go.

use super::error::ReadError;
use super::head::Names;
use super::repair::RepairKind;
use super::repairs::Repairs;
use super::row::Row;
use super::text::Seen;

/// Why no further row is read.
pub(super) enum Stop {
    Read(ReadError),
    /// An error of whoever is handed the rows, who keeps it.
    Taker,
}

impl From<ReadError> for Stop {
    fn from(error: ReadError) -> Stop {
        Stop::Read(error)
    }
}

/// Where rows go. It has one type, whoever takes the rows, so that what reads them is compiled once.
pub(super) struct Sink<'a> {
    pub names: &'a Names,
    pub seen: &'a Seen,
    pub repairs: &'a mut Repairs,
    pub each: &'a mut dyn FnMut(Row<'_>, &mut Repairs) -> Result<(), Stop>,
}

impl Sink<'_> {
    pub fn row(&mut self, row: Row<'_>) -> Result<(), Stop> {
        let line = row.line;
        (self.each)(row, self.repairs)?;
        if self.seen.news.get() { Ok(self.news(line)?) } else { Ok(()) }
    }

    #[cold]
    fn news(&mut self, line: u64) -> Result<(), ReadError> {
        self.seen.news.set(false);
        if self.seen.invisible.take() {
            self.repairs.note(RepairKind::InvisibleCharacters, line, String::new)?;
        }
        if self.seen.windows_1252.take() {
            self.repairs.note(RepairKind::OtherEncoding, line, || "Windows-1252".to_owned())?;
        }
        Ok(())
    }
}
