//! All that was put right so far.

use super::error::ReadError;
use super::repair::{Repair, RepairKind};

/// The repairs of a file, each kind once.
#[derive(Clone, Debug, Default)]
pub struct Repairs {
    strict: bool,
    file: Option<String>,
    all: Vec<Repair>,
}

impl Repairs {
    /// With `strict`, the first repair is an error.
    pub fn new(strict: bool) -> Repairs {
        Repairs { strict, file: None, all: Vec::new() }
    }

    /// Names the file that is read from now on.
    pub fn enter(&mut self, file: Option<String>) {
        self.file = file;
    }

    /// Notes what is put right on a line. `detail` is asked for the first of a kind only.
    ///
    /// # Errors
    /// [`ReadError::Strict`], if any repair is an error.
    pub fn note(
        &mut self,
        kind: RepairKind,
        line: u64,
        detail: impl FnOnce() -> String,
    ) -> Result<(), ReadError> {
        self.note_many(kind, 1, line, detail)
    }

    /// As [`Repairs::note`], of something that was done `count` times.
    ///
    /// # Errors
    /// As [`Repairs::note`].
    pub fn note_many(
        &mut self,
        kind: RepairKind,
        count: u64,
        line: u64,
        detail: impl FnOnce() -> String,
    ) -> Result<(), ReadError> {
        if let Some(repair) = self.all.iter_mut().find(|repair| repair.kind == kind) {
            repair.count += count;
            return Ok(());
        }
        let repair = Repair { kind, count, file: self.file.clone(), line, detail: detail() };
        if self.strict {
            return Err(ReadError::Strict { repair: Box::new(repair) });
        }
        self.all.push(repair);
        Ok(())
    }

    /// Whether something of this kind was done.
    pub(super) fn has(&self, kind: RepairKind) -> bool {
        self.all.iter().any(|repair| repair.kind == kind)
    }

    /// All of them, in the order of the first of each kind.
    pub fn all(&self) -> &[Repair] {
        &self.all
    }
}
