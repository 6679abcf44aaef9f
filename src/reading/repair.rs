//! What was put right in a file, so that it could be read.

use std::fmt;

use super::error::ReadError;

/// One kind of thing that was put right, how often, and where first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Repair {
    /// What it is.
    pub kind: RepairKind,
    /// How often it was done: rows, fields or lines, as its words say.
    pub count: u64,
    /// Name of the file that it was done in first, where there is more than one.
    pub file: Option<String>,
    /// Line of the first.
    pub line: u64,
    /// What was found there, for its words.
    pub detail: String,
}

/// The kinds of things that are put right. Each has one meaning only: where two readings are possible, the file or the
/// subject is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum RepairKind {
    /// Lines before the header that are no part of the table.
    LinesBeforeHeader,
}

impl RepairKind {
    /// Stable name of the kind.
    pub fn code(self) -> &'static str {
        match self {
            RepairKind::LinesBeforeHeader => "LINES_BEFORE_HEADER",
        }
    }
}

impl fmt::Display for Repair {
    /// What was done, in a sentence without its end: `3 lines before the header were skipped, the first is "# X1"`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Repair { kind, count, line, detail, .. } = self;
        match kind {
            RepairKind::LinesBeforeHeader => {
                write!(
                    f,
                    "{count} lines before the header on line {line} were skipped, the first is {detail:?}"
                )
            }
        }
    }
}

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

    /// All of them, in the order of the first of each kind.
    pub fn all(&self) -> &[Repair] {
        &self.all
    }
}
